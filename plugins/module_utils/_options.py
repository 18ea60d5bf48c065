# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""The options that say where and how to call: the argument spec behind the fragment ``account``, and their checks."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ansible.module_utils.basic import env_fallback
from ansible.module_utils.common.validation import check_type_dict, check_type_list
from ansible_collections.community.kaleyra.plugins.module_utils._client import Endpoint
from ansible_collections.community.kaleyra.plugins.module_utils._file import listed_in_file
from ansible_collections.community.kaleyra.plugins.module_utils._sender import (
    InputError,
    Listed,
    Sender,
    form_fault,
    listed_in_task,
    senders_to_create,
    senders_to_delete,
)
from ansible_collections.community.kaleyra.plugins.module_utils._settle import (
    CREATE,
    DELETE,
    Operation,
)

API_URL = "https://api.kaleyra.io"
MOST_CONNECTIONS = 16
LONGEST_TIMEOUT = 86400.0
MOST_ECHOED = 20
LONGEST_SHOWN = 40


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
class Plan:
    """What a task asks for, checked. ``warnings`` are about the input."""

    endpoint: Endpoint
    operation: Operation
    senders: Sequence[Sender]
    batch_size: int
    connections: int
    warnings: Sequence[str]


def read(params: Mapping[str, Any]) -> Plan:
    """Check a task's options.

    :raises InputError: bad input. The faults of the options and of the list are named together.
    """
    operation = CREATE if params["state"] == "present" else DELETE
    batch_size = operation.limit if params["batch_size"] is None else params["batch_size"]
    faults = list(_call_faults(params))
    if not 1 <= batch_size <= operation.limit:
        faults.append(f"batch_size: not 1 to {operation.limit}, the API's limit for state={params['state']}")
    senders: list[Sender] = []
    warnings: list[str] = []
    try:
        senders, warnings = _read_senders(params, faults)
    except InputError as error:
        faults += error.faults
    if faults:
        raise InputError(faults)
    return Plan(
        _endpoint(params),
        operation,
        senders,
        batch_size,
        params["connections"],
        warnings,
    )


def echo(params: Mapping[str, Any]) -> dict[str, Any]:
    """The options as the result repeats them: without the key, and without a long list. They may be unchecked."""
    senders = params.get("senders")
    if isinstance(senders, list) and len(senders) > MOST_ECHOED:
        senders = f"{len(senders)} entries"
    return {
        **params,
        "api_key": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER",
        "api_url": "(not shown: it carries a user)" if "@" in str(params.get("api_url")) else params.get("api_url"),
        "senders": senders,
    }


def form_faults(senders: object) -> list[str]:
    """Which entries of ``senders``, as it was given, are no senders by their form.

    Ansible's own words for it name no entry, and of a sender and its alias it takes the alias.
    """
    if not isinstance(senders, (str, list)):
        return []
    listed = listed_in_task(check_type_list(senders))
    faults = [fault for number, entry in listed.entries for fault in [_entry_fault(listed, number, entry)] if fault]
    if faults and isinstance(senders, str):
        return ["senders: a text, not a list of dictionaries; a file's content takes from_json, or the option src"]
    return faults


def _entry_fault(listed: Listed, number: int, entry: object) -> str:
    if isinstance(entry, dict):
        fault = form_fault(entry)
        return f"{listed.where(number, entry)}: {fault}" if fault else ""
    try:
        check_type_dict(entry)  # Ansible takes some texts for dictionaries
    except TypeError:
        shown = isinstance(entry, str) and entry.isprintable() and len(entry) <= LONGEST_SHOWN
        where = listed.where(number, {"sender": entry}) if shown else listed.place.format(number)
        return f"{where}: not a dictionary with a field sender"
    return ""


def _read_senders(params: Mapping[str, Any], faults: list[str]) -> tuple[list[Sender], list[str]]:
    defaults = {name: params[name] or "" for name in ("description", "iso_code", "entity_id")}
    creating = params["state"] == "present"
    if params["src"] is not None:
        needed = [
            "sender",
            *(name for name in ("description", "iso_code") if creating and not defaults[name]),
        ]
        listed = listed_in_file(params["src"], needed, faults)
    elif params["senders"] is not None:
        listed = listed_in_task(params["senders"])
    else:
        raise InputError(["senders: null; an empty list is []"])
    return senders_to_create(listed, defaults) if creating else senders_to_delete(listed)


def _endpoint(params: Mapping[str, Any]) -> Endpoint:
    url = f"{_api_url(params).rstrip('/')}/{params['api_version']}/{params['sid']}/{params['endpoint']}/sender"
    verify = (params["ca_path"] or True) if params["validate_certs"] else False
    return Endpoint(url, params["api_key"], params["timeout"], params["retries"], verify)


def _api_url(params: Mapping[str, Any]) -> str:
    # AWX sets an empty environment variable for an optional field that was left empty.
    return str(params["api_url"] or API_URL)


def _call_faults(params: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the account's options. No fault quotes the key or the URL."""
    if not params["api_key"]:
        yield "api_key: missing; set it, or the environment variable KALEYRA_API_KEY"
    elif any(char.isspace() or not char.isprintable() for char in params["api_key"]):
        yield "api_key: holds white space or a control character"
    if not params["sid"]:
        yield "sid: missing; set it, or the environment variable KALEYRA_SID"
    elif not re.fullmatch("[A-Za-z0-9]+", params["sid"]):
        yield "sid: not letters and digits alone"
    yield from _url_faults(_api_url(params))
    if not 0 < params["timeout"] <= LONGEST_TIMEOUT:
        yield f"timeout: not a positive number of seconds up to {LONGEST_TIMEOUT:.0f}"
    if params["retries"] < 0:
        yield "retries: negative"
    if not 1 <= params["connections"] <= MOST_CONNECTIONS:
        yield f"connections: not 1 to {MOST_CONNECTIONS}"
    if params["ca_path"] and not os.path.exists(params["ca_path"]):
        yield f"ca_path: there is no {params['ca_path']}"


def _url_faults(url: str) -> Iterator[str]:
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
