# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a script of one's own does, with `requests` and nothing else: `bare.py URL KEY create|delete FILE CONNECTIONS`.

It prints the seconds that its calls took, without Python's start and the imports.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests

LIMITS = {"create": 5000, "delete": 100}


def main() -> None:
    url, key, action, file, connections = sys.argv[1:]
    rows = json.loads(Path(file).read_text(encoding="utf-8"))
    batches = [rows[start : start + LIMITS[action]] for start in range(0, len(rows), LIMITS[action])]
    local = threading.local()

    def call(batch: list[dict[str, Any]]) -> None:
        if not hasattr(local, "session"):
            local.session = requests.Session()
            local.session.headers["api-key"] = key
        if action == "create":
            answer = local.session.post(url, json={"data": batch}, timeout=30)
        else:
            answer = local.session.delete(url, json={"sender": [row["sender"] for row in batch]}, timeout=30)
        answer.raise_for_status()

    started = time.perf_counter()
    with ThreadPoolExecutor(int(connections)) as pool:
        list(pool.map(call, batches))
    print(json.dumps({"seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    main()
