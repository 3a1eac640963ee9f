# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Following a change of an enrollment to its end, with the acknowledgements that the task allows (cps-v2.md 6)."""

from __future__ import annotations

import contextlib
import typing as t
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .._api import cps
from .._domain.acknowledgements import Acknowledgements
from .._domain.errors import WishError
from .._domain.plan import Document, Plan, Step, Target
from .._domain.references import id_of_link
from .._domain.waits import Look, Watch
from .._wire.errors import ApiError
from .world import Stale, World
from .writes import carry_out

# What a person has to do about an input that the task does not allow, by the last segment of its `update` link
# (cps-v2.md 6.3).
_WARNED: t.Final = ("pre-verification-warnings-ack", "post-verification-warnings-ack")
_CURES: t.Final = {
    **dict.fromkeys(
        _WARNED, "Read the warnings; if they are acceptable, run the task again with `acknowledge_warnings: true`."
    ),
    "change-management-ack": (
        "Test what is on staging now; then run the task again with `acknowledge_change_management: true`."
    ),
    "third-party-cert-and-trust-chain": (
        "Have the CSR signed by your CA and upload the certificate in CPS; then run the task again to go on."
    ),
    "lets-encrypt-challenges-completed": (
        "Answer the domain validation challenges that CPS shows; then run the task again to go on."
    ),
}

# Races between a change and its inputs, which a later look settles (cps-v2.md 6.3).
_NOT_YET: t.Final = frozenset(["not-found", "invalid-enrollment-state"])
_RACES: t.Final = 5


class Cancelling(t.Protocol):
    """A wish with the option `pending_changes`."""

    pending: str


@contextlib.contextmanager
def waiting_for_what_cannot_be_cancelled(wish: Cancelling) -> Iterator[None]:
    """A change that is being deployed cannot be cancelled any more (cps-v2.md 6.5): the second plan waits for it."""
    try:
        yield
    except Stale:
        if wish.pending == "cancel":
            wish.pending = "wait"
        raise


class ChangeEnded(WishError):
    """A change that stops before its end, for a person or for good. `kind` is its state or the input it wants."""

    def __init__(self, kind: str, msg: str, *, cure: str, title: str, errors: t.Sequence[Document] = ()) -> None:
        super().__init__("busy", msg, cure=cure, errors=errors)
        self.kind = kind
        self.title = title

    def failure(self) -> Document:
        return {**super().failure(), "api": "cps", "type": self.kind, "title": self.title}


@dataclass(slots=True)
class Followed:
    """A change on its way. `before_management` is called before change management is acknowledged; it may refuse.
    `note` is called whenever its status has been read."""

    enrollment_id: int
    change_id: int
    common_name: str
    acknowledge: Acknowledgements
    before_management: Callable[[], None] = lambda: None
    note: Callable[[], None] = lambda: None
    status: str = "new"
    answered: set[str] = field(default_factory=set)
    races: int = 0

    def __str__(self) -> str:
        return f"change {self.change_id} of enrollment {self.enrollment_id} ({self.common_name})"


def follow(world: World, plan: Plan, change: Followed) -> Watch:
    """Watches a change until it is done. Acknowledgements given on the way become steps of the plan."""

    def look() -> Look:
        try:
            found = cps.get_change(world.session, change.enrollment_id, change.change_id)
        except ApiError as error:
            if error.status == 404 and not _pending(world, change):
                change.status = "completed"
                change.note()
                return Look(True, change.status)
            raise
        info = found["statusInfo"]
        state = change.status = str(info.get("state"))
        change.note()
        if state in ("error", "cancelled"):
            raise _failed(change, state, info)
        if state == "awaiting-input":
            _answer(world, plan, change, found)
        if state == "completed":
            world.forget()
        return Look(state == "completed", f"{state} ({info.get('status')}){_hint(found)}")

    return Watch(str(change), look)


def attach(world: World, plan: Plan, change: Followed, ended: set[int]) -> Watch:
    """Watches a change that is not of this run: when it ends badly, the wish may still be reached by one of ours
    (MEANING 2). Its id is noted in `ended`, as CPS may go on listing it as pending."""
    watch = follow(world, plan, change)
    look = watch.look

    def again() -> Look:
        try:
            return look()
        except ChangeEnded as end:
            if end.kind not in ("error", "cancelled"):
                raise
            ended.add(change.change_id)
            moved = Stale(end)
        raise moved

    watch.look = again
    return watch


def _hint(found: Document) -> str:
    """What a change that does not say it waits may be waiting for all the same (cps-v2.md 6.1, `suspended`)."""
    links = [str(offered.get("update") or "") for offered in found.get("allowedInput") or []]
    cures = [_CURES[kind] for kind in map(id_of_link, links) if kind in _CURES]
    return f". {' '.join(cures)}".removesuffix(".") if cures else ""


def _pending(world: World, change: Followed) -> bool:
    """Whether the enrollment still lists the change; a finished one may not be readable any more."""
    world.forget()
    try:
        found = cps.get_enrollment(world.session, change.enrollment_id)
    except ApiError as error:
        if error.status == 404:
            return False
        raise
    links = [p.get("location") if isinstance(p, dict) else p for p in found.get("pendingChanges") or []]
    return str(change.change_id) in [id_of_link(link) for link in links]


def _failed(change: Followed, state: str, info: Document) -> ChangeEnded:
    error = info.get("error") or {}
    said = error.get("description") or info.get("description") or "CPS gives no reason"
    return ChangeEnded(
        state,
        f"{change} ended as {state}: {said}.".replace("..", "."),
        cure="Look at the change in CPS for the cause. Then run the task again to request it anew; while CPS still lists it "
        "as pending, with `pending_changes: cancel`.",
        title=str(error.get("code") or state),
    )


def _answer(world: World, plan: Plan, change: Followed, found: Document) -> None:
    """Gives the inputs that the task allows, once each; stops at the first that needs a person."""
    for wanted in found.get("allowedInput") or []:
        link = str(wanted.get("update") or "")
        kind = id_of_link(link) or str(wanted.get("type"))
        if not wanted.get("requiredToProceed", True) or link in change.answered:
            continue
        cure = _CURES.get(kind, "Give it in CPS; then run the task again to go on.")
        if kind == "change-management-ack" and change.acknowledge.management:
            change.before_management()
        elif kind not in _WARNED or not (change.acknowledge.warnings or change.acknowledge.matching):
            raise _stopped(world, change, wanted, found, cure)
        _acknowledge(world, plan, change, wanted, link, cure)


def _acknowledge(world: World, plan: Plan, change: Followed, wanted: Document, link: str, cure: str) -> None:
    target = Target("change", change.common_name, str(change.change_id))
    step = Step("acknowledge", target, f"{change} waits for {wanted.get('type')}.", part=link)
    try:
        info = _info(world, wanted)
        if info.get("warnings"):
            if strange := change.acknowledge.strange(str(info["warnings"])):
                raise _ended(change, wanted, " ".join(strange), cure)
            plan.warn(str(info["warnings"]), change_id=change.change_id, acknowledged=True)
        body: Document = {"acknowledgement": "acknowledge"}
        if info.get("validationResultHash"):
            body["hash"] = info["validationResultHash"]
        # In the plan before it is sent, so that it is not forgotten when its answer is lost; once where it is given again.
        plan.steps[:] = [other for other in plan.steps if other.identity != step.identity] + [step]
        with carry_out(world, step):
            cps.give_input(world.session, link, body)
    except ApiError as error:
        change.races += 1
        if error.slug not in _NOT_YET or change.races > _RACES:
            raise
        plan.steps[:] = [other for other in plan.steps if other is not step]
        return
    change.answered.add(link)


def _info(world: World, wanted: Document) -> Document:
    link = wanted.get("info")
    return cps.get_input(world.session, str(link)) if link else {}


def _stopped(world: World, change: Followed, wanted: Document, found: Document, cure: str) -> ChangeEnded:
    said = str(found["statusInfo"].get("description") or "")
    if str(wanted.get("info") or "").endswith("-warnings"):
        try:
            said = str(_info(world, wanted).get("warnings") or said)
        except ApiError as error:
            if error.slug not in _NOT_YET:
                raise
    return _ended(change, wanted, said, cure)


def _ended(change: Followed, wanted: Document, said: str, cure: str) -> ChangeEnded:
    kind = str(wanted.get("type"))
    return ChangeEnded(
        kind,
        f"{change} waits for {kind}" + (f": {said.rstrip('.')}" if said else "") + ".",
        cure=cure,
        title="The change needs a person",
        errors=[{"input": kind, "detail": said, "link": wanted.get("update")}],
    )
