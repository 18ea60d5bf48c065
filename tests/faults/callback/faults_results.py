# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback that writes each host's result as a line of JSON to the file that ``FAULTS_RESULTS`` names."""

from __future__ import annotations

import json
import os
import pathlib
from typing import Any

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "faults_results"

    def _write(self, result: Any, failed: bool) -> None:
        # From ansible-core 2.19 on, a failed task's result does not say so by itself.
        row = {"host": result._host.get_name(), "result": {**result._result, "failed": failed}}
        with pathlib.Path(os.environ["FAULTS_RESULTS"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        self._write(result, failed=False)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._write(result, failed=True)
