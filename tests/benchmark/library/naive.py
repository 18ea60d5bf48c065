# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module that creates senders and returns the same rows as `kaleyra_sender`, without checks and error handling.

Its time is the practical limit for a module that does this work.
"""

import json
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "url": {"type": "str", "required": True},
            "api_key": {"type": "str", "required": True, "no_log": True},
            "src": {"type": "path"},
            "senders": {"type": "list", "elements": "dict"},
            "only_changes": {"type": "bool", "default": False},
        }
    )

    import requests

    src = module.params["src"]
    senders = json.loads(Path(src).read_text(encoding="utf-8")) if src else module.params["senders"]
    session = requests.Session()
    session.headers["api-key"] = module.params["api_key"]

    def create(rows: list) -> dict:
        return session.post(module.params["url"], json={"data": rows}, timeout=30).json()

    result, missing = {}, []
    for start in range(0, len(senders), 5000):
        rows = senders[start : start + 5000]
        payload = create(rows)
        if payload["code"] == "MSG106":
            result.update({row["sender"]: ("created", str(row["id"])) for row in payload["data"]})
            continue
        existing = {error["sender_name"] for error in payload["error"].values()}
        result.update(dict.fromkeys(existing, ("present", "")))
        missing += [row for row in rows if row["sender"] not in existing]
    for start in range(0, len(missing), 5000):
        payload = create(missing[start : start + 5000])
        result.update({row["sender"]: ("created", str(row["id"])) for row in payload["data"]})
    rows = []
    for sender in senders:
        outcome, number = result[sender["sender"]]
        row = {"sender": sender["sender"], "outcome": outcome, "changed": outcome == "created", "failed": False}
        rows.append({**row, "iso_code": sender["iso_code"], "id": number, "code": "MSG106" if number else "MSG134"})
    if module.params["only_changes"]:
        rows = [row for row in rows if row["changed"]]
    module.exit_json(changed=any(row["changed"] for row in rows), senders=rows)


if __name__ == "__main__":
    main()
