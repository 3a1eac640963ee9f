# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes: status, life cycle, cancelling, schedule (cps-v2.md 6.1, 6.2, 6.4, 6.5)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from .cps_worlds import (
    ANY_PROBLEM,
    CHANGE,
    DV,
    ENROLLMENTS,
    OV,
    STEP,
    THIRD_PARTY,
    accepted,
    change,
    create,
    enrollment,
    finish,
    heads,
    network,
    problem,
    put,
    row,
    sans,
    walk,
)
from .cps_worlds import NEW_ENROLLMENT as NEW
from .harness import House, Row, run

NOT_FOUND: dict[str, Any] = {"type": problem("not-found"), "has": {"title": "Not Found"}}
LINK = "/cps/v2/enrollments/{e}/changes/{c}"
NO_DATES = {"notBefore": None, "notAfter": None}


def waiting(given: str, kind: str, status: str, info: str, update: str) -> Row:
    """A row of a change that offers one input, with its two links."""
    return row(
        f"status: {given}",
        given,
        f"GET {CHANGE}",
        "change.v2",
        has={
            "statusInfo.state": "awaiting-input",
            "statusInfo.status": status,
            "statusInfo.description": str,
            "statusInfo.error": None,
            "allowedInput": [
                {
                    "type": kind,
                    "requiredToProceed": True,
                    "info": f"{LINK}/input/info/{info}",
                    "update": f"{LINK}/input/update/{update}",
                }
            ],
        },
    )


STATUS = [
    row(
        "status: just accepted",
        "network change pending",
        f"GET {CHANGE}",
        "change.v2",
        has={
            "allowedInput": [],
            "statusInfo.state": re.compile("new|running"),
            "statusInfo.status": str,
            "statusInfo.description": str,
            "statusInfo.error": None,
            "statusInfo.deploymentSchedule": NO_DATES,
        },
    ),
    waiting(
        "upload waits",
        "third-party-certificate",
        "wait-upload-third-party",
        "third-party-csr",
        "third-party-cert-and-trust-chain",
    ),
    waiting(
        "change management waits",
        "change-management",
        "wait-ack-change-management",
        "change-management-info",
        "change-management-ack",
    ),
    row(
        "status: domains wait",
        "domains wait",
        f"GET {CHANGE}",
        "change.v2",
        has={
            "statusInfo.state": re.compile("awaiting-input|suspended"),
            "statusInfo.status": "coordinate-domain-validation",
            "allowedInput.0.type": "lets-encrypt-challenges",
            "allowedInput.0.info": f"{LINK}/input/info/lets-encrypt-challenges",
            "allowedInput.0.update": f"{LINK}/input/update/lets-encrypt-challenges-completed",
        },
        mark="U: state",
    ),
    row("status: unknown change", "stock", f"GET {ENROLLMENTS}/{DV}/changes/99", "change.v2", 404, **NOT_FOUND),
    row(
        "status: unknown enrollment",
        "network change pending",
        f"GET {ENROLLMENTS}/99/changes/{{c}}",
        "change.v2",
        404,
        **NOT_FOUND,
    ),
    row(
        "status: of another enrollment",
        "network change pending",
        f"GET {ENROLLMENTS}/{OV}/changes/{{c}}",
        "change.v2",
        404,
        **NOT_FOUND,
    ),
    row("cancel", "network change pending", f"DELETE {CHANGE}", "change-id.v1", has={"change": LINK}),
    row("cancel: while it waits", "upload waits", f"DELETE {CHANGE}", "change-id.v1", has={"change": LINK}),
    row("cancel: unknown change", "stock", f"DELETE {ENROLLMENTS}/{DV}/changes/99", "change-id.v1", 404, **NOT_FOUND),
]

SCHEDULE = f"{CHANGE}/deployment-schedule"
LATER = {"notBefore": "2037-01-01T00:00:00Z", "notAfter": "2037-02-01T00:00:00Z"}
SCHEDULES = [
    row("schedule: none", "network change pending", f"GET {SCHEDULE}", "deployment-schedule.v1", has={"": NO_DATES}),
    *(
        row(
            f"schedule: set {id}",
            "network change pending",
            f"PUT {SCHEDULE}",
            "change-id.v1",
            body=body,
            content="deployment-schedule.v1",
            has={"change": LINK},
        )
        for id, body in (
            ("both", LATER),
            ("one", LATER | {"notAfter": None}),
            ("one, the other left out", {"notBefore": LATER["notBefore"]}),
            ("none", NO_DATES),
        )
    ),
    *(
        row(
            f"schedule: {id}",
            "network change pending",
            f"PUT {SCHEDULE}",
            "change-id.v1",
            400,
            body=body,
            content="deployment-schedule.v1",
            mark="I",
        )
        for id, body in (
            ("not a date", {"notBefore": "tomorrow", "notAfter": None}),
            ("a number", {"notBefore": 5, "notAfter": None}),
            ("unknown key", LATER | {"colour": "red"}),
            ("a list", []),
        )
    ),
    row(
        "schedule: unknown change",
        "stock",
        f"GET {ENROLLMENTS}/{DV}/changes/99/deployment-schedule",
        "deployment-schedule.v1",
        404,
        **NOT_FOUND,
    ),
]


@pytest.mark.parametrize("row", [*STATUS, *SCHEDULES], ids=str)
def test_changes(running: House, row: Row) -> None:
    run(running, row)


def in_order(seen: list[str], *wanted: str) -> bool:
    """Whether the wanted statuses occur in that order (others may stand between)."""
    rest = iter(seen)
    return all(status in rest for status in wanted)


def test_a_network_change(running: House) -> None:
    """No certificate is involved: staging, checks, production, done (6.4; the exact statuses are U)."""
    facts = running.enter("network change pending")
    seen = walk(running, DV, facts["c"])
    states, statuses = [state for state, _ in seen], [status for _, status in seen]
    assert set(states) <= {"new", "running", "completed"}
    assert seen[-1] == ("completed", "complete")
    order = ("create-slot-files", "deploy-changes-to-staging", "live-check-action", "deploy-cert-to-production")
    assert in_order(statuses, *order, "complete")
    assert not {"generate-csr", "check-for-cert", "coordinate-domain-validation"} & set(statuses)
    assert enrollment(running, DV)["pendingChanges"] == []
    assert change(running, DV, facts["c"])["statusInfo"]["state"] == "completed", "a finished change stays readable"


@pytest.mark.parametrize(
    ("number", "first", "middle"),
    [
        (DV, "generate-csr", "coordinate-domain-validation"),
        (OV, "generate-csr", "check-for-cert"),
        (THIRD_PARTY, "generate-csr", "wait-upload-third-party"),
    ],
    ids=["dv", "ov", "third-party"],
)
def test_a_certificate_change(house: House, number: int, first: str, middle: str) -> None:
    """Safety checks, CSR, then each kind's way to its certificate (6.4)."""
    seen = [status for _, status in walk(house, number, accepted(put(house, number, sans("more.example.com"))), middle)]
    assert in_order(seen, "pre-verification-safety-checks", first, middle)


def test_an_ov_certificate_goes_through(house: House) -> None:
    change_id = accepted(put(house, OV, sans("more.example.net")))
    seen = [status for _, status in walk(house, OV, change_id)]
    order = ("check-for-cert", "deploy-cert-to-staging", "deploy-cert-to-production", "complete")
    assert in_order(seen, *order)
    assert "more.example.net" in enrollment(house, OV)["csr"]["sans"]


def test_a_cancelled_change(running: House) -> None:
    facts = running.enter("network change pending")
    path = f"{ENROLLMENTS}/{DV}/changes/{facts['c']}"
    running.client().ask("DELETE", path, headers=heads("change-id.v1"))
    assert change(running, DV, facts["c"])["statusInfo"]["state"] == "cancelled"
    assert enrollment(running, DV)["pendingChanges"] == []
    running.control.advance(100 * STEP)
    deployed = running.client().ask("GET", f"{ENROLLMENTS}/{DV}/deployments/staging", headers=heads("deployment.v8"))
    assert deployed["networkConfiguration"]["ocspStapling"] != "off", "a cancelled change deploys nothing"
    assert put(running, DV, network(ocspStapling="not-set")).status_code in (200, 202)


def test_cancelling_twice(running: House) -> None:
    facts = running.enter("network change pending")
    path = f"{ENROLLMENTS}/{DV}/changes/{facts['c']}"
    running.client().ask("DELETE", path, headers=heads("change-id.v1"))
    again = running.client().send("DELETE", path, headers=heads("change-id.v1"))
    assert again.status_code in (404, 409)
    assert ANY_PROBLEM.fullmatch(again.json()["type"])


def test_cancelling_during_a_deployment(running: House) -> None:
    facts = running.enter("network change pending")
    walk(running, DV, facts["c"], until="deploy-changes-to-staging")
    path = f"{ENROLLMENTS}/{DV}/changes/{facts['c']}"
    answer = running.client().send("DELETE", path, headers=heads("change-id.v1"))
    assert answer.status_code == 409
    assert problem("cannot-cancel-pending-change").fullmatch(answer.json()["type"])
    finish(running, DV, facts["c"])


def test_the_last_change_of_a_new_enrollment_takes_it_along(running: House) -> None:
    """Nothing ever deployed, its only change cancelled: the enrollment goes away (6.5, O)."""
    facts = running.enter("new enrollment")
    path = f"{ENROLLMENTS}/{facts['e']}/changes/{facts['c']}"
    running.client().ask("DELETE", path, headers=heads("change-id.v1"))
    answer = running.client().send("GET", f"{ENROLLMENTS}/{facts['e']}", headers=heads("enrollment.v12"))
    assert (answer.status_code, answer.json()["title"]) == (404, "Not Found")


def test_a_schedule_holds_the_change(running: House) -> None:
    facts = running.enter("network change pending")
    path = f"{ENROLLMENTS}/{DV}/changes/{facts['c']}"
    sent = heads("change-id.v1", "deployment-schedule.v1")
    running.client().ask("PUT", f"{path}/deployment-schedule", LATER, sent)
    shown = running.client().ask("GET", f"{path}/deployment-schedule", headers=heads("deployment-schedule.v1"))
    assert shown == change(running, DV, facts["c"])["statusInfo"]["deploymentSchedule"] == LATER
    running.control.advance(100 * STEP)
    assert change(running, DV, facts["c"])["statusInfo"]["state"] not in ("completed", "error")
    running.client().ask("PUT", f"{path}/deployment-schedule", NO_DATES, sent)
    finish(running, DV, facts["c"])


def test_changing_an_enrollment_that_never_deployed(running: House) -> None:
    """Nothing is deployed yet, so a network change starts the certificate over (6.4)."""
    facts = running.enter("new enrollment")
    new = accepted(put(running, facts["e"], network(ocspStapling="off"), query="?allow-cancel-pending-changes=true"))
    assert new != facts["c"]
    seen = [status for _, status in walk(running, facts["e"], new, until="coordinate-domain-validation")]
    assert "generate-csr" in seen


# --------------------------------------------------------------------------------- switches of section 12


@pytest.mark.parametrize("step", ["create-slot-files", "deploy-changes-to-staging", "deploy-cert-to-production"])
def test_a_change_that_fails(running: House, step: str) -> None:
    """`error` with code, description and time; the account keeps what was deployed (6.1)."""
    running.enter("stock")
    running.control.switch(cps_error_at=step)
    change_id = accepted(put(running, DV, network(ocspStapling="off")))
    assert walk(running, DV, change_id)[-1] == ("error", step)
    error = change(running, DV, change_id)["statusInfo"]["error"]
    assert {name: type(value) for name, value in error.items()} == {"code": str, "description": str, "timestamp": str}
    assert error["description"]


def test_a_status_nobody_has_heard_of(running: House) -> None:
    running.enter("stock")
    running.control.switch(cps_unknown_status="on")
    change_id = accepted(put(running, DV, network(ocspStapling="off")))
    seen = walk(running, DV, change_id)
    assert seen[-1] == ("completed", "complete")
    running.enter("stock")
    usual = walk(running, DV, accepted(put(running, DV, network(ocspStapling="off"))))
    assert {status for _, status in seen} - {status for _, status in usual}


def test_a_finished_change_may_vanish(running: House) -> None:
    facts = running.enter("network change pending")
    finish(running, DV, facts["c"])
    running.control.switch(cps_completed_change="gone")
    path = f"{ENROLLMENTS}/{DV}/changes/{facts['c']}"
    assert running.client().send("GET", path, headers=heads("change.v2")).status_code == 404


def test_what_get_shows_after_cancelling(running: House) -> None:
    """Unknown (6.5): the asked-for configuration stays by default, or the deployed one comes back."""
    for value, stapling in (("keep", "off"), ("revert", "on")):
        facts = running.enter("network change pending")
        running.control.switch(cps_cancelled_change=value)
        path = f"{ENROLLMENTS}/{DV}/changes/{facts['c']}"
        running.client().ask("DELETE", path, headers=heads("change-id.v1"))
        assert enrollment(running, DV)["networkConfiguration"]["ocspStapling"] == stapling


def test_type_of_a_network_change(running: House) -> None:
    running.enter("stock")
    running.control.switch(cps_network_change_type="null")
    accepted(put(running, DV, network(ocspStapling="off")))
    assert enrollment(running, DV)["pendingChanges"][0]["changeType"] is None


def test_creation_may_be_unlimited(running: House) -> None:
    running.enter("new enrollment")
    running.control.switch(cps_create_limit="off")
    body = NEW | {"csr": NEW["csr"] | {"cn": "newer.example.com", "sans": ["newer.example.com"]}}
    assert create(running, body).status_code == 202
