# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server logs requests without the key, fails as its script says, and stops."""

from __future__ import annotations

import gzip
import json
import pathlib
import subprocess
import sys

import mock_api_server
import pytest
import requests
from ansible_collections.community.kaleyra.tests.unit.api_requests import create, delete, row
from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID, Failure


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


def test_any_sid_is_bound_to_its_first_key(start_mock_api):
    mock_api = start_mock_api(any_sid=True)
    assert [create(mock_api, row("ADPAI"), sid="HX2", key=key).status_code for key in ("a", "b")] == [200, 401]


def test_script_is_drawn_in_order_and_by_number(mock_api):
    mock_api.script(["ok", 503, {"kind": "respond_after", "status": 404, "at": 4}, 429])
    statuses = [create(mock_api, row(f"N{number}")).status_code for number in range(5)]
    assert (statuses, mock_api.senders(SAMPLE_SID)) == ([200, 503, 429, 404, 200], ["N0", "N3", "N4"])


@pytest.mark.parametrize(
    ("kind", "error", "senders"),
    [
        ("reset_before", requests.ConnectionError, []),
        ("reset_after", requests.ConnectionError, ["ADPAI"]),
        ("hang_before", requests.ReadTimeout, []),
        ("hang_after", requests.ReadTimeout, ["ADPAI"]),
        ("broken_json", requests.JSONDecodeError, ["ADPAI"]),
        ("truncated", requests.exceptions.RequestException, ["ADPAI"]),
    ],
)
def test_failures_on_the_wire(mock_api, kind, error, senders):
    mock_api.script([kind])
    url, headers = f"{mock_api.url}/v1/{SAMPLE_SID}/messages/sender", {"api-key": SAMPLE_KEY}
    with pytest.raises(error):
        requests.post(url, json={"data": [row("ADPAI")]}, headers=headers, timeout=0.5).json()
    assert mock_api.senders(SAMPLE_SID) == senders


def test_literal_responses(mock_api):
    headers = {"Content-Type": "text/plain", "Content-Encoding": "gzip"}
    mock_api.script([Failure("respond_before", 500, headers, gzip.compress(b"x" * 99), interim=100)])
    response = create(mock_api, row("ADPAI"))
    assert (response.status_code, response.text, response.headers["Content-Type"]) == (500, "x" * 99, "text/plain")


@pytest.mark.parametrize("body", [{"behavior": {"names": "x"}}, {"nonsense": 1}, {"script": ["sometimes"]}, []])
def test_control_rejects_what_it_does_not_know(mock_api, body):
    assert requests.post(f"{mock_api.url}/_mock", json=body, timeout=30).status_code == 400


def test_command_is_configured_over_http_and_stops(tmp_path):
    ready = tmp_path / "url"
    script = pathlib.Path(mock_api_server.__file__)
    with subprocess.Popen([sys.executable, "-B", script, "--open", "--ready-file", ready]) as process:
        while not ready.exists():
            with pytest.raises(subprocess.TimeoutExpired):  # it ended before it was ready
                process.wait(0.05)
        control = ready.read_text(encoding="utf-8").strip() + "/_mock"
        config = {
            "accounts": {"HX1": {"key": "one", "senders": ["OLD"]}},
            "script": [503],
            "behavior": {"max_errors": 1},
        }
        state = requests.post(control, json=config, timeout=30).json()
        assert (state["accounts"]["HX1"]["senders"], state["pending"]) == (["OLD"], 1)
        assert state["behavior"]["max_errors"] == 1
        assert requests.post(f"{control}/stop", timeout=30).ok
        assert process.wait(30) == 0
