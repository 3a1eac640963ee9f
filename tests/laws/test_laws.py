# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The laws of DESIGN 6, over every module, state and starting state of the registry."""

from __future__ import annotations

import importlib
import json
import re
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import pytest
from in_process import House
from registry import CASES, WISHES
from starts import enter
from wishes import Case

ROOT = Path(__file__).resolve().parents[2]
RESOURCES = "ansible_collections.edgetrust.akamai.plugins.module_utils._resources"
GOOD = [case for case in CASES if case.end in ("changes", "holds")]
BAD = [case for case in CASES if case not in GOOD]
# What only shows on the way: check mode assumes that a pending change completes, and the real run fails naming it.
ON_THE_WAY = ("change-management",)
FORESEEN = [case for case in BAD if case.end not in ON_THE_WAY]
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))


def every(cases: list[Case]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=str)


def begin(house: House, case: Case) -> None:
    enter(house, case.start)


def without(document: Any, paths: list[str]) -> Any:
    """The document with null at each of the paths (`certificates[0].created_by`)."""
    copied = json.loads(json.dumps(document))
    for path in paths:
        keys = [int(k) if k.isdecimal() else k for k in re.findall(r"[^.\[\]]+", path)]
        place = copied
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = None
    return copied


def comparable(plan: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A plan without what law 3 leaves out: `done`, and ids that the server makes. Acknowledgements are not foreseen."""
    return [
        {"verb": step["verb"], "reason": step["reason"], "target": {**step["target"], "id": None}}
        for step in plan
        if step["verb"] != "acknowledge"
    ]


@every(CASES)
def test_end_is_the_registered_one(house: House, case: Case) -> None:
    begin(house, case)
    result = case.run(house)
    if result.get("failed"):
        assert result["failure"]["type"] == case.end, result["msg"]
    else:
        assert case.end == ("changes" if result["changed"] else "holds"), json.dumps(result["plan"])


@every(GOOD)
def test_law_1_second_run_is_silent(house: House, case: Case) -> None:
    begin(house, case)
    case.run(house)
    house.control.forget_requests()
    again = case.run(house)
    assert again["changed"] is False
    assert house.writes() == []


@every(CASES)
def test_law_2_check_mode_writes_nothing(house: House, case: Case) -> None:
    begin(house, case)
    before = house.control.state()
    case.run(house, check=True)
    assert house.writes() == []
    assert house.control.state() == before


@every(GOOD)
def test_law_3_prediction_is_the_result(house: House, case: Case) -> None:
    begin(house, case)
    predicted = case.run(house, check=True)
    begin(house, case)
    real = case.run(house)
    assert predicted["changed"] == real["changed"]
    assert comparable(predicted["plan"]) == comparable(real["plan"])
    assert predicted["server_made"] == real["server_made"]
    assert predicted["diff"]["after"] == without(real["diff"]["after"], predicted["server_made"])
    assert predicted["diff"]["before"] == real["diff"]["before"]


@every(FORESEEN)
def test_law_3_check_mode_fails_as_the_run_does(house: House, case: Case) -> None:
    begin(house, case)
    predicted = case.run(house, check=True)
    assert predicted["failure"]["type"] == case.end
    assert house.writes() == []


@every(GOOD)
def test_law_4_diff_is_what_an_info_module_reads(house: House, case: Case) -> None:
    begin(house, case)
    twin = case.wish.twin
    result = case.run(house)
    after = twin.read(house, result, "after")
    begin(house, case)
    before = twin.read(house, result, "before")
    room, kind = case.wish.resource.split(".")
    resource = getattr(importlib.import_module(f"{RESOURCES}.{room}"), kind)
    assert result["diff"]["after"] == _people(resource, twin.select(after, result))
    compared = {**result, **dict.fromkeys(("ca_set_version",), result["diff"]["before"])}
    assert result["diff"]["before"] == _people(resource, twin.select(before, compared))


def _people(resource: Any, read: dict[str, Any] | None) -> Any:
    """The diff's projection of what an info module has read."""
    return resource.projection(read)


@every(CASES)
def test_law_5_no_secret_is_printed(house: House, case: Case) -> None:
    begin(house, case)
    house.printed.clear()
    case.run(house)
    parser = RawConfigParser()
    parser.read(house.emulator.edgerc)
    text = "\n".join(house.printed)
    for name in ("client_secret", "client_token", "access_token"):
        assert parser.get("default", name) not in text


@every(BAD)
def test_law_6_a_failure_says_what_to_do(house: House, case: Case) -> None:
    begin(house, case)
    result = case.run(house)
    assert result["msg"]
    assert set(result["failure"]) >= {
        *("api", "status", "type", "title", "detail", "errors", "request_id", "cure", "retryable")
    }
    assert result["failure"]["cure"]
    assert "Traceback" not in json.dumps(result)


@every(GOOD)
def test_law_9_what_is_not_ours_is_what_it_was(house: House, case: Case) -> None:
    begin(house, case)
    before = _foreign(house.control.state(), case)
    case.run(house)
    assert _foreign(house.control.state(), case) == before


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
    from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible import arguments  # noqa: F401

    registered = {wish.module for wish in WISHES}
    folder = ROOT / "plugins" / "modules"
    changing = {name for name in MODULES if "akamai.attributes.changes" in (folder / f"{name}.py").read_text()}
    assert changing <= registered, f"not in the registry: {sorted(changing - registered)}"


def test_how_much_the_laws_cover(record_property: Any) -> None:
    counted = f"{len({w.module for w in WISHES})} modules, {len(WISHES)} wishes, {len(CASES)} cases with their starts"
    record_property("laws", counted)
    print(counted)
    assert len(CASES) == len({str(case) for case in CASES})
