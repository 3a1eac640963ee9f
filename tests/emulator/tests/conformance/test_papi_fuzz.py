# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No signed request, however malformed, is answered by a 5xx of ours."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .fuzzing import FUZZ, TEXTS, Mutated, anything, mutated
from .harness import House
from .papi_harness import (
    BASIC,
    Document,
    activation,
    custom,
    host,
    tree,
)
from .papi_harness import OLD_CRITERION as CRITERION

START = "papi"
PLAIN = "/papi/v1/properties/prp_900001"
CG = "contractId=ctr_C-0N7RAC7&groupId=grp_15225"
EDGE = {"productId": "prd_Fresca", "domainPrefix": "a.example.com", "domainSuffix": "edgekey.net"}
EDGE |= {"secureNetwork": "ENHANCED_TLS", "certEnrollmentId": 10001, "ipVersionBehavior": "IPV4"}  # type: ignore[dict-item]
CCM = host("c.example.com", certProvisioningType="CCM", ccmCertificates={"rsaCertId": "1"}, mtls={"caSetId": "12345"})

# Every operation with a body, and a body that it accepts: mutations of those reach deepest.
OPERATIONS: list[tuple[str, str, Any, str]] = [
    ("POST", f"{PLAIN}/versions", {"createFromVersion": 1, "createFromVersionEtag": "0"}, "json"),
    ("PUT", f"{PLAIN}/versions/1/rules", {"rules": tree(custom(CRITERION)), "comments": "c", "etag": None}, "json"),
    (
        "PATCH",
        f"{PLAIN}/versions/1/rules",
        [{"op": "add", "path": "/rules/children/-", "value": BASIC}],
        "json-patch+json",
    ),
    ("PUT", f"{PLAIN}/versions/1/hostnames", [host("a.example.com"), CCM], "json"),
    ("PATCH", f"{PLAIN}/versions/1/hostnames", {"add": [CCM], "remove": ["plain.example.com"]}, "json"),
    ("POST", f"{PLAIN}/activations", activation(1, acknowledgeWarnings=[], complianceRecord={}), "json"),
    ("DELETE", f"{PLAIN}/activations/atv_1", None, "json"),
    ("DELETE", f"{PLAIN}", None, "json"),
    (
        "POST",
        "/papi/v1/properties",
        {"productId": "prd_Fresca", "propertyName": "f", "cloneFrom": {"propertyId": "prp_200001", "version": 2}},
        "json",
    ),
    ("POST", "/papi/v1/edgehostnames", EDGE, "json"),
    ("POST", "/papi/v1/cpcodes", {"productId": "prd_Fresca", "cpcodeName": "c"}, "json"),
    ("PUT", "/papi/v1/client-settings", {"ruleFormat": "latest", "usePrefixes": True, "upgradeRules": False}, "json"),
    ("POST", "/papi/v1/search/find-by-value", {"propertyName": "www"}, "json"),
]


def shoot(house: House, method: str, path: str, data: bytes, media: str | None) -> None:
    answer = house.client().send(method, path, data, {"Content-Type": media, "PAPI-Use-Prefixes": "true"})
    seen = f"{method} {path} {data[:300]!r}: {answer.status_code} {answer.text[:500]}"
    assert answer.status_code < 500 or answer.json()["type"].endswith("unsupported-cnametype"), seen
    if answer.status_code >= 400:
        document: Document = answer.json()
        assert document["type"], seen
        assert document["title"], seen


@pytest.mark.parametrize(("method", "path", "body", "media"), OPERATIONS, ids=[f"{o[0]} {o[1]}" for o in OPERATIONS])
def test_bodies(method: str, path: str, body: Any, media: str, house: House) -> None:
    @FUZZ
    @given(anything(body))
    def one(sent: Mutated) -> None:
        shoot(house, method, f"{path}?{CG}", json.dumps(sent.document).encode(), f"application/{media}")

    one()
    house.control.state()  # the document is still one that can be shown ...
    house.control.reset()  # ... and left


@pytest.mark.parametrize(("method", "path", "body", "media"), OPERATIONS, ids=[f"{o[0]} {o[1]}" for o in OPERATIONS])
def test_raw_bodies_and_media_types(method: str, path: str, body: Any, media: str, house: House) -> None:
    kinds = st.sampled_from(
        [
            f"application/{media}",
            "text/plain",
            None,
            "",
            "application/vnd.akamai.papirules.v9+json",
            "*/*",
            ";",
            "a/b; q=\xe9",
        ]
    )

    @FUZZ
    @given(st.one_of(st.binary(max_size=60), st.just(b"[" * 5000), st.just(b'{"a":' * 3000)), kinds)
    def one(data: bytes, kind: str | None) -> None:
        shoot(house, method, f"{path}?{CG}", data, kind)

    one()


@pytest.mark.parametrize("depth", [50, 150, 300, 900, 5000])
def test_deep_trees(depth: int, house: House) -> None:
    """Saved with an error about the depth, or refused: never a crash, neither now nor at a later read."""
    child = b'{"name":"c","children":[' * depth + b"]}" * depth
    body = b'{"rules":{"name":"default","behaviors":[],"children":[%s]}}' % child
    shoot(house, "PUT", f"{PLAIN}/versions/1/rules?{CG}", body, "application/json")
    patch = b'[{"op":"add","path":"/rules/children/-","value":%s}]' % child
    shoot(house, "PATCH", f"{PLAIN}/versions/1/rules?{CG}", patch, "application/json-patch+json")
    options = b'{"a":' * depth + b"1" + b"}" * depth
    deep = b'{"rules":{"name":"default","behaviors":[{"name":"x","options":%s}]}}' % options
    shoot(house, "PUT", f"{PLAIN}/versions/1/rules?{CG}", deep, "application/json")
    assert house.client().send("GET", f"{PLAIN}/versions/1/rules?{CG}").status_code == 200
    shoot(house, "POST", f"{PLAIN}/versions?{CG}", b'{"createFromVersion":1}', "application/json")
    house.control.put_state(house.control.state())


@FUZZ
@given(
    st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
    st.sampled_from(OPERATIONS),
    st.lists(st.tuples(st.integers(3, 8), TEXTS), max_size=2),
    st.lists(
        st.tuples(
            st.sampled_from(
                ["contractId", "groupId", "limit", "offset", "activatedOn", "validateRules", "validateMode", "dryRun"]
            )
            | TEXTS,
            TEXTS,
        ),
        max_size=4,
    ),
)
def test_paths_and_queries(
    house: House, method: str, operation: Any, segments: list[tuple[int, str]], query: list[tuple[str, str]]
) -> None:
    parts = operation[1].split("/")
    for index, text in segments:
        if index < len(parts):
            parts[index] = quote(text, safe="", errors="replace") or "x"
    text = "&".join(f"{quote(k, safe='', errors='replace')}={quote(v, safe='', errors='replace')}" for k, v in query)
    path = "/".join(parts) + (f"?{text}" if text else "")
    answer = house.client().send(method, path, json.dumps(operation[2]).encode())
    assert answer.status_code < 500, f"{method} {path}: {answer.status_code} {answer.text[:500]}"


@FUZZ
@given(st.data())
def test_reads_after_any_accepted_write(house: House, data: st.DataObject) -> None:
    """What was accepted can be read again."""
    method, path, body, media = data.draw(st.sampled_from(OPERATIONS[1:5]))
    sent = data.draw(mutated(body))
    shoot(house, method, f"{path}?{CG}", json.dumps(sent.document).encode(), f"application/{media}")
    for tail in ("", "/versions", "/versions/1", "/versions/1/rules", "/versions/1/hostnames", "/activations"):
        answer = house.client().send("GET", f"{PLAIN}{tail}?{CG}")
        assert answer.status_code == 200, f"{tail} after {sent!r}: {answer.text[:500]}"
