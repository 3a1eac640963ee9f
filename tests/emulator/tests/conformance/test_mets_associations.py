# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who uses a set, and what that forbids (mets-v2.md 3.6, 4.3, 5.3)."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from .harness import House, Row, look, run
from .mets_worlds import CONTEXT, ERRORS, NETWORKS, SET, SETS, V1, bind, move, refusal

USERS = f"{SET}/associations"


ENROLLMENT = {
    "enrollmentId": 10001,
    "enrollmentLink": "/cps/v2/enrollments/10001",
    "cn": "www.example.com",
    "stagingSlots": lambda found: len(found) > 0 and all(type(slot) is int for slot in found),
    "productionSlots": lambda found: len(found) > 0 and all(type(slot) is int for slot in found),
}


def within(path: str, members: dict[str, Any]) -> dict[str, Any]:
    return {f"{path}.{name}": value for name, value in members.items()}


BOUND = within("associations.enrollments.0", ENROLLMENT)
HOSTED = {
    "associations.properties.0.propertyId": re.compile("(prp_)?200001"),
    "associations.properties.0.propertyLink": re.compile("/papi/v1/properties/(prp_)?200001"),
    "associations.properties.0.propertyName": "www",
    "associations.properties.0.assetId": int,
    "associations.properties.0.groupId": 15225,
    "associations.properties.0.hostnames": lambda found: (
        {(h["hostName"], h["network"], h["status"]) for h in found}
        == {(name, network, "ATTACHED") for name in ("www.example.com", "api.example.com") for network in NETWORKS}
    ),
}
LIST = [
    Row("nobody", "one version", "GET", USERS, has={"associations": {"properties": [], "enrollments": None}}),
    Row("an enrollment", "bound", "GET", USERS, has=BOUND | {"associations.properties": []}),
    Row("host names", "on host names", "GET", USERS, has=HOSTED | {"associations.enrollments": None}),
    Row("both", "bound and on host names", "GET", USERS, has=BOUND | HOSTED),
    Row(
        "both: enrollments only",
        "bound and on host names",
        "GET",
        f"{USERS}?associationType=enrollments",
        has=BOUND | {"associations.properties": None},
    ),
    Row(
        "both: properties only",
        "bound and on host names",
        "GET",
        f"{USERS}?associationType=properties",
        has=HOSTED | {"associations.enrollments": None},
    ),
    Row("of a deleted set", "deleted", "GET", USERS, has={"associations.properties": []}),
    refusal("no such set", "one version", "GET", f"{SETS}/9/associations", 404, "ca-set-not-found"),
    Row(
        "unknown type",
        "one version",
        "GET",
        f"{USERS}?associationType=ENROLLMENTS",
        None,
        400,
        re.compile(re.escape(ERRORS) + "(invalid-field|path-variable-query-param-type-mismatch)"),
        mark="I: invalid-field",
    ),
]

IN_BOUND = within("associations.enrollments.0", ENROLLMENT)
IN_HOSTED = {
    "associations.properties.0.propertyId": re.compile("(prp_)?200001"),
    "associations.properties.0.hostnames": lambda found: (
        {(h["hostname"], h["network"]) for h in found}
        == {(name, network) for name in ("www.example.com", "api.example.com") for network in NETWORKS}
    ),
}
STATES: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("bound", "ca-set-in-use-by-enrollments", IN_BOUND, ""),
    ("on host names", "ca-set-in-use-by-ccm-hostnames-and-not-cps-enrollments", IN_HOSTED, "U: ccm one"),
    ("bound and on host names", "ca-set-in-use-by-both-enrollments-and-hostnames", IN_BOUND | IN_HOSTED, ""),
)
REFUSED = [
    refusal(
        f"deactivate: {state} ({network})",
        state,
        "POST",
        f"{V1}/deactivate",
        409,
        slug,
        {"network": network},
        context=CONTEXT | context,
        mark=mark,
    )
    for state, slug, context, mark in STATES
    for network in NETWORKS
]


@pytest.mark.parametrize("row", [*LIST, *REFUSED], ids=str)
def test_associations(running: House, row: Row) -> None:
    run(running, row)


@pytest.mark.parametrize(("state", "slug", "context", "mark"), STATES, ids=[state[0] for state in STATES])
def test_delete_of_an_inactive_set_in_use(
    running: House, state: str, slug: str, context: dict[str, Any], mark: str
) -> None:
    """Active versions are refused first (3.4); after that a set in use that is active nowhere, as a seed may have it."""
    facts = running.enter(state)
    path = f"{SETS}/{facts['set']}"
    first = running.client().send("DELETE", path)
    assert first.json()["type"] == ERRORS + "ca-set-cannot-be-deleted-active-versions"
    document = copy.deepcopy(running.control.state())
    for ca_set in document["accounts"]["A-CCT1234"]["ca_sets"]:
        ca_set.update(
            dict.fromkeys(("stagingVersion", "stagingVersionLink", "productionVersion", "productionVersionLink"))
        )
        ca_set["activations"] = []
        for version in ca_set["versions"]:
            version.update(stagingStatus="INACTIVE", productionStatus="INACTIVE")
    running.control.put_state(document)
    answer = running.client().send("DELETE", path)
    assert (answer.status_code, answer.json()["type"]) == (409, ERRORS + slug), mark
    for name, wanted in context.items():
        found = look(answer.json()["contextInfo"], name)
        assert (
            wanted(found)
            if callable(wanted)
            else re.fullmatch(getattr(wanted, "pattern", re.escape(str(wanted))), str(found))
        )


def test_title_of_the_double_refusal(running: House) -> None:
    facts = running.enter("bound and on host names")
    path = f"{SETS}/{facts['set']}/versions/1/deactivate"
    answer = running.client().send("POST", path, {"network": "STAGING"})
    assert answer.json()["title"] == "CA set is linked to both enrollments and hostnames."


def test_unbound_sets_go(running: House) -> None:
    """The order of taking things down: unbind, deactivate on both networks, delete (5.3)."""
    facts = running.enter("bound")
    path = f"{SETS}/{facts['set']}"
    bind(running, 10001, None)
    assert running.client().ask("GET", f"{path}/associations")["associations"]["enrollments"] in (None, [])
    for network in NETWORKS:
        move(running, facts["set"], 1, network, "deactivate")
    assert running.client().send("DELETE", path).status_code == 202
