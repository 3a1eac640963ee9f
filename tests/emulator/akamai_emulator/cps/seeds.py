# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filling in what a seed's enrollments leave out: `{csr: {cn: www.example.com}}` is an enrollment."""

from __future__ import annotations

import datetime as dt
from copy import deepcopy
from typing import Any

from ..core import Account, Document, Emulator, ShapeError
from . import certificates, changes, deployments, model, schema, times
from .enrollments import blank
from .scripts import OTHER, STEPS, script

KINDS: dict[str, Document] = {
    "dv": {"ra": "lets-encrypt", "certificateType": "san"},
    "ov": {"ra": "symantec", "certificateType": "san"},
    "ev": {"ra": "symantec", "certificateType": "san"},
    "third-party": {"ra": "third-party", "certificateType": "third-party"},
}
NETWORK: Document = {
    "geography": "core",
    "secureNetwork": "enhanced-tls",
    "sniOnly": True,
    "quicEnabled": False,
}
NETWORKS = ("staging", "production")
# A certificate that a seed leaves out is so many days old.
AGE_DAYS = 10
CHANGE_KINDS = {"new-certificate": "certificate", "renewal": "certificate", "modify-san": "certificate"}


def complete(emulator: Emulator, account: Account) -> None:
    """Fill every enrollment of the account, in place. Raises ShapeError for values that no enrollment can have."""
    now = emulator.clock.now()
    document = account.document
    enrollments: list[Document] = document.setdefault("enrollments", [])
    for index, enrollment in enumerate(enrollments):
        try:
            schema.check(enrollment, schema.SEED, partial=True)
            _check_times(enrollment)
        except schema.Violation as error:
            raise ShapeError(f"/enrollments/{index}{error.pointer}", error.text) from error
    _reserve(account, "cps_enrollment", [_number(enrollment.get("id")) for enrollment in enrollments])
    held = [change for enrollment in enrollments for change in enrollment.get("changes") or []]
    _reserve(account, "cps_change", [_number(change.get("id")) for change in held])
    _reserve(account, "cps_slot", [slot for item in enrollments for name in SLOTS for slot in item.get(name) or []])
    contract = next((str(item.get("contractId", "")) for item in document.get("contracts") or []), "")
    for index, enrollment in enumerate(enrollments):
        if not isinstance((enrollment.get("csr") or {}).get("cn"), str):
            raise ShapeError(f"/enrollments/{index}/csr/cn", "text is expected")
        _fill(emulator, account, enrollment, contract.removeprefix("ctr_"), now)
    ids = [enrollment["id"] for enrollment in enrollments]
    for index, number in enumerate(ids):
        if number in ids[:index]:
            raise ShapeError(f"/enrollments/{index}/id", "a second enrollment with this id")


SLOTS = ("assignedSlots", "stagingSlots", "productionSlots")


def _number(value: Any) -> int | None:
    """An id as a number; seeds may write it as text, as samples do."""
    return (
        int(value)
        if isinstance(value, int) or (isinstance(value, str) and value.isascii() and value.isdigit())
        else None
    )


def _reserve(account: Account, kind: str, taken: list[int | None]) -> None:
    """Ids that the seed uses are never given again, deleted or not."""
    highest = max((number for number in taken if number is not None), default=None)
    if highest is not None:
        counters = account.document.setdefault("counters", {})
        counters[kind] = max(counters.get(kind, 0), highest)


def _check_times(enrollment: Document) -> None:
    for network, place in (enrollment.get("deployed") or {}).items():
        certificate = place.get("primaryCertificate") if isinstance(place, dict) else None
        if isinstance(certificate, dict) and "expiry" in certificate:
            _check_time(certificate["expiry"], ("deployed", network, "primaryCertificate", "expiry"))
    for index, change in enumerate(enrollment.get("changes") or []):
        path = ("changes", str(index))
        if change.get("due"):
            _check_time(change["due"], (*path, "due"))
        for name, value in (change.get("deploymentSchedule") or {}).items():
            if value is not None:
                _check_time(value, (*path, "deploymentSchedule", name))


def _check_time(value: Any, path: schema.Path) -> None:
    try:
        times.read(value)
    except (TypeError, ValueError) as error:
        raise schema.Violation(path, "an ISO 8601 time is expected") from error


def _fill(emulator: Emulator, account: Account, enrollment: Document, contract: str, now: dt.datetime) -> None:
    kind = enrollment.get("validationType") or ("third-party" if enrollment.get("ra") == "third-party" else "dv")
    enrollment["validationType"] = kind
    enrollment["id"] = _number(enrollment.get("id")) or account.next_id("cps_enrollment", 10001)
    past = enrollment.get("history")
    wanted_pending = enrollment.pop("pendingChanges", None) or []
    enrollment.pop("location", None)
    never_deployed = "deployed" in enrollment and not any((enrollment["deployed"] or {}).values())
    defaults = {
        "contractId": contract,
        **KINDS[kind],
        "changeManagement": False,
        "enableMultiStackedCertificates": False,
    }
    for name, value in (defaults | blank()).items():
        if name != "deployed" and enrollment.get(name) is None:
            enrollment[name] = value
    enrollment["contractId"] = enrollment["contractId"].removeprefix("ctr_")
    if enrollment["csr"].get("sans") is None:
        enrollment["csr"]["sans"] = [enrollment["csr"]["cn"]]
    network = enrollment["networkConfiguration"] = NETWORK | (enrollment.get("networkConfiguration") or {})
    if network["sniOnly"]:
        network.setdefault("dnsNameSettings", {"cloneDnsNames": True, "dnsNames": None})
    model.fill(enrollment)
    _fill_deployed(account, enrollment, never_deployed, now)
    if not enrollment.get("autoRenewalStartTime"):
        enrollment["autoRenewalStartTime"] = model.renewal_start(enrollment)
    if past is None and model.is_deployed(enrollment):
        enrollment["history"] = [_issued(enrollment, now)]
    _fill_changes(emulator, account, enrollment, wanted_pending, now)
    if never_deployed and not enrollment["changes"]:
        changes.start(emulator, account, enrollment, "certificate", "new-certificate", user="automation", at=now)


def _fill_deployed(account: Account, enrollment: Document, never_deployed: bool, now: dt.datetime) -> None:
    given = enrollment.get("deployed") or {}
    if never_deployed:
        enrollment["deployed"] = dict.fromkeys(NETWORKS)
        return
    enrollment["deployed"] = {network: given.get(network, {}) for network in NETWORKS}
    certificate: Document | None = None
    for network in NETWORKS:
        place = enrollment["deployed"][network]
        if place is None:
            continue
        configuration = place["networkConfiguration"] = place.get("networkConfiguration") or {}
        model.fill_from(configuration, enrollment["networkConfiguration"])
        model.fill_binding(configuration)
        if place.get("certificateRequest") is None:
            place["certificateRequest"] = model.certificate_request(enrollment)
        if place.get("multiStackedCertificates") is None:
            place["multiStackedCertificates"] = []
        place.setdefault("ocspStapled", False)
        place.setdefault("ocspUris", [])
        present = place.get("primaryCertificate")
        if not present or not present.get("certificate"):
            wanted = times.read(present["expiry"]) if present and "expiry" in present else None
            if certificate is None or wanted is not None:
                certificate = _certificate(enrollment, wanted, now)
            place["primaryCertificate"] = deepcopy(certificate)
        if not enrollment["assignedSlots"]:
            enrollment["assignedSlots"] = (
                enrollment["stagingSlots"] or enrollment["productionSlots"] or [account.next_id("cps_slot", 12001)]
            )
        if not enrollment[f"{network}Slots"]:
            enrollment[f"{network}Slots"] = list(enrollment["assignedSlots"])


def _issued(enrollment: Document, now: dt.datetime) -> Document:
    """The change that brought the certificate in use, as change history shows it."""
    place = model.deployed(enrollment, "production") or model.deployed(enrollment, "staging") or {}
    issued = times.show(now - dt.timedelta(days=AGE_DAYS))
    return deployments.history_entry(
        ("certificate", "new-certificate"),
        ra=enrollment["ra"],
        status="completed",
        created=issued,
        created_by="automation",
        last_updated=issued,
        items=[place["primaryCertificate"], *place["multiStackedCertificates"]],
    )


def _certificate(enrollment: Document, end: dt.datetime | None, now: dt.datetime) -> Document:
    start = now - dt.timedelta(days=AGE_DAYS)
    request = certificates.signing_request(enrollment["csr"], "ECDSA")
    return certificates.issue(request, start, end or start + model.validity(enrollment))


def _fill_changes(
    emulator: Emulator, account: Account, enrollment: Document, wanted: list[Document], now: dt.datetime
) -> None:
    """Give every change its script and its place in it: `{kind: network, status: deploy-changes-to-staging}` is one."""
    given = enrollment["changes"] or [_from_pending(item) for item in wanted]
    enrollment["changes"] = []
    for seed in given:
        if "position" in seed and "target" in seed:
            enrollment["changes"].append(seed)
            continue
        kind = seed.get("kind") or CHANGE_KINDS.get(seed.get("changeType") or "", "network")
        default_type = {"network": "modify-certificate", "certificate": "new-certificate", "removal": None}[kind]
        change = changes.start(
            emulator,
            account,
            enrollment,
            kind,
            seed.get("changeType", default_type),
            user="automation",
            at=now,
            schedule={"notBefore": None, "notAfter": None} | (seed.get("deploymentSchedule") or {}),
            number=_number(seed.get("id")),
        )
        steps: list[str] = seed.get("script") or script(emulator, enrollment, kind)
        status = seed.get("status") or steps[0]
        if status == "cancelled":
            changes.cancel(change, now)
        elif status not in steps:
            steps = (
                [known for known in ORDER if known in steps or known == status]
                if status in STEPS
                else [*steps[:1], status, *steps[1:]]
            )
        change["script"] = steps
        if status != "cancelled":
            _place(emulator, account, enrollment, change, steps.index(status), now)
        change.update(
            (name, value) for name, value in seed.items() if name not in ("id", "script", "deploymentSchedule")
        )


def _place(
    emulator: Emulator, account: Account, enrollment: Document, change: Document, position: int, now: dt.datetime
) -> None:
    """Put a seeded change at a step, with the CSRs and certificates it has by then."""
    for status in change["script"][:position]:
        effect = STEPS.get(status, OTHER).effect
        if effect in ("request", "issue", "assign"):
            changes.EFFECTS[effect](account, enrollment, change, now)
    changes.enter(emulator, account, enrollment, change, position, now)


def _from_pending(item: Document) -> Document:
    change_type = item.get("changeType")
    number = _number(str(item.get("location", "")).rpartition("/")[2])
    return {"changeType": change_type} | ({} if number is None else {"id": number})


ORDER = tuple(dict.fromkeys(STEPS))
