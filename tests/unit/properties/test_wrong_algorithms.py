# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each check of the property test can fail: a wrong algorithm violates it within some scenarios."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.community.kaleyra.plugins.module_utils._batches import RunResult, process
from ansible_collections.community.kaleyra.plugins.module_utils._response import Exchange, SenderResult
from ansible_collections.community.kaleyra.plugins.module_utils._response import ResponseKind as Kind
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender
from ansible_collections.community.kaleyra.tests.unit.properties import guarantees
from ansible_collections.community.kaleyra.tests.unit.properties.network import open_account, run_scenario
from ansible_collections.community.kaleyra.tests.unit.properties.scenarios import Scenario, scenarios
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st


def receives(change: Callable[[Sequence[Sender], Exchange], Exchange]) -> Any:
    """An algorithm to which the client reports something wrong."""

    def wrong(senders: Any, send: Any, *options: Any) -> RunResult:
        return process(senders, lambda batch: change(batch, send(batch)), *options)

    return wrong


def reads(kind: Kind, as_kind: Kind) -> Any:
    """An algorithm that reads one kind of response as another one."""

    def change(_senders: Sequence[Sender], exchange: Exchange) -> Exchange:
        response = exchange.response
        return replace(exchange, response=replace(response, kind=as_kind)) if response.kind is kind else exchange

    return receives(change)


def all_rejected(senders: Sequence[Sender], exchange: Exchange) -> Exchange:
    response = exchange.response
    results = {sender: response.results.get(sender, SenderResult("rejected")) for sender in senders}
    is_rejection = response.kind is Kind.REJECTED
    return replace(exchange, response=replace(response, results=results)) if is_rejection else exchange


def existing_as_done(senders: Any, send: Any, operation: Any, *options: Any) -> RunResult:
    processed = process(senders, send, operation, *options)
    done = {
        sender: found._replace(outcome=operation.done) if found.outcome == operation.already else found
        for sender, found in processed.results.items()
    }
    return replace(processed, results=done)


def backwards(senders: Any, send: Any, *options: Any) -> RunResult:
    processed = process(senders[::-1], send, *options)
    return replace(processed, results=dict(reversed(processed.results.items())))


def half_batches(senders: Any, send: Any, operation: Any, size: int, connections: int) -> RunResult:
    return process(senders, send, operation, (size + 1) // 2, connections)


def no_outcome_if_stopped(*arguments: Any) -> RunResult:
    processed = process(*arguments)
    attempted = {sender: found for sender, found in processed.results.items() if found.outcome != "not_attempted"}
    return replace(processed, results=attempted)


WRONG: dict[str, tuple[Any, Any]] = {
    "leaves out senders that were not attempted": (guarantees.complete, no_outcome_if_stopped),
    "rejects all senders of a rejected request": (guarantees.isolated, receives(all_rejected)),
    "forgets that an attempt was lost": (
        guarantees.honest,
        receives(lambda _senders, exchange: replace(exchange, attempt_lost=False)),
    ),
    "reports existing senders as created": (guarantees.honest, existing_as_done),
    "sends a request again whose response was lost": (guarantees.in_doubt, reads(Kind.LOST, Kind.SUCCESS)),
    "continues after an error of the account": (guarantees.stops, reads(Kind.STOP, Kind.TOO_LARGE)),
    "sends the list backwards": (guarantees.no_duplicates, backwards),
    "sends half as many senders": (guarantees.economical, half_batches),
    "does not count retries": (
        guarantees.economical,
        receives(lambda _senders, exchange: replace(exchange, requests=min(1, exchange.requests))),
    ),
}
ANY = st.one_of(*(scenarios(operation, quiet) for operation in ("create", "delete") for quiet in (True, False)))


@pytest.mark.parametrize("mistake", WRONG)
def test_finds_wrong_algorithm(mistake: str) -> None:
    guarantee, wrong = WRONG[mistake]

    def is_caught(scenario: Scenario) -> bool:
        return any(guarantee(run_scenario(scenario, open_account(scenario), process=wrong)))

    options = settings(
        max_examples=2000,
        phases=(Phase.generate,),
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    scenario = find(ANY, is_caught, settings=options, random=random.Random(0))
    assert not guarantees.violations(run_scenario(scenario, open_account(scenario)))
