# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""Reads a response of the API: what it says about the senders of its request, and nothing more.

The facts are from Kaleyra's two API pages. The table of :func:`read_response` also has a row for every plausible
response that they do not document.
"""

from __future__ import annotations

import enum
import http
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ansible_collections.community.kaleyra.plugins.module_utils._operations import (
    CREATE,
    DELETE,
    INTERNAL_ERROR_CODES,
    REJECTION_CODES,
    STOP_CODES,
    TOO_LARGE_CODES,
    Operation,
)
from ansible_collections.community.kaleyra.plugins.module_utils._reason import says_already
from ansible_collections.community.kaleyra.plugins.module_utils._response_body import (
    FindSender,
    NamedError,
    api_json,
    row_error,
    scalar,
    sender_finder,
    split_body,
)
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender

SUCCESS_CODES = CREATE.success_codes | DELETE.success_codes
MAX_REASONS = 5

CHANGED = frozenset({"created", "deleted", "unknown"})
FAILED = frozenset({"rejected", "unknown", "not_attempted"})
"""The outcomes that mean a change, and those that mean a failure."""


class ResponseKind(enum.Enum):
    """What a response means for its request."""

    SUCCESS = "done, except for the senders that it names otherwise"
    REJECTED = "it names senders that were rejected or need no change"
    REJECTED_UNNAMED = "nothing was done, and it names no sender of the request"
    TOO_LARGE = "nothing was done: the request has too many senders"
    STOP = "nothing was done, and no other request would succeed"
    NOT_SENT = "nothing of the request was sent"
    LOST = "the request may have taken effect"


STOPPING = (ResponseKind.STOP, ResponseKind.NOT_SENT)


class SenderResult(NamedTuple):
    """The result of one sender. ``id``, ``code`` and ``msg`` are empty if they are not known.

    ``in_doubt``: the result does not say whether this run changed the sender, see guarantee 3.
    """

    outcome: str
    id: str = ""
    code: str = ""
    msg: str = ""
    in_doubt: bool = False

    @property
    def changed(self) -> bool:
        """Whether this run changed the sender, or may have changed it."""
        return self.in_doubt or self.outcome in CHANGED

    @property
    def failed(self) -> bool:
        """Whether the sender is not known to be in the requested state."""
        return self.outcome in FAILED


@dataclass(frozen=True)
class Response:
    """What the server said about one request, or that it said nothing.

    ``results`` contains the senders of the request that the response mentions. ``retry`` says whether the client may
    send the request again, and ``retry_after`` how many seconds the server asked to wait before that.
    """

    kind: ResponseKind
    code: str = ""
    message: str = ""
    results: Mapping[Sender, SenderResult] = field(default_factory=dict)
    retry: bool = False
    retry_after: float = 0.0


@dataclass(frozen=True)
class Exchange:
    """What the client did for one request, and the final response.

    ``requests`` is the number of HTTP requests, including retries, and ``retry_reasons`` why each of the earlier ones
    failed. ``attempt_lost``: one of the earlier ones may have taken effect.
    """

    response: Response
    requests: int = 1
    retry_reasons: tuple[str, ...] = ()
    attempt_lost: bool = False


def read_response(operation: Operation, senders: Sequence[Sender], status: int, body: bytes) -> Response:
    """Read the response to one request. The first row that matches counts.

    ===========================================================================  ================  =====
    response                                                                     kind              retry
    ===========================================================================  ================  =====
    5xx, 408, 499; 2xx that is not the API's JSON                                LOST              yes
    303                                                                          LOST              no
    RBC001, WA401, WA-401, E110, RBC195; 401, 407, other 3xx                     STOP              no
    429                                                                          STOP              yes
    RBC192, 413                                                                  TOO_LARGE         no
    2xx with a success code of this operation                                    SUCCESS           no
    MSG134, or another 4xx in the API's JSON, that names senders of the request  REJECTED          no
    other 2xx                                                                    LOST              yes
    4xx with a success code or WA500                                             LOST              no
    403, 404, 405, 410; other 4xx that is not the API's JSON                     STOP              no
    other 4xx in the API's JSON (of one sender: REJECTED)                        REJECTED_UNNAMED  no
    ===========================================================================  ================  =====

    :arg senders: the senders of the request, no two with the same ``key``.
    :arg status: the HTTP status code.
    :arg body: the decoded body. It can be anything: some samples on the API pages are not valid JSON.
    """
    payload = api_json(body)
    code = "" if payload is None else payload["code"].strip()
    message = _message(status, payload, code)

    kind = _kind_of_whole_request(status, code, payload is not None)
    if kind is None and payload is not None and status < 300 and code in operation.success_codes:
        return _read_success(operation, senders, payload, code, message)
    if kind is None and payload is not None and (status >= 400 or code in REJECTION_CODES):
        rejection = _read_rejection(operation, senders, payload, code, message)
        if rejection:
            return rejection
    if kind is None:
        kind = _kind_without_names(status, code, payload is not None)
    if kind is ResponseKind.REJECTED_UNNAMED and payload is not None and len(senders) == 1:
        return _read_rejection_of_one(operation, senders[0], payload, code, message)
    if kind is ResponseKind.REJECTED_UNNAMED and payload is not None:
        message = _with_reasons(message, split_body(payload)[2])
    retry = kind is ResponseKind.LOST and (status < 300 or status >= 500 or status in (408, 499))
    return Response(kind, code, message, retry=retry or (status == 429 and code not in STOP_CODES))


def _kind_of_whole_request(status: int, code: str, is_api_json: bool) -> ResponseKind | None:
    """The first five rows of the table, which apply even if the response names senders."""
    if status >= 500 or status in (408, 499, 303) or (status < 300 and not is_api_json):
        return ResponseKind.LOST
    if code in STOP_CODES or status in (401, 407, 429) or 300 <= status < 400:
        return ResponseKind.STOP
    return ResponseKind.TOO_LARGE if code in TOO_LARGE_CODES or status == 413 else None


def _kind_without_names(status: int, code: str, is_api_json: bool) -> ResponseKind:
    """The last four rows of the table."""
    if status < 300 or code in SUCCESS_CODES or code in INTERNAL_ERROR_CODES:
        return ResponseKind.LOST
    return ResponseKind.STOP if not is_api_json or status in (403, 404, 405, 410) else ResponseKind.REJECTED_UNNAMED


def _message(status: int, payload: Mapping[str, Any] | None, code: str) -> str:
    """A message for display: the API's own text, or what is wrong with the response."""
    try:
        phrase = f"HTTP {status} {http.HTTPStatus(status).phrase}"
    except ValueError:
        phrase = f"HTTP {status}"
    if 300 <= status < 400:
        return f"{phrase}: redirect not followed; check api_url"
    if status == 429 and payload is None:
        return phrase
    if payload is None:
        return f"{phrase}: the response is not the API's JSON{'; check api_url' if status < 500 else ''}"
    text = payload.get("message")
    message = text.strip() if isinstance(text, str) and text.strip() else phrase
    return message if status >= 300 else f"{phrase}, code {code}: {message}"


def _read_success(
    operation: Operation, senders: Sequence[Sender], payload: Mapping[str, Any], code: str, message: str
) -> Response:
    find = sender_finder(senders)
    rows, errors, _texts = split_body(payload)
    done: dict[Sender, SenderResult] = {}
    named = False
    for row in rows:
        sender = find(row.get("sender"))
        named = named or sender is not None
        if sender and row.get("code") in (None, "", code):
            done[sender] = SenderResult(operation.done, scalar(row.get("id")), code)
    if rows and not named:
        return Response(ResponseKind.LOST, code, f"{message} (its rows name none of the request's senders)", retry=True)
    results = _named_results(operation, find, errors, code)
    for sender in done.keys() & results.keys():
        msg = f"the response reports both a success and an error: {results[sender].msg or results[sender].outcome}"
        done[sender] = SenderResult("unknown", code=code, msg=msg)
    results.update(done)
    if not rows and code in operation.success_codes_without_rows:
        all_done = SenderResult(operation.done, code=code)
        results = {sender: results.get(sender, all_done) for sender in senders}
    return Response(ResponseKind.SUCCESS, code, message, results)


def _read_rejection(
    operation: Operation, senders: Sequence[Sender], payload: Mapping[str, Any], code: str, message: str
) -> Response | None:
    """A rejection that names senders of the request; None if it names none.

    Rows count only if ``error`` names no sender, because a rejection may also list the senders that are fine. A row
    with a success code leaves its sender in doubt.
    """
    find = sender_finder(senders)
    rows, errors, _texts = split_body(payload)
    results = _named_results(operation, find, errors, code)
    if not results:
        results = _named_results(operation, find, [row_error(row) for row in rows], code)
    contradicted = [find(row.get("sender")) for row in rows if scalar(row.get("code")) in SUCCESS_CODES]
    for sender in filter(None, contradicted):
        results.pop(sender, None)
    if results:
        return Response(ResponseKind.REJECTED, code, message, results)
    return Response(ResponseKind.LOST, code, f"{message} (its rows report a success)") if any(contradicted) else None


def _read_rejection_of_one(
    operation: Operation, sender: Sender, payload: Mapping[str, Any], code: str, message: str
) -> Response:
    """A rejection that names no sender, of a request with only one: the message or the error texts are its reason."""
    rows, errors, texts = split_body(payload)
    reasons = tuple(texts) or (message,)
    result = SenderResult("rejected", code=code, msg=_with_reasons(message, texts))
    if not (rows or errors) and all("sender" in reason.lower() or sender.key in reason.lower() for reason in reasons):
        result = _rejection_result(operation, sender, reasons, code)
    return Response(ResponseKind.REJECTED, code, message, {sender: result})


def _with_reasons(message: str, reasons: Sequence[str]) -> str:
    return "; ".join(list(dict.fromkeys([message, *reasons]))[: MAX_REASONS + 1])


def _named_results(
    operation: Operation, find: FindSender, errors: Sequence[NamedError], code: str
) -> dict[Sender, SenderResult]:
    """The results of the request's senders that error entries name."""
    reasons_of: dict[Sender, list[str]] = {}
    for name, reasons in errors:
        sender = find(name)
        if sender:
            reasons_of.setdefault(sender, []).extend(reasons)
    results = {}
    shared: dict[tuple[str, ...], SenderResult] = {}  # thousands of senders have the same reason
    for sender, all_reasons in reasons_of.items():
        reasons = tuple(all_reasons)
        result = shared.get(reasons)
        if result is None:
            result = _rejection_result(operation, sender, reasons, code)
            if not any(sender.key in reason.lower() for reason in reasons):
                shared[reasons] = result
        results[sender] = result
    return results


def _rejection_result(operation: Operation, sender: Sender, reasons: Sequence[str], code: str) -> SenderResult:
    if reasons and all(says_already(operation, sender, reason) for reason in reasons):
        return SenderResult(operation.already)
    unique = list(dict.fromkeys(reasons))[:MAX_REASONS]
    return SenderResult("rejected", code=code, msg="; ".join(unique) or "rejected without a reason")
