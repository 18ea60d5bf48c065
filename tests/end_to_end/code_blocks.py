# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collects the code blocks of README.md, of the guides and of the plugins' documentation, and how to run each."""

from __future__ import annotations

import ast
import pathlib
import re
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from antsibull_docutils.rst_code_finder import find_code_blocks
from markdown_it import MarkdownIt

CLONE = pathlib.Path(__file__).resolve().parents[2]

OUTPUT = "ansible-output"
"""The language of a block that shows lines of what the block before it prints."""

PLAY = """\
- name: Run the example
  hosts: localhost
  connection: local
  gather_facts: false
  tasks:
"""


@dataclass(frozen=True)
class Block:
    """One block of a page: the number of its first line, its language, and its text."""

    page: pathlib.Path
    line: int
    language: str
    text: str

    @property
    def is_list(self) -> bool:
        """Whether it is a list of senders. The language of CSV is text."""
        columns = self.text.partition("\n")[0].split(",")
        return self.language == "json" or (self.language == "text" and "sender" in columns)

    @property
    def name(self) -> str:
        """The name of its file, which the first line of the block can contain in a comment, or an empty string."""
        if self.is_list:
            return "senders.json" if self.language == "json" else "senders.csv"
        match = re.match(r"# (\S+\.(?:yml|sh))\n", self.text)
        return match[1] if match else ""

    def script(self, folder: pathlib.Path, text: str) -> str:
        """The commands that run the block.

        :arg folder: where the file of the block is, and where another file can be written.
        :arg text: the block's text with the addresses to use.
        :raises ValueError: it is not known how to run it.
        """
        if self.language == "console":
            return re.sub(r"^\$ ", "", text, flags=re.MULTILINE)
        if self.language == "bash":
            return f"bash {self.name}"
        if self.is_list:
            return f"ansible-playbook community.kaleyra.senders -e kaleyra_src={self.name}"
        content = yaml.load(text, yaml.BaseLoader) if self.language == "yaml" else None
        if isinstance(content, dict) and "all" in content:
            return f"ansible-playbook community.kaleyra.senders -i {self.name}"
        if isinstance(content, list):
            is_playbook = any(item.keys() & {"hosts", "ansible.builtin.import_playbook"} for item in content)
            playbook = text if is_playbook else PLAY + textwrap.indent(text, "    ")
            (folder / "example.yml").write_text(playbook, encoding="utf-8")
            return "ansible-playbook example.yml"
        raise ValueError(f"it is not known how to run {self}")


def blocks() -> list[Block]:
    readmes = [CLONE / "README.md", *sorted((CLONE / "roles").glob("*/README.md"))]
    guides = sorted((CLONE / "docs/docsite").glob("**/*.rst"))
    plugins = sorted((CLONE / "plugins/modules").glob("*.py"))
    return [
        *(block for page in readmes for block in _blocks_of_readme(page)),
        *(block for page in guides for block in _blocks_of_guide(page)),
        *(block for page in plugins for block in _blocks_of_plugin(page)),
    ]


def _blocks_of_readme(page: pathlib.Path) -> Iterator[Block]:
    for token in MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8")):
        if token.type in ("fence", "code_block") and token.map:
            yield Block(page, token.map[0] + 2, token.info, token.content)


def _blocks_of_guide(page: pathlib.Path) -> Iterator[Block]:
    def reject(line: int | str, _column: int, text: str) -> None:
        raise ValueError(f"{page}:{line} is not a code block with a language: {text}")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)  # of Docutils
        found = list(find_code_blocks(page.read_text(encoding="utf-8"), path=page, warn_unknown_block=reject))
    for block in found:
        yield Block(page, block.row_offset + 1, block.language or "", block.content)


def _blocks_of_plugin(page: pathlib.Path) -> Iterator[Block]:
    """Each item of EXAMPLES is a block, because users copy one of them."""
    tree = ast.parse(page.read_text(encoding="utf-8"))
    (node,) = (
        node for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXAMPLES"
    )
    text = ast.literal_eval(node.value)
    listed: Any = yaml.compose(text, yaml.BaseLoader)
    starts = [item.start_mark.line for item in listed.value]
    for start, end in zip(starts, [*starts[1:], None]):
        yield Block(page, node.lineno + start, "yaml", "\n".join(text.splitlines()[start:end]) + "\n")
