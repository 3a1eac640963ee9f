# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An enrollment: what a request sets, what the server fills in, what a GET shows (cps-v2.md section 4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from ..core import Document, Emulator
from . import certificates, schema, times
from .exchange import link

# In the document, never in a GET.
INTERNAL = frozenset({"contractId", "deployed", "changes", "history", "certificateHistory", "verificationWarnings"})
# The server's own: a request may carry them, they are ignored.
READ_ONLY = frozenset(
    {
        "id",
        "location",
        "assignedSlots",
        "productionSlots",
        "stagingSlots",
        "maxAllowedSanNames",
        "maxAllowedWildcardSanNames",
        "pendingChanges",
    }
)
# A difference in one of these needs a new certificate.
CERTIFICATE_MEMBERS = (
    "csr",
    "ra",
    "validationType",
    "certificateType",
    "certificateChainType",
    "signatureAlgorithm",
    "enableMultiStackedCertificates",
    "thirdParty",
)
RENEWAL_WINDOW_DAYS = {"ev": 90, "ov": 60, "dv": 20}
VALIDITY_DAYS = {"dv": 90}
DEFAULT_VALIDITY_DAYS = 397

DEFAULTS: dict[str, Any] = {
    "certificateChainType": "default",
    "signatureAlgorithm": "SHA-256",
    "adminContact": None,
    "techContact": None,
    "org": None,
    "orgId": None,
    "thirdParty": None,
}
DEFAULTS_THIRD_PARTY = DEFAULTS | {"signatureAlgorithm": None, "thirdParty": {"excludeSans": False}}
DEFAULTS_OF: dict[str, Mapping[str, Any]] = {
    "csr": {"c": None, "st": None, "l": None, "o": None, "ou": None, "preferredTrustChain": None, "sans": []},
    "networkConfiguration": {
        "mustHaveCiphers": "ak-akamai-default",
        "preferredCiphers": "ak-akamai-default",
        "fipsMode": False,
        "ocspStapling": "not-set",
        "disallowedTlsVersions": [],
        "dnsNameSettings": None,
        "clientMutualAuthentication": None,
    },
    "adminContact": dict.fromkeys(schema.CONTACT_MEMBERS),
    "techContact": dict.fromkeys(schema.CONTACT_MEMBERS),
    "org": dict.fromkeys(schema.ORG_MEMBERS),
}


def fill(document: Document) -> None:
    """Give every optional member that is left out its default; null stays null."""
    third_party = document["validationType"] == "third-party"
    fill_from(document, DEFAULTS_THIRD_PARTY if third_party else DEFAULTS)
    for name, members in DEFAULTS_OF.items():
        if document[name] is not None:
            fill_from(document[name], members)
    fill_binding(document["networkConfiguration"])


def fill_from(document: Document, defaults: Mapping[str, Any]) -> None:
    for name, value in defaults.items():
        if name not in document:
            document[name] = deepcopy(value)


def fill_binding(network: Document) -> None:
    """Both options of a binding are never null or absent in a GET (clients.md 3)."""
    binding = network.get("clientMutualAuthentication")
    if binding is not None:
        options = binding.get("authenticationOptions") or {}
        ocsp = options.get("ocsp") or {}
        options["sendCaListToClient"] = bool(options.get("sendCaListToClient"))
        options["ocsp"] = ocsp | {"enabled": bool(ocsp.get("enabled"))}
        binding.setdefault("setId", None)
        binding["authenticationOptions"] = options


def requested(body: Document) -> Document:
    """What a POST or PUT asks for: the server's own members out, defaults in."""
    wanted = {name: deepcopy(value) for name, value in body.items() if name not in READ_ONLY}
    fill(wanted)
    return wanted


def replace(enrollment: Document, wanted: Document) -> None:
    """PUT replaces: whatever of the old request the new one does not carry is gone."""
    for name in [name for name in enrollment if name not in INTERNAL and name not in READ_ONLY]:
        del enrollment[name]
    enrollment.update(wanted)
    if not enrollment.get("autoRenewalStartTime"):
        enrollment["autoRenewalStartTime"] = renewal_start(enrollment)


def certificate_request(document: Mapping[str, Any]) -> Document:
    return {name: deepcopy(document.get(name)) for name in CERTIFICATE_MEMBERS}


def set_id(network: Mapping[str, Any] | None) -> str | None:
    """The bound CA set of a network configuration."""
    binding = (network or {}).get("clientMutualAuthentication") or {}
    value: str | None = binding.get("setId")
    return value


def deployed(enrollment: Mapping[str, Any], network: str) -> Document | None:
    found: Document | None = enrollment["deployed"].get(network)
    return found


def is_deployed(enrollment: Mapping[str, Any]) -> bool:
    return any(enrollment["deployed"].values())


def expiry(enrollment: Mapping[str, Any]) -> dt.datetime | None:
    """When the certificate in use expires: production's, else staging's."""
    for network in ("production", "staging"):
        certificate = (deployed(enrollment, network) or {}).get("primaryCertificate")
        if certificate:
            return times.read(certificate["expiry"])
    return None


def renewal_opens(enrollment: Mapping[str, Any]) -> dt.datetime | None:
    """When the renewal window opens; None without a certificate, and for third-party, which CPS does not renew."""
    end, days = expiry(enrollment), RENEWAL_WINDOW_DAYS.get(enrollment["validationType"])
    return None if end is None or days is None else end - dt.timedelta(days=days)


def renewal_start(enrollment: Mapping[str, Any]) -> str | None:
    opens = renewal_opens(enrollment)
    return None if opens is None else times.show(opens)


def validity(enrollment: Mapping[str, Any]) -> dt.timedelta:
    return dt.timedelta(days=VALIDITY_DAYS.get(enrollment["validationType"], DEFAULT_VALIDITY_DAYS))


def covers(enrollment: Mapping[str, Any], host_name: str) -> bool:
    """Whether common name or a SAN matches; a wildcard stands for one label."""
    wanted = host_name.lower()
    wildcard = "*." + wanted.partition(".")[2]
    return any(name.lower() in (wanted, wildcard) for name in certificates.host_names(enrollment["csr"]))


def shown(emulator: Emulator, enrollment: Mapping[str, Any], version: str, pending: list[Document]) -> Document:
    """The enrollment as a GET shows it. `version` is `v11` or `v12`, `pending` its unfinished changes, oldest first."""
    network = enrollment["networkConfiguration"]
    if version == "v11":
        network = {name: value for name, value in network.items() if name != "fipsMode"}
    number = enrollment["id"]
    body: Document = {"id": number, "location": link(emulator, number)}
    body.update((name, value) for name, value in enrollment.items() if name not in INTERNAL)
    body["networkConfiguration"] = network
    if enrollment["validationType"] != "third-party" and emulator.switch("cps_multi_stacked_shown") == "third-party":
        body.pop("enableMultiStackedCertificates", None)
    if any(change["changeType"] == "renewal" for change in pending):
        body["autoRenewalStartTime"] = None
    body["pendingChanges"] = [
        {"location": link(emulator, number, "changes", change["id"]), "changeType": change["changeType"]}
        for change in pending
    ]
    return body
