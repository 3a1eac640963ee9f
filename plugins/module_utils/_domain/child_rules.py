# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option `child_rules`: rules in the shape of PAPI's rule trees (papi-v1.md 7.1, 7.2), checked before any request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from . import rule_tree
from .errors import InvalidOption
from .mtls_rule import CHILD_NAME
from .rule_tree import Rule

#: What the members of a rule below `default`, and of a behavior or criterion, are.
_RULE: dict[str, type] = {
    "name": str,
    "criteria": list,
    "criteriaMustSatisfy": str,
    "criteriaLocked": bool,
    "behaviors": list,
    "children": list,
    "comments": str,
    "uuid": str,
    "templateUuid": str,
    "templateLink": str,
}
_ELEMENT: dict[str, type] = {"name": str, "options": dict, "uuid": str, "templateUuid": str, "locked": bool}
_WORDS = {str: "text", list: "a list", dict: "a dictionary", bool: "true or false"}


def checked(entries: Sequence[Any] | None, rule_name: str, *, present: bool) -> list[Rule] | None:
    """The option as given. What is no rule, or cannot be told by its name, is `invalid_option`; the message names the entry.

    The child that this collection makes may be named only where children are to be taken out.
    """
    if entries is None:
        return None
    for number, entry in enumerate(entries):
        where = f"child_rules[{number}]"
        for problem in _flaws(entry, where, _RULE):
            raise InvalidOption(
                problem, cure="Give rules as PAPI has them: name, criteria, behaviors with options, children."
            )
        for problem in _wrong_names(entry, rule_name, [earlier["name"] for earlier in entries[:number]], present):
            raise InvalidOption(
                f"{where}: {problem}", cure="Give it a name of its own: a child rule is found by its name."
            )
    return list(entries)


def _wrong_names(rule: Rule, rule_name: str, earlier: Sequence[str], present: bool) -> Iterator[str]:
    name = rule["name"]
    if name in earlier:
        yield f"child_rules[{earlier.index(name)}] is called {name!r} as well."
    if present and name == CHILD_NAME:
        yield f"{CHILD_NAME!r} is the child that this collection makes by itself."
    for place in rule_tree.walk(rule):
        if place.rule["name"] == rule_name:
            yield f"{rule_name!r} is the name of the rule above, which has to be the only one of its name."


def _flaws(value: Any, where: str, members: Mapping[str, type]) -> Iterator[str]:
    """What keeps it from being a rule, or an element of one; null counts as absent."""
    if not isinstance(value, dict):
        yield f"{where}: is no rule, behavior or criterion, but {value!r}."
        return
    if not value.get("name"):
        yield f"{where}: needs a name."
    for key, member in value.items():
        if key not in members:
            yield f"{where}: has a member {key!r}, where there are only {', '.join(members)}."
        elif member is not None and not isinstance(member, members[key]):
            yield f"{where}.{key}: has to be {_WORDS[members[key]]}, not {member!r}."
        elif key == "criteriaMustSatisfy" and member not in (None, "all", "any"):
            yield f"{where}.{key}: has to be all or any, not {member!r}."
        elif isinstance(member, list):
            inner = _RULE if key == "children" else _ELEMENT
            for number, item in enumerate(member):
                yield from _flaws(item, f"{where}.{key}[{number}]", inner)
    if members is _ELEMENT and value.get("options") is None:
        yield f"{where}: needs options, be they {{}}."
