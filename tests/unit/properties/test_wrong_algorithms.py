# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The campaign finds wrong algorithms: each of these, told apart from the right one by one deliberate mistake, breaks
the invariant that is there for it within a few scenarios."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest
from ansible_collections.community.kaleyra.plugins.module_utils import _report, _settle
from ansible_collections.community.kaleyra.plugins.module_utils._answer import Answer, Verdict
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender
from ansible_collections.community.kaleyra.plugins.module_utils._settle import Outcome, Settled
from ansible_collections.community.kaleyra.tests.unit.properties.invariants import INVARIANTS
from ansible_collections.community.kaleyra.tests.unit.properties.scenarios import (
    Scenario,
    large_scenarios,
    scenarios,
    tell,
)
from ansible_collections.community.kaleyra.tests.unit.properties.test_counterexamples import BROKE_A_PROMISE
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st

MOST_SCENARIOS = 2000

Mistake = Callable[[], "contextlib.AbstractContextManager[Any]"]
Calls = Callable[[Sequence[Sender]], Answer]


def _settling(wrong: Callable[..., Settled]) -> Mistake:
    """The mistake of a settling that is built from the right one: ``wrong`` takes it and its arguments."""
    right = _settle.settle

    def settle(
        senders: Sequence[Sender], send: Calls, operation: _settle.Operation, batch_size: int, connections: int = 1
    ) -> Settled:
        return wrong(right, senders, send, operation, batch_size, connections)

    return lambda: mock.patch.object(_settle, "settle", settle)


def _reading(misread: Callable[[Sequence[Sender], Answer], Answer]) -> Mistake:
    """The mistake of taking answers for others."""

    def settle(right: Any, senders: Any, send: Calls, *arguments: Any) -> Settled:
        return right(senders, lambda call: misread(call, send(call)), *arguments)

    return _settling(settle)


def _sending(change: Callable[[Sequence[Sender]], Sequence[Sender]]) -> Mistake:
    """The mistake of sending others than the senders of the call."""

    def settle(right: Any, senders: Any, send: Calls, *arguments: Any) -> Settled:
        return right(senders, lambda call: send(change(call)), *arguments)

    return _settling(settle)


def _telling(change: Callable[[_settle.Operation, list[Outcome]], list[Outcome]]) -> Mistake:
    """The mistake of reporting other outcomes than were found."""

    def settle(right: Any, senders: Any, send: Calls, operation: Any, *arguments: Any) -> Settled:
        settled = right(senders, send, operation, *arguments)
        return replace(settled, outcomes=change(operation, settled.outcomes))

    return _settling(settle)


def _each(change: Callable[[_settle.Operation, Outcome], Outcome]) -> Mistake:
    return _telling(lambda operation, outcomes: [change(operation, outcome) for outcome in outcomes])


def _setting(**values: Any) -> Mistake:
    """The mistake of other values for names of the settling's module."""
    return lambda: mock.patch.multiple(_settle, **values)


def _walking(**methods: Any) -> Mistake:
    """The mistake of other methods of the walk."""
    return _setting(_Walk=type("Wrong", (_settle._Walk,), methods))


def _as(verdict: Verdict, taken_for: Verdict) -> Mistake:
    return _reading(lambda _call, answer: replace(answer, verdict=taken_for) if answer.verdict is verdict else answer)


def _by_position(call: Sequence[Sender], answer: Answer) -> Answer:
    return replace(answer, errors={sender.key: reasons for sender, reasons in zip(call, answer.errors.values())})


def _names_all(call: Sequence[Sender], answer: Answer) -> Answer:
    if answer.verdict is not Verdict.REFUSED or not answer.errors:
        return answer
    return replace(answer, errors={sender.key: ("Sender IDs not created",) for sender in call})


def _pack_without_names(senders: Sequence[Sender], limit: int) -> list[list[Sender]]:
    senders = list(senders)
    return [senders[start : start + limit] for start in range(0, len(senders), limit)]


def _pack_too_little(senders: Sequence[Sender], limit: int) -> list[list[Sender]]:
    return _RIGHT_PACK(senders, max(1, limit // 2))


def _pack_first_fit(senders: Sequence[Sender], limit: int) -> list[list[Sender]]:
    calls: list[list[Sender]] = []
    for sender in senders:
        fits = (call for call in calls if len(call) < limit and sender.key not in {other.key for other in call})
        call = next(fits, None)
        if call is None:
            calls.append(call := [])
        call.append(sender)
    return calls


def _silence_is_proof(right: Any, senders: Any, send: Calls, operation: Any, *arguments: Any) -> Settled:
    return right(senders, send, replace(operation, refuses_already=True), *arguments)


def _refuse_and_send_at_once(walk: Any, call: list[Sender], answer: Answer) -> None:
    _RIGHT_REFUSE(walk, call, answer)
    if walk.later:
        walk.queue.append(walk.later)
        walk.later = []


def _refuse_and_forget(walk: Any, call: list[Sender], answer: Answer) -> None:
    _RIGHT_REFUSE(walk, call, answer)
    walk.left_out.clear()


def _narrow_one_by_one(walk: Any, call: list[Sender], answer: Answer) -> None:
    if len(call) == 1:
        _RIGHT_NARROW(walk, call, answer)
    else:
        walk.queue.extend([sender] for sender in call)


def _accept_without_proof(walk: Any, call: list[Sender], answer: Answer) -> None:
    _RIGHT_ACCEPT(walk, call, answer)
    walk.disproved.clear()


def _unknown_after_a_stop(_operation: Any, outcome: Outcome) -> Outcome:
    return outcome._replace(outcome="unknown", changed=True) if outcome.outcome == "not_attempted" else outcome


def _already_is_done(operation: _settle.Operation, outcome: Outcome) -> Outcome:
    return outcome._replace(outcome=operation.done, changed=True) if outcome.outcome == operation.already else outcome


def _alone_with_connections(
    right: Any, senders: Any, send: Calls, operation: Any, batch_size: int, connections: int
) -> Settled:
    with mock.patch.object(_settle, "NARROWING_CALLS", 0) if connections > 1 else contextlib.nullcontext():
        return right(senders, send, operation, batch_size, connections)


def _one_too_many(right: Any, senders: Any, send: Calls, operation: Any, batch_size: int, connections: int) -> Settled:
    return right(senders, send, operation, batch_size + 1, connections)


def _report_of_all(settled: Settled, report: str, diff: bool) -> dict[str, Any]:
    return {**_RIGHT_RESULT(settled, report, diff), "failed": all(outcome.failed for outcome in settled.outcomes)}


_RIGHT_PACK = _settle.pack
_RIGHT_REFUSE = _settle._Walk._refuse
_RIGHT_NARROW = _settle._Walk._narrow
_RIGHT_ACCEPT = _settle._Walk._accept
_RIGHT_RESULT = _report.result

WRONG: dict[str, tuple[str, Mistake]] = {
    "drops what a stop kept from being sent": (
        "each_sender_once",
        _telling(lambda _operation, outcomes: [found for found in outcomes if found.outcome != "not_attempted"]),
    ),
    "reports in the order of the outcomes": (
        "each_sender_once",
        _telling(lambda _operation, outcomes: sorted(outcomes, key=lambda found: found.outcome)),
    ),
    "reports what is unknown as unchanged": (
        "table_of_outcomes",
        _each(lambda _operation, found: found._replace(changed=found.changed and found.outcome != "unknown")),
    ),
    "fails only when all senders did": (
        "task_fails_with_its_senders",
        lambda: mock.patch.object(_report, "result", _report_of_all),
    ),
    "takes a lost answer for a success": ("success_is_true", _as(Verdict.LOST, Verdict.ACCEPTED)),
    "takes a refusal for a success": ("success_is_true", _as(Verdict.REFUSED, Verdict.ACCEPTED)),
    "spells names in another case": (
        "others_untouched",
        _sending(lambda call: [Sender(one.name.swapcase(), one.description, one.iso_code) for one in call]),
    ),
    "takes a lost answer for one that did nothing": ("unchanged_is_true", _as(Verdict.LOST, Verdict.STOP)),
    "forgets that a try was lost": (
        "unchanged_is_true",
        _reading(lambda _call, answer: replace(answer, lost_try=False)),
    ),
    "forgets whom a refusal left out": ("unchanged_is_true", _walking(_refuse=_refuse_and_forget)),
    "creates what was there": ("done_is_true", _each(_already_is_done)),
    "takes every server for one that commits in part": (
        "done_is_true",
        _walking(piecemeal=property(lambda walk: False, lambda walk, value: None)),
    ),
    "never takes a lost try for disproved": ("doubt_is_due", _walking(_accept=_accept_without_proof)),
    "knows nothing of what was never sent": ("failure_is_due", _each(_unknown_after_a_stop)),
    "rejects what a stop kept from being sent": (
        "failure_is_due",
        _each(
            lambda _operation, found: found._replace(outcome="rejected") if found.outcome == "not_attempted" else found
        ),
    ),
    "rejects the whole call": ("each_is_treated_alone", _reading(_names_all)),
    "never halves a call": ("each_is_treated_alone", _setting(NARROWING_CALLS=0)),
    "takes an error's number for the row's": ("each_is_treated_alone", _reading(_by_position)),
    "reports what is as it should be as changed": ("second_run_changes_nothing", _each(_already_is_done)),
    "sends two of one name in a call": ("calls_are_sound", _setting(pack=_pack_without_names)),
    "sends one too many in a call": ("calls_are_sound", _settling(_one_too_many)),
    "does not count what was sent again": (
        "calls_are_counted",
        _reading(lambda _call, answer: replace(answer, sent=min(answer.sent, 1))),
    ),
    "sends half-empty calls": ("calls_are_few", _setting(pack=_pack_too_little)),
    "sends what each refusal leaves on its own": ("calls_are_few", _walking(_refuse=_refuse_and_send_at_once)),
    "fills calls in the order of the list": ("calls_are_few", _setting(pack=_pack_first_fit)),
    "takes a silent delete for a proof": ("unchanged_is_true", _settling(_silence_is_proof)),
    "takes a refused call apart one by one": ("calls_are_few", _walking(_narrow=_narrow_one_by_one)),
    "goes on after a stop": ("stop_ends_it", _as(Verdict.STOP, Verdict.TOO_LARGE)),
    "goes on when no answer comes": ("stop_ends_it", _setting(SILENT_CALLS=99)),
    "halves calls on one connection only": (
        "connections_make_no_difference",
        _settling(_alone_with_connections),
    ),
}


ANY = st.one_of(*(scenarios(operation, quiet) for operation in ("create", "delete") for quiet in (True, False)))
LONG_LISTS = st.one_of(*(large_scenarios(operation, quiet=True, sizes=(40,)) for operation in ("create", "delete")))
COUNTEREXAMPLES = st.sampled_from(list(BROKE_A_PROMISE.values()))

SEARCHED = {
    "takes a refused call apart one by one": LONG_LISTS,
    "sends what each refusal leaves on its own": LONG_LISTS,
    "fills calls in the order of the list": COUNTEREXAMPLES,
    "takes a silent delete for a proof": COUNTEREXAMPLES,
}
"""The scenarios in which a mistake is looked for, if not in any."""


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_algorithm_is_caught(mistake: str) -> None:
    name, wrong = WRONG[mistake]

    def caught(scenario: Scenario) -> bool:
        with wrong():
            return any(True for _fault in INVARIANTS[name](tell(scenario)))

    found = find(
        SEARCHED.get(mistake, ANY),
        caught,
        settings=settings(
            max_examples=MOST_SCENARIOS,
            phases=(Phase.generate,),
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
        random=random.Random(0),
    )
    assert not any(True for _fault in INVARIANTS[name](tell(found))), "the right algorithm breaks it as well"


def test_each_invariant_catches_something() -> None:
    assert {name for name, _wrong in WRONG.values()} == set(INVARIANTS)
