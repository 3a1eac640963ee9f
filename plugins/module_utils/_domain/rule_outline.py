# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rule tree for people: a line for each thing that counts, so that a diff shows the lines that differ."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any, Final

from .pem import secrets_in
from .plan import SERVER_MADE, Document, is_predicted
from .rule_tree import Rule, canonical, walk

#: Characters of a value that are shown; of a longer one the rest is told apart by its digest.
LONGEST: Final = 100
_SINGULAR: Final = {"criteria": "criterion", "behaviors": "behavior"}


def outline(tree: Rule) -> list[Document]:
    """The rules in order, each with its `path` ("default > Static", numbered where two have the same) and lines in `rule`.

    A line that names a CA set which does not exist yet is one that only the server can give.
    """
    met: Counter[str] = Counter()
    found = []
    for place in walk(canonical(printable(tree))):
        path = str(place)
        met[path] += 1
        found.append({"path": path if met[path] == 1 else f"{path} ({met[path]})", "rule": list(_lines(place.rule))})
    return found


def printable(value: Any) -> Any:
    """The tree, or a part of it, without private keys, should a value hold one."""
    if isinstance(value, str):
        return "(a private key)" if secrets_in(value) else value
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    return [printable(item) for item in value] if isinstance(value, list) else value


def differing(before: Rule, after: Rule) -> list[str]:
    """The paths of the rules whose own lines differ, in the order of the tree; those that go come last."""
    old, new = ({entry["path"]: entry["rule"] for entry in outline(tree)} for tree in (before, after))
    return [path for path in {**new, **old} if old.get(path) != new.get(path)]


def excerpt(tree: Rule, paths: Collection[str]) -> list[Document]:
    """The outline of these rules only."""
    return [entry for entry in outline(tree) if entry["path"] in paths]


def _lines(rule: Rule) -> Iterator[Any]:
    for key, value in rule.items():
        if key in _SINGULAR:
            for element in value:
                yield _element(_SINGULAR[key], element)
        elif key == "variables":
            for name in sorted(value):
                yield f"variable {name}: {_members(_masked(value[name]))}"
        elif key == "children":
            yield from (f"child {child.get('name')}" for child in value)
        elif key != "name":
            yield f"{key}: {_value(value)}"


def _element(kind: str, element: Document) -> Any:
    ids = element["options"].get("certificateAuthoritySet")
    if isinstance(ids, frozenset) and any(map(is_predicted, ids)):
        return SERVER_MADE
    rest = {key: value for key, value in element.items() if key not in ("name", "options")}
    return f"{kind} {element['name']}: {_members({**rest, **element['options']})}".removesuffix(": ")


def _members(members: Document) -> str:
    return ", ".join(f"{key}={_value(members[key])}" for key in sorted(members) if key != "name")


def _masked(variable: Document) -> Document:
    """A variable; of a sensitive one just enough of a digest to see that the value is another."""
    if variable.get("sensitive") is not True or variable.get("value") is None:
        return variable
    return {**variable, "value": f"(sensitive, {_digest(str(variable['value']))[:4]})"}


def _value(value: Any) -> str:
    # Ansible shows a diff as JSON, in which double quotes would be escaped.
    text = json.dumps(value, sort_keys=True, default=sorted, ensure_ascii=False).replace('"', "'")
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}... ({len(text)} characters, SHA-256 {_digest(text)[:8]})"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()
