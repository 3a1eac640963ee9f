# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conventions and small lookups: papi-v1.md 1, 3, 13; products, CP codes and edge host names: clients.md 4."""

from __future__ import annotations

import re
from typing import Any

import requests

from .harness import House, Row, play
from .papi_harness import (
    ACCOUNT,
    CG,
    CONTRACT,
    GROUP,
    STEM,
    TIME,
    WWW,
    call,
    expect,
    link_id,
    ok,
    rows,
    send,
    switch,
)

START = "papi"
BARE_IDS = {"PAPI-Use-Prefixes": "false"}


def named(items: list[dict[str, Any]], member: str, value: str) -> dict[str, Any]:
    found = [item for item in items if item[member] == value]
    assert len(found) == 1, f"{member} {value}: {found}"
    return found[0]


def the_groups(answer: requests.Response, house: House) -> None:
    items = answer.json()["groups"]["items"]
    top, sub = (named(items, "groupId", group_id) for group_id in ("grp_15166", "grp_15225"))
    assert (top["groupName"], sub["groupName"]) == ("Example", "Example web")
    assert "parentGroupId" not in top
    assert sub["parentGroupId"] == "grp_15166"
    assert top["contractIds"] == sub["contractIds"] == [CONTRACT]


def bare_groups(answer: requests.Response, house: House) -> None:
    items = answer.json()["groups"]["items"]
    assert named(items, "groupId", "15225")["parentGroupId"] == "15166"
    assert named(items, "groupId", "15225")["contractIds"] == ["C-0N7RAC7"]


def unprefixed_by_default(answer: requests.Response, house: House) -> None:
    assert send(house, "GET {P}/contracts", headers={"PAPI-Use-Prefixes": None}).json()["accountId"] == "A-CCT1234"
    assert send(house, "GET {P}/contracts").json()["accountId"] == ACCOUNT


def has_all(*wanted: str) -> Any:
    return lambda seen: isinstance(seen, list) and set(wanted) <= set(seen)


def names(*wanted: str, without: tuple[str, ...] = ()) -> Any:
    def look(items: Any) -> bool:
        seen = {item["name"] for item in items}
        return set(wanted) <= seen and not seen & set(without) and all("schemaLink" in item for item in items)

    return look


@rows(
    expect(
        "contracts",
        "GET {P}/contracts",
        200,
        has={
            "accountId": ACCOUNT,
            "contracts.items.#": 1,
            "contracts.items.0.contractId": CONTRACT,
            "contracts.items.0.contractTypeName": "DIRECT_CUSTOMER",
        },
    ),
    expect("groups", "GET {P}/groups", 200, has={"accountId": ACCOUNT, "accountName": str}, then=the_groups),
    expect("groups of v0", "GET /papi/v0/groups", 200, then=the_groups),
    expect("groups without prefixes", "GET {P}/groups", 200, headers=BARE_IDS, then=bare_groups),
    expect(
        "contracts without prefixes",
        "GET {P}/contracts",
        200,
        headers=BARE_IDS,
        has={"accountId": "A-CCT1234", "contracts.items.0.contractId": "C-0N7RAC7"},
    ),
    expect(
        "client settings",
        "GET {P}/client-settings",
        200,
        has={"ruleFormat": re.compile(r"^(latest|v\d{4}-\d\d-\d\d)$"), "usePrefixes": bool},
    ),
    expect(
        "client settings are kept",
        "GET {P}/client-settings",
        200,
        given=(call("PUT {P}/client-settings", {"ruleFormat": "v2024-02-12", "usePrefixes": True}),),
        has={"ruleFormat": "v2024-02-12", "usePrefixes": True},
    ),
    expect(
        "usePrefixes of the settings is the default that the header overrides",
        "PUT {P}/client-settings",
        200,
        {"ruleFormat": "v2025-10-16", "usePrefixes": False},
        has={"ruleFormat": "v2025-10-16", "usePrefixes": False},
        then=unprefixed_by_default,
    ),
    expect(
        "client settings take upgradeRules",
        "PUT {P}/client-settings",
        200,
        {"ruleFormat": "v2025-10-16", "usePrefixes": True, "upgradeRules": True},
        has={"upgradeRules": True},
    ),
    expect(
        "client settings refuse an unknown format",
        "PUT {P}/client-settings",
        400,
        {"ruleFormat": "v1999-01-01", "usePrefixes": True},
    ),
    expect(
        "client settings refuse a wrong type",
        "PUT {P}/client-settings",
        400,
        {"ruleFormat": 7, "usePrefixes": "yes"},
        type="json-mapping-error",
    ),
    expect(
        "client settings refuse what is not JSON", "PUT {P}/client-settings", 400, body=b"{", type="json-parse-error"
    ),
    expect(
        "rule formats",
        "GET {P}/rule-formats",
        200,
        has={
            "ruleFormats.items": has_all(
                "latest",
                "v2023-01-05",
                "v2023-05-30",
                "v2023-09-20",
                "v2024-02-12",
                "v2025-10-16",
                "v2026-01-09",
                "v2026-02-16",
                "v2026-05-05",
                "v2026-06-09",
            )
        },
    ),
    expect(
        "products",
        "GET {P}/products?contractId=ctr_C-0N7RAC7",
        200,
        has={
            "accountId": ACCOUNT,
            "contractId": CONTRACT,
            "products.items": lambda items: named(items, "productId", "prd_Fresca")["productName"],
        },
    ),
    expect("products need a contract", "GET {P}/products", 400),
    expect(
        "available behaviors",
        "GET {www}/versions/2/available-behaviors?",
        200,
        has={
            "contractId": CONTRACT,
            "groupId": GROUP,
            "productId": "prd_Fresca",
            "ruleFormat": "v2025-10-16",
            "behaviors.items": names("origin", "cpCode", "enforceMtlsSettings", "clientCertificateAuth", "logCustom"),
        },
    ),
    expect(
        "behaviors that an old format has not",
        "GET {older}/versions/1/available-behaviors?",
        200,
        has={"behaviors.items": names("origin", "logCustom", without=("enforceMtlsSettings", "clientCertificateAuth"))},
    ),
    expect(
        "available criteria",
        "GET {shop}/versions/2/available-criteria?",
        200,
        has={"ruleFormat": "v2026-02-16", "criteria.items": names("hostname", "clientCertificate")},
    ),
)
def test_lookups(row: Row, house: House) -> None:
    play(house, row, {})


WRONG_PAIR = "contractId=ctr_C-1FRYVV3&groupId=grp_16001"


@rows(
    expect("unknown path", "GET {P}/nothing-here", 404, type="http/not-found"),
    expect("unknown method", "DELETE {P}/groups", 405, type="http/method-not-allowed"),
    expect("unknown method on rules", "POST {www}/versions/1/rules?", 405, {}, type="http/method-not-allowed"),
    expect("a property elsewhere", "GET {www}", {403, 404}, section="other_account"),
    expect("no grant to write", "POST {www}/versions?", 403, {"createFromVersion": 2}, section="read_only"),
    expect("contract and group that are not its own", f"GET {{www}}?{WRONG_PAIR}", 403, type="http/forbidden"),
    expect("contract and group may be missing", "GET {www}", 200, has={"properties.items.0.propertyId": WWW}),
    expect("contract and group may be empty", "GET {www}?contractId=&groupId=", 200, has={"properties.items.#": 1}),
    expect(
        "contract and group without prefixes",
        "GET {www}?contractId=C-0N7RAC7&groupId=15225",
        200,
        has={"properties.items.0.contractId": CONTRACT},
    ),
    expect(
        "ids in the path without prefixes",
        "GET {P}/properties/200001/versions/2?",
        200,
        has={"propertyId": WWW, "versions.items.0.propertyVersion": 2},
    ),
    expect(
        "answers without prefixes",
        "GET {www}/versions/2?",
        200,
        headers=BARE_IDS,
        has={
            "propertyId": "200001",
            "accountId": "A-CCT1234",
            "contractId": "C-0N7RAC7",
            "groupId": "15225",
            "assetId": re.compile(r"^\d+$"),
            "versions.items.0.productId": "Fresca",
        },
    ),
    expect(
        "prefixes are the default",
        "GET {www}?",
        200,
        headers={"PAPI-Use-Prefixes": None},
        has={"properties.items.0.propertyId": WWW},
    ),
    expect("no media type on a read", "GET {www}?", 200, headers={"Accept": None, "Content-Type": None}),
    expect(
        "plain text is no write",
        "POST {www}/versions?",
        415,
        body=b"hello",
        headers={"Content-Type": "text/plain"},
        type="http/unsupported-media-type",
    ),
    expect("unknown query parameters are tolerated", "GET {www}?anything=1&", 200),
    expect(
        "account switch",
        "GET {P}/groups?accountSwitchKey=1-XYZ98%3A1-2RBL",
        200,
        section="switchable",
        has={"accountId": "act_A-CCT5678", "groups.items.0.groupId": "grp_16001"},
    ),
)
def test_conventions(row: Row, house: House) -> None:
    play(house, row, {})


@rows(
    expect("both missing", "GET {P}/properties", 400, type="problem-extracting-contract-group"),
    expect(
        "group missing", "GET {P}/properties?contractId=ctr_C-0N7RAC7", 400, type="problem-extracting-contract-group"
    ),
)
def test_contract_and_group_are_needed_on_lists(row: Row, house: House) -> None:
    play(house, row, {})


def test_prefixes_are_taken_in_bodies_too(house: House) -> None:
    body: dict[str, Any] = {"productId": "Fresca", "domainPrefix": "bare.example.com", "domainSuffix": "edgekey.net"}
    body |= {"secureNetwork": "ENHANCED_TLS", "certEnrollmentId": 10001, "ipVersionBehavior": "IPV4"}
    link = ok(house, "POST {P}/edgehostnames?", body).json()["edgeHostnameLink"]
    assert re.search(r"/edgehostnames/ehn_\d+\?", link)


# ------------------------------------------------------------------------------------- CP codes, edge host names


def new_cp_code_is_readable(answer: requests.Response, house: House) -> None:
    cp_code = link_id(answer.json(), "cpcodeLink")
    assert cp_code.startswith("cpc_")
    item = ok(house, f"GET {{P}}/cpcodes/{cp_code}?").json()["cpcodes"]["items"][0]
    assert item["cpcodeName"] == "fresh"
    assert item["productIds"] == ["prd_Fresca"]
    assert named(ok(house, "GET {P}/cpcodes?").json()["cpcodes"]["items"], "cpcodeId", cp_code) == item


def new_edge_hostname_is_readable(answer: requests.Response, house: House) -> None:
    edge = link_id(answer.json(), "edgeHostnameLink")
    assert edge.startswith("ehn_")
    item = ok(house, f"GET {{P}}/edgehostnames/{edge}?").json()["edgeHostnames"]["items"][0]
    assert item["edgeHostnameDomain"] == "fresh.example.com.edgekey.net"
    assert (item["domainPrefix"], item["domainSuffix"]) == ("fresh.example.com", "edgekey.net")
    assert item["secure"] is True
    assert item["ipVersionBehavior"] == "IPV6_COMPLIANCE"
    assert named(ok(house, "GET {P}/edgehostnames?").json()["edgeHostnames"]["items"], "edgeHostnameId", edge) == item


FRESH_EDGE = {
    "productId": "prd_Fresca",
    "domainPrefix": "fresh.example.com",
    "domainSuffix": "edgekey.net",
    "secureNetwork": "ENHANCED_TLS",
    "ipVersionBehavior": "IPV6_COMPLIANCE",
    "certEnrollmentId": 10001,
}


def without(body: dict[str, Any], *members: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in members}


@rows(
    expect(
        "CP codes",
        "GET {P}/cpcodes?",
        200,
        has={
            "accountId": ACCOUNT,
            "contractId": CONTRACT,
            "groupId": GROUP,
            "cpcodes.items": lambda items: {"cpc_400001", "cpc_400002"} <= {item["cpcodeId"] for item in items},
            "cpcodes.items.0.cpcodeName": str,
            "cpcodes.items.0.createdDate": TIME,
            "cpcodes.items.0.productIds": lambda ids: ids and all(i.startswith("prd_") for i in ids),
        },
    ),
    expect(
        "one CP code",
        "GET {P}/cpcodes/cpc_400001?",
        200,
        has={"cpcodes.items.#": 1, "cpcodes.items.0.cpcodeId": "cpc_400001"},
    ),
    expect("CP code without prefix", "GET {P}/cpcodes/400001?", 200, has={"cpcodes.items.0.cpcodeId": "cpc_400001"}),
    expect("no such CP code", "GET {P}/cpcodes/cpc_1?", 404, type="http/not-found"),
    expect(
        "new CP code",
        "POST {P}/cpcodes?",
        201,
        {"productId": "prd_Fresca", "cpcodeName": "fresh"},
        has={"cpcodeLink": re.compile(r"/papi/v0/cpcodes/cpc_\d+\?.+")},
        heads={"Location": re.compile(r".*/cpcodes/cpc_\d+.*")},
        then=new_cp_code_is_readable,
    ),
    expect("CP code without a product", "POST {P}/cpcodes?", 400, {"cpcodeName": "fresh"}),
    expect("CP code without a name", "POST {P}/cpcodes?", 400, {"productId": "prd_Fresca"}),
    expect(
        "edge host names",
        "GET {P}/edgehostnames?",
        200,
        has={
            "accountId": ACCOUNT,
            "contractId": CONTRACT,
            "groupId": GROUP,
            "edgeHostnames.items": lambda items: (
                named(items, "edgeHostnameId", "ehn_300001")["edgeHostnameDomain"] == "www.example.com.edgekey.net"
            ),
            "edgeHostnames.items.0.domainPrefix": str,
            "edgeHostnames.items.0.domainSuffix": "edgekey.net",
            "edgeHostnames.items.0.secure": True,
            "edgeHostnames.items.0.ipVersionBehavior": str,
            "edgeHostnames.items.0.productId": "prd_Fresca",
        },
    ),
    expect(
        "one edge host name",
        "GET {P}/edgehostnames/ehn_300003?",
        200,
        has={"edgeHostnames.items.#": 1, "edgeHostnames.items.0.edgeHostnameId": "ehn_300003"},
    ),
    expect("no such edge host name", "GET {P}/edgehostnames/ehn_1?", 404, type="http/not-found"),
    expect(
        "new edge host name",
        "POST {P}/edgehostnames?",
        201,
        FRESH_EDGE,
        has={"edgeHostnameLink": re.compile(r"/papi/v0/edgehostnames/ehn_\d+\?.+")},
        heads={"Location": re.compile(r".*/edgehostnames/ehn_\d+.*")},
        then=new_edge_hostname_is_readable,
    ),
    expect(
        "ENHANCED_TLS needs the enrollment", "POST {P}/edgehostnames?", 400, without(FRESH_EDGE, "certEnrollmentId")
    ),
    expect("edge host name without a prefix", "POST {P}/edgehostnames?", 400, without(FRESH_EDGE, "domainPrefix")),
    expect("edge host name without a suffix", "POST {P}/edgehostnames?", 400, without(FRESH_EDGE, "domainSuffix")),
    expect("edge host name without a product", "POST {P}/edgehostnames?", 400, without(FRESH_EDGE, "productId")),
)
def test_cp_codes_and_edge_hostnames(row: Row, house: House) -> None:
    play(house, row, {})


def test_missing_group_redirects_behind_the_switch(house: House) -> None:
    switch("papi_context", "redirect")(house)
    answer = send(house, "GET {plain}/versions")
    assert answer.status_code == 302
    link = answer.json()["redirectLink"]
    assert link.startswith("/papi/v1/properties/prp_900001/versions?")
    assert {"contractId", "groupId"} <= {part.split("=")[0] for part in link.split("?")[1].split("&")}
    assert answer.headers["Location"].startswith(house.ready["url"].rstrip("/"))


def test_problem_instances_name_the_request(house: House) -> None:
    document = send(house, "GET {P}/cpcodes/cpc_1?").json()
    assert re.match(r"^/?papi/v[01]/cpcodes/cpc_1\?" + re.escape(CG) + r"#\w+$", document["instance"])
    assert document["type"].startswith(STEM)
