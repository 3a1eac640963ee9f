# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The CPS modules of the registry."""

from __future__ import annotations

from typing import Any

from starts_cps import ENROLLMENTS, OTHER, SAME
from wishes import Twin, Wish, ends_from


def _binding(info: dict[str, Any], _result: dict[str, Any]) -> dict[str, Any] | None:
    found = next(iter(info["enrollments"]), None)
    return None if found is None else {**found, **found["binding"]}


def _enrollment(info: dict[str, Any], _result: dict[str, Any]) -> dict[str, Any] | None:
    return next(iter(info["enrollments"]), None)


BINDING_TWIN = Twin("cps_enrollment_info", {"common_name": "www.example.com"}, _binding)
ENROLLMENT_TWIN = Twin("cps_enrollment_info", {"common_name": "ov.example.net"}, _enrollment)


def ends(common: str, **others: str) -> dict[str, str]:
    return ends_from(ENROLLMENTS, common, **others)


WISHES = [
    Wish(
        "cps_mtls_binding",
        "present",
        SAME,
        ends(
            "holds",
            enrollment_unbound="changes",
            enrollment_bound_to_another="busy",
            enrollment_with_a_stranger_s_change_pending="busy",
            enrollment_whose_unbinding_is_on_its_way="busy",
            enrollment_awaiting_input="change-management",
            enrollment_whose_set_is_active_on_one_network_only="busy",
            enrollment_in_its_renewal_window="busy",
        ),
        "binding.CpsBinding",
        BINDING_TWIN,
        owned=("ca_sets",),
        enrollments=(10001,),
    ),
    Wish(
        "cps_mtls_binding",
        "present",
        {**OTHER, "when_bound_to_other": "replace", "pending_changes": "wait", "acknowledge_change_management": True},
        ends(
            "changes",
            enrollment_bound_to_another="holds",
            enrollment_with_a_stranger_s_change_pending="changes",
            enrollment_awaiting_input="change-management",
            enrollment_in_its_renewal_window="busy",
        ),
        "binding.CpsBinding",
        BINDING_TWIN,
        owned=("ca_sets",),
        enrollments=(10001,),
        name="cps_mtls_binding present, replaced",
    ),
    Wish(
        "cps_mtls_binding",
        "present",
        {**OTHER, "when_bound_to_other": "replace", "pending_changes": "cancel", "acknowledge_change_management": True},
        ends("changes", enrollment_bound_to_another="holds", enrollment_in_its_renewal_window="busy"),
        "binding.CpsBinding",
        BINDING_TWIN,
        owned=("ca_sets",),
        enrollments=(10001,),
        name="cps_mtls_binding present, pending ones cancelled",
    ),
    Wish(
        "cps_mtls_binding",
        "absent",
        {"common_name": "www.example.com", "pending_changes": "wait"},
        ends(
            "changes",
            enrollment_unbound="holds",
            enrollment_with_a_stranger_s_change_pending="holds",
            enrollment_whose_unbinding_is_on_its_way="holds",
            enrollment_whose_set_is_active_on_one_network_only="holds",
            enrollment_in_its_renewal_window="holds",
            enrollment_awaiting_input="change-management",
        ),
        "binding.CpsBinding",
        BINDING_TWIN,
        owned=("ca_sets",),
        enrollments=(10001,),
        name="cps_mtls_binding absent, whatever is bound",
    ),
    Wish(
        "cps_mtls_binding",
        "absent",
        SAME,
        ends(
            "holds",
            enrollment_bound_to_the_same="changes",
            enrollment_bound_with_other_options="changes",
            enrollment_whose_binding_is_on_its_way="busy",
            enrollment_awaiting_input="busy",
        ),
        "binding.CpsBinding",
        BINDING_TWIN,
        owned=("ca_sets",),
        enrollments=(10001,),
    ),
    Wish(
        "cps_enrollment",
        "absent",
        {"common_name": "ov.example.net"},
        ends("changes"),
        "enrollment_removal.EnrollmentRemoval",
        ENROLLMENT_TWIN,
        removed=(10003,),
    ),
]
