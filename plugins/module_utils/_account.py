# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""The options of an account: the argument spec behind the documentation fragment ``account``, and their checks."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ansible.module_utils.basic import env_fallback

API_URL = "https://api.kaleyra.io"
MAX_CONNECTIONS = 16
MAX_TIMEOUT = 86400.0


def account_argument_spec() -> dict[str, dict[str, Any]]:
    """The options of the documentation fragment ``account``."""
    return {
        "api_key": {
            "type": "str",
            "no_log": True,
            "fallback": (env_fallback, ["KALEYRA_API_KEY"]),
        },
        "sid": {"type": "str", "fallback": (env_fallback, ["KALEYRA_SID"])},
        "api_url": {"type": "str", "fallback": (env_fallback, ["KALEYRA_API_URL"])},
        "api_version": {"type": "str", "choices": ["v1", "v2"], "default": "v1"},
        "endpoint": {
            "type": "str",
            "choices": ["messages", "sms"],
            "default": "messages",
        },
        "connections": {"type": "int", "default": 4},
        "timeout": {"type": "float", "default": 30.0},
        "retries": {"type": "int", "default": 3},
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
    }


@dataclass(frozen=True)
class Endpoint:
    """Where and how to send requests. ``timeout`` is in seconds; ``verify`` is a switch or the path of a CA bundle."""

    url: str
    api_key: str = field(repr=False)
    timeout: float = 30.0
    retries: int = 3
    verify: bool | str = True


def build_endpoint(params: Mapping[str, Any]) -> Endpoint:
    """Where and how to send requests, from options without errors."""
    url = f"{_api_url(params).rstrip('/')}/{params['api_version']}/{params['sid']}/{params['endpoint']}/sender"
    verify = (params["ca_path"] or True) if params["validate_certs"] else False
    return Endpoint(url, params["api_key"], params["timeout"], params["retries"], verify)


def _api_url(params: Mapping[str, Any]) -> str:
    # AWX sets an empty environment variable for an optional field that was left empty.
    return str(params["api_url"] or API_URL)


def account_errors(params: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the account's options. No message quotes the key or the URL."""
    if not params["api_key"]:
        yield "api_key: missing; set it, or the environment variable KALEYRA_API_KEY"
    elif any(char.isspace() or not char.isprintable() for char in params["api_key"]):
        yield "api_key: holds white space or a control character"
    if not params["sid"]:
        yield "sid: missing; set it, or the environment variable KALEYRA_SID"
    elif not re.fullmatch("[A-Za-z0-9]+", params["sid"]):
        yield "sid: not letters and digits alone"
    yield from _url_errors(_api_url(params))
    if not 0 < params["timeout"] <= MAX_TIMEOUT:
        yield f"timeout: not a positive number of seconds up to {MAX_TIMEOUT:.0f}"
    if params["retries"] < 0:
        yield "retries: negative"
    if not 1 <= params["connections"] <= MAX_CONNECTIONS:
        yield f"connections: not 1 to {MAX_CONNECTIONS}"
    if params["ca_path"] and not os.path.exists(params["ca_path"]):
        yield f"ca_path: there is no {params['ca_path']}"


def _url_errors(url: str) -> Iterator[str]:
    """What is wrong with an ``api_url``. It may hold a password by mistake: nothing of it is quoted."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        yield "api_url: not a URL"
        return
    if "@" in parts.netloc:
        yield "api_url: carries a user; the key belongs into api_key"
    elif not re.fullmatch(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+", host) or any(
        char.isspace() or not char.isprintable() or char == "\\" for char in url
    ):
        yield "api_url: not a URL with a host"
    if "?" in url or "#" in url:
        yield "api_url: carries a query or a fragment"
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        yield "api_url: not https; plain http is for loopback addresses alone"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
