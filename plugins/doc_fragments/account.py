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
      - The API key of the account. Required, unless the environment variable E(KALEYRA_API_KEY) is set on the host that
        runs the module.
      - Only visible ASCII characters are allowed, without quotation marks and backslashes.
      - The module sends it only to the host in O(api_url).
    type: str
  sid:
    description:
      - The SID of the account, only ASCII letters and digits. Required, unless the environment variable E(KALEYRA_SID)
        is set.
    type: str
  api_url:
    description:
      - The scheme and host of the API, without the version and the resource, which the module adds. If not set, the
        environment variable E(KALEYRA_API_URL) is used, then V(https://api.kaleyra.io).
      - Use the host of the account's region. Kaleyra's documentation names V(https://api.in.kaleyra.io) for India,
        V(https://api.ap.kaleyra.io) for Singapore, V(https://api.eu.kaleyra.io) for Europe, and both
        V(https://api.na.kaleyra.io) and V(https://api.na.kaleyra.ai) for North America.
      - HTTP is only allowed for loopback addresses.
    type: str
  api_version:
    description:
      - The version of the API, which is the first part of the path.
      - Kaleyra's documentation mentions V(v2), but all its examples use V(v1). Use V(v2) if Kaleyra asks you to.
    type: str
    choices: [v1, v2]
    default: v1
  endpoint:
    description:
      - Which resource to use. V(messages) is C(/messages/sender), V(sms) is C(/sms/sender).
      - The documentation of the sender API uses V(messages). Newer pages of Kaleyra recommend V(sms). Use it if the
        account does not know the other one, for example if the API responds with HTTP 404.
    type: str
    choices: [messages, sms]
    default: messages
  connections:
    description:
      - Maximum number of parallel requests (V(1) to V(16)).
      - This does not affect the results, unless the API rejects requests without naming senders and the limit of 300
        bisecting requests is reached.
    type: int
    default: 4
  timeout:
    description:
      - Timeout in seconds for one attempt, including the whole response. At most V(86400).
    type: float
    default: 30.0
  retries:
    description:
      - Number of retries after connection errors, lost responses and HTTP 408, 429, 499 and 5xx. V(0) disables retries.
      - Retries use exponential backoff with jitter, or the delay in C(Retry-After). The total wait per request is
        limited to 60 seconds.
    type: int
    default: 3
  validate_certs:
    description:
      - Whether to verify the server's TLS certificate.
    type: bool
    default: true
  ca_path:
    description:
      - CA bundle, or directory created with C(openssl rehash). Defaults to the environment variable
        E(REQUESTS_CA_BUNDLE), then to the bundle of C(requests).
      - Ignored if O(validate_certs=false).
    type: path
notes:
  - Proxies are configured with the environment variables E(HTTPS_PROXY) and E(NO_PROXY). Credentials in a C(.netrc)
    file are not used. Redirects are not followed.
  - The module never prints the API key. Ansible itself prints it with C(ANSIBLE_DEBUG), and at C(-vvv) if a task or a
    play sets E(KALEYRA_API_KEY) with the keyword C(environment). Use O(api_key) instead, or set the variable before
    Ansible is started.
requirements:
  - python >= 3.9
  - requests >= 2.25.1
"""
