# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is to wait for: the shapes that resources and the waiter share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Look:
    """What a poll saw: is it over, what to say of it when time runs out, and the server's Retry-After in seconds."""

    done: bool
    state: str = ""
    retry_after: float | None = None


@dataclass(slots=True)
class Watch:
    """One operation to wait for.

    `look` polls once; what it raises ends the wait. `first` is the server's wish for the first poll, in seconds from
    now. `then` starts what had to wait for this one, and returns what there is to wait for next.
    """

    what: str
    look: Callable[[], Look]
    first: float | None = None
    then: Callable[[], list[Watch]] | None = None
    last: Look = field(default_factory=lambda: Look(done=False))
