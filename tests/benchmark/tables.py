# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results in words: for the terminal, for issue 5's marks, and for the guide."""

from __future__ import annotations

import csv
import datetime
import importlib.metadata
import io
import itertools
import os
import platform
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median

from .cases import (
    ALONE,
    BETWEEN,
    CONNECTIONS,
    CSV,
    CURL,
    EMPTY,
    EXISTING,
    EXTRA,
    FILE,
    INCLUDE,
    JSON,
    LATENCIES,
    LONG,
    LOOKUP,
    LOOP,
    LOOPED,
    MANY,
    SCRIPT,
    SIZES,
    UNCHECKED,
    VARS,
    WHOLE,
    deleting,
)
from .results import Results

Row = Sequence[str]

MATRIX = [size for size in SIZES if size != BETWEEN]


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


def marks(results: Results) -> str:
    """Issue 5's marks, as far as their cases ran."""
    lines = []
    for what, value, sense, bound, unit in _marks(results):
        reached = value <= bound if sense == "at most" else value >= bound
        lines.append(
            f"{'reached    ' if reached else 'NOT REACHED'}  {what.replace('``', '')}: {value:,.2f}{unit}, wanted {sense} {bound:,.2f}"
        )
    return "\n".join(lines) or "No mark's cases ran."


def _marks(results: Results) -> Iterator[tuple[str, float, str, float, str]]:
    loop = results.extrapolated()
    for way, most in ((JSON, 1.25), (LOOKUP, 1.5)):
        if seconds := results.seconds(way, MANY):
            yield f"{MANY:,} new senders, {way}", seconds / results.floor, "at most", most, " x"
            if loop:
                yield f"{MANY:,} new senders, {LOOP} beside {way}", loop / seconds, "at least", 500, " x"
    if seconds := results.seconds(JSON, LONG, existing=90, report="changes"):
        what = f"{LONG:,} senders, 90 % exist, {JSON}, changes, in 11 calls"
        yield what, seconds / results.floor, "at most", 1.75, " x"
    if megabytes := results.megabytes(JSON, LONG, existing=90, report="changes"):
        yield "the same, memory of the module's process", megabytes, "at most", 150, " MB"
    slow, most_connections = LATENCIES[-1], CONNECTIONS[-1]
    seconds = results.seconds(deleting(most_connections), MANY, deletes=True, latency=slow)
    calls = results.own(deleting(most_connections, SCRIPT), MANY, deletes=True, latency=slow)
    if seconds and calls:
        what = f"{MANY:,} deletes at {slow * 1000:.0f} ms, {most_connections} connections (a script's calls alone: {calls:.2f} s)"
        yield what, seconds, "at most", results.floor + 2 * calls, " s"
    for way, senders in ((JSON, MANY), (JSON, LONG), (LOOKUP, MANY)):
        first, second = results.seconds(way, senders), results.seconds(way, senders, existing=100)
        if first and second:
            yield f"{senders:,} senders, {way}: a second run beside the first", second / first, "at most", 1, " x"


def rewrite(guide: Path, results: Results) -> None:
    """Put the tables into the guide, each between a comment ``.. benchmark: NAME`` and ``.. end``."""
    text = guide.read_text(encoding="utf-8")
    for name, content in _blocks(results).items():
        before, start, rest = text.partition(f"\n.. benchmark: {name}\n")
        _old, end, after = rest.partition("\n.. end\n")
        if not end:
            raise ValueError(f"{guide.name} has no place for the table {name}")
        text = f"{before}{start}\n{content}\n{end}{after}"
    guide.write_text(text, encoding="utf-8")


def _blocks(results: Results) -> dict[str, str]:
    return {
        "machine": textwrap.fill(heading(results), 120),
        "ways": _table(["The list comes by", *(f"{size:,}" for size in SIZES)], _ways(results)),
        "existing": _table(
            ["The list comes by", "report", "exist before", *(f"{size:,}" for size in MATRIX)], _existing(results)
        ),
        "memory": _table(["Senders", "report", "exist before", "HTTP calls", "memory"], _memory(results)),
        "instead": _table(["5,000 new senders", "time"], _instead(results)),
        "deletes": _table(
            ["5,000 deleted", *(f"{latency * 1000:.0f} ms an answer" for latency in LATENCIES)], _deletes(results)
        ),
    }


def _table(header: Row, rows: Iterable[Row]) -> str:
    """An RST table."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerows(rows)
    head = io.StringIO()
    csv.writer(head, lineterminator="").writerow(header)
    return f".. csv-table::\n   :header: {head.getvalue()}\n\n{textwrap.indent(lines.getvalue().rstrip(), '   ')}"


def _cell(results: Results, seconds: float | None) -> str:
    if seconds is None:
        return ""
    digits = 2 if seconds < 100 else 0
    return f"{seconds:,.{digits}f} s, {seconds / results.floor:,.{digits}f} x"


def _ways(results: Results) -> Iterator[Row]:
    for way in (JSON, CSV, LOOKUP, EXTRA, INCLUDE, VARS):
        yield [way, *(_cell(results, results.seconds(way, size)) for size in SIZES)]


def _existing(results: Results) -> Iterator[Row]:
    for way, report, existing in itertools.product((JSON, LOOKUP), ("all", "changes", "failures"), EXISTING):
        seconds = [results.seconds(way, size, report=report, existing=existing) for size in MATRIX]
        if any(seconds):
            yield [way, report, f"{existing} %", *(_cell(results, one) for one in seconds)]


def _memory(results: Results) -> Iterator[Row]:
    for case, peak in results.peaks.items():
        if peak and case.what == JSON and case.senders in (MANY, LONG):
            yield [f"{case.senders:,}", case.report, f"{case.existing} %", str(case.calls), f"{peak:.0f} MB"]


def _instead(results: Results) -> Iterator[Row]:
    yield [EMPTY, _cell(results, results.floor)]
    for way in (JSON, LOOKUP):
        yield [f"this module, {way}", _cell(results, results.seconds(way, MANY))]
    yield [f"{LOOP}, extrapolated from {LOOPED}", _cell(results, results.extrapolated())]
    for what in (UNCHECKED, WHOLE, FILE, SCRIPT, CURL):
        if seconds := results.seconds(what, MANY):
            yield [what, _cell(results, seconds)]


def _deletes(results: Results) -> Iterator[Row]:
    whats = [*map(deleting, CONNECTIONS), deleting(CONNECTIONS[-1], SCRIPT)]
    for what in whats:
        times = [results.seconds(what, MANY, deletes=True, latency=latency) for latency in LATENCIES]
        yield [what, *(_cell(results, seconds) for seconds in times)]
