# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counting and parsing of fault rules; what they do on the wire is in the conformance rows."""

from __future__ import annotations

from typing import Any

import pytest
from akamai_emulator import faults

THEN = {"status": 503}


def fired(rule: dict[str, Any], requests: int = 5) -> list[int]:
    found = faults.parse({"then": THEN, **rule})
    return [n for n in range(1, requests + 1) if found.fires("mets", "GET", "/x")]


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ({}, [1]),
        ({"nth": 3}, [3]),
        ({"every": True}, [1, 2, 3, 4, 5]),
        ({"every": True, "times": 2}, [1, 2]),
        ({"nth": 2, "times": 2}, [2, 3]),
        ({"nth": 4, "every": True}, [4, 5]),
        ({"api": "mets"}, [1]),
        ({"api": "cps"}, []),
        ({"method": "get"}, [1]),
        ({"method": "POST"}, []),
        ({"path": "^/x$"}, [1]),
        ({"path": "y"}, []),
    ],
    ids=str,
)
def test_which_requests_are_hit(rule: dict[str, Any], wanted: list[int]) -> None:
    assert fired(rule) == wanted


def test_every_rule_counts_what_another_hits() -> None:
    planted = faults.Faults()
    planted.rules = [faults.parse({"then": THEN}), faults.parse({"nth": 2, "then": {"drop": "after"}})]
    hits = [planted.match("cps", "GET", "/x") for _ in range(3)]
    assert [rule and rule.form for rule in hits] == ["status", "drop", None]


@pytest.mark.parametrize(
    ("then", "works"),
    [
        ({"status": 500}, False),
        ({"status": 500, "work": "done"}, True),
        ({"text": "x"}, False),
        ({"text": "x", "work": "done"}, True),
        ({"drop": "before"}, False),
        ({"drop": "after"}, True),
        ({"delay": 0}, True),
        ({"truncate": 0}, True),
        ({"redirect": "https://example.com/"}, False),
    ],
    ids=str,
)
def test_whether_the_work_is_done(then: dict[str, Any], works: bool) -> None:
    assert faults.parse({"then": then}).works is works


@pytest.mark.parametrize(
    ("then", "kind", "status"),
    [
        ({"status": 503, "body": {"title": "x"}}, "application/problem+json", 503),
        ({"status": 200, "body": {"title": "x"}}, "application/json", 200),
        ({"status": 503, "body": {}, "headers": {"content-type": "text/html"}}, "text/html", 503),
        ({"text": "<html>"}, "text/plain; charset=utf-8", 500),
        ({"text": "<html>", "status": 502}, "text/plain; charset=utf-8", 502),
    ],
    ids=str,
)
def test_answers(then: dict[str, Any], kind: str, status: int) -> None:
    reply = faults.parse({"then": then}).reply("GET")
    assert reply is not None
    assert (reply.content_type, reply.status) == (kind, status)


@pytest.mark.parametrize(("method", "status"), [("GET", 302), ("POST", 307)])
def test_redirects_keep_the_method(method: str, status: int) -> None:
    reply = faults.parse({"then": {"redirect": "https://example.com/"}}).reply(method)
    assert reply is not None
    assert (reply.status, reply.headers) == (status, {"Location": "https://example.com/"})
