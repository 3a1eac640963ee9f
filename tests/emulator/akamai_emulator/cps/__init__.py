# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CPS v2: the table of operations and the service as the house mounts it. Rules: cps-v2.md, open points: `switches`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..core import Call, Operation, Reply, Service, Shape
from . import changes, deployments, enrollments, errors, inputs, seeds
from .exchange import Handler, negotiate
from .shapes import described
from .switches import SWITCHES

ROOT = "/cps/v2"
ONE = "/enrollments/{enrollmentId}"
CHANGE = ONE + "/changes/{changeId}"


class Route(NamedTuple):
    """An operation with its media types, the newest first. Handlers that take no body have no contents."""

    name: str
    method: str
    path: str
    handler: Handler
    accepts: tuple[str, ...]
    contents: tuple[str, ...] = ()


ENROLLMENT = ("enrollment.v12", "enrollment.v11")
STATUS = ("enrollment-status.v1",)
DEPLOYMENT = ("deployment.v8", "deployment.v7")
CHANGE_ID = ("change-id.v1",)
ACKNOWLEDGEMENT = ("acknowledgement.v1",)

ROUTES = (
    Route(
        "list_enrollments", "GET", "/enrollments", enrollments.list_enrollments, ("enrollments.v12", "enrollments.v11")
    ),
    Route("create_enrollment", "POST", "/enrollments", enrollments.create_enrollment, STATUS, ENROLLMENT),
    Route("get_enrollment", "GET", ONE, enrollments.get_enrollment, ENROLLMENT),
    Route("update_enrollment", "PUT", ONE, enrollments.update_enrollment, STATUS, ENROLLMENT),
    Route("delete_enrollment", "DELETE", ONE, enrollments.delete_enrollment, STATUS),
    Route("get_change", "GET", CHANGE, inputs.get_change, ("change.v2",)),
    Route("cancel_change", "DELETE", CHANGE, inputs.cancel_change, CHANGE_ID),
    Route("get_schedule", "GET", CHANGE + "/deployment-schedule", inputs.get_schedule, ("deployment-schedule.v1",)),
    Route(
        "set_schedule",
        "PUT",
        CHANGE + "/deployment-schedule",
        inputs.set_schedule,
        CHANGE_ID,
        ("deployment-schedule.v1",),
    ),
    Route(
        "list_deployments",
        "GET",
        ONE + "/deployments",
        deployments.list_deployments,
        ("deployments.v8", "deployments.v7"),
    ),
    Route("get_production", "GET", ONE + "/deployments/production", deployments.get_production, DEPLOYMENT),
    Route("get_staging", "GET", ONE + "/deployments/staging", deployments.get_staging, DEPLOYMENT),
    Route("change_history", "GET", ONE + "/history/changes", deployments.change_history, ("change-history.v5",)),
    Route(
        "certificate_history",
        "GET",
        ONE + "/history/certificates",
        deployments.certificate_history,
        ("certificate-history.v2",),
    ),
)
# The two input operations have media types of their own for each segment.
INFO_ACCEPTS: dict[str, tuple[str, ...]] = {
    "pre-verification-warnings": ("warnings.v1",),
    "post-verification-warnings": ("warnings.v1",),
    "change-management-info": ("change-management-info.v6", "change-management-info.v5", *DEPLOYMENT),
    "lets-encrypt-challenges": ("dv-challenges.v2",),
    "third-party-csr": ("csr.v2",),
}
UPDATE_CONTENTS: dict[str, tuple[str, ...]] = {
    "pre-verification-warnings-ack": ACKNOWLEDGEMENT,
    "post-verification-warnings-ack": ACKNOWLEDGEMENT,
    "change-management-ack": ("acknowledgement-with-hash.v1", *ACKNOWLEDGEMENT),
    "lets-encrypt-challenges-completed": ACKNOWLEDGEMENT,
    "third-party-cert-and-trust-chain": ("certificate-and-trust-chain.v2",),
}


def _operation(route: Route) -> Operation:
    def handler(call: Call) -> Reply:
        return negotiate(call, route.handler, route.accepts, route.contents)

    return Operation("cps", route.name, route.method, ROOT + route.path, handler, route.method != "GET")


def _get_input(call: Call) -> Reply:
    accepts = INFO_ACCEPTS.get(call.params["segment"])
    if accepts is None:
        raise errors.refusal(call, "not-found", "The input was not found.")
    return negotiate(call, inputs.get_input, accepts, ())


def _give_input(call: Call) -> Reply:
    contents = UPDATE_CONTENTS.get(call.params["segment"])
    if contents is None:
        raise errors.refusal(call, "not-found", "The input was not found.")
    return negotiate(call, inputs.give_input, CHANGE_ID, contents)


def _no_route(call: Call, methods: Iterable[str]) -> Reply:
    allowed = ", ".join(sorted(methods))
    if allowed:
        reply = errors.refusal(call, "method-not-allowed").reply()
        reply.headers["Allow"] = allowed
        return reply
    return errors.refusal(call, "not-found").reply()


OPERATIONS = (
    *(_operation(route) for route in ROUTES),
    Operation("cps", "get_input", "GET", ROOT + CHANGE + "/input/info/{segment}", _get_input, False),
    Operation("cps", "give_input", "POST", ROOT + CHANGE + "/input/update/{segment}", _give_input, True),
)


def _describe(name: str) -> Shape:
    if name == "get_input":
        return described(name, dict.fromkeys(kind for kinds in INFO_ACCEPTS.values() for kind in kinds), ())
    if name == "give_input":
        kinds = dict.fromkeys(kind for kinds in UPDATE_CONTENTS.values() for kind in kinds)
        return described(name, CHANGE_ID, kinds)
    route = next(route for route in ROUTES if route.name == name)
    return described(name, route.accepts, route.contents)


SERVICE = Service(
    api="cps",
    prefixes=(ROOT,),
    operations=OPERATIONS,
    no_route=_no_route,
    settle=changes.settle,
    complete=seeds.complete,
    rate_limited=errors.rate_limited,
    crash=errors.gateway_500,
    switches=SWITCHES,
    describe=_describe,
)
