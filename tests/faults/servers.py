# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers on loopback that stand for the rest of the world: another host, a proxy, a web server in front of the API."""

from __future__ import annotations

import contextlib
import pathlib
import re
import select
import shutil
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that goes away in the middle is what these servers are for


@contextlib.contextmanager
def _serving(handle: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve each connection by `handle`, and tell the port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            handle(self.request)

    with _Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


class Stranger:
    """A host that records what it is sent, and answers with whatever bytes `reply` makes of a request."""

    def __init__(self, reply: Callable[[bytes], bytes] = lambda request: b"") -> None:
        self.reply = reply
        self.received: list[bytes] = []
        self.port = 0

    @contextlib.contextmanager
    def running(self) -> Iterator[Stranger]:
        with _serving(self._handle) as self.port:
            yield self

    def _handle(self, client: socket.socket) -> None:
        client.settimeout(10)
        request = _head(client)
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", request)
        while length and len(request.partition(b"\r\n\r\n")[2]) < int(length[1]):
            request += client.recv(65536)
        self.received.append(request)
        client.sendall(self.reply(request))


@contextlib.contextmanager
def trickling(content: bytes) -> Iterator[int]:
    """Serve a content that takes half a second a byte, and tell the port."""

    def handle(client: socket.socket) -> None:
        _head(client)
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content))
        for byte in content:
            time.sleep(0.5)
            client.sendall(bytes([byte]))

    with _serving(handle) as port:
        yield port


class Proxy:
    """A proxy that knows CONNECT alone: it records what it sees, and opens tunnels, or refuses with `status`.

    :arg divert: a port that every tunnel leads to, wherever the client wanted to go.
    """

    def __init__(self, status: str = "", divert: int = 0) -> None:
        self.status = status
        self.divert = divert
        self.heads: list[bytes] = []
        self.tunnelled = bytearray()
        self.port = 0

    @contextlib.contextmanager
    def running(self) -> Iterator[Proxy]:
        with _serving(self._handle) as self.port:
            yield self

    def _handle(self, client: socket.socket) -> None:
        client.settimeout(10)
        head = _head(client)
        self.heads.append(head)
        target = re.match(rb"CONNECT (?:127\.0\.0\.1|localhost):(\d+) ", head)
        if self.status or not target:
            client.sendall(f"HTTP/1.1 {self.status or '405 Method Not Allowed'}\r\nContent-Length: 0\r\n\r\n".encode())
            return
        with socket.create_connection(("127.0.0.1", self.divert or int(target[1])), timeout=10) as server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            other = {client: server, server: client}
            while True:
                for end in select.select([client, server], [], [], 10)[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    if end is client:
                        self.tunnelled += data
                    other[end].sendall(data)


def _head(client: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        more = client.recv(65536)
        if not more:
            break
        data += more
    return data


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Nginx:
    """Debian's nginx in front of one upstream, with a server for each entry of `servers`: its name and its directives.

    It runs in the foreground, as one process, in a folder of its own.
    """

    def __init__(self, folder: pathlib.Path, upstream: str, servers: Mapping[str, str]) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in servers}
        (folder / "nginx.conf").write_text(_configuration(upstream, servers, self.ports), encoding="utf-8")

    @contextlib.contextmanager
    def running(self) -> Iterator[Nginx]:
        command = [str(nginx()), "-p", str(self.folder), "-c", "nginx.conf", "-e", "error.log"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            try:
                self._wait(process)
                yield self
            finally:
                process.terminate()
                process.communicate(timeout=30)

    def _wait(self, process: subprocess.Popen[str]) -> None:
        for port in self.ports.values():
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=10).close()
                    break
                except ConnectionRefusedError:
                    if process.poll() is not None:
                        raise RuntimeError(f"nginx ended: {process.stderr and process.stderr.read()}") from None
                    time.sleep(0.05)

    def requests(self, sid: str) -> list[str]:
        """The requests for an account, as method and status."""
        lines = (self.folder / "access.log").read_text(encoding="utf-8").splitlines()
        return [f"{method} {status}" for method, uri, status in map(str.split, lines) if f"/{sid}/" in uri]

    def handshakes_failed(self, name: str) -> int:
        """How many connections to a server ended before a request came through them."""
        log = (self.folder / "error.log").read_text(encoding="utf-8")
        return log.count(f"while SSL handshaking, client: 127.0.0.1, server: 127.0.0.1:{self.ports[name]}")


def nginx() -> str | None:
    """The program, if it is installed. Debian puts it where users do not look."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def _configuration(upstream: str, servers: Mapping[str, str], ports: Mapping[str, int]) -> str:
    blocks = "\n".join(
        f"server {{ listen 127.0.0.1:{ports[name]} ssl; {directives} }}" for name, directives in servers.items()
    )
    paths = " ".join(f"{kind}_temp_path temp;" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return f"""
daemon off;
master_process off;
pid nginx.pid;
error_log error.log info;
events {{}}
http {{
    {paths}
    log_format short '$request_method $uri $status';
    access_log access.log short;
    upstream api {{ server {upstream}; }}
    proxy_http_version 1.1;
    limit_req_zone $uri zone=slow:1m rate=30r/m;
    {blocks}
}}
"""
