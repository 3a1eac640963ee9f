# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A version of a CA set: MEANING 9 to 13a, mets-v2.md 3.10 to 3.14 and 5.2."""

from __future__ import annotations

import datetime as dt
import typing as t
from dataclasses import dataclass

from .._api import mets
from .._domain import certificates
from .._domain.certificates import Certificate
from .._domain.errors import Frozen, InvalidOption, NotFound, WishError
from .._domain.plan import SERVER_MADE, Document, Plan, Step, Target
from .._domain.references import description_text
from .._wire.errors import ApiError
from .activation import days_option, version_number
from .ca_set_version_state import MEMBERS, Current, brief, held_fingerprints, shown
from .mets_operations import MOVED, refuse_deleting
from .mets_world import CaSetRef
from .server_checks import RefusedByMets, is_refusal, reported, validate
from .side_reads import check_skipped
from .version_writes import create
from .world import Stale, Wait, World
from .writes import carry_out


@dataclass(frozen=True, slots=True)
class Write:
    """The body of a POST or PUT, and the certificates in it, in the same order."""

    body: Document
    certificates: tuple[Certificate, ...]


class CaSetVersion:
    """The wish that a set has a version with certain certificates, made from the options of `mets_ca_set_version`."""

    def __init__(self, options: t.Mapping[str, t.Any], *, now: dt.datetime) -> None:
        self.ref = CaSetRef.required(options)
        self.now = now
        self.number = version_number(options, required=False, action="name a version")
        self.base_number = version_number({"version": options.get("base_version")}, required=False, action="start from")
        self.mode = options["certificates_mode"]
        self.drop_expired = bool(options.get("drop_expired"))
        self.description = description_text(options.get("description"))
        self.allow_sha1: bool | None = options.get("allow_insecure_sha1")
        self.update_editable = options["when_editable"] == "update"
        self.new_when_frozen = options["when_frozen"] == "new_version"
        self.unreleased = bool(options.get("include_unreleased_edits"))
        self.expiring_days = days_option(options, "fail_if_expiring_within_days")
        self.bundle = certificates.load(
            options.get("certificates"), options.get("certificates_file"), options.get("certificates_directory")
        )
        self.given = self.bundle.certificates
        certificates.require([*self.bundle.problems, *self._lasting_problems()])
        if not self.given:
            raise InvalidOption(
                "No certificate is given.",
                cure="Use `certificates`, `certificates_file` or `certificates_directory`; a version holds at least one.",
            )

    def _lasting_problems(self) -> list[certificates.Problem]:
        """What is wrong whatever the account holds; expiry depends on that, and comes later (MEANING 13).

        What is to be taken out may be anything that a version can hold.
        """
        if self.mode == "remove":
            return []
        return certificates.check(
            self.given,
            now=self.now,
            allow_insecure_sha1=bool(self.allow_sha1),
            expired_ok={c.fingerprint for c in self.given},
        )

    # read

    def read(self, world: World) -> Current:
        ca_set = world.mets.required(self.ref)
        refuse_deleting(ca_set)
        current = Current(ca_set, world.mets.versions(ca_set))
        if self.mode != "exact":
            self._read_state(world, current)
            current.start = self._start(current)
        current.wanted = self._wanted(current.start)
        matches = self._matches(current)
        if len(matches) != 1 or self._texts_differ(current, matches[0]):
            self._read_state(world, current)
        if world.dry:
            self._ask_server(world, current)
        return current

    @staticmethod
    def _read_state(world: World, current: Current) -> None:
        # Of a set without versions there is nothing to know.
        if current.versions:
            current.records = world.mets.activations(current.ca_set)
            current.networks = world.mets.networks(current.ca_set)

    def _start(self, current: Current) -> Document | None:
        """What `add` and `remove` start from (MEANING 11)."""
        if self.base_number is not None:
            return self._existing(current, self.base_number)
        newest = next((v for v in reversed(current.live) if not current.unfinished(v)), None)
        if newest is None or not current.frozen(newest):
            return newest
        return current.last_activated or newest

    def _wanted(self, start: Document | None) -> tuple[Certificate, ...]:
        given = {c.fingerprint: c for c in self.given}
        held = {c.fingerprint: c for c in map(certificates.from_api, (start or {}).get("certificates") or [])}
        if self.mode == "add":
            chosen = [given.get(fingerprint, certificate) for fingerprint, certificate in held.items()]
            chosen += [certificate for fingerprint, certificate in given.items() if fingerprint not in held]
        elif self.mode == "remove":
            chosen = [certificate for fingerprint, certificate in held.items() if fingerprint not in given]
        else:
            chosen = list(self.given)
        if self.drop_expired:
            chosen = [certificate for certificate in chosen if not certificate.expired(self.now)]
        if not chosen and (self.mode != "remove" or held):
            raise InvalidOption(
                "No certificate would be left, and a version holds at least one.",
                cure="Keep one, or deactivate and remove the version or the set instead.",
            )
        if self.expiring_days is not None:
            certificates.require(
                [
                    c.problem(
                        f"is good until {certificates.timestamp(c.not_after)}, not for {self.expiring_days} days more"
                    )
                    for c in chosen
                    if c.expiring_within(self.expiring_days, self.now)
                ]
            )
        return tuple(chosen)

    def _ask_server(self, world: World, current: Current) -> None:
        """In check mode, what only the server knows of the write; a client that may not ask has to do without."""
        for step in self.plan(current).steps:
            try:
                verdict = validate(world, step.payload.certificates, step.payload.body["allowInsecureSha1"])
            except ApiError as error:
                if not check_skipped(world, error):
                    raise
                continue
            if verdict.error is not None:
                raise RefusedByMets(verdict.problems, verdict.error)
            world.warnings += verdict.warnings

    # plan

    def _matches(self, current: Current) -> list[Document]:
        wanted = certificates.fingerprints(current.wanted)
        return [
            version
            for version in current.live
            if held_fingerprints(version) == wanted and self.number in (None, version["version"])
        ]

    def _match(self, current: Current) -> Document | None:
        """The version that holds the wish: of several, the one active on most networks, else the highest (MEANING 9)."""

        def rank(version: Document) -> tuple[int, int]:
            number = version["version"]
            return sum(state.settled == number for state in current.networks.values()), number

        return max(self._matches(current), key=rank, default=None)

    def plan(self, current: Current) -> Plan:
        if not current.wanted:
            # Nothing to take anything out of.
            return Plan(before={"ca_set_version": None}, after={"ca_set_version": None})
        match = self._match(current)
        if match is not None:
            return self._plan_held(current, match)
        plan = Plan(before={"ca_set_version": self._compared(current)})
        self._warn_of_start(plan, current)
        base = self._to_update(plan, current)
        if base is not None:
            unfinished = "An earlier run has left it unfinished."
            reason = unfinished if current.unfinished(base) else "It holds other certificates than wanted."
            return self._plan_update(plan, current, base, reason)
        return self._plan_new(plan, current)

    @staticmethod
    def _compared(current: Current) -> Document | None:
        """What a diff compares a new version with: the one last activated, else the newest."""
        reference = current.last_activated or current.newest
        return shown(reference) if reference is not None else None

    def _refuse_expired(self, current: Current) -> None:
        """Every write has METS check all certificates, those it already holds too (mets-v2.md 5.2)."""
        sha1 = bool(self.allow_sha1) or bool((current.start or {}).get("allowInsecureSha1"))
        certificates.require(certificates.check(current.wanted, now=self.now, allow_insecure_sha1=sha1))

    @staticmethod
    def _warn_of_start(plan: Plan, current: Current) -> None:
        """What the start of an add or remove holds beyond what production has (MEANING 11)."""
        active = current.networks["PRODUCTION"].settled if current.networks else None
        live = next((v for v in current.live if v["version"] == active), None)
        if current.start is None or live is None:
            return
        beyond = held_fingerprints(current.start) - held_fingerprints(live)
        for certificate in map(certificates.from_api, current.start.get("certificates") or []):
            if certificate.fingerprint in beyond:
                plan.warn(
                    f"Version {current.start['version']}, which this starts from, holds {certificate.subject}, which "
                    f"version {active} on PRODUCTION does not.",
                    fingerprint=certificate.fingerprint,
                )

    def _plan_held(self, current: Current, match: Document) -> Plan:
        state = {"ca_set_version": shown(match)}
        plan = Plan(before=state, after=state)
        differing = self._texts_differ(current, match)
        if differing and not current.frozen(match):
            return self._plan_update(plan, current, match, f"It differs in {' and '.join(differing)}.")
        self._remark(plan, current, held_fingerprints(match))
        if differing:
            plan.warn(
                f"Version {match['version']} holds the wanted certificates but differs in {' and '.join(differing)}; "
                "it was activated, so that cannot change any more.",
                version=match["version"],
            )
        return plan

    def _texts_differ(self, current: Current, version: Document) -> list[str]:
        """The texts and flags that the task gives and the version does not have (MEANING 12)."""
        found = []
        if self.description is not None and self.description != (version.get("description") or None):
            found.append("description")
        if self.allow_sha1 is not None and self.allow_sha1 != bool(version.get("allowInsecureSha1")):
            found.append("allow_insecure_sha1")
        held = {c.fingerprint: c.description for c in map(certificates.from_api, version.get("certificates") or [])}
        if any(c.description is not None and c.description != held.get(c.fingerprint) for c in current.wanted):
            found.append("descriptions of certificates")
        return found

    def _to_update(self, plan: Plan, current: Current) -> Document | None:
        """The version to update in place, or None for a new one (MEANING 10)."""
        if self.number is not None:
            return self._named(current, self.number)
        newest = current.newest
        if newest is None:
            return None
        if current.unfinished(newest):
            return newest
        if current.frozen(newest):
            if not self.new_when_frozen:
                raise Frozen(
                    f"The newest version, {newest['version']}, was activated and cannot change any more.",
                    cure="Let a new version be made with `when_frozen: new_version`.",
                )
            return None
        if not self.update_editable:
            return None
        last = current.last_activated
        allowed = self.unreleased or self.base_number == newest["version"]
        if last is not None and not allowed and held_fingerprints(newest) != held_fingerprints(last):
            plan.warn(
                f"Version {newest['version']} is somebody's unreleased edit and was left alone; a new version is made "
                "beside it. `include_unreleased_edits` updates it instead.",
                version=newest["version"],
            )
            return None
        return newest

    def _named(self, current: Current, number: int) -> Document:
        version = self._existing(current, number)
        if current.frozen(version):
            raise Frozen(
                f"Version {number} was activated, so it cannot change any more, and it holds other certificates.",
                cure="Take `version` out to have a new version made.",
            )
        return version

    def _existing(self, current: Current, number: int) -> Document:
        for version in current.live:
            if version["version"] == number:
                return version
        numbers = ", ".join(str(v["version"]) for v in current.live)
        raise NotFound(
            f"{self.ref} has no version {number}.",
            cure=f"Its versions are: {numbers}." if numbers else "It has no version at all yet.",
        )

    def _remark(self, plan: Plan, current: Current, held: frozenset[str]) -> None:
        for text in self.bundle.warnings:
            plan.warn(text)
        for certificate in self.given:
            if self.drop_expired and self.mode != "remove" and certificate.expired(self.now):
                plan.warn(
                    f"{certificate.problem('')}left out, as it expired on {certificates.timestamp(certificate.not_after)}.",
                    fingerprint=certificate.fingerprint,
                )
        for certificate in current.wanted:
            if certificate.fingerprint in held and certificate.expired(self.now):
                plan.warn(
                    f"{certificate.subject} expired on {certificates.timestamp(certificate.not_after)}; "
                    "METS refuses to activate a version that holds it.",
                    fingerprint=certificate.fingerprint,
                )

    def _wanted_projection(self, current: Current, held: Document | None) -> list[Document]:
        """The certificates as they will be shown: those already there keep who added them, and a text not given is kept."""
        known = {c.fingerprint: c for c in map(certificates.from_api, (held or {}).get("certificates") or [])}
        shown_ones = []
        for certificate in current.wanted:
            old = known.get(certificate.fingerprint)
            shown_ones.append(
                {
                    **certificate.project(),
                    "description": self._text(certificate, old),
                    "created_by": SERVER_MADE,
                    "created_date": SERVER_MADE,
                }
            )
        return shown_ones

    @staticmethod
    def _text(certificate: Certificate, old: Certificate | None) -> str | None:
        return certificate.description if certificate.description is not None else (old.description if old else None)

    def _plan_new(self, plan: Plan, current: Current) -> Plan:
        self._refuse_expired(current)
        self._remark(plan, current, frozenset())
        ca_set = current.ca_set
        number = max((v["version"] for v in current.versions), default=0) + 1
        plan.after = {
            "ca_set_version": {
                **dict.fromkeys(MEMBERS),
                "ca_set_id": ca_set["caSetId"],
                "ca_set_name": ca_set["caSetName"],
                "version": number,
                "ca_set_version_status": "NOT_DELETED",
                "description": self.description,
                "allow_insecure_sha1": self._sha1(current.start),
                "staging_status": "INACTIVE",
                "production_status": "INACTIVE",
                "created_by": SERVER_MADE,
                "created_date": SERVER_MADE,
                "certificates": self._wanted_projection(current, current.start),
            }
        }
        reason = "No version holds exactly these certificates." if current.live else "The set has no version yet."
        plan.steps.append(
            Step("create", self._target(ca_set, number), reason, self._write(current, current.start, texts=False))
        )
        return plan

    def _plan_update(self, plan: Plan, current: Current, base: Document, reason: str) -> Plan:
        self._refuse_expired(current)
        self._remark(plan, current, frozenset())
        plan.before = plan.seen = {"ca_set_version": shown(base)}
        after = {
            **plan.before["ca_set_version"],
            "description": self._description(current, base),
            "allow_insecure_sha1": self._sha1(base),
            "modified_by": SERVER_MADE,
            "modified_date": SERVER_MADE,
            "certificates": self._wanted_projection(current, base),
        }
        plan.after = {"ca_set_version": after}
        plan.steps.append(
            Step("update", self._target(current.ca_set, base["version"]), reason, self._write(current, base))
        )
        return plan

    def _sha1(self, base: Document | None) -> bool:
        return bool((base or {}).get("allowInsecureSha1")) if self.allow_sha1 is None else self.allow_sha1

    @staticmethod
    def _target(ca_set: Document, number: int) -> Target:
        return Target("ca_set_version", ca_set["caSetName"], str(ca_set["caSetId"]), number)

    def _write(self, current: Current, base: Document | None, *, texts: bool = True) -> Write:
        """The body of POST and PUT; a PUT replaces all, so that texts that are not given are sent as they are."""
        known = {c.fingerprint: c for c in map(certificates.from_api, (base or {}).get("certificates") or [])}
        items = []
        for certificate in current.wanted:
            text = self._text(certificate, known.get(certificate.fingerprint))
            items.append({"certificatePem": certificate.pem, **({"description": text} if text is not None else {})})
        body: Document = {"certificates": items, "allowInsecureSha1": self._sha1(base)}
        description = self._description(current, base if texts else None)
        if description is not None:
            body["description"] = description
        return Write(body, current.wanted)

    def _description(self, current: Current, base: Document | None) -> str | None:
        """The text wished for, else the one that is there."""
        if self.description is not None or base is None or current.unfinished(base):
            return self.description
        return base.get("description") or None

    # apply

    def apply(self, world: World, plan: Plan, waiter: Wait) -> None:
        for step in plan.steps:
            if step.done:
                continue
            ca_set_id, number = str(step.target.id), t.cast(int, step.target.version)
            try:
                with carry_out(world, step, MOVED):
                    if step.verb == "create":
                        written = create(world, ca_set_id, step.payload.body)
                    else:
                        written = mets.update_version(world.session, ca_set_id, number, step.payload.body)
            except ApiError as error:
                if not is_refusal(error):
                    raise
                raise RefusedByMets(reported(step.payload.certificates, error), error) from error
            plan.warnings += (written.get("validation") or {}).get("warnings") or []
            plan.seen = {"ca_set_version": shown(written)}
            if self.mode != "exact":
                self._look_again(world, ca_set_id)

    def _look_again(self, world: World, ca_set_id: str) -> None:
        """METS guards nothing between a look and a write: whether the newest version holds the wish (MEANING 11)."""
        listed = mets.list_versions(world.session, ca_set_id, include_certificates=True, statuses=("NOT_DELETED",))
        live = [v for v in listed if v.get("caSetVersionStatus") != "DELETED"]
        newest = max(live, key=lambda v: int(v["version"]), default=None)
        given, held = certificates.fingerprints(self.given), held_fingerprints(newest)
        if self.drop_expired:
            given = certificates.fingerprints(c for c in self.given if not c.expired(self.now))
        if given - held if self.mode == "add" else given & held:
            cause = "lacks what was added" if self.mode == "add" else "still holds what was taken out"
            what = f"version {newest['version']}, made by somebody else meanwhile," if newest else "what is left"
            raise Stale(WishError("busy", f"{self.ref}: {what} {cause}.", cure="Run the task again."))

    def people(self, result: Document) -> Document:
        return self.projection(result["ca_set_version"])

    projection = staticmethod(brief)
