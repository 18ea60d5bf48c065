# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Galaxy server with one collection, as far as `ansible-galaxy collection install` asks (API v3). Loopback only."""

from __future__ import annotations

import hashlib
import http.server
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def serving(artefact: Path) -> Iterator[str]:
    """Serve a built collection, and give the server's URL."""
    named = re.fullmatch(r"(\w+)-(\w+)-([\d.]+)\.tar\.gz", artefact.name)
    if not named:
        raise ValueError(f"{artefact.name} is not the name of a built collection")
    namespace, name, version = named.groups()
    index = f"/api/v3/collections/{namespace}/{name}/"
    content = artefact.read_bytes()

    def answer(path: str, host: str) -> Any:
        href = f"{index}versions/{version}/"
        return {
            "/api/": {"available_versions": {"v3": "v3/"}},
            index: {"highest_version": {"version": version}, "versions_url": f"{index}versions/"},
            f"{index}versions/": {
                "meta": {"count": 1},
                "links": {"next": None},
                "data": [{"version": version, "href": href}],
            },
            href: {
                "version": version,
                "href": href,
                "download_url": f"http://{host}/{artefact.name}",
                "artifact": {
                    "filename": artefact.name,
                    "sha256": hashlib.sha256(content).hexdigest(),
                    "size": len(content),
                },
                "namespace": {"name": namespace},
                "collection": {"name": name},
                "metadata": {"dependencies": {}},
                "signatures": [],
            },
        }.get(path)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            found = answer(f"{path.rstrip('/')}/", str(self.headers["Host"]))
            body = content if path == f"/{artefact.name}" else json.dumps(found or {}).encode()
            self.send_response(404 if body == b"{}" else 200)
            self.send_header("Content-Type", "application/gzip" if body is content else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
