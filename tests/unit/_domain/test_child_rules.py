# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option `child_rules`: what is no rule, or cannot be told by its name, and how a predicted version replays them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain import child_rules, mtls_rule, property_past
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.errors import InvalidOption
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.mtls_rule import (
    CHILD_NAME,
    DEFAULT_NAME,
    RuleWish,
)

Rule = dict[str, Any]
FORMAT = "v2025-10-16"
FAILED = {"isCertificatePresent": True, "isCertificateValid": "VALID", "enforceMtls": True}
COUNT: Rule = {
    "name": "Count failures",
    "criteriaMustSatisfy": "any",
    "criteria": [{"name": "clientCertificate", "options": FAILED}],
    "behaviors": [{"name": "setVariable", "options": {"variableName": "PMUSER_TIER", "variableValue": "none"}}],
    "children": [{"name": "Deeper", "comments": None, "behaviors": [{"name": "hsts", "options": {"enable": True}}]}],
}
MARK: Rule = {"name": "Mark", "behaviors": [{"name": "hsts", "options": {"enable": True}}]}
LOG_ONLY: Rule = {
    "name": "Log only",
    "criteria": [{"name": "clientCertificate", "options": FAILED}],
    "behaviors": [{"name": "logCustom", "options": {"logCustomLogField": True, "customLogField": "own"}}],
}


def test_rules_pass_as_they_are() -> None:
    given = [COUNT, MARK]
    assert child_rules.checked(given, DEFAULT_NAME, present=True) == given
    assert child_rules.checked([], DEFAULT_NAME, present=True) == []
    assert child_rules.checked(None, DEFAULT_NAME, present=True) is None


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        (["text"], r"child_rules\[0\]: is no rule"),
        ([{}], r"child_rules\[0\]: needs a name"),
        ([MARK, {"name": ""}], r"child_rules\[1\]: needs a name"),
        ([{"name": 7}], r"child_rules\[0\]\.name: has to be text, not 7"),
        ([MARK, COUNT, {**MARK}], r"child_rules\[2\]: child_rules\[0\] is called 'Mark' as well"),
        ([{"name": CHILD_NAME}], r"child_rules\[0\]: 'Custom mTLS enforcement settings' is the child"),
        ([{"name": DEFAULT_NAME}], r"child_rules\[0\]: 'Basic mTLS enforcement settings' is the name of the rule above"),
        ([{**MARK, "children": [{"name": DEFAULT_NAME}]}], r"child_rules\[0\]: 'Basic"),
        ([{**MARK, "criterion": []}], r"child_rules\[0\]: has a member 'criterion'"),
        ([{**MARK, "options": {}}], r"child_rules\[0\]: has a member 'options'"),
        ([{**MARK, "criteria": {"name": "path"}}], r"child_rules\[0\]\.criteria: has to be a list"),
        ([{**MARK, "criteriaMustSatisfy": "both"}], r"child_rules\[0\]\.criteriaMustSatisfy: has to be all or any"),
        ([{**MARK, "behaviors": ["hsts"]}], r"child_rules\[0\]\.behaviors\[0\]: is no rule, behavior or criterion"),
        ([{**MARK, "behaviors": [{"name": "hsts", "option": {}}]}], r"behaviors\[0\]: has a member 'option'"),
        ([{**MARK, "behaviors": [{"name": "hsts", "options": []}]}], r"behaviors\[0\]\.options: has to be a dictionary"),
        ([{**MARK, "criteria": [{"name": "path"}]}], r"child_rules\[0\]\.criteria\[0\]: needs options"),
        ([{**MARK, "children": [{"name": "b", "children": [{}]}]}], r"child_rules\[0\]\.children\[0\]\.children\[0\]: needs"),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_named(entries: list[Any], says: str) -> None:
    with pytest.raises(InvalidOption, match=says):
        child_rules.checked(entries, DEFAULT_NAME, present=True)


def test_the_child_of_our_own_may_be_named_to_be_taken_out() -> None:
    assert child_rules.checked([{"name": CHILD_NAME}], DEFAULT_NAME, present=False) == [{"name": CHILD_NAME}]


# A predicted version: the result's edit made once more

BARE: Rule = {"name": "default", "behaviors": [], "children": []}
WISH = RuleWish(hostnames=["www.example.com"], ca_set_ids=["1"])


def ensured(tree: Rule, **options: Any) -> mtls_rule.Edit:
    return mtls_rule.ensure(tree, FORMAT, RuleWish(hostnames=WISH.hostnames, ca_set_ids=WISH.ca_set_ids, **options))


LOGGING = ensured(BARE, enforcement="log").tree
WITH_OWN = ensured(BARE, enforcement="log", child_rules=[COUNT, LOG_ONLY]).tree
FOREIGN = ensured(BARE, enforcement="log", child_rules=[MARK]).tree
FOREIGN["children"][0]["children"] *= 2  # two of one name, which are nobody's business


@pytest.mark.parametrize(
    ("tree", "options"),
    [
        (BARE, {}),
        (BARE, {"child_rules": [MARK], "client_certificate_attributes": ["ISSUER"]}),
        (BARE, {"enforcement": "log"}),
        (BARE, {"enforcement": "log", "child_rules": []}),
        (BARE, {"enforcement": "log", "child_rules": [COUNT, LOG_ONLY, MARK]}),
        (LOGGING, {}),
        (LOGGING, {"child_rules": []}),
        (LOGGING, {"child_rules": [MARK]}),
        (LOGGING, {"log_field": "", "client_certificate_attributes": ["ISSUER"]}),
        (LOGGING, {"enforcement": "deny", "child_rules": [MARK]}),
        (WITH_OWN, {"child_rules": [{**COUNT, "comments": "more"}]}),
        (WITH_OWN, {"log_field": "other"}),
        (WITH_OWN, {"ocsp": True}),
        (FOREIGN, {"ocsp": True}),
        (FOREIGN, {"enforcement": "log", "child_rules": [COUNT]}),
    ],
)
def test_a_result_is_replayed_to_the_same_tree(tree: Rule, options: dict[str, Any]) -> None:
    edit = ensured(tree, **options)
    assert edit.after is not None
    entry = {**edit.after, "state": "present", "ca_set_names": ["one"]}
    replayed = property_past.replay_rules(tree, FORMAT, {"mtls_rule": entry})
    assert mtls_rule.rule_tree.equal(replayed, edit.tree)
    assert ensured(replayed, **options).tree is replayed
