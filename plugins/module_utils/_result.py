# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""Builds the module's result, and keeps it below AWX's size limit."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.community.kaleyra.plugins.module_utils._batches import RunResult
from ansible_collections.community.kaleyra.plugins.module_utils._message import MAX_NAMES, build_message
from ansible_collections.community.kaleyra.plugins.module_utils._operations import Operation
from ansible_collections.community.kaleyra.plugins.module_utils._response import FAILED, OUTCOMES, SenderResult
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

MAX_STRING_LENGTH = 1000  # of a server or a library
TOO_LONG = "(not shown: the result would be too long)"


def mask_run(run: RunResult, api_key: str) -> RunResult:
    """Hide the API key in all strings of servers and libraries, remove control characters, and truncate them.

    All that the user sees is built from the result of this function. Responses are read before, as received.
    """

    @functools.cache  # 0.2 s less for 50,000 senders that were rejected for the same reason
    def clean(text: str) -> str:
        return truncate(hide_key(text, api_key), MAX_STRING_LENGTH)

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
    run: RunResult,
    operation: Operation,
    report: str,
    *,
    check_mode: bool = False,
    diff: bool = False,
    responses: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """The result of the module.

    :arg report: a key of `REPORTS`.
    :arg check_mode: whether the results are a preview.
    :arg diff: whether to add ``diff``.
    :arg responses: recorded responses, if the user asked for them.
    """
    results = run.results
    counts = Counter([found.outcome for found in results.values()])
    failed = sum([counts[outcome] for outcome in FAILED])
    rows = [_row(sender, found) for sender, found in results.items() if REPORTS[report](found)]
    has_other_rows = report != "failures" and len(rows) > min(failed, MAX_NAMES)
    result: dict[str, Any] = {
        "changed": any(found.changed for found in results.values()),
        "failed": failed > 0,
        "msg": build_message(run, operation, counts, check_mode=check_mode, has_other_rows=has_other_rows),
        "summary": {"total": len(results), **{outcome: counts[outcome] for outcome in OUTCOMES}},
        "api_calls": run.requests,
        "senders": rows,
    }
    if diff:
        result["diff"] = _diff(results, check_mode)
    if responses is not None:
        result["responses"] = responses
    excess = len(str(result)) - (MAX_RESULT_LENGTH - RESERVED_LENGTH)
    return _shorten(result, results, check_mode, excess) if excess > 0 else result


def _shorten(
    result: dict[str, Any], results: Mapping[Sender, SenderResult], check_mode: bool, excess: int
) -> dict[str, Any]:
    """Shorten a result by ``excess`` characters without dropping a sender. If that is impossible, return it in full."""
    shorter = dict(result)

    def replace_value(name: str, value: Any) -> None:
        nonlocal excess
        excess -= len(str(shorter[name])) - len(str(value))
        shorter[name] = value

    if "responses" in result:
        replace_value("responses", [{**response, "body": TOO_LONG} for response in result["responses"]])
    for detail in ("names", "changes", "counts"):
        if "diff" in result and excess > 0:
            replace_value("diff", _diff(results, check_mode, detail))
    if excess > 0:
        rows = _shorten_rows(result["senders"], excess)
        if not rows:
            return result
        shorter["senders"] = rows
    return shorter


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


def _shorten_rows(rows: list[dict[str, Any]], excess: int) -> list[dict[str, Any]]:
    """Shorten the rows by ``excess`` characters. The result is empty if that is impossible."""
    dropped = []
    for name in ("code", "iso_code", "id"):
        if excess > 0:
            dropped.append(name)
            excess -= sum([len(f", {name!r}: {row[name]!r}") for row in rows if name in row])
    width = MAX_STRING_LENGTH
    if excess > 0 and rows:
        width = (sum([len(repr(row["msg"])) for row in rows if "msg" in row]) - excess) // len(rows)
    if width < 1:
        return []
    return [
        {name: truncate(row[name], width) if name == "msg" else row[name] for name in row if name not in dropped}
        for row in rows
    ]


def _diff(results: Mapping[Sender, SenderResult], check_mode: bool, detail: str = "descriptions") -> dict[str, str]:
    """Which senders exist before and after the run, as far as it knows.

    Of a new sender it also shows what cannot be corrected later: the country, the entity ID and the description.

    :arg detail: ``names`` omits the descriptions, ``changes`` also unchanged senders, and ``counts`` all senders.
    """
    before: list[str] = []
    after: list[str] = []
    unchanged: list[str] = []
    for sender, result in results.items():
        name = f"{sender.name} {sender.iso_code}".rstrip()
        if result.outcome == "created":
            name = f"{name} {sender.entity_id}".rstrip()
            after.append(f"{name}: {sender.description}" if detail == "descriptions" else name)
        elif result.outcome == "present":
            (after if result.changed else unchanged).append(name)
        elif result.outcome == "deleted":
            before.append(name)
        elif result.outcome == "unknown":
            after.append(f"{name} (unknown)")
    diff = {"before": _diff_side(before, unchanged, detail), "after": _diff_side(after, unchanged, detail)}
    if check_mode:
        header = "would be sent; which senders exist is not known"
        diff.update(before_header=header, after_header=header)
    return diff


def _diff_side(changes: list[str], unchanged: list[str], detail: str) -> str:
    lines = sorted([*changes, *unchanged])
    if detail == "changes" and unchanged:
        lines = [f"({len(unchanged)} unchanged senders are not listed)", *sorted(changes)]
    elif detail == "counts" and lines:
        lines = [f"({len(lines)} senders are not listed)"]
    return "".join([f"{line}\n" for line in lines])
