# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Completing a seed: what it left out gets a sensible value, and all that says the same thing twice agrees."""

from __future__ import annotations

from typing import Any

from ..core import Account, Document, Emulator, ShapeError
from . import formats, progress, tree
from .hostnames import CA_SET_LINK, certificate_links
from .ids import bare, parse_time, prefixed, same, stamp
from .model import (
    ACTIVE_MEMBER,
    DIGITS,
    NETWORKS,
    OPEN,
    STATUS_MEMBER,
    SUFFIXES,
    default_rules,
    edge_hostname,
    find,
    items,
    new_etag,
    version_of,
)

DEFAULT_PRODUCTS = ({"productId": "prd_Fresca", "productName": "Fresca"},)
USER = "automation"


def complete(emulator: Emulator, account: Account) -> None:
    """Fill in, in place, what a seed left out. Twice is the same as once. Raises ShapeError."""
    if not items(account, "products"):
        account.document["products"] = [dict(product) for product in DEFAULT_PRODUCTS]
    now = stamp(emulator.clock.now())
    _number(account, items(account, "cp_codes"), "cpcodeId", "cpc", 400001)
    for code in items(account, "cp_codes"):
        _complete_cp_code(account, code, now)
    _number(account, items(account, "edge_hostnames"), "edgeHostnameId", "ehn", 300001)
    for host in items(account, "edge_hostnames"):
        _complete_edge_hostname(account, host)
    properties = items(account, "properties")
    _number(account, properties, "propertyId", "prp", 200001)
    entries = [entry for prop in properties for entry in prop.get("activations") or []]
    _number(account, entries, "activationId", "atv", 500001)
    normalise = emulator.switch("papi_normalise") == "on"
    for at, prop in enumerate(properties):
        _complete_property(account, prop, f"/properties/{at}", now, normalise=normalise)
        for entry in prop["activations"]:
            if entry["status"] in OPEN and not entry.get("steps"):
                progress.schedule(emulator, account, prop, entry)


def _fill(thing: Document, **defaults: Any) -> None:
    """Give members a value that are absent or null."""
    for name, value in defaults.items():
        if thing.get(name) is None:
            thing[name] = value


def _place(account: Account, thing: Document) -> None:
    """Contract and group: the first contract, and the last group that has it (the deepest, in a list from the top)."""
    contracts, groups = items(account, "contracts"), items(account, "groups")
    _fill(thing, contractId=contracts[0]["contractId"] if contracts else "C-0N7RAC7")
    fitting = [
        group["groupId"]
        for group in groups
        if any(same(item, thing["contractId"]) for item in group.get("contractIds") or [thing["contractId"]])
    ]
    _fill(thing, groupId=fitting[-1] if fitting else "15225")
    thing["contractId"], thing["groupId"] = prefixed("ctr", thing["contractId"]), prefixed("grp", thing["groupId"])


def _product(account: Account) -> str:
    return prefixed("prd", items(account, "products")[0]["productId"])


def _number(account: Account, things: list[Document], member: str, kind: str, floor: int) -> None:
    """Give ids where there are none, never one that the seed uses elsewhere."""
    counters = account.document.setdefault("counters", {})
    for thing in things:
        if DIGITS.fullmatch(bare(thing.get(member))):
            counters[kind] = max(counters.get(kind, floor - 1), int(bare(thing[member])))
    for thing in things:
        number = account.next_id(kind, floor) if thing.get(member) is None else thing[member]
        thing[member] = prefixed(kind, number)


def _complete_cp_code(account: Account, code: Document, now: str) -> None:
    _place(account, code)
    _fill(code, cpcodeName=f"cp-{bare(code['cpcodeId'])}", createdDate=now, productIds=[_product(account)])
    code["createdDate"] = _time(code["createdDate"], now)


def _time(value: Any, otherwise: str) -> str:
    moment = parse_time(value)
    return stamp(moment) if moment else otherwise


def _complete_edge_hostname(account: Account, host: Document) -> None:
    _place(account, host)
    if host.get("edgeHostnameDomain") is None:
        _fill(host, domainPrefix=f"host-{bare(host['edgeHostnameId'])}.example.com", domainSuffix="edgekey.net")
        host["edgeHostnameDomain"] = f"{host['domainPrefix']}.{host['domainSuffix']}"
    domain = str(host["edgeHostnameDomain"])
    suffix = next((item for item in SUFFIXES.values() if domain.endswith(f".{item}")), domain.split(".", 1)[-1])
    _fill(
        host,
        domainPrefix=domain.removesuffix(f".{suffix}"),
        domainSuffix=suffix,
        productId=_product(account),
        status="CREATED",
        secure=suffix == SUFFIXES["ENHANCED_TLS"],
        ipVersionBehavior="IPV6_COMPLIANCE",
        useCases=[],
    )


def _complete_property(account: Account, prop: Document, pointer: str, now: str, *, normalise: bool) -> None:
    _place(account, prop)
    number = bare(prop["propertyId"])
    _fill(
        prop,
        propertyName=f"property-{number}",
        assetId=f"1{number}",
        productId=_product(account),
        propertyType="TRADITIONAL",
        versions=[],
        activations=[],
    )
    prop["assetId"] = prefixed("aid", prop["assetId"])
    versions = prop["versions"]
    if not versions:
        versions.append({})
    tidy = tree.Tidy("", normalise=normalise, drop=False, canonical_names=False)
    tidy.cp_codes = tree.cp_code_references(account)
    for at, version in enumerate(versions):
        _fill(version, propertyVersion=at + 1)
        _complete_version(account, prop, version, f"{pointer}/versions/{at}", now, tidy)
    versions.sort(key=lambda version: version["propertyVersion"])
    prop["latestVersion"] = versions[-1]["propertyVersion"]
    for entry in prop["activations"]:
        _complete_activation(prop, entry, now)
    for network in NETWORKS:
        _agree(account, prop, network, now)


def _complete_version(
    account: Account, prop: Document, version: Document, pointer: str, now: str, tidy: tree.Tidy
) -> None:
    number = version["propertyVersion"]
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise ShapeError(f"{pointer}/propertyVersion", "a number from 1 is expected")
    _fill(
        version,
        productId=prop["productId"],
        ruleFormat=prop.get("ruleFormat") or formats.DEFAULT,
        note="",
        updatedByUser=USER,
        rules=default_rules(),
        hostnames=[],
    )
    version["updatedDate"] = _time(version.get("updatedDate"), now)
    if not version.get("etag"):
        version["etag"] = new_etag(account)
    # A seed may give the bare minimum; its own members stay, known to the tables or not.
    rules = {"name": "default", "behaviors": [], **version["rules"]}
    flaw = tree.flaw(rules)
    if flaw is not None:
        raise ShapeError(pointer + flaw.pointer.removeprefix("#"), flaw.text)
    tidy.rule_format, tidy.words = str(version["ruleFormat"]), tree.vocabulary(rules)
    version["rules"] = tidy.tree(rules)
    for at, host in enumerate(version["hostnames"]):
        if not isinstance(host.get("cnameFrom"), str):
            raise ShapeError(f"{pointer}/hostnames/{at}/cnameFrom", "a host name is expected")
        _complete_hostname(account, host)


def _complete_hostname(account: Account, host: Document) -> None:
    """Both names of the edge host name, which is added to the account when the seed does not list it."""
    _fill(host, cnameType="EDGE_HOSTNAME", certProvisioningType="CPS_MANAGED")
    number, domain = host.get("edgeHostnameId"), host.get("cnameTo")
    known = find(account, "edge_hostnames", "edgeHostnameId", number) if number is not None else None
    if known is None and domain is not None:
        known = edge_hostname(account, str(domain))
    if known is None:
        known = {"edgeHostnameDomain": domain or f"{host['cnameFrom'].removeprefix('*.')}.edgekey.net"}
        if number is not None:
            known["edgeHostnameId"] = number
        items(account, "edge_hostnames").append(known)
        _number(account, [known], "edgeHostnameId", "ehn", 300001)
        _complete_edge_hostname(account, known)
    _fill(host, cnameTo=known["edgeHostnameDomain"], edgeHostnameId=known["edgeHostnameId"])
    host["edgeHostnameId"] = prefixed("ehn", host["edgeHostnameId"])
    certificates, mtls = host.get("ccmCertificates"), host.get("mtls")
    if isinstance(certificates, dict):
        _fill(certificates, **certificate_links(certificates))
    if isinstance(mtls, dict) and mtls.get("caSetId") is not None:
        mtls["caSetId"] = str(mtls["caSetId"])
        _fill(mtls, caSetLink=CA_SET_LINK.format(mtls["caSetId"]), checkClientOcsp=False, sendCaSetClient=False)


def _complete_activation(prop: Document, entry: Document, now: str) -> None:
    _fill(
        entry,
        propertyVersion=prop["latestVersion"],
        network="STAGING",
        activationType="ACTIVATE",
        status="ACTIVE",
        note="",
        notifyEmails=["ops@example.com"],
    )
    for member in ("submitDate", "updateDate"):
        entry[member] = _time(entry.get(member), now)


def _agree(account: Account, prop: Document, network: str, now: str) -> None:
    """Version statuses, the property's active version and the activation list say the same, whichever the seed gave."""
    member, status = ACTIVE_MEMBER[network], STATUS_MEMBER[network]
    if member not in prop:
        claims = [version["propertyVersion"] for version in prop["versions"] if version.get(status) == "ACTIVE"]
        prop[member] = max(claims) if claims else _active_by_list(prop, network)
    number = prop[member]
    if number is not None and version_of(prop, number) is None:
        number = prop[member] = None
    for version in prop["versions"]:
        if version["propertyVersion"] == number:
            if version.get(status) not in ("ACTIVE", "PENDING_DEACTIVATION"):
                version[status] = "ACTIVE"
        elif version.get(status, "ACTIVE") == "ACTIVE":
            version[status] = "INACTIVE"
    for entry in prop["activations"]:
        if (entry["network"], entry["activationType"], entry["status"]) == (network, "ACTIVATE", "ACTIVE") and (
            entry["propertyVersion"] != number
        ):
            entry["status"] = "INACTIVE"
    if number is not None and not any(
        entry["propertyVersion"] == number and entry["network"] == network and entry["status"] == "ACTIVE"
        for entry in prop["activations"]
    ):
        entry = {"propertyVersion": number, "network": network, "submitDate": now, "updateDate": now}
        _number(account, [entry], "activationId", "atv", 500001)
        _complete_activation(prop, entry, now)
        prop["activations"].append(entry)


def _active_by_list(prop: Document, network: str) -> int | None:
    """The list's own account (papi-v1.md 12.5): the newest entry that reached the network."""
    reached = [
        entry
        for entry in prop["activations"]
        if entry["network"] == network and entry["status"] in ("ACTIVE", "DEACTIVATED")
    ]
    newest = max(reached, key=lambda entry: entry["updateDate"], default=None)
    if newest is None or newest["activationType"] != "ACTIVATE" or newest["status"] != "ACTIVE":
        return None
    return int(newest["propertyVersion"])
