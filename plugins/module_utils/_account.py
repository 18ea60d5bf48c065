# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""The options of an account: the argument spec behind the documentation fragment ``account``, and their checks."""

from __future__ import annotations

import os
import re
from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

API_URL = "https://api.kaleyra.io"
ENVIRONMENT = {"api_key": "KALEYRA_API_KEY", "sid": "KALEYRA_SID", "api_url": "KALEYRA_API_URL"}
LOOPBACK = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|::1")
PATH_OF_API = re.compile("/(v[0-9]+|messages|sms|sender)(/|$)")
MAX_CONNECTIONS = 16
MAX_TIMEOUT = 86400.0


def account_argument_spec() -> dict[str, dict[str, Any]]:
    """The options of the fragment ``account``. Ansible's ``fallback`` does not apply to an empty string."""
    return {
        "api_key": {"type": "str", "no_log": True},
        "sid": {"type": "str"},
        "api_url": {"type": "str"},
        "api_version": {"type": "str", "choices": ["v1", "v2"], "default": "v1"},
        "endpoint": {"type": "str", "choices": ["messages", "sms"], "default": "messages"},
        "connections": {"type": "int", "default": 4},
        "timeout": {"type": "float", "default": 30.0},
        "retries": {"type": "int", "default": 3},
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
    }


@dataclass(frozen=True)
class ClientSettings:
    """Where and how to send requests. ``timeout`` is in seconds; ``verify`` is a switch or the path of a CA bundle."""

    url: str
    api_key: str = field(repr=False)
    timeout: float
    retries: int
    verify: bool | str


def use_environment(params: dict[str, Any]) -> Mapping[str, Any]:
    """The options, with those of the account that are not set, or empty, taken from the environment.

    AWX sets empty environment variables for optional credential fields: they count as not set, too.
    """
    account = {name: params[name] or os.environ.get(variable, "") for name, variable in ENVIRONMENT.items()}
    return ChainMap({**account, "api_url": account["api_url"] or API_URL}, params)


def client_settings(params: Mapping[str, Any]) -> ClientSettings:
    """Where and how to send requests, from the options that `use_environment` returned, if they have no errors."""
    url = f"{params['api_url'].rstrip('/')}/{params['api_version']}/{params['sid']}/{params['endpoint']}/sender"
    verify = (params["ca_path"] or True) if params["validate_certs"] else False
    return ClientSettings(url, params["api_key"], params["timeout"], params["retries"], verify)


def account_errors(params: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the options that `use_environment` returned. No message quotes the key, the SID or the URL."""
    for name in ("api_key", "sid"):
        if not params[name]:
            yield f"{name} is required: set it, or the environment variable {ENVIRONMENT[name]}"
    if re.search(r"\s", params["api_key"]):
        yield "api_key contains whitespace, such as a space or a line break"
    elif not re.fullmatch(r"[!-~]*", params["api_key"]) or re.search(r"['\"\\]", params["api_key"]):
        # These have several spellings in JSON and in error messages: the key could not be found there and hidden.
        yield "api_key must consist of visible ASCII characters other than quotation marks and backslashes"
    if not re.fullmatch("[A-Za-z0-9]*", params["sid"]):
        yield "sid must contain only ASCII letters and digits"
    yield from _url_errors(params["api_url"])
    yield from _number_errors(params)
    if params["ca_path"] and not os.path.exists(params["ca_path"]):
        yield f"ca_path: no such file or directory: {params['ca_path']}"


def _number_errors(params: Mapping[str, Any]) -> Iterator[str]:
    if not 0 < params["timeout"] <= MAX_TIMEOUT:
        yield f"timeout is {params['timeout']:g}, must be above 0 and at most {MAX_TIMEOUT:.0f} seconds"
    if params["retries"] < 0:
        yield f"retries is {params['retries']}, must be 0 or more"
    if not 1 <= params["connections"] <= MAX_CONNECTIONS:
        yield f"connections is {params['connections']}, must be 1 to {MAX_CONNECTIONS}"


def _url_errors(url: str) -> Iterator[str]:
    """What is wrong with an ``api_url``. It may contain a password by mistake, so nothing of it is quoted."""
    if any(char.isspace() or not char.isprintable() for char in url):
        yield "api_url contains a space or a control character"
        return
    if not re.match("[A-Za-z][A-Za-z0-9+.-]*://", url):
        yield "api_url: begin it with https://"
        return
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        yield "api_url is not a valid URL: check the host and the port"
        return
    if "@" in parts.netloc:
        yield "api_url contains credentials: remove them; the API key belongs in api_key"
    elif not re.fullmatch("[a-z0-9._-]+|[0-9a-f:.]+", host):
        yield "api_url has no valid host name"
    if PATH_OF_API.search(parts.path.lower()):
        yield "api_url contains the version or the resource: remove them; the module adds /v1/SID/messages/sender"
    if "?" in url or "#" in url:
        yield "api_url contains a query (?) or a fragment (#): remove it"
    if parts.scheme != "https" and not (parts.scheme == "http" and LOOPBACK.fullmatch(host)):
        yield "api_url must begin with https:// (http:// is only allowed for loopback addresses)"
