# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many accounts, one host each: a key is sent for its own account only, and an error does not affect other accounts.

The commands in the README of the example project work as printed, except for Kaleyra's address.
"""

from __future__ import annotations

import hashlib
import json
import re

import pytest
from ansible_collections.community.kaleyra.tests.awx.conftest import PROJECT, VAULT_PASSWORD
from ansible_collections.community.kaleyra.tests.awx.job import run_job
from mock_api_server import MockApi


@pytest.fixture
def api():
    with MockApi(any_sid=True) as api:
        yield api


@pytest.fixture
def job(collections, tmp_path, api):
    """A function that runs accounts in a job with another account's credential, and returns it and the keys by SID."""

    def _job(hosts, options=(), vault_password=""):
        credential = {"KALEYRA_SID": "HXENV", "KALEYRA_API_KEY": "AENV", "KALEYRA_API_URL": "http://127.0.0.1:9"}
        job = run_job(
            tmp_path,
            collections,
            PROJECT,
            "senders.yml",
            hosts,
            {"kaleyra_api_url": api.url},
            credential,
            options,
            vault_password,
        )
        return job, {(request.sid, request.key_sha256) for request in api.requests}

    return _job


def account(number, senders="ADPAI", **more):
    shared = {"kaleyra_iso_code": "us", "kaleyra_description": "testing", "kaleyra_senders": senders}
    return {"kaleyra_sid": f"HX{number:03d}", "kaleyra_api_key": f"A{number:03d}", **shared, **more}


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
    assert set(summary) == set(hosts)
    assert sorted(name for name in summary if summary[name]["failed"]) == [f"account{n:03d}" for n in (7, 58, 109, 160)]
    assert all(summary[name]["message"] in done.page for name in summary)


def test_the_example_project_runs_with_encrypted_variables(job, run, api):
    """AWX's inventory source keeps an encrypted variable unchanged, and its job asks for the vault's password."""
    exported = run(["ansible-inventory", "-i", PROJECT / "inventory/hosts", "--list", "--export"])
    assert exported.returncode == 0, exported.stderr
    inventory = json.loads(exported.stdout)
    groups = {host: inventory[name]["vars"] for name in ("india", "europe") for host in inventory[name]["hosts"]}
    hosts = {host: {**groups[host], **own} for host, own in inventory["_meta"]["hostvars"].items()}
    assert all("__ansible_vault" in own["kaleyra_api_key"] for own in hosts.values())
    done, keys = job(hosts, vault_password=VAULT_PASSWORD)
    assert done.status == 0, done.stdout
    assert keys == {
        (f"HXXXXXXX07{number}US", hashlib.sha256(f"A{'x' * 28}{number + 2}".encode()).hexdigest())
        for number in (1, 2, 3)
    }
    assert api.senders("HXXXXXXX071US") == ["ABCF01", "ABCF99", "ADPAI"]


def test_commands_of_the_readme_work(run, project, tmp_path, api):
    """What a command asks for comes from its standard input. The collection is installed already."""
    encrypt, install_and_run = re.findall(
        "```console\n(.*?)\n```", (project / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    (tmp_path / "password").write_text(VAULT_PASSWORD, encoding="utf-8")
    variables = {"ANSIBLE_VAULT_PASSWORD_FILE": str(tmp_path / "password")}
    encrypted = run(["bash", "-c", f"{encrypt} <<< A1"], **variables)
    assert encrypted.stdout.startswith("kaleyra_api_key: !vault |\n"), encrypted.stderr
    script = f"cd {project}\n{install_and_run} -e kaleyra_api_url={api.url} <<< {VAULT_PASSWORD}"
    done = run(["setsid", "--wait", "bash", "-ec", script])
    assert done.returncode == 0, done.stdout + done.stderr
    assert api.senders("HXXXXXXX071US") == ["ABCF01", "ABCF99", "ADPAI"]


def test_an_inventory_without_hosts_is_the_reason(collections, tmp_path):
    done = run_job(tmp_path, collections, PROJECT, "senders.yml", {}, {}, {})
    assert done.status == 2
    assert "The inventory has no hosts" in done.page
