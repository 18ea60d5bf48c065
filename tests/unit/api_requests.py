# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that tests send to the mock API, as a user of the API would."""

from __future__ import annotations

import requests
from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID


def row(sender, **fields):
    return {"sender": sender, "description": "testing", "iso_code": "in", "entity_id": "123456789011", **fields}


def send(mock_api, method, payload, *, sid=SAMPLE_SID, key=SAMPLE_KEY, path="/v1/{}/messages/sender", **options):
    options.setdefault("headers", {"api-key": key})
    return requests.request(method, mock_api.url + path.format(sid), json=payload, timeout=30, **options)


def create(mock_api, *rows, **options):
    return send(mock_api, "POST", {"data": list(rows)}, **options)


def delete(mock_api, *names, **options):
    return send(mock_api, "DELETE", {"sender": list(names)}, **options)
