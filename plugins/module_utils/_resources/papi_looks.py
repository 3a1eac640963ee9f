# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the PAPI info modules look at; each returns the shape of its twin, and an empty list when nothing matches."""

from __future__ import annotations

import typing as t

from .._domain import hostnames
from .._domain.errors import InvalidOption
from .._domain.plan import Document
from .._domain.references import given, host, prefixed
from .._wire.errors import ApiError
from .denials import denied, enforcing, idle_sets
from .mets_world import NETWORKS, CaSetRef
from .papi_world import WORDS, PropertyRef, numbered, version_word
from .property_activation import shown
from .property_edits import RULE, Content, set_names, with_names
from .side_reads import unreadable
from .world import World

#: The word for all versions that `papi_property_info` shows.
EVERY: t.Final = "all"


def _active_on(prop: Document, version: int) -> list[str]:
    return [network for network in NETWORKS if prop.get(f"{network.lower()}Version") == version]


class Properties:
    """`papi_property_info`."""

    def __init__(self, options: t.Mapping[str, t.Any], **context: t.Any) -> None:
        self.ref = PropertyRef.optional(options)
        self.hostname = given(options.get("hostname"))
        if (self.ref is None) == (self.hostname is None):
            raise InvalidOption(
                "One of property_name, property_id and hostname is required.",
                cure="Give exactly one. An empty value, as from an undefined result, counts as none.",
            )

    def look(self, world: World) -> Document:
        if self.ref is None:
            found = world.papi.having(host(t.cast(str, self.hostname)))
        else:
            found = [prop for prop in [world.papi.property(self.ref)] if prop is not None]
        properties = [self._shown(world, prop) for prop in found]
        versions = [version for prop in properties for version in prop["versions"]]
        names = set_names(world, [entry for version in versions for entry in version["hostnames"]], {})
        for version in versions:
            version["hostnames"] = [with_names(entry, names) for entry in version["hostnames"]]
        return {"properties": properties}

    @staticmethod
    def _shown(world: World, prop: Document) -> Document:
        brief = shown(prop)
        latest = int(prop["latestVersion"])
        numbers = {latest, brief["staging_version"], brief["production_version"]} - {None}
        listed = {version["propertyVersion"]: version for version in world.papi.versions(prop)}
        return {
            **brief,
            "contract_id": prefixed(prop.get("contractId"), "contract"),
            "group_id": prefixed(prop.get("groupId"), "group"),
            "latest_version": latest,
            "versions": [
                {
                    "property_version": number,
                    "active_on": _active_on(prop, number),
                    "rule_format": listed.get(number, {}).get("ruleFormat"),
                    "product_id": listed.get(number, {}).get("productId"),
                    "note": listed.get(number, {}).get("note"),
                    "updated_by_user": listed.get(number, {}).get("updatedByUser"),
                    "updated_date": listed.get(number, {}).get("updatedDate"),
                    "hostnames": sorted(
                        (hostnames.project(item) for item in world.papi.hostnames(prop, number)),
                        key=lambda entry: str(entry["cname_from"]),
                    ),
                }
                for number in sorted(numbers)
            ],
        }


class MtlsRules:
    """`papi_mtls_rule_info`."""

    def __init__(self, options: t.Mapping[str, t.Any], **context: t.Any) -> None:
        self.ref = PropertyRef.optional(options)
        self.set_ref = CaSetRef.optional(options)
        self.every = given(options.get("version")) == EVERY
        self.version = "latest" if self.every else version_word(options)
        if self.version not in WORDS and self.ref is None:
            raise InvalidOption("version: a number goes with a property only.", cure="Name the property as well.")

    def look(self, world: World) -> Document:
        wanted_set = None
        if self.set_ref is not None:
            found = world.mets.ca_set(self.set_ref)
            if found is None:
                return {"mtls_rules": []}
            wanted_set = str(found["caSetId"])
        props = world.papi.all_properties() if self.ref is None else [world.papi.property(self.ref)]
        rules = [
            rule
            for prop in props
            if prop is not None
            for number in self._numbers(prop)
            for rule in self._rules(world, prop, number)
        ]
        rules = [rule for rule in rules if wanted_set is None or wanted_set in rule["ca_set_ids"]]
        names = set_names(world, rules, {})
        return {"mtls_rules": [with_names(rule, names) for rule in rules]}

    def _numbers(self, prop: Document) -> list[int]:
        found = {numbered(prop, word) for word in (WORDS if self.every else [self.version])}
        return sorted(number for number in found if number is not None)

    def _rules(self, world: World, prop: Document, number: int) -> list[Document]:
        content = Content.read(world, prop, number, hostnames=False)
        rules = enforcing(content)
        if any(rule["enforcement"] == "deny" for rule in rules):
            content = content.full(world, prop, number)
        return [
            {
                **dict.fromkeys(RULE),
                **rule,
                "property_id": prefixed(prop["propertyId"], "property"),
                "property_name": prop["propertyName"],
                "property_version": number,
                "active_on": _active_on(prop, number),
                "would_deny": _would_deny(world, rule, content, _active_on(prop, number)),
            }
            for rule in rules
        ]


def _would_deny(world: World, rule: Document, content: Content, networks: list[str]) -> list[Document] | None:
    """The host names that the rule would deny, and why; None where enrollments or CA sets may not be read."""
    try:
        found = denied(world, rule, content, idle_sets(world, content, networks))
    except ApiError as error:
        if not unreadable(error):
            raise
        return None
    return [{"hostname": name, "reason": reason} for name, reason in found.items()]
