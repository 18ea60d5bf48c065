# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulator of Kaleyra's Sender ID API: an account and a request in, the changed account and a response out.

`create` and `delete` do what Kaleyra's API documentation says, in its words. Nothing here uses the network:
``mock_api_server.py`` serves it over HTTP.

Invented, because the documentation does not say it: the code ``MSG136`` with the reason `MISSING`, and the limit of 11
characters for names outside India.
"""

from __future__ import annotations

import fnmatch
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

SAMPLE_SID = "HXXXXXXX071US"  # the account of Kaleyra's own samples
SAMPLE_KEY = "Axxxxxxxxxxxxxxxxxxxxxxxxxxxx3"

EXISTS = "Sender ID Already exist."
WRONG_FORMAT = "Sender ID has to be registered and it can only be 6 character"
MISSING = "Sender ID does not exist."
SUBMITTED = "Your Sender ID is submitted and will be verified by a Kaleyra Support Team member."


class Response(NamedTuple):
    """An HTTP response. A `body` that is a string is sent unchanged, anything else as JSON."""

    status: int
    body: Any = ""
    headers: Mapping[str, str] = {}


def api_response(status: int, code: str, message: str, data: Any = (), error: Any = None) -> Response:
    """A response in the API's JSON."""
    return Response(status, {"code": code, "message": message, "data": data or [], "error": error or {}})


WRONG_ACCOUNT = api_response(401, "RBC001", "Incorrect SID or API key.", error={"error": "Incorrect SID or API key."})
WRONG_PAYLOAD = api_response(
    400, "WA400", "Refer to correct payload format", error={"payload": "Incorrect payload format"}
)
EMPTY_DELETE = api_response(400, "RBC195", "Sender key is Mandatory in the body. And cannot be empty")


@dataclass(frozen=True)
class Settings:
    """What the API depends on. The defaults are what its documentation says."""

    create_limit: int = 5000  # maximum number of senders in a request
    delete_limit: int = 100
    reject: Mapping[str, str] = field(default_factory=dict)  # name, with * and ?: reason
    missing: str = ""  # reason not to delete a sender that does not exist, such as `MISSING`; empty: no error
    latency: float = 0.0  # seconds before each response


DOCUMENTED = Settings()
Sender = tuple[str, str]  # name and country; the country "" stands for all


@dataclass
class Account:
    """The senders of one SID. An account without a key accepts the first one that is used."""

    key: str | None = None
    rows: dict[str, dict[str, str]] = field(default_factory=dict)  # name: {country: id}
    created: list[Sender] = field(default_factory=list)  # by the API, as in the requests
    deleted: list[str] = field(default_factory=list)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(0x60001))

    def identity(self, name: str, country: str) -> Sender:
        """How the account stores a name and a country."""
        return name, country.lower()

    def has(self, name: str, country: str = "") -> bool:
        name, country = self.identity(name, country)
        countries = self.rows.get(name, {})
        return country in countries or "" in countries or (not country and bool(countries))

    def add(self, name: str, country: str) -> str:
        """Add a sender, and return its ID."""
        name, country = self.identity(name, country)
        return self.rows.setdefault(name, {}).setdefault(country, f"{next(self.ids):05x}")

    def remove(self, name: str) -> bool:
        """Remove a sender in all countries, and return whether it existed."""
        return bool(self.rows.pop(self.identity(name, "")[0], None))


def create(account: Account, payload: Any, settings: Settings = DOCUMENTED) -> Response:
    """``POST``: create all senders of the request, or none of them if one has an error."""
    rows = payload.get("data") if isinstance(payload, dict) else None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        return WRONG_PAYLOAD
    if len(rows) > settings.create_limit:
        return too_large(settings.create_limit)
    if not all(map(_is_complete, rows)):
        return WRONG_PAYLOAD
    senders = [(row["sender"], row["iso_code"]) for row in rows]
    errors = [
        (name, reason)
        for name, country in senders
        if (reason := (account.has(name, country) and EXISTS) or _reason_to_reject(settings, name, country))
    ]
    if errors:
        return _rejection("MSG134", "Sender IDs not created", errors)
    ids = [account.add(name, country) for name, country in senders]
    account.created += senders
    created = [
        {"id": number, "status": "1", "sender": name, "message": SUBMITTED, "code": "MSG106"}
        for number, (name, _country) in zip(ids, senders)
    ]
    return api_response(200, "MSG106", SUBMITTED, created)


def delete(account: Account, payload: Any, settings: Settings = DOCUMENTED) -> Response:
    """``DELETE``: delete the senders of the request, in every country."""
    names = payload.get("sender") if isinstance(payload, dict) else None
    if not names:
        return EMPTY_DELETE
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        return WRONG_PAYLOAD
    if len(names) > settings.delete_limit:
        return too_large(settings.delete_limit)
    errors = [
        (name, reason)
        for name in dict.fromkeys(names)
        if (reason := (not account.has(name) and settings.missing) or _reason_to_reject(settings, name))
    ]
    if errors:
        return _rejection("MSG136", "Sender IDs not deleted", errors)
    account.deleted += [name for name in names if account.remove(name)]
    return api_response(200, "MSG108", "Sender ID(s) deleted successfully")


def too_large(limit: int) -> Response:
    message = f"Exceeded max capacity of {limit} senders"
    return api_response(400, "RBC192", message, error={"error": message})


def names_in(payload: Any) -> list[str]:
    """The senders' names in the body of a request, as far as it contains any."""
    rows = (payload.get("data") or payload.get("sender")) if isinstance(payload, dict) else None
    rows = rows if isinstance(rows, list) else []
    return [str(row.get("sender") if isinstance(row, dict) else row) for row in rows]


def _is_complete(row: Mapping[str, Any]) -> bool:
    if not all(isinstance(row.get(name), str) and row[name] for name in ("sender", "description", "iso_code")):
        return False
    entity_id = row.get("entity_id")
    place = row["iso_code"] + ("" if entity_id is None else str(entity_id))
    return bool(re.fullmatch("[A-Za-z]{2}([0-9]{12,30})?", place)) and place.lower() != "in"


def _reason_to_reject(settings: Settings, name: str, country: str = "") -> str:
    for pattern, reason in settings.reject.items():
        if fnmatch.fnmatchcase(name, pattern):
            return reason
    return WRONG_FORMAT if country and len(name) > (6 if country.lower() == "in" else 11) else ""


def _rejection(code: str, message: str, errors: list[tuple[str, str]]) -> Response:
    entries = [{"sender": reason, "sender_name": name} for name, reason in errors]
    return api_response(400, code, message, error={str(index): entry for index, entry in enumerate(entries)})
