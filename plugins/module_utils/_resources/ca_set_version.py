# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A version of a CA set: MEANING 9, 10, 12 and 13, mets-v2.md 3.10 to 3.13 and 5.2."""

from __future__ import annotations

import datetime as dt
import typing as t
from dataclasses import dataclass, field

from .._api import mets
from .._domain import certificates
from .._domain.certificates import Certificate
from .._domain.errors import Frozen, InvalidOption, NotFound
from .._domain.plan import SERVER_MADE, Document, Plan, Step, Target
from .._domain.references import description_text
from .._domain.shapes import pick, snake
from .activation import version_number
from .mets_operations import MOVED, refuse_deleting
from .mets_world import CaSetRef, NetworkState
from .world import Wait, World
from .writes import carry_out

MEMBERS: t.Final = (
    "ca_set_id",
    "ca_set_name",
    "version",
    "ca_set_version_status",
    "description",
    "allow_insecure_sha1",
    "staging_status",
    "production_status",
    "created_by",
    "created_date",
    "modified_by",
    "modified_date",
    "removal_date",
)


def shown(document: t.Mapping[str, t.Any], *, include_pem: bool = False) -> Document:
    """The `ca_set_version` of results, from a CASetVersion."""
    held = document.get("certificates") or []
    plain = pick(snake({k: v for k, v in document.items() if k not in ("certificates", "validation")}), *MEMBERS)
    return {
        **plain,
        "ca_set_version_status": plain["ca_set_version_status"] or "NOT_DELETED",
        "description": plain["description"] or None,
        "certificates": [certificates.from_api(c).project(include_pem) for c in held],
    }


def brief(version: t.Mapping[str, t.Any] | None) -> Document:
    """What a diff shows of a version: its texts, and each certificate in a line or two."""
    if version is None or version["ca_set_version_status"] == "DELETED":
        return {}
    return {
        **pick(version, "ca_set_name", "version", "description", "allow_insecure_sha1"),
        "certificates": sorted(
            (
                {**pick(c, "subject", "issuer", "fingerprint", "description"), "not_after": c["end_date"]}
                for c in version["certificates"]
            ),
            key=lambda c: (c["subject"], c["fingerprint"]),
        ),
    }


@dataclass(slots=True)
class Current:
    """The set, its versions, and what tells whether one may still change (records of activations)."""

    ca_set: Document
    versions: list[Document] = field(default_factory=list)
    records: list[Document] = field(default_factory=list)
    networks: dict[str, NetworkState] = field(default_factory=dict)

    @property
    def live(self) -> list[Document]:
        return [v for v in self.versions if v.get("caSetVersionStatus") != "DELETED"]

    def frozen(self, version: Document) -> bool:
        """Whether it is, was or is about to be active; a failed activation leaves it free (mets-v2.md 5.2)."""
        if "ACTIVE" in (version.get("stagingStatus"), version.get("productionStatus")):
            return True
        return any(
            record["version"] == version["version"]
            and not (record["activationType"] == "ACTIVATE" and record["activationStatus"] == "FAILED")
            for record in self.records
        )

    @property
    def last_activated(self) -> Document | None:
        """The version that was last brought onto a network."""
        for record in self.records:
            if record["activationType"] == "ACTIVATE" and record["activationStatus"] != "FAILED":
                return next((v for v in self.versions if v["version"] == record["version"]), None)
        return None


def held_fingerprints(version: Document | None) -> frozenset[str]:
    return frozenset(certificates.from_api(c).fingerprint for c in (version or {}).get("certificates") or [])


class CaSetVersion:
    """The wish that a set has a version with exactly these certificates, made from the options of `mets_ca_set_version`."""

    def __init__(self, options: t.Mapping[str, t.Any], *, now: dt.datetime) -> None:
        self.ref = CaSetRef.required(options)
        self.now = now
        self.number = version_number(options, required=False, action="name a version")
        self.description = description_text(options.get("description"))
        self.allow_sha1: bool | None = options.get("allow_insecure_sha1")
        self.update_editable = options["when_editable"] == "update"
        self.new_when_frozen = options["when_frozen"] == "new_version"
        self.unreleased = bool(options.get("include_unreleased_edits"))
        self.bundle = certificates.load(
            options.get("certificates"), options.get("certificates_file"), options.get("certificates_directory")
        )
        self.wanted = self.bundle.certificates
        problems = [*self.bundle.problems, *self._lasting_problems()]
        certificates.require(problems)
        if not self.wanted:
            raise InvalidOption(
                "No certificate is given.",
                cure="Use `certificates`, `certificates_file` or `certificates_directory`; a version holds at least one.",
            )
        self._refuse_expiring(options.get("fail_if_expiring_within_days"))

    def _lasting_problems(self) -> list[certificates.Problem]:
        """What is wrong whatever the account holds; expiry depends on that, and comes later (MEANING 13)."""
        return certificates.check(
            self.wanted,
            now=self.now,
            allow_insecure_sha1=bool(self.allow_sha1),
            expired_ok={c.fingerprint for c in self.wanted},
        )

    def _refuse_expiring(self, days: int | None) -> None:
        if days is not None:
            certificates.require(
                [
                    c.problem(f"expires on {certificates.timestamp(c.not_after)}, within {days} days")
                    for c in self.wanted
                    if c.expiring_within(days, self.now)
                ]
            )

    # read

    def read(self, world: World) -> Current:
        ca_set = world.mets.required(self.ref)
        refuse_deleting(ca_set)
        current = Current(ca_set, world.mets.versions(ca_set))
        match = self._match(current, {})
        if match is None or self._texts_differ(match):
            current.records = world.mets.activations(ca_set)
            current.networks = world.mets.networks(ca_set)
        elif len(self._matches(current)) > 1:
            current.networks = world.mets.networks(ca_set)
        return current

    # plan

    def _matches(self, current: Current) -> list[Document]:
        wanted = certificates.fingerprints(self.wanted)
        return [
            version
            for version in current.live
            if held_fingerprints(version) == wanted and self.number in (None, version["version"])
        ]

    def _match(self, current: Current, networks: t.Mapping[str, NetworkState]) -> Document | None:
        """The version that holds the wish: of several, the one active on most networks, else the highest (MEANING 9)."""

        def rank(version: Document) -> tuple[int, int]:
            number = version["version"]
            active = [s.settled == number for s in networks.values()] or [
                version.get(f"{name}Status") == "ACTIVE" for name in ("staging", "production")
            ]
            return sum(active), number

        return max(self._matches(current), key=rank, default=None)

    def plan(self, current: Current) -> Plan:
        match = self._match(current, current.networks)
        if match is not None:
            return self._plan_held(current, match)
        plan = Plan(before={"ca_set_version": self._compared(current)})
        base = self._to_update(plan, current)
        if base is not None:
            return self._plan_update(plan, current, base, "It holds other certificates than wanted.")
        return self._plan_new(plan, current)

    @staticmethod
    def _compared(current: Current) -> Document | None:
        """What a diff compares a new version with: the one last activated, else the newest."""
        newest = current.live[-1] if current.live else None
        reference = current.last_activated or newest
        return shown(reference) if reference is not None else None

    def _refuse_expired(self) -> None:
        """Every write has METS check all certificates, those it already holds too (mets-v2.md 5.2)."""
        certificates.require(certificates.check(self.wanted, now=self.now, allow_insecure_sha1=bool(self.allow_sha1)))

    def _plan_held(self, current: Current, match: Document) -> Plan:
        state = {"ca_set_version": shown(match)}
        plan = Plan(before=state, after=state)
        differing = self._texts_differ(match)
        if differing and not current.frozen(match):
            return self._plan_update(plan, current, match, f"It differs in {' and '.join(differing)}.")
        self._remark(plan, held_fingerprints(match))
        if differing:
            plan.warn(
                f"Version {match['version']} holds the wanted certificates but differs in {' and '.join(differing)}; "
                "it was activated, so that cannot change any more.",
                version=match["version"],
            )
        return plan

    def _texts_differ(self, version: Document) -> list[str]:
        """The texts and flags that the task gives and the version does not have (MEANING 12)."""
        found = []
        if self.description is not None and self.description != (version.get("description") or None):
            found.append("description")
        if self.allow_sha1 is not None and self.allow_sha1 != bool(version.get("allowInsecureSha1")):
            found.append("allow_insecure_sha1")
        held = {c.fingerprint: c.description for c in map(certificates.from_api, version.get("certificates") or [])}
        if any(c.description is not None and c.description != held.get(c.fingerprint) for c in self.wanted):
            found.append("descriptions of certificates")
        return found

    def _to_update(self, plan: Plan, current: Current) -> Document | None:
        """The version to update in place, or None for a new one (MEANING 10)."""
        if self.number is not None:
            return self._named(current, self.number)
        newest = current.live[-1] if current.live else None
        if newest is None:
            return None
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
        if last is not None and not self.unreleased and held_fingerprints(newest) != held_fingerprints(last):
            plan.warn(
                f"Version {newest['version']} is somebody's unreleased edit and was left alone; a new version is made "
                "beside it. `include_unreleased_edits` updates it instead.",
                version=newest["version"],
            )
            return None
        return newest

    def _named(self, current: Current, number: int) -> Document:
        for version in current.live:
            if version["version"] == number:
                if current.frozen(version):
                    raise Frozen(
                        f"Version {number} was activated, so it cannot change any more, and it holds other certificates.",
                        cure="Take `version` out to have a new version made.",
                    )
                return version
        numbers = ", ".join(str(v["version"]) for v in current.live)
        raise NotFound(
            f"{self.ref} has no version {number}.",
            cure=f"Its versions are: {numbers}." if numbers else "Take `version` out to have the first one made.",
        )

    def _remark(self, plan: Plan, held: frozenset[str]) -> None:
        for text in self.bundle.warnings:
            plan.warn(text)
        for certificate in self.wanted:
            if certificate.fingerprint in held and certificate.expired(self.now):
                plan.warn(
                    f"{certificate.subject} expired on {certificates.timestamp(certificate.not_after)}; "
                    "METS refuses to activate a version that holds it.",
                    fingerprint=certificate.fingerprint,
                )

    def _wanted_projection(self, held: Document | None) -> list[Document]:
        """The certificates as they will be shown: those already there keep who added them, and a text not given is kept."""
        known = {c.fingerprint: c for c in map(certificates.from_api, (held or {}).get("certificates") or [])}
        shown_ones = []
        for certificate in self.wanted:
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
        self._refuse_expired()
        self._remark(plan, frozenset())
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
                "allow_insecure_sha1": bool(self.allow_sha1),
                "staging_status": "INACTIVE",
                "production_status": "INACTIVE",
                "created_by": SERVER_MADE,
                "created_date": SERVER_MADE,
                "certificates": self._wanted_projection(None),
            }
        }
        reason = "No version holds exactly these certificates." if current.live else "The set has no version yet."
        plan.steps.append(Step("create", self._target(ca_set, number), reason, self._body(None)))
        return plan

    def _plan_update(self, plan: Plan, current: Current, base: Document, reason: str) -> Plan:
        self._refuse_expired()
        self._remark(plan, frozenset())
        plan.before = plan.seen = {"ca_set_version": shown(base)}
        after = {
            **plan.before["ca_set_version"],
            "description": self.description if self.description is not None else base.get("description") or None,
            "allow_insecure_sha1": self._sha1(base),
            "modified_by": SERVER_MADE,
            "modified_date": SERVER_MADE,
            "certificates": self._wanted_projection(base),
        }
        plan.after = {"ca_set_version": after}
        plan.steps.append(Step("update", self._target(current.ca_set, base["version"]), reason, self._body(base)))
        return plan

    def _sha1(self, base: Document | None) -> bool:
        return bool((base or {}).get("allowInsecureSha1")) if self.allow_sha1 is None else self.allow_sha1

    @staticmethod
    def _target(ca_set: Document, number: int) -> Target:
        return Target("ca_set_version", ca_set["caSetName"], str(ca_set["caSetId"]), number)

    def _body(self, base: Document | None) -> Document:
        """The body of POST and PUT; a PUT replaces all, so texts that are not given are sent as they are."""
        known = {c.fingerprint: c for c in map(certificates.from_api, (base or {}).get("certificates") or [])}
        items = []
        for certificate in self.wanted:
            text = self._text(certificate, known.get(certificate.fingerprint))
            items.append({"certificatePem": certificate.pem, **({"description": text} if text is not None else {})})
        body: Document = {"certificates": items, "allowInsecureSha1": self._sha1(base)}
        description = self.description if self.description is not None else ((base or {}).get("description") or None)
        return {**body, "description": description} if description is not None else body

    # apply

    def apply(self, world: World, plan: Plan, waiter: Wait) -> None:
        for step in plan.steps:
            if step.done:
                continue
            ca_set_id, number = str(step.target.id), t.cast(int, step.target.version)
            with carry_out(world, step, MOVED):
                if step.verb == "create":
                    written = mets.create_version(world.session, ca_set_id, step.payload)
                else:
                    written = mets.update_version(world.session, ca_set_id, number, step.payload)
            plan.warnings += (written.get("validation") or {}).get("warnings") or []
            plan.seen = {"ca_set_version": shown(written)}

    def people(self, result: Document) -> Document:
        return self.projection(result["ca_set_version"])

    projection = staticmethod(brief)
