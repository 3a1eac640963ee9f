# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written to versions of properties, and who comes in between: MEANING 2 and 22, papi-v1.md 5, 6 and 11."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._api import papi
from in_process import House
from properties import PLAIN, PUT_RULES, change, held, problem, rule_in, steps, switched
from starts import enter
from starts_papi import DENY, LOG, NEW_HOST, property_of, version_of

# The families of formats


@pytest.mark.parametrize(("name", "rule_format"), [("www", "v2025-10-16"), ("shop", "v2026-02-16")])
def test_the_rule_has_the_shape_of_the_format_which_stays(house: House, name: str, rule_format: str) -> None:
    enter(house, PLAIN)
    wish = {**LOG, "property_name": name, "hostnames": [f"{name}.example.com"]}
    result = house.ok("papi_mtls_rule", **wish)
    assert result["property"]["rule_format"] == rule_format
    version = version_of(house.control.state(), 3, name)
    assert version["ruleFormat"] == rule_format
    child = rule_in(version)["children"][0]  # type: ignore[index]
    found = child["criteria"][0]["options"]["enforceMtls"]
    assert found is True if rule_format < "v2026-02-16" else found == "FAIL"
    assert result["mtls_rule"]["log_field"] == "invalid_mTLS"
    assert result["mtls_rule"]["client_certificate_attributes"] == ["SHA256_FINGERPRINT"]


def test_a_format_without_the_features_is_refused(house: House) -> None:
    enter(house, PLAIN)
    change(house, lambda prop: [v.update(ruleFormat="v2023-05-30") for v in prop["versions"]])
    failed = house.fails("papi_mtls_rule", "invalid_option", **DENY)
    assert "v2023-09-20" in failed["failure"]["cure"]
    assert house.writes() == []


# Writers in between


MOVED = [
    (409, "resource-busy"),
    (412, "etag-conflict"),
    (412, "http/precondition-failed"),
    (403, "property-version/already-activated"),
]


@pytest.mark.parametrize(("status", "tail"), MOVED, ids=[tail for _status, tail in MOVED])
def test_rule_2_a_version_that_moved_is_planned_again_once(house: House, status: int, tail: str) -> None:
    enter(house, PLAIN)
    house.control.fault(**PUT_RULES, nth=1, then=problem(status, tail))
    result = house.ok("papi_mtls_rule", **DENY)
    assert result["replanned"] is True
    assert steps(result) == ["create 3", "edit 3"] and held(result) == (3, 2, True)
    enter(house, PLAIN)
    house.control.fault(**PUT_RULES, every=True, then=problem(status, tail))
    failed = house.run("papi_mtls_rule", **DENY)
    assert failed["failed"] and failed["failure"]["status"] == status
    assert len(property_of(house.control.state())["versions"]) == 3


def somebody(house: House, number: int) -> None:
    """Somebody edits a version, which gives it another etag."""
    state = house.control.state()
    version = version_of(state, number)
    version["rules"]["comments"], version["etag"] = "somebody else", "fedcba9876543210"
    house.control.put_state(state)


def test_rule_2_a_version_that_somebody_edits_at_once_is_not_shipped(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the POST and the next read somebody edits the new version: it is a stranger's then."""
    enter(house, PLAIN)
    create = papi.create_version

    def create_and_edit(*arguments: Any, **more: Any) -> int:
        number = create(*arguments, **more)
        if number == 3:
            somebody(house, number)
        return number

    monkeypatch.setattr(papi, "create_version", create_and_edit)
    result = house.ok("papi_mtls_rule", **DENY)
    assert result["replanned"] is True
    assert held(result) == (4, 2, True)
    assert rule_in(version_of(house.control.state(), 3)) is None
    assert version_of(house.control.state(), 4)["rules"]["comments"] != "somebody else"


def test_rule_2_an_edit_between_reading_and_writing_is_not_overwritten(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(house, "property never active")
    put, edits = papi.put_rules, [2]

    def edit_and_put(*arguments: Any, **more: Any) -> Any:
        if edits:
            somebody(house, edits.pop())
        return put(*arguments, **more)

    monkeypatch.setattr(papi, "put_rules", edit_and_put)
    result = house.ok("papi_mtls_rule", **DENY)
    assert result["replanned"] is True and held(result) == (2, 2, False)
    rules = version_of(house.control.state(), 2)
    assert rules["rules"]["comments"] == "somebody else" and rule_in(rules)


def test_another_number_than_predicted_is_found_again(house: House) -> None:
    enter(house, PLAIN)
    link = "/papi/v0/properties/prp_200001/versions/9?contractId=ctr_C-0N7RAC7&groupId=grp_15225"
    house.control.fault(
        method="POST", path="/versions$", nth=1, then={"status": 201, "body": {"versionLink": link}, "work": "done"}
    )
    result = house.ok("papi_mtls_rule", **DENY)
    assert result["replanned"] is True and held(result) == (3, 2, True)
    assert len(property_of(house.control.state())["versions"]) == 3


@pytest.mark.parametrize("status", ["412", "409", "400"])
def test_a_base_that_changed_is_not_copied(house: House, status: str) -> None:
    enter(house, PLAIN)
    with switched(house, papi_etag_mismatch=status):
        old = {**version_of(house.control.state(), 2), "etag": "0123456789abcdef"}
        body = {"rules": old["rules"], "ruleFormat": old["ruleFormat"], "etag": old["etag"]}
        house.control.fault(method="GET", path="/versions/2/rules$", nth=1, then={"status": 200, "body": body})
        result = house.ok("papi_mtls_rule", **DENY)
    assert result["replanned"] is True and held(result) == (3, 2, True)


# Host names


def test_an_edge_host_name_has_to_exist(house: House) -> None:
    enter(house, PLAIN)
    for missing in ("none.example.com.edgekey.net", "ehn_999"):
        for check in (True, False):
            failed = house.fails(
                "papi_property_hostname", "not_found", check=check, **{**NEW_HOST, "edge_hostname": missing}
            )
            assert "www.example.com.edgekey.net" in failed["failure"]["cure"]
    assert house.writes() == []


@pytest.mark.parametrize(
    "edge", ["www.example.com.edgekey.net", "ehn_300001", "300001", "WWW.example.com.edgekey.net."]
)
def test_an_edge_host_name_is_foreseen_by_name_and_id(house: House, edge: str) -> None:
    enter(house, PLAIN)
    wish = {**NEW_HOST, "edge_hostname": edge}
    foreseen = house.ok("papi_property_hostname", check=True, **wish)
    result = house.ok("papi_property_hostname", **wish)
    assert foreseen["hostnames"] == result["hostnames"]
    assert house.ok("papi_property_hostname", **wish)["changed"] is False


def test_a_host_name_may_move_to_another_edge_host_name(house: House) -> None:
    enter(house, PLAIN)
    wish = {"property_name": "www", "hostnames": ["API.example.com"], "edge_hostname": "ehn_300001"}
    result = house.ok("papi_property_hostname", **wish)
    assert result["diff"]["before"]["hostnames"][0]["edge_hostname_id"] == "ehn_300002"
    assert result["diff"]["after"]["hostnames"][0]["cname_to"] == "www.example.com.edgekey.net"
    other = next(h for h in version_of(house.control.state(), 3)["hostnames"] if h["cnameFrom"] == "www.example.com")
    assert other == next(
        h for h in version_of(house.control.state(), 2)["hostnames"] if h["cnameFrom"] == "www.example.com"
    )


def test_a_new_host_name_needs_an_edge_host_name(house: House) -> None:
    enter(house, PLAIN)
    house.fails("papi_property_hostname", "invalid_option", property_name="www", hostnames=["new.example.com"])
    assert house.ok("papi_property_hostname", property_name="www", hostnames=["api.example.com"])["changed"] is False


def test_host_names_in_a_bucket_are_refused(house: House) -> None:
    enter(house, PLAIN)
    change(house, lambda prop: prop.update(propertyType="HOSTNAME_BUCKET"))
    failed = house.fails("papi_property_hostname", "invalid_option", **NEW_HOST)
    assert "bucket" in failed["msg"] and house.writes() == []


def test_default_certificates_may_be_refused(house: House) -> None:
    enter(house, PLAIN)
    with switched(house, papi_default_certs="unavailable"):
        failed = house.run("papi_property_hostname", **NEW_HOST, certificate_type="DEFAULT")
    assert failed["failure"]["status"] == 403 and failed["changed"] is True
    result = house.ok("papi_property_hostname", **NEW_HOST, certificate_type="DEFAULT")
    assert steps(result) == ["edit 3"] and result["hostnames"][0]["cert_provisioning_type"] == "DEFAULT"


# What editing warns about


def test_editing_only_warns_of_what_activating_would_deny(house: House) -> None:
    enter(house, PLAIN)
    result = house.ok("papi_mtls_rule", **{**DENY, "hostnames": ["api.example.com", "gone.example.com"], "ocsp": True})
    warned = [w["detail"] for w in result["api_warnings"] if w.get("hazard") == "deny_unbound_hostname"]
    assert len(warned) == 2
    assert "OCSP" in warned[0] and "does not have that host name" in warned[1]


def test_editing_says_that_it_could_not_look(house: House) -> None:
    enter(house, PLAIN)
    house.control.fault(api="cps", method="GET", path="/enrollments", every=True, then=problem(403, "http/forbidden"))
    result = house.ok("papi_mtls_rule", **DENY)
    assert [w["hazard"] for w in result["api_warnings"]] == ["unverified"]


def test_names_of_foreign_sets_are_shown_where_they_may_be_read(house: House) -> None:
    enter(house, "property with another rule")
    edit = {"property_name": "www", "hostnames": ["api.example.com"]}
    assert house.ok("papi_mtls_rule", check=True, **edit)["mtls_rule"]["ca_set_names"] == ["others"]
    house.control.fault(api="mets", every=True, then={"status": 403, "body": {}})
    assert house.ok("papi_mtls_rule", check=True, **edit)["mtls_rule"]["ca_set_names"] == [None]


def test_a_set_that_is_being_deleted_is_refused(house: House) -> None:
    enter(house, "set deleting")
    failed = house.fails("papi_mtls_rule", "busy", **DENY)
    assert failed["failure"]["retryable"] is True and house.writes() == []
