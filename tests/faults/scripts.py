# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table: what goes wrong, and what the module has to say about each sender, in a first run and in a second one.

Senders whose names begin with ``OLD`` exist beforehand, those with ``BAD`` are refused by the server. An outcome with
an asterisk is `changed` although its word does not say so: an answer was lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

REFUSED = "Sender ID has to be registered"
AGAIN = "calls to Kaleyra were made again"
DOUBT = "After a lost answer it is not certain"
TWIN = "is dropped"


@dataclass(frozen=True)
class Script:
    """One account's story.

    ``plot`` holds each sender with its outcome in the first and in the second run. ``calls`` is the number of requests in
    the first run, ``faults`` what the mock API does to them; none is left for the second run. ``warnings`` are parts of
    the first run's warnings, in order, and there is no other; ``msg`` is a part of its message.
    """

    name: str
    plot: str
    calls: int
    faults: tuple[Any, ...] = ()
    rules: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    warnings_again: tuple[str, ...] = ()
    msg: str = ""

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """A sender's name, and its outcomes in the first and in the second run."""
        rows = [row.split() for row in self.plot.split(",")]
        return [(row[0], row[1], row[2]) for row in rows]

    @property
    def absent(self) -> bool:
        return self.options.get("state") == "absent"

    @property
    def silent(self) -> bool:
        """Whether deleting an unknown sender is a success."""
        return self.absent and "missing" not in self.rules


def answer(status: int, body: Any = "", when: str = "before", **headers: str) -> dict[str, Any]:
    """A fault: this answer, given before or after acting."""
    return {"kind": f"respond_{when}", "status": status, "body": body, "headers": headers}


def of_account(status: int, code: str) -> dict[str, Any]:
    """The answer with one of the documented codes that concern the whole account."""
    return answer(status, {"code": code, "message": f"Told {code}", "data": {}, "error": {"account": f"Told {code}"}})


def busy(status: int, seconds: str) -> dict[str, Any]:
    return answer(status, **{"Retry-After": seconds})


ONE = {"batch_size": 1, "connections": 1}
GONE = {"state": "absent"}
NAMES = {"missing": "Sender ID does not exist."}
SHORT = {"timeout": 5}
BAD_ROW = {
    "code": "MSG106",
    "message": "Submitted",
    "data": [
        {"id": 7, "sender": "NEW1", "code": "MSG106"},
        {"id": 8, "sender": "BAD1", "code": "MSG134", "message": REFUSED},
    ],
    "error": {},
}
ENDLESS = {"code": "MSG134", "message": "no", "error": {"0": {"sender": "Not with " * 100000, "sender_name": "NEW1"}}}
HALF = {"code": "MSG134", "message": "no", "error": {"0": {"sender": "Not with \ud83d", "sender_name": "NEW1"}}}
NO_BODY = {"code": "RBC195", "message": "Sender key is Mandatory in the body. And cannot be empty"}
CREATED_BOTH = "NEW1 created present, NEW2 created present"
CREATED_THREE = f"{CREATED_BOTH}, NEW3 created present"
CREATED_ONE = "NEW1 created present"
CREATED_ROUND_OLD = "NEW1 created present, OLD1 present present, NEW2 created present"
LATE = "NEW1 not_attempted created"

SCRIPTS = [
    # What the pages document.
    Script("nothing exists", CREATED_BOTH, 1),
    Script("some exist", CREATED_ROUND_OLD, 2),
    Script("a bad one", "NEW1 created present, BAD1 rejected rejected, OLD1 present present", 2, msg=REFUSED),
    # What they leave open.
    Script(
        "a bad row of a success",
        "NEW1 created present, BAD1 rejected rejected",
        1,
        (answer(200, BAD_ROW, "after"),),
        rules={"partial": "rejection"},
        msg=REFUSED,
    ),
    Script("partial commit", CREATED_ROUND_OLD, 2, rules={"partial": "rejection"}),
    Script(
        "errors one at a time",
        "OLD1 present present, OLD2 present present, OLD3 present present, NEW1 created present",
        4,
        rules={"max_errors": 1},
    ),
    Script(
        "nobody named",
        f"{CREATED_BOTH}, BAD1 rejected rejected, OLD1 present present",
        5,
        rules={"wrong_payload": True},
        msg="Refer to correct payload format",
    ),
    Script(
        "strangers named",
        "NEW1 created rejected, OLD1 rejected rejected",
        3,
        rules={"names": "strangers"},
        msg="the answer names stranger",
    ),
    Script("a smaller limit", CREATED_THREE, 3, rules={"create_limit": 2}),
    # Busy and broken servers.
    Script("busy once", CREATED_ONE, 2, (busy(429, "1"),), warnings=(AGAIN,)),
    Script("busy twice", LATE, 2, (busy(429, "1"), 429), warnings=(AGAIN,), msg="HTTP 429"),
    Script("busy for an hour", LATE, 1, (busy(429, "3600"),), msg="3600 s"),
    Script("5xx, then present", "OLD1 present* present", 2, (503,), warnings=(AGAIN, DOUBT)),
    Script("5xx, then created", "NEW1 created present, OLD1 present present", 3, (503,), warnings=(AGAIN,)),
    Script("5xx twice", "NEW1 unknown created", 2, (500, 500), warnings=(AGAIN,), msg="Please try again later"),
    Script(
        "5xx on and on",
        "NEW1 unknown created, NEW2 unknown created, NEW3 not_attempted created",
        4,
        (500, 500, 500, 500),
        options=ONE,
        warnings=(AGAIN,),
        msg="2 calls without a usable answer",
    ),
    Script("reset before acting", CREATED_ONE, 2, ("reset_before",), warnings=(AGAIN,)),
    Script(
        "reset after acting",
        "NEW1 present* present, NEW2 present* present",
        2,
        ("reset_after",),
        warnings=(AGAIN, DOUBT),
    ),
    Script("silence before acting", CREATED_ONE, 2, ("hang_before",), options=SHORT, warnings=("timed out",)),
    Script(
        "silence after acting",
        "NEW1 present* present",
        2,
        ({"kind": "hang_after", "seconds": 60},),
        options=SHORT,
        warnings=("timed out", DOUBT),
    ),
    Script("half an answer", "NEW1 present* present", 2, ("truncated",), warnings=(AGAIN, DOUBT)),
    Script("broken JSON", "NEW1 unknown present", 1, ("broken_json",), msg="not the documented JSON"),
    Script("half a surrogate", "NEW1 rejected created", 1, (answer(400, HALF),), msg="Not with"),
    Script("an endless reason", "NEW1 rejected created", 1, (answer(400, ENDLESS),), msg="Not with"),
    Script("an undocumented code", "NEW1 unknown created", 1, (answer(200, {"code": "NEW"}),), msg="code NEW"),
    Script(
        "not the encoding it says",
        CREATED_ONE,
        2,
        (answer(200, "{}", **{"Content-Encoding": "gzip"}),),
        warnings=(AGAIN,),
    ),
    Script(
        "forbidden",
        "NEW1 rejected created, NEW2 rejected created",
        3,
        (answer(403, "<html>No"),) * 3,
        msg="HTTP 403 Forbidden",
    ),
    # The account's troubles.
    Script(
        "a wrong key",
        "NEW1 not_attempted not_attempted",
        1,
        options={"api_key": "wrong"},
        msg="RBC001 Incorrect SID or API key",
    ),
    Script(
        "E110 midway",
        "NEW1 created present, NEW2 not_attempted created, NEW3 not_attempted created",
        2,
        ("ok", of_account(400, "E110")),
        options=ONE,
        msg="Told E110",
    ),
    Script(
        "WA-401 after a refusal",
        "NEW1 unknown created, OLD1 present present, NEW2 unknown created",
        2,
        ("ok", of_account(401, "WA-401")),
        msg="Told WA-401",
    ),
    Script("a redirect", LATE, 1, (answer(307, Location="/v1/elsewhere"),), msg="a redirect"),
    # Several at once.
    Script("duplicates", f"{CREATED_BOTH}, NEW1 created present", 1, warnings=(TWIN,), warnings_again=(TWIN,)),
    Script(
        "many calls",
        # No sender that exists: which call the reset meets is the threads' to decide, and an old one's would be in doubt.
        f"{CREATED_THREE}, NEW4 created present, BAD1 rejected rejected",
        7,
        ({"kind": "respond_before", "status": 503, "at": 1}, {"kind": "reset_before", "at": 4}),
        options={"batch_size": 1, "connections": 4},
        warnings=("2 x in all",),
        msg=REFUSED,
    ),
    # Deleting.
    Script("delete unasked", "OLD1 deleted deleted, NEW1 deleted deleted", 1, options=GONE),
    Script("delete what is there", "OLD1 deleted absent, NEW1 absent absent", 2, rules=NAMES, options=GONE),
    Script(
        "delete, nobody named",
        "OLD1 deleted deleted, NEW1 rejected rejected",
        3,
        rules={"reject": {"NEW1": "no"}, "wrong_payload": True},
        options=GONE,
        msg="Refer to correct payload format",
    ),
    Script("delete, reset after", "OLD1 absent* absent", 2, ("reset_after",), NAMES, GONE, (AGAIN, DOUBT)),
    Script(
        "delete without a body",
        "OLD1 rejected deleted",
        1,
        (answer(400, NO_BODY),),
        options=GONE,
        msg="may drop the body of DELETE requests",
    ),
    Script(
        "delete a hundred and fifty",
        ",".join(f"OLD{number} deleted absent" for number in range(150)),
        2,
        rules=NAMES,
        options=GONE,
    ),
]
