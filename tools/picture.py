# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draw the README's picture from what the demo really prints: `make picture`. It needs Rich, and Ansible beside the running Python.

With `--check` nothing is written, and a picture that shows another text than the demo prints is an error.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

from rich.console import Console
from rich.text import Text

from . import tree
from .machine import CLONE, run
from .steps import QUIET

PICTURE = CLONE / "docs/images/demo.svg"
SHOWN = ("Act 3", "Act 5", "Compare it")
"""How the tasks begin that the picture shows."""

LICENCE = """<!--
SPDX-FileCopyrightText: 2026 The community.kaleyra authors
SPDX-License-Identifier: GPL-3.0-or-later
-->
"""


def play() -> str:
    """What the demo prints, coloured as in a terminal.

    :raises SystemExit: it failed.
    """
    ansible = Path(sys.executable).with_name("ansible-playbook")
    paths = {"ANSIBLE_COLLECTIONS_PATH": str(tree.link()), "ANSIBLE_FORCE_COLOR": "true"}
    status, output = run([ansible, "playbooks/demo.yml"], variables=QUIET | paths)
    if status:
        sys.exit(output)
    return output


def cut(output: str) -> str:
    """The tasks of `SHOWN`, with dots for those between them."""
    kept = ["$ make demo\n"]
    for task in re.split(r"^(?=TASK \[)", output, flags=re.MULTILINE)[1:]:
        if task.startswith(tuple(f"TASK [{name}" for name in SHOWN)):
            kept.append(task)
        elif kept[-1] != "...\n\n":
            kept.append("...\n\n")
    return "".join(kept).removesuffix("...\n\n")


def draw(text: Text) -> str:
    """An SVG that looks like a terminal. It asks for no font from elsewhere."""
    width = max(line.cell_len for line in text.split())
    console = Console(record=True, file=io.StringIO(), width=width, color_system="truecolor", no_color=False)
    console.print(text)
    svg = console.export_svg(title="make demo")
    return LICENCE + re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


def words(svg: str) -> list[str]:
    """What a picture shows, whatever Rich makes of its looks."""
    return [text.text or "" for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def main() -> None:
    drawn, name = draw(Text.from_ansi(cut(play()).rstrip())), PICTURE.relative_to(CLONE)
    if "--check" not in sys.argv:
        PICTURE.write_text(drawn, encoding="utf-8")
        print(name)
    elif words(drawn) == words(PICTURE.read_text(encoding="utf-8")):
        print(f"{name} shows what the demo prints")
    else:
        sys.exit(f"{name} does not show what the demo prints: make picture")


if __name__ == "__main__":
    main()
