# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activations (papi-v1.md 12): POST with all its refusals, list, read, cancel."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from ..core import Call, Document, Refusal, Reply
from . import progress, validate
from .body import flag_field, integer_field, parse_object, text_field
from .ids import Names, bare, prefixed, same, stamp
from .model import (
    ACTIVE_MEMBER,
    DIGITS,
    NETWORKS,
    OPEN,
    envelope,
    open_activations,
    property_of,
    version_of,
)
from .problems import instance, refuse, type_uri
from .rules import rules_path

EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+")
HIDDEN = frozenset(("steps", "complianceRecord", "useFastFallback", "cancelled", "delayedFailure"))
CANCELLABLE = frozenset(("NEW", "PENDING", "PENDING_DEACTIVATION"))
FLAGS = {
    "acknowledgeAllWarnings": False,
    "useFastFallback": False,
    "delayValidations": False,
    "fastPush": True,
    "ignoreHttpErrors": True,
}
# complianceRecord.noncomplianceReason -> members it requires (12.3)
COMPLIANCE: dict[str, tuple[str, ...]] = {
    "NONE": ("customerEmail", "peerReviewedBy", "unitTested"),
    "OTHER": ("otherNoncomplianceReason",),
    "NO_PRODUCTION_TRAFFIC": (),
    "EMERGENCY": (),
}


def _shown(call: Call, names: Names, prop: Document, entry: Document) -> Document:
    shown = {name: value for name, value in entry.items() if name not in HIDDEN}
    shown |= {
        "activationId": names("atv", entry["activationId"]),
        "propertyName": prop["propertyName"],
        "propertyId": names("prp", prop["propertyId"]),
    }
    fallback = entry.get("fallbackInfo")
    if isinstance(fallback, dict):
        shown["fallbackInfo"] = fallback | {"canFastFallback": _can_fall_back(call, entry)}
    return shown


def _can_fall_back(call: Call, entry: Document) -> bool:
    expires = (entry.get("fallbackInfo") or {}).get("fastFallbackExpirationTime", 0)
    return entry["status"] == "ACTIVE" and isinstance(expires, int) and call.now().timestamp() < expires


def _answer(call: Call, prop: Document, entries: list[Document], headers: dict[str, str] | None = None) -> Reply:
    names = Names(call)
    shown = [_shown(call, names, prop, entry) for entry in entries]
    return Reply(200, {**envelope(call, prop, names, name=False), "activations": {"items": shown}}, headers or {})


def list_activations(call: Call) -> Reply:
    """All but the cancelled ones, newest first."""
    prop = property_of(call)
    return _answer(call, prop, [entry for entry in reversed(prop["activations"]) if not entry.get("cancelled")])


def _find(prop: Document, wanted: str) -> Document | None:
    if not DIGITS.fullmatch(bare(wanted)):
        return None
    return next((entry for entry in prop["activations"] if same(entry["activationId"], wanted)), None)


def get_activation(call: Call) -> Reply:
    prop = property_of(call)
    entry = _find(prop, call.params["activationId"])
    if entry is None:
        raise refuse(call, "not-found")
    waiting = entry["status"] in OPEN
    headers = {"Retry-After": str(progress.seconds_left(entry, call.now()))} if waiting else {}
    return _answer(call, prop, [entry], headers)


def cancel_activation(call: Call) -> Reply:
    prop = property_of(call)
    entry = _find(prop, call.params["activationId"])
    if entry is None:
        raise refuse(call, "activation-cancellation/not-found")
    if entry["status"] not in CANCELLABLE:
        raise refuse(call, "activation-cancellation/unprocessable-status")
    entry["cancelled"] = True
    if call.emulator.switch("papi_cancel") == "pending":
        entry["status"], entry["fmaActivationState"] = "PENDING_CANCELLATION", "cancelling"
        progress.touch(call.account, entry, call.now())
        progress.schedule_abort(call.emulator, call.account, entry, call.now())
    else:
        entry.pop("steps", None)
        progress.apply(call.account, prop, entry, "ABORTED", call.now())
    reply = _answer(call, prop, [entry])
    for item in reply.body["activations"]["items"]:
        item |= {name: reply.body[name] for name in ("accountId", "groupId")}
    return reply


# --- POST ------------------------------------------------------------------------------------------------------------


def create_activation(call: Call) -> Reply:
    prop = property_of(call)
    body = parse_object(call)
    number = integer_field(call, body, "propertyVersion")
    network = _one_of(call, body, "network", NETWORKS)
    kind = _one_of(call, {"activationType": "ACTIVATE", **_present(body)}, "activationType", ("ACTIVATE", "DEACTIVATE"))
    flags = {name: flag_field(call, body, name, default) for name, default in FLAGS.items()}
    note = text_field(call, body, "note", required=False) or ""
    emails = _emails(call, body)
    version = version_of(prop, number)
    if version is None:
        raise refuse(call, "property-version/not-found")
    _check_compliance(call, body, network)
    _check_state(call, prop, number, network, kind)
    delayed = None
    if kind == "ACTIVATE":
        if flags["useFastFallback"]:
            _check_fallback(call, prop, number, network)
        delayed = _check_content(call, prop, version, body, flags)
    return _accept(
        call,
        prop,
        {
            "propertyVersion": number,
            "network": network,
            "activationType": kind,
            "note": note,
            "notifyEmails": emails,
            **({"useFastFallback": True} if flags["useFastFallback"] else {}),
            **({"delayedFailure": delayed} if delayed else {}),
        },
    )


def _accept(call: Call, prop: Document, wish: Document) -> Reply:
    entry: Document = {
        "activationId": prefixed("atv", call.account.next_id("atv", 500001)),
        **wish,
        "status": "NEW",
        "fmaActivationState": "received",
    }
    entry["submitDate"] = stamp(call.now())
    progress.touch(call.account, entry, call.now())
    prop["activations"].append(entry)
    progress.schedule(call.emulator, call.account, prop, entry, end="FAILED" if "delayedFailure" in wish else None)
    names = Names(call)
    path = f"properties/{names('prp', prop['propertyId'])}/activations/{names('atv', entry['activationId'])}"
    link = names.link(path, prop["contractId"], prop["groupId"])
    return Reply(201, {"activationLink": link}, {"Location": link})


def _present(body: Document) -> Document:
    return {name: value for name, value in body.items() if value is not None}


def _one_of(call: Call, body: Document, name: str, allowed: tuple[str, ...]) -> str:
    value = text_field(call, body, name) or ""
    if value not in allowed:
        raise refuse(call, "json-mapping-error", f"The field {name} takes one of {', '.join(allowed)}.")
    return value


def _emails(call: Call, body: Document) -> list[str]:
    emails = body.get("notifyEmails")
    if not isinstance(emails, list) or not emails:
        raise refuse(call, "activation/bad-notifyemails")
    if not all(isinstance(email, str) and EMAIL.fullmatch(email) for email in emails):
        raise refuse(call, "activation/bad-notifyemails")
    return emails


def _check_compliance(call: Call, body: Document, network: str) -> None:
    record = body.get("complianceRecord")
    if record is not None and not isinstance(record, dict):
        raise refuse(call, "json-mapping-error", "The field complianceRecord must be an object.")
    if network != "PRODUCTION" or (record is None and call.emulator.switch("papi_compliance_record") == "ignore"):
        return
    if record is None and call.emulator.switch("papi_compliance_record") == "exception":
        raise _exception(call, 400, "missing_compliance_record", "missing_compliance_record", [])
    if record is None:
        raise refuse(call, "activation/missing-compliance-record")
    reason = record.get("noncomplianceReason")
    needed = COMPLIANCE.get(reason) if isinstance(reason, str) else None
    if needed is None or not all(_filled(record, name) for name in needed):
        raise refuse(call, "activation/missing-compliance-record-info")
    if reason == "NONE" and record["peerReviewedBy"] in (call.user, record["customerEmail"]):
        raise refuse(call, "activation/self-peer-review")


def _filled(record: Document, name: str) -> bool:
    value = record.get(name)
    return value is True if name == "unitTested" else isinstance(value, str) and bool(value.strip())


def _check_state(call: Call, prop: Document, number: int, network: str, kind: str) -> None:
    """Whether the network is free, and what is active there goes with the wish."""
    pending = next(open_activations(prop, network), None)
    if pending is not None:
        raise _still_pending(call, prop, pending)
    if call.emulator.switch("papi_both_networks") == "refuse" and any(open_activations(prop)):
        raise refuse(call, "arlfile-exists")
    active = prop[ACTIVE_MEMBER[network]] == number
    if kind == "DEACTIVATE" and not active:
        raise refuse(call, f"deactivation/not-active-in-{network.lower()}")
    if kind == "ACTIVATE" and active:
        old = call.emulator.switch("papi_already_active") == "403"
        raise refuse(call, "activation/already-activated-403" if old else "activation/already-activated")


def _still_pending(call: Call, prop: Document, entry: Document) -> Refusal:
    """examples/papi/422.json"""
    message = "property_activation_still_pending"
    params = [f"Property {bare(prop['propertyId'])}", f"Version {entry['propertyVersion']}"]
    return _exception(call, 422, message, f"papi/v1/{message}", params)


def _exception(call: Call, status: int, message: str, kind: str, params: list[str]) -> Refusal:
    """The other shape of a refusal: no `detail`, but `details`, `messageId`, `params`, `result` (12.3, 13)."""
    title = "Property Manager Exception"
    return Refusal(
        status,
        {
            "type": type_uri(kind) if "/" in kind else kind,
            "title": title,
            "instance": instance(call),
            "status": status,
            "errors": [{"type": kind, "title": title, "detail": message}],
            "details": {},
            "messageId": message,
            "params": params,
            "result": "ERROR",
        },
    )


def _check_fallback(call: Call, prop: Document, number: int, network: str) -> None:
    active = prop[ACTIVE_MEMBER[network]]
    current = [
        entry
        for entry in prop["activations"]
        if (entry["network"], entry["propertyVersion"], entry["status"]) == (network, active, "ACTIVE")
    ]
    if not any(
        _can_fall_back(call, entry) and entry["fallbackInfo"].get("fallbackVersion") == number for entry in current
    ):
        raise refuse(call, "activation/fast-fallback-unavailable")


def _check_content(
    call: Call, prop: Document, version: Document, body: Document, flags: dict[str, bool]
) -> Document | None:
    """Errors refuse, or with `delayValidations` are the cause for which the activation fails; warnings want to be acknowledged."""
    path = rules_path(prop, version)
    about = validate.context(call.emulator, call.account, version["ruleFormat"], path, full=True)
    errors, found = validate.validate(version["rules"], about)
    if errors:
        refusal = refuse(call, "activation/validation-failed", errors=errors)
        if flags["delayValidations"]:
            return refusal.document
        raise refusal
    ccm = any(host.get("certProvisioningType") == "CCM" for host in version["hostnames"])
    if ccm and call.emulator.switch("papi_ccm_certificate") == "not_deployed":
        kind = type_uri("papi/v0/activation/unauthorized_third_party_cert_for_hostname")
        error = {
            "type": kind,
            "title": "Unauthorized certificate",
            "detail": "The CCM certificate is not deployed yet.",
        }
        raise refuse(call, "activation/unauthorized-certificate", errors=[error])
    warnings = [_with_message_id(prop, warning) for warning in (*found, *_standing_warnings(call))]
    acknowledged = body.get("acknowledgeWarnings") or []
    if not isinstance(acknowledged, list) or not all(isinstance(item, str) for item in acknowledged):
        raise refuse(call, "json-mapping-error", "The field acknowledgeWarnings must be an array of strings.")
    missing = {warning["messageId"] for warning in warnings} - {
        f"msg_{item.removeprefix('msg_')}" for item in acknowledged
    }
    if missing and not flags["acknowledgeAllWarnings"]:
        raise refuse(call, "activation/warnings-not-acknowledged", warnings=warnings)
    return None


def _standing_warnings(call: Call) -> list[dict[str, Any]]:
    if call.emulator.switch("papi_activation_warnings") != "always":
        return []
    return [
        {
            "type": type_uri("papi/v0/validation/validation_message.activation_notice"),
            "title": "Activation notice",
            "detail": "This activation changes how requests for the property's host names are served.",
        }
    ]


def _with_message_id(prop: Document, warning: dict[str, Any]) -> dict[str, Any]:
    """A warning has the same id whenever it comes up again for the property, in whichever version."""
    key = json.dumps([prop["propertyId"], warning["type"], warning.get("errorLocation"), warning["detail"]])
    return {"messageId": f"msg_{hashlib.sha1(key.encode(), usedforsecurity=False).hexdigest()}", **warning}
