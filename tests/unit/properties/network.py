# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs scenarios: the module's own algorithm, retries and reading of responses against the simulator, without HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ansible_collections.community.kaleyra.plugins.module_utils._batches import RunResult, process
from ansible_collections.community.kaleyra.plugins.module_utils._operations import CREATE, DELETE, Operation
from ansible_collections.community.kaleyra.plugins.module_utils._response import (
    STOPPING,
    Exchange,
    Response,
    SenderResult,
    read_response,
)
from ansible_collections.community.kaleyra.plugins.module_utils._response import ResponseKind as Kind
from ansible_collections.community.kaleyra.plugins.module_utils._retries import send_with_retries
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender
from ansible_collections.community.kaleyra.tests.unit.faulty_api import (
    STRANGER,
    Behavior,
    Failure,
    FaultyAccount,
    respond,
)

if TYPE_CHECKING:
    from ansible_collections.community.kaleyra.tests.unit.properties.scenarios import Scenario

OPERATIONS = {"create": CREATE, "delete": DELETE}
SUCCESS_CODES = {"POST": "MSG106", "DELETE": "MSG108"}


def _body(code: str, data: Any = (), error: Any = None) -> dict[str, Any]:
    return {"code": code, "message": "As it is", "data": data, "error": error or {}}


NAMES = "names"  # in place of `error`: an error for each sender of the request, in another spelling
STALE = {method: _body(code, [{"sender": STRANGER, "code": code}]) for method, code in SUCCESS_CODES.items()}
FAILURES: dict[str, Failure] = {
    "not sent": Failure("reset_before"),
    "reset before": Failure("reset_before"),
    "reset partly": Failure("reset_partly"),
    "reset after": Failure("reset_after"),
    "late": Failure("reset_before"),  # the request arrives after the next one
    **{f"{status} {when}": Failure(f"respond_{when}", status) for status in (500, 502) for when in ("before", "after")},
    "500 partly": Failure("respond_partly", 500),
    **{f"{status} after": Failure("respond_after", status) for status in (303, 408, 499)},
    **{str(status): Failure("respond_before", status) for status in (302, 401, 403, 404, 405, 407, 410, 413, 429)},
    "RBC001": Failure("respond_before", 400, body=_body("RBC001")),
    "E110": Failure("respond_before", 400, body=_body("E110")),
    "E110 partly": Failure("respond_partly", 400, body=_body("E110", error=NAMES)),
    "RBC192 partly": Failure("respond_partly", 400, body=_body("RBC192", error=NAMES)),
    **{
        f"{status} partly": Failure("respond_partly", status, body=_body(str(status), error=NAMES))
        for status in (400, 403, 413, 429)
    },
    "HTML": Failure("respond_before", 200, body="<html>"),
    "broken JSON": Failure("broken_json"),
    "empty": Failure("respond_after", 200, body=" "),
    "undocumented code": Failure("respond_after", 200, body=_body("MSG999", error="none")),
    "other operation": Failure("respond_before", 200, body={"POST": _body("MSG108"), "DELETE": _body("MSG106")}),
    **{f"stale {when}": Failure(f"respond_{when}", 200, body=STALE) for when in ("before", "after")},
    "success as 400": Failure("respond_after", 400, body={m: _body(code) for m, code in SUCCESS_CODES.items()}),
    "WA500 as 400": Failure("respond_after", 400, body=_body("WA500")),
}
"""What may happen to an HTTP request. A reset stands for a timeout as well."""


@dataclass
class Request:
    """One call of ``send``: its attempts, and the response to the last one."""

    senders: Sequence[Sender]
    attempts: list[Response] = field(default_factory=list)
    response: Response = field(default_factory=lambda: Response(Kind.STOP))


@dataclass
class Network:
    """Sends requests to an account with the failures of a scenario, and records them in the order of the responses."""

    scenario: Scenario
    account: FaultyAccount
    latency: float
    requests: list[Request] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _in_flight: list[Request] = field(default_factory=list)
    _late: list[Any] = field(default_factory=list)
    _attempts: int = 0
    _stopped: bool = False
    _sent_after_stop: int = 0
    _lock: Any = field(default_factory=threading.Lock)

    def send(self, senders: Sequence[Sender]) -> Exchange:
        """What the client does, without HTTP and without waiting."""
        request = Request(tuple(senders))
        with self._lock:
            self._sent_after_stop += self._stopped
            keys = {sender.key for other in self._in_flight for sender in other.senders}
            if keys.intersection(sender.key for sender in senders):
                self.errors.append("two requests for one name at the same time")
            if self._in_flight and not self.requests:  # a wrong key or URL must cost one request
                self.errors.append("a parallel request before the first response")
            self._in_flight.append(request)
        if self.latency:
            time.sleep(self.latency)
        exchange = send_with_retries(lambda: self._attempt(request), self.scenario.retries, self._wait)
        request.response = exchange.response
        with self._lock:
            self._in_flight.remove(request)
            self.requests.append(request)
            self._stopped = self._stopped or request.response.kind in STOPPING
        return exchange

    def finish(self, connections: int) -> None:
        """Let late requests arrive."""
        self._arrive()
        if self._sent_after_stop >= connections:
            self.errors.append(f"{self._sent_after_stop} requests after a response that stops the run")

    def _wait(self, seconds: float) -> bool:
        return seconds < 1000 and not self._stopped

    def _attempt(self, request: Request) -> Response:
        operation = OPERATIONS[self.scenario.operation]
        payload = operation.body(request.senders)
        with self._lock:
            name = dict(self.scenario.failures).get(self._attempts, "")
            if self._attempts > max((number for number, _name in self.scenario.failures), default=-1):
                name = self.scenario.lasting
            self._attempts += 1
            failure = FAILURES[name] if name else Failure()
            arrived = respond(self.account, operation.method, payload, self.account.behavior, failure)
            self._arrive()
            if name == "late":
                self._late.append(payload)
        if name == "not sent":
            response = Response(Kind.NOT_SENT, message="cannot connect", retry=True)
        elif failure.kind.startswith("reset"):
            response = Response(Kind.LOST, message="no response", retry=True)
        else:
            body = arrived.body.get(operation.method, arrived.body) if isinstance(arrived.body, dict) else arrived.body
            if isinstance(body, dict) and body.get("error") == NAMES:
                entries = [{"sender_name": f"ID_{sender.name}", "sender": "not done"} for sender in request.senders]
                body = {**body, "error": entries}
            content = (body if isinstance(body, str) else json.dumps(body)).encode()
            if failure.kind == "broken_json" and arrived.status < 300:  # else it says that nothing was done
                content = content[: len(content) // 2]
            response = read_response(operation, request.senders, arrived.status, content)
        request.attempts.append(response)
        return response

    def _arrive(self) -> None:
        for payload in self._late:
            respond(self.account, OPERATIONS[self.scenario.operation].method, payload, self.account.behavior)
        self._late = []


@dataclass
class Run:
    """What a run reported, and what really happened. ``before`` and ``after`` are the listed senders that existed."""

    scenario: Scenario
    behavior: Behavior
    senders: list[Sender]
    processed: RunResult
    requests: list[Request]
    errors: list[str]
    before: set[Sender]
    after: set[Sender]
    done: set[Sender]
    """The senders that this run really created or deleted."""
    connections: int

    @property
    def operation(self) -> Operation:
        return OPERATIONS[self.scenario.operation]

    @property
    def outcomes(self) -> Iterable[tuple[Sender, SenderResult]]:
        return self.processed.results.items()


def open_account(scenario: Scenario) -> FaultyAccount:
    account = FaultyAccount(behavior=Behavior(**scenario.behavior))
    for name, country in scenario.existing:
        account.add(name, country)
    return account


def run_scenario(scenario: Scenario, account: FaultyAccount, connections: int = 1) -> Run:
    senders = [Sender(name, "For orders", country, "123456789012") for name, country in scenario.senders]

    def existing() -> set[Sender]:
        return {sender for sender in senders if account.has(sender.name, sender.iso_code)}

    before = existing()
    account.created, account.deleted = [], []
    network = Network(scenario, account, latency=0.001 if connections > 1 else 0)
    processed = process(senders, network.send, OPERATIONS[scenario.operation], scenario.batch_size, connections)
    network.finish(connections)
    done = {*account.created, *((name, "") for name in account.deleted)}
    return Run(
        scenario,
        account.behavior,
        senders,
        processed,
        network.requests,
        network.errors,
        before,
        existing(),
        {sender for sender in senders if (sender.name, sender.iso_code) in done},
        connections,
    )
