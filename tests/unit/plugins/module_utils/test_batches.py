# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The algorithm by examples: the requests of a run, their responses, and the outcomes.

tests/unit/properties checks the guarantees with random lists, servers and networks.
"""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from ansible_collections.community.kaleyra.plugins.module_utils._batches import (
    MAX_SEARCH_REQUESTS,
    preview,
    process,
)
from ansible_collections.community.kaleyra.plugins.module_utils._operations import CREATE, DELETE
from ansible_collections.community.kaleyra.plugins.module_utils._response import Exchange, Response, SenderResult
from ansible_collections.community.kaleyra.plugins.module_utils._response import ResponseKind as Kind
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender
from ansible_collections.community.kaleyra.tests.unit.outcomes import CHANGED_AND_FAILED

LOST = Response(Kind.LOST, "WA500", "internal error")
STOP = Response(Kind.STOP, "E110", "low balance")
TOO_LARGE = Response(Kind.TOO_LARGE, "RBC192", "too many senders")
UNNAMED = Response(Kind.REJECTED_UNNAMED, "WA400", "incorrect payload")


class Server:
    """Responds to each request with the next response of a script, and checks which senders it contains.

    ``script``: pairs of the expected names and a response. A response can be the results by name instead: ``done`` and
    ``already`` stand for the operation's outcomes.
    """

    def __init__(self, script, operation=CREATE):
        self.script = list(script)
        self.operation = operation

    def send(self, senders):
        expected, response = self.script.pop(0)
        assert [sender.name for sender in senders] == expected.split()
        found = response(senders, self.operation) if callable(response) else response
        return found if isinstance(found, Exchange) else Exchange(found)


def success(**results):
    return _named(Kind.SUCCESS, results)


def rejected(**results):
    return _named(Kind.REJECTED, results)


def all_done(senders, operation):
    return Response(Kind.SUCCESS, results={sender: SenderResult(operation.done) for sender in senders})


def _named(kind, results):
    def response(senders, operation):
        named = {
            "done": SenderResult(operation.done, code="MSG1"),
            "already": SenderResult(operation.already),
            "rejected": SenderResult("rejected", code="MSG2", msg="a reason"),
            "unknown": SenderResult("unknown", code="MSG2", msg="a reason"),
        }
        of_senders = {sender: named[results[sender.name]] for sender in senders if sender.name in results}
        return Response(kind, "MSG2", "a message", of_senders)

    return response


def in_doubt(response):
    return replace(response, in_doubt=True)


def after_lost_attempt(response):
    def with_lost_attempt(senders, operation):
        given = response(senders, operation) if callable(response) else response
        return Exchange(given, requests=2, attempt_lost=True)

    return with_lost_attempt


def run(script, names, operation=CREATE, batch_size=9):
    server = Server(script, operation)
    run_result = process([Sender(name) for name in names.split()], server.send, operation, batch_size)
    assert not server.script, "some requests were not sent"
    return run_result


def outcomes(run_result, operation=CREATE):
    """Outcome by name. ``!`` marks one that is changed although its outcome does not imply it.

    Those that failed or are in doubt have a message, and those that failed a code.
    """
    shown = {}
    for sender, result in run_result.results.items():
        text = {operation.done: "done", operation.already: "already"}.get(result.outcome, result.outcome)
        assert (result.changed, result.failed) in CHANGED_AND_FAILED[result.outcome]
        in_doubt = text in ("already", "rejected") and result.changed
        assert bool(result.msg) == (result.failed or in_doubt)
        assert result.code or not result.failed
        shown[sender.name] = f"{text}!" if in_doubt else text
    return shown


# name: (batch size, requests with their responses, outcomes)
EXAMPLES = {
    "all are done": (9, [("A B", all_done)], "A=done B=done"),
    "batches have the batch size": (2, [("A B", all_done), ("C", all_done)], "A=done B=done C=done"),
    "existing senders need no change": (9, [("A B", rejected(A="already", B="already"))], "A=already B=already"),
    "the others of a rejection are sent again": (
        9,
        [("A B C", rejected(B="already")), ("A C", all_done)],
        "A=done B=already C=done",
    ),
    "the others of several rejections share a request": (
        2,
        [("A B", rejected(A="rejected")), ("C D", rejected(D="already")), ("B C", all_done)],
        "A=rejected B=done C=done D=already",
    ),
    "a sender that a rejection left out and that exists later is in doubt": (
        9,
        [("A B", rejected(A="rejected")), ("B", rejected(B="already"))],
        "A=rejected B=already!",
    ),
    "a sender that a rejection left out and that is rejected later is in doubt": (
        9,
        [("A B", rejected(A="already")), ("B", rejected(B="rejected"))],
        "A=already B=rejected!",
    ),
    "a success ends the doubt": (9, [("A", after_lost_attempt(all_done))], "A=done"),
    "an existing sender is in doubt after a lost attempt": (
        9,
        [("A", after_lost_attempt(rejected(A="already")))],
        "A=already!",
    ),
    "a rejected sender is in doubt after a lost attempt": (
        9,
        [("A", after_lost_attempt(rejected(A="rejected")))],
        "A=rejected!",
    ),
    "senders that a success does not mention are sent once more": (
        9,
        [("A B C", success(A="done")), ("B C", success(B="done"))],
        "A=done B=done C=unknown",
    ),
    "a success can name rejected senders": (9, [("A B", success(A="done", B="rejected"))], "A=done B=rejected"),
    "a contradiction is unknown": (9, [("A B", success(A="done", B="unknown"))], "A=done B=unknown"),
    "a request that is lost is not sent again": (1, [("A", LOST), ("B", all_done)], "A=unknown B=done"),
    "two lost requests in a row stop the run": (1, [("A", LOST), ("B", LOST)], "A=unknown B=unknown C=not_attempted"),
    "lost requests that are not in a row do not stop the run": (
        1,
        [("A", LOST), ("B", all_done), ("C", LOST), ("D", all_done)],
        "A=unknown B=done C=unknown D=done",
    ),
    "an account error stops the run": (1, [("A", all_done), ("B", STOP)], "A=done B=not_attempted C=not_attempted"),
    "a sender in doubt is unknown when the run stops": (
        9,
        [("A B", rejected(A="already")), ("B", STOP)],
        "A=already B=unknown",
    ),
    "a rejection without a name is bisected": (
        9,
        [("A B C", UNNAMED), ("A", all_done), ("B C", UNNAMED), ("B", rejected(B="rejected")), ("C", all_done)],
        "A=done B=rejected C=done",
    ),
    "a rejection without a name leaves no sender in doubt": (
        9,
        [("A B", UNNAMED), ("A", rejected(A="already")), ("B", rejected(B="already"))],
        "A=already B=already",
    ),
    "a rejection that is not understood leaves its senders in doubt, and is bisected": (
        9,
        [("A B C", in_doubt(UNNAMED)), ("A", all_done), ("B C", rejected(B="already", C="rejected"))],
        "A=done B=already! C=rejected!",
    ),
    "a request that is too large is sent in smaller ones": (
        4,
        [("A B C D", TOO_LARGE), ("A B", all_done), ("C D", all_done), ("E", all_done)],
        "A=done B=done C=done D=done E=done",
    ),
    "requests are halved for a server that names one error after another": (
        8,
        [
            ("A B C D E F", rejected(A="already")),
            ("B C D E F", rejected(B="already")),  # B was left out before, and again others are
            ("C D", rejected(C="already")),
            ("E", all_done),  # half of the request before
            ("F", all_done),
            ("D", all_done),
        ],
        "A=already B=already! C=already! D=done E=done F=done",
    ),
    "requests are not halved if a rejection names a sender that a success did not mention": (
        3,
        [
            ("A B C", success(A="done", B="done")),
            ("D E F", rejected(D="already")),
            ("C E F", rejected(C="already")),
            ("E F", all_done),
        ],
        "A=done B=done C=already! D=already E=done F=done",
    ),
}


@pytest.mark.parametrize("operation", [CREATE, DELETE], ids=["create", "delete"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_example(name, operation):
    batch_size, script, expected = EXAMPLES[name]
    expected = dict(pair.split("=") for pair in expected.split())
    assert outcomes(run(script, " ".join(expected), operation, batch_size), operation) == expected


def test_outcomes_keep_what_the_response_says():
    result = SenderResult("created", "6XX67", "MSG106")
    run_result = run([("A", lambda senders, _op: Response(Kind.SUCCESS, results={senders[0]: result}))], "A")
    assert list(run_result.results.values()) == [result]


@pytest.mark.parametrize("response", [LOST, STOP, TOO_LARGE])
def test_a_failed_sender_has_the_code_and_message_of_the_response(response):
    [result] = run([("A", response)], "A").results.values()
    assert (result.code, result.msg) == (response.code, response.message)


def test_unsent_senders_get_the_reason_of_the_stop():
    run_result = run([("A", STOP)], "A B", batch_size=1)
    assert {(result.code, result.msg) for result in run_result.results.values()} == {("E110", "low balance")}
    assert run_result.stopped is STOP


def test_a_rejected_sender_in_doubt_has_the_reason_and_the_doubt():
    [result] = run([("A", after_lost_attempt(rejected(A="rejected")))], "A").results.values()
    assert all(text in result.msg for text in ("a reason", "may have created"))


def test_senders_after_two_lost_requests_get_a_reason_that_says_so():
    last = list(run([("A", LOST), ("B", LOST)], "A B C", batch_size=1).results.values())[-1]
    assert "2 requests in a row" in last.msg
    assert LOST.message in last.msg


def test_an_empty_list_sends_nothing():
    assert run([], "").results == {}


def test_a_preview_sends_nothing_and_shows_what_would_be_sent():
    assert list(preview([Sender("A")], DELETE).results.values()) == [SenderResult("deleted")]


@pytest.mark.parametrize(("response", "outcome"), [(UNNAMED, "not_attempted"), (in_doubt(UNNAMED), "unknown")])
def test_bisecting_stops_at_its_limit(response, outcome):
    sent = []

    def send(senders):
        sent.append(len(senders))
        return Exchange(response)

    run_result = process([Sender(f"S{number}") for number in range(1000)], send, CREATE, 1000)
    assert len(sent) == MAX_SEARCH_REQUESTS + 1
    assert set(outcomes(run_result).values()) == {outcome}
    found = {(result.code, result.msg.split(": ")[-1]) for result in run_result.results.values()}
    assert found == {("WA400", "incorrect payload")}


def test_parallel_requests_find_many_existing_senders():
    """As on Kaleyra's page: one existing sender rejects a request, and the response names all that exist."""
    sent = []

    def send(senders):
        sent.append(len(senders))
        existing = {s: SenderResult("present") for s in senders if not s.name.endswith("0")}
        return Exchange(Response(Kind.REJECTED, results=existing) if existing else all_done(senders, CREATE))

    run_result = process([Sender(f"S{number}") for number in range(500)], send, CREATE, 50, connections=4)
    assert sent == [50] * 11  # the others of all rejections share a request
    assert sum(result.outcome == "created" for result in run_result.results.values()) == 50


class Gate:
    """A ``send`` whose requests wait until the test releases them, by the name of their first sender."""

    def __init__(self, responses):
        self.responses = responses
        self.sent = []
        self.threads = {}
        self.changed = threading.Condition()
        self.released = set()

    def send(self, senders):
        name = senders[0].name
        with self.changed:
            self.sent.append([sender.name for sender in senders])
            self.threads[name] = threading.current_thread()
            self.changed.notify_all()
            assert self.changed.wait_for(lambda: name in self.released, timeout=20)
        response = self.responses.get(name, all_done)
        return Exchange(response(senders, CREATE) if callable(response) else response)

    def release(self, *names):
        with self.changed:
            self.released.update(names)
            self.changed.notify_all()

    def wait_for(self, count):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.sent) >= count, timeout=20)


def in_background(gate, senders, batch_size, connections):
    results = []
    work = threading.Thread(
        target=lambda: results.append(process(senders, gate.send, CREATE, batch_size, connections)), daemon=True
    )
    work.start()
    return work, results


def test_other_requests_wait_for_the_first_response():
    gate = Gate({"A": STOP})
    work, results = in_background(gate, [Sender(name) for name in "ABC"], 1, 3)
    gate.wait_for(1)
    gate.release("A", "B", "C")
    work.join(20)
    assert gate.sent == [["A"]]
    assert outcomes(results[0]) == dict.fromkeys("ABC", "not_attempted")


def test_requests_run_in_parallel_up_to_the_number_of_connections():
    gate = Gate({})
    work, results = in_background(gate, [Sender(name) for name in "ABCDE"], 1, 3)
    gate.release("A")
    gate.wait_for(4)
    assert sorted(gate.sent) == [["A"], ["B"], ["C"], ["D"]]
    gate.release(*"BCDE")
    work.join(20)
    assert set(outcomes(results[0]).values()) == {"done"}


def test_sends_nothing_after_a_stop_that_arrives_early():
    gate = Gate({"C": STOP})
    work, results = in_background(gate, [Sender(name) for name in "ABCD"], 1, 2)
    gate.release("A")
    gate.wait_for(3)
    gate.release("C")
    gate.threads["C"].join(20)
    gate.release("B", "D")
    work.join(20)
    assert sorted(gate.sent) == [["A"], ["B"], ["C"]]
    assert outcomes(results[0])["D"] == "not_attempted"


def test_parallel_responses_are_applied_in_sending_order():
    """B and D are lost; C is not. D's response arrives before C's."""
    gate = Gate({"B": LOST, "D": LOST})
    work, results = in_background(gate, [Sender(name) for name in "ABCDE"], 1, 3)
    gate.release("A")
    gate.wait_for(4)
    for name in "DBCE":
        gate.release(name)
    work.join(20)
    assert outcomes(results[0]) == {"A": "done", "B": "unknown", "C": "done", "D": "unknown", "E": "done"}


def test_late_response_does_not_enlarge_requests():
    """The size is halved after S1 is named, and doubled again while 4 senders are in flight, which are too many."""
    open_senders = [number for number in range(40) if number % 8]
    sent = {}

    def send(senders):
        first = int(senders[0].name[1:])
        sent.setdefault(first, []).append(len(senders))
        if first % 8 == 0 or (first, len(senders)) == (1, 8):
            return Exchange(Response(Kind.REJECTED, results={senders[0]: SenderResult("present")}))
        is_too_large = first in (open_senders[20], open_senders[24]) and len(senders) > 2
        return Exchange(TOO_LARGE if is_too_large else all_done(senders, CREATE))

    process([Sender(f"S{number}") for number in range(40)], send, CREATE, 8, connections=2)
    assert (sent[open_senders[20]], sent[open_senders[24]]) == ([4, 2], [8, 2])


def test_requests_for_one_name_wait_for_each_other():
    gate = Gate({})
    senders = [Sender("A"), Sender("B", iso_code="in"), Sender("B", iso_code="us"), Sender("C")]
    work, results = in_background(gate, senders, 1, 3)
    gate.release("A")
    gate.wait_for(2)
    with gate.changed:
        assert not gate.changed.wait_for(lambda: len(gate.sent) > 2, timeout=0.2)
    gate.release("B", "C")
    work.join(20)
    assert [result.outcome for result in results[0].results.values()] == ["created"] * 4


def test_all_senders_are_sent_without_threads(monkeypatch):
    def start(_thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    server = Server([("A", all_done), ("B", all_done), ("C", all_done)])
    run_result = process([Sender(name) for name in "ABC"], server.send, CREATE, 1, connections=4)
    assert outcomes(run_result) == dict.fromkeys("ABC", "done")


def test_reason_is_first_response_that_stops_run():
    gate = Gate({"B": STOP, "C": LOST})
    work, results = in_background(gate, [Sender(name) for name in "ABCDE"], 1, 3)
    gate.release("A")
    gate.wait_for(3)
    gate.release("B", "C", "D")
    work.join(20)
    assert results[0].stopped is STOP
    assert outcomes(results[0])["B"] == "not_attempted"


@pytest.mark.parametrize("connections", [1, 4])
def test_an_unexpected_exception_does_not_hang_the_run(connections):
    def send(_senders):
        raise KeyError("unexpected")

    with pytest.raises(KeyError):
        process([Sender("A"), Sender("B")], send, CREATE, 1, connections)
