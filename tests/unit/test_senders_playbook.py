# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`playbooks/senders.yml` hands every option of the module on, from a variable of the option's name."""

from __future__ import annotations

import pathlib

import yaml
from ansible_collections.community.kaleyra.plugins.doc_fragments.account import ModuleDocFragment
from ansible_collections.community.kaleyra.plugins.modules import kaleyra_sender

PLAYBOOK = pathlib.Path(__file__).resolve().parents[2] / "playbooks" / "senders.yml"


def test_every_option_is_a_variable():
    (play,) = yaml.safe_load(PLAYBOOK.read_text(encoding="utf-8"))
    (given,) = [task["community.kaleyra.kaleyra_sender"] for task in play["tasks"] if "register" in task]
    pages = (kaleyra_sender.DOCUMENTATION, ModuleDocFragment.DOCUMENTATION)
    options = {name for page in pages for name in yaml.safe_load(page)["options"]}
    assert {name for name, text in given.items() if f"'kaleyra_{name}' " in text} == options
