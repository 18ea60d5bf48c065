# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""The shapes that the body of a response has: its JSON, rows, errors, and the names in them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Optional

from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender

MAX_DEPTH = 5

NamedError = tuple[object, tuple[str, ...]]
"""The name that an error entry contains, and its reasons."""

FindSender = Callable[[object], Optional[Sender]]


def api_json(body: bytes) -> dict[str, Any] | None:
    """The body as the API's own JSON, which is an object with a text ``code``; None for anything else."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(payload, dict) or not isinstance(payload.get("code"), str) or not payload["code"].strip():
        return None
    return payload


def sender_finder(senders: Sequence[Sender]) -> FindSender:
    """Return a function that finds the sender of the request for a name in a response, or None.

    Names match in any case. A number matches only if it can mean one sender: 12345 can also mean 012345.
    """
    by_key = {sender.key: sender for sender in senders}
    by_number: dict[float, list[Sender]] = {}

    def find(name: object) -> Sender | None:
        if isinstance(name, str):
            return by_key.get(name.lower())
        if isinstance(name, bool) or not isinstance(name, (int, float)):
            return None
        if not by_number:
            for sender in senders:
                by_number.setdefault(_number(sender.name), []).append(sender)
        candidates = by_number.get(name, [])
        return candidates[0] if len(candidates) == 1 else None

    return find


def _number(name: str) -> float:
    """The number that JSON would contain for a name without quotes; NaN for most names."""
    try:
        return int(name) if name.isdigit() else float(name)
    except ValueError:
        return math.nan


def split_body(payload: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[NamedError], list[str]]:
    """A response's rows, its errors about senders, and its error texts that name no sender.

    ``data`` and ``error`` are lists or objects.
    """
    rows = [item for item in _objects_and_texts(payload.get("data")) if isinstance(item, dict)]
    errors: list[NamedError] = []
    texts: list[str] = []
    for item in _objects_and_texts(payload.get("error")):
        if isinstance(item, str):
            texts.append(item)
        elif "sender_name" in item:
            errors.append((item["sender_name"], _reasons(item, "sender_name")))
        elif "message" in item:
            errors.append((item["sender"], _reasons(item, "sender")))
        else:
            texts += _reasons(item, "")
    return rows, errors, texts


def _objects_and_texts(value: object, depth: int = MAX_DEPTH) -> Iterator[Any]:
    """The objects about a sender, and the texts outside of them."""
    if isinstance(value, str):
        if value.strip():
            yield value.strip()
    elif _is_about_sender(value):
        yield value
    elif isinstance(value, (dict, list)) and depth:
        for item in value.values() if isinstance(value, dict) else value:
            if _is_about_sender(item):
                yield item  # faster than a generator for each of thousands
            else:
                yield from _objects_and_texts(item, depth - 1)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(text for text in _objects_and_texts(value) if isinstance(text, str))


def _is_about_sender(value: object) -> bool:
    return isinstance(value, dict) and ("sender_name" in value or "sender" in value)


def _reasons(entry: Mapping[str, Any], name_field: str) -> tuple[str, ...]:
    """The texts of an error entry, except the sender's name and codes."""
    if len(entry) == 2 and name_field == "sender_name" and isinstance(entry.get("sender"), str):
        return (entry["sender"].strip(),)  # for speed; entries on the API page have these two fields
    ignored = (name_field, "code", "id", "status")
    return tuple(text for key, value in entry.items() if key not in ignored for text in _texts(value))


def row_error(row: Mapping[str, Any]) -> NamedError:
    """A row of a rejection as an error. One with a ``sender_name`` has the shape of those in ``error``."""
    if "sender_name" in row:
        return row["sender_name"], _reasons(row, "sender_name")
    code = scalar(row.get("code"))
    return row["sender"], _texts(row.get("message")) or ((f"rejected with {code}",) if code else ())


def scalar(value: object) -> str:
    """A JSON text or number as text: the API page also prints ids without quotes."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value).strip()
