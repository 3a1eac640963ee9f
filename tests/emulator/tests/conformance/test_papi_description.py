# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Akamai's document of PAPI is there, each patch repairs something, its operations are the emulator's, and it bites.

Every other PAPI row is held against it as well (`papi_description.check`, called for each answer and its request). The
vendor's example payloads: each request is taken, each answer has the members of the example.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import requests
from akamai_emulator import papi

from . import papi_description
from .examples import example, missing, names
from .harness import House, given
from .openapi import Description, need, plain, shared
from .papi_harness import (
    BARE,
    Document,
    Step,
    activation,
    activations_of,
    draft,
    later,
    live,
    ok,
    put_rules,
    rule,
    send,
    tree,
    world,
)

START = "papi examples"
HOSTS = (
    ("example.com.edgekey.net", "ehn_895822"),
    ("example.com.edgesuite.net", "ehn_895823"),
    ("other.example.com.edgekey.net", "ehn_895824"),
)
FIRST = "papi/property-version-create-request.json"


@given("papi examples")
def _state(house: House) -> Document:
    """`papi`, and what the example payloads name: edge host names, a property, an etag."""
    world(house)
    state = house.control.state()
    account = state["accounts"]["A-CCT1234"]
    account["edge_hostnames"] += [{"edgeHostnameDomain": name, "edgeHostnameId": number} for name, number in HOSTS]
    plain_one, bare = (one for one in account["properties"] if one["propertyName"] in ("plain", "bare"))
    plain_one["propertyName"] = "www.example.com_pm"
    plain_one["versions"][0]["etag"] = "2641910c585cf67b"
    assert bare["propertyId"] == BARE
    house.control.put_state(state)
    return {}


@pytest.fixture(scope="module", autouse=True)
def _there() -> None:
    need("the description papi-v1.json", papi_description.description() is not None)


def described() -> Description:
    known = papi_description.description()
    assert known is not None
    return known


def source() -> Document:
    document: Document = plain(json.loads((shared() / "openapi" / "papi-v1.json").read_text()))
    return document


PATCHES = papi_description.PATCHES


@pytest.mark.parametrize("patch", PATCHES, ids=[f"{patch.section}: {patch.difference}" for patch in PATCHES])
def test_each_patch_repairs_something(patch: papi_description.Patch) -> None:
    before = source()
    for other in PATCHES:
        if other is not patch:
            other.repair(before)
    after = copy.deepcopy(before)
    patch.repair(after)
    assert after != before


def test_operations() -> None:
    """All that the document describes is served; what is served beyond it is listed by name."""
    served = {(op.method, op.template.removeprefix("/papi/v1")) for op in papi.OPERATIONS if "/v1/" in op.template}
    known = {(op.method.upper(), op.template) for op in described().operations}
    beyond = {(method, path) for method, path in served if (method, path) not in known}
    assert known <= served
    assert {" ".join(one) for one in beyond} == set(papi_description.NOT_DESCRIBED)


def spoilt(answer: requests.Response, edit: Callable[[Any], object]) -> requests.Response:
    document = answer.json()
    edit(document)
    answer._content = json.dumps(document).encode()
    return answer


WRONG: list[tuple[str, Callable[[Any], object]]] = [
    ("GET {plain}?", lambda d: d["properties"]["items"][0].update(colour="red")),
    ("GET {plain}?", lambda d: d["properties"]["items"][0].update(latestVersion="1")),
    ("GET {plain}?", lambda d: d["properties"]["items"][0].pop("note")),
    ("GET {plain}/versions/1/rules?", lambda d: d.update(colour="red")),
    ("GET {plain}/versions/1/rules?", lambda d: d["rules"]["children"][0].update(comment="singular")),
    ("GET {plain}/versions/1/rules?", lambda d: d["rules"]["behaviors"][0].update(locked="no")),
    ("GET {plain}/versions/1/hostnames?", lambda d: d["hostnames"]["items"][0].update(mtls={"caSetId": 5})),
    ("GET {P}/properties/prp_1", lambda d: d.update(status="404")),
]


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_a_wrong_answer_is_seen(house: House, number: int) -> None:
    request, edit = WRONG[number]
    answer = send(house, request)
    papi_description.check(answer)
    with pytest.raises(AssertionError):
        papi_description.check(spoilt(answer, edit))


def test_a_missing_header_is_seen(house: House) -> None:
    answer = ok(house, "GET {plain}/versions/1/rules?")
    del answer.headers["ETag"]
    with pytest.raises(AssertionError, match="ETag"):
        papi_description.check(answer)


# --- example payloads ------------------------------------------------------------------------------------------------

TWO_LIVE: tuple[Step, ...] = (
    put_rules("plain", tree()),
    live("plain", 1),
    draft("plain", 1),
    live("plain", 2),
    draft("plain", 2),
)
PENDING: tuple[Step, ...] = (lambda house: ok(house, "POST {plain}/activations?", activation(1)),)
DEFAULT: tuple[Step, ...] = (
    lambda house: ok(
        house, "PUT {plain}/versions/1/hostnames?", example("papi/property-version-hostnames-set-request.json")
    ),
)
WITH_CHILD: tuple[Step, ...] = (
    lambda house: put_rules("plain", _example_rules() | {"children": [rule("first")]})(house),
)


def _example_rules() -> Document:
    rules: Document = example("papi/rules-set-request.json")["rules"]
    return rules


class Payload(NamedTuple):
    """An example answer, the request that gives it (with the example request as body), and what goes before.

    `but` are members that this answer need not have, each with its reason in a comment; `edit` changes the body.
    """

    answer: str
    request: str
    body: str | None = None
    steps: tuple[Step, ...] = ()
    but: tuple[str, ...] = ()
    edit: Callable[[Any], Any] = lambda body: body


PAYLOADS = (
    Payload("activation-create-response", "POST {bare}/activations?", "activation-create-request", (
        put_rules("bare", tree()),)),
    Payload("activation-list-response", "GET {plain}/activations?", None, TWO_LIVE),
    Payload("activation-get-response", "GET {plain}/activations/{atv}?", None, TWO_LIVE),
    Payload("activation-delete-response", "DELETE {plain}/activations/{atv}?", None, PENDING),
    Payload("client-settings-get-response", "GET {P}/client-settings"),
    # The format of the example is older than any that knows mutual TLS; the emulator has those from 2023 on.
    Payload("client-settings-set-response", "PUT {P}/client-settings", "client-settings-set-request",
        edit=lambda body: body | {"ruleFormat": "v2023-01-05"}),
    Payload("contract-list-response", "GET {P}/contracts"),
    Payload("group-list-response", "GET {P}/groups"),
    Payload("property-get-response", "GET {www}?"),
    Payload("property-list-response", "GET {P}/properties?"),
    Payload("property-version-available-behaviors-response", "GET {plain}/versions/1/available-behaviors?"),
    Payload("property-version-available-criteria-response", "GET {plain}/versions/1/available-criteria?"),
    Payload("property-version-create-response", "POST {plain}/versions?", "property-version-create-request"),
    Payload("property-version-get-response", "GET {www}/versions/2?"),
    Payload("property-version-hostnames-get-response", "GET {plain}/versions/1/hostnames?includeCertStatus=true&",
        None, DEFAULT),
    Payload("property-version-hostnames-set-response", "PUT {plain}/versions/1/hostnames?includeCertStatus=true&",
        "property-version-hostnames-set-request"),
    # No answer of its own: it has what a read has. A host name that is added with a CPS certificate has no status.
    Payload("property-version-hostnames-get-response", "PATCH {plain}/versions/1/hostnames?includeCertStatus=true&",
        "property-version-hostnames-edit-request", DEFAULT, but=(r"hostnames\.items\.\[\]\.certStatus.*",)),
    Payload("property-version-latest-response", "GET {www}/versions/latest?"),
    Payload("property-version-list-response", "GET {www}/versions?"),
    Payload("rule-format-list-response", "GET {P}/rule-formats"),
    Payload("rules-get-response", "GET {www}/versions/2/rules?"),
    # Its tree has what its errors say is missing: `test_errors_of_a_tree`.
    Payload("rules-patch-response", "PATCH {plain}/versions/1/rules?", "rules-patch-request", WITH_CHILD,
        but=(r"errors.*",)),
    Payload("rules-set-response", "PUT {plain}/versions/1/rules?", "rules-set-request", but=(r"errors.*",)),
    Payload("search-find-by-value-response", "POST {P}/search/find-by-value", "search-find-by-value-request"),
)  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS, ids=[f"{p.answer} {p.request.split(' ')[0]}" for p in PAYLOADS])
def test_examples(house: House, payload: Payload) -> None:
    for step in payload.steps:
        step(house)
    later(0)(house)
    request = payload.request
    if "{atv}" in request:
        request = request.replace("{atv}", activations_of(house, "plain")[0]["activationId"])
    body = payload.edit(example(f"papi/{payload.body}.json")) if payload.body else None
    media = "application/json-patch+json" if payload.body == "rules-patch-request" else "application/json"
    answer = send(house, request, body, headers={"Content-Type": media})
    assert answer.status_code in (200, 201, 302), answer.text
    assert missing(example(f"papi/{payload.answer}.json"), answer.json(), payload.but) == []


def test_errors_of_a_tree(house: House) -> None:
    answer = ok(house, "PUT {plain}/versions/1/rules?", {"rules": tree(behaviors=[])}).json()
    assert missing(example("papi/rules-set-response.json")["errors"], answer["errors"]) == []


def test_every_example_is_looked_at() -> None:
    """The numbered ones are error documents: `test_errors.py` looks at them."""
    used = {f"{name}.json" for payload in PAYLOADS for name in (payload.answer, payload.body) if name}
    assert {name for name in names("papi") if not name[0].isdigit()} == used
