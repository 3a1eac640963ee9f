# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a dry run asks the servers: PAPI about rules of a version that may change (papi-v1.md 6.4 and 16.1.8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from in_process import House
from properties import EDITABLE, PLAIN, PUT_RULES, change, problem, steps, switched
from starts import enter
from starts_papi import DENY, EDITS, NEW_HOST, RULE_NAME, version_of


def asked(house: House) -> list[dict[str, Any]]:
    """The dry runs that PAPI was asked for."""
    return [r for r in house.control.requests() if r["method"] == "PUT" and r["path"].endswith("/rules")]


def told(result: dict[str, Any]) -> list[str]:
    return [warning["detail"] for warning in result["api_warnings"]]


@pytest.mark.parametrize("start", [EDITABLE, "property never active"])
@pytest.mark.parametrize(("module", "wish"), [("papi_mtls_rule", DENY), ("papi_property_edit", EDITS)])
def test_rules_of_a_version_that_may_change_are_checked_by_papi(
    house: House, start: str, module: str, wish: dict[str, Any]
) -> None:
    enter(house, start)
    before = house.control.state()
    foreseen = house.ok(module, check=True, **wish)
    question = asked(house)
    assert [dict(r["query"]) for r in question] == [
        {
            "dryRun": "true",
            "validateRules": "true",
            "validateMode": "full",
            "contractId": "ctr_C-0N7RAC7",
            "groupId": "grp_15225",
        }
    ]
    assert house.writes() == [] and house.control.state() == before and foreseen["api_warnings"] == []
    house.control.forget_requests()
    result = house.ok(module, **wish)
    assert [r["write"] for r in asked(house)] == [True]
    assert asked(house)[0]["body"] == question[0]["body"]
    assert asked(house)[0]["headers"]["if-match"] == question[0]["headers"]["if-match"]
    assert steps(foreseen) == [f"{step} (not done)" for step in steps(result)]


@pytest.mark.parametrize(
    ("start", "module", "wish"),
    [
        (PLAIN, "papi_mtls_rule", DENY),
        ("property with the rule", "papi_mtls_rule", DENY),
        (EDITABLE, "papi_property_hostname", NEW_HOST),
    ],
    ids=["a new version", "nothing to do", "host names only"],
)
def test_papi_is_not_asked_where_there_is_nothing_to_ask(
    house: House, start: str, module: str, wish: dict[str, Any]
) -> None:
    enter(house, start)
    assert house.ok(module, check=True, **wish)["api_warnings"] == []
    assert asked(house) == []


def test_a_version_that_an_earlier_task_would_make_cannot_be_asked_about(house: House) -> None:
    enter(house, PLAIN)
    first = house.ok("papi_property_hostname", check=True, **NEW_HOST)
    result = house.ok("papi_mtls_rule", check=True, base_version=3, assume=[first], **DENY)
    assert steps(result) == ["edit 3 (not done)"] and asked(house) == []


def test_rules_about_a_set_that_does_not_exist_yet_cannot_be_asked_about(house: House) -> None:
    enter(house, EDITABLE)
    made = house.ok("mets_ca_set", check=True, ca_set_name="new")
    result = house.ok("papi_mtls_rule", check=True, assume=[made], **{**DENY, "ca_set_names": ["new"]})
    assert asked(house) == []
    assert "is bound to CA set 1001, and the rule expects new." in told(result)[0]
    assert told(result)[-1] == "Server-side check skipped: the rules name a CA set that is still to be made."


def test_new_errors_fail_in_a_dry_run_as_in_the_run(house: House) -> None:
    enter(house, EDITABLE)
    with switched(house, papi_mtls_module="missing"):
        foreseen = house.fails("papi_mtls_rule", "rule_errors", check=True, **DENY)
        assert house.writes() == [] and foreseen["changed"] is False
        failed = house.fails("papi_mtls_rule", "rule_errors", **DENY)
    assert foreseen["failure"] == failed["failure"] and foreseen["msg"] == failed["msg"]


def test_errors_of_the_base_are_none_of_a_dry_run(house: House) -> None:
    enter(house, EDITABLE)

    def without_origin(prop: dict[str, Any]) -> None:
        for version in prop["versions"]:
            version["rules"]["behaviors"] = [b for b in version["rules"]["behaviors"] if b["name"] != "origin"]

    change(house, without_origin)
    foreseen = house.ok("papi_mtls_rule", check=True, **DENY)
    result = house.ok("papi_mtls_rule", **DENY)
    assert foreseen["api_warnings"] == result["api_warnings"] != []


def test_what_papi_would_drop_fails_in_a_dry_run(house: House) -> None:
    enter(house, EDITABLE)
    base = version_of(house.control.state(), 3)
    stored = {"rules": base["rules"], "ruleFormat": base["ruleFormat"], "etag": "abc", "errors": []}
    house.control.fault(**PUT_RULES, nth=1, then={"status": 200, "body": stored})
    failed = house.fails("papi_mtls_rule", "dropped_members", check=True, **DENY)
    assert "/rules/children" in failed["failure"]["errors"][0]["member"]


def test_a_misspelt_option_of_a_whole_tree_fails_in_a_dry_run_as_in_the_run(house: House) -> None:
    enter(house, EDITABLE)
    house.ok("papi_mtls_rule", check=True, **DENY)
    tree = asked(house)[0]["body"]["rules"]
    rule = next(r for r in tree["children"] if r["name"] == RULE_NAME)
    rule["behaviors"][0]["options"]["enableDenyRequests"] = True
    foreseen, failed = (
        house.fails("papi_rules", "dropped_members", check=check, property_name="www", rules=tree)
        for check in (True, False)
    )
    assert foreseen["failure"] == failed["failure"] and "enableDenyRequests" in failed["msg"]


def test_warnings_of_papi_are_those_of_the_run(house: House) -> None:
    enter(house, EDITABLE)
    assert house.ok("papi_mtls_rule", check=True, **DENY)["api_warnings"] == []
    odd = {"type": "/papi/v0/validation/validation_message.x", "title": "Odd", "detail": "Odd, but possible."}
    stored = {"rules": asked(house)[0]["body"]["rules"], "ruleFormat": "v2025-10-16", "etag": "abc", "warnings": [odd]}
    house.control.fault(**PUT_RULES, every=True, then={"status": 200, "body": stored, "work": "done"})
    foreseen, result = (house.ok("papi_mtls_rule", check=check, **DENY) for check in (True, False))
    assert foreseen["api_warnings"] == result["api_warnings"] == [odd]


LOCK = problem(403, "property-version/lock-error/rule-structure-changed")


def test_a_lock_is_found_by_a_dry_run(house: House) -> None:
    enter(house, EDITABLE)
    house.control.fault(**PUT_RULES, every=True, then=LOCK)
    foreseen, failed = (house.run("papi_mtls_rule", check=check, **DENY) for check in (True, False))
    assert foreseen["failed"] and foreseen["failure"] == failed["failure"] and "locked" in failed["failure"]["cure"]


#: What the run survives, by looking again: no reason for a dry run to fail.
SKIPPED: dict[str, Callable[[House], Any]] = {
    "no grant": lambda house: house.control.fault(**PUT_RULES, every=True, then=problem(403, "http/forbidden")),
    "busy": lambda house: house.control.fault(**PUT_RULES, nth=1, then=problem(409, "resource-busy")),
    "moved": lambda house: house.control.fault(**PUT_RULES, nth=1, then=problem(412, "etag-conflict")),
    "frozen": lambda house: house.control.fault(
        **PUT_RULES, nth=1, then=problem(403, "property-version/already-activated")
    ),
}


@pytest.mark.parametrize("refuse", SKIPPED.values(), ids=list(SKIPPED))
def test_a_check_that_cannot_be_had_is_a_warning(house: House, refuse: Callable[[House], Any]) -> None:
    enter(house, EDITABLE)
    plain = house.ok("papi_mtls_rule", check=True, **DENY)
    refuse(house)
    result = house.ok("papi_mtls_rule", check=True, **DENY)
    assert len(told(result)) == 1 and told(result)[0].startswith("Server-side check skipped: PUT /papi/v1/")
    assert result["warned"] and result["api_warnings"][0]["status"] in (403, 409, 412)
    assert (result["plan"], result["diff"]) == (plain["plan"], plain["diff"])
