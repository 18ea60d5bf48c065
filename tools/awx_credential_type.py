# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the other forms of AWX's credential type from the canonical one: `make forms`.

The canonical form is `playbooks/files/awx/credential_type.yml`. Made from it are the file that `awx import` takes, and the two
blocks in the guide that a person copies into AWX's own form. A test tells when one of them differs.
"""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import Any

import yaml

from .machine import CLONE

CANONICAL = CLONE / "playbooks/files/awx/credential_type.yml"
IMPORT = CLONE / "playbooks/files/awx/credential_type.import.json"
GUIDE = CLONE / "docs/docsite/rst/guide_awx.rst"


def forms() -> dict[Path, str]:
    """The made files, as they should be."""
    credential_type = yaml.safe_load(CANONICAL.read_text(encoding="utf-8"))
    return {IMPORT: import_form(credential_type), GUIDE: in_guide(GUIDE.read_text(encoding="utf-8"), credential_type)}


def import_form(credential_type: dict[str, Any]) -> str:
    """What `awx import` takes and `awx export` writes: an object with its natural key, in awxkit's terms."""
    natural_key = {"type": "credential_type", "name": credential_type["name"], "kind": credential_type["kind"]}
    return json.dumps({"credential_types": [{**credential_type, "natural_key": natural_key}]}, indent=2) + "\n"


def in_guide(text: str, credential_type: dict[str, Any]) -> str:
    """The guide's text with a block of YAML between the two marks of each of AWX's boxes.

    :raises ValueError: a mark is missing.
    """
    for box in ("inputs", "injectors"):
        block = yaml.safe_dump(credential_type[box], sort_keys=False, width=1000)
        made = f"\n.. code-block:: yaml\n\n{textwrap.indent(block, '   ')}\n"
        parts = re.split(rf"(\.\. BEGIN {box}:[^\n]*\n|\.\. END {box}\n)", text)
        if len(parts) != 5:
            raise ValueError(f"{GUIDE.name} has not exactly one place for the {box}")
        text = "".join([*parts[:2], made, *parts[3:]])
    return text


def main() -> None:
    for path, text in forms().items():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(CLONE))


if __name__ == "__main__":
    main()
