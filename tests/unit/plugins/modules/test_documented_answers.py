# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page docs/docsite/rst/answers.rst tells what the module does with every documented answer."""

from __future__ import annotations

from collections import Counter

import pytest
from ansible_collections.community.kaleyra.tests.unit.plugins.answers import Documented, Replay, documented
from mock_api_simulator import SAMPLE_SID

PRINTED = {
    "present": "WA202 MSG106 RBC001 WA401 WA400 WA500 E110 WA-401 WA-401 MSG134 MSG134 RBC192 MSG134",
    "absent": "MSG108 RBC195",
}
REPAIRED = {"present": "WA202 MSG106"}  # what is printed of them is not JSON


def test_the_page_has_every_documented_answer():
    expected = [
        (state, code) for table in (PRINTED, REPAIRED) for state, codes in table.items() for code in codes.split()
    ]
    rows = {name.rsplit("-", 1)[0]: answer for name, answer in documented().items()}.values()
    assert Counter((row.state, row.code) for row in rows) == Counter(expected)


def check(run, mock_api, answer: Documented, replay: Replay) -> None:
    senders = [{"sender": name} for name in replay.outcomes]
    common = {"description": "testing", "iso_code": "in", "entity_id": "123456789011"}
    result = run(mock_api, state=answer.state, senders=senders, **(common if answer.state == "present" else {}))
    assert {row["sender"]: row["outcome"] for row in result["senders"]} == replay.outcomes
    assert list(replay.outcomes) == [row["sender"] for row in result["senders"]]
    assert result["api_calls"] == len(mock_api.requests) == replay.calls


def fault(answer: Documented) -> dict[str, object]:
    return {"kind": "respond_before", "status": answer.status, "body": answer.body}


@pytest.mark.parametrize("answer", [pytest.param(answer, id=name) for name, answer in documented().items()])
def test_an_answer_to_the_first_call(run, start_mock_api, waits, answer):
    mock_api = start_mock_api(senders=answer.once.outcomes if answer.state == "absent" else ())
    mock_api.script([fault(answer)])
    check(run, mock_api, answer, answer.once)
    # The truth, once the API works again, is what was reported.
    done = sorted(name for name, outcome in answer.once.outcomes.items() if outcome in ("created", "deleted"))
    if answer.once.calls > 1:
        word = "created" if answer.state == "present" else "deleted"
        assert sorted(mock_api.state()["accounts"][SAMPLE_SID][word]) == done


@pytest.mark.parametrize(
    "answer", [pytest.param(answer, id=name) for name, answer in documented().items() if answer.each_time]
)
def test_an_answer_to_every_call(run, mock_api, waits, answer):
    mock_api.script([fault(answer)] * 10)
    check(run, mock_api, answer, answer.each_time)
