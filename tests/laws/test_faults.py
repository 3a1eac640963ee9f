# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Law 8: every fault that passes by itself, at every request of a run: same end state, nothing made twice.

A run may end as a failure that says `retryable`; then the next one has to end as an undisturbed one does.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from endings import differences
from in_process import House
from starts import enter
from test_kill import FIRST, LIVELY, moments, settled
from wishes import Case

PROBLEMS = "/mtls-edge-truststore/error-types"
HTML = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"

#: What passes by itself, in the forms of the three APIs and of the gateway in front of them (mets-v2.md 4.1, cps-v2.md 9,
#: papi-v1.md 1.8, edgegrid.md 4 and 5).
FAULTS: dict[str, dict[str, Any]] = {
    "429 of METS": {
        "status": 429,
        "body": {
            "type": f"{PROBLEMS}/account-rate-limit-exceeded",
            "title": "Account Rate Limit Exceeded",
            "status": 429,
            "detail": "Wait 12 seconds.",
            "rateLimit": 20,
            "rateLimitRemaining": 0,
            "rateLimitNext": "2026-11-25T00:00:12Z",
        },
        "headers": {"X-RateLimit-Next": "2026-11-25T00:00:12Z"},
    },
    "429 of CPS": {
        "status": 429,
        "body": {
            "type": "429 Too Many Requests",
            "title": "Too Many Requests",
            "detail": "Too many requests. Retry after: 21 seconds.",
        },
    },
    "429 of PAPI": {
        "status": 429,
        "body": {
            "type": "https://problems.luna.akamaiapis.net/-/pep-throttle/rate-limit-exceeded",
            "title": "Rate limit exceeded",
        },
        "headers": {"X-RateLimit-Next": "2026-11-25T00:00:09Z"},
    },
    "429 as text": {"text": "Too many requests", "status": 429},
    "503 with a pause": {
        "status": 503,
        "body": {
            "type": f"{PROBLEMS}/global-rate-limit-exceeded",
            "title": "Global Limit Exceeded",
            "status": 503,
            "retryAfter": 7,
        },
        "headers": {"Retry-After": "7"},
    },
    "burst block": {
        "status": 400,
        "body": {
            "type": "https://problems.luna.akamaiapis.net/-/pep-authn/request-error",
            "title": "Bad request",
            "status": 400,
            "detail": "WAF deny rule IPBLOCK-BURST4-54013",
        },
    },
    "lost before the work": {"drop": "before"},
    "lost after the work": {"drop": "after"},
    "cut off": {"truncate": 20},
    "page of a proxy": {"text": HTML, "status": 502, "headers": {"Content-Type": "text/html"}},
    "page of a proxy, work done": {"text": HTML, "status": 502, "work": "done"},
    "500": {"status": 500, "body": {"type": f"{PROBLEMS}/internal-error", "title": "An unexpected error occurred."}},
    "500, work done": {"status": 500, "body": {"title": "Server Error"}, "work": "done"},
    "504, work done": {"text": "", "status": 504, "work": "done"},
}

#: The API whose form it is, for those of one API only.
OF_ONE = {"429 of METS": "mets", "429 of CPS": "cps", "429 of PAPI": "papi"}

#: One start for each wish and for each way in which its road differs.
ROADS = (
    "stock",
    "set without version",
    "set editable",
    "set active on both",
    "activation running, other",
    "enrollment unbound",
    "enrollment bound to the same",
    "enrollment with a stranger's change pending",
)
#: What is to be cancelled goes on while a fault delays the run, and past a point it is waited for instead.
MOVING = "cps_mtls_binding present, pending ones cancelled / enrollment with a stranger's change pending"
HIT = [c for c in LIVELY if (c.start in ROADS or c is FIRST[c.wish.label]) and str(c) != MOVING]


def hits(requests: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """Which request is hit by what: a write by every fault, reads by the faults in turn, as the wire repeats them all alike."""
    found = []
    for number in moments(requests):
        request = requests[number - 1]
        fitting = [fault for fault in FAULTS if OF_ONE.get(fault, request["api"]) == request["api"]]
        found += [(number, fault) for fault in (fitting if request["write"] else [fitting[number % len(fitting)]])]
    return found


def shown(result: dict[str, Any]) -> dict[str, Any]:
    """What a result says of the world it leaves, without what the server numbers."""
    after = {key: value for key, value in result["diff"]["after"].items() if not key.endswith("_id")}
    return {"after": after, "changed": result["changed"], "verbs": sorted(step["verb"] for step in result["plan"])}


@pytest.mark.parametrize("case", HIT, ids=str)
def test_law_8_what_passes_leaves_no_trace(house: House, case: Case) -> None:
    enter(house, case.start)
    plain = case.run(house)
    requests = house.control.requests()
    undisturbed = settled(house)
    for number, fault in hits(requests):
        enter(house, case.start)
        house.control.fault(nth=number, then=FAULTS[fault])
        hit = case.run(house)
        what = f"{requests[number - 1]['method']} {requests[number - 1]['path']}"
        told = f"{fault} at request {number} of {len(requests)}, {what}"
        if hit.get("failed"):
            assert hit["failure"]["retryable"] is True, f"{told}: {json.dumps(hit)}"
            hit = case.run(house)
        else:
            assert shown(hit) == shown(plain), told
        assert not hit.get("failed"), f"{told}: {json.dumps(hit)}"
        assert differences(undisturbed, settled(house)) == [], told
