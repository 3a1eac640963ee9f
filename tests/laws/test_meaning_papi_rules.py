# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""MEANING 19 to 22a for whole rule trees."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from in_process import House
from properties import PLAIN, PUT_RULES, activated, change, copied, held, problem, rule_in, steps, switched
from starts import enter
from starts_papi import DENY, MAIL, NEW_HOST, RULE_NAME, property_of, version_of

Tree = dict[str, Any]
WWW = {"property_name": "www"}


def tree_of(house: House, number: int = 2) -> Tree:
    found: Tree = version_of(house.control.state(), number)["rules"]
    return found


def behaving(name: str, **options: Any) -> Tree:
    return {
        "name": name,
        "behaviors": [{"name": "caching", "options": {"behavior": "MAX_AGE", "ttl": "7d", **options}}],
    }


def with_child(tree: Tree, name: str = "Pictures", **options: Any) -> Tree:
    return {**tree, "children": [*tree["children"], behaving(name, **options)]}


def write(path: Path, document: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))
    return path


# 19 and 20


def test_rule_19_the_wanted_tree_makes_one_version_and_then_holds(house: House) -> None:
    enter(house, PLAIN)
    wanted = with_child(tree_of(house))
    predicted = house.ok("papi_rules", check=True, **WWW, rules=wanted)
    assert house.writes() == []
    result = house.ok("papi_rules", **WWW, rules=wanted, version_notes="From the repository")
    assert held(result) == (3, 2, True) and steps(result) == ["create 3", "edit 3"]
    assert predicted["diff"] == result["diff"]
    assert (result["rule_errors"], result["rule_warnings"]) == ([], [])
    made = version_of(house.control.state(), 3)
    assert made["rules"]["children"][-1]["name"] == "Pictures" and made["note"] == "From the repository"
    house.control.forget_requests()
    again = house.ok("papi_rules", **WWW, rules=wanted)
    assert again["changed"] is False and house.writes() == [] and held(again) == (3, 2, False)
    assert again["changed_rules"] == []


def test_rule_19_rules_that_are_not_given_go(house: House) -> None:
    enter(house, "property with the rule")
    tree = tree_of(house, 3)
    result = house.ok("papi_rules", **WWW, rules={**tree, "children": tree["children"][1:]})
    assert tree_of(house, 4)["children"] == tree["children"][1:]
    assert {r["path"] for r in result["diff"]["before"]["changed_rules"]} > {
        r["path"] for r in result["diff"]["after"]["changed_rules"]
    }


def test_rule_19_what_papi_fills_in_makes_no_new_version(house: House) -> None:
    enter(house, PLAIN)
    wanted = with_child(tree_of(house))
    house.ok("papi_rules", **WWW, rules=wanted)

    def fill(prop: dict[str, Any]) -> None:
        prop["versions"][2]["rules"]["children"][-1]["behaviors"][0]["options"]["mustRevalidate"] = False

    change(house, fill)
    again = house.ok("papi_rules", **WWW, rules=wanted)
    assert again["changed"] is False and held(again) == (3, 2, False)
    (said,) = [w["detail"] for w in again["api_warnings"]]
    assert "leaves out options that version 3 has: /rules/children/" in said and "mustRevalidate" in said
    other = house.ok("papi_rules", **WWW, rules=with_child(tree_of(house, 2), mustRevalidate=True))
    assert other["changed"] is True


def test_rule_19_a_half_made_version_is_finished_in_place(house: House) -> None:
    enter(house, "property with a new version as yet unedited")
    result = house.ok("papi_rules", **WWW, rules=with_child(tree_of(house)))
    assert held(result) == (3, 2, False) and steps(result) == ["edit 3"]


def test_rule_19_a_strangers_draft_is_left_alone_and_named(house: House) -> None:
    enter(house, "property with a stranger's draft")
    before = version_of(house.control.state(), 3)
    result = house.ok("papi_rules", **WWW, rules=with_child(tree_of(house)))
    assert held(result) == (4, 2, True)
    assert any("Version 3 is somebody's unreleased edit" in w["detail"] for w in result["api_warnings"])
    assert version_of(house.control.state(), 3) == before


def test_rule_20_unreleased_edits_are_taken_along_only_when_asked_for(house: House) -> None:
    enter(house, "property with a stranger's draft")
    wish = {**WWW, "rules": with_child(tree_of(house)), "base_version": "latest"}
    house.fails("papi_rules", "busy", **wish)
    assert held(house.ok("papi_rules", **wish, include_unreleased_edits=True)) == (3, 3, False)


# 21


def test_rule_21_edits_are_made_in_order_and_shown_as_they_end(house: House) -> None:
    enter(house, "property with another rule")
    plain = tree_of(house, 2)
    rule = {"mtls_rule": {key: value for key, value in DENY.items() if key != "property_name"}}
    hostname = {"hostname": {key: value for key, value in NEW_HOST.items() if key != "property_name"}}
    last = house.ok("papi_property_edit", **WWW, edits=[{"rules": {"rules": with_child(plain)}}, rule, hostname])
    assert held(last) == (4, 3, True)
    assert [c["name"] for c in tree_of(house, 4)["children"][-2:]] == ["Pictures", RULE_NAME]
    assert last["mtls_rules"][0]["enforcement"] == "deny" and last["hostnames"][0]["state"] == "present"
    before = last["diff"]["before"]["mtls_rules"]
    assert [r["ca_set_names"] for r in before] == [["others"]]
    house.control.forget_requests()
    again = house.ok("papi_property_edit", **WWW, edits=[{"rules": {"rules": with_child(plain)}}, rule, hostname])
    assert again["changed"] is False and house.writes() == []
    first = house.ok("papi_property_edit", **WWW, edits=[rule, {"rules": {"rules": plain}}])
    assert [c["name"] for c in tree_of(house, 5)["children"]] == [c["name"] for c in plain["children"]]
    assert first["mtls_rules"][0]["state"] == "absent"
    assert first["diff"]["after"]["mtls_rules"] == []


def test_rule_21_a_tree_and_its_rule_hold_together_where_the_base_has_both(house: House) -> None:
    enter(house, "property with the rule")
    plain = {**tree_of(house, 3), "children": [c for c in tree_of(house, 3)["children"] if c["name"] != RULE_NAME]}
    rule = {"mtls_rule": {key: value for key, value in DENY.items() if key != "property_name"}}
    result = house.ok("papi_property_edit", **WWW, edits=[{"rules": {"rules": plain}}, rule])
    assert result["changed"] is False and held(result) == (3, 3, False)


def test_two_trees_are_refused(house: House) -> None:
    edit = {"rules": {"rules": {"name": "default"}}}
    failed = house.fails("papi_property_edit", "invalid_option", **WWW, edits=[edit, edit])
    assert "the whole rule tree" in failed["msg"]


# 22


def test_rule_22_new_errors_fail_and_old_ones_are_told(house: House) -> None:
    enter(house, PLAIN)
    tree = tree_of(house)
    broken = {**tree, "behaviors": [b for b in tree["behaviors"] if b["name"] != "cpCode"]}
    failed = house.fails("papi_rules", "rule_errors", **WWW, rules=broken)
    assert failed["changed"] is True and failed["rule_errors"]
    change(house, lambda prop: prop["versions"][1].update(rules=broken))
    result = house.ok("papi_rules", **WWW, rules=with_child(broken))
    assert result["rule_errors"] and any("had this error before" in w["detail"] for w in result["api_warnings"])


def test_rule_22_what_papi_drops_fails_by_name(house: House) -> None:
    enter(house, PLAIN)
    wanted = with_child(tree_of(house))
    wanted["children"][-1]["behaviors"].append({"name": "logCustom", "options": {"logCustomLogFeld": True}})
    failed = house.fails("papi_rules", "dropped_members", **WWW, rules=wanted)
    assert "/behaviors/1/options/logCustomLogFeld" in failed["msg"]


def test_the_rule_format_stays_and_the_etag_is_sent(house: House) -> None:
    enter(house, PLAIN)
    tree = tree_of(house)
    other = {"rules": with_child(tree), "ruleFormat": "v2026-02-16"}
    failed = house.fails("papi_rules", "invalid_option", **WWW, rules=other)
    assert "v2026-02-16" in failed["msg"] and "v2025-10-16" in failed["msg"] and house.writes() == []
    house.ok("papi_rules", **WWW, rules={**other, "ruleFormat": "v2025-10-16"})
    (put,) = [r for r in house.control.requests(write=True) if r["method"] == "PUT"]
    assert put["headers"]["if-match"].strip('"') and "v2025-10-16" in put["headers"]["content-type"]
    assert version_of(house.control.state(), 3)["ruleFormat"] == "v2025-10-16"


def test_a_moved_etag_is_looked_at_again(house: House) -> None:
    enter(house, PLAIN)
    house.control.fault(api="papi", **PUT_RULES, then=problem(412, "etag-conflict"))
    result = house.ok("papi_rules", **WWW, rules=with_child(tree_of(house)))
    assert result["replanned"] is True and held(result)[0] == 3


def test_locked_elements_have_to_be_in_the_tree(house: House) -> None:
    enter(house, "property with a locked rule")
    tree = tree_of(house, 3)
    without = {**tree, "children": [c for c in tree["children"] if c["name"] != RULE_NAME]}
    failed = house.fails("papi_rules", "frozen", **WWW, rules=without)
    assert RULE_NAME in failed["msg"] and house.writes() == []
    assert house.ok("papi_rules", **WWW, rules=with_child(tree))["changed"] is True


def test_pasted_spaces_are_warned_about(house: House) -> None:
    enter(house, PLAIN)
    result = house.ok("papi_rules", **WWW, rules=with_child(tree_of(house), "Pasted\u00a0name"))
    assert any("U+00A0" in w["detail"] and "Pasted" in w["detail"] for w in result["api_warnings"])


# 22a


def exported(house: House, directory: Path, number: int = 2, **edit: Any) -> Path:
    """A directory as an export of a version leaves it, its tree edited since."""
    version, prop = version_of(house.control.state(), number), property_of(house.control.state())
    write(directory / "main.json", with_child(version["rules"], **edit))
    noted = {"property_id": prop["propertyId"], "version": number, "etag": version["etag"]}
    write(directory / ".edgetrust.json", noted)
    return directory


def somebody_else(prop: dict[str, Any]) -> None:
    """Somebody has edited and activated a version."""
    copied(prop, 2)["rules"]["comments"] = "somebody else's work"
    activated(prop, 3, "PRODUCTION", "STAGING")


def test_rule_22a_the_exported_version_is_the_base(house: House, tmp_path: Path) -> None:
    enter(house, "property with the rule")
    version_two = exported(house, tmp_path, 2)
    refused = house.fails("papi_rules", "hazard", **WWW, src=str(version_two))
    (hazard,) = refused["failure"]["hazards"]
    assert hazard["name"] == "replace_other_version" and house.writes() == []
    assert (
        "version 3" in hazard["breaks"]
        and "version 2" in hazard["breaks"]
        and "rules and host names" in hazard["breaks"]
    )
    result = house.ok("papi_rules", **WWW, src=str(version_two), allow_outage=["replace_other_version"])
    assert held(result) == (4, 2, True)
    assert any("Accepted by allow_outage" in w["detail"] for w in result["api_warnings"])


@pytest.mark.parametrize(
    ("edit", "refused"),
    [
        (lambda prop: None, False),
        (somebody_else, True),
        (lambda prop: (copied(prop, 2, note="the same"), activated(prop, 3, "PRODUCTION")), False),
        (
            lambda prop: (
                copied(prop, 2).update(rules=with_child(prop["versions"][1]["rules"])),
                activated(prop, 3, "PRODUCTION"),
            ),
            False,
        ),
        (lambda prop: (copied(prop, 2)["hostnames"].pop(), activated(prop, 3, "PRODUCTION")), True),
        (lambda prop: (copied(prop, 2)["rules"].update(comments="x"), activated(prop, 3, "STAGING")), False),
        (lambda prop: prop.update(productionVersion=None, activations=[]), False),
    ],
    ids=[
        "as exported",
        "other rules",
        "the same content",
        "the wanted content",
        "other host names",
        "only staging",
        "nothing there",
    ],
)
def test_rule_22a_other_content_in_production_is_refused(
    house: House, tmp_path: Path, edit: Callable[[Any], Any], refused: bool
) -> None:
    enter(house, PLAIN)
    src = str(exported(house, tmp_path))
    change(house, edit)
    for module, options in (("papi_rules", {"src": src}), ("papi_property_edit", {"edits": [{"rules": {"src": src}}]})):
        result = house.run(module, check=True, **WWW, **options)
        assert bool(result.get("failed")) is refused, result.get("msg", result)
        if refused:
            assert [h["name"] for h in result["failure"]["hazards"]] == ["replace_other_version"]


def test_rule_22a_a_running_activation_counts(house: House, tmp_path: Path) -> None:
    enter(house, "property with the rule, unreleased")
    start = {**WWW, "version": 3, "networks": ["PRODUCTION"], "acknowledge_warnings": True, "wait": False, **MAIL}
    house.ok("papi_activation", **start)
    failed = house.fails("papi_rules", "hazard", **WWW, src=str(exported(house, tmp_path, 2)))
    assert "PRODUCTION has version 3" in failed["failure"]["hazards"][0]["breaks"]


def test_rule_22a_a_base_that_is_named_counts_and_the_guard_stays(house: House, tmp_path: Path) -> None:
    enter(house, PLAIN)
    src = str(exported(house, tmp_path))
    change(house, lambda prop: (copied(prop, 2)["hostnames"].pop(), activated(prop, 3, "PRODUCTION", "STAGING")))
    result = house.ok("papi_rules", **WWW, src=src, base_version="production")
    assert held(result) == (4, 3, True)  # with the host names that production has, so that nothing is lost
    change(house, lambda prop: (copied(prop, 3)["rules"].update(comments="x"), activated(prop, 5, "PRODUCTION")))
    house.fails("papi_rules", "hazard", **WWW, src=src, base_version="production")


def test_rule_22a_without_the_file_it_warns(house: House, tmp_path: Path) -> None:
    enter(house, PLAIN)
    src = exported(house, tmp_path)
    (src / ".edgetrust.json").unlink()
    predicted = house.ok("papi_rules", check=True, **WWW, src=str(src))
    result = house.ok("papi_rules", **WWW, src=str(src))
    for run in (predicted, result):
        assert any("does not say which version its rules come from" in w["detail"] for w in run["api_warnings"])
    assert house.ok("papi_rules", **WWW, src=str(src))["api_warnings"] == []


def test_rule_22a_a_draft_that_was_edited_since_the_export_is_warned_about(house: House, tmp_path: Path) -> None:
    enter(house, "property with a new version as yet unedited")
    src = str(exported(house, tmp_path, 3))
    assert house.ok("papi_rules", check=True, **WWW, src=src)["api_warnings"] == []
    change(house, lambda prop: prop["versions"][2].update(etag="ffff000000000000"))
    (said,) = house.ok("papi_rules", **WWW, src=src)["api_warnings"]
    assert "Version 3 was edited after its rules were exported" in said["detail"]


@pytest.mark.parametrize(
    ("noted", "kind", "said"),
    [
        ({"property_id": "prp_4711"}, "invalid_option", "an export of property prp_4711, not of www (prp_"),
        ({"version": 9}, "not_found", "has no version 9"),
        ({"version": None}, "invalid_option", "has not come to its end"),
        ({"version": "two"}, "invalid_option", "is not as papi_rules_export writes it"),
    ],
)
def test_rule_22a_an_export_that_does_not_fit_is_refused(
    house: House, tmp_path: Path, noted: dict[str, Any], kind: str, said: str
) -> None:
    enter(house, PLAIN)
    src = exported(house, tmp_path)
    write(src / ".edgetrust.json", {**json.loads((src / ".edgetrust.json").read_text()), **noted})
    assert said in house.fails("papi_rules", kind, **WWW, src=str(src))["msg"]
    if kind == "not_found":
        failed = house.fails("papi_rules", kind, **WWW, src=str(src), base_version="production")
        assert "an export of version 9" in failed["msg"]
    assert house.writes() == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "Exactly one of src and rules is needed."),
        ({"src": "", "rules": None}, "Exactly one of src and rules is needed."),
        ({"src": ".", "rules": {"name": "default"}}, "Exactly one of src and rules is needed."),
        ({"src": "/nowhere"}, "src: /nowhere: cannot be read"),
        ({"src": "nowhere"}, "/nowhere: cannot be read"),
        ({"rules": {"name": "Other"}}, "rules: holds no rule tree."),
        (
            {"rules": {"name": "default", "children": ["#include:A.json"]}},
            "rules: /children/0: nothing can be included",
        ),
    ],
)
def test_what_is_no_tree_is_refused_before_any_request(house: House, options: dict[str, Any], said: str) -> None:
    enter(house, "stock")
    failed = house.fails("papi_rules", "invalid_option", **WWW, **options)
    assert said in failed["msg"] and failed["failure"]["cure"]
    assert house.control.requests() == []


# 4


def test_rule_4_a_later_task_sees_the_predicted_tree(house: House) -> None:
    enter(house, PLAIN)
    without_set = with_child(tree_of(house))
    rule = {"mtls_rule": {**{k: v for k, v in DENY.items() if k != "property_name"}, "hostnames": ["api.example.com"]}}
    for edits in ([{"rules": {"rules": without_set}}], [{"rules": {"rules": without_set}}, rule]):
        edit = house.ok("papi_property_edit", check=True, **WWW, edits=edits)
        activation = {**WWW, "version": 3, "replaces": 2, "acknowledge_warnings": True, **MAIL}
        seen = house.ok("papi_activation", check=True, assume=[plain(edit)], **activation)
        assert [s["verb"] for s in seen["plan"]] == ["activate", "activate"]
        # What is already so in the predicted version is not planned again.
        again = house.ok("papi_property_edit", check=True, assume=[plain(edit)], **WWW, edits=edits)
        assert again["changed"] is False and held(again) == (3, 2, False)
        other = house.ok("papi_rules", check=True, assume=[plain(edit)], **WWW, rules=tree_of(house), base_version="3")
        assert other["changed"] is True and held(other) == (3, 3, False)
    assert house.writes() == []


def test_a_tilde_in_the_tree_is_no_set_that_is_still_to_be_made(house: House) -> None:
    enter(house, "property with a new version as yet unedited")
    tree = with_child(tree_of(house), comments="~partners")
    result = house.ok("papi_rules", check=True, **WWW, rules=tree, base_version="3")
    assert result["api_warnings"][1:] == [] and "checked" not in result["api_warnings"][0]["detail"]
    assert json.loads(result["predicted_rules"])["children"][-1]["behaviors"][0]["options"]["comments"] == "~partners"
    assert any(r["method"] == "PUT" and r["query"].get("dryRun") for r in house.control.requests())


def test_rule_4_a_predicted_tree_that_would_deny_is_refused_at_its_activation(house: House) -> None:
    enter(house, "property with the rule")
    tree = copy.deepcopy(tree_of(house, 3))
    rule = rule_in({"rules": tree})
    assert rule is not None
    rule["criteria"][0]["options"]["values"] = ["nobody.example.com"]
    edit = house.ok("papi_rules", check=True, **WWW, rules=tree)
    assert any("nobody.example.com" in w["detail"] for w in edit["api_warnings"])
    activation = {**WWW, "version": 4, "acknowledge_warnings": True, **MAIL}
    failed = house.fails("papi_activation", "hazard", check=True, assume=[plain(edit)], **activation)
    assert [h["name"] for h in failed["failure"]["hazards"]] == ["deny_unbound_hostname"]


def plain(result: dict[str, Any]) -> dict[str, Any]:
    """As a task registers it: Ansible's own warnings are none of the members."""
    return {name: value for name, value in result.items() if name != "warned"}


# What people see


def test_a_diff_shows_what_changes_by_rule(house: House) -> None:
    enter(house, PLAIN)
    tree = copy.deepcopy(tree_of(house))
    tree["children"][0]["comments"] = "Looked over"
    result = house.ok("papi_rules", **WWW, rules=tree)
    name = tree["children"][0]["name"]
    assert [r["path"] for r in result["diff"]["after"]["changed_rules"]] == [f"default > {name}"]
    before, after = (result["diff"][moment]["changed_rules"][0]["rule"] for moment in ("before", "after"))
    assert set(after) - set(before) == {"comments: 'Looked over'"}
    assert result["changed_rules"] == result["diff"]["after"]["changed_rules"]
    assert "predicted_rules" not in result


def test_what_the_server_normalises_is_no_difference(house: House) -> None:
    enter(house, PLAIN)
    with switched(house, papi_normalise="off"):
        house.ok("papi_rules", **WWW, rules=with_child(tree_of(house)))
    assert house.ok("papi_rules", **WWW, rules=with_child(tree_of(house)))["changed"] is False


def test_a_private_key_in_a_file_is_not_printed(house: House, tmp_path: Path) -> None:
    enter(house, PLAIN)
    line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ"
    key = f"-----BEGIN PRIVATE KEY-----\n{line}\n-----END PRIVATE KEY-----\n"
    src = str(exported(house, tmp_path, ttl=key))
    house.printed.clear()
    for check in (True, False):
        assert house.ok("papi_rules", **WWW, src=src, check=check)["changed"] is True
    assert line not in "".join(house.printed)
