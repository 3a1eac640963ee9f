# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether, and after how long, a request is sent again. Pure: no clock, no chance, no I/O (edgegrid.md 5).

A read is repeated after anything that passes by itself. A write is repeated only when it is certain that it was not
carried out; otherwise whoever wished it has to look first.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .answers import Loss, Response, seconds_until

BURST_PAUSE = 60.0  # seconds; the edge's burst rule holds for about a minute and says nothing about its end
LONGEST_BACK_OFF = 30.0
SHORTEST_SERVER_PAUSE = 1.0


class Fate(Enum):
    """What became of a request that did not bring the expected answer."""

    REFUSED = "refused"  # for good: the same request gets the same answer
    UNTOUCHED = "untouched"  # not carried out, and welcome later
    UNCERTAIN = "uncertain"  # perhaps carried out


@dataclass(frozen=True, slots=True)
class Try:
    """The attempt to judge. `number` counts from 1; `elapsed` and `budget` are seconds; `jitter` is 0 to 1."""

    method: str
    path: str
    write: bool
    number: int
    elapsed: float
    budget: float
    jitter: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """`wait` is the pause in seconds before the next attempt, or None: no more attempts. `gave_up` says why, when
    only the time budget stands against another attempt."""

    wait: float | None
    gave_up: str | None = None


def judge(attempt: Try, outcome: Response | Loss, now: dt.datetime) -> Verdict:
    """Send again or not. `now` stands in for the server's clock where an answer has no `Date`."""
    fate = fate_of(outcome, attempt.method, attempt.path)
    passing = outcome.kind.passing if isinstance(outcome, Loss) else fate is not Fate.REFUSED
    if not passing or (attempt.write and fate is Fate.UNCERTAIN):
        return Verdict(None)
    wait = _pause(attempt, outcome, now)
    if attempt.elapsed + wait > attempt.budget:
        return Verdict(
            None,
            f"Gave up at attempt {attempt.number}, after {attempt.elapsed:.0f} s: the next one would be due in "
            f"{wait:.0f} s, which is more than `retry_timeout` ({attempt.budget:.0f} s) allows.",
        )
    return Verdict(wait)


def fate_of(outcome: Response | Loss, method: str = "", path: str = "") -> Fate:
    """Whether the request may have been carried out, and whether it may be welcome later."""
    if isinstance(outcome, Loss):
        return Fate.UNCERTAIN if outcome.kind.may_have_worked else Fate.UNTOUCHED
    if outcome.status == 429:
        return Fate.REFUSED if _quota_used_up(outcome, method, path) else Fate.UNTOUCHED
    if is_burst_block(outcome):
        return Fate.UNTOUCHED
    if outcome.status == 503 and _slug(outcome) == "global-rate-limit-exceeded":
        return Fate.UNTOUCHED
    certain = outcome.status == 501 or _slug(outcome) in _FAILED
    return Fate.UNCERTAIN if outcome.status >= 500 and not certain else Fate.REFUSED


def is_burst_block(answer: Response) -> bool:
    """The 400 by which the edge in front of the APIs throttles (papi-v1.md 1.8)."""
    return answer.status == 400 and "IPBLOCK" in str(_members(answer).get("detail", answer.text[:1000]))


def server_pause(answer: Response, now: dt.datetime) -> float | None:
    """Seconds until the server wants to hear from us again: the latest of all that the answer says, in any of its
    forms (edgegrid.md 5); None if it says nothing."""
    since = answer.date() or now
    members = _members(answer)
    said: list[float | None] = [seconds_until(answer.headers.get(name, ""), since) for name in _HEADERS]
    said += [seconds_until(str(members.get(name) or ""), since) for name in _MEMBERS]
    prose = str(members.get("detail") or answer.text[:1000])
    said += [seconds_until(match.group(1), since) for pattern in _PROSE if (match := pattern.search(prose))]
    return max((seconds for seconds in said if seconds is not None), default=None)


#: 500s that say what became of the request: nothing (papi-v1.md 12.7).
_FAILED = frozenset(["property_activation_failed", "property_deactivation_failed"])
_HEADERS = ("x-ratelimit-next", "akamai-ratelimit-next", "retry-after")
_MEMBERS = ("rateLimitNext", "retryAfter")
_PROSE = (
    re.compile(r"\b(?:after|in)\s*:?\s*(\d+(?:\.\d+)?)\s*s(?:ec|\b)", re.IGNORECASE),
    re.compile(r"\bafter\s*:?\s*(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d))", re.IGNORECASE),
)
#: A 429 of this call is a used-up certificate quota, whatever its body says.
_BUCKET = re.compile(r"/papi/v\d+/properties/[^/]+/hostnames/?$")


def _pause(attempt: Try, outcome: Response | Loss, now: dt.datetime) -> float:
    back_off = min(LONGEST_BACK_OFF, 2.0 ** (attempt.number - 1)) * (0.5 + attempt.jitter / 2)
    if isinstance(outcome, Loss):
        return back_off
    if is_burst_block(outcome):
        return max(BURST_PAUSE * (1 + attempt.jitter / 4), server_pause(outcome, now) or 0.0)
    said = server_pause(outcome, now) if outcome.status in (429, 503) else None
    return back_off if said is None else max(said, SHORTEST_SERVER_PAUSE)


def _quota_used_up(answer: Response, method: str, path: str) -> bool:
    """A 429 that counts things, not requests: no pause cures it."""
    members = _members(answer)
    bucket = method == "PATCH" and _BUCKET.search(path) is not None
    return bucket or "limitKey" in members or _slug(answer) == "limit-exceeded"


def _members(answer: Response) -> Mapping[str, Any]:
    return answer.document if isinstance(answer.document, dict) else {}


def _slug(answer: Response) -> str:
    return str(_members(answer).get("type") or "").rstrip("/").rsplit("/", 1)[-1]
