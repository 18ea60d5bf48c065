# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives the unit tests the mock API, with the faults of `faulty_api`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture
def start_mock_api() -> Iterator[Callable[..., Any]]:
    """A function that starts a `FaultyApi` with its arguments and stops it after the test.

    Without `accounts` it has one, `SAMPLE_SID` with the key `SAMPLE_KEY`, in which `senders` exist.
    """
    from ansible_collections.community.kaleyra.tests.unit.faulty_api import FaultyApi
    from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID

    with contextlib.ExitStack() as stack:

        def start(senders: Any = (), **options: Any) -> Any:
            options.setdefault("accounts", {SAMPLE_SID: {"key": SAMPLE_KEY, "senders": senders}})
            return stack.enter_context(FaultyApi(**options))

        yield start


@pytest.fixture
def mock_api(start_mock_api: Callable[..., Any]) -> Any:
    """A mock API with one empty account, `SAMPLE_SID` with the key `SAMPLE_KEY`."""
    return start_mock_api()
