# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The virtual environments of the Makefile's targets, each made once and renewed when its requirements change."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .machine import CLONE, STATE, interpreters, minor, run


@dataclass(frozen=True)
class Environment:
    """A virtual environment: the file of its requirements and the Python versions that suit it, best first."""

    requirements: str
    pythons: tuple[str, ...]


class Unavailable(Exception):
    """An environment cannot be made on this machine; the message says what is missing."""


NEWEST = ("3.13", "3.12", "3.14")
ANY = (f"{sys.version_info.major}.{sys.version_info.minor}", *NEWEST, "3.11")

ENVIRONMENTS = {
    "demo": Environment("demo", ANY),
    "test": Environment("test", ANY),
    "oldest": Environment("oldest", ("3.11", "3.12", "3.10")),
    "newest": Environment("newest", NEWEST),
    "host": Environment("units", ("3.9",)),
    "linters": Environment("linters", NEWEST),
    "awx": Environment("awx", ANY),
    "mutants": Environment("mutants", ANY),
    "bench": Environment("bench", NEWEST),
    **{f"core{core}": Environment(f"core{core}", ("3.12", "3.13", "3.11")) for core in ("217", "218", "219", "220")},
}
"""`oldest` and `newest` hold that ansible-core, `core217` and so on those between; `host` is the oldest Python that the module supports on a managed host."""


def available(name: str) -> bool:
    """Whether this machine has a Python for the environment `name`."""
    return any(version in interpreters() for version in ENVIRONMENTS[name].pythons)


def binaries(name: str) -> Path:
    """The folder of the programs of the environment `name`."""
    return STATE / name / "bin"


def home(name: str) -> Path:
    """The home of all that runs in the environment `name`.

    The user's own would bring an ansible.cfg and collections into the tests, and get ansible-test's files.
    """
    return STATE / name / "home"


def version(name: str) -> str:
    """The Python version that the environment `name` has here."""
    found = next((version for version in ENVIRONMENTS[name].pythons if version in interpreters()), None)
    if not found:
        needed = " or ".join(sorted(set(ENVIRONMENTS[name].pythons), key=minor))
        raise Unavailable(
            f"needs Python {needed} with its venv module (on Debian: the package python3-venv); "
            f"this machine has {', '.join(interpreters()) or 'none'}"
        )
    return found


def _requirements(name: str) -> Path:
    return CLONE / "tests/requirements" / f"{ENVIRONMENTS[name].requirements}.txt"


def _files(requirements: Path) -> Iterator[Path]:
    """The file `requirements` and those that it includes."""
    yield requirements
    for included in re.findall(r"^-r (.+)$", requirements.read_text(), re.MULTILINE):
        yield from _files(requirements.parent / included)


def _fingerprint(name: str) -> str:
    """A digest of all that decides the content of the environment `name`."""
    contents = [file.read_text() for file in _files(_requirements(name))]
    return hashlib.sha256("\0".join([str(interpreters()[version(name)]), GET_PIP, *contents]).encode()).hexdigest()


def current(name: str) -> bool:
    """Whether the environment `name` is there, made from the requirements as they are."""
    stamp = STATE / name / "stamp"
    return stamp.exists() and stamp.read_text() == _fingerprint(name)


def make(name: str) -> None:
    """Make the environment `name` anew."""
    _must([interpreters()[version(name)], "-m", "venv", "--clear", STATE / name])
    _must([*_pip(name), "install", "-r", _requirements(name)])
    _furnish(name)
    (STATE / name / "stamp").write_text(_fingerprint(name))


def _pip(name: str) -> list[str | Path]:
    return [binaries(name) / "python", "-m", "pip", "--quiet", "--disable-pip-version-check"]


def _must(command: list[str | Path]) -> None:
    """Run `command`, and raise `Unavailable` with its output when it fails."""
    status, output = run(command)
    if status:
        raise Unavailable(f"{' '.join(map(str, command))}\n{output}")


def _furnish(name: str) -> None:
    """Put into the environment's home what pip and ansible-test look for there.

    ansible-test installs pip into the environments of its sanity tests by a script that it would otherwise download from a
    host of its own. Its integration tests want an SSH key pair, which `--local` never uses.
    """
    for users in (".config/pip", ".pip", ".netrc", ".cache/pip"):
        (home(name) / users).parent.mkdir(parents=True, exist_ok=True)
        if (Path.home() / users).exists():
            (home(name) / users).symlink_to(Path.home() / users)
    source = next((STATE / name).glob("lib/*/site-packages/ansible_test/_internal/python_requirements.py"), None)
    if source is None:
        return
    wanted = re.search(r"pip='([\d.]+)'", source.read_text())
    if not wanted:
        raise Unavailable(f"{source} no longer says which pip it wants: see how ansible-test gets it now")
    wheels = STATE / name / "wheels"
    _must([*_pip(name), "download", "--no-deps", "--dest", wheels, f"pip=={wanted[1]}"])
    cache = home(name) / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True)
    script = GET_PIP.format(wheel=str(next(wheels.glob("pip-*.whl"))))
    (cache / f"get_pip_{wanted[1].replace('.', '_')}.py").write_text(script)
    for key in ("id_rsa", "id_rsa.pub"):
        (cache.parent / key).touch()


GET_PIP = """
import runpy
import sys

sys.path.insert(0, {wheel!r})
sys.argv[1:] = ["install", *(option for option in sys.argv[1:] if option not in ("--no-setuptools", "--no-wheel"))]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""
