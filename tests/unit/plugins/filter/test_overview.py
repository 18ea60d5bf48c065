# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The overview of several accounts: a summary for programs, and lines to print."""

from __future__ import annotations

import pytest
from ansible import template as templates
from ansible.parsing.dataloader import DataLoader
from ansible_collections.community.kaleyra.plugins.filter.overview import FilterModule

overview = FilterModule().filters()["overview"]
trusted = getattr(templates, "trust_as_template", str)
"""Since ansible-core 2.19, only texts that are marked are templates."""

REJECTED = {"code": "MSG134", "msg": "too long"}


def row(sender, outcome, **more):
    changed, failed = outcome in ("created", "deleted", "unknown"), outcome in ("rejected", "unknown", "not_attempted")
    return {"sender": sender, "outcome": outcome, "changed": changed, "failed": failed, **more}


def result(*rows, unlisted=(), msg="1 of 3 senders failed"):
    """What the module returns. `unlisted` are outcomes of senders that its option report leaves out."""
    outcomes = [*(row["outcome"] for row in rows), *unlisted]
    counts = {name: outcomes.count(name) for name in ("created", "present", "rejected", "unknown", "not_attempted")}
    return {"summary": {"total": len(outcomes), **counts}, "senders": list(rows), "msg": msg}


SHOP = result(
    row("ADPAI", "created", iso_code="in", code="MSG106"),
    row("ABCF01", "present", iso_code="in"),
    row("TOOLONG", "rejected", iso_code="in", **REJECTED),
)
BANK = result(row("BANK", "created", iso_code="us"), unlisted=["present"] * 9)
NO_FILE = {"failed": True, "msg": "src: there is no file"}


def test_summarizes_accounts_for_programs():
    found = overview({"file": NO_FILE, "shop": SHOP, "bank": BANK}, ["file", "shop", "early", "bank"])["summary"]
    assert found["accounts_failed"] == list(found["errors"]) == ["file", "shop", "early"]
    assert found["errors"]["file"] == "src: there is no file"
    assert (found["accounts"], found["check_mode"]) == (4, False)
    totals = {name: count for name, count in found["totals"].items() if count}
    assert totals == {"total": 13, "created": 2, "present": 10, "rejected": 1}
    assert found["failed"] == [row("TOOLONG", "rejected", iso_code="in", **REJECTED, account="shop")]
    assert found["awaiting"] == {"shop": ["ADPAI"], "bank": ["BANK"]}


def test_prints_totals_and_failures_before_changes():
    found = overview({"file": NO_FILE, "shop": SHOP, "bank": BANK})
    assert found["table"] == [
        "Accounts: 3, of which 2 failed",
        "Senders: 13, of which 2 created, 10 present, 1 rejected",
        "FAILED (2)",
        "file: src: there is no file",
        "shop: TOOLONG (in) rejected: MSG134 too long",
    ]
    assert found["changes"] == ["CHANGED (2)", "shop: ADPAI (in) created: MSG106", "bank: BANK (us) created"]


def test_a_preview_does_not_claim_to_create():
    found = overview({"bank": BANK}, check_mode=True)
    assert found["summary"]["awaiting"] == {}
    assert "Senders: 10, of which 1 would be sent, 9 present" in found["table"]
    assert found["changes"] == ["WOULD BE SENT (1)", "bank: BANK (us) would be sent"]


def test_a_skipped_account_has_not_failed():
    found = overview({"shop": {"skipped": True, "msg": "false_condition"}, "none": {"results": [], "skipped": True}})
    assert found["summary"]["accounts_failed"] == []
    assert found["table"][0] == "Accounts: 2, of which 0 failed, 2 skipped"


def test_adds_up_the_results_of_a_loop():
    found = overview({"shop": {"results": [SHOP, BANK, NO_FILE], "msg": "One or more items failed"}})
    assert found["summary"]["totals"]["total"] == 13
    assert found["summary"]["awaiting"] == {"shop": ["ADPAI", "BANK"]}
    assert "src: there is no file" in found["summary"]["errors"]["shop"]


@pytest.mark.parametrize("wrong", [None, "text", [], {"summary": []}, {"summary": {"total": "x"}}, {"results": "text"},
                                   {**BANK, "senders": [7]}, {**BANK, "senders": [{}]}])  # fmt: skip
def test_a_malformed_result_is_an_error_of_its_account(wrong):
    found = overview({"broken": wrong, "bank": BANK})["summary"]
    assert found["accounts_failed"] == ["broken"]
    assert found["totals"]["total"] == 10


@pytest.mark.parametrize(
    "crashed",
    [
        {"msg": "MODULE FAILURE\nSee stdout/stderr for the exact error", "rc": 137, "module_stderr": "Killed\n"},
        {"msg": "Task failed: Module failed: no disk"},
        {"failed_when_suppressed_exception": "(traceback unavailable)"},
    ],
)
def test_a_crashed_module_may_have_changed_senders(crashed):
    found = overview({"shop": crashed})
    assert "may have changed" in found["summary"]["errors"]["shop"]
    assert "may have changed" in found["table"][-1]


def test_shows_the_first_lines_and_the_number_of_all():
    created = [row(f"C{number}", "created") for number in range(50)]
    rejected = [row(f"R{number}", "rejected", msg="too long") for number in range(50)]
    found = overview({"shop": result(*created[:2], *rejected), "bank": result(*created[2:])}, lines=3)
    assert found["table"][2:] == ["FAILED (50, the first 3)", "shop: R0, R1, R2 rejected: too long"]
    assert found["changes"] == ["CHANGED (50, the first 3)", "shop: C0, C1 created", "bank: C2 created"]
    found = overview({"shop": SHOP}, lines=0, names=-1)
    assert (len(found["table"]), found["changes"], found["summary"]["failed"]) == (2, [], [])


def test_a_sender_that_may_have_changed_is_a_change():
    doubtful = {**row("ADPAI", "present", msg="the response was lost"), "changed": True}
    found = overview({"shop": result(row("ABCF01", "present"), doubtful)})
    assert found["changes"] == ["CHANGED (1)", "shop: ADPAI present: the response was lost"]
    assert found["summary"]["awaiting"] == {}


def test_accounts_share_the_names_in_the_summary():
    created = [row(f"C{number}", "created") for number in range(5)]
    found = overview({"one": result(*created[:1]), "two": result(*created)}, names=6)["summary"]
    assert found["awaiting"] == {"one": ["C0"], "two": ["C0", "C1", "C2"]}


def test_accesses_only_needed_rows():
    """Since ansible-core 2.19, accessing a row templates it."""

    class Rows(list):
        looks = 0

        def __iter__(self):
            for item in super().__iter__():
                Rows.looks += 1
                yield item

    many = result(*(row(f"B{number:05d}", "created") for number in range(1000)))
    many["senders"] = Rows(many["senders"])
    assert len(overview({"shop": many}, lines=20, names=100)["summary"]["awaiting"]["shop"]) == 100
    assert Rows.looks <= 120


def test_texts_of_the_api_are_never_templates():
    evil = "{{ 6 * 7 }}"
    found = overview({"shop": result(row(evil, "rejected", code=evil, msg=evil), msg=evil), evil: BANK})
    assert f"shop: {evil} rejected: {evil} {evil}" in found["table"]
    assert templates.Templar(DataLoader(), variables={"found": found}).template(trusted("{{ found }}")) == found
