# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client may do, and the ids in links."""

from __future__ import annotations

import datetime as dt

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._api import grants
from ansible_collections.edgetrust.akamai.plugins.module_utils._api.links import last_segment
from operations import LATER, Row, check, check_complete  # tests/support, by `pythonpath` in pyproject.toml

SCOPE = {"scope": "https://luna.akamaiapis.net/-/scope/x/-/y"}
ASKS = "GET /-/client-api/active-grants/implicit"
TIME = dt.datetime(2026, 11, 24, 9, 15, tzinfo=dt.UTC)
ROWS = [
    Row(grants.get_grants, asks=ASKS, gets=SCOPE, makes=(SCOPE, None)),
    Row(grants.get_grants, asks=ASKS, gets=SCOPE, makes=(SCOPE, TIME), headers=LATER),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_operation(row: Row) -> None:
    check(row)


def test_the_table_is_complete() -> None:
    check_complete(grants, ROWS)


@pytest.mark.parametrize(
    ("link", "segment"),
    [
        ("/papi/v0/properties/prp_1/versions/6?contractId=ctr_1&groupId=grp_1", "6"),
        ("/cps-api/enrollments/5/changes/9/", "9"),
        ("https://host.example.com/cps/v2/enrollments/5", "5"),
        ("77", "77"),
    ],
)
def test_ids_come_from_the_end_of_links(link: str, segment: str) -> None:
    assert last_segment(link) == segment
