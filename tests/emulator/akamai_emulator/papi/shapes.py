# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What PAPI operations take, as JSON Schema (papi-v1.md 2, clients.md 4). Objects are open: unknown members are ignored."""

from __future__ import annotations

from collections.abc import Mapping

from ..core import Document, Shape
from .activations import COMPLIANCE, FLAGS
from .assets import IP_VERSIONS
from .hostnames import PROVISIONING
from .model import NETWORKS, SUFFIXES
from .properties import SEARCHES

TEXT: Document = {"type": "string"}
FLAG: Document = {"type": "boolean"}
NUMBER: Document = {"type": "integer", "minimum": 1}
TEXTS: Document = {"type": "array", "items": TEXT}


def members(required: tuple[str, ...], **properties: Document) -> Document:
    return {"type": "object", "required": list(required), "properties": properties}


HOST = members(
    ("cnameFrom",),
    **dict.fromkeys(("cnameFrom", "cnameTo", "edgeHostnameId"), TEXT),
    cnameType={"enum": ["EDGE_HOSTNAME"]},
    certProvisioningType={"enum": list(PROVISIONING)},
    ccmCertificates=members((), rsaCertId=TEXT, ecdsaCertId=TEXT),
    mtls=members(("caSetId",), caSetId=TEXT, checkClientOcsp=FLAG, sendCaSetClient=FLAG),
)
FEATURES: Document = {"type": "array", "items": members(("name", "options"), name=TEXT, options={"type": "object"})}
CHILD = members(
    ("name",),
    name=TEXT,
    criteriaMustSatisfy={"enum": ["all", "any"]},
    criteria=FEATURES,
    behaviors=FEATURES,
    comments=TEXT,
)
TREE = members(
    ("name", "behaviors"), name={"enum": ["default"]}, behaviors=FEATURES, children={"type": "array", "items": CHILD}
)
STEP = members(
    ("op", "path"),
    op={"enum": ["add", "remove", "replace", "move", "copy", "test"]},
    path=TEXT,
    value={},
    **{"from": TEXT},
)
RULES = members(("rules",), rules=TREE, comments=TEXT, etag=TEXT)
BODIES: Mapping[str, Mapping[str, Document]] = {
    "put-client-settings": {"application/json": members((), ruleFormat=TEXT, usePrefixes=FLAG, upgradeRules=FLAG)},
    "find-by-value": {
        "application/json": {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "properties": dict.fromkeys(SEARCHES, TEXT),
        }
    },
    "create-property": {
        "application/json": members(
            ("productId", "propertyName"),
            **dict.fromkeys(("productId", "propertyName", "ruleFormat"), TEXT),
            cloneFrom=members(
                ("propertyId", "version"),
                propertyId=TEXT,
                version=NUMBER,
                cloneFromVersionEtag=TEXT,
                copyHostnames=FLAG,
            ),
            useHostnameBucket=FLAG,
        )
    },
    "create-version": {
        "application/json": members(("createFromVersion",), createFromVersion=NUMBER, createFromVersionEtag=TEXT)
    },
    "put-rules": {"application/json": RULES, "application/vnd.akamai.papirules.v2025-10-16+json": RULES},
    "patch-rules": {"application/json-patch+json": {"type": "array", "items": STEP}},
    "put-hostnames": {"application/json": {"type": "array", "items": HOST}},
    "patch-hostnames": {"application/json": members((), add={"type": "array", "items": HOST}, remove=TEXTS)},
    "create-activation": {
        "application/json": members(
            ("propertyVersion", "network", "notifyEmails"),
            propertyVersion=NUMBER,
            network={"enum": list(NETWORKS)},
            activationType={"enum": ["ACTIVATE", "DEACTIVATE"]},
            note=TEXT,
            notifyEmails={"type": "array", "minItems": 1, "items": {"type": "string", "format": "email"}},
            acknowledgeWarnings=TEXTS,
            complianceRecord=members(("noncomplianceReason",), noncomplianceReason={"enum": list(COMPLIANCE)}),
            **dict.fromkeys(FLAGS, FLAG),
        )
    },
    "create-edge-hostname": {
        "application/json": members(
            ("productId", "domainPrefix", "domainSuffix", "ipVersionBehavior"),
            productId=TEXT,
            domainPrefix=TEXT,
            domainSuffix={"enum": list(SUFFIXES.values())},
            secureNetwork={"enum": list(SUFFIXES)},
            ipVersionBehavior={"enum": list(IP_VERSIONS)},
            certEnrollmentId=NUMBER,
            slotNumber=NUMBER,
        )
    },
    "create-cp-code": {
        "application/json": members(
            ("productId", "cpcodeName"), productId=TEXT, cpcodeName={"type": "string", "minLength": 1, "maxLength": 200}
        )
    },
}
PLACE = {"contractId": TEXT, "groupId": TEXT}
JUDGED = {"validateRules": FLAG, "validateMode": {"enum": ["full", "fast"]}, "originalInput": FLAG}
SAVED = {**JUDGED, "dryRun": FLAG, "upgradeRules": FLAG}
LISTED = {"validateHostnames": FLAG, "includeCertStatus": FLAG}
QUERIES: Mapping[str, Mapping[str, Document]] = {
    **{key: {} for key in ("get-groups", "get-contracts", "get-client-settings", "put-client-settings")},
    **{key: {} for key in ("get-rule-formats", "find-by-value")},
    "get-products": {"contractId": TEXT},
    "list-properties": {
        **PLACE,
        "modifiedSince": {"type": "string", "format": "duration"},
        "modifiedNetwork": {"enum": [*NETWORKS, "BOTH"]},
    },
    "list-versions": {**PLACE, "limit": NUMBER, "offset": {"type": "integer", "minimum": 0}},
    "get-latest-version": {**PLACE, "activatedOn": {"enum": list(NETWORKS)}},
    **{key: {**PLACE, **JUDGED} for key in ("get-rules", "head-rules")},
    **{key: {**PLACE, **SAVED} for key in ("put-rules", "patch-rules")},
    **{key: {**PLACE, **LISTED} for key in ("get-hostnames", "put-hostnames", "patch-hostnames")},
}
ACCEPTS = {
    **dict.fromkeys(
        ("get-rules", "put-rules", "patch-rules"),
        ("application/vnd.akamai.papirules.v2025-10-16+json", "application/json"),
    ),
    "get-version": ("application/json", "text/xml"),
}


def describe(operation: str) -> Shape:
    accepts = ACCEPTS.get(operation, ("application/json",))
    return Shape(QUERIES.get(operation, PLACE), BODIES.get(operation, {}), accepts)
