# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of the mock API's one account, and a sender to create with it."""

from __future__ import annotations

from ansible_collections.community.kaleyra.plugins.module_utils._account import ClientSettings
from ansible_collections.community.kaleyra.plugins.module_utils._client import Client
from ansible_collections.community.kaleyra.plugins.module_utils._operations import CREATE
from ansible_collections.community.kaleyra.plugins.module_utils._sender import Sender
from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID

ADPAI = Sender("ADPAI", "Sender ID testing", "in", "1201159123456789012")
PATH = f"/v1/{SAMPLE_SID}/messages/sender"


def client(url, operation=CREATE, *, record=False, **settings):
    """A client without retries, unless ``settings`` sets them."""
    options = {"api_key": SAMPLE_KEY, "timeout": 10.0, "retries": 0, "verify": True, **settings}
    return Client(ClientSettings(url + PATH, **options), operation, record=record)
