# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many accounts, each a host: in one job and in slices of one, with the same results, and no key sent for another's account."""

from __future__ import annotations

import hashlib
import json

import pytest
from ansible_collections.community.kaleyra.tests.awx.awx_rules import slice_of
from ansible_collections.community.kaleyra.tests.awx.conftest import PROJECT, VAULT_PASSWORD
from ansible_collections.community.kaleyra.tests.awx.job import Runner, inventory_of
from mock_api_server import MockApi

TASK = "Declare the senders"
ACCOUNTS = {
    f"account{number:03d}": {
        "kaleyra_sid": f"HX{number:03d}",
        "kaleyra_api_key": f"A{number:03d}",
        "kaleyra_senders": "\n".join([f"S{number:03d}", "SHARED", *(["TOOLONGANYWHERE"] if number % 51 == 7 else [])]),
        "kaleyra_iso_code": "us",
        "kaleyra_description": "testing",
    }
    for number in range(200)
}
SLICES = 4


def told(results):
    """What the jobs say of each account, but for the ids, which the server hands out in the order of the calls."""
    rows = {name: result["senders"] for name, result in results.items()}
    return {name: [{key: row[key] for key in row if key != "id"} for row in senders] for name, senders in rows.items()}


def check_keys(mock_api):
    """Each call had the key of its own account."""
    assert mock_api.requests
    keys = {account["kaleyra_sid"]: account["kaleyra_api_key"] for account in ACCOUNTS.values()}
    assert [
        call.sid for call in mock_api.requests if call.key_sha256 != hashlib.sha256(keys[call.sid].encode()).hexdigest()
    ] == []


@pytest.mark.parametrize("core", ["newest"], indirect=True)
def test_200_accounts_end_the_same_in_one_job_and_in_slices(core, collections, tmp_path):
    ends = []
    for name, count in (("whole", 1), ("sliced", SLICES)):
        results, failed = {}, []
        with MockApi(any_sid=True) as mock_api:
            for number in range(1, count + 1):
                folder = tmp_path / f"{name}{number}"
                folder.mkdir()
                hosts = {host: ACCOUNTS[host] for host in slice_of(sorted(ACCOUNTS), number, count)}
                variables = {"KALEYRA_SID": "", "KALEYRA_API_KEY": "", "KALEYRA_API_URL": mock_api.url}
                job = Runner(core, collections).run(
                    folder, PROJECT, "senders.yml", inventory_of(hosts), {}, variables, ["--forks=10"]
                )
                assert job.status == 2
                assert job.artifacts["kaleyra_summary"]["accounts"] == len(hosts) == len(ACCOUNTS) / count
                results |= job.results(TASK)
                failed += job.artifacts["kaleyra_summary"]["accounts_failed"]
            check_keys(mock_api)
            held = {sid: account["senders"] for sid, account in mock_api.state()["accounts"].items()}
            ends.append((told(results), sorted(failed), held))
    whole, sliced = ends
    assert whole == sliced
    assert whole[1] == [f"account{number:03d}" for number in (7, 58, 109, 160)]
    assert whole[2] == {f"HX{number:03d}": [f"S{number:03d}", "SHARED"] for number in range(200)}


def test_a_slice_is_every_nth_host():
    assert [slice_of("abcdefg", number, 3) for number in (1, 2, 3)] == [["a", "d", "g"], ["b", "e"], ["c", "f"]]


def test_a_key_is_never_sent_for_another_account(core, collections, tmp_path):
    """Neither the environment's, which a credential has set, for a host's SID, nor a host's key for the environment's SID."""
    whole, *rest = sorted(ACCOUNTS)
    hosts = {
        whole: ACCOUNTS[whole],
        "keyless": {name: value for name, value in ACCOUNTS[rest[0]].items() if name != "kaleyra_api_key"},
        "nameless": {name: value for name, value in ACCOUNTS[rest[1]].items() if name != "kaleyra_sid"},
    }
    with MockApi(any_sid=True) as mock_api:
        variables = {"KALEYRA_SID": "HXENV", "KALEYRA_API_KEY": "AENV", "KALEYRA_API_URL": mock_api.url}
        job = Runner(core, collections).run(tmp_path, PROJECT, "senders.yml", inventory_of(hosts), {}, variables)
        assert job.status == 2
        assert job.artifacts["kaleyra_summary"]["accounts_failed"] == ["keyless", "nameless"]
        assert "api_key: missing" in job.stdout
        assert "sid: missing" in job.stdout
        assert {call.sid for call in mock_api.requests} == {"HX000"}
        check_keys(mock_api)


def test_the_example_projects_accounts_run_as_awx_keeps_them(core, collections, run, tmp_path):
    """AWX's inventory source keeps a vaulted variable as it is, and its job asks for the vault's password."""
    exported = run(["ansible-inventory", "-i", PROJECT / "inventory/hosts", "--list", "--export"])
    assert exported.returncode == 0, exported.stderr
    inventory = json.loads(exported.stdout)
    assert "__ansible_vault" in inventory["_meta"]["hostvars"]["orchid"]["kaleyra_api_key"]
    with MockApi(any_sid=True) as mock_api:
        (tmp_path / "job").mkdir()
        extra_vars = {"kaleyra_api_url": mock_api.url}
        job = Runner(core, collections).run(
            tmp_path / "job", PROJECT, "senders.yml", inventory, extra_vars, {}, vault_password=VAULT_PASSWORD
        )
        assert job.status == 0, job.stdout
        keys = {call.sid: call.key_sha256 for call in mock_api.requests}
        assert keys == {
            f"HXXXXXXX07{number}US": hashlib.sha256(f"A{'x' * 28}{number + 2}".encode()).hexdigest()
            for number in (1, 2, 3)
        }
        assert mock_api.senders("HXXXXXXX071US") == ["ABCF01", "ABCF99", "ADPAI"]
        assert mock_api.senders("HXXXXXXX073US") == ["TESTEHR5", "TESTET5"]
