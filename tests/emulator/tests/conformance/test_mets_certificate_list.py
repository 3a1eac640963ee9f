# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of a version's certificates and its filters (mets-v2.md 3.16)."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import quote

import pytest

from .harness import SECONDS, House, Row, run
from .mets_worlds import ERRORS, SET, SETS, V1, refusal

LIST = f"{V1}/certificates"
STATE = "an expired certificate"  # soon: ended 2 days ago; later: ends in 33 days; long: in ten years
NOW = dt.datetime.now(dt.UTC) + dt.timedelta(days=12)  # the account's clock in that state


def at(days: float) -> str:
    return quote((NOW + dt.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000000Z"))


def found(query: str, *names: str, mark: str = "") -> Row:
    subjects = [f"CN=Ends {name}, O=Example, C=US" for name in names]
    return Row(
        query or "no filter",
        STATE,
        "GET",
        f"{LIST}?{query}" if query else LIST,
        has={"certificates": lambda seen: [item["subject"] for item in seen] == subjects},
        mark=mark,
    )


FILTERS = [
    found("", "soon", "later", "long"),
    found("certificateStatus=EXPIRED", "soon"),
    found("certificateStatus=EXPIRING"),
    found("certificateStatus=EXPIRING&expiryThresholdInDays=32"),
    found("certificateStatus=EXPIRING&expiryThresholdInDays=34", "later"),
    found("certificateStatus=EXPIRED&expiryThresholdInDays=1"),
    found("certificateStatus=EXPIRED&expiryThresholdInDays=3", "soon"),
    found("certificateStatus=EXPIRING%2CEXPIRED", "soon"),
    found("certificateStatus=EXPIRED,EXPIRING&expiryThresholdInDays=34", "soon", "later"),
    found("certificateStatus=EXPIRED,EXPIRING&expiryThresholdInDays=1"),
    found("certificateStatus=ACTIVE", "later", "long", mark="I"),
    found("certificateStatus=ACTIVE%2CEXPIRED", "soon", "later", "long", mark="I"),
    found("certificateStatus=EXPIRED,ACTIVE", "soon", "later", "long", mark="I"),
    found(f"certificateStatus=EXPIRING&expiryThresholdTimestamp={at(34)}", "later"),
    found(f"certificateStatus=EXPIRING&expiryThresholdTimestamp={at(32)}"),
    found(f"certificateStatus=EXPIRED&expiryThresholdTimestamp={at(-3)}", "soon"),
    found(f"certificateStatus=EXPIRED&expiryThresholdTimestamp={at(-1)}"),
]

ILLEGAL = re.compile(re.escape(ERRORS) + "(invalid-field|path-variable-query-param-type-mismatch)")
MISSING = "missing-required-query-parameter"
REFUSED = [
    *(
        refusal(query.split("=")[0] + " alone", STATE, "GET", f"{LIST}?{query}", 400, MISSING)
        for query in ("expiryThresholdInDays=5", f"expiryThresholdTimestamp={at(5)}")
    ),
    *(
        Row(query, STATE, "GET", f"{LIST}?{query}", None, 400, ILLEGAL, mark="I: invalid-field")
        for query in (
            "certificateStatus=ACTIVE%2CEXPIRING",
            "certificateStatus=EXPIRING,ACTIVE",
            "certificateStatus=GONE",
            "certificateStatus=expired",
            "certificateStatus=EXPIRED%2CEXPIRED",
            "certificateStatus=ACTIVE&expiryThresholdInDays=5",
            "certificateStatus=ACTIVE%2CEXPIRED&expiryThresholdInDays=5",
            f"certificateStatus=ACTIVE&expiryThresholdTimestamp={at(5)}",
            f"certificateStatus=EXPIRING,EXPIRED&expiryThresholdTimestamp={at(5)}",
            f"certificateStatus=EXPIRING&expiryThresholdTimestamp={at(-5)}",
            f"certificateStatus=EXPIRED&expiryThresholdTimestamp={at(5)}",
            f"certificateStatus=EXPIRING&expiryThresholdInDays=5&expiryThresholdTimestamp={at(5)}",
            "certificateStatus=EXPIRING&expiryThresholdInDays=-1",
            "certificateStatus=EXPIRING&expiryThresholdInDays=x",
            "certificateStatus=EXPIRING&expiryThresholdTimestamp=soon",
        )
    ),
    refusal("no such set", STATE, "GET", f"{SETS}/9/versions/1/certificates", 404, "ca-set-not-found"),
    refusal("no such version", STATE, "GET", f"{SET}/versions/7/certificates", 404, "ca-set-version-not-found"),
]
SHAPE = [
    Row(
        "shape",
        "one version",
        "GET",
        LIST,
        has={
            "caSetId": "{set}",
            "caSetName": "partners",
            "version": 1,
            "certificates.0.description": "first root",
            "certificates.1.description": None,
            "certificates.0.endDate": SECONDS,
        },
    ),
    Row("a body is ignored", "one version", "GET", LIST, {"caSetId": "1"}, 200, has={"version": 1}),
    Row("of a deleted version", "three versions, two deleted", "GET", f"{SET}/versions/2/certificates", mark="I"),
    Row("of a deleted set", "deleted", "GET", LIST),
]


def name(row: Row) -> str:
    """The row's name without its times: every test process has to find the same tests."""
    return re.sub(r"20\d\d-[^&]*", "TIME", str(row))


@pytest.mark.parametrize("row", [*FILTERS, *REFUSED, *SHAPE], ids=name)
def test_certificate_list(running: House, row: Row) -> None:
    run(running, row)
