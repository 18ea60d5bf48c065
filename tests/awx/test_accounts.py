# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many accounts, one host each: a key is sent for its own account only, and an error does not affect other accounts."""

from __future__ import annotations

import hashlib
import json

import pytest
import yaml
from ansible_collections.community.kaleyra.tests.awx.conftest import CLONE, PROJECT, VAULT_PASSWORD
from ansible_collections.community.kaleyra.tests.awx.job import Runner
from mock_api_server import MockApi

DEFAULTS = yaml.safe_load((CLONE / "roles" / "senders" / "defaults" / "main.yml").read_text())


@pytest.fixture
def api():
    with MockApi(any_sid=True) as api:
        yield api


@pytest.fixture
def job(core, collections, tmp_path, api):
    """A function that runs accounts in a job with another account's credential, and returns it and the keys by SID."""

    def _job(hosts, options=(), vault_password="", **extra_vars):
        credential = {"KALEYRA_SID": "HXENV", "KALEYRA_API_KEY": "AENV", "KALEYRA_API_URL": api.url}
        job = Runner(core, collections).run(
            tmp_path, PROJECT, "senders.yml", hosts, extra_vars, credential, options, vault_password
        )
        return job, {(request.sid, request.key_sha256) for request in api.requests}

    return _job


def account(number, senders="ADPAI", **more):
    shared = {"kaleyra_iso_code": "us", "kaleyra_description": "testing", "kaleyra_senders": senders}
    return {"kaleyra_sid": f"HX{number:03d}", "kaleyra_api_key": f"A{number:03d}", **shared, **more}


def unset(value):
    """The role's variables that an account does not need, with a value that means that they are not set."""
    own = account(0, kaleyra_validate_certs="")
    return {name: value for name in DEFAULTS if name not in own}


def key_of(number):
    return f"HX{number:03d}", hashlib.sha256(f"A{number:03d}".encode()).hexdigest()


def test_200_accounts_keep_their_keys(job, api):
    hosts = {
        f"account{n:03d}": account(n, f"S{n:03d}\nSHARED" + "\nTOOLONGANYWHERE" * (n % 51 == 7)) for n in range(200)
    }
    done, keys = job(hosts, ["--forks=10"])
    assert done.status == 2
    assert keys == set(map(key_of, range(200)))
    assert {sid: api.senders(sid) for sid in api.accounts} == {
        f"HX{n:03d}": [f"S{n:03d}", "SHARED"] for n in range(200)
    }
    summary = done.artifacts["kaleyra_summary"]
    assert summary["accounts_failed"] == [f"account{n:03d}" for n in (7, 58, 109, 160)]
    assert "Accounts: 200, of which 4 failed" in done.page


def test_an_account_with_an_error_does_not_affect_the_others(job, api):
    hosts = {
        "vault": account(1, kaleyra_api_key="{{ vault_missing }}"),
        "option": account(2, kaleyra_ca_path="{{ missing }}"),
        "keyless": account(3, kaleyra_api_key=""),
        "sidless": account(4, kaleyra_sid=None),
        "listless": account(5, None),
        "file": account(6, "", kaleyra_src="nowhere.csv"),
        "good": account(7, kaleyra_sate="absent"),
        "null": account(8, **unset(None)),
        "false": account(9, **unset(False)),
        "empty": account(10, **unset(""), kaleyra_validate_certs=""),
        "type": account(11, kaleyra_state=["absent"]),
    }
    done, keys = job(hosts)
    assert done.status == 2
    assert keys == {key_of(number) for number in (7, 8, 9, 10)}
    errors = done.artifacts["kaleyra_summary"]["errors"]
    assert set(errors) == set(hosts) - {"good", "null", "false", "empty"}
    assert "vault_missing" in errors["vault"]
    assert "kaleyra_api_key" in errors["keyless"]
    assert "kaleyra_senders" in errors["listless"]
    assert "nowhere.csv" in errors["file"]
    assert "kaleyra_state is a list" in errors["type"]
    assert "kaleyra_sate" in done.page


def test_a_play_with_the_role_continues_after_an_error(core, collections, run, tmp_path, api):
    """Ansible itself validates the role's variables there, before the role can handle an error."""
    inventory = {"all": {"hosts": {"broken": account(1, kaleyra_api_key="{{ vault_missing }}"), "good": account(2)}}}
    python = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    play = {
        "hosts": "all",
        "connection": "local",
        "gather_facts": False,
        "vars": python,
        "roles": ["community.kaleyra.senders"],
    }
    (tmp_path / "accounts.json").write_text(json.dumps(inventory), encoding="utf-8")
    (tmp_path / "play.json").write_text(json.dumps([play]), encoding="utf-8")
    done = run(
        [
            "ansible-playbook",
            "-i",
            "accounts.json",
            "play.json",
            "-e",
            "kaleyra_retries=",
            "-e",
            f"kaleyra_api_url={api.url}",
        ]
    )
    assert done.returncode == 2
    assert "Accounts: 2, of which 1 failed" in done.stdout
    assert api.senders("HX002") == ["ADPAI"]
    assert len(api.requests) == 1


def test_the_example_project_runs_with_encrypted_variables(job, run, api):
    """AWX's inventory source keeps an encrypted variable unchanged, and its job asks for the vault's password."""
    exported = run(["ansible-inventory", "-i", PROJECT / "inventory/hosts", "--list", "--export"])
    assert exported.returncode == 0, exported.stderr
    inventory = json.loads(exported.stdout)
    groups = {host: inventory[name]["vars"] for name in ("india", "europe") for host in inventory[name]["hosts"]}
    hosts = {host: {**groups[host], **own} for host, own in inventory["_meta"]["hostvars"].items()}
    assert all("__ansible_vault" in own["kaleyra_api_key"] for own in hosts.values())
    done, keys = job(hosts, vault_password=VAULT_PASSWORD, kaleyra_api_url=api.url)
    assert done.status == 0, done.stdout
    assert keys == {
        (f"HXXXXXXX07{number}US", hashlib.sha256(f"A{'x' * 28}{number + 2}".encode()).hexdigest())
        for number in (1, 2, 3)
    }
    assert api.senders("HXXXXXXX071US") == ["ABCF01", "ABCF99", "ADPAI"]
