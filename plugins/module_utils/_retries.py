# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""Decides when a request is sent again, and how long to wait before that."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from email.utils import parsedate_to_datetime

from ansible_collections.community.kaleyra.plugins.module_utils._response import Exchange, Response, ResponseKind

MAX_WAIT = 60.0
"""Seconds that all waits between the attempts of one request may take."""


def send_with_retries(attempt: Callable[[], Response], retries: int, wait: Callable[[float], bool]) -> Exchange:
    """Call ``attempt`` until its response is final, with exponential backoff and jitter.

    :arg retries: the maximum number of attempts after the first one.
    :arg wait: waits for some seconds, and returns False if there must be no retry.
    """
    sent = 0
    waited = 0.0
    lost = False
    reasons: list[str] = []
    while True:
        response = attempt()
        sent += response.kind is not ResponseKind.NOT_SENT
        exchange = Exchange(response, sent, tuple(reasons), lost)
        if not response.retry:
            return exchange
        seconds = response.retry_after or random.uniform(0.5, 1.0) * 2 ** len(reasons)
        note = ""
        may_retry = len(reasons) < retries
        if may_retry and waited + seconds > MAX_WAIT:
            may_retry = False
            asked = f"the server asked to wait {seconds:.0f} s" if response.retry_after else "the wait limit is reached"
            note = f" (not retried: {asked})"
        if not may_retry or not wait(seconds):
            if response.kind is ResponseKind.STOP:  # HTTP 429
                note += "; lower connections if this happens often"
            return replace(exchange, response=replace(response, message=response.message + note))
        waited += seconds
        reasons.append(response.message)
        lost = lost or response.in_doubt or response.kind is ResponseKind.LOST


def read_retry_after(value: str) -> float:
    """Seconds from a ``Retry-After`` header, which contains a number or a date; 0 if it has neither."""
    try:
        seconds = int(value) if value.isdecimal() else parsedate_to_datetime(value).timestamp() - time.time()
        return max(0.0, float(seconds))
    except (TypeError, ValueError, OverflowError):  # TypeError: up to Python 3.9
        return 0.0
