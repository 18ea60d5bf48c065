#!/usr/bin/python

# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

from __future__ import annotations

DOCUMENTATION = r"""
module: kaleyra_sender
version_added: 1.0.0
short_description: Create and delete Sender IDs for SMS at Kaleyra
description:
  - Declares which SMS Sender IDs an account at Kaleyra has, or has not. The whole list is one task, of one sender or of tens of thousands.
  - Senders that are missing are created, those that exist are left alone, and for each one the result says what happened to it.
  - Kaleyra's API refuses a whole call when one of its senders exists already or is unacceptable. The module learns from the refusal and sends
    the others again, so that one bad sender never keeps another from being created or deleted.
  - The API has no documented way to read what is there, so an existing sender's description, country or entity ID is neither compared nor changed.
author:
  - The community.kaleyra authors (@ansible-collections)
extends_documentation_fragment:
  - community.kaleyra.account
  - community.kaleyra.attributes
  - community.kaleyra.attributes.actiongroup
attributes:
  check_mode:
    support: partial
    details:
      - In check mode nothing is sent, and the API cannot be asked what exists. Every sender is reported as it would be sent, as
        RV(senders[].outcome=created) or RV(senders[].outcome=deleted).
  diff_mode:
    support: full
    details:
      - Where the result would be longer than AWX keeps, the senders that stay as they are are counted instead of listed.
  idempotent:
    support: partial
    details:
      - With O(state=present), a second run changes nothing.
      - With O(state=absent), a second run changes nothing as far as the API says that a sender does not exist. Its page does not tell what
        deleting an unknown sender answers.
options:
  senders:
    description:
      - The sender IDs, a list of dictionaries. A sender without fields of its own can also be a plain string.
      - If empty, the module succeeds without calling the API.
      - Duplicates are ignored with a warning. Conflicting entries for the same sender and country are an error.
      - Exactly one of O(senders) and O(src) is required. For thousands of senders, O(src) is faster.
      - The type is V(raw), because Ansible would convert the elements of a list. The module validates them itself, and reports all errors together.
    type: raw
    suboptions:
      sender:
        description:
          - The sender ID, such as V(ADPAI). Required.
          - Quote it in YAML if it consists of digits, or is a word such as V(NO) or V(ON).
        type: str
        aliases: [name]
      description:
        description:
          - What the sender is for. Required if O(state=present), unless O(description) is set.
        type: str
      iso_code:
        description:
          - The country, as a two-letter code such as V(in). Required if O(state=present), unless O(iso_code) is set.
          - Quote V(no), which YAML parses as a boolean.
        type: str
      entity_id:
        description:
          - The DLT entity ID, 12 to 30 digits. Required for India if O(state=present), unless O(entity_id) is set.
          - Quote it in YAML.
        type: str
  src:
    description:
      - UTF-8 file with the list, on the host that runs the module. With a local connection, relative paths are relative to the playbook directory.
      - A C(.csv) file has a header line with the columns V(sender), V(description), V(iso_code) and V(entity_id), in any order and case. Spaces, hyphens
        and underscores in a header do not matter. V(name), V(sender id) and V(header) are aliases of V(sender), V(country) and V(country code) of
        V(iso_code), V(pe id) and V(dlt entity id) of V(entity_id). Other columns are ignored, and empty cells count as not set.
      - The cells of a C(.csv) file are separated by commas, semicolons or tabs.
      - A C(.json) file contains a list as in O(senders).
    type: path
  state:
    description:
      - Whether the senders have to exist.
      - With V(absent), only the sender of each entry is read, for deleting goes by the name alone.
    type: str
    choices: [present, absent]
    default: present
  description:
    description:
      - The description of every sender that gives none of its own.
    type: str
  iso_code:
    description:
      - The country of every sender that gives none of its own.
    type: str
  entity_id:
    description:
      - The DLT entity ID of every sender that gives none of its own.
    type: str
  batch_size:
    description:
      - How many senders to send in one call. At most V(5000) for O(state=present) and V(100) for O(state=absent), the API's limits, which are the defaults.
    type: int
  report:
    description:
      - Which senders RV(senders) holds, V(all) of them, those V(changes) concern, which are the changed and the failed ones, or the V(failures) alone.
      - AWX drops the result of a task without a word when it gets too long. 5000 senders fit in; for more of them use V(changes).
    type: str
    choices: [all, changes, failures]
    default: all
"""

EXAMPLES = r"""
- name: Declare the sender IDs of an account in India
  community.kaleyra.kaleyra_sender:
    api_url: https://api.in.kaleyra.io
    api_key: "{{ kaleyra_api_key }}"
    sid: HXXXXXXX071US
    iso_code: in
    entity_id: "1201159123456789012"
    description: Order and delivery messages
    senders:
      - sender: ADPAI
      - sender: ABCF01
        description: One-time passwords

- name: Declare the senders that a file lists, and get back those that were changed or failed
  community.kaleyra.kaleyra_sender:
    api_key: "{{ kaleyra_api_key }}"
    sid: HXXXXXXX071US
    src: "{{ playbook_dir }}/senders.csv"
    report: changes

- name: Delete sender IDs
  community.kaleyra.kaleyra_sender:
    api_key: "{{ kaleyra_api_key }}"
    sid: HXXXXXXX071US
    state: absent
    senders:
      - sender: ADPAI
      - sender: JSONSEND

- name: Set the account once for several tasks
  module_defaults:
    group/community.kaleyra.kaleyra:
      api_key: "{{ kaleyra_api_key }}"
      sid: HXXXXXXX071US
  block:
    - name: Declare the senders in use
      community.kaleyra.kaleyra_sender:
        senders: "{{ senders_in_use }}"

    - name: Delete the senders that were given up
      community.kaleyra.kaleyra_sender:
        senders: "{{ senders_given_up }}"
        state: absent
"""

RETURN = r"""
senders:
  description:
    - What became of the senders, each distinct one once, in the order they were declared in. O(report) chooses which are returned.
    - Where they would make the result longer than AWX keeps, RV(senders[].code), then RV(senders[].iso_code) and RV(senders[].id) are left
      out, and long reasons are cut. Where that would not be enough, all is returned as it is.
  type: list
  elements: dict
  returned: when the input was not at fault
  contains:
    sender:
      description: The sender ID.
      type: str
      returned: always
      sample: ADPAI
    outcome:
      description:
        - What happened.
        - V(created), this run created it.
        - V(present), it was there already.
        - V(deleted), this run deleted it.
        - V(absent), it was not there.
        - V(rejected), the API refused this sender.
        - V(unknown), it was sent, and no answer told what became of it.
        - V(not_attempted), it was not processed, because the run had to stop.
      type: str
      returned: always
      sample: created
    changed:
      description: Whether this run changed the sender, or may have. V(false) means that it certainly did not.
      type: bool
      returned: always
      sample: true
    failed:
      description: Whether the sender is not as it was declared, as far as anyone knows.
      type: bool
      returned: always
      sample: false
    iso_code:
      description: The country it was declared for.
      type: str
      returned: with O(state=present)
      sample: in
    id:
      description: The ID that the API gave to the sender when it was created.
      type: str
      returned: when the API told it
      sample: 6XX67
    code:
      description: The API's code.
      type: str
      returned: when the sender was changed or failed by an answer that has one
      sample: MSG106
    msg:
      description: The reason, in the API's words where it gave any.
      type: str
      returned: when the sender failed, or when it is not certain that this run did not change it
      sample: Sender ID has to be registered and it can only be 6 character
summary:
  description: How many senders there are, and how many of them had each outcome.
  type: dict
  returned: when the input was not at fault
  sample:
    total: 3
    created: 1
    present: 1
    deleted: 0
    absent: 0
    rejected: 1
    unknown: 0
    not_attempted: 0
api_calls:
  description: The HTTP requests that were sent, retries counted.
  type: int
  returned: when the input was not at fault
  sample: 2
"""

import signal
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.community.kaleyra.plugins.module_utils import (
    _account,
    _api,
    _client,
    _process,
    _result,
    _sender,
    _sender_file,
)

MAX_ECHOED = 2000


class Module(AnsibleModule):
    """AnsibleModule whose results echo neither secrets nor long lists as ``invocation``.

    Up to ansible-core 2.20 ``AnsibleModule._return_formatted`` adds all arguments, also if they are invalid.
    """

    def _invocation(self) -> dict[str, Any]:
        senders, api_url = self.params.get("senders"), str(self.params.get("api_url"))
        shown = senders if len(str(senders)) <= MAX_ECHOED else f"(not shown: {len(senders)} entries or characters)"
        hidden = {"api_key": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "senders": shown}
        if "@" in api_url or "?" in api_url:
            hidden["api_url"] = "(not shown: it may contain credentials)"
        return {"module_args": {**self.params, **hidden}}

    def fail_json(self, msg: str, **kwargs: Any) -> None:
        super().fail_json(msg, **{"invocation": self._invocation(), **kwargs})

    def exit_json(self, **kwargs: Any) -> None:
        super().exit_json(**{"invocation": self._invocation(), **kwargs})


def main() -> None:
    fields = ("description", "iso_code", "entity_id")
    module = Module(
        argument_spec={
            **_account.account_argument_spec(),
            "senders": {"type": "raw"},
            "src": {"type": "path"},
            "state": {
                "type": "str",
                "choices": ["present", "absent"],
                "default": "present",
            },
            **{name: {"type": "str"} for name in fields},
            "batch_size": {"type": "int"},
            "report": {
                "type": "str",
                "choices": list(_result.REPORTS),
                "default": "all",
            },
        },
        supports_check_mode=True,
    )
    if _client.REQUESTS_IMPORT_ERROR:
        module.fail_json(
            msg=missing_required_lib("requests"),
            exception=_client.REQUESTS_IMPORT_ERROR,
        )

    params = _account.use_environment(module.params)
    # The key may come from the environment. Ansible would hide the spaces of all texts for a key of one space.
    module.no_log_values = {text for text in [*module.no_log_values, params["api_key"]] if text.strip()}
    operation = _api.CREATE if params["state"] == "present" else _api.DELETE
    batch_size = operation.max_batch if params["batch_size"] is None else params["batch_size"]
    checked = _sender_file.read_senders(params)
    errors = [*_account.account_errors(params), *_sender.describe(checked.errors)]
    if not 1 <= batch_size <= operation.max_batch:
        errors.insert(0, f"batch_size is {batch_size}, must be 1 to {operation.max_batch} with state={params['state']}")
    if errors:
        module.fail_json(msg="; ".join(errors))

    if module.check_mode:
        processed = _process.preview(checked.senders, operation)
    else:
        client = _client.Client(_account.build_endpoint(params), operation)
        try:
            processed = _process.process(checked.senders, client.send, operation, batch_size, params["connections"])
        finally:
            client.stop()

    for warning in [*_sender.describe(checked.warnings), *_result.build_warnings(processed)]:
        module.warn(warning)
    result = _result.build_result(processed, params["report"], module._diff)
    if result["failed"]:
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    # As SIGTERM does, an interrupt ends the process at once: Python would wait for the calls in flight first.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    main()
