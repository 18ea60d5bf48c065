# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mock API responses in the words of Kaleyra's two API pages, and keeps the truth."""

from __future__ import annotations

import json
import re

import mock_api_simulator
import pytest
from ansible_collections.community.kaleyra.tests.unit.api_requests import call, create, delete, row
from mock_api_server import MockApi
from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID, Account, Behavior

SUBMITTED = "Your Sender ID is submitted and will be verified by a Kaleyra Support Team member."


def names_of(response):
    return [error["sender_name"] for error in response.body["error"].values()]


# What the pages print, typed off them. Rows of a success differ in their id alone.


def test_success_creates_and_answers_msg106(mock_api):
    response = create(mock_api, row("ADPAI"), row("TESTEHR5", iso_code="us"))

    assert response.status_code == 200
    body = response.json()
    assert all(re.fullmatch("[0-9a-f]{5}", entry.pop("id")) for entry in body["data"])
    assert body == {
        "code": "MSG106",
        "message": SUBMITTED,
        "data": [
            {"status": "1", "sender": "ADPAI", "message": SUBMITTED, "code": "MSG106"},
            {"status": "1", "sender": "TESTEHR5", "message": SUBMITTED, "code": "MSG106"},
        ],
        "error": {},
    }
    assert mock_api.senders(SAMPLE_SID) == ["ADPAI", "TESTEHR5"]


def test_success_creates_and_answers_wa202_when_told(start_mock_api):
    mock_api = start_mock_api(create="accepted")

    response = create(mock_api, row("ADPAI"))

    assert response.status_code == 202
    body = response.json()
    assert re.fullmatch("A[0-9A-Z]{19}", body["data"].pop("message_id"))
    assert body == {"code": "WA202", "message": "Request Accepted", "data": {}, "error": {}}
    assert mock_api.senders(SAMPLE_SID) == ["ADPAI"]


EXISTS = "Sender ID Already exist."
SIX = "Sender ID has to be registered and it can only be 6 character"


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        pytest.param(
            ["ADPAI", "ABCF01", "ABCF99"],
            {"0": {"sender": EXISTS, "sender_name": "ABCF01"}, "1": {"sender": EXISTS, "sender_name": "ABCF99"}},
            id="existing",
        ),
        pytest.param(
            ["ABCF992", "ADPAI", "ABCF01"],
            {"0": {"sender": SIX, "sender_name": "ABCF992"}, "1": {"sender": EXISTS, "sender_name": "ABCF01"}},
            id="too long and existing",
        ),
        pytest.param(
            [*(f"NEW{number}" for number in range(9)), "TESTEHJJ5"],
            {"0": {"sender": EXISTS, "sender_name": "TESTEHJJ5"}},
            id="case 1",
        ),
    ],
)
def test_one_bad_sender_refuses_the_whole_call(start_mock_api, rows, error):
    existing = ["ABCF01", "ABCF99", "TESTEHJJ5"]
    mock_api = start_mock_api(existing)

    response = create(mock_api, *map(row, rows))

    assert response.status_code == 400
    assert response.json() == {"code": "MSG134", "message": "Sender IDs not created", "data": [], "error": error}
    assert mock_api.senders(SAMPLE_SID) == existing


INCORRECT = {
    "code": "RBC001",
    "message": "Incorrect SID or API key.",
    "data": [],
    "error": {"error": "Incorrect SID or API key."},
}


@pytest.mark.parametrize(
    "account", [{"key": "another"}, {"sid": "HX2"}, {"headers": {}}], ids=["key", "sid", "no key at all"]
)
def test_wrong_account_answers_rbc001(mock_api, account):
    for response in (create(mock_api, row("ADPAI"), **account), delete(mock_api, "ADPAI", **account)):
        assert response.status_code == 401
        assert response.json() == INCORRECT
    assert mock_api.senders(SAMPLE_SID) == []


UNREADABLE = {
    "code": "WA400",
    "message": "Refer to correct payload format",
    "data": {},
    "error": {"payload": "Incorrect payload format"},
}


@pytest.mark.parametrize(
    "payload",
    [
        [],
        {},
        {"data": []},
        {"data": "ADPAI"},
        {"data": ["ADPAI"]},
        {"data": [row("ADPAI"), row("")]},
        {"data": [row(7)]},
        {"data": [row("ADPAI", description="")]},
        {"data": [row("ADPAI", iso_code="IND")]},
        {"data": [row("ADPAI", entity_id=None)]},
        {"data": [row("ADPAI", entity_id="12345678901")]},
        {"data": [row("ADPAI", entity_id="1" * 31)]},
        {"data": [row("ADPAI", entity_id=True)]},
    ],
)
def test_unreadable_create_answers_wa400(mock_api, payload):
    response = call(mock_api, "POST", payload)

    assert response.status_code == 400
    assert response.json() == UNREADABLE
    assert mock_api.senders(SAMPLE_SID) == []


@pytest.mark.parametrize(
    ("method", "body", "content_type"),
    [
        ("POST", b'{"data": [', "application/json"),
        ("POST", json.dumps({"data": [row("ADPAI")]}).encode(), "text/plain"),
        ("DELETE", b'{"sender": ["ADPAI"', "application/json"),
        ("DELETE", b'{"sender": [7]}', "application/json"),
    ],
)
def test_unreadable_body_answers_wa400(mock_api, method, body, content_type):
    headers = {"api-key": SAMPLE_KEY, "Content-Type": content_type}

    response = call(mock_api, method, None, data=body, headers=headers)

    assert response.status_code == 400
    assert response.json() == UNREADABLE
    assert mock_api.senders(SAMPLE_SID) == []


@pytest.mark.parametrize(
    "fields", [{"entity_id": 1201159123456789012}, {"iso_code": "IN"}, {"iso_code": "sg", "entity_id": ""}]
)
def test_what_else_a_row_may_hold(mock_api, fields):
    assert create(mock_api, row("ADPAI", **fields)).json()["code"] == "MSG106"


def test_more_than_5000_answer_rbc192(mock_api):
    rows = [row(f"N{number}") for number in range(5001)]

    response = create(mock_api, *rows)

    message = "Exceeded max capacity of 5000 senders"
    assert response.status_code == 400
    assert response.json() == {"code": "RBC192", "message": message, "data": [], "error": {"error": message}}
    assert mock_api.senders(SAMPLE_SID) == []
    assert create(mock_api, *rows[:5000]).json()["code"] == "MSG106"
    assert len(mock_api.senders(SAMPLE_SID)) == 5000


def test_deletes_and_answers_msg108(start_mock_api):
    mock_api = start_mock_api(["ADPAI", "JSONSEND", "ABCF99"])

    response = delete(mock_api, "ADPAI", "JSONSEND")

    assert response.status_code == 200
    assert response.json() == {
        "code": "MSG108",
        "message": "Sender ID(s) deleted successfully",
        "data": [],
        "error": {},
    }
    assert mock_api.senders(SAMPLE_SID) == ["ABCF99"]


@pytest.mark.parametrize("payload", [None, {}, {"sender": []}], ids=["no body", "no key", "empty"])
def test_delete_without_senders_answers_rbc195(mock_api, payload):
    response = call(mock_api, "DELETE", payload, headers={"api-key": SAMPLE_KEY, "Content-Type": "application/json"})

    assert response.status_code == 400
    assert response.json() == {
        "code": "RBC195",
        "message": "Sender key is Mandatory in the body. And cannot be empty",
        "data": [],
        "error": {},
    }


def test_500_answers_wa500_by_default(mock_api):
    mock_api.script([500])

    response = create(mock_api, row("ADPAI"))

    assert response.status_code == 500
    assert response.json() == {
        "code": "WA500",
        "message": "Please try again later",
        "data": {},
        "error": {"error": "Internal server error"},
    }


@pytest.mark.parametrize("path", ["/v1/{}/messages/sender", "/v2/{}/messages/sender", "/v1/{}/sms/sender"])
def test_paths_of_one_account_share_it(start_mock_api, path):
    mock_api = start_mock_api(["ADPAI"])

    assert create(mock_api, row("ADPAI"), path=path).json()["code"] == "MSG134"


@pytest.mark.parametrize("path", ["/v3/{}/messages/sender", "/v1/{}/sender", "/v1/{}/messages/sender?x=1", "/"])
def test_other_paths_are_not_found(mock_api, path):
    assert create(mock_api, row("ADPAI"), path=path).status_code == 404
    assert mock_api.requests[0].sid == ""


def test_reading_senders_is_not_in_the_api(mock_api):
    assert call(mock_api, "GET", None).status_code == 405


# The account, and what the behavior make of it.


def test_a_sender_may_exist_in_two_countries(start_mock_api):
    mock_api = start_mock_api([{"sender": "ADPAI", "iso_code": "SG"}])

    assert create(mock_api, row("ADPAI", iso_code="sg")).json()["code"] == "MSG134"
    assert create(mock_api, row("ADPAI", iso_code="in")).json()["code"] == "MSG106"
    assert create(mock_api, row("ADPAI", iso_code="IN")).json()["code"] == "MSG134"
    assert create(mock_api, row("ABCF01"), row("ABCF01")).json()["code"] == "MSG134"
    assert delete(mock_api, "ADPAI").json()["code"] == "MSG108"
    assert mock_api.senders(SAMPLE_SID) == []


def attempt(behavior, existing=("OLD",), rows=("NEW", "OLD", "TOOLONG", "NEW2")):
    account = Account()
    for name in existing:
        account.add(name, "")
    return mock_api_simulator.create(account, {"data": [row(name) for name in rows]}, behavior), sorted(account.rows)


@pytest.mark.parametrize(
    ("mode", "code", "named", "truth"),
    [
        ("all_or_nothing", "MSG134", ["OLD", "TOOLONG"], ["OLD"]),
        ("partial", "MSG134", ["OLD", "TOOLONG"], ["NEW", "NEW2", "OLD"]),
        ("piecemeal", "MSG134", ["OLD"], ["OLD"]),
        ("nameless", "WA400", None, ["OLD"]),
        ("strangers", "MSG134", ["STRANGER0", "STRANGER1"], ["OLD"]),
        ("othercase", "MSG134", ["old", "toolong"], ["OLD"]),
        ("accepted", "MSG134", ["OLD", "TOOLONG"], ["OLD"]),
        (("partial", "piecemeal", "othercase"), "MSG134", ["old"], ["NEW", "NEW2", "OLD"]),
    ],
)
def test_modes_of_creating(mode, code, named, truth):
    response, senders = attempt(Behavior(create=mode))

    assert response.body["code"] == code
    assert named is None or names_of(response) == named
    assert senders == truth


def test_nameless_still_names_existing_ones():
    response, _senders = attempt(Behavior(create="nameless"), rows=("NEW", "OLD"))

    assert names_of(response) == ["OLD"]


@pytest.mark.parametrize(
    ("mode", "code", "named", "truth"),
    [
        ("silent", "MSG108", None, ["KEPT"]),
        ("names", "MSG136", ["GONE", "GONE2"], ["KEPT", "OLD"]),
        ("partial", "MSG136", ["GONE", "GONE2"], ["KEPT"]),
        (("partial", "piecemeal"), "MSG136", ["GONE"], ["KEPT"]),
        ("piecemeal", "MSG136", ["GONE"], ["KEPT", "OLD"]),
        ("othercase", "MSG136", ["gone", "gone2"], ["KEPT", "OLD"]),
        ("strangers", "MSG136", ["STRANGER0", "STRANGER1"], ["KEPT", "OLD"]),
        ("nameless", "WA400", None, ["KEPT", "OLD"]),
    ],
)
def test_modes_of_deleting(mode, code, named, truth):
    account = Account()
    account.add("OLD", "in")
    account.add("OLD", "us")
    account.add("KEPT", "")

    response = mock_api_simulator.delete(account, {"sender": ["GONE", "OLD", "GONE2"]}, Behavior(delete=mode))

    assert response.body["code"] == code
    assert named is None or names_of(response) == named
    assert sorted(account.rows) == truth
    assert account.deleted == (["OLD"] if "OLD" not in truth else [])


@pytest.mark.parametrize(
    ("too_many", "status", "told"),
    [(400, 400, "Exceeded max capacity of 2 senders"), (413, 413, "413 Request Entity Too Large")],
)
def test_limits_and_how_they_are_told(start_mock_api, too_many, status, told):
    mock_api = start_mock_api(create_limit=2, delete_limit=2, too_many=too_many)

    for response in (create(mock_api, row("A"), row("B"), row("C")), delete(mock_api, "A", "B", "C")):
        assert response.status_code == status
        assert told in response.text
    assert create(mock_api, row("A"), row("B")).ok
    assert delete(mock_api, "A", "B").ok


def test_refusals_by_name_have_their_own_words():
    behavior = Behavior(refuse={"BAD*": "Not yours."})

    response, senders = attempt(behavior, existing=(), rows=("BADBOY", "GOOD"))

    assert response.body["error"] == {"0": {"sender": "Not yours.", "sender_name": "BADBOY"}}
    assert senders == []


@pytest.mark.parametrize(
    "behavior", [{"create": "sometimes"}, {"delete": ["names", "sometimes"]}, {"create": ()}, {"delay": 1}]
)
def test_unknown_behavior_are_refused(behavior):
    with pytest.raises((TypeError, ValueError)):
        MockApi(**behavior)


def test_any_sid_is_bound_to_its_first_key(start_mock_api):
    mock_api = start_mock_api(any_sid=True, accounts={"HX1": {}})

    assert create(mock_api, row("ADPAI"), sid="HX1", key="one").ok
    assert create(mock_api, row("ADPAI"), sid="HX2", key="two").ok
    assert create(mock_api, row("ABCF01"), sid="HX1", key="two").json() == INCORRECT
    assert create(mock_api, row("ABCF01"), sid="HX3", key="").json() == INCORRECT
    assert mock_api.senders("HX1") == mock_api.senders("HX2") == ["ADPAI"]
    assert "HX3" not in mock_api.accounts
