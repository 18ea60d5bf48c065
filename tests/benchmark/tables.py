# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results as a table for the terminal."""

from __future__ import annotations

import datetime
import importlib.metadata
import itertools
import os
import platform
import re
import textwrap
from pathlib import Path
from statistics import median

from .cases import ALONE, LONG, MANY
from .results import Results


def machine() -> str:
    """The machine and the versions."""
    told = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    model = re.search(r"model name\s*: (.+)", told)
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("ansible-core", "requests"))
    processor = model[1] if model else platform.machine()
    return f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}, {versions}"


def heading(results: Results) -> str:
    date = datetime.datetime.now(datetime.UTC).date()
    rounds = f"{results.rounds} round{'s' * (results.rounds > 1)}"
    return (
        f"Medians of {rounds} on {date}: {machine()}. x is the time as a multiple of that of a play with one empty module,"
        f" which took {results.floor:.2f} s. What takes long ran once: a lookup of {LONG:,}, variables of more than {MANY:,}, and the loop."
    )


def terminal(results: Results) -> str:
    """Every case, by its median."""
    rows = [["", "senders", "exist", "report", "latency", "calls", "median s", "lowest", "highest", "x", "MB"]]
    for case in sorted(
        results.took, key=lambda case: (case.what, case.latency, case.report, case.existing, case.senders)
    ):
        took = results.took[case]
        times = sorted(run.seconds if case.what != ALONE else run.told["seconds"] for run in took)
        told = [run.told["megabytes"] for run in took if "megabytes" in run.told]
        peak = median(told) if told else results.peaks.get(case)
        rows.append(
            [
                case.what.replace("``", ""),
                f"{case.senders:,}",
                f"{100 if case.deletes else case.existing} %",
                case.report,
                f"{case.latency * 1000:.0f} ms",
                str(case.calls),
                *(f"{seconds:.2f}" for seconds in (median(times), times[0], times[-1])),
                "" if case.what == ALONE else f"{median(times) / results.floor:.2f}",
                f"{peak:.0f}" if peak else "",
            ]
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join([textwrap.fill(heading(results), 120), "", *lines])


def growth(results: Results) -> str:
    """What 1,000 senders more cost the module itself, from each length of the list to the next."""
    lines = []
    for existing in (0, 90):
        points = results.alone(existing)
        steps = [
            f"{senders:,}: {(seconds - before[1]) / (senders - before[0]) * 1e6:.0f} ms, {(peak - before[2]) / (senders - before[0]) * 1e3:.2f} MB"
            for before, (senders, seconds, peak) in itertools.pairwise(points)
        ]
        lines += [f"1,000 senders more, {existing} % exist, up to {'; '.join(steps)}"] if steps else []
    return "\n".join(lines)
