# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which credentials a run uses: one source, never a mix of two.

Order of the sources: host and tokens of the task, file and section of the task, tokens of the environment, file and
section of the environment, section `default` of `~/.edgerc`. A section that the task names alone is looked up in the
environment's file, if it names one; a file that the task names alone is read at its section `default`. The account
switch key of the environment applies unless the task itself gives host and tokens.
"""

from __future__ import annotations

import configparser
import os
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

#: What is needed to sign, in the order in which messages name it.
REQUIRED = ("host", "client_token", "client_secret", "access_token")
MAX_BODY = 131_072  # bytes of a POST body that are hashed (edgegrid.md 1)


class CredentialError(Exception):
    """No usable credentials. `option` names the option that would cure it."""

    def __init__(self, message: str, option: str) -> None:
        super().__init__(message)
        self.message = message
        self.option = option


@dataclass(frozen=True, slots=True)
class Credentials:
    """All that a session needs to sign. `source` says in words where the values come from."""

    host: str
    client_token: str = field(repr=False)
    client_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    account_switch_key: str | None
    max_body: int
    source: str

    def secrets(self) -> tuple[str, ...]:
        """The values that must never be shown."""
        return (self.client_secret, self.client_token, self.access_token)


def resolve(options: Mapping[str, object], environ: Mapping[str, str], home: Path) -> Credentials:
    """The credentials that `options` of a task, the environment and the files below `home` add up to.

    Raises `CredentialError` that names what is missing, and where.
    """
    task = {name: _text(options.get(name)) for name in (*REQUIRED, "edgerc", "section", "account_switch_key")}
    env = {
        name: _text(environ.get(f"AKAMAI_{name.upper()}")) for name in (*REQUIRED, "edgerc", "account_key", "max_body")
    }
    env["section"] = _text(environ.get("AKAMAI_EDGERC_SECTION"))
    tokens = [name for name in REQUIRED if task[name]]
    named = [name for name in ("edgerc", "section") if task[name]]
    if tokens and named:
        raise CredentialError(
            f"Give either {_list(REQUIRED)}, or edgerc and section, not both: the task has {_list(tokens)} and "
            f"{_list(named)} (module_defaults count as well).",
            tokens[0],
        )
    if tokens:
        missing = [name for name in REQUIRED if not task[name]]
        if missing:
            raise CredentialError(f"The task gives {_list(tokens)} but not {_list(missing)}.", missing[0])
        return _credentials(task, task["account_switch_key"], "", "the task")
    switch_key = task["account_switch_key"] or env["account_key"]
    if named:
        path = task["edgerc"] or env["edgerc"]
        return _from_file(path, task["section"], switch_key, home, "the task")
    present = [name for name in REQUIRED if env[name]]
    if len(present) == len(REQUIRED):
        return _credentials(env, switch_key, env["max_body"], "the environment")
    if env["edgerc"] or env["section"]:
        return _from_file(env["edgerc"], env["section"], switch_key, home, "the environment")
    hint = ""
    if present:
        lacking = [f"AKAMAI_{name.upper()}" for name in REQUIRED if not env[name]]
        hint = f" The tokens of the environment do not count, because {_list(lacking)} is not set."
    return _from_file("", "", switch_key, home, "default", hint)


def ca_bundle(path: str | None) -> str | None:
    """The absolute path of a CA bundle (file or directory); None, or nothing, stands for the usual authorities."""
    if not _text(path):
        return None
    bundle = _absolute(_text(path), Path("~").expanduser())
    try:
        directory = bundle.is_dir()
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(
            cafile=None if directory else bundle, capath=bundle if directory else None
        )
    except OSError as error:
        reason = "it holds no certificates" if isinstance(error, ssl.SSLError) else error.strerror
        raise CredentialError(f"The CA bundle {bundle} cannot be used: {reason}.", "ca_path") from None
    return str(bundle)


def _from_file(path: str, section: str, switch_key: str, home: Path, source: str, hint: str = "") -> Credentials:
    file = _absolute(path or "~/.edgerc", home)
    section = section or "default"
    sections = _read(file, hint)
    if section not in sections:
        there = f"it has {_list(sections)}" if sections else "it has no section at all"
        raise CredentialError(f"There is no section '{section}' in {file}: {there}.{hint}", "section")
    values = sections[section]
    missing = [name for name in REQUIRED if not values.get(name)]
    if missing:
        raise CredentialError(f"Section '{section}' of {file} has no {_list(missing)}.{hint}", "edgerc")
    key = switch_key or values.get("account_key", "")
    return _credentials(values, key, values.get("max_body", ""), f"section '{section}' of {file} ({source})")


def _read(file: Path, hint: str) -> dict[str, dict[str, str]]:
    """The sections of a file. Messages of the parser quote lines of the file, so none of them is passed on."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CredentialError(f"There is no credentials file at {file}.{hint}", "edgerc") from None
    except OSError as error:
        raise CredentialError(f"The credentials file {file} cannot be read: {error.strerror}.", "edgerc") from None
    except UnicodeDecodeError:
        raise CredentialError(f"The credentials file {file} is not text in UTF-8.", "edgerc") from None
    parser = configparser.ConfigParser(interpolation=None, default_section="", empty_lines_in_values=False)
    parser.optionxform = lambda optionstr: optionstr.replace("-", "_")  # type: ignore[method-assign]
    try:
        # Without indentation no line continues the one before it: an indented key is a key.
        parser.read_string("\n".join(line.strip() for line in text.splitlines()))
    except (configparser.DuplicateSectionError, configparser.DuplicateOptionError) as error:
        raise CredentialError(
            f"The credentials file {file} has a section or a key twice, at line {error.lineno}.", "edgerc"
        ) from None
    except configparser.MissingSectionHeaderError as error:
        raise CredentialError(
            f"The credentials file {file} has a key before the first [section], at line {error.lineno}.", "edgerc"
        ) from None
    except configparser.ParsingError as error:
        lines = _list(str(number) for number, _line in error.errors)
        raise CredentialError(
            f"The credentials file {file} is not of the form key = value at line {lines}.", "edgerc"
        ) from None
    return {name: {key: value.strip() for key, value in parser.items(name)} for name in parser.sections()}


def _credentials(values: Mapping[str, str], switch_key: str, max_body: str, source: str) -> Credentials:
    host = values["host"].removeprefix("https://").removeprefix("http://").rstrip("/").removesuffix(":443")
    if not host or any(character in host for character in "/ \t@?#"):
        raise CredentialError(f"The host of {source} is no host name: '{values['host']}'.", "host")
    if max_body and not (max_body.isascii() and max_body.isdigit()):
        raise CredentialError(f"max_body of {source} is no number: '{max_body}'.", "edgerc")
    return Credentials(
        host=host,
        client_token=values["client_token"],
        client_secret=values["client_secret"],
        access_token=values["access_token"],
        account_switch_key=switch_key or None,
        max_body=int(max_body) if max_body else MAX_BODY,
        source=source,
    )


def _text(value: object) -> str:
    """An empty value is an absent one."""
    return "" if value is None else str(value).strip()


def _absolute(path: str, home: Path) -> Path:
    if path == "~" or path.startswith("~/"):
        path = str(home / path[2:])
    return Path(os.path.abspath(path))


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
