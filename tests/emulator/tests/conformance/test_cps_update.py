# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""PUT of an enrollment: closed schema, full replacement, pending changes, queries (cps-v2.md 3.2, 4.3, 5, 6.5, 12)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from .cps_worlds import (
    DV,
    ENROLLMENTS,
    EV,
    KINDS,
    OV,
    THIRD_PARTY,
    Document,
    Edit,
    accepted,
    change,
    editable,
    enrollment,
    finish,
    heads,
    members,
    network,
    problem,
    put,
    sans,
    walk,
)
from .harness import House, look

STATUS_TYPE = "enrollment-status.v1"


def drop(path: str) -> Edit:
    """An edit that takes a member out."""
    *parents, name = path.split(".")

    def edit(body: Document) -> None:
        (look(body, ".".join(parents)) if parents else body).pop(name)

    return edit


def assign(path: str, value: Any) -> Edit:
    *parents, name = path.split(".")

    def edit(body: Document) -> None:
        (look(body, ".".join(parents)) if parents else body)[name] = value

    return edit


NOTHING: list[tuple[str, int, tuple[Edit, ...]]] = [
    *((f"the same, {kind}", number, ()) for number, kind in KINDS.items()),
    ("a contact", DV, (assign("techContact.email", "other@example.com"),)),
    ("auto renewal start left out", DV, (lambda body: body.pop("autoRenewalStartTime", None),)),
]
WITH_CHANGE: list[tuple[str, int, tuple[Edit, ...]]] = [
    ("stapling", DV, (network(ocspStapling="off"),)),
    ("TLS versions", THIRD_PARTY, (network(disallowedTlsVersions=["TLSv1"]),)),
    ("ciphers", OV, (network(mustHaveCiphers="ak-akamai-2020q1", preferredCiphers="ak-akamai-default"),)),
    ("DNS names", EV, (network(dnsNameSettings={"cloneDnsNames": True, "dnsNames": ["ev.example.org"]}),)),
    ("FIPS", DV, (network(fipsMode=True, disallowedTlsVersions=["TLSv1", "TLSv1_1"]),)),
    ("a SAN more", DV, (sans("more.example.com"),)),
    ("another common name", OV, (assign("csr.cn", "www.ov.example.net"),)),
]
REFUSED: list[tuple[str, int, tuple[Edit, ...]]] = [
    *(
        (
            f"unknown key in {where or 'the document'}",
            THIRD_PARTY,
            (assign(f"{where}.colour".strip("."), "red"),),
        )
        for where in (
            *("", "csr", "networkConfiguration", "networkConfiguration.dnsNameSettings", "adminContact"),
            *("techContact", "org", "thirdParty"),
        )
    ),
    (
        "unknown key in pendingChanges",
        DV,
        (
            members(
                pendingChanges=[{"location": "/cps/v2/enrollments/1/changes/1", "changeType": None, "colour": "red"}]
            ),
        ),
    ),
    *(
        (f"no {path}", THIRD_PARTY, (drop(path),))
        for path in (
            *("ra", "validationType", "certificateType", "changeManagement", "csr", "csr.cn", "networkConfiguration"),
            *("enableMultiStackedCertificates", "networkConfiguration.geography", "networkConfiguration.secureNetwork"),
            *("networkConfiguration.sniOnly", "networkConfiguration.quicEnabled", "thirdParty.excludeSans"),
            "networkConfiguration.dnsNameSettings.cloneDnsNames",
        )
    ),
    *(
        (f"{path} is {value!r}", THIRD_PARTY, (assign(path, value),))
        for path, value in (
            ("ra", "nobody"),
            ("ra", None),
            ("validationType", "xv"),
            ("certificateType", "none"),
            ("certificateChainType", "long"),
            ("signatureAlgorithm", "MD5"),
            ("changeManagement", "no"),
            ("changeManagement", None),
            ("csr", []),
            ("csr.cn", 5),
            ("csr.sans", "shop.example.com"),
            ("csr.sans", [5]),
            ("orgId", "1"),
            ("networkConfiguration", None),
            ("networkConfiguration.geography", "moon"),
            ("networkConfiguration.quicEnabled", "false"),
            ("networkConfiguration.ocspStapling", "maybe"),
            ("networkConfiguration.disallowedTlsVersions", "TLSv1"),
            ("networkConfiguration.fipsMode", "true"),
        )
    ),
    ("sniOnly changed", DV, (network(sniOnly=False, dnsNameSettings=None),)),
    ("secureNetwork changed", DV, (network(secureNetwork="standard-tls"),)),
    (
        "FIPS without TLS 1.2 and 1.3",
        DV,
        (network(fipsMode=True, disallowedTlsVersions=["TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3"]),),
    ),
]


@pytest.mark.parametrize(("number", "edits"), [n[1:] for n in NOTHING], ids=[n[0] for n in NOTHING])
def test_updates_without_a_change(house: House, number: int, edits: tuple[Edit, ...]) -> None:
    """200 with an empty list (5, 12; U for an equal body)."""
    answer = put(house, number, *edits)
    assert (answer.status_code, answer.json()) == (200, {"enrollment": f"/cps/v2/enrollments/{number}", "changes": []})
    assert enrollment(house, number)["pendingChanges"] == []


@pytest.mark.parametrize(("number", "edits"), [w[1:] for w in WITH_CHANGE], ids=[w[0] for w in WITH_CHANGE])
def test_updates_with_a_change(house: House, number: int, edits: tuple[Edit, ...]) -> None:
    """202 with one change; GET shows what was asked for at once; the change is the one that is pending."""
    wanted = editable(house, number)
    for edit in edits:
        edit(wanted)
    change_id = accepted(put(house, number, *edits))
    shown = enrollment(house, number)
    assert {name: shown[name] for name in wanted if name in shown} == {n: wanted[n] for n in wanted if n in shown}
    location = f"/cps/v2/enrollments/{number}/changes/{change_id}"
    assert [item["location"] for item in shown["pendingChanges"]] == [location]
    assert change(house, number, change_id)["statusInfo"]["state"] in ("new", "running")


@pytest.mark.parametrize(("number", "edits"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_refused_updates(house: House, number: int, edits: tuple[Edit, ...]) -> None:
    """400 (I), and nothing has changed."""
    before = enrollment(house, number)
    answer = put(house, number, *edits)
    assert answer.status_code == 400, answer.text
    assert "status" not in answer.json()
    assert enrollment(house, number) == before


def test_the_whole_read_body_goes_back(house: House) -> None:
    """GET v12 sent as it came, server-owned members and all; also while a change is pending (4.3, O)."""
    for number in KINDS:
        body = enrollment(house, number)
        body.setdefault("enableMultiStackedCertificates", False)
        sent = house.client().send("PUT", f"{ENROLLMENTS}/{number}", body, heads(STATUS_TYPE, "enrollment.v12"))
        assert (sent.status_code, sent.json()["changes"]) == (200, []), sent.text
    put(house, DV, network(ocspStapling="off"))
    body = enrollment(house, DV)
    body["enableMultiStackedCertificates"] = False
    path = f"{ENROLLMENTS}/{DV}?allow-cancel-pending-changes=true"
    assert house.client().send("PUT", path, body, heads(STATUS_TYPE, "enrollment.v12")).status_code in (200, 202)


def test_what_is_left_out_is_reset(house: House) -> None:
    """PUT really replaces: optional members go back to their defaults (4.3)."""
    optional = ("mustHaveCiphers", "preferredCiphers", "disallowedTlsVersions", "ocspStapling", "dnsNameSettings")
    before = enrollment(house, DV)["networkConfiguration"]
    accepted(put(house, DV, *(drop(f"networkConfiguration.{name}") for name in optional), drop("csr.ou")))
    after = enrollment(house, DV)
    assert after["networkConfiguration"]["mustHaveCiphers"] == "ak-akamai-default" != before["mustHaveCiphers"]
    assert after["networkConfiguration"]["preferredCiphers"] == "ak-akamai-default"
    assert not after["networkConfiguration"].get("disallowedTlsVersions")
    assert after["networkConfiguration"].get("ocspStapling") != before["ocspStapling"]
    assert after["networkConfiguration"].get("dnsNameSettings") != before["dnsNameSettings"]
    assert not after["csr"].get("ou")


def test_versions_of_the_body(house: House) -> None:
    """`fipsMode` belongs to v12 only (2, 12)."""
    assert put(house, DV, network(fipsMode=False), version="v11").status_code == 400

    def plain(body: Document) -> None:
        body["networkConfiguration"].pop("fipsMode", None)

    assert put(house, DV, plain, network(ocspStapling="off"), version="v11").status_code == 202


def test_content_type_with_charset(house: House) -> None:
    body = editable(house, DV)
    kind = heads(STATUS_TYPE, "enrollment.v12")
    kind["Content-Type"] = f"{kind['Content-Type']}; charset=utf-8"
    assert house.client().send("PUT", f"{ENROLLMENTS}/{DV}", body, kind).status_code == 200


def test_unknown_enrollment(house: House) -> None:
    body = editable(house, DV)
    answer = house.client().send("PUT", f"{ENROLLMENTS}/99", body, heads(STATUS_TYPE, "enrollment.v12"))
    assert (answer.status_code, answer.json()["title"]) == (404, "Not Found")
    assert problem("not-found").fullmatch(answer.json()["type"])


# ------------------------------------------------------------------------------------- pending changes


def test_a_pending_change_is_in_the_way(running: House) -> None:
    facts = running.enter("network change pending")
    before = enrollment(running, DV)
    answer = put(running, DV, network(ocspStapling="not-set"))
    assert answer.status_code == 409
    assert problem("cannot-cancel-pending-change").fullmatch(answer.json()["type"])
    assert answer.json()["title"] == "Cannot cancel pending change."
    assert answer.json()["detail"] == "There is a pending change on the enrollment."
    assert enrollment(running, DV) == before
    assert (
        put(running, DV, network(ocspStapling="not-set"), query="?allow-cancel-pending-changes=false").status_code
        == 409
    )
    assert change(running, DV, facts["c"])["statusInfo"]["state"] in ("new", "running")


def test_cancelling_and_going_on(running: House) -> None:
    """All pending changes are cancelled, a new one with a new id carries on; one pending change at a time."""
    facts = running.enter("network change pending")
    new = accepted(put(running, DV, network(ocspStapling="not-set"), query="?allow-cancel-pending-changes=true"))
    assert new != facts["c"]
    assert change(running, DV, facts["c"])["statusInfo"]["state"] == "cancelled"
    shown = enrollment(running, DV)
    assert [item["location"].rsplit("/", 1)[-1] for item in shown["pendingChanges"]] == [str(new)]
    history = running.client().ask("GET", f"{ENROLLMENTS}/{DV}/history/changes", headers=heads("change-history.v5"))
    assert [item["status"] for item in history["changes"][:2]] == ["incomplete", "cancelled"]
    finish(running, DV, new)
    assert enrollment(running, DV)["networkConfiguration"]["ocspStapling"] == "not-set"


def test_the_flag_without_a_pending_change(house: House) -> None:
    accepted(put(house, DV, network(ocspStapling="off"), query="?allow-cancel-pending-changes=true"))


def test_a_phase_that_cannot_be_cancelled(running: House) -> None:
    """While a network is being deployed to: 409 (I), or 500 as once reported (O), by switch."""
    facts = running.enter("network change pending")
    walk(running, DV, facts["c"], until="deploy-changes-to-staging")
    edit, query = network(ocspStapling="not-set"), "?allow-cancel-pending-changes=true"
    answer = put(running, DV, edit, query=query)
    assert answer.status_code == 409
    assert problem("cannot-cancel-pending-change").fullmatch(answer.json()["type"])
    running.control.switch(cps_uncancellable="500")
    assert put(running, DV, edit, query=query).status_code == 500
    finish(running, DV, facts["c"])
    assert put(running, DV, edit, query=query).status_code == 202


# ------------------------------------------------------------------------------------------- queries


def expiry(house: House, number: int) -> dt.datetime:
    path = f"{ENROLLMENTS}/{number}/deployments/production"
    found = house.client().ask("GET", path, headers=heads("deployment.v8"))["primaryCertificate"]["expiry"]
    return dt.datetime.fromisoformat(found)


@pytest.mark.parametrize(("number", "days"), [(DV, 20), (OV, 60), (EV, 90)], ids=["dv", "ov", "ev"])
def test_the_renewal_window(house: House, number: int, days: int) -> None:
    """It opens 20, 60 or 90 days before expiry; inside it other changes need the override (3.2; status U: 409)."""
    left = expiry(house, number) - dt.datetime.now(dt.UTC)
    house.control.advance((left - dt.timedelta(days=days + 1)).total_seconds())
    change_id = accepted(put(house, number, network(ocspStapling="off")))
    finish(house, number, change_id)
    house.control.advance(86400 * 2)
    edit = network(ocspStapling="not-set")
    answer = put(house, number, edit)
    assert answer.status_code == 409, answer.text
    assert "status" not in answer.json()
    assert put(house, number, edit, query="?renewal-date-check-override=true").status_code == 202


def test_forced_renewal(house: House) -> None:
    """`force-renewal` pulls the certificate in although nothing calls for it (3.2)."""
    change_id = accepted(put(house, DV, query="?force-renewal=true"))
    assert [item["changeType"] for item in enrollment(house, DV)["pendingChanges"]] == ["renewal"]
    statuses = [status for _, status in walk(house, DV, change_id)]
    assert statuses[-1] == "coordinate-domain-validation"


def test_a_scheduled_change_waits(house: House) -> None:
    """`deploy-not-before` shows in the change's schedule, and nothing is deployed before it (3.2, 6.5)."""
    day = (dt.datetime.now(dt.UTC) + dt.timedelta(days=3)).date().isoformat()
    change_id = accepted(put(house, DV, network(ocspStapling="off"), query=f"?deploy-not-before={day}"))
    schedule = change(house, DV, change_id)["statusInfo"]["deploymentSchedule"]
    assert schedule["notBefore"].startswith(day)
    assert schedule["notBefore"].endswith("Z")
    house.control.advance(86400)
    assert change(house, DV, change_id)["statusInfo"]["state"] not in ("completed", "error")
    house.control.advance(3 * 86400)
    finish(house, DV, change_id)


@pytest.mark.parametrize(
    "query", ["?deploy-not-before=tomorrow", "?deploy-not-after=2026-13-40", "?deploy-not-before="]
)
def test_dates_that_are_none(house: House, query: str) -> None:
    answer = put(house, DV, network(ocspStapling="off"), query=query)
    assert answer.status_code in (200, 202, 400), answer.text


def test_staging_may_be_bypassed(house: House) -> None:
    """Network configuration goes straight to production (3.2, D)."""
    change_id = accepted(put(house, DV, network(ocspStapling="off"), query="?allow-staging-bypass=true"))
    statuses = [status for _, status in walk(house, DV, change_id)]
    assert "deploy-changes-to-staging" not in statuses
    assert statuses[-1] == "complete"


def test_unknown_queries_are_ignored(house: House) -> None:
    """No source speaks of a refusal (I)."""
    assert put(house, DV, query="?colour=red").status_code == 200
