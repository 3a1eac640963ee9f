# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations on versions and their certificates (mets-v2.md 3.10 to 3.16, 3.21)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ..core import Call, Reply
from . import certificates, times, values
from .certificates import Judgement
from .errors import invalid_field, problem
from .model import (
    MAX_VERSIONS,
    RETENTION,
    Item,
    active_on,
    find_set,
    find_version,
    names,
    record,
    refresh,
    running,
    show_version,
    was_active,
    writable_set,
)
from .sets import add_version
from .values import Query

STATUSES = ("NOT_DELETED", "DELETED")


def _number(call: Call) -> int:
    return int(call.params["version"])


def _judge(call: Call, body: dict[str, Any], slug: str, context: Item | None) -> Judgement:
    """Count limit first, then the certificates themselves. Raises both refusals."""
    submitted = body["certificates"]
    limit = certificates.MAX_PER_VERSION
    if len(submitted) > limit:
        counts = {"maxCertificatesPerVersion": limit, "submittedCertificatesCount": len(submitted)}
        text = f"{len(submitted)} certificates were submitted, at most {limit} are allowed."
        raise problem("certificate-limit-reached", text, (context or {}) | counts)
    other_keys = call.emulator.switch("mets_other_keys") == "accept"
    judgement = certificates.judge(submitted, call.now(), body.get("allowInsecureSha1", False), other_keys)
    if judgement.errors:
        raise problem(slug, None, context, errors=judgement.errors)
    return judgement


def _stored(call: Call, judgement: Judgement, before: list[Item] | None = None) -> list[Item]:
    """Each certificate once, with who added it and when; what was there before keeps that."""
    known = {c["fingerprint"]: c for c in before or ()}
    stamp = {"createdDate": times.micros(call.now()), "createdBy": call.user}
    kept = []
    for certificate in certificates.once(judgement.good):
        old = known.get(certificate["fingerprint"], stamp)
        kept.append(certificate | {"createdDate": old["createdDate"], "createdBy": old["createdBy"]})
    return kept


def _room_for_a_version(ca_set: Item) -> None:
    if len(ca_set["versions"]) >= MAX_VERSIONS:
        text = f"The CA set {ca_set['caSetId']} already has {MAX_VERSIONS} versions."
        raise problem("ca-set-version-limit-reached", text, names(ca_set) | {"maxVersionsPerCaSet": MAX_VERSIONS})


def _fingerprints(version: Item) -> set[str]:
    return {certificate["fingerprint"] for certificate in version["certificates"]}


def create(call: Call) -> Reply:
    body = values.body(call, "version")
    ca_set = writable_set(call)
    _room_for_a_version(ca_set)
    judgement = _judge(call, body, "certificate-validation-failure-create", names(ca_set))
    stored = _stored(call, judgement)
    wanted = {certificate["fingerprint"] for certificate in stored}
    for version in ca_set["versions"]:
        if version["caSetVersionStatus"] != "DELETED" and _fingerprints(version) == wanted:
            text = f"Version {version['version']} holds the same certificates."
            raise problem("duplicate-ca-set-version", text, names(ca_set) | {"versionLink": version["versionLink"]})
    version = add_version(call, ca_set, stored, body.get("allowInsecureSha1", False), body.get("description"))
    return _created(version, judgement.warnings)


def _created(version: Item, warnings: list[Item]) -> Reply:
    return Reply(201, show_version(version, True, warnings), {"Location": version["versionLink"]})


def list_all(call: Call) -> Reply:
    query = Query(call)
    include, active_only = query.flag("includeCertificates"), query.flag("activeVersionsOnly")
    statuses = query.choices("caSetVersionStatus", STATUSES, STATUSES[:1])
    found = [
        show_version(version, include)
        for version in find_set(call)["versions"]
        if version["caSetVersionStatus"] in statuses and (not active_only or active_on(version))
    ]
    return Reply(200, {"versions": found})


def get(call: Call) -> Reply:
    return Reply(200, show_version(find_version(find_set(call), _number(call)), True))


def update(call: Call) -> Reply:
    body = values.body(call, "version")
    ca_set = writable_set(call)
    number = _number(call)
    version = find_version(ca_set, number, alive=True)
    context = names(ca_set, number)
    if active_on(version) or running(ca_set, version=number):
        raise problem("ca-set-version-is-active", f"Version {number} cannot be changed.", context)
    if was_active(ca_set, number):
        raise problem("ca-set-version-was-previously-active", f"Version {number} cannot be changed.", context)
    judgement = _judge(call, body, "certificate-validation-failure-update", context)
    version["certificates"] = _stored(call, judgement, version["certificates"])
    version["allowInsecureSha1"] = body.get("allowInsecureSha1", False)
    version["description"] = body.get("description")
    version["modifiedDate"] = times.micros(call.now())
    version["modifiedBy"] = call.user
    return Reply(200, show_version(version, True, judgement.warnings))


def delete(call: Call) -> Reply:
    ca_set = writable_set(call)
    number = _number(call)
    version = find_version(ca_set, number, alive=True)
    busy = running(ca_set, version=number)
    if busy:
        raise another_request(ca_set, busy)
    if active_on(version):
        raise problem("ca-set-version-is-active", f"Version {number} cannot be deleted.", names(ca_set, number))
    removal = call.now() + RETENTION
    version["caSetVersionStatus"] = "DELETED"
    version["removalDate"] = times.micros(removal)
    refresh(ca_set)
    record(ca_set, "DELETE_CA_SET_VERSION", call.now(), call.user, version=number)
    call.account.wake(removal)
    return Reply(204)


def another_request(ca_set: Item, busy: Item) -> Exception:
    """The refusal that points at the activation or deactivation that is under way."""
    kind = "deactivation" if busy["activationType"] == "DEACTIVATE" else "activation"
    members = ("activationLink", "activationType", "network", "version")
    context = names(ca_set) | {name: busy[name] for name in members}
    text = f"A request {busy['activationId']} is in progress on {busy['network']}."
    return problem(f"another-{kind}-request-in-progress-in-the-ca-set", text, context)


def clone(call: Call) -> Reply:
    ca_set = writable_set(call)
    origin = find_version(ca_set, _number(call), alive=True, title="CA set version cannot be cloned")
    _room_for_a_version(ca_set)
    version = add_version(call, ca_set, origin["certificates"], origin["allowInsecureSha1"], origin["description"])
    return _created(version, expired_items(version, call.now(), pointers=False))


def expired_items(version: Item, now: dt.datetime, *, pointers: bool) -> list[Item]:
    """One item for each certificate whose time is over."""
    return [
        certificates.expired_item(certificate, now, f"/certificates/{index}" if pointers else None)
        for index, certificate in enumerate(version["certificates"])
        if certificate["endDate"] < times.seconds(now)
    ]


# certificateStatus: which selections it unites
_CHOICES = {
    "EXPIRING": ("EXPIRING",),
    "EXPIRED": ("EXPIRED",),
    "ACTIVE": ("ACTIVE",),
    "EXPIRING,EXPIRED": ("EXPIRING", "EXPIRED"),
    "EXPIRED,EXPIRING": ("EXPIRING", "EXPIRED"),
    "ACTIVE,EXPIRED": ("ACTIVE", "EXPIRED"),
    "EXPIRED,ACTIVE": ("ACTIVE", "EXPIRED"),
}
_MANY_DAYS = 700_000


def list_certificates(call: Call) -> Reply:
    windows = _windows(call)
    ca_set = find_set(call)
    version = find_version(ca_set, _number(call))
    found = version["certificates"]
    if windows is not None:
        found = [c for c in found if any(low <= times.parse(c["endDate"]) <= high for low, high in windows)]
    return Reply(200, names(ca_set, version["version"]) | {"certificates": found})


def _windows(call: Call) -> list[tuple[dt.datetime, dt.datetime]] | None:
    """The spans of `endDate` that are asked for (3.16); None for all. Raises for combinations that make no sense."""
    query = Query(call)
    status = query.choice("certificateStatus", _CHOICES)
    days, moment = query.number("expiryThresholdInDays"), query.moment("expiryThresholdTimestamp")
    given = [n for n in ("expiryThresholdInDays", "expiryThresholdTimestamp") if query.text(n) is not None]
    if status is None:
        if given:
            text = f"{given[0]} needs certificateStatus."
            raise problem("missing-required-query-parameter", text, {"parameterName": "certificateStatus"})
        return None
    now = call.now()
    kinds = _CHOICES[status]
    _thresholds_fit(query, kinds, given, days, moment, now)
    first, last = dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC)
    span = dt.timedelta(days=min(30 if days is None else days, _MANY_DAYS))
    tick = dt.timedelta(microseconds=1)
    spans = {
        "EXPIRING": (now + tick, moment or now + span),
        "EXPIRED": (first if "ACTIVE" in kinds else moment or now - span, now),
        "ACTIVE": (now + tick, last),
    }
    return [spans[kind] for kind in kinds]


def _thresholds_fit(
    query: Query,
    kinds: tuple[str, ...],
    given: list[str],
    days: int | None,
    moment: dt.datetime | None,
    now: dt.datetime,
) -> None:
    def refuse(name: str, text: str) -> None:
        raise invalid_field(name, query.text(name), text)

    if given and "ACTIVE" in kinds:
        refuse(given[0], "A threshold goes with EXPIRING and EXPIRED only.")
    if len(given) == 2:
        refuse(given[1], "Only one of expiryThresholdInDays and expiryThresholdTimestamp may be given.")
    if days is not None and days < 0:
        refuse("expiryThresholdInDays", "The number of days must not be negative.")
    if moment is not None:
        if len(kinds) > 1:
            refuse("expiryThresholdTimestamp", "The timestamp goes with EXPIRING alone or EXPIRED alone.")
        if (moment > now) != (kinds == ("EXPIRING",)):
            refuse("expiryThresholdTimestamp", "With EXPIRING it must lie in the future, with EXPIRED in the past.")


def validate(call: Call) -> Reply:
    body = values.body(call, "validate")
    judgement = _judge(call, body, "certificate-validation-failure", None)
    shown = [{n: v for n, v in c.items() if n != "description" or v is not None} for c in judgement.good]
    return Reply(
        200,
        {
            "allowInsecureSha1": body.get("allowInsecureSha1", False),
            "certificates": shown,
            "validation": {"warnings": judgement.warnings},
        },
    )
