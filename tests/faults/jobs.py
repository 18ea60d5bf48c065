# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs traps as a job of ansible-runner, as AWX runs it, and keeps all that came of it."""

from __future__ import annotations

import contextlib
import json
import pathlib
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.community.kaleyra.tests.faults.leaks import ODD_KEY
from ansible_collections.community.kaleyra.tests.faults.plays import Host, environment, write
from ansible_collections.community.kaleyra.tests.faults.servers import Stranger
from ansible_collections.community.kaleyra.tests.faults.traps import Trap
from mock_api_server import MockApi

SID = "HX1"


@dataclass(frozen=True)
class Job:
    """A job of ansible-runner: what it printed, its events, the tasks' results, and what came to the hosts."""

    printed: str
    events: list[str]
    results: Mapping[str, dict[str, Any]]
    elsewhere: Stranger
    requests: Mapping[str, list[bytes]]
    calls: Mapping[str, int]


def host_of(trap: Trap, url: str, elsewhere: str) -> Host:
    usual = {
        "description": "testing",
        "iso_code": "fr",
        "retries": 1,
        "sid": SID,
        "api_url": url,
        "senders": [{"sender": "NEW1"}],
    }
    key = {} if trap.key is None else {"api_key": trap.key}
    return Host({**usual, **key, **trap.options}, trap.environment(elsewhere))


def repeating(reply: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Make a reply of the key that came in a request."""

    def answer(request: bytes) -> bytes:
        key = re.search(rb"(?i)\r\napi-key: ?([^\r\n]*)", request)
        return reply(key[1] if key else b"")

    return answer


def run(folder: pathlib.Path, collections: pathlib.Path, traps: Sequence[Trap]) -> Job:
    """Run the traps as one job."""
    with contextlib.ExitStack() as stack:
        elsewhere = stack.enter_context(Stranger().running())
        url = f"http://127.0.0.1:{elsewhere.port}"
        hosts, mock_apis, strangers = {}, {}, {}
        for trap in traps:
            if trap.reply:
                strangers[trap.name] = stranger = stack.enter_context(Stranger(repeating(trap.reply)).running())
                hosts[trap.name] = host_of(trap, f"http://127.0.0.1:{stranger.port}", url)
            else:
                key = ODD_KEY if trap.key is None else trap.key
                account = {"key": key.encode().decode("latin-1")}
                mock_apis[trap.name] = mock_api = stack.enter_context(MockApi({SID: account}, trap.faults(key, url)))
                hosts[trap.name] = host_of(trap, mock_api.url, url)
        printed, events = _runner(folder, collections, hosts)
        rows = [json.loads(line) for line in (folder / "results.jsonl").read_text(encoding="utf-8").splitlines()]
        return Job(
            printed,
            events,
            {row["host"]: row["result"] for row in rows},
            elsewhere,
            {name: stranger.received for name, stranger in strangers.items()},
            {name: len(mock_api.requests) for name, mock_api in mock_apis.items()},
        )


def _runner(folder: pathlib.Path, collections: pathlib.Path, hosts: Mapping[str, Host]) -> tuple[str, list[str]]:
    """Run ansible-runner in `folder`: what it printed, and its events. The key of the environment is in `env/envvars`."""
    for name in ("project", "inventory", "env"):
        (folder / name).mkdir()
    (folder / ".netrc").write_text("default login somebody password hunter2\n", encoding="utf-8")
    (folder / ".netrc").chmod(0o600)
    write(folder, hosts)
    (folder / "play.yml").rename(folder / "project" / "play.yml")
    (folder / "hosts.yml").rename(folder / "inventory" / "hosts.yml")
    (folder / "env" / "envvars").write_text(json.dumps({"KALEYRA_API_KEY": ODD_KEY}), encoding="utf-8")
    (folder / "env" / "cmdline").write_text("-vvvvv --diff", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "ansible_runner", "run", str(folder), "-p", "play.yml", "--ident", "job"],
        cwd=folder,
        env=environment(folder, collections),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    artifacts = folder / "artifacts" / "job"
    files = [artifacts / "stdout", artifacts / "stderr"]
    printed = "".join(file.read_text(encoding="utf-8") for file in files if file.exists())
    events = [file.read_text(encoding="utf-8") for file in sorted((artifacts / "job_events").glob("*.json"))]
    return f"{printed}{done.stdout}{done.stderr}", events
