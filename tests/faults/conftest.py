# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs whole Ansible processes with the module, on the ansible-core of the Python that runs pytest, against servers on loopback."""

from __future__ import annotations

import pathlib

import pytest


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder of a test module's own."""
    return tmp_path_factory.mktemp("play")
