# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The property test can fail: each of these wrong algorithms violates a guarantee within some scenarios."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.community.kaleyra.plugins.module_utils._batches import RunResult, process
from ansible_collections.community.kaleyra.plugins.module_utils._operations import Operation
from ansible_collections.community.kaleyra.plugins.module_utils._response import Exchange, Response, SenderResult
from ansible_collections.community.kaleyra.plugins.module_utils._response import ResponseKind as Kind
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender
from ansible_collections.community.kaleyra.tests.unit.properties import guarantees
from ansible_collections.community.kaleyra.tests.unit.properties.network import open_account, run_scenario
from ansible_collections.community.kaleyra.tests.unit.properties.scenarios import Scenario, scenarios
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st


def receives(change: Callable[[Operation, Sequence[Sender], Exchange], Exchange]) -> Any:
    """An algorithm to which the client reports something wrong."""

    def wrong(senders: Any, send: Any, operation: Any, *options: Any) -> RunResult:
        return process(senders, lambda batch: change(operation, batch, send(batch)), operation, *options)

    return wrong


def reads(change: Callable[[Operation, Sequence[Sender], Response], Response]) -> Any:
    """An algorithm that reads some responses wrongly."""
    return receives(
        lambda operation, senders, exchange: replace(exchange, response=change(operation, senders, exchange.response))
    )


def reads_kind(kind: Kind, as_kind: Kind) -> Any:
    return reads(lambda _op, _senders, response: replace(response, kind=as_kind) if response.kind is kind else response)


def reports(change: Callable[[Operation, SenderResult], SenderResult]) -> Any:
    """An algorithm that reports some results wrongly."""

    def wrong(senders: Any, send: Any, operation: Any, *options: Any) -> RunResult:
        processed = process(senders, send, operation, *options)
        return replace(processed, results={s: change(operation, found) for s, found in processed.results.items()})

    return wrong


def lost_as_done(operation: Operation, senders: Sequence[Sender], response: Response) -> Response:
    results = {sender: SenderResult(operation.done) for sender in senders}
    return replace(response, kind=Kind.SUCCESS, results=results) if response.kind is Kind.LOST else response


def other_account_as_present(operation: Operation, _senders: Sequence[Sender], response: Response) -> Response:
    return replace(
        response,
        results={
            sender: SenderResult(operation.already) if "already exists in" in result.msg else result
            for sender, result in response.results.items()
        },
    )


def all_rejected(_operation: Operation, senders: Sequence[Sender], response: Response) -> Response:
    results = {sender: response.results.get(sender, SenderResult("rejected")) for sender in senders}
    return replace(response, results=results) if response.kind is Kind.REJECTED else response


def backwards(senders: Any, send: Any, *options: Any) -> RunResult:
    processed = process(senders[::-1], send, *options)
    return replace(processed, results=dict(reversed(processed.results.items())))


def other_batch_size(change: Callable[[int], int]) -> Any:
    return lambda senders, send, operation, size, connections: process(
        senders, send, operation, change(size), connections
    )


def no_outcome_if_stopped(*arguments: Any) -> RunResult:
    processed = process(*arguments)
    attempted = {sender: found for sender, found in processed.results.items() if found.outcome != "not_attempted"}
    return replace(processed, results=attempted)


WRONG: dict[str, tuple[Any, Any]] = {
    "leaves out senders that were not attempted": (guarantees.complete, no_outcome_if_stopped),
    "rejects all senders of a rejected request": (guarantees.isolated, reads(all_rejected)),
    "treats a sender of another account as an existing one": (guarantees.isolated, reads(other_account_as_present)),
    "forgets that an attempt was lost": (
        guarantees.honest,
        receives(lambda _operation, _senders, exchange: replace(exchange, attempt_lost=False)),
    ),
    "reports present and absent senders as unchanged": (
        guarantees.honest,
        reports(
            lambda operation, found: found._replace(in_doubt=found.in_doubt and found.outcome != operation.already)
        ),
    ),
    "reports a sender as created after a lost response": (guarantees.honest, reads(lost_as_done)),
    "believes that a lost request did nothing": (guarantees.honest, reads_kind(Kind.LOST, Kind.STOP)),
    "reports existing senders as created": (
        guarantees.honest,
        reports(lambda op, found: found._replace(outcome=op.done) if found.outcome == op.already else found),
    ),
    "sends a request again whose response was lost": (
        guarantees.in_doubt,
        reads_kind(Kind.LOST, Kind.SUCCESS),
    ),
    "continues after an error of the account": (
        guarantees.stops,
        reads_kind(Kind.STOP, Kind.TOO_LARGE),
    ),
    "sends the list backwards": (guarantees.no_duplicates, backwards),
    "sends too many senders": (guarantees.no_duplicates, other_batch_size(lambda size: size + 1)),
    "sends half as many senders": (guarantees.economical, other_batch_size(lambda size: (size + 1) // 2)),
    "looks for senders that a rejection names": (
        guarantees.economical,
        reads_kind(Kind.REJECTED, Kind.REJECTED_UNNAMED),
    ),
    "does not count retries": (
        guarantees.economical,
        receives(lambda _operation, _senders, exchange: replace(exchange, requests=min(1, exchange.requests))),
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
