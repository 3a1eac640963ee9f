# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Typical mistakes: each is told in one message that names what is wrong and what to do, and nothing is written."""

from __future__ import annotations

from typing import Any

import pytest
from in_process import House
from starts import ROOTS, enter, pems
from starts_cps import SAME

SET = {"ca_set_name": "partners"}
NEW = {**SET, "certificates": pems(ROOTS[2])}

#: Module, options, and the parts that the message has to have: what is wrong, then what to do.
MISTAKES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "a name mistyped": (
        "mets_ca_set_version",
        {**NEW, "ca_set_name": "partnres"},
        '"partnres" was not found. There are: partners.',
        "Check the name",
    ),
    "an id that is none": (
        "mets_ca_set_version",
        {"ca_set_id": "999", "certificates": pems(ROOTS[2])},
        "CA set 999 was not found. Check the id",
        "mets_ca_set_info",
    ),
    "an enrollment id that is none": (
        "cps_mtls_binding",
        {**SET, "enrollment_id": 5},
        "enrollment 5 was not found. Check the id",
        "cps_enrollment_info",
    ),
    "another contract": (
        "cps_mtls_binding",
        {**SAME, "contract_id": "ctr_C-NOPE"},
        'enrollment "www.example.com" of contract C-NOPE was not found',
        "Check the name and the contract",
    ),
    "a group for a contract": (
        "cps_mtls_binding",
        {**SAME, "contract_id": "grp_12"},
        "'grp_12' is the id of a group, not of a contract",
        "starts with ctr_",
    ),
    "a path in place of text": (
        "mets_ca_set_version",
        {**SET, "certificates": [{"pem": "certs/partner.pem"}]},
        "certificates[0].pem: looks like the name of a file",
        "give it as `path`",
    ),
    "an option mistyped": (
        "mets_ca_set_version",
        {**SET, "certificate": pems(ROOTS[2])},
        "Unsupported parameters for (edgetrust.akamai.mets_ca_set_version) module: certificate.",
        "Supported parameters include",
    ),
    "no certificate": ("mets_ca_set_version", SET, "No certificate is given", "`certificates_file`"),
    "days before today": (
        "mets_ca_set_version",
        {**NEW, "fail_if_expiring_within_days": -5},
        "fail_if_expiring_within_days: -5 is not between 0 and 36500",
        "Give a number of days",
    ),
    "clone_from without a name": (
        "mets_ca_set",
        {"ca_set_name": "copies", "clone_from": {"version": "1"}},
        "clone_from: One of ca_set_name and ca_set_id is required",
        "An empty value",
    ),
    "a description that is to change": (
        "mets_ca_set",
        {**SET, "description": "other"},
        "is empty and cannot be changed to 'other'",
        "take the option out",
    ),
    "a description that is too long": (
        "mets_ca_set",
        {"ca_set_name": "copies", "description": "x" * 256},
        "METS takes 255 at most",
        "`ansible-doc edgetrust.akamai.mets_ca_set`",
    ),
    "a prefix that no name has": (
        "mets_ca_set_info",
        {"name_prefix": "a b"},
        "/caSetNamePrefix",
        "Correct the field that the message names",
    ),
    "an activation id that is none": (
        "mets_activation_info",
        {**SET, "activation_id": "abc"},
        "activation_id: 'abc' is not the id of an activation",
        "Check the id",
    ),
    "a version to remove that is active": (
        "mets_ca_set_version",
        {**SET, "version": 1, "state": "absent"},
        "is active on STAGING",
        "`mets_activation: state=inactive`",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_cure(house: House, mistake: str) -> None:
    module, options, wrong, cure = MISTAKES[mistake]
    enter(house, "set active, newer editable")
    failed = house.run(module, **options)
    assert failed["failed"] and wrong in failed["msg"] and cure in failed["msg"], failed["msg"]
    assert "There is none at all" not in failed["msg"] or mistake == "another contract"
    assert house.writes() == []
