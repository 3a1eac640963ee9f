# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An official client, as clients.md describes it, and the list of that page's lines with the tests of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, urlsplit

import requests

from .harness import House
from .openapi import shared

Test = TypeVar("Test", bound=Callable[..., Any])

# Section and beginning of a line -> the tests of it, filled by `line`.
TESTS: dict[tuple[str, str], list[str]] = {}

# Lines that say nothing an emulator could keep to, and why.
NO_TEST = {
    ("4", "Not needed for mTLS work and"): "says what is left out",
}

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


def line(section: str, point: str) -> Callable[[Test], Test]:
    """Mark a test as one of a line of clients.md: its section, and the first cell of its row or its first words."""

    def mark(test: Test) -> Test:
        TESTS.setdefault((section, point), []).append(f"{test.__module__.rpartition('.')[2]}::{test.__name__}")
        return test

    return mark


def page_lines() -> list[tuple[str, str]]:
    """Every row, bullet and paragraph of the numbered sections, by section and first cell or first six words."""
    source = shared() / "api" / "clients.md"
    found: list[tuple[str, str]] = []
    section = ""
    for text in source.read_text().split("\n## ")[1:] if source.is_file() else ():
        section = text[0]
        for block in re.split(r"\n(?=\n|- |\| )", text)[1:]:
            words = block.strip().removeprefix("- ")
            cell = re.match(r"\| (?P<first>[^|]+?) \|", words)
            if cell and cell["first"] != "point":
                found.append((section, cell["first"]))
            elif words and not cell and not words.startswith("|---"):
                found.append((section, " ".join(words.split()[:6])))
    return found


class Go:
    """A client like those of the Go library: both media types on every request, sorted and re-encoded queries, exact
    statuses, JSON in every answer of 2xx but 204 and 205 where a result is expected."""

    def __init__(self, house: House, section: str = "default") -> None:
        self.house = house
        self.client = house.client(section)

    def send(
        self, method: str, path: str, body: Any = None, *, accept: str | None = None, content: str | None = None
    ) -> requests.Response:
        parts = urlsplit(path)
        pairs = sorted(parse_qsl(parts.query, keep_blank_values=True))
        query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
        headers = {"Accept": accept or "application/json", "Content-Type": content or "application/json"}
        if path.startswith("/papi/"):
            headers["PAPI-Use-Prefixes"] = "true"
        target = f"{parts.path}?{query}" if query else parts.path
        return self.client.send(method, target, body, headers, redirects=method == "GET")

    def call(self, method: str, path: str, status: int, body: Any = None, *, result: bool = True, **media: str) -> Any:
        """A call that has to end with this status; its result, None where none is expected."""
        answer = self.send(method, path, body, **media)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:1000]}"
        if not result or status in (204, 205):
            return None
        assert "json" in answer.headers["Content-Type"], answer.headers
        return answer.json()

    def error(self, method: str, path: str, status: int, kind: str, body: Any = None, **media: str) -> Any:
        """A call that has to be refused with this status and exactly this type; its problem document."""
        answer = self.send(method, path, body, **media)
        problem = answer.json()
        assert (answer.status_code, problem["type"]) == (status, kind), answer.text
        return problem


def times(document: Any) -> list[Any]:
    """Every value of a member whose name ends in Date or Time, at any depth."""
    if isinstance(document, list):
        return [value for item in document for value in times(item)]
    if not isinstance(document, dict):
        return []
    own = [value for name, value in document.items() if name.endswith(("Date", "Time"))]
    return own + [value for item in document.values() for value in times(item)]


def zoned(value: Any) -> bool:
    """RFC 3339 with a zone, or null; `""` would fail the whole answer."""
    return value is None or (isinstance(value, str) and RFC3339.fullmatch(value) is not None)


def last(link: str) -> str:
    """The id at the end of a link."""
    return link.split("?")[0].rsplit("/", 1)[-1]
