# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of a whole account, and certificates that are in no version yet (mets-v2.md 3.11, 3.21 and 5.5)."""

from __future__ import annotations

import datetime as dt
import typing as t
from collections import Counter

from .._api import mets
from .._domain import certificates
from .._domain.certificates import Certificate, Problem
from .._domain.errors import InvalidOption
from .._domain.plan import Document
from .._wire.errors import ApiError
from .activation import days_option, version_number
from .mets_looks import time_option, used_by
from .mets_world import NETWORKS, CaSetRef, unless_missing
from .server_checks import validate
from .side_reads import check_skipped, if_readable, together
from .world import World

DAY: t.Final = dt.timedelta(days=1)


def _active_on(version: Document) -> list[str]:
    return [network for network in NETWORKS if version.get(f"{network.lower()}Status") == "ACTIVE"]


class Certificates:
    """`mets_certificate_info`: one entry for each certificate of a set, whatever number of versions hold it."""

    def __init__(self, options: t.Mapping[str, t.Any], *, now: dt.datetime) -> None:
        self.ref = CaSetRef.optional(options)
        self.number = version_number(options, required=False, action="name a version")
        # A version that is named is looked at, active or not.
        self.active_only = bool(options.get("active_only")) and self.number is None
        self.expired = bool(options.get("include_expired"))
        self.pem = bool(options.get("include_pem"))
        self.now = now
        self.before = time_option(options, "expires_before")
        days = days_option(options, "expires_within_days")
        if self.number is not None and self.ref is None:
            raise InvalidOption(
                "version: every set has versions of its own.", cure="Say which set, by ca_set_name or ca_set_id."
            )
        if days is not None and self.before is not None:
            raise InvalidOption("expires_within_days and expires_before exclude each other.", cure="Give one of them.")
        if days is not None:
            self.before = now + days * DAY

    def look(self, world: World) -> Document:
        entries = [entry for found in together(lambda s: self._of_set(world, s), self._sets(world)) for entry in found]
        return {"certificates": sorted(entries, key=lambda e: (e["end_date"], e["ca_set_name"], e["fingerprint"]))}

    def _sets(self, world: World) -> list[Document]:
        if self.ref is not None:
            found = world.mets.ca_set(self.ref)
            return [] if found is None else [found]
        listed = world.mets.ca_sets()
        # The list tells which sets have nothing to show: no request for those.
        members = ("stagingVersion", "productionVersion") if self.active_only else ("latestVersion",)
        return [s for s in listed if any(s.get(member) is not None for member in members)]

    def _versions(self, world: World, ca_set_id: str) -> list[Document]:
        if self.number is not None:
            found = unless_missing(mets.get_version, world.session, ca_set_id, self.number)
            listed = [] if found is None else [found]
        else:
            listed = mets.list_versions(
                world.session,
                ca_set_id,
                include_certificates=True,
                active_only=self.active_only,
                statuses=("NOT_DELETED",),
            )
        return [
            version
            for version in sorted(listed, key=lambda v: v["version"])
            if version.get("caSetVersionStatus") != "DELETED" and (_active_on(version) or not self.active_only)
        ]

    def _of_set(self, world: World, ca_set: Document) -> list[Document]:
        held: dict[str, tuple[Certificate, list[Document]]] = {}
        for version in self._versions(world, str(ca_set["caSetId"])):
            for certificate in map(certificates.from_api, version.get("certificates") or []):
                if self._wanted(certificate):
                    # The newest version's description is the one to show.
                    earlier = held.get(certificate.fingerprint, (certificate, []))[1]
                    held[certificate.fingerprint] = (certificate, [*earlier, version])
        dependants = None
        if any(_active_on(version) for dummy, versions in held.values() for version in versions):
            named = f'Who uses CA set "{ca_set["caSetName"]}"'
            dependants = if_readable(world, named, lambda: used_by(world, ca_set))
        return [self._entry(ca_set, *found, dependants) for found in held.values()]

    def _wanted(self, certificate: Certificate) -> bool:
        if certificate.expired(self.now):
            return self.expired
        return self.before is None or certificate.not_after <= self.before

    def _entry(
        self, ca_set: Document, certificate: Certificate, versions: list[Document], dependants: Document | None
    ) -> Document:
        active = {network for version in versions for network in _active_on(version)}
        return {
            **certificate.project(self.pem),
            "expired": certificate.expired(self.now),
            "days_left": (certificate.not_after - self.now) // DAY,
            "ca_set_id": str(ca_set["caSetId"]),
            "ca_set_name": ca_set["caSetName"],
            "versions": [version["version"] for version in versions],
            "networks": [network for network in NETWORKS if network in active],
            # Nothing depends on what is active nowhere.
            "dependants": dependants if active else {"enrollments": [], "hostnames": []},
        }


class Check:
    """`mets_certificate_check`: own checks, and METS's of those that pass them; nothing is stored."""

    def __init__(self, options: t.Mapping[str, t.Any], *, now: dt.datetime) -> None:
        self.sha1 = bool(options.get("allow_insecure_sha1"))
        self.bundle = certificates.load(
            options.get("certificates"), options.get("certificates_file"), options.get("certificates_directory")
        )
        if not self.bundle.certificates and not self.bundle.problems:
            raise InvalidOption(
                "No certificate is given.",
                cure="Use `certificates`, `certificates_file` or `certificates_directory`.",
            )
        refused = certificates.check(self.bundle.certificates, now=now, allow_insecure_sha1=self.sha1)
        self.problems = [*self.bundle.problems, *refused]

    def look(self, world: World) -> Document:
        for text in self.bundle.warnings:
            world.warn(text)
        own = Counter(map(_place, self.problems))
        passed = [c for c in self.bundle.certificates if _place(c) not in own]
        batches = [passed[start : start + certificates.LIMIT] for start in range(0, len(passed), certificates.LIMIT)]
        found = [problem for batch in batches for problem in self._asked(world, batch)]
        errors = [
            {**problem.document(), "found_by": by}
            for by, problems in (("local", self.problems), ("mets", found))
            for problem in problems
        ]
        wrong = {_place(problem) for problem in (*self.problems, *found)}
        shown = [
            {"file": c.file, "position": c.position, **_facts(c), "valid": _place(c) not in wrong}
            for c in self.bundle.certificates
        ]
        return {"valid": not errors, "certificates": shown, "errors": errors}

    def _asked(self, world: World, batch: t.Sequence[Certificate]) -> list[Problem]:
        """What METS says against these certificates."""
        try:
            verdict = validate(world, batch, self.sha1)
        except ApiError as error:
            if not check_skipped(world, error):
                raise
            return []
        world.warnings += verdict.warnings
        return verdict.problems


def _place(thing: Certificate | Problem) -> tuple[str | None, int | None]:
    return thing.file, thing.position


def _facts(certificate: Certificate) -> Document:
    """The projection without what only a stored certificate has."""
    return {name: value for name, value in certificate.project().items() if not name.startswith("created_")}
