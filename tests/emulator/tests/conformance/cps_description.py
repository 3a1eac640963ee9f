# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Akamai's own OpenAPI document of CPS, held against every CPS answer of 200 or 202 the rows see.

The document is the edition before v12, so the overlay of cps-v2.md 14 is laid over it, and the repairs of its section
13: without them real answers fail it.
"""

from __future__ import annotations

import copy
import functools
import json
import re
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import requests

from .description import plain, shared

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


@functools.cache
def known() -> dict[str, Any]:
    """Type -> JSON Schema of the answers; empty where the document is absent."""
    source = shared() / "openapi" / "cps-v2.json"
    if not source.is_file():
        return {}
    found: dict[str, Any] = {}
    for item in json.loads(source.read_text())["paths"].values():
        for verb in ("get", "post", "put", "delete"):
            for answer in item.get(verb, {}).get("responses", {}).values():
                for media, content in answer.get("content", {}).items():
                    if match := MEDIA.fullmatch(media):
                        found[match["kind"]] = repaired(plain(content["schema"]), match["kind"])
    for enrollment in (found["enrollment.v11"], found["enrollments.v11"]["properties"]["enrollments"]["items"]):
        enrollment["required"].remove("enableMultiStackedCertificates")  # left out but for third-party (4.1)
    return found | {new: with_fips(found[old]) for new, old in NEWER.items()}


def repaired(schema: Any, kind: str) -> Any:
    """Section 13: what the document says against its own samples and the real answers."""
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


@functools.cache
def _validator(kind: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(known()[kind])


def check(answer: requests.Response) -> None:
    """A CPS answer has the shape that its media type promises."""
    media = MEDIA.fullmatch(answer.headers.get("Content-Type", ""))
    if not known() or not urlsplit(answer.url).path.startswith(PREFIX + "/") or not answer.ok or media is None:
        return
    errors = [
        f"{'/'.join(map(str, e.absolute_path))}: {e.message}"
        for e in _validator(media["kind"]).iter_errors(answer.json())
    ]
    assert not errors, f"{errors[:3]} in {answer.request.method} {answer.url} -> {answer.text[:1500]}"
