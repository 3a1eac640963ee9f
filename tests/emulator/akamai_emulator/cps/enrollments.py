# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enrollments: list, create, get, update, remove (cps-v2.md 3 to 5 and 8)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ..core import Document, Reply
from . import certificates, changes, model, times
from .exchange import Exchange

CREATE_EVERY_SECONDS = 300
STRONG_TLS = frozenset({"TLSv1_2", "TLSv1_3"})
FIXED_NETWORK_MEMBERS = ("sniOnly", "secureNetwork")


def version_of(media: str) -> str:
    return media.rpartition(".")[2]


def shown(exchange: Exchange, enrollment: Document, version: str) -> Document:
    return model.shown(exchange.emulator, enrollment, version, changes.pending(exchange.emulator, enrollment))


def list_enrollments(exchange: Exchange) -> Reply:
    """Every enrollment of the contract; without `contractId` every one of the account."""
    contract = exchange.query("contractId")
    version = version_of(exchange.accept)
    found = [
        shown(exchange, enrollment, version)
        for enrollment in exchange.account.document["enrollments"]
        if not contract or enrollment["contractId"] == contract.removeprefix("ctr_")
    ]
    return exchange.reply(200, {"enrollments": found})


def get_enrollment(exchange: Exchange) -> Reply:
    return exchange.reply(200, shown(exchange, exchange.enrollment(), version_of(exchange.accept)))


def create_enrollment(exchange: Exchange) -> Reply:
    contract = _contract(exchange)
    body = exchange.body()
    if body["networkConfiguration"].get("clientMutualAuthentication") is not None:
        raise exchange.refuse(
            "invalid-network-configuration",
            "Invalid network configuration - create request contains client mutual authentication configuration.",
        )
    wanted = model.requested(body)
    _check(exchange, wanted, body)
    schedule = _schedule(exchange)
    document = exchange.account.document
    name = wanted["csr"]["cn"].lower()
    if not exchange.flag("allow-duplicate-cn") and any(
        str(enrollment["csr"]["cn"]).lower() == name for enrollment in document["enrollments"]
    ):
        raise exchange.refuse("duplicate-common-name", f"There is an enrollment with the common name {name}.")
    _limit_creation(exchange)
    ids = [enrollment["id"] for enrollment in document["enrollments"]]
    enrollment: Document = {
        "id": exchange.account.next_id("cps_enrollment", max(ids, default=10000) + 1),
        "contractId": contract,
        **blank(),
        **wanted,
    }
    enrollment["autoRenewalStartTime"] = None
    document["enrollments"].append(enrollment)
    return _started(exchange, enrollment, "certificate", "new-certificate", schedule)


def blank() -> Document:
    """What the server keeps about an enrollment of which nothing is deployed."""
    return {
        "maxAllowedSanNames": 100,
        "maxAllowedWildcardSanNames": 100,
        "assignedSlots": [],
        "productionSlots": [],
        "stagingSlots": [],
        "deployed": {"staging": None, "production": None},
        "changes": [],
        "history": [],
        "certificateHistory": [],
        "verificationWarnings": None,
    }


def update_enrollment(exchange: Exchange) -> Reply:
    enrollment = exchange.enrollment()
    version = version_of(exchange.content)
    body = exchange.body(known=shown(exchange, enrollment, version))
    _tidy_binding(exchange, body["networkConfiguration"])
    wanted = model.requested(body)
    if version == "v11" and exchange.switch("cps_v11_fips") == "keep":
        wanted["networkConfiguration"]["fipsMode"] = enrollment["networkConfiguration"]["fipsMode"]
    _check(exchange, wanted, body)
    for name in FIXED_NETWORK_MEMBERS:
        if wanted["networkConfiguration"][name] != enrollment["networkConfiguration"][name]:
            raise exchange.refuse("invalid-request", f"networkConfiguration.{name}: cannot be changed after creation")
    schedule = _schedule(exchange)
    pending = changes.pending(exchange.emulator, enrollment)
    bypass = exchange.flag("allow-staging-bypass")
    if not bypass:
        _ensure_free(exchange, pending)
    if exchange.switch("cps_ca_set_refusal") == "put":
        problem = changes.binding_problem(
            exchange.emulator, exchange.account, enrollment, wanted["networkConfiguration"]
        )
        if problem is not None:
            raise exchange.refuse("invalid-network-configuration", problem)
    if bypass and pending:
        return _bypass(exchange, enrollment, wanted, pending)
    kind, change_type = _needed(exchange, enrollment, wanted, pending)
    opens = model.renewal_opens(enrollment)
    if kind and opens is not None and opens <= exchange.now and not exchange.flag("renewal-date-check-override"):
        raise exchange.refuse("renewal-window", status=int(exchange.switch("cps_renewal_window_status")))
    for change in pending:
        changes.cancel(change, exchange.now)
    model.replace(enrollment, wanted)
    if not kind:
        return exchange.reply(200, {"enrollment": exchange.link(enrollment["id"]), "changes": []})
    return _started(exchange, enrollment, kind, change_type, schedule, bypass=bypass and kind == "network")


def delete_enrollment(exchange: Exchange) -> Reply:
    enrollment = exchange.enrollment()
    schedule = _schedule(exchange)
    pending = changes.pending(exchange.emulator, enrollment)
    _ensure_free(exchange, pending)
    live = _live_host_names(exchange, enrollment)
    if live:
        raise exchange.refuse(
            "certificate-live-on-network",
            f"All Domains Inactive failure. Live certificates found on network: [{', '.join(live)}]",
        )
    for change in pending:
        changes.cancel(change, exchange.now)
    if model.is_deployed(enrollment):
        return _started(exchange, enrollment, "removal", None, schedule)
    exchange.account.document["enrollments"].remove(enrollment)
    return exchange.reply(200, {"enrollment": exchange.link(enrollment["id"]), "changes": []})


def _started(
    exchange: Exchange,
    enrollment: Document,
    kind: str,
    change_type: str | None,
    schedule: Document,
    *,
    bypass: bool = False,
) -> Reply:
    change = changes.start(
        exchange.emulator,
        exchange.account,
        enrollment,
        kind,
        change_type,
        user=exchange.call.user,
        at=exchange.now,
        schedule=schedule,
        bypass=bypass,
    )
    number = enrollment["id"]
    links = [exchange.link(number, "changes", change["id"])]
    return exchange.reply(202, {"enrollment": exchange.link(number), "changes": links})


def _bypass(exchange: Exchange, enrollment: Document, wanted: Document, pending: list[Document]) -> Reply:
    """The network configuration goes straight to production, and the running change gets the same one."""
    model.replace(enrollment, wanted)
    production = model.deployed(enrollment, "production")
    for change in pending:
        change["target"] = changes.target(enrollment)
    if production is not None:
        production["networkConfiguration"] = changes.target(enrollment)["networkConfiguration"]
    number = enrollment["id"]
    links = [exchange.link(number, "changes", change["id"]) for change in pending]
    return exchange.reply(202, {"enrollment": exchange.link(number), "changes": links})


def _needed(
    exchange: Exchange, enrollment: Document, wanted: Document, pending: list[Document]
) -> tuple[str, str | None]:
    """Kind ("" for none) and type of the change that `wanted` needs; `pending` are about to be cancelled for it."""
    production = model.deployed(enrollment, "production")
    if production is None:
        return "certificate", "new-certificate"
    before, after = production["certificateRequest"], model.certificate_request(wanted)
    if exchange.flag("force-renewal"):
        return "certificate", "renewal"
    if before != after:
        only_sans = before | {"csr": before["csr"] | {"sans": after["csr"]["sans"]}} == after
        return "certificate", "modify-san" if only_sans else "modify-certificate"
    broken_off = [change for change in pending if change["kind"] == "certificate"]
    if broken_off:
        return "certificate", broken_off[-1]["changeType"]
    staged = model.deployed(enrollment, "staging") or production
    if any(place["networkConfiguration"] != wanted["networkConfiguration"] for place in (production, staged)):
        change_type = exchange.switch("cps_network_change_type")
        return "network", None if change_type == "null" else change_type
    return "", None


def _ensure_free(exchange: Exchange, pending: list[Document]) -> None:
    if not pending:
        return
    if not exchange.flag("allow-cancel-pending-changes"):
        raise exchange.refuse("cannot-cancel-pending-change")
    changes.ensure_cancellable(exchange, pending)


def _tidy_binding(exchange: Exchange, network: Document) -> None:
    """The open points of a binding (cps-v2.md 4.2), by switch; in place."""
    binding = network.get("clientMutualAuthentication")
    if binding is None:
        return
    if not binding.get("setId"):
        if exchange.switch("cps_null_set_id") == "remove":
            network["clientMutualAuthentication"] = None
            return
        raise exchange.refuse(
            "invalid-network-configuration", "Invalid network configuration - the CA set id is missing."
        )
    options = binding.get("authenticationOptions") or {}
    complete = options.get("sendCaListToClient") is not None and (options.get("ocsp") or {}).get("enabled") is not None
    if exchange.switch("cps_authentication_options") == "required" and not complete:
        raise exchange.refuse("invalid-request", "clientMutualAuthentication: both authentication options are required")


def _check(exchange: Exchange, wanted: Document, body: Document) -> None:
    """What a schema cannot say."""
    csr, network = wanted["csr"], wanted["networkConfiguration"]
    names: list[Any] = [csr["cn"], *(csr["sans"] or [])]
    bound = network["clientMutualAuthentication"] is not None
    contacts = wanted["adminContact"] and wanted["techContact"]
    null_chain = "preferredTrustChain" in body["csr"] and csr["preferredTrustChain"] is None
    rules = (
        (len(csr["cn"]) > 64, "invalid-request", "csr.cn: longer than 64 characters"),
        (
            not all(certificates.is_host_name(name) for name in names),
            "invalid-request",
            "csr: common name and SANs must be host names",
        ),
        (
            not network["sniOnly"] and network["dnsNameSettings"] is not None,
            "invalid-network-configuration",
            "Invalid network configuration - DNS name settings need an SNI-only enrollment.",
        ),
        (
            bool(network["fipsMode"]) and STRONG_TLS.issubset(network["disallowedTlsVersions"] or ()),
            "invalid-network-configuration",
            "Invalid network configuration - FIPS mode needs TLS 1.2 or 1.3.",
        ),
        (
            bound
            and exchange.switch("cps_binding_network") == "enhanced_sni"
            and (network["secureNetwork"] != "enhanced-tls" or not network["sniOnly"]),
            "invalid-network-configuration",
            "Invalid network configuration - client mutual authentication needs Enhanced TLS and SNI.",
        ),
        (
            null_chain and exchange.switch("cps_null_preferred_trust_chain") == "refuse",
            "invalid-request",
            "csr.preferredTrustChain: must not be null",
        ),
        (
            not contacts and wanted["orgId"] is None and exchange.switch("cps_missing_contacts") == "refuse",
            "invalid-request",
            "adminContact and techContact are required without orgId",
        ),
    )
    for broken, slug, text in rules:
        if broken:
            raise exchange.refuse(slug, text)


def _contract(exchange: Exchange) -> str:
    wanted = (exchange.query("contractId") or "").removeprefix("ctr_")
    if not wanted:
        raise exchange.refuse("invalid-request", "The query parameter contractId is required.")
    known = {str(item.get("contractId", "")).removeprefix("ctr_") for item in exchange.account.document["contracts"]}
    if wanted not in known:
        raise exchange.refuse("invalid-request", "The contract is not known.")
    return wanted


def _limit_creation(exchange: Exchange) -> None:
    """One creation per five minutes and account, on the account's clock."""
    counters = exchange.account.document.setdefault("counters", {})
    now = int(exchange.now.timestamp())
    last = counters.get("cps_last_creation")
    # A state put back after an advance may hold a creation that lies ahead.
    recent = last is not None and 0 <= now - last < CREATE_EVERY_SECONDS
    if recent and exchange.switch("cps_create_limit") == "documented":
        raise exchange.refuse("enrollment-creation-limit")
    counters["cps_last_creation"] = now


def _schedule(exchange: Exchange) -> Document:
    """`deploymentSchedule` from the two dates of the query: from the first day's start to the last day's end, UTC."""
    found: dict[str, dt.datetime | None] = {}
    for name in ("deploy-not-before", "deploy-not-after"):
        text = exchange.query(name)
        try:
            day = dt.date.fromisoformat(text) if text else None
        except ValueError as error:
            raise exchange.refuse("invalid-request", f"{name}: must be a date, YYYY-MM-DD") from error
        found[name] = dt.datetime.combine(day, dt.time(), dt.UTC) if day else None
    first, last = found.values()
    if first and last and last < first:
        raise exchange.refuse("invalid-request", "deploy-not-after lies before deploy-not-before")
    return {
        "notBefore": times.show(first) if first else None,
        "notAfter": times.show(last.replace(hour=23, minute=59, second=59)) if last else None,
    }


def _live_host_names(exchange: Exchange, enrollment: Document) -> list[str]:
    from ..papi import links  # the rooms know each other only at run time

    names: list[str] = links.live_hostnames(exchange.account, enrollment)
    return names
