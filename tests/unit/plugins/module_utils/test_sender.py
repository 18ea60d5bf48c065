# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of senders from the task and from files: what is read, completed, and dropped. Bad ones are in test_bad_input.py."""

from __future__ import annotations

import pytest
from ansible_collections.community.kaleyra.plugins.module_utils._file import listed_in_file
from ansible_collections.community.kaleyra.plugins.module_utils._sender import (
    InputError,
    Sender,
    listed_in_task,
    senders_to_create,
    senders_to_delete,
)

NO_DEFAULTS = {"description": "", "iso_code": "", "entity_id": ""}
DEFAULTS = {"description": "common", "iso_code": "in", "entity_id": "123456789011"}
ADPAI = ("ADPAI", "testing", "us", "123456789011")
ABCF01 = ("ABCF01", "common", "in", "123456789011")


def told(senders):
    return [(sender.name, sender.description, sender.iso_code, sender.entity_id) for sender in senders]


def file_of(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    faults = []
    listed = listed_in_file(str(path), ["sender"], faults)
    assert faults == []
    return listed


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("sender,description,iso_code,entity_id\nADPAI,testing,us,\nABCF01,,,\n", id="commas"),
        pytest.param("sender;description;iso_code;entity_id\nADPAI;testing;us;\nABCF01;;;\n", id="semicolons"),
        pytest.param("sender\tdescription\tiso_code\nADPAI\ttesting\tus\nABCF01\t\t\n", id="tabs"),
        pytest.param("\ufeffsender,description,iso_code\nADPAI,testing,us\nABCF01,,\n", id="BOM"),
        pytest.param(
            '\ufeff"sender";"description";"iso_code"\n"ADPAI";"testing";"us"\nABCF01;;\n', id="BOM and quotes"
        ),
        pytest.param("sender,description,iso_code\r\nADPAI,testing,us\r\nABCF01,,\r\n", id="CRLF"),
        pytest.param("sender,description,iso_code\rADPAI,testing,us\rABCF01,,\r", id="CR"),
        pytest.param("sender,description,iso_code\nADPAI,testing,us\nABCF01,,", id="no last line end"),
        pytest.param("\n\nsender,description,iso_code\n\nADPAI,testing,us\n,,\n\nABCF01,,\n\n", id="blank lines"),
        pytest.param("sender,description,iso_code\nADPAI,testing,us\nABCF01\n", id="short line"),
        pytest.param("name , iso_code,description\nADPAI,us,testing\nABCF01,,\n", id="alias, other order, spaces"),
        pytest.param("XXXXXX,sender,description,iso_code,\n1,ADPAI,testing,us,x\n2,ABCF01,,,\n", id="other columns"),
    ],
)
def test_csv(tmp_path, content):
    senders, warnings = senders_to_create(file_of(tmp_path, "senders.csv", content), DEFAULTS)
    assert told(senders) == [ADPAI, ABCF01]
    assert warnings == []


def test_csv_cells_are_read_as_they_are(tmp_path):
    cells = 'sender,description\r\n0012,"a, ""b"";\nc\t\r\nd\re"\r\nT\u00e4st, d \r\n'
    listed = file_of(tmp_path, "LIST.CSV", cells)
    senders, _warnings = senders_to_create(listed, {**DEFAULTS, "iso_code": "us"})
    assert [(sender.name, sender.description) for sender in senders] == [
        ("0012", 'a, "b";\nc\t\r\nd\re'),
        ("T\u00e4st", " d "),
    ]
    assert [listed.place.format(number) for number, _fields in listed.entries] == ["line 2", "line 6"]


@pytest.mark.parametrize("content", ["sender", "sender\n\n", "sender,description\r\n"])
def test_a_header_alone_is_an_empty_list(tmp_path, content):
    assert file_of(tmp_path, "senders.csv", content).entries == []


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            '[{"sender": "ADPAI", "description": "testing", "iso_code": "us"}, {"sender": "ABCF01"}]', id="plain"
        ),
        pytest.param(
            '\ufeff[{"sender":"ADPAI","description":"testing","iso_code":"us"},{"name":"ABCF01"}]\r\n', id="BOM, alias"
        ),
        pytest.param(
            '[{"sender": "ADPAI", "description": "testing", "iso_code": "us", "entity_id": null},'
            '{"sender": "ABCF01", "description": "", "iso_code": null, "entity_id": 123456789011}]',
            id="null and numbers",
        ),
    ],
)
def test_json(tmp_path, content):
    senders, warnings = senders_to_create(file_of(tmp_path, "senders.json", content), DEFAULTS)
    assert told(senders) == [ADPAI, ABCF01]
    assert warnings == []


def test_the_place_of_a_json_entry(tmp_path):
    listed = file_of(tmp_path, "senders.json", '[{"sender": "ADPAI"}, {"name": "ABCF01"}]')
    assert [listed.place.format(number) for number, _fields in listed.entries] == ["src[0]", "src[1]"]


def test_an_empty_json_list(tmp_path):
    assert file_of(tmp_path, "senders.json", "[]").entries == []


@pytest.mark.parametrize(
    "entity_id",
    [
        "123456789012",
        "9" * 30,
        "0" * 12,
        123456789012,
        1201159123456789012,
        1201159123456789001,
        123456789012345678 * 10,
    ],
)
def test_entity_ids(entity_id):
    listed = listed_in_task([{**dict(zip(("sender", "description", "iso_code"), ABCF01)), "entity_id": entity_id}])
    assert told(senders_to_create(listed, NO_DEFAULTS)[0]) == [(*ABCF01[:3], str(entity_id))]


@pytest.mark.parametrize("other", [{"description": "other"}, {"iso_code": "us"}, {"entity_id": "2" * 12}, {}])
def test_entries_that_share_some_fields(other):
    common = {"description": "common", "iso_code": "in", "entity_id": "1" * 12}
    listed = listed_in_task([{"sender": name, **common, **more} for name, more in zip("ABC", ({}, other, {}))])
    expected = [(name, *{**common, **more}.values()) for name, more in zip("ABC", ({}, other, {}))]
    assert told(senders_to_create(listed, NO_DEFAULTS)[0]) == expected


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ({"entity_id": 123456789012}, {"entity_id": 123456789012.0}, "entity_id is the number 123456789012.0"),
        ({"description": 1}, {"description": True}, "description is the boolean True"),
        ({"description": "A"}, {"description": ["A"]}, "description is not a text"),
        ({}, {"iso_code": {}}, "iso_code is not a text"),
    ],
)
def test_what_python_takes_for_the_same_is_not(right, wrong, fault):
    with pytest.raises(InputError) as error:
        senders_to_create(
            listed_in_task([{"sender": "A", **DEFAULTS, **right}, {"sender": "B", **DEFAULTS, **wrong}]), NO_DEFAULTS
        )
    assert len(error.value.faults) == 1
    assert error.value.faults[0].startswith(f"senders[1] (B): {fault}")


@pytest.mark.parametrize(
    ("entity_id", "warned"),
    [
        ("1201159123456780000", True),
        ("1201159123456780" + "0" * 14, True),
        ("120115912345678000", True),
        ("120115912345670000", True),
        ("12011591234567800", False),
        ("1201159123456789000", False),
        ("120115912345678", False),
        ("120000000000000", False),
    ],
)
def test_an_entity_id_with_the_zeros_of_a_spreadsheet_is_warned_of(entity_id, warned):
    rows = [{"sender": "A"}, {"sender": "B", "entity_id": entity_id}, {"sender": "C", "entity_id": entity_id}]
    _senders, warnings = senders_to_create(listed_in_task(rows), DEFAULTS)
    told = f"entity_id {entity_id} of B ends in zeros, as a spreadsheet writes a long number; check its digits"
    assert warnings == [told] * warned


def test_one_warning_stands_for_all_entity_ids_with_such_zeros():
    rows = [{"sender": name, "entity_id": f"{name}20115912345678".ljust(19, "0")} for name in "12"]
    _senders, warnings = senders_to_create(listed_in_task(rows), DEFAULTS)
    assert len(warnings) == 1
    assert "entity_id 1201159123456780000 of 1 " in warnings[0] or "entity_id 2201159123456780000 of 2 " in warnings[0]


def test_a_fault_that_entries_share_is_told_for_each():
    with pytest.raises(InputError) as error:
        senders_to_create(listed_in_task([{"sender": name, "iso_code": "usa"} for name in ("A", "", "C")]), DEFAULTS)
    assert error.value.faults == [
        "senders[0] (A): iso_code 'usa' is not two letters",
        "senders[1] (no sender): sender is missing",
        "senders[1] (no sender): iso_code 'usa' is not two letters",
        "senders[2] (C): iso_code 'usa' is not two letters",
    ]


def test_only_india_demands_an_entity_id_and_any_country_may_have_one():
    listed = listed_in_task([{"sender": "ADPAI", "iso_code": "US", "description": "testing"}])
    assert told(senders_to_create(listed, NO_DEFAULTS)[0]) == [("ADPAI", "testing", "US", "")]
    assert told(senders_to_create(listed, DEFAULTS)[0]) == [("ADPAI", "testing", "US", "123456789011")]


@pytest.mark.parametrize("name", ["A", "123456", 123456, "A B", "T\u00e4st", "\u0926\u093f", "+49 1", "No", "A" * 200])
def test_any_other_name_is_the_api_s_to_judge(name):
    senders, _warnings = senders_to_create(listed_in_task([{"sender": name}]), DEFAULTS)
    assert [sender.name for sender in senders] == [str(name)]


def test_duplicates_are_dropped_with_a_warning():
    listed = listed_in_task(
        [
            {"sender": "ADPAI", "iso_code": "in"},
            {"sender": "ABCF01"},
            {"sender": "ADPAI", "iso_code": "IN", "description": "common"},
            {"sender": "ADPAI", "iso_code": "us"},
            {"sender": "adpai"},
        ]
    )
    senders, warnings = senders_to_create(listed, DEFAULTS)
    assert [(sender.name, sender.iso_code) for sender in senders] == [
        ("ADPAI", "in"),
        ("ABCF01", "in"),
        ("ADPAI", "us"),
        ("adpai", "in"),
    ]
    assert len(warnings) == 1
    assert "senders[2] (ADPAI)" in warnings[0]
    assert "senders[0]" in warnings[0]


@pytest.mark.parametrize(("more", "ending"), [(0, ""), (1, "; and 1 more duplicates"), (7, "; and 7 more duplicates")])
def test_the_first_five_duplicates_are_told(more, ending):
    _senders, warnings = senders_to_create(listed_in_task([{"sender": "A"}] * (6 + more)), DEFAULTS)
    told = "; ".join(f"senders[{number}] (A) is dropped: senders[0] is the same" for number in range(1, 6))
    assert warnings == [told + ending]


def test_deleting_goes_by_the_name_alone():
    listed = listed_in_task(
        [{"sender": "ADPAI", "iso_code": "in"}, {"sender": 7}, {"sender": "ADPAI", "iso_code": "us"}]
    )
    senders, warnings = senders_to_delete(listed)
    assert told(senders) == [("ADPAI", "", "", ""), ("7", "", "", "")]
    assert len(warnings) == 1
    assert "senders[2] (ADPAI)" in warnings[0]
    assert "senders[0]" in warnings[0]


def test_the_api_may_name_a_sender_in_another_spelling():
    assert Sender("ADPAI").key == Sender("adpai").key == Sender("AdPai").key != Sender("ADPA1").key


def test_half_a_character_is_told_as_its_escape():
    assert str(InputError(["T\u00e4st \ud800", "A"])) == "T\u00e4st \\ud800; A"
