# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding, listing, creating and deleting properties: papi-v1.md 4, clients.md 4."""

from __future__ import annotations

import re
from typing import Any

import requests

from .harness import House, Row, check_problem, play
from .papi_harness import (
    ACCOUNT,
    CONTRACT,
    GROUP,
    PLAIN,
    SHOP,
    STEM,
    TIME,
    WWW,
    P,
    activation,
    call,
    draft,
    expect,
    host,
    hostnames_of,
    later,
    link_id,
    live,
    ok,
    property_of,
    rows,
    rules_of,
    send,
    start,
    version_of,
)

START = "papi"
SEARCH = "POST {P}/search/find-by-value"


def versions(*numbers: int) -> Any:
    return lambda items: sorted(item["propertyVersion"] for item in items) == sorted(numbers)


@rows(
    expect(
        "by name",
        SEARCH,
        200,
        {"propertyName": "www"},
        has={
            "versions.items.#": 1,
            "versions.items.0.accountId": ACCOUNT,
            "versions.items.0.assetId": re.compile(r"^aid_\d+$"),
            "versions.items.0.contractId": CONTRACT,
            "versions.items.0.groupId": GROUP,
            "versions.items.0.propertyId": WWW,
            "versions.items.0.propertyName": "www",
            "versions.items.0.propertyVersion": 2,
            "versions.items.0.productionStatus": "ACTIVE",
            "versions.items.0.stagingStatus": "ACTIVE",
            "versions.items.0.updatedByUser": str,
            "versions.items.0.updatedDate": TIME,
        },
    ),
    expect(
        "a newer version that is not active is a row more",
        SEARCH,
        200,
        {"propertyName": "www"},
        given=(draft("www"),),
        has={"versions.items": versions(2, 3)},
    ),
    expect(
        "at most three rows",
        SEARCH,
        200,
        {"propertyName": "www"},
        given=(draft("www"), live("www", 3), draft("www", 3), draft("www", 3)),
        has={"versions.items": versions(2, 3, 5)},
    ),
    expect(
        "never activated: the latest only",
        SEARCH,
        200,
        {"propertyName": "plain"},
        has={"versions.items": versions(1), "versions.items.0.stagingStatus": "INACTIVE"},
    ),
    expect(
        "by host name",
        SEARCH,
        200,
        {"hostname": "shop.example.com"},
        has={"versions.items.0.hostname": "shop.example.com", "versions.items.0.propertyId": SHOP},
    ),
    expect(
        "by edge host name",
        SEARCH,
        200,
        {"edgeHostname": "api.example.com.edgekey.net"},
        has={"versions.items.0.edgeHostname": "api.example.com.edgekey.net", "versions.items.0.propertyId": WWW},
    ),
    expect("nothing found is no error", SEARCH, 200, {"propertyName": "no-such-property"}, has={"versions.items": []}),
    expect("no body", SEARCH, 400, type="search/missing-request-body"),
    expect("an empty object", SEARCH, 400, {}, type="search/missing-request-body-field"),
    expect(
        "two members",
        SEARCH,
        400,
        {"propertyName": "www", "hostname": "www.example.com"},
        type="search/extra-request-body-fields",
    ),
    expect("an unknown member", SEARCH, 400, {"name": "www"}, type="search/unrecognized-request-body-field"),
    expect("not JSON", SEARCH, 400, body=b"propertyName=www", type="json-parse-error"),
    expect(
        "another account's", SEARCH, 200, {"propertyName": "www"}, section="other_account", has={"versions.items": []}
    ),
)
def test_find_by_value(row: Row, house: House) -> None:
    play(house, row, {})


@rows(
    expect(
        "list",
        "GET {P}/properties?",
        200,
        has={
            "properties.items": lambda items: {WWW, SHOP, PLAIN} <= {item["propertyId"] for item in items},
            "properties.items.0.accountId": ACCOUNT,
            "properties.items.0.contractId": CONTRACT,
            "properties.items.0.groupId": GROUP,
            "properties.items.0.latestVersion": int,
        },
    ),
    expect(
        "list of a group without properties",
        f"GET {{P}}/properties?contractId={CONTRACT}&groupId=grp_15166",
        200,
        has={"properties.items": []},
        heads={"X-Limit-Properties-Per-Contract-Limit": "1000", "X-Limit-Properties-Per-Contract-Remaining": "993"},
    ),
    expect(
        "list of an unknown group",
        f"GET {{P}}/properties?contractId={CONTRACT}&groupId=grp_1",
        403,
        type="http/forbidden",
    ),
    expect(
        "list under modifiedSince needs neither",
        "GET {P}/properties?modifiedSince=P1DT23H6M40S",
        200,
        has={"properties.items.#": 5},
    ),
    expect(
        "list of what was not modified in time",
        "GET {P}/properties?modifiedSince=PT10S",
        200,
        given=(later(), draft("plain", 1)),
        has={"properties.items.#": 1, "properties.items.0.propertyId": PLAIN},
    ),
    expect(
        "list of what was modified on a network",
        "GET {P}/properties?modifiedSince=P1W&modifiedNetwork=STAGING",
        200,
        given=(start("plain"), start("newer", network="PRODUCTION")),
        has={"properties.items.#": 1, "properties.items.0.propertyId": PLAIN},
    ),
    expect("modifiedSince is a duration", "GET {P}/properties?modifiedSince=2020-01-01T00:00:00Z", 400),
    expect("modifiedNetwork needs modifiedSince", "GET {P}/properties?modifiedNetwork=BOTH&", 400),
    expect(
        "one, active",
        "GET {www}?",
        200,
        has={
            "properties.items.#": 1,
            "properties.items.0.propertyId": WWW,
            "properties.items.0.propertyName": "www",
            "properties.items.0.latestVersion": 2,
            "properties.items.0.stagingVersion": 2,
            "properties.items.0.productionVersion": 2,
            "properties.items.0.assetId": re.compile(r"^aid_\d+$"),
        },
    ),
    expect(
        "one, never active",
        "GET {plain}?",
        200,
        has={
            "properties.items.0.latestVersion": 1,
            "properties.items.0.stagingVersion": None,
            "properties.items.0.productionVersion": None,
        },
    ),
    expect(
        "one, active on staging",
        "GET {plain}?",
        200,
        given=(live("plain"),),
        has={"properties.items.0.stagingVersion": 1, "properties.items.0.productionVersion": None},
    ),
    expect(
        "latest counts up at once",
        "GET {www}?",
        200,
        given=(draft("www"),),
        has={"properties.items.0.latestVersion": 3, "properties.items.0.stagingVersion": 2},
    ),
    expect("unknown", "GET {P}/properties/prp_1?", {403, 404}),
    expect("no number", "GET {P}/properties/prp_www?", {400, 403, 404}),
    expect("read under v0", f"GET /papi/v0/properties/{WWW}?", 200, has={"properties.items.0.propertyId": WWW}),
)
def test_read_properties(row: Row, house: House) -> None:
    play(house, row, {})


NEW = {"productId": "prd_Fresca", "propertyName": "fresh", "ruleFormat": "v2025-10-16"}


def created(answer: requests.Response, house: House) -> str:
    property_id = link_id(answer.json(), "propertyLink")
    assert re.match(r"^prp_\d+$", property_id)
    return f"{P}/properties/{property_id}"


def a_first_version(answer: requests.Response, house: House) -> None:
    path = created(answer, house)
    item = ok(house, f"GET {path}?").json()["properties"]["items"][0]
    assert (item["propertyName"], item["latestVersion"]) == ("fresh", 1)
    assert item["stagingVersion"] is None
    assert item["productionVersion"] is None
    version = ok(house, f"GET {path}/versions/1?").json()["versions"]["items"][0]
    assert (version["ruleFormat"], version["productId"]) == ("v2025-10-16", "prd_Fresca")
    assert ok(house, f"GET {path}/versions/1/hostnames?").json()["hostnames"]["items"] == []
    assert ok(house, f"GET {path}/versions/1/rules?").json()["rules"]["name"] == "default"


def format_of_the_settings(answer: requests.Response, house: House) -> None:
    version = ok(house, f"GET {created(answer, house)}/versions/1?").json()["versions"]["items"][0]
    assert version["ruleFormat"] == "v2024-02-12"


def a_copy(answer: requests.Response, house: House) -> None:
    path = created(answer, house)
    copied = ok(house, f"GET {path}/versions/1/rules?").json()
    assert copied["rules"] == rules_of(house, "www", 2)["rules"]
    wanted = {item["cnameFrom"] for item in hostnames_of(house, "www", 2)}
    seen = ok(house, f"GET {path}/versions/1/hostnames?").json()["hostnames"]["items"]
    assert {item["cnameFrom"] for item in seen} == wanted


CLONE = {"propertyId": WWW, "version": 2, "copyHostnames": True}


@rows(
    expect(
        "new",
        "POST {P}/properties?",
        201,
        NEW,
        has={"propertyLink": re.compile(r"^/papi/v0/properties/prp_\d+\?contractId=ctr_C-0N7RAC7&groupId=grp_15225$")},
        heads={"Location": re.compile(r".*/properties/prp_\d+.*")},
        then=a_first_version,
    ),
    expect(
        "new, without a format",
        "POST {P}/properties?",
        201,
        {"productId": "prd_Fresca", "propertyName": "fresh"},
        given=(call("PUT {P}/client-settings", {"ruleFormat": "v2024-02-12", "usePrefixes": True}),),
        then=format_of_the_settings,
    ),
    expect("clone", "POST {P}/properties?", 201, {**NEW, "cloneFrom": CLONE}, then=a_copy),
    expect(
        "clone of an unknown property",
        "POST {P}/properties?",
        {403, 404},
        {**NEW, "cloneFrom": {**CLONE, "propertyId": "prp_1"}},
    ),
    expect("clone of an unknown version", "POST {P}/properties?", 404, {**NEW, "cloneFrom": {**CLONE, "version": 99}}),
    expect("a name twice", "POST {P}/properties?", 400, {**NEW, "propertyName": "www"}, type="property/name-in-use"),
    expect("a name with a blank", "POST {P}/properties?", 400, {**NEW, "propertyName": "not ok"}),
    expect("a name of 85 characters", "POST {P}/properties?", 201, {**NEW, "propertyName": "n" * 85}),
    expect("a name of 86 characters", "POST {P}/properties?", 400, {**NEW, "propertyName": "n" * 86}),
    expect("no name", "POST {P}/properties?", 400, {"productId": "prd_Fresca"}),
    expect("no product", "POST {P}/properties?", 400, {"propertyName": "fresh"}),
    expect(
        "an unknown format",
        "POST {P}/properties?",
        400,
        {**NEW, "ruleFormat": "v1999-01-01"},
        type="invalid-rule-format",
    ),
    expect("no contract and group", "POST {P}/properties", 400, NEW),
    expect("not JSON", "POST {P}/properties?", 400, body=b"[", type="json-parse-error"),
    expect("a list", "POST {P}/properties?", 400, [], type="json-mapping-error"),
)
def test_create_property(row: Row, house: House) -> None:
    play(house, row, {})


def gone(answer: requests.Response, house: House) -> None:
    assert isinstance(answer.json()["message"], str)
    assert send(house, "GET {plain}?").status_code in (403, 404)
    assert ok(house, SEARCH, {"propertyName": "plain"}).json()["versions"]["items"] == []


def kept(answer: requests.Response, house: House) -> None:
    assert property_of(house, "www")["latestVersion"] == 2


@rows(
    expect("never active", "DELETE {plain}?", 200, has={"message": str}, then=gone),
    expect("contract and group may be missing", "DELETE {plain}", 200, then=gone),
    expect("active", "DELETE {www}?", {400, 403, 409, 422}, then=kept),
    expect(
        "being activated",
        "DELETE {plain}?",
        {400, 403, 409, 422},
        given=(call("POST {plain}/activations?", activation(1)),),
    ),
    expect("unknown", "DELETE {P}/properties/prp_1?", {403, 404}),
    expect(
        "deactivated",
        "DELETE {plain}?",
        200,
        given=(live("plain"), live("plain", activationType="DEACTIVATE")),
        then=gone,
    ),
)
def test_delete_property(row: Row, house: House) -> None:
    play(house, row, {})


def test_a_name_is_free_again_after_deletion(house: House) -> None:
    ok(house, "DELETE {plain}?")
    link = ok(house, "POST {P}/properties?", {**NEW, "propertyName": "plain"}).json()["propertyLink"]
    assert PLAIN not in link


def test_an_edge_hostname_in_two_versions_is_found_in_both(house: House) -> None:
    draft("shop")(house)
    ok(house, "PATCH {shop}/versions/3/hostnames?", {"add": [host("third.example.com")]})
    seen = ok(house, SEARCH, {"hostname": "third.example.com"}).json()["versions"]["items"]
    assert [item["propertyVersion"] for item in seen] == [3]
    assert version_of(house, "shop", 3)["stagingStatus"] == "INACTIVE"


def test_a_property_of_another_account_cannot_be_told_from_none(house: House) -> None:
    elsewhere = send(house, "GET {www}", section="other_account")
    nowhere = send(house, "GET {P}/properties/prp_1", section="other_account")
    assert elsewhere.status_code == nowhere.status_code
    check_problem(elsewhere)
    assert elsewhere.json()["type"].startswith(STEM)
