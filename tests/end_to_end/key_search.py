# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A key that is hard to hide, and the search for any part of it in a text."""

from __future__ import annotations

import base64
import html
import re
import urllib.parse
from collections.abc import Callable

MARK = "Zq7Xk2Vw9Jt4"
"""The search looks for parts of this."""

KEY = f"{MARK}%22{MARK}&amp;{MARK}<b>{MARK}$({MARK});|*`{MARK}=:#/~"

LENGTH = 8
"""This number of characters of `MARK` in a row is a part of the key."""

SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "other case": str.swapcase,
    "JSON": lambda key: "".join(f"\\u{ord(char):04x}" if not char.isalnum() else char for char in key),
    "URL": lambda key: urllib.parse.quote(key, safe=""),
    "HTML": html.escape,
    "base64": lambda key: base64.b64encode(key.encode()).decode(),
}
"""How a server or a library may write a key."""


def find_key(text: str) -> str:
    """The first place in a text that contains a part of the key, or an empty string."""
    encoded = [base64.b64encode(b"\0" * start + MARK.encode()).decode() for start in range(3)]
    # The ends of base64 depend on the neighbours of the mark.
    words = [MARK, MARK[::-1], MARK.encode().hex(), *(word.rstrip("=")[4:-1] for word in encoded)]
    parts = {word[start : start + LENGTH] for word in words for start in range(len(word) - LENGTH + 1)}
    pattern = re.compile("|".join(map(re.escape, parts)), re.IGNORECASE)
    dense = re.sub(r"[\s\0]", "", text)  # terminals wrap lines
    for decode in (str, urllib.parse.unquote, html.unescape, _decode_escapes):
        view = decode(dense)
        found = pattern.search(view)
        if found:
            return view[max(found.start() - 100, 0) : found.end() + 100]
    return ""


def _decode_escapes(text: str) -> str:
    r"""Replace ``\x41`` and ``\u0041``, in strings within strings as well."""
    return re.sub(r"\\+(?:x([0-9a-f]{2})|u([0-9a-f]{4}))", lambda found: chr(int(found[1] or found[2], 16)), text)


def every_spelling(key: str) -> str:
    return " ".join(spell(key) for spell in SPELLINGS.values())
