# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that are safe to display."""

from __future__ import annotations

import base64
import html
import json
import urllib.parse

import pytest
from ansible_collections.community.kaleyra.plugins.module_utils._secret import hide_key

KEY = "A1b2<&>/+%~`C3.*(d4"


@pytest.mark.parametrize(
    "spelling",
    [
        KEY,
        KEY.swapcase(),
        urllib.parse.quote(KEY),
        urllib.parse.quote(KEY, safe="").lower(),
        html.escape(KEY),
        "".join(char if char.isalnum() else f"&#{ord(char)};" for char in KEY),
        "".join(char if char.isalnum() else f"&#x{ord(char):04X};" for char in KEY),
        "".join(char if char.isalnum() else f"\\u{ord(char):04x}" for char in KEY),
        json.dumps(KEY)[1:-1].replace("/", "\\/"),
    ],
)
def test_hides_key_in_every_spelling(spelling):
    assert hide_key(f"Key {spelling} or {spelling}.", KEY) == "Key ******** or ********."


@pytest.mark.parametrize("key", ["ABC", "ABCD", "ABCDE", KEY])
@pytest.mark.parametrize("after", ["", "\n", ":x"])
def test_hides_key_in_base64(key, after):
    encoded = base64.b64encode((key + after).encode()).decode()
    hidden = hide_key(f"Basic {encoded}", key)
    assert hidden.startswith("Basic ********")
    assert len(hidden.removeprefix("Basic ********")) <= 8


@pytest.mark.parametrize("key", ["A", "AB", ".", "1"])
def test_hides_short_keys(key):
    assert hide_key(f"x{key}y", key) == "x********y"


def test_keeps_other_text():
    text = "Sender ID Already exist. \u00e9\u0939 <&>/+%"
    assert hide_key(text, KEY) == text


def test_replaces_control_characters():
    assert hide_key("not\r\ncreated\x1b[2J \u202ex\x07\ud800", KEY) == "not  created?[2J ?x??"
