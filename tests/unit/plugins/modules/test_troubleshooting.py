# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages of the page docs/docsite/rst/troubleshooting.rst are spelled as the module, the API or its libraries spell them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CLONE = Path(__file__).resolve().parents[4]
PAGE = CLONE / "docs/docsite/rst/troubleshooting.rst"
FOREIGN = {"Tunnel connection failed", "certificate verify failed", "no certificate or crl found"}
"""Those of Python's http.client and of OpenSSL."""

TERMS = re.findall(r"^(\S.*)\n  \S", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
MESSAGES = re.findall(r"``(.+?)``", "\n".join(TERMS))


def test_there_are_messages():
    assert len(MESSAGES) > len(FOREIGN)
    assert set(MESSAGES) > FOREIGN


@pytest.mark.parametrize("message", [message for message in MESSAGES if message not in FOREIGN])
def test_a_message(message):
    sources = [*(CLONE / "plugins/module_utils").glob("*.py"), CLONE / "docs/docsite/rst/answers.rst"]
    assert any(message in source.read_text(encoding="utf-8") for source in sources)
