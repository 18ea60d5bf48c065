# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The traps: servers and settings that would have the key printed or sent to another host."""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.community.kaleyra.tests.faults.leaks import BAD_KEYS, ODD_KEY, SPELLINGS


@dataclass(frozen=True)
class Trap:
    """One task with one key. ``faults`` are what a mock API does, given the key and the other host's URL; ``reply`` is what a
    bare server answers instead, given the header's bytes as it got them.
    """

    name: str
    key: str | None = ODD_KEY
    faults: Callable[[str, str], list[Any]] = lambda key, elsewhere: []
    reply: Callable[[bytes], bytes] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    environment: Callable[[str], Mapping[str, str]] = lambda elsewhere: {}
    succeeds: bool = False


def refusal(text: str) -> dict[str, Any]:
    """A documented refusal of the only sender, with a text in every place that holds one."""
    return {
        "code": text,
        "message": f"The key {text} is wrong",
        "data": [{"id": text, "sender": text, "code": text, "message": text}],
        "error": {"0": {"sender": f"Not with {text}", "sender_name": "NEW1"}, text: text},
    }


def fault(status: int, body: Any, **headers: str) -> dict[str, Any]:
    return {"kind": "respond_before", "status": status, "body": body, "headers": headers}


def redirect(status: int) -> Trap:
    return Trap(
        f"HTTP {status} to another host",
        faults=lambda key, elsewhere: [fault(status, "", Location=f"{elsewhere}/{urllib.parse.quote(key)}")],
    )


def every_spelling(key: str) -> str:
    return " ".join(spell(key) for spell in SPELLINGS.values())


def long_reasons(name: str, starts: range) -> Trap:
    """Reasons that hold the key from various places on: wherever a text is cut, one is cut in the midst of the key."""
    errors = [{"sender": "x" * start, "sender_name": f"N{start}"} for start in starts]

    def faults(key: str, _unused: str) -> list[Any]:
        named = {str(index): {**error, "sender": error["sender"] + key} for index, error in enumerate(errors)}
        return [fault(400, {"code": "MSG134", "message": "no", "data": [], "error": named})]

    return Trap(name, faults=faults, options={"senders": [{"sender": error["sender_name"]} for error in errors]})


def stranger(key: str, elsewhere: str) -> list[Any]:
    """A refusal of a sender that is called like the key."""
    return [fault(400, {"code": "MSG134", "message": "no", "error": {"0": {"sender": "no", "sender_name": key}}})]


ACCEPTED = b'HTTP/1.1 202 Accepted\r\nContent-Length: 16\r\nConnection: close\r\n\r\n{"code":"WA202"}'

TRAPS = [
    Trap("a refusal with the key", faults=lambda key, _: [fault(400, refusal(every_spelling(key)))]),
    Trap("an account's trouble with the key", faults=lambda key, _: [fault(401, refusal(every_spelling(key)))]),
    Trap("lost answers with the key", faults=lambda key, _: [
        fault(500, refusal(every_spelling(key))), fault(200, refusal(every_spelling(key)))
    ]),
    Trap("HTML with the key", faults=lambda key, _: [fault(403, f"<html>{key}", **{"Content-Type": "text/html"})]),
    Trap("headers with the key", faults=lambda key, _: [
        fault(429, "", **{"Retry-After": key.encode().decode("latin-1"), "Location": key.encode().decode("latin-1")}),
        fault(200, "", **{"Content-Encoding": "gzip", "Set-Cookie": key.encode().decode("latin-1")}),
    ]),
    long_reasons("long reasons with the key", range(0, 3000, 50)),
    long_reasons("many long reasons with the key", range(0, 1500, 1)),
    Trap("a stranger called like the key", faults=stranger),
    Trap("a status line with the key", reply=lambda key: key + b" 200 OK\r\n\r\n"),
    Trap("a status with the key", reply=lambda key: b"HTTP/1.1 " + key + b" OK\r\n\r\n"),
    Trap("a reason phrase with the key", reply=lambda key: b"HTTP/1.1 400 " + key + b"\r\nContent-Length: 0\r\n\r\n"),
    Trap("a header's name with the key", reply=lambda key: b"HTTP/1.1 400 No\r\n" + key + b"\r\n\r\n"),
    Trap("a length with the key", reply=lambda key: b"HTTP/1.1 200 OK\r\nContent-Length: " + key + b"\r\n\r\n{}"),
    Trap("a chunk with the key", reply=lambda key: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + key + b"\r\n{}"),
    Trap("an encoding with the key", reply=lambda key: b"HTTP/1.1 400 No\r\nContent-Type: a; charset=" + key + b"\r\n\r\n{}"),
    *map(redirect, (302, 307, 308)),
    Trap("a proxy for plain HTTP", environment=lambda elsewhere: dict.fromkeys(
        ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"), elsewhere
    ), succeeds=True),
    Trap("a .netrc file", reply=lambda key: ACCEPTED, succeeds=True),
    Trap("the key from the environment", key=None, succeeds=True),
    Trap("the key from the environment, refused", key=None, faults=lambda key, _: [fault(401, refusal(key))]),
    *(Trap(f"a key with {name}", key) for name, key in BAD_KEYS.items()),
    Trap("the key in the URL", options={"api_url": f"https://{urllib.parse.quote(ODD_KEY, safe='')}@localhost"}),
    Trap("the key as the SID", options={"sid": ODD_KEY}),
    Trap("the key in a path", options={"ca_path": f"/nowhere/{ODD_KEY.replace('/', '')}"}),
    Trap("the key in an option of another type", options={"timeout": ODD_KEY}),
    Trap("the key as a choice", options={"state": ODD_KEY}),
    Trap("the key in a sender's fields", options={"senders": [
        {"sender": f" {ODD_KEY}", "description": ODD_KEY, "iso_code": ODD_KEY, "entity_id": ODD_KEY}
    ]}),
]  # fmt: skip
