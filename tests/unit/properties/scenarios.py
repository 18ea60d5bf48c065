# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random scenarios, and what happens in them: a run, the same run with several connections, and a second run."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any
from unittest import mock

from ansible_collections.community.kaleyra.plugins.module_utils import _sender, _settle
from ansible_collections.community.kaleyra.plugins.module_utils._answer import Answer, Verdict
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender
from ansible_collections.community.kaleyra.tests.unit.properties.world import (
    FAULTS,
    OPERATIONS,
    Account,
    Call,
    Declared,
    Server,
    Terse,
    Transport,
)
from hypothesis import strategies as st


@dataclass(frozen=True, repr=False)
class Scenario(Terse):
    """A task, the account before it, the server and what the network does.

    ``bystanders``: name and country of what exists besides the list. ``faults`` and ``lasting`` are those of `Transport`.
    ``order`` seeds the order in which the calls of several connections arrive.
    """

    operation: str
    rows: tuple[Declared, ...]
    server: Server = field(default_factory=Server)
    batch_size: int = 3
    bystanders: tuple[tuple[str, str], ...] = ()
    faults: tuple[tuple[int, str], ...] = ()
    lasting: str = ""
    retries: int = 1
    order: int = 0


@dataclass(frozen=True)
class Run:
    """What a run reported, and the truth. ``calls`` are in the order of sending, but for real threads. ``done``: the
    senders that it really created or deleted."""

    scenario: Scenario
    senders: tuple[Sender, ...]
    declared: dict[Sender, Declared]
    connections: int
    settled: _settle.Settled
    calls: tuple[Call, ...]
    submitted_after_stop: int
    before: frozenset[tuple[str, str]]
    after: frozenset[tuple[str, str]]
    done: frozenset[Sender]
    quiet: bool
    """Whether the network had no faults."""

    @property
    def operation(self) -> _settle.Operation:
        return OPERATIONS[self.scenario.operation]

    def outcomes(self) -> list[tuple[Sender, _settle.Outcome]]:
        return list(zip(self.senders, self.settled.outcomes))


@dataclass(frozen=True)
class Story:
    """All that happens in a scenario: ``second`` follows ``first`` without faults; ``parallel`` is ``first`` with four
    connections."""

    scenario: Scenario
    first: Run
    second: Run
    parallel: Run

    def runs(self) -> tuple[Run, Run, Run]:
        return self.first, self.second, self.parallel


class DrawnOrder:
    """Stands in for the settling's thread pool: a call reaches the server in a drawn order, and no later than its answer
    is asked for."""

    def __init__(self, order: int) -> None:
        self.random = random.Random(order)
        self.waiting: list[tuple[int, Future[Answer], Callable[..., Answer], Sequence[Sender]]] = []
        self.submitted = 0
        self.arrived: list[int] = []
        self.stopped = False
        self.submitted_after_stop = 0

    def start(self, _connections: int) -> DrawnOrder:
        return self

    def submit(self, send: Callable[..., Answer], call: Sequence[Sender]) -> Future[Answer]:
        self.submitted_after_stop += self.stopped
        future = _Asked(self)
        self.waiting.append((self.submitted, future, send, call))
        self.submitted += 1
        while self.waiting and self.random.random() < 0.3:
            self.run_one()
        return future

    def run_one(self) -> None:
        number, future, send, call = self.waiting.pop(self.random.randrange(len(self.waiting)))
        self.arrived.append(number)
        answer = send(call)
        self.stopped = self.stopped or answer.verdict is Verdict.STOP
        future.set_result(answer)

    def shutdown(self, wait: bool) -> None:
        """Nothing to end: there are no threads."""


class _Asked(Future[Answer]):
    def __init__(self, pool: DrawnOrder) -> None:
        super().__init__()
        self.pool = pool

    def result(self, timeout: float | None = None) -> Any:
        while not self.done():
            self.pool.run_one()
        return super().result(timeout)


def tell(scenario: Scenario) -> Story:
    """Let a scenario happen."""
    declared = _declared(scenario)
    account = _account(scenario, declared)
    first = _run(scenario, declared, account, 1)
    second = _run(replace(scenario, faults=(), lasting=""), declared, account, 1)
    parallel = _run(scenario, declared, _account(scenario, declared), 4)
    return Story(scenario, first, second, parallel)


def run_in_threads(scenario: Scenario) -> Run:
    """A run with four connections and real threads."""
    declared = _declared(scenario)
    return _run(scenario, declared, _account(scenario, declared), 4, threads=True)


def _declared(scenario: Scenario) -> dict[Sender, Declared]:
    """The senders as the module reads them from the task, each with its row."""
    creating = scenario.operation == "create"
    fields = {"description": "For orders", "entity_id": "123456789012"}
    listed = _sender.listed_in_task({"sender": row.name, "iso_code": row.country, **fields} for row in scenario.rows)
    rows: dict[tuple[str, str], Declared] = {}
    for row in scenario.rows:
        rows.setdefault((row.name, row.country if creating else ""), row)
    if creating:
        senders, _warnings = _sender.senders_to_create(listed, {"description": "", "iso_code": "", "entity_id": ""})
    else:
        senders, _warnings = _sender.senders_to_delete(listed)
    return dict(zip(senders, rows.values()))


def _account(scenario: Scenario, declared: dict[Sender, Declared]) -> Account:
    creating = scenario.operation == "create"
    there = [sender for sender, row in declared.items() if row.there]
    there += [Sender(name, iso_code=country if creating else "") for name, country in scenario.bystanders]
    return Account(scenario.operation, scenario.server, there, declared)


def _run(
    scenario: Scenario, declared: dict[Sender, Declared], account: Account, connections: int, threads: bool = False
) -> Run:
    before = frozenset(account.there)
    account.done = set()
    transport = Transport(account, dict(scenario.faults), scenario.lasting, scenario.retries)
    senders = list(declared)
    pool = DrawnOrder(scenario.order)
    arguments = (senders, transport.send, OPERATIONS[scenario.operation], scenario.batch_size, connections)
    if threads or connections == 1:
        settled = _settle.settle(*arguments)
    else:
        with mock.patch.object(_settle, "ThreadPoolExecutor", pool.start):
            settled = _settle.settle(*arguments)
    account.arrive()
    calls = transport.calls
    if pool.arrived:
        calls = [call for _number, call in sorted(zip(pool.arrived, calls), key=lambda pair: pair[0])]
    return Run(
        scenario,
        tuple(senders),
        declared,
        connections,
        settled,
        tuple(calls),
        pool.submitted_after_stop,
        before,
        frozenset(account.there),
        frozenset(account.done),
        not scenario.faults and not scenario.lasting,
    )


NAMES = (
    "ADPAI",
    "ABCF01",
    "adpai",
    "ABCF99",
    "TESTEHR5",
    "TESTET5",
    "testet5",
    "JSONSEND",
    "900100",
    "S10",
    "S11",
    "S12",
)

# Few draws of many values each: drawing is what most of a campaign's time goes into. The simplest comes first.
FATES: tuple[dict[str, Any], ...] = (
    *[{}] * 6,
    *[{"there": True}] * 6,
    *[{"refusal": number} for number in (1, 2, 3)],
    *[{"refusal": number, "there": True} for number in (1, 2)],
    {"heavy": True},
)
COMMITS = (
    *[{}] * 3,
    *[{"partial": True}] * 3,
    {"partial": True, "softly": True},
    {"partial": True, "softly": True, "by_row": True},
    *[{"listed": number} for number in (1, 2, 3)],
    {"staged": True},
    {"partial": True, "listed": 1},
    {"partial": True, "staged": True},
)
NAMINGS = (
    *[{}] * 3,
    {"strangers": True},
    {"names": "othercase"},
    {"names": "unless_refused"},
    {"names": "unless_refused", "tells": True},
    {"names": "nobody"},
    {"names": "nobody", "tells": True},
    {"names": "strangers"},
)
LIMITS = (
    *[{}] * 5,
    *[
        {"limit": limit, "too_large": how}
        for limit in (1, 2, 3, 5)
        for how in ("RBC192", "RBC192 untold", "RBC192 of 5000", "413")
    ],
)
WORDINGS = tuple(
    {"accepted": accepted, "lists": lists, "status": status, "words": words}
    for accepted in (False, True)
    for lists in (False, True)
    for status in (400, 404, 200)
    for words in (0, 1, 2)
)
IDENTITIES: tuple[dict[str, bool], ...] = (
    {},
    {},
    {"by_country": False},
    {"folds": True},
    {"by_country": False, "folds": True},
)
COUNTRIES = ("in", "in", "us")
LEAST = st.integers(0, 7)
ROWS = st.integers(0, len(NAMES) * len(COUNTRIES) * len(FATES) - 1)
LISTS = [st.lists(ROWS, max_size=6)] + [
    st.lists(ROWS, min_size=least, max_size=14, unique_by=lambda row: row % (len(NAMES) * len(COUNTRIES)))
    for least in range(1, 8)
]


def _row(number: int) -> Declared:
    number, name = divmod(number, len(NAMES))
    fate, country = divmod(number, len(COUNTRIES))
    return Declared(NAMES[name], COUNTRIES[country], **FATES[fate])


BATCH_SIZES = st.sampled_from((3, 1, 2, 4, 5, 8, 14))
BYSTANDERS = st.lists(st.tuples(st.sampled_from((*NAMES, "OTHER")), st.sampled_from(("in", "us"))), max_size=2)
FAULT_LISTS = st.one_of(
    # Few kinds at a time, so that what takes three of a kind to go wrong happens.
    *[
        st.lists(st.tuples(st.sampled_from((1, 1, 1, 2, 3, 4)), st.sampled_from(pool)), min_size=1, max_size=4)
        for pool in (
            tuple(FAULTS),
            ("reset_before", "reset_after", "403", "413", "RBC001"),
            ("reset_after", "timeout_late", "404", "413", "429"),
            ("500_before", "500_after", "broken_json", "refused", "E110"),
        )
    ]
)
LASTING = st.sampled_from(("",) * len(FAULTS) + tuple(FAULTS))
RETRIES = st.integers(0, 2)
ORDERS = st.integers(0, 2**16)


@st.composite
def servers(draw: st.DrawFn, operation: str) -> Server:
    """Servers of all kinds that make sense: one that answers 200 names all that it refused."""
    rules: dict[str, Any] = {}
    for kinds in (COMMITS, NAMINGS, LIMITS, WORDINGS, IDENTITIES):
        rules |= draw(st.sampled_from(kinds))
    rules["precedence"] = draw(st.sampled_from(("refusal", "already", "both")))
    if operation == "delete":
        rules["by_country"] = True
        rules["silent"] = draw(st.sampled_from((False, False, False, True)))
    if rules.get("softly") and rules.get("names") != "othercase":
        rules["names"] = "exactly"
    return Server(**rules)


@st.composite
def scenarios(draw: st.DrawFn, operation: str, quiet: bool) -> Scenario:
    """Scenarios of creating or deleting, without faults or with some."""
    return Scenario(
        operation,
        tuple(map(_row, draw(LISTS[draw(LEAST)]))),
        draw(servers(operation)),
        draw(BATCH_SIZES),
        **draw(_around(quiet)),
    )


@st.composite
def large_scenarios(draw: st.DrawFn, operation: str, quiet: bool, sizes: tuple[int, ...] = (40, 200, 700)) -> Scenario:
    """Scenarios of so many senders, of which most have the same fate."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    size = draw(st.sampled_from(sizes))
    there, refused = draw(st.sampled_from(((0.0, 0.02), (0.5, 0.01), (0.9, 0.0), (0.02, 0.01), (0.1, 0.3))))
    rows = []
    for number in range(size):
        refusal = chance.randint(1, 3) if chance.random() < refused else 0
        country = "in" if chance.random() < 0.9 else "us"
        rows.append(
            Declared(f"S{number if chance.random() < 0.9 else number // 2}", country, chance.random() < there, refusal)
        )
    batch_size = draw(st.sampled_from((100, 10, 64)))
    return Scenario(operation, tuple(rows), draw(servers(operation)), batch_size, **draw(_around(quiet)))


@st.composite
def _around(draw: st.DrawFn, quiet: bool) -> dict[str, Any]:
    """What happens around the list: the bystanders and the network."""
    around = {"bystanders": tuple(draw(BYSTANDERS)), "order": draw(ORDERS)}
    if quiet:
        return around
    faults = {}
    at = -1
    for gap, fault in draw(FAULT_LISTS):
        at += gap
        faults[at] = fault
    return {**around, "faults": tuple(faults.items()), "lasting": draw(LASTING), "retries": draw(RETRIES)}
