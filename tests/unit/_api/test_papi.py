# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of PAPI: what they ask for and what they make of the answers."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._api import papi
from operations import Row, check, check_complete  # tests/support, by `pythonpath` in pyproject.toml

P = "/papi/v1"
C_AND_G = papi.Place("ctr_C-1", "grp_2")
#: What the query is when a place was given.
PLACED = {"contractId": "ctr_C-1", "groupId": "grp_2"}
READ: dict[str, Any] = {"write": False}


def items(member: str, *found: Any) -> dict[str, Any]:
    return {member: {"items": list(found)}}


PROPERTY = f"{P}/properties/prp_1"
PV = f"{PROPERTY}/versions/3"
TREE = {"rules": {"name": "default"}}
FULL = {"validateRules": True, "validateMode": "full"}
MADE_BY = "?contractId=ctr_C-1&groupId=grp_2"
ROWS = [
    Row(papi.list_groups, asks=f"GET {P}/groups", gets=items("groups", 1), makes=[1]),
    Row(papi.list_contracts, asks=f"GET {P}/contracts", gets=items("contracts", 1), makes=[1]),
    Row(papi.get_client_settings, asks=f"GET {P}/client-settings", gets={"a": 1}, makes={"a": 1}),
    Row(papi.list_rule_formats, asks=f"GET {P}/rule-formats", gets=items("ruleFormats", "latest"), makes=["latest"]),
    Row(
        papi.list_products,
        "ctr_C-1",
        asks=f"GET {P}/products",
        query_={"contractId": "ctr_C-1"},
        gets=items("products", 1),
        makes=[1],
    ),
    *(
        Row(
            papi.find_by_value,
            **{keyword: "x"},
            asks=f"POST {P}/search/find-by-value",
            body_={member: "x"},
            gets=items("versions", 1),
            makes=[1],
            **READ,
        )
        for keyword, member in (("property_name", "propertyName"), ("hostname",) * 2, ("edge_hostname", "edgeHostname"))
    ),
    Row(
        papi.list_properties, C_AND_G, asks=f"GET {P}/properties", query_=PLACED, gets=items("properties", 1), makes=[1]
    ),
    Row(papi.get_property, "prp_1", asks=f"GET {PROPERTY}", gets=items("properties", {"a": 1}), makes={"a": 1}),
    Row(
        papi.get_property,
        "prp_1",
        place=C_AND_G,
        asks=f"GET {PROPERTY}",
        query_=PLACED,
        gets=items("properties"),
        makes=None,
    ),
    Row(
        papi.create_property,
        C_AND_G,
        {"productId": "prd_1"},
        asks=f"POST {P}/properties",
        code=201,
        query_=PLACED,
        body_={"productId": "prd_1"},
        gets={"propertyLink": f"/papi/v0/properties/prp_9{MADE_BY}"},
        makes="prp_9",
    ),
    Row(papi.delete_property, "prp_1", place=C_AND_G, asks=f"DELETE {PROPERTY}", query_=PLACED, gets={}),
    Row(
        papi.list_edge_hostnames,
        C_AND_G,
        asks=f"GET {P}/edgehostnames",
        query_=PLACED,
        gets=items("edgeHostnames", 1),
        makes=[1],
    ),
    Row(
        papi.get_edge_hostname,
        "ehn_1",
        C_AND_G,
        asks=f"GET {P}/edgehostnames/ehn_1",
        query_=PLACED,
        gets=items("edgeHostnames", 1),
        makes=1,
    ),
    Row(
        papi.create_edge_hostname,
        C_AND_G,
        {"domainPrefix": "x"},
        asks=f"POST {P}/edgehostnames",
        code=201,
        query_=PLACED,
        body_={"domainPrefix": "x"},
        gets={"edgeHostnameLink": f"/papi/v0/edgehostnames/ehn_9{MADE_BY}"},
        makes="ehn_9",
    ),
    Row(papi.list_cp_codes, C_AND_G, asks=f"GET {P}/cpcodes", query_=PLACED, gets=items("cpcodes", 1), makes=[1]),
    Row(papi.list_versions, "prp_1", asks=f"GET {PROPERTY}/versions", gets=items("versions", 1), makes=[1]),
    Row(papi.get_version, "prp_1", 3, asks=f"GET {PV}", gets=items("versions", 1), makes=1),
    Row(
        papi.get_latest_version,
        "prp_1",
        activated_on="STAGING",
        asks=f"GET {PROPERTY}/versions/latest",
        query_={"activatedOn": "STAGING"},
        gets=items("versions", 1),
        makes=1,
    ),
    Row(
        papi.create_version,
        "prp_1",
        from_version=2,
        from_etag="abc",
        place=C_AND_G,
        asks=f"POST {PROPERTY}/versions",
        code=201,
        query_=PLACED,
        body_={"createFromVersion": 2, "createFromVersionEtag": "abc"},
        gets={"versionLink": f"/papi/v0/properties/prp_1/versions/3{MADE_BY}"},
        makes=3,
    ),
    *(
        Row(function, "prp_1", 3, asks=f"GET {PV}/available-{kind}", gets=items(kind, 1), makes=[1])
        for function, kind in ((papi.list_available_behaviors, "behaviors"), (papi.list_available_criteria, "criteria"))
    ),
    Row(papi.get_rules, "prp_1", 3, asks=f"GET {PV}/rules", query_=FULL, gets=TREE, makes=TREE),
    Row(
        papi.get_rules,
        "prp_1",
        3,
        validate=False,
        place=C_AND_G,
        asks=f"GET {PV}/rules",
        query_={**PLACED, "validateRules": False},
        gets=TREE,
        makes=TREE,
    ),
    Row(papi.get_rules_etag, "prp_1", 3, asks=f"HEAD {PV}/rules", code=204, headers={"etag": '"abc"'}, makes="abc"),
    *(
        Row(
            papi.put_rules,
            "prp_1",
            3,
            TREE,
            rule_format=rule_format,
            etag=etag,
            dry_run=dry_run,
            asks=f"PUT {PV}/rules",
            query_={**FULL, **({"dryRun": True} if dry_run else {})},
            body_=TREE,
            content_type=f"application/{content}json",
            headers_=match,
            write=not dry_run,
            gets=TREE,
            makes=TREE,
        )
        for rule_format, content, etag, match, dry_run in (
            ("v2025-10-16", "vnd.akamai.papirules.v2025-10-16+", "abc", {"If-Match": '"abc"'}, False),
            ("v2025-10-16", "vnd.akamai.papirules.v2025-10-16+", '"abc"', {"If-Match": '"abc"'}, True),
            ("latest", "", "abc", {"If-Match": '"abc"'}, False),
            (None, "", None, {}, False),
        )
    ),
    *(
        Row(
            papi.patch_rules,
            "prp_1",
            3,
            [{"op": "test"}],
            etag="abc",
            dry_run=dry_run,
            asks=f"PATCH {PV}/rules",
            query_={**FULL, **({"dryRun": True} if dry_run else {})},
            body_=[{"op": "test"}],
            content_type="application/json-patch+json",
            headers_={"If-Match": '"abc"'},
            write=not dry_run,
            gets=TREE,
            makes=TREE,
        )
        for dry_run in (False, True)
    ),
    Row(
        papi.get_hostnames,
        "prp_1",
        3,
        include_cert_status=True,
        asks=f"GET {PV}/hostnames",
        query_={"includeCertStatus": True},
        gets=items("hostnames"),
        makes=items("hostnames"),
    ),
    Row(
        papi.put_hostnames,
        "prp_1",
        3,
        [{"cnameFrom": "a"}],
        etag="abc",
        asks=f"PUT {PV}/hostnames",
        body_=[{"cnameFrom": "a"}],
        headers_={"If-Match": '"abc"'},
        gets=items("hostnames"),
        makes=items("hostnames"),
    ),
    Row(
        papi.patch_hostnames,
        "prp_1",
        3,
        add=[{"cnameFrom": "a"}],
        remove=["b"],
        etag=None,
        asks=f"PATCH {PV}/hostnames",
        body_={"add": [{"cnameFrom": "a"}], "remove": ["b"]},
        gets=items("hostnames"),
        makes=items("hostnames"),
    ),
    Row(
        papi.create_activation,
        "prp_1",
        {"network": "STAGING"},
        place=C_AND_G,
        asks=f"POST {PROPERTY}/activations",
        code=201,
        query_=PLACED,
        body_={"network": "STAGING"},
        gets={"activationLink": f"/papi/v0/properties/prp_1/activations/atv_4{MADE_BY}"},
        makes="atv_4",
    ),
    Row(papi.list_activations, "prp_1", asks=f"GET {PROPERTY}/activations", gets=items("activations", 1), makes=[1]),
    Row(
        papi.get_activation,
        "prp_1",
        "atv_4",
        asks=f"GET {PROPERTY}/activations/atv_4",
        gets=items("activations", 1),
        headers={"retry-after": "90"},
        makes=(1, 90.0),
    ),
    Row(
        papi.get_activation,
        "prp_1",
        "atv_4",
        asks=f"GET {PROPERTY}/activations/atv_4",
        gets=items("activations"),
        makes=(None, None),
    ),
    Row(
        papi.cancel_activation,
        "prp_1",
        "atv_4",
        asks=f"DELETE {PROPERTY}/activations/atv_4",
        gets=items("activations", 1),
        makes=1,
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_operation(row: Row) -> None:
    check(row)


def test_the_table_is_complete() -> None:
    check_complete(papi, ROWS)
