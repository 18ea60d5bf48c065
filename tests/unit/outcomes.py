# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each outcome means."""

from __future__ import annotations

CHANGED_AND_FAILED = {
    "created": {(True, False)},
    "present": {(False, False), (True, False)},  # the latter in doubt
    "deleted": {(True, False)},
    "absent": {(False, False), (True, False)},
    "rejected": {(False, True), (True, True)},
    "unknown": {(True, True)},
    "not_attempted": {(False, True)},
}
