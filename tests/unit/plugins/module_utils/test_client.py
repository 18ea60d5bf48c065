# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call over real HTTP: what goes out, what is tried again and when, and where the API key never goes."""

from __future__ import annotations

import concurrent.futures
import email.utils
import hashlib
import http.server
import json
import socket
import ssl
import threading
import time

import pytest
import requests
import trustme
from ansible_collections.community.kaleyra.plugins.module_utils import _client
from ansible_collections.community.kaleyra.plugins.module_utils._answer import Verdict
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender
from ansible_collections.community.kaleyra.tests.unit.plugins.clients import ADPAI, PATH, client
from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID

JSONSEND = Sender("JSONSEND", "T\u00e4st", "us")


def status(number, **headers):
    return {"kind": "respond_before", "status": number, "headers": headers}


@pytest.fixture
def recorder():
    """A function that starts a server which takes down requests, and answers that they are accepted."""
    servers = []

    def start(cert=None):
        requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                requests.append((self.command, self.path, dict(self.headers), body))
                answer = b'{"code": "WA202", "message": "Request Accepted", "data": {}, "error": {}}'
                self.send_response(202)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_DELETE = do_POST

            def log_message(self, *args):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if cert:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            cert.configure_cert(context)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        servers.append((server, thread))
        return f"{'https' if cert else 'http'}://127.0.0.1:{server.server_port}", requests

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def authority(tmp_path):
    """A CA, and the path of its certificate."""
    ca = trustme.CA()
    path = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return ca, str(path)


def test_the_requests_are_those_of_the_api_s_pages(recorder):
    url, requests = recorder()
    caller = client(url)
    assert caller.create([ADPAI, JSONSEND]).verdict is Verdict.ACCEPTED
    assert caller.delete([ADPAI, JSONSEND]).verdict is Verdict.ACCEPTED
    (create, delete) = requests
    assert create[:2] == ("POST", PATH)
    assert json.loads(create[3]) == {
        "data": [
            {
                "sender": "ADPAI",
                "description": "Sender ID testing",
                "iso_code": "in",
                "entity_id": "1201159123456789012",
            },
            {"sender": "JSONSEND", "description": "T\u00e4st", "iso_code": "us"},
        ]
    }
    assert delete[:2] == ("DELETE", PATH)
    assert delete[3] == b'{"sender":["ADPAI","JSONSEND"]}'
    for _method, _path, headers, _body in requests:
        assert (headers["api-key"], headers["Content-Type"]) == (SAMPLE_KEY, "application/json")
        assert headers["User-Agent"] == "ansible community.kaleyra"


@pytest.mark.parametrize(
    "key", [SAMPLE_KEY, "Schl\u00fcssel", "\u043a\u043b\u044e\u0447", "A\ud7ff\U0001f511", "%41+=\"'"]
)
def test_the_key_is_sent_as_it_is_in_utf_8(mock_api, key):
    client(mock_api, api_key=key).create([ADPAI])
    assert [call.key_sha256 for call in mock_api.requests] == [hashlib.sha256(key.encode()).hexdigest()]


def test_one_connection_serves_many_calls(mock_api):
    caller = client(mock_api)
    for _number in range(5):
        assert caller.create([JSONSEND]).sent == 1
        assert caller.delete([JSONSEND]).sent == 1
    assert (len(mock_api.requests), mock_api.connections) == (10, 1)


def test_threads_have_a_connection_each(mock_api):
    caller = client(mock_api)
    together = threading.Barrier(3, timeout=30)

    def call(name):
        together.wait()  # so that no thread gets two of the first three calls
        return [caller.create([Sender(name, "testing", "us")]).verdict for _number in range(4)]

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        verdicts = list(pool.map(call, "ABC"))
    assert verdicts == [[Verdict.ACCEPTED, *[Verdict.REFUSED] * 3]] * 3
    assert (len(mock_api.requests), mock_api.connections) == (12, 3)


@pytest.mark.parametrize("fault", [500, 502, 503, 504, 599, "reset_before", "reset_after"])
def test_a_lost_answer_is_tried_again_and_told(mock_api, waits, fault):
    mock_api.script([fault, fault])
    answer = client(mock_api).create([ADPAI])
    assert answer.verdict is (Verdict.REFUSED if fault == "reset_after" else Verdict.ACCEPTED)
    assert (answer.sent, answer.lost_try) == (3, True)
    assert len(answer.retried) == len(waits) == 2
    told = {500: "Please try again later"}.get(fault, "no answer: " if isinstance(fault, str) else f"HTTP {fault}")
    assert all(told in reason for reason in answer.retried)


@pytest.mark.parametrize("number", [408, 429])
def test_a_busy_server_is_tried_again_and_has_not_acted(mock_api, waits, number):
    mock_api.script([number])
    answer = client(mock_api).create([ADPAI])
    assert (answer.verdict, answer.sent, answer.lost_try, len(answer.retried)) == (Verdict.ACCEPTED, 2, False, 1)


@pytest.mark.parametrize(("number", "verdict"), [(503, Verdict.LOST), (429, Verdict.STOP), (408, Verdict.STOP)])
def test_the_last_try_decides(mock_api, waits, number, verdict):
    mock_api.script([number] * 10)
    answer = client(mock_api, retries=2).create([ADPAI])
    assert (answer.verdict, answer.sent, len(answer.retried)) == (verdict, 3, 2)
    assert len(mock_api.requests) == 3


@pytest.mark.parametrize("fault", [503, 429, "reset_after"])
def test_no_retries(mock_api, waits, fault):
    mock_api.script([fault])
    answer = client(mock_api, retries=0).create([ADPAI])
    assert (answer.sent, answer.retried, answer.lost_try, waits) == (1, (), False, [])


@pytest.mark.parametrize("number", [200, 204, 301, 400, 401, 403, 404, 407, 413, 422])
def test_any_other_answer_is_final(mock_api, waits, number):
    mock_api.script([number])
    assert client(mock_api).create([ADPAI]).sent == 1
    assert waits == []


def test_waits_grow_with_jitter(start_mock_api, waits):
    for _number in range(2):
        mock_api = start_mock_api()
        mock_api.script([503] * 5)
        assert client(mock_api, retries=5).create([ADPAI]).sent == 6
    for run in (waits[:5], waits[5:]):
        assert [0 <= wait - least <= 0.5 for wait, least in zip(run, (0, 1, 2, 4, 8))] == [True] * 5
    assert waits[:5] != waits[5:]


@pytest.mark.parametrize("fault", [503, 429, "reset_after"])
def test_all_waits_of_a_call_are_bounded(mock_api, waits, fault):
    mock_api.script([fault] * 50)
    answer = client(mock_api, retries=40).create([ADPAI])
    assert sum(waits) <= _client.MOST_WAITING == 60
    assert len(waits) + 1 == answer.sent == len(mock_api.requests) < 10
    assert "not tried again: it would mean to wait for" in answer.message


@pytest.mark.parametrize("number", [429, 503])
def test_retry_after_is_honoured(mock_api, waits, number):
    mock_api.script([status(number, **{"Retry-After": "7"}), status(number, **{"Retry-After": "53"})])
    assert client(mock_api).create([ADPAI]).verdict is Verdict.ACCEPTED
    assert waits == [7, 53]


def test_as_many_tries_as_the_task_wants(mock_api, waits):
    mock_api.script([status(429, **{"Retry-After": "1"})] * 12)
    assert client(mock_api, retries=12).create([ADPAI]).verdict is Verdict.ACCEPTED
    assert waits == [1] * 12


def test_a_retry_after_beyond_the_bound_ends_the_call(mock_api, waits):
    mock_api.script([status(429, **{"Retry-After": "20"}), status(429, **{"Retry-After": "41"})])
    answer = client(mock_api).create([ADPAI])
    assert (answer.verdict, answer.sent, waits) == (Verdict.STOP, 2, [20])
    assert "wait for 41 s" in answer.message


def test_retry_after_may_be_a_date(mock_api, waits):
    mock_api.script([status(503, **{"Retry-After": email.utils.formatdate(time.time() + 50, usegmt=True)})])
    assert client(mock_api).create([ADPAI]).verdict is Verdict.ACCEPTED
    (wait,) = waits
    assert 1 < wait <= 50


@pytest.mark.parametrize("value", ["soon", "", "-5", "1.5", "0", "Thu, 01 Jan 1970 00:00:00 GMT", "9" * 5000])
def test_any_other_retry_after_is_as_none(mock_api, waits, value):
    mock_api.script([status(503, **{"Retry-After": value})])
    answer = client(mock_api).create([ADPAI])
    assert answer.verdict is Verdict.ACCEPTED or "not tried again" in answer.message
    assert all(0 <= wait <= 0.5 for wait in waits)


def test_a_long_retry_after_is_told_as_it_is(mock_api, waits):
    mock_api.script([status(503, **{"Retry-After": "7200"})])
    assert client(mock_api).create([ADPAI]).message.endswith(" (not tried again: it would mean to wait for 7200 s)")
    assert waits == []


def test_a_retry_after_with_another_answer_is_none(mock_api, waits):
    mock_api.script([status(400, **{"Retry-After": "7"})])
    assert (client(mock_api).create([ADPAI]).sent, waits) == (1, [])


@pytest.mark.parametrize("fault", ["hang_before", "hang_after"])
def test_a_server_that_hangs(mock_api, fault):
    mock_api.script([{"kind": fault, "seconds": 30}])
    answer = client(mock_api, retries=0, timeout=1).create([ADPAI])
    assert (answer.verdict, answer.sent, answer.message) == (Verdict.LOST, 1, "no answer: timed out")


def test_a_call_that_timed_out_leaves_no_thread_behind():
    with socket.create_server(("127.0.0.1", 0)) as server:
        before = threading.enumerate()
        caller = client(f"http://127.0.0.1:{server.getsockname()[1]}", retries=0, timeout=1)
        assert caller.create([ADPAI]).message == "no answer: timed out"
        left = [thread for thread in threading.enumerate() if thread not in before]
        for thread in left:
            thread.join(30)
        assert not any(thread.is_alive() for thread in left)


def closed_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def test_a_refused_connection_is_no_request(waits):
    answer = client(f"http://127.0.0.1:{closed_port()}", retries=2).create([ADPAI])
    assert (answer.verdict, answer.sent, answer.lost_try, len(waits)) == (Verdict.STOP, 0, False, 2)
    assert answer.message.startswith("cannot connect: ")
    assert "refused" in answer.message


def test_a_lost_answer_before_a_refused_connection_is_remembered(waits):
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]

    def serve_once():
        connection, _address = server.accept()
        server.close()
        connection.recv(65536)
        connection.close()

    thread = threading.Thread(target=serve_once)
    thread.start()
    answer = client(f"http://127.0.0.1:{port}", retries=1).create([ADPAI])
    thread.join()
    assert (answer.verdict, answer.sent, answer.lost_try) == (Verdict.STOP, 1, True)
    assert "no answer: " in answer.retried[0]


@pytest.mark.parametrize(("fault", "tries"), [("broken_json", 1), ("truncated", 4)])
def test_half_an_answer_is_none(mock_api, waits, fault, tries):
    mock_api.script([fault] * 10)
    answer = client(mock_api, retries=3).create([ADPAI])
    assert (answer.verdict, answer.sent) == (Verdict.LOST, tries)
    assert mock_api.senders(SAMPLE_SID) == ["ADPAI"]


@pytest.mark.parametrize("number", [300, 301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["create", "delete"])
def test_redirects_are_refused(start_mock_api, number, method):
    mock_api, other = start_mock_api(), start_mock_api()
    mock_api.script([status(number, Location=other.url + PATH)])
    answer = getattr(client(mock_api), method)([ADPAI])
    assert (answer.verdict, answer.sent) == (Verdict.STOP, 1)
    assert "redirect" in answer.message
    assert other.connections == 0
    assert len(mock_api.requests) == 1


def test_where_a_redirect_leads_is_not_even_read(mock_api):
    mock_api.script([status(302, Location="http://[::1")])
    answer = client(mock_api).create([ADPAI])
    assert (answer.verdict, answer.sent) == (Verdict.STOP, 1)
    assert "redirect" in answer.message


def test_no_call_is_tried_again_after_a_stop(start_mock_api, waits):
    mock_api = start_mock_api()
    mock_api.script([401, 503])
    caller = client(mock_api)
    assert caller.create([ADPAI]).verdict is Verdict.STOP
    answer = caller.create([ADPAI])
    assert (answer.verdict, answer.sent) == (Verdict.LOST, 1)


def test_a_stop_ends_the_waits_of_other_calls(mock_api):
    mock_api.script([status(503, **{"Retry-After": "60"})])
    caller = client(mock_api)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(caller.create, [ADPAI])
        while not mock_api.requests:
            time.sleep(0.01)
        caller.stop()
        assert waiting.result(timeout=30).verdict is Verdict.LOST
    assert len(mock_api.requests) == 1


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_a_proxy_sees_nothing_of_plain_http(start_mock_api, monkeypatch, variable):
    mock_api, proxy = start_mock_api(), start_mock_api()
    monkeypatch.setenv(variable, proxy.url)
    assert client(mock_api).create([ADPAI]).verdict is Verdict.ACCEPTED
    assert (len(mock_api.requests), proxy.connections) == (1, 0)


def test_a_proxy_is_asked_for_https(start_mock_api, monkeypatch):
    proxy = start_mock_api()
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("https_proxy", proxy.url)
    answer = client("https://kaleyra.invalid", retries=0).create([ADPAI])
    assert (answer.verdict, answer.sent, proxy.connections, proxy.requests) == (Verdict.STOP, 0, 1, [])


@pytest.mark.parametrize("tls", [False, True])
def test_credentials_in_netrc_are_not_used(recorder, authority, tmp_path, monkeypatch, tls):
    ca, path = authority
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1\nlogin someone\npassword secret\ndefault\nlogin someone\npassword secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    url, requests = recorder(ca.issue_cert("127.0.0.1") if tls else None)
    assert client(url, verify=path).create([ADPAI]).verdict is Verdict.ACCEPTED
    ((_method, _path, headers, _body),) = requests
    assert "authorization" not in {name.lower() for name in headers}


def test_a_certificate_has_to_be_trusted(recorder, authority, tmp_path, waits):
    ca, path = authority
    url, requests = recorder(ca.issue_cert("127.0.0.1"))
    untrusting = client(url).create([ADPAI])
    assert (untrusting.verdict, untrusting.sent, waits, requests) == (Verdict.STOP, 0, [], [])
    assert "certificate verify failed" in untrusting.message
    assert client(url, verify=path).create([ADPAI]).verdict is Verdict.ACCEPTED
    assert client(url, verify=False).create([ADPAI]).verdict is Verdict.ACCEPTED
    (tmp_path / "ca.pem").write_text("no certificate")
    assert client(url, verify=path).create([ADPAI]).verdict is Verdict.STOP
    assert len(requests) == 2


def test_nobody_is_warned_of_certificates_that_the_task_does_not_want_to_have_checked(recorder, authority):
    ca, _path = authority
    url, _requests = recorder(ca.issue_cert("127.0.0.1"))
    assert client(url, verify=False).create([ADPAI]).verdict is Verdict.ACCEPTED  # a warning would be an error here


def test_a_certificate_has_to_be_of_the_host(recorder, authority):
    ca, path = authority
    url, requests = recorder(ca.issue_cert("kaleyra.invalid"))
    answer = client(url, verify=path).create([ADPAI])
    assert (answer.verdict, answer.sent, requests) == (Verdict.STOP, 0, [])


def chained(error, cause=None, context=None, suppress=False):
    error.__cause__, error.__context__ = cause, context
    error.__suppress_context__ = suppress or cause is not None
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (requests.ConnectionError("outer"), "outer"),
        (chained(requests.ConnectionError("outer"), cause=OSError("inner")), "inner"),
        (chained(requests.ConnectionError("outer"), context=OSError("inner")), "inner"),
        (chained(requests.ConnectionError("outer"), context=OSError("inner"), suppress=True), "outer"),
        (chained(requests.ConnectionError("outer"), cause=OSError("inner"), context=OSError("other")), "inner"),
        (chained(requests.ConnectionError("outer"), cause=RuntimeError("what the server sent")), "RuntimeError"),
        (chained(requests.exceptions.SSLError("outer"), cause=RuntimeError("another host's")), "another host's"),
        (requests.ConnectionError(), "ConnectionError"),
        (requests.ConnectTimeout("outer"), "timed out"),
        (chained(requests.ConnectionError("outer"), cause=TimeoutError("inner")), "timed out"),
        (UnicodeError("what the header holds"), "UnicodeError"),
    ],
)
def test_the_root_of_a_failure_is_told_but_no_words_of_others(error, words):
    assert _client._failure(error, went_out=False)[0].message == f"cannot connect: {words}"
    assert _client._failure(error, went_out=True)[0].message == f"no answer: {words}"


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (requests.ConnectionError(), True),
        (requests.ConnectTimeout(), True),
        (requests.ReadTimeout(), True),
        (requests.exceptions.SSLError(), False),
        (requests.exceptions.InvalidURL(), False),
        (OSError(), False),
    ],
)
def test_what_never_went_out_is_tried_again_if_it_may_pass(error, again):
    answer, tried_again = _client._failure(error, went_out=False)
    assert (answer.verdict, tried_again) == (Verdict.STOP, again)
    answer, tried_again = _client._failure(error, went_out=True)
    assert (answer.verdict, tried_again) == (Verdict.LOST, True)
