# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which version of a property is the base of edits, and which one holds or gets them: MEANING 19 and 20."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._domain.errors import InvalidOption, NotFound, WishError
from .._domain.plan import Document
from .._domain.references import given, is_number
from .mets_world import NetworkState
from .papi_world import VOID, PropertyRef
from .property_edits import Content, Edit, Made, make
from .world import World

# Networks whose version is the base, in the order that is tried; after them comes the latest version.
ORDERS: t.Final = {"production": ("PRODUCTION", "STAGING"), "staging": ("STAGING", "PRODUCTION")}


@dataclass(slots=True)
class Life:
    """What is, was or will be active of a property."""

    latest: int
    states: dict[str, NetworkState]
    frozen: frozenset[int]

    @classmethod
    def of(cls, world: World, prop: Document) -> Life:
        states = world.papi.networks(prop)
        activated = {
            int(record["propertyVersion"])
            for record in world.papi.activations(prop)
            if record["activationType"] == "ACTIVATE" and record["status"] not in VOID
        }
        active = {state.active for state in states.values() if state.active is not None}
        return cls(int(prop["latestVersion"]), states, frozenset(activated | active))

    @property
    def live(self) -> set[int]:
        """The versions that are active somewhere, or about to be."""
        return {state.settled for state in self.states.values() if state.settled is not None}


@dataclass(slots=True)
class Choice:
    """The version that holds or gets the edits. `content` is the base's, `held` that of the version to start from."""

    prop: Document
    base: int
    life: Life
    assumptions: list[str] = field(default_factory=list)
    content: Content = field(default_factory=lambda: Content({}, "", None))
    held: Content = field(default_factory=lambda: Content({}, "", None))
    target: int = 0
    writes: bool = False
    creates: bool = False
    held_is_wanted: bool = False
    reason: str = ""
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Base:
    """The option `base_version`: a word, or a number."""

    word: str
    number: int | None = None
    unreleased: bool = False

    def version(self, world: World, prop: Document, ref: PropertyRef) -> tuple[int, Life, list[str]]:
        """The number of the base, and the running activations that it takes for granted."""
        life = Life.of(world, prop)
        if self.number is not None:
            if self.number > life.latest:
                raise NotFound(f"The {ref} has no version {self.number}.", cure=f"Its latest is {life.latest}.")
            return self.number, life, []
        if self.word == "latest":
            return (life.latest if self.unreleased else max(life.frozen, default=life.latest)), life, []
        for network in ORDERS[self.word]:
            state = life.states[network]
            if state.settled is not None:
                return state.settled, life, _assumed(state)
        return life.latest, life, []


def _assumed(state: NetworkState) -> list[str]:
    if state.running is None or state.settled == state.active:
        return []
    return [f"The running activation of version {state.settled} on {state.network} will complete."]


def base_option(options: t.Mapping[str, t.Any], default: t.Any = None) -> Base:
    """`base_version` with `include_unreleased_edits`, which has a meaning for `latest` only (MEANING 20)."""
    text = (given(options.get("base_version")) or given(default) or "production").lower()
    unreleased = bool(options.get("include_unreleased_edits"))
    if unreleased and text != "latest":
        raise InvalidOption(
            f"include_unreleased_edits: goes with base_version latest, not {text}.",
            cure="Name the version with the edits by its number, or leave this option out.",
        )
    if text in ("latest", *ORDERS):
        return Base(text, unreleased=unreleased)
    if not is_number(text) or int(text) < 1:
        raise InvalidOption(
            f"base_version: {text!r} is neither the number of a version nor one of production, staging and latest."
        )
    return Base("number", int(text))


def choose(world: World, choice: Choice, made: Made, edits: t.Sequence[Edit], base: Base) -> Made:
    """Settles which version it is; the edits on the base, with host names where they were read."""
    newer = range(choice.life.latest, choice.base, -1)
    search = _Search(world, choice, edits)
    if base.word == "latest" and newer:
        made = search.filled(made)
        search.refuse_drafts(made, newer)
    if not made.changed:
        choice.target, choice.held, choice.held_is_wanted = choice.base, choice.content, True
        return made
    made = search.filled(made)
    if choice.base not in choice.life.frozen:
        choice.target, choice.held, choice.writes = choice.base, choice.content, True
    elif not (search.holding(made, newer) or search.unfinished(made, newer)):
        choice.target, choice.held, choice.writes, choice.creates = choice.life.latest + 1, choice.content, True, True
        choice.reason = f"Version {choice.base} was activated, so it cannot change any more."
    return made


@dataclass(slots=True)
class _Search:
    world: World
    choice: Choice
    edits: t.Sequence[Edit]

    def filled(self, made: Made) -> Made:
        """The edits on the base with its host names."""
        choice = self.choice
        if choice.content.hostnames is not None:
            return made
        choice.content = choice.content.full(self.world, choice.prop, choice.base)
        return make(self.edits, choice.content)

    def holding(self, made: Made, newer: t.Iterable[int]) -> bool:
        """A newer version whose content is the wanted one: a live one first, else the highest."""
        choice = self.choice
        for number in sorted(newer, key=lambda n: (n not in choice.life.live, -n)):
            content = self._read(number)
            if content.same_rules(made.content):
                content = content.full(self.world, choice.prop, number)
                if content.same_hostnames(made.content):
                    choice.target, choice.held, choice.held_is_wanted = number, content, True
                    return True
        return False

    def unfinished(self, made: Made, newer: t.Sequence[int]) -> bool:
        """The latest, if it may still change and is the base on the way to the wanted content; a stranger's is named."""
        choice = self.choice
        number = choice.life.latest
        if number not in newer or number in choice.life.frozen:
            return False
        content = self._read(number).full(self.world, choice.prop, number)
        if not self._fits(content, made):
            choice.warnings.append(
                f"Version {number} is somebody's unreleased edit and was left alone; a new version is made beside it."
            )
            return False
        choice.target, choice.held, choice.writes = number, content, True
        choice.held_is_wanted = content.same_rules(made.content)
        return True

    def refuse_drafts(self, made: Made, newer: t.Iterable[int]) -> None:
        """With `latest`, somebody's draft is neither taken along nor passed over without a word (MEANING 20)."""
        drafts = [
            number
            for number in newer
            if number not in self.choice.life.frozen
            and not self._fits(self._read(number).full(self.world, self.choice.prop, number), made)
        ]
        if drafts:
            raise WishError(
                "busy",
                f"Version {', '.join(map(str, drafts))} of property {self.choice.prop['propertyName']} holds somebody's "
                f"unreleased edits; the latest version that was ever active is {self.choice.base}.",
                cure="Take them along with `include_unreleased_edits: true`, or start from what is live with "
                "`base_version: production`.",
                retryable=False,
            )

    def _fits(self, content: Content, made: Made) -> bool:
        """Whether each of the two documents is the base's or the wanted one."""
        base, wanted = self.choice.content, made.content
        return (content.same_rules(base) or content.same_rules(wanted)) and (
            content.same_hostnames(base) or content.same_hostnames(wanted)
        )

    def _read(self, number: int) -> Content:
        return Content.read(self.world, self.choice.prop, number, hostnames=False)
