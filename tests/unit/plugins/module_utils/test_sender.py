# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The validation of a list of senders: values, defaults, duplicates, and how errors are reported."""

from __future__ import annotations

import pytest
from ansible_collections.community.kaleyra.plugins.module_utils._sender import (
    Message,
    Sender,
    SenderList,
    describe,
    validate_to_create,
    validate_to_delete,
)

DEFAULTS = {"description": "common", "iso_code": "in", "entity_id": "123456789011"}
TEXTS = {"description": "own", "iso_code": "us"}
NAMES = "A B", "+49 1", "No", "-ADPAI", "1.ADPAI", "A #1", "O'Neil", "12", "1 2", "A-B", "A*", "NULL", "nan", "<NA>"
ROUNDED = "1201159123456780000"


def validated_to_create(*rows, **defaults):
    senders = SenderList("senders", entries=[(number, row, True) for number, row in enumerate(rows)])
    validate_to_create(senders, {**DEFAULTS, **defaults})
    return senders


def validated_to_delete(*rows):
    senders = SenderList("senders", entries=[(number, row, True) for number, row in enumerate(rows)])
    validate_to_delete(senders)
    return senders


def create(*rows, **defaults):
    """The senders as tuples. The list must be valid."""
    senders = validated_to_create(*rows, **defaults)
    assert senders.errors == []
    return [(sender.name, sender.description, sender.iso_code, sender.entity_id) for sender in senders.senders]


def errors(*rows, **defaults):
    return describe(validated_to_create(*rows, **defaults).errors)


def warnings(*rows):
    senders = validated_to_create(*rows)
    assert senders.errors == []
    return describe(senders.warnings)


def test_defaults_complete_the_fields_that_are_not_set():
    given = {"sender": "B", "description": "own", "iso_code": "US", "entity_id": "222222222222"}
    empty = {"sender": "C", "description": "", "iso_code": None, "entity_id": ""}
    assert create({"sender": "A"}, given, empty) == [
        ("A", "common", "in", "123456789011"),
        ("B", "own", "US", "222222222222"),
        ("C", "common", "in", "123456789011"),
    ]


@pytest.mark.parametrize("other", [{"description": "other"}, {"iso_code": "us"}, {"entity_id": "2" * 12}])
def test_entries_with_the_same_fields_do_not_influence_others(other):
    common = {"description": "own", "iso_code": "gb", "entity_id": "1" * 12}
    rows = [{"sender": name, **common, **more} for name, more in zip("ABC", ({}, other, {}))]
    assert create(*rows) == [tuple(row.values()) for row in rows]


def test_entity_id_is_required_only_for_india():
    assert create({"sender": "A"}, iso_code="us", entity_id="") == [("A", "common", "us", "")]
    for iso_code in ("in", "IN"):
        [message] = errors({"sender": "A"}, iso_code=iso_code, entity_id="")
        assert "senders[0] (A)" in message
        assert "entity_id is required for India; add it, or set the option entity_id" in message


@pytest.mark.parametrize(
    "entity_id", ["123456789012", "9" * 30, "0" * 12, 123456789012, 1201159123456789012, 123456789012345678 * 10]
)
def test_accepts_entity_ids_of_12_to_30_digits(entity_id):
    assert create({"sender": "A", "entity_id": entity_id}) == [("A", "common", "in", str(entity_id))]


@pytest.mark.parametrize("name", [*NAMES, "T\u00e4st", "\u0926\u093f", "A" * 200])
def test_the_api_decides_which_names_a_country_accepts(name):
    assert create({"sender": name}) == [(name, "common", "in", "123456789011")]
    assert [sender.name for sender in validated_to_delete({"sender": name}).senders] == [name]


@pytest.mark.parametrize(
    ("field", "value", "hint"),
    [
        ("sender", "", "required"),
        ("sender", None, "required"),
        ("sender", " ", "whitespace"),
        ("sender", " ABCF99", "whitespace"),
        ("sender", "ABCF99\u00a0", "whitespace"),
        ("sender", "AB\x07CF", "control character"),
        ("sender", "AB\u200bCF", "invisible"),
        ("sender", "\ud800", "control character"),
        ("sender", "#N/A", "spreadsheet"),
        ("description", "#REF!", "spreadsheet"),
        ("description", "#DIV/0!", "spreadsheet"),
        ("iso_code", "#NV", "spreadsheet"),
        ("entity_id", "#####", "spreadsheet"),
        ("entity_id", "Err:508", "spreadsheet"),
        ("description", " \t", "whitespace"),
        ("iso_code", "India", "'India'"),
        ("iso_code", "\u0131n", "two-letter"),
        ("iso_code", " in", "whitespace"),
        ("entity_id", "1" * 11, "12 to 30"),
        ("entity_id", "1" * 31, "12 to 30"),
        ("entity_id", "12345678901a", "12 to 30"),
        ("entity_id", "\u0661" * 12, "12 to 30"),
        ("entity_id", "-123456789012", "12 to 30"),
        ("entity_id", "1.20116E+18", "spreadsheet"),
        ("entity_id", "1,201159123456790", "spreadsheet"),
        ("entity_id", "1201159123456789012.0", "spreadsheet"),
        ("entity_id", '="1201159123456789012"', "forces text"),
        ("entity_id", "'1201159123456789012", "forces text"),
        ("sender", 5349, "put it in double quotes, because"),
        ("sender", False, "quote"),
        ("sender", ["ADPAI"], "must be a string (found: a list)"),
        ("description", 5, "quote"),
        ("description", {"text": "x"}, "must be a string (found: a dictionary)"),
        ("iso_code", False, "quote"),
        ("entity_id", True, "quote"),
        ("entity_id", 1.25e18, "quote"),
        ("entity_id", float("nan"), "quote"),
        ("entity_id", -123456789012, "12 to 30"),
        ("entity_id", 0o12345670123, "12 to 30"),
        ("entity_id", 10**400, "lost"),
        ("entity_id", 1201159123456789000, "lost"),
        ("entity_id", 12345678901234567 * 100, "lost"),
    ],
)
def test_rejects_a_value_and_names_entry_and_field(field, value, hint):
    [message] = errors({"sender": "ABCF01"}, {"sender": "ABCF99", field: value})
    assert message.startswith("senders[1] (")
    assert f"{field} " in message
    assert hint in message
    message.encode()


@pytest.mark.parametrize(
    ("valid", "invalid"),
    [
        ({"entity_id": 123456789012}, {"entity_id": 123456789012.0}),
        ({"entity_id": 123456789012, **TEXTS}, {"entity_id": 123456789012.0, **TEXTS}),
        ({"iso_code": "in"}, {"iso_code": ["in"]}),
    ],
)
def test_equal_values_of_other_types_are_validated(valid, invalid):
    [message] = errors({"sender": "A", **valid}, {"sender": "B", **invalid})
    assert "senders[1] (B)" in message


def test_a_name_with_control_characters_is_shown_escaped():
    [message] = errors({"sender": "A\x1b[2J\n"})
    assert message.isprintable()
    assert r"\x1b" in message


def test_a_long_value_is_not_shown():
    assert all(len(message) < 300 for message in errors({"sender": "\n" * 5000, "entity_id": "1" * 5000}))


def test_invalid_defaults_are_reported_even_without_senders():
    messages = errors(description=" ", iso_code="IND", entity_id="1.2E+18")
    assert [field in message for field, message in zip(DEFAULTS, messages)] == [True] * 3
    assert all("option" in message for message in messages)


def test_errors_of_one_kind_are_grouped_with_a_count():
    bad = [{"sender": f"S{number}", "iso_code": code} for number, code in enumerate(["IND", "USA", "GBR"] * 100)]
    messages = errors(*bad, {"sender": "T", "entity_id": "12"})
    assert len(messages) == 2
    assert all(part in messages[0] for part in ("senders[0] (S0)", "'IND'", "senders[1] (S1)", "299 more"))
    assert "senders[299]" not in messages[0]
    assert "senders[300] (T)" in messages[1]


def test_one_entry_reports_all_its_errors():
    messages = errors({"sender": " A", "description": "", "iso_code": "IND", "entity_id": "12"}, description="")
    assert [field in message for field, message in zip(("sender", *DEFAULTS), messages)] == [True] * 4


def test_many_kinds_of_errors_are_counted():
    messages = describe([Message("src", f"error {number}") for number in range(50)])
    assert len(messages) < 25
    assert "30 more" in messages[-1]


def test_braces_in_places_and_values_are_shown():
    assert describe([Message("{}.csv line 2", "wrong {}", "{}")]) == ["{}.csv line 2: wrong {} ({})"]


def test_duplicates_are_ignored_with_one_warning():
    rows = [{"sender": "A"}, {"sender": "A", "iso_code": "IN"}, *[{"sender": "A", "description": "common"}] * 9]
    assert len(create(*rows)) == 1
    [message] = warnings(*rows)
    assert all(part in message for part in ("senders[1] (A)", "ignored", "senders[0]", "9 more"))


def test_a_sender_in_two_countries_or_spellings_is_no_duplicate():
    rows = [{"sender": "A"}, {"sender": "A", "iso_code": "us"}, {"sender": "a"}]
    assert len(create(*rows)) == 3
    assert warnings(*rows) == []


@pytest.mark.parametrize(
    ("other", "field"), [({"description": "other"}, "description"), ({"entity_id": "2" * 12}, "entity_id")]
)
def test_a_duplicate_with_other_fields_is_an_error(other, field):
    [message] = errors({"sender": "A"}, {"sender": "B"}, {"sender": "A", "iso_code": "IN", **other})
    assert all(part in message for part in ("senders[2] (A)", "senders[0]", field))


@pytest.mark.parametrize(
    ("entity_id", "count"),
    [
        (ROUNDED, 1),
        ("1201159123456780" + "0" * 14, 1),
        ("120115912345670000", 1),
        ("12011591234567800", 0),
        ("1201159123456789000", 0),
        ("120115912345678", 0),
    ],
)
def test_warns_about_entity_ids_with_the_zeros_of_a_spreadsheet(entity_id, count):
    messages = warnings(
        {"sender": "A"}, {"sender": "B", "entity_id": entity_id}, {"sender": "C", "entity_id": entity_id}
    )
    assert len(messages) == count
    for message in messages:
        assert all(part in message for part in ("senders[1] (B)", entity_id, "spreadsheet"))
        assert "more" not in message


@pytest.mark.parametrize("name", ["1.0E+5", "612345.0", "24-Mar", "Mar-24", "24-Mar-26", "2026-03-24", "24.03.2026"])
def test_warns_about_names_that_a_spreadsheet_may_have_changed(name):
    for checked in (
        validated_to_create({"sender": name}),
        validated_to_delete({"sender": name}),
    ):
        assert [sender.name for sender in checked.senders] == [name]
        [message] = describe(checked.warnings)
        assert f"senders[0] ({name})" in message
        assert "spreadsheet" in message


@pytest.mark.parametrize("name", ["1E5", "A-B", "AD-KALEYRA", "24MAR", "100", "1-800"])
def test_does_not_warn_about_other_names(name):
    assert warnings({"sender": name}) == []


def test_deleting_reads_only_the_name():
    checked = validated_to_delete({"sender": "A", "iso_code": 5}, {"sender": "A", "iso_code": "us"}, {"sender": "a"})
    assert checked.errors == []
    assert [sender.name for sender in checked.senders] == ["A", "a"]
    [message] = describe(checked.warnings)
    assert all(part in message for part in ("senders[1] (A)", "ignored", "senders[0]"))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        *[(f"AD{char}PAI", "another format") for char in ',;:={}[]"'],
        *[(f"AD{char}PAI", "invisible character") for char in "\u200b\u00ad\ufeff\u2060\u3164\u2800\ufe0f"],
        ("\u2066ADPAI", "invisible character"),
        ("# given up", "begins with #"),
        ("'ADPAI", "forces text"),
        ('="ADPAI"', "forces text"),
        *[(f"{bullet} ADPAI", "bullet") for bullet in ("-", "*", "\u2022", "1.", "12)", "(1)")],
        *[(bullet, "bullet") for bullet in ("-", "\u2022", "1.")],
    ],
)
def test_text_in_another_format_is_no_name_and_can_only_be_deleted(name, hint):
    [message] = errors({"sender": name})
    assert hint in message
    assert [sender.name for sender in validated_to_delete({"sender": name}).senders] == [name]


@pytest.mark.parametrize("name", ["", " ", " A", "A\n", "A\x07B", "A\u2028B", "\ud800", 7, None])
def test_deleting_rejects_names_that_no_sender_has(name):
    assert len(validated_to_delete({"sender": name}).errors) == 1


def test_names_in_upper_and_lower_case_share_a_key():
    assert Sender("ADPAI").key == Sender("AdPai").key != Sender("ADPA1").key
    assert Sender(" Stra\u00dfe").key == " stra\u00dfe"
