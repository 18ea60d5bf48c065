# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies of the collection for tools that want it in a folder `ansible_collections/community/kaleyra`, and what they leave there."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from .machine import CLONE, STATE

COLLECTION = Path("ansible_collections", "community", "kaleyra")


def put(root: Path) -> None:
    """Copy what git would hand out into the folder `root`: the tracked files, and new ones that are not ignored."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CLONE,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listing.stdout.split("\0")):
        source, target = CLONE / name, root / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)


@contextlib.contextmanager
def copy() -> Iterator[Path]:
    """A copy of what git would hand out, deleted at the end.

    ansible-test refuses a symlink and a repository's root, and in an ignored folder it skips all tests and succeeds: hence a copy outside any repository.
    """
    with tempfile.TemporaryDirectory(prefix="kaleyra-") as parent:
        root = Path(parent).resolve() / COLLECTION
        put(root)
        yield root


def link() -> Path:
    """A collections path in which this clone is `community.kaleyra`, for `ansible-playbook`."""
    clone = STATE / "collections" / COLLECTION
    clone.parent.mkdir(parents=True, exist_ok=True)
    if not clone.is_symlink():
        clone.symlink_to(CLONE, target_is_directory=True)
    return STATE / "collections"


def unit_tests(root: Path, only_modules: bool) -> tuple[int, list[str]]:
    """How many unit tests ansible-test reports in the copy `root`, and the test files of which it reports none.

    Its exit status does not tell: with a broken conftest.py it runs nothing and succeeds.
    `only_modules`: on a Python that no controller runs on, it runs the tests of modules and their utilities alone.
    """
    ran = [
        case.get("classname", "")
        for report in (root / "tests" / "output" / "junit").glob("*-units.xml")
        for case in ElementTree.parse(report).iter("testcase")
        if case.find("skipped") is None
    ]
    folders = ["plugins/modules", "plugins/module_utils"] if only_modules else ["."]
    files = [file for folder in folders for file in (root / "tests" / "unit" / folder).rglob("test_*.py")]
    dotted = {file: ".".join(file.relative_to(root).with_suffix("").parts) for file in files}
    missing = [str(file.relative_to(root)) for file, name in dotted.items() if not any(name in case for case in ran)]
    return len(ran), sorted(missing)


def integration_targets(root: Path) -> tuple[int, int, list[str]]:
    """How many integration targets ansible-test ran in the copy `root`, how many tasks they had, and the targets that it left out."""
    output = root / "tests" / "output"
    ran = {
        name
        for report in (output / "data").glob("integration-*.json")
        for name in json.loads(report.read_text())["targets"]
    }
    tasks = sum(
        1 for report in (output / "junit").glob("*.xml") for _task in ElementTree.parse(report).iter("testcase")
    )
    there = {folder.name for folder in (root / "tests" / "integration" / "targets").iterdir()}
    missing = {name for name in there - ran if not name.startswith(("setup_", "prepare_"))}
    return len(ran), tasks, sorted(missing)
