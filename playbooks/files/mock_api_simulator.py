# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulator of Kaleyra's Sender ID API: an account and a request in, the changed account and a response out.

`create` and `delete` do what Kaleyra's API documentation says, in its words. `Behavior` has a switch for each thing
that the documentation leaves open, or that a server might do differently. `Failure` is what goes wrong with one
request. Nothing here uses the network: ``mock_api_server.py`` serves it over HTTP.

Invented, because the documentation does not say it: HTTP 413, the code ``MSG136`` with the reason `MISSING`, and the
limit of 11 characters for names outside India.
"""

from __future__ import annotations

import fnmatch
import http.client
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

SAMPLE_SID = "HXXXXXXX071US"  # the account of Kaleyra's own samples
SAMPLE_KEY = "Axxxxxxxxxxxxxxxxxxxxxxxxxxxx3"

EXISTS = "Sender ID Already exist."
WRONG_FORMAT = "Sender ID has to be registered and it can only be 6 character"
MISSING = "Sender ID does not exist."
SUBMITTED = "Your Sender ID is submitted and will be verified by a Kaleyra Support Team member."
STRANGER = "STRANGER"  # a name that no request contains


class Response(NamedTuple):
    """An HTTP response. A `body` that is a string is sent unchanged, anything else as JSON."""

    status: int
    body: Any = ""
    headers: Mapping[str, str] = {}


def api_response(status: int, code: str, message: str, data: Any = (), error: Any = None) -> Response:
    """A response in the API's JSON."""
    return Response(status, {"code": code, "message": message, "data": data or [], "error": error or {}})


def page(status: int) -> Response:
    """A page of a gateway or a proxy, not of the API."""
    title = f"{status} {http.client.responses.get(status, '')}"
    return Response(status, f"<html><title>{title}</title></html>", {"Content-Type": "text/html"})


WRONG_ACCOUNT = api_response(401, "RBC001", "Incorrect SID or API key.", error={"error": "Incorrect SID or API key."})
WRONG_PAYLOAD = api_response(
    400, "WA400", "Refer to correct payload format", error={"payload": "Incorrect payload format"}
)
SERVER_ERROR = api_response(500, "WA500", "Please try again later", error={"error": "Internal server error"})
EMPTY_DELETE = api_response(400, "RBC195", "Sender key is Mandatory in the body. And cannot be empty")


@dataclass(frozen=True)
class Behavior:
    """How the server behaves. The defaults are what Kaleyra's API documentation says."""

    # Requests that are too large
    create_limit: int = 5000  # maximum number of senders in a request; 0: every request is too large
    delete_limit: int = 100
    too_large: str = "Exceeded max capacity of {limit} senders"  # the message of RBC192; empty: HTTP 413 of a proxy
    oversized: tuple[str, ...] = ()  # a request with one of these names is too large
    # Errors of a sender
    reject: Mapping[str, str] = field(default_factory=dict)  # name, with * and ?: reason
    exists: str = EXISTS  # reason not to create a sender that exists
    recent: str = ""  # the same for a sender that the API has created itself; empty: `exists`
    missing: str = ""  # reason not to delete a sender that does not exist; empty: no error
    folds_case: bool = False  # ADPAI and adpai are one sender
    ignores_country: bool = False  # a sender exists in all countries or in none
    # Rejections: all or nothing, all errors are listed by name
    partial: str = ""  # senders without an error are processed, and the response is "rejection", "rows" or "success"
    staged: bool = False  # whether senders exist is only checked if there is no other error
    max_errors: int = 0  # maximum number of errors in a rejection; 0: all
    wrong_payload: bool = False  # errors other than an existing or missing sender become a WA400 without a name
    rejection_status: int = 400
    error_rows: bool = False  # errors are rows of `data` with the code MSG134, instead of entries of `error`
    # Names and lists in responses
    names: str = "exact"  # or "other case", "numbers" (for digits), "none" (only the reason), "strangers" (others)
    lists: bool | None = None  # `data` and `error` are lists (true) or objects (false); None: a list and an object
    # Successes: 200 MSG106 with a row for each sender, 200 MSG108 without rows
    accepted: bool = False  # 202 WA202 without rows for a create request
    rows: bool | None = None  # rows in each success (true), or in none (false)
    row_code: Any = ""  # the code of a row; empty: that of the response, None: no code
    rows_missing: int = 0  # number of rows that are left out
    contradiction: bool = False  # `error` names the first sender that was processed, too
    # Server
    latency: float = 0.0  # seconds before each response

    def __post_init__(self) -> None:
        if self.partial not in ("", "rejection", "rows", "success"):
            raise ValueError(f"partial is {self.partial!r}")
        if self.names not in ("exact", "other case", "numbers", "none", "strangers"):
            raise ValueError(f"names is {self.names!r}")

    def identity(self, name: str, country: str) -> tuple[str, str]:
        """The name and the country that the account has for a sender. The country "" stands for all."""
        return name.lower() if self.folds_case else name, "" if self.ignores_country else country.lower()


DOCUMENTED = Behavior()
Sender = tuple[str, str]  # name and country as in the request; a delete request has no country


@dataclass
class Account:
    """The senders of one SID. An account without a key accepts the first one that is used."""

    key: str | None = None
    rows: dict[str, dict[str, str]] = field(default_factory=dict)  # name: {country, or "" for all: id}
    created: list[Sender] = field(default_factory=list)  # by the API, in this order
    deleted: list[str] = field(default_factory=list)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(0x60001))

    def has(self, name: str, country: str) -> bool:
        countries = self.rows.get(name, {})
        return country in countries or "" in countries or (not country and bool(countries))

    def add(self, name: str, country: str) -> str:
        return self.rows.setdefault(name, {}).setdefault(country, f"{next(self.ids):05x}")


class Error(NamedTuple):
    name: str
    reason: str
    already: bool  # whether the sender needs no change


def create(account: Account, payload: Any, behavior: Behavior = DOCUMENTED) -> Response:
    """``POST``: create all senders of the request, or none of them if one has an error."""
    rows = payload.get("data") if isinstance(payload, dict) else None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        return WRONG_PAYLOAD
    if response := _too_large(names_in(payload), behavior.create_limit, behavior):
        return response
    if not all(map(_is_complete, rows)):
        return WRONG_PAYLOAD
    senders: list[Sender] = [(row["sender"], row["iso_code"]) for row in rows]
    existing = {sender: behavior.exists for sender in senders if account.has(*behavior.identity(*sender))}
    if behavior.recent:
        existing.update((sender, behavior.recent) for sender in account.created if sender in existing)
    errors = _errors(senders, existing, behavior, WRONG_FORMAT)
    done = _without(errors, senders) if behavior.partial or not errors else []
    ids = [(sender[0], account.add(*behavior.identity(*sender))) for sender in done]
    account.created += done
    if errors and behavior.partial != "success":
        data = _rows(ids, "MSG106", behavior) if behavior.partial == "rows" else []
        return _rejection("MSG134", "Sender IDs not created", data, errors, behavior)
    if behavior.accepted:
        message_id = {"message_id": "A0000000000000000000"}
        accepted = _rows(ids, "WA202", behavior) if behavior.rows else message_id
        return _success(202, "WA202", "Request Accepted", accepted, ids, errors, behavior)
    data = _rows(ids, "MSG106", behavior) if behavior.rows is not False else []
    return _success(200, "MSG106", SUBMITTED, data, ids, errors, behavior)


def delete(account: Account, payload: Any, behavior: Behavior = DOCUMENTED) -> Response:
    """``DELETE``: delete the senders of the request, in every country."""
    names = payload.get("sender") if isinstance(payload, dict) else None
    if not names:
        return EMPTY_DELETE
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        return WRONG_PAYLOAD
    if response := _too_large(names, behavior.delete_limit, behavior):
        return response
    senders = {(name, ""): behavior.identity(name, "")[0] for name in names}
    missing = [sender for sender, name in senders.items() if name not in account.rows] if behavior.missing else []
    errors = _errors(senders, dict.fromkeys(missing, behavior.missing), behavior)
    done = _without(errors, senders) if behavior.partial or not errors else []
    account.deleted += [sender[0] for sender in done if account.rows.pop(senders[sender], None)]
    if errors and behavior.partial != "success":
        data = _rows(done, "MSG108", behavior) if behavior.partial == "rows" else []
        return _rejection("MSG136", "Sender IDs not deleted", data, errors, behavior)
    data = _rows(done, "MSG108", behavior) if behavior.rows else []
    return _success(200, "MSG108", "Sender ID(s) deleted successfully", data, done, errors, behavior)


def names_in(payload: Any) -> tuple[str, ...]:
    """The senders' names in the body of a request, as far as it contains any."""
    rows = (payload.get("data") or payload.get("sender")) if isinstance(payload, dict) else None
    rows = rows if isinstance(rows, list) else []
    return tuple(str(row.get("sender") if isinstance(row, dict) else row) for row in rows)


def _is_complete(row: Mapping[str, Any]) -> bool:
    if not all(isinstance(row.get(name), str) and row[name] for name in ("sender", "description", "iso_code")):
        return False
    entity_id = row.get("entity_id")
    place = row["iso_code"] + ("" if entity_id is None else str(entity_id))
    return bool(re.fullmatch("[A-Za-z]{2}([0-9]{12,30})?", place)) and place.lower() != "in"


def _too_large(names: Sequence[str], limit: int, behavior: Behavior) -> Response | None:
    if len(names) <= limit and not set(behavior.oversized).intersection(names):
        return None
    message = behavior.too_large.format(limit=limit)
    return api_response(400, "RBC192", message, error={"error": message}) if message else page(413)


def _errors(
    senders: Iterable[Sender], already: Mapping[Sender, str], behavior: Behavior, too_long: str = ""
) -> list[Error]:
    """The errors of a request, in its order. `already`: the reasons of senders that need no change."""
    errors = []
    for sender in senders:
        name, country = sender
        reason = next((why for pattern, why in behavior.reject.items() if fnmatch.fnmatchcase(name, pattern)), "")
        if not reason and len(name) > (6 if country.lower() == "in" else 11):
            reason = too_long
        if sender in already and not (reason and behavior.staged):
            errors.append(Error(name, already[sender], True))
        elif reason:
            errors.append(Error(name, reason, False))
    return errors


def _without(errors: list[Error], senders: Iterable[Sender]) -> list[Sender]:
    names = {error.name for error in errors}
    return [sender for sender in senders if sender[0] not in names]


def _rejection(code: str, message: str, data: Any, errors: list[Error], behavior: Behavior) -> Response:
    others = [error for error in errors if not error.already]
    if behavior.wrong_payload and others:
        return WRONG_PAYLOAD
    listed = (others if others and behavior.staged else errors)[: behavior.max_errors or None]
    return _response(behavior.rejection_status, code, message, data, listed, behavior)


def _success(
    status: int, code: str, message: str, data: Any, done: list[Sender], errors: list[Error], behavior: Behavior
) -> Response:
    if behavior.contradiction and done:
        errors = [Error(done[0][0], behavior.exists, True), *errors]
    return _response(status, code, message, data, errors, behavior)


def _response(status: int, code: str, message: str, data: Any, errors: list[Error], behavior: Behavior) -> Response:
    if behavior.error_rows and isinstance(data, list):
        data = [*data, *({"sender": error.name, "message": error.reason, "code": "MSG134"} for error in errors)]
        errors = []
    data = _numbered(data) if behavior.lists is False and isinstance(data, list) else data
    return api_response(status, code, message, data, _named(errors, behavior) if errors else {})


def _rows(ids: list[tuple[str, str]], code: str, behavior: Behavior) -> list[dict[str, Any]]:
    code = code if behavior.row_code == "" else behavior.row_code
    rows = []
    for name, number in ids[: max(0, len(ids) - behavior.rows_missing)]:
        row = {"id": number, "status": "1", "sender": _spelled(name, behavior), "message": SUBMITTED, "code": code}
        rows.append(row if code is not None else {key: row[key] for key in row if key != "code"})
    return rows


def _named(errors: list[Error], behavior: Behavior) -> Any:
    if behavior.names == "none":
        return {"error": errors[0].reason}
    names = [STRANGER if behavior.names == "strangers" else _spelled(error.name, behavior) for error in errors]
    entries = [{"sender": error.reason, "sender_name": name} for error, name in zip(errors, names)]
    return entries if behavior.lists else _numbered(entries)


def _numbered(entries: list[dict[str, Any]]) -> dict[str, Any]:
    return {str(index): entry for index, entry in enumerate(entries)}


def _spelled(name: str, behavior: Behavior) -> Any:
    if behavior.names == "numbers" and name.isdigit():
        return int(name)
    return name.swapcase() if behavior.names == "other case" else name


KINDS = (
    *("ok", "broken_json", "truncated", "hang_before", "hang_after"),
    *(f"{what}_{when}" for what in ("respond", "reset") for when in ("before", "partly", "after")),
)


@dataclass(frozen=True)
class Failure:
    """What goes wrong with one request.

    ``before``, ``partly`` and ``after`` mean: before the server acts, after it acted on the first half of the senders,
    after it acted on all. The kinds:

    * ``respond_before``, ``respond_partly``, ``respond_after``: the response has this `status`, `headers` and `body`.
    * ``reset_before``, ``reset_partly``, ``reset_after``: no response, the connection is reset.
    * ``hang_before``: the same after `seconds`. ``hang_after``: the response is sent after `seconds`.
    * ``broken_json``, ``truncated``: half of the response is sent; ``truncated`` announces the whole length.
    * ``ok``: no failure.
    """

    kind: str = "ok"
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None  # None: as documented for this status, else the page of a gateway
    seconds: float = 60.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind is {self.kind!r}, must be one of {', '.join(KINDS)}")

    @classmethod
    def parse(cls, item: int | str | Mapping[str, Any]) -> Failure:
        """A failure from its fields, its kind, or the status of a ``respond_before``."""
        if isinstance(item, int):
            return cls("respond_before", status=item)
        return cls(item) if isinstance(item, str) else cls(**item)

    def response(self) -> Response:
        if self.body is not None or self.status < 400:
            return Response(self.status, self.body or "", self.headers)
        documented = {response.status: response for response in (WRONG_ACCOUNT, WRONG_PAYLOAD, SERVER_ERROR)}
        response = documented.get(self.status) or page(self.status)
        return response._replace(headers={**response.headers, **self.headers})


NO_FAILURE = Failure()


def respond(
    account: Account, method: str, payload: Any, behavior: Behavior = DOCUMENTED, failure: Failure = NO_FAILURE
) -> Response:
    """Process a ``POST`` or ``DELETE`` request, as far as `failure` allows, and return the response."""
    process, key = (create, "data") if method == "POST" else (delete, "sender")
    if failure.kind.endswith("_partly"):
        payload = {key: payload[key][: (len(payload[key]) + 1) // 2]}
    response = None if failure.kind.endswith("_before") else process(account, payload, behavior)
    return failure.response() if response is None or failure.kind.startswith("respond") else response
