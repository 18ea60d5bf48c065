# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ends when Ansible is cancelled, without waiting for responses, and sends nothing more."""

from __future__ import annotations

import signal
import time

import pytest
from ansible_collections.community.kaleyra.tests.end_to_end.module_runs import start_module
from ansible_collections.community.kaleyra.tests.unit.faulty_api import FaultyApi
from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID

NAMES = [f"S{number:05}" for number in range(3000)]
IN_FLIGHT = 4
SENT = 1 + IN_FLIGHT  # the first request is sent before all others
NEVER = 24 * 3600.0


@pytest.mark.parametrize(
    "failure",
    [
        {"kind": "hang_before", "seconds": NEVER},
        {"kind": "respond_before", "status": 503, "headers": {"Retry-After": "50"}},
    ],
    ids=["requests in flight", "waits before retries"],
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_ends_and_sends_nothing_more(tmp_path, collections, failure, number):
    with FaultyApi({SAMPLE_SID: {"key": SAMPLE_KEY, "senders": NAMES}}, ["ok", *[failure] * 99]) as mock_api:
        options = {"api_url": mock_api.url, "state": "absent", "connections": IN_FLIGHT, "timeout": NEVER}
        senders = [{"sender": name} for name in NAMES]
        with start_module(tmp_path, collections, {**options, "senders": senders}) as process:
            while len(mock_api.requests) < SENT and process.poll() is None:
                time.sleep(0.01)
            process.send_signal(number)
            output = "".join(process.communicate(timeout=600))  # far more than a loaded machine needs
        assert process.returncode == -number
        assert len(mock_api.requests) == SENT
        assert len(mock_api.senders(SAMPLE_SID)) == len(NAMES) - 100
        assert SAMPLE_KEY not in output
