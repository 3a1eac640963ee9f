# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Terraform life of a CA set: the calls of clients.md 2 in their order, with what that client insists on."""

from __future__ import annotations

from typing import Any

from .certificates import many
from .clients import Go, line, times, zoned
from .harness import METS, House
from .mets_worlds import FINISH, NETWORKS, SETS, certificates


class Terraform:
    """Exact status codes, JSON wherever a result is expected, readable dates."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.go = Go(house)

    def call(self, method: str, path: str, status: int, body: Any = None) -> Any:
        found = self.go.call(method, path, status, body, result=method != "DELETE")
        assert all(zoned(value) for value in times(found)), found
        return found

    def move(self, ca_set: str, version: int, verb: str, network: str) -> None:
        self.call("GET", f"{SETS}/{ca_set}/versions/{version}", 200)
        if verb == "deactivate":
            used = self.call("GET", f"{SETS}/{ca_set}/associations", 200)["associations"]
            assert not used["enrollments"]
            assert not used["properties"]
        self.call("GET", f"{SETS}/{ca_set}/activations", 200)
        link = self.call("POST", f"{SETS}/{ca_set}/versions/{version}/{verb}", 202, {"network": network})[
            "activationLink"
        ]
        assert self.call("GET", link, 202)["activationStatus"] == "IN_PROGRESS"
        self.house.control.advance(FINISH)
        assert self.call("GET", link, 200)["activationStatus"] == "COMPLETE"

    def current(self, ca_set: str, network: str) -> int:
        """The first COMPLETE ACTIVATE of a network is taken for the current one."""
        listed = self.call("GET", f"{SETS}/{ca_set}/activations", 200)["activations"]
        found = (
            item["version"]
            for item in listed
            if (item["network"], item["activationType"], item["activationStatus"]) == (network, "ACTIVATE", "COMPLETE")
        )
        return int(next(found))


@line("2", "Sequence of a Terraform life: POST")
@line("2", "status codes, exact")
def test_a_life(house: House) -> None:
    terraform = Terraform(house)
    first, second, third = many(3)
    old = {"certificates": certificates(first, second), "allowInsecureSha1": False}
    new = {"certificates": certificates(second, third), "allowInsecureSha1": False, "description": "without the first"}

    checked = terraform.call("POST", f"{METS}/certificates/validate", 200, old)
    assert checked["validation"]["warnings"] == []
    ca_set = terraform.call("POST", SETS, 201, {"caSetName": "partners", "description": "Partner CAs"})["caSetId"]
    assert terraform.call("POST", f"{SETS}/{ca_set}/versions", 201, old)["version"] == 1
    assert terraform.call("GET", f"{SETS}/{ca_set}", 200)["latestVersion"] == 1
    assert terraform.call("GET", f"{SETS}/{ca_set}/versions/1", 200)["description"] is None

    # Never activated: updated in place.
    assert terraform.call("GET", f"{SETS}/{ca_set}/activations", 200)["activations"] == []
    terraform.call("PUT", f"{SETS}/{ca_set}/versions/1", 200, old | {"description": "both"})
    for network in NETWORKS:
        terraform.move(ca_set, 1, "activate", network)

    # Activated once: cloned, and the clone updated.
    assert terraform.call("GET", f"{SETS}/{ca_set}/activations", 200)["activations"]
    assert terraform.call("POST", f"{SETS}/{ca_set}/versions/1/clone", 201)["version"] == 2
    updated = terraform.call("PUT", f"{SETS}/{ca_set}/versions/2", 200, new)
    assert [item["certificatePem"] for item in updated["certificates"]] == [second, third]
    for network in NETWORKS:
        terraform.move(ca_set, 2, "activate", network)
        assert terraform.current(ca_set, network) == 2

    listed = terraform.call(
        "GET", f"{SETS}?activatedOn=STAGING%2BPRODUCTION&caSetNamePrefix=partners&caSetStatus=NOT_DELETED", 200
    )
    assert [item["caSetId"] for item in listed["caSets"]] == [ca_set]

    for network in NETWORKS:
        terraform.move(ca_set, 2, "deactivate", network)
    terraform.call("GET", f"{SETS}/{ca_set}/associations", 200)
    terraform.call("GET", f"{SETS}/{ca_set}", 200)
    assert terraform.call("DELETE", f"{SETS}/{ca_set}", 202) is None
    assert terraform.call("GET", f"{SETS}/{ca_set}/status/delete", 202)["status"] == "IN_PROGRESS"
    house.control.advance(FINISH)
    assert terraform.call("GET", f"{SETS}/{ca_set}/status/delete", 200)["status"] == "COMPLETE"
