# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading what a caller sent: bodies against their schema, queries and path ids by type (mets-v2.md 1, 3 and 5.6)."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from ..core import Call, Operation
from .errors import invalid_field, mismatch, problem

_NAME = re.compile(r"[%.a-zA-Z0-9_-]+")
_DIGITS = re.compile(r"-?[0-9]{1,19}")
_LONG = 2**63
DESCRIPTION_MAX = 255

_TEXT, _FLAG = ("string", str), ("boolean", bool)
_CERTIFICATE = {"certificatePem": (*_TEXT, True), "description": (*_TEXT, False)}

# name: member -> (JSON type, Python type, required); a member of type "certificates" is a list of certificate objects.
SCHEMAS: dict[str, dict[str, tuple[str, type, bool]]] = {
    "set": {"caSetName": (*_TEXT, True), "description": (*_TEXT, False)},
    "version": {
        "certificates": ("certificates", list, True),
        "allowInsecureSha1": (*_FLAG, False),
        "description": (*_TEXT, False),
    },
    "validate": {"certificates": ("certificates", list, True), "allowInsecureSha1": (*_FLAG, False)},
    "network": {"network": (*_TEXT, True)},
}
NETWORKS = ("STAGING", "PRODUCTION")


def body(call: Call, schema: str) -> dict[str, Any]:
    """The parsed body. Raises invalid-json, json-schema-validation-error and, for descriptions, invalid-field."""
    try:
        document = json.loads(call.body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise problem("invalid-json", "The request body is not valid JSON.") from None
    _check(document, SCHEMAS[schema], "")
    if schema == "network" and document["network"] not in NETWORKS:
        _schema_error("/network", f"'{document['network']}' is not one of STAGING, PRODUCTION")
    described = {"": document} | {f"/certificates/{n}": c for n, c in enumerate(document.get("certificates", ()))}
    for pointer, part in described.items():
        if part.get("description") == "" and call.emulator.switch("mets_empty_description") == "accept":
            part["description"] = None
        _description(part, pointer)
    return document  # type: ignore[no-any-return]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _schema_error(pointer: str, message: str) -> NoReturn:
    raise problem("json-schema-validation-error", None, {"message": message}, pointer=pointer)


def _check(document: Any, schema: Mapping[str, tuple[str, type, bool]], pointer: str) -> None:
    if not isinstance(document, dict):
        _schema_error(pointer, "object is expected")
    for name in document:
        if name not in schema:
            _schema_error(f"{pointer}/{name}", f"property '{name}' is not allowed")
    for name, (kind, python, required) in schema.items():
        here = f"{pointer}/{name}"
        if name not in document:
            if required:
                _schema_error(here, f"required property '{name}' is missing")
        elif document[name] is None and not required and python is str:
            continue
        elif not isinstance(document[name], python):
            _schema_error(here, f"{'array' if python is list else kind} is expected")
        elif kind == "certificates":
            if not document[name]:
                _schema_error(here, "at least 1 item is expected")
            for index, certificate in enumerate(document[name]):
                _check(certificate, _CERTIFICATE, f"{here}/{index}")


def _description(document: dict[str, Any], pointer: str) -> None:
    text = document.get("description")
    if text is not None and not 1 <= len(text) <= DESCRIPTION_MAX:
        rule = f"The description must have between 1 and {DESCRIPTION_MAX} characters."
        raise invalid_field("description", text, rule, f"{pointer}/description")


def set_name(text: str, name: str = "caSetName", shortest: int = 3) -> None:
    """Raises invalid-field (mets-v2.md 1.3)."""
    if not shortest <= len(text) <= 64 or (text and not _NAME.fullmatch(text)) or "..." in text:
        rule = f"{shortest} to 64 characters of letters, digits, %, ., _ and -, without three dots in a row."
        raise invalid_field(name, text, f"The name is invalid. Allowed are {rule}")


def number(name: str, text: str) -> int:
    """A 64-bit integer of path or query."""
    if not _DIGITS.fullmatch(text) or not -_LONG <= int(text) < _LONG:
        raise mismatch(name, text)
    return int(text)


class Query:
    """The query parameters of a call, by type; the first value of a repeated one counts."""

    def __init__(self, call: Call) -> None:
        self.values: dict[str, str] = {}
        for name, value in call.query:
            self.values.setdefault(name, value)

    def text(self, name: str) -> str | None:
        return self.values.get(name)

    def flag(self, name: str) -> bool:
        value = self.values.get(name, "false")
        if value not in ("true", "false"):
            raise mismatch(name, value)
        return value == "true"

    def number(self, name: str) -> int | None:
        return number(name, self.values[name]) if name in self.values else None

    def choice(self, name: str, allowed: Iterable[str]) -> str | None:
        value = self.values.get(name)
        if value is not None and value not in allowed:
            raise invalid_field(name, value, f"Allowed values are {', '.join(allowed)}.")
        return value

    def choices(self, name: str, allowed: Iterable[str], default: Iterable[str]) -> set[str]:
        """A comma list."""
        if name not in self.values:
            return set(default)
        found = self.values[name].split(",")
        if not set(found) <= set(allowed):
            raise invalid_field(name, self.values[name], f"Allowed values are {', '.join(allowed)}.")
        return set(found)

    def moment(self, name: str) -> dt.datetime | None:
        """ISO 8601 with a zone."""
        if name not in self.values:
            return None
        try:
            found = dt.datetime.fromisoformat(self.values[name])
            if found.tzinfo is None:
                raise ValueError("no zone")
            return found.astimezone(dt.UTC)
        except (ValueError, OverflowError):
            raise mismatch(name, self.values[name]) from None


# operation: the query parameters it knows
QUERIES: dict[str, tuple[str, ...]] = {
    "listCaSets": ("caSetNamePrefix", "activatedOn", "caSetStatus"),
    "getCaSetAssociations": ("associationType",),
    "listCaSetActivities": ("start", "end"),
    "cloneCaSet": ("cloneFromVersion",),
    "listCaSetVersions": ("includeCertificates", "activeVersionsOnly", "caSetVersionStatus"),
    "listCaSetVersionCertificates": ("certificateStatus", "expiryThresholdInDays", "expiryThresholdTimestamp"),
}
BODIES = frozenset(
    {
        *("createCaSet", "cloneCaSet", "createCaSetVersion", "updateCaSetVersion"),
        *("activateCaSetVersion", "deactivateCaSetVersion", "validateCertificates"),
    }
)
_JSON = "application/json"


def guard(call: Call, operation: Operation) -> None:
    """Media types, names of query parameters, types of path ids: what comes before any handler."""
    accept = call.headers.get("accept", "")
    if accept and not any(_acceptable(part) for part in accept.split(",")):
        raise problem(
            "media-type-not-acceptable",
            f"The media type '{accept}' cannot be served.",
            {"allowedMediaTypes": [_JSON], "unsupportedMediaType": accept},
        )
    kind = call.headers.get("content-type", "")
    if operation.name in BODIES and kind and kind.partition(";")[0].strip().lower() != _JSON:
        raise problem(
            "media-type-not-supported",
            f"The media type '{kind}' is not supported.",
            {"allowedMediaTypes": [_JSON], "unsupportedMediaType": kind},
        )
    allowed = QUERIES.get(operation.name, ())
    unknown = list(dict.fromkeys(name for name, _ in call.query if name not in allowed))
    if unknown:
        raise problem(
            "unknown-query-parameters",
            f"The query parameters {', '.join(unknown)} are not known.",
            {"allowedQueryParameters": [*allowed, "accountSwitchKey"], "parameters": unknown},
        )
    for name, text in call.params.items():
        if number(name, text) < 0 and name == "caSetId":
            raise mismatch(name, text)


def _acceptable(part: str) -> bool:
    return part.partition(";")[0].strip().lower() in (_JSON, "application/*", "*/*")
