# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers on 127.0.0.1 that the mock API cannot replace: any bytes as a response, TLS, and proxies."""

from __future__ import annotations

import contextlib
import re
import select
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # clients that give up are expected


@contextlib.contextmanager
def serving(handle: Callable[[socket.socket], None]) -> Iterator[int]:
    """Handle each connection in a thread. The value is the port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.settimeout(10)
            handle(self.request)

    with _Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


class RawServer:
    """Records each request, and sends the bytes that `reply` returns for it. Then it closes the connection."""

    def __init__(self, reply: Callable[[bytes], bytes] = lambda request: b"") -> None:
        self.reply = reply
        self.requests: list[bytes] = []
        self.port = 0

    @contextlib.contextmanager
    def running(self) -> Iterator[RawServer]:
        with serving(self._handle) as self.port:
            yield self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _handle(self, client: socket.socket) -> None:
        request = read_head(client)
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", request)
        while length and len(request.partition(b"\r\n\r\n")[2]) < int(length[1]):
            request += client.recv(65536)
        self.requests.append(request)
        client.sendall(self.reply(request))


@contextlib.contextmanager
def tls_server(certificate: Any, port: int) -> Iterator[int]:
    """Decrypt connections with a certificate of `trustme`, and pass them on to a port. The value is the new port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)

    def handle(client: socket.socket) -> None:
        with context.wrap_socket(client, server_side=True) as decrypted:
            _tunnel(decrypted, port)

    with serving(handle) as new:
        yield new


class Proxy:
    """A proxy for HTTPS. It records requests and tunnelled bytes.

    :arg status: rejects requests with this status.
    :arg port: where all tunnels end, instead of where the client asks for.
    """

    def __init__(self, status: str = "", port: int = 0) -> None:
        self.status = status
        self.target = port
        self.requests: list[str] = []
        self.tunnelled = bytearray()
        self.port = 0

    @contextlib.contextmanager
    def running(self) -> Iterator[Proxy]:
        with serving(self._handle) as self.port:
            yield self

    def _handle(self, client: socket.socket) -> None:
        head = read_head(client).decode("latin-1")
        self.requests.append(head)
        target = re.match(r"CONNECT localhost:(\d+) ", head)
        if self.status or not target:
            client.sendall(f"HTTP/1.1 {self.status or '405 Method Not Allowed'}\r\nContent-Length: 0\r\n\r\n".encode())
            return
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        _tunnel(client, self.target or int(target[1]), self.tunnelled)


def _tunnel(client: socket.socket, port: int, sent: bytearray | None = None) -> None:
    """Pass data on in both directions, and append what the client sends to `sent`."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as server:
        other = {client: server, server: client}
        while True:
            pending = isinstance(client, ssl.SSLSocket) and client.pending()
            ready: Sequence[socket.socket] = [client] if pending else select.select([client, server], [], [], 10)[0]
            for end in ready:
                data = end.recv(65536)
                if not data:
                    return
                if end is client and sent is not None:
                    sent += data
                other[end].sendall(data)


def read_head(client: socket.socket) -> bytes:
    """Read up to the end of a request's headers, or a bit more."""
    data = b""
    while b"\r\n\r\n" not in data:
        block = client.recv(65536)
        if not block:
            break
        data += block
    return data
