# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module, and skips the waits before its retries."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common.parameters import PASS_VARS


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """A function that runs the module with its keyword arguments as options, and returns its result.

    The first argument can be a mock API: then its sample account is the default. The result's ``warnings`` are those
    that the module gave. What is true of every result is checked here.
    """
    from ansible_collections.community.kaleyra.plugins.modules import kaleyra_sender
    from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID

    for variable in ("KALEYRA_API_KEY", "KALEYRA_SID", "KALEYRA_API_URL"):
        monkeypatch.delenv(variable, raising=False)

    def run(
        mock_api: Any = None, *, check: bool = False, diff: bool = False, verbosity: int = 0, **options: Any
    ) -> dict[str, Any]:
        warnings: list[str] = []
        if mock_api:
            options = {"api_url": mock_api.url, "sid": SAMPLE_SID, "api_key": SAMPLE_KEY, **options}
        arguments = {"_ansible_check_mode": check, "_ansible_diff": diff, "_ansible_verbosity": verbosity, **options}
        if "inject_invocation" in PASS_VARS:  # ansible-core before 2.21 always injects it
            arguments["_ansible_inject_invocation"] = True
        # As in https://docs.ansible.com/ansible/latest/dev_guide/testing_units_modules.html
        with monkeypatch.context() as patch:
            patch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
            patch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)  # required by ansible-core 2.19
            patch.setattr(basic.AnsibleModule, "warn", lambda _self, text: warnings.append(text))
            with pytest.raises(SystemExit) as end:
                kaleyra_sender.main()
        printed = capsys.readouterr().out
        assert str(options.get("api_key") or SAMPLE_KEY) not in printed + "".join(warnings)
        result: dict[str, Any] = json.loads(printed)
        json.dumps(result, ensure_ascii=False).encode()  # Ansible drops a result that is not UTF-8
        assert bool(end.value.code) == result.get("failed", False)
        if "summary" in result:
            _check_result(result, options.get("report", "all"))
        return {**result, "warnings": warnings}

    return run


def _check_result(result: dict[str, Any], report: str) -> None:
    from ansible_collections.community.kaleyra.tests.unit.outcomes import CHANGED_AND_FAILED

    rows, summary = result["senders"], result["summary"]
    assert list(summary) == ["total", *CHANGED_AND_FAILED]
    assert summary["total"] == sum(summary[outcome] for outcome in CHANGED_AND_FAILED)
    assert all((row["changed"], row["failed"]) in CHANGED_AND_FAILED[row["outcome"]] for row in rows)
    if report == "all":
        counts = Counter(row["outcome"] for row in rows)
        assert summary == {"total": len(rows), **{outcome: counts[outcome] for outcome in CHANGED_AND_FAILED}}
        assert result["changed"] == any(row["changed"] for row in rows)
    assert result["failed"] == any(row["failed"] for row in rows)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that clients wait before their retries, in order. No time passes."""
    from ansible_collections.community.kaleyra.plugins.module_utils._client import Client

    wait = Client.wait
    waits: list[float] = []

    def record(client: Client, seconds: float) -> bool:
        waits.append(seconds)
        return wait(client, 0.0)

    monkeypatch.setattr(Client, "wait", record)
    return waits
