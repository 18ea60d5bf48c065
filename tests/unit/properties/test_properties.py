# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The campaign: random lists, accounts, servers and networks, and the contract's promises held against the truth.

``SCENARIOS`` in the environment is how many there are, ``SEED`` a number to draw others than the usual ones::

    make campaign SCENARIOS=200000 SEED=7

A failure prints the smallest scenario that it found, as Python. Each goes into ``test_counterexamples.py`` for good.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.community.kaleyra.tests.unit.properties.invariants import INVARIANTS, broken
from ansible_collections.community.kaleyra.tests.unit.properties.scenarios import (
    Scenario,
    Story,
    large_scenarios,
    run_in_threads,
    scenarios,
    tell,
)
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

SCENARIOS = int(os.environ.get("SCENARIOS") or 1000)
SEED = os.environ.get("SEED") or None

IN_ANY_ORDER = set(INVARIANTS) - {"second_run_changes_nothing", "calls_are_few", "failure_is_due", "stop_ends_it"}
"""The invariants that ask for neither a second run nor the order in which the calls of several threads were sent."""

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")  # of a long list that breaks a promise

FAMILIES = [("create", True), ("create", False), ("delete", True), ("delete", False)]


@pytest.mark.parametrize(("operation", "quiet"), FAMILIES, ids=str)
def test_the_promises_are_kept(operation: str, quiet: bool, record_property: Callable[[str, int], None]) -> None:
    told = _keep(scenarios(operation, quiet), -(-SCENARIOS // len(FAMILIES)))
    record_property("scenarios", told)  # for `make campaign`


@pytest.mark.parametrize(("operation", "quiet"), FAMILIES, ids=str)
def test_the_promises_are_kept_for_long_lists(operation: str, quiet: bool) -> None:
    _keep(large_scenarios(operation, quiet), -(-SCENARIOS // 400))


@pytest.mark.parametrize(("operation", "quiet"), FAMILIES, ids=str)
def test_what_threads_report_is_true(operation: str, quiet: bool) -> None:
    @_settings(max(10, SCENARIOS // 100))
    @given(scenarios(operation, quiet))
    def campaign(scenario: Scenario) -> None:
        run = run_in_threads(scenario)
        faults = broken(Story(scenario, run, run, run), IN_ANY_ORDER)
        assert not faults, f"{scenario} breaks {'; '.join(faults)}"

    campaign()


def _keep(strategy: st.SearchStrategy[Scenario], wanted: int) -> int:
    """Hold the promises in so many scenarios, and return how many there were. About one in fourteen is drawn twice."""
    told: set[Scenario] = set()

    @_settings(wanted * 6 // 5 + 2)
    @given(strategy)
    def campaign(scenario: Scenario) -> None:
        if scenario in told:
            return
        faults = broken(tell(scenario))
        assert not faults, f"{scenario} breaks {'; '.join(faults)}"
        told.add(scenario)

    campaign()
    assert len(told) >= wanted
    return len(told)


def _settings(wanted: int) -> Callable[[Any], Any]:
    chosen = settings(
        max_examples=wanted,
        derandomize=SEED is None,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    return lambda test: chosen(test if SEED is None else seed(int(SEED))(test))
