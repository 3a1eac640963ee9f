# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain import rule_tree
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.errors import Frozen

Rule = dict[str, Any]


def rule(name: str = "R", **members: Any) -> Rule:
    return {"name": name, "criteria": [], "behaviors": [], "children": [], **members}


def behaving(name: str, **options: Any) -> Rule:
    return rule(behaviors=[{"name": name, "options": options}])


def matching(name: str, **options: Any) -> Rule:
    return rule(criteria=[{"name": name, "options": options}])


def test_walk_finds_everything_in_order(tree: Rule) -> None:
    places = list(rule_tree.walk(tree))
    assert [str(place) for place in places] == [
        "default",
        "default > Performance",
        "default > Performance > Images",
        "default > Vendor",
        "default > Security",
        "default > Last word",
    ]
    images = places[2]
    assert images.pointer == "/rules/children/0/children/0"
    assert rule_tree.rule_at(tree, images.indexes) is images.rule
    assert [place.names for place in rule_tree.ancestors(tree, images)] == [(), ("Performance",)]
    assert rule_tree.by_path(tree, ["Performance", "Images"]) == [images]
    assert rule_tree.by_path(tree, ["Images"]) == []
    assert rule_tree.named(tree, "Images") == [images]
    assert rule_tree.named(tree, "default") == []
    assert rule_tree.find(tree, lambda node: node.get("comments") == "kept") == [places[1]]


def test_edits_touch_only_the_path(tree: Rule) -> None:
    before = deepcopy(tree)
    replaced = rule_tree.replaced(tree, (0, 0), rule("New"))
    removed = rule_tree.removed(tree, (0, 0))
    assert tree == before
    assert replaced["children"][0]["children"] == [rule("New")]
    assert removed["children"][0]["children"] == []
    for edited in (replaced, removed):
        assert {**edited, "children": None} == {**tree, "children": None}
        assert edited["children"][0]["behaviors"] is tree["children"][0]["behaviors"]
        assert all(one is other for one, other in zip(edited["children"][1:], tree["children"][1:], strict=True))


@pytest.mark.parametrize(
    ("kids", "position"),
    [
        ([], 0),
        ([rule("A")], 1),
        ([rule("A"), rule("L", uuid="u")], 1),
        ([rule("A"), rule("L", uuid="u"), rule("M", uuid="v")], 1),
        ([rule("L", uuid="u"), rule("A")], 2),
        ([rule("L", uuid="u")], 0),
    ],
)
def test_insert_stands_last_but_before_locked_rules_at_the_end(kids: list[Rule], position: int) -> None:
    edited = rule_tree.inserted(rule("default", children=kids), (), rule("New"))
    assert [kid["name"] for kid in edited["children"]].index("New") == position
    assert [kid for kid in edited["children"] if kid["name"] != "New"] == kids


@pytest.mark.parametrize("missing", [{}, {"children": None}])
def test_insert_into_a_rule_without_children(missing: Rule) -> None:
    assert rule_tree.inserted({"name": "default", **missing}, (), rule())["children"] == [rule()]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(rule(), {"name": "R"}, id="empty containers"),
        pytest.param(rule(options={}), rule(), id="empty options"),
        pytest.param(rule(criteriaMustSatisfy="all", criteriaLocked=False), rule(), id="defaults of a rule"),
        pytest.param(rule(comments=""), rule(comments=None), id="no comment"),
        pytest.param(rule(behaviors=[{"name": "x"}]), behaving("x"), id="no options"),
        pytest.param(rule(behaviors=[{"name": "x", "options": {}, "locked": None}]), behaving("x"), id="locked null"),
        pytest.param(behaving("x", a=None, b=[], c={}), behaving("x"), id="null and empty options"),
        pytest.param(behaving("x", tlsVersionTitle=""), behaving("x"), id="titles"),
        pytest.param(behaving("x", a=1, b=2), behaving("x", b=2, a=1), id="key order"),
        pytest.param(
            behaving("cpCode", value={"id": 1}),
            behaving("cpCode", value={"id": 1, "name": "n", "createdDate": 3, "products": ["p"], "cpCodeLimits": None}),
            id="expanded CP code",
        ),
        pytest.param(
            behaving("enforceMtlsSettings", certificateAuthoritySet=["1", "2"]),
            behaving("enforceMtlsSettings", certificateAuthoritySet=["2", "1"], enableDenyRequest=True),
            id="CA sets are a set",
        ),
        pytest.param(
            behaving("clientCertificateAuth", clientCertificateAttributes=["SUBJECT", "ISSUER"]),
            behaving("clientCertificateAuth", clientCertificateAttributes=["ISSUER", "SUBJECT"], enable=False),
            id="attributes are a set",
        ),
        pytest.param(
            matching("hostname", values=["A.example.com", "b.example.com"]),
            matching("hostname", values=["b.example.com", "a.example.com"], matchOperator="IS_ONE_OF"),
            id="host names are a set",
        ),
        pytest.param(matching("hoit", values=["a"]), matching("hostname", values=["a"]), id="alias"),
        pytest.param(
            rule(variables=[{"name": "A", "value": "1"}, {"name": "B", "value": None}]),
            rule(variables=[{"name": "B"}, {"name": "A", "value": "1", "hidden": False, "description": None}]),
            id="order and defaults of variables",
        ),
    ],
)
def test_equal(left: Rule, right: Rule) -> None:
    assert rule_tree.equal(left, right)
    assert rule_tree.equal(rule(children=[left]), rule(children=[right]))
    assert rule_tree.difference(left, right) == []
    assert rule_tree.dropped(left, right) == []
    assert rule_tree.dropped(right, left) == []


@pytest.mark.parametrize(
    ("left", "right", "pointers"),
    [
        pytest.param(rule(), rule("S"), ["/name"], id="name"),
        pytest.param(rule(criteriaMustSatisfy="any"), rule(), ["/criteriaMustSatisfy"], id="any"),
        pytest.param(behaving("x", a=0), behaving("x", a=False), ["/behaviors/0/options/a"], id="0 is not false"),
        pytest.param(behaving("x", a=1), behaving("x", a="1"), ["/behaviors/0/options/a"], id="1 is not '1'"),
        pytest.param(behaving("x", a=""), behaving("x"), ["/behaviors/0/options/a"], id="empty text"),
        pytest.param(behaving("x", a=False), behaving("x"), ["/behaviors/0/options/a"], id="false without a known default"),
        pytest.param(behaving("x", aTitle="t"), behaving("x"), ["/behaviors/0/options/aTitle"], id="a title with text"),
        pytest.param(behaving("x", v=[1, 2]), behaving("x", v=[2, 1]), ["/behaviors/0/options/v/0", "/behaviors/0/options/v/1"], id="order"),
        pytest.param(behaving("x", v={"id": 1, "z": 2}), behaving("x", v={"id": 1}), ["/behaviors/0/options/v/z"], id="not an expansion"),
        pytest.param(
            behaving("enforceMtlsSettings", enableDenyRequest=False),
            behaving("enforceMtlsSettings", certificateAuthoritySet=["1"]),
            ["/behaviors/0/options/certificateAuthoritySet", "/behaviors/0/options/enableDenyRequest"],
            id="not the default",
        ),
        pytest.param(rule(children=[rule("A")]), rule(children=[rule("A"), rule("B")]), ["/children/1"], id="one more"),
        pytest.param(rule(uuid="a"), rule(), ["/uuid"], id="uuid"),
        pytest.param(
            rule(variables=[{"name": "A/b", "value": "1"}]),
            rule(variables=[{"name": "A/b", "value": "2"}]),
            ["/variables/A~1b/value"],
            id="variable",
        ),
    ],
)  # fmt: skip
def test_difference(left: Rule, right: Rule, pointers: list[str]) -> None:
    assert not rule_tree.equal(left, right)
    assert rule_tree.difference(left, right) == ["/rules" + pointer for pointer in pointers]
    assert rule_tree.difference(right, left) == ["/rules" + pointer for pointer in pointers]


@pytest.mark.parametrize(
    ("wanted", "returned", "pointers"),
    [
        pytest.param(behaving("x"), behaving("x", added=1), [], id="an added option"),
        pytest.param(behaving("x", a={"b": 1}), behaving("x", a={"b": 1, "c": 2}), [], id="an added member of an option"),
        pytest.param(behaving("x", a=1), behaving("x"), ["/behaviors/0/options/a"], id="a dropped option"),
        pytest.param(behaving("x", a=[]), behaving("x", a=[1]), ["/behaviors/0/options/a"], id="an empty list filled"),
        pytest.param(
            behaving("enforceMtlsSettings", enableOcspStatus=False),
            behaving("enforceMtlsSettings", enableOcspStatus=True, enableDenyRequest=False),
            ["/behaviors/0/options/enableDenyRequest", "/behaviors/0/options/enableOcspStatus"],
            id="what was the default is no more",
        ),
        pytest.param(behaving("x", a=1, b=1), behaving("x", a=2), ["/behaviors/0/options/a", "/behaviors/0/options/b"], id="both"),
        pytest.param(rule(), behaving("x"), ["/behaviors"], id="an added behavior"),
        pytest.param(behaving("x"), rule(behaviors=[{"name": "x"}, {"name": "y"}]), ["/behaviors/1"], id="one more"),
        pytest.param(rule(), rule(children=[rule()]), ["/children"], id="an added child"),
        pytest.param(rule(), matching("path"), ["/criteria"], id="an added criterion"),
        pytest.param(rule(comments="c"), rule(), ["/comments"], id="a dropped comment"),
    ],
)  # fmt: skip
def test_dropped(wanted: Rule, returned: Rule, pointers: list[str]) -> None:
    assert rule_tree.dropped(wanted, returned) == ["/rules" + pointer for pointer in pointers]


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        pytest.param(lambda tree: tree["children"].pop(1), "rule 'default > Vendor'", id="removed"),
        pytest.param(lambda tree: tree["children"][1].update(comments="mine"), "rule 'default > Vendor'", id="changed"),
        pytest.param(
            lambda tree: tree["children"][1]["behaviors"][0]["options"].update(xml="<y/>"),
            "behaviors 'advanced' of rule 'default > Vendor'",
            id="xml",
        ),
        pytest.param(lambda tree: tree["children"].reverse(), "the order of locked elements", id="reordered"),
        pytest.param(
            lambda tree: tree["children"][2]["behaviors"].clear(),
            "behaviors 'hsts' of rule 'default > Security'",
            id="locked behavior",
        ),
        pytest.param(
            lambda tree: tree["children"][2]["criteria"].append({"name": "advanced", "options": {}}),
            "criteria 'advanced' of rule 'default > Security'",
            id="added",
        ),
    ],
)
def test_locks_are_guarded(edit: Any, named: str, tree: Rule) -> None:
    after = deepcopy(tree)
    edit(after)
    with pytest.raises(Frozen) as caught:
        rule_tree.guard_locks(tree, after)
    assert named in [error["locked"] for error in caught.value.errors]
    assert named in caught.value.msg
    assert caught.value.cure


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda tree: tree["children"].insert(1, rule()), id="insert before"),
        pytest.param(lambda tree: tree["children"].append(rule()), id="insert behind"),
        pytest.param(lambda tree: tree["children"].pop(0), id="remove another"),
        pytest.param(lambda tree: tree["children"][2].update(name="Safety"), id="rename the rule around"),
        pytest.param(lambda tree: tree["children"][1].update(criteriaMustSatisfy="all"), id="what PAPI adds"),
    ],
)
def test_other_edits_are_free(edit: Any, tree: Rule) -> None:
    after = deepcopy(tree)
    edit(after)
    rule_tree.guard_locks(tree, after)
    assert rule_tree.broken_locks(after, tree) == []


@pytest.mark.parametrize(
    ("node", "locked"),
    [
        (rule(), False),
        (rule(uuid="default"), False),
        (rule(uuid=""), False),
        (rule(uuid="11111111-2222-3333-4444-555555555555"), True),
        (rule(locked=True), True),
        (rule(criteriaLocked=True), False),
        (rule(templateUuid="t"), False),
    ],
)
def test_locked_rules(node: Rule, locked: bool) -> None:
    assert rule_tree.rule_locked(node) is locked


@pytest.mark.parametrize(
    ("element", "locked"),
    [
        ({"name": "x", "options": {}}, False),
        ({"name": "x", "locked": False}, False),
        ({"name": "x", "locked": None, "templateUuid": "t"}, False),
        ({"name": "x", "locked": True}, True),
        ({"name": "x", "uuid": "u"}, True),
        ({"name": "advanced"}, True),
    ],
)
def test_locked_elements(element: Rule, locked: bool) -> None:
    assert rule_tree.element_locked(element) is locked
    assert bool(rule_tree.locked_elements(rule(behaviors=[element]))) is locked


def test_criteria_and_overrides_lock_themselves() -> None:
    names = [
        name for name, _ in rule_tree.locked_elements(rule("default", advancedOverride="<x/>", criteriaLocked=True))
    ]
    assert names == ["advancedOverride of rule 'default'", "criteria of rule 'default'"]


def test_shown_is_plain_and_stable() -> None:
    shown = rule_tree.shown(matching("hostname", values=["b", "A"], xTitle=""))
    assert json.loads(json.dumps(shown)) == shown
    assert shown == {"name": "R", "criteria": [{"name": "hostname", "options": {"values": ["a", "b"]}}]}
