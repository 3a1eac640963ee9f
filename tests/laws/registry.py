# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module and state, with the starting states it is tried from. Nothing may be added without an entry here.

A row says which wish is made from which start, and how it ends: `changes`, `holds`, or the type of the failure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import registry_cps
import registry_papi
import registry_rules
from starts import ROOTS, pems
from wishes import Case, Twin, Wish, ends_from

SETS = (
    "stock",
    "set without version",
    "set editable",
    "set active on one",
    "set active on both",
    "set active, newer editable",
    "set was active",
    "set deleting",
    "set deleted",
    "set deleted and made again",
    "set deletion failed on one network",
    "activation running, same",
    "activation running, other",
    "activation failed",
    "deactivation running",
)


def ends(common: str, **others: str) -> dict[str, str]:
    """The ends from all starts of sets."""
    return ends_from(SETS, common, **others)


def _first(key: str) -> Callable[[dict[str, Any], dict[str, Any]], dict[str, Any] | None]:
    return lambda info, _result: next(iter(info[key]), None)


def _of_version(info: dict[str, Any], result: dict[str, Any]) -> dict[str, Any] | None:
    wanted = (result.get("ca_set_version") or {}).get("version")
    return next((v for v in info["ca_set_versions"] if v["version"] == wanted), None)


SET_TWIN = Twin("mets_ca_set_info", {"ca_set_name": "partners"}, _first("ca_sets"))
VERSION_TWIN = Twin("mets_ca_set_version_info", {"ca_set_name": "partners"}, _of_version)

WISHES: list[Wish] = [
    Wish(
        "mets_ca_set",
        "present",
        {"ca_set_name": "partners"},
        ends("holds", stock="changes", set_deleting="busy", set_deleted="changes"),
        "ca_set.CaSet",
        SET_TWIN,
    ),
    Wish(
        "mets_ca_set",
        "absent",
        {"ca_set_name": "partners"},
        ends(
            "changes",
            stock="holds",
            set_deleted="holds",
            set_deleting="holds",
            set_active_on_one="busy",
            set_active_on_both="busy",
            set_active__newer_editable="busy",
            activation_running__same="busy",
            activation_running__other="busy",
        ),
        "ca_set.CaSet",
        SET_TWIN,
    ),
    Wish(
        "mets_ca_set",
        "absent",
        {"ca_set_name": "partners", "deactivate": True},
        ends("changes", stock="holds", set_deleted="holds", set_deleting="holds"),
        "ca_set.CaSet",
        SET_TWIN,
        name="mets_ca_set absent, deactivated",
    ),
    Wish(
        "mets_ca_set",
        "present",
        {"ca_set_name": "copies", "clone_from": {"ca_set_name": "partners"}},
        ends(
            "changes",
            stock="not_found",
            set_without_version="not_found",
            set_deleting="busy",
            set_deleted="not_found",
            set_deleted_and_made_again="not_found",
        ),
        "ca_set.CaSet",
        Twin("mets_ca_set_info", {"ca_set_name": "copies"}, _first("ca_sets")),
        owned=("ca_sets",),
        name="mets_ca_set present, cloned",
    ),
    Wish(
        "mets_ca_set_version",
        "present",
        {"ca_set_name": "partners", "certificates": pems(ROOTS[0])},
        ends(
            "holds",
            stock="not_found",
            set_without_version="changes",
            set_deleting="busy",
            set_deleted="not_found",
            set_deleted_and_made_again="changes",
        ),
        "ca_set_version.CaSetVersion",
        VERSION_TWIN,
        name="mets_ca_set_version present, first content",
    ),
    Wish(
        "mets_ca_set_version",
        "present",
        {"ca_set_name": "partners", "certificates": pems(*ROOTS[1:]), "description": "new content"},
        ends("changes", stock="not_found", set_deleting="busy", set_deleted="not_found"),
        "ca_set_version.CaSetVersion",
        VERSION_TWIN,
        name="mets_ca_set_version present, new content",
    ),
    Wish(
        "mets_ca_set_version",
        "present",
        {"ca_set_name": "partners", "certificates": pems(ROOTS[2]), "certificates_mode": "add"},
        ends("changes", stock="not_found", set_deleting="busy", set_deleted="not_found"),
        "ca_set_version.CaSetVersion",
        VERSION_TWIN,
        name="mets_ca_set_version present, added",
    ),
    Wish(
        "mets_ca_set_version",
        "absent",
        {"ca_set_name": "partners", "version": 2},
        ends(
            "holds",
            set_active__newer_editable="changes",
            activation_running__other="busy",
        ),
        "ca_set_version.CaSetVersion",
        VERSION_TWIN,
    ),
    Wish(
        "mets_activation",
        "active",
        {"ca_set_name": "partners", "version": 1},
        ends(
            "changes",
            stock="not_found",
            set_without_version="not_found",
            set_active_on_both="holds",
            set_active__newer_editable="holds",
            set_deleting="busy",
            set_deleted="not_found",
            set_deleted_and_made_again="not_found",
            activation_running__same="holds",
        ),
        "activation.Activation",
        SET_TWIN,
    ),
    Wish(
        "mets_activation",
        "inactive",
        {"ca_set_name": "partners"},
        ends(
            "changes",
            stock="holds",
            set_without_version="holds",
            set_editable="holds",
            set_was_active="holds",
            set_deleting="holds",
            set_deleted="holds",
            set_deleted_and_made_again="holds",
            set_deletion_failed_on_one_network="holds",
            activation_failed="holds",
            deactivation_running="holds",
        ),
        "activation.Activation",
        SET_TWIN,
    ),
]

WISHES += registry_cps.WISHES + registry_papi.WISHES + registry_rules.WISHES

CASES = [Case(wish, start, end) for wish in WISHES for start, end in wish.ends.items()]
