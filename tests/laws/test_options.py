# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Law 10 for options and return values that no other law is about: each of them makes the difference it is said to make."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import starts_cps  # noqa: F401 - its starts register themselves
from accounts import make_set
from authorities import issued
from in_process import House
from properties import change, rule_in
from starts import ROOTS, enter, pems
from starts_cps import SAME, enrollment_of
from starts_papi import DENY, EDITS, MAIL, NEW_HOST

SET = {"ca_set_name": "partners"}
WWW = {"property_name": "www"}
ATTRIBUTES = ["COMMON_NAME", "ISSUER", "SHA256_FINGERPRINT", "SUBJECT"]


# CA sets


@pytest.mark.parametrize(
    ("activated_on", "names"),
    [
        ("STAGING", ["both", "staging"]),
        ("PRODUCTION", ["both"]),
        ("BOTH", ["both"]),
        ("EITHER", ["both", "staging"]),
        ("INACTIVE", ["drafts"]),
    ],
)
def test_sets_by_where_they_are_active(house: House, activated_on: str, names: list[str]) -> None:
    enter(house, "stock")
    for name in ("both", "staging", "drafts"):
        make_set(house, name, issued(ROOTS[0]), active=name != "drafts")
    house.ok("mets_activation", ca_set_name="both", version=1)
    found = house.ok("mets_ca_set_info", activated_on=activated_on)["ca_sets"]
    assert sorted(s["ca_set_name"] for s in found) == names


def test_the_source_of_a_clone_by_its_id(house: House) -> None:
    enter(house, "set active on both")
    source = house.ok("mets_ca_set_info", **SET)["ca_sets"][0]["ca_set_id"]
    house.ok("mets_ca_set", ca_set_name="second", clone_from={"ca_set_id": source, "version": "1"})
    (version,) = house.ok("mets_ca_set_version_info", ca_set_name="second")["ca_set_versions"]
    assert [c["fingerprint"] for c in version["certificates"]] == [issued(ROOTS[0]).fingerprint]


def test_versions_without_their_certificates(house: House) -> None:
    enter(house, "set active on both")
    for wanted in (True, False):
        (version,) = house.ok("mets_ca_set_version_info", **SET, include_certificates=wanted)["ca_set_versions"]
        assert bool(version.get("certificates")) is wanted


def test_a_failed_activation_says_why_and_where(house: House) -> None:
    enter(house, "activation failed")
    (failed,) = house.ok("mets_activation_info", **SET, network="STAGING")["activations"]
    assert failed["failure_reason"] and failed["activation_status"] == "FAILED"
    assert house.ok("mets_activation_info", **SET, network="PRODUCTION")["activations"] == []


def test_records_of_one_version_of_a_set_by_its_id(house: House) -> None:
    enter(house, "set active, newer editable")
    number = house.ok("mets_ca_set_info", **SET)["ca_sets"][0]["ca_set_id"]
    (found,) = house.ok("mets_ca_set_info", ca_set_id=number)["ca_sets"]
    assert found["ca_set_name"] == "partners"
    records = {v: house.ok("mets_activation_info", ca_set_id=number, version=v)["activations"] for v in ("1", "2")}
    assert [[r["version"] for r in records[v]] for v in ("1", "2")] == [[1, 1], []]


def test_a_certificate_keeps_its_description(house: House) -> None:
    enter(house, "set without version")
    described = [{**pems(ROOTS[0])[0], "description": "Root of A"}]
    (checked,) = house.ok("mets_certificate_check", certificates=described)["certificates"]
    house.ok("mets_ca_set_version", **SET, certificates=described)
    (stored,) = house.ok("mets_certificate_info", **SET, active_only=False)["certificates"]
    assert (checked["description"], stored["description"]) == ("Root of A", "Root of A")


def test_a_version_without_any_valid_ca_is_activated_when_that_is_accepted(house: House) -> None:
    enter(house, "set active on both")
    house.ok("cps_mtls_binding", **SAME)
    house.ok("mets_ca_set_version", **SET, certificates=pems(ROOTS[1]))
    state = house.control.state()
    certificate = state["accounts"]["A-CCT1234"]["ca_sets"][0]["versions"][1]["certificates"][0]
    certificate["certificatePem"] = issued("law root to come", age=-5).pem
    house.reset(state)
    refused = house.fails("mets_activation", "hazard", **SET, version=2)
    assert [h["name"] for h in refused["failure"]["hazards"]] == ["remove_last_valid_ca"]
    live = house.ok("mets_activation", **SET, version=2, allow_outage=["remove_last_valid_ca"])
    assert [a["version"] for a in live["activations"]] == [2, 2]


def test_host_names_that_depend_on_a_certificate(house: House) -> None:
    enter(house, "property with a CCM host name")
    (found,) = house.ok("mets_certificate_info", **SET)["certificates"]
    assert {h["hostname"] for h in found["dependants"]["hostnames"]} == {"ccm.example.com"}


# Enrollments

GONE = {"common_name": "ov.example.net", "state": "absent"}


@pytest.mark.parametrize(("pending_changes", "ends"), [("fail", "busy"), ("wait", None), ("cancel", None)])
def test_a_pending_change_and_the_removal_of_an_enrollment(
    house: House, pending_changes: str, ends: str | None
) -> None:
    enter(house, "enrollment unbound")
    state = house.control.state()
    enrollment_of(state, 10003)["changes"] = [{"kind": "network", "status": "create-slot-files"}]
    house.reset(state)
    result = house.run("cps_enrollment", **GONE, pending_changes=pending_changes)
    assert (result.get("failure") or {}).get("type") == ends
    left = house.ok("cps_enrollment_info", common_name="ov.example.net")["enrollments"]
    assert bool(left) is (ends is not None)


def test_an_enrollment_of_live_host_names_goes_when_that_is_accepted(house: House) -> None:
    enter(house, "enrollment whose binding is on its way")
    wish = {"common_name": "www.example.com", "state": "absent", "pending_changes": "wait"}
    shown = house.fails("cps_enrollment", "hazard", **wish)["enrollment"]
    assert shown["binding"]["ca_set_id"] == house.ok("mets_ca_set_info", **SET)["ca_sets"][0]["ca_set_id"]
    assert [change["change_type"] for change in shown["pending_changes"]] == ["modify-certificate"]
    planned = house.ok("cps_enrollment", **wish, allow_outage=["delete_live_enrollment"], check=True)
    assert [step["verb"] for step in planned["plan"]] == ["delete"]


def test_change_management_of_a_removal(house: House) -> None:
    enter(house, "enrollment unbound")
    state = house.control.state()
    enrollment_of(state, 10003)["changeManagement"] = True
    house.reset(state)
    house.ok("cps_enrollment", **GONE, acknowledge_change_management=True)
    assert house.ok("cps_enrollment_info", common_name="ov.example.net")["enrollments"] == []


# Properties


def test_a_property_by_name_within_its_contract_and_group(house: House) -> None:
    enter(house, "stock")
    for place, found in (
        ({"contract_id": "C-0N7RAC7"}, ["www"]),
        ({"contract_id": "ctr_C-0N7RAC7", "group_id": "grp_15225"}, ["www"]),
        ({"contract_id": "C-0N7RAC7", "group_id": "15166"}, []),
    ):
        properties = house.ok("papi_property_info", **WWW, **place)["properties"]
        assert [p["property_name"] for p in properties] == found, place


PLACE = {"property_id": "200001", "contract_id": "C-0N7RAC7", "group_id": "15225"}


def test_rules_of_a_property_by_its_id(house: House, tmp_path: Path) -> None:
    enter(house, "stock")
    house.ok("papi_rules_export", **PLACE, dest=str(tmp_path))
    assert house.ok("papi_rules", **PLACE, src=str(tmp_path))["changed"] is False
    for module, files in (("papi_rules", "src"), ("papi_rules_export", "dest")):
        elsewhere = house.run(module, **{**PLACE, "contract_id": "C-0THER00", files: str(tmp_path)})
        assert elsewhere["failure"]["status"] == 403


def test_old_rules_over_newer_ones_when_that_is_accepted(house: House, tmp_path: Path) -> None:
    enter(house, "property with the rule")
    house.ok("papi_rules_export", **WWW, version="2", dest=str(tmp_path))
    edits = [{"rules": {"src": str(tmp_path)}}]
    refused = house.fails("papi_property_edit", "hazard", **WWW, edits=edits)
    assert [h["name"] for h in refused["failure"]["hazards"]] == ["replace_other_version"]
    made = house.ok("papi_property_edit", **WWW, edits=edits, allow_outage=["replace_other_version"])
    assert made["property"]["base_version"] == 2


def test_what_papi_warns_of_in_rules_is_returned(house: House, tmp_path: Path) -> None:
    enter(house, "stock")

    def unstable(prop: dict[str, Any]) -> None:
        for version in prop["versions"]:
            version["ruleFormat"] = "latest"

    change(house, unstable)
    house.ok("papi_rules_export", **WWW, dest=str(tmp_path))
    main = tmp_path / "main.json"
    document = json.loads(main.read_text())
    document.get("rules", document)["comments"] = "edited by hand"
    main.write_text(json.dumps(document))
    made = house.ok("papi_rules", **WWW, src=str(tmp_path))
    assert made["rule_warnings"] and all(warning["type"] for warning in made["rule_warnings"])


def test_every_attribute_of_client_certificates_is_forwarded(house: House) -> None:
    enter(house, "property without the rule")
    made = house.ok("papi_mtls_rule", **{**DENY, "enforcement": "log"}, client_certificate_attributes=ATTRIBUTES)
    assert sorted(made["mtls_rule"]["client_certificate_attributes"]) == ATTRIBUTES


def test_an_edit_takes_all_options_of_the_single_modules(house: House) -> None:
    enter(house, "property without the rule")
    ca_set = house.ok("mets_ca_set_info", **SET)["ca_sets"][0]["ca_set_id"]
    rule = {
        "hostnames": DENY["hostnames"],
        "ca_set_ids": [ca_set],
        "enforcement": "log",
        "ocsp": True,
        "log_field": "no_certificate",
        "client_certificate_attributes": ATTRIBUTES,
    }
    host = {key: value for key, value in NEW_HOST.items() if key != "property_name"}
    edited = house.ok(
        "papi_property_edit",
        **WWW,
        edits=[{"mtls_rule": rule}, {"hostname": {**host, "certificate_type": "CPS_MANAGED"}}],
    )
    (made,) = edited["mtls_rules"]
    assert made["ca_set_ids"] == [ca_set] and made["ca_set_names"] == ["partners"] and made["ocsp"] is True
    assert sorted(made["client_certificate_attributes"]) == ATTRIBUTES and made["log_field"] == "no_certificate"
    assert [(h["cname_from"], h["cert_provisioning_type"]) for h in edited["hostnames"]] == [
        ("new.example.com", "CPS_MANAGED")
    ]


@pytest.mark.parametrize(
    ("module", "options"), [("papi_property_hostname", NEW_HOST), ("papi_property_edit", EDITS)], ids=str
)
def test_unreleased_edits_are_taken_along_on_request(house: House, module: str, options: dict[str, Any]) -> None:
    enter(house, "property with a stranger's draft")
    house.fails(module, "busy", **options, base_version="latest")
    made = house.ok(module, **options, base_version="latest", include_unreleased_edits=True)
    assert made["property"]["property_version"] == 3


def test_a_host_name_is_denied_when_that_is_accepted(house: House) -> None:
    enter(house, "property without the rule")
    made = house.ok("papi_mtls_rule", **{**DENY, "ca_set_names": ["others"]})["property"]
    wish = {**WWW, **MAIL, "version": made["property_version"], "acknowledge_warnings": True}
    refused = house.fails("papi_activation", "hazard", **wish)
    assert [h["name"] for h in refused["failure"]["hazards"]] == ["deny_unbound_hostname"]
    live = house.ok("papi_activation", **wish, allow_outage=["deny_unbound_hostname"])
    assert [a["activation_status"] for a in live["activations"]] == ["ACTIVE", "ACTIVE"]


def test_a_rule_that_others_have_narrowed_is_shown_as_it_is(house: House) -> None:
    enter(house, "property with another rule")

    def narrow(prop: dict[str, Any]) -> None:
        rule = rule_in(next(v for v in prop["versions"] if v["propertyVersion"] == 3))
        assert rule
        rule["criteria"] = [
            {"name": "path", "options": {"matchOperator": "MATCHES_ONE_OF", "values": ["/api/*"]}},
            {"name": "hostname", "options": {"matchOperator": "IS_NOT_ONE_OF", "values": ["api.example.com"]}},
        ]
        rule["children"].append({"name": "A rule of theirs", "criteria": [], "behaviors": [], "children": []})

    change(house, narrow)
    wish = {"ocsp": False}
    for shown in (
        house.ok("papi_mtls_rule_info", **WWW)["mtls_rules"][0],
        house.ok("papi_mtls_rule", **WWW, **wish)["mtls_rule"],
        house.ok("papi_property_edit", **WWW, edits=[{"mtls_rule": wish}])["mtls_rules"][0],
    ):
        assert shown["other_criteria"] == ["path"] and shown["hostnames_excepted"] == ["api.example.com"]
        assert [child["name"] for child in shown["child_rules"]] == ["A rule of theirs"]
