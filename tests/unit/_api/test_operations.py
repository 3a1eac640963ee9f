# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each operation: what it asks for, whether it counts as a write, and what it makes of the answer."""

from __future__ import annotations

import datetime as dt
import inspect
from types import ModuleType
from typing import Any

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._api import cps, grants, mets, papi
from ansible_collections.edgetrust.akamai.plugins.module_utils._api.links import last_segment
from ansible_collections.edgetrust.akamai.plugins.module_utils._wire.answers import Response

NOW = dt.datetime(2026, 11, 24, 9, 15, 30, tzinfo=dt.UTC)
LATER = {"date": "Tue, 24 Nov 2026 09:15:00 GMT", "retry-after": "Tue, 24 Nov 2026 09:20:00 GMT"}
C_AND_G = papi.Place("ctr_C-1", "grp_2")
B, E, P = "/mtls-edge-truststore/v2", "/cps/v2/enrollments", "/papi/v1"
#: What the query is when a place was given.
PLACED = {"contractId": "ctr_C-1", "groupId": "grp_2"}


class Clock:
    def now(self) -> dt.datetime:
        return NOW


class Session:
    """Keeps one request and gives one answer, if the operation counts on its status and on what it holds."""

    clock = Clock()

    def __init__(self, status: int, document: Any, headers: dict[str, str]) -> None:
        self.answer = Response(status, headers, document, "")
        self.seen: dict[str, Any] = {}

    def request(self, method: str, path: str, **options: Any) -> Response:
        self.seen = {"method": method, "path": path, "expect": (200,), "needs": "", **options}
        assert self.answer.status in self.seen["expect"]
        assert self.answer.has(self.seen["needs"])
        return self.answer


class Row:
    """One call and what it comes to. `query` is what is left when the absent members are gone."""

    def __init__(
        self,
        function: Any,
        *arguments: Any,
        asks: str,
        code: int = 200,
        gets: Any = None,
        makes: Any = None,
        headers: dict[str, str] | None = None,
        **sent: Any,
    ) -> None:
        keywords = {name: sent.pop(name) for name in list(sent) if name in inspect.signature(function).parameters}
        self.function, self.arguments, self.keywords = function, arguments, keywords
        self.method, self.path = asks.split(" ", 1)
        self.code, self.gets, self.makes, self.headers, self.sent = code, gets, makes, headers or {}, sent
        self.id = f"{function.__module__.rsplit('.', 1)[-1]}.{function.__name__}"


VERSION = {"certificates": [{"certificatePem": "x"}]}
V = f"{B}/ca-sets/7/versions/2"
READ: dict[str, Any] = {"write": False}
METS = [
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
            makes={"a": 1},
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


def media(kind: str) -> str:
    return f"application/vnd.akamai.cps.{kind}+json"


STATUS = {"enrollment": f"{E}/5", "changes": [f"{E}/5/changes/8", "/cps-api/enrollments/5/changes/9"]}
INPUT = "/cps-api/enrollments/5/changes/9/input"
ACK = {"acknowledgement": "acknowledge"}
PUT = {"accept": media("enrollment-status.v1"), "content_type": media("enrollment.v12")}
CPS = [
    Row(
        cps.list_enrollments,
        "ctr_C-1",
        asks=f"GET {E}",
        query_={"contractId": "C-1"},
        accept=media("enrollments.v12"),
        gets={"enrollments": [1]},
        makes=[1],
    ),
    Row(cps.list_enrollments, asks=f"GET {E}", accept=media("enrollments.v12"), gets={"enrollments": []}, makes=[]),
    Row(cps.get_enrollment, 5, asks=f"GET {E}/5", accept=media("enrollment.v12"), gets={"a": 1}, makes={"a": 1}),
    Row(
        cps.create_enrollment,
        "ctr_C-1",
        {"csr": {}},
        allow_duplicate_cn=True,
        asks=f"POST {E}",
        code=202,
        query_={"contractId": "C-1", "allow-duplicate-cn": True},
        body_={"csr": {}},
        gets=STATUS,
        makes=(5, 9),
        **PUT,
    ),
    Row(cps.update_enrollment, 5, {"a": 1}, asks=f"PUT {E}/5", code=202, body_={"a": 1}, gets=STATUS, makes=9, **PUT),
    Row(
        cps.update_enrollment,
        5,
        {"a": 1},
        allow_cancel_pending_changes=True,
        renewal_date_check_override=True,
        asks=f"PUT {E}/5",
        query_={"allow-cancel-pending-changes": True, "renewal-date-check-override": True},
        body_={"a": 1},
        gets={"enrollment": f"{E}/5", "changes": []},
        makes=None,
        **PUT,
    ),
    Row(cps.delete_enrollment, 5, asks=f"DELETE {E}/5", code=202, accept=PUT["accept"], gets=STATUS, makes=9),
    Row(
        cps.delete_enrollment,
        5,
        allow_cancel_pending_changes=True,
        asks=f"DELETE {E}/5",
        query_={"allow-cancel-pending-changes": True},
        accept=PUT["accept"],
        gets=None,
        makes=None,
    ),
    Row(
        cps.get_change,
        5,
        9,
        asks=f"GET {E}/5/changes/9",
        accept=media("change.v2"),
        gets={"statusInfo": {}},
        makes={"statusInfo": {}},
    ),
    Row(cps.cancel_change, 5, 9, asks=f"DELETE {E}/5/changes/9", accept=media("change-id.v1"), gets={}),
    *(
        Row(
            cps.get_input,
            f"{INPUT}/info/{segment}",
            asks=f"GET {E}/5/changes/9/input/info/{segment}",
            accept=media(kind),
            gets={"a": 1},
            makes={"a": 1},
        )
        for segment, kind in cps.INFO.items()
    ),
    *(
        Row(
            cps.give_input,
            f"{INPUT}/update/{segment}",
            ACK | extra,
            asks=f"POST {E}/5/changes/9/input/update/{segment}",
            code=204,
            body_=ACK | extra,
            accept=media("change-id.v1"),
            content_type=media(kind),
        )
        for segment, kind, extra in (
            *((segment, kind, {"hash": "h"}) for segment, kind in cps.UPDATE.items()),
            ("change-management-ack", "acknowledgement.v1", {}),
        )
    ),
    Row(
        cps.get_schedule,
        5,
        9,
        asks=f"GET {E}/5/changes/9/deployment-schedule",
        accept=media("deployment-schedule.v1"),
        gets={"notBefore": None},
        makes={"notBefore": None},
    ),
    Row(
        cps.set_schedule,
        5,
        9,
        {"notBefore": None},
        asks=f"PUT {E}/5/changes/9/deployment-schedule",
        body_={"notBefore": None},
        accept=media("change-id.v1"),
        content_type=media("deployment-schedule.v1"),
    ),
    Row(
        cps.get_deployments,
        5,
        asks=f"GET {E}/5/deployments",
        accept=media("deployments.v8"),
        gets={"a": 1},
        makes={"a": 1},
    ),
    Row(
        cps.get_deployment,
        5,
        "staging",
        asks=f"GET {E}/5/deployments/staging",
        accept=media("deployment.v8"),
        gets={"a": 1},
        makes={"a": 1},
    ),
    Row(
        cps.list_change_history,
        5,
        asks=f"GET {E}/5/history/changes",
        accept=media("change-history.v5"),
        gets={"changes": [1]},
        makes=[1],
    ),
    Row(
        cps.list_certificate_history,
        5,
        asks=f"GET {E}/5/history/certificates",
        accept=media("certificate-history.v2"),
        gets={"certificates": [1]},
        makes=[1],
    ),
]


def items(member: str, *found: Any) -> dict[str, Any]:
    return {member: {"items": list(found)}}


PROPERTY = f"{P}/properties/prp_1"
PV = f"{PROPERTY}/versions/3"
TREE = {"rules": {"name": "default"}}
FULL = {"validateRules": True, "validateMode": "full"}
MADE_BY = "?contractId=ctr_C-1&groupId=grp_2"
PAPI = [
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
SCOPE = {"scope": "https://luna.akamaiapis.net/-/scope/x/-/y"}
GRANTS = [Row(grants.get_grants, asks="GET /-/client-api/active-grants/implicit", gets=SCOPE, makes=SCOPE)]
ROWS = [*METS, *CPS, *PAPI, *GRANTS]


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_operation(row: Row) -> None:
    session = Session(row.code, row.gets, row.headers)
    assert row.function(session, *row.arguments, **row.keywords) == row.makes
    seen = session.seen
    assert (seen["method"], seen["path"]) == (row.method, row.path)
    query = {name: value for name, value in (seen.get("query") or {}).items() if value is not None}
    assert query == row.sent.get("query_", {})
    assert seen.get("body") == row.sent.get("body_")
    assert seen["write"] is row.sent.get("write", row.method not in ("GET", "HEAD"))
    prefixes = papi.PREFIXES if row.path.startswith(P) else {}
    assert dict(seen.get("headers") or {}) == prefixes | row.sent.get("headers_", {})
    for header in ("accept", "content_type"):
        default = "application/json" if row.path.startswith(P) and header == "content_type" else None
        assert seen.get(header) == row.sent.get(header, default)


@pytest.mark.parametrize("module", [mets, cps, papi, grants], ids=lambda module: module.__name__.rsplit(".", 1)[-1])
def test_every_operation_is_in_the_table_and_names_its_section(module: ModuleType) -> None:
    public = {
        name: function
        for name, function in vars(module).items()
        if inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert set(public) == {row.function.__name__ for row in ROWS if row.function.__module__ == module.__name__}
    for name, function in public.items():
        assert any(character.isdigit() for character in str(inspect.getdoc(function) or module.__doc__)), name


@pytest.mark.parametrize(
    ("link", "segment"),
    [
        ("/papi/v0/properties/prp_1/versions/6?contractId=ctr_1&groupId=grp_1", "6"),
        ("/cps-api/enrollments/5/changes/9/", "9"),
        ("https://host.example.com/cps/v2/enrollments/5", "5"),
        ("77", "77"),
    ],
)
def test_ids_come_from_the_end_of_links(link: str, segment: str) -> None:
    assert last_segment(link) == segment
