# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of CPS: what they ask for and what they make of the answers."""

from __future__ import annotations

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._api import cps
from operations import Row, check, check_complete  # tests/support, by `pythonpath` in pyproject.toml

E = "/cps/v2/enrollments"


def media(kind: str) -> str:
    return f"application/vnd.akamai.cps.{kind}+json"


STATUS = {"enrollment": f"{E}/5", "changes": [f"{E}/5/changes/8", "/cps-api/enrollments/5/changes/9"]}
INPUT = "/cps-api/enrollments/5/changes/9/input"
ACK = {"acknowledgement": "acknowledge"}
PUT = {"accept": media("enrollment-status.v1"), "content_type": media("enrollment.v12")}
ROWS = [
    Row(
        cps.list_enrollments,
        "ctr_C-1",
        asks=f"GET {E}",
        query_={"contractId": "C-1"},
        accept=media("enrollments.v12"),
        gets={"enrollments": [1]},
        makes=[1],
    ),
    Row(cps.list_enrollments, asks=f"GET {E}", accept=media("enrollments.v12"), gets={"enrollments": []}, makes=[]),
    Row(cps.get_enrollment, 5, asks=f"GET {E}/5", accept=media("enrollment.v12"), gets={"a": 1}, makes={"a": 1}),
    Row(
        cps.create_enrollment,
        "ctr_C-1",
        {"csr": {}},
        allow_duplicate_cn=True,
        asks=f"POST {E}",
        code=202,
        query_={"contractId": "C-1", "allow-duplicate-cn": True},
        body_={"csr": {}},
        gets=STATUS,
        makes=(5, 9),
        **PUT,
    ),
    Row(cps.update_enrollment, 5, {"a": 1}, asks=f"PUT {E}/5", code=202, body_={"a": 1}, gets=STATUS, makes=9, **PUT),
    Row(
        cps.update_enrollment,
        5,
        {"a": 1},
        allow_cancel_pending_changes=True,
        renewal_date_check_override=True,
        asks=f"PUT {E}/5",
        query_={"allow-cancel-pending-changes": True, "renewal-date-check-override": True},
        body_={"a": 1},
        gets={"enrollment": f"{E}/5", "changes": []},
        makes=None,
        **PUT,
    ),
    Row(cps.delete_enrollment, 5, asks=f"DELETE {E}/5", code=202, accept=PUT["accept"], gets=STATUS, makes=9),
    Row(
        cps.delete_enrollment,
        5,
        allow_cancel_pending_changes=True,
        asks=f"DELETE {E}/5",
        query_={"allow-cancel-pending-changes": True},
        accept=PUT["accept"],
        gets=None,
        makes=None,
    ),
    Row(
        cps.get_change,
        5,
        9,
        asks=f"GET {E}/5/changes/9",
        accept=media("change.v2"),
        gets={"statusInfo": {}},
        makes={"statusInfo": {}},
    ),
    Row(cps.cancel_change, 5, 9, asks=f"DELETE {E}/5/changes/9", accept=media("change-id.v1"), gets={}),
    *(
        Row(
            cps.get_input,
            f"{INPUT}/info/{segment}",
            asks=f"GET {E}/5/changes/9/input/info/{segment}",
            accept=media(kind),
            gets={"a": 1},
            makes={"a": 1},
        )
        for segment, kind in cps.INFO.items()
    ),
    *(
        Row(
            cps.give_input,
            f"{INPUT}/update/{segment}",
            ACK | extra,
            asks=f"POST {E}/5/changes/9/input/update/{segment}",
            code=204,
            body_=ACK | extra,
            accept=media("change-id.v1"),
            content_type=media(kind),
        )
        for segment, kind, extra in (
            *((segment, kind, {"hash": "h"}) for segment, kind in cps.UPDATE.items()),
            ("change-management-ack", "acknowledgement.v1", {}),
        )
    ),
    Row(
        cps.get_schedule,
        5,
        9,
        asks=f"GET {E}/5/changes/9/deployment-schedule",
        accept=media("deployment-schedule.v1"),
        gets={"notBefore": None},
        makes={"notBefore": None},
    ),
    Row(
        cps.set_schedule,
        5,
        9,
        {"notBefore": None},
        asks=f"PUT {E}/5/changes/9/deployment-schedule",
        body_={"notBefore": None},
        accept=media("change-id.v1"),
        content_type=media("deployment-schedule.v1"),
    ),
    Row(
        cps.get_deployments,
        5,
        asks=f"GET {E}/5/deployments",
        accept=media("deployments.v8"),
        gets={"a": 1},
        makes={"a": 1},
    ),
    Row(
        cps.get_deployment,
        5,
        "staging",
        asks=f"GET {E}/5/deployments/staging",
        accept=media("deployment.v8"),
        gets={"a": 1},
        makes={"a": 1},
    ),
    Row(
        cps.list_change_history,
        5,
        asks=f"GET {E}/5/history/changes",
        accept=media("change-history.v5"),
        gets={"changes": [1]},
        makes=[1],
    ),
    Row(
        cps.list_certificate_history,
        5,
        asks=f"GET {E}/5/history/certificates",
        accept=media("certificate-history.v2"),
        gets={"certificates": [1]},
        makes=[1],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_operation(row: Row) -> None:
    check(row)


def test_the_table_is_complete() -> None:
    check_complete(cps, ROWS)
