# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-builder finds what the collection needs, and creates a build context of its definition."""

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


def test_creates_a_build_context_with_this_major_version(tmp_path):
    builder("create", "--file", CLONE / "execution-environment.yml", "--context", tmp_path)
    (collection,) = yaml.safe_load((tmp_path / "_build/requirements.yml").read_text(encoding="utf-8"))["collections"]
    major = int(yaml.safe_load((CLONE / "galaxy.yml").read_text(encoding="utf-8"))["version"].split(".")[0])
    assert collection == {"name": "community.kaleyra", "version": f">={major}.0.0,<{major + 1}.0.0"}
