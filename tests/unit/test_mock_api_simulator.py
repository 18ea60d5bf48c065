# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator responds in the words of Kaleyra's API documentation."""

from __future__ import annotations

import pytest
from ansible_collections.community.kaleyra.tests.unit.api_requests import row
from mock_api_simulator import EXISTS, MISSING, SUBMITTED, WRONG_FORMAT, Account, Settings, create, delete

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
    assert account.rows == {"ADPAI": {"in": "60001"}, "TESTEHR5": {"us": "60002"}}


def test_one_error_rejects_the_whole_create_request():
    account = account_with("ABCF01")
    payload = {"data": [row(name) for name in ("ABCF992", "ABCF01", "BAD", "ADPAI")]}
    response = create(account, payload, Settings(reject={"B*": "no"}))
    errors = {
        "0": {"sender": WRONG_FORMAT, "sender_name": "ABCF992"},
        "1": {"sender": EXISTS, "sender_name": "ABCF01"},
        "2": {"sender": "no", "sender_name": "BAD"},
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


def test_missing_senders_can_be_errors_of_a_delete_request():
    account = account_with("OLD")
    response = delete(account, {"sender": ["GONE", "OLD"]}, Settings(missing=MISSING))
    assert response.body["error"] == {"0": {"sender": MISSING, "sender_name": "GONE"}}
    assert list(account.rows) == ["OLD"]


def test_requests_above_the_limit_are_too_large():
    settings = Settings(create_limit=2, delete_limit=1)
    message = "Exceeded max capacity of 2 senders"
    error = {"code": "RBC192", "message": message, "data": [], "error": {"error": message}}
    assert create(account_with(), {"data": [row("A"), row("B"), row("C")]}, settings) == (400, error, {})
    assert delete(account_with(), {"sender": ["A", "B"]}, settings).body["code"] == "RBC192"
