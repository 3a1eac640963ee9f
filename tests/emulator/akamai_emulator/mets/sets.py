# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations on CA sets: create, list, read, clone, history (mets-v2.md 3.1 to 3.3, 3.7, 3.9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core import Account, Call, Reply
from . import times, values
from .errors import item, problem
from .model import (
    MAX_SETS,
    MAX_VERSIONS,
    Item,
    find_set,
    find_version,
    names,
    record,
    refresh,
    set_link,
    show_set,
    version_link,
    writable_set,
)
from .values import Query

STATUSES = ("NOT_DELETED", "DELETING", "DELETED")
FIRST_ID = 1001


def create(call: Call) -> Reply:
    body = values.body(call, "set")
    values.set_name(body["caSetName"])
    _name_is_free(call, body["caSetName"])
    _room_for_a_set(call)
    ca_set = _new(call, body)
    return Reply(201, show_set(ca_set), {"Location": ca_set["caSetLink"], **_quota(call)})


def _alive(account: Account) -> list[Item]:
    return [s for s in account.document["ca_sets"] if s["caSetStatus"] != "DELETED"]


def _name_is_free(call: Call, name: str) -> None:
    if any(other["caSetName"] == name for other in _alive(call.account)):
        slug = "ca-set-name-is-not-unique"
        context = {"accountId": call.account.id, "caSetName": name}
        text = f"A CA set named '{name}' exists in the account {call.account.id}."
        title = "CA set name already exists"
        raise problem(slug, text, context, errors=[item(slug, title, text, "/caSetName", context)])


def _room_for_a_set(call: Call) -> None:
    count = len(_alive(call.account))
    if count >= MAX_SETS:
        context = {"accountId": call.account.id, "currentSetCount": count, "limit": MAX_SETS}
        raise problem("ca-set-limit-reached", f"The account already has {count} CA sets.", context)


def _quota(call: Call, versions: int | None = None) -> dict[str, str]:
    headers = {
        "X-Limit-Ca-Sets-Limit": str(MAX_SETS),
        "X-Limit-Ca-Sets-Remaining": str(MAX_SETS - len(_alive(call.account))),
    }
    if versions is not None:
        headers["X-Limit-Ca-Set-Versions-Limit"] = str(MAX_VERSIONS)
        headers["X-Limit-Ca-Set-Versions-Remaining"] = str(MAX_VERSIONS - versions)
    return headers


def _new(call: Call, body: dict[str, Any]) -> Item:
    ca_set_id = str(call.account.next_id("ca_set", FIRST_ID))
    ca_set: Item = {
        "accountId": call.account.id,
        "caSetId": ca_set_id,
        "caSetLink": set_link(ca_set_id),
        "caSetName": body["caSetName"],
        "caSetStatus": "NOT_DELETED",
        "description": body.get("description"),
        "versionsLink": f"{set_link(ca_set_id)}/versions/",
        "createdDate": times.micros(call.now()),
        "createdBy": call.user,
        "deletedDate": None,
        "deletedBy": None,
        "removalDate": None,
        "versions": [],
        "activations": [],
        "activities": [],
        "deletion": None,
    }
    refresh(ca_set)
    record(ca_set, "CREATE_CA_SET", call.now(), call.user)
    call.account.document["ca_sets"].append(ca_set)
    return ca_set


# activatedOn: whether a set with these active versions belongs to the answer
_ACTIVATED_ON: dict[str, Callable[[Any, Any], bool]] = {
    "INACTIVE": lambda staging, production: not staging and not production,
    "STAGING": lambda staging, production: bool(staging),
    "PRODUCTION": lambda staging, production: bool(production),
    "STAGING+PRODUCTION": lambda staging, production: bool(staging and production),
    "PRODUCTION+STAGING": lambda staging, production: bool(staging and production),
    "STAGING,PRODUCTION": lambda staging, production: bool(staging or production),
    "PRODUCTION,STAGING": lambda staging, production: bool(staging or production),
}


def list_all(call: Call) -> Reply:
    query = Query(call)
    prefix = query.text("caSetNamePrefix")
    if prefix is not None:
        values.set_name(prefix, "caSetNamePrefix", shortest=0)
    wanted = query.choice("activatedOn", _ACTIVATED_ON)
    default = STATUSES if call.emulator.switch("mets_default_ca_set_status") == "ALL" else STATUSES[:1]
    statuses = query.choices("caSetStatus", STATUSES, default)
    found = [
        show_set(s)
        for s in call.account.document["ca_sets"]
        if s["caSetStatus"] in statuses
        and s["caSetName"].startswith(prefix or "")
        and (wanted is None or _ACTIVATED_ON[wanted](s["stagingVersion"], s["productionVersion"]))
    ]
    return Reply(200, {"caSets": sorted(found, key=lambda s: int(s["caSetId"]))})


def get(call: Call) -> Reply:
    return Reply(200, show_set(find_set(call)))


def clone(call: Call) -> Reply:
    body = values.body(call, "set")
    values.set_name(body["caSetName"])
    wanted = Query(call).number("cloneFromVersion")
    source = writable_set(call)
    if source["latestVersion"] is None:
        text = f"The CA set {source['caSetId']} has no version that could be cloned."
        raise problem("missing-caset-version", text, names(source))
    origin = find_version(source, source["latestVersion"] if wanted is None else wanted, alive=True)
    _name_is_free(call, body["caSetName"])
    _room_for_a_set(call)
    ca_set = _new(call, body)
    add_version(call, ca_set, origin["certificates"], origin["allowInsecureSha1"], origin["description"])
    return Reply(201, show_set(ca_set), {"Location": ca_set["caSetLink"], **_quota(call, versions=1)})


def add_version(
    call: Call, ca_set: Item, certificates: list[Item], allow_insecure_sha1: bool, description: str | None
) -> Item:
    """Appends a version and its history entry. The certificates are final: METS never changes one in place."""
    number = ca_set["lastVersion"] + 1
    version: Item = {
        **names(ca_set, number),
        "versionLink": version_link(ca_set["caSetId"], number),
        "description": description,
        "allowInsecureSha1": allow_insecure_sha1,
        "stagingStatus": "INACTIVE",
        "productionStatus": "INACTIVE",
        "createdDate": times.micros(call.now()),
        "createdBy": call.user,
        "modifiedDate": None,
        "modifiedBy": None,
        "caSetVersionStatus": "NOT_DELETED",
        "removalDate": None,
        "certificates": certificates,
    }
    ca_set["versions"].append(version)
    refresh(ca_set)
    record(ca_set, "CREATE_CA_SET_VERSION", call.now(), call.user, version=number)
    return version


def activities(call: Call) -> Reply:
    query = Query(call)
    start, end = query.moment("start"), query.moment("end")
    ca_set = find_set(call)
    found = [
        entry
        for entry in reversed(ca_set["activities"])
        if (start is None or start <= times.parse(entry["activityDate"]))
        and (end is None or times.parse(entry["activityDate"]) <= end)
    ]
    members = (
        *("caSetId", "caSetLink", "caSetName", "caSetStatus"),
        *("createdBy", "createdDate", "deletedBy", "deletedDate"),
    )
    return Reply(200, {name: ca_set[name] for name in members} | {"activities": found})
