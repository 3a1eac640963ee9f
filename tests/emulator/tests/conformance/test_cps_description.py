# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Akamai's document of CPS is there, knows every type the rows ask for, and bites.

Every other CPS row is held against it as well (`cps_description.check`, called for each answer).
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from . import cps_description
from .cps_worlds import DV, ENROLLMENTS, heads
from .examples import example, missing, names
from .harness import House
from .openapi import need
from .test_cps_requests import OPERATIONS

CHANGE = "/{e}/changes/{c}"
SCHEDULE, INFO = f"{CHANGE}/deployment-schedule", f"{CHANGE}/input/info"
ACKNOWLEDGE = f"{CHANGE}/input/update/change-management-ack"


@pytest.fixture(scope="module", autouse=True)
def _there() -> None:
    need("the description cps-v2.json", cps_description.description() is not None)


@pytest.mark.parametrize("kind", sorted({operation[3] for operation in OPERATIONS}))
def test_types(kind: str) -> None:
    assert kind in cps_description.kinds()


@pytest.mark.parametrize(
    ("version", "change"),
    [
        ("v12", {"colour": "red"}),
        ("v12", {"id": "10001"}),
        ("v12", {"ra": None}),
        ("v12", {"csr": {"cn": "www.example.com", "colour": "red"}}),
        ("v11", {"networkConfiguration": {"fipsMode": True}}),
    ],
)
def test_a_wrong_answer_is_seen(house: House, version: str, change: dict[str, Any]) -> None:
    answer = house.client().send("GET", f"{ENROLLMENTS}/{DV}", headers=heads(f"enrollment.{version}"))
    cps_description.check(answer)
    answer._content = json.dumps(answer.json() | change).encode()
    with pytest.raises(AssertionError):
        cps_description.check(answer)


# --- example payloads ------------------------------------------------------------------------------------------------

STACKED = r".*multiStackedCertificates\.\[\].*"  # the stock has one certificate per enrollment
BOUND = r".*clientMutualAuthentication\..*"  # seen on bound enrollments, which these rows do not start from
PENDING = r".*pendingChanges\.\[\].*"  # nor do they have changes under way
LEGACY = r"(.*\.)?id|.*\.slots.*"  # section 13, numbers 1 and 2

# example, given, method, path, Accept, what the answer need not have
ANSWERS: list[tuple[str, str, str, str, str, tuple[str, ...]]] = [
    ("certificate-history.v2", "stock", "GET", "/10002/history/certificates", "certificate-history.v2", (STACKED,)),
    ("change-history.v5", "stock", "GET", "/10002/history/changes", "change-history.v5", (STACKED, ".*orderId")),
    ("change-id.v1", "network change pending", "DELETE", "/{e}/changes/{c}", "change-id.v1", ()),
    ("change.v1-no-error-allowed-input-3p", "upload waits", "GET", "/{e}/changes/{c}", "change.v2", ()),
    ("deployment-schedule.v1", "network change pending", "GET", f"{SCHEDULE}", "deployment-schedule.v1", ()),
    ("deployment.v8", "stock", "GET", "/10002/deployments/production", "deployment.v8", (STACKED, r"ocspUris\.\[\]")),
    ("enrollment-status.v1", "stock", "DELETE", "/10003", "enrollment-status.v1", ()),
    *(
        (f"deployments.{version}-3p", "stock", "GET", "/10002/deployments", f"deployments.{version}", (STACKED,))
        for version in ("v7", "v8")
    ),
    *(
        (f"enrollment.{version}", "stock", "GET", "/10002", f"enrollment.{version}", (BOUND, PENDING, LEGACY))
        for version in ("v11", "v12")
    ),
    *(
        (f"enrollments.{version}", "stock", "GET", "", f"enrollments.{version}", (BOUND, PENDING, LEGACY))
        for version in ("v11", "v12")
    ),
    *(
        (
            f"change-management-info.{version}-3p",
            *("change management waits", "GET", f"{INFO}/change-management-info", f"change-management-info.{version}"),
            (r"validationResult\.warnings\.\[\].*",),
        )
        for version in ("v5", "v6")
    ),
]

# example, given, method, path, Content-Type, how it becomes one of today
BODIES: list[tuple[str, str, str, str, str, dict[str, Any]]] = [
    ("acknowledgement.v1-acknowledge", "change management waits", "POST", ACKNOWLEDGE, "acknowledgement.v1", {}),
    (
        "acknowledgement-with-hash.v1-acknowledge",
        *("change management waits", "POST", ACKNOWLEDGE, "acknowledgement-with-hash.v1"),
        {"hash": "of the state"},
    ),
    ("deployment-schedule.v1", "network change pending", "PUT", SCHEDULE, "deployment-schedule.v1", {}),
    # Written for v9, where pending changes were a list of links.
    (
        "create-enrollment.v9",
        "stock",
        "POST",
        "?contractId=C-0N7RAC7&allow-duplicate-cn=true",
        "enrollment.v12",
        {"pendingChanges": []},
    ),
    # Written for v4, where the settings of SNI were a block `sni`.
    (
        "update-enrollment.v4-w-3p-sni-cm",
        *("stock", "PUT", "/10002", "enrollment.v12"),
        {"networkConfiguration": {"sniOnly": True, "quicEnabled": False, "sni": None}},
    ),
]
# What no operation of ours answers with: list types before v11; a refusal (`test_errors.py`); a text (a world with
# warnings; its one member is looked at in test_cps_inputs.py); a document that stands wrapped in another (13, 1).
OTHERS = {
    *("enrollment-locations.v1", "problem-400", "problem-409", "problem-429", "problem-500", "deployment.v7"),
    *("warnings.v1-3p-post-verification", "warnings.v1-auto-pre-verification"),
}


@pytest.mark.parametrize("row", ANSWERS, ids=[row[0] for row in ANSWERS])
def test_example_answers(running: House, row: tuple[str, str, str, str, str, tuple[str, ...]]) -> None:
    name, given, method, path, accept, but = row
    facts = running.enter(given)
    answer = running.client().ask(method, ENROLLMENTS + path.format(**facts), headers=heads(accept))
    assert missing(example(f"cps/{name}.json"), answer, but) == []


@pytest.mark.parametrize("row", BODIES, ids=[row[0] for row in BODIES])
def test_example_bodies(running: House, row: tuple[str, str, str, str, str, dict[str, Any]]) -> None:
    name, given, method, path, content, changes = row
    facts = running.enter(given)
    path = ENROLLMENTS + path.format(**facts)
    body = example(f"cps/{name}.json")
    for member, value in changes.items():
        body[member] = body[member] | value if isinstance(value, dict) else value
        if value == "of the state":
            info = path.replace("/update/change-management-ack", "/info/change-management-info")
            shown = running.client().ask("GET", info, headers=heads("change-management-info.v6"))
            body[member] = shown["validationResultHash"]
        elif isinstance(value, dict):
            body[member] = {name: item for name, item in body[member].items() if value.get(name, item) is not None}
    accept = "enrollment-status.v1" if content.startswith("enrollment") else "change-id.v1"
    answer = running.client().send(method, path, body, heads(accept, content))
    assert answer.status_code in (200, 202), answer.text


def test_every_example_is_looked_at() -> None:
    assert {name.removesuffix(".json") for name in names("cps")} == {r[0] for r in (*ANSWERS, *BODIES)} | OTHERS
