# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The OpenAPI document of what the emulator serves, made from the tables of operations."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .core import Document, Operation, Service, Shape

TITLE = "Akamai emulator: METS v2, CPS v2 and PAPI v1 as far as mutual TLS work reaches"
ABOUT = (
    "What the emulator takes, made from its own tables. The reference of what the real APIs take is Akamai's. "
    "Every request has to be signed (EdgeGrid); every one may carry the query parameter accountSwitchKey."
)
PROBLEM: Document = {
    "type": "object",
    "required": ["type", "title"],
    "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "detail": {"type": "string"}},
}


def document(services: Iterable[Service], url: str) -> Document:
    """An OpenAPI 3.1 document; `url` is the signed API's."""
    paths: Document = {}
    for service in services:
        for operation in (one for one in service.operations if not one.template.endswith("/")):
            paths.setdefault(operation.template, {})[operation.method.lower()] = _operation(service, operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": "1", "description": ABOUT},
        "servers": [{"url": url}],
        "security": [{"edgeGrid": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"edgeGrid": {"type": "apiKey", "in": "header", "name": "Authorization"}},
            "schemas": {"problem": PROBLEM},
        },
    }


def _operation(service: Service, operation: Operation) -> Document:
    shape = service.describe(operation.name) if service.describe else Shape()
    names = re.findall(r"\{(\w+)\}", operation.template)
    path = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    query = [{"name": name, "in": "query", "schema": schema} for name, schema in shape.query.items()]
    content = {media: {"schema": schema} for media, schema in shape.bodies.items()}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}}
    return {
        "operationId": f"{operation.name} {operation.template.split('/')[2]}",
        "tags": [service.api],
        "parameters": [*path, *query],
        **({"requestBody": {"required": True, "content": content}} if content else {}),
        "responses": {
            "2XX": {
                "description": "Done, or accepted.",
                **({"content": {media: {} for media in shape.accepts}} if operation.method != "HEAD" else {}),
            },
            "default": {"description": "Refused.", "content": problem},
        },
    }
