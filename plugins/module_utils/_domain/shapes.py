# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the API's member names to those of return values, and back."""

from __future__ import annotations

import re
import typing as t

Document = dict[str, t.Any]

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake_name(name: str) -> str:
    """`caSetId` -> `ca_set_id`, `allowInsecureSha1` -> `allow_insecure_sha1`."""
    return _HUMP.sub("_", name).lower()


def camel_name(name: str) -> str:
    """`ca_set_id` -> `caSetId`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def snake(value: t.Any) -> t.Any:
    """A copy with every key of every mapping in snake_case."""
    return _renamed(value, snake_name)


def camel(value: t.Any) -> t.Any:
    """A copy with every key of every mapping in camelCase."""
    return _renamed(value, camel_name)


def _renamed(value: t.Any, rename: t.Callable[[str], str]) -> t.Any:
    if isinstance(value, dict):
        return {rename(str(key)): _renamed(item, rename) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, rename) for item in value]
    return value


def pick(document: t.Mapping[str, t.Any] | None, *names: str) -> Document:
    """The named members, null where they are missing: one shape for every answer."""
    return {name: (document or {}).get(name) for name in names}
