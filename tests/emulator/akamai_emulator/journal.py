# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of requests that `GET /requests` shows. Bodies are kept as bytes and parsed only when somebody looks."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from . import wire

KEEP = 20_000
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})


@dataclass(slots=True)
class Entry:
    n: int
    request: wire.Request
    api: str | None
    operation: str | None
    write: bool
    signed: bool = False
    client: str | None = None
    status: int | None = None
    ended: float | None = None

    def show(self) -> dict[str, Any]:
        request = self.request
        return {
            "n": self.n,
            "api": self.api,
            "operation": self.operation,
            "method": request.method,
            "path": unquote(request.path, errors="replace"),
            "query": _query(request.query),
            "headers": {k: v for k, v in request.headers.items() if k not in _SECRET_HEADERS},
            "body": _body(request.body),
            "status": self.status,
            "client": self.client,
            "signed": self.signed,
            "write": self.write,
            "started": wire.iso(request.received),
            "ended": None if self.ended is None else wire.iso(self.ended),
        }


def _query(text: str) -> dict[str, str | list[str]]:
    """Name to value; a repeated name has the list of its values."""
    shown: dict[str, str | list[str]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, errors="replace"):
        before = shown.get(name)
        if before is None:
            shown[name] = value
        else:
            shown[name] = [*before, value] if isinstance(before, list) else [before, value]
    return shown


def _body(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return raw.decode("utf-8", "replace")


class Journal:
    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=KEEP)
        self.last = 0

    def open(self, request: wire.Request, api: str | None, operation: str | None, write: bool) -> Entry:
        self.last += 1
        entry = Entry(self.last, request, api, operation, write)
        self.entries.append(entry)
        return entry
