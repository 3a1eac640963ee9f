# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demonstration holds against each other: it must notice whatever is not as it should be."""

from __future__ import annotations

import copy
from typing import Any

import demo_proof
import pytest

Document = dict[str, Any]


def step(verb: str = "create", *, done: bool = False, **target: Any) -> Document:
    named = {"kind": "ca_set", "name": "partners", "id": None, "version": None, "network": None} | target
    return {"verb": verb, "target": named, "reason": "There is none.", "done": done}


def test_a_run_as_planned_has_no_differences() -> None:
    planned = [step(), step("activate", network="STAGING")]
    happened = [step(done=True, id="12345"), step("activate", network="STAGING", done=True, id="12345")]
    assert demo_proof.plan_differences(planned, happened) == []


@pytest.mark.parametrize(
    ("happened", "told"),
    [
        ([step(done=True)], ["2 steps planned, 1 happened"]),
        ([step(done=True), step("delete")], ["step 2 was not done"]),
        (
            [step(done=True, name="other"), step("delete", done=True)],
            ["step 1: planned create ca_set partners There is none., happened create ca_set other There is none."],
        ),
        (
            [step("delete", done=True), step(done=True)],
            [
                "step 1: planned create ca_set partners There is none., happened delete ca_set partners There is none.",
                "step 2: planned delete ca_set partners There is none., happened create ca_set partners There is none.",
            ],
        ),
    ],
    ids=["fewer", "not done", "another thing", "another order"],
)
def test_what_happened_otherwise_is_told(happened: list[Document], told: list[str]) -> None:
    assert demo_proof.plan_differences([step(), step("delete")], happened) == told


def test_requests_are_counted_by_method_and_writes_named() -> None:
    sent = [
        {"method": "GET", "path": "/a", "write": False},
        {"method": "POST", "path": "/b", "write": True},
        {"method": "GET", "path": "/c", "write": False},
    ]
    assert demo_proof.methods(sent) == "2 GET, 1 POST"
    assert demo_proof.writes(sent) == ["POST /b"]
    assert demo_proof.methods([]) == "no requests"


def version(number: int, behavior: str = "caching") -> Document:
    return {
        "propertyVersion": number,
        "rules": {"name": "default", "behaviors": [{"name": behavior}]},
        "hostnames": [{"cnameFrom": "www.example.com"}],
        "ruleFormat": "v2026-02-16",
        "note": f"number {number}",
        "stagingStatus": "INACTIVE",
        "productionStatus": "INACTIVE",
    }


def account() -> Document:
    return {
        "counters": {"caSet": 1},
        "ca_sets": [],
        "enrollments": [{"id": 10001, "history": [], "certificateHistory": [], "changes": [], "binding": None}],
        "properties": [
            {
                "propertyId": "prp_200001",
                "propertyName": "www",
                "versions": [version(1, "origin"), version(2)],
                "activations": [],
                "latestVersion": 2,
                "stagingVersion": 2,
                "productionVersion": 2,
            }
        ],
    }


def state(**changes: Any) -> Document:
    return {"accounts": {"A-CCT1234": account() | changes}}


def after_teardown() -> Document:
    """All that a teardown may leave: versions of a property, the last of them live, records and histories."""
    world = state(ca_sets=[{"caSetId": "12345", "caSetStatus": "DELETED"}], counters={"caSet": 2})
    held = world["accounts"]["A-CCT1234"]
    held["enrollments"][0] |= {"history": [{"action": "bind"}], "certificateHistory": [{}]}
    held["enrollments"][0]["changes"] = [{"id": 20001, "state": "completed"}]
    held["properties"][0]["versions"] += [version(3, "enforceMtlsSettings"), version(4)]
    held["properties"][0] |= {"latestVersion": 4, "stagingVersion": 4, "productionVersion": 4, "activations": [{}]}
    return world


def test_what_a_teardown_may_leave_is_no_difference() -> None:
    assert demo_proof.account_differences(state(), after_teardown()) == []
    assert demo_proof.leftovers(state(), after_teardown()) == {"DELETED CA set": 1, "property version": 2}


def _at(world: Document, path: tuple[Any, ...], value: Any) -> Document:
    changed = copy.deepcopy(world)
    place = changed["accounts"]["A-CCT1234"]
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return changed


LEFT = [
    (("ca_sets", 0, "caSetStatus"), "NOT_DELETED", "A-CCT1234.ca_sets[12345]: None -> "),
    (("enrollments", 0, "binding"), {"setId": "12345"}, "A-CCT1234.enrollments[10001].binding: None -> "),
    (
        ("enrollments", 0, "changes"),
        [{"id": 20001, "state": "live"}],
        "A-CCT1234.enrollments[10001].changes[0]: None -> ",
    ),
    (("enrollments",), [], "A-CCT1234.enrollments[10001]: "),
    (
        ("properties", 0, "productionVersion"),
        3,
        "A-CCT1234.properties[prp_200001].active on production.rules.behaviors[0].name: 'caching' -> ",
    ),
    (
        ("properties", 0, "stagingVersion"),
        None,
        "A-CCT1234.properties[prp_200001].active on staging: ",
    ),
    (
        ("properties", 0, "versions", 0, "rules", "behaviors"),
        [],
        "A-CCT1234.properties[prp_200001].versions[1].rules.behaviors[0]: ",
    ),
    (("properties", 0, "versions", 1, "note"), "new", "A-CCT1234.properties[prp_200001].versions[2].note: "),
    (("properties", 0, "propertyName"), "other", "A-CCT1234.properties[prp_200001].propertyName: 'www' -> 'other'"),
]


@pytest.mark.parametrize(("path", "value", "told"), LEFT, ids=[".".join(map(str, path)) for path, _, _ in LEFT])
def test_anything_else_is_told_with_its_place(path: tuple[Any, ...], value: Any, told: str) -> None:
    (difference,) = demo_proof.account_differences(state(), _at(after_teardown(), path, value))
    assert difference.startswith(told)
