# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of docs/docsite/rst/answers.rst: the documented answers, and what they come to."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[3] / "docs" / "docsite" / "rst" / "answers.rst"


@dataclass(frozen=True)
class Replay:
    """What a task comes to: its HTTP requests, and the outcome of each sender, in the order of the task."""

    calls: int
    outcomes: dict[str, str]


@dataclass(frozen=True)
class Documented:
    """A documented answer with one HTTP status.

    ``state``: that of the task which gets it. ``verdict``: its name in `_answer.Verdict`. ``once``: what comes of it as
    the answer to the first call; ``each_time``: as the answer to every call, if the page tells.
    """

    state: str
    status: int
    code: str
    body: str
    verdict: str
    once: Replay
    each_time: Replay | None


def documented() -> dict[str, Documented]:
    """All rows of the page by a name for each; those without a printed status once for each that the page gives."""
    _intro, create, delete = re.split(r"\n(?:Creating|Deleting)\n-+\n", PAGE.read_text(encoding="utf-8"))
    found = {}
    for state, section in (("present", create), ("absent", delete)):
        for number, row in enumerate(section.split("\n   * - ")[2:], 1):
            for answer in _answers(state, row):
                found[f"{state}-{number}-{answer.code}-{answer.status}"] = answer
    return found


def _answers(state: str, row: str) -> list[Documented]:
    answer, does, senders = row.split("\n     - ")
    heading, block = answer.split("\n\n       .. code-block:: text\n\n")
    body = textwrap.dedent(block).strip()
    code = re.findall(r'"code": ?"([^"]+)"', body)[0]
    verdict = re.findall(r"^\*\*(\w+(?: \w+)*)\.?\*\*", does)[0].upper().replace(" ", "_")
    once, *each_time = map(_replay, senders.strip().split("\n\n"))
    return [
        Documented(state, int(status), code, body, verdict, once, each_time[0] if each_time else None)
        for status in re.findall(r"\d{3}", heading)
    ]


def _replay(text: str) -> Replay:
    calls, outcomes = re.findall(r"^\s*(?:Each time, )?(\d+) calls?: (.*)$", text, re.DOTALL)[0]
    return Replay(int(calls), dict(re.findall(r"``(\w+)``\s+(\w+)", outcomes)))
