# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the result of an earlier edit says about a property version: its edits made once more (MEANING 4)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from . import hostnames, mtls_rule
from .hostnames import HostnameWish, Item, MtlsWish
from .mtls_rule import RuleWish
from .plan import predicted_id
from .rule_tree import Rule

Result = Mapping[str, Any]

#: The members of a rule that its children decide.
_BY_CHILDREN = ("client_certificate_attributes", "log_field", "child_rules")


def base_of(result: Result) -> int:
    """The version that the edited one is made from."""
    return int(result["property"]["base_version"])


def replay_rules(tree: Rule, rule_format: str, result: Result) -> Rule:
    """The tree with the result's rules as they are at its end; that of a wish for the whole tree, it says itself."""
    if result.get("predicted_rules"):
        whole: Rule = json.loads(result["predicted_rules"])
        return whole
    for entry in _entries(result, "mtls_rule", "mtls_rules"):
        replay = _removed if entry["state"] == "absent" else _ensured
        tree = replay(tree, rule_format, entry)
    return tree


def _removed(tree: Rule, rule_format: str, entry: Mapping[str, Any]) -> Rule:
    """The tree without the rule of an entry, and without the children that are not left."""
    name, left = entry["rule_name"], entry["child_rules"] or []
    gone = [child for child in mtls_rule.left(tree, name) or [] if child not in left]
    return mtls_rule.remove(tree, rule_format, name, gone).tree


def _ensured(tree: Rule, rule_format: str, entry: Mapping[str, Any]) -> Rule:
    """The tree with the rule of an entry.

    Child rules of the task's own exclude some options, and an entry does not say whether there were any (those that were
    there before may have been given as well): so the edit with them counts if it ends as the entry says.
    """
    place = mtls_rule.locate(tree, entry["rule_name"])
    held = mtls_rule.project(place, mtls_rule.family(rule_format)) if place else {"child_rules": []}
    plain = _rule_wish(entry, held)
    excluded: dict[str, Any] = {}
    if plain.enforcement == "log":
        excluded = {"client_certificate_attributes": None, "log_field": None}
    own = [child for child in entry["child_rules"] if child not in held["child_rules"]]
    edit = mtls_rule.ensure(tree, rule_format, replace(plain, child_rules=own, **excluded))
    if edit.after is not None and all(edit.after[member] == entry[member] for member in _BY_CHILDREN):
        return edit.tree
    return mtls_rule.ensure(tree, rule_format, plain).tree


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
                _mtls_wish(entry["mtls"]),
                {name: number for name, number in (entry["ccm_certificates"] or {}).items() if number is not None},
            )
            # An entry has both names of the edge host name, a wish has one.
            both = {"cnameTo": entry.get("cname_to"), "edgeHostnameId": entry.get("edge_hostname_id")}
            items = [
                {**{name: value for name, value in both.items() if value is not None}, **item}
                if hostnames.same_name(item, entry["cname_from"])
                else item
                for item in hostnames.ensure(items, [wish]).items
            ]
    return list(items)


def _mtls_wish(shown: Mapping[str, Any] | None) -> MtlsWish:
    if shown is None:
        return MtlsWish(None, present=False)
    number = shown["ca_set_id"] if shown["ca_set_id"] is not None else predicted_id(str(shown["ca_set_name"]))
    return MtlsWish(str(number), shown["check_client_ocsp"], shown["send_ca_set_client"])


def _entries(result: Result, one: str, many: str) -> Iterator[Mapping[str, Any]]:
    yield from result.get(many) or []
    if result.get(one):
        yield result[one]


def _rule_wish(entry: Mapping[str, Any], held: Mapping[str, Any]) -> RuleWish:
    """What leads from the rule as it was to the entry; without a rule, `held` says nothing of these members."""

    def made(member: str, nothing: Any) -> Any:
        """What is null in both stays as it is: a whole certificate that is forwarded shows as null, too."""
        return None if entry[member] is None and held.get(member, "") is None else entry[member] or nothing

    return RuleWish(
        hostnames=entry["hostnames"],
        ca_set_ids=named_ids(entry),
        rule_name=entry["rule_name"],
        enforcement="deny" if entry["enforcement"] == "deny" else "log",
        ocsp=entry["ocsp"],
        client_certificate_attributes=made("client_certificate_attributes", []),
        log_field=made("log_field", ""),
    )


def named_ids(entry: Mapping[str, Any]) -> list[str]:
    """The ids of a rule's sets; a null one is of a set that does not exist yet, and stands for its name."""
    pairs = zip(entry["ca_set_ids"], entry["ca_set_names"], strict=True)
    return [str(number) if number is not None else predicted_id(str(name)) for number, name in pairs]
