# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls on a rule tree: papi-v1.md 1.5, 1.7, 6."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
import requests

from .harness import House, Row, play
from .papi_harness import (
    ACCOUNT,
    BASIC,
    CONTRACT,
    ETAG,
    GROUP,
    PLAIN,
    WWW,
    etag_of,
    expect,
    host,
    ok,
    rows,
    rule,
    rules_of,
    send,
    switch,
    tree,
    version_of,
)

START = "papi"
RULES = "{plain}/versions/1/rules"
PATCH = {"Content-Type": "application/json-patch+json"}


def media(rule_format: str) -> str:
    return f"application/vnd.akamai.papirules.{rule_format}+json"


def etag_header(answer: requests.Response, house: House) -> None:
    assert answer.headers["ETag"] == f'"{answer.json()["etag"]}"'


def limits(answer: requests.Response, house: House) -> None:
    for name in ("Elements-Per-Property", "Max-Nested-Rules"):
        limit, left = (int(answer.headers[f"X-Limit-{name}-{part}"]) for part in ("Limit", "Remaining"))
        assert 0 <= left < limit


def stored(rule_format: str) -> Any:
    def look(answer: requests.Response, house: House) -> None:
        assert version_of(house, "plain", 1)["ruleFormat"] == rule_format

    return look


@rows(
    expect(
        "the tree",
        "GET {www}/versions/2/rules?",
        200,
        has={
            "accountId": ACCOUNT,
            "contractId": CONTRACT,
            "groupId": GROUP,
            "propertyId": WWW,
            "propertyName": "www",
            "propertyVersion": 2,
            "etag": ETAG,
            "ruleFormat": "v2025-10-16",
            "comments": str,
            "rules.name": "default",
            "rules.behaviors": list,
            "rules.children": list,
            "rules.options": dict,
            "rules.variables": list,
        },
        heads={"Content-Type": re.compile(re.escape(media("v2025-10-16")))},
        then=etag_header,
    ),
    expect("limits", "GET {www}/versions/2/rules?", 200, then=limits),
    expect("under v0", f"GET /papi/v0/properties/{WWW}/versions/2/rules?", 200, has={"rules.name": "default"}),
    expect("without a media type", f"GET {RULES}?", 200, headers={"Accept": None}, has={"ruleFormat": "v2025-10-16"}),
    expect("any media type", f"GET {RULES}?", 200, headers={"Accept": "*/*"}, has={"ruleFormat": "v2025-10-16"}),
    expect("errors of a bare tree", "GET {bare}/versions/1/rules?", 200, has={"errors.0.type": str}),
    expect(
        "no validation",
        "GET {bare}/versions/1/rules?validateRules=false&",
        200,
        hasnot=("errors", "warnings"),
    ),
    expect("fast", "GET {bare}/versions/1/rules?validateMode=fast&", 200, has={"rules.name": "default"}),
    expect("unknown mode", "GET {plain}/versions/1/rules?validateMode=slow&", 400),
    expect("no such version", "GET {www}/versions/99/rules?", 404, type="property-version/not-found"),
    expect("no such property", "GET {P}/properties/prp_1/versions/1/rules?", {403, 404}),
    expect(
        "no such property, frozen or not", "PUT {P}/properties/prp_1/versions/1/rules?", {403, 404}, {"rules": tree()}
    ),
    expect("original input", f"GET {RULES}?originalInput=true&", 200, has={"rules.name": "default"}),
)
def test_get(row: Row, house: House) -> None:
    play(house, row, {})


def test_head(house: House) -> None:
    answer = send(house, f"HEAD {RULES}?")
    assert answer.status_code == 204
    assert answer.content == b""
    assert answer.headers["ETag"] == f'"{etag_of(house, "plain")}"'


# ---------------------------------------------------------------------------------------------------- formats


@rows(
    expect(
        "forward",
        f"GET {RULES}?",
        200,
        headers={"Accept": media("v2026-01-09")},
        has={"ruleFormat": "v2026-01-09"},
        heads={"Content-Type": re.compile(re.escape(media("v2026-01-09")))},
        then=stored("v2025-10-16"),
    ),
    expect("latest", f"GET {RULES}?", 200, headers={"Accept": media("latest")}, has={"ruleFormat": "latest"}),
    expect("the stored one", f"GET {RULES}?", 200, headers={"Accept": media("v2025-10-16")}),
    expect("backward", f"GET {RULES}?", {400, 406}, headers={"Accept": media("v2024-02-12")}),
    expect("unknown", f"GET {RULES}?", {400, 406}, headers={"Accept": media("v1999-01-01")}),
    expect("no JSON at all", f"GET {RULES}?", 406, headers={"Accept": "image/png"}, type="http/not-acceptable"),
    expect(
        "PUT in a format stores it",
        f"PUT {RULES}?",
        200,
        {"rules": tree()},
        headers={"Content-Type": media("v2026-02-16")},
        has={"ruleFormat": "v2026-02-16"},
        then=stored("v2026-02-16"),
    ),
    expect(
        "PUT in latest unfreezes",
        f"PUT {RULES}?",
        200,
        {"rules": tree()},
        headers={"Content-Type": media("latest")},
        has={
            "ruleFormat": "latest",
            "warnings": lambda items: any(w["type"].endswith("unstable_rule_format") for w in items),
        },
        then=stored("latest"),
    ),
    expect("PUT as JSON keeps it", f"PUT {RULES}?", 200, {"rules": tree()}, then=stored("v2025-10-16")),
    expect(
        "PUT in an unknown format",
        f"PUT {RULES}?",
        {400, 415},
        {"rules": tree()},
        headers={"Content-Type": media("v1999-01-01")},
        then=stored("v2025-10-16"),
    ),
    expect(
        "PUT as text",
        f"PUT {RULES}?",
        415,
        body=b'{"rules": {}}',
        headers={"Content-Type": "text/plain"},
        type="http/unsupported-media-type",
    ),
    expect(
        "PATCH as JSON",
        f"PATCH {RULES}?",
        415,
        [{"op": "replace", "path": "/rules/options/is_secure", "value": False}],
        type="http/unsupported-media-type",
    ),
    expect(
        "PATCH keeps the format",
        f"PATCH {RULES}?",
        200,
        [{"op": "replace", "path": "/rules/options/is_secure", "value": False}],
        headers=PATCH,
        has={"ruleFormat": "v2025-10-16", "rules.options.is_secure": False},
        then=stored("v2025-10-16"),
    ),
)
def test_formats(row: Row, house: House) -> None:
    play(house, row, {})


# ---------------------------------------------------------------------------------------------------- PUT


def unchanged(answer: requests.Response, house: House) -> None:
    names = [child["name"] for child in rules_of(house, "plain")["rules"]["children"]]
    assert names == ["Static"]


def noted(text: str) -> Any:
    def look(answer: requests.Response, house: House) -> None:
        assert version_of(house, "plain", 1)["note"] == text
        assert rules_of(house, "plain")["comments"] == text

    return look


PUT = f"PUT {RULES}?"
TEXT = b'{"rules": {"name": "default", "behaviors": [], "comments": "a\xc2\xa0b"}}'


@rows(
    expect(
        "replaces",
        PUT,
        200,
        {"rules": tree(rule("Other"))},
        has={"rules.children.#": 1, "rules.children.0.name": "Other", "propertyVersion": 1, "etag": ETAG},
        then=etag_header,
    ),
    expect("sets the note", PUT, 200, {"rules": tree(), "comments": "why"}, has={"comments": "why"}, then=noted("why")),
    expect("saves with errors", PUT, 200, {"rules": tree(behaviors=[])}, has={"errors.0.type": str}),
    expect(
        "saves without validation",
        "PUT {plain}/versions/1/rules?validateRules=false&",
        200,
        {"rules": tree(behaviors=[])},
        hasnot=("errors", "warnings"),
    ),
    expect(
        "tolerates a whole document",
        PUT,
        200,
        {"rules": tree(), "propertyId": PLAIN, "ruleFormat": "v2025-10-16", "errors": [{}], "warnings": [{}]},
    ),
    expect(
        "a stale etag in the body", PUT, 412, {"rules": tree(), "etag": "0" * 16}, type="etag-conflict", then=unchanged
    ),
    expect("no rules", PUT, 400, {"comments": "why"}, then=unchanged),
    expect("rules that are a list", PUT, 400, {"rules": []}, type="json-mapping-error", then=unchanged),
    expect("behaviors that are a text", PUT, 400, {"rules": tree(behaviors="no")}, then=unchanged),
    expect("a behavior without a name", PUT, 400, {"rules": tree(behaviors=[{"options": {}}])}, then=unchanged),
    expect("a child without a name", PUT, 400, {"rules": tree({"behaviors": []})}, then=unchanged),
    expect("a child that is a text", PUT, 400, {"rules": {**tree(), "children": ["#include:x.json"]}}, then=unchanged),
    expect("a top rule of another name", PUT, 400, {"rules": {**tree(), "name": "top"}}, then=unchanged),
    expect("a list", PUT, 400, [tree()], type="json-mapping-error", then=unchanged),
    expect("not JSON", PUT, 400, body=b'{"rules": {', type="json-parse-error", then=unchanged),
    expect("no body", PUT, 400, then=unchanged),
    expect("odd blanks are text", PUT, 200, body=TEXT),
    expect(
        "no such version", "PUT {plain}/versions/9/rules?", 404, {"rules": tree()}, type="property-version/not-found"
    ),
    expect("a reader", PUT, 403, {"rules": tree()}, section="read_only", then=unchanged),
)
def test_put(row: Row, house: House) -> None:
    play(house, row, {})


def test_a_whole_document_goes_round(house: House) -> None:
    first = rules_of(house, "plain")
    second = ok(house, PUT, first).json()
    assert second["rules"] == first["rules"]
    assert second["comments"] == first["comments"]
    assert "errors" not in second or second["errors"] == []


def test_dry_run_validates_and_stores_nothing(house: House) -> None:
    before = rules_of(house, "plain")
    answer = send(house, f"PUT {RULES}?dryRun=true&validateRules=true&", {"rules": tree(behaviors=[])})
    assert answer.status_code == 200
    assert answer.json()["errors"]
    assert answer.json()["etag"] == before["etag"]
    assert rules_of(house, "plain") == before
    patched = send(house, f"PATCH {RULES}?dryRun=true&", [{"op": "remove", "path": "/rules/children/0"}], headers=PATCH)
    assert patched.status_code == 200
    assert patched.json()["rules"]["children"] == []
    assert rules_of(house, "plain") == before


def test_dry_run_needs_validation(house: House) -> None:
    answer = send(house, f"PUT {RULES}?dryRun=true&validateRules=false&", {"rules": tree()})
    assert answer.status_code == 400


# ---------------------------------------------------------------------------------------------------- etag


@pytest.mark.parametrize(
    ("write", "headers"),
    [
        (("PUT {plain}/versions/1/rules?", {"rules": tree()}), {}),
        (("PATCH {plain}/versions/1/rules?", [{"op": "remove", "path": "/rules/children/0"}]), PATCH),
        (("PUT {plain}/versions/1/hostnames?", [host("other.example.com")]), {}),
        (("PATCH {plain}/versions/1/hostnames?", {"add": [host("other.example.com")]}), {}),
    ],
    ids=["PUT rules", "PATCH rules", "PUT hostnames", "PATCH hostnames"],
)
def test_if_match(write: tuple[str, Any], headers: Mapping[str, str | None], house: House) -> None:
    request, body = write
    before = version_of(house, "plain", 1)
    for wrong in ('"0123456789abcdef"', before["etag"]):  # another's, and its own without the quotes
        answer = send(house, request, body, headers={**headers, "If-Match": wrong})
        assert answer.status_code == 412, f"{wrong}: {answer.text}"
        assert answer.json()["type"].endswith(("etag-conflict", "http/precondition-failed"))
    assert version_of(house, "plain", 1) == before
    answer = send(house, request, body, headers={**headers, "If-Match": f'"{before["etag"]}"'})
    assert answer.status_code == 200, answer.text
    after = answer.json()["etag"]
    assert after != before["etag"]
    assert answer.headers["ETag"] == f'"{after}"'
    assert etag_of(house, "plain") == after == rules_of(house, "plain")["etag"]
    assert ok(house, "GET {plain}/versions/1/hostnames?").json()["etag"] == after


def test_without_if_match_the_last_writer_wins(house: House) -> None:
    ok(house, PUT, {"rules": tree(rule("first"))})
    ok(house, PUT, {"rules": tree(rule("second"))})
    assert rules_of(house, "plain")["rules"]["children"][0]["name"] == "second"


def test_a_hostname_write_makes_the_etag_of_the_rules_stale(house: House) -> None:
    etag = rules_of(house, "plain")["etag"]
    ok(house, "PATCH {plain}/versions/1/hostnames?", {"add": [host("other.example.com")]})
    assert send(house, PUT, {"rules": tree(), "etag": etag}).status_code == 412


def test_the_etag_in_the_body_that_was_read_is_accepted(house: House) -> None:
    ok(house, PUT, {"rules": tree(), "etag": etag_of(house, "plain")})


# ---------------------------------------------------------------------------------------------------- PATCH


@rows(
    expect(
        "add, at the end",
        f"PATCH {RULES}?",
        200,
        [{"op": "add", "path": "/rules/children/-", "value": BASIC}],
        headers=PATCH,
        has={"rules.children.1.name": BASIC["name"], "rules.children.#": 2},
        hasnot=("errors.0",),
        then=etag_header,
    ),
    expect(
        "test that holds, then replace",
        f"PATCH {RULES}?",
        200,
        [
            {"op": "test", "path": "/rules/children/0/name", "value": "Static"},
            {"op": "replace", "path": "/rules/children/0/name", "value": "Files"},
        ],
        headers=PATCH,
        has={"rules.children.0.name": "Files"},
    ),
    expect(
        "move and copy",
        f"PATCH {RULES}?",
        200,
        [
            {"op": "copy", "from": "/rules/children/0", "path": "/rules/children/-"},
            {"op": "replace", "path": "/rules/children/1/name", "value": "Copy"},
            {"op": "move", "from": "/rules/children/1", "path": "/rules/children/0"},
        ],
        headers=PATCH,
        has={"rules.children.0.name": "Copy", "rules.children.1.name": "Static"},
    ),
    expect(
        "test that fails",
        f"PATCH {RULES}?",
        {400, 409, 412, 422},
        [
            {"op": "replace", "path": "/rules/children/0/name", "value": "Files"},
            {"op": "test", "path": "/rules/name", "value": "other"},
        ],
        headers=PATCH,
        has={"detail": str},
        then=unchanged,
    ),
    expect(
        "a path that is not there",
        f"PATCH {RULES}?",
        400,
        [{"op": "remove", "path": "/rules/children/7"}],
        headers=PATCH,
        then=unchanged,
    ),
    expect("an unknown operation", f"PATCH {RULES}?", 400, [{"op": "swap", "path": "/rules"}], headers=PATCH),
    expect("no list", f"PATCH {RULES}?", 400, {"op": "remove", "path": "/rules"}, headers=PATCH, then=unchanged),
    expect("no path", f"PATCH {RULES}?", 400, [{"op": "remove"}], headers=PATCH, then=unchanged),
    expect("not JSON", f"PATCH {RULES}?", 400, body=b"[", headers=PATCH, type="json-parse-error"),
    expect(
        "a result that is no tree",
        f"PATCH {RULES}?",
        400,
        [{"op": "replace", "path": "/rules", "value": 7}],
        headers=PATCH,
        then=unchanged,
    ),
)
def test_patch(row: Row, house: House) -> None:
    play(house, row, {})


@pytest.mark.parametrize(("value", "note"), [("keep", "why"), ("clear", "")])
def test_omitted_comments(value: str, note: str, house: House) -> None:
    """What happens to the note is unknown (19.10)."""
    switch("papi_omitted_comments", value)(house)
    ok(house, PUT, {"rules": tree(), "comments": "why"})
    ok(house, PUT, {"rules": tree()})
    assert version_of(house, "plain", 1)["note"] == note


def test_the_note_is_kept_by_default(house: House) -> None:
    ok(house, PUT, {"rules": tree(), "comments": "why"})
    ok(house, PUT, {"rules": tree()})
    assert version_of(house, "plain", 1)["note"] == "why"


@pytest.mark.parametrize(
    "members",
    [
        {"options": {"is_secure": "yes"}},
        {"variables": [{"name": "PMUSER_A", "value": 5, "hidden": False, "sensitive": False}]},
        {"variables": [{"name": "PMUSER_A", "value": "5", "hidden": "no", "sensitive": False}]},
        {"customOverride": {"name": "mine"}},
    ],
    ids=str,
)
def test_wrong_types_beside_the_features(members: dict[str, Any], house: House) -> None:
    answer = send(house, PUT, {"rules": tree(**members)})
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (400, "json-mapping-error")
    assert "errorLocation" not in answer.json()


def test_null_members_of_a_rule_are_absent(house: House) -> None:
    ok(house, PUT, {"rules": tree(rule("r", comments=None), variables=None)})
    shown = ok(house, f"GET {RULES}?").json()["rules"]
    assert "variables" not in shown
    assert "comments" not in shown["children"][0]
