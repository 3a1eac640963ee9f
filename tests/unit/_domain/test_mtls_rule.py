# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import random
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain import mtls_rule, rule_tree
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.errors import Ambiguous, Frozen, InvalidOption
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.mtls_rule import RuleWish, ensure, remove
from hypothesis import given, settings
from hypothesis import strategies as st

Rule = dict[str, Any]
OLD, NEW = "v2025-10-16", "v2026-02-16"
BASIC = RuleWish(hostnames=["www.example.com"], ca_set_ids=["12345"])
LOG = replace(BASIC, enforcement="log")
FAILED: dict[str, dict[str, Any]] = {
    OLD: {"isCertificatePresent": True, "isCertificateValid": "VALID", "enforceMtls": True},
    NEW: {"enforceMtls": "FAIL"},
}


def guide_rule(deny: bool = True, children: list[Rule] | None = None) -> Rule:
    return {
        "name": "Basic mTLS enforcement settings",
        "criteriaMustSatisfy": "all",
        "criteria": [
            {"name": "hostname", "options": {"matchOperator": "IS_ONE_OF", "values": ["www.example.com"]}},
        ],
        "behaviors": [
            {
                "name": "enforceMtlsSettings",
                "options": {
                    "enableAuthSet": True,
                    "certificateAuthoritySet": ["12345"],
                    "enableOcspStatus": False,
                    "enableDenyRequest": deny,
                },
            }
        ],
        "children": children or [],
    }


def guide_child(rule_format: str) -> Rule:
    return {
        "name": "Custom mTLS enforcement settings",
        "criteriaMustSatisfy": "all",
        "criteria": [{"name": "clientCertificate", "options": deepcopy(FAILED[rule_format])}],
        "behaviors": [
            {
                "name": "clientCertificateAuth",
                "options": {
                    "enable": True,
                    "enableCompleteClientCertificate": False,
                    "clientCertificateAttributes": ["SHA256_FINGERPRINT"],
                    "enableClientCertificateValidationStatus": True,
                },
            },
            {"name": "logCustom", "options": {"logCustomLogField": True, "customLogField": "invalid_mTLS"}},
        ],
        "children": [],
    }


def with_rules(*rules: Rule) -> Rule:
    return {"name": "default", "behaviors": [], "children": list(rules), "options": {}}


def managed(tree: Rule) -> Rule:
    place = mtls_rule.locate(tree, mtls_rule.DEFAULT_NAME)
    assert place is not None
    return place.rule


@pytest.mark.parametrize(
    ("rule_format", "expected"),
    [
        ("v2023-09-20", "old"),
        ("v2025-10-16", "old"),
        ("v2026-01-09", "old"),
        ("v2026-02-16", "new"),
        ("v2026-06-09", "new"),
        ("latest", "new"),
    ],
)
def test_families(rule_format: str, expected: str) -> None:
    assert mtls_rule.family(rule_format) == expected


@pytest.mark.parametrize(
    ("rule_format", "says"),
    [("v2023-05-30", "has no enforceMtlsSettings"), ("v2015-08-08", "v2023-09-20"), ("newest", "is not a rule format")],
)
def test_formats_without_it(rule_format: str, says: str) -> None:
    with pytest.raises(InvalidOption, match=says):
        ensure(with_rules(), rule_format, BASIC)


@pytest.mark.parametrize("rule_format", [OLD, NEW])
def test_the_guide_s_basic_rule(rule_format: str, tree: Rule) -> None:
    edit = ensure(tree, rule_format, BASIC)
    assert edit.changed
    assert managed(edit.tree) == guide_rule()
    assert edit.before is None
    assert edit.after == {
        "rule_name": "Basic mTLS enforcement settings",
        "rule_path": ["Basic mTLS enforcement settings"],
        "hostnames": ["www.example.com"],
        "hostnames_excepted": [],
        "other_criteria": [],
        "ca_set_ids": ["12345"],
        "enforcement": "deny",
        "ocsp": False,
        "client_certificate_attributes": None,
        "log_field": None,
        "child_rules": [],
    }
    # Before the vendor's block at the end.
    assert [rule["name"] for rule in edit.tree["children"]][-2:] == [mtls_rule.DEFAULT_NAME, "Last word"]


@pytest.mark.parametrize("rule_format", [OLD, NEW])
def test_the_guide_s_custom_rule(rule_format: str, tree: Rule) -> None:
    edit = ensure(tree, rule_format, LOG)
    assert managed(edit.tree) == guide_rule(deny=False, children=[guide_child(rule_format)])
    assert edit.after is not None
    assert (edit.after["enforcement"], edit.after["log_field"]) == ("log", "invalid_mTLS")
    assert edit.after["client_certificate_attributes"] == ["SHA256_FINGERPRINT"]
    assert edit.after["child_rules"] == []


@pytest.mark.parametrize("rule_format", [OLD, NEW])
@pytest.mark.parametrize(
    "wish",
    [
        BASIC,
        LOG,
        replace(BASIC, ocsp=True, hostnames=["b.example.com", "A.example.com"], ca_set_ids=["2", "1"]),
        replace(BASIC, client_certificate_attributes=["SUBJECT", "ISSUER"]),
        replace(LOG, client_certificate_attributes=["SUBJECT"], log_field="other"),
        replace(LOG, client_certificate_attributes=[]),
        replace(LOG, log_field=""),
        replace(LOG, log_field="", client_certificate_attributes=[]),
        replace(BASIC, rule_name="mine"),
        replace(BASIC, ca_set_ids=["\0partners", "12"]),
        replace(BASIC, child_rules=[{"name": "own", "behaviors": [{"name": "hsts", "options": {"enable": True}}]}]),
        replace(LOG, child_rules=[{"name": "own", "behaviors": []}]),
    ],
)
def test_a_second_run_is_silent_and_removal_leaves_nothing(rule_format: str, wish: RuleWish, tree: Rule) -> None:
    original = deepcopy(tree)
    first = ensure(tree, rule_format, wish)
    second = ensure(first.tree, rule_format, wish)
    assert first.changed
    assert not second.changed
    assert second.tree is first.tree
    assert second.before == second.after == first.after
    gone = remove(first.tree, rule_format, wish.rule_name, wish.child_rules or ())
    assert gone.changed
    assert gone.before == first.after
    assert gone.after is None
    assert gone.tree == tree == original


def test_what_is_not_given_stays(tree: Rule) -> None:
    full = ensure(tree, OLD, replace(LOG, ocsp=True, log_field="mine", client_certificate_attributes=["ISSUER"]))
    edit = ensure(full.tree, OLD, RuleWish(ca_set_ids=["1"]))
    assert edit.after == {**(full.after or {}), "ca_set_ids": ["1"]}
    assert not ensure(full.tree, OLD, RuleWish()).changed


def test_what_is_not_ours_in_the_rule_stays() -> None:
    found = guide_rule()
    found |= {"comments": "by hand", "templateUuid": "t-1", "criteriaMustSatisfy": "any"}
    found["criteria"].insert(0, {"name": "path", "options": {"values": ["/x"]}})
    found["behaviors"].insert(0, {"name": "hsts", "options": {"enable": True}})
    found["behaviors"][1]["options"] |= {"unknownOption": 1, "edgeChecksTitle": ""}
    found["children"] = [{"name": "Other", "behaviors": [{"name": "caching", "options": {}}], "children": []}]
    tree = with_rules({"name": "Before"}, found, {"name": "Behind"})
    edit = ensure(tree, OLD, replace(BASIC, ca_set_ids=["1"], hostnames=["shop.example.com"]))
    expected = deepcopy(found)
    expected["criteria"][1]["options"]["values"] = ["shop.example.com"]
    expected["behaviors"][1]["options"]["certificateAuthoritySet"] = ["1"]
    assert edit.tree == with_rules({"name": "Before"}, expected, {"name": "Behind"})
    assert edit.after is not None
    assert edit.after["other_criteria"] == ["path"]
    assert [child["name"] for child in edit.after["child_rules"]] == ["Other"]


@pytest.mark.parametrize(
    "same",
    [
        replace(BASIC, hostnames=["WWW.example.com."]),
        replace(BASIC, ca_set_ids=["12345", "12345"]),
        replace(BASIC, enforcement="deny", ocsp=False),
        RuleWish(),
    ],
)
def test_equal_wishes_change_nothing(same: RuleWish) -> None:
    tree = with_rules(guide_rule())
    assert ensure(tree, OLD, same).tree is tree


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda rule: rule["behaviors"][0]["options"].pop("enableOcspStatus"), id="default left out"),
        pytest.param(lambda rule: rule["behaviors"][0]["options"].update(enableDenyRequest=None), id="null default"),
        pytest.param(lambda rule: rule["criteria"][0]["options"].pop("matchOperator"), id="operator left out"),
        pytest.param(lambda rule: rule.pop("children"), id="no children"),
        pytest.param(lambda rule: rule["behaviors"][0]["options"].update(xTitle=""), id="title"),
    ],
)
def test_what_papi_rewrites_is_no_change(edit: Any) -> None:
    rule = guide_rule()
    edit(rule)
    assert not ensure(with_rules(rule), OLD, BASIC).changed


@pytest.mark.parametrize(
    ("edit", "before"),
    [
        pytest.param(
            lambda rule: rule["behaviors"][0]["options"].update(enableAuthSet=False), {"ca_set_ids": []}, id="off"
        ),
        pytest.param(
            lambda rule: rule["criteria"][0]["options"].update(matchOperator="IS_NOT_ONE_OF"),
            {"hostnames": [], "hostnames_excepted": ["www.example.com"]},
            id="turned round",
        ),
        pytest.param(lambda rule: rule["behaviors"].clear(), {"enforcement": None, "ca_set_ids": []}, id="no behavior"),
        pytest.param(lambda rule: rule["criteria"].clear(), {"hostnames": []}, id="no criterion"),
    ],
)
def test_a_damaged_rule_is_mended_and_the_diff_says_so(edit: Any, before: dict[str, Any]) -> None:
    rule = guide_rule()
    edit(rule)
    result = ensure(with_rules(rule), OLD, BASIC)
    assert result.changed
    assert result.tree == with_rules(guide_rule())
    assert result.before == {**(result.after or {}), **before}


@pytest.mark.parametrize("rule_format", [OLD, NEW])
def test_from_log_to_deny_and_back(rule_format: str, tree: Rule) -> None:
    logging = ensure(tree, rule_format, LOG)
    denying = ensure(logging.tree, rule_format, replace(BASIC, enforcement="deny"))
    assert managed(denying.tree) == guide_rule()
    assert ensure(denying.tree, rule_format, LOG).tree == logging.tree


def test_two_siblings_are_as_good_as_one_child() -> None:
    one, two = guide_child(OLD), guide_child(OLD)
    one |= {"name": "Forward", "behaviors": one["behaviors"][:1]}
    two |= {"name": "Log", "behaviors": two["behaviors"][1:]}
    tree = with_rules(guide_rule(deny=False, children=[one, two]))
    assert not ensure(tree, OLD, LOG).changed
    edit = ensure(tree, OLD, replace(LOG, log_field="other", client_certificate_attributes=["ISSUER"]))
    first, second = managed(edit.tree)["children"]
    assert first["behaviors"][0]["options"]["clientCertificateAttributes"] == ["ISSUER"]
    assert second["behaviors"][0]["options"]["customLogField"] == "other"
    assert edit.after is not None
    assert (edit.after["log_field"], edit.after["client_certificate_attributes"]) == ("other", ["ISSUER"])


def test_the_named_child_is_mended() -> None:
    child = guide_child(OLD)
    child["criteria"][0]["options"]["isCertificateValid"] = "INVALID"
    edit = ensure(with_rules(guide_rule(deny=False, children=[child])), OLD, LOG)
    assert managed(edit.tree)["children"] == [guide_child(OLD)]
    assert edit.before is not None
    assert edit.after is not None
    assert (edit.before["log_field"], edit.after["log_field"]) == (None, "invalid_mTLS")


def test_own_children_take_the_place_of_the_guide_s() -> None:
    own = {"name": "own", "criteria": [{"name": "clientCertificate", "options": FAILED[OLD]}], "behaviors": []}
    tree = with_rules(guide_rule(deny=False, children=[guide_child(OLD), {"name": "foreign", "behaviors": []}]))
    wish = replace(LOG, child_rules=[own])
    edit = ensure(tree, OLD, wish)
    assert [child["name"] for child in managed(edit.tree)["children"]] == ["foreign", "own"]
    changed = ensure(edit.tree, OLD, replace(LOG, child_rules=[{**own, "comments": "more"}]))
    assert changed.changed
    assert managed(changed.tree)["children"][1]["comments"] == "more"


REFUSALS = [
    pytest.param(replace(BASIC, hostnames=None), "hostnames is required", id="no hostnames"),
    pytest.param(replace(BASIC, hostnames=[]), "hostnames .* must not be empty", id="empty hostnames"),
    pytest.param(replace(BASIC, ca_set_ids=None), "ca_set_ids is required", id="no sets"),
    pytest.param(replace(BASIC, ca_set_ids=[]), "ca_set_ids .* must not be empty", id="empty sets"),
    pytest.param(replace(BASIC, rule_name="default"), "rule_name cannot be default", id="default"),
    pytest.param(replace(BASIC, log_field="x"), "needs enforcement: log", id="log field of deny"),
    pytest.param(replace(LOG, log_field="x" * 1001), "longer than 1000 bytes", id="long log field"),
    pytest.param(replace(LOG, client_certificate_attributes=["CN"]), "CN does not exist", id="attribute"),
    pytest.param(replace(LOG, child_rules=[{"name": "a"}], log_field="x"), "exclude", id="children and log field"),
    pytest.param(
        replace(BASIC, child_rules=[{"name": "a", "criteria": guide_child(OLD)["criteria"]}]),
        "needs enforcement: log",
        id="child for failed checks",
    ),
]


@pytest.mark.parametrize(("wish", "says"), REFUSALS)
def test_wishes_without_meaning(wish: RuleWish, says: str) -> None:
    with pytest.raises(InvalidOption, match=says):
        ensure(with_rules(), OLD, wish)


@pytest.mark.parametrize(
    ("tree", "says"),
    [
        pytest.param(
            with_rules(guide_rule(), {"name": "Deep", "children": [guide_rule()]}),
            "default > Deep > Basic mTLS",
            id="rule",
        ),
        pytest.param(
            with_rules({**guide_rule(), "behaviors": guide_rule()["behaviors"] * 2}),
            "enforceMtlsSettings",
            id="behavior",
        ),
        pytest.param(
            with_rules({**guide_rule(), "criteria": guide_rule()["criteria"] * 2}), "hostname", id="criterion"
        ),
        pytest.param(
            with_rules(guide_rule(deny=False, children=[guide_child(OLD), guide_child(OLD)])), "child rule", id="child"
        ),
    ],
)
def test_two_of_a_kind_are_ambiguous(tree: Rule, says: str) -> None:
    with pytest.raises(Ambiguous, match=says):
        ensure(tree, OLD, replace(LOG, ca_set_ids=["9"]))


LOCKS = [
    pytest.param(lambda rule: rule.update(uuid="u-1"), "rule 'default > Basic", id="rule"),
    pytest.param(
        lambda rule: rule["behaviors"][0].update(locked=True), "behaviors 'enforceMtlsSettings'", id="behavior"
    ),
]


@pytest.mark.parametrize(("lock", "says"), LOCKS)
def test_locked_rules_are_named(lock: Any, says: str) -> None:
    rule = guide_rule()
    lock(rule)
    tree = with_rules(rule)
    assert not ensure(tree, OLD, BASIC).changed
    with pytest.raises(Frozen, match=says):
        ensure(tree, OLD, replace(BASIC, ca_set_ids=["1"]))
    with pytest.raises(Frozen, match=says):
        remove(tree, OLD)


def test_locked_criteria_and_neighbours() -> None:
    rule = {**guide_rule(), "criteriaLocked": True}
    rule["behaviors"].append({"name": "advanced", "options": {"xml": "<x/>"}})
    tree = with_rules(rule)
    assert ensure(tree, OLD, replace(BASIC, ca_set_ids=["1"])).changed
    with pytest.raises(Frozen, match="criteria of rule"):
        ensure(tree, OLD, replace(BASIC, hostnames=["b.example.com"]))


def test_a_rule_inside_a_locked_one() -> None:
    tree = with_rules({"name": "Vendor", "uuid": "u-1", "children": [guide_rule()]})
    with pytest.raises(Frozen, match="default > Vendor"):
        ensure(tree, OLD, replace(BASIC, ca_set_ids=["1"]))


@pytest.mark.parametrize(
    ("tree", "rule_format"),
    [
        pytest.param(with_rules(), OLD, id="no rule"),
        pytest.param(
            with_rules({"name": mtls_rule.DEFAULT_NAME, "behaviors": [{"name": "hsts"}]}), OLD, id="no behavior"
        ),
        pytest.param(with_rules(), "v2015-08-08", id="a format without it"),
    ],
)
def test_what_is_not_there_is_gone(tree: Rule, rule_format: str) -> None:
    assert remove(tree, rule_format) == (tree, None, None, False)


@pytest.mark.parametrize("rule_format", [OLD, NEW])
def test_removal_takes_along_what_needs_it(rule_format: str) -> None:
    other = {
        "name": "Other",
        "criteria": [],
        "behaviors": [{"name": "hsts", "options": {"enable": True}}],
        "children": [],
    }
    renamed = {**guide_child(rule_format), "name": "by another name"}
    tree = with_rules({"name": "A"}, guide_rule(deny=False, children=[other, renamed]))
    edit = remove(tree, rule_format)
    kept = {**guide_rule(), "behaviors": [], "children": [other]}
    assert edit.tree == with_rules({"name": "A"}, kept)
    assert edit.after is None
    assert not remove(edit.tree, rule_format).changed


def test_removal_keeps_other_people_s_behaviors() -> None:
    rule = guide_rule()
    rule["behaviors"].append({"name": "hsts", "options": {"enable": True}})
    edit = remove(with_rules(rule), OLD)
    assert edit.tree == with_rules({**guide_rule(), "behaviors": [{"name": "hsts", "options": {"enable": True}}]})


STRANGERS = [
    pytest.param({"criteria": [*guide_child(OLD)["criteria"], {"name": "path", "options": {}}]}, id="narrower"),
    pytest.param({"behaviors": [{"name": "denyAccess", "options": {}}]}, id="other behavior"),
    pytest.param({"children": [{"name": "more"}]}, id="children"),
    pytest.param({"templateUuid": "t"}, id="template"),
    pytest.param(
        {"criteria": [], "children": [{"name": "deep", "criteria": guide_child(OLD)["criteria"]}]}, id="further down"
    ),
]


@pytest.mark.parametrize("members", STRANGERS)
def test_other_people_s_dependants_are_named(members: Rule) -> None:
    child = {**guide_child(OLD), "name": "theirs", **members}
    tree = with_rules(guide_rule(deny=False, children=[guide_child(OLD), child]))
    for attempt in (lambda: remove(tree, OLD), lambda: ensure(tree, OLD, replace(BASIC, enforcement="deny"))):
        with pytest.raises(Frozen, match="theirs"):
            attempt()
    assert remove(tree, OLD, child_rules=["theirs"]).tree == with_rules()


@pytest.mark.parametrize(
    ("options", "rule_format", "needs"),
    [
        ({"enforceMtls": True, "isCertificateValid": "INVALID"}, OLD, True),
        ({"enforceMtls": False, "isCertificateValid": "VALID"}, OLD, False),
        ({}, OLD, False),
        ({"enforceMtls": "FAIL"}, NEW, True),
        ({"enforceMtls": "PASS"}, NEW, True),
        ({}, NEW, True),
        ({"enforceMtls": None}, NEW, True),
        ({"enforceMtls": "IGNORE", "certificateState": "PRESENT"}, NEW, False),
    ],
)
def test_dependants(options: Rule, rule_format: str, needs: bool) -> None:
    child = {"name": "c", "criteria": [{"name": "clientCertificate", "options": options}], "behaviors": []}
    other = {"name": "o", "behaviors": [{"name": "enforceMtlsSettings"}], "children": [child]}
    place = rule_tree.Place(with_rules(child, other))
    found = mtls_rule.dependants(place, mtls_rule.family(rule_format))
    assert [str(below) for below in found] == (["default > c"] if needs else [])


def test_all_enforcing_rules_are_found(tree: Rule) -> None:
    edited = ensure(ensure(tree, OLD, BASIC).tree, OLD, replace(BASIC, rule_name="Second")).tree
    edited = rule_tree.replaced(edited, (0, 0), {**guide_rule(), "name": "Third"})
    assert [place.names for place in mtls_rule.find_enforcing(edited)] == [
        ("Performance", "Third"),
        (mtls_rule.DEFAULT_NAME,),
        ("Second",),
    ]


OPTIONS = st.dictionaries(
    st.sampled_from(["a", "b", "values", "xTitle"]), st.none() | st.booleans() | st.text(max_size=2)
)
ELEMENTS = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["caching", "hsts", "advanced", "path"]), "options": OPTIONS},
        optional={"uuid": st.just("u-2"), "locked": st.sampled_from([None, True, False])},
    ),
    max_size=2,
)


def random_rules(depth: int) -> st.SearchStrategy[Rule]:
    return st.fixed_dictionaries(
        {"name": st.sampled_from(["A", "B", "C"])},
        optional={
            "criteria": ELEMENTS,
            "behaviors": ELEMENTS,
            "children": st.lists(random_rules(depth - 1), max_size=3) if depth else st.just([]),
            "uuid": st.just("u-1"),
            "comments": st.text(max_size=3),
            "criteriaMustSatisfy": st.sampled_from(["all", "any"]),
        },
    )


TREES = random_rules(3).map(lambda rule: {"children": [], **rule, "name": "default", "uuid": "default"})
WISHES = st.builds(
    RuleWish,
    hostnames=st.lists(st.sampled_from(["a.example.com", "b.example.com", "*.example.net"]), min_size=1, max_size=3),
    ca_set_ids=st.lists(st.sampled_from(["1", "2", "\0new"]), min_size=1, max_size=3),
    enforcement=st.sampled_from([None, "deny", "log"]),
    ocsp=st.sampled_from([None, True, False]),
    client_certificate_attributes=st.none() | st.lists(st.sampled_from(mtls_rule.ATTRIBUTES), max_size=3),
)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(TREES, WISHES, WISHES, st.sampled_from([OLD, NEW]), st.randoms(use_true_random=False))
def test_edits_of_any_tree(
    tree: Rule, wish: RuleWish, other: RuleWish, rule_format: str, chance: random.Random
) -> None:
    original = deepcopy(tree)
    first = ensure(tree, rule_format, wish)
    assert tree == original
    # Nothing else changed, member by member, and what is locked kept its order.
    rest = deepcopy(first.tree)
    (index,) = [index for index, rule in enumerate(rest["children"]) if rule["name"] == wish.rule_name]
    rest["children"].pop(index)
    assert rest == original
    assert rule_tree.broken_locks(original, first.tree) == []
    # A second run is silent, also on what PAPI makes of the tree.
    assert ensure(first.tree, rule_format, wish).tree is first.tree
    returned = normalised(first.tree, chance)
    assert rule_tree.dropped(first.tree, returned) == []
    assert not ensure(returned, rule_format, wish).changed
    # Going from any wish to any other ends where the direct way ends, as far as the other says.
    second = ensure(first.tree, rule_format, other)
    assert second.before == first.after
    assert not ensure(second.tree, rule_format, other).changed
    # And all of it can be undone.
    assert remove(first.tree, rule_format).tree == original
    assert remove(second.tree, rule_format).tree == original


def normalised(value: Any, chance: random.Random) -> Any:
    """What PAPI may do between PUT and GET: reorder keys, add titles, nulls and empty lists."""
    if isinstance(value, list):
        return [normalised(item, chance) for item in value]
    if not isinstance(value, dict):
        return value
    items = [(key, normalised(item, chance)) for key, item in value.items()]
    if "options" in value and "name" in value and "children" not in value:
        items = [(key, {**item, "fooTitle": "", "bar": None} if key == "options" else item) for key, item in items]
    chance.shuffle(items)
    extra = {"children": [], "criteria": [], "comments": None} if "behaviors" in value else {}
    return {**extra, **dict(items)}
