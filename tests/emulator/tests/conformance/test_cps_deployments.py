# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployments, histories, removal of enrollments (cps-v2.md 7, 8)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from cryptography import x509

from .cps_worlds import (
    DV,
    ENROLLMENTS,
    KINDS,
    OV,
    THIRD_PARTY,
    accepted,
    change,
    enrollment,
    finish,
    heads,
    members,
    network,
    problem,
    put,
    row,
    walk,
)
from .harness import House, Row, run

NOT_FOUND: dict[str, Any] = {"type": problem("not-found"), "has": {"title": "Not Found"}}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def certificate(text: Any) -> bool:
    return isinstance(text, str) and bool(x509.load_pem_x509_certificate(text.encode()).subject)


CERTIFICATE = {
    "certificate": certificate,
    "expiry": TIME,
    "keyAlgorithm": re.compile("RSA|ECDSA"),
    "signatureAlgorithm": re.compile("SHA-(1|256)"),
    "trustChain": lambda found: found is None or certificate(found),
}
NETWORK = {
    "geography": "core",
    "secureNetwork": "enhanced-tls",
    "sniOnly": True,
    "quicEnabled": bool,
    "mustHaveCiphers": str,
    "preferredCiphers": str,
    "ocspStapling": str,
    "disallowedTlsVersions": list,
    "dnsNames": list,
}
DEPLOYMENT = (
    {"ocspStapled": bool, "ocspUris": list, "multiStackedCertificates": list}
    | {f"networkConfiguration.{name}": value for name, value in NETWORK.items()}
    | {f"primaryCertificate.{name}": value for name, value in CERTIFICATE.items()}
)
BINDING, FIPS = "networkConfiguration.clientMutualAuthentication", "networkConfiguration.fipsMode"


def under(prefix: str, has: dict[str, Any]) -> dict[str, Any]:
    return {f"{prefix}.{name}": value for name, value in has.items()}


DEPLOYED = [
    *(
        row(
            f"deployment: {name} of {kind}",
            "stock",
            f"GET {ENROLLMENTS}/{number}/deployments/{name}",
            "deployment.v8",
            has=DEPLOYMENT | {FIPS: lambda found: found in (True, False, None)},
            hasnot=(BINDING, "production", "staging"),
        )
        for number, kind in KINDS.items()
        for name in ("staging", "production")
    ),
    row(
        "deployment: v7 has no fipsMode",
        "stock",
        f"GET {ENROLLMENTS}/{DV}/deployments/staging",
        "deployment.v7",
        has=DEPLOYMENT,
        hasnot=(BINDING, FIPS),
    ),
    row(
        "deployments",
        "stock",
        f"GET {ENROLLMENTS}/{DV}/deployments",
        "deployments.v8",
        has=under("staging", DEPLOYMENT) | under("production", DEPLOYMENT),
        hasnot=(f"staging.{BINDING}", f"production.{BINDING}"),
    ),
    row(
        "deployments: v7", "stock", f"GET {ENROLLMENTS}/{DV}/deployments", "deployments.v7", hasnot=(f"staging.{FIPS}",)
    ),
    row(
        "deployments: nothing deployed",
        "new enrollment",
        f"GET {ENROLLMENTS}/{{e}}/deployments",
        "deployments.v8",
        has={"staging": None, "production": None},
    ),
    row(
        "deployment: nothing deployed",
        "new enrollment",
        f"GET {ENROLLMENTS}/{{e}}/deployments/staging",
        "deployment.v8",
        404,
        mark="U: 404, switch cps_missing_deployment",
    ),
    row(
        "deployment: a binding stays unseen",
        "binding deployed",
        f"GET {ENROLLMENTS}/{DV}/deployments/staging",
        "deployment.v8",
        hasnot=(BINDING,),
    ),
    row("deployments: unknown", "stock", f"GET {ENROLLMENTS}/99/deployments", "deployments.v8", 404, **NOT_FOUND),
    row("deployment: unknown", "stock", f"GET {ENROLLMENTS}/99/deployments/staging", "deployment.v8", 404, **NOT_FOUND),
    row("deployment: unknown network", "stock", f"GET {ENROLLMENTS}/{DV}/deployments/test", "deployment.v8", 404),
]

CHANGES, CERTIFICATES = f"{ENROLLMENTS}/{{e}}/history/changes", f"{ENROLLMENTS}/{{e}}/history/certificates"
HISTORY = [
    row(
        "changes: one pending",
        "network change pending",
        f"GET {CHANGES}",
        "change-history.v5",
        has={
            "changes.0.action": "update-network-configuration",
            "changes.0.actionDescription": "Update Network Configuration",
            "changes.0.status": "incomplete",
            "changes.0.createdBy": str,
            "changes.0.createdOn": TIME,
            "changes.0.lastUpdated": lambda found: found is None or TIME.fullmatch(found),
            "changes.0.ra": "lets-encrypt",
            "changes.0.businessCaseId": lambda found: found is None or isinstance(found, str),
            "changes.0.primaryCertificate": lambda found: found is None or isinstance(found, dict),
            "changes.0.primaryCertificateOrderDetails": lambda found: found is None or isinstance(found, dict),
            "changes.0.multiStackedCertificates": list,
        },
        hasnot=("changes.0.id", "changes.0.changeId"),
    ),
    row(
        "changes: with everything",
        "network change pending",
        f"GET {CHANGES}?includeAll=true",
        "change-history.v5",
        has={"changes": list},
    ),
    row(
        "certificates",
        "network change pending",
        f"GET {CERTIFICATES}",
        "certificate-history.v2",
        has={
            "certificates.0.deploymentStatus": "active",
            "certificates.0.stagingStatus": "active",
            "certificates.0.slots": list,
            "certificates.0.type": str,
            "certificates.0.ra": "lets-encrypt",
            "certificates.0.geography": str,
            "certificates.0.primaryCertificate.certificate": certificate,
        },
    ),
    row("changes: unknown", "stock", f"GET {ENROLLMENTS}/99/history/changes", "change-history.v5", 404, **NOT_FOUND),
    row(
        "certificates: unknown",
        "stock",
        f"GET {ENROLLMENTS}/99/history/certificates",
        "certificate-history.v2",
        404,
        **NOT_FOUND,
    ),
]

GONE = f"DELETE {ENROLLMENTS}/{{e}}"
FORCED = f"{GONE}?allow-cancel-pending-changes=true"
STATUS = "enrollment-status.v1"
LINK = "/cps/v2/enrollments/{e}"
REMOVE = [
    row(
        "remove: deployed",
        "stock",
        f"DELETE {ENROLLMENTS}/{OV}",
        STATUS,
        202,
        has={"enrollment": f"/cps/v2/enrollments/{OV}", "changes": lambda found: len(found) == 1},
    ),
    row(
        "remove: never deployed",
        "new enrollment",
        f"{GONE}?allow-cancel-pending-changes=true",
        STATUS,
        200,
        has={"enrollment": LINK, "changes": list},
    ),
    row(
        "remove: a change is pending",
        "change management waits",
        GONE,
        STATUS,
        409,
        type=problem("cannot-cancel-pending-change"),
    ),
    row(
        "remove: the pending change cancelled",
        "change management waits",
        f"{GONE}?allow-cancel-pending-changes=true",
        STATUS,
        202,
    ),
    row(
        "remove: host names are live",
        "stock",
        f"DELETE {ENROLLMENTS}/{DV}",
        STATUS,
        409,
        type=problem("certificate-live-on-network"),
        has={
            "title": "Cannot deprovision certificate(s). Certificate(s) are still live.",
            "detail": re.compile(
                r"All Domains Inactive failure\. Live certificates found on network: \[.*www\.example\.com.*\]"
            ),
        },
    ),
    row("remove: unknown", "stock", f"DELETE {ENROLLMENTS}/99", STATUS, 404, **NOT_FOUND),
]


@pytest.mark.parametrize("row", [*DEPLOYED, *HISTORY, *REMOVE], ids=str)
def test_deployments(running: House, row: Row) -> None:
    run(running, row)


def deployed(house: House, number: int, name: str) -> Any:
    path = f"{ENROLLMENTS}/{number}/deployments/{name}"
    return house.client().ask("GET", path, headers=heads("deployment.v8"))["networkConfiguration"]


@pytest.mark.parametrize("number", KINDS, ids=list(KINDS.values()))
def test_a_deployment_is_what_was_asked_for(house: House, number: int) -> None:
    """With nothing pending both networks serve the enrollment's own configuration, member by member (7)."""
    wish = network(mustHaveCiphers="ak-akamai-2020q1", preferredCiphers="ak-akamai-tls13-only", ocspStapling="not-set")
    finish(house, number, accepted(put(house, number, wish)))
    shown = enrollment(house, number)["networkConfiguration"]
    for name in ("staging", "production"):
        found = deployed(house, number, name)
        assert {key: found[key] for key in found if key != "dnsNames"} == {
            key: shown[key] for key in found if key != "dnsNames"
        }
        assert set(found["dnsNames"]) == set(shown["dnsNameSettings"]["dnsNames"])


def test_deployments_follow_the_change(running: House) -> None:
    """GET enrollment shows the wish at once; staging gets it first, production at the end (5, 6.4)."""
    facts = running.enter("network change pending")
    before = (deployed(running, DV, "staging")["ocspStapling"], deployed(running, DV, "production")["ocspStapling"])
    assert "off" not in before
    walk(running, DV, facts["c"], until="deploy-cert-to-production")
    assert (
        deployed(running, DV, "staging")["ocspStapling"] == "off" != deployed(running, DV, "production")["ocspStapling"]
    )
    finish(running, DV, facts["c"])
    assert deployed(running, DV, "production")["ocspStapling"] == "off"


def history(house: House, number: int) -> list[dict[str, Any]]:
    path = f"{ENROLLMENTS}/{number}/history/changes"
    found: list[dict[str, Any]] = house.client().ask("GET", path, headers=heads("change-history.v5"))["changes"]
    return found


def test_history_is_newest_first(running: House) -> None:
    facts = running.enter("network change pending")
    finish(running, DV, facts["c"])
    second = accepted(put(running, DV, network(ocspStapling="not-set")))
    running.client().ask("DELETE", f"{ENROLLMENTS}/{DV}/changes/{second}", headers=heads("change-id.v1"))
    found = history(running, DV)
    assert [item["status"] for item in found[:2]] == ["cancelled", "completed"]
    assert found[0]["createdOn"] >= found[1]["createdOn"]


def test_a_certificate_is_found_in_the_history(house: House) -> None:
    """The first entry with a certificate is the one in use (clients.md 3)."""
    first = next(
        item for item in history(house, THIRD_PARTY) if item["primaryCertificate"] or item["multiStackedCertificates"]
    )
    entry = first["primaryCertificate"] or first["multiStackedCertificates"][0]
    assert certificate(entry["certificate"])
    assert {"certificate", "trustChain", "csr", "keyAlgorithm"} <= set(entry)


def test_a_removal(running: House) -> None:
    """GET stays 200 until the removal change completes, then 404 with the title `Not Found` (8, clients.md 3)."""
    facts = running.enter("removal pending")
    assert [item["location"] for item in enrollment(running, OV)["pendingChanges"]] == [
        f"/cps/v2/enrollments/{OV}/changes/{facts['c']}"
    ]
    assert change(running, OV, facts["c"])["statusInfo"]["state"] in ("new", "running")
    running.control.advance(100 * 600)
    answer = running.client().send("GET", f"{ENROLLMENTS}/{OV}", headers=heads("enrollment.v12"))
    assert (answer.status_code, answer.json()["title"]) == (404, "Not Found")
    listed = running.client().ask("GET", ENROLLMENTS, headers=heads("enrollments.v11"))["enrollments"]
    assert OV not in [item["id"] for item in listed]


def test_a_removed_newcomer_is_gone_at_once(running: House) -> None:
    facts = running.enter("new enrollment")
    path = f"{ENROLLMENTS}/{facts['e']}"
    assert running.client().send("DELETE", path, headers=heads(STATUS)).status_code == 409, (
        "its first change is pending"
    )
    running.client().ask("DELETE", f"{path}?allow-cancel-pending-changes=true", headers=heads(STATUS))
    assert running.client().send("GET", path, headers=heads("enrollment.v12")).status_code == 404


def test_a_removal_may_stop_for_a_warning(running: House) -> None:
    """At `wait-review-cert-warning`, seen in 2026 (8, O)."""
    running.enter("stock")
    running.control.switch(cps_removal_warnings="on")
    path = f"{ENROLLMENTS}/{OV}"
    change_id = accepted(running.client().send("DELETE", path, headers=heads(STATUS)))
    assert walk(running, OV, change_id)[-1] == ("awaiting-input", "wait-review-cert-warning")
    link = change(running, OV, change_id)["allowedInput"][0]["update"]
    body = {"acknowledgement": "acknowledge"}
    assert running.client().send("POST", link, body, heads("change-id.v1", "acknowledgement.v1")).status_code == 200
    running.control.advance(100 * 600)
    assert running.client().send("GET", path, headers=heads("enrollment.v12")).status_code == 404


def test_a_removal_is_a_pending_change(running: House) -> None:
    running.enter("removal pending")
    assert put(running, OV, members(changeManagement=True), network(ocspStapling="off")).status_code == 409
    again = running.client().send("DELETE", f"{ENROLLMENTS}/{OV}", headers=heads(STATUS))
    assert again.status_code == 409
