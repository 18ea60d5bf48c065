# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An interrupt of the module's process, which Ansible passes on when it is cancelled itself, while several calls are in flight."""

from __future__ import annotations

import json
import pathlib
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.community.kaleyra.tests.faults.plays import environment
from mock_api_server import MockApi

MODULE = "ansible_collections.community.kaleyra.plugins.modules.kaleyra_sender"
NAMES = [f"S{number:05}" for number in range(3000)]
IN_FLIGHT = 4
SEEN = 1 + IN_FLIGHT  # until the first answer there is but one call

SIGNALS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)


def interrupted(
    folder: pathlib.Path, collections: pathlib.Path, mock_api: MockApi, fault: Mapping[str, Any], number: signal.Signals
) -> subprocess.CompletedProcess[str]:
    """Delete `NAMES` from a server that answers one call, and has the others meet `fault`; interrupt it once they have."""
    mock_api.script(["ok"] + [fault] * 2 * IN_FLIGHT)
    options = {"api_url": mock_api.url, "api_key": "A1", "sid": "HX1", "state": "absent", "connections": IN_FLIGHT}
    senders = [{"sender": name} for name in NAMES]
    arguments = folder / "arguments.json"
    arguments.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": {**options, "senders": senders}}), encoding="utf-8")
    command = [sys.executable, "-m", MODULE, str(arguments)]
    variables = {**environment(folder, collections), "PYTHONPATH": str(collections)}
    with subprocess.Popen(
        command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        while len(mock_api.requests) < SEEN and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(number)
        output, errors = process.communicate()
    assert process.returncode == -number, f"it was not the signal that ended it: {output}{errors}"
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


@SIGNALS
def test_ends_without_waiting_for_the_calls_in_flight(
    tmp_path: pathlib.Path, collections: pathlib.Path, number: signal.Signals
) -> None:
    with MockApi({"HX1": {"key": "A1", "senders": NAMES}}) as mock_api:
        interrupted(tmp_path, collections, mock_api, {"kind": "hang_before", "seconds": 20}, number)
        assert len(mock_api.requests) == SEEN


@SIGNALS
def test_tries_no_call_again(tmp_path: pathlib.Path, collections: pathlib.Path, number: signal.Signals) -> None:
    busy = {"kind": "respond_before", "status": 503, "headers": {"Retry-After": "5"}}
    with MockApi({"HX1": {"key": "A1", "senders": NAMES}}) as mock_api:
        interrupted(tmp_path, collections, mock_api, busy, number)
        assert len(mock_api.requests) == SEEN
        assert len(mock_api.senders("HX1")) == len(NAMES) - 100
