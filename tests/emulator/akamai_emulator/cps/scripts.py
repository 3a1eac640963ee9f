# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The statuses a change passes (cps-v2.md 6.2, 6.4), as tables: what each status is, and in which order they come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..core import Emulator


class Step(NamedTuple):
    """`input` is the type of the awaited input. `effect` is carried out when the step ends.

    `deploys`: the step waits for `notBefore` and cannot be cancelled once it runs.
    """

    state: str
    text: str
    input: str = ""
    effect: str = ""
    deploys: bool = False


PRE = "pre-verification-warnings-acknowledgement"
POST = "post-verification-warnings-acknowledgement"
ACK = "change-management"
DV = "lets-encrypt-challenges"
UPLOAD = "third-party-certificate"

PRE_REVIEW = "wait-review-pre-verification-safety-checks"
DOMAINS = "coordinate-domain-validation"
UNKNOWN = "ma-emulated-propagation"

STEPS: dict[str, Step] = {
    "new": Step("new", "The change was accepted."),
    "pre-verification-safety-checks": Step("running", "Checking the enrollment."),
    PRE_REVIEW: Step("awaiting-input", "Waiting for you to review warnings of the pre-verification checks.", PRE),
    "generate-csr": Step("running", "Generating the certificate signing request.", effect="request"),
    DOMAINS: Step("awaiting-input", "Waiting for the domains to be validated.", DV),
    "check-for-cert": Step("running", "Waiting for the certificate authority.", effect="issue"),
    "wait-upload-third-party": Step(
        "awaiting-input", "Waiting for you to upload and submit your third party certificate and trust chain.", UPLOAD
    ),
    "verify-third-party-cert": Step("running", "Checking the uploaded certificate."),
    "wait-review-third-party-cert": Step("awaiting-input", "Waiting for you to review certificate warnings.", POST),
    "wait-review-cert-warning": Step("awaiting-input", "Waiting for you to review certificate warnings.", POST),
    "create-slot-files": Step("running", "Assembling deployment data.", effect="assign"),
    "deploy-changes-to-staging": Step("running", "Deploying changes to staging.", effect="stage", deploys=True),
    "deploy-cert-to-staging": Step("running", "Deploying the certificate to staging.", effect="stage", deploys=True),
    "live-check-action": Step("running", "Validating deployment data."),
    UNKNOWN: Step("running", "Propagating."),
    "wait-ack-change-management": Step("awaiting-input", "Waiting for you to acknowledge the change.", ACK),
    "deploy-cert-to-production": Step("running", "Deploying to production.", effect="release", deploys=True),
    "abandon-slots-action": Step("running", "Abandoning the slots.", deploys=True),
    "deprovision-cert": Step("running", "Deprovisioning the certificate.", effect="remove", deploys=True),
    "complete": Step("completed", "The change is complete."),
}
OTHER = Step("running", "In progress.")

# A row is a status and the trait that it needs; no trait: always.
SCRIPTS: dict[str, tuple[tuple[str, str], ...]] = {
    "certificate": (
        ("new", ""),
        ("pre-verification-safety-checks", ""),
        (PRE_REVIEW, "pre"),
        ("generate-csr", ""),
        (DOMAINS, "dv"),
        ("check-for-cert", "ca"),
        ("wait-upload-third-party", "third-party"),
        ("verify-third-party-cert", "third-party"),
        ("wait-review-third-party-cert", "post third-party"),
        ("wait-review-cert-warning", "post ca"),
        ("create-slot-files", ""),
        ("deploy-cert-to-staging", ""),
        ("live-check-action", ""),
        (UNKNOWN, "unknown"),
        ("wait-ack-change-management", "ack"),
        ("deploy-cert-to-production", ""),
        ("complete", ""),
    ),
    "network": (
        ("new", ""),
        (PRE_REVIEW, "pre"),
        ("create-slot-files", ""),
        ("deploy-changes-to-staging", "staging"),
        ("live-check-action", ""),
        (UNKNOWN, "unknown"),
        ("wait-review-cert-warning", "post"),
        ("wait-ack-change-management", "ack"),
        ("deploy-cert-to-production", ""),
        ("complete", ""),
    ),
    "removal": (
        ("new", ""),
        ("wait-review-cert-warning", "removal"),
        (UNKNOWN, "unknown"),
        ("abandon-slots-action", ""),
        ("deprovision-cert", ""),
        ("complete", ""),
    ),
}


def script(emulator: Emulator, enrollment: Mapping[str, Any], kind: str, *, bypass: bool = False) -> list[str]:
    """The statuses a new change of this enrollment will pass. `bypass` leaves staging out."""
    warnings = enrollment.get("verificationWarnings") or {}
    third_party = enrollment["validationType"] == "third-party"
    conditions = {
        "pre": bool(warnings.get("pre")) or emulator.switch("cps_pre_verification_warnings") == "on",
        "post": bool(warnings.get("post")) or emulator.switch("cps_post_verification_warnings") == "on",
        "removal": emulator.switch("cps_removal_warnings") == "on",
        "unknown": emulator.switch("cps_unknown_status") == "on",
        "ack": enrollment["changeManagement"] and not bypass,
        "staging": not bypass,
        "dv": enrollment["validationType"] == "dv",
        "third-party": third_party,
        "ca": not third_party,
    }
    return [status for status, traits in SCRIPTS[kind] if all(conditions[trait] for trait in traits.split())]
