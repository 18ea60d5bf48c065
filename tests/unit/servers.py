# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers on 127.0.0.1 that the mock API cannot replace: any bytes as a response, TLS, and proxies."""

from __future__ import annotations

import re
import select
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterable
from typing import Any


class Server(socketserver.ThreadingTCPServer):
    """Handles each connection in a thread, while it is used as a context manager.

    :arg certificate: of `trustme`, for TLS.
    """

    daemon_threads = True

    def __init__(self, certificate: Any = None) -> None:
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self.port = self.server_address[1]
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if certificate else None
        if certificate:
            certificate.configure_cert(self._context)

    def __enter__(self) -> Any:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_args: object) -> None:
        self.shutdown()
        self.server_close()

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(10)
        with self._context.wrap_socket(request, server_side=True) if self._context else request as client:
            self.handle(client)

    def handle(self, client: socket.socket) -> None:
        raise NotImplementedError

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # clients that give up are expected


class RawServer(Server):
    """Records each request, and sends these replies in turn, the last one repeatedly. Then it closes the connection.

    A reply is bytes, or an iterable of bytes.
    """

    def __init__(self, *replies: bytes | Iterable[bytes], certificate: Any = None) -> None:
        super().__init__(certificate)
        self.requests: list[bytes] = []
        self._replies = replies or (b"",)

    def handle(self, client: socket.socket) -> None:
        request = read_head(client)
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", request)
        if not request:
            return
        while length and len(request.partition(b"\r\n\r\n")[2]) < int(length[1]):
            request += client.recv(65536)
        self.requests.append(request)
        reply = self._replies[min(len(self.requests), len(self._replies)) - 1]
        for part in [reply] if isinstance(reply, bytes) else reply:
            client.sendall(part)


class Proxy(Server):
    """A proxy for HTTPS. It records requests and tunnelled bytes.

    :arg status: rejects requests with this status.
    :arg port: where all tunnels end, instead of where the client asks for.
    """

    def __init__(self, status: str = "", port: int = 0) -> None:
        super().__init__()
        self.requests: list[str] = []
        self.tunnelled = bytearray()
        self._status = status
        self._target = port

    def handle(self, client: socket.socket) -> None:
        head = read_head(client).decode("latin-1")
        self.requests.append(head)
        target = re.match(r"CONNECT [a-z.]+:(\d+) ", head)
        if self._status or not target:
            client.sendall(f"HTTP/1.1 {self._status or '405 Method Not Allowed'}\r\nContent-Length: 0\r\n\r\n".encode())
            return
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        _pass_on(client, self._target or int(target[1]), self.tunnelled)


def _pass_on(client: socket.socket, port: int, sent: bytearray) -> None:
    """Pass data on in both directions, and append what the client sends to `sent`."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as server:
        while True:
            for end in select.select([client, server], [], [], 10)[0]:
                data = end.recv(65536)
                if not data:
                    return
                if end is client:
                    sent += data
                (server if end is client else client).sendall(data)


def read_head(client: socket.socket) -> bytes:
    """Read up to the end of a request's headers, or a bit more."""
    data = b""
    while b"\r\n\r\n" not in data:
        block = client.recv(65536)
        if not block:
            break
        data += block
    return data
