# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""MEANING 1 to 15 for CA sets, their versions and activations: one test for each rule, named by its number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from authorities import issued
from in_process import House
from starts import ROOTS, enter, pems

SET = {"ca_set_name": "partners"}


def version(house: House, *roots: str, **options: Any) -> dict[str, Any]:
    return house.run("mets_ca_set_version", **SET, certificates=pems(*roots), **options)


def steps(result: dict[str, Any]) -> list[str]:
    """The plan in short: `activate 2 on STAGING`, `create 3`, `delete partners`; a step that is not done in brackets."""
    words = []
    for step in result["plan"]:
        target = step["target"]
        what = f"{step['verb']} {target['version'] or target['name']}"
        what += f" on {target['network']}" if target["network"] else ""
        words.append(what if step["done"] else f"({what})")
    return words


# Everywhere


def test_rule_1_changed_means_that_a_write_was_sent(house: House) -> None:
    enter(house, "activation running, same")
    attached = house.ok("mets_activation", **SET, version=1)
    assert attached["changed"] is False
    assert attached["waited_seconds"] > 0
    assert house.writes() == []
    enter(house, "set editable")
    assert house.ok("mets_activation", **SET, version=1, wait=False)["changed"] is True


def test_rule_1_a_failed_run_says_whether_it_has_written(house: House) -> None:
    enter(house, "set editable")
    house.control.fault(api="mets", method="POST", path="/activate$", nth=2, then={"status": 403, "body": {}})
    failed = house.run("mets_activation", **SET, version=1, order="together")
    assert failed["failed"] and failed["changed"] is True
    assert steps(failed) == ["activate 1 on STAGING", "(activate 1 on PRODUCTION)"]


def test_rule_2_a_running_operation_counts_as_done_and_stands_in_assumptions(house: House) -> None:
    enter(house, "activation running, same")
    planned = house.ok("mets_activation", **SET, version=1, check=True)
    assert planned["plan"] == []
    assert planned["assumptions"] == [
        f"The running ACTIVATE of version 1 on {n} will complete." for n in ("STAGING", "PRODUCTION")
    ]


def test_rule_2_when_it_fails_all_the_same_the_wish_is_reached_by_an_own_one(house: House) -> None:
    enter(house, "set editable")
    house.control.switch(mets_activation_outcome="fail")
    house.ok("mets_activation", **SET, version=1, networks=["STAGING"], wait=False)
    house.control.switch(mets_activation_outcome="complete")
    result = house.ok("mets_activation", **SET, version=1, networks=["STAGING"])
    assert result["replanned"] is True
    assert steps(result) == ["activate 1 on STAGING"]
    assert result["ca_set"]["staging_version"] == 1


def test_rule_2_found_frozen_at_the_write_is_planned_again_once(house: House) -> None:
    enter(house, "set editable")
    # Somebody activates the version between our look and our write.
    house.control.fault(
        api="mets",
        method="PUT",
        path="/versions/1$",
        nth=1,
        then={
            "status": 422,
            "body": {"type": "/mtls-edge-truststore/error-types/ca-set-version-is-active", "status": 422},
        },
    )
    house.control.fault(
        api="mets", method="GET", path="/activations$", nth=1, then={"status": 200, "body": {"activations": []}}
    )
    result = version(house, *ROOTS[1:])
    assert result["replanned"] is True
    assert steps(result) == ["update 1"]


def test_rule_3_a_parent_that_is_not_there_fulfils_absent_and_inactive(house: House) -> None:
    for start in ("stock", "set deleted"):
        enter(house, start)
        for result in (
            house.ok("mets_ca_set", **SET, state="absent"),
            house.ok("mets_activation", **SET, state="inactive"),
            house.ok("mets_ca_set", ca_set_id="999999", state="absent"),
        ):
            assert result["changed"] is False and result["plan"] == []


def test_rule_3_a_deleted_set_does_not_exist_by_its_id_either(house: House) -> None:
    enter(house, "set editable")
    number = house.ok("mets_ca_set", **SET)["ca_set"]["ca_set_id"]
    house.ok("mets_ca_set", **SET, state="absent")
    house.control.forget_requests()
    for module, state in (("mets_ca_set", "absent"), ("mets_activation", "inactive")):
        assert house.ok(module, ca_set_id=number, state=state)["plan"] == []
    assert house.ok("mets_ca_set_version", ca_set_id=number, version=1, state="absent")["plan"] == []
    house.fails("mets_ca_set_version", "not_found", ca_set_id=number, certificates=pems(ROOTS[0]))
    assert house.writes() == []


def test_rule_3_two_sets_of_one_name_are_an_error_all_the_same(house: House) -> None:
    enter(house, "set editable")
    listed = house.control.state()["accounts"]["A-CCT1234"]["ca_sets"][0]
    shown = {k: v for k, v in listed.items() if k not in ("versions", "activations", "activities", "deletion")}
    twins = {"status": 200, "body": {"caSets": [shown, {**shown, "caSetId": "1099"}]}}
    house.control.fault(api="mets", method="GET", path="/ca-sets$", every=True, then=twins)
    failed = house.fails("mets_ca_set", "ambiguous", **SET, state="absent")
    assert "1001 (NOT_DELETED), 1099 (NOT_DELETED)" in failed["msg"] and house.writes() == []


def test_rule_4_assume_lays_earlier_results_over_the_world(house: House) -> None:
    enter(house, "stock")
    made = house.ok("mets_ca_set", **SET, check=True)
    filled = house.ok("mets_ca_set_version", **SET, certificates=pems(*ROOTS[:2]), check=True, assume=[made])
    live = house.ok("mets_activation", **SET, version=1, check=True, assume=[made, filled])
    assert steps(filled) == ["(create 1)"]
    assert steps(live) == ["(activate 1 on STAGING)", "(activate 1 on PRODUCTION)"]
    again = house.ok("mets_activation", **SET, version=1, check=True, assume=[{"results": [made, filled]}, live])
    assert again["changed"] is False and again["ca_set"]["production_version"] == 1
    gone = house.ok("mets_ca_set", **SET, state="absent", deactivate=True, check=True, assume=[made, filled, live])
    assert steps(gone)[-1] == "(delete partners)"
    after = house.ok("mets_ca_set", **SET, check=True, assume=[made, filled, live, gone])
    assert after["changed"] is True
    assert house.writes() == []


def test_rule_4_only_what_would_be_started_counts(house: House) -> None:
    enter(house, "set editable")
    first = house.ok("mets_activation", **SET, version=1, order="staging_first", wait=False, check=True)
    assert first["deferred"] == [1]
    then = house.ok("mets_activation", **SET, version=1, check=True, assume=[first])
    assert steps(then) == ["(activate 1 on PRODUCTION)"]


def test_rule_4_skipped_failed_and_foreign_results_are_left_out(house: House) -> None:
    enter(house, "stock")
    made = house.ok("mets_ca_set", **SET, check=True)
    filled: dict[str, Any] = {**SET, "certificates": pems(ROOTS[0])}
    house.ok("mets_ca_set_version", **filled, check=True, assume=[made])
    for useless in ({**made, "skipped": True}, {**made, "failed": True}, {"stat": {"exists": True}}):
        house.fails("mets_ca_set_version", "not_found", **filled, check=True, assume=[useless])


def test_rule_4_assume_is_ignored_in_a_real_run_and_not_printed(house: House) -> None:
    enter(house, "stock")
    made = house.ok("mets_ca_set", **SET, check=True)
    failed = house.fails("mets_ca_set_version", "not_found", **SET, certificates=pems(ROOTS[0]), assume=[made])
    assert "assume" not in failed["invocation"]["module_args"]


def test_rule_6_a_number_is_predicted_from_a_listing_with_deleted_ones(house: House) -> None:
    enter(house, "set active, newer editable")
    state = house.control.state()
    versions = state["accounts"]["A-CCT1234"]["ca_sets"][0]["versions"]
    versions[-1]["caSetVersionStatus"] = "DELETED"
    house.reset(state)
    predicted = version(house, ROOTS[2], check=True)
    assert steps(predicted) == ["(create 3)"]
    assert steps(version(house, ROOTS[2])) == ["create 3"]


# CA set


def test_a_description_of_any_text_is_foreseen_as_it_is(house: House) -> None:
    house.reset()
    predicted, real = (house.ok("mets_ca_set", check=check, **SET, description="~ home") for check in (True, False))
    assert [r["ca_set"]["description"] for r in (predicted, real)] == ["~ home"] * 2
    assert "description" not in predicted["server_made"]


def test_rule_7_a_description_cannot_change(house: House) -> None:
    enter(house, "stock")
    house.ok("mets_ca_set", **SET, description="first")
    assert house.ok("mets_ca_set", **SET)["changed"] is False
    assert house.ok("mets_ca_set", **SET, description="first")["changed"] is False
    failed = house.fails("mets_ca_set", "frozen", **SET, description="second")
    assert "'first'" in failed["msg"] and failed["failure"]["cure"]


def test_rule_7_clone_from_counts_only_when_the_set_is_made(house: House) -> None:
    enter(house, "set active, newer editable")
    clone: dict[str, Any] = {"ca_set_name": "copies", "clone_from": {"ca_set_name": "partners", "version": 1}}
    planned = house.ok("mets_ca_set", **clone, check=True)
    live = house.ok("mets_activation", ca_set_name="copies", version=1, check=True, assume=[planned])
    assert steps(live) == ["(activate 1 on STAGING)", "(activate 1 on PRODUCTION)"]
    made = house.ok("mets_ca_set", **clone)
    assert steps(planned) == ["(clone copies)"] and steps(made) == ["clone copies"]
    assert made["ca_set"]["latest_version"] == planned["ca_set"]["latest_version"] == 1
    held = house.ok("mets_ca_set_version_info", ca_set_name="copies")["ca_set_versions"]
    assert [c["fingerprint"] for c in held[0]["certificates"]] == [issued(ROOTS[0]).fingerprint]
    assert house.ok("mets_ca_set", **clone)["changed"] is False
    house.fails("mets_ca_set", "not_found", ca_set_name="more", clone_from={"ca_set_name": "partners", "version": 9})
    house.fails("mets_ca_set", "not_found", ca_set_name="more", clone_from={"ca_set_name": "nobodys"})
    house.fails("mets_ca_set", "invalid_option", ca_set_name="more", clone_from={"version": 1})


def test_rule_8_a_set_that_is_being_deleted(house: House) -> None:
    enter(house, "set deleting")
    for module, options in (
        ("mets_ca_set", {}),
        ("mets_ca_set_version", {"certificates": pems(ROOTS[0])}),
        ("mets_activation", {"version": 1}),
    ):
        assert house.fails(module, "busy", **SET, **options)["failure"]["retryable"] is True
    attached = house.ok("mets_ca_set", **SET, state="absent")
    assert attached["changed"] is False and attached["ca_set"]["ca_set_status"] == "DELETED"
    assert house.writes() == []


def test_rule_8_a_deletion_that_fails_in_this_run_fails_network_by_network(house: House) -> None:
    enter(house, "set editable")
    house.control.switch(mets_deletion_outcome="fail_production")
    failed = house.run("mets_ca_set", **SET, state="absent")
    house.control.switch(mets_deletion_outcome="complete")
    assert failed["failed"] and failed["changed"] is True
    assert failed["failure"]["retryable"] is True
    assert "PRODUCTION FAILED" in failed["msg"] and "STAGING COMPLETE" in failed["msg"]
    assert house.ok("mets_ca_set", **SET, state="absent")["ca_set"]["ca_set_status"] == "DELETED"


# Activation


def test_rule_14_the_wish_holds_where_it_is_active_or_on_its_way(house: House) -> None:
    enter(house, "set active on one")
    assert steps(house.ok("mets_activation", **SET, version=1)) == ["activate 1 on PRODUCTION"]
    assert house.ok("mets_activation", **SET, version=1)["changed"] is False


def test_rule_14_another_operation_is_waited_for_or_refused(house: House) -> None:
    enter(house, "activation running, other")
    house.fails("mets_activation", "busy", **SET, version=1, when_running="fail")
    left = house.ok("mets_activation", **SET, version=1, wait=False)
    assert left["changed"] is False and left["deferred"] == [0, 1]
    assert house.writes() == []
    result = house.ok("mets_activation", **SET, version=1)
    assert steps(result) == ["activate 1 on STAGING", "activate 1 on PRODUCTION"]
    assert result["ca_set"]["staging_version"] == result["ca_set"]["production_version"] == 1


def bind(house: House) -> None:
    """Production traffic of an enrollment comes to rely on the set, as far as METS can tell."""
    state = house.control.state()
    account = state["accounts"]["A-CCT1234"]
    block = {
        "setId": account["ca_sets"][0]["caSetId"],
        "authenticationOptions": {"sendCaListToClient": False, "ocsp": {"enabled": False}},
    }
    enrollment = account["enrollments"][0]
    for place in (enrollment, enrollment["deployed"]["staging"], enrollment["deployed"]["production"]):
        place["networkConfiguration"]["clientMutualAuthentication"] = block
    house.reset(state)
    house.control.forget_requests()


def test_rule_14_a_valid_ca_that_clients_rely_on_does_not_go_unasked(house: House) -> None:
    enter(house, "set active, newer editable")
    bind(house)
    house.ok("mets_ca_set_version", **SET, certificates=pems(*ROOTS[1:]))
    house.control.forget_requests()
    failed = house.fails("mets_activation", "hazard", **SET, version=3)
    assert [h["name"] for h in failed["failure"]["hazards"]] == ["remove_trusted_ca"]
    assert ROOTS[0] in failed["msg"] and "www.example.com" in failed["msg"]
    assert house.fails("mets_activation", "hazard", **SET, version=3, check=True)
    assert house.writes() == []
    result = house.ok("mets_activation", **SET, version=3, allow_outage=["remove_trusted_ca"])
    assert steps(result) == ["activate 3 on STAGING", "activate 3 on PRODUCTION"]


def test_rule_14_a_ca_that_has_expired_is_no_loss(house: House) -> None:
    enter(house, "set without version")
    house.ok("mets_ca_set_version", **SET, certificates=[{"pem": issued("law short", days=2).pem}, *pems(ROOTS[0])])
    house.ok("mets_activation", **SET, version=1)
    bind(house)
    house.clock.sleep(3 * 86400)
    house.ok("mets_ca_set_version", **SET, certificates=pems(ROOTS[0]))
    assert steps(house.ok("mets_activation", **SET, version=2))[0] == "activate 2 on STAGING"


def test_rule_14_the_last_valid_ca_does_not_go_unasked(house: House) -> None:
    enter(house, "set active, newer editable")
    state = house.control.state()
    future = issued("law future", age=-5, days=100).pem
    state["accounts"]["A-CCT1234"]["ca_sets"][0]["versions"][1]["certificates"] = [{"certificatePem": future}]
    house.reset(state)
    bind(house)
    failed = house.fails("mets_activation", "hazard", **SET, version=2)
    assert [h["name"] for h in failed["failure"]["hazards"]] == ["remove_last_valid_ca"]


def test_rule_14_a_set_in_use_goes_to_staging_first(house: House) -> None:
    enter(house, "set active, newer editable")
    bind(house)
    started = house.ok("mets_activation", **SET, version=2, wait=False)
    assert steps(started) == ["activate 2 on STAGING", "(activate 2 on PRODUCTION)"]
    assert started["deferred"] == [1]
    finished = house.ok("mets_activation", **SET, version=2)
    assert steps(finished) == ["activate 2 on PRODUCTION"]
    order = [r["body"]["network"] for r in house.control.requests(write=True)]
    assert order == ["STAGING", "PRODUCTION"]


def test_rule_14_what_cannot_be_evaluated_is_unverified(house: House) -> None:
    enter(house, "set active, newer editable")
    house.control.fault(api="mets", method="GET", path="/associations$", every=True, then={"status": 403, "body": {}})
    failed = house.fails("mets_activation", "hazard", **SET, version=2)
    assert [h["name"] for h in failed["failure"]["hazards"]] == ["unverified"]


def test_rule_15_inactive_waits_for_a_running_activation_of_the_same_version(house: House) -> None:
    enter(house, "activation running, same")
    result = house.ok("mets_activation", **SET, version=1, state="inactive")
    assert steps(result) == ["deactivate 1 on STAGING", "deactivate 1 on PRODUCTION"]
    assert result["ca_set"]["staging_version"] is None


def test_rule_15_inactive_holds_where_another_version_is_active(house: House) -> None:
    enter(house, "set active on both")
    assert house.ok("mets_activation", **SET, version=2, state="inactive")["changed"] is False


def test_a_set_in_use_is_neither_deactivated_nor_deleted(house: House) -> None:
    enter(house, "set active on both")
    bind(house)
    for module, options in (
        ("mets_activation", {"state": "inactive"}),
        ("mets_ca_set", {"state": "absent", "deactivate": True}),
    ):
        failed = house.fails(module, "busy", **SET, **options)
        assert "enrollment 10001 (www.example.com)" in failed["msg"]
    assert house.writes() == []


# Bad input: a clear error, and nothing sent

BAD_BUNDLES = {
    "not PEM": ("garbage", "holds no PEM object"),
    "a private key": (issued("law root a").key_pem, "private key"),
    "a signing request": (
        "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n",
        "signing request",
    ),
    "a leaf": (issued("law leaf", issuer="law root a", ca=False).pem, "not a CA certificate"),
    "not yet valid": (issued("law future", age=-5, days=100).pem, "is not valid before"),
}


@pytest.mark.parametrize("bad", BAD_BUNDLES)
def test_bad_certificates_are_named_and_nothing_is_sent(house: House, bad: str) -> None:
    enter(house, "set without version")
    text, said = BAD_BUNDLES[bad]
    bundle = issued("law root b").pem + text if bad != "not PEM" else text
    failed = house.fails("mets_ca_set_version", "invalid_certificate", **SET, certificates=[{"pem": bundle}])
    assert said in failed["msg"].lower() or said in failed["msg"]
    if bad != "not PEM":
        assert "certificate 2" in failed["msg"]
        assert failed["failure"]["errors"][0]["position"] == 2
    assert house.control.requests(write=True) == []


def test_a_private_key_given_by_mistake_is_masked(house: House) -> None:
    enter(house, "set without version")
    house.printed.clear()
    key = issued("law root a").key_pem
    house.fails("mets_ca_set_version", "invalid_certificate", **SET, certificates=[{"pem": key}])
    assert key.splitlines()[1] not in house.printed[0]


@pytest.mark.parametrize("name", ["ab", "has space", "three...dots", "x" * 65, "ümlaut"])
def test_a_name_against_the_rules_is_refused_before_any_request(house: House, name: str) -> None:
    enter(house, "stock")
    house.fails("mets_ca_set", "invalid_option", ca_set_name=name)
    assert house.control.requests() == []


def test_an_empty_directory_is_refused(house: House, tmp_path: Path) -> None:
    enter(house, "set without version")
    (tmp_path / ".hidden.pem").write_text(issued("law root a").pem)
    (tmp_path / "readme.txt").write_text("nothing here")
    failed = house.fails("mets_ca_set_version", "invalid_certificate", **SET, certificates_directory=str(tmp_path))
    assert str(tmp_path) in failed["msg"]
    assert house.control.requests() == []


def test_more_certificates_than_a_version_holds_are_refused(house: House) -> None:
    enter(house, "set without version")
    text = "".join(issued(f"law many {number}").pem for number in range(301))
    failed = house.fails("mets_ca_set_version", "invalid_certificate", **SET, certificates=[{"pem": text}])
    assert "301 certificates are more than the 300" in failed["msg"]


@pytest.mark.parametrize("word", ["latest", "0", "-1", "1.5"])
def test_a_version_that_is_no_number_is_refused_with_the_cure(house: House, word: str) -> None:
    enter(house, "set editable")
    failed = house.fails("mets_activation", "invalid_option", **SET, version=word)
    assert "Give the number" in failed["failure"]["cure"]


def test_both_or_neither_of_name_and_id_is_refused(house: House) -> None:
    enter(house, "stock")
    house.fails("mets_ca_set", "invalid_option", ca_set_name="partners", ca_set_id="12")
    house.fails("mets_ca_set", "invalid_option", ca_set_name="", ca_set_id=None)
    house.fails("mets_ca_set", "invalid_option", ca_set_id="partners")


def test_an_option_that_does_not_exist_ends_in_the_one_failure_shape(house: House) -> None:
    enter(house, "stock")
    house.fails("mets_ca_set", "invalid_option", ca_set_name="partners", colour="blue")
