# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenarios in which an earlier version of the module or of the checks was wrong."""

from __future__ import annotations

import pytest
from ansible_collections.community.kaleyra.tests.unit.properties.scenarios import Scenario
from ansible_collections.community.kaleyra.tests.unit.properties.test_properties import (
    violations_in_threads,
    violations_of,
)

A, B, C, D = (("ADPAI", "in"), ("ABCF01", "in"), ("ABCF99", "in"), ("S10", "in"))
MANY = tuple((f"S{number}", "in") for number in range(600))
DELETED = (("ADPAI", ""), ("ABCF01", ""))

COUNTEREXAMPLES = {
    "two spellings of one name fill the fewest requests": Scenario(
        "delete", tuple((name, "") for name in ("ADPAI", "ABCF01", "ABCF99", "S10", "s10"))
    ),
    "one name in two countries fills the fewest requests": Scenario(
        "create", (A, B, C, ("ABCF99", "us")), batch_size=2
    ),
    "an error of the account stops the run": Scenario("create", (A, B), batch_size=1, failures=((0, "E110"),)),
    "an attempt is lost, and the next one is busy": Scenario(
        "create", (A,), failures=((0, "reset after"), (1, "429")), retries=2
    ),
    "a silent delete proves nothing before an error of the account": Scenario(
        "delete", DELETED, DELETED, failures=((0, "reset after"), (1, "413"), (3, "RBC001"))
    ),
    "a silent delete proves nothing before the page of a gateway": Scenario(
        "delete", DELETED, DELETED, failures=((0, "reset after"), (1, "403"), (3, "403"))
    ),
    "an attempt is lost for a sender that is not attempted later": Scenario(
        "create", (A, B), behavior={"oversized": ("ABCF01",)}, failures=((0, "reset before"), (3, "302"))
    ),
    "a rejection creates some senders, and names only one error": Scenario(
        "create", (A, B, C), (B,), {"partial": "rejection", "max_errors": 1}
    ),
    "formats are checked before existing senders": Scenario(
        "create", (A, B, C), (A, B), {"staged": True, "reject": {"ABCF99": "Entity ID is not valid"}}
    ),
    "rows of a success have another code": Scenario("create", (A, B), behavior={"row_code": "200"}),
    "a success does not mention all senders": Scenario("create", (A, B, C), behavior={"rows_missing": 1}),
    "a lost response, then other words than existing": Scenario(
        "create", (A,), behavior={"recent": "Already submitted for verification"}, failures=((0, "reset after"),)
    ),
    "the response belongs to another request": Scenario("create", (A, B), failures=((0, "stale before"),)),
    "the server writes a part before an error": Scenario(
        "create", (A, B, C, D), failures=((0, "500 partly"),), retries=0
    ),
    "a number can be one of two names": Scenario(
        "create", (("12345", "in"), ("012345", "in")), (("012345", "in"),), {"names": "numbers"}
    ),
    "every request is too large": Scenario("create", MANY[:400], behavior={"create_limit": 0}, batch_size=100),
    "a search ends at its limit": Scenario(
        "create",
        MANY[:400],
        behavior={"wrong_payload": True, "reject": {f"S{number}": "no" for number in range(400)}},
        batch_size=100,
    ),
    "one error in each response, far from each other": Scenario(
        "create", MANY, MANY[::30], {"max_errors": 1}, batch_size=300
    ),
    "one error in each response": Scenario("create", MANY[:200], MANY[:200], {"max_errors": 1}, batch_size=100),
}


@pytest.mark.parametrize("name", COUNTEREXAMPLES)
def test_scenario_violates_nothing(name: str) -> None:
    assert violations_of(COUNTEREXAMPLES[name]) + violations_in_threads(COUNTEREXAMPLES[name]) == []
