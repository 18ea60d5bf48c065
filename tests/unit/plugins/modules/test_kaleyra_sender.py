# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole module against the mock API: what a playbook's author can rely on. Bad input is in test_bad_input.py."""

from __future__ import annotations

import importlib.util
import json
import logging
import sys

import pytest
from ansible.module_utils import basic
from ansible_collections.community.kaleyra.plugins.module_utils import _client
from mock_api_simulator import MISSING, SAMPLE_KEY, SAMPLE_SID, WRONG_FORMAT

COMMON = {"description": "testing", "iso_code": "us"}
PATHS = f"/v1/{SAMPLE_SID}/messages/sender"


def names(text):
    return [{"sender": name} for name in text.split()]


def outcomes(result):
    """Each row in a word, with a ``?`` where it was changed and yet not by this run for sure."""
    marks = {
        row["sender"]: "?" * (row["changed"] and row["outcome"] in ("present", "absent")) for row in result["senders"]
    }
    return {row["sender"]: row["outcome"] + marks[row["sender"]] for row in result["senders"]}


# Creating and deleting


def test_missing_senders_are_created_and_existing_ones_left_alone(run, start_mock_api):
    mock_api = start_mock_api(senders=["ADPAI"])
    result = run(mock_api, senders=names("ABCF01 ADPAI JSONSEND"), **COMMON)
    assert outcomes(result) == {"ABCF01": "created", "ADPAI": "present", "JSONSEND": "created"}
    assert (result["changed"], result["failed"], result["msg"]) == (True, False, "2 created, 1 present")
    assert mock_api.senders(SAMPLE_SID) == ["ABCF01", "ADPAI", "JSONSEND"]
    assert [row.get("id") for row in result["senders"]] == ["60002", None, "60003"]
    assert result["warnings"] == []
    assert result["api_calls"] == len(mock_api.requests) == 2


@pytest.mark.parametrize("mode", [{}, {"missing": MISSING}, {"missing": MISSING, "max_errors": 1}])
def test_senders_are_deleted(run, start_mock_api, mode):
    mock_api = start_mock_api(senders=["ADPAI", "ABCF01", "JSONSEND"], **mode)
    result = run(mock_api, senders=names("ADPAI ABCF01"), state="absent")
    assert outcomes(result) == {"ADPAI": "deleted", "ABCF01": "deleted"}
    assert mock_api.senders(SAMPLE_SID) == ["JSONSEND"]
    assert "iso_code" not in result["senders"][0]


def test_senders_that_the_api_calls_missing_are_absent(run, start_mock_api):
    mock_api = start_mock_api(senders=["ADPAI"], missing=MISSING)
    result = run(mock_api, senders=names("ABCF01 ADPAI"), state="absent")
    assert outcomes(result) == {"ABCF01": "absent", "ADPAI": "deleted"}
    again = run(mock_api, senders=names("ABCF01 ADPAI"), state="absent")
    assert (outcomes(again), again["changed"]) == ({"ABCF01": "absent", "ADPAI": "absent"}, False)


@pytest.mark.parametrize("mode", [{}, {"wrong_payload": True}, {"names": "other case"}, {"accepted": True}])
@pytest.mark.parametrize("form", ["senders", "csv", "json"])
def test_a_second_run_changes_nothing(run, start_mock_api, tmp_path, form, mode):
    mock_api = start_mock_api(senders=["ADPAI"], **mode)
    entries = [{**COMMON, "sender": f"S{number}"} for number in range(7)] + [{**COMMON, "sender": "ADPAI"}]
    path = tmp_path / f"senders.{form}"
    lines = ["sender;description;iso_code", *(";".join((row["sender"], *COMMON.values())) for row in entries)]
    path.write_text(json.dumps(entries) if form == "json" else "\n".join(lines))
    options = {"senders": entries} if form == "senders" else {"src": str(path)}
    first = run(mock_api, **options, batch_size=3)
    assert outcomes(first) == {**{f"S{number}": "created" for number in range(7)}, "ADPAI": "present"}
    second = run(mock_api, **options, batch_size=3)
    assert set(outcomes(second).values()) == {"present"}
    assert (second["changed"], second["failed"], second["warnings"]) == (False, False, [])


# One sender's rejection


def test_a_rejected_sender_keeps_none_from_being_created(run, start_mock_api):
    mock_api = start_mock_api(senders=["ABCF01"])
    result = run(mock_api, senders=names("ADPAI TOOLONGAWORD ABCF01 JSONSEND"), **COMMON)
    assert outcomes(result) == {
        "ADPAI": "created",
        "TOOLONGAWORD": "rejected",
        "ABCF01": "present",
        "JSONSEND": "created",
    }
    assert (result["changed"], result["failed"]) == (True, True)
    assert result["senders"][1]["msg"] == WRONG_FORMAT
    assert result["msg"].endswith(f"TOOLONGAWORD (us) rejected: MSG134 {WRONG_FORMAT}")


@pytest.mark.parametrize("mode", [{"wrong_payload": True}, {"names": "strangers"}])
def test_a_refusal_without_a_known_name_is_narrowed_down(run, start_mock_api, mode):
    mock_api = start_mock_api(**mode)
    result = run(mock_api, senders=names("A B C TOOLONGAWORD D E F G"), **COMMON)
    assert [name for name, outcome in outcomes(result).items() if outcome != "created"] == ["TOOLONGAWORD"]
    assert mock_api.senders(SAMPLE_SID) == list("ABCDEFG")


@pytest.mark.parametrize("too_large", ["", "Exceeded max capacity of {limit} senders"])
@pytest.mark.parametrize(("state", "done"), [("present", "created"), ("absent", "deleted")])
def test_calls_get_smaller_where_the_api_wants_them_so(run, start_mock_api, too_large, state, done):
    senders = [f"S{number:02}" for number in range(20)]
    mock_api = start_mock_api(
        senders=senders if state == "absent" else (), too_large=too_large, create_limit=7, delete_limit=7
    )
    result = run(mock_api, senders=names(" ".join(senders)), state=state, **COMMON)
    assert set(outcomes(result).values()) == {done}
    assert list(outcomes(result)) == senders


@pytest.mark.parametrize(("status", "code"), [(401, "RBC001"), (401, "WA-401"), (400, "E110")])
def test_an_answer_about_the_account_stops_the_run_and_nobody_is_dropped(run, mock_api, status, code):
    body = {"code": code, "message": "words of the API", "data": [], "error": {}}
    mock_api.script(["ok", {"kind": "respond_before", "status": status, "body": body}])
    result = run(mock_api, senders=names("A B C D E"), batch_size=2, connections=1, **COMMON)
    assert outcomes(result) == {
        "A": "created",
        "B": "created",
        "C": "not_attempted",
        "D": "not_attempted",
        "E": "not_attempted",
    }
    assert (result["changed"], result["failed"], len(mock_api.requests)) == (True, True, 2)
    assert result["senders"][4]["msg"] == "words of the API"


def test_many_failures_are_named_by_the_first_and_counted(run, start_mock_api):
    mock_api = start_mock_api(reject={"S*": "because"})
    result = run(mock_api, senders=names("A " + " ".join(f"S{number}" for number in range(8))), **COMMON)
    assert result["msg"].startswith(
        "8 of 9 senders failed (1 created, 8 rejected): S0 (us) rejected: MSG134 because; S1"
    )
    assert result["msg"].endswith("; and 3 more")


# What changed


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [("reset_before", "created"), (503, "created"), ("reset_after", "present?"), ("hang_after", "present?")],
)
def test_a_lost_answer(run, mock_api, waits, fault, outcome):
    mock_api.script([{"kind": fault, "seconds": 30} if fault == "hang_after" else fault])
    result = run(mock_api, senders=names("ADPAI ABCF01"), timeout=2 if fault == "hang_after" else 30, **COMMON)
    assert outcomes(result) == {"ADPAI": outcome, "ABCF01": outcome}
    assert (result["changed"], result["failed"], result["api_calls"]) == (True, False, len(mock_api.requests))
    assert "made again" in result["warnings"][0]
    assert ("not certain" in "".join(result["warnings"])) == (outcome == "present?")


def test_a_lost_delete(run, start_mock_api, waits):
    mock_api = start_mock_api(senders=["ADPAI"], missing=MISSING)
    mock_api.script(["reset_after"])
    result = run(mock_api, senders=names("ADPAI"), state="absent")
    assert (outcomes(result), result["changed"], result["failed"]) == ({"ADPAI": "absent?"}, True, False)


def test_no_answer_at_all_is_unknown_and_two_such_calls_end_the_run(run, mock_api, waits):
    mock_api.script(["reset_after"] * 50)
    result = run(mock_api, senders=names("A B C D"), batch_size=1, connections=1, retries=0, **COMMON)
    assert outcomes(result) == {"A": "unknown", "B": "unknown", "C": "not_attempted", "D": "not_attempted"}
    assert (result["changed"], result["failed"], result["api_calls"]) == (True, True, 2)


def test_a_refused_connection_changes_nothing(run, waits):
    url = "http://127.0.0.1:9"
    result = run(api_url=url, sid=SAMPLE_SID, api_key=SAMPLE_KEY, senders=names("A B"), **COMMON)
    assert set(outcomes(result).values()) == {"not_attempted"}
    assert (result["changed"], result["failed"], result["api_calls"]) == (False, True, 0)
    assert "cannot connect" in result["msg"]


def test_a_duplicate_is_dropped_with_a_warning(run, mock_api):
    result = run(mock_api, senders=names("ADPAI ABCF01 ADPAI"), **COMMON)
    assert list(outcomes(result)) == ["ADPAI", "ABCF01"]
    (warning,) = result["warnings"]
    assert "senders[2] (ADPAI)" in warning
    assert "senders[0]" in warning
    assert mock_api.requests[0].names == ("ADPAI", "ABCF01")


def test_one_sender_for_two_countries(run, start_mock_api):
    mock_api = start_mock_api(senders=[{"sender": "ADPAI", "iso_code": "us"}])
    entries = [{"sender": "ADPAI", "iso_code": country, "description": "testing"} for country in ("ae", "us", "fr")]
    result = run(mock_api, senders=entries)
    assert [(row["iso_code"], row["outcome"]) for row in result["senders"]] == [
        ("ae", "created"),
        ("us", "present"),
        ("fr", "created"),
    ]
    assert [call.senders for call in mock_api.requests] == [1, 1, 1]


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("check", [False, True])
def test_an_empty_list_is_a_success_that_sends_nothing(run, mock_api, state, check):
    result = run(mock_api, senders=[], state=state, check=check, diff=True)
    assert (result["changed"], result["failed"], result["senders"], result["api_calls"]) == (False, False, [], 0)
    assert mock_api.requests == []


@pytest.mark.parametrize("header", ["sender\n", "\ufeffsender;description;iso_code\r\n"])
def test_a_header_alone_is_an_empty_list(run, mock_api, tmp_path, header):
    path = tmp_path / "senders.csv"
    path.write_text(header, encoding="utf-8")
    result = run(mock_api, src=str(path), **COMMON)
    assert (result["changed"], result["summary"]["total"], mock_api.requests) == (False, 0, [])


@pytest.mark.parametrize(("state", "outcome"), [("present", "created"), ("absent", "deleted")])
def test_check_mode_sends_nothing_and_tells_what_would_be_sent(run, start_mock_api, state, outcome):
    mock_api = start_mock_api(senders=["ADPAI"])
    result = run(mock_api, senders=names("B ADPAI"), state=state, check=True, diff=True, **COMMON)
    assert outcomes(result) == {"B": outcome, "ADPAI": outcome}
    assert (result["changed"], result["failed"], result["api_calls"], mock_api.requests) == (True, False, 0, [])
    there = "ADPAI us\nB us\n" if state == "present" else "ADPAI\nB\n"
    assert result["diff"] == ({"before": "", "after": there} if state == "present" else {"before": there, "after": ""})


def test_diff_of_a_run(run, start_mock_api):
    mock_api = start_mock_api(senders=["ADPAI"])
    result = run(mock_api, senders=names("TOOLONGAWORD JSONSEND ADPAI ABCF01"), diff=True, **COMMON)
    assert result["diff"] == {"before": "ADPAI us\n", "after": "ABCF01 us\nADPAI us\nJSONSEND us\n"}
    assert "diff" not in run(mock_api, senders=names("ADPAI"), **COMMON)


@pytest.mark.parametrize(
    ("report", "told"),
    [
        ("all", ["ADPAI", "TOOLONGAWORD", "ABCF01"]),
        ("changes", ["TOOLONGAWORD", "ABCF01"]),
        ("failures", ["TOOLONGAWORD"]),
    ],
)
def test_report(run, start_mock_api, report, told):
    result = run(start_mock_api(senders=["ADPAI"]), senders=names("ADPAI TOOLONGAWORD ABCF01"), report=report, **COMMON)
    assert [row["sender"] for row in result["senders"]] == told
    assert result["summary"]["total"] == 3


def test_as_few_calls_as_the_api_allows(run, start_mock_api):
    mock_api = start_mock_api(senders=[f"S{number}" for number in range(50) if number % 10])
    result = run(mock_api, senders=names(" ".join(f"S{number}" for number in range(50))), batch_size=5, **COMMON)
    assert (result["summary"]["created"], result["summary"]["present"]) == (5, 45)
    assert sorted(call.senders for call in mock_api.requests) == [5] * 11


@pytest.mark.parametrize("form", ["senders", "src"])
def test_five_thousand_rejected_ones_stay_below_what_awx_keeps(run, start_mock_api, tmp_path, form):
    mock_api = start_mock_api(reject={"*": "x" * 300})
    entries = [{"sender": f"ABCDEF{number:05}", **COMMON} for number in range(5000)]
    path = tmp_path / "senders.json"
    path.write_text(json.dumps(entries))
    options = {"senders": entries} if form == "senders" else {"src": str(path)}
    result = run(mock_api, **options, diff=True)
    assert "invocation" in result
    assert len(result["senders"]) == result["summary"]["rejected"] == 5000
    assert len(str(result)) < 700_000


# The account and the connection


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({}, PATHS),
        ({"api_version": "v2"}, f"/v2/{SAMPLE_SID}/messages/sender"),
        ({"endpoint": "sms"}, f"/v1/{SAMPLE_SID}/sms/sender"),
    ],
)
def test_the_resource(run, mock_api, options, path):
    run(mock_api, senders=names("ADPAI"), **COMMON, **options)
    run(mock_api, senders=names("ADPAI"), state="absent", **options)
    assert [(call.method, call.path) for call in mock_api.requests] == [("POST", path), ("DELETE", path)]


def test_the_account_may_come_from_the_environment(run, mock_api, monkeypatch):
    monkeypatch.setenv("KALEYRA_API_KEY", SAMPLE_KEY)
    monkeypatch.setenv("KALEYRA_SID", SAMPLE_SID)
    monkeypatch.setenv("KALEYRA_API_URL", mock_api.url)
    assert outcomes(run(senders=names("ADPAI"), **COMMON)) == {"ADPAI": "created"}
    assert run(api_key="other", senders=names("ADPAI"), **COMMON)["senders"][0]["code"] == "RBC001"


def test_an_empty_variable_counts_as_not_set(run, monkeypatch):
    for name in ("API_KEY", "SID", "API_URL"):
        monkeypatch.setenv(f"KALEYRA_{name}", "")
    message = run(senders=names("ADPAI"), **COMMON)["msg"]
    assert "api_key is required" in message
    assert "sid is required" in message
    assert "api_url" not in message  # the default
    result = run(api_key=SAMPLE_KEY, sid=SAMPLE_SID, senders=[])
    assert result["failed"] is False


def test_a_missing_requests_is_told_as_elsewhere(run, mock_api, monkeypatch):
    monkeypatch.setitem(sys.modules, "requests", None)
    spec = importlib.util.spec_from_file_location("client_without_requests", _client.__file__)
    client = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, client)
    spec.loader.exec_module(client)
    monkeypatch.setattr(_client, "REQUESTS_IMPORT_ERROR", client.REQUESTS_IMPORT_ERROR)
    result = run(mock_api, senders=names("ADPAI"), **COMMON)
    assert result["msg"] == basic.missing_required_lib("requests")
    assert mock_api.requests == []


def test_a_redirect_goes_nowhere(run, start_mock_api):
    mock_api, other = start_mock_api(), start_mock_api()
    mock_api.script([{"kind": "respond_before", "status": 307, "headers": {"Location": other.url + PATHS}}])
    result = run(mock_api, senders=names("ADPAI"), **COMMON)
    assert outcomes(result) == {"ADPAI": "not_attempted"}
    assert "redirect" in result["msg"]
    assert (result["changed"], other.connections) == (False, 0)


@pytest.mark.parametrize("fault", ["ok", 301, 400, 401, 429, 500, "reset_after", "broken_json"])
def test_the_key_is_in_no_result_no_warning_and_no_log(run, mock_api, waits, caplog, fault):
    caplog.set_level(logging.DEBUG)
    mock_api.script([fault] * 9)
    result = run(mock_api, senders=names("ADPAI"), diff=True, **COMMON)
    assert result["invocation"]["module_args"]["api_key"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert SAMPLE_KEY not in str(result) + caplog.text
