# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module that reads a list, posts it and returns a row a sender, as the real one does, but checks nothing and copes with nothing.

What it takes beyond an empty module is the price of that much in Ansible.
"""

import json
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    options = {
        name: {"type": "str", "required": True, "no_log": name == "api_key"} for name in ("url", "src", "api_key")
    }
    module = AnsibleModule(argument_spec=options)

    import requests

    rows = json.loads(Path(module.params["src"]).read_text(encoding="utf-8"))
    headers = {"api-key": module.params["api_key"]}
    answer = requests.post(module.params["url"], json={"data": rows}, headers=headers, timeout=30).json()
    senders = [
        {
            "sender": row["sender"],
            "outcome": "created",
            "changed": True,
            "failed": False,
            "iso_code": row["iso_code"],
            "id": str(told["id"]),
            "code": answer["code"],
        }
        for row, told in zip(rows, answer["data"], strict=True)
    ]
    module.exit_json(changed=True, senders=senders)


if __name__ == "__main__":
    main()
