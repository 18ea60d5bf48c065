# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""As much of AWX's API as `awx.awx` and `awx import` need to set up a controller: lists, filters, details, associations, surveys.

It keeps objects in memory, hides secrets, and refuses what AWX refuses by `awx_rules`. Loopback only.
"""

from __future__ import annotations

import http.server
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ansible_collections.community.kaleyra.tests.awx import awx_rules

VERSION = "24.6.1"
LISTS = {
    "applications": "o_auth2_application",
    "credential_types": "credential_type",
    "credentials": "credential",
    "execution_environments": "execution_environment",
    "hosts": "host",
    "inventories": "inventory",
    "inventory_sources": "inventory_source",
    "job_templates": "job_template",
    "labels": "label",
    "notification_templates": "notification_template",
    "organizations": "organization",
    "projects": "project",
    "schedules": "schedule",
    "system_job_templates": "system_job_template",
    "teams": "team",
    "unified_job_templates": "unified_job_template",
    "users": "user",
    "workflow_job_templates": "workflow_job_template",
}
ASSOCIATIONS = {
    "job_templates": ("credentials",),
    "organizations": ("galaxy_credentials",),
    "schedules": ("credentials",),
}
FOREIGN = {  # field: the list it points to
    "organization": "organizations",
    "credential_type": "credential_types",
    "inventory": "inventories",
    "project": "projects",
    "source_project": "projects",
    "execution_environment": "execution_environments",
    "unified_job_template": "job_templates",
}
DEFAULTS: dict[str, dict[str, Any]] = {
    "inventories": {"kind": "", "host_filter": None, "variables": ""},
    "hosts": {"enabled": True, "variables": ""},
    "projects": {"scm_revision": "abc", "status": "successful"},
    "credential_types": {"managed": False, "namespace": None},
    "job_templates": {"extra_vars": "", "survey_enabled": False},
}


class Refused(Exception):
    """A request that AWX would answer with 400."""


class Awx:
    """The state of a controller with the organization Default, which has a Galaxy credential."""

    def __init__(self) -> None:
        self.root = "/api/"
        """Where its API begins; behind the gateway of the Ansible Automation Platform that is ``/api/controller/``."""
        self.objects: dict[str, dict[int, dict[str, Any]]] = {name: {} for name in LISTS}
        self.associated: dict[tuple[str, int, str], list[int]] = {}
        self.surveys: dict[int, dict[str, Any]] = {}
        self.writes: list[str] = []
        default = self.create("organizations", {"name": "Default"})
        galaxy_type = self.create(
            "credential_types", {"name": "Galaxy", "kind": "cloud", "inputs": {"fields": []}, "injectors": {}}
        )
        galaxy = self.create(
            "credentials", {"name": "Ansible Galaxy", "credential_type": galaxy_type["id"], "inputs": {}}
        )
        self.associated["organizations", default["id"], "galaxy_credentials"] = [galaxy["id"]]
        self.writes.clear()

    def create(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
        number = 1 + max((number for objects in self.objects.values() for number in objects), default=0)
        return self._store(
            kind,
            number,
            {"id": number, "type": LISTS[kind], "name": "", "description": "", **DEFAULTS.get(kind, {}), **fields},
        )

    def change(self, kind: str, number: int, fields: dict[str, Any]) -> dict[str, Any]:
        return self._store(kind, number, self.objects[kind][number] | fields)

    def _store(self, kind: str, number: int, item: dict[str, Any]) -> dict[str, Any]:
        self._check(kind, number, item)
        self.writes.append(f"{kind} {item['name']}")
        self.objects[kind][number] = item
        return item

    def _check(self, kind: str, number: int, item: dict[str, Any]) -> None:
        for field, target in FOREIGN.items():
            if isinstance(item.get(field), int) and item[field] not in self.objects[target]:
                raise Refused(f"{field}: there is no {item[field]} in {target}")
        faults = []
        if kind == "credential_types":
            faults = awx_rules.credential_type_faults(item)
            used = any(credential["credential_type"] == number for credential in self.objects["credentials"].values())
            if used and self.objects[kind][number]["inputs"] != item["inputs"]:
                faults.append("Modifications to inputs are not allowed for credential types that are in use")
        elif kind == "credentials" and item.get("inputs"):
            secrets = self._secrets(item)
            known = self.objects[kind].get(number, {}).get("inputs", {})
            item["inputs"] = {
                name: known[name] if value == "$encrypted$" and name in secrets else value
                for name, value in item["inputs"].items()
            }
            faults = awx_rules.credential_faults(
                self.objects["credential_types"][item["credential_type"]], item["inputs"]
            )
        if faults:
            raise Refused("; ".join(faults))

    def _secrets(self, credential: dict[str, Any]) -> set[str]:
        fields = self.objects["credential_types"][credential["credential_type"]]["inputs"].get("fields", [])
        return {field["id"] for field in fields if field.get("secret")}

    def one(self, kind: str, name: str) -> dict[str, Any]:
        """The stored object of that name, secrets and all."""
        (found,) = [item for item in self.objects[kind].values() if item["name"] == name]
        return found

    def shown(self, kind: str, item: dict[str, Any]) -> dict[str, Any]:
        """An object as the API shows it."""
        url = f"{self.root}v2/{kind}/{item['id']}/"
        related = {
            name: f"{url}{name}/"
            for name in (*ASSOCIATIONS.get(kind, ()), *(["survey_spec"] if kind == "job_templates" else []))
        }
        shown = {**item, "url": url, "related": related, "summary_fields": {}}
        if kind == "credentials":
            secrets = self._secrets(item)
            shown["inputs"] = {
                name: "$encrypted$" if name in secrets else value for name, value in item["inputs"].items()
            }
        return shown

    def handle(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """The status and the answer of one request."""
        version = f"{self.root}v2/"
        if path == self.root:
            return 200, {"available_versions": {"v2": version}, "current_version": version}
        if path == version:
            return 200, {"inventory" if name == "inventories" else name: f"{version}{name}/" for name in LISTS}
        found = re.fullmatch(rf"{version}(\w+)/(?:(\d+)/(?:(\w+)/)?)?", path)
        if not found or found[1] not in LISTS:
            return 404, {"detail": "Not found."}
        kind, number, part = found[1], int(found[2] or 0), found[3]
        if number and number not in self.objects[kind]:
            return 404, {"detail": "Not found."}
        try:
            if part:
                return self._part(method, (kind, number, part), body)
            return self._detail(method, kind, number, body) if number else self._list(method, kind, query, body)
        except Refused as refused:
            return 400, {"__all__": [str(refused)], "error": str(refused)}

    def _list(self, method: str, kind: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        if method == "OPTIONS":
            fields = ("name", "description", "kind", "inputs", "injectors")
            return 200, {"actions": {"POST": {name: {"type": "string"} for name in fields}}, "search_fields": ["name"]}
        if method == "POST":
            return 201, self.shown(kind, self.create(kind, body))
        wanted = {name.removeprefix("or__"): value for name, value in query.items() if not name.startswith("page")}
        items = [
            item
            for item in self.objects["job_templates" if kind == "unified_job_templates" else kind].values()
            if all(str(item.get(key)) == value for key, value in wanted.items())
        ]
        return 200, _page([self.shown(kind, item) for item in items])

    def _detail(self, method: str, kind: str, number: int, body: Any) -> tuple[int, Any]:
        item = self.change(kind, number, body) if method in ("PATCH", "PUT") else self.objects[kind][number]
        return 200, self.shown(kind, item)

    def _part(self, method: str, place: tuple[str, int, str], body: Any) -> tuple[int, Any]:
        if place[2] == "survey_spec":
            return self._survey(method, place[1], body)
        numbers = self.associated.setdefault(place, [])
        if method == "GET":
            return 200, _page([self.shown("credentials", self.objects["credentials"][number]) for number in numbers])
        self.writes.append(f"{place}")
        numbers.remove(body["id"]) if body.get("disassociate") else numbers.append(body["id"])
        return 204, None

    def _survey(self, method: str, number: int, body: Any) -> tuple[int, Any]:
        if method == "POST":
            if faults := awx_rules.survey_faults(body):
                raise Refused("; ".join(faults))
            self.writes.append(f"survey {number}")
            self.surveys[number] = body
        return 200, self.surveys.get(number, {})


def _page(results: list[dict[str, Any]]) -> dict[str, Any]:
    return {"count": len(results), "next": None, "previous": None, "results": results}


@contextmanager
def running() -> Iterator[tuple[Awx, str]]:
    """A controller and its URL."""
    awx = Awx()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            url = urlsplit(self.path)
            body = json.loads(self.rfile.read(length) or b"null")
            status, answer = awx.handle(self.command, url.path, dict(parse_qsl(url.query)), body)
            content = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(content)),
                "Allow": "GET, POST, OPTIONS",
                "X-API-Product-Name": "AWX",
                "X-API-Product-Version": VERSION,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_OPTIONS = serve

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield awx, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
