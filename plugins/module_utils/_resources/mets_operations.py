# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What several METS resources do with a set: start, follow and refuse operations (mets-v2.md 3.4, 3.5, 3.17 to 3.20, 5.3)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._api import mets
from .._domain.errors import WishError, some_of
from .._domain.plan import Document, Plan, Step, Target
from .._domain.waits import Look, Watch
from .._wire.errors import ApiError
from .mets_world import NetworkState
from .world import Stale, Wait, World
from .writes import carry_out

# Answers to a write that only mean: this changed since it was read.
MOVED: t.Final = frozenset(
    [
        "ca-set-version-already-active-on-network",
        "ca-set-version-not-active-on-network",
        "another-activation-request-in-progress-in-the-ca-set",
        "another-deactivation-request-in-progress-in-the-ca-set",
        "another-activation-just-completed-in-the-ca-set",
        "ca-set-version-is-active",
        "ca-set-version-was-previously-active",
        "duplicate-ca-set-version",
        "ca-set-name-is-not-unique",
    ]
)


# What METS says of a set whose host names have just been taken off it; clients send the request again (clients.md 2).
LAGGING: t.Final = frozenset(
    [
        "ca-set-in-use-by-ccm-hostnames-and-not-cps-enrollments",
        "ca-set-in-use-by-hostnames",
        "find-associations-failed-for-ccm-hostnames-but-cps-enrollments-not-linked-to-ca-set",
    ]
)
T = t.TypeVar("T")


class OperationFailed(WishError):
    """An operation that was accepted, and then failed at the server."""

    def __init__(self, what: str, reason: str | None, kind: str) -> None:
        super().__init__(
            "busy",
            f"{what} failed: {reason or 'METS gives no reason'}.",
            cure="Run the task again to request it once more; if it fails again, take the ids above to Akamai support.",
        )
        self.kind = kind

    def failure(self) -> Document:
        return {**super().failure(), "api": "mets", "type": self.kind}


@dataclass(slots=True)
class Start:
    """How an activation or deactivation begins: after which running operation, behind which other step."""

    ca_set_id: str
    blocker: Document | None = None
    behind: Step | None = None


def refuse_deleting(ca_set: Document) -> None:
    """A set that is being deleted takes nothing new (MEANING 8)."""
    if ca_set["caSetStatus"] == "DELETING":
        raise WishError(
            "busy",
            f'CA set "{ca_set["caSetName"]}" ({ca_set["caSetId"]}) is being deleted.',
            cure="Run the task again when the deletion is over; the name is free then.",
        )


def refuse_in_use(ca_set: Document, users: t.Sequence[str], action: str) -> None:
    """METS keeps a set that somebody uses: say who, and send nothing."""
    if users:
        raise WishError(
            "busy",
            f'CA set "{ca_set["caSetName"]}" cannot be {action}: it is in use by {some_of(users)}.',
            cure="Take the rule out of the property first. Then unbind enrollments with `cps_mtls_binding: state=absent`, and "
            "take the set off host names with `papi_property_hostname: mtls={state: absent}` and `papi_activation`.",
            errors=[{"user": user} for user in users],
            retryable=False,
        )


def wait_for_leaving(plan: Plan, leaving: t.Iterable[str]) -> None:
    """Host names that the set is being taken off count as gone, and the steps wait until they are (MEANING 2)."""
    for name in leaving:
        plan.assumptions.append(f"The set is being taken off {name}, which will complete.")
        for step in plan.steps:
            step.waits = True


def when_free(world: World, waiter: Wait, step: Step, send: t.Callable[[], T]) -> T:
    """What a request about a set answers that METS refuses while host names are on their way off the set.

    It is sent once they are gone, and again if METS is not aware of that yet.
    """
    ca_set = {"caSetId": step.target.id, "caSetName": step.target.name}
    answers: list[T] = []

    def attempt() -> Look:
        leaving = world.mets.leaving(ca_set)
        if leaving:
            world.forget()
            return Look(False, f"{', '.join(leaving)} has the set still")
        refuse_in_use(ca_set, world.mets.users(ca_set), f"{step.verb}d")
        try:
            with carry_out(world, step, MOVED):
                answers.append(send())
        except ApiError as error:
            if error.slug not in LAGGING or not waiter.wait:
                raise
            return Look(False, error.detail or error.title)
        return Look(True)

    if not attempt().done:
        waiter.until([Watch(f'CA set "{step.target.name}" is free', attempt)])
    return answers[0]


def operation_step(verb: str, ca_set: Document, version: int, state: NetworkState, reason: str) -> Step:
    """A step that (de)activates a version on a network, behind whatever runs there."""
    ca_set_id = str(ca_set["caSetId"])
    target = Target("ca_set_version", ca_set["caSetName"], ca_set_id, version, state.network)
    return Step(verb, target, reason, Start(ca_set_id, state.running), waits=state.running is not None)


def deactivation_steps(ca_set: Document, states: t.Iterable[NetworkState]) -> list[Step]:
    """What it takes to have nothing active on the networks."""
    return [
        operation_step(
            "deactivate", ca_set, state.settled, state, f"Version {state.settled} is active on {state.network}."
        )
        for state in states
        if state.settled is not None
    ]


Note = t.Callable[[Document], None]


def run_operations(
    world: World, waiter: Wait, steps: t.Sequence[Step], attached: t.Sequence[Document], note: Note
) -> None:
    """Starts and follows (de)activations; `note` gets every Activation document of them that is seen.

    With `wait: false` only what needs no waiting is started. An attached operation that fails makes the plan stale, and
    what waits for it is not started.
    """

    def enter(step: Step) -> list[Watch]:
        if step.waits and not waiter.wait:
            return []
        blocker = step.payload.blocker
        if blocker is None:
            return begin(step)
        return [] if blocker in attached else [_watch(world, blocker, then=lambda: begin(step))]

    def attach(record: Document) -> Watch:
        behind = [step for step in steps if step.payload.blocker == record]
        return _watch(world, record, note, _stale, then=lambda: [watch for step in behind for watch in begin(step)])

    def begin(step: Step) -> list[Watch]:
        record, pause = _request(world, waiter, step)
        note(record)
        followers = [other for other in steps if other.payload.behind is step]
        return [_watch(world, record, note, _failed, lambda: [w for f in followers for w in enter(f)], first=pause)]

    watches = [attach(record) for record in attached]
    watches += [watch for step in steps if step.payload.behind is None for watch in enter(step)]
    if waiter.wait:
        waiter.until(watches)


def _request(world: World, waiter: Wait, step: Step) -> tuple[Document, float | None]:
    about = (step.payload.ca_set_id, t.cast(int, step.target.version), t.cast(t.Any, step.target.network))
    if step.verb == "deactivate":
        return when_free(world, waiter, step, lambda: mets.deactivate(world.session, *about))
    with carry_out(world, step, MOVED):
        return mets.activate(world.session, *about)


def _failed(error: OperationFailed) -> Exception:
    return error


def _stale(error: OperationFailed) -> Exception:
    """Somebody else's operation has failed: the wish may still be reached by one of ours (MEANING 2)."""
    return Stale(error)


def _watch(
    world: World,
    record: Document,
    note: Note | None = None,
    on_failure: t.Callable[[OperationFailed], Exception] | None = None,
    then: t.Callable[[], list[Watch]] | None = None,
    first: float | None = None,
) -> Watch:
    """Follows one operation; without `on_failure` it does not matter how it ends."""
    what = (
        f"{record['activationType']} of version {record['version']} on {record['network']} "
        f"(activation {record['activationId']})"
    )

    def look() -> Look:
        now, retry_after = mets.get_activation(
            world.session, str(record["caSetId"]), record["version"], record["activationId"]
        )
        if note is not None:
            note(now)
        if now["activationStatus"] == "FAILED" and on_failure is not None:
            raise on_failure(OperationFailed(what, now.get("failureReason"), "activation_failed"))
        if now["activationStatus"] == "IN_PROGRESS":
            return Look(False, "IN_PROGRESS", retry_after)
        world.forget()
        return Look(True, now["activationStatus"])

    return Watch(what, look, first, then)


def settle_watches(world: World, records: t.Iterable[Document]) -> list[Watch]:
    """Waits for somebody else's operations to end; one that fails makes the plan stale."""
    return [_watch(world, record, None, _stale) for record in records]


def deletion_watch(world: World, ca_set_id: str, name: str) -> Watch:
    """Follows the deletion of a set, network by network."""

    def look() -> Look:
        dummy, status, retry_after = mets.get_delete_status(world.session, ca_set_id)
        if status["status"] == "FAILED":
            networks = ", ".join(
                f"{d['network']} {d['status']}" + (f" ({d['failureReason']})" if d.get("failureReason") else "")
                for d in status["deletions"]
            )
            raise OperationFailed(f'The deletion of CA set "{name}" ({ca_set_id})', networks, "deletion_failed")
        return Look(status["status"] == "COMPLETE", str(status["status"]), retry_after)

    return Watch(f'deletion of CA set "{name}"', look)
