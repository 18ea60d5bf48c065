# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The key is printed nowhere, and sent to no other host: ansible-runner, as AWX runs it, against servers that would have it so.

All at the highest verbosity, in what is printed, in the results and in the job's events.
"""

from __future__ import annotations

import importlib.util
import json
import pathlib

import pytest
from ansible_collections.community.kaleyra.tests.faults.jobs import Job, run
from ansible_collections.community.kaleyra.tests.faults.leaks import BAD_KEYS, MARK, ODD_KEY, leaks
from ansible_collections.community.kaleyra.tests.faults.traps import TRAPS, Trap


@pytest.fixture(scope="module")
def job(folder: pathlib.Path, collections: pathlib.Path) -> Job:
    if not importlib.util.find_spec("ansible_runner"):
        pytest.skip("needs the PyPI package ansible-runner")
    return run(folder, collections, TRAPS)


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.name)
def test_a_result_holds_no_key(job: Job, trap: Trap) -> None:
    result = job.results[trap.name]
    assert result["failed"] != trap.succeeds
    assert "api_key" in result["invocation"]["module_args"]
    assert "Traceback" not in str(result)
    assert list(leaks(json.dumps(result, ensure_ascii=False))) == []


def test_a_job_prints_no_key(job: Job) -> None:
    assert all(trap.name in job.printed for trap in TRAPS)
    assert "Traceback" not in job.printed
    assert list(leaks(job.printed)) == []


def test_a_job_has_no_key_in_its_events(job: Job) -> None:
    finished = [event for event in job.events if json.loads(event)["event"].startswith("runner_on_")]
    assert len(finished) >= 2 * len(TRAPS)
    assert list(leaks("\n".join(job.events))) == []


def test_another_host_gets_nothing(job: Job) -> None:
    assert job.elsewhere.received == []


@pytest.mark.parametrize("name", BAD_KEYS)
def test_a_bad_key_is_not_sent(job: Job, name: str) -> None:
    assert job.calls[f"a key with {name}"] == 0
    assert "api_key: holds white space or a control character" in job.results[f"a key with {name}"]["msg"]


def test_the_key_is_sent_as_it_is_and_nothing_else(job: Job) -> None:
    (request,) = job.requests["a .netrc file"]
    head = request.partition(b"\r\n\r\n")[0]
    assert b"\r\napi-key: " + ODD_KEY.encode() + b"\r\n" in head + b"\r\n"
    assert b"authorization" not in head.lower()
    assert request.count(MARK.encode()) == ODD_KEY.count(MARK)
