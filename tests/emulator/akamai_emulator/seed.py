# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The seed and state document: reading it, checking its shape, filling what it leaves out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from . import stock
from .core import Account, Document, ShapeError

# Below an account. `*` is every element of a list.
SHAPE: tuple[tuple[str, type | tuple[type, ...], str], ...] = (
    ("contracts", list, "a list"),
    ("contracts/*", dict, "an object"),
    ("groups", list, "a list"),
    ("groups/*", dict, "an object"),
    ("groups/*/contractIds", list, "a list"),
    ("groups/*/contractIds/*", str, "text"),
    ("clients", list, "a list"),
    ("clients/*", dict, "an object"),
    ("clients/*/name", str, "text"),
    ("clients/*/grants", dict, "an object"),
    ("ca_sets", list, "a list"),
    ("ca_sets/*", dict, "an object"),
    ("ca_sets/*/caSetStatus", str, "text"),
    ("ca_sets/*/versions", list, "a list"),
    ("ca_sets/*/versions/*", dict, "an object"),
    ("ca_sets/*/versions/*/certificates", list, "a list"),
    ("ca_sets/*/versions/*/certificates/*", dict, "an object"),
    ("ca_sets/*/activations", list, "a list"),
    ("ca_sets/*/activations/*", dict, "an object"),
    ("enrollments", list, "a list"),
    ("enrollments/*", dict, "an object"),
    ("enrollments/*/deployed", dict, "an object"),
    ("enrollments/*/changes", list, "a list"),
    ("enrollments/*/changes/*", dict, "an object"),
    ("properties", list, "a list"),
    ("properties/*", dict, "an object"),
    ("properties/*/versions", list, "a list"),
    ("properties/*/versions/*", dict, "an object"),
    ("properties/*/versions/*/rules", dict, "an object"),
    ("properties/*/versions/*/hostnames", list, "a list"),
    ("properties/*/versions/*/hostnames/*", dict, "an object"),
    ("properties/*/activations", list, "a list"),
    ("properties/*/activations/*", dict, "an object"),
    ("edge_hostnames", list, "a list"),
    ("edge_hostnames/*", dict, "an object"),
    ("cp_codes", list, "a list"),
    ("cp_codes/*", dict, "an object"),
    ("counters", dict, "an object"),
    ("accountSwitchKey", str, "text"),
)
COLLECTIONS = ("ca_sets", "enrollments", "properties", "edge_hostnames", "cp_codes")


def read(path: str) -> Document:
    """A seed file, YAML or JSON. Raises ShapeError, also for a file that cannot be read."""
    try:
        document = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ShapeError("", f"cannot read {path}: {error}") from error
    return check(document)


def check(document: Any) -> Document:
    """Raises ShapeError with a pointer to the first member of the wrong type."""
    if not isinstance(document, dict):
        raise ShapeError("", "an object is expected")
    accounts = document.get("accounts")
    if not isinstance(accounts, dict) or not accounts:
        raise ShapeError("/accounts", "an object with at least one account is expected")
    for account_id, account in accounts.items():
        base = f"/accounts/{account_id}"
        if not isinstance(account, dict):
            raise ShapeError(base, "an object is expected")
        for path, kind, text in SHAPE:
            for pointer, value in _walk(account, path.split("/"), base):
                if value is not None and not isinstance(value, kind):
                    raise ShapeError(pointer, f"{text} is expected")
                if value is None and path.endswith("*"):
                    raise ShapeError(pointer, f"{text} is expected")
    return document


def _walk(value: Any, steps: list[str], pointer: str) -> Iterator[tuple[str, Any]]:
    if not steps:
        yield pointer, value
    elif steps[0] == "*":
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from _walk(item, steps[1:], f"{pointer}/{index}")
    elif isinstance(value, dict) and steps[0] in value:
        yield from _walk(value[steps[0]], steps[1:], f"{pointer}/{steps[0]}")


def fill(accounts: dict[str, Account], since: str) -> None:
    """What belongs to no service: contracts, groups, clients, the switch key and empty collections. `since` is an ISO time."""
    if len(accounts) == 1:
        second = stock.MAIN if stock.OTHER in accounts else stock.OTHER
        accounts[second] = Account(second, {})
    taken = {client.get("name") for account in accounts.values() for client in account.document.get("clients") or []}
    for number, account in enumerate(accounts.values()):
        document = account.document
        contract = stock.CONTRACTS.get(account.id, stock.CONTRACTS[stock.MAIN])
        for name, value in contract.items():
            if document.get(name) is None:
                document[name] = [dict(item) for item in value]
        for name in COLLECTIONS:
            if document.get(name) is None:
                document[name] = []
        if document.get("counters") is None:
            document["counters"] = {}
        if not document.get("accountSwitchKey"):
            document["accountSwitchKey"] = stock.SWITCH_KEYS.get(account.id) or _switch_key(account.id)
        if document.get("clients") is None:
            names = stock.SECTIONS[number] if number < len(stock.SECTIONS) else [f"account_{account.id}"]
            document["clients"] = [{"name": name} for name in names if name not in taken]
        _fill_clients(account, since)
    _check_clients(accounts)


def _switch_key(account_id: str) -> str:
    return f"1-{hashlib.sha256(account_id.encode()).hexdigest()[:5].upper()}:1-2RBL"


def _fill_clients(account: Account, since: str) -> None:
    for client in account.document["clients"]:
        grants = stock.GRANTS.get(client.get("name"), stock.GRANTS["default"])
        defaults = {
            "user": "automation",
            "active": True,
            "created": since,
            "accountSwitch": client.get("name") == "switchable",
        }
        for name, value in defaults.items():
            client.setdefault(name, value)
        if client.get("grants") is None:
            client["grants"] = dict(grants)


def _check_clients(accounts: dict[str, Account]) -> None:
    """Section names are the clients' identity in `edgerc`, so they are unique over all accounts."""
    seen: set[str] = set()
    for account in accounts.values():
        for index, client in enumerate(account.document["clients"]):
            pointer = f"/accounts/{account.id}/clients/{index}"
            name = client.get("name")
            if not isinstance(name, str) or not name.replace("_", "").replace("-", "").isalnum():
                raise ShapeError(f"{pointer}/name", "a section name of letters, digits, - and _ is expected")
            if name in seen:
                raise ShapeError(f"{pointer}/name", f"a second client named {name}")
            seen.add(name)
            for api, level in client["grants"].items():
                if level not in ("READ-WRITE", "READ-ONLY", None):
                    raise ShapeError(f"{pointer}/grants/{api}", "READ-WRITE, READ-ONLY or null is expected")
