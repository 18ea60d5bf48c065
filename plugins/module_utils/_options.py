# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""The options of a task: the operation, the senders, and how to send them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible.module_utils.common.validation import check_type_dict, check_type_list
from ansible_collections.community.kaleyra.plugins.module_utils._account import (
    Endpoint,
    account_errors,
    build_endpoint,
)
from ansible_collections.community.kaleyra.plugins.module_utils._api import CREATE, DELETE, Operation
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

MOST_ECHOED = 20
LONGEST_SHOWN = 40


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
    batch_size = operation.max_batch if params["batch_size"] is None else params["batch_size"]
    faults = list(account_errors(params))
    if not 1 <= batch_size <= operation.max_batch:
        faults.append(f"batch_size: not 1 to {operation.max_batch}, the API's limit for state={params['state']}")
    senders: list[Sender] = []
    warnings: list[str] = []
    try:
        senders, warnings = _read_senders(params, faults)
    except InputError as error:
        faults += error.faults
    if faults:
        raise InputError(faults)
    return Plan(
        build_endpoint(params),
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
