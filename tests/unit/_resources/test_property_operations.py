# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an activation that has failed is told."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources import property_operations

PROBLEM = {
    "type": "https://problems.luna.akamaiapis.net/papi/v0/activation/validation-failed",
    "title": "Validation failed",
    "detail": "The tree has errors.",
    "errors": [{"detail": "The origin is missing."}, "bare"],
}


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (None, "Activating version 3 ended as FAILED."),
        ("The network is down.", "Activating version 3 ended as FAILED: The network is down."),
        (PROBLEM, "Activating version 3 ended as FAILED: The tree has errors. The origin is missing."),
        ({"title": "Validation failed"}, "Activating version 3 ended as FAILED: Validation failed."),
    ],
)
def test_the_cause_of_a_failure(cause: Any, told: str) -> None:
    record = {"status": "FAILED", **({"failureCause": cause} if cause else {})}
    assert str(property_operations._ended("Activating version 3", record)) == told
