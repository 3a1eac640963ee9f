# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The closed schemas of request bodies (cps-v2.md 4.1, 4.2, 6.3), as tables, and the one function that checks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str, ...]


class Violation(Exception):
    """A value that breaks its schema, and the place of it."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(f"{'.'.join(path) or 'body'}: {text}")
        self.pointer = "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in path)
        self.text = text


@dataclass(frozen=True, slots=True)
class Shape:
    """What a value may be. `members` closes an object, `item` types an array, `enum` lists the allowed strings."""

    types: tuple[type, ...]
    null: bool = True
    required: bool = False
    enum: tuple[str, ...] = ()
    item: Shape | None = None
    members: Mapping[str, Shape] = field(default_factory=dict)


NAMES = {str: "string", bool: "boolean", int: "integer", list: "array", dict: "object"}

TEXT = Shape((str,))
FLAG = Shape((bool,))
NUMBER = Shape((int,))
TEXTS = Shape((list,), item=Shape((str,), null=False))
NUMBERS = Shape((list,), item=Shape((int,), null=False))
MUST_FLAG = Shape((bool,), null=False, required=True)
MUST_TEXT = Shape((str,), null=False, required=True)


def choice(*enum: str) -> Shape:
    return Shape((str,), enum=enum)


def must_choice(*enum: str) -> Shape:
    return Shape((str,), null=False, required=True, enum=enum)


def closed(members: Mapping[str, Shape]) -> Shape:
    return Shape((dict,), members=members)


def must(members: Mapping[str, Shape]) -> Shape:
    return Shape((dict,), null=False, required=True, members=members)


ADDRESS = ("addressLineOne", "addressLineTwo", "city", "country", "phone", "postalCode", "region")
ORG_MEMBERS = ("name", *ADDRESS)
CONTACT_MEMBERS = ("firstName", "lastName", "email", "title", "organizationName", *ADDRESS)

BINDING = closed(
    {
        "setId": TEXT,
        "authenticationOptions": closed({"sendCaListToClient": FLAG, "ocsp": closed({"enabled": FLAG})}),
    }
)
NETWORK_V11: dict[str, Shape] = {
    "geography": must_choice("core", "china+core", "russia+core"),
    "secureNetwork": must_choice("enhanced-tls", "standard-tls"),
    "sniOnly": MUST_FLAG,
    "quicEnabled": MUST_FLAG,
    "mustHaveCiphers": TEXT,
    "preferredCiphers": TEXT,
    "disallowedTlsVersions": TEXTS,
    "ocspStapling": choice("on", "off", "not-set"),
    "dnsNameSettings": closed({"cloneDnsNames": MUST_FLAG, "dnsNames": TEXTS}),
    "clientMutualAuthentication": BINDING,
}
CSR = dict.fromkeys(("c", "st", "l", "o", "ou", "preferredTrustChain"), TEXT) | {"cn": MUST_TEXT, "sans": TEXTS}
PENDING = closed(
    {"location": MUST_TEXT, "changeType": choice("new-certificate", "modify-certificate", "modify-san", "renewal")}
)


def enrollment(network: Mapping[str, Shape]) -> Shape:
    return must(
        {
            "id": Shape((int, str)),
            "location": TEXT,
            "ra": must_choice("symantec", "lets-encrypt", "third-party"),
            "validationType": must_choice("dv", "ev", "ov", "third-party"),
            "certificateType": must_choice("san", "single", "wildcard", "wildcard-san", "third-party"),
            "certificateChainType": choice("default", "symantec1kroot"),
            "signatureAlgorithm": choice("SHA-1", "SHA-256"),
            "changeManagement": MUST_FLAG,
            "csr": must(CSR),
            "enableMultiStackedCertificates": MUST_FLAG,
            "networkConfiguration": must(network),
            "adminContact": closed(dict.fromkeys(CONTACT_MEMBERS, TEXT)),
            "techContact": closed(dict.fromkeys(CONTACT_MEMBERS, TEXT)),
            "org": closed(dict.fromkeys(ORG_MEMBERS, TEXT)),
            "orgId": NUMBER,
            "thirdParty": closed({"excludeSans": MUST_FLAG}),
            "autoRenewalStartTime": TEXT,
            "maxAllowedSanNames": NUMBER,
            "maxAllowedWildcardSanNames": NUMBER,
            "assignedSlots": NUMBERS,
            "productionSlots": NUMBERS,
            "stagingSlots": NUMBERS,
            "pendingChanges": Shape((list,), item=Shape((dict,), null=False, members=PENDING.members)),
        }
    )


DEPLOYMENT = closed({"networkConfiguration": closed(NETWORK_V11 | {"fipsMode": FLAG})})
CHANGE = closed(
    {
        "id": Shape((int,)),
        "kind": choice("network", "certificate", "removal"),
        "changeType": PENDING.members["changeType"],
        "status": TEXT,
        "state": choice("new", "running", "awaiting-input", "suspended", "completed", "cancelled", "error"),
        "due": TEXT,
        "script": TEXTS,
        "deploymentSchedule": closed({"notBefore": TEXT, "notAfter": TEXT}),
    }
)

# What a seed's enrollment holds beyond a request body.
SEED = closed(
    dict(enrollment(NETWORK_V11 | {"fipsMode": FLAG}).members)
    | {
        "contractId": TEXT,
        "deployed": closed({"staging": DEPLOYMENT, "production": DEPLOYMENT}),
        "changes": Shape((list,), item=CHANGE),
        "history": Shape((list,), item=Shape((dict,))),
        "certificateHistory": Shape((list,), item=Shape((dict,))),
        "verificationWarnings": closed({"pre": TEXT, "post": TEXT}),
    }
)

KEY_ALGORITHM = must_choice("RSA", "ECDSA")
ACKNOWLEDGEMENT = must_choice("acknowledge", "deny")

BODIES: dict[str, Shape] = {
    "enrollment.v11": enrollment(NETWORK_V11),
    "enrollment.v12": enrollment(NETWORK_V11 | {"fipsMode": FLAG}),
    "deployment-schedule.v1": must({"notBefore": TEXT, "notAfter": TEXT}),
    "acknowledgement.v1": must({"acknowledgement": ACKNOWLEDGEMENT}),
    "acknowledgement-with-hash.v1": must({"acknowledgement": ACKNOWLEDGEMENT, "hash": MUST_TEXT}),
    "certificate-and-trust-chain.v2": must(
        {
            "certificatesAndTrustChains": Shape(
                (list,),
                null=False,
                required=True,
                item=Shape(
                    (dict,),
                    null=False,
                    members={"certificate": MUST_TEXT, "trustChain": TEXT, "keyAlgorithm": KEY_ALGORITHM},
                ),
            )
        }
    ),
}


def check(value: Any, shape: Shape, known: Any = None, path: Path = (), *, partial: bool = False) -> None:
    """Raise `Violation` unless `value` fits `shape`.

    `known` is what the server holds at the same place: members it has there beyond the schema (a seed may bring some)
    are known to it and may be sent back. `partial` is for seeds: nothing is required and objects are open.
    """
    if value is None and (shape.null or partial):
        return
    if not isinstance(value, shape.types) or (isinstance(value, bool) and bool not in shape.types):
        raise Violation(path, f"must be {' or '.join(NAMES[kind] for kind in shape.types)}")
    if shape.enum and value not in shape.enum:
        raise Violation(path, f"must be one of {', '.join(shape.enum)}")
    if isinstance(value, list) and shape.item is not None:
        for index, item in enumerate(value):
            check(item, shape.item, None, (*path, str(index)), partial=partial)
    if isinstance(value, dict) and shape.members:
        held: dict[str, Any] = known if isinstance(known, dict) else {}
        missing = () if partial else (name for name, m in shape.members.items() if m.required and name not in value)
        for name in missing:
            raise Violation((*path, name), "is required")
        for name, item in value.items():
            member = shape.members.get(name)
            if member is not None:
                check(item, member, held.get(name), (*path, name), partial=partial)
            elif name not in held and not partial:
                raise Violation((*path, name), "is not a member of this object")
