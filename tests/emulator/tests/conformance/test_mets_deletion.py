# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletion of a set, its progress, and the history (mets-v2.md 3.4, 3.5, 3.7, 5.1)."""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import pytest

from .certificates import many
from .harness import MICROSECONDS, RFC1123, Facts, House, Row, run
from .mets_worlds import CONTEXT, ERRORS, FINISH, LINK, SET, SETS, V1, V2, certificates, create_set, move, refusal

STATUS = f"{SET}/status/delete"
BUSY = "ca-set-cannot-be-deleted-in-progress-version-activations"
ACTIVE = "ca-set-cannot-be-deleted-active-versions"
STAGING, PRODUCTION = {"stagingLink": LINK, "stagingStatus": str}, {"productionLink": LINK, "productionStatus": str}
ON_STAGING = {"stagingVersionLink": V1, "stagingStatus": str}
ON_PRODUCTION = {"productionVersionLink": V1, "productionStatus": str}


def refused(given: str, slug: str, context: dict[str, Any]) -> Row:
    return refusal(f"delete: {given}", given, "DELETE", SET, 409, slug, context=CONTEXT | context)


DELETE = [
    *(
        Row(f"delete: {given}", given, "DELETE", SET, status=202, heads={"Location": STATUS}, mark="I: Location")
        for given in ("one set", "two versions", "v1 was active on staging", "three versions, two deleted")
    ),
    refusal("delete: no such set", "one set", "DELETE", f"{SETS}/9", 404, "ca-set-not-found", context={"caSetId": "9"}),
    refused(
        "deleting",
        "delete-ca-set-request-in-progress",
        {"deletionLink": STATUS, "stagingStatus": "IN_PROGRESS", "productionStatus": "IN_PROGRESS"},
    ),
    refusal("delete: deleted", "deleted", "DELETE", SET, 404, "ca-set-not-found", mark="U: 404"),
    refused("v1 activating on staging", BUSY, STAGING),
    refused("v1 activating on production", BUSY, PRODUCTION),
    refused("v1 activating on both", BUSY, STAGING | PRODUCTION),
    refused("v1 deactivating on staging", BUSY, STAGING),
    refused("v1 active on staging", ACTIVE, ON_STAGING),
    refused("v1 active on production", ACTIVE, ON_PRODUCTION),
    refused("v1 active on both", ACTIVE, ON_STAGING | ON_PRODUCTION),
]


def both(status: str, percent: int) -> Any:
    wanted = {(network, status, percent) for network in ("STAGING", "PRODUCTION")}
    return lambda found: {(d["network"], d["status"], d["percentComplete"]) for d in found} == wanted


REPORT = CONTEXT | {"statusLink": STATUS, "caSetLink": SET, "resourceMethod": "delete", "startTime": MICROSECONDS}
PROGRESS = [
    Row(
        "status: running",
        "deleting",
        "GET",
        STATUS,
        status=202,
        has=REPORT
        | {
            "status": "IN_PROGRESS",
            "deletions": both("IN_PROGRESS", 0),
            "endTime": None,
            "estimatedEndTime": MICROSECONDS,
            "failureReason": None,
        },
        heads={"Retry-After": RFC1123},
    ),
    Row(
        "status: complete",
        "deleted",
        "GET",
        STATUS,
        has=REPORT
        | {"status": "COMPLETE", "deletions": both("COMPLETE", 100), "endTime": MICROSECONDS, "removalDate": str},
        heads={"Retry-After": None},
    ),
    refusal(
        "status: never asked", "one set", "GET", STATUS, 400, "no-active-cert-deletions", context={"caSetId": "{set}"}
    ),
    refusal("status: no such set", "one set", "GET", f"{SETS}/9/status/delete", 404, "ca-set-not-found"),
]
WRITES = [
    refusal(
        f"while deleting: {id}",
        "deleting",
        method,
        path,
        409,
        "delete-ca-set-request-in-progress",
        body,
        context=CONTEXT,
    )
    for id, method, path, body in (
        ("create a version", "POST", f"{SET}/versions", {"certificates": certificates(many(6)[5])}),
        ("replace a version", "PUT", V1, {"certificates": certificates(many(6)[5])}),
        ("clone a version", "POST", f"{V1}/clone", None),
        ("activate", "POST", f"{V1}/activate", {"network": "STAGING"}),
    )
] + [
    refusal(f"when deleted: {id}", "deleted", method, path, 404, "ca-set-not-found", body, mark="U: 404")
    for id, method, path, body in (
        ("create a version", "POST", f"{SET}/versions", {"certificates": certificates(many(6)[5])}),
        ("replace a version", "PUT", V1, {"certificates": certificates(many(6)[5])}),
        ("delete a version", "DELETE", V2, None),
        ("clone a version", "POST", f"{V1}/clone", None),
        ("activate", "POST", f"{V1}/activate", {"network": "STAGING"}),
        ("deactivate", "POST", f"{V1}/deactivate", {"network": "STAGING"}),
    )
]


def history(*wanted: tuple[str, str | None, int | None]) -> Any:
    return lambda found: [(a["type"], a["network"], a["version"]) for a in found] == list(wanted)


CREATED, FIRST = ("CREATE_CA_SET", None, None), ("CREATE_CA_SET_VERSION", None, 1)
SECOND = ("CREATE_CA_SET_VERSION", None, 2)
ACTIVITIES = f"{SET}/activities"
HISTORY = [
    Row(
        "activities",
        "two versions",
        "GET",
        ACTIVITIES,
        has=CONTEXT
        | {
            "caSetLink": SET,
            "caSetStatus": "NOT_DELETED",
            "createdBy": str,
            "createdDate": MICROSECONDS,
            "deletedBy": None,
            "deletedDate": None,
            "activities": history(SECOND, FIRST, CREATED),
            "activities.0.activityDate": MICROSECONDS,
            "activities.0.activityBy": str,
        },
    ),
    Row(
        "activities: moves",
        "v1 was active on staging",
        "GET",
        ACTIVITIES,
        has={
            "activities": history(
                ("DEACTIVATE_CA_SET_VERSION", "STAGING", 1),
                ("ACTIVATE_CA_SET_VERSION", "STAGING", 1),
                SECOND,
                FIRST,
                CREATED,
            )
        },
    ),
    Row(
        "activities: deleted versions",
        "three versions, two deleted",
        "GET",
        ACTIVITIES,
        has={
            "activities.0.type": "DELETE_CA_SET_VERSION",
            "activities.0.version": 3,
            "activities.0.network": None,
            "activities.1.version": 2,
        },
    ),
    Row(
        "activities: of a deleted set",
        "deleted",
        "GET",
        ACTIVITIES,
        has={
            "caSetStatus": "DELETED",
            "deletedDate": MICROSECONDS,
            "deletedBy": str,
            "activities": lambda found: (
                {(a["type"], a["network"], a["version"]) for a in found[:2]}
                == {("DELETE_CA_SET", "STAGING", None), ("DELETE_CA_SET", "PRODUCTION", None)}
                and history(SECOND, FIRST, CREATED)(found[2:])
            ),
        },
    ),
    refusal("activities: no such set", "one set", "GET", f"{SETS}/9/activities", 404, "ca-set-not-found"),
    *(
        Row(
            f"activities: bad {name}",
            "one set",
            "GET",
            f"{ACTIVITIES}?{name}=yesterday",
            None,
            400,
            ERRORS + "path-variable-query-param-type-mismatch",
            {"contextInfo.parameterName": name},
            mark="I",
        )
        for name in ("start", "end")
    ),
]


@pytest.mark.parametrize("row", [*DELETE, *PROGRESS, *WRITES, *HISTORY], ids=str)
def test_deletion(running: House, row: Row) -> None:
    answer = run(running, row)
    if row.id.startswith("delete") and row.status == 202:
        assert answer.content == b"", "a deletion's 202 has no body"


def test_dates_of_a_deletion(running: House) -> None:
    """Start + 15 minutes is estimated; deletedDate is the end; removal follows 30 days later (5.1, U); then 404."""
    facts = running.enter("deleting")
    path = f"{SETS}/{facts['set']}"
    report = running.client().ask("GET", f"{path}/status/delete")
    start = dt.datetime.fromisoformat(report["startTime"])
    assert dt.datetime.fromisoformat(report["estimatedEndTime"]) - start == dt.timedelta(minutes=15)
    running.control.advance(FINISH)
    ended = running.client().ask("GET", f"{path}/status/delete")
    shown = running.client().ask("GET", path)
    assert shown["deletedDate"] == ended["endTime"]
    removal = dt.datetime.fromisoformat(shown["removalDate"])
    assert removal - dt.datetime.fromisoformat(shown["deletedDate"]) == dt.timedelta(days=30)
    running.control.advance(30 * 86400)
    assert running.client().send("GET", path).json()["type"] == ERRORS + "ca-set-not-found"


def test_retry_after_of_a_deletion(running: House) -> None:
    facts = running.enter("two versions")
    path = f"{SETS}/{facts['set']}"
    asked = running.client().send("DELETE", path)
    poll = running.client().send("GET", asked.headers["Location"])
    wait = parsedate_to_datetime(poll.headers["Retry-After"]) - parsedate_to_datetime(asked.headers["Date"])
    assert dt.timedelta(seconds=298) <= wait <= dt.timedelta(seconds=302)


def activities(house: House, facts: Facts, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = house.client().ask("GET", f"{SETS}/{facts['set']}/activities{query}")["activities"]
    return found


def test_window_of_activities(running: House) -> None:
    """start and end are inclusive, and either may stand alone (3.7)."""
    facts = running.enter("two versions")
    running.control.advance(60)
    move(running, facts["set"], 1, "STAGING")
    whole = activities(running, facts)
    newest, first = quote(whole[0]["activityDate"]), quote(whole[-1]["activityDate"])
    assert activities(running, facts, f"?start={newest}") == whole[:1]
    assert activities(running, facts, f"?end={first}") == whole[-1:]
    assert activities(running, facts, f"?start={first}&end={newest}") == whole
    assert activities(running, facts, f"?end={quote('2020-01-01T00:00:00.000000Z')}") == []


def test_activities_are_dated_at_the_request(running: House) -> None:
    """ACTIVATE entries carry the moment of the request (3.7, I)."""
    facts = running.enter("one version")
    move(running, facts["set"], 1, "STAGING")
    record = running.client().ask("GET", f"{SETS}/{facts['set']}/activations")["activations"][0]
    gap = dt.datetime.fromisoformat(activities(running, facts)[0]["activityDate"]) - dt.datetime.fromisoformat(
        record["createdDate"]
    )
    assert abs(gap) < dt.timedelta(seconds=1)


def test_a_cloned_set_has_two_entries(running: House) -> None:
    facts = running.enter("one version")
    new = running.client().ask("POST", f"{SETS}/{facts['set']}/clone", {"caSetName": "copy"})["caSetId"]
    assert history(FIRST, CREATED)(activities(running, {"set": new}))


def test_name_comes_free(running: House) -> None:
    """While a set goes its name is taken, afterwards not, and both can be listed (1.3)."""
    facts = running.enter("deleting")
    assert running.client().send("POST", SETS, {"caSetName": "partners"}).status_code == 409
    running.control.advance(FINISH)
    new = create_set(running, "partners")
    listed = running.client().ask("GET", f"{SETS}?caSetNamePrefix=partners&caSetStatus=DELETED%2CNOT_DELETED")["caSets"]
    assert [item["caSetId"] for item in listed] == [facts["set"], new]
