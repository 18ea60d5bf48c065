# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guarantees of the documentation as checks of a run. The numbers are those of the page "Guarantees".

Each check takes a `Run` and yields a sentence for each violation. What really happened is known from the simulated
account. The responses are those that the module reads: the table of responses has other tests.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from ansible_collections.community.kaleyra.plugins.module_utils._batches import preview
from ansible_collections.community.kaleyra.plugins.module_utils._response import STOPPING
from ansible_collections.community.kaleyra.plugins.module_utils._response import ResponseKind as Kind
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender
from ansible_collections.community.kaleyra.tests.unit.outcomes import CHANGED_AND_FAILED
from ansible_collections.community.kaleyra.tests.unit.properties.network import Request, Run

MAX_SEARCH_REQUESTS = 300
DOCUMENTED = {"reject", "accepted", "create_limit", "delete_limit", "lists", "missing", "oversized", "wrong_payload"}
"""Fields of `Behavior` that leave the API as documented, as far as it is documented."""


def complete(run: Run) -> Iterator[str]:
    """1: every sender has one outcome, in input order. 5: which outcomes mean a change, and a failure."""
    if list(run.processed.results) != run.senders:
        yield "the outcomes are not those of the senders, in order"
    for sender, outcome in run.outcomes:
        if (outcome.changed, outcome.failed) not in CHANGED_AND_FAILED[outcome.outcome]:
            yield f"{sender.name}: {outcome.outcome}, changed {outcome.changed}, failed {outcome.failed}"
    if list(preview(run.senders, run.operation).results) != run.senders:  # 8
        yield "the preview is not that of the senders, in order"


def isolated(run: Run) -> Iterator[str]:
    """2: without failures of the network, each sender gets the result that the server has for it."""
    stopped = run.processed.stopped
    if run.scenario.quiet and stopped and stopped.kind is Kind.STOP and _finds_only_missing_senders(run):
        yield "the run stopped, and the server only said that a sender is missing"
    lost = any(attempt.kind is Kind.LOST for request in run.requests for attempt in request.attempts)
    if not run.scenario.quiet or lost or run.processed.stopped or _search_requests(run) >= MAX_SEARCH_REQUESTS - 1:
        return
    creating = run.operation.done == "created"
    for sender, outcome in run.outcomes:
        bad = _is_rejected(run, sender)
        needed = (sender in run.before) != creating and (sender in run.after) != creating
        if bad and needed and outcome.outcome not in ("rejected", "unknown"):
            yield f"{sender.name} is {outcome.outcome}, and the server rejects it"
        if not bad and (sender in run.after) != creating:
            yield f"{sender.name} is {outcome.outcome}, and nothing kept it from being {run.operation.done}"
        if not bad and outcome.outcome == "not_attempted":
            yield f"{sender.name} is not_attempted, and nothing stopped the run"
    if set(run.scenario.behavior) <= DOCUMENTED:
        for sender, outcome in run.outcomes:
            if outcome.outcome != _documented_outcome(run, sender):
                yield f"{sender.name} is {outcome.outcome}, not {_documented_outcome(run, sender)}"


def honest(run: Run) -> Iterator[str]:
    """3: what is reported happened, and a sender that is reported unchanged was not changed."""
    creating = run.operation.done == "created"
    for sender, outcome in run.outcomes:
        if not outcome.changed and sender in run.done:
            yield f"{sender.name} is {outcome.outcome}, unchanged, and this run {run.operation.done} it"
        if not outcome.failed and (sender in run.after) != creating:
            yield f"{sender.name} is {outcome.outcome}, and {'does not exist' if creating else 'exists'}"
        if outcome.outcome == run.operation.done and sender not in run.done and (creating or run.behavior.missing):
            yield f"{sender.name} is {outcome.outcome}, and this run did not do it"


def in_doubt(run: Run) -> Iterator[str]:
    """3: the outcome of each sender follows from the responses to its requests by the rule of doubt."""
    requests_of: dict[Sender, list[Request]] = {sender: [] for sender in run.senders}
    for request in run.requests:
        for sender in request.senders:
            requests_of[sender].append(request)
    for sender, outcome in run.outcomes:
        doubt = False
        result = ""
        unmentioned = 0
        for request in requests_of[sender]:
            response = request.response
            if result:
                yield f"{sender.name} was sent again after it was {result}"
            doubt = doubt or any(attempt.in_doubt or attempt.kind is Kind.LOST for attempt in request.attempts)
            result = _result(run, request, sender)
            if response.kind in (Kind.SUCCESS, Kind.REJECTED) and not result:
                doubt = True
                unmentioned += response.kind is Kind.SUCCESS or unmentioned > 0
                result = "unknown" if unmentioned > 1 else ""
        result = result or ("unknown" if doubt else "not_attempted")
        changed = doubt or result in (run.operation.done, "unknown")
        if (outcome.outcome, outcome.changed) != (result, changed):
            yield f"{sender.name} is {outcome.outcome}, changed {outcome.changed}; not {result}, changed {changed}"


def _result(run: Run, request: Request, sender: Sender) -> str:
    """The outcome of one sender that a request determines; empty if it determines none."""
    response = request.response
    if sender in response.results:
        return response.results[sender].outcome
    if response.kind is Kind.LOST:
        return "unknown"
    is_single = len(request.senders) == 1 and response is not run.processed.stopped
    return "rejected" if response.kind is Kind.TOO_LARGE and is_single else ""


def stops(run: Run) -> Iterator[str]:
    """1 and 2: the run ends early only after an error of the account, two lost responses in a row, or a long search."""
    last = run.requests[-1].response if run.requests else None
    outcomes = {outcome.outcome for _sender, outcome in run.outcomes}
    if run.connections == 1:
        for number, request in enumerate(run.requests[:-1]):
            if request.response.kind in STOPPING or _two_lost(run, number):
                yield f"requests after request {number}, which stops the run"
        stopped = last is not None and (last.kind in STOPPING or _two_lost(run, len(run.requests) - 1))
        searched = _search_requests(run) >= MAX_SEARCH_REQUESTS - 1
        if "not_attempted" in outcomes and not stopped and not searched:
            yield "not_attempted, and nothing stopped the run"
    searches = sum(request.response.kind in (Kind.REJECTED_UNNAMED, Kind.TOO_LARGE) for request in run.requests)
    if searches > MAX_SEARCH_REQUESTS + _fewest(run.senders, run.scenario.batch_size):
        yield f"{searches} requests to find the senders because of which others are rejected"


def idempotent(first: Run, second: Run) -> Iterator[str]:
    """4: against the API as documented, a second run changes nothing that the first one finished."""
    documented = set(first.scenario.behavior) <= DOCUMENTED
    if not documented or (first.operation.done == "deleted" and not first.behavior.missing):
        return
    for (sender, before), (_sender, outcome) in zip(first.outcomes, second.outcomes):
        if before.failed and not (before.outcome == "rejected" and first.scenario.quiet):
            continue
        if outcome.changed or sender in second.done:
            yield f"{sender.name} was {before.outcome}, and is {outcome.outcome}, changed, after the second run"


def no_duplicates(run: Run) -> Iterator[str]:
    """7: a name is in a request only once, and its requests go out one after the other, in input order."""
    yield from run.errors
    first_request: dict[Sender, int] = {}
    for number, request in enumerate(run.requests):
        names = {sender.key for sender in request.senders}
        if len(names) < len(request.senders) or not 0 < len(names) <= run.scenario.batch_size:
            yield f"a request for {[sender.name for sender in request.senders]}"
        for sender in request.senders:
            first_request.setdefault(sender, number)
    latest: dict[str, int] = {}
    for sender in run.senders:
        number = first_request.get(sender, len(run.requests))
        if number < latest.get(sender.key, -1):
            yield f"{sender.name} ({sender.iso_code}) was sent before an earlier entry with its name"
        latest[sender.key] = number


def economical(run: Run) -> Iterator[str]:
    """9: as few requests as the API allows, and for other servers no more than a bound. 11: retries are counted."""
    attempts = [attempt for request in run.requests for attempt in request.attempts]
    if run.processed.requests != sum(attempt.kind is not Kind.NOT_SENT for attempt in attempts):
        yield f"{run.processed.requests} requests are reported, {len(attempts)} were made"
    if len(run.processed.retry_reasons) != len(attempts) - len(run.requests):
        yield f"{len(run.processed.retry_reasons)} retries are reported, {len(attempts) - len(run.requests)} were made"
    if any(len(request.attempts) > run.scenario.retries + 1 for request in run.requests):
        yield "more retries than the option allows"
    if not run.scenario.quiet:
        return
    bound = _max_requests(run)
    if len(run.requests) > bound:
        yield f"{len(run.requests)} requests, although {bound} are enough"
    sent = sum(len(request.senders) for request in run.requests)
    if sent > 8 * (len(run.senders) + run.scenario.batch_size):  # it must not grow with the square of the list
        yield f"{sent} senders in all requests"


IN_ANY_ORDER: tuple[Callable[[Run], Iterator[str]], ...] = (complete, isolated, honest, in_doubt, stops, no_duplicates)
GUARANTEES = (*IN_ANY_ORDER, economical)


def violations(run: Run, checks: Iterable[Callable[[Run], Iterator[str]]] = GUARANTEES) -> list[str]:
    return [f"{check.__name__}: {violation}" for check in checks for violation in check(run)]


def _finds_only_missing_senders(run: Run) -> bool:
    behavior = run.behavior
    is_deleting = run.operation.done == "deleted" and bool(behavior.missing)
    return is_deleting and behavior.names != "words" and not (behavior.reject or behavior.oversized)


def _search_requests(run: Run) -> int:
    """Requests that were rejected as a whole, and what they lead to."""
    kinds = Counter(request.response.kind for request in run.requests)
    return 2 * kinds[Kind.REJECTED_UNNAMED] + kinds[Kind.TOO_LARGE]


def _two_lost(run: Run, number: int) -> bool:
    return number > 0 and all(run.requests[index].response.kind is Kind.LOST for index in (number - 1, number))


def _limit(run: Run) -> int:
    return run.behavior.create_limit if run.operation.done == "created" else run.behavior.delete_limit


def _is_too_large(run: Run, sender: Sender) -> bool:
    return sender.name in run.behavior.oversized or not _limit(run)


def _is_rejected(run: Run, sender: Sender) -> bool:
    """Whether the server rejects a request for only this sender if it needs a change."""
    too_long = sender.iso_code and len(sender.name) > (6 if sender.iso_code == "in" else 11)
    return bool(too_long or _is_too_large(run, sender) or sender.name in run.behavior.reject)


def _documented_outcome(run: Run, sender: Sender) -> str:
    already = (sender in run.before) == (run.operation.done == "created")
    if already and not _is_too_large(run, sender) and (run.operation.done == "created" or run.behavior.missing):
        return run.operation.already
    return "rejected" if _is_rejected(run, sender) else run.operation.done


def _fewest(senders: Iterable[Sender], size: int) -> int:
    """The minimum number of requests for senders, no two with the same name in one request."""
    names = Counter(sender.key for sender in senders)
    return max(math.ceil(sum(names.values()) / size), *names.values(), 0)


def _max_requests(run: Run) -> int:
    """The maximum number of requests of a run without failures of the network.

    * The documented server: one pass to find out, and one for the rest. A smaller limit is found by halving, and so is
      each single sender that is too large.
    * A server that reports one error after another: two requests for each, and two passes.
    * Other servers: one or two requests for each sender, and a search.
    """
    size, count, behavior = run.scenario.batch_size, len(run.senders), set(run.scenario.behavior)
    steps = math.ceil(math.log2(size)) + 1
    oversized = sum(_is_too_large(run, sender) for sender in run.senders)
    first = _fewest(run.senders, size)
    open_senders = [sender for sender in run.senders if _documented_outcome(run, sender) == run.operation.done]
    errors = count - len(open_senders)
    reached = size if _limit(run) >= size else max(1, (_limit(run) + 1) // 2)
    if behavior <= DOCUMENTED - {"wrong_payload"} and not (oversized and reached < size):
        second = _fewest(open_senders, reached) if errors else 0
        return first * math.ceil(size / reached) + second + (2 * oversized + (reached < size)) * steps
    if behavior <= {"reject", "missing", "lists", "max_errors", "staged"} and reached == size:
        return 2 * errors + 2 * first + 2 * steps
    return first + count + count // 2 + MAX_SEARCH_REQUESTS
