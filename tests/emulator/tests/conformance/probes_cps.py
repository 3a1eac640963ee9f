# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the switches of CPS show (see `probes.py`)."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

from .certificates import issue
from .cps_worlds import (
    DV,
    ENROLLMENTS,
    NEW_ENROLLMENT,
    OV,
    STEP,
    THIRD_PARTY,
    Document,
    accepted,
    binding,
    change,
    create,
    enrollment,
    heads,
    network,
    put,
    sans,
    vnd,
    walk,
)
from .harness import Facts, House
from .probes import probe

ACKNOWLEDGE = {"acknowledgement": "acknowledge"}


def info(house: House, facts: Facts) -> Document:
    found: Document = change(house, facts["e"], facts["c"])
    return found


def acknowledge(house: House, number: int, of: int, segment: str, body: Any = None) -> int:
    path = f"{ENROLLMENTS}/{number}/changes/{of}/input/update/{segment}"
    media = heads("change-id.v1", "acknowledgement.v1")
    return house.client().send("POST", path, body or ACKNOWLEDGE, media).status_code


def stapling_off(house: House, number: int = DV) -> int:
    return accepted(put(house, number, network(ocspStapling="off")))


@probe("cps_acknowledgement_lag", "change management waits", {"off": [False, False], "on": [True, False]})
def _ack_lag(house: House, facts: Facts) -> Any:
    acknowledge(house, OV, facts["c"], "change-management-ack")
    return [info(house, facts)["statusInfo"]["status"] == "wait-ack-change-management" for _ in range(2)]


@probe("cps_allowed_input_lag", "stock", {"off": [1, 1], "on": [0, 1]})
def _input_lag(house: House, facts: Facts) -> Any:
    number = accepted(put(house, THIRD_PARTY, sans("more.example.com")))
    house.control.advance(10 * STEP)
    return [len(change(house, THIRD_PARTY, number)["allowedInput"]) for _ in range(2)]


@probe("cps_authentication_options", "set active on both", {"optional": 202, "required": 400})
def _options(house: House, facts: Facts) -> Any:
    return put(house, DV, network(clientMutualAuthentication={"setId": facts["set"]})).status_code


def expiry(house: House, number: int) -> dt.datetime:
    path = f"{ENROLLMENTS}/{number}/deployments/production"
    shown = house.client().ask("GET", path, headers=heads("deployment.v8"))
    return dt.datetime.fromisoformat(shown["primaryCertificate"]["expiry"])


def into_the_window(house: House, number: int = DV) -> None:
    """The renewal window of a DV certificate opens 20 days before its expiry."""
    left = expiry(house, number) - dt.datetime.now(dt.UTC)
    house.control.advance((left - dt.timedelta(days=19)).total_seconds())


@probe("cps_auto_renewal", "stock", {"off": False, "on": True})
def _renewal(house: House, facts: Facts) -> Any:
    before = expiry(house, DV)
    into_the_window(house)
    return expiry(house, DV) > before


@probe("cps_renewal_window_status", "stock", {"409": 409, "400": 400, "403": 403})
def _window(house: House, facts: Facts) -> Any:
    into_the_window(house)
    return put(house, DV, network(ocspStapling="off")).status_code


@probe("cps_binding_network", "set active on both", {"any": 202, "enhanced_sni": 400})
def _binding_network(house: House, facts: Facts) -> Any:
    body = copy.deepcopy(NEW_ENROLLMENT)
    body["networkConfiguration"] |= {"secureNetwork": "standard-tls"}
    number = int(create(house, body).json()["enrollment"].rsplit("/", 1)[-1])
    return put(house, number, binding(facts["set"]), query="?allow-cancel-pending-changes=true").status_code


@probe(
    "cps_ca_set_refusal", "set active on staging", {"put": 400, "change": ("error", "invalid-network-configuration")}
)
def _refusal(house: House, facts: Facts) -> Any:
    answer = put(house, DV, binding(facts["set"]))
    if answer.status_code != 202:
        return answer.status_code
    number = accepted(answer)
    state = walk(house, DV, number)[-1][0]
    return state, change(house, DV, number)["statusInfo"]["error"]["code"]


@probe("cps_staging_only_ca_set", "set active on staging", {"refuse": [400, 400], "ov_ev": [400, 202]})
def _staging_only(house: House, facts: Facts) -> Any:
    return [put(house, number, binding(facts["set"])).status_code for number in (DV, OV)]


@probe("cps_cancelled_change", "network change pending", {"keep": "off", "revert": "on"})
def _cancelled(house: House, facts: Facts) -> Any:
    path = f"{ENROLLMENTS}/{DV}/changes/{facts['c']}"
    house.client().ask("DELETE", path, headers=heads("change-id.v1"))
    return enrollment(house, DV)["networkConfiguration"]["ocspStapling"]


@probe("cps_completed_change", "network change pending", {"readable": 200, "gone": 404})
def _completed(house: House, facts: Facts) -> Any:
    house.control.advance(100 * STEP)
    path = f"{ENROLLMENTS}/{DV}/changes/{facts['c']}"
    return house.client().send("GET", path, headers=heads("change.v2")).status_code


@probe("cps_create_limit", "new enrollment", {"documented": 409, "off": 202})
def _create_limit(house: House, facts: Facts) -> Any:
    body = NEW_ENROLLMENT | {"csr": NEW_ENROLLMENT["csr"] | {"cn": "newer.example.com", "sans": []}}
    return create(house, body).status_code


@probe("cps_deny", "change management waits", {"suspended": "suspended", "cancelled": "cancelled"})
def _deny(house: House, facts: Facts) -> Any:
    assert acknowledge(house, OV, facts["c"], "change-management-ack", {"acknowledgement": "deny"}) == 200
    return info(house, facts)["statusInfo"]["state"]


@probe("cps_dv_state", "stock", {"awaiting-input": "awaiting-input", "suspended": "suspended"})
def _dv_state(house: House, facts: Facts) -> Any:
    number = accepted(put(house, DV, sans("more.example.com")))
    return walk(house, DV, number, until="coordinate-domain-validation")[-1][0]


@probe("cps_dv_validation", "stock", {"acknowledged": "coordinate-domain-validation", "automatic": "complete"})
def _dv_validation(house: House, facts: Facts) -> Any:
    number = accepted(put(house, DV, sans("more.example.com")))
    house.control.advance(100 * STEP)
    return change(house, DV, number)["statusInfo"]["status"]


@probe("cps_early_acknowledgement", "stock", {"409": 409, "404": 404})
def _early(house: House, facts: Facts) -> Any:
    house.control.switch(cps_pre_verification_warnings="on")
    return acknowledge(house, DV, stapling_off(house), "pre-verification-warnings-ack")


ERRORS_AT = (
    *("pre-verification-safety-checks", "check-for-cert", "create-slot-files", "deploy-changes-to-staging"),
    *("deploy-cert-to-staging", "live-check-action", "deploy-cert-to-production", "deprovision-cert"),
)
# Statuses of a certificate change, of a network change, of a removal: the first of them that meets the status fails.
OF_NETWORK, OF_REMOVAL = {"deploy-changes-to-staging"}, {"deprovision-cert"}


@probe("cps_error_at", "stock", {"none": None} | {status: status for status in ERRORS_AT})
def _error_at(house: House, facts: Facts) -> Any:
    """An OV certificate, a network and a removal, one after the other; the status at which one of them failed."""
    for edits in ((sans("more.ov.example.net"),), (network(ocspStapling="off"),), ()):
        if edits:
            number = accepted(put(house, OV, *edits, query="?allow-cancel-pending-changes=true"))
        else:
            path = f"{ENROLLMENTS}/{OV}?allow-cancel-pending-changes=true"
            number = accepted(house.client().send("DELETE", path, headers=heads("enrollment-status.v1")))
        house.control.advance(100 * STEP)
        answer = house.client().send("GET", f"{ENROLLMENTS}/{OV}/changes/{number}", headers=heads("change.v2"))
        found = answer.json().get("statusInfo", {})
        if found.get("state") == "error":
            return found["status"]
    return None


@probe("cps_failed_change", "stock", {"pending": 1, "gone": 0})
def _failed(house: House, facts: Facts) -> Any:
    house.control.switch(cps_error_at="create-slot-files")
    stapling_off(house)
    house.control.advance(100 * STEP)
    return len(enrollment(house, DV)["pendingChanges"])


@probe("cps_links", "stock", {"cps/v2": "/cps/v2/enrollments/10001", "cps-api": "/cps-api/enrollments/10001"})
def _links(house: House, facts: Facts) -> Any:
    return enrollment(house, DV)["location"]


@probe("cps_malformed_path", "stock", {"404": 404, "500": 500})
def _path(house: House, facts: Facts) -> Any:
    return house.client().send("GET", f"{ENROLLMENTS}/abc", headers=heads("enrollment.v12")).status_code


@probe("cps_media_types", "stock", {"strict": 406, "lax": 200})
def _media(house: House, facts: Facts) -> Any:
    return house.client().send("GET", f"{ENROLLMENTS}/{DV}", headers={"Accept": "application/json"}).status_code


def without(*names: str) -> Any:
    return lambda body: [body.pop(name, None) for name in names]


@probe("cps_missing_contacts", "stock", {"reset": 200, "refuse": 400})
def _contacts(house: House, facts: Facts) -> Any:
    return put(house, DV, without("adminContact", "techContact", "orgId")).status_code


@probe("cps_missing_deployment", "new enrollment", {"404": (404, None), "null": (200, "null")})
def _deployment(house: House, facts: Facts) -> Any:
    path = f"{ENROLLMENTS}/{facts['e']}/deployments/staging"
    media = {"Accept": vnd("deployment.v8")}
    answer = house.client().session.get(
        f"https://{house.client().host}{path}", headers=media, verify=str(house.ca_path), timeout=30
    )
    return answer.status_code, answer.text if answer.ok else None


@probe("cps_multi_stacked_shown", "stock", {"third-party": [False, True], "always": [True, True]})
def _stacked(house: House, facts: Facts) -> Any:
    return ["enableMultiStackedCertificates" in enrollment(house, number) for number in (DV, THIRD_PARTY)]


TYPES = ("modify-certificate", "modify-san", "new-certificate", "renewal")


@probe("cps_network_change_type", "stock", {"null": None} | {name: name for name in TYPES})
def _change_type(house: House, facts: Facts) -> Any:
    stapling_off(house)
    return enrollment(house, DV)["pendingChanges"][0]["changeType"]


@probe("cps_null_preferred_trust_chain", "stock", {"accept": 200, "refuse": 400})
def _chain(house: House, facts: Facts) -> Any:
    return put(house, DV, lambda body: body["csr"].update(preferredTrustChain=None)).status_code


@probe("cps_null_set_id", "binding deployed", {"refuse": 400, "remove": 202})
def _null_set(house: House, facts: Facts) -> Any:
    return put(house, DV, network(clientMutualAuthentication={"setId": None})).status_code


@probe("cps_post_verification_warnings", "stock", {"off": "complete", "on": "wait-review-cert-warning"})
def _post_warnings(house: House, facts: Facts) -> Any:
    return walk(house, DV, stapling_off(house))[-1][1]


@probe(
    "cps_pre_verification_warnings",
    "stock",
    {"off": "complete", "on": "wait-review-pre-verification-safety-checks"},
)
def _pre_warnings(house: House, facts: Facts) -> Any:
    return walk(house, DV, stapling_off(house))[-1][1]


@probe("cps_rate_limit_body", "stock", {"json": "application/problem+json", "text": "text/plain"})
def _limit_body(house: House, facts: Facts) -> Any:
    house.control.switch(rate_limits="documented")
    for _ in range(60):
        answer = house.client().send("GET", ENROLLMENTS, headers=heads("enrollments.v12"))
        if answer.status_code == 429:
            return answer.headers["Content-Type"].split(";")[0]
    return None


@probe("cps_removal_warnings", "removal pending", {"off": "complete", "on": "wait-review-cert-warning"})
def _removal(house: House, facts: Facts) -> Any:
    """The switch counts for removals that start from now on."""
    path = f"{ENROLLMENTS}/{OV}?allow-cancel-pending-changes=true"
    number = accepted(house.client().send("DELETE", path, headers=heads("enrollment-status.v1")))
    house.control.advance(100 * STEP)
    answer = house.client().send("GET", f"{ENROLLMENTS}/{OV}/changes/{number}", headers=heads("change.v2"))
    return answer.json()["statusInfo"]["status"] if answer.ok else "complete"


@probe("cps_uncancellable", "network change pending", {"409": 409, "500": 500, "off": 200})
def _uncancellable(house: House, facts: Facts) -> Any:
    walk(house, DV, facts["c"], until="deploy-changes-to-staging")
    path = f"{ENROLLMENTS}/{DV}/changes/{facts['c']}"
    return house.client().send("DELETE", path, headers=heads("change-id.v1")).status_code


@probe("cps_unknown_status", "stock", {"off": False, "on": True})
def _unknown(house: House, facts: Facts) -> Any:
    return "ma-emulated-propagation" in [status for _, status in walk(house, DV, stapling_off(house))]


@probe("cps_uploaded_key", "upload waits", {"checked": 400, "unchecked": 200})
def _uploaded(house: House, facts: Facts) -> Any:
    """A certificate for a request of another change."""
    path = f"{ENROLLMENTS}/{THIRD_PARTY}/changes/{facts['c']}"
    shown = house.client().ask("GET", f"{path}/input/info/third-party-csr", headers=heads("csr.v2"))["csrs"]
    query = "?allow-cancel-pending-changes=true"
    number = accepted(put(house, THIRD_PARTY, sans("third.example.com"), query=query))
    walk(house, THIRD_PARTY, number)
    leaves = [{"certificate": issue(item["csr"]), "keyAlgorithm": item["keyAlgorithm"]} for item in shown]
    path = f"{ENROLLMENTS}/{THIRD_PARTY}/changes/{number}/input/update/third-party-cert-and-trust-chain"
    media = heads("change-id.v1", "certificate-and-trust-chain.v2")
    return house.client().send("POST", path, {"certificatesAndTrustChains": leaves}, media).status_code


@probe("cps_v11_fips", "stock", {"clear": False, "keep": True})
def _fips(house: House, facts: Facts) -> Any:
    accepted(put(house, DV, network(fipsMode=True)))
    house.control.advance(100 * STEP)
    body = {name: value for name, value in enrollment(house, DV, "v11").items() if name != "pendingChanges"}
    body |= {"enableMultiStackedCertificates": False}
    path = f"{ENROLLMENTS}/{DV}"
    house.client().ask("PUT", path, body, heads("enrollment-status.v1", "enrollment.v11"))
    return enrollment(house, DV)["networkConfiguration"]["fipsMode"]
