# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""As much of AWX's API as `playbooks/awx.yml` needs: lists, filters, details, associations, surveys. Loopback only.

It reproduces what makes AWX hard to set up: names are unique only per organization, names of execution environments in
all of AWX, lookups without an organization return the objects of all, unified job templates are of four kinds, and
secrets are hidden.
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

UNIFIED = ("projects", "job_templates", "workflow_job_templates", "inventory_sources")
LISTS = (
    *("credential_types", "credentials", "execution_environments", "hosts", "inventories"),
    *("labels", "organizations", "schedules"),
    *UNIFIED,
)
ASSOCIATIONS = ("credentials", "galaxy_credentials")
PARENTS = {
    "hosts": "inventory",
    "schedules": "unified_job_template",
    **dict.fromkeys(("credential_types", "execution_environments", "organizations"), ""),
}
"""What the names of a kind are unique in, if not in the organization."""
DEFAULTS: dict[str, dict[str, Any]] = {
    "inventories": {"kind": "", "host_filter": None, "variables": ""},
    "hosts": {"enabled": True, "variables": ""},
    "projects": {"scm_revision": "abc", "status": "successful"},
    "credential_types": {"managed": False},
    "job_templates": {"extra_vars": "", "survey_enabled": False},
}
ENCRYPTED = "$encrypted$"


class Awx:
    """The state of a controller with the organizations Default and Other, which have a Galaxy credential."""

    def __init__(self) -> None:
        self.root = "/api/"
        self.objects: dict[str, dict[int, dict[str, Any]]] = {name: {} for name in LISTS}
        self.associated: dict[tuple[str, int, str], list[int]] = {}
        self.surveys: dict[int, dict[str, Any]] = {}
        galaxy_type = self.store("credential_types", {"name": "Galaxy", "inputs": {"fields": []}})
        for name in ("Default", "Other"):
            organization = self.store("organizations", {"name": name})["id"]
            fields = {"name": "Galaxy", "organization": organization, "credential_type": galaxy_type["id"]}
            galaxy = self.store("credentials", {**fields, "inputs": {}})["id"]
            self.associated["organizations", organization, "galaxy_credentials"] = [galaxy]
        self.writes: list[str] = []

    def store(self, kind: str, fields: dict[str, Any], number: int = 0) -> dict[str, Any]:
        """Create an object, or change one.

        :raises ValueError: the name is taken, or an object that it points to does not exist.
        """
        known = self.objects[kind].get(number, DEFAULTS.get(kind, {}))
        number = number or 1 + max((number for objects in self.objects.values() for number in objects), default=0)
        item = {"id": number, "description": "", "organization": None, **known, **fields}
        within = PARENTS.get(kind, "organization")
        others = [other for other in self.objects[kind].values() if other["id"] != number]
        if any(other["name"] == item["name"] and other.get(within) == item.get(within) for other in others):
            raise ValueError(f"{kind}: the name {item['name']} is taken")
        if kind == "credentials":
            old = known.get("inputs", {})
            item["inputs"] = {
                name: old[name] if value == ENCRYPTED else value for name, value in item["inputs"].items()
            }
        self.objects[kind][number] = item
        return item

    def named(self, kind: str, name: str, organization: str = "Default") -> dict[str, Any]:
        """The object of that name in an organization, secrets included."""
        (number,) = [item["id"] for item in self.objects["organizations"].values() if item["name"] == organization]
        (found,) = [
            item
            for item in self.objects[kind].values()
            if item["name"] == name and item["organization"] in (number, None)
        ]
        return found

    def shown(self, kind: str, item: dict[str, Any]) -> dict[str, Any]:
        """An object as the API shows it."""
        url = f"{self.root}v2/{kind}/{item['id']}/"
        related = {name: f"{url}{name}/" for name in (*ASSOCIATIONS, "survey_spec")}
        shown = {**item, "url": url, "type": kind[:-1], "related": related, "summary_fields": {}}
        if kind == "credentials":
            fields = self.objects["credential_types"][item["credential_type"]]["inputs"]["fields"]
            secrets = {field["id"] for field in fields if field.get("secret")}
            shown["inputs"] = {name: ENCRYPTED if name in secrets else value for name, value in item["inputs"].items()}
        return shown

    def handle(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """The status and the body of the response to a request."""
        version = f"{self.root}v2/"
        if path == version:
            return 200, {name: f"{version}{name}/" for name in (*LISTS, "unified_job_templates")}
        found = re.fullmatch(rf"{version}(\w+)/(?:(\d+)/(?:(\w+)/)?)?", path)
        if not found or found[1] not in (*LISTS, "unified_job_templates"):
            return 404, {"detail": "Not found."}
        kind, number, part = found[1], int(found[2] or 0), found[3]
        if method != "GET":
            self.writes.append(f"{kind} {number or body['name']} {part or ''}".strip())
        try:
            if part == "survey_spec":
                self.surveys[number] = self.surveys.get(number, {}) if method == "GET" else body
                return 200, self.surveys[number]
            if part:
                return self._association(method, self.associated.setdefault((kind, number, part), []), body)
            if method == "GET":
                items = [self.objects[kind][number]] if number else self._search(kind, query)
                shown = [self.shown(item.pop("_kind", kind), item) for item in items]
                return 200, shown[0] if number else _page(shown)
            return (200 if number else 201), self.shown(kind, self.store(kind, body, number))
        except ValueError as error:
            return 400, {"__all__": [str(error)]}

    def _search(self, kind: str, query: dict[str, str]) -> list[dict[str, Any]]:
        kinds = UNIFIED if kind == "unified_job_templates" else (kind,)
        items = [{**item, "_kind": kind} for kind in kinds for item in self.objects[kind].values()]
        wanted = {name: value for name, value in query.items() if not name.startswith(("or__", "page", "order"))}
        either = {name[4:]: value for name, value in query.items() if name.startswith("or__")}
        return [
            item
            for item in items
            if all(self._value(item, name) == value for name, value in wanted.items())
            and (not either or any(self._value(item, name) == value for name, value in either.items()))
        ]

    def _value(self, item: dict[str, Any], name: str) -> str:
        """The value of a field, or of another object's field, such as `organization__name`."""
        name, _separator, other = name.partition("__")
        return str(self.objects[f"{name}s"][item[name]][other] if other else item.get(name))

    def _association(self, method: str, numbers: list[int], body: Any) -> tuple[int, Any]:
        if method == "GET":
            return 200, _page([self.shown("credentials", self.objects["credentials"][number]) for number in numbers])
        numbers.remove(body["id"]) if body.get("disassociate") else numbers.append(body["id"])
        return 204, None


def _page(results: list[dict[str, Any]]) -> dict[str, Any]:
    return {"count": len(results), "next": None, "previous": None, "results": results}


@contextmanager
def running() -> Iterator[tuple[Awx, str]]:
    """A controller and its URL."""
    awx = Awx()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def serve(self) -> None:
            url = urlsplit(self.path)
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"null")
            status, response = awx.handle(self.command, url.path, dict(parse_qsl(url.query)), body)
            content = b"" if response is None else json.dumps(response).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("X-API-Product-Name", "AWX")
            self.send_header("X-API-Product-Version", "24.6.1")
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = serve

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield awx, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
