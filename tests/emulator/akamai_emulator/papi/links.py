# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the other rooms ask of PAPI."""

from __future__ import annotations

from collections.abc import Iterator

from ..core import Account, Document
from .assets import covers
from .ids import bare
from .model import DIGITS, NETWORKS, active_version, find, items, open_activations, version_of


def live_hostnames(account: Account, enrollment: Document) -> list[str]:
    """Host names of versions active on a network whose edge host name is served with the enrollment's certificate."""
    found: dict[str, None] = {}
    for prop in items(account, "properties"):
        for network in NETWORKS:
            for host in (active_version(prop, network) or {"hostnames": []})["hostnames"]:
                if host.get("certProvisioningType") == "CPS_MANAGED" and _served_by(account, host, enrollment):
                    found[host["cnameFrom"]] = None
    return sorted(found)


def _served_by(account: Account, host: Document, enrollment: Document) -> bool:
    """By the edge host name's `certEnrollmentId`, or where it has none by the names of the certificate."""
    edge = find(account, "edge_hostnames", "edgeHostnameId", host["edgeHostnameId"]) or {}
    if edge.get("certEnrollmentId") is not None:
        return str(edge["certEnrollmentId"]) == str(enrollment.get("id"))
    return covers(enrollment, host["cnameFrom"])


# (tied now, tied after the activation under way)
_STATUS = {(True, True): "ATTACHED", (False, True): "ATTACHING", (True, False): "DETACHING"}


def ccm_hostnames(account: Account) -> Iterator[Document]:
    """CCM host names tied to a CA set: {caSetId, propertyId, propertyName, assetId, groupId, hostName, network, status}.

    Ids are bare, `assetId` and `groupId` integers (None when a seed's id is no number). `status` is ATTACHED for what is
    active, ATTACHING for what an activation brings, DETACHING for what it takes away.
    """
    for prop in items(account, "properties"):
        for network in NETWORKS:
            now, then = _tied(active_version(prop, network)), None
            entry = next(open_activations(prop, network), None)
            if entry is not None:
                target = version_of(prop, entry["propertyVersion"]) if entry["activationType"] == "ACTIVATE" else None
                then = _tied(target)
            for host, ca_set in sorted(now | (then or set())):
                after = then is None or (host, ca_set) in then
                status = _STATUS[(host, ca_set) in now, after]
                yield {
                    "caSetId": ca_set,
                    "propertyId": bare(prop["propertyId"]),
                    "propertyName": prop["propertyName"],
                    "assetId": _integer(prop["assetId"]),
                    "groupId": _integer(prop["groupId"]),
                    "hostName": host,
                    "network": network,
                    "status": status,
                }


def _integer(value: str) -> int | None:
    return int(bare(value)) if DIGITS.fullmatch(bare(value)) else None


def _tied(version: Document | None) -> set[tuple[str, str]]:
    if version is None:
        return set()
    return {
        (str(host["cnameFrom"]), str(host["mtls"]["caSetId"]))
        for host in version["hostnames"]
        if host.get("certProvisioningType") == "CCM" and (host.get("mtls") or {}).get("caSetId") is not None
    }
