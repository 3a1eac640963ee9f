# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host names of a property version: papi-v1.md 11."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

from .harness import House, Row, play
from .papi_harness import (
    ACCOUNT,
    CONTRACT,
    ETAG,
    GROUP,
    STEM,
    WWW,
    Document,
    expect,
    host,
    hostnames_of,
    ok,
    rows,
    send,
    switch,
)

START = "papi"
HOSTNAMES = "{plain}/versions/1/hostnames"
GET, PUT, PATCH = (f"{method} {HOSTNAMES}?" for method in ("GET", "PUT", "PATCH"))
MTLS = {"caSetId": "12345", "checkClientOcsp": True, "sendCaSetClient": False}
TLS: Document = {"cipherProfile": "ak-akamai-2020q1", "disallowedTlsVersions": ["TLSv1", "TLSv1_1"]}
TLS |= {"stapleServerOcspResponse": True, "fipsMode": False}
CCM = host(
    "ccm.example.com",
    certProvisioningType="CCM",
    ccmCertificates={"rsaCertId": "10001"},
    mtls=MTLS,
    tlsConfiguration=TLS,
)


def lacking(item: Document, *members: str) -> Document:
    return {name: value for name, value in item.items() if name not in members}


def exactly(*names: str) -> Any:
    return lambda items: sorted(item["cnameFrom"] for item in items) == sorted(names)


def unchanged(answer: requests.Response, house: House) -> None:
    assert [item["cnameFrom"] for item in hostnames_of(house, "plain")] == ["plain.example.com"]


@rows(
    expect(
        "read",
        "GET {www}/versions/2/hostnames?",
        200,
        has={
            "accountId": ACCOUNT,
            "contractId": CONTRACT,
            "groupId": GROUP,
            "propertyId": WWW,
            "propertyName": "www",
            "propertyVersion": 2,
            "etag": ETAG,
            "hostnames.items": exactly("www.example.com", "api.example.com"),
            "hostnames.items.0.cnameType": "EDGE_HOSTNAME",
            "hostnames.items.0.edgeHostnameId": "ehn_300001",
            "hostnames.items.0.cnameTo": "www.example.com.edgekey.net",
            "hostnames.items.0.certProvisioningType": "CPS_MANAGED",
        },
        hasnot=("hostnames.items.0.certStatus",),
        heads={"ETag": re.compile(r'"[0-9a-f]+"')},
    ),
    expect("read under v0", f"GET /papi/v0/properties/{WWW}/versions/2/hostnames?", 200, has={"hostnames.items.#": 2}),
    expect(
        "read with both switches of the query",
        "GET {www}/versions/2/hostnames?validateHostnames=true&includeCertStatus=true&",
        200,
        has={"hostnames.items.#": 2},
    ),
    expect("no such version", "GET {www}/versions/99/hostnames?", 404, type="property-version/not-found"),
    expect(
        "replace",
        PUT,
        200,
        [host("a.example.com"), host("b.example.com")],
        has={
            "hostnames.items": exactly("a.example.com", "b.example.com"),
            "hostnames.items.0.edgeHostnameId": "ehn_300001",
            "etag": ETAG,
        },
    ),
    expect("replace by none", PUT, 200, [], has={"hostnames.items": []}),
    expect(
        "by the id of the edge host name alone",
        PUT,
        200,
        [{**lacking(host("a.example.com"), "cnameTo"), "edgeHostnameId": "ehn_300002"}],
        has={"hostnames.items.0.cnameTo": "api.example.com.edgekey.net"},
    ),
    expect(
        "by an id without prefix",
        PUT,
        200,
        [{**lacking(host("a.example.com"), "cnameTo"), "edgeHostnameId": "300002"}],
        has={"hostnames.items.0.edgeHostnameId": "ehn_300002"},
    ),
    expect(
        "what a client sends back is tolerated",
        f"PUT {HOSTNAMES}?validateHostnames=false&includeCertStatus=false&",
        200,
        [host("a.example.com", certStatus={"validationCname": {}})],
        has={"hostnames.items": exactly("a.example.com")},
    ),
    expect(
        "an object instead of a list",
        PUT,
        400,
        {"hostnames": [host("a.example.com")]},
        type="json-mapping-error",
        then=unchanged,
    ),
    expect("not JSON", PUT, 400, body=b"[", type="json-parse-error", then=unchanged),
    expect("an item that is a text", PUT, 400, ["a.example.com"], then=unchanged),
    expect("an item without cnameFrom", PUT, 400, [lacking(host("a.example.com"), "cnameFrom")], then=unchanged),
    expect(
        "neither cnameTo nor id",
        PUT,
        400,
        [lacking(host("a.example.com"), "cnameTo")],
        type="property-version-hostname/missing-cnameto-or-edgehostnameid",
        then=unchanged,
    ),
    expect(
        "an unknown edge host name",
        PUT,
        400,
        [host("a.example.com", cnameTo="no.example.com.edgekey.net")],
        type="property-version-hostname/bad-cnameto",
        then=unchanged,
    ),
    expect(
        "name and id of two edge host names",
        PUT,
        400,
        [host("a.example.com", edgeHostnameId="ehn_300002")],
        type="property-version-hostname/edgehostname-mismatch",
        then=unchanged,
    ),
    expect(
        "another type of name",
        PUT,
        501,
        [host("a.example.com", cnameType="CUSTOM")],
        type="property-version-hostname/unsupported-cnametype",
        then=unchanged,
    ),
    expect(
        "an unknown way of provisioning",
        PUT,
        400,
        [host("a.example.com", certProvisioningType="MAGIC")],
        then=unchanged,
    ),
    expect("as text", PUT, 415, body=b"[]", headers={"Content-Type": "text/plain"}, then=unchanged),
    expect("a reader", PUT, 403, [], section="read_only", then=unchanged),
    expect(
        "no such version, on write", "PUT {plain}/versions/9/hostnames?", 404, [], type="property-version/not-found"
    ),
    expect(
        "add",
        PATCH,
        200,
        {"add": [host("b.example.com")]},
        has={"hostnames.items": exactly("plain.example.com", "b.example.com"), "etag": ETAG},
    ),
    expect("remove", PATCH, 200, {"remove": ["plain.example.com"]}, has={"hostnames.items": []}),
    expect(
        "add and remove",
        PATCH,
        200,
        {"add": [host("b.example.com")], "remove": ["plain.example.com"]},
        has={"hostnames.items": exactly("b.example.com")},
    ),
    expect(
        "more than a property may have",
        PUT,
        429,
        [host(f"h{n}.example.com") for n in range(1001)],
        type="limit-exceeded",
        has={"limitKey": str, "instanceKey": str, "limit": 1000, "remaining": int},
        then=unchanged,
    ),
    expect("as many as a property may have", PUT, 200, [host(f"h{n}.example.com") for n in range(1000)]),
    expect("one name twice", PUT, 400, [host("a.example.com"), host("a.example.com")], then=unchanged),
    expect(
        "a name that its certificate does not cover",
        f"PUT {HOSTNAMES}?validateHostnames=true&",
        200,
        [host("uncovered.example.org")],
        has={"errors.0.type": re.compile(r".*/hostnames\.[a-z_]+"), "errors.0.detail": str},
    ),
    expect("remove what is not there", PATCH, {200, 400}, {"remove": ["absent.example.com"]}, then=unchanged),
    expect("add that is no list", PATCH, 400, {"add": host("b.example.com")}, then=unchanged),
    expect("remove that is no text", PATCH, 400, {"remove": [7]}, then=unchanged),
    expect("PATCH with a list", PATCH, 400, [host("b.example.com")], type="json-mapping-error", then=unchanged),
    expect(
        "PATCH with an unknown edge host name",
        PATCH,
        400,
        {"add": [host("b.example.com", cnameTo="no.example.com.edgekey.net")]},
        type="property-version-hostname/bad-cnameto",
        then=unchanged,
    ),
)
def test_hostnames(row: Row, house: House) -> None:
    play(house, row, {})


def the_link(answer: requests.Response, house: House) -> None:
    item = answer.json()["hostnames"]["items"][0]
    assert "/mtls-edge-truststore/v2/ca-sets/12345" in item["mtls"]["caSetLink"]
    assert item["ccmCertificates"]["rsaCertLink"] == "/ccm/v1/certificates/10001"


@rows(
    expect(
        "CCM with everything",
        PUT,
        200,
        [CCM],
        has={
            "hostnames.items.0.certProvisioningType": "CCM",
            "hostnames.items.0.ccmCertificates.rsaCertId": "10001",
            "hostnames.items.0.mtls.caSetId": "12345",
            "hostnames.items.0.mtls.checkClientOcsp": True,
            "hostnames.items.0.mtls.sendCaSetClient": False,
            "hostnames.items.0.tlsConfiguration": TLS,
        },
        then=the_link,
    ),
    expect("CCM without mtls", PUT, 200, [lacking(CCM, "mtls")], hasnot=("hostnames.items.0.mtls",)),
    expect(
        "CCM with both certificates",
        PUT,
        200,
        [{**CCM, "ccmCertificates": {"rsaCertId": "10001", "ecdsaCertId": "10002"}}],
        has={"hostnames.items.0.ccmCertificates.ecdsaCertId": "10002"},
    ),
    expect("CCM without a certificate", PUT, 400, [lacking(CCM, "ccmCertificates")], then=unchanged),
    expect("CCM with no certificate named", PUT, 400, [{**CCM, "ccmCertificates": {}}], then=unchanged),
    expect("mtls on a CPS host name", PUT, 400, [host("a.example.com", mtls=MTLS)], then=unchanged),
    expect(
        "tlsConfiguration on a CPS host name", PUT, 400, [host("a.example.com", tlsConfiguration=TLS)], then=unchanged
    ),
    expect(
        "ccmCertificates on a CPS host name",
        PUT,
        400,
        [host("a.example.com", ccmCertificates={"rsaCertId": "10001"})],
        then=unchanged,
    ),
    expect("a CA set as a number", PUT, 400, [{**CCM, "mtls": {**MTLS, "caSetId": 12345}}], then=unchanged),
    expect(
        "an empty cipher profile", PUT, 400, [{**CCM, "tlsConfiguration": {**TLS, "cipherProfile": ""}}], then=unchanged
    ),
    expect("DEFAULT", PUT, 200, [host("d.example.com", certProvisioningType="DEFAULT")], has={"hostnames.items.#": 1}),
    expect(
        "DEFAULT, not to be had",
        PUT,
        403,
        [host("d.example.com", certProvisioningType="DEFAULT")],
        given=(switch("papi_default_certs", "unavailable"),),
        type=STEM + "v0/property-version-hostname/default-cert-provisioning-unavailable",
        then=unchanged,
    ),
)
def test_certificates_of_hostnames(row: Row, house: House) -> None:
    play(house, row, {})


def test_the_status_of_a_default_certificate(house: House) -> None:
    ok(house, PUT, [host("d.example.com", certProvisioningType="DEFAULT")])
    item = ok(house, f"GET {HOSTNAMES}?includeCertStatus=true&").json()["hostnames"]["items"][0]
    status = item["certStatus"]
    assert {"hostname", "target"} <= set(status["validationCname"])
    assert isinstance(status["staging"][0]["status"], str)
    assert isinstance(status["production"][0]["status"], str)
    assert "certStatus" not in ok(house, GET).json()["hostnames"]["items"][0]


def test_the_status_of_ccm_certificates(house: House) -> None:
    sent = {**CCM, "ccmCertificates": {"rsaCertId": "10001", "ecdsaCertId": "10002"}}
    ok(house, PUT, [sent])
    item = ok(house, f"GET {HOSTNAMES}?includeCertStatus=true&").json()["hostnames"]["items"][0]
    named = {"rsaStagingStatus", "rsaProductionStatus", "ecdsaStagingStatus", "ecdsaProductionStatus"}
    assert set(item["ccmCertStatus"]) == named
    assert "ccmCertStatus" not in ok(house, GET).json()["hostnames"]["items"][0]
    # What only answers have is tolerated, and never stored.
    ok(house, PUT, [{**sent, "ccmCertStatus": {"rsaStagingStatus": "SENT"}}])
    assert "ccmCertStatus" not in hostnames_of(house, "plain")[0]


def test_a_list_without_mtls_takes_the_set_off(house: House) -> None:
    ok(house, PUT, [CCM])
    ok(house, PUT, [lacking(CCM, "mtls")])
    (item,) = hostnames_of(house, "plain")
    assert "mtls" not in item and item["ccmCertificates"]["rsaCertId"] == "10001"


def test_another_type_of_certificate_keeps_nothing_of_ccm(house: House) -> None:
    ok(house, PUT, [CCM])
    assert 400 <= send(house, PUT, [{**CCM, "certProvisioningType": "CPS_MANAGED"}]).status_code < 500
    ok(house, PUT, [host("ccm.example.com")])
    (item,) = hostnames_of(house, "plain")
    assert item["certProvisioningType"] == "CPS_MANAGED"
    assert not {"ccmCertificates", "mtls", "tlsConfiguration"} & set(item)


def test_what_a_read_shows_may_be_sent_back(house: House) -> None:
    ok(house, PUT, [CCM, host("b.example.com")])
    first = hostnames_of(house, "plain")
    ok(house, PUT, first)
    assert hostnames_of(house, "plain") == first


def test_ids_without_prefixes(house: House) -> None:
    document = ok(house, "GET {www}/versions/2/hostnames?", headers={"PAPI-Use-Prefixes": "false"}).json()
    assert document["propertyId"] == "200001"
    assert document["hostnames"]["items"][0]["edgeHostnameId"] == "300001"


def test_unknown_members_are_dropped(house: House) -> None:
    ccm = host("plain.example.com", certProvisioningType="CCM", ccmCertificates={"rsaCertId": "1", "colour": "red"})
    shown = ok(house, "PUT {plain}/versions/1/hostnames?", [{**ccm, "colour": "red"}]).json()["hostnames"]["items"][0]
    assert "colour" not in shown
    assert set(shown["ccmCertificates"]) == {"rsaCertId", "rsaCertLink"}


@pytest.mark.parametrize(("kind", "there"), [("DEFAULT", True), ("CPS_MANAGED", False)])
def test_the_limit_of_default_certificates_is_shown_where_there_are_some(kind: str, there: bool, house: House) -> None:
    answer = ok(house, "PUT {plain}/versions/1/hostnames?", [host("plain.example.com", certProvisioningType=kind)])
    assert ("X-Limit-Default-Certs-Per-Contract-Remaining" in answer.headers) is there
