# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as AWX runs them: results survive, a person reads the output, a workflow's next node gets the summary."""

from __future__ import annotations

import json

import pytest
import yaml
from ansible_collections.community.kaleyra.tests.awx.awx_rules import injected_environment, survey_variables
from ansible_collections.community.kaleyra.tests.awx.conftest import CLONE
from ansible_collections.community.kaleyra.tests.awx.job import Runner, inventory_of
from mock_api_server import MockApi
from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID, WRONG_FORMAT

TASK = "Declare the senders"
NAMES = [f"B{number:05d}" for number in range(5000)]
INDIA = {"kaleyra_iso_code": "in", "kaleyra_entity_id": "1201159123456789012"}


def read(name):
    return yaml.safe_load((CLONE / "playbooks/files/awx" / name).read_text(encoding="utf-8"))


@pytest.fixture
def job(core, collections, project, tmp_path):
    """A function that runs the job template "Kaleyra senders" with a survey's answers against a mock API."""
    runner = Runner(core, collections)

    def _job(mock_api, answers, *options, playbook="senders.yml", variables=None, **extra_vars):
        folder = tmp_path / f"job{len(list(tmp_path.glob('job*')))}"
        folder.mkdir()
        inputs = {"sid": SAMPLE_SID, "api_key": SAMPLE_KEY, "api_url": mock_api.url}
        return runner.run(
            folder,
            project,
            playbook,
            inventory_of({"kaleyra": {"ansible_connection": "local"}}),
            {**extra_vars, **survey_variables(read("survey.yml"), answers)},
            injected_environment(read("credential_type.yml"), inputs) | (variables or {}),
            options,
        )

    return _job


def box_with(senders=(), **rules):
    return MockApi(accounts={SAMPLE_SID: {"key": SAMPLE_KEY, "senders": senders}}, **rules)


def lines_of(project, names):
    (project / "senders" / "all.csv").write_text("\n".join(["sender", *names, ""]), encoding="utf-8")
    return {**INDIA, "kaleyra_src": "senders/all.csv"}


def outcomes(result):
    return {row["sender"]: row["outcome"] for row in result["senders"]}


def test_5000_pasted_senders_survive_when_created_and_when_present(job):
    with box_with() as mock_api:
        for outcome, changed in (("created", True), ("present", False)):
            done = job(mock_api, {**INDIA, "kaleyra_senders": "\n".join(NAMES)})
            assert done.status == 0, done.stdout
            (result,) = done.results(TASK).values()
            assert outcomes(result) == dict.fromkeys(NAMES, outcome)
            assert result["changed"] is changed
            assert len(done.stdout.splitlines()) < 70
        assert mock_api.senders(SAMPLE_SID) == NAMES


def test_one_refused_of_5000_fails_in_short_and_the_next_node_learns_of_it(job, project):
    refused = "TOOLONG"
    with box_with(NAMES[:3000]) as mock_api:
        done = job(mock_api, lines_of(project, [*NAMES, refused]))
        (result,) = done.results(TASK).values()
        assert outcomes(result) == {
            **dict.fromkeys(NAMES[:3000], "present"),
            **dict.fromkeys(NAMES[3000:], "created"),
            refused: "rejected",
        }
        assert done.status == 2
        assert len(done.stdout.splitlines()) < 70
        assert f"{refused}  IN       rejected  MSG134 {WRONG_FORMAT}" in done.stdout
        assert "Senders: 5001, of which 2000 created, 3000 present, 1 rejected" in done.stdout
        assert "and 1980 more" in done.stdout
        assert NAMES[3000] in done.stdout
        assert NAMES[3500] not in done.stdout
        summary = done.artifacts["kaleyra_summary"]
        assert summary["totals"]["created"] == 2000
        assert [(row["account"], row["sender"]) for row in summary["failed"]] == [("kaleyra", refused)]
        assert summary["awaiting"] == {"kaleyra": NAMES[3000:]}
        following = job(mock_api, {}, playbook="report.yml", **done.artifacts)
        assert following.status == 0, following.stdout
        assert refused in following.stdout
        assert NAMES[3500] in following.stdout


def test_a_preview_of_5000_survives_and_sends_nothing(job, project):
    with box_with() as mock_api:
        done = job(mock_api, lines_of(project, NAMES), "--check", "--diff")
        assert done.status == 0, done.stdout
        (result,) = done.results(TASK).values()
        assert outcomes(result) == dict.fromkeys(NAMES, "created")
        assert "Preview: nothing was sent." in done.stdout
        assert mock_api.requests == []


def test_50000_survive_for_the_report_is_of_changes(job, project):
    names = [f"C{number:05d}" for number in range(50_000)]
    with box_with(names[:45_000]) as mock_api:
        done = job(mock_api, lines_of(project, names))
        assert done.status == 0, done.stdout
        (result,) = done.results(TASK).values()
        assert outcomes(result) == dict.fromkeys(names[45_000:], "created")
        assert result["summary"]["present"] == 45_000
        assert len(done.stdout.splitlines()) < 70


@pytest.mark.parametrize(("number", "kept"), [(5400, True), (5600, False)])
@pytest.mark.parametrize("kind", ["pasted", "csv", "json"])
@pytest.mark.parametrize("core", ["oldest"], indirect=True)
def test_a_longer_list_has_the_shorter_report(job, project, number, kept, kind):
    names = [f"C{number:05d}" for number in range(number)]
    answers = {**INDIA, "kaleyra_senders": "\r\n".join(names)} if kind == "pasted" else lines_of(project, names)
    if kind == "json":
        rows = json.dumps([{"sender": name} for name in names], indent=1)
        (project / "senders" / "all.json").write_text(rows, encoding="utf-8")
        answers["kaleyra_src"] = "senders/all.json"
    with box_with(names) as mock_api:
        done = job(mock_api, answers)
        assert done.status == 0, done.stdout
        (result,) = done.results(TASK).values()
        assert result["summary"]["present"] == number
        assert outcomes(result) == (dict.fromkeys(names, "present") if kept else {})


def test_a_first_run_of_many_is_told_of_by_the_table_and_the_summary(job, project):
    """As the guide says: the event keeps nothing of 10,000 that were created, unless the report is of failures."""
    names = [f"C{number:05d}" for number in range(10_000)]
    for report, awaiting in (("", {"kaleyra": names[:5000]}), ("failures", {})):
        with box_with() as mock_api:
            done = job(mock_api, lines_of(project, [*names, "TOOLONG"]), kaleyra_report=report)
            (result,) = done.results(TASK).values()
            assert result == {} if not report else outcomes(result) == {"TOOLONG": "rejected"}
            assert "Senders: 10001, of which 10000 created, 1 rejected" in done.stdout
            assert "MSG134" in done.stdout
            summary = done.artifacts["kaleyra_summary"]
            assert [row["sender"] for row in summary["failed"]] == ["TOOLONG"]
            assert summary["awaiting"] == awaiting


def test_8000_created_ones_still_survive(job, project):
    names = [f"C{number:05d}" for number in range(8000)]
    with box_with() as mock_api:
        (result,) = job(mock_api, lines_of(project, names)).results(TASK).values()
        assert outcomes(result) == dict.fromkeys(names, "created")


def test_a_result_that_is_too_long_would_be_lost(job, project):
    names = [f"C{number:05d}" for number in range(10_000)]
    with box_with(names) as mock_api:
        done = job(mock_api, lines_of(project, names), kaleyra_report="all")
        assert done.results(TASK) == {"kaleyra": {}}
        assert "Senders: 10000, of which 10000 present" in done.stdout


def test_each_node_of_a_workflow_tells_of_itself(job):
    """What a node leaves, the next one gets as extra variables, which win over all others."""
    with box_with() as mock_api:
        first = job(mock_api, {**INDIA, "kaleyra_senders": "ADPAI\nTOOLONG"})
        second = job(mock_api, {"kaleyra_senders": "ADPAI", "kaleyra_state": "absent"}, **first.artifacts)
        assert second.status == 0, second.stdout
        assert "Senders: 1, of which 1 deleted" in second.stdout
        summary = second.artifacts["kaleyra_summary"]
        assert (summary["totals"]["total"], summary["totals"]["deleted"]) == (1, 1)
        assert summary["failed"] == summary["accounts_failed"] == []


def test_what_a_person_pastes_is_read_line_by_line_and_never_as_a_template(job):
    pasted = 'ADPAI  \r\n\r\n  NO\r\n{{ 6 * 7 }}\r\n012345\r\nMy "Shop"\r\n'
    with box_with() as mock_api:
        done = job(mock_api, {"kaleyra_iso_code": "de", "kaleyra_senders": pasted, "kaleyra_description": "{% if %}"})
        assert done.status == 0, done.stdout
        assert mock_api.senders(SAMPLE_SID) == ["012345", "ADPAI", 'My "Shop"', "NO", "{{ 6 * 7 }}"]
        gone = job(mock_api, {"kaleyra_senders": pasted, "kaleyra_state": "absent"})
        assert gone.status == 0, gone.stdout
        assert mock_api.senders(SAMPLE_SID) == []


def test_an_empty_survey_is_told_what_it_lacks(job):
    with box_with() as mock_api:
        done = job(mock_api, {})
        assert done.status == 2
        assert "senders" in done.results("Fail for an account that did not get what was declared")["kaleyra"]["msg"]
        assert mock_api.requests == []


def test_a_report_on_a_job_that_left_no_summary_says_so(job):
    with box_with() as mock_api:
        done = job(mock_api, {}, playbook="report.yml")
        assert done.status == 2
        assert "The job before left no summary" in done.stdout
        assert "undefined" not in done.stdout


def test_the_schedule_of_the_guide_works(job):
    """It names the file and the state alone: the file says all that the API wants of a sender."""
    with box_with() as mock_api:
        for changed in (True, False):
            done = job(mock_api, {"kaleyra_src": "senders/orchid.csv", "kaleyra_state": "present"})
            assert done.status == 0, done.stdout
            (result,) = done.results(TASK).values()
            assert result["changed"] is changed
        assert mock_api.senders(SAMPLE_SID) == ["ABCF01", "ABCF99", "ADPAI"]


def test_the_key_is_in_no_output(job):
    with box_with() as mock_api:
        answers = {**INDIA, "kaleyra_senders": "ADPAI\nTOOLONG"}
        done = job(mock_api, answers, "-vvvvv", variables={"ANSIBLE_INJECT_INVOCATION": "true"})
        shown = done.stdout + str(done.events)
        assert SAMPLE_SID in shown
        assert SAMPLE_KEY not in shown
        summary = {"accounts_failed": [SAMPLE_KEY], "failed": [], "awaiting": {}}
        leak = job(mock_api, {}, playbook="report.yml", kaleyra_summary=summary)
        assert SAMPLE_KEY in leak.stdout, "the scan for the key would not find it"


def test_the_demo_runs_as_a_job(job):
    with box_with() as mock_api:
        done = job(mock_api, {}, playbook="demo.yml")
        assert done.status == 0, done.stdout
        assert "The demo worked" in done.stdout
        assert mock_api.requests == []
