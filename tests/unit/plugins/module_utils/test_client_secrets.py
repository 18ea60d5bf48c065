# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the client hides of what a server or a library says: the key in any spelling, and what a terminal obeys."""

from __future__ import annotations

import base64
import html
import json
import logging
import urllib.parse

import pytest
from ansible_collections.community.kaleyra.tests.unit.plugins.clients import ADPAI, client
from mock_api_simulator import SAMPLE_KEY

ODD_KEY = 'Schl\u00fcssel<&>"\\/+0123456789'
LATIN_KEY = ODD_KEY.encode().decode("latin-1")
SPELT = {
    "in another case": ODD_KEY.swapcase(),
    "UTF-8 read as Latin-1": LATIN_KEY,
    "JSON": json.dumps(ODD_KEY)[1:-1],
    "JSON of what was read as Latin-1": json.dumps(LATIN_KEY)[1:-1],
    "JSON with escaped slashes": json.dumps(ODD_KEY)[1:-1].replace("/", "\\/"),
    "bytes": repr(ODD_KEY.encode())[2:-1],
    "HTML": html.escape(ODD_KEY),
    "a URL": urllib.parse.quote(ODD_KEY, safe=""),
    "base64": base64.b64encode(ODD_KEY.encode()).decode(),
}
HIDDEN = "(not shown: it repeats the API key)"


@pytest.mark.parametrize(
    "fault",
    [
        "ok",
        "reset_before",
        "reset_after",
        "truncated",
        "broken_json",
        301,
        400,
        401,
        429,
        500,
        {"kind": "hang_before"},
    ],
)
def test_the_key_is_in_no_answer_and_no_log(mock_api, waits, caplog, fault):
    caplog.set_level(logging.DEBUG)
    mock_api.script([fault] * 4)
    caller = client(mock_api, retries=1, timeout=0.2)
    answers = [caller.create([ADPAI]), caller.delete([ADPAI])]
    assert SAMPLE_KEY not in repr(answers) + caplog.text + repr(caller.endpoint)


def refuse_with(mock_api, **parts):
    body = {"code": "MSG134", "message": "Not created", "data": [], "error": {}, **parts}
    mock_api.script([{"kind": "respond_before", "status": 400, "body": json.dumps(body)}])


def test_the_key_as_it_is_is_replaced(mock_api):
    refuse_with(mock_api, message=f"Your key {ODD_KEY}.")
    assert client(mock_api, api_key=ODD_KEY).create([ADPAI]).message == "Your key ********."


@pytest.mark.parametrize("spelling", SPELT)
def test_a_text_that_repeats_the_key_in_another_spelling_is_not_shown(mock_api, spelling):
    refuse_with(mock_api, message=f"Your key {SPELT[spelling]}.")
    assert client(mock_api, api_key=ODD_KEY).create([ADPAI]).message == HIDDEN


def test_the_key_is_hidden_wherever_an_answer_holds_texts(mock_api):
    spelt = SPELT["a URL"]
    row = {"sender": "ADPAI", "id": spelt, "code": "MSG134", "message": spelt}
    refuse_with(
        mock_api,
        code=spelt,
        message=spelt,
        data=[row],
        error=[{"sender": "no", "sender_name": spelt}, f"sender {spelt}"],
    )
    answer = client(mock_api, api_key=ODD_KEY).create([ADPAI])
    assert (answer.code, answer.ids) == (HIDDEN, {"adpai": HIDDEN})
    assert answer.errors == {"adpai": (HIDDEN,), HIDDEN: ("no",)}
    assert set(answer.unnamed) == {HIDDEN}
    assert HIDDEN in answer.message


@pytest.mark.parametrize(("key", "found"), [("ABCDEFGHIJK", "abcdefghijk"), ("ABCDEFGHIJKL", HIDDEN)])
def test_a_sender_is_still_found_that_is_called_like_a_key_no_longer_than_a_sender_id(mock_api, key, found):
    refuse_with(mock_api, message=f"Not with {key}", error=[{"sender": "Sender ID Already exist.", "sender_name": key}])
    answer = client(mock_api, api_key=key).create([ADPAI])
    assert answer.message == "Not with ********"
    assert answer.errors == {found: ("Sender ID Already exist.",)}


def test_a_key_of_backslashes_hides_no_other_text(mock_api):
    refuse_with(mock_api, message="Not created")
    assert client(mock_api, api_key="\\" * 12).create([ADPAI]).message == "Not created"


def test_what_is_left_of_a_key_where_a_text_was_cut_is_not_shown(mock_api):
    refuse_with(mock_api, message="x" * 990 + ODD_KEY)
    message = client(mock_api, api_key=ODD_KEY).create([ADPAI]).message
    assert message == "x" * len(message)
    assert 500 < len(message) < 990


@pytest.mark.parametrize("code", ["MSG134", "RBC195"])  # the latter has a hint behind its message
def test_nor_in_the_midst_of_a_longer_text(mock_api, code):
    key = "A" + "0123456789abcdef" * 2
    refuse_with(mock_api, code=code, message="x" * 970 + key, error=["A sender is at fault. " * 12])
    assert key[:8] not in client(mock_api, api_key=key).create([ADPAI]).message


def test_what_a_terminal_obeys_is_not_shown(mock_api):
    error = {"0": {"sender": "bad\x1b[2J \u202eword", "sender_name": "AD\x07PAI"}}
    body = {"code": "MSG\x1b134", "message": "not\r\ncreated", "data": [], "error": error}
    mock_api.script([{"kind": "respond_before", "status": 400, "body": body}])
    answer = client(mock_api).create([ADPAI])
    assert (answer.code, answer.message) == ("MSG?134", "not  created")
    assert answer.errors == {"ad?pai": ("bad?[2J ?word",)}
