# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each field of `Behavior` and each kind of `Failure` changes what it should."""

from __future__ import annotations

import pytest
import requests
from ansible_collections.community.kaleyra.tests.unit.api_requests import create, row
from ansible_collections.community.kaleyra.tests.unit.faulty_api import (
    DOCUMENTED,
    Behavior,
    FaultyAccount,
    respond,
)
from mock_api_simulator import EXISTS, SAMPLE_KEY, SAMPLE_SID


def account_with(*names, behavior=DOCUMENTED):
    account = FaultyAccount(behavior=behavior)
    for name in names:
        account.add(name, "in")
    return account


# Existing: OLD and OLD2. Rejected: BAD. New: NEW and NEW2.
@pytest.mark.parametrize(
    ("behavior", "status", "code", "named", "created"),
    [
        ({}, 400, "MSG134", ["OLD", "BAD", "OLD2"], []),
        ({"partial": "rejection"}, 400, "MSG134", ["OLD", "BAD", "OLD2"], ["NEW", "NEW2"]),
        ({"partial": "success"}, 200, "MSG106", ["OLD", "BAD", "OLD2"], ["NEW", "NEW2"]),
        ({"partial": "success", "contradiction": True}, 200, "MSG106", ["NEW", "OLD", "BAD", "OLD2"], ["NEW", "NEW2"]),
        ({"staged": True}, 400, "MSG134", ["BAD"], []),
        ({"max_errors": 1, "rejection_status": 409}, 409, "MSG134", ["OLD"], []),
        ({"names": "other case"}, 400, "MSG134", ["old", "bad", "old2"], []),
        ({"names": "strangers"}, 400, "MSG134", ["STRANGER"] * 3, []),
        ({"folds_case": True, "ignores_country": True}, 400, "MSG134", ["OLD", "BAD", "OLD2"], []),
    ],
)
def test_behavior_changes_rejections(behavior, status, code, named, created):
    account = account_with("OLD", "OLD2", behavior=Behavior(reject={"B*": "no"}, **behavior))
    payload = {"data": [row(name) for name in ("OLD", "NEW", "BAD", "OLD2", "NEW2")]}
    response = respond(account, "POST", payload, account.behavior)
    assert (response.status, response.body["code"]) == (status, code)
    assert [error["sender_name"] for error in response.body["error"].values()] == named
    assert [name for name, _country in account.created] == created


@pytest.mark.parametrize(
    ("behavior", "status", "error"),
    [
        ({"names": "none"}, 400, {"error": EXISTS}),
        ({"wrong_payload": True, "reject": {"NEW": "no"}}, 400, {"payload": "Incorrect payload format"}),
        ({"exists": "known"}, 400, {"0": {"sender": "known", "sender_name": "OLD"}}),
        ({"oversized": ("NEW",), "too_large": "At most {limit}"}, 400, {"error": "At most 5000"}),
    ],
)
def test_behavior_changes_errors(behavior, status, error):
    payload = {"data": [row("OLD"), row("NEW")]}
    response = respond(account_with("OLD"), "POST", payload, Behavior(**behavior))
    assert (response.status, response.body["error"]) == (status, error)


@pytest.mark.parametrize(
    ("behavior", "data"),
    [
        ({"rows_missing": 1}, [("A", "MSG106")]),
        ({"row_code": None}, [("A", None), (12, None)]),
        ({"accepted": True, "rows": True}, [("A", "WA202"), (12, "WA202")]),
    ],
)
def test_behavior_changes_successes(behavior, data):
    behavior = Behavior(names="numbers", **behavior)
    response = respond(account_with(), "POST", {"data": [row("A"), row("12")]}, behavior)
    assert [(entry["sender"], entry.get("code")) for entry in response.body["data"]] == data


def test_script_is_applied_in_order(mock_api):
    page = {"kind": "respond_before", "status": 503, "headers": {"Retry-After": "7"}, "body": "<html>"}
    mock_api.script(["ok", page, {"kind": "respond_after", "status": 404}, 429, "respond_partly"])
    responses = [create(mock_api, row(f"N{number}"), row(f"P{number}")) for number in range(6)]
    assert [response.status_code for response in responses] == [200, 503, 404, 429, 500, 200]
    assert (responses[1].text, responses[1].headers["Retry-After"]) == ("<html>", "7")
    assert mock_api.senders(SAMPLE_SID) == ["N0", "N2", "N4", "N5", "P0", "P2", "P5"]


@pytest.mark.parametrize(
    ("kind", "error", "senders"),
    [
        ("reset_before", requests.ConnectionError, []),
        ("reset_after", requests.ConnectionError, ["ADPAI"]),
        ("hang_before", requests.ReadTimeout, []),
        ("hang_after", requests.ReadTimeout, ["ADPAI"]),
        ("broken_json", ValueError, ["ADPAI"]),
        ("truncated", (requests.RequestException, ValueError), ["ADPAI"]),  # the latter of requests 2.25
    ],
)
def test_failures_break_responses_as_their_kind_says(mock_api, kind, error, senders):
    mock_api.script([kind])
    url, headers = f"{mock_api.url}/v1/{SAMPLE_SID}/messages/sender", {"api-key": SAMPLE_KEY}
    with pytest.raises(error):
        requests.post(url, json={"data": [row("ADPAI")]}, headers=headers, timeout=0.5).json()
    assert mock_api.senders(SAMPLE_SID) == senders
