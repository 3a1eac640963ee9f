# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of enrollments: every type, every way a change can go, and what a run makes of one that has failed (cps-v2.md 6)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from in_process import House
from properties import switched
from starts import enter
from starts_cps import SAME, enrollment_of
from test_meaning_cps import edit, verbs

UPDATE = {"api": "cps", "method": "POST", "path": "/input/update/"}
KINDS = {"dv": 10001, "third-party": 10002, "ov": 10003, "ev": 10004}
ALLOWED = {"acknowledge_change_management": True, "acknowledge_warnings": True}
ABSENT = {**SAME, "state": "absent"}


def pending(house: House, number: int = 10001, **change: Any) -> None:
    """Somebody's change is pending on the enrollment; nothing is bound."""
    enter(house, "enrollment unbound")
    state = house.control.state()
    enrollment_of(state, number)["changes"] = [change]
    house.reset(state)
    house.control.forget_requests()


def listed(house: House) -> list[int]:
    """The enrollments that use the set on production."""
    uses = house.ok("mets_association_info", ca_set_name="partners", include_rules=False)["associations"]
    return [e["enrollment_id"] for e in uses["enrollments"] if e["production_slots"]]


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_of_enrollment_is_bound_and_unbound(house: House, kind: str) -> None:
    enter(house, "enrollment unbound")
    wish = {"enrollment_id": KINDS[kind], "ca_set_name": "partners"}
    assert house.ok("cps_enrollment_info", enrollment_id=KINDS[kind])["enrollments"][0]["validation_type"] == kind
    assert verbs(house.ok("cps_mtls_binding", **wish)) == ["bind"]
    assert listed(house) == [KINDS[kind]] and house.ok("cps_mtls_binding", **wish)["changed"] is False
    assert verbs(house.ok("cps_mtls_binding", **wish, state="absent")) == ["unbind"]
    assert listed(house) == []


@pytest.mark.parametrize(
    ("switches", "acknowledged"),
    [
        ({"cps_allowed_input_lag": "on"}, 1),
        ({"cps_acknowledgement_lag": "on"}, 1),
        ({"cps_completed_change": "gone"}, 1),
        ({"cps_unknown_status": "on"}, 1),
        ({"cps_pre_verification_warnings": "on"}, 2),
        ({"cps_post_verification_warnings": "on"}, 2),
        ({"cps_network_change_type": "renewal"}, 1),
        ({"cps_network_change_type": "null"}, 1),
        ({"cps_authentication_options": "required"}, 1),
        ({"cps_null_preferred_trust_chain": "refuse"}, 1),
        ({"cps_multi_stacked_shown": "always"}, 1),
    ],
    ids=str,
)
def test_a_change_is_followed_whatever_cps_is_like(house: House, switches: dict[str, str], acknowledged: int) -> None:
    edit(house, "enrollment unbound", changeManagement=True)
    with switched(house, **switches):
        result = house.ok("cps_mtls_binding", **SAME, **ALLOWED)
        assert verbs(result) == ["bind", *["acknowledge"] * acknowledged]
        assert result["binding"]["change_status"] == "completed" and listed(house) == [10001]
        assert house.ok("cps_mtls_binding", **SAME)["changed"] is False


def test_what_is_written_is_the_enrollment_as_it_is_not_as_a_list_shows_it(house: House) -> None:
    enter(house, "enrollment unbound")
    shown = house.control.state()["accounts"]["A-CCT1234"]["enrollments"]
    listing = [{k: v for k, v in e.items() if k not in ("changes", "history", "deployed")} for e in shown]
    listing = [{**e, "pendingChanges": []} for e in listing]
    kept = listing[0]["networkConfiguration"].pop("mustHaveCiphers")
    house.control.fault(
        api="cps",
        method="GET",
        path="/enrollments$",
        every=True,
        then={"status": 200, "body": {"enrollments": listing}},
    )
    house.ok("cps_mtls_binding", **SAME)
    assert house.control.requests(write=True)[0]["body"]["networkConfiguration"]["mustHaveCiphers"] == kept


# Changes that fail


@pytest.mark.parametrize("wish", [SAME, ABSENT], ids=["bind", "unbind"])
def test_a_failed_change_that_stays_pending_is_cancelled_when_that_is_allowed(
    house: House, wish: dict[str, Any]
) -> None:
    enter(house, "enrollment unbound" if wish is SAME else "enrollment bound to the same")
    with switched(house, cps_error_at="live-check-action"):
        failed = house.fails("cps_mtls_binding", "error", **wish)
    assert failed["changed"] is True and failed["binding"]["change_status"] == "error"
    stuck = house.fails("cps_mtls_binding", "error", **wish)
    assert stuck["changed"] is False and "`pending_changes: cancel`" in stuck["failure"]["cure"]
    result = house.ok("cps_mtls_binding", **wish, pending_changes="cancel")
    assert verbs(result) == ["bind" if wish is SAME else "unbind"]
    assert listed(house) == ([10001] if wish is SAME else [])
    assert house.ok("cps_mtls_binding", **wish)["changed"] is False


def test_an_unbinding_that_has_failed_is_asked_for_again(house: House) -> None:
    enter(house, "enrollment bound to the same")
    with switched(house, cps_failed_change="gone"):
        with switched(house, cps_error_at="live-check-action"):
            house.fails("cps_mtls_binding", "error", **ABSENT)
        assert listed(house) == [10001]
        result = house.ok("cps_mtls_binding", **ABSENT)
    assert verbs(result) == ["unbind"] and "lists it on production" in result["plan"][0]["reason"]
    assert listed(house) == []


def test_a_failed_removal_that_stays_pending_is_cancelled_when_that_is_allowed(house: House) -> None:
    enter(house, "enrollment unbound")
    wish = {"common_name": "ov.example.net", "state": "absent"}
    with switched(house, cps_error_at="deprovision-cert"):
        house.fails("cps_enrollment", "error", **wish)
    house.fails("cps_enrollment", "error", **wish)
    assert verbs(house.ok("cps_enrollment", **wish, pending_changes="cancel")) == ["delete"]


# Acknowledgements


@pytest.mark.parametrize("lost", ["before", "after"])
def test_an_acknowledgement_whose_answer_is_lost_is_in_the_plan_once(house: House, lost: str) -> None:
    edit(house, "enrollment unbound", changeManagement=True)
    house.control.fault(**UPDATE, nth=1, then={"drop": lost})
    result = house.ok("cps_mtls_binding", **SAME, acknowledge_change_management=True)
    assert result["replanned"] is True and verbs(result) == ["bind", "acknowledge"]


def test_an_acknowledgement_before_its_time_is_given_again(house: House) -> None:
    edit(house, "enrollment unbound", changeManagement=True)
    gone = {"status": 404, "body": {"type": "https://host/cps/v2/error-types/not-found", "title": "Not Found"}}
    house.control.fault(**UPDATE, nth=1, times=2, then=gone)
    result = house.ok("cps_mtls_binding", **SAME, acknowledge_change_management=True)
    assert verbs(result) == ["bind", "acknowledge"]


# What needs a person


@pytest.mark.parametrize(
    ("number", "status", "kind", "cure"),
    [
        (10002, "wait-upload-third-party", "third-party-certificate", "Have the CSR signed"),
        (10001, "coordinate-domain-validation", "lets-encrypt-challenges", "Answer the domain validation challenges"),
    ],
)
def test_what_only_a_person_can_give_is_told(house: House, number: int, status: str, kind: str, cure: str) -> None:
    pending(house, number, kind="certificate", changeType="modify-san", status=status)
    wish = {"enrollment_id": number, "ca_set_name": "partners", "pending_changes": "wait", **ALLOWED}
    failed = house.fails("cps_mtls_binding", kind, **wish)
    assert cure in failed["failure"]["cure"] and failed["failure"]["errors"][0]["link"]
    assert failed["binding"]["change_status"] == "awaiting-input" and house.writes() == []


def test_a_suspended_change_says_what_it_may_wait_for_when_time_is_up(house: House) -> None:
    with switched(house, cps_dv_state="suspended"):
        pending(house, kind="certificate", changeType="modify-san", status="coordinate-domain-validation")
        failed = house.fails("cps_mtls_binding", "timeout", **SAME, pending_changes="wait")
    assert "suspended" in failed["msg"] and "Answer the domain validation challenges" in failed["msg"]


# The renewal window


def test_a_renewal_that_is_waited_for_ends_the_renewal_window(house: House) -> None:
    renewal = {"kind": "certificate", "changeType": "renewal", "status": "check-for-cert"}
    for policy in ("fail", "cancel"):
        pending(house, **renewal)
        assert "renewal window" in house.fails("cps_mtls_binding", "busy", **SAME, pending_changes=policy)["msg"]
        assert house.writes() == []
    pending(house, **renewal)
    assert verbs(house.ok("cps_mtls_binding", **SAME, pending_changes="wait", check=True)) == ["(bind)"]
    result = house.ok("cps_mtls_binding", **SAME, pending_changes="wait")
    assert verbs(result) == ["bind"] and "change 20001" in json.dumps(result["assumptions"])


# Requests


def test_no_request_that_is_not_needed(house: House) -> None:
    enter(house, "enrollment unbound")
    house.ok("cps_mtls_binding", **SAME, wait=False)
    reads = [r["path"].rpartition("/v2/")[2] for r in house.control.requests() if not r["write"]]
    assert reads == [
        *("enrollments", "ca-sets", "enrollments/10001/deployments", "ca-sets/1001/activations"),
        *("enrollments/10001", "enrollments/10001"),
    ]
    house.control.forget_requests()
    house.ok("cps_mtls_binding", **SAME)
    reads = [r["path"].rpartition("/v2/")[2] for r in house.control.requests()]
    followed = [path for path in reads if "/changes/" in path]
    assert len(reads) - len(followed) == 6, reads


@pytest.mark.parametrize("status", [403, 500])
def test_enrollments_are_shown_without_the_names_of_sets_where_mets_does_not_answer(house: House, status: int) -> None:
    enter(house, "enrollment bound to the same")
    house.control.fault(api="mets", every=True, then={"status": status, "body": {}})
    found = house.ok("cps_enrollment_info", common_name="www.example.com", retry_timeout=0.001)
    assert found["enrollments"][0]["binding"]["ca_set_id"] == "1001"
    assert found["enrollments"][0]["binding"]["ca_set_name"] is None
    assert "The names of CA sets could not be read" in found["api_warnings"][0]["detail"]
