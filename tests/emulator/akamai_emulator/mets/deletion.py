# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletion of a set and its progress (mets-v2.md 3.4, 3.5, 5.1)."""

from __future__ import annotations

import datetime as dt

from ..core import Call, Reply
from . import associations, times
from .activations import retry_after
from .errors import problem
from .model import NETWORKS, Item, delete_link, find_set, key, names, record, running, writable_set

ESTIMATE = dt.timedelta(minutes=15)
FAILING = {"complete": (), "fail_staging": ("STAGING",), "fail_production": ("PRODUCTION",), "fail": NETWORKS}


def delete(call: Call) -> Reply:
    ca_set = writable_set(call)
    _nothing_runs(ca_set)
    _nothing_is_active(ca_set, int(call.emulator.switch("mets_delete_active_status")))
    associations.refuse_if_used(call, ca_set, None)
    now = call.now()
    due = now + dt.timedelta(seconds=call.emulator.duration("mets_deletion"))
    before = {d["network"]: d["status"] for d in (ca_set["deletion"] or {}).get("deletions", ())}
    failing = FAILING[call.emulator.switch("mets_deletion_outcome")]
    deletions = []
    for network in NETWORKS:
        done = before.get(network) == "COMPLETE"
        deletions.append(
            {
                "network": network,
                "status": "COMPLETE" if done else "IN_PROGRESS",
                "percentComplete": 100 if done else 0,
                "failureReason": None,
                "outcome": "FAILED" if network in failing and not done else "COMPLETE",
            }
        )
        if not done:
            record(ca_set, "DELETE_CA_SET", now, call.user, network)
    ca_set["caSetStatus"] = "DELETING"
    ca_set["deletion"] = {
        "status": "IN_PROGRESS",
        "startTime": times.micros(now),
        "estimatedEndTime": times.micros(now + ESTIMATE),
        "endTime": None,
        "failureReason": None,
        "removalDate": None,
        "requestedBy": call.user,
        "due": times.micros(due),
        "deletions": deletions,
    }
    call.account.wake(due)
    return Reply(202, None, {"Location": delete_link(ca_set["caSetId"])})


def _nothing_runs(ca_set: Item) -> None:
    context = names(ca_set)
    for network in NETWORKS:
        busy = running(ca_set, network)
        if busy:
            context[key(network, "Link")] = busy["activationLink"]
            context[key(network, "Status")] = busy["activationStatus"]
    if len(context) > 2:
        slug = "ca-set-cannot-be-deleted-in-progress-version-activations"
        raise problem(slug, f"Requests of the CA set {ca_set['caSetId']} are in progress.", context)


def _nothing_is_active(ca_set: Item, status: int) -> None:
    context = names(ca_set)
    for network in NETWORKS:
        link = ca_set[key(network, "VersionLink")]
        if link is not None:
            context[key(network, "VersionLink")] = link
            context[key(network, "Status")] = "ACTIVE"
    if len(context) > 2:
        slug = "ca-set-cannot-be-deleted-active-versions"
        refusal = problem(slug, f"The CA set {ca_set['caSetId']} has active versions.", context, status=status)
        refusal.status = status
        raise refusal


_STATUS = {"IN_PROGRESS": 202, "COMPLETE": 200, "FAILED": 207}


def status(call: Call) -> Reply:
    ca_set = find_set(call)
    deletion = ca_set["deletion"]
    ca_set_id = ca_set["caSetId"]
    if deletion is None:
        raise problem(
            "no-active-cert-deletions",
            f"No deletion of the CA set {ca_set_id} was requested.",
            {"caSetId": ca_set_id},
        )
    headers = {"Location": delete_link(ca_set_id)}
    if deletion["status"] == "IN_PROGRESS":
        headers["Retry-After"] = retry_after(call, deletion["startTime"])
    members = ("startTime", "estimatedEndTime", "endTime", "failureReason", "removalDate")
    body = {
        "status": deletion["status"],
        "statusLink": delete_link(ca_set_id),
        "caSetLink": ca_set["caSetLink"],
        "resourceMethod": "delete",
        **names(ca_set),
        **{name: deletion[name] for name in members},
        "deletions": [
            {name: d[name] for name in ("network", "status", "percentComplete", "failureReason")}
            for d in deletion["deletions"]
        ],
    }
    return Reply(_STATUS[deletion["status"]], body, headers)
