# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the reference leaves open does not matter to a user: an onboarding ends the same with every value of every switch.

The first run changes what it is for, the second is silent. A switch is tried on the part of the onboarding that its API
has a hand in. Where its value *is* a failure, the run says so, and goes through once the switch is back.
"""

from __future__ import annotations

from typing import Any

import pytest
import starts_cps  # noqa: F401  (it registers its starts)
from akamai_emulator import services
from akamai_emulator.switches import Switches
from in_process import House
from properties import switched
from starts import ROOTS, enter, pems
from starts_papi import DENY

KNOWN = Switches(services.ALL).known
# The defaults are one case of all together.
CASES = [("defaults", "")] + [(name, value) for name, s in sorted(KNOWN.items()) for value in s.values[1:]]

SET = {"ca_set_name": "partners"}
LIVE = {"property_name": "www", "version": 3, "notify_emails": ["ops@example.com"], "acknowledge_warnings": True}
Walk = tuple[tuple[str, dict[str, Any]], ...]
METS: Walk = (
    ("mets_ca_set", SET),
    ("mets_ca_set_version", {**SET, "certificates": pems(ROOTS[0])}),
    ("mets_activation", {**SET, "version": 1}),
)
CPS: Walk = (
    (
        "cps_mtls_binding",
        {**SET, "common_name": "www.example.com", "acknowledge_warnings": True, "pending_changes": "cancel"},
    ),
)
PAPI: Walk = (("papi_mtls_rule", DENY), ("papi_activation", LIVE))

# First part of a switch's name -> the start, and the modules that are run.
PARTS: dict[str, tuple[str, Walk]] = {
    "mets": ("stock", METS),
    "cps": ("enrollment unbound", CPS),
    "papi": ("enrollment bound to the same", PAPI),
    "unknown": ("enrollment bound to the same", PAPI),
}
WHOLE = ("stock", METS + CPS + PAPI)

# Values that are failures, and how a run ends then.
FAILURES = {
    ("mets_activation_outcome", "fail"): "activation_failed",
    ("cps_error_at", "create-slot-files"): "error",
    ("cps_error_at", "deploy-changes-to-staging"): "error",
    ("cps_error_at", "live-check-action"): "error",
    ("cps_error_at", "deploy-cert-to-production"): "error",
    ("papi_mtls_module", "missing"): "rule_errors",
    ("papi_activation_end", "FAILED"): "activation_failed",
    ("papi_compliance_record", "required"): "missing-compliance-record",
    ("papi_compliance_record", "exception"): "missing_compliance_record",
}


def run(house: House, walk: Walk) -> list[Any]:
    """For each module whether it changed something; the last may be the type of a failure."""
    seen: list[Any] = []
    for module, options in walk:
        result = house.run(module, **options)
        seen.append(result["failure"]["type"] if result.get("failed") else result["changed"])
        if result.get("failed"):
            break
    return seen


@pytest.mark.parametrize(("name", "value"), CASES, ids=[f"{name}={value}" for name, value in CASES])
def test_an_onboarding(house: House, name: str, value: str) -> None:
    start, walk = PARTS.get(name.split("_")[0], WHOLE)
    enter(house, start)
    failure = FAILURES.get((name, value))
    with switched(house, **({name: value} if value else {})):
        first = run(house, walk)
        if failure is None:
            assert first == [True] * len(walk)
            silent(house, walk)
    if failure is not None:
        assert str(first[-1]).endswith(failure)
        assert run(house, walk)[-1] is True
        silent(house, walk)


def silent(house: House, walk: Walk) -> None:
    house.control.forget_requests()
    assert run(house, walk) == [False] * len(walk)
    assert house.writes() == []
