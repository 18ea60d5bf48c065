# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""Builds the module's result, and keeps it below AWX's size limit."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.community.kaleyra.plugins.module_utils._batches import RunResult
from ansible_collections.community.kaleyra.plugins.module_utils._message import MAX_NAMES, OUTCOMES, build_message
from ansible_collections.community.kaleyra.plugins.module_utils._operations import Operation
from ansible_collections.community.kaleyra.plugins.module_utils._response import FAILED, SenderResult
from ansible_collections.community.kaleyra.plugins.module_utils._secret import hide_key, truncate
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender

REPORTS: dict[str, Callable[[SenderResult], bool]] = {
    "all": lambda result: True,
    "changes": lambda result: result.changed or result.failed,
    "failures": lambda result: result.failed,
}
"""Which senders each value of the option ``report`` returns."""

MAX_RESULT_LENGTH = 700_000
"""AWX silently drops the result of a task if ``len(str(result))`` is greater."""

RESERVED_LENGTH = 50_000
"""The part of `MAX_RESULT_LENGTH` for warnings, Ansible's own keys and, up to 2.20, the module's arguments."""

MAX_DIFF_LENGTH = 150_000
MAX_TEXT_LENGTH = 1000


def mask_run(run: RunResult, api_key: str) -> RunResult:
    """Hide the API key in all texts of servers and libraries, remove control characters, and truncate them.

    All that the user sees is built from the result of this function. Responses are read before, as received.
    """

    @functools.cache  # thousands of senders have the same code and the same reason
    def clean(text: str) -> str:
        return truncate(hide_key(text, api_key), MAX_TEXT_LENGTH)

    results = {
        sender: result._replace(id=clean(result.id), code=clean(result.code), msg=clean(result.msg))
        if result.id or result.code or result.msg
        else result
        for sender, result in run.results.items()
    }
    reasons = [clean(reason) for reason in run.retry_reasons]
    stopped = run.stopped
    if stopped:
        stopped = replace(stopped, code=clean(stopped.code), message=clean(stopped.message))
    return RunResult(results, run.requests, reasons, stopped)


def build_result(
    run: RunResult, operation: Operation, report: str, *, check_mode: bool = False, diff: bool = False
) -> dict[str, Any]:
    """The result of the module.

    :arg report: a key of `REPORTS`.
    :arg check_mode: whether the results are a preview.
    :arg diff: whether to add ``diff``.
    """
    counts = Counter([result.outcome for result in run.results.values()])
    rows = [_row(sender, found) for sender, found in run.results.items() if REPORTS[report](found)]
    has_other_rows = report != "failures" and len(rows) > min(MAX_NAMES, sum([counts[name] for name in FAILED]))
    result: dict[str, Any] = {
        "changed": any(found.changed for found in run.results.values()),
        "failed": any(counts[name] for name in FAILED),
        "msg": build_message(run, operation, counts, check_mode=check_mode, has_other_rows=has_other_rows),
        "summary": {"total": len(run.results), **{name: counts[name] for name in OUTCOMES}},
        "api_calls": run.requests,
    }
    if diff:
        result["diff"] = _diff(list(run.results.items()), check_mode)
    excess = len(str(result)) + len(str(rows)) - (MAX_RESULT_LENGTH - RESERVED_LENGTH)
    result["senders"] = _shorten(rows, excess) if excess > 0 else rows
    return result


def _row(sender: Sender, result: SenderResult) -> dict[str, Any]:
    row: dict[str, Any] = {
        "sender": sender.name,
        "outcome": result.outcome,
        "changed": result.changed,
        "failed": result.failed,
    }
    optional = (("iso_code", sender.iso_code), ("id", result.id), ("code", result.code), ("msg", result.msg))
    row.update({name: text for name, text in optional if text})
    return row


def _shorten(rows: list[dict[str, Any]], excess: int) -> list[dict[str, Any]]:
    """Shorten the rows by ``excess`` characters without dropping one. If that is impossible, return them unchanged."""
    dropped = []
    for name in ("code", "iso_code", "id"):
        if excess > 0:
            dropped.append(name)
            excess -= sum([len(f", {name!r}: {row[name]!r}") for row in rows if name in row])
    width = MAX_TEXT_LENGTH
    if excess > 0 and rows:  # without rows, the diff is too long
        width = (sum([len(repr(row["msg"])) for row in rows if "msg" in row]) - excess) // len(rows)
    if width < 1:
        return rows
    return [
        {name: truncate(row[name], width) if name == "msg" else row[name] for name in row if name not in dropped}
        for row in rows
    ]


def _diff(pairs: Sequence[tuple[Sender, SenderResult]], check_mode: bool) -> dict[str, str]:
    """Which senders exist before and after the run, as far as it knows. A long diff omits unchanged senders."""
    before: list[str] = []
    after: list[str] = []
    for sender, result in pairs:
        line = f"{sender.name} {sender.iso_code}".rstrip() + "\n"
        if result.outcome == "unknown":
            after.append(f"{line[:-1]} (unknown)\n")
        elif result.outcome == "deleted" or (result.outcome == "present" and not result.changed):
            before.append(line)
        if result.outcome in ("created", "present"):
            after.append(line)
    note = ""
    unchanged = set(before).intersection(after)
    if unchanged and len(str((before, after))) > MAX_DIFF_LENGTH:
        note = f"({len(unchanged)} unchanged senders are not listed)\n"
        before = [line for line in before if line not in unchanged]
        after = [line for line in after if line not in unchanged]
    diff = {"before": note + "".join(sorted(before)), "after": note + "".join(sorted(after))}
    if check_mode:
        header = "would be sent; which senders exist is not known"
        diff.update(before_header=header, after_header=header)
    return diff
