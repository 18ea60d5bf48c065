# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the guarantees in random scenarios.

``SCENARIOS`` is their number, ``SEED`` a number to draw others: ``SCENARIOS=50000 SEED=7 nox -s properties``. A failure
prints the smallest scenario that was found. Add it to test_counterexamples.py.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.community.kaleyra.tests.unit.properties.guarantees import IN_ANY_ORDER, idempotent, violations
from ansible_collections.community.kaleyra.tests.unit.properties.network import open_account, run_scenario
from ansible_collections.community.kaleyra.tests.unit.properties.scenarios import Scenario, long_scenarios, scenarios
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

SCENARIOS = int(os.environ.get("SCENARIOS") or 1000)
SEED = os.environ.get("SEED") or None

FAMILIES = pytest.mark.parametrize(
    ("operation", "quiet"), [("create", True), ("create", False), ("delete", True), ("delete", False)]
)
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")


def violations_of(scenario: Scenario) -> list[str]:
    """The violations in a run, and in a second run without failures."""
    account = open_account(scenario)
    first = run_scenario(scenario, account)
    second = run_scenario(replace(scenario, failures=(), lasting=""), account)
    return [*violations(first), *violations(second), *idempotent(first, second)]


def violations_in_threads(scenario: Scenario) -> list[str]:
    """The violations in a run with parallel requests."""
    return violations(run_scenario(scenario, open_account(scenario), connections=4), IN_ANY_ORDER)


@FAMILIES
def test_guarantees(operation: str, quiet: bool) -> None:
    check(scenarios(operation, quiet), SCENARIOS // 4, violations_of)


@FAMILIES
def test_guarantees_for_long_lists(operation: str, quiet: bool) -> None:
    check(long_scenarios(operation, quiet), SCENARIOS // 100, violations_of)


@FAMILIES
def test_guarantees_with_parallel_requests(operation: str, quiet: bool) -> None:
    check(scenarios(operation, quiet), SCENARIOS // 20, violations_in_threads)


def check(strategy: st.SearchStrategy[Scenario], number: int, find_violations: Callable[[Scenario], Any]) -> None:
    @settings(
        max_examples=max(10, number),
        derandomize=SEED is None,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def test(scenario: Scenario) -> None:
        found = find_violations(scenario)
        assert not found, f"{'; '.join(found)} in {scenario}"

    (test if SEED is None else seed(int(SEED))(test))()
