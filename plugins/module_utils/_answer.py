# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""What the API answered, read into one shape.

Every fact is from the vendor's two pages, "Create Sender ID" and "Delete Sender ID". Where they are silent,
an answer claims no more than it says.
"""

from __future__ import annotations

import enum
import functools
import http
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


class Verdict(enum.Enum):
    """What an answer means for the senders of its call."""

    ACCEPTED = "all of them were created or deleted, except those the answer names"
    REFUSED = "those the answer names were refused; the others are still to be settled"
    TOO_LARGE = "none was processed: the call holds too many senders"
    STOP = "none was processed, and no other call would be"
    LOST = "nobody knows: the request went out, and no answer told what became of it"


VERDICTS = {
    "MSG106": Verdict.ACCEPTED,
    "WA202": Verdict.ACCEPTED,
    "MSG108": Verdict.ACCEPTED,
    "MSG134": Verdict.REFUSED,
    "WA400": Verdict.REFUSED,
    "RBC195": Verdict.REFUSED,
    "RBC192": Verdict.TOO_LARGE,
    "RBC001": Verdict.STOP,
    "WA401": Verdict.STOP,
    "WA-401": Verdict.STOP,
    "E110": Verdict.STOP,
    "WA500": Verdict.LOST,
}
"""The documented codes. They decide before the HTTP status does, for "Case 1" is printed without one."""

MOST_CHARACTERS = 1000
"""So many characters of a text are kept, and so many reasons of an answer or a sender:"""
MOST_REASONS = 5

PATH = re.compile(r"\S*/\S*")
SENTENCE_END = re.compile(r"[.;!]\s+")
OF_A_GATEWAY = re.compile(r"\b(api|endpoint|method|page|path|resource|route|ur[il])\b", re.IGNORECASE)

NAMING = {"sender", "sender_name"}
"""The fields that make an object of an answer an entry about one sender."""

HINTS = {
    "RBC195": "the request did hold senders: something on the way, such as a proxy, may drop the body of DELETE requests",
}


@dataclass(frozen=True)
class Answer:
    """One call's answer, or the lack of one.

    ``ids`` and ``errors`` are keyed by :func:`name_key`. ``unnamed`` holds the reasons that mention a sender
    without naming it. ``limit`` is the most senders a call may hold, where the answer says so. ``sent`` counts
    the HTTP requests, ``retried`` tells why each try before the last failed, and ``lost_try`` whether one of
    those may have been acted on.
    """

    verdict: Verdict
    code: str = ""
    message: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unnamed: tuple[str, ...] = ()
    limit: int | None = None
    sent: int = 1
    retried: tuple[str, ...] = ()
    lost_try: bool = False


def name_key(name: str) -> str:
    """What two spellings of one sender ID share: the API may name it in another case."""
    return name.strip().casefold()


def already_exists(reason: str) -> bool:
    """Whether a reason says that the sender is there. In another account it is not."""
    return bool(re.search(r"already\s+exist", reason, re.IGNORECASE)) and not re.search(
        r"\b(an)?other\b|\bdifferent\b", reason, re.IGNORECASE
    )


def does_not_exist(reason: str) -> bool:
    """Whether a reason says that the sender is not there. The pages print no such words: these are the plausible ones."""
    return bool(
        re.search(
            r"(\bnot|n['\u2019]t|\bnever)\s+(be\s+)?(exist|found)|\bno\s+such\b|already\s+(been\s+)?deleted",
            reason,
            re.IGNORECASE,
        )
    )


def read(status: int, body: bytes) -> Answer:
    """Read an HTTP answer.

    :arg status: the HTTP status code.
    :arg body: the answer's body, which may be anything: several of the printed samples are not JSON.
    """
    payload = _json_object(body)
    if payload is None:
        return Answer(
            _verdict_of_status(status),
            message=f"{_phrase(status)}, with an answer that is not the documented JSON",
        )
    code = _text(payload.get("code"))
    named, unnamed = _errors(payload.get("error"))
    ids: dict[str, str] = {}
    for row in _entries(payload.get("data")):
        key = name_key(_text(row.get("sender")))
        if not key:
            continue
        ids[key] = _text(row.get("id"))
        row_code, told = _text(row.get("code"), code), _text(row.get("message"))
        if row_code != code:
            refused = VERDICTS.get(row_code) is not Verdict.ACCEPTED
        else:  # a refused call may list those that are not to blame as well
            refused = VERDICTS.get(code) is Verdict.REFUSED and (already_exists(told) or does_not_exist(told))
        if refused:
            _name(named, key, (told or f"refused with {row_code}",))
    verdict = _verdict(status, code, bool(named or unnamed))
    words = list(dict.fromkeys([_text(payload.get("message"), _phrase(status)), *unnamed]))
    message = "; ".join(words)
    if verdict is Verdict.LOST and code not in VERDICTS and status < 300:
        message = f"{_phrase(status)}, with {f'the undocumented code {code}' if code else 'no code'}: {message}"
    hinted = f"{message} ({HINTS[code]})" if code in HINTS else message
    return Answer(
        verdict,
        code,
        hinted[:MOST_CHARACTERS],  # so that what is cut is so at its end, where the client looks for parts of the key
        ids,
        named,
        _about_a_sender(words),
        _limit(message) if code == "RBC192" else None,
    )


def _about_a_sender(texts: Iterable[str]) -> tuple[str, ...]:
    """The sentences that speak of a sender. A gateway that knows no such path may repeat the path, which ends in that word."""
    sentences = [sentence for text in texts for sentence in SENTENCE_END.split(PATH.sub("", text))]
    return tuple(text for text in sentences if "sender" in text.lower() and not OF_A_GATEWAY.search(text))


def _phrase(status: int) -> str:
    try:
        return f"HTTP {status} {http.HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def _verdict(status: int, code: str, has_errors: bool) -> Verdict:
    by_status = _verdict_of_status(status)
    if by_status is Verdict.STOP or status >= 500:
        return by_status
    by_code = VERDICTS.get(code)
    if by_code is None or (by_code is Verdict.ACCEPTED and status >= 400):
        return Verdict.REFUSED if has_errors and status != 413 else by_status
    return by_code


def _verdict_of_status(status: int) -> Verdict:
    if status < 300 or status >= 500:
        return Verdict.LOST
    if status < 400 or status in (401, 407, 408, 429):
        return Verdict.STOP
    return Verdict.TOO_LARGE if status == 413 else Verdict.REFUSED


def _json_object(body: bytes) -> dict[str, object] | None:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def _errors(error: object) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The reasons by sender, and those that name none."""
    named: dict[str, tuple[str, ...]] = {}
    unnamed: list[str] = []
    reasons_of = functools.lru_cache(_reasons)  # thousands of senders share one
    for entry in _entries(error):
        name = _text(entry.get("sender_name"))
        if name and len(entry) == 2 and isinstance(entry.get("sender"), str):  # as the page prints it
            reasons = reasons_of((entry["sender"],))
        else:
            fields = {key: value for key, value in entry.items() if key != "sender_name"}
            if not name and "message" in fields:
                name = _text(fields.pop("sender", None))
            reasons = _reasons(fields.values())
        if name:
            _name(named, name_key(name), reasons or ("refused without a reason",))
        else:
            unnamed.extend(reasons)
    return named, unnamed[:MOST_REASONS]


def _name(named: dict[str, tuple[str, ...]], key: str, reasons: tuple[str, ...]) -> None:
    """Add reasons to those of a sender."""
    named[key] = tuple(dict.fromkeys(named[key] + reasons))[:MOST_REASONS] if key in named else reasons


def _reasons(values: Iterable[object]) -> tuple[str, ...]:
    texts = [
        text
        for value in values
        for text in map(_text, value[:MOST_REASONS] if isinstance(value, list) else (value,))
        if text
    ]
    return tuple([text for text in texts if " " in text] or texts)  # codes and the like are none


def _entries(*values: object, depth: int = 3) -> list[Mapping[str, object]]:
    """The entries of ``data`` or ``error``: lists or objects, whatever the code, one in the other."""
    found: list[Mapping[str, object]] = []
    for value in values:
        if isinstance(value, dict):
            names_one = not NAMING.isdisjoint(value)
            items = [] if names_one else [item for item in value.values() if isinstance(item, (dict, list))]
            if not items:
                found.append(value)
            elif depth:
                found += _entries(*items, depth=depth - 1)
        elif isinstance(value, list) and depth:
            found += _entries(*value, depth=depth - 1)
        elif value:
            found.append({"text": value})
    return found


def _limit(message: str) -> int | None:
    """The number in RBC192's "Exceeded max capacity of 5000 senders"."""
    found = re.search(r"\b(\d{1,9})\b", message)
    return int(found.group(1)) if found else None


def _text(value: object, default: str = "") -> str:
    """A JSON scalar as text: the pages print ids and names as numbers, too."""
    if not isinstance(value, str):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return default
        value = str(value)
    text = value.strip()[:MOST_CHARACTERS]
    # JSON can spell half a character, which no result can hold.
    return (text if text.isascii() else text.encode(errors="replace").decode()) or default
