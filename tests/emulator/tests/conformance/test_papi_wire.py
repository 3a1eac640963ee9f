# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that are odd on the wire, large, or many at once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from .harness import Client, House
from .papi_harness import (
    CG,
    PLAIN,
    etag_of,
    host,
    hostnames_of,
    link_id,
    ok,
    property_of,
    rule,
    rules_of,
    send,
    tree,
)

START = "papi"
THREADS = 8


@pytest.mark.parametrize(
    "path",
    [
        "/papi/v1",
        "/papi/v1/",
        "/papi/v1/groups/",
        "/papi/v1//groups",
        "/papi/v2/groups",
        "/papi/v1/properties/%70rp_200001",
        "/papi/v1/properties/prp_200001%2Fversions",
        "/papi/v1/properties/%00",
        "/papi/v1/properties/%FF%FE",
        "/papi/v1/properties/prp_200001;a=b",
        "/papi/v1/properties/prp_200001/versions/٢",
        "/papi/v1/properties/prp_200001/versions/²/rules",
        "/papi/v1/properties/prp_٢00001",
        "/papi/v1/properties/prp_200001/versions/+2",
        "/papi/v1/properties/prp_200001/versions/2.0",
        "/papi/v1/properties/prp_200001/versions?limit=²",
        "/papi/v1/properties/prp_200001/versions?limit=-1",
        "/papi/v1/properties/prp_200001/versions?limit=99999999999999999999999",
        "/papi/v1/properties?contractId=%00&groupId=%FF",
        "/papi/v1/groups?" + "&".join(f"a{n}=b" for n in range(2000)),
        "/papi/v1/groups?=&&&==",
    ],
)
def test_odd_paths_are_never_a_crash(path: str, house: House) -> None:
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        answer = house.client().send(method, path, None if method in ("GET", "HEAD") else {})
        assert answer.status_code < 500, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
    assert property_of(house, "www")["latestVersion"] == 2


def test_a_large_tree(house: House) -> None:
    """A body over 128 KiB: a PUT is not hashed, so the signature's limit does not bear on it."""
    rules = tree(*[rule(f"r{n}", comments="x" * 1000) for n in range(400)])
    assert len(json.dumps(rules)) > 400_000
    ok(house, "PUT {plain}/versions/1/rules?", {"rules": rules})
    assert len(rules_of(house, "plain")["rules"]["children"]) == 400


def test_every_letter_comes_back(house: House) -> None:
    text = 'Grüße, 日本, \u00a0, \u2028, \U0001f600, " \\ </script> \t'
    ok(house, "PUT {plain}/versions/1/rules?", {"rules": tree(rule(text, comments=text)), "comments": text})
    document = rules_of(house, "plain")
    assert document["comments"] == text
    assert (document["rules"]["children"][0]["name"], document["rules"]["children"][0]["comments"]) == (text, text)


def test_large_numbers_come_back(house: House) -> None:
    strange = {"name": "someNewBehavior", "options": {"big": 2**70, "small": -0.5, "flag": False, "zero": 0}}
    ok(house, "PUT {plain}/versions/1/rules?", {"rules": tree(rule("n", behaviors=[strange]))})
    assert rules_of(house, "plain")["rules"]["children"][0]["behaviors"][0]["options"] == strange["options"]


def clients(house: House) -> list[Client]:
    """A connection to each thread."""
    made = [Client(house.home / "edgerc", "default", house.home / "ca.pem") for _ in range(THREADS)]
    for client in made:
        client.ask("GET", "/papi/v1/groups")
    return made


def test_many_new_versions_at_once_have_numbers_of_their_own(house: House) -> None:
    path = f"/papi/v1/properties/{PLAIN}/versions?{CG}"
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda c: c.send("POST", path, {"createFromVersion": 1}), clients(house)))
    assert sorted(int(link_id(answer.json(), "versionLink")) for answer in answers) == list(range(2, 2 + THREADS))
    assert property_of(house, "plain")["latestVersion"] == 1 + THREADS


def test_of_many_conditional_writes_one_wins(house: House) -> None:
    headers = {"If-Match": f'"{etag_of(house, "plain")}"'}
    path = f"/papi/v1/properties/{PLAIN}/versions/1/hostnames?{CG}"
    work = [(client, [host(f"t{n}.example.com")]) for n, client in enumerate(clients(house))]
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda pair: pair[0].send("PUT", path, pair[1], headers), work))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * (THREADS - 1)
    winner = next(n for n, answer in enumerate(answers) if answer.status_code == 200)
    assert [item["cnameFrom"] for item in hostnames_of(house, "plain")] == [f"t{winner}.example.com"]


def test_of_many_activations_one_starts(house: House) -> None:
    body = {
        "propertyVersion": 1,
        "network": "STAGING",
        "notifyEmails": ["ops@example.com"],
        "acknowledgeAllWarnings": True,
    }
    path = f"/papi/v1/properties/{PLAIN}/activations?{CG}"
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda c: c.send("POST", path, body), clients(house)))
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * (THREADS - 1)


def test_a_connection_survives_a_refusal_with_a_large_body(house: House) -> None:
    for _ in range(3):
        answer = send(house, "PUT {plain}/versions/1/rules?", body=b"x" * 300_000)
        assert answer.status_code == 400
    assert ok(house, "GET {P}/groups")
