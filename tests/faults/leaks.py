# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys that would be hard to hide, and the search for any part of them in a text, however it is encoded.

Every key holds `MARK` between its odd characters, so that a search for parts of `MARK` finds parts of any key.
"""

from __future__ import annotations

import base64
import html
import json
import re
import urllib.parse
from collections.abc import Callable, Iterator

MARK = "Zq7Xk2Vw9Jt4"
PART = 8
"""So many characters of `MARK` in a row are a leak."""

KEYS = (
    f"{MARK}",
    f"{MARK}\"{MARK}'{MARK}",
    f"{MARK}\\{MARK}\\n{MARK}\\",
    f"{MARK}%22{MARK}&amp;{MARK}<b>",
    f"{MARK}é{MARK}ключ{MARK}鍵🔑",
    f"{MARK}$HOME`{MARK}`$({MARK});|*",
    f"{MARK}={MARK},{MARK}:#",
)
"""Keys that are good input."""

ODD_KEY = f"{KEYS[1]}{KEYS[2]}{KEYS[4]}{KEYS[3]}"

BAD_KEYS = {
    "a space": f"{MARK} {MARK}",
    "a newline": f"{MARK}\n{MARK}",
    "a newline at the end": f"{MARK}\n",
    "a header of its own": f"{MARK}\r\nX-Stolen: {MARK}",
    "a no-break space": f"{MARK}\u00a0{MARK}",
    "an invisible character": f"{MARK}\u200b{MARK}",
    "a control character": f"{MARK}\x01{MARK}",
    "an escape sequence": f"{MARK}\x1b[31m{MARK}",
}


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "as Latin-1": lambda key: key.encode().decode("latin-1"),
    "as JSON": lambda key: json.dumps(key)[1:-1],
    "as Python": lambda key: repr(key)[1:-1],
    "as Python's bytes": lambda key: repr(key.encode())[2:-1],
    "in percent": lambda key: urllib.parse.quote(key, safe=""),
    "as HTML": html.escape,
    "in Base64": lambda key: base64.b64encode(key.encode()).decode(),
}
"""How a server or a library may spell a key that it repeats."""


def leaks(text: str) -> Iterator[str]:
    """Every place in a text that tells a part of a key, with what is around it."""
    patterns = [re.compile(re.escape(part), re.IGNORECASE) for part in _parts(MARK)]
    patterns += [re.compile(re.escape(part)) for encoded in _encoded(MARK) for part in _parts(encoded)]
    for view in _views(text):
        for pattern in patterns:
            found = pattern.search(view)
            if found:
                yield view[max(found.start() - 100, 0) : found.end() + 100]
                break


def _parts(text: str) -> set[str]:
    return {text[start : start + PART] for start in range(len(text) - PART + 1)}


def _encoded(text: str) -> Iterator[str]:
    """Forms in which nothing of the text is left as it is. Base64 has three, by what stands before it."""
    data = text.encode()
    yield data.hex()
    yield data.hex().upper()
    yield text[::-1]
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + data).decode().rstrip("=")
        # The characters at both ends depend on the neighbours, too.
        yield encoded[(4 * before + 2) // 3 : len(encoded) - 1]


def _views(text: str) -> Iterator[str]:
    """A text without white space and NULs, for the terminal wraps lines; and what its escapes stand for."""
    dense = re.sub(r"[\s\0]", "", text)
    yield dense
    for decode in (urllib.parse.unquote, html.unescape, _unescaped):
        view = decode(dense)
        if view != dense:
            yield view


def _unescaped(text: str) -> str:
    r"""What ``\x41``, ``\u0041`` and the like stand for, in one level or two."""
    return re.sub(
        r"\\+(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))",
        lambda found: chr(min(int(next(filter(None, found.groups())), 16), 0x10FFFF)),
        text,
    )
