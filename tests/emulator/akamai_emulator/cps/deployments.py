# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is deployed, and what was (cps-v2.md section 7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..core import Document, Reply
from . import certificates, model
from .exchange import Exchange

DEFAULT_CIPHERS = "ak-akamai-default"
CERTIFICATE = ("certificate", "expiry", "keyAlgorithm", "signatureAlgorithm", "trustChain")
OLD_CERTIFICATE = ("certificate", "expiry", "keyAlgorithm", "trustChain")
CHANGED_CERTIFICATE = ("certificate", "csr", "keyAlgorithm", "trustChain")

# What history calls a change: (kind, changeType) -> action, its description. No row: the kind's row with None.
ACTIONS: dict[tuple[str, str | None], tuple[str, str]] = {
    ("network", None): ("update-network-configuration", "Update Network Configuration"),
    ("certificate", "renewal"): ("renew", "Renew Certificate"),
    ("certificate", "modify-san"): ("modify-san", "Modify SAN"),
    ("certificate", None): ("new-certificate", "Create New Certificate"),
}
STATUSES = {"completed": "completed", "cancelled": "cancelled"}


def list_deployments(exchange: Exchange) -> Reply:
    enrollment = exchange.enrollment()
    body = {}
    for network in ("production", "staging"):
        place = model.deployed(enrollment, network)
        body[network] = None if place is None else shown(place, exchange.accept)
    return exchange.reply(200, body)


def get_production(exchange: Exchange) -> Reply:
    return _single(exchange, "production")


def get_staging(exchange: Exchange) -> Reply:
    return _single(exchange, "staging")


def change_history(exchange: Exchange) -> Reply:
    """Newest first; finished and running changes of this emulator's making, then what the seed brought."""
    enrollment = exchange.enrollment()
    own = [_changed(change) for change in reversed(enrollment["changes"]) if change["kind"] != "removal"]
    return exchange.reply(200, {"changes": own + enrollment["history"]})


def certificate_history(exchange: Exchange) -> Reply:
    enrollment = exchange.enrollment()
    present = model.deployed(enrollment, "production") or model.deployed(enrollment, "staging")
    found = [] if present is None else [_certificate(enrollment, present, True)]
    found += [_certificate(enrollment, place, False) for place in enrollment["certificateHistory"]]
    return exchange.reply(200, {"certificates": found})


def shown(place: Mapping[str, Any], media: str) -> Document:
    """One network's deployment. The CA set is not part of it; v8 has `fipsMode`, v7 has not."""
    network = place["networkConfiguration"]
    csr = place["certificateRequest"]["csr"]
    configuration = {
        "geography": network["geography"],
        "secureNetwork": network["secureNetwork"],
        "sniOnly": network["sniOnly"],
        "quicEnabled": network["quicEnabled"],
        "mustHaveCiphers": network["mustHaveCiphers"] or DEFAULT_CIPHERS,
        "preferredCiphers": network["preferredCiphers"] or DEFAULT_CIPHERS,
        "ocspStapling": network["ocspStapling"] or "not-set",
        "disallowedTlsVersions": network["disallowedTlsVersions"] or [],
        "dnsNames": _dns_names(network["dnsNameSettings"], csr),
    }
    if media.endswith("v8"):
        configuration["fipsMode"] = bool(network["fipsMode"])
    primary = place["primaryCertificate"]
    return {
        "ocspStapled": place["ocspStapled"],
        "ocspUris": place["ocspUris"],
        "networkConfiguration": configuration,
        "primaryCertificate": _pick(primary, CERTIFICATE) if primary else None,
        "multiStackedCertificates": _all(place["multiStackedCertificates"], CERTIFICATE),
    }


def _single(exchange: Exchange, network: str) -> Reply:
    place = model.deployed(exchange.enrollment(), network)
    if place is None and exchange.switch("cps_missing_deployment") == "404":
        raise exchange.refuse("not-found", f"Nothing is deployed on {network}.")
    return exchange.reply(200, b"null" if place is None else shown(place, exchange.accept))


def _dns_names(settings: Mapping[str, Any] | None, csr: Mapping[str, Any]) -> list[str]:
    if settings is None:
        return []
    return certificates.host_names(csr) if settings["cloneDnsNames"] else list(settings.get("dnsNames") or [])


def _changed(change: Mapping[str, Any]) -> Document:
    items = change["certificates"] or [{"certificate": None, "trustChain": None, **csr} for csr in change["csrs"]]
    return history_entry(
        (change["kind"], change["changeType"]),
        ra=change["target"]["certificateRequest"]["ra"],
        status=STATUSES.get(change["state"], "incomplete"),
        created=change["created"],
        created_by=change["createdBy"],
        last_updated=change["lastUpdated"],
        items=items,
    )


def history_entry(
    what: tuple[str, str | None],
    *,
    ra: str,
    status: str,
    created: str,
    created_by: str,
    last_updated: str | None,
    items: list[Document],
) -> Document:
    """An entry of change history. `what` is the change's kind and type; `items` its certificates, the primary one first."""
    action, text = ACTIONS.get(what) or ACTIONS[(what[0], None)]
    return {
        "action": action,
        "actionDescription": text,
        "businessCaseId": None,
        "createdBy": created_by,
        "createdOn": created,
        "lastUpdated": last_updated,
        "ra": ra,
        "status": status,
        "primaryCertificate": _pick(items[0], CHANGED_CERTIFICATE) if items else None,
        "primaryCertificateOrderDetails": None,
        "multiStackedCertificates": _all(items[1:], CHANGED_CERTIFICATE),
    }


def _certificate(enrollment: Mapping[str, Any], place: Mapping[str, Any], present: bool) -> Document:
    request = place["certificateRequest"]
    primary = place["primaryCertificate"]

    def status(network: str) -> str:
        return "active" if present and model.deployed(enrollment, network) else "inactive"

    return {
        "deploymentStatus": status("production"),
        "stagingStatus": status("staging"),
        "geography": place["networkConfiguration"]["geography"],
        "ra": request["ra"],
        "type": request["certificateType"],
        "slots": list(enrollment["assignedSlots"]) if present else [],
        "primaryCertificate": _pick(primary, OLD_CERTIFICATE) if primary else None,
        "multiStackedCertificates": _all(place["multiStackedCertificates"], OLD_CERTIFICATE),
    }


def _pick(item: Mapping[str, Any], names: tuple[str, ...]) -> Document:
    return {name: item.get(name) for name in names}


def _all(items: Iterable[Mapping[str, Any]], names: tuple[str, ...]) -> list[Document]:
    return [_pick(item, names) for item in items]
