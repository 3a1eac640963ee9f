# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a tree on its way in: papi-v1.md 6.4 (options that are dropped), 7.4 (normalisation), 7.5 (locks)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from .harness import House, play
from .papi_harness import (
    BASIC,
    CP_CODE,
    ENFORCE,
    HOSTNAME,
    LOCKED_FEATURES,
    LOCKED_RULE,
    ORIGIN,
    STEM,
    UUID,
    Document,
    expect,
    features,
    ok,
    options,
    put_rules,
    rule,
    rules_of,
    send,
    switch,
    tree,
)

START = "papi"
PUT = "PUT {plain}/versions/1/rules?"


def saved(house: House, rules: Document, name: str = "plain") -> Document:
    """PUT, and what a GET shows then."""
    put_rules(name, rules)(house)
    document: Document = rules_of(house, name)["rules"]
    return document


def one(rules: Document, name: str) -> Document:
    found = [feature for feature in features(rules) if feature["name"] == name]
    assert len(found) == 1
    return found[0]


# ---------------------------------------------------------------------------------------------------- normalisation


def test_empty_containers_appear(house: House) -> None:
    sent = {"name": "default", "behaviors": [ORIGIN, CP_CODE], "children": [{"name": "thin"}]}
    seen = saved(house, sent)
    assert seen["options"] == {}
    thin = seen["children"][0]
    assert (thin["children"], thin["criteria"], thin["behaviors"]) == ([], [], [])
    assert thin["criteriaMustSatisfy"] == "all"


def test_a_cp_code_is_expanded(house: House) -> None:
    value = one(saved(house, tree()), "cpCode")["options"]["value"]
    assert value["id"] == 400001
    assert isinstance(value["name"], str)
    assert isinstance(value["products"], list)
    assert "createdDate" in value


def test_titles_appear(house: House) -> None:
    added = {name: v for feature in features(saved(house, tree(BASIC))) for name, v in feature["options"].items()}
    titles = {name: value for name, value in added.items() if name.endswith("Title")}
    assert titles
    assert set(titles.values()) == {""}


def test_normalisation_off_gives_back_what_was_sent(house: House) -> None:
    switch("papi_normalise", "off")(house)
    sent = {"name": "default", "behaviors": [ORIGIN, CP_CODE], "children": [BASIC], "options": {"is_secure": True}}
    assert saved(house, sent) == sent


def test_what_a_get_shows_is_a_fixed_point(house: House) -> None:
    first = saved(
        house, tree(BASIC, rule("Static", behaviors=[{"name": "caching", "options": {"behavior": "NO_STORE"}}]))
    )
    assert saved(house, first) == first


def test_everything_that_is_not_ours_comes_back(house: House) -> None:
    sent = tree(
        rule("kept", comments="why", templateUuid=UUID, templateLink="/platformtoolkit/x", criteria=[HOSTNAME]),
        variables=[
            {"name": "PMUSER_A", "value": "1", "description": None, "hidden": False, "sensitive": True},
            {"name": "PMUSER_B", "value": None, "description": "b", "hidden": True, "sensitive": False},
        ],
        comments="top",
        customOverride={"overrideId": "cbo_1", "name": "one"},
    )
    seen = saved(house, sent)
    assert sorted(seen["variables"], key=lambda v: v["name"]) == sent["variables"]
    assert seen["comments"] == "top"
    assert seen["customOverride"] == {"overrideId": "cbo_1", "name": "one"}
    child = seen["children"][0]
    wanted = {"comments": "why", "templateUuid": UUID, "templateLink": "/platformtoolkit/x"}
    assert {name: child[name] for name in wanted} == wanted


def test_order_and_equal_names_are_kept(house: House) -> None:
    seen = saved(house, tree(rule("b"), rule("a"), rule("b", comments="second")))
    assert [child["name"] for child in seen["children"]] == ["b", "a", "b"]
    assert seen["children"][2]["comments"] == "second"


def test_any_is_kept(house: House) -> None:
    assert saved(house, tree({**BASIC, "criteriaMustSatisfy": "any"}))["children"][0]["criteriaMustSatisfy"] == "any"


# ---------------------------------------------------------------------------------------------------- unknown options


def test_a_misspelt_option_is_dropped_without_a_word(house: House) -> None:
    misspelt = options(ENFORCE, enableDenyRequests=False)
    answer = ok(house, PUT, {"rules": tree({**BASIC, "behaviors": [misspelt]})}).json()
    assert not answer.get("errors")
    seen = one(answer["rules"], "enforceMtlsSettings")["options"]
    assert "enableDenyRequests" not in seen
    assert seen["enableDenyRequest"] is True
    assert one(rules_of(house, "plain")["rules"], "enforceMtlsSettings")["options"] == seen


def test_the_key_criterion_is_dropped_or_refused(house: House) -> None:
    """The guide's steps write `criterion` (9.3)."""
    wrong = {name: value for name, value in BASIC.items() if name != "criteria"} | {"criterion": [HOSTNAME]}
    answer = send(house, PUT, {"rules": tree(wrong)})
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200:
        child = answer.json()["rules"]["children"][0]
        assert "criterion" not in child
        assert child["criteria"] == []
        assert answer.json()["errors"]


def test_features_nobody_listed_are_kept(house: House) -> None:
    strange = {"name": "someNewBehavior", "options": {"alpha": 1, "beta": [{"gamma": None}]}}
    answer = ok(house, PUT, {"rules": tree(rule("strange", behaviors=[strange]))}).json()
    assert one(answer["rules"], "someNewBehavior")["options"] == strange["options"]


# ---------------------------------------------------------------------------------------------------- locks


def changed(edit: Callable[[Document], Any]) -> Document:
    rules = tree(copy.deepcopy(LOCKED_RULE), copy.deepcopy(LOCKED_FEATURES))
    edit(rules)
    return rules


def swap(rules: Document) -> None:
    rules["children"].reverse()


LOCK_BREAKS: list[tuple[str, Callable[[Document], Any]]] = [
    ("the locked rule removed", lambda r: r["children"].pop(0)),
    ("renamed", lambda r: r["children"][0].update(name="Mine now")),
    ("its uuid changed", lambda r: r["children"][0].update(uuid=UUID.replace("6", "7"))),
    ("its uuid taken out", lambda r: r["children"][0].pop("uuid")),
    ("a criterion of it changed", lambda r: r["children"][0]["criteria"][0]["options"].update(values=["/other/*"])),
    ("a behavior of it changed", lambda r: r["children"][0]["behaviors"][0]["options"].update(xml="<y/>")),
    ("a behavior put into it", lambda r: r["children"][0]["behaviors"].append(copy.deepcopy(ENFORCE))),
    ("a locked behavior changed", lambda r: r["children"][1]["behaviors"][0]["options"].update(enabled=False)),
    ("a locked behavior removed", lambda r: r["children"][1]["behaviors"].clear()),
    ("locked criteria changed", lambda r: r["children"][1]["criteria"][0]["options"].update(values=["a.example.com"])),
    ("locked criteria removed", lambda r: r["children"][1]["criteria"].clear()),
]


@pytest.mark.parametrize("edit", [edit for _, edit in LOCK_BREAKS], ids=[name for name, _ in LOCK_BREAKS])
def test_locked(edit: Callable[[Document], Any], house: House) -> None:
    before = rules_of(house, "locked")
    request = "PUT {locked}/versions/1/rules?"
    answer = play(house, expect("locked", request, 403, {"rules": changed(edit)}, has={"errors": list}), {})
    kind = answer.json()["type"]
    assert kind.startswith(STEM)
    assert "property-version/lock-error" in kind
    tail = kind.rsplit("/", 1)[-1]
    assert tail in ("lock-error", "behaviors-changed", "criteria-changed", "rule-structure-changed")
    assert rules_of(house, "locked") == before


LOCK_RESPECTS: list[tuple[str, Callable[[Document], Any]]] = [
    ("nothing changed", lambda r: None),
    ("a rule before", lambda r: r["children"].insert(0, rule("before"))),
    ("a rule between", lambda r: r["children"].insert(1, copy.deepcopy(BASIC))),
    ("a rule after", lambda r: r["children"].append(rule("after"))),
    (
        "a behavior beside a locked one",
        lambda r: r["children"][1]["behaviors"].insert(0, {"name": "http2", "options": {"enabled": ""}}),
    ),
    (
        "an ordinary behavior changed",
        lambda r: r["behaviors"].__setitem__(0, options(ORIGIN, hostname="o.example.net")),
    ),
    ("options in another order", lambda r: r["children"][0]["behaviors"][0].update(options={"xml": "<x/>"})),
]


@pytest.mark.parametrize("edit", [edit for _, edit in LOCK_RESPECTS], ids=[name for name, _ in LOCK_RESPECTS])
def test_locks_leave_room(edit: Callable[[Document], Any], house: House) -> None:
    ok(house, "PUT {locked}/versions/1/rules?", {"rules": changed(edit)})


def test_what_a_get_shows_of_locked_elements_may_be_sent_back(house: House) -> None:
    document = rules_of(house, "locked")
    ok(house, "PUT {locked}/versions/1/rules?", document)
    assert rules_of(house, "locked")["rules"] == document["rules"]
    seen = document["rules"]["children"]
    assert (seen[0]["uuid"], seen[0]["behaviors"][0]["uuid"]) == (UUID, UUID)
    assert (seen[1]["criteriaLocked"], seen[1]["behaviors"][0]["locked"]) == (True, True)


def test_a_patch_is_held_to_the_locks_too(house: House) -> None:
    answer = send(
        house,
        "PATCH {locked}/versions/1/rules?",
        [{"op": "remove", "path": "/rules/children/0"}],
        headers={"Content-Type": "application/json-patch+json"},
    )
    assert answer.status_code == 403
    assert "lock-error" in answer.json()["type"]


def test_two_locked_rules_keep_their_order(house: House) -> None:
    state = house.control.state()
    second = {**copy.deepcopy(LOCKED_RULE), "name": "Advanced too", "uuid": UUID.replace("6", "8")}
    found = [p for p in state["accounts"]["A-CCT1234"]["properties"] if p["propertyName"] == "locked"]
    found[0]["versions"][0]["rules"] = tree(copy.deepcopy(LOCKED_RULE), second)
    house.control.put_state(state)
    answer = send(house, "PUT {locked}/versions/1/rules?", {"rules": tree(second, copy.deepcopy(LOCKED_RULE))})
    assert answer.status_code == 403
    ok(house, "PUT {locked}/versions/1/rules?", {"rules": tree(rule("x"), LOCKED_RULE, rule("y"), second)})


def test_the_uuid_default_of_the_top_rule_locks_nothing(house: House) -> None:
    ok(house, PUT, {"rules": tree(uuid="default")})
    ok(house, PUT, {"rules": tree(rule("more"), uuid="default", behaviors=[CP_CODE, ORIGIN])})


def test_the_stock_has_a_locked_rule(house: House) -> None:
    for name in ("www", "shop"):
        assert '"uuid"' in ok(house, f"GET {{{name}}}/versions/2/rules?").text
