# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run of one case: a fresh mock_api, a command, its time or its memory, and whether it did what it should."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import lists

HERE = Path(__file__).resolve().parent
MOCK_API = HERE.parents[1] / "playbooks/files/mock_api_server.py"
KEY = f"A{'x' * 31}"
"""As long as real ones: the module looks for it in all that it shows, and would find a short one in parts of IDs."""
SID = "HX1"

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Wrong(Exception):
    """A run did not do what it should, so that its time says nothing."""


@dataclass(frozen=True)
class Place:
    """What a command needs to know: a folder of its own, the list's, the mock API's URL, and the Python for modules."""

    folder: Path
    list: Path
    url: str
    python: str


@dataclass(frozen=True)
class Case:
    """Something to time.

    :arg command: makes the command, after whatever files it needs.
    :arg existing: how many of 100 senders exist before.
    :arg calls: how many calls it has to make; none if it never meets the mock API.
    :arg latency: seconds before each of the mock API's answers.
    :arg once: it takes so long that the first round alone has it.
    :arg memory: it is run once more, to measure the module's memory.
    """

    what: str
    senders: int
    command: Callable[[Place], Sequence[str | Path]] = field(compare=False, repr=False)
    groups: frozenset[str] = field(compare=False, repr=False)
    existing: int = 0
    report: str = "all"
    deletes: bool = False
    latency: float = 0.0
    calls: int = field(default=0, compare=False, repr=False)
    once: bool = field(default=False, compare=False, repr=False)
    memory: bool = field(default=False, compare=False, repr=False)


@dataclass(frozen=True)
class Took:
    """The seconds of the whole command, what it printed of itself in JSON, and the megabytes of its module's process."""

    seconds: float
    told: dict[str, Any]
    megabytes: float | None = None


def environment(home: Path) -> dict[str, str]:
    """An environment without anything of the user's that changes what Ansible or a module does."""
    dropped = re.compile(r"(ANSIBLE|KALEYRA|PYTHON)|NETRC|.*_CA_BUNDLE|.*_proxy", re.IGNORECASE)
    (home / "ansible.cfg").touch()
    return {
        **{name: value for name, value in os.environ.items() if not dropped.match(name)},
        "HOME": str(home),
        "ANSIBLE_COLLECTIONS_PATH": os.environ["PYTHONPATH"],
        "ANSIBLE_CONFIG": str(home / "ansible.cfg"),
        "ANSIBLE_HOME": str(home / "ansible"),
        "BENCH_PEAK": str(home / "peak"),
    }


@contextlib.contextmanager
def mock_api(folder: Path, case: Case) -> Iterator[str]:
    """The URL of a mock API in a process of its own, in the state that the case starts from."""
    existing = 100 if case.deletes else case.existing
    account = {"key": KEY, "senders": sorted(lists.names(case.senders, existing))}
    config, ready = folder / "config.json", folder / "ready"
    config.write_text(json.dumps({"accounts": {SID: account}, "behavior": {"latency": case.latency}}), encoding="utf-8")
    with subprocess.Popen([sys.executable, MOCK_API, "--config", config, "--ready-file", ready]) as process:
        try:
            while not ready.exists() and process.poll() is None:
                time.sleep(0.005)
            yield ready.read_text(encoding="utf-8").strip()
        finally:
            process.terminate()


def _interpreter(folder: Path) -> str:
    """`peak.py` as a program."""
    program = folder / "python"
    program.write_text(f"#!{sys.executable}\n{(HERE / 'peak.py').read_text(encoding='utf-8')}", encoding="utf-8")
    program.chmod(0o700)
    return str(program)


def run(case: Case, folder: Path, memory: bool = False) -> Took:
    """Run a case once; with `memory` for its memory, which takes time.

    :raises Wrong: it did not do what it should.
    """
    listed = lists.write(folder / "lists", case.senders)
    with tempfile.TemporaryDirectory(dir=folder) as name, mock_api(Path(name), case) as url:
        own = Path(name)
        command = case.command(Place(own, listed, url, _interpreter(own) if memory else sys.executable))
        variables = environment(own)
        started = time.perf_counter()
        done = subprocess.run(
            command,
            cwd=own,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        seconds = time.perf_counter() - started
        with DIRECT.open(f"{url}/_mock") as answer:
            _check(case, done, json.load(answer))
        peak = int((own / "peak").read_text(encoding="utf-8")) / 1000 if memory else None
    last = done.stdout.strip().splitlines()[-1:]
    return Took(seconds, json.loads(last[0]) if last and last[0].startswith('{"seconds"') else {}, peak)


def _check(case: Case, done: subprocess.CompletedProcess[str], state: dict[str, Any]) -> None:
    there = set(state["accounts"][SID]["senders"])
    if not case.calls:
        wanted = lists.names(case.senders, case.existing)
    else:
        wanted = set() if case.deletes else lists.names(case.senders)
    calls = len(state["requests"])
    if done.returncode or there != wanted or calls != case.calls:
        raise Wrong(
            f"{case} ended with status {done.returncode} after {calls} calls, not {case.calls}; of {len(wanted)} senders"
            f" {len(there & wanted)} exist, and {len(there - wanted)} others:\n{done.stdout[-3000:]}"
        )
