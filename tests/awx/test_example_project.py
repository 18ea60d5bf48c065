# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWX lists what the example project offers, and the project finds the collection that it requires."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from ansible_collections.community.kaleyra.tests.awx.awx_rules import listed_inventories, listed_playbooks
from ansible_collections.community.kaleyra.tests.awx.conftest import CLONE, PROJECT, VAULT_PASSWORD
from ansible_collections.community.kaleyra.tests.awx.fake_galaxy import serving
from ansible_collections.community.kaleyra.tools import tree
from mock_api_server import MockApi

PLAYBOOKS = ["demo.yml", "report.yml", "senders.yml"]


def test_awx_lists_the_playbooks():
    assert listed_playbooks(PROJECT) == PLAYBOOKS


def test_awx_lists_the_inventory():
    assert listed_inventories(PROJECT) == ["inventory/hosts"]


@pytest.mark.parametrize(
    ("path", "text", "listed"),
    [
        ("play.yml", "- name: A play\n  hosts: all\n", True),
        ("play.yaml", "- import_playbook: a.b.c\n", True),
        ("play.yml", "- name: A play\n  ansible.builtin.import_playbook: a.b.c\n", True),
        ("play.yml", "$ANSIBLE_VAULT;1.1;AES256\n00\n", True),
        ("folder/play.yml", "- hosts: all\n", True),
        ("play.yml", "- name: Tasks\n  ansible.builtin.debug:\n", False),
        ("play.yml", "- community.kaleyra.import_playbook: x\n", False),
        ("play.txt", "- hosts: all\n", False),
        ("tasks/play.yml", "- hosts: all\n", False),
        ("roles/play.yml", "- hosts: all\n", False),
        ("host_vars/play.yml", "- hosts: all\n", False),
        (".folder/play.yml", "- hosts: all\n", False),
    ],
)
def test_the_pickers_rule(tmp_path, path, text, listed):
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text(text, encoding="utf-8")
    assert listed_playbooks(tmp_path) == ([path] if listed else [])


@pytest.mark.parametrize("playbook", ["senders.yml", "demo.yml"])
def test_a_wrapper_without_its_collection_is_an_error(run, tmp_path, playbook):
    done = run(["ansible-playbook", "--syntax-check", PROJECT / playbook], ANSIBLE_COLLECTIONS_PATH=str(tmp_path))
    assert done.returncode != 0


@pytest.fixture
def artefact(run, tmp_path):
    """The built collection."""
    with tree.copy() as root:
        built = run(["ansible-galaxy", "collection", "build", "--output-path", tmp_path, root])
    assert built.returncode == 0, built.stderr
    (artefact,) = tmp_path.glob("*.tar.gz")
    return artefact


def test_the_project_installs_and_finds_its_collection(run, project, artefact, tmp_path):
    """As AWX does: the requirements go to a folder that comes first on the collections path."""
    folder = tmp_path / "requirements_collections"
    with serving(artefact) as url:
        command = [
            "ansible-galaxy",
            "collection",
            "install",
            "-r",
            project / "collections/requirements.yml",
            "-p",
            folder,
        ]
        installed = run([*command, "-s", url, "--no-cache"], ANSIBLE_COLLECTIONS_PATH=str(folder))
    assert installed.returncode == 0, installed.stderr
    manifest = json.loads((folder / "ansible_collections/community/kaleyra/MANIFEST.json").read_text(encoding="utf-8"))
    wanted = yaml.safe_load((CLONE / "galaxy.yml").read_text(encoding="utf-8"))
    assert manifest["collection_info"]["version"] == wanted["version"]
    for name in (
        "examples/awx-project/senders.yml",
        "execution-environment.yml",
        "playbooks/files/awx/credential_type.import.json",
    ):
        assert (folder / "ansible_collections/community/kaleyra" / name).exists(), (
            "the guide says that the collection has it"
        )
    for playbook in PLAYBOOKS:
        done = run(["ansible-playbook", "--syntax-check", project / playbook], ANSIBLE_COLLECTIONS_PATH=str(folder))
        assert done.returncode == 0, done.stderr


def test_the_commands_of_its_readme(run, project, artefact, password, tmp_path):
    """Literally, but for Galaxy's and Kaleyra's addresses and who types: what a command asks for comes from its standard input."""
    encrypt, without_awx = re.findall(
        "```console\n(.*?)\n```", (PROJECT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    encrypted = run(["bash", "-c", f"{encrypt} <<< A1"], ANSIBLE_VAULT_PASSWORD_FILE=str(password))
    assert encrypted.stdout.startswith("kaleyra_api_key: !vault |\n"), encrypted.stderr
    with serving(artefact) as galaxy, MockApi(any_sid=True) as mock_api:
        script = f"cd {project}\n{without_awx} -e kaleyra_api_url={mock_api.url} <<< {VAULT_PASSWORD}"
        own = {"ANSIBLE_COLLECTIONS_PATH": str(tmp_path / "own"), "ANSIBLE_GALAXY_SERVER": galaxy}
        done = run(["setsid", "--wait", "bash", "-ec", script], **own)
        assert done.returncode == 0, done.stdout + done.stderr
        assert mock_api.senders("HXXXXXXX071US") == ["ABCF01", "ABCF99", "ADPAI"]


def test_every_account_of_the_inventory_has_its_own_key(run, password):
    inventory = PROJECT / "inventory" / "hosts"
    shown = run(["ansible-inventory", "-i", inventory, "--list", "--vault-password-file", password])
    assert shown.returncode == 0, shown.stderr
    accounts = json.loads(shown.stdout)["_meta"]["hostvars"]
    assert sorted(accounts) == ["lotus", "orchid", "tulip"]
    for account in accounts.values():
        assert account["kaleyra_sid"].isalnum()
        assert account["kaleyra_api_key"]["__ansible_vault"].startswith("$ANSIBLE_VAULT;")
        assert account.get("kaleyra_senders") or (PROJECT / account["kaleyra_src"]).exists()
