# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host names of a property version (papi-v1.md 11)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..core import Call, Document, Reply
from .assets import covers
from .body import check_etag, flag, parse, parse_object
from .ids import Names, bare, prefixed, same
from .model import check_editable, edge_hostname, envelope, find, items, property_of, touched, version_in
from .problems import refuse, type_uri

HOSTS_PER_PROPERTY = 1000
DEFAULT_CERTS_PER_CONTRACT = 100
PROVISIONING = ("CPS_MANAGED", "DEFAULT", "CCM")
CCM_MEMBERS = ("ccmCertificates", "mtls", "tlsConfiguration")
PLAIN_MEMBERS = ("cnameType", "cnameFrom", "cnameTo", "edgeHostnameId", "certProvisioningType")
HOSTNAME = re.compile(
    r"(?=.{1,253}$)(\*\.)?([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
CA_SET_LINK = "/mtls-edge-truststore/v2/ca-sets/{}"
CERTIFICATE_LINK = "/ccm/v1/certificates/{}"


def get_hostnames(call: Call) -> Reply:
    prop = property_of(call)
    return _answer(call, prop, version_in(call, prop))


def put_hostnames(call: Call) -> Reply:
    prop, version = _editable(call)
    sent = parse(call)
    check_etag(call, version["etag"])
    if not isinstance(sent, list):
        raise refuse(call, "json-mapping-error", "The request body must be an array of host names.")
    return _store(call, prop, version, [_read(call, item) for item in sent])


def patch_hostnames(call: Call) -> Reply:
    """{"add": [items], "remove": [host names]}; an added host name that is there already is replaced in its place."""
    prop, version = _editable(call)
    body = parse_object(call)
    check_etag(call, version["etag"])
    add, remove = ([] if body.get(name) is None else body[name] for name in ("add", "remove"))
    if not isinstance(add, list) or not isinstance(remove, list) or not all(isinstance(name, str) for name in remove):
        raise refuse(call, "json-mapping-error", "add and remove must be arrays, remove one of host names.")
    gone = {name.lower() for name in remove}
    absent = gone - {host["cnameFrom"].lower() for host in version["hostnames"]}
    if absent and call.emulator.switch("papi_remove_absent_hostname") == "refuse":
        raise refuse(call, "hostname/not-found", f"Not on this version: {', '.join(sorted(absent))}."[:300])
    added = [_read(call, item) for item in add]
    _check_distinct(call, added)
    new = {host["cnameFrom"].lower(): host for host in added}
    kept = [
        new.pop(host["cnameFrom"].lower(), host)
        for host in version["hostnames"]
        if host["cnameFrom"].lower() not in gone or host["cnameFrom"].lower() in new
    ]
    return _store(call, prop, version, [*kept, *new.values()])


def _editable(call: Call) -> tuple[Document, Document]:
    prop = property_of(call)
    version = version_in(call, prop)
    if prop.get("propertyType") == "HOSTNAME_BUCKET":
        raise refuse(call, "hostname/bucket")
    check_editable(call, prop, version)
    return prop, version


def _check_distinct(call: Call, hosts: list[Document]) -> None:
    names = [host["cnameFrom"].lower() for host in hosts]
    twice = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
    if twice is not None:
        raise refuse(call, "hostname/duplicate-cnamefrom", f"The host name {twice} stands more than once in the list.")


def _store(call: Call, prop: Document, version: Document, hosts: list[Document]) -> Reply:
    _check_distinct(call, hosts)
    _check_limit(call, "HOSTS_PER_PROPERTY", prop["propertyId"], len(hosts), HOSTS_PER_PROPERTY)
    wanted = _default_names(call, prop["contractId"]) | _default(hosts)
    _check_limit(call, "DEFAULT_CERTS_PER_CONTRACT", prop["contractId"], len(wanted), DEFAULT_CERTS_PER_CONTRACT)
    for name in ("validateHostnames", "includeCertStatus"):
        flag(call, name, False)
    changed = hosts != version["hostnames"]
    version["hostnames"] = hosts
    touched(call, version, changed=changed)
    return _answer(call, prop, version)


def _check_limit(call: Call, key: str, holder: str, wanted: int, limit: int) -> None:
    if wanted > limit:
        raise refuse(call, "limit-exceeded", limitKey=key, instanceKey=bare(holder), limit=limit, remaining=0)


def _default(hosts: list[Document]) -> set[str]:
    return {host["cnameFrom"].lower() for host in hosts if host["certProvisioningType"] == "DEFAULT"}


def _default_names(call: Call, contract: str) -> set[str]:
    """The host names of the contract that have a default certificate, on whichever version."""
    versions = (
        version
        for prop in items(call.account, "properties")
        if same(prop["contractId"], contract)
        for version in prop["versions"]
    )
    return set().union(*(_default(version["hostnames"]) for version in versions))


# --- one item --------------------------------------------------------------------------------------------------------


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_ca_set_id(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value) is not None


Checks = Mapping[str, Callable[[Any], bool]]
NESTED: dict[str, Checks] = {
    "ccmCertificates": dict.fromkeys(("rsaCertId", "ecdsaCertId"), _is_text),
    "mtls": {"caSetId": _is_ca_set_id, "checkClientOcsp": _is_flag, "sendCaSetClient": _is_flag},
    "tlsConfiguration": {
        "cipherProfile": _is_text,
        "disallowedTlsVersions": _is_texts,
        "stapleServerOcspResponse": _is_flag,
        "fipsMode": _is_flag,
    },
}


def _read(call: Call, item: Any) -> Document:
    """One host name as it is stored; members that only answers have, and unknown ones, are left out."""
    if not isinstance(item, dict):
        raise refuse(call, "json-mapping-error", "A host name must be an object.")
    host = {name: item[name] for name in (*PLAIN_MEMBERS, *CCM_MEMBERS) if item.get(name) is not None}
    for name in PLAIN_MEMBERS:
        if not isinstance(host.get(name, ""), str):
            raise refuse(call, "json-mapping-error", f"The field {name} must be a string.")
    if not host.get("cnameFrom"):
        raise refuse(call, "missing-request-body-field", "The field cnameFrom is required.")
    if not HOSTNAME.fullmatch(host["cnameFrom"]):
        raise refuse(call, "hostname/bad-cnamefrom")
    if host.setdefault("cnameType", "EDGE_HOSTNAME") != "EDGE_HOSTNAME":
        raise refuse(call, "hostname/unsupported-cnametype")
    if host.setdefault("certProvisioningType", "CPS_MANAGED") not in PROVISIONING:
        raise refuse(call, "json-mapping-error", f"certProvisioningType takes one of {', '.join(PROVISIONING)}.")
    _resolve_edge_hostname(call, host)
    if host["certProvisioningType"] == "DEFAULT" and call.emulator.switch("papi_default_certs") == "unavailable":
        raise refuse(call, "hostname/default-cert-unavailable")
    _check_ccm(call, host)
    return host


def _resolve_edge_hostname(call: Call, host: Document) -> None:
    """Both names of the edge host name, from the one that was sent."""
    domain, number = host.get("cnameTo"), host.get("edgeHostnameId")
    if not domain and not number:
        raise refuse(call, "hostname/missing-cnameto-or-edgehostnameid")
    by_domain = edge_hostname(call.account, domain) if domain else None
    by_number = find(call.account, "edge_hostnames", "edgeHostnameId", number) if number else None
    if (domain and by_domain is None) or (number and by_number is None):
        raise refuse(call, "hostname/bad-cnameto", f"The edge hostname {domain or number} does not exist.")
    if by_domain and by_number and by_domain is not by_number:
        raise refuse(call, "hostname/edgehostname-mismatch")
    known = by_domain or by_number or {}
    host["cnameTo"] = known["edgeHostnameDomain"]
    host["edgeHostnameId"] = prefixed("ehn", known["edgeHostnameId"])


def _check_ccm(call: Call, host: Document) -> None:
    for member in CCM_MEMBERS:
        value = host.get(member)
        if value is None:
            continue
        if host["certProvisioningType"] != "CCM":
            raise refuse(call, "hostname/ccm-only")
        if not isinstance(value, dict):
            raise refuse(call, "json-mapping-error", f"The field {member} must be an object.")
        for name, check in NESTED[member].items():
            if value.get(name) is not None and not check(value[name]):
                raise refuse(call, "json-mapping-error", f"The field {member}.{name} has the wrong type or value.")
        host[member] = {name: value[name] for name in NESTED[member] if value.get(name) is not None}
    if host["certProvisioningType"] != "CCM":
        return
    certificates = host.get("ccmCertificates") or {}
    if not (certificates.get("rsaCertId") or certificates.get("ecdsaCertId")):
        raise refuse(call, "hostname/missing-ccm-certificate")
    host["ccmCertificates"] = certificates | certificate_links(certificates)
    mtls = host.get("mtls")
    if mtls is not None:
        if mtls.get("caSetId") is None:
            raise refuse(call, "missing-request-body-field", "The field mtls.caSetId is required.")
        if call.emulator.switch("papi_ccm_ca_set") == "check" and not _ca_set_exists(call, mtls["caSetId"]):
            raise refuse(call, "hostname/unknown-ca-set")
        host["mtls"] = (
            {"checkClientOcsp": False, "sendCaSetClient": False}
            | mtls
            | {"caSetLink": CA_SET_LINK.format(mtls["caSetId"])}
        )


def certificate_links(certificates: Document) -> Document:
    """The links beside the ids of `ccmCertificates`."""
    return {
        f"{kind}CertLink": CERTIFICATE_LINK.format(certificates[f"{kind}CertId"])
        for kind in ("rsa", "ecdsa")
        if certificates.get(f"{kind}CertId")
    }


def _ca_set_exists(call: Call, ca_set_id: str) -> bool:
    from ..mets.links import active_networks  # the rooms know each other at run time only

    return active_networks(call.account, ca_set_id) is not None


# --- answers ---------------------------------------------------------------------------------------------------------


def _answer(call: Call, prop: Document, version: Document) -> Reply:
    names = Names(call)
    statuses = flag(call, "includeCertStatus", False)
    document = {
        **envelope(call, prop, names),
        "propertyVersion": version["propertyVersion"],
        "etag": version["etag"],
        "hostnames": {"items": [_shown(names, host, statuses=statuses) for host in version["hostnames"]]},
    }
    if flag(call, "validateHostnames", False):
        document |= {"errors": errors} if (errors := _uncovered(call, version)) else {}
    headers = {"ETag": f'"{version["etag"]}"'}
    for name, limit, used in (
        ("Hosts-Per-Property", HOSTS_PER_PROPERTY, len(version["hostnames"])),
        ("Default-Certs-Per-Contract", DEFAULT_CERTS_PER_CONTRACT, len(_default_names(call, prop["contractId"]))),
    ):
        if name != "Default-Certs-Per-Contract" or _default(version["hostnames"]):
            headers |= {f"X-Limit-{name}-Limit": str(limit), f"X-Limit-{name}-Remaining": str(max(0, limit - used))}
    return Reply(200, document, headers)


def _shown(names: Names, host: Document, *, statuses: bool) -> Document:
    shown = host if names.prefixes else {**host, "edgeHostnameId": names("ehn", host["edgeHostnameId"])}
    if statuses and host["certProvisioningType"] == "DEFAULT":
        domain = host["cnameFrom"].removeprefix("*.")
        shown = {
            **shown,
            "certStatus": {
                "validationCname": {
                    "hostname": f"_acme-challenge.{domain}",
                    "target": f"ac.{domain}.validate-akdv.net",
                },
                "staging": [{"status": "PENDING"}],
                "production": [{"status": "PENDING"}],
            },
        }
    if statuses and host["certProvisioningType"] == "CCM":
        certificates = host.get("ccmCertificates") or {}
        shown = {
            **shown,
            "ccmCertStatus": {
                f"{kind}{network}Status": "DEPLOYED"
                for kind in ("rsa", "ecdsa")
                if certificates.get(f"{kind}CertId")
                for network in ("Staging", "Production")
            },
        }
    return shown


def _uncovered(call: Call, version: Document) -> list[Document]:
    """Host names that the certificate behind their edge host name does not name."""
    enrollments = {str(item.get("id")): item for item in items(call.account, "enrollments")}
    errors: list[Document] = []
    for at, host in enumerate(version["hostnames"]):
        edge = find(call.account, "edge_hostnames", "edgeHostnameId", host["edgeHostnameId"]) or {}
        enrollment = enrollments.get(str(edge.get("certEnrollmentId")))
        if host["certProvisioningType"] == "CPS_MANAGED" and enrollment and not covers(enrollment, host["cnameFrom"]):
            errors.append(
                {
                    "type": type_uri("papi/v0/validation/hostnames.certificate_does_not_cover"),
                    "errorLocation": f"#/hostnames/items/{at}/cnameFrom",
                    "detail": f"The certificate of `{host['cnameTo']}` does not cover `{host['cnameFrom']}`.",
                }
            )
    return errors
