# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of METS: what they ask for and what they make of the answers."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._api import mets
from operations import LATER, Row, check, check_complete  # tests/support, by `pythonpath` in pyproject.toml

B = "/mtls-edge-truststore/v2"
VERSION = {"certificates": [{"certificatePem": "x"}]}
V = f"{B}/ca-sets/7/versions/2"
READ: dict[str, Any] = {"write": False}
ROWS = [
    Row(
        mets.list_ca_sets,
        asks=f"GET {B}/ca-sets",
        query_={"caSetStatus": ("NOT_DELETED",)},
        gets={"caSets": [1]},
        makes=[1],
    ),
    Row(
        mets.list_ca_sets,
        prefix="a",
        activated_on="STAGING+PRODUCTION",
        statuses=None,
        asks=f"GET {B}/ca-sets",
        query_={"caSetNamePrefix": "a", "activatedOn": "STAGING+PRODUCTION"},
        gets={"caSets": []},
        makes=[],
    ),
    Row(mets.get_ca_set, "7", asks=f"GET {B}/ca-sets/7", gets={"a": 1}, makes={"a": 1}),
    Row(mets.get_ca_set, "7/x?", asks=f"GET {B}/ca-sets/7%2Fx%3F", gets={"a": 1}, makes={"a": 1}),
    Row(
        mets.create_ca_set,
        "n",
        "d",
        asks=f"POST {B}/ca-sets",
        code=201,
        body_={"caSetName": "n", "description": "d"},
        gets={"a": 1},
        makes={"a": 1},
    ),
    Row(mets.create_ca_set, "n", "", asks=f"POST {B}/ca-sets", code=201, body_={"caSetName": "n"}, gets={}, makes={}),
    Row(mets.delete_ca_set, "7", asks=f"DELETE {B}/ca-sets/7", code=202),
    Row(
        mets.get_delete_status,
        "7",
        asks=f"GET {B}/ca-sets/7/status/delete",
        code=202,
        gets={"a": 1},
        headers=LATER,
        makes=(202, {"a": 1}, 300.0),
    ),
    Row(mets.get_delete_status, "7", asks=f"GET {B}/ca-sets/7/status/delete", code=207, gets={}, makes=(207, {}, None)),
    Row(
        mets.list_associations,
        "7",
        asks=f"GET {B}/ca-sets/7/associations",
        gets={"associations": {"enrollments": None, "properties": [1]}},
        makes={"enrollments": [], "properties": [1]},
    ),
    Row(
        mets.list_activities,
        "7",
        start="s",
        asks=f"GET {B}/ca-sets/7/activities",
        query_={"start": "s"},
        gets={"activities": []},
        makes={"activities": []},
    ),
    Row(
        mets.list_set_activations,
        "7",
        asks=f"GET {B}/ca-sets/7/activations",
        gets={"activations": [1]},
        makes=[1],
    ),
    Row(
        mets.clone_ca_set,
        "7",
        "n",
        from_version=3,
        asks=f"POST {B}/ca-sets/7/clone",
        code=201,
        query_={"cloneFromVersion": 3},
        body_={"caSetName": "n"},
        gets={"a": 1},
        makes={"a": 1},
    ),
    Row(
        mets.create_version,
        "7",
        VERSION,
        asks=f"POST {B}/ca-sets/7/versions",
        code=201,
        body_=VERSION,
        gets={"a": 1},
        makes={"a": 1},
    ),
    Row(
        mets.list_versions,
        "7",
        include_certificates=True,
        active_only=True,
        statuses=("NOT_DELETED", "DELETED"),
        asks=f"GET {B}/ca-sets/7/versions",
        query_={
            "includeCertificates": True,
            "activeVersionsOnly": True,
            "caSetVersionStatus": ("NOT_DELETED", "DELETED"),
        },
        gets={"versions": [1]},
        makes=[1],
    ),
    Row(mets.list_versions, "7", asks=f"GET {B}/ca-sets/7/versions", gets={"versions": []}, makes=[]),
    Row(mets.get_version, "7", 2, asks=f"GET {V}", gets={"a": 1}, makes={"a": 1}),
    Row(mets.update_version, "7", 2, VERSION, asks=f"PUT {V}", body_=VERSION, gets={"a": 1}, makes={"a": 1}),
    Row(mets.delete_version, "7", 2, asks=f"DELETE {V}", code=204),
    Row(mets.clone_version, "7", 2, asks=f"POST {V}/clone", code=201, gets={"a": 1}, makes={"a": 1}),
    Row(
        mets.list_version_certificates,
        "7",
        2,
        status="EXPIRING",
        threshold_days=30,
        asks=f"GET {V}/certificates",
        query_={"certificateStatus": "EXPIRING", "expiryThresholdInDays": 30},
        gets={"certificates": [1]},
        makes=[1],
    ),
    *(
        Row(
            function,
            "7",
            2,
            "STAGING",
            asks=f"POST {V}/{verb}",
            code=202,
            body_={"network": "STAGING"},
            gets={"a": 1},
            headers=LATER,
            makes=({"a": 1}, 300.0),
        )
        for function, verb in ((mets.activate, "activate"), (mets.deactivate, "deactivate"))
    ),
    Row(mets.list_version_activations, "7", 2, asks=f"GET {V}/activations", gets={"activations": []}, makes=[]),
    Row(
        mets.get_activation,
        "7",
        2,
        9,
        asks=f"GET {V}/activations/9",
        code=202,
        gets={"a": 1},
        headers=LATER,
        makes=({"a": 1}, 300.0),
    ),
    Row(
        mets.validate_certificates,
        VERSION,
        asks=f"POST {B}/certificates/validate",
        body_=VERSION,
        gets={"a": 1},
        makes={"a": 1},
        **READ,
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_operation(row: Row) -> None:
    check(row)


def test_the_table_is_complete() -> None:
    check_complete(mets, ROWS)
