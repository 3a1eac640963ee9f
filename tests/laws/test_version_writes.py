# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of CA sets: those too large for one signed POST, and what METS itself says of certificates in a dry run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from authorities import issued
from in_process import House
from starts import ROOTS, enter, pems
from test_kill import kill_after, kills

SET = {"ca_set_name": "partners"}
MANY = tuple(issued(f"law many {number}").pem for number in range(300))
VALIDATE = {"api": "mets", "method": "POST", "path": "/certificates/validate$"}


def version(house: House, *texts: str, **options: Any) -> dict[str, Any]:
    return house.run("mets_ca_set_version", **SET, certificates=[{"pem": "".join(texts)}], **options)


def verbs(result: dict[str, Any]) -> list[str]:
    return [f"{s['verb']} {s['target']['version']}" + ("" if s["done"] else " (not done)") for s in result["plan"]]


def sizes(house: House) -> dict[int, int]:
    """How many certificates the versions hold, by number."""
    listed = house.ok("mets_ca_set_version_info", **SET)["ca_set_versions"]
    return {v["version"]: len(v["certificates"]) for v in listed}


@pytest.fixture
def refusing(house: House) -> Iterator[House]:
    """A gateway that signs no more than 128 KiB."""
    house.control.switch(large_signed_post="refuse")
    yield house
    house.control.switch(large_signed_post="accept")


@pytest.mark.parametrize("gateway", ["accept", "refuse"])
def test_a_version_of_300_certificates(house: House, gateway: str) -> None:
    enter(house, "set without version")
    house.control.switch(large_signed_post=gateway)
    try:
        planned = version(house, *MANY, check=True)
        result = version(house, *MANY)
        assert verbs(planned) == ["create 1 (not done)"] and planned["api_warnings"] == []
        assert verbs(result) == ["create 1"] and len(result["ca_set_version"]["certificates"]) == 300
        assert result["ca_set_version"]["description"] is None
        assert version(house, *MANY)["changed"] is False
        assert verbs(version(house, *MANY, check=True)) == []
    finally:
        house.control.switch(large_signed_post="accept")


# A kill between the part and the whole (law 7)


@pytest.mark.parametrize(
    ("start", "options"),
    [
        ("set without version", {"when_editable": "new_version"}),
        ("set active on both", {"description": "all of them"}),
        ("set active on both", {"certificates_mode": "add"}),
    ],
    ids=str,
)
def test_law_7_a_part_is_finished_by_the_next_run(refusing: House, start: str, options: dict[str, Any]) -> None:
    house = refusing
    enter(house, start)
    version(house, *MANY[:220], **options)
    requests = house.control.requests()
    undisturbed = sizes(house)
    assert [r["method"] for r in requests if r["write"]] == ["POST", "POST", "PUT"]
    for number in kills(requests):
        enter(house, start)
        kill_after(house, number)
        version(house, *MANY[:220], **options, retry_timeout=0.001)
        house.control.no_faults()
        finished = version(house, *MANY[:220], **options)
        told = f"killed after request {number}: {json.dumps(finished)[:2000]}"
        assert not finished.get("failed"), told
        assert sizes(house) == undisturbed, told
        assert finished["ca_set_version"]["description"] == options.get("description"), told


def begun(house: House, *texts: str, **options: Any) -> None:
    """A run that is killed between the part and the whole."""
    house.control.fault(api="mets", method="PUT", path="/versions/", then={"drop": "before"}, every=True)
    version(house, *texts, **options, retry_timeout=0.001)
    house.control.no_faults()
    house.control.forget_requests()


def test_a_part_says_what_it_is_and_is_finished_whatever_is_wished_then(refusing: House) -> None:
    enter(refusing, "set active on both")
    begun(refusing, *MANY)
    part = refusing.ok("mets_ca_set_version_info", **SET)["ca_set_versions"][1]
    held = len(part["certificates"])
    assert 80 < held < 300 and part["description"] == f"Unfinished: {held} of 300 certificates."
    result = version(refusing, *MANY[:2], when_editable="new_version")
    assert verbs(result) == ["update 2"] and "unfinished" in result["plan"][0]["reason"]
    assert sizes(refusing) == {1: 1, 2: 2}
    assert result["ca_set_version"]["description"] is None


def test_a_part_is_nothing_that_add_and_remove_start_from(refusing: House) -> None:
    enter(refusing, "set active on both")
    begun(refusing, *MANY)
    result = version(refusing, MANY[0], certificates_mode="add")
    assert {c["subject"].split(",")[0] for c in result["ca_set_version"]["certificates"]} == {
        f"CN={ROOTS[0]}",
        "CN=law many 0",
    }


def test_a_part_is_nothing_that_another_set_begins_with(refusing: House) -> None:
    enter(refusing, "set active on both")
    begun(refusing, *MANY)
    made = refusing.ok("mets_ca_set", ca_set_name="copies", clone_from=SET)
    assert made["cloned_from"]["version"] == 1


def test_a_part_that_somebody_has_changed_or_activated_is_theirs(refusing: House) -> None:
    for change in ("changed", "activated"):
        enter(refusing, "set active on both")
        begun(refusing, *MANY)
        if change == "activated":
            refusing.ok("mets_activation", **SET, version=2)
        else:
            state = refusing.control.state()
            state["accounts"]["A-CCT1234"]["ca_sets"][0]["versions"][1]["certificates"].pop()
            refusing.reset(state)
        assert verbs(version(refusing, *MANY[:2])) == ["create 3"]


def test_a_part_is_never_what_a_version_holds_already(refusing: House) -> None:
    enter(refusing, "set without version")
    begun(refusing, *MANY)
    part = sizes(refusing)[1]
    version(refusing, *MANY[:part])
    refusing.ok("mets_activation", **SET, version=1)
    assert verbs(version(refusing, *MANY)) == ["create 2"]
    assert sizes(refusing) == {1: part, 2: 300}


# What only the server knows


def refuse(house: House, index: int = 0) -> None:
    """METS finds something wrong with one certificate that nobody else can know."""
    item = {
        "type": "/mtls-edge-truststore/error-types/not-wanted",
        "title": "Not wanted.",
        "detail": "For some reason.",
        "pointer": f"/certificates/{index}",
    }
    body = {
        "type": "/mtls-edge-truststore/error-types/certificate-validation-failure",
        "status": 400,
        "title": "Certificates have failed validation.",
        "errors": [item],
        "instance": "/mtls-edge-truststore/error-types/certificate-validation-failure/0123456789abcdef",
    }
    house.control.fault(**VALIDATE, nth=1, then={"status": 400, "body": body})


def test_a_dry_run_finds_what_only_the_server_knows(house: House) -> None:
    enter(house, "set without version")
    refuse(house, 1)
    failed = version(house, *MANY[:3], check=True)
    assert failed["failure"]["api"] == "mets" and failed["failure"]["status"] == 400
    assert failed["failure"]["request_id"] == "0123456789abcdef"
    assert failed["failure"]["errors"][0]["position"] == 2
    assert "CN=law many 1" in failed["msg"] and "Not wanted. For some reason" in failed["msg"]
    assert verbs(version(house, *MANY[:3], check=True)) == ["create 1 (not done)"]
    assert house.writes() == []


def test_a_write_names_the_certificates_that_mets_refuses(house: House) -> None:
    enter(house, "set without version")
    item = {"title": "Not wanted.", "pointer": "/certificates/2"}
    kind = "/mtls-edge-truststore/error-types/certificate-validation-failure-create"
    body = {"type": kind, "status": 400, "title": "Cannot create the ca set version.", "errors": [item]}
    house.control.fault(api="mets", method="POST", path="/versions$", then={"status": 400, "body": body})
    failed = version(house, *MANY[:3])
    assert failed["failure"]["type"] == kind and failed["changed"] is False
    assert "certificate 3" in failed["msg"] and "CN=law many 2" in failed["msg"]


def test_a_dry_run_asks_only_about_what_would_be_written(house: House) -> None:
    enter(house, "set active on both")
    held = house.ok("mets_ca_set_version", **SET, certificates=pems(ROOTS[0]), description="another", check=True)
    assert held["changed"] is False and "POST" not in held["requests"]
    enter(house, "set without version")
    nothing = version(house, MANY[0], certificates_mode="remove", check=True)
    assert nothing["changed"] is False and nothing["ca_set_version"] is None and "POST" not in nothing["requests"]


def test_an_expired_certificate_that_is_held_is_a_warning_in_a_dry_run_too(house: House) -> None:
    enter(house, "set without version")
    short = issued("law short", days=2).pem
    version(house, short)
    house.ok("mets_activation", **SET, version=1)
    house.clock.sleep(3 * 86400)
    for check in (True, False):
        held = version(house, short, description="another", check=check)
        assert not held.get("failed") and held["changed"] is False, json.dumps(held)
        assert "METS refuses to activate" in json.dumps(held["api_warnings"])


def test_a_dry_run_validates_with_the_flag_that_the_write_will_have(house: House) -> None:
    enter(house, "set editable")
    state = house.control.state()
    state["accounts"]["A-CCT1234"]["ca_sets"][0]["versions"][0]["allowInsecureSha1"] = True
    house.reset(state)
    version(house, MANY[0], certificates_mode="add", check=True)
    asked = [r["body"]["allowInsecureSha1"] for r in house.control.requests() if r["path"].endswith("/validate")]
    version(house, MANY[0], certificates_mode="add")
    written = [r["body"]["allowInsecureSha1"] for r in house.control.requests(write=True)]
    assert asked == written == [True]


def test_what_the_server_warns_of_is_in_the_prediction(house: House) -> None:
    enter(house, "set without version")
    warning = {"type": "/mtls-edge-truststore/error-types/duplicate-certificate", "title": "T", "detail": "Twice."}
    body = {"allowInsecureSha1": False, "certificates": [], "validation": {"warnings": [warning]}}
    house.control.fault(**VALIDATE, then={"status": 200, "body": body})
    assert "Twice." in json.dumps(version(house, MANY[0], check=True)["api_warnings"])


# Requests


def test_no_request_that_is_not_needed(house: House) -> None:
    enter(house, "set without version")
    assert version(house, MANY[0])["requests"] == {"GET": 2, "POST": 1}
    assert version(house, MANY[0])["requests"] == {"GET": 2}
    assert version(house, MANY[1])["requests"] == {"GET": 3, "PUT": 1}
    assert version(house, MANY[2], certificates_mode="add")["requests"] == {"GET": 4, "PUT": 1}
    assert version(house, MANY[2], certificates_mode="add")["requests"] == {"GET": 3}


def test_twins_are_told_apart_by_what_runs_before_their_texts_are_compared(house: House) -> None:
    """Of two versions that hold the wish the one on its way counts, and that one may not change any more (MEANING 9, 12)."""
    enter(house, "set active, newer editable")
    state = house.control.state()
    versions = state["accounts"]["A-CCT1234"]["ca_sets"][0]["versions"]
    versions[0]["certificates"] = versions[1]["certificates"]
    versions[1]["description"] = "a text"
    house.reset(state)
    house.ok("mets_activation", **SET, state="inactive")
    house.ok("mets_activation", **SET, version=1, wait=False)
    house.control.forget_requests()
    held = house.ok("mets_ca_set_version", **SET, certificates=pems(*ROOTS[:2]), description="a text")
    assert held["ca_set_version"]["version"] == 1 and "differs in description" in json.dumps(held["api_warnings"])
    assert house.writes() == []
