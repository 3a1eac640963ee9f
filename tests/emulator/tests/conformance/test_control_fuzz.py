# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever the control API is sent: taken or refused, never a crash, neither then nor at a later read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from .fuzzing import FUZZ, Mutated, anything, mutated
from .harness import House

CPS_LIST = {"Accept": "application/vnd.akamai.cps.enrollments.v12+json"}
CPS_ONE = {"Accept": "application/vnd.akamai.cps.enrollment.v12+json"}
IDS = "contractId=ctr_C-0N7RAC7&groupId=grp_15225"
READS: list[tuple[str, dict[str, str]]] = [
    ("/mtls-edge-truststore/v2/ca-sets", {}),
    ("/mtls-edge-truststore/v2/ca-sets/1001", {}),
    ("/mtls-edge-truststore/v2/ca-sets/1001/versions?includeCertificates=true", {}),
    ("/mtls-edge-truststore/v2/ca-sets/1001/associations", {}),
    ("/mtls-edge-truststore/v2/ca-sets/1001/activations", {}),
    ("/mtls-edge-truststore/v2/ca-sets/1001/activities", {}),
    ("/cps/v2/enrollments?contractId=C-0N7RAC7", CPS_LIST),
    ("/cps/v2/enrollments/10001", CPS_ONE),
    ("/cps/v2/enrollments/10002", CPS_ONE),
    (f"/papi/v1/properties?{IDS}", {}),
    ("/papi/v1/properties/prp_200001", {}),
    ("/papi/v1/properties/prp_200001/versions", {}),
    ("/papi/v1/properties/prp_200001/versions/2/rules", {}),
    ("/papi/v1/properties/prp_200001/versions/2/hostnames?includeCertStatus=true&validateHostnames=true", {}),
    ("/papi/v1/properties/prp_200001/activations", {}),
    ("/papi/v1/groups", {}),
    (f"/papi/v1/edgehostnames?{IDS}", {}),
    (f"/papi/v1/cpcodes?{IDS}", {}),
    ("/-/client-api/active-grants/implicit", {}),
]
BODIES: list[tuple[str, str, Any]] = [
    ("POST", "/advance", {"seconds": 1}),
    ("POST", "/faults", {"api": "papi", "method": "GET", "path": "x", "nth": 1, "times": 1, "then": {"status": 500}}),
    ("POST", "/faults", {"api": "*", "method": "GET", "path": "x", "every": True, "then": {"drop": "after"}}),
    ("PUT", "/switches", {"papi_latest": "302"}),
]


@pytest.mark.parametrize(("method", "path", "body"), BODIES, ids=[f"{b[0]} {b[1]} {n}" for n, b in enumerate(BODIES)])
def test_bodies(method: str, path: str, body: Any, house: House) -> None:
    @FUZZ
    @given(anything(body))
    def one(sent: Mutated) -> None:
        answer = house.control.call(method, path, sent.document)
        assert answer.status < 500, f"{sent!r}: {answer.text[:500]}"
        if answer.status >= 400:
            assert answer.json()["detail"]

    switches = house.control.switches()
    one()
    house.control.no_faults()
    house.control.switch(**switches)
    assert house.client().send("GET", "/papi/v1/groups").status_code == 200


@pytest.mark.parametrize(
    "list_name", ["ca_sets", "enrollments", "properties", "edge_hostnames", "cp_codes", "groups", "contracts"]
)
def test_states(list_name: str, house: House) -> None:
    """A state with a member or two replaced by anything, in one list at a time."""
    house.client().ask("POST", "/mtls-edge-truststore/v2/ca-sets", {"caSetName": "partners"})
    state = house.control.state()
    account = state["accounts"]["A-CCT1234"]
    account[list_name] = account[list_name][:1]  # small documents are hit in more places
    before = json.dumps(state)
    client, ca = house.client(), str(house.home / "ca.pem")

    @settings(FUZZ, max_examples=100)
    @given(mutated(account[list_name]))
    def one(sent: Mutated) -> None:
        account[list_name] = sent.document
        answer = house.control.call("PUT", "/state", state)
        assert answer.status in (204, 400), f"{sent!r}: {answer.status} {answer.text[:500]}"
        if answer.status == 400:
            assert answer.json()["pointer"].startswith("/accounts/A-CCT1234"), answer.text
            return
        for path, headers in READS:
            seen = client.session.get(f"https://{client.host}{path}", headers=headers, verify=ca, timeout=10)
            assert seen.status_code < 500, f"{path} after {sent!r}: {seen.text[:500]}"
        house.control.state()

    one()
    house.control.put_state(json.loads(before))
