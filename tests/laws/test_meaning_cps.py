# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""MEANING 1 to 5 and 16 to 18 for bindings and the removal of enrollments, and what stops a change."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from in_process import House
from starts import enter
from starts_cps import SAME, enrollment_of

PUT = "/enrollments/10001$"


def verbs(result: dict[str, Any]) -> list[str]:
    return [step["verb"] if step["done"] else f"({step['verb']})" for step in result["plan"]]


def bind(house: House, **options: Any) -> dict[str, Any]:
    return house.run("cps_mtls_binding", **{**SAME, **options})


def edit(house: House, start: str, **members: Any) -> dict[str, Any]:
    """The start, with members of enrollment 10001 replaced."""
    enter(house, start)
    state = house.control.state()
    enrollment_of(state).update(members)
    house.reset(state)
    house.control.forget_requests()
    return enrollment_of(house.control.state())


def enforce(
    house: House,
    *,
    hostnames: list[str],
    ca_set: str,
    ocsp: bool = False,
    deny: bool = True,
    operator: str = "IS_ONE_OF",
) -> None:
    """A rule that is live on both networks, as somebody else would have made it."""
    state = house.control.state()
    account = state["accounts"]["A-CCT1234"]
    number = next(s["caSetId"] for s in account["ca_sets"] if s["caSetName"] == ca_set)
    prop = next(p for p in account["properties"] if p["propertyName"] == "www")
    version = next(v for v in prop["versions"] if v["propertyVersion"] == 2)
    version["rules"]["children"].append(
        {
            "name": "Basic mTLS enforcement settings",
            "criteriaMustSatisfy": "all",
            "criteria": [{"name": "hostname", "options": {"matchOperator": operator, "values": hostnames}}],
            "behaviors": [
                {
                    "name": "enforceMtlsSettings",
                    "options": {
                        "enableAuthSet": True,
                        "certificateAuthoritySet": [number],
                        "enableOcspStatus": ocsp,
                        "enableDenyRequest": deny,
                    },
                }
            ],
            "children": [],
        }
    )
    house.reset(state)
    house.control.forget_requests()


# Compare first


def test_rule_16_compare_first_then_look_at_pending_changes(house: House) -> None:
    enter(house, "enrollment bound to the same")
    state = house.control.state()
    enrollment_of(state)["changes"] = [{"kind": "certificate", "changeType": "renewal", "status": "check-for-cert"}]
    house.reset(state)
    held = house.ok("cps_mtls_binding", **SAME)
    assert held["changed"] is False and "left alone" in json.dumps(held["api_warnings"])
    house.fails("cps_mtls_binding", "busy", **SAME, ocsp=True)


def test_rule_16_pending_changes_are_refused_waited_for_or_cancelled(house: House) -> None:
    start = "enrollment with a stranger's change pending"
    enter(house, start)
    failed = house.fails("cps_mtls_binding", "busy", **SAME)
    assert failed["failure"]["retryable"] is True and house.writes() == []
    enter(house, start)
    waited = house.ok("cps_mtls_binding", **SAME, pending_changes="wait")
    assert verbs(waited) == ["bind"] and waited["binding"]["ca_set_name"] == "partners"
    enter(house, start)
    left = house.ok("cps_mtls_binding", **SAME, pending_changes="wait", wait=False)
    assert left["changed"] is False and left["deferred"] == [0] and house.writes() == []
    enter(house, start)
    cancelled = house.ok("cps_mtls_binding", **SAME, pending_changes="cancel")
    assert verbs(cancelled) == ["bind"]
    assert "allow-cancel-pending-changes" in json.dumps(house.control.requests(write=True))


def test_the_parameter_that_cancels_is_only_sent_when_asked_for(house: House) -> None:
    enter(house, "enrollment unbound")
    house.ok("cps_mtls_binding", **SAME)
    assert "allow-cancel-pending-changes" not in json.dumps(house.control.requests(write=True))


# Rule 17


def test_rule_17_holds_when_shown_and_listed(house: House) -> None:
    enter(house, "enrollment bound to the same")
    held = house.ok("cps_mtls_binding", **SAME)
    assert held["changed"] is False
    assert held["requests"] == {"GET": 3}
    by_id = house.ok("cps_mtls_binding", enrollment_id=10001, ca_set_name="partners")
    assert by_id["changed"] is False


def test_rule_17_a_pending_change_of_the_wish_is_followed(house: House) -> None:
    enter(house, "enrollment whose binding is on its way")
    result = house.ok("cps_mtls_binding", **SAME)
    assert result["changed"] is False and house.writes() == []
    assert result["binding"]["change_status"] == "completed"
    assert any("will complete" in text for text in result["assumptions"])


@pytest.mark.parametrize("networks", [("staging", "production"), ("production",)], ids=str)
def test_rule_17_shown_but_not_listed_is_put_once_more(house: House, networks: tuple[str, ...]) -> None:
    enter(house, "enrollment bound to the same")
    state = house.control.state()
    for network in networks:
        enrollment_of(state)["deployed"][network]["networkConfiguration"]["clientMutualAuthentication"] = None
    house.reset(state)
    result = house.ok("cps_mtls_binding", **SAME)
    assert verbs(result) == ["bind"] and "does not list it" in result["plan"][0]["reason"]
    assert bind(house)["changed"] is False


def test_rule_17_still_not_listed_fails(house: House) -> None:
    enter(house, "enrollment unbound")
    empty = {"associations": {"properties": [], "enrollments": None}}
    house.control.fault(
        api="mets", method="GET", path="/associations$", every=True, then={"status": 200, "body": empty}
    )
    failed = house.fails("cps_mtls_binding", "binding-not-listed", **SAME)
    assert failed["changed"] is True and verbs(failed) == ["bind"]


# Binding


def test_binding_touches_nothing_else(house: House) -> None:
    before = edit(house, "enrollment unbound")
    house.ok("cps_mtls_binding", **SAME, ocsp=True)
    after = enrollment_of(house.control.state())
    mutual = after["networkConfiguration"].pop("clientMutualAuthentication")
    before["networkConfiguration"].pop("clientMutualAuthentication", None)
    assert mutual["authenticationOptions"] == {"sendCaListToClient": False, "ocsp": {"enabled": True}}
    for name in set(before) - {"changes", "history", "deployed"}:
        assert after[name] == before[name], name


def test_options_that_are_not_given_are_kept(house: House) -> None:
    enter(house, "enrollment bound with other options")
    assert bind(house)["changed"] is False
    result = house.ok("cps_mtls_binding", **SAME, ocsp=False)
    assert result["binding"]["ocsp"] is False and result["binding"]["send_ca_list_to_client"] is True


def test_a_binding_to_another_set_is_refused_or_replaced(house: House) -> None:
    enter(house, "enrollment bound to another")
    failed = house.fails("cps_mtls_binding", "busy", **SAME)
    assert '"others"' in failed["msg"] and house.writes() == []
    result = house.ok("cps_mtls_binding", **SAME, when_bound_to_other="replace")
    assert verbs(result) == ["bind"]
    assert result["diff"]["before"]["ca_set_name"] == "others"
    assert result["diff"]["after"]["ca_set_name"] == "partners"


def test_a_set_that_is_not_active_on_both_networks_is_refused(house: House) -> None:
    enter(house, "enrollment whose set is active on one network only")
    failed = house.fails("cps_mtls_binding", "busy", **SAME)
    assert "not active on PRODUCTION" in failed["msg"] and house.writes() == []


def test_rule_2_a_running_activation_counts_and_is_waited_for(house: House) -> None:
    enter(house, "enrollment whose set is active on one network only")
    house.ok("mets_activation", ca_set_name="partners", version=1, wait=False)
    house.control.forget_requests()
    left = house.ok("cps_mtls_binding", **SAME, wait=False)
    assert left["deferred"] == [0] and house.writes() == []
    result = house.ok("cps_mtls_binding", **SAME)
    assert verbs(result) == ["bind"]


# Unbinding


def test_rule_3_an_enrollment_bound_to_another_set_is_left_alone(house: House) -> None:
    enter(house, "enrollment bound to another")
    result = house.ok("cps_mtls_binding", **SAME, state="absent")
    assert result["changed"] is False and result["binding"]["ca_set_name"] == "others"
    gone = house.ok("cps_mtls_binding", common_name="www.example.com", ca_set_name="never-made", state="absent")
    assert gone["changed"] is False
    any_set = house.ok("cps_mtls_binding", common_name="www.example.com", state="absent")
    assert verbs(any_set) == ["unbind"]


def test_rule_3_an_enrollment_that_is_not_there_fulfils_absent(house: House) -> None:
    enter(house, "enrollment unbound")
    for name in ({"common_name": "nobody.example.com"}, {"enrollment_id": "99999"}):
        assert house.ok("cps_mtls_binding", **name, state="absent")["changed"] is False
        assert house.ok("cps_enrollment", **name, state="absent")["changed"] is False


def test_unbinding_sends_an_explicit_null(house: House) -> None:
    enter(house, "enrollment bound to the same")
    house.ok("cps_mtls_binding", **SAME, state="absent")
    body = house.control.requests(write=True)[0]["body"]
    assert body["networkConfiguration"]["clientMutualAuthentication"] is None
    assert "id" not in body and "pendingChanges" not in body


def test_an_unbinding_under_way_is_attached_to(house: House) -> None:
    enter(house, "enrollment whose unbinding is on its way")
    result = house.ok("cps_mtls_binding", **SAME, state="absent")
    assert result["changed"] is False and result["waited_seconds"] > 0 and house.writes() == []


# Hazards


@pytest.mark.parametrize(
    ("options", "hazard"),
    [
        ({"state": "absent"}, "unbind_enforced"),
        ({"ca_set_name": "others", "when_bound_to_other": "replace"}, "rebind_enforced"),
        ({"ocsp": True}, "rebind_enforced"),
    ],
)
def test_what_a_live_rule_enforces_does_not_go_unasked(house: House, options: dict[str, Any], hazard: str) -> None:
    enter(house, "enrollment bound to the same")
    enforce(house, hostnames=["www.example.com"], ca_set="partners")
    for check in (True, False):
        failed = house.fails("cps_mtls_binding", "hazard", **{**SAME, **options}, check=check)
        assert [h["name"] for h in failed["failure"]["hazards"]] == [hazard]
        assert "property www" in failed["msg"] and f"allow_outage: [{hazard}]" in failed["msg"]
    assert house.writes() == []
    assert bind(house, **options, allow_outage=[hazard])["changed"] is True


def test_a_rule_for_all_host_names_but_some_enforces_too(house: House) -> None:
    enter(house, "enrollment bound to the same")
    enforce(house, hostnames=["api.example.com"], ca_set="partners", operator="IS_NOT_ONE_OF")
    failed = house.fails("cps_mtls_binding", "hazard", **SAME, state="absent")
    assert [h["name"] for h in failed["failure"]["hazards"]] == ["unbind_enforced"]
    assert "denies requests for www.example.com that" in failed["msg"]


@pytest.mark.parametrize(
    "rule",
    [
        {"hostnames": ["www.example.com"], "ca_set": "partners", "deny": False},
        {"hostnames": ["shop.example.com"], "ca_set": "partners"},
        {"hostnames": ["www.example.com", "api.*"], "ca_set": "partners", "operator": "IS_NOT_ONE_OF"},
    ],
)
def test_a_rule_that_denies_nobody_here_is_no_hazard(house: House, rule: dict[str, Any]) -> None:
    enter(house, "enrollment bound to the same")
    enforce(house, **rule)
    assert verbs(bind(house, state="absent")) == ["unbind"]


def test_a_guard_that_cannot_be_evaluated_is_unverified(house: House) -> None:
    enter(house, "enrollment bound to the same")
    house.control.fault(api="papi", every=True, then={"status": 403, "body": {}})
    failed = house.fails("cps_mtls_binding", "hazard", **SAME, state="absent")
    assert [h["name"] for h in failed["failure"]["hazards"]] == ["unverified"]


# What stops a change


def test_change_management_stops_and_goes_on_when_allowed(house: House) -> None:
    edit(house, "enrollment unbound", changeManagement=True)
    failed = house.fails("cps_mtls_binding", "change-management", **SAME)
    assert failed["failure"]["api"] == "cps" and "acknowledge_change_management" in failed["failure"]["cure"]
    assert failed["changed"] is True and verbs(failed) == ["bind"]
    again = house.ok("cps_mtls_binding", **SAME, acknowledge_change_management=True)
    assert verbs(again) == ["acknowledge"] and again["changed"] is True
    assert bind(house)["changed"] is False


def test_warnings_stop_with_their_text(house: House) -> None:
    edit(house, "enrollment unbound", verificationWarnings={"post": "The key is used elsewhere.\nCheck it."})
    failed = house.run("cps_mtls_binding", **SAME)
    assert failed["failed"] and "The key is used elsewhere." in failed["msg"]
    assert "acknowledge_warnings: true" in failed["failure"]["cure"]
    again = house.ok("cps_mtls_binding", **SAME, acknowledge_warnings=True)
    assert verbs(again) == ["acknowledge"]
    assert "The key is used elsewhere." in json.dumps(again["api_warnings"])


def test_warnings_that_fit_a_pattern_line_by_line_are_acknowledged(house: House) -> None:
    edit(house, "enrollment unbound", verificationWarnings={"post": "The key is used elsewhere.\nThe name is long."})
    one = house.run("cps_mtls_binding", **SAME, acknowledge_warnings_matching=["key is used"])
    assert one["failed"] and "The name is long" in one["msg"] and "key is used" not in one["msg"]
    both = house.ok("cps_mtls_binding", **SAME, acknowledge_warnings_matching=["key is used", "^The name"])
    assert verbs(both) == ["acknowledge"]
    house.fails("cps_mtls_binding", "invalid_option", **SAME, acknowledge_warnings_matching=["("])


def test_rule_16_the_renewal_window_matters_only_when_something_is_to_be_written(house: House) -> None:
    soon = {"primaryCertificate": {"expiry": (house.clock.now() + dt.timedelta(days=5)).strftime("%Y-%m-%dT%H:%M:%SZ")}}
    edit(house, "enrollment unbound", deployed={"production": soon, "staging": soon})
    failed = house.fails("cps_mtls_binding", "busy", **SAME)
    assert "renewal window" in failed["msg"] and house.writes() == []
    assert verbs(house.ok("cps_mtls_binding", **SAME, renewal_window="override")) == ["bind"]
    assert bind(house)["changed"] is False


def test_a_change_that_fails_ends_the_run(house: House) -> None:
    enter(house, "enrollment unbound")
    house.control.switch(cps_error_at="create-slot-files")
    failed = house.run("cps_mtls_binding", **SAME)
    house.control.switch(cps_error_at="none")
    assert failed["failed"] and failed["failure"]["api"] == "cps" and failed["failure"]["type"] == "error"


def test_change_management_of_a_stranger_is_not_acknowledged(house: House) -> None:
    enter(house, "enrollment unbound")
    state = house.control.state()
    enrollment_of(state)["changes"] = [{"kind": "network", "status": "wait-ack-change-management"}]
    enrollment_of(state)["changeManagement"] = True
    house.reset(state)
    house.control.forget_requests()
    failed = house.run("cps_mtls_binding", **SAME, pending_changes="wait", acknowledge_change_management=True)
    assert failed["failed"] and failed["failure"]["type"] == "change-management"
    assert house.writes() == []


# Removal


def test_removal_waits_until_the_enrollment_is_gone(house: House) -> None:
    enter(house, "enrollment unbound")
    result = house.ok("cps_enrollment", common_name="ov.example.net", state="absent")
    assert verbs(result) == ["delete"] and result["enrollment"] is None
    assert house.ok("cps_enrollment_info", common_name="ov.example.net")["enrollments"] == []


@pytest.mark.parametrize("since", [0, 60])
def test_rule_18_a_removal_under_way_is_attached_to(house: House, since: float) -> None:
    enter(house, "enrollment unbound")
    house.ok("cps_enrollment", common_name="ov.example.net", state="absent", wait=False)
    house.clock.sleep(since)
    house.control.forget_requests()
    result = house.ok("cps_enrollment", common_name="ov.example.net", state="absent")
    assert result["changed"] is False and result["waited_seconds"] > 0 and house.writes() == []


def test_rule_18_a_removal_is_known_by_its_status_where_no_type_is_shown(house: House) -> None:
    enter(house, "enrollment unbound")
    house.ok("cps_enrollment", common_name="ov.example.net", state="absent", wait=False)
    house.clock.sleep(60)
    found = enrollment_of(house.control.state(), 10003)
    change = f"/cps/v2/enrollments/10003/changes/{found['changes'][-1]['id']}"
    shown = {k: v for k, v in found.items() if k not in ("changes", "history", "deployed")}
    plain = {"status": 200, "body": {"enrollments": [{**shown, "pendingChanges": [change]}]}}
    house.control.fault(api="cps", method="GET", path="/enrollments$", every=True, then=plain)
    house.control.forget_requests()
    result = house.ok("cps_enrollment", common_name="ov.example.net", state="absent")
    assert result["changed"] is False and "The removal under way" in result["assumptions"][0]
    assert house.writes() == []


def test_an_enrollment_that_serves_live_host_names_is_kept(house: House) -> None:
    enter(house, "enrollment unbound")
    failed = house.fails("cps_enrollment", "hazard", common_name="www.example.com", state="absent")
    assert [h["name"] for h in failed["failure"]["hazards"]] == ["delete_live_enrollment"]
    assert "www.example.com (property www)" in failed["msg"] and house.writes() == []


# Check mode across tasks


def test_rule_4_a_binding_is_predicted_from_earlier_tasks(house: House) -> None:
    enter(house, "stock")
    from starts import ROOTS, pems

    made = house.ok("mets_ca_set", ca_set_name="partners", check=True)
    filled = house.ok(
        "mets_ca_set_version", ca_set_name="partners", certificates=pems(ROOTS[0]), check=True, assume=[made]
    )
    house.fails("cps_mtls_binding", "busy", **SAME, check=True, assume=[made, filled])
    live = house.ok("mets_activation", ca_set_name="partners", version=1, check=True, assume=[made, filled])
    bound = house.ok("cps_mtls_binding", **SAME, check=True, assume=[made, filled, live])
    assert verbs(bound) == ["(bind)"] and bound["server_made"] == ["ca_set_id"]
    assert bound["binding"]["ca_set_name"] == "partners" and bound["binding"]["ca_set_id"] is None
    again = house.ok("cps_mtls_binding", **SAME, check=True, assume=[made, filled, live, bound])
    assert again["changed"] is False
    used = house.run(
        "mets_activation", ca_set_name="partners", state="inactive", check=True, assume=[made, filled, live, bound]
    )
    assert used["failed"] and "www.example.com" in used["msg"]
    freed = house.ok("cps_mtls_binding", **SAME, state="absent", check=True, assume=[made, filled, live, bound])
    rest = house.ok(
        "mets_activation",
        ca_set_name="partners",
        state="inactive",
        check=True,
        assume=[made, filled, live, bound, freed],
    )
    assert verbs(rest) == ["(deactivate)", "(deactivate)"]


# Bad input


def test_an_unknown_or_ambiguous_enrollment_is_refused(house: House) -> None:
    enter(house, "enrollment unbound")
    failed = house.fails("cps_mtls_binding", "not_found", common_name="nobody.example.com", ca_set_name="partners")
    assert "www.example.com" in failed["msg"]
    house.fails("cps_mtls_binding", "not_found", enrollment_id=99999, ca_set_name="partners")
    state = house.control.state()
    enrollment_of(state, 10003)["csr"]["cn"] = "www.example.com"
    house.reset(state)
    twice = house.fails("cps_mtls_binding", "ambiguous", **SAME)
    assert "10001" in twice["msg"] and "10003" in twice["msg"]
