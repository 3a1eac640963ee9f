# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CPS operations take, as JSON Schema, from the closed schemas their bodies are checked by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .. import core
from ..core import Document
from .schema import BODIES, NAMES, Shape

FLAG: Document = {"type": "boolean"}
TIME: Document = {"type": "string", "format": "date-time"}
SCHEDULE = {"deploy-not-before": TIME, "deploy-not-after": TIME}
QUERIES: Mapping[str, Mapping[str, Document]] = {
    "list_enrollments": {"contractId": {"type": "string"}},
    "create_enrollment": {"contractId": {"type": "string"}, "allow-duplicate-cn": FLAG, **SCHEDULE},
    "update_enrollment": {
        **dict.fromkeys(("allow-cancel-pending-changes", "allow-staging-bypass", "force-renewal"), FLAG),
        **dict.fromkeys(("renewal-date-check-override", "allow-missing-certificate-addition"), FLAG),
        **SCHEDULE,
    },
    "delete_enrollment": {"allow-cancel-pending-changes": FLAG, **SCHEDULE},
}


def media(kind: str) -> str:
    return f"application/vnd.akamai.cps.{kind}+json"


def plain(shape: Shape) -> Document:
    """A shape as JSON Schema."""
    found: Document = {"type": [NAMES[kind] for kind in shape.types] + (["null"] if shape.null else [])}
    if shape.enum:
        found["enum"] = [*shape.enum, *([None] if shape.null else [])]
    if shape.item is not None:
        found["items"] = plain(shape.item)
    if shape.members:
        found["additionalProperties"] = False
        found["required"] = [name for name, member in shape.members.items() if member.required]
        found["properties"] = {name: plain(member) for name, member in shape.members.items()}
    return found


def described(operation: str, accepts: Iterable[str], contents: Iterable[str]) -> core.Shape:
    bodies = {media(kind): plain(BODIES[kind]) for kind in contents}
    return core.Shape(QUERIES.get(operation, {}), bodies, tuple(media(kind) for kind in accepts))
