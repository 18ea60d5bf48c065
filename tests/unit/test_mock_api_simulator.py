# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator responds in the words of Kaleyra's API documentation, and each switch changes what it should."""

from __future__ import annotations

import pytest
from ansible_collections.community.kaleyra.tests.unit.api_requests import row
from mock_api_simulator import (
    EXISTS,
    MISSING,
    SUBMITTED,
    WRONG_FORMAT,
    Account,
    Behavior,
    Failure,
    create,
    delete,
    respond,
)

REJECTED = {"code": "MSG134", "message": "Sender IDs not created", "data": []}


def account_with(*names):
    return Account(rows={name: {"in": "60000"} for name in names})


def test_create_responds_with_a_row_per_sender():
    account = account_with()
    response = create(account, {"data": [row("ADPAI"), row("TESTEHR5", iso_code="us", entity_id=None)]})
    rows = [
        {"id": number, "status": "1", "sender": name, "message": SUBMITTED, "code": "MSG106"}
        for name, number in (("ADPAI", "60001"), ("TESTEHR5", "60002"))
    ]
    assert response == (200, {"code": "MSG106", "message": SUBMITTED, "data": rows, "error": {}}, {})
    assert account.created == [("ADPAI", "in"), ("TESTEHR5", "us")]


def test_one_error_rejects_the_whole_create_request():
    account = account_with("ABCF01")
    response = create(account, {"data": [row("ABCF992"), row("ABCF01"), row("ADPAI")]})
    errors = {
        "0": {"sender": WRONG_FORMAT, "sender_name": "ABCF992"},
        "1": {"sender": EXISTS, "sender_name": "ABCF01"},
    }
    assert response == (400, {**REJECTED, "error": errors}, {})
    assert list(account.rows) == ["ABCF01"]


@pytest.mark.parametrize(
    "payload", [None, {"data": ["ADPAI"]}, {"data": [row(7)]}, {"data": [row("ADPAI", entity_id=None)]}]
)
def test_rejects_wrong_payload(payload):
    assert create(account_with(), payload).body["code"] == "WA400"
    assert delete(account_with(), payload).body["code"] == "RBC195"


def test_delete_deletes_in_every_country():
    account = Account(rows={"ADPAI": {"in": "1", "us": "2"}, "ABCF01": {"": "3"}, "JSONSEND": {"": "4"}})
    response = delete(account, {"sender": ["ADPAI", "ABCF01", "MISSING"]})
    body = {"code": "MSG108", "message": "Sender ID(s) deleted successfully", "data": [], "error": {}}
    assert response == (200, body, {})
    assert (list(account.rows), account.deleted) == (["JSONSEND"], ["ADPAI", "ABCF01"])


def test_requests_above_the_limit_are_too_large():
    payload = {"data": [row("A"), row("B"), row("C")]}
    message = "Exceeded max capacity of 2 senders"
    error = {"code": "RBC192", "message": message, "data": [], "error": {"error": message}}
    assert create(account_with(), payload, Behavior(create_limit=2)) == (400, error, {})
    assert create(account_with(), payload, Behavior(oversized=("B",), too_large="")).status == 413
    assert delete(account_with(), {"sender": ["A", "B"]}, Behavior(delete_limit=1)).body["code"] == "RBC192"


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
def test_switches_change_rejections(behavior, status, code, named, created):
    account = Account(rows={"OLD": {"": "1"}, "OLD2": {"": "2"}, "old": {"": "1"}, "old2": {"": "2"}})
    payload = {"data": [row(name) for name in ("OLD", "NEW", "BAD", "OLD2", "NEW2")]}
    response = create(account, payload, Behavior(reject={"B*": "no"}, **behavior))
    assert (response.status, response.body["code"]) == (status, code)
    assert [error["sender_name"] for error in response.body["error"].values()] == named
    assert [name for name, _country in account.created] == created


def test_errors_can_have_no_names():
    payload = {"data": [row("OLD"), row("NEW")]}
    nameless = create(account_with("OLD"), payload, Behavior(names="none"))
    assert nameless.body == {**REJECTED, "error": {"error": EXISTS}}
    assert create(account_with(), payload, Behavior(reject={"NEW": "no"}, wrong_payload=True)).body["code"] == "WA400"


@pytest.mark.parametrize(
    ("behavior", "data"),
    [
        ({"rows_missing": 1}, [("A", "MSG106")]),
        ({"row_code": None}, [("A", None), (12, None)]),
        ({"accepted": True, "rows": True}, [("A", "WA202"), (12, "WA202")]),
    ],
)
def test_switches_change_successes(behavior, data):
    response = create(account_with(), {"data": [row("A"), row("12")]}, Behavior(names="numbers", **behavior))
    assert [(entry["sender"], entry.get("code")) for entry in response.body["data"]] == data


def test_missing_senders_can_be_errors_of_a_delete_request():
    account = account_with("OLD")
    response = delete(account, {"sender": ["GONE", "OLD"]}, Behavior(missing=MISSING))
    assert response.body["error"] == {"0": {"sender": MISSING, "sender_name": "GONE"}}
    assert list(account.rows) == ["OLD"]


@pytest.mark.parametrize(
    ("failure", "status", "left"),
    [
        (Failure(), 200, []),
        (Failure("respond_before", 502), 502, ["A", "B", "C"]),
        (Failure("respond_partly"), 500, ["C"]),
        (Failure("respond_after", 401), 401, []),
    ],
)
def test_failed_requests_can_take_effect(failure, status, left):
    account = account_with("A", "B", "C")
    assert respond(account, "DELETE", {"sender": ["A", "B", "C"]}, failure=failure).status == status
    assert list(account.rows) == left
