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
from .harness import House
from .openapi import need
from .test_cps_requests import OPERATIONS


@pytest.fixture(scope="module", autouse=True)
def _there() -> None:
    need("The description cps-v2.json", cps_description.description() is not None)


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
