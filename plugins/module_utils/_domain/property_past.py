# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the result of an earlier edit says about a property version: its edits made once more (MEANING 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from . import hostnames, mtls_rule
from .hostnames import HostnameWish, Item
from .mtls_rule import RuleWish
from .plan import predicted_id
from .rule_tree import Rule

Result = Mapping[str, Any]


def base_of(result: Result) -> int:
    """The version that the edited one is made from."""
    return int(result["property"]["base_version"])


def replay_rules(tree: Rule, rule_format: str, result: Result) -> Rule:
    """The tree with the result's rules as they are at its end."""
    for entry in _entries(result, "mtls_rule", "mtls_rules"):
        if entry["state"] == "absent":
            tree = mtls_rule.remove(tree, rule_format, entry["rule_name"]).tree
        else:
            tree = mtls_rule.ensure(tree, rule_format, _rule_wish(entry)).tree
    return tree


def replay_hostnames(items: Sequence[Item], result: Result) -> list[Item]:
    """The host names with those of the result as they are at its end."""
    for entry in _entries(result, "", "hostnames"):
        if entry["state"] == "absent":
            items = hostnames.remove(items, [entry["cname_from"]]).items
        else:
            wish = HostnameWish(
                entry["cname_from"],
                entry.get("cname_to") or entry.get("edge_hostname_id"),
                entry.get("cert_provisioning_type"),
            )
            items = hostnames.ensure(items, [wish]).items
    return list(items)


def _entries(result: Result, one: str, many: str) -> Iterator[Mapping[str, Any]]:
    yield from result.get(many) or []
    if result.get(one):
        yield result[one]


def _rule_wish(entry: Mapping[str, Any]) -> RuleWish:
    denies = entry["enforcement"] == "deny"
    return RuleWish(
        hostnames=entry["hostnames"],
        ca_set_ids=named_ids(entry),
        rule_name=entry["rule_name"],
        enforcement="deny" if denies else "log",
        ocsp=entry["ocsp"],
        client_certificate_attributes=entry["client_certificate_attributes"],
        log_field=None if denies else entry["log_field"],
    )


def named_ids(entry: Mapping[str, Any]) -> list[str]:
    """The ids of a rule's sets; a null one is of a set that does not exist yet, and stands for its name."""
    pairs = zip(entry["ca_set_ids"], entry["ca_set_names"], strict=True)
    return [str(number) if number is not None else predicted_id(str(name)) for number, name in pairs]
