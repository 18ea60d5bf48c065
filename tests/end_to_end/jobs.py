# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module with the ansible-core of this Python: in a job of ansible-runner, as AWX does, or in a process."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.community.kaleyra.plugins.modules import kaleyra_sender

MODULE = kaleyra_sender.__name__
OPTIONS = kaleyra_sender.argument_spec()
PLAY = {
    "hosts": "all",
    "gather_facts": False,
    "strategy": "ansible.builtin.free",
    "tasks": [
        {
            "name": "Run the module",
            "community.kaleyra.kaleyra_sender": {name: f"{{{{ options.{name} | default(omit) }}}}" for name in OPTIONS},
            "environment": "{{ variables }}",
        }
    ],
}


@dataclass(frozen=True)
class Host:
    """The module's options on one host, and the environment variables of its task."""

    options: Mapping[str, Any]
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """A job that has ended: status and output of its programs, its events, and the module's result on each host."""

    status: int
    output: str
    events: str
    results: Mapping[str, dict[str, Any]]


def environment(folder: pathlib.Path, collections: pathlib.Path) -> dict[str, str]:
    """The environment variables of a process that must not use the user's configuration."""
    dropped = re.compile(r"(ANSIBLE|AWX|KALEYRA|PYTHON)_?|NETRC|.*_CA_BUNDLE|SSL_CERT_|.*_proxy", re.IGNORECASE)
    return {
        **{name: value for name, value in os.environ.items() if not dropped.match(name)},
        "PATH": f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "ANSIBLE_INJECT_INVOCATION": "true",  # ansible-core 2.21 omits the module's arguments otherwise
        "ANSIBLE_NOCOLOR": "true",
    }


def run_job(folder: pathlib.Path, collections: pathlib.Path, hosts: Mapping[str, Host], **variables: str) -> Job:
    """Run the module on all hosts, at the highest verbosity.

    :arg folder: an empty folder, or that of an earlier job.
    :arg variables: environment variables of ansible-playbook.
    """
    inventory = {
        "all": {
            "hosts": {
                name: {"options": dict(host.options), "variables": dict(host.variables)} for name, host in hosts.items()
            },
            "vars": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        }
    }
    files = {
        "project/play.yml": [PLAY],
        "inventory/hosts.yml": inventory,
        "env/envvars": variables,
        "env/cmdline": "-vvvvv --diff --forks 8",
        "env/settings": {"suppress_ansible_output": True},
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / name).write_text(text, encoding="utf-8")
    ident = f"job{len(list(folder.glob('artifacts/*')))}"
    done = subprocess.run(
        [sys.executable, "-m", "ansible_runner", "run", str(folder), "-p", "play.yml", "--ident", ident],
        cwd=folder,
        env=environment(folder, collections),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    artifacts = folder / "artifacts" / ident
    texts = [path.read_text(encoding="utf-8") for path in (artifacts / "job_events").glob("*.json")]
    results = {}
    for event in map(json.loads, texts):
        if event["event"] in ("runner_on_ok", "runner_on_failed"):
            data = event["event_data"]
            # Since ansible-core 2.19, the result of a failed task does not contain this.
            results[data["host"]] = {**data["res"], "failed": event["event"] == "runner_on_failed"}
    output = (artifacts / "stdout").read_text(encoding="utf-8") + done.stdout + done.stderr
    assert results.keys() == hosts.keys(), output
    return Job(done.returncode, output, "\n".join(texts), results)


def start_module(
    folder: pathlib.Path, collections: pathlib.Path, options: dict[str, Any], **process: Any
) -> subprocess.Popen[str]:
    """Start the module with these options, and with more arguments for `subprocess.Popen`."""
    options = {"sid": "HX1", "api_key": "A1", "description": "testing", "iso_code": "fr", **options}
    arguments = folder / "arguments.json"
    arguments.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": options}), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-m", MODULE, str(arguments)],
        env={**environment(folder, collections), "PYTHONPATH": str(collections)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        **process,
    )
