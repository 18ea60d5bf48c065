# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Kaleyra's Sender ID API does to an account, as its two public pages tell it, and how a call may go wrong.

`create` and `delete` are the whole API behind the server of ``mock_api_server.py``: an account, a body and behavior in, an
response out. They change the `Account` they are given and nothing else.

What the pages leave open is a choice of `Behavior`, and its words are invented: what deleting an unknown sender responses
(`MISSING`, code ``MSG136``), the limit of 11 characters outside India, HTTP 413, and every mode of creating but
``all_or_nothing`` and ``accepted``.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

# The account of the pages' own samples.
SAMPLE_SID = "HXXXXXXX071US"
SAMPLE_KEY = "Axxxxxxxxxxxxxxxxxxxxxxxxxxxx3"

EXISTS = "Sender ID Already exist."
UNACCEPTABLE = "Sender ID has to be registered and it can only be 6 character"
MISSING = "Sender ID does not exist."
SUBMITTED = "Your Sender ID is submitted and will be verified by a Kaleyra Support Team member."

CREATE_MODES = {"all_or_nothing", "partial", "piecemeal", "nameless", "strangers", "othercase", "accepted"}
DELETE_MODES = {"silent", "names", "partial", "piecemeal", "nameless", "strangers", "othercase"}
KINDS = {"ok", "broken_json", "truncated"} | {
    f"{what}_{when}" for what in ("respond", "reset", "hang") for when in ("before", "after")
}


class Response(NamedTuple):
    """One HTTP response."""

    status: int
    body: Any  # what JSON can hold; a string is sent as it is
    headers: Mapping[str, str] = {}


def _response(status: int, code: str, message: str, data: Any = None, error: Any = None) -> Response:
    return Response(
        status, {"code": code, "message": message, "data": [] if data is None else data, "error": error or {}}
    )


def _error(status: int, code: str, message: str, key: str, reason: str = "", data: Any = None) -> Response:
    return _response(status, code, message, data, {key: reason or message})


INCORRECT = _error(401, "RBC001", "Incorrect SID or API key.", "error")
UNREADABLE = _error(400, "WA400", "Refer to correct payload format", "payload", "Incorrect payload format", {})
INTERNAL = _error(500, "WA500", "Please try again later", "error", "Internal server error", {})
NO_SENDER = _response(400, "RBC195", "Sender key is Mandatory in the body. And cannot be empty")
DELETED = _response(200, "MSG108", "Sender ID(s) deleted successfully")
ACCEPTED = _response(202, "WA202", "Request Accepted", {"message_id": "A0000000000000000000"})
DEFAULT_BODIES = {response.status: response.body for response in (INCORRECT, UNREADABLE, INTERNAL)}


@dataclasses.dataclass(frozen=True)
class Behavior:
    """How the server behaves where the pages leave it open, and what it refuses."""

    create: tuple[str, ...] = ("all_or_nothing",)  # of CREATE_MODES; one name will do
    delete: tuple[str, ...] = ("silent",)  # of DELETE_MODES
    create_limit: int = 5000
    delete_limit: int = 100
    too_many: int = 400  # 400 responses RBC192, 413 what a proxy would say
    refuse: Mapping[str, str] = dataclasses.field(default_factory=dict)  # name, with * and ?: the reason to refuse it
    latency: float = 0.0  # seconds before each response

    def __post_init__(self) -> None:
        for field, known in (("create", CREATE_MODES), ("delete", DELETE_MODES)):
            modes = getattr(self, field)
            modes = (modes,) if isinstance(modes, str) else tuple(modes)
            if not modes or not known.issuperset(modes):
                raise ValueError(f"{field}: {modes} is not of {sorted(known)}")
            object.__setattr__(self, field, modes)


@dataclasses.dataclass
class Account:
    """One SID's truth. Without a key it is bound to the first it sees."""

    key: str | None = None
    rows: dict[str, dict[str, str]] = dataclasses.field(default_factory=dict)  # name: {country, "" for any: id}
    created: list[str] = dataclasses.field(default_factory=list)  # names, in the order of the calls
    deleted: list[str] = dataclasses.field(default_factory=list)
    ids: Iterator[int] = dataclasses.field(default_factory=lambda: itertools.count(0x60001))

    def has(self, name: str, country: str) -> bool:
        found = self.rows.get(name, ())
        return country in found or "" in found

    def add(self, name: str, country: str) -> str:
        return self.rows.setdefault(name, {}).setdefault(country, f"{next(self.ids):05x}")


def create(account: Account, payload: Any, behavior: Behavior) -> Response:
    """What ``POST`` of this body does and responses."""
    rows = payload.get("data") if isinstance(payload, dict) else None
    if not isinstance(rows, list) or not rows:
        return UNREADABLE
    if len(rows) > behavior.create_limit:
        return _too_many(behavior.create_limit, behavior)
    if not all(isinstance(row, dict) and _complete(row) for row in rows):
        return UNREADABLE
    good: dict[tuple[str, str], None] = {}
    errors = []
    for row in rows:
        name, country = row["sender"], row["iso_code"].lower()
        reason = EXISTS if (name, country) in good else _reason(account, name, country, behavior)
        if reason:
            errors.append((name, reason))
        else:
            good[name, country] = None
    if "nameless" in behavior.create and any(reason != EXISTS for name, reason in errors):
        return UNREADABLE
    ids = []
    if not errors or "partial" in behavior.create:
        ids = [(name, account.add(name, country)) for name, country in good]
        account.created += [name for name, country in good]
    if errors:
        return _refusal("MSG134", "Sender IDs not created", errors, behavior.create)
    if "accepted" in behavior.create:
        return ACCEPTED
    data = [
        {"id": number, "status": "1", "sender": name, "message": SUBMITTED, "code": "MSG106"} for name, number in ids
    ]
    return _response(200, "MSG106", SUBMITTED, data)


def delete(account: Account, payload: Any, behavior: Behavior) -> Response:
    """What ``DELETE`` with this body does and responses."""
    names = payload.get("sender") if isinstance(payload, dict) else None
    if not names:
        return NO_SENDER
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        return UNREADABLE
    if len(names) > behavior.delete_limit:
        return _too_many(behavior.delete_limit, behavior)
    missing = [(name, MISSING) for name in names if name not in account.rows]
    if not missing or not {"silent", "partial"}.isdisjoint(behavior.delete):
        account.deleted += [name for name in names if account.rows.pop(name, None)]
    if not missing or "silent" in behavior.delete:
        return DELETED
    if "nameless" in behavior.delete:
        return UNREADABLE
    return _refusal("MSG136", "Sender IDs not deleted", missing, behavior.delete)


def names_in(payload: Any) -> tuple[str, ...]:
    """The sender names of a call's body, as far as it holds any."""
    if not isinstance(payload, dict):
        return ()
    rows = payload.get("data") or payload.get("sender")
    names = [row.get("sender") if isinstance(row, dict) else row for row in rows] if isinstance(rows, list) else []
    return tuple(map(str, names))


def _complete(row: Mapping[str, Any]) -> bool:
    sender, description, country = row.get("sender"), row.get("description"), row.get("iso_code")
    if not (sender and isinstance(sender, str) and description and isinstance(description, str)):
        return False
    entity_id = row.get("entity_id")
    return isinstance(country, str) and _place_is_right(country, "" if entity_id is None else str(entity_id))


@functools.lru_cache
def _place_is_right(country: str, entity_id: str) -> bool:
    if not entity_id:
        return bool(re.fullmatch("[A-Za-z]{2}", country)) and country.lower() != "in"
    return bool(re.fullmatch("[A-Za-z]{2}[0-9]{12,30}", f"{country}{entity_id}"))


def _reason(account: Account, name: str, country: str, behavior: Behavior) -> str | None:
    if account.has(name, country):
        return EXISTS
    for pattern, reason in behavior.refuse.items():
        if fnmatch.fnmatchcase(name, pattern):
            return reason
    return UNACCEPTABLE if len(name) > (6 if country == "in" else 11) else None


def _refusal(code: str, message: str, errors: list[tuple[str, str]], modes: Iterable[str]) -> Response:
    if "piecemeal" in modes:
        errors = errors[:1]
    if "strangers" in modes:
        errors = [(f"STRANGER{index}", reason) for index, (name, reason) in enumerate(errors)]
    if "othercase" in modes:
        errors = [(name.swapcase(), reason) for name, reason in errors]
    named = {str(i): {"sender": reason, "sender_name": name} for i, (name, reason) in enumerate(errors)}
    return _response(400, code, message, error=named)


def _too_many(limit: int, behavior: Behavior) -> Response:
    if behavior.too_many == 413:
        return Response(413, "<html><title>413 Request Entity Too Large</title></html>", {"Content-Type": "text/html"})
    return _error(400, "RBC192", f"Exceeded max capacity of {limit} senders", "error")


@dataclasses.dataclass(frozen=True)
class Failure:
    """What goes wrong with one call; the docstring of ``mock_api_server.py`` tells the failures."""

    kind: str = "ok"
    status: int = 500
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    body: Any = None  # None: what the pages print for this status, else nothing
    seconds: float = 60.0
    at: int | None = None  # number of the call, from 1; None: the next call

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is not of {sorted(KINDS)}")

    def response(self) -> Response:
        body = DEFAULT_BODIES.get(self.status, "") if self.body is None else self.body
        return Response(self.status, body, self.headers)

    @classmethod
    def read(cls, item: int | str | Mapping[str, Any]) -> Failure:
        if isinstance(item, int):
            return cls("respond_before", status=item)
        return cls(item) if isinstance(item, str) else cls(**item)
