# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CPS: seeds of few lines, media types, and bodies that nobody should send."""

from __future__ import annotations

import copy
import datetime as dt
import json
from typing import Any

import pytest
from akamai_emulator.core import Account, Call, Refusal, Reply, ShapeError
from akamai_emulator.cps import SERVICE, links, model, stock
from akamai_emulator.cps.exchange import PREFIX, SUFFIX, Exchange, negotiate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

START = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
OPERATIONS = {operation.name: operation for operation in SERVICE.operations}


class World:
    """An emulator that holds one account and stands still until told otherwise."""

    def __init__(self, enrollments: list[dict[str, Any]], **switches: str) -> None:
        self.time = START
        self.clock = self
        self.switches = {switch.name: switch.default for switch in SERVICE.switches} | switches
        self.account = Account("A-CCT1234", {"contracts": [{"contractId": "C-1"}], "enrollments": enrollments})
        self.accounts = {self.account.id: self.account}
        SERVICE.complete(self, self.account)

    def now(self) -> dt.datetime:
        return self.time

    def switch(self, name: str) -> str:
        return self.switches[name]

    def duration(self, name: str) -> float:
        return 10.0

    def http_date(self, account_time: dt.datetime) -> str:
        raise NotImplementedError

    def call(self, body: bytes = b"", headers: dict[str, str] | None = None, **params: str) -> Call:
        return Call(self, self.account, "automation", "GET", "/cps/v2", [], headers or {}, body, params)

    def run(self, name: str, media: str, body: bytes, content: str = "", **params: str) -> Reply:
        """One operation; any exception but a refusal is a fault of the emulator."""
        headers = {"accept": f"{PREFIX}{media}{SUFFIX}", "content-type": f"{PREFIX}{content}{SUFFIX}"}
        try:
            reply = OPERATIONS[name].handler(self.call(body, headers, **params))
        except Refusal as refusal:
            reply = refusal.reply()
        json.dumps(reply.body)
        return reply

    @property
    def first(self) -> dict[str, Any]:
        found: dict[str, Any] = self.account.document["enrollments"][0]
        return found


def test_a_seed_of_one_line_is_a_deployed_enrollment() -> None:
    first = World([{"csr": {"cn": "a.example.com"}}]).first
    assert (first["id"], first["validationType"], first["contractId"]) == (10001, "dv", "C-1")
    assert first["deployed"]["production"]["networkConfiguration"] == first["networkConfiguration"]
    assert first["stagingSlots"] == first["productionSlots"] == [12001]
    expiry = model.expiry(first)
    assert expiry is not None
    assert expiry - START == dt.timedelta(days=80)


def test_completing_twice_changes_nothing() -> None:
    world = World([*stock.enrollments(START), {"csr": {"cn": "n.example.com"}, "deployed": {}}])
    once = copy.deepcopy(world.account.document)
    SERVICE.complete(world, world.account)
    assert world.account.document == once


def test_a_seed_may_bring_a_binding_and_an_expiry() -> None:
    network = {"clientMutualAuthentication": {"setId": "1001"}}
    place = {"primaryCertificate": {"expiry": "2026-11-30T00:00:00Z"}}
    world = World(
        [{"csr": {"cn": "a.example.com"}, "networkConfiguration": network, "deployed": {"production": place}}]
    )
    assert model.expiry(world.first) == dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
    options = {"sendCaListToClient": False, "ocsp": {"enabled": False}}
    assert world.first["networkConfiguration"]["clientMutualAuthentication"]["authenticationOptions"] == options
    assert [item["setId"] for item in links.bindings(world.account)] == ["1001"]


def test_a_binding_that_only_staging_has() -> None:
    place = {"networkConfiguration": {"clientMutualAuthentication": {"setId": "1002"}}}
    world = World([{"csr": {"cn": "a.example.com"}, "deployed": {"staging": place}}])
    assert list(links.bindings(world.account)) == [
        {
            "enrollmentId": 10001,
            "cn": "a.example.com",
            "setId": "1002",
            "stagingSlots": [12001],
            "productionSlots": [],
        }
    ]


CHANGES = {
    "kind": ({"kind": "network"}, "new", "new"),
    "status": ({"kind": "network", "status": "deploy-changes-to-staging"}, "running", "deploy-changes-to-staging"),
    "input": ({"status": "wait-ack-change-management"}, "awaiting-input", "wait-ack-change-management"),
    "warnings": (
        {"status": "wait-review-pre-verification-safety-checks"},
        "awaiting-input",
        "wait-review-pre-verification-safety-checks",
    ),
    "renewal": ({"changeType": "renewal", "status": "check-for-cert"}, "running", "check-for-cert"),
    "stranger": ({"status": "ma-something"}, "running", "ma-something"),
    "failed": ({"state": "error"}, "error", "new"),
    "cancelled": ({"status": "cancelled"}, "cancelled", "cancelled"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_seeded_change_stands_where_it_says(name: str) -> None:
    seed, state, status = CHANGES[name]
    world = World([{"csr": {"cn": "a.example.com"}, "changes": [{"id": 777} | seed]}])
    change = world.first["changes"][0]
    assert (change["id"], change["state"], change["status"]) == (777, state, status)
    if state not in ("error", "cancelled"):
        world.time += dt.timedelta(days=30)
        SERVICE.settle(world, world.account)
        assert change["state"] in ("completed", "awaiting-input")
    assert world.account.next_id("cps_change", 1) == 778


BAD_SEEDS = {
    "/enrollments/0/csr/cn": {},
    "/enrollments/0/validationType": {"csr": {"cn": "a"}, "validationType": "no"},
    "/enrollments/0/deployed/staging": {"csr": {"cn": "a"}, "deployed": {"staging": 1}},
    "/enrollments/0/changes/0/due": {"csr": {"cn": "a"}, "changes": [{"due": "soon"}]},
    "/enrollments/0/networkConfiguration/sniOnly": {"csr": {"cn": "a"}, "networkConfiguration": {"sniOnly": "yes"}},
    "/enrollments/0/deployed/production/primaryCertificate/expiry": {
        "csr": {"cn": "a"},
        "deployed": {"production": {"primaryCertificate": {"expiry": 1}}},
    },
}


@pytest.mark.parametrize("pointer", BAD_SEEDS)
def test_a_seed_that_no_enrollment_can_have(pointer: str) -> None:
    with pytest.raises(ShapeError) as caught:
        World([copy.deepcopy(BAD_SEEDS[pointer])])
    assert caught.value.pointer == pointer


def test_a_window_that_opens_starts_a_renewal_if_the_switch_says_so() -> None:
    world = World([{"csr": {"cn": "a.example.com"}}], cps_auto_renewal="on")
    world.time += dt.timedelta(days=200)
    SERVICE.settle(world, world.account)
    assert [change["changeType"] for change in world.first["changes"]] == ["renewal", "renewal"]
    assert [change["state"] for change in world.first["changes"]] == ["completed", "completed"]
    expiry = model.expiry(world.first)
    assert expiry is not None
    assert expiry > world.time


HEADERS = {
    "exact": ("application/vnd.akamai.cps.enrollment.v11+json", "", 200),
    "one of several": ("text/html, application/vnd.akamai.cps.enrollment.v11+json;q=0.5", "", 200),
    "generic": ("application/json", "", 406),
    "missing": ("", "", 406),
    "another version": ("application/vnd.akamai.cps.enrollment.v9+json", "", 406),
    "content type of a call without body": (
        "application/vnd.akamai.cps.enrollment.v11+json",
        "application/json",
        200,
    ),
}


@pytest.mark.parametrize("name", HEADERS)
def test_accept(name: str) -> None:
    accept, content, status = HEADERS[name]
    world = World([{"csr": {"cn": "a.example.com"}}])
    call = world.call(headers={"accept": accept, "content-type": content}, enrollmentId="10001")
    try:
        reply = OPERATIONS["get_enrollment"].handler(call)
    except Refusal as refusal:
        reply = refusal.reply()
    assert reply.status == status
    if status == 200:
        assert reply.content_type == "application/vnd.akamai.cps.enrollment.v11+json"


@pytest.mark.parametrize(
    ("content", "chosen"),
    [
        ("application/vnd.akamai.cps.b.v1+json", "b.v1"),
        ("Application/VND.akamai.cps.a.v2+JSON; charset=utf-8", "a.v2"),
        ("application/json", None),
        ("", None),
    ],
)
def test_content_type(content: str, chosen: str | None) -> None:
    seen: list[str] = []

    def handler(exchange: Exchange) -> Reply:
        seen.append(exchange.content)
        return exchange.reply(200, None)

    headers = {"accept": f"{PREFIX}x.v1{SUFFIX}", "content-type": content}
    if chosen is None:
        with pytest.raises(Refusal) as caught:
            negotiate(World([]).call(headers=headers), handler, ("x.v1",), ("a.v2", "b.v1"))
        assert caught.value.status == 415
        chosen = "a.v2"
    negotiate(World([], cps_media_types="lax").call(headers=headers), handler, ("x.v1",), ("a.v2", "b.v1"))
    assert seen == [chosen]


def test_every_input_has_its_media_types() -> None:
    from akamai_emulator.cps import INFO_ACCEPTS, UPDATE_CONTENTS, inputs, schema

    assert set(INFO_ACCEPTS) == {row.info for row in inputs.INPUTS.values()}
    assert set(UPDATE_CONTENTS) == {row.update for row in inputs.INPUTS.values()}
    assert {media for group in UPDATE_CONTENTS.values() for media in group} <= set(schema.BODIES)
    assert {media.rpartition(".")[0] for group in INFO_ACCEPTS.values() for media in group} == set(inputs.INFOS)


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**400),
    st.floats(allow_nan=True),
    st.text(st.characters(exclude_categories=())),
    st.just([]),
    st.just({}),
    st.lists(st.one_of(st.text(), st.integers(), st.none()), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += places(item, (*path, key))
    return found


WORLD = World(stock.enrollments(START), cps_create_limit="off", cps_ca_set_refusal="change")
BODY = model.shown(WORLD, WORLD.first, "v12", []) | {"enableMultiStackedCertificates": False}
PLACES = places(BODY)
# Every example sends to the same account: whatever one leaves behind must not hurt the next.
FUZZ = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


@FUZZ
@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), ODD), min_size=1, max_size=3))
def test_odd_members_are_taken_or_refused(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    body = copy.deepcopy(BODY)
    for path, value in changes:
        holder = body
        for key in path[:-1]:
            holder = holder.get(key) if isinstance(holder, dict) else None
        if isinstance(holder, dict):
            holder[path[-1]] = copy.deepcopy(value)
    data = json.dumps(body).encode()
    reply = WORLD.run("update_enrollment", "enrollment-status.v1", data, "enrollment.v12", enrollmentId="10001")
    assert reply.status in (200, 202, 400, 409)
    WORLD.time += dt.timedelta(minutes=5)
    SERVICE.settle(WORLD, WORLD.account)
    for name, media in (("get_enrollment", "enrollment.v12"), ("list_deployments", "deployments.v8")):
        assert WORLD.run(name, media, b"", enrollmentId="10001").status == 200
    for name, media in (("change_history", "change-history.v5"), ("list_enrollments", "enrollments.v11")):
        assert WORLD.run(name, media, b"", enrollmentId="10001").status == 200


@FUZZ
@given(data=st.one_of(st.binary(), st.just(b"[" * 100_000), st.just(b"1" * 10_000), st.just(b'"\xff"')))
def test_bodies_that_are_no_document(data: bytes) -> None:
    for name, content in (("update_enrollment", "enrollment.v12"), ("set_schedule", "deployment-schedule.v1")):
        reply = WORLD.run(name, "enrollment-status.v1", data, content, enrollmentId="10002", changeId="1")
        assert reply.status in (400, 404, 406)


@pytest.mark.parametrize("text", ["", "x", "-1", "1e3", "\u0661", "9" * 400, "10001 ", "%00"])
def test_ids_that_are_no_number(text: str) -> None:
    world = World([{"csr": {"cn": "a.example.com"}}])
    assert world.run("get_enrollment", "enrollment.v12", b"", enrollmentId=text).status == 404
    world.switches["cps_malformed_path"] = "500"
    assert world.run("get_enrollment", "enrollment.v12", b"", enrollmentId=text).status == 500
