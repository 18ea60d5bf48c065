# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""One sender, and the checking of a list of them.

Nothing is mended on the way: a value that YAML, a spreadsheet or a browser has changed cannot be told from a wrong
one, so it is refused with a hint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

FIELDS = ("sender", "description", "iso_code", "entity_id")
KNOWN = {*FIELDS, "name"}

MOST_DROPPED_TOLD = 5

ISO_CODE = re.compile("[A-Za-z]{2}")
ENTITY_ID = re.compile("[0-9]{12,30}")


@dataclass(eq=False, init=False)
class Sender:
    """A sender ID. ``key`` is what the API's answers find it by. All but the name are empty for deleting.

    Not frozen: that takes three times as long to make, and there are tens of thousands.
    """

    __slots__ = ("description", "entity_id", "iso_code", "key", "name")
    name: str
    description: str
    iso_code: str
    entity_id: str
    key: str

    def __init__(self, name: str, description: str = "", iso_code: str = "", entity_id: str = "") -> None:
        self.name = name
        self.description = description
        self.iso_code = iso_code
        self.entity_id = entity_id
        self.key = name.lower()


@dataclass(frozen=True)
class Listed:
    """A list of senders as it was declared, before any check.

    ``entries`` are the fields of each with its number, and ``place`` is what to call a number: ``senders[{}]``, or
    ``line {}`` of a CSV.
    """

    place: str
    entries: Sequence[tuple[int, Mapping[str, object]]]

    def where(self, number: int, fields: Mapping[str, object]) -> str:
        """An entry's place and name, for a message."""
        name = fields.get("sender", fields.get("name"))
        text = "no sender" if name in (None, "") else str(name)
        return f"{self.place.format(number)} ({text if text.isprintable() else repr(text)})"


class InputError(Exception):
    """Bad input. ``faults`` holds one sentence for each."""

    MOST = 20

    def __init__(self, faults: Sequence[str]) -> None:
        more = len(faults) - self.MOST
        shown = [
            *faults[: self.MOST],
            *([f"and {more} more faults"] if more > 0 else []),
        ]
        # A file's JSON can spell half a character, which no result can hold.
        super().__init__("; ".join(shown).encode(errors="backslashreplace").decode())
        self.faults = list(faults)


def listed_in_task(senders: Iterable[Mapping[str, object]]) -> Listed:
    """The list of the option ``senders``."""
    return Listed("senders[{}]", list(enumerate(senders)))


def form_fault(fields: Mapping[str, object]) -> str:
    """What to say of fields that no sender has, or of a sender that is named twice; empty if all is well."""
    unknown = fields.keys() - KNOWN
    if unknown:
        return f"unknown {', '.join(sorted(map(str, unknown)))}; known are {', '.join(FIELDS)}"
    return "both sender and its alias name" if "name" in fields and "sender" in fields else ""


def senders_to_delete(listed: Listed) -> tuple[list[Sender], list[str]]:
    """The distinct senders by name, and warnings about duplicates. Only ``sender`` is read.

    :raises InputError: bad input.
    """
    faults: list[str] = []
    dropped: list[str] = []
    first: dict[str, int] = {}
    senders = []
    found: list[str] = []
    for number, fields in listed.entries:
        name = _field(fields, "sender", found)
        if found:
            faults.append(f"{listed.where(number, fields)}: {found.pop()}")
        elif name in first:
            dropped.append(
                f"{listed.where(number, fields)} is dropped: {listed.place.format(first[name])} is the same sender, and deleting goes by the name alone"
            )
        else:
            first[name] = number
            senders.append(Sender(name))
    if faults:
        raise InputError(faults)
    return senders, _told(dropped)


def senders_to_create(listed: Listed, defaults: Mapping[str, str]) -> tuple[list[Sender], list[str]]:
    """The distinct senders by name and country, and warnings about duplicates.

    :arg defaults: ``description``, ``iso_code`` and ``entity_id`` for the entries that give none of their own.
    :raises InputError: bad input.
    """
    faults = [
        f"option {name} {fault}" for name, text in defaults.items() if text for fault in [_FAULTS[name](text)] if fault
    ]
    dropped: list[str] = []
    first: dict[tuple[str, str], tuple[int, Sender]] = {}
    known: dict[tuple[object, ...], tuple[str, str, str]] = {}
    found: list[str] = []
    for number, fields in listed.entries:
        sender = Sender(_field(fields, "sender", found), *_common_fields(fields, defaults, known, found))
        if found:
            faults.extend(f"{listed.where(number, fields)}: {fault}" for fault in found)
            found.clear()
            continue
        earlier, twin = first.setdefault((sender.name, sender.iso_code.lower()), (number, sender))
        if twin is sender:
            continue
        where, place = listed.where(number, fields), listed.place.format(earlier)
        other = [name for name in ("description", "entity_id") if getattr(sender, name) != getattr(twin, name)]
        if other:
            faults.append(f"{where}: the same sender as {place}, with another {' and '.join(other)}")
        else:
            dropped.append(f"{where} is dropped: {place} is the same")
    if faults:
        raise InputError(faults)
    senders = [sender for _number, sender in first.values()]
    return senders, _told(dropped) + _rounded({sender.entity_id: sender.name for sender in reversed(senders)})


def _common_fields(
    fields: Mapping[str, object],
    defaults: Mapping[str, str],
    known: dict[tuple[object, ...], tuple[str, str, str]],
    faults: list[str],
) -> tuple[str, str, str]:
    """Description, country and entity ID, which most senders of a list share: ``known`` has those that were right."""
    given = (fields.get("description"), fields.get("iso_code"), fields.get("entity_id"))
    try:
        return known[given]
    except (KeyError, TypeError):  # new, or no texts
        pass
    before = len(faults)
    description = _field(fields, "description", faults, defaults["description"])
    iso_code = _field(fields, "iso_code", faults, defaults["iso_code"])
    entity_id = _field(fields, "entity_id", faults, defaults["entity_id"], optional=iso_code.lower() != "in")
    texts = (description, iso_code, entity_id)
    if len(faults) == before and all(value is None or isinstance(value, str) for value in given):
        known[given] = texts  # but no numbers, of which Python takes different ones for the same
    return texts


def _rounded(names: Mapping[str, str]) -> list[str]:
    """A warning about entity IDs, each with a sender's name, whose last digits a spreadsheet may have made zeros: it keeps 15 of 19."""
    found = [text for text in names if len(text) >= 18 and len(text.rstrip("0")) <= 15]
    return [
        f"entity_id {text} of {names[text]} ends in zeros, as a spreadsheet writes a long number; check its digits"
        for text in found[:1]
    ]


def _told(dropped: Sequence[str]) -> list[str]:
    """One warning for all duplicates, or none."""
    more = len(dropped) - MOST_DROPPED_TOLD
    return (
        ["; ".join([*dropped[:MOST_DROPPED_TOLD], *([f"and {more} more duplicates"] if more > 0 else [])])]
        if dropped
        else []
    )


def _field(
    fields: Mapping[str, object], name: str, faults: list[str], default: str = "", optional: bool = False
) -> str:
    """A field's text. It is empty, and ``faults`` tells why, where there is none or it is wrong."""
    value = fields.get(name)
    text, fault = (value, "") if isinstance(value, str) else _text(value)
    if text:
        fault = _FAULTS[name](text)
    elif not fault and (default or optional):
        return default  # it has been checked where it was given
    elif not fault:
        fault = f"is missing{', and India demands it' if name == 'entity_id' else ''}"
    if fault:
        faults.append(f"{name} {fault}")
        return ""
    return text


def _text(value: object) -> tuple[str, str]:
    """A value that YAML or JSON did not take for a text: as one, or what is wrong with it."""
    if value is None:
        return "", ""
    if isinstance(value, bool):
        return "", f"is the boolean {value}; quote it, for YAML takes words such as no, NO, on and yes for booleans"
    if isinstance(value, float):
        return "", f"is the number {value}, which has lost digits or its form; quote it"
    if not isinstance(value, int):
        return "", "is not a text"
    if value >= 10**18 and len(str(value).rstrip("0")) <= 17:  # the digits that a float holds
        return "", f"{value} may have lost its last digits, as in a browser's JSON editor; quote it"
    return str(value), ""


def _sender_fault(text: str) -> str:
    if text.strip() != text:
        return "has space around it" if text.strip() else "is empty but for space"
    return "" if text.isprintable() else "holds a control character"


def _description_fault(text: str) -> str:
    return "" if text.strip() else "is empty but for space"


def _quoted(text: str) -> str:
    """As it is where that can be: Ansible finds no secret that `repr` has escaped."""
    return f"'{text}'" if text.isprintable() else repr(text)


def _iso_code_fault(text: str) -> str:
    if ISO_CODE.fullmatch(text):
        return ""
    hint = "; quote it, for YAML takes no and NO for a boolean" if text in ("False", "True") else ""
    return f"{_quoted(text)} is not two letters{hint}"


def _entity_id_fault(text: str) -> str:
    if ENTITY_ID.fullmatch(text):
        return ""
    hint = ""
    if re.fullmatch(r"[0-9.,]+([eE][+-]?[0-9]+)?", text):
        hint = "; if digits were lost on the way, quote it in YAML, or make it text in the spreadsheet"
    return f"{_quoted(text)} is not 12 to 30 digits{hint}"


_FAULTS: dict[str, Callable[[str], str]] = {
    "sender": _sender_fault,
    "description": _description_fault,
    "iso_code": _iso_code_fault,
    "entity_id": _entity_id_fault,
}
