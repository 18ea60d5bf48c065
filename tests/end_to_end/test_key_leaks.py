# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API key is in no output of a job at the highest verbosity, and is sent to no other host."""

from __future__ import annotations

import contextlib
import json
import re
import textwrap
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from ansible_collections.community.kaleyra.tests.end_to_end.key_search import (
    KEY,
    MARK,
    SPELLINGS,
    every_spelling,
    find_key,
)
from ansible_collections.community.kaleyra.tests.end_to_end.module_runs import Host, run_on_hosts
from ansible_collections.community.kaleyra.tests.unit.faulty_api import FaultyApi
from ansible_collections.community.kaleyra.tests.unit.servers import RawServer

TEXT = every_spelling(KEY)
ACCOUNT_ERROR = {"code": f"RBC001{KEY}", "message": TEXT, "data": [TEXT], "error": {TEXT: TEXT}}
REASONS = {f"N{start}": f"{'x' * start}{KEY}" for start in range(0, 3000, 50)}
"""If long reasons are truncated, the end of one of these is within the key."""


@dataclass(frozen=True)
class Case:
    """A host: what its server responds, and the options and environment variables of its task."""

    failures: Sequence[Any] = ()  # of the mock API
    redirect: int = 0  # the status with which the mock API redirects the request to another host
    reply: str = ""  # of a server instead of the mock API
    options: Mapping[str, Any] = field(default_factory=dict)
    proxy: bool = False  # another host is the proxy
    succeeds: bool = False


def response(status: int, body: Any = "", **headers: str) -> dict[str, Any]:
    return {"kind": "respond_before", "status": status, "body": body, "headers": headers}


def rejection(reasons: Mapping[str, str]) -> dict[str, Any]:
    errors = [{"sender": reason, "sender_name": name} for name, reason in reasons.items()]
    return response(400, {"code": "MSG134", "message": TEXT, "data": [{"sender": TEXT, "code": TEXT}], "error": errors})


INVALID_KEYS = {
    "space": f"{MARK} {MARK}",
    "newline": f"{MARK}\n",
    "header": f"{MARK}\r\nX-Stolen: {MARK}",
    "control character": f"{MARK}\x1b[31m{MARK}",
    "quotation mark": f'{MARK}"{MARK}',
    "other script": f"{MARK}é{MARK}",
}
CASES = {
    "rejection": Case([rejection({"NEW1": TEXT})]),
    "rejection of another sender": Case([rejection({KEY: "Rejected"})]),
    "long reasons": Case([rejection(REASONS)], options={"senders": list(REASONS)}),
    "account error": Case([response(401, ACCOUNT_ERROR)]),
    "lost responses": Case([response(500, ACCOUNT_ERROR), response(200, ACCOUNT_ERROR)]),
    "gateway": Case([response(403, f"<html>{TEXT}", **{"Content-Type": f"text/html; charset={KEY}"})]),
    "headers": Case(
        [
            response(429, **{"Retry-After": KEY, "Location": KEY}),
            response(200, "{}", **{"Content-Encoding": "gzip", "Set-Cookie": KEY}),
        ]
    ),
    **{f"redirect {status}": Case(redirect=status) for status in (302, 307, 308)},
    "key in the environment": Case([response(401, ACCOUNT_ERROR)], options={"api_key": ""}),
    "proxy for plain HTTP": Case(proxy=True, succeeds=True),
    "status line": Case(reply=f"{KEY} 200 OK\r\n\r\n"),
    "status": Case(reply=f"HTTP/1.1 {KEY} OK\r\n\r\n"),
    "header name": Case(reply=f"HTTP/1.1 400 Bad\r\n{KEY}\r\n\r\n"),
    "length": Case(reply=f"HTTP/1.1 200 OK\r\nContent-Length: {KEY}\r\n\r\n{{}}"),
    "chunk": Case(reply=f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{KEY}\r\n{{}}"),
    "netrc": Case(reply='HTTP/1.1 202 Accepted\r\nContent-Length: 16\r\n\r\n{"code":"WA202"}', succeeds=True),
    "user in api_url": Case(options={"api_url": f"https://{urllib.parse.quote(KEY, safe='')}@localhost"}),
    "sid": Case(options={"sid": KEY}),
    "ca_path": Case(options={"ca_path": f"/nowhere/{KEY}"}),
    "timeout": Case(options={"timeout": KEY}),
    "state": Case(options={"state": KEY}),
    "sender": Case(options={"senders": [dict.fromkeys(("sender", "description", "iso_code", "entity_id"), KEY)]}),
    "text as list": Case(options={"senders": KEY}),
    **{f"key with {name}": Case(options={"api_key": key}) for name, key in INVALID_KEYS.items()},
}
PROXIES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Any]]:
    """The server of each case, and another host."""
    with contextlib.ExitStack() as stack:
        other = stack.enter_context(RawServer())
        servers: dict[str, Any] = {"other": other}
        for name, case in CASES.items():
            if case.reply:
                server: Any = RawServer(case.reply.encode())
            else:
                redirect = [response(case.redirect, Location=f"{other.url}/")] if case.redirect else []
                server = FaultyApi({"HX1": {"key": KEY}}, [*case.failures, *redirect])
            servers[name] = stack.enter_context(server)
        yield servers


@pytest.fixture(scope="module")
def job(tmp_path_factory, collections, servers):
    folder = tmp_path_factory.mktemp("job")
    (folder / ".netrc").write_text("default login somebody password hunter2\n", encoding="utf-8")
    (folder / ".netrc").chmod(0o600)
    usual = {"sid": "HX1", "api_key": KEY, "senders": ["NEW1"], "description": "x", "iso_code": "fr", "retries": 1}
    hosts = {
        name: Host(
            {**usual, "api_url": servers[name].url, **case.options},
            dict.fromkeys(PROXIES if case.proxy else (), servers["other"].url),
        )
        for name, case in CASES.items()
    }
    return run_on_hosts(folder, collections, hosts, KALEYRA_API_KEY=KEY)


def test_results_do_not_contain_key(job):
    for name, case in CASES.items():
        result = job[1][name]
        assert result["failed"] != case.succeeds, name
        assert "api_key" in result["invocation"]["module_args"], "the arguments are not in the result: nothing is shown"
        assert ("responses" in result) == ("summary" in result), name
        assert find_key(json.dumps(result)) == "", name


def test_output_and_events_do_not_contain_key(job):
    for text in (job[0].stdout, json.dumps(job[0].events)):
        assert all(name in text for name in CASES)
        assert "Traceback" not in text
        assert find_key(text) == ""


def test_other_host_receives_nothing(job, servers):
    assert servers["other"].requests == []


def test_invalid_key_is_not_sent(job, servers):
    for name in INVALID_KEYS:
        assert servers[f"key with {name}"].requests == []
        assert "api_key" in job[1][f"key with {name}"]["msg"]


def test_request_contains_key_once_and_no_other_credentials(job, servers):
    (request,) = servers["netrc"].requests
    assert re.search(rb"\r\napi-key: " + re.escape(KEY.encode()) + rb"\r\n", request)
    assert request.count(MARK.encode()) == KEY.count(MARK)
    assert b"authorization" not in request.lower()


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_search_finds_key_in_every_spelling(spelling):
    text = f"The key {SPELLINGS[spelling](KEY)} is wrong"
    assert find_key(text)
    assert find_key(json.dumps(json.dumps(text)))
    assert find_key("\n".join(textwrap.wrap(text, 10)))
    assert find_key("The key ******** is wrong") == ""
