# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role has a documented variable for every option of the module, and passes it on."""

from __future__ import annotations

import pathlib
import re

import yaml
from ansible_collections.community.kaleyra.plugins.module_utils._response import FAILED
from ansible_collections.community.kaleyra.plugins.modules import kaleyra_sender

ROLE = pathlib.Path(__file__).resolve().parents[2] / "roles" / "senders"


def read(path):
    return yaml.safe_load((ROLE / path).read_text(encoding="utf-8"))


def test_every_option_is_a_variable():
    options = {f"kaleyra_{name}": spec for name, spec in kaleyra_sender.argument_spec().items()}
    (documented,) = read("meta/argument_specs.yml")["argument_specs"].values()
    assert read("defaults/main.yml") == dict.fromkeys(options, "")
    for keyword in ("type", "choices", "no_log"):
        assert {name: spec.get(keyword) for name, spec in documented["options"].items()} == {
            name: spec.get(keyword) for name, spec in options.items()
        }
    (block,) = (task["block"] for task in read("tasks/main.yml"))
    passed = block[0]["community.kaleyra.kaleyra_sender"]
    assert {f"kaleyra_{name}" for name in passed} == set(options)
    for name, value in passed.items():
        assert set(re.findall(r"\bkaleyra_\w+", value)) == {f"kaleyra_{name}"}
        default = documented["options"][f"kaleyra_{name}"].get("default")
        assert f"{{{{ {repr(default) if default else 'omit'} if " in value


def test_every_outcome_that_is_a_failure_fails_the_account():
    (block,) = read("tasks/main.yml")
    assert set(re.findall(r"_kaleyra_counts\.(\w+)", block["vars"]["_kaleyra_failed"])) == FAILED
