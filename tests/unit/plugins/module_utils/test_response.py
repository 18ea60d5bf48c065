# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a response says about the senders of its request: each row of the table of ``read_response``."""

from __future__ import annotations

import json

import pytest
from ansible_collections.community.kaleyra.plugins.module_utils._operations import CREATE, DELETE
from ansible_collections.community.kaleyra.plugins.module_utils._response import ResponseKind as Kind
from ansible_collections.community.kaleyra.plugins.module_utils._response import read_response
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender

EXISTS = "Sender ID Already exist."
MISSING = "Sender ID does not exist."
HTML = b"<html><title>Service</title></html>"


def body(code, message="a message", data=(), error=()):
    return json.dumps({"code": code, "message": message, "data": data or [], "error": error or {}}).encode()


def row(sender, **fields):
    return {"id": "6XX67", "status": "1", "sender": sender, **fields}


def named(**reasons):
    return {str(i): {"sender": text, "sender_name": name} for i, (name, text) in enumerate(reasons.items())}


def read(status, content, names="ADPAI ABCF01", operation=CREATE):
    return read_response(operation, [Sender(name) for name in names.split()], status, content)


def outcomes(response):
    return {sender.name: result.outcome for sender, result in response.results.items()}


def check_texts(response, code):
    """The response and its results have its code; errors have a message."""
    assert response.code == code
    assert response.message
    for result in response.results.values():
        assert result.code == ("" if result.outcome in ("present", "absent") else code)
        assert bool(result.msg) == (result.outcome in ("rejected", "unknown"))


ALL = {"ADPAI": "created", "ABCF01": "created"}
ROWS = [row("ADPAI", code="MSG106"), row("ABCF01", code="MSG106")]
REQUEST = [{"sender": name, "description": "For orders", "iso_code": "in"} for name in ALL]
CASE_1 = body("MSG134", "Sender IDs not created", error=named(ABCF01=EXISTS))

# name: (status, body, kind, whether to retry)
WHOLE_REQUEST = {
    **{str(status): (status, b"", Kind.LOST, True) for status in (408, 499, 500, 502)},
    "500 that names senders": (500, CASE_1, Kind.LOST, True),
    "200 that is empty": (200, b"", Kind.LOST, True),
    "200 in HTML": (200, HTML, Kind.LOST, True),
    "200 with a missing comma": (200, b'{"code": "MSG106" "message": ""}', Kind.LOST, True),
    "200 with a list": (200, b"[]", Kind.LOST, True),
    "200 without a code": (200, b'{"message": "Fine"}', Kind.LOST, True),
    "200 with a number as the code": (200, b'{"code": 106}', Kind.LOST, True),
    "200 nested too deeply": (200, b"[" * 100_000, Kind.LOST, True),
    "303": (303, b"", Kind.LOST, False),
    "300": (300, body("300"), Kind.STOP, False),
    "302": (302, b"", Kind.STOP, False),
    **{str(status): (status, body("X"), Kind.STOP, False) for status in (401, 403, 405, 407, 410)},
    "404": (404, body("404", "No such resource"), Kind.STOP, False),
    **{code: (400, body(code), Kind.STOP, False) for code in ("RBC001", "WA401", "WA-401", "E110", "RBC195")},
    "E110 with 200": (200, body("E110"), Kind.STOP, False),
    "429": (429, body("429"), Kind.STOP, True),
    "429 in HTML": (429, HTML, Kind.STOP, True),
    "429 with the code of an account error": (429, body("E110"), Kind.STOP, False),
    "RBC192": (400, body("RBC192", "Exceeded max capacity of 1,000 senders"), Kind.TOO_LARGE, False),
    "413": (413, HTML, Kind.TOO_LARGE, False),
    "200 with an undocumented code": (200, body("MSG999", error="none"), Kind.LOST, True),
    "200 with the code of a rejection that names no sender": (200, body("MSG134"), Kind.LOST, True),
    "200 with the other operation's code": (200, body("MSG108"), Kind.LOST, True),
    "200 with WA500": (200, body("WA500"), Kind.LOST, True),
    "400 with a success code": (400, body("MSG106", data=ROWS), Kind.LOST, False),
    "400 with the other operation's success code": (400, body("MSG108"), Kind.LOST, False),
    "400 with WA500": (400, body("WA500"), Kind.LOST, False),
    "400 in HTML": (400, HTML, Kind.STOP, False),
    **{
        f"{status} with {code}": (status, body(code, MISSING), Kind.LOST, False)
        for status in (403, 404, 405, 410)
        for code in ("MSG106", "MSG108", "WA500")
    },
    "WA400": (400, body("WA400", error={"payload": "Incorrect"}), Kind.REJECTED_UNNAMED, False),
    "rejection without names": (400, body("MSG134", error=[EXISTS]), Kind.REJECTED_UNNAMED, False),
    "rejection of others": (400, body("MSG134", error=named(OTHER=EXISTS)), Kind.REJECTED_UNNAMED, False),
    "rejection whose rows report a success": (400, body("MSG134", data=ROWS), Kind.REJECTED_UNNAMED, False),
    "rejection that repeats the request": (400, body("MSG134", data=REQUEST), Kind.REJECTED_UNNAMED, False),
    "rows of another request": (200, body("MSG106", data=[row("OTHER")]), Kind.LOST, True),
}


@pytest.mark.parametrize("name", WHOLE_REQUEST)
def test_response_that_names_no_sender(name):
    status, content, kind, retry = WHOLE_REQUEST[name]
    response = read(status, content)
    assert (response.kind, response.retry, response.results) == (kind, retry, {})
    assert response.message


@pytest.mark.parametrize(
    ("status", "content", "words", "has_hint"),
    [
        (400, HTML, "HTTP 400 Bad Request: ", True),
        (404, HTML, "HTTP 404 Not Found: ", True),
        (302, HTML, "HTTP 302 Found: ", True),
        (500, HTML, "HTTP 500 Internal Server Error: ", False),
        (599, HTML, "HTTP 599: ", False),
        (429, HTML, "HTTP 429 Too Many Requests", False),
        (200, HTML, "HTTP 200 OK: ", False),
        (200, body("MSG999"), "HTTP 200 OK, code MSG999: a message", False),
        (500, body("WA500"), "a message", False),
    ],
)
def test_message_is_the_one_of_the_api_or_contains_the_status(status, content, words, has_hint):
    message = read(status, content).message
    assert message.startswith(words)
    assert ("check api_url" in message) == has_hint
    assert words.endswith(": ") or message == words


def test_message_of_a_rejection_without_names_contains_the_error_texts():
    error = [{"payload": "Incorrect"}, {"header": "Missing"}, {"sender": "Bad"}, {"sender": "Worse"}]
    response = read(400, body("WA400", "a message", error=error))
    assert all(text in response.message for text in ("a message", "Incorrect", "Missing", "Bad", "Worse"))


# name: (status, body, outcomes)
SUCCESSES = {
    "MSG106 with rows": (200, body("MSG106", data=ROWS), ALL),
    "rows in an object": (200, body("MSG106", data={"0": ROWS[0], "1": ROWS[1]}), ALL),
    "rows in lists of lists": (200, body("MSG106", data=[[ROWS[0]], [ROWS[1]]]), ALL),
    "one row that is the data": (200, body("MSG106", data=ROWS[0]), {"ADPAI": "created"}),
    "names in another case": (200, body("MSG106", data=[row("adpai"), row("AbcF01")]), ALL),
    "rows without a code": (200, body("MSG106", data=[row("ADPAI"), row("ABCF01", code="")]), ALL),
    "rows that are missing": (200, body("MSG106", data=ROWS[:1]), {"ADPAI": "created"}),
    "no rows": (200, body("MSG106"), {}),
    **{
        f"a row code {code}": (200, body("MSG106", data=[ROWS[0], row("ABCF01", code=code)]), {"ADPAI": "created"})
        for code in ("200", 0, "msg106", "MSG134")
    },
    "rows with a sender_name": (200, body("MSG106", data=[row("ADPAI", sender_name="ADPAI"), ROWS[1]]), ALL),
    "errors in data": (200, body("MSG106", data=[ROWS[0], *named(ABCF01="is bad").values()]), {"ADPAI": "created"}),
    "WA202 without rows": (202, body("WA202", data={"message_id": "A1"}), ALL),
    "a row with another sender_name": (
        200,
        body("MSG106", data=[row("ADPAI", sender_name="B"), ROWS[1]]),
        {"ABCF01": "created"},
    ),
    "WA202 with rows": (202, body("WA202", data=[row("ADPAI")]), {"ADPAI": "created"}),
    "WA202 with errors": (202, body("WA202", error=named(ABCF01="is bad")), {**ALL, "ABCF01": "rejected"}),
    "errors and rows": (
        200,
        body("MSG106", data=ROWS[:1], error=named(ABCF01=EXISTS)),
        {"ADPAI": "created", "ABCF01": "present"},
    ),
    "an error that contradicts a row": (
        200,
        body("MSG106", data=ROWS, error=named(ABCF01="is bad")),
        {"ADPAI": "created", "ABCF01": "unknown"},
    ),
}


@pytest.mark.parametrize("name", SUCCESSES)
def test_success(name):
    status, content, expected = SUCCESSES[name]
    response = read(status, content)
    assert (response.kind, outcomes(response)) == (Kind.SUCCESS, expected)
    check_texts(response, json.loads(content)["code"])


def test_success_of_a_delete_applies_to_all_senders():
    response = read(200, body("MSG108"), operation=DELETE)
    assert (response.kind, outcomes(response)) == (Kind.SUCCESS, {"ADPAI": "deleted", "ABCF01": "deleted"})


OTHER_SPELLING = named(**{"AD&amp;PAI": "in use"})
# What `error` contains if it names ADPAI or somebody, in a way that is not understood.
NOT_UNDERSTOOD = {
    "another spelling": OTHER_SPELLING,
    "another spelling beside a message": [{"sender": "AD&amp;PAI", "message": "in use"}],
    "another sender_id": [{"sender_id": "AD&amp;PAI", "message": "in use"}],
    "a list of names": [{"sender_name": ["ADPAI"], "sender": "in use"}],
    "a name as a key": {"ADPAI": "in use"},
    "a name as a key of a list": {"ADPAI": []},
    "a name as a string": {"failed": ["ADPAI"]},
    "a name beside a list": {"failed": "ADPAI", "reasons": ["in use"]},
    "a name as a word": {"error": "Not done: ADPAI."},
    "names as words": {"error": "Not done: ADPAI,ABCF01"},
    "a name deep inside": json.loads('{"a":' * 900 + '"ADPAI"' + "}" * 900),
}


@pytest.mark.parametrize("name", NOT_UNDERSTOOD)
@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "MSG134", Kind.REJECTED_UNNAMED),
        (400, "WA400", Kind.REJECTED_UNNAMED),
        (400, "E110", Kind.STOP),
        (401, "401", Kind.STOP),
        (403, "403", Kind.STOP),
        (429, "429", Kind.STOP),
        (413, "413", Kind.TOO_LARGE),
        (400, "RBC192", Kind.TOO_LARGE),
    ],
)
def test_rejection_that_is_not_understood_leaves_senders_in_doubt(status, code, kind, name):
    response = read(status, body(code, error=NOT_UNDERSTOOD[name]))
    assert (response.kind, response.in_doubt, response.results) == (kind, True, {})


@pytest.mark.parametrize(
    ("operation", "status", "code"), [(DELETE, 200, "MSG108"), (CREATE, 202, "WA202"), (CREATE, 200, "MSG106")]
)
@pytest.mark.parametrize("name", [*NOT_UNDERSTOOD, "no name", "a number"])
def test_success_that_is_not_understood_applies_to_no_sender(operation, status, code, name):
    error = {**NOT_UNDERSTOOD, "no name": {"error": "in use"}, "a number": {"failed": [12345]}}[name]
    response = read(status, body(code, error=error), "ADPAI ABCF01 12345", operation)
    assert (response.kind, response.results) == (Kind.SUCCESS, {})


@pytest.mark.parametrize("error", [{}, [], None, "", {"error": " "}, {"error": None, "count": 0}])
def test_success_with_an_empty_error_applies_to_all_senders(error):
    content = json.dumps({"code": "MSG108", "message": "a message", "error": error}).encode()
    assert outcomes(read(200, content, operation=DELETE)) == {"ADPAI": "deleted", "ABCF01": "deleted"}


def test_success_that_names_one_error_in_an_unknown_way_applies_only_to_the_named_ones():
    error = [*named(ADPAI="in use").values(), *OTHER_SPELLING.values()]
    response = read(200, body("MSG108", error=error), operation=DELETE)
    assert outcomes(response) == {"ADPAI": "rejected"}
    assert "AD&amp;PAI: in use" in response.message


@pytest.mark.parametrize("error", [{"ADPAI": "in use"}, named(ADPAI="in use")])
def test_success_row_of_a_sender_that_error_mentions_is_a_contradiction(error):
    response = read(200, body("MSG106", data=ROWS, error=error))
    assert outcomes(response) == {"ADPAI": "unknown", "ABCF01": "created"}
    assert any("in use" in result.msg for result in response.results.values())


@pytest.mark.parametrize("data", [ROWS, REQUEST, [row("OTHER")], {"sender": ["ADPAI"]}])
def test_rows_that_do_not_count_leave_senders_in_doubt(data):
    response = read(400, body("MSG134", data=data))
    assert (response.kind, response.in_doubt) == (Kind.REJECTED_UNNAMED, True)


# The errors of Kaleyra's pages that name no one, as requests of several senders get them.
@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, "RBC001", {"error": "Incorrect SID or API key."}),
        (400, "WA400", {"payload": "Incorrect payload format"}),
        (400, "E110", {"balance": "Please check your balance, You have a low balance!"}),
        (400, "RBC192", {"error": "Exceeded max capacity of 5000 senders"}),
        (400, "MSG134", {"0": {"sender": "Sender ID Already exist."}}),
    ],
)
def test_rejection_without_names_leaves_no_sender_in_doubt(status, code, error):
    assert not read(status, body(code, error=error), "ADPAI 0").in_doubt


@pytest.mark.parametrize("code", ["MSG106", "WA202"])
def test_success_codes_of_create_are_no_success_of_a_delete(code):
    assert read(200, body(code), operation=DELETE).kind is Kind.LOST


@pytest.mark.parametrize(
    ("given", "text"), [("6XX67", "6XX67"), (67, "67"), (" 67 ", "67"), (None, ""), (True, ""), ([67], "")]
)
def test_success_returns_an_id_that_is_a_text_or_a_number(given, text):
    response = read(200, body("MSG106", data=[row("ADPAI", id=given), row("ABCF01", id="7YY78")]))
    assert [result.id for result in response.results.values()] == [text, "7YY78"]


def entry(reason=EXISTS, name="ADPAI", **more):
    return {"sender_name": name, "sender": reason, **more}


def rejection(*entries, code="MSG134", data=()):
    return body(code, error=list(entries), data=data)


# name: (body, outcomes)
REJECTIONS = {
    "Case 1": (CASE_1, {"ABCF01": "present"}),
    "an undocumented code": (rejection(entry("is bad"), code="MSG999"), {"ADPAI": "rejected"}),
    "a success code": (rejection(entry(), code="MSG106"), {"ADPAI": "present"}),
    "other senders too": (rejection(entry(name="OTHER"), entry()), {"ADPAI": "present"}),
    "a name in another case": (rejection(entry(name="adpai")), {"ADPAI": "present"}),
    "a name with blanks around": (rejection(entry(name=" ADPAI\n")), {"ADPAI": "present"}),
    "a sender and a message": (rejection({"sender": "ADPAI", "message": EXISTS}), {"ADPAI": "present"}),
    "a sender without a message": (rejection({"sender": "ADPAI"}), {"ADPAI": "rejected"}),
    "a sender_id": (rejection({"sender_id": "ADPAI", "message": EXISTS}), {"ADPAI": "present"}),
    "no reason": (rejection({"sender_name": "ADPAI"}), {"ADPAI": "rejected"}),
    "other fields": (rejection(entry(code="E1", id="6XX67", status="0")), {"ADPAI": "present"}),
    "another reason": (rejection(entry(entity_id="Entity ID is not valid")), {"ADPAI": "rejected"}),
    "another reason in another entry": (rejection(entry(), entry("is bad")), {"ADPAI": "rejected"}),
    "a reason about another sender": (
        rejection(entry("ADPAI already exists"), entry("ADPAI already exists", "ABCF01")),
        {"ADPAI": "present", "ABCF01": "rejected"},
    ),
    "a very long reason": (rejection(entry("ADPAI " * 10**6)), {"ADPAI": "rejected"}),
    "very many reasons": (rejection(*(entry(f"reason {number}") for number in range(10**5))), {"ADPAI": "rejected"}),
    "rows": (rejection(data=[row("ADPAI", code="MSG134", message=EXISTS)]), {"ADPAI": "present"}),
    "rows without a code": (
        rejection(data=[row("ADPAI", message=EXISTS), row("ABCF01", code="MSG999", message=EXISTS)], code="MSG999"),
        {"ABCF01": "present"},
    ),
    "rows of senders that are fine": (
        rejection(entry(name="ABCF01"), data=[row("ADPAI", code="MSG134")]),
        {"ABCF01": "present"},
    ),
    **{
        f"a row with the success code {code}": (
            rejection(entry(), entry(name="ABCF01"), data=[row("ADPAI", code=code)]),
            {"ABCF01": "present"},
        )
        for code in ("MSG106", "WA202", "MSG108")  # also those of the other operation
    },
    "errors in data": (rejection(data=[entry("is bad")]), {"ADPAI": "rejected"}),
}


@pytest.mark.parametrize("name", REJECTIONS)
def test_rejection(name):
    content, expected = REJECTIONS[name]
    response = read(400, content)
    assert (response.kind, outcomes(response)) == (Kind.REJECTED, expected)
    check_texts(response, json.loads(content)["code"])


@pytest.mark.parametrize("status", [200, 404, 409])
def test_rejection_can_have_another_status(status):
    assert outcomes(read(status, CASE_1)) == {"ABCF01": "present"}


def test_rejection_keeps_the_reason_and_the_code():
    response = read(400, body("MSG134", error=named(ADPAI="it can only be 6 character")))
    assert [result[1:4] for result in response.results.values()] == [("", "MSG134", "it can only be 6 character")]


def test_rejection_by_rows_keeps_their_reasons():
    rows = [
        row("A", code="MSG134", message="it is bad"),
        row("B", code="MSG140", message=None),
        *named(C="is bad").values(),
        {"sender_id": "D", "code": "MSG134", "message": "bad, too"},
    ]
    found = read(400, body("MSG140", data=rows), "A B C D").results.values()
    assert [result.msg for result in found] == ["it is bad", "rejected with MSG140", "is bad", "bad, too"]


# (operation, body, outcome, with ! if it leaves the sender in doubt)
REJECTIONS_OF_ONE = [
    (CREATE, body("WA400", error={"payload": "Incorrect payload format"}), "rejected"),
    (CREATE, body("WA400", error={"error": "Not done: ADPAI"}), "rejected"),
    (CREATE, body("MSG134", error={"error": EXISTS}, data=REQUEST[:1]), "present!"),
    (CREATE, body("MSG134", data=[row("ADPAI", message="submitted")]), "rejected!"),
    (CREATE, body("MSG134", data=ROWS[:1]), "unknown!"),
    (CREATE, body("MSG134", data=ROWS[:1], error=named(ADPAI=EXISTS)), "unknown!"),
    (CREATE, body("MSG134", error=OTHER_SPELLING), "rejected!"),
    (CREATE, body("WA400", message=EXISTS), "present"),
    (CREATE, body("WA400", message="ADPAI already exists"), "present"),
    (CREATE, body("WA400", message="ADPAI is bad"), "rejected"),
    (CREATE, body("WA400", message=EXISTS, data=[row("OTHER")]), "rejected!"),
    (CREATE, body("MSG134", error={"error": EXISTS}), "present"),
    (CREATE, body("MSG134", error=[{"sender": EXISTS}]), "present"),
    (CREATE, body("MSG134", message=EXISTS, error=["Entity ID is not valid"]), "rejected"),
    (CREATE, body("MSG134", error=named(OTHER=EXISTS)), "rejected!"),
    (DELETE, body("MSG136", message=MISSING), "absent"),
    (DELETE, body("MSG136", message="Not found"), "rejected"),
]


@pytest.mark.parametrize(("operation", "content", "outcome"), REJECTIONS_OF_ONE)
def test_rejection_without_a_name_is_about_the_only_sender(operation, content, outcome):
    response = read(400, content, "ADPAI", operation)
    assert (response.kind, outcomes(response)) == (Kind.REJECTED, {"ADPAI": outcome.rstrip("!")})
    assert response.in_doubt == outcome.endswith("!")
    check_texts(response, json.loads(content)["code"])


def test_reason_of_an_unknown_name_is_shown():
    [result] = read(400, body("MSG134", error=OTHER_SPELLING), "ADPAI").results.values()
    assert "AD&amp;PAI: in use" in result.msg


# (body, kind of the response to a DELETE of ADPAI and ABCF01, whether it leaves them in doubt)
NOT_FOUND = [
    (body("MSG136", message=MISSING), Kind.REJECTED_UNNAMED, False),
    (body("MSG136", error=[MISSING, "No such sender"]), Kind.REJECTED_UNNAMED, False),
    (body("MSG136", error={"error": "ADPAI not found"}), Kind.REJECTED_UNNAMED, True),
    (body("MSG136", error=named(OTHER=MISSING)), Kind.REJECTED_UNNAMED, True),
    (body("MSG136", message=MISSING, error={"error": "No such resource"}), Kind.STOP, False),
    (body("404", message="Not Found"), Kind.STOP, False),
    (body("404", message="No route for the sender API"), Kind.STOP, False),
    (HTML, Kind.STOP, False),
]


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize(("content", "kind", "in_doubt"), NOT_FOUND)
def test_not_found_is_about_senders_only_if_it_says_so(status, content, kind, in_doubt):
    response = read(status, content, operation=DELETE)
    assert (response.kind, response.in_doubt) == (kind, in_doubt)
    assert read(status, content, operation=CREATE).kind is Kind.STOP
    assert read(403, content, operation=DELETE).kind is Kind.STOP
    assert read(status, body("MSG108", MISSING), operation=DELETE).kind is Kind.LOST


@pytest.mark.parametrize("status", [404, 410])
def test_only_sender_that_is_not_found_is_absent(status):
    assert outcomes(read(status, body("MSG136", MISSING), "ADPAI", DELETE)) == {"ADPAI": "absent"}


@pytest.mark.parametrize(
    ("names", "number", "expected"),
    [
        ("12345", 12345, {"12345": "present"}),
        ("012345", 12345, {"012345": "present"}),
        ("9007199254740993", 9007199254740993, {"9007199254740993": "present"}),
        ("12345 012345", 12345, {}),
        ("1E5 ADPAI", 100000.0, {"1E5": "present"}),
        ("1E5 100000", 100000.0, {}),
        ("1 ADPAI", True, {}),
        ("1 ADPAI", 2, {}),
    ],
)
def test_number_as_a_name_must_mean_one_sender(names, number, expected):
    content = body("MSG134", error=[{"sender_name": number, "sender": EXISTS}])
    assert outcomes(read(400, content, names)) == expected


PRESENT = [
    "Sender ID Already exist.",
    "Sender ID 'ADPAI' already exists",
    "sender id (ADPAI) already exists!",
    "ADPAI already exists",
    "The sender already exists in this account",
    "Already exists",
]
NOT_PRESENT = [
    "Sender ID already exists in another account",
    "Sender ID already exists in some other account",
    "Sender ID already exists, but the entity ID does not match",
    "Sender ID already exist in the blocked list",
    "Sender template already exists",
    "Entity ID already exist",
    "Sender ID OTHER already exists",
    "Sender ID already submitted for verification",
    "Sender ID has to be registered and it can only be 6 character",
]
ABSENT = [
    "Sender ID does not exist.",
    "Sender ID doesn't exist in your account",
    "Sender 'ADPAI' not found",
    "Sender ID could not be found",
    "No such sender",
    "No such sender ADPAI.",
    "No such 'ADPAI'",
    "Sender ID has already been deleted",
]
NOT_ABSENT = [
    "its template was not found",
    "Account not found for this sender",
    "The entity ID of the sender was not found",
    "Sender ID is not registered",
    "Sender ID not found in the DLT registry",
    "Sender ID cannot be deleted",
    "No such",
]


@pytest.mark.parametrize(
    ("operation", "reason", "outcome"),
    [
        *((CREATE, reason, "present") for reason in PRESENT),
        *((CREATE, reason, "rejected") for reason in NOT_PRESENT),
        *((DELETE, reason, "absent") for reason in ABSENT),
        *((DELETE, reason, "rejected") for reason in NOT_ABSENT),
    ],
)
def test_reason_must_be_about_this_sender_in_this_account(operation, reason, outcome):
    assert outcomes(read(400, body("MSG134", error=named(ADPAI=reason)), operation=operation)) == {"ADPAI": outcome}


@pytest.mark.parametrize("name", ["SENDER", "ID", "ALREADY"])
def test_name_can_be_a_word_of_the_reason(name):
    content = body("MSG134", error=[{"sender_name": name, "sender": f"Sender ID '{name}' already exists"}])
    assert outcomes(read(400, content, name)) == {name: "present"}


NESTED = json.loads("[" * 900 + "]" * 900)
TWO_NAMES = {"sender_name": "ADPAI", "sender": [{"sender": "ABCF01"}]}


@pytest.mark.parametrize("junk", [None, 7, "text", [None, 7], NESTED, {"sender": None}, {"sender_name": {}}, TWO_NAMES])
@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("code", ["MSG106", "MSG134", "WA202"])
def test_any_shape_can_be_read(status, code, junk):
    content = json.dumps({"code": code, "message": junk, "data": junk, "error": junk}).encode()
    assert read(status, content).kind in Kind
