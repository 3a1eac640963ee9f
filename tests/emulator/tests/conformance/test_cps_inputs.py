# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inputs of changes: warnings, change management, domain challenges, third-party certificates (cps-v2.md 6.3, clients.md 3)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from cryptography import x509

from .certificates import issue, pem
from .cps_worlds import (
    ANY_PROBLEM,
    CHANGE,
    DV,
    ENROLLMENTS,
    NEW_ENROLLMENT,
    OV,
    STEP,
    THIRD_PARTY,
    accepted,
    change,
    create,
    heads,
    network,
    problem,
    put,
    row,
    walk,
)
from .harness import Facts, House, Row, run

ACK, HASHED = "acknowledgement.v1", "acknowledgement-with-hash.v1"
YES, NO = {"acknowledgement": "acknowledge"}, {"acknowledgement": "deny"}
NOT_FOUND: dict[str, Any] = {"type": problem("not-found"), "has": {"title": "Not Found"}}
LINK = {"change": "/cps/v2/enrollments/{e}/changes/{c}"}
INFO, UPDATE = f"{CHANGE}/input/info", f"{CHANGE}/input/update"
CSR = re.compile(r"-----BEGIN (NEW )?CERTIFICATE REQUEST-----\s[\s\S]+-----END (NEW )?CERTIFICATE REQUEST-----\s*")
CONTENT = "certificate-and-trust-chain.v2"
PENDING = "pendingState.pendingNetworkConfiguration"


def upload(certificate: str, **members: Any) -> dict[str, Any]:
    return {"certificatesAndTrustChains": [{"certificate": certificate, "keyAlgorithm": "RSA", **members}]}


MANAGEMENT = {
    "acknowledgementDeadline": lambda found: found is None or isinstance(found, str),
    "validationResultHash": str,
    f"{PENDING}.ocspStapling": "off",
    f"{PENDING}.mustHaveCiphers": str,
    f"{PENDING}.preferredCiphers": str,
    f"{PENDING}.disallowedTlsVersions": list,
    "pendingState.pendingCertificates": list,
    "validationResult": lambda found: found is None or set(found) == {"errors", "warnings"},
}
NO_SET = ("pendingState.pendingNetworkConfiguration.clientMutualAuthentication",)
READ = [
    row(
        "change management: v6",
        "change management waits",
        f"GET {INFO}/change-management-info",
        "change-management-info.v6",
        has=MANAGEMENT | {f"{PENDING}.fipsMode": lambda found: found in (True, False, None)},
        hasnot=NO_SET,
    ),
    row(
        "change management: v5 has text for flags",
        "change management waits",
        f"GET {INFO}/change-management-info",
        "change-management-info.v5",
        has=MANAGEMENT | {f"{PENDING}.quicEnabled": "false", f"{PENDING}.sniOnly": "true"},
        hasnot=(*NO_SET, f"{PENDING}.fipsMode"),
    ),
    row(
        "change management: what is on staging",
        "change management waits",
        f"GET {INFO}/change-management-info",
        "deployment.v8",
        has={"networkConfiguration.ocspStapling": "off", "primaryCertificate.certificate": str},
    ),
    row(
        "challenges",
        "domains wait",
        f"GET {INFO}/lets-encrypt-challenges",
        "dv-challenges.v2",
        has={
            "dv": lambda found: "more.example.com" in {item["domain"] for item in found},
            "dv.0.status": str,
            "dv.0.validationStatus": str,
            "dv.0.expires": str,
            "dv.0.challenges": lambda found: {item["type"] for item in found} == {"http-01", "dns-01"},
            "dv.0.challenges.0.status": "pending",
            "dv.0.challenges.0.fullPath": str,
            "dv.0.challenges.0.redirectFullPath": lambda found: found is None or isinstance(found, str),
            "dv.0.challenges.0.responseBody": str,
            "dv.0.challenges.0.token": str,
            "dv.0.challenges.0.validationRecords": list,
        },
    ),
    row(
        "third party: csr",
        "upload waits",
        f"GET {INFO}/third-party-csr",
        "csr.v2",
        has={"csrs": list, "csrs.0.csr": CSR, "csrs.0.keyAlgorithm": re.compile("RSA|ECDSA")},
    ),
    row(
        "warnings: none there",
        "network change pending",
        f"GET {INFO}/pre-verification-warnings",
        "warnings.v1",
        404,
        **NOT_FOUND,
    ),
    row(
        "warnings: none after",
        "network change pending",
        f"GET {INFO}/post-verification-warnings",
        "warnings.v1",
        404,
        **NOT_FOUND,
    ),
    row("csr: not asked for", "network change pending", f"GET {INFO}/third-party-csr", "csr.v2", 404, **NOT_FOUND),
    row("unknown input", "network change pending", f"GET {INFO}/colour", "warnings.v1", 404),
    row(
        "unknown change",
        "stock",
        f"GET {ENROLLMENTS}/{DV}/changes/99/input/info/third-party-csr",
        "csr.v2",
        404,
        **NOT_FOUND,
    ),
]


def giving(id: str, given: str, segment: str, content: str, body: Any, status: int = 200, **others: Any) -> Row:
    return row(id, given, f"POST {UPDATE}/{segment}", "change-id.v1", status, body=body, content=content, **others)


MANAGE, DOMAINS, THIRD = (
    "change-management-ack",
    "lets-encrypt-challenges-completed",
    "third-party-cert-and-trust-chain",
)
GIVE = [
    giving("change management: acknowledged", "change management waits", MANAGE, ACK, YES, has=LINK),
    giving("change management: denied", "change management waits", MANAGE, ACK, NO, has=LINK),
    giving("challenges: done", "domains wait", DOMAINS, ACK, YES, has=LINK),
    *(
        giving(f"acknowledgement: {id}", "change management waits", MANAGE, ACK, body, 400, mark="I")
        for id, body in (
            ("another word", {"acknowledgement": "yes"}),
            ("nothing", {}),
            ("unknown key", YES | {"colour": "red"}),
            ("a list", [YES]),
        )
    ),
    *(
        giving(f"third party: {id}", "upload waits", THIRD, CONTENT, body, 400, mark="I")
        for id, body in (
            ("no list", {}),
            ("an empty list", {"certificatesAndTrustChains": []}),
            ("no certificate", {"certificatesAndTrustChains": [{"keyAlgorithm": "RSA"}]}),
            ("unknown algorithm", upload(pem("Leaf", ca=False), keyAlgorithm="DSA")),
            ("no PEM", upload("hello")),
        )
    ),
    giving("change management: not asked for", "network change pending", MANAGE, ACK, YES, 404, **NOT_FOUND),
    giving(
        "post-verification: not asked for",
        "network change pending",
        "post-verification-warnings-ack",
        ACK,
        YES,
        404,
        **NOT_FOUND,
    ),
    giving("upload: not asked for", "network change pending", THIRD, CONTENT, upload(pem()), 404, **NOT_FOUND),
    giving("unknown input given", "network change pending", "colour", ACK, YES, 404),
]


@pytest.mark.parametrize("row", [*READ, *GIVE], ids=str)
def test_inputs(running: House, row: Row) -> None:
    run(running, row)


def acknowledge(house: House, number: int, change_id: int, segment: str, body: Any = None, kind: str = ACK) -> Any:
    path = f"{ENROLLMENTS}/{number}/changes/{change_id}/input/update/{segment}"
    return house.client().send("POST", path, body or YES, heads("change-id.v1", kind))


def test_change_management_goes_on_after_its_acknowledgement(running: House) -> None:
    facts = running.enter("change management waits")
    assert acknowledge(running, OV, facts["c"], MANAGE).status_code == 200
    assert acknowledge(running, OV, facts["c"], MANAGE).status_code in (404, 409), "not twice"
    running.control.advance(STEP)
    assert walk(running, OV, facts["c"])[-1] == ("completed", "complete")


def test_production_waits_for_change_management(running: House) -> None:
    """However long it takes, production is untouched before the acknowledgement; staging has it."""
    facts = running.enter("change management waits")
    found = {}
    for name in ("staging", "production"):
        path = f"{ENROLLMENTS}/{OV}/deployments/{name}"
        found[name] = running.client().ask("GET", path, headers=heads("deployment.v8"))["networkConfiguration"]
    assert found["staging"]["ocspStapling"] == "off" != found["production"]["ocspStapling"]
    assert change(running, OV, facts["c"])["allowedInput"]


def management(house: House, facts: Facts) -> Any:
    path = f"{ENROLLMENTS}/{facts['e']}/changes/{facts['c']}/input/info/change-management-info"
    return house.client().ask("GET", path, headers=heads("change-management-info.v6"))


def test_the_deadline_of_change_management(running: House) -> None:
    """With a certificate already on the network CPS goes on by itself when it has passed (6.3, D)."""
    facts = running.enter("change management waits")
    deadline = dt.datetime.fromisoformat(management(running, facts)["acknowledgementDeadline"])
    left = (deadline - dt.datetime.now(dt.UTC)).total_seconds() - running.control.advance(0)
    running.control.advance(left - STEP)
    assert change(running, OV, facts["c"])["statusInfo"]["status"] == "wait-ack-change-management"
    running.control.advance(2 * STEP)
    assert walk(running, OV, facts["c"])[-1] == ("completed", "complete")


def test_no_deadline_without_a_certificate_on_the_network(house: House) -> None:
    body = NEW_ENROLLMENT | {"ra": "symantec", "validationType": "ov", "changeManagement": True}
    answer = create(house, body)
    facts = {"e": int(answer.json()["enrollment"].rsplit("/", 1)[-1]), "c": accepted(answer)}
    assert walk(house, facts["e"], facts["c"])[-1][1] == "wait-ack-change-management"
    assert management(house, facts)["acknowledgementDeadline"] is None


def test_keys_of_uploads_may_go_unchecked(running: House) -> None:
    """Whether CPS compares an upload with its CSR is not documented: a switch."""
    facts = running.enter("upload waits")
    leaf = upload(pem("Leaf", ca=False))
    assert acknowledge(running, THIRD_PARTY, facts["c"], THIRD, leaf, CONTENT).status_code == 400
    running.control.switch(cps_uploaded_key="unchecked")
    assert acknowledge(running, THIRD_PARTY, facts["c"], THIRD, leaf, CONTENT).status_code == 200


def test_the_hash_guards_the_acknowledgement(running: House) -> None:
    facts = running.enter("change management waits")
    path = f"{ENROLLMENTS}/{OV}/changes/{facts['c']}/input/info/change-management-info"
    shown = running.client().ask("GET", path, headers=heads("change-management-info.v6"))
    wrong = acknowledge(running, OV, facts["c"], MANAGE, YES | {"hash": "0" * 40}, HASHED)
    assert 400 <= wrong.status_code < 500
    assert ANY_PROBLEM.fullmatch(wrong.json()["type"])
    right = acknowledge(running, OV, facts["c"], MANAGE, YES | {"hash": shown["validationResultHash"]}, HASHED)
    assert right.status_code == 200, right.text


def test_what_deny_does(running: House) -> None:
    """Not described; the change stops and has to be cancelled (I), or is cancelled by switch."""
    facts = running.enter("change management waits")
    acknowledge(running, OV, facts["c"], MANAGE, NO)
    running.control.advance(20 * STEP)
    assert change(running, OV, facts["c"])["statusInfo"]["state"] == "suspended"
    path = f"{ENROLLMENTS}/{OV}/changes/{facts['c']}"
    assert running.client().send("DELETE", path, headers=heads("change-id.v1")).status_code == 200


WARNINGS = [
    ("pre", "wait-review-pre-verification-safety-checks", network(ocspStapling="off"), DV),
    ("post", "wait-review-cert-warning", network(ocspStapling="off"), OV),
]


@pytest.mark.parametrize(("stage", "status", "edit", "number"), WARNINGS, ids=["pre", "post"])
def test_warnings(running: House, stage: str, status: str, edit: Any, number: int) -> None:
    """One string, lines for entries; acknowledged once, then on to the end (6.3)."""
    running.enter("stock")
    running.control.switch(**{f"cps_{stage}_verification_warnings": "on"})
    change_id = accepted(put(running, number, edit))
    assert walk(running, number, change_id)[-1] == ("awaiting-input", status)
    path = f"{ENROLLMENTS}/{number}/changes/{change_id}"
    offered = change(running, number, change_id)["allowedInput"]
    segment = f"{stage}-verification-warnings"
    assert offered == [
        {
            "type": f"{segment}-acknowledgement",
            "requiredToProceed": True,
            "info": f"{path}/input/info/{segment}",
            "update": f"{path}/input/update/{segment}-ack",
        }
    ]
    text = running.client().ask("GET", offered[0]["info"], headers=heads("warnings.v1"))
    assert set(text) == {"warnings"}
    assert text["warnings"]
    assert acknowledge(running, number, change_id, f"{segment}-ack").status_code in (200, 202, 204)
    running.control.advance(STEP)
    assert walk(running, number, change_id)[-1] == ("completed", "complete")


def test_lag_of_the_input_list(running: House) -> None:
    """The list may come a little after the status: an awaiting state with an empty list (6.3, O)."""
    running.enter("stock")
    running.control.switch(cps_pre_verification_warnings="on", cps_allowed_input_lag="on")
    change_id = accepted(put(running, DV, network(ocspStapling="off")))
    seen = []
    for _ in range(20):
        shown = change(running, DV, change_id)
        if shown["statusInfo"]["state"] == "awaiting-input":
            seen.append(len(shown["allowedInput"]))
            if seen[-1]:
                break
        else:
            running.control.advance(STEP)
    assert seen[0] == 0
    assert seen[-1] == 1


def test_lag_of_an_acknowledgement(running: House) -> None:
    """After it the old status is shown once more (6.3, O)."""
    facts = running.enter("change management waits")
    running.control.switch(cps_acknowledgement_lag="on")
    acknowledge(running, OV, facts["c"], MANAGE)
    assert change(running, OV, facts["c"])["statusInfo"]["status"] == "wait-ack-change-management"
    running.control.advance(STEP)
    change(running, OV, facts["c"])
    running.control.advance(STEP)
    assert walk(running, OV, facts["c"])[-1] == ("completed", "complete")


def test_an_early_acknowledgement(running: House) -> None:
    """Before its time, while warnings are still to come: 409, which passes (6.3, O; switch cps_early_acknowledgement)."""
    running.enter("stock")
    running.control.switch(cps_pre_verification_warnings="on")
    change_id = accepted(put(running, DV, network(ocspStapling="off")))
    answer = acknowledge(running, DV, change_id, "pre-verification-warnings-ack")
    assert answer.status_code == 409
    assert problem("invalid-enrollment-state").fullmatch(answer.json()["type"])
    walk(running, DV, change_id)
    assert acknowledge(running, DV, change_id, "pre-verification-warnings-ack").status_code in (200, 202, 204)


@pytest.mark.parametrize("chain", [{}, {"trustChain": pem()}, {"trustChain": None}], ids=["alone", "chain", "null"])
def test_a_third_party_certificate_goes_through(running: House, chain: dict[str, Any]) -> None:
    """A CSR for the names, the upload, its check, both networks (6.4)."""
    facts = running.enter("upload waits")
    path = f"{ENROLLMENTS}/{THIRD_PARTY}/changes/{facts['c']}"
    shown = running.client().ask("GET", f"{path}/input/info/third-party-csr", headers=heads("csr.v2"))
    request = x509.load_pem_x509_csr(shown["csrs"][0]["csr"].encode())
    assert "CN=shop.example.com" in request.subject.rfc4514_string()
    leaves = [
        {"certificate": issue(item["csr"]), "keyAlgorithm": item["keyAlgorithm"], **chain} for item in shown["csrs"]
    ]
    answer = acknowledge(running, THIRD_PARTY, facts["c"], THIRD, {"certificatesAndTrustChains": leaves}, CONTENT)
    assert (answer.status_code, answer.json()) == (200, {"change": path}), answer.text
    running.control.advance(STEP)
    seen = walk(running, THIRD_PARTY, facts["c"])
    if seen[-1][0] == "awaiting-input":
        assert acknowledge(running, THIRD_PARTY, facts["c"], "post-verification-warnings-ack").status_code == 200
        running.control.advance(STEP)
        seen += walk(running, THIRD_PARTY, facts["c"])
    assert seen[-1] == ("completed", "complete")
    network_path = f"{ENROLLMENTS}/{THIRD_PARTY}/deployments/production"
    deployed = running.client().ask("GET", network_path, headers=heads("deployment.v8"))
    stacked = [deployed["primaryCertificate"], *deployed["multiStackedCertificates"]]
    assert {leaf["certificate"].strip() for leaf in leaves} == {item["certificate"].strip() for item in stacked}
