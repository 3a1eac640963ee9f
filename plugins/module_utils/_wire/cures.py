# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do about a refusal: one table, the first row that fits counts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """`type` and `text` are regular expressions, `type` over whole path segments at the end of a type. A
    member left out fits everything. `passing`: the same run may succeed later."""

    cure: str
    api: str = ""
    status: tuple[int, ...] = ()
    type: str = ""
    text: str = ""
    passing: bool = False


_AGAIN = "Run the task again in a few minutes."
_SUPPORT = "Run the task again; if it lasts, give Akamai support the request id."
_FREEZE = "A version that was ever active cannot change: let the module make a new one (`when_frozen: new_version`)."

CURES: tuple[Row, ...] = (
    # The gateway: credentials, clock, grants, bursts (edgegrid.md 4).
    Row(
        "Set the clock of the machine that runs the task (NTP): it is {offset}, and 30 s are allowed.",
        type="pep-authn/.+",
        text="(?i)timestamp",
    ),
    Row(
        "Too many requests came in a short time. Wait some minutes, and run fewer jobs on this account at a time.",
        status=(400,),
        text="IPBLOCK",
        passing=True,
    ),
    Row(
        "client_secret does not belong to client_token, or something on the way changed the request. Copy all four "
        "values of one credential once more; see that no proxy rewrites requests.",
        type="pep-authn/.+",
        text="(?i)signature",
    ),
    Row(
        "The API client is switched off. Activate its credential in Control Center, Identity & Access.",
        type="pep-authn/.+",
        text="(?i)inactive client",
    ),
    Row(
        "Akamai does not know this client_token on this host. Copy all four values of one credential once more.",
        type="pep-authn/.+",
        text="(?i)client token",
    ),
    Row(
        "access_token does not belong to client_token. Copy all four values of one credential once more.",
        type="pep-authn/.+",
        text="(?i)access token",
    ),
    Row("Check the credentials with akamai_grants_info.", type="pep-authn/.+"),
    Row(
        "This client may not use the account switch key. Check the key, and that the client may act on other accounts.",
        type="pep-authz/.+",
        text="(?i)switch",
    ),
    Row(
        "Grant the API client the service {service} (READ-WRITE for changes) in Control Center, Identity & Access; "
        "akamai_grants_info shows what it has.",
        type="pep-authz/.+",
    ),
    # Rates and quotas.
    Row(
        "So many activations are allowed in a day: wait, or raise `wait_timeout`, and activate less often.",
        type=r"rate-limit-exceeded\.activations",
        passing=True,
    ),
    Row(
        "{limit} is used up: waiting does not help. Delete what is not needed, or have Akamai raise the limit.",
        status=(429,),
        type="limit-exceeded",
    ),
    Row(
        "{limit} is used up: waiting does not help. Delete what is not needed, or have Akamai raise the limit.",
        status=(429,),
        text="[A-Z]+_PER_[A-Z]+",
    ),
    Row(
        "All clients of the account share the quota of requests. Wait, raise `retry_timeout`, or run fewer jobs.",
        status=(429,),
        passing=True,
    ),
    Row("The service is overloaded. " + _AGAIN, status=(503,), passing=True),
    # METS (mets-v2.md 4).
    Row(
        "Give the API client's user a role with access to {service} (READ-WRITE for changes).",
        api="mets",
        type="forbidden",
    ),
    Row("Choose another name, or use the set that has it.", type="ca-set-name-is-not-unique"),
    Row("A name has 3 to 64 characters of A-Z a-z 0-9 . _ - % and no '...'.", type="ca-set-name-validation-failure"),
    Row("The account holds as many CA sets as it may: delete one.", type="ca-set-limit-reached"),
    Row("The set holds as many versions as it may: delete old ones.", type="ca-set-version-limit-reached"),
    Row("Leave out certificates that nobody needs, expired ones first.", type="certificate-limit-reached"),
    Row("Correct the field that the message names.", api="mets", type="invalid-field"),
    Row("Use the version that holds these certificates already.", type="duplicate-ca-set-version"),
    Row(
        "Correct or leave out the certificates in `errors`.",
        type="certificate-validation-failure(-create|-update|-activate)?",
    ),
    Row(
        "The set is being deleted. Wait until it is gone, then run the task again.",
        type="delete-ca-set-request-in-progress",
        passing=True,
    ),
    Row(
        "Wait until the running operation ends, then run the task again.",
        type="another-(de)?activation-.+|ca-set-cannot-be-deleted-in-progress-version-activations",
        passing=True,
    ),
    Row(
        "Deactivate the set on both networks first (`deactivate: true`).",
        type="ca-set-cannot-be-deleted-active-versions",
    ),
    Row(_FREEZE, type="ca-set-version-is-active|ca-set-version-was-previously-active"),
    Row(
        "Take the set out of the enrollments and host names that use it first.",
        type="ca-set-in-use-by-.+|ca-set-bound-to-hostname",
    ),
    Row(
        "Check the name or id: mets_ca_set_info lists what there is.", type="ca-set-not-found|ca-set-version-not-found"
    ),
    # CPS (cps-v2.md 9).
    Row(
        "A change of the enrollment is pending. Wait for it (`pending_changes: wait`), or have it cancelled "
        "(`pending_changes: cancel`) while it is not being deployed.",
        type="cannot-cancel-pending-change",
        passing=True,
    ),
    Row(
        "Take its host names off the properties first, or wait until they are off the network.",
        type="certificate-live-on-network",
        passing=True,
    ),
    Row("The change has moved on. " + _AGAIN, type="invalid-enrollment-state", passing=True),
    Row(
        "See that the CA set exists and is active on both networks, and check `detail`.",
        api="cps",
        status=(400,),
        text="(?i)invalid network configuration",
    ),
    Row(
        "Check the id: cps_enrollment_info lists what there is. The input of a change is gone once the change moves on.",
        api="cps",
        status=(404,),
    ),
    # PAPI (papi-v1.md 12.7, 13).
    Row("Name `contract_id` and `group_id`.", api="papi", type="problem-extracting-contract-group"),
    Row("Name `contract_id` and `group_id`.", api="papi", status=(302,)),
    Row("A version that was ever active cannot change: work on a new one.", type="property-version/already-activated"),
    Row("The rule is locked: only Akamai may change it.", type="lock-error(/.+)?"),
    Row(
        "Somebody else changed the version meanwhile. Run the task again.",
        type="etag-conflict|precondition-failed",
        passing=True,
    ),
    Row(
        "Another edit or activation runs. " + _AGAIN,
        type="resource-busy|(property_activation_still_|activation/still-)pending",
        passing=True,
    ),
    Row(
        "Activate one network after the other. " + _AGAIN,
        type=r"validation_failed\.error\.arlfile\.exists",
        passing=True,
    ),
    Row(_AGAIN, type=r"validation_failed\.error\.activation\.tower_precondition\.failed", passing=True),
    Row(
        "Acknowledge the warnings (`acknowledge_warnings`, or `acknowledge_warnings_matching`).",
        type="warnings-not-acknowledged",
    ),
    Row("Give `notify_emails`.", type="bad-notifyemails"),
    Row(
        "This client activates for a customer: give `compliance_record` with the `noncompliance_reason`, or with `NONE` and "
        "`customer_email`, `peer_reviewed_by` and `unit_tested: true`.",
        type="missing[-_]compliance[-_]record",
    ),
    Row(
        "Complete `compliance_record`: the reason `NONE` needs `customer_email`, `peer_reviewed_by` and `unit_tested: true`, "
        "`OTHER` needs `other_noncompliance_reason`.",
        type="missing[-_]compliance[-_]record[-_]info",
    ),
    Row("Name somebody else as `peer_reviewed_by` in `compliance_record`.", type="self-peer-review"),
    Row(
        "The host name has moved here from another account. The message says from when on it can be activated: run the "
        "task again then.",
        type="cachewipe-error-possible",
        passing=True,
    ),
    Row(
        "PAPI has given up, and trying again is no cure: give Akamai support the request id.",
        type="property_(de)?activation_failed",
    ),
    Row(
        "The certificate is not deployed yet. " + _AGAIN,
        type="unauthorized_third_party_cert_for_hostname",
        passing=True,
    ),
    Row(
        "The rule format or the contract does not have this. Check the property's rule format.",
        type="invalid-rule-format",
    ),
    Row("Check the name or id: papi_property_info lists what the client may see.", api="papi", status=(404,)),
    Row(
        "The client does not see this contract, group or property. Check `contract_id`, `group_id` and its role.",
        api="papi",
        status=(403,),
    ),
    Row(
        "The request does not speak the API's version. Check that this collection is up to date.",
        status=(405, 406, 415),
    ),
    Row(
        "The answer comes from something in between. Check `host` and the proxy settings.",
        status=(301, 302, 303, 307, 308, 407),
    ),
    Row(_SUPPORT, status=(500, 502, 504), passing=True),
)


def cure_for(
    *, api: str, status: int, types: Sequence[str], text: str, facts: Mapping[str, str]
) -> tuple[str | None, bool]:
    """The cure of the first row that fits, filled in with `facts`, and whether the trouble passes by itself. `types` are
    those of the problem and of its errors."""
    for row in CURES:
        if (
            row.api in ("", api)
            and (not row.status or status in row.status)
            and (not row.type or any(re.search(rf"(?:^|/)(?:{row.type})/?$", kind) for kind in types))
            and (not row.text or re.search(row.text, text))
        ):
            return row.cure.format_map(facts), row.passing
    return None, False
