# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""Results of many accounts to one summary, for programs and for people."""

from __future__ import annotations

DOCUMENTATION = r"""
name: overview
version_added: 1.0.0
short_description: Sum up over the results of several accounts
description:
  - Takes what M(community.kaleyra.kaleyra_sender) returned for each account, and gives totals, the senders that failed, those that await Kaleyra's
    verification, and a short table of it.
  - It is what the playbook C(community.kaleyra.senders) prints, and leaves to a workflow.
author:
  - The community.kaleyra authors (@ansible-collections)
positional: accounts
options:
  _input:
    description:
      - The registered results, by the account's name.
    type: dict
    required: true
  accounts:
    description:
      - All accounts, in the order of the table. One without a result has failed.
      - By default those of O(_input).
    type: list
    elements: str
  check_mode:
    description:
      - Whether the results are of check mode. Nothing was sent then, and no sender awaits anything.
    type: bool
    default: false
  lines:
    description:
      - How many senders the table shows as failed, and how many as changed.
    type: int
    default: 20
  names:
    description:
      - How many senders the summary names as failed, and how many as awaiting verification. The accounts share the latter evenly.
    type: int
    default: 5000
notes:
  - Only what is in a result can be named. With O(community.kaleyra.kaleyra_sender#module:report=failures) that is no sender that awaits verification;
    with O(community.kaleyra.kaleyra_sender#module:report=changes) it is all that matters here.
seealso:
  - module: community.kaleyra.kaleyra_sender
"""

EXAMPLES = r"""
- name: Declare senders, and tell at a glance what became of them
  hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - name: Declare the senders that a file lists
      community.kaleyra.kaleyra_sender:
        src: "{{ playbook_dir }}/senders.csv"
        report: changes
      register: kaleyra
      failed_when: kaleyra.summary is not defined

    - name: Show the table
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
          description: How many accounts there are.
          type: int
        accounts_failed:
          description: The accounts that did not get what was declared.
          type: list
          elements: str
        totals:
          description: How many senders there are, and how many of them had each outcome.
          type: dict
        failed:
          description: The senders that failed, as the module returns them, each with its C(account).
          type: list
          elements: dict
        awaiting:
          description: The names of the senders that were created and so await Kaleyra's verification, by account.
          type: dict
    table:
      description: The overview for people, as lines. First the totals, then the failed senders with their reasons, then what changed.
      type: list
      elements: str
    faults:
      description: Why an account failed, by account, for those that have a result.
      type: dict
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.community.kaleyra.plugins.module_utils._result import OUTCOMES

FAILED = ("rejected", "unknown", "not_attempted")
NOTHING_SAID = "the module could not run; with ANSIBLE_DISPLAY_TRACEBACK=error in its environment, Ansible tells why"
"""From ansible-core 2.19 on, a task whose failure is `failed_when`'s to judge says nothing of a module that breaks down."""
HEADING = ("ACCOUNT", "SENDER", "COUNTRY", "OUTCOME", "WHAT THE API SAID")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Account:
    """What an overview needs of one account. `fault` says why it failed, if it did; the rows are the first ones of the module's `senders`."""

    name: str
    fault: str | None
    counts: Mapping[str, int]
    failures: Sequence[Row]
    changes: Sequence[Row]
    awaiting: Sequence[str]

    def count(self, *outcomes: str) -> int:
        return sum(self.counts.get(outcome, 0) for outcome in outcomes)


def overview(
    results: Mapping[str, Row],
    accounts: Sequence[str] | None = None,
    check_mode: bool = False,
    lines: int = 20,
    names: int = 5000,
) -> dict[str, Any]:
    """The filter: see its documentation above."""
    lines, names = max(0, lines), max(0, names)
    known = [_account(name, result, lines, names) for name, result in results.items()]
    summary = _summary(known, list(results) if accounts is None else accounts, check_mode, names)
    faults = {account.name: account.fault for account in known if account.fault is not None}
    # Older ansible-core would take the server's words for a template, once they are in a text of ours.
    found: dict[str, Any] = wrap_var({"summary": summary, "table": _table(known, summary, lines), "faults": faults})
    return found


def _account(name: str, result: Row, lines: int, names: int) -> Account:
    account = Account(name, None, result.get("summary", {"total": 0}), (), (), ())
    failed, created = account.count(*FAILED), account.count("created")
    said = [result.get(key, "") for key in ("msg", "module_stderr")]
    if "msg" not in result:
        said = [NOTHING_SAID, result.get("failed_when_suppressed_exception", "")]
    rows = result.get("senders", ())
    # Of what was there before, some may be changed, and no count tells.
    changes = len(rows) if account.count("present", "absent") else lines
    return replace(
        account,
        fault="\n".join(filter(None, said)) if failed or "summary" not in result else None,
        failures=_first(min(failed, max(lines, names)), rows, lambda row: row["failed"]),
        changes=_first(changes, rows, lambda row: row["changed"] and not row["failed"]),
        awaiting=[row["sender"] for row in _first(min(created, names), rows, lambda row: row["outcome"] == "created")],
    )


def _first(most: int, rows: Iterable[Row], wanted: Callable[[Row], bool]) -> list[Row]:
    """At most so many rows, and no look at the rest: from ansible-core 2.19 on, each look at a row is one of its templating."""
    return list(islice(filter(wanted, rows), most))


def _summary(known: Sequence[Account], accounts: Sequence[str], check_mode: bool, names: int) -> dict[str, Any]:
    totals: Counter[str] = Counter()
    for account in known:
        totals.update(account.counts)
    good = {account.name for account in known if account.fault is None}
    failures = ({**row, "account": account.name} for account in known for row in account.failures)
    waiting = [account for account in known if account.awaiting and not check_mode]
    share = max(1, names // max(1, len(waiting)))
    return {
        "check_mode": check_mode,
        "accounts": len(accounts),
        "accounts_failed": [name for name in accounts if name not in good],
        "totals": dict(totals),
        "failed": list(islice(failures, names)),
        "awaiting": {account.name: account.awaiting[:share] for account in waiting},
    }


def _table(known: Sequence[Account], summary: Mapping[str, Any], lines: int) -> list[str]:
    totals, names = summary["totals"], summary["accounts_failed"]
    told = ", ".join(f"{totals[outcome]} {outcome}" for outcome in OUTCOMES if totals.get(outcome))
    faults = {account.name: "" if account.count(*FAILED) else account.fault for account in known}
    senderless = [(name, "", "", "failed", fault) for name in names if (fault := faults.get(name, "see above"))]
    failed = [*senderless, *(_cells(account, row) for account in known for row in account.failures)]
    changed = [_cells(account, row) for account in known for row in account.changes]
    failed_count = len(senderless) + sum(account.count(*FAILED) for account in known)
    changed_count = sum(max(account.count("created", "deleted"), len(account.changes)) for account in known)
    return [
        *(["Preview: nothing was sent."] if summary["check_mode"] else []),
        f"Accounts: {summary['accounts']}, of which {len(names)} failed",
        f"Senders: {totals.get('total', 0)}{', of which ' if told else ''}{told}",
        *_section("FAILED", failed, failed_count, lines),
        *_section("TO BE CHANGED" if summary["check_mode"] else "CHANGED", changed, changed_count, lines),
    ]


def _cells(account: Account, row: Row) -> tuple[str, ...]:
    said = " ".join((row.get("code", ""), row.get("msg", ""))).strip()
    return account.name, row["sender"], row.get("iso_code", "").upper(), row["outcome"], said


def _section(title: str, rows: Sequence[tuple[str, ...]], count: int, lines: int) -> list[str]:
    if not rows[:lines]:
        return []
    shown = [[" ".join(cell.splitlines()) for cell in row] for row in (HEADING, *rows[:lines])]
    widths = [max(map(len, column)) for column in zip(*shown)]
    more = count - len(shown) + 1
    return [
        "",
        f"{title} ({count})",
        *("  ".join(map(str.ljust, row, widths)).rstrip() for row in shown),
        *([f"and {more} more"] if more > 0 else []),
    ]


class FilterModule:
    """Ansible's handle to the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"overview": overview}
