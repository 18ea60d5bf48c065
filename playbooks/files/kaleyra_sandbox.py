# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stateful stand-in for Kaleyra's Sender ID API. Standard library, 127.0.0.1 only.

In a test::

    with Sandbox(accounts={"HX1": {"key": "A1", "senders": ["ABCF99"]}}, create="partial") as box:
        box.script(["reset_after", 503, {"fault": "answer_before", "status": 429, "headers": {"Retry-After": "1"}}])
        ...  # POST to box.url + "/v1/HX1/messages/sender"
        assert box.senders("HX1") == ["ABCF99", "ADPAI"]  # the truth, whatever the answers said
        assert [call.senders for call in box.calls] == [2, 1]

As a command, ``python kaleyra_sandbox.py --ready-file FILE`` writes its URL into FILE. It stops on SIGTERM, on
``POST /_sandbox/stop``, and when nobody has called for ``--idle-exit`` seconds.

Over HTTP, in JSON:

* ``GET /_sandbox`` gives ``accounts`` (``senders``, ``created`` and ``deleted`` by SID), ``calls``, ``rules``,
  ``pending`` faults and ``peak``, the most calls in flight.
* ``POST /_sandbox`` takes any of ``accounts``, ``rules``, ``script`` (added to the pending one) and ``forget: true``
  (empties the log of calls and ``peak``).

Accounts: ``{SID: {"key": KEY, "senders": [NAME or {"sender": NAME, "iso_code": "in"}, ...]}}``. A bare name exists in
every country. An account without a key is bound to the first it sees. With `any_sid` (``--open``) every SID is one.

Rules: the fields of `kaleyra_api.Rules`.

Script: one fault for each coming API call, or with ``"at": n`` for the n-th call of the log. A string is a fault, a
number an ``answer_before`` with that status.

* ``answer_before``, ``answer_after``: answer ``status``, ``headers``, ``body`` (a string as it is, anything else as
  JSON) without acting, or after acting.
* ``reset_before``, ``reset_after``: drop the connection with a TCP reset.
* ``hang_before``: wait ``seconds``, then drop the connection; ``hang_after``: act, wait, answer.
* ``broken_json``, ``truncated``: act, then cut the answer in half; ``truncated`` announces its whole length.
* ``ok``: no fault.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import hashlib
import http.server
import json
import os
import pathlib
import re
import signal
import socket
import socketserver
import struct
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from email.message import Message
from typing import Any

from kaleyra_api import ACCEPTED, INCORRECT, UNREADABLE, Account, Answer, Fault, Rules, create, delete, names_in


@dataclasses.dataclass(frozen=True)
class Call:
    """One request that was not for the sandbox itself."""

    method: str
    path: str
    sid: str
    key_sha256: str  # never the key itself
    senders: int
    names: tuple[str, ...] = dataclasses.field(repr=False)


class Sandbox:
    """The server. `rules` are the fields of `Rules`."""

    def __init__(
        self,
        accounts: Mapping[str, Mapping[str, Any]] | None = None,
        script: Iterable[Any] = (),
        *,
        any_sid: bool = False,
        **rules: Any,
    ) -> None:
        self.any_sid = any_sid
        self.rules = Rules()
        self.accounts: dict[str, Account] = {}
        self.peak = 0  # most API calls in flight at one time
        self.connections = 0  # TCP connections accepted
        self.stopping = threading.Event()
        self.last_call = time.monotonic()
        self._calls: list[Call] = []
        self._faults: list[Fault] = []
        self._in_flight = 0
        self._lock = threading.RLock()
        self.configure(accounts or {}, rules, script)
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Sandbox:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def calls(self) -> list[Call]:
        with self._lock:
            return list(self._calls)

    def senders(self, sid: str) -> list[str]:
        """Sorted names, each once, that exist in the account."""
        with self._lock:
            return sorted(self.accounts[sid].rows)

    def script(self, faults: Iterable[Any]) -> None:
        self.configure(script=faults)

    def configure(
        self,
        accounts: Mapping[str, Mapping[str, Any]] | None = None,
        rules: Mapping[str, Any] | None = None,
        script: Iterable[Any] = (),
        forget: bool = False,
    ) -> None:
        faults = [Fault.read(item) for item in script]
        with self._lock:
            self.rules = dataclasses.replace(self.rules, **(rules or {}))
            self._faults += faults
            for sid, given in (accounts or {}).items():
                account = self.accounts.setdefault(sid, Account())
                account.key = given.get("key", account.key)
                if "senders" in given:
                    account.rows = {}
                for sender in given.get("senders", ()):
                    row = {"sender": sender} if isinstance(sender, str) else sender
                    account.add(row["sender"], row.get("iso_code", "").lower())
            if forget:
                self._calls.clear()
                self.peak = 0

    def state(self) -> dict[str, Any]:
        with self._lock:
            accounts = {
                sid: {"senders": self.senders(sid), "created": account.created[:], "deleted": account.deleted[:]}
                for sid, account in self.accounts.items()
            }
            return {
                "accounts": accounts,
                "calls": [{k: v for k, v in vars(call).items() if k != "names"} for call in self._calls],
                "rules": dataclasses.asdict(self.rules),
                "pending": len(self._faults),
                "peak": self.peak,
            }

    def answer(self, method: str, path: str, headers: Message, body: bytes) -> tuple[Answer, Fault]:
        """Log one API call, draw its fault, and act on the account unless the fault comes before that."""
        target = re.fullmatch("/v[12]/([^/?]+)/(?:messages|sms)/sender", path)
        sid = target.group(1) if target else ""
        key = headers.get("api-key", "")
        try:
            payload = json.loads(body or b"null")
        except ValueError:
            payload = body
        names = names_in(payload)
        with self._lock:
            self._calls.append(
                Call(method, path, sid, hashlib.sha256(key.encode("latin-1")).hexdigest(), len(names), names)
            )
            fault = self._next_fault()
            if fault.fault == "answer_before":
                return fault.answer(), fault
            if fault.fault.endswith("_before"):
                return ACCEPTED, fault
            if not target or method not in ("POST", "DELETE"):
                return Answer(405 if target else 404, ""), fault
            account = self._account(sid, key)
            if not account:
                answer = INCORRECT
            elif isinstance(payload, bytes) or "json" not in headers.get("Content-Type", ""):
                answer = UNREADABLE
            else:
                answer = (create if method == "POST" else delete)(account, payload, self.rules)
            return fault.answer() if fault.fault == "answer_after" else answer, fault

    def _next_fault(self) -> Fault:
        for at in (len(self._calls), None):
            for fault in self._faults:
                if fault.at == at:
                    self._faults.remove(fault)
                    return fault
        return Fault()

    def _account(self, sid: str, key: str) -> Account | None:
        account = self.accounts.setdefault(sid, Account()) if self.any_sid and key else self.accounts.get(sid)
        if not account or not key:
            return None
        account.key = account.key or key
        return account if account.key == key else None

    @contextlib.contextmanager
    def in_flight(self) -> Iterator[None]:
        with self._lock:
            self._in_flight += 1
            self.peak = max(self.peak, self._in_flight)
        try:
            yield
        finally:
            with self._lock:
                self._in_flight -= 1


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        self.open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.box.connections += 1
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        for request in list(self.open):
            with contextlib.suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):  # a client that went away is no news
            super().handle_error(request, client_address)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def serve(self) -> None:
        box = self.server.box
        box.last_call = time.monotonic()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/_sandbox"):
            self.control(body)
            return
        with box.in_flight():
            answer, fault = box.answer(self.command, self.path, self.headers, body)
            box.stopping.wait(box.rules.latency)
            if fault.fault.startswith("hang"):
                box.stopping.wait(fault.seconds)
        if fault.fault.startswith("reset") or fault.fault == "hang_before":
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())
        else:
            self.reply(answer, fault.fault)

    do_GET = do_POST = do_DELETE = serve

    def control(self, body: bytes) -> None:
        box = self.server.box
        try:
            if self.path == "/_sandbox" and self.command == "POST":
                box.configure(**json.loads(body))
            elif (self.command, self.path) not in (("GET", "/_sandbox"), ("POST", "/_sandbox/stop")):
                raise ValueError(f"there is no {self.command} {self.path}")
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            self.reply(Answer(400, {"error": str(error)}))
            return
        self.reply(Answer(200, box.state()))
        if self.path == "/_sandbox/stop":
            box.stopping.set()

    def reply(self, answer: Answer, fault: str = "ok") -> None:
        content = (answer.body if isinstance(answer.body, str) else json.dumps(answer.body)).encode()
        sent = content[: len(content) // 2] if fault in ("broken_json", "truncated") else content
        length = len(content if fault == "truncated" else sent)
        headers = {"Content-Type": "application/json", **answer.headers, "Content-Length": str(length)}
        self.send_response(answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)
        self.wfile.flush()
        self.close_connection = self.close_connection or fault == "truncated"

    def log_message(self, *args: Any) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for Kaleyra's Sender ID API on 127.0.0.1.")
    parser.add_argument("--ready-file", help="write the URL here once calls are answered, instead of printing it")
    parser.add_argument("--config", help="JSON file with what POST /_sandbox takes")
    parser.add_argument("--open", action="store_true", help="any SID is an account, of the first key seen")
    parser.add_argument("--idle-exit", type=float, default=600, metavar="SECONDS", help="default: %(default)s")
    args = parser.parse_args()
    with Sandbox(any_sid=args.open) as box:
        signal.signal(signal.SIGTERM, lambda *_: box.stopping.set())
        signal.signal(signal.SIGINT, lambda *_: box.stopping.set())
        if args.config:
            box.configure(**json.loads(pathlib.Path(args.config).read_text(encoding="utf-8")))
        if args.ready_file:
            part = pathlib.Path(f"{args.ready_file}.part")
            part.write_text(box.url + "\n", encoding="utf-8")
            part.replace(args.ready_file)
        else:
            print(box.url, flush=True)
        while not box.stopping.wait(0.2) and time.monotonic() - box.last_call < args.idle_exit:
            pass


if __name__ == "__main__":
    main()
