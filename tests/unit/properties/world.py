# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world to settle senders in: a server of some kind, an account whose truth it keeps, and a network that loses things.

Nothing here talks HTTP. The server's answers are rendered as a status and a JSON body and read by ``_answer.read``, so
that the reading is tried as well.
"""

from __future__ import annotations

import dataclasses
import json
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.community.kaleyra.plugins.module_utils._answer import Answer, Verdict, read
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender
from ansible_collections.community.kaleyra.plugins.module_utils._settle import CREATE, DELETE

OPERATIONS = {"create": CREATE, "delete": DELETE}

ALREADY = {
    "create": ("Sender ID Already exist.", "The sender already exists"),
    "delete": ("Sender ID does not exist.", "No such sender", "Sender ID could not be found"),
}
"""What a server says of a sender that is as it should be. The first for creating is the vendor's."""

REFUSALS = {
    "create": (
        "Sender ID has to be registered and it can only be 6 character",
        "Sender ID already exists in another account",
        "Entity ID is not valid",
    ),
    "delete": ("Sender ID is in use", "Sender ID belongs to another account", "Sender ID is locked"),
}
"""Why a server refuses a sender for good. The first for creating is the vendor's."""

DONE = {"create": ("MSG106", "WA202"), "delete": ("MSG108", "WA202")}
REFUSED = {"create": "MSG134", "delete": "MSG136"}  # the pages have no code for the latter
STRANGER = "STRANGER"


class Terse:
    """A dataclass that shows only what differs from the defaults."""

    def __repr__(self) -> str:
        told = []
        for item in dataclasses.fields(self):  # type: ignore[arg-type]
            default = item.default if item.default_factory is dataclasses.MISSING else item.default_factory()
            if getattr(self, item.name) != default:
                told.append(f"{item.name}={getattr(self, item.name)!r}")
        return f"{type(self).__name__}({', '.join(told)})"


@dataclass(frozen=True, repr=False)
class Declared(Terse):
    """A row of the task's list, and what the world makes of it.

    ``there``: it exists when the run begins. ``refusal``: the number, from 1, of the reason for which the server refuses
    it. ``heavy``: a call that holds it is too large, however small.
    """

    name: str
    country: str = "in"
    there: bool = False
    refusal: int = 0
    heavy: bool = False


@dataclass(frozen=True, repr=False)
class Server(Terse):
    """How the server behaves where the pages leave it open. The default is what they document.

    ``partial``: a refused call does what can be done of it. ``softly``: it does so and answers 200, naming those that it
    refused; ``by_row``: among the rows of those that were done. ``listed``: a refusal lists no more errors than this; 0 for
    all. ``staged``: a refusal lists senders that are as they should be only when it has no other errors. ``names``: whom a
    refusal names: ``exactly``, ``othercase``, ``nobody``, ``strangers``, or ``unless_refused``: nobody as soon as
    a sender is refused for good, without doing anything then, as with a payload that does not fit. ``strangers``: it names
    strangers besides. ``tells``: a refusal that names nobody still gives its reasons. ``precedence``: the reason for a
    sender that is refused for good and is as it should be. ``limit``: the most senders in a call; 0 for those of the pages.
    ``too_large``: ``RBC192``, ``RBC192 untold`` without a number, ``RBC192 of 5000`` whatever the limit is, or ``413``. ``by_country``: a sender exists for a
    country. ``folds``: names that differ in case alone are one. ``silent``: deleting what is not there is no error.
    """

    partial: bool = False
    softly: bool = False
    by_row: bool = False
    listed: int = 0
    staged: bool = False
    names: str = "exactly"
    strangers: bool = False
    tells: bool = False
    precedence: str = "refusal"
    status: int = 400
    limit: int = 0
    too_large: str = "RBC192"
    accepted: bool = False
    lists: bool = False
    words: int = 0
    by_country: bool = True
    folds: bool = False
    silent: bool = False

    def identity(self, sender: Sender) -> tuple[str, str]:
        """What the server takes for one sender."""
        return (
            sender.name.casefold() if self.folds else sender.name,
            sender.iso_code.lower() if self.by_country else "",
        )


@dataclass(frozen=True)
class Fault:
    """One way for a request to go wrong.

    ``acts``: ``never``, ``first`` the server acts, or ``late``: it acts when the client has given up already.
    ``status`` is 0 where no answer comes. ``body`` is None for the server's own, cut short. ``sent``: the request went
    out. ``again``: the transport tries once more.
    """

    acts: str = "never"
    status: int = 0
    body: bytes | None = b""
    sent: bool = True
    again: bool = True


def _json(code: str, message: str, **more: Any) -> bytes:
    return json.dumps({"code": code, "message": message, "data": [], "error": {}, **more}).encode()


_HTML = b"<html><title>Service</title></html>"
_WA500 = _json("WA500", "Please try again later", error={"error": "Internal server error"})

FAULTS = {
    "refused": Fault(sent=False),
    "reset_before": Fault(),
    "reset_after": Fault("first"),
    "timeout_late": Fault("late"),
    "500_before": Fault(status=500, body=_WA500),
    "500_after": Fault("first", 500, _WA500),
    "502_before": Fault(status=502, body=_HTML),
    "502_after": Fault("first", 502, _HTML),
    "408": Fault(status=408),
    "429": Fault(status=429),
    "429_long": Fault(status=429, again=False),
    "broken_json": Fault("first", -1, None, again=False),
    "empty_after": Fault("first", 200, b"", again=False),
    "strange_code_after": Fault("first", 200, _json("MSG999", "Fine"), again=False),
    "html_before": Fault(status=200, body=_HTML, again=False),
    "redirect": Fault(status=302, again=False),
    "RBC001": Fault(status=401, body=_json("RBC001", "Incorrect SID or API key."), again=False),
    "E110": Fault(status=400, body=_json("E110", "Please check your balance, You have a low balance!"), again=False),
    "403": Fault(status=403, body=_HTML, again=False),
    "404": Fault(status=404, body=_json("", "Resource not found"), again=False),
    "413": Fault(status=413, body=_HTML, again=False),
}
"""What may happen to a request. A reset stands for a time-out as well. ``status`` -1 is the server's own."""


@dataclass(frozen=True)
class Request:
    """One HTTP request as the server saw it. ``did``: the senders that it created or deleted. ``wrong``: those it had
    errors for. ``told``: those of them that its answer named, as it left the server."""

    fault: str = ""
    did: frozenset[Sender] = frozenset()
    wrong: frozenset[Sender] = frozenset()
    told: frozenset[Sender] = frozenset()


@dataclass(frozen=True)
class Call:
    """One call of the algorithm, its requests, and the answer it got."""

    senders: tuple[Sender, ...]
    requests: tuple[Request, ...]
    answer: Answer
    lost: bool
    """Whether one of its requests went out and had no answer that tells what became of it."""


class Account:
    """What exists, and the server that changes it."""

    def __init__(
        self, operation: str, server: Server, rows: Iterable[Sender], refused: Mapping[Sender, Declared]
    ) -> None:
        self.operation = operation
        self.server = server
        self.there = {server.identity(row) for row in rows}
        self.refused = defaultdict(lambda: Declared(""), refused)
        self.done: set[Sender] = set()
        """The senders of the list that were really created or deleted."""
        self.late: list[tuple[Sender, ...]] = []
        """The calls that are still on their way, although the client has given them up."""

    def act(self, call: Sequence[Sender]) -> tuple[int, bytes, Request]:
        """Do what a call asks for, as far as this kind of server does it."""
        server = self.server
        limit = server.limit or OPERATIONS[self.operation].limit
        if any(self.refused[sender].heavy for sender in call):
            return 413, _HTML, Request()
        if len(call) > limit:
            return *self._too_large(limit), Request()
        errors = {sender: reasons for sender in call for reasons in [self._reasons(sender)] if reasons}
        good = [sender for sender in call if sender not in errors]
        if not errors:
            return *self._success(call, {}), Request(did=self._do(good))
        wrong = frozenset(errors)
        if server.softly:
            did = self._do(good)
            return *self._success(good, errors), Request(did=did, wrong=wrong, told=wrong)
        if server.names == "unless_refused" and any(map(self._for_good, errors.values())):
            return *self._nameless(errors), Request(wrong=wrong)
        did = self._do(good) if server.partial else frozenset()
        if server.names in ("nobody", "strangers"):
            return *self._nameless(errors), Request(did=did, wrong=wrong)
        if server.staged:
            others = {sender: reasons for sender, reasons in errors.items() if self._for_good(reasons)}
            errors = others or errors
        if server.listed:
            errors = dict(list(errors.items())[: server.listed])
        body = _json(REFUSED[self.operation], "Sender IDs not processed", error=self._named(errors))
        return server.status, body, Request(did=did, wrong=wrong, told=frozenset(errors))

    def arrive(self) -> None:
        """Let the calls that are still on their way arrive."""
        arriving, self.late = self.late, []
        for call in arriving:
            self.act(call)

    def _reasons(self, sender: Sender) -> tuple[str, ...]:
        refusal = self.refused[sender].refusal
        already = (self.server.identity(sender) in self.there) == (self.operation == "create")
        if self.server.silent and self.operation == "delete":
            already = False
        if not refusal and not already:
            return ()
        refused = REFUSALS[self.operation][refusal - 1]
        words = ALREADY[self.operation]
        told = words[self.server.words % len(words)]
        if not already or (refusal and self.server.precedence == "refusal"):
            return (refused,)
        return (refused, told) if refusal and self.server.precedence == "both" else (told,)

    def _for_good(self, reasons: Iterable[str]) -> bool:
        return not set(REFUSALS[self.operation]).isdisjoint(reasons)

    def _do(self, senders: Iterable[Sender]) -> frozenset[Sender]:
        did = set()
        for sender in senders:
            identity = self.server.identity(sender)
            if self.operation == "create":
                self.there.add(identity)
                did.add(sender)
            elif identity in self.there:
                self.there.remove(identity)
                did.add(sender)
        self.done |= did
        return frozenset(did)

    def _success(self, done: Sequence[Sender], errors: Mapping[Sender, tuple[str, ...]]) -> tuple[int, bytes]:
        server = self.server
        code = DONE[self.operation][server.accepted]
        rows = [{"sender": sender.name, "id": index, "code": code} for index, sender in enumerate(done)]
        if self.operation == "delete":
            rows = []
        if server.by_row:
            told = {"code": REFUSED[self.operation]}
            rows += [
                {"sender": self._spelt(sender), "message": reasons[-1], **told} for sender, reasons in errors.items()
            ]
            errors = {}
        data: Any = rows if server.lists else {str(index): row for index, row in enumerate(rows)}
        if server.accepted and not rows:
            data = {"message_id": "A1"}
        return 202 if server.accepted else 200, _json(code, "Submitted", data=data, error=self._named(errors))

    def _spelt(self, sender: Sender) -> Any:
        if self.server.lists and sender.name.isdigit():
            return int(sender.name)  # the pages print ids without quotes, too
        return sender.name.swapcase() if self.server.names == "othercase" else sender.name

    def _named(self, errors: Mapping[Sender, tuple[str, ...]]) -> Any:
        entries = [
            {"sender_name": self._spelt(sender)} | dict(zip(("sender", "entity_id"), reasons))
            for sender, reasons in errors.items()
        ]
        if errors and self.server.strangers:
            entries.insert(0, {"sender_name": STRANGER, "sender": ALREADY[self.operation][0]})
        return entries if self.server.lists else {str(index): entry for index, entry in enumerate(entries)}

    def _nameless(self, errors: Mapping[Sender, tuple[str, ...]]) -> tuple[int, bytes]:
        if self.server.names == "strangers":
            error = [{"sender_name": STRANGER, "sender": reason} for reasons in errors.values() for reason in reasons]
            return self.server.status, _json(REFUSED[self.operation], "Sender IDs not processed", error=error)
        if not self.server.tells:
            return self.server.status, _json("WA400", "Refer to correct payload format", error={"payload": "Incorrect"})
        reasons = list(dict.fromkeys(reason for reasons in errors.values() for reason in reasons))
        return self.server.status, _json(REFUSED[self.operation], "Sender IDs not processed", error=reasons)

    def _too_large(self, limit: int) -> tuple[int, bytes]:
        if self.server.too_large == "413":
            return 413, _HTML
        number = {"RBC192": f" of {limit} senders", "RBC192 of 5000": " of 5000 senders"}.get(self.server.too_large, "")
        words = f"Exceeded max capacity{number}"
        return 400, _json("RBC192", words, error={"error": words})


@dataclass
class Transport:
    """Sends calls to an account over a network with faults, again where ``_client`` would, and writes all of it down.

    ``faults`` is keyed by the number of the request, from 0; ``lasting``, if any, is what happens to all after them.
    """

    account: Account
    faults: Mapping[int, str] = field(default_factory=dict)
    lasting: str = ""
    retries: int = 0
    calls: list[Call] = field(default_factory=list)
    stopped: bool = False
    requests: int = 0
    lock: Any = field(default_factory=threading.Lock)

    def send(self, call: Sequence[Sender]) -> Answer:
        """What `_client.Client` does with a call, but for the waiting."""
        senders = tuple(call)
        requests = []
        sent = 0
        retried: list[str] = []
        lost_try = False
        while True:
            with self.lock:
                request, answer, fault = self._request(senders)
            requests.append(request)
            sent += fault.sent
            answer = dataclasses.replace(answer, sent=sent, retried=tuple(retried), lost_try=lost_try)
            if not fault.again or len(retried) == self.retries or self.stopped:
                break
            retried.append(answer.message)
            lost_try = lost_try or answer.verdict is Verdict.LOST
        lost = lost_try or answer.verdict is Verdict.LOST
        with self.lock:
            self.calls.append(Call(senders, tuple(requests), answer, lost))
            self.stopped = self.stopped or answer.verdict is Verdict.STOP
        return answer

    def _request(self, senders: tuple[Sender, ...]) -> tuple[Request, Answer, Fault]:
        last = max(self.faults, default=-1)
        name = self.faults.get(self.requests, self.lasting if self.requests > last else "")
        self.requests += 1
        arriving, self.account.late = self.account.late, []
        fault = FAULTS[name] if name else Fault("first", -1, b"", again=False)
        status, body, request = 0, b"", Request()
        if fault.acts == "first":
            status, body, request = self.account.act(senders)
        elif fault.acts == "late":
            self.account.late.append(senders)
        for late in arriving:
            self.account.act(late)
        request = dataclasses.replace(request, fault=name)
        if not fault.sent:
            return request, Answer(Verdict.STOP, message="cannot connect: connection refused"), fault
        if not fault.status:
            return request, Answer(Verdict.LOST, message="no answer: connection reset"), fault
        if fault.status > 0:
            return request, read(fault.status, fault.body or b""), fault
        return request, read(status, body if fault.body is not None else body[: len(body) // 2]), fault
