# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenAPI documents as JSON Schema: what one says of a request and of its answer.

The documents lie in a directory beside the repository (`../shared`, or $EDGETRUST_SHARED). Where that is absent the
checks do nothing, and the tests about each document say so in a sentence.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema
import pytest
import requests
from referencing import Registry
from referencing.jsonschema import DRAFT202012

REPOSITORY = Path(__file__).resolve().parents[4]
ROOT = "urn:described"
METHODS = ("get", "head", "post", "put", "patch", "delete")

Document = dict[str, Any]


def shared() -> Path:
    return Path(os.environ.get("EDGETRUST_SHARED") or REPOSITORY.parent / "shared")


def need(what: str, there: bool) -> None:
    """Skip the test with a plain sentence where `what` is absent; fail in CI."""
    if there:
        return
    sentence = f"Not beside this repository, so the emulator was not held against it: {what}."
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


def plain(node: Any) -> Any:
    """OpenAPI to JSON Schema: `nullable`, and members the emulator always sends become required ones."""
    if isinstance(node, list):
        return [plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {name: plain(value) for name, value in node.items()}
    if result.get("nullable") is True and isinstance(result.get("type"), str):
        result["type"] = [result["type"], "null"]
        if "enum" in result:
            result["enum"] = [*result["enum"], None]
    elif None in (result.get("enum") or []) and isinstance(result.get("type"), str):
        result["type"] = [result["type"], "null"]
    if always := result.pop("x-emulator-always", None):
        result["required"] = [*result.get("required", []), *always]
    return result


@dataclass(frozen=True)
class Operation:
    """An operation with the parameters of its path."""

    method: str
    template: str
    node: Document
    parameters: tuple[Document, ...]

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.template}"

    @functools.cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{\w+\}", "[^/]+", self.template))


class Description:
    """A document and what it says; `stem` is what paths on the wire have before those of the document."""

    def __init__(self, document: Document, stem: str) -> None:
        self.document = document
        self.stem = re.compile(stem)
        resource = DRAFT202012.create_resource(document)
        self._registry: Registry[Any] = Registry().with_resource(ROOT, resource)
        self.operations = [
            Operation(method, path, item[method], self._parameters(item, item[method]))
            for path, item in document["paths"].items()
            for method in METHODS
            if method in item
        ]

    def _parameters(self, item: Document, operation: Document) -> tuple[Document, ...]:
        listed = [*item.get("parameters", []), *operation.get("parameters", [])]
        return tuple(self.resolve(parameter) for parameter in listed)

    def resolve(self, node: Document) -> Document:
        while "$ref" in node:
            target: Any = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/")]
            node = target
        return node

    def find(self, answer: requests.Response) -> Operation | None:
        """The operation of a request; None for a path or method the document does not have."""
        path = urlsplit(str(answer.url)).path
        found = self.stem.match(path)
        if found is None:
            return None
        method, path = str(answer.request.method).lower(), path[found.end() :]
        # Literal segments win: `versions/latest` is no version.
        fitting = [op for op in self.operations if op.method == method and op.pattern.fullmatch(path)]
        return min(fitting, key=lambda op: op.template.count("{"), default=None)

    def response(self, operation: Operation, status: int) -> Document | None:
        found = operation.node["responses"].get(str(status))
        return None if found is None else self.resolve(found)

    def errors(self, schema: Document, value: Any) -> list[str]:
        """How a value breaks a schema: `place: what`."""
        validator = jsonschema.Draft202012Validator(_absolute(schema), registry=self._registry)
        return [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in validator.iter_errors(value)]

    def request_errors(
        self, operation: Operation, request: requests.PreparedRequest, taken: Mapping[str, str]
    ) -> list[str]:
        """What the document has against a request: its body, and its query by name, type and presence.

        `taken` is what the API takes all the same: a pattern of the whole error -> where that is written.
        """
        found = self._request_errors(operation, request)
        return [error for error in found if not any(re.fullmatch(pattern, error) for pattern in taken)]

    def _request_errors(self, operation: Operation, request: requests.PreparedRequest) -> list[str]:
        known = {parameter["name"]: parameter for parameter in operation.parameters if parameter["in"] == "query"}
        sent = dict(parse_qsl(urlsplit(str(request.url)).query, keep_blank_values=True))
        errors = [f"query {name} is not described" for name in sent.keys() - known.keys()]
        errors += [f"query {n} is missing" for n, p in known.items() if p.get("required") and n not in sent]
        for name in sent.keys() & known.keys():
            schema = self.resolve(known[name]["schema"])
            value = sent[name].split(",") if schema.get("type") == "array" else _typed(sent[name], schema)
            errors += [f"query {name} {e}" for e in self.errors(schema, value)]
        if "requestBody" in operation.node:
            errors += self.body_errors(operation, request.headers.get("Content-Type", ""), request.body)
        return errors

    def body_errors(self, operation: Operation, media: str, body: Any) -> list[str]:
        content = self.resolve(operation.node["requestBody"])["content"]
        described = content.get(media.partition(";")[0].strip()) or content.get("*/*")
        if described is None:
            return [f"a body of {media or 'no type'} is not described"]
        return self.errors(described["schema"], json.loads(body))


def _typed(text: str, schema: Document) -> Any:
    """A query value in the JSON type it stands for."""
    return json.loads(text) if schema.get("type") in ("integer", "boolean") else text


def _absolute(node: Any) -> Any:
    if isinstance(node, list):
        return [_absolute(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {k: ROOT + v if k == "$ref" and isinstance(v, str) else _absolute(v) for k, v in node.items()}


def own_json(answer: requests.Response, stem: str) -> bool:
    """Whether an answer is JSON of the API itself: no document of the gateway, no fault in plain text."""
    if not answer.content or "json" not in answer.headers.get("Content-Type", ""):
        return False
    return answer.ok or answer.status_code < 400 or re.search(stem, str(answer.json().get("type", ""))) is not None
