# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The credential type keeps AWX's rules, its forms do not drift, and it gives the module the variables that this reads."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
import yaml
from ansible_collections.community.kaleyra.tests.awx.awx_rules import (
    credential_faults,
    credential_type_faults,
    injected_environment,
)
from ansible_collections.community.kaleyra.tools import awx_credential_type as generator

FIELDS = {"sid": "HXXXXXXX071US", "api_key": "Axxxxxxxxxxxxxxxxxxxxxxxxxxxx3"}


@pytest.fixture
def credential_type() -> Any:
    return yaml.safe_load(generator.CANONICAL.read_text(encoding="utf-8"))


def test_awx_accepts_the_type(credential_type):
    assert credential_type_faults(credential_type) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("kind", "vault"),
        ("inputs.fields.0.type", "password"),
        ("inputs.fields.0.placeholder", "HX"),
        ("inputs.fields.0.id", "api_key"),
        ("inputs.fields.0.id", "tower"),
        ("inputs.fields.1.type", "boolean"),
        ("inputs.metadata", []),
        ("injectors.env.ANSIBLE_KALEYRA", "x"),
        ("injectors.env.PATH", "x"),
        ("injectors.env.KALEYRA_SID", "{{ account }}"),
        ("injectors.env.KALEYRA_SID", "{{ sid"),
        ("injectors.environment", {}),
    ],
)
def test_a_wrong_type_would_be_noticed(credential_type, place, value):
    *path, last = place.split(".")
    target = wrong = copy.deepcopy(credential_type)
    for name in path:
        target = target[int(name)] if isinstance(target, list) else target[name]
    target[last] = value
    assert credential_type_faults(wrong)


def test_the_key_is_the_only_secret_and_the_url_is_optional(credential_type):
    inputs = credential_type["inputs"]
    assert [field["id"] for field in inputs["fields"]] == ["sid", "api_key", "api_url"]
    assert [field["id"] for field in inputs["fields"] if field.get("secret")] == ["api_key"]
    assert credential_faults(credential_type, FIELDS) == []
    assert credential_faults(credential_type, {**FIELDS, "api_url": ""}) == []
    assert credential_faults(credential_type, {"sid": "HX1"}) == ["no api_key"]


def test_the_help_names_the_hosts_that_the_vendor_prints(credential_type):
    (help_text,) = [field["help_text"] for field in credential_type["inputs"]["fields"] if field["id"] == "api_url"]
    assert set(re.findall(r"https://[\w.]+\w", help_text)) == {
        f"https://api.{place}kaleyra.io" for place in ("", "in.", "ap.", "eu.")
    }


def test_it_sets_the_variables_that_the_module_reads(credential_type):
    documented = (generator.CLONE / "plugins/doc_fragments/account.py").read_text(encoding="utf-8")
    assert set(injected_environment(credential_type, FIELDS)) == set(re.findall(r"E\((KALEYRA_\w+)\)", documented))


def test_an_input_left_empty_sets_an_empty_variable(credential_type):
    assert injected_environment(credential_type, FIELDS) == {
        "KALEYRA_SID": FIELDS["sid"],
        "KALEYRA_API_KEY": FIELDS["api_key"],
        "KALEYRA_API_URL": "",
    }


def test_no_form_has_drifted():
    for path, text in generator.forms().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run `make forms`"


def test_drift_would_be_noticed(credential_type):
    guide = generator.GUIDE.read_text(encoding="utf-8")
    credential_type["inputs"]["fields"][0]["label"] = "Account SID"
    assert generator.in_guide(guide, credential_type) != guide
    assert generator.import_form(credential_type) != generator.IMPORT.read_text(encoding="utf-8")


def test_the_guides_blocks_are_what_the_type_says(credential_type):
    guide = generator.GUIDE.read_text(encoding="utf-8")
    for mock_api in ("inputs", "injectors"):
        (block,) = re.findall(
            rf"\.\. BEGIN {mock_api}.*?code-block:: yaml\n\n(.*?)\n\.\. END {mock_api}", guide, re.DOTALL
        )
        assert yaml.safe_load(block) == credential_type[mock_api]


def test_awx_import_takes_its_form(controller, credential_type, tmp_path):
    awx, url = controller
    command = [sys.executable, "-W", "ignore", "-c", "from awxkit.cli import run; run()", "import"]
    variables = {
        "CONTROLLER_HOST": url,
        "CONTROLLER_OAUTH_TOKEN": "t0ken",
        "HOME": str(tmp_path),
        "no_proxy": "127.0.0.1",
    }
    for _run in range(2):
        done = subprocess.run(
            command,
            input=generator.IMPORT.read_text(encoding="utf-8"),
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        stored = awx.one("credential_types", "Kaleyra")
        assert {key: stored[key] for key in credential_type} == credential_type
    assert json.loads(generator.IMPORT.read_text(encoding="utf-8"))["credential_types"][0]["natural_key"] == {
        "type": "credential_type",
        "name": "Kaleyra",
        "kind": "cloud",
    }
