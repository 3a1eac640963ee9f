# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A version of a CA set: MEANING 9 to 13a, mets-v2.md 3.10 to 3.14 and 5.2."""

from __future__ import annotations

import datetime as dt
import json
import typing as t
from dataclasses import dataclass, field

from .._api import mets
from .._domain import certificates
from .._domain.certificates import Certificate
from .._domain.errors import Frozen, InvalidOption, NotFound, WishError
from .._domain.plan import SERVER_MADE, Document, Plan, Step, Target
from .._domain.references import description_text
from .._domain.shapes import pick, snake
from .._wire.errors import ApiError
from .activation import version_number
from .mets_operations import MOVED, refuse_deleting
from .mets_world import CaSetRef, NetworkState
from .side_reads import check_skipped
from .world import Stale, Wait, World
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
    """The set, its versions, and what tells whether one may still change (records of activations).

    `wanted` are the certificates to have, once `certificates_mode` and `drop_expired` are applied.
    """

    ca_set: Document
    versions: list[Document] = field(default_factory=list)
    records: list[Document] = field(default_factory=list)
    networks: dict[str, NetworkState] = field(default_factory=dict)
    wanted: tuple[Certificate, ...] = ()
    start: Document | None = None

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


#: Bytes that a signed POST can have for certain (edgegrid.md 1), less room for what is not certificates.
SIGNABLE: t.Final = 131_072 - 8_192


def create(world: World, ca_set_id: str, body: Document) -> Document:
    """POST of a version. Where the gateway refuses to sign so much, a part is posted, and the whole put in its place:
    the body of a PUT is not signed."""
    try:
        return mets.create_version(world.session, ca_set_id, body)
    except ApiError as error:
        if not error.too_large_to_sign:
            raise
    part, size = [], 0
    for item in body["certificates"]:
        size += len(json.dumps(item).encode()) + 1
        if size > SIGNABLE:
            break
        part.append(item)
    made = mets.create_version(world.session, ca_set_id, {**body, "certificates": part})
    return mets.update_version(world.session, ca_set_id, int(made["version"]), body)


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
        self.expiring_days: int | None = options.get("fail_if_expiring_within_days")
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
        match = self._match(current, {})
        if match is None or self._texts_differ(current, match):
            self._read_state(world, current)
            if world.dry:
                self._validate(world, current, match)
        elif len(self._matches(current)) > 1:
            current.networks = world.mets.networks(ca_set)
        return current

    @staticmethod
    def _read_state(world: World, current: Current) -> None:
        current.records = world.mets.activations(current.ca_set)
        current.networks = world.mets.networks(current.ca_set)

    def _start(self, current: Current) -> Document | None:
        """What `add` and `remove` start from (MEANING 11)."""
        if self.base_number is not None:
            return self._existing(current, self.base_number)
        newest = current.live[-1] if current.live else None
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
                    c.problem(f"expires on {certificates.timestamp(c.not_after)}, within {self.expiring_days} days")
                    for c in chosen
                    if c.expiring_within(self.expiring_days, self.now)
                ]
            )
        return tuple(chosen)

    def _validate(self, world: World, current: Current, base: Document | None) -> None:
        """In check mode, what only the server knows; a client that may not ask has to do without."""
        self._refuse_expired(current)
        try:
            body = self._body(current, base)
            mets.validate_certificates(world.session, {k: body[k] for k in ("certificates", "allowInsecureSha1")})
        except ApiError as error:
            if not check_skipped(world, error):
                raise

    # plan

    def _matches(self, current: Current) -> list[Document]:
        wanted = certificates.fingerprints(current.wanted)
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
        if not current.wanted:
            # Nothing to take anything out of.
            return Plan(before={"ca_set_version": None}, after={"ca_set_version": None})
        match = self._match(current, current.networks)
        if match is not None:
            return self._plan_held(current, match)
        plan = Plan(before={"ca_set_version": self._compared(current)})
        self._warn_of_start(plan, current)
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
            Step("create", self._target(ca_set, number), reason, self._body(current, current.start, texts=False))
        )
        return plan

    def _plan_update(self, plan: Plan, current: Current, base: Document, reason: str) -> Plan:
        self._refuse_expired(current)
        self._remark(plan, current, frozenset())
        plan.before = plan.seen = {"ca_set_version": shown(base)}
        after = {
            **plan.before["ca_set_version"],
            "description": self.description if self.description is not None else base.get("description") or None,
            "allow_insecure_sha1": self._sha1(base),
            "modified_by": SERVER_MADE,
            "modified_date": SERVER_MADE,
            "certificates": self._wanted_projection(current, base),
        }
        plan.after = {"ca_set_version": after}
        plan.steps.append(
            Step("update", self._target(current.ca_set, base["version"]), reason, self._body(current, base))
        )
        return plan

    def _sha1(self, base: Document | None) -> bool:
        return bool((base or {}).get("allowInsecureSha1")) if self.allow_sha1 is None else self.allow_sha1

    @staticmethod
    def _target(ca_set: Document, number: int) -> Target:
        return Target("ca_set_version", ca_set["caSetName"], str(ca_set["caSetId"]), number)

    def _body(self, current: Current, base: Document | None, *, texts: bool = True) -> Document:
        """The body of POST and PUT; a PUT replaces all, so that texts that are not given are sent as they are."""
        known = {c.fingerprint: c for c in map(certificates.from_api, (base or {}).get("certificates") or [])}
        items = []
        for certificate in current.wanted:
            text = self._text(certificate, known.get(certificate.fingerprint))
            items.append({"certificatePem": certificate.pem, **({"description": text} if text is not None else {})})
        body: Document = {"certificates": items, "allowInsecureSha1": self._sha1(base)}
        kept = (base or {}).get("description") if texts else None
        description = self.description if self.description is not None else kept or None
        return {**body, "description": description} if description is not None else body

    # apply

    def apply(self, world: World, plan: Plan, waiter: Wait) -> None:
        for step in plan.steps:
            if step.done:
                continue
            ca_set_id, number = str(step.target.id), t.cast(int, step.target.version)
            with carry_out(world, step, MOVED):
                if step.verb == "create":
                    written = create(world, ca_set_id, step.payload)
                else:
                    written = mets.update_version(world.session, ca_set_id, number, step.payload)
            plan.warnings += (written.get("validation") or {}).get("warnings") or []
            plan.seen = {"ca_set_version": shown(written)}
            if self.mode != "exact":
                self._look_again(world)

    def _look_again(self, world: World) -> None:
        """METS guards nothing between a look and a write: whether the newest version holds the wish (MEANING 11)."""
        listed = world.mets.versions(world.mets.required(self.ref))
        newest = [v for v in listed if v.get("caSetVersionStatus") != "DELETED"][-1]
        given, held = certificates.fingerprints(self.given), held_fingerprints(newest)
        if self.drop_expired:
            given = certificates.fingerprints(c for c in self.given if not c.expired(self.now))
        if given - held if self.mode == "add" else given & held:
            cause = "lacks what was added" if self.mode == "add" else "still holds what was taken out"
            raise Stale(
                WishError(
                    "busy",
                    f"{self.ref}: version {newest['version']}, made by somebody else meanwhile, {cause}.",
                    cure="Run the task again.",
                )
            )

    def people(self, result: Document) -> Document:
        return self.projection(result["ca_set_version"])

    projection = staticmethod(brief)
