# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server logs requests without the key, shows its accounts, and stops."""

from __future__ import annotations

import json
import subprocess
import sys

import mock_api_server
import pytest
import requests
from ansible_collections.community.kaleyra.tests.unit.api_requests import create, delete, row
from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID


def test_shows_one_sender_per_line_and_no_key(mock_api):
    mock_api.configure({"HX2": {"senders": ["OLD"]}})
    create(mock_api, row("ADPAI"))
    delete(mock_api, "ADPAI", key="other")
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
    assert create(mock_api, row("ADPAI"), **account).json()["code"] == "RBC001"
    assert mock_api.senders(SAMPLE_SID) == []


def test_open_account_accepts_only_its_first_key(start_mock_api):
    mock_api = start_mock_api(any_sid=True)
    assert [create(mock_api, row("ADPAI"), sid="HX2", key=key).status_code for key in ("a", "b")] == [200, 401]


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
