# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of an AWX survey: texts on every ansible-core, numbers and booleans if it converted them."""

from __future__ import annotations

import datetime

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.community.kaleyra.plugins.filter.survey_answer import FilterModule

survey_answer = FilterModule().filters()["survey_answer"]


@pytest.mark.parametrize(
    ("pasted", "names"),
    [
        ("ADPAI", ["ADPAI"]),
        ("ADPAI\nABCF01\r\n\r\n  NO  \n", ["ADPAI", "ABCF01", "NO"]),
        ("ADPAI,ABCF01; TESTET\tJSONSE", ["ADPAI", "ABCF01", "TESTET", "JSONSE"]),
        ('"007123"', ["007123"]),
        ('"no", "My, Shop" ;"12:30"\n', ["no", "My, Shop", "12:30"]),
        ('My "Shop",,\n;My Shop', ['My "Shop"', "My Shop"]),
    ],
)
def test_splits_a_pasted_list(pasted, names):
    assert survey_answer(pasted, "v", type="senders") == [{"sender": name} for name in names]


@pytest.mark.parametrize(
    ("pasted", "hint"),
    [
        ('[{"sender":"A"}]', "brackets"),
        ("{{ 6 * 7 }}", "brackets"),
        ('"My, Shop', "quotation marks"),
        ('"My" Shop', "quotation marks"),
        (" ,\n", "no sender"),
        (7123, "double quotes"),
        (True, "double quotes"),
        (False, "double quotes"),
        (1e5, "double quotes"),
        (datetime.date(2026, 1, 2), "double quotes"),
        ({"sender": "ADPAI"}, "dictionary"),
    ],
)
def test_rejects_what_is_no_list_of_names(pasted, hint):
    with pytest.raises(AnsibleFilterError, match=f"kaleyra_senders .*{hint}"):
        survey_answer(pasted, "kaleyra_senders", "omitted", "senders")


@pytest.mark.parametrize("declared", [[{"sender": "ADPAI", "iso_code": "in"}, "ABCF01", 7123], []])
def test_returns_a_list_unchanged(declared):
    assert survey_answer(declared, "v", "omitted", "senders") is declared


@pytest.mark.parametrize("kind", ["text", "country", "number", "senders"])
def test_null_false_and_empty_count_as_not_set(kind):
    for value in (None, "", *([False] if kind in ("text", "number") else [])):
        assert survey_answer(value, "v", "omitted", kind) == "omitted"


def test_false_is_no_country():
    with pytest.raises(AnsibleFilterError, match="double quotes"):
        survey_answer(False, "v", "omitted", "country")
    assert survey_answer('"no"', "v", "omitted", "country") == "no"


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (2.5, 2.5), ("7", "7"), ('"0123"', "0123"), (True, True)])
def test_a_number_is_returned_unchanged(value, expected):
    assert survey_answer(value, "v", "omitted", "number") == expected


@pytest.mark.parametrize("value", [0, 7, 2.5, True, ["ADPAI"], {}])
def test_a_text_is_no_number_or_list(value):
    with pytest.raises(AnsibleFilterError, match=r"^v is "):
        survey_answer(value, "v", "omitted")


def test_removes_quotes_and_spaces_around_a_text():
    assert survey_answer(' "in" ', "v") == "in"
    assert survey_answer('Codes for "Shop"', "v") == 'Codes for "Shop"'
