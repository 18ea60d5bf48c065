# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module's result: rows, summary, diff, and a size that AWX stores."""

from __future__ import annotations

import itertools
import json

import pytest
from ansible_collections.community.kaleyra.plugins.module_utils._batches import RunResult
from ansible_collections.community.kaleyra.plugins.module_utils._message import build_warnings
from ansible_collections.community.kaleyra.plugins.module_utils._operations import CREATE
from ansible_collections.community.kaleyra.plugins.module_utils._response import OUTCOMES, Response, SenderResult
from ansible_collections.community.kaleyra.plugins.module_utils._response import ResponseKind as Kind
from ansible_collections.community.kaleyra.plugins.module_utils._result import (
    MAX_RESULT_LENGTH,
    build_result,
    mask_run,
)
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender

KEY = "Axxxxxxxxxxxxxxxxxxxxxxxxxxxx3"


def outcome(name, value, iso_code="in", changed=False, **fields):
    """A sender and its result. ``changed`` marks one in doubt, whose outcome does not imply a change."""
    return Sender(name, "testing", iso_code), SenderResult(value, **fields, in_doubt=changed)


def one_of_each(**fields):
    return [outcome(f"S{number}", value, **fields) for number, value in enumerate(OUTCOMES)]


def result(outcomes, report="all", requests=0, **options):
    return build_result(RunResult(dict(outcomes), requests), CREATE, report, **options)


@pytest.mark.parametrize("fields", [{}, {"id": "6XX67", "code": "MSG106", "msg": "why"}])
def test_row_contains_only_known_values(fields):
    (row,) = result([outcome("ADPAI", "created", **fields)])["senders"]
    assert row == {
        "sender": "ADPAI",
        "outcome": "created",
        "changed": True,
        "failed": False,
        "iso_code": "in",
        **fields,
    }
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
    assert found["summary"] == {"total": len(OUTCOMES), **dict.fromkeys(OUTCOMES, 1)}


@pytest.mark.parametrize(
    ("values", "report", "expected"),
    [
        (["rejected", "created"], "all", True),
        (["rejected", "present"], "changes", False),
        (["rejected", "created"], "failures", False),
        (["rejected"] * 20, "all", False),
        (["rejected"] * 21, "all", True),
        (["rejected"] * 21, "failures", False),
    ],
)
def test_message_advises_to_return_only_failures_if_there_are_other_rows(values, report, expected):
    found = result([outcome(f"S{number}", value) for number, value in enumerate(values)], report)
    assert ("report: failures" in found["msg"]) == expected


@pytest.mark.parametrize("value", ["present", "absent"])
def test_sender_in_doubt_counts_as_changed(value):
    found = result([outcome("ADPAI", value, changed=True)], "changes")
    assert (len(found["senders"]), found["changed"], found["failed"]) == (1, True, False)


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


def test_diff_is_sorted_and_shows_what_cannot_be_corrected():
    outcomes = [
        outcome("C", "present"),
        (Sender("G", "Order updates", "in", "1201159123456789012"), SenderResult("created")),
        outcome("B", "created"),
        outcome("Z", "deleted", iso_code=""),
        outcome("Y", "absent", iso_code=""),
        outcome("D", "rejected"),
        outcome("A", "unknown"),
        outcome("E", "not_attempted"),
        outcome("C", "present", "ae"),
        outcome("F", "present", changed=True),
    ]
    after = "A in (unknown)\nB in: testing\nC ae\nC in\nF in\nG in 1201159123456789012: Order updates\n"
    assert result(outcomes, "failures", diff=True)["diff"] == {"before": "C ae\nC in\nZ\n", "after": after}
    assert "diff" not in result(outcomes)


@pytest.mark.parametrize("count", [1, 10_000])
def test_diff_of_check_mode_says_that_existence_is_not_known(count):
    found = result([outcome(f"ABCDEF{number:05}", "created") for number in range(count)], check_mode=True, diff=True)
    assert found["diff"]["before_header"] == found["diff"]["after_header"]
    assert "not known" in found["diff"]["after_header"]


def response(body="x" * 2000):
    return {"method": "POST", "senders": 5000, "status": 200, "body": body}


@pytest.mark.parametrize("length", [5, 2000])
@pytest.mark.parametrize("values", [*[(value,) for value in OUTCOMES], OUTCOMES])
def test_awx_keeps_result_of_5000_senders(values, length):
    fields = {"id": "6XX67" * 8, "code": "RBC192"}
    results = {
        Sender(f"ABCDEF{number:05}", "'" * length, "in", "9" * 30): SenderResult(
            values[number % len(values)], **fields, msg=f"{number:05}".ljust(length, ".")
        )
        for number in range(5000)
    }
    run = mask_run(RunResult(results), KEY)
    found = build_result(run, CREATE, "all", diff=True, responses=[response("\"'" * 1000)] * 10)
    assert len(str(found)) < MAX_RESULT_LENGTH - 20_000
    assert [row["sender"] for row in found["senders"]] == [sender.name for sender in results]
    for number, row in enumerate(found["senders"]):
        assert row["outcome"] == values[number % len(values)]
        assert row["msg"].startswith(f"{number:05}"[: len(row["msg"]) - 1])


def test_long_result_is_shortened_in_order():
    def shortened(length):
        """What is shortened if the messages of the rows have this length."""
        outcomes = [outcome(f"OLD{number:04}", "present") for number in range(1000)]
        outcomes += [
            (Sender(f"NEW{number:03}", "y" * 50, "in"), SenderResult("created", code="MSG106", msg="x" * length))
            for number in range(600)
        ]
        found = result(outcomes, "changes", diff=True, responses=[response()] * 10)
        assert (len(found["senders"]), len(str(found)) < 650_000) == (600, True)
        assert [shown["status"] for shown in found["responses"]] == [200] * 10
        diff = found["diff"]["after"]
        parts = {
            "responses": found["responses"][0] == response(),
            "descriptions": "NEW599 in: yyy" in diff,
            "unchanged": "OLD0999" in diff,
            "changed": "NEW599" in diff,
            "rows": "code" in found["senders"][0],
            "countries": "iso_code" in found["senders"][0],
        }
        return [name for name, is_complete in parts.items() if not is_complete]

    order = ["responses", "descriptions", "unchanged", "changed", "rows", "countries"]
    steps = [list(step) for step, _lengths in itertools.groupby(range(750, 1010, 4), shortened)]
    assert steps == [order[:number] for number in range(7)]


@pytest.mark.parametrize("report", ["failures", "changes"])
def test_long_diff_drops_no_row(report):
    outcomes = [outcome(f"ABCDEF{number:05}", "created") for number in range(50_000)]
    found = result(outcomes, report, diff=True)
    assert found["summary"]["created"] == 50_000
    assert len(found["senders"]) == (50_000 if report == "changes" else 0)


def test_result_that_fits_is_complete():
    fields = {"id": "6XX67", "code": "E1", "msg": "." * 900}
    rows = result([outcome(f"S{number}", "rejected", **fields) for number in range(500)])["senders"]
    assert {(row["msg"], row["code"], row["id"], row["iso_code"]) for row in rows} == {("." * 900, "E1", "6XX67", "in")}


def test_result_that_cannot_fit_is_complete():
    outcomes = [outcome(f"S{number}", "created", id=str(number), code="MSG106") for number in range(12_000)]
    found = result(outcomes, diff=True, responses=[response()])
    assert len(found["senders"]) == 12_000
    assert (found["senders"][-1]["id"], found["senders"][-1]["code"]) == ("11999", "MSG106")
    assert found["responses"] == [response()]
    assert "S11999 in: testing" in found["diff"]["after"]
