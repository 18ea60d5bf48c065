# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for the tests of AWX, which run with the ansible-core of pytest's environment."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.community.kaleyra.tests.awx.job import environment

CLONE = pathlib.Path(__file__).resolve().parents[2]
PROJECT = CLONE / "examples" / "awx-project"
VAULT_PASSWORD = "kaleyra-example"


@pytest.fixture(scope="session")
def awx_collections(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A collections path with `awx.awx` 24.6.1, from the PyPI package that contains it."""
    folder = tmp_path_factory.mktemp("awx")
    command = [
        sys.executable,
        *["-m", "pip", "download", "--quiet", "--no-deps", "ansible==10.7.0", "--dest"],
        str(folder),
    ]
    subprocess.run(command, check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder, [name for name in wheel.namelist() if name.startswith("ansible_collections/awx/awx/")])
    return folder


@pytest.fixture
def project(tmp_path: pathlib.Path) -> pathlib.Path:
    """The example project, as a user would have copied it."""
    return shutil.copytree(PROJECT, tmp_path / "project")


@pytest.fixture
def run(collections: pathlib.Path, tmp_path: pathlib.Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """A function that runs a program of ansible-core: ``run(["ansible-playbook", ...], VARIABLE="value")``."""

    def _run(command: list[Any], **variables: str) -> subprocess.CompletedProcess[str]:
        own = {"ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false", **variables}
        return subprocess.run(
            [str(part) for part in command],
            env={**environment(tmp_path, collections), **own},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return _run


@pytest.fixture
def controller() -> Iterator[Any]:
    """A mock of AWX, as `(awx, url)`."""
    from ansible_collections.community.kaleyra.tests.awx import fake_awx

    with fake_awx.running() as (awx, url):
        yield awx, url
