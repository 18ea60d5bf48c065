# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API key is in no output of a job at the highest verbosity, and is sent to no other host."""

from __future__ import annotations

import contextlib
import json
import re
import textwrap
import urllib.parse
from typing import Any

import pytest
from ansible_collections.community.kaleyra.tests.end_to_end.jobs import Host, run_job
from ansible_collections.community.kaleyra.tests.end_to_end.key_search import (
    KEY,
    MARK,
    SPELLINGS,
    every_spelling,
    find_key,
)
from ansible_collections.community.kaleyra.tests.end_to_end.servers import RawServer
from mock_api_server import MockApi

TEXT = every_spelling(KEY)
ACCOUNT_ERROR = {"code": f"RBC001{KEY}", "message": TEXT, "data": [TEXT], "error": {TEXT: TEXT}}


def rejection(reason: str, name: str = "NEW1") -> dict[str, Any]:
    error = {"0": {"sender": reason, "sender_name": name}}
    return {"code": "MSG134", "message": TEXT, "data": [{"sender": TEXT, "code": TEXT}], "error": error}


def failure(status: int, body: Any = "", **headers: str) -> dict[str, Any]:
    return {"kind": "respond_before", "status": status, "body": body, "headers": headers}


REASONS = {f"N{start}": f"{'x' * start}{KEY}" for start in range(0, 3000, 50)}
"""Wherever a long reason is truncated, the key is there in one of these."""
ERRORS = {str(i): {"sender": reason, "sender_name": name} for i, (name, reason) in enumerate(REASONS.items())}

FAILURES: dict[str, list[Any]] = {
    "rejection": [failure(400, rejection(TEXT))],
    "rejection of another sender": [failure(400, rejection("Rejected", name=KEY))],
    "long reasons": [failure(400, {**rejection(""), "error": ERRORS})],
    "account error": [failure(401, ACCOUNT_ERROR)],
    "lost responses": [failure(500, ACCOUNT_ERROR), failure(200, ACCOUNT_ERROR)],
    "gateway": [failure(403, f"<html>{TEXT}", **{"Content-Type": f"text/html; charset={KEY}"})],
    "headers": [
        failure(429, **{"Retry-After": KEY, "Location": KEY}),
        failure(200, "{}", **{"Content-Encoding": "gzip", "Set-Cookie": KEY}),
    ],
}
"""Responses of the mock API that repeat the key."""

REPLIES = {
    "status line": f"{KEY} 200 OK\r\n\r\n",
    "status": f"HTTP/1.1 {KEY} OK\r\n\r\n",
    "header name": f"HTTP/1.1 400 Bad\r\n{KEY}\r\n\r\n",
    "length": f"HTTP/1.1 200 OK\r\nContent-Length: {KEY}\r\n\r\n{{}}",
    "chunk": f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{KEY}\r\n{{}}",
}
"""Other replies that repeat the key."""

REDIRECTS = (302, 307, 308)

INVALID_KEYS = {
    "space": f"{MARK} {MARK}",
    "newline": f"{MARK}\n",
    "header": f"{MARK}\r\nX-Stolen: {MARK}",
    "control character": f"{MARK}\x1b[31m{MARK}",
    "quotation mark": f'{MARK}"{MARK}',
    "other script": f"{MARK}é{MARK}",
}

OPTIONS: dict[str, dict[str, Any]] = {
    "user in api_url": {"api_url": f"https://{urllib.parse.quote(KEY, safe='')}@localhost"},
    "sid": {"sid": KEY},
    "ca_path": {"ca_path": f"/nowhere/{KEY}"},
    "timeout": {"timeout": KEY},
    "state": {"state": KEY},
    "sender": {"senders": [{"sender": f" {KEY}", "description": KEY, "iso_code": KEY, "entity_id": KEY}]},
    "text as list": {"senders": KEY},
}
"""The key in the wrong option."""

ACCEPTED = 'HTTP/1.1 202 Accepted\r\nContent-Length: 16\r\nConnection: close\r\n\r\n{"code":"WA202"}'
PROXIES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
SUCCESSES = {"proxy for plain HTTP", "netrc"}


class Keys:
    """The job of all cases above, and what the servers received."""

    def __init__(self, stack, folder, collections):
        self.other = stack.enter_context(RawServer().running())
        self.netrc = stack.enter_context(RawServer(lambda request: ACCEPTED.encode()).running())
        redirects = {f"redirect {status}": [failure(status, Location=f"{self.other.url}/")] for status in REDIRECTS}
        scripts = {**FAILURES, **redirects, "from the environment": [failure(401, ACCOUNT_ERROR)]}
        valid = dict.fromkeys([*scripts, *OPTIONS, *SUCCESSES - {"netrc"}], KEY)
        keys = {**valid, **{f"key with {name}": key for name, key in INVALID_KEYS.items()}}
        self.mock_apis = {
            name: stack.enter_context(MockApi({"HX1": {"key": KEY}}, scripts.get(name, ()))) for name in keys
        }
        urls = {name: mock_api.url for name, mock_api in self.mock_apis.items()}
        for name, reply in REPLIES.items():
            urls[name] = stack.enter_context(RawServer(lambda request, text=reply: text.encode()).running()).url
        urls["netrc"] = self.netrc.url
        hosts = {}
        for name, url in urls.items():
            senders = [{"sender": sender} for sender in (REASONS if name == "long reasons" else ["NEW1"])]
            usual = {"sid": "HX1", "description": "testing", "iso_code": "fr", "retries": 1, "senders": senders}
            key = {} if name == "from the environment" else {"api_key": keys.get(name, KEY)}
            proxies = dict.fromkeys(PROXIES, self.other.url) if name.startswith("proxy") else {}
            hosts[name] = Host({**usual, **key, "api_url": url, **OPTIONS.get(name, {})}, proxies)
        (folder / ".netrc").write_text("default login somebody password hunter2\n", encoding="utf-8")
        (folder / ".netrc").chmod(0o600)
        self.job = run_job(folder, collections, hosts, KALEYRA_API_KEY=KEY)


@pytest.fixture(scope="module")
def keys(tmp_path_factory, collections):
    with contextlib.ExitStack() as stack:
        yield Keys(stack, tmp_path_factory.mktemp("job"), collections)


def test_results_do_not_contain_key(keys):
    for name, result in keys.job.results.items():
        assert result["failed"] == (name not in SUCCESSES), name
        assert "api_key" in result["invocation"]["module_args"], "the arguments are not in the result: nothing is shown"
        assert find_key(json.dumps(result)) == "", name


def test_output_does_not_contain_key(keys):
    assert all(name in keys.job.output for name in keys.job.results)
    assert "Traceback" not in keys.job.output
    assert find_key(keys.job.output) == ""


def test_events_do_not_contain_key(keys):
    assert keys.job.events.count('"api_key"') >= len(keys.job.results)
    assert find_key(keys.job.events) == ""


def test_other_host_receives_nothing(keys):
    assert keys.other.requests == []


def test_invalid_key_is_not_sent(keys):
    for name in INVALID_KEYS:
        assert keys.mock_apis[f"key with {name}"].requests == []
        assert "api_key" in keys.job.results[f"key with {name}"]["msg"]


def test_request_contains_key_once_and_no_other_credentials(keys):
    (request,) = keys.netrc.requests
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
