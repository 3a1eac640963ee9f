# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock that the session is given; it never looks at the time by itself, so tests need not wait."""

from __future__ import annotations

import datetime as dt
from typing import Protocol


class Clock(Protocol):
    """Seconds that only grow, the time in UTC, and a sleep in seconds."""

    def monotonic(self) -> float: ...
    def now(self) -> dt.datetime: ...
    def sleep(self, seconds: float) -> None: ...
