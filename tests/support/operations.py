# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One operation as a table row: what it asks for, whether it counts as a write, and what it makes of the answer."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from ansible_collections.edgetrust.akamai.plugins.module_utils._api import papi
from ansible_collections.edgetrust.akamai.plugins.module_utils._wire.answers import Response

NOW = dt.datetime(2026, 11, 24, 9, 15, 30, tzinfo=dt.UTC)
#: Headers of an answer that asks to come back in 300 seconds.
LATER = {"date": "Tue, 24 Nov 2026 09:15:00 GMT", "retry-after": "Tue, 24 Nov 2026 09:20:00 GMT"}


class Clock:
    def now(self) -> dt.datetime:
        return NOW


class Session:
    """Keeps one request and gives one answer, if the operation counts on its status and on what it holds."""

    clock = Clock()

    def __init__(self, status: int, document: Any, headers: dict[str, str]) -> None:
        self.answer = Response(status, headers, document, "")
        self.seen: dict[str, Any] = {}

    def request(self, method: str, path: str, **options: Any) -> Response:
        self.seen = {"method": method, "path": path, "expect": (200,), "needs": "", **options}
        assert self.answer.status in self.seen["expect"]
        assert self.answer.has(self.seen["needs"])
        return self.answer


class Row:
    """One call and what it comes to: `asks` for a method and path, `gets` an answer, `makes` a result of it. `query_`,
    `body_`, `headers_`, `accept`, `content_type`, `write` are what has to be sent; absent members of a query are left out."""

    def __init__(
        self,
        function: Any,
        *arguments: Any,
        asks: str,
        code: int = 200,
        gets: Any = None,
        makes: Any = None,
        headers: dict[str, str] | None = None,
        **sent: Any,
    ) -> None:
        keywords = {name: sent.pop(name) for name in list(sent) if name in inspect.signature(function).parameters}
        self.function, self.arguments, self.keywords = function, arguments, keywords
        self.method, self.path = asks.split(" ", 1)
        self.code, self.gets, self.makes, self.headers, self.sent = code, gets, makes, headers or {}, sent
        self.id = f"{function.__module__.rsplit('.', 1)[-1]}.{function.__name__}"


def check(row: Row) -> None:
    """Makes the call and compares both sides of it."""
    session = Session(row.code, row.gets, row.headers)
    assert row.function(session, *row.arguments, **row.keywords) == row.makes
    seen = session.seen
    assert (seen["method"], seen["path"]) == (row.method, row.path)
    query = {name: value for name, value in (seen.get("query") or {}).items() if value is not None}
    assert query == row.sent.get("query_", {})
    assert seen.get("body") == row.sent.get("body_")
    assert seen["write"] is row.sent.get("write", row.method not in ("GET", "HEAD"))
    prefixes = papi.PREFIXES if row.path.startswith(papi.BASE) else {}
    assert dict(seen.get("headers") or {}) == prefixes | row.sent.get("headers_", {})
    for header in ("accept", "content_type"):
        default = "application/json" if row.path.startswith(papi.BASE) and header == "content_type" else None
        assert seen.get(header) == row.sent.get(header, default)


def check_complete(module: ModuleType, rows: Sequence[Row]) -> None:
    """Every operation has a row, and its documentation names the section of the reference page."""
    public = {
        name: function
        for name, function in vars(module).items()
        if inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert set(public) == {row.function.__name__ for row in rows}
    for name, function in public.items():
        assert any(character.isdigit() for character in str(inspect.getdoc(function) or module.__doc__)), name
