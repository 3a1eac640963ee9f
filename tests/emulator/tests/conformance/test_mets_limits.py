# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much METS takes: 200 sets, 100 versions, 300 certificates (mets-v2.md 1.3, 4.2)."""

from __future__ import annotations

import pytest

from .certificates import many, pem
from .harness import METS, Facts, House, Row, given, run
from .mets_worlds import CONTEXT, SET, SETS, V1, certificates, create_set, length, one_version, refusal


@given("200 sets")
def full_account(house: House) -> Facts:
    facts = one_version(house)
    for number in range(199):
        create_set(house, f"set-{number}")
    return facts


@given("100 versions")
def full_set(house: House) -> Facts:
    facts = one_version(house)
    for _ in range(99):
        house.client().ask("POST", f"{SETS}/{facts['set']}/versions/1/clone")
    return facts


FULL = {"accountId": "A-CCT1234", "currentSetCount": 200, "limit": 200}
SPENT = CONTEXT | {"maxVersionsPerCaSet": 100}
CROWD = {"maxCertificatesPerVersion": 300, "submittedCertificatesCount": 301}
NEW, MOST, TOO_MANY = ({"certificates": certificates(*many(count))} for count in (1, 300, 301))
OTHERS = {"caSetName": "others"}

ROWS = [
    refusal("sets: create", "200 sets", "POST", SETS, 422, "ca-set-limit-reached", OTHERS, context=FULL),
    refusal("sets: clone", "200 sets", "POST", f"{SET}/clone", 422, "ca-set-limit-reached", OTHERS, context=FULL),
    refusal(
        "versions: create",
        "100 versions",
        "POST",
        f"{SET}/versions",
        422,
        "ca-set-version-limit-reached",
        NEW,
        context=SPENT,
    ),
    refusal(
        "versions: clone",
        "100 versions",
        "POST",
        f"{V1}/clone",
        422,
        "ca-set-version-limit-reached",
        context=SPENT,
    ),
    Row("certificates: 300", "one set", "POST", f"{SET}/versions", MOST, 201, has={"certificates": length(300)}),
    Row("certificates: 300 replaced", "one version", "PUT", V1, MOST, 200, has={"certificates": length(300)}),
    refusal(
        "certificates: 301",
        "one set",
        "POST",
        f"{SET}/versions",
        422,
        "certificate-limit-reached",
        TOO_MANY,
        context=CONTEXT | CROWD,
    ),
    refusal(
        "certificates: 301 replaced",
        "one version",
        "PUT",
        V1,
        422,
        "certificate-limit-reached",
        TOO_MANY,
        context=CONTEXT | CROWD | {"version": 1},
    ),
    refusal(
        "certificates: the count comes before the content",
        "one set",
        "POST",
        f"{SET}/versions",
        422,
        "certificate-limit-reached",
        {"certificates": certificates(*many(300), pem("Leaf", ca=False))},
        mark="I: 5.6",
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_limits(running: House, row: Row) -> None:
    run(running, row)


def test_300_validated_301_not(house: House) -> None:
    """No bound is documented for the dry run: 300 by choice (3.21, U)."""
    path = f"{METS}/certificates/validate"
    assert len(house.client().ask("POST", path, MOST)["certificates"]) == 300
    answer = house.client().send("POST", path, TOO_MANY)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/certificate-limit-reached")


def test_deleted_sets_make_room(running: House) -> None:
    """A set that is deleted no longer counts; one that is being deleted does."""
    facts = running.enter("200 sets")
    running.client().ask("DELETE", f"{SETS}/{facts['set']}")
    assert running.client().send("POST", SETS, OTHERS).status_code == 422
    running.control.advance(3601)
    assert running.client().send("POST", SETS, OTHERS).status_code == 201


def test_deleted_versions_count(running: House) -> None:
    """Until they are removed for good (3.14, U)."""
    facts = running.enter("100 versions")
    path = f"{SETS}/{facts['set']}/versions"
    running.client().ask("DELETE", f"{path}/50")
    assert running.client().send("POST", path, NEW).status_code == 422
    running.control.advance(30 * 86400 + 60)
    assert running.client().ask("POST", path, NEW)["version"] == 101
