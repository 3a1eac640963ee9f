# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting and following activations of a property (papi-v1.md 12)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._api import papi
from .._domain.acknowledgements import Acknowledgements
from .._domain.errors import WishError
from .._domain.plan import Document, Plan, Step
from .._domain.waits import Look, Watch
from .._wire.errors import ApiError
from .papi_world import OPEN, place_of
from .world import Stale, Wait, World
from .writes import carry_out

# Refusals of a POST that pass by themselves (papi-v1.md 12.7).
TEMPORARY: t.Final = frozenset(
    [
        "resource-busy",
        "validation_failed.error.arlfile.exists",
        "validation_failed.error.activation.tower_precondition.failed",
        "property_activation_still_pending",
        "still-pending",
        "rate-limit-exceeded.activations",
    ]
)
# ... and one that passes soon or not at all: the certificate of a host name is on its way. So often it is tried again.
NOT_DEPLOYED: t.Final = "unauthorized_third_party_cert_for_hostname"
PATIENCE: t.Final = 4
# ... and those that only mean: this changed since it was read.
MOVED: t.Final = frozenset(["already-activated", "not-active-in-staging", "not-active-in-production"])
# How operations end well. What ends a DEACTIVATE is documented in one way and seen in the other (12.5).
GOOD: t.Final = {"ACTIVATE": ("ACTIVE",), "DEACTIVATE": ("ACTIVE", "DEACTIVATED")}
# Looks at a new activation that may find nothing yet.
UNSEEN: t.Final = 5


class OperationEnded(WishError):
    """An activation that PAPI did not accept, or that ended otherwise than wished."""

    def __init__(self, kind: str, title: str, msg: str, *, cure: str, **members: t.Any) -> None:
        super().__init__("busy", msg, cure=cure, **members)
        self.kind, self.title = kind, title

    def failure(self) -> Document:
        return {**super().failure(), "api": "papi", "type": self.kind, "title": self.title}


@dataclass(slots=True)
class Start:
    """How an operation begins: its request, what may be acknowledged about it, what the network has then, and after
    which running operation."""

    prop: Document
    body: Document
    allowed: Acknowledgements
    settled: int | None
    blocker: Document | None = None


Note = t.Callable[[Document], None]


def start(
    world: World, waiter: Wait, plan: Plan, step: Step, still_wanted: t.Callable[[], None], note: Note
) -> Document:
    """Sends the request of a step, again while a refusal is temporary and the run waits: the activation as it is then.

    `still_wanted` looks before each request, and raises where the world has moved. Warnings that may be are acknowledged
    by a second request, and that becomes a step of the plan (12.2).
    """
    prop = step.payload.prop
    found: list[str] = []
    acknowledged: dict[str, Document] = {}
    patience = PATIENCE

    def attempt() -> Look:
        nonlocal patience
        still_wanted()
        body = {**step.payload.body, **({"acknowledgeWarnings": list(acknowledged)} if acknowledged else {})}
        try:
            with carry_out(world, step, MOVED):
                found.append(papi.create_activation(world.session, str(prop["propertyId"]), body, place=place_of(prop)))
        except ApiError as error:
            if error.slug == "warnings-not-acknowledged" and error.warnings:
                _allow(error, step.payload.allowed, acknowledged)
                return attempt()
            if error.has_error(NOT_DEPLOYED) and patience:
                patience -= 1
            elif error.slug not in TEMPORARY:
                raise
            if not waiter.wait:
                raise
            return Look(False, error.detail or error.title)
        return Look(True)

    if not attempt().done:
        waiter.until([Watch(f"room for the {step.verb} on {step.target.network}", attempt)])
    if acknowledged:
        _record(plan, step, list(acknowledged.values()))
    record = {
        "activationId": found[0],
        "network": step.target.network,
        "propertyVersion": step.target.version,
        "activationType": step.payload.body["activationType"],
        "status": "NEW",
    }
    read, dummy = _read(world, prop, record)
    note(read or record)
    return read or record


def warning_texts(warning: t.Mapping[str, t.Any]) -> list[str]:
    """What a warning of PAPI is known by, for the patterns of a task."""
    return [str(warning[name]) for name in ("detail", "title") if warning.get(name)]


def _allow(error: ApiError, allowed: Acknowledgements, acknowledged: dict[str, Document]) -> None:
    """Adds all warnings of a refusal to those acknowledged; refuses if one is not allowed, or comes back all the same."""
    new = {str(w.get("messageId")): w for w in error.warnings}
    strange = [w for w in error.warnings if not allowed.allows(*warning_texts(w))]
    if strange or new.keys() <= acknowledged.keys():
        listed = "; ".join(
            f"{w.get('detail') or w.get('title')} ({w.get('messageId')})" for w in strange or error.warnings
        )
        raise OperationEnded(
            "warnings-not-acknowledged",
            "Warnings want to be acknowledged",
            f"PAPI has warnings about this activation: {listed}",
            cure="Look at them, and accept all with `acknowledge_warnings: true`, or those that you know with "
            "`acknowledge_warnings_matching`.",
            errors=strange or error.warnings,
            retryable=False,
        ) from error
    acknowledged.update(new)


def _record(plan: Plan, step: Step, warnings: t.Sequence[Document]) -> None:
    """What was acknowledged goes before the step that it was for."""
    said = f"PAPI has {len(warnings)} warning{'s' if len(warnings) > 1 else ''} about the {step.verb}."
    plan.steps.insert(plan.steps.index(step), Step("acknowledge", step.target, said, done=True))
    for warning in warnings:
        text = str(warning.get("detail") or warning.get("title"))
        plan.warn(text, message_id=warning.get("messageId"), network=step.target.network, acknowledged=True)


def follow(
    world: World,
    prop: Document,
    record: Document,
    note: Note | None = None,
    on_failure: t.Callable[[OperationEnded], Exception] | None = None,
) -> Watch:
    """Follows one operation to its end; without `on_failure` it does not matter which one that is."""
    what = (
        f"{record['activationType']} of version {record['propertyVersion']} on {record['network']} "
        f"(activation {record['activationId']})"
    )
    unseen = 0

    def look() -> Look:
        nonlocal unseen
        now, retry_after = _read(world, prop, record)
        if now is None:
            unseen += 1
            if unseen > UNSEEN:
                raise Stale(_ended(what, {"status": "gone"}))
            return Look(False, "not listed yet")
        if note is not None:
            note(now)
        if now["status"] in OPEN:
            return Look(False, str(now["status"]), retry_after)
        world.forget()
        if on_failure is not None and now["status"] not in GOOD[now["activationType"]]:
            raise on_failure(_ended(what, now))
        return Look(True, str(now["status"]))

    return Watch(what, look)


def _read(world: World, prop: Document, record: Document) -> tuple[Document | None, float | None]:
    """An activation, which may not be there yet shortly after it was started (papi-v1.md 16.2)."""
    try:
        return papi.get_activation(
            world.session, str(prop["propertyId"]), str(record["activationId"]), place=place_of(prop)
        )
    except ApiError as error:
        if error.status != 404:
            raise
        return None, None


def _cause(found: t.Any) -> str:
    """What a `failureCause` says: a problem document, only for validations that were put off (papi-v1.md 12.1, 12.4)."""
    if not isinstance(found, dict):
        return str(found or "")
    details = [str(error.get("detail")) for error in found.get("errors") or [] if isinstance(error, dict)]
    return " ".join([str(found.get("detail") or found.get("title") or ""), *details])


def _ended(what: str, record: Document) -> OperationEnded:
    cause = _cause(record.get("failureCause"))
    return OperationEnded(
        "activation_failed",
        "The operation has not come to its end",
        f"{what} ended as {record['status']}" + (f": {cause.rstrip('.')}." if cause else "."),
        cure="Run the task again to request it once more; if it fails again, take the id above to Akamai support.",
    )
