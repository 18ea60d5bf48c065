# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job template "Kaleyra senders" as AWX runs it, with answers of its survey."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.community.kaleyra.tests.awx.conftest import CLONE
from ansible_collections.community.kaleyra.tests.awx.job import run_job
from ansible_collections.community.kaleyra.tests.end_to_end.code_blocks import blocks
from mock_api_server import MockApi
from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID, WRONG_FORMAT

TASK = "Create or delete the senders"
INDIA = {"kaleyra_iso_code": "in", "kaleyra_entity_id": '"1201159123456789012"'}
US = {"kaleyra_iso_code": "us"}


@pytest.fixture
def api():
    with MockApi(accounts={SAMPLE_SID: {"key": SAMPLE_KEY, "senders": []}}) as api:
        yield api


@pytest.fixture
def job(collections, project, tmp_path, api):
    """A function that runs the job template with answers, options of ansible-playbook and extra variables."""
    survey = yaml.safe_load((CLONE / "playbooks/files/awx/survey.yml").read_text(encoding="utf-8"))["spec"]
    credential = {"KALEYRA_SID": SAMPLE_SID, "KALEYRA_API_KEY": SAMPLE_KEY, "KALEYRA_API_URL": api.url}

    def _job(answers, *options, playbook="senders.yml", variables=None, **extra_vars):
        folder = tmp_path / f"job{len(list(tmp_path.glob('job*')))}"
        folder.mkdir()
        given = {question["variable"]: question["default"] for question in survey} | answers
        return run_job(
            folder,
            collections,
            project,
            playbook,
            {"kaleyra": {"ansible_connection": "local"}},
            {**extra_vars, **given},
            {**credential, **(variables or {})},
            options,
        )

    return _job


def test_creates_a_pasted_list_and_changes_nothing_again(job, api):
    for changed in (True, False):
        done = job({**INDIA, "kaleyra_senders": "ADPAI\r\nABCF01, TESTET\n"})
        assert done.status == 0, done.stdout
        assert done.results(TASK)["kaleyra"]["changed"] is changed
    assert api.senders(SAMPLE_SID) == ["ABCF01", "ADPAI", "TESTET"]
    assert job({"kaleyra_senders": "ADPAI\nTESTET", "kaleyra_state": "absent"}).status == 0
    assert api.senders(SAMPLE_SID) == ["ABCF01"]


@pytest.mark.parametrize("answer", ["007123", "no", "1.5"])
def test_an_unquoted_answer_is_used_unchanged_or_rejected(job, api, answer):
    done = job({**US, "kaleyra_senders": answer})
    if done.status:
        assert "quotes" in done.artifacts["kaleyra_summary"]["kaleyra"]["message"]
    assert api.senders(SAMPLE_SID) == ([] if done.status else [answer])


def test_quoted_answers_are_used_unchanged(job, api):
    done = job({"kaleyra_iso_code": '"no"', "kaleyra_senders": '"007123"'})
    assert done.status == 0, done.stdout
    done = job({"kaleyra_iso_code": '"no"', "kaleyra_senders": '"NO"\n012345\n', "kaleyra_description": "{% if %}"})
    assert done.status == 0, done.stdout
    assert api.senders(SAMPLE_SID) == ["007123", "012345", "NO"]


@pytest.mark.parametrize(
    ("answers", "hint"),
    [
        ({}, "senders and src"),
        ({"kaleyra_senders": '[{"sender": "A"}]'}, "senders"),
        ({"kaleyra_src": "senders/nowhere.csv"}, "senders/nowhere.csv"),
    ],
)
def test_wrong_answers_are_errors_that_name_the_option(job, api, answers, hint):
    done = job({**US, **answers})
    assert done.status == 2
    assert hint in done.artifacts["kaleyra_summary"]["kaleyra"]["message"]
    assert hint in done.page
    assert api.requests == []


def test_a_preview_sends_nothing_and_does_not_claim_to_create(job, api):
    done = job({**US, "kaleyra_senders": "ADPAI\nABCF01"}, "--check")
    assert done.status == 0, done.stdout
    assert "2 would be sent" in done.page
    assert "2 created" not in done.page
    assert api.requests == []


def test_the_page_shows_counts_and_failures_of_a_long_list(job, api, project):
    names = [f"B{number:05d}" for number in range(5000)]
    api.configure(accounts={SAMPLE_SID: {"senders": names[:3000]}})
    (project / "senders" / "all.csv").write_text("\n".join(["sender", *names, "TOOLONG", ""]), encoding="utf-8")
    done = job({**INDIA, "kaleyra_src": "senders/all.csv"})
    assert done.status == 2
    assert "2000 created, 3000 present, 1 rejected" in done.page
    assert f"TOOLONG rejected: MSG134 {WRONG_FORMAT}" in done.page
    assert len(done.stdout.splitlines()) < 80
    assert [row["sender"] for row in done.results(TASK)["kaleyra"]["senders"]] == [*names[3000:], "TOOLONG"]
    assert done.artifacts["kaleyra_summary"]["kaleyra"]["senders"]["created"] == 2000


def test_a_long_first_run_keeps_its_counts(job, project):
    """AWX stores no result of 10,000 created senders."""
    names = [f"C{number:05d}" for number in range(10_000)]
    (project / "senders" / "all.csv").write_text("\n".join(["sender", *names, ""]), encoding="utf-8")
    done = job({**INDIA, "kaleyra_src": "senders/all.csv"})
    assert done.results(TASK)["kaleyra"] == {}
    assert "10000 created" in done.page
    assert done.artifacts["kaleyra_summary"]["kaleyra"]["senders"]["created"] == 10_000


def test_a_wrong_key_is_the_reason_in_the_report(job):
    done = job({**US, "kaleyra_senders": "ADPAI\nABCF01"}, variables={"KALEYRA_API_KEY": "WRONG"})
    assert done.status == 2
    assert "RBC001" in done.artifacts["kaleyra_summary"]["kaleyra"]["message"]
    report = job({}, playbook="report.yml", **done.artifacts)
    assert report.status == 2
    assert "RBC001" in report.page


def test_the_report_is_about_the_previous_job(job):
    first = job({**US, "kaleyra_senders": "ADPAI\n007123\nTOOLONGANYWHERE"})
    report = job({}, playbook="report.yml", **first.artifacts)
    assert report.status == 2
    for text in ("TOOLONGANYWHERE rejected", "1 accounts, of which 1 failed"):
        assert text in report.page
    # The summary of the first job is an extra variable of the second one.
    second = job({"kaleyra_senders": "ADPAI", "kaleyra_state": "absent"}, **first.artifacts)
    assert second.status == 0, second.stdout
    assert second.artifacts["kaleyra_summary"]["kaleyra"]["senders"]["deleted"] == 1
    assert job({}, playbook="report.yml", **second.artifacts).status == 0
    without = job({}, playbook="report.yml")
    assert without.status == 2
    assert "undefined" not in without.stdout


def test_the_steps_of_the_guide_print_its_samples(job):
    answers, *samples = (block.text for block in blocks() if (block.page.stem, block.language) == ("guide_awx", "text"))
    survey = yaml.safe_load((CLONE / "playbooks/files/awx/survey.yml").read_text(encoding="utf-8"))["spec"]
    variables = {question["question_name"]: question["variable"] for question in survey}
    given = {variables[name]: answer for name, answer in (line.split(": ") for line in answers.splitlines())}
    more = {**given, "kaleyra_senders": f"{given['kaleyra_senders']}, ABCF992"}
    done = [job(given, "--check"), job(given), job(more)]
    for sample, page in zip(samples, [step.page for step in done], strict=True):
        assert " ".join(sample.split()) in page
