# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways to the API through certificates, limits and proxies, and what has to come of each."""

from __future__ import annotations

import importlib.metadata
import pathlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.community.kaleyra.tests.faults.leaks import KEYS
from ansible_collections.community.kaleyra.tests.faults.plays import Host
from ansible_collections.community.kaleyra.tests.faults.scripts import AGAIN
from ansible_collections.community.kaleyra.tests.faults.servers import Nginx, Proxy, Stranger
from ansible_collections.community.kaleyra.tests.faults.truth import Key
from mock_api_server import MockApi

PASS = "proxy_pass http://api;"
SERVERS = {
    "good": f"location / {{ {PASS} }}",
    "unknown": f"location / {{ {PASS} }}",
    "expired": f"location / {{ {PASS} }}",
    "elsewhere": f"location / {{ {PASS} }}",
    "slow": f"limit_req zone=slow; limit_req_status 429; add_header Retry-After 2 always; location / {{ {PASS} }}",
    "small": f"client_max_body_size 16k; location / {{ {PASS} }}",
    "bodiless": f"""
        error_page 418 = @delete;
        location / {{ if ($request_method = DELETE) {{ return 418; }} {PASS} }}
        location @delete {{ {PASS} proxy_pass_request_body off; proxy_set_header Content-Length ""; }}
    """,
}
PASSWORD = "Pr0xyPassw0rd"


@dataclass(frozen=True)
class World:
    """All servers of the table, and where the CA's certificate is."""

    mock_api: MockApi
    nginx: Nginx
    folder: pathlib.Path
    proxies: Mapping[str, Proxy]
    mute: Stranger
    nobody: int

    def url(self, server: str) -> str:
        return f"https://localhost:{self.nginx.ports[server]}"

    @property
    def trusting(self) -> dict[str, Any]:
        return {"ca_path": str(self.folder / "ca.pem")}


@dataclass(frozen=True)
class Way:
    """One account's way to the API: options and environment variables, given the world, and what has to come of it.

    ``first`` and ``again`` are the outcomes of all its senders; ``sent`` tells whether any request may be sent at all.
    """

    name: str
    server: str
    first: str = "created"
    again: str = "present"
    options: Callable[[World], Mapping[str, Any]] = lambda world: world.trusting
    environment: Callable[[World], Mapping[str, str]] = lambda world: {}
    msg: str = ""
    warnings: tuple[str, ...] = ()
    senders: int = 2
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sent(self) -> bool:
        return self.first != "not_attempted"


def through(proxy: str, **more: str) -> Callable[[World], Mapping[str, str]]:
    """HTTPS_PROXY, with a user and a password, for one of the world's proxies."""
    return lambda world: {"HTTPS_PROXY": f"http://user:{PASSWORD}@127.0.0.1:{world.proxies[proxy].port}", **more}


def stopped(name: str, server: str, msg: str, **more: Any) -> Way:
    return Way(name, server, "not_attempted", "not_attempted", msg=msg, **more)


URLLIB3_1 = importlib.metadata.version("urllib3").startswith("1.")
"""Whether it is urllib3 itself that looks at a certificate's names, after the handshake and in its own words."""

ELSEWHERE = (
    "hostname 'localhost' doesn't match 'api.kaleyra.example'"
    if URLLIB3_1
    else "certificate is not valid for 'localhost'"
)

WAYS = [
    # Certificates.
    Way("a CA's file", "good"),
    Way("a CA's folder", "good", options=lambda world: {"ca_path": str(world.folder / "hashed")}),
    Way(
        "a CA by the environment",
        "good",
        options=lambda world: {},
        environment=lambda world: {"REQUESTS_CA_BUNDLE": str(world.folder / "ca.pem")},
    ),
    Way("certificates not validated", "expired", options=lambda world: {"validate_certs": False}),
    stopped("the CA is not given", "good", "certificate verify failed", options=lambda world: {}),
    stopped("another CA", "unknown", "certificate verify failed"),
    stopped("expired", "expired", "certificate has expired"),
    stopped("another host's certificate", "elsewhere", ELSEWHERE),
    stopped(
        "a CA file that holds none",
        "good",
        "no certificate or crl found",
        options=lambda world: {"ca_path": str(world.folder / "nginx.conf")},
    ),
    stopped("no TLS", "plain", "SSL"),
    # Limits.
    Way(
        "too many requests",
        "slow",
        senders=3,
        more={"batch_size": 1, "connections": 1},
        warnings=("HTTP 429 Too Many Requests",),
    ),
    Way("too large", "small", senders=1500),
    Way(
        "one too large",
        "small",
        first="created,created,rejected",
        again="present,present,rejected",
        senders=3,
        msg="HTTP 413",
        more={"senders": [{"sender": "NEW0"}, {"sender": "NEW1"}, {"sender": "NEW2", "description": "x" * 20000}]},
    ),
    Way("a good way for creating", "bodiless"),
    Way(
        "no bodies of DELETE",
        "bodiless",
        "rejected",
        "rejected",
        msg="something on the way, such as a proxy, may drop the body of DELETE requests",
        more={"state": "absent"},
    ),
    # Proxies.
    Way("a proxy", "good", environment=through("honest")),
    Way("no proxy", "good", environment=through("unused", NO_PROXY="localhost")),
    stopped("a proxy that forbids", "good", "403 Forbidden", environment=through("forbidding"), warnings=(AGAIN,)),
    stopped("a proxy that asks who it is", "good", "407 Proxy", environment=through("asking"), warnings=(AGAIN,)),
    stopped("a proxy that leads astray", "good", "certificate verify failed", environment=through("astray")),
    stopped(
        "a proxy that says nothing",
        "good",
        "cannot connect",
        environment=lambda world: {"HTTPS_PROXY": f"http://127.0.0.1:{world.mute.port}"},
        warnings=(AGAIN,),
    ),
    stopped(
        "no proxy there",
        "good",
        "cannot connect",
        environment=lambda world: {"HTTPS_PROXY": f"http://127.0.0.1:{world.nobody}"},
        warnings=(AGAIN,),
    ),
]


def sid_of(way: Way) -> str:
    return f"HX{WAYS.index(way)}"


def key_of(way: Way) -> str:
    number = WAYS.index(way)
    return f"{KEYS[number % len(KEYS)]}{number}"


def listed(way: Way) -> list[Key]:
    return [(f"NEW{number}", "" if "state" in way.more else "fr") for number in range(way.senders)]


def host_of(way: Way, world: World) -> Host:
    url = world.mock_api.url.replace("http:", "https:") if way.server == "plain" else world.url(way.server)
    usual = {"description": "testing", "iso_code": "fr", "retries": 1, "sid": sid_of(way), "api_key": key_of(way)}
    senders = [{"sender": name} for name, _country in listed(way)]
    options = {**usual, "api_url": url, "senders": senders, **way.options(world), **way.more}
    return Host(options, way.environment(world))


def account_of(way: Way) -> dict[str, Any]:
    """An account that is empty, unless the task deletes its senders."""
    there = [{"sender": name, "iso_code": "fr"} for name, country in listed(way) if not country]
    return {"key": key_of(way).encode().decode("latin-1"), "senders": there}
