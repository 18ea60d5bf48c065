# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of senders: in the task, in CSV and JSON files, and in formats that are not supported."""

from __future__ import annotations

import gzip
import json
import platform

import pytest
from ansible_collections.community.kaleyra.plugins.module_utils._sender import describe
from ansible_collections.community.kaleyra.plugins.module_utils._sender_file import COLUMNS, read_senders

DEFAULTS = {"description": "common", "iso_code": "in", "entity_id": "123456789011"}
UNSET = dict.fromkeys(("senders", "src", "api_key", *DEFAULTS))
ADPAI = ("ADPAI", "testing", "us", "")
ABCF01 = ("ABCF01", "common", "in", "123456789011")
HEADER = "sender,description,iso_code,entity_id\n"
LINE = "ADPAI,testing,in,123456789012\n"


@pytest.fixture
def read(tmp_path):
    """A function that writes a file and reads it, with defaults for the options of the task."""

    def read(name, content, **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_senders({"state": "present", **UNSET, **DEFAULTS, "src": str(path), **options})

    return read


def read_task(senders, **options):
    return read_senders({"state": "present", **UNSET, **DEFAULTS, "senders": senders, **options})


def valid(checked):
    assert checked.errors == []
    return [(sender.name, sender.description, sender.iso_code, sender.entity_id) for sender in checked.senders]


def message(checked):
    return "; ".join(describe(checked.errors))


# Files of ADPAI and ABCF01 by what is special about them
CSV_FILES = {
    "commas": "sender,description,iso_code,entity_id\nADPAI,testing,us,\nABCF01,,,\n",
    "semicolons": "sender;description;iso_code;entity_id\nADPAI;testing;us;\nABCF01;;;\n",
    "tabs": "sender\tdescription\tiso_code\nADPAI\ttesting\tus\nABCF01\t\t\n",
    "sep=": "sep=;\r\nsender;description;iso_code\r\nADPAI;testing;us\r\nABCF01;;\r\n",
    "sep= in quotes": '"sep=|"\nsender|description|iso_code\nADPAI|testing|us\nABCF01||\n',
    "SEP= and empty cells": "SEP=;;;\nsender;description;iso_code\nADPAI;testing;us\nABCF01;;\n",
    "two BOMs": "\ufeff\ufeffsender,description,iso_code\nADPAI,testing,us\nABCF01,,\n",
    "BOM after sep=": "\ufeffsep=,\n\ufeffsender,description,iso_code\nADPAI,testing,us\nABCF01,,\n",
    "quotes": '\ufeff"sender";"description";"iso_code"\n"ADPAI";"testing";"us"\nABCF01;;\n',
    "CR": "sender,description,iso_code\rADPAI,testing,us\rABCF01,,\r",
    "no last line end": "sender,description,iso_code\nADPAI,testing,us\nABCF01,,",
    "blank lines": "\n \nsender,description,iso_code\n\nADPAI,testing,us\n,,\n , ,\t\nABCF01,,\n\n",
    "trailing empty cells": "sender,description,iso_code\nADPAI,testing,us,,\nABCF01,,,, ,\n",
    "short line": "sender,description,iso_code\r\nADPAI,testing,us\r\nABCF01\r\n",
    "other columns": "no,sender,description,iso_code,\n1,ADPAI,testing,us,x\n2,ABCF01,,,\n",
    "commas in a cell": "sender;description;iso_code;note (OTP, alerts, offers)\nADPAI;testing;us;a,b\nABCF01\n",
}


@pytest.mark.parametrize("name", CSV_FILES)
def test_reads_csv_as_programs_write_it(read, name):
    senders = valid(read("LIST.CSV", CSV_FILES[name], entity_id="123456789011"))
    assert senders == [(*ADPAI[:3], "123456789011"), ABCF01]


@pytest.mark.parametrize("titles", [" SENDER ID ,iso code,DLT Entity Id", "Sender-ID,COUNTRY_CODE,entityid"])
def test_titles_match_in_every_spelling(read, titles):
    content = f"{titles},Description\nADPAI,us,123456789012,testing\n"
    assert valid(read("a.csv", content)) == [("ADPAI", "testing", "us", "123456789012")]


@pytest.mark.parametrize("sender", ["sender", "Sender Name", "Header Name"])
def test_a_column_name_is_ignored_next_to_a_sender_column(read, sender):
    assert valid(read("a.csv", f"Name,{sender}\nPeter,ABCF01\n")) == [ABCF01]


@pytest.mark.parametrize("iso_code", ["iso", "iso_code", "Country Code"])
def test_a_column_country_is_ignored_next_to_a_code(read, iso_code):
    checked = read("a.csv", f"sender,Country,{iso_code}\nABCF01,India,in\n")
    assert (valid(checked), checked.warnings) == ([ABCF01], [])


def test_every_title_of_a_column_is_accepted(read):
    for title, field in [(title, field) for field, titles in COLUMNS.items() for title in titles]:
        value = {"sender": "B", "description": "own", "iso_code": "us", "entity_id": "2" * 12}[field]
        [row] = valid(read("a.csv", f"{title.title()};sender\n{value};B\n" if field != "sender" else f"{title}\nB\n"))
        assert value in row


@pytest.mark.parametrize("title", ["Country (ISO)", "ISO-Code of country", "CountryName", "country"])
def test_warns_about_unused_columns_that_resemble_a_field_of_the_options(read, title):
    [warning] = describe(read("a.csv", f"sender,{title},iso,Purpose,Entity ID (19)\nABCF01,us, ,x,1\n").warnings)
    assert all(part in warning for part in ("a.csv", f"{title} for iso_code", "Purpose for description"))
    assert "Entity ID (19) for entity_id" in warning


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("sender,Principal Entity Name,Status,Registered On,Isolated,Note\nABCF01,x,x,x,x,x\n", {}),
        ("sender,iso,Country (ISO)\nABCF01,in,us\n", {}),
        ("sender,iso,Country (ISO)\n", {}),
        ("sender,iso,Entity ID (19)\nABCF01,us,1\n", {"entity_id": ""}),
        ("sender,Country (ISO)\nABCF01,us\n", {"state": "absent"}),
    ],
)
def test_does_not_warn_about_other_columns(read, content, options):
    checked = read("a.csv", content, **options)
    assert (checked.errors, checked.warnings) == ([], [])


@pytest.mark.parametrize(
    "header",
    ["sender,Sender ID", "name,Name", "sender,country,Country", "sender,ISO,iso_code", "sender,PE ID,entity_id"],
)
def test_rejects_two_columns_for_one_field(read, header):
    text = message(read("a.csv", f"\n{header}\n"))
    assert "a.csv, line 2" in text
    assert all(column in text for column in header.split(",")[-2:])


def test_reads_csv_cells_without_the_blanks_around_them(read):
    content = 'sender,description\r\n0012,"a, ""b"";\nc\t\r\nd\re"\r\nT\u00e4st, d \r\n'
    assert [sender[:2] for sender in valid(read("a.csv", content))] == [
        ("0012", 'a, "b";\nc\t\r\nd\re'),
        ("T\u00e4st", "d"),
    ]


def test_the_separator_is_the_one_that_yields_a_sender_column(read):
    assert valid(read("a.csv", "sender;description,iso_code,entity_id\nABCF01;x\n")) == [ABCF01]


@pytest.mark.parametrize(("name", "content"), [("a.csv", "sender\n\n"), ("a.csv", "sender,x\r\n"), ("a.json", "[]")])
def test_a_file_without_entries_is_an_empty_list(read, name, content):
    assert valid(read(name, content)) == []


def test_a_csv_error_names_file_and_line_of_the_row(read):
    content = (
        b'sep=;\r\n\r\n"sender";description;iso_code\r\n\r\nADPAI;"two\r\n\r\nlines";in\r\n'
        b';;\r\n"ABCF01";"a\nb";IND\r\n\r\n;x;in\r\nABCF99;x;in;y\r\n'
    )
    text = message(read("bank.csv", content))
    assert "bank.csv line 9 (ABCF01): iso_code" in text
    assert "bank.csv line 12 (no sender): sender is required" in text
    assert "bank.csv line 13 (ABCF99): more cells" in text


@pytest.mark.parametrize(
    ("header", "options", "words"),
    [
        ("ADPAI", {}, ["no column sender", "the columns are: ADPAI", "sender id", "header name"]),
        ("Sendr;text", {}, ["no column sender", "Sendr, text"]),
        (
            "Sender,Text",
            {"description": "", "iso_code": ""},
            ["description", "iso_code", "Sender, Text", "country code", "options"],
        ),
        ("Sender,Text", {"iso_code": ""}, ["no column iso_code"]),
    ],
)
def test_a_missing_column_is_reported_with_the_columns(read, header, options, words):
    text = message(read("a.csv", header + "\nx\n", **options))
    assert "a.csv, line 1" in text
    assert all(word in text for word in words)


def test_a_missing_entity_id_is_reported_with_the_columns(read):
    text = message(read("a.csv", "Sender,DLT\nA,1\n", entity_id=""))
    assert all(part in text for part in ("a.csv line 2 (A)", "entity_id is required", "Sender, DLT", "dlt entity id"))


def test_deleting_needs_only_a_column_sender(read):
    options = dict.fromkeys(DEFAULTS, "")
    content = "Sender ID,Country,ISO,Country Code,Description\nADPAI,India,x,y,NULL\n"
    assert valid(read("a.csv", content, state="absent", **options)) == [("ADPAI", "", "", "")]


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("line", ["sender;Text", "SENDER ; text;"])
def test_a_line_that_repeats_the_header_is_an_error(read, line, state):
    text = message(read("a.csv", f"Sender;Text\nA;1\n{line}\nsender;2\n", state=state))
    assert text == f"a.csv line 3 ({line.split(';')[0].strip()}): this line repeats the header; remove it"


@pytest.mark.parametrize("value", ["nan", "NaN", "NULL", "None", r"\N", "<NA>", "#N/A", "#NAME?"])
@pytest.mark.parametrize("field", ["sender", "description", "iso_code", "entity_id"])
def test_values_that_other_programs_write_for_nothing_are_errors_in_csv(read, value, field):
    row = {"sender": "A", "description": "b", "iso_code": "us", "entity_id": "1" * 12, field: f" {value} "}
    text = message(read("a.csv", f"{','.join(row)}\n{','.join(row.values())}\n"))
    assert all(part in text for part in ("a.csv line 2", field, value))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsx", HEADER, ["a.xlsx", "CSV UTF-8"]),
        ("a.txt", HEADER, ["a.txt", ".csv or .json"]),
        ("csv", HEADER, ["csv", ".csv"]),
        (".csv", HEADER, [".csv", ".json"]),
        ("a.yml", HEADER, ["a.yml", "from_yaml"]),
        ("a.YAML", HEADER, ["a.YAML", "from_yaml"]),
        ("a.csv", "", ["a.csv", "empty"]),
        ("a.csv", "\ufeff\n \t\n", ["a.csv", "empty"]),
        ("a.csv", HEADER + LINE + 'ABCF01,"testing,in,123456789011\n' + LINE, ["a.csv, line 3", "never closed"]),
        ("a.csv", HEADER + LINE + 'ABCF01,"test"ing,in,123456789011\n', ["a.csv, line 3", "not valid CSV"]),
        ("a.csv", HEADER + LINE + f'ABCF01,"{"x" * 200_000},in,\n', ["a.csv, line 3", "never closed"]),
        ("a.csv", '"sender,description,iso_code\n' + LINE, ["a.csv, line 1", "never closed"]),
        ("a.csv", 'sender,"description,iso_code\n' + LINE, ["a.csv, line 1"]),
        ("a.json", "", ["a.json", "line 1"]),
        ("a.json", '[\n{"sender": "A"}\n{"sender": "B"}]', ["a.json", "line 3"]),
        ("a.json", "[{'sender': 'A'}]", ["a.json", "line 1"]),
        ("a.json", "{}", ["a.json", "list"]),
        ("a.json", "null", ["a.json", "list"]),
        ("a.json", "[" * 100_000, ["a.json", "not valid JSON"]),
        ("a.json", '["A", {"sender": "B", "sender": "C"}]', ["a.json[1]", "twice"]),
        ("a.json", '[{"sender": "A", "iso_code": "in", "sender": "B"}]', ["a.json[0]", "twice"]),
        ("a.json", '[{"sender": 5349}]', ["a.json[0] (5349)", "quote"]),
        ("a.json", '[{"sender": "A"}, 5349]', ["a.json[1]", "number 5349", '{"sender": "ADPAI"}']),
        ("a.json", '[["A"], null, {}]', ["a.json[0]", "a.json[1]", "a.json[2] (no sender)"]),
        ("a.json", '[{"sender": "A", "\\udcff": 1}]', ["a.json[0] (A)", "unknown", "entity_id"]),
        ("a.json", '[{"sender": "\\ud800"}]', ["a.json[0]"]),
        ("a.json", '[{"sender": "A", "entity_id": ' + "1" * 4000 + "}]", ["entity_id"]),
    ],
)
def test_rejects_a_file_and_names_the_place(read, name, content, words):
    text = message(read(name, content))
    assert [word for word in words if word not in text] == []
    text.encode()


@pytest.mark.parametrize("name", ["senders.csv", "senders.json", "senders.xlsx"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04\x14\0", ["Excel", "CSV UTF-8"]),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", ["Excel", "CSV UTF-8"]),
        ((HEADER + LINE).encode("utf-16"), ["UTF-16", "UTF-8"]),
        ((HEADER + LINE).encode("utf-16-be"), ["UTF-16", "UTF-8"]),
        ((HEADER + LINE.replace("testing", "T\u00e4st") + LINE).encode("latin-1"), ["line 2", "Latin-1", "UTF-8"]),
        (gzip.compress(HEADER.encode(), mtime=0), ["gzip"]),
        (b"$ANSIBLE_VAULT;1.1;AES256\n6162\n", ["Ansible Vault", "decrypt"]),
        (b"\r\n<!DOCTYPE html><html>", ["HTML"]),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", ["HTML or XML"]),
    ],
)
def test_names_a_wrong_format_in_one_sentence(read, name, content, words):
    checked = read(name, content)
    assert len(checked.errors) == 1
    assert all(word in message(checked) for word in ["senders", *words])


def test_a_missing_file_is_shown_with_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    relative = message(read_task(None, src="lists/none.csv"))
    assert f"in {tmp_path} on {platform.node()}" in relative
    absolute = message(read_task(None, src=f"{tmp_path}/none.json"))
    assert (relative.count("none.csv"), absolute.count("none.json")) == (1, 1)
    assert ("playbook" in relative, "playbook" in absolute) == (True, False)


def test_a_folder_cannot_be_read(tmp_path):
    (tmp_path / "a.csv").mkdir()
    assert "a.csv" in message(read_task(None, src=str(tmp_path / "a.csv")))


@pytest.mark.parametrize(
    "content",
    [
        '[{"sender": "ADPAI", "description": "testing", "iso_code": "us"}, {"sender": "ABCF01"}]',
        '\ufeff\ufeff[{"sender":"ADPAI","description":"testing","iso_code":"us"},{"name":"ABCF01"}]\r\n',
        '[{"sender": "ADPAI", "description": "testing", "iso_code": "us", "entity_id": null}, "ABCF01"]',
        '[{"sender": "ADPAI", "description": "testing", "iso_code": "us"}, {"name": "ABCF01", "iso_code": "in"}]',
    ],
)
def test_reads_json(read, content):
    assert valid(read("a.json", content)) == [(*ADPAI[:3], "123456789011"), ABCF01]


def test_errors_of_format_and_of_values_are_reported_together(read):
    csv = message(read("a.csv", "sender,iso_code\nA,us,x,y\nB,usa\n,us\n", description=" "))
    assert all(part in csv for part in ("line 2 (A)", "line 3 (B)", "line 4 (no sender)", "description"))
    rows = [5, {"sender": "A", "iso_code": "usa"}, {"sender": "B", "foo": 1}, {"name": "C", "sender": "D"}]
    text = message(read("a.json", json.dumps(rows)))
    assert all(f"a.json[{index}]" in text for index in range(4))


def test_a_plain_name_takes_all_fields_from_the_options():
    assert valid(read_task(["ABCF01", {"name": "B", "iso_code": "us"}])) == [ABCF01, ("B", "common", "us", ABCF01[3])]
    assert [sender.name for sender in read_task(["ABCF01"], state="absent").senders] == ["ABCF01"]


@pytest.mark.parametrize("name", ["sender=ADPAI", "A:B", "- ADPAI", "# ADPAI", "A\u200bB"])
def test_text_in_another_format_is_no_name_whichever_way_it_comes(read, name):
    for state in ("present", "absent"):
        for checked in (
            read_task(["A", name], state=state),
            read_task(f'A,"{name}"', state=state),
            read_task(f"A,{name}", state=state),
            read("a.csv", f"sender\nA\n{name}\n", state=state),
            read("a.json", json.dumps(["A", name]), state=state),
        ):
            assert [sender.name for sender in checked.senders] == ["A"]
            assert len(checked.errors) == 1
    assert len(read("a.json", json.dumps([{"sender": name}])).errors) == 1
    assert valid(read("a.json", json.dumps([{"sender": name}]), state="absent"))[0][0] == name


@pytest.mark.parametrize(
    ("senders", "words"),
    [
        ({"sender": "ADPAI"}, ["dictionary", "list"]),
        (5349, ["number 5349", "double quotes"]),
        (False, ["boolean false", "double quotes"]),
        (1e5, ["number 100000.0", "double quotes"]),
        (["A", 5349], ["senders[1]", "number 5349", "double quotes"]),
        (["A", True], ["senders[1]", "boolean true", "double quotes"]),
        (["A", None], ["senders[1]", "null"]),
        (["A", ["A"]], ["senders[1]", "list"]),
        ([{"sender": "B"}, {"sendr": "A"}], ["senders[1]", "unknown", "sendr", "entity_id"]),
        ([{"name": "ABCF01", "sendr": "A"}], ["senders[0] (ABCF01)", "unknown", "sendr"]),
        ([{"name": "A", "sender": "A"}], ["senders[0]", "sender", "alias name"]),
    ],
)
def test_rejects_senders_of_another_type(senders, words):
    assert all(word in message(read_task(senders)) for word in ["senders", *words])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ADPAI", ["ADPAI"]),
        ("\ufeffADPAI\nABCF01\r\n\r\n  NO  \n", ["ADPAI", "ABCF01", "NO"]),
        ("ADPAI,ABCF01; TESTET\tJSONSE\u2028A\vB", ["ADPAI", "ABCF01", "TESTET", "JSONSE", "A", "B"]),
        ('"007123"', ["007123"]),
        (' "no" ,"My Shop";"sender"\n', ["no", "My Shop", "sender"]),
        ('"name",ADPAI,sender', ["name", "ADPAI", "sender"]),
        ('ADPAI,,\n;"", ABCF01', ["ADPAI", "ABCF01"]),
    ],
)
@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_string_is_split_as_people_paste_it(text, names, state):
    assert [sender[0] for sender in valid(read_task(text, state=state))] == names


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ADPAI\tOrder updates\tin", ["senders[1] (Order updates)", "contains a blank", "src"]),
        ("ADPAI\nMy Shop", ["senders[1] (My Shop)", "blank", "double quotes"]),
        ('ADPAI\n"My" Shop', ["senders[1]", "another format"]),
        ("sender,description\nADPAI,Order", ["senders[0]", "sender is the title of a column", "src", "double quotes"]),
        (" Sender_ID \n ADPAI", ["Sender_ID is the title of a column"]),
        ("country,header", ["country is the title of a column"]),
        ('[{"sender": "ADPAI"}]', ["senders: ", "from_json", "src"]),
    ],
)
@pytest.mark.parametrize("state", ["present", "absent"])
def test_rejects_a_string_that_is_no_list_of_names(text, words, state):
    assert all(word in message(read_task(text, state=state)) for word in words)


@pytest.mark.parametrize(
    ("value", "description"),
    [('"no"', "no"), (' "False" ', "False"), ('"a" and "b"', '"a" and "b"'), ('"it\'s"', "it's"), ('""', "")],
)
def test_removes_the_quotes_around_an_option(value, description):
    checked = read_task(["A"], description=value, iso_code='"no"', entity_id='"012345678901"')
    if description:
        assert valid(checked) == [("A", description, "no", "012345678901")]
    else:
        assert "description is required" in message(checked)


@pytest.mark.parametrize("field", DEFAULTS)
@pytest.mark.parametrize("value", ["False", "True"])
def test_an_option_that_was_a_boolean_is_an_error(field, value):
    text = message(read_task(["A"], **{field: value}))
    assert all(word in text for word in ("option", field, f"boolean {value.lower()}", "double quotes"))


def test_a_string_that_contains_the_key_is_an_error_that_shows_no_part_of_it():
    text = message(read_task("ADPAI\nA1b2C3, A1b2", api_key="A1b2C3"))
    assert "API key" in text
    assert "A1b2" not in text


def test_exactly_one_of_senders_and_src_is_required(read):
    assert "mutually exclusive" in message(read("a.csv", HEADER, senders=[]))
    for empty in (None, ""):
        assert "one of senders and src is required" in message(read_task(empty, src=empty))
        assert valid(read_task(["ABCF01"], src=empty)) == [ABCF01]
    for empty in (None, "", " ,\n", '""'):
        assert valid(read("a.csv", "sender\nABCF01\n", senders=empty)) == [ABCF01]
