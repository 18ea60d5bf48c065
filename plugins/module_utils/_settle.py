# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""The walk that settles a list of senders: senders and a ``send`` function in, one outcome per sender out.

Creating and deleting are the same walk with different limits and words. It never asks what is there, for the API
cannot tell: it sends, and learns from refusals. What an answer leaves open stays open, and is reported so.
"""

from __future__ import annotations

import functools
import itertools
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ansible_collections.community.kaleyra.plugins.module_utils._answer import (
    Answer,
    Verdict,
    already_exists,
    does_not_exist,
)
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender

NARROWING_CALLS = 300
"""Most calls of a run that look for the bad rows of refusals which name nobody."""

SILENT_CALLS = 2
"""So many calls in a row without an answer end the run."""


@dataclass(frozen=True)
class Operation:
    """Creating or deleting: its words, and the most senders that the API takes in one call.

    ``refuses_already``: whether the pages say that a sender which is as it should be is refused. If not, a success
    proves that something was done only once the API has refused one.
    """

    done: str
    already: str
    limit: int
    says_already: Callable[[str], bool]
    refuses_already: bool


# Thousands of senders share a reason.
CREATE = Operation("created", "present", 5000, functools.lru_cache(already_exists), True)
DELETE = Operation("deleted", "absent", 100, functools.lru_cache(does_not_exist), False)


class Outcome(NamedTuple):
    """What became of one sender. ``id``, ``code`` and ``msg`` are empty where they say nothing."""

    sender: Sender
    outcome: str
    changed: bool
    failed: bool
    id: str = ""
    code: str = ""
    msg: str = ""


@dataclass(frozen=True)
class Settled:
    """A run's outcomes in input order, the HTTP requests it took, and why some had to be sent again."""

    outcomes: list[Outcome]
    api_calls: int = 0
    retried: list[str] = field(default_factory=list)


def foresee(senders: Iterable[Sender], operation: Operation) -> Settled:
    """What check mode reports: each sender as it would be sent."""
    return Settled([Outcome(sender, operation.done, changed=True, failed=False) for sender in senders])


def settle(
    senders: Sequence[Sender],
    send: Callable[[Sequence[Sender]], Answer],
    operation: Operation,
    batch_size: int,
    connections: int = 1,
) -> Settled:
    """Create or delete the senders in as few calls as the API allows.

    :arg send: makes one call of at most ``batch_size`` senders, no two with one name. It must not raise. With more
        than one connection it is called from several threads.
    :arg connections: calls in flight at once. Their answers are judged in the order of sending, so that the
        outcomes are those of a walk in sequence, unless the calls for narrowing run out.
    """
    walk = _Walk(operation, batch_size, senders)
    if connections == 1:
        _run(walk, lambda call: _done(send(call)), 1)
    else:
        pool = ThreadPoolExecutor(connections)
        try:
            _run(walk, lambda call: pool.submit(send, call), connections)
        finally:
            pool.shutdown(wait=False)
    return Settled([walk.outcome(sender) for sender in senders], walk.api_calls, walk.retried)


def pack(senders: Sequence[Sender], limit: int) -> list[list[Sender]]:
    """Spread senders over as few calls of at most ``limit`` as they fit in, never two of one name in one call.

    Of two with one name, the one declared first is in the earlier call.
    """
    times = Counter([sender.key for sender in senders])
    if len(times) == len(senders):
        return [list(senders[start : start + limit]) for start in range(0, len(senders), limit)]
    calls: list[list[Sender]] = [[] for _number in range(max(-(-len(senders) // limit), *times.values()))]
    places: dict[str, Iterator[int]] = {}
    repeated = 0
    for sender in senders:
        if times[sender.key] > 1:
            if sender.key not in places:
                numbers = ((repeated + count) % len(calls) for count in range(times[sender.key]))
                places[sender.key] = iter(sorted(numbers))
                repeated += times[sender.key]
            calls[next(places[sender.key])].append(sender)
    number = 0
    for sender in senders:
        if times[sender.key] == 1:
            while len(calls[number]) == limit:
                number += 1
            calls[number].append(sender)
    return calls


def _done(answer: Answer) -> Future[Answer]:
    future: Future[Answer] = Future()
    future.set_result(answer)
    return future


def _run(walk: _Walk, submit: Callable[[list[Sender]], Future[Answer]], connections: int) -> None:
    flying: deque[tuple[list[Sender], Future[Answer]]] = deque()
    most = 1  # until the first answer: a wrong key or URL costs one call, not one a connection
    while True:
        while len(flying) < most and not any(
            future.done() and future.result().verdict is Verdict.STOP for _call, future in flying
        ):
            call = walk.next_call([call for call, _future in flying])
            if not call:
                break
            flying.append((call, submit(call)))
        if not flying:
            return
        call, future = flying.popleft()
        walk.judge(call, future.result())
        most = connections


class _Walk:
    """What a run knows so far."""

    def __init__(self, operation: Operation, batch_size: int, senders: Sequence[Sender]) -> None:
        self.operation = operation
        self.batch_size = self.limit = batch_size
        self.names_repeat = len({sender.key for sender in senders}) < len(senders)
        self.queue = deque(pack(senders, batch_size))
        self.later: list[Sender] = []
        self.settled: dict[Sender, Outcome] = {}
        self.left_out: set[Sender] = set()  # of the errors of a refusal that named others
        self.halved: set[Sender] = set()  # refused in a call without a name
        self.unnamed: set[Sender] = set()  # rejected without being named
        self.belated: set[Sender] = set()  # done by a refused call, as an answer after it tells
        self.doubts: dict[Sender, list[int]] = {}  # the lost tries that held a sender
        self.disproved: set[int] = set()  # the lost tries that certainly did nothing
        self.lost_tries = itertools.count()
        self.refuses_already = operation.refuses_already
        self.piecemeal = False
        self.narrowing = NARROWING_CALLS
        self.silent = 0
        self.stopped: Answer | None = None
        self.api_calls = 0
        self.retried: list[str] = []

    def next_call(self, flying: Sequence[list[Sender]]) -> list[Sender]:
        """The next call to send while others fly; empty when there is none, or when it has to wait for them."""
        if self.stopped:
            return []
        if not self.queue and not flying:
            self.queue.extend(pack(self.later, self.limit))
            self.later = []
        if not self.queue:
            return []
        if self.names_repeat and flying:
            keys = {sender.key for call in flying for sender in call}
            if any(sender.key in keys for sender in self.queue[0]):
                return []
        call = self.queue.popleft()
        if len(call) > self.limit:
            self.queue.appendleft(call[self.limit :])
        return call[: self.limit]

    def judge(self, call: list[Sender], answer: Answer) -> None:
        """Settle what the answer decides, and put the rest back."""
        self.api_calls += answer.sent
        self.retried.extend(answer.retried)
        if answer.lost_try:
            number = next(self.lost_tries)
            for sender in call:
                self.doubts.setdefault(sender, []).append(number)
        self.silent = self.silent + 1 if answer.verdict is Verdict.LOST else 0
        if answer.verdict is Verdict.STOP:
            self.stopped = answer
        elif self.silent == SILENT_CALLS:
            self.stopped = replace(
                answer, message=f"the run stopped after {self.silent} calls without a usable answer: {answer.message}"
            )
        if answer.verdict is Verdict.ACCEPTED:
            self._accept(call, answer)
        elif answer.verdict is Verdict.REFUSED:
            self._refuse(call, answer)
        elif answer.verdict is Verdict.TOO_LARGE:
            self._shrink(call, answer)
        elif answer.verdict is Verdict.LOST:
            self._settle(call, "unknown", answer, changed=True, failed=True, msg=answer.message)

    def outcome(self, sender: Sender) -> Outcome:
        """One sender's outcome once the run is over."""
        found = self.settled.get(sender)
        if found and sender not in self.doubts and sender not in self.unnamed:
            return found
        disproved = self.disproved if self.refuses_already else ()
        in_doubt = any(number not in disproved for number in self.doubts.get(sender, ()))
        if found is None:
            reason = self.stopped or Answer(Verdict.STOP)
            if in_doubt or sender in self.left_out or sender in self.halved:
                msg = f"an earlier call held it and may have acted on it; then {reason.message}"
                return Outcome(sender, "unknown", True, True, "", reason.code, msg)
            return Outcome(sender, "not_attempted", False, True, "", reason.code, reason.message)
        if in_doubt and (found.outcome == self.operation.already or sender in self.belated):
            msg = f"an answer was lost: this run may have {self.operation.done} it"
            return Outcome(sender, self.operation.already, True, False, msg=msg)
        if found.outcome == "rejected" and sender in self.unnamed and (in_doubt or sender in self.left_out):
            return Outcome(sender, "unknown", True, True, "", found.code, found.msg)
        return found

    def _accept(self, call: list[Sender], answer: Answer) -> None:
        refused = [sender for sender in call if sender.key in answer.errors]
        done = [sender for sender in call if sender.key not in answer.errors]
        self._settle(done, self.operation.done, answer, changed=True, failed=False)
        if self.doubts:  # The API acts on a call as a whole: what was done now, a lost try had not done before.
            self.disproved.update(number for sender in done for number in self.doubts.get(sender, ()))
        self._settle_named(call, {sender: answer.errors[sender.key] for sender in refused}, answer)

    def _refuse(self, call: list[Sender], answer: Answer) -> None:
        named = {sender: answer.errors[sender.key] for sender in call if sender.key in answer.errors}
        if not named and len(call) == 1 and any(self.operation.says_already(reason) for reason in answer.unnamed):
            named = {call[0]: tuple(reason for reason in answer.unnamed if self.operation.says_already(reason))}
        if not named:
            self._narrow(call, answer)
            return
        self._settle_named(call, named, answer)
        rest = [sender for sender in call if sender not in named]
        self.left_out.update(rest)
        self.later.extend(rest)

    def _settle_named(self, call: list[Sender], named: dict[Sender, tuple[str, ...]], answer: Answer) -> None:
        already_told = {reasons: all(map(self.operation.says_already, reasons)) for reasons in set(named.values())}
        self.refuses_already = self.refuses_already or any(already_told.values())
        late = self.left_out.intersection(named)
        # An earlier refusal left these out. Either it had acted on them all the same, and they are all there now,
        # or the server does not list all its errors at once.
        if late and (len(named) < len(call) or not all(already_told[named[sender]] for sender in late)):
            self.piecemeal = True
        for sender, reasons in named.items():
            if not already_told[reasons]:
                msg = "; ".join(dict.fromkeys(reasons))
                self._settle([sender], "rejected", answer, changed=False, failed=True, msg=msg)
            elif sender in late and not self.piecemeal:
                self.belated.add(sender)
                msg = f"{self.operation.done} by an earlier call, although that was refused for others' sake"
                self.settled[sender] = Outcome(sender, self.operation.done, changed=True, failed=False, msg=msg)
            else:
                self.settled[sender] = Outcome(sender, self.operation.already, False, False)

    def _narrow(self, call: list[Sender], answer: Answer) -> None:
        """A refusal that names nobody: halve the call, to part the bad rows from the good ones."""
        if len(call) == 1 or self.narrowing < 2:
            self._reject(call, answer)
            return
        self.narrowing -= 2
        self.halved.update(call)
        middle = len(call) // 2
        self.queue.extend([call[:middle], call[middle:]])

    def _shrink(self, call: list[Sender], answer: Answer) -> None:
        """A call that is too large: send it in smaller ones, until a single sender turns out to be what is too large."""
        self.narrowing -= 1
        if self.narrowing < 0:
            self.stopped = answer
        elif len(call) == 1:
            self._reject(call, answer)
            self.limit = self.batch_size
        else:
            told = answer.limit or len(call)
            self.limit = told if told < len(call) else len(call) // 2
            self.queue.appendleft(call)

    def _reject(self, call: list[Sender], answer: Answer) -> None:
        words = [answer.message]
        words += [
            f"the answer names {key}: {'; '.join(reasons)}"
            for key, reasons in itertools.islice(answer.errors.items(), 2)
        ]
        if len(call) > 1:
            words.append(
                f"{len(call)} senders were refused together, and which of them are to blame was not found in {NARROWING_CALLS} calls"
            )
        self._settle(call, "rejected", answer, changed=False, failed=True, msg="; ".join(words))
        self.unnamed.update(call)

    def _settle(
        self, call: Iterable[Sender], outcome: str, answer: Answer, *, changed: bool, failed: bool, msg: str = ""
    ) -> None:
        for sender in call:
            given_id = answer.ids.get(sender.key, "") if changed else ""
            self.settled[sender] = Outcome(sender, outcome, changed, failed, given_id, answer.code, msg)
