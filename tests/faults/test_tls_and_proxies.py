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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from ansible_collections.community.kaleyra.tests.faults.leaks import leaks
from ansible_collections.community.kaleyra.tests.faults.plays import Run, oddities, play
from ansible_collections.community.kaleyra.tests.faults.servers import Nginx, Proxy, Stranger, free_port, nginx
from ansible_collections.community.kaleyra.tests.faults.truth import Truth, lies
from ansible_collections.community.kaleyra.tests.faults.ways import (
    PASSWORD,
    SERVERS,
    URLLIB3_1,
    WAYS,
    Way,
    World,
    account_of,
    host_of,
    listed,
    sid_of,
)
from mock_api_server import MockApi

PHASES = ("first", "again")


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
        pytest.skip(what)
    folder = tmp_path_factory.mktemp("nginx")
    certify(folder)
    accounts = {sid_of(way): account_of(way) for way in WAYS}
    with contextlib.ExitStack() as stack:
        mock_api = stack.enter_context(MockApi(accounts))
        servers = {
            name: f"ssl_certificate {name}.pem; ssl_certificate_key {name}.pem; {directives}"
            for name, directives in SERVERS.items()
        }
        nginx = stack.enter_context(Nginx(folder, mock_api.url.removeprefix("http://"), servers).running())
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
        yield World(mock_api, nginx, folder, proxies, mute, free_port())


@dataclass(frozen=True)
class Story:
    """The runs, phase by phase, and what the API and nginx knew before the first phase and after each."""

    runs: Mapping[str, Run]
    truths: Mapping[str, list[Truth]]


@pytest.fixture(scope="module")
def story(world: World, folder: pathlib.Path, collections: pathlib.Path) -> Story:
    hosts = {way.name: host_of(way, world) for way in WAYS}
    truths: dict[str, list[Truth]] = {way.name: [] for way in WAYS}

    def look() -> None:
        for way in WAYS:
            calls = len(world.nginx.requests(sid_of(way)))
            truths[way.name].append(Truth.of(world.mock_api, sid_of(way), calls))

    look()
    runs = {}
    for phase in PHASES:
        runs[phase] = play(folder, collections, hosts, "--diff")
        look()
    return Story(runs, truths)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_says_what_happened(story: Story, way: Way) -> None:
    truths = story.truths[way.name]
    for number, (phase, expected) in enumerate(zip(PHASES, (way.first, way.again))):
        result = story.runs[phase].results[way.name]
        told = [row["outcome"] for row in result["senders"]]
        assert told == (expected.split(",") if "," in expected else [expected] * way.senders)
        assert list(lies(result, listed(way), truths[number], truths[number + 1])) == []
        assert way.msg in result["msg"]
        warnings = way.warnings if phase == "first" or not way.sent or way.server == "slow" else ()
        found = result.get("warnings", [])
        assert len(found) == len(warnings), found
        assert all(part in warning for part, warning in zip(warnings, found))
        if not way.sent:
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
    elsewhere = 1 + (0 if URLLIB3_1 else len(PHASES))
    assert failed == {"unknown": 1 + 2 * len(PHASES), "expired": 1 + len(PHASES), "elsewhere": elsewhere}


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
