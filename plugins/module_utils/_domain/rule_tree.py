# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generic edits and comparisons of a rule tree, on the raw document (papi-v1.md 7).

A tree is its `default` rule as `GET rules` returns it under `rules`. Functions never change what they are given: an
edited tree shares with the old one everything beside the path to the edit.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal

from .errors import Frozen

Rule = dict[str, Any]
Element = dict[str, Any]

#: Options without an order, by the behavior or criterion they belong to.
UNORDERED = frozenset(
    {
        ("enforceMtlsSettings", "certificateAuthoritySet"),
        ("enforceMtlsSettings", "clientCertificateAttributes"),
        ("clientCertificateAuth", "clientCertificateAttributes"),
        ("hostname", "values"),
    }
)

#: Defaults that PAPI may add to, or leave out of, what it returns (papi-v1.md 7.4, 8.2 to 8.4). A value that is the
#: default in one family of formats does not occur in the other.
DEFAULTS: dict[tuple[str, str], tuple[Any, ...]] = {
    ("enforceMtlsSettings", "enableAuthSet"): (False,),
    ("enforceMtlsSettings", "enableOcspStatus"): (False,),
    ("enforceMtlsSettings", "enableDenyRequest"): (True,),
    ("clientCertificateAuth", "enable"): (False,),
    ("clientCertificateAuth", "enableCompleteClientCertificate"): (True,),
    ("clientCertificateAuth", "enableClientCertificateValidationStatus"): (True,),
    ("logCustom", "logCustomLogField"): (False,),
    ("logCustom", "customLogField"): ("",),
    ("hostname", "matchOperator"): ("IS_ONE_OF",),
    ("clientCertificate", "isCertificatePresent"): (True,),
    ("clientCertificate", "isCertificateValid"): ("IGNORE",),
    ("clientCertificate", "enforceMtls"): (False, "FAIL"),
}

#: What PAPI adds to a reference that was sent as `{"id": n}` (papi-v1.md 7.4).
EXPANSION = frozenset({"name", "description", "products", "createdDate", "cpCodeLimits"})

#: Names that PAPI takes for others on input (papi-v1.md 7.4).
ALIASES = {"hoit": "hostname", "cpcode": "cpCode"}

_ELEMENT_LISTS = ("behaviors", "criteria")
#: Members of a rule or element that mean nothing at these values.
_NEUTRAL: dict[str, tuple[Any, ...]] = {
    "criteriaMustSatisfy": ("all",),
    "criteriaLocked": (False,),
    "locked": (False,),
    "comments": ("",),
    "hidden": (False,),
    "sensitive": (False,),
}
_EMPTY: tuple[Any, ...] = (None, [], {})
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Place:
    """A rule and where it stands: indexes and names of the `children` on the way down from `default`."""

    rule: Rule
    indexes: tuple[int, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def pointer(self) -> str:
        """JSON pointer into the envelope, as PAPI's `errorLocation` has it."""
        return "/rules" + "".join(f"/children/{index}" for index in self.indexes)

    def __str__(self) -> str:
        return " > ".join(("default", *self.names))


def walk(tree: Rule) -> Iterator[Place]:
    """All rules, parents before children, in order; the first is `default`."""
    return _below(Place(tree))


def _below(place: Place) -> Iterator[Place]:
    yield place
    for index, child in enumerate(children(place.rule)):
        yield from _below(Place(child, (*place.indexes, index), (*place.names, str(child.get("name")))))


def find(tree: Rule, fits: Callable[[Rule], bool]) -> list[Place]:
    return [place for place in walk(tree) if fits(place.rule)]


def named(tree: Rule, name: str) -> list[Place]:
    """All rules below `default` of exactly that name."""
    return [place for place in walk(tree) if place.indexes and place.names[-1] == name]


def by_path(tree: Rule, names: Sequence[str]) -> list[Place]:
    """All rules on that path of names below `default`; names need not be unique among siblings."""
    return [place for place in walk(tree) if place.names == tuple(names)]


def ancestors(tree: Rule, place: Place) -> list[Place]:
    """The rules above, `default` first."""
    return [
        Place(rule_at(tree, place.indexes[:depth]), place.indexes[:depth], place.names[:depth])
        for depth in range(len(place.indexes))
    ]


def children(rule: Rule) -> list[Rule]:
    return rule.get("children") or []


def elements(rule: Rule, kind: str, name: str) -> list[Element]:
    """The `behaviors` or `criteria` of that name."""
    return [element for element in rule.get(kind) or [] if element.get("name") == name]


def options(element: Element) -> dict[str, Any]:
    return element.get("options") or {}


def rule_at(tree: Rule, indexes: Sequence[int]) -> Rule:
    for index in indexes:
        tree = children(tree)[index]
    return tree


def replaced(tree: Rule, indexes: Sequence[int], rule: Rule) -> Rule:
    """The tree with another rule at that place."""
    if not indexes:
        return rule
    head, *rest = indexes
    siblings = list(children(tree))
    siblings[head] = replaced(siblings[head], rest, rule)
    return {**tree, "children": siblings}


def removed(tree: Rule, indexes: Sequence[int]) -> Rule:
    """The tree without the rule at that place, and without what is below it."""
    *above, last = indexes
    parent = rule_at(tree, above)
    siblings = [child for index, child in enumerate(children(parent)) if index != last]
    return replaced(tree, above, {**parent, "children": siblings})


def inserted(tree: Rule, parent: Sequence[int], rule: Rule) -> Rule:
    """The tree with a new child: the last one, as the last match wins, but before locked rules at the end."""
    above = rule_at(tree, parent)
    siblings = list(children(above))
    position = len(siblings)
    while position and rule_locked(siblings[position - 1]):
        position -= 1
    siblings.insert(position, rule)
    return replaced(tree, parent, {**above, "children": siblings})


def rule_locked(rule: Rule) -> bool:
    """Whether the vendor has locked this rule (papi-v1.md 7.5); a `uuid` that reads "default" locks nothing."""
    return rule.get("uuid") not in (None, "", "default") or rule.get("locked") is True


def element_locked(element: Element) -> bool:
    """Whether the vendor has locked this behavior or criterion; `advanced` ones hold the vendor's XML."""
    return bool(element.get("uuid")) or element.get("locked") is True or element.get("name") == "advanced"


def locked_elements(tree: Rule) -> list[tuple[str, str]]:
    """Everything locked, in order: what it is called in messages, and its canonical content."""
    return [item for place in walk(tree) for item in _locked_at(place)]


def _locked_at(place: Place) -> Iterator[tuple[str, str]]:
    rule = place.rule
    if rule_locked(rule):
        yield f"rule '{place}'", _text(canonical(rule))
    if rule.get("advancedOverride"):
        yield f"advancedOverride of rule '{place}'", _text(rule["advancedOverride"])
    if rule.get("criteriaLocked") is True:
        yield f"criteria of rule '{place}'", _text([_element(item) for item in rule.get("criteria") or []])
    for kind in _ELEMENT_LISTS:
        for item in rule.get(kind) or []:
            if element_locked(item):
                yield f"{kind} '{item.get('name')}' of rule '{place}'", _text(_element(item))


def broken_locks(before: Rule, after: Rule) -> list[str]:
    """What an edit would do to locked elements: they must come back unchanged and in their relative order."""
    old, new = locked_elements(before), locked_elements(after)
    if [content for dummy, content in old] == [content for dummy, content in new]:
        return []
    kept = Counter(content for dummy, content in new)
    known = Counter(content for dummy, content in old)
    missing = [name for name, content in old if known[content] > kept[content]]
    added = [name for name, content in new if kept[content] > known[content]]
    return missing or added or ["the order of locked elements"]


def guard_locks(before: Rule, after: Rule) -> None:
    """Refuse an edit that would touch what only the vendor may change."""
    if broken := broken_locks(before, after):
        raise Frozen(
            f"Locked by Akamai, so that this edit would be refused: {'; '.join(broken)}.",
            cure="Leave locked elements as they are, or have them changed by Akamai's support.",
            errors=[{"locked": name} for name in broken],
        )


# Comparison


class _Options(dict[str, Any]):
    """Canonical options, and the names of those whose absence has a meaning: left out here as they have no value."""

    spoken: Collection[str] = ()


def canonical(rule: Rule) -> dict[str, Any]:
    """A rule in the form that compares: without what PAPI adds, drops or reorders by itself (papi-v1.md 7.4)."""
    plain: dict[str, Any] = {}
    for key, value in rule.items():
        if key == "children":
            value = [canonical(child) for child in value or []]
        elif key in _ELEMENT_LISTS:
            value = [_element(element) for element in value or []]
        elif key == "variables":
            value = {str(item.get("name")): _members(item) for item in value or []}
        else:
            value = _plain(value)
        if _counts(key, value):
            plain[key] = value
    return plain


def equal(left: Rule, right: Rule) -> bool:
    """Whether two trees mean the same."""
    return not difference(left, right)


def difference(left: Rule, right: Rule) -> list[str]:
    """JSON pointers of what differs in meaning; children, behaviors and criteria are matched by position."""
    return list(_differences(canonical(left), canonical(right), "/rules", "nowhere"))


def dropped(wanted: Rule, returned: Rule) -> list[str]:
    """JSON pointers of what the server dropped or changed of a tree that was sent; options it added do not count.

    None of them is the proof that an edit arrived and that the rest is what it was.
    """
    return list(_differences(canonical(wanted), canonical(returned), "/rules", "in options"))


def same_option(element: str, key: str, left: Any, right: Any) -> bool:
    """Whether two values of an option of that behavior or criterion mean the same, defaults aside."""
    one, other = _option(element, key, left), _option(element, key, right)
    return type(one) is type(other) and bool(one == other)


def shown(rule: Rule) -> Rule:
    """A rule for people and results: what counts of it, in plain types, sets sorted."""
    document: Rule = json.loads(_text(canonical(rule)))
    return document


def _element(element: Element) -> dict[str, Any]:
    name = ALIASES.get(str(element.get("name")), str(element.get("name")))
    plain = {**_members({key: value for key, value in element.items() if key != "options"}), "name": name}
    found = options(element)
    kept = _Options(
        {key: _option(name, key, value) for key, value in found.items() if _option_counts(name, key, value)}
    )
    kept.spoken = found.keys() | {key for owner, key in DEFAULTS if owner == name}
    return {**plain, "options": kept}


def _members(document: dict[str, Any]) -> dict[str, Any]:
    return {key: _plain(value) for key, value in document.items() if _counts(key, value)}


def _option(element: str, key: str, value: Any) -> Any:
    if (element, key) in UNORDERED and isinstance(value, list):
        return frozenset(str(item).lower() if element == "hostname" else str(item) for item in value)
    return _plain(value)


def _option_counts(element: str, key: str, value: Any) -> bool:
    if value in _EMPTY or (key.endswith("Title") and value == ""):
        return False
    # `in` would take 0 for False.
    return not any(value == default and type(value) is type(default) for default in DEFAULTS.get((element, key), ()))


def _counts(key: str, value: Any) -> bool:
    return value not in _EMPTY and value not in _NEUTRAL.get(key, ())


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if "id" in value and value.keys() - {"id"} <= EXPANSION:
            return {"id": value["id"]}
        plain = {key: _plain(item) for key, item in value.items()}
        return {key: item for key, item in plain.items() if item not in _EMPTY}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _differences(
    left: Any, right: Any, pointer: str, added_ok: Literal["nowhere", "in options", "here"]
) -> Iterator[str]:
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted(left.keys() | right.keys()):
            below = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            inner = "here" if added_ok == "in options" and key == "options" else added_ok
            if key in left and key in right:
                yield from _differences(left[key], right[key], below, inner)
            elif key in left or inner != "here" or key in getattr(left, "spoken", ()):
                yield below
    elif isinstance(left, list) and isinstance(right, list):
        for index, (one, other) in enumerate(zip_longest(left, right, fillvalue=_ABSENT)):
            yield from _differences(one, other, f"{pointer}/{index}", added_ok)
    elif left != right or type(left) is not type(right):
        yield pointer


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=sorted)
