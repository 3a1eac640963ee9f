# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Edge host names and CP codes (clients.md 4), and which certificate covers a host name."""

from __future__ import annotations

from typing import Any

from ..core import Call, Document, Reply
from .body import integer_field, parse_object, query, text_field
from .ids import Names, prefixed, same, stamp
from .model import SUFFIXES, check_context, edge_hostname, find, items, scope
from .problems import refuse

IP_VERSIONS = ("IPV4", "IPV6_PERFORMANCE", "IPV6_COMPLIANCE")
EDGE_HOSTNAME_HIDDEN = frozenset(("certEnrollmentId", "slotNumber", "contractId", "groupId", "secureNetwork"))
CP_CODE_HIDDEN = frozenset(("contractId", "groupId", "description"))


def certificate_names(enrollment: Document) -> list[str]:
    """Common name and alternative names of an enrollment's certificate, in lower case."""
    csr = enrollment.get("csr")
    if not isinstance(csr, dict):
        return []
    sans = csr.get("sans")
    return [str(name).lower() for name in (csr.get("cn"), *(sans if isinstance(sans, list) else ())) if name]


def covers(enrollment: Document, hostname: str) -> bool:
    """Whether a certificate names a host; a wildcard stands for one label."""
    host = hostname.lower()
    parent = "*." + host.split(".", 1)[-1]
    return any(name in (host, parent) for name in certificate_names(enrollment))


def _list(call: Call, collection: str, shown: list[Document], contract: Any, group: Any) -> Reply:
    names = Names(call)
    return Reply(
        200,
        {
            "accountId": names.account(call),
            "contractId": names("ctr", contract),
            "groupId": names("grp", group),
            collection: {"items": shown},
        },
    )


def _one(call: Call, collection: str, member: str) -> Document:
    found = find(call.account, collection, member, next(iter(call.params.values())))
    if found is None:
        raise refuse(call, "not-found")
    check_context(call, found["contractId"], found["groupId"])
    return found


def _of_contract(call: Call, collection: str, contract: str) -> list[Document]:
    return [item for item in items(call.account, collection) if same(item["contractId"], contract)]


# --- edge host names -------------------------------------------------------------------------------------------------


def _shown_host(names: Names, host: Document) -> Document:
    return {
        **{name: value for name, value in host.items() if name not in EDGE_HOSTNAME_HIDDEN},
        "edgeHostnameId": names("ehn", host["edgeHostnameId"]),
        "productId": names("prd", host["productId"]),
    }


def list_edge_hostnames(call: Call) -> Reply:
    contract, group = scope(call)
    hosts = [_shown_host(Names(call), host) for host in _of_contract(call, "edge_hostnames", contract)]
    return _list(call, "edgeHostnames", hosts, contract, group)


def get_edge_hostname(call: Call) -> Reply:
    scoped = query(call, "contractId") is not None and query(call, "groupId") is not None
    contract, group = scope(call) if scoped else (None, None)
    found = find(call.account, "edge_hostnames", "edgeHostnameId", call.params["edgeHostnameId"])
    if found is None or (contract is not None and not same(found["contractId"], contract)):
        raise refuse(call, "not-found")
    shown = [_shown_host(Names(call), found)]
    return _list(call, "edgeHostnames", shown, found["contractId"], group or found["groupId"])


def create_edge_hostname(call: Call) -> Reply:
    contract, group = scope(call)
    body = parse_object(call)
    product = text_field(call, body, "productId")
    prefix = text_field(call, body, "domainPrefix") or ""
    suffix = text_field(call, body, "domainSuffix")
    addresses = text_field(call, body, "ipVersionBehavior") or ""
    network = text_field(call, body, "secureNetwork", required=False)
    if network is None:
        network = next((name for name, value in SUFFIXES.items() if value == suffix), "")
    if SUFFIXES.get(network) != suffix:
        raise refuse(
            call, "edgehostname/bad-request", f"domainSuffix {suffix} does not go with secureNetwork {network}."
        )
    if addresses not in IP_VERSIONS:
        raise refuse(call, "edgehostname/bad-request", f"ipVersionBehavior takes one of {', '.join(IP_VERSIONS)}.")
    if not prefix.isascii() or not 1 <= len(prefix) <= 200 or any(char.isspace() or char == "/" for char in prefix):
        raise refuse(call, "edgehostname/bad-request", "domainPrefix is no valid host name.")
    if find(call.account, "products", "productId", product) is None:
        raise refuse(call, "product-not-on-contract")
    host: Document = {
        "edgeHostnameDomain": f"{prefix}.{suffix}",
        "productId": prefixed("prd", product),
        "domainPrefix": prefix,
        "domainSuffix": suffix,
        "status": "CREATED",
        "secure": network == "ENHANCED_TLS",
        "ipVersionBehavior": addresses,
        "useCases": body.get("useCases") if isinstance(body.get("useCases"), list) else [],
        "contractId": prefixed("ctr", contract),
        "groupId": prefixed("grp", group),
        "secureNetwork": network,
    }
    if body.get("certEnrollmentId") is not None:
        host["certEnrollmentId"] = integer_field(call, body, "certEnrollmentId")
    if network == "ENHANCED_TLS":
        number = host.get("certEnrollmentId")
        if number is None:
            raise refuse(call, "edgehostname/bad-request", "ENHANCED_TLS needs certEnrollmentId.")
        if not any(item.get("id") == number for item in items(call.account, "enrollments")):
            raise refuse(call, "edgehostname/bad-request", f"The enrollment {number} does not exist.")
    if edge_hostname(call.account, host["edgeHostnameDomain"]):
        raise refuse(call, "edgehostname/in-use")
    host["edgeHostnameId"] = prefixed("ehn", call.account.next_id("ehn", 300001))
    items(call.account, "edge_hostnames").append(host)
    names = Names(call)
    link = names.link(f"edgehostnames/{names('ehn', host['edgeHostnameId'])}", contract, group)
    return Reply(201, {"edgeHostnameLink": link}, {"Location": link})


# --- CP codes --------------------------------------------------------------------------------------------------------


def _shown_code(names: Names, code: Document) -> Document:
    return {
        **{name: value for name, value in code.items() if name not in CP_CODE_HIDDEN},
        "cpcodeId": names("cpc", code["cpcodeId"]),
        "productIds": [names("prd", product) for product in code["productIds"]],
    }


def list_cp_codes(call: Call) -> Reply:
    contract, group = scope(call)
    codes = [_shown_code(Names(call), code) for code in _of_contract(call, "cp_codes", contract)]
    return _list(call, "cpcodes", codes, contract, group)


def get_cp_code(call: Call) -> Reply:
    code = _one(call, "cp_codes", "cpcodeId")
    return _list(call, "cpcodes", [_shown_code(Names(call), code)], code["contractId"], code["groupId"])


def create_cp_code(call: Call) -> Reply:
    contract, group = scope(call)
    body = parse_object(call)
    product = text_field(call, body, "productId")
    name = text_field(call, body, "cpcodeName") or ""
    if len(name) > 200:
        raise refuse(call, "cpcode/bad-name")
    if find(call.account, "products", "productId", product) is None:
        raise refuse(call, "product-not-on-contract")
    number = call.account.next_id("cpc", 400001)
    items(call.account, "cp_codes").append(
        {
            "cpcodeId": prefixed("cpc", number),
            "cpcodeName": name,
            "createdDate": stamp(call.now()),
            "productIds": [prefixed("prd", product)],
            "contractId": prefixed("ctr", contract),
            "groupId": prefixed("grp", group),
        }
    )
    names = Names(call)
    link = names.link(f"cpcodes/{names('cpc', number)}", contract, group)
    return Reply(201, {"cpcodeLink": link}, {"Location": link})
