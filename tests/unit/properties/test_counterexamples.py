# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every scenario that ever broke a promise, or an invariant that claimed more than the contract does."""

from __future__ import annotations

import pytest
from ansible_collections.community.kaleyra.tests.unit.properties.invariants import broken
from ansible_collections.community.kaleyra.tests.unit.properties.scenarios import Scenario, tell
from ansible_collections.community.kaleyra.tests.unit.properties.world import Declared, Server

A, B, C = "ADPAI", "ABCF01", "ABCF99"

BROKE_A_PROMISE = {
    "calls for two spellings of one name are not the fewest: the first fill a call that one of the two fits in": Scenario(
        "delete", tuple(Declared(name) for name in (A, B, C, "TESTET5", "testet5"))
    ),
    "calls for one name in two countries are not the fewest": Scenario(
        "create", (Declared(A), Declared(B), Declared(C), Declared(C, "us")), batch_size=2
    ),
    "a success of a silent delete disproves nothing, then the account's key is refused": Scenario(
        "delete",
        (Declared(A, there=True), Declared(B, there=True)),
        Server(silent=True),
        faults=((0, "reset_after"), (1, "413"), (3, "RBC001")),
    ),
    "a success of a silent delete disproves nothing, then a refusal that names nobody": Scenario(
        "delete",
        (Declared(A, there=True), Declared(B, there=True)),
        Server(silent=True),
        faults=((0, "reset_after"), (1, "403"), (3, "403")),
    ),
}
"""By what was wrong with the settling. All are mended."""

BROKE_AN_INVARIANT = {
    "a lost try is disproved for a sender that is not_attempted later": Scenario(
        "create", (Declared(A), Declared(B, heavy=True)), faults=((0, "reset_before"), (3, "redirect"))
    ),
    "the same for deleting, where the server's limit is one": Scenario(
        "delete",
        (Declared(A), Declared(B, there=True)),
        Server(limit=1),
        faults=((0, "reset_before"), (3, "redirect")),
        order=78,
    ),
    "a commit in part, half told by a later refusal alone": Scenario(
        "create", (Declared(A), Declared(B, there=True), Declared(C)), Server(partial=True, listed=1)
    ),
    "with several connections, calls without an answer arrive in another order than they were sent in": Scenario(
        "delete",
        tuple(Declared(name) for name in (A, "TESTET5", "testet5", B, "adpai", C, "TESTEHR5", "JSONSEND")),
        Server(limit=1),
        batch_size=2,
        faults=((3, "reset_before"), (7, "reset_before")),
        retries=0,
        order=2,
    ),
    "which of two countries comes first is another with several connections": Scenario(
        "create",
        (
            Declared("adpai"),
            Declared("TESTEHR5"),
            Declared(A),
            Declared(A, "us"),
            Declared(B, heavy=True),
            Declared(C, there=True),
        ),
        Server(by_country=False),
    ),
    "the same with one of two spellings, which is refused for good unless it is gone already": Scenario(
        "delete",
        (
            *(Declared(name) for name in (B, C, "TESTET5", "JSONSEND", A)),
            Declared("adpai", there=True, refusal=1),
            Declared("TESTEHR5"),
            Declared("testet5", heavy=True),
        ),
        Server(names="nobody", tells=True, precedence="already", folds=True),
        batch_size=2,
    ),
    "a sender that a refusal left out, then made by its twin": Scenario(
        "create",
        (
            Declared(A, "us"),
            Declared(C),
            Declared(A, heavy=True),
            Declared(B, there=True),
            Declared("TESTEHR5"),
            Declared("TESTEHR5", "us"),
            Declared("TESTET5", "us"),
            Declared("testet5", "us"),
        ),
        Server(folds=True),
    ),
    "when the calls for narrowing refusals down are spent, those that were spent on learning the limit differ": Scenario(
        "create",
        tuple(Declared(f"S{number}", refusal=number % 2) for number in range(240)),
        Server(names="unless_refused", limit=3, too_large="RBC192 untold"),
        batch_size=100,
    ),
}
"""By what it showed about the world. None of them was wrong with the settling."""


@pytest.mark.parametrize("name", [*BROKE_A_PROMISE, *BROKE_AN_INVARIANT])
def test_a_counterexample_is_mended(name: str) -> None:
    scenario = {**BROKE_A_PROMISE, **BROKE_AN_INVARIANT}[name]
    assert broken(tell(scenario)) == []
