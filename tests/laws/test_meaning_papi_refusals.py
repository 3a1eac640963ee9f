# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What PAPI refuses about an activation: warnings, records of compliance, and every row of papi-v1.md 12.7."""

from __future__ import annotations

from typing import Any

import pytest
from activations import GONE, OFF, POST, THREE, UNRELEASED, live, started, steps
from in_process import House
from properties import change, copied, problem, switched
from starts import enter
from starts_papi import property_of

ASKING = {k: v for k, v in THREE.items() if k != "acknowledge_warnings"}
RECORD = {
    "noncompliance_reason": "NONE",
    "customer_email": "owner@example.com",
    "peer_reviewed_by": "reviewer@example.com",
    "unit_tested": True,
}


def unstable(prop: dict[str, Any]) -> None:
    """Version 3 is on the floating rule format, which PAPI warns about."""
    prop["versions"][2]["ruleFormat"] = "latest"


def bodies(house: House) -> list[dict[str, Any]]:
    """What was asked for, refused or not."""
    return [r["body"] for r in house.control.requests(write=True) if r["path"].endswith("/activations")]


# Warnings


def test_warnings_are_listed_or_accepted(house: House) -> None:
    enter(house, UNRELEASED)
    with switched(house, papi_activation_warnings="always"):
        failed = house.fails("papi_activation", "warnings-not-acknowledged", **ASKING)
        message = failed["failure"]["errors"][0]
        assert message["messageId"].startswith("msg_")
        assert message["messageId"] in failed["msg"] and message["detail"] in failed["msg"]
        assert "acknowledge_warnings" in failed["failure"]["cure"] and failed["changed"] is False
        house.ok("papi_activation", **THREE)


@pytest.mark.parametrize(
    ("patterns", "accepted"),
    [
        (["changes how requests", "^This property is using the latest"], True),
        (["Unstable rule format$", "Activation notice"], True),
        (["."], True),
        (["changes how requests"], False),
        (["nothing like it"], False),
        ([""], False),
    ],
    ids=str,
)
def test_warnings_are_acknowledged_when_each_fits_a_pattern(house: House, patterns: list[str], accepted: bool) -> None:
    enter(house, UNRELEASED)
    change(house, unstable)
    wish = {**ASKING, "acknowledge_warnings_matching": patterns}
    with switched(house, papi_activation_warnings="always"):
        foreseen = house.ok("papi_activation", **wish, check=True)
        if not accepted:
            failed = house.fails("papi_activation", "warnings-not-acknowledged", **wish)
            details = [e["detail"] for e in failed["failure"]["errors"]]
            assert len(details) == (1 if patterns == ["changes how requests"] else 2)
            assert all(detail in failed["msg"] for detail in details) and "latest rule format" in " ".join(details)
            assert started(house) == [] and failed["changed"] is False and len(bodies(house)) == 1
            assert "may want this acknowledged" in foreseen["api_warnings"][0]["detail"]
            return
        result = house.ok("papi_activation", **wish)
    assert foreseen["api_warnings"] == [] and live(house) == (3, 3)
    assert steps(result) == [f"{verb} 3 {n}" for n in ("STAGING", "PRODUCTION") for verb in ("acknowledge", "activate")]
    noted = [(w["network"], w["acknowledged"], w["message_id"]) for w in result["api_warnings"]]
    asked = bodies(house)
    ids = asked[1]["acknowledgeWarnings"]
    assert len(ids) == 2 and noted == [(n, True, number) for n in ("STAGING", "PRODUCTION") for number in ids]
    assert [body.get("acknowledgeWarnings") for body in asked] == [None, ids, None, ids]
    assert not any(body["acknowledgeAllWarnings"] for body in asked)
    assert house.ok("papi_activation", **wish)["changed"] is False


def test_all_warnings_are_acknowledged_at_once_with_patterns_or_without(house: House) -> None:
    enter(house, UNRELEASED)
    with switched(house, papi_activation_warnings="always"):
        result = house.ok("papi_activation", **THREE, acknowledge_warnings_matching=["nothing like it"])
    assert steps(result) == ["activate 3 STAGING", "activate 3 PRODUCTION"] and len(bodies(house)) == 2


def test_a_warning_that_comes_back_although_it_was_acknowledged_ends_the_run(house: House) -> None:
    enter(house, UNRELEASED)
    refusal = problem(400, "activation/warnings-not-acknowledged")
    refusal["body"]["warnings"] = [{"messageId": "msg_1", "detail": "Odd."}]
    house.control.fault(**POST, every=True, then=refusal)
    house.fails("papi_activation", "warnings-not-acknowledged", **THREE)
    assert [body.get("acknowledgeWarnings") for body in bodies(house)] == [None, ["msg_1"]]


def test_a_lost_answer_to_the_acknowledgement_is_looked_into(house: House) -> None:
    enter(house, UNRELEASED)
    house.control.fault(**POST, nth=2, then={"drop": "after"})
    with switched(house, papi_activation_warnings="always"):
        result = house.ok("papi_activation", **ASKING, acknowledge_warnings_matching=["."], networks=["STAGING"])
    assert result["changed"] is True and "activate 3 STAGING" in steps(result)
    assert len(started(house)) == 1 and live(house) == (3, 2)


# Records of compliance


@pytest.mark.parametrize("state", ["active", "inactive"])
def test_a_record_of_compliance_goes_to_production(house: House, state: str) -> None:
    enter(house, UNRELEASED)
    wish = THREE if state == "active" else {**OFF, **GONE}
    with switched(house, papi_compliance_record="required"):
        house.ok("papi_activation", **wish, compliance_record={**RECORD, "ticket_id": "T-1"})
    sent = {
        "noncomplianceReason": "NONE",
        "customerEmail": "owner@example.com",
        "peerReviewedBy": "reviewer@example.com",
        "unitTested": True,
        "ticketId": "T-1",
    }
    assert [body.get("complianceRecord") for body in bodies(house)] == [None, sent]


@pytest.mark.parametrize(
    ("record", "sent"),
    [
        ({"noncompliance_reason": "EMERGENCY", "ticket_id": ""}, {"noncomplianceReason": "EMERGENCY"}),
        ({"noncompliance_reason": "NO_PRODUCTION_TRAFFIC"}, {"noncomplianceReason": "NO_PRODUCTION_TRAFFIC"}),
        (
            {"noncompliance_reason": "OTHER", "other_noncompliance_reason": "a test", "unit_tested": False},
            {"noncomplianceReason": "OTHER", "otherNoncomplianceReason": "a test"},
        ),
    ],
    ids=str,
)
def test_other_reasons_need_less(house: House, record: dict[str, Any], sent: dict[str, Any]) -> None:
    enter(house, UNRELEASED)
    with switched(house, papi_compliance_record="required"):
        house.ok("papi_activation", **THREE, networks=["PRODUCTION"], compliance_record=record)
    assert bodies(house)[0]["complianceRecord"] == sent


@pytest.mark.parametrize(
    ("record", "named"),
    [
        ({**RECORD, "customer_email": ""}, "needs customer_email as well"),
        ({**RECORD, "peer_reviewed_by": None}, "needs peer_reviewed_by as well"),
        ({**RECORD, "unit_tested": False}, "needs unit_tested: true as well"),
        ({"noncompliance_reason": "NONE"}, "needs customer_email, peer_reviewed_by, unit_tested: true as well"),
        ({"noncompliance_reason": "OTHER"}, "needs other_noncompliance_reason as well"),
        ({**RECORD, "noncompliance_reason": "EMERGENCY"}, "customer_email, peer_reviewed_by, unit_tested does not go"),
        ({**RECORD, "other_noncompliance_reason": "x"}, "other_noncompliance_reason does not go"),
        ({"ticket_id": "T-1"}, "noncompliance_reason"),
        ({"noncompliance_reason": "LAZY"}, "noncompliance_reason"),
    ],
    ids=str,
)
def test_an_incomplete_record_is_refused_before_any_request(house: House, record: dict[str, Any], named: str) -> None:
    house.control.forget_requests()
    failed = house.fails("papi_activation", "invalid_option", **THREE, compliance_record=record)
    assert "compliance_record" in failed["msg"] and named in failed["msg"] and failed["failure"]["cure"]
    assert house.control.requests() == []


def test_a_record_that_is_missing_says_what_to_give(house: House) -> None:
    """In both shapes of 12.3; the second has no `detail`."""
    enter(house, UNRELEASED)
    for shape, kind in (("required", "/missing-compliance-record"), ("exception", "missing_compliance_record")):
        with switched(house, papi_compliance_record=shape):
            failed = house.run("papi_activation", **THREE, networks=["PRODUCTION"])
        assert failed["failure"]["type"].endswith(kind) and failed["failure"]["retryable"] is False
        for option in (
            "compliance_record",
            "noncompliance_reason",
            "customer_email",
            "peer_reviewed_by",
            "unit_tested",
        ):
            assert f"`{option}" in failed["failure"]["cure"]
    assert "missing_compliance_record" in failed["msg"] and started(house) == []


def test_nobody_reviews_his_own_work(house: House) -> None:
    enter(house, UNRELEASED)
    record = {**RECORD, "peer_reviewed_by": "owner@example.com"}
    with switched(house, papi_compliance_record="required"):
        failed = house.run("papi_activation", **THREE, networks=["PRODUCTION"], compliance_record=record)
    assert failed["failure"]["type"].endswith("/self-peer-review")
    assert "`peer_reviewed_by`" in failed["failure"]["cure"] and started(house) == []


# What is refused before anything is sent


def test_a_version_with_errors_is_refused_before_the_first_write(house: House) -> None:
    enter(house, UNRELEASED)

    def without_origin(prop: dict[str, Any]) -> None:
        rules = prop["versions"][2]["rules"]
        rules["behaviors"] = [b for b in rules["behaviors"] if b["name"] != "origin"]

    change(house, without_origin)
    for check in (True, False):
        failed = house.fails("papi_activation", "rule_errors", **THREE, check=check)
        assert failed["failure"]["errors"] and failed["failure"]["cure"]
    assert started(house) == []


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"notify_emails": None}, "invalid_option"),
        ({"notify_emails": [""]}, "invalid_option"),
        ({"notify_emails": ["ops"]}, "invalid_option"),
        ({"version": "latest"}, "invalid_option"),
        ({"version": None}, "invalid_option"),
        ({"replaces": "production"}, "invalid_option"),
        ({"networks": []}, "invalid_option"),
        ({"acknowledge_warnings_matching": ["("]}, "invalid_option"),
        ({"state": "inactive", "replaces": 2}, "invalid_option"),
        ({"version": 9}, "not_found"),
        ({"replaces": 9}, "not_found"),
        ({"property_name": "nowhere"}, "not_found"),
    ],
    ids=str,
)
def test_what_means_nothing_is_refused(house: House, options: dict[str, Any], kind: str) -> None:
    enter(house, UNRELEASED)
    for check in (True, False):
        failed = house.fails("papi_activation", kind, check=check, **{**THREE, **options})
        assert failed["failure"]["cure"]
    assert started(house) == []


def test_no_address_is_needed_where_nothing_is_to_be_done(house: House) -> None:
    enter(house, "property with the rule")
    assert house.ok("papi_activation", property_name="www", version=3)["changed"] is False


PENDING = {
    "status": 422,
    "body": {
        "type": "https://problems.luna.akamaiapis.net/papi/v1/property_activation_still_pending",
        "title": "Property Manager Exception",
        "status": 422,
        "messageId": "property_activation_still_pending",
        "result": "ERROR",
    },
}
CERTIFICATE = "activation/unauthorized_third_party_cert_for_hostname"


def with_error(kind: str) -> dict[str, Any]:
    """A refusal whose reason is in its `errors`."""
    refusal = problem(400, "activation/validation-failed")
    refusal["body"]["errors"] = [{**problem(400, kind)["body"], "detail": "In particular."}]
    return refusal


# 12.7, row by row: what passes by itself

TEMPORARY = {
    "busy": problem(409, "resource-busy"),
    "both networks": problem(409, "toolkit/validation_failed.error.arlfile.exists"),
    "precondition": problem(412, "toolkit/validation_failed.error.activation.tower_precondition.failed"),
    "still pending": PENDING,
    "pending, short": problem(422, "activation/still-pending"),
    "certificate not deployed": with_error(CERTIFICATE),
    "activations of a day": problem(429, "rate-limit-exceeded.activations"),
    "... with what is left": problem(429, "rate-limit-exceeded.activations"),
}
TEMPORARY["... with what is left"]["body"].update(limitKey="ACTIVATIONS_PER_DAY", limit=100, remaining=0)


@pytest.mark.parametrize("refusal", TEMPORARY.values(), ids=list(TEMPORARY))
def test_a_refusal_that_passes_is_waited_out(house: House, refusal: dict[str, Any]) -> None:
    enter(house, UNRELEASED)
    house.control.fault(**POST, every=True, times=3, then=refusal)
    result = house.ok("papi_activation", **THREE)
    assert live(house) == (3, 3) and len(started(house)) == 2 and result["changed"] is True
    enter(house, UNRELEASED)
    house.control.fault(**POST, nth=1, then=refusal)
    failed = house.run("papi_activation", **THREE, wait=False, retry_timeout=0.001)
    assert (
        failed["failure"]["retryable"] is True
        and failed["failure"]["cure"]
        and failed["failure"]["status"] == refusal["status"]
    )
    assert failed["changed"] is False


def test_a_certificate_that_is_never_deployed_is_not_waited_for_long(house: House) -> None:
    enter(house, UNRELEASED)
    house.control.fault(**POST, every=True, then=with_error(CERTIFICATE))
    failed = house.run("papi_activation", **THREE)
    assert len(bodies(house)) == 5 and failed["failure"]["retryable"] is True and failed["changed"] is False
    assert "In particular." in failed["msg"] and "not deployed yet" in failed["failure"]["cure"]


def test_activations_of_a_day_are_waited_for_longer_than_other_rates(house: House) -> None:
    enter(house, UNRELEASED)
    refusal = {**problem(429, "rate-limit-exceeded.activations"), "headers": {"Retry-After": "400"}}
    house.control.fault(**POST, every=True, times=2, then=refusal)
    result = house.ok("papi_activation", **THREE, networks=["STAGING"])
    assert live(house) == (3, 2) and result["waited_seconds"] > 100


# ... what does not

FINAL = {
    "addresses": (problem(400, "activation/bad-notifyemails"), "`notify_emails`", False),
    "errors": (with_error("validation/option_required"), None, False),
    "moved between accounts": (problem(400, "activation/cachewipe-error-possible"), "says from when", True),
    "failed": (problem(500, "activation/property_activation_failed"), "Akamai support", False),
}


@pytest.mark.parametrize(("refusal", "cure", "retryable"), FINAL.values(), ids=list(FINAL))
def test_a_refusal_that_lasts_ends_the_run(
    house: House, refusal: dict[str, Any], cure: str | None, retryable: bool
) -> None:
    enter(house, UNRELEASED)
    house.control.fault(**POST, every=True, then=refusal)
    failed = house.run("papi_activation", **THREE)
    assert failed["failure"]["status"] == refusal["status"] and failed["failure"]["type"] == refusal["body"]["type"]
    assert cure is None or cure in failed["failure"]["cure"]
    assert failed["failure"]["retryable"] is retryable and failed["changed"] is False
    assert len(bodies(house)) == 1 and refusal["body"]["detail"] in failed["msg"]


def test_a_deactivation_that_fails_ends_the_run(house: House) -> None:
    enter(house, UNRELEASED)
    house.control.fault(**POST, every=True, then=problem(500, "deactivation/property_deactivation_failed"))
    failed = house.run("papi_activation", **OFF, **GONE)
    assert failed["failure"]["retryable"] is False and len(bodies(house)) == 1


# ... and what others have done


def test_networks_that_must_not_be_submitted_together_are_not(house: House) -> None:
    enter(house, UNRELEASED)
    change(house, lambda prop: copied(prop, 3))
    house.ok("papi_activation", **{**THREE, "version": 4}, networks=["STAGING"], wait=False)
    with switched(house, papi_both_networks="refuse"):
        house.ok("papi_activation", **THREE, networks=["PRODUCTION"])
    assert live(house) == (4, 3)


@pytest.mark.parametrize("status", ["403", "422"])
def test_what_somebody_else_has_activated_meanwhile_is_no_step_of_ours(house: House, status: str) -> None:
    enter(house, UNRELEASED)
    with switched(house, papi_already_active=status):
        kind = "activation/already-activated"
        house.control.fault(**POST, nth=1, then={**problem(int(status), kind), "work": "done"})
        result = house.ok("papi_activation", **THREE, networks=["STAGING"])
    assert result["replanned"] is True and result["changed"] is False and live(house) == (3, 2)


def test_a_500_that_may_have_worked_is_looked_into(house: House) -> None:
    enter(house, UNRELEASED)
    kind = "https://problems.luna.akamaiapis.net/-/resource-impl/forward-origin-error"
    body = {"type": kind, "title": "Server Error", "status": 500}
    house.control.fault(**POST, nth=1, then={"status": 500, "body": body, "work": "done"})
    result = house.ok("papi_activation", **THREE)
    entries = property_of(house.control.state())["activations"]
    assert [(a["network"], a["status"]) for a in entries if a["propertyVersion"] == 3] == [
        ("STAGING", "ACTIVE"),
        ("PRODUCTION", "ACTIVE"),
    ]
    assert steps(result) == ["activate 3 STAGING", "activate 3 PRODUCTION"]


@pytest.mark.parametrize("network", ["STAGING", "PRODUCTION"])
def test_what_was_deactivated_meanwhile_is_gone(house: House, network: str) -> None:
    enter(house, UNRELEASED)
    refusal = problem(422, f"deactivation/not-active-in-{network.lower()}")
    house.control.fault(**POST, nth=1, then={**refusal, "work": "done"})
    result = house.ok("papi_activation", **OFF, networks=[network], **GONE)
    assert result["replanned"] is True and live(house) == ((None, 2) if network == "STAGING" else (2, None))
