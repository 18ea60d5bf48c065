# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module on many hosts in one job, or in a process."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.community.kaleyra.plugins.modules import kaleyra_sender
from ansible_collections.community.kaleyra.tests.awx.job import Job, environment, run_job
from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID

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
            "environment": "{{ variables }}",
        }
    ],
}


@dataclass(frozen=True)
class Host:
    """The module's options on one host, and the environment variables of its task."""

    options: Mapping[str, Any]
    variables: Mapping[str, str] = field(default_factory=dict)


def run_on_hosts(
    folder: pathlib.Path, collections: pathlib.Path, hosts: Mapping[str, Host], **variables: str
) -> tuple[Job, dict[str, Any]]:
    """Run the module on all hosts, at the highest verbosity. Return the job, and the result of each host.

    :arg folder: an empty folder.
    :arg variables: environment variables of ansible-playbook.
    """
    connection = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    hostvars = {
        name: {**connection, "options": dict(host.options), "variables": dict(host.variables)}
        for name, host in hosts.items()
    }
    (folder / "plays").mkdir()
    (folder / "plays/play.yml").write_text(json.dumps([PLAY]), encoding="utf-8")
    # ansible-core 2.21 omits the module's arguments without the variable.
    variables = {"ANSIBLE_INJECT_INVOCATION": "true", **variables}
    options = ("-vvvvv", "--diff", "--forks=8")
    job = run_job(folder, collections, folder / "plays", "play.yml", hostvars, {}, variables, options)
    results = job.results(TASK)
    assert results.keys() == hosts.keys(), job.stdout
    return job, results


def start_module(
    folder: pathlib.Path, collections: pathlib.Path, options: dict[str, Any], **process: Any
) -> subprocess.Popen[str]:
    """Start the module with these options, and with more arguments for `subprocess.Popen`."""
    options = {"sid": SAMPLE_SID, "api_key": SAMPLE_KEY, "description": "testing", "iso_code": "fr", **options}
    arguments = folder / "arguments.json"
    arguments.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": options}), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-m", kaleyra_sender.__name__, str(arguments)],
        env={**environment(folder, collections), "PYTHONPATH": str(collections)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        **process,
    )
