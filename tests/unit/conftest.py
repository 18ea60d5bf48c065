# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives the unit tests the sandbox.

Tests import the sandbox itself by ``import kaleyra_sandbox`` and its pure part by ``import kaleyra_api``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest


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
