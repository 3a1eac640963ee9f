# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service rooms (METS, CPS, PAPI, grants) share: calls, replies, refusals, operations, accounts.

A service is a table of `Operation` rows and a `settle` function; it knows nothing of HTTP servers, signatures or
sockets. The state of an account *is* its seed document (plain JSON types), so `GET /state` needs no translation.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Document = dict[str, Any]


@dataclass(slots=True)
class Reply:
    """An answer of a service. `body` None means no body at all."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


class Refusal(Exception):
    """A refusal of a service: an HTTP status and its problem document, raised from anywhere in a handler."""

    def __init__(
        self,
        status: int,
        document: Document,
        *,
        headers: Mapping[str, str] | None = None,
        content_type: str = "application/problem+json",
    ) -> None:
        super().__init__(f"{status} {document.get('type', '')}")
        self.status = status
        self.document = document
        self.headers = dict(headers or {})
        self.content_type = content_type

    def reply(self) -> Reply:
        return Reply(self.status, self.document, self.headers, self.content_type)


class ShapeError(ValueError):
    """A seed or state document that cannot be used. `pointer` is a JSON pointer below the account: `/ca_sets/0/versions`."""

    def __init__(self, pointer: str, text: str) -> None:
        super().__init__(f"{pointer or '/'}: {text}")
        self.pointer = pointer
        self.text = text


class Clock(Protocol):
    """The account's clock: real time plus whatever `POST /advance` has added. Never used for signatures or `Date`."""

    def now(self) -> dt.datetime:
        """Aware, UTC."""


class Account:
    """One account: its document and the moment at which something in it is due next."""

    def __init__(self, account_id: str, document: Document) -> None:
        self.id = account_id
        self.document = document
        self.next_due: dt.datetime | None = None

    def wake(self, due: dt.datetime) -> None:
        """Ask for `settle` to be run once the account's clock has reached `due`."""
        if self.next_due is None or due < self.next_due:
            self.next_due = due

    def next_id(self, kind: str, floor: int) -> int:
        """A number that was never given before to anything of this kind in this account (deleted things included)."""
        counters: dict[str, int] = self.document.setdefault("counters", {})
        counters[kind] = max(counters.get(kind, floor - 1), floor - 1) + 1
        return counters[kind]


class Emulator(Protocol):
    """What a handler may ask of the house around it."""

    clock: Clock
    accounts: dict[str, Account]

    def switch(self, name: str) -> str:
        """The value of a named switch (see `switches.py`)."""

    def duration(self, name: str) -> float:
        """Seconds that an operation takes: mets_activation, mets_deactivation, mets_deletion, cps_step, papi_activation, retry_after."""

    def http_date(self, account_time: dt.datetime) -> str:
        """An account time as an RFC 1123 date on the *wire's* clock (for Retry-After)."""


@dataclass(slots=True)
class Call:
    """One request that has passed signature, grants and rate limit.

    `path` is as sent (percent-encoded), `params` are decoded. `query` has every parameter but `accountSwitchKey`, decoded, in the
    order received, blank values kept. Header names are in lower case. `client` is the calling client's document (name, user, grants).
    """

    emulator: Emulator
    account: Account
    user: str
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    params: dict[str, str] = field(default_factory=dict)
    operation: str = ""
    client: Mapping[str, Any] = field(default_factory=dict)

    def now(self) -> dt.datetime:
        return self.emulator.clock.now()

    def json(self) -> Any:
        """The parsed body. Raises ValueError (json.JSONDecodeError, UnicodeDecodeError) when it is not JSON."""
        return json.loads(self.body)


Handler = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True)
class Switch:
    """A point the reference leaves open, as a named choice. `values` lists what is allowed, the default first."""

    name: str
    values: tuple[str, ...]
    text: str

    @property
    def default(self) -> str:
        return self.values[0]


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of a service's table. `template` is a path with `{names}`, from the root: `/cps/v2/enrollments/{enrollmentId}`."""

    api: str
    name: str
    method: str
    template: str
    handler: Handler
    write: bool

    def pattern(self) -> re.Pattern[str]:
        return re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.template) + "$")


@dataclass(frozen=True, slots=True)
class Shape:
    """What an operation takes and answers: query parameters by name and bodies by media type, each with its JSON
    Schema; the media types of its answers."""

    query: Mapping[str, Document] = field(default_factory=dict)
    bodies: Mapping[str, Document] = field(default_factory=dict)
    accepts: tuple[str, ...] = ("application/json",)


@dataclass(frozen=True, slots=True)
class Service:
    """A service as the house mounts it.

    `guard` runs before any handler once the path is known (media types, query names); `no_route` answers an unknown
    path or method below `prefix`; `settle` carries out everything that is due by `now` and calls `account.wake` for what is not;
    `complete` fills what a seed left out, in place (it may raise `ShapeError`); `rate_limited(call, limit, remaining, wait)` is the 429 with
    `wait` in seconds until the next request is allowed; `crash` is the service's own 500 document; `describe` is the shape of
    the operation of a name.
    """

    api: str
    prefixes: tuple[str, ...]
    operations: tuple[Operation, ...]
    no_route: Callable[[Call, Iterable[str]], Reply]
    settle: Callable[[Emulator, Account], None]
    complete: Callable[[Emulator, Account], None]
    rate_limited: Callable[[Call, int, int, float], Reply]
    crash: Callable[[Call], Reply]
    guard: Callable[[Call, Operation], None] | None = None
    switches: tuple[Switch, ...] = ()
    describe: Callable[[str], Shape] | None = None
