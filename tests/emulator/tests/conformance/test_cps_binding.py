# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A CA set bound to an enrollment, and what METS sees of it (cps-v2.md 4.2, 6.4, 10, 11; mets-v2.md 3.6)."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from .certificates import many
from .cps_worlds import (
    DV,
    ENROLLMENTS,
    EV,
    KINDS,
    NEW_ENROLLMENT,
    OV,
    Document,
    Edit,
    accepted,
    binding,
    change,
    create,
    enrollment,
    finish,
    heads,
    network,
    problem,
    put,
    walk,
)
from .harness import House
from .mets_worlds import FINISH, NETWORKS, SETS, create_set, create_version, move

OPTIONS = {"sendCaListToClient": False, "ocsp": {"enabled": False}}


def block(house: House, number: int = DV) -> Any:
    return enrollment(house, number)["networkConfiguration"]["clientMutualAuthentication"]


def users(house: House, ca_set: str) -> dict[int, tuple[bool, bool]]:
    """enrollment id -> (has staging slots, has production slots), as METS lists them."""
    shown = house.client().ask("GET", f"{SETS}/{ca_set}/associations?associationType=enrollments")["associations"]
    found = shown["enrollments"] or []
    return {item["enrollmentId"]: (bool(item["stagingSlots"]), bool(item["productionSlots"])) for item in found}


@pytest.mark.parametrize("number", KINDS, ids=list(KINDS.values()))
def test_every_kind_may_be_bound(running: House, number: int) -> None:
    """202 with one network change, GET shows the wish at once, no certificate is involved, then nothing is pending."""
    facts = running.enter("set active on both")
    change_id = accepted(put(running, number, binding(facts["set"], ocsp=True, send_list=True)))
    wanted = {"setId": facts["set"], "authenticationOptions": {"sendCaListToClient": True, "ocsp": {"enabled": True}}}
    assert block(running, number) == wanted
    assert [item["changeType"] for item in enrollment(running, number)["pendingChanges"]] == ["modify-certificate"]
    statuses = [status for _, status in walk(running, number, change_id)]
    assert statuses[-1] == "complete"
    assert not {"generate-csr", "check-for-cert", "wait-upload-third-party", "coordinate-domain-validation"} & set(
        statuses
    )
    assert block(running, number) == wanted
    assert enrollment(running, number)["pendingChanges"] == []


def test_the_association_follows_the_deployment(running: House) -> None:
    """Nothing at PUT, staging slots after staging, production slots after production (10, U); slots are the enrollment's."""
    facts = running.enter("binding pending")
    assert users(running, facts["set"]) == {}
    walk(running, DV, facts["c"], until="deploy-cert-to-production")
    assert users(running, facts["set"]) == {DV: (True, False)}
    finish(running, DV, facts["c"])
    assert users(running, facts["set"]) == {DV: (True, True)}
    shown = running.client().ask("GET", f"{SETS}/{facts['set']}/associations")["associations"]["enrollments"][0]
    owner = enrollment(running, DV)
    assert shown["cn"] == owner["csr"]["cn"]
    assert (shown["stagingSlots"], shown["productionSlots"]) == (owner["stagingSlots"], owner["productionSlots"])


def without(body: Document) -> None:
    body["networkConfiguration"].pop("clientMutualAuthentication")


@pytest.mark.parametrize("edit", [binding(None), without], ids=["null", "left out"])
def test_both_ways_of_unbinding(running: House, edit: Edit) -> None:
    """One change; the association goes when it has been deployed (4.2, 10)."""
    facts = running.enter("binding deployed")
    change_id = accepted(put(running, DV, edit))
    assert block(running) is None
    assert users(running, facts["set"]) == {DV: (True, True)}
    finish(running, DV, change_id)
    assert users(running, facts["set"]) == {}


def test_the_same_binding_again(running: House) -> None:
    facts = running.enter("binding deployed")
    assert put(running, DV, binding(facts["set"])).json()["changes"] == []


def test_other_options_of_the_same_binding(running: House) -> None:
    facts = running.enter("binding deployed")
    change_id = accepted(put(running, DV, binding(facts["set"], ocsp=True)))
    finish(running, DV, change_id)
    assert block(running)["authenticationOptions"]["ocsp"] == {"enabled": True}


def test_from_one_set_to_another(running: House) -> None:
    """One PUT, one change (10); staging and production move one after the other."""
    facts = running.enter("binding deployed")
    other = create_set(running, "others")
    create_version(running, other, many(1)[0])
    for name in NETWORKS:
        move(running, other, 1, name)
    change_id = accepted(put(running, DV, binding(other)))
    walk(running, DV, change_id, until="deploy-cert-to-production")
    assert users(running, facts["set"]) == {DV: (False, True)}
    assert users(running, other) == {DV: (True, False)}
    finish(running, DV, change_id)
    assert (users(running, facts["set"]), users(running, other)) == ({}, {DV: (True, True)})


def test_a_new_version_needs_no_cps_call(running: House) -> None:
    """The binding joins the slot to the set as a whole (4.2)."""
    facts = running.enter("binding deployed")
    for name in NETWORKS:
        move(running, facts["set"], 2, name, finish=False)
    running.control.advance(FINISH)
    shown = running.client().ask("GET", f"{SETS}/{facts['set']}")
    assert (shown["stagingVersion"], shown["productionVersion"]) == (2, 2)
    assert users(running, facts["set"]) == {DV: (True, True)}


def refused(running: House, number: int, ca_set: str) -> None:
    """400 in CPS's own form at PUT (10, U: switch cps_ca_set_refusal), and nothing has changed."""
    answer = put(running, number, binding(ca_set))
    assert answer.status_code == 400, answer.text
    assert problem("invalid-network-configuration").fullmatch(answer.json()["type"])
    assert block(running, number) is None
    assert enrollment(running, number)["pendingChanges"] == []


@pytest.mark.parametrize(
    "state", ["one version", "v1 active on staging", "v1 active on production", "v1 activating on both"]
)
def test_sets_that_are_not_active_on_both(running: House, state: str) -> None:
    facts = running.enter(state)
    for number in KINDS:
        refused(running, number, facts["set"])


@pytest.mark.parametrize("state", ["deleting", "deleted"])
def test_sets_that_go(running: House, state: str) -> None:
    refused(running, DV, running.enter(state)["set"])


@pytest.mark.parametrize("ca_set", ["99999", "abc", "Custom_CPS-6134b_B-3-1AHBENT.xml", "9" * 300])
def test_sets_that_are_not_there(running: House, ca_set: str) -> None:
    running.enter("set active on both")
    refused(running, DV, ca_set)


def test_the_refusal_may_come_in_the_change(running: House) -> None:
    facts = running.enter("set active on staging")
    running.control.switch(cps_ca_set_refusal="change")
    change_id = accepted(put(running, DV, binding(facts["set"])))
    assert walk(running, DV, change_id)[-1][0] == "error"
    assert change(running, DV, change_id)["statusInfo"]["error"]["description"]
    assert users(running, facts["set"]) == {}


def test_staging_only_for_ov_and_ev(running: House) -> None:
    """The newest text of CPS, behind a switch; DV still needs both networks (10, U)."""
    facts = running.enter("set active on staging")
    running.control.switch(cps_staging_only_ca_set="ov_ev")
    refused(running, DV, facts["set"])
    for number in (OV, EV):
        assert put(running, number, binding(facts["set"])).status_code == 202


def shaped(ca_set: str, **changes: Any) -> Edit:
    found: dict[str, Any] = {
        "setId": ca_set,
        "authenticationOptions": {"sendCaListToClient": False, "ocsp": {"enabled": False}},
    }
    for path, value in changes.items():
        node = found
        *parents, name = path.split("__")
        for parent in parents:
            node = node[parent]
        node[name] = value
    return network(clientMutualAuthentication=found)


@pytest.mark.parametrize(
    "changes",
    [
        {"colour": "red"},
        {"authenticationOptions__colour": "red"},
        {"authenticationOptions__ocsp__colour": "red"},
        {"setId": 5},
        {"setId": ["x"]},
        {"authenticationOptions": "x"},
        {"authenticationOptions__sendCaListToClient": "no"},
        {"authenticationOptions__ocsp": True},
        {"authenticationOptions__ocsp__enabled": "yes"},
    ],
    ids=str,
)
def test_blocks_that_are_none(running: House, changes: dict[str, Any]) -> None:
    """Closed at every level (4.1): 400, and the enrollment stays unbound."""
    facts = running.enter("set active on both")
    assert put(running, DV, shaped(facts["set"], **changes)).status_code == 400
    assert block(running) is None


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"authenticationOptions": None},
        {"authenticationOptions__ocsp": None},
        {"authenticationOptions__sendCaListToClient": None},
        {"authenticationOptions__ocsp__enabled": None},
    ],
    ids=str,
)
def test_lax_blocks(running: House, changes: dict[str, Any]) -> None:
    """Null options are taken (v11), and once the block exists GET shows both as booleans (clients.md 3)."""
    facts = running.enter("set active on both")
    accepted(put(running, DV, shaped(facts["set"], **changes)))
    assert block(running) == {"setId": facts["set"], "authenticationOptions": OPTIONS}


def test_the_set_id_alone(running: House) -> None:
    """The product guide sets only `setId` (4.2)."""
    facts = running.enter("set active on both")
    accepted(put(running, DV, network(clientMutualAuthentication={"setId": facts["set"]})))
    assert block(running) == {"setId": facts["set"], "authenticationOptions": OPTIONS}


def test_a_terraform_creation(running: House) -> None:
    """POST without the block, then at once PUT with it and `allow-cancel-pending-changes=true` (clients.md 3)."""
    facts = running.enter("set active on both")
    number = int(create(running, NEW_ENROLLMENT).json()["enrollment"].rsplit("/", 1)[-1])
    answer = put(running, number, binding(facts["set"]), query="?allow-cancel-pending-changes=true")
    assert answer.status_code == 202
    assert len(enrollment(running, number)["pendingChanges"]) == 1
    assert block(running, number)["setId"] == facts["set"]


def test_a_cancelled_binding_binds_nothing(running: House) -> None:
    facts = running.enter("binding pending")
    path = f"{ENROLLMENTS}/{DV}/changes/{facts['c']}"
    running.client().ask("DELETE", path, headers=heads("change-id.v1"))
    running.control.advance(100 * 600)
    assert users(running, facts["set"]) == {}


def test_removing_the_enrollment_frees_the_set(running: House) -> None:
    """CPS gives no warning that the enrollment is bound (8)."""
    facts = running.enter("set active on both")
    finish(running, OV, accepted(put(running, OV, binding(facts["set"]))))
    assert users(running, facts["set"]) == {OV: (True, True)}
    accepted(running.client().send("DELETE", f"{ENROLLMENTS}/{OV}", headers=heads("enrollment-status.v1")))
    running.control.advance(100 * 600)
    assert users(running, facts["set"]) == {}
    answer = running.client().send("POST", f"{SETS}/{facts['set']}/versions/1/deactivate", {"network": "STAGING"})
    assert answer.status_code == 202


def test_networks_a_binding_may_be_held_to(running: House) -> None:
    """No document restricts a binding to enhanced TLS with SNI; by switch it is (4.2, U)."""
    facts = running.enter("set active on both")
    body = copy.deepcopy(NEW_ENROLLMENT)
    body["networkConfiguration"] |= {"secureNetwork": "standard-tls"}
    number = int(create(running, body).json()["enrollment"].rsplit("/", 1)[-1])
    query = "?allow-cancel-pending-changes=true"
    assert put(running, number, binding(facts["set"]), query=query).status_code == 202
    assert put(running, number, binding(None), query=query).status_code in (200, 202)
    running.control.switch(cps_binding_network="enhanced_sni")
    assert put(running, number, binding(facts["set"]), query=query).status_code == 400
    assert put(running, DV, binding(facts["set"])).status_code == 202
