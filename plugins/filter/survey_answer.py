# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""Values of variables that people enter in a survey of AWX."""

from __future__ import annotations

DOCUMENTATION = r"""
name: survey_answer
version_added: 1.0.0
short_description: Read a variable that may be the answer of an AWX survey
description:
  - Returns the value for an option of M(community.kaleyra.kaleyra_sender), or O(default) if the variable is not set.
    Null, V(false) and an empty text count as not set.
  - AWX writes answers in a form that ansible-core 2.19 and newer convert as if they were not quoted, so that C(no)
    becomes V(false) and C(007123) becomes 3667. The original text is lost in this case. The filter rejects such a
    value, because it must not return another sender than the one that was entered. An answer in double quotes is not
    converted, and is returned without them.
author:
  - The community.kaleyra authors (@ansible-collections)
positional: variable, default, type
options:
  _input:
    description:
      - The value of the variable.
    type: raw
    required: true
  variable:
    description:
      - The name of the variable, for error messages.
    type: str
    required: true
  default:
    description:
      - The value to return if the variable is not set, such as V(omit).
    type: raw
  type:
    description:
      - V(text) is a text. Numbers, dates and lists are errors.
      - V(country) is a text. V(false) is also an error, because it may have been Norway's code C(no).
      - V(number) is a number or a text.
      - V(senders) is a list for O(community.kaleyra.kaleyra_sender#module:senders). A text is split at line breaks,
        commas, semicolons and tabs. A list is returned unchanged. V(false) is an error, because it may have been a
        sender C(no).
    type: str
    choices: [text, country, number, senders]
    default: text
seealso:
  - module: community.kaleyra.kaleyra_sender
"""

EXAMPLES = r"""
- name: Create the senders that a person entered
  hosts: localhost
  connection: local
  gather_facts: false
  vars:
    entered: |
      ADPAI
      "007123", ABCF01
  tasks:
    - name: Create the senders
      community.kaleyra.kaleyra_sender:
        senders: "{{ entered | community.kaleyra.survey_answer('entered', type='senders') }}"
        iso_code: us
        description: Entered in a survey
"""

RETURN = r"""
_value:
  description: The value, or O(default).
  type: raw
"""

import datetime
import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

NAME = re.compile(r' *("[^"\r\n]*") *(?=[,;\t\r\n]|$)|[^,;\t\r\n]+')
"""A name in double quotes, or anything up to the next separator."""


def survey_answer(value: Any, variable: str, default: Any = None, type: str = "text") -> Any:
    """The filter: see its documentation above."""
    if value is None or value == "" or (value is False and type in ("text", "number")):
        return default
    if type == "senders" and isinstance(value, (list, tuple)):
        return value
    if isinstance(value, (Mapping, list, tuple)):
        kind = "dictionary" if isinstance(value, Mapping) else "list"
        raise AnsibleFilterError(f"{variable} is a {kind}, but must be a {'number' if type == 'number' else 'text'}.")
    if isinstance(value, (bool, int, float, datetime.date)):
        if type == "number":
            return value
        raise AnsibleFilterError(
            f"{variable} is {str(value).lower()}, not a text. It was probably entered without quotes and converted."
            ' Enter it in double quotes, such as "007123" or "no".'
        )
    # str() also decrypts a vaulted variable, which ansible-core up to 2.18 passes as an object.
    text = str(value).strip()
    return _senders(text, variable) if type == "senders" else _unquoted(text)


def _senders(text: str, variable: str) -> list[dict[str, str]]:
    if re.search(r"[\[\]{}]", text):
        raise AnsibleFilterError(f"{variable} contains brackets. Enter only names, one per line.")
    names = [name for match in NAME.finditer(text) if (name := match[0].strip())]
    unclear = [name for name in names if _unquoted(name).startswith('"')]
    if unclear:
        raise AnsibleFilterError(f"{variable} contains a name that is only partly in quotation marks: {unclear[0]}")
    if not names:
        raise AnsibleFilterError(f"{variable} contains no sender.")
    return [{"sender": _unquoted(name)} for name in names]


def _unquoted(text: str) -> str:
    quoted = re.fullmatch(r'"([^"]*)"', text)
    return quoted[1] if quoted else text


class FilterModule:
    """Registers the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"survey_answer": survey_answer}
