# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One attempt over real HTTP: what is sent, how a response is read, and what follows from its failure."""

from __future__ import annotations

import base64
import concurrent.futures
import contextlib
import dataclasses
import gzip
import itertools
import json
import socket
import threading
import time
import zlib

import pytest
import requests
import trustme
from ansible_collections.community.kaleyra.plugins.module_utils import _client
from ansible_collections.community.kaleyra.plugins.module_utils._account import ClientSettings
from ansible_collections.community.kaleyra.plugins.module_utils._operations import CREATE, DELETE
from ansible_collections.community.kaleyra.plugins.module_utils._response import ResponseKind as Kind
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender
from ansible_collections.community.kaleyra.tests.unit.servers import Proxy, RawServer
from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID

ACCEPTED = b'{"code": "WA202", "message": "Request Accepted", "data": {"message_id": "x"}, "error": {}}'
CHUNKED = b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b" % (len(ACCEPTED), ACCEPTED)
PASSWORD = "Pr0xyPassw0rd"
PATH = f"/v1/{SAMPLE_SID}/messages/sender"
ADPAI = Sender("ADPAI", "Sender ID testing", "in", "1201159123456789012")


def client(url, operation=CREATE, *, record=False, **settings):
    """A client without retries, unless ``settings`` sets them."""
    options = {"api_key": SAMPLE_KEY, "timeout": 10.0, "retries": 0, "verify": True, **settings}
    return _client.Client(ClientSettings(url + PATH, **options), operation, record=record)


def response(content=ACCEPTED, status=202, *headers):
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}", "Connection: close", *headers, "", ""]
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
    """A function that starts a `RawServer` with its arguments, and stops it after the test."""
    with contextlib.ExitStack() as stack:
        yield lambda *replies, **options: stack.enter_context(RawServer(*replies, **options))


@pytest.fixture
def ca(tmp_path):
    """A certificate authority, which ``ca.pem`` belongs to."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return authority


@pytest.fixture
def set_proxy(monkeypatch):
    """A function that makes a URL the proxy for https."""
    for name in ("no_proxy", "NO_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    return lambda url, variable="HTTPS_PROXY": monkeypatch.setenv(variable, url)


@pytest.mark.parametrize("operation", [CREATE, DELETE], ids=lambda operation: operation.method)
def test_sends_documented_request(start_server, operation):
    server = start_server(response())
    client(server.url, operation).send([ADPAI, Sender("JSONSEND", "T\u00e4st", "us")])
    head, body = server.requests[0].split(b"\r\n\r\n")
    assert head.startswith(f"{operation.method} {PATH} HTTP/1.1\r\n".encode())
    for line in ("Content-Type: application/json", "Accept: */*", "Accept-Encoding: gzip"):
        assert f"\r\n{line}\r\n".encode() in head
    assert b"\r\nUser-Agent: ansible community.kaleyra\r\n" in head
    first = {"sender": "ADPAI", "description": "Sender ID testing", "iso_code": "in", "entity_id": ADPAI.entity_id}
    second = {"sender": "JSONSEND", "description": "T\u00e4st", "iso_code": "us"}
    assert json.loads(body) == ({"data": [first, second]} if operation is CREATE else {"sender": ["ADPAI", "JSONSEND"]})


@pytest.mark.parametrize(("key", "tls"), [(SAMPLE_KEY, False), ("Schl\u00fcssel\u20ac", True)])
def test_sends_key_only_in_its_header(start_server, ca, tmp_path, monkeypatch, key, tls):
    (tmp_path / "netrc").write_text("default\nlogin someone\npassword secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server = start_server(response(), certificate=ca.issue_cert("127.0.0.1") if tls else None)
    sending = client(server.url, api_key=key, verify=str(tmp_path / "ca.pem"))
    assert sending.send([ADPAI]).response.kind is Kind.SUCCESS
    (request,) = server.requests
    assert request.count(key.encode()) == request.count(f"\r\napi-key: {key}\r\n".encode()) == 1
    assert b"authorization" not in request.lower()


def test_uses_every_field_of_the_client_settings(mock_api):
    used = set()

    class Recorder(ClientSettings):
        def __getattribute__(self, name):
            used.add(name)
            return super().__getattribute__(name)

    settings = Recorder(mock_api.url + PATH, SAMPLE_KEY, timeout=10.0, retries=0, verify=True)
    assert _client.Client(settings, CREATE).send([ADPAI]).response.kind is Kind.SUCCESS
    assert used >= {field.name for field in dataclasses.fields(ClientSettings)}


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
        CHUNKED + b"\r\n0\r\n\r\n",
        b"HTTP/1.0 200 X\r\n\r\n" + ACCEPTED,
        b"HTTP/1.1 100 X\r\n\r\nHTTP/1.1 102 X\r\n\r\nHTTP/1.1 103 X\r\nLink: </x>\r\n\r\n" + response(),
        b"HTTP/1.1 101 X\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n" * 20 + response(),
    ],
    ids=["gzip", "deflate", "chunked", "until closed", "interim responses", "interim headers"],
)
def test_reads_response(start_server, reply):
    assert client(start_server(reply).url).send([ADPAI]).response.kind is Kind.SUCCESS


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (b"", "the server closed the connection"),
        (b"HTTP/1.1 103 X\r\n\r\n", "the server closed the connection"),
        (response()[:-1], "truncated"),
        (response(b"{}", 400)[:-1], "truncated"),
        (b"HTTP/1.1 302 X\r\nLocation: http", "truncated"),
        (CHUNKED[:-1], "truncated"),
        (response(ACCEPTED, 200, "Content-Encoding: gzip"), "Content-Encoding header is wrong"),
        (response(gzip.compress(gzip.compress(ACCEPTED)), 200, "Content-Encoding: gzip, gzip"), "not the API's JSON"),
        (b"not HTTP\r\n\r\n", "not valid HTTP"),
        (b"HTTP/1.1 200 X\r\n" + b"X: y\r\n" * 200 + b"\r\n", "not valid HTTP"),
    ],
)
def test_unusable_response_is_lost(start_server, reply, reason):
    server = start_server(reply)
    assert_lost(client(server.url).send([ADPAI]), reason)


@pytest.mark.parametrize("reply", [b"HTTP/1.1 401 X", b"HTTP/1.1 401 X\r\nContent-Ty", b"HTTP/1.1 401 X\r\nX: y\r\n"])
def test_rejection_that_ends_within_its_headers_counts(start_server, reply):
    found = client(start_server(reply).url).send([ADPAI]).response
    assert (found.kind, found.retry) == (Kind.STOP, False)


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
        server = start_server(response())
        with monkeypatch.context() as patch:
            patch.setattr(target, name, fail)
            assert_lost(client(server.url).send([ADPAI]), reason)
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        response(gzip.compress(b" " * 10**8), 200, "Content-Encoding: gzip"),
        itertools.chain([b"HTTP/1.1 200 X\r\n\r\n"], itertools.repeat(b" " * 10**6)),
    ],
    ids=["gzip", "endless"],
)
def test_oversized_response_is_lost_and_not_retried(start_server, reply):
    assert_lost(client(start_server(reply).url).send([ADPAI]), "larger than 8 MB", retry=False)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 X\r\nX-Slow: ", b"HTTP/1.1 200 X\r\n\r\n"])
def test_timeout_limits_whole_response(start_server, start):
    ended = threading.Event()
    server = start_server(itertools.chain([start], (b" " for _wait in iter(lambda: ended.wait(0.1), True))))
    assert_lost(client(server.url, timeout=2).send([ADPAI]), "timed out after 2 s")
    ended.set()


def test_request_given_up_before_sending_is_never_sent(mock_api, monkeypatch):
    resolve, held = socket.getaddrinfo, threading.Event()

    def slow_name_server(*args, **options):
        held.wait()
        return resolve(*args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow_name_server)
    before = threading.enumerate()
    result = client(mock_api.url, timeout=0.2).send([ADPAI])
    threads = [thread for thread in threading.enumerate() if thread not in before]
    held.set()
    for thread in threads:
        thread.join()
    assert_not_sent(result, "timed out")
    assert all(thread.daemon for thread in threads)  # or Python would wait for them at its end
    assert mock_api.senders(SAMPLE_SID) == []


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("127.0.0.1", "Connection refused"),
        ("kaleyra.invalid", "check the host name in api_url"),
        (f"{'a' * 70}.invalid", "the URL in api_url is not valid"),
    ],
)
def test_failed_connection_is_not_sent(host, reason):
    host = f"{host}:{unused_port()}"
    assert_not_sent(client(f"https://{host}").send([ADPAI]), f"{host}: ", reason)


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
    ("host", "ca_path", "reason"),
    [
        ("127.0.0.1", "", "issuer certificate); for a private CA set ca_path"),
        ("kaleyra.invalid", "ca.pem", "certificate"),
        ("127.0.0.1", "other.pem", "issuer certificate)"),
        ("127.0.0.1", "bad.pem", "certificate"),
    ],
)
def test_certificate_is_checked(start_server, ca, tmp_path, monkeypatch, host, ca_path, reason):
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(variable, raising=False)
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    (tmp_path / "bad.pem").write_text("not a certificate")
    server = start_server(response(), certificate=ca.issue_cert(host))
    result = client(server.url, verify=str(tmp_path / ca_path) if ca_path else True).send([ADPAI])
    assert_not_sent(result, reason)
    assert ("set ca_path" in result.response.message) == (not ca_path)
    assert server.requests == []


def test_message_names_missing_ca_file(monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    assert_not_sent(client(f"https://127.0.0.1:{unused_port()}").send([ADPAI]), "/nowhere.pem")


def test_certificate_is_not_checked_without_verification(start_server, ca):
    server = start_server(response(), certificate=ca.issue_cert("kaleyra.invalid"))
    assert client(server.url, verify=False).send([ADPAI]).response.kind is Kind.SUCCESS  # a warning would be an error


def test_reports_port_that_does_not_speak_tls(mock_api):
    assert_not_sent(client(mock_api.url.replace("http:", "https:")).send([ADPAI]), "does not speak TLS on that port")


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", [None, "http://[::1"])
def test_redirects_are_not_followed(start_server, start_mock_api, status, location):
    other = start_mock_api()
    server = start_server(response(b"", status, f"Location: {location or other.url + PATH}"))
    found = client(server.url).send([ADPAI]).response
    assert (found.kind, found.retry) == (Kind.LOST if status == 303 else Kind.STOP, False)
    assert "redirect not followed" in found.message
    assert other.connections == 0


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_plain_http_uses_no_proxy(start_mock_api, monkeypatch, variable):
    mock_api, proxy = start_mock_api(), start_mock_api()
    monkeypatch.setenv(variable, proxy.url)
    assert client(mock_api.url).send([ADPAI]).response.kind is Kind.SUCCESS
    assert proxy.connections == 0


@pytest.mark.parametrize(
    ("ca_file", "no_proxy", "kind"),
    [("ca.pem", "", Kind.SUCCESS), ("ca.pem", "localhost", Kind.SUCCESS), ("other.pem", "", Kind.NOT_SENT)],
)
def test_tunnels_through_proxy(start_server, ca, tmp_path, monkeypatch, set_proxy, ca_file, no_proxy, kind):
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / ca_file))
    server = start_server(response(), certificate=ca.issue_cert("localhost"))
    with Proxy() as proxy:
        set_proxy(proxy.url)
        monkeypatch.setenv("NO_PROXY", no_proxy)
        assert client(f"https://localhost:{server.port}").send([ADPAI]).response.kind is kind
    assert len(server.requests) == (kind is Kind.SUCCESS)
    assert len(proxy.requests) == (not no_proxy)
    assert SAMPLE_KEY.encode() not in proxy.tunnelled


@pytest.mark.parametrize("scheme", ["https", "HTTPS"])
def test_rejecting_proxy_sees_no_key(set_proxy, scheme):
    with Proxy("407 Not with this key") as proxy:
        set_proxy(proxy.url.replace("//", f"//user:{PASSWORD}@"))
        assert_not_sent(client(f"{scheme}://kaleyra.invalid").send([ADPAI]), "HTTPS_PROXY", "HTTP 407")
    (head,) = proxy.requests
    assert head.startswith("CONNECT kaleyra.invalid:443 ")
    assert SAMPLE_KEY not in head


@pytest.mark.parametrize(
    ("proxy", "reason"),
    [
        ("http://user:{}@127.0.0.1:{}", "Connection refused"),
        ("http://user:{}@proxy.invalid:{}", "check the host name in {}"),
        ("socks5://user:{}@127.0.0.1:{}", "PySocks"),
        ("ftp://user:{}@127.0.0.1:{}", "the URL in {} is not valid"),
        ("http://user:{}@:::{}", "the URL in {} is not valid"),
        ("http://user:{}@pro xy:{}", "the URL in {} is not valid"),
        ("http://", "the URL in {} is not valid"),
    ],
)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "ALL_PROXY"])
def test_message_names_proxy_that_failed(set_proxy, variable, proxy, reason):
    set_proxy(proxy.format(PASSWORD, unused_port()), variable)
    result = client("https://kaleyra.invalid").send([ADPAI])
    assert_not_sent(result, f"kaleyra.invalid through the proxy in {variable}: ", reason.format(variable))
    assert PASSWORD not in result.response.message


def test_retries_over_http(mock_api):
    mock_api.script(["reset_after"])
    result = client(mock_api.url, retries=1).send([ADPAI])
    assert (result.response.kind, result.requests, result.attempt_lost) == (Kind.REJECTED, 2, True)
    assert len(result.retry_reasons) == 1


def test_waits_as_long_as_retry_after_header_says(start_server):
    result = client(start_server(response(b"", 503, "Retry-After: 1000")).url, retries=1).send([ADPAI])
    assert_lost(result, "the server asked to wait 1000 s")


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


# Recorded responses


@pytest.mark.parametrize("record", [False, True])
def test_records_first_and_last_responses(mock_api, record):
    sending = client(mock_api.url, DELETE, record=record)
    for count in range(1, 13):
        sending.send([Sender(f"S{number}") for number in range(count)])
    expected = [1, 2, 3, 4, 5, 8, 9, 10, 11, 12] if record else []
    assert [found["senders"] for found in sending.responses] == expected
    assert all(found["method"] == "DELETE" and "MSG108" in found["body"] for found in sending.responses)


def test_records_each_http_request(start_server, monkeypatch):
    server = start_server(b"", response(b" ", 503)[:-1], response(b"\x1b[31m\r\nTwo\xff\x00", 401))
    sending = client(server.url, retries=2, record=True)
    monkeypatch.setattr(sending, "wait", lambda _seconds: True)
    sending.send([ADPAI])
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", lambda _thread: 1 / 0)
        assert_not_sent(sending.send([ADPAI]))
    method = {"method": "POST", "senders": 1}
    assert sending.responses == [
        {**method, "status": 0, "body": ""},
        {**method, "status": 503, "body": ""},
        {**method, "status": 401, "body": "?[31m  Two\ufffd?"},
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_recorded_responses_have_no_secrets(start_server, ca, set_proxy, encoding):
    secrets = [SAMPLE_KEY, "proxy-user", PASSWORD, base64.b64encode(f"proxy-user:{PASSWORD}".encode()).decode()[:-2]]
    replies = [f"{'.' * start} {' '.join(secrets)} {'.' * 3000}".encode(encoding) for start in (0, 1950, 1990)]
    server = start_server(*map(response, replies), certificate=ca.issue_cert("localhost"))
    with Proxy(port=server.port) as proxy:
        set_proxy(proxy.url.replace("//", f"//proxy-user:{PASSWORD}@"))
        sending = client("https://localhost:1", verify=False, record=True)
        for _reply in replies:
            sending.send([ADPAI])
    bodies = [found["body"] for found in sending.responses]
    assert [len(body) for body in bodies] == [2000] * 3
    assert bodies[0].startswith(" ******** ")
    assert [secret for secret in secrets if secret[:5] in "".join(bodies)] == []
