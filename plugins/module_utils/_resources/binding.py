# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The CA set that an enrollment is bound to: MEANING 16 and 17, cps-v2.md 4, 5 and 11."""

from __future__ import annotations

import datetime as dt
import typing as t
from dataclasses import dataclass, field

from .._api import cps
from .._domain import enrollment
from .._domain.acknowledgements import NO_ACKNOWLEDGEMENTS, Acknowledgements
from .._domain.certificates import moment
from .._domain.enrollment import UNBOUND, Binding
from .._domain.errors import Hazard, WishError
from .._domain.plan import SERVER_MADE, Document, Plan, Step, Target
from .._domain.shapes import pick
from .._domain.waits import Watch
from .._wire.errors import ApiError
from .changes import ChangeEnded, Followed, attach, follow, waiting_for_what_cannot_be_cancelled
from .cps_world import EnrollmentRef, common_name
from .enforcement import Enforcer, active_enforcers
from .mets_operations import refuse_deleting, settle_watches
from .mets_world import CaSetRef, NetworkState, unless_missing
from .side_reads import unreadable
from .world import Stale, Wait, World
from .writes import carry_out

MEMBERS: t.Final = (
    "enrollment_id",
    "common_name",
    "ca_set_id",
    "ca_set_name",
    "ocsp",
    "send_ca_list_to_client",
    "change_id",
    "change_status",
)

# A change that has appeared since the enrollment was read.
_STALE: t.Final = frozenset(["cannot-cancel-pending-change"])
CHAIN: t.Final = "preferredTrustChain"


@dataclass(slots=True)
class Current:
    """The enrollment and what its binding needs to know; the last members only where something is to be written."""

    document: Document | None
    ca_set: Document | None = None
    bound_name: str | None = None
    listed: bool = False
    networks: dict[str, NetworkState] = field(default_factory=dict)
    expires: dt.datetime | None = None
    enforcers: list[Enforcer] | None = field(default_factory=list)


def shown(document: Document, bound: Binding, name: str | None, *, change: Followed | None = None) -> Document:
    """The `binding` of results."""
    return {
        "enrollment_id": int(str(enrollment.identifier(document))),
        "common_name": common_name(document),
        "ca_set_id": bound.ca_set_id,
        "ca_set_name": name,
        "ocsp": bound.ocsp,
        "send_ca_list_to_client": bound.send_ca_list_to_client,
        "change_id": change.change_id if change else None,
        "change_status": change.status if change else None,
    }


class CpsBinding:
    """The wish for the binding of one enrollment, made from the options of `cps_mtls_binding`."""

    def __init__(self, options: t.Mapping[str, t.Any], **context: t.Any) -> None:
        self.ref = EnrollmentRef.required(options)
        self.present = options["state"] == "present"
        self.set_ref = CaSetRef.required(options) if self.present else CaSetRef.optional(options)
        self.ocsp: bool | None = options.get("ocsp")
        self.send_list: bool | None = options.get("send_ca_list_to_client")
        self.replace = options["when_bound_to_other"] == "replace"
        self.pending = options["pending_changes"]
        self.override_window = options["renewal_window"] == "override"
        self.now: dt.datetime = context["now"]
        self.acknowledge = Acknowledgements.of(options)
        #: Changes found to have failed, which CPS may go on listing as pending.
        self.ended: set[int] = set()

    # read

    def read(self, world: World) -> Current:
        if self.present:
            document: Document | None = world.cps.required(self.ref)
        else:
            document = world.cps.enrollment(self.ref)
        if document is None:
            return Current(None)
        current = Current(document, self._set(world))
        bound = enrollment.binding(document)
        current.bound_name = self._name(world, bound, current.ca_set)
        wanted = self._wanted(current)
        if wanted == bound:
            if current.ca_set is not None:
                current.listed = self._is_listed(world, current.ca_set, document)
            if self._holds(current, bound):
                return current
        if not self.override_window:
            current.expires = self._expires(world, document)
        if wanted.bound and current.ca_set is not None:
            current.networks = world.mets.networks(current.ca_set)
        # What a rule checks: where that stays as it is, nobody is cut off.
        if bound.bound and (bound.ca_set_id, bound.ocsp) != (wanted.ca_set_id, wanted.ocsp):
            current.enforcers = self._enforcers(world, document)
        return current

    def _set(self, world: World) -> Document | None:
        if self.set_ref is None:
            return None
        return world.mets.required(self.set_ref) if self.present else world.mets.ca_set(self.set_ref)

    def _name(self, world: World, bound: Binding, ca_set: Document | None) -> str | None:
        """The name of the set that is bound now, for people; None where METS does not know it."""
        if not bound.bound:
            return None
        if ca_set is not None and str(ca_set["caSetId"]) == bound.ca_set_id:
            return str(ca_set["caSetName"])
        if not str(bound.ca_set_id).isdecimal():
            return None
        try:
            found = world.mets.any_by_id(str(bound.ca_set_id))
        except ApiError as error:
            if not unreadable(error):
                raise
            return None
        return str(found["caSetName"]) if found is not None else None

    def _wanted(self, current: Current) -> Binding:
        bound = enrollment.binding(t.cast(Document, current.document))
        if self.present:
            ca_set_id = str(t.cast(Document, current.ca_set)["caSetId"])
            return enrollment.wanted_binding(bound, ca_set_id, self.ocsp, self.send_list)
        if self.set_ref is None or self._is_bound_to(current):
            return UNBOUND
        return bound

    def _is_bound_to(self, current: Current) -> bool:
        """Whether it is the set that the task names which is bound, also where METS has it no more."""
        bound = enrollment.binding(t.cast(Document, current.document))
        if current.ca_set is not None:
            return str(current.ca_set["caSetId"]) == bound.ca_set_id
        return self.set_ref is not None and self.set_ref.id is not None and self.set_ref.id == bound.ca_set_id

    def _holds(self, current: Current, bound: Binding) -> bool:
        """Whether a document that shows the wish is all there is to it (MEANING 17): METS agrees, or a change is pending.

        An enrollment that shows no binding may be in use all the same, after an unbinding that has failed.
        """
        if self._pending(current) is not None:
            return True
        return current.listed if self.present else bound.bound or not current.listed

    def _pending(self, current: Current) -> str | None:
        """The newest pending change; one that has failed is none where it may be cancelled."""
        pending = enrollment.newest_pending(t.cast(Document, current.document))
        failed = pending is not None and int(pending) in self.ended
        return None if failed and self.pending == "cancel" else pending

    @staticmethod
    def _is_listed(world: World, ca_set: Document, document: Document) -> bool:
        """Whether METS lists the enrollment on production (MEANING 17)."""
        number = enrollment.identifier(document)
        listed = world.mets.associations(ca_set)["enrollments"]
        return any(str(e["enrollmentId"]) == number and e.get("productionSlots") for e in listed)

    @staticmethod
    def _expires(world: World, document: Document) -> dt.datetime | None:
        """When the certificate in use on production expires; None where nothing is deployed."""
        deployed = cps.get_deployments(world.session, int(str(enrollment.identifier(document)))).get("production") or {}
        expiry = (deployed.get("primaryCertificate") or {}).get("expiry")
        return moment(str(expiry)) if expiry else None

    @staticmethod
    def _enforcers(world: World, document: Document) -> list[Enforcer] | None:
        try:
            return active_enforcers(world, enrollment.names(document))
        except ApiError as error:
            if not unreadable(error):
                raise
            return None

    # plan

    def plan(self, current: Current) -> Plan:
        if current.document is None:
            return Plan(before={"binding": None}, after={"binding": None})
        document, bound, wanted = current.document, enrollment.binding(current.document), self._wanted(current)
        plan = Plan(before={"binding": shown(document, bound, current.bound_name)})
        pending = self._pending(current)
        if wanted == bound and self._holds(current, bound):
            return self._plan_held(plan, current, bound, pending)
        if self.present:
            self._refuse_present(current, bound)
        self._refuse_window(current)
        plan.hazards = self._hazards(current, bound, wanted)
        blockers = self._blockers(plan, current, pending)
        name = str(t.cast(Document, current.ca_set)["caSetName"]) if self.present else None
        plan.after = {
            "binding": {
                **shown(document, wanted, name),
                "change_id": SERVER_MADE,
                "change_status": "completed",
            }
        }
        step = Step("bind" if self.present else "unbind", self._target(document), self._reason(current, bound, wanted))
        step.payload, step.waits = (bound, wanted), blockers
        plan.steps.append(step)
        return plan

    def _plan_held(self, plan: Plan, current: Current, bound: Binding, pending: str | None) -> Plan:
        """Nothing to write. A change that carries the wish out is followed; one of somebody else's is not ours."""
        plan.after = plan.before
        document = t.cast(Document, current.document)
        if pending is not None and (not current.listed if self.present else self._unbinds(current, bound)):
            change = self._followed(document, int(pending))
            plan.attached.append(change)
            plan.assumptions.append(f"The pending {change} will complete.")
        elif pending is not None:
            plan.warn(
                f"Change {pending} is pending on the enrollment; what is wanted is in force without it, so it is left alone.",
                change_id=pending,
            )
        return plan

    def _unbinds(self, current: Current, bound: Binding) -> bool:
        """Whether the pending change may be the one that takes the binding out.

        METS still lists the enrollment then; without a set to look at, a change about the certificate is not it.
        """
        if bound.bound:
            return False
        if self.set_ref is not None:
            return current.listed
        pending = (t.cast(Document, current.document)["pendingChanges"] or [{}])[-1]
        kind = pending.get("changeType") if isinstance(pending, dict) else None
        return kind not in ("renewal", "new-certificate", "modify-san")

    def _refuse_present(self, current: Current, bound: Binding) -> None:
        ca_set = t.cast(Document, current.ca_set)
        refuse_deleting(ca_set)
        name = ca_set["caSetName"]
        if bound.bound and bound.ca_set_id != str(ca_set["caSetId"]) and not self.replace:
            other = current.bound_name or bound.ca_set_id
            raise WishError(
                "busy",
                f'The {self.ref} is bound to CA set "{other}", not to "{name}".',
                cure="Have it replaced with `when_bound_to_other: replace`.",
                retryable=False,
            )
        missing = [network for network, state in current.networks.items() if state.settled is None]
        if missing:
            raise WishError(
                "busy",
                f'CA set "{name}" is not active on {" and ".join(missing)}; CPS binds only sets that are active on both.',
                cure="Activate a version on both networks with `mets_activation` first.",
                retryable=False,
            )

    def _refuse_window(self, current: Current) -> None:
        """CPS renews before expiry and takes no other change meanwhile (cps-v2.md 3.2); a renewal that is waited for ends that."""
        document = t.cast(Document, current.document)
        if self.override_window or (self.pending == "wait" and enrollment.renewing(document)):
            return
        if enrollment.in_renewal_window(document, self.now, current.expires):
            raise WishError(
                "busy",
                f"The {self.ref} is in its renewal window, in which CPS refuses other changes.",
                cure="Wait until the certificate is renewed, or go on all the same with `renewal_window: override`, which "
                "risks that it expires.",
            )

    def _hazards(self, current: Current, bound: Binding, wanted: Binding) -> list[Hazard]:
        if not bound.bound:
            return []
        if current.enforcers is None:
            return [Hazard("unverified", f"Which live rules enforce mutual TLS for the {self.ref} could not be read.")]
        broken = [e for e in current.enforcers if not _satisfied(e, wanted)]
        name = "rebind_enforced" if wanted.bound else "unbind_enforced"
        change = (
            "Its certificate gets another CA set or OCSP setting"
            if wanted.bound
            else "Its certificate loses the CA set"
        )
        return [
            Hazard(
                t.cast(t.Any, name), f"{e} denies requests for {', '.join(e.hostnames)} that do not match. {change}."
            )
            for e in broken
        ]

    def _blockers(self, plan: Plan, current: Current, pending: str | None) -> bool:
        """What has to end before the write; True if there is anything."""
        # What is active stays bindable while another version goes out.
        running = [s.running for s in current.networks.values() if s.running is not None and s.active is None]
        for record in running:
            plan.attached.append(record)
            kind, version = record["activationType"], record["version"]
            plan.assumptions.append(f"The running {kind} of version {version} on {record['network']} will complete.")
        if pending is None:
            return bool(running)
        if self.pending == "fail":
            raise WishError(
                "busy",
                f"Change {pending} is pending on the {self.ref}.",
                cure="Run the task again when it is over, let it wait with `pending_changes: wait`, or have the change "
                "cancelled, which destroys somebody's work in progress, with `pending_changes: cancel`.",
            )
        if self.pending == "wait":
            change = self._followed(t.cast(Document, current.document), int(pending), anybody=True)
            plan.attached.append(change)
            plan.assumptions.append(f"The pending {change} will complete.")
        return bool(running) or self.pending == "wait"

    def _reason(self, current: Current, bound: Binding, wanted: Binding) -> str:
        if not wanted.bound:
            if not bound.bound:
                return "The enrollment shows no binding, but the CA set lists it on production."
            return f'It is bound to CA set "{current.bound_name or bound.ca_set_id}".'
        if not bound.bound:
            return "No CA set is bound."
        if wanted == bound:
            return "The enrollment shows the binding, but the CA set does not list it on production."
        if wanted.ca_set_id != bound.ca_set_id:
            return f'It is bound to CA set "{current.bound_name or bound.ca_set_id}".'
        return "Its options differ."

    @staticmethod
    def _target(document: Document) -> Target:
        return Target("enrollment", common_name(document), enrollment.identifier(document))

    def _followed(self, document: Document, change_id: int, *, anybody: bool = False) -> Followed:
        """A change to follow. Acknowledgements are for our own changes, not for anybody's that we only wait for."""
        allowed = NO_ACKNOWLEDGEMENTS if anybody else self.acknowledge
        return Followed(int(str(enrollment.identifier(document))), change_id, str(common_name(document)), allowed)

    # apply

    def apply(self, world: World, plan: Plan, waiter: Wait) -> None:
        if plan.before["binding"] is None:
            return
        todo = [step for step in plan.steps if not step.done]
        if waiter.wait:
            waiter.until(self._attached(world, plan, before_write=bool(todo)))
            if not todo and self.present and any(isinstance(item, Followed) for item in plan.attached):
                self._require_listed(world)
        for step in todo:
            if step.waits and not waiter.wait:
                return
            self._write(world, plan, step, waiter)

    def _require_listed(self, world: World) -> None:
        """A change that was followed may have been another one, so that the binding is still to be made (MEANING 17)."""
        ca_set = world.mets.required(t.cast(CaSetRef, self.set_ref))
        if not self._is_listed(world, ca_set, self._document(world)):
            raise Stale(self._not_listed(ca_set))

    def _attached(self, world: World, plan: Plan, *, before_write: bool) -> list[Watch]:
        activations = [item for item in plan.attached if not isinstance(item, Followed)]
        changes = [item for item in plan.attached if isinstance(item, Followed)]
        for change in changes:
            if not before_write:
                change.before_management = lambda: self._require_production(world)
            change.note = self._noted(plan, change)
        watches = settle_watches(world, activations)
        return watches + [attach(world, plan, change, self.ended) for change in changes]

    @staticmethod
    def _noted(plan: Plan, change: Followed) -> t.Callable[[], None]:
        def note() -> None:
            ids = {"change_id": change.change_id, "change_status": change.status}
            plan.seen = {"binding": {**plan.seen["binding"], **ids}}

        return note

    def _write(self, world: World, plan: Plan, step: Step, waiter: Wait) -> None:
        number = int(str(step.target.id))
        # The gap between reading and writing is not protected by anything, so it is kept short. A list may leave out members.
        world.forget()
        before = unless_missing(cps.get_enrollment, world.session, number)
        if before is None:
            raise Stale(WishError("not_found", f"The {self.ref} has gone meanwhile."))
        planned, wanted = step.payload
        if enrollment.binding(before) != planned:
            raise Stale(
                WishError("busy", f"The binding of the {self.ref} has changed meanwhile.", cure="Run the task again.")
            )
        with waiting_for_what_cannot_be_cancelled(self), carry_out(world, step, _STALE):
            change_id = self._put(world, number, enrollment.with_binding(before, wanted))
        change = self._followed(before, change_id) if change_id is not None else None
        if change is not None:
            change.before_management = lambda: self._require_production(world)
            change.note = self._noted(plan, change)
            plan.seen = self._seen(before, wanted, plan, change)
            if waiter.wait:
                waiter.until([follow(world, plan, change)])
        self._verify(world, plan, before, wanted, change, settled=waiter.wait)

    def _put(self, world: World, number: int, body: Document) -> int | None:
        """The PUT. A null that was read, and that some servers do not take back, is left out then (cps-v2.md 4.3)."""
        policies = {
            "allow_cancel_pending_changes": self.pending == "cancel",
            "renewal_date_check_override": self.override_window,
        }
        try:
            return cps.update_enrollment(world.session, number, body, **policies)
        except ApiError as error:
            csr = body.get("csr") or {}
            disliked = error.status == 400 and CHAIN in f"{error.detail} {error.errors}"
            if not disliked or csr.get(CHAIN, "") is not None:
                raise
        body["csr"] = {name: value for name, value in csr.items() if name != CHAIN}
        return cps.update_enrollment(world.session, number, body, **policies)

    def _document(self, world: World) -> Document:
        found = world.cps.enrollment(self.ref)
        if found is None:
            raise Stale(WishError("not_found", f"The {self.ref} has gone meanwhile."))
        return found

    def _seen(self, document: Document, wanted: Binding, plan: Plan, change: Followed | None) -> Document:
        name = plan.after["binding"]["ca_set_name"]
        return {"binding": shown(document, wanted, name, change=change)}

    def _verify(
        self, world: World, plan: Plan, before: Document, wanted: Binding, change: Followed | None, *, settled: bool
    ) -> None:
        """Reads the enrollment again: the binding has to be there, and the rest has to be what it was."""
        after = cps.get_enrollment(world.session, int(str(enrollment.identifier(before))))
        for lost in enrollment.lost_fields(before, after):
            plan.warn(f"{lost} of the {self.ref} did not keep its value when the binding was written.", member=lost)
        plan.seen = self._seen(after, enrollment.binding(after), plan, change)
        if enrollment.binding(after) != wanted:
            raise ChangeEnded(
                "binding-not-kept",
                f"The {self.ref} does not show the binding that was written.",
                cure="Somebody else may have written it at the same time. Run the task again.",
                title="The binding was not kept",
            )
        ca_set = {"caSetId": wanted.ca_set_id, "caSetName": plan.after["binding"]["ca_set_name"]}
        if settled and wanted.bound and not self._is_listed(world, ca_set, after):
            raise self._not_listed(ca_set)

    def _not_listed(self, ca_set: Document) -> ChangeEnded:
        return ChangeEnded(
            "binding-not-listed",
            f'The {self.ref} shows the binding, but CA set "{ca_set["caSetName"]}" does not list it on production.',
            cure="Run the task again in a few minutes; if it stays so, take it to Akamai support.",
            title="The binding is not listed",
        )

    def _require_production(self, world: World) -> None:
        """Change management waits in vain for a set that is not active on production (cps-v2.md 6.4)."""
        if self.present and self.set_ref is not None:
            world.forget()
            ca_set = world.mets.required(self.set_ref)
            if ca_set.get("productionVersion") is None:
                raise WishError(
                    "busy",
                    f'CA set "{ca_set["caSetName"]}" is not active on PRODUCTION, so change management is not acknowledged.',
                    cure="Activate it there with `mets_activation` first.",
                )

    def people(self, result: Document) -> Document:
        return self.projection(result["binding"])

    @staticmethod
    def projection(binding: t.Mapping[str, t.Any] | None) -> Document:
        """What a diff shows: the binding itself."""
        if binding is None:
            return {}
        return pick(binding, "common_name", "ca_set_name", "ca_set_id", "ocsp", "send_ca_list_to_client")


def _satisfied(enforcer: Enforcer, wanted: Binding) -> bool:
    return wanted.bound and wanted.ca_set_id in enforcer.ca_set_ids and wanted.ocsp == enforcer.ocsp
