# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mock of Kaleyra's Sender ID API on 127.0.0.1: `mock_api_simulator` over HTTP. Standard library only.

In a test::

    with MockApi({"HX1": {"key": "A1", "senders": ["ABCF99"]}}) as mock_api:
        ...  # POST to mock_api.url + "/v1/HX1/messages/sender"
        assert mock_api.senders("HX1") == ["ABCF99", "ADPAI"]

As a command, ``python mock_api_server.py --background`` starts it and prints its URL. It stops on SIGTERM, on
``POST /_mock/stop``, and after ``--idle-exit`` seconds without a request. Over HTTP, in JSON:

* ``GET /_mock`` returns the senders of all ``accounts``, and the ``requests``.
* ``POST /_mock`` takes any of ``accounts``, ``settings`` and ``clear_log: true`` (forgets ``requests``).

Accounts: ``{SID: {"key": KEY, "senders": [NAME or {"sender": NAME, "iso_code": "in"}, ...]}}``. A plain name exists in
every country. An account without a key accepts the first one that is used. With ``--open`` every SID is an account.

Settings: fields of `mock_api_simulator.Settings`.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import hashlib
import http.server
import json
import pathlib
import re
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from email.message import Message
from typing import Any

import mock_api_simulator as simulator
from mock_api_simulator import DOCUMENTED, Account, Response, Settings


@dataclasses.dataclass(frozen=True)
class Request:
    """An entry of the log of requests."""

    method: str
    path: str
    sid: str
    key_sha256: str  # never the key itself
    senders: int


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, mock_api: MockApi) -> None:
        self.mock_api = mock_api
        self.accepted: list[socket.socket] = []
        super().__init__(("127.0.0.1", 0), mock_api.handler)

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


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def serve(self) -> None:
        self.server.mock_api.last_request = time.monotonic()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/_mock"):
            self.control(body)
        else:
            self.respond(body)

    def respond(self, body: bytes) -> None:
        mock_api = self.server.mock_api
        response = mock_api.respond(self.command, self.path, self.headers, body)
        mock_api.stopping.wait(mock_api.settings.latency)
        self.reply(response)

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
        self.reply(Response(200, _to_json(mock_api.state()) + "\n"))
        if self.path == "/_mock/stop":
            mock_api.stopping.set()

    def reply(self, response: Response) -> None:
        content = (response.body if isinstance(response.body, str) else json.dumps(response.body)).encode()
        self.send_response(response.status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
            **response.headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, *args: Any) -> None:
        pass


class MockApi:
    """The server, which runs while this is used as a context manager.

    :arg any_sid: accept every SID. The key of its first request is the account's key.
    """

    handler = Handler

    def __init__(
        self,
        accounts: Mapping[str, Mapping[str, Any]] | None = None,
        settings: Settings = DOCUMENTED,
        *,
        any_sid: bool = False,
    ) -> None:
        self.any_sid = any_sid
        self.settings = settings
        self.accounts: dict[str, Account] = {}
        self.stopping = threading.Event()
        self.requests: list[Request] = []  # all API requests, in the order of arrival
        self.last_request = time.monotonic()
        self.lock = threading.RLock()
        self.configure(accounts)
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
        with self.lock:
            return sorted(self.accounts[sid].rows)

    def configure(
        self,
        accounts: Mapping[str, Mapping[str, Any]] | None = None,
        settings: Mapping[str, Any] | None = None,
        clear_log: bool = False,
    ) -> None:
        with self.lock:
            self.settings = dataclasses.replace(self.settings, **(settings or {}))
            for sid, given in (accounts or {}).items():
                account = self.accounts.setdefault(sid, Account())
                account.key = given.get("key", account.key)
                if "senders" in given:
                    account.rows = {}
                for sender in given.get("senders", ()):
                    row = {"sender": sender} if isinstance(sender, str) else sender
                    account.add(row["sender"], row.get("iso_code", ""))
            if clear_log:
                self.requests.clear()

    def state(self) -> dict[str, Any]:
        with self.lock:
            return {
                "accounts": {sid: {"senders": _rows(account)} for sid, account in self.accounts.items()},
                "requests": [
                    {"method": request.method, "path": request.path, "senders": request.senders}
                    for request in self.requests
                ],
            }

    def respond(self, method: str, path: str, headers: Message, body: bytes) -> Response:
        """Log an API request, and process it."""
        target = re.fullmatch("/v[12]/([^/?]+)/(?:messages|sms)/sender", path)
        sid = target.group(1) if target else ""
        key = headers.get("api-key", "")
        try:
            payload = json.loads(body or b"null")
        except ValueError:
            payload = body
        key_sha256 = hashlib.sha256(key.encode("latin-1")).hexdigest()
        with self.lock:
            self.requests.append(Request(method, path, sid, key_sha256, len(simulator.names_in(payload))))
            if not target or method not in ("POST", "DELETE"):
                return Response(405 if target else 404)
            account = self._account(sid, key)
            if not account:
                return simulator.WRONG_ACCOUNT
            if isinstance(payload, bytes) or "json" not in headers.get("Content-Type", ""):
                return simulator.WRONG_PAYLOAD
            return self.process(account, method, payload)

    def process(self, account: Account, method: str, payload: Any) -> Response:
        return (simulator.create if method == "POST" else simulator.delete)(account, payload, self.settings)

    def _account(self, sid: str, key: str) -> Account | None:
        account = self.accounts.setdefault(sid, Account()) if self.any_sid and key else self.accounts.get(sid)
        if not account or not key:
            return None
        account.key = account.key or key
        return account if account.key == key else None


def _rows(account: Account) -> list[dict[str, str]]:
    return [
        {"sender": name, **({"iso_code": country} if country else {}), "id": number}
        for name, countries in sorted(account.rows.items())
        for country, number in countries.items()
    ]


def _to_json(value: Any, indent: str = "") -> str:
    """JSON in which each item of a list has its own line."""
    inner = f"{indent}  "
    if isinstance(value, dict):
        items = [f"{json.dumps(key)}: {_to_json(item, inner)}" for key, item in value.items()]
    else:
        items = [json.dumps(item) for item in value]
    start, end = "{}" if isinstance(value, dict) else "[]"
    lines = ",".join(f"\n{inner}{item}" for item in items)
    return f"{start}{lines}\n{indent}{end}" if items else start + end


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
