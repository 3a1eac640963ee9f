# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors and warnings of a rule tree (papi-v1.md 6.5, 8.1 to 8.5, 14). Errors never keep a tree from being saved."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..core import Account, Emulator
from . import catalogue, formats, tree
from .problems import type_uri

Item = dict[str, Any]
MAX_ELEMENTS = 3000
MAX_NESTED_RULES = 6
MAX_CLIENT_IP_MATCHES = 10
MAX_CLIENT_IPS = 300

_SWITCHES = ("unknown_features", "papi_misplaced_mtls", "papi_unknown_ca_set", "papi_mtls_module")
_LABELS = {"cpCode": "Content Provider Code", "origin": "Origin"}


def _item(tail: str, pointer: str, detail: str) -> Item:
    return {"type": type_uri(f"papi/v0/validation/{tail}"), "errorLocation": f"#{pointer}", "detail": detail}


@dataclass(frozen=True, slots=True)
class Context:
    """What a validation depends on besides the tree; `path` is that of the rules resource below /papi/v0."""

    rule_format: str
    full: bool
    path: str
    switches: tuple[str, ...]
    ca_sets: frozenset[str] | None

    def switch(self, name: str) -> str:
        return self.switches[_SWITCHES.index(name)]


def context(emulator: Emulator, account: Account, rule_format: str, path: str, *, full: bool) -> Context:
    switches = tuple(emulator.switch(name) for name in _SWITCHES)
    return Context(rule_format, full, path, switches, _ca_sets(account) if "error" in switches[2] else None)


def _ca_sets(account: Account) -> frozenset[str]:
    return frozenset(str(ca_set.get("caSetId")) for ca_set in account.document.get("ca_sets", []))


# The last results by tree identity: stored trees are never changed in place, and an entry keeps its tree alive, so that
# no other tree gets its identity.
_CACHE: OrderedDict[tuple[int, Context], tuple[tree.Rule, list[Item], list[Item]]] = OrderedDict()
_CACHE_SIZE = 128


def validate(rules: tree.Rule, about: Context) -> tuple[list[Item], list[Item]]:
    """(errors, warnings), to be left unchanged by the caller."""
    key = (id(rules), about)
    found = _CACHE.get(key)
    if found is None:
        errors, warnings = _validate(rules, about)
        found = _CACHE[key] = (rules, errors, warnings)
        while len(_CACHE) > _CACHE_SIZE:
            _CACHE.popitem(last=False)
    return found[1], found[2]


def _validate(rules: tree.Rule, about: Context) -> tuple[list[Item], list[Item]]:
    errors: list[Item] = list(_missing_in_default(rules, about))
    misplaced: list[Item] = []
    client_ips = 0
    for node in tree.walk(rules):
        for kind in tree.KINDS:
            for element, pointer in tree.elements(node, kind):
                if not tree.is_locked(element):
                    errors.extend(_element(kind, element, pointer, about))
                    client_ips += element.get("name") == "clientIp"
        errors.extend(_repeated(node))
        if about.full:
            errors.extend(_default_criteria(node))
            misplaced.extend(_misplaced(node))
    errors.extend(_limits(rules, client_ips))
    warnings = list(_unstable(about))
    (errors if about.switch("papi_misplaced_mtls") == "error" else warnings).extend(misplaced)
    return errors, warnings


def _missing_in_default(rules: tree.Rule, about: Context) -> Iterator[Item]:
    present = {catalogue.canonical("behaviors", str(element.get("name"))) for element in rules.get("behaviors") or []}
    for number, name in enumerate(sorted(_LABELS.keys() - present)):
        yield {
            "type": "/papi/v0/errors/validation.required_behavior",
            "title": "Missing required behavior in default rule",
            "detail": f"In order for this property to work correctly behavior {_LABELS[name]} needs to be present "
            "in the default section",
            "instance": f"{about.path}#err_{100 + number}",
            "behaviorName": name,
        }


def _element(kind: str, element: dict[str, Any], pointer: str, about: Context) -> Iterator[Item]:
    name = catalogue.canonical(kind, str(element.get("name")))
    noun = "behavior" if kind == "behaviors" else "criterion"
    unknown = "unknown_feature" if kind == "behaviors" else "unknown_condition"
    row = catalogue.feature(kind, name)
    if row is None:
        if about.switch("unknown_features") == "error":
            yield _item(unknown, pointer, f"The {noun} `{name}` is unknown.")
        return
    if not formats.within(about.rule_format, row.since, None):
        yield _item(unknown, pointer, f"The {noun} `{name}` is not available in rule format {about.rule_format}.")
        return
    if row.mtls and about.switch("papi_mtls_module") == "missing":
        yield _item(
            "not_granted_by_modules_on_contract", pointer, f"The modules on the contract do not include `{name}`."
        )
    options = element.get("options") or {}
    table = catalogue.options_of(kind, name, about.rule_format)
    for option in table:
        where = f"{pointer}/options/{option.name}"
        if options.get(option.name) is not None:
            yield from _value(option, options[option.name], name, noun, where)
        elif option.required and catalogue.applies(option, options, table):
            tail = "option_required_when.applies" if option.when else "option_required"
            yield _item(tail, where, f"The `{option.name}` option on the `{name}` {noun} is required.")
    if name == "enforceMtlsSettings" and about.ca_sets is not None:
        sets = options.get("certificateAuthoritySet")
        for ca_set in sets if isinstance(sets, list) else ():
            if str(ca_set) not in about.ca_sets:
                yield _item(
                    "validation_message.unknown_ca_set",
                    f"{pointer}/options/certificateAuthoritySet",
                    f"The CA set {ca_set} does not exist.",
                )
    if name == "clientIp" and isinstance(options.get("values"), list) and len(options["values"]) > MAX_CLIENT_IPS:
        yield _item("limit_key.max_clientip_per_match", pointer, f"More than {MAX_CLIENT_IPS} addresses in one match.")


def _value(option: catalogue.Option, value: Any, feature: str, noun: str, pointer: str) -> Iterator[Item]:
    about = f"The `{option.name}` option on the `{feature}` {noun}"
    check, suffix, text = catalogue.KINDS[option.kind]
    if not check(value):
        yield _item(f"illegal_option_value_format.{suffix}", pointer, f"{about} {text}.")
        return
    if option.required and value in ("", [], {}):
        yield _item("option_empty", pointer, f"{about} must not be empty.")
    items = value if isinstance(value, list) else [value]
    if option.values and not all(item in option.values for item in items):
        yield _item(
            "illegal_option_value_format.choice", pointer, f"{about} must be one of {', '.join(option.values)}."
        )
    if option.max_bytes is not None and len(str(value).encode()) > option.max_bytes:
        yield _item("illegal_option_value_format.max_length", pointer, f"{about} exceeds {option.max_bytes} bytes.")


def _repeated(node: tree.Node) -> Iterator[Item]:
    seen: set[str] = set()
    for element, pointer in tree.elements(node, "behaviors"):
        name = str(element.get("name"))
        row = catalogue.feature("behaviors", name)
        if name in seen and row is not None and row.once:
            yield _item("duplicate_feature", pointer, f"The behavior `{name}` stands twice in one rule.")
        seen.add(name)


def _default_criteria(node: tree.Node) -> Iterator[Item]:
    if not node.ancestors:
        for element, pointer in tree.elements(node, "criteria"):
            yield _item(
                "incompatible_condition", pointer, f"The criterion `{element.get('name')}` is not allowed in default."
            )


def _names(rule: tree.Rule, kind: str) -> set[str]:
    return {catalogue.canonical(kind, str(element.get("name"))) for element in rule.get(kind) or []}


def _logs_only(rule: tree.Rule) -> bool:
    """Whether a rule has `enforceMtlsSettings` under a match, and lets failed checks pass."""
    return bool(rule.get("criteria")) and any(
        element.get("name") == "enforceMtlsSettings"
        and (element.get("options") or {}).get("enableDenyRequest") is False
        for element in rule.get("behaviors") or []
    )


def _misplaced(node: tree.Node) -> Iterator[Item]:
    """The two placement rules of papi-v1.md 8.5. The ancestor needs no `default`: that one never has a match."""
    for element, pointer in tree.elements(node, "behaviors"):
        if element.get("name") == "enforceMtlsSettings" and not (
            node.ancestors and _names(node.rule, "criteria") & {"hostname", "clientCertificate"}
        ):
            yield _item(
                "incompatible_condition",
                pointer,
                "The behavior `enforceMtlsSettings` needs a `hostname` or `clientCertificate` criterion in the same rule.",
            )
    for element, pointer in tree.elements(node, "criteria"):
        enforced = (element.get("options") or {}).get("enforceMtls")
        if (
            element.get("name") == "clientCertificate"
            and (enforced is True or enforced in ("FAIL", "PASS"))
            and not any(_logs_only(above) for above in node.ancestors[1:])
        ):
            yield _item(
                "incompatible_condition",
                pointer,
                "The criterion `clientCertificate` with `enforceMtls` needs a rule above it that has "
                "`enforceMtlsSettings` with `enableDenyRequest` off.",
            )


def _limits(rules: tree.Rule, client_ips: int) -> Iterator[Item]:
    for key, used, limit in (
        ("elements_per_property", tree.count_elements(rules), MAX_ELEMENTS),
        ("max_nested_rules", tree.depth(rules), MAX_NESTED_RULES),
        ("clientip_per_property", client_ips, MAX_CLIENT_IP_MATCHES),
    ):
        if used > limit:
            yield _item(
                f"limit_key.{key}", "/rules", f"The tree has {used} of at most {limit} ({key.replace('_', ' ')})."
            )


def _unstable(about: Context) -> Iterator[Item]:
    if about.rule_format == formats.LATEST:
        yield {
            "type": type_uri("papi/v0/unstable_rule_format"),
            "title": "Unstable rule format",
            "detail": "This property is using the latest rule format, which is not stable. "
            "Freeze the tree in a dated rule format.",
            "currentRuleFormat": formats.LATEST,
            "suggestedRuleFormat": formats.FORMATS[-2],
        }


def limit_headers(rules: tree.Rule) -> dict[str, str]:
    """The `X-Limit-*` headers of a rules answer (papi-v1.md 14)."""
    used = {
        "Elements-Per-Property": (MAX_ELEMENTS, tree.count_elements(rules)),
        "Max-Nested-Rules": (MAX_NESTED_RULES, tree.depth(rules)),
        "Clientip-Per-Property": (
            MAX_CLIENT_IP_MATCHES,
            sum(
                element.get("name") == "clientIp"
                for node in tree.walk(rules)
                for element, _ in tree.elements(node, "criteria")
            ),
        ),
        "Max-Clientip-Per-Match": (MAX_CLIENT_IPS, 0),
    }
    headers: dict[str, str] = {}
    for name, (limit, taken) in used.items():
        headers[f"X-Limit-{name}-Limit"] = str(limit)
        headers[f"X-Limit-{name}-Remaining"] = str(max(0, limit - taken))
    return headers
