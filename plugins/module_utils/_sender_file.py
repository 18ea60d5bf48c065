# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""Reads the senders of a task: the option ``senders``, or the file ``src``, which is CSV or JSON."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import platform
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.community.kaleyra.plugins.module_utils._sender import (
    FIELDS,
    Checked,
    Entries,
    InputError,
    senders_to_create,
    senders_to_delete,
    show,
    show_value,
)

MAX_HEADER = 65536
SAVE_AS_CSV = "save the sheet as CSV UTF-8"
SAVE_AS_UTF8 = "save it as UTF-8, in a spreadsheet as CSV UTF-8"
SIGNATURES = {
    b"PK\x03": f"this is an Excel workbook or another ZIP archive; {SAVE_AS_CSV}",
    b"\xd0\xcf\x11\xe0": f"this is an old Excel workbook (.xls); {SAVE_AS_CSV}",
    b"\xff\xfe": f"this is UTF-16; {SAVE_AS_UTF8}",
    b"\xfe\xff": f"this is UTF-16; {SAVE_AS_UTF8}",
    b"\x1f\x8b": "this is compressed with gzip; decompress it",
}
COLUMNS = {
    **dict.fromkeys(("sender", "senderid", "header", "name"), "sender"),
    "description": "description",
    **dict.fromkeys(("isocode", "country", "countrycode"), "iso_code"),
    **dict.fromkeys(("entityid", "peid", "dltentityid"), "entity_id"),
}
"""The field of a CSV header, which is compared in lower case, without spaces, hyphens and underscores."""
# A text with one of these is not a name, but an entry in another format, such as "sender=ADPAI" or JSON.
NOT_IN_NAME = re.compile(r"[=:,;{}\[\]]")
SEPARATORS = r",;\t\r\n\v\f\x85\u2028\u2029"
# An item of a pasted list: a name in double quotes, or anything else between two separators.
ITEM = re.compile(rf'[^\S{SEPARATORS}]*"([^"\r\n]*)"[^\S{SEPARATORS}]*(?=[{SEPARATORS}]|$)|([^{SEPARATORS}]+)')
MISSING = "one of senders and src is required"


class RepeatedField(dict[str, Any]):
    """A JSON object that has a field twice."""


class _FileError(Exception):
    """The file cannot be read as a list of senders. The arguments are what is wrong and, if it matters, the line."""


def read_senders(params: Mapping[str, Any]) -> Checked:
    """The senders of a task, validated. Errors in the format and in the values of entries are returned together."""
    creating = params["state"] == "present"
    defaults = {name: _default(params[name]) for name in ("description", "iso_code", "entity_id")}
    required = ["sender", *(name for name in ("description", "iso_code") if creating and not defaults[name])]
    entries, errors = _read_entries(params["senders"], params["src"], required)
    checked = senders_to_create(entries, defaults) if creating else senders_to_delete(entries)
    return checked._replace(errors=[*errors, *checked.errors])


def _default(value: str | None) -> object:
    """An option for all senders, without the quotes that keep AWX from converting the answer of a survey."""
    if value in ("True", "False"):
        return value == "True"  # Ansible has converted a boolean to a string
    quoted = re.fullmatch(r'\s*"([^"]*)"\s*', value or "")
    return quoted[1] if quoted else value or ""


def _read_entries(senders: Any, src: str | None, required: Sequence[str]) -> tuple[Entries, list[InputError]]:
    """An empty string counts as not set, which Ansible's check for mutually exclusive options does not know."""
    items = _split(senders) if isinstance(senders, str) else []
    given = senders is not None if not isinstance(senders, str) else bool(items)
    if given == bool(src):
        problem = "senders and src are mutually exclusive; set only one" if src else MISSING
        return Entries(""), [InputError("task options", problem)]
    if src:
        return read_sender_file(src, required)
    if items:
        return _entries_of_string(items)
    if isinstance(senders, list):
        return entries_of(senders, "senders[")
    problem = '{} is neither a list nor a string; write one such as ["ADPAI"]'
    if isinstance(senders, (int, float)):
        problem = "{} is not a name; put names such as 007123 and no in double quotes, or they are converted"
    return Entries(""), [InputError("senders", problem, show_value(senders))]


def _split(text: str) -> list[tuple[str, bool]]:
    """The items of a pasted list that are not blank, and whether each was in double quotes."""
    items = [(quoted or rest.strip(), bool(quoted)) for quoted, rest in ITEM.findall(text.lstrip("\ufeff"))]
    return [item for item in items if item[0].strip()]


def _entries_of_string(items: Sequence[tuple[str, bool]]) -> tuple[Entries, list[InputError]]:
    first, quoted = items[0]
    if not quoted and _title(first) in COLUMNS:
        problem = "{} is a column title; a table belongs in a file (src). A sender of this name needs double quotes"
        return Entries(""), [InputError("senders[0]", problem, show(first))]
    entries, errors = entries_of([item for item, _quoted in items], "senders[")
    for index, (item, quoted) in enumerate(items):
        if not quoted and re.search(r"\s", item) and not NOT_IN_NAME.search(item):
            problem = "contains a blank; put a name with blanks in double quotes, and a table in a file (src)"
            errors.append(entries.error(index, {"sender": item}, problem))
    return entries, errors


def entries_of(values: Iterable[object], before: str) -> tuple[Entries, list[InputError]]:
    """The entries of a list of dictionaries and plain names, and errors about what is neither."""
    entries, errors = Entries(before, "]"), []
    fields, append = {*FIELDS}, entries.rows.append
    for index, value in enumerate(values):
        if isinstance(value, dict) and not isinstance(value, RepeatedField) and value.keys() <= fields:
            append((index, value))
        elif isinstance(value, dict):
            problem, shown = _keys_problem(value)
            if problem:
                errors.append(entries.error(index, value, problem, shown))
            else:
                append((index, {**value, "sender": value["name"]}))
        elif isinstance(value, str) and not NOT_IN_NAME.search(value):
            append((index, {"sender": value}))
        else:
            problem = '{} is not an entry; write {"sender": "ADPAI"}, in YAML - sender: "ADPAI" with the quotes'
            errors.append(InputError(entries.place(index), problem, show_value(value)))
    return entries, errors


def _keys_problem(fields: Mapping[str, object]) -> tuple[str, str]:
    """What is wrong with the keys of an entry, and which keys: see InputError's problem and value."""
    if isinstance(fields, RepeatedField):
        return "a field occurs twice in one object; are } and { missing between two objects?", ""
    if unknown := fields.keys() - FIELDS.keys() - {"name"}:
        return f"unknown field {{}}; the fields are {', '.join(FIELDS)}", show(", ".join(sorted(map(str, unknown))))
    return ("both sender and its alias name are set; remove one of them", "") if "sender" in fields else ("", "")


def read_sender_file(path: str, required: Sequence[str]) -> tuple[Entries, list[InputError]]:
    """The entries of a ``.csv`` or ``.json`` file, and errors about its format.

    :arg required: the columns that a CSV must have.
    """
    name, kind = os.path.basename(path), os.path.splitext(path)[1].lower()
    try:
        if kind == ".csv":
            return _read_csv(_read_text(path), f"{name} line ", required)
        if kind == ".json":
            return entries_of(_read_json(_read_text(path)), f"{name}[")
        if kind in (".yml", ".yaml"):
            raise _FileError(f"src does not read YAML; use senders: \"{{{{ lookup('file', '{path}') | from_yaml }}}}\"")
        _read_text(path)  # raises a better error if the format is known
        raise _FileError(f"src must be a .csv or .json file; {SAVE_AS_CSV}")
    except _FileError as error:
        problem, *line = error.args
        return Entries(""), [InputError(", line ".join([path, *map(str, line)]), problem)]


def _read_text(path: str) -> str:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        folder, hint = "", ""
        if not os.path.isabs(path):
            folder = f" in {os.getcwd()}"
            hint = "; with a local connection, a relative path begins at the playbook's folder"
        raise _FileError(f"{error.strerror}{folder} on {platform.node()}{hint}") from None
    for signature, problem in SIGNATURES.items():
        if data.startswith(signature):
            raise _FileError(problem)
    if b"\0" in data:
        raise _FileError(f"this contains NUL characters, as UTF-16 does; {SAVE_AS_UTF8}")
    try:
        text = data.decode().lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise _FileError(
            f"this is not UTF-8, but probably Latin-1; {SAVE_AS_UTF8}", data.count(b"\n", 0, error.start) + 1
        ) from None
    if text.lstrip().startswith("<"):
        raise _FileError("this is HTML or XML, such as a website's login page; download the list again")
    return text


def _read_json(text: str) -> list[Any]:
    try:
        values = json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise _FileError(f"not valid JSON: {error.msg} (column {error.colno})", error.lineno) from None
    except (ValueError, RecursionError) as error:  # a number with thousands of digits, or thousands of brackets
        raise _FileError(f"not valid JSON: {error}") from None
    if not isinstance(values, list):
        raise _FileError('a list is required, such as [{"sender": "ADPAI"}]')
    return values


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else RepeatedField(fields)


def _read_csv(text: str, before: str, required: Sequence[str]) -> tuple[Entries, list[InputError]]:
    entries, errors = Entries(before), []
    # Excel reads the separator from such a first line. Its line break stays, so that line numbers are right.
    named = re.match(r'"?sep=(.)"?[,; \t]*(?=[\r\n]|$)', text, re.IGNORECASE)
    rows = _csv_rows(text[named.end() :], named[1]) if named else _csv_rows(text, _find_separator(text))
    line, header = next(rows, (0, []))
    columns = _columns(header)
    _check_header(header, columns, required, line)
    for line, cells in rows:
        fields = dict(zip(columns, cells))
        if len(cells) > len(columns) and any(map(str.strip, cells[len(columns) :])):
            problem = "more cells than the header has; put a text that contains the separator in quotation marks"
            errors.append(entries.error(line, fields, problem))
        else:
            entries.rows.append((line, fields))
    return entries, errors


def _csv_rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the number of its first line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        unclosed = str(error).startswith(("unexpected end", "field larger"))
        problem = "a quotation mark is never closed" if unclosed else f"not valid CSV: {error}"
        raise _FileError(problem, line) from None


def _find_separator(text: str) -> str:
    """The separator that yields a column for the sender and the most known columns."""
    scores = {}
    for separator in ",;\t":
        with contextlib.suppress(_FileError):
            _line, header = next(_csv_rows(text[:MAX_HEADER], separator), (0, []))
            columns = _columns(header)
            scores[separator] = ("sender" in columns, len(set(columns)), len(columns))
    return max(scores, key=lambda separator: scores[separator], default=",")


def _title(cell: str) -> str:
    return re.sub(r"[\s_\ufeff-]", "", cell).lower()


def _columns(header: Sequence[str]) -> list[str]:
    """The field of each column, empty if it has none. A column ``name`` has none if another one is the sender."""
    names = [_title(cell) for cell in header]
    fields = [COLUMNS.get(name, "") for name in names]
    if any(field == "sender" and name != "name" for name, field in zip(names, fields)):
        return ["" if name == "name" else field for name, field in zip(names, fields)]
    return fields


def _check_header(header: Sequence[str], columns: Sequence[str], required: Sequence[str], line: int) -> None:
    if not header:
        raise _FileError(f"the file is empty; its first line must name the columns: {','.join(FIELDS)}")
    missing = [field for field in required if field not in columns]
    if missing:
        hint = "; description and iso_code can also be options of the task" if missing != ["sender"] else ""
        shown = ", ".join(map(show, header))
        raise _FileError(f"no column {' and no column '.join(missing)}; the columns are: {shown}{hint}", line)
    for field in set(columns) - {""}:
        cells = [show(cell.strip()) for cell, column in zip(header, columns) if column == field]
        if len(cells) > 1:
            raise _FileError(f"{len(cells)} columns for {field}: {', '.join(cells)}; keep only one", line)
