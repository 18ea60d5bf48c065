# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-builder finds what the module needs, and makes a build context of the definition."""

from __future__ import annotations

import subprocess
import sys

import yaml
from ansible_collections.community.kaleyra.tests.awx.conftest import CLONE


def builder(*options):
    command = [sys.executable, "-m", "ansible_builder", *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_introspect_finds_requests(collections):
    found = yaml.safe_load(builder("introspect", "--sanitize", collections))
    assert [entry.split("#")[0].split(">")[0].strip() for entry in found["python"]] == ["requests"]
    assert found["system"] == []


def test_create_makes_a_build_context(tmp_path):
    builder(
        "create",
        "--file",
        CLONE / "execution-environment.yml",
        "--context",
        tmp_path,
        "--output-filename",
        "Containerfile",
    )
    (collection,) = yaml.safe_load((tmp_path / "_build/requirements.yml").read_text(encoding="utf-8"))["collections"]
    assert collection["name"] == "community.kaleyra"
    assert "ansible-core>=2.16" in (tmp_path / "Containerfile").read_text(encoding="utf-8")


def test_the_definition_installs_this_version():
    version = yaml.safe_load((CLONE / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    definition = yaml.safe_load((CLONE / "execution-environment.yml").read_text(encoding="utf-8"))
    assert definition["version"] == 3
    (collection,) = definition["dependencies"]["galaxy"]["collections"]
    major = int(version.split(".")[0])
    assert collection["version"] == f">={major}.0.0,<{major + 1}.0.0"
