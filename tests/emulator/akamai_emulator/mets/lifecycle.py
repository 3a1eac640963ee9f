# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens by itself: requests end, deleted things are removed; and what a seed may leave out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from ..core import Account, Emulator, ShapeError
from . import certificates, times
from .model import (
    NETWORKS,
    RETENTION,
    Item,
    active_on,
    key,
    record,
    refresh,
    set_link,
    version_link,
    was_active,
)

Event = tuple[dt.datetime, Callable[[], None]]


def settle(emulator: Emulator, account: Account) -> None:
    now = emulator.clock.now()
    touch = emulator.switch("mets_modified_by_activation") == "yes"
    for ca_set in list(account.document["ca_sets"]):
        while True:
            event = min(_events(account, ca_set, touch), key=lambda e: e[0], default=None)
            if event is None or event[0] > now:
                break
            event[1]()
        if event is not None:
            account.wake(event[0])


def _events(account: Account, ca_set: Item, touch: bool) -> list[Event]:
    """What this set is waiting for. `touch`: (de)activations change `modifiedDate` of the versions."""
    events: list[Event] = []
    for activation in ca_set["activations"]:
        if activation["activationStatus"] == "IN_PROGRESS":
            due = times.parse(activation["due"])
            events.append((due, partial(_end_activation, ca_set, activation, due, touch)))
    if ca_set["caSetStatus"] == "DELETING":
        due = times.parse(ca_set["deletion"]["due"])
        events.append((due, partial(_end_deletion, ca_set, due)))
    if ca_set["caSetStatus"] == "DELETED" and ca_set["removalDate"] and ca_set in account.document["ca_sets"]:
        events.append((times.parse(ca_set["removalDate"]), partial(account.document["ca_sets"].remove, ca_set)))
    for version in ca_set["versions"]:
        if version["caSetVersionStatus"] == "DELETED" and version["removalDate"]:
            due = times.parse(version["removalDate"])
            events.append((due, partial(_remove_version, ca_set, version, due)))
    return events


def _end_activation(ca_set: Item, activation: Item, due: dt.datetime, touch: bool) -> None:
    activation["activationStatus"] = activation["outcome"]
    activation["percentComplete"] = 100
    activation["modifiedBy"] = activation["createdBy"]
    activation["modifiedDate"] = times.micros(due)
    if activation["outcome"] == "FAILED":
        activation["failureReason"] = activation["failureReason"] or f"The request failed on {activation['network']}."
        return
    status = key(activation["network"], "Status")
    for version in ca_set["versions"]:
        mine = version["version"] == activation["version"]
        if not mine and (activation["activationType"] == "DEACTIVATE" or version[status] == "INACTIVE"):
            continue
        version[status] = "ACTIVE" if mine and activation["activationType"] == "ACTIVATE" else "INACTIVE"
        if touch:
            version["modifiedDate"], version["modifiedBy"] = activation["modifiedDate"], activation["modifiedBy"]
    refresh(ca_set)


def _end_deletion(ca_set: Item, due: dt.datetime) -> None:
    deletion = ca_set["deletion"]
    for part in deletion["deletions"]:
        part["status"] = part.get("outcome") or "COMPLETE"
        part["percentComplete"] = 100
        if part["status"] == "FAILED":
            part["failureReason"] = part["failureReason"] or "The deletion failed."
    deletion["endTime"] = times.micros(due)
    deletion["estimatedEndTime"] = None
    failed = [part["network"] for part in deletion["deletions"] if part["status"] == "FAILED"]
    if failed:
        deletion["status"] = "FAILED"
        deletion["failureReason"] = f"The deletion failed on {' and '.join(failed)}."
        ca_set["caSetStatus"] = "NOT_DELETED"
        return
    deletion["status"] = "COMPLETE"
    deletion["removalDate"] = times.micros(due + RETENTION)
    ca_set["caSetStatus"] = "DELETED"
    ca_set["deletedDate"] = times.micros(due)
    ca_set["deletedBy"] = deletion["requestedBy"]
    ca_set["removalDate"] = deletion["removalDate"]


def _remove_version(ca_set: Item, version: Item, due: dt.datetime) -> None:
    ca_set["versions"].remove(version)
    record(ca_set, "REMOVE_CA_SET_VERSION", due, "system", version=version["version"])
    refresh(ca_set)


# -- completing a seed --


def complete(emulator: Emulator, account: Account) -> None:
    for index, ca_set in enumerate(account.document["ca_sets"]):
        _complete_set(emulator, account, ca_set, f"/ca_sets/{index}")
    ids = [ca_set["caSetId"] for ca_set in account.document["ca_sets"]]
    if len(set(ids)) != len(ids):
        raise ShapeError("/ca_sets", "two sets have the same caSetId")


def _set_defaults(item: Item, defaults: dict[str, Any]) -> None:
    for name, value in defaults.items():
        item.setdefault(name, value)


def _need_text(item: Item, name: str, pointer: str) -> None:
    if not isinstance(item.get(name), str) or not item[name]:
        raise ShapeError(f"{pointer}/{name}", "text is expected")


def _due(emulator: Emulator, duration: str) -> str:
    """When something ends that a seed shows as running without saying until when: a whole duration from now."""
    return times.micros(emulator.clock.now() + dt.timedelta(seconds=emulator.duration(duration)))


def _complete_set(emulator: Emulator, account: Account, ca_set: Item, pointer: str) -> None:
    _need_text(ca_set, "caSetName", pointer)
    given = ca_set.get("caSetId")
    if given is None:
        given = account.next_id("ca_set", 1001)
    ca_set["caSetId"] = str(given)
    if not ca_set["caSetId"].isascii() or not ca_set["caSetId"].isdigit():
        raise ShapeError(f"{pointer}/caSetId", "a string of digits is expected")
    counters = account.document["counters"]
    counters["ca_set"] = max(counters.get("ca_set", 0), int(ca_set["caSetId"]))
    link = set_link(ca_set["caSetId"])
    _set_defaults(
        ca_set,
        {
            "accountId": account.id,
            "caSetLink": link,
            "caSetStatus": "NOT_DELETED",
            "description": None,
            "versionsLink": f"{link}/versions/",
            "createdDate": times.micros(emulator.clock.now()),
            "createdBy": "automation",
            "deletedDate": None,
            "deletedBy": None,
            "removalDate": None,
            "versions": [],
            "activations": [],
            "deletion": None,
        },
    )
    for number, version in enumerate(ca_set["versions"], 1):
        _complete_version(ca_set, version, number, f"{pointer}/versions/{number - 1}")
    for position, activation in enumerate(ca_set["activations"]):
        _complete_activation(emulator, account, ca_set, activation, f"{pointer}/activations/{position}")
    for version in ca_set["versions"]:
        _add_missing_activations(emulator, account, ca_set, version)
    if ca_set["caSetStatus"] != "NOT_DELETED":
        _complete_deletion(emulator, ca_set)
    if "activities" not in ca_set:
        ca_set["activities"] = _history(ca_set)
    refresh(ca_set)


def _complete_version(ca_set: Item, version: Item, number: int, pointer: str) -> None:
    number = version.setdefault("version", number)
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise ShapeError(f"{pointer}/version", "a number from 1 on is expected")
    for network in NETWORKS:
        on = ca_set.get(key(network, "Version")) == number
        version.setdefault(key(network, "Status"), "ACTIVE" if on else "INACTIVE")
    _set_defaults(
        version,
        {
            "caSetId": ca_set["caSetId"],
            "caSetName": ca_set["caSetName"],
            "versionLink": version_link(ca_set["caSetId"], number),
            "description": None,
            "allowInsecureSha1": False,
            "createdDate": ca_set["createdDate"],
            "createdBy": ca_set["createdBy"],
            "modifiedDate": None,
            "modifiedBy": None,
            "caSetVersionStatus": "NOT_DELETED",
            "removalDate": None,
            "certificates": [],
        },
    )
    for position, certificate in enumerate(version["certificates"]):
        if "fingerprint" not in certificate or "endDate" not in certificate:
            _complete_certificate(version, certificate, f"{pointer}/certificates/{position}")


def _complete_certificate(version: Item, certificate: Item, pointer: str) -> None:
    _need_text(certificate, "certificatePem", pointer)
    facts = certificates.read(certificate["certificatePem"])
    if facts is None:
        raise ShapeError(f"{pointer}/certificatePem", "one PEM certificate is expected")
    stamp = {"createdDate": version["createdDate"], "createdBy": version["createdBy"], "description": None}
    _set_defaults(certificate, facts.shown | stamp)


def _complete_activation(emulator: Emulator, account: Account, ca_set: Item, activation: Item, pointer: str) -> None:
    number = activation.get("version")
    if not isinstance(number, int) or activation.get("network") not in NETWORKS:
        raise ShapeError(pointer, "an activation has a version and a network")
    activation_id = activation.get("activationId")
    if activation_id is None:
        activation["activationId"] = activation_id = account.next_id("activation", 84001)
    elif not isinstance(activation_id, int):
        raise ShapeError(f"{pointer}/activationId", "a number is expected")
    counters = account.document["counters"]
    counters["activation"] = max(counters.get("activation", 0), activation_id)
    status = activation.setdefault("activationStatus", "COMPLETE")
    done = status != "IN_PROGRESS"
    created = activation.setdefault("createdDate", ca_set["createdDate"])
    user = activation.setdefault("createdBy", ca_set["createdBy"])
    link = version_link(ca_set["caSetId"], number)
    kind = activation.setdefault("activationType", "ACTIVATE")
    duration = "mets_deactivation" if kind == "DEACTIVATE" else "mets_activation"
    _set_defaults(
        activation,
        {
            "activationLink": f"{link}/activations/{activation_id}",
            "caSetId": ca_set["caSetId"],
            "caSetName": ca_set["caSetName"],
            "caSetLink": ca_set["caSetLink"],
            "versionLink": link,
            "percentComplete": 100 if done else 0,
            "failureReason": None,
            "modifiedBy": user if done else None,
            "modifiedDate": created if done else None,
            "due": created if done else _due(emulator, duration),
            "outcome": status if done else "COMPLETE",
        },
    )


def _add_missing_activations(emulator: Emulator, account: Account, ca_set: Item, version: Item) -> None:
    """An active version has an activation that made it so: it is what freezes the version for ever."""
    for network in active_on(version):
        if not was_active(ca_set, version["version"], network):
            activation = {"version": version["version"], "network": network, "createdDate": version["createdDate"]}
            _complete_activation(emulator, account, ca_set, activation, "")
            ca_set["activations"].insert(0, activation)


def _complete_deletion(emulator: Emulator, ca_set: Item) -> None:
    done = ca_set["caSetStatus"] == "DELETED"
    start = ca_set["deletedDate"] or ca_set["createdDate"]
    if done:
        ca_set["deletedDate"] = start
        ca_set["deletedBy"] = ca_set["deletedBy"] or ca_set["createdBy"]
    if ca_set["deletion"] is not None:
        return
    status = "COMPLETE" if done else "IN_PROGRESS"
    ca_set["deletion"] = {
        "status": status,
        "startTime": start,
        "estimatedEndTime": None,
        "endTime": start if done else None,
        "failureReason": None,
        "removalDate": ca_set["removalDate"],
        "requestedBy": ca_set["createdBy"],
        "due": start if done else _due(emulator, "mets_deletion"),
        "deletions": [
            {"network": n, "status": status, "percentComplete": 100 if done else 0, "failureReason": None}
            for n in NETWORKS
        ],
    }


def _history(ca_set: Item) -> list[Item]:
    """Activities of a seeded set, oldest first, from what it has."""
    entries = [("CREATE_CA_SET", None, None, ca_set)]
    entries += [("CREATE_CA_SET_VERSION", None, v["version"], v) for v in ca_set["versions"]]
    entries += [
        (f"{a['activationType']}_CA_SET_VERSION", a["network"], a["version"], a)
        for a in reversed(ca_set["activations"])
    ]
    return [
        {
            "type": kind,
            "network": network,
            "version": version,
            "activityDate": source["createdDate"],
            "activityBy": source["createdBy"],
        }
        for kind, network, version, source in entries
    ]
