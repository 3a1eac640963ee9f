# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The world as a run sees it: the three APIs, the clock, and in check mode what earlier tasks would have done."""

from __future__ import annotations

import datetime as dt
import functools
import typing as t

from .._domain.past import Event
from .._domain.plan import Document, Plan

if t.TYPE_CHECKING:
    from .._wire.clock import Clock
    from .._wire.session import Session
    from .cps_world import CpsWorld
    from .mets_world import MetsWorld
    from .papi_world import PapiWorld


class World:
    """What resources read and write through; `dry` in check mode.

    Reads are kept for the run; `forget` drops them after a write. An API is loaded when it is first asked for: each task
    is a process of its own, and most need one API or two.
    """

    def __init__(self, session: Session, clock: Clock, past: t.Sequence[Event] = (), *, dry: bool = False) -> None:
        self.session = session
        self.dry = dry
        self.clock = clock
        self._past = past
        self.warnings: list[Document] = []

    @functools.cached_property
    def mets(self) -> MetsWorld:
        from .mets_world import MetsWorld

        return MetsWorld(self.session, self._past, lambda: self.papi)

    @functools.cached_property
    def cps(self) -> CpsWorld:
        from .cps_world import CpsWorld

        return CpsWorld(self.session, self._past)

    @functools.cached_property
    def papi(self) -> PapiWorld:
        from .papi_world import PapiWorld

        return PapiWorld(self, self._past)

    def warn(self, detail: str, **members: t.Any) -> None:
        """An entry of `api_warnings` about reading; what there is to say of the wish, a plan says."""
        self.warnings.append({**members, "detail": detail})

    def now(self) -> dt.datetime:
        return self.clock.now()

    def forget(self) -> None:
        for api in ("mets", "cps", "papi"):
            if api in self.__dict__:
                getattr(self, api).forget()


class Stale(Exception):
    """A write met something that had changed since it was read. The runner reads and plans again, once (MEANING 2)."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class Wait(t.Protocol):
    """What a resource needs of the waiter: see `_ansible.waiter.Waiter`."""

    wait: bool

    def until(self, watches: t.Sequence[t.Any]) -> None: ...


class Resource(t.Protocol):
    """A thing that a user declares: read -> plan -> apply.

    Made from the options of a task; a wish that has no meaning is refused there, before any request.
    """

    def read(self, world: World) -> t.Any:
        """The fewest requests that answer the question."""

    def plan(self, current: t.Any) -> Plan:
        """Pure: what would be done, in order."""

    def apply(self, world: World, plan: Plan, waiter: Wait) -> None:
        """Walks the steps, marks each as done, keeps `plan.seen` up to date, stops at the first that fails."""

    def people(self, result: Document) -> Document:
        """Pure: the projection of return values that `diff` shows."""


class Look(t.Protocol):
    """A thing that a user only looks at."""

    def look(self, world: World) -> Document:
        """The return values."""
