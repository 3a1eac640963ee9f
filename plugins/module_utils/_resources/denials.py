# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which host names the rules of a property version would deny: the hazard `deny_unbound_hostname` (DESIGN 3.1)."""

from __future__ import annotations

import typing as t
from fnmatch import fnmatchcase

from .._domain import mtls_rule
from .._domain.plan import Document
from .._domain.references import host, host_matches
from .enforcement import bindings_for
from .property_edits import Content
from .world import World


def denials(world: World, content: Content) -> list[str]:
    """In words, each host name that a rule with `deny` is for and that is not served with one of the rule's CA sets.

    Raises ApiError where the enrollments cannot be read.
    """
    return [
        f'Rule "{rule["rule_name"]}" would deny all requests for {name}: {reason}.'
        for rule in enforcing(content)
        for name, reason in denied(world, rule, content).items()
    ]


def enforcing(content: Content) -> list[Document]:
    """The projections of all rules that have enforceMtlsSettings."""
    places = mtls_rule.find_enforcing(content.rules)
    return [mtls_rule.project(place, mtls_rule.family(content.rule_format)) for place in places]


def denied(world: World, rule: Document, content: Content) -> dict[str, str]:
    """The host names that such a rule would deny, and why."""
    if rule["enforcement"] != "deny" or not (rule["ca_set_ids"] or rule["ocsp"]):
        return {}
    items = content.hostnames or []
    reasons = {name: _mismatch(world, name, rule, items) for name in _names(rule, items)}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def _names(rule: Document, items: t.Sequence[Document]) -> list[str]:
    """The host names that a rule is for; a pattern stands for those of the property that it matches, if there are any."""
    served = [host(str(item["cnameFrom"])) for item in items]
    if not rule["hostnames"]:
        return [name for name in served if not any(fnmatchcase(name, host(p)) for p in rule["hostnames_excepted"])]
    names: dict[str, None] = {}
    for pattern in map(host, rule["hostnames"]):
        hits = [name for name in served if fnmatchcase(name, pattern)] if set(pattern) & set("*?") else []
        names.update(dict.fromkeys(hits or [pattern]))
    return list(names)


def _mismatch(world: World, name: str, rule: Document, items: t.Sequence[Document]) -> str | None:
    """Why requests for the host name cannot match what the rule expects; None where they can."""
    serving = sorted(
        (item for item in items if host_matches(str(item["cnameFrom"]), name)),
        key=lambda item: host(str(item["cnameFrom"])) != name,
    )
    if not serving:
        return "the property version does not have that host name"
    kind = serving[0].get("certProvisioningType")
    if kind == "CCM":
        mtls = serving[0].get("mtls") or {}
        return _differs("the host name", str(mtls.get("caSetId") or ""), mtls.get("checkClientOcsp") is True, rule)
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
        return f"{what} is bound to CA set {set_id}, and the rule expects {', '.join(rule['ca_set_ids'])}"
    if ocsp != rule["ocsp"]:
        return f"{what} has OCSP {'on' if ocsp else 'off'}, and the rule expects it {'on' if rule['ocsp'] else 'off'}"
    return None
