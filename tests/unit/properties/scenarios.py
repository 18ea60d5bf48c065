# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random scenarios: a list of senders, an account, a server's behavior and the failures of a network."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.community.kaleyra.tests.unit.faulty_api import DOCUMENTED
from ansible_collections.community.kaleyra.tests.unit.properties.network import FAILURES
from hypothesis import strategies as st


@dataclass(frozen=True)
class Scenario:
    """A task, its account, its server and its network.

    ``senders`` and ``existing`` contain names and countries, ``behavior`` fields of `Behavior`.
    ``failures`` are names from `FAILURES` by the number of the HTTP request, from 0; ``lasting`` is what happens to all
    requests after those.
    """

    operation: str  # "create" or "delete"
    senders: tuple[tuple[str, str], ...]
    existing: tuple[tuple[str, str], ...] = ()
    behavior: Mapping[str, Any] = field(default_factory=dict)
    batch_size: int = 3
    failures: tuple[tuple[int, str], ...] = ()
    lasting: str = ""
    retries: int = 1

    @property
    def quiet(self) -> bool:
        """Whether the network has no failures."""
        return not self.failures and not self.lasting


NAMES = ("ADPAI", "ABCF01", "adpai", "ABCF99", "S10", "12345", "012345", "S11", "S12", "TESTEHR5")
COUNTRIES = ("in", "in", "us")
REASONS = {  # rejections, although some resemble other reasons
    "create": (
        "Entity ID is not valid",
        "Sender ID already exists in another account",
        "Sender ID already exists, but the entity ID does not match",
        "Sender template already exists",
    ),
    "delete": ("Sender ID is in use", "Its template was not found", "Account not found for this sender"),
}
ALREADY = {
    "create": ("Sender ID Already exist.", "The sender already exists"),
    "delete": ("Sender ID does not exist.", "No such sender", "Sender ID could not be found"),
}

# Few draws of many values each, because drawing takes most of the time. The simplest value comes first.
FATES = ("new", "exists") * 6 + ("rejected",) * 3 + ("exists, rejected", "oversized")
ROWS = st.integers(0, len(NAMES) * len(COUNTRIES) * len(FATES) * 4 - 1)
LISTS = [st.lists(ROWS, max_size=6)] + [st.lists(ROWS, min_size=least, max_size=14) for least in range(1, 8)]
LIST_SIZES = st.integers(0, len(LISTS) - 1)

REJECTIONS: tuple[Mapping[str, Any], ...] = (
    *({},) * 4,
    *({"partial": "rejection"},) * 2,
    *({"partial": "rows"}, {"partial": "success"}),
    *({"max_errors": 1}, {"max_errors": 2}, {"staged": True}),
    *({"error_rows": True, "row_code": "", "partial": partial} for partial in ("", "rows", "success")),
    *({"partial": "rejection", "max_errors": 1}, {"partial": "rejection", "staged": True}),
)
NAMELESS: tuple[Mapping[str, Any], ...] = (
    {"wrong_payload": True},
    {"names": "none"},
    {"names": "none", "repeats": True},
)
NOT_UNDERSTOOD: tuple[Mapping[str, Any], ...] = (
    *({"names": names} for names in ("strangers", "prefix", "ids", "keys", "words")),
    {"names": "numbers"},  # 12345 can mean two names
    {"names": "none", "partial": "success"},
    # Rows of a rejection that report what was done
    *({"names": "none", "partial": "rows", "rows_missing": 0, "row_code": code} for code in ("", None, "OK", "WA202")),
)
KNOWN: tuple[Mapping[str, Any], ...] = (*({},) * 5, {"names": "other case"}, {"names": "blanks"})
NAMINGS = (*KNOWN, *NAMELESS, *NOT_UNDERSTOOD)
LIMITS: tuple[Mapping[str, Any], ...] = (
    *({},) * 8,
    *(
        {"create_limit": limit, "delete_limit": limit, "too_large": message}
        for limit in (1, 2, 3, 5)
        for message in ("Exceeded max capacity of {limit} senders", "Exceeded max capacity of 1,000 senders", "")
    ),
    {"create_limit": 0, "delete_limit": 0},
)
SUCCESSES: tuple[Mapping[str, Any], ...] = (
    *({},) * 8,
    *({"accepted": True},) * 2,
    *({"accepted": True, "rows": True}, {"rows": True}, {"rows": False}),
    *({"row_code": code, "rows": True} for code in ("200", "OK", 0, "msg106", None)),
    *({"rows_missing": 1}, {"rows_missing": 2, "rows": True}),
    {"contradiction": True, "rows": True},
)
FORMS: tuple[Mapping[str, Any], ...] = tuple(
    {"lists": lists, "rejection_status": status} for status in (400, 409, 404, 200) for lists in (None, True, False)
)
DOCUMENTED_SERVERS: tuple[Mapping[str, Any], ...] = (
    *({},) * 8,
    *({"accepted": True}, {"lists": True}, {"wrong_payload": True}, {"create_limit": 3, "delete_limit": 3}),
)
IDENTITIES: tuple[Mapping[str, Any], ...] = (
    *({},) * 3,
    *({"ignores_country": True}, {"folds_case": True}, {"ignores_country": True, "folds_case": True}),
)


@st.composite
def behaviors(draw: st.DrawFn, operation: str) -> dict[str, Any]:
    """Fields of `Behavior`: in every third scenario those of a documented server, else any for which guarantees hold.

    They do not hold if a server rejects a request without naming a sender, but processes some of its senders.
    """
    if draw(st.integers(0, 2)) == 0:
        return {**draw(st.sampled_from(DOCUMENTED_SERVERS)), "missing": ALREADY["delete"][0]}
    naming = draw(st.sampled_from(NAMINGS))
    behavior = {**(draw(st.sampled_from(REJECTIONS)) if naming not in NAMELESS else {}), **naming}
    for choices in (LIMITS, SUCCESSES, FORMS, IDENTITIES):
        behavior = {**draw(st.sampled_from(choices)), **behavior}
    words = draw(st.integers(0, 5))
    if operation == "create":
        behavior["exists"] = ALREADY["create"][words % 2]
        if words == 5:
            behavior["recent"] = "Sender ID is already submitted for verification"
    elif words < 5:
        behavior["missing"] = ALREADY["delete"][words % 3]
    return behavior


def _undocumented(behavior: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in behavior.items() if value != getattr(DOCUMENTED, name)}


GAPS = st.sampled_from((1, 1, 1, 2, 3, 4))
FAILURE_LISTS = st.one_of(
    # Few kinds at a time, so that several of one kind happen in one scenario.
    *(
        st.lists(st.tuples(GAPS, st.sampled_from(names)), min_size=1, max_size=4)
        for names in (
            tuple(FAILURES),
            ("reset before", "reset after", "429", "RBC001", "413"),
            ("reset after", "late", "404", "413", "429", "500 partly"),
            ("500 before", "500 after", "broken JSON", "not sent", "E110"),
            ("E110 partly", "RBC192 partly", "403 partly", "413 partly", "429 partly"),
            ("other operation", "undocumented code", "stale after", "success as 400", "499 after", "303 after"),
        )
    )
)
LASTING = st.sampled_from(("",) * len(FAILURES) + tuple(FAILURES))


@st.composite
def networks(draw: st.DrawFn, quiet: bool) -> dict[str, Any]:
    if quiet:
        return {}
    failures = {}
    number = -1
    for gap, name in draw(FAILURE_LISTS):
        number += gap
        failures[number] = name
    return {"failures": tuple(failures.items()), "lasting": draw(LASTING), "retries": draw(st.integers(0, 2))}


@st.composite
def scenarios(draw: st.DrawFn, operation: str, quiet: bool) -> Scenario:
    """Scenarios of short lists."""
    fates: dict[tuple[str, str], tuple[str, int]] = {}
    for number in draw(LISTS[draw(LIST_SIZES)]):
        number, name = divmod(number, len(NAMES))
        number, country = divmod(number, len(COUNTRIES))
        reason, fate = divmod(number, len(FATES))
        fates.setdefault((NAMES[name], COUNTRIES[country] if operation == "create" else ""), (FATES[fate], reason))
    reasons = REASONS[operation]
    behavior = draw(behaviors(operation))
    behavior["reject"] = {
        name: reasons[reason % len(reasons)] for (name, _country), (fate, reason) in fates.items() if "rejected" in fate
    }
    behavior["oversized"] = tuple(name for (name, _country), (fate, _reason) in fates.items() if fate == "oversized")
    return Scenario(
        operation,
        senders=tuple(fates),
        existing=tuple(sender for sender, (fate, _reason) in fates.items() if "exists" in fate),
        behavior=_undocumented(behavior),
        batch_size=draw(st.sampled_from((3, 1, 2, 4, 5, 8, 14))),
        **draw(networks(quiet)),
    )


@st.composite
def long_scenarios(draw: st.DrawFn, operation: str, quiet: bool) -> Scenario:
    """Scenarios of long lists. Most of their senders have the same result."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    size = draw(st.sampled_from((40, 100, 300)))
    existing, rejected, oversized = draw(
        st.sampled_from(((0, 0.02, 0), (0.5, 0.01, 0), (0.9, 0, 0), (1, 0, 0), (0.1, 0.3, 0), (0.05, 0, 0.01)))
    )
    senders: dict[tuple[str, str], None] = {}
    for number in range(size):
        name = f"S{number if chance.random() < 0.9 else number // 2}"
        senders[name, "us" if operation == "create" and chance.random() < 0.1 else "in"] = None
    if operation == "delete":
        senders = dict.fromkeys((name, "") for name, _country in senders)
    behavior = draw(behaviors(operation))
    behavior["reject"] = {name: REASONS[operation][0] for name, _country in senders if chance.random() < rejected}
    behavior["oversized"] = tuple(name for name, _country in senders if chance.random() < oversized)
    return Scenario(
        operation,
        senders=tuple(senders),
        existing=tuple(sender for sender in senders if chance.random() < existing),
        behavior=_undocumented(behavior),
        batch_size=draw(st.sampled_from((50, 10, 100))),
        **draw(networks(quiet)),
    )
