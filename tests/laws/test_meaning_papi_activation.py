# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""MEANING 2, 24 and 25 for activations of properties, and what comes in between."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from activations import GONE, OFF, THREE, UNRELEASED, live, started, steps
from in_process import House
from properties import activated, change, copied, problem, switched
from starts import enter
from starts_papi import property_of


def in_between(house: House, monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """`act` happens once, the first time that the run waits."""
    sleep, left = house.clock.sleep, [act]

    def first(seconds: float) -> None:
        sleep(seconds)
        if left:
            left.pop()()

    monkeypatch.setattr(house.clock, "sleep", first)


# One after the other


@pytest.mark.parametrize("networks", [["STAGING", "PRODUCTION"], ["PRODUCTION", "STAGING"], ["PRODUCTION"]])
def test_the_networks_are_taken_in_their_order_one_after_the_other(house: House, networks: list[str]) -> None:
    enter(house, UNRELEASED)
    result = house.ok("papi_activation", **THREE, networks=networks, note="mutual TLS")
    assert steps(result) == [f"activate 3 {n}" for n in networks]
    assert [n for _kind, n, _version in started(house)] == networks
    requests = house.control.requests()
    posts = [n for n, r in enumerate(requests) if r["path"].endswith("/activations") and r["method"] == "POST"]
    for earlier, later in itertools.pairwise(posts):
        assert any("/activations/atv_" in r["path"] for r in requests[earlier:later])
    assert [(a["network"], a["version"], a["activation_status"]) for a in result["activations"]] == [
        (n, 3, "ACTIVE") for n in networks
    ]
    body = house.control.requests(write=True)[-1]["body"]
    assert body["notifyEmails"] == ["ops@example.com"] and body["note"] == "mutual TLS"
    assert result["waited_seconds"] >= 180 * len(networks)


def test_without_waiting_each_run_does_what_is_possible(house: House) -> None:
    enter(house, UNRELEASED)
    first = house.ok("papi_activation", **THREE, wait=False)
    assert steps(first) == ["activate 3 STAGING", "activate 3 PRODUCTION (not done)"] and first["deferred"] == [1]
    assert first["changed"] is True and first["activations"][0]["activation_id"]
    second = house.ok("papi_activation", **THREE, wait=False)
    assert second["changed"] is False and second["deferred"] == [0]
    assert second["assumptions"]
    house.control.advance(200)
    third = house.ok("papi_activation", **THREE, wait=False)
    assert third["changed"] is True and steps(third) == ["activate 3 PRODUCTION"]
    last = house.ok("papi_activation", **THREE)
    assert last["changed"] is False and live(house) == (3, 3)
    assert len(started(house)) == 2


def test_a_run_that_ends_too_early_is_a_timeout_and_the_next_one_goes_on(house: House) -> None:
    enter(house, UNRELEASED)
    failed = house.fails("papi_activation", "timeout", **THREE, wait_timeout=10)
    assert failed["failure"]["retryable"] is True and failed["changed"] is True
    assert (
        house.ok("papi_activation", **THREE)["activations"][0]["activation_id"]
        == failed["activations"][0]["activation_id"]
    )
    assert len(started(house)) == 2


# 2: what runs already


def test_rule_2_an_activation_of_the_same_version_is_attached_to(house: House) -> None:
    enter(house, "property whose new version is on its way")
    foreseen = house.ok("papi_activation", **THREE, networks=["STAGING"], check=True)
    assert foreseen["changed"] is False
    result = house.ok("papi_activation", **THREE, networks=["STAGING"])
    assert result["changed"] is False and started(house) == []
    assert "will complete" in result["assumptions"][0]
    assert result["diff"]["before"]["staging_version"] == 2 and result["diff"]["after"]["staging_version"] == 3
    assert foreseen["diff"] == result["diff"]


def test_rule_2_an_attached_activation_that_fails_is_made_anew(house: House) -> None:
    enter(house, UNRELEASED)
    with switched(house, papi_activation_end="FAILED"):
        house.ok("papi_activation", **THREE, wait=False)
    result = house.ok("papi_activation", **THREE, networks=["STAGING"])
    assert result["replanned"] is True and result["changed"] is True
    assert live(house) == (3, 2)


@pytest.mark.parametrize("how", ["at_once", "pending"])
def test_rule_2_a_cancelled_activation_is_none(house: House, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(house, "property whose new version is on its way")

    def cancel(state: Any) -> None:
        entry = next(a for a in state["activations"] if a["status"] == "NEW")
        entry["status"] = "PENDING_CANCELLATION" if how == "pending" else "ABORTED"
        entry["cancelled"] = True
        if how == "pending":
            entry["steps"] = [{"status": "ABORTED", "at": entry["steps"][0]["at"]}]
        else:
            entry.pop("steps")

    change(house, cancel)
    result = house.ok("papi_activation", **THREE, networks=["STAGING"])
    assert result["changed"] is True and live(house) == (3, 2)


def test_another_activation_is_waited_for_or_refused(house: House) -> None:
    enter(house, "property whose new version is on its way")
    back = {**THREE, "version": 1, "networks": ["STAGING"], **GONE}
    failed = house.fails("papi_activation", "busy", **back, when_running="fail")
    assert "ACTIVATE of version 3" in failed["msg"] and failed["failure"]["retryable"] is True
    assert started(house) == []
    result = house.ok("papi_activation", **back)
    assert steps(result) == ["activate 1 STAGING"] and live(house) == (1, 2)


def test_what_waits_for_another_activation_is_left_to_a_later_run(house: House) -> None:
    enter(house, "property whose new version is on its way")
    result = house.ok("papi_activation", **{**THREE, "version": 1}, networks=["STAGING"], wait=False, **GONE)
    assert result["changed"] is False and result["deferred"] == [0] and started(house) == []


# 24


def test_rule_24_a_network_that_holds_the_wish_is_left_alone(house: House) -> None:
    enter(house, UNRELEASED)
    change(house, lambda prop: activated(prop, 3, "STAGING"))
    result = house.ok("papi_activation", **THREE, replaces=2)
    assert steps(result) == ["activate 3 PRODUCTION"]


def same_as(source: int) -> Callable[[dict[str, Any]], None]:
    """STAGING has version 4, which somebody has made of that version without changing anything."""

    def make(prop: dict[str, Any]) -> None:
        copied(prop, source)
        activated(prop, 4, "STAGING")

    return make


def other(prop: dict[str, Any]) -> None:
    """STAGING has somebody else's work."""
    copied(prop, 2)["rules"]["comments"] = "somebody else"
    activated(prop, 4, "STAGING")


def test_rule_24_other_content_is_refused_before_the_first_write(house: House) -> None:
    enter(house, UNRELEASED)
    change(house, other)
    for check in (True, False):
        failed = house.fails(
            "papi_activation", "hazard", **THREE, replaces=2, check=check, networks=["PRODUCTION", "STAGING"]
        )
        assert [h["name"] for h in failed["failure"]["hazards"]] == ["replace_other_version"]
        assert "version 4" in failed["msg"]
    assert started(house) == []
    house.ok("papi_activation", **THREE, replaces=2, allow_outage=["replace_other_version"])
    assert live(house) == (3, 3)


def test_rule_24_without_replaces_nobody_asks(house: House) -> None:
    enter(house, UNRELEASED)
    change(house, other)
    house.ok("papi_activation", **THREE, **GONE)
    assert live(house) == (3, 3)


def test_rule_24_content_that_is_on_its_way_counts(house: House) -> None:
    enter(house, UNRELEASED)
    change(house, lambda prop: copied(prop, 2)["rules"].update(comments="somebody else"))
    house.ok("papi_activation", **{**THREE, "version": 4}, networks=["PRODUCTION"], wait=False)
    house.fails("papi_activation", "hazard", **THREE, replaces=2)


@pytest.mark.parametrize(
    ("source", "expected"),
    [(2, ["activate 3 STAGING", "activate 3 PRODUCTION"]), (3, ["activate 3 PRODUCTION"])],
    ids=["what was to be replaced", "what is wanted"],
)
def test_rule_24_the_same_content_under_another_number_is_the_same(
    house: House, source: int, expected: list[str]
) -> None:
    enter(house, UNRELEASED)
    change(house, same_as(source))
    result = house.ok("papi_activation", **THREE, replaces=2)
    assert steps(result) == expected
    assert house.ok("papi_activation", **THREE, replaces=2)["changed"] is False


@pytest.mark.parametrize("start", [UNRELEASED, "property whose new version is on its way"])
def test_rule_24_it_is_looked_at_again_before_each_request(
    house: House, monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    enter(house, start)
    ours = [("ACTIVATE", "STAGING", 3)] if start == UNRELEASED else []

    def somebody() -> None:
        state = house.control.state()
        prop = property_of(state)
        copied(prop, 2)["rules"]["comments"] = "somebody else"
        activated(prop, 4, "PRODUCTION")
        house.control.put_state(state)

    in_between(house, monkeypatch, somebody)
    failed = house.fails("papi_activation", "hazard", **THREE, replaces=2)
    assert failed["changed"] is bool(ours)
    assert [h["name"] for h in failed["failure"]["hazards"]] == ["replace_other_version"]
    assert started(house) == ours
    assert live(house) == (3, 4)


def test_an_activation_that_is_not_listed_yet_is_waited_for(house: House) -> None:
    enter(house, UNRELEASED)
    house.control.fault(
        method="GET", path="/activations/atv_", every=True, times=3, then=problem(404, "http/not-found")
    )
    house.ok("papi_activation", **THREE, networks=["STAGING"])
    assert live(house) == (3, 2) and len(started(house)) == 1


def test_an_activation_that_fails_is_a_failure_that_may_be_repeated(house: House) -> None:
    enter(house, UNRELEASED)
    with switched(house, papi_activation_end="FAILED"):
        failed = house.fails("papi_activation", "activation_failed", **THREE)
    assert failed["failure"]["api"] == "papi" and failed["failure"]["retryable"] is True
    assert failed["changed"] is True and failed["activations"][0]["activation_status"] == "FAILED"
    assert started(house) == [("ACTIVATE", "STAGING", 3)]
    assert house.ok("papi_activation", **THREE)["changed"] is True


# inactive


@pytest.mark.parametrize("pending", ["PENDING", "PENDING_DEACTIVATION"])
@pytest.mark.parametrize("end", ["ACTIVE", "DEACTIVATED"])
def test_a_deactivation_ends_well_in_either_way(house: House, end: str, pending: str) -> None:
    enter(house, UNRELEASED)
    with switched(house, papi_deactivation_end=end, papi_deactivation_pending=pending):
        result = house.ok("papi_activation", **OFF, **GONE)
        assert [a["activation_status"] for a in result["activations"]] == [end, end]
        assert live(house) == (None, None)
        assert house.ok("papi_activation", **OFF)["changed"] is False


def test_taking_a_property_off_is_a_hazard(house: House) -> None:
    enter(house, UNRELEASED)
    failed = house.fails("papi_activation", "hazard", **OFF, networks=["PRODUCTION"])
    assert [h["name"] for h in failed["failure"]["hazards"]] == ["delete_live_hostname"]
    assert "api.example.com, www.example.com" in failed["msg"] and started(house) == []


def test_inactive_holds_where_another_version_is_active_or_there_is_no_property(house: House) -> None:
    enter(house, UNRELEASED)
    assert house.ok("papi_activation", **OFF, version=3)["changed"] is False
    nothing = house.ok("papi_activation", **{**OFF, "property_name": "nowhere"})
    assert nothing["changed"] is False and nothing["property"] is None
    assert [a["activation_id"] for a in nothing["activations"]] == [None, None]


def test_inactive_waits_for_an_activation_that_runs(house: House) -> None:
    enter(house, "property whose new version is on its way")
    result = house.ok("papi_activation", **OFF, networks=["STAGING"], **GONE)
    assert steps(result) == ["deactivate 3 STAGING"] and live(house) == (None, 2)


# Hazards


def enforce(**options: Any) -> Callable[[dict[str, Any]], None]:
    """Version 3 has a rule that denies, with other host names or options than the bound ones."""

    def edit(prop: dict[str, Any]) -> None:
        rule = next(
            r
            for r in prop["versions"][2]["rules"]["children"]
            if r["behaviors"] and r["behaviors"][0]["name"] == "enforceMtlsSettings"
        )
        rule["criteria"][0]["options"].update({k: v for k, v in options.items() if k in ("values", "matchOperator")})
        rule["behaviors"][0]["options"].update(
            {k: v for k, v in options.items() if k not in ("values", "matchOperator")}
        )

    return edit


def wildcard(prop: dict[str, Any]) -> None:
    """The property serves `*.example.com` instead of the single names."""
    for version in prop["versions"]:
        version["hostnames"] = [{**version["hostnames"][0], "cnameFrom": "*.example.com"}]


def ccm(set_id: str, ocsp: bool) -> Callable[[dict[str, Any]], None]:
    def edit(prop: dict[str, Any]) -> None:
        for item in prop["versions"][2]["hostnames"]:
            item.update(
                certProvisioningType="CCM",
                ccmCertificates={"rsaCertId": "1"},
                mtls={"caSetId": set_id, "checkClientOcsp": ocsp, "sendCaSetClient": False},
            )

    return edit


def default(prop: dict[str, Any]) -> None:
    for item in prop["versions"][2]["hostnames"]:
        item["certProvisioningType"] = "DEFAULT"


# What version 3 is like; the reason of the refusal, None where it may go. Set 1001 is bound, 1002 is not.
DENIALS: list[tuple[str, Callable[[dict[str, Any]], None], str | None]] = [
    ("bound", enforce(), None),
    ("one of two sets is bound", enforce(certificateAuthoritySet=["1002", "1001"]), None),
    ("another set", enforce(certificateAuthoritySet=["1002"]), "is bound to CA set 1001"),
    ("ocsp", enforce(enableOcspStatus=True), "has OCSP off"),
    ("only logs", enforce(certificateAuthoritySet=["1002"], enableDenyRequest=False), None),
    ("not on the property", enforce(values=["gone.example.com"]), "does not have that host name"),
    ("not covered", enforce(values=["new.example.com"]), "no enrollment has a certificate"),
    ("case", enforce(values=["WWW.Example.Com"]), None),
    ("a pattern", enforce(values=["www*"]), None),
    ("a pattern that covers more", enforce(values=["*.example.com"]), "no enrollment has a certificate"),
    ("all but some", enforce(matchOperator="IS_NOT_ONE_OF", values=["new.example.com"]), None),
    ("all but others", enforce(matchOperator="IS_NOT_ONE_OF", values=["www.example.com"]), "new.example.com"),
    ("a wildcard on the property", wildcard, None),
    ("ccm", ccm("1001", False), None),
    ("ccm, another set", ccm("1002", False), "is bound to CA set 1002"),
    ("ccm, ocsp", ccm("1001", True), "has OCSP on"),
    ("a default certificate", default, "default certificate cannot be bound"),
]


@pytest.mark.parametrize(("edit", "reason"), [row[1:] for row in DENIALS], ids=[row[0] for row in DENIALS])
def test_a_rule_that_would_deny_a_host_name_is_refused(
    house: House, edit: Callable[[dict[str, Any]], None], reason: str | None
) -> None:
    enter(house, UNRELEASED)
    sets = {s["caSetName"]: s["caSetId"] for s in house.control.state()["accounts"]["A-CCT1234"]["ca_sets"]}
    assert sets == {"partners": "1001", "others": "1002"}
    change(house, edit)
    result = house.run("papi_activation", **THREE, check=True, allow_outage=["delete_live_hostname"])
    if reason is None:
        assert not result.get("failed"), result["msg"]
    else:
        assert {h["name"] for h in result["failure"]["hazards"]} == {"deny_unbound_hostname"}
        assert reason in result["msg"]
    info = house.ok("papi_mtls_rule_info", property_name="www", version="latest")
    denied = [d["reason"] for rule in info["mtls_rules"] for d in rule["would_deny"]]
    assert bool(denied) is (reason is not None)


def test_a_guard_that_cannot_be_evaluated_is_a_hazard_of_its_own(house: House) -> None:
    enter(house, UNRELEASED)
    house.control.fault(api="cps", method="GET", every=True, then=problem(403, "http/forbidden"))
    failed = house.fails("papi_activation", "hazard", **THREE)
    assert [h["name"] for h in failed["failure"]["hazards"]] == ["unverified"] and started(house) == []
    house.ok("papi_activation", **THREE, allow_outage=["unverified"])


def test_a_live_host_name_that_the_version_lacks_is_a_hazard(house: House) -> None:
    enter(house, "property without the rule")
    house.ok("papi_property_hostname", property_name="www", hostnames=["api.example.com"], state="absent")
    failed = house.fails("papi_activation", "hazard", **THREE)
    assert {h["name"] for h in failed["failure"]["hazards"]} == {"delete_live_hostname"}
    assert "api.example.com would no longer be served on STAGING" in failed["msg"]
    house.ok("papi_activation", **THREE, **GONE)


def test_a_wildcard_takes_over_for_a_host_name(house: House) -> None:
    enter(house, UNRELEASED)

    def edit(prop: dict[str, Any]) -> None:
        names = prop["versions"][2]["hostnames"]
        prop["versions"][2]["hostnames"] = [{**copy.deepcopy(names[0]), "cnameFrom": "*.example.com"}]

    change(house, edit)
    house.ok("papi_activation", **THREE, check=True)


# 25 and the info modules


def test_rule_25_an_info_says_where_a_property_is_active(house: House) -> None:
    enter(house, UNRELEASED)
    change(house, lambda prop: activated(prop, 3, "STAGING"))
    found = house.ok("papi_property_info", property_name="www")["properties"][0]
    assert (found["staging_version"], found["production_version"], found["latest_version"]) == (3, 2, 3)
    assert [(v["property_version"], v["active_on"]) for v in found["versions"]] == [
        (2, ["PRODUCTION"]),
        (3, ["STAGING"]),
    ]
    assert {h["cname_from"] for h in found["versions"][1]["hostnames"]} == {
        *("www.example.com", "api.example.com", "new.example.com")
    }
    assert house.ok("papi_property_info", hostname="NEW.example.com")["properties"] == [found]
    for nothing in ({"property_name": "nowhere"}, {"property_id": "999"}, {"hostname": "none.example.com"}):
        assert house.ok("papi_property_info", **nothing)["properties"] == []
    house.fails("papi_property_info", "invalid_option")
    house.fails("papi_property_info", "invalid_option", property_name="www", hostname="www.example.com")


def test_rules_are_found_in_all_properties_and_by_set(house: House) -> None:
    enter(house, "property with the rule")

    def found(**options: Any) -> list[tuple[str, int]]:
        rules = house.ok("papi_mtls_rule_info", **options)["mtls_rules"]
        return [(r["property_name"], r["property_version"]) for r in rules]

    assert found() == found(ca_set_name="partners") == found(ca_set_id="1001") == [("www", 3), ("shop", 3)]
    assert found(ca_set_name="others") == found(ca_set_name="unknown") == []
    assert found(property_name="www", version="2") == found(property_name="www", version="9") == []
    assert found(property_name="www", version="staging") == [("www", 3)]
    assert found(property_name="nowhere") == []
    for options in ({"version": "3"}, {"version": "newest"}):
        house.fails("papi_mtls_rule_info", "invalid_option", **options)


def test_what_a_rule_denies_is_unknown_without_a_grant(house: House) -> None:
    enter(house, "property with the rule")
    house.control.fault(api="cps", method="GET", every=True, then=problem(403, "http/forbidden"))
    rules = house.ok("papi_mtls_rule_info", property_name="www")["mtls_rules"]
    assert [r["would_deny"] for r in rules] == [None]
