# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How activations move on by the account's clock (papi-v1.md 12.5).

An open entry holds its future as `steps`, [{status, at}]; `settle` takes the steps that are due, the earliest first, over
all properties of the account.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator

from ..core import Account, Document, Emulator
from .ids import parse_time, stamp
from .model import ACTIVE_MEMBER, OPEN, STATUS_MEMBER, items, version_of

# Share of `papi_activation` after which a status is reached; the last step is the end.
STAGES = (("PENDING", 0.05), ("ZONE_1", 0.4), ("ZONE_2", 0.6), ("ZONE_3", 0.8))
CANCELLATION = 0.05
FALLBACK_SECONDS = 3600


def _moment(text: str) -> dt.datetime:
    return parse_time(text) or dt.datetime.fromtimestamp(0, dt.UTC)


def schedule(emulator: Emulator, account: Account, prop: Document, entry: Document, *, end: str | None = None) -> None:
    """Lay out the way of a new entry from its `submitDate` on, mark its version, and ask to be woken."""
    total = emulator.duration("papi_activation")
    start = _moment(entry["submitDate"])
    stages = list(STAGES)
    if entry["activationType"] == "DEACTIVATE":
        stages = [(emulator.switch("papi_deactivation_pending"), STAGES[0][1])]
        end = end or emulator.switch("papi_deactivation_end")
    reached = [status for status, _ in stages]
    if entry["status"] in reached:
        stages = stages[reached.index(entry["status"]) + 1 :]
    end = end or emulator.switch("papi_activation_end")
    entry["steps"] = [
        {"status": status, "at": stamp(start + dt.timedelta(seconds=total * share))}
        for status, share in (*stages, (end, 1.0))
    ]
    version = version_of(prop, entry["propertyVersion"])
    if version is not None:
        pending = "PENDING" if entry["activationType"] == "ACTIVATE" else "PENDING_DEACTIVATION"
        version[STATUS_MEMBER[entry["network"]]] = pending
    wake(account, entry)


def schedule_abort(emulator: Emulator, account: Account, entry: Document, now: dt.datetime) -> None:
    """Replace the way ahead by the cancellation."""
    due = now + dt.timedelta(seconds=emulator.duration("papi_activation") * CANCELLATION)
    entry["steps"] = [{"status": "ABORTED", "at": stamp(due)}]
    wake(account, entry)


def wake(account: Account, entry: Document) -> None:
    account.wake(_moment(entry["steps"][0]["at"]))


def seconds_left(entry: Document, now: dt.datetime) -> int:
    """Whole seconds until the entry reaches its end, rounded up."""
    return max(0, math.ceil((_moment(entry["steps"][-1]["at"]) - now).total_seconds())) if entry.get("steps") else 0


def touch(account: Account, entry: Document, at: dt.datetime) -> None:
    """Set `updateDate`, later than any set before in the account, since clients sort by it as text."""
    floor = account.document.setdefault("counters", {}).get("papi_update", 0)
    millis = max(int(at.timestamp() * 1000), floor + 1)
    account.document["counters"]["papi_update"] = millis
    entry["updateDate"] = stamp(dt.datetime.fromtimestamp(millis / 1000, dt.UTC))


def _waiting(account: Account) -> Iterator[tuple[str, Document, Document]]:
    for prop in items(account, "properties"):
        for entry in prop["activations"]:
            if entry.get("steps"):
                yield entry["steps"][0]["at"], prop, entry


def settle(emulator: Emulator, account: Account) -> None:
    """Carry out every step that is due, each at its own time, and ask to be woken for the next one."""
    now = stamp(emulator.clock.now())
    while waiting := sorted(_waiting(account), key=lambda item: item[0]):
        at, prop, entry = waiting[0]
        if at > now:
            account.wake(_moment(at))
            return
        step = entry["steps"].pop(0)
        apply(account, prop, entry, step["status"], _moment(at))


def apply(account: Account, prop: Document, entry: Document, status: str, at: dt.datetime) -> None:
    """One change of status and, at the end, all that follows from it."""
    if not entry.get("steps"):
        entry.pop("steps", None)
        _END[entry["activationType"], status in ("ACTIVE", "DEACTIVATED")](account, prop, entry, at, status)
    entry["status"] = status
    touch(account, entry, at)


def _activated(account: Account, prop: Document, entry: Document, at: dt.datetime, status: str) -> None:
    network, number = entry["network"], entry["propertyVersion"]
    previous = prop[ACTIVE_MEMBER[network]]
    _leave(account, prop, network, previous, "INACTIVE", at)
    prop[ACTIVE_MEMBER[network]] = number
    version = version_of(prop, number)
    if version is not None:
        version[STATUS_MEMBER[network]] = "ACTIVE"
    entry["fmaActivationState"] = "steady"
    if previous is not None:
        steady = int(at.timestamp())
        entry["fallbackInfo"] = {
            "fastFallbackAttempted": bool(entry.get("useFastFallback")),
            "fallbackVersion": previous,
            "canFastFallback": True,
            "steadyStateTime": steady,
            "fastFallbackExpirationTime": steady + FALLBACK_SECONDS,
            "fastFallbackRecoveryState": None,
        }


def _deactivated(account: Account, prop: Document, entry: Document, at: dt.datetime, status: str) -> None:
    _leave(account, prop, entry["network"], entry["propertyVersion"], "DEACTIVATED", at)
    prop[ACTIVE_MEMBER[entry["network"]]] = None
    entry["fmaActivationState"] = "steady"


def _leave(account: Account, prop: Document, network: str, number: int | None, status: str, at: dt.datetime) -> None:
    """Take a version, and the ACTIVATE entry that brought it, out of ACTIVE."""
    version = version_of(prop, number) if number is not None else None
    if version is None:
        return
    version[STATUS_MEMBER[network]] = status
    for entry in prop["activations"]:
        if (entry["network"], entry["activationType"], entry["status"]) == (network, "ACTIVATE", "ACTIVE"):
            entry["status"] = status
            touch(account, entry, at)


def _gave_up(account: Account, prop: Document, entry: Document, at: dt.datetime, status: str) -> None:
    """ABORTED or FAILED: the network goes on as it was."""
    network = entry["network"]
    version = version_of(prop, entry["propertyVersion"])
    if version is not None:
        active = prop[ACTIVE_MEMBER[network]] == entry["propertyVersion"]
        version[STATUS_MEMBER[network]] = "ACTIVE" if active else "ABORTED" if status == "ABORTED" else "INACTIVE"
    entry["fmaActivationState"] = "steady"
    if status == "FAILED" and "delayedFailure" in entry:
        entry["failureCause"] = entry.pop("delayedFailure")


_END = {
    ("ACTIVATE", True): _activated,
    ("ACTIVATE", False): _gave_up,
    ("DEACTIVATE", True): _deactivated,
    ("DEACTIVATE", False): _gave_up,
}

__all__ = ["OPEN", "apply", "schedule", "schedule_abort", "seconds_left", "settle", "touch", "wake"]
