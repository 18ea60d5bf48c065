# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""Reads the body of a response, whatever its shape is: rows, errors, and the names in them."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender

NAME_FIELDS = ("sender_name", "sender", "sender_id")
NOT_REASONS = {"sender_id", "code", "id", "status"}
WORD = re.compile(r"\w+")


class Body:
    """The body of a response: what it contains about the senders of its request, and about others.

    ``payload`` is the API's own JSON, an object with a string ``code``, and empty for anything else. ``rows`` are the
    objects in ``data`` that have a name. ``reasons`` are those in ``error`` by sender of the request, ``others`` the
    names that match no sender, with their reasons, and ``unnamed`` the reasons without a name.
    """

    def __init__(self, senders: Sequence[Sender], content: bytes) -> None:
        self.senders = senders
        self.payload = _api_json(content)
        self.code: str = self.payload["code"].strip() if self.payload else ""
        self.rows = [item for item in _walk(self.payload.get("data")) if isinstance(item, dict)]
        self.reasons: dict[Sender, list[str]] = {}
        self.others: list[tuple[str, list[str]]] = []
        self.unnamed: list[str] = []
        self._by_key = {sender.key: sender for sender in senders}
        self._by_number: dict[float, list[Sender]] = {}
        for item in _walk(self.payload.get("error")):
            if isinstance(item, str):
                self.unnamed.append(item)
            elif "sender_name" in item:
                self._add(item, "sender_name")
            elif "sender" in item and ("message" in item or self.find(item["sender"])):
                self._add(item, "sender")
            else:
                self._add(item, "sender_id")

    def find(self, name: object) -> Sender | None:
        """The sender with this name, in any case and with any blanks around it.

        A number matches only if it can mean one sender: 12345 can also mean 012345.
        """
        if isinstance(name, str):
            return self._by_key.get(name.strip().lower())
        if isinstance(name, bool) or not isinstance(name, (int, float)):
            return None
        if not self._by_number:
            for sender in self.senders:
                self._by_number.setdefault(_number(sender.name), []).append(sender)
        candidates = self._by_number.get(name, [])
        return candidates[0] if len(candidates) == 1 else None

    def add_error_rows(self, codes: Container[str]) -> None:
        """Add the reasons of the rows that are errors: they have ``sender_name`` or one of these codes."""
        for row in self.rows:
            code = scalar(row.get("code"))
            if "sender_name" in row:
                self._add(row, "sender_name")
            elif code in codes:
                name = row.get("sender", row.get("sender_id"))
                self._add({"sender": name, "message": row.get("message") or f"rejected with {code}"}, "sender")

    def _add(self, entry: Mapping[str, Any], name_field: str) -> None:
        """Add the strings of an error entry, except names and codes."""
        name = entry.get(name_field)
        reasons: list[str] = []
        for key, value in entry.items():
            if key != name_field and key not in NOT_REASONS and value != name:
                reasons += _strings(value)
        sender = self.find(name)
        if sender:
            self.reasons.setdefault(sender, []).extend(reasons)
        elif shown := _show_name(name):
            self.others.append((shown, reasons))
        else:
            self.unnamed += reasons

    def names_anyone(self) -> bool:
        """Whether it names anyone, in a way that is understood or not. One sender is also meant without a name."""
        names = [_show_name(row[name]) for row in self.rows for name in NAME_FIELDS if name in row]
        return bool(self.reasons or self.others or any(names) or (len(self.senders) > 1 and self.mentioned()))

    def mentioned(self) -> set[Sender]:
        """The senders whose name is a key, a string or words of strings in ``error``, in its exact spelling."""
        pending = [error] if (error := self.payload.get("error")) else []
        strings: set[str] = set()
        while pending:
            item = pending.pop()
            if isinstance(item, dict):
                pending += item.values()
                for number, (key, value) in enumerate(item.items()):
                    if not isinstance(value, dict) or key != str(number):  # these keys number the errors
                        strings.add(key)
            elif isinstance(item, list):
                pending += item
            else:
                strings.add(scalar(item))
        words_of = {sender: WORD.findall(sender.name) for sender in self.senders if strings}
        matches = itertools.chain.from_iterable(map(WORD.finditer, strings))
        words = set(itertools.chain.from_iterable(words_of.values()))
        words.intersection_update(map(re.Match.group, matches))
        return {sender for sender, parts in words_of.items() if words.issuperset(parts)}


def _api_json(content: bytes) -> dict[str, Any]:
    try:
        payload = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    code = payload.get("code") if isinstance(payload, dict) else None
    return payload if isinstance(code, str) and code.strip() else {}


def _number(name: str) -> float:
    """The number that JSON would contain for a name without quotes; NaN for most names."""
    try:
        return int(name) if name.isdigit() else float(name)
    except ValueError:
        return float("nan")


def scalar(value: object) -> str:
    """A JSON string or number as a string: the API page also prints ids without quotes."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value).strip()


def _show_name(name: object) -> str:
    return scalar(name) or ", ".join(_strings(name))


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value.strip()] if value.strip() else []
    return list(_walk(value, into_entries=True))


def _walk(value: object, into_entries: bool = False) -> Iterator[Any]:
    """The strings in a value that are not blank, and the objects that have a name, at any depth."""
    iterators = [iter([value])]
    while iterators:
        for item in iterators[-1]:
            if isinstance(item, str):
                if item.strip():
                    yield item.strip()
            elif isinstance(item, dict):
                if not into_entries and ("sender_name" in item or "sender" in item or "sender_id" in item):
                    yield item
                else:
                    iterators.append(iter(item.values()))
                    break
            elif isinstance(item, list):
                iterators.append(iter(item))
                break
        else:
            iterators.pop()
