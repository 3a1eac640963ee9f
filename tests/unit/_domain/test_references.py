# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain import errors, references
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.errors import (
    Ambiguous,
    Frozen,
    Hazard,
    InvalidOption,
    NotFound,
    WishError,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, None), ("", None), ("  ", None), (0, "0"), (12, "12"), (" a ", "a"), (False, "False")],
)
def test_given(value: Any, expected: str | None) -> None:
    assert references.given(value) == expected


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("prp_173136", "property", "173136"),
        ("173136", "property", "173136"),
        (173136, "property", "173136"),
        ("ctr_C-0N7RAC7", "contract", "C-0N7RAC7"),
        ("ctr_1-1TJZFW", None, "1-1TJZFW"),
        ("", "group", None),
        (None, "group", None),
        ("xyz_1", "group", "xyz_1"),
    ],
)
def test_bare_and_prefixed(value: Any, kind: str | None, expected: str | None) -> None:
    assert references.bare(value, kind) == expected
    if kind is not None:
        assert references.prefixed(value, kind) == (expected and references.PREFIXES[kind] + expected)


def test_an_id_of_another_kind_is_refused() -> None:
    with pytest.raises(InvalidOption, match="'ehn_12' is the id of a edge hostname, not of a property"):
        references.bare("ehn_12", "property")


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [("grp_1", 1, True), ("1", "1", True), ("1", "2", False), (None, None, False), ("", "", False)],
)
def test_same_id(left: Any, right: Any, same: bool) -> None:
    assert references.same_id(left, right) is same


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("/papi/v0/properties/prp_1/versions/3?contractId=ctr_1&groupId=grp_2", "3"),
        ("/cps/v2/enrollments/10002/changes/77", "77"),
        ("/mtls-edge-truststore/v2/ca-sets/12/versions/", "versions"),
        ("77", "77"),
        (None, None),
        ("", None),
    ],
)
def test_id_of_link(link: Any, expected: str | None) -> None:
    assert references.id_of_link(link) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"ca_set_name": "a"}, ("ca_set_name", "a")),
        ({"ca_set_name": "", "ca_set_id": 12}, ("ca_set_id", "12")),
        ({"ca_set_name": "a", "ca_set_id": None}, ("ca_set_name", "a")),
    ],
)
def test_one_of(options: dict[str, Any], expected: tuple[str, str]) -> None:
    assert references.one_of(options, "ca_set_name", "ca_set_id") == expected


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"ca_set_name": "a", "ca_set_id": "1"}, "ca_set_name and ca_set_id exclude each other"),
        ({"ca_set_name": "", "ca_set_id": None}, "One of ca_set_name and ca_set_id is required"),
        ({}, "One of ca_set_name and ca_set_id is required"),
    ],
)
def test_one_of_refuses(options: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidOption, match=says):
        references.one_of(options, "ca_set_name", "ca_set_id")


def test_one_of_may_be_none() -> None:
    assert references.one_of({"a": ""}, "a", "b", required=False) is None


def test_only() -> None:
    assert references.only([3], "number") == 3
    with pytest.raises(NotFound) as none:
        references.only([], 'CA set "x"', ["b", "a", "b"], cure="Look again.")
    assert none.value.msg == 'CA set "x" was not found. There are: a, b.'
    assert none.value.errors == [{"seen": "a"}, {"seen": "b"}]
    assert none.value.cure == "Look again."
    with pytest.raises(NotFound, match="There is none at all"):
        references.only([], "thing", [])
    with pytest.raises(NotFound, match=r"^thing was not found\.$"):
        references.only([], "thing")
    with pytest.raises(NotFound, match="and 5 more"):
        references.only([], "thing", range(25))
    with pytest.raises(Ambiguous) as two:
        references.only([1, 2], "thing", show=lambda item: f"#{item}")
    assert two.value.msg == "thing is ambiguous: #1, #2."
    assert two.value.cure


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("www.example.com", "WWW.example.com.", True),
        ("www.example.com", "example.com", False),
        ("*.example.com", "www.example.com", True),
        ("*.EXAMPLE.com", "www.example.COM", True),
        ("*.example.com", "a.b.example.com", False),
        ("*.example.com", "example.com", False),
        ("*.example.com", ".example.com", False),
        ("*.example.com", "*.example.com", True),
        ("*", "com", False),
        ("w*.example.com", "www.example.com", False),
    ],
)
def test_host_matches(pattern: str, name: str, matches: bool) -> None:
    assert references.host_matches(pattern, name) is matches
    assert references.covered(["other.example.net", pattern], name) is matches


@pytest.mark.parametrize("name", ["abc", "a.b-c_d%e", "A" * 64, "..a"])
def test_ca_set_names(name: str) -> None:
    assert references.ca_set_name(name) == name


@pytest.mark.parametrize("name", ["ab", "A" * 65, "a b", "a...b", "", None, "ä-ä-ä", "abc\n.", "a/b"])
def test_what_is_no_ca_set_name(name: Any) -> None:
    with pytest.raises(InvalidOption, match="is no name for a CA set"):
        references.ca_set_name(name)


@pytest.mark.parametrize(("text", "expected"), [(None, None), ("", None), ("x", "x"), ("x" * 255, "x" * 255)])
def test_descriptions(text: str | None, expected: str | None) -> None:
    assert references.description_text(text) == expected


def test_descriptions_have_a_limit() -> None:
    with pytest.raises(InvalidOption, match="version_description has 256 characters"):
        references.description_text("x" * 256, "version_description")


@pytest.mark.parametrize(
    ("error", "type_", "retryable"),
    [
        (NotFound("m"), "not_found", False),
        (Ambiguous("m"), "ambiguous", False),
        (InvalidOption("m"), "invalid_option", False),
        (Frozen("m"), "frozen", False),
        (WishError("busy", "m"), "busy", True),
        (WishError("timeout", "m"), "timeout", True),
        (WishError("busy", "m", retryable=False), "busy", False),
    ],
)
def test_failures(error: WishError, type_: str, retryable: bool) -> None:
    failure = error.failure()
    assert (failure["api"], failure["type"], failure["retryable"], failure["detail"]) == (
        "local",
        type_,
        retryable,
        "m",
    )
    assert set(failure) == {
        *("api", "status", "type", "title", "detail", "errors", "request_id", "cure", "retryable"),
    }


def test_hazards_are_shown() -> None:
    error = WishError("hazard", "m", hazards=[Hazard("unbind_enforced", "www.example.com")])
    assert error.failure()["hazards"] == [{"name": "unbind_enforced", "breaks": "www.example.com"}]
    assert "remove_last_valid_ca" in errors.HAZARDS
    assert len(errors.HAZARDS) == 9
