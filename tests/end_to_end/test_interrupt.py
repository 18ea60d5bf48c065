# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ends at once when Ansible is cancelled, and sends nothing more."""

from __future__ import annotations

import signal
import time

import pytest
from ansible_collections.community.kaleyra.tests.end_to_end.jobs import start_module
from ansible_collections.community.kaleyra.tests.unit.faulty_api import FaultyApi

NAMES = [f"S{number:05}" for number in range(3000)]
IN_FLIGHT = 4
SENT = 1 + IN_FLIGHT  # the first request is sent before all others


@pytest.mark.parametrize(
    "failure",
    [
        {"kind": "hang_before", "seconds": 300},
        {"kind": "respond_before", "status": 503, "headers": {"Retry-After": "50"}},
    ],
    ids=["requests in flight", "waits before retries"],
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_ends_and_sends_nothing_more(tmp_path, collections, failure, number):
    with FaultyApi({"HX1": {"key": "A1", "senders": NAMES}}, ["ok", *[failure] * 2 * IN_FLIGHT]) as mock_api:
        options = {"api_url": mock_api.url, "state": "absent", "connections": IN_FLIGHT}
        senders = [{"sender": name} for name in NAMES]
        with start_module(tmp_path, collections, {**options, "senders": senders}) as process:
            while len(mock_api.requests) < SENT and process.poll() is None:
                time.sleep(0.01)
            process.send_signal(number)
            process.communicate(timeout=30)
        assert process.returncode == -number
        assert len(mock_api.requests) == SENT
        assert len(mock_api.senders("HX1")) == len(NAMES) - 100
