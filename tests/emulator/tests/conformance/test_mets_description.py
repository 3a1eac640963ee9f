# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The METS description is there, its 21 operations are the emulator's, and it bites.

Every other METS row is held against it as well (`mets_description.check`, called for each answer).
"""

from __future__ import annotations

import json

import pytest
import requests

from . import mets_description
from .harness import House
from .mets_worlds import SETS
from .openapi import need
from .test_mets_requests import OPERATIONS, STATE


@pytest.fixture(scope="module", autouse=True)
def _there() -> None:
    need("the description mets-v2.yaml", mets_description.description() is not None)


def test_operations_are_the_described_ones() -> None:
    listed = {(op.method.lower(), shape(op.path)) for op in OPERATIONS}
    known = mets_description.description()
    assert known is not None
    described = {(op.method, shape(mets_description.PREFIX + op.template)) for op in known.operations}
    assert listed == described
    assert len(listed) == 21


def shape(path: str) -> str:
    for name in ("{caSetId}", "{set}"):
        path = path.replace(name, "S")
    return path.replace("{version}", "1").replace("{activationId}", "N").replace("{activation}", "N")


@pytest.mark.parametrize("change", [{"colour": "red"}, {"caSetId": 5}, {"caSetStatus": "GONE"}, {"createdDate": ""}])
def test_a_wrong_answer_is_seen(running: House, change: dict[str, object]) -> None:
    """The check can fail: an answer with one member changed is refused by it."""
    facts = running.enter(STATE)
    answer = running.client().send("GET", f"{SETS}/{facts['set']}")
    mets_description.check(answer)
    answer._content = json.dumps(answer.json() | change).encode()
    with pytest.raises(AssertionError):
        mets_description.check(answer)


def test_a_missing_member_is_seen(running: House) -> None:
    facts = running.enter(STATE)
    answer: requests.Response = running.client().send("GET", f"{SETS}/{facts['set']}")
    answer._content = json.dumps({k: v for k, v in answer.json().items() if k != "removalDate"}).encode()
    with pytest.raises(AssertionError):
        mets_description.check(answer)
