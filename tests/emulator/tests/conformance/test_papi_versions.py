# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Property versions: papi-v1.md 5."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
import requests

from .harness import House, Row, play
from .papi_harness import (
    ACCOUNT,
    CG,
    CONTRACT,
    ETAG,
    GROUP,
    STEM,
    TIME,
    WWW,
    draft,
    etag_of,
    expect,
    host,
    hostnames_of,
    link_id,
    live,
    ok,
    property_of,
    put_rules,
    rows,
    rules_of,
    send,
    start,
    switch,
    tree,
    version_of,
)

START = "papi"
FROZEN = STEM + "v0/property-version/already-activated"
FROZEN_TITLE = "Property version already activated"


def numbers(*wanted: int) -> Any:
    return lambda items: sorted(item["propertyVersion"] for item in items) == sorted(wanted)


def etag_header(answer: requests.Response, house: House) -> None:
    document = answer.json()
    etag = document["etag"] if "etag" in document else document["versions"]["items"][0]["etag"]
    assert answer.headers["ETag"] == f'"{etag}"'


@rows(
    expect(
        "list",
        "GET {www}/versions?",
        200,
        has={
            "propertyId": WWW,
            "propertyName": "www",
            "accountId": ACCOUNT,
            "contractId": CONTRACT,
            "groupId": GROUP,
            "assetId": re.compile(r"^aid_\d+$"),
            "versions.items": numbers(1, 2),
            "versions.items.0.propertyVersion": 2,
            "versions.items.0.productionStatus": "ACTIVE",
            "versions.items.0.stagingStatus": "ACTIVE",
            "versions.items.1.productionStatus": "INACTIVE",
            "versions.items.1.stagingStatus": "INACTIVE",
            "versions.items.0.updatedByUser": str,
            "versions.items.0.updatedDate": TIME,
            "versions.items.0.etag": ETAG,
            "versions.items.0.productId": "prd_Fresca",
            "versions.items.0.ruleFormat": "v2025-10-16",
            "versions.items.0.note": str,
        },
    ),
    expect("first page", "GET {www}/versions?limit=1&offset=0&", 200, has={"versions.items": numbers(2)}),
    expect("offset counts pages", "GET {www}/versions?limit=1&offset=1&", 200, has={"versions.items": numbers(1)}),
    expect("behind the last page", "GET {www}/versions?limit=1&offset=9&", 200, has={"versions.items": []}),
    expect("limit that is no number", "GET {www}/versions?limit=many&", 400),
    expect("list under v0", f"GET /papi/v0/properties/{WWW}/versions?", 200, has={"versions.items": numbers(1, 2)}),
    expect(
        "one",
        "GET {shop}/versions/1?",
        200,
        has={
            "propertyName": "shop",
            "versions.items.#": 1,
            "versions.items.0.propertyVersion": 1,
            "versions.items.0.ruleFormat": "v2026-02-16",
        },
        then=etag_header,
    ),
    expect(
        "one as XML",
        "GET {www}/versions/2?",
        200,
        headers={"Accept": "text/xml"},
        heads={"Content-Type": re.compile(".*text/xml.*")},
    ),
    expect("no such version", "GET {www}/versions/99?", 404, type="property-version/not-found"),
    expect("version zero", "GET {www}/versions/0?", {400, 404}),
    expect("a version that is no number", "GET {www}/versions/two?", {400, 404}),
    expect("a huge version", f"GET {{www}}/versions/{'9' * 40}?", {400, 404}),
)
def test_read_versions(row: Row, house: House) -> None:
    play(house, row, {})


# ---------------------------------------------------------------------------------------------------- new versions


def a_copy_with_its_own_etag(answer: requests.Response, house: House) -> None:
    version = int(link_id(answer.json(), "versionLink"))
    assert version == 3
    old, new = version_of(house, "www", 1), version_of(house, "www", 3)
    assert rules_of(house, "www", 3)["rules"] == rules_of(house, "www", 1)["rules"]
    assert hostnames_of(house, "www", 3) == hostnames_of(house, "www", 1)
    assert (new["ruleFormat"], new["productId"]) == (old["ruleFormat"], old["productId"])
    assert new["etag"] != old["etag"]
    assert new["stagingStatus"] == new["productionStatus"] == "INACTIVE"
    assert property_of(house, "www")["latestVersion"] == 3


def nothing_made(answer: requests.Response, house: House) -> None:
    assert property_of(house, "www")["latestVersion"] == 2


NEW_VERSION = "POST {www}/versions?"


@rows(
    expect(
        "from any version",
        NEW_VERSION,
        201,
        {"createFromVersion": 1},
        has={"versionLink": f"/papi/v0/properties/{WWW}/versions/3?{CG}"},
        heads={"Location": re.compile(r".*/properties/prp_200001/versions/3.*")},
        then=a_copy_with_its_own_etag,
    ),
    expect("from no version", NEW_VERSION, 400, {}, then=nothing_made),
    expect("from version 99", NEW_VERSION, {400, 404}, {"createFromVersion": 99}, then=nothing_made),
    expect("from version zero", NEW_VERSION, {400, 404}, {"createFromVersion": 0}, then=nothing_made),
    expect(
        "from a text", NEW_VERSION, 400, {"createFromVersion": "latest"}, type="json-mapping-error", then=nothing_made
    ),
    expect("from a truth", NEW_VERSION, 400, {"createFromVersion": True}, type="json-mapping-error", then=nothing_made),
    expect("not JSON", NEW_VERSION, 400, body=b"{", type="json-parse-error", then=nothing_made),
    expect("not UTF-8", NEW_VERSION, 400, body=b'{"createFromVersion": "\xff"}', type="json-parse-error"),
    expect("no object", NEW_VERSION, 400, [2], type="json-mapping-error", then=nothing_made),
    expect("no body", NEW_VERSION, 400, then=nothing_made),
    expect(
        "an etag that is no longer true",
        NEW_VERSION,
        412,
        {"createFromVersion": 2, "createFromVersionEtag": "0123456789abcdef"},
        then=nothing_made,
    ),
    expect("of an unknown property", "POST {P}/properties/prp_1/versions?", {403, 404}, {"createFromVersion": 1}),
)
def test_new_version(row: Row, house: House) -> None:
    play(house, row, {})


def test_new_version_with_the_etag_that_was_read(house: House) -> None:
    body = {"createFromVersion": 2, "createFromVersionEtag": etag_of(house, "www", 2)}
    assert link_id(ok(house, NEW_VERSION, body).json(), "versionLink") == "3"


def test_a_repeated_post_makes_a_second_version(house: House) -> None:
    links = [ok(house, NEW_VERSION, {"createFromVersion": 2}).json()["versionLink"] for _ in range(2)]
    assert links[0] != links[1]
    assert property_of(house, "www")["latestVersion"] == 4


def test_links_of_new_versions_are_readable(house: House) -> None:
    link = ok(house, NEW_VERSION, {"createFromVersion": 2}).json()["versionLink"]
    assert ok(house, f"GET {link}").json()["versions"]["items"][0]["propertyVersion"] == 3


# ---------------------------------------------------------------------------------------------------- latest


@pytest.mark.parametrize(
    ("steps", "query", "version"),
    [
        ((), "?", 2),
        ((), "", 2),
        ((draft("www"),), "?", 3),
        ((draft("www"),), "?activatedOn=PRODUCTION&", 2),
        ((draft("www"), live("www", 3)), "?activatedOn=STAGING&", 3),
        ((draft("www"), live("www", 3)), "?activatedOn=PRODUCTION&", 2),
    ],
)
def test_latest_redirects(steps: tuple[Any, ...], query: str, version: int, house: House) -> None:
    for step in steps:
        step(house)
    answer = send(house, "GET {www}/versions/latest" + query)
    assert answer.status_code == 302
    assert link_id(answer.json(), "versionLink") == str(version)
    assert answer.json()["versionLink"].startswith(f"/papi/v0/properties/{WWW}/versions/{version}?")
    root = house.ready["url"].rstrip("/")
    assert answer.headers["Location"].startswith(f"{root}/papi/")
    followed = send(house, "GET {www}/versions/latest" + query, redirects=True)
    assert followed.status_code == 200, followed.text
    assert followed.json()["versions"]["items"][0]["propertyVersion"] == version


@rows(
    expect("nothing is active there", "GET {plain}/versions/latest?activatedOn=STAGING&", 404),
    expect(
        "no longer active there",
        "GET {plain}/versions/latest?activatedOn=STAGING&",
        404,
        given=(live("plain"), live("plain", activationType="DEACTIVATE")),
    ),
    expect("an unknown network", "GET {www}/versions/latest?activatedOn=MOON&", 400),
    expect("of an unknown property", "GET {P}/properties/prp_1/versions/latest?", {403, 404}),
    expect(
        "switched to a plain answer",
        "GET {www}/versions/latest?",
        200,
        given=(switch("papi_latest", "200"),),
        has={"versions.items.0.propertyVersion": 2},
    ),
)
def test_latest(row: Row, house: House) -> None:
    play(house, row, {})


# ---------------------------------------------------------------------------------------------------- frozen

WRITES: list[tuple[str, str, Any, Mapping[str, str | None]]] = [
    ("PUT rules", "PUT {path}/rules?", {"rules": tree()}, {}),
    (
        "PATCH rules",
        "PATCH {path}/rules?",
        [{"op": "replace", "path": "/rules/options/is_secure", "value": False}],
        {"Content-Type": "application/json-patch+json"},
    ),
    ("PUT hostnames", "PUT {path}/hostnames?", [host("frozen.example.com")], {}),
    ("PATCH hostnames", "PATCH {path}/hostnames?", {"add": [host("frozen.example.com")]}, {}),
]
STATES: list[tuple[str, str, int, tuple[Any, ...]]] = [
    ("active on both", "www", 2, ()),
    ("superseded", "www", 1, ()),
    ("active on staging", "plain", 1, (live("plain"),)),
    ("being activated", "plain", 1, (start("plain"),)),
    ("deactivated", "plain", 1, (live("plain"), live("plain", activationType="DEACTIVATE"))),
    ("once active, then an older one", "plain", 2, (live("plain"), draft("plain", 1), live("plain", 2), live("plain"))),
]


@pytest.mark.parametrize("write", WRITES, ids=[write[0] for write in WRITES])
@pytest.mark.parametrize("state", STATES, ids=[state[0] for state in STATES])
def test_frozen(
    state: tuple[str, str, int, tuple[Any, ...]], write: tuple[str, str, Any, Mapping[str, str | None]], house: House
) -> None:
    _, name, version, steps = state
    for step in steps:
        step(house)
    before = version_of(house, name, version)
    request = write[1].replace("{path}", f"{{{name}}}/versions/{version}")
    refusal = expect("frozen", request, 403, write[2], headers=write[3], type=FROZEN, has={"title": FROZEN_TITLE})
    play(house, refusal, {})
    assert version_of(house, name, version) == before


def test_the_statuses_of_a_superseded_version_cannot_prove_that_it_is_editable(house: House) -> None:
    for step in STATES[-1][3]:
        step(house)
    item = version_of(house, "plain", 2)
    assert (item["stagingStatus"], item["productionStatus"]) == ("INACTIVE", "INACTIVE")


def test_dry_run_on_a_frozen_version_is_refused_too(house: House) -> None:
    play(house, expect("dry run", "PUT {www}/versions/2/rules?dryRun=true&", 403, {"rules": tree()}, type=FROZEN), {})


def test_a_version_made_from_a_frozen_one_is_editable(house: House) -> None:
    for step in (live("plain"), draft("plain", 1), put_rules("plain", tree(), 2)):
        step(house)
    assert version_of(house, "plain", 2)["stagingStatus"] == "INACTIVE"
