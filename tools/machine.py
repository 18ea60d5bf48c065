# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The machine the gate runs on: its Python interpreters, and running a program."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

CLONE = Path(__file__).resolve().parents[1]
STATE = CLONE / ".venv"

LIMIT = 2400
"""Seconds after which a program counts as hanging."""

OLDEST = 9
"""The minor version of the oldest Python that the module runs on."""

OUTSIDE = ("ANSIBLE_", "CI", "KALEYRA_", "MAKE", "MFLAGS", "PYTEST_", "PYTHON", "SCENARIOS", "SEED", "VIRTUAL_ENV")
"""Beginnings of the names of variables that would change a test's outcome, or, as `CI` does, have pytest tell each failure twice."""


def run(
    command: Sequence[str | Path],
    folder: Path = CLONE,
    variables: Mapping[str, str] | None = None,
    live: bool = False,
    limit: float | None = LIMIT,
) -> tuple[int, str]:
    """Run `command` in `folder` with `variables`, and return its exit status and output.

    With `live` the output goes to the terminal instead. It is stopped after `limit` seconds.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OUTSIDE)}
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        try:
            status = subprocess.run(
                command,
                cwd=folder,
                env=kept | {"LC_ALL": "C.UTF-8"} | dict(variables or {}),
                stdin=subprocess.DEVNULL,
                stdout=None if live else output,
                stderr=None if live else subprocess.STDOUT,
                timeout=limit,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            status = 124
        except OSError as error:
            return 127, str(error)
        output.seek(0)
        return status, output.read() + (f"\nstopped after {limit} seconds" if status == 124 else "")


@functools.cache
def interpreters() -> dict[str, Path]:
    """The machine's Python interpreters that run and can make virtual environments, as version ("3.12") to path.

    A version manager's shim `.../shims/python3.12` runs only if that version is selected; the interpreters
    themselves are in `.../versions/3.12.*/bin`.
    """
    candidates = [(f"3.{sys.version_info.minor}", Path(sys.executable))]
    for folder in map(Path, os.get_exec_path()):
        for path in folder.glob("python3.*"):
            if not (named := re.fullmatch(r"python(3\.\d+)", path.name)):
                continue
            real = (
                sorted(folder.parent.glob(f"versions/{named[1]}.*/bin/{path.name}"))
                if folder.name == "shims"
                else [path]
            )
            candidates += [(named[1], each) for each in real]
    working: dict[str, Path] = {}
    for version, path in candidates:
        if version not in working and minor(version) >= OLDEST and run([path, "-c", "import ensurepip, venv"])[0] == 0:
            working[version] = path
    return dict(sorted(working.items(), key=lambda item: minor(item[0])))


def minor(version: str) -> int:
    """The 12 of "3.12"."""
    return int(version.split(".")[1])


def interpreter_path() -> str:
    """A `PATH` on which ansible-test finds each interpreter itself; it cannot use a version manager's shims."""
    real = [str(path.parent) for path in interpreters().values()]
    return os.pathsep.join([*real, *(folder for folder in os.get_exec_path() if Path(folder).name != "shims")])
