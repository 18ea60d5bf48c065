# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands in the README of the example project work as printed, except for Kaleyra's address."""

from __future__ import annotations

import re

from ansible_collections.community.kaleyra.tests.awx.conftest import VAULT_PASSWORD
from mock_api_server import MockApi


def test_commands_of_the_readme_work(run, project, tmp_path):
    """What a command asks for comes from its standard input. The collection is installed already."""
    encrypt, install_and_run = re.findall(
        "```console\n(.*?)\n```", (project / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    (tmp_path / "password").write_text(VAULT_PASSWORD, encoding="utf-8")
    variables = {"ANSIBLE_VAULT_PASSWORD_FILE": str(tmp_path / "password")}
    encrypted = run(["bash", "-c", f"{encrypt} <<< A1"], **variables)
    assert encrypted.stdout.startswith("kaleyra_api_key: !vault |\n"), encrypted.stderr
    with MockApi(any_sid=True) as api:
        script = f"cd {project}\n{install_and_run} -e kaleyra_api_url={api.url} <<< {VAULT_PASSWORD}"
        done = run(["setsid", "--wait", "bash", "-ec", script])
        assert done.returncode == 0, done.stdout + done.stderr
        assert api.senders("HXXXXXXX071US") == ["ABCF01", "ABCF99", "ADPAI"]
