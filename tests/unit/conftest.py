# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives the unit tests the mock API.

Tests import the mock API itself by ``import mock_api_server`` and its pure part by ``import mock_api_simulator``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture
def start_mock_api() -> Iterator[Callable[..., Any]]:
    """A function that starts a `mock_api_server.MockApi` with its arguments and stops it after the test.

    Without `accounts` it has one, `mock_api_simulator.SAMPLE_SID` with the key `SAMPLE_KEY`, in which `senders` exist.
    """
    import mock_api_server
    import mock_api_simulator

    with contextlib.ExitStack() as stack:

        def start(senders: Any = (), **options: Any) -> Any:
            options.setdefault(
                "accounts", {mock_api_simulator.SAMPLE_SID: {"key": mock_api_simulator.SAMPLE_KEY, "senders": senders}}
            )
            return stack.enter_context(mock_api_server.MockApi(**options))

        yield start


@pytest.fixture
def mock_api(start_mock_api: Callable[..., Any]) -> Any:
    """A mock API with one empty account, `mock_api_simulator.SAMPLE_SID` with the key `SAMPLE_KEY`."""
    return start_mock_api()
