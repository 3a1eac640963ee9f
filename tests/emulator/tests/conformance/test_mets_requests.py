# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every METS operation does with a request that is wrong in itself (mets-v2.md 1, 4.1, 5.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from .certificates import many
from .harness import METS, House, Row, run
from .mets_worlds import ERRORS, SET, SETS, V1, certificates, refusal

STATE = "v1 active on staging"
VERSION = {"certificates": certificates(many(6)[5])}
STAGING = {"network": "STAGING"}


@dataclass(frozen=True)
class Op:
    """One of the 21 operations with a request that is right in itself, and the queries it knows."""

    id: str
    method: str
    path: str
    body: Any = None
    queries: tuple[str, ...] = ()


OPERATIONS = [
    Op("3.1", "POST", SETS, {"caSetName": "others"}),
    Op("3.2", "GET", SETS, queries=("activatedOn", "caSetNamePrefix", "caSetStatus")),
    Op("3.3", "GET", SET),
    Op("3.4", "DELETE", SET),
    Op("3.5", "GET", f"{SET}/status/delete"),
    Op("3.6", "GET", f"{SET}/associations", queries=("associationType",)),
    Op("3.7", "GET", f"{SET}/activities", queries=("end", "start")),
    Op("3.8", "GET", f"{SET}/activations"),
    Op("3.9", "POST", f"{SET}/clone", {"caSetName": "others"}, ("cloneFromVersion",)),
    Op("3.10", "POST", f"{SET}/versions", VERSION),
    Op("3.11", "GET", f"{SET}/versions", None, ("activeVersionsOnly", "caSetVersionStatus", "includeCertificates")),
    Op("3.12", "GET", V1),
    Op("3.13", "PUT", V1, VERSION),
    Op("3.14", "DELETE", V1),
    Op("3.15", "POST", f"{V1}/clone"),
    Op(
        "3.16",
        "GET",
        f"{V1}/certificates",
        None,
        ("certificateStatus", "expiryThresholdInDays", "expiryThresholdTimestamp"),
    ),
    Op("3.17", "POST", f"{V1}/activate", STAGING),
    Op("3.18", "POST", f"{V1}/deactivate", STAGING),
    Op("3.19", "GET", f"{V1}/activations"),
    Op("3.20", "GET", f"{V1}/activations/{{activation}}"),
    Op("3.21", "POST", f"{METS}/certificates/validate", VERSION),
]
BODIES = [op for op in OPERATIONS if op.body is not None]


def same(*names: str) -> Any:
    """The same names whatever their order; the account switch key may or may not be listed among the allowed."""
    return lambda found: set(found) - {"accountSwitchKey"} == set(names)


QUERIES = [
    refusal(
        f"{op.id}: unknown query",
        STATE,
        op.method,
        f"{op.path}?limit=5&_=1",
        400,
        "unknown-query-parameters",
        op.body,
        context={"allowedQueryParameters": same(*op.queries), "parameters": same("limit", "_")},
    )
    for op in OPERATIONS
]

MEDIA = [
    refusal(
        f"{op.id}: Accept {accept}",
        STATE,
        op.method,
        op.path,
        406,
        "media-type-not-acceptable",
        op.body,
        headers={"Accept": accept},
        context={"allowedMediaTypes": lambda found: "application/json" in found, "unsupportedMediaType": accept},
    )
    for op in OPERATIONS
    for accept in ("text/html",)
] + [
    refusal(
        f"{op.id}: Content-Type {kind}",
        STATE,
        op.method,
        op.path,
        415,
        "media-type-not-supported",
        op.body,
        headers={"Content-Type": kind},
        context={"allowedMediaTypes": lambda found: "application/json" in found, "unsupportedMediaType": kind},
    )
    for op in BODIES
    for kind in ("text/plain", "application/vnd.akamai.mtls-edge-truststore.ca-set.v1+json")
]

TOLERATED = [
    Row(f"tolerated: {id}", STATE, method, path, body, status, headers=headers)
    for id, method, path, body, status, headers in (
        ("no Accept", "GET", SETS, None, 200, {"Accept": None}),
        ("any Accept", "GET", SETS, None, 200, {"Accept": "*/*"}),
        ("Accept of a family", "GET", SETS, None, 200, {"Accept": "application/*"}),
        ("one of several", "GET", SETS, None, 200, {"Accept": "text/html, application/json;q=0.8"}),
        ("Content-Type on GET", "GET", SETS, None, 200, {"Content-Type": "application/json"}),
        ("Content-Type on DELETE", "DELETE", f"{SET}/versions/2", None, 204, {"Content-Type": "application/json"}),
        ("Content-Type of a POST without body", "POST", f"{V1}/clone", None, 201, {"Content-Type": "application/json"}),
        ("no Content-Type", "POST", SETS, {"caSetName": "others"}, 201, {"Content-Type": None}),
        ("charset", "POST", SETS, {"caSetName": "others"}, 201, {"Content-Type": "application/json; charset=utf-8"}),
        ("body on GET", "GET", V1, {"x": 1}, 200, {}),
        (
            "switch key twice",
            "GET",
            f"{SETS}?accountSwitchKey=1-ABC12%3A1-2RBL&accountSwitchKey=1-ABC12%3A1-2RBL",
            None,
            200,
            {},
        ),
        (
            "queries in another order",
            "GET",
            f"{SET}/versions?includeCertificates=true&activeVersionsOnly=true",
            None,
            200,
            {},
        ),
    )
]
TOLERATED = [
    Row(**{**row.__dict__, "section": "switchable"}) if "switch" in row.id else row for row in TOLERATED
]  # only that client may switch

PATHS = [
    refusal(
        f"{op.id}: {name} {value}",
        STATE,
        op.method,
        op.path.replace(part, value, 1),
        400,
        "path-variable-query-param-type-mismatch",
        op.body,
        context={"parameterName": name},
    )
    for name, part, values in (
        ("caSetId", "{set}", ("abc", "1x", "-1", "1.5")),
        ("version", "versions/1", ("versions/x", "versions/1.5", "versions/latest")),
        ("activationId", "{activation}", ("abc",)),
    )
    for op in OPERATIONS
    if part in op.path
    for value in (values if op.id in ("3.3", "3.12", "3.20") else values[:1])
]

METHODS = [
    refusal(
        f"{method} {path.removeprefix(METS)}",
        STATE,
        method,
        path,
        405,
        "method-not-allowed",
        context={"allowedMethods": same(*allowed), "unsupportedMethod": method},
    )
    for method, path, allowed in (
        ("PUT", SETS, ("GET", "POST")),
        ("DELETE", SETS, ("GET", "POST")),
        ("PATCH", SETS, ("GET", "POST")),
        ("POST", SET, ("GET", "DELETE")),
        ("PUT", SET, ("GET", "DELETE")),
        ("PATCH", V1, ("GET", "PUT", "DELETE")),
        ("POST", V1, ("GET", "PUT", "DELETE")),
        ("DELETE", f"{SET}/versions", ("GET", "POST")),
        ("GET", f"{SET}/clone", ("POST",)),
        ("GET", f"{V1}/activate", ("POST",)),
        ("PUT", f"{V1}/deactivate", ("POST",)),
        ("DELETE", f"{V1}/activations/{{activation}}", ("GET",)),
        ("POST", f"{SET}/associations", ("GET",)),
        ("DELETE", f"{SET}/status/delete", ("GET",)),
        ("GET", f"{METS}/certificates/validate", ("POST",)),
    )
]

JSON = [
    refusal(f"{op.id}: {id}", STATE, op.method, op.path, 400, "invalid-json", text)
    for op in BODIES
    for id, text in (
        ("cut", b'{"caSetName": "x'),
        ("no JSON", b"hello"),
        ("two documents", b"{}{}"),
        ("not UTF-8", b'{"caSetName": "\xff\xfe"}'),
    )
]


@pytest.mark.parametrize("row", [*QUERIES, *MEDIA, *TOLERATED, *PATHS, *METHODS, *JSON], ids=str)
def test_requests(running: House, row: Row) -> None:
    run(running, row)


@pytest.mark.parametrize("op", BODIES, ids=lambda op: op.id)
def test_no_body_at_all(running: House, op: Op) -> None:
    """Which of the two refusals an empty body gets is not known; it is a 400."""
    facts = running.enter(STATE)
    answer = running.client().send(op.method, op.path.format(**facts))
    assert answer.status_code == 400
    assert answer.json()["type"] in (ERRORS + "invalid-json", ERRORS + "json-schema-validation-error")


@pytest.mark.parametrize("path", ["", "/", "/ca-set", "/ca-sets/1/status", "/certificates", "/ca-sets/1/versions/1/x"])
def test_unknown_paths(house: House, path: str) -> None:
    assert house.client().send("GET", METS + path).status_code == 404


ODD = [
    b"null",
    b"true",
    b"[]",
    b"{}",
    b'""',
    b"0",
    b"1e400",
    b"NaN",
    b"-Infinity",
    b"[[[[]]]]",
    b"9" * 400,
    b'{"caSetName": 1e999}',
    b'{"caSetName": ["x"]}',
    b'{"caSetName": {"x": 1}}',
    b'{"caSetName": "\\ud800abc"}',
    b'{"caSetName": "abc\\u0000"}',
    b'{"certificates": [null]}',
    b'{"certificates": [[]]}',
    b'{"certificates": [{"certificatePem": "\\ud800"}]}',
    b'{"certificates": [{"certificatePem": "\\u0000"}]}',
    b'{"network": null}',
    b'{"network": ["STAGING"]}',
    b"[" * 5000,
    b'{"a":' * 5000,
    b"\xef\xbb\xbf{}",
    b"\x00",
]


@pytest.mark.parametrize("op", BODIES, ids=lambda op: op.id)
def test_odd_bodies_are_400(running: House, op: Op) -> None:
    facts = running.enter(STATE)
    for body in ODD:
        answer = running.client().send(op.method, op.path.format(**facts), body)
        wanted = (400, 422) if b"certificatePem" in body else (400,)  # the version's state may be looked at first
        assert answer.status_code in wanted, (body[:60], answer.status_code, answer.text[:300])
        assert answer.json()["type"].startswith(ERRORS)


HUGE = "9" * 400


@pytest.mark.parametrize("op", [op for op in OPERATIONS if "{set}" in op.path], ids=lambda op: op.id)
def test_odd_paths_are_refused(running: House, op: Op) -> None:
    """Numbers no set can have, and text no number is: 400 or 404, never a server error."""
    facts = running.enter(STATE)
    for value in (HUGE, "0", "%00", "%FF", "%C3%A9", "%D9%A1", "%2E%2E", "1%2F2", "null", "0x10", "1e3", "+1", "%201"):
        path = op.path.replace("{set}", value).format(**facts)
        answer = running.client().send(op.method, path, op.body)
        assert answer.status_code in (400, 404), (value, answer.status_code, answer.text[:300])
        if "versions/1" in op.path:
            path = op.path.replace("versions/1", f"versions/{value}").format(**facts)
            answer = running.client().send(op.method, path, op.body)
            assert answer.status_code in (400, 404), (value, answer.status_code, answer.text[:300])


def test_order_of_the_checks(running: House) -> None:
    """Path before media type before query names before JSON before schema before the set's existence (5.6, I)."""
    facts = running.enter(STATE)
    send = running.client().send
    unknown = f"{SETS}/9/versions"
    html = {"Accept": "text/html"}
    bad = b"{"

    def kind(*request: Any) -> str:
        return str(send(*request).json()["type"]).removeprefix(ERRORS)

    assert kind("PUT", f"{SETS}?x=1", bad, html) == "method-not-allowed"
    assert kind("POST", f"{SETS}/x/versions?x=1", bad, html) == "media-type-not-acceptable"
    assert kind("POST", f"{SETS}/x/versions?x=1", bad) == "unknown-query-parameters"
    assert kind("POST", f"{SETS}/x/versions", bad) == "path-variable-query-param-type-mismatch"
    assert kind("POST", unknown, bad) == "invalid-json"
    assert kind("POST", unknown, {}) == "json-schema-validation-error"
    assert kind("POST", unknown, {"certificates": certificates("hello")}) == "ca-set-not-found"
    frozen = f"{SETS}/{facts['set']}/versions/1"
    assert kind("PUT", frozen, {"certificates": certificates("hello")}) == "ca-set-version-is-active"
