# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the documentation's site needs besides the pages that antsibull-docs makes of the module and the guides."""

from __future__ import annotations

import shutil
import zlib
from pathlib import Path

from ..machine import CLONE

SPHINX = Path(__file__).parent
"""The folder of Sphinx's configuration."""

ELSEWHERE = {"common_return_values": "reference_appendices/common_return_values.html"}
"""The labels of Ansible's own site that our pages refer to, and the pages they are on."""


def furnish(site: Path) -> Path:
    """Put an inventory of `ELSEWHERE` and the pictures into the folder `site`, and return that of the pages in it."""
    pages = site / "rst"
    pages.mkdir(mode=0o755, parents=True, exist_ok=True)
    shutil.copytree(CLONE / "docs/images", site / "images", dirs_exist_ok=True)
    labels = "".join(f"{label} std:label -1 {page}#{label.replace('_', '-')} -\n" for label, page in ELSEWHERE.items())
    # The format is Sphinx's, https://sphobjinv.readthedocs.io/en/stable/syntax.html.
    head = b"# Sphinx inventory version 2\n# Project: Ansible\n# Version: \n# The remainder of this file is compressed using zlib.\n"
    (site / "ansible.inv").write_bytes(head + zlib.compress(labels.encode()))
    return pages
