# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""MEANING 4, 19 and 23 for what the managed rule holds: sets, host names, child rules, its place, and locked elements."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from in_process import House
from properties import PLAIN, change, held, rule_in
from starts import enter
from starts_papi import DENY, LOG, MAIL, RULE_NAME, version_of

FAILED: dict[str, dict[str, Any]] = {
    "www": {"isCertificatePresent": True, "isCertificateValid": "VALID", "enforceMtls": True},
    "shop": {"enforceMtls": "FAIL"},
}
MARK: dict[str, Any] = {"name": "Mark", "behaviors": [{"name": "setVariable", "options": {"variableName": "PMUSER_M"}}]}


def counting(name: str = "shop", **members: Any) -> dict[str, Any]:
    """A child for failed checks, in the shape of the property's rule format."""
    criterion = {"name": "clientCertificate", "options": FAILED[name]}
    variable = {"name": "setVariable", "options": {"variableName": "PMUSER_TIER", "variableValue": "none"}}
    return {"name": "Count failures", "criteria": [criterion], "behaviors": [variable], **members}


def children(house: House, number: int, name: str = "shop") -> list[str]:
    rule = rule_in(version_of(house.control.state(), number, name))
    assert rule is not None
    return [child["name"] for child in rule["children"]]


def foreseen(house: House, module: str, **options: Any) -> dict[str, Any]:
    """The result of a run whose check mode has shown the same."""
    predicted = house.ok(module, check=True, **options)
    real = house.ok(module, **options)
    assert predicted["diff"] == real["diff"] and predicted["changed"] is real["changed"]
    # In another order: the ids of sets are not known where a prediction is made by name.
    for member in ("mtls_rule", "mtls_rules"):
        assert predicted.get(member) == real.get(member)
    return real


# Child rules


@pytest.mark.parametrize(("name", "wish"), [("www", {**DENY, "enforcement": "log"}), ("shop", LOG)])
def test_child_rules_take_the_place_of_the_collections_own(house: House, name: str, wish: dict[str, Any]) -> None:
    enter(house, PLAIN)
    own = [counting(name), MARK]
    result = foreseen(house, "papi_mtls_rule", **wish, child_rules=own)
    assert children(house, 3, name) == ["Count failures", "Mark"]
    assert [child["name"] for child in result["mtls_rule"]["child_rules"]] == ["Count failures", "Mark"]
    shown = house.ok("papi_mtls_rule_info", property_name=name, version="3")["mtls_rules"][0]
    assert shown["child_rules"] == result["mtls_rule"]["child_rules"]
    house.control.forget_requests()
    again = house.ok("papi_mtls_rule", **wish, child_rules=own)
    assert again["changed"] is False and house.writes() == []


def test_rule_21_the_single_module_is_the_one_edit_form(house: House) -> None:
    enter(house, PLAIN)
    wish = {**LOG, "child_rules": [counting(), MARK]}
    single = house.ok("papi_mtls_rule", check=True, **wish)
    del wish["property_name"]
    one = house.ok("papi_property_edit", property_name="shop", edits=[{"mtls_rule": wish}])
    assert one["mtls_rules"] == [single["mtls_rule"]]
    absent = {"state": "absent", "child_rules": [{"name": "Count failures"}, {"name": "Mark"}]}
    options = {"property_name": "shop", "base_version": "3", "edits": [{"mtls_rule": absent}]}
    assert house.ok("papi_property_edit", **options)["mtls_rules"][0]["state"] == "absent"


def test_what_is_shown_may_be_given_back(house: House) -> None:
    enter(house, PLAIN)
    result = house.ok("papi_mtls_rule", **LOG, child_rules=[counting(), MARK])
    again = house.ok("papi_mtls_rule", **LOG, child_rules=result["mtls_rule"]["child_rules"])
    assert again["changed"] is False


def test_one_that_differs_is_replaced_and_others_stay(house: House) -> None:
    enter(house, PLAIN)
    house.ok("papi_mtls_rule", **LOG, child_rules=[counting(), MARK])
    result = foreseen(house, "papi_mtls_rule", **LOG, base_version="3", child_rules=[counting(comments="more")])
    assert held(result) == (3, 3, False)
    assert children(house, 3) == ["Count failures", "Mark"]
    assert result["diff"]["before"]["child_rules"] != result["diff"]["after"]["child_rules"]
    # Left out, and not named any more: both mean that they stay.
    for more in ({}, {"child_rules": [MARK]}):
        assert house.ok("papi_mtls_rule", **LOG, base_version="3", **more)["changed"] is False


def test_an_empty_list_is_no_child_at_all(house: House) -> None:
    enter(house, "property with the rule")
    assert children(house, 3) == ["Custom mTLS enforcement settings"]
    result = foreseen(house, "papi_mtls_rule", **LOG, child_rules=[])
    assert children(house, 4) == [] and result["mtls_rule"]["log_field"] is None


def test_child_rules_are_refused_before_any_request(house: House) -> None:
    enter(house, PLAIN)
    bad: list[tuple[Any, str]] = [
        ([MARK, {"behaviors": []}], "child_rules[1]"),
        ([MARK, {**MARK}], "child_rules[1]"),
        ([MARK, {"name": "a", "criterion": []}], "child_rules[1]"),
        ([{"name": "Custom mTLS enforcement settings"}], "child_rules[0]"),
        ([{"name": RULE_NAME}], "child_rules[0]"),
        (["text"], "child_rules"),
    ]
    house.control.forget_requests()
    for entries, where in bad:
        assert where in house.fails("papi_mtls_rule", "invalid_option", **LOG, child_rules=entries)["msg"]
        edits = [{"mtls_rule": {**LOG, "property_name": None, "child_rules": entries}}]
        edits[0]["mtls_rule"].pop("property_name")
        failed = house.fails("papi_property_edit", "invalid_option", property_name="shop", edits=edits)
        assert where in failed["msg"]
    assert house.control.requests() == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"child_rules": [counting("www")]}, "needs enforcement: log"),
        ({"enforcement": "log", "child_rules": [MARK], "log_field": "x"}, "exclude"),
    ],
)
def test_child_rules_that_do_not_fit_the_rule_are_refused(house: House, options: dict[str, Any], says: str) -> None:
    enter(house, PLAIN)
    assert says in house.fails("papi_mtls_rule", "invalid_option", **{**DENY, **options})["msg"]
    assert house.writes() == []


def test_a_child_that_somebody_has_locked_is_left_alone(house: House) -> None:
    enter(house, PLAIN)
    house.ok("papi_mtls_rule", **LOG, child_rules=[MARK])

    mark = {"uuid": "0a0b0c0d-0000-4000-8000-00000000000f"}
    change(house, lambda prop: rule_in(prop["versions"][2])["children"][0].update(mark), "shop")  # type: ignore[index]
    options = {**LOG, "base_version": "3"}
    assert house.ok("papi_mtls_rule", **options, ocsp=True, child_rules=[{**MARK, **mark}])["changed"] is True
    house.control.forget_requests()
    for edited in (MARK, {**MARK, **mark, "comments": "more"}):
        assert "Mark" in house.fails("papi_mtls_rule", "frozen", **options, child_rules=[edited])["msg"]
    assert house.writes() == []


def test_rule_4_child_rules_are_replayed(house: House) -> None:
    enter(house, PLAIN)
    own = [counting(), MARK]
    house.ok("papi_mtls_rule", **LOG, version_notes="another version")
    first = house.ok("papi_mtls_rule", check=True, **LOG, base_version="2", child_rules=own, ocsp=True)
    options = {"property_name": "shop", "base_version": str(first["property"]["property_version"])}
    second = house.ok("papi_mtls_rule", check=True, assume=[first], **options, child_rules=own)
    assert second["changed"] is False
    assert second["mtls_rule"] == first["mtls_rule"]
    gone = house.ok("papi_mtls_rule", check=True, assume=[first], **options, state="absent", child_rules=own)
    assert gone["changed"] is True and gone["mtls_rule"]["state"] == "absent"
    back = house.ok("papi_mtls_rule", check=True, assume=[first, gone], **{**LOG, **options})
    assert back["diff"]["before"] == {} and back["mtls_rule"]["child_rules"] == []
    partly = house.ok("papi_mtls_rule", check=True, assume=[first], **options, state="absent", child_rules=own[:1])
    assert [child["name"] for child in partly["mtls_rule"]["child_rules"]] == ["Mark"]
    kept = house.ok("papi_mtls_rule", check=True, assume=[first, partly], **{**LOG, **options})
    assert kept["mtls_rule"]["child_rules"] == partly["mtls_rule"]["child_rules"]
    assert house.control.requests(write=True)[-1]["path"].endswith("/rules")


# 23


def test_rule_23_children_that_are_named_go_along(house: House) -> None:
    enter(house, PLAIN)
    before = version_of(house.control.state(), 2, "shop")["rules"]
    house.ok("papi_mtls_rule", **LOG, child_rules=[counting(), MARK])
    house.ok("papi_activation", property_name="shop", version=3, acknowledge_warnings=True, **MAIL)
    absent = {"property_name": "shop", "state": "absent"}
    failed = house.fails("papi_mtls_rule", "frozen", **absent)
    assert "Count failures" in failed["msg"] and "child_rules" in failed["failure"]["cure"]
    foreseen(house, "papi_mtls_rule", **absent, child_rules=[{"name": "Count failures"}, {"name": "Mark"}])
    assert version_of(house.control.state(), 4, "shop")["rules"] == before
    house.control.forget_requests()
    last = house.ok("papi_mtls_rule", **absent, base_version="4", child_rules=[{"name": "Mark"}])
    assert last["changed"] is False and house.writes() == []


def test_rule_23_a_child_that_is_not_named_keeps_its_rule(house: House) -> None:
    enter(house, PLAIN)
    house.ok("papi_mtls_rule", **DENY, child_rules=[MARK])
    house.ok("papi_mtls_rule", property_name="www", state="absent", base_version="3")
    assert children(house, 3, "www") == ["Mark"]
    assert not rule_in(version_of(house.control.state(), 3))["behaviors"]  # type: ignore[index]


# What else the rule holds


@pytest.mark.parametrize(("name", "wish"), [("www", DENY), ("shop", LOG)])
def test_several_sets_and_host_names_in_any_order(house: House, name: str, wish: dict[str, Any]) -> None:
    enter(house, PLAIN)
    many = {**wish, "hostnames": ["b.example.com", "A.example.com."], "ca_set_names": ["partners", "others"]}
    result = foreseen(house, "papi_mtls_rule", **many)
    assert result["mtls_rule"]["hostnames"] == ["a.example.com", "b.example.com"]
    assert result["mtls_rule"]["ca_set_names"] == ["others", "partners"]
    ids = result["mtls_rule"]["ca_set_ids"]
    turned = {**many, "hostnames": ["a.example.com", "B.EXAMPLE.COM"], "ca_set_names": ["others", "partners"]}
    assert house.ok("papi_mtls_rule", **turned, base_version="3")["changed"] is False
    by_id = {**turned, "ca_set_names": ["others"], "ca_set_ids": [ids[1]]}
    assert house.ok("papi_mtls_rule", **by_id, base_version="3")["changed"] is False
    fewer = house.ok("papi_mtls_rule", **{**many, "ca_set_names": ["others"]}, base_version="3")
    assert fewer["mtls_rule"]["ca_set_names"] == ["others"] and held(fewer) == (3, 3, False)


def test_a_rule_is_edited_where_it_stands(house: House) -> None:
    enter(house, "property with another rule")

    def move(prop: dict[str, Any]) -> None:
        rules = prop["versions"][2]["rules"]
        rule = rule_in(prop["versions"][2])
        rules["children"] = [r for r in rules["children"] if r is not rule]
        rules["children"][0].setdefault("children", []).insert(0, rule)

    change(house, move)
    before = version_of(house.control.state(), 3)["rules"]
    result = foreseen(house, "papi_mtls_rule", **DENY)
    assert result["mtls_rule"]["rule_path"] == [before["children"][0]["name"], RULE_NAME]
    after = version_of(house.control.state(), 4)["rules"]
    rest, old = copy.deepcopy(after), copy.deepcopy(before)
    assert rest["children"][0]["children"].pop(0)["name"] == old["children"][0]["children"].pop(0)["name"] == RULE_NAME
    assert rest == old
    house.ok("papi_mtls_rule", property_name="www", state="absent", base_version="4")
    assert version_of(house.control.state(), 4)["rules"]["children"][0] == old["children"][0]


def test_locked_elements_of_the_rule_are_left_alone(house: House) -> None:
    enter(house, "property with another rule")
    locked = {
        "name": "advanced",
        "options": {"xml": "<match:x/>", "description": "by Akamai"},
        "uuid": "0a0b0c0d-0000-4000-8000-00000000000a",
    }
    change(house, lambda prop: rule_in(prop["versions"][2])["behaviors"].insert(0, locked))  # type: ignore[index]
    house.ok("papi_mtls_rule", **DENY)
    rule = rule_in(version_of(house.control.state(), 4))
    assert rule is not None and rule["behaviors"][0] == locked
    house.ok("papi_mtls_rule", property_name="www", state="absent", base_version="4")
    left = rule_in(version_of(house.control.state(), 4))
    assert left is not None and left["behaviors"] == [locked]
