# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells scripts: runs the module against a server for each of them, phase by phase, and keeps what the servers knew."""

from __future__ import annotations

import contextlib
import pathlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.community.kaleyra.tests.faults.leaks import KEYS
from ansible_collections.community.kaleyra.tests.faults.plays import Host, Run, play
from ansible_collections.community.kaleyra.tests.faults.scripts import REFUSED, Script
from ansible_collections.community.kaleyra.tests.faults.truth import Key, Truth
from mock_api_server import MockApi

SID = "HX1"
COUNTRY = "fr"
PHASES = ("first", "again", "check")


@dataclass(frozen=True)
class Story:
    """All scripts' runs, phase by phase, and what the servers knew before the first phase and after each."""

    runs: Mapping[str, Run]
    truths: Mapping[str, list[Truth]]


def listed(script: Script) -> list[Key]:
    """The distinct senders of a script."""
    return [
        (name, "" if script.absent else COUNTRY) for name in dict.fromkeys(name for name, *_outcomes in script.rows)
    ]


def box_of(script: Script, key: str) -> MockApi:
    old = [{"sender": name, "iso_code": COUNTRY} for name, _country in listed(script) if name.startswith("OLD")]
    # A header's bytes are UTF-8, and the server reads them as Latin-1.
    account = {"key": key.encode().decode("latin-1"), "senders": old}
    rules = {"reject": {"BAD*": f"{REFUSED} and it can only be 6 character"}, **script.rules}
    return MockApi({SID: account}, script.faults, **rules)


def host_of(script: Script, key: str, url: str) -> Host:
    usual = {"description": "testing", "iso_code": COUNTRY, "retries": 1, "sid": SID, "api_key": key, "api_url": url}
    return Host({**usual, "senders": [{"sender": name} for name, *_outcomes in script.rows], **script.options})


def tell(
    folder: pathlib.Path, collections: pathlib.Path, scripts: Sequence[Script], phases: Sequence[str] = PHASES
) -> Story:
    """Run the phases on all scripts at once: a script is a host with a server of its own."""
    with contextlib.ExitStack() as stack:
        keys = [f"{KEYS[number % len(KEYS)]}{number}" for number in range(len(scripts))]
        mock_apis = {
            script.name: stack.enter_context(box_of(script, key)) for script, key in zip(scripts, keys, strict=True)
        }
        hosts = {
            script.name: host_of(script, key, mock_apis[script.name].url)
            for script, key in zip(scripts, keys, strict=True)
        }
        truths = {name: [Truth.of(mock_api, SID)] for name, mock_api in mock_apis.items()}
        runs = {}
        for phase in phases:
            arguments = ["--diff", *(["--check"] if phase == "check" else [])]
            shape = "json" if phase == "first" else "yaml"
            runs[phase] = play(folder, collections, hosts, *arguments, ANSIBLE_CALLBACK_RESULT_FORMAT=shape)
            for name, mock_api in mock_apis.items():
                truths[name].append(Truth.of(mock_api, SID))
        assert not any(mock_api.state()["pending"] for mock_api in mock_apis.values()), "a fault was never drawn"
    return Story(runs, truths)


def outcomes(result: Mapping[str, Any]) -> list[str]:
    """A result's outcomes as a script tells them."""
    return [
        f"{row['outcome']}{'*' if row['changed'] and row['outcome'] in ('present', 'absent') else ''}"
        for row in result["senders"]
    ]
