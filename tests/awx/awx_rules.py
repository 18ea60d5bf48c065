# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWX enforces and does, in a few pure functions.

Read in AWX's source of October 2024: `main/utils/ansible.py`, `main/fields.py`, `main/models/{inventory,credential,mixins}.py`,
`api/views/__init__.py` and `api/serializers.py`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import jinja2
import jinja2.sandbox
import jsonschema

Item = TypeVar("Item")

_OUT_OF_SIGHT = {"roles", "tasks", "group_vars", "host_vars"}
_PLAY = re.compile(r"\s*-?\s*(hosts|(ansible\.builtin\.)?(include|import_playbook)):")
_INVENTORY = re.compile(r"[a-zA-Z0-9_.=\[\]]")

_TEXT = {"type": "string"}
_FIELD = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "label"],
    "properties": {
        "id": {"type": "string", "pattern": "^[a-zA-Z_][a-zA-Z0-9_]*$", "not": {"const": "tower"}},
        "label": _TEXT,
        "help_text": _TEXT,
        "type": {"enum": ["string", "boolean"]},
        "format": {"enum": ["ssh_private_key", "url"]},
        "choices": {"type": "array", "minItems": 1, "uniqueItems": True, "items": _TEXT},
        "multiline": {"type": "boolean"},
        "secret": {"type": "boolean"},
        "default": {},
    },
}
_INPUTS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "fields": {"type": "array", "items": _FIELD},
        "required": {"type": "array", "items": _TEXT},
    },
}
_INJECTORS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "file": {"type": "object"},
        "extra_vars": {"type": "object"},
        "env": {
            "type": "object",
            "additionalProperties": {"type": "string", "pattern": "^[\\x00-\\x7F]*$"},
            "propertyNames": {
                "pattern": "^[a-zA-Z_][a-zA-Z0-9_]*$",
                "not": {
                    "pattern": "^(ANSIBLE_.*|PATH|PYTHONPATH|VIRTUAL_ENV|JOB_ID|INVENTORY_ID|MAX_EVENT_RES|AWX_HOST|PROJECT_REVISION)$"
                },
            },
        },
    },
}
_ANSWERS: dict[str, type | tuple[type, ...]] = {
    "text": str,
    "textarea": str,
    "password": str,
    "multiplechoice": str,
    "multiselect": str,
    "integer": int,
    "float": (int, float),
}


def credential_type_faults(credential_type: Mapping[str, Any]) -> list[str]:
    """Why AWX would refuse a custom credential type."""
    faults = [] if credential_type["kind"] in ("cloud", "net") else [f"kind {credential_type['kind']}"]
    for part, schema in (("inputs", _INPUTS), ("injectors", _INJECTORS)):
        errors = jsonschema.Draft7Validator(schema).iter_errors(credential_type[part])
        faults += [f"{part}: {error.message}" for error in errors]
    if faults:
        return faults
    fields = credential_type["inputs"].get("fields", [])
    ids = [field["id"] for field in fields]
    faults += [f"two inputs {name}" for name in sorted(set(ids)) if ids.count(name) > 1]
    for field in fields:
        if field.get("type", "string") != "string":
            faults += [
                f"{key} of {field['id']}" for key in ("choices", "multiline", "format", "secret") if key in field
            ]
    for name, template in credential_type["injectors"].get("env", {}).items():
        faults += _template_faults(name, template, ids)
    return faults


def _template_faults(name: str, template: str, ids: Sequence[str]) -> list[str]:
    try:
        _sandbox(jinja2.StrictUndefined).from_string(template).render(dict.fromkeys(ids, "EXAMPLE"))
    except jinja2.TemplateError as error:
        return [f"{name}: {error}"]
    return []


def credential_faults(credential_type: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[str]:
    """Why AWX would refuse a credential's inputs, or not start a job with it."""
    ids = {field["id"] for field in credential_type["inputs"]["fields"]}
    missing = [name for name in credential_type["inputs"].get("required", []) if not inputs.get(name)]
    urls = [field["id"] for field in credential_type["inputs"]["fields"] if field.get("format") == "url"]
    not_urls = [name for name in urls if name in inputs and "://" not in inputs[name]]
    return [
        *(f"unknown {name}" for name in sorted(set(inputs) - ids)),
        *(f"no {name}" for name in missing),
        *(f"no URL: {name}" for name in not_urls),
    ]


def injected_environment(credential_type: Mapping[str, Any], inputs: Mapping[str, str]) -> dict[str, str]:
    """The variables that a job gets from a credential. An input left empty still sets its variable."""
    given = {name: value for name, value in inputs.items() if value}
    templates = credential_type["injectors"].get("env", {})
    return {
        name: _sandbox(jinja2.Undefined).from_string(template).render(given) for name, template in templates.items()
    }


def listed_playbooks(project: Path) -> list[str]:
    """The playbooks that AWX offers for a job template."""
    return [path for path in _seen(project) if _could_be_playbook(project / path)]


def listed_inventories(project: Path) -> list[str]:
    """The inventory files that AWX offers for an inventory source."""
    return [path for path in _seen(project) if _could_be_inventory(project / path)]


def survey_faults(survey: Mapping[str, Any]) -> list[str]:
    """Why AWX would refuse a survey."""
    if not (isinstance(survey.get("name"), str) and isinstance(survey.get("description"), str) and survey.get("spec")):
        return ["a survey has a name, a description and questions"]
    faults = []
    for question in survey["spec"]:
        absent = [key for key in ("type", "question_name", "variable", "required") if key not in question]
        kind, default = question.get("type"), question.get("default", "")
        if absent or kind not in _ANSWERS:
            faults.append(f"{question}: lacks {absent}, or has an unknown type")
        elif default != "" and not isinstance(default, _ANSWERS[kind]):
            faults.append(f"{question['variable']}: the default is not of its type")
        elif kind.startswith("multi") and not ({default} - {""}).issubset(question.get("choices", [])):
            faults.append(f"{question['variable']}: the default is none of the choices")
        elif any(not isinstance(question[key], int) for key in ("min", "max") if question.get(key) is not None):
            faults.append(f"{question['variable']}: min or max is no integer")
    variables = [question.get("variable") for question in survey["spec"]]
    return faults + [f"two questions for {name}" for name in set(variables) if variables.count(name) > 1]


def survey_variables(survey: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The extra variables that a job gets from a survey: the defaults, also empty ones, and the answers.

    :raises ValueError: AWX would not start the job.
    """
    questions = {question["variable"]: question for question in survey["spec"]}
    given = {name: question["default"] for name, question in questions.items() if "default" in question} | dict(answers)
    for name, question in questions.items():
        if question["required"] and given.get(name, "") == "":
            raise ValueError(f"{name} is missing")
        if name in answers and not isinstance(answers[name], _ANSWERS[question["type"]]):
            raise ValueError(f"{name} is not a {question['type']}")
        most = question.get("max")
        if isinstance(given.get(name), str) and most is not None and len(given[name]) > most:
            raise ValueError(f"{name} is longer than {most}")
    return given


def slice_of(hosts: Sequence[Item], number: int, count: int) -> list[Item]:
    """The hosts of one slice of a job, from 1: every count-th of the enabled hosts in the order of their names."""
    return list(hosts[number - 1 :: count])


def _sandbox(undefined: type[jinja2.Undefined]) -> jinja2.Environment:
    return jinja2.sandbox.ImmutableSandboxedEnvironment(undefined=undefined)


def _seen(project: Path) -> list[str]:
    """The files that AWX looks at, relative to the project's folder."""
    found = []
    for folder, _folders, names in os.walk(project):
        path = Path(folder).relative_to(project)
        if not any(part in _OUT_OF_SIGHT or part.startswith(".") for part in path.parts):
            found += [str(path / name) for name in names]
    return sorted(found)


def _could_be_playbook(path: Path) -> bool:
    if path.suffix not in (".yml", ".yaml"):
        return False
    lines = path.read_text(encoding="utf-8", errors="ignore").splitlines()
    return any(map(_PLAY.match, lines)) or bool(lines and lines[0].startswith("$ANSIBLE_VAULT;"))


def _could_be_inventory(path: Path) -> bool:
    if path.name in ("inventory", "hosts") or path.suffix == ".ini" or os.access(path, os.X_OK):
        return True
    if path.suffix:
        return False
    return all(map(_INVENTORY.match, path.read_text(encoding="utf-8", errors="ignore").splitlines()[:10]))
