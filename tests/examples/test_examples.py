# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs every example of the plugins' documentation, of README.md and of the guides against the mock API.

An example is a block of YAML, JSON, CSV or commands. Only hosts, and keys and SIDs that are exported, are replaced by the mock API's, and a
list of tasks gets a play around it. A file that an example names is another block, or a file of this clone: a block of YAML says its name in a
comment on its first line, and the guides have one CSV and one JSON file of senders.
"""

from __future__ import annotations

import ast
import json
import pathlib
import re
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jinja2
import pytest
import yaml
from antsibull_docutils.rst_code_finder import find_code_blocks
from markdown_it import MarkdownIt

CLONE = pathlib.Path(__file__).resolve().parents[2]
README = CLONE / "README.md"
GUIDES = sorted((CLONE / "docs/docsite/rst").glob("*.rst"))
PLUGINS = sorted(page for kind in ("filter", "modules") for page in (CLONE / "plugins" / kind).glob("*.py"))

VARIABLES = {
    "kaleyra_api_key": "key-of-the-examples",
    "senders_in_use": [{"sender": "ADPAI", "iso_code": "us", "description": "testing"}],
    "senders_unused": [{"sender": "JSONSEND"}],
    "vault_kaleyra_api_key_bank": "key-of-the-bank",
    "vault_kaleyra_api_key_shop": "key-of-the-shop",
}
"""What the examples leave to the reader to define."""

PLAY = """\
- name: Run the example
  hosts: localhost
  connection: local
  gather_facts: false
  tasks:
"""


@dataclass(frozen=True)
class Block:
    """One block of a page: the number of its first line, its language ("" if the page does not say), and its text."""

    page: pathlib.Path
    line: int
    language: str
    text: str

    @property
    def kind(self) -> str:
        """Its language, or "csv" for a text that is a list of senders."""
        return "csv" if self.language == "text" and self.text.startswith("sender,") else self.language

    @property
    def name(self) -> str:
        """The file's name that it gives itself, or ""."""
        if self.kind in ("csv", "json"):
            return f"senders.{self.kind}"
        named = re.match(r"# (\S+\.yml)\n", self.text)
        return named[1] if named else ""


def blocks_of_readme() -> Iterator[Block]:
    for token in MarkdownIt("commonmark").parse(README.read_text(encoding="utf-8")):
        if token.type in ("fence", "code_block"):
            assert token.map
            yield Block(README, token.map[0] + 2, token.info, token.content)


def blocks_of_guide(page: pathlib.Path) -> Iterator[Block]:
    def lost(line: int | str, _column: int, text: str) -> None:
        raise ValueError(f"{page}:{line} has a block that is no code block: {text}")

    with warnings.catch_warnings():
        # antsibull-docutils calls what Docutils 2.0 will not have.
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        found = list(find_code_blocks(page.read_text(encoding="utf-8"), path=page, warn_unknown_block=lost))
    for block in found:
        yield Block(page, block.row_offset + 1, block.language or "", block.content)


def blocks_of_plugin(page: pathlib.Path) -> Iterator[Block]:
    """Each item of a plugin's EXAMPLES on its own, for a reader copies one."""
    for node in ast.parse(page.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXAMPLES":
            text = ast.literal_eval(node.value)
            listed = yaml.compose(text, yaml.BaseLoader)
            assert isinstance(listed, yaml.SequenceNode)
            starts = [item.start_mark.line for item in listed.value]
            for start, end in zip(starts, [*starts[1:], None]):
                yield Block(page, node.lineno + start, "yaml", "\n".join(text.splitlines()[start:end]) + "\n")


BLOCKS = [
    *blocks_of_readme(),
    *(block for page in GUIDES for block in blocks_of_guide(page)),
    *(block for page in PLUGINS for block in blocks_of_plugin(page)),
]
EXAMPLES = [
    pytest.param(block, id=f"{block.page.relative_to(CLONE)}:{block.line}") for block in BLOCKS if block.kind != "text"
]


def aimed_at(url: str, text: str) -> str:
    """A text with the mock API's URL for the API's, and the shell's own values for those that it exports."""
    exported = re.sub(r"\b((?:CONTROLLER|KALEYRA)_\w+)=\S+", r"\1=${\1}", text)
    return re.sub(r"https://api\.(\w+\.)?kaleyra\.io", url, exported)


def files_for(block: Block, url: str) -> dict[str, str]:
    """The files that an example may name: blocks, its own page's first, the guides' list of senders as any CSV, and files of this clone."""
    found: dict[str, str] = {}
    for other in sorted(BLOCKS, key=lambda other: other.page != block.page):
        if other.name:
            found.setdefault(other.name, aimed_at(url, other.text))
    lists = re.findall(r"[\w-]+\.csv", block.text + found["accounts.yml"])
    named = [name for name in re.findall(r"[\w./-]+\.\w+", block.text) if (CLONE / name).is_file()]
    own = {name: (CLONE / name).read_text(encoding="utf-8") for name in named}
    return {**own, **dict.fromkeys(lists, found["senders.csv"]), **found}


def injected(page: pathlib.Path, account: dict[str, str]) -> dict[str, str]:
    """The environment that a job gets from the credential type whose inputs and injectors a page shows."""
    shown: dict[str, Any] = {}
    for block in BLOCKS:
        if block.page == page and block.kind == "yaml":
            content = yaml.load(block.text, yaml.BaseLoader)
            shown.update(content if isinstance(content, dict) else {})
    inputs = {field["id"]: account[field["id"]] for field in shown["fields"]}
    assert set(shown["required"]) <= set(inputs)
    template = jinja2.Environment(undefined=jinja2.StrictUndefined).from_string
    return {name: template(text).render(inputs) for name, text in shown["env"].items()}


def script_for(block: Block, text: str, folder: pathlib.Path) -> str:
    """The commands that run an example."""
    assert block.kind in ("console", "csv", "json", "yaml"), (
        f"nobody knows how to run {block.kind or 'a block without a language'}"
    )
    if block.kind == "console":
        return re.sub(r"^\$ ", "", text, flags=re.MULTILINE)
    content = yaml.load(text, yaml.BaseLoader)
    if block.kind in ("csv", "json"):
        return f"ansible-playbook community.kaleyra.senders -e kaleyra_src={block.name}"
    if isinstance(content, dict) and "all" in content:
        return f"ansible-playbook community.kaleyra.senders -i {block.name}"
    if isinstance(content, dict) and content.keys() & {"env", "fields"}:
        return "ansible-playbook community.kaleyra.senders -e kaleyra_src=senders.csv"
    is_playbook = any(item.keys() & {"hosts", "import_playbook"} for item in content)
    playbook = text if is_playbook else PLAY + textwrap.indent(text, "    ")
    (folder / "example.yml").write_text(playbook, encoding="utf-8")
    return "ansible-playbook example.yml"


@pytest.mark.parametrize("block", EXAMPLES)
def test_an_example(block, mock_api, shell, tmp_path):
    files = {**files_for(block, mock_api.url), "group_vars/all.json": json.dumps(VARIABLES)}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    script = script_for(block, aimed_at(mock_api.url, block.text), tmp_path)
    account = {"sid": "HXXXXXXX071US", "api_key": "key-of-the-examples", "api_url": mock_api.url}
    shell(script, **(injected(block.page, account) if re.match("env:|fields:", block.text) else {}))
    assert mock_api.requests or block.kind == "console"


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_no_block_of_a_guide_is_overlooked(page):
    written = re.findall(r"^ *\.\. code-block::|::\n\n", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(list(blocks_of_guide(page))) == len(written)


@pytest.mark.parametrize("page", PLUGINS, ids=lambda page: page.name)
def test_each_plugin_has_examples(page):
    assert list(blocks_of_plugin(page))
