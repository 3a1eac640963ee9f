# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who uses a set: CPS enrollments and CCM host names (mets-v2.md 3.6 and 4.3)."""

from __future__ import annotations

from ..core import Account, Call, Reply
from .errors import problem
from .model import Item, find_set, names
from .values import Query


def _enrollments(account: Account, ca_set_id: str) -> list[Item]:
    from ..cps.links import bindings

    return [
        {
            "enrollmentId": found["enrollmentId"],
            "enrollmentLink": f"/cps/v2/enrollments/{found['enrollmentId']}",
            "stagingSlots": found["stagingSlots"],
            "productionSlots": found["productionSlots"],
            "cn": found["cn"],
        }
        for found in bindings(account)
        if found["setId"] == ca_set_id
    ]


def _properties(account: Account, ca_set_id: str) -> list[Item]:
    from ..papi.links import ccm_hostnames

    by_id: dict[str, Item] = {}
    for found in ccm_hostnames(account):
        if found["caSetId"] != ca_set_id:
            continue
        property_id = found["propertyId"]
        entry = by_id.setdefault(
            property_id,
            {
                "propertyId": property_id,
                "propertyLink": f"/papi/v1/properties/{property_id}",
                "propertyName": found["propertyName"],
                "assetId": found["assetId"],
                "groupId": found["groupId"],
                "hostnames": [],
            },
        )
        entry["hostnames"].append({name: found[name] for name in ("hostName", "network", "status")})
    return list(by_id.values())


def get(call: Call) -> Reply:
    kind = Query(call).choice("associationType", ("enrollments", "properties"))
    ca_set = find_set(call)
    # Without any use `properties` is [] and `enrollments` null (mets-v2.md 6, point 5).
    properties = None if kind == "enrollments" else _properties(call.account, ca_set["caSetId"])
    enrollments = None if kind == "properties" else _enrollments(call.account, ca_set["caSetId"]) or None
    return Reply(200, {"associations": {"properties": properties, "enrollments": enrollments}})


# (enrollments, hostnames): the type of the refusal
_SLUGS = {
    (True, False): "ca-set-in-use-by-enrollments",
    (True, True): "ca-set-in-use-by-both-enrollments-and-hostnames",
}


def refuse_if_used(call: Call, ca_set: Item, network: str | None) -> None:
    """`network`: the one to be deactivated; by default any association blocks both."""
    enrollments = _enrollments(call.account, ca_set["caSetId"])
    properties = _properties(call.account, ca_set["caSetId"])
    if network is not None and call.emulator.switch("mets_association_scope") == "network":
        enrollments = [e for e in enrollments if e[f"{network.lower()}Slots"]]
        properties = [p for p in properties if any(h["network"] == network for h in p["hostnames"])]
    if not enrollments and not properties:
        return
    slug = _SLUGS.get((bool(enrollments), bool(properties))) or call.emulator.switch("mets_hostname_association_type")
    used = {
        "enrollments": enrollments,
        "properties": [
            {
                "propertyId": p["propertyId"],
                "hostnames": [{"hostname": h["hostName"], "network": h["network"]} for h in p["hostnames"]],
            }
            for p in properties
        ],
    }
    raise problem(slug, f"The CA set {ca_set['caSetId']} is in use.", names(ca_set) | {"associations": used})
