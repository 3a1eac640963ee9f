# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is active of a property on the networks: MEANING 24 and 25, papi-v1.md 12 and 16.2."""

from __future__ import annotations

import copy
import re
import typing as t
from dataclasses import dataclass, field

from .._domain.acknowledgements import Acknowledgements
from .._domain.compliance import compliance_record
from .._domain.errors import Hazard, InvalidOption, NotFound, WishError
from .._domain.plan import SERVER_MADE, Document, Plan, Step, Target
from .._domain.references import covered, given, prefixed
from .._domain.shapes import pick
from .._wire.errors import ApiError
from .activation import version_number
from .denials import denials, idle_sets
from .mets_world import NetworkState
from .papi_world import PropertyRef
from .property_edits import Content
from .property_operations import GOOD, Start, follow, start, warning_texts
from .rejections import Rejected
from .side_reads import unreadable
from .world import Stale, Wait, World

EXAMPLE: t.Final = "result.property.property_version"
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+")


@dataclass(slots=True)
class Current:
    """The property and its networks. `todo` are those to be written to; the rest only where there are any."""

    prop: Document | None
    states: dict[str, NetworkState] = field(default_factory=dict)
    records: list[Document] = field(default_factory=list)
    todo: list[NetworkState] = field(default_factory=list)
    errors: list[Document] = field(default_factory=list)
    warnings: list[Document] = field(default_factory=list)
    hazards: list[Hazard] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class PropertyActivation:
    """The wish for what is active on the networks, made from the options of `papi_activation`."""

    def __init__(self, options: t.Mapping[str, t.Any], **context: t.Any) -> None:
        self.ref = PropertyRef.required(options)
        self.active = options["state"] == "active"
        self.version = version_number(options, required=self.active, action="activate", example=EXAMPLE)
        self.replaces = version_number(
            options, required=False, action="", option="replaces", example="result.property.base_version"
        )
        self.networks = list(dict.fromkeys(options["networks"]))
        self.emails = [email for email in map(given, options.get("notify_emails") or []) if email is not None]
        self.note = given(options.get("note"))
        self.acknowledge = Acknowledgements.of(options)
        self.compliance = compliance_record(options.get("compliance_record"))
        self.when_running = options["when_running"]
        if not self.networks:
            raise InvalidOption("networks: at least one of STAGING and PRODUCTION is needed.")
        if self.replaces is not None and not self.active:
            raise InvalidOption("replaces: goes with `state: active` only.")
        wrong = [email for email in self.emails if not _EMAIL.fullmatch(email)]
        if wrong:
            raise InvalidOption(f"notify_emails: {', '.join(wrong)} is not an e-mail address.")

    # read

    def read(self, world: World) -> Current:
        prop = world.papi.required(self.ref) if self.active else world.papi.property(self.ref)
        if prop is None:
            return Current(None)
        for number in (self.version, self.replaces):
            if self.active and number is not None and number > int(prop["latestVersion"]):
                raise NotFound(
                    f"The {self.ref} has no version {number}.", cure=f"Its latest is {prop['latestVersion']}."
                )
        current = Current(prop, world.papi.networks(prop), world.papi.activations(prop))
        states = [current.states[network] for network in self.networks]
        current.todo = [state for state in states if not self._holds(world, prop, state.settled)]
        if current.todo and self.active:
            self._judge_activation(world, current)
        elif current.todo:
            self._judge_deactivation(world, current)
        return current

    def _holds(self, world: World, prop: Document, settled: int | None) -> bool:
        """Whether the wish holds on a network where that version is active (MEANING 24)."""
        if not self.active:
            return settled is None or (self.version is not None and settled != self.version)
        if settled == self.version:
            return True
        if self.replaces is None or settled is None or settled == self.replaces:
            return False
        return self._same(world, prop, settled, t.cast(int, self.version))

    @staticmethod
    def _same(world: World, prop: Document, one: int, other: int) -> bool:
        left, right = (Content.read(world, prop, number, hostnames=True) for number in (one, other))
        return left.same_rules(right) and left.same_hostnames(right)

    def _judge_activation(self, world: World, current: Current) -> None:
        prop, version = t.cast(Document, current.prop), t.cast(int, self.version)
        wanted = Content.read(world, prop, version, hostnames=True)
        current.errors, current.warnings = wanted.errors, wanted.warnings
        for state in current.todo:
            if self._is_other(world, prop, state.settled):
                current.hazards.append(
                    Hazard(
                        "replace_other_version",
                        f"{state.network} has version {state.settled}, whose content is neither that of version "
                        f"{self.replaces} nor that of version {version}; it would be lost.",
                    )
                )

        def denying() -> list[Hazard]:
            idle = idle_sets(world, wanted, [state.network for state in current.todo])
            current.remarks = [f"{name} would be live with {named}." for name, named in idle.items()]
            return [Hazard("deny_unbound_hostname", text) for text in denials(world, wanted, idle)]

        current.hazards += _verified("Whether the rules would deny a host name", denying)
        kept = [str(item["cnameFrom"]) for item in wanted.hostnames or []]
        current.hazards += self._lost_hostnames(world, current, kept)

    def _is_other(self, world: World, prop: Document, settled: int | None) -> bool:
        if self.replaces is None or settled is None or settled == self.replaces:
            return False
        return not self._same(world, prop, settled, self.replaces)

    def _judge_deactivation(self, world: World, current: Current) -> None:
        current.hazards += self._lost_hostnames(world, current, [])

    @staticmethod
    def _lost_hostnames(world: World, current: Current, kept: t.Sequence[str]) -> list[Hazard]:
        """The host names that go offline on a network."""
        prop = t.cast(Document, current.prop)

        def lost() -> list[Hazard]:
            found = []
            for state in current.todo:
                live = [] if state.settled is None else world.papi.hostnames(prop, state.settled)
                gone = [name for item in live if not covered(kept, name := str(item["cnameFrom"]))]
                if gone:
                    text = f"{', '.join(sorted(gone))} would no longer be served on {state.network}."
                    found.append(Hazard("delete_live_hostname", text))
            return found

        return _verified("Whether a host name that is live would go", lost)

    # plan

    def plan(self, current: Current) -> Plan:
        if current.prop is None:
            nothing = self._result(None, dict.fromkeys(self.networks))
            return Plan(before=nothing, after=nothing)
        plan = Plan(before=self._result(current.prop, {n: self._record(current, n) for n in self.networks}))
        busy = False
        for network in self.networks:
            state = current.states[network]
            if state in current.todo:
                self._refuse_running(state)
                plan.steps.append(self._step(current, state, behind=busy))
                busy = True
            elif state.running is not None and state.settled != state.active:
                plan.attached.append(state.running)
                plan.assumptions.append(f"The running {_words(state.running)} on {network} will complete.")
                busy = True
        if plan.steps:
            self._refuse(current)
            self._foresee_warnings(plan, current)
        plan.hazards = current.hazards
        for text in current.remarks:
            plan.warn(text)
        plan.after = self._predicted(plan, current)
        return plan

    def _refuse(self, current: Current) -> None:
        """What PAPI would refuse anyway, before the first write."""
        if not self.emails:
            raise InvalidOption(
                "notify_emails: at least one address is needed to activate or deactivate.",
                cure="PAPI sends a message there when it is done.",
            )
        if current.errors:
            texts = " ".join(str(e.get("detail") or e.get("title") or e.get("type")) for e in current.errors[:3])
            raise Rejected(
                "rule_errors",
                "The property version has errors",
                f"Version {self.version} of the {self.ref} has errors, so it cannot be activated: {texts}",
                current.errors,
                "Correct its rules first; they are in `failure.errors`.",
            )

    def _foresee_warnings(self, plan: Plan, current: Current) -> None:
        """Those about the rules that PAPI is going to have, and that nothing acknowledges."""
        for warning in current.warnings:
            if not self.acknowledge.allows(*warning_texts(warning)):
                text = str(warning.get("detail") or warning.get("title") or warning.get("type"))
                plan.warn(f"PAPI may want this acknowledged before version {self.version} goes live: {text}")

    def _refuse_running(self, state: NetworkState) -> None:
        if state.running is not None and self.when_running == "fail":
            raise WishError(
                "busy",
                f"The {_words(state.running)} is running on {state.network}.",
                cure="Run the task again when it is over, or let it wait with `when_running: wait`.",
            )

    def _step(self, current: Current, state: NetworkState, *, behind: bool) -> Step:
        prop = t.cast(Document, current.prop)
        version = self.version if self.active else state.settled
        body: Document = {
            "propertyVersion": version,
            "network": state.network,
            "activationType": "ACTIVATE" if self.active else "DEACTIVATE",
            "notifyEmails": self.emails,
            "acknowledgeAllWarnings": self.acknowledge.warnings,
            **({} if self.note is None else {"note": self.note}),
        }
        if self.compliance is not None and state.network == "PRODUCTION":
            body["complianceRecord"] = self.compliance
        return Step(
            "activate" if self.active else "deactivate",
            Target(
                "property_version",
                prop["propertyName"],
                prefixed(prop["propertyId"], "property"),
                version,
                state.network,
            ),
            self._reason(state),
            Start(prop, body, self.acknowledge, state.settled, state.running),
            waits=behind or state.running is not None,
        )

    def _reason(self, state: NetworkState) -> str:
        if not self.active:
            return f"Version {state.settled} is active on {state.network}."
        if state.settled is None:
            return f"Nothing is active on {state.network}."
        return f"{state.network} has version {state.settled} active, not {self.version}."

    # results

    @staticmethod
    def _record(current: Current, network: str) -> Document | None:
        """The record that made a network what it is."""
        active = current.states[network].active
        for record in current.records:
            if record["network"] != network or record["status"] not in GOOD[record["activationType"]]:
                continue
            activates = record["activationType"] == "ACTIVATE"
            if activates == (active is not None) and (active is None or record["propertyVersion"] == active):
                return record
        return None

    def _result(self, prop: t.Mapping[str, t.Any] | None, records: t.Mapping[str, t.Any]) -> Document:
        return {
            "property": None if prop is None else shown(prop),
            "activations": [_entry(network, records[network]) for network in self.networks],
        }

    def _predicted(self, plan: Plan, current: Current) -> Document:
        prop, records = dict(t.cast(Document, current.prop)), {}
        for network in self.networks:
            state = current.states[network]
            records[network] = self._record(current, network)
            if state.running is not None and state.running in plan.attached:
                records[network] = {**state.running, "status": "ACTIVE"}
                prop[_member(network)] = state.settled
        for step in plan.steps:
            network = t.cast(str, step.target.network)
            records[network] = {
                "propertyVersion": step.target.version,
                "activationId": SERVER_MADE,
                "status": "ACTIVE" if self.active else SERVER_MADE,
            }
            prop[_member(network)] = self.version if self.active else None
        return self._result(prop, records)

    # apply

    def apply(self, world: World, plan: Plan, waiter: Wait) -> None:
        def note(record: Document) -> None:
            for entry in plan.seen["activations"]:
                if entry["network"] == record["network"]:
                    entry.update(_entry(record["network"], record))
            if record["status"] in GOOD[record["activationType"]]:
                active = record["propertyVersion"] if record["activationType"] == "ACTIVATE" else None
                plan.seen["property"][f"{record['network'].lower()}_version"] = active

        # A second plan of the run has seen more than the first one's `before`.
        plan.seen = copy.deepcopy(plan.seen)
        attached = {record["network"]: record for record in plan.attached}
        steps = {step.target.network: step for step in plan.steps if not step.done}
        for network in self.networks:
            if network in attached and waiter.wait:
                prop = t.cast(Document, world.papi.property(self.ref))
                waiter.until([follow(world, prop, attached[network], note, Stale)])
            step = steps.get(network)
            if step is not None and (waiter.wait or not step.waits):
                self._carry_out(world, plan, waiter, step, note)

    def _carry_out(
        self, world: World, plan: Plan, waiter: Wait, step: Step, note: t.Callable[[Document], None]
    ) -> None:
        begin: Start = step.payload
        if begin.blocker is not None:
            waiter.until([follow(world, begin.prop, begin.blocker)])
        record = start(world, waiter, plan, step, lambda: self._require_unmoved(world, step), note)
        if waiter.wait:
            waiter.until([follow(world, begin.prop, record, note, lambda error: error)])

    def _require_unmoved(self, world: World, step: Step) -> None:
        """Before each request: the network still has what the plan was made for (MEANING 24)."""
        prop = world.papi.property(self.ref)
        state = world.papi.networks(prop)[t.cast(str, step.target.network)] if prop is not None else None
        planned = step.payload.settled
        if state is None or state.settled != planned:
            now = None if state is None else state.settled
            raise Stale(
                WishError(
                    "busy",
                    f"{step.target.network} had version {planned} of the {self.ref} active when this run began, "
                    f"and has {now} now.",
                    cure="Run the task again.",
                )
            )

    def people(self, result: Document) -> Document:
        return self.projection(result["property"])

    @staticmethod
    def projection(prop: t.Mapping[str, t.Any] | None) -> Document:
        """What a diff shows: what is active where."""
        return {} if prop is None else pick(prop, "property_name", "staging_version", "production_version")


def shown(prop: t.Mapping[str, t.Any]) -> Document:
    """The `property` of results: what is active where."""
    return {
        "property_id": prefixed(prop["propertyId"], "property"),
        "property_name": prop["propertyName"],
        "staging_version": prop.get("stagingVersion"),
        "production_version": prop.get("productionVersion"),
    }


def _verified(what: str, judge: t.Callable[[], list[Hazard]]) -> list[Hazard]:
    """What a guard finds; where it cannot be evaluated, that is a hazard of its own."""
    try:
        return judge()
    except ApiError as error:
        if not unreadable(error):
            raise
        return [Hazard("unverified", f"{what} could not be found out: {error.msg}.")]


def _entry(network: str, record: t.Mapping[str, t.Any] | None) -> Document:
    found = record or {}
    return {
        "network": network,
        "version": found.get("propertyVersion"),
        "activation_id": found.get("activationId"),
        "activation_status": found.get("status"),
    }


def _words(record: Document) -> str:
    return f"{record['activationType']} of version {record['propertyVersion']} (activation {record['activationId']})"


def _member(network: str) -> str:
    return f"{network.lower()}Version"
