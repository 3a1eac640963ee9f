# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rule trees: their shape, and what PAPI makes of one between PUT and GET (papi-v1.md 7.1, 7.2, 7.4, 8.4).

A stored tree is never changed in place: every function here returns a new one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core import Account, Call
from . import catalogue, formats
from .ids import bare, parse_time
from .problems import refuse

Rule = dict[str, Any]
KINDS = ("behaviors", "criteria")


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_options_of_rule(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("is_secure"), bool | None)


def _is_override(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(name), str) for name in ("overrideId", "name"))


Members = Mapping[str, Callable[[Any], bool]]
RULE_MEMBERS: Members = {
    "name": _is_text,
    "behaviors": _is_list,
    "children": _is_list,
    "criteria": _is_list,
    "criteriaMustSatisfy": lambda value: value in ("all", "any"),
    "criteriaLocked": _is_flag,
    "comments": _is_text,
    "uuid": _is_text,
    "templateUuid": _is_text,
    "templateLink": _is_text,
    "options": _is_options_of_rule,
    "variables": _is_list,
    "advancedOverride": _is_text,
    "customOverride": _is_override,
}
ELEMENT_MEMBERS: Members = {
    "name": _is_text,
    "options": _is_object,
    "uuid": _is_text,
    "templateUuid": _is_text,
    "locked": _is_flag,
}

VARIABLE_MEMBERS: Members = {
    **dict.fromkeys(("name", "value", "description"), _is_text),
    **dict.fromkeys(("hidden", "sensitive"), _is_flag),
}

# The lists of a rule besides `children`: what their items are made of, and what those must have.
_PARTS: tuple[tuple[str, Members, tuple[str, ...]], ...] = (
    ("behaviors", ELEMENT_MEMBERS, ("name", "options")),
    ("criteria", ELEMENT_MEMBERS, ("name", "options")),
    ("variables", VARIABLE_MEMBERS, ("name",)),
)


@dataclass(frozen=True, slots=True)
class Node:
    """A rule with its JSON pointer (from the envelope, `/rules/children/0`) and the rules above it, the nearest last."""

    rule: Rule
    pointer: str
    ancestors: tuple[Rule, ...]


def walk(rules: Rule) -> Iterator[Node]:
    """All rules, depth first, in order of evaluation."""
    stack = [Node(rules, "/rules", ())]
    while stack:
        node = stack.pop()
        yield node
        above = (*node.ancestors, node.rule)
        children = node.rule.get("children") or []
        stack.extend(
            Node(child, f"{node.pointer}/children/{at}", above) for at, child in reversed(list(enumerate(children)))
        )


def elements(node: Node, kind: str) -> Iterator[tuple[dict[str, Any], str]]:
    for at, element in enumerate(node.rule.get(kind) or []):
        yield element, f"{node.pointer}/{kind}/{at}"


def count_elements(rules: Rule) -> int:
    return sum(len(node.rule.get(kind) or []) for node in walk(rules) for kind in KINDS)


def depth(rules: Rule) -> int:
    """Levels of rules below `default`."""
    return max(len(node.ancestors) for node in walk(rules))


def is_locked(element: Mapping[str, Any]) -> bool:
    return bool(element.get("uuid")) or element.get("locked") is True or element.get("name") == catalogue.ADVANCED


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why something is no rule tree: a kind of `problems`, a pointer like `#/rules/name`, and a sentence."""

    kind: str
    pointer: str
    text: str


def flaw(rules: Any) -> Flaw | None:
    """The first thing that keeps a document from being stored as a tree at all; null counts as absent everywhere."""
    if isinstance(rules, dict) and rules.get("name") != "default":
        return Flaw("json-schema-invalid", "#/rules/name", "The top rule must have the name default.")
    stack: list[tuple[Any, str]] = [(rules, "#/rules")]
    while stack:
        rule, pointer = stack.pop()
        found = _flaw(rule, pointer, RULE_MEMBERS, ("name",))
        if found is not None:
            return found
        for name, members, required in _PARTS:
            for at, part in enumerate(rule.get(name) or []):
                found = _flaw(part, f"{pointer}/{name}/{at}", members, required)
                if found is not None:
                    return found
        stack.extend((child, f"{pointer}/children/{at}") for at, child in enumerate(rule.get("children") or []))
    return None


def _flaw(value: Any, pointer: str, members: Members, required: tuple[str, ...]) -> Flaw | None:
    if not isinstance(value, dict):
        return Flaw("json-mapping-error", pointer, f"{pointer} must be an object.")
    for name in required:
        if value.get(name) is None:
            return Flaw("json-schema-invalid", pointer, f"{pointer} lacks {name}.")
    for name, check in members.items():
        if value.get(name) is not None and not check(value[name]):
            return Flaw("json-mapping-error", f"{pointer}/{name}", f"{pointer}/{name} has the wrong type or value.")
    return None


def check_shape(call: Call, rules: Any) -> None:
    """400 for what cannot be stored as a tree."""
    found = flaw(rules)
    if found is not None:
        raise refuse(call, found.kind, found.text)


def vocabulary(rules: Rule) -> set[tuple[str, ...]]:
    """The member and option names that a stored tree uses: what a seed has put there survives a round trip."""
    words: set[tuple[str, ...]] = set()
    for node in walk(rules):
        words.update(("rule", name) for name in node.rule)
        for kind in KINDS:
            for element, _ in elements(node, kind):
                words.update(("element", name) for name in element)
                words.update((kind, str(element.get("name")), name) for name in element.get("options") or {})
    return words


@dataclass(slots=True)
class Tidy:
    """How a tree is made ready to be stored. `words` are names kept though no table has them."""

    rule_format: str
    normalise: bool = True
    drop: bool = True
    canonical_names: bool = True
    words: set[tuple[str, ...]] = field(default_factory=set)
    cp_codes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def tree(self, rules: Rule) -> Rule:
        return self._rule(rules, top=True)

    def _rule(self, rule: Rule, *, top: bool) -> Rule:
        if rule.get("uuid") and not top:
            return rule
        kept = {
            name: value
            for name, value in rule.items()
            if (value is not None if name in RULE_MEMBERS else ("rule", name) in self.words)
        }
        for kind in KINDS:
            if kind in kept or self.normalise:
                kept[kind] = [self._element(kind, element) for element in kept.get(kind, [])]
        if "children" in kept or self.normalise:
            kept["children"] = [self._rule(child, top=False) for child in kept.get("children", [])]
        if self.normalise:
            if top:
                kept.setdefault("options", {})
            elif kept.get("criteriaMustSatisfy") is None:
                kept["criteriaMustSatisfy"] = "all"
        return kept

    def _element(self, kind: str, element: dict[str, Any]) -> dict[str, Any]:
        if is_locked(element):
            return element
        kept = {
            name: value for name, value in element.items() if name in ELEMENT_MEMBERS or ("element", name) in self.words
        }
        name = catalogue.canonical(kind, kept["name"])
        if self.canonical_names:
            kept["name"] = name
        kept["options"] = self._options(kind, name, kept.get("options") or {})
        return kept

    def _options(self, kind: str, name: str, sent: dict[str, Any]) -> dict[str, Any]:
        row = catalogue.feature(kind, name)
        if row is None:
            return sent
        table = catalogue.options_of(kind, name, self.rule_format)
        titles = catalogue.titles_of(kind, name, self.rule_format)
        options = dict(sent)
        if row.complete and self.drop:
            known = {option.name for option in table} | set(titles)
            options = {key: value for key, value in sent.items() if key in known or (kind, name, key) in self.words}
        if not self.normalise:
            return options
        if row.complete:
            for option in table:
                if (
                    option.default is not catalogue.NO_DEFAULT
                    and options.get(option.name) is None
                    and catalogue.applies(option, options, table)
                ):
                    options[option.name] = option.default
        for title in titles:
            options.setdefault(title, "")
        if (kind, name) == ("behaviors", "cpCode") and isinstance(options.get("value"), dict):
            options["value"] = self._cp_code(options["value"])
        return options

    def _cp_code(self, value: dict[str, Any]) -> dict[str, Any]:
        known = self.cp_codes.get(bare(value.get("id")))
        return value if known is None else {**value, **known}


def cp_code_references(account: Account) -> dict[str, dict[str, Any]]:
    """What the reference `cpCode.value` is expanded to, by bare CP code id."""
    return {
        bare(code.get("cpcodeId")): {
            "id": int(bare(code["cpcodeId"])) if bare(code["cpcodeId"]).isdecimal() else code["cpcodeId"],
            "name": code.get("cpcodeName"),
            "description": code.get("description", code.get("cpcodeName")),
            "products": [bare(product) for product in code.get("productIds", [])],
            "createdDate": int(
                (parse_time(code.get("createdDate")) or dt.datetime.fromtimestamp(0, dt.UTC)).timestamp() * 1000
            ),
            "cpCodeLimits": None,
        }
        for code in account.document.get("cp_codes", [])
    }


# The break of v2026-02-16 (papi-v1.md 8.4): {isCertificatePresent, isCertificateValid, enforceMtls} -> the new options.
_OLD_OPTIONS = ("isCertificatePresent", "isCertificateValid", "enforceMtls")


def _new_certificate_options(options: dict[str, Any]) -> dict[str, Any]:
    if not (
        {"isCertificatePresent", "isCertificateValid"} & options.keys() or isinstance(options.get("enforceMtls"), bool)
    ):
        return options
    rest = {name: value for name, value in options.items() if name not in _OLD_OPTIONS}
    valid = options.get("isCertificateValid")
    if options.get("isCertificatePresent") is False:
        return rest | {"enforceMtls": "IGNORE", "certificateState": "MISSING"}
    if valid in ("VALID", "INVALID") and options.get("enforceMtls") is True:
        return rest | {"enforceMtls": "FAIL"}
    state = f"PRESENT_{valid}" if valid in ("VALID", "INVALID") else "PRESENT"
    return rest | {"enforceMtls": "IGNORE", "certificateState": state}


def upgrade(rules: Rule, rule_format: str) -> Rule:
    """The tree in the shapes of `rule_format`; the same object when there is nothing to convert."""
    if formats.rank(rule_format) < formats.rank(formats.MTLS_BREAK):
        return rules
    return _upgrade_rule(rules)


def _upgrade_rule(rule: Rule) -> Rule:
    changes: Rule = {}
    criteria = [_upgrade_criterion(criterion) for criterion in rule.get("criteria") or []]
    if any(new is not old for new, old in zip(criteria, rule.get("criteria") or [], strict=True)):
        changes["criteria"] = criteria
    children = [_upgrade_rule(child) for child in rule.get("children") or []]
    if any(new is not old for new, old in zip(children, rule.get("children") or [], strict=True)):
        changes["children"] = children
    return {**rule, **changes} if changes else rule


def _upgrade_criterion(criterion: dict[str, Any]) -> dict[str, Any]:
    options = criterion.get("options")
    if criterion.get("name") != "clientCertificate" or not isinstance(options, dict) or is_locked(criterion):
        return criterion
    new = _new_certificate_options(options)
    return criterion if new is options else {**criterion, "options": new}
