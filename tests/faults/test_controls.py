# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The other tests here can fail: what they look for is found where it is."""

from __future__ import annotations

import copy
import importlib.util
import json
import pathlib
import textwrap
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.community.kaleyra.tests.faults.jobs import run
from ansible_collections.community.kaleyra.tests.faults.leaks import KEYS, SPELLINGS, leaks
from ansible_collections.community.kaleyra.tests.faults.plays import HERE, Run, oddities
from ansible_collections.community.kaleyra.tests.faults.scripts import SCRIPTS
from ansible_collections.community.kaleyra.tests.faults.stories import Story, listed, tell
from ansible_collections.community.kaleyra.tests.faults.traps import TRAPS
from ansible_collections.community.kaleyra.tests.faults.truth import Truth, lies

LISTED = [("A", "fr"), ("B", "fr"), ("C", "fr")]
BEFORE = Truth(frozenset({("B", "fr"), ("Z", "fr")}), 5)
AFTER = Truth(frozenset({("A", "fr"), ("B", "fr"), ("Z", "fr")}), 7)
TRUE = {
    "changed": True,
    "failed": True,
    "msg": "1 of 3 senders failed: C (fr) rejected: too long",
    "senders": [
        {"sender": "A", "iso_code": "fr", "outcome": "created", "changed": True, "failed": False},
        {"sender": "B", "iso_code": "fr", "outcome": "present", "changed": False, "failed": False},
        {"sender": "C", "iso_code": "fr", "outcome": "rejected", "changed": False, "failed": True, "msg": "too long"},
    ],
    "summary": {"total": 3, "created": 1, "present": 1, "rejected": 1}
    | dict.fromkeys(("deleted", "absent", "unknown", "not_attempted"), 0),
    "api_calls": 2,
    "diff": {"before": "B fr\n", "after": "A fr\nB fr\n"},
}


def outcome(index: int, **fields: Any) -> Callable[[dict[str, Any]], None]:
    """Falsify one sender's row, and the summary with it."""

    def falsify(result: dict[str, Any]) -> None:
        row = result["senders"][index]
        result["summary"][row["outcome"]] -= 1
        row.update(fields)
        result["summary"][row["outcome"]] += 1

    return falsify


FALSE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a row is missing": lambda result: result["senders"].pop(),
    "the rows are in another order": lambda result: result["senders"].reverse(),
    "what was created was there": outcome(0, outcome="present", changed=False),
    "what was created is not there": outcome(0, outcome="rejected", changed=False, failed=True, msg="no"),
    "what was there was created": outcome(1, outcome="created", changed=True),
    "what was refused is there": outcome(2, outcome="present", failed=False),
    "what was refused was created": outcome(2, outcome="created", changed=True, failed=False),
    "a refusal has no reason": lambda result: result["senders"][2].pop("msg"),
    "unknown and not failed": outcome(2, outcome="unknown", changed=True, failed=False),
    "the task does not fail": lambda result: result.update(failed=False),
    "the task is not changed": lambda result: result.update(changed=False),
    "the summary is wrong": lambda result: result["summary"].update(created=2),
    "a call too few": lambda result: result.update(api_calls=1),
    "the message names nobody": lambda result: result.update(msg="1 of 3 senders failed"),
    "the diff's before": lambda result: result["diff"].update(before=""),
    "the diff's after": lambda result: result["diff"].update(after="B fr\nA fr\n"),
}


def test_the_truth_is_no_lie() -> None:
    assert list(lies(TRUE, LISTED, BEFORE, AFTER)) == []


@pytest.mark.parametrize("falsify", FALSE.values(), ids=FALSE)
def test_a_lie_is_found(falsify: Callable[[dict[str, Any]], Any]) -> None:
    result = copy.deepcopy(TRUE)
    falsify(result)
    assert list(lies(result, LISTED, BEFORE, AFTER)) != []


def test_what_was_done_to_others_is_found() -> None:
    assert list(lies(TRUE, LISTED, BEFORE, Truth(AFTER.rows - {("Z", "fr")}, AFTER.calls))) != []


FINE = Run(0, "PLAY", "[WARNING]: one of\nsome words\n", {"host": {"warnings": ["one of some words"]}})


@pytest.mark.parametrize(
    "run",
    [
        Run(0, "Traceback (most recent call last):", FINE.errors, FINE.results),
        Run(0, "", f"{FINE.errors}[WARNING]: another\n", FINE.results),
        Run(0, "", "", FINE.results),
        Run(0, "", f"InsecureRequestWarning\n{FINE.errors}", FINE.results),
        Run(2, "", FINE.errors, FINE.results),
        Run(0, "", "", {"host": {"failed": True}}),
        Run(0, "", "", {"host": {"deprecations": ["old"]}}),
    ],
    ids=["traceback", "warning", "no warning", "on stderr", "status", "failed", "deprecation"],
)
def test_an_oddity_is_found(run: Run) -> None:
    assert list(oddities(FINE)) == []
    assert list(oddities(run)) != []


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_a_leak_is_found(key: str, spell: Callable[[str], str]) -> None:
    text = f"The server said: {spell(key)}, and no more."
    assert list(leaks(text)) != []
    assert list(leaks(json.dumps(json.dumps(text)))) != []
    assert list(leaks("\n".join(textwrap.wrap(text, 10)))) != []
    assert list(leaks("The server said: ********, and no more.")) == []


@pytest.fixture(scope="module")
def naive(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A collections path in which a naive module is in the place of ours."""
    path = tmp_path_factory.mktemp("naive")
    modules = path / "ansible_collections/community/kaleyra/plugins/modules"
    modules.mkdir(parents=True)
    text = (HERE / "naive.py").read_text()
    (modules / "kaleyra_sender.py").write_text(f"#!/usr/bin/python\n{text}")
    return path


NAIVE_SCRIPTS = ("some exist", "partial commit", "reset after acting", "delete what is there")


@pytest.fixture(scope="module")
def naive_story(folder: pathlib.Path, naive: pathlib.Path) -> Story:
    return tell(folder, naive, [script for script in SCRIPTS if script.name in NAIVE_SCRIPTS], ("first", "check"))


@pytest.mark.parametrize("name", NAIVE_SCRIPTS)
def test_a_naive_module_is_found_out(naive_story: Story, name: str) -> None:
    (script,) = [script for script in SCRIPTS if script.name == name]
    start, first, check = naive_story.truths[name]
    told = list(lies(naive_story.runs["first"].results[name], listed(script), start, first))
    assert [lie for lie in told if " is " in lie and "diff" not in lie] != [], told
    assert check != first, "check mode sent something"


def test_a_naive_module_leaks(tmp_path: pathlib.Path, naive: pathlib.Path) -> None:
    if not importlib.util.find_spec("ansible_runner"):
        pytest.skip("needs the PyPI package ansible-runner")
    names = {
        "a refusal with the key",
        "HTTP 307 to another host",
        "a proxy for plain HTTP",
        "a .netrc file",
        "a key with a newline",
    }
    job = run(tmp_path, naive, [trap for trap in TRAPS if trap.name in names])
    assert list(leaks(job.printed)) != []
    assert list(leaks("\n".join(job.events))) != []
    assert {name for name in names if list(leaks(json.dumps(job.results[name])))} == names
    paths = [request.split()[1].decode() for request in job.elsewhere.received]
    assert any(path.startswith("http://") for path in paths), "not by the proxy"
    assert any(path.startswith("/") for path in paths), "not by the redirect"
    assert list(leaks(job.elsewhere.received[0].decode("latin-1"))) != []
    assert b"authorization" in job.requests["a .netrc file"][0].lower()
