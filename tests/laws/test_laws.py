# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The laws of DESIGN 6, over every module, state and starting state of the registry."""

from __future__ import annotations

import importlib
import json
from configparser import RawConfigParser
from dataclasses import dataclass
from typing import Any

import pytest
from documented import MODULES, changes, options
from in_process import House
from predictions import assert_foreseen
from record import RECORD
from registry import CASES, WISHES
from starts import enter
from wishes import Case

RESOURCES = "ansible_collections.edgetrust.akamai.plugins.module_utils._resources"
# What only shows on the way: check mode assumes that a pending change completes, and the real run fails naming it.
ON_THE_WAY = ("change-management",)


@dataclass
class Seen:
    """All that the laws ask about one case, from one walk through it."""

    start: Any
    predicted: Any
    checked_writes: list[str]
    after_check: Any
    before: Any
    real: Any
    end: Any
    after: Any
    again: Any
    again_writes: list[str]
    printed: str


def walk(house: House, case: Case) -> Seen:
    """Check mode, the run, the run once more; the states around them, and what the info twin reads before and after."""
    twin, good = case.wish.twin, case.end in ("changes", "holds")
    enter(house, case.start)
    house.printed.clear()
    start = house.control.state()
    predicted = case.run(house, check=True)
    checked_writes, after_check = house.writes(), house.control.state()
    before = twin.read(house, predicted, "before") if good else None
    real = case.run(house)
    end = house.control.state()
    after = twin.read(house, real, "after") if good else None
    house.control.forget_requests()
    again = case.run(house) if good else None
    writes, printed = house.writes(), "\n".join(house.printed)
    return Seen(start, predicted, checked_writes, after_check, before, real, end, after, again, writes, printed)


def the_end_is_the_registered_one(case: Case, seen: Seen) -> None:
    if seen.real.get("failed"):
        assert seen.real["failure"]["type"] == case.end, seen.real["msg"]
    else:
        assert case.end == ("changes" if seen.real["changed"] else "holds"), json.dumps(seen.real["plan"])


def law_1_the_second_run_is_silent(case: Case, seen: Seen) -> None:
    assert seen.again["changed"] is False
    assert seen.again_writes == []


def law_2_check_mode_writes_nothing(case: Case, seen: Seen) -> None:
    assert seen.checked_writes == []
    assert seen.after_check == seen.start


def law_3_the_prediction_is_the_result(case: Case, seen: Seen) -> None:
    assert_foreseen(seen.predicted, seen.real)


def law_3_check_mode_fails_as_the_run_does(case: Case, seen: Seen) -> None:
    assert case.end in ON_THE_WAY or seen.predicted["failure"]["type"] == case.end


def law_4_the_diff_is_what_an_info_module_reads(case: Case, seen: Seen) -> None:
    room, kind = case.wish.resource.split(".")
    resource = getattr(importlib.import_module(f"{RESOURCES}.{room}"), kind)
    twin, real = case.wish.twin, seen.real
    assert real["diff"]["after"] == resource.projection(twin.select(seen.after, real))
    compared = {**real, **dict.fromkeys(("ca_set_version",), real["diff"]["before"])}
    assert real["diff"]["before"] == resource.projection(twin.select(seen.before, compared))


def law_5_no_secret_is_printed(house: House, seen: Seen) -> None:
    parser = RawConfigParser()
    parser.read(house.emulator.edgerc)
    for name in ("client_secret", "client_token", "access_token"):
        assert parser.get("default", name) not in seen.printed


def law_6_a_failure_says_what_to_do(case: Case, seen: Seen) -> None:
    assert seen.real["msg"]
    assert set(seen.real["failure"]) >= {
        *("api", "status", "type", "title", "detail", "errors", "request_id", "cure", "retryable")
    }
    assert seen.real["failure"]["cure"]
    assert "Traceback" not in json.dumps(seen.real)


def law_9_what_is_not_ours_is_what_it_was(case: Case, seen: Seen) -> None:
    assert _foreign(seen.end, case) == _foreign(seen.start, case)


ALWAYS = (the_end_is_the_registered_one, law_2_check_mode_writes_nothing)
WHEN_IT_ENDS_WELL = (
    law_1_the_second_run_is_silent,
    law_3_the_prediction_is_the_result,
    law_4_the_diff_is_what_an_info_module_reads,
    law_9_what_is_not_ours_is_what_it_was,
)
WHEN_IT_FAILS = (law_3_check_mode_fails_as_the_run_does, law_6_a_failure_says_what_to_do)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_laws(house: House, case: Case) -> None:
    """One walk for all laws, as each needs the same runs; what is broken is told law by law."""
    named = (case.wish.module, case.wish.state, case.start)
    RECORD.cases[str(case)] = (*named, True)
    seen = walk(house, case)
    law_5_no_secret_is_printed(house, seen)
    broken = []
    for law in (*ALWAYS, *(WHEN_IT_ENDS_WELL if case.end in ("changes", "holds") else WHEN_IT_FAILS)):
        try:
            law(case, seen)
        except (AssertionError, KeyError, TypeError) as error:
            broken.append(f"{law.__name__}: {type(error).__name__} {error}")
    RECORD.cases[str(case)] = (*named, any(law.startswith("law_3") for law in broken))
    assert not broken, "\n\n".join(broken)


def _foreign(state: Any, case: Case) -> Any:
    """The accounts without what the wish is about: the set called partners, and what the wish says it owns."""
    accounts = json.loads(json.dumps(state["accounts"]))
    wish = case.wish
    for account in accounts.values():
        account.pop("counters", None)
        account["ca_sets"] = [s for s in account.get("ca_sets", []) if s["caSetName"] != "partners"]
        # A change that somebody else has started goes on while we wait.
        account["enrollments"] = [
            _own(e) if e["id"] in wish.enrollments or e["changes"] else e
            for e in account.get("enrollments", [])
            if e["id"] not in wish.removed
        ]
        account["properties"] = [p for p in account.get("properties", []) if p["propertyName"] not in wish.properties]
        for owned in wish.owned:
            account.pop(owned, None)
    return accounts


def _own(enrollment: dict[str, Any]) -> dict[str, Any] | None:
    """An enrollment without its binding and the traces of the change that sets it."""
    for place in (enrollment, *(enrollment.get("deployed") or {}).values()):
        ((place or {}).get("networkConfiguration") or {}).pop("clientMutualAuthentication", None)
    return {k: v for k, v in enrollment.items() if k not in ("changes", "history", "pendingChanges")}


def test_every_changing_module_and_state_is_registered() -> None:
    states = {
        (module, state)
        for module in filter(changes, MODULES)
        for state in options(module).get("state", {}).get("choices", [None])
    }
    assert states == {(wish.module, wish.state) for wish in WISHES}


def test_no_case_is_registered_twice() -> None:
    assert len(CASES) == len({str(case) for case in CASES})
