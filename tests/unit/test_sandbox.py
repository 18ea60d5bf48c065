# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox as a server: it logs its calls without the key, misbehaves exactly as told, and ends when it should."""

from __future__ import annotations

import concurrent.futures
import hashlib
import json
import pathlib
import signal
import socket
import subprocess
import sys

import kaleyra_api
import pytest
import requests
import urllib3
from ansible_collections.community.kaleyra.tests.unit.api_calls import create, delete, row
from kaleyra_api import SAMPLE_KEY, SAMPLE_SID, Rules
from kaleyra_sandbox import Sandbox

SCRIPT = pathlib.Path(kaleyra_api.__file__).with_name("kaleyra_sandbox.py")


# The log.


def test_log_of_calls_never_holds_the_key(box):
    create(box, row("ADPAI"), row("ABCF01"))
    delete(box, "ADPAI", path="/v2/{}/sms/sender")

    first, second = box.calls
    assert (first.method, first.sid, first.senders, first.names) == ("POST", SAMPLE_SID, 2, ("ADPAI", "ABCF01"))
    assert (second.method, second.path, second.names) == ("DELETE", f"/v2/{SAMPLE_SID}/sms/sender", ("ADPAI",))
    assert first.key_sha256 == hashlib.sha256(SAMPLE_KEY.encode()).hexdigest()
    assert SAMPLE_KEY not in str(box.calls) + json.dumps(box.state())
    account = box.accounts[SAMPLE_SID]
    assert (account.created, account.deleted) == (["ADPAI", "ABCF01"], ["ADPAI"])


def test_connections_are_kept_alive_and_counted(box):
    with requests.Session() as session:
        for name in ("A", "B", "C"):
            body = {"data": [row(name)]}
            url = f"{box.url}/v1/{SAMPLE_SID}/messages/sender"
            assert session.post(url, json=body, headers={"api-key": SAMPLE_KEY}, timeout=30).ok
    assert box.connections == 1
    create(box, row("D"))
    assert box.connections == 2


def test_many_threads_at_once(box):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: create(box, row(f"N{number}"), row("SHARED")), range(64)))

    assert [answer.ok for answer in answers].count(True) == 1
    assert len(box.senders(SAMPLE_SID)) == 2
    assert len(box.calls) == 64


def test_peak_is_the_most_calls_in_flight(box):
    create(box, row("A"))
    assert box.peak == 1
    with box.in_flight():
        create(box, row("B"))
    create(box, row("C"))
    assert box.peak == 2


# Faults.


def test_faults_are_drawn_in_order_and_by_number(box):
    box.script(["ok", 503, {"fault": "answer_before", "status": 404, "at": 4}, 429])

    assert [create(box, row(f"N{number}")).status_code for number in range(6)] == [200, 503, 429, 404, 200, 200]
    assert box.senders(SAMPLE_SID) == ["N0", "N4", "N5"]
    assert box.state()["pending"] == 0


@pytest.mark.parametrize(("fault", "truth"), [("answer_before", []), ("answer_after", ["ADPAI"])])
def test_literal_answers(box, fault, truth):
    headers = {"Retry-After": "7", "Content-Type": "text/html"}
    box.script([{"fault": fault, "status": 503, "headers": headers, "body": "<html>"}])

    answer = create(box, row("ADPAI"))

    assert (answer.status_code, answer.text, answer.headers["Retry-After"]) == (503, "<html>", "7")
    assert answer.headers["Content-Type"] == "text/html"
    assert box.senders(SAMPLE_SID) == truth


def test_a_redirect_is_a_literal_answer(sandbox):
    box, elsewhere = sandbox(), sandbox(any_sid=True)
    box.script([{"fault": "answer_before", "status": 307, "headers": {"Location": f"{elsewhere.url}/x"}}])

    assert create(box, row("ADPAI"), allow_redirects=False).status_code == 307
    assert elsewhere.calls == []


@pytest.mark.parametrize(("fault", "truth"), [("reset_before", []), ("reset_after", ["ADPAI"])])
def test_reset_connections(box, fault, truth):
    box.script([fault])

    with pytest.raises(requests.ConnectionError, match=r"(?i)reset"):
        create(box, row("ADPAI"))

    assert box.senders(SAMPLE_SID) == truth
    assert create(box, row("ABCF01")).ok


@pytest.mark.parametrize(("fault", "truth"), [("hang_before", []), ("hang_after", ["ADPAI"])])
def test_hanging_outlasts_a_client(box, fault, truth):
    box.script([fault])

    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{box.url}/v1/{SAMPLE_SID}/messages/sender",
            json={"data": [row("ADPAI")]},
            headers={"api-key": SAMPLE_KEY},
            timeout=0.5,
        )

    assert box.senders(SAMPLE_SID) == truth


def test_hanging_ends(box):
    box.script([{"fault": "hang_before", "seconds": 0.01}, {"fault": "hang_after", "seconds": 0.01}])

    with pytest.raises(requests.ConnectionError):
        create(box, row("ADPAI"))
    assert create(box, row("ADPAI")).json()["code"] == "MSG106"


def test_broken_json_after_acting(box):
    box.script(["broken_json"])

    answer = create(box, row("ADPAI"))

    assert answer.status_code == 200
    assert answer.text.startswith('{"code": "MSG106"')
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert box.senders(SAMPLE_SID) == ["ADPAI"]


def test_truncated_after_acting(box):
    box.script(["truncated"])

    answer = create(box, row("ADPAI"), stream=True)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        answer.raw.read()
    assert box.senders(SAMPLE_SID) == ["ADPAI"]


@pytest.mark.parametrize("fault", ["sometimes", {"fault": "reset"}, {"seconds": 1, "delay": 2}])
def test_unknown_faults_are_refused(box, fault):
    with pytest.raises((TypeError, ValueError)):
        box.script([fault])


# The control interface and the command.


def test_control_over_http(box):
    control = f"{box.url}/_sandbox"
    wanted = {
        "accounts": {"HX9": {"key": "nine", "senders": ["OLD"]}},
        "rules": {"create": "partial"},
        "script": [503],
    }

    state = requests.post(control, json=wanted, timeout=30).json()

    assert (state["pending"], state["rules"]["create"]) == (1, ["partial"])
    assert create(box, row("NEW"), sid="HX9", key="nine").status_code == 503
    assert create(box, row("NEW"), row("OLD"), sid="HX9", key="nine").json()["code"] == "MSG134"
    state = requests.get(control, timeout=30).json()
    assert state["accounts"]["HX9"] == {"senders": ["NEW", "OLD"], "created": ["NEW"], "deleted": []}
    assert [logged["senders"] for logged in state["calls"]] == [1, 2]
    assert "nine" not in json.dumps(state["calls"])
    state = requests.post(control, json={"forget": True, "accounts": {"HX9": {"senders": []}}}, timeout=30).json()
    assert (state["calls"], state["peak"], state["accounts"]["HX9"]["senders"]) == ([], 0, [])
    assert state["accounts"][SAMPLE_SID]["senders"] == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "", {"rules": {"create": "sometimes"}}),
        ("POST", "", {"nonsense": 1}),
        ("POST", "", {"script": ["sometimes"]}),
        ("POST", "", []),
        ("DELETE", "", None),
        ("GET", "/stop", None),
    ],
)
def test_control_refuses_what_it_does_not_know(box, method, path, body):
    answer = requests.request(method, f"{box.url}/_sandbox{path}", json=body, timeout=30)

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert box.rules == Rules()
    assert not box.stopping.is_set()


def test_listens_on_loopback_alone_and_stops(sandbox):
    with Sandbox() as box:
        host, port = box._server.server_address
        assert host == "127.0.0.1"
        with requests.Session() as session:
            session.get(f"{box.url}/_sandbox", timeout=30)
            box.__exit__()
            with pytest.raises(requests.ConnectionError):
                session.get(f"{box.url}/_sandbox", timeout=30)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, port), timeout=5)


@pytest.fixture
def command(tmp_path):
    """A function that runs the sandbox as a command with more arguments, and returns its process and its URL."""
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
    answer = requests.post(f"{url}/v1/HX1/messages/sender", json=body, headers={"api-key": "one"}, timeout=30)
    assert answer.json()["code"] == "MSG134"
    assert requests.post(f"{url}/_sandbox/stop", timeout=30).json()["accounts"]["HX1"]["senders"] == ["OLD"]
    assert process.wait(30) == 0


def test_command_stops_on_sigterm(command):
    process, url = command("--open")

    assert requests.get(f"{url}/_sandbox", timeout=30).ok
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def test_command_stops_when_nobody_calls(command):
    process, _url = command("--idle-exit", "0.5")

    assert process.wait(30) == 0
