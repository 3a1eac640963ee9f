# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hand-written OpenAPI description of METS (closed objects), held against every METS request and answer of the rows."""

from __future__ import annotations

import functools

import requests
import yaml

from .openapi import Description, Operation, own_json, plain, shared

PREFIX = "/mtls-edge-truststore/v2"


@functools.cache
def description() -> Description | None:
    """None where the file is absent."""
    source = shared() / "openapi" / "mets-v2.yaml"
    return Description(plain(yaml.safe_load(source.read_text())), PREFIX) if source.is_file() else None


# What METS takes though the description does not have it.
TAKEN = {
    r"description: '' should be non-empty": "1.3: U, the switch mets_empty_description=accept",
    r".*description: None is not of type 'string'": "1.3: a description is absent, null or text",
    r"a body of no type is not described": "1: Content-Type may be left out",
}


def check(answer: requests.Response) -> None:
    """A METS answer is one that the description allows for its operation: status, members, types, error type.

    What was taken was a request that it allows.
    """
    known = description()
    operation = known and known.find(answer)
    if known is None or operation is None:
        return
    seen = f"{operation.name} {answer.url} -> {answer.status_code} {answer.text[:1500]}"
    if answer.status_code >= 400 and not own_json(answer, "^/mtls-edge-truststore/"):
        return
    response = known.response(operation, answer.status_code)
    assert response is not None, f"the description has no such status here: {seen}"
    if (operation.node["operationId"], answer.status_code, _slug(answer)) in BY_SWITCH:
        return
    content = next(iter(response.get("content", {}).values()), None)
    if content is None:
        assert not answer.content, f"no body expected: {seen}"
    else:
        errors = known.errors(content["schema"], answer.json())
        assert not errors, f"{errors[:3]} in {seen}"
    if answer.ok:
        errors = known.request_errors(operation, answer.request, TAKEN)
        assert not errors, f"taken, but {errors[:3]}: {seen}"
    else:
        _check_error_type(known, operation, answer, seen)


# What the page leaves to the emulator and the description does not list (mets-v2.md 3.21).
BY_CHOICE = {"validateCertificates": {"certificate-limit-reached"}}


# What a switch lets it answer against the description: mets_delete_active_status=400 (6, number 1).
BY_SWITCH = {("deleteCaSet", 400, "ca-set-cannot-be-deleted-active-versions")}


def _slug(answer: requests.Response) -> str:
    return "" if answer.ok else str(answer.json()["type"]).rsplit("/", 1)[-1]


def _check_error_type(known: Description, operation: Operation, answer: requests.Response, seen: str) -> None:
    slug = _slug(answer)
    status, found = str(answer.status_code), operation.node
    common = known.document["x-common-error-types"].get(status, [])
    listed = {*common, *found.get("x-error-types", {}).get(status, []), *BY_CHOICE.get(found["operationId"], ())}
    unknown_here = "x-certainty" in found  # preconditions the page itself marks as unknown
    assert slug in listed or unknown_here, f"{slug} is no error of this operation: {seen}"
