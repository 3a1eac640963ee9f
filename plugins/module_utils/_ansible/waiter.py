# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for what the server does on its own: one deadline, several operations side by side, the server's pace."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from dataclasses import dataclass

from .._domain.errors import WishError
from .._domain.waits import Watch
from .._wire.clock import Clock


@dataclass(slots=True, eq=False)
class _Waiting:
    watch: Watch
    due: float
    pace: float


class Waiter:
    """Waits for watches until all are done or `timeout` seconds have passed since it was made.

    The server's latest Retry-After is kept when it is later than `poll_interval`; without one the interval grows by half
    with each poll, up to a minute. Raises `WishError` of type `timeout`; the operation goes on at the server, so the next run attaches to it.
    """

    GROWTH: t.ClassVar = 1.5
    LONGEST: t.ClassVar = 60.0

    def __init__(self, clock: Clock, *, wait: bool = True, timeout: float = 3600, poll_interval: float = 5) -> None:
        self.clock = clock
        self.wait = wait
        self.timeout = timeout
        self.poll_interval = poll_interval
        self.waited_seconds = 0.0
        self._deadline = clock.monotonic() + timeout

    def until(self, watches: Sequence[Watch]) -> None:
        """Returns when every watch, and all that follow from them, are done. What a poll raises goes through."""
        started = self.clock.monotonic()
        waiting = [self._begun(watch) for watch in watches]
        try:
            while waiting:
                item = min(waiting, key=lambda one: one.due)
                self._sleep_until(item.due, [one.watch for one in waiting])
                watch = item.watch
                watch.last = watch.look()
                if watch.last.done:
                    waiting.remove(item)
                    waiting += [self._begun(follower) for follower in (watch.then() if watch.then else [])]
                else:
                    item.pace = max(self.poll_interval, min(item.pace * self.GROWTH, self.LONGEST))
                    item.due = self.clock.monotonic() + self._pause(watch.last.retry_after, item.pace)
        finally:
            self.waited_seconds += self.clock.monotonic() - started

    def _begun(self, watch: Watch) -> _Waiting:
        pause = self._pause(watch.first, self.poll_interval)
        return _Waiting(watch, self.clock.monotonic() + pause, self.poll_interval)

    def _pause(self, server: float | None, own: float) -> float:
        return max(self.poll_interval, server) if server is not None else own

    def _sleep_until(self, moment: float, open_watches: Sequence[Watch]) -> None:
        """Sleeps until `moment`, or until the deadline for one last look; past the deadline it raises."""
        now = self.clock.monotonic()
        if now >= self._deadline:
            states = "; ".join(f"{watch.what}: {watch.last.state or 'not looked at yet'}" for watch in open_watches)
            raise WishError(
                "timeout",
                f"Not finished within {self.timeout:g} seconds. {states}.",
                cure="It goes on at Akamai. Run the task again to wait for it, or raise `wait_timeout`.",
            )
        pause = min(moment, self._deadline) - now
        if pause > 0:
            self.clock.sleep(pause)
