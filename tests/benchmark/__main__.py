# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the cases of the groups `ONLY` (all) for `ROUNDS` rounds (5), and print their times."""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from pathlib import Path

from . import tables
from .cases import FLOOR, GROUPS, cases
from .measure import Case, Wrong, run
from .results import Results

ROUNDS = 5
FLOORS = 3
"""Runs of the empty module in each round, for all ratios go by it."""


def measure(chosen: list[Case], rounds: int, folder: Path) -> Results:
    """Run the cases, each once a round, in an order of its own each round.

    :raises Wrong: a run did not do what it should.
    """
    results = Results(rounds)
    run(FLOOR, folder)  # warms the machine's caches
    for number in range(rounds):
        started = time.monotonic()
        todo = [case for case in chosen if number == 0 or not case.once] + [FLOOR] * FLOORS
        random.Random(number).shuffle(todo)
        for case in todo:
            results.took.setdefault(case, []).append(run(case, folder))
            print(".", end="", flush=True)
        print(f"\nround {number + 1} of {rounds}: {len(todo)} runs, {time.monotonic() - started:.0f} s", flush=True)
    for case in [FLOOR, *chosen]:
        if case.memory:
            results.peaks[case] = run(case, folder, memory=True).megabytes
    return results


def main() -> None:
    rounds = int(os.environ.get("ROUNDS") or ROUNDS)
    groups = (os.environ.get("ONLY") or ",".join(GROUPS)).split(",")
    if unknown := set(groups) - set(GROUPS):
        sys.exit(f"ONLY names {', '.join(unknown)}; the groups are {', '.join(GROUPS)}")
    chosen = [case for case in cases() if case.groups.intersection(groups)]
    with tempfile.TemporaryDirectory(prefix="kaleyra-") as name:
        try:
            results = measure(chosen, rounds, Path(name))
        except Wrong as wrong:
            sys.exit(str(wrong))
    print(f"\n{tables.terminal(results)}\n\n{tables.growth(results)}\n")


if __name__ == "__main__":
    main()
