# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account's properties as they stand in its document: finding, guarding and stamping them (papi-v1.md 18)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from ..core import Account, Call, Document, Refusal
from .body import query
from .ids import Names, absolute, bare, same, stamp
from .problems import refuse

NETWORKS = ("STAGING", "PRODUCTION")
STATUS_MEMBER = {"STAGING": "stagingStatus", "PRODUCTION": "productionStatus"}
ACTIVE_MEMBER = {"STAGING": "stagingVersion", "PRODUCTION": "productionVersion"}
OPEN = frozenset(("NEW", "PENDING", "ZONE_1", "ZONE_2", "ZONE_3", "PENDING_DEACTIVATION", "PENDING_CANCELLATION"))
SUFFIXES = {"ENHANCED_TLS": "edgekey.net", "STANDARD_TLS": "edgesuite.net", "SHARED_CERT": "akamaized.net"}
DIGITS = re.compile(r"[0-9]{1,18}")

# Members of a property and of a version that no GET of theirs shows.
PROPERTY_HIDDEN = frozenset(("versions", "activations", "createdDate"))
VERSION_HIDDEN = frozenset(("rules", "originalRules", "hostnames"))


def items(account: Account, name: str) -> list[Document]:
    """A collection of the account's document, made when it is not there."""
    found = account.document.setdefault(name, [])
    return found if isinstance(found, list) else []


def find(account: Account, collection: str, member: str, wanted: Any) -> Document | None:
    for item in items(account, collection):
        if same(item.get(member), wanted):
            return item
    return None


def edge_hostname(account: Account, domain: str) -> Document | None:
    for host in items(account, "edge_hostnames"):
        if str(host.get("edgeHostnameDomain")).lower() == domain.lower():
            return host
    return None


def version_of(prop: Document, number: int) -> Document | None:
    for version in prop["versions"]:
        if version["propertyVersion"] == number:
            return version  # type: ignore[no-any-return]
    return None


def active_version(prop: Document, network: str) -> Document | None:
    number = prop.get(ACTIVE_MEMBER[network])
    return version_of(prop, number) if number is not None else None


def open_activations(prop: Document, network: str | None = None) -> Iterator[Document]:
    for entry in prop["activations"]:
        if entry["status"] in OPEN and network in (None, entry["network"]):
            yield entry


# --- from a call to a property -------------------------------------------------------------------------------------


def check_context(call: Call, contract: Any, group: Any) -> None:
    """403 when the call names another contract or group than the thing belongs to."""
    for name, right in (("contractId", contract), ("groupId", group)):
        sent = query(call, name)
        if sent is not None and not same(sent, right):
            raise refuse(call, "forbidden")


def property_of(call: Call) -> Document:
    """The property that the path names, within the contract and group of the query (papi-v1.md 1.4)."""
    wanted = bare(call.params["propertyId"])
    found = find(call.account, "properties", "propertyId", wanted) if DIGITS.fullmatch(wanted) else None
    if found is None:
        missing = call.emulator.switch("papi_unknown_property")
        raise refuse(call, "forbidden" if missing == "403" else "not-found")
    check_context(call, found["contractId"], found["groupId"])
    mode = call.emulator.switch("papi_context")
    if mode != "optional" and (query(call, "contractId") is None or query(call, "groupId") is None):
        if mode == "required":
            raise refuse(call, "problem-extracting-contract-group")
        raise _redirect(call, found)
    return found


def _redirect(call: Call, prop: Document) -> Refusal:
    names = Names(call)
    link = f"{call.path}?groupId={names('grp', prop['groupId'])}&contractId={names('ctr', prop['contractId'])}"
    return Refusal(
        302, {"redirectLink": link}, headers={"Location": absolute(call, link)}, content_type="application/json"
    )


def version_in(call: Call, prop: Document) -> Document:
    text = call.params["propertyVersion"]
    found = version_of(prop, int(text)) if DIGITS.fullmatch(text) else None
    if found is None:
        raise refuse(call, "property-version/not-found")
    return found


def scope(call: Call) -> tuple[str, str]:
    """Contract and group of a call that needs both (bare): 400 when one is missing, 403 when the account lacks one."""
    contract, group = query(call, "contractId"), query(call, "groupId")
    if contract is None or group is None:
        raise refuse(call, "problem-extracting-contract-group")
    known = find(call.account, "groups", "groupId", group)
    if find(call.account, "contracts", "contractId", contract) is None or known is None:
        raise refuse(call, "forbidden")
    if not any(same(item, contract) for item in known.get("contractIds") or [contract]):
        raise refuse(call, "forbidden")
    return bare(contract), bare(group)


def envelope(call: Call, prop: Document, names: Names, *, name: bool = True) -> Document:
    """The members that most answers about a property begin with."""
    head = {
        "accountId": names.account(call),
        "contractId": names("ctr", prop["contractId"]),
        "groupId": names("grp", prop["groupId"]),
        "propertyId": names("prp", prop["propertyId"]),
        "propertyName": prop["propertyName"],
        "assetId": names("aid", prop["assetId"]),
    }
    if not name:
        for member in ("propertyId", "propertyName", "assetId"):
            del head[member]
    return head


# --- writing ---------------------------------------------------------------------------------------------------------


def new_etag(account: Account) -> str:
    """40 hex digits never given before in this account."""
    return hashlib.sha1(f"{account.id}/{account.next_id('etag', 1)}".encode(), usedforsecurity=False).hexdigest()


def frozen_by(call: Call, prop: Document, version: Document) -> str | None:
    """The kind of refusal for a write to a version that was activated or is being activated (papi-v1.md 5.5)."""
    lenient = call.emulator.switch("papi_aborted_version") == "editable"
    for entry in prop["activations"]:
        if entry["propertyVersion"] != version["propertyVersion"] or entry["activationType"] != "ACTIVATE":
            continue
        if entry["status"] in OPEN and call.emulator.switch("papi_pending_version") == "409":
            return "resource-busy"
        if not (lenient and entry["status"] in ("ABORTED", "FAILED")):
            return "already-activated-version"
    return None


def check_editable(call: Call, prop: Document, version: Document) -> None:
    kind = frozen_by(call, prop, version)
    if kind is not None:
        raise refuse(call, kind)


def touched(call: Call, version: Document, *, changed: bool) -> None:
    """A write to a version has been carried out: new etag, new update date."""
    if changed or call.emulator.switch("papi_identical_write") == "new_etag":
        version["etag"] = new_etag(call.account)
    version["updatedDate"] = stamp(call.now())
    version["updatedByUser"] = call.user


def default_rules() -> Document:
    """The tree of a new property: what has to be filled in is reported as errors."""
    return {
        "name": "default",
        "children": [],
        "behaviors": [{"name": "origin", "options": {"originType": "CUSTOMER"}}, {"name": "cpCode", "options": {}}],
        "criteria": [],
        "options": {"is_secure": False},
        "variables": [],
    }
