# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract's promises 1 to 5 and 9 as invariants of a story, held against the truth that the world keeps.

Each takes a `Story` and yields a sentence for whatever breaks it. What nobody can decide from the answers is left out
here, sender by sender:

`believed_refusals`
    A refusal that names nobody of its call, of a server that acted on a part of the call all the same. Taking such
    refusals for partial commits instead would report changes in every second run against the documented ``WA400``.
`half_told_commits`
    A server that both commits a part of a refused call and lists only some of its errors. A sender that it left out may be
    there because of this call or because of an earlier one; the answers are the same.
`complete_at_last`
    A server that lists only some of its errors, once those that are left fit into one complete list: it looks like a
    partial commit, which the contract takes it for (``created``).

Besides, a delete that says nothing of missing senders is always ``deleted``, as the contract has it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator

from ansible_collections.community.kaleyra.plugins.module_utils import _report
from ansible_collections.community.kaleyra.plugins.module_utils._answer import Verdict
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender
from ansible_collections.community.kaleyra.tests.unit.properties.scenarios import Run, Story
from ansible_collections.community.kaleyra.tests.unit.properties.world import FAULTS, Call

FEW_HUNDRED = 300
"""Promise 2: the calls within which refusals that name nobody are narrowed down."""

TABLE = {
    "created": {(True, False)},
    "present": {(False, False), (True, False)},
    "deleted": {(True, False)},
    "absent": {(False, False), (True, False)},
    "rejected": {(False, True)},
    "unknown": {(True, True)},
    "not_attempted": {(False, True)},
}
"""The contract's table of outcomes: whether changed, and whether failed. A lost answer makes `present` and `absent` changed."""


def believed_refusals(run: Run) -> set[Sender]:
    """Senders that a refusal which named nobody had acted on."""
    return {sender for call in run.calls if _refused(call) and not _named(call) for sender in call.requests[-1].did}


def half_told_commits(run: Run) -> set[Sender]:
    """Senders that refusals had acted on, in a run in which one listed only some of its errors."""
    refusals = [call for call in run.calls if _refused(call) and _named(call)]
    if all(call.requests[-1].told == call.requests[-1].wrong for call in refusals):
        return set()
    return {sender for call in refusals for sender in call.requests[-1].did}


def complete_at_last(run: Run) -> set[Sender]:
    """Senders whose error a refusal did not list, and that a later one named together with all of its call.

    Only until an answer shows that the server lists its errors piecemeal: one that names some of a call's senders
    after all, or refuses one for good.
    """
    left_out: set[Sender] = set()
    unlisted: set[Sender] = set()
    found: set[Sender] = set()
    for call in run.calls:
        named = _named(call)
        if not _refused(call) or not named:
            continue
        refused = {
            sender for sender in named if not all(map(run.operation.says_already, call.answer.errors[sender.key]))
        }
        if (left_out & named and named < set(call.senders)) or left_out & refused:
            break
        found |= unlisted & named
        left_out |= set(call.senders) - named
        unlisted |= call.requests[-1].wrong - call.requests[-1].told
    return found


def each_sender_once(story: Story) -> Iterator[str]:
    """Promise 1: each distinct sender has exactly one outcome, in input order."""
    creating = story.scenario.operation == "create"
    rows = dict.fromkeys((row.name, row.country if creating else "") for row in story.scenario.rows)
    for run in story.runs():
        found = [(outcome.sender.name, outcome.sender.iso_code) for outcome in run.settled.outcomes]
        if found != list(rows):
            yield f"outcomes for {found}, not for {list(rows)}"


def table_of_outcomes(story: Story) -> Iterator[str]:
    """The contract's table: what each outcome means for `changed` and `failed`."""
    for run in story.runs():
        possible = {run.operation.done, run.operation.already, "rejected", "unknown", "not_attempted"}
        for sender, found in run.outcomes():
            if found.outcome not in possible or (found.changed, found.failed) not in TABLE[found.outcome]:
                yield f"{sender.name}: {found}"


def task_fails_with_its_senders(story: Story) -> Iterator[str]:
    """Promise 5: the task fails when any sender failed, and is changed when any is."""
    for run in story.runs():
        result = _report.result(run.settled, "all", diff=False)
        outcomes = run.settled.outcomes
        if result["failed"] != any(outcome.failed for outcome in outcomes):
            yield f"failed is {result['failed']}"
        if result["changed"] != any(outcome.changed for outcome in outcomes):
            yield f"changed is {result['changed']}"
        counts = Counter(outcome.outcome for outcome in outcomes)
        if result["summary"] != {"total": len(outcomes), **{name: counts[name] for name in TABLE}}:
            yield f"summary is {result['summary']}"


def success_is_true(story: Story) -> Iterator[str]:
    """What should exist exists, and what should not does not, unless it is reported failed."""
    for run in story.runs():
        for sender, found in run.outcomes():
            exists = run.scenario.server.identity(sender) in run.after
            if not found.failed and exists != (run.scenario.operation == "create"):
                yield f"{sender.name} is {found.outcome}, and {'exists' if exists else 'does not exist'}"


def others_untouched(story: Story) -> Iterator[str]:
    """Nothing outside of the list is ever touched."""
    for run in story.runs():
        listed = {run.scenario.server.identity(sender) for sender in run.senders}
        touched = (run.before ^ run.after) - listed
        if touched:
            yield f"{touched} changed"


def unchanged_is_true(story: Story) -> Iterator[str]:
    """Promise 3: `changed: false` means that this run certainly changed nothing for that sender."""
    for run in story.runs():
        undecidable = believed_refusals(run) | half_told_commits(run)
        for sender, found in run.outcomes():
            if not found.changed and sender in run.done and sender not in undecidable:
                yield f"{sender.name} is {found.outcome}, unchanged, and this run {run.operation.done} it"


def done_is_true(story: Story) -> Iterator[str]:
    """`created` and `deleted` are said only of what this run did."""
    for run in story.runs():
        if run.scenario.server.silent:
            continue
        done = {run.scenario.server.identity(sender) for sender in run.done}
        undecidable = complete_at_last(run)
        for sender, found in run.outcomes():
            if (
                found.outcome == run.operation.done
                and run.scenario.server.identity(sender) not in done
                and sender not in undecidable
            ):
                yield f"{sender.name} is {found.outcome}, and this run did not do it"


def doubt_is_due(story: Story) -> Iterator[str]:
    """Promise 3: `present` and `absent` are changed where a try of a call was lost that no later success disproves."""
    for run in story.runs():
        doubtful = _doubtful(run)
        for sender, found in run.outcomes():
            if found.outcome == run.operation.already and found.changed != (sender in doubtful):
                yield f"{sender.name} is {found.outcome}, changed {found.changed}"


def failure_is_due(story: Story) -> Iterator[str]:
    """`rejected`, `unknown` and `not_attempted` are said only of what was refused, lost, or never processed."""
    for run in story.runs():
        doubtful = _doubtful(run)
        stopped = any(call.answer.verdict is Verdict.STOP for call in run.calls) or _silent(run.calls) or _spent(run)
        for sender, found in run.outcomes():
            calls = [call for call in run.calls if sender in call.senders]
            refused = any(
                _refused(call) or call.answer.verdict is Verdict.TOO_LARGE or sender.key in call.answer.errors
                for call in calls
            )
            if found.outcome == "rejected" and not refused:
                yield f"{sender.name} is rejected, and nothing refused it"
            if found.outcome == "unknown" and not any(call.lost or _refused(call) for call in calls):
                yield f"{sender.name} is unknown, and all is known of it"
            if found.outcome == "not_attempted" and (
                not stopped
                or sender in doubtful
                or any(call.answer.verdict not in (Verdict.STOP, Verdict.TOO_LARGE) for call in calls)
            ):
                yield f"{sender.name} is not_attempted, and it was"


def each_is_treated_alone(story: Story) -> Iterator[str]:
    """Promise 2: one sender's rejection never keeps another from being created or deleted. Without faults each sender
    gets what the server has for it."""
    for run in story.runs():
        if not run.quiet or _spent(run):
            continue
        undecidable = believed_refusals(run) | half_told_commits(run)
        apparent = complete_at_last(run)
        identities = Counter(run.scenario.server.identity(sender) for sender in run.senders)
        for sender, found in run.outcomes():
            if sender in undecidable:
                continue
            expected = _expected(run, sender)
            if identities[run.scenario.server.identity(sender)] > 1:
                expected |= _as_it_should_be(run)  # a twin came first
            if sender in apparent and run.operation.already in expected:
                expected.add(run.operation.done)
            if found.outcome not in expected:
                yield f"{sender.name} is {found.outcome}, not {' or '.join(sorted(expected))}"


def second_run_changes_nothing(story: Story) -> Iterator[str]:
    """Promise 4: what the first run did not report failed, a second run neither changes nor reports changed."""
    run = story.second
    undecidable = complete_at_last(run)
    for before, (sender, found) in zip(story.first.settled.outcomes, run.outcomes()):
        if before.failed:
            continue
        if sender in run.done:
            yield f"{sender.name} was {before.outcome}, and the second run {run.operation.done} it"
        if found.changed and not run.scenario.server.silent and sender not in undecidable:
            yield f"{sender.name} was {before.outcome}, then {found.outcome}, changed"


def calls_are_sound(story: Story) -> Iterator[str]:
    """Calls hold senders of the list, at most as many as a call may, never two of one name, and none whose fate is told."""
    for run in story.runs():
        for call in run.calls:
            names = [sender.name.casefold() for sender in call.senders]
            if not names or len(names) > run.scenario.batch_size or len(set(names)) < len(names):
                yield f"a call of {names}"
            if not set(call.senders) <= set(run.senders):
                yield f"a call of {names}, which are not all in the list"


def calls_are_counted(story: Story) -> Iterator[str]:
    """`api_calls` are the HTTP requests that were sent, and each one that was made again is told."""
    for run in story.runs():
        requests = [request for call in run.calls for request in call.requests]
        sent = sum(not request.fault or FAULTS[request.fault].sent for request in requests)
        if run.settled.api_calls != sent:
            yield f"{sent} requests, and api_calls is {run.settled.api_calls}"
        if len(run.settled.retried) != len(requests) - len(run.calls):
            yield f"{len(requests) - len(run.calls)} retries, and {len(run.settled.retried)} told"


def calls_are_few(story: Story) -> Iterator[str]:
    """Promise 9: as few calls as the API allows; and a bound for servers that the pages do not document."""
    for run in story.runs():
        if not run.quiet:
            continue
        bound = _bound(run)
        if len(run.calls) > bound:
            yield f"{len(run.calls)} calls with {run.connections} connections, where {bound} do"


def stop_ends_it(story: Story) -> Iterator[str]:
    """After an answer about the account, or two calls in a row without an answer, nothing more is sent."""
    for run in story.runs():
        if run.submitted_after_stop:
            yield f"{run.submitted_after_stop} calls after the end"
        if run.connections > 1:
            continue
        for number, call in enumerate(run.calls[:-1]):
            if call.answer.verdict is Verdict.STOP or _silent(run.calls[: number + 1]):
                yield f"calls after call {number}, which ended the run"


def connections_make_no_difference(story: Story) -> Iterator[str]:
    """Without faults, several connections have the outcomes of one, within the calls for narrowing refusals down."""
    if not story.first.quiet:
        return
    for run in (story.first, story.parallel):
        if _spent(run) or believed_refusals(run) or half_told_commits(run) or complete_at_last(run):
            return
    identities = Counter(map(story.scenario.server.identity, story.first.senders))
    for one, other in zip(story.first.settled.outcomes, story.parallel.settled.outcomes):
        if identities[story.scenario.server.identity(one.sender)] > 1:
            continue  # which of two rows for one sender comes first may be another
        if (one.outcome, one.changed, one.failed) != (other.outcome, other.changed, other.failed):
            yield f"{one.sender.name} is {one.outcome} with one connection and {other.outcome} with four"


INVARIANTS: dict[str, Callable[[Story], Iterator[str]]] = {
    invariant.__name__: invariant
    for invariant in (
        each_sender_once,
        table_of_outcomes,
        task_fails_with_its_senders,
        success_is_true,
        others_untouched,
        unchanged_is_true,
        done_is_true,
        doubt_is_due,
        failure_is_due,
        each_is_treated_alone,
        second_run_changes_nothing,
        calls_are_sound,
        calls_are_counted,
        calls_are_few,
        stop_ends_it,
        connections_make_no_difference,
    )
}


def broken(story: Story, names: Collection[str] = INVARIANTS) -> list[str]:
    """Every invariant of these that a story breaks, each with a sentence."""
    return [f"{name}: {fault}" for name in INVARIANTS if name in names for fault in INVARIANTS[name](story)]


def _refused(call: Call) -> bool:
    return call.answer.verdict is Verdict.REFUSED


def _named(call: Call) -> set[Sender]:
    return {sender for sender in call.senders if sender.key in call.answer.errors}


def _done(call: Call) -> set[Sender]:
    return set(call.senders) - _named(call) if call.answer.verdict is Verdict.ACCEPTED else set()


def _doubtful(run: Run) -> set[Sender]:
    """The senders of calls with a lost try, unless a success for one of the call's senders proves that it did nothing."""
    return {
        sender
        for call in run.calls
        if call.answer.lost_try
        if not any(_done(other).intersection(call.senders) for other in run.calls)
        for sender in call.senders
    }


def _silent(calls: tuple[Call, ...]) -> bool:
    """Whether two calls in a row had no answer."""
    lost = [call.answer.verdict is Verdict.LOST for call in calls]
    return any(one and other for one, other in zip(lost, lost[1:]))


def _spent(run: Run) -> bool:
    """Whether the calls may have been spent that a run has for narrowing refusals down."""
    narrowing = [call for call in run.calls if _refused(call) and not _named(call)]
    shrinking = [call for call in run.calls if call.answer.verdict is Verdict.TOO_LARGE]
    return 2 * len(narrowing) + len(shrinking) >= FEW_HUNDRED


def _as_it_should_be(run: Run) -> set[str]:
    """What a sender is called that is as it should be when its call arrives."""
    server = run.scenario.server
    told = server.names in ("exactly", "othercase", "unless_refused") or (server.names == "nobody" and server.tells)
    return {run.operation.already if told else "rejected"}


def _expected(run: Run, sender: Sender) -> set[str]:
    """The outcomes that the server's rules have for a sender, whatever the others of the list are."""
    server = run.scenario.server
    row = run.declared[sender]
    creating = run.scenario.operation == "create"
    already = (server.identity(sender) in run.before) == creating and not server.silent
    if row.heavy:
        return {"rejected"}
    if row.refusal and already and server.precedence == "both":
        return {"rejected"} | _as_it_should_be(run)
    if row.refusal and (not already or server.precedence == "refusal"):
        return {"rejected"}
    return _as_it_should_be(run) if already else {run.operation.done}


def _fewest(senders: list[Sender], limit: int) -> int:
    """The fewest calls that senders fit in, no two of one name in one call."""
    most = max(Counter(sender.key for sender in senders).values(), default=0)
    return max(math.ceil(len(senders) / limit), most)


def _bound(run: Run) -> int:
    """The most calls that a run without faults may take.

    For a server as the pages document it the fewest that there can be: one pass to find out, one for the rest. A limit
    below the documented one costs a call to learn its number, or some to find it by halving, on each connection. A
    refusal that names nobody costs a path of halves for each sender that is to blame. The last bound is that of servers
    that are none of these.
    """
    server = run.scenario.server
    size = run.scenario.batch_size
    senders = list(run.senders)
    steps = math.ceil(math.log2(max(1, min(size, len(senders)))))
    wrong = [sender for sender in senders if run.operation.done not in _expected(run, sender)]
    left = [sender for sender in senders if sender not in wrong]
    twins = len(senders) - len({server.identity(sender) for sender in senders})
    heavy = sum(run.declared[sender].heavy for sender in senders)
    listing = server.names in ("exactly", "othercase") and not server.listed and not server.staged
    if not heavy and not twins and listing:
        limited = 0 < server.limit < size
        learning = (1 if server.too_large == "RBC192" else steps) * run.connections
        reached = ((server.limit + 1) // 2 if learning > run.connections else server.limit) if limited else size
        first = _fewest(senders, size) * math.ceil(size / reached)
        second = _fewest(left, reached) if wrong and not server.softly else 0
        return first + second + (learning if limited else 0)
    if not heavy and not twins and not server.limit and server.names in ("nobody", "strangers") and not server.partial:
        return _fewest(senders, size) + min(2 * max(1, steps) * len(wrong), FEW_HUNDRED)
    return 3 * len(senders) + (heavy + 1) * (steps + 3) * run.connections + 2 * twins
