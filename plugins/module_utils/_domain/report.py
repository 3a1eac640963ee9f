# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What info modules have returned, joined into one picture: CA sets, enrollments and properties with mutual TLS.

Pure: the day that the report is about comes in, so that the same looks on the same day make the same report.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .references import covered, given, host, prefixed, same_id
from .shapes import pick

Document = dict[str, t.Any]

NETWORKS: t.Final = ("STAGING", "PRODUCTION")

CA_SET: t.Final = (
    "ca_set_id",
    "ca_set_name",
    "description",
    "ca_set_status",
    "latest_version",
    "staging_version",
    "production_version",
)
CERTIFICATE: t.Final = (
    "subject",
    "issuer",
    "serial_number",
    "start_date",
    "end_date",
    "signature_algorithm",
    "fingerprint",
    "description",
    "versions",
)
ENROLLMENT: t.Final = ("enrollment_id", "common_name", "validation_type", "secure_network", "change_management")
PROPERTY: t.Final = (
    "property_id",
    "property_name",
    "contract_id",
    "group_id",
    "latest_version",
    "staging_version",
    "production_version",
)
VERSION: t.Final = ("property_version", "active_on", "rule_format", "note", "updated_by_user", "updated_date")
RULE: t.Final = (
    "rule_name",
    "rule_path",
    "hostnames",
    "hostnames_excepted",
    "other_criteria",
    "ca_set_ids",
    "ca_set_names",
    "enforcement",
    "ocsp",
    "client_certificate_attributes",
    "log_field",
    "would_deny",
)


@dataclass(frozen=True)
class Scope:
    """What a report is about: the day, what counts as soon, the networks, and the structure of the roles, if one was given."""

    as_of: date
    soon: int
    networks: tuple[str, ...] = NETWORKS
    config: Mapping[str, t.Any] | None = None

    @property
    def whole(self) -> bool:
        """Whether it is about the whole account: a structure without an entry is none."""
        return not any((self.config or {}).values())

    def named(self, name: str) -> Sequence[Mapping[str, t.Any]]:
        """The entries of one of the structure's lists."""
        return (self.config or {}).get(name) or []


@dataclass(frozen=True)
class Looks:
    """The results of info modules, each None where it could not be read."""

    ca_sets: list[Document] | None
    certificates: list[Document] | None
    enrollments: list[Document] | None
    rules: list[Document] | None
    #: None also where no property was looked at.
    properties: list[Document] | None

    @classmethod
    def of(cls, results: Mapping[str, t.Any]) -> Looks:
        """From registered results by module, that of `papi_property_info` a loop."""
        looked = (results.get("papi_property_info") or {}).get("results")
        properties = [prop for result in looked or [] for prop in result.get("properties") or []]
        return cls(
            ca_sets=_seen(results, "mets_ca_set_info", "ca_sets"),
            certificates=_seen(results, "mets_certificate_info", "certificates"),
            enrollments=_seen(results, "cps_enrollment_info", "enrollments"),
            rules=_seen(results, "papi_mtls_rule_info", "mtls_rules"),
            properties=None if looked is None else properties,
        )


def _seen(results: Mapping[str, t.Any], module: str, member: str) -> list[Document] | None:
    found = (results.get(module) or {}).get(member)
    return None if found is None else list(found)


@dataclass(frozen=True)
class Choice:
    """Which of the things that were seen the report is about."""

    ca_set_ids: set[str]
    enrollment_ids: set[int]
    property_ids: set[str]

    @classmethod
    def of(cls, looks: Looks, scope: Scope) -> Choice:
        """Without a structure all that has to do with mutual TLS; with one what it names, what that depends on, and what depends on it."""
        enrollments, rules = looks.enrollments or [], looks.rules or []
        if scope.whole:
            sets = {ca_set["ca_set_id"] for ca_set in looks.ca_sets or []}
            bound = {e["enrollment_id"] for e in enrollments if e["binding"]["ca_set_id"]}
            return cls(sets, bound | _serving(rules, enrollments), {r["property_id"] for r in rules} | _ccm(looks))
        own = {e["enrollment_id"] for e in enrollments if any(is_enrollment(e, n) for n in scope.named("enrollments"))}
        named_rules = [r for r in rules if any(is_property(r, n) for n in scope.named("properties"))]
        sets = _named_sets(looks, scope)
        uses = {e["binding"]["ca_set_id"] for e in enrollments if e["enrollment_id"] in own} - {None}
        uses |= {number for rule in named_rules for number in rule["ca_set_ids"]}
        bound = {e["enrollment_id"] for e in enrollments if e["binding"]["ca_set_id"] in sets}
        asked = [r for r in rules if sets & set(r["ca_set_ids"])]
        properties = {r["property_id"] for r in [*named_rules, *asked]} | _ccm(looks, sets)
        properties |= {p["property_id"] for p in looks.properties or [] if _names(scope, p)}
        return cls(sets | uses, own | bound | _serving(named_rules, enrollments), properties)


def _named_sets(looks: Looks, scope: Scope) -> set[str]:
    """The ids of the sets that the structure names, be it as sets or as what enrollments and properties use."""
    names, ids = named_sets(scope)
    return {s["ca_set_id"] for s in looks.ca_sets or [] if s["ca_set_name"] in names} | ids


def named_sets(scope: Scope) -> tuple[set[str], set[str]]:
    """The names and the ids of CA sets in the structure."""
    single = [*scope.named("ca_sets"), *scope.named("enrollments")]
    names = [
        *(e.get("ca_set_name") for e in single),
        *(n for p in scope.named("properties") for n in p.get("ca_set_names") or []),
    ]
    ids = [
        *(e.get("ca_set_id") for e in single),
        *(n for p in scope.named("properties") for n in p.get("ca_set_ids") or []),
    ]
    return {str(name) for name in names if given(name)}, {str(number) for number in ids if given(number)}


def is_enrollment(enrollment: Document, entry: Mapping[str, t.Any]) -> bool:
    """Whether an entry of the structure is about this enrollment."""
    if given(entry.get("enrollment_id")):
        return same_id(enrollment["enrollment_id"], entry["enrollment_id"])
    return host(enrollment["common_name"] or "") == host(str(entry.get("common_name")))


def is_property(thing: Mapping[str, t.Any], entry: Mapping[str, t.Any]) -> bool:
    """Whether an entry of the structure is about this property, or the property of this rule."""
    if given(entry.get("property_id")):
        return same_id(thing["property_id"], entry["property_id"])
    return bool(thing["property_name"] == entry.get("property_name"))


def _names(scope: Scope, prop: Mapping[str, t.Any]) -> bool:
    return any(is_property(prop, entry) for entry in scope.named("properties"))


def _serving(rules: Sequence[Document], enrollments: Sequence[Document]) -> set[int]:
    """The enrollments whose certificate has a host name of one of the rules."""
    names = {host(name) for rule in rules for name in rule["hostnames"] or []}
    return {e["enrollment_id"] for e in enrollments if any(covered(hostnames_of(e), name) for name in names)}


def _ccm(looks: Looks, sets: set[str] | None = None) -> set[str]:
    """The properties with host names that have a CA set themselves, of all sets or of these."""
    return {
        str(prefixed(item["property_id"], "property"))
        for certificate in looks.certificates or []
        if sets is None or certificate["ca_set_id"] in sets
        for item in (certificate["dependants"] or {}).get("hostnames") or []
    }


def hostnames_of(enrollment: Mapping[str, t.Any]) -> list[str]:
    """The host names of its certificate, the common name first."""
    names = [enrollment["common_name"], *enrollment["sans"]]
    return list(dict.fromkeys(name for name in names if name))


def properties_to_read(looks: Looks, scope: Scope) -> list[Document]:
    """Options of `papi_property_info`, one for each property that the report is about."""
    ids = Choice.of(looks, scope).property_ids
    known = [rule for rule in looks.rules or [] if rule["property_id"] in ids]
    others = [
        pick(
            entry,
            *(name for name in ("property_name", "property_id", "contract_id", "group_id") if given(entry.get(name))),
        )
        for entry in scope.named("properties")
        if not any(is_property(rule, entry) for rule in known)
    ]
    distinct = [entry for number, entry in enumerate(others) if entry not in others[:number]]
    return [*({"property_id": number} for number in sorted(ids)), *distinct]


class Picture(t.NamedTuple):
    """The three lists, each None where it could not be read; findings are made of these."""

    ca_sets: list[Document] | None
    enrollments: list[Document] | None
    properties: list[Document] | None


def picture(looks: Looks, scope: Scope) -> Picture:
    """All that the report is about, each thing with what it uses and who uses it, in the order of names."""
    choice = Choice.of(looks, scope)
    names = {s["ca_set_id"]: s["ca_set_name"] for s in looks.ca_sets or []}
    sets = enrollments = properties = None
    if looks.ca_sets is not None:
        chosen = [s for s in looks.ca_sets if s["ca_set_id"] in choice.ca_set_ids]
        sets = sorted((_ca_set(s, looks, scope) for s in chosen), key=lambda s: (s["ca_set_name"], s["ca_set_id"]))
    if looks.enrollments is not None:
        bound = [_enrollment(e, names) for e in looks.enrollments if e["enrollment_id"] in choice.enrollment_ids]
        enrollments = sorted(bound, key=lambda e: (str(e["common_name"]), e["enrollment_id"]))
    if looks.rules is not None:
        properties = sorted(
            (_property(number, looks, names) for number in choice.property_ids),
            key=lambda p: (str(p["property_name"]), p["property_id"]),
        )
    return Picture(sets, enrollments, properties)


def days_left(end: str, as_of: date) -> int:
    """Whole days from that day to the one that a certificate ends on: 0 on the day itself, negative afterwards."""
    return (date.fromisoformat(end[:10]) - as_of).days


def _ca_set(ca_set: Document, looks: Looks, scope: Scope) -> Document:
    number = ca_set["ca_set_id"]
    held = None
    if looks.certificates is not None:
        held = [c for c in looks.certificates if c["ca_set_id"] == number]
    shown = [
        {
            **pick(certificate, *CERTIFICATE),
            "days_left": days_left(certificate["end_date"], scope.as_of),
            "networks": [network for network in scope.networks if network in certificate["networks"]],
        }
        for certificate in held or []
        if set(certificate["networks"]) & set(scope.networks)
    ]
    shown.sort(key=lambda c: (c["end_date"], c["subject"], c["fingerprint"]))
    return {
        **pick(ca_set, *CA_SET),
        "certificates": None if held is None else shown,
        "used_by": {**_users(number, held, looks), "rules": _rules_naming(number, looks)},
    }


def _users(number: str, held: list[Document] | None, looks: Looks) -> Document:
    """Enrollments by METS and CPS together, as a client may not see all of either; host names by METS.

    METS is asked about active sets only, and keeps a set active as long as anything uses it.
    """
    listed = [c["dependants"] for c in held or []]
    known = held is not None and all(d is not None for d in listed)
    by_id = {
        e["enrollment_id"]: pick(e, "enrollment_id", "common_name")
        for source in ([e for d in listed if d for e in d["enrollments"]], looks.enrollments or [])
        for e in source
        if "binding" not in e or e["binding"]["ca_set_id"] == number
    }
    hostnames = [h for d in listed[:1] if d for h in d["hostnames"]]
    return {
        "enrollments": [by_id[n] for n in sorted(by_id)] if known or looks.enrollments is not None else None,
        "hostnames": sorted(hostnames, key=lambda h: (h["hostname"], h["network"])) if known else None,
    }


def _rules_naming(number: str, looks: Looks) -> list[Document] | None:
    if looks.rules is None:
        return None
    named = [rule for rule in looks.rules if number in rule["ca_set_ids"]]
    members = ("property_id", "property_name", "property_version", "active_on", "rule_name", "hostnames", "enforcement")
    return sorted(
        (pick(rule, *members) for rule in named),
        key=lambda r: (str(r["property_name"]), r["property_version"], str(r["rule_name"])),
    )


def _enrollment(enrollment: Document, names: Mapping[str, str]) -> Document:
    """In the shape of the `binding` of results, with more (DESIGN 3.4)."""
    binding = enrollment["binding"]
    return {
        **pick(enrollment, *ENROLLMENT),
        "hostnames": hostnames_of(enrollment),
        **binding,
        "ca_set_name": binding["ca_set_name"] or names.get(binding["ca_set_id"]),
        "pending_changes": enrollment["pending_changes"],
    }


def _property(number: str, looks: Looks, names: Mapping[str, str]) -> Document:
    """A property by its rules and, where it could be read, by itself."""
    rules = [rule for rule in looks.rules or [] if rule["property_id"] == number]
    details = next((p for p in looks.properties or [] if p["property_id"] == number), None)
    if details is None:
        live = {f"{n.lower()}_version": r["property_version"] for r in rules for n in r["active_on"]}
        head = {"property_id": number, "property_name": rules[0]["property_name"] if rules else None, **live}
        details = {**dict.fromkeys(PROPERTY), **head, "versions": list(_versions_of(rules))}
    return {**pick(details, *PROPERTY), "versions": [_version(v, rules, names) for v in details["versions"]]}


def _versions_of(rules: Sequence[Document]) -> Iterator[Document]:
    seen = {rule["property_version"]: rule["active_on"] for rule in rules}
    for number in sorted(seen):
        yield {**dict.fromkeys(VERSION), "property_version": number, "active_on": seen[number], "hostnames": None}


def _version(version: Document, rules: Sequence[Document], names: Mapping[str, str]) -> Document:
    own = [rule for rule in rules if rule["property_version"] == version["property_version"]]
    return {
        **pick(version, *VERSION),
        "hostnames": None if version["hostnames"] is None else [_hostname(h, names) for h in version["hostnames"]],
        "mtls_rules": [
            {**pick(r, *RULE), "ca_set_names": [names.get(n) for n in r["ca_set_ids"]]}
            for r in sorted(own, key=lambda r: (str(r["rule_name"]), r["rule_path"]))
        ],
    }


def _hostname(hostname: Document, names: Mapping[str, str]) -> Document:
    mtls = hostname["mtls"]
    return {
        "hostname": hostname["cname_from"],
        "edge_hostname": hostname["cname_to"],
        "cert_provisioning_type": hostname["cert_provisioning_type"],
        "ca_set_id": mtls["ca_set_id"] if mtls else None,
        "ca_set_name": (mtls["ca_set_name"] or names.get(mtls["ca_set_id"])) if mtls else None,
    }
