# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets the unit tests run by ``pytest tests/unit`` as well as by ``ansible-test units``, and gives them the sandbox.

Tests import the sandbox itself by ``import kaleyra_sandbox`` and its pure part by ``import kaleyra_api``.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pathlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

COLLECTION = pathlib.Path(__file__).resolve().parents[2]

sys.path.insert(0, str(COLLECTION / "playbooks" / "files"))


def _make_importable() -> None:
    """Put a tree on `sys.path` in which this clone is ``ansible_collections.community.kaleyra``."""
    tree = tempfile.TemporaryDirectory(prefix="kaleyra-")
    atexit.register(tree.cleanup)
    packages = pathlib.Path(tree.name, "ansible_collections")
    (packages / "community").mkdir(parents=True)
    # Regular packages win over the `ansible_collections` that the PyPI package `ansible` installs.
    (packages / "__init__.py").touch()
    (packages / "community" / "__init__.py").touch()
    (packages / "community" / "kaleyra").symlink_to(COLLECTION, target_is_directory=True)
    sys.path.insert(0, tree.name)


# ansible-test has installed its own loader for collections by now, and sets this variable.
if "ANSIBLE_CONTROLLER_MIN_PYTHON_VERSION" not in os.environ:
    _make_importable()


@pytest.fixture
def sandbox() -> Iterator[Callable[..., Any]]:
    """A function that starts a `kaleyra_sandbox.Sandbox` with its arguments and stops it after the test.

    Without `accounts` it has one, `kaleyra_api.SAMPLE_SID` with the key `SAMPLE_KEY`, in which `senders` exist.
    """
    import kaleyra_api
    import kaleyra_sandbox

    with contextlib.ExitStack() as stack:

        def start(senders: Any = (), **options: Any) -> Any:
            options.setdefault(
                "accounts", {kaleyra_api.SAMPLE_SID: {"key": kaleyra_api.SAMPLE_KEY, "senders": senders}}
            )
            return stack.enter_context(kaleyra_sandbox.Sandbox(**options))

        yield start


@pytest.fixture
def box(sandbox: Callable[..., Any]) -> Any:
    """A sandbox with one empty account, `kaleyra_api.SAMPLE_SID` with the key `SAMPLE_KEY`."""
    return sandbox()
