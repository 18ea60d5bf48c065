# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""Sends requests to the API over HTTP. This is the only file that imports ``requests``."""

from __future__ import annotations

import concurrent.futures
import http.client
import json
import socket
import ssl
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any
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
from ansible_collections.community.kaleyra.plugins.module_utils._retries import read_retry_after, send_with_retries
from ansible_collections.community.kaleyra.plugins.module_utils._secret import show_body
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender

try:
    import requests
    import urllib3
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = ""

MAX_RESPONSE_SIZE = 8 * 1024 * 1024
"""Bytes of a response after decompression. 5,000 rows need about 1.5 MB."""


class Client:
    """Sends the requests of one operation. It can be used by several threads, which share its open connections.

    :arg record: whether to record the first and the last five HTTP requests for ``responses``.
    """

    def __init__(self, settings: ClientSettings, operation: Operation, *, record: bool = False) -> None:
        self._settings = settings
        self._operation = operation
        self._host = urlsplit(settings.url).netloc
        self._stopped = threading.Event()
        self._recorded: list[_Request] | None = [] if record else None
        self._adapter = requests.adapters.HTTPAdapter(pool_maxsize=MAX_CONNECTIONS)
        environment = requests.Session()
        environment.trust_env = settings.url.lower().startswith("https:")  # a proxy could read the key in plain http
        self._send_options: Any = environment.merge_environment_settings(settings.url, {}, True, settings.verify, None)
        self._proxy = requests.utils.select_proxy(settings.url, self._send_options["proxies"])
        self._proxy_variable = "HTTPS_PROXY" if "https" in self._send_options["proxies"] else "ALL_PROXY"
        if settings.verify is False:
            urllib3.disable_warnings()  # the user has asked for it
        # For all connections of this process, which is the module's own.
        urllib3.connection.HTTPConnection.response_class = _FinalResponse

    def send(self, senders: Sequence[Sender]) -> Exchange:
        """Send a request for these senders, with retries. It never raises."""
        exchange = send_with_retries(lambda: self._attempt(senders), self._settings.retries, self.wait)
        if exchange.response.kind in STOPPING:
            self._stopped.set()
        return exchange

    def wait(self, seconds: float) -> bool:
        """Wait before a retry. Return False, at once, if a response has stopped the run."""
        return not self._stopped.wait(seconds)

    @property
    def responses(self) -> list[dict[str, Any]]:
        """What the server responded to the recorded requests, in the order of sending, safe to display."""
        secrets = [self._settings.api_key]
        if self._proxy and self._recorded:
            user, password = requests.utils.get_auth_from_url(self._proxy)
            secrets += [f"{user}:{password}", password, user]
        method = self._operation.method
        return [
            {"method": method, "senders": item.senders, "status": item.status, "body": show_body(item.content, secrets)}
            for item in self._recorded or ()
        ]

    def _attempt(self, senders: Sequence[Sender]) -> Response:
        """Send a request once. If no part of its body was sent, the API cannot have done anything."""
        request = _Request(len(senders), self._recorded)
        try:
            request.body = json.dumps(self._operation.body(senders), separators=(",", ":")).encode()
            _run_in_thread(lambda: self._exchange(request), self._settings.timeout)
            if len(request.content) > MAX_RESPONSE_SIZE:
                size = MAX_RESPONSE_SIZE // 1024**2
                return Response(ResponseKind.LOST, message=f"the response from {self._host} is larger than {size} MB")
            response = read_response(self._operation, senders, request.status, bytes(request.content))
            return replace(response, retry_after=request.retry_after)
        except Exception as error:  # any: after the request, the run must end with a result
            reason = self._reason(error)
        if request.give_up():
            return Response(ResponseKind.LOST, message=f"no response from {self._host} ({reason})", retry=True)
        target = f"{self._host} through the proxy in {self._proxy_variable}" if self._proxy else self._host
        return Response(ResponseKind.NOT_SENT, message=f"cannot connect to {target}: {reason}", retry=True)

    def _exchange(self, request: _Request) -> None:
        """Send a request and read its response, up to a block more than the maximum size.

        The adapter sends it: a session would follow redirects, keep cookies and use credentials from ``.netrc``.
        """
        headers = {
            "api-key": self._settings.api_key.encode(),  # http.client encodes a string as Latin-1
            "Content-Type": "application/json",
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "User-Agent": "ansible community.kaleyra",
        }
        prepared = requests.Request(self._operation.method, self._settings.url, headers, data=request).prepare()
        with self._adapter.send(prepared, timeout=self._settings.timeout, **self._send_options) as response:
            raw = response.raw
            request.status = raw.status
            request.retry_after = read_retry_after(response.headers.get("Retry-After", ""))
            # Otherwise urllib3 1 accepts truncated bodies:
            # https://github.com/urllib3/urllib3/blob/1.26.20/src/urllib3/response.py#L216
            raw.enforce_content_length = True
            # These two expand a block to at most 16 MB; others, and several at once, to any size:
            # https://github.com/urllib3/urllib3/blob/1.26.20/src/urllib3/response.py#L112-L159
            if response.headers.get("Content-Encoding", "").lower() not in ("gzip", "deflate"):
                raw.headers.discard("Content-Encoding")
            for block in response.iter_content(16 * 1024):
                request.content += block
                if len(request.content) > MAX_RESPONSE_SIZE:
                    break  # the connection is closed
            # Python accepts headers without the empty line after them, so the response may have ended before it:
            # https://github.com/python/cpython/blob/v3.13.0/Lib/http/client.py#L227
            if not request.content and raw.status < 400 and raw.length_remaining is None and not raw.chunked:
                raise http.client.IncompleteRead(b"")

    def _reason(self, error: Exception) -> str:
        """Why a request failed, without strings of a server or a proxy, and without values of headers or URLs."""
        cause: BaseException = error
        while inner := cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__):
            cause = inner
        if isinstance(cause, ssl.SSLCertVerificationError) or type(cause).__name__ == "CertificateError":  # urllib3 1
            hint = "; for a private CA set ca_path" if self._send_options["verify"] is True else ""
            return f"its certificate is not trusted ({getattr(cause, 'verify_message', '') or cause}){hint}"
        if isinstance(cause, ssl.SSLError) and cause.reason == "WRONG_VERSION_NUMBER":
            return "it does not speak TLS on that port"
        if str(cause).startswith("Tunnel connection failed: "):
            return f"the proxy rejected the connection with HTTP {str(cause).split()[3]}"
        fallback = getattr(cause, "strerror", None) or f"{type(cause).__module__}.{type(cause).__name__}"
        option = self._proxy_variable if self._proxy else "api_url"
        timeouts = (TimeoutError, concurrent.futures.TimeoutError, socket.timeout, requests.Timeout)
        invalid_urls = (requests.exceptions.InvalidURL, urllib3.exceptions.LocationValueError, http.client.InvalidURL)
        for types, reason in (
            (timeouts, f"timed out after {self._settings.timeout:g} s"),
            (invalid_urls, f"the URL in {option} is not valid"),
            (socket.gaierror, f"{fallback}; check the host name in {option}, and the name server"),
            (requests.exceptions.InvalidSchema, "a SOCKS proxy requires the Python library PySocks"),
            (requests.exceptions.ContentDecodingError, "its Content-Encoding header is wrong; check proxies"),
            (http.client.RemoteDisconnected, "the server closed the connection"),
            (http.client.IncompleteRead, "the response is truncated"),
            (http.client.HTTPException, "the response is not valid HTTP"),
        ):
            if isinstance(error, types) or isinstance(cause, types):
                return reason
        if cause.__class__ is OSError or isinstance(cause, RuntimeError):  # about the CA file, and about threads
            return str(cause)
        return fallback


class _Request:
    """The body of an HTTP request, and what the server responded to it.

    ``http.client`` asks for the body when the connection is open and the headers are sent:
    https://github.com/python/cpython/blob/v3.13.0/Lib/http/client.py#L1091-L1120
    """

    def __init__(self, senders: int, recorded: list[_Request] | None) -> None:
        self.senders = senders
        self.body = b""
        self.status = 0
        self.retry_after = 0.0
        self.content = bytearray()
        self._recorded = recorded
        self._sent_or_given_up = threading.Lock()  # is never released

    def __len__(self) -> int:
        return len(self.body)

    def __iter__(self) -> Iterator[bytes]:
        if not self._sent_or_given_up.acquire(blocking=False):
            raise OSError("the request was given up")
        if self._recorded is not None:
            self._recorded.append(self)
            del self._recorded[5:-5]
        yield self.body

    def give_up(self) -> bool:
        """Do not begin to send the body. Return True if that is too late."""
        return not self._sent_or_given_up.acquire(blocking=False)


class _FinalResponse(http.client.HTTPResponse):
    """A response that skips all interim responses, such as 102 and 103. Python skips only 100:

    https://github.com/python/cpython/blob/v3.13.0/Lib/http/client.py#L325-L338
    """

    def begin(self) -> None:
        super().begin()
        while self.status < 200:
            self.headers = self.msg = None  # type: ignore[assignment]
            super().begin()


def _run_in_thread(function: Callable[[], object], timeout: float) -> None:
    """Do what the function does. After ``timeout`` seconds its thread is abandoned, and goes on until the module ends.

    The timeout of ``requests`` limits each wait for data, but not a slow name server or headers that arrive slowly.
    """
    future: concurrent.futures.Future[object] = concurrent.futures.Future()

    def run() -> None:
        try:
            future.set_result(function())
        except Exception as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    future.result(timeout)
