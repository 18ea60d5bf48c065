# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Outcomes to the task's result: rows, counts, message, warnings, diff, and a size that AWX keeps."""

from __future__ import annotations

import pytest
from ansible_collections.community.kaleyra.plugins.module_utils._process import Outcome, Processed
from ansible_collections.community.kaleyra.plugins.module_utils._result import (
    OUTCOMES,
)
from ansible_collections.community.kaleyra.plugins.module_utils._result import (
    build_result as result,
)
from ansible_collections.community.kaleyra.plugins.module_utils._result import (
    build_warnings as warnings,
)
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender

CHANGED = ("created", "deleted", "unknown")
FAILED = ("rejected", "unknown", "not_attempted")
AWX_KEEPS = 700_000


def outcome(word, name="ADPAI", iso_code="in", changed=None, **more):
    return Outcome(
        Sender(name, "testing", iso_code), word, word in CHANGED if changed is None else changed, word in FAILED, **more
    )


def one_of_each():
    return [outcome(word, f"S{number}") for number, word in enumerate(OUTCOMES)]


def test_a_row_says_what_there_is_to_say():
    (row,) = result(Processed([outcome("present")]), "all", diff=False)["senders"]
    assert row == {"sender": "ADPAI", "outcome": "present", "changed": False, "failed": False, "iso_code": "in"}
    (row,) = result(Processed([outcome("created", id="6XX67", code="MSG106")]), "all", diff=False)["senders"]
    assert row == {
        "sender": "ADPAI",
        "outcome": "created",
        "changed": True,
        "failed": False,
        "iso_code": "in",
        "id": "6XX67",
        "code": "MSG106",
    }
    (row,) = result(Processed([outcome("rejected", iso_code="", code="E", msg="why")]), "all", diff=False)["senders"]
    assert row == {
        "sender": "ADPAI",
        "outcome": "rejected",
        "changed": False,
        "failed": True,
        "code": "E",
        "msg": "why",
    }


@pytest.mark.parametrize(
    ("report", "words"),
    [
        ("all", OUTCOMES),
        ("changes", ("created", "deleted", "rejected", "unknown", "not_attempted")),
        ("failures", ("rejected", "unknown", "not_attempted")),
    ],
)
def test_which_senders_are_reported(report, words):
    found = result(Processed(one_of_each(), 7), report, diff=False)
    assert [row["outcome"] for row in found["senders"]] == list(words)
    assert (found["changed"], found["failed"], found["api_calls"]) == (True, True, 7)
    assert found["summary"] == {"total": 7, **dict.fromkeys(OUTCOMES, 1)}


def test_a_sender_that_is_there_after_a_lost_answer_is_among_the_changes():
    settled = Processed([outcome("present", changed=True)])
    assert len(result(settled, "changes", diff=False)["senders"]) == 1
    assert result(settled, "all", diff=False)["changed"] is True


@pytest.mark.parametrize(
    ("words", "changed", "failed", "message"),
    [
        ((), False, False, "nothing to do"),
        (("present",), False, False, "1 present"),
        (("created", "present", "present"), True, False, "1 created, 2 present"),
        (("absent", "deleted"), True, False, "1 deleted, 1 absent"),
        (("rejected",), False, True, "1 of 1 senders failed (1 rejected): S0 (in) rejected: E1 why"),
        (
            ("created", "not_attempted", "rejected"),
            True,
            True,
            "2 of 3 senders failed (1 created, 1 rejected, 1 not_attempted): S1 (in) not_attempted: E1 why; S2 (in) rejected: E1 why",
        ),
        (("unknown",), True, True, "1 of 1 senders failed (1 unknown): S0 (in) unknown: E1 why"),
    ],
)
def test_message_and_flags(words, changed, failed, message):
    outcomes = [outcome(word, f"S{number}", code="E1", msg="why") for number, word in enumerate(words)]
    found = result(Processed(outcomes), "all", diff=False)
    assert (found["changed"], found["failed"], found["msg"]) == (changed, failed, message)


def test_the_message_names_the_first_failed_and_how_many_more():
    outcomes = [outcome("rejected", f"S{number}", iso_code="", msg=f"why {number}") for number in range(12)]
    message = result(Processed(outcomes), "all", diff=False)["msg"]
    told = "; ".join(f"S{number} rejected: why {number}" for number in range(5))
    assert message == f"12 of 12 senders failed (12 rejected): {told}; and 7 more"


def test_warnings():
    assert warnings(Processed(one_of_each(), 7)) == []
    (retried,) = warnings(Processed([outcome("created")], 4, ["HTTP 503", "HTTP 429", "HTTP 503"]))
    assert "HTTP 503 (2 x); HTTP 429 (1 x)" in retried
    doubtful = [outcome("absent", f"S{number}", iso_code="", changed=True) for number in range(7)]
    (doubt,) = warnings(Processed(doubtful, 2))
    assert "absent" in doubt
    assert "S0; S1; S2; S3; S4; and 2 more" in doubt


def test_diff_is_sorted_and_says_what_was_and_what_is():
    outcomes = [
        outcome("present", "C"),
        outcome("created", "B"),
        outcome("deleted", "Z", iso_code=""),
        outcome("absent", "Y", iso_code=""),
        outcome("rejected", "D"),
        outcome("unknown", "A"),
        outcome("not_attempted", "E"),
        outcome("present", "C", iso_code="ae"),
    ]
    assert result(Processed(outcomes), "failures", diff=True)["diff"] == {
        "before": "C ae\nC in\nZ\n",
        "after": "A in (unknown)\nB in\nC ae\nC in\n",
    }
    assert "diff" not in result(Processed(outcomes), "all", diff=False)


def five_thousand(words, length, **more):
    """Outcomes of senders with eleven-character names, long IDs, and messages of the length."""
    return [
        outcome(
            words[number % len(words)],
            f"ABCDEF{number:05}",
            id="6XX67" * 8,
            code="RBC192",
            msg=f"{number:05}".ljust(length, "."),
            **more,
        )
        for number in range(5000)
    ]


@pytest.mark.parametrize("length", [5, 2000])
@pytest.mark.parametrize("words", [*[(word,) for word in OUTCOMES], OUTCOMES])
def test_five_thousand_senders_stay_below_what_awx_keeps(words, length):
    found = result(Processed(five_thousand(words, length)), "all", diff=True)
    assert len(str(found)) < AWX_KEEPS - 20_000
    assert [row["sender"] for row in found["senders"]] == [f"ABCDEF{number:05}" for number in range(5000)]
    for number, row in enumerate(found["senders"]):
        word = words[number % len(words)]
        assert (row["outcome"], row["changed"], row["failed"]) == (word, word in CHANGED, word in FAILED)
        assert row["msg"].startswith(f"{number:05}"[: len(row["msg"]) - 1])


@pytest.mark.parametrize("words", [("present",), ("created", "present"), ("created",), ("deleted",)])
def test_names_of_twenty_five_characters_stay_below_it_too(words):
    outcomes = [outcome(words[number % len(words)], f"{number:025}", id="6XX67", code="E1") for number in range(5000)]
    found = result(Processed(outcomes), "all", diff=True)
    assert len(str(found)) < AWX_KEEPS - 20_000
    assert len(found["senders"]) == 5000


def test_a_long_diff_leaves_out_what_stays_and_says_so():
    outcomes = [outcome("present", f"S{number:05}") for number in range(45_000)]
    outcomes += [outcome("created", "B"), outcome("deleted", "Z"), outcome("unknown", "A")]
    found = result(Processed(outcomes), "changes", diff=True)
    told = "(45000 that stay are not listed)\n"
    assert found["diff"] == {"before": f"{told}Z in\n", "after": f"{told}A in (unknown)\nB in\n"}
    outcomes = [outcome("created", f"S{number:05}") for number in range(45_000)]
    assert result(Processed(outcomes), "changes", diff=True)["diff"]["after"].count("\n") == 45_000


@pytest.mark.parametrize("report", ["failures", "changes"])
def test_a_diff_that_is_too_long_by_itself_loses_no_result(report):
    outcomes = [outcome("created", f"ABCDEF{number:05}") for number in range(50_000)]
    found = result(Processed(outcomes), report, diff=True)
    assert found["summary"]["created"] == 50_000
    assert len(found["senders"]) == (50_000 if report == "changes" else 0)


def test_what_fits_is_not_cut():
    outcomes = [outcome("rejected", f"S{number}", code="E1", id="6XX67", msg="." * 2000) for number in range(250)]
    rows = result(Processed(outcomes), "all", diff=True)["senders"]
    assert {(row["msg"], row["code"], row["id"], row["iso_code"]) for row in rows} == {
        ("." * 2000, "E1", "6XX67", "in")
    }


def test_what_cannot_be_made_to_fit_is_whole():
    outcomes = [outcome("created", f"S{number:05}", id=f"6XX{number}", code="MSG106") for number in range(12_000)]
    rows = result(Processed(outcomes), "all", diff=False)["senders"]
    assert len(rows) == 12_000
    assert (rows[-1]["id"], rows[-1]["code"], rows[-1]["iso_code"]) == ("6XX11999", "MSG106", "in")


def test_only_long_messages_are_cut():
    outcomes = five_thousand(("rejected",), 30)
    outcomes[2500] = outcome("rejected", "LONG", msg="x" * 500_000)
    found = result(Processed(outcomes), "all", diff=False)
    assert len(str(found)) < AWX_KEEPS
    cut = [row["msg"] for row in found["senders"] if row["msg"].endswith("\u2026")]
    assert len(cut) == 1
    assert cut[0].startswith("xxxx")


def test_reporting_changes_alone_is_short_however_many_senders_exist():
    outcomes = [outcome("present", f"S{number:05}") for number in range(10_000)]
    outcomes += [outcome("created", f"S{number:05}", id="6XX67", code="MSG106") for number in range(10_000, 10_900)]
    found = result(Processed(outcomes, 3), "changes", diff=False)
    assert len(found["senders"]) == found["summary"]["created"] == 900
    assert found["summary"]["present"] == 10_000
    assert len(str(found)) < AWX_KEEPS
