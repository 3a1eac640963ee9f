# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""MEANING 9 to 13a for the versions of CA sets: what holds a wish, what is changed otherwise, and from where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from authorities import issued
from in_process import House
from starts import ROOTS, enter, pems
from test_meaning_mets import SET, steps, version


def edit(house: House, change: Any) -> None:
    """Edits the versions of the set in the state document, as somebody else would have."""
    state = house.control.state()
    change(state["accounts"]["A-CCT1234"]["ca_sets"][0]["versions"])
    house.reset(state)
    house.control.forget_requests()


def names(result: dict[str, Any]) -> set[str]:
    """The roots that the version holds, by the last letter of their names."""
    return {c["subject"].split(",")[0].removeprefix("CN=law root ") for c in result["ca_set_version"]["certificates"]}


@pytest.mark.parametrize("form", ["order", "one bundle", "line ends", "text between", "a file", "a directory", "twice"])
def test_rule_9_a_version_is_its_certificates_as_a_set(house: House, form: str, tmp_path: Path) -> None:
    enter(house, "set active, newer editable")
    first, second = (issued(name).pem for name in ROOTS[:2])
    (tmp_path / "all.pem").write_text(f"subject=one\n{second}\n# a remark\n{first}")
    (tmp_path / "many").mkdir()
    (tmp_path / "many" / "a.crt").write_bytes(issued(ROOTS[0]).der)
    (tmp_path / "many" / "b.pem").write_text(second)
    given: dict[str, dict[str, Any]] = {
        "order": {"certificates": [{"pem": second}, {"pem": first}]},
        "one bundle": {"certificates": [{"pem": first + second}]},
        "line ends": {"certificates": [{"pem": (first + second).replace("\n", "\r\n")}]},
        "text between": {"certificates": [{"pem": f"first\n{first}\nand second\n{second}"}]},
        "a file": {"certificates_file": str(tmp_path / "all.pem")},
        "a directory": {"certificates_directory": str(tmp_path / "many")},
        "twice": {"certificates": [{"pem": first + second + first}]},
    }
    result = house.ok("mets_ca_set_version", **SET, **given[form])
    assert result["changed"] is False and result["ca_set_version"]["version"] == 2
    assert result["requests"] == {"GET": 2}


def test_rule_9_of_several_the_one_active_on_most_networks_else_the_highest(house: House) -> None:
    enter(house, "set active, newer editable")
    house.ok("mets_activation", **SET, version=2)
    house.ok("mets_ca_set_version", **SET, certificates=pems(*ROOTS))
    state = house.control.state()
    versions = state["accounts"]["A-CCT1234"]["ca_sets"][0]["versions"]
    for v in versions:  # twins, as clone makes them
        v["certificates"] = versions[1]["certificates"]
    house.reset(state)
    assert version(house, *ROOTS[:2])["ca_set_version"]["version"] == 2
    house.ok("mets_activation", **SET, state="inactive")
    assert version(house, *ROOTS[:2])["ca_set_version"]["version"] == 3


def test_rule_10_the_newest_is_updated_in_place_while_it_may_change(house: House) -> None:
    enter(house, "set editable")
    assert steps(version(house, *ROOTS[1:])) == ["update 1"]
    assert steps(version(house, ROOTS[2], when_editable="new_version")) == ["create 2"]


def test_rule_10_a_frozen_newest_makes_a_new_version_or_fails(house: House) -> None:
    for start in ("set active on both", "set was active", "activation running, same"):
        enter(house, start)
        assert version(house, *ROOTS[1:], when_frozen="fail")["failure"]["type"] == "frozen"
        assert house.writes() == []
        assert steps(version(house, *ROOTS[1:])) == ["create 2"]


def test_rule_10_a_version_whose_activation_failed_may_change(house: House) -> None:
    enter(house, "activation failed")
    assert steps(version(house, *ROOTS[1:])) == ["update 1"]


def test_rule_10_a_strangers_draft_is_left_alone_and_named(house: House) -> None:
    enter(house, "set active, newer editable")
    result = version(house, ROOTS[2])
    assert steps(result) == ["create 3"]
    assert "Version 2 is somebody's unreleased edit" in json.dumps(result["api_warnings"])
    enter(house, "set active, newer editable")
    assert steps(version(house, ROOTS[2], include_unreleased_edits=True)) == ["update 2"]
    enter(house, "set active, newer editable")
    assert steps(version(house, ROOTS[2], version=2)) == ["update 2"]


def test_rule_10_an_explicit_version_never_makes_another(house: House) -> None:
    enter(house, "set active, newer editable")
    assert version(house, ROOTS[0], version=1)["changed"] is False
    assert version(house, ROOTS[2], version=1)["failure"]["type"] == "frozen"
    assert version(house, ROOTS[2], version=7)["failure"]["type"] == "not_found"
    assert house.writes() == []


def test_rule_11_add_and_remove_start_from_the_newest_or_the_last_activated(house: House) -> None:
    enter(house, "set active on both")
    added = version(house, ROOTS[1], certificates_mode="add")
    assert steps(added) == ["create 2"]
    assert {c["subject"].split(",")[0] for c in added["ca_set_version"]["certificates"]} == {
        f"CN={r}" for r in ROOTS[:2]
    }
    assert version(house, ROOTS[1], certificates_mode="add")["changed"] is False
    assert steps(version(house, ROOTS[2], certificates_mode="add", base_version=2)) == ["update 2"]
    taken = version(house, *ROOTS[1:], certificates_mode="remove")
    assert taken["changed"] is False and taken["ca_set_version"]["version"] == 1  # an identical version is used


def test_rule_11_a_new_version_beside_a_frozen_one_is_never_a_clone(house: House) -> None:
    enter(house, "set active, newer editable")
    house.ok("mets_activation", **SET, version=2)
    house.control.forget_requests()
    assert steps(version(house, ROOTS[0], certificates_mode="remove", base_version=2)) == ["create 3"]
    assert house.writes() == ["POST /mtls-edge-truststore/v2/ca-sets/1001/versions"]


def test_rule_11_what_production_does_not_have_is_warned_about(house: House) -> None:
    enter(house, "set active, newer editable")
    result = version(house, ROOTS[2], certificates_mode="add", base_version=2)
    assert f"holds CN={ROOTS[1]}" in json.dumps(result["api_warnings"])


def test_rule_11_somebody_elses_newer_version_is_planned_on_again(house: House) -> None:
    enter(house, "set active on both")
    state = house.control.state()
    twin = json.loads(json.dumps(state["accounts"]["A-CCT1234"]["ca_sets"][0]["versions"][0]))
    answer = {"versions": [twin, {**twin, "version": 2, "stagingStatus": "INACTIVE", "productionStatus": "INACTIVE"}]}
    house.control.fault(api="mets", method="GET", path="/versions$", nth=2, then={"status": 200, "body": answer})
    result = version(house, ROOTS[1], certificates_mode="add")
    assert result["replanned"] is True and steps(result) == ["create 2"]
    # The same again while every look shows that version: the write is refused then, and nothing is claimed.
    enter(house, "set active on both")
    house.control.fault(
        api="mets", method="GET", path="/versions$", nth=2, times=9, then={"status": 200, "body": answer}
    )
    assert version(house, ROOTS[1], certificates_mode="add")["failed"]


def test_rule_11_the_last_certificate_is_not_taken_out(house: House) -> None:
    enter(house, "set active on both")
    assert version(house, ROOTS[0], certificates_mode="remove")["failure"]["type"] == "invalid_option"


def test_rule_9_a_deleted_version_holds_nothing(house: House) -> None:
    enter(house, "set active, newer editable")
    edit(house, lambda versions: versions[1].update(caSetVersionStatus="DELETED"))
    assert steps(version(house, *ROOTS[:2])) == ["create 3"]


def test_rule_10_a_draft_like_the_one_last_activated_is_nobodys_edit(house: House) -> None:
    enter(house, "set active, newer editable")
    edit(house, lambda versions: versions[1].update(certificates=versions[0]["certificates"]))
    assert steps(version(house, ROOTS[2])) == ["update 2"]


def test_rule_10_an_explicit_version_is_not_met_by_another_one(house: House) -> None:
    enter(house, "set active, newer editable")
    assert version(house, *ROOTS[:2])["changed"] is False
    assert version(house, *ROOTS[:2], version=1)["failure"]["type"] == "frozen"
    assert house.writes() == []


def test_rule_11_a_newest_that_may_change_is_the_start(house: House) -> None:
    enter(house, "set active, newer editable")
    assert names(version(house, ROOTS[2], certificates_mode="add")) == {"a", "b", "c"}


def test_rule_11_behind_a_frozen_newest_the_last_activated_is_the_start(house: House) -> None:
    enter(house, "set active, newer editable")
    for number in (2, 1):
        house.ok("mets_activation", **SET, version=number)
    assert names(version(house, ROOTS[2], certificates_mode="add")) == {"a", "c"}


def test_rule_11_what_somebody_puts_back_meanwhile_is_taken_out_again(house: House) -> None:
    enter(house, "set active, newer editable")
    house.ok("mets_activation", **SET, version=2)
    listed = json.loads(json.dumps(house.control.state()))["accounts"]["A-CCT1234"]["ca_sets"][0]["versions"]
    # Version 3 as somebody else has made it between our write and our second look.
    theirs = {**listed[1], "version": 3, "stagingStatus": "INACTIVE", "productionStatus": "INACTIVE"}
    answer = {"status": 200, "body": {"versions": [*listed, theirs]}}
    house.control.fault(api="mets", method="GET", path="/versions$", nth=2, then=answer)
    house.control.forget_requests()
    result = version(house, ROOTS[0], certificates_mode="remove")
    assert result["replanned"] is True and names(result) == {"b"}


@pytest.mark.parametrize(
    "options",
    [
        {"description": "a text"},
        {"allow_insecure_sha1": True},
        {"certificates": [{**pems(ROOTS[0])[0], "description": "of a root"}]},
    ],
    ids=lambda options: next(iter(options)),
)
def test_rule_12_each_text_and_flag_alone_updates_what_may_change(house: House, options: dict[str, Any]) -> None:
    for start, done in (("set editable", ["update 1"]), ("set active on both", [])):
        enter(house, start)
        result = house.ok("mets_ca_set_version", **{**SET, "certificates": pems(ROOTS[0]), **options})
        assert steps(result) == done and bool(result["api_warnings"]) is not bool(done)
    assert house.writes() == []


def test_rule_13a_a_version_that_is_active_or_on_its_way_is_kept(house: House) -> None:
    gone = {**SET, "state": "absent"}
    enter(house, "set active, newer editable")
    house.fails("mets_ca_set_version", "busy", **gone, version=1)
    result = house.ok("mets_ca_set_version", **gone, version=2)
    assert steps(result) == ["delete 2"] and result["ca_set_version"]["ca_set_version_status"] == "DELETED"
    house.control.forget_requests()
    for number in (2, 9):
        assert house.ok("mets_ca_set_version", **gone, version=number)["changed"] is False
    house.fails("mets_ca_set_version", "invalid_option", **gone)
    house.fails("mets_ca_set_version", "invalid_option", **gone, version=2, certificates=pems(ROOTS[0]))
    assert house.writes() == []
    enter(house, "activation running, same")
    house.fails("mets_ca_set_version", "busy", **gone, version=1)


def test_rule_13_drop_expired_applies_to_what_the_base_holds(house: House) -> None:
    enter(house, "set without version")
    house.ok("mets_ca_set_version", **SET, certificates=[{"pem": issued("law short", days=2).pem}, *pems(ROOTS[0])])
    house.clock.sleep(3 * 86400)
    assert version(house, ROOTS[1], certificates_mode="add")["failure"]["type"] == "invalid_certificate"
    result = version(house, ROOTS[1], certificates_mode="add", drop_expired=True)
    assert {c["subject"].split(",")[0] for c in result["ca_set_version"]["certificates"]} == {
        f"CN={r}" for r in ROOTS[:2]
    }


def test_rule_12_texts_update_what_may_change_and_only_warn_on_what_may_not(house: House) -> None:
    enter(house, "set editable")
    result = version(house, ROOTS[0], description="a text", allow_insecure_sha1=True)
    assert steps(result) == ["update 1"]
    assert result["ca_set_version"]["description"] == "a text"
    assert result["ca_set_version"]["allow_insecure_sha1"] is True
    assert version(house, ROOTS[0])["changed"] is False
    kept = version(house, ROOTS[1])
    assert kept["ca_set_version"]["description"] == "a text"
    enter(house, "set active on both")
    warned = version(house, ROOTS[0], description="a text")
    assert warned["changed"] is False and "differs in description" in json.dumps(warned["api_warnings"])


def test_rule_13_expired_certificates(house: House) -> None:
    enter(house, "set without version")
    old = issued("law old", age=800, days=-1)
    failed = house.fails("mets_ca_set_version", "invalid_certificate", **SET, certificates=[{"pem": old.pem}])
    assert "expired on" in failed["msg"]
    young = issued("law short", days=2)
    house.ok("mets_ca_set_version", **SET, certificates=[{"pem": young.pem}])
    house.clock.sleep(3 * 86400)
    held = house.ok("mets_ca_set_version", **SET, certificates=[{"pem": young.pem}])
    assert held["changed"] is False and "METS refuses to activate" in json.dumps(held["api_warnings"])
    house.control.forget_requests()
    assert house.fails("mets_activation", "invalid_certificate", **SET, version=1)["changed"] is False
    assert house.writes() == []


def test_drop_expired_says_what_it_leaves_out_of_what_is_given(house: House) -> None:
    enter(house, "set without version")
    old = issued("law old", age=800, days=-1).pem
    for done in (["create 1"], []):
        result = house.ok("mets_ca_set_version", **SET, certificates=[{"pem": old}, *pems(ROOTS[0])], drop_expired=True)
        assert steps(result) == done and names(result) == {"a"}
        assert "CN=law old" in json.dumps(result["api_warnings"]) and "left out" in json.dumps(result["api_warnings"])


def test_what_expires_too_soon_is_refused_by_its_date(house: House) -> None:
    enter(house, "set without version")
    short = {"certificates": [{"pem": issued("law short", days=2).pem}], **SET}
    failed = house.fails("mets_ca_set_version", "invalid_certificate", **short, fail_if_expiring_within_days=30)
    assert "is good until" in failed["msg"] and "not for 30 days more" in failed["msg"]
    assert steps(house.ok("mets_ca_set_version", **short, fail_if_expiring_within_days=1)) == ["create 1"]
