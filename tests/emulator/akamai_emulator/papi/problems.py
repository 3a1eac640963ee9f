# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Problem documents of PAPI (papi-v1.md 13) as `Refusal`s, one row for each kind."""

from __future__ import annotations

import secrets
from typing import Any

from ..core import Call, Document, Refusal

HOST = "https://problems.luna.akamaiapis.net"

# name -> (status, type below HOST, title, detail). The stems papi/v0 and papi/v1 are mixed, as on the wire.
KINDS: dict[str, tuple[int, str, str, str]] = {
    "bad-request": (
        400,
        "papi/v0/http/bad-request",
        "Bad Request",
        "The system cannot understand your request.  Please check the syntax and correct any problems.",
    ),
    "json-parse-error": (400, "papi/v0/json-parse-error", "JSON Parse Error", "The request body is not valid JSON."),
    "json-mapping-error": (400, "papi/v0/json-mapping-error", "JSON Mapping Error", "A value has the wrong type."),
    "json-schema-invalid": (
        400,
        "papi/v0/json-schema-invalid",
        "JSON Schema Invalid",
        "The request body does not match the schema of the resource.",
    ),
    "missing-required-parameter": (
        400,
        "papi/v0/missing-required-parameter",
        "Missing required parameter",
        "A required query parameter is missing.",
    ),
    "missing-request-body-field": (
        400,
        "papi/v0/missing-request-body-field",
        "Missing request body field",
        "A required field is missing from the request body.",
    ),
    "problem-extracting-contract-group": (
        400,
        "papi/v0/problem-extracting-contract-group",
        "Problem extracting contract and group",
        "Specify the contractId and groupId query parameters.",
    ),
    "invalid-rule-format": (400, "papi/v0/invalid-rule-format", "Invalid rule format", "The rule format is unknown."),
    "invalid-patch": (400, "papi/v0/invalid-patch", "Invalid patch", "The JSON Patch cannot be applied."),
    "search/missing-request-body": (
        400,
        "papi/v0/search/missing-request-body",
        "Missing request body",
        "The search needs a request body.",
    ),
    "search/missing-request-body-field": (
        400,
        "papi/v0/search/missing-request-body-field",
        "Missing request body field",
        "The search needs exactly one of propertyName, hostname, edgeHostname and includeName.",
    ),
    "search/extra-request-body-fields": (
        400,
        "papi/v0/search/extra-request-body-fields",
        "Extra request body fields",
        "The search takes exactly one field.",
    ),
    "search/unrecognized-request-body-field": (
        400,
        "papi/v0/search/unrecognized-request-body-field",
        "Unrecognized request body field",
        "The search takes one of propertyName, hostname, edgeHostname and includeName.",
    ),
    "property/name-in-use": (
        400,
        "papi/v0/property/name-in-use",
        "Property name in use",
        "Another property of the account has this name.",
    ),
    "property/invalid-name": (
        400,
        "papi/v0/property/invalid-name",
        "Invalid property name",
        "A property name has 1 to 85 characters out of A-Z, a-z, 0-9, dot, underscore and dash.",
    ),
    "property/active": (
        400,
        "papi/v0/property/active",
        "Property is active",
        "The property has a version that is active or pending on a network, and cannot be deleted.",
    ),
    "product-not-on-contract": (
        400,
        "papi/v0/product_not_on_contract",
        "Product not on contract",
        "The contract does not include this product.",
    ),
    "forbidden": (
        403,
        "papi/v1/http/forbidden",
        "Forbidden",
        "The authorization token you provided does not allow access to this resource.",
    ),
    "not-found": (
        404,
        "papi/v1/http/not-found",
        "Not Found",
        "The system was unable to locate the requested resource.",
    ),
    "property-version/not-found": (
        404,
        "papi/v0/property-version/not-found",
        "Property version not found",
        "The system was unable to locate the requested property version.",
    ),
    "method-not-allowed": (
        405,
        "papi/v1/http/method-not-allowed",
        "Method not allowed",
        "The system does not support the method you provided for this resource.",
    ),
    "not-acceptable": (
        406,
        "papi/v1/http/not-acceptable",
        "Not Acceptable",
        "The system does not support the content-type restrictions provided by your 'Accept' header.",
    ),
    "unsupported-media-type": (
        415,
        "papi/v1/http/unsupported-media-type",
        "Unsupported Media Type",
        "Our system does not support requests in the format you're sending.",
    ),
    "resource-busy": (
        409,
        "papi/v1/resource-busy",
        "Operation failed",
        "Another edit or activation request on same network in progress for this property version.",
    ),
    "arlfile-exists": (
        409,
        "papi/v0/toolkit/validation_failed.error.arlfile.exists",
        "Operation failed",
        "An activation of this property on the other network has just been submitted, please try again.",
    ),
    "etag-conflict": (
        412,
        "papi/v0/etag-conflict",
        "ETag Conflict",
        "The etag does not match the current one of the property version: it was changed since you read it.",
    ),
    "http/precondition-failed": (
        412,
        "papi/v1/http/precondition-failed",
        "Precondition Failed",
        "The etag in If-Match does not match the current one of the property version.",
    ),
    "already-activated-version": (
        403,
        "papi/v0/property-version/already-activated",
        "Property version already activated",
        "This property version has been activated and is frozen. "
        "To make changes you must first create a new property version.",
    ),
    "lock-error": (
        403,
        "papi/v0/property-version/lock-error",
        "Modification of read-only elements",
        "The rule tree has read-only elements that only Akamai's staff may change.",
    ),
    "limit-exceeded": (429, "papi/v1/limit-exceeded", "Limit exceeded", "A limit of the contract is exhausted."),
    "rate-limit-exceeded": (
        429,
        "papi/v1/rate-limit-exceeded",
        "Too Many Requests",
        "You have exceeded the number of requests allowed for your account.",
    ),
    "internal-server-error": (
        500,
        "papi/proxy/internal-server-error",
        "Internal Server Error",
        "Our system is experiencing errors. We'll get this fixed as soon as possible.",
    ),
    # Host names of a property version (papi-v1.md 11.2)
    "hostname/bad-cnameto": (
        400,
        "papi/v0/property-version-hostname/bad-cnameto",
        "Bad cnameTo",
        "The edge hostname does not exist.",
    ),
    "hostname/bad-cnamefrom": (
        400,
        "papi/v0/property-version-hostname/bad-cnamefrom",
        "Bad cnameFrom",
        "cnameFrom is no valid host name.",
    ),
    "hostname/duplicate-cnamefrom": (
        400,
        "papi/v0/property-version-hostname/duplicate-cnamefrom",
        "Duplicate cnameFrom",
        "A host name stands more than once in the list.",
    ),
    "hostname/edgehostname-mismatch": (
        400,
        "papi/v0/property-version-hostname/edgehostname-mismatch",
        "Edge hostname mismatch",
        "cnameTo and edgeHostnameId name different edge hostnames.",
    ),
    "hostname/missing-cnameto-or-edgehostnameid": (
        400,
        "papi/v0/property-version-hostname/missing-cnameto-or-edgehostnameid",
        "Missing cnameTo or edgeHostnameId",
        "One of cnameTo and edgeHostnameId is required.",
    ),
    "hostname/unsupported-cnametype": (
        501,
        "papi/v0/property-version-hostname/unsupported-cnametype",
        "Unsupported cnameType",
        "The only supported cnameType is EDGE_HOSTNAME.",
    ),
    "hostname/ccm-only": (
        400,
        "papi/v0/property-version-hostname/ccm-only-member",
        "Member not allowed",
        "ccmCertificates, mtls and tlsConfiguration need certProvisioningType CCM.",
    ),
    "hostname/missing-ccm-certificate": (
        400,
        "papi/v0/property-version-hostname/missing-ccm-certificate",
        "Missing CCM certificate",
        "certProvisioningType CCM needs at least one of ccmCertificates.rsaCertId and ccmCertificates.ecdsaCertId.",
    ),
    "hostname/unknown-ca-set": (
        400,
        "papi/v0/property-version-hostname/unknown-ca-set",
        "Unknown CA set",
        "mtls.caSetId names no CA set of the account.",
    ),
    "hostname/not-found": (
        400,
        "papi/v0/property-version-hostname/not-found",
        "Host name not found",
        "A host name to remove is not on the property version.",
    ),
    "hostname/default-cert-unavailable": (
        403,
        "papi/v0/property-version-hostname/default-cert-provisioning-unavailable",
        "Default certificate provisioning unavailable",
        "The contract does not allow default certificates.",
    ),
    "hostname/bucket": (
        400,
        "papi/v0/property-version-hostname/hostname-bucket",
        "Hostname bucket",
        "The host names of this property are managed in a hostname bucket.",
    ),
    # Activations (papi-v1.md 12.7)
    "activation/warnings-not-acknowledged": (
        400,
        "papi/v0/activation/warnings-not-acknowledged",
        "Unacknowledged activation warnings",
        "Acknowledge the warnings and repeat the request.",
    ),
    "activation/bad-notifyemails": (
        400,
        "papi/v0/activation/bad-notifyemails",
        "Bad notifyEmails",
        "At least one valid e-mail address is required in notifyEmails.",
    ),
    "activation/validation-failed": (
        400,
        "papi/v0/activation/validation-failed",
        "Property version has validation errors",
        "The property version has errors that have to be corrected before it can be activated.",
    ),
    "activation/fast-fallback-unavailable": (
        400,
        "papi/v0/activation/fast-fallback-unavailable",
        "Fast fallback unavailable",
        "Fast fallback is possible within one hour, to the version that was active before.",
    ),
    "activation/missing-compliance-record": (
        400,
        "papi/v0/activation/missing-compliance-record",
        "Missing compliance record",
        "A complianceRecord is required.",
    ),
    "activation/missing-compliance-record-info": (
        400,
        "papi/v0/activation/missing-compliance-record-info",
        "Missing compliance record information",
        "The complianceRecord lacks required members.",
    ),
    "activation/self-peer-review": (
        400,
        "papi/v0/activation/self-peer-review",
        "Self peer review",
        "The peer review has to be made by somebody else.",
    ),
    "activation/unauthorized-certificate": (
        400,
        "papi/v0/activation/validation-failed",
        "Certificate not deployed",
        "A CCM certificate of the property version is not deployed yet.",
    ),
    "activation/already-activated-403": (
        403,
        "papi/v0/activation/already-activated",
        "Property version already active",
        "The property version is already active on this network.",
    ),
    "activation/already-activated": (
        422,
        "papi/v0/activation/already-activated",
        "Property version already active",
        "The property version is already active on this network.",
    ),
    "deactivation/not-active-in-staging": (
        422,
        "papi/v0/deactivation/not-active-in-staging",
        "Not active",
        "The property version is not active on the staging network.",
    ),
    "deactivation/not-active-in-production": (
        422,
        "papi/v0/deactivation/not-active-in-production",
        "Not active",
        "The property version is not active on the production network.",
    ),
    "activation-cancellation/not-found": (
        404,
        "papi/v0/activation-cancellation/not-found",
        "Activation not found",
        "The system was unable to locate the requested activation.",
    ),
    "activation-cancellation/unprocessable-status": (
        422,
        "papi/v0/activation-cancellation/unprocessable-status",
        "Activation cannot be cancelled",
        "The activation has gone too far to be cancelled.",
    ),
    # Edge host names and CP codes (clients.md 4)
    "edgehostname/bad-request": (
        400,
        "papi/v0/edgehostname/bad-request",
        "Bad edge hostname",
        "The edge hostname cannot be created.",
    ),
    "edgehostname/in-use": (
        400,
        "papi/v0/edgehostname/already-exists",
        "Edge hostname exists",
        "An edge hostname with this domain exists.",
    ),
    "cpcode/bad-name": (
        400,
        "papi/v0/cpcode/bad-name",
        "Bad CP code name",
        "cpcodeName must be a text of 1 to 200 characters.",
    ),
}


def type_uri(tail: str) -> str:
    return f"{HOST}/{tail}"


def instance(call: Call) -> str:
    query = "&".join(f"{name}={value}" for name, value in call.query)
    return f"{call.path}{'?' + query if query else ''}#{secrets.token_hex(8)}"


def document(call: Call, kind: str, detail: str | None = None, **members: Any) -> Document:
    status, tail, title, text = KINDS[kind]
    return {
        "type": type_uri(tail),
        "title": title,
        "detail": detail or text,
        "instance": instance(call),
        "status": status,
        **members,
    }


def refuse(call: Call, kind: str, detail: str | None = None, **members: Any) -> Refusal:
    """A Refusal of a kind listed in `KINDS`, to be raised by the caller; `members` are added to its document."""
    return Refusal(KINDS[kind][0], document(call, kind, detail, **members))
