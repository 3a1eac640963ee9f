# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rate limits per account and API, on the wire's clock (edgegrid.md 5)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Verdict:
    """`wait` is 0 when the request may pass, else the seconds until one may."""

    limit: int
    remaining: int
    wait: float


class Limiter(Protocol):
    limit: int

    def take(self, now: float) -> Verdict: ...


class Window:
    """At most `limit` requests in any `seconds`. Refused ones do not count."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self.taken: deque[float] = deque()

    def take(self, now: float) -> Verdict:
        while self.taken and self.taken[0] <= now - self.seconds:
            self.taken.popleft()
        if len(self.taken) >= self.limit:
            return Verdict(self.limit, 0, self.taken[0] + self.seconds - now)
        self.taken.append(now)
        return Verdict(self.limit, self.limit - len(self.taken), 0)


class Bucket:
    """A burst of `burst` requests, refilled by `per_minute`."""

    def __init__(self, burst: int, per_minute: int) -> None:
        self.limit = burst
        self.rate = per_minute / 60
        self.tokens = float(burst)
        self.filled: float | None = None

    def take(self, now: float) -> Verdict:
        if self.filled is not None:
            self.tokens = min(self.limit, self.tokens + (now - self.filled) * self.rate)
        self.filled = now
        if self.tokens < 1:
            return Verdict(self.limit, 0, (1 - self.tokens) / self.rate)
        self.tokens -= 1
        return Verdict(self.limit, int(self.tokens), 0)


# METS publishes no numbers: one window of a minute stands in for them. `headers` marks the APIs whose answers always carry X-RateLimit-*.
METS_PER_MINUTE = 300


def _limiters(api: str) -> list[Limiter]:
    table: dict[str, list[Limiter]] = {
        "mets": [Window(METS_PER_MINUTE, 60)],
        "cps": [Window(20, 2), Window(35, 60)],
        "papi": [Bucket(1000, 100)],
    }
    return table.get(api, [])


HEADERS = frozenset({"mets", "papi"})


class RateLimits:
    def __init__(self) -> None:
        self.by_account: dict[tuple[str, str], list[Limiter]] = {}

    def take(self, account: str, api: str, now: float) -> Verdict | None:
        """The tightest verdict of the API's limiters; None for an API without limits."""
        key = (account, api)
        if key not in self.by_account:
            self.by_account[key] = _limiters(api)
        return _tightest(limiter.take(now) for limiter in self.by_account[key])

    def full(self, api: str) -> Verdict | None:
        """What is shown while limits are off: a quota that nothing is taken from."""
        return _tightest(Verdict(limiter.limit, limiter.limit, 0) for limiter in _limiters(api))


def _tightest(verdicts: Iterable[Verdict]) -> Verdict | None:
    return max(verdicts, key=lambda verdict: (verdict.wait, -verdict.remaining), default=None)
