# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A CA set: MEANING 7 and 8, mets-v2.md 3.1 to 3.5 and 5.1."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._api import mets
from .._domain.errors import Frozen, InvalidOption, NotFound, WishError
from .._domain.plan import SERVER_MADE, Document, Plan, Step, Target, predicted_id
from .._domain.references import description_text
from .._domain.shapes import pick, snake
from .activation import version_number
from .mets_operations import (
    MOVED,
    deactivation_steps,
    deletion_watch,
    refuse_deleting,
    refuse_in_use,
    run_operations,
    wait_for_leaving,
    when_free,
)
from .mets_world import CaSetRef, NetworkState, unless_missing
from .version_writes import is_unfinished
from .world import Wait, World
from .writes import carry_out

MEMBERS: t.Final = (
    "account_id",
    "ca_set_id",
    "ca_set_name",
    "ca_set_status",
    "description",
    "latest_version",
    "staging_version",
    "production_version",
    "created_by",
    "created_date",
    "deleted_by",
    "deleted_date",
    "removal_date",
)


def shown(document: t.Mapping[str, t.Any]) -> Document:
    """The `ca_set` of results, from a CASet."""
    held = pick(snake(dict(document)), *MEMBERS)
    return {**held, "description": held["description"] or None}


def brief(ca_set: t.Mapping[str, t.Any] | None) -> Document:
    """What a diff shows of a set: the members that tell what it is and where it is active."""
    if ca_set is None or ca_set["ca_set_status"] == "DELETED":
        return {}
    return pick(
        ca_set,
        "ca_set_id",
        "ca_set_name",
        "ca_set_status",
        "description",
        "latest_version",
        "staging_version",
        "production_version",
    )


@dataclass(slots=True)
class Current:
    """The set as found; networks, users and the state of an earlier deletion only where `absent` has to know them."""

    ca_set: Document | None
    networks: dict[str, NetworkState] = field(default_factory=dict)
    users: list[str] = field(default_factory=list)
    leaving: list[str] = field(default_factory=list)
    source: Document | None = None
    deleting: bool = False


class CaSet:
    """The wish for one CA set, made from the options of `mets_ca_set`."""

    def __init__(self, options: t.Mapping[str, t.Any], **context: t.Any) -> None:
        self.ref = CaSetRef.required(options)
        self.present = options["state"] == "present"
        self.deactivate = bool(options.get("deactivate"))
        self.description = description_text(options.get("description"))
        if self.deactivate and self.present:
            raise InvalidOption("`deactivate` only goes with `state: absent`.")
        source = options.get("clone_from")
        if source and not self.present:
            raise InvalidOption("`clone_from` only goes with `state: present`.")
        self.source = CaSetRef.required(source, "clone_from: ") if source else None
        self.source_number = version_number(source, required=False, action="clone") if source else None

    def read(self, world: World) -> Current:
        ca_set = world.mets.ca_set(self.ref)
        if ca_set is None and self.source is not None:
            return Current(None, source=self._source(world, self.source))
        if self.present or ca_set is None:
            return Current(ca_set)
        if ca_set["caSetStatus"] == "DELETING" and world.mets.deletion_runs(ca_set):
            return Current(ca_set, deleting=True)
        return Current(ca_set, world.mets.networks(ca_set), world.mets.users(ca_set), world.mets.leaving(ca_set))

    def _source(self, world: World, ref: CaSetRef) -> Document:
        """The version to clone: the one named, else the newest that is whole (mets-v2.md 3.9)."""
        found = world.mets.required(ref)
        refuse_deleting(found)
        live = [v for v in world.mets.versions(found) if v.get("caSetVersionStatus") != "DELETED"]
        number = self.source_number
        wanted = [v for v in live if (not is_unfinished(v) if number is None else v["version"] == number)]
        if not wanted:
            numbers = ", ".join(str(v["version"]) for v in live)
            missing = f"version {number}" if number else "finished version" if live else "version"
            raise NotFound(
                f"clone_from: {ref} has no {missing}.",
                cure=f"Its versions are: {numbers}."
                if numbers
                else "Give it a version with `mets_ca_set_version` first.",
            )
        return wanted[-1]

    def plan(self, current: Current) -> Plan:
        return self._plan_present(current) if self.present else self._plan_absent(current)

    def _plan_present(self, current: Current) -> Plan:
        ca_set = current.ca_set
        if ca_set is not None:
            self._refuse_difference(ca_set)
            state = {"ca_set": shown(ca_set)}
            return Plan(before=state, after=state)
        if self.ref.name is None:
            raise NotFound(f"{self.ref} does not exist.", cure="A new set is made by its name: `ca_set_name`.")
        made = {
            **dict.fromkeys(MEMBERS),
            **dict.fromkeys(("account_id", "created_by", "created_date"), SERVER_MADE),
            "ca_set_id": predicted_id(self.ref.name),
            "ca_set_name": self.ref.name,
            "ca_set_status": "NOT_DELETED",
            "description": self.description,
        }
        target, reason = Target("ca_set", self.ref.name), f'There is no CA set "{self.ref.name}".'
        if current.source is None:
            return Plan(before={"ca_set": None}, after={"ca_set": made}, steps=[Step("create", target, reason)])
        origin = pick(snake(dict(current.source)), "ca_set_id", "ca_set_name", "version")
        after = {"ca_set": {**made, "latest_version": 1}, "cloned_from": origin}
        return Plan(before={"ca_set": None}, after=after, steps=[Step("clone", target, reason, origin)])

    def _refuse_difference(self, ca_set: Document) -> None:
        refuse_deleting(ca_set)
        held = ca_set.get("description") or None
        if self.description is not None and self.description != held:
            now = f"is {held!r}" if held is not None else "is empty"
            raise Frozen(
                f'The description of CA set "{ca_set["caSetName"]}" {now} and cannot be changed to {self.description!r}.',
                cure="METS has no way to change it: take the option out, or make a new set under another name.",
            )

    def _plan_absent(self, current: Current) -> Plan:
        ca_set = current.ca_set
        if ca_set is None:
            return Plan(before={"ca_set": None}, after={"ca_set": None})
        name, before = ca_set["caSetName"], {"ca_set": shown(ca_set)}
        gone = {
            **before["ca_set"],
            "ca_set_status": "DELETED",
            "staging_version": None,
            "production_version": None,
            **dict.fromkeys(("deleted_by", "deleted_date", "removal_date"), SERVER_MADE),
        }
        plan = Plan(before=before, after={"ca_set": gone})
        if current.deleting:
            plan.assumptions.append(f'The deletion of CA set "{name}" that is under way will succeed.')
            return plan
        refuse_in_use(ca_set, current.users, "deleted")
        self._refuse_active(name, current.networks)
        plan.steps = deactivation_steps(ca_set, current.networks.values())
        ending = [s.running for s in current.networks.values() if s.running is not None and s.settled is None]
        plan.assumptions += [f"The running DEACTIVATE on {record['network']} will complete." for record in ending]
        target = Target("ca_set", name, str(ca_set["caSetId"]))
        waits = bool(plan.steps or ending)
        plan.steps.append(Step("delete", target, "The set is not wanted.", ending, waits=waits))
        wait_for_leaving(plan, current.leaving)
        return plan

    def _refuse_active(self, name: str, networks: t.Mapping[str, NetworkState]) -> None:
        busy = [f"{s.network} (version {s.settled})" for s in networks.values() if s.settled is not None]
        if busy and not self.deactivate:
            raise WishError(
                "busy",
                f'CA set "{name}" is active on {" and ".join(busy)}.',
                cure="Deactivate it with `mets_activation: state=inactive` first, or allow that here: `deactivate: true`.",
                retryable=False,
            )

    def apply(self, world: World, plan: Plan, waiter: Wait) -> None:
        if self.present:
            self._create(world, plan)
        elif plan.before["ca_set"] is not None:
            self._delete(world, plan, waiter)

    def _create(self, world: World, plan: Plan) -> None:
        for step in plan.steps:
            if not step.done:
                with carry_out(world, step, MOVED):
                    made = self._made(world, step)
                plan.seen = {**plan.after, "ca_set": shown(made)}

    def _made(self, world: World, step: Step) -> Document:
        name, origin = str(step.target.name), step.payload
        if step.verb == "create":
            return mets.create_ca_set(world.session, name, description=self.description)
        return mets.clone_ca_set(
            world.session, str(origin["ca_set_id"]), name, description=self.description, from_version=origin["version"]
        )

    def _delete(self, world: World, plan: Plan, waiter: Wait) -> None:
        found = plan.before["ca_set"]
        ca_set_id, name = str(found["ca_set_id"]), str(found["ca_set_name"])
        todo = [step for step in plan.steps if not step.done]
        if todo:
            *deactivations, delete = todo
            run_operations(world, waiter, deactivations, delete.payload, lambda record: None)
            if delete.waits and not waiter.wait:
                return
            when_free(world, waiter, delete, lambda: mets.delete_ca_set(world.session, ca_set_id))
        if waiter.wait:
            waiter.until([deletion_watch(world, ca_set_id, name)])
        world.forget()
        left = unless_missing(mets.get_ca_set, world.session, ca_set_id)
        plan.seen = {"ca_set": shown(left) if left is not None else None}

    def people(self, result: Document) -> Document:
        return self.projection(result["ca_set"])

    projection = staticmethod(brief)
