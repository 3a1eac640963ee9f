# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host names of a property version: papi-v1.md 11."""

from __future__ import annotations

import re
from typing import Any

import requests

from .harness import House
from .papi_harness import (
    ACCOUNT,
    CONTRACT,
    ETAG,
    GROUP,
    STEM,
    WWW,
    Document,
    Row,
    host,
    hostnames_of,
    ok,
    rows,
    run,
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
    Row(
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
        answers={"ETag": r'^"[0-9a-f]+"$'},
    ),
    Row("read under v0", f"GET /papi/v0/properties/{WWW}/versions/2/hostnames?", 200, has={"hostnames.items.#": 2}),
    Row(
        "read with both switches of the query",
        "GET {www}/versions/2/hostnames?validateHostnames=true&includeCertStatus=true&",
        200,
        has={"hostnames.items.#": 2},
    ),
    Row("no such version", "GET {www}/versions/99/hostnames?", 404, type="property-version/not-found"),
    Row(
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
    Row("replace by none", PUT, 200, [], has={"hostnames.items": []}),
    Row(
        "by the id of the edge host name alone",
        PUT,
        200,
        [{**lacking(host("a.example.com"), "cnameTo"), "edgeHostnameId": "ehn_300002"}],
        has={"hostnames.items.0.cnameTo": "api.example.com.edgekey.net"},
    ),
    Row(
        "by an id without prefix",
        PUT,
        200,
        [{**lacking(host("a.example.com"), "cnameTo"), "edgeHostnameId": "300002"}],
        has={"hostnames.items.0.edgeHostnameId": "ehn_300002"},
    ),
    Row(
        "what a client sends back is tolerated",
        f"PUT {HOSTNAMES}?validateHostnames=false&includeCertStatus=false&",
        200,
        [host("a.example.com", certStatus={"validationCname": {}})],
        has={"hostnames.items": exactly("a.example.com")},
    ),
    Row(
        "an object instead of a list",
        PUT,
        400,
        {"hostnames": [host("a.example.com")]},
        type="json-mapping-error",
        then=unchanged,
    ),
    Row("not JSON", PUT, 400, raw=b"[", type="json-parse-error", then=unchanged),
    Row("an item that is a text", PUT, 400, ["a.example.com"], then=unchanged),
    Row("an item without cnameFrom", PUT, 400, [lacking(host("a.example.com"), "cnameFrom")], then=unchanged),
    Row(
        "neither cnameTo nor id",
        PUT,
        400,
        [lacking(host("a.example.com"), "cnameTo")],
        type="property-version-hostname/missing-cnameto-or-edgehostnameid",
        then=unchanged,
    ),
    Row(
        "an unknown edge host name",
        PUT,
        400,
        [host("a.example.com", cnameTo="no.example.com.edgekey.net")],
        type="property-version-hostname/bad-cnameto",
        then=unchanged,
    ),
    Row(
        "name and id of two edge host names",
        PUT,
        400,
        [host("a.example.com", edgeHostnameId="ehn_300002")],
        type="property-version-hostname/edgehostname-mismatch",
        then=unchanged,
    ),
    Row(
        "another type of name",
        PUT,
        501,
        [host("a.example.com", cnameType="CUSTOM")],
        type="property-version-hostname/unsupported-cnametype",
        then=unchanged,
    ),
    Row(
        "an unknown way of provisioning",
        PUT,
        400,
        [host("a.example.com", certProvisioningType="MAGIC")],
        then=unchanged,
    ),
    Row("as text", PUT, 415, raw=b"[]", headers={"Content-Type": "text/plain"}, then=unchanged),
    Row("a reader", PUT, 403, [], section="read_only", then=unchanged),
    Row("no such version, on write", "PUT {plain}/versions/9/hostnames?", 404, [], type="property-version/not-found"),
    Row(
        "add",
        PATCH,
        200,
        {"add": [host("b.example.com")]},
        has={"hostnames.items": exactly("plain.example.com", "b.example.com"), "etag": ETAG},
    ),
    Row("remove", PATCH, 200, {"remove": ["plain.example.com"]}, has={"hostnames.items": []}),
    Row(
        "add and remove",
        PATCH,
        200,
        {"add": [host("b.example.com")], "remove": ["plain.example.com"]},
        has={"hostnames.items": exactly("b.example.com")},
    ),
    Row(
        "more than a property may have",
        PUT,
        429,
        [host(f"h{n}.example.com") for n in range(1001)],
        type="limit-exceeded",
        has={"limitKey": str, "instanceKey": str, "limit": 1000, "remaining": int},
        then=unchanged,
    ),
    Row("as many as a property may have", PUT, 200, [host(f"h{n}.example.com") for n in range(1000)]),
    Row("one name twice", PUT, 400, [host("a.example.com"), host("a.example.com")], then=unchanged),
    Row(
        "a name that its certificate does not cover",
        f"PUT {HOSTNAMES}?validateHostnames=true&",
        200,
        [host("uncovered.example.org")],
        has={"errors.0.type": re.compile(r"hostnames\."), "errors.0.detail": str},
    ),
    Row("remove what is not there", PATCH, {200, 400}, {"remove": ["absent.example.com"]}, then=unchanged),
    Row("add that is no list", PATCH, 400, {"add": host("b.example.com")}, then=unchanged),
    Row("remove that is no text", PATCH, 400, {"remove": [7]}, then=unchanged),
    Row("PATCH with a list", PATCH, 400, [host("b.example.com")], type="json-mapping-error", then=unchanged),
    Row(
        "PATCH with an unknown edge host name",
        PATCH,
        400,
        {"add": [host("b.example.com", cnameTo="no.example.com.edgekey.net")]},
        type="property-version-hostname/bad-cnameto",
        then=unchanged,
    ),
)
def test_hostnames(row: Row, house: House) -> None:
    run(row, house)


def the_link(answer: requests.Response, house: House) -> None:
    item = answer.json()["hostnames"]["items"][0]
    assert "/mtls-edge-truststore/v2/ca-sets/12345" in item["mtls"]["caSetLink"]
    assert item["ccmCertificates"]["rsaCertLink"] == "/ccm/v1/certificates/10001"


@rows(
    Row(
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
    Row("CCM without mtls", PUT, 200, [lacking(CCM, "mtls")], hasnot=("hostnames.items.0.mtls",)),
    Row(
        "CCM with both certificates",
        PUT,
        200,
        [{**CCM, "ccmCertificates": {"rsaCertId": "10001", "ecdsaCertId": "10002"}}],
        has={"hostnames.items.0.ccmCertificates.ecdsaCertId": "10002"},
    ),
    Row("CCM without a certificate", PUT, 400, [lacking(CCM, "ccmCertificates")], then=unchanged),
    Row("CCM with no certificate named", PUT, 400, [{**CCM, "ccmCertificates": {}}], then=unchanged),
    Row("mtls on a CPS host name", PUT, 400, [host("a.example.com", mtls=MTLS)], then=unchanged),
    Row("tlsConfiguration on a CPS host name", PUT, 400, [host("a.example.com", tlsConfiguration=TLS)], then=unchanged),
    Row(
        "ccmCertificates on a CPS host name",
        PUT,
        400,
        [host("a.example.com", ccmCertificates={"rsaCertId": "10001"})],
        then=unchanged,
    ),
    Row("a CA set as a number", PUT, 400, [{**CCM, "mtls": {**MTLS, "caSetId": 12345}}], then=unchanged),
    Row(
        "an empty cipher profile", PUT, 400, [{**CCM, "tlsConfiguration": {**TLS, "cipherProfile": ""}}], then=unchanged
    ),
    Row("DEFAULT", PUT, 200, [host("d.example.com", certProvisioningType="DEFAULT")], has={"hostnames.items.#": 1}),
    Row(
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
    run(row, house)


def test_the_status_of_a_default_certificate(house: House) -> None:
    ok(house, PUT, [host("d.example.com", certProvisioningType="DEFAULT")])
    item = ok(house, f"GET {HOSTNAMES}?includeCertStatus=true&").json()["hostnames"]["items"][0]
    status = item["certStatus"]
    assert {"hostname", "target"} <= set(status["validationCname"])
    assert isinstance(status["staging"][0]["status"], str)
    assert isinstance(status["production"][0]["status"], str)
    assert "certStatus" not in ok(house, GET).json()["hostnames"]["items"][0]


def test_what_a_read_shows_may_be_sent_back(house: House) -> None:
    ok(house, PUT, [CCM, host("b.example.com")])
    first = hostnames_of(house, "plain")
    ok(house, PUT, first)
    assert hostnames_of(house, "plain") == first


def test_ids_without_prefixes(house: House) -> None:
    document = ok(house, "GET {www}/versions/2/hostnames?", headers={"PAPI-Use-Prefixes": "false"}).json()
    assert document["propertyId"] == "200001"
    assert document["hostnames"]["items"][0]["edgeHostnameId"] == "300001"
