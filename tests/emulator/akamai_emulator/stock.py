# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the emulator holds without a seed: two accounts, their clients, and the stocks of the rooms put together."""

from __future__ import annotations

import datetime as dt

from .core import Document
from .cps import stock as cps
from .papi import stock as papi

MAIN = "A-CCT1234"
OTHER = "A-CCT5678"

SWITCH_KEYS = {MAIN: "1-ABC12:1-2RBL", OTHER: "1-XYZ98:1-2RBL"}
SECTIONS = (("default", "read_only", "no_mets", "switchable"), ("other_account",))
GRANTS: dict[str | None, dict[str, str | None]] = {
    "default": {"mets": "READ-WRITE", "cps": "READ-WRITE", "papi": "READ-WRITE"},
    "read_only": {"mets": "READ-ONLY", "cps": "READ-ONLY", "papi": "READ-ONLY"},
    "no_mets": {"mets": None, "cps": "READ-WRITE", "papi": "READ-WRITE"},
}
CONTRACTS: dict[str, dict[str, list[Document]]] = {
    MAIN: {
        "contracts": [{"contractId": "ctr_C-0N7RAC7", "contractTypeName": "DIRECT_CUSTOMER"}],
        "groups": [
            {"groupId": "grp_15166", "groupName": "Example", "contractIds": ["ctr_C-0N7RAC7"]},
            {
                "groupId": "grp_15225",
                "groupName": "Example web",
                "parentGroupId": "grp_15166",
                "contractIds": ["ctr_C-0N7RAC7"],
            },
        ],
    },
    OTHER: {
        "contracts": [{"contractId": "ctr_C-1FRYVV3", "contractTypeName": "DIRECT_CUSTOMER"}],
        "groups": [{"groupId": "grp_16001", "groupName": "Example other", "contractIds": ["ctr_C-1FRYVV3"]}],
    },
}


def document(now: dt.datetime) -> Document:
    """The stock as a seed: `now` dates it."""
    main: Document = {
        "ca_sets": [],
        "enrollments": cps.enrollments(now),
        "properties": papi.properties(now),
        "edge_hostnames": papi.edge_hostnames(now),
        "cp_codes": papi.cp_codes(now),
    }
    return {"accounts": {MAIN: main, OTHER: {}}}
