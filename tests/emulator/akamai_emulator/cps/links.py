# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What other rooms ask of CPS."""

from __future__ import annotations

from collections.abc import Iterator

from ..core import Account, Document
from . import model


def bindings(account: Account) -> Iterator[Document]:
    """Each CA set that an enrollment's deployed configuration binds on a network.

    `{"enrollmentId": int, "cn": str, "setId": str, "stagingSlots": [int], "productionSlots": [int]}`; slots only where
    the binding is deployed. An enrollment with another set on staging than on production comes twice.
    """
    for enrollment in account.document["enrollments"]:
        slots: dict[str, dict[str, list[int]]] = {}
        for network in ("staging", "production"):
            place = model.deployed(enrollment, network)
            bound = place and model.set_id(place["networkConfiguration"])
            if bound:
                slots.setdefault(bound, {})[network] = list(enrollment[f"{network}Slots"])
        for bound, by_network in slots.items():
            yield {
                "enrollmentId": enrollment["id"],
                "cn": enrollment["csr"]["cn"],
                "setId": bound,
                "stagingSlots": by_network.get("staging", []),
                "productionSlots": by_network.get("production", []),
            }


def enrollments_covering(account: Account, hostname: str) -> list[Document]:
    """Enrollments whose common name or a SAN (wildcards: one label) matches `hostname`."""
    return [enrollment for enrollment in account.document["enrollments"] if model.covers(enrollment, hostname)]
