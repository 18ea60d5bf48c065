# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Strings that are safe to display."""

from __future__ import annotations

import base64
import html
import re
import urllib.parse

import pytest
from ansible_collections.community.kaleyra.plugins.module_utils._secret import MASK, hide_key

KEY = "A1b2<&>/+%~`C3.*(d4"


@pytest.mark.parametrize(
    "encode",
    [
        str,
        str.swapcase,
        urllib.parse.quote,
        lambda key: urllib.parse.quote(key, safe="").lower(),
        html.escape,
        lambda key: re.sub(r"\W", lambda char: f"&#{ord(char[0])};", key),
        lambda key: re.sub(r"\W", lambda char: f"&#x{ord(char[0]):04X};", key),
        lambda key: re.sub(r"\W", lambda char: f"\\u{ord(char[0]):04x}", key),
        lambda key: re.sub(r"\W", lambda char: f"\\\\u{ord(char[0]):04x}", key),
        lambda key: key.replace("/", "\\/"),
    ],
)
def test_hides_key_in_every_spelling(encode):
    assert hide_key(f"Key {encode(KEY)} or {encode(KEY)}.", KEY) == "Key ******** or ********."


@pytest.mark.parametrize(
    ("before", "key"), [("", "ABC"), ("", "ABCD"), ("", "ABCDE"), ("", KEY), ("u", KEY), ("u:", KEY), ("us:", KEY)]
)
@pytest.mark.parametrize("after", ["", "\n", ":x"])
def test_hides_key_in_base64(before, key, after):
    encoded = base64.b64encode((before + key + after).encode()).decode()
    start, end = hide_key(encoded, key).split(MASK)
    assert len(start) <= 4
    assert len(end) <= 8


@pytest.mark.parametrize("key", ["A", "AB", ".", "1"])
def test_hides_short_keys(key):
    assert hide_key(f"x{key}y", key) == "x********y"


def test_keeps_other_text():
    text = "Sender ID Already exist. \u00e9\u0939 <&>/+%"
    assert hide_key(text, KEY) == text


def test_replaces_control_characters():
    assert hide_key("not\r\ncreated\x1b[2J \u202ex\x07\ud800", KEY) == "not  created?[2J ?x??"
