# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of an account: where they come from, which values are errors, and the settings of the client."""

from __future__ import annotations

import pytest
from ansible_collections.community.kaleyra.plugins.module_utils._account import (
    account_argument_spec,
    account_errors,
    client_settings,
    use_environment,
)

KEY = "A1b2C3d4E5f6"
ACCOUNT = {"api_key": KEY, "sid": "HX1"}
PARAMS = {**{name: option.get("default") for name, option in account_argument_spec().items()}, **ACCOUNT}


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """A function that sets the account's environment variables. All others are not set."""

    def environment(**variables):
        for name in ("API_KEY", "SID", "API_URL"):
            monkeypatch.delenv(f"KALEYRA_{name}", raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(f"KALEYRA_{name}", value)

    environment()
    return environment


def params(**options):
    return use_environment({**PARAMS, **options})


def errors(**options):
    return "; ".join(account_errors(params(**options)))


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_option_is_taken_from_the_environment(environment, empty):
    environment(API_KEY="other", SID="HX2", API_URL="https://api.in.kaleyra.io")
    settings = client_settings(params(api_key=empty, sid=empty, api_url=empty))
    assert (settings.url, settings.api_key) == ("https://api.in.kaleyra.io/v1/HX2/messages/sender", "other")


def test_an_option_wins_over_the_environment(environment):
    environment(API_KEY="other", SID="HX2", API_URL="https://api.in.kaleyra.io")
    settings = client_settings(params(api_url="https://api.eu.kaleyra.io"))
    assert (settings.url, settings.api_key) == ("https://api.eu.kaleyra.io/v1/HX1/messages/sender", KEY)


@pytest.mark.parametrize("variables", [{}, {"API_KEY": "", "SID": "", "API_URL": ""}])
def test_a_missing_account_is_reported_with_its_variables(environment, variables):
    environment(**variables)
    message = errors(api_key="", sid="")
    assert all(word in message for word in ("api_key", "KALEYRA_API_KEY", "sid", "KALEYRA_SID", "required"))
    assert "api_url" not in message


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({}, "https://api.kaleyra.io/v1/HX1/messages/sender"),
        ({"api_url": "https://h.example/", "api_version": "v2"}, "https://h.example/v2/HX1/messages/sender"),
        ({"api_url": "https://h.example:8443/X", "endpoint": "sms"}, "https://h.example:8443/X/v1/HX1/sms/sender"),
    ],
)
def test_url_contains_version_sid_and_endpoint(options, url):
    assert client_settings(params(**options)).url == url


@pytest.mark.parametrize(
    ("options", "verify"),
    [
        ({}, True),
        ({"ca_path": __file__}, __file__),
        ({"validate_certs": False}, False),
        ({"validate_certs": False, "ca_path": __file__}, False),
    ],
)
def test_certificates_are_verified_unless_disabled(options, verify):
    assert client_settings(params(**options)).verify == verify


@pytest.mark.parametrize("name", sorted(account_argument_spec().keys() - {"connections"}))  # main() uses it
def test_every_option_of_the_account_changes_the_client_settings(name):
    option = account_argument_spec()[name]
    other = {"bool": False, "float": 1.5, "int": 1}.get(option["type"], option.get("choices", ["other"])[-1])
    assert client_settings(params(**{name: other})) != client_settings(params())


def test_the_client_settings_do_not_show_the_key():
    assert KEY not in repr(client_settings(params()))


@pytest.mark.parametrize(
    "url",
    [
        "https://api.eu.kaleyra.io:443",
        "HTTPS://API.KALEYRA.IO",
        "https://[2001:db8::1]:8443",
        "http://localhost:8080",
        "http://127.8.9.10:8080/",
        "http://[::1]:8080",
        "https://gateway.example/kaleyra/sender-api/v1x",
    ],
)
def test_accepts_https_and_loopback_urls(url):
    assert errors(api_url=url) == ""


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("api.kaleyra.io", "begin it with https://"),
        ("https:/api.kaleyra.io", "begin it with https://"),
        ("http://api.kaleyra.io", "https"),
        ("http://0.0.0.0", "https"),
        ("http://127.0.0.1.evil.example", "https"),
        ("http://localhost.evil.example", "https"),
        ("ftp://api.kaleyra.io", "https"),
        ("http://localhost@evil.example", "credentials"),
        ("http://127.0.0.1\\@evil.example", "credentials"),
        ("https://user:secret@api.kaleyra.io", "credentials"),
        ("https://api.kaleyra.io?key=secret", "query"),
        ("https://api.kaleyra.io/?", "query"),
        ("https://api.kaleyra.io#secret", "fragment"),
        ("https://", "host"),
        ("http://127.0.0.1\\.evil.example", "host"),
        ("https://api.k\u0430leyra.io", "host"),
        ("https://api%2ekaleyra.io", "host"),
        ("https://api.kaleyra.io:secret", "port"),
        ("https://api.kaleyra.io:65536", "port"),
        ("https://[::1", "not a valid URL"),
        ("https://api.kaleyra.io/v1", "the module adds"),
        ("https://api.kaleyra.io/V2/", "the module adds"),
        ("https://api.kaleyra.io/v1/secret/messages/sender", "the module adds"),
        ("https://api.kaleyra.io/sms/sender", "the module adds"),
        ("https://api.kaleyra.io/sender/", "the module adds"),
        ("https://api.kaleyra.io ", "space"),
        ("https://api.kaleyra.io/\r\nsecret: x", "space"),
        ("https://api.kal\teyra.io", "space"),
    ],
)
def test_rejects_other_urls_without_quoting_them(url, hint):
    message = errors(api_url=url)
    assert "api_url" in message
    assert hint in message
    assert "secret" not in message
    assert "evil" not in message


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        (f"{KEY} ", "whitespace"),
        (f"{KEY}\n", "whitespace"),
        (f"{KEY}\u00a0{KEY}", "whitespace"),
        (f"{KEY}'", "quotation marks"),
        (f'"{KEY}"', "quotation marks"),
        (f"\\{KEY}", "backslashes"),
        (f"{KEY}\u00fc", "ASCII"),
        (f"{KEY}\0", "visible"),
        (f"{KEY}\udc80", "ASCII"),
    ],
)
def test_rejects_keys_with_several_spellings_without_quoting_them(key, hint):
    message = errors(api_key=key)
    assert message.startswith("api_key")
    assert hint in message
    assert KEY not in message


@pytest.mark.parametrize("key", ["A" * 300, "{{x}}", "%s!#$&()*+,-./:;<=>?@[]^_`{|}~"])
def test_accepts_other_visible_keys(key):
    assert errors(api_key=key) == ""


@pytest.mark.parametrize("sid", ["HX 1", "HX1\n", "HX1/../HX2", "HX1?x", "H\u00dc1", KEY + "-"])
def test_rejects_other_sids_without_quoting_them(sid):
    message = errors(sid=sid)
    assert message.startswith("sid")
    assert sid not in message


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"timeout": 0.0}, ["timeout", "0", "above 0"]),
        ({"timeout": -0.5}, ["timeout", "-0.5"]),
        ({"timeout": float("nan")}, ["timeout", "nan"]),
        ({"timeout": float("inf")}, ["timeout", "86400"]),
        ({"retries": -1}, ["retries", "-1"]),
        ({"connections": 0}, ["connections", "1 to 16"]),
        ({"connections": 17}, ["connections", "17", "1 to 16"]),
        ({"ca_path": "/nowhere/ca.pem"}, ["ca_path", "/nowhere/ca.pem"]),
    ],
)
def test_rejects_values_outside_of_limits(options, words):
    message = errors(**options)
    assert all(word in message for word in words)


@pytest.mark.parametrize(
    "options",
    [{"sid": "aZ09"}, {"timeout": 0.1}, {"timeout": 86400.0}, {"retries": 0}, {"connections": 1}, {"connections": 16}],
)
def test_accepts_values_at_the_limits(options):
    assert errors(**options) == ""
