# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""A list of senders in a file: CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator

from ansible_collections.community.kaleyra.plugins.module_utils._sender import (
    FIELDS,
    InputError,
    Listed,
    form_fault,
)


def listed_in_file(path: str, columns_needed: Iterable[str], faults: list[str]) -> Listed:
    """Read a CSV or JSON file.

    :arg columns_needed: the columns that a CSV must have.
    :arg faults: gets what is wrong with the form of single entries, which are left out.
    :raises InputError: it cannot be read, is neither, or is not a list of senders.
    """
    kind = os.path.splitext(path)[1].lower()
    if kind not in (".csv", ".json"):
        raise InputError([f"src: {path} ends in neither .csv nor .json"])
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            return (
                _listed_in_csv(file.read(), path, columns_needed, faults)
                if kind == ".csv"
                else _listed_in_json(file.read(), path, faults)
            )
    except OSError as error:
        raise InputError([f"src: {path} cannot be read: {error.strerror}"]) from None
    except (ValueError, RecursionError) as error:
        raise InputError([f"src: {path} is not {kind[1:].upper()} in UTF-8: {error}"]) from None


def _listed_in_json(text: str, path: str, faults: list[str]) -> Listed:
    rows = json.loads(text)
    if not isinstance(rows, list):
        raise InputError([f"src: {path} holds no list of objects"])
    entries: list[tuple[int, dict[str, object]]] = []
    listed = Listed("src[{}]", entries)
    fields = set(FIELDS)
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            faults.append(f"{listed.place.format(index)}: not an object")
        elif row.keys() <= fields:
            entries.append((index, row))
        elif fault := form_fault(row):
            faults.append(f"{listed.where(index, row)}: {fault}")
        else:
            entries.append((index, {**row, "sender": row["name"]}))
    return listed


def _listed_in_csv(text: str, path: str, columns_needed: Iterable[str], faults: list[str]) -> Listed:
    if "\0" in text:
        raise InputError([f"src: {path} holds a NUL character"])
    columns: list[str] = []
    entries: list[tuple[int, dict[str, str]]] = []
    listed = Listed("line {}", entries)
    for line, cells in _csv_rows(text, path):
        if not columns:
            columns = ["sender" if cell.strip() == "name" else cell.strip() for cell in cells]
            wrong = [f"src: {path} lacks a column {name}" for name in columns_needed if name not in columns]
            wrong += [f"src: {path} has two columns {name}" for name in FIELDS if columns.count(name) > 1]
            if wrong:
                raise InputError(wrong)
            continue
        fields = dict(zip(columns, cells))
        if len(cells) <= len(columns):
            entries.append((line, fields))
        else:
            faults.append(
                f"{listed.where(line, fields)}: more cells than the header has columns; quote a text with a separator in it"
            )
    if not columns:
        raise InputError([f"src: {path} lacks a header line with a column sender"])
    return listed


def _csv_rows(text: str, path: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, each with the line that it begins in."""
    header_line = next((line for line in text.splitlines() if line.strip()), "")
    # Spreadsheets write semicolons where the comma is the decimal sign.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header_line.count), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError([f"line {line}: {path} is not CSV here: {error}"]) from None
