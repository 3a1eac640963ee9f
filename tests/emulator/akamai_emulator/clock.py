# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account's clock: real time plus what `POST /advance` added."""

from __future__ import annotations

import datetime as dt

from . import wire


class AccountClock:
    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(wire.wall() + self.offset, dt.UTC)
