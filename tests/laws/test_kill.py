# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Law 7: a run that was killed after any request is finished by the next one, as if nothing had happened.

The kill is one at the wire: request n is carried out, its answer is lost, and nothing reaches the server after it. What
the next run finds differs by the writes that were done and by the time since: so `make test` kills after each write, and
after the last read before one and before the end; with LAW_7=every in the environment, as `make long` has it, after each.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from endings import differences, ending
from in_process import House
from registry import CASES
from starts import enter
from wishes import Case

# Starts from which a run takes the same road as from another one.
ALIKE = {
    "set deleted",
    "set was active",
    "set deletion failed on one network",
    "set active, newer editable",
    "activation failed",
    "enrollment bound with other options",
    "enrollment bound to another",
    "enrollment whose set is active on one network only",
    "property with another rule",
    "property with a locked rule",
    "property with the rule name twice",
    "property with a stranger's draft",
    "property whose activation failed",
    "property replaced by somebody else's version",
}
# The life of a run lies in the starts from which it writes, and in those in which it attaches to what is under way.
LIVELY = [case for case in CASES if case.end == "changes" or (case.end == "holds" and "way" in case.start)]
FIRST = {case.wish.label: case for case in reversed(LIVELY)}
KILLED = [case for case in LIVELY if case.start not in ALIKE or case is FIRST[case.wish.label]]
#: Seconds after which everything that was started has ended by itself.
LATER = 86_400


def kill_after(house: House, number: int) -> None:
    """Request `number` (1 = the next) does its work and its answer is lost; later ones get nowhere."""
    house.control.fault(nth=number, then={"drop": "after"})
    house.control.fault(nth=number + 1, every=True, then={"drop": "before"})


def moments(requests: list[dict[str, Any]]) -> list[int]:
    """The numbers of the requests after which to kill: all but reads that were made before since the last write."""
    found: list[int] = []
    seen: set[tuple[str, str]] = set()
    for number, request in enumerate(requests, 1):
        what = (request["method"], request["path"])
        if request["write"]:
            seen.clear()
        if what not in seen:
            found.append(number)
        seen.add(what)
    return found


def kills(requests: list[dict[str, Any]]) -> list[int]:
    """The numbers of the requests after which to kill."""
    if os.environ.get("LAW_7") == "every":
        return moments(requests)
    followers = [*requests[1:], {"write": True}]
    return [n for n, pair in enumerate(zip(requests, followers, strict=True), 1) if any(r["write"] for r in pair)]


def settled(house: House) -> Any:
    house.control.advance(LATER)
    return ending(house.control.state())


def test_law_7_a_deletion_that_fails_on_one_network_and_is_killed_at_any_request(house: House) -> None:
    def absent(outcome: str, **options: Any) -> dict[str, Any]:
        house.control.switch(mets_deletion_outcome=outcome)
        result = house.run("mets_ca_set", ca_set_name="partners", state="absent", **options)
        house.control.no_faults()
        house.control.switch(mets_deletion_outcome="complete")
        return result

    enter(house, "set editable")
    absent("fail_production")
    requests = house.control.requests()
    for number in kills(requests):
        enter(house, "set editable")
        kill_after(house, number)
        absent("fail_production", retry_timeout=0.001)
        finished = absent("complete")
        if finished.get("failed"):
            # It was still under way, and has failed since: told network by network, and asked for once more by the next run.
            assert "PRODUCTION FAILED" in finished["msg"] and finished["failure"]["retryable"] is True
            finished = absent("complete")
        assert not finished.get("failed"), f"killed after request {number}: {json.dumps(finished)}"
        assert house.ok("mets_ca_set_info", ca_set_name="partners")["ca_sets"] == []


@pytest.mark.parametrize("case", KILLED, ids=str)
def test_law_7_the_next_run_finishes_the_job(house: House, case: Case) -> None:
    enter(house, case.start)
    case.run(house)
    requests = house.control.requests()
    undisturbed = settled(house)
    for number in kills(requests):
        enter(house, case.start)
        kill_after(house, number)
        killed = case.run(house, retry_timeout=0.001)
        told = f"killed after request {number} of {len(requests)}, {requests[number - 1]['method']} {requests[number - 1]['path']}"
        carried_out = [r for r in house.control.requests(write=True) if r["status"] is not None]
        house.control.no_faults()
        if carried_out:
            assert killed["changed"] is True, told
        if number < len(requests):
            assert killed.get("failed") and killed["failure"]["retryable"] is True, f"{told}: {json.dumps(killed)}"
        finished = case.run(house)
        assert not finished.get("failed"), f"{told}: {json.dumps(finished)}"
        house.control.forget_requests()
        again = case.run(house)
        assert again["changed"] is False and house.writes() == [], told
        assert differences(undisturbed, settled(house)) == [], told
