# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP answer is read into a verdict, the reasons by sender, and IDs, whatever its shape."""

from __future__ import annotations

import json

import pytest
from ansible_collections.community.kaleyra.plugins.module_utils._answer import (
    Verdict,
    already_exists,
    does_not_exist,
    name_key,
    read,
)
from ansible_collections.community.kaleyra.tests.unit.plugins.answers import documented

EXISTS = "Sender ID Already exist."
TOO_LONG = "Sender ID has to be registered and it can only be 6 character"


def body(code="MSG134", error=(), data=(), message="Sender IDs not created"):
    return json.dumps({"code": code, "message": message, "data": data, "error": error}).encode()


def refusal(reason=EXISTS, name="ABCF01", **more):
    return {"sender": reason, "sender_name": name, **more}


@pytest.mark.parametrize("answer", [pytest.param(answer, id=name) for name, answer in documented().items()])
def test_documented_answers(answer):
    found = read(answer.status, answer.body.encode())
    assert found.verdict is Verdict[answer.verdict]
    try:
        printed = json.loads(answer.body)
    except ValueError:
        assert "not the documented JSON" in found.message
        assert (found.code, found.ids, found.errors) == ("", {}, {})
        return
    assert found.code == answer.code
    assert printed["message"] in found.message
    rows = printed["data"] if isinstance(printed["data"], list) else []
    assert {key: number for key, number in found.ids.items() if key} == {
        name_key(row["sender"]): row["id"] for row in rows
    }
    named = [entry for entry in printed["error"].values() if isinstance(entry, dict)]
    assert found.errors == {name_key(entry["sender_name"]): (entry["sender"],) for entry in named}
    assert found.limit == (5000 if answer.code == "RBC192" else None)


@pytest.mark.parametrize(
    "error",
    [
        pytest.param({"0": refusal()}, id="object"),
        pytest.param({"17": refusal()}, id="a key that counts the errors, not the rows"),
        pytest.param([refusal()], id="list"),
        pytest.param([[refusal()]], id="list in a list"),
        pytest.param(refusal(), id="bare"),
        pytest.param({"0": refusal(name=" abcf01 ")}, id="spelt in another way"),
    ],
)
def test_a_refusal_is_found_by_name_in_any_shape(error):
    found = read(400, body(error=error))
    assert (found.verdict, found.errors) == (Verdict.REFUSED, {name_key("ABCF01"): (EXISTS,)})


def test_a_name_of_digits_may_come_as_a_number():
    assert read(400, body(error={"0": refusal(name=567890)})).errors == {"567890": (EXISTS,)}


def test_all_reasons_for_a_sender_are_kept():
    found = read(400, body(error=[refusal(), refusal(TOO_LONG), refusal("", "OTHER")]))
    assert found.errors == {
        name_key("ABCF01"): (EXISTS, TOO_LONG),
        name_key("OTHER"): ("refused without a reason",),
    }


@pytest.mark.parametrize(
    "shape", [[], {}, None, "", 0, False, "text", 7, [None], [["x"]], {"0": None}, {"0": {}}, [[[]]]]
)
@pytest.mark.parametrize("field", ["data", "error"])
@pytest.mark.parametrize(
    ("code", "status", "verdict"), [("MSG134", 400, Verdict.REFUSED), ("MSG108", 200, Verdict.ACCEPTED)]
)
def test_nothing_is_read_into_other_shapes(code, status, verdict, field, shape):
    found = read(status, body(code, **{field: shape}))
    assert (found.verdict, found.code, found.errors) == (verdict, code, {})


@pytest.mark.parametrize(
    ("status", "code", "verdict"),
    [
        (200, "MSG134", Verdict.REFUSED),
        (200, "RBC001", Verdict.STOP),
        (200, "WA401", Verdict.STOP),
        (200, "WA-401", Verdict.STOP),
        (200, "E110", Verdict.STOP),
        (200, "RBC192", Verdict.TOO_LARGE),
        (200, "WA500", Verdict.LOST),
        (200, "MSG999", Verdict.LOST),
        (204, "", Verdict.LOST),
        (300, "", Verdict.STOP),
        (302, "MSG106", Verdict.STOP),
        (400, "MSG999", Verdict.REFUSED),
        (400, "MSG106", Verdict.REFUSED),
        (401, "MSG999", Verdict.STOP),
        (401, "MSG106", Verdict.STOP),
        (403, "", Verdict.REFUSED),
        (407, "", Verdict.STOP),
        (408, "", Verdict.STOP),
        (413, "", Verdict.TOO_LARGE),
        (413, "RBC192", Verdict.TOO_LARGE),
        (422, "WA400", Verdict.REFUSED),
        (429, "", Verdict.STOP),
        (500, "MSG106", Verdict.LOST),
        (500, "MSG134", Verdict.LOST),
        (503, "", Verdict.LOST),
        (599, "RBC001", Verdict.LOST),
    ],
)
def test_code_and_status(status, code, verdict):
    assert read(status, body(code)).verdict is verdict


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b'"MSG106"',
        b"12",
        b"<html>",
        b"{",
        b"\xff\xfe\x00",
        b"NaN",
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b"9" * 5000, id="a number of 5000 digits"),
        body()[:-1],
        body()[1:],
    ],
)
@pytest.mark.parametrize(("status", "verdict"), [(200, Verdict.LOST), (400, Verdict.REFUSED)])
def test_what_is_not_the_documented_json_is_read_by_its_status(status, verdict, content):
    found = read(status, content)
    assert (found.verdict, found.code) == (verdict, "")
    assert str(status) in found.message
    assert "not the documented JSON" in found.message


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(202, Verdict.LOST), (301, Verdict.STOP), (401, Verdict.STOP), (413, Verdict.TOO_LARGE), (502, Verdict.LOST)],
)
def test_a_page_of_html_is_read_by_its_status(status, verdict):
    assert read(status, b"<html></html>").verdict is verdict


@pytest.mark.parametrize(
    ("code", "verdict"), [("", Verdict.TOO_LARGE), ("MSG106", Verdict.TOO_LARGE), ("MSG134", Verdict.REFUSED)]
)
def test_a_body_that_is_too_large_is_so_whatever_the_gateway_adds(code, verdict):
    assert read(413, body(code, error="Payload Too Large")).verdict is verdict


def test_success_that_names_a_refused_sender():
    rows = [
        {"id": 1, "sender": "ADPAI", "code": "MSG106", "message": "submitted"},
        {"id": None, "sender": "ABCF01", "code": "MSG134", "message": TOO_LONG},
    ]
    found = read(200, body("MSG106", {"0": refusal(name="ABCF99")}, rows))
    assert found.verdict is Verdict.ACCEPTED
    assert found.errors == {name_key("ABCF01"): (TOO_LONG,), name_key("ABCF99"): (EXISTS,)}
    assert found.ids[name_key("ADPAI")] == "1"


def test_a_success_with_an_undocumented_code_that_names_senders_is_a_refusal():
    found = read(200, body("MSG999", {"0": refusal()}))
    assert (found.verdict, list(found.errors)) == (Verdict.REFUSED, [name_key("ABCF01")])


def test_a_message_without_a_name_is_told_once():
    reason = "Incorrect SID or API key."
    assert read(401, body("RBC001", {"error": reason}, message=reason)).message == reason
    assert read(400, body("WA400", {"payload": "Bad row"}, message="Refer")).message == "Refer; Bad row"


@pytest.mark.parametrize(
    ("message", "limit"),
    [
        ("Exceeded max capacity of 5000 senders", 5000),
        ("Exceeded max capacity of 7 senders", 7),
        ("Exceeded max capacity", None),
        ("Exceeded max capacity of 99999999999999999999 senders", None),
    ],
)
def test_the_limit_that_rbc192_names(message, limit):
    assert read(400, body("RBC192", message=message)).limit == limit
    assert read(400, body("WA400", message=message)).limit is None


@pytest.mark.parametrize(
    ("reason", "exists"),
    [
        (EXISTS, True),
        ("Sender ID already exists", True),
        ("SENDER ID ALREADY  EXISTS!", True),
        ("Sender ID already exists in another account", False),
        ("SENDER ID ALREADY EXISTS IN ANOTHER ACCOUNT", False),
        ("Already exists with a different entity ID", False),
        (TOO_LONG, False),
        ("Sender ID does not exist.", False),
        ("", False),
    ],
)
def test_which_reasons_say_that_a_sender_exists(reason, exists):
    assert already_exists(reason) is exists


@pytest.mark.parametrize(
    ("reason", "missing"),
    [
        ("Sender ID does not exist.", True),
        ("Sender ID not found", True),
        ("The sender could not be found", True),
        ("No such sender", True),
        ("Sender ID has already been deleted", True),
        (EXISTS, False),
        ("Sender key is Mandatory in the body. And cannot be empty", False),
        ("Sender IDs not deleted", False),
        ("Sender is in use", False),
        ("", False),
    ],
)
def test_which_reasons_say_that_a_sender_is_missing(reason, missing):
    assert does_not_exist(reason) is missing


@pytest.mark.parametrize("depth", [900, 100_000])
def test_a_deeply_nested_answer_is_no_traceback(depth):
    nested = '{"code": "MSG134", "error": ' + "[" * depth + "]" * depth + "}"
    assert read(400, nested.encode()).verdict is Verdict.REFUSED


HTML = b"<html></html>"
NOT_JSON = "with an answer that is not the documented JSON"


@pytest.mark.parametrize(
    ("status", "content", "message"),
    [
        (400, HTML, f"HTTP 400 Bad Request, {NOT_JSON}"),
        (599, HTML, f"HTTP 599, {NOT_JSON}"),
        (400, body("WA400", message=None), "HTTP 400 Bad Request"),
        (200, body("MSG999", message="Fine"), "HTTP 200 OK, with the undocumented code MSG999: Fine"),
        (202, body("", message="Fine"), "HTTP 202 Accepted, with no code: Fine"),
        (299, body("", message=None), "HTTP 299, with no code: HTTP 299"),
        (200, body("WA500", message="Later"), "Later"),
        (500, body("MSG999", message="Later"), "Later"),
        (200, body("MSG106", message="Submitted"), "Submitted"),
        (
            400,
            body("RBC195", message="Mandatory"),
            "Mandatory (the request did hold senders: something on the way, such as a proxy, may drop the body of DELETE requests)",
        ),
    ],
)
def test_the_words_for_an_answer(status, content, message):
    assert read(status, content).message == message


@pytest.mark.parametrize(
    ("entry", "reasons"),
    [
        pytest.param({"sender_name": "A", "code": "E1", "sender": "is bad"}, ("is bad",), id="a code is no reason"),
        pytest.param({"sender_name": "A", "code": "E1"}, ("E1",), id="unless there is no other"),
        pytest.param(
            {"sender_name": "A", "sender": "is bad", "entity_id": "is no ID"}, ("is bad", "is no ID"), id="two"
        ),
        pytest.param(
            {"sender_name": "A", "sender": [f"is {n}" for n in range(7)]},
            tuple(f"is {n}" for n in range(5)),
            id="a list",
        ),
        pytest.param(
            {"sender_name": "A", "message": "is bad", "sender": "too long"}, ("is bad", "too long"), id="a message"
        ),
        pytest.param({"sender": "A", "message": "is bad"}, ("is bad",), id="the name in the place of the reason"),
        pytest.param({"sender_name": "A", "reasons": ["is bad"]}, ("is bad",), id="a list of any name"),
        pytest.param({"sender_name": "A", "sender": True}, ("refused without a reason",), id="a boolean"),
        pytest.param({"sender_name": "A", "sender": 17}, ("17",), id="a number"),
        pytest.param({"sender_name": "A"}, ("refused without a reason",), id="none"),
    ],
)
def test_the_reasons_of_an_entry(entry, reasons):
    assert read(400, body(error=[entry])).errors == {"a": reasons}


def test_the_reasons_of_entries_that_name_one_sender():
    error = [{"sender_name": name, "sender": f"is {number}"} for number, name in enumerate("AaBAAAA")]
    assert read(400, body(error=error)).errors == {"a": ("is 0", "is 1", "is 3", "is 4", "is 5"), "b": ("is 2",)}
    error = [{"sender_name": "A", "sender": reason} for reason in ["exists"] * 6 + ["is bad"]]
    assert read(400, body(error=error)).errors == {"a": ("exists", "is bad")}


@pytest.mark.parametrize(
    ("message", "unnamed"),
    [
        ("Route DELETE:/v1/HX1/messages/sender not found", ()),
        ("Resource sender not found", ()),
        ("The URI of the sender. The API of a sender", ()),
        ("Account not found. No sender was touched", ("No sender was touched",)),
        ("See /docs: no such SENDER", ("See  no such SENDER",)),
        ("Sender A.B gone; Sender C gone! Ask", ("Sender A.B gone", "Sender C gone")),
    ],
)
def test_the_sentences_about_a_sender(message, unnamed):
    assert read(404, body("", message=message)).unnamed == unnamed


@pytest.mark.parametrize("missing", ["Sender ID does not exist.", "No such sender"])
def test_what_rows_say_under_the_answer_s_own_code(missing):
    """Of a refused call only who is there already, or is not there: the others may be listed for its sake alone."""
    told = {"A": "Sender ID Already exist.", "B": missing, "C": "Not created", "D": TOO_LONG}
    data = [{"sender": name, "code": "MSG134", "message": reason} for name, reason in told.items()]
    found = read(400, body("MSG134", message="Not created", data=data))
    assert (found.errors, found.unnamed) == ({"a": (told["A"],), "b": (missing,)}, ())


def test_entries_side_by_side_and_one_in_the_other():
    entry = {name: {"sender_name": name, "sender": "is bad"} for name in "ABCD"}
    error = [entry["A"], [entry["B"]], {"more": [entry["C"]]}, entry["D"]]
    assert list(read(400, body(error=error)).errors) == ["a", "b", "c", "d"]


def test_what_rows_of_success_say_is_no_error():
    data = [{"sender": "A", "message": "Sender ID Already exist."}]
    assert read(200, body("MSG106", data=data)).errors == {}


def test_reasons_without_a_name():
    reasons = [f"reason {number}" for number in range(4)]
    error = [{"message": reasons[0]}, *reasons[1:], "The sender is bad", "One too many"]
    found = read(400, body(error=error, message="Not created"))
    assert found.message == "; ".join(["Not created", *reasons, "The sender is bad"])
    assert found.unnamed == ("The sender is bad",)
    assert found.errors == {}


@pytest.mark.parametrize("nothing", [None, "", 0, False, [], {}], ids=repr)
def test_an_error_that_holds_nothing_is_none(nothing):
    found = read(200, body("MSG999", message="Fine", error=nothing))
    assert (found.verdict, found.message) == (Verdict.LOST, "HTTP 200 OK, with the undocumented code MSG999: Fine")


@pytest.mark.parametrize("wrap", [lambda item: [item], lambda item: {"0": item}], ids=["lists", "objects"])
def test_entries_are_looked_for_three_levels_deep(wrap):
    three = wrap(wrap(wrap(refusal())))
    assert read(400, body(error=three)).errors == {"abcf01": (EXISTS,)}
    assert read(400, body(error=wrap(three))).errors == {}


def test_rows_of_a_success():
    rows = [
        {"id": 18, "code": "MSG134", "message": "has no name"},
        {"sender": "A", "id": 17, "code": "MSG106"},
        {"sender": "B", "code": "WA202"},
        {"sender": "C", "more": {"any": "thing"}},
        {"sender": "D", "code": "MSG134"},
        {"sender": "E", "code": "MSG134", "message": "is bad"},
    ]
    found = read(200, body("MSG106", data=rows, error=[refusal(name="E")]))
    assert found.ids == {"a": "17", "b": "", "c": "", "d": "", "e": ""}
    assert found.errors == {"d": ("refused with MSG134",), "e": (EXISTS, "is bad")}


def test_texts_are_cut_and_hold_whole_characters():
    long = read(400, body(" x ", message=" " + "x" * 1001))
    assert (long.code, long.message) == ("x", "x" * 1000)
    half = read(400, b'{"code": 7.5, "message": "T\\u00e4st \\ud800"}')
    assert (half.code, half.message) == ("7.5", "T\u00e4st ?")


def test_a_limit_has_at_most_nine_digits():
    assert read(400, body("RBC192", message="at most 999999999")).limit == 999999999
    assert read(400, body("RBC192", message="at most 9999999999")).limit is None
