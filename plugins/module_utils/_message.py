# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""Describes a run for the user: the message of the task, and its warnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ansible_collections.community.kaleyra.plugins.module_utils._batches import RunResult
from ansible_collections.community.kaleyra.plugins.module_utils._operations import STOP_CODES, Operation
from ansible_collections.community.kaleyra.plugins.module_utils._response import FAILED, OUTCOMES
from ansible_collections.community.kaleyra.plugins.module_utils._secret import truncate
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender, show

MAX_MESSAGE_LENGTH = 900
"""AWX shows the first 1,024 characters of an event."""

MAX_NAMES = 20
MAX_REASON_LENGTH = 320

MAX_NAMES_IN_WARNING = 5
MAX_REASONS_IN_WARNING = 5


class _Group(NamedTuple):
    """Senders that failed for the same reason."""

    outcome: str
    reason: str
    senders: list[Sender]


def build_warnings(run: RunResult, operation: Operation) -> list[str]:
    """What a user should know even if the task succeeds: retries, and senders that this run may have changed."""
    warnings = []
    if run.retry_reasons:
        reasons = Counter(run.retry_reasons).most_common(MAX_REASONS_IN_WARNING)
        shown = "; ".join([f"{_reason('', reason)} ({count}x)" for reason, count in reasons])
        warnings.append(f"Some requests to Kaleyra were retried ({len(run.retry_reasons)} in total): {shown}")
    in_doubt = [sender for sender, result in run.results.items() if result.in_doubt]
    if in_doubt:
        warnings.append(
            f"It is not known whether this run {operation.done} some senders, because a response was lost, did not"
            " mention them, or was not understood. They are reported as changed:"
            f" {_names(in_doubt, MAX_NAMES_IN_WARNING, _has_several_countries(run))}"
        )
    return warnings


def build_message(
    run: RunResult, operation: Operation, counts: Mapping[str, int], *, check_mode: bool, has_other_rows: bool
) -> str:
    """How many senders have which outcome, then the first changed or failed ones, and what to do.

    :arg counts: the number of senders with each outcome.
    :arg check_mode: whether the results are a preview.
    :arg has_other_rows: whether the result also contains senders that the message of a failure does not name.
    """
    if not run.results:
        return "nothing to do"
    with_country = _has_several_countries(run)
    done = [sender for sender, result in run.results.items() if result.outcome == operation.done]
    if check_mode:
        start, end = f"{len(done)} would be sent to be {operation.done}", "check mode does not know which senders exist"
        return _fit(lambda number: f"{start} ({_names(done, number, with_country)}); {end}")
    if not any(counts[outcome] for outcome in FAILED):
        return _fit(lambda number: _counts(counts, operation.done, _names(done, number, with_country)))

    groups = _group_failures(run)
    failed = sum([len(group.senders) for group in groups])
    start = f"{failed} of {len(run.results)} senders failed ({_counts(counts)})"
    if run.stopped:
        reason = _sentence(_reason(run.stopped.code, run.stopped.message))
        start += f". The run stopped: {reason} {STOP_CODES.get(run.stopped.code, '')}".rstrip() + " Failed"
    end = _advice(run, operation, counts)
    if has_other_rows:
        end += " Set report: failures to return only the failed senders."
    room = MAX_MESSAGE_LENGTH - len(f"{start}: .{end}")
    return f"{start}: {_sentence(_fit(lambda number: _failures(groups, number, with_country), room))}{end}"


def _advice(run: RunResult, operation: Operation, counts: Mapping[str, int]) -> str:
    advice = ""
    if counts["not_attempted"] and not run.stopped:
        advice += " Correct the rejected senders, or use shorter lists, and run the task again."
    if counts["unknown"]:
        advice += f" Whether the unknown senders were {operation.done} is not known: run the task again."
    return advice


def _counts(counts: Mapping[str, int], outcome_with_names: str = "", names: str = "") -> str:
    """The number of senders with each outcome, and the names of those with one outcome."""
    return ", ".join(
        [
            f"{counts[outcome]} {outcome}" + (f" ({names})" if names and outcome == outcome_with_names else "")
            for outcome in OUTCOMES
            if counts[outcome]
        ]
    )


def _group_failures(run: RunResult) -> list[_Group]:
    """The failed senders by outcome and reason. The reason is empty if it is also that of the stop."""
    senders_of: dict[tuple[str, str, str], list[Sender]] = {}
    for sender, result in run.results.items():
        if result.failed:
            senders_of.setdefault((result.outcome, result.code, result.msg), []).append(sender)
    groups = []
    for (outcome, code, msg), senders in senders_of.items():
        known = run.stopped and code == run.stopped.code and msg in run.stopped.message
        groups.append(_Group(outcome, "" if known else _reason(code, msg), senders))
    return sorted(groups, key=lambda group: OUTCOMES.index(group.outcome))


def _failures(groups: Sequence[_Group], number: int, with_country: bool) -> str:
    """Name failed senders with their reasons: one of each group, and more of the first groups."""
    parts = []
    further = max(number - len(groups), 0)
    for group in groups[:number]:
        shown = min(len(group.senders), 1 + further)
        further -= shown - 1
        reason = f": {group.reason}" if group.reason else ""
        parts.append(f"{_names(group.senders, shown, with_country)} {group.outcome}{reason}")
    others = sum([len(group.senders) for group in groups[number:]])
    return "; ".join([*parts, f"and {others} more with other reasons"] if others else parts)


def _fit(describe: Callable[[int], str], max_length: int = MAX_MESSAGE_LENGTH) -> str:
    """Describe as many senders as fit, at least one, and at most `MAX_NAMES`.

    :arg describe: returns a description of this number of senders.
    """
    for number in range(MAX_NAMES, 0, -1):
        text = describe(number)
        if len(text) <= max_length:
            return text
    return truncate(text, max_length)


def _has_several_countries(run: RunResult) -> bool:
    return len({sender.iso_code for sender in run.results}) > 1


def _names(senders: Sequence[Sender], number: int, with_country: bool) -> str:
    """The first names, and how many more there are."""
    names = [show(sender.name) + (f" ({sender.iso_code})" if with_country else "") for sender in senders[:number]]
    more = len(senders) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _reason(code: str, message: str) -> str:
    return truncate(f"{code} {message}".strip(), MAX_REASON_LENGTH)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
