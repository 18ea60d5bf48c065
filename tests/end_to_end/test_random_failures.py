# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs report what happened, even if requests fail. Each host has a mock API with random failures."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from typing import Any

import pytest
from ansible_collections.community.kaleyra.tests.end_to_end.jobs import Host, run_job
from mock_api_server import MockApi

SCENARIOS = range(20)
FLAGS = {  # (changed, failed)
    "created": {(True, False)},
    "present": {(False, False), (True, False)},
    "deleted": {(True, False)},
    "absent": {(False, False), (True, False)},
    "rejected": {(False, True), (True, True)},
    "unknown": {(True, True)},
    "not_attempted": {(False, True)},
}
BEHAVIORS: list[dict[str, Any]] = [
    {"max_errors": 1},
    {"staged": True},
    {"names": "other case"},
    {"partial": "rejection"},
    {"accepted": True},
    {"create_limit": 3, "delete_limit": 3},
    {"create_limit": 3, "delete_limit": 3, "too_large": ""},
]
FAILURES = [
    *(408, 429, 500, 502, 503, {"kind": "respond_after", "status": 500}, {"kind": "respond_partly", "status": 500}),
    *("reset_before", "reset_partly", "reset_after", "truncated", "broken_json", "ok"),
]


class Scenario:
    """A task, an account, and a server with its failures."""

    def __init__(self, number: int) -> None:
        draw = random.Random(number)
        names = [f"{kind}{index}" for kind in ("OLD", "NEW", "BAD") for index in range(draw.randint(0, 4))] or ["NEW0"]
        draw.shuffle(names)
        self.names = names
        self.documented = number % 3 == 0
        behavior: dict[str, Any] = {
            "missing": "Sender ID does not exist.",
            "reject": {"BAD*": "Sender ID must be registered"},
        }
        failures = draw.choices(FAILURES, k=draw.randint(0, 1 if self.documented else 3))
        for choice in [] if self.documented else draw.sample(BEHAVIORS, draw.randint(0, 2)):
            behavior |= choice
        old = [{"sender": name, "iso_code": "fr"} for name in [*names, "OTHER"] if name.startswith("O")]
        self.mock_api = MockApi({"HX1": {"key": "A1", "senders": old}}, failures, **behavior)
        self.options = {
            "api_key": "A1",
            "sid": "HX1",
            "api_url": self.mock_api.url,
            "description": "testing",
            "iso_code": "fr",
            "senders": [{"sender": name} for name in names],
            "state": draw.choice(["present", "present", "absent"]),
            "batch_size": draw.choice([1, 2, 100]),
            "connections": draw.choice([1, 4]),
            "retries": draw.choice([0, 1]),
        }
        self.accounts: list[set[str]] = []
        self.requests: list[int] = []
        self.failures_left: list[int] = []

    def record(self) -> None:
        self.accounts.append(set(self.mock_api.senders("HX1")))
        self.requests.append(len(self.mock_api.requests))
        self.failures_left.append(self.mock_api.state()["pending"])

    def check(self, run: int, result) -> None:
        """Compare the result of a run with what happened."""
        before, after = self.accounts[run : run + 2]
        rows = result["senders"]
        assert [row["sender"] for row in rows] == self.names
        for row in rows:
            existed, exists = row["sender"] in before, row["sender"] in after
            assert (row["changed"], row["failed"]) in FLAGS[row["outcome"]], row
            assert row["changed"] or existed == exists, row
            assert exists == {"created": True, "present": True, "deleted": False, "absent": False}.get(
                row["outcome"], exists
            )
            assert row.get("msg") or not row["failed"]
        assert before ^ after <= set(self.names)
        assert result["changed"] == any(row["changed"] for row in rows)
        assert result["failed"] == any(row["failed"] for row in rows)
        assert result["api_calls"] == self.requests[run + 1] - self.requests[run]
        counts = Counter(row["outcome"] for row in rows)
        assert result["summary"] == {"total": len(rows), **{outcome: counts[outcome] for outcome in FLAGS}}


@pytest.fixture(scope="module")
def jobs(tmp_path_factory, collections):
    """All scenarios, and two jobs with them."""
    folder = tmp_path_factory.mktemp("job")
    with contextlib.ExitStack() as stack:
        scenarios = {f"scenario{number}": Scenario(number) for number in SCENARIOS}
        jobs = []
        for scenario in scenarios.values():
            stack.enter_context(scenario.mock_api)
            scenario.record()
        hosts = {name: Host(scenario.options) for name, scenario in scenarios.items()}
        for _run in range(2):
            jobs.append(run_job(folder, collections, hosts))
            for scenario in scenarios.values():
                scenario.record()
        yield scenarios, jobs


@pytest.mark.parametrize("number", SCENARIOS)
def test_reports_what_happened(jobs, number):
    scenarios, (first, second) = jobs
    name = f"scenario{number}"
    scenarios[name].check(0, first.results[name])
    scenarios[name].check(1, second.results[name])


def test_second_run_changes_nothing(jobs):
    scenarios, (first, second) = jobs
    changed = {}
    for name, scenario in scenarios.items():
        summary = first.results[name]["summary"]
        complete = summary["unknown"] + summary["not_attempted"] == 0
        if scenario.documented and complete and not scenario.failures_left[1]:
            changed[name] = second.results[name]["changed"]
    assert changed
    assert not any(changed.values())


def test_output_contains_no_traceback(jobs):
    for job in jobs[1]:
        assert "Traceback" not in job.output
        assert job.status in (0, 2)
