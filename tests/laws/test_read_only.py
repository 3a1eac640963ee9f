# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client that may only read can make every dry run, and look at everything, whether or not Akamai lets it use the
checks that are no GET (DESIGN 4)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from in_process import House
from properties import EDITABLE, switched
from registry import CASES, WISHES
from starts import enter
from starts_papi import DENY
from wishes import Case

CHECKS = ("allow", "refuse")
#: Starts from which dry runs have a server check something. Of the others one for each end of a wish.
ASKED_ABOUT = (EDITABLE, "property never active", "set editable", "set active, newer editable")
CHOSEN = list(
    {
        (case.wish.label, case.start if case.start in ASKED_ABOUT else case.end): case for case in reversed(CASES)
    }.values()
)


def told(result: dict[str, Any]) -> Any:
    """What a dry run says of the world; of a failure, what it was and what it said."""
    if result.get("failed"):
        return result["failure"]["type"], result["msg"]
    return {name: result[name] for name in ("changed", "plan", "diff", "assumptions", "server_made")}


@pytest.mark.parametrize("case", CHOSEN, ids=str)
def test_a_reader_s_dry_run_is_that_of_a_client_with_all_rights(house: House, case: Case) -> None:
    enter(house, case.start)
    full = case.run(house, check=True)
    for checks in CHECKS:
        with switched(house, read_only_checks=checks):
            result = case.run(house, check=True, section="read_only")
        assert told(result) == told(full), f"{checks}: {json.dumps(result)}"
        if not result.get("failed"):
            more = [w["detail"] for w in result["api_warnings"] if w not in full["api_warnings"]]
            assert all(text.startswith("Server-side check skipped: ") for text in more), more
            assert not more or checks == "refuse"
    assert house.writes() == []


def test_every_wish_is_tried() -> None:
    assert {case.wish.label for case in CHOSEN} == {wish.label for wish in WISHES}
    assert {case.start for case in CHOSEN} >= set(ASKED_ABOUT)


@pytest.mark.parametrize("checks", CHECKS)
@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("papi_property_info", {"property_name": "www"}),
        ("papi_property_info", {"hostname": "www.example.com"}),
        ("papi_property_info", {"hostname": "nowhere.example.com"}),
        ("papi_mtls_rule_info", {"property_name": "shop"}),
        ("cps_enrollment_info", {"common_name": "www.example.com"}),
        ("mets_association_info", {"ca_set_name": "partners"}),
    ],
    ids=str,
)
def test_a_reader_sees_what_a_client_with_all_rights_sees(
    house: House, checks: str, module: str, options: dict[str, Any]
) -> None:
    enter(house, "property with the rule")
    full = house.ok(module, **options)
    with switched(house, read_only_checks=checks):
        result = house.ok(module, section="read_only", **options)
    for cost in ("requests", "waited_seconds", "invocation"):
        full.pop(cost), result.pop(cost)
    assert result == full


def test_a_reader_s_real_run_is_refused_at_its_first_write(house: House) -> None:
    enter(house, EDITABLE)
    failed = house.run("papi_mtls_rule", section="read_only", **DENY)
    assert failed["failure"]["status"] == 403 and "READ-WRITE" in failed["failure"]["cure"]
    assert failed["changed"] is False and len(house.writes()) == 1
