# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  async:
    description: Supports the task keyword C(async).
    support: full
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
  diff_mode:
    description: Returns details on what has changed, or would change, when in diff mode.
  idempotent:
    description: Running it again with the same options changes nothing.
  platform:
    description: The operating systems of the host that runs the module.
    platforms: posix
    support: full
"""

    # The group is declared in meta/runtime.yml.
    ACTIONGROUP = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/community.kaleyra.kaleyra) in C(module_defaults) to set the account's options once.
    support: full
    membership:
      - community.kaleyra.kaleyra
"""
