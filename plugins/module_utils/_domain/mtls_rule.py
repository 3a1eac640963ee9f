# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rule that enforces mutual TLS: the guide's basic rule, or its custom one with a logging child (papi-v1.md 8, 9).

The managed rule is the one rule of its name. Of it we manage the `hostname` criterion, the options of
`enforceMtlsSettings` and, as far as they are asked for, `clientCertificateAuth`, `logCustom` and named child rules;
everything else in it stays as found.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeVar

from . import rule_tree
from .errors import Ambiguous, Frozen, InvalidOption
from .plan import is_predicted
from .references import host
from .rule_tree import Element, Place, Rule

DEFAULT_NAME = "Basic mTLS enforcement settings"
CHILD_NAME = "Custom mTLS enforcement settings"
DEFAULT_ATTRIBUTES = ("SHA256_FINGERPRINT",)
DEFAULT_LOG_FIELD = "invalid_mTLS"
ATTRIBUTES = ("SUBJECT", "COMMON_NAME", "SHA256_FINGERPRINT", "ISSUER")

FIRST_FORMAT = "v2023-09-20"
NEW_FORMAT = "v2026-02-16"

ENFORCE, FORWARD, LOG = "enforceMtlsSettings", "clientCertificateAuth", "logCustom"
HOSTNAME, CLIENT_CERTIFICATE = "hostname", "clientCertificate"

T = TypeVar("T")
Family = Literal["old", "new"]

#: "A check of enforceMtlsSettings failed", as each family of formats says it (papi-v1.md 8.4).
SETTINGS_FAILED: dict[Family, dict[str, Any]] = {
    "old": {"isCertificatePresent": True, "isCertificateValid": "VALID", "enforceMtls": True},
    "new": {"enforceMtls": "FAIL"},
}
#: What an option means there when it is absent.
ABSENT_MEANS: dict[Family, dict[str, Any]] = {
    "old": {"isCertificatePresent": True, "isCertificateValid": "IGNORE", "enforceMtls": False},
    "new": {"enforceMtls": "FAIL"},
}
#: The values of `enforceMtls` that need an ancestor with enforceMtlsSettings (papi-v1.md 8.5).
NEEDS_ENFORCEMENT: dict[Family, tuple[Any, ...]] = {"old": (True,), "new": ("FAIL", "PASS")}


@dataclass(frozen=True, slots=True)
class RuleWish:
    """What the rule shall be. None keeps what is there, and takes the guide's value for a new rule.

    `ca_set_ids` may hold stand-ins for sets that do not exist yet. Empty `client_certificate_attributes` or an empty
    `log_field` take the behavior out. `child_rules` are whole rules in the shape of the tree's format, each with a name
    of its own, by which it is found; with `enforcement: log` they take the place of the guide's child.
    """

    hostnames: Sequence[str] | None = None
    ca_set_ids: Sequence[str] | None = None
    rule_name: str = DEFAULT_NAME
    enforcement: Literal["deny", "log"] | None = None
    ocsp: bool | None = None
    client_certificate_attributes: Sequence[str] | None = None
    log_field: str | None = None
    child_rules: Sequence[Rule] | None = None


class Edit(NamedTuple):
    """An edited tree; `before` and `after` are projections of the managed rule, None where there is none."""

    tree: Rule
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    changed: bool


def family(rule_format: str) -> Family:
    """Which shape the features have in a rule format; formats before them are an `invalid_option` error."""
    if rule_format == "latest":
        return "new"
    if not re.fullmatch(r"v\d{4}-\d{2}-\d{2}", rule_format):
        raise InvalidOption(f"{rule_format!r} is not a rule format this collection knows.")
    if rule_format < FIRST_FORMAT:
        raise InvalidOption(
            f"Rule format {rule_format} has no enforceMtlsSettings behavior; it came with {FIRST_FORMAT}.",
            cure=f"Move the property to rule format {FIRST_FORMAT} or later first: this collection never changes it.",
        )
    return "new" if rule_format >= NEW_FORMAT else "old"


def locate(tree: Rule, rule_name: str) -> Place | None:
    """The one rule of that name, wherever it stands; two are `ambiguous`."""
    if rule_name == "default":
        raise InvalidOption("rule_name cannot be default: enforceMtlsSettings needs a rule with criteria.")
    return _single(rule_tree.named(tree, rule_name), f"rule {rule_name!r}")


def find_enforcing(tree: Rule) -> list[Place]:
    """All rules that have enforceMtlsSettings, whatever they are called."""
    return rule_tree.find(tree, lambda rule: bool(rule_tree.elements(rule, "behaviors", ENFORCE)))


def names_predicted_set(tree: Rule) -> bool:
    """Whether a rule enforces a CA set that does not exist yet."""
    found = (rule_tree.elements(place.rule, "behaviors", ENFORCE) for place in find_enforcing(tree))
    ids = (rule_tree.options(item).get("certificateAuthoritySet") for items in found for item in items)
    return any(is_predicted(number) for numbers in ids if isinstance(numbers, list) for number in numbers)


def ensure(tree: Rule, rule_format: str, wish: RuleWish) -> Edit:
    """The tree with the managed rule as wished; the very same tree where it holds already."""
    shape = family(rule_format)
    place = locate(tree, wish.rule_name)
    _check(wish, new=place is None)
    old = place.rule if place else _skeleton(wish.rule_name)
    new = _edited(old, place.names if place else (wish.rule_name,), shape, wish)
    if place is not None and rule_tree.equal(old, new):
        shown = project(place, shape)
        return Edit(tree, shown, shown, False)
    edited = rule_tree.inserted(tree, (), new) if place is None else rule_tree.replaced(tree, place.indexes, new)
    _guard(tree, edited, place)
    after = locate(edited, wish.rule_name)
    return Edit(edited, _shown(place, shape), _shown(after, shape), True)


def _shown(place: Place | None, shape: Family) -> dict[str, Any] | None:
    return None if place is None else project(place, shape)


def remove(tree: Rule, rule_format: str, rule_name: str = DEFAULT_NAME, child_rules: Iterable[Rule | str] = ()) -> Edit:
    """The tree without mutual TLS enforcement in that rule (MEANING 23).

    Children that need it go along if they are ours by shape or named in `child_rules`; others are refused by name. The
    rule itself goes when nothing of anybody else's is left in it.
    """
    place = locate(tree, rule_name)
    if place is None or not rule_tree.elements(place.rule, "behaviors", ENFORCE):
        return Edit(tree, None, None, False)
    shape = family(rule_format)
    own = {child if isinstance(child, str) else str(child.get("name")) for child in child_rules}
    rest = _without_dependants(place, shape, own, "Change or remove these rules first, or name them in child_rules.")
    behaviors = [item for item in rest.get("behaviors") or [] if item.get("name") != ENFORCE]
    foreign = [item for item in behaviors if item.get("name") not in (FORWARD, LOG)]
    if foreign or rule_tree.children(rest):
        edited = rule_tree.replaced(tree, place.indexes, {**rest, "behaviors": behaviors})
    else:
        edited = rule_tree.removed(tree, place.indexes)
    _guard(tree, edited, place)
    return Edit(edited, project(place, shape), None, True)


def dependants(place: Place, shape: Family) -> list[Place]:
    """The rules below that need this rule's enforceMtlsSettings: those with no other one in between."""
    found: list[Place] = []
    for index, child in enumerate(rule_tree.children(place.rule)):
        below = Place(child, (*place.indexes, index), (*place.names, str(child.get("name"))))
        if any(_needs(item, shape) for item in rule_tree.elements(child, "criteria", CLIENT_CERTIFICATE)):
            found.append(below)
        if not rule_tree.elements(child, "behaviors", ENFORCE):
            found += dependants(below, shape)
    return found


def project(place: Place, shape: Family) -> dict[str, Any]:
    """The `mtls_rule` of results and diffs; what has no order is sorted.

    `enforcement`: "deny", "log", or null where the rule enforces nothing. `rule_path`: names below `default`.
    `hostnames_excepted` are those of a criterion IS_NOT_ONE_OF, `other_criteria` narrow the rule further,
    `child_rules` are all but the one that this collection makes.
    """
    rule = place.rule
    enforce = next(iter(rule_tree.elements(rule, "behaviors", ENFORCE)), None)
    settings = rule_tree.options(enforce) if enforce else {}
    enabled = settings.get("enableAuthSet") is True
    criteria = rule.get("criteria") or []
    names = {True: set[str](), False: set[str]()}
    for criterion in rule_tree.elements(rule, "criteria", HOSTNAME):
        values = rule_tree.options(criterion)
        names[values.get("matchOperator", "IS_ONE_OF") == "IS_ONE_OF"].update(values.get("values") or ())
    sources = [rule, *(child for child in rule_tree.children(rule) if _handles_failure(child, shape))]
    forward, log = _first(sources, FORWARD), _first(sources, LOG)
    return {
        "rule_name": rule.get("name"),
        "rule_path": list(place.names),
        "hostnames": sorted(names[True]),
        "hostnames_excepted": sorted(names[False]),
        "other_criteria": [item.get("name") for item in criteria if item.get("name") != HOSTNAME],
        "ca_set_ids": sorted(map(str, settings.get("certificateAuthoritySet") or ())) if enabled else [],
        "enforcement": (None if not enforce else "deny" if settings.get("enableDenyRequest") is not False else "log"),
        "ocsp": settings.get("enableOcspStatus") is True,
        "client_certificate_attributes": _forwarded(forward),
        "log_field": log.get("customLogField") if log.get("logCustomLogField") is True else None,
        "child_rules": [rule_tree.shown(child) for child in rule_tree.children(rule) if not _made(child, shape)],
    }


def left(tree: Rule, rule_name: str) -> list[Rule] | None:
    """The child rules of a rule that enforces nothing; None where it is not there at all."""
    place = locate(tree, rule_name)
    return None if place is None else [rule_tree.shown(child) for child in rule_tree.children(place.rule)]


# Building and editing


def _skeleton(name: str) -> Rule:
    return {"name": name, "criteriaMustSatisfy": "all", "criteria": [], "behaviors": [], "children": []}


def _check(wish: RuleWish, *, new: bool) -> None:
    for option in ("hostnames", "ca_set_ids"):
        value = getattr(wish, option)
        if value is not None and not value:
            raise InvalidOption(f"{option} of rule {wish.rule_name!r} must not be empty.")
        if value is None and new:
            raise InvalidOption(f"{option} is required: there is no rule {wish.rule_name!r} yet.")
    unknown = [name for name in wish.client_certificate_attributes or () if name not in ATTRIBUTES]
    if unknown:
        raise InvalidOption(
            f"client_certificate_attributes: {', '.join(unknown)} does not exist.",
            cure=f"Choose from {', '.join(ATTRIBUTES)}.",
        )
    if wish.log_field is not None and len(wish.log_field.encode()) > 1000:
        raise InvalidOption("log_field is longer than 1000 bytes.")


def _edited(rule: Rule, names: tuple[str, ...], shape: Family, wish: RuleWish) -> Rule:
    """A copy of the rule with the managed members as wished."""
    new = deepcopy(rule)
    what = f"rule {wish.rule_name!r}"
    if wish.hostnames is not None:
        values = list(dict.fromkeys(host(name) for name in wish.hostnames))
        _set(_element(new, "criteria", HOSTNAME, what), {"matchOperator": "IS_ONE_OF", "values": values})
    enforce = _element(new, "behaviors", ENFORCE, what)
    settings: dict[str, Any] = {"enableAuthSet": True}
    if wish.ca_set_ids is not None:
        settings["certificateAuthoritySet"] = list(dict.fromkeys(map(str, wish.ca_set_ids)))
    settings |= _chosen("enableOcspStatus", wish.ocsp, enforce, default=False)
    deny = None if wish.enforcement is None else wish.enforcement == "deny"
    settings |= _chosen("enableDenyRequest", deny, enforce, default=True)
    _set(enforce, settings)
    _own_children(new, wish.child_rules or ())
    if rule_tree.options(enforce)["enableDenyRequest"]:
        return _denying(Place(new, names=names), shape, wish)
    _logging(new, shape, wish)
    return new


def _denying(place: Place, shape: Family, wish: RuleWish) -> Rule:
    """Refused requests need no handling: children for them go; what is forwarded stands in the rule itself."""
    if wish.log_field:
        raise InvalidOption("log_field needs enforcement: log, as refused requests are not handled further.")
    for child in wish.child_rules or ():
        if dependants(Place({"children": [child]}), shape):
            raise InvalidOption(f"Child rule {child['name']!r} is for failed checks, which needs enforcement: log.")
    rule = _without_dependants(place, shape, (), "Take the rule out first, with `state: absent` and its child_rules.")
    if wish.client_certificate_attributes is not None:
        _put_forward([rule], rule, wish.client_certificate_attributes)
    return rule


def _logging(rule: Rule, shape: Family, wish: RuleWish) -> None:
    """The guide's custom rule: a child for requests that failed a check forwards attributes and writes a log field.

    One child with both behaviors, or one for each, as the guide's text has it, is all the same.
    """
    if wish.child_rules is not None:
        if wish.client_certificate_attributes is not None or wish.log_field is not None:
            raise InvalidOption(
                "child_rules exclude client_certificate_attributes and log_field with enforcement: log.",
                cure="Put the behaviors into your child rules.",
            )
        own = {str(child.get("name")) for child in wish.child_rules}
        if rule.get("children"):
            rule["children"] = [
                child for child in rule_tree.children(rule) if child.get("name") in own or not _made(child, shape)
            ]
        return
    kids = rule_tree.children(rule)
    child = _single([kid for kid in kids if kid.get("name") == CHILD_NAME], f"child rule {CHILD_NAME!r}")
    handlers = [kid for kid in kids if kid is not child and _handles_failure(kid, shape)]
    attributes, log_field = wish.client_certificate_attributes, wish.log_field
    if child is not None:
        _match_failure(child, shape)
    elif not handlers:
        child = _skeleton(CHILD_NAME)
        _match_failure(child, shape)
        rule["children"] = [*kids, child]
        attributes = DEFAULT_ATTRIBUTES if attributes is None else attributes
        log_field = DEFAULT_LOG_FIELD if log_field is None else log_field
    candidates = [*([child] if child is not None else []), *handlers]
    if attributes is not None:
        _put_forward(candidates, candidates[0], attributes)
    if log_field is not None:
        _put(candidates, candidates[0], LOG, log_field and {"logCustomLogField": True, "customLogField": log_field})


def _put_forward(candidates: Sequence[Rule], home: Rule, attributes: Sequence[str]) -> None:
    """`clientCertificateAuth` with these attributes; whether the validation status is sent along stays as found."""
    names = list(dict.fromkeys(attributes))
    wanted = {"enable": True, "enableCompleteClientCertificate": False, "clientCertificateAttributes": names}
    found = _first(candidates, FORWARD)
    if "enableClientCertificateValidationStatus" not in found:
        wanted["enableClientCertificateValidationStatus"] = True
    _put(candidates, home, FORWARD, names and wanted)


def _put(candidates: Sequence[Rule], home: Rule, name: str, wanted: Any) -> None:
    """The behavior with these options in the candidate that has it, else in `home`; without options, in none."""
    holders = [rule for rule in candidates if rule_tree.elements(rule, "behaviors", name)]
    if not wanted:
        for rule in holders:
            rule["behaviors"] = [item for item in rule["behaviors"] if item.get("name") != name]
        return
    rule = holders[0] if holders else home
    _set(_element(rule, "behaviors", name, f"rule {rule.get('name')!r}"), wanted)


def _match_failure(rule: Rule, shape: Family) -> None:
    criterion = _element(rule, "criteria", CLIENT_CERTIFICATE, f"rule {rule.get('name')!r}")
    _set(criterion, SETTINGS_FAILED[shape])


def _own_children(rule: Rule, wanted: Iterable[Rule]) -> None:
    for child in wanted:
        name = child["name"]
        kids = rule_tree.children(rule)
        indexes = [index for index, kid in enumerate(kids) if kid.get("name") == name]
        index = _single(indexes, f"child rule {name!r}")
        if index is None:
            rule["children"] = [*kids, deepcopy(child)]
        elif rule_tree.dropped(child, kids[index]):
            rule["children"] = [*kids[:index], deepcopy(child), *kids[index + 1 :]]


def _without_dependants(place: Place, shape: Family, own: Collection[str], cure: str) -> Rule:
    """The rule without the children that need its enforceMtlsSettings; any of somebody else's are refused by name."""
    needing = dependants(place, shape)
    depth = len(place.indexes) + 1
    kids = rule_tree.children(place.rule)
    ours = {index for index, kid in enumerate(kids) if kid.get("name") in own or _ours(kid, shape)}
    strangers = [str(below) for below in needing if below.indexes[depth - 1] not in ours]
    if strangers:
        raise Frozen(
            f"Rules that are not of this collection's making depend on enforceMtlsSettings of {place.names[-1]!r}: "
            f"{'; '.join(strangers)}.",
            cure=cure,
            errors=[{"rule": name} for name in strangers],
        )
    going = {below.indexes[depth - 1] for below in needing} | {
        index for index in ours if kids[index].get("name") in own
    }
    if not going:
        return place.rule
    return {**place.rule, "children": [kid for index, kid in enumerate(kids) if index not in going]}


# Recognising


def _needs(criterion: Element, shape: Family) -> bool:
    return _meant(criterion, shape)["enforceMtls"] in NEEDS_ENFORCEMENT[shape]


def _meant(criterion: Element, shape: Family) -> dict[str, Any]:
    """The options of a clientCertificate criterion that tell its intent, defaults filled in."""
    found = {key: value for key, value in rule_tree.options(criterion).items() if value is not None}
    return {key: found.get(key, default) for key, default in ABSENT_MEANS[shape].items()}


def _handles_failure(rule: Rule, shape: Family) -> bool:
    """Whether the rule is for exactly those requests that failed a check of enforceMtlsSettings."""
    criteria = rule.get("criteria") or []
    found = rule_tree.elements(rule, "criteria", CLIENT_CERTIFICATE)
    return len(criteria) == len(found) == 1 and _meant(found[0], shape) == SETTINGS_FAILED[shape]


def _ours(rule: Rule, shape: Family) -> bool:
    """Whether a child is one that this collection, or the guide, makes: it does nothing else, nothing is locked."""
    return (
        _handles_failure(rule, shape)
        and not rule_tree.children(rule)
        and not rule.get("templateUuid")
        and not rule_tree.locked_elements(rule)
        and {item.get("name") for item in rule.get("behaviors") or []} <= {FORWARD, LOG}
    )


def _made(rule: Rule, shape: Family) -> bool:
    """Whether a child is the one that `_logging` makes, which options tell and `child_rules` do not."""
    return rule.get("name") == CHILD_NAME and _ours(rule, shape)


def _forwarded(settings: Mapping[str, Any]) -> list[str] | None:
    if settings.get("enable") is not True or settings.get("enableCompleteClientCertificate") is not False:
        return None
    return sorted(settings.get("clientCertificateAttributes") or ())


def _first(rules: Iterable[Rule], name: str) -> dict[str, Any]:
    """The options of the first behavior of that name in any of the rules; {} without one."""
    found = (item for rule in rules for item in rule_tree.elements(rule, "behaviors", name))
    return rule_tree.options(next(found, {"options": {}}))


def _chosen(option: str, wish: bool | None, element: Element, *, default: bool) -> dict[str, bool]:
    """The option as wished, else as found, else its default, so that a new rule says all that it means."""
    if wish is None:
        found = rule_tree.options(element).get(option)
        return {option: default if found is None else bool(found)}
    return {option: wish}


def _element(rule: Rule, kind: Literal["criteria", "behaviors"], name: str, what: str) -> Element:
    """The one behavior or criterion of that name in a rule of our own copy, appended if there is none."""
    found = _single(rule_tree.elements(rule, kind, name), f"{name} in {what}")
    if found is None:
        found = {"name": name, "options": {}}
        rule[kind] = [*(rule.get(kind) or []), found]
    return found


def _set(element: Element, wanted: Mapping[str, Any]) -> None:
    """Set options that differ in meaning, so that order and spelling of equal ones stay as found."""
    current = rule_tree.options(element)
    name = str(element.get("name"))
    changed = {
        key: value
        for key, value in wanted.items()
        if key not in current or not rule_tree.same_option(name, key, current[key], value)
    }
    if changed:
        element["options"] = {**current, **deepcopy(changed)}


def _single(found: Sequence[T], what: str) -> T | None:
    """The only one, or None; several are `ambiguous`."""
    if len(found) > 1:
        places = [str(item) for item in found if isinstance(item, Place)]
        raise Ambiguous(
            f"There are {len(found)} of {what}" + (f": {'; '.join(places)}." if places else "."),
            cure="Rename or remove the others: a rule can be told only by its name.",
            errors=[{"seen": place} for place in places],
        )
    return found[0] if found else None


def _guard(tree: Rule, edited: Rule, place: Place | None) -> None:
    """Refuse to touch what is locked, the rules above the managed one included."""
    above = rule_tree.ancestors(tree, place) if place else []
    if locked := [str(rule) for rule in above if rule_tree.rule_locked(rule.rule)]:
        raise Frozen(
            f"The mutual TLS rule stands in a rule that Akamai has locked: {'; '.join(locked)}.",
            cure="Have the rule moved by Akamai's support, or give another rule_name.",
            errors=[{"locked": name} for name in locked],
        )
    rule_tree.guard_locks(tree, edited)
