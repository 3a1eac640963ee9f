# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading requests: media types, queries, JSON bodies and etags. Whatever is wrong is a `Refusal`, never an exception of another kind."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from ..core import Call, Operation
from .problems import refuse

MAX_DEPTH = 100
PAPIRULES = re.compile(r"^application/vnd\.akamai\.papirules\.(?P<format>[^+;\s]+)\+json$", re.IGNORECASE)
JSON = "application/json"
JSON_PATCH = "application/json-patch+json"

# What an operation takes as Content-Type when it is not plain JSON alone.
CONTENT_TYPES: dict[str, tuple[str, ...]] = {"patch-rules": (JSON_PATCH,), "put-rules": (JSON, "papirules")}
_JSON_RANGES = {"*/*", "application/*", JSON, "application/problem+json"}


def media_type(value: str) -> str:
    return value.split(";", 1)[0].strip().lower()


def accepted(call: Call) -> list[str]:
    """The media ranges of Accept without those of quality 0; none means anything."""
    ranges = [part for part in call.headers.get("accept", "").split(",") if part.strip()]
    return [media_type(part) for part in ranges if not re.search(r";\s*q=0(?:\.0*)?\s*$", part)] if ranges else ["*/*"]


def check_media_types(call: Call, operation: Operation) -> None:
    """406 for an Accept without JSON, 415 for a body of another type; a Content-Type without a body is no matter."""
    extra = {"text/xml", "application/xml"} if operation.name == "get-version" else set()
    if not any(item in _JSON_RANGES or item in extra or PAPIRULES.match(item) for item in accepted(call)):
        raise refuse(call, "not-acceptable")
    if operation.method in ("POST", "PUT", "PATCH") and call.body:
        found = media_type(call.headers.get("content-type", ""))
        allowed = CONTENT_TYPES.get(operation.name, (JSON,))
        if found not in allowed and not ("papirules" in allowed and PAPIRULES.match(found)):
            raise refuse(call, "unsupported-media-type")


def query(call: Call, name: str) -> str | None:
    """The first value of a query parameter; an empty one counts as absent."""
    for key, value in call.query:
        if key == name:
            return value or None
    return None


def flag(call: Call, name: str, default: bool) -> bool:
    value = query(call, name)
    if value is None:
        return default
    if value.lower() not in ("true", "false"):
        raise refuse(call, "bad-request", f"The query parameter {name} takes true or false.")
    return value.lower() == "true"


def choice(call: Call, name: str, allowed: tuple[str, ...]) -> str | None:
    value = query(call, name)
    if value is not None and value not in allowed:
        raise refuse(call, "bad-request", f"The query parameter {name} takes one of {', '.join(allowed)}.")
    return value


def count(call: Call, name: str, default: int) -> int:
    value = query(call, name)
    if value is None:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", value):
        raise refuse(call, "bad-request", f"The query parameter {name} takes a whole number.")
    return int(value)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def depth_within(value: Any, limit: int) -> bool:
    """Whether a document nests no deeper than `limit` and has finite numbers only. Not recursive."""
    level = [value]
    for _ in range(limit):
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
            elif isinstance(item, float) and not math.isfinite(item):
                return False
        if not below:
            return True
        level = below
    return False


def parse(call: Call) -> Any:
    """The JSON body. 400 `json-parse-error` for anything that is not plain JSON of sane depth."""
    try:
        text = call.body.decode("utf-8")
        value = json.loads(text, parse_constant=_no_constant)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise refuse(call, "json-parse-error", f"The request body is not valid JSON: {error}"[:300]) from error
    if not depth_within(value, MAX_DEPTH):
        raise refuse(call, "json-parse-error", "The request body nests too deep or has numbers out of range.")
    return value


def parse_object(call: Call) -> dict[str, Any]:
    value = parse(call)
    if not isinstance(value, dict):
        raise refuse(call, "json-mapping-error", "The request body must be an object.")
    return value


def text_field(call: Call, body: dict[str, Any], name: str, *, required: bool = True) -> str | None:
    """A text member of the body; null counts as absent, 400 for another type or, when required, absence or emptiness."""
    value = body.get(name)
    if value is None or (required and value == ""):
        if required:
            raise refuse(call, "missing-request-body-field", f"The field {name} is required.")
        return None
    if not isinstance(value, str):
        raise refuse(call, "json-mapping-error", f"The field {name} must be a string.")
    return value


def integer_field(call: Call, body: dict[str, Any], name: str) -> int:
    value = body.get(name)
    if value is None:
        raise refuse(call, "missing-request-body-field", f"The field {name} is required.")
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise refuse(call, "json-mapping-error", f"The field {name} must be an integer from 1.")
    return value


def flag_field(call: Call, body: dict[str, Any], name: str, default: bool) -> bool:
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise refuse(call, "json-mapping-error", f"The field {name} must be true or false.")
    return value


def check_etag(call: Call, current: str, in_body: Any = None) -> None:
    """`If-Match` with its quotes, and the `etag` member of a rules body, against the current etag: 412 on a difference."""
    conflict = call.emulator.switch("papi_etag_conflict")
    header = call.headers.get("if-match")
    if (
        header is not None
        and header.strip() != "*"
        and f'"{current}"' not in (part.strip() for part in header.split(","))
    ):
        raise refuse(call, conflict)
    if in_body is not None:
        if not isinstance(in_body, str):
            raise refuse(call, "json-mapping-error", "The field etag must be a string.")
        if in_body.strip('"') != current:
            raise refuse(call, conflict)
