# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server logs requests without the key, fails as its script says, and stops."""

from __future__ import annotations

import json
import subprocess
import sys

import mock_api_server
import pytest
import requests
from ansible_collections.community.kaleyra.tests.unit.api_requests import create, delete, row
from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID


def test_logs_requests_without_the_key(mock_api):
    create(mock_api, row("ADPAI"))
    delete(mock_api, "ADPAI", key="other")
    state = mock_api.state()
    assert [(request["method"], request["senders"]) for request in state["requests"]] == [("POST", 1), ("DELETE", 1)]
    assert state["accounts"] == {SAMPLE_SID: {"senders": ["ADPAI"], "created": ["ADPAI"], "deleted": []}}
    assert SAMPLE_KEY not in json.dumps(state)


@pytest.mark.parametrize("account", [{"sid": "HX2"}, {"key": "other"}])
def test_rejects_other_accounts(mock_api, account):
    assert create(mock_api, row("ADPAI"), **account).json()["code"] == "RBC001"
    assert mock_api.senders(SAMPLE_SID) == []


def test_open_account_accepts_only_its_first_key(start_mock_api):
    mock_api = start_mock_api(any_sid=True)
    assert [create(mock_api, row("ADPAI"), sid="HX2", key=key).status_code for key in ("a", "b")] == [200, 401]


def test_script_is_applied_in_order(mock_api):
    mock_api.script(["ok", 503, {"kind": "respond_after", "status": 404}, 429])
    statuses = [create(mock_api, row(f"N{number}")).status_code for number in range(5)]
    assert (statuses, mock_api.senders(SAMPLE_SID)) == ([200, 503, 404, 429, 200], ["N0", "N2", "N4"])


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


def test_script_can_contain_whole_responses(mock_api):
    mock_api.script([{"kind": "respond_before", "status": 503, "headers": {"Retry-After": "7"}, "body": "<html>"}])
    response = create(mock_api, row("ADPAI"))
    assert (response.status_code, response.text, response.headers["Retry-After"]) == (503, "<html>", "7")


@pytest.mark.parametrize("body", [{"behavior": {"names": "x"}}, {"nonsense": 1}, {"script": ["sometimes"]}, []])
def test_control_rejects_unknown_input(mock_api, body):
    assert requests.post(f"{mock_api.url}/_mock", json=body, timeout=30).status_code == 400


def test_command_serves_its_configuration_until_it_is_stopped():
    config = {"accounts": {"HX1": {"key": "one", "senders": ["OLD"]}}, "script": [503], "behavior": {"max_errors": 1}}
    command = [sys.executable, "-B", mock_api_server.__file__, "--background", "--config=/dev/stdin"]
    url = subprocess.check_output(command, input=json.dumps(config), encoding="utf-8").strip()
    state = requests.get(f"{url}/_mock", timeout=30).json()
    assert (state["accounts"]["HX1"]["senders"], state["pending"]) == (["OLD"], 1)
    assert state["behavior"]["max_errors"] == 1
    assert requests.post(f"{url}/_mock/stop", timeout=30).ok
