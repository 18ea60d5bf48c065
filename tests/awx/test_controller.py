# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`playbooks/awx.yml` sets up a controller for each organization. Another run keeps what people have added."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from ansible_collections.community.kaleyra.plugins.doc_fragments.account import ModuleDocFragment
from ansible_collections.community.kaleyra.tests.awx.conftest import CLONE

KEY = "Axxxxxxxxxxxxxxxxxxxxxxxxxxxx3"
PROJECT = "https://git.example.com/kaleyra.git"
RRULE = "DTSTART;TZID=Asia/Kolkata:20260101T030000 RRULE:FREQ=DAILY;INTERVAL=1"
SCHEDULE = {"kaleyra_awx_rrule": RRULE, "kaleyra_awx_src": "senders/orchid.csv"}
INDIA = "https://api.in.kaleyra.io"
IMAGE = {"kaleyra_awx_image": "registry.example.com/ee:1"}


def read(name):
    return yaml.safe_load((CLONE / "playbooks/files/awx" / name).read_text(encoding="utf-8"))


@pytest.fixture
def set_up(run, controller, collections, awx_collections):
    """A function that runs the playbook with extra variables, and returns the number of changes."""
    _awx, url = controller
    variables = {
        "ANSIBLE_COLLECTIONS_PATH": f"{collections}:{awx_collections}",
        "CONTROLLER_HOST": url,
        "CONTROLLER_OAUTH_TOKEN": "t0ken",
        "KALEYRA_SID": "HXXXXXXX071US",
        "KALEYRA_API_KEY": KEY,
        "ANSIBLE_INJECT_INVOCATION": "true",
    }

    def _set_up(*options, error="", environment=None, **extra):
        extra = {"kaleyra_awx_project_url": PROJECT, **extra}
        command = ["ansible-playbook", "community.kaleyra.awx", "-e", json.dumps(extra), *options]
        given = {**variables, **(environment or {})}
        done = run(command, **given)
        assert given["KALEYRA_API_KEY"] not in done.stdout + done.stderr
        assert error in done.stdout
        assert (done.returncode != 0) is bool(error), done.stdout + done.stderr
        return int(re.findall(r"changed=(\d+)", done.stdout)[0])

    return _set_up


def check(awx, organization):
    """Everything belongs to the organization, and refers to objects of the organization."""
    credential = awx.named("credentials", "Kaleyra senders: account", organization)
    assert credential["inputs"] == {"sid": "HXXXXXXX071US", "api_key": KEY}
    environment = awx.named("execution_environments", f"Kaleyra senders: {organization}", organization)
    project = awx.named("projects", "Kaleyra senders: project", organization)
    assert project["default_environment"] == environment["id"]
    inventory = awx.named("inventories", "Kaleyra senders: inventory", organization)
    assert [host["inventory"] for host in awx.objects["hosts"].values()].count(inventory["id"]) == 1
    for name, job_type in (("Kaleyra senders", "run"), ("Kaleyra senders: preview", "check")):
        template = awx.named("job_templates", name, organization)
        assert (template["job_type"], template["survey_enabled"]) == (job_type, True)
        assert (template["project"], template["inventory"]) == (project["id"], inventory["id"])
        assert awx.associated["job_templates", template["id"], "credentials"] == [credential["id"]]
        assert awx.surveys[template["id"]] == read("survey.yml")
    scheduled = {item["unified_job_template"]: item["extra_data"] for item in awx.objects["schedules"].values()}
    extra = scheduled[awx.named("job_templates", "Kaleyra senders", organization)["id"]]
    assert extra == {"kaleyra_src": "senders/orchid.csv", "kaleyra_state": "present"}


def test_sets_up_two_organizations_and_changes_nothing_again(set_up, controller):
    awx, _url = controller
    wanted = {**SCHEDULE, **IMAGE}
    assert set_up("-vvvvv", **wanted) == 8
    assert set_up(**wanted, kaleyra_awx_organization="Other") == 7, "all but the credential type"
    for organization in ("Default", "Other"):
        check(awx, organization)
    awx.writes.clear()
    assert set_up(**wanted, kaleyra_awx_organization="Other") == 0
    assert set_up("--check", **wanted, kaleyra_awx_project_branch="next") == 1
    assert awx.writes == []


def test_another_run_keeps_what_people_have_added(set_up, controller):
    awx, _url = controller
    set_up(environment={"KALEYRA_API_URL": INDIA}, **SCHEDULE, **IMAGE, kaleyra_awx_project_branch="next")
    for kind in ("credential_types", "credentials", "inventories", "hosts", "job_templates", "schedules", "projects"):
        for item in awx.objects[kind].values():
            item["description"] = "Ask Ann"
    credential_type = awx.named("credential_types", "Kaleyra")
    credential_type["inputs"]["fields"].append({"id": "team", "type": "string"})  # AWX rejects changes of used inputs
    vault = awx.store("credentials", {"name": "Vault", "credential_type": credential_type["id"], "inputs": {}})
    for numbers in awx.associated.values():
        numbers.append(vault["id"])
    for survey in awx.surveys.values():
        survey["spec"].append({"question_name": "Ticket", "variable": "ticket", "type": "text"})
    awx.writes.clear()
    assert set_up() == 0
    assert awx.writes == []


def test_another_run_sets_what_its_variables_contain(set_up, controller):
    awx, _url = controller
    set_up(**SCHEDULE, **IMAGE)
    changed = {
        "kaleyra_awx_project_url": f"{PROJECT}2",
        "kaleyra_awx_image": "registry.example.com/ee:2",
        "kaleyra_awx_rrule": RRULE.replace("DAILY", "WEEKLY"),
        "kaleyra_awx_src": "senders/orchid.csv",
    }
    assert set_up(**changed) == 3
    assert awx.named("projects", "Kaleyra senders: project")["scm_url"] == f"{PROJECT}2"
    assert set_up(**changed | {"kaleyra_awx_src": "senders/lotus.csv"}) == 1
    sources = [item["extra_data"]["kaleyra_src"] for item in awx.objects["schedules"].values()]
    assert sources == ["senders/orchid.csv", "senders/lotus.csv"]


def test_another_run_changes_the_url_and_on_request_the_key(set_up, controller):
    awx, _url = controller
    new = {"KALEYRA_API_KEY": KEY.replace("3", "4")}

    def stored():
        return awx.named("credentials", "Kaleyra senders: account")["inputs"]

    set_up()
    assert set_up(environment={**new, "KALEYRA_API_URL": INDIA}) == 1
    assert stored() == {"sid": "HXXXXXXX071US", "api_key": KEY, "api_url": INDIA}
    assert set_up(environment=new, kaleyra_awx_new_key="true") == 1
    assert stored() == {"sid": "HXXXXXXX071US", "api_key": new["KALEYRA_API_KEY"], "api_url": INDIA}


def test_another_account_needs_another_name(set_up, controller):
    awx, _url = controller
    other = {"KALEYRA_SID": "HXXXXXXX072US"}
    set_up()
    awx.writes.clear()
    set_up(environment=other, error="set kaleyra_awx_name")
    assert awx.writes == []


def test_check_mode_of_a_first_run_says_why_it_shows_nothing(set_up, controller):
    awx, _url = controller
    set_up("--check", error="--check requires")
    assert awx.writes == []


@pytest.mark.parametrize(
    ("extra", "error"),
    [
        ({"kaleyra_awx_project_url": ""}, "Set kaleyra_awx_project_url"),
        ({"kaleyra_awx_rrule": RRULE}, "Set kaleyra_awx_src"),
        ({}, "has no Galaxy credential"),
    ],
)
def test_missing_variables_are_errors_before_any_change(set_up, controller, extra, error):
    awx, _url = controller
    for numbers in awx.associated.values():
        numbers.clear()
    set_up(error=error, **extra)
    assert awx.writes == []


def test_the_credential_type_sets_the_variables_that_the_module_reads():
    credential_type = read("credential_type.yml")
    assert [field["id"] for field in credential_type["inputs"]["fields"] if field.get("secret")] == ["api_key"]
    documented = set(re.findall(r"E\((KALEYRA_\w+)\)", ModuleDocFragment.DOCUMENTATION))
    assert set(credential_type["injectors"]["env"]) == documented


def test_the_survey_asks_for_variables_of_the_role():
    specs = yaml.safe_load((CLONE / "roles/senders/meta/argument_specs.yml").read_text(encoding="utf-8"))
    (entry_point,) = specs["argument_specs"].values()
    asked = {question["variable"] for question in read("survey.yml")["spec"]}
    assert asked <= set(entry_point["options"])
