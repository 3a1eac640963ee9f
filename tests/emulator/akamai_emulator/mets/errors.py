# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""METS problem documents (mets-v2.md 2.6 and 4): one row per type."""

from __future__ import annotations

import secrets
from typing import Any

from ..core import Refusal

TYPES = "/mtls-edge-truststore/error-types/"

# slug: (status, title)
PROBLEMS: dict[str, tuple[int, str]] = {
    "unknown-query-parameters": (400, "Unknown query parameters provided."),
    "path-variable-query-param-type-mismatch": (400, "Type mismatch for any of path variable or query param or both."),
    "missing-required-query-parameter": (400, "Missing required query parameter."),
    "invalid-json": (400, "Invalid JSON."),
    "json-schema-validation-error": (400, "Body failed JSON schema validation."),
    "invalid-field": (400, "Invalid field value."),
    "missing-caset-version": (400, "CA set does not contain any versions."),
    "no-active-cert-deletions": (400, "No active cert deletions found"),
    "certificate-validation-failure": (400, "Certificates have failed validation."),
    "certificate-validation-failure-create": (
        400,
        "Cannot create the ca set version as the certificate(s) has failed validation.",
    ),
    "certificate-validation-failure-update": (
        400,
        "Cannot update the ca set version as the certificate(s) has failed validation.",
    ),
    "certificate-validation-failure-activate": (
        400,
        "Cannot activate the ca set version as the certificate(s) has failed validation.",
    ),
    "not-found": (404, "Not found."),
    "ca-set-not-found": (404, "CA set is not found."),
    "ca-set-version-not-found": (404, "CA set version is not found."),
    "activation-or-deactivation-request-not-found": (404, "Activation or Deactivation Request is not found."),
    "method-not-allowed": (405, "The HTTP method is not allowed."),
    "media-type-not-acceptable": (406, "Could not find acceptable representation."),
    "ca-set-name-is-not-unique": (409, "CA set with the same name exists in the account."),
    "delete-ca-set-request-in-progress": (409, "DELETE request is in progress for the CA set on the network."),
    "ca-set-cannot-be-deleted-in-progress-version-activations": (
        409,
        "CA set cannot be deleted due to in progress activations.",
    ),
    "ca-set-cannot-be-deleted-active-versions": (409, "CA set cannot be deleted."),
    "ca-set-version-already-active-on-network": (
        409,
        "CA set version cannot be activated as it is already active on the network.",
    ),
    "ca-set-version-not-active-on-network": (
        409,
        "CA set version cannot be deactivated as it is not active on the network.",
    ),
    "another-activation-request-in-progress-in-the-ca-set": (
        409,
        "Another activation request is in progress in the CA set.",
    ),
    "another-deactivation-request-in-progress-in-the-ca-set": (
        409,
        "Another deactivation request is in progress in the CA set.",
    ),
    "ca-set-in-use-by-enrollments": (409, "CA set is linked to enrollments."),
    "ca-set-in-use-by-hostnames": (409, "CA set is linked to hostnames."),
    "ca-set-in-use-by-ccm-hostnames-and-not-cps-enrollments": (
        409,
        "CA set is linked to CCM hostnames and not to CPS enrollments.",
    ),
    "ca-set-in-use-by-both-enrollments-and-hostnames": (
        409,
        "CA set is linked to both enrollments and hostnames.",
    ),
    "media-type-not-supported": (415, "Media type not supported."),
    "ca-set-limit-reached": (422, "Cannot create a new CA set. Maximum allowed CA set limit has been reached."),
    "ca-set-version-limit-reached": (422, "Maximum allowed CA set version's limit has been reached."),
    "certificate-limit-reached": (422, "Submitted certificates exceed the maximum allowed certificates limit."),
    "duplicate-ca-set-version": (422, "A version with same certificates exists in the CA set."),
    "ca-set-version-is-active": (422, "CA set version is currently active."),
    "ca-set-version-was-previously-active": (422, "CA set version was previously active."),
    "account-rate-limit-exceeded": (429, "Account Rate Limit Exceeded"),
    "internal-error": (500, "An unexpected error occurred."),
}


def problem(slug: str, detail: str | None = None, context: dict[str, Any] | None = None, **members: Any) -> Refusal:
    """A refusal of this type. `context` becomes `contextInfo`; `members` go to the top level (`title` replaces the usual one)."""
    status, title = PROBLEMS[slug]
    kind = TYPES + slug
    document: dict[str, Any] = {"type": kind, "title": members.pop("title", title), "status": status}
    if detail is not None:
        document["detail"] = detail
    document["instance"] = f"{kind}/{secrets.token_hex(8)}"
    if context is not None:
        document["contextInfo"] = context
    return Refusal(status, document | members)


def item(slug: str, title: str, detail: str, pointer: str | None, context: dict[str, Any] | None) -> dict[str, Any]:
    """An element of `errors` or of `validation.warnings` (mets-v2.md 2.5)."""
    entry: dict[str, Any] = {"type": TYPES + slug, "title": title, "detail": detail}
    if pointer is not None:
        entry["pointer"] = pointer
    if context is not None:
        entry["contextInfo"] = context
    return entry


def mismatch(name: str, value: str) -> Refusal:
    return problem(
        "path-variable-query-param-type-mismatch",
        f"The value '{value}' of '{name}' has the wrong type.",
        {"parameterName": name},
    )


def invalid_field(name: str, value: Any, detail: str, pointer: str | None = None) -> Refusal:
    context = {"parameterName": name, "invalidParameterValue": value}
    errors = [{"pointer": pointer or f"/{name}", "detail": detail, "contextInfo": {}}]
    return problem("invalid-field", None, context, errors=errors)
