# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox answers in the words of Kaleyra's two API pages, keeps the truth, and misbehaves exactly as told."""

from __future__ import annotations

import concurrent.futures
import hashlib
import json
import pathlib
import re
import signal
import socket
import subprocess
import sys

import kaleyra_api
import pytest
import requests
from kaleyra_api import SAMPLE_KEY, SAMPLE_SID, Account, Rules
from kaleyra_sandbox import Sandbox

SCRIPT = pathlib.Path(kaleyra_api.__file__).with_name("kaleyra_sandbox.py")
SUBMITTED = "Your Sender ID is submitted and will be verified by a Kaleyra Support Team member."


def row(sender, **fields):
    return {"sender": sender, "description": "testing", "iso_code": "in", "entity_id": "123456789011", **fields}


def call(box, method, payload, *, sid=SAMPLE_SID, key=SAMPLE_KEY, path="/v1/{}/messages/sender", **options):
    options.setdefault("headers", {"api-key": key})
    return requests.request(method, box.url + path.format(sid), json=payload, timeout=30, **options)


def create(box, *rows, **options):
    return call(box, "POST", {"data": list(rows)}, **options)


def delete(box, *names, **options):
    return call(box, "DELETE", {"sender": list(names)}, **options)


def names_of(answer):
    return [error["sender_name"] for error in answer.body["error"].values()]


# What the pages print, typed off them. Rows of a success differ in their id alone.


def test_success_creates_and_answers_msg106(box):
    answer = create(box, row("ADPAI"), row("TESTEHR5", iso_code="us"))

    assert answer.status_code == 200
    body = answer.json()
    assert all(re.fullmatch("[0-9a-f]{5}", entry.pop("id")) for entry in body["data"])
    assert body == {
        "code": "MSG106",
        "message": SUBMITTED,
        "data": [
            {"status": "1", "sender": "ADPAI", "message": SUBMITTED, "code": "MSG106"},
            {"status": "1", "sender": "TESTEHR5", "message": SUBMITTED, "code": "MSG106"},
        ],
        "error": {},
    }
    assert box.senders(SAMPLE_SID) == ["ADPAI", "TESTEHR5"]


def test_success_creates_and_answers_wa202_when_told(sandbox):
    box = sandbox(create="accepted")

    answer = create(box, row("ADPAI"))

    assert answer.status_code == 202
    body = answer.json()
    assert re.fullmatch("A[0-9A-Z]{19}", body["data"].pop("message_id"))
    assert body == {"code": "WA202", "message": "Request Accepted", "data": {}, "error": {}}
    assert box.senders(SAMPLE_SID) == ["ADPAI"]


EXISTS = "Sender ID Already exist."
SIX = "Sender ID has to be registered and it can only be 6 character"


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        pytest.param(
            ["ADPAI", "ABCF01", "ABCF99"],
            {"0": {"sender": EXISTS, "sender_name": "ABCF01"}, "1": {"sender": EXISTS, "sender_name": "ABCF99"}},
            id="existing",
        ),
        pytest.param(
            ["ABCF992", "ADPAI", "ABCF01"],
            {"0": {"sender": SIX, "sender_name": "ABCF992"}, "1": {"sender": EXISTS, "sender_name": "ABCF01"}},
            id="too long and existing",
        ),
        pytest.param(
            [*(f"NEW{number}" for number in range(9)), "TESTEHJJ5"],
            {"0": {"sender": EXISTS, "sender_name": "TESTEHJJ5"}},
            id="case 1",
        ),
    ],
)
def test_one_bad_sender_refuses_the_whole_call(sandbox, rows, error):
    existing = ["ABCF01", "ABCF99", "TESTEHJJ5"]
    box = sandbox(existing)

    answer = create(box, *map(row, rows))

    assert answer.status_code == 400
    assert answer.json() == {"code": "MSG134", "message": "Sender IDs not created", "data": [], "error": error}
    assert box.senders(SAMPLE_SID) == existing


INCORRECT = {
    "code": "RBC001",
    "message": "Incorrect SID or API key.",
    "data": [],
    "error": {"error": "Incorrect SID or API key."},
}


@pytest.mark.parametrize(
    "account", [{"key": "another"}, {"sid": "HX2"}, {"headers": {}}], ids=["key", "sid", "no key at all"]
)
def test_wrong_account_answers_rbc001(box, account):
    for answer in (create(box, row("ADPAI"), **account), delete(box, "ADPAI", **account)):
        assert answer.status_code == 401
        assert answer.json() == INCORRECT
    assert box.senders(SAMPLE_SID) == []


UNREADABLE = {
    "code": "WA400",
    "message": "Refer to correct payload format",
    "data": {},
    "error": {"payload": "Incorrect payload format"},
}


@pytest.mark.parametrize(
    "payload",
    [
        [],
        {},
        {"data": []},
        {"data": "ADPAI"},
        {"data": ["ADPAI"]},
        {"data": [row("ADPAI"), row("")]},
        {"data": [row(7)]},
        {"data": [row("ADPAI", description="")]},
        {"data": [row("ADPAI", iso_code="IND")]},
        {"data": [row("ADPAI", entity_id=None)]},
        {"data": [row("ADPAI", entity_id="12345678901")]},
        {"data": [row("ADPAI", entity_id="1" * 31)]},
        {"data": [row("ADPAI", entity_id=True)]},
    ],
)
def test_unreadable_create_answers_wa400(box, payload):
    answer = call(box, "POST", payload)

    assert answer.status_code == 400
    assert answer.json() == UNREADABLE
    assert box.senders(SAMPLE_SID) == []


@pytest.mark.parametrize(
    ("method", "body", "content_type"),
    [
        ("POST", b'{"data": [', "application/json"),
        ("POST", json.dumps({"data": [row("ADPAI")]}).encode(), "text/plain"),
        ("DELETE", b'{"sender": ["ADPAI"', "application/json"),
        ("DELETE", b'{"sender": [7]}', "application/json"),
    ],
)
def test_unreadable_body_answers_wa400(box, method, body, content_type):
    headers = {"api-key": SAMPLE_KEY, "Content-Type": content_type}

    answer = call(box, method, None, data=body, headers=headers)

    assert answer.status_code == 400
    assert answer.json() == UNREADABLE
    assert box.senders(SAMPLE_SID) == []


@pytest.mark.parametrize(
    "fields", [{"entity_id": 1201159123456789012}, {"iso_code": "IN"}, {"iso_code": "sg", "entity_id": ""}]
)
def test_what_else_a_row_may_hold(box, fields):
    assert create(box, row("ADPAI", **fields)).json()["code"] == "MSG106"


def test_more_than_5000_answer_rbc192(box):
    rows = [row(f"N{number}") for number in range(5001)]

    answer = create(box, *rows)

    message = "Exceeded max capacity of 5000 senders"
    assert answer.status_code == 400
    assert answer.json() == {"code": "RBC192", "message": message, "data": [], "error": {"error": message}}
    assert box.senders(SAMPLE_SID) == []
    assert create(box, *rows[:5000]).json()["code"] == "MSG106"
    assert len(box.senders(SAMPLE_SID)) == 5000


def test_deletes_and_answers_msg108(sandbox):
    box = sandbox(["ADPAI", "JSONSEND", "ABCF99"])

    answer = delete(box, "ADPAI", "JSONSEND")

    assert answer.status_code == 200
    assert answer.json() == {
        "code": "MSG108",
        "message": "Sender ID(s) deleted successfully",
        "data": [],
        "error": {},
    }
    assert box.senders(SAMPLE_SID) == ["ABCF99"]


@pytest.mark.parametrize("payload", [None, {}, {"sender": []}], ids=["no body", "no key", "empty"])
def test_delete_without_senders_answers_rbc195(box, payload):
    answer = call(box, "DELETE", payload, headers={"api-key": SAMPLE_KEY, "Content-Type": "application/json"})

    assert answer.status_code == 400
    assert answer.json() == {
        "code": "RBC195",
        "message": "Sender key is Mandatory in the body. And cannot be empty",
        "data": [],
        "error": {},
    }


def test_500_answers_wa500_by_default(box):
    box.script([500])

    answer = create(box, row("ADPAI"))

    assert answer.status_code == 500
    assert answer.json() == {
        "code": "WA500",
        "message": "Please try again later",
        "data": {},
        "error": {"error": "Internal server error"},
    }


@pytest.mark.parametrize("path", ["/v1/{}/messages/sender", "/v2/{}/messages/sender", "/v1/{}/sms/sender"])
def test_paths_of_one_account_share_it(sandbox, path):
    box = sandbox(["ADPAI"])

    assert create(box, row("ADPAI"), path=path).json()["code"] == "MSG134"


@pytest.mark.parametrize("path", ["/v3/{}/messages/sender", "/v1/{}/sender", "/v1/{}/messages/sender?x=1", "/"])
def test_other_paths_are_not_found(box, path):
    assert create(box, row("ADPAI"), path=path).status_code == 404
    assert box.calls[0].sid == ""


def test_reading_senders_is_not_in_the_api(box):
    assert call(box, "GET", None).status_code == 405


# The account, and what the rules make of it.


def test_a_sender_may_exist_in_two_countries(sandbox):
    box = sandbox([{"sender": "ADPAI", "iso_code": "SG"}])

    assert create(box, row("ADPAI", iso_code="sg")).json()["code"] == "MSG134"
    assert create(box, row("ADPAI", iso_code="in")).json()["code"] == "MSG106"
    assert create(box, row("ADPAI", iso_code="IN")).json()["code"] == "MSG134"
    assert create(box, row("ABCF01"), row("ABCF01")).json()["code"] == "MSG134"
    assert delete(box, "ADPAI").json()["code"] == "MSG108"
    assert box.senders(SAMPLE_SID) == []


def attempt(rules, existing=("OLD",), rows=("NEW", "OLD", "TOOLONG", "NEW2")):
    account = Account()
    for name in existing:
        account.add(name, "")
    return kaleyra_api.create(account, {"data": [row(name) for name in rows]}, rules), sorted(account.rows)


@pytest.mark.parametrize(
    ("mode", "code", "named", "truth"),
    [
        ("all_or_nothing", "MSG134", ["OLD", "TOOLONG"], ["OLD"]),
        ("partial", "MSG134", ["OLD", "TOOLONG"], ["NEW", "NEW2", "OLD"]),
        ("piecemeal", "MSG134", ["OLD"], ["OLD"]),
        ("nameless", "WA400", None, ["OLD"]),
        ("strangers", "MSG134", ["STRANGER0", "STRANGER1"], ["OLD"]),
        ("othercase", "MSG134", ["old", "toolong"], ["OLD"]),
        ("accepted", "MSG134", ["OLD", "TOOLONG"], ["OLD"]),
        (("partial", "piecemeal", "othercase"), "MSG134", ["old"], ["NEW", "NEW2", "OLD"]),
    ],
)
def test_modes_of_creating(mode, code, named, truth):
    answer, senders = attempt(Rules(create=mode))

    assert answer.body["code"] == code
    assert named is None or names_of(answer) == named
    assert senders == truth


def test_nameless_still_names_existing_ones():
    answer, _senders = attempt(Rules(create="nameless"), rows=("NEW", "OLD"))

    assert names_of(answer) == ["OLD"]


@pytest.mark.parametrize(
    ("mode", "code", "named", "truth"),
    [
        ("silent", "MSG108", None, ["KEPT"]),
        ("names", "MSG136", ["GONE", "GONE2"], ["KEPT", "OLD"]),
        ("partial", "MSG136", ["GONE", "GONE2"], ["KEPT"]),
        (("partial", "piecemeal"), "MSG136", ["GONE"], ["KEPT"]),
        ("piecemeal", "MSG136", ["GONE"], ["KEPT", "OLD"]),
        ("othercase", "MSG136", ["gone", "gone2"], ["KEPT", "OLD"]),
        ("strangers", "MSG136", ["STRANGER0", "STRANGER1"], ["KEPT", "OLD"]),
        ("nameless", "WA400", None, ["KEPT", "OLD"]),
    ],
)
def test_modes_of_deleting(mode, code, named, truth):
    account = Account()
    account.add("OLD", "in")
    account.add("OLD", "us")
    account.add("KEPT", "")

    answer = kaleyra_api.delete(account, {"sender": ["GONE", "OLD", "GONE2"]}, Rules(delete=mode))

    assert answer.body["code"] == code
    assert named is None or names_of(answer) == named
    assert sorted(account.rows) == truth
    assert account.deleted == (["OLD"] if "OLD" not in truth else [])


@pytest.mark.parametrize(
    ("too_many", "status", "told"),
    [(400, 400, "Exceeded max capacity of 2 senders"), (413, 413, "413 Request Entity Too Large")],
)
def test_limits_and_how_they_are_told(sandbox, too_many, status, told):
    box = sandbox(create_limit=2, delete_limit=2, too_many=too_many)

    for answer in (create(box, row("A"), row("B"), row("C")), delete(box, "A", "B", "C")):
        assert answer.status_code == status
        assert told in answer.text
    assert create(box, row("A"), row("B")).ok
    assert delete(box, "A", "B").ok


def test_refusals_by_name_have_their_own_words():
    rules = Rules(refuse={"BAD*": "Not yours."})

    answer, senders = attempt(rules, existing=(), rows=("BADBOY", "GOOD"))

    assert answer.body["error"] == {"0": {"sender": "Not yours.", "sender_name": "BADBOY"}}
    assert senders == []


@pytest.mark.parametrize(
    "rules", [{"create": "sometimes"}, {"delete": ["names", "sometimes"]}, {"create": ()}, {"delay": 1}]
)
def test_unknown_rules_are_refused(rules):
    with pytest.raises((TypeError, ValueError)):
        Sandbox(**rules)


def test_any_sid_is_bound_to_its_first_key(sandbox):
    box = sandbox(any_sid=True, accounts={"HX1": {}})

    assert create(box, row("ADPAI"), sid="HX1", key="one").ok
    assert create(box, row("ADPAI"), sid="HX2", key="two").ok
    assert create(box, row("ABCF01"), sid="HX1", key="two").json() == INCORRECT
    assert create(box, row("ABCF01"), sid="HX3", key="").json() == INCORRECT
    assert box.senders("HX1") == box.senders("HX2") == ["ADPAI"]
    assert "HX3" not in box.accounts


# The log.


def test_log_of_calls_never_holds_the_key(box):
    create(box, row("ADPAI"), row("ABCF01"))
    delete(box, "ADPAI", path="/v2/{}/sms/sender")

    first, second = box.calls
    assert (first.method, first.sid, first.senders, first.names) == ("POST", SAMPLE_SID, 2, ("ADPAI", "ABCF01"))
    assert (second.method, second.path, second.names) == ("DELETE", f"/v2/{SAMPLE_SID}/sms/sender", ("ADPAI",))
    assert first.key_sha256 == hashlib.sha256(SAMPLE_KEY.encode()).hexdigest()
    assert SAMPLE_KEY not in str(box.calls) + json.dumps(box.state())
    account = box.accounts[SAMPLE_SID]
    assert (account.created, account.deleted) == (["ADPAI", "ABCF01"], ["ADPAI"])


def test_connections_are_kept_alive_and_counted(box):
    with requests.Session() as session:
        for name in ("A", "B", "C"):
            body = {"data": [row(name)]}
            url = f"{box.url}/v1/{SAMPLE_SID}/messages/sender"
            assert session.post(url, json=body, headers={"api-key": SAMPLE_KEY}, timeout=30).ok
    assert box.connections == 1
    create(box, row("D"))
    assert box.connections == 2


def test_many_threads_at_once(box):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: create(box, row(f"N{number}"), row("SHARED")), range(64)))

    assert [answer.ok for answer in answers].count(True) == 1
    assert len(box.senders(SAMPLE_SID)) == 2
    assert len(box.calls) == 64


def test_peak_is_the_most_calls_in_flight(box):
    create(box, row("A"))
    assert box.peak == 1
    with box.in_flight():
        create(box, row("B"))
    create(box, row("C"))
    assert box.peak == 2


# Faults.


def test_faults_are_drawn_in_order_and_by_number(box):
    box.script(["ok", 503, {"fault": "answer_before", "status": 404, "at": 4}, 429])

    assert [create(box, row(f"N{number}")).status_code for number in range(6)] == [200, 503, 429, 404, 200, 200]
    assert box.senders(SAMPLE_SID) == ["N0", "N4", "N5"]
    assert box.state()["pending"] == 0


@pytest.mark.parametrize(("fault", "truth"), [("answer_before", []), ("answer_after", ["ADPAI"])])
def test_literal_answers(box, fault, truth):
    headers = {"Retry-After": "7", "Content-Type": "text/html"}
    box.script([{"fault": fault, "status": 503, "headers": headers, "body": "<html>"}])

    answer = create(box, row("ADPAI"))

    assert (answer.status_code, answer.text, answer.headers["Retry-After"]) == (503, "<html>", "7")
    assert answer.headers["Content-Type"] == "text/html"
    assert box.senders(SAMPLE_SID) == truth


def test_a_redirect_is_a_literal_answer(sandbox):
    box, elsewhere = sandbox(), sandbox(any_sid=True)
    box.script([{"fault": "answer_before", "status": 307, "headers": {"Location": f"{elsewhere.url}/x"}}])

    assert create(box, row("ADPAI"), allow_redirects=False).status_code == 307
    assert elsewhere.calls == []


@pytest.mark.parametrize(("fault", "truth"), [("reset_before", []), ("reset_after", ["ADPAI"])])
def test_reset_connections(box, fault, truth):
    box.script([fault])

    with pytest.raises(requests.ConnectionError, match=r"(?i)reset"):
        create(box, row("ADPAI"))

    assert box.senders(SAMPLE_SID) == truth
    assert create(box, row("ABCF01")).ok


@pytest.mark.parametrize(("fault", "truth"), [("hang_before", []), ("hang_after", ["ADPAI"])])
def test_hanging_outlasts_a_client(box, fault, truth):
    box.script([fault])

    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{box.url}/v1/{SAMPLE_SID}/messages/sender",
            json={"data": [row("ADPAI")]},
            headers={"api-key": SAMPLE_KEY},
            timeout=0.5,
        )

    assert box.senders(SAMPLE_SID) == truth


def test_hanging_ends(box):
    box.script([{"fault": "hang_before", "seconds": 0.01}, {"fault": "hang_after", "seconds": 0.01}])

    with pytest.raises(requests.ConnectionError):
        create(box, row("ADPAI"))
    assert create(box, row("ADPAI")).json()["code"] == "MSG106"


def test_broken_json_after_acting(box):
    box.script(["broken_json"])

    answer = create(box, row("ADPAI"))

    assert answer.status_code == 200
    assert answer.text.startswith('{"code": "MSG106"')
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert box.senders(SAMPLE_SID) == ["ADPAI"]


def test_truncated_after_acting(box):
    box.script(["truncated"])

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        create(box, row("ADPAI"))
    assert box.senders(SAMPLE_SID) == ["ADPAI"]


@pytest.mark.parametrize("fault", ["sometimes", {"fault": "reset"}, {"seconds": 1, "delay": 2}])
def test_unknown_faults_are_refused(box, fault):
    with pytest.raises((TypeError, ValueError)):
        box.script([fault])


# The control interface and the command.


def test_control_over_http(box):
    control = f"{box.url}/_sandbox"
    wanted = {
        "accounts": {"HX9": {"key": "nine", "senders": ["OLD"]}},
        "rules": {"create": "partial"},
        "script": [503],
    }

    state = requests.post(control, json=wanted, timeout=30).json()

    assert (state["pending"], state["rules"]["create"]) == (1, ["partial"])
    assert create(box, row("NEW"), sid="HX9", key="nine").status_code == 503
    assert create(box, row("NEW"), row("OLD"), sid="HX9", key="nine").json()["code"] == "MSG134"
    state = requests.get(control, timeout=30).json()
    assert state["accounts"]["HX9"] == {"senders": ["NEW", "OLD"], "created": ["NEW"], "deleted": []}
    assert [logged["senders"] for logged in state["calls"]] == [1, 2]
    assert "nine" not in json.dumps(state["calls"])
    state = requests.post(control, json={"forget": True, "accounts": {"HX9": {"senders": []}}}, timeout=30).json()
    assert (state["calls"], state["peak"], state["accounts"]["HX9"]["senders"]) == ([], 0, [])
    assert state["accounts"][SAMPLE_SID]["senders"] == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "", {"rules": {"create": "sometimes"}}),
        ("POST", "", {"nonsense": 1}),
        ("POST", "", {"script": ["sometimes"]}),
        ("POST", "", []),
        ("DELETE", "", None),
        ("GET", "/stop", None),
    ],
)
def test_control_refuses_what_it_does_not_know(box, method, path, body):
    answer = requests.request(method, f"{box.url}/_sandbox{path}", json=body, timeout=30)

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert box.rules == Rules()
    assert not box.stopping.is_set()


def test_listens_on_loopback_alone_and_stops(sandbox):
    with Sandbox() as box:
        host, port = box._server.server_address
        assert host == "127.0.0.1"
        with requests.Session() as session:
            session.get(f"{box.url}/_sandbox", timeout=30)
            box.__exit__()
            with pytest.raises(requests.ConnectionError):
                session.get(f"{box.url}/_sandbox", timeout=30)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, port), timeout=5)


@pytest.fixture
def command(tmp_path):
    """A function that runs the sandbox as a command with more arguments, and returns its process and its URL."""
    processes = []

    def start(*arguments):
        ready = tmp_path / "url"
        process = subprocess.Popen([sys.executable, "-B", SCRIPT, "--ready-file", ready, *arguments])
        processes.append(process)
        while not ready.exists():
            with pytest.raises(subprocess.TimeoutExpired):  # it ended before it was ready
                process.wait(0.05)
        return process, ready.read_text(encoding="utf-8").strip()

    yield start
    for process in processes:
        process.kill()
        process.wait()


def test_command_serves_its_configuration_until_told_to_stop(command, tmp_path):
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"accounts": {"HX1": {"key": "one", "senders": ["OLD"]}}}), encoding="utf-8")
    process, url = command("--config", str(config))

    body = {"data": [row("OLD")]}
    answer = requests.post(f"{url}/v1/HX1/messages/sender", json=body, headers={"api-key": "one"}, timeout=30)
    assert answer.json()["code"] == "MSG134"
    assert requests.post(f"{url}/_sandbox/stop", timeout=30).json()["accounts"]["HX1"]["senders"] == ["OLD"]
    assert process.wait(30) == 0


def test_command_stops_on_sigterm(command):
    process, url = command("--open")

    assert requests.get(f"{url}/_sandbox", timeout=30).ok
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def test_command_stops_when_nobody_calls(command):
    process, _url = command("--idle-exit", "0.5")

    assert process.wait(30) == 0
