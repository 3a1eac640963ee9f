# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the account of an emulator has come to, without what differs between two runs that did the same: times, values
drawn at random, and the order in which operations that run side by side were asked for. Counters stay: a thing that was
made twice shows there."""

from __future__ import annotations

import json
import re
from typing import Any

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
#: Members that are no part of a certificate given by us: drawn at random, or numbered by the order of requests.
_PASSING = frozenset(
    {
        *("certificate", "csr", "validationResultHash", "activationId", "activationLink"),
        *("papi_update", "steadyStateTime", "fastFallbackExpirationTime"),
    }
)
#: Lists of what ran side by side.
_UNORDERED = frozenset({"activations", "activities"})
#: Dates that belong to a thing, not to a run.
_LASTING = frozenset({"startDate", "endDate"})


def ending(state: Any) -> Any:
    """A state document in the form in which two of them compare."""
    if isinstance(state, dict):
        return {key: _member(key, value) for key, value in state.items()}
    if isinstance(state, list):
        return [ending(item) for item in state]
    return state


def _member(key: str, value: Any) -> Any:
    if isinstance(value, str) and (key in _PASSING or (_MOMENT.match(value) and key not in _LASTING)):
        return "passing"
    if key in _PASSING and isinstance(value, int):
        return "passing"
    plain = ending(value)
    return sorted(plain, key=json.dumps) if key in _UNORDERED and isinstance(plain, list) else plain


def differences(left: Any, right: Any, path: str = "") -> list[str]:
    """Where two documents differ, one line a place: what a failing law says instead of two walls of JSON."""
    if isinstance(left, dict) and isinstance(right, dict):
        keys = sorted({*left, *right}, key=str)
        return [line for key in keys for line in differences(left.get(key), right.get(key), f"{path}/{key}")]
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        return [
            line for n, (a, b) in enumerate(zip(left, right, strict=True)) for line in differences(a, b, f"{path}/{n}")
        ]
    return [] if left == right else [f"{path}: {left!r:.300} is not {right!r:.300}"]
