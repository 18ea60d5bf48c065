# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API key is in no output of a job at the highest verbosity."""

from __future__ import annotations

import base64
import contextlib
import html
import json
import re
import textwrap
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from ansible_collections.community.kaleyra.plugins.modules import kaleyra_sender
from ansible_collections.community.kaleyra.tests.awx.job import run_job
from ansible_collections.community.kaleyra.tests.unit.faulty_api import FaultyApi
from ansible_collections.community.kaleyra.tests.unit.servers import RawServer

MARK = "Zq7Xk2Vw9Jt4"
KEY = f"{MARK}%22{MARK}&amp;{MARK}<b>{MARK}$({MARK});|*`{MARK}=:#/~"
SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "other case": str.swapcase,
    "JSON": lambda key: "".join(f"\\u{ord(char):04x}" if not char.isalnum() else char for char in key),
    "URL": lambda key: urllib.parse.quote(key, safe=""),
    "HTML": html.escape,
    "base64": lambda key: base64.b64encode(key.encode()).decode(),
}
"""How a server or a library may write a key."""
TEXT = " ".join(spell(KEY) for spell in SPELLINGS.values())
ACCOUNT_ERROR = {"code": f"RBC001{KEY}", "message": TEXT, "data": [TEXT], "error": {TEXT: TEXT}}
REASONS = {f"N{start}": f"{'x' * start}{KEY}" for start in range(0, 3000, 50)}
"""If long reasons are truncated, the end of one of these is within the key."""


@dataclass(frozen=True)
class Case:
    """A host: what its server responds, and the options and environment variables of its task."""

    failures: Sequence[Any] = ()  # of the mock API
    reply: str = ""  # of a server instead of the mock API
    options: Mapping[str, Any] = field(default_factory=dict)


def find_key(text: str) -> str:
    """The first part of `MARK` with at least 8 characters in a string, or an empty string."""
    encoded = [base64.b64encode(b"\0" * start + MARK.encode()).decode() for start in range(3)]
    # The ends of base64 depend on the neighbours of the mark.
    words = [MARK, MARK[::-1], MARK.encode().hex(), *(word.rstrip("=")[4:-1] for word in encoded)]
    parts = {re.escape(word[start : start + 8]) for word in words for start in range(len(word) - 7)}
    found = re.search("|".join(parts), re.sub(r"[\s\0]", "", text), re.IGNORECASE)  # terminals wrap lines
    return found[0] if found else ""


def response(status: int, body: Any = "", **headers: str) -> dict[str, Any]:
    return {"kind": "respond_before", "status": status, "body": body, "headers": headers}


def rejection(reasons: Mapping[str, str]) -> dict[str, Any]:
    errors = [{"sender": reason, "sender_name": name} for name, reason in reasons.items()]
    return response(400, {"code": "MSG134", "message": TEXT, "data": [{"sender": TEXT, "code": TEXT}], "error": errors})


CASES = {
    "success": Case(),
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
    "redirect": Case([response(307, Location=f"/{KEY}")]),
    "key in the environment": Case([response(401, ACCOUNT_ERROR)], options={"api_key": ""}),
    "status line": Case(reply=f"{KEY} 200 OK\r\n\r\n"),
    "status": Case(reply=f"HTTP/1.1 {KEY} OK\r\n\r\n"),
    "header name": Case(reply=f"HTTP/1.1 400 Bad\r\n{KEY}\r\n\r\n"),
    "length": Case(reply=f"HTTP/1.1 200 OK\r\nContent-Length: {KEY}\r\n\r\n{{}}"),
    "chunk": Case(reply=f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{KEY}\r\n{{}}"),
    "user in api_url": Case(options={"api_url": f"https://{urllib.parse.quote(KEY, safe='')}@localhost"}),
    "sid": Case(options={"sid": KEY}),
    "ca_path": Case(options={"ca_path": f"/nowhere/{KEY}"}),
    "timeout": Case(options={"timeout": KEY}),
    "state": Case(options={"state": KEY}),
    "sender": Case(options={"senders": [dict.fromkeys(("sender", "description", "iso_code", "entity_id"), KEY)]}),
    "text as list": Case(options={"senders": KEY}),
    "key with header": Case(options={"api_key": f"{MARK}\r\nX-Stolen: {MARK}"}),
}


TASK = "Run the module"
PLAY = {
    "hosts": "all",
    "gather_facts": False,
    "strategy": "ansible.builtin.free",
    "tasks": [
        {
            "name": TASK,
            "community.kaleyra.kaleyra_sender": {
                name: f"{{{{ options.{name} | default(omit) }}}}" for name in kaleyra_sender.argument_spec()
            },
        }
    ],
}


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Any]]:
    with contextlib.ExitStack() as stack:
        yield {
            name: stack.enter_context(
                RawServer(case.reply.encode()) if case.reply else FaultyApi({"HX1": {"key": KEY}}, case.failures)
            )
            for name, case in CASES.items()
        }


@pytest.fixture(scope="module")
def job(tmp_path_factory, collections, servers):
    """A job with a host for each case, at the highest verbosity."""
    usual = {"sid": "HX1", "api_key": KEY, "senders": ["NEW1"], "description": "x", "iso_code": "fr", "retries": 1}
    connection = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    hosts = {
        name: {**connection, "options": {**usual, "api_url": servers[name].url, **case.options}}
        for name, case in CASES.items()
    }
    folder = tmp_path_factory.mktemp("job")
    (folder / "plays").mkdir()
    (folder / "plays/play.yml").write_text(json.dumps([PLAY]), encoding="utf-8")
    # ansible-core 2.21 omits the module's arguments without the first variable.
    variables = {"ANSIBLE_INJECT_INVOCATION": "true", "KALEYRA_API_KEY": KEY}
    options = ("-vvvvv", "--diff", "--forks=8")
    return run_job(folder, collections, folder / "plays", "play.yml", hosts, {}, variables, options)


def test_results_do_not_contain_key(job):
    results = job.results(TASK)
    assert results.keys() == CASES.keys(), job.stdout
    for name, result in results.items():
        assert result["failed"] == (name != "success"), name
        assert "api_key" in result["invocation"]["module_args"], "the arguments are not in the result: nothing is shown"
        assert ("responses" in result) == ("summary" in result), name
        assert find_key(json.dumps(result)) == "", name


def test_output_and_events_do_not_contain_key(job):
    for text in (job.stdout, json.dumps(job.events)):
        assert all(name in text for name in CASES)
        assert "Traceback" not in text
        assert find_key(text) == ""


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_search_finds_key_in_every_spelling(spelling):
    text = f"The key {SPELLINGS[spelling](KEY)} is wrong"
    assert find_key(text)
    assert find_key(json.dumps(json.dumps(text)))
    assert find_key("\n".join(textwrap.wrap(text, 10)))
    assert find_key("The key ******** is wrong") == ""
