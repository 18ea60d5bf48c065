# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The walk by examples: the calls it makes, the answers it gets, and the outcomes it draws from them.

tests/unit/properties holds its invariants against servers of many kinds.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from collections import Counter

import pytest
from ansible_collections.community.kaleyra.plugins.module_utils._answer import Answer, Verdict
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender
from ansible_collections.community.kaleyra.plugins.module_utils._settle import (
    CREATE,
    DELETE,
    NARROWING_CALLS,
    foresee,
    pack,
    settle,
)

ALREADY = "already"  # stands for the reason that says so
BAD = "it can only be 6 character"
REASONS = {CREATE: "Sender ID Already exist.", DELETE: "Sender ID does not exist."}

OK = Answer(Verdict.ACCEPTED)
NAMELESS = Answer(Verdict.REFUSED, message="Refer to correct payload format")
STOP = Answer(Verdict.STOP, message="low balance")
LOST = Answer(Verdict.LOST, message="no answer")
TOO_LARGE = Answer(Verdict.TOO_LARGE)


def refused(verdict=Verdict.REFUSED, **reasons):
    return Answer(verdict, errors={name.casefold(): (reason,) for name, reason in reasons.items()})


def after_lost_try(answer):
    return dataclasses.replace(answer, lost_try=True, sent=2, retried=("no answer",))


EXAMPLES = {
    "all done": (9, [("A B C", OK)], {"A": "done", "B": "done", "C": "done"}),
    "calls of the batch size": (2, [("A B", OK), ("C D", OK), ("E", OK)], dict.fromkeys("ABCDE", "done")),
    "all already so": (9, [("A B", refused(A=ALREADY, B=ALREADY))], {"A": "already", "B": "already"}),
    "one already so, the others again": (
        9,
        [("A B C", refused(B=ALREADY)), ("A C", OK)],
        {"A": "done", "B": "already", "C": "done"},
    ),
    "one bad, the others again": (9, [("A B", refused(B=BAD)), ("A", OK)], {"A": "done", "B": "rejected"}),
    "leftovers of several calls share one": (
        3,
        [("A B C", refused(A=BAD)), ("D E F", refused(D=ALREADY, F=ALREADY)), ("B C E", OK)],
        {"A": "rejected", "B": "done", "C": "done", "D": "already", "E": "done", "F": "already"},
    ),
    "named in another spelling": (9, [("a B", refused(A=ALREADY)), ("B", OK)], {"a": "already", "B": "done"}),
    "a success that names a refused one": (
        9,
        [("A B C", refused(Verdict.ACCEPTED, B=BAD, C=ALREADY))],
        {"A": "done", "B": "rejected", "C": "already"},
    ),
    # A refusal that names nobody of the call
    "halved until the bad one is alone": (
        9,
        [("A B C D", NAMELESS), ("A B", OK), ("C D", NAMELESS), ("C", OK), ("D", NAMELESS)],
        {"A": "done", "B": "done", "C": "done", "D": "rejected"},
    ),
    "halves that name": (
        9,
        [("A B C D", NAMELESS), ("A B", refused(A=ALREADY)), ("C D", NAMELESS), ("C", NAMELESS), ("D", OK), ("B", OK)],
        {"A": "already", "B": "done", "C": "rejected", "D": "done"},
    ),
    "a stranger named": (
        9,
        [("A B", refused(X=ALREADY)), ("A", OK), ("B", refused(X=BAD))],
        {"A": "done", "B": "rejected"},
    ),
    "a call of one that is told without its name": (
        9,
        [("A", Answer(Verdict.REFUSED, unnamed=(ALREADY,)))],
        {"A": "already"},
    ),
    "a call of two that are told without their names": (
        9,
        [
            ("A B", Answer(Verdict.REFUSED, unnamed=(ALREADY,))),
            ("A", Answer(Verdict.REFUSED, unnamed=(ALREADY,))),
            ("B", OK),
        ],
        {"A": "already", "B": "done"},
    ),
    # Calls that are too large
    "the number that the answer names": (
        9,
        [("A B C D E", Answer(Verdict.TOO_LARGE, limit=3)), ("A B C", OK), ("D E", OK)],
        dict.fromkeys("ABCDE", "done"),
    ),
    "no number, or one that the call was within": (
        9,
        [
            ("A B C D", Answer(Verdict.TOO_LARGE, limit=5000)),
            ("A B", TOO_LARGE),
            ("A", OK),
            ("B", OK),
            ("C", OK),
            ("D", OK),
        ],
        dict.fromkeys("ABCD", "done"),
    ),
    "one that is too large by itself": (
        9,
        [("A B", TOO_LARGE), ("A", TOO_LARGE), ("B", OK)],
        {"A": "rejected", "B": "done"},
    ),
    # Answers about the account
    "stopped at once": (9, [("A B", STOP)], {"A": "not_attempted", "B": "not_attempted"}),
    "stopped between calls": (
        2,
        [("A B", OK), ("C D", STOP)],
        {"A": "done", "B": "done", "C": "not_attempted", "D": "not_attempted", "E": "not_attempted"},
    ),
    "stopped with leftovers of a refusal, which a partially committing server may have acted on": (
        2,
        [("A B", refused(A=ALREADY)), ("C D", STOP)],
        {"A": "already", "B": "unknown", "C": "not_attempted", "D": "not_attempted"},
    ),
    "stopped while halving": (
        9,
        [("A B C", NAMELESS), ("A", STOP)],
        {"A": "unknown", "B": "unknown", "C": "unknown"},
    ),
    "stopped after a lost try": (9, [("A", after_lost_try(STOP))], {"A": "unknown"}),
    # Lost answers
    "a lost call": (1, [("A", LOST), ("B", OK)], {"A": "unknown", "B": "done"}),
    "two lost calls end the run": (
        1,
        [("A", OK), ("B", LOST), ("C", LOST)],
        {"A": "done", "B": "unknown", "C": "unknown", "D": "not_attempted"},
    ),
    "two lost calls with an answer between": (
        1,
        [("A", LOST), ("B", OK), ("C", LOST), ("D", OK)],
        {"A": "unknown", "B": "done", "C": "unknown", "D": "done"},
    ),
    "a lost try before success": (9, [("A B", after_lost_try(OK))], {"A": "done", "B": "done"}),
    "a lost try before all are there": (
        9,
        [("A B", after_lost_try(refused(A=ALREADY, B=ALREADY)))],
        {"A": "already?", "B": "already?"},
    ),
    "a lost try that a later success disproves": (
        9,
        [("A B C", after_lost_try(refused(A=ALREADY, B=BAD))), ("C", OK)],
        {"A": "already", "B": "rejected", "C": "done"},
    ),
    "a lost try that a success of another call does not disprove": (
        2,
        [("A B", after_lost_try(refused(A=ALREADY, B=ALREADY))), ("C", OK)],
        {"A": "already?", "B": "already?", "C": "done"},
    ),
    "two lost tries, one disproved": (
        2,
        [("A B", after_lost_try(refused(A=ALREADY))), ("C D", after_lost_try(refused(C=ALREADY, D=BAD))), ("B", OK)],
        {"A": "already", "B": "done", "C": "already?", "D": "rejected"},
    ),
    "left out, then a lost try before all are there": (
        9,
        [("A B C", refused(A=BAD)), ("B C", after_lost_try(refused(B=ALREADY, C=ALREADY)))],
        {"A": "rejected", "B": "already?", "C": "already?"},
    ),
    "a lost try, left out, then all are there": (
        9,
        [("A B C", after_lost_try(refused(A=BAD))), ("B C", refused(B=ALREADY, C=ALREADY))],
        {"A": "rejected", "B": "already?", "C": "already?"},
    ),
    "a lost try, left out, then all are there, and the lost try is disproved": (
        9,
        [
            ("A B C D E", after_lost_try(refused(A=ALREADY))),
            ("B C D E", Answer(Verdict.TOO_LARGE, limit=2)),
            ("B C", refused(B=ALREADY, C=ALREADY)),
            ("D E", OK),
        ],
        {"A": "already", "B": "done", "C": "done", "D": "done", "E": "done"},
    ),
    "a lost try before a rejection by name": (9, [("A", after_lost_try(refused(A=BAD)))], {"A": "rejected"}),
    "a lost try before a rejection without a name": (9, [("A", after_lost_try(NAMELESS))], {"A": "unknown"}),
    # Refusals that leave senders out
    "left out, then named by a success for another": (
        9,
        [("A B C", refused(A=BAD)), ("B C", refused(Verdict.ACCEPTED, B=ALREADY))],
        {"A": "rejected", "B": "already", "C": "done"},
    ),
    "a later answer names them all: the refused call had acted": (
        9,
        [("A B C", refused(A=BAD)), ("B C", refused(B=ALREADY, C=ALREADY))],
        {"A": "rejected", "B": "done", "C": "done"},
    ),
    "a later answer names some: errors are listed piecemeal": (
        9,
        [("A B C D", refused(A=ALREADY)), ("B C D", refused(B=ALREADY)), ("C D", refused(C=ALREADY, D=ALREADY))],
        dict.fromkeys("ABCD", "already"),
    ),
    "left out, then created": (
        9,
        [("A B C", refused(A=ALREADY)), ("B C", refused(B=ALREADY)), ("C", OK)],
        {"A": "already", "B": "already", "C": "done"},
    ),
    "left out, then lost": (9, [("A B", refused(A=ALREADY)), ("B", LOST)], {"A": "already", "B": "unknown"}),
    "left out, then refused without a name": (
        9,
        [("A B", refused(A=ALREADY)), ("B", NAMELESS)],
        {"A": "already", "B": "unknown"},
    ),
}


@pytest.mark.parametrize("operation", [CREATE, DELETE], ids=["create", "delete"])
@pytest.mark.parametrize("example", EXAMPLES)
def test_examples(operation, example):
    batch_size, script, expected = EXAMPLES[example]
    script = list(script)

    def send(call):
        names, answer = script.pop(0)
        assert " ".join(sender.name for sender in call) == names
        errors = {
            key: tuple(REASONS[operation] if reason == ALREADY else reason for reason in reasons)
            for key, reasons in answer.errors.items()
        }
        unnamed = tuple(REASONS[operation] for _reason in answer.unnamed)
        return dataclasses.replace(answer, errors=errors, unnamed=unnamed)

    sent = sum(answer.sent for _names, answer in script)
    settled = settle([Sender(name) for name in expected], send, operation, batch_size)
    assert script == []
    assert settled.api_calls == sent
    words = {"done": operation.done, "already": operation.already}
    for outcome, name in zip(settled.outcomes, expected):
        word, may_be = expected[name].rstrip("?"), expected[name].endswith("?")
        assert (outcome.sender.name, outcome.outcome) == (name, words.get(word, word))
        assert outcome.changed == (may_be or word in ("done", "unknown"))
        assert outcome.failed == (word in ("rejected", "unknown", "not_attempted"))


def test_what_is_told_of_a_sender():
    answers = [
        Answer(Verdict.REFUSED, "MSG134", "Sender IDs not created", errors={"a": (BAD, BAD, "And more")}),
        Answer(Verdict.STOP, "E110", "low balance", sent=3, retried=("busy", "busy")),
        Answer(Verdict.ACCEPTED, "MSG106", "submitted", ids={"b": "6XX67"}),
    ]
    senders = [Sender("A"), Sender("C"), Sender("B")]
    rejected, stopped, created = (settle([sender], lambda call: answers.pop(0), CREATE, 1) for sender in senders)
    assert [
        (one.sender, one.code, one.msg, one.id) for one in rejected.outcomes + stopped.outcomes + created.outcomes
    ] == [
        (senders[0], "MSG134", f"{BAD}; And more", ""),
        (senders[1], "E110", "low balance", ""),
        (senders[2], "MSG106", "", "6XX67"),
    ]
    assert (stopped.api_calls, stopped.retried) == (3, ["busy", "busy"])


TOLD = {
    "a lost call": ("Z", [LOST], ("unknown", "", "no answer")),
    "a success without an id": ("Z", [Answer(Verdict.ACCEPTED, "WA202", "accepted")], ("created", "WA202", "")),
    "a refusal with an id": (
        "Z",
        [Answer(Verdict.REFUSED, "MSG134", ids={"z": "6XX67"}, errors={"z": (BAD,)})],
        ("rejected", "MSG134", BAD),
    ),
    "a refusal that names others": (
        "Z",
        [Answer(Verdict.REFUSED, message="Bad", errors={"w": (BAD, "more"), "x": (BAD,), "y": (BAD,)})],
        ("rejected", "", f"Bad; the answer names w: {BAD}; more; the answer names x: {BAD}"),
    ),
    "refused for another's sake, then found": (
        "AZ",
        [refused(A=BAD), refused(Z=REASONS[CREATE])],
        ("created", "", "created by an earlier call, although that was refused for others' sake"),
    ),
    "refused for another's sake, then stopped": (
        "AZ",
        [refused(A=BAD), dataclasses.replace(STOP, code="E110")],
        ("unknown", "E110", "an earlier call held it and may have acted on it; then low balance"),
    ),
    "refused for another's sake, then without a name": (
        "AZ",
        [refused(A=BAD), dataclasses.replace(NAMELESS, code="WA400")],
        ("unknown", "WA400", "Refer to correct payload format"),
    ),
    "found after a lost try": (
        "Z",
        [after_lost_try(refused(Z=REASONS[CREATE]))],
        ("present", "", "an answer was lost: this run may have created it"),
    ),
    "never sent after two lost calls": (
        "A B Z",
        [LOST, dataclasses.replace(LOST, code="WA500", message="HTTP 500")],
        ("not_attempted", "WA500", "the run stopped after 2 calls without a usable answer: HTTP 500"),
    ),
}


@pytest.mark.parametrize("example", TOLD)
def test_what_is_told_of_the_last_sender(example):
    names, answers, told = TOLD[example]
    calls, remaining = names.split(), iter(answers)
    senders = [Sender(name) for name in "".join(calls)]
    settled = settle(senders, lambda call: next(remaining), CREATE, len(calls[0]))
    outcome = settled.outcomes[-1]
    assert (outcome.outcome, outcome.code, outcome.msg) == told
    assert outcome.id == ""
    assert list(remaining) == []


@pytest.mark.parametrize(("operation", "outcome"), [(CREATE, "not_attempted"), (DELETE, "unknown")])
def test_what_disproves_a_lost_try_is_a_success_where_the_pages_refuse_what_is_done_already(operation, outcome):
    answers = [after_lost_try(TOO_LARGE), OK, STOP]
    settled = settle([Sender("A"), Sender("B")], lambda call: answers.pop(0), operation, 2)
    assert [one.outcome for one in settled.outcomes] == [operation.done, outcome]


def test_two_countries_of_one_sender_are_never_in_one_call():
    senders = [Sender("A", "", "in"), Sender("A", "", "us"), Sender("B", "", "in"), Sender("a", "", "in")]
    calls = []

    def send(call):
        calls.append([(sender.name, sender.iso_code) for sender in call])
        return refused(A=ALREADY) if len(calls) == 2 else OK

    settled = settle(senders, send, dataclasses.replace(CREATE, says_already=ALREADY.__eq__), 9)
    assert calls == [[("A", "in"), ("B", "in")], [("A", "us")], [("a", "in")]]
    assert [outcome.outcome for outcome in settled.outcomes] == ["created", "present", "created", "created"]


@pytest.mark.parametrize(
    ("names", "limit", "sizes"), [("AAABBBCDEF", 4, [4, 4, 2]), ("AABBCCDD", 3, [3, 3, 2]), ("", 4, [])]
)
def test_calls_are_as_few_and_full_as_the_names_allow(names, limit, sizes):
    calls = pack([Sender(name) for name in names], limit)
    assert sorted(sender.name for call in calls for sender in call) == sorted(names)
    assert [len(call) for call in calls] == sizes
    assert all(len({sender.key for sender in call}) == len(call) for call in calls)


def test_fifty_thousand_of_which_most_exist_take_eleven_calls():
    senders = [Sender(f"S{number:05}", "", "us") for number in range(50_000)]
    existing = {sender.key for number, sender in enumerate(senders) if number % 10}
    calls = []

    def send(call):
        calls.append(len(call))
        errors = {sender.key: (REASONS[CREATE],) for sender in call if sender.key in existing}
        return Answer(Verdict.REFUSED, errors=errors) if errors else OK

    settled = settle(senders, send, CREATE, CREATE.limit)
    assert calls == [5000] * 11
    assert [outcome.outcome for outcome in settled.outcomes] == ["created", *["present"] * 9] * 5000


def test_one_bad_row_of_five_thousand_without_a_name_takes_nobody_with_it():
    senders = [Sender(f"S{number:04}", "", "us") for number in range(5000)]
    settled = settle(senders, lambda call: NAMELESS if senders[1234] in call else OK, CREATE, CREATE.limit)
    assert {outcome.sender: outcome.outcome for outcome in settled.outcomes if outcome.outcome != "created"} == {
        senders[1234]: "rejected"
    }
    assert settled.api_calls < 30


def test_narrowing_is_bounded_and_what_is_left_is_rejected_together():
    senders = [Sender(f"S{number:04}", "", "us") for number in range(5000)]
    settled = settle(senders, lambda call: NAMELESS, CREATE, CREATE.limit)
    assert settled.api_calls == 1 + NARROWING_CALLS
    assert {outcome.outcome for outcome in settled.outcomes} == {"rejected"}


def test_those_that_are_rejected_together_are_told_so():
    # 150 times two halves: 127 times from 256 to pairs, and 23 pairs into 46 that are alone.
    settled = settle([Sender(f"S{number:03}") for number in range(256)], lambda call: NAMELESS, CREATE, 256)
    together = "2 senders were refused together, and which of them are to blame was not found in 300 calls"
    assert Counter(outcome.msg for outcome in settled.outcomes) == {
        NAMELESS.message: 46,
        f"{NAMELESS.message}; {together}": 210,
    }


def test_a_server_that_finds_every_call_too_large_is_bounded():
    senders = [Sender(f"S{number:04}", "", "us") for number in range(5000)]
    settled = settle(senders, lambda call: TOO_LARGE, CREATE, CREATE.limit)
    assert settled.api_calls == 1 + NARROWING_CALLS
    assert {outcome.outcome for outcome in settled.outcomes} <= {"rejected", "not_attempted"}


@pytest.mark.parametrize("connections", [2, 16])
def test_calls_fly_together_after_the_first(connections):
    together = threading.Barrier(connections, timeout=30)
    others = threading.Event()

    def send(call):
        if call[0].name == "S00":
            assert not others.wait(0.2)
        else:
            others.set()
            together.wait()  # passes only with so many calls in flight
        return OK

    settled = settle([Sender(f"S{number:02}") for number in range(1 + 2 * connections)], send, CREATE, 1, connections)
    assert [outcome.outcome for outcome in settled.outcomes] == ["created"] * (1 + 2 * connections)


def test_two_of_one_name_never_fly_together():
    flying, met = [], []

    def send(call):
        key = call[0].key
        met.extend({key}.intersection(flying))
        flying.append(key)
        time.sleep(0.05)
        flying.remove(key)
        return OK

    senders = [Sender(name, "", country) for country in ("in", "us", "de") for name in "ABC"]
    settled = settle(senders, send, CREATE, 1, 4)
    assert [outcome.outcome for outcome in settled.outcomes] == ["created"] * 9
    assert met == []


@pytest.mark.parametrize("connections", [1, 2, 16])
def test_connections_do_not_change_the_outcomes(connections):
    senders = [Sender(f"S{number:02}") for number in range(40)]
    reasons = {
        sender.key: (BAD if number % 3 else REASONS[CREATE],) for number, sender in enumerate(senders) if number % 4
    }

    def send(call):
        errors = {sender.key: reasons[sender.key] for sender in call if sender.key in reasons}
        return Answer(Verdict.REFUSED, errors=errors) if errors else OK

    settled = settle(senders, send, CREATE, 3, connections)
    assert [outcome.outcome for outcome in settled.outcomes] == [
        "created" if not number % 4 else "rejected" if number % 3 else "present" for number in range(40)
    ]


@pytest.mark.parametrize("connections", [1, 3])
def test_nothing_is_sent_after_the_account_is_refused(connections):
    calls = []

    def send(call):
        calls.append(call)
        return STOP

    settled = settle([Sender(f"S{number:02}") for number in range(40)], send, CREATE, 2, connections)
    assert len(calls) == 1
    assert {outcome.outcome for outcome in settled.outcomes} == {"not_attempted"}


def test_an_empty_list_makes_no_call():
    settled = settle([], lambda call: pytest.fail("called"), CREATE, 9, 4)
    assert (settled.outcomes, settled.api_calls) == ([], 0)


@pytest.mark.parametrize(("operation", "outcome"), [(CREATE, "created"), (DELETE, "deleted")])
def test_check_mode_foresees_each_as_sent(operation, outcome):
    senders = [Sender("A"), Sender("B")]
    settled = foresee(senders, operation)
    assert [(one.sender, one.outcome, one.changed, one.failed) for one in settled.outcomes] == [
        (sender, outcome, True, False) for sender in senders
    ]
    assert settled.api_calls == 0
