# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the CPS info module looks at."""

from __future__ import annotations

import typing as t

from .._domain import enrollment
from .._domain.errors import InvalidOption
from .._domain.plan import Document
from .._domain.references import bare, id_of_link
from .cps_world import EnrollmentRef, common_name
from .mets_world import CaSetRef
from .side_reads import if_readable
from .world import World


def shown(document: Document, ca_set_name: str | None = None) -> Document:
    """The `enrollment` of results, from an enrollment document."""
    bound = enrollment.binding(document)
    network = document.get("networkConfiguration") or {}
    pending = [p if isinstance(p, dict) else {"location": p} for p in document.get("pendingChanges") or []]
    return {
        "enrollment_id": int(str(enrollment.identifier(document))),
        "common_name": common_name(document),
        "sans": list((document.get("csr") or {}).get("sans") or []),
        "validation_type": document.get("validationType"),
        "certificate_type": document.get("certificateType"),
        "ra": document.get("ra"),
        "change_management": document.get("changeManagement"),
        "secure_network": network.get("secureNetwork"),
        "sni_only": network.get("sniOnly"),
        "staging_slots": list(document.get("stagingSlots") or []),
        "production_slots": list(document.get("productionSlots") or []),
        "pending_changes": [
            {"change_id": int(str(id_of_link(p.get("location")))), "change_type": p.get("changeType")} for p in pending
        ],
        "binding": {
            "ca_set_id": bound.ca_set_id,
            "ca_set_name": ca_set_name,
            "ocsp": bound.ocsp,
            "send_ca_list_to_client": bound.send_ca_list_to_client,
        },
    }


class Enrollments:
    """`cps_enrollment_info`."""

    def __init__(self, options: t.Mapping[str, t.Any], **context: t.Any) -> None:
        self.ref = EnrollmentRef.optional(options)
        self.contract = bare(options.get("contract_id"), "contract")
        self.set_ref = CaSetRef.optional(options)
        if self.ref is not None and self.set_ref is not None:
            raise InvalidOption("An enrollment and a CA set exclude each other.", cure="Select by one of them.")

    def look(self, world: World) -> Document:
        if self.ref is not None and self.ref.id is not None:
            only = world.cps.enrollment(self.ref)
            found = [] if only is None else [only]
        else:
            found = world.cps.enrollments(self.contract)
        if self.ref is not None and self.ref.name is not None:
            found = [e for e in found if common_name(e) == self.ref.name]
        if self.set_ref is not None:
            wanted = self._set_id(world)
            found = [e for e in found if wanted is not None and enrollment.binding(e).ca_set_id == wanted]
        names = self._names(world) if any(enrollment.binding(e).bound for e in found) else {}
        return {"enrollments": [shown(e, names.get(enrollment.binding(e).ca_set_id)) for e in found]}

    def _set_id(self, world: World) -> str | None:
        if self.set_ref is None or self.set_ref.id is not None:
            return self.set_ref.id if self.set_ref else None
        ca_set = world.mets.ca_set(self.set_ref)
        return str(ca_set["caSetId"]) if ca_set is not None else None

    @staticmethod
    def _names(world: World) -> dict[str | None, str]:
        """The names of CA sets by id; none where METS cannot be read, as they only help people."""
        listed = if_readable(world, "The names of CA sets", world.mets.ca_sets)
        return {str(s["caSetId"]): str(s["caSetName"]) for s in listed or []}
