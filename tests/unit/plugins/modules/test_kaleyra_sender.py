# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole module with the mock API: that ``main`` connects its parts. Each part has other tests."""

from __future__ import annotations

import base64
import importlib.util
import sys

import pytest
import yaml
from ansible.module_utils import basic
from ansible_collections.community.kaleyra.plugins.module_utils import _client
from ansible_collections.community.kaleyra.plugins.module_utils._response import OUTCOMES
from ansible_collections.community.kaleyra.plugins.modules import kaleyra_sender
from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID

COMMON = {"description": "testing", "iso_code": "us"}
MAX_RESULT_LENGTH = 700_000  # AWX drops longer results


def outcomes(result):
    return {row["sender"]: row["outcome"] for row in result["senders"]}


def test_creates_missing_senders(run, start_mock_api):
    mock_api = start_mock_api(senders=["ADPAI"])
    result = run(mock_api, senders=["ABCF01", {"sender": "ADPAI"}, {"name": "JSONSEND"}], **COMMON)
    assert outcomes(result) == {"ABCF01": "created", "ADPAI": "present", "JSONSEND": "created"}
    assert (result["changed"], result["failed"]) == (True, False)
    assert result["msg"] == "2 created (ABCF01, JSONSEND), 1 present"
    assert (result["senders"][0]["id"], result["senders"][0]["code"]) == ("60002", "MSG106")
    assert (result["warnings"], "diff" in result) == ([], False)
    assert result["api_calls"] == len(mock_api.requests) == 2
    assert mock_api.senders(SAMPLE_SID) == ["ABCF01", "ADPAI", "JSONSEND"]


def test_warnings_are_about_input_and_requests(run, mock_api, waits):
    mock_api.script(["reset_after"])
    result = run(mock_api, senders=["ADPAI", "ADPAI"], **COMMON)
    duplicate, retries, doubt = result["warnings"]
    assert "senders[1] (ADPAI)" in duplicate
    assert "1 in total" in retries
    assert "ADPAI" in doubt
    assert (outcomes(result), result["changed"], result["failed"]) == ({"ADPAI": "present"}, True, False)


@pytest.mark.parametrize(("state", "outcome"), [("present", "created"), ("absent", "deleted")])
def test_check_mode_sends_nothing(run, start_mock_api, state, outcome):
    mock_api = start_mock_api(senders=["ADPAI"])
    result = run(mock_api, senders=["B", "ADPAI"], state=state, check=True, diff=True, **COMMON)
    assert outcomes(result) == {"B": outcome, "ADPAI": outcome}
    assert (result["changed"], result["failed"], result["api_calls"], mock_api.requests) == (True, False, 0, [])
    assert "would be sent" in result["msg"]
    senders = "ADPAI us: testing\nB us: testing\n" if state == "present" else "ADPAI\nB\n"
    before, after = ("", senders) if state == "present" else (senders, "")
    assert (result["diff"]["before"], result["diff"]["after"]) == (before, after)


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("check", [False, True])
def test_empty_list_sends_nothing(run, mock_api, state, check):
    result = run(mock_api, senders=[], state=state, check=check, diff=True)
    assert (result["changed"], result["failed"], result["senders"], result["api_calls"]) == (False, False, [], 0)
    assert mock_api.requests == []


def test_verbosity_3_returns_responses(run, start_mock_api):
    mock_api = start_mock_api(senders=["ADPAI"])
    result = run(mock_api, senders=["ADPAI", "B"], verbosity=3, **COMMON)
    assert [response["senders"] for response in result["responses"]] == [2, 1]
    assert [response["status"] for response in result["responses"]] == [400, 200]
    assert run(mock_api, senders=["ADPAI"], verbosity=3, check=True, **COMMON)["responses"] == []
    assert "responses" not in run(mock_api, senders=["ADPAI"], verbosity=2, **COMMON)


def test_every_return_value_is_documented(run, start_mock_api):
    mock_api = start_mock_api(reject={"BAD": "bad"})
    result = run(mock_api, senders=["ADPAI", "BAD"], verbosity=3, **COMMON)
    types = {"str": str, "int": int, "bool": bool, "dict": dict, "list": list}

    def check(values, documented):
        for name, value in values.items():
            assert isinstance(value, types[documented[name]["type"]]), name
            for item in value if "contains" in documented[name] else ():
                check(item, documented[name]["contains"])

    known_to_ansible = ("changed", "failed", "invocation", "exception", "warnings")
    values = {name: value for name, value in result.items() if name not in known_to_ansible}
    check(values, yaml.safe_load(kaleyra_sender.RETURN))


def test_summary_of_documentation_has_every_outcome():
    sample = yaml.safe_load(kaleyra_sender.RETURN)["summary"]["sample"]
    assert list(sample) == ["total", *OUTCOMES]


def test_every_option_is_used(run, mock_api, tmp_path, monkeypatch):
    used = set()

    class Options(dict):
        def __getitem__(self, name):
            used.add(name)
            return super().__getitem__(name)

    class Module(basic.AnsibleModule):
        def __init__(self, **arguments):
            super().__init__(**arguments)
            self.params = Options(self.params)

    monkeypatch.setattr(kaleyra_sender, "AnsibleModule", Module)
    path = tmp_path / "senders.csv"
    path.write_text("sender\nADPAI\n")
    assert run(mock_api, src=str(path), **COMMON)["changed"]
    assert used == kaleyra_sender.argument_spec().keys()


@pytest.mark.parametrize(("state", "batch_size"), [("present", 0), ("present", 5001), ("absent", 101)])
def test_rejects_batch_size_beyond_limit(run, mock_api, state, batch_size):
    result = run(mock_api, senders=["ADPAI"], state=state, batch_size=batch_size, **COMMON)
    assert (result["failed"], mock_api.requests) == (True, [])
    assert f"batch_size is {batch_size}" in result["msg"]


def test_input_errors_are_reported_together(run, mock_api):
    senders = [{"sender": "ADPAI", "iso_code": "USA"}]
    result = run(mock_api, senders=senders, sid="", batch_size=0, description="testing")
    for text in ("sid is required", "batch_size is 0", "senders[0] (ADPAI)", "USA"):
        assert text in result["msg"]
    assert mock_api.requests == []


def test_missing_requests_library_is_reported(run, mock_api, monkeypatch):
    monkeypatch.setitem(sys.modules, "requests", None)
    spec = importlib.util.spec_from_file_location("client_without_requests", _client.__file__)
    client = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, client)
    spec.loader.exec_module(client)
    monkeypatch.setattr(kaleyra_sender, "REQUESTS_IMPORT_ERROR", client.REQUESTS_IMPORT_ERROR)
    result = run(mock_api, senders=["ADPAI"], **COMMON)
    assert result["msg"] == basic.missing_required_lib("requests")
    assert mock_api.requests == []


@pytest.mark.parametrize("source", ["option", "environment"])
def test_key_from_server_is_hidden(run, mock_api, monkeypatch, source):
    encoded = base64.b64encode(SAMPLE_KEY.encode()).decode()
    body = {"code": "MSG134", "message": f"bad key {SAMPLE_KEY} {encoded} {SAMPLE_KEY.upper()}"}
    mock_api.script([{"kind": "respond_before", "status": 400, "body": body}])
    monkeypatch.setenv("KALEYRA_API_KEY", SAMPLE_KEY)
    options = {} if source == "option" else {"api_key": ""}
    result = run(mock_api, senders=["ADPAI"], diff=True, verbosity=3, **COMMON, **options)
    assert "bad key" in result["msg"]
    assert "bad key" in result["responses"][0]["body"]
    assert encoded not in str(result)
    assert SAMPLE_KEY.upper() not in str(result)


def test_invocation_contains_no_secret(run):
    result = run(senders=["ADPAI"], sid="HX1", api_key=SAMPLE_KEY, api_url="https://user:password@localhost", **COMMON)
    assert result["failed"]
    assert "password" not in str(result)
    assert result["invocation"]["module_args"]["sid"] == "HX1"


def test_awx_keeps_result_of_5000_senders(run, start_mock_api):
    mock_api = start_mock_api(reject={"*": "x" * 300})
    entries = [{"sender": f"ABCDEF{number:05}", **COMMON} for number in range(5000)]
    result = run(mock_api, senders=entries, diff=True, verbosity=4)
    assert len(result["senders"]) == result["summary"]["rejected"] == 5000
    assert "invocation" in result
    assert len(str(result)) < MAX_RESULT_LENGTH
