# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The removal of an enrollment: MEANING 3 and 18, cps-v2.md 8."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._api import cps
from .._domain import enrollment
from .._domain.acknowledgements import NO_ACKNOWLEDGEMENTS, Acknowledgements
from .._domain.errors import Hazard, WishError
from .._domain.plan import Document, Plan, Step, Target
from .._domain.waits import Look, Watch
from .._wire.errors import ApiError
from . import cps_looks
from .changes import Followed, attach, follow, waiting_for_what_cannot_be_cancelled
from .cps_world import EnrollmentRef, common_name
from .mets_world import unless_missing
from .side_reads import unreadable
from .world import Wait, World
from .writes import carry_out

_STALE: t.Final = frozenset(["cannot-cancel-pending-change", "not-found"])


@dataclass(slots=True)
class Current:
    """The enrollment, a removal of it that is under way, and the host names that are live on it (None: unreadable)."""

    document: Document | None
    removal: int | None = None
    live: list[str] | None = field(default_factory=list)


class EnrollmentRemoval:
    """The wish that an enrollment does not exist, made from the options of `cps_enrollment`."""

    def __init__(self, options: t.Mapping[str, t.Any], **context: t.Any) -> None:
        self.ref = EnrollmentRef.required(options)
        self.pending = options["pending_changes"]
        self.acknowledge = Acknowledgements.of(options)
        #: Changes found to have failed, which CPS may go on listing as pending.
        self.ended: set[int] = set()

    def read(self, world: World) -> Current:
        document = world.cps.enrollment(self.ref)
        if document is None:
            return Current(None)
        removal = self._removal(world, document)
        if removal is not None and not (removal in self.ended and self.pending == "cancel"):
            return Current(document, removal)
        return Current(document, None, self._live(world, document))

    @staticmethod
    def _removal(world: World, document: Document) -> int | None:
        """The id of a pending change that removes the enrollment (MEANING 18).

        Only its status says so outright (cps-v2.md 6.2), and not from its beginning: a removal that has just been asked
        for is the newest change without a `changeType`, as none of the types is one of removals (4.1).
        """
        pending = enrollment.newest_pending(document)
        if pending is None:
            return None
        last = document["pendingChanges"][-1]
        if isinstance(last, dict) and "changeType" in last and last["changeType"] is None:
            return int(pending)
        number = int(str(enrollment.identifier(document)))
        change = unless_missing(cps.get_change, world.session, number, int(pending))
        status = str(((change or {}).get("statusInfo") or {}).get("status"))
        return int(pending) if status in ("abandon-slots-action", "deprovision-cert") else None

    @staticmethod
    def _live(world: World, document: Document) -> list[str] | None:
        names = enrollment.names(document)
        try:
            return sorted(
                {f"{name} (property {p['propertyName']})" for name in names for p in world.papi.with_hostname(name)}
            )
        except ApiError as error:
            if not unreadable(error):
                raise
            return None

    def plan(self, current: Current) -> Plan:
        if current.document is None:
            return Plan(before={"enrollment": None}, after={"enrollment": None})
        document = current.document
        plan = Plan(before={"enrollment": cps_looks.shown(document)}, after={"enrollment": None})
        pending = enrollment.newest_pending(document)
        if current.removal is not None:
            change = self._followed(document, current.removal)
            plan.attached.append(change)
            plan.assumptions.append(f"The removal under way, {change}, will complete.")
            return plan
        if current.live is None:
            text = f"Whether host names of the {self.ref} are live could not be read from Property Manager."
            plan.hazards.append(Hazard("unverified", text))
        elif current.live:
            text = (
                f"The {self.ref} serves live host names: {', '.join(current.live)}. They would lose their certificate."
            )
            plan.hazards.append(Hazard("delete_live_enrollment", text))
        waits = self._wait_for(plan, document, pending)
        target = Target("enrollment", common_name(document), enrollment.identifier(document))
        plan.steps.append(Step("delete", target, "The enrollment is not wanted.", waits=waits))
        return plan

    def _wait_for(self, plan: Plan, document: Document, pending: str | None) -> bool:
        if pending is None or self.pending == "cancel":
            return False
        if self.pending == "fail":
            raise WishError(
                "busy",
                f"Change {pending} is pending on the {self.ref}.",
                cure="Run the task again when it is over, let it wait with `pending_changes: wait`, or have the change "
                "cancelled with `pending_changes: cancel`.",
            )
        change = Followed(
            int(str(enrollment.identifier(document))), int(pending), str(common_name(document)), NO_ACKNOWLEDGEMENTS
        )
        plan.attached.append(change)
        plan.assumptions.append(f"The pending {change} will complete.")
        return True

    def _followed(self, document: Document, change_id: int) -> Followed:
        number = int(str(enrollment.identifier(document)))
        return Followed(number, change_id, str(common_name(document)), self.acknowledge)

    def apply(self, world: World, plan: Plan, waiter: Wait) -> None:
        if plan.before["enrollment"] is None:
            return
        number = int(plan.before["enrollment"]["enrollment_id"])
        todo = [step for step in plan.steps if not step.done]
        if waiter.wait:
            waiter.until([attach(world, plan, change, self.ended) for change in plan.attached])
        change_id: int | None = None
        for step in todo:
            if step.waits and not waiter.wait:
                return
            with waiting_for_what_cannot_be_cancelled(self), carry_out(world, step, _STALE):
                change_id = cps.delete_enrollment(
                    world.session, number, allow_cancel_pending_changes=self.pending == "cancel"
                )
        if not waiter.wait:
            return
        if change_id is not None:
            change = Followed(number, change_id, str(plan.before["enrollment"]["common_name"]), self.acknowledge)
            waiter.until([follow(world, plan, change)])
        waiter.until([self._gone(world, number)])
        plan.seen = {"enrollment": None}

    def _gone(self, world: World, number: int) -> Watch:
        """Waits until the enrollment itself answers 404."""

        def look() -> Look:
            found = unless_missing(cps.get_enrollment, world.session, number)
            return Look(found is None, "still there")

        return Watch(f"removal of the {self.ref}", look, first=0)

    def people(self, result: Document) -> Document:
        return self.projection(result["enrollment"])

    @staticmethod
    def projection(shown: t.Mapping[str, t.Any] | None) -> Document:
        """What a diff shows: which certificate it is."""
        if shown is None:
            return {}
        return {name: shown[name] for name in ("enrollment_id", "common_name", "sans", "validation_type")}
