# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What official clients insist on with PAPI, row by row (clients.md 4); their whole ways: test_papi_lives.py."""

from __future__ import annotations

import re
from typing import Any

import pytest

from .clients import Go, last, line
from .harness import PAPI, House, look
from .papi_harness import (
    ACCOUNT,
    BASIC,
    CG,
    CONTRACT,
    ETAG,
    FINISH,
    GROUP,
    LOCKED,
    PLAIN,
    SHOP,
    WWW,
    Document,
    activation,
    host,
    tree,
)
from .test_papi_lives import plain

START = "papi"
P = f"{PAPI}/properties"
NEW = {"productId": "prd_Fresca", "propertyName": "fresh"}
HEAD = {"accountId": ACCOUNT, "contractId": CONTRACT, "groupId": GROUP}
PROBLEM = "https://problems.luna.akamaiapis.net/papi/v0/"


def has(document: Any, wanted: dict[str, type]) -> None:
    """Members by dotted path, with their JSON types."""
    for path, kind in wanted.items():
        assert type(look(document, path)) is kind, (path, document)


@line("4", "create a property")
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"ruleFormat": "v2025-10-16"},
        {"ruleFormat": "latest"},
        {"cloneFrom": {"propertyId": WWW, "version": 2}},
        {"cloneFrom": {"propertyId": WWW, "version": 2, "copyHostnames": False}},
        {"cloneFrom": {"propertyId": WWW, "version": 2, "copyHostnames": True, "cloneFromVersionEtag": "{etag}"}},
        {"useHostnameBucket": False},
        {"useHostnameBucket": True},
    ],
    ids=str,
)
def test_creation(house: House, more: dict[str, Any]) -> None:
    go = Go(house)
    if more.get("cloneFrom", {}).get("cloneFromVersionEtag"):
        etag = go.call("GET", f"{P}/{WWW}/versions/2?{CG}", 200)["versions"]["items"][0]["etag"]
        more = {"cloneFrom": more["cloneFrom"] | {"cloneFromVersionEtag": etag}}
    made = go.call("POST", f"{P}?{CG}", 201, NEW | more)
    assert set(made) == {"propertyLink"}
    number = last(made["propertyLink"])
    assert re.fullmatch(r"prp_\d+", number)
    item = go.call("GET", f"{P}/{number}?{CG}", 200)["properties"]["items"][0]
    assert (item["propertyId"], item["propertyName"], item["latestVersion"]) == (number, "fresh", 1)
    rules = go.call("GET", f"{P}/{number}/versions/1/rules?{CG}", 200)
    assert rules["ruleFormat"] == more.get("ruleFormat", rules["ruleFormat"])
    hostnames = go.call("GET", f"{P}/{number}/versions/1/hostnames?{CG}", 200)["hostnames"]["items"]
    assert len(hostnames) == (2 if more.get("cloneFrom", {}).get("copyHostnames") else 0)


@line("4", "delete one")
def test_deletion(house: House) -> None:
    go = Go(house)
    assert go.send("DELETE", f"{P}/{WWW}?{CG}").status_code >= 400
    assert isinstance(go.call("DELETE", f"{P}/{PLAIN}?{CG}", 200)["message"], str)
    assert go.send("GET", f"{P}/{PLAIN}?{CG}").status_code in (403, 404)


@line("4", "products")
def test_products(house: House) -> None:
    shown = Go(house).call("GET", f"{PAPI}/products?contractId={CONTRACT}", 200)
    assert {name: shown[name] for name in ("accountId", "contractId")} == {"accountId": ACCOUNT, "contractId": CONTRACT}
    assert shown["products"]["items"]
    for item in shown["products"]["items"]:
        has(item, {"productId": str, "productName": str})
        assert item["productId"].startswith("prd_")


EDGE = {"productId": "prd_Fresca", "domainPrefix": "fresh.example.com", "ipVersionBehavior": "IPV4"}


@line("4", "edge host names")
@pytest.mark.parametrize(
    "kind",
    [
        {"domainSuffix": "edgekey.net", "secureNetwork": "ENHANCED_TLS", "certEnrollmentId": 10001},
        {"domainSuffix": "edgekey.net", "secureNetwork": "ENHANCED_TLS", "certEnrollmentId": 10001, "slotNumber": 5},
        {"domainSuffix": "edgesuite.net", "secureNetwork": "STANDARD_TLS"},
        {"domainSuffix": "akamaized.net", "secureNetwork": "SHARED_CERT"},
    ],
    ids=lambda kind: f"{kind['secureNetwork']} {kind.get('slotNumber', '')}",
)
def test_edge_host_names(house: House, kind: dict[str, Any]) -> None:
    go = Go(house)
    made = go.call("POST", f"{PAPI}/edgehostnames?{CG}", 201, EDGE | kind)
    assert set(made) == {"edgeHostnameLink"}
    one = go.call("GET", f"{PAPI}/edgehostnames/{last(made['edgeHostnameLink'])}?{CG}", 200)
    listed = go.call("GET", f"{PAPI}/edgehostnames?{CG}", 200)
    assert {name: one[name] for name in HEAD} == {name: listed[name] for name in HEAD} == HEAD
    (item,) = one["edgeHostnames"]["items"]
    assert item in listed["edgeHostnames"]["items"]
    texts = ("edgeHostnameId", "edgeHostnameDomain", "productId", "domainPrefix", "domainSuffix", "status")
    has(item, dict.fromkeys((*texts, "ipVersionBehavior"), str) | {"secure": bool, "useCases": list})
    assert item["edgeHostnameDomain"] == f"fresh.example.com.{kind['domainSuffix']}"


@line("4", "edge host names")
def test_enhanced_tls_needs_its_enrollment(house: House) -> None:
    body = EDGE | {"domainSuffix": "edgekey.net", "secureNetwork": "ENHANCED_TLS"}
    assert Go(house).send("POST", f"{PAPI}/edgehostnames?{CG}", body).status_code == 400


@line("4", "CP codes")
def test_cp_codes(house: House) -> None:
    go = Go(house)
    made = go.call("POST", f"{PAPI}/cpcodes?{CG}", 201, {"productId": "prd_Fresca", "cpcodeName": "fresh"})
    assert set(made) == {"cpcodeLink"}
    one = go.call("GET", f"{PAPI}/cpcodes/{last(made['cpcodeLink'])}?{CG}", 200)
    (item,) = one["cpcodes"]["items"]
    has(item, {"cpcodeId": str, "cpcodeName": str, "createdDate": str, "productIds": list})
    assert item["cpcodeId"].startswith("cpc_")
    assert item["productIds"] == ["prd_Fresca"]
    assert item in go.call("GET", f"{PAPI}/cpcodes?{CG}", 200)["cpcodes"]["items"]


@line("4", "host names")
def test_host_names(house: House) -> None:
    """A bare array, the two queries, and an empty `certStatus` that is tolerated."""
    body = [host("plain.example.com", certStatus={"validationCname": {}}), host("other.example.com")]
    path = f"{P}/{PLAIN}/versions/1/hostnames?{CG}&validateHostnames=false&includeCertStatus=false"
    shown = Go(house).call("PUT", path, 200, body)
    assert [item["cnameFrom"] for item in shown["hostnames"]["items"]] == ["plain.example.com", "other.example.com"]
    assert ETAG.match(shown["etag"])


SENT = tree(
    {**BASIC, "comments": "mTLS"},
    variables=[
        {"name": "PMUSER_B", "value": "b", "description": None, "hidden": False, "sensitive": False},
        {"name": "PMUSER_A", "value": None, "description": "a", "hidden": True, "sensitive": False},
    ],
)


@line("4", "rules")
@pytest.mark.parametrize("normalise", ["off", "on"])
def test_rules(house: House, normalise: str) -> None:
    """Nothing but what Terraform forgives with the switch off; with it on the server's own additions show."""
    house.control.switch(papi_normalise=normalise)
    go = Go(house)
    path = f"{P}/{PLAIN}/versions/1/rules?{CG}"
    go.call("PUT", f"{path}&validateRules=true&validateMode=full", 200, {"rules": SENT, "comments": "by hand"})
    shown = go.call("GET", f"{path}&validateRules=true&validateMode=full", 200)
    assert (sorted_variables(plain(shown["rules"])) == sorted_variables(plain(SENT))) == (normalise == "off")
    assert shown["comments"] == "by hand"


def sorted_variables(rules: Document) -> Document:
    return rules | {"variables": sorted(rules["variables"], key=lambda one: str(one["name"]))}


def started(go: Go, version: int = 1, network: str = "STAGING", prop: str = PLAIN, **more: Any) -> str:
    body = activation(version, network, **more)
    return (
        f"{P}/{prop}/activations/{last(go.call('POST', f'{P}/{prop}/activations?{CG}', 201, body)['activationLink'])}"
    )


@line("4", "activation")
def test_activation(house: House) -> None:
    go = Go(house)
    record = {"complianceRecord": {"noncomplianceReason": "NO_PRODUCTION_TRAFFIC"}}
    first = started(go)
    assert go.call("GET", f"{first}?{CG}", 200)["activations"]["items"][0]["status"] in ("NEW", "PENDING")
    house.control.advance(200)
    assert go.call("GET", f"{first}?{CG}", 200)["activations"]["items"][0]["status"] == "PENDING"
    started(go, network="PRODUCTION", **record)
    house.control.advance(FINISH)
    started(go, 1, prop=SHOP)
    listed = go.call("GET", f"{P}/{PLAIN}/activations?{CG}", 200)["activations"]["items"]
    listed += go.call("GET", f"{P}/{SHOP}/activations?{CG}", 200)["activations"]["items"]
    assert len(listed) > 3
    for item in listed:
        assert item["submitDate"].endswith("Z")
        assert item.get("complianceRecord") is None
    moments = [item["updateDate"] for item in listed]
    assert len(set(moments)) == len(moments)
    assert len({len(moment) for moment in moments if moment.startswith("20")}) == 1
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", moment) for moment in moments)


@line("4", "deactivation")
@pytest.mark.parametrize("end", ["ACTIVE", "DEACTIVATED"])
def test_deactivation(house: House, end: str) -> None:
    """The default is `ACTIVE`; either way the entry that it ended leaves `ACTIVE`."""
    if end == "DEACTIVATED":
        house.control.switch(papi_deactivation_end=end)
    go = Go(house)
    first = started(go)
    house.control.advance(FINISH)
    assert go.call("GET", f"{first}?{CG}", 200)["activations"]["items"][0]["status"] == "ACTIVE"
    second = started(go, activationType="DEACTIVATE")
    house.control.advance(FINISH)
    item = go.call("GET", f"{second}?{CG}", 200)["activations"]["items"][0]
    assert (item["activationType"], item["status"]) == ("DEACTIVATE", end)
    assert go.call("GET", f"{first}?{CG}", 200)["activations"]["items"][0]["status"] != "ACTIVE"
    assert go.call("GET", f"{P}/{PLAIN}?{CG}", 200)["properties"]["items"][0]["stagingVersion"] is None


PREFIXED = {
    "accountId": "act_",
    "contractId": "ctr_",
    "groupId": "grp_",
    "parentGroupId": "grp_",
    "propertyId": "prp_",
    "productId": "prd_",
    "assetId": "aid_",
    "edgeHostnameId": "ehn_",
    "cpcodeId": "cpc_",
    "activationId": "atv_",
}


@line("4", "ids")
@pytest.mark.parametrize("prefixes", [True, False])
@pytest.mark.parametrize(
    "path",
    [
        *(f"{PAPI}/groups", f"{PAPI}/contracts", f"{PAPI}/products?contractId={CONTRACT}"),
        *(f"{PAPI}/edgehostnames?{CG}", f"{PAPI}/cpcodes?{CG}", f"{P}?{CG}", f"{P}/{WWW}?{CG}"),
        *(f"{P}/{WWW}/versions/2{tail}?{CG}" for tail in ("", "/rules", "/hostnames")),
        f"{P}/{WWW}/activations?{CG}",
    ],
)
def test_ids(house: House, path: str, prefixes: bool) -> None:
    answer = house.client().send("GET", path, headers={"PAPI-Use-Prefixes": str(prefixes).lower()})
    found = list(ids(answer.json()))
    assert found
    for name, value in found:
        assert isinstance(value, str), (name, value)
        assert value.startswith(PREFIXED[name]) == prefixes, (name, value)


def ids(node: Any) -> Any:
    for name, value in node.items() if isinstance(node, dict) else ():
        if name in PREFIXED:
            yield name, value
        elif name == "contractIds":
            yield from (("contractId", item) for item in value)
        elif name != "rules":
            yield from ids(value)
    for item in node if isinstance(node, list) else ():
        yield from ids(item)


@line("4", "ids")
def test_contract_and_group_may_be_missing(house: House) -> None:
    go = Go(house)
    go.call("GET", f"{P}/{PLAIN}", 200)
    body = activation(1)
    made = go.call("POST", f"{P}/{PLAIN}/activations", 201, body)
    go.call("GET", f"{P}/{PLAIN}/activations/{last(made['activationLink'])}", 200)
    go.call("GET", f"{P}/{PLAIN}/activations", 200)
    go.call("DELETE", f"{P}/{PLAIN}/activations/{last(made['activationLink'])}", 200)
    for query in ("", "?contractId=&groupId="):
        go.call("GET", f"{P}/{PLAIN}{query}", 200)
    go.call("DELETE", f"{P}/{PLAIN}", 200)


@line("4", "error types, full text matters")
def test_no_default_certificates(house: House) -> None:
    house.control.switch(papi_default_certs="unavailable")
    kind = PROBLEM + "property-version-hostname/default-cert-provisioning-unavailable"
    body = [host("plain.example.com", certProvisioningType="DEFAULT")]
    Go(house).error("PUT", f"{P}/{PLAIN}/versions/1/hostnames?{CG}", 403, kind, body)


@line("4", "error types, full text matters")
def test_a_certificate_that_is_not_deployed(house: House) -> None:
    house.control.switch(papi_ccm_certificate="not_deployed")
    ccm = host("plain.example.com", certProvisioningType="CCM", ccmCertificates={"rsaCertId": "1"})
    Go(house).call("PUT", f"{P}/{PLAIN}/versions/1/hostnames?{CG}", 200, [ccm])
    answer = Go(house).send("POST", f"{P}/{PLAIN}/activations?{CG}", activation(1))
    assert answer.status_code == 400
    kinds = [item["type"] for item in answer.json()["errors"]]
    assert kinds == [PROBLEM + "activation/unauthorized_third_party_cert_for_hostname"]


@line("4", "`locked`")
def test_locked_is_boolean_or_null(house: House) -> None:
    go = Go(house)
    shown = go.call("GET", f"{P}/{LOCKED}/versions/1/rules?{CG}", 200)
    assert True in list(members(shown, "locked"))
    path = f"{P}/{PLAIN}/versions/1/rules?{CG}"
    for value in (True, False, None):
        behavior = {"name": "denyAccess", "options": {"reason": "no"}, "locked": value}
        go.call("PUT", path, 200, {"rules": tree({**BASIC, "behaviors": [behavior]})})
        assert list(members(go.call("GET", path, 200), "locked")) == [value]
        if value is True:  # it cannot be changed any more, so the rest goes on a version made of the first
            path = f"{P}/prp_900002/versions/1/rules?{CG}"
    assert (
        go.send("PUT", path, {"rules": tree({**BASIC, "behaviors": [{**behavior, "locked": "no"}]})}).status_code == 400
    )


@line("4", "`locked`")
def test_numbers_of_a_fall_back(house: House) -> None:
    go = Go(house)
    started(go)
    house.control.advance(FINISH)
    go.call("POST", f"{P}/{PLAIN}/versions?{CG}", 201, {"createFromVersion": 1})
    second = started(go, 2)
    house.control.advance(3700)
    found = go.call("GET", f"{second}?{CG}", 200)["activations"]["items"][0]["fallbackInfo"]
    has(found, dict.fromkeys(("fallbackVersion", "steadyStateTime", "fastFallbackExpirationTime"), int))
    assert (type(found["canFastFallback"]), type(found["fastFallbackAttempted"])) == (bool, bool)


def members(node: Any, name: str) -> Any:
    """Every value of a member of this name, at any depth."""
    for key, value in node.items() if isinstance(node, dict) else ():
        if key == name:
            yield value
        yield from members(value, name)
    for item in node if isinstance(node, list) else ():
        yield from members(item, name)
