# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS options and proxy variables have an effect in a play, and no proxy can read the API key."""

from __future__ import annotations

import contextlib
import datetime
import pathlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import trustme
from ansible_collections.community.kaleyra.tests.end_to_end.key_search import KEY, find_key
from ansible_collections.community.kaleyra.tests.end_to_end.module_runs import Host, run_on_hosts
from ansible_collections.community.kaleyra.tests.unit.servers import Proxy, Tunnel
from mock_api_server import MockApi

PASSWORD = "Pr0xyPassw0rd"


@dataclass(frozen=True)
class Case:
    """A host: the server and the proxy of its task, by name, and its options. The value "CA" is the file of the CA."""

    server: str = "valid"
    proxy: str = ""
    options: Mapping[str, Any] = field(default_factory=lambda: {"ca_path": "CA"})
    variables: Mapping[str, str] = field(default_factory=dict)


CREATED = {
    "ca_path": Case(),
    "CA in the environment": Case(options={}, variables={"REQUESTS_CA_BUNDLE": "CA"}),
    "validate_certs": Case("expired", options={"validate_certs": False}),
    "proxy": Case(proxy="tunnel"),
    "NO_PROXY": Case(proxy="unused", variables={"NO_PROXY": "localhost"}),
}
NOT_ATTEMPTED = {
    "no ca_path": Case(options={}),
    "certificate of another CA": Case("other CA"),
    "expired certificate": Case("expired"),
    "proxy that requires credentials": Case(proxy="credentials"),
    "proxy to another server": Case(proxy="other server"),
}
CASES = {**CREATED, **NOT_ATTEMPTED}


class Servers:
    """The mock API, and the servers and proxies in front of it."""

    def __init__(self, stack: contextlib.ExitStack, folder: pathlib.Path) -> None:
        self.mock_api = stack.enter_context(MockApi(any_sid=True))
        self.ca_file = folder / "ca.pem"
        ca = trustme.CA()
        ca.cert_pem.write_to_path(str(self.ca_file))
        yesterday = datetime.datetime.now() - datetime.timedelta(days=1)
        certificates = {
            "valid": ca.issue_cert("localhost"),
            "expired": ca.issue_cert("localhost", not_after=yesterday),
            "other CA": trustme.CA().issue_cert("localhost"),
        }
        port = int(self.mock_api.url.rpartition(":")[2])
        self.ports = {name: stack.enter_context(Tunnel(port, item)).port for name, item in certificates.items()}
        self.proxies = {
            "tunnel": Proxy(),
            "unused": Proxy(),
            "credentials": Proxy("407 Proxy Authentication Required"),
            "other server": Proxy(port=self.ports["other CA"]),
        }
        for proxy in self.proxies.values():
            stack.enter_context(proxy)

    def host(self, case: Case, sid: str) -> Host:
        """The options and the environment variables of a case."""
        url = f"https://localhost:{self.ports[case.server]}"
        sender = {"sender": "NEW1", "description": "testing", "iso_code": "fr"}
        options = {"api_url": url, "api_key": KEY, "sid": sid, "retries": 0, "senders": [sender], **case.options}
        variables = dict(case.variables)
        if case.proxy:
            variables["HTTPS_PROXY"] = f"http://user:{PASSWORD}@127.0.0.1:{self.proxies[case.proxy].port}"
        for values in (options, variables):
            values.update({name: str(self.ca_file) for name, value in values.items() if value == "CA"})
        return Host(options, variables)


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    with contextlib.ExitStack() as stack:
        yield Servers(stack, tmp_path_factory.mktemp("servers"))


@pytest.fixture(scope="module")
def job(tmp_path_factory, collections, servers):
    hosts = {name: servers.host(case, f"HX{number}") for number, (name, case) in enumerate(CASES.items())}
    return run_on_hosts(tmp_path_factory.mktemp("job"), collections, hosts)


@pytest.mark.parametrize("name", CREATED)
def test_creates_sender(job, name):
    assert [row["outcome"] for row in job[1][name]["senders"]] == ["created"]


@pytest.mark.parametrize("name", NOT_ATTEMPTED)
def test_sends_nothing(job, name):
    result = job[1][name]
    assert [row["outcome"] for row in result["senders"]] == ["not_attempted"]
    assert result["api_calls"] == 0
    assert not result["changed"]


def test_mock_api_received_no_other_requests(job, servers):
    assert len(servers.mock_api.requests) == len(CREATED)


def test_proxies_cannot_read_key(job, servers):
    for name, proxy in servers.proxies.items():
        assert bool(proxy.requests) == (name != "unused")
        assert all(request.startswith("CONNECT localhost:") for request in proxy.requests)
        assert find_key("".join(proxy.requests) + proxy.tunnelled.decode("latin-1")) == ""
    assert len(servers.proxies["tunnel"].tunnelled) > 100


def test_output_contains_neither_key_nor_password(job):
    assert find_key(job[0].stdout) == ""
    for result in job[1].values():
        assert PASSWORD not in str(result)
