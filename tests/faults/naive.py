# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module as one might write it first. The tests run it in the real one's place, to see that they catch what it does wrong.

It shows the key, follows redirects, believes that a call is refused as a whole and that what exists was there before,
forgets lost answers, and sends in check mode, too.
"""

from __future__ import annotations

import requests
from ansible.module_utils.basic import AnsibleModule, env_fallback

OPTIONS = [
    *("api_url", "api_version", "sid", "endpoint", "validate_certs", "ca_path"),
    *("timeout", "retries", "connections", "batch_size", "report", "state"),
    *("senders", "src", "description", "iso_code", "entity_id"),
]
OUTCOMES = ("created", "present", "deleted", "absent", "rejected", "unknown", "not_attempted")


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "api_key": {"type": "str", "no_log": False, "fallback": (env_fallback, ["KALEYRA_API_KEY"])},
            **{name: {"type": "raw"} for name in OPTIONS},
        },
        supports_check_mode=True,
    )
    params = module.params
    url = f"{params['api_url']}/v1/{params['sid']}/messages/sender"
    headers = {"api-key": params["api_key"].encode(), "Content-Type": "application/json"}
    names = [entry["sender"] for entry in params["senders"]]
    absent = params["state"] == "absent"
    rows = [{"sender": name, "description": params["description"], "iso_code": params["iso_code"]} for name in names]
    for last in (False, True):
        try:
            answer = requests.request(
                "DELETE" if absent else "POST",
                url,
                json={"sender": names} if absent else {"data": rows},
                headers=headers,
                timeout=5,
            )
            break
        except (OSError, ValueError) as error:
            if last:
                module.fail_json(msg=f"{error!r} with {headers}")
    if answer.ok:
        outcomes = dict.fromkeys(names, "deleted" if absent else "created")
    else:
        errors = [error for error in answer.json()["error"].values() if isinstance(error, dict)]
        there = {error["sender_name"] for error in errors if "exist" in error["sender"]}
        already = "absent" if absent else "present"
        outcomes = {name: already if name in there else "rejected" for name in names}
    senders = [
        {
            "sender": name,
            "outcome": outcome,
            "changed": outcome in ("created", "deleted"),
            "failed": outcome == "rejected",
            "msg": answer.text,
        }
        | ({} if absent else {"iso_code": params["iso_code"]})
        for name, outcome in outcomes.items()
    ]
    module.exit_json(
        changed=any(row["changed"] for row in senders),
        msg=answer.text,
        senders=senders,
        summary={"total": len(senders), **{name: list(outcomes.values()).count(name) for name in OUTCOMES}},
        api_calls=1,
        diff={"before": "", "after": ""},
    )


if __name__ == "__main__":
    main()
