# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times whole `ansible-playbook` runs against the mock API, and prints a table: `nox -s benchmark -- --rounds 5`.

Each round runs every case once, in random order, so that a slow moment of the machine affects all cases equally.
Compare the ratios of one run: times differ from run to run and from machine to machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CLONE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CLONE / "playbooks" / "files"))

from mock_api_server import MockApi  # noqa: E402
from mock_api_simulator import Settings  # noqa: E402

KEY = "A" + "x" * 31
SID = "HX1"
Task = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One thing to time. Cases with the same work are compared with the one that is the baseline."""

    work: str
    by: str
    count: int  # the number of senders
    existing: int  # how many of 100 senders exist before
    task: Callable[[str, Path], Task]  # for the mock API's URL and the JSON file with the senders
    state: str = "present"
    latency: float = 0.0
    hosts: int = 1  # the number of accounts
    is_baseline: bool = False


def kaleyra(**options: Any) -> Callable[[str, Path], Task]:
    """Task of the module with the list in ``src``."""
    return lambda url, src: {
        "community.kaleyra.kaleyra_sender": {"api_url": url, "api_key": KEY, "sid": SID, "src": str(src), **options}
    }


def kaleyra_by_lookup(url: str, src: Path) -> Task:
    options = {"api_url": url, "api_key": KEY, "sid": SID, "senders": lookup(src)}
    return {"community.kaleyra.kaleyra_sender": options}


def role(url: str, src: Path) -> Task:
    options = {"api_url": url, "api_key": KEY, "sid": SID, "src": str(src)}
    variables = {f"kaleyra_{name}": value for name, value in options.items()}
    return {"ansible.builtin.import_role": {"name": "community.kaleyra.senders"}, "vars": variables}


def naive(**options: Any) -> Callable[[str, Path], Task]:
    """Task of the module ``naive`` with the list in ``src``."""
    return lambda url, src: {"naive": {"url": address(url), "api_key": KEY, "src": str(src), **options}}


def naive_by_lookup(url: str, src: Path) -> Task:
    return {"naive": {"url": address(url), "api_key": KEY, "senders": lookup(src)}}


def lookup(src: Path) -> str:
    return f"{{{{ lookup('ansible.builtin.file', '{src}') | from_json }}}}"


def address(url: str) -> str:
    return f"{url}/v1/{SID}/messages/sender"


def cases() -> Iterator[Case]:
    yield Case("Nothing", "an empty module", 0, 0, lambda _url, _src: {"empty": {}})
    for work, existing in (("5,000 new senders, src", 0), ("5,000 existing senders, src", 100)):
        yield Case(work, "kaleyra_sender", 5000, existing, kaleyra())
        yield Case(work, "naive", 5000, existing, naive(), is_baseline=True)
    work = "5,000 new senders, list by lookup"
    yield Case(work, "kaleyra_sender", 5000, 0, kaleyra_by_lookup)
    yield Case(work, "naive", 5000, 0, naive_by_lookup, is_baseline=True)
    work = "50,000 senders, 90% exist, src, only changes reported"
    yield Case(work, "kaleyra_sender", 50_000, 90, kaleyra(report="changes"))
    yield Case(work, "naive", 50_000, 90, naive(only_changes=True), is_baseline=True)
    work = "40 accounts without changes"
    yield Case(work, "role senders", 3, 100, role, hosts=40)
    yield Case(work, "kaleyra_sender", 3, 100, kaleyra(report="changes"), hosts=40, is_baseline=True)
    for connections in (1, 4, 8):
        task = kaleyra(state="absent", connections=connections)
        work = "5,000 senders deleted, 50 ms per response"
        yield Case(work, f"{connections} connections", 5000, 100, task, state="absent", latency=0.05)


def name(number: int) -> str:
    """Six letters, the form that India requires."""
    return "".join(string.ascii_uppercase[number // 26**place % 26] for place in range(5, -1, -1))


def run(case: Case, folder: Path) -> float:
    """Run a play with one task, and return its time in seconds.

    :raises SystemExit: the play failed, or other senders exist than expected.
    """
    names = [name(number) for number in range(case.count)]
    existing = [name for number, name in enumerate(names) if number % 100 < case.existing]
    fields = {"description": "Order messages", "iso_code": "in", "entity_id": "1201159123456789012"}
    src, play = folder / "senders.json", folder / "play.yml"
    src.write_text(json.dumps([{"sender": name, **fields} for name in names]), encoding="utf-8")
    with MockApi({SID: {"key": KEY, "senders": existing}}, Settings(latency=case.latency)) as api:
        tasks = [case.task(api.url, src)]
        variables = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        content = [{"hosts": "all", "gather_facts": False, "vars": variables, "tasks": tasks}]
        play.write_text(json.dumps(content), encoding="utf-8")
        hosts = "".join(f"host{number}," for number in range(case.hosts))
        command: list[str | Path] = [Path(sys.executable).with_name("ansible-playbook"), "-i", hosts, play]
        environment = {**os.environ, "ANSIBLE_LIBRARY": str(Path(__file__).parent / "library")}
        environment |= {"ANSIBLE_COLLECTIONS_PATH": str(folder), "ANSIBLE_HOME": str(folder), "no_proxy": "127.0.0.1"}
        started = time.perf_counter()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - started
        expected = [] if case.state == "absent" else sorted(names)
        if done.returncode or api.senders(SID) != expected:
            sys.exit(f"{case.work}, {case.by}: failed\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return seconds


def table(times: dict[Case, list[float]]) -> Iterator[str]:
    """The medians, and their ratios to the baseline of the same work and to the empty module."""
    medians = {case: statistics.median(seconds) for case, seconds in times.items()}
    empty = next((seconds for case, seconds in medians.items() if case.by == "an empty module"), None)
    baselines = {case.work: seconds for case, seconds in medians.items() if case.is_baseline}
    yield f"{'work':56}{'done by':22}{'seconds':>8}{'/ base':>9}{'/ empty':>9}"
    for case, seconds in medians.items():
        to_baseline = f"{seconds / baselines[case.work]:.2f}" if case.work in baselines else ""
        to_empty = f"{seconds / empty:.2f}" if empty else ""
        yield f"{case.work:56}{case.by:22}{seconds:8.2f}{to_baseline:>9}{to_empty:>9}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="runs of each case (default: %(default)s)")
    parser.add_argument("--only", default="", help="only cases whose work contains this text")
    arguments = parser.parse_args()
    chosen = [case for case in cases() if arguments.only in case.work or not case.count]
    times: dict[Case, list[float]] = {case: [] for case in chosen}
    with tempfile.TemporaryDirectory(prefix="kaleyra-") as name:
        folder = Path(name)
        collection = folder / "ansible_collections" / "community" / "kaleyra"
        collection.parent.mkdir(parents=True)
        collection.symlink_to(CLONE, target_is_directory=True)
        for _round in range(arguments.rounds):
            for case in random.sample(chosen, len(chosen)):
                times[case].append(run(case, folder))
                print(".", end="", flush=True)
    print("", *table(times), sep="\n")


if __name__ == "__main__":
    main()
