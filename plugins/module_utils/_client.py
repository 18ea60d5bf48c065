# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""One call to the API: a request out, an answer back. The only room that knows ``requests``."""

from __future__ import annotations

import base64
import functools
import html
import io
import json
import random
import threading
import traceback
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import replace
from urllib.parse import quote

from ansible_collections.community.kaleyra.plugins.module_utils._account import Endpoint
from ansible_collections.community.kaleyra.plugins.module_utils._api import Operation
from ansible_collections.community.kaleyra.plugins.module_utils._response import Kind, Response, read_response
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender

try:
    import requests
    import urllib3
    from urllib3.util import Retry
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = ""

MOST_WAITING = 60.0
"""Seconds that one call waits between its tries, all together."""


class Client:
    """Sends calls, from several threads if need be, each thread over a connection that it keeps."""

    def __init__(self, endpoint: Endpoint, operation: Operation) -> None:
        self.endpoint = endpoint
        self.operation = operation
        self._spellings = _spellings(endpoint.api_key)
        self._local = threading.local()
        self._stopped = threading.Event()
        if endpoint.verify is False:
            urllib3.disable_warnings()  # the task's author has asked for it

    def send(self, senders: Sequence[Sender]) -> Response:
        """Send one request, and retry it. Never raises."""
        return self._call(senders)

    def stop(self) -> None:
        """End all waiting between tries; no call is tried again."""
        self._stopped.set()

    def _call(self, senders: Sequence[Sender]) -> Response:
        data = json.dumps(self.operation.body(senders), separators=(",", ":")).encode()
        retry = Retry(total=None, backoff_factor=0.5)
        sent = 0
        lost_try = False
        retried: list[str] = []
        waited = 0.0
        while True:
            body = _Body(data)
            answer, again, asked_wait = self._try(senders, body)
            sent += body.went_out
            answer = replace(answer, requests=sent, retry_reasons=tuple(retried), attempt_lost=lost_try)
            if not again or len(retried) == self.endpoint.retries:
                break
            retry = retry.increment()
            wait = asked_wait or retry.get_backoff_time() + random.uniform(0, 0.5)
            if waited + wait > MOST_WAITING:
                answer = replace(
                    answer,
                    message=f"{answer.message} (not tried again: it would mean to wait for {wait:.0f} s)",
                )
                break
            if self._stopped.wait(wait):
                break
            waited += wait
            retried.append(answer.message)
            lost_try = lost_try or answer.kind is Kind.LOST
        if answer.kind is Kind.STOP:
            self.stop()
        return answer

    def _try(self, senders: Sequence[Sender], body: _Body) -> tuple[Response, bool, float]:
        """One HTTP request: its answer, whether trying again makes sense, and the seconds that the server wants to be left alone."""
        try:
            response = self._request(self.operation.method, body)
        except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:
            # requests' errors are OSErrors; some of urllib3's and of the codecs' get past it.
            answer, again = _failure(error, body.went_out)
            return self._without_key(answer), again, 0.0
        answer = self._without_key(read_response(self.operation, senders, response.status_code, response.content))
        if response.status_code < 200:
            self._session().close()  # the answer is still to come, and would be taken for the next call's
        if 300 <= response.status_code < 400:
            answer = replace(
                answer,
                message=f"HTTP {response.status_code}: a redirect, which is not followed; check api_url",
            )
        again = answer.retry
        return answer, again, _retry_after(response)

    def _request(self, method: str, body: _Body) -> requests.Response:
        """Send a request and read its answer, within the timeout as a whole.

        ``requests`` limits each single wait for the network, which a hanging name server and a trickling answer outlast.
        So it works in a thread that can be left behind.
        """
        endpoint = self.endpoint
        session = self._session()
        outcome: Future[requests.Response] = Future()

        def work() -> None:
            try:
                response = session.request(
                    method,
                    endpoint.url,
                    data=body,
                    # As bytes: a str header is sent as Latin-1, and its exceptions quote the value.
                    headers={"api-key": endpoint.api_key.encode(), "Content-Type": "application/json"},
                    timeout=endpoint.timeout,
                    verify=endpoint.verify,
                    allow_redirects=False,
                )
            except BaseException as error:
                session.close()
                outcome.set_exception(error)
            else:
                outcome.set_result(response)

        threading.Thread(target=work, daemon=True).start()
        try:
            return outcome.result(endpoint.timeout)
        except FutureTimeoutError:
            body.give_up()
            self._local.session = None
            raise requests.Timeout from None

    def _without_key(self, answer: Response) -> Response:
        """The answer of a server or a library as it may be shown: it may repeat the key, or hold what a terminal obeys."""

        def hide(text: str) -> str:
            text = text.replace(self.endpoint.api_key, "********")
            return "(not shown: it repeats the API key)" if self._repeats_key(text) else _printable(text)

        hidden = functools.lru_cache(hide)
        results = {
            sender: result._replace(id=hidden(result.id), code=hidden(result.code), msg=hidden(result.msg))
            for sender, result in answer.results.items()
        }
        return replace(answer, code=hidden(answer.code), message=hidden(answer.message), results=results)

    def _repeats_key(self, text: str) -> bool:
        bare = text.replace("\\", "").casefold()  # of whatever escapes
        return any(spelling in bare for spelling in self._spellings)

    def _session(self) -> requests.Session:
        session = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            # Without it, requests takes credentials for the host from a .netrc file.
            session.auth = _no_auth
            # A proxy would see all of a plain request; api_url allows it to loopback alone.
            session.trust_env = self.endpoint.url.lower().startswith("https:")
            session.headers["User-Agent"] = "ansible community.kaleyra"
            session.hooks["response"].append(_take_as_it_is)
        return session


def _spellings(key: str) -> set[str]:
    """How a server, a proxy or a library may spell a key that it repeats, without the backslashes of any escapes."""
    data = key.encode()
    latin = data.decode("latin-1")
    found = {key, latin, json.dumps(key)[1:-1], json.dumps(latin)[1:-1], repr(data)[2:-1]}
    found |= {html.escape(key), quote(key, safe=""), base64.b64encode(data).decode()}
    return {spelling.replace("\\", "").casefold() for spelling in found} - {""}


def _printable(text: str) -> str:
    return "".join([char if char.isprintable() else " " if char.isspace() else "?" for char in text])


class _Body(io.BytesIO):
    """A request's body that knows whether any of it went out: until then, the server cannot have acted."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.went_out = False
        self._given_up = False
        self._lock = threading.Lock()

    def read(self, size: int | None = -1) -> bytes:
        with self._lock:
            if self._given_up:
                raise OSError("the call was given up")
            self.went_out = True
        return super().read(size)

    def give_up(self) -> None:
        """Let nothing more go out, so that ``went_out`` stays true to what happens."""
        with self._lock:
            self._given_up = True


def _take_as_it_is(response: requests.Response, **_options: object) -> None:
    """Before the body is read: half of one is none for urllib3 1 either, and where a redirect leads may be no URL."""
    response.raw.enforce_content_length = True
    response.headers.pop("Location", None)


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _failure(error: Exception, went_out: bool) -> tuple[Response, bool]:
    """The answer to a request that failed, and whether trying again makes sense."""
    root: BaseException = error
    while cause := root.__cause__ or (None if root.__suppress_context__ else root.__context__):
        root = cause
    if went_out:
        return Response(Kind.LOST, message=f"no answer: {_words(error, root)}"), True
    again = isinstance(error, (requests.ConnectionError, requests.Timeout)) and not isinstance(
        error, requests.exceptions.SSLError
    )
    return Response(Kind.STOP, message=f"cannot connect: {_words(error, root)}"), again


def _words(error: Exception, root: BaseException) -> str:
    if isinstance(error, requests.Timeout) or isinstance(root, TimeoutError):
        return "timed out"
    if isinstance(error, ValueError):
        return type(error).__name__  # its text may quote a header
    # Other errors than the system's and TLS's quote what the server sent, cut to some length.
    told = isinstance(root, (OSError, urllib3.exceptions.SSLError)) or isinstance(error, requests.exceptions.SSLError)
    return (str(root) if told else "") or type(root).__name__


def _retry_after(response: requests.Response) -> float:
    """Seconds, from a ``Retry-After`` that is a number or a date; 0 if there is none or it cannot be read."""
    try:
        seconds = Retry().get_retry_after(response.raw) or 0.0
    except (urllib3.exceptions.HTTPError, ValueError, OverflowError):
        return 0.0
    return float(min(seconds, 10**9))  # a number of any length fits into an int
