# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS options and proxy variables have an effect in a play, and no proxy can read the API key."""

from __future__ import annotations

import contextlib
import datetime

import pytest
import trustme
from ansible_collections.community.kaleyra.tests.end_to_end.jobs import Host, run_job
from ansible_collections.community.kaleyra.tests.end_to_end.key_search import KEY, find_key
from ansible_collections.community.kaleyra.tests.end_to_end.servers import Proxy, RawServer, tls_server, unused_port
from mock_api_server import MockApi

PASSWORD = "Pr0xyPassw0rd"

CREATED = ("ca_path", "REQUESTS_CA_BUNDLE", "certificates not validated", "proxy", "NO_PROXY")
NOT_ATTEMPTED = (
    "no ca_path",
    "certificate of another CA",
    "expired certificate",
    "certificate of another host",
    "no TLS",
    "proxy that rejects",
    "proxy that requires credentials",
    "proxy to another server",
    "proxy without a response",
    "no proxy",
)


class Servers:
    """A job with a host for each name above, and the servers between it and the mock API."""

    def __init__(self, stack, folder, collections):
        self.mock_api = stack.enter_context(MockApi(any_sid=True))
        ca, other_ca = trustme.CA(), trustme.CA()
        yesterday = datetime.datetime.now() - datetime.timedelta(days=1)
        certificates = {
            "valid": ca.issue_cert("localhost"),
            "expired": ca.issue_cert("localhost", not_after=yesterday),
            "other host": ca.issue_cert("api.kaleyra.example"),
            "other CA": other_ca.issue_cert("localhost"),
        }
        port = int(self.mock_api.url.rpartition(":")[2])
        ports = {name: stack.enter_context(tls_server(certificate, port)) for name, certificate in certificates.items()}
        self.proxies = {
            "proxy": Proxy(),
            "NO_PROXY": Proxy(),
            "proxy that rejects": Proxy("403 Forbidden"),
            "proxy that requires credentials": Proxy("407 Proxy Authentication Required"),
            "proxy to another server": Proxy(port=ports["other CA"]),
        }
        for proxy in self.proxies.values():
            stack.enter_context(proxy.running())
        mute = stack.enter_context(RawServer().running())
        proxies = {name: f"http://user:{PASSWORD}@127.0.0.1:{proxy.port}" for name, proxy in self.proxies.items()}
        proxies |= {"proxy without a response": mute.url, "no proxy": f"http://127.0.0.1:{unused_port()}"}
        servers = {
            "certificates not validated": "expired",
            "certificate of another CA": "other CA",
            "expired certificate": "expired",
            "certificate of another host": "other host",
        }
        ca_file = folder / "ca.pem"
        ca.cert_pem.write_to_path(str(ca_file))
        tls = {
            "REQUESTS_CA_BUNDLE": {},
            "no ca_path": {},
            "certificates not validated": {"validate_certs": False},
        }
        hosts = {}
        for number, name in enumerate(CREATED + NOT_ATTEMPTED):
            url = f"https://localhost:{port if name == 'no TLS' else ports[servers.get(name, 'valid')]}"
            account = {"api_url": url, "api_key": KEY, "sid": f"HX{number}"}
            sender = {"sender": "NEW1", "description": "testing", "iso_code": "fr"}
            options = {**account, "senders": [sender], "retries": 0, **tls.get(name, {"ca_path": str(ca_file)})}
            variables = {"HTTPS_PROXY": proxies[name]} if name in proxies else {}
            variables |= {"NO_PROXY": "localhost"} if name == "NO_PROXY" else {}
            variables |= {"REQUESTS_CA_BUNDLE": str(ca_file)} if name == "REQUESTS_CA_BUNDLE" else {}
            hosts[name] = Host(options, variables)
        self.job = run_job(folder, collections, hosts)


@pytest.fixture(scope="module")
def servers(tmp_path_factory, collections):
    with contextlib.ExitStack() as stack:
        yield Servers(stack, tmp_path_factory.mktemp("job"), collections)


@pytest.mark.parametrize("name", CREATED)
def test_creates_sender(servers, name):
    result = servers.job.results[name]
    assert [row["outcome"] for row in result["senders"]] == ["created"]


@pytest.mark.parametrize("name", NOT_ATTEMPTED)
def test_sends_nothing(servers, name):
    result = servers.job.results[name]
    assert [row["outcome"] for row in result["senders"]] == ["not_attempted"]
    assert result["api_calls"] == 0
    assert not result["changed"]


def test_mock_api_received_no_other_requests(servers):
    assert len(servers.mock_api.requests) == len(CREATED)


def test_proxies_cannot_read_key(servers):
    for name, proxy in servers.proxies.items():
        assert bool(proxy.requests) == (name != "NO_PROXY")
        assert all(request.startswith("CONNECT localhost:") for request in proxy.requests)
        assert find_key("".join(proxy.requests) + proxy.tunnelled.decode("latin-1")) == ""
    assert len(servers.proxies["proxy"].tunnelled) > 100


def test_output_contains_neither_key_nor_password(servers):
    assert find_key(servers.job.output) == ""
    for result in servers.job.results.values():
        assert PASSWORD not in str(result)
