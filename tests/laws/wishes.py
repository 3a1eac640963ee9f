# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a row of the registry is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from in_process import House

Options = Mapping[str, Any]


@dataclass(frozen=True)
class Twin:
    """The info module that reads what a module writes; `select` takes its result to the `people` projection's input.

    `options` may follow from the module's result and from the moment, `before` or `after`.
    """

    module: str
    options: Options | Callable[[dict[str, Any], str], Options]
    select: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any] | None]

    def read(self, house: House, result: dict[str, Any], moment: str) -> dict[str, Any]:
        options = self.options(result, moment) if callable(self.options) else self.options
        return house.ok(self.module, **options)


@dataclass(frozen=True)
class Wish:
    """A module in a state, with options that mean the same from every start.

    `owned` are whole lists of the account that the wish may change; `enrollments` and `properties` those single ones,
    `removed` the enrollments that may go.
    """

    module: str
    state: str | None
    options: Options
    ends: Mapping[str, str]
    resource: str
    twin: Twin
    owned: tuple[str, ...] = ()
    enrollments: tuple[int, ...] = ()
    properties: tuple[str, ...] = ()
    removed: tuple[int, ...] = ()
    name: str = ""

    @property
    def label(self) -> str:
        return self.name or f"{self.module} {self.state or ''}".strip()

    @property
    def arguments(self) -> dict[str, Any]:
        return {**self.options, **({"state": self.state} if self.state else {})}


@dataclass(frozen=True)
class Case:
    wish: Wish
    start: str
    end: str = field(compare=False)

    def __str__(self) -> str:
        return f"{self.wish.label} / {self.start}"

    def run(self, house: House, **options: Any) -> dict[str, Any]:
        return house.run(self.wish.module, **self.wish.arguments, **options)


def ends_from(starts: Iterable[str], common: str, **others: str) -> dict[str, str]:
    """The ends from these starts; `others` by the start's name with `_` for what is no letter."""
    spelled = {"".join(c if c.isalpha() else "_" for c in name): name for name in starts}
    return {**dict.fromkeys(spelled.values(), common), **{spelled[name]: end for name, end in others.items()}}
