# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module that does nothing: a play with it is what Ansible itself takes."""

from ansible.module_utils.basic import AnsibleModule

AnsibleModule(argument_spec={}).exit_json()
