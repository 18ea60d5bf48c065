# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""Makes strings of a server safe to display."""

from __future__ import annotations

import base64
import functools
import html
import json
import re
from collections.abc import Sequence

MASK = "********"

MIN_BASE64_LENGTH = 4
"""Shorter words would also occur in other strings."""

MAX_BODY_LENGTH = 2000
"""Characters of a response that are shown."""


def hide_key(text: str, api_key: str) -> str:
    """Replace the API key and all control characters in a string that a server or a library may have written.

    It finds the key in upper and lower case, encoded for a URL, HTML or JSON, and as base64. Use it before a string is
    truncated, because it does not find a part of the key.

    :arg api_key: visible ASCII characters, at least one.
    """
    text = _pattern(api_key).sub(MASK, text)
    if text.isprintable():
        return text
    return "".join([char if char.isprintable() else " " if char.isspace() else "?" for char in text])


def show_body(body: bytes | bytearray, secrets: Sequence[str]) -> str:
    """The start of a response, without these secrets (empty ones are ignored) and control characters."""
    text = bytes(body).decode(json.detect_encoding(body), "replace")
    for secret in filter(None, secrets):
        text = hide_key(text, secret)
    return text[:MAX_BODY_LENGTH]


def truncate(text: str, max_length: int) -> str:
    """The start of a string, of at most ``max_length`` characters as ``repr`` prints it."""
    length = len(text)
    while length and len(repr(text[:length])) > max_length:
        length = min(length - 1, length * max_length // len(repr(text[:length])))
    return text if length == len(text) else f"{text[: length - 1]}\u2026" if length else ""


@functools.lru_cache(maxsize=1)
def _pattern(secret: str) -> re.Pattern[str]:
    words = [secret, *_base64(secret)]
    return re.compile("|".join(["".join(map(_spellings, word)) for word in words]), re.IGNORECASE)


def _base64(secret: str) -> list[str]:
    """The characters of base64 that do not depend on what stands before and after the secret."""
    data, words = secret.encode(), []
    for start in range(3):
        encoded = base64.b64encode(bytes(start) + data).decode()
        words.append(encoded[-(-start * 4 // 3) : (start + len(data)) * 4 // 3])
    return [word for word in words if len(word) >= MIN_BASE64_LENGTH]


def _spellings(char: str) -> str:
    """A pattern for one character. Letters and digits have one spelling."""
    if char.isalnum():
        return char
    number = ord(char)
    plain, entity = re.escape(char), re.escape(html.escape(char))
    # JSON in a string of JSON has several backslashes.
    return rf"(?:{plain}|{entity}|%{number:02x}|\\{{1,9}}(?:u{number:04x}|{plain})|&#0*{number};|&#x0*{number:x};)"
