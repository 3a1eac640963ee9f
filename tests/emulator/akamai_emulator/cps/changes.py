# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes: starting, carrying on by the account's clock, cancelling (cps-v2.md section 6)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from copy import deepcopy

from ..core import Account, Document, Emulator, Refusal
from . import certificates, errors, model, times
from .exchange import Exchange
from .scripts import ACK, DOMAINS, DV, OTHER, STEPS, Step, script

FINISHED = frozenset({"completed", "cancelled"})
# After so many days CPS goes on without the acknowledgement, if a certificate is on the network already.
ACKNOWLEDGEMENT_DAYS = 4
HOLD_SECONDS = 1.0


def is_pending(emulator: Emulator, change: Document) -> bool:
    if change["state"] == "error":
        return emulator.switch("cps_failed_change") == "pending"
    return change["state"] not in FINISHED


def pending(emulator: Emulator, enrollment: Document) -> list[Document]:
    """Oldest first: the last one is the newest."""
    return [change for change in enrollment["changes"] if is_pending(emulator, change)]


def step_of(change: Document) -> Step:
    return STEPS.get(change["status"], OTHER)


def start(
    emulator: Emulator,
    account: Account,
    enrollment: Document,
    kind: str,
    change_type: str | None,
    *,
    user: str,
    at: dt.datetime,
    schedule: Document | None = None,
    bypass: bool = False,
    number: int | None = None,
) -> Document:
    """A new change towards what the enrollment asks for now; it begins to move with the next `settle`."""
    change: Document = {
        "id": new_id(account) if number is None else number,
        "kind": kind,
        "changeType": change_type,
        "created": times.show(at),
        "createdBy": user,
        "lastUpdated": None,
        "deploymentSchedule": schedule or {"notBefore": None, "notAfter": None},
        "error": None,
        "target": target(enrollment),
        "csrs": [],
        "certificates": [],
        "script": script(emulator, enrollment, kind, bypass=bypass),
    }
    enrollment["changes"].append(change)
    enter(emulator, account, enrollment, change, 0, at)
    return change


def new_id(account: Account) -> int:
    taken = [
        change["id"]
        for enrollment in account.document["enrollments"]
        for change in enrollment.get("changes") or []
        if "id" in change
    ]
    return account.next_id("cps_change", max(taken, default=20000) + 1)


def target(enrollment: Document) -> Document:
    return {
        "networkConfiguration": deepcopy(enrollment["networkConfiguration"]),
        "certificateRequest": model.certificate_request(enrollment),
    }


def enter(
    emulator: Emulator, account: Account, enrollment: Document, change: Document, position: int, at: dt.datetime
) -> None:
    """Put the change at a step of its script, and set when it is due to leave it (None: not by itself)."""
    status = change["script"][position]
    step = STEPS.get(status, OTHER)
    change.update(position=position, status=status, state=step.state, due=None, lastUpdated=times.show(at))
    reason = _failure(emulator, account, enrollment, change)
    if reason is not None:
        fail(change, *reason, at)
        return
    automatic = status == DOMAINS and (
        change["changeType"] == "renewal" or emulator.switch("cps_dv_validation") == "automatic"
    )
    if step.state in ("new", "running") or automatic:
        change["due"] = times.keep(at + dt.timedelta(seconds=emulator.duration("cps_step")))
    elif step.input == ACK and model.deployed(enrollment, "production"):
        change["due"] = times.keep(at + dt.timedelta(days=ACKNOWLEDGEMENT_DAYS))
    if step.input == DV and emulator.switch("cps_dv_state") == "suspended":
        change["state"] = "suspended"
    if step.input and emulator.switch("cps_allowed_input_lag") == "on":
        change["inputLag"] = True
    due = _due(change)
    if due is not None:
        account.wake(due)


def fail(change: Document, code: str, text: str, at: dt.datetime) -> None:
    change.update(state="error", due=None, lastUpdated=times.show(at))
    change["error"] = {"code": code, "description": text, "timestamp": times.show(at)}


def proceed(emulator: Emulator, account: Account, enrollment: Document, change: Document, at: dt.datetime) -> None:
    """Leave the present step: its effect, then the next step."""
    effect = step_of(change).effect
    if effect:
        EFFECTS[effect](account, enrollment, change, at)
    if effect != "remove":
        enter(emulator, account, enrollment, change, change["position"] + 1, at)


def settle(emulator: Emulator, account: Account) -> None:
    """Carry out every step that is due, each at its own time, and ask to be woken for the next."""
    now = emulator.clock.now()
    for enrollment in list(account.document["enrollments"]):
        _run(emulator, account, enrollment, now)
        while _renew(emulator, account, enrollment, now):
            _run(emulator, account, enrollment, now)


def _run(emulator: Emulator, account: Account, enrollment: Document, now: dt.datetime) -> None:
    for change in list(enrollment["changes"]):
        while (due := _due(change)) is not None:
            if due > now:
                account.wake(due)
                break
            if _held(account, enrollment, change):
                change["due"] = times.keep(now + dt.timedelta(seconds=max(emulator.duration("cps_step"), HOLD_SECONDS)))
                account.wake(times.read(change["due"]))
                break
            proceed(emulator, account, enrollment, change, due)


def ensure_cancellable(exchange: Exchange, changes: list[Document]) -> None:
    """Refuse while one of them deploys to a network."""
    mode = exchange.switch("cps_uncancellable")
    if mode == "off" or not any(step_of(change).deploys and change["state"] == "running" for change in changes):
        return
    if mode == "500":
        reply = errors.gateway_500(exchange.call)
        raise Refusal(reply.status, reply.body)
    raise exchange.refuse(
        "cannot-cancel-pending-change", "The pending change is being deployed and cannot be cancelled."
    )


def cancel(change: Document, at: dt.datetime) -> None:
    change.update(state="cancelled", status="cancelled", due=None, lastUpdated=times.show(at))


def fingerprint(change: Document) -> str:
    """`validationResultHash`: another state of the change has another one."""
    state = json.dumps([change["id"], change["position"], change["target"], change["certificates"]], sort_keys=True)
    return hashlib.sha1(state.encode(), usedforsecurity=False).hexdigest()


def _due(change: Document) -> dt.datetime | None:
    if not change.get("due"):
        return None
    due = times.read(change["due"])
    not_before = change["deploymentSchedule"]["notBefore"]
    position = change["position"] + 1
    if not_before and position < len(change["script"]) and STEPS.get(change["script"][position], OTHER).deploys:
        return max(due, times.read(not_before))
    return due


def _failure(emulator: Emulator, account: Account, enrollment: Document, change: Document) -> tuple[str, str] | None:
    """Why the change cannot go on at the step it has just reached: code and text."""
    status = change["status"]
    not_after = change["deploymentSchedule"]["notAfter"]
    if status == emulator.switch("cps_error_at"):
        return "emulated-failure", f"The change failed at {status}."
    if STEPS.get(status, OTHER).deploys and not_after and times.read(change["lastUpdated"]) > times.read(not_after):
        return "deployment-schedule-missed", f"The deployment was not to take place after {not_after}."
    if status == "create-slot-files" and emulator.switch("cps_ca_set_refusal") == "change":
        text = binding_problem(emulator, account, enrollment, change["target"]["networkConfiguration"])
        return None if text is None else ("invalid-network-configuration", text)
    return None


def binding_problem(emulator: Emulator, account: Account, enrollment: Document, network: Document) -> str | None:
    """Why the CA set of a network configuration may not be bound (cps-v2.md section 10); None when it may."""
    wanted = model.set_id(network)
    held = [
        model.set_id((model.deployed(enrollment, name) or {}).get("networkConfiguration"))
        for name in ("staging", "production")
    ]
    if wanted is None or held == [wanted, wanted]:
        return None
    active = _active_networks(account, wanted)
    if active is None:
        return f"Invalid network configuration - CA set {wanted!a} does not exist."
    if active >= {"STAGING", "PRODUCTION"}:
        return None
    lenient = emulator.switch("cps_staging_only_ca_set") == "ov_ev" and enrollment["validationType"] in ("ov", "ev")
    if lenient and "STAGING" in active:
        return None
    return f"Invalid network configuration - CA set {wanted!a} is not active on both staging and production."


def _active_networks(account: Account, set_id: str) -> set[str] | None:
    from ..mets import links  # the rooms know each other only at run time

    active: set[str] | None = links.active_networks(account, set_id)
    return active


def _held(account: Account, enrollment: Document, change: Document) -> bool:
    """The deployment does not complete while a newly bound CA set is not active in production (cps-v2.md 6.4)."""
    wanted = model.set_id(change["target"]["networkConfiguration"])
    held = model.set_id((model.deployed(enrollment, "production") or {}).get("networkConfiguration"))
    if step_of(change).effect != "release" or wanted in (None, held):
        return False
    return "PRODUCTION" not in (_active_networks(account, str(wanted)) or set())


def _renew(emulator: Emulator, account: Account, enrollment: Document, now: dt.datetime) -> bool:
    """CPS starts a renewal by itself when the window opens, if the switch says so. True when it did."""
    if emulator.switch("cps_auto_renewal") == "off" or pending(emulator, enrollment):
        return False
    opens = model.renewal_opens(enrollment)
    if opens is None:
        return False
    if opens > now:
        account.wake(opens)
        return False
    start(emulator, account, enrollment, "certificate", "renewal", user="system", at=opens)
    return True


def _request(account: Account, enrollment: Document, change: Document, at: dt.datetime) -> None:
    wanted = change["target"]["certificateRequest"]
    algorithms = ["RSA"] if wanted["validationType"] == "third-party" else ["ECDSA"]
    if wanted.get("enableMultiStackedCertificates"):
        algorithms = ["RSA", "ECDSA"]
    change["csrs"] = [
        {"csr": certificates.signing_request(wanted["csr"], algorithm), "keyAlgorithm": algorithm}
        for algorithm in algorithms
    ]


def _issue(account: Account, enrollment: Document, change: Document, at: dt.datetime) -> None:
    end = at + model.validity(enrollment)
    change["certificates"] = [certificates.issue(item["csr"], at, end) for item in change["csrs"]]


def _assign(account: Account, enrollment: Document, change: Document, at: dt.datetime) -> None:
    if not enrollment["assignedSlots"]:
        enrollment["assignedSlots"] = [account.next_id("cps_slot", 12001)]


def _stage(account: Account, enrollment: Document, change: Document, at: dt.datetime) -> None:
    deploy(enrollment, change, "staging")


def _release(account: Account, enrollment: Document, change: Document, at: dt.datetime) -> None:
    before = model.deployed(enrollment, "production")
    if change["certificates"] and before:
        enrollment["certificateHistory"].insert(0, deepcopy(before))
    deploy(enrollment, change, "production")
    if change["certificates"]:
        enrollment["autoRenewalStartTime"] = model.renewal_start(enrollment)


def _remove(account: Account, enrollment: Document, change: Document, at: dt.datetime) -> None:
    account.document["enrollments"].remove(enrollment)
    change.update(due=None, state="completed", status="complete")


Effect = Callable[[Account, Document, Document, dt.datetime], None]
EFFECTS: dict[str, Effect] = {
    "request": _request,
    "issue": _issue,
    "assign": _assign,
    "stage": _stage,
    "release": _release,
    "remove": _remove,
}


def deploy(enrollment: Document, change: Document, network: str) -> None:
    """Make the change's target what the network serves; without a new certificate the present ones stay."""
    held = model.deployed(enrollment, network) or {}
    fresh = deepcopy(change["certificates"])
    enrollment["deployed"][network] = {
        "ocspStapled": held.get("ocspStapled", False),
        "ocspUris": held.get("ocspUris", []),
        **deepcopy(change["target"]),
        "primaryCertificate": fresh[0] if fresh else held.get("primaryCertificate"),
        "multiStackedCertificates": fresh[1:] if fresh else held.get("multiStackedCertificates", []),
    }
    enrollment[f"{network}Slots"] = list(enrollment["assignedSlots"])
