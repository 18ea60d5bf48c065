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
    Message,
    SenderList,
    name_error,
    show,
    show_value,
    validate_to_create,
    validate_to_delete,
)

MAX_HEADER = 65536
MAX_COLUMNS = 20  # in a message
SAVE_AS_CSV = "save the sheet as CSV UTF-8"
SAVE_AS_UTF8 = "save it as UTF-8, in a spreadsheet as CSV UTF-8"
SIGNATURES = {
    b"PK\x03": f"this is an Excel workbook or another ZIP archive; {SAVE_AS_CSV}",
    b"\xd0\xcf\x11\xe0": f"this is an old Excel workbook (.xls); {SAVE_AS_CSV}",
    b"\xff\xfe": f"this is UTF-16; {SAVE_AS_UTF8}",
    b"\xfe\xff": f"this is UTF-16; {SAVE_AS_UTF8}",
    b"\x1f\x8b": "this is compressed with gzip; decompress it",
    b"$ANSIBLE_VAULT": "this is encrypted with Ansible Vault; decrypt it, for example with ansible.builtin.copy",
}
COLUMNS = {
    "sender": ("sender", "sender id", "sender name", "header", "header name", "sms header", "name"),
    "description": ("description", "desc"),
    "iso_code": ("iso code", "iso", "country code", "country"),
    "entity_id": ("entity id", "pe id", "dlt pe id", "dlt entity id", "principal entity id"),
}
"""The titles of a field's column in a CSV. Case, spaces, hyphens and underscores do not matter."""
FIELD_OF_TITLE = {title.replace(" ", ""): field for field, titles in COLUMNS.items() for title in titles}
AMBIGUOUS_TITLES = ("name", "country")  # such a column is ignored beside another one for the same field
# Words in the title of an unused column that may be meant for a field.
RESEMBLING = {
    "description": re.compile(r"\bdesc|\bpurpose|\busage|\buse case"),
    "iso_code": re.compile(r"country|\biso( ?code)?(?![a-z])"),
    "entity_id": re.compile(r"(\bpe|\bdlt|entity) ?(id|identifier|no|nr|num|number)(?![a-z])"),
}
SEPARATORS = r",;\t\r\n\v\f\x85\u2028\u2029"
# An item of a pasted list: a name in double quotes, or anything else between two separators.
ITEM = re.compile(rf'[^\S{SEPARATORS}]*"([^"\r\n]*)"[^\S{SEPARATORS}]*(?=[{SEPARATORS}]|$)|([^{SEPARATORS}]+)')


class RepeatedField(dict[str, Any]):
    """A JSON object that has a field twice."""


class _FileError(Exception):
    """The file cannot be read as a list of senders."""

    def __init__(self, text: str, line: int = 0) -> None:
        super().__init__(text)
        self.line = line


def read_senders(params: Mapping[str, Any]) -> SenderList:
    """The senders of a task, validated. Errors in the format and in the values of entries are returned together."""
    options: dict[str, object] = {}
    if params["state"] == "present":
        options = {name: _read_option(params[name]) for name in ("description", "iso_code", "entity_id")}
    value = params["senders"]
    if isinstance(value, str) and params["api_key"] and params["api_key"] in value:
        return _failed("senders", "this contains the API key")  # an item of it would show a part of the key
    senders = _read_list(value, params["src"], options)
    if options:
        validate_to_create(senders, options)
    else:
        validate_to_delete(senders)
    return senders


def _read_option(value: str | None) -> object:
    """An option for all senders, without the quotes that keep AWX from converting the answer of a survey."""
    if value in ("True", "False"):
        return value == "True"  # Ansible has converted a boolean to a string
    quoted = re.fullmatch(r'\s*"([^"]*)"\s*', value or "")
    return quoted[1] if quoted else value or ""


def _read_list(value: Any, src: str | None, options: Mapping[str, object]) -> SenderList:
    """An empty string counts as not set, which Ansible's check for mutually exclusive options does not know."""
    items = _split(value) if isinstance(value, str) else []
    given = bool(items) if isinstance(value, str) else value is not None
    if given and src:
        return _failed("task options", "senders and src are mutually exclusive; set only one")
    if src:
        return read_sender_file(src, options)
    if not given:
        return _failed("task options", "one of senders and src is required")
    if isinstance(value, str):
        return _read_string(value, items)
    if isinstance(value, list):
        return _read_entries(value, "senders")
    hint = "put names such as 007123 and no in double quotes, because YAML and AWX convert them"
    if isinstance(value, dict):
        hint = 'write [{"sender": "ADPAI"}]'
    return _failed("senders", f"this is {show_value(value)}, must be a list or a string; {hint}")


def _failed(place: str, text: str) -> SenderList:
    return SenderList("", errors=[Message(place, text)])


def _split(text: str) -> list[tuple[str, bool]]:
    """The items of a pasted list that are not blank, and whether each was in double quotes."""
    items = [(quoted or rest.strip(), bool(quoted)) for quoted, rest in ITEM.findall(text.lstrip("\ufeff"))]
    return [item for item in items if item[0].strip()]


def _read_string(text: str, items: Sequence[tuple[str, bool]]) -> SenderList:
    """The entries of a pasted list, and errors about what does not look like a list of names."""
    if re.match(r"\s*[\[{]", text):
        return _failed("senders", "a string must be a list of names; use from_json for JSON, and src for a file")
    first, quoted = items[0]
    if not quoted and _title(first) in FIELD_OF_TITLE:
        hint = "use src for a table, and double quotes for a sender of this name"
        return _failed("senders[0]", f"{first} is the title of a column; {hint}")
    senders = SenderList("senders")
    for index, (item, quoted) in enumerate(items):
        entry = (index, {"sender": item}, False)
        if not quoted and re.search(r"\s", item) and not name_error(item):
            text = "contains a blank; use src for a table, and double quotes for a name that contains blanks"
            senders.errors.append(senders.message(entry, text))
        else:
            senders.entries.append(entry)
    return senders


def _read_entries(values: Iterable[object], source: str) -> SenderList:
    """The entries of a list of dictionaries and plain names, and errors about what is neither."""
    senders, fields = SenderList(source), {*FIELDS}
    append = senders.entries.append
    for index, value in enumerate(values):
        if isinstance(value, dict) and not isinstance(value, RepeatedField) and value.keys() <= fields:
            append((index, value, True))
        elif isinstance(value, dict):
            entry = (index, value, True)
            if isinstance(value, RepeatedField):
                text = "a field occurs twice in one object; are } and { missing between two objects?"
                senders.errors.append(senders.message(entry, text))
            elif unknown := value.keys() - fields - {"name"}:
                text = f"unknown field; the fields are {', '.join(FIELDS)}"
                senders.errors.append(senders.message(entry, text, show(", ".join(sorted(map(str, unknown))))))
            elif "sender" in value:
                senders.errors.append(senders.message(entry, "sender and its alias name are both set; remove one"))
            else:
                append((index, {**value, "sender": value["name"]}, True))
        elif isinstance(value, str):
            append((index, {"sender": value}, False))
        else:
            text = 'must be a name in double quotes or a dictionary, such as {"sender": "ADPAI"}'
            senders.errors.append(Message(senders.place(index), text, f"found: {show_value(value)}"))
    return senders


def read_sender_file(path: str, options: Mapping[str, object]) -> SenderList:
    """The entries of a ``.csv`` or ``.json`` file, and errors about its format.

    :arg options: for the fields that have no column. Empty for ``state: absent``, which needs only the sender.
    """
    name, extension = os.path.basename(path), os.path.splitext(path)[1].lower()
    try:
        if extension == ".csv":
            return _read_csv(_read_text(path), name, options)
        if extension == ".json":
            return _read_entries(_read_json(_read_text(path)), name)
        if extension in (".yml", ".yaml"):
            raise _FileError(f"src does not read YAML; use senders: \"{{{{ lookup('file', '{path}') | from_yaml }}}}\"")
        _read_text(path)  # raises a better error if the format is known
        raise _FileError(f"src must be a .csv or .json file; {SAVE_AS_CSV}")
    except _FileError as error:
        return _failed(f"{path}, line {error.line}" if error.line else path, str(error))


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
    for signature, message in SIGNATURES.items():
        if data.startswith(signature):
            raise _FileError(message)
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


def _read_csv(text: str, name: str, options: Mapping[str, object]) -> SenderList:
    senders = SenderList(name, is_csv=True)
    # Excel reads the separator from such a first line. Its line break stays, so that line numbers are right.
    named = re.match(r'"?sep=(.)"?[,; \t]*(?=[\r\n]|$)', text, re.IGNORECASE)
    rows = _csv_rows(text[named.end() :], named[1]) if named else _csv_rows(text, _find_separator(text))
    line, header = next(rows, (0, []))
    used = ("sender", *options)
    columns = [field if field in used else "" for field in _columns(header)]
    _check_header(header, columns, options, line)
    found = f"the columns are: {', '.join(map(show, header[:MAX_COLUMNS]))}"
    senders.column_hints = {field: f"{_accepted(field)}; {found}" for field in used if field not in columns}
    first_title, titles = header[0].strip().lower(), _titles(header)
    for line, cells in rows:
        entry = (line, dict(zip(columns, cells)), False)
        if len(cells) > len(columns) and any(map(str.strip, cells[len(columns) :])):
            error = "more cells than the header; put double quotes around a value that contains the separator"
            senders.errors.append(senders.message(entry, error))
        elif cells[0].strip().lower() == first_title and _titles(cells) == titles:
            senders.errors.append(senders.message(entry, "this line repeats the header; remove it"))
        else:
            senders.entries.append(entry)
    if unused := _unused_columns(senders, header, columns, options):
        text = "unused columns resemble fields that the task's options set instead; rename or remove them"
        senders.warnings.append(Message(name, text, ", ".join(unused)))
    return senders


def _unused_columns(
    senders: SenderList, header: Sequence[str], columns: Sequence[str], options: Mapping[str, object]
) -> list[str]:
    """The unused columns whose titles resemble a field that comes from the options, each with this field."""

    unused = [title for title, column in zip(header, columns) if not column]
    return [
        f"{show(title)} for {field}"
        for field, default in options.items()
        for title in unused
        if RESEMBLING[field].search(re.sub(r"[\W_]+", " ", title).lower())
        and default != ""
        and not all(str(fields.get(field, "")).strip() for _line, fields, _is_dictionary in senders.entries)
    ]


def _csv_rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the number of its first line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=True)
    line = 1
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        unclosed = str(error).startswith(("unexpected end", "field larger"))
        text = "a quotation mark is never closed" if unclosed else f"not valid CSV: {error}"
        raise _FileError(text, line) from None


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


def _titles(cells: Iterable[str]) -> str:
    return ",".join(map(_title, cells)).rstrip(",")


def _columns(header: Sequence[str]) -> list[str]:
    """The field of each column, empty if it has none."""
    titles = [_title(cell) for cell in header]
    clear = {FIELD_OF_TITLE.get(title) for title in titles if title not in AMBIGUOUS_TITLES}
    fields = [FIELD_OF_TITLE.get(title, "") for title in titles]
    return ["" if title in AMBIGUOUS_TITLES and field in clear else field for title, field in zip(titles, fields)]


def _accepted(field: str) -> str:
    return f"a column for {field} is called {', '.join(COLUMNS[field])}"


def _check_header(header: Sequence[str], columns: Sequence[str], options: Mapping[str, object], line: int) -> None:
    if not header:
        raise _FileError(f"the file is empty; its first line must name the columns: {','.join(FIELDS)}")
    optional = {"entity_id", *(field for field, default in options.items() if default != "")}
    missing = [field for field in ("sender", *options) if field not in columns and field not in optional]
    if missing:
        accepted = "; ".join(_accepted(field) for field in missing)
        hint = "; description and iso_code can also be options of the task" if missing != ["sender"] else ""
        found = ", ".join(map(show, header[:MAX_COLUMNS]))
        raise _FileError(
            f"no column {' and no column '.join(missing)}; the columns are: {found}; {accepted}{hint}", line
        )
    for field in set(columns) - {""}:
        cells = [show(cell) for cell, column in zip(header, columns) if column == field]
        if len(cells) > 1:
            raise _FileError(f"{len(cells)} columns for {field}: {', '.join(cells)}; keep only one", line)
