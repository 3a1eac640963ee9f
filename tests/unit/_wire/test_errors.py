# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every shape in which a refusal comes, and the cure that goes with it."""

from __future__ import annotations

import datetime as dt
import json
import re
import string
from typing import Any

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._wire import answers
from ansible_collections.edgetrust.akamai.plugins.module_utils._wire.answers import Loss, Response
from ansible_collections.edgetrust.akamai.plugins.module_utils._wire.cures import CURES
from ansible_collections.edgetrust.akamai.plugins.module_utils._wire.errors import ApiError, ConnectionFailed, shorten

NOW = dt.datetime(2026, 11, 24, 9, 15, 30, tzinfo=dt.UTC)
METS = "/mtls-edge-truststore/v2/ca-sets"
CPS = "/cps/v2/enrollments/10002"
PAPI = "/papi/v1/properties/prp_1"
LUNA = "https://problems.luna.akamaiapis.net"


def refused(status: int, body: Any, *, path: str = METS, method: str = "GET", **options: Any) -> ApiError:
    content = body if isinstance(body, str) else json.dumps(body)
    answer = Response.parse(status, options.pop("headers", {}), content.encode())
    return ApiError(answer, method=method, path=path, write=method != "GET", now=NOW, **options)


def gateway(tail: str, status: int, title: str, detail: str) -> dict[str, Any]:
    return {
        "type": f"{LUNA}/-/{tail}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": "https://akab-x.luna.akamaiapis.net/cps/v2/enrollments?contractId=",
        "method": "GET",
        "serverIp": "192.0.2.53",
        "clientIp": "192.0.2.47",
        "requestId": "140dd1e2",
        "requestTime": "2026-11-24T09:15:30Z",
    }


def mets(slug: str, title: str, **more: Any) -> dict[str, Any]:
    kind = f"/mtls-edge-truststore/error-types/{slug}"
    return {"type": kind, "title": title, "instance": f"{kind}/0123456789abcdef", **more}


PENDING = "https://HOST/cps/v2/error-types/cannot-cancel-pending-change"
STILL = "property_activation_still_pending"

# name, path, status, body -> what the error holds
SHAPES: list[tuple[str, str, int, Any, dict[str, Any]]] = [
    (
        "METS, items",
        METS,
        400,
        mets(
            "certificate-validation-failure-create",
            "Cannot create the ca set version as the certificate(s) has failed validation.",
            status=400,
            contextInfo={"caSetId": "12345"},
            errors=[{"detail": "It has expired.", "pointer": "/certificates/0", "type": "/x/expired-certificate"}],
        ),
        {
            "api": "mets",
            "slug": "certificate-validation-failure-create",
            "detail": "",
            "context": {"caSetId": "12345"},
            "request_id": "0123456789abcdef",
            "words": ["/certificates/0: It has expired."],
        },
    ),
    (
        "METS, old instance",
        METS,
        400,
        {"type": "/mtls-edge-truststore/v1/error-types/invalid-field", "instance": "/x/invalid-field?traceId=-81"},
        {"slug": "invalid-field", "request_id": "-81"},
    ),
    (
        "METS, schema: a pointer and no detail",
        METS,
        400,
        mets("json-schema-validation-error", "Body failed JSON schema validation.", pointer="/caSetName"),
        {"pointer": "/caSetName", "slug": "json-schema-validation-error"},
    ),
    ("METS, forbidden", METS, 403, mets("forbidden", "Forbidden."), {"cure": "mTLS Edge Truststore"}),
    (
        "METS, rate",
        METS,
        429,
        mets("account-rate-limit-exceeded", "Account Rate Limit Exceeded", rateLimit=20, rateLimitRemaining=0),
        {"retryable": True, "outcome_unknown": False, "cure": "retry_timeout"},
    ),
    (
        "METS, overload",
        METS,
        503,
        mets("global-rate-limit-exceeded", "Global Limit Exceeded", retryAfter=9),
        {"retryable": True, "outcome_unknown": False},
    ),
    (
        "METS, internal",
        METS,
        500,
        mets("internal-error", "An unexpected error occurred."),
        {"retryable": True, "outcome_unknown": True, "cure": "request id"},
    ),
    (
        "METS, running operation",
        METS,
        409,
        mets("another-activation-request-in-progress-in-the-ca-set", "Another activation request is in progress."),
        {"retryable": True, "cure": "running operation"},
    ),
    (
        "METS, frozen",
        METS,
        422,
        mets("ca-set-version-was-previously-active", "CA set version was previously active."),
        {"retryable": False, "cure": "new_version"},
    ),
    (
        "CPS, no status",
        CPS,
        409,
        {
            "type": PENDING,
            "title": "Cannot cancel pending change.",
            "instance": f"{PENDING}?id=cca4df3cb6f246b09f966b2ac1c7d9e5",
            "detail": "There is a pending change on the enrollment.",
        },
        {
            "api": "cps",
            "status": 409,
            "slug": "cannot-cancel-pending-change",
            "request_id": "cca4df3cb6f246b09f966b2ac1c7d9e5",
            "cure": "pending_changes",
            "retryable": True,
        },
    ),
    (
        "CPS, no detail",
        CPS,
        404,
        {"type": "https://HOST/cps/v2/error-types/not-found", "title": "Not Found", "instance": "x?id=ab"},
        {"slug": "not-found", "detail": "", "words": ["404: Not Found"], "cure": "cps_enrollment_info"},
    ),
    (
        "CPS, rate",
        CPS,
        429,
        {"type": "429 Too Many Requests", "title": "Too Many Requests", "detail": "Retry after: 21 seconds."},
        {"api": "cps", "slug": "429 Too Many Requests", "request_id": None, "retryable": True},
    ),
    ("plain text", CPS, 429, "Rate limited.\n Try later.", {"detail": "Rate limited. Try later.", "type": ""}),
    (
        "CPS, backend",
        CPS,
        500,
        {"type": f"{LUNA}/-/resource-impl/forward-origin-error", "title": "Server Error", "requestId": "cfcd6e8"},
        {"api": "gateway", "request_id": "cfcd6e8", "outcome_unknown": True, "retryable": True},
    ),
    (
        "PAPI, plain",
        PAPI,
        404,
        {"type": f"{LUNA}/papi/v1/http/not-found", "title": "Not Found", "instance": "/papi/v1/x?groupId=1#abc12345"},
        {"api": "papi", "slug": "not-found", "request_id": "abc12345", "cure": "papi_property_info"},
    ),
    (
        "PAPI, type that ends in a slash",
        PAPI,
        413,
        {"type": f"{LUNA}/papi/v1/http/", "title": "Request entity too large"},
        {"slug": "http"},
    ),
    (
        "PAPI, 422",
        PAPI,
        422,
        {
            "type": f"{LUNA}/papi/v1/{STILL}",
            "title": "Property Manager Exception",
            "instance": "papi/v1/activations/#abc12345abcc02a7",
            "status": 422,
            "errors": [{"type": f"papi/v1/{STILL}", "title": "Property Manager Exception", "detail": STILL}],
            "details": {},
            "messageId": STILL,
            "params": ["Property 123456", "Version 1"],
            "result": "ERROR",
        },
        {"slug": STILL, "request_id": "abc12345abcc02a7", "retryable": True, "words": [f"Exception: {STILL}"]},
    ),
    (
        "PAPI, 422 with a type of one word",
        PAPI,
        400,
        {"type": "missing_compliance_record", "title": "Property Manager Exception", "messageId": "x", "params": []},
        {"slug": "missing_compliance_record", "cure": "compliance_record"},
    ),
    (
        "PAPI, quota",
        PAPI,
        429,
        {
            "type": f"{LUNA}/papi/v1/limit-exceeded",
            "title": "Too many includes",
            "limitKey": "INCLUDES_PER_CONTRACT",
            "instanceKey": "1-12345",
            "limit": 500,
            "remaining": 0,
        },
        {"retryable": False, "cure": "INCLUDES_PER_CONTRACT"},
    ),
    (
        "PAPI, quota by its key alone",
        PAPI,
        429,
        {"type": "x", "limitKey": "DEFAULT_CERTS_PER_CONTRACT"},
        {"retryable": False, "cure": "DEFAULT_CERTS_PER_CONTRACT"},
    ),
    (
        "PAPI, warnings",
        PAPI,
        400,
        {"type": f"{LUNA}/papi/v0/activation/warnings-not-acknowledged", "warnings": [{"messageId": "msg_1"}]},
        {"warnings": [{"messageId": "msg_1"}], "cure": "acknowledge_warnings", "retryable": False},
    ),
    (
        "PAPI, validation",
        PAPI,
        400,
        {"type": "x", "errors": [{"errorLocation": "#/rules/behaviors/0", "detail": "wrong"}, "bare"]},
        {
            "errors": [{"errorLocation": "#/rules/behaviors/0", "detail": "wrong"}, {"detail": "bare"}],
            "words": ["#/rules"],
        },
    ),
    (
        "PAPI, stale etag",
        PAPI,
        412,
        {"type": f"{LUNA}/papi/v0/http/precondition-failed", "title": "Precondition Failed"},
        {"retryable": True, "cure": "meanwhile"},
    ),
    (
        "PAPI, tower",
        PAPI,
        412,
        {"type": f"{LUNA}/papi/v0/toolkit/validation_failed.error.activation.tower_precondition.failed"},
        {"retryable": True, "cure": "Run the task again"},
    ),
    (
        "PAPI, frozen",
        PAPI,
        403,
        {"type": f"{LUNA}/papi/v0/property-version/already-activated", "title": "Property version already activated"},
        {"slug": "already-activated", "cure": "new one", "retryable": False},
    ),
    (
        "PAPI, lock",
        PAPI,
        403,
        {"type": f"{LUNA}/papi/v0/property-version/lock-error/behaviors-changed"},
        {"cure": "locked", "retryable": False},
    ),
    (
        "gateway, signature",
        METS,
        401,
        gateway("pep-authn/deny", 401, "Not authorized", "The signature does not match"),
        {"api": "gateway", "request_id": "140dd1e2", "cure": "client_secret", "retryable": False},
    ),
    (
        "gateway, inactive",
        METS,
        401,
        gateway("pep-authn/deny", 401, "Not authorized", "Inactive client token"),
        {"api": "gateway", "cure": "switched off"},
    ),
    (
        "gateway, access token",
        METS,
        401,
        gateway("pep-authn/deny", 401, "Not authorized", "Invalid authorization access token"),
        {"cure": "access_token does not belong"},
    ),
    (
        "gateway, client token",
        METS,
        400,
        gateway("pep-authn/request-error", 400, "Bad request", "Invalid client token"),
        {"api": "gateway", "cure": "does not know this client_token"},
    ),
    (
        "gateway, no header",
        CPS,
        400,
        gateway("pep-authn/request-error", 400, "Bad request", "Authorization header missing"),
        {"api": "gateway", "cure": "akamai_grants_info"},
    ),
    (
        "gateway, burst",
        PAPI,
        400,
        gateway("pep-authn/request-error", 400, "Bad request", "WAF deny rule IPBLOCK-BURST4-54013"),
        {"api": "gateway", "cure": "short time", "retryable": True, "outcome_unknown": False},
    ),
    (
        "gateway, grant",
        PAPI,
        403,
        gateway("pep-authz/deny", 403, "Forbidden", "The client does not have the grant needed for the request"),
        {"api": "gateway", "cure": "Property Manager", "retryable": False},
    ),
    (
        "HTML",
        PAPI,
        502,
        "<!DOCTYPE html><html><head><style>p {color: red}</style></head><body><p>Bad\n  gateway</p></body></html>",
        {"detail": "Bad gateway", "errors": [], "request_id": None, "retryable": True, "outcome_unknown": True},
    ),
    ("a status that no row knows", PAPI, 520, "", {"cure": "", "retryable": True, "outcome_unknown": True}),
    ("empty", PAPI, 500, "", {"detail": "", "type": "", "words": ["answered 500"], "retryable": True}),
    ("JSON, but no object", PAPI, 400, ["no"], {"detail": '["no"]', "type": "", "errors": []}),
    (
        "null members",
        METS,
        409,
        {"type": None, "title": None, "detail": None, "errors": None},
        {"type": "", "errors": []},
    ),
    ("empty object", METS, 500, {}, {"detail": "", "words": ["answered 500"]}),
    (
        "an item that repeats the detail",
        METS,
        409,
        mets("x", "Name taken.", detail="There is one.", errors=[{"pointer": "/caSetName", "detail": "There is one."}]),
        {"words": ["Name taken: There is one. (request id"]},
    ),
    (
        "PAPI, redirect",
        PAPI,
        302,
        {"redirectLink": "/papi/v1/x?groupId=grp_1"},
        {"cure": "contract_id", "retryable": False, "words": ["groupId=grp_1"]},
    ),
    ("redirect elsewhere", METS, 307, "", {"cure": "in between", "detail": "Redirect to nowhere."}),
]


@pytest.mark.parametrize(
    ("path", "status", "body", "wanted"), [row[1:] for row in SHAPES], ids=[row[0] for row in SHAPES]
)
def test_shape(path: str, status: int, body: Any, wanted: dict[str, Any]) -> None:
    error = refused(status, body, path=path, method="POST")
    assert error.status == status
    for name, value in wanted.items():
        if name == "cure":
            assert value in str(error.cure)
        elif name == "words":
            assert all(word in str(error) for word in value)
        else:
            assert getattr(error, name) == value, name
    assert str(status) in str(error)
    assert path in str(error)
    json.dumps(error.failure())


@pytest.mark.parametrize(
    ("date", "words"), [("09:16:53", "83 s behind Akamai's"), ("09:14:00", "90 s ahead of Akamai's")]
)
def test_the_clock_is_recognised_by_detail_and_measured_by_date(date: str, words: str) -> None:
    body = gateway("pep-authn/request-error", 400, "Bad request", "Invalid timestamp")
    error = refused(400, body, headers={"Date": f"Tue, 24 Nov 2026 {date} GMT"})
    assert (error.api, error.retryable) == ("gateway", False)
    assert words in str(error.cure)
    assert "NTP" in str(refused(400, body).cure)


def test_the_failure_document_has_the_documented_members() -> None:
    error = refused(409, mets("ca-set-name-is-not-unique", "CA set name already exists", detail="There is one."))
    assert error.failure() == {
        "api": "mets",
        "status": 409,
        "type": "/mtls-edge-truststore/error-types/ca-set-name-is-not-unique",
        "title": "CA set name already exists",
        "detail": "There is one.",
        "errors": [],
        "request_id": "0123456789abcdef",
        "cure": "Choose another name, or use the set that has it.",
        "retryable": False,
    }
    assert str(error) == (
        "GET /mtls-edge-truststore/v2/ca-sets: METS answered 409: CA set name already exists: There is one. "
        "(request id 0123456789abcdef)"
    )


def test_many_errors_are_counted_not_listed() -> None:
    items = [{"pointer": f"/certificates/{number}", "detail": f"bad {number}"} for number in range(50)]
    error = refused(400, mets("certificate-validation-failure", "Certificates have failed validation.", errors=items))
    assert len(error.errors) == 50
    assert "(50 errors in all)" in str(error)
    assert len(str(error)) < 400


def test_an_error_is_found_among_the_items_too() -> None:
    slug = "unauthorized_third_party_cert_for_hostname"
    error = refused(400, {"type": "x", "errors": [{"type": f"{LUNA}/papi/v0/activation/{slug}"}]}, path=PAPI)
    assert error.has_error(slug)
    assert error.has_error("x")
    assert not error.has_error("activation")


BAD_REQUEST = gateway("pep-authn/request-error", 400, "Bad request", "The request body is too large")
TOO_LARGE: list[tuple[int, str, int, Any, bool]] = [
    (131_073, "POST", 400, BAD_REQUEST, True),
    (131_073, "POST", 401, gateway("pep-authn/deny", 401, "Not authorized", "The signature does not match"), True),
    (131_073, "POST", 413, "too large", True),
    (131_072, "POST", 400, BAD_REQUEST, False),
    (131_073, "PUT", 400, BAD_REQUEST, False),
    (131_073, "POST", 400, mets("certificate-validation-failure-create", "x"), False),
    (131_073, "POST", 403, gateway("pep-authz/deny", 403, "Forbidden", "grant"), False),
]


@pytest.mark.parametrize(("size", "method", "status", "body", "too_large"), TOO_LARGE)
def test_a_post_too_large_to_sign(size: int, method: str, status: int, body: Any, too_large: bool) -> None:
    assert refused(status, body, method=method, request_size=size).too_large_to_sign is too_large


def test_only_a_write_has_an_unknown_outcome() -> None:
    assert refused(500, "", method="PUT").outcome_unknown
    assert not refused(500, "", method="GET").outcome_unknown
    lost = Loss(answers.BROKEN, "reset by peer")
    assert ConnectionFailed(lost, method="PUT", path=METS, write=True).outcome_unknown
    assert not ConnectionFailed(lost, method="GET", path=METS, write=False).outcome_unknown
    unsent = Loss(answers.NOT_CONNECTED, "refused")
    assert not ConnectionFailed(unsent, method="PUT", path=METS, write=True).outcome_unknown


def test_a_lost_connection_is_told_in_the_same_shape() -> None:
    error = ConnectionFailed(Loss(answers.CERTIFICATE, "self-signed"), method="GET", path=CPS, write=False)
    document = error.failure()
    assert set(document) == set(refused(400, "").failure())
    assert (document["api"], document["status"], document["retryable"]) == ("cps", None, False)
    assert "ca_path" in document["cure"]
    assert "self-signed" in str(error)


def test_a_long_text_is_cut() -> None:
    assert shorten("a " * 500, 20) == "a a a a a a a a a..."


def test_every_cure_can_be_filled_in() -> None:
    names = {name for row in CURES for _text, name, _spec, _conversion in string.Formatter().parse(row.cure) if name}
    assert names <= {"service", "offset", "limit"}
    for row in CURES:
        assert re.compile(row.type)
        assert re.compile(row.text)
        assert row.type or row.status, "a row that fits everything hides what follows"
