# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The charts of the guide, drawn by matplotlib, so that the same results give the same files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from .cases import ALONE, EMPTY, EXTRA, INCLUDE, JSON, LOOKUP, LOOP, LOOPED, MANY, SIZES, VARS
from .results import Results

LICENCE = """<!--
SPDX-FileCopyrightText: 2026 The community.kaleyra authors
SPDX-License-Identifier: GPL-3.0-or-later
-->
"""

STYLE = {
    "axes.edgecolor": "#8c959f",
    "axes.grid": True,
    "axes.prop_cycle": mpl.cycler(color=["#0969da", "#1a7f37", "#8250df", "#bc4c00", "#cf222e", "#57606a"]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.family": "sans-serif",
    "font.size": 11,
    "grid.color": "#d0d7de",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "lines.marker": "o",
    "lines.markersize": 4,
    "svg.fonttype": "none",
    "svg.hashsalt": "community.kaleyra",
}


def draw(folder: Path, results: Results) -> None:
    """Draw `speed.svg` and `growth.svg`."""
    with mpl.rc_context(STYLE):
        _save(_speed(results), folder / "speed.svg")
        _save(_growth(results), folder / "growth.svg")


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    head, declaration, rest = path.read_text(encoding="utf-8").partition("?>\n")
    lines = (line.rstrip() for line in rest.splitlines())
    path.write_text(f"{head}{declaration}{LICENCE}" + "\n".join(lines) + "\n", encoding="utf-8")


def _plain(name: str) -> str:
    return name.replace("``", "")


def _speed(results: Results) -> Figure:
    """Whole plays over the number of senders, by the list's way."""
    figure = Figure(figsize=(8.2, 4.6), layout="constrained")
    axes = figure.subplots()
    for way in (JSON, LOOKUP, EXTRA, INCLUDE, VARS):
        points = [(size, seconds) for size in SIZES if (seconds := results.seconds(way, size))]
        axes.plot(*zip(*points, strict=True), label=_plain(way))
    looped, extrapolated = results.seconds(LOOP, LOOPED), results.extrapolated()
    if looped and extrapolated:
        axes.plot([LOOPED, MANY], [looped, extrapolated], linestyle=":", label=f"{_plain(LOOP)}, extrapolated")
    axes.axhline(results.floor, color="#57606a", linestyle="--", linewidth=1, marker="", label=EMPTY)
    axes.set(xscale="log", yscale="log", xlabel="new senders", ylabel="seconds of the whole play")
    _plain_numbers(axes.xaxis, axes.yaxis)
    axes.legend(loc="upper left")
    return figure


def _growth(results: Results) -> Figure:
    """Time and memory over the number of senders, on linear axes."""
    figure = Figure(figsize=(8.2, 3.8), layout="constrained")
    time, memory = figure.subplots(1, 2)
    whole = [(size, results.seconds(JSON, size), results.megabytes(JSON, size)) for size in SIZES]
    sizes, seconds, megabytes = zip(*whole, strict=True)
    time.plot(sizes, seconds, label=f"whole play, {_plain(JSON)}")
    memory.plot(sizes, megabytes, label="module's process in the play")
    for existing, told in ((0, "all new"), (90, "90 % exist")):
        points = results.alone(existing)
        time.plot(*zip(*((size, own) for size, own, _peak in points), strict=True), label=f"{ALONE}, {told}")
        memory.plot(*zip(*((size, peak) for size, _own, peak in points), strict=True), label=f"{ALONE}, {told}")
    time.set(ylabel="seconds")
    memory.set(ylabel="MB")
    for axes in (time, memory):
        axes.set(xlabel="senders", xlim=0, ylim=0, xticks=range(0, 100_001, 25_000))
        _plain_numbers(axes.xaxis)
        axes.legend(loc="upper left", fontsize=9)
        axes.set_ylim(top=axes.get_ylim()[1] * 1.3)  # room for the legend
    return figure


def _plain_numbers(*axes: Any) -> None:
    for axis in axes:
        axis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:,.0f}" if value >= 1 else f"{value:g}"))
