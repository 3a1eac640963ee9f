# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Law 5: no token and no private key in anything that is printed, returned or logged: in success, failure and crash."""

from __future__ import annotations

import importlib
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from authorities import issued
from cryptography.hazmat.primitives import serialization
from in_process import House

NAME = "partners"
TOKENS = ("client_secret", "client_token", "access_token")
UTILS = "ansible_collections.edgetrust.akamai.plugins.module_utils"


def credentials(house: House) -> dict[str, str]:
    parser = RawConfigParser()
    parser.read(house.emulator.edgerc)
    return {name: parser.get("default", name) for name in ("host", *TOKENS)}


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """Everything that goes to a log: Ansible's (syslog, at `debug` too) and Python's."""
    from ansible.module_utils import basic

    lines: list[str] = []
    monkeypatch.setattr(basic.AnsibleModule, "log", lambda self, msg, log_args=None: lines.append(f"{msg} {log_args}"))
    monkeypatch.setattr(basic.AnsibleModule, "debug", lambda self, msg: lines.append(str(msg)))
    caplog.set_level(logging.DEBUG)
    return lambda: "\n".join([*lines, caplog.text])


def from_options(house: House, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    return credentials(house)


def from_environment(house: House, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    for name, value in credentials(house).items():
        monkeypatch.setenv(f"AKAMAI_{name.upper()}", value)
    return {"edgerc": None, "section": ""}


def from_file(house: House, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    return {}


def success(house: House, monkeypatch: pytest.MonkeyPatch, secrets: dict[str, str]) -> None:
    """Nothing in the way."""


def refusal(house: House, monkeypatch: pytest.MonkeyPatch, secrets: dict[str, str]) -> None:
    """An API that sends back what it was sent, as a proxy's debug page would."""
    text = " ".join(secrets.values())
    house.control.fault(every=True, then={"status": 401, "body": {"title": text, "detail": text, "type": text}})


def crash(house: House, monkeypatch: pytest.MonkeyPatch, secrets: dict[str, str]) -> None:
    world = importlib.import_module(f"{UTILS}._resources.mets_world").MetsWorld

    def boom(self: Any, *arguments: Any) -> None:
        raise RuntimeError(f"{secrets} {json.dumps(secrets)} {arguments}")

    monkeypatch.setattr(world, "_once", boom)


@pytest.mark.parametrize("ending", [success, refusal, crash])
@pytest.mark.parametrize("source", [from_options, from_environment, from_file])
@pytest.mark.parametrize("module", ["mets_ca_set", "mets_ca_set_info"])
def test_no_token_leaves(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    logged: Callable[[], str],
    module: str,
    source: Callable[..., dict[str, Any]],
    ending: Callable[..., None],
) -> None:
    secrets = credentials(house)
    house.printed.clear()
    given = source(house, monkeypatch)
    ending(house, monkeypatch, secrets)
    result = house.run(module, ca_set_name=NAME, **given)
    assert bool(result.get("failed")) is (ending is not success), json.dumps(result)
    text = "\n".join(house.printed) + logged()
    assert NAME in text
    assert [name for name in TOKENS if secrets[name] in text] == []


# Private keys


def _pkcs8(label: str = "PRIVATE KEY") -> str:
    return issued("law key").key_pem.replace("PRIVATE KEY", label)


def _traditional() -> str:
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return issued("law key").key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


KEYS = {
    "PKCS 8": _pkcs8(),
    "traditional": _traditional(),
    "said to be encrypted": _pkcs8("ENCRYPTED PRIVATE KEY"),
    "Windows line ends": _pkcs8().replace("\n", "\r\n"),
    "with slashes that a path loses": re.sub(r"(?m)^([^-]{20})..", r"\1//", _pkcs8()),
    "indented": _pkcs8().replace("\n", "\n    "),
    "without its end": _pkcs8().partition("-----END")[0],
    "in one line": _pkcs8().replace("\n", ""),
    "line ends as text": _pkcs8().replace("\n", "\\n"),
    "after its certificate": issued("law key").pem + _pkcs8(),
    "before its certificate": _pkcs8() + issued("law key").pem,
}


def in_pem(key: str, directory: Path) -> dict[str, Any]:
    return {"certificates": [{"pem": key}]}


def in_plain_text(key: str, directory: Path) -> dict[str, Any]:
    return {"certificates": key}


def in_a_file(key: str, directory: Path) -> dict[str, Any]:
    (directory / "bundle.pem").write_text(key)
    return {"certificates_file": str(directory / "bundle.pem")}


def in_a_directory(key: str, directory: Path) -> dict[str, Any]:
    (directory / "bundle.pem").write_text(key)
    return {"certificates_directory": str(directory)}


def in_a_path(key: str, directory: Path) -> dict[str, Any]:
    return {"certificates": [{"path": key}]}


def in_a_description(key: str, directory: Path) -> dict[str, Any]:
    return {"certificates": [{"pem": issued("law root a").pem, "description": key}], "description": key}


def beside_an_unknown_option(key: str, directory: Path) -> dict[str, Any]:
    return {"certificates": [{"pem": key}], "certificate": key}


def beside_a_bad_choice(key: str, directory: Path) -> dict[str, Any]:
    return {"certificates": [{"pem": key}], "state": key}


def beside_an_option_of_another_type(key: str, directory: Path) -> dict[str, Any]:
    return {"certificates": [{"pem": key, "chain": key}], "fail_if_expiring_within_days": key}


PLACES = [
    in_pem,
    in_plain_text,
    in_a_file,
    in_a_directory,
    in_a_path,
    in_a_description,
    beside_an_unknown_option,
    beside_a_bad_choice,
    beside_an_option_of_another_type,
]


def pieces(key: str) -> list[str]:
    """What would give a key away: each run of its body that is longer than chance."""
    body = key.partition("PRIVATE KEY-----")[2].partition("-----END")[0].replace("\\n", "\n").replace("\r", "")
    lines = [line.strip() for line in body.split("\n") if line.strip()]
    found = [line[start : start + 16] for line in lines for start in range(0, len(line) - 15, 8)]
    # The names of algorithms are the same in every certificate.
    return [piece for piece in found if piece not in issued("law key").pem + issued("law root a").pem]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("form", KEYS)
def test_no_private_key_leaves(
    house: House, logged: Callable[[], str], tmp_path: Path, form: str, place: Callable[..., dict[str, Any]]
) -> None:
    key = KEYS[form]
    house.ok("mets_ca_set", ca_set_name=NAME)
    house.control.forget_requests()
    house.printed.clear()
    result = house.run("mets_ca_set_version", ca_set_name=NAME, **place(key, tmp_path))
    assert result.get("failed") and result["failure"]["type"] in ("invalid_certificate", "invalid_option"), json.dumps(
        result
    )
    text = "\n".join(house.printed) + logged()
    assert pieces(key)
    assert [piece for piece in pieces(key) if piece in text] == []
    # Nor does it reach the API.
    assert house.writes() == []


def test_a_real_playbook_keeps_them_at_any_verbosity(house: House, tmp_path: Path) -> None:
    secrets = credentials(house)
    key = KEYS["before its certificate"]
    (tmp_path / "bundle.pem").write_text(key)
    tokens = {
        name: f"{{{{ lookup('ini', '{name}', section='default', file='{house.emulator.edgerc}') }}}}"
        for name in secrets
    }
    tasks: list[dict[str, Any]] = [
        {"edgetrust.akamai.mets_ca_set": {"ca_set_name": NAME}},
        {"edgetrust.akamai.mets_ca_set_info": {"ca_set_name": NAME, **tokens}},
        {"edgetrust.akamai.mets_ca_set": {"ca_set_name": NAME, **tokens, "description": "other"}},
        {"edgetrust.akamai.mets_ca_set_version": {"ca_set_name": NAME, "certificates": [{"pem": key}]}},
        {
            "edgetrust.akamai.mets_ca_set_version": {
                "ca_set_name": NAME,
                "certificates_file": str(tmp_path / "bundle.pem"),
            }
        },
        {
            "edgetrust.akamai.mets_ca_set_version": {
                "ca_set_name": NAME,
                "certificates": [{"pem": key}],
                "unknown": True,
            }
        },
    ]
    for task in tasks[2:]:
        task["ignore_errors"] = True
    play = [{"hosts": "localhost", "gather_facts": False, "connection": "local", "tasks": tasks}]
    (tmp_path / "play.yml").write_text(yaml.safe_dump(play))
    settings = {
        "AKAMAI_EDGERC": str(house.emulator.edgerc),
        "AKAMAI_CA_PATH": str(house.emulator.ca_path),
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
    }
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ansible-playbook")), "-vvvvv", "--diff", "-i", "localhost,", "play.yml"],
        cwd=tmp_path,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    text = done.stdout + done.stderr
    assert done.returncode == 0 and "ignored=4" in text, text[-3000:]
    # The control node shows what a play itself says, before any module runs: what is checked is all that a module says.
    assert [name for name in TOKENS if secrets[name] in text] == []
    told = [line for line in text.splitlines() if "module_args" in line or line.startswith(("fatal", "ok", "changed"))]
    assert [piece for piece in pieces(key) if piece in "\n".join(told)] == []
