# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which live rules enforce mutual TLS for a host name, and which certificates serve it: the two sides of a guard."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._domain import enrollment, hostnames, mtls_rule
from .._domain.plan import Document
from .._domain.references import covered
from .mets_world import NETWORKS
from .world import World


@dataclass(frozen=True, slots=True)
class Enforcer:
    """A rule that is live on a network and refuses clients of the host names."""

    property_name: str
    version: int
    networks: tuple[str, ...]
    rule: str
    hostnames: tuple[str, ...]
    ca_set_ids: tuple[str, ...]
    ocsp: bool

    def __str__(self) -> str:
        where = " and ".join(self.networks)
        return f'rule "{self.rule}" of property {self.property_name} (version {self.version}, active on {where})'


@dataclass(frozen=True, slots=True)
class Serving:
    """An enrollment whose certificate is good for a host name, and the CA set that it is bound to."""

    enrollment_id: str
    common_name: str
    set_id: str | None
    ocsp: bool


def active_enforcers(world: World, names: t.Sequence[str]) -> list[Enforcer]:
    """The live rules that deny requests for any of these certificate names (wildcards match either way)."""
    found: dict[tuple[str, int, str], Enforcer] = {}
    for name in names:
        for prop in world.papi.with_hostname(name):
            for version, networks in _active(prop).items():
                for enforcer in _enforcers(world, prop, version, networks):
                    if any(
                        covered(names, h) or covered(enforcer.hostnames, n) for h in enforcer.hostnames for n in names
                    ):
                        found[(enforcer.property_name, version, enforcer.rule)] = enforcer
    return list(found.values())


def _active(prop: Document) -> dict[int, tuple[str, ...]]:
    versions: dict[int, tuple[str, ...]] = {}
    for network in NETWORKS:
        version = prop.get(f"{network.lower()}Version")
        if version is not None:
            versions[version] = (*versions.get(version, ()), network)
    return versions


def _enforcers(world: World, prop: Document, version: int, networks: tuple[str, ...]) -> t.Iterator[Enforcer]:
    """The rules of a version that deny requests for host names whose certificate is that of an enrollment."""
    envelope = world.papi.rules(prop, version)
    for place in mtls_rule.find_enforcing(envelope["rules"]):
        rule = mtls_rule.project(place, mtls_rule.family(envelope["ruleFormat"]))
        if rule["enforcement"] != "deny":
            continue
        items = world.papi.hostnames(prop, version)
        # A host name that the version does not have may be served by a certificate all the same.
        served = {name: hostnames.serving(items, name) for name in names_of(rule, items)}
        names = tuple(name for name, item in served.items() if item is None or hostnames.by_enrollment(item))
        if names:
            yield Enforcer(
                str(prop["propertyName"]),
                version,
                networks,
                str(rule["rule_name"]),
                names,
                tuple(rule["ca_set_ids"]),
                bool(rule["ocsp"]),
            )


def names_of(rule: Document, items: t.Sequence[Document]) -> list[str]:
    """The host names that a rule is for, on a property with these."""
    return hostnames.named(items, rule["hostnames"], rule["hostnames_excepted"])


def bindings_for(world: World, hostname: str) -> list[Serving]:
    """The enrollments whose certificate is good for the host name."""
    return [
        Serving(str(enrollment.identifier(e)), str((e.get("csr") or {}).get("cn")), bound.ca_set_id, bound.ocsp)
        for e in world.cps.enrollments()
        if enrollment.covers(e, hostname)
        for bound in [enrollment.binding(e)]
    ]
