# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

"""Whether the reason of a rejection says that the sender needs no change."""

from __future__ import annotations

import functools
import re

from ansible_collections.community.kaleyra.plugins.module_utils._operations import CREATE, DELETE, Operation
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender

# Only single blanks, so that the time to match is linear in the length of a reason.
SENDER = r"(?:the )?(?:sender(?:[ _-]*(?:id|name))?s?)? ?(?:NAME )?"
HERE = r"(?: NAME)?(?: (?:in|for|on|under|with) (?:this|the|your) account)?[ .!]*"
NO_CHANGE_NEEDED = {
    CREATE.method: re.compile(rf"{SENDER}(?:already exists?|exists? already){HERE}"),
    # The API pages print no such reason for deleting. These are plausible ones.
    DELETE.method: re.compile(
        rf"(?:{SENDER}(?:do(?:es)? not|do(?:es)?n['\u2019]t) exist"
        rf"|{SENDER}(?:(?:was|is|were|are|could|can) ?)?not (?:be )?found"
        r"|no such (?:sender(?:[ _-]*(?:id|name))?(?: NAME)?|NAME)(?: exists?| found)?"
        rf"|{SENDER}(?:(?:was|is|has|have|were|are) )?already (?:been )?deleted){HERE}"
    ),
}
"""They match whole sentences: "already exists in another account" or "its template was not found" is a rejection."""

QUOTED = re.compile(r"['\"\u2018\u201c(]?NAME['\"\u2019\u201d)]?")
MAX_LENGTH = 1000  # characters of a reason; a longer one says more than that the sender exists


def says_already(operation: Operation, sender: Sender, reason: str) -> bool:
    """Whether a reason says that this sender exists in this account, or with DELETE, that it does not exist."""
    if len(reason) > MAX_LENGTH:
        return False
    key, reason = sender.key, reason.lower()
    if _matches(operation.method, reason):
        return True
    parts = reason.split(key, 3)  # a name can also be a word of the reason, such as ID
    with_name = [key.join(parts[:end]) + "NAME" + key.join(parts[end:]) for end in range(1, len(parts))]
    return any(_matches(operation.method, text) for text in with_name)


@functools.lru_cache(maxsize=1000)  # thousands of senders have the same reason
def _matches(method: str, reason: str) -> bool:
    words = QUOTED.sub("NAME", reason).split()
    return NO_CHANGE_NEEDED[method].fullmatch(" ".join(words)) is not None
