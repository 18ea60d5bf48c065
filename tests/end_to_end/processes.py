# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the module in a process of its own, as Ansible does."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
from typing import Any

from ansible_collections.community.kaleyra.tests.end_to_end.jobs import environment

MODULE = "ansible_collections.community.kaleyra.plugins.modules.kaleyra_sender"


def start_module(
    folder: pathlib.Path, collections: pathlib.Path, options: dict[str, Any], **process: Any
) -> subprocess.Popen[str]:
    """Start the module with these options, and with more arguments for `subprocess.Popen`."""
    options = {"sid": "HX1", "api_key": "A1", "description": "testing", "iso_code": "fr", **options}
    arguments = folder / "arguments.json"
    arguments.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": options}), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-m", MODULE, str(arguments)],
        env={**environment(folder, collections), "PYTHONPATH": str(collections)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        **process,
    )
