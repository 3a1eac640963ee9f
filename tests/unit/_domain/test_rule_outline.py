# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain import rule_outline
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.plan import SERVER_MADE

TREE: dict[str, Any] = {
    "name": "default",
    "options": {"is_secure": True},
    "variables": [
        {"name": "PMUSER_B", "value": "two", "description": None, "hidden": False, "sensitive": False},
        {"name": "PMUSER_A", "value": "secret", "sensitive": True},
    ],
    "behaviors": [{"name": "cpCode", "options": {"value": {"id": 12345, "name": "expanded"}}}, {"name": "http2"}],
    "children": [
        {
            "name": "Static",
            "criteriaMustSatisfy": "any",
            "criteria": [{"name": "hostname", "options": {"matchOperator": "IS_ONE_OF", "values": ["b", "a"]}}],
            "behaviors": [{"name": "caching", "options": {"ttl": "1d", "behavior": "MAX_AGE"}, "locked": True}],
            "comments": "x" * 200,
        },
        {"name": "Static", "children": []},
    ],
}


def test_each_thing_that_counts_has_a_line() -> None:
    default, static, other = rule_outline.outline(TREE)
    assert default == {
        "path": "default",
        "rule": [
            "options: {'is_secure': true}",
            "variable PMUSER_A: sensitive=true, value='(sensitive, 2bb8)'",
            "variable PMUSER_B: value='two'",
            "behavior cpCode: value={'id': 12345}",
            "behavior http2",
            "child Static",
            "child Static",
        ],
    }
    assert static["path"] == "default > Static"
    assert static["rule"][:3] == [
        "criteriaMustSatisfy: 'any'",
        "criterion hostname: values=['a', 'b']",
        "behavior caching: behavior='MAX_AGE', locked=true, ttl='1d'",
    ]
    assert static["rule"][3].startswith("comments: 'xxx") and "... (202 characters, SHA-256 " in static["rule"][3]
    assert other == {"path": "default > Static (2)", "rule": []}


def test_only_the_rules_that_differ_are_named() -> None:
    other = deepcopy(TREE)
    other["children"][0]["behaviors"][0]["options"]["ttl"] = "2d"
    other["children"][0]["comments"] += "x"
    del other["children"][1]
    assert rule_outline.differing(TREE, TREE) == []
    paths = rule_outline.differing(TREE, other)
    assert paths == ["default", "default > Static", "default > Static (2)"]
    assert [entry["path"] for entry in rule_outline.excerpt(other, paths)] == paths[:2]


@pytest.mark.parametrize("change", ["secret ", "other"])
def test_another_value_of_a_sensitive_variable_is_seen_but_not_shown(change: str) -> None:
    other = deepcopy(TREE)
    other["variables"][1]["value"] = change
    assert rule_outline.differing(TREE, other) == ["default"]
    assert "secret" not in str(rule_outline.outline(TREE))


def test_a_private_key_is_never_shown() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----"
    tree = {"name": "default", "behaviors": [{"name": "advanced", "options": {"xml": ["a", f"<x>{key}</x>"]}}]}
    ((line,),) = (entry["rule"] for entry in rule_outline.outline(tree))
    assert line == "behavior advanced: xml=['a', '(a private key)']"


@pytest.mark.parametrize(
    ("ids", "expected"), [(["\0partners"], True), (["~partners"], False), (["12345"], False), ("\0", False), (7, False)]
)
def test_a_set_that_does_not_exist_yet_leaves_its_line_to_the_server(ids: Any, expected: bool) -> None:
    tree = {
        "name": "default",
        "behaviors": [{"name": "enforceMtlsSettings", "options": {"certificateAuthoritySet": ids}}],
    }
    ((line,),) = (entry["rule"] for entry in rule_outline.outline(tree))
    assert (line is SERVER_MADE) is expected
