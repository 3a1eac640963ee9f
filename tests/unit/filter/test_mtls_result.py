# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results put together: one plan, whether it was foreseen in one pass or carried out in several."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.edgetrust.akamai.plugins.filter.mtls_property_activations import mtls_property_activations
from ansible_collections.edgetrust.akamai.plugins.filter.mtls_result import mtls_result

Document = dict[str, Any]


def step(network: str, name: str = "partners", **more: Any) -> Document:
    target = {"kind": "ca_set_version", "name": name, "id": "1", "version": 2, "network": network}
    return {"verb": "activate", "target": target, "reason": "It is not active.", "done": True, **more}


def steps(result: Document) -> list[tuple[str, str]]:
    return [(s["target"]["name"], s["target"]["network"]) for s in result["plan"]]


def loop(*results: Document) -> Document:
    return {"results": list(results)}


FORESEEN = loop(
    {"plan": [step("STAGING"), step("PRODUCTION")]}, {"plan": [step("STAGING", "b"), step("PRODUCTION", "b")]}
)
DONE = loop(
    {"plan": [step("STAGING"), step("PRODUCTION", done=False)], "deferred": [1]},
    {"plan": [step("STAGING", "b"), step("PRODUCTION", "b")], "deferred": []},
    {"plan": [step("PRODUCTION")], "deferred": []},
    {"plan": [], "deferred": []},
)
# The first set had STAGING under way, so that its first pass could start nothing.
HELD_UP = loop(
    {"plan": [step("PRODUCTION", done=False)], "deferred": [0]},
    {"plan": [step("PRODUCTION", "b")], "deferred": []},
    {"plan": [step("PRODUCTION")], "deferred": []},
)


def test_law_3b_one_pass_and_several_are_one_plan() -> None:
    assert steps(mtls_result([FORESEEN])) == steps(mtls_result([DONE]))
    assert len(steps(mtls_result([DONE]))) == 4


def test_things_keep_their_order_when_the_first_is_held_up() -> None:
    assert steps(mtls_result([HELD_UP])) == [("partners", "PRODUCTION"), ("b", "PRODUCTION")]


def test_a_plan_keeps_the_order_of_tasks() -> None:
    assert steps(mtls_result([{"plan": [step("STAGING", "b")]}, loop({"plan": [step("STAGING")]})])) == [
        ("b", "STAGING"),
        ("partners", "STAGING"),
    ]


def test_sentences() -> None:
    made: Document = {"verb": "create", "target": {"kind": "ca_set", "name": "partners"}, "reason": "There is none."}
    assert mtls_result([{"plan": [made, step("STAGING")]}])["summary"] == [
        "create CA set partners: There is none.",
        "activate CA set partners version 2 on STAGING: It is not active.",
    ]


@pytest.mark.parametrize("nothing", [[], [{"skipped": True, "results": []}], [{"skipped": True, "plan": [step("X")]}]])
def test_nothing_was_done(nothing: list[Document]) -> None:
    assert mtls_result(nothing) == {
        "changed": False,
        "plan": [],
        "summary": [],
        "assumptions": [],
        "ca_sets": [],
        "bindings": [],
        "properties": [],
    }


def test_later_results_complete_earlier_ones() -> None:
    early = {"ca_set": {"ca_set_name": "partners", "staging_version": None, "description": "kept"}}
    late = {"ca_set": {"ca_set_name": "partners", "staging_version": 2}, "assumptions": ["It will end."]}
    edit = {"property": {"property_id": "1", "property_version": 3}, "mtls_rules": [{"rule_name": "r"}]}
    active = {"property": {"property_id": "1"}, "activations": [{"network": "STAGING"}]}
    gone = {"binding": None, "ca_set": None}
    result = mtls_result([early, loop(late, late), edit, active, gone])
    assert result["ca_sets"] == [{"ca_set_name": "partners", "staging_version": 2, "description": "kept"}]
    assert result["assumptions"] == ["It will end."]
    assert result["bindings"] == []
    (shown,) = result["properties"]
    assert shown == {
        "property_id": "1",
        "property_version": 3,
        "mtls_rules": [{"rule_name": "r"}],
        "activations": [{"network": "STAGING"}],
    }


def test_rule_27_one_thing_by_name_and_by_id() -> None:
    twice = loop({"binding": {"enrollment_id": 10001}}, {"binding": {"enrollment_id": 10001}})
    assert len(mtls_result([twice])["bindings"]) == 1
    with pytest.raises(AnsibleFilterError, match=r"bindings: two entries .* enrollment_id is 10001"):
        mtls_result([twice], once=True)
    apart = [
        loop({"binding": {"enrollment_id": 10001}}),
        loop({"binding": {"enrollment_id": 10001}}, {"binding": None}),
    ]
    assert len(mtls_result(apart, once=True)["bindings"]) == 1


def test_what_is_no_list_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="expects a list"):
        mtls_result({"plan": []})


EDITED = {"property": {"property_version": 3, "base_version": 2}}
NUMBERS = {"property_name": "www", "version": 3, "replaces": 2}


@pytest.mark.parametrize(
    ("found", "networks"),
    [
        (None, ["STAGING", "PRODUCTION"]),
        ([{"properties": [{"staging_version": 2, "production_version": 1}]}], ["STAGING", "PRODUCTION"]),
        ([{"properties": [{"staging_version": None, "production_version": 1}]}], ["PRODUCTION"]),
        ([{"properties": [{"staging_version": None, "production_version": None}]}], None),
        ([{"properties": []}], None),
    ],
)
def test_rule_25_only_networks_where_the_property_is_active(
    found: list[Document] | None, networks: list[str] | None
) -> None:
    wanted = mtls_property_activations([{"property_name": "www"}], [EDITED], ["STAGING", "PRODUCTION"], found=found)
    assert wanted == ([{**NUMBERS, "networks": networks}] if networks else [])


def test_a_property_that_does_not_exist_goes_nowhere() -> None:
    assert mtls_property_activations([{"property_name": "www"}], [{"property": None}], ["STAGING"]) == []
