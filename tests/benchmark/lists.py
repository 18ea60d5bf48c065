# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lists that the benchmark declares: an account's senders, which share a description and a DLT entity ID."""

from __future__ import annotations

import csv
import json
import string
from pathlib import Path

COMMON = {"description": "Order and delivery messages", "iso_code": "in", "entity_id": "1201159123456789012"}


def name(number: int) -> str:
    """Six letters, as India wants them."""
    letters = ""
    for _place in range(6):
        number, digit = divmod(number, 26)
        letters = string.ascii_uppercase[digit] + letters
    return letters


def names(count: int, existing: int = 100) -> set[str]:
    """Of the first `count` senders, those that are there where `existing` percent are: spread over the list."""
    return {name(number) for number in range(count) if number % 100 < existing}


def write(folder: Path, count: int) -> Path:
    """Write a list into a folder of its own, in each form that something wants it in, and return the folder."""
    place = folder / str(count)
    if place.exists():
        return place
    place.mkdir(parents=True)
    rows = [{"sender": name(number), **COMMON} for number in range(count)]
    forms = {"senders.json": rows, "vars.json": {"listed": rows}, "body.json": {"data": rows}}
    for file, content in forms.items():
        (place / file).write_text(json.dumps(content), encoding="utf-8")
    with (place / "senders.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, ["sender", *COMMON])
        writer.writeheader()
        writer.writerows(rows)
    return place
