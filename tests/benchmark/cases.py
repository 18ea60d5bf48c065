# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cases: each answers a question of somebody who has a list to declare."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import lists
from .bare import LIMITS
from .measure import HERE, KEY, SID, Case, Place

GROUPS = ("ways", "existing", "instead", "deletes", "growth")

EMPTY = "an empty module"
JSON, CSV, LOOKUP = "``src``, JSON", "``src``, CSV", "``lookup`` and ``from_json``"
EXTRA, INCLUDE, VARS = "``-e @file.json``", "``include_vars``, JSON", "``vars_files``, JSON"
LOOP, WHOLE, FILE = "``uri`` in a loop", "``uri`` with one body", "``uri`` with one file"
CURL, SCRIPT = "``curl``", "a script with ``requests``"
UNCHECKED = "a module that checks nothing, and returns the same"
ALONE = "the module's own work"

SIZES = (1, 100, 1_000, 5_000, 10_000, 50_000)
MANY, BETWEEN, LONG = SIZES[-3:]
EXISTING = (0, 90, 100)
LOOPED = 100
LATENCIES = (0.0, 0.05)
CONNECTIONS = (1, 4, 8)

Task = Mapping[str, Any]
Command = Sequence[str | Path]


def deleting(connections: int, what: str = "the module") -> str:
    return f"{what}, {connections} connection{'s' * (connections > 1)}"


def play(place: Place, tasks: Sequence[Task], *arguments: str, **keywords: Any) -> Command:
    """Write a play on localhost, and return the command that runs it."""
    variables = {"ansible_connection": "local", "ansible_python_interpreter": place.python}
    content = {"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks, **keywords}
    (place.folder / "play.yml").write_text(json.dumps([content]), encoding="utf-8")
    return [Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,", "play.yml", *arguments]


def module(place: Place, **options: Any) -> Task:
    return {"community.kaleyra.kaleyra_sender": {"api_url": place.url, "api_key": KEY, "sid": SID, **options}}


def uri(place: Place, **options: Any) -> Task:
    headers = {"api-key": KEY, "Content-Type": "application/json"}
    return {"ansible.builtin.uri": {"url": address(place), "method": "POST", "headers": headers, **options}}


def address(place: Place) -> str:
    return f"{place.url}/v1/{SID}/messages/sender"


def content(place: Place, file: str) -> str:
    """The template of a file's content."""
    return f"{{{{ lookup('ansible.builtin.file', '{place.list / file}') | from_json }}}}"


def local(name: str, place: Place, **options: Any) -> Command:
    """A module of this folder."""
    (place.folder / "library").mkdir()
    shutil.copy(HERE / f"{name}.py", place.folder / "library")
    return play(place, [{name: options}])


def empty(place: Place) -> Command:
    return local("empty", place)


def unchecked(place: Place) -> Command:
    return local("unchecked", place, url=address(place), api_key=KEY, src=str(place.list / "senders.json"))


def by_src(suffix: str, **options: Any) -> Callable[[Place], Command]:
    return lambda place: play(place, [module(place, src=str(place.list / f"senders.{suffix}"), **options)])


def by_lookup(**options: Any) -> Callable[[Place], Command]:
    return lambda place: play(place, [module(place, senders=content(place, "senders.json"), **options)])


def by_extra(place: Place) -> Command:
    return play(place, [module(place, senders="{{ listed }}")], "-e", f"@{place.list / 'vars.json'}")


def by_include(place: Place) -> Command:
    include = {"ansible.builtin.include_vars": {"file": str(place.list / "vars.json")}}
    return play(place, [include, module(place, senders="{{ listed }}")])


def by_vars(place: Place) -> Command:
    return play(place, [module(place, senders="{{ listed }}")], vars_files=[str(place.list / "vars.json")])


def looped(place: Place) -> Command:
    over = {"loop": content(place, "senders.json"), "loop_control": {"label": "{{ item.sender }}"}}
    return play(place, [{**uri(place, body={"data": ["{{ item }}"]}, body_format="json"), **over}])


def whole(place: Place) -> Command:
    return play(place, [uri(place, body=content(place, "body.json"), body_format="json")])


def whole_file(place: Place) -> Command:
    return play(place, [uri(place, src=str(place.list / "body.json"), remote_src=True)])


def curl(place: Place) -> Command:
    headers = ["-H", f"api-key: {KEY}", "-H", "Content-Type: application/json"]
    return ["curl", "-sS", "--fail", *headers, "--data-binary", f"@{place.list / 'body.json'}", address(place)]


def script(action: str, connections: int) -> Callable[[Place], Command]:
    def command(place: Place) -> Command:
        arguments: Command = [address(place), KEY, action, place.list / "senders.json", str(connections)]
        return [sys.executable, HERE / "bare.py", *arguments]

    return command


def alone(existing: int) -> Callable[[Place], Command]:
    def command(place: Place) -> Command:
        program: Command = [sys.executable, "-m", f"{__package__}.alone", place.list / "senders.json", str(existing)]
        return ["env", f"PYTHONPATH={os.environ['PYTHONPATH']}", *program]

    return command


FLOOR = Case(EMPTY, 0, empty, frozenset(GROUPS))


def _calls(senders: int, existing: int) -> int:
    """The creating calls that the module needs: those that are refused for what exists, and those of the rest."""
    new = senders - len(lists.names(senders, existing))
    first, rest = -(-senders // LIMITS["create"]), -(-new // LIMITS["create"])
    return first + rest if existing else first


def _creating(what: str, senders: int, command: Callable[[Place], Command], *groups: str, **more: Any) -> Case:
    calls = _calls(senders, more.get("existing", 0))
    return Case(what, senders, command, frozenset(groups), **{"calls": calls, **more})


def cases() -> Iterator[Case]:
    """All of them but `FLOOR`."""
    yield from _matrix()
    for senders in (MANY, LONG):
        yield _creating(CSV, senders, by_src("csv"), "ways")
    for senders in (1_000, MANY, 10_000):
        for what, command in ((EXTRA, by_extra), (INCLUDE, by_include), (VARS, by_vars)):
            yield _creating(what, senders, command, "ways", once=senders > MANY)
    yield _creating(LOOP, LOOPED, looped, "instead", calls=LOOPED, once=True)
    yield _creating(UNCHECKED, MANY, unchecked, "instead")
    yield _creating(WHOLE, MANY, whole, "instead")
    yield _creating(FILE, MANY, whole_file, "instead")
    if shutil.which("curl"):
        yield _creating(CURL, MANY, curl, "instead")
    yield _creating(SCRIPT, MANY, script("create", 1), "instead")
    yield from _deletes()
    for senders in (1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000):
        for existing in (0, 90):
            yield Case(ALONE, senders, alone(existing), frozenset({"growth"}), existing)


def _matrix() -> Iterator[Case]:
    """The module by the list's way and length, by what exists, and by what is reported."""
    for senders, existing, report in itertools.product(SIZES, EXISTING, ("all", "changes", "failures")):
        plain = existing == 0 and report == "all"
        if (report == "failures" and (existing or senders < MANY)) or (senders == BETWEEN and not plain):
            continue
        groups = {"existing"} | ({"ways", "growth"} if plain else set())
        groups |= {"instead"} if plain and senders == MANY else set()
        more: dict[str, Any] = {"existing": existing, "report": report}
        yield _creating(JSON, senders, by_src("json", report=report), *groups, memory=senders >= MANY or plain, **more)
        yield _creating(LOOKUP, senders, by_lookup(report=report), *groups - {"growth"}, once=senders == LONG, **more)


def _deletes() -> Iterator[Case]:
    calls = MANY // LIMITS["delete"]
    for latency in LATENCIES:
        more: dict[str, Any] = {"deletes": True, "latency": latency, "calls": calls}
        for connections in CONNECTIONS:
            command = by_src("json", state="absent", connections=connections)
            yield Case(deleting(connections), MANY, command, frozenset({"deletes"}), **more)
        command = script("delete", CONNECTIONS[-1])
        yield Case(deleting(CONNECTIONS[-1], SCRIPT), MANY, command, frozenset({"deletes"}), **more)
