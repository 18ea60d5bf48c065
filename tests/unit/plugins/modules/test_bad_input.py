# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input ends in one message that names the place, the sender and the field, before any request is sent."""

from __future__ import annotations

import csv
import json

import mock_api_server
import pytest
from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID

GOOD = {"sender": "ADPAI", "description": "testing", "iso_code": "in", "entity_id": "123456789011"}
HEADER = ",".join(GOOD) + "\n"
LINE = ",".join(GOOD.values()) + "\n"


@pytest.fixture(scope="module")
def mock_api():
    """one mock API for all: nothing is ever sent to it."""
    with mock_api_server.MockApi({SAMPLE_SID: {"key": SAMPLE_KEY}}) as mock_api:
        yield mock_api


@pytest.fixture
def refused(run, mock_api):
    """A function that runs the module with bad input, and returns its message."""

    def refused(**options):
        result = run(mock_api, **options)
        assert result["failed"]
        assert not result.get("changed")
        assert "senders" not in result
        assert mock_api.requests == []
        return result["msg"]

    return refused


@pytest.fixture
def in_each_form(tmp_path):
    """A function that gives, for each form of a list, the options to declare it so and what the form calls the first and the third."""

    def in_each_form(entries, forms=("senders", "json", "csv")):
        (tmp_path / "senders.json").write_text(json.dumps(entries), encoding="utf-8")
        with (tmp_path / "senders.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, GOOD)
            writer.writeheader()
            writer.writerows(entries)
        told = {
            "senders": ({"senders": entries}, "senders[0]", "senders[2]"),
            "json": ({"src": str(tmp_path / "senders.json")}, "src[0]", "src[2]"),
            "csv": ({"src": str(tmp_path / "senders.csv")}, "line 2", "line 4"),
        }
        return [told[form] for form in forms]

    return in_each_form


def third(**fields):
    """Three entries, the third with other fields; None takes one away."""
    changed = {**GOOD, "sender": "ABCF99", **fields}
    return [GOOD, {**GOOD, "sender": "ABCF01"}, {name: value for name, value in changed.items() if value is not None}]


LOST_DIGITS = "; if digits were lost on the way, quote it in YAML, or make it text in the spreadsheet"
TEXTS = [
    ({"sender": ""}, "sender is missing"),
    ({"sender": None}, "sender is missing"),
    ({"sender": " "}, "sender is empty but for space"),
    ({"sender": " ABCF99"}, "sender has space around it"),
    ({"sender": "ABCF99\u00a0"}, "sender has space around it"),
    ({"sender": "ABCF99\n"}, "sender has space around it"),
    ({"sender": "AB\nCF"}, "sender holds a control character"),
    ({"sender": "AB\x07CF"}, "sender holds a control character"),
    ({"sender": "AB\x7fCF"}, "sender holds a control character"),
    ({"sender": "AB\u200bCF"}, "sender holds a control character"),
    ({"description": ""}, "description is missing"),
    ({"description": None}, "description is missing"),
    ({"description": " \t"}, "description is empty but for space"),
    ({"iso_code": ""}, "iso_code is missing"),
    ({"iso_code": None}, "iso_code is missing"),
    ({"iso_code": "IND"}, "iso_code 'IND' is not two letters"),
    ({"iso_code": "i"}, "iso_code 'i' is not two letters"),
    ({"iso_code": "91"}, "iso_code '91' is not two letters"),
    ({"iso_code": "i'n\\"}, "iso_code 'i'n\\' is not two letters"),
    ({"iso_code": "in "}, "iso_code 'in ' is not two letters"),
    ({"iso_code": "in\n"}, r"iso_code 'in\n' is not two letters"),
    ({"iso_code": "\u0131n"}, "iso_code '\u0131n' is not two letters"),
    ({"iso_code": "False"}, "iso_code 'False' is not two letters; quote it, for YAML takes no and NO for a boolean"),
    ({"iso_code": "True"}, "iso_code 'True' is not two letters; quote it, for YAML takes no and NO for a boolean"),
    ({"entity_id": ""}, "entity_id is missing, and India demands it"),
    ({"entity_id": None}, "entity_id is missing, and India demands it"),
    ({"entity_id": None, "iso_code": "IN"}, "entity_id is missing, and India demands it"),
    ({"entity_id": "1" * 11}, "entity_id '11111111111' is not 12 to 30 digits" + LOST_DIGITS),
    ({"entity_id": "1" * 31}, f"entity_id '{'1' * 31}' is not 12 to 30 digits" + LOST_DIGITS),
    ({"entity_id": "12", "iso_code": "us"}, "entity_id '12' is not 12 to 30 digits" + LOST_DIGITS),
    ({"entity_id": "1.20116E+18"}, "entity_id '1.20116E+18' is not 12 to 30 digits" + LOST_DIGITS),
    ({"entity_id": "1,201159123456790"}, "entity_id '1,201159123456790' is not 12 to 30 digits" + LOST_DIGITS),
    ({"entity_id": "12345678901a"}, "entity_id '12345678901a' is not 12 to 30 digits"),
    ({"entity_id": "123 456 789 012"}, "entity_id '123 456 789 012' is not 12 to 30 digits"),
    ({"entity_id": "123456789012\n"}, r"entity_id '123456789012\n' is not 12 to 30 digits"),
    ({"entity_id": "+123456789012"}, "entity_id '+123456789012' is not 12 to 30 digits"),
    ({"entity_id": "\u0661" * 12}, f"entity_id '{chr(0x661) * 12}' is not 12 to 30 digits"),
]


@pytest.mark.parametrize(("fields", "fault"), TEXTS)
def test_a_bad_text(refused, in_each_form, fields, fault):
    name = fields.get("sender", "ABCF99") or "no sender"
    shown = name if name.isprintable() else repr(name)
    for options, _first, place in in_each_form(third(**fields)):
        assert refused(**options) == f"{place} ({shown}): {fault}"


BOOLEAN = "; quote it, for YAML takes words such as no, NO, on and yes for booleans"
FLOAT = ", which has lost digits or its form; quote it"
VALUES = [
    ({"sender": False}, "sender is the boolean False" + BOOLEAN),  # NO
    ({"sender": True}, "sender is the boolean True" + BOOLEAN),  # on
    ({"description": True}, "description is the boolean True" + BOOLEAN),
    ({"iso_code": False, "entity_id": None}, "iso_code is the boolean False" + BOOLEAN),  # no, for Norway
    ({"entity_id": True}, "entity_id is the boolean True" + BOOLEAN),
    ({"sender": 1.5}, "sender is the number 1.5" + FLOAT),
    ({"sender": float("inf")}, "sender is the number inf" + FLOAT),
    ({"iso_code": 1.0}, "iso_code is the number 1.0" + FLOAT),
    ({"entity_id": 1.25e18}, "entity_id is the number 1.25e+18" + FLOAT),
    ({"entity_id": float("nan")}, "entity_id is the number nan" + FLOAT),
    (
        {"entity_id": 1201159123456789000},  # 1201159123456789012 out of a browser
        "entity_id 1201159123456789000 may have lost its last digits, as in a browser's JSON editor; quote it",
    ),
    (
        {"entity_id": 10**18},
        f"entity_id {10**18} may have lost its last digits, as in a browser's JSON editor; quote it",
    ),
    (
        {"entity_id": 12345678901234567 * 100},
        "entity_id 1234567890123456700 may have lost its last digits, as in a browser's JSON editor; quote it",
    ),
    ({"entity_id": 0o12345670123}, "entity_id '1402433619' is not 12 to 30 digits" + LOST_DIGITS),
    ({"entity_id": -123456789012}, "entity_id '-123456789012' is not 12 to 30 digits"),
    ({"entity_id": 10**400 + 1}, f"entity_id '1{'0' * 399}1' is not 12 to 30 digits" + LOST_DIGITS),
    ({"entity_id": 0}, "entity_id '0' is not 12 to 30 digits" + LOST_DIGITS),
    ({"sender": ["ADPAI"]}, "sender is not a text"),
    ({"description": {"text": "testing"}}, "description is not a text"),
    ({"iso_code": []}, "iso_code is not a text"),
    ({"entity_id": {}}, "entity_id is not a text"),
]


@pytest.mark.parametrize(("fields", "fault"), VALUES)
def test_a_bad_value(refused, in_each_form, fields, fault):
    for options, _first, place in in_each_form(third(**fields), ["senders", "json"]):
        assert refused(**options) == f"{place} ({fields.get('sender', 'ABCF99')}): {fault}"


def test_faults_are_named_together(refused, in_each_form):
    bad = {"sender": "ABCF99", "description": "", "iso_code": "IND", "entity_id": "12"}
    for options, first, place in in_each_form([{**bad, "sender": " ABCF01"}, GOOD, bad]):
        message = refused(**options, connections=17, batch_size=9999, iso_code="x")
        assert message == "; ".join(
            [
                "connections: not 1 to 16",
                "batch_size: not 1 to 5000, the API's limit for state=present",
                "option iso_code 'x' is not two letters",
                f"{first} ( ABCF01): sender has space around it",
                f"{first} ( ABCF01): description is missing",
                f"{first} ( ABCF01): iso_code 'IND' is not two letters",
                f"{first} ( ABCF01): entity_id '12' is not 12 to 30 digits{LOST_DIGITS}",
                f"{place} (ABCF99): description is missing",
                f"{place} (ABCF99): iso_code 'IND' is not two letters",
                f"{place} (ABCF99): entity_id '12' is not 12 to 30 digits{LOST_DIGITS}",
            ]
        )


@pytest.mark.parametrize(("more", "ending"), [(0, ""), (1, "; and 1 more faults"), (980, "; and 980 more faults")])
def test_a_thousand_faults_are_told_in_a_message_of_a_screen(refused, more, ending):
    message = refused(senders=[{**GOOD, "iso_code": "IND"}] * (20 + more))
    faults = "; ".join(f"senders[{number}] (ADPAI): iso_code 'IND' is not two letters" for number in range(20))
    assert message == faults + ending


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"description": "other"}, "description"),
        ({"entity_id": "123456789099"}, "entity_id"),
        ({"description": "other", "entity_id": "123456789099", "iso_code": "IN"}, "description and entity_id"),
    ],
)
def test_a_duplicate_with_other_fields_names_both_places(refused, in_each_form, fields, fault):
    for options, first, place in in_each_form(third(sender="ADPAI", **fields)):
        assert refused(**options) == f"{place} (ADPAI): the same sender as {first}, with another {fault}"


def test_absent_wants_a_sender_of_each_entry_and_reads_no_more(refused, run, mock_api, in_each_form):
    nonsense = {"description": "", "iso_code": "IND", "entity_id": "12"}
    for options, _first, place in in_each_form(third(sender="", **nonsense)):
        assert refused(**options, state="absent") == f"{place} (no sender): sender is missing"
    for options, _first, _place in in_each_form(third(**nonsense)):
        assert run(mock_api, **options, state="absent", iso_code="IND", check=True)["msg"] == "3 deleted"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "lacks a header line with a column sender"),
        (b"\n\n", "lacks a header line with a column sender"),
        (b"\xef\xbb\xbf", "lacks a header line with a column sender"),
        (
            b"ADPAI\nABCF01\n",
            "lacks a column sender; src: {0} lacks a column description; src: {0} lacks a column iso_code",
        ),
        (b"sender,description\nADPAI,testing\n", "lacks a column iso_code"),
        (b"Sender,description,iso_code\n", "lacks a column sender"),
        (b"sender,description,iso_code,sender\n", "has two columns sender"),
        (b"sender,description,iso_code,name\n", "has two columns sender"),
        (HEADER.encode("utf-16"), "is not CSV in UTF-8"),
        ((HEADER + LINE.replace("testing", "T\u00e4st")).encode("latin-1"), "is not CSV in UTF-8"),
        ((HEADER + LINE + "\0\n").encode(), "holds a NUL character"),
        (b'sender,"description"s,iso_code\n', "line 1: {0} is not CSV here"),
        ((HEADER + LINE + 'ABCF01,"testing,in,123456789011\n').encode(), "line 3: {0} is not CSV here"),
        ((HEADER + LINE + 'ABCF01,"test"ing,in,123456789011\n').encode(), "line 3: {0} is not CSV here"),
        ((HEADER + LINE + f"ABCF01,{'x' * 200_000},in,123456789011\n").encode(), "line 3: {0} is not CSV here"),
        (
            (HEADER + LINE + "ABCF01,test,ing,in,123456789011\n").encode(),
            "line 3 (ABCF01): more cells than the header has columns; quote a text with a separator in it",
        ),
    ],
)
def test_a_bad_csv_file(refused, tmp_path, content, fault):
    path = tmp_path / "senders.csv"
    path.write_bytes(content)
    message = refused(src=str(path))
    assert fault.format(path) in message
    assert str(path) in message or "line 3" in message


def test_a_csv_fault_is_at_the_line_where_its_record_begins(refused, tmp_path):
    path = tmp_path / "senders.csv"
    path.write_bytes(
        b'\r\n"sender";description;iso_code;entity_id\r\n\r\nADPAI;"two\r\n\r\nlines";in;123456789011\r\n'
        b';;;\r\n"ABCF01";"a\nb";IND;123456789011\r\n\r\nABCF99;testing\r\n'
    )
    message = refused(src=str(path))
    assert message.split("; ") == [
        "line 8 (ABCF01): iso_code 'IND' is not two letters",
        "line 11 (ABCF99): iso_code is missing",
    ]


@pytest.mark.parametrize(
    ("name", "content", "faults"),
    [
        (
            "senders.csv",
            "sender,description,iso_code\nA,Orders, returns,us\nB,Orders,usa\n,Orders,us\n",
            ["line 2 (A): more cells than", "line 3 (B): iso_code 'usa'", "line 4 (no sender): sender is missing"],
        ),
        (
            "senders.json",
            '[5, {"sender": "A", "iso_code": "usa"}, {"sender": "B", "foo": 1}, {"name": ""}, {"name": "C", "sender": "D"}]',
            [
                "src[0]: not an object",
                "src[1] (A): iso_code 'usa'",
                "src[2] (B): unknown foo",
                "src[3] (no sender): sender is missing",
                "src[4] (D): both sender and its alias name",
            ],
        ),
    ],
)
def test_faults_of_form_and_of_value_are_named_together(refused, tmp_path, name, content, faults):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    message = refused(src=str(path), description="Orders", iso_code="us", timeout=0)
    assert all(fault in message for fault in [*faults, "timeout: not a positive number"])


def test_a_name_with_control_characters_is_shown_escaped(refused):
    assert r"senders[0] ('A\x1b[2J\n'): sender has space around it" in refused(
        senders=[{**GOOD, "sender": "A\x1b[2J\n"}]
    )


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "is not JSON in UTF-8"),
        (b"[", "is not JSON in UTF-8"),
        (b"[{'sender': 'ADPAI'}]", "is not JSON in UTF-8"),
        (b"{}", "holds no list of objects"),
        (b"null", "holds no list of objects"),
        (b'"ADPAI"', "holds no list of objects"),
        (b"NaN", "holds no list of objects"),
        (b'{"senders": []}', "holds no list of objects"),
        (b'["ADPAI", null, [], 7]', "src[0]: not an object; src[1]: not an object; src[2]: not an object; src[3]: not"),
        (b'[{}, {"sender": "A", "sendr": "B"}]', "src[1] (A): unknown sendr"),
        (
            b'[{"sendr": "A", "nam": "B"}]',
            "src[0] (no sender): unknown nam, sendr; known are sender, description, iso_code, entity_id",
        ),
        (b'[{"sender": "A", "name": "B"}]', "src[0] (A): both sender and its alias name"),
        (json.dumps([{**GOOD, "name": "B"}]).encode(), "src[0] (ADPAI): both sender and its alias name"),
        (json.dumps([GOOD]).encode("utf-16"), "is not JSON in UTF-8"),
        (b'[{"sender": "T\xe4st"}]', "is not JSON in UTF-8"),
        (b"[" * 100_000, "is not JSON in UTF-8"),
        (b'[{"sender": "A", "entity_id": ' + b"1" * 4000 + b"}]", "entity_id"),
    ],
)
def test_a_bad_json_file(refused, tmp_path, content, fault):
    path = tmp_path / "senders.json"
    path.write_bytes(content)
    message = refused(src=str(path))
    assert fault in message
    assert str(path) in message or "src[" in message


@pytest.mark.parametrize("name", ["none.csv", "none.json", "folder.csv", "senders.txt", "senders", ".csv"])
def test_a_file_that_is_not_there_or_of_no_known_kind(refused, tmp_path, name):
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "senders.txt").write_text(HEADER)
    path = str(tmp_path / name)
    message = refused(src=path)
    assert path in message
    assert ("cannot be read" if name.startswith(("none", "folder")) else "neither .csv nor .json") in message


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"api_key": ""}, "api_key: missing; set it, or the environment variable KALEYRA_API_KEY"),
        ({"api_key": None}, "api_key: missing"),
        ({"api_key": f"{SAMPLE_KEY} "}, "api_key: holds white space or a control character"),
        ({"api_key": f"{SAMPLE_KEY}\n"}, "api_key: holds white space or a control character"),
        ({"api_key": f"{SAMPLE_KEY[:9]}\u00a0{SAMPLE_KEY[9:]}"}, "api_key: holds white space or a control character"),
        ({"api_key": f"{SAMPLE_KEY[:9]}\0{SAMPLE_KEY[9:]}"}, "api_key: holds white space or a control character"),
        ({"sid": ""}, "sid: missing; set it, or the environment variable KALEYRA_SID"),
        ({"sid": "HX 1"}, "sid: "),
        ({"sid": "HX1\n"}, "sid: "),
        ({"sid": "HX1/../HX2"}, "sid: not letters and digits alone"),
        ({"sid": "HX1?x"}, "sid: not letters and digits alone"),
        ({"sid": "H\u00dc1"}, "sid: not letters and digits alone"),
        ({"batch_size": 0}, "batch_size: not 1 to 5000"),
        ({"batch_size": -1}, "batch_size: not 1 to 5000"),
        ({"batch_size": 5001}, "batch_size: not 1 to 5000"),
        ({"batch_size": 101, "state": "absent"}, "batch_size: not 1 to 100"),
        ({"timeout": 0}, "timeout: not a positive number of seconds"),
        ({"timeout": -0.5}, "timeout: not a positive number of seconds"),
        ({"timeout": "nan"}, "timeout: not a positive number of seconds"),
        ({"timeout": "inf"}, "timeout: not a positive number of seconds"),
        ({"timeout": "1e300"}, "timeout: not a positive number of seconds"),
        ({"connections": 0}, "connections: not 1 to 16"),
        ({"connections": 17}, "connections: not 1 to 16"),
        ({"retries": -1}, "retries: negative"),
        ({"ca_path": "/nowhere/ca.pem"}, "ca_path: there is no /nowhere/ca.pem"),
        ({"description": " "}, "option description is empty but for space"),
        ({"iso_code": "IND"}, "option iso_code 'IND' is not two letters"),
        ({"iso_code": False}, "option iso_code 'False' is not two letters; quote it"),
        ({"entity_id": "12"}, "option entity_id '12' is not 12 to 30 digits"),
        ({"entity_id": 1.2e18}, "option entity_id '1.2e+18' is not 12 to 30 digits; if digits were lost on the way"),
    ],
)
def test_a_bad_option(refused, options, fault):
    assert refused(senders=[GOOD], **options).startswith(fault)


def test_senders_or_src_and_not_both(refused, tmp_path):
    assert refused(senders=None) == "senders: null; an empty list is []"
    assert "one of the following is required: senders, src" in refused()
    assert "mutually exclusive: senders|src" in refused(senders=[GOOD], src=str(tmp_path / "senders.csv"))


def test_unknown_fields(refused):
    senders = [GOOD, {**GOOD, "sendr": "ADPAI"}, "ABCF01", {"name": "ABCF02", "iso": "in", 5: "x"}]
    known = "known are sender, description, iso_code, entity_id"
    assert refused(senders=senders) == (
        f"senders[1] (ADPAI): unknown sendr; {known}; senders[2] (ABCF01): not a dictionary with a field sender;"
        f" senders[3] (ABCF02): unknown 5, iso; {known}"
    )


@pytest.mark.parametrize(
    ("senders", "message"),
    [
        pytest.param(["ADPAI"], "senders[0] (ADPAI): NONE", id="a name"),
        pytest.param(
            [GOOD, "ABCF01", None, 17, "sender=ABCF02", ["ABCF03"]],
            "senders[1] (ABCF01): NONE; senders[2]: NONE; senders[3]: NONE; senders[5]: NONE",
            id="several",
        ),
        pytest.param(
            ["A" * 40, "A" * 41, "A\tB"],
            f"senders[0] ({'A' * 40}): NONE; senders[1]: NONE; senders[2]: NONE",
            id="long",
        ),
        pytest.param(
            ["A"] * 21,
            "; ".join([*(f"senders[{index}] (A): NONE" for index in range(20)), "and 1 more faults"]),
            id="many",
        ),
    ],
)
def test_an_entry_that_is_no_dictionary(refused, senders, message):
    assert refused(senders=senders) == message.replace("NONE", "not a dictionary with a field sender")


@pytest.mark.parametrize("senders", ["ADPAI,ABCF01", '[{"sender": "ADPAI"}, {"sender": "ABCF01"}]'])
def test_a_text_for_the_list(refused, senders):
    assert refused(senders=senders) == (
        "senders: a text, not a list of dictionaries; a file's content takes from_json, or the option src"
    )


def test_texts_that_ansible_takes_for_dictionaries_are_not_to_blame(refused):
    assert refused(senders="sender=ADPAI,sender=ABCF01", timeout="never").startswith("argument 'timeout'")
    assert refused(senders={"sender": "ADPAI"}).startswith("argument 'senders'")


@pytest.mark.parametrize("state", ["present", "absent"])
def test_both_a_sender_and_its_alias(refused, state):
    senders = [{**GOOD, "name": "SHOP"}, {"name": "ABCF01"}, {"sender": "ABCF02", "name": "ABCF02"}]
    assert refused(senders=senders, state=state) == (
        "senders[0] (ADPAI): both sender and its alias name; senders[2] (ABCF02): both sender and its alias name"
    )
