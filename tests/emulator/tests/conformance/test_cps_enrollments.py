# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enrollments: list, read, create (cps-v2.md 1, 3, 4.1, 4.2, clients.md 3)."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from .cps_worlds import (
    ANY_PROBLEM,
    DV,
    ENROLLMENTS,
    KINDS,
    NEW_ENROLLMENT,
    THIRD_PARTY,
    create,
    enrollment,
    heads,
    problem,
    row,
    vnd,
    walk,
)
from .harness import House, Row, run

LINK = re.compile(r"/cps/v2/enrollments/\d+")
PENDING = re.compile(r"/cps/v2/enrollments/\d+/changes/\d+")
NOT_FOUND: dict[str, Any] = {"type": problem("not-found"), "has": {"title": "Not Found"}}


def ids(found: list[Any]) -> bool:
    return [item["id"] for item in found] == list(KINDS)


def integers(found: Any) -> bool:
    return isinstance(found, list) and len(found) > 0 and all(type(item) is int for item in found)


SHOWN = {
    "ra": str,
    "certificateType": str,
    "changeManagement": False,
    "csr.c": "US",
    "networkConfiguration.geography": "core",
    "networkConfiguration.secureNetwork": "enhanced-tls",
    "networkConfiguration.sniOnly": True,
    "networkConfiguration.quicEnabled": bool,
    "networkConfiguration.clientMutualAuthentication": None,
    "adminContact": dict,
    "techContact": dict,
    "org": dict,
    "pendingChanges": [],
    "assignedSlots": integers,
    "productionSlots": integers,
    "stagingSlots": integers,
    "orgId": lambda found: found is None or type(found) is int,
}
NAMES = {DV: "www.example.com", THIRD_PARTY: "shop.example.com", 10003: "ov.example.net", 10004: "ev.example.org"}

READ = [
    row("list", "stock", f"GET {ENROLLMENTS}?contractId=C-0N7RAC7", "enrollments.v11", has={"enrollments": ids}),
    row("list: no contract", "stock", f"GET {ENROLLMENTS}", "enrollments.v11", has={"enrollments": ids}),
    row(
        "list: v11 has no fipsMode",
        "stock",
        f"GET {ENROLLMENTS}",
        "enrollments.v11",
        has={f"enrollments.0.{name}": value for name, value in SHOWN.items()},
        hasnot=("enrollments.0.networkConfiguration.fipsMode",),
    ),
    row(
        "list: v12 has fipsMode",
        "stock",
        f"GET {ENROLLMENTS}",
        "enrollments.v12",
        has={"enrollments.0.networkConfiguration.fipsMode": lambda found: found in (True, False, None)},
    ),
    *(
        row(
            f"get: {kind}",
            "stock",
            f"GET {ENROLLMENTS}/{number}",
            "enrollment.v12",
            has=SHOWN
            | {
                "id": number,
                "location": f"/cps/v2/enrollments/{number}",
                "validationType": kind,
                "csr.cn": NAMES[number],
                "csr.sans": lambda found: len(found) == 2,
                "networkConfiguration.fipsMode": lambda found: found in (True, False, None),
            },
            hasnot=() if kind == "third-party" else ("enableMultiStackedCertificates",),
            mark="12: left out but for third-party",
        )
        for number, kind in KINDS.items()
    ),
    row(
        "get: third-party's own members",
        "stock",
        f"GET {ENROLLMENTS}/{THIRD_PARTY}",
        "enrollment.v12",
        has={"enableMultiStackedCertificates": bool, "thirdParty": {"excludeSans": False}, "ra": "third-party"},
    ),
    row(
        "get: v11",
        "stock",
        f"GET {ENROLLMENTS}/{DV}",
        "enrollment.v11",
        has={"id": DV, "networkConfiguration.clientMutualAuthentication": None},
        hasnot=("networkConfiguration.fipsMode",),
    ),
    row("get: unknown", "stock", f"GET {ENROLLMENTS}/99", "enrollment.v12", 404, **NOT_FOUND),
    row(
        "get: of another account",
        "stock",
        f"GET {ENROLLMENTS}/{DV}",
        "enrollment.v12",
        404,
        **NOT_FOUND,
        section="other_account",
    ),
    row(
        "list: of another account",
        "stock",
        f"GET {ENROLLMENTS}",
        "enrollments.v11",
        has={"enrollments": []},
        section="other_account",
    ),
    row(
        "get: no number",
        "stock",
        f"GET {ENROLLMENTS}/abc",
        "enrollment.v12",
        404,
        mark="O: 500, switch cps_malformed_path=404",
    ),
    row(
        "get: while a change is pending",
        "network change pending",
        f"GET {ENROLLMENTS}/{DV}",
        "enrollment.v12",
        has={
            "pendingChanges": [
                {"location": f"/cps/v2/enrollments/{DV}/changes/{{c}}", "changeType": "modify-certificate"}
            ],
            "networkConfiguration.ocspStapling": "off",
        },
        mark="U: changeType modify-certificate",
    ),
]

POST = f"POST {ENROLLMENTS}?contractId=C-0N7RAC7"


def creating(
    id: str, given: str, changes: dict[str, Any], status: int = 202, request: str = POST, **others: Any
) -> Row:
    body = copy.deepcopy(NEW_ENROLLMENT)
    for path, value in changes.items():
        node, *rest = path.split(".")
        target = body
        while rest:
            target, (node, *rest) = target[node], rest
        if value is MISSING:
            target.pop(node)
        else:
            target[node] = value
    return row(id, given, request, "enrollment-status.v1", status, body=body, content="enrollment.v12", **others)


MISSING = object()
MUTUAL = {"setId": "1", "authenticationOptions": {"sendCaListToClient": False, "ocsp": {"enabled": False}}}
ACCEPTED = {"enrollment": LINK, "changes": lambda found: len(found) == 1, "changes.0": PENDING}
INVALID_NETWORK = {"title": str, "detail": str}
THIRD = {"ra": "third-party", "validationType": "third-party", "certificateType": "third-party"}
CREATE = [
    creating("create: DV", "stock", {}, has=ACCEPTED),
    creating("create: third-party", "stock", THIRD | {"thirdParty": {"excludeSans": False}}, has=ACCEPTED),
    creating("create: OV", "stock", {"ra": "symantec", "validationType": "ov"}, has=ACCEPTED),
    creating("create: EV", "stock", {"ra": "symantec", "validationType": "ev"}, has=ACCEPTED),
    creating(
        "create: binding left out", "stock", {"networkConfiguration.clientMutualAuthentication": MISSING}, has=ACCEPTED
    ),
    creating(
        "create: contract with prefix",
        "stock",
        {},
        request=f"POST {ENROLLMENTS}?contractId=ctr_C-0N7RAC7",
        has=ACCEPTED,
    ),
    creating("create: v11", "stock", {}, has=ACCEPTED),
    creating("create: no contract", "stock", {}, 400, request=f"POST {ENROLLMENTS}", mark="D: required"),
    creating(
        "create: with a binding",
        "set active on both",
        {"networkConfiguration.clientMutualAuthentication": MUTUAL},
        400,
        mark="O: status assumed",
    ),
    creating("create: common name taken", "stock", {"csr.cn": "www.example.com"}, 409, mark="O"),
    creating(
        "create: common name taken, allowed",
        "stock",
        {"csr.cn": "www.example.com"},
        202,
        request=f"{POST}&allow-duplicate-cn=true",
        has=ACCEPTED,
        mark="O",
    ),
    creating(
        "create: a second one at once",
        "new enrollment",
        {"csr.cn": "newer.example.com"},
        409,
        mark="D: one per five minutes",
    ),
    *(
        creating(f"create: {id}", "stock", changes, 400, mark="I: status")
        for id, changes in (
            ("no csr", {"csr": MISSING}),
            ("no common name", {"csr.cn": MISSING}),
            ("unknown key", {"colour": "red"}),
            ("unknown key within", {"networkConfiguration.colour": "red"}),
            ("unknown validation", {"validationType": "xv"}),
            ("a word as flag", {"changeManagement": "no"}),
        )
    ),
]


@pytest.mark.parametrize("row", [*READ, *CREATE], ids=str)
def test_enrollments(running: House, row: Row) -> None:
    run(running, row)


def test_message_of_a_binding_at_creation(running: House) -> None:
    """It begins `Invalid network configuration` and speaks of client mutual authentication (4.2, O)."""
    running.enter("stock")
    body = copy.deepcopy(NEW_ENROLLMENT)
    body["networkConfiguration"]["clientMutualAuthentication"] = MUTUAL
    text = create(running, body).json()
    assert "Invalid network configuration" in text["title"] + " " + text.get("detail", "")
    assert re.search("client ?mutual ?authentication", text["title"] + text.get("detail", ""), re.IGNORECASE)


def test_a_created_enrollment(running: House) -> None:
    """It is readable at once, with its change pending and nothing deployed; five minutes later the next may follow."""
    facts = running.enter("new enrollment")
    shown = enrollment(running, facts["e"])
    assert shown["id"] == facts["e"] not in KINDS
    assert shown["csr"]["cn"] == "new.example.com"
    assert shown["networkConfiguration"]["clientMutualAuthentication"] is None
    assert [item["changeType"] for item in shown["pendingChanges"]] == ["new-certificate"]
    assert not shown["stagingSlots"]
    assert not shown["productionSlots"]
    running.control.advance(301)
    body = copy.deepcopy(NEW_ENROLLMENT)
    body["csr"] |= {"cn": "newer.example.com", "sans": ["newer.example.com"]}
    assert create(running, body).status_code == 202


def test_what_was_sent_comes_back(running: House) -> None:
    """signatureAlgorithm, chain type, ciphers, stapling and cloneDnsNames as sent (clients.md 3)."""
    running.enter("stock")
    body = copy.deepcopy(NEW_ENROLLMENT)
    body |= {"signatureAlgorithm": "SHA-256", "certificateChainType": "default"}
    body["networkConfiguration"] |= {
        "mustHaveCiphers": "ak-akamai-2020q1",
        "preferredCiphers": "ak-akamai-2020q1",
        "ocspStapling": "on",
        "disallowedTlsVersions": ["TLSv1", "TLSv1_1"],
    }
    number = int(create(running, body).json()["enrollment"].rsplit("/", 1)[-1])
    shown = enrollment(running, number)
    for name in ("signatureAlgorithm", "certificateChainType", "ra", "validationType", "certificateType"):
        assert shown[name] == body[name]
    for name, value in body["networkConfiguration"].items():
        assert shown["networkConfiguration"][name] == value


def test_defaults(running: House) -> None:
    """Ciphers left out take the server's default (4.2, D)."""
    facts = running.enter("new enrollment")
    shown = enrollment(running, facts["e"])["networkConfiguration"]
    assert shown["mustHaveCiphers"] == shown["preferredCiphers"] == "ak-akamai-default"


def test_a_dv_enrollment_comes_up(running: House) -> None:
    """Domain validation acknowledged, the certificate issued, deployed to both networks (6.4)."""
    facts = running.enter("new enrollment")
    number, number_of_change = facts["e"], facts["c"]
    seen = walk(running, number, number_of_change, until="coordinate-domain-validation")
    path = f"{ENROLLMENTS}/{number}/changes/{number_of_change}/input/update/lets-encrypt-challenges-completed"
    body = {"acknowledgement": "acknowledge"}
    answer = running.client().send("POST", path, body, heads("change-id.v1", "acknowledgement.v1"))
    assert answer.status_code in (200, 202, 204)
    running.control.advance(600)
    seen += walk(running, number, number_of_change)
    assert seen[-1] == ("completed", "complete")
    shown = enrollment(running, number)
    assert shown["pendingChanges"] == []
    assert shown["stagingSlots"]
    assert shown["productionSlots"]


def test_links_of_the_other_kind(running: House) -> None:
    """One mode with `/cps-api/` links, so that clients learn to take the last segment (1)."""
    running.enter("stock")
    running.control.switch(cps_links="cps-api")
    assert enrollment(running, DV)["location"] == f"/cps-api/enrollments/{DV}"


def test_problem_types_carry_the_host(running: House) -> None:
    running.enter("stock")
    client = running.client()
    answer = client.send("GET", f"{ENROLLMENTS}/99", headers={"Accept": vnd("enrollment.v12")})
    assert answer.json()["type"] == f"https://{client.host}/cps/v2/error-types/not-found"
    assert ANY_PROBLEM.fullmatch(answer.json()["type"])
