# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""Creates or deletes a list of senders: decides what to send, and what each response proves.

The API cannot list senders, so this sends them, and learns from the responses which of them exist. Creating and
deleting work in the same way. The guarantees are in docs/docsite/rst/guarantees.rst.
"""

from __future__ import annotations

import functools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from ansible_collections.community.kaleyra.plugins.module_utils._operations import Operation
from ansible_collections.community.kaleyra.plugins.module_utils._response import (
    STOPPING,
    Exchange,
    Response,
    ResponseKind,
    SenderResult,
)
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender

MAX_SEARCH_REQUESTS = 300
"""Maximum number of requests of a run for finding the senders that cause a rejection."""

MAX_LOST_REQUESTS = 2
"""Stop the run after this many requests in a row whose responses are lost."""

Send = Callable[[Sequence[Sender]], Exchange]


@dataclass(frozen=True)
class RunResult:
    """The results in input order, the number of HTTP requests, why some were retried, and what stopped the run."""

    results: dict[Sender, SenderResult]
    requests: int = 0
    retry_reasons: list[str] = field(default_factory=list)
    stopped: Response | None = None


def preview(senders: Iterable[Sender], operation: Operation) -> RunResult:
    """What check mode reports: each sender as it would be sent."""
    return RunResult(dict.fromkeys(senders, SenderResult(operation.done)))


def process(
    senders: Sequence[Sender], send: Send, operation: Operation, batch_size: int, connections: int = 1
) -> RunResult:
    """Create or delete senders in as few requests as the API allows.

    :arg send: sends one request for at most ``batch_size`` senders, no two with the same ``key``. It must not raise.
        With more than one connection it is called in several threads.
    :arg connections: the maximum number of parallel requests. Their responses are applied in the order of sending.
    """
    run = _Run(senders, batch_size)
    in_flight: deque[tuple[list[_Record], Future[Exchange]]] = deque()
    max_in_flight = 1  # until the first response, so that a wrong key or URL costs one request
    while True:
        while len(in_flight) < max_in_flight and not any(_has_stopped(future) for _batch, future in in_flight):
            batch = run.next_batch([batch for batch, _future in in_flight])
            if not batch:
                break
            in_flight.append((batch, _start(send, [record.sender for record in batch], in_thread=connections > 1)))
        if not in_flight:
            break
        batch, future = in_flight.popleft()
        run.apply(batch, future.result())
        max_in_flight = connections
    not_attempted = SenderResult("not_attempted")
    if run.stopped:
        not_attempted = not_attempted._replace(code=run.stopped.code, msg=run.stopped.message)
    in_doubt = functools.cache(lambda result: _result_in_doubt(result, operation))  # the message can be very long
    found = [(record, record.result or not_attempted) for record in run.records]
    results = {record.sender: in_doubt(result) if record.in_doubt else result for record, result in found}
    return RunResult(results, run.requests, run.retry_reasons, run.stopped)


class _Record:
    """What the run knows about one sender.

    ``in_doubt``: a request that contained it may have taken effect, and no response said so. ``left_out``: a rejection
    named only other senders. ``unmentioned``: a success did not mention it. ``result``: what a response said about it.
    """

    __slots__ = ("in_doubt", "left_out", "result", "sender", "unmentioned")

    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.in_doubt = False
        self.left_out = False
        self.unmentioned = False
        self.result: SenderResult | None = None


def _result_in_doubt(result: SenderResult, operation: Operation) -> SenderResult:
    """The result at the end of the run of a sender that is in doubt.

    ===========================  =============  =======
    result                       final outcome  changed
    ===========================  =============  =======
    created, deleted, unknown    the same       true
    present, absent, rejected    the same       true
    not_attempted                unknown        true
    ===========================  =============  =======
    """
    if result.outcome == "not_attempted":
        msg = f"a request that contained it may have taken effect; then: {result.msg}"
        return result._replace(outcome="unknown", msg=msg)
    if result.outcome in (operation.already, "rejected"):
        doubt = f"a request of this run may have {operation.done} it"
        return result._replace(msg=f"{result.msg}; {doubt}" if result.msg else doubt, in_doubt=True)
    return result


class _Run:
    """The state of a run: which senders are still to be sent, and how many of them at once."""

    def __init__(self, senders: Sequence[Sender], batch_size: int) -> None:
        self.batch_size = batch_size
        self.records = [_Record(sender) for sender in senders]
        self.names_repeat = len({sender.key for sender in senders}) < len(senders)
        self.queue = deque(make_batches(self.records, batch_size))
        self.retry_list: list[_Record] = []
        self.max_size = batch_size  # smaller once a request was too large
        self.size = batch_size  # smaller while the server names one error after another
        self.search_requests = 0
        self.lost_in_a_row = 0
        self.stopped: Response | None = None  # the first one that stops the run; others can be in flight
        self.requests = 0
        self.retry_reasons: list[str] = []

    def next_batch(self, in_flight: Sequence[list[_Record]]) -> list[_Record]:
        """The next batch to send; empty if there is none, or if it has to wait for those in flight."""
        if self.stopped:
            return []
        if not self.queue and not in_flight:
            self.queue.extend(make_batches(self.retry_list, self.max_size))
            self.retry_list = []
        if not self.queue:
            return []
        if self.names_repeat and in_flight:
            keys = {record.sender.key for batch in in_flight for record in batch}
            if any(record.sender.key in keys for record in self.queue[0]):
                return []
        batch = self.queue.popleft()
        if len(batch) > self.size:
            self.queue.appendleft(batch[self.size :])
        return batch[: self.size]

    def apply(self, batch: list[_Record], exchange: Exchange) -> None:
        """Record what the response says about the senders of its request, and queue those that have no result."""
        response = exchange.response
        self.requests += exchange.requests
        self.retry_reasons.extend(exchange.retry_reasons)
        if exchange.attempt_lost or response.in_doubt:
            for record in batch:
                record.in_doubt = True
        self.lost_in_a_row = self.lost_in_a_row + 1 if response.kind is ResponseKind.LOST else 0
        if response.kind is ResponseKind.SUCCESS:
            self._apply_success(batch, response)
        elif response.kind is ResponseKind.REJECTED:
            self._apply_rejection(batch, response)
        elif response.kind is ResponseKind.REJECTED_UNNAMED:
            self._bisect(batch, response)
        elif response.kind is ResponseKind.TOO_LARGE:
            self._shrink(batch, response)
        elif response.kind is ResponseKind.LOST:
            self._give_up(batch, "unknown", response.code, response.message)
            if self.lost_in_a_row == MAX_LOST_REQUESTS:
                reason = f"the responses to {MAX_LOST_REQUESTS} requests in a row were lost: {response.message}"
                self.stopped = self.stopped or replace(response, message=reason)
        else:
            self.stopped = self.stopped or response

    def _apply_success(self, batch: list[_Record], response: Response) -> None:
        self._apply_results(batch, response)
        for record in batch:
            if record.result is None:
                record.unmentioned = True
        self.size = min(2 * self.size, self.max_size)

    def _apply_rejection(self, batch: list[_Record], response: Response) -> None:
        one_error_after_another = any(record.left_out for record in batch if record.sender in response.results)
        self._apply_results(batch, response)
        left_out = [record for record in batch if record.result is None]
        for record in left_out:
            record.left_out = True
        if one_error_after_another and left_out:
            self.size = max(1, len(batch) // 2)  # otherwise the traffic grows with the square of the list

    def _apply_results(self, batch: list[_Record], response: Response) -> None:
        """The senders that the response does not mention are in doubt. They are sent again; after a success, once."""
        unknown = SenderResult("unknown", "", response.code, f"two responses did not mention it: {response.message}")
        for record in batch:
            record.result = response.results.get(record.sender)
            if record.result is None:
                record.in_doubt = True
                if record.unmentioned:
                    record.result = unknown
                else:
                    self.retry_list.append(record)

    def _bisect(self, batch: list[_Record], response: Response) -> None:
        """Halve a batch that was rejected without a name, to find the senders that are the cause."""
        if self.search_requests + 2 > MAX_SEARCH_REQUESTS:
            msg = (
                f"{len(batch)} senders were rejected together, and {MAX_SEARCH_REQUESTS} requests did not find"
                f" the cause: {response.message}"
            )
            self._give_up(batch, "not_attempted", response.code, msg)
        else:
            self.search_requests += 2
            middle = len(batch) // 2
            self.queue.extend([batch[:middle], batch[middle:]])

    def _shrink(self, batch: list[_Record], response: Response) -> None:
        """Send smaller requests. If a single sender is too large, reject it, and return to the full size."""
        self.search_requests += 1
        if self.search_requests > MAX_SEARCH_REQUESTS:
            self.stopped = self.stopped or response
        elif len(batch) == 1:
            self._give_up(batch, "rejected", response.code, response.message)
            self.max_size = self.size = self.batch_size
        else:
            self.max_size = min(self.max_size, len(batch) // 2)
            self.size = min(self.size, self.max_size)
            self.queue.appendleft(batch)

    @staticmethod
    def _give_up(batch: list[_Record], outcome: str, code: str, msg: str) -> None:
        result = SenderResult(outcome, code=code, msg=msg)
        for record in batch:
            record.result = result


def make_batches(records: Sequence[_Record], max_size: int) -> list[list[_Record]]:
    """Distribute senders over as few batches of at most ``max_size`` as possible.

    Senders with the same name are in different batches, in input order.
    """
    if len({record.sender.key for record in records}) == len(records):
        return [list(records[start : start + max_size]) for start in range(0, len(records), max_size)]
    groups: dict[str, list[_Record]] = {}
    for record in records:
        groups.setdefault(record.sender.key, []).append(record)
    largest_group = max(map(len, groups.values()))
    count = max(-(-len(records) // max_size), largest_group)
    batches: list[list[_Record]] = [[] for _number in range(count)]
    position = 0
    for group in groups.values():
        # Consecutive positions, so that at most `count` of them are in different batches.
        for number, record in zip(sorted((position + index) % count for index in range(len(group))), group):
            batches[number].append(record)
        position += len(group)
    return batches


def _has_stopped(future: Future[Exchange]) -> bool:
    return future.done() and future.result().response.kind in STOPPING


def _start(send: Send, senders: list[Sender], in_thread: bool) -> Future[Exchange]:
    """Send a request, in a new thread if possible."""
    future: Future[Exchange] = Future()

    def work() -> None:
        try:
            future.set_result(send(senders))
        except BaseException as error:
            future.set_exception(error)

    if in_thread:
        try:
            threading.Thread(target=work, daemon=True).start()
        except RuntimeError:  # no thread is available
            work()
    else:
        work()
    return future
