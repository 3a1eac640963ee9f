# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One CPS request as the handlers see it: negotiated media types, resolved ids, parsed body."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ..core import Account, Call, Document, Emulator, Refusal, Reply
from . import errors, schema

PREFIX = "application/vnd.akamai.cps."
SUFFIX = "+json"
NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(slots=True)
class Exchange:
    """`accept` is a short name such as `enrollment.v12`. `contents` are the body's candidates: more than one only where
    media types are lax and the call names none of them."""

    call: Call
    accept: str
    contents: tuple[str, ...] = ()
    content: str = field(init=False)
    emulator: Emulator = field(init=False)
    account: Account = field(init=False)
    now: dt.datetime = field(init=False)

    def __post_init__(self) -> None:
        self.emulator = self.call.emulator
        self.account = self.call.account
        self.now = self.call.now()
        self.content = self.contents[0] if self.contents else ""

    def switch(self, name: str) -> str:
        return self.emulator.switch(name)

    def query(self, name: str) -> str | None:
        return next((value for key, value in self.call.query if key == name), None)

    def flag(self, name: str) -> bool:
        return (self.query(name) or "").lower() == "true"

    def refuse(self, slug: str, detail: str | None = None, *, status: int | None = None) -> Refusal:
        return errors.refusal(self.call, slug, detail, status=status)

    def link(self, enrollment_id: int, *more: object) -> str:
        return link(self.emulator, enrollment_id, *more)

    def reply(self, status: int, body: Any) -> Reply:
        return Reply(status, body, content_type=f"{PREFIX}{self.accept}{SUFFIX}")

    def enrollment(self) -> Document:
        wanted = self._number("enrollmentId")
        for enrollment in self.account.document["enrollments"]:
            if enrollment["id"] == wanted:
                return enrollment  # type: ignore[no-any-return]
        raise self.refuse("not-found", "The enrollment was not found.")

    def change(self, enrollment: Document) -> Document:
        wanted = self._number("changeId")
        for change in enrollment["changes"]:
            if change["id"] == wanted:
                if change["state"] == "completed" and self.switch("cps_completed_change") == "gone":
                    break
                return change  # type: ignore[no-any-return]
        raise self.refuse("not-found", "The change was not found.")

    def body(self, known: Any = None) -> Document:
        """The body, checked against the closed schema of its media type: the first candidate that fits."""
        try:
            value = self.call.json()
        except (ValueError, RecursionError) as error:
            raise self.refuse("invalid-request", "The body is not JSON.") from error
        problems = []
        for content in self.contents:
            try:
                schema.check(value, schema.BODIES[content], known)
            except schema.Violation as error:
                problems.append(ascii(str(error))[1:-1])
                continue
            self.content = content
            return value  # type: ignore[no-any-return]
        raise self.refuse("invalid-request", problems[0])

    def _number(self, name: str) -> int:
        text = self.call.params[name]
        if NUMBER.fullmatch(text):
            return int(text)
        if self.switch("cps_malformed_path") == "500":
            document = errors.gateway_500(self.call)
            raise Refusal(document.status, document.body)
        raise self.refuse("not-found")


Handler = Callable[[Exchange], Reply]


def link(emulator: Emulator, enrollment_id: int, *more: object) -> str:
    """A link as bodies carry it; clients read its last segment."""
    return "/".join(["", emulator.switch("cps_links"), "enrollments", str(enrollment_id), *map(str, more)])


def negotiate(call: Call, handler: Handler, accepts: tuple[str, ...], contents: tuple[str, ...]) -> Reply:
    """Run `handler` with the media types that the call asks for. Lists hold short names, the newest first.

    406 and 415 for missing, generic and unknown types, unless the switch is lax. Without a body in the operation any
    Content-Type passes: official clients send one on GET and DELETE.
    """
    strict = call.emulator.switch("cps_media_types") == "strict"
    accept = _chosen(call.headers.get("accept", ""), accepts)
    if accept is None and strict:
        raise errors.refusal(call, "not-acceptable", f"Acceptable: {_listed(accepts)}")
    content = _chosen(call.headers.get("content-type", ""), contents)
    if content is None and contents and strict:
        raise errors.refusal(call, "unsupported-media-type", f"Supported: {_listed(contents)}")
    return handler(Exchange(call, accept or accepts[0], (content,) if content else contents))


def _chosen(header: str, names: Iterable[str]) -> str | None:
    offered = {part.split(";")[0].strip().lower() for part in header.split(",")}
    return next((name for name in names if f"{PREFIX}{name}{SUFFIX}" in offered), None)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"{PREFIX}{name}{SUFFIX}" for name in names)
