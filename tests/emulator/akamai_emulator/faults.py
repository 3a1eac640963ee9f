# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that `POST /faults` plants: which request they hit and what happens to it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .core import Reply

APIS = ("*", "mets", "cps", "papi", "grants")
_RULE_KEYS = {"api", "method", "path", "nth", "every", "times", "then"}

# What `then` may hold: the member that names the form, and the others it may have beside it.
_FORMS: dict[str, set[str]] = {
    "text": {"status", "headers", "work"},
    "drop": set(),
    "delay": set(),
    "truncate": set(),
    "redirect": {"status"},
    "status": {"headers", "body", "work"},
}


class FaultError(ValueError):
    """A rule that makes no sense; the message names the member."""


@dataclass(slots=True)
class Rule:
    """`nth` counts matches from the POST on; `left` is how often it may still fire (None: without end)."""

    document: dict[str, Any]
    api: str
    method: str
    path: re.Pattern[str]
    nth: int
    left: int | None
    form: str
    then: dict[str, Any]
    seen: int = field(default=0)

    def fires(self, api: str | None, method: str, path: str) -> bool:
        if self.api not in ("*", api) or self.method not in ("*", method) or not self.path.search(path):
            return False
        self.seen += 1
        if self.seen < self.nth or self.left == 0:
            return False
        if self.left is not None:
            self.left -= 1
        return True

    @property
    def works(self) -> bool:
        """Whether the service does its work although its answer will not arrive as it is."""
        return self.then.get("work") == "done" or self.form in ("delay", "truncate") or self.then.get("drop") == "after"

    def reply(self, method: str) -> Reply | None:
        """The answer that takes the place of the service's own, for the forms that have one."""
        then = self.then
        headers = {str(k): str(v) for k, v in (then.get("headers") or {}).items()}
        if self.form == "text":
            return Reply(then.get("status", 500), then["text"].encode(), headers, "text/plain; charset=utf-8")
        if self.form == "redirect":
            status = then.get("status", 302 if method in ("GET", "HEAD") else 307)
            return Reply(status, None, {"Location": then["redirect"]})
        if self.form == "status":
            problem = then["status"] >= 400 and isinstance(then.get("body"), dict)
            kind = next((v for k, v in headers.items() if k.lower() == "content-type"), None)
            headers = {k: v for k, v in headers.items() if k.lower() != "content-type"}
            kind = kind or ("application/problem+json" if problem else "application/json")
            return Reply(then["status"], then.get("body"), headers, kind)
        return None


def _need(condition: bool, text: str) -> None:
    if not condition:
        raise FaultError(text)


def _is_int(value: object, low: int, high: int = 10**9) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def parse(document: Any) -> Rule:
    """Raises FaultError."""
    _need(isinstance(document, dict), "a fault is an object")
    _need(not document.keys() - _RULE_KEYS, f"unknown members: {', '.join(sorted(document.keys() - _RULE_KEYS))}")
    api = document.get("api", "*")
    method = document.get("method", "*")
    _need(api in APIS, f"api is one of {' '.join(APIS)}")
    _need(isinstance(method, str), "method is text")
    try:
        path = re.compile(document.get("path", ""))
    except (re.error, TypeError) as error:
        raise FaultError(f"path is no regular expression: {error}") from error
    nth, every, times = document.get("nth", 1), document.get("every", False), document.get("times")
    _need(_is_int(nth, 1), "nth is a number from 1 on")
    _need(isinstance(every, bool), "every is true or false")
    _need(times is None or _is_int(times, 1), "times is a number from 1 on")
    form = _form(document.get("then"))
    left = times if times is not None else None if every else 1
    return Rule(document, api, method.upper(), path, nth, left, form, document["then"])


def _form(then: Any) -> str:
    _need(isinstance(then, dict), "then is an object")
    form = next((name for name in _FORMS if name in then), None)
    if form is None:
        raise FaultError(f"then has one of {', '.join(_FORMS)}")
    extra = then.keys() - _FORMS[form] - {form}
    _need(not extra, f"then: {form} does not go with {', '.join(sorted(extra))}")
    _need("status" not in then or _is_int(then["status"], 200, 599), "then.status is an HTTP status")
    _need(then.get("work", "none") in ("none", "done"), "then.work is none or done")
    _need(isinstance(then.get("headers", {}), dict), "then.headers is an object")
    valid: dict[str, Callable[[Any], bool]] = {
        "text": lambda v: isinstance(v, str),
        "drop": lambda v: v in ("before", "after"),
        "delay": lambda v: isinstance(v, int | float) and not isinstance(v, bool) and 0 <= v <= 3600,
        "truncate": lambda v: _is_int(v, 0),
        "redirect": lambda v: isinstance(v, str),
        "status": lambda v: True,
    }
    _need(valid[form](then[form]), f"then.{form} has a wrong value: {json.dumps(then[form])}")
    return form


class Faults:
    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def match(self, api: str | None, method: str, path: str) -> Rule | None:
        """The first rule that fires. Every rule counts the request, whether another fires or not."""
        fired = [rule for rule in self.rules if rule.fires(api, method, path)] if self.rules else []
        return fired[0] if fired else None
