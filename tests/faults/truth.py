# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task's result says, held against what the server knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Key = tuple[str, str]

FLAGS = {
    "created": {(True, False)},
    "present": {(False, False), (True, False)},
    "deleted": {(True, False)},
    "absent": {(False, False), (True, False)},
    "rejected": {(False, True)},
    "unknown": {(True, True)},
    "not_attempted": {(False, True)},
}
"""The contract's table: ``changed`` and ``failed`` of each outcome. A lost answer makes `present` and `absent` changed."""


@dataclass(frozen=True)
class Truth:
    """An account at one moment, by name and country, and the requests that the server has had so far."""

    rows: frozenset[Key]
    calls: int

    @classmethod
    def of(cls, mock_api: Any, sid: str, calls: int | None = None) -> Truth:
        """The truth of a mock API, which has not seen all requests if something stands before it."""
        rows = {(name, country) for name, countries in mock_api.accounts[sid].rows.items() for country in countries}
        seen = sum(call.sid == sid for call in mock_api.requests)
        return cls(frozenset(rows), seen if calls is None else calls)


def lies(
    result: Mapping[str, Any], listed: Sequence[Key], before: Truth, after: Truth, silent: bool = False
) -> Iterator[str]:
    """Sentences about whatever the result says, or leaves out, against the truth.

    :arg listed: the distinct senders of the task by name and country; for deleting, the country is empty.
    :arg silent: the server takes the deletion of an unknown sender for a success.
    """
    rows = result["senders"]
    told = [(row["sender"], row.get("iso_code", "")) for row in rows]
    if told != list(listed):
        yield f"rows for {told}, not for {list(listed)}"
        return
    deleting = any(country == "" for _name, country in listed)
    was, is_there = (_names(truth.rows) if deleting else truth.rows for truth in (before, after))
    touched = was ^ is_there
    if not touched <= set(listed):
        yield f"{touched - set(listed)} is not listed, and was changed"
    for key, row in zip(listed, rows):
        yield from _row(key, row, key in was, key in is_there, silent)
    yield from _sums(result, rows)
    if result["api_calls"] != after.calls - before.calls:
        yield f"{result['api_calls']} calls are told, {after.calls - before.calls} came"
    decided = [(key, row) for key, row in zip(listed, rows) if not row["failed"]]
    doubtful = {key for key, row in decided if row["changed"] and row["outcome"] in ("present", "absent")}
    unasked = {key for key, row in decided if silent and row["outcome"] == "deleted"}
    lines = {
        "before": [key for key, _row in decided if (key in was or key in unasked) and key not in doubtful],
        "after": [key for key, _row in decided if key in is_there],
    }
    for side, keys in lines.items():
        told_lines = [line for line in result["diff"][side].splitlines() if not line.endswith("(unknown)")]
        if told_lines != sorted(" ".join(filter(None, key)) for key in keys):
            yield f"the diff says {side}: {told_lines}, not {keys}"


def _names(rows: frozenset[Key]) -> frozenset[Key]:
    return frozenset((name, "") for name, _country in rows)


def _row(key: Key, row: Mapping[str, Any], existed: bool, exists: bool, silent: bool) -> Iterator[str]:
    outcome, changed, failed = row["outcome"], row["changed"], row["failed"]
    story = f"{key[0]} is {outcome}, changed: {changed}, failed: {failed}; it existed: {existed}, it exists: {exists}"
    if (changed, failed) not in FLAGS[outcome]:
        yield f"the flags of {story}"
    if not _true(outcome, existed, exists, silent) or (not changed and existed != exists):
        yield story
    if failed and not row.get("msg"):
        yield f"no reason for {story}"


def _true(outcome: str, existed: bool, exists: bool, silent: bool) -> bool:
    return {
        "created": exists and not existed,
        "present": exists,
        "deleted": not exists and (existed or silent),
        "absent": not exists,
    }.get(outcome, True)


def _sums(result: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Whether the task's flags, counts and message are those of its rows."""
    for flag in ("changed", "failed"):
        if bool(result.get(flag)) != any(row[flag] for row in rows):
            yield f"{flag} is {result.get(flag)}"
    counts = Counter(row["outcome"] for row in rows)
    if result["summary"] != {"total": len(rows), **{name: counts[name] for name in FLAGS}}:
        yield f"the summary is {result['summary']}"
    failed = [row for row in rows if row["failed"]]
    if failed and not (failed[0]["sender"] in result["msg"] and failed[0].get("msg", "")[:100] in result["msg"]):
        yield f"the message does not name {failed[0]['sender']}: {result['msg']}"
