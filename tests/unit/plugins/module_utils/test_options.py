# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where and how to call, from the task's options: api_url's rules, the resource's URL, TLS. Bad values are in test_bad_input.py."""

from __future__ import annotations

import pytest
from ansible_collections.community.kaleyra.plugins.module_utils._account import account_argument_spec
from ansible_collections.community.kaleyra.plugins.module_utils._api import CREATE, DELETE
from ansible_collections.community.kaleyra.plugins.module_utils._options import echo, read
from ansible_collections.community.kaleyra.plugins.module_utils._sender import InputError
from mock_api_simulator import SAMPLE_KEY, SAMPLE_SID


def params(**options):
    """What AnsibleModule makes of options."""
    others = ("senders", "src", "description", "iso_code", "entity_id", "batch_size")
    defaults = {name: spec.get("default") for name, spec in account_argument_spec().items()}
    account = {"api_key": SAMPLE_KEY, "sid": SAMPLE_SID, "senders": [], "state": "present", "report": "all"}
    return {**dict.fromkeys(others), **defaults, **account, **options}


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({}, "https://api.kaleyra.io/v1/HXXXXXXX071US/messages/sender"),
        ({"api_url": ""}, "https://api.kaleyra.io/v1/HXXXXXXX071US/messages/sender"),
        (
            {"api_url": "https://api.in.kaleyra.io/", "api_version": "v2"},
            "https://api.in.kaleyra.io/v2/HXXXXXXX071US/messages/sender",
        ),
        (
            {"api_url": "https://proxy.example:8443/kaleyra", "endpoint": "sms", "sid": "HX1"},
            "https://proxy.example:8443/kaleyra/v1/HX1/sms/sender",
        ),
    ],
)
def test_the_url_of_the_resource(options, url):
    assert read(params(**options)).endpoint.url == url


@pytest.mark.parametrize(
    "url",
    [
        "https://api.eu.kaleyra.io:443",
        "HTTPS://API.KALEYRA.IO",
        "https://10.0.0.1",
        "https://[2001:db8::1]:8443",
        "http://localhost:8080",
        "http://127.0.0.1",
        "http://127.8.9.10:8080/",
        "http://[::1]:8080",
    ],
)
def test_an_api_url_may_be_https_or_loopback(url):
    assert read(params(api_url=url)).endpoint.url.startswith(url.rstrip("/"))


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://api.kaleyra.io", "not https"),
        ("http://10.0.0.1", "not https"),
        ("http://0.0.0.0", "not https"),
        ("http://127.0.0.1.evil.example", "not https"),
        ("http://localhost.evil.example", "not https"),
        ("http://localhost@evil.example", "carries a user"),
        ("http://127.0.0.1\\@evil.example", "carries a user"),
        ("http://127.0.0.1\\.evil.example", "not a URL with a host"),
        ("ftp://api.kaleyra.io", "not https"),
        ("file:///etc/hosts", "not https"),
        ("api.kaleyra.io", "not a URL with a host"),
        ("//api.kaleyra.io", "not https"),
        ("https:/api.kaleyra.io", "not a URL with a host"),
        ("https://", "not a URL with a host"),
        ("https://:443", "not a URL with a host"),
        ("https://user:secret@api.kaleyra.io", "carries a user"),
        ("https://secret@api.kaleyra.io", "carries a user"),
        ("https://@api.kaleyra.io", "carries a user"),
        ("https://api.kaleyra.io?key=secret", "carries a query or a fragment"),
        ("https://api.kaleyra.io/?", "carries a query or a fragment"),
        ("https://api.kaleyra.io#secret", "carries a query or a fragment"),
        ("https://api.kaleyra.io:secret", "not a URL"),
        ("https://api.kaleyra.io:65536", "not a URL"),
        ("https://[::1", "not a URL"),
        ("https://api.kaleyra.io ", "not a URL with a host"),
        (" https://api.kaleyra.io", "not a URL with a host"),
        ("https://api.kaleyra.io/\r\nsecret: x", "not a URL with a host"),
        ("https://api.kal\teyra.io", "not a URL with a host"),
        ("https://api.k\u0430leyra.io", "not a URL with a host"),
        ("https://api%2ekaleyra.io", "not a URL with a host"),
    ],
)
def test_any_other_api_url_is_refused_and_not_quoted(url, fault):
    with pytest.raises(InputError) as error:
        read(params(api_url=url))
    assert any(one.startswith(f"api_url: {fault}") for one in error.value.faults)
    assert "secret" not in str(error.value)
    assert "evil" not in str(error.value)


@pytest.mark.parametrize(
    ("options", "verify"),
    [
        ({}, True),
        ({"ca_path": __file__}, __file__),
        ({"validate_certs": False}, False),
        ({"validate_certs": False, "ca_path": __file__}, False),
    ],
)
def test_tls(options, verify):
    assert read(params(**options)).endpoint.verify == verify


@pytest.mark.parametrize(
    ("options", "operation", "batch_size"),
    [
        ({}, CREATE, 5000),
        ({"batch_size": 7}, CREATE, 7),
        ({"state": "absent"}, DELETE, 100),
        ({"state": "absent", "batch_size": 7}, DELETE, 7),
    ],
)
def test_calls_are_as_large_as_the_api_allows(options, operation, batch_size):
    plan = read(params(**options))
    assert (plan.operation, plan.batch_size) == (operation, batch_size)


@pytest.mark.parametrize("key", ["", " ", f"{SAMPLE_KEY} ", f"{SAMPLE_KEY}\n", f"{SAMPLE_KEY}\udc80"])
def test_a_bad_key_is_not_quoted(key):
    with pytest.raises(InputError) as error:
        read(params(api_key=key))
    assert str(error.value).startswith("api_key: ")
    assert SAMPLE_KEY not in str(error.value)


@pytest.mark.parametrize("key", ["A" * 300, "ключ-\u00fc", "{{x}}", "%s'\"\\"])
def test_any_other_key_is_the_api_s_to_judge_and_in_no_repr(key):
    plan = read(params(api_key=key))
    assert plan.endpoint.api_key == key
    assert key not in repr(plan)


def test_the_echoed_options_have_neither_the_key_nor_a_long_list():
    few = [{"sender": "ADPAI"}]
    assert echo(params(senders=few)) == {**params(senders=few), "api_key": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}
    assert echo(params(senders=few * 5000))["senders"] == "5000 entries"
