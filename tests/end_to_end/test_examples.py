# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example of the documentation works as printed, except for addresses, keys and SIDs. It shows a wrong key.

The examples of a page run one after the other, in one folder, each with an account in which no sender exists.
"""

from __future__ import annotations

import itertools
import os
import pathlib
import re
import subprocess
import urllib.request

import pytest
import yaml
from ansible_collections.community.kaleyra.tests.awx.conftest import awx_collections, controller
from ansible_collections.community.kaleyra.tests.awx.job import environment
from ansible_collections.community.kaleyra.tests.end_to_end.code_blocks import CLONE, OUTPUT, blocks
from mock_api_server import MockApi

__all__ = ["awx_collections", "controller"]

BLOCKS = blocks()
PAGES = sorted({block.page for block in BLOCKS})
KEY = "{{ lookup('ansible.builtin.env', 'KALEYRA_API_KEY') }}"
VARIABLES = {
    **dict.fromkeys(["kaleyra_api_key", "vault_kaleyra_api_key_bank", "vault_kaleyra_api_key_shop"], KEY),
    "senders_in_use": [{"sender": "ADPAI", "iso_code": "us", "description": "testing"}],
    "senders_unused": ["JSONSEND"],
}
"""What readers have to define."""


class Shell:
    """Runs scripts in a folder with the files of the documentation. Only addresses of this machine can be reached."""

    def __init__(self, folder, collections, awx_collections, awx_url, mock_api_url):
        self.folder = folder
        self.mock_api_url = mock_api_url
        for program in ("programs/mail", "programs/podman", ".venv/bin/nox"):
            (folder / program).parent.mkdir(parents=True, exist_ok=True)
            (folder / program).symlink_to("/bin/true")
        (folder / "Makefile").symlink_to(CLONE / "Makefile")
        own = environment(folder, collections)
        self.environment = {
            **{name: value for name, value in own.items() if not re.match("TOWER|MAKE|PIP", name)},
            "PATH": f"{folder / 'programs'}{os.pathsep}{own['PATH']}",
            "HTTPS_PROXY": "http://127.0.0.1:9",
            "HTTP_PROXY": "http://127.0.0.1:9",
            "no_proxy": "127.0.0.1",
            "ANSIBLE_COLLECTIONS_PATH": f"{collections}{os.pathsep}{awx_collections}",
            "ANSIBLE_DUPLICATE_YAML_DICT_KEY": "ignore",  # an example appends a variable to a file that contains it
            "ANSIBLE_DEPRECATION_WARNINGS": "false",  # awx.awx 24.6.1 has some
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "CONTROLLER_HOST": awx_url,
            "CONTROLLER_OAUTH_TOKEN": "t0ken",
            "KALEYRA_API_URL": mock_api_url,
            "KALEYRA_SID": "HXXXXXXX071US",
            "MAKEFLAGS": "n",  # `make` prints its commands and runs nothing
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }

    def replace_addresses(self, text: str) -> str:
        """The text with the mock API's address for Kaleyra's, and this shell's variables for those that it exports."""
        exported = re.sub(r"\b((?:CONTROLLER|KALEYRA)_\w+)=\S+", r"\1=${\1}", text)
        return re.sub(r"https://api\.(\w+\.)?kaleyra\.io", self.mock_api_url, exported)

    def write_files(self, page: pathlib.Path) -> None:
        """Write the files that a page can name: its own blocks, those of other pages, and files of this clone."""
        text = "".join(block.text for block in BLOCKS if block.page == page)
        files = {"group_vars/all.yml": yaml.safe_dump(VARIABLES), ".kaleyra-vault-password": "secret"}
        for name in re.findall(r"[\w./-]+\.\w+", text):
            if (CLONE / name).is_file():
                files[name] = (CLONE / name).read_text(encoding="utf-8")
        for block in sorted(BLOCKS, key=lambda block: block.page != page):
            if block.name:
                files.setdefault(block.name, self.replace_addresses(block.text))
        for name in re.findall(r"[\w-]+\.csv", "".join([text, *files.values()])):
            files.setdefault(name, files["senders.csv"])
        for name, text in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text, encoding="utf-8")

    def run(self, script: str, key: str) -> subprocess.CompletedProcess[str]:
        """Run a script with this key for all accounts, and stop the mock APIs that it starts."""
        done = subprocess.run(
            ["bash", "-euxo", "pipefail", "-c", script],
            cwd=self.folder,
            env={**self.environment, "KALEYRA_API_KEY": key},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        for url in set(re.findall(r"http://127\.0\.0\.1:\d+/_mock/stop", done.stdout)):
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, data=b"").close()
        return done


def lines(output: str) -> set[str]:
    """The lines of an output, without the asterisks after the name of a task."""
    return {line.rstrip(" *") for line in output.splitlines()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_work_and_fail_with_wrong_key(tmp_path, collections, awx_collections, controller, page):
    with MockApi(any_sid=True) as mock_api:
        shell = Shell(tmp_path, collections, awx_collections, controller[1], mock_api.url)
        shell.write_files(page)
        for block, following in itertools.pairwise([*(block for block in BLOCKS if block.page == page), None]):
            if block.language in ("text", OUTPUT) and not block.is_list:
                continue
            script = block.script(tmp_path, shell.replace_addresses(block.text))
            mock_api.configure(clear_log=True)
            mock_api.accounts.clear()
            done = shell.run(script, "valid-key")
            assert done.returncode == 0, f"{block}\n{done.stdout}"
            assert "[WARNING]" not in done.stdout, f"{block}\n{done.stdout}"
            if following and following.language == OUTPUT:
                assert lines(following.text) <= lines(done.stdout), f"{following}\n{done.stdout}"
            assert mock_api.requests or block.language == "console"
            if mock_api.requests:
                done = shell.run(script, "wrong-key")
                assert done.returncode, f"{block} hides a wrong key:\n{done.stdout}"
                assert "RBC001" in done.stdout
