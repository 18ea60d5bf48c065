# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets pytest and Ansible find this clone as ``ansible_collections.community.kaleyra``."""

from __future__ import annotations

import atexit
import os
import pathlib
import sys
import tempfile

import pytest

CLONE = pathlib.Path(__file__).resolve().parents[1]


def _link() -> pathlib.Path:
    """Make a tree in which this clone is the collection, for Ansible and for Python's imports."""
    tree = tempfile.TemporaryDirectory(prefix="kaleyra-")
    atexit.register(tree.cleanup)
    packages = pathlib.Path(tree.name, "ansible_collections")
    (packages / "community").mkdir(parents=True)
    # A regular package has priority over `ansible_collections` of the PyPI package `ansible`. In `community` it would
    # get a folder `__pycache__`, which ansible-galaxy treats as a collection.
    (packages / "__init__.py").touch()
    (packages / "community" / "kaleyra").symlink_to(CLONE, target_is_directory=True)
    sys.path.insert(0, tree.name)
    return packages.parent


sys.path.insert(0, str(CLONE / "playbooks" / "files"))

# ansible-test sets this variable. It has its own loader, and runs the tests in a folder named after the collection.
COLLECTIONS = CLONE.parents[2] if "ANSIBLE_CONTROLLER_MIN_PYTHON_VERSION" in os.environ else _link()


@pytest.fixture(scope="session")
def collections() -> pathlib.Path:
    """A collections path with this clone."""
    return COLLECTIONS
