# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mock API with faults: `Behavior` is what differs in all requests, `Failure` what goes wrong with one of them.

In a test::

    with FaultyApi({"HX1": {"key": "A1"}}, max_errors=1) as mock_api:
        mock_api.script(["reset_after", 503, {"kind": "respond_before", "status": 429}])
        ...  # POST to mock_api.url + "/v1/HX1/messages/sender"
        assert mock_api.senders("HX1") == ["ADPAI"]  # what exists, although the response was lost

`respond` does the same without a network.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

import mock_api_server
from mock_api_simulator import (
    EXISTS,
    SUBMITTED,
    WRONG_ACCOUNT,
    WRONG_PAYLOAD,
    Account,
    Response,
    Sender,
    Settings,
    api_response,
    create,
    delete,
    names_in,
    too_large,
)

STRANGER = "STRANGER"  # a name that no request contains
SERVER_ERROR = api_response(500, "WA500", "Please try again later", error={"error": "Internal server error"})


def page(status: int) -> Response:
    """A page of a gateway or a proxy, not of the API."""
    title = f"{status} {http.client.responses.get(status, '')}"
    return Response(status, f"<html><title>{title}</title></html>", {"Content-Type": "text/html"})


@dataclass(frozen=True)
class Behavior(Settings):
    """How the server behaves. The defaults are what Kaleyra's API documentation says."""

    # Requests that are too large. A limit of 0: every request is.
    too_large: str = "Exceeded max capacity of {limit} senders"  # the message of RBC192; empty: HTTP 413 of a proxy
    oversized: tuple[str, ...] = ()  # a request with one of these names is too large
    # Errors of a sender
    exists: str = EXISTS  # reason not to create a sender that exists
    recent: str = ""  # the same for a sender that the API has created itself; empty: `exists`
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
    # names: "exact", in "other case", with "blanks" around, "numbers" if they are digits, with a "prefix", in sender_id
    # ("ids", with a prefix), as "keys" of `error`, as "words" of a string, "none", or those of "strangers"
    names: str = "exact"
    repeats: bool = False  # a rejection repeats the rows of the request in `data`
    lists: bool | None = None  # `data` and `error` are lists (true) or objects (false); None: a list and an object
    # Successes: 200 MSG106 with a row for each sender, 200 MSG108 without rows
    accepted: bool = False  # 202 WA202 without rows for a create request
    rows: bool | None = None  # rows in each success (true), or in none (false)
    row_code: Any = ""  # the code of a row; empty: that of the response, None: no code
    rows_missing: int = 0  # number of rows that are left out
    contradiction: bool = False  # `error` names the first sender that was processed, too


DOCUMENTED = Behavior()


@dataclass
class FaultyAccount(Account):
    """An account that stores names and countries as `behavior` says."""

    behavior: Behavior = DOCUMENTED

    def identity(self, name: str, country: str) -> Sender:
        name = name.lower() if self.behavior.folds_case else name
        return name, "" if self.behavior.ignores_country else country.lower()


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
    if failure.kind.endswith("_before"):
        return failure.response()
    if failure.kind.endswith("_partly"):
        payload = {key: rows[: (len(rows) + 1) // 2] for key, rows in payload.items()}
    response = _process(account, method == "POST", payload, behavior)
    return failure.response() if failure.kind.startswith("respond") else response


def _process(account: Account, creating: bool, payload: Any, behavior: Behavior) -> Response:
    process = create if creating else delete
    limit = behavior.create_limit if creating else behavior.delete_limit
    names = names_in(payload)
    response = too_large(limit) if set(behavior.oversized).intersection(names) else process(account, payload, behavior)
    if response.body["code"] == "RBC192":
        message = behavior.too_large.format(limit=limit)
        return api_response(400, "RBC192", message, error={"error": message}) if message else page(413)
    if response.status == 400 and response.body["code"] not in ("MSG134", "MSG136"):
        return response
    rejection, errors = response, _errors(response)
    if errors:
        rejected = {name for name, _reason in errors}
        names = [name for name in names if name not in rejected] if behavior.partial else []
        if names:
            response = process(account, _only(names, payload), behavior)
    ids = response.body["data"] if creating and names else [{"sender": name, "id": ""} for name in names]
    if not errors or behavior.partial == "success":
        return _success(creating, ids, _reworded(account, payload, errors, behavior), behavior)
    already = (EXISTS, behavior.missing)
    if any(reason not in already for _name, reason in errors) and behavior.wrong_payload:
        return WRONG_PAYLOAD
    if behavior.staged:
        empty = Account() if creating else Account(rows={name: {"": ""} for name in names_in(payload)})
        errors = _errors(process(empty, payload, behavior)) or errors
    errors = _reworded(account, payload, errors, behavior)[: behavior.max_errors or None]
    data = _rows(ids, "MSG106" if creating else "MSG108", behavior) if behavior.partial == "rows" else []
    if behavior.repeats:
        data = [row if isinstance(row, dict) else {"sender": row} for rows in payload.values() for row in rows]
    code, message = rejection.body["code"], rejection.body["message"]
    return _response(behavior.rejection_status, code, message, data, errors, behavior)


def _only(names: Iterable[str], payload: Mapping[str, Any]) -> dict[str, Any]:
    """A request for some of the senders of another one."""
    kept = set(names)
    return {
        key: [row for row in rows if (row["sender"] if isinstance(row, dict) else row) in kept]
        for key, rows in payload.items()
    }


def _errors(response: Response) -> list[tuple[str, str]]:
    """The names and reasons of a response."""
    return [(error["sender_name"], error["sender"]) for error in response.body["error"].values()]


def _reworded(
    account: Account, payload: Any, errors: list[tuple[str, str]], behavior: Behavior
) -> list[tuple[str, str]]:
    """Errors with the server's own reasons for senders that exist."""
    if (behavior.exists, behavior.recent) == (EXISTS, ""):
        return errors
    created = set(account.created)
    recent = {row["sender"] for row in payload.get("data", ()) if (row["sender"], row["iso_code"]) in created}
    return [
        (name, ((name in recent and behavior.recent) or behavior.exists) if reason == EXISTS else reason)
        for name, reason in errors
    ]


def _success(creating: bool, ids: list[dict[str, Any]], errors: list[tuple[str, str]], behavior: Behavior) -> Response:
    if behavior.contradiction and ids:
        errors = [(ids[0]["sender"], behavior.exists), *errors]
    status, code, message = 200, "MSG106" if creating else "MSG108", "Sender ID(s) deleted successfully"
    data: Any = []
    if creating:
        message = SUBMITTED
        if behavior.accepted:
            status, code, message, data = 202, "WA202", "Request Accepted", {"message_id": "A0000000000000000000"}
    if behavior.rows or (behavior.rows is None and creating and not behavior.accepted):
        data = _rows(ids, code, behavior)
    return _response(status, code, message, data, errors, behavior)


def _response(
    status: int, code: str, message: str, data: Any, errors: list[tuple[str, str]], behavior: Behavior
) -> Response:
    if behavior.error_rows and isinstance(data, list):
        data = [*data, *({"sender": name, "message": reason, "code": "MSG134"} for name, reason in errors)]
        errors = []
    data = _numbered(data) if behavior.lists is False and isinstance(data, list) else data
    return api_response(status, code, message, data, _named(errors, behavior) if errors else {})


def _rows(ids: list[dict[str, Any]], code: str, behavior: Behavior) -> list[dict[str, Any]]:
    code = code if behavior.row_code == "" else behavior.row_code
    rows = []
    for done in ids[: max(0, len(ids) - behavior.rows_missing)]:
        row = {"id": done["id"], "status": "1", "sender": _spelled(done["sender"], behavior), "message": SUBMITTED}
        rows.append(row if code is None else {**row, "code": code})
    return rows


def _named(errors: list[tuple[str, str]], behavior: Behavior) -> Any:
    if behavior.names == "none":
        return {"error": errors[0][1]}
    if behavior.names == "keys":
        return dict(errors)
    if behavior.names == "words":
        return {"error": f"Not done: {', '.join(name for name, _reason in errors)}."}
    reason_field, name_field = ("message", "sender_id") if behavior.names == "ids" else ("sender", "sender_name")
    entries = [{reason_field: reason, name_field: _spelled(name, behavior)} for name, reason in errors]
    return entries if behavior.lists else _numbered(entries)


def _numbered(entries: list[dict[str, Any]]) -> dict[str, Any]:
    return {str(index): entry for index, entry in enumerate(entries)}


def _spelled(name: str, behavior: Behavior) -> Any:
    if behavior.names == "numbers" and name.isdigit():
        return int(name)
    spelled = {"other case": name.swapcase(), "blanks": f" {name}\n", "strangers": STRANGER}
    return f"ID_{name}" if behavior.names in ("prefix", "ids") else spelled.get(behavior.names, name)


class _Handler(mock_api_server.Handler):
    def respond(self, body: bytes) -> None:
        mock_api = self.server.mock_api
        assert isinstance(mock_api, FaultyApi)
        response, failure = mock_api.respond_or_fail(self.command, self.path, self.headers, body)
        mock_api.stopping.wait(mock_api.settings.latency)
        if failure.kind.startswith("hang"):
            mock_api.stopping.wait(failure.seconds)
        if failure.kind.startswith("reset") or failure.kind == "hang_before":
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())
            return
        if failure.kind in ("broken_json", "truncated"):
            text = json.dumps(response.body)
            self.close_connection = failure.kind == "truncated"
            headers = {"Content-Length": str(len(text))} if self.close_connection else {}
            response = Response(response.status, text[: len(text) // 2], headers)
        self.reply(response)


class FaultyApi(mock_api_server.MockApi):
    """The server. `behavior` are the fields of `Behavior`, `script` is what goes wrong with the next requests.

    An item of a script is a `Failure` as an object with its fields, its kind, or the status of its response.
    """

    handler = _Handler

    def __init__(
        self,
        accounts: Mapping[str, Mapping[str, Any]] | None = None,
        script: Iterable[Any] = (),
        *,
        any_sid: bool = False,
        **behavior: Any,
    ) -> None:
        super().__init__(accounts, Behavior(**behavior), any_sid=any_sid)
        self._failures = [Failure.parse(item) for item in script]
        self._failure = NO_FAILURE

    def script(self, failures: Iterable[Any]) -> None:
        self._failures += map(Failure.parse, failures)

    def respond_or_fail(self, method: str, path: str, headers: Message, body: bytes) -> tuple[Response, Failure]:
        with self.lock:
            self._failure = failure = self._failures.pop(0) if self._failures else NO_FAILURE
            response = self.respond(method, path, headers, body)
            return failure.response() if failure.kind.endswith("_before") else response, failure

    def process(self, account: Account, method: str, payload: Any) -> Response:
        assert isinstance(self.settings, Behavior)
        return respond(account, method, payload, self.settings, self._failure)
