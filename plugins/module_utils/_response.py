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
import http.client
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

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
from ansible_collections.community.kaleyra.plugins.module_utils._response_body import NAME_FIELDS, Body, scalar
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender

SUCCESS_CODES = CREATE.success_codes | DELETE.success_codes
MAX_REASONS = 5
CONTRADICTION = "the response reports both a success and an error"

OUTCOMES = ("created", "present", "deleted", "absent", "rejected", "unknown", "not_attempted")
CHANGED = frozenset({"created", "deleted", "unknown"})
FAILED = frozenset({"rejected", "unknown", "not_attempted"})
"""All outcomes of a sender, those that mean a change, and those that mean a failure."""


class ResponseKind(enum.Enum):
    """What a response means for its request."""

    SUCCESS = "done, except for the senders that it names otherwise"
    REJECTED = "it names senders that were rejected or need no change"
    REJECTED_UNNAMED = "rejected, and it names no sender of the request"
    TOO_LARGE = "rejected: the request has too many senders"
    STOP = "rejected, and no other request would succeed"
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

    ``results`` contains the senders of the request that the response mentions. ``in_doubt``: it names senders in a way
    that is not understood, so it does not prove that nothing was done. ``retry`` says whether the client may send the
    request again, and ``retry_after`` how many seconds the server asked to wait before that.
    """

    kind: ResponseKind
    code: str = ""
    message: str = ""
    results: Mapping[Sender, SenderResult] = field(default_factory=dict)
    in_doubt: bool = False
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


def read_response(operation: Operation, senders: Sequence[Sender], status: int, content: bytes) -> Response:
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
    404 or 410 to a DELETE in the API's JSON, if a sender is missing             REJECTED_UNNAMED  no
    403, 404, 405, 410; other 4xx that is not the API's JSON                     STOP              no
    other 4xx in the API's JSON                                                  REJECTED_UNNAMED  no
    ===========================================================================  ================  =====

    A REJECTED_UNNAMED of a request for one sender becomes a REJECTED. A STOP, TOO_LARGE or REJECTED_UNNAMED that names
    anyone leaves the senders of the request in doubt.

    :arg senders: the senders of the request, no two with the same ``key``.
    :arg content: the decoded body. It can be anything: some samples on the API pages are not valid JSON.
    """
    body = Body(senders, content)
    code, is_api_json = body.code, bool(body.payload)
    message = _message(status, body)
    kind = _kind_of_whole_request(status, code, is_api_json)
    if kind is None and status < 300 and code in operation.success_codes:
        return _read_success(operation, body, message)
    if kind is None and (status >= 400 or code in REJECTION_CODES):
        results = _rejected_by_name(operation, body)
        if results:
            return Response(ResponseKind.REJECTED, code, message, results)
    is_missing = operation is DELETE and status in (404, 410) and _says_already(operation, body, message)
    kind = kind or _kind_without_names(status, code, is_api_json, is_missing)

    results = {}
    if kind is ResponseKind.REJECTED_UNNAMED:
        if len(senders) == 1:
            kind = ResponseKind.REJECTED
            results = {senders[0]: _result_of_one(operation, senders[0], body, message)}
        message = _with_reasons(message, body)
    retry = kind is ResponseKind.LOST and (status < 300 or status >= 500 or status in (408, 499))
    retry = retry or (status == 429 and code not in STOP_CODES)
    return Response(kind, code, message, results, kind is not ResponseKind.LOST and body.names_anyone(), retry)


def _kind_of_whole_request(status: int, code: str, is_api_json: bool) -> ResponseKind | None:
    """The first five rows of the table, which apply even if the response names senders."""
    if status >= 500 or status in (408, 499, 303) or (status < 300 and not is_api_json):
        return ResponseKind.LOST
    if code in STOP_CODES or status in (401, 407, 429) or 300 <= status < 400:
        return ResponseKind.STOP
    return ResponseKind.TOO_LARGE if code in TOO_LARGE_CODES or status == 413 else None


def _kind_without_names(status: int, code: str, is_api_json: bool, is_missing: bool) -> ResponseKind:
    """The last rows of the table."""
    if status < 300 or code in SUCCESS_CODES or code in INTERNAL_ERROR_CODES:
        return ResponseKind.LOST
    stops = not is_api_json or (status in (403, 404, 405, 410) and not is_missing)
    return ResponseKind.STOP if stops else ResponseKind.REJECTED_UNNAMED


def _message(status: int, body: Body) -> str:
    """A message for display: the API's own, or what is wrong with the response."""
    phrase = f"HTTP {status} {http.client.responses.get(status, '')}".rstrip()
    if 300 <= status < 400:
        return f"{phrase}: redirect not followed; check api_url"
    if not body.payload:
        hint = "; check api_url" if 400 <= status < 500 else ""
        return phrase if status == 429 else f"{phrase}: the response is not the API's JSON{hint}"
    message = scalar(body.payload.get("message")) or phrase
    return message if status >= 300 else f"{phrase}, code {body.code}: {message}"


def _read_success(operation: Operation, body: Body, message: str) -> Response:
    code = body.code
    done: dict[Sender, SenderResult] = {}
    for row in body.rows:
        sender = body.find(row.get("sender"))
        is_error = "sender_name" in row and body.find(row["sender_name"]) is not sender
        if sender and not is_error and row.get("code") in (None, "", code):
            done[sender] = SenderResult(operation.done, scalar(row.get("id")), code)
    if body.rows and not any(body.find(row.get(name)) for row in body.rows for name in NAME_FIELDS):
        return Response(ResponseKind.LOST, code, f"{message} (its rows name none of the request's senders)", retry=True)
    results = _named_results(operation, body)
    not_understood = body.mentioned() - results.keys()
    for sender in done.keys() & (results.keys() | not_understood):
        reason = results[sender].msg or results[sender].outcome if sender in results else _with_reasons(message, body)
        done[sender] = SenderResult("unknown", code=code, msg=f"{CONTRADICTION}: {reason}")
    results.update(done)
    understood = not (body.rows or body.unnamed or body.others or not_understood)
    if understood and code in operation.success_codes_without_rows:
        results = {**dict.fromkeys(body.senders, SenderResult(operation.done, code=code)), **results}
    return Response(ResponseKind.SUCCESS, code, _with_reasons(message, body), results)


def _rejected_by_name(operation: Operation, body: Body) -> dict[Sender, SenderResult]:
    """The results of the senders that a rejection names, except those whose rows report a success.

    Rows count only if ``error`` names no sender, because a rejection may also list the senders that are fine.
    """
    if not body.reasons:
        body.add_error_rows((REJECTION_CODES | {body.code}) - SUCCESS_CODES)
    results = _named_results(operation, body)
    for sender in _reported_done(body):
        results.pop(sender, None)
    return results


def _reported_done(body: Body) -> set[Sender]:
    rows = [row for row in body.rows if scalar(row.get("code")) in SUCCESS_CODES]
    return set(filter(None, (body.find(row.get(name)) for row in rows for name in NAME_FIELDS)))


def _result_of_one(operation: Operation, sender: Sender, body: Body, message: str) -> SenderResult:
    """The result of the only sender of a request, from a rejection without a name that is understood."""
    if sender in _reported_done(body):
        return SenderResult("unknown", code=body.code, msg=f"{CONTRADICTION}: {message}")
    names_others = body.others or any(body.find(row.get("sender")) is None for row in body.rows)
    if not names_others and _says_already(operation, body, message):
        return SenderResult(operation.already)
    return SenderResult("rejected", code=body.code, msg=_with_reasons(message, body))


def _says_already(operation: Operation, body: Body, message: str) -> bool:
    """Whether all reasons, or else the message, say with a name or the word "sender" that no change is needed."""
    reasons = {*body.unnamed, *(reason for _name, reasons in body.others for reason in reasons)} or {message}

    def says(reason: str) -> bool:
        named = [sender for sender in body.senders if sender.key in reason.lower()]
        candidates = named or (body.senders[:1] if "sender" in reason.lower() else [])
        return any(says_already(operation, sender, reason) for sender in candidates)

    return len(reasons) <= DELETE.max_batch and all(map(says, reasons))


def _with_reasons(message: str, body: Body) -> str:
    reasons = [*body.unnamed, *(": ".join([name, *reasons]) for name, reasons in body.others)]
    return "; ".join(list(dict.fromkeys([message, *reasons]))[: MAX_REASONS + 1])


def _named_results(operation: Operation, body: Body) -> dict[Sender, SenderResult]:
    results = {}
    for sender, reasons in body.reasons.items():
        if reasons and all(says_already(operation, sender, reason) for reason in reasons):
            results[sender] = SenderResult(operation.already)
        else:
            msg = "; ".join(list(dict.fromkeys(reasons))[:MAX_REASONS]) or "rejected without a reason"
            results[sender] = SenderResult("rejected", code=body.code, msg=msg)
    return results
