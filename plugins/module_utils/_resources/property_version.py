# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A version of a property with edits made in it: MEANING 19 to 23, papi-v1.md 5, 6, 11 and 16.1."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field, replace

from .._api import papi
from .._domain import hostnames, mtls_rule, rule_outline, rule_tree
from .._domain.errors import Hazard, WishError
from .._domain.plan import SERVER_MADE, Document, Plan, Step, Target
from .._domain.references import given, prefixed
from .._domain.shapes import pick
from .._wire.errors import ApiError
from .denials import denials
from .hostname_edits import HostnameEdit
from .papi_world import PropertyRef, place_of
from .property_choice import Choice, base_option, choose
from .property_edits import (
    Content,
    Edit,
    Made,
    RuleEdit,
    from_envelope,
    from_options,
    make,
    set_names,
    with_names,
)
from .rejections import error_text, new_items, refuse_dropped, refuse_new_errors
from .side_reads import check_skipped, unreadable
from .tree_edits import TreeEdit, hazards, noted_version, remarks, tree_of
from .world import Stale, Wait, World
from .writes import carry_out

# Answers to a write that only mean: this changed since it was read.
MOVED: t.Final = frozenset(["already-activated", "etag-conflict", "precondition-failed", "resource-busy"])
NOTHING: t.Final = Content({"name": "default"}, "latest", [])
DIFF: t.Final = (
    "rule_name",
    "hostnames",
    "ca_set_ids",
    "ca_set_names",
    "enforcement",
    "ocsp",
    "client_certificate_attributes",
    "log_field",
    "child_rules",
)
HOSTNAME_DIFF: t.Final = (
    "cname_from",
    "cname_to",
    "edge_hostname_id",
    "cert_provisioning_type",
    "ccm_certificates",
    "mtls",
)


@dataclass(slots=True)
class Current:
    """The property and the choice of the version; `made` are the edits on the base, `tried` is what a
    dry run would store."""

    prop: Document | None
    made: Made
    edits: list[Edit]
    choice: Choice | None = None
    names: dict[str, str] = field(default_factory=dict)
    denials: list[str] = field(default_factory=list)
    unverified: str | None = None
    tried: Content | None = None
    hazards: list[Hazard] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Work:
    """What the steps need to be carried out; `document` is the one that a step writes."""

    current: Current
    document: t.Literal["version", "rules", "hostnames"]


class PropertyEdit:
    """The wish for edits of a property, made together in one version, made from the options of `papi_property_edit`."""

    def __init__(self, options: t.Mapping[str, t.Any], **context: t.Any) -> None:
        self.ref = PropertyRef.required(options)
        self.edits = from_options(self.edit_options(options))
        self.base = base_option(options, default=noted_version(self.edits))
        self.notes = given(options.get("version_notes"))
        self.paths: list[str] = []  # the rules that a wish for the whole tree changes, by all plans of the run

    @staticmethod
    def edit_options(options: t.Mapping[str, t.Any]) -> list[t.Mapping[str, t.Any]]:
        """The list of edits among the options."""
        return t.cast("list[t.Mapping[str, t.Any]]", options.get("edits") or [])

    # read

    def read(self, world: World) -> Current:
        wanted = any(edit.present for edit in self.edits)
        prop = world.papi.required(self.ref) if wanted else world.papi.property(self.ref)
        if prop is None:
            return Current(None, make(self.edits, NOTHING), self.edits)
        choice = Choice(prop, *self.base.version(world, prop, self.ref))
        edits, known = self._resolve(world, prop, choice)
        current = Current(prop, make(edits, choice.content), edits, choice)
        current.made = choose(world, choice, current.made, edits, self.base)
        source = tree_of(edits)
        if source is not None:
            current.hazards = hazards(world, choice, current.made, source)
            current.remarks = remarks(choice, source)
            if choice.writes:
                self.paths += rule_outline.differing(choice.held.rules, current.made.content.rules)
        made = current.made
        shown = [*made.rules_before, *made.rules_after, *made.hostnames_before, *made.hostnames_after]
        current.names = set_names(world, shown, known)
        if choice.writes:
            self._judge(world, current)
            if world.dry:
                self._try(world, current, choice)
        return current

    def _resolve(self, world: World, prop: Document, choice: Choice) -> tuple[list[Edit], dict[str, str]]:
        """Reads the base and looks up what the edits name: the edits with it, and the names of CA sets by id."""
        of_hostnames = any(isinstance(edit, HostnameEdit) for edit in self.edits)
        if of_hostnames and prop.get("propertyType") == "HOSTNAME_BUCKET":
            raise WishError(
                "invalid_option",
                f"The host names of the {self.ref} are in a hostname bucket, not in its versions.",
                cure="Manage them in Property Manager.",
            )
        choice.content = Content.read(world, prop, choice.base, hostnames=of_hostnames)
        names: dict[str, str] = {}
        edits: list[Edit] = []
        for edit in self.edits:
            if isinstance(edit, RuleEdit):
                edit, found = edit.resolved(world)
            elif isinstance(edit, TreeEdit):
                edit.require_fit(prop, choice.content)
                found = {}
            else:
                edit, found = edit.resolved(world, prop, choice.content.hostnames or [])
            names |= found
            edits.append(edit)
        return edits, names

    @staticmethod
    def _judge(world: World, current: Current) -> None:
        """What the version would break once it is active; here it is only warned about."""
        try:
            current.denials = denials(world, current.made.content)
        except ApiError as error:
            if not unreadable(error):
                raise
            current.unverified = f"Whether the rules would deny a host name could not be found out: {error.msg}"

    def _try(self, world: World, current: Current, choice: Choice) -> None:
        """Has PAPI check the rules without storing them, which takes a version that exists and may change (16.1.8)."""
        wanted = current.made.content
        exists = not choice.creates and choice.target not in choice.prop["predicted"]
        if not exists or self._rules_reason(current, choice) is None:
            return
        if mtls_rule.names_predicted_set(wanted.rules):
            world.warn("Server-side check skipped: the rules name a CA set that is still to be made.")
            return
        try:
            current.tried = self._put_rules(world, choice, choice.held, wanted, dry_run=True)
        except ApiError as error:
            if not check_skipped(world, error, MOVED):
                raise

    # plan

    def plan(self, current: Current) -> Plan:
        made, choice = current.made, current.choice
        if current.prop is None or choice is None:
            nothing = self._result(None, made.rules_before, made.hostnames_before, NOTHING, current)
            return Plan(before=nothing, after=nothing)
        if not choice.writes:
            brief = self._brief(choice, choice.held.etag)
            held = self._result(brief, made.rules_after, made.hostnames_after, choice.held, current)
            plan = Plan(before=held, after=held)
        else:
            plan = self._plan_writes(current, choice)
        plan.assumptions += choice.assumptions
        plan.hazards = current.hazards
        for text in (*choice.warnings, *current.remarks):
            plan.warn(text)
        self._refuse_errors(choice)
        for error in choice.content.errors:
            known = {**error, "detail": f"Version {choice.base} had this error before: {error_text(error)}"}
            plan.warnings.append(known)
        return plan

    def _plan_writes(self, current: Current, choice: Choice) -> Plan:
        before = make(current.edits, choice.held)
        version = choice.base if choice.creates else choice.target
        plan = Plan(
            before=self._result(
                {**self._brief(choice, choice.held.etag), "property_version": version},
                before.rules_before,
                before.hostnames_before,
                choice.held,
                current,
            ),
            after=self._result(
                {**self._brief(choice, SERVER_MADE), "created": choice.creates},
                current.made.rules_after,
                current.made.hostnames_after,
                current.tried or current.made.content,
                current,
            ),
        )
        wanted = current.made.content
        if wanted.declared:
            plan.after["predicted_rules"] = json.dumps(rule_outline.printable(wanted.rules))
        if choice.creates:
            plan.steps.append(self._step("create", current, "version", choice.reason))
        reason = self._rules_reason(current, choice)
        if reason is not None:
            plan.steps.append(self._step("edit", current, "rules", reason))
        if not choice.held.same_hostnames(wanted):
            plan.steps.append(self._step("edit", current, "hostnames", "Its host names are not as wanted."))
        for text in current.denials:
            plan.warn(
                f"{text} Activating the version is refused unless that changes before.", hazard="deny_unbound_hostname"
            )
        if current.unverified:
            plan.warn(current.unverified, hazard="unverified")
        if current.tried is not None:
            plan.warnings += self._accepted(choice, wanted, current.tried)
        return plan

    def _rules_reason(self, current: Current, choice: Choice) -> str | None:
        """Why the rules are to be written, if they are."""
        if not choice.held.same_rules(current.made.content):
            return "Its rules are not as wanted."
        if self.notes is not None and self.notes != choice.held.comments:
            return "Its note is not as wanted."
        return None

    @staticmethod
    def _step(verb: str, current: Current, document: t.Any, reason: str) -> Step:
        prop, choice = t.cast(Document, current.prop), t.cast(Choice, current.choice)
        target = Target(
            "property_version", prop["propertyName"], prefixed(prop["propertyId"], "property"), choice.target
        )
        return Step(verb, target, reason, Work(current, document), part=document)

    @staticmethod
    def _refuse_errors(choice: Choice) -> None:
        """A version holds the wish only if it has no errors that its base lacks (MEANING 22)."""
        if choice.creates or choice.target == choice.base or not choice.held_is_wanted:
            return
        refuse_new_errors(choice.held.errors, choice.content.errors, choice.target)

    # results

    @staticmethod
    def _brief(choice: Choice, etag: t.Any) -> Document:
        """The `property` of results."""
        prop = choice.prop
        return {
            "property_id": prefixed(prop["propertyId"], "property"),
            "property_name": prop["propertyName"],
            "property_version": choice.target,
            "base_version": choice.base,
            "created": False,
            "etag": etag,
            "rule_format": choice.content.rule_format,
        }

    def _result(
        self,
        brief: Document | None,
        rules: t.Sequence[Document],
        names: t.Sequence[Document],
        content: Content,
        current: Current,
    ) -> Document:
        whole = {
            "changed_rules": rule_outline.excerpt(content.rules, self.paths) if self.paths else [],
            "rule_errors": content.errors,
            "rule_warnings": content.warnings,
        }
        shown, named = ([with_names(entry, current.names) for entry in entries] for entries in (rules, names))
        return self.shaped(brief, shown, named, whole)

    @staticmethod
    def shaped(brief: Document | None, rules: list[Document], names: list[Document], whole: Document) -> Document:
        """The return values; `whole` are those about the whole tree."""
        return {"property": brief, "mtls_rules": rules, "hostnames": names, **pick(whole, "changed_rules")}

    def people(self, result: Document) -> Document:
        return self.projection(result)

    @staticmethod
    def projection(result: t.Mapping[str, t.Any] | None) -> Document:
        """What a diff shows: the managed rules and host names, and what changes with the whole tree."""
        if result is None:
            return {"mtls_rules": [], "hostnames": [], "changed_rules": []}
        return {
            "changed_rules": result.get("changed_rules") or [],
            "mtls_rules": [pick(rule, *DIFF) for rule in result["mtls_rules"] if rule.get("state") != "absent"],
            "hostnames": [pick(item, *HOSTNAME_DIFF) for item in result["hostnames"] if item.get("state") != "absent"],
        }

    # apply

    def apply(self, world: World, plan: Plan, waiter: Wait) -> None:
        self._see_created(plan)
        content: Content | None = None
        for step in plan.steps:
            if step.done:
                continue
            current = step.payload.current
            if step.payload.document == "version":
                self._create(world, current, step)
                continue
            if content is None:
                content = self._read_again(world, current, step)
            content = self._write(world, plan, current, step, content)
            self._see(plan, current, content)

    @staticmethod
    def _create(world: World, current: Current, step: Step) -> None:
        choice = t.cast(Choice, current.choice)
        with carry_out(world, step, MOVED):
            number = papi.create_version(
                world.session,
                str(choice.prop["propertyId"]),
                from_version=choice.base,
                from_etag=choice.content.etag,
                place=place_of(choice.prop),
            )
        if number != step.target.version:
            planned, step.target = step.target.version, replace(step.target, version=number)
            raise Stale(
                WishError(
                    "busy",
                    f"Version {number} was made where {planned} was expected: somebody else makes versions as well.",
                    cure="Run the task again.",
                )
            )

    @staticmethod
    def _read_again(world: World, current: Current, step: Step) -> Content:
        """The version to be edited; a new one has to be what it was made from, so that no foreign edit is shipped."""
        choice = t.cast(Choice, current.choice)
        content = Content.read(world, choice.prop, choice.target, hostnames=True)
        if choice.creates and not (content.same_rules(choice.content) and content.same_hostnames(choice.content)):
            raise Stale(
                WishError("busy", f"Somebody else has edited version {choice.target} meanwhile.", cure="Run it again.")
            )
        return content

    def _write(self, world: World, plan: Plan, current: Current, step: Step, content: Content) -> Content:
        choice = t.cast(Choice, current.choice)
        number, version, place = str(choice.prop["propertyId"]), choice.target, place_of(choice.prop)
        wanted = make(current.edits, content).content
        if step.payload.document == "hostnames":
            sent = hostnames.body(wanted.hostnames or [])
            with carry_out(world, step, MOVED):
                answer = papi.put_hostnames(world.session, number, version, sent, etag=content.etag, place=place)
            held = answer["hostnames"].get("items") or []
            refuse_dropped(hostnames.dropped(sent, held), version)
            refuse_new_errors(answer.get("errors") or [], [], version)
            return replace(content, hostnames=held, etag=answer.get("etag"))
        with carry_out(world, step, MOVED):
            stored = self._put_rules(world, choice, content, wanted)
        self._see(plan, current, stored)
        plan.warnings += self._accepted(choice, wanted, stored)
        return stored

    def _put_rules(
        self, world: World, choice: Choice, held: Content, wanted: Content, *, dry_run: bool = False
    ) -> Content:
        """Sends the rules for a version that holds `held`: what it holds then."""
        comments = self.notes if self.notes is not None else held.comments
        answer = papi.put_rules(
            world.session,
            str(choice.prop["propertyId"]),
            choice.target,
            {"rules": wanted.rules, **({} if comments is None else {"comments": comments})},
            rule_format=held.rule_format,
            etag=held.etag,
            dry_run=dry_run,
            place=place_of(choice.prop),
        )
        return replace(held, **from_envelope(answer))

    @staticmethod
    def _accepted(choice: Choice, wanted: Content, stored: Content) -> list[Document]:
        """The warnings that are new in what PAPI stores; raises for what it drops and for new errors (MEANING 22)."""
        refuse_dropped(rule_tree.dropped(wanted.rules, stored.rules), choice.target)
        refuse_new_errors(stored.errors, choice.content.errors, choice.target)
        return new_items(stored.warnings, choice.content.warnings)

    def _see(self, plan: Plan, current: Current, content: Content) -> None:
        choice = t.cast(Choice, current.choice)
        seen = make(current.edits, content)
        brief = self._brief(choice, content.etag)
        plan.seen = self._result(brief, seen.rules_before, seen.hostnames_before, content, current)
        self._see_created(plan)

    @staticmethod
    def _see_created(plan: Plan) -> None:
        if any(step.verb == "create" and step.done for step in plan.steps):
            plan.seen = {**plan.seen, "property": {**plan.seen["property"], "created": True}}


class MtlsRule(PropertyEdit):
    """`papi_mtls_rule`: one rule, the one-edit form of `papi_property_edit`."""

    @staticmethod
    def edit_options(options: t.Mapping[str, t.Any]) -> list[t.Mapping[str, t.Any]]:
        return [{"mtls_rule": options}]

    @staticmethod
    def shaped(brief: Document | None, rules: list[Document], names: list[Document], whole: Document) -> Document:
        return {"property": brief, "mtls_rule": rules[0]}

    def people(self, result: Document) -> Document:
        return self.projection(result["mtls_rule"])

    @staticmethod
    def projection(result: t.Mapping[str, t.Any] | None) -> Document:
        """What a diff shows: the managed rule."""
        return {} if result is None or result.get("state") == "absent" else pick(result, *DIFF)


class PropertyHostname(PropertyEdit):
    """`papi_property_hostname`: host names, the one-edit form of `papi_property_edit`."""

    @staticmethod
    def edit_options(options: t.Mapping[str, t.Any]) -> list[t.Mapping[str, t.Any]]:
        return [{"hostname": options}]

    @staticmethod
    def shaped(brief: Document | None, rules: list[Document], names: list[Document], whole: Document) -> Document:
        return {"property": brief, "hostnames": names}

    def people(self, result: Document) -> Document:
        return self.projection(result)

    @staticmethod
    def projection(result: t.Mapping[str, t.Any] | None) -> Document:
        """What a diff shows: the managed host names."""
        found = (result or {}).get("hostnames") or []
        return {"hostnames": [pick(item, *HOSTNAME_DIFF) for item in found if item.get("state") != "absent"]}


class Rules(PropertyEdit):
    """`papi_rules`: the whole tree, the one-edit form of `papi_property_edit`."""

    @staticmethod
    def edit_options(options: t.Mapping[str, t.Any]) -> list[t.Mapping[str, t.Any]]:
        return [{"rules": options}]

    @staticmethod
    def shaped(brief: Document | None, rules: list[Document], names: list[Document], whole: Document) -> Document:
        return {"property": brief, **whole}

    @staticmethod
    def projection(result: t.Mapping[str, t.Any] | None) -> Document:
        """What a diff shows: the rules that change."""
        return {"changed_rules": (result or {}).get("changed_rules") or []}
