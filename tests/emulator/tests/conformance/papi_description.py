# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Akamai's own OpenAPI document of PAPI, held against every PAPI answer the rows see and every request that was taken.

The document is too strict and partly wrong (papi-v1.md 17): `PATCHES` says where, one named difference in a row.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import requests

from .openapi import METHODS, Description, own_json, plain, shared

Document = dict[str, Any]


class Patch(NamedTuple):
    """Where the document and the wire differ: the page's section, the difference, and what repairs the document."""

    section: str
    difference: str
    repair: Callable[[Document], None]


def _schema(name: str) -> Callable[[Document], Document]:
    return lambda document: document["components"]["schemas"][name]  # type: ignore[no-any-return]


def at(schema: Document, path: str) -> Document:
    """The schema at a path of member names and `[]` for the items of a list; the schema itself at the empty path."""
    for step in path.split(".") if path else ():
        schema = schema["items"] if step == "[]" else schema["properties"][step]
    return schema


def more(name: str, path: str, **members: Document) -> Callable[[Document], None]:
    """A repair: members that the object at `path` (`rules.behaviors.[]`) of a schema may have too."""
    return lambda document: at(_schema(name)(document), path)["properties"].update(members)


def anything_at(name: str, path: str, schema: Document | None = None) -> Callable[[Document], None]:
    """A repair: the value at `path` of a schema is `schema`, by default anything at all."""

    def repair(document: Document) -> None:
        holder, _, last = path.rpartition(".")
        at(_schema(name)(document), holder)["properties"][last] = schema or {}

    return repair


def all_of(*repairs: Callable[[Document], None]) -> Callable[[Document], None]:
    def repair(document: Document) -> None:
        for one in repairs:
            one(document)

    return repair


def queries(*names: str) -> Callable[[Document], None]:
    """A repair: every operation takes these query parameters."""

    def repair(document: Document) -> None:
        for item in document["paths"].values():
            item.setdefault("parameters", []).extend({"name": name, "in": "query", "schema": {}} for name in names)

    return repair


def statuses(method: str, path: str, **added: str) -> Callable[[Document], None]:
    """A repair: an operation may answer `s412` with the document of another answer of the components."""

    def repair(document: Document) -> None:
        answers = document["paths"][path][method]["responses"]
        answers |= {status[1:]: {"$ref": f"#/components/responses/{name}"} for status, name in added.items()}

    return repair


TEXT, FLAG, LIST, OBJECT = ({"type": kind} for kind in ("string", "boolean", "array", "object"))
GET_RULES, SET_RULES = "property-version-rules-get-response", "property-version-rules-set-request"
HOSTS, HOST = "property-version-hostnames-get-response", "hostnames.items.[]"
ACTIVATIONS = "property-activation-get-response"
VERSIONS, VERSION = "/properties/{propertyId}/versions", "/properties/{propertyId}/versions/{propertyVersion}"
LOCKED = {"type": ["boolean", "null"]}
FEATURE = {
    "type": "object",
    "required": ["name", "options"],
    "additionalProperties": False,
    "properties": {"name": TEXT, "options": OBJECT, "uuid": TEXT, "templateUuid": TEXT, "locked": LOCKED},
}
FEATURES = {"type": "array", "items": FEATURE}
CHILDREN = {"type": "array", "items": {"$ref": "#/components/schemas/rule"}}
RULE = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        **dict.fromkeys(("name", "comments", "uuid", "templateUuid", "templateLink"), TEXT),
        "criteriaMustSatisfy": {"enum": ["all", "any"]},
        "criteriaLocked": FLAG,
        "behaviors": FEATURES,
        "criteria": FEATURES,
        "children": CHILDREN,
        "options": OBJECT,
    },
}
CCM = {
    "ccmCertificates": dict.fromkeys(("rsaCertId", "ecdsaCertId", "rsaCertLink", "ecdsaCertLink"), TEXT),
    "ccmCertStatus": dict.fromkeys(
        ("rsaStagingStatus", "rsaProductionStatus", "ecdsaStagingStatus", "ecdsaProductionStatus"), TEXT
    ),
    "mtls": {
        "caSetId": {"type": "string", "pattern": "^[0-9]+$"},
        "caSetLink": {"type": "string", "pattern": "^/mtls-edge-truststore/v2/ca-sets/[0-9]+$"},
        "checkClientOcsp": FLAG,
        "sendCaSetClient": FLAG,
    },
    "tlsConfiguration": {
        "cipherProfile": TEXT,
        "disallowedTlsVersions": {"type": "array", "items": TEXT},
        "stapleServerOcspResponse": FLAG,
        "fipsMode": FLAG,
    },
    "domainOwnershipVerification": {},
}
OF_CCM = {name: OBJECT | {"properties": members, "additionalProperties": False} for name, members in CCM.items()}


def rules_answer(document: Document) -> None:
    rules = at(_schema(GET_RULES)(document), "rules")
    rules["properties"] |= {"comments": TEXT, "behaviors": FEATURES, "criteria": FEATURES, "children": CHILDREN}
    document["components"]["schemas"]["rule"] = RULE


def optional_headers(document: Document) -> None:
    for name in ("If-Match-header", "PAPI-Use-Prefixes-header", "Accept-header"):
        document["components"]["parameters"][name]["required"] = False


def nullable_of_variables(document: Document) -> None:
    for name in (GET_RULES, SET_RULES):
        for member in ("value", "description"):
            at(_schema(name)(document), f"rules.variables.[].{member}")["type"] = ["string", "null"]


def third_certificate_type(document: Document) -> None:
    for name, path in (
        (HOSTS, HOST),
        ("property-version-hostnames-set-request", "[]"),
        ("property-version-hostnames-edit-request", "add.[]"),
    ):
        at(_schema(name)(document), f"{path}.certProvisioningType")["enum"].append("CCM")


def refused_at_once(document: Document) -> None:
    """Every operation on a property: 409 while something else is going on with it."""
    for path, item in document["paths"].items():
        for method in ("put", "patch", "post", "delete"):
            if method in item and path.startswith("/properties"):
                item[method]["responses"].setdefault("409", {"$ref": "#/components/responses/error-409"})


def problem_shapes(document: Document) -> None:
    schemas = document["components"]["schemas"]
    schemas["problem"]["properties"]["warnings"] = LIST
    schemas["problem"]["properties"]["errors"] = {"type": "array", "items": OBJECT}
    rate = {"anyOf": [{"$ref": "#/components/schemas/problem-429"}, {"$ref": "#/components/schemas/problem"}]}
    document["components"]["responses"]["error-429"]["content"] = {"application/problem+json": {"schema": rate}}
    either = {"anyOf": [{"$ref": "#/components/schemas/problem-422"}, {"$ref": "#/components/schemas/problem"}]}
    document["components"]["responses"]["error-422"]["content"] = {"application/problem+json": {"schema": either}}


def redirected(document: Document) -> None:
    link = {"type": "object", "required": ["redirectLink"], "properties": {"redirectLink": TEXT}}
    answer = {"headers": {"Location": {}}, "content": {"application/json": {"schema": link}}}
    for item in document["paths"].values():
        for operation in (item[method] for method in METHODS if method in item):
            operation["responses"].setdefault("302", answer)


def latest_itself(document: Document) -> None:
    version = document["paths"][VERSION]["get"]["responses"]["200"]
    document["paths"][VERSIONS + "/latest"]["get"]["responses"]["200"] = version


PATCHES = (
    Patch(
        "17",
        "the rules answer has propertyName, comments, errors and warnings; rules have criteriaMustSatisfy, templates",
        all_of(more(GET_RULES, "", propertyName=TEXT, comments=TEXT, errors=LIST, warnings=LIST), rules_answer),
    ),
    Patch("17", "locked is boolean or null", anything_at(SET_RULES, "rules.behaviors.[].locked", LOCKED)),
    Patch("17", "If-Match and PAPI-Use-Prefixes are optional", optional_headers),
    Patch(
        "17",
        "originalInput, upgradeRules and accountSwitchKey are taken",
        queries("originalInput", "upgradeRules", "accountSwitchKey"),
    ),
    Patch("17", "host names with CCM certificates", all_of(third_certificate_type, more(HOSTS, HOST, **OF_CCM))),
    Patch("17", "client settings have upgradeRules", more("client-settings-set-request", "", upgradeRules=FLAG)),
    Patch(
        "17",
        "412 is a conflict of etags, on every write that names one",
        statuses("post", VERSIONS, s412="error-412"),
    ),
    Patch("3.3", "a client setting left out of a PUT stays", lambda d: _schema("client-settings-set-request")(d).pop("required")),
    Patch("5.5", "a version with a pending activation, a resource that is busy: 409", refused_at_once),
    Patch("7.1", "value and description of a variable may be null", nullable_of_variables),
    Patch("7.1", "options of the default rule are an object of any members", anything_at(GET_RULES, "rules.options", OBJECT)),
    Patch("11.1", "host names come with propertyName, and errors", more(HOSTS, "", propertyName=TEXT, assetId=TEXT, errors=LIST)),
    Patch("11.2", "501 for an unknown cnameType", all_of(
        statuses("put", VERSION + "/hostnames", s501="error-500"), statuses("patch", VERSION + "/hostnames", s501="error-500"))),
    Patch("12.5", "PENDING_CANCELLATION is a status of activations", lambda d: at(
        _schema(ACTIVATIONS)(d), "activations.items.[].status")["enum"].append("PENDING_CANCELLATION")),
    Patch("12.7", "412 for a precondition that does not hold yet", statuses("post", "/properties/{propertyId}/activations", s412="error-412")),
    Patch("13", "shapes of problems: warnings, errors of validation, both kinds of 422 and 429", problem_shapes),
    Patch("1.4", "a call without contract and group may be sent on with a 302", redirected),
    Patch("5.3", "versions/latest may answer with the version itself", latest_itself),
    Patch("4.1", "a row of a search shows what was searched for", more(
        "search-post-response", "versions.items.[]", hostname=TEXT, edgeHostname=TEXT)),
)  # fmt: skip

# What no OpenAPI document of ours describes (clients.md 4): looked at by rows of their own.
NOT_DESCRIBED = (
    *("GET /products", "POST /properties", "DELETE /properties/{propertyId}"),
    *("GET /edgehostnames", "POST /edgehostnames", "GET /edgehostnames/{edgeHostnameId}"),
    *("GET /cpcodes", "POST /cpcodes", "GET /cpcodes/{cpcodeId}"),
)


@functools.cache
def description() -> Description | None:
    """The document with its patches, or None where the file is absent."""
    source = shared() / "openapi" / "papi-v1.json"
    if not source.is_file():
        return None
    document = plain(json.loads(source.read_text()))
    for patch in PATCHES:
        patch.repair(document)
    return Description(document, r"/papi/v[01](?=/)")


# What PAPI takes though the document does not have it.
TAKEN = {
    r"query .* is not described": "18, number 13",
    r"query (contractId|groupId) is missing": "1.4: not needed with modifiedSince",
    r".*: None is not (of type|one of) .*": "7.4: null is as good as absent",
}

# Only while something is pending (12.4); with host names on default certificates, of one contract (their own texts).
SOMETIMES = re.compile("Retry-After|X-Limit-(Default-Certs|Properties)-Per-Contract-(Limit|Remaining)")


def check(answer: requests.Response) -> None:
    """A PAPI answer is one that the document allows for its operation: status, headers, members, types.

    What was taken was a request that it allows.
    """
    known = description()
    operation = known and known.find(answer)
    if known is None or operation is None or not own_json(answer, "/papi/v[01]/"):
        return
    seen = f"{operation.name} {answer.url} -> {answer.status_code} {answer.text[:1500]}"
    response = known.response(operation, answer.status_code)
    assert response is not None, f"the document has no such status here: {seen}"
    missing = [
        name for name in response.get("headers", {}) if name not in answer.headers and not SOMETIMES.fullmatch(name)
    ]
    assert not missing, f"without {missing}: {seen}"
    content = response["content"]
    described = content.get("*/*") or content[answer.headers["Content-Type"].partition(";")[0]]
    errors = known.errors(described["schema"], answer.json())
    assert not errors, f"{errors[:3]} in {seen}"
    if answer.ok:
        errors = known.request_errors(operation, answer.request, TAKEN)
        assert not errors, f"taken, but {errors[:3]}: {seen}"
