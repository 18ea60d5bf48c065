# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module on many hosts of one ``ansible-playbook`` process: a host is one task against one server."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

HERE = pathlib.Path(__file__).resolve().parent

OPTIONS = [
    *("api_key", "api_url", "api_version", "sid", "endpoint", "validate_certs", "ca_path"),
    *("timeout", "retries", "connections", "batch_size", "report", "state"),
    *("senders", "src", "description", "iso_code", "entity_id"),
]

TASK = {
    "name": "Declare senders",
    "community.kaleyra.kaleyra_sender": {name: f"{{{{ options.{name} | default(omit) }}}}" for name in OPTIONS},
    "environment": "{{ environment_variables }}",
}


@dataclass(frozen=True)
class Host:
    """One task: the module's options, and the environment variables that the task sets."""

    options: Mapping[str, Any]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """What one process printed, its exit status, and the hosts' results as callbacks get them."""

    status: int
    output: str
    errors: str
    results: Mapping[str, dict[str, Any]]


def environment(folder: pathlib.Path, collections: pathlib.Path) -> dict[str, str]:
    """The environment of a process that finds nothing of the user's own, and prints all it can."""
    dropped = re.compile(r"(ANSIBLE|KALEYRA|PYTHON|AWX)_?|NETRC|.*_CA_BUNDLE|SSL_CERT_|.*_proxy", re.IGNORECASE)
    kept = {name: value for name, value in os.environ.items() if not dropped.match(name)}
    (folder / "ansible.cfg").touch()
    return {
        **kept,
        "PATH": f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback"),
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_FORKS": "4",
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_INJECT_INVOCATION": "true",  # ansible-core 2.21 leaves the arguments out of the result otherwise
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_REMOTE_TMP": str(folder / "remote"),
        "FAULTS_RESULTS": str(folder / "results.jsonl"),
    }


def write(folder: pathlib.Path, hosts: Mapping[str, Host]) -> None:
    """Write the playbook and the inventory."""
    inventory = {
        "all": {
            "hosts": {
                name: {"options": dict(host.options), "environment_variables": dict(host.environment)}
                for name, host in hosts.items()
            },
            "vars": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        }
    }
    play = {"hosts": "all", "gather_facts": False, "strategy": "ansible.builtin.free", "tasks": [TASK]}
    # JSON is YAML, but for characters that it escapes as two surrogates.
    (folder / "hosts.yml").write_text(json.dumps(inventory, ensure_ascii=False), encoding="utf-8")
    (folder / "play.yml").write_text(json.dumps([play]), encoding="utf-8")


def play(
    folder: pathlib.Path, collections: pathlib.Path, hosts: Mapping[str, Host], *arguments: str, **variables: str
) -> Run:
    """Run the playbook in `folder` at the highest verbosity, with more arguments and environment variables."""
    write(folder, hosts)
    (folder / "results.jsonl").unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", "-vvvvv", "-i", "hosts.yml", "play.yml", *arguments],
        cwd=folder,
        env=environment(folder, collections) | variables,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    lines = (folder / "results.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert sorted(row["host"] for row in rows) == sorted(hosts), f"{done.stdout}{done.stderr}"
    return Run(done.returncode, done.stdout, done.stderr, {row["host"]: row["result"] for row in rows})


def oddities(run: Run) -> Iterator[str]:
    """What no run may have: a traceback, a warning on the terminal that is not in a result, a wrong exit status."""
    everything = f"{run.output}{run.errors}{json.dumps(run.results)}"
    if "Traceback" in everything:
        yield f"a traceback: {everything[everything.index('Traceback') :][:2000]}"
    told = {_dense(warning) for result in run.results.values() for warning in result.get("warnings", [])}
    head, *warnings = re.split(r"\[WARNING\]:", run.errors)
    if head.strip():
        yield f"on stderr: {head}"
    if {_dense(warning) for warning in warnings} != told:
        yield f"warnings on the terminal {warnings} are not those of the results {told}"
    if any(result.get("deprecations") for result in run.results.values()):
        yield "a deprecation"
    failed = any(result.get("failed") for result in run.results.values())
    if run.status != (2 if failed else 0):
        yield f"exit status {run.status}"


def _dense(text: str) -> str:
    """A text without its white space: the terminal wraps warnings."""
    return re.sub(r"\s", "", text)
