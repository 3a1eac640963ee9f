# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CA sets as they lie in the account's document, and as METS shows them (mets-v2.md 2).

A stored set has the members of a GET, and below them `versions` (with `certificates`), `activations`, `activities`, `deletion`
and `lastVersion` (the highest number ever given). A version's `stagingStatus` and `productionStatus` are the truth; the
set's `stagingVersion` and the like follow from them in `refresh`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from ..core import Account, Call
from . import times
from .errors import problem

BASE = "/mtls-edge-truststore/v2"
NETWORKS = ("STAGING", "PRODUCTION")
MAX_SETS = 200
MAX_VERSIONS = 100
RETENTION = dt.timedelta(days=30)

SET_MEMBERS = (
    "accountId",
    "caSetId",
    "caSetLink",
    "caSetName",
    "caSetStatus",
    "description",
    "latestVersion",
    "latestVersionLink",
    "stagingVersion",
    "stagingVersionLink",
    "productionVersion",
    "productionVersionLink",
    "versionsLink",
    "createdDate",
    "createdBy",
    "deletedDate",
    "deletedBy",
    "removalDate",
)
VERSION_MEMBERS = (
    "caSetId",
    "caSetName",
    "version",
    "versionLink",
    "description",
    "allowInsecureSha1",
    "stagingStatus",
    "productionStatus",
    "createdDate",
    "createdBy",
    "modifiedDate",
    "modifiedBy",
    "caSetVersionStatus",
    "removalDate",
)
ACTIVATION_MEMBERS = (
    "activationId",
    "activationLink",
    "caSetId",
    "caSetName",
    "caSetLink",
    "version",
    "versionLink",
    "network",
    "activationType",
    "activationStatus",
    "percentComplete",
    "failureReason",
    "createdBy",
    "createdDate",
    "modifiedBy",
    "modifiedDate",
)

Item = dict[str, Any]


def key(network: str, suffix: str) -> str:
    """The member of that network: `stagingStatus`, `productionVersionLink`."""
    return network.lower() + suffix


def set_link(ca_set_id: str) -> str:
    return f"{BASE}/ca-sets/{ca_set_id}"


def version_link(ca_set_id: str, version: int) -> str:
    return f"{BASE}/ca-sets/{ca_set_id}/versions/{version}"


def delete_link(ca_set_id: str) -> str:
    return f"{BASE}/ca-sets/{ca_set_id}/status/delete"


# -- finding --


def lookup(account: Account, ca_set_id: str) -> Item | None:
    for ca_set in account.document["ca_sets"]:
        if ca_set["caSetId"] == ca_set_id:
            return ca_set  # type: ignore[no-any-return]
    return None


def find_set(call: Call) -> Item:
    """For reads: deleted sets are there until their removal."""
    ca_set_id = str(int(call.params["caSetId"]))
    ca_set = lookup(call.account, ca_set_id)
    if ca_set is None:
        raise problem("ca-set-not-found", f"The CA set {ca_set_id} is not found.", {"caSetId": ca_set_id})
    return ca_set


def writable_set(call: Call) -> Item:
    """For writes: a deleted set is not found, and one that is being deleted is busy."""
    ca_set = find_set(call)
    ca_set_id = ca_set["caSetId"]
    if ca_set["caSetStatus"] == "DELETED":
        raise problem("ca-set-not-found", f"The CA set {ca_set_id} is deleted.", {"caSetId": ca_set_id})
    if ca_set["caSetStatus"] == "DELETING":
        context = names(ca_set) | {"deletionLink": delete_link(ca_set_id)}
        for deletion in ca_set["deletion"]["deletions"]:
            context[key(deletion["network"], "Status")] = deletion["status"]
        if "version" in call.params:
            context["version"] = int(call.params["version"])
        raise problem("delete-ca-set-request-in-progress", f"The CA set {ca_set_id} is being deleted.", context)
    return ca_set


def names(ca_set: Item, version: int | None = None) -> Item:
    """The usual beginning of `contextInfo`."""
    context = {"caSetId": ca_set["caSetId"], "caSetName": ca_set["caSetName"]}
    return context if version is None else context | {"version": version}


def version_of(ca_set: Item, number: int) -> Item | None:
    for version in ca_set["versions"]:
        if version["version"] == number:
            return version  # type: ignore[no-any-return]
    return None


def find_version(ca_set: Item, number: int, *, alive: bool = False, title: str | None = None) -> Item:
    """`alive`: a version that is marked as deleted is not found either."""
    version = version_of(ca_set, number)
    if version is None or (alive and version["caSetVersionStatus"] == "DELETED"):
        detail = f"Version {number} of the CA set {ca_set['caSetId']} is not found."
        members = {"title": title} if title else {}
        raise problem("ca-set-version-not-found", detail, names(ca_set, number), **members)
    return version


def running(ca_set: Item, network: str | None = None, version: int | None = None) -> Item | None:
    """The activation or deactivation that is under way."""
    for activation in ca_set["activations"]:
        if (
            activation["activationStatus"] == "IN_PROGRESS"
            and network in (None, activation["network"])
            and version in (None, activation["version"])
        ):
            return activation  # type: ignore[no-any-return]
    return None


def active_on(version: Item) -> list[str]:
    return [network for network in NETWORKS if version[key(network, "Status")] == "ACTIVE"]


def was_active(ca_set: Item, number: int, network: str | None = None) -> bool:
    """Whether an activation of it has ever ended well; a failed one leaves the version editable."""
    return any(
        a["version"] == number
        and a["activationType"] == "ACTIVATE"
        and a["activationStatus"] == "COMPLETE"
        and network in (None, a["network"])
        for a in ca_set["activations"]
    )


# -- changing --


def refresh(ca_set: Item) -> None:
    """What a set says of its versions, from its versions."""
    alive = [v["version"] for v in ca_set["versions"] if v["caSetVersionStatus"] != "DELETED"]
    ca_set["lastVersion"] = max([ca_set.get("lastVersion") or 0, *(v["version"] for v in ca_set["versions"])])
    latest: dict[str, int | None] = {"latest": max(alive, default=None)}
    for network in NETWORKS:
        on = [v["version"] for v in ca_set["versions"] if v[key(network, "Status")] == "ACTIVE"]
        latest[network.lower()] = on[0] if on else None
    for name, number in latest.items():
        ca_set[f"{name}Version"] = number
        ca_set[f"{name}VersionLink"] = None if number is None else version_link(ca_set["caSetId"], number)


def record(
    ca_set: Item, kind: str, when: dt.datetime, user: str, network: str | None = None, version: int | None = None
) -> None:
    """Adds to the history (3.7). `activities` is oldest first."""
    ca_set["activities"].append(
        {
            "type": kind,
            "network": network,
            "version": version,
            "activityDate": times.micros(when),
            "activityBy": user,
        }
    )


# -- showing --


def show_set(ca_set: Item) -> Item:
    return {name: ca_set[name] for name in SET_MEMBERS}


def show_version(version: Item, certificates: bool, warnings: list[Item] | None = None) -> Item:
    """`warnings` None: a read, whose `validation` is null."""
    shown = {name: version[name] for name in VERSION_MEMBERS}
    shown["certificates"] = version["certificates"] if certificates else []
    shown["validation"] = None if warnings is None else {"warnings": warnings}
    return shown


def show_activation(activation: Item, warnings: list[Item] | None = None) -> Item:
    shown = {name: activation[name] for name in ACTIVATION_MEMBERS}
    shown["validation"] = None if warnings is None else {"warnings": warnings}
    return shown
