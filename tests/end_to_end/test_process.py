# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as a process: it returns its result after any response, and ends when Ansible is cancelled."""

from __future__ import annotations

import functools
import json
import resource
import signal
import subprocess
import sys
import time
import zlib

import pytest
from ansible_collections.community.kaleyra.plugins.modules import kaleyra_sender
from ansible_collections.community.kaleyra.tests.awx.job import environment
from ansible_collections.community.kaleyra.tests.unit.faulty_api import FaultyApi
from ansible_collections.community.kaleyra.tests.unit.servers import RawServer
from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID

MEMORY = 512 * 1024**2
SUCCESS = b'{"code": "WA202", "message": "Request Accepted", "data": {"message_id": "1"}, "error": {}}'
NAMES = [f"S{number:05}" for number in range(3000)]
IN_FLIGHT = 4
SENT = 1 + IN_FLIGHT  # the first request is sent before all others
NEVER = 24 * 3600.0


@pytest.fixture
def start_module(tmp_path, collections):
    """A function that starts the module with these options, and with more arguments for `subprocess.Popen`."""

    def start(options, **process):
        options = {"sid": SAMPLE_SID, "api_key": SAMPLE_KEY, "description": "testing", "iso_code": "fr", **options}
        arguments = tmp_path / "arguments.json"
        arguments.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": options}), encoding="utf-8")
        return subprocess.Popen(
            [sys.executable, "-m", kaleyra_sender.__name__, str(arguments)],
            env={**environment(tmp_path, collections), "PYTHONPATH": str(collections)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            **process,
        )

    return start


def compressed(size: int) -> bytes:
    """This number of zeros, as gzip."""
    gzip = zlib.compressobj(level=1, wbits=31)
    return b"".join([*(gzip.compress(bytes(1024**2)) for _number in range(size // 1024**2)), gzip.flush()])


RESPONSES = {
    "larger than the memory": ("Content-Encoding: gzip\r\n", lambda: compressed(2 * MEMORY)),
    "larger than the memory when parsed": ("", lambda: b"[" + b"[[]]," * 5 * 1024**2 + b"0]"),
}


@pytest.mark.parametrize("name", RESPONSES)
def test_returns_result_after_unusable_response(start_module, name):
    header, body = RESPONSES[name]
    replies = [
        f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n{line}\r\n".encode() + content
        for line, content in (("", SUCCESS), (header, body()), (header, b""))
    ]
    with RawServer(*replies) as server:
        options = {"api_url": server.url, "batch_size": 1, "connections": 1, "retries": 0, "senders": list("ABC")}
        limit_memory = functools.partial(resource.setrlimit, resource.RLIMIT_AS, (MEMORY, MEMORY))
        with start_module(options, preexec_fn=limit_memory) as process:
            output, errors = process.communicate(timeout=120)
    result = json.loads(output)
    assert [row["outcome"] for row in result["senders"]] == ["created", "unknown", "unknown"], errors
    assert (result["changed"], result["failed"], result["api_calls"]) == (True, True, 3)


@pytest.mark.parametrize(
    "failure",
    [
        {"kind": "hang_before", "seconds": NEVER},
        {"kind": "respond_before", "status": 503, "headers": {"Retry-After": "50"}},
    ],
    ids=["requests in flight", "waits before retries"],
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_ends_and_sends_nothing_more(start_module, failure, number):
    with FaultyApi({SAMPLE_SID: {"key": SAMPLE_KEY, "senders": NAMES}}, ["ok", *[failure] * 99]) as mock_api:
        options = {"api_url": mock_api.url, "state": "absent", "connections": IN_FLIGHT, "timeout": NEVER}
        restore_sigint = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a job with & ignores it
        with start_module({**options, "senders": NAMES}, preexec_fn=restore_sigint) as process:
            while len(mock_api.requests) < SENT and process.poll() is None:
                time.sleep(0.01)
            process.send_signal(number)
            output = "".join(process.communicate(timeout=600))  # far more than a loaded machine needs
        assert process.returncode == -number
        assert len(mock_api.requests) == SENT
        assert len(mock_api.senders(SAMPLE_SID)) == len(NAMES) - 100
        assert SAMPLE_KEY not in output
