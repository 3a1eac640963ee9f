# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""METS in process: what happens by itself, and what a seed may leave out. Conformance rows are elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from akamai_emulator.house import House
from akamai_emulator.mets import links, times

SETS = "/mtls-edge-truststore/v2/ca-sets"
MAIN = "A-CCT1234"
HOUR, MONTH = 3600.0, 31 * 86400.0
BOTH = ["STAGING", "PRODUCTION"]


def seed(house: House, **ca_set: Any) -> dict[str, Any]:
    """The completed set of a seed with one set."""
    house.adopt({"accounts": {MAIN: {"ca_sets": [{"caSetName": "partners", **ca_set}]}}})
    found: dict[str, Any] = house.accounts[MAIN].document["ca_sets"][0]
    return found


def version(*pems: str, **members: Any) -> dict[str, Any]:
    return {"certificates": [{"certificatePem": pem} for pem in pems], **members}


def later(house: House, seconds: float) -> None:
    house.clock.offset += seconds
    house.settle()


def test_a_short_seed_is_completed(house: House, send: Any, make: Any) -> None:
    seed(house, versions=[version(make()), version(make())], stagingVersion=1)
    shown = send("GET", f"{SETS}/1001").body
    assert (shown["latestVersion"], shown["stagingVersion"], shown["productionVersion"]) == (2, 1, None)
    first = send("GET", f"{SETS}/1001/versions/1").body
    assert first["stagingStatus"] == "ACTIVE"
    assert first["certificates"][0]["subject"] == "CN=Example Root, O=Example, C=US"
    done = send("GET", f"{SETS}/1001/activations").body["activations"]
    assert [(a["version"], a["network"], a["activationStatus"]) for a in done] == [(1, "STAGING", "COMPLETE")]
    kinds = [a["type"] for a in send("GET", f"{SETS}/1001/activities").body["activities"]]
    assert kinds == ["ACTIVATE_CA_SET_VERSION", "CREATE_CA_SET_VERSION", "CREATE_CA_SET_VERSION", "CREATE_CA_SET"]


def test_seeded_status_of_a_version_wins(house: House, make: Any) -> None:
    found = seed(house, versions=[version(make(), productionStatus="ACTIVE")])
    assert (found["productionVersion"], found["stagingVersion"]) == (1, None)


def test_ids_go_on_after_those_of_a_seed(house: House, send: Any, make: Any) -> None:
    seed(
        house,
        caSetId=70000,
        versions=[version(make())],
        activations=[{"version": 1, "network": "STAGING", "activationId": 99000}],
    )
    assert int(send("POST", SETS, {"caSetName": "next"}).body["caSetId"]) == 70001
    body = {"network": "PRODUCTION"}
    assert send("POST", f"{SETS}/70000/versions/1/activate", body).body["activationId"] > 99000


def test_seeded_running_things_take_their_time(house: House, make: Any) -> None:
    running = {"version": 1, "network": "STAGING", "activationStatus": "IN_PROGRESS"}
    found = seed(house, createdDate="2020-01-01T00:00:00.000000Z", versions=[version(make())], activations=[running])
    house.settle()
    assert found["stagingVersion"] is None
    later(house, HOUR)
    assert found["stagingVersion"] == 1
    gone = seed(house, caSetStatus="DELETING")
    house.settle()
    assert gone["caSetStatus"] == "DELETING"
    later(house, HOUR)
    assert gone["caSetStatus"] == "DELETED"


def test_several_ends_at_once_happen_in_their_order(house: House, send: Any, make: Any) -> None:
    """Version 1 then 2 on one network, both due long ago: the later one is active, dated by its own due time."""
    found = seed(house, versions=[version(make()), version(make())])
    now = house.clock.now()
    for number, seconds in ((2, 20), (1, 10)):
        due = times.micros(now.replace(year=2026, month=11, day=1, hour=1, minute=0, second=seconds, microsecond=0))
        found["activations"].append(
            {
                "version": number,
                "network": "STAGING",
                "activationType": "ACTIVATE",
                "createdBy": "automation",
                "activationStatus": "IN_PROGRESS",
                "due": due,
                "outcome": "COMPLETE",
                "failureReason": None,
            }
        )
    house.settle()
    assert found["stagingVersion"] == 2
    assert [a["modifiedDate"][-11:] for a in found["activations"]] == [":20.000000Z", ":10.000000Z"]


def test_deleted_versions_do_not_hold_up_the_deletion_of_their_set(house: House, send: Any, make: Any) -> None:
    found = seed(house, versions=[version(make()), version(make())])
    assert send("DELETE", f"{SETS}/1001/versions/2").status == 204
    assert send("DELETE", f"{SETS}/1001").status == 202
    later(house, HOUR)
    assert found["caSetStatus"] == "DELETED"
    later(house, MONTH)
    assert send("GET", f"{SETS}/1001").status == 404


def test_a_removed_version_leaves_its_trace_and_its_number(house: House, send: Any, make: Any) -> None:
    found = seed(house, versions=[version(make()), version(make())])
    send("DELETE", f"{SETS}/1001/versions/2")
    later(house, MONTH)
    assert [v["version"] for v in found["versions"]] == [1]
    assert send("GET", f"{SETS}/1001/activities").body["activities"][0]["type"] == "REMOVE_CA_SET_VERSION"
    assert send("POST", f"{SETS}/1001/versions/1/clone").body["version"] == 3


@pytest.mark.parametrize(
    ("switch", "failed", "again"),
    [
        ("fail_staging", ["STAGING"], ["STAGING"]),
        ("fail_production", ["PRODUCTION"], ["PRODUCTION"]),
        ("fail", BOTH, BOTH),
    ],
)
def test_a_failed_deletion_is_repeated_where_it_failed(
    house: House, send: Any, switch: str, failed: list[str], again: list[str]
) -> None:
    found = seed(house)
    house.switches.update({"mets_deletion_outcome": switch})
    send("DELETE", f"{SETS}/1001")
    later(house, HOUR)
    report = send("GET", f"{SETS}/1001/status/delete")
    assert (report.status, report.body["status"], found["caSetStatus"]) == (207, "FAILED", "NOT_DELETED")
    assert [d["network"] for d in report.body["deletions"] if d["status"] == "FAILED"] == failed
    assert {d["percentComplete"] for d in report.body["deletions"]} == {100}
    assert all(network in report.body["failureReason"] for network in failed)
    house.switches.update({"mets_deletion_outcome": "complete"})
    assert send("DELETE", f"{SETS}/1001").status == 202
    running = send("GET", f"{SETS}/1001/status/delete")
    assert running.status == 202
    assert [d["network"] for d in running.body["deletions"] if d["status"] == "IN_PROGRESS"] == again
    later(house, HOUR)
    assert found["caSetStatus"] == "DELETED"


def test_a_failed_activation_leaves_the_old_one_and_the_version_editable(house: House, send: Any, make: Any) -> None:
    seed(house, versions=[version(make()), version(make())], stagingVersion=1)
    house.switches.update({"mets_activation_outcome": "fail"})
    link = send("POST", f"{SETS}/1001/versions/2/activate", {"network": "STAGING"}).body["activationLink"]
    later(house, HOUR)
    ended = send("GET", link)
    assert (ended.status, ended.body["activationStatus"], ended.body["percentComplete"]) == (200, "FAILED", 100)
    assert send("GET", f"{SETS}/1001").body["stagingVersion"] == 1
    assert send("PUT", f"{SETS}/1001/versions/2", version(make())).status == 200


def test_a_duration_of_zero_ends_at_the_next_request(house: House, send: Any, make: Any) -> None:
    seed(house, versions=[version(make())])
    house.durations["mets_activation"] = 0
    assert send("POST", f"{SETS}/1001/versions/1/activate", {"network": "STAGING"}).body["percentComplete"] == 0
    assert send("GET", f"{SETS}/1001").body["stagingVersion"] == 1


def test_retry_after_is_never_in_the_past(house: House, send: Any, make: Any) -> None:
    from email.utils import parsedate_to_datetime

    seed(house, versions=[version(make())])
    link = send("POST", f"{SETS}/1001/versions/1/activate", {"network": "STAGING"}).body["activationLink"]
    start = house.clock.now()
    for passed, wanted in ((0, 300), (299, 1), (301, 60)):
        house.clock.offset = passed
        said = parsedate_to_datetime(send("GET", link).headers["Retry-After"])
        assert abs((said - start).total_seconds() - wanted) <= 2, passed


def test_active_networks(house: House, make: Any) -> None:
    account = house.accounts[MAIN]
    assert links.active_networks(account, "1001") is None
    seed(house, versions=[version(make())], stagingVersion=1)
    account = house.accounts[MAIN]
    assert links.active_networks(account, "1001") == {"STAGING"}
    for status in ("DELETING", "DELETED"):
        account.document["ca_sets"][0]["caSetStatus"] = status
        assert links.active_networks(account, "1001") is None


def test_the_born_date_of_a_kept_certificate_survives(house: House, send: Any, make: Any) -> None:
    good, other = make(), make()
    seed(house, versions=[version(good)], createdDate="2026-01-01T00:00:00.000000Z")
    kept, added = send("PUT", f"{SETS}/1001/versions/1", version(good, other)).body["certificates"]
    assert kept["createdDate"] == "2026-01-01T00:00:00.000000Z"
    assert added["createdDate"] > kept["createdDate"]


@pytest.mark.parametrize(
    ("setting", "status", "shown"), [("refuse", 400, None), ("accept", 201, {"description": None})]
)
def test_an_empty_description(house: House, send: Any, setting: str, status: int, shown: dict[str, Any] | None) -> None:
    house.switches.update({"mets_empty_description": setting})
    reply = send("POST", SETS, {"caSetName": "abc", "description": ""})
    assert reply.status == status
    assert shown is None or shown.items() <= reply.body.items()


def test_deleting_an_active_set_can_be_a_400(house: House, send: Any, make: Any) -> None:
    seed(house, versions=[version(make())], stagingVersion=1)
    house.switches.update({"mets_delete_active_status": "400"})
    reply = send("DELETE", f"{SETS}/1001")
    assert (reply.status, reply.body["status"]) == (400, 400)


@pytest.mark.parametrize("setting", ["no", "yes"])
def test_modified_by_activation(house: House, send: Any, make: Any, setting: str) -> None:
    seed(house, versions=[version(make()), version(make()), version(make())], stagingVersion=1)
    house.switches.update({"mets_modified_by_activation": setting})
    send("POST", f"{SETS}/1001/versions/2/activate", {"network": "STAGING"})
    later(house, HOUR)
    touched = [bool(v["modifiedDate"]) for v in send("GET", f"{SETS}/1001/versions").body["versions"]]
    assert touched == ([True, True, False] if setting == "yes" else [False] * 3)
