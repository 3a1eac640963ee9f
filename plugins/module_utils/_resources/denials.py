# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which host names the rules of a property version would deny: the hazard `deny_unbound_hostname` (DESIGN 3.1)."""

from __future__ import annotations

import typing as t

from .._domain import hostnames, mtls_rule
from .._domain.plan import PREDICTED_PREFIX, Document
from .._domain.references import host
from .enforcement import bindings_for, names_of
from .mets_world import CaSetRef
from .property_edits import Content
from .world import World


def denials(world: World, content: Content, idle: t.Mapping[str, str] | None = None) -> list[str]:
    """In words, each host name that a rule with `deny` is for and that is not served with one of the rule's CA sets.

    `idle` as from `idle_sets`. Raises ApiError where the enrollments cannot be read.
    """
    return [
        f'Rule "{rule["rule_name"]}" would deny all requests for {name}: {reason}.'
        for rule in enforcing(content)
        for name, reason in denied(world, rule, content, idle).items()
    ]


def idle_sets(world: World, content: Content, networks: t.Iterable[str]) -> dict[str, str]:
    """The CCM host names whose own CA set is not active where the version is to be active, and the set in words.

    Clients cannot be checked there (papi-v1.md 16.2, point 7). Raises ApiError where METS cannot be read.
    """
    idle = {}
    for item in content.hostnames or []:
        number = hostnames.ca_set_of(item)
        if number is not None:
            known = world.mets.ca_set(CaSetRef.of_id(number)) or {}
            missing = [network for network in networks if known.get(f"{network.lower()}Version") is None]
            if missing:
                named = known.get("caSetName") or number
                idle[host(str(item["cnameFrom"]))] = f'CA set "{named}", which is not active on {" and ".join(missing)}'
    return idle


def enforcing(content: Content) -> list[Document]:
    """The projections of all rules that have enforceMtlsSettings."""
    places = mtls_rule.find_enforcing(content.rules)
    return [mtls_rule.project(place, mtls_rule.family(content.rule_format)) for place in places]


def denied(world: World, rule: Document, content: Content, idle: t.Mapping[str, str] | None = None) -> dict[str, str]:
    """The host names that such a rule would deny, and why."""
    if rule["enforcement"] != "deny" or not (rule["ca_set_ids"] or rule["ocsp"]):
        return {}
    items = content.hostnames or []
    reasons = {name: _mismatch(world, name, rule, items, idle or {}) for name in names_of(rule, items)}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def _mismatch(
    world: World, name: str, rule: Document, items: t.Sequence[Document], idle: t.Mapping[str, str]
) -> str | None:
    """Why requests for the host name cannot match what the rule expects; None where they can."""
    item = hostnames.serving(items, name)
    if item is None:
        return "the property version does not have that host name"
    kind = item.get("certProvisioningType")
    if kind == "CCM":
        ocsp = (item.get("mtls") or {}).get("checkClientOcsp") is True
        differs = _differs("the host name", hostnames.ca_set_of(item) or "", ocsp, rule)
        named = idle.get(host(str(item["cnameFrom"])))
        return differs or (f"the host name is bound to {named}" if named else None)
    if kind == "DEFAULT":
        return "its default certificate cannot be bound to a CA set"
    enrollments = bindings_for(world, name)
    if not enrollments:
        return "no enrollment has a certificate for it"
    reasons = (
        _differs(f"enrollment {e.enrollment_id} ({e.common_name})", e.set_id or "", e.ocsp, rule) for e in enrollments
    )
    return next((reason for reason in reasons if reason is not None), None)


def _differs(what: str, set_id: str, ocsp: bool, rule: Document) -> str | None:
    if not set_id:
        return f"{what} is not bound to a CA set"
    if rule["ca_set_ids"] and set_id not in rule["ca_set_ids"]:
        bound, *expected = (number.removeprefix(PREDICTED_PREFIX) for number in (set_id, *rule["ca_set_ids"]))
        return f"{what} is bound to CA set {bound}, and the rule expects {', '.join(expected)}"
    if ocsp != rule["ocsp"]:
        return f"{what} has OCSP {'on' if ocsp else 'off'}, and the rule expects it {'on' if rule['ocsp'] else 'off'}"
    return None
