# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""Facts about Kaleyra's Sender ID API, from its two public pages "Create Sender ID" and "Delete Sender ID".

https://developers.kaleyra.io/docs/create-sender-id and https://developers.kaleyra.io/docs/delete-sender-id
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender


@dataclass(frozen=True)
class Operation:
    """Creating or deleting senders.

    ``done`` and ``already`` are the outcomes of a sender that was changed, and of one that needed no change.
    ``max_batch`` is the maximum number of senders in one request. A success whose code is in
    ``success_codes_without_rows`` may come without a row for each sender, and then applies to all of them.
    """

    method: str
    body: Callable[[Sequence[Sender]], dict[str, Any]]
    done: str
    already: str
    max_batch: int
    success_codes_with_rows: frozenset[str]
    success_codes_without_rows: frozenset[str]

    @property
    def success_codes(self) -> frozenset[str]:
        return self.success_codes_with_rows | self.success_codes_without_rows


def _create_body(senders: Sequence[Sender]) -> dict[str, Any]:
    return {"data": [_create_row(sender) for sender in senders]}


def _create_row(sender: Sender) -> dict[str, str]:
    row = {"sender": sender.name, "description": sender.description, "iso_code": sender.iso_code}
    if sender.entity_id:
        row["entity_id"] = sender.entity_id  # a string in the page's sample; it has more digits than a float can hold
    return row


def _delete_body(senders: Sequence[Sender]) -> dict[str, Any]:
    return {"sender": [sender.name for sender in senders]}


CREATE = Operation(
    method="POST",
    body=_create_body,
    done="created",
    already="present",
    max_batch=5000,
    success_codes_with_rows=frozenset({"MSG106"}),
    success_codes_without_rows=frozenset({"WA202"}),
)

DELETE = Operation(
    method="DELETE",
    body=_delete_body,
    done="deleted",
    already="absent",
    max_batch=100,
    success_codes_with_rows=frozenset(),
    success_codes_without_rows=frozenset({"MSG108"}),
)

STOP_CODES = {
    "RBC001": "Check api_key, sid, and that api_url is the account's region.",
    "WA401": "Check api_version and endpoint, or ask Kaleyra's support.",
    "WA-401": "Check api_version and endpoint, or ask Kaleyra's support to enable the API for the account.",
    "E110": "Top up the account and run the task again.",
    "RBC195": "The request contained senders: a proxy may have dropped the body of the request.",
}
"""Codes of errors that concern the account or the whole request, with what the user can do. They stop the run."""

TOO_LARGE_CODES = frozenset({"RBC192"})
REJECTION_CODES = frozenset({"MSG134"})
INTERNAL_ERROR_CODES = frozenset({"WA500"})
