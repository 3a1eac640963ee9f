# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which source counts, and what is said when something is missing (DESIGN 3.1)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import certifi
import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._wire.credentials import (
    MAX_BODY,
    CredentialError,
    ca_bundle,
    resolve,
)

KEYS = ("host", "client_token", "client_secret", "access_token")


def values(tag: str) -> dict[str, str]:
    return {"host": f"{tag}.example.com"} | {key: f"{tag}-{key}" for key in KEYS[1:]}


def env(tag: str, *names: str) -> dict[str, str]:
    return {f"AKAMAI_{name.upper()}": value for name, value in values(tag).items() if not names or name in names}


def section(name: str, tag: str, **more: str) -> str:
    return "\n".join([f"[{name}]", *(f"{key} = {value}" for key, value in (values(tag) | more).items()), ""])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".edgerc").write_text(
        section("default", "home") + section("prod", "home-prod", account_key="1-FILE") + section("short", "short"),
        encoding="utf-8",
    )
    (tmp_path / "other").write_text(section("default", "other") + section("prod", "other-prod"), encoding="utf-8")
    return tmp_path


# options of the task, environment, host that comes out; {home} stands for the home directory.
CHOICES: list[tuple[str, dict[str, Any], dict[str, str], str]] = [
    ("nothing: ~/.edgerc, default", {}, {}, "home"),
    (
        "empty is absent, everywhere",
        dict.fromkeys((*KEYS, "edgerc", "section"), ""),
        dict.fromkeys(env("env"), ""),
        "home",
    ),
    ("null is absent", dict.fromkeys((*KEYS, "edgerc", "section")), {}, "home"),
    ("blanks are absent", {"section": "  "}, {"AKAMAI_EDGERC": " "}, "home"),
    ("section in the environment", {}, {"AKAMAI_EDGERC_SECTION": "prod"}, "home-prod"),
    ("file in the environment", {}, {"AKAMAI_EDGERC": "{home}/other"}, "other"),
    ("file and section in it", {}, {"AKAMAI_EDGERC": "{home}/other", "AKAMAI_EDGERC_SECTION": "prod"}, "other-prod"),
    ("tokens of the environment before its file", {}, env("env") | {"AKAMAI_EDGERC": "{home}/other"}, "env"),
    ("three tokens are none", {}, env("env", "host", "client_token", "access_token"), "home"),
    ("three tokens and a file", {}, env("env", *KEYS[:3]) | {"AKAMAI_EDGERC": "{home}/other"}, "other"),
    ("section of the task before tokens", {"section": "prod"}, env("env"), "home-prod"),
    ("file of the task before tokens", {"edgerc": "{home}/other"}, env("env"), "other"),
    (
        "file of the task: not the environment's section",
        {"edgerc": "{home}/other"},
        {"AKAMAI_EDGERC_SECTION": "prod"},
        "other",
    ),
    (
        "section of the task in the environment's file",
        {"section": "prod"},
        {"AKAMAI_EDGERC": "{home}/other"},
        "other-prod",
    ),
    ("file and section of the task", {"edgerc": "~/other", "section": "prod"}, env("env"), "other-prod"),
    ("tokens of the task before all", values("task"), env("env") | {"AKAMAI_EDGERC": "{home}/other"}, "task"),
]


@pytest.mark.parametrize(("options", "environ", "tag"), [row[1:] for row in CHOICES], ids=[row[0] for row in CHOICES])
def test_one_source_counts(home: Path, options: dict[str, Any], environ: dict[str, str], tag: str) -> None:
    options, environ = (
        {key: value.format(home=home) if isinstance(value, str) else value for key, value in given.items()}
        for given in (options, environ)
    )
    found = resolve(options, environ, home)
    assert (found.host, found.client_token, found.client_secret, found.access_token) == tuple(values(tag).values())
    assert found.max_body == MAX_BODY


SWITCH_KEYS: list[tuple[str, dict[str, Any], dict[str, str], str | None]] = [
    ("none", {}, {}, None),
    ("of the file", {"section": "prod"}, {}, "1-FILE"),
    ("environment before the file", {"section": "prod"}, {"AKAMAI_ACCOUNT_KEY": "1-ENV"}, "1-ENV"),
    (
        "task before both",
        {"section": "prod", "account_switch_key": "1-TASK"},
        {"AKAMAI_ACCOUNT_KEY": "1-ENV"},
        "1-TASK",
    ),
    ("environment with its tokens", {}, env("env") | {"AKAMAI_ACCOUNT_KEY": "1-ENV"}, "1-ENV"),
    ("environment not with tokens of the task", values("task"), {"AKAMAI_ACCOUNT_KEY": "1-ENV"}, None),
    ("task with its tokens", values("task") | {"account_switch_key": "1-TASK"}, {}, "1-TASK"),
    ("empty is absent", {"section": "prod", "account_switch_key": ""}, {"AKAMAI_ACCOUNT_KEY": ""}, "1-FILE"),
]


@pytest.mark.parametrize(("options", "environ", "key"), [r[1:] for r in SWITCH_KEYS], ids=[r[0] for r in SWITCH_KEYS])
def test_account_switch_key(home: Path, options: dict[str, Any], environ: dict[str, str], key: str | None) -> None:
    assert resolve(options, environ, home).account_switch_key == key


HALF = {"host": "h.example.com", "client_token": "t"}
REFUSALS: list[tuple[str, dict[str, Any], dict[str, str], str, list[str]]] = [
    ("half a task", HALF, env("env"), "client_secret", ["not client_secret, access_token"]),
    ("both forms", values("task") | {"section": "prod"}, {}, "host", ["either", "section", "module_defaults"]),
    ("both forms, half", {"client_token": "t", "edgerc": "x"}, {}, "client_token", ["client_token and edgerc"]),
    ("no file", {"edgerc": "{home}/none"}, {}, "edgerc", ["{home}/none"]),
    ("no section", {"section": "nope"}, {}, "section", ["'nope'", "{home}/.edgerc", "default, prod, short"]),
    ("no section by the environment", {}, {"AKAMAI_EDGERC_SECTION": "nope"}, "section", ["'nope'", "{home}/.edgerc"]),
    ("a directory", {"edgerc": "{home}"}, {}, "edgerc", ["{home}", "cannot be read"]),
    (
        "half an environment",
        {"section": ""},
        env("e", "host") | {"HOME": "x"},
        "edgerc",
        ["AKAMAI_CLIENT_TOKEN", "is not set"],
    ),
    ("no host name", values("task") | {"host": "https://h.example.com/papi"}, {}, "host", ["h.example.com/papi"]),
    ("bad max_body", {}, env("env") | {"AKAMAI_MAX_BODY": "many"}, "edgerc", ["max_body", "many"]),
]


@pytest.mark.parametrize(
    ("options", "environ", "option", "words"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS]
)
def test_what_is_missing_is_named(
    home: Path,
    tmp_path_factory: pytest.TempPathFactory,
    options: dict[str, Any],
    environ: dict[str, str],
    option: str,
    words: list[str],
) -> None:
    def fill(text: str) -> str:
        return text.format(home=home)

    place = tmp_path_factory.mktemp("empty") if "HOME" in environ else home
    with pytest.raises(CredentialError) as caught:
        resolve({k: fill(v) for k, v in options.items()}, {k: fill(v) for k, v in environ.items()}, place)
    assert caught.value.option == option
    for word in words:
        assert fill(word) in caught.value.message


FILES: list[tuple[str, str, str]] = [
    ("missing key", "[default]\nhost = h.example.com\nclient_token = t\n", "has no client_secret, access_token"),
    ("empty key", section("default", "x", client_secret=""), "has no client_secret"),
    ("no section at all", "# nothing yet\n", "no section at all"),
    ("key before a section", "client_secret = hush-hush\n[default]\n", "at line 1"),
    ("a line without =", section("default", "x") + "hush-hush\n", "at line 6"),
    ("twice a section", section("default", "x") + section("default", "y"), "twice, at line 6"),
    ("twice a key", section("default", "x") + "client_secret = hush-hush\n", "twice, at line 6"),
    ("no text", "\udcff", "UTF-8"),
]


@pytest.mark.parametrize(("content", "words"), [row[1:] for row in FILES], ids=[row[0] for row in FILES])
def test_a_bad_file_is_named_and_not_quoted(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "edgerc"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(CredentialError) as caught:
        resolve({"edgerc": str(file)}, {}, tmp_path)
    assert str(file) in caught.value.message
    assert words in caught.value.message
    assert "hush" not in caught.value.message
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


ACCEPTED: list[tuple[str, str, dict[str, Any]]] = [
    ("scheme, slash", section("default", "x", host="https://x.example.com/"), {}),
    ("port", section("default", "x", host="127.0.0.1:8443"), {"host": "127.0.0.1:8443"}),
    ("default port", section("default", "x", host="x.example.com:443"), {}),
    ("dashes", re.sub(r"(?m)_(?=\w+ =)", "-", section("default", "x")), {}),
    ("max-body", section("default", "x") + "max-body = 2048\n", {"max_body": 2048}),
    ("percent", section("default", "x", client_secret="50%(no)s%"), {"client_secret": "50%(no)s%"}),
    ("= ; # in a value", section("default", "x", client_secret="a;b#c=="), {"client_secret": "a;b#c=="}),
    ("indented", section("default", "x").replace("\n", "\n    "), {}),
    ("some keys indented", section("default", "x").replace("\nclient", "\n    client"), {}),
    ("windows", "\ufeff" + section("default", "x").replace("\n", "\r\n"), {}),
    ("no blanks", section("default", "x").replace(" = ", "="), {}),
    ("comments", "# a\n; b\n" + section("default", "x"), {}),
    ("a section DEFAULT lends nothing", "[DEFAULT]\naccount_key = 1-NO\n" + section("default", "x"), {}),
]


@pytest.mark.parametrize(("content", "differs"), [row[1:] for row in ACCEPTED], ids=[row[0] for row in ACCEPTED])
def test_real_files_are_read(tmp_path: Path, content: str, differs: dict[str, Any]) -> None:
    (tmp_path / ".edgerc").write_bytes(content.encode())
    found = resolve({}, {}, tmp_path)
    wanted = values("x") | {"max_body": MAX_BODY, "account_switch_key": None} | differs
    assert {name: getattr(found, name) for name in wanted} == wanted


def test_the_environment_has_its_own_max_body(home: Path) -> None:
    assert resolve({}, env("env") | {"AKAMAI_MAX_BODY": "2048"}, home).max_body == 2048
    assert resolve({}, {"AKAMAI_MAX_BODY": "2048"}, home).max_body == MAX_BODY


def test_a_relative_path_is_named_in_full(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    assert str(home / "other") in resolve({"edgerc": "other"}, {}, Path("/nowhere")).source
    with pytest.raises(CredentialError, match=str(home / "none")):
        resolve({"edgerc": "none"}, {}, home)


def test_secrets_are_listed_and_not_shown(home: Path) -> None:
    found = resolve({}, {}, home)
    assert set(found.secrets()) == {"home-client_token", "home-client_secret", "home-access_token"}
    assert not [secret for secret in found.secrets() if secret in f"{found!r} {found}"]
    assert "home.example.com" in repr(found)


def test_ca_bundle(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "ca.pem").write_bytes(Path(certifi.where()).read_bytes())
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home)
    assert [ca_bundle(given) for given in (None, "", " ")] == [None] * 3
    assert [ca_bundle(given) for given in ("~/ca.pem", "ca.pem", str(home / "ca.pem"))] == [str(home / "ca.pem")] * 3
    assert ca_bundle(str(home)) == str(home)
    for given, reason in (("none.pem", "No such file"), ("other", "holds no certificates")):
        with pytest.raises(CredentialError, match=rf"{home}/{given} cannot be used: .*{reason}") as caught:
            ca_bundle(given)
        assert caught.value.option == "ca_path"
