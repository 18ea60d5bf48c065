# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The message of the task, and its warnings."""

from __future__ import annotations

from collections import Counter

import pytest
from ansible_collections.community.kaleyra.plugins.module_utils._batches import RunResult
from ansible_collections.community.kaleyra.plugins.module_utils._message import build_message, build_warnings
from ansible_collections.community.kaleyra.plugins.module_utils._operations import CREATE, DELETE, STOP_CODES
from ansible_collections.community.kaleyra.plugins.module_utils._response import (
    OUTCOMES,
    Response,
    ResponseKind,
    SenderResult,
)
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender

WRONG_KEY = Response(ResponseKind.STOP, code="RBC001", message="Incorrect SID or API key.")
HINT = "report: failures"


def results(**outcomes):
    """A run with a sender of each name. A value is an outcome, or an outcome, a code and a reason."""
    values = {name: (value, "", "") if isinstance(value, str) else value for name, value in outcomes.items()}
    return {
        Sender(name, iso_code="in"): SenderResult(outcome, code=code, msg=msg)
        for name, (outcome, code, msg) in values.items()
    }


def many(number, outcome, prefix="S", reason=""):
    return results(**{f"{prefix}{index}": (outcome, "", reason and reason.format(index)) for index in range(number)})


def message(found, operation=CREATE, stopped=None, check_mode=False, has_other_rows=False):
    counts = Counter(result.outcome for result in found.values())
    run = RunResult(found, stopped=stopped)
    text = build_message(run, operation, counts, check_mode=check_mode, has_other_rows=has_other_rows)
    assert len(text) <= 900
    assert (HINT in text) == has_other_rows
    return text


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({}, "nothing to do"),
        (results(A="present"), "1 present"),
        (results(A="present", B="created", C="present", D="created"), "2 created (B, D), 2 present"),
        (results(A="deleted", B="absent"), "1 deleted (A), 1 absent"),
    ],
)
def test_success_counts_outcomes_and_names_changed_senders(found, expected):
    assert message(found, DELETE if "deleted" in expected else CREATE) == expected


def test_success_names_20_senders():
    assert message(many(25, "created") | many(9, "present", "P")).endswith("S18, S19 and 5 more), 9 present")


def test_success_names_as_many_senders_as_fit():
    found = message(many(5000, "created", "X" * 90))
    assert found.startswith("5000 created (XXX")
    assert found.endswith(" and 4991 more)")


@pytest.mark.parametrize("operation", [CREATE, DELETE])
def test_check_mode_names_senders_and_reports_that_existence_is_unknown(operation):
    found = message(many(25, operation.done), operation, check_mode=True)
    assert found.startswith(f"25 would be sent to be {operation.done} (S0, S1, ")
    assert found.endswith("S19 and 5 more); check mode does not know which senders exist")
    assert message({}, check_mode=True) == "nothing to do"


def test_failure_names_senders_with_reason():
    assert message(results(A="created", BAD=("rejected", "MSG134", "why")), has_other_rows=True) == (
        "1 of 2 senders failed (1 created, 1 rejected): BAD rejected: MSG134 why."
        " Set report: failures to return only the failed senders."
    )


def test_failure_groups_senders_by_reason():
    found = results(LATE="unknown") | many(22, "rejected", reason="same") | results(OTHER=("rejected", "", "another."))
    assert message(found) == (
        "24 of 24 senders failed (23 rejected, 1 unknown):"
        f" {', '.join(f'S{number}' for number in range(18))} and 4 more rejected: same; OTHER rejected: another.;"
        " LATE unknown. Whether the unknown senders were created is not known: run the task again."
    )


def test_failure_names_20_senders_of_all_reasons():
    found = message(many(15, "rejected", "A", "one") | many(15, "rejected", "B", "another"))
    assert "A13, A14 rejected: one; B0, B1, B2, B3, B4 and 10 more rejected: another." in found


def test_failure_counts_senders_with_further_reasons():
    found = message(many(25, "rejected", reason="reason {}"))
    assert "S19 rejected: reason 19; and 5 more with other reasons." in found


def test_long_reasons_leave_counts_and_first_reason():
    reason = "why " * 60 + "{}."
    found = message(many(5000, "rejected", reason=reason), has_other_rows=True)
    assert found.startswith(
        f"5000 of 5000 senders failed (5000 rejected): S0 rejected: {reason.format(0)}; S1 rejected:"
    )
    assert "more with other reasons." in found


def test_advice_remains_with_the_longest_names_and_reasons():
    found = many(9999, "rejected", "X" * 95, "reason " * 500) | many(9999, "unknown", "Y", "{}") | many(9, "created")
    stopped = Response(ResponseKind.STOP, code="RBC001", message="stop " * 500)
    text = message(found, stopped=stopped, has_other_rows=True)
    for part in (
        "9999 unknown)",
        "RBC001 stop ",
        "Check api_key",
        "XX0 and 9998 more rejected: reason",
        "run the task",
    ):
        assert part in text


def test_stopped_run_gives_reason_and_advice_once():
    found = message(many(6, "not_attempted", reason=WRONG_KEY.message) | results(), stopped=WRONG_KEY)
    assert found.startswith(
        "6 of 6 senders failed (6 not_attempted). The run stopped: RBC001 Incorrect SID or API key. Check"
    )


ADVICE = {"RBC001": "api_key", "WA401": "endpoint", "WA-401": "endpoint", "E110": "Top up", "RBC195": "proxy"}


@pytest.mark.parametrize("code", STOP_CODES)
def test_stopped_run_gives_advice_for_code(code):
    assert ADVICE[code] in message(results(A="not_attempted"), stopped=Response(ResponseKind.STOP, code, "a message"))


def test_stopped_run_counts_other_outcomes():
    late = ("not_attempted", "RBC001", WRONG_KEY.message)
    found = message(results(GOOD="created", LATE=late, BAD=("rejected", "", "why")), stopped=WRONG_KEY)
    assert found.startswith(
        "2 of 3 senders failed (1 created, 1 rejected, 1 not_attempted). The run stopped: RBC001 Inc"
    )
    assert found.endswith(" Failed: BAD rejected: why; LATE not_attempted.")
    assert found.count(WRONG_KEY.message) == 1


def test_stop_after_lost_responses_gives_their_reason_once():
    stopped = Response(
        ResponseKind.LOST, message="the responses to 2 requests in a row were lost: no response from host"
    )
    found = message(results(A=("unknown", "", "no response from host")), DELETE, stopped)
    assert found.count("no response from host") == 1
    assert found.endswith("A unknown. Whether the unknown senders were deleted is not known: run the task again.")


def test_gives_all_advice_without_stop():
    found = message(results(A=("not_attempted", "", "rejected together"), B="unknown"))
    assert "shorter lists" in found
    assert "run the task again" in found


def test_names_countries_of_list_with_several():
    found = {Sender("A", iso_code=country): SenderResult("created") for country in ("in", "us")}
    assert message(found) == "2 created (A (in), A (us))"


# Warnings


def test_no_warning_without_retry_or_doubt():
    assert build_warnings(RunResult(results(**{outcome: outcome for outcome in OUTCOMES})), CREATE) == []


def test_warning_counts_retries_by_reason():
    (warning,) = build_warnings(RunResult({}, retry_reasons=["HTTP 503", "HTTP 429", "HTTP 503"]), CREATE)
    assert "3 in total" in warning
    assert "HTTP 503 (2x); HTTP 429 (1x)" in warning


@pytest.mark.parametrize("outcome", ["present", "absent", "rejected"])
def test_warning_names_senders_in_doubt(outcome):
    found = {sender: result._replace(in_doubt=True) for sender, result in many(7, outcome).items()}
    (warning,) = build_warnings(RunResult(found), DELETE)
    assert "whether this run deleted" in warning
    assert "S0, S1, S2, S3, S4 and 2 more" in warning
