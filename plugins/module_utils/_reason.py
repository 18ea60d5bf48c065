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

SENDER = r"(?:the\s+)?(?:sender(?:[\s_-]*(?:id|name))?s?)?\s*"
HERE = r"(?:\s+(?:in|for|on|under|with)\s+(?:this|the|your)\s+account)?[\s.!]*"
NO_CHANGE_NEEDED = {
    CREATE: re.compile(rf"\s*{SENDER}(?:already\s+exists?|exists?\s+already){HERE}", re.IGNORECASE),
    # The API pages print no such text for deleting. These are plausible ones.
    DELETE: re.compile(
        rf"\s*(?:{SENDER}(?:do(?:es)?\s+not|do(?:es)?n['\u2019]t)\s+exist"
        rf"|{SENDER}(?:(?:was|is|were|are|could|can)\s*)?not\s+(?:be\s+)?found"
        rf"|no\s+such\s+{SENDER}(?:exists?|found)?"
        rf"|{SENDER}(?:(?:was|is|has|have|were|are)\s+)?already\s+(?:been\s+)?deleted){HERE}",
        re.IGNORECASE,
    ),
}
"""They match whole sentences: "already exists in another account" or "its template was not found" is a rejection."""


MAX_LENGTH = 1000
"""Characters of a reason that is searched for the sender's name. A longer one says more than that the sender exists."""


def says_already(operation: Operation, sender: Sender, reason: str) -> bool:
    """Whether a reason says that this sender exists in this account, or with DELETE, that it does not exist."""
    if _matches(operation, reason):
        return True
    if len(reason) > MAX_LENGTH or sender.key not in reason.lower():
        return False
    name = rf"(?<!\w)(['\"\u2018\u201c(]?){re.escape(sender.name)}['\"\u2019\u201d)]?(?!\w)\s*"
    matches = re.finditer(name, reason, re.IGNORECASE)
    return any(_matches(operation, reason[: match.start()] + reason[match.end() :]) for match in matches)


@functools.lru_cache(maxsize=1000)
def _matches(operation: Operation, reason: str) -> bool:
    return NO_CHANGE_NEEDED[operation].fullmatch(reason) is not None
