# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""Outcomes to the task's result: rows, counts, message, warnings, diff, and a size that AWX keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ansible_collections.community.kaleyra.plugins.module_utils._process import Outcome, Processed

OUTCOMES = (
    "created",
    "present",
    "deleted",
    "absent",
    "rejected",
    "unknown",
    "not_attempted",
)

REPORTS: dict[str, Callable[[Outcome], bool]] = {
    "all": lambda outcome: True,
    "changes": lambda outcome: outcome.changed or outcome.failed,
    "failures": lambda outcome: outcome.failed,
}

MOST_CHARACTERS = 650_000
"""AWX drops a task's result without a word when ``len(str(result))`` exceeds 700,000; the rest is for what Ansible adds."""

MOST_NAMED = 5
MOST_WORDS = 500


def build_result(processed: Processed, report: str, diff: bool) -> dict[str, Any]:
    """The task's result, but for the warnings, which go to the module's ``warn``."""
    outcomes = processed.outcomes
    counts = Counter(outcome.outcome for outcome in outcomes)
    failures = [outcome for outcome in outcomes if outcome.failed]
    found: dict[str, Any] = {
        "changed": any(outcome.changed for outcome in outcomes),
        "failed": bool(failures),
        "msg": _message(counts, failures, len(outcomes)),
        "summary": {
            "total": len(outcomes),
            **{name: counts[name] for name in OUTCOMES},
        },
        "api_calls": processed.requests,
    }
    rows = [_row(outcome) for outcome in outcomes if REPORTS[report](outcome)]
    room = MOST_CHARACTERS - len(str(rows))
    if diff:
        found["diff"] = _diff(outcomes, room - len(str(found)))
    found["senders"] = _fit(rows, len(str(found)) - room)
    return found


def build_warnings(processed: Processed) -> list[str]:
    """What an operator should know although the task may have succeeded."""
    found = []
    if processed.retry_reasons:
        reasons = Counter(processed.retry_reasons).most_common(3)
        told = "; ".join(f"{_cut(reason, MOST_WORDS)} ({count} x)" for reason, count in reasons)
        found.append(f"Some calls to Kaleyra were made again, {len(processed.retry_reasons)} x in all: {told}")
    doubtful = [
        outcome
        for outcome in processed.outcomes
        if outcome.changed and outcome.outcome in ("present", "absent", "rejected")
    ]
    if doubtful:
        found.append(
            f"After a lost answer it is not certain whether this run or something before it made these senders"
            f" {doubtful[0].outcome}, so they are reported as changed: {_names(doubtful, _name)}"
        )
    return found


def _message(counts: Counter[str], failures: Sequence[Outcome], total: int) -> str:
    told = ", ".join(f"{counts[name]} {name}" for name in OUTCOMES if counts[name]) or "nothing to do"
    if not failures:
        return told
    return f"{len(failures)} of {total} senders failed ({told}): {_names(failures, _name_and_reason)}"


def _names(outcomes: Sequence[Outcome], tell: Callable[[Outcome], str]) -> str:
    more = len(outcomes) - MOST_NAMED
    return "; ".join([*map(tell, outcomes[:MOST_NAMED]), *([f"and {more} more"] if more > 0 else [])])


def _name(outcome: Outcome) -> str:
    sender = outcome.sender
    return f"{sender.name} ({sender.iso_code})" if sender.iso_code else sender.name


def _name_and_reason(outcome: Outcome) -> str:
    code = f"{outcome.code} " if outcome.code else ""
    return f"{_name(outcome)} {outcome.outcome}: {code}{_cut(outcome.msg, MOST_WORDS)}"


def _row(outcome: Outcome) -> dict[str, Any]:
    row: dict[str, Any] = {
        "sender": outcome.sender.name,
        "outcome": outcome.outcome,
        "changed": outcome.changed,
        "failed": outcome.failed,
    }
    if outcome.sender.iso_code:
        row["iso_code"] = outcome.sender.iso_code
    if outcome.id:
        row["id"] = outcome.id
    if outcome.code:
        row["code"] = outcome.code
    if outcome.msg:
        row["msg"] = outcome.msg
    return row


def _fit(rows: list[dict[str, Any]], excess: int) -> list[dict[str, Any]]:
    """Shorten the rows by so many characters, if that can be done without dropping one."""
    dropped = []
    for name in ("code", "iso_code", "id"):
        if excess > 0:
            dropped.append(name)
            excess -= sum([len(f", {name!r}: {row[name]!r}") for row in rows if name in row])
    if excess > 0 and rows:  # what is too long may be the diff alone
        told = sum(len(repr(row.get("msg", ""))) for row in rows)
        width = (told - excess) // len(rows)
        if width < 1:
            return rows
        rows = [{**row, "msg": _cut(row["msg"], width)} if "msg" in row else row for row in rows]
    for name in dropped:
        for row in rows:
            row.pop(name, None)
    return rows


def _cut(text: str, width: int) -> str:
    """A text of at most so many characters as ``repr`` prints it."""
    keep = len(text)
    while keep and len(repr(text[:keep])) > width:
        keep = min(keep - 1, keep * width // len(repr(text[:keep])))
    return text if keep == len(text) else f"{text[: keep - 1]}\u2026" if keep else ""


def _diff(outcomes: Sequence[Outcome], most: int) -> dict[str, str]:
    """What was and what is there, as far as the run knows, a line a sender; in more than so many characters, without what stays."""
    before: list[str] = []
    after: list[str] = []
    for outcome in outcomes:
        line = " ".join(filter(None, (outcome.sender.name, outcome.sender.iso_code)))
        if outcome.outcome == "unknown":
            after.append(f"{line} (unknown)")
        elif outcome.outcome == "deleted" or (outcome.outcome == "present" and not outcome.changed):
            before.append(line)
        if outcome.outcome in ("created", "present"):
            after.append(line)
    found = {"before": _lines(before), "after": _lines(after)}
    if len(str(found)) <= most:
        return found
    stay = set(before).intersection(after)
    if not stay:
        return found
    told = f"({len(stay)} that stay are not listed)\n"
    return {name: told + _lines(set(lines) - stay) for name, lines in (("before", before), ("after", after))}


def _lines(names: Iterable[str]) -> str:
    return "".join(f"{name}\n" for name in sorted(names))
