# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module returns its result after any response to the first request."""

from __future__ import annotations

import json
import resource
import zlib

import pytest
from ansible_collections.community.kaleyra.tests.end_to_end.module_runs import start_module
from ansible_collections.community.kaleyra.tests.unit.servers import RawServer

MEMORY = 512 * 1024**2
SUCCESS = b'{"code": "WA202", "message": "Request Accepted", "data": {"message_id": "1"}, "error": {}}'


def compressed(size: int) -> bytes:
    """This number of zeros, as gzip."""
    gzip = zlib.compressobj(level=1, wbits=31)
    return b"".join([*(gzip.compress(bytes(1024**2)) for _number in range(size // 1024**2)), gzip.flush()])


RESPONSES = {
    "larger than the memory": ("Content-Encoding: gzip\r\n", lambda: compressed(2 * MEMORY)),
    "larger than the memory when parsed": ("", lambda: b"[" + b"[[]]," * 5 * 1024**2 + b"0]"),
    "deeply nested": ("", lambda: b"[" * 1024**2),
    "not UTF-8": ("", lambda: b'{"code": "\xff\xfe"}'),
    "half of a surrogate pair": ("", lambda: b'{"code": "MSG134", "error": {"x": "\\ud83d"}, "message": "\\ud83d"}'),
}


@pytest.mark.parametrize("name", RESPONSES)
def test_returns_result_after_unusable_response(tmp_path, collections, name):
    header, body = RESPONSES[name]
    replies = [
        f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n{line}\r\n".encode() + content
        for line, content in (("", SUCCESS), (header, body()), (header, b""))
    ]
    with RawServer(*replies) as server:
        options = {"api_url": server.url, "batch_size": 1, "connections": 1, "retries": 0}
        senders = [{"sender": "NEW1"}, {"sender": "NEW2"}, {"sender": "NEW3"}]
        with start_module(
            tmp_path,
            collections,
            {**options, "senders": senders},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
        ) as process:
            output, errors = process.communicate(timeout=120)
    result = json.loads(output)
    assert [row["outcome"] for row in result["senders"]] == ["created", "unknown", "unknown"], errors
    assert result["changed"]
    assert result["failed"]
    assert result["api_calls"] == 3
