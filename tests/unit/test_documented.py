# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Law 10's own measure: what it takes for documented, given and returned, and what it says of a session of tests."""

from __future__ import annotations

from typing import Any

import documented
import pytest
from record import NEVER, Record, all_options, all_returns

OPTIONS: dict[str, Any] = {
    "name": {"type": "str", "aliases": ["alias"]},
    "mode": {"type": "str", "choices": ["one", "two"], "default": "one"},
    "items": {"type": "list", "suboptions": {"flag": {"type": "bool"}}},
}


@pytest.mark.parametrize(
    ("values", "paths"),
    [
        ({"alias": "x"}, ["name"]),
        ({"mode": "one"}, []),
        ({"mode": "two", "name": None}, ["mode", "mode=two"]),
        ({"items": [{"flag": True}, {}]}, ["items", "items.flag"]),
        ({"unknown": 1}, []),
    ],
    ids=str,
)
def test_what_counts_as_given(values: dict[str, Any], paths: list[str]) -> None:
    assert list(documented.given(OPTIONS, values)) == paths
    assert set(paths) <= set(documented.option_paths(OPTIONS))


RETURNS: dict[str, Any] = {
    "sets": {
        "returned": "success, and more",
        "type": "list",
        "elements": "dict",
        "contains": {"number": {"returned": "always", "type": "int"}},
    },
    "plan": {"returned": "always", "type": "list", "elements": "str"},
}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"sets": [{"number": 1}], "plan": []}, []),
        ({"sets": [{"number": None}], "plan": ["a"]}, []),
        ({"sets": None, "plan": []}, []),
        ({"plan": []}, ["sets is not there"]),
        ({"sets": [], "plan": [], "more": 1}, ["more is not documented"]),
        ({"sets": [{}], "plan": []}, ["sets.number is not there"]),
        ({"sets": [{"number": True, "odd": 1}], "plan": [1]}, ["sets.odd", "sets.number is no int", "plan holds 1"]),
        ({"sets": "x", "plan": []}, ["sets is no list"]),
    ],
    ids=str,
)
def test_what_contradicts_the_documentation(values: dict[str, Any], said: list[str]) -> None:
    found = list(documented.contradictions(RETURNS, values, {"always", "success"}))
    assert len(found) == len(said) and all(text.startswith(start) for text, start in zip(found, said, strict=True))


def test_after_a_failure_less_has_to_be_there() -> None:
    assert list(documented.contradictions(RETURNS, {"plan": []}, {"always", "failure"})) == []


def test_the_count_is_of_what_ran() -> None:
    record = Record()
    record.cases["a"] = ("mets_ca_set", "present", "stock", False)
    other = {"given": [], "shown": [], "cases": {"b": ["mets_ca_set", "absent", "stock", True]}}
    record.add(other)
    assert record.counted() == "laws: 1 modules, 2 states, 1 starts, 2 cases; predictions that differ: 1"


def test_a_session_tells_what_it_has_not_shown() -> None:
    record = Record()
    record.given, record.shown = set(all_options()), set(all_returns())
    assert record.unproved() == [f"{start} is a wrong exception: every path of it was seen" for start in NEVER]
    record.shown -= {path for path in record.shown if path.startswith(tuple(NEVER))}
    assert record.unproved() == []
    record.given -= {"papi_activation replaces"}
    record.shown -= {"mets_ca_set ca_set.ca_set_id"}
    assert record.unproved() == [
        "no run has given papi_activation replaces",
        "no run has returned mets_ca_set ca_set.ca_set_id",
    ]
