#!/usr/bin/python

# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

from __future__ import annotations

DOCUMENTATION = r"""
module: kaleyra_sender
version_added: 1.0.0
short_description: Create and delete SMS sender IDs of a Kaleyra account
description:
  - Creates and deletes SMS sender IDs of a Kaleyra account. One task can handle tens of thousands of senders.
  - The module creates the missing senders, leaves the others unchanged, and reports a result for each sender.
  - Kaleyra's API rejects a whole request if one sender in it already exists or is invalid. The module then retries
    without the rejected senders, so one bad sender does not block the others.
  - The API has no documented way to list senders. Therefore the module cannot look up senders, cannot delete those that
    are not in the list (purge), and neither compares nor changes the description, country and entity ID of an existing
    sender.
  - India requires that businesses and their sender IDs are registered in a DLT (distributed ledger technology) registry
    of a telecom operator before they send messages. The registry assigns the entity ID, also called PE ID, which is
    required for the country V(in). It calls sender IDs headers. Register a sender there first, then create it with this
    module.
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
      - Check mode sends nothing, and does not know which senders exist. It reports each sender that would be sent as
        RV(senders[].outcome=created) or RV(senders[].outcome=deleted).
  diff_mode:
    support: full
    details:
      - A sender to create is shown with its country, entity ID and description, because they cannot be corrected later.
      - If the result would exceed AWX's size limit, the diff omits the descriptions. If that is not enough, it counts
        the unchanged senders, or all senders, instead of listing them.
  idempotent:
    support: partial
    details:
      - With O(state=present), a second run changes nothing.
      - With O(state=absent), a second run reports no change only if the API says that the sender does not exist.
        The API documentation does not say how the API responds to the deletion of an unknown sender.
options:
  senders:
    description:
      - The senders, as a list of dictionaries. A sender that needs no other fields can also be a plain string.
      - If the list is empty, the module succeeds without sending a request.
      - A string is split at line breaks, commas, semicolons and tabs, so that a list of names can be pasted, for
        example into a survey of AWX. A string without a name counts as not set.
      - In such a string, put a name in double quotes if it contains blanks, or if AWX would convert it, such as
        V("007123") and V("no").
      - Duplicates are ignored with a warning. Conflicting entries for the same sender and country are an error.
      - Exactly one of O(senders) and O(src) is required. For thousands of senders, O(src) is faster.
      - Names in another format, such as V(sender=ADPAI) and V(- ADPAI), are errors, and so are numbers and booleans.
      - The type is V(raw), because Ansible would convert the elements of a list. The module validates them, and reports
        all errors together.
    type: raw
    suboptions:
      sender:
        description:
          - The sender ID, such as V(ADPAI). Required.
          - Quote it in YAML if it consists of digits, or is a word such as V(NO) or V(ON).
          - >-
            It must not contain invisible characters or one of V(, ; : = { } [ ] "), and must not begin with V(#), V('),
            a bullet or a list number. With O(state=absent), a dictionary can contain such a name.
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
      - UTF-8 file with the list, on the host that runs the module. With a local connection, relative paths are relative
        to the playbook directory.
      - A C(.json) file contains a list as in O(senders).
      - A C(.csv) file has a header line that names the columns V(sender), V(description), V(iso_code) and V(entity_id)
        in any order. Other columns are ignored. The separator is a comma, a semicolon or a tab.
      - Column names are compared without regard to case, spaces, hyphens and underscores. Aliases of V(sender) are
        V(name), V(sender id), V(sender name), V(header), V(header name) and V(sms header). Alias of V(description) is
        V(desc). Aliases of V(iso_code) are V(iso), V(country) and V(country code). Aliases of V(entity_id) are
        V(pe id), V(dlt pe id), V(dlt entity id) and V(principal entity id).
    type: path
  state:
    description:
      - Whether the senders should exist.
      - With V(absent), only the sender IDs are used, because the API deletes senders by name, in all countries.
    type: str
    choices: [present, absent]
    default: present
  description:
    description:
      - Default description for senders that do not set one.
      - A pair of double quotes around the whole value is removed. In a survey of AWX, double quotes keep a value from
        being converted. This also applies to O(iso_code) and O(entity_id).
    type: str
  iso_code:
    description:
      - Default country for senders that do not set one.
    type: str
  entity_id:
    description:
      - Default DLT entity ID for senders that do not set one.
    type: str
  batch_size:
    description:
      - Number of senders per request.
      - The API's limit is the maximum and the default. It is V(5000) for O(state=present) and V(100) for
        O(state=absent).
    type: int
  report:
    description:
      - Which senders to return in RV(senders).
      - V(all) returns all senders, V(changes) those that changed or failed, and V(failures) those that failed.
      - AWX silently drops results that are too long. 5000 senders fit; use V(changes) for more.
    type: str
    choices: [all, changes, failures]
    default: all
notes:
  - An empty string counts as not set, in an option, a field, a cell of a C(.csv) file and an environment variable.
  - To manage one or many accounts, use the role P(community.kaleyra.senders#role) or the playbook
    C(community.kaleyra.senders). The playbook C(community.kaleyra.demo) shows the module with a mock API, and
    C(community.kaleyra.awx) configures AWX.
seealso:
  - ref: ansible_collections.community.kaleyra.docsite.guarantees
    description: What the module guarantees, and how it reads the API's responses.
  - ref: ansible_collections.community.kaleyra.docsite.guide_senders
    description: Lists of senders in tasks, CSV and JSON files.
  - ref: ansible_collections.community.kaleyra.docsite.guide_results
    description: How to use the results.
  - ref: ansible_collections.community.kaleyra.docsite.guide_accounts
    description: How to manage several accounts with the role and the playbook.
  - ref: ansible_collections.community.kaleyra.docsite.guide_awx
    description: How to run the playbook in AWX.
  - ref: ansible_collections.community.kaleyra.docsite.troubleshooting
    description: What the messages mean.
  - name: Create Sender ID
    description: Kaleyra's documentation of the request that creates senders.
    link: https://developers.kaleyra.io/docs/create-sender-id
  - name: Delete Sender ID
    description: Kaleyra's documentation of the request that deletes senders.
    link: https://developers.kaleyra.io/docs/delete-sender-id
"""

EXAMPLES = r"""
- name: Create the senders of an account in India
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

- name: Create the senders of a file, and return those that changed or failed
  community.kaleyra.kaleyra_sender:
    api_key: "{{ kaleyra_api_key }}"
    sid: HXXXXXXX071US
    src: "{{ playbook_dir }}/senders.csv"
    report: changes

- name: Create the senders of a pasted list
  community.kaleyra.kaleyra_sender:
    api_key: "{{ kaleyra_api_key }}"
    sid: HXXXXXXX071US
    iso_code: us
    description: Order and delivery messages
    senders: |
      ADPAI
      "007123"

- name: Delete senders
  community.kaleyra.kaleyra_sender:
    api_key: "{{ kaleyra_api_key }}"
    sid: HXXXXXXX071US
    state: absent
    senders:
      - ADPAI
      - JSONSEND

- name: Set the account once for several tasks
  module_defaults:
    group/community.kaleyra.kaleyra:
      api_key: "{{ kaleyra_api_key }}"
      sid: HXXXXXXX071US
  block:
    - name: Create the senders in use
      community.kaleyra.kaleyra_sender:
        senders: "{{ senders_in_use }}"

    - name: Delete unused senders
      community.kaleyra.kaleyra_sender:
        senders: "{{ senders_unused }}"
        state: absent
"""

RETURN = r"""
msg:
  description:
    - The number of senders with each outcome, and the first senders that this run created or deleted.
    - If the task fails, up to 20 failed senders with their reasons, the number of the others, and what to do. It names
      O(report=failures) if the result also contains other senders.
    - It has at most 900 characters, because AWX shows 1024 characters of an event.
  type: str
  returned: always
  sample: 2 created (ADPAI, ABCF01), 298 present
senders:
  description:
    - One entry per distinct sender, in input order. O(report) selects which senders are returned.
    - If the result would exceed AWX's size limit, the bodies in RV(responses) are omitted, then the diff is shortened,
      then RV(senders[].code), RV(senders[].iso_code) and RV(senders[].id) are omitted, and long messages are truncated.
      If that is not enough, the result is returned in full.
  type: list
  elements: dict
  returned: when the options were valid
  contains:
    sender:
      description: The sender ID.
      type: str
      returned: always
      sample: ADPAI
    outcome:
      description:
        - The result for this sender.
        - "V(created): this run created it."
        - "V(present): it already exists."
        - "V(deleted): this run deleted it."
        - "V(absent): it does not exist."
        - "V(rejected): the API rejected it."
        - "V(unknown): it was sent, but the result is not known, for example because the response was lost."
        - "V(not_attempted): the run stopped before it was processed."
      type: str
      returned: always
      sample: created
    changed:
      description:
        - Whether this run changed the sender, or may have changed it. V(false) means that it did not.
      type: bool
      returned: always
      sample: true
    failed:
      description: Whether the sender is not known to be in the requested state.
      type: bool
      returned: always
      sample: false
    iso_code:
      description: The country.
      type: str
      returned: if O(state=present)
      sample: in
    id:
      description: The ID that the API assigned to the sender when it was created.
      type: str
      returned: when the API returned one
      sample: 6XX67
    code:
      description: The code of the API's response.
      type: str
      returned: when the sender changed or failed, and the API's response had one
      sample: MSG106
    msg:
      description: The reason, as given by the API if possible.
      type: str
      returned: on failure, or if it is uncertain whether this run changed the sender
      sample: Sender ID has to be registered and it can only be 6 character
summary:
  description: The total number of senders, and the number of senders with each outcome.
  type: dict
  returned: when the options were valid
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
  description: Number of HTTP requests sent, including retries.
  type: int
  returned: when the options were valid
  sample: 2
responses:
  description:
    - What the API responded to the first five and the last five HTTP requests.
    - Attach it if you report an error of the API. It does not contain the API key, nor the user and the password of
      a proxy.
  type: list
  elements: dict
  returned: when the options were valid and the verbosity is 3 or more (C(-vvv))
  contains:
    method:
      description: The method of the request.
      type: str
      returned: always
      sample: POST
    senders:
      description: The number of senders in the request.
      type: int
      returned: always
      sample: 2
    status:
      description: The HTTP status code, or V(0) if there was no response.
      type: int
      returned: always
      sample: 400
    body:
      description: The first 2000 characters of the body. Control characters are replaced.
      type: str
      returned: always
      sample: >-
        {"code": "MSG134", "message": "Sender create failed", "data": [],
        "error": {"0": {"sender": "Sender ID Already exist.", "sender_name": "ADPAI"}}}
"""

import gc
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.community.kaleyra.plugins.module_utils._account import (
    account_argument_spec,
    account_errors,
    client_settings,
    use_environment,
)
from ansible_collections.community.kaleyra.plugins.module_utils._batches import preview, process
from ansible_collections.community.kaleyra.plugins.module_utils._client import REQUESTS_IMPORT_ERROR, Client
from ansible_collections.community.kaleyra.plugins.module_utils._message import build_warnings
from ansible_collections.community.kaleyra.plugins.module_utils._operations import CREATE, DELETE, Operation
from ansible_collections.community.kaleyra.plugins.module_utils._result import REPORTS, build_result, mask_run
from ansible_collections.community.kaleyra.plugins.module_utils._sender import describe
from ansible_collections.community.kaleyra.plugins.module_utils._sender_file import read_senders

MAX_SHOWN_SENDERS = 2000
"""Characters of the option ``senders`` that the result may repeat."""

VERBOSITY_WITH_RESPONSES = 3  # -vvv


def argument_spec() -> dict[str, dict[str, Any]]:
    return {
        **account_argument_spec(),
        "senders": {"type": "raw"},
        "src": {"type": "path"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "description": {"type": "str"},
        "iso_code": {"type": "str"},
        "entity_id": {"type": "str"},
        "batch_size": {"type": "int"},
        "report": {"type": "str", "choices": list(REPORTS), "default": "all"},
    }


def protect_output(module: AnsibleModule, api_key: str) -> None:
    """Hide secrets and long lists in the output: up to ansible-core 2.20 all results repeat ``module.params``."""
    # The key may come from the environment. Ansible would hide every space if the option contains only a space.
    module.no_log_values = {text for text in (*module.no_log_values, api_key) if text.strip()}
    senders_length, api_url = len(str(module.params["senders"])), module.params["api_url"] or ""
    if senders_length > MAX_SHOWN_SENDERS:
        module.params["senders"] = f"(not shown: {senders_length} characters)"
    if "@" in api_url or "?" in api_url:
        module.params["api_url"] = "(not shown: it may contain credentials)"


def batch_size_errors(batch_size: int | None, operation: Operation, state: str) -> list[str]:
    if batch_size is None or 1 <= batch_size <= operation.max_batch:
        return []
    return [f"batch_size is {batch_size}, must be 1 to {operation.max_batch} with state={state}"]


def main() -> None:
    module = AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True)
    if REQUESTS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)

    # Read and validate all input before the first request.
    options = use_environment(module.params)
    operation = CREATE if options["state"] == "present" else DELETE
    sender_list = read_senders(options)
    errors = [
        *account_errors(options),
        *describe(sender_list.errors),
        *batch_size_errors(options["batch_size"], operation, options["state"]),
    ]
    protect_output(module, options["api_key"])
    if errors:
        module.fail_json(msg="; ".join(errors))

    # Send the requests. Ansible has only private attributes for -vvv and --diff, which community collections use:
    # https://github.com/ansible/ansible/blob/v2.16.0/lib/ansible/module_utils/common/parameters.py (PASS_VARS)
    record = module._verbosity >= VERBOSITY_WITH_RESPONSES
    if module.check_mode:
        run, responses = preview(sender_list.senders, operation), []
    else:
        client = Client(client_settings(options), operation, record=record)
        batch_size = options["batch_size"] or operation.max_batch
        run = process(sender_list.senders, client.send, operation, batch_size, options["connections"])
        responses = client.responses

    # Report what they did.
    run = mask_run(run, options["api_key"])
    for warning in [*describe(sender_list.warnings), *build_warnings(run, operation)]:
        module.warn(warning)
    result = build_result(
        run,
        operation,
        options["report"],
        check_mode=module.check_mode,
        diff=module._diff,
        responses=responses if record else None,
    )
    if result["failed"]:
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    gc.disable()  # the process is short; with 50,000 senders, collections would take a fifth of its processor time
    main()
