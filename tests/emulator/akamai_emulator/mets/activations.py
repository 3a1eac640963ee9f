# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activation and deactivation of versions (mets-v2.md 3.8, 3.17 to 3.20, 5.3, 5.4)."""

from __future__ import annotations

import datetime as dt

from ..core import Call, Refusal, Reply
from . import associations, times, values
from .errors import item, problem
from .model import (
    Item,
    active_on,
    find_set,
    find_version,
    names,
    record,
    running,
    set_link,
    show_activation,
    was_active,
    writable_set,
)
from .versions import another_request, expired_items

FIRST_ID = 84001


def activate(call: Call) -> Reply:
    network = values.body(call, "network")["network"]
    ca_set = writable_set(call)
    number = int(call.params["version"])
    version = find_version(ca_set, number, alive=True)
    _nothing_runs(ca_set, network)
    if network in active_on(version):
        raise _network_state("ca-set-version-already-active-on-network", ca_set, number, network)
    expired = expired_items(version, call.now(), pointers=True)
    if expired:
        raise problem("certificate-validation-failure-activate", None, names(ca_set, number), errors=expired)
    warnings = []
    if network == "PRODUCTION" and not was_active(ca_set, number, "STAGING"):
        slug = "activate-version-on-production-without-activating-on-staging"
        title = (
            "Request was submitted to activate the CA set version on production without activating on staging first."
        )
        text = f"Version {number} was not activated on STAGING before."
        warnings.append(item(slug, title, text, None, None))
    return _start(call, ca_set, version, network, "ACTIVATE", warnings)


def deactivate(call: Call) -> Reply:
    network = values.body(call, "network")["network"]
    ca_set = writable_set(call)
    number = int(call.params["version"])
    version = find_version(ca_set, number, alive=True)
    _nothing_runs(ca_set, network)
    if network not in active_on(version):
        raise _network_state("ca-set-version-not-active-on-network", ca_set, number, network)
    associations.refuse_if_used(call, ca_set, network)
    return _start(call, ca_set, version, network, "DEACTIVATE", [])


def _nothing_runs(ca_set: Item, network: str) -> None:
    busy = running(ca_set, network)
    if busy:
        raise another_request(ca_set, busy)


def _network_state(slug: str, ca_set: Item, number: int, network: str) -> Refusal:
    text = f"Version {number} of the CA set {ca_set['caSetId']} on {network}."
    return problem(slug, text, names(ca_set, number) | {"network": network})


def _start(call: Call, ca_set: Item, version: Item, network: str, kind: str, warnings: list[Item]) -> Reply:
    now = call.now()
    number = version["version"]
    activation_id = call.account.next_id("activation", FIRST_ID)
    duration = "mets_activation" if kind == "ACTIVATE" else "mets_deactivation"
    due = now + dt.timedelta(seconds=call.emulator.duration(duration))
    activation: Item = {
        "activationId": activation_id,
        "activationLink": f"{version['versionLink']}/activations/{activation_id}",
        **names(ca_set, number),
        "caSetLink": set_link(ca_set["caSetId"]),
        "versionLink": version["versionLink"],
        "network": network,
        "activationType": kind,
        "activationStatus": "IN_PROGRESS",
        "percentComplete": 0,
        "failureReason": None,
        "createdBy": call.user,
        "createdDate": times.micros(now),
        "modifiedBy": None,
        "modifiedDate": None,
        "due": times.micros(due),
        "outcome": "FAILED" if call.emulator.switch("mets_activation_outcome") == "fail" else "COMPLETE",
    }
    ca_set["activations"].insert(0, activation)
    record(ca_set, f"{kind}_CA_SET_VERSION", now, call.user, network, number)
    call.account.wake(due)
    headers = {"Location": activation["activationLink"], "Retry-After": retry_after(call, activation["createdDate"])}
    return Reply(202, show_activation(activation, warnings), headers)


def retry_after(call: Call, requested: str) -> str:
    """Request time and 300 s while that is to come, else a fifth of it from now (5.4)."""
    pause = dt.timedelta(seconds=call.emulator.duration("retry_after"))
    moment = times.parse(requested) + pause
    if moment <= call.now():
        moment = call.now() + pause / 5
    return call.emulator.http_date(moment)


def list_of_set(call: Call) -> Reply:
    return Reply(200, {"activations": [show_activation(a) for a in find_set(call)["activations"]]})


def list_of_version(call: Call) -> Reply:
    ca_set = find_set(call)
    number = find_version(ca_set, int(call.params["version"]))["version"]
    return Reply(200, {"activations": [show_activation(a) for a in ca_set["activations"] if a["version"] == number]})


def get(call: Call) -> Reply:
    ca_set = find_set(call)
    number = find_version(ca_set, int(call.params["version"]))["version"]
    wanted = int(call.params["activationId"])
    for activation in ca_set["activations"]:
        if activation["activationId"] == wanted and activation["version"] == number:
            shown = show_activation(activation)
            if activation["activationStatus"] == "IN_PROGRESS":
                return Reply(202, shown, {"Retry-After": retry_after(call, activation["createdDate"])})
            return Reply(200, shown)
    context = {"activationId": wanted} | names(ca_set, number)
    text = f"The request {wanted} of version {number} is not found."
    raise problem("activation-or-deactivation-request-not-found", text, context)
