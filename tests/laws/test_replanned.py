# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""MEANING 1, 2 and 17 where the world moves under a run: what a second plan keeps of the first, and what it must not claim."""

from __future__ import annotations

import json
from typing import Any

import pytest
from in_process import House
from starts import ROOTS, enter, pems
from starts_cps import OTHER, SAME, enrollment_of

SET = {"ca_set_name": "partners"}
LOST = {"drop": "after"}
METS = "/mtls-edge-truststore/error-types"


def moved(slug: str, **more: Any) -> dict[str, Any]:
    return {"status": 409, "body": {"type": f"{METS}/{slug}", "title": "moved", "status": 409}, **more}


def words(result: dict[str, Any]) -> list[tuple[str, Any, bool]]:
    return [(s["verb"], s["target"]["network"] or s["target"]["kind"], s["done"]) for s in result["plan"]]


def test_what_was_reached_before_the_second_plan_is_in_the_result(house: House) -> None:
    enter(house, "set editable")
    house.control.fault(api="mets", method="POST", path="/activate$", nth=2, then=LOST)
    result = house.ok("mets_activation", **SET, version=1, order="staging_first")
    assert result["replanned"] is True
    assert words(result) == [("activate", "STAGING", True), ("activate", "PRODUCTION", True)]
    assert (result["ca_set"]["staging_version"], result["ca_set"]["production_version"]) == (1, 1)
    assert result["diff"]["after"] == {"ca_set_name": "partners", "staging_version": 1, "production_version": 1}
    assert result["diff"]["before"]["staging_version"] is None
    assert [a["activation_status"] for a in result["activations"]] == ["COMPLETE", "COMPLETE"]
    assert all(a["activation_id"] for a in result["activations"])


def test_a_second_plan_that_is_refused_still_tells_what_was_done(house: House) -> None:
    enter(house, "enrollment bound to the same")
    house.ok("mets_ca_set_version", **SET, certificates=pems(*ROOTS[:2]))
    house.control.fault(
        api="mets",
        method="POST",
        path="/activate$",
        nth=2,
        then=moved("another-activation-just-completed-in-the-ca-set"),
    )
    house.control.fault(api="mets", method="GET", path="/associations$", nth=2, then={"status": 403, "body": {}})
    failed = house.fails("mets_activation", "hazard", **SET, version=2)
    assert failed["changed"] is True
    assert words(failed)[0] == ("activate", "STAGING", True)


def test_what_somebody_else_did_meanwhile_is_no_step_of_ours(house: House) -> None:
    # The answer of one who came second; the work is the other's.
    house.control.fault(
        api="mets", method="POST", path="/ca-sets$", then=moved("ca-set-name-is-not-unique", work="done")
    )
    result = house.ok("mets_ca_set", **SET)
    assert result["replanned"] is True and result["ca_set"]["ca_set_id"]
    assert result["changed"] is False and result["plan"] == []


def test_a_write_that_was_lost_and_done_is_a_step_of_ours(house: House) -> None:
    house.control.fault(api="mets", method="POST", path="/ca-sets$", then=LOST)
    result = house.ok("mets_ca_set", **SET)
    assert result["changed"] is True and words(result) == [("create", "ca_set", True)]


def test_check_mode_with_wait_false_foretells_only_what_would_be_sent(house: House) -> None:
    enter(house, "activation running, other")
    options = {**SET, "version": 1, "wait": False}
    predicted = house.ok("mets_activation", **options, check=True)
    real = house.ok("mets_activation", **options)
    assert predicted["changed"] is real["changed"] is False
    assert predicted["deferred"] == real["deferred"] == [0, 1]


def test_production_does_not_start_when_the_staging_it_waits_for_fails(house: House) -> None:
    enter(house, "set editable")
    house.control.switch(mets_activation_outcome="fail")
    house.ok("mets_activation", **SET, version=1, networks=["STAGING"], wait=False)
    failed = house.fails("mets_activation", "activation_failed", **SET, version=1, order="staging_first")
    house.control.switch(mets_activation_outcome="complete")
    assert [r["body"]["network"] for r in house.control.requests(write=True)].count("PRODUCTION") == 0
    assert words(failed)[-1] == ("activate", "PRODUCTION", False)


def test_one_operation_is_polled_once_however_many_steps_wait_for_it(house: House) -> None:
    enter(house, "set editable")
    house.ok("mets_activation", **SET, version=1, networks=["STAGING"], wait=False)
    house.control.forget_requests()
    house.ok("mets_activation", **SET, version=1, order="staging_first")
    polled = [r["path"] for r in house.control.requests() if "/activations/" in r["path"]]
    staging = polled[: next(n for n, path in enumerate(polled) if path != polled[0])]
    followed = len(polled) - len(staging)
    assert abs(len(staging) - followed) <= 1, polled


def test_a_version_is_deleted_once_more_where_a_set_hangs_in_a_failed_deletion(house: House) -> None:
    """MEANING 8, for a server that keeps a set DELETING after its deletion has failed (mets-v2.md 5.1 leaves that open)."""
    enter(house, "set deletion failed on one network")
    ca_set = house.ok("mets_ca_set_info", **SET)["ca_sets"][0]
    listed = house.control.state()["accounts"]["A-CCT1234"]["ca_sets"][0]
    shown = {k: v for k, v in listed.items() if k not in ("versions", "activations", "activities", "deletion")}
    hanging = {"status": 200, "body": {"caSets": [{**shown, "caSetStatus": "DELETING"}]}}
    house.control.fault(api="mets", method="GET", path="/ca-sets$", then=hanging)
    result = house.ok("mets_ca_set", **SET, state="absent")
    assert words(result) == [("delete", "ca_set", True)]
    assert result["ca_set"]["ca_set_status"] == "DELETED" and result["ca_set"]["ca_set_id"] == ca_set["ca_set_id"]


def test_the_first_poll_is_when_the_server_wants_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(house, "set editable")
    pauses: list[float] = []
    sleep = house.clock.sleep

    def noted(seconds: float) -> None:
        pauses.append(seconds)
        sleep(seconds)

    monkeypatch.setattr(house.clock, "sleep", noted)
    house.ok("mets_activation", **SET, version=1, networks=["STAGING"])
    assert pauses[0] > 290


# Bindings


class Meanwhile:
    """Somebody else's deed, done once, while a run sleeps for the first time."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch, deed: Any) -> None:
        sleep = house.clock.sleep

        def sleeping(seconds: float) -> None:
            monkeypatch.setattr(house.clock, "sleep", sleep)
            sleep(seconds)
            deed()

        monkeypatch.setattr(house.clock, "sleep", sleeping)


def test_a_binding_made_while_the_run_waited_is_not_overwritten(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(house, "enrollment bound to another")
    state = house.control.state()
    theirs = enrollment_of(state)["networkConfiguration"]["clientMutualAuthentication"]
    enter(house, "enrollment with a stranger's change pending")

    def bind() -> None:
        now = house.control.state()
        enrollment_of(now)["networkConfiguration"]["clientMutualAuthentication"] = theirs
        house.control.put_state(now)

    Meanwhile(house, monkeypatch, bind)
    failed = house.fails("cps_mtls_binding", "busy", **SAME, pending_changes="wait")
    assert '"others"' in failed["msg"] and house.writes() == [] and failed["changed"] is False


def test_rule_17_a_binding_that_is_not_listed_after_the_change_is_put_once_more(house: House) -> None:
    enter(house, "enrollment whose binding is on its way")
    state = house.control.state()
    # The change on its way does not carry the binding after all.
    enrollment_of(state)["changes"] = [
        {"kind": "certificate", "changeType": "renewal", "status": "deploy-cert-to-production"}
    ]
    house.reset(state)
    house.control.forget_requests()
    empty = {"associations": {"properties": [], "enrollments": None}}
    house.control.fault(api="mets", method="GET", path="/associations$", times=3, then={"status": 200, "body": empty})
    result = house.ok("cps_mtls_binding", **SAME)
    assert result["replanned"] is True and words(result) == [("bind", "enrollment", True)], json.dumps(result["plan"])


def test_a_set_that_is_active_already_is_bound_while_a_newer_version_goes_out(house: House) -> None:
    enter(house, "enrollment unbound")
    house.ok("mets_ca_set_version", **SET, certificates=pems(*ROOTS[:2]))
    house.ok("mets_activation", **SET, version=2, wait=False)
    result = house.ok("cps_mtls_binding", **SAME, wait=False)
    assert result["changed"] is True and words(result) == [("bind", "enrollment", True)]


def test_a_mismatch_that_stays_as_it_is_is_no_hazard_of_this_task(house: House) -> None:
    from test_meaning_cps import enforce

    enter(house, "enrollment bound to the same")
    enforce(house, hostnames=["www.example.com"], ca_set="partners", ocsp=True)
    result = house.ok("cps_mtls_binding", **SAME, send_ca_list_to_client=True)
    assert result["changed"] is True
    house.fails("cps_mtls_binding", "hazard", **OTHER, when_bound_to_other="replace")


@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("cps_mtls_binding", SAME),
        (
            "cps_enrollment",
            {"common_name": "www.example.com", "state": "absent", "allow_outage": ["delete_live_enrollment"]},
        ),
    ],
)
def test_what_cannot_be_cancelled_any_more_is_waited_for(house: House, module: str, options: dict[str, Any]) -> None:
    enter(house, "enrollment with a stranger's change pending")
    state = house.control.state()
    enrollment_of(state)["changes"] = [{"kind": "network", "status": "deploy-changes-to-staging"}]
    for prop in state["accounts"]["A-CCT1234"]["properties"]:
        prop["activations"], prop["stagingVersion"], prop["productionVersion"] = [], None, None
        for version in prop["versions"]:
            version["hostnames"] = []
    house.reset(state)
    left = house.ok(module, **options, pending_changes="cancel", wait=False)
    assert left["changed"] is False and left["deferred"] == [0]
    result = house.ok(module, **options, pending_changes="cancel")
    assert result["replanned"] is True and result["waited_seconds"] > 0
    assert [done for *_, done in words(result)] == [True]
