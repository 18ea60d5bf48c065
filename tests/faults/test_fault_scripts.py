# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole module against servers that misbehave: run, run again, and run in check mode. The servers know the truth."""

from __future__ import annotations

import operator
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from ansible_collections.community.kaleyra.tests.faults.leaks import leaks
from ansible_collections.community.kaleyra.tests.faults.plays import Host, oddities, play
from ansible_collections.community.kaleyra.tests.faults.scripts import SCRIPTS, Script
from ansible_collections.community.kaleyra.tests.faults.servers import trickling
from ansible_collections.community.kaleyra.tests.faults.stories import PHASES, Story, listed, outcomes, tell
from ansible_collections.community.kaleyra.tests.faults.truth import lies

MOST_OF_AWX = 700_000
"""AWX drops a result whose `str` is longer without a word."""


@pytest.fixture(scope="module")
def story(folder: pathlib.Path, collections: pathlib.Path) -> Story:
    return tell(folder, collections, SCRIPTS)


def warned(result: Mapping[str, Any], expected: Sequence[str]) -> bool:
    """Whether the warnings are those expected, no more and no less."""
    warnings = result.get("warnings", [])
    return len(warnings) == len(expected) and all(map(operator.contains, warnings, expected))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_says_what_happened(story: Story, script: Script) -> None:
    start, first, again, check = story.truths[script.name]
    result = story.runs["first"].results[script.name]
    assert outcomes(result) == list({name: outcome for name, outcome, _again in script.rows}.values())
    assert list(lies(result, listed(script), start, first, script.silent)) == []
    assert result["api_calls"] == script.calls
    assert script.msg in result["msg"]
    assert len(str(result)) < MOST_OF_AWX
    assert warned(result, script.warnings), result.get("warnings")

    result = story.runs["again"].results[script.name]
    assert outcomes(result) == list({name: outcome for name, _first, outcome in script.rows}.values())
    assert list(lies(result, listed(script), first, again, script.silent)) == []
    assert warned(result, script.warnings_again), result.get("warnings")

    result = story.runs["check"].results[script.name]
    assert outcomes(result) == ["deleted" if script.absent else "created"] * len(listed(script))
    assert result["changed"]
    assert not result.get("failed")
    assert check == again, "check mode sent something"
    assert warned(result, script.warnings_again), result.get("warnings")


@pytest.mark.parametrize("phase", PHASES)
def test_nothing_odd_is_printed(story: Story, phase: str) -> None:
    assert list(oddities(story.runs[phase])) == []


@pytest.mark.parametrize("phase", PHASES)
def test_no_key_is_printed(story: Story, phase: str) -> None:
    run = story.runs[phase]
    assert "api_key" in run.output, "the arguments are not echoed: nothing is proved"
    assert list(leaks(f"{run.output}{run.errors}{run.results}")) == []


def test_a_call_that_trickles_in_has_a_limit(tmp_path: pathlib.Path, collections: pathlib.Path) -> None:
    with trickling(b'{"code":"WA202"}') as port:
        options = {"sid": "HX1", "api_key": "A1", "api_url": f"http://127.0.0.1:{port}", "retries": 0, "timeout": 2}
        sender = {"sender": "NEW1", "description": "testing", "iso_code": "fr"}
        run = play(tmp_path, collections, {"one": Host({**options, "senders": [sender]})})
    assert outcomes(run.results["one"]) == ["unknown"]
    assert "timed out" in run.results["one"]["msg"]
