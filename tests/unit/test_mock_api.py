# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mock API responds in the words of Kaleyra's API documentation. Its server logs requests without the key."""

from __future__ import annotations

import json
import subprocess
import sys

import mock_api_server
import pytest
import requests
from ansible_collections.community.kaleyra.tests.unit import api_requests
from ansible_collections.community.kaleyra.tests.unit.api_requests import row
from mock_api_simulator import (
    EXISTS,
    MISSING,
    SAMPLE_KEY,
    SAMPLE_SID,
    SUBMITTED,
    WRONG_FORMAT,
    Account,
    Settings,
    create,
    delete,
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


def test_shows_one_sender_per_line_and_no_key(mock_api):
    mock_api.configure({"HX2": {"senders": ["OLD"]}})
    api_requests.create(mock_api, row("ADPAI"))
    api_requests.delete(mock_api, "ADPAI", key="other")
    shown = requests.get(f"{mock_api.url}/_mock", timeout=30)
    assert shown.json()["accounts"] == {
        SAMPLE_SID: {"senders": [{"sender": "ADPAI", "iso_code": "in", "id": "60001"}]},
        "HX2": {"senders": [{"sender": "OLD", "id": "60001"}]},
    }
    assert [(request["method"], request["senders"]) for request in shown.json()["requests"]] == [
        ("POST", 1),
        ("DELETE", 1),
    ]
    assert '\n        {"sender": "ADPAI", "iso_code": "in", "id": "60001"}\n' in shown.text
    assert SAMPLE_KEY not in shown.text


@pytest.mark.parametrize("account", [{"sid": "HX2"}, {"key": "other"}])
def test_rejects_other_accounts(mock_api, account):
    assert api_requests.create(mock_api, row("ADPAI"), **account).json()["code"] == "RBC001"
    assert mock_api.senders(SAMPLE_SID) == []


def test_open_account_accepts_only_its_first_key(start_mock_api):
    mock_api = start_mock_api(any_sid=True)
    assert [api_requests.create(mock_api, row("ADPAI"), sid="HX2", key=key).status_code for key in ("a", "b")] == [
        200,
        401,
    ]


@pytest.mark.parametrize("body", [{"settings": {"missing_": "x"}}, {"nonsense": 1}, []])
def test_control_rejects_unknown_input(mock_api, body):
    assert requests.post(f"{mock_api.url}/_mock", json=body, timeout=30).status_code == 400


def test_command_serves_its_configuration_until_it_is_stopped():
    config = {"accounts": {SAMPLE_SID: {"senders": ["OLD"]}}, "settings": {"reject": {"B*": "no"}}}
    command = [sys.executable, "-B", mock_api_server.__file__, "--background", "--config=/dev/stdin"]
    url = subprocess.check_output(command, input=json.dumps(config), encoding="utf-8").strip()
    path = f"{url}/v1/{SAMPLE_SID}/messages/sender"
    rejected = requests.post(path, json={"data": [row("BAD")]}, headers={"api-key": SAMPLE_KEY}, timeout=30)
    assert rejected.json()["error"] == {"0": {"sender": "no", "sender_name": "BAD"}}
    stopped = requests.post(f"{url}/_mock/stop", timeout=30).json()
    assert stopped["accounts"] == {SAMPLE_SID: {"senders": [{"sender": "OLD", "id": "60001"}]}}
