# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the METS info modules look at; each returns the shape of its twin, and an empty list when nothing matches."""

from __future__ import annotations

import datetime as dt
import typing as t

from .._api import mets
from .._domain import mtls_rule
from .._domain.certificates import moment
from .._domain.errors import InvalidOption
from .._domain.plan import Document
from .._domain.references import given, is_number, prefixed
from .._domain.shapes import pick, snake
from . import ca_set, ca_set_version_state
from .activation import version_number
from .mets_world import NETWORKS, CaSetRef, unless_missing
from .side_reads import if_readable, together
from .world import World

ACTIVATION: t.Final = (
    "activation_id",
    "ca_set_id",
    "ca_set_name",
    "version",
    "network",
    "activation_type",
    "activation_status",
    "percent_complete",
    "failure_reason",
    "created_by",
    "created_date",
    "modified_by",
    "modified_date",
)
ACTIVITY: t.Final = ("type", "network", "version", "activity_date", "activity_by")


class CaSets:
    """`mets_ca_set_info`."""

    def __init__(self, options: t.Mapping[str, t.Any], **context: t.Any) -> None:
        self.ref = CaSetRef.optional(options)
        self.prefix = given(options.get("name_prefix"))
        self.activated_on = options.get("activated_on")
        self.deleted = bool(options.get("include_deleted"))
        if self.ref is not None and self.prefix is not None:
            raise InvalidOption("name_prefix: goes with neither ca_set_name nor ca_set_id.")

    def look(self, world: World) -> Document:
        if self.ref is not None and self.ref.id is not None:
            found = [world.mets.any_by_id(self.ref.id)]
        else:
            name = self.ref.name if self.ref is not None else None
            listed = world.mets.ca_sets(prefix=name or self.prefix, deleted=self.deleted)
            found = [s for s in listed if name is None or s["caSetName"] == name]
        shown = [ca_set.shown(s) for s in found if s is not None and (self.deleted or s["caSetStatus"] != "DELETED")]
        return {"ca_sets": [s for s in shown if self._active_enough(s)]}

    def _active_enough(self, shown: Document) -> bool:
        active = {network for network in NETWORKS if shown[f"{network.lower()}_version"] is not None}
        return {
            None: True,
            "STAGING": "STAGING" in active,
            "PRODUCTION": "PRODUCTION" in active,
            "BOTH": len(active) == 2,
            "EITHER": bool(active),
            "INACTIVE": not active,
        }[self.activated_on]


class CaSetVersions:
    """`mets_ca_set_version_info`."""

    def __init__(self, options: t.Mapping[str, t.Any], **context: t.Any) -> None:
        self.ref = CaSetRef.required(options)
        self.number = version_number(options, required=False, action="name a version")
        self.active_only = bool(options.get("active_only"))
        self.certificates = bool(options.get("include_certificates"))
        self.pem = bool(options.get("include_pem"))
        if self.pem and not self.certificates:
            raise InvalidOption("include_pem: needs include_certificates.")

    def look(self, world: World) -> Document:
        found = world.mets.ca_set(self.ref)
        if found is None:
            return {"ca_set_versions": []}
        listed = mets.list_versions(
            world.session,
            found["caSetId"],
            include_certificates=self.certificates,
            active_only=self.active_only,
            statuses=("NOT_DELETED",),
        )
        listed = [v for v in listed if v.get("caSetVersionStatus") != "DELETED" and self.number in (None, v["version"])]
        shown = [
            ca_set_version_state.shown(v, include_pem=self.pem) for v in sorted(listed, key=lambda v: v["version"])
        ]
        if not self.certificates:
            shown = [{name: value for name, value in v.items() if name != "certificates"} for v in shown]
        return {"ca_set_versions": shown}


class Activations:
    """`mets_activation_info`."""

    def __init__(self, options: t.Mapping[str, t.Any], **context: t.Any) -> None:
        self.ref = CaSetRef.required(options)
        self.number = version_number(options, required=False, action="name a version")
        self.activation_id = number_option(options, "activation_id", "an activation")
        self.network = options.get("network")

    def look(self, world: World) -> Document:
        found = world.mets.ca_set(self.ref)
        records = world.mets.activations(found) if found is not None else []
        wished = [
            {**dict.fromkeys(ACTIVATION), **{k: v for k, v in snake(r).items() if k in ACTIVATION}}
            for r in records
            if self.number in (None, r["version"])
            and self.activation_id in (None, str(r["activationId"]))
            and self.network in (None, r["network"])
        ]
        return {"activations": wished}


class Activities:
    """`mets_activity_info`: the history of a set; by id also of one that is deleted."""

    def __init__(self, options: t.Mapping[str, t.Any], **context: t.Any) -> None:
        self.ref = CaSetRef.required(options)
        self.start, self.end = time_option(options, "start"), time_option(options, "end")
        if self.start and self.end and self.start > self.end:
            raise InvalidOption("start: is later than end.", cure="Exchange the two.")

    def look(self, world: World) -> Document:
        ca_set_id = self.ref.id
        if ca_set_id is None:
            named = world.mets.ca_set(self.ref)
            ca_set_id = str(named["caSetId"]) if named is not None else None
        history = None if ca_set_id is None else unless_missing(self._history, world, ca_set_id)
        if history is None:
            return {"activities": []}
        about = {"ca_set_id": str(history["caSetId"]), "ca_set_name": history["caSetName"]}
        entries = sorted(history.get("activities") or [], key=lambda a: str(a["activityDate"]), reverse=True)
        return {"activities": [{**about, **pick(snake(a), *ACTIVITY)} for a in entries]}

    def _history(self, world: World, ca_set_id: str) -> Document:
        return mets.list_activities(world.session, ca_set_id, start=_instant(self.start), end=_instant(self.end))


class Associations:
    """`mets_association_info`: who uses a set. METS lists enrollments and host names, and PAPI holds the rules."""

    def __init__(self, options: t.Mapping[str, t.Any], **context: t.Any) -> None:
        self.ref = CaSetRef.required(options)
        self.rules = bool(options.get("include_rules"))

    def look(self, world: World) -> Document:
        found = world.mets.ca_set(self.ref)
        if found is None:
            return {"associations": {"enrollments": [], "hostnames": [], "rules": [] if self.rules else None}}
        rules = None
        if self.rules:
            rules = if_readable(world, "The rules of properties", lambda: _rules_naming(world, str(found["caSetId"])))
        return {"associations": {**used_by(world, found), "rules": rules}}


def used_by(world: World, ca_set: Document) -> Document:
    """The enrollments and host names that METS lists for a set (mets-v2.md 3.6)."""
    uses = world.mets.associations(ca_set)
    enrollments = [
        {
            "enrollment_id": e["enrollmentId"],
            "common_name": e["cn"],
            "staging_slots": e.get("stagingSlots") or [],
            "production_slots": e.get("productionSlots") or [],
        }
        for e in uses["enrollments"]
    ]
    hostnames = [
        {
            "hostname": h["hostName"],
            "network": h["network"],
            "status": h["status"],
            "property_id": p["propertyId"],
            "property_name": p.get("propertyName"),
        }
        for p in uses["properties"]
        for h in p.get("hostnames") or []
    ]
    return {"enrollments": enrollments, "hostnames": hostnames}


def _rules_naming(world: World, ca_set_id: str) -> list[Document]:
    """The rules, in active and in latest versions of all properties that the client sees, that enforce the set."""
    versions = [
        (prop, version)
        for prop in world.papi.all_properties()
        for version in sorted({int(prop[name]) for name in _SHOWN_VERSIONS if prop.get(name) is not None})
    ]
    trees = together(lambda pair: world.papi.rules(*pair), versions)
    return [
        rule
        for (prop, version), envelope in zip(versions, trees, strict=True)
        for place in mtls_rule.find_enforcing(envelope["rules"])
        for rule in [_rule(prop, version, mtls_rule.project(place, mtls_rule.family(envelope["ruleFormat"])))]
        if ca_set_id in rule["ca_set_ids"]
    ]


_SHOWN_VERSIONS: t.Final = ("stagingVersion", "productionVersion", "latestVersion")


def _rule(prop: Document, version: int, rule: Document) -> Document:
    return {
        "property_id": prefixed(prop["propertyId"], "property"),
        "property_name": prop["propertyName"],
        "property_version": version,
        "active_on": [network for network in NETWORKS if prop.get(f"{network.lower()}Version") == version],
        **pick(rule, "rule_name", "rule_path", "hostnames", "enforcement", "ca_set_ids"),
    }


def number_option(options: t.Mapping[str, t.Any], name: str, what: str) -> str | None:
    """An option that is an id made of digits."""
    text = given(options.get(name))
    if text is not None and not is_number(text):
        raise InvalidOption(f"{name}: {text!r} is not the id of {what}, which is made of digits.", cure="Check the id.")
    return text


def time_option(options: t.Mapping[str, t.Any], name: str) -> dt.datetime | None:
    """An option that is a time in ISO 8601; a date alone is its first moment in UTC."""
    text = given(options.get(name))
    if text is None:
        return None
    try:
        return moment(text)
    except ValueError:
        raise InvalidOption(
            f"{name}: {text!r} is not a time in ISO 8601.", cure="Write it as 2026-01-31 or 2026-01-31T12:00:00Z."
        ) from None


def _instant(when: dt.datetime | None) -> str | None:
    """As METS takes it: in UTC, with a fraction (mets-v2.md 3.7)."""
    return None if when is None else when.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
