# Copyright (c) 2026, the community.kaleyra authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors

from __future__ import annotations


class ModuleDocFragment:
    # The argument spec is account_argument_spec() in plugins/module_utils/_account.py.
    DOCUMENTATION = r"""
options:
  api_key:
    description:
      - The account's API key.
      - If not set or empty, the environment variable E(KALEYRA_API_KEY) is used, on the host that runs the module. One of the two is required.
      - It must consist of visible ASCII characters other than quotation marks and backslashes.
      - It is sent in the C(api-key) header, to the host of O(api_url) and nowhere else.
    type: str
  sid:
    description:
      - The account's SID, only ASCII letters and digits.
      - If not set or empty, the environment variable E(KALEYRA_SID) is used. One of the two is required.
    type: str
  api_url:
    description:
      - The scheme and host of the API, such as V(https://api.in.kaleyra.io) for an account in India.
      - If not set or empty, the environment variable E(KALEYRA_API_URL) is used, then V(https://api.kaleyra.io).
      - HTTP is only allowed for loopback addresses.
    type: str
  api_version:
    description:
      - The API's version, the first part of the path. Kaleyra's page names V(v2) as the base and V(v1) in every sample.
    type: str
    choices: [v1, v2]
    default: v1
  endpoint:
    description:
      - Which resource to call, C(/messages/sender) or C(/sms/sender).
    type: str
    choices: [messages, sms]
    default: messages
  connections:
    description:
      - How many calls may be in flight at once, from V(1) to V(16), where the API's limits force several.
      - The outcomes are the same with any number. Only where refusals name no sender, and the 300 calls for finding the bad ones are spent, may
        others of them be found.
    type: int
    default: 4
  timeout:
    description:
      - Seconds that one try of a call may take, from the connection to the end of the answer. At most V(86400), a day.
    type: float
    default: 30.0
  retries:
    description:
      - Extra tries of a call that found no connection, was not answered, or was answered with HTTP 408, 429 or 5xx. V(0) turns them off.
      - The tries are spaced with growing, jittered waits, or as C(Retry-After) asks, but one call waits 60 seconds at most between all its tries.
    type: int
    default: 3
  validate_certs:
    description:
      - Whether to verify the server's TLS certificate.
    type: bool
    default: true
  ca_path:
    description:
      - A file, or a folder as C(openssl rehash) makes it, with the CA certificates to trust instead of those of the environment variable
        E(REQUESTS_CA_BUNDLE), or without it of C(requests).
      - Ignored when O(validate_certs=false).
    type: path
notes:
  - Proxies are taken from the environment variables E(HTTPS_PROXY) and E(NO_PROXY). Credentials in a C(.netrc) file are not used. Redirects are refused.
  - An environment variable that is set but empty counts as not set.
  - The key is in nothing that the module prints. Ansible itself shows it with C(ANSIBLE_DEBUG), and at C(-vvv) where a task or a play sets
    E(KALEYRA_API_KEY) by the keyword C(environment). Use O(api_key), or the environment in which Ansible is started.
requirements:
  - python >= 3.9
  - requests >= 2.25.1
"""
