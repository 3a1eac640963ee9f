# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the METS info modules look at; each returns the shape of its twin, and an empty list when nothing matches."""

from __future__ import annotations

import typing as t

from .._api import mets
from .._domain.errors import InvalidOption
from .._domain.plan import Document
from .._domain.references import given
from .._domain.shapes import snake
from . import ca_set, ca_set_version
from .activation import version_number
from .mets_world import NETWORKS, CaSetRef
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
        shown = [ca_set_version.shown(v, include_pem=self.pem) for v in sorted(listed, key=lambda v: v["version"])]
        if not self.certificates:
            shown = [{name: value for name, value in v.items() if name != "certificates"} for v in shown]
        return {"ca_set_versions": shown}


class Activations:
    """`mets_activation_info`."""

    def __init__(self, options: t.Mapping[str, t.Any], **context: t.Any) -> None:
        self.ref = CaSetRef.required(options)
        self.number = version_number(options, required=False, action="name a version")
        self.activation_id = given(options.get("activation_id"))
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


class Associations:
    """`mets_association_info`: the enrollments and host names that METS lists for a set."""

    def __init__(self, options: t.Mapping[str, t.Any], **context: t.Any) -> None:
        self.ref = CaSetRef.required(options)

    def look(self, world: World) -> Document:
        found = world.mets.ca_set(self.ref)
        if found is None:
            return {"associations": {"enrollments": [], "hostnames": []}}
        uses = world.mets.associations(found)
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
        return {"associations": {"enrollments": enrollments, "hostnames": hostnames}}
