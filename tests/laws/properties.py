# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of properties share: other people's edits and activations, and results in few words."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from in_process import House
from starts_papi import RULE_NAME, property_of

PLAIN = "property without the rule"
EDITABLE = "property with a new version as yet unedited"
PUT_RULES = {"method": "PUT", "path": "/rules$"}


def problem(status: int, tail: str) -> dict[str, Any]:
    kind = f"https://problems.luna.akamaiapis.net/papi/v0/{tail}"
    return {"status": status, "body": {"type": kind, "title": "refused", "status": status, "detail": "Refused."}}


@contextmanager
def switched(house: House, **values: str) -> Iterator[None]:
    before = {name: value for name, value in house.control("GET", "/switches").items() if name in values}
    house.control.switch(**values)
    try:
        yield
    finally:
        house.control.switch(
            **{name: value["value"] if isinstance(value, dict) else value for name, value in before.items()}
        )


def steps(result: dict[str, Any]) -> list[str]:
    return [f"{s['verb']} {s['target']['version']}" + ("" if s["done"] else " (not done)") for s in result["plan"]]


def held(result: dict[str, Any]) -> tuple[int, int, bool]:
    shown = result["property"]
    return shown["property_version"], shown["base_version"], shown["created"]


def rule_in(version: dict[str, Any], name: str = RULE_NAME) -> dict[str, Any] | None:
    return next((r for r in version["rules"]["children"] if r["name"] == name), None)


def change(house: House, edit: Any, name: str = "www") -> None:
    """Edits the property in the state document, as somebody else would have."""
    state = house.control.state()
    edit(property_of(state, name))
    house.reset(state)
    house.control.forget_requests()


def copied(prop: dict[str, Any], number: int, **members: Any) -> dict[str, Any]:
    """A version more, as a copy of another one that was never active."""
    source = next(v for v in prop["versions"] if v["propertyVersion"] == number)
    new = {**copy.deepcopy(source), "stagingStatus": "INACTIVE", "productionStatus": "INACTIVE", **members}
    new["propertyVersion"] = len(prop["versions"]) + 1
    new["etag"] = f"{new['propertyVersion']:016x}"
    prop["versions"].append(new)
    return new


def activated(prop: dict[str, Any], number: int, *networks: str) -> None:
    """Somebody has activated a version on the networks."""
    for network in networks:
        prop[f"{network.lower()}Version"] = number
        prop["activations"] = [
            {**a, "status": "INACTIVE"} if a["network"] == network and a["status"] == "ACTIVE" else a
            for a in prop["activations"]
        ]
        for version in prop["versions"]:
            member = f"{network.lower()}Status"
            version[member] = "ACTIVE" if version["propertyVersion"] == number else "INACTIVE"
        prop["activations"].append({"propertyVersion": number, "network": network, "status": "ACTIVE"})
