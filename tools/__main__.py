# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the steps of one of the Makefile's targets: `python -m tools check`."""

from __future__ import annotations

import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from .environments import Unavailable, current, make, version
from .machine import STATE, interpreters
from .steps import Failed, Step, steps

AT_ONCE = 2


@dataclass(frozen=True)
class Outcome:
    """How a step ended: whether it passed, what it saw, and the seconds it took."""

    step: Step
    passed: bool
    detail: str
    seconds: float


def _say(line: str) -> None:
    print(line, flush=True)


def _prepare(names: set[str]) -> dict[str, str]:
    """Make the environments `names`, and return why for those that can't be made."""
    missing: dict[str, str] = {}

    def prepare(name: str) -> None:
        try:
            if not current(name):
                _say(f"making the environment {STATE.name}/{name} with Python {version(name)}, once")
                make(name)
        except Unavailable as error:
            missing[name] = str(error)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(prepare, sorted(names)))
    return missing


def _attempt(step: Step, missing: dict[str, str]) -> Outcome:
    started = time.monotonic()
    passed, detail = False, ""
    try:
        lacking = [f"environment {name}: {missing[name]}" for name in step.environments if name in missing]
        if lacking:
            raise Failed("\n".join(lacking))
        detail, passed = step.work(), True
    except Failed as failure:
        detail = str(failure).strip()
    except Exception:  # A fault of ours: the other steps still have their say.
        detail = traceback.format_exc()
    return Outcome(step, passed, detail, time.monotonic() - started)


def _tell(outcome: Outcome) -> None:
    """One line for a step that passed, all that it printed for one that did not."""
    if outcome.passed:
        _say(f"passed  {outcome.step.name}: {outcome.detail} ({outcome.seconds:.0f} s)")
    else:
        _say(f"FAILED  {outcome.step.name} ({outcome.seconds:.0f} s)")
        _say("\n".join(f"    {line}" for line in outcome.detail.splitlines()))


def perform(target: str) -> bool:
    """Run all steps of `target`, tell what came of each, end in a verdict, and return whether all passed."""
    started = time.monotonic()
    chosen = [step for step in steps() if target in step.targets]
    _say(f"make {target}: {len(chosen)} step{'s' * (len(chosen) > 1)}; Python {', '.join(interpreters())} found")
    missing = _prepare({name for step in chosen for name in step.environments})
    outcomes: list[Outcome] = []
    for step in filter(lambda step: step.live, chosen):
        _say(f"\n--- {step.name}")
        outcomes.append(_attempt(step, missing))
        _tell(outcomes[-1])
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            for done in as_completed([pool.submit(_attempt, step, missing) for step in chosen if not step.live]):
                outcomes.append(done.result())
                _tell(outcomes[-1])
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise
    if len(outcomes) > 2:
        _say("")
        for outcome in sorted(outcomes, key=lambda outcome: chosen.index(outcome.step)):
            _say(f"  {'passed' if outcome.passed else 'FAILED'}  {outcome.seconds:5.0f} s  {outcome.step.name}")
    failed = [outcome.step.name for outcome in outcomes if not outcome.passed]
    verdict = f"FAILED: {'; '.join(failed)}" if failed else f"PASSED: {_gist(outcomes)}"
    _say(f"\nmake {target}: {verdict} ({time.monotonic() - started:.0f} s)")
    return not failed


def _gist(outcomes: list[Outcome]) -> str:
    return "; ".join(outcome.detail for outcome in outcomes) if len(outcomes) < 3 else f"all {len(outcomes)} steps"


def main() -> int:
    """Do what the one argument names."""
    targets = sorted({target for step in steps() for target in step.targets})
    if len(sys.argv) != 2 or sys.argv[1] not in targets:
        _say(f"usage: python -m tools {'|'.join(targets)}")
        return 2
    try:
        return 0 if perform(sys.argv[1]) else 1
    except KeyboardInterrupt:
        _say(f"\nmake {sys.argv[1]}: FAILED: interrupted")
        return 130


if __name__ == "__main__":
    sys.exit(main())
