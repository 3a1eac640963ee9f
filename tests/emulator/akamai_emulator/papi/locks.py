# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read-only elements of a rule tree (papi-v1.md 7.5): they come back unchanged and in the same order, or 403 `lock-error`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..core import Call
from . import tree
from .problems import KINDS, refuse, type_uri

SUB_TYPES = {"behaviors": "behaviors-changed", "criteria": "criteria-changed", "rules": "rule-structure-changed"}


@dataclass(frozen=True, slots=True)
class Locked:
    """A read-only element: where it stood, which sub-type its change has, and its content in one spelling."""

    kind: str
    pointer: str
    name: str
    content: str


def _plain(value: Any) -> Any:
    """A value without what PAPI adds by itself: display titles, nulls and empty containers."""
    if isinstance(value, dict):
        cleaned = {name: _plain(item) for name, item in value.items() if not (name.endswith("Title") and item == "")}
        return {name: item for name, item in cleaned.items() if item not in (None, [], {})}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _content(value: Any) -> str:
    return json.dumps(_plain(value), sort_keys=True)


def locked_elements(rules: tree.Rule) -> Iterator[Locked]:
    """All read-only elements in document order. A locked rule is read-only as a whole, so nothing below it is listed again."""
    for node in tree.walk(rules):
        if any(above.get("uuid") for above in node.ancestors[1:]):
            continue
        rule, name = node.rule, str(node.rule.get("name"))
        if node.ancestors and rule.get("uuid"):
            yield Locked("rules", node.pointer, name, _content(rule))
            continue
        for member in ("advancedOverride", "customOverride"):
            if rule.get(member):
                yield Locked("rules", f"{node.pointer}/{member}", member, _content(rule[member]))
        if rule.get("criteriaLocked") is True:
            criteria = {member: rule.get(member) for member in ("criteria", "criteriaMustSatisfy", "criteriaLocked")}
            yield Locked("criteria", f"{node.pointer}/criteria", name, _content(criteria))
        for kind in tree.KINDS:
            for element, pointer in tree.elements(node, kind):
                if tree.is_locked(element):
                    yield Locked(kind, pointer, str(element.get("name")), _content(element))


def check(call: Call, stored: tree.Rule, wanted: tree.Rule) -> None:
    """Raise the 403 unless the locked elements of `stored` appear in `wanted`, unchanged and in the same order."""
    present = [(item.kind, item.content) for item in locked_elements(wanted)]
    removed, at = [], 0
    for item in locked_elements(stored):
        try:
            at = present.index((item.kind, item.content), at) + 1
        except ValueError:
            removed.append(item)
    if not removed:
        return
    _, tail, title, detail = KINDS["lock-error"]
    raise refuse(
        call,
        "lock-error",
        errors=[
            {
                "type": type_uri(f"{tail}/{SUB_TYPES[item.kind]}"),
                "title": title,
                "detail": detail,
                "errorLocation": f"#{item.pointer}",
                "removed": [item.name],
            }
            for item in removed
        ],
    )
