# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module's result: rows, summary, diff, and a size that AWX stores."""

from __future__ import annotations

import json

import pytest
from ansible_collections.community.kaleyra.plugins.module_utils._batches import RunResult
from ansible_collections.community.kaleyra.plugins.module_utils._message import OUTCOMES, build_warnings
from ansible_collections.community.kaleyra.plugins.module_utils._operations import CREATE
from ansible_collections.community.kaleyra.plugins.module_utils._response import Response, SenderResult
from ansible_collections.community.kaleyra.plugins.module_utils._response import ResponseKind as Kind
from ansible_collections.community.kaleyra.plugins.module_utils._result import (
    MAX_RESULT_LENGTH,
    build_result,
    mask_run,
)
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender

KEY = "Axxxxxxxxxxxxxxxxxxxxxxxxxxxx3"
WRONG_KEY = Response(Kind.STOP, code="RBC001", message="Incorrect SID or API key.")


def outcome(name, value, iso_code="in", changed=False, **texts):
    """A sender and its result. ``changed`` marks one in doubt, whose outcome does not imply a change."""
    return Sender(name, "testing", iso_code), SenderResult(value, **texts, in_doubt=changed)


def one_of_each(**texts):
    return [outcome(f"S{number}", value, **texts) for number, value in enumerate(OUTCOMES)]


def result(outcomes, report="all", operation=CREATE, check_mode=False, diff=False, **processed):
    return build_result(RunResult(dict(outcomes), **processed), operation, report, check_mode=check_mode, diff=diff)


@pytest.mark.parametrize(
    ("texts", "known"),
    [({}, {}), ({"id": "6XX67", "code": "MSG106", "msg": "why"}, {"id": "6XX67", "code": "MSG106", "msg": "why"})],
)
def test_row_contains_only_known_values(texts, known):
    (row,) = result([outcome("ADPAI", "created", **texts)])["senders"]
    fields = {"sender": "ADPAI", "outcome": "created", "changed": True, "failed": False, "iso_code": "in"}
    assert row == {**fields, **known}
    (row,) = result([outcome("ADPAI", "deleted", iso_code="")])["senders"]
    assert "iso_code" not in row


@pytest.mark.parametrize(
    ("report", "values"),
    [
        ("all", OUTCOMES),
        ("changes", ("created", "deleted", "rejected", "unknown", "not_attempted")),
        ("failures", ("rejected", "unknown", "not_attempted")),
    ],
)
def test_report_selects_rows(report, values):
    found = result(one_of_each(), report, requests=7)
    assert [row["outcome"] for row in found["senders"]] == list(values)
    assert (found["changed"], found["failed"], found["api_calls"]) == (True, True, 7)
    assert found["summary"] == {"total": 7, **dict.fromkeys(OUTCOMES, 1)}


@pytest.mark.parametrize("value", ["present", "absent"])
def test_sender_in_doubt_counts_as_changed(value):
    found = result([outcome("ADPAI", value, changed=True)], "changes")
    assert (len(found["senders"]), found["changed"], found["failed"]) == (1, True, False)


# Strings of servers


@pytest.mark.parametrize("text", [f"\x1b[31m{KEY}\ud800", f"{'x' * 990}{KEY}", "y" * 1_000_000])
def test_strings_of_servers_are_safe_to_display(text):
    unsafe = RunResult(
        dict(outcome(name, "rejected", **{name: text}) for name in ("id", "code", "msg")),
        retry_reasons=[text],
        stopped=Response(Kind.STOP, code=text, message=text),
    )
    safe = mask_run(unsafe, KEY)
    found = build_result(safe, CREATE, "all", diff=True)
    printed = json.dumps([found, build_warnings(safe, CREATE)], ensure_ascii=False)
    printed.encode()
    assert KEY[:10] not in printed
    assert printed.isprintable()
    assert len(printed) < 10_000
    assert safe.stopped.message == found["senders"][2]["msg"] != ""


# The diff


def test_diff_is_sorted():
    outcomes = [
        outcome("C", "present"),
        outcome("B", "created"),
        outcome("Z", "deleted", iso_code=""),
        outcome("Y", "absent", iso_code=""),
        outcome("D", "rejected"),
        outcome("A", "unknown"),
        outcome("E", "not_attempted"),
        outcome("C", "present", "ae"),
        outcome("F", "present", changed=True),
    ]
    expected = {"before": "C ae\nC in\nZ\n", "after": "A in (unknown)\nB in\nC ae\nC in\nF in\n"}
    assert result(outcomes, "failures", diff=True)["diff"] == expected
    assert "diff" not in result(outcomes)


def test_long_diff_omits_unchanged_senders():
    outcomes = [outcome(f"S{number:05}", "present") for number in range(45_000)]
    outcomes += [outcome("B", "created"), outcome("Z", "deleted")]
    diff = result(outcomes, "changes", diff=True)["diff"]
    assert "45000" in diff["before"].splitlines()[0]
    assert (diff["before"].splitlines()[1:], diff["after"].splitlines()[1:]) == (["Z in"], ["B in"])


# The size


@pytest.mark.parametrize("length", [5, 2000])
@pytest.mark.parametrize("values", [*[(value,) for value in OUTCOMES], OUTCOMES])
def test_awx_keeps_result_of_5000_senders(values, length):
    outcomes = [
        outcome(
            f"ABCDEF{number:05}",
            values[number % len(values)],
            id="6XX67" * 8,
            code="RBC192",
            msg=f"{number:05}".ljust(length, "."),
        )
        for number in range(5000)
    ]
    found = build_result(mask_run(RunResult(dict(outcomes)), KEY), CREATE, "all", diff=True)
    assert len(str(found)) < MAX_RESULT_LENGTH - 20_000
    assert [row["sender"] for row in found["senders"]] == [sender.name for sender, _result in outcomes]
    for number, row in enumerate(found["senders"]):
        assert row["outcome"] == values[number % len(values)]
        assert row["msg"].startswith(f"{number:05}"[: len(row["msg"]) - 1])


@pytest.mark.parametrize("report", ["failures", "changes"])
def test_long_diff_drops_no_row(report):
    outcomes = [outcome(f"ABCDEF{number:05}", "created") for number in range(50_000)]
    found = result(outcomes, report, diff=True)
    assert found["summary"]["created"] == 50_000
    assert len(found["senders"]) == (50_000 if report == "changes" else 0)


def test_result_that_fits_is_complete():
    texts = {"id": "6XX67", "code": "E1", "msg": "." * 900}
    rows = result([outcome(f"S{number}", "rejected", **texts) for number in range(500)])["senders"]
    assert {(row["msg"], row["code"], row["id"], row["iso_code"]) for row in rows} == {("." * 900, "E1", "6XX67", "in")}


def test_result_that_cannot_fit_is_complete():
    rows = result([outcome(f"S{number}", "created", id=str(number), code="MSG106") for number in range(12_000)])
    assert len(rows["senders"]) == 12_000
    assert (rows["senders"][-1]["id"], rows["senders"][-1]["code"]) == ("11999", "MSG106")
