# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""Builds the module's result and warnings from the outcomes, and keeps the result below AWX's size limit."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.community.kaleyra.plugins.module_utils._batches import RunResult
from ansible_collections.community.kaleyra.plugins.module_utils._operations import STOP_CODES, Operation
from ansible_collections.community.kaleyra.plugins.module_utils._response import SenderResult
from ansible_collections.community.kaleyra.plugins.module_utils._secret import hide_key
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender, show

OUTCOMES = ("created", "present", "deleted", "absent", "rejected", "unknown", "not_attempted")

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
MAX_REASON_LENGTH = 300
MAX_REASONS = 5
MAX_NAMES = 5


Pair = tuple[Sender, SenderResult]


def mask_run(run: RunResult, api_key: str) -> RunResult:
    """Hide the API key in all texts of servers and libraries, remove control characters, and truncate them.

    All that the user sees is built from the result of this function. Responses are read before, as received.
    """

    @functools.cache  # thousands of senders have the same code and the same reason
    def clean(text: str) -> str:
        return _truncate(hide_key(text, api_key), MAX_TEXT_LENGTH)

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


def build_warnings(run: RunResult, operation: Operation) -> list[str]:
    """What a user should know even if the task succeeds: retries, and senders that this run may have changed."""
    warnings = []
    reasons = run.retry_reasons
    if reasons:
        parts = [f"{_reason('', text)} ({count}x)" for text, count in Counter(reasons).most_common(MAX_REASONS)]
        warnings.append(f"Some requests to Kaleyra were retried ({len(reasons)} in total): {'; '.join(parts)}")
    in_doubt = [pair for pair in run.results.items() if pair[1].in_doubt]
    if in_doubt:
        warnings.append(
            f"It is not known whether this run {operation.done} some senders, because a response was lost or did not"
            f" mention them. They are reported as changed: {_names(in_doubt)}"
        )
    return warnings


def build_result(
    run: RunResult, operation: Operation, report: str, *, check_mode: bool = False, diff: bool = False
) -> dict[str, Any]:
    """The result of the module.

    :arg report: a key of `REPORTS`.
    :arg check_mode: whether the results are a preview.
    :arg diff: whether to add ``diff``.
    """
    pairs = list(run.results.items())
    counts = Counter([found.outcome for _sender, found in pairs])
    result: dict[str, Any] = {
        "changed": any(found.changed for _sender, found in pairs),
        "failed": any(found.failed for _sender, found in pairs),
        "msg": _message(run, operation, counts, check_mode),
        "summary": {"total": len(pairs), **{name: counts[name] for name in OUTCOMES}},
        "api_calls": run.requests,
    }
    if diff:
        result["diff"] = _diff(pairs, check_mode)
    rows = [_row(sender, found) for sender, found in pairs if REPORTS[report](found)]
    excess = len(str(result)) + len(str(rows)) - (MAX_RESULT_LENGTH - RESERVED_LENGTH)
    result["senders"] = _shorten(rows, excess) if excess > 0 else rows
    return result


def _message(run: RunResult, operation: Operation, counts: Counter[str], check_mode: bool) -> str:
    """How many senders have which outcome. If some failed: why, the first of them by reason, and what to do."""
    pairs, stopped = list(run.results.items()), run.stopped
    if check_mode and pairs:
        return f"{len(pairs)} would be sent to be {operation.done}; check mode does not know which senders exist"
    summary = ", ".join(f"{counts[name]} {name}" for name in OUTCOMES if counts[name]) or "nothing to do"
    failures = [pair for pair in pairs if pair[1].failed]
    if not failures:
        return summary
    sentences = [f"The run stopped: {_reason(stopped.code, stopped.message)}"] if stopped else []
    if stopped and counts["not_attempted"] == len(pairs):
        subject = f"None of the {len(pairs)} senders" if len(pairs) > 1 else "No sender"
        sentences.append(f"{subject} was processed: {_names(pairs)}")
    else:
        known = (stopped.code, stopped.message) if stopped else None
        sentences.append(f"{len(failures)} of {len(pairs)} senders failed ({summary}): {_reasons(failures, known)}")
    if stopped:
        sentences.append(STOP_CODES.get(stopped.code, ""))
    elif counts["not_attempted"]:
        sentences.append("Correct the rejected senders, or use shorter lists, and run the task again")
    if counts["unknown"]:
        sentences.append(f"Whether the unknown senders were {operation.done} is not known: run the task again")
    return " ".join(text if text.endswith((".", "!", "?")) else f"{text}." for text in filter(None, sentences))


def _reasons(failures: Sequence[Pair], known: tuple[str, str] | None) -> str:
    """The failed senders, grouped by outcome and reason. The reason ``known`` is not repeated."""
    groups: dict[tuple[str, str, str], list[Pair]] = {}
    for sender, result in failures:
        groups.setdefault((result.outcome, result.code, result.msg), []).append((sender, result))
    parts = [
        f"{_names(group)} {outcome}" + ("" if (code, msg) == known else f": {_reason(code, msg)}")
        for (outcome, code, msg), group in list(groups.items())[:MAX_REASONS]
    ]
    others = sum(map(len, list(groups.values())[MAX_REASONS:]))
    return "; ".join([*parts, f"and {others} more with other reasons"] if others else parts)


def _reason(code: str, message: str) -> str:
    return _truncate(f"{code} {message}".strip(), MAX_REASON_LENGTH)


def _names(pairs: Sequence[Pair]) -> str:
    names = [_name(sender) for sender, _result in pairs[:MAX_NAMES]]
    more = len(pairs) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _name(sender: Sender) -> str:
    return f"{show(sender.name)} ({sender.iso_code})" if sender.iso_code else show(sender.name)


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
        {name: _truncate(row[name], width) if name == "msg" else row[name] for name in row if name not in dropped}
        for row in rows
    ]


def _truncate(text: str, max_length: int) -> str:
    """A text of at most ``max_length`` characters as ``repr`` prints it."""
    length = len(text)
    while length and len(repr(text[:length])) > max_length:
        length = min(length - 1, length * max_length // len(repr(text[:length])))
    return text if length == len(text) else f"{text[: length - 1]}\u2026" if length else ""


def _diff(pairs: Sequence[Pair], check_mode: bool) -> dict[str, str]:
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
