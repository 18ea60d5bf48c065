# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mock of Kaleyra's Sender ID API on 127.0.0.1: `mock_api_simulator` over HTTP. Standard library only.

In a test::

    with MockApi(accounts={"HX1": {"key": "A1", "senders": ["ABCF99"]}}, max_errors=1) as mock_api:
        mock_api.script(["reset_after", 503, {"kind": "respond_before", "status": 429}])
        ...  # POST to mock_api.url + "/v1/HX1/messages/sender"
        assert mock_api.senders("HX1") == ["ABCF99", "ADPAI"]  # what exists, even if a response was lost

As a command, ``python mock_api_server.py --background`` starts it and prints its URL. It stops on SIGTERM, on
``POST /_mock/stop``, and after ``--idle-exit`` seconds without a request. Over HTTP, in JSON:

* ``GET /_mock`` returns ``accounts`` (``senders``, ``created`` and ``deleted`` by SID), ``requests``, ``behavior`` and
  the number of ``pending`` failures.
* ``POST /_mock`` takes any of ``accounts``, ``behavior``, ``script`` (added to the pending failures) and
  ``clear_log: true`` (forgets ``requests``).

Accounts: ``{SID: {"key": KEY, "senders": [NAME or {"sender": NAME, "iso_code": "in"}, ...]}}``. A plain name exists in
every country. An account without a key accepts the first one that is used. With ``--open`` every SID is an account.

Behavior: fields of `mock_api_simulator.Behavior`.

Script: what goes wrong with the next requests, one `mock_api_simulator.Failure` each: an object with its fields, only
its kind, or only the status of its response.
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
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from email.message import Message
from typing import Any

import mock_api_simulator as simulator
from mock_api_simulator import Account, Failure, Response


@dataclasses.dataclass(frozen=True)
class Request:
    """An entry of the log of requests."""

    method: str
    path: str
    sid: str
    key_sha256: str  # never the key itself
    senders: int


class MockApi:
    """The server. `behavior` are the fields of `Behavior`."""

    def __init__(
        self,
        accounts: Mapping[str, Mapping[str, Any]] | None = None,
        script: Iterable[Any] = (),
        *,
        any_sid: bool = False,
        **behavior: Any,
    ) -> None:
        self.any_sid = any_sid
        self.behavior = simulator.Behavior()
        self.accounts: dict[str, Account] = {}
        self.stopping = threading.Event()
        self.requests: list[Request] = []  # all API requests, in the order of arrival
        self.last_request = time.monotonic()
        self._failures: list[Failure] = []
        self._lock = threading.RLock()
        self.configure(accounts or {}, behavior, script)
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> MockApi:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def connections(self) -> int:
        """The number of TCP connections accepted."""
        return len(self._server.accepted)

    def senders(self, sid: str) -> list[str]:
        """Sorted names, each once, that exist in the account."""
        with self._lock:
            return sorted(self.accounts[sid].rows)

    def script(self, failures: Iterable[Any]) -> None:
        self.configure(script=failures)

    def configure(
        self,
        accounts: Mapping[str, Mapping[str, Any]] | None = None,
        behavior: Mapping[str, Any] | None = None,
        script: Iterable[Any] = (),
        clear_log: bool = False,
    ) -> None:
        failures = [Failure.parse(item) for item in script]
        with self._lock:
            self.behavior = dataclasses.replace(self.behavior, **(behavior or {}))
            self._failures += failures
            for sid, given in (accounts or {}).items():
                account = self.accounts.setdefault(sid, Account())
                account.key = given.get("key", account.key)
                if "senders" in given:
                    account.rows = {}
                for sender in given.get("senders", ()):
                    row = {"sender": sender} if isinstance(sender, str) else sender
                    account.add(*self.behavior.identity(row["sender"], row.get("iso_code", "")))
            if clear_log:
                self.requests.clear()

    def state(self) -> dict[str, Any]:
        with self._lock:
            accounts = {}
            for sid, account in self.accounts.items():
                created = [name for name, _country in account.created]
                accounts[sid] = {"senders": self.senders(sid), "created": created, "deleted": account.deleted[:]}
            return {
                "accounts": accounts,
                "requests": list(map(vars, self.requests)),
                "behavior": dataclasses.asdict(self.behavior),
                "pending": len(self._failures),
            }

    def respond(self, method: str, path: str, headers: Message, body: bytes) -> tuple[Response, Failure]:
        """Log an API request, and process it as far as its failure allows."""
        target = re.fullmatch("/v[12]/([^/?]+)/(?:messages|sms)/sender", path)
        sid = target.group(1) if target else ""
        key = headers.get("api-key", "")
        try:
            payload = json.loads(body or b"null")
        except ValueError:
            payload = body
        key_sha256 = hashlib.sha256(key.encode("latin-1")).hexdigest()
        with self._lock:
            self.requests.append(Request(method, path, sid, key_sha256, len(simulator.names_in(payload))))
            failure = self._failures.pop(0) if self._failures else simulator.NO_FAILURE
            if failure.kind.endswith("_before"):
                return failure.response(), failure
            if not target or method not in ("POST", "DELETE"):
                return Response(405 if target else 404), failure
            account = self._account(sid, key)
            if not account:
                return simulator.WRONG_ACCOUNT, failure
            if isinstance(payload, bytes) or "json" not in headers.get("Content-Type", ""):
                return simulator.WRONG_PAYLOAD, failure
            return simulator.respond(account, method, payload, self.behavior, failure), failure

    def _account(self, sid: str, key: str) -> Account | None:
        account = self.accounts.setdefault(sid, Account()) if self.any_sid and key else self.accounts.get(sid)
        if not account or not key:
            return None
        account.key = account.key or key
        return account if account.key == key else None


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, mock_api: MockApi) -> None:
        self.mock_api = mock_api
        self.accepted: list[socket.socket] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.accepted.append(request)
        super().process_request(request, client_address)

    def server_close(self) -> None:
        super().server_close()
        for request in self.accepted:  # connections that clients keep alive
            with contextlib.suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):  # an OSError is a client that closed the connection
            super().handle_error(request, client_address)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def serve(self) -> None:
        mock_api = self.server.mock_api
        mock_api.last_request = time.monotonic()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/_mock"):
            self.control(body)
            return
        response, failure = mock_api.respond(self.command, self.path, self.headers, body)
        mock_api.stopping.wait(mock_api.behavior.latency)
        if failure.kind.startswith("hang"):
            mock_api.stopping.wait(failure.seconds)
        if failure.kind.startswith("reset") or failure.kind == "hang_before":
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())
        else:
            self.reply(response, failure)

    do_GET = do_POST = do_DELETE = serve

    def control(self, body: bytes) -> None:
        mock_api = self.server.mock_api
        try:
            if self.path == "/_mock" and self.command == "POST":
                mock_api.configure(**json.loads(body))
            elif (self.command, self.path) not in (("GET", "/_mock"), ("POST", "/_mock/stop")):
                raise ValueError(f"there is no {self.command} {self.path}")
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            self.reply(Response(400, {"error": str(error)}))
            return
        self.reply(Response(200, mock_api.state()))
        if self.path == "/_mock/stop":
            mock_api.stopping.set()

    def reply(self, response: Response, failure: Failure = simulator.NO_FAILURE) -> None:
        content = (response.body if isinstance(response.body, str) else json.dumps(response.body)).encode()
        sent = content[: len(content) // 2] if failure.kind in ("broken_json", "truncated") else content
        length = len(content if failure.kind == "truncated" else sent)
        self.send_response(response.status)
        for name, value in {"Content-Type": "application/json", **response.headers, "Content-Length": length}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(sent)
        self.wfile.flush()
        self.close_connection = self.close_connection or failure.kind == "truncated"

    def log_message(self, *args: Any) -> None:
        pass


def start_in_background(arguments: list[str]) -> str | None:
    """Start a server with these arguments in its own process and print its URL. Return the error if it fails."""
    command = [sys.executable, "-B", __file__, *arguments]
    server: Any = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True
    )
    url = server.stdout.readline()
    print(url, end="")
    return None if url else server.stderr.read()


def main() -> None:
    parser = argparse.ArgumentParser(description="A mock of Kaleyra's Sender ID API on 127.0.0.1.")
    parser.add_argument("--config", help="JSON file with what POST /_mock takes")
    parser.add_argument("--open", action="store_true", help="every SID is an account")
    parser.add_argument("--idle-exit", type=float, default=600, metavar="SECONDS", help="default: %(default)s")
    parser.add_argument("--background", action="store_true", help="print the URL, and continue in the background")
    args = parser.parse_args()
    if args.background:
        sys.exit(start_in_background([argument for argument in sys.argv[1:] if argument != "--background"]))
    with MockApi(any_sid=args.open) as mock_api:
        signal.signal(signal.SIGTERM, lambda *_: mock_api.stopping.set())
        signal.signal(signal.SIGINT, lambda *_: mock_api.stopping.set())
        if args.config:
            mock_api.configure(**json.loads(pathlib.Path(args.config).read_text(encoding="utf-8")))
        print(mock_api.url, flush=True)
        while not mock_api.stopping.wait(0.2) and time.monotonic() - mock_api.last_request < args.idle_exit:
            pass


if __name__ == "__main__":
    main()
