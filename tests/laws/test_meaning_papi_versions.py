# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""MEANING 1 to 4 and 19 to 23 for versions of properties."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from in_process import House
from properties import PLAIN, PUT_RULES, activated, change, copied, held, rule_in, steps, switched
from starts import ROOTS, enter, pems
from starts_papi import DENY, EDITS, MAIL, NEW_HOST, RULE_NAME, property_of, version_of

# 1 to 4


def test_rules_1_and_4_check_mode_of_a_whole_play_is_what_it_does(house: House) -> None:
    enter(house, "stock")
    play: list[tuple[str, dict[str, Any]]] = [
        ("mets_ca_set", {"ca_set_name": "partners"}),
        ("mets_ca_set_version", {"ca_set_name": "partners", "certificates": pems(ROOTS[0])}),
        ("mets_activation", {"ca_set_name": "partners", "version": 1}),
        ("cps_mtls_binding", {"common_name": "www.example.com", "ca_set_name": "partners"}),
        ("papi_property_edit", EDITS),
        (
            "papi_activation",
            {"property_name": "www", "version": 3, "replaces": 2, "acknowledge_warnings": True, **MAIL},
        ),
        ("papi_mtls_rule", {"property_name": "www", "state": "absent"}),
        ("papi_property_hostname", {"property_name": "www", "hostnames": ["new.example.com"], "state": "absent"}),
        (
            "papi_activation",
            {"property_name": "www", "version": 5, "replaces": 3, "allow_outage": ["delete_live_hostname"], **MAIL},
        ),
        ("papi_property_hostname", {"property_name": "www", "hostnames": ["new.example.com"], "state": "absent"}),
        ("papi_mtls_rule", {"property_name": "www", "state": "absent"}),
        (
            "papi_activation",
            {"property_name": "www", "state": "inactive", "allow_outage": ["delete_live_hostname"], **MAIL},
        ),
    ]
    predicted: list[dict[str, Any]] = []
    for module, options in play:
        # Ansible's own warnings are no plain JSON here, unlike those of a registered result.
        plain = [{name: value for name, value in result.items() if name != "warned"} for result in predicted]
        predicted.append(house.ok(module, check=True, assume=plain, **options))
    assert house.writes() == []
    for (module, options), foreseen in zip(play, predicted, strict=True):
        real = house.ok(module, **options)
        shown = [{**s, "done": None, "target": {**s["target"], "id": None}} for s in real["plan"]]
        assert [{**s, "done": None, "target": {**s["target"], "id": None}} for s in foreseen["plan"]] == shown, module
        assert foreseen["changed"] is real["changed"], module
        if module.startswith("papi_"):
            for member in ("mtls_rules", "hostnames", "mtls_rule"):
                left, right = foreseen.get(member), real.get(member)
                assert _without_ids(left) == _without_ids(right), (module, member)


def _without_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_ids(item) for item in value]
    return {k: v for k, v in value.items() if k != "ca_set_ids"} if isinstance(value, dict) else value


def test_rule_4_a_predicted_version_counts_for_the_guard_of_a_binding(house: House) -> None:
    enter(house, PLAIN)
    edit = house.ok("papi_mtls_rule", check=True, **DENY)
    activation = house.ok("papi_activation", check=True, assume=[edit], property_name="www", version=3, **MAIL)
    unbind = {"common_name": "www.example.com", "state": "absent", "check": True}
    assert house.fails("cps_mtls_binding", "hazard", assume=[edit, activation], **unbind)["failure"]["hazards"]
    house.ok("cps_mtls_binding", assume=[edit], **unbind)
    assert house.writes() == []


@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("papi_mtls_rule", {}),
        ("papi_property_hostname", {"hostnames": ["www.example.com"]}),
    ],
)
def test_rule_3_absent_holds_where_there_is_no_property(house: House, module: str, options: dict[str, Any]) -> None:
    result = house.ok(module, property_name="nowhere", state="absent", **options)
    assert result["changed"] is False and result["property"] is None
    assert house.fails(module, "not_found", property_id="999", **{**options, **_present(module)})


def _present(module: str) -> dict[str, Any]:
    return {"edge_hostname": "x.example.com"} if module.endswith("hostname") else {"hostnames": ["a.example.com"]}


def test_rule_3_taking_a_rule_out_needs_no_ca_set(house: House) -> None:
    enter(house, "property with the rule")
    with_set = {"property_name": "www", "state": "absent", "ca_set_names": ["gone"]}
    result = house.ok("papi_mtls_rule", **with_set)
    assert steps(result) == ["create 4", "edit 4"]
    assert not [r for r in house.control.requests() if r["api"] == "mets" and r["method"] != "GET"]


def test_an_unknown_ca_set_is_refused_before_any_write(house: House) -> None:
    enter(house, "stock")
    house.fails("papi_mtls_rule", "not_found", **DENY)
    house.fails("papi_mtls_rule", "not_found", **{**DENY, "ca_set_names": None, "ca_set_ids": ["4711"]})
    assert house.writes() == []


# 19


def test_rule_19_a_base_that_holds_the_wish_is_the_answer_with_few_requests(house: House) -> None:
    enter(house, "property with the rule")
    result = house.ok("papi_mtls_rule", **DENY)
    assert held(result) == (3, 3, False) and result["changed"] is False
    assert sum(result["requests"].values()) == 5  # search, property, activations, rules, and the CA set


@pytest.mark.parametrize(("live", "expected"), [((), 4), (("STAGING",), 3)], ids=["the highest", "a live one first"])
def test_rule_19_a_newer_version_of_the_wanted_content_is_used(
    house: House, live: tuple[str, ...], expected: int
) -> None:
    enter(house, "property with the rule, unreleased")

    def two(prop: dict[str, Any]) -> None:
        copied(prop, 3, note="the same once more")
        activated(prop, 3, *live)

    change(house, two)
    result = house.ok("papi_property_edit", **EDITS)
    assert result["changed"] is False and held(result) == (expected, 2, False)


@pytest.mark.parametrize("written", ["nothing", "rules", "hostnames"])
def test_rule_19_a_half_made_version_is_finished_in_place(house: House, written: str) -> None:
    enter(house, "property with the rule, unreleased")
    whole = version_of(house.control.state(), 3)

    def undo(prop: dict[str, Any]) -> None:
        for member in ("rules", "hostnames"):
            if member != written:
                prop["versions"][2][member] = copy.deepcopy(prop["versions"][1][member])

    change(house, undo)
    result = house.ok("papi_property_edit", **EDITS)
    assert held(result) == (3, 2, False)
    assert steps(result) == ["edit 3"] * (2 if written == "nothing" else 1)
    finished = version_of(house.control.state(), 3)
    assert finished["rules"] == whole["rules"]
    assert finished["hostnames"] == whole["hostnames"]


def test_rule_19_a_strangers_draft_is_left_alone_and_named(house: House) -> None:
    enter(house, "property with a stranger's draft")
    before = version_of(house.control.state(), 3)
    result = house.ok("papi_mtls_rule", **DENY)
    assert held(result) == (4, 2, True)
    assert any("Version 3 is somebody's unreleased edit" in w["detail"] for w in result["api_warnings"])
    state = house.control.state()
    assert version_of(state, 3) == before
    assert version_of(state, 4)["rules"].get("comments") == version_of(state, 2)["rules"]["comments"]


def test_rule_19_a_draft_in_another_rule_format_is_a_strangers(house: House) -> None:
    enter(house, "property with a new version as yet unedited")
    change(house, lambda prop: prop["versions"][2].update(ruleFormat="v2026-02-16"))
    result = house.ok("papi_mtls_rule", **DENY)
    assert held(result) == (4, 2, True)
    assert result["property"]["rule_format"] == "v2025-10-16"


def test_rule_19_notes_mean_nothing_but_are_written_along(house: House) -> None:
    enter(house, PLAIN)
    house.ok("papi_property_hostname", **NEW_HOST, version_notes="with a note")
    assert version_of(house.control.state(), 3)["note"] == "with a note"
    again = house.ok("papi_property_hostname", **NEW_HOST, version_notes="another note")
    assert again["changed"] is False
    assert version_of(house.control.state(), 3)["note"] == "with a note"


def test_rule_19_what_the_server_adds_makes_no_new_version(house: House) -> None:
    enter(house, PLAIN)
    with switched(house, papi_normalise="off"):
        house.ok("papi_mtls_rule", **DENY)

    def normalised(prop: dict[str, Any]) -> None:
        rule = rule_in(prop["versions"][2])
        assert rule is not None
        rule["behaviors"][0]["options"].update({"edgeChecksTitle": "", "clientCertificateAttributes": None})

    change(house, normalised)
    assert house.ok("papi_mtls_rule", **DENY)["changed"] is False


def test_law_9_in_a_new_version_all_but_the_rule_is_what_it_was(house: House) -> None:
    enter(house, PLAIN)
    before = property_of(house.control.state())
    house.ok("papi_mtls_rule", **DENY)
    after = property_of(house.control.state())
    assert after["versions"][:2] == before["versions"]
    assert after["activations"] == before["activations"]
    new = after["versions"][2]
    assert rule_in(new) is not None
    children = [r for r in new["rules"]["children"] if r["name"] != RULE_NAME]
    assert {**new["rules"], "children": children} == before["versions"][1]["rules"]
    assert new["hostnames"] == before["versions"][1]["hostnames"]
    # Locked rules stay last.
    assert [r["name"] for r in new["rules"]["children"]][-1] == "Status page"


# 20

BASES: list[tuple[str, Any, str | None, tuple[int, int, bool]]] = [
    # what is live: STAGING, PRODUCTION; base_version; version, base, created
    ("both", (2, 2), None, (3, 2, True)),
    ("production", (1, 2), "production", (3, 2, True)),
    ("production, case aside", (1, 2), "PRODUCTION", (3, 2, True)),
    ("staging", (1, 2), "staging", (3, 1, True)),
    ("production falls back to staging", (1, None), "production", (3, 1, True)),
    ("staging falls back to production", (None, 1), "staging", (3, 1, True)),
    ("latest that was live", (1, 1), "latest", (3, 2, True)),
    ("a number", (2, 2), "1", (3, 1, True)),
]


@pytest.mark.parametrize(("live", "base", "expected"), [b[1:] for b in BASES], ids=[b[0] for b in BASES])
def test_rule_20_the_base(
    house: House, live: tuple[int | None, int | None], base: str | None, expected: tuple[int, int, bool]
) -> None:
    enter(house, PLAIN)

    def bring(prop: dict[str, Any]) -> None:
        for network, number in zip(("STAGING", "PRODUCTION"), live, strict=True):
            activated(prop, number or 0, network)
            if number is None:
                prop[f"{network.lower()}Version"] = None
                prop["activations"].pop()

    change(house, bring)
    options = {} if base is None else {"base_version": base}
    foreseen = house.ok("papi_mtls_rule", check=True, **DENY, **options)
    result = house.ok("papi_mtls_rule", **DENY, **options)
    assert held(result) == held(foreseen) == expected


@pytest.mark.parametrize("base", [None, "staging", "latest", "2"])
def test_rule_20_what_was_never_active_is_edited_as_it_stands(house: House, base: str | None) -> None:
    enter(house, "property never active")
    change(house, lambda prop: prop["versions"][1]["rules"].update(comments="work in progress"))
    options = {} if base is None else {"base_version": base}
    result = house.ok("papi_mtls_rule", **DENY, **options)
    assert held(result) == (2, 2, False)
    assert version_of(house.control.state(), 2)["rules"]["comments"] == "work in progress"


@pytest.mark.parametrize(
    ("base", "expected"),
    [("production", (4, 2, True)), ("3", (3, 3, False))],
)
def test_rule_20_a_draft_is_edited_in_place_only_where_its_number_is_named(
    house: House, base: str, expected: tuple[int, int, bool]
) -> None:
    enter(house, "property with a stranger's draft")
    assert held(house.ok("papi_mtls_rule", **DENY, base_version=base)) == expected


def test_rule_20_latest_refuses_a_strangers_draft_even_where_it_holds_the_wish(house: House) -> None:
    enter(house, "property with a stranger's draft")
    holding = {"property_name": "www", "state": "absent", "base_version": "latest"}
    for wish in (holding, {**DENY, "base_version": "latest"}):
        failed = house.fails("papi_mtls_rule", "busy", **wish)
        assert "Version 3" in failed["msg"] and "include_unreleased_edits" in failed["failure"]["cure"]
        assert failed["failure"]["retryable"] is False
    assert house.writes() == []
    result = house.ok("papi_mtls_rule", **DENY, base_version="latest", include_unreleased_edits=True)
    assert held(result) == (3, 3, False)
    version = version_of(house.control.state(), 3)
    assert version["rules"]["comments"] == "work in progress" and rule_in(version)


def test_rule_20_latest_takes_its_own_unfinished_version_for_no_strangers(house: House) -> None:
    enter(house, "property with a new version as yet unedited")
    assert held(house.ok("papi_mtls_rule", **DENY, base_version="latest")) == (3, 2, False)


def test_rules_2_and_20_a_running_activation_counts_as_active_and_is_an_assumption(house: House) -> None:
    enter(house, "property with the rule, unreleased")
    more = {"property_name": "www", "networks": ["PRODUCTION"], "wait": False, **MAIL}
    house.ok("papi_activation", version=3, acknowledge_warnings=True, **more)
    result = house.ok("papi_mtls_rule", **DENY)
    assert result["changed"] is False and held(result) == (3, 3, False)
    assert result["assumptions"] == ["The running activation of version 3 on PRODUCTION will complete."]


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"base_version": "7"}, "not_found"),
        ({"base_version": "newest"}, "invalid_option"),
        ({"base_version": "0"}, "invalid_option"),
        ({"include_unreleased_edits": True}, "invalid_option"),
        ({"property_id": "200001"}, "invalid_option"),
        ({"property_name": ""}, "invalid_option"),
        ({"property_name": None, "property_id": "www"}, "invalid_option"),
        ({"property_name": None, "property_id": "ehn_200001"}, "invalid_option"),
        ({"ca_set_names": []}, "invalid_option"),
        ({"hostnames": []}, "invalid_option"),
        ({"hostnames": None}, "invalid_option"),
        ({"ca_set_names": None}, "invalid_option"),
        ({"rule_name": "default"}, "invalid_option"),
        ({"log_field": "text"}, "invalid_option"),
        ({"enforcement": "log", "log_field": "x" * 1001}, "invalid_option"),
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_what_means_nothing_is_refused(house: House, options: dict[str, Any], kind: str) -> None:
    enter(house, PLAIN)
    house.fails("papi_mtls_rule", kind, **{**DENY, **options})
    assert house.writes() == []


def test_a_property_is_named_by_id_in_any_form(house: House) -> None:
    enter(house, PLAIN)
    by_id = {k: v for k, v in DENY.items() if k != "property_name"}
    house.ok("papi_mtls_rule", property_id="prp_200001", **by_id)
    for number in ("200001", "prp_200001"):
        result = house.ok("papi_mtls_rule", property_id=number, contract_id="C-0N7RAC7", group_id="15225", **by_id)
        assert result["changed"] is False and result["property"]["property_id"] == "prp_200001"
    house.fails("papi_mtls_rule", "not_found", **DENY, group_id="15166")


@pytest.mark.parametrize("how", ["required", "redirect"])
def test_contract_and_group_are_named_once_known(house: House, how: str) -> None:
    enter(house, PLAIN)
    with switched(house, papi_context=how):
        house.ok("papi_property_edit", **EDITS)


# 21, 27


def test_rule_21_all_edits_are_one_version(house: House) -> None:
    enter(house, PLAIN)
    result = house.ok("papi_property_edit", **EDITS)
    assert steps(result) == ["create 3", "edit 3", "edit 3"]
    assert [r["state"] for r in result["mtls_rules"]] == ["present"]
    assert [(h["cname_from"], h["edge_hostname_id"]) for h in result["hostnames"]] == [
        ("new.example.com", "ehn_300001")
    ]
    assert len(property_of(house.control.state())["versions"]) == 3


def test_rule_21_the_single_modules_are_the_one_edit_forms(house: House) -> None:
    enter(house, PLAIN)
    house.ok("papi_mtls_rule", **DENY)
    single = version_of(house.control.state(), 3)
    enter(house, PLAIN)
    house.ok("papi_property_edit", property_name="www", edits=EDITS["edits"][:1])
    assert version_of(house.control.state(), 3)["rules"] == single["rules"]


RULE, HOST = EDITS["edits"][0]["mtls_rule"], EDITS["edits"][1]["hostname"]  # type: ignore[index]


@pytest.mark.parametrize(
    "edits",
    [
        [],
        [{}],
        [{"mtls_rule": RULE, "hostname": HOST}],
        [{"mtls_rule": RULE}, {"mtls_rule": {**RULE, "state": "absent"}}],
        [{"hostname": HOST}, {"hostname": {"hostnames": ["NEW.example.com."], "state": "absent"}}],
        [{"hostname": {"hostnames": []}}],
    ],
    ids=["none", "empty", "both kinds in one", "one rule twice", "one host name twice", "no host name"],
)
def test_rule_27_edits_that_contradict_are_refused(house: House, edits: list[Any]) -> None:
    enter(house, PLAIN)
    house.fails("papi_property_edit", "invalid_option", property_name="www", edits=edits)
    assert house.control.requests() == []


# 22


def test_rule_22_new_errors_fail_and_the_version_is_not_made_again(house: House) -> None:
    enter(house, PLAIN)
    with switched(house, papi_mtls_module="missing"):
        failed = house.fails("papi_mtls_rule", "rule_errors", **DENY)
        assert failed["changed"] is True and failed["property"]["property_version"] == 3
        assert failed["failure"]["api"] == "papi" and failed["failure"]["errors"]
        assert steps(failed) == ["create 3", "edit 3"]
        house.control.forget_requests()
        again = house.fails("papi_mtls_rule", "rule_errors", **DENY)
        assert again["changed"] is False and house.writes() == []


def test_rule_22_errors_of_the_base_are_warned_about(house: House) -> None:
    enter(house, PLAIN)

    def without_origin(prop: dict[str, Any]) -> None:
        rules = prop["versions"][1]["rules"]
        rules["behaviors"] = [b for b in rules["behaviors"] if b["name"] != "origin"]

    change(house, without_origin)
    result = house.ok("papi_mtls_rule", **DENY)
    assert result["changed"] is True
    assert any("origin" in json.dumps(w).lower() for w in result["api_warnings"])


def test_rule_22_what_the_server_drops_is_named(house: House) -> None:
    enter(house, PLAIN)
    base = version_of(house.control.state(), 2)
    stored = {"rules": base["rules"], "ruleFormat": base["ruleFormat"], "etag": "abc", "errors": []}
    house.control.fault(**PUT_RULES, nth=1, then={"status": 200, "body": stored, "work": "done"})
    failed = house.fails("papi_mtls_rule", "dropped_members", **DENY)
    assert "/rules/children" in failed["failure"]["errors"][0]["member"]
    assert failed["property"]["property_version"] == 3


# 23


def test_rule_23_the_child_rules_go_along_with_the_rule(house: House) -> None:
    enter(house, "property with the rule")
    before = version_of(house.control.state(), 2, "shop")["rules"]
    house.ok("papi_mtls_rule", property_name="shop", state="absent")
    state = house.control.state()
    assert rule_in(version_of(state, 3, "shop"))["children"]  # type: ignore[index]
    assert version_of(state, 4, "shop")["rules"] == before


def test_rule_23_child_rules_of_somebody_else_are_refused_by_name(house: House) -> None:
    enter(house, "property with the rule")

    def foreign(prop: dict[str, Any]) -> None:
        rule = rule_in(prop["versions"][2])
        assert rule is not None
        rule["children"].append(
            {
                "name": "Count failures",
                "criteria": [{"name": "clientCertificate", "options": {"enforceMtls": "FAIL"}}],
                "behaviors": [{"name": "setVariable", "options": {"variableName": "PMUSER_TIER"}}],
            }
        )

    change(house, foreign, "shop")
    failed = house.fails("papi_mtls_rule", "frozen", property_name="shop", state="absent")
    assert "Count failures" in failed["msg"]
    assert house.writes() == []
