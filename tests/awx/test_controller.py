# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`playbooks/awx.yml` sets up a controller, and running it again changes nothing."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from ansible_collections.community.kaleyra.tests.awx.awx_rules import survey_faults, survey_variables
from ansible_collections.community.kaleyra.tests.awx.conftest import CLONE

KEY = "Axxxxxxxxxxxxxxxxxxxxxxxxxxxx3"
PROJECT = "https://git.example.com/kaleyra.git"
RRULE = "DTSTART;TZID=Asia/Kolkata:20260101T030000 RRULE:FREQ=DAILY;INTERVAL=1"
PLAYBOOK = "community.kaleyra.awx"


@pytest.fixture
def survey():
    return yaml.safe_load((CLONE / "playbooks/files/awx/survey.yml").read_text(encoding="utf-8"))


@pytest.fixture
def set_up(run, controller, collections, awx_collections):
    """A function that runs the playbook against the controller with extra variables and options."""
    _awx, url = controller
    variables = {
        "ANSIBLE_COLLECTIONS_PATH": f"{collections}:{awx_collections}",
        "ANSIBLE_INJECT_INVOCATION": "true",
        "CONTROLLER_HOST": url,
        "CONTROLLER_OAUTH_TOKEN": "t0ken",
        "KALEYRA_SID": "HXXXXXXX071US",
        "KALEYRA_API_KEY": KEY,
    }

    def _set_up(*options, environment=None, **extra):
        return run(
            ["ansible-playbook", PLAYBOOK, "-e", json.dumps({"kaleyra_awx_project_url": PROJECT, **extra}), *options],
            **variables | (environment or {}),
        )

    return _set_up


def changed(done):
    """How many tasks a run reports as changed."""
    assert done.returncode == 0, done.stdout + done.stderr
    (count,) = re.findall(r"changed=(\d+)", done.stdout)
    return int(count)


def test_its_syntax_holds_with_the_real_collection(run, collections, awx_collections):
    path = f"{collections}:{awx_collections}"
    done = run(["ansible-playbook", "--syntax-check", PLAYBOOK], ANSIBLE_COLLECTIONS_PATH=path)
    assert done.returncode == 0, done.stderr


def test_it_sets_up_a_controller_and_a_second_run_changes_nothing(set_up, controller, survey):
    awx, _url = controller
    wanted = {
        "kaleyra_awx_image": "registry.example.com/ee:1",
        "kaleyra_awx_api_url": "https://api.in.kaleyra.io",
        "kaleyra_awx_rrule": RRULE,
        "kaleyra_awx_src": "senders/orchid.csv",
    }
    first = set_up("-vvvvv", **wanted)
    assert changed(first) == 8
    check_what_it_sets_up(awx, survey)
    check_the_schedule(awx)
    assert "HXXXXXXX071US" in first.stdout
    assert KEY not in first.stdout + first.stderr
    awx.writes.clear()
    assert changed(set_up(**wanted)) == 0
    assert changed(set_up("--check", **wanted, kaleyra_awx_project_branch="next")) == 1
    assert awx.writes == []
    assert changed(set_up(**wanted, kaleyra_awx_project_branch="next")) == 1
    assert awx.writes == ["projects Kaleyra senders"]


def check_what_it_sets_up(awx, survey):
    canonical = yaml.safe_load((CLONE / "playbooks/files/awx/credential_type.yml").read_text(encoding="utf-8"))
    credential_type = awx.one("credential_types", "Kaleyra")
    assert {key: credential_type[key] for key in canonical} == canonical
    credential = awx.one("credentials", "Kaleyra senders")
    assert credential["credential_type"] == credential_type["id"]
    assert credential["inputs"] == {"sid": "HXXXXXXX071US", "api_key": KEY, "api_url": "https://api.in.kaleyra.io"}
    environment = awx.one("execution_environments", "Kaleyra senders")
    assert environment["image"] == "registry.example.com/ee:1"
    project = awx.one("projects", "Kaleyra senders")
    assert (project["scm_type"], project["scm_url"], project["scm_branch"]) == ("git", PROJECT, "")
    inventory = awx.one("inventories", "Kaleyra senders")
    assert awx.one("hosts", "kaleyra")["inventory"] == inventory["id"]
    for name, job_type, diff in (("Kaleyra senders", "run", False), ("Kaleyra senders: preview", "check", True)):
        template = awx.one("job_templates", name)
        assert (template["job_type"], template["diff_mode"], template["survey_enabled"]) == (job_type, diff, True)
        assert (template["playbook"], template["project"], template["inventory"]) == (
            "senders.yml",
            project["id"],
            inventory["id"],
        )
        assert template["execution_environment"] == environment["id"]
        assert awx.associated["job_templates", template["id"], "credentials"] == [credential["id"]]
        assert awx.surveys[template["id"]] == survey


def check_the_schedule(awx):
    schedule = awx.one("schedules", "Kaleyra senders: senders/orchid.csv")
    assert schedule["unified_job_template"] == awx.one("job_templates", "Kaleyra senders")["id"]
    assert schedule["rrule"] == RRULE
    assert schedule["extra_data"] == {"kaleyra_src": "senders/orchid.csv", "kaleyra_state": "present"}


@pytest.mark.parametrize("core", ["newest"], indirect=True)
def test_a_new_key_is_written_when_told_so(set_up, controller):
    awx, _url = controller
    new = {"KALEYRA_API_KEY": KEY.replace("3", "4")}
    assert changed(set_up()) > 0
    assert changed(set_up(environment=new)) == 0, "AWX shows no key, so that a new one is not told from the old one"
    assert awx.one("credentials", "Kaleyra senders")["inputs"]["api_key"] == KEY
    assert changed(set_up(environment=new, kaleyra_awx_new_key="true")) == 1
    assert awx.one("credentials", "Kaleyra senders")["inputs"]["api_key"] == new["KALEYRA_API_KEY"]


@pytest.mark.parametrize("core", ["newest"], indirect=True)
def test_it_finds_the_api_behind_a_gateway(set_up, controller):
    awx, _url = controller
    awx.root = "/api/controller/"
    gateway = {"CONTROLLER_OPTIONAL_API_URLPATTERN_PREFIX": awx.root}
    assert set_up().returncode == 2
    assert awx.writes == []
    wanted = {"kaleyra_awx_rrule": RRULE, "kaleyra_awx_src": "senders/orchid.csv"}
    assert changed(set_up(environment=gateway, **wanted)) == 7
    assert changed(set_up(environment=gateway, **wanted)) == 0


def test_without_an_image_awx_needs_a_galaxy_credential(set_up, controller):
    awx, _url = controller
    (organization,) = awx.objects["organizations"]
    awx.associated["organizations", organization, "galaxy_credentials"].clear()
    done = set_up()
    assert done.returncode == 2
    assert "has no Galaxy credential" in done.stdout
    assert awx.writes == []


def test_what_is_missing_is_told_before_anything_is_written(set_up, controller):
    awx, _url = controller
    done = set_up("-vvvvv", kaleyra_awx_project_url="", unrelated=KEY)
    assert done.returncode == 2
    assert KEY in done.stdout + done.stderr, "the scan for the key would not find it"
    assert "Set kaleyra_awx_project_url" in done.stdout
    assert awx.writes == []


def test_a_schedule_wants_a_file(set_up, controller):
    awx, _url = controller
    done = set_up(kaleyra_awx_rrule=RRULE)
    assert done.returncode == 2
    assert "Set kaleyra_awx_src, too" in done.stdout
    assert awx.writes == []


def test_awx_accepts_the_survey(survey):
    assert survey_faults(survey) == []


@pytest.mark.parametrize("spoil", [{"type": "list"}, {"default": 3}, {"max": "9"}, {"variable": "kaleyra_state"}])
def test_a_wrong_survey_would_be_noticed(survey, spoil):
    survey["spec"][0].update(spoil)
    assert survey_faults(survey)


def test_the_survey_asks_for_what_the_playbook_reads(survey):
    playbook = (CLONE / "playbooks/senders.yml").read_text(encoding="utf-8")
    asked = survey_variables(survey, {"kaleyra_senders": "ADPAI\nABCF01"})
    assert asked["kaleyra_state"] == "present"
    assert [name for name in asked if name not in playbook] == []
