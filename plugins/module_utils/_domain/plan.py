# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan: what a run would do, in order, and the state before and after it.

Everything a run reports (`changed`, `diff`, `plan`, the check-mode prediction, the failure report) comes from one
`Plan`. See DESIGN 3.4 and MEANING 1 to 6.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .errors import Hazard

Document = dict[str, t.Any]

VERBS = frozenset(
    ["create", "clone", "update", "edit", "activate", "deactivate", "bind", "unbind", "delete", "acknowledge"]
)


class ServerMade:
    """Stands in a prediction for a value that only the server can give; shown as null, its path in `server_made`."""

    def __repr__(self) -> str:
        return "SERVER_MADE"

    def __deepcopy__(self, memo: t.Any) -> ServerMade:
        return self

    def __copy__(self) -> ServerMade:
        return self


SERVER_MADE: t.Final = ServerMade()

# An id that the server has not given yet, NUL and a name: it travels through plans and trees like a real id, and is
# nothing that an option or an API could say.
PREDICTED_PREFIX: t.Final = "\0"


def predicted_id(name: str) -> str:
    """The stand-in for the id of a thing called `name` that does not exist yet."""
    return PREDICTED_PREFIX + name


def is_predicted(value: t.Any) -> bool:
    return isinstance(value, str) and value.startswith(PREDICTED_PREFIX)


@dataclass(frozen=True, slots=True)
class Target:
    """What a step works on. Absent members are null, the same in prediction and run except `id`."""

    kind: str
    name: str | None = None
    id: str | None = None
    version: int | None = None
    network: str | None = None

    def shown(self) -> Document:
        return {
            "kind": self.kind,
            "name": self.name,
            "id": None if is_predicted(self.id) else self.id,
            "version": self.version,
            "network": self.network,
        }


@dataclass(slots=True)
class Step:
    """One write.

    `payload` is what `apply` needs to carry it out, `part` tells apart two steps that write to one target; they are never
    shown. `waits` says that something else has to end first, so that a call with `wait: false` leaves the step to a later
    one. `tried` is set before its request is sent. A `local` step writes a file, so that no request tells of it.
    """

    verb: str
    target: Target
    reason: str
    payload: t.Any = None
    part: str = ""
    done: bool = False
    tried: bool = False
    waits: bool = False
    local: bool = False

    def __post_init__(self) -> None:
        if self.verb not in VERBS:
            raise ValueError(f"{self.verb!r} is not a verb of a plan")

    @property
    def identity(self) -> tuple[str, Target, str]:
        """What makes it the same step in another plan of the run."""
        return self.verb, self.target, self.part

    def shown(self) -> Document:
        return {"verb": self.verb, "target": self.target.shown(), "reason": self.reason, "done": self.done}


@dataclass(slots=True)
class Plan:
    """The steps in order, and the state before and after them as return values (`{"ca_set": {...}}`).

    `SERVER_MADE` and predicted ids may stand anywhere in `after`. `seen` is the last state that was really seen: it starts
    as `before`, `apply` brings it up to date, and it is what a real run returns, whether it ends well or not.
    `attached` holds the running operations that this wish waits for (waiting is no step).
    """

    before: Document = field(default_factory=dict)
    after: Document = field(default_factory=dict)
    seen: Document = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    hazards: list[Hazard] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    warnings: list[Document] = field(default_factory=list)
    attached: list[t.Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.seen:
            self.seen = dict(self.before)

    def warn(self, detail: str, **members: t.Any) -> None:
        """An entry of `api_warnings`; its `detail` also goes through `module.warn`."""
        self.warnings.append({**members, "detail": detail})

    def carry_over(self, earlier: Plan) -> None:
        """Takes over what an earlier plan of the same run has done.

        A step that was tried and is not planned any more has worked: only its answer was lost.
        """
        planned = {step.identity for step in self.steps}
        gone = [step for step in earlier.steps if step.done or (step.tried and step.identity not in planned)]
        for step in gone:
            step.done = True
        self.steps[:0] = gone
        self.before = earlier.before

    def shown_steps(self) -> list[Document]:
        return [step.shown() for step in self.steps]

    @property
    def complete(self) -> bool:
        return all(step.done for step in self.steps)


def settle_unknown(value: t.Any, path: str = "") -> tuple[t.Any, list[str]]:
    """A copy with null for everything that only the server can give, and the paths of those (`certificates[0].created_date`)."""
    if isinstance(value, ServerMade) or is_predicted(value):
        return None, [path]
    paths: list[str] = []
    if isinstance(value, dict):
        shown: Document = {}
        for key, item in value.items():
            shown[key], found = settle_unknown(item, f"{path}.{key}" if path else str(key))
            paths += found
        return shown, paths
    if isinstance(value, list | tuple):
        items: list[t.Any] = []
        for number, item in enumerate(value):
            plain, found = settle_unknown(item, f"{path}[{number}]")
            items.append(plain)
            paths += found
        return items, paths
    return value, paths
