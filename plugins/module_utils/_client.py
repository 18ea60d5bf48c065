# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""Sends requests to the API over HTTP. This is the only file that imports ``requests``."""

from __future__ import annotations

import concurrent.futures
import contextlib
import http.client
import json
import random
import socket
import ssl
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

from ansible_collections.community.kaleyra.plugins.module_utils._account import MAX_CONNECTIONS, ClientSettings
from ansible_collections.community.kaleyra.plugins.module_utils._operations import Operation
from ansible_collections.community.kaleyra.plugins.module_utils._response import (
    STOPPING,
    Exchange,
    Response,
    ResponseKind,
    read_response,
)
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender

try:
    import requests
    import urllib3
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = ""

T = TypeVar("T")

MAX_WAIT = 60.0
"""Seconds that all waits between the attempts of one request may take."""

MAX_RESPONSE_SIZE = 32 * 1024 * 1024
"""Bytes of a response after decompression. 5,000 rows need about 1.5 MB."""

BLOCK_SIZE = 16 * 1024
"""Bytes of a body that are sent or read at once. gzip expands them to at most 16 MB."""


class Client:
    """Sends the requests of one operation. It can be used by several threads, which share its open connections."""

    def __init__(self, settings: ClientSettings, operation: Operation) -> None:
        self._settings = settings
        self._operation = operation
        self._host = urlsplit(settings.url).netloc
        self._stopped = threading.Event()
        self._adapter = requests.adapters.HTTPAdapter(pool_maxsize=MAX_CONNECTIONS)
        environment = requests.Session()
        environment.trust_env = settings.url.lower().startswith("https:")  # a proxy could read the key in plain http
        self._send_options: Any = environment.merge_environment_settings(settings.url, {}, True, settings.verify, None)
        if settings.verify is False:
            urllib3.disable_warnings()  # the user has asked for it
        # For all connections of this process, which is the module's own.
        urllib3.connection.HTTPConnection.response_class = _FinalResponse

    def send(self, senders: Sequence[Sender]) -> Exchange:
        """Send a request for these senders, with retries. It never raises."""
        exchange = send_with_retries(lambda: self._attempt(senders), self._settings.retries, self.wait)
        if exchange.response.kind in STOPPING:
            self.stop()
        return exchange

    def stop(self) -> None:
        """Do not retry any request again. Requests that wait for a retry return at once."""
        self._stopped.set()

    def wait(self, seconds: float) -> bool:
        """Wait before a retry. Return False if the client was stopped."""
        return not self._stopped.wait(seconds)

    def _attempt(self, senders: Sequence[Sender]) -> Response:
        """Send a request once. If no part of its body was sent, the API cannot have done anything."""
        body = _RequestBody()
        try:
            body.content = json.dumps(self._operation.body(senders), separators=(",", ":")).encode()
            raw, content = _run_in_thread(lambda: self._exchange(body), self._settings.timeout)
            if len(content) > MAX_RESPONSE_SIZE:
                size = MAX_RESPONSE_SIZE // 1024**2
                return Response(ResponseKind.LOST, message=f"the response from {self._host} is larger than {size} MB")
            response = read_response(self._operation, senders, raw.status, content)
            return replace(response, retry_after=_retry_after(raw))
        except Exception as error:  # any: after the request, the run must end with a result
            sent = body.give_up()
            reason = _reason(error, self._settings.timeout)
        if sent:
            return Response(ResponseKind.LOST, message=f"no response from {self._host} ({reason})", retry=True)
        proxy = requests.utils.select_proxy(self._settings.url, self._send_options["proxies"])
        target = f"{self._host} through the proxy in HTTPS_PROXY" if proxy else self._host
        return Response(ResponseKind.NOT_SENT, message=f"cannot connect to {target}: {reason}", retry=True)

    def _exchange(self, body: _RequestBody) -> tuple[urllib3.HTTPResponse, bytes]:
        """Send a request and read its response, up to a block more than the maximum size.

        The adapter sends it: a session would follow redirects, keep cookies and use credentials from ``.netrc``.
        """
        headers = {
            "api-key": self._settings.api_key.encode(),  # requests sends a str as Latin-1
            "Content-Type": "application/json",
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "User-Agent": "ansible community.kaleyra",
        }
        _thread.body = body
        request = requests.Request(self._operation.method, self._settings.url, headers, data=body).prepare()
        with self._adapter.send(request, timeout=self._settings.timeout, **self._send_options) as response:
            response.raw.enforce_content_length = True  # urllib3 1 accepts truncated bodies otherwise
            if response.headers.get("Content-Encoding", "").lower() not in ("gzip", "deflate"):
                response.raw.headers.discard("Content-Encoding")  # others can expand a block to any size
            content = bytearray()
            for block in response.iter_content(BLOCK_SIZE):
                content += block
                if len(content) > MAX_RESPONSE_SIZE:
                    break  # the connection is closed
            body.connection = None  # the next request can use it
            return response.raw, bytes(content)


def send_with_retries(attempt: Callable[[], Response], retries: int, wait: Callable[[float], bool]) -> Exchange:
    """Call ``attempt`` until its response is final, with exponential backoff and jitter.

    :arg retries: the maximum number of attempts after the first one.
    :arg wait: waits for some seconds, and returns False if there must be no retry.
    """
    sent = 0
    waited = 0.0
    lost = False
    reasons: list[str] = []
    while True:
        response = attempt()
        sent += response.kind is not ResponseKind.NOT_SENT
        exchange = Exchange(response, sent, tuple(reasons), lost)
        if not response.retry or len(reasons) >= retries:
            return exchange
        seconds = response.retry_after or random.uniform(0.5, 1.0) * 2 ** len(reasons)
        if waited + seconds > MAX_WAIT:
            asked = f"the server asked to wait {seconds:.0f} s" if response.retry_after else "the wait limit is reached"
            message = f"{response.message} (not retried: {asked})"
            return replace(exchange, response=replace(response, message=message))
        if not wait(seconds):
            return exchange
        waited += seconds
        reasons.append(response.message)
        lost = lost or response.kind is ResponseKind.LOST


class _RequestBody:
    """The body of a request. It knows whether any of it was sent, and sends nothing after the request was given up.

    ``connection`` is set while the request waits for its response and reads it.
    """

    def __init__(self) -> None:
        self.content = b""
        self.given_up = False
        self.connection: socket.socket | None = None
        self._sent = False
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.content)

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self.content), BLOCK_SIZE):
            with self._lock:
                if self.given_up:
                    raise OSError("the request was given up")
                self._sent = True
            yield self.content[start : start + BLOCK_SIZE]

    def give_up(self) -> bool:
        """Send and read nothing more, and return whether anything was sent."""
        with self._lock, contextlib.suppress(OSError):
            self.given_up = True
            if self.connection:
                self.connection.shutdown(socket.SHUT_RDWR)  # otherwise it continues to read a slow response
        return self._sent


class _Thread(threading.local):
    """The body of the request that the thread sends."""

    body = _RequestBody()


_thread = _Thread()


class _FinalResponse(http.client.HTTPResponse):
    """A response that skips all interim responses, such as 102 and 103, and rejects truncated headers.

    Python skips only 100, and accepts headers without the empty line after them.
    """

    def __init__(self, connection: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(connection, *args, **options)
        _thread.body.connection = connection

    def begin(self) -> None:
        stream = self.fp
        lines = self.fp = _Lines(stream)  # type: ignore[assignment]
        try:
            super().begin()
            while self.status < 200:
                self.headers = self.msg = None  # type: ignore[assignment]
                super().begin()
        finally:
            if self.fp:  # Python closes it after a status line that is not valid
                self.fp = stream
        if not lines.last:
            raise http.client.IncompleteRead(b"")


class _Lines:
    """Reads the lines of a stream, and remembers the last one."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.last = b""

    def readline(self, size: int) -> bytes:
        self.last = self._stream.readline(size)
        return self.last

    def close(self) -> None:
        self._stream.close()


def _run_in_thread(function: Callable[[], T], timeout: float) -> T:
    """Return or raise what the function does. A thread that takes longer than ``timeout`` seconds is abandoned.

    The timeout of ``requests`` limits each wait for data, but not a slow name server or headers that arrive slowly.
    """
    future: concurrent.futures.Future[T] = concurrent.futures.Future()

    def run() -> None:
        try:
            future.set_result(function())
        except Exception as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future.result(timeout)


def _retry_after(response: urllib3.HTTPResponse) -> float:
    """Seconds from a ``Retry-After`` header, which contains a number or a date; 0 if it has neither."""
    try:
        return float(urllib3.Retry().get_retry_after(response) or 0)
    except (ValueError, OverflowError, urllib3.exceptions.HTTPError):
        return 0.0


def _reason(error: Exception, timeout: float) -> str:
    """Why a request failed, without texts of a server or a proxy, and without values of headers or URLs."""
    cause: BaseException = error
    while inner := cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__):
        cause = inner
    if isinstance(cause, (TimeoutError, concurrent.futures.TimeoutError)) or isinstance(error, requests.Timeout):
        return f"timed out after {timeout:g} s"
    if isinstance(cause, ssl.SSLCertVerificationError) or type(cause).__name__ == "CertificateError":  # of urllib3 1
        reason = getattr(cause, "verify_message", "") or cause
        return f"its certificate is not trusted ({reason}); for a private CA set ca_path"
    if isinstance(cause, ssl.SSLError) and cause.reason == "WRONG_VERSION_NUMBER":
        return "it does not speak TLS on that port"
    if isinstance(cause, http.client.HTTPException):
        return _http_reason(cause)
    if isinstance(error, requests.exceptions.InvalidSchema):
        return "a SOCKS proxy requires the Python library PySocks"
    if str(cause).startswith("Tunnel connection failed: "):
        return f"the proxy rejected the connection with HTTP {str(cause).split()[3]}"
    if cause.__class__ is OSError or isinstance(cause, RuntimeError):  # about the CA file, and about threads
        return str(cause)
    return getattr(cause, "strerror", None) or f"{type(cause).__module__}.{type(cause).__name__}"


def _http_reason(error: http.client.HTTPException) -> str:
    if isinstance(error, http.client.RemoteDisconnected):
        return "the server closed the connection"
    if isinstance(error, http.client.IncompleteRead):
        return "the response is truncated"
    return "the response is not valid HTTP"
