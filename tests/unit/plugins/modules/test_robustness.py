# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a critical reader broke, and keeps from breaking again."""

from __future__ import annotations

import socket
import threading

import pytest
from ansible_collections.community.kaleyra.plugins.module_utils import _report, _settle
from ansible_collections.community.kaleyra.plugins.module_utils._answer import Verdict, does_not_exist, read
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender
from ansible_collections.community.kaleyra.tests.unit.plugins.clients import ADPAI, client
from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID

COMMON = {"description": "testing", "iso_code": "us"}
AWX_KEEPS = 700_000
GOOD = {"sender": "ADPAI", "description": "testing", "iso_code": "in", "entity_id": "123456789011"}


def outcomes(result):
    return {row["sender"]: row["outcome"] for row in result["senders"]}


def rejected(name, msg):
    return _settle.Outcome(Sender(name, "testing", "in"), "rejected", False, True, msg=msg)


# `run` looks for the key in what is printed
@pytest.mark.parametrize("entry", [None, "ADPAI", 7, [], ["ADPAI"]])
def test_what_is_no_entry_is_refused_without_the_key(run, mock_api, entry):
    assert run(mock_api, senders=[GOOD, entry])["failed"]
    assert not mock_api.requests


# a server that repeats the key
@pytest.mark.parametrize("number", [400, 401, 500])
def test_a_server_that_repeats_the_key_does_not_get_it_into_an_answer(mock_api, waits, number):
    body = {"code": "X", "message": f"bad key {SAMPLE_KEY}", "data": [], "error": {"0": {"sender": SAMPLE_KEY}}}
    mock_api.script([{"kind": "respond_before", "status": number, "body": body}] * 2)
    answer = client(mock_api, retries=1).create([ADPAI])
    assert "bad key" in answer.message
    assert SAMPLE_KEY not in repr(answer)


def test_a_server_that_repeats_the_key_does_not_get_it_into_a_warning(run, mock_api, waits):
    body = {"code": "WA500", "message": f"bad key {SAMPLE_KEY}", "data": [], "error": {}}
    mock_api.script([{"kind": "respond_before", "status": 500, "body": body}])
    assert outcomes(run(mock_api, senders=[{"sender": "ADPAI"}], **COMMON)) == {"ADPAI": "created"}


def test_the_key_is_not_in_the_message_about_a_header_that_cannot_be_sent(mock_api):
    answer = client(mock_api, api_key=f"{SAMPLE_KEY}\n{SAMPLE_KEY}").create([ADPAI])
    assert SAMPLE_KEY not in repr(answer)


# a lone surrogate loses the whole result on ansible-core 2.21
def test_an_answer_that_is_no_text_loses_no_result(run, mock_api):
    body = '{"code": "MSG134", "message": "\\ud800", "error": {"0": {"sender": "\\udcff", "sender_name": "A"}}}'
    mock_api.script(["ok", {"kind": "respond_before", "status": 400, "body": body}])
    result = run(mock_api, senders=[{"sender": "B"}, {"sender": "A"}], batch_size=1, connections=1, **COMMON)
    assert outcomes(result) == {"B": "created", "A": "rejected"}


@pytest.mark.parametrize("row", ['{"sender": "\\ud800A"}', '{"sender": "A", "\\udcff": 1}'])
def test_a_file_whose_escapes_are_no_text_loses_no_message(run, mock_api, tmp_path, row):
    path = tmp_path / "senders.json"
    path.write_text(f"[{row}]")
    assert "src[0]" in run(mock_api, src=str(path))["msg"]


# Size
@pytest.mark.parametrize("character", ["\n", "\u200d", "\\", "\U000e0001"])
def test_characters_that_str_prints_longer_are_counted(character):
    outcomes = [rejected(f"ABCDEF{number:05}", character * 300) for number in range(5000)]
    assert len(str(_report.result(_settle.Settled(outcomes), "all", diff=True))) < AWX_KEEPS


def test_a_long_reason_is_cut_in_the_message_and_the_warnings_too():
    settled = _settle.Settled([rejected(f"S{number}", "x" * 200_000) for number in range(9)], 2, ["y" * 200_000])
    result = _report.result(settled, "all", diff=False)
    assert len(str(result)) < AWX_KEEPS
    assert len(result["msg"]) < 20_000
    assert len("".join(_report.warnings(settled))) < 20_000


def test_many_duplicates_are_not_told_one_by_one(run, mock_api, tmp_path):
    path = tmp_path / "senders.csv"
    path.write_text("sender\n" + "".join(f"S{number % 100}\n" for number in range(10_000)))
    result = run(mock_api, src=str(path), **COMMON)
    assert result["summary"]["total"] == 100
    assert len(str(result)) < 100_000


# Tracebacks
def test_a_deeply_nested_answer_is_no_traceback():  # on Python 3.12 and newer
    nested = '{"code": "MSG134", "error": ' + "[" * 1200 + "]" * 1200 + "}"
    assert read(400, nested.encode()).verdict is Verdict.REFUSED


def test_a_retry_after_of_400_digits_is_no_traceback(mock_api, waits):  # with urllib3 older than 2.6 or so
    mock_api.script([{"kind": "respond_before", "status": 503, "headers": {"Retry-After": "9" * 400}}])
    assert client(mock_api).create([ADPAI]).verdict in (Verdict.ACCEPTED, Verdict.LOST)


# Words
@pytest.mark.parametrize("reason", ["Sender ID doesn't exist", "Sender ID doesn\u2019t exist"])
def test_does_not_exist_in_short(reason):
    assert does_not_exist(reason)


def test_a_dropped_connection_is_told_as_such(mock_api):  # with urllib3 1.26
    mock_api.script(["reset_before"])
    assert "reset by peer" in client(mock_api, retries=0).create([ADPAI]).message


# the client
def test_a_proxy_is_asked_for_https_in_capitals(start_mock_api, monkeypatch):
    proxy = start_mock_api()
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("https_proxy", proxy.url)
    client("HTTPS://127.0.0.1:9", retries=0).create([ADPAI])
    assert proxy.connections == 1


def answering_slowly(content, pause):
    server = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve():
        connection, _address = server.accept()
        connection.recv(65536)
        for part in content:
            if done.wait(pause):
                break
            connection.sendall(part)
        connection.close()
        server.close()

    thread = threading.Thread(target=serve)
    thread.start()
    return f"http://127.0.0.1:{server.getsockname()[1]}", done, thread


def test_the_timeout_limits_a_call_as_a_whole():
    url, done, thread = answering_slowly([b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n", *[b" "] * 40], 0.1)
    answer = client(url, retries=0, timeout=1).create([ADPAI])
    done.set()
    thread.join()
    assert answer.message == "no answer: timed out"


def test_a_call_given_up_before_it_was_sent_is_never_sent(mock_api, monkeypatch):
    held = threading.Event()
    resolve = socket.getaddrinfo

    def hang(*arguments, **options):
        held.wait(10)
        return resolve(*arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    before = threading.enumerate()
    answer = client(mock_api, retries=0, timeout=0.2).create([ADPAI])
    threads = [thread for thread in threading.enumerate() if thread not in before]
    held.set()
    for thread in threads:
        thread.join(10)
    assert (answer.verdict, answer.sent) == (Verdict.STOP, 0)
    assert threads
    assert all(thread.daemon for thread in threads)  # or the module would wait for them at its end
    assert mock_api.senders(SAMPLE_SID) == []


def test_an_interim_status_is_no_answer():
    assert read(102, b"").verdict is Verdict.LOST


def test_after_an_interim_status_the_answer_to_come_is_not_taken_for_the_next_call_s(mock_api):
    mock_api.script([{"kind": "respond_before", "status": 103, "body": ""}])
    caller = client(mock_api)
    assert [caller.create([ADPAI]).verdict for _call in range(2)] == [Verdict.LOST, Verdict.ACCEPTED]
    assert mock_api.connections == 2


# where a gateway does not know the path, which ends in the word "sender"
@pytest.mark.parametrize(
    "message",
    [
        "Route DELETE:/v1/HX1/messages/sender not found",
        "The requested URL /v1/HX1/messages/sender was not found on this server.",
        "Resource sender not found",
        "Account not found. No sender was touched",
        "sender: there is no such page; the API does not exist",
    ],
)
def test_an_unknown_path_is_no_absent_sender(run, mock_api, message):
    mock_api.script([{"kind": "respond_before", "status": 404, "body": {"message": message, "statusCode": 404}}])
    assert outcomes(run(mock_api, senders=[{"sender": "ADPAI"}], state="absent")) == {"ADPAI": "rejected"}


@pytest.mark.parametrize(
    "message", ["Sender not found", "Not deleted; sender ID does not exist!", "See /docs: no such sender ADPAI"]
)
def test_an_absent_sender_need_not_be_named(run, mock_api, message):
    mock_api.script([{"kind": "respond_before", "status": 404, "body": {"message": message}}])
    assert outcomes(run(mock_api, senders=[{"sender": "ADPAI"}], state="absent")) == {"ADPAI": "absent"}


def test_a_row_about_another_sender_decides_nothing(run, mock_api):
    row = {"sender": "STRANGER", "code": "MSG134", "message": "Sender ID Already exist."}
    body = {"code": "MSG134", "message": "Not created", "data": [row], "error": {}}
    mock_api.script([{"kind": "respond_before", "status": 400, "body": body}])
    assert outcomes(run(mock_api, senders=[{"sender": "ADPAI"}], **COMMON)) == {"ADPAI": "rejected"}
