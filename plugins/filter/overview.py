# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""Summary of the results of several accounts, for programs and for people."""

from __future__ import annotations

DOCUMENTATION = r"""
name: overview
version_added: 1.0.0
short_description: Summarize the results of several accounts
description:
  - Takes the results of M(community.kaleyra.kaleyra_sender) for several accounts. Returns totals, the senders that
    failed, the senders that await Kaleyra's verification, and texts to print.
  - The role P(community.kaleyra.senders#role) prints these texts and passes the summary on to a workflow.
author:
  - The community.kaleyra authors (@ansible-collections)
positional: accounts
options:
  _input:
    description:
      - The registered results by account name. The results of a loop are added up.
      - A result that is not one of the module, and a module that ended without a result, are errors of that account
        only.
    type: dict
    required: true
  accounts:
    description:
      - All accounts, in the order of the summary. An account without a result has failed.
      - The default is the accounts of O(_input).
    type: list
    elements: str
  check_mode:
    description:
      - Whether the results are of check mode. Nothing was sent in this case, and no sender awaits verification.
    type: bool
    default: false
  lines:
    description:
      - The maximum number of failed senders and of changed senders in the texts.
    type: int
    default: 20
  names:
    description:
      - The maximum number of failed senders and of senders that await verification in the summary. The accounts share
        the latter evenly.
    type: int
    default: 5000
notes:
  - The filter needs only changed and failed senders. Use O(community.kaleyra.kaleyra_sender#module:report=changes)
    for long lists. With O(community.kaleyra.kaleyra_sender#module:report=failures) it does not know the created
    senders.
seealso:
  - module: community.kaleyra.kaleyra_sender
"""

EXAMPLES = r"""
- name: Create senders and print a short summary
  hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - name: Create the senders of a file
      community.kaleyra.kaleyra_sender:
        src: "{{ playbook_dir }}/senders.csv"
        report: changes
      register: kaleyra
      # Rejected senders do not fail this task. Anything else does, such as a wrong key.
      failed_when: kaleyra.summary is not defined or kaleyra.summary.not_attempted + kaleyra.summary.unknown > 0

    - name: Print the summary
      ansible.builtin.debug:
        msg: "{{ ({inventory_hostname: kaleyra} | community.kaleyra.overview).table }}"
"""

RETURN = r"""
_value:
  description: The overview.
  type: dict
  contains:
    summary:
      description: The overview for programs.
      type: dict
      contains:
        check_mode:
          description: Whether this is a preview.
          type: bool
        accounts:
          description: The number of accounts.
          type: int
        accounts_failed:
          description: The accounts that are not in the requested state.
          type: list
          elements: str
        errors:
          description: Why each of these accounts failed, by account.
          type: dict
        totals:
          description: The number of senders, and the number of senders with each outcome.
          type: dict
        failed:
          description: The senders that failed, as the module returns them, each with its C(account).
          type: list
          elements: dict
        awaiting:
          description: The names of the created senders, which await Kaleyra's verification, by account.
          type: dict
    table:
      description: The totals, followed by what failed and why, as lines.
      type: list
      elements: str
    changes:
      description: What changed, as lines. Empty if nothing changed.
      type: list
      elements: str
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.community.kaleyra.plugins.module_utils._result import OUTCOMES

FAILED = ("rejected", "unknown", "not_attempted")
MAX_REASON_LENGTH = 300
NO_RESULT = "no result; the error is above"
CRASHED = "the module ended without a result; it may have changed senders"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Account:
    """What the overview needs of one account. The rows are the first ones of the module's `senders`."""

    name: str
    error: str = ""
    skipped: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)
    failures: Sequence[Row] = ()
    changes: Sequence[Row] = ()
    awaiting: Sequence[str] = ()

    def count(self, *outcomes: str) -> int:
        return sum(self.counts.get(outcome, 0) for outcome in outcomes)


def overview(
    results: Mapping[str, Any],
    accounts: Sequence[str] | None = None,
    check_mode: bool = False,
    lines: int = 20,
    names: int = 5000,
) -> dict[str, Any]:
    """The filter: see its documentation above."""
    lines, names = max(0, lines), max(0, names)
    known = {name: _account(name, result, lines, names) for name, result in results.items()}
    listed = [known.get(name) or Account(name, NO_RESULT) for name in (known if accounts is None else accounts)]
    # Up to ansible-core 2.18, the API's texts would be templates once they are part of other texts.
    return wrap_var(  # type: ignore[no-any-return]
        {
            "summary": _summary(listed, check_mode, names),
            "table": _table(listed, check_mode, lines),
            "changes": _changes(listed, check_mode, lines),
        }
    )


def _account(name: str, result: Any, lines: int, names: int) -> Account:
    try:
        return _read(name, result.get("results", [result]), lines, names)
    except (AttributeError, KeyError, TypeError, ValueError):
        return Account(name, "the result is not one of kaleyra_sender")


def _read(name: str, parts: Sequence[Row], lines: int, names: int) -> Account:
    """Add up the results of a loop, or read a single one."""
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update({outcome: int(count) for outcome, count in part.get("summary", {}).items()})
    failed = sum(counts[outcome] for outcome in FAILED)
    # The summary does not count which of these may have been changed by this run.
    uncounted = counts["present"] + counts["absent"]

    def rows(limit: int | None, wanted: Callable[[Row], bool]) -> list[Row]:
        """The first rows. Since ansible-core 2.19, accessing a row templates it, so access no more than needed."""
        every: Iterable[Row] = chain.from_iterable(part.get("senders", ()) for part in parts)
        return list(islice(filter(wanted, every), limit))

    return Account(
        name,
        error="; ".join(filter(None, map(_error, parts))),
        skipped=all(part.get("skipped", False) for part in parts),
        counts=counts,
        failures=rows(min(failed, max(lines, names)), lambda row: row["failed"]),
        changes=rows(None if uncounted else lines, lambda row: row["changed"] and not row["failed"]),
        awaiting=[
            row["sender"] for row in rows(min(counts["created"], names), lambda row: row["outcome"] == "created")
        ],
    )


def _error(result: Row) -> str:
    """Why an account failed, or an empty text."""
    message = str(result.get("msg", ""))
    if result.get("skipped"):
        return ""
    if "summary" in result:
        failed = any(result["summary"].get(outcome) for outcome in FAILED)
        return (message or "senders failed") if failed else ""
    if message and "rc" not in result and not message.startswith("Task failed: Module failed"):
        return message
    last = ["", *str(result.get("module_stderr", "")).strip().splitlines()][-1]
    return f"{CRASHED}: {last}" if last else CRASHED


def _summary(accounts: Sequence[Account], check_mode: bool, names: int) -> dict[str, Any]:
    totals: Counter[str] = Counter()
    for account in accounts:
        totals.update(account.counts)
    failures = ({**row, "account": account.name} for account in accounts for row in account.failures)
    waiting = [account for account in accounts if account.awaiting and not check_mode]
    share = max(1, names // max(1, len(waiting)))
    return {
        "check_mode": check_mode,
        "accounts": len(accounts),
        "accounts_failed": [account.name for account in accounts if account.error],
        "errors": {account.name: account.error for account in accounts if account.error},
        "totals": dict(totals),
        "failed": list(islice(failures, names)),
        "awaiting": {account.name: account.awaiting[:share] for account in waiting},
    }


def _table(accounts: Sequence[Account], check_mode: bool, lines: int) -> list[str]:
    totals: Counter[str] = Counter()
    for outcome in OUTCOMES:
        totals[_shown(outcome, check_mode)] += sum(account.count(outcome) for account in accounts)
    counted = [f"{count} {outcome}" for outcome, count in totals.items() if count]
    total = sum(account.count("total") for account in accounts)
    without_sender = [account for account in accounts if account.error and not account.count(*FAILED)]
    failed = sum(account.count(*FAILED) for account in accounts)
    skipped = sum(account.skipped for account in accounts)
    failures = ((account, row) for account in accounts for row in account.failures)
    title = _title("FAILED", len(without_sender) + failed, lines)
    return [
        *(["Preview: nothing was sent. It is not known which senders exist."] if check_mode else []),
        f"Accounts: {len(accounts)}, of which {sum(bool(account.error) for account in accounts)} failed"
        + (f", {skipped} skipped" if skipped else ""),
        f"Senders: {total}{', of which ' if counted else ''}{', '.join(counted)}",
        *title,
        *(f"{account.name}: {_short(account.error)}" for account in without_sender[:lines]),
        *_senders(failures, False, lines - len(without_sender)),
    ]


def _changes(accounts: Sequence[Account], check_mode: bool, lines: int) -> list[str]:
    count = sum(max(account.count("created", "deleted"), len(account.changes)) for account in accounts)
    rows = ((account, row) for account in accounts for row in account.changes)
    title = _title("WOULD BE SENT" if check_mode else "CHANGED", count, lines)
    return [*title, *_senders(rows, check_mode, lines)]


def _title(title: str, count: int, lines: int) -> list[str]:
    if not count or not lines:
        return []
    return [f"{title} ({count}{f', the first {lines}' if count > lines else ''})"]


def _senders(rows: Iterable[tuple[Account, Row]], check_mode: bool, limit: int) -> list[str]:
    """One line for all senders of an account with the same outcome and reason."""
    groups: dict[tuple[str, str], list[str]] = {}
    for account, row in islice(rows, max(0, limit)):
        reason = " ".join((row.get("code", ""), row.get("msg", ""))).strip()
        outcome = _shown(row["outcome"], check_mode) + (f": {_short(reason)}" if reason else "")
        country = f" ({row['iso_code']})" if row.get("iso_code") else ""
        groups.setdefault((account.name, outcome), []).append(f"{row['sender']}{country}")
    return [f"{account}: {', '.join(senders)} {outcome}" for (account, outcome), senders in groups.items()]


def _shown(outcome: str, check_mode: bool) -> str:
    return "would be sent" if check_mode and outcome in ("created", "deleted") else outcome


def _short(reason: str) -> str:
    line = " ".join(reason.split())
    return line if len(line) <= MAX_REASON_LENGTH else f"{line[: MAX_REASON_LENGTH - 1]}\u2026"


class FilterModule:
    """Registers the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"overview": overview}
