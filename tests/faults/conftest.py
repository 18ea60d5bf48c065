# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs whole Ansible processes with the module, on the ansible-core of the Python that runs pytest, against servers on loopback."""

from __future__ import annotations

import pathlib
import sys
import tempfile

import pytest

CLONE = pathlib.Path(__file__).resolve().parents[2]

_TREE = tempfile.TemporaryDirectory(prefix="kaleyra-faults-")
COLLECTIONS = pathlib.Path(_TREE.name)


def _link() -> None:
    """Make a tree in which this clone is the collection, for Ansible and for Python's imports."""
    packages = COLLECTIONS / "ansible_collections"
    (packages / "community").mkdir(parents=True)
    # Regular packages win over the `ansible_collections` that the PyPI package `ansible` installs.
    (packages / "__init__.py").touch()
    (packages / "community" / "__init__.py").touch()
    (packages / "community" / "kaleyra").symlink_to(CLONE, target_is_directory=True)
    sys.path[:0] = [str(COLLECTIONS), str(CLONE / "playbooks" / "files")]


_link()


def pytest_unconfigure() -> None:
    _TREE.cleanup()


@pytest.fixture(scope="session")
def collections() -> pathlib.Path:
    """A collections path with this clone."""
    return COLLECTIONS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder of a test module's own."""
    return tmp_path_factory.mktemp("play")
