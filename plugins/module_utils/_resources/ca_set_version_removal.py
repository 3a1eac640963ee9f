# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The removal of a version of a CA set: MEANING 13a, mets-v2.md 3.14."""

from __future__ import annotations

import datetime as dt
import typing as t

from .._api import mets
from .._domain.errors import InvalidOption, WishError
from .._domain.plan import SERVER_MADE, Document, Plan, Step, Target
from .activation import version_number
from .ca_set_version import CaSetVersion
from .ca_set_version_state import Current, brief, shown
from .mets_operations import MOVED, refuse_deleting
from .mets_world import CaSetRef, unless_missing
from .world import Wait, World
from .writes import carry_out


class CaSetVersionRemoval:
    """The wish that a version does not exist (MEANING 13a)."""

    def __init__(self, options: t.Mapping[str, t.Any], *, now: dt.datetime) -> None:
        self.ref = CaSetRef.required(options)
        number = version_number(options, required=True, action="remove a version")
        self.number = t.cast(int, number)
        given = [n for n in ("certificates", "certificates_file", "certificates_directory") if options.get(n)]
        if given:
            raise InvalidOption(f"{given[0]}: does not go with `state: absent`, which needs `version` alone.")

    def read(self, world: World) -> Current | None:
        ca_set = world.mets.ca_set(self.ref)
        if ca_set is None:
            return None
        current = Current(ca_set, world.mets.versions(ca_set))
        if any(v["version"] == self.number for v in current.live):
            current.networks = world.mets.networks(ca_set)
        return current

    def plan(self, current: Current | None) -> Plan:
        found = None
        if current is not None:
            found = next((v for v in current.live if v["version"] == self.number), None)
        if current is None or found is None:
            return Plan(before={"ca_set_version": None}, after={"ca_set_version": None})
        refuse_deleting(current.ca_set)
        self._refuse_busy(current)
        before = shown(found)
        gone = {**before, "ca_set_version_status": "DELETED", "removal_date": SERVER_MADE}
        target = Target("ca_set_version", current.ca_set["caSetName"], str(current.ca_set["caSetId"]), self.number)
        step = Step("delete", target, "The version is not wanted.")
        return Plan(before={"ca_set_version": before}, after={"ca_set_version": gone}, steps=[step])

    def _refuse_busy(self, current: Current) -> None:
        for state in current.networks.values():
            running = state.running is not None and state.running["version"] == self.number
            if running or state.active == self.number:
                what = "has an operation running" if running else "is active"
                raise WishError(
                    "busy",
                    f"Version {self.number} of {self.ref} {what} on {state.network}.",
                    cure="Activate another version, or deactivate this one with `mets_activation: state=inactive`, first.",
                    retryable=running,
                )

    def apply(self, world: World, plan: Plan, waiter: Wait) -> None:
        for step in plan.steps:
            if not step.done:
                with carry_out(world, step, MOVED | {"ca-set-version-not-found"}):
                    mets.delete_version(world.session, str(step.target.id), self.number)
                found = unless_missing(mets.get_version, world.session, str(step.target.id), self.number)
                plan.seen = {"ca_set_version": shown(found) if found is not None else None}

    def people(self, result: Document) -> Document:
        return self.projection(result["ca_set_version"])

    projection = staticmethod(brief)


def ca_set_version(options: t.Mapping[str, t.Any], *, now: dt.datetime) -> CaSetVersion | CaSetVersionRemoval:
    """The resource that the options of `mets_ca_set_version` ask for."""
    return (CaSetVersionRemoval if options["state"] == "absent" else CaSetVersion)(options, now=now)
