# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One attempt over real HTTP: what is sent, how a response is read, and what follows from its failure."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import gzip
import itertools
import json
import socket
import ssl
import threading
import time
import zlib

import pytest
import requests
import trustme
from ansible_collections.community.kaleyra.plugins.module_utils import _client
from ansible_collections.community.kaleyra.plugins.module_utils._account import ClientSettings
from ansible_collections.community.kaleyra.plugins.module_utils._client import Client
from ansible_collections.community.kaleyra.plugins.module_utils._operations import CREATE, DELETE
from ansible_collections.community.kaleyra.plugins.module_utils._response import ResponseKind as Kind
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender
from ansible_collections.community.kaleyra.tests.unit.plugins.clients import ADPAI, PATH, client
from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID

ACCEPTED = b'{"code": "WA202", "message": "Request Accepted", "data": {"message_id": "x"}, "error": {}}'
PASSWORD = "Pr0xyPassw0rd"


def response(content=ACCEPTED, status=202, *headers):
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + content


def unused_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def assert_lost(exchange, *words, retry=True):
    response = exchange.response
    assert (response.kind, response.retry, exchange.requests) == (Kind.LOST, retry, 1)
    assert [word for word in words if word not in response.message] == []


def assert_not_sent(exchange, *words):
    response = exchange.response
    assert (response.kind, response.retry, exchange.requests) == (Kind.NOT_SENT, True, 0)
    assert [word for word in ("cannot connect to ", *words) if word not in response.message] == []


@pytest.fixture
def start_server():
    """A function that starts a server and returns its URL and the list of (head, body) that it received.

    It sends one reply for each connection, and closes it. A reply is bytes, or an iterable of bytes to send slowly.
    """
    stopping = threading.Event()

    def receive(connection):
        file = connection.makefile("rb")
        head = b"".join(iter(file.readline, b"\r\n"))
        lengths = [line.split(b":")[1] for line in head.splitlines() if line.lower().startswith(b"content-length:")]
        return head.decode(), file.read(sum(map(int, lengths)))

    def start(*replies, certificate=None):
        received = []
        server = socket.create_server(("127.0.0.1", 0))
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
            server = context.wrap_socket(server, server_side=True)

        def serve():
            with server:
                for reply in replies:
                    with contextlib.suppress(OSError), server.accept()[0] as connection:
                        received.append(receive(connection))
                        for part in [reply] if isinstance(reply, bytes) else reply:
                            connection.sendall(part)
                            if not isinstance(reply, bytes) and stopping.wait(0.1):
                                break

        threading.Thread(target=serve, daemon=True).start()
        return f"{'https' if certificate else 'http'}://127.0.0.1:{server.getsockname()[1]}", received

    yield start
    stopping.set()


@pytest.fixture
def ca(tmp_path):
    """A certificate authority, which ``ca.pem`` belongs to."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return authority


@pytest.fixture
def set_proxy(monkeypatch):
    """A function that makes a URL the proxy for https."""
    for name in ("no_proxy", "NO_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    return lambda url: monkeypatch.setenv("HTTPS_PROXY", url)


@pytest.mark.parametrize("operation", [CREATE, DELETE], ids=lambda operation: operation.method)
def test_sends_documented_request(start_server, operation):
    url, received = start_server(response())
    client(url, operation).send([ADPAI, Sender("JSONSEND", "T\u00e4st", "us")])
    ((head, body),) = received
    assert head.startswith(f"{operation.method} {PATH} HTTP/1.1\r\n")
    assert "\r\nContent-Type: application/json\r\n" in head
    assert "\r\nUser-Agent: ansible community.kaleyra\r\n" in head
    first = {"sender": "ADPAI", "description": "Sender ID testing", "iso_code": "in", "entity_id": ADPAI.entity_id}
    second = {"sender": "JSONSEND", "description": "T\u00e4st", "iso_code": "us"}
    assert json.loads(body) == ({"data": [first, second]} if operation is CREATE else {"sender": ["ADPAI", "JSONSEND"]})


def test_uses_every_field_of_the_client_settings(start_server):
    used = set()

    class Recorder(ClientSettings):
        def __getattribute__(self, name):
            used.add(name)
            return super().__getattribute__(name)

    url, _received = start_server(response())
    settings = Recorder(url + PATH, SAMPLE_KEY, timeout=10.0, retries=0, verify=True)
    assert Client(settings, CREATE).send([ADPAI]).response.kind is Kind.SUCCESS
    assert used >= {field.name for field in dataclasses.fields(ClientSettings)}


@pytest.mark.parametrize(("key", "certificate"), [(SAMPLE_KEY, False), ("Schl\u00fcssel\u20ac", True)])
def test_sends_key_only_in_its_header(start_server, ca, tmp_path, monkeypatch, key, certificate):
    (tmp_path / "netrc").write_text("default\nlogin someone\npassword secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    url, received = start_server(response(), certificate=ca.issue_cert("127.0.0.1") if certificate else None)
    assert client(url, api_key=key, verify=str(tmp_path / "ca.pem")).send([ADPAI]).response.kind is Kind.SUCCESS
    ((head, body),) = received
    assert head.count(key) == head.count(f"\r\napi-key: {key}\r\n") == 1
    assert key.encode() not in body
    assert "authorization" not in head.lower()


@pytest.mark.parametrize("threads", [1, 4])
def test_keeps_connections_open(mock_api, threads):
    sending = client(mock_api.url)
    senders = [[Sender(f"S{number}", "testing", "us")] for number in range(40)]
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        assert {exchange.response.kind for exchange in pool.map(sending.send, senders)} == {Kind.SUCCESS}
    assert len(mock_api.requests) == 40
    assert 1 <= mock_api.connections <= threads


@pytest.mark.parametrize(
    "reply",
    [
        response(gzip.compress(ACCEPTED), 200, "Content-Encoding: gzip"),
        response(zlib.compress(ACCEPTED), 200, "Content-Encoding: deflate"),
        b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(ACCEPTED), ACCEPTED),
        b"HTTP/1.0 200 X\r\n\r\n" + ACCEPTED,
        b"HTTP/1.1 100 X\r\n\r\nHTTP/1.1 102 X\r\n\r\nHTTP/1.1 103 X\r\nLink: </x>\r\n\r\n" + response(),
    ],
    ids=["gzip", "deflate", "chunked", "until closed", "interim responses"],
)
def test_reads_response(start_server, reply):
    url, _received = start_server(reply)
    assert client(url).send([ADPAI]).response.kind is Kind.SUCCESS


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (b"", "closed"),
        (response()[:-1], "truncated"),
        (b"HTTP/1.1 302 X\r\nLocation: http", "truncated"),
        (b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b" % (len(ACCEPTED), ACCEPTED[:-1]), "truncated"),
        (response(ACCEPTED, 200, "Content-Encoding: gzip"), ""),
        (b"not HTTP\r\n\r\n", "not valid HTTP"),
    ],
    ids=["none", "truncated", "truncated headers", "truncated chunk", "bad encoding", "not HTTP"],
)
def test_unusable_response_is_lost(start_server, reply, reason):
    url, _received = start_server(reply)
    assert_lost(client(url).send([ADPAI]), f"no response from {url.removeprefix('http://')}", reason)


def test_response_is_not_decompressed_twice(start_server):
    url, _received = start_server(response(gzip.compress(gzip.compress(ACCEPTED)), 200, "Content-Encoding: gzip, gzip"))
    assert client(url).send([ADPAI]).response.kind is Kind.LOST


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError, "builtins.MemoryError"),
        (RecursionError("too deep"), "too deep"),
        (UnicodeError, "builtins.UnicodeError"),
    ],
)
def test_any_error_after_request_is_lost_response(start_server, monkeypatch, error, reason):
    def fail(*_args):
        raise error

    for target, name in ((requests.Response, "iter_content"), (_client, "read_response")):
        url, received = start_server(response())
        with monkeypatch.context() as patch:
            patch.setattr(target, name, fail)
            assert_lost(client(url).send([ADPAI]), reason)
        assert len(received) == 1


@pytest.mark.parametrize(
    "reply",
    [
        response(gzip.compress(b" " * 10**8), 200, "Content-Encoding: gzip"),
        itertools.chain([b"HTTP/1.1 200 X\r\n\r\n"], itertools.repeat(b" " * 10**7)),
    ],
    ids=["gzip", "endless"],
)
def test_oversized_response_is_lost_and_not_retried(start_server, reply):
    url, _received = start_server(reply)
    assert_lost(client(url).send([ADPAI]), "8 MB", retry=False)


@pytest.mark.parametrize(
    "start",
    [b"", b"HTTP/1.1 102 X\r\n\r\n", b"HTTP/1.1 200 X\r\nX-Slow: ", b"HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\n"],
)
def test_timeout_limits_whole_response(start_server, start):
    url, _received = start_server([start, *[b" "] * 50])
    assert_lost(client(url, timeout=2).send([ADPAI]), "timed out after 2 s")


def send_and_list_threads(sending):
    """Send a request, and list the threads that it left behind."""
    before = threading.enumerate()
    result = sending.send([ADPAI])
    return result, [thread for thread in threading.enumerate() if thread not in before]


def test_request_given_up_before_sending_is_never_sent(mock_api, monkeypatch):
    resolve, held = socket.getaddrinfo, threading.Event()

    def slow_name_server(*args, **options):
        held.wait(10)
        return resolve(*args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow_name_server)
    result, threads = send_and_list_threads(client(mock_api.url, timeout=0.2))
    held.set()
    for thread in threads:
        thread.join(10)
    assert_not_sent(result, "timed out")
    assert all(thread.daemon for thread in threads)  # or Python would wait for them at its end
    assert mock_api.senders(SAMPLE_SID) == []


@pytest.mark.parametrize("host", ["127.0.0.1", "kaleyra.invalid", f"{'a' * 70}.invalid"])
def test_failed_connection_is_not_sent(host):
    host = f"{host}:{unused_port()}"
    assert_not_sent(client(f"https://{host}").send([ADPAI]), f"{host}: ")


def test_error_before_request_is_not_sent(mock_api, monkeypatch):
    def fail(*_args):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", fail)
    assert_not_sent(client(mock_api.url).send([ADPAI]), "thread")
    assert mock_api.connections == 0


def test_message_does_not_quote_headers(mock_api):
    result = client(mock_api.url, api_key=f"{SAMPLE_KEY}\nX").send([ADPAI])
    assert_not_sent(result)
    assert SAMPLE_KEY not in repr(result)


@pytest.mark.parametrize(
    ("host", "verify", "hint"),
    [
        ("127.0.0.1", True, "issuer"),
        ("kaleyra.invalid", "ca.pem", "certificate"),
        ("127.0.0.1", "bad.pem", "certificate"),
    ],
)
def test_certificate_is_checked(start_server, ca, tmp_path, host, verify, hint):
    (tmp_path / "bad.pem").write_text("not a certificate")
    url, received = start_server(response(), certificate=ca.issue_cert(host))
    verify = verify if verify is True else str(tmp_path / verify)
    assert_not_sent(client(url, verify=verify).send([ADPAI]), "certificate", hint)
    assert received == []


def test_message_names_missing_ca_file(monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    assert_not_sent(client(f"https://127.0.0.1:{unused_port()}").send([ADPAI]), "/nowhere.pem")


def test_certificate_is_not_checked_without_verification(start_server, ca):
    url, _received = start_server(response(), certificate=ca.issue_cert("kaleyra.invalid"))
    assert client(url, verify=False).send([ADPAI]).response.kind is Kind.SUCCESS  # a warning would be an error here


def test_reports_port_that_does_not_speak_tls(mock_api):
    assert_not_sent(client(mock_api.url.replace("http:", "https:")).send([ADPAI]), "does not speak TLS on that port")


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", [None, "http://[::1"])
def test_redirects_are_not_followed(start_server, start_mock_api, status, location):
    other = start_mock_api()
    url, _received = start_server(response(b"", status, f"Location: {location or other.url + PATH}"))
    found = client(url).send([ADPAI]).response
    assert (found.kind, found.retry) == (Kind.LOST if status == 303 else Kind.STOP, False)
    assert "redirect not followed" in found.message
    assert other.connections == 0


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_plain_http_uses_no_proxy(start_mock_api, monkeypatch, variable):
    mock_api, proxy = start_mock_api(), start_mock_api()
    monkeypatch.setenv(variable, proxy.url)
    assert client(mock_api.url).send([ADPAI]).response.kind is Kind.SUCCESS
    assert proxy.connections == 0


@pytest.mark.parametrize("scheme", ["https", "HTTPS"])
def test_proxy_sees_no_key(start_server, set_proxy, scheme):
    url, received = start_server(b"HTTP/1.1 407 Not with this key\r\n\r\n")
    set_proxy(url.replace("//", f"//user:{PASSWORD}@"))
    assert_not_sent(client(f"{scheme}://kaleyra.invalid").send([ADPAI]), "HTTPS_PROXY", "HTTP 407")
    ((head, _body),) = received
    assert head.startswith("CONNECT kaleyra.invalid:443 ")
    assert SAMPLE_KEY not in head


@pytest.mark.parametrize(
    ("proxy", "reason"),
    [
        ("http://user:{}@127.0.0.1:{}", "Connection refused"),
        ("socks5://user:{}@127.0.0.1:{}", "PySocks"),
        ("ftp://user:{}@127.0.0.1:{}", ""),
        ("http://user:{}@:::{}", ""),
        ("http://", ""),
    ],
)
def test_message_names_proxy_that_failed(set_proxy, proxy, reason):
    set_proxy(proxy.format(PASSWORD, unused_port()))
    result = client("https://kaleyra.invalid").send([ADPAI])
    assert_not_sent(result, "kaleyra.invalid through the proxy in HTTPS_PROXY: ", reason)
    assert PASSWORD not in result.response.message


def test_retries_over_http(mock_api):
    mock_api.script(["reset_after"])
    result = client(mock_api.url, retries=1).send([ADPAI])
    assert (result.response.kind, result.requests, result.attempt_lost) == (Kind.REJECTED, 2, True)
    assert len(result.retry_reasons) == 1


def test_account_error_ends_retries(mock_api):
    mock_api.script([401, 503])
    sending = client(mock_api.url, retries=3)
    assert sending.send([ADPAI]).response.kind is Kind.STOP
    result = sending.send([ADPAI])
    assert (result.response.kind, result.requests) == (Kind.LOST, 1)


def test_account_error_ends_waits(mock_api):
    mock_api.script([{"kind": "respond_before", "status": 503, "headers": {"Retry-After": "60"}}, 401])
    sending = client(mock_api.url, retries=3)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(sending.send, [ADPAI])
        while not mock_api.requests:
            time.sleep(0.01)
        assert sending.send([ADPAI]).response.kind is Kind.STOP
        assert waiting.result(30).response.kind is Kind.LOST
    assert len(mock_api.requests) == 2
