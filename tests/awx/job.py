# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs jobs as AWX does, without the server: folders, environment and options of `awx/main/tasks/jobs.py`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

MAX_RESULT_LENGTH = 700_000
"""AWX's `MAX_EVENT_RES`: an event does not contain a longer result."""
MAX_STDOUT_LENGTH = 1024
"""The number of characters of an event that AWX shows."""

VARIABLES = {
    "ANSIBLE_FORCE_COLOR": "True",
    "ANSIBLE_HOST_KEY_CHECKING": "False",
    "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
    "ANSIBLE_RETRY_FILES_ENABLED": "False",
    "INVENTORY_ID": "1",
    "JOB_ID": "1",
    "MAX_EVENT_RES": str(MAX_RESULT_LENGTH),
    "PROJECT_REVISION": "0" * 40,
}


@dataclass(frozen=True)
class Job:
    """A job that ended. `events` are those that AWX stores, `stdout` is the whole output."""

    status: int
    stdout: str
    events: list[dict[str, Any]]

    def results(self, task: str) -> dict[str, Any]:
        """The results of a task by host, as AWX stores them, and whether they failed."""
        results = {}
        for event in self.events:
            data = event.get("event_data", {})
            ends = ("runner_on_ok", "runner_on_failed", "runner_on_skipped")
            if event["event"] in ends and data["task"] == task:
                failed = {"failed": event["event"] == "runner_on_failed"}  # not in `res` since ansible-core 2.19
                results[data["host"]] = data.get("res") and {**data["res"], **failed}
        return results

    @property
    def page(self) -> str:
        """What the page of the job shows."""
        return "\n".join(event["stdout"][:MAX_STDOUT_LENGTH] for event in self.events)

    @property
    def artifacts(self) -> dict[str, Any]:
        """What the job passes on to the workflow's next nodes, as extra variables."""
        (stats,) = [event["event_data"] for event in self.events if event["event"] == "playbook_on_stats"]
        return dict(stats["artifact_data"])


def environment(folder: Path, collections: Path) -> dict[str, str]:
    """The environment variables of a process that must not use the user's configuration."""
    dropped = re.compile(
        r"(ANSIBLE|AWX|CONTROLLER|KALEYRA|PYTHON)_?|NETRC|.*_CA_BUNDLE|SSL_CERT_|.*_proxy", re.IGNORECASE
    )
    return {
        **{name: value for name, value in os.environ.items() if not dropped.match(name)},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
    }


def run_job(
    folder: Path,
    collections: Path,
    project: Path,
    playbook: str,
    hosts: Mapping[str, Mapping[str, Any]],
    extra_vars: Mapping[str, Any],
    credential: Mapping[str, str],
    options: Sequence[str] = (),
    vault_password: str = "",
) -> Job:
    """Run a playbook of a project with the ansible-core of this Python.

    :arg collections: the collections path that replaces an image's.
    :arg hosts: the variables of each host.
    :arg credential: the environment variables that it injects.
    :arg options: of ansible-playbook, such as ``--check``.
    """
    shutil.copytree(project, folder / "project")
    for name in ("env", "inventory"):
        (folder / name).mkdir()
    options = ["-u", "root", *(["--ask-vault-pass"] if vault_password else []), *options]
    variables = {
        **VARIABLES,
        "ANSIBLE_COLLECTIONS_PATH": f"{folder / 'requirements_collections'}:{collections}",
        **credential,
    }
    files = {
        "envvars": json.dumps(variables),
        "extravars": extra_vars_file(extra_vars),
        "cmdline": " ".join(options),
        "settings": json.dumps({"suppress_ansible_output": True, "job_timeout": 0}),
        "passwords": json.dumps({r"Vault password:\s*?$": vault_password} if vault_password else {}),
    }
    for name, text in files.items():
        (folder / "env" / name).write_text(text, encoding="utf-8")
    inventory = {"all": {"hosts": list(hosts)}, "_meta": {"hostvars": hosts}}
    script = folder / "inventory" / "hosts"
    script.write_text(f"#!{sys.executable}\nprint({json.dumps(inventory)!r})\n", encoding="utf-8")
    script.chmod(0o700)
    done = subprocess.run(
        [sys.executable, "-m", "ansible_runner", "run", folder, "--playbook", playbook, "--ident", "1"],
        env=environment(folder, collections),
        capture_output=True,
        text=True,
        check=False,
    )
    artifacts = folder / "artifacts" / "1"
    event_files = sorted((artifacts / "job_events").glob("*.json"), key=lambda path: int(path.name.split("-")[0]))
    events = [json.loads(path.read_text(encoding="utf-8")) for path in event_files]
    if not events:
        raise RuntimeError(done.stdout + done.stderr)
    return Job(done.returncode, (artifacts / "stdout").read_text(encoding="utf-8"), events)


def extra_vars_file(extra_vars: Mapping[str, Any]) -> str:
    """Extra variables as AWX writes them: every text is tagged, so that it is never a template."""

    class Dumper(yaml.SafeDumper):
        pass

    Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar("!unsafe", text))
    return yaml.dump(dict(extra_vars), Dumper=Dumper)
