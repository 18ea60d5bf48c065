# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""One sender, and the validation of a list of them.

Values are never corrected. One that YAML, a spreadsheet or a browser has changed cannot be distinguished from a wrong
one, so it is an error with a hint.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

MAX_GROUPS = 20  # of messages with the same text
MAX_PLACES = 5  # of further messages of a group
MAX_SHOWN = 100  # characters of a value

FIELDS = ("sender", "description", "iso_code", "entity_id")
COUNTRY = re.compile("[A-Za-z]{2}")
ENTITY_ID = re.compile("[0-9]{12,30}")
LOST_DIGITS = re.compile(r"[0-9.,]+(E[+-]?[0-9]+)?", re.IGNORECASE)

INVISIBLE = "contains an invisible character; type it again"
NO_NAME = (
    (re.compile("^[=']"), "begins with = or ', which forces text in a spreadsheet; remove it"),
    (re.compile("^#"), "begins with #, as a comment does; remove it"),
    (
        re.compile(r"^([-*+\u2022\u2023\u25aa\u25cf\u25e6\u00b7\u2013\u2014]|\(?[0-9]+[.)])(\s|$)"),
        "begins with a bullet or a list number; remove it",
    ),
    (
        re.compile(r'[,;:={}\[\]"]'),
        'contains one of , ; : = { } [ ] ", so it is text in another format; give only the name',
    ),
    # Those that str.isprintable() does not notice.
    (re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe00-\ufe0f\uffa0]"), INVISIBLE),
)
"""What shows that a sender is text in another format, and the message about it."""
CONTROL_CHARACTER = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

EMPTY_VALUES = {"nan", "NaN", "NULL", "null", "None", r"\N", "<NA>"}  # as other programs write them to a CSV file
# What a spreadsheet shows instead of a value (#NV is a German #N/A), and how it changes names such as 1E5 and MAR24.
SPREADSHEET_ERROR = re.compile(r"#(N/A|NV|[A-Z0-9/_]+[!?]|#+)|Err:[0-9]{3}", re.IGNORECASE)
SPREADSHEET_NUMBER_OR_DATE = re.compile(
    r"[0-9]+([.,][0-9]+)?E[+-][0-9]+|[0-9]+[.,]0+|[0-9]{1,2}-[A-Z]{3}(-[0-9]+)?|[A-Z]{3}-[0-9]{2,4}"
    r"|([0-9]+[-/.]){2}[0-9]+",
    re.IGNORECASE,
)


class Message(NamedTuple):
    """An error or a warning about the input. Messages with the same text are grouped.

    :ivar place: a file, an option or an entry, such as ``senders[3] (ADPAI)``.
    :ivar detail: what differs from entry to entry, such as a wrong value.
    """

    place: str
    text: str
    detail: str = ""


def describe(messages: Sequence[Message]) -> list[str]:
    """A sentence for each text: the first message with it, and the places of the others."""
    groups: dict[str, list[Message]] = {}
    for message in messages:
        groups.setdefault(message.text, []).append(message)
    sentences = []
    for first, *others in list(groups.values())[:MAX_GROUPS]:
        sentence = f"{first.place}: {first.text}" + (f" ({first.detail})" if first.detail else "")
        if others:
            places = ", ".join([other.place for other in others[:MAX_PLACES]] + ["..."] * (len(others) > MAX_PLACES))
            sentence += f" (and {len(others)} more: {places})"
        sentences.append(sentence)
    if len(groups) > MAX_GROUPS:
        sentences.append(f"and {len(groups) - MAX_GROUPS} more kinds of messages")
    return sentences


def show(text: str) -> str:
    """A string for a message. It is never truncated: Ansible hides the API key in it, but not a part of the key."""
    if len(text) > MAX_SHOWN:
        return f"({len(text)} characters)"
    return text if text.isprintable() else repr(text)


def show_value(value: object) -> str:
    """A value and its type, for a message."""
    if isinstance(value, str):
        return f"the string {show(value)}"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, (int, float)):
        return f"the number {show(str(value))}"
    return "null" if value is None else "a dictionary" if isinstance(value, dict) else "a list"


@dataclass(eq=False)
class Sender:
    """A sender ID. Names that differ only in upper and lower case have the same ``key``."""

    name: str
    description: str = ""
    iso_code: str = ""
    entity_id: str = ""

    def __post_init__(self) -> None:
        self.key = self.name.lower()


Entry = tuple[int, Mapping[str, object], bool]
"""An entry before its values are validated: its index, or its line in a CSV file; its fields; and whether it came as a
dictionary, not as a plain name or a line of a CSV file."""


@dataclass
class SenderList:
    """The list of a task: its entries, the valid senders among them, and what is wrong with the others.

    :ivar source: the option ``senders``, or the name of the file.
    :ivar column_hints: what to report about a field for which a CSV file has no column.
    """

    source: str
    is_csv: bool = False
    column_hints: dict[str, str] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    senders: list[Sender] = field(default_factory=list)
    errors: list[Message] = field(default_factory=list)
    warnings: list[Message] = field(default_factory=list)

    def place(self, number: int) -> str:
        """Where an entry is, for a message."""
        return f"{self.source} line {number}" if self.is_csv else f"{self.source}[{number}]"

    def message(self, entry: Entry, text: str, detail: str = "") -> Message:
        """A message about an entry."""
        number, fields, _is_dictionary = entry
        name = fields.get("sender", fields.get("name"))
        shown = show(str(name).strip()) if isinstance(name, (str, int, float)) and name != "" else "no sender"
        return Message(f"{self.place(number)} ({shown})", text, detail)


def validate_to_delete(senders: SenderList) -> None:
    """Validate the names: senders are deleted by name only, in all countries."""
    first: dict[str, int] = {}
    errors, error_count = senders.errors, len(senders.errors)
    for entry in senders.entries:
        number, _fields, is_dictionary = entry
        name = _read_name(senders, entry, any_name=is_dictionary)
        if len(errors) > error_count:
            error_count = len(errors)
        elif name in first:
            text = "ignored, because senders are deleted by name only"
            senders.warnings.append(senders.message(entry, text, f"the same sender as {senders.place(first[name])}"))
        else:
            first[name] = number
    senders.senders = [Sender(name) for name in first]


def validate_to_create(senders: SenderList, options: Mapping[str, object]) -> None:
    """Validate all fields.

    :arg options: ``description``, ``iso_code`` and ``entity_id`` for the entries that do not set them.
    """
    for name, value in options.items():
        if value != "" and (error := _error(name, value)):
            senders.errors.append(Message("task options", *error))
    defaults = {name: str(value) for name, value in options.items()}
    first: dict[tuple[str, str], tuple[int, Sender]] = {}
    valid: dict[tuple[object, ...], tuple[str, str, str]] = {}
    entity_ids: set[str] = set()
    errors, error_count = senders.errors, len(senders.errors)
    for entry in senders.entries:
        number = entry[0]
        name = _read_name(senders, entry)
        description, iso_code, entity_id = _read_common(senders, entry, defaults, valid)
        if len(errors) > error_count:
            error_count = len(errors)
            continue
        sender = Sender(name, description, iso_code, entity_id)
        earlier_number, earlier = first.setdefault((name, iso_code.lower()), (number, sender))
        if earlier is not sender:
            other = [key for key in ("description", "entity_id") if getattr(sender, key) != getattr(earlier, key)]
            if other:
                text = (
                    f"another entry for this sender and country has another {' and '.join(other)}; remove one of them"
                )
                errors.append(senders.message(entry, text, senders.place(earlier_number)))
                error_count += 1
            else:
                detail = f"of {senders.place(earlier_number)}"
                senders.warnings.append(senders.message(entry, "ignored, because it is a duplicate", detail))
            continue
        if entity_id not in entity_ids:
            entity_ids.add(entity_id)
            if len(entity_id) >= 18 and len(entity_id.rstrip("0")) <= 15:  # a spreadsheet keeps 15 digits
                text = "entity_id ends in zeros, as a spreadsheet writes a long number; check its digits"
                senders.warnings.append(senders.message(entry, text, entity_id))
    senders.senders = [sender for _number, sender in first.values()]


def _read_name(senders: SenderList, entry: Entry, any_name: bool = False) -> str:
    name = entry[1].get("sender")
    if isinstance(name, str) and name.isascii() and name.isalnum() and name not in EMPTY_VALUES:
        return name  # almost all names; checking them further would take 5 % of a run with 50,000 senders
    name = _read(senders, entry, "sender", any_name=any_name)
    if SPREADSHEET_NUMBER_OR_DATE.fullmatch(name):
        text = "sender looks like a number or a date of a spreadsheet; check it"
        senders.warnings.append(senders.message(entry, text))
    return name


def _read_common(
    senders: SenderList,
    entry: Entry,
    defaults: Mapping[str, str],
    valid: dict[tuple[object, ...], tuple[str, str, str]],
) -> tuple[str, str, str]:
    """Description, country and entity ID. Most senders of a list share them, so ``valid`` caches valid combinations.

    Without the cache, a run with 50,000 senders takes 8 % longer.
    """
    fields = entry[1]
    given = (fields.get("description"), fields.get("iso_code"), fields.get("entity_id"))
    try:
        return valid[given]
    except (KeyError, TypeError):  # not cached, or not hashable
        pass
    error_count = len(senders.errors)
    description = _read(senders, entry, "description", defaults["description"])
    iso_code = _read(senders, entry, "iso_code", defaults["iso_code"])
    entity_id = _read(senders, entry, "entity_id", defaults["entity_id"], optional=iso_code.lower() != "in")
    common = (description, iso_code, entity_id)
    if len(senders.errors) == error_count and all(value is None or isinstance(value, str) for value in given):
        valid[given] = common  # no numbers: 1, 1.0 and True are the same key
    return common


def _read(
    senders: SenderList, entry: Entry, name: str, default: str = "", optional: bool = False, any_name: bool = False
) -> str:
    """A field as a string, or the default, which has been validated. If it is wrong, add an error."""
    value = entry[1].get(name)
    if senders.is_csv and isinstance(value, str):
        value = value.strip()
        if value in EMPTY_VALUES:
            text = f"{name} is the empty value of another program; leave the cell empty, or correct it"
            senders.errors.append(senders.message(entry, text, f"found: {value}"))
            return ""
    if value is None or value == "":
        if not default and not optional:
            hint = f"; add it, or set the option {name} for all senders" if name != "sender" else ""
            text = f"{name} is required{' for India' if name == 'entity_id' else ''}{hint}"
            senders.errors.append(senders.message(entry, text, senders.column_hints.get(name, "")))
        return default
    if error := _error(name, value, any_name):
        senders.errors.append(senders.message(entry, *error))
    return str(value)


def _error(name: str, value: object, any_name: bool = False) -> tuple[str, str] | None:
    """What is wrong with a value that is not empty: see Message's text and detail."""
    found = f"found: {show_value(value)}"
    if isinstance(value, bool):
        hint = "put it in double quotes, because YAML and AWX read words such as no, on and yes as booleans"
        return f"{name} must be a string; {hint}", found
    if isinstance(value, float) or (isinstance(value, int) and name != "entity_id"):
        hint = "put it in double quotes, because numbers lose digits and zeros (YAML and AWX read 012345 as 5349)"
        return f"{name} must be a string; {hint}", found
    if not isinstance(value, (str, int)):
        return f"{name} must be a string", found
    text = str(value)
    if isinstance(value, int) and value >= 10**18 and len(text.rstrip("0")) <= 17:  # a float keeps 17 digits
        return f"{name} may have lost its last digits, as in a browser's JSON editor; put it in double quotes", found
    error = _string_error(name, text, any_name)
    shown = repr(text) if show(text) == text else show(text)
    return (f"{name} {error}", f"found: {shown}") if error else None


def _string_error(name: str, text: str, any_name: bool) -> str:
    if not text.strip():
        return "contains only whitespace"
    if SPREADSHEET_ERROR.fullmatch(text) and not any_name:
        return "is an error value of a spreadsheet; correct the cell"
    if text.strip() != text and name != "description":
        return "begins or ends with whitespace"
    if name == "sender":
        return name_error(text, any_name)
    if name == "iso_code" and not COUNTRY.fullmatch(text):
        return "is not a two-letter country code, such as in for India"
    if name == "entity_id" and not ENTITY_ID.fullmatch(text):
        hint = ""
        if text[0] in "='":
            hint = "; remove the = or ' that forces text in a spreadsheet"
        elif LOST_DIGITS.fullmatch(text):
            hint = "; if digits were lost, put it in double quotes, or format the column as text in the spreadsheet"
        return f"is not 12 to 30 digits{hint}"
    return ""


def name_error(text: str, any_name: bool = False) -> str:
    """What is wrong with a name that is not blank."""
    if CONTROL_CHARACTER.search(text):
        return "contains a control character"
    if any_name:
        return ""
    if not text.isprintable():
        return INVISIBLE
    return next((error for pattern, error in NO_NAME if pattern.search(text)), "")
