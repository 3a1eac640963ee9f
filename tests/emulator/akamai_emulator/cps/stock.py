# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The enrollments of an account without a seed: one of each validation type, deployed on both networks, unbound."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ..core import Document

CONTRACT = "C-0N7RAC7"
ADDRESS = {
    "addressLineOne": "1 Example Street",
    "city": "Cambridge",
    "region": "MA",
    "postalCode": "02142",
    "country": "US",
    "phone": "617-555-0111",
}
# id, validation type, common name, the other SAN, slot
ROWS = (
    (10001, "dv", "www.example.com", "api.example.com", 12001),
    (10002, "third-party", "shop.example.com", "pay.example.com", 12002),
    (10003, "ov", "ov.example.net", "www.ov.example.net", 12003),
    (10004, "ev", "ev.example.org", "www.ev.example.org", 12004),
)


def enrollments(now: dt.datetime) -> list[Document]:
    """Certificates, deployments and defaults are filled in by `complete`, as for any seed."""
    return [_enrollment(*row) for row in ROWS]


def _enrollment(number: int, kind: str, common_name: str, other: str, slot: int) -> Document:
    slots = [slot]
    network: dict[str, Any] = {
        "mustHaveCiphers": "ak-akamai-2020q1",
        "preferredCiphers": "ak-akamai-2020q1",
        "ocspStapling": "on",
        "disallowedTlsVersions": ["TLSv1", "TLSv1_1"],
        "dnsNameSettings": {"cloneDnsNames": False, "dnsNames": [common_name, other]},
    }
    return {
        "id": number,
        "contractId": CONTRACT,
        "validationType": kind,
        "csr": {
            "cn": common_name,
            "c": "US",
            "st": "MA",
            "l": "Cambridge",
            "o": "Example",
            "ou": "Web",
            "sans": [common_name, other],
        },
        "org": {"name": "Example", **ADDRESS},
        "adminContact": _contact("Admin", "Administrator"),
        "techContact": _contact("Tech", "Technical Engineer"),
        "networkConfiguration": network,
        "assignedSlots": slots,
        "stagingSlots": list(slots),
        "productionSlots": list(slots),
    }


def _contact(name: str, title: str) -> Document:
    return {
        "firstName": name,
        "lastName": "Example",
        "email": f"{name.lower()}@example.com",
        "title": title,
        "organizationName": "Example",
        **ADDRESS,
    }
