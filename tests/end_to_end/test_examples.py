# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example of the documentation works as printed, except for addresses, keys and SIDs. It shows a wrong key."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import urllib.request

import pytest
from ansible_collections.community.kaleyra.tests.awx.conftest import awx_collections, controller
from ansible_collections.community.kaleyra.tests.end_to_end.code_blocks import CLONE, Block, blocks
from ansible_collections.community.kaleyra.tests.end_to_end.jobs import environment
from mock_api_server import MockApi

__all__ = ["awx_collections", "controller"]

BLOCKS = blocks()
EXAMPLES = {
    f"{block.page.relative_to(CLONE)}:{block.line}": block
    for block in BLOCKS
    if block.is_list or block.language != "text"
}
SENDERS = [{"sender": "ADPAI", "iso_code": "us", "description": "testing"}]


class Shell:
    """Runs scripts in a folder with the files of the documentation. Only addresses of this machine can be reached."""

    def __init__(self, folder, collections, awx_collections, awx_url, mock_api_url):
        self.folder = folder
        self.mock_api_url = mock_api_url
        (folder / "programs").mkdir()
        (folder / "programs/podman").symlink_to("/bin/true")
        (folder / "Makefile").symlink_to(CLONE / "Makefile")
        own = environment(folder, collections)
        self.environment = {
            **{name: value for name, value in own.items() if not re.match("CONTROLLER|TOWER|MAKE|PIP", name)},
            "PATH": f"{folder / 'programs'}{os.pathsep}{own['PATH']}",
            "HTTPS_PROXY": "http://127.0.0.1:9",
            "HTTP_PROXY": "http://127.0.0.1:9",
            "no_proxy": "127.0.0.1",
            "ANSIBLE_COLLECTIONS_PATH": f"{collections}{os.pathsep}{awx_collections}",
            "ANSIBLE_DEPRECATION_WARNINGS": "false",  # awx.awx 24.6.1 has some
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_PIPELINING": "true",
            "CONTROLLER_HOST": awx_url,
            "CONTROLLER_OAUTH_TOKEN": "t0ken",
            "KALEYRA_API_URL": mock_api_url,
            "KALEYRA_SID": "HXXXXXXX071US",
            "MAKEFLAGS": "n",  # `make` prints its commands and runs nothing
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }

    def replace_addresses(self, text: str) -> str:
        """A text with the mock API's address for Kaleyra's, and this shell's variables for those that it exports."""
        exported = re.sub(r"\b((?:CONTROLLER|KALEYRA)_\w+)=\S+", r"\1=${\1}", text)
        return re.sub(r"https://api\.(\w+\.)?kaleyra\.io", self.mock_api_url, exported)

    def write_files(self, block: Block) -> None:
        """Write the files that a block can name: other blocks, first of its own page, and files of this clone."""
        files = {}
        for name in re.findall(r"[\w./-]+\.\w+", block.text):
            if (CLONE / name).is_file():
                files[name] = (CLONE / name).read_text(encoding="utf-8")
        for other in sorted(BLOCKS, key=lambda other: (other != block, other.page != block.page)):
            if other.name:
                files.setdefault(other.name, self.replace_addresses(other.text))
        for name in re.findall(r"[\w-]+\.csv", "".join([block.text, *files.values()])):
            files.setdefault(name, files["senders.csv"])
        for name, text in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text, encoding="utf-8")

    def run(self, script: str, key: str) -> subprocess.CompletedProcess[str]:
        """Run a script with this key for all accounts."""
        keys = dict.fromkeys(["kaleyra_api_key", "vault_kaleyra_api_key_bank", "vault_kaleyra_api_key_shop"], key)
        variables = self.folder / "group_vars/all.json"
        variables.parent.mkdir(exist_ok=True)
        variables.write_text(json.dumps({**keys, "senders_in_use": SENDERS, "senders_unused": ["JSONSEND"]}))
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


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_works_and_fails_with_wrong_key(tmp_path: pathlib.Path, collections, awx_collections, controller, name):
    block = EXAMPLES[name]
    with MockApi(any_sid=True) as mock_api:
        shell = Shell(tmp_path, collections, awx_collections, controller[1], mock_api.url)
        shell.write_files(block)
        script = block.script(tmp_path, shell.replace_addresses(block.text))
        done = shell.run(script, "valid-key")
        assert done.returncode == 0, done.stdout
        assert "[WARNING]" not in done.stdout, done.stdout
        assert mock_api.requests or block.language == "console"
        if mock_api.requests:
            done = shell.run(script, "wrong-key")
            assert done.returncode, done.stdout
            assert "RBC001" in done.stdout
