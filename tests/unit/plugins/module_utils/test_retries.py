# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a request is sent again, how long the client waits before it, and what it reports about earlier attempts."""

from __future__ import annotations

import itertools
import time
from email.utils import formatdate

import pytest
from ansible_collections.community.kaleyra.plugins.module_utils._response import Exchange, Response
from ansible_collections.community.kaleyra.plugins.module_utils._response import ResponseKind as Kind
from ansible_collections.community.kaleyra.plugins.module_utils._retries import (
    MAX_WAIT,
    read_retry_after,
    send_with_retries,
)

SUCCESS = Response(Kind.SUCCESS)
LOST = Response(Kind.LOST, message="lost", retry=True)
BUSY = Response(Kind.STOP, message="busy", retry=True)
NOT_SENT = Response(Kind.NOT_SENT, message="not sent", retry=True)
OTHER_DATES = ("Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 99999 23:59:59 GMT")


def busy_for(seconds):
    return Response(Kind.STOP, message="busy", retry=True, retry_after=seconds)


def send(*responses, retries=3, stopped=False):
    """Send a request that gets these responses in turn, and the last one repeatedly.

    :returns: the final response, and the waits before the retries.
    """
    attempts = itertools.chain(responses, itertools.repeat(responses[-1]))
    waits = []

    def wait(seconds):
        waits.append(seconds)
        return not stopped

    return send_with_retries(lambda: next(attempts), retries, wait), waits


@pytest.mark.parametrize("kind", [Kind.SUCCESS, Kind.REJECTED, Kind.TOO_LARGE, Kind.STOP, Kind.LOST])
def test_final_response_is_not_retried(kind):
    assert send(Response(kind)) == (Exchange(Response(kind)), [])


def test_reports_earlier_attempts():
    exchange, waits = send(LOST, NOT_SENT, BUSY, SUCCESS)
    assert (exchange.response.kind, exchange.requests) == (Kind.SUCCESS, 3)
    assert exchange.retry_reasons == ("lost", "not sent", "busy")
    assert len(waits) == 3


@pytest.mark.parametrize("retries", [0, 1, 4])
def test_last_attempt_is_the_result_without_more_retries(retries):
    exchange, waits = send(LOST, retries=retries)
    assert (exchange.response, exchange.requests) == (LOST, retries + 1)
    assert len(exchange.retry_reasons) == len(waits) == retries


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        ([SUCCESS], False),
        ([LOST, SUCCESS], True),
        ([BUSY, SUCCESS], False),
        ([NOT_SENT, SUCCESS], False),
        ([LOST, BUSY, SUCCESS], True),
        ([LOST, NOT_SENT, SUCCESS], True),
        ([LOST, BUSY, BUSY, BUSY], True),
        ([LOST, NOT_SENT, NOT_SENT, NOT_SENT], True),
        ([BUSY, BUSY, BUSY, LOST], False),  # its kind says so
    ],
)
def test_remembers_lost_attempts(responses, expected):
    exchange, _waits = send(*responses)
    assert exchange.attempt_lost is expected


def test_waits_grow_and_differ():
    _response, waits = send(LOST, retries=5)
    assert all(2**number / 2 <= wait <= 2**number for number, wait in enumerate(waits))
    assert waits != send(LOST, retries=5)[1]


def test_waits_as_long_as_server_asks():
    _response, waits = send(busy_for(7.0), busy_for(53.0), SUCCESS)
    assert waits == [7.0, 53.0]


@pytest.mark.parametrize("response", [LOST, BUSY, NOT_SENT, busy_for(13.0)])
def test_all_waits_together_are_bounded(response):
    exchange, waits = send(response, retries=1000)
    assert 10 < sum(waits) <= MAX_WAIT
    assert "not retried" in exchange.response.message


def test_does_not_retry_before_server_allows():
    exchange, waits = send(busy_for(20.0), busy_for(41.0))
    assert (exchange.response.kind, waits) == (Kind.STOP, [20.0])
    assert "41 s" in exchange.response.message


def test_does_not_retry_after_stop():
    exchange, _waits = send(LOST, stopped=True)
    assert exchange == Exchange(LOST)


@pytest.mark.parametrize("retries", [0, 2, 1000])
def test_last_busy_response_has_advice(retries):
    exchange, _waits = send(BUSY, retries=retries)
    assert "lower connections" in exchange.response.message
    assert "connections" not in "".join(exchange.retry_reasons)


def test_reads_retry_after():
    assert read_retry_after("120") == 120.0
    assert 900 < read_retry_after(formatdate(time.time() + 1000, usegmt=True)) <= 1000


@pytest.mark.parametrize("value", ["", "soon", "-5", "1.5", "0", "\u00b2", "9" * 400, "9" * 5000, *OTHER_DATES])
def test_ignores_other_retry_after(value):
    assert read_retry_after(value) == 0.0
