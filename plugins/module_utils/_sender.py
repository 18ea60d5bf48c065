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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

MAX_KINDS = 20  # of errors in a message
MAX_PLACES = 5  # of further errors of one kind
MAX_SHOWN = 100  # characters of a value

# The values that a field can have, and what to report about others.
FIELDS: dict[str, tuple[Callable[[str], object], str]] = {
    "sender": (str.isprintable, "contains a control character or an invisible character"),
    "description": (bool, "is empty"),
    "iso_code": (re.compile("[A-Za-z]{2}").fullmatch, "is not a two-letter country code such as in"),
    "entity_id": (re.compile("[0-9]{12,30}").fullmatch, "is not 12 to 30 digits"),
}
LOST_DIGITS = re.compile(r"[0-9.,]+(E[+-]?[0-9]+)?", re.IGNORECASE)
# What a spreadsheet shows instead of a value (#NV is a German #N/A), and how it changes names such as 1E5 and MAR24.
SPREADSHEET_ERROR = re.compile(r"#(N/A|NV|[A-Z0-9/_]+[!?]|#+)|Err:[0-9]{3}", re.IGNORECASE)
SPREADSHEET_NUMBER_OR_DATE = re.compile(
    r"[0-9]+([.,][0-9]+)?E[+-][0-9]+|[0-9]{1,2}-[A-Z]{3}(-[0-9]+)?|[A-Z]{3}-[0-9]{2,4}|([0-9]+[-/.]){2}[0-9]+",
    re.IGNORECASE,
)


class InputError(NamedTuple):
    """One error. ``{}`` in ``problem`` stands for ``value``: errors with the same ``problem`` are of one kind.

    ``where`` is a file, an option or an entry, such as ``senders[3] (ADPAI)``.
    """

    where: str
    problem: str
    value: str = ""


def describe(errors: Sequence[InputError]) -> list[str]:
    """A sentence for each kind of error: the first one, and the places of the others."""
    kinds: dict[str, list[InputError]] = {}
    for error in errors:
        kinds.setdefault(error.problem, []).append(error)
    sentences = [f"and {len(kinds) - MAX_KINDS} more kinds of errors"] if len(kinds) > MAX_KINDS else []
    for first, *others in reversed(list(kinds.values())[:MAX_KINDS]):
        sentence = f"{first.where}: {first.problem.replace('{}', first.value)}"
        if others:
            places = ", ".join([error.where for error in others[:MAX_PLACES]] + ["..."] * (len(others) > MAX_PLACES))
            sentence += f" (and {len(others)} more: {places})"
        sentences.insert(0, sentence)
    return sentences


def show(text: str) -> str:
    """A text for a message. It is never truncated: Ansible hides the API key in it, but not a part of the key."""
    if len(text) > MAX_SHOWN:
        return f"({len(text)} characters)"
    return text if text.isprintable() else repr(text)


def show_value(value: object) -> str:
    """A value and its type, for a message."""
    if isinstance(value, str):
        return f"the text {show(value)}"
    if isinstance(value, (int, float)):
        return f"the {'boolean' if isinstance(value, bool) else 'number'} {show(str(value))}"
    return "null" if value is None else "a dictionary" if isinstance(value, dict) else "a list"


class Sender:
    """A sender ID. Names that differ only in upper and lower case have the same ``key``. Deleting needs only ``name``.

    Not a frozen dataclass: creating one takes three times as long, and there are tens of thousands.
    """

    __slots__ = ("description", "entity_id", "iso_code", "key", "name")

    def __init__(self, name: str, description: str = "", iso_code: str = "", entity_id: str = "") -> None:
        self.name = name
        self.description = description
        self.iso_code = iso_code
        self.entity_id = entity_id
        self.key = name.lower()

    def __repr__(self) -> str:
        return f"Sender{(self.name, self.description, self.iso_code, self.entity_id)}"


@dataclass
class Entries:
    """The entries of a list, before their values are validated: the number and the fields of each.

    Between ``before`` and ``after``, a number is an entry's place, such as ``senders[3]`` or ``bank.csv line 4``.
    """

    before: str
    after: str = ""
    rows: list[tuple[int, Mapping[str, object]]] = field(default_factory=list)

    def place(self, number: int) -> str:
        """Where an entry is, for a message."""
        return f"{self.before}{number}{self.after}"

    def error(self, number: int, fields: Mapping[str, object], problem: str, value: str = "") -> InputError:
        """An error in an entry."""
        name = fields.get("sender", fields.get("name"))
        shown = show(str(name)) if isinstance(name, (str, int, float)) and name != "" else "no sender"
        return InputError(f"{self.place(number)} ({shown})", problem, value)


class Checked(NamedTuple):
    """The distinct senders of a list, in its order, and what to report about it."""

    senders: list[Sender]
    errors: list[InputError]
    warnings: list[InputError]


DUPLICATE = "ignored: a duplicate of {}"
SPREADSHEET_NAME = "sender looks like a number or a date of a spreadsheet; check it"
SPREADSHEET_ID = "entity_id {} ends in zeros, as a spreadsheet writes a long number; check its digits"
Problems = list[tuple[str, str]]  # of one entry: see InputError's problem and value


def senders_to_delete(entries: Entries) -> Checked:
    """Validate the names: senders are deleted by name only, in all countries."""
    errors: list[InputError] = []
    warnings: list[InputError] = []
    first: dict[str, int] = {}
    problems: Problems = []
    for number, fields in entries.rows:
        value = fields.get("sender")
        name = value if isinstance(value, str) and value.isalnum() else _read(fields, "sender", problems)
        if problems:
            errors.append(entries.error(number, fields, *problems.pop()))
        elif name in first:
            problem = "ignored: the same sender as {}, and senders are deleted by name only"
            warnings.append(entries.error(number, fields, problem, entries.place(first[name])))
        else:
            first[name] = number
            if _is_spreadsheet_value(name):
                warnings.append(entries.error(number, fields, SPREADSHEET_NAME))
    return Checked([Sender(name) for name in first], errors, warnings)


def senders_to_create(entries: Entries, options: Mapping[str, object]) -> Checked:
    """Validate all fields.

    :arg options: ``description``, ``iso_code`` and ``entity_id`` for the entries that do not set them.
    """
    of_defaults = [_problem(name, value) for name, value in options.items() if value != ""]
    defaults = {name: str(value) for name, value in options.items()}
    errors = [InputError("task options", *problem) for problem in of_defaults if problem]
    warnings: list[InputError] = []
    first: dict[tuple[str, str], tuple[int, Sender]] = {}
    valid: dict[tuple[object, ...], tuple[str, str, str]] = {}
    entity_ids: set[str] = set()
    problems: Problems = []
    for number, fields in entries.rows:
        value = fields.get("sender")
        name = value if isinstance(value, str) and value.isalnum() else _read(fields, "sender", problems)  # for speed
        description, iso_code, entity_id = _read_common(fields, defaults, valid, problems)
        if problems:
            errors += [entries.error(number, fields, *problem) for problem in problems]
            problems.clear()
            continue
        sender = Sender(name, description, iso_code, entity_id)
        earlier_number, earlier = first.setdefault((name, iso_code.lower()), (number, sender))
        if earlier is not sender:
            other = [key for key in ("description", "entity_id") if getattr(sender, key) != getattr(earlier, key)]
            different = f"the same sender and country as {{}}, with another {' and '.join(other)}; remove one of them"
            error = entries.error(number, fields, different if other else DUPLICATE, entries.place(earlier_number))
            (errors if other else warnings).append(error)
        elif _is_spreadsheet_value(name):
            warnings.append(entries.error(number, fields, SPREADSHEET_NAME))
        if entity_id not in entity_ids:
            entity_ids.add(entity_id)
            if len(entity_id) >= 18 and len(entity_id.rstrip("0")) <= 15:  # a spreadsheet keeps 15 digits
                warnings.append(entries.error(number, fields, SPREADSHEET_ID, entity_id))
    return Checked([sender for _number, sender in first.values()], errors, warnings)


def _is_spreadsheet_value(name: str) -> bool:
    return not name.isalnum() and SPREADSHEET_NUMBER_OR_DATE.fullmatch(name) is not None


def _read_common(
    fields: Mapping[str, object],
    defaults: Mapping[str, str],
    valid: dict[tuple[object, ...], tuple[str, str, str]],
    problems: Problems,
) -> tuple[str, str, str]:
    """Description, country and entity ID. Most senders of a list share them, so ``valid`` caches valid combinations."""
    given = (fields.get("description"), fields.get("iso_code"), fields.get("entity_id"))
    try:
        return valid[given]
    except (KeyError, TypeError):  # not cached, or not hashable
        pass
    before = len(problems)
    description = _read(fields, "description", problems, defaults["description"])
    iso_code = _read(fields, "iso_code", problems, defaults["iso_code"])
    entity_id = _read(fields, "entity_id", problems, defaults["entity_id"], optional=iso_code.lower() != "in")
    texts = (description, iso_code, entity_id)
    if len(problems) == before and all(value is None or isinstance(value, str) for value in given):
        valid[given] = texts  # no numbers: 1, 1.0 and True are the same key
    return texts


def _read(entry: Mapping[str, object], name: str, problems: Problems, default: str = "", optional: bool = False) -> str:
    """A field's text, or the default, which has been validated. What is wrong is added to ``problems``."""
    value = entry.get(name)
    if value is None or value == "":
        if not default and not optional:
            hint = f"; add it, or set the option {name} for all senders" if name != "sender" else ""
            problems.append((f"{name} is required{' for India' if name == 'entity_id' else ''}{hint}", ""))
        return default
    problem = _problem(name, value)
    if problem:
        problems.append(problem)
    return str(value)


def _problem(name: str, value: object) -> tuple[str, str] | None:
    """What is wrong with a value that is not empty: see InputError's problem and value."""
    if isinstance(value, bool):
        hint = "put it in double quotes, because YAML and AWX read words such as no, on and yes as booleans"
        return f"{name} is {{}}; {hint}", show_value(value)
    if isinstance(value, float) or (isinstance(value, int) and name != "entity_id"):
        hint = (
            "put it in double quotes, because numbers lose digits and leading zeros (YAML and AWX read 012345 as 5349)"
        )
        return f"{name} is {{}}; {hint}", show_value(value)
    if not isinstance(value, (str, int)):
        return f"{name} is {{}}, must be a string", show_value(value)
    text = str(value)
    if isinstance(value, int) and value >= 10**18 and len(text.rstrip("0")) <= 17:  # a float keeps 17 digits
        return f"{name} {{}} may have lost its last digits, as in a browser's JSON editor; quote it", text
    problem = _text_problem(name, text)
    return (f"{name} {{}} {problem}", f"'{text}'" if show(text) == text else show(text)) if problem else None


def _text_problem(name: str, text: str) -> str:
    is_valid, problem = FIELDS[name]
    if not text.strip():
        return "contains only whitespace"
    if SPREADSHEET_ERROR.fullmatch(text):
        return "is an error value of a spreadsheet; correct the cell"
    if text.strip() != text and name != "description":
        return "begins or ends with whitespace"
    if is_valid(text):
        return ""
    if name == "iso_code" and text == "False":
        return f"{problem}; put it in double quotes, because YAML reads no and NO as booleans"
    if name == "entity_id" and LOST_DIGITS.fullmatch(text):
        return f"{problem}; if digits were lost, quote it in YAML, or format the column as text in the spreadsheet"
    return problem
