# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module's own work, in a process of its own and without a network: `python -m …alone FILE EXISTING`.

It reads and checks the file, settles it against a function that answers at once, makes the result, and prints the
processor's seconds, and the most memory that the process ever had resident, in MB.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ansible_collections.community.kaleyra.plugins.module_utils import _account, _options, _report, _settle
from ansible_collections.community.kaleyra.plugins.module_utils._answer import Answer, Verdict
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender

from . import lists


def main() -> None:
    file, existing = sys.argv[1], int(sys.argv[2])
    count = int(Path(file).parent.name)
    there = {name.casefold() for name in lists.names(count, existing)}

    def send(senders: Sequence[Sender]) -> Answer:
        known = [sender.key for sender in senders if sender.key in there]
        if known:
            return Answer(Verdict.REFUSED, "MSG134", errors=dict.fromkeys(known, ("Sender ID Already exist.",)))
        ids = {sender.key: f"{number:05x}" for number, sender in enumerate(senders, 0x60001)}
        return Answer(Verdict.ACCEPTED, "MSG106", ids=ids)

    spec = {**_account.account_argument_spec(), "state": {"default": "present"}}
    given = {"api_key": "A1", "sid": "HX1", "src": file}
    left_out = dict.fromkeys(("senders", "description", "iso_code", "entity_id", "batch_size"))
    params = {**left_out, **{name: option.get("default") for name, option in spec.items()}, **given}
    started = time.process_time()
    plan = _options.read(params)
    settled = _settle.settle(plan.senders, send, plan.operation, plan.batch_size)
    result = _report.result(settled, "all", diff=False)
    seconds = time.process_time() - started
    if result["failed"] or result["summary"]["present"] != len(there) or len(result["senders"]) != count:
        sys.exit(f"the run is wrong: {result['msg']}")
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))
    print(json.dumps({"seconds": seconds, "megabytes": int(peak[1]) / 1000 if peak else None}))


if __name__ == "__main__":
    main()
