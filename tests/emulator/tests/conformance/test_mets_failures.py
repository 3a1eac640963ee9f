# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations of METS that fail, and the switches for what the page leaves open (mets-v2.md 3.2, 3.5, 5.1, 5.3, 6)."""

from __future__ import annotations

from typing import Any

import pytest

from .certificates import many
from .harness import MICROSECONDS, Facts, House, Row, given, run
from .mets_worlds import (
    CONTEXT,
    ERRORS,
    FINISH,
    NETWORKS,
    SET,
    SETS,
    V1,
    active_on_staging,
    certificates,
    move,
    two_versions,
)

STATUS = f"{SET}/status/delete"
COMPLETE = {"status": "COMPLETE", "percentComplete": 100}


@given("an activation failed")
def failed(house: House) -> Facts:
    facts = two_versions(house)
    house.control.switch(mets_activation_outcome="fail")
    return facts | {"activation": move(house, facts["set"], 1, "STAGING")}


@given("a replacement failed")
def replacement_failed(house: House) -> Facts:
    facts = active_on_staging(house)
    house.control.switch(mets_activation_outcome="fail")
    return facts | {"activation": move(house, facts["set"], 2, "STAGING")}


@given("a deactivation failed")
def deactivation_failed(house: House) -> Facts:
    facts = active_on_staging(house)
    house.control.switch(mets_activation_outcome="fail")
    return facts | {"activation": move(house, facts["set"], 1, "STAGING", "deactivate")}


def deletion_failed(outcome: str) -> Any:
    def build(house: House) -> Facts:
        facts = two_versions(house)
        house.control.switch(mets_deletion_outcome=outcome)
        house.client().ask("DELETE", f"{SETS}/{facts['set']}")
        house.control.advance(FINISH)
        return facts

    return build


for _name, _outcome in (("staging", "fail_staging"), ("production", "fail_production"), ("both", "fail")):
    given(f"deletion failed on {_name}")(deletion_failed(_outcome))


def ended(**wanted: str) -> Any:
    """Both networks at 100 %, with these statuses; a reason exactly where it failed."""

    def check(found: list[dict[str, Any]]) -> bool:
        return {item["network"]: item["status"] for item in found} == wanted and all(
            item["percentComplete"] == 100 and isinstance(item["failureReason"], str) == (item["status"] == "FAILED")
            for item in found
        )

    return check


NEW = {"certificates": certificates(many(6)[5])}
FAILED = {"activationStatus": "FAILED", "percentComplete": 100, "modifiedDate": MICROSECONDS, "modifiedBy": str}
ROWS = [
    Row("poll: activation", "an activation failed", "GET", f"{V1}/activations/{{activation}}", has=FAILED),
    Row("poll: deactivation", "a deactivation failed", "GET", f"{V1}/activations/{{activation}}", has=FAILED),
    Row("nothing became active", "an activation failed", "GET", SET, has={"stagingVersion": None}),
    Row("the old one stays", "a replacement failed", "GET", SET, has={"stagingVersion": 1}),
    Row("it stays active", "a deactivation failed", "GET", SET, has={"stagingVersion": 1}),
    Row("what failed can be edited", "an activation failed", "PUT", V1, NEW, 200),
    Row("and activated again", "an activation failed", "POST", f"{V1}/activate", {"network": "STAGING"}, 202),
    Row("and deactivated again", "a deactivation failed", "POST", f"{V1}/deactivate", {"network": "STAGING"}, 202),
    Row("a set with it can be deleted", "an activation failed", "DELETE", SET, status=202),
    Row(
        "deletion: staging",
        "deletion failed on staging",
        "GET",
        STATUS,
        status=207,
        has=CONTEXT
        | {
            "status": "FAILED",
            "deletions": ended(STAGING="FAILED", PRODUCTION="COMPLETE"),
            "endTime": MICROSECONDS,
            "removalDate": None,
            "failureReason": lambda found: "staging" in found.lower(),
        },
        heads={"Retry-After": None},
    ),
    Row(
        "deletion: production",
        "deletion failed on production",
        "GET",
        STATUS,
        status=207,
        has={"deletions": ended(STAGING="COMPLETE", PRODUCTION="FAILED"), "resourceMethod": "delete"},
    ),
    Row(
        "deletion: both",
        "deletion failed on both",
        "GET",
        STATUS,
        status=207,
        has={"deletions": ended(STAGING="FAILED", PRODUCTION="FAILED")},
    ),
    Row(
        "the set is back",
        "deletion failed on staging",
        "GET",
        SET,
        has={"caSetStatus": "NOT_DELETED", "deletedDate": None, "deletedBy": None, "removalDate": None},
        mark="U: back to NOT_DELETED",
    ),
    Row("it can be written to", "deletion failed on staging", "POST", f"{SET}/versions", NEW, 201, mark="U"),
    Row("deletion asked for again", "deletion failed on staging", "DELETE", SET, status=202),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_failures(running: House, row: Row) -> None:
    run(running, row)


def test_a_deletion_repeated(running: House) -> None:
    """The network already done stays COMPLETE; the other one is done this time (5.1, U)."""
    facts = running.enter("deletion failed on staging")
    path = f"{SETS}/{facts['set']}"
    running.client().ask("DELETE", path)
    report = running.client().ask("GET", f"{path}/status/delete")
    assert {item["network"]: item["status"] for item in report["deletions"]} == {
        "STAGING": "IN_PROGRESS",
        "PRODUCTION": "COMPLETE",
    }
    running.control.advance(FINISH)
    report = running.client().ask("GET", f"{path}/status/delete")
    assert report["status"] == "COMPLETE"
    assert running.client().ask("GET", path)["caSetStatus"] == "DELETED"


def test_lists_as_before_may_2026(running: House) -> None:
    """With the switch, a list without caSetStatus shows deleted sets too (3.2)."""
    running.enter("sets of every kind")
    assert len(running.client().ask("GET", SETS)["caSets"]) == 4
    running.control.switch(mets_default_ca_set_status="ALL")
    assert len(running.client().ask("GET", SETS)["caSets"]) == 6
    assert len(running.client().ask("GET", f"{SETS}?caSetStatus=NOT_DELETED")["caSets"]) == 4


def test_scope_of_an_association(running: House) -> None:
    """By switch only the network that is used is held; the binding here is on both, so both stay held (5.3, U)."""
    facts = running.enter("bound")
    running.control.switch(mets_association_scope="network")
    for network in NETWORKS:
        answer = running.client().send("POST", f"{SETS}/{facts['set']}/versions/1/deactivate", {"network": network})
        assert answer.json()["type"] == ERRORS + "ca-set-in-use-by-enrollments"


def test_the_other_error_for_host_names(running: House) -> None:
    facts = running.enter("on host names")
    running.control.switch(mets_hostname_association_type="ca-set-in-use-by-hostnames")
    answer = running.client().send("POST", f"{SETS}/{facts['set']}/versions/1/deactivate", {"network": "STAGING"})
    assert (answer.status_code, answer.json()["type"]) == (409, ERRORS + "ca-set-in-use-by-hostnames")
