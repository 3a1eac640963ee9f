# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the house knows of a request before any service sees it, and the dates and ids it stamps on answers."""

from __future__ import annotations

import datetime as dt
import json
import time
import uuid
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

_ENCODER = json.JSONEncoder(separators=(",", ":"))
_DATE: tuple[int, str] = (0, "")


@dataclass(slots=True)
class Request:
    """One request as it came over the wire. `target` has the exact bytes (latin-1), `path` and `query` are its two parts, still encoded."""

    method: str
    target: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    client_ip: str
    received: float


def date_header(now: float) -> str:
    """RFC 1123 with whole seconds; remembered, since thousands of answers share a second."""
    global _DATE
    second = int(now)
    if _DATE[0] != second:
        _DATE = (second, formatdate(second, usegmt=True))
    return _DATE[1]


def iso(now: float | dt.datetime) -> str:
    """ISO 8601 in UTC with microseconds and a `Z`."""
    moment = dt.datetime.fromtimestamp(now, dt.UTC) if isinstance(now, float | int) else now.astimezone(dt.UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def wall() -> float:
    return time.time()


def new_request_id() -> str:
    return uuid.uuid4().hex[:16]


def encode(body: Any) -> bytes:
    return _ENCODER.encode(body).encode()
