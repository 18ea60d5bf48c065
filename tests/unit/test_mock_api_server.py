# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mock API as a server: it logs its calls without the key, misbehaves exactly as told, and ends when it should."""

from __future__ import annotations

import concurrent.futures
import hashlib
import json
import pathlib
import signal
import socket
import subprocess
import sys

import mock_api_simulator
import pytest
import requests
import urllib3
from ansible_collections.community.kaleyra.tests.unit.api_requests import create, delete, row
from mock_api_server import MockApi
from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID, Behavior

SCRIPT = pathlib.Path(mock_api_simulator.__file__).with_name("mock_api_server.py")


# The log.


def test_log_of_calls_never_holds_the_key(mock_api):
    create(mock_api, row("ADPAI"), row("ABCF01"))
    delete(mock_api, "ADPAI", path="/v2/{}/sms/sender")

    first, second = mock_api.requests
    assert (first.method, first.sid, first.senders, first.names) == ("POST", SAMPLE_SID, 2, ("ADPAI", "ABCF01"))
    assert (second.method, second.path, second.names) == ("DELETE", f"/v2/{SAMPLE_SID}/sms/sender", ("ADPAI",))
    assert first.key_sha256 == hashlib.sha256(SAMPLE_KEY.encode()).hexdigest()
    assert SAMPLE_KEY not in str(mock_api.requests) + json.dumps(mock_api.state())
    account = mock_api.accounts[SAMPLE_SID]
    assert (account.created, account.deleted) == (["ADPAI", "ABCF01"], ["ADPAI"])


def test_connections_are_kept_alive_and_counted(mock_api):
    with requests.Session() as session:
        for name in ("A", "B", "C"):
            body = {"data": [row(name)]}
            url = f"{mock_api.url}/v1/{SAMPLE_SID}/messages/sender"
            assert session.post(url, json=body, headers={"api-key": SAMPLE_KEY}, timeout=30).ok
    assert mock_api.connections == 1
    create(mock_api, row("D"))
    assert mock_api.connections == 2


def test_many_threads_at_once(mock_api):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda number: create(mock_api, row(f"N{number}"), row("SHARED")), range(64)))

    assert [response.ok for response in responses].count(True) == 1
    assert len(mock_api.senders(SAMPLE_SID)) == 2
    assert len(mock_api.requests) == 64


def test_peak_is_the_most_calls_in_flight(mock_api):
    create(mock_api, row("A"))
    assert mock_api.peak == 1
    with mock_api.in_flight():
        create(mock_api, row("B"))
    create(mock_api, row("C"))
    assert mock_api.peak == 2


# Failures.


def test_faults_are_drawn_in_order_and_by_number(mock_api):
    mock_api.script(["ok", 503, {"kind": "respond_before", "status": 404, "at": 4}, 429])

    assert [create(mock_api, row(f"N{number}")).status_code for number in range(6)] == [200, 503, 429, 404, 200, 200]
    assert mock_api.senders(SAMPLE_SID) == ["N0", "N4", "N5"]
    assert mock_api.state()["pending"] == 0


@pytest.mark.parametrize(("failure", "truth"), [("respond_before", []), ("respond_after", ["ADPAI"])])
def test_literal_responses(mock_api, failure, truth):
    headers = {"Retry-After": "7", "Content-Type": "text/html"}
    mock_api.script([{"kind": failure, "status": 503, "headers": headers, "body": "<html>"}])

    response = create(mock_api, row("ADPAI"))

    assert (response.status_code, response.text, response.headers["Retry-After"]) == (503, "<html>", "7")
    assert response.headers["Content-Type"] == "text/html"
    assert mock_api.senders(SAMPLE_SID) == truth


def test_a_redirect_is_a_literal_response(start_mock_api):
    mock_api, elsewhere = start_mock_api(), start_mock_api(any_sid=True)
    mock_api.script([{"kind": "respond_before", "status": 307, "headers": {"Location": f"{elsewhere.url}/x"}}])

    assert create(mock_api, row("ADPAI"), allow_redirects=False).status_code == 307
    assert elsewhere.requests == []


@pytest.mark.parametrize(("failure", "truth"), [("reset_before", []), ("reset_after", ["ADPAI"])])
def test_reset_connections(mock_api, failure, truth):
    mock_api.script([failure])

    with pytest.raises(requests.ConnectionError, match=r"(?i)reset"):
        create(mock_api, row("ADPAI"))

    assert mock_api.senders(SAMPLE_SID) == truth
    assert create(mock_api, row("ABCF01")).ok


@pytest.mark.parametrize(("failure", "truth"), [("hang_before", []), ("hang_after", ["ADPAI"])])
def test_hanging_outlasts_a_client(mock_api, failure, truth):
    mock_api.script([failure])

    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{mock_api.url}/v1/{SAMPLE_SID}/messages/sender",
            json={"data": [row("ADPAI")]},
            headers={"api-key": SAMPLE_KEY},
            timeout=0.5,
        )

    assert mock_api.senders(SAMPLE_SID) == truth


def test_hanging_ends(mock_api):
    mock_api.script([{"kind": "hang_before", "seconds": 0.01}, {"kind": "hang_after", "seconds": 0.01}])

    with pytest.raises(requests.ConnectionError):
        create(mock_api, row("ADPAI"))
    assert create(mock_api, row("ADPAI")).json()["code"] == "MSG106"


def test_broken_json_after_acting(mock_api):
    mock_api.script(["broken_json"])

    response = create(mock_api, row("ADPAI"))

    assert response.status_code == 200
    assert response.text.startswith('{"code": "MSG106"')
    with pytest.raises(json.JSONDecodeError):
        response.json()
    assert mock_api.senders(SAMPLE_SID) == ["ADPAI"]


def test_truncated_after_acting(mock_api):
    mock_api.script(["truncated"])

    response = create(mock_api, row("ADPAI"), stream=True)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        response.raw.read()
    assert mock_api.senders(SAMPLE_SID) == ["ADPAI"]


@pytest.mark.parametrize("failure", ["sometimes", {"kind": "reset"}, {"seconds": 1, "delay": 2}])
def test_unknown_faults_are_refused(mock_api, failure):
    with pytest.raises((TypeError, ValueError)):
        mock_api.script([failure])


# The control interface and the command.


def test_control_over_http(mock_api):
    control = f"{mock_api.url}/_mock"
    wanted = {
        "accounts": {"HX9": {"key": "nine", "senders": ["OLD"]}},
        "behavior": {"create": "partial"},
        "script": [503],
    }

    state = requests.post(control, json=wanted, timeout=30).json()

    assert (state["pending"], state["behavior"]["create"]) == (1, ["partial"])
    assert create(mock_api, row("NEW"), sid="HX9", key="nine").status_code == 503
    assert create(mock_api, row("NEW"), row("OLD"), sid="HX9", key="nine").json()["code"] == "MSG134"
    state = requests.get(control, timeout=30).json()
    assert state["accounts"]["HX9"] == {"senders": ["NEW", "OLD"], "created": ["NEW"], "deleted": []}
    assert [logged["senders"] for logged in state["requests"]] == [1, 2]
    assert "nine" not in json.dumps(state["requests"])
    state = requests.post(control, json={"clear_log": True, "accounts": {"HX9": {"senders": []}}}, timeout=30).json()
    assert (state["requests"], state["peak"], state["accounts"]["HX9"]["senders"]) == ([], 0, [])
    assert state["accounts"][SAMPLE_SID]["senders"] == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "", {"behavior": {"create": "sometimes"}}),
        ("POST", "", {"nonsense": 1}),
        ("POST", "", {"script": ["sometimes"]}),
        ("POST", "", []),
        ("DELETE", "", None),
        ("GET", "/stop", None),
    ],
)
def test_control_refuses_what_it_does_not_know(mock_api, method, path, body):
    response = requests.request(method, f"{mock_api.url}/_mock{path}", json=body, timeout=30)

    assert response.status_code == 400
    assert response.json()["error"]
    assert mock_api.behavior == Behavior()
    assert not mock_api.stopping.is_set()


def test_listens_on_loopback_alone_and_stops(start_mock_api):
    with MockApi() as mock_api:
        host, port = mock_api._server.server_address
        assert host == "127.0.0.1"
        with requests.Session() as session:
            session.get(f"{mock_api.url}/_mock", timeout=30)
            mock_api.__exit__()
            with pytest.raises(requests.ConnectionError):
                session.get(f"{mock_api.url}/_mock", timeout=30)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, port), timeout=5)


@pytest.fixture
def command(tmp_path):
    """A function that runs the mock API as a command with more arguments, and returns its process and its URL."""
    processes = []

    def start(*arguments):
        ready = tmp_path / "url"
        process = subprocess.Popen([sys.executable, "-B", SCRIPT, "--ready-file", ready, *arguments])
        processes.append(process)
        while not ready.exists():
            with pytest.raises(subprocess.TimeoutExpired):  # it ended before it was ready
                process.wait(0.05)
        return process, ready.read_text(encoding="utf-8").strip()

    yield start
    for process in processes:
        process.kill()
        process.wait()


def test_command_serves_its_configuration_until_told_to_stop(command, tmp_path):
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"accounts": {"HX1": {"key": "one", "senders": ["OLD"]}}}), encoding="utf-8")
    process, url = command("--config", str(config))

    body = {"data": [row("OLD")]}
    response = requests.post(f"{url}/v1/HX1/messages/sender", json=body, headers={"api-key": "one"}, timeout=30)
    assert response.json()["code"] == "MSG134"
    assert requests.post(f"{url}/_mock/stop", timeout=30).json()["accounts"]["HX1"]["senders"] == ["OLD"]
    assert process.wait(30) == 0


def test_command_stops_on_sigterm(command):
    process, url = command("--open")

    assert requests.get(f"{url}/_mock", timeout=30).ok
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def test_command_stops_when_nobody_requests(command):
    process, _url = command("--idle-exit", "0.5")

    assert process.wait(30) == 0
