# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change status, inputs and schedule over HTTP (cps-v2.md 6.1, 6.3, 6.5)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..core import Document, Reply
from . import certificates, changes, deployments, model, times
from .exchange import Exchange
from .scripts import ACK, DOMAINS, DV, POST, PRE, PRE_REVIEW, STEPS, UPLOAD

PRE_TEXT = (
    "Some of the domains being provisioned exist on another certificate.\n"
    "Akamai recommends that you check the DNS records of these domains."
)
POST_TEXT = "[WARNINGS]\nThe trust chain terminates with a non-standard root certificate.\nTrust Chain\nCertificate 1"
# Here CPS cannot know yet whether there will be warnings.
BEFORE_PRE_REVIEW = frozenset({"new", "pre-verification-safety-checks"})
CHALLENGE_LIFE = dt.timedelta(days=7)


class Input(NamedTuple):
    """A kind of input: its URL segments, and the statuses at which its info can be read."""

    info: str
    update: str
    info_statuses: tuple[str, ...]


INPUTS: dict[str, Input] = {
    PRE: Input("pre-verification-warnings", "pre-verification-warnings-ack", (PRE_REVIEW,)),
    POST: Input(
        "post-verification-warnings",
        "post-verification-warnings-ack",
        ("wait-review-third-party-cert", "wait-review-cert-warning"),
    ),
    ACK: Input("change-management-info", "change-management-ack", ("wait-ack-change-management",)),
    DV: Input("lets-encrypt-challenges", "lets-encrypt-challenges-completed", (DOMAINS,)),
    UPLOAD: Input(
        "third-party-csr",
        "third-party-cert-and-trust-chain",
        ("wait-upload-third-party", "verify-third-party-cert", "wait-review-third-party-cert"),
    ),
}


def get_change(exchange: Exchange) -> Reply:
    enrollment = exchange.enrollment()
    change = exchange.change(enrollment)
    before = change.pop("before", None)
    seen = change if before is None else change | before
    step = STEPS.get(seen["status"])
    text = "The change was cancelled." if seen["state"] == "cancelled" else step.text if step else "In progress."
    body = {
        "allowedInput": [] if change.pop("inputLag", False) else _allowed(exchange, enrollment, seen),
        "statusInfo": {
            "state": seen["state"],
            "status": seen["status"],
            "description": text,
            "error": seen["error"],
            "deploymentSchedule": change["deploymentSchedule"],
        },
    }
    return exchange.reply(200, body)


def cancel_change(exchange: Exchange) -> Reply:
    enrollment = exchange.enrollment()
    change = exchange.change(enrollment)
    if change["state"] in changes.FINISHED:
        raise exchange.refuse("invalid-enrollment-state", "The change is finished.")
    changes.ensure_cancellable(exchange, [change])
    changes.cancel(change, exchange.now)
    production = model.deployed(enrollment, "production")
    if not model.is_deployed(enrollment) and not changes.pending(exchange.emulator, enrollment):
        exchange.account.document["enrollments"].remove(enrollment)
    elif production is not None and exchange.switch("cps_cancelled_change") == "revert":
        enrollment.update(changes.target(production | production["certificateRequest"]))
        enrollment.update(enrollment.pop("certificateRequest"))
    return _change_id(exchange, enrollment, change)


def get_schedule(exchange: Exchange) -> Reply:
    return exchange.reply(200, exchange.change(exchange.enrollment())["deploymentSchedule"])


def set_schedule(exchange: Exchange) -> Reply:
    enrollment = exchange.enrollment()
    change = exchange.change(enrollment)
    body = exchange.body()
    if change["state"] in changes.FINISHED:
        raise exchange.refuse("invalid-enrollment-state", "The change is finished.")
    try:
        first, last = (times.read(body[name]) if body.get(name) else None for name in ("notBefore", "notAfter"))
    except ValueError as error:
        raise exchange.refuse("invalid-request", "notBefore and notAfter must be ISO 8601 times or null") from error
    if first and last and last < first:
        raise exchange.refuse("invalid-request", "notAfter lies before notBefore")
    change["deploymentSchedule"] = {
        "notBefore": times.show(first) if first else None,
        "notAfter": times.show(last) if last else None,
    }
    exchange.account.wake(exchange.now)
    return _change_id(exchange, enrollment, change)


def get_input(exchange: Exchange) -> Reply:
    enrollment = exchange.enrollment()
    change = exchange.change(enrollment)
    segment = exchange.call.params["segment"]
    row = next((row for row in INPUTS.values() if row.info == segment), None)
    if row is None or change["status"] not in row.info_statuses:
        raise exchange.refuse("not-found", "The input was not found.")
    return exchange.reply(200, INFOS[exchange.accept.rpartition(".")[0]](exchange, enrollment, change))


def give_input(exchange: Exchange) -> Reply:
    enrollment = exchange.enrollment()
    change = exchange.change(enrollment)
    segment = exchange.call.params["segment"]
    wanted = next((kind for kind, row in INPUTS.items() if row.update == segment), None)
    body = exchange.body()
    if wanted is None or change["state"] not in ("awaiting-input", "suspended") or _awaited(change) != wanted:
        early = wanted == PRE and change["status"] in BEFORE_PRE_REVIEW
        if early and exchange.switch("cps_early_acknowledgement") == "409":
            raise exchange.refuse("invalid-enrollment-state")
        raise exchange.refuse("not-found", "The input was not found.")
    if "hash" in body and body["hash"] != changes.fingerprint(change):
        raise exchange.refuse("invalid-enrollment-state", "The hash is not the one of the present state.")
    if wanted == UPLOAD:
        change["certificates"] = _upload(exchange, change, body["certificatesAndTrustChains"])
    if body.get("acknowledgement") == "deny":
        _deny(exchange, change)
        return _change_id(exchange, enrollment, change)
    before = {"state": change["state"], "status": change["status"]}
    changes.proceed(exchange.emulator, exchange.account, enrollment, change, exchange.now)
    if exchange.switch("cps_acknowledgement_lag") == "on":
        change["before"] = before
    return _change_id(exchange, enrollment, change)


def _change_id(exchange: Exchange, enrollment: Document, change: Document) -> Reply:
    return exchange.reply(200, {"change": exchange.link(enrollment["id"], "changes", change["id"])})


def _awaited(change: Document) -> str:
    return "" if change.get("denied") else changes.step_of(change).input


def _allowed(exchange: Exchange, enrollment: Document, change: Document) -> list[Document]:
    kind = _awaited(change)
    if not kind or change["state"] not in ("awaiting-input", "suspended"):
        return []
    base = (enrollment["id"], "changes", change["id"], "input")
    return [
        {
            "type": kind,
            "requiredToProceed": change["state"] == "awaiting-input",
            "info": exchange.link(*base, "info", INPUTS[kind].info),
            "update": exchange.link(*base, "update", INPUTS[kind].update),
        }
    ]


def _deny(exchange: Exchange, change: Document) -> None:
    if exchange.switch("cps_deny") == "cancelled":
        changes.cancel(change, exchange.now)
    else:
        change.update(state="suspended", denied=True, due=None, lastUpdated=times.show(exchange.now))


def _upload(exchange: Exchange, change: Document, items: list[Mapping[str, Any]]) -> list[Document]:
    """The uploaded certificates as deployments show them; each has to belong to one of the change's CSRs."""
    found = []
    for item in items:
        try:
            read = certificates.read(item["certificate"])
        except ValueError as error:
            raise exchange.refuse("invalid-certificate", str(error)) from error
        own = [csr for csr in change["csrs"] if certificates.request_key(csr["csr"]) == read.public_key]
        if exchange.switch("cps_uploaded_key") == "unchecked":
            own = [csr for csr in change["csrs"] if csr["keyAlgorithm"] == item["keyAlgorithm"]]
        elif item["keyAlgorithm"] != read.key_algorithm:
            own = []
        if not own:
            raise exchange.refuse("invalid-certificate", "The certificate does not belong to the CSR of this change.")
        if read.expiry <= exchange.now:
            raise exchange.refuse("invalid-certificate", "The certificate has expired.")
        found.append(
            {
                "certificate": item["certificate"],
                "trustChain": item.get("trustChain"),
                "csr": own[0]["csr"],
                "keyAlgorithm": item["keyAlgorithm"],
                "signatureAlgorithm": read.signature_algorithm,
                "expiry": times.show(read.expiry),
            }
        )
    if len({item["keyAlgorithm"] for item in found}) != len(found) or not found:
        raise exchange.refuse("invalid-certificate", "One certificate for each key algorithm is expected.")
    return found


def _warnings(exchange: Exchange, enrollment: Document, change: Document) -> Document:
    """One string, entries joined by newlines."""
    own = enrollment.get("verificationWarnings") or {}
    pre = changes.step_of(change).input == PRE
    return {"warnings": (own.get("pre") or PRE_TEXT) if pre else (own.get("post") or POST_TEXT)}


def _management(exchange: Exchange, enrollment: Document, change: Document) -> Document:
    """Does not show the CA set. In v5 three booleans are the strings "true" and "false"."""
    network = change["target"]["networkConfiguration"]
    texts = exchange.accept.endswith("v5")

    def flag(value: Any) -> bool | str:
        return str(bool(value)).lower() if texts else bool(value)

    held = model.deployed(enrollment, "staging") or {}
    pending = change["certificates"] or [held[name] for name in ("primaryCertificate",) if held.get(name)]
    shown: Document = {
        "dnsNameSettings": network["dnsNameSettings"],
        "mustHaveCiphers": network["mustHaveCiphers"],
        "networkType": None,
        "ocspStapling": network["ocspStapling"],
        "preferredCiphers": network["preferredCiphers"],
        "quicEnabled": flag(network["quicEnabled"]),
        "sniOnly": flag(network["sniOnly"]),
        "disallowedTlsVersions": network["disallowedTlsVersions"] or [],
    }
    if not texts:
        shown["fipsMode"] = network["fipsMode"]
    return {
        "acknowledgementDeadline": times.show(times.read(change["due"])) if change["due"] else None,
        "validationResultHash": changes.fingerprint(change),
        "pendingState": {
            "pendingNetworkConfiguration": shown,
            "pendingCertificates": [
                {
                    "certificateType": change["target"]["certificateRequest"]["certificateType"],
                    "fullCertificate": item["certificate"],
                    "keyAlgorithm": item["keyAlgorithm"],
                    "ocspStapled": flag(False),
                    "ocspUris": None,
                    "signatureAlgorithm": item["signatureAlgorithm"],
                }
                for item in pending
            ],
        },
        "validationResult": {"errors": None, "warnings": []},
    }


def _staged(exchange: Exchange, enrollment: Document, change: Document) -> Document:
    place = model.deployed(enrollment, "staging")
    if place is None:
        raise exchange.refuse("not-found", "Nothing is deployed on staging.")
    return deployments.shown(place, exchange.accept)


def _challenges(exchange: Exchange, enrollment: Document, change: Document) -> Document:
    start = times.read(change["created"])
    validated = change.get("validatedDomains") or []
    expires = times.show(start + CHALLENGE_LIFE)
    domains = []
    for domain in certificates.host_names(change["target"]["certificateRequest"]["csr"]):
        token = hashlib.sha256(f"{change['id']} {domain}".encode()).hexdigest()[:43]
        bare = domain.removeprefix("*.")
        done = domain in validated
        common: Document = {
            "error": None,
            "status": "valid" if done else "pending",
            "token": token,
            "validationRecords": [],
        }
        domains.append(
            {
                "domain": domain,
                "status": "Valid" if done else "Awaiting user",
                "validationStatus": "VALIDATED" if done else "IN_PROGRESS",
                "error": None,
                "expires": expires,
                "requestTimestamp": times.show(start),
                **({"validatedTimestamp": times.show(start)} if done else {}),
                "challenges": [
                    {
                        "type": "http-01",
                        "fullPath": f"http://{bare}/.well-known/acme-challenge/{token}",
                        "redirectFullPath": f"http://dcv.example.com/.well-known/acme-challenge/{token}",
                        "responseBody": f"{token}.{token[::-1]}",
                        **common,
                    },
                    {
                        "type": "dns-01",
                        "fullPath": f"_acme-challenge.{bare}.",
                        "redirectFullPath": "",
                        "responseBody": token[::-1],
                        **common,
                    },
                ],
            }
        )
    return {"dv": domains}


def _csrs(exchange: Exchange, enrollment: Document, change: Document) -> Document:
    return {"csrs": change["csrs"]}


Info = Callable[[Exchange, Document, Document], Document]
INFOS: dict[str, Info] = {
    "warnings": _warnings,
    "change-management-info": _management,
    "deployment": _staged,
    "dv-challenges": _challenges,
    "csr": _csrs,
}
