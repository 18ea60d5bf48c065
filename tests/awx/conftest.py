# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of AWX run with. `make awx` makes all of it; a test that misses something is skipped and says what.

* The environments `.venv/oldest` and `.venv/newest`, or the folders in ``KALEYRA_OLDEST`` and ``KALEYRA_NEWEST``: virtual environments with
  ansible-core 2.16 and the newest, and `requests`.
* The collection `awx.awx` 24.6.1, in `.venv/collections-awx` or the collections path in ``KALEYRA_AWX_COLLECTIONS``; pip downloads it.
* ``KALEYRA_NO_SKIP`` turns the skips into failures.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

CLONE = pathlib.Path(__file__).resolve().parents[2]
STATE = CLONE / ".venv"
PROJECT = CLONE / "examples" / "awx-project"
VAULT_PASSWORD = "kaleyra-example"
AWX_COLLECTION_FROM = "ansible==10.7.0"


@pytest.fixture(scope="session", params=["oldest", "newest"])
def core(request: pytest.FixtureRequest) -> pathlib.Path:
    """The folder with the programs of one ansible-core, of each in turn."""
    name = request.param
    programs = pathlib.Path(os.environ.get(f"KALEYRA_{name.upper()}") or STATE / name) / "bin"
    if not (programs / "ansible-playbook").exists():
        pytest.skip(f"needs the {name} ansible-core in {programs}: `make awx` puts it there")
    return programs


@pytest.fixture(scope="session")
def awx_collections(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A collections path with `awx.awx`."""
    path = pathlib.Path(os.environ.get("KALEYRA_AWX_COLLECTIONS") or STATE / "collections-awx")
    if not (path / "ansible_collections" / "awx" / "awx").exists():
        folder = tmp_path_factory.mktemp("ansible")
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            str(folder),
            AWX_COLLECTION_FROM,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"needs awx.awx from the PyPI package {AWX_COLLECTION_FROM}: {done.stderr}")
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
            wheel.extractall(
                path, [name for name in wheel.namelist() if name.startswith("ansible_collections/awx/awx/")]
            )
    return path


@pytest.fixture
def project(tmp_path: pathlib.Path) -> pathlib.Path:
    """The example project, as a user would have copied it."""
    return shutil.copytree(PROJECT, tmp_path / "project")


@pytest.fixture
def password(tmp_path: pathlib.Path) -> pathlib.Path:
    """A file with the example project's vault password."""
    path = tmp_path / "password"
    path.write_text(VAULT_PASSWORD, encoding="utf-8")
    return path


@pytest.fixture
def run(
    core: pathlib.Path, collections: pathlib.Path, tmp_path: pathlib.Path
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """A function that runs a program of the ansible-core with variables: ``run(["ansible-playbook", ...], NAME="value")``."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ANSIBLE_", "KALEYRA_", "CONTROLLER_", "PYTHON"))
    }

    def _run(command: list[Any], **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **kept,
            "HOME": str(tmp_path),
            "PATH": f"{core}:{os.environ['PATH']}",
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "no_proxy": "127.0.0.1",
            **variables,
        }
        return subprocess.run(
            [str(part) for part in command], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    return _run


@pytest.fixture
def controller() -> Iterator[Any]:
    """A stand-in for AWX, as `(awx, url)`."""
    from ansible_collections.community.kaleyra.tests.awx import fake_awx

    with fake_awx.running() as (awx, url):
        yield awx, url
