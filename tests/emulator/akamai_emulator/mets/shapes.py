# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What METS operations take, as JSON Schema, from the tables they are checked by."""

from __future__ import annotations

from ..core import Document, Shape
from .values import DESCRIPTION_MAX, NETWORKS, QUERIES, SCHEMAS

TEXT: Document = {"type": "string"}
FLAG: Document = {"type": "boolean"}
NUMBER: Document = {"type": "integer"}
# operation: its body in SCHEMAS
BODIES = {
    "createCaSet": "set",
    "cloneCaSet": "set",
    "createCaSetVersion": "version",
    "updateCaSetVersion": "version",
    "activateCaSetVersion": "network",
    "deactivateCaSetVersion": "network",
    "validateCertificates": "validate",
}
QUERY: dict[str, Document] = {
    "activatedOn": {"enum": ["INACTIVE", "STAGING", "PRODUCTION", "STAGING+PRODUCTION", "STAGING,PRODUCTION"]},
    "caSetStatus": {"enum": ["NOT_DELETED", "DELETING", "DELETED", "NOT_DELETED,DELETING,DELETED"]},
    "caSetVersionStatus": {"enum": ["NOT_DELETED", "DELETED", "NOT_DELETED,DELETED"]},
    "associationType": {"enum": ["enrollments", "properties"]},
    "certificateStatus": {"enum": ["EXPIRING", "EXPIRED", "ACTIVE", "EXPIRING,EXPIRED", "ACTIVE,EXPIRED"]},
    **dict.fromkeys(("includeCertificates", "activeVersionsOnly"), FLAG),
    **dict.fromkeys(("expiryThresholdInDays", "cloneFromVersion"), NUMBER),
    **{key: {"type": "string", "format": "date-time"} for key in ("start", "end", "expiryThresholdTimestamp")},
}
MEMBERS: dict[str, Document] = {
    "caSetName": {"type": "string", "minLength": 3, "maxLength": 64, "pattern": r"^[%.a-zA-Z0-9_-]+$"},
    "description": {"type": ["string", "null"], "minLength": 1, "maxLength": DESCRIPTION_MAX},
    "network": {"enum": list(NETWORKS)},
    "allowInsecureSha1": FLAG,
    "certificates": {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "required": ["certificatePem"],
            "additionalProperties": False,
            "properties": {"certificatePem": TEXT, "description": {"type": ["string", "null"], "minLength": 1}},
        },
    },
}


def describe(operation: str) -> Shape:
    body = SCHEMAS.get(BODIES.get(operation, ""), {})
    schema = {
        "type": "object",
        "required": [name for name, (*_, required) in body.items() if required],
        "additionalProperties": False,
        "properties": {name: MEMBERS[name] for name in body},
    }
    query = {name: QUERY.get(name, TEXT) for name in QUERIES.get(operation, ())}
    return Shape(query, {"application/json": schema} if body else {})
