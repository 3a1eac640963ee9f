# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of activations share: the wish, and what came of it in few words."""

from __future__ import annotations

from typing import Any

from in_process import House
from starts_papi import MAIL, property_of

UNRELEASED = "property with the rule, unreleased"
THREE = {"property_name": "www", "version": 3, "acknowledge_warnings": True, **MAIL}
OFF = {"property_name": "www", "state": "inactive", **MAIL}
GONE = {"allow_outage": ["delete_live_hostname"]}
POST = {"method": "POST", "path": "/activations$"}


def steps(result: dict[str, Any]) -> list[str]:
    return [
        f"{s['verb']} {s['target']['version']} {s['target']['network']}" + ("" if s["done"] else " (not done)")
        for s in result["plan"]
    ]


def live(house: House) -> tuple[Any, Any]:
    prop = property_of(house.control.state())
    return prop["stagingVersion"], prop["productionVersion"]


def started(house: House) -> list[tuple[str, str, int]]:
    """The activations that were asked for since the start, in order."""
    return [
        (r["body"]["activationType"], r["body"]["network"], r["body"]["propertyVersion"])
        for r in house.control.requests(write=True)
        if r["path"].endswith("/activations") and r["status"] == 201
    ]
