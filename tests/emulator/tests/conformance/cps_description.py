# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Akamai's own OpenAPI document of CPS, held against every CPS answer of 200 or 202 the rows see, and its request.

The document is the edition before v12, so the overlay of cps-v2.md 14 is laid over it, and the repairs of its section
13: without them real answers fail it.
"""

from __future__ import annotations

import copy
import functools
import json
import re
from typing import Any

import requests

from .openapi import METHODS, Description, plain, shared

PREFIX = "/cps/v2"
MEDIA = re.compile(r"application/vnd\.akamai\.cps\.(?P<kind>[a-z-]+\.v\d+)\+json")
# newer type: the shipped one that has the same members but `fipsMode`
NEWER = {
    "enrollment.v12": "enrollment.v11",
    "enrollments.v12": "enrollments.v11",
    "deployment.v8": "deployment.v7",
    "deployments.v8": "deployments.v7",
    "change-management-info.v6": "change-management-info.v5",
}
FIPS: dict[str, Any] = {"type": ["boolean", "null"]}
# Query parameters that the document lacks -> where they are documented.
QUERIES = {"allow-duplicate-cn": "clients.md 3", "includeAll": "14, number 5"}


# What CPS takes though the document does not have it.
TAKEN = {
    r"query contractId is missing": "3: official clients list without it",
    r"a body of application/json is not described": "1: U, the switch cps_media_types=lax",
    r"query colour is not described": "1: U, an unknown query parameter is not looked at",
}


@functools.cache
def description() -> Description | None:
    """The document with its overlay and its repairs, or None where the file is absent."""
    source = shared() / "openapi" / "cps-v2.json"
    if not source.is_file():
        return None
    document = plain(json.loads(source.read_text()))
    for item in document["paths"].values():
        item.setdefault("parameters", []).extend({"name": name, "in": "query", "schema": {}} for name in QUERIES)
        for method in METHODS:
            for holder in _holders(item.get(method, {})):
                _repair(holder["content"])
    return Description(document, PREFIX)


def _holders(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """Request body and answers of an operation, those that have a body."""
    found = [operation.get("requestBody", {}), *operation.get("responses", {}).values()]
    return [one for one in found if "content" in one]


def _repair(content: dict[str, Any]) -> None:
    for media, described in content.items():
        if match := MEDIA.fullmatch(media):
            described["schema"] = repaired(described["schema"], match["kind"])
    for new, old in NEWER.items():
        if older := content.get(_media(old)):
            content[_media(new)] = {"schema": with_fips(older["schema"])}


def _media(kind: str) -> str:
    return f"application/vnd.akamai.cps.{kind}+json"


def kinds() -> set[str]:
    """Every type of an answer."""
    known = description()
    responses = [r for op in known.operations for r in op.node["responses"].values()] if known else []
    return {match["kind"] for r in responses for media in r.get("content", {}) if (match := MEDIA.fullmatch(media))}


def repaired(schema: Any, kind: str) -> Any:
    """Section 13: what the document says against its own samples and the real answers."""
    enrollments = schema["properties"].get("enrollments", {}).get("items") if kind.startswith("enrollments") else None
    for enrollment in filter(None, (enrollments, schema if kind.startswith("enrollment.") else None)):
        enrollment["required"].remove("enableMultiStackedCertificates")  # left out but for third-party (4.1)
    for name, node in members(schema):
        if name == "id":
            node["type"] = "integer"
        if name == "signatureAlgorithm" or (name == "status" and kind.startswith("dv-challenges")):
            node.pop("enum", None)
        if kind.startswith("change-management-info") and name in ("ocspStapled", "quicEnabled", "sniOnly"):
            node["type"] = ["boolean", "string"]
        if kind.startswith("deployments") and name in ("production", "staging"):
            node["type"] = ["object", "null"]
        if name == "geography":
            node["enum"] = ["core", "china+core", "russia+core"]
        if name in ("primaryCertificate", "validationResult", "trustChain", "redirectFullPath"):
            node["type"] = sorted({*([node["type"]] if isinstance(node["type"], str) else node["type"]), "null"})
    return schema


def with_fips(schema: Any) -> Any:
    """Section 14: the newer type of the same name."""
    newer = copy.deepcopy(schema)
    for name, node in members(newer):
        if name in ("networkConfiguration", "pendingNetworkConfiguration"):
            node["properties"]["fipsMode"] = FIPS
    return newer


def members(schema: Any) -> list[tuple[str, dict[str, Any]]]:
    """Every member with its schema, at any depth."""
    found: list[tuple[str, dict[str, Any]]] = []
    for name, node in schema.get("properties", {}).items():
        found += [(name, node), *members(node)]
    return found + (members(schema["items"]) if isinstance(schema.get("items"), dict) else [])


def check(answer: requests.Response) -> None:
    """A CPS answer has the shape that its media type promises, and what was taken is described."""
    known = description()
    operation = known and known.find(answer)
    media = answer.headers.get("Content-Type", "")
    if known is None or operation is None or not answer.ok or not MEDIA.fullmatch(media):
        return
    seen = f"{operation.name} {answer.url} -> {answer.status_code} {answer.text[:1500]}"
    response = known.response(operation, answer.status_code)
    assert response is not None, f"the document has no such status here: {seen}"
    described = response["content"].get(media)
    assert described is not None, f"the document has no {media} here: {seen}"
    errors = known.errors(described["schema"], answer.json())
    assert not errors, f"{errors[:3]} in {seen}"
    errors = known.request_errors(operation, answer.request, TAKEN)
    assert not errors, f"taken, but {errors[:3]}: {seen}"
