# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mutation testing: mutmut changes one thing at a time, and some test has to notice, or somebody to have written why none need."""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import tree
from .machine import CLONE, STATE

UTILS = "plugins/module_utils"
UNIT = f"tests/unit/{UTILS}"
CAMPAIGN = ("tests/unit/properties/test_counterexamples.py", "tests/unit/properties/test_properties.py")

MODULES = {
    "_settle": (f"{UNIT}/test_settle.py", *CAMPAIGN),
    "_answer": (f"{UNIT}/test_answer.py", *CAMPAIGN),
    "_sender": (f"{UNIT}/test_sender.py", "tests/unit/plugins/modules/test_bad_input.py"),
    "_file": (f"{UNIT}/test_sender.py", "tests/unit/plugins/modules/test_bad_input.py"),
    "_client": (
        f"{UNIT}/test_client.py",
        f"{UNIT}/test_client_secrets.py",
        "tests/unit/plugins/modules/test_robustness.py",
    ),
}
"""The modules whose mutants are made, and the tests that hold each. mutmut tries those that reach a mutant, fastest first."""

REASONS = Path("tests/mutants.toml")

SCENARIOS = 200
"""The scenarios of the campaign that a mutant is tried with: the last of its tests, and the slowest."""

NOTICED = {1, 3, 24, 36, 152, 255, -24}
"""mutmut's codes for a mutant that a test noticed, or that ran into its limit of time, as an endless loop does."""

UNTRIED = {None, 2}
"""Its codes for one that was not tried, or was interrupted."""


@dataclass(frozen=True)
class Mutant:
    """A mutant, told by the lines that differ; several are one here if their lines are the same."""

    module: str
    was: str
    becomes: str

    def __str__(self) -> str:
        return f'[[mutant]]\nmodule = "{self.module}"\nwas = {_toml(self.was)}\nbecomes = {_toml(self.becomes)}'


def _toml(text: str) -> str:
    return f"'''\n{text}'''" if "\n" in text else f"'{text}'" if "'" not in text else f"'''{text}'''"


def reasons() -> dict[Mutant, str]:
    """Why no test need notice these mutants."""
    rows = tomllib.loads((CLONE / REASONS).read_text(encoding="utf-8")).get("mutant", [])
    return {Mutant(row["module"], row["was"], row["becomes"]): row["why"] for row in rows}


def verdict(module: str, call: Callable[[Sequence[str], Path, bool], str]) -> tuple[str, list[str]]:
    """Try all mutants of a module: the figures, and what is wrong; if nothing is, all that are not noticed have a reason.

    mutmut keeps its results in `.venv/mutated/` until the mutated function changes, and so goes on where it was
    interrupted. Mutants that no test noticed are tried again when a test has changed.

    :arg call: runs a command in a folder and returns its output, or shows it as it comes.
    """
    folder = STATE / "mutated" / module
    _furnish(folder, module)
    call(["mutmut", "run"], folder, True)
    fingerprint, stamp = _fingerprint(folder), folder / "stamp"
    if not stamp.exists() or stamp.read_text() != fingerprint:
        if stamp.exists() and (left := _unnoticed(_results(folder, module))):
            call(["mutmut", "run", *left], folder, True)
        stamp.write_text(fingerprint)
    results = _results(folder, module)
    left = _unnoticed(results)
    survivors = dict.fromkeys(_read(module, call(["mutmut", "show", name], folder, False)) for name in left)
    known = dict.fromkeys(mutant for mutant in reasons() if mutant.module == module)
    faults = [f"{name} was not tried to its end: run the same again" for name in left if results[name] in UNTRIED]
    faults += [
        f"no test notices this, and {REASONS} gives no reason:\n{mutant}" for mutant in survivors if mutant not in known
    ]
    faults += [
        f"{REASONS} gives a reason, but a test notices this, or there is no such mutant:\n{mutant}"
        for mutant in known
        if mutant not in survivors
    ]
    told = f"{len(results)} mutants, {len(results) - len(left)} noticed by a test, {len(left)} not"
    return told, faults


def _furnish(folder: Path, module: str) -> None:
    """Bring a module's folder up to date: a copy of the collection, and mutmut's configuration."""
    shutil.rmtree(folder / tree.COLLECTION, ignore_errors=True)
    # What it remembers of which tests reach a function knows nothing of a new one.
    (folder / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
    tree.put(folder / tree.COLLECTION)
    settings = {
        "source_paths": [str(tree.COLLECTION / UTILS)],
        "only_mutate": [f"*/{module}.py"],
        "also_copy": [str(tree.COLLECTION.parents[1])],
        "pytest_add_cli_args": ["-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": [str(tree.COLLECTION / test) for test in MODULES[module]],
        "timeout_constant": 5.0,
        "timeout_multiplier": 5.0,
        "process_isolation": "forkserver",  # a fork of a process that has run the tests would inherit what they cached
        "use_git_change_detection": False,
        "on_dependency_change": "ignore",
    }
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in settings.items()]
    (folder / "pyproject.toml").write_text("".join(["[tool.mutmut]\n", *lines]))


def _fingerprint(folder: Path) -> str:
    """A digest of all unit tests."""
    files = sorted((folder / tree.COLLECTION / "tests" / "unit").rglob("*.py"))
    return hashlib.sha256("\0".join(file.read_text(encoding="utf-8") for file in files).encode()).hexdigest()


def _results(folder: Path, module: str) -> dict[str, int | None]:
    """mutmut's code for each mutant by its name."""
    meta = folder / "mutants" / tree.COLLECTION / UTILS / f"{module}.py.meta"
    found: dict[str, int | None] = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


def _unnoticed(results: Mapping[str, int | None]) -> list[str]:
    return [name for name, code in results.items() if code not in NOTICED]


def _read(module: str, shown: str) -> Mutant:
    """A mutant from the unified diff that mutmut shows."""
    lines = [line for line in shown.splitlines() if not line.startswith(("---", "+++"))]
    was, becomes = ("\n".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return Mutant(module, was, becomes)
