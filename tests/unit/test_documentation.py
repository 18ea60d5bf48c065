# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages that list codes, outcomes, columns, return values or guides name all of them."""

from __future__ import annotations

import pathlib
import re

import pytest
import yaml
from ansible_collections.community.kaleyra.plugins.module_utils import _operations
from ansible_collections.community.kaleyra.plugins.module_utils._response import OUTCOMES, SUCCESS_CODES
from ansible_collections.community.kaleyra.plugins.module_utils._sender_file import COLUMNS
from ansible_collections.community.kaleyra.plugins.modules import kaleyra_sender

CLONE = pathlib.Path(__file__).resolve().parents[2]
GUIDES = yaml.safe_load((CLONE / "docs/docsite/extra-docs.yml").read_text(encoding="utf-8"))["sections"]
ERROR_CODES = {*_operations.STOP_CODES, *_operations.TOO_LARGE_CODES, *_operations.INTERNAL_ERROR_CODES}
TITLES = [title for titles in COLUMNS.values() for title in titles]
LISTS = {
    "docs/docsite/rst/guarantees.rst": [*OUTCOMES, *SUCCESS_CODES, *ERROR_CODES, *_operations.REJECTION_CODES],
    "docs/docsite/rst/troubleshooting.rst": [*_operations.STOP_CODES, *_operations.TOO_LARGE_CODES],
    "plugins/module_utils/_response.py": [*ERROR_CODES, *_operations.REJECTION_CODES],
    "docs/docsite/rst/guide_results.rst": [*OUTCOMES, *yaml.safe_load(kaleyra_sender.RETURN)],
    "docs/docsite/rst/guide_senders.rst": TITLES,
    "plugins/modules/kaleyra_sender.py": [*OUTCOMES, *TITLES],
    "README.md": [page for section in GUIDES for page in section["toctree"]],
}


@pytest.mark.parametrize("path", LISTS)
def test_page_names_all(path):
    text = re.sub(r"[\W_]+", " ", (CLONE / path).read_text(encoding="utf-8").lower())
    assert [name for name in LISTS[path] if f" {re.sub(r'[-_]', ' ', name.lower())} " not in text] == []
