# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What came of all runs, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import Any

from .cases import ALONE, FLOOR, LOOP, LOOPED, MANY
from .measure import Case, Took


@dataclass
class Results:
    """The runs by case, and the megabytes of those whose memory was measured."""

    rounds: int
    took: dict[Case, list[Took]] = field(default_factory=dict)
    peaks: dict[Case, float | None] = field(default_factory=dict)

    def case(self, what: str, senders: int, **more: Any) -> Case | None:
        """The case that ran, if it did. What `more` does not say is as `Case` has it by default."""
        wanted = Case(what, senders, FLOOR.command, frozenset(), **more)
        return next((case for case in self.took if case == wanted), None)

    def seconds(self, what: str, senders: int, **more: Any) -> float | None:
        """The median of the whole command."""
        case = self.case(what, senders, **more)
        return median(took.seconds for took in self.took[case]) if case else None

    def own(self, what: str, senders: int, **more: Any) -> float | None:
        """The median of what the command told of itself."""
        case = self.case(what, senders, **more)
        return median(took.told["seconds"] for took in self.took[case]) if case else None

    def megabytes(self, what: str, senders: int, **more: Any) -> float | None:
        case = self.case(what, senders, **more)
        return self.peaks.get(case) if case else None

    def alone(self, existing: int) -> list[tuple[int, float, float]]:
        """The module's own work: senders, the processor's seconds, megabytes."""
        found = {
            case.senders: took for case, took in self.took.items() if case.what == ALONE and case.existing == existing
        }
        return [
            (senders, *(median(run.told[name] for run in took) for name in ("seconds", "megabytes")))
            for senders, took in sorted(found.items())
        ]

    @property
    def floor(self) -> float:
        """The seconds of the empty module's play."""
        return median(took.seconds for took in self.took[FLOOR])

    def extrapolated(self) -> float | None:
        """The seconds of the ``uri`` loop over `MANY` senders, if each took as long as one of `LOOPED`."""
        seconds = self.seconds(LOOP, LOOPED)
        return seconds and self.floor + (seconds - self.floor) * MANY / LOOPED
