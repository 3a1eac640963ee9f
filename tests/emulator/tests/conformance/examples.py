# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's own example payloads, and how one is held against an answer: the same members, with the same JSON types."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from .openapi import shared


def example(name: str) -> Any:
    """The document `papi/400.json` of the examples."""
    return json.loads((shared() / "openapi" / "examples" / name).read_text())


def names(api: str) -> list[str]:
    """The files there are for an API, empty where the directory is absent."""
    return sorted(path.name for path in (shared() / "openapi" / "examples" / api).glob("*.json"))


def members(document: Any, path: str = "") -> dict[str, set[str]]:
    """Path of every member (`activations.items.[].note`) -> the JSON types it has there."""
    found: dict[str, set[str]] = {}
    children: Iterable[tuple[str, Any]] = ()
    if isinstance(document, dict):
        children = ((f"{path}.{name}" if path else name, value) for name, value in document.items())
    elif isinstance(document, list):
        children = ((f"{path}.[]" if path else "[]", value) for value in document)
    for place, value in children:
        found.setdefault(place, set()).add(_kind(value))
        for below, kinds in members(value, place).items():
            found.setdefault(below, set()).update(kinds)
    return found


def _kind(value: Any) -> str:
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "null")


def missing(wanted: Any, answer: Any, but: Iterable[str] = ()) -> list[str]:
    """Members of an example that an answer lacks or has in another type; `but` are patterns of paths not looked at.

    Null goes with any type: an example shows one of the two.
    """
    seen = members(answer)
    return [
        f"{path}: {' or '.join(sorted(kinds))} in the example, {' or '.join(sorted(seen.get(path, {'absent'})))} here"
        for path, kinds in members(wanted).items()
        if not any(re.fullmatch(pattern, path) for pattern in but)
        and not kinds & seen.get(path, set())
        and not (path in seen and "null" in kinds | seen[path])
    ]
