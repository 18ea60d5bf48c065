# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role has a documented variable for every option of the module, and passes it on."""

from __future__ import annotations

import pathlib
import re

import yaml
from ansible_collections.community.kaleyra.plugins.doc_fragments.account import ModuleDocFragment
from ansible_collections.community.kaleyra.plugins.modules import kaleyra_sender

ROLE = pathlib.Path(__file__).resolve().parents[2] / "roles" / "senders"


def read(path):
    return yaml.safe_load((ROLE / path).read_text(encoding="utf-8"))


def test_every_option_is_a_variable():
    pages = (kaleyra_sender.DOCUMENTATION, ModuleDocFragment.DOCUMENTATION)
    variables = {f"kaleyra_{name}" for page in pages for name in yaml.safe_load(page)["options"]}
    documented = read("meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    assert set(documented) == set(read("defaults/main.yml")) == variables
    (block,) = [task["block"] for task in read("tasks/main.yml") if "block" in task]
    (passed,) = [task["community.kaleyra.kaleyra_sender"] for task in block if "register" in task]
    assert {f"kaleyra_{name}" for name in passed} == variables
    for name, value in passed.items():
        assert set(re.findall(r"\bkaleyra_\w+", value)) == {f"kaleyra_{name}"} - {"kaleyra_src"}
