# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole module through nginx with TLS, its limits, and proxies: run, and run again."""

from __future__ import annotations

import contextlib
import datetime
import importlib.util
import pathlib
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from ansible_collections.community.kaleyra.tests.faults.leaks import KEYS, leaks
from ansible_collections.community.kaleyra.tests.faults.plays import Host, Run, missing, oddities, play
from ansible_collections.community.kaleyra.tests.faults.scripts import AGAIN
from ansible_collections.community.kaleyra.tests.faults.servers import (
    Nginx,
    Proxy,
    Stranger,
    free_port,
    nginx,
)
from ansible_collections.community.kaleyra.tests.faults.truth import Key, Truth, lies
from kaleyra_sandbox import Sandbox

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
PHASES = ("first", "again")
PASSWORD = "Pr0xyPassw0rd"


@dataclass(frozen=True)
class World:
    """All servers of the table, and where the CA's certificate is."""

    box: Sandbox
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
class Case:
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


def stopped(name: str, server: str, msg: str, **more: Any) -> Case:
    return Case(name, server, "not_attempted", "not_attempted", msg=msg, **more)


CASES = [
    # Certificates.
    Case("a CA's file", "good"),
    Case("a CA's folder", "good", options=lambda world: {"ca_path": str(world.folder / "hashed")}),
    Case(
        "a CA by the environment",
        "good",
        options=lambda world: {},
        environment=lambda world: {"REQUESTS_CA_BUNDLE": str(world.folder / "ca.pem")},
    ),
    Case("certificates not validated", "expired", options=lambda world: {"validate_certs": False}),
    stopped("the CA is not given", "good", "certificate verify failed", options=lambda world: {}),
    stopped("another CA", "unknown", "certificate verify failed"),
    stopped("expired", "expired", "certificate has expired"),
    stopped("another host's certificate", "elsewhere", "certificate is not valid for 'localhost'"),
    stopped(
        "a CA file that holds none",
        "good",
        "no certificate or crl found",
        options=lambda world: {"ca_path": str(world.folder / "nginx.conf")},
    ),
    stopped("no TLS", "plain", "SSL"),
    # Limits.
    Case(
        "too many requests",
        "slow",
        senders=3,
        more={"batch_size": 1, "connections": 1},
        warnings=(f"{AGAIN}: HTTP 429",),
    ),
    Case("too large", "small", senders=1500),
    Case(
        "one too large",
        "small",
        first="created,created,rejected",
        again="present,present,rejected",
        senders=3,
        msg="HTTP 413",
        more={"senders": [{"sender": "NEW0"}, {"sender": "NEW1"}, {"sender": "NEW2", "description": "x" * 20000}]},
    ),
    Case("a good way for creating", "bodiless"),
    Case(
        "no bodies of DELETE",
        "bodiless",
        "rejected",
        "rejected",
        msg="something on the way, such as a proxy, may drop the body of DELETE requests",
        more={"state": "absent"},
    ),
    # Proxies.
    Case("a proxy", "good", environment=through("honest")),
    Case("no proxy", "good", environment=through("unused", NO_PROXY="localhost")),
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


def sid_of(case: Case) -> str:
    return f"HX{CASES.index(case)}"


def key_of(case: Case) -> str:
    number = CASES.index(case)
    return f"{KEYS[number % len(KEYS)]}{number}"


def listed(case: Case) -> list[Key]:
    return [(f"NEW{number}", "" if "state" in case.more else "fr") for number in range(case.senders)]


def host_of(case: Case, world: World) -> Host:
    url = world.box.url.replace("http:", "https:") if case.server == "plain" else world.url(case.server)
    usual = {"description": "testing", "iso_code": "fr", "retries": 1, "sid": sid_of(case), "api_key": key_of(case)}
    senders = [{"sender": name} for name, _country in listed(case)]
    options = {**usual, "api_url": url, "senders": senders, **case.options(world), **case.more}
    return Host(options, case.environment(world))


def account_of(case: Case) -> dict[str, Any]:
    """An account that is empty, unless the task deletes its senders."""
    there = [{"sender": name, "iso_code": "fr"} for name, country in listed(case) if not country]
    return {"key": key_of(case).encode().decode("latin-1"), "senders": there}


def certify(folder: pathlib.Path) -> None:
    """Write a CA's certificate, and a server's for each of nginx's servers."""
    import trustme

    ours, unknown = trustme.CA(), trustme.CA()
    ours.cert_pem.write_to_path(folder / "ca.pem")
    (folder / "hashed").mkdir()
    ours.cert_pem.write_to_path(folder / "hashed" / "ca.pem")
    subprocess.run(["openssl", "rehash", folder / "hashed"], check=True)
    yesterday = datetime.datetime.now() - datetime.timedelta(days=1)
    certificates = {
        **{name: ours.issue_cert("localhost") for name in SERVERS},
        "unknown": unknown.issue_cert("localhost"),
        "expired": ours.issue_cert("localhost", not_after=yesterday),
        "elsewhere": ours.issue_cert("api.kaleyra.example"),
    }
    for name, certificate in certificates.items():
        certificate.private_key_and_cert_chain_pem.write_to_path(folder / f"{name}.pem")


def what_is_missing() -> Iterator[str]:
    if not nginx():
        yield "needs nginx (on Debian: the package nginx-light)"
    if not shutil.which("openssl"):
        yield "needs the program openssl"
    if not importlib.util.find_spec("trustme"):
        yield "needs the PyPI package trustme"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    for what in what_is_missing():
        missing(what)
    folder = tmp_path_factory.mktemp("nginx")
    certify(folder)
    accounts = {sid_of(case): account_of(case) for case in CASES}
    with contextlib.ExitStack() as stack:
        box = stack.enter_context(Sandbox(accounts))
        servers = {
            name: f"ssl_certificate {name}.pem; ssl_certificate_key {name}.pem; {directives}"
            for name, directives in SERVERS.items()
        }
        nginx = stack.enter_context(Nginx(folder, box.url.removeprefix("http://"), servers).running())
        proxies = {
            "honest": Proxy(),
            "unused": Proxy(),
            "forbidding": Proxy("403 Forbidden"),
            "asking": Proxy("407 Proxy Authentication Required"),
            "astray": Proxy(divert=nginx.ports["unknown"]),
        }
        for proxy in proxies.values():
            stack.enter_context(proxy.running())
        mute = stack.enter_context(Stranger().running())
        yield World(box, nginx, folder, proxies, mute, free_port())


@dataclass(frozen=True)
class Story:
    """The runs, phase by phase, and what the API and nginx knew before the first phase and after each."""

    runs: Mapping[str, Run]
    truths: Mapping[str, list[Truth]]


@pytest.fixture(scope="module")
def story(world: World, folder: pathlib.Path, collections: pathlib.Path) -> Story:
    hosts = {case.name: host_of(case, world) for case in CASES}
    truths: dict[str, list[Truth]] = {case.name: [] for case in CASES}

    def look() -> None:
        for case in CASES:
            calls = len(world.nginx.requests(sid_of(case)))
            truths[case.name].append(Truth.of(world.box, sid_of(case), calls))

    look()
    runs = {}
    for phase in PHASES:
        runs[phase] = play(folder, collections, hosts, "--diff")
        look()
    return Story(runs, truths)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_says_what_happened(story: Story, case: Case) -> None:
    truths = story.truths[case.name]
    for number, (phase, expected) in enumerate(zip(PHASES, (case.first, case.again))):
        result = story.runs[phase].results[case.name]
        told = [row["outcome"] for row in result["senders"]]
        assert told == (expected.split(",") if "," in expected else [expected] * case.senders)
        assert list(lies(result, listed(case), truths[number], truths[number + 1])) == []
        assert case.msg in result["msg"]
        warnings = case.warnings if phase == "first" or not case.sent or case.server == "slow" else ()
        found = result.get("warnings", [])
        assert len(found) == len(warnings), found
        assert all(part in warning for part, warning in zip(warnings, found))
        if not case.sent:
            assert result["api_calls"] == 0


@pytest.mark.parametrize("phase", PHASES)
def test_nothing_odd_is_printed(story: Story, phase: str) -> None:
    assert list(oddities(story.runs[phase])) == []


@pytest.mark.parametrize("phase", PHASES)
def test_no_key_is_printed(story: Story, phase: str) -> None:
    run = story.runs[phase]
    text = f"{run.output}{run.errors}{run.results}"
    assert "api_key" in text, "the arguments are not echoed: nothing is proved"
    assert list(leaks(text)) == []


def test_a_bad_certificate_is_not_tried_again(story: Story, world: World) -> None:
    """One connection a task and phase, besides the one that looked whether nginx is there; "astray" gets to "unknown", too."""
    failed = {name: world.nginx.handshakes_failed(name) for name in ("unknown", "expired", "elsewhere")}
    assert failed == {"unknown": 1 + 2 * len(PHASES), "expired": 1 + len(PHASES), "elsewhere": 1 + len(PHASES)}


def test_no_proxy_sees_a_key(story: Story, world: World) -> None:
    assert world.proxies["unused"].heads == []
    for name in world.proxies.keys() - {"unused"}:
        heads = [head.decode("latin-1") for head in world.proxies[name].heads]
        assert heads, name
        assert all(head.startswith("CONNECT localhost:") and "api-key" not in head.lower() for head in heads)
        assert list(leaks("".join(heads))) == []
    tunnelled = world.proxies["honest"].tunnelled
    assert len(tunnelled) > 1000
    assert list(leaks(tunnelled.decode("latin-1"))) == []


def test_no_password_of_a_proxy_is_printed(story: Story) -> None:
    for run in story.runs.values():
        for name, result in run.results.items():
            assert PASSWORD not in str(result), name
