# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hand-written OpenAPI description of METS (closed objects), held against every METS answer the rows see.

It lies in a directory beside the repository (`../shared`, or $EDGETRUST_SHARED). Where that is absent the check
does nothing and `test_mets_description.py` says so in a sentence.
"""

from __future__ import annotations

import functools
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import requests
import yaml
from referencing import Registry
from referencing.jsonschema import DRAFT202012

REPOSITORY = Path(__file__).resolve().parents[4]
PREFIX = "/mtls-edge-truststore/v2"
ROOT = "urn:mets"


def shared() -> Path:
    return Path(os.environ.get("EDGETRUST_SHARED") or REPOSITORY.parent / "shared")


def source() -> Path:
    return shared() / "openapi" / "mets-v2.yaml"


@functools.cache
def document() -> dict[str, Any] | None:
    """The description turned into plain JSON Schema, or None where it is absent."""
    if not source().is_file():
        return None
    loaded: dict[str, Any] = plain(yaml.safe_load(source().read_text()))
    return loaded


def plain(node: Any) -> Any:
    """OpenAPI 3.0 to JSON Schema: `nullable`, and members the emulator always sends become required ones."""
    if isinstance(node, list):
        return [plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {name: plain(value) for name, value in node.items()}
    if result.get("nullable") is True and isinstance(result.get("type"), str):
        result["type"] = [result["type"], "null"]
        if "enum" in result:
            result["enum"] = [*result["enum"], None]
    elif None in (result.get("enum") or []):
        result["type"] = [result["type"], "null"]
    if always := result.pop("x-emulator-always", None):
        result["required"] = [*result.get("required", []), *always]
    return result


@functools.cache
def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """(method, path template) -> operation, methods in lower case; empty where the description is absent."""
    paths = (document() or {}).get("paths", {})
    verbs = ("get", "post", "put", "delete")
    return {(verb, path): item[verb] for path, item in paths.items() for verb in verbs if verb in item}


@functools.cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", template))


def _find(method: str, path: str) -> tuple[str, dict[str, Any]] | None:
    """Template and operation of a request, or None for a path or method that METS does not have."""
    for (verb, template), found in operations().items():
        if verb == method and _pattern(template).fullmatch(path.removeprefix(PREFIX)):
            return template, found
    return None


@functools.cache
def _registry() -> Registry[Any]:
    found: Registry[Any] = Registry().with_resource(ROOT, DRAFT202012.create_resource(document()))
    return found


def _resolve(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = document()
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/")]
        node = target
    return node


def _absolute(node: Any) -> Any:
    if isinstance(node, list):
        return [_absolute(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {k: ROOT + v if k == "$ref" else _absolute(v) for k, v in node.items()}


@functools.cache
def _validator(method: str, template: str, status: str) -> jsonschema.Draft202012Validator | None:
    response = _resolve(operations()[method, template]["responses"][status])
    content = next(iter(response.get("content", {}).values()), None)
    if content is None:
        return None
    return jsonschema.Draft202012Validator(_absolute(content["schema"]), registry=_registry())


def check(answer: requests.Response) -> None:
    """A METS answer is one that the description allows for its operation: status, members, types, error type."""
    path = urlsplit(answer.url).path
    if document() is None or not path.startswith(PREFIX + "/") or answer.request.method is None:
        return
    method = answer.request.method.lower()
    described = _find(method, path)
    if described is None:
        return
    template, found = described
    status = str(answer.status_code)
    seen = f"{method.upper()} {path} -> {status} {answer.text[:1500]}"
    if answer.status_code >= 400 and _from_the_gateway(answer):
        return
    assert status in found["responses"], f"the description has no {status} here: {seen}"
    validator = _validator(method, template, status)
    if validator is None:
        assert not answer.content, f"no body expected: {seen}"
        return
    errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in validator.iter_errors(answer.json())]
    assert not errors, f"{errors[:3]} in {seen}"
    if answer.status_code >= 400:
        _check_error_type(found, answer, seen)


def _from_the_gateway(answer: requests.Response) -> bool:
    """A document of the gateway, or a fault that is no JSON at all: not METS's to describe."""
    if "json" not in answer.headers.get("Content-Type", ""):
        return True
    return not str(answer.json().get("type", "")).startswith("/mtls-edge-truststore/")


# What the page leaves to the emulator and the description does not list (mets-v2.md 3.21).
BY_CHOICE = {"validateCertificates": {"certificate-limit-reached"}}


def _check_error_type(found: dict[str, Any], answer: requests.Response, seen: str) -> None:
    slug = answer.json()["type"].rsplit("/", 1)[-1]
    status = str(answer.status_code)
    common = document()["x-common-error-types"].get(status, [])  # type: ignore[index]
    listed = {*common, *found.get("x-error-types", {}).get(status, []), *BY_CHOICE.get(found["operationId"], ())}
    unknown_here = "x-certainty" in found  # preconditions the page itself marks as unknown
    assert slug in listed or unknown_here, f"{slug} is no error of this operation: {seen}"
