# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mock API, a stand-in for AWX and a shell for each example.

`make examples` makes what they run with: Ansible comes from the environment `.venv/newest`, or the folder in ``KALEYRA_NEWEST``, and AWX's
command line from that of pytest.
"""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.community.kaleyra.tests.awx.conftest import awx_collections, controller

__all__ = ["awx_collections", "controller"]

CLONE = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def mock_api() -> Iterator[Any]:
    """A mock API in which every SID is an account, of the first key that it sees."""
    import mock_api_server

    with mock_api_server.MockApi(any_sid=True) as mock_api:
        yield mock_api


@pytest.fixture
def shell(
    mock_api: Any, controller: Any, collections: pathlib.Path, awx_collections: pathlib.Path, tmp_path: pathlib.Path
) -> Callable[..., str]:
    """A function that runs a script in the test's folder, with an account and AWX in the environment, and returns what it printed.

    It fails the test when a command fails or Ansible warns. Nothing but loopback can be reached. `make` just tells what it would do, and
    `podman` does nothing.
    """
    programs = pathlib.Path(os.environ.get("KALEYRA_NEWEST") or CLONE / ".venv/newest") / "bin"
    assert (programs / "ansible-playbook").exists(), f"needs ansible-core in {programs}: `make examples` puts it there"
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    (stubs / "podman").symlink_to("/bin/true")
    (tmp_path / "Makefile").symlink_to(CLONE / "Makefile")
    path = [stubs, programs, pathlib.Path(sys.executable).parent, os.environ["PATH"]]
    dropped = re.compile(r"(ANSIBLE|CONTROLLER|KALEYRA|MAKE|PYTHON|PIP|TOWER)_?|.*_proxy", re.IGNORECASE)
    environment = {
        **{name: value for name, value in os.environ.items() if not dropped.match(name)},
        "PATH": os.pathsep.join(map(str, path)),
        "HOME": str(tmp_path),
        "LC_ALL": "C.UTF-8",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "no_proxy": "127.0.0.1",
        "ANSIBLE_COLLECTIONS_PATH": f"{collections}:{awx_collections}",
        "ANSIBLE_DEPRECATION_WARNINGS": "false",  # awx.awx 24.6.1 has some
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_PIPELINING": "true",
        "CONTROLLER_HOST": controller[1],
        "CONTROLLER_OAUTH_TOKEN": "t0ken",
        "KALEYRA_API_KEY": "key-of-the-examples",
        "KALEYRA_API_URL": mock_api.url,
        "KALEYRA_SID": "HXXXXXXX071US",
        "MAKEFLAGS": "n",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }

    def run(script: str, **variables: str) -> str:
        done = subprocess.run(
            ["bash", "-euxo", "pipefail", "-c", script],
            cwd=tmp_path,
            env=environment | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            pytest.fail(f"It ended with status {done.returncode}:\n{done.stdout}", pytrace=False)
        if "[WARNING]" in done.stdout:
            pytest.fail(f"It warned:\n{done.stdout}", pytrace=False)
        return done.stdout

    return run
