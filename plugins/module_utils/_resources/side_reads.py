# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many reads side by side, and questions that a run can do without an answer to."""

from __future__ import annotations

import typing as t
from collections.abc import Container
from concurrent.futures import ThreadPoolExecutor

from .._wire.errors import ApiError
from .world import World

T = t.TypeVar("T")
R = t.TypeVar("R")

#: Few, since all clients of an account share its quota of requests (edgegrid.md 5).
THREADS: t.Final = 4


def together(read: t.Callable[[T], R], items: t.Iterable[T]) -> list[R]:
    """What `read` makes of each, in the order of the items. The first failure is raised, and nothing new begun after it."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(read, items))


def unreadable(error: ApiError) -> bool:
    """Whether a read that only serves a guard, or helps people, has to be done without: no grant, or a service out of order."""
    return error.status == 403 or error.status >= 500


def if_readable(world: World, what: str, read: t.Callable[[], R]) -> R | None:
    """What `read` returns; None, and a warning that names `what`, where there is no grant or the service is out of order."""
    try:
        return read()
    except ApiError as error:
        if not unreadable(error):
            raise
        world.warn(f"{what} could not be read: {error.msg}", status=error.status, api=error.api, cure=error.cure)
        return None


def check_skipped(world: World, error: ApiError, moved: Container[str] = ()) -> bool:
    """Whether a dry run has to do without what only the server can check, and warns of that: the client may only read,
    the question is too long, or the thing has moved since it was read (a slug in `moved`). Otherwise it is the answer.
    """
    may_not_ask = error.status == 403 and "/property-version/" not in error.type
    if not (may_not_ask or error.too_large_to_sign or error.slug in moved):
        return False
    world.warn(f"Server-side check skipped: {error.msg}", status=error.status, api=error.api, cure=error.cure)
    return True
