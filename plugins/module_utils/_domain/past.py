# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of earlier tasks of a play, as events that check mode lays over the world (DESIGN 3.6, MEANING 4)."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .errors import InvalidOption
from .plan import Document


@dataclass(frozen=True, slots=True)
class Event:
    """A step of an earlier result that is done or that its call would start, with the end state of that result."""

    verb: str
    kind: str
    name: str | None
    id: str | None
    version: int | None
    network: str | None
    result: Document


def events(assume: Iterable[t.Any] | None) -> list[Event]:
    """The events of registered results, in order, so that later ones win.

    Loops count whole; skipped and failed results, and those that are not of this collection, are left out.
    """
    return [event for result in _flat(assume or ()) for event in _of(result)]


def _flat(results: Iterable[t.Any]) -> Iterator[Mapping[str, t.Any]]:
    for number, result in enumerate(results):
        if not isinstance(result, Mapping):
            raise InvalidOption(
                f"assume: entry {number + 1} is not a registered result.",
                cure="Give a list of variables that tasks of this play have registered.",
            )
        if isinstance(result.get("results"), list):
            yield from _flat(result["results"])
        elif not (result.get("skipped") or result.get("failed")):
            yield result


def _of(result: Mapping[str, t.Any]) -> Iterator[Event]:
    plan, deferred = result.get("plan"), result.get("deferred")
    later = deferred if isinstance(deferred, list) else []
    for position, step in enumerate(plan if isinstance(plan, list) else []):
        target = step.get("target") if isinstance(step, Mapping) else None
        if not isinstance(target, Mapping) or not {"verb", "done"} <= set(step) or "kind" not in target:
            return  # Other collections have plans, too.
        if step["done"] or position not in later:
            yield Event(
                verb=step["verb"],
                kind=target["kind"],
                name=target.get("name"),
                id=target.get("id"),
                version=target.get("version"),
                network=target.get("network"),
                result=dict(result),
            )
