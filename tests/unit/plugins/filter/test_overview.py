# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The overview over accounts: what a workflow gets, and what a person reads."""

from __future__ import annotations

import pytest
from ansible import template as templates
from ansible.parsing.dataloader import DataLoader
from ansible_collections.community.kaleyra.plugins.filter import overview as plugin
from ansible_collections.community.kaleyra.plugins.module_utils import _result

trusted = getattr(templates, "trust_as_template", str)
"""From ansible-core 2.19 on, nothing is a template that is not marked as one."""

TOTALS = {"total": 0, **dict.fromkeys(_result.OUTCOMES, 0)}
REFUSED = {"code": "MSG134", "msg": "too long"}


def overview(results, *arguments, **options):
    return plugin.FilterModule().filters()["overview"](results, *arguments, **options)


def row(sender, outcome, **more):
    changed, failed = outcome in ("created", "deleted", "unknown"), outcome in plugin.FAILED
    return {"sender": sender, "outcome": outcome, "changed": changed, "failed": failed, **more}


def result(*rows, absent=(), **more):
    """What the module returns: `absent` are the outcomes of senders that the report leaves out."""
    outcomes = [*(row["outcome"] for row in rows), *absent]
    counts = {"total": len(outcomes), **{name: outcomes.count(name) for name in set(outcomes)}}
    return {"summary": TOTALS | counts, "senders": list(rows), "msg": "told", **more}


SHOP = result(
    row("ADPAI", "created", iso_code="in", code="MSG106", id="6XX67"),
    row("ABCF01", "present", iso_code="in"),
    row("TOOLONG", "rejected", iso_code="in", **REFUSED),
)
BANK = result(row("BANK", "created", iso_code="us", code="MSG106"), absent=["present"] * 9)
KEYLESS = {"failed": False, "msg": "api_key: missing", "failed_when_suppressed_exception": "(traceback unavailable)"}


def test_programs_get_a_summary():
    accounts = ["keyless", "shop", "broken", "bank"]
    assert overview({"keyless": KEYLESS, "shop": SHOP, "bank": BANK}, accounts)["summary"] == {
        "check_mode": False,
        "accounts": 4,
        "accounts_failed": ["keyless", "shop", "broken"],
        "totals": {**TOTALS, "total": 13, "created": 2, "present": 10, "rejected": 1},
        "failed": [row("TOOLONG", "rejected", iso_code="in", **REFUSED, account="shop")],
        "awaiting": {"shop": ["ADPAI"], "bank": ["BANK"]},
    }


def test_people_get_a_table():
    accounts = ["keyless", "shop", "broken", "bank"]
    assert overview({"keyless": KEYLESS, "shop": SHOP, "bank": BANK}, accounts)["table"] == [
        "Accounts: 4, of which 3 failed",
        "Senders: 13, of which 2 created, 10 present, 1 rejected",
        "",
        "FAILED (3)",
        "ACCOUNT  SENDER   COUNTRY  OUTCOME   WHAT THE API SAID",
        "keyless                    failed    api_key: missing",
        "broken                     failed    see above",
        "shop     TOOLONG  IN       rejected  MSG134 too long",
        "",
        "CHANGED (2)",
        "ACCOUNT  SENDER  COUNTRY  OUTCOME  WHAT THE API SAID",
        "shop     ADPAI   IN       created  MSG106",
        "bank     BANK    US       created  MSG106",
    ]


def test_an_account_that_failed_is_told_why():
    broken = {"msg": "MODULE FAILURE", "module_stderr": "no python\nat all\n"}
    found = overview({"shop": SHOP, "bank": BANK, "broken": broken, "mute": {}})
    assert found["faults"] == {
        "shop": "told",
        "broken": "MODULE FAILURE\nno python\nat all\n",
        "mute": plugin.NOTHING_SAID,
    }
    assert "broken                     failed    MODULE FAILURE no python at all" in found["table"]


def test_a_breakdown_of_the_module_is_told_as_far_as_ansible_tells():
    found = overview({"shop": {"failed_when_suppressed_exception": "Traceback\nRuntimeError: no disk"}})
    assert found["faults"] == {"shop": f"{plugin.NOTHING_SAID}\nTraceback\nRuntimeError: no disk"}


def test_accounts_of_which_none_has_a_sender_are_a_short_table():
    found = overview({"empty": result()})
    assert found["table"] == ["Accounts: 1, of which 0 failed", "Senders: 0"]
    assert found["summary"]["awaiting"] == found["faults"] == {}
    assert overview({}, ["broken"])["table"] == [
        "Accounts: 1, of which 1 failed",
        "Senders: 0",
        "",
        "FAILED (1)",
        "ACCOUNT  SENDER  COUNTRY  OUTCOME  WHAT THE API SAID",
        "broken                    failed   see above",
    ]


def test_in_check_mode_nothing_awaits():
    found = overview({"bank": BANK}, check_mode=True)
    assert (found["summary"]["check_mode"], found["summary"]["awaiting"]) == (True, {})
    assert found["table"][0] == "Preview: nothing was sent."
    assert "TO BE CHANGED (1)" in found["table"]


@pytest.mark.parametrize("outcome", ["rejected", "unknown", "not_attempted"])
def test_what_failed_is_listed_once(outcome):
    found = overview({"shop": result(row("ADPAI", outcome))})
    assert [line.split(" (")[0] for line in found["table"] if line.isupper() or line.endswith(")")].count("FAILED") == 1
    assert not any(line.startswith("CHANGED") for line in found["table"])
    assert [row["sender"] for row in found["summary"]["failed"]] == ["ADPAI"]


@pytest.mark.parametrize("outcome", ["created", "deleted", "rejected"])
def test_a_long_list_is_cut_with_a_count(outcome):
    rows = [row(f"B{number}", outcome) for number in range(50)]
    found = overview({"shop": result(*rows[:30]), "bank": result(*rows[30:])}, lines=3)
    title = "FAILED" if outcome == "rejected" else "CHANGED"
    assert found["table"][2:4] == ["", f"{title} (50)"]
    assert [line.split()[1] for line in found["table"][5:8]] == ["B0", "B1", "B2"]
    assert found["table"][8:] == ["and 47 more"]


def test_what_may_have_changed_counts_as_changed():
    doubtful = {**row("ADPAI", "present", code="MSG134", msg="its answer was lost"), "changed": True}
    changed = [{**doubtful, "sender": f"B{number}"} for number in range(5)]
    found = overview({"shop": result(row("ABCF01", "present"), *changed), "bank": BANK}, lines=1)
    assert "CHANGED (6)" in found["table"]
    assert found["table"][-2:] == [
        "shop     B0               present  MSG134 its answer was lost",
        "and 5 more",
    ]
    assert found["summary"]["awaiting"] == {"bank": ["BANK"]}


def test_the_names_are_cut_and_the_accounts_share_them():
    created = [row(f"C{number}", "created") for number in range(5)]
    rejected = [row(f"R{number}", "rejected") for number in range(5)]
    results = {"one": result(*created[:1], *rejected), "two": result(*created, *rejected), "three": result()}
    summary = overview(results, names=6)["summary"]
    assert [(row["account"], row["sender"]) for row in summary["failed"]] == [
        *(("one", f"R{number}") for number in range(5)),
        ("two", "R0"),
    ]
    assert summary["awaiting"] == {"one": ["C0"], "two": ["C0", "C1", "C2"]}
    assert summary["totals"]["rejected"] == 10


def test_without_lines_and_names_the_totals_tell():
    for number in (0, -1):
        found = overview({"shop": SHOP}, lines=number, names=number)
        assert found["table"] == [
            "Accounts: 1, of which 1 failed",
            "Senders: 3, of which 1 created, 1 present, 1 rejected",
        ]
        assert found["summary"]["failed"] == []
        assert found["summary"]["totals"]["created"] == 1


def test_no_more_rows_are_looked_at_than_are_told_of():
    """From ansible-core 2.19 on, each look at a row is one of its templating."""

    class Rows(list):
        looks = 0

        def __iter__(self):
            for item in super().__iter__():
                Rows.looks += 1
                yield item

    many = result(*(row(f"B{number:05d}", "created") for number in range(1000)))
    many["senders"] = Rows(many["senders"])
    assert len(overview({"shop": many}, lines=20, names=100)["summary"]["awaiting"]["shop"]) == 100
    assert Rows.looks == 120


def test_the_servers_words_are_never_a_template():
    evil = "{{ 6 * 7 }}"
    refused = result(row(evil, "rejected", code=evil, msg=evil), msg=f"1 failed: {evil}")
    created = result(row(evil, "created", id=evil))
    found = overview({"refused": refused, "created": created})
    shown = templates.Templar(DataLoader(), variables={"found": found}).template(trusted("{{ found }}"))
    assert f"refused  {evil}           rejected  {evil} {evil}" in found["table"]
    assert shown == found
