# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""PAPI's handling of rule trees as pure functions: tidying, locks, the break of v2026-02-16, and the stock."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pytest
from akamai_emulator.core import Call, Refusal
from akamai_emulator.papi import catalogue, formats, locks, stock, tree, validate
from akamai_emulator.papi.body import depth_within
from akamai_emulator.papi.ids import bare

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
MIDDLE, NEW = "v2025-10-16", formats.MTLS_BREAK
UUID = "7d4f1c52-90ab-4e36-8f11-2c5d6a7b8e90"


def about(rule_format: str = MIDDLE, *, full: bool = True) -> validate.Context:
    return validate.Context(rule_format, full, "/papi/v0/x", ("keep", "error", "ignore", "granted"), None)


def element(name: str, **options: Any) -> dict[str, Any]:
    return {"name": name, "options": options}


def rules(*children: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"name": "default", "behaviors": [], "children": list(children), **members}


def tails(items: list[dict[str, Any]]) -> list[str]:
    return [item["type"].rsplit("/", 1)[-1] for item in items]


# --- ids and bodies --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [("prp_1", "1"), ("1", "1"), (1, "1"), ("ctr_C-0N7RAC7", "C-0N7RAC7"), ("ctr_", "ctr_"), ("xyz_1", "xyz_1")],
)
def test_bare(value: Any, expected: str) -> None:
    assert bare(value) == expected


@pytest.mark.parametrize(
    ("value", "within"),
    [
        ({"a": [{"b": 1}]}, True),
        ([[[[1]]]], False),
        ([1e999], False),
        ({"a": float("-inf")}, False),
        (1, True),
        ([], True),
    ],
)
def test_depth_within(value: Any, within: bool) -> None:
    assert depth_within(value, 4) is within


# --- formats ---------------------------------------------------------------------------------------------------------


def test_formats_are_in_order_of_time() -> None:
    assert list(formats.FORMATS[:-1]) == sorted(formats.FORMATS[:-1])
    assert formats.FORMATS[-1] == formats.LATEST


@pytest.mark.parametrize(
    ("name", "since_mtls", "since_break"),
    [
        ("v2015-08-08", False, False),
        ("v2023-05-30", False, False),
        ("v2023-09-20", True, False),
        ("v2026-01-31", True, False),
        ("v2026-02-16", True, True),
        ("v2027-01-01", True, True),
        ("latest", True, True),
    ],
)
def test_within(name: str, since_mtls: bool, since_break: bool) -> None:
    assert formats.within(name, formats.MTLS_SINCE, None) is since_mtls
    assert formats.within(name, formats.MTLS_BREAK, None) is since_break


# --- tidying ---------------------------------------------------------------------------------------------------------


def test_empty_containers_are_added_once() -> None:
    tidy = tree.Tidy(MIDDLE)
    once = tidy.tree(rules({"name": "Child"}))
    assert once["options"] == {}
    assert once["criteria"] == []
    assert once["children"][0] == {
        "name": "Child",
        "behaviors": [],
        "criteria": [],
        "children": [],
        "criteriaMustSatisfy": "all",
    }
    assert tidy.tree(once) == once


def test_nothing_is_added_when_switched_off() -> None:
    sent = rules({"name": "Child", "behaviors": [element("clientCertificateAuth", enable=True)]})
    assert tree.Tidy(MIDDLE, normalise=False).tree(sent) == sent


@pytest.mark.parametrize(
    ("name", "rule_format", "sent", "stored"),
    [
        (
            "logCustom",
            MIDDLE,
            {"logCustomLogField": True, "customLogFeild": "x"},
            {"logCustomLogField": True, "customLogField": ""},
        ),
        ("logCustom", MIDDLE, {}, {"logCustomLogField": False}),
        (
            "enforceMtlsSettings",
            MIDDLE,
            {"enableAuthSet": True, "certificateAuthoritySet": ["1"]},
            {
                "enableAuthSet": True,
                "certificateAuthoritySet": ["1"],
                "enableOcspStatus": False,
                "enableDenyRequest": True,
            },
        ),
        (
            "enforceMtlsSettings",
            MIDDLE,
            {"clientCertificateAttributes": ["ISSUER"]},
            {"enableAuthSet": False, "enableOcspStatus": False},
        ),
        ("enforceMtlsSettings", NEW, {}, {"enableAuthSet": False, "edgeChecksTitle": "", "originChecksTitle": ""}),
        ("somethingElse", MIDDLE, {"any": 1}, {"any": 1}),
    ],
)
def test_options(name: str, rule_format: str, sent: dict[str, Any], stored: dict[str, Any]) -> None:
    tidied = tree.Tidy(rule_format).tree(rules(behaviors=[element(name, **sent)]))
    assert tidied["behaviors"] == [{"name": name, "options": stored}]


def test_what_a_stored_tree_already_has_survives() -> None:
    stored = rules(
        {
            "name": "Child",
            "futureMember": 1,
            "behaviors": [{**element("logCustom", futureOption=2), "futureFlag": True}],
        }
    )
    kept = tree.Tidy(MIDDLE, words=tree.vocabulary(stored)).tree(stored)["children"][0]
    assert kept["futureMember"] == 1
    assert kept["behaviors"][0]["futureFlag"] is True
    assert kept["behaviors"][0]["options"]["futureOption"] == 2
    dropped = tree.Tidy(MIDDLE).tree(stored)["children"][0]
    assert "futureMember" not in dropped
    assert dropped["behaviors"][0] == element("logCustom", logCustomLogField=False)


def test_a_locked_element_is_left_as_it_is() -> None:
    locked = {**element("logCustom", unknown=1), "locked": True}
    vendor = {"name": "Vendor", "uuid": UUID, "behaviors": [element("logCustom", unknown=1)]}
    tidied = tree.Tidy(MIDDLE).tree(rules(vendor, behaviors=[locked]))
    assert tidied["behaviors"] == [locked]
    assert tidied["children"] == [vendor]


def test_cp_codes_are_expanded_when_known() -> None:
    known = {"400001": {"id": 400001, "name": "www"}}
    tidy = tree.Tidy(MIDDLE, cp_codes=known)
    sent = [element("cpCode", value={"id": 400001}), element("cpCode", value={"id": 5})]
    assert [b["options"]["value"] for b in tidy.tree(rules(behaviors=sent))["behaviors"]] == [
        known["400001"],
        {"id": 5},
    ]


# --- the break of v2026-02-16 (papi-v1.md 8.4) -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"isCertificatePresent": True, "isCertificateValid": "VALID", "enforceMtls": True}, {"enforceMtls": "FAIL"}),
        (
            {"isCertificatePresent": True, "isCertificateValid": "VALID", "enforceMtls": False},
            {"enforceMtls": "IGNORE", "certificateState": "PRESENT_VALID"},
        ),
        (
            {"isCertificateValid": "INVALID", "enforceMtls": False},
            {"enforceMtls": "IGNORE", "certificateState": "PRESENT_INVALID"},
        ),
        ({"isCertificatePresent": True}, {"enforceMtls": "IGNORE", "certificateState": "PRESENT"}),
        ({"isCertificatePresent": False}, {"enforceMtls": "IGNORE", "certificateState": "MISSING"}),
        ({"enforceMtls": "PASS"}, {"enforceMtls": "PASS"}),
        ({}, {}),
    ],
)
def test_upgrade(old: dict[str, Any], new: dict[str, Any]) -> None:
    sent = rules({"name": "A", "children": [{"name": "B", "criteria": [element("clientCertificate", **old)]}]})
    before = copy.deepcopy(sent)
    after = tree.upgrade(sent, NEW)
    assert after["children"][0]["children"][0]["criteria"][0]["options"] == new
    assert sent == before
    assert (after is sent) is (old == new)
    assert tree.upgrade(sent, MIDDLE) is sent


# --- locks -----------------------------------------------------------------------------------------------------------

LOCKED = {**element("denyAccess", enabled=True), "uuid": UUID}
ADVANCED = element("advanced", xml="<x/>")
CRITERIA = {"name": "Locked criteria", "criteriaLocked": True, "criteria": [element("path", values=["/a"])]}
VENDOR = {"name": "Vendor", "uuid": UUID, "behaviors": [ADVANCED], "children": [{"name": "Below", "uuid": UUID}]}


def test_locked_elements_in_order() -> None:
    top = rules(VENDOR, CRITERIA, behaviors=[LOCKED, ADVANCED], uuid="default", advancedOverride="<o/>")
    found = [(item.kind, item.name) for item in locks.locked_elements(top)]
    assert found == [
        ("rules", "advancedOverride"),
        ("behaviors", "denyAccess"),
        ("behaviors", "advanced"),
        ("rules", "Vendor"),
        ("criteria", "Locked criteria"),
    ]


def refused(stored: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """What a write would be refused for: the names of the locked elements that are missed."""
    call = Call(None, None, "automation", "PUT", "/papi/v1/x", [], {}, b"")  # type: ignore[arg-type]
    try:
        locks.check(call, stored, wanted)
    except Refusal as refusal:
        return [name for error in refusal.document["errors"] for name in error["removed"]]
    return []


OTHER = {**element("report"), "locked": True}
PLAIN = element("http2", enabled="")


@pytest.mark.parametrize(
    ("wanted", "missed"),
    [
        ([LOCKED, OTHER], []),
        ([PLAIN, LOCKED, PLAIN, OTHER, PLAIN], []),
        ([LOCKED, LOCKED, OTHER], []),
        ([OTHER, LOCKED], ["report"]),
        ([LOCKED], ["report"]),
        ([OTHER], ["denyAccess"]),
        ([PLAIN], ["denyAccess", "report"]),
        ([{**LOCKED, "options": {"enabled": True, "reason": None, "aTitle": ""}}, OTHER], []),
        ([{**LOCKED, "options": {"enabled": False}}, OTHER], ["denyAccess"]),
    ],
)
def test_locked_elements_come_back_in_their_order(wanted: list[dict[str, Any]], missed: list[str]) -> None:
    assert refused(rules(behaviors=[LOCKED, OTHER]), rules(behaviors=wanted)) == missed


# --- validation ------------------------------------------------------------------------------------------------------


def test_the_results_of_one_tree_are_remembered_and_another_tree_is_not_confused_with_it() -> None:
    good = rules(behaviors=[element("origin", hostname="o.example.com"), element("cpCode", value={"id": 1})])
    assert validate.validate(good, about()) == ([], [])
    assert validate.validate(good, about())[0] is validate.validate(good, about())[0]
    assert tails(validate.validate({**good, "behaviors": []}, about())[0]) == ["validation.required_behavior"] * 2
    assert tails(validate.validate(good, about(formats.LATEST))[1]) == ["unstable_rule_format"]


def test_limits() -> None:
    deep: dict[str, Any] = {"name": "r"}
    for _ in range(validate.MAX_NESTED_RULES):
        deep = {"name": "r", "children": [deep]}
    errors, _ = validate.validate(rules(deep), about())
    assert "limit_key.max_nested_rules" in tails(errors)
    errors, _ = validate.validate(rules(*deep["children"]), about())
    assert "limit_key.max_nested_rules" not in tails(errors)
    wide = rules({"name": "w", "behaviors": [element("caching", behavior="NO_STORE")] * (validate.MAX_ELEMENTS + 1)})
    assert "limit_key.elements_per_property" in tails(validate.validate(wide, about())[0])
    assert validate.limit_headers(wide)["X-Limit-Elements-Per-Property-Remaining"] == "0"


def test_the_log_field_is_measured_in_bytes() -> None:
    def judged(text: str) -> list[str]:
        child = {"name": "c", "behaviors": [element("logCustom", logCustomLogField=True, customLogField=text)]}
        return [tail for tail in tails(validate.validate(rules(child), about())[0]) if tail.startswith("illegal")]

    assert judged("ä" * 500) == []
    assert judged("ä" * 500 + "x") == ["illegal_option_value_format.max_length"]


def test_fast_validation_does_not_look_at_places() -> None:
    misplaced = rules(behaviors=[element("enforceMtlsSettings", enableOcspStatus=True)])
    assert "incompatible_condition" in tails(validate.validate(misplaced, about())[0])
    assert "incompatible_condition" not in tails(validate.validate(misplaced, about(full=False))[0])


def test_every_option_of_the_catalogue_has_a_known_kind_and_known_conditions() -> None:
    for kind, table in catalogue.TABLES.items():
        for name, row in table.items():
            names = {option.name for option in row.options}
            for option in row.options:
                assert option.kind in catalogue.KINDS, (kind, name, option.name)
                assert all(set(condition) <= names for condition in option.when), (kind, name, option.name)


# --- stock -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prop", stock.properties(NOW), ids=lambda prop: prop["propertyName"])
def test_the_stock_has_grown_trees_without_flaws(prop: dict[str, Any]) -> None:
    for version in prop["versions"]:
        grown = version["rules"]
        assert tree.flaw(grown) is None
        assert validate.validate(grown, about(version["ruleFormat"])) == ([], [])
        nodes = list(tree.walk(grown))
        assert len(nodes) >= 7
        assert any(len(node.ancestors) == 2 for node in nodes)
        assert [item.kind for item in locks.locked_elements(grown)] == ["rules"]
        names = {e["name"] for node in nodes for kind in tree.KINDS for e, _ in tree.elements(node, kind)}
        unknown = names - catalogue.TABLES["behaviors"].keys() - catalogue.TABLES["criteria"].keys()
        assert unknown == {"advanced"}
