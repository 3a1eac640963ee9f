# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identifiers with and without prefix (papi-v1.md 1.3), links, and the one format of times."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from ..core import Call

PREFIXES = ("act", "ctr", "grp", "prd", "aid", "prp", "inc", "ehn", "cpc", "atv")
_PREFIXED = re.compile(r"^(?:" + "|".join(PREFIXES) + r")_(?=.)")


def bare(value: Any) -> str:
    """An id as text without its prefix: `grp_15225`, `"15225"` and `15225` are all `15225`."""
    return _PREFIXED.sub("", str(value))


def prefixed(kind: str, value: Any) -> str:
    return f"{kind}_{bare(value)}"


def same(one: Any, other: Any) -> bool:
    return bare(one) == bare(other)


def use_prefixes(call: Call) -> bool:
    asked = call.headers.get("papi-use-prefixes", "").strip().lower()
    if asked in ("true", "false"):
        return asked == "true"
    settings = call.account.document.get("client_settings", {}).get(call.user, {})
    return bool(settings.get("usePrefixes", True))


class Names:
    """How this call wants ids to be written; `names("prp", id)`."""

    __slots__ = ("prefixes",)

    def __init__(self, call: Call) -> None:
        self.prefixes = use_prefixes(call)

    def __call__(self, kind: str, value: Any) -> str:
        return prefixed(kind, value) if self.prefixes else bare(value)

    def account(self, call: Call) -> str:
        return self("act", call.account.id)

    def link(self, path: str, contract: Any, group: Any) -> str:
        """A relative link as PAPI gives them: below v0, with contract and group."""
        return f"/papi/v0/{path}?contractId={self('ctr', contract)}&groupId={self('grp', group)}"


def stamp(moment: dt.datetime) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`: of one width, so that times sort as text."""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(text: Any) -> dt.datetime | None:
    """An aware UTC time, or None if `text` is no ISO 8601 time."""
    try:
        moment = dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)


_DURATION = re.compile(
    r"P(?=[\dT])(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?"
)


def parse_duration(text: str) -> dt.timedelta | None:
    """An ISO 8601 duration of weeks, days, hours, minutes and seconds (`P1DT23H6M40S`), None for anything else."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return dt.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def absolute(call: Call, link: str) -> str:
    """An absolute URL for a redirect, since clients sign what they find there (clients.md 1)."""
    return f"https://{call.headers.get('host', '127.0.0.1')}{link}"
