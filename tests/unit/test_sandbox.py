# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox answers in the words of Kaleyra's two API pages, keeps the truth, and misbehaves exactly as told."""

from __future__ import annotations

import requests
from kaleyra_api import SAMPLE_KEY as KEY
from kaleyra_api import SAMPLE_SID as SID


def row(sender, **fields):
    return {"sender": sender, "description": "testing", "iso_code": "in", "entity_id": "123456789011", **fields}


def create(box, *rows, sid=SID, key=KEY, path="/v1/{}/messages/sender", **options):
    options.setdefault("json", {"data": list(rows)})
    return requests.post(box.url + path.format(sid), headers={"api-key": key}, timeout=10, **options)


def test_creates_once(box):
    first = create(box, row("ADPAI"), row("ABCF01"))
    assert first.status_code == 200
    assert first.json()["code"] == "MSG106"
    assert box.senders(SID) == ["ABCF01", "ADPAI"]
    second = create(box, row("ADPAI"))
    assert second.status_code == 400
    assert second.json()["error"] == {"0": {"sender": "Sender ID Already exist.", "sender_name": "ADPAI"}}
