# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activation of a CA set on the networks: MEANING 13 to 15, mets-v2.md 3.17 to 3.20 and 5.3."""

from __future__ import annotations

import datetime as dt
import typing as t
from dataclasses import dataclass, field

from .._domain import certificates
from .._domain.errors import Hazard, InvalidOption, NotFound, WishError, some_of
from .._domain.plan import SERVER_MADE, Document, Plan, Step
from .._domain.references import given, is_number
from .._domain.shapes import pick, snake
from .._wire.errors import ApiError
from .mets_operations import (
    deactivation_steps,
    operation_step,
    refuse_deleting,
    refuse_in_use,
    run_operations,
    wait_for_leaving,
)
from .mets_world import NETWORKS, CaSetRef, NetworkState
from .side_reads import unreadable
from .world import Wait, World

BRIEF: t.Final = ("ca_set_id", "ca_set_name", "staging_version", "production_version")
ENTRY: t.Final = ("network", "version", "activation_id", "activation_status")


def version_number(
    options: t.Mapping[str, t.Any],
    *,
    required: bool,
    action: str,
    option: str = "version",
    example: str = "result.ca_set_version.version",
) -> int | None:
    """The option as a number; a word such as `latest` is refused with the cure, `example` being where a number comes from."""
    text = given(options.get(option))
    if text is None:
        if required:
            raise InvalidOption(f"{option}: required to {action}.", cure="Give the number of a version.")
        return None
    if not is_number(text) or int(text) < 1:
        raise InvalidOption(
            f"{option}: {text!r} is not the number of a version.",
            cure="What `latest` means changes between looking and acting, so it is refused. Give the number that an earlier "
            f'task registered, for example `{option}: "{{{{ {example} }}}}"`.',
        )
    return int(text)


def days_option(options: t.Mapping[str, t.Any], name: str) -> int | None:
    """An option that is a number of days from now."""
    days: int | None = options.get(name)
    if days is not None and not 0 <= days <= 36_500:
        raise InvalidOption(
            f"{name}: {days} is not between 0 and 36500.", cure="Give a number of days; 0 is about what has expired."
        )
    return days


@dataclass(slots=True)
class Current:
    """The set and its networks; versions and users only where something has to be started. `users` None: could not be read."""

    ca_set: Document | None
    states: dict[str, NetworkState] = field(default_factory=dict)
    records: list[Document] = field(default_factory=list)
    versions: list[Document] = field(default_factory=list)
    users: list[str] | None = field(default_factory=list)
    leaving: list[str] = field(default_factory=list)


class Activation:
    """The wish for what is active on the networks, made from the options of `mets_activation`."""

    def __init__(self, options: t.Mapping[str, t.Any], *, now: dt.datetime) -> None:
        self.ref = CaSetRef.required(options)
        self.now = now
        self.active = options["state"] == "active"
        self.version = version_number(options, required=self.active, action="activate")
        self.networks = [network for network in NETWORKS if network in options["networks"]]
        self.order = options["order"]
        self.when_running = options["when_running"]
        if not self.networks:
            raise InvalidOption("networks: at least one of STAGING and PRODUCTION is needed.")

    # read

    def read(self, world: World) -> Current:
        ca_set = world.mets.required(self.ref) if self.active else world.mets.ca_set(self.ref)
        if ca_set is None or ca_set["caSetStatus"] == "DELETING":
            return Current(ca_set)
        states = world.mets.networks(ca_set)
        current = Current(ca_set, states, world.mets.activations(ca_set))
        if any(not self._holds(states[network].settled) for network in self.networks):
            if self.active:
                current.versions = world.mets.versions(ca_set)
            if any(state.settled is not None for state in states.values()):
                current.users = self._users(world, ca_set)
                current.leaving = world.mets.leaving(ca_set) if not self.active else []
        return current

    def _users(self, world: World, ca_set: Document) -> list[str] | None:
        try:
            return world.mets.users(ca_set)
        except ApiError as error:
            if self.active and unreadable(error):
                return None
            raise

    def _holds(self, on_network: int | None) -> bool:
        """Whether the wish holds on a network where that version is active."""
        if self.active:
            return on_network == self.version
        return on_network is None or (self.version is not None and on_network != self.version)

    # plan

    def plan(self, current: Current) -> Plan:
        ca_set = current.ca_set
        if ca_set is None or (not self.active and ca_set["caSetStatus"] == "DELETING"):
            nothing = self._result(ca_set, dict.fromkeys(self.networks))
            return Plan(before=nothing, after=nothing)
        refuse_deleting(ca_set)
        before = self._result(ca_set, {n: self._record(current, n) for n in self.networks})
        plan = Plan(before=before)
        self._attach(plan, current)
        todo = [current.states[n] for n in self.networks if not self._holds(current.states[n].settled)]
        if todo:
            self._refuse_running(todo)
            plan.steps = self._activations(plan, current, todo) if self.active else self._deactivations(current, todo)
            wait_for_leaving(plan, current.leaving)
        plan.after = self._predicted(plan, current)
        return plan

    def _attach(self, plan: Plan, current: Current) -> None:
        """What runs already and leads to the wish counts as done (MEANING 2, 14)."""
        for network in self.networks:
            state = current.states[network]
            if state.running is not None and self._holds(state.settled) and not self._holds(state.active):
                plan.attached.append(state.running)
                kind, version = state.running["activationType"], state.running["version"]
                plan.assumptions.append(f"The running {kind} of version {version} on {network} will complete.")

    def _refuse_running(self, todo: t.Sequence[NetworkState]) -> None:
        for state in todo:
            if state.running is not None and self.when_running == "fail":
                raise WishError(
                    "busy",
                    f"{state.running['activationType']} of version {state.running['version']} is running on {state.network} "
                    f"(activation {state.running['activationId']}).",
                    cure="Run the task again when it is over, or let it wait with `when_running: wait`.",
                )

    def _activations(self, plan: Plan, current: Current, todo: t.Sequence[NetworkState]) -> list[Step]:
        ca_set = t.cast(Document, current.ca_set)
        version = t.cast(int, self.version)
        wanted = self._wanted_version(current)
        held = [certificates.from_api(c) for c in wanted.get("certificates") or []]
        certificates.require(
            [c.problem("has expired, so METS refuses to activate it") for c in held if c.expired(self.now)]
        )
        plan.hazards += self._hazards(current, held, todo)
        in_use = current.users is None or bool(current.users)
        staging_first = self.order == "staging_first" or (self.order == "auto" and in_use)
        steps = [operation_step("activate", ca_set, version, state, self._reason(state, version)) for state in todo]
        if staging_first and len(steps) > 1:
            steps[1].payload.behind, steps[1].waits = steps[0], True
        elif staging_first and self._staging_on_its_way(current, steps):
            steps[0].payload.blocker, steps[0].waits = current.states["STAGING"].running, True
        return steps

    def _staging_on_its_way(self, current: Current, steps: t.Sequence[Step]) -> bool:
        """Whether only PRODUCTION is left, STAGING being asked for as well and still under way."""
        alone = [step.target.network for step in steps] == ["PRODUCTION"] and "STAGING" in self.networks
        return alone and current.states["STAGING"].running is not None and current.states["PRODUCTION"].running is None

    @staticmethod
    def _reason(state: NetworkState, version: int) -> str:
        if state.settled is None:
            return f"Nothing is active on {state.network}."
        return f"{state.network} has version {state.settled} active, not {version}."

    def _wanted_version(self, current: Current) -> Document:
        numbers = []
        for version in current.versions:
            if version.get("caSetVersionStatus") != "DELETED":
                numbers.append(str(version["version"]))
                if version["version"] == self.version:
                    return version
        raise NotFound(
            f"{self.ref} has no version {self.version}.",
            cure=f"Its versions are: {', '.join(numbers)}."
            if numbers
            else "Make one first with `mets_ca_set_version`.",
        )

    def _hazards(
        self, current: Current, held: t.Sequence[certificates.Certificate], todo: t.Sequence[NetworkState]
    ) -> list[Hazard]:
        replaced = sorted({state.settled for state in todo if state.settled is not None})
        if not replaced or current.users == []:
            return []
        if current.users is None:
            return [Hazard("unverified", f"Whether somebody uses {self.ref} could not be read from its associations.")]
        if not any(certificate.valid(self.now) for certificate in held):
            return [
                Hazard("remove_last_valid_ca", f"Version {self.version} has no valid CA at all, and the set is in use.")
            ]
        kept = certificates.fingerprints(held)
        by_number = {version["version"]: version for version in current.versions}
        lost = {
            certificate.fingerprint: certificate
            for number in replaced
            for document in by_number.get(number, {}).get("certificates") or []
            for certificate in [certificates.from_api(document)]
            if certificate.valid(self.now) and certificate.fingerprint not in kept
        }
        if not lost:
            return []
        names = some_of([f"{c.subject} ({c.fingerprint[:16]})" for c in lost.values()], "; ")
        return [
            Hazard(
                "remove_trusted_ca",
                f"Version {self.version} lacks CAs that clients of {some_of(current.users)} may rely on: {names}.",
            )
        ]

    def _deactivations(self, current: Current, todo: t.Sequence[NetworkState]) -> list[Step]:
        ca_set = t.cast(Document, current.ca_set)
        refuse_in_use(ca_set, current.users or [], "deactivated")
        return deactivation_steps(ca_set, todo)

    # results

    def _record(self, current: Current, network: str) -> Document | None:
        """The record that made a network what it is."""
        active = current.states[network].active
        for record in current.records:
            if record["network"] != network or record["activationStatus"] != "COMPLETE":
                continue
            activates = record["activationType"] == "ACTIVATE"
            if activates == (active is not None) and (active is None or record["version"] == active):
                return record
        return None

    def _result(self, ca_set: t.Mapping[str, t.Any] | None, records: t.Mapping[str, t.Any]) -> Document:
        entries = [{**pick(snake(records[n] or {}), *ENTRY), "network": n} for n in self.networks]
        return {"ca_set": pick(snake(dict(ca_set)), *BRIEF) if ca_set is not None else None, "activations": entries}

    def _predicted(self, plan: Plan, current: Current) -> Document:
        ca_set = dict(t.cast(Document, current.ca_set))
        records: dict[str, t.Any] = {}
        for network in self.networks:
            state = current.states[network]
            records[network] = self._record(current, network)
            if state.running is not None and state.running in plan.attached:
                records[network] = {**state.running, "activationStatus": "COMPLETE"}
                ca_set[_member(network)] = state.settled
        for step in plan.steps:
            network = t.cast(str, step.target.network)
            records[network] = {
                "version": step.target.version,
                "activationId": SERVER_MADE,
                "activationStatus": "COMPLETE",
            }
            ca_set[_member(network)] = step.target.version if step.verb == "activate" else None
        return self._result(ca_set, records)

    # apply

    def apply(self, world: World, plan: Plan, waiter: Wait) -> None:
        def note(record: Document) -> None:
            for entry in plan.seen["activations"]:
                if entry["network"] == record["network"]:
                    entry.update(pick(snake(record), *ENTRY))
            if record["activationStatus"] == "COMPLETE":
                active = record["version"] if record["activationType"] == "ACTIVATE" else None
                plan.seen["ca_set"][_member(record["network"], "_version")] = active

        # Copies: `before` stays what it was. A second plan of a run starts from what it has read itself.
        plan.seen = {
            "ca_set": plan.seen["ca_set"] and dict(plan.seen["ca_set"]),
            "activations": [dict(entry) for entry in plan.seen["activations"]],
        }
        todo = [step for step in plan.steps if not step.done]
        run_operations(world, waiter, todo, plan.attached, note)

    def people(self, result: Document) -> Document:
        return self.projection(result["ca_set"])

    @staticmethod
    def projection(ca_set: t.Mapping[str, t.Any] | None) -> Document:
        """What a diff shows: what is active where."""
        if ca_set is None or ca_set.get("ca_set_status") == "DELETED":
            return {}
        return pick(ca_set, "ca_set_name", "staging_version", "production_version")


def _member(network: str, ending: str = "Version") -> str:
    return network.lower() + ending
