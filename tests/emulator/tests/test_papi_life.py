# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""PAPI in process: seeds, activations on a clock that the test moves, what other rooms ask, and hostile requests."""

from __future__ import annotations

import copy
import datetime as dt
import json
import time
from typing import Any
from urllib.parse import parse_qsl

import pytest
from akamai_emulator.core import Account, Call, Refusal, Reply, ShapeError
from akamai_emulator.papi import SERVICE, links, stock
from akamai_emulator.routing import Router

START = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
ACTIVATION = 100.0
WWW = "/papi/v1/properties/prp_200001"
NETWORKS = ("STAGING", "PRODUCTION")
ACTIVATE = {"network": "STAGING", "notifyEmails": ["ops@example.com"], "acknowledgeAllWarnings": True}
CCM = {"certProvisioningType": "CCM", "ccmCertificates": {"rsaCertId": "1"}, "mtls": {"caSetId": "77"}}


class World:
    """The parts of the house that PAPI needs, one account, and a clock under the test's hand."""

    def __init__(self, **document: Any) -> None:
        self.time = START
        self.clock = self
        self.switches = {switch.name: switch.default for switch in SERVICE.switches}
        base = {
            "contracts": [{"contractId": "ctr_C-0N7RAC7"}],
            "groups": [{"groupId": "grp_15225", "contractIds": ["ctr_C-0N7RAC7"]}],
            "ca_sets": [],
            "enrollments": [],
        }
        self.account = Account("A-CCT1234", {**base, **document})
        self.accounts = {self.account.id: self.account}
        self.router = Router([SERVICE])
        self.seconds = ACTIVATION
        SERVICE.complete(self, self.account)

    @classmethod
    def stocked(cls) -> World:
        return cls(
            properties=stock.properties(START),
            edge_hostnames=stock.edge_hostnames(START),
            cp_codes=stock.cp_codes(START),
            enrollments=[
                {"id": 10001, "csr": {"cn": "www.example.com", "sans": ["www.example.com", "api.example.com"]}}
            ],
        )

    def now(self) -> dt.datetime:
        return self.time

    def switch(self, name: str) -> str:
        return self.switches[name]

    def duration(self, name: str) -> float:
        return {"papi_activation": self.seconds}[name]

    def http_date(self, account_time: dt.datetime) -> str:
        raise AssertionError("PAPI sends no HTTP dates")

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """One request, as the house carries it out."""
        if self.account.next_due is not None and self.account.next_due <= self.time:
            self.account.next_due = None
            SERVICE.settle(self, self.account)
        bare, _, query = path.partition("?")
        operation, params, methods = self.router.find(method, bare)
        payload = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        sent = {"content-type": "application/json", "host": "127.0.0.1:1"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        pairs = parse_qsl(query, keep_blank_values=True)
        call = Call(self, self.account, "automation", method, bare, pairs, sent, payload, params)
        try:
            if operation is None:
                return SERVICE.no_route(call, methods)
            assert SERVICE.guard is not None
            SERVICE.guard(call, operation)
            return operation.handler(call)
        except Refusal as refusal:
            return refusal.reply()

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        reply = self.send(method, path, body)
        assert reply.status < 300, reply.body
        return reply.body

    def pass_time(self, seconds: float) -> None:
        self.time += dt.timedelta(seconds=seconds)

    def activate(self, version: int, network: str = "STAGING", **more: Any) -> str:
        wish = {**ACTIVATE, "propertyVersion": version, "network": network, **more}
        link: str = self.ok("POST", f"{WWW}/activations", wish)["activationLink"]
        return link.split("/")[-1].split("?")[0]

    def entry(self, activation_id: str) -> Any:
        return self.ok("GET", f"{WWW}/activations/{activation_id}")["activations"]["items"][0]

    def draft(self) -> int:
        link: str = self.ok("POST", f"{WWW}/versions", {"createFromVersion": 2})["versionLink"]
        return int(link.split("/")[-1].split("?")[0])

    def version(self, number: int) -> Any:
        return self.ok("GET", f"{WWW}/versions/{number}")["versions"]["items"][0]


# --- seeds -----------------------------------------------------------------------------------------------------------


def test_a_small_seed_gets_what_it_left_out() -> None:
    world = World(
        properties=[
            {
                "propertyName": "small",
                "stagingVersion": 1,
                "versions": [{"hostnames": [{"cnameFrom": "a.example.com"}]}, {}],
            },
            {"propertyId": "200001"},
        ]
    )
    small, other = world.account.document["properties"]
    assert (small["propertyId"], other["propertyId"]) == ("prp_200002", "prp_200001")
    assert [version["propertyVersion"] for version in small["versions"]] == [1, 2]
    assert small["versions"][0]["hostnames"][0]["cnameTo"] == "a.example.com.edgekey.net"
    assert [host["edgeHostnameDomain"] for host in world.account.document["edge_hostnames"]] == [
        "a.example.com.edgekey.net"
    ]
    assert small["versions"][0]["stagingStatus"] == "ACTIVE"
    assert small["productionVersion"] is None
    assert [(e["network"], e["propertyVersion"], e["status"]) for e in small["activations"]] == [
        ("STAGING", 1, "ACTIVE")
    ]


@pytest.mark.parametrize("make", [World.stocked, lambda: World(properties=[{}])], ids=["stock", "bare"])
def test_completing_twice_is_the_same_as_once(make: Any) -> None:
    world = make()
    before = copy.deepcopy(world.account.document)
    world.pass_time(5)
    SERVICE.complete(world, world.account)
    assert world.account.document == before


@pytest.mark.parametrize(
    ("version", "pointer"),
    [
        ({"propertyVersion": "1"}, "/properties/0/versions/0/propertyVersion"),
        (
            {"rules": {"children": [{"name": "a", "behaviors": [{"name": "x"}]}]}},
            "/properties/0/versions/0/rules/children/0/behaviors/0",
        ),
        ({"rules": {"name": "other"}}, "/properties/0/versions/0/rules/name"),
        ({"hostnames": [{}]}, "/properties/0/versions/0/hostnames/0/cnameFrom"),
    ],
)
def test_a_seed_that_cannot_be_used(version: dict[str, Any], pointer: str) -> None:
    with pytest.raises(ShapeError) as caught:
        World(properties=[{"versions": [version]}])
    assert caught.value.pointer == pointer


def test_an_open_activation_of_a_seed_goes_on() -> None:
    entry = {"propertyVersion": 1, "network": "PRODUCTION", "status": "PENDING", "submitDate": "2026-11-24T08:59:00Z"}
    world = World(properties=[{"propertyId": "prp_200001", "activations": [entry]}])
    assert world.version(1)["productionStatus"] == "PENDING"
    world.pass_time(ACTIVATION)
    assert world.version(1)["productionStatus"] == "ACTIVE"


# --- activations -----------------------------------------------------------------------------------------------------


def test_an_activation_goes_through_all_its_stages() -> None:
    world = World.stocked()
    activation = world.activate(world.draft())
    seen = [world.entry(activation)["status"]]
    dates = [world.entry(activation)["updateDate"]]
    for _ in range(24):
        world.pass_time(ACTIVATION / 20)
        entry = world.entry(activation)
        if entry["status"] != seen[-1]:
            seen.append(entry["status"])
            dates.append(entry["updateDate"])
    assert seen == ["NEW", "PENDING", "ZONE_1", "ZONE_2", "ZONE_3", "ACTIVE"]
    assert dates == sorted(set(dates))


def test_all_that_is_due_at_once_is_done_in_order() -> None:
    """Two networks and another property, far in the past: the later one wins, every date is distinct."""
    world = World.stocked()
    number = world.draft()
    first = world.activate(number)
    world.pass_time(10)
    second = world.activate(number, "PRODUCTION")
    world.pass_time(10 * ACTIVATION)
    item = world.ok("GET", WWW)["properties"]["items"][0]
    assert (item["stagingVersion"], item["productionVersion"]) == (number, number)
    assert world.entry(first)["updateDate"] < world.entry(second)["updateDate"]
    everything = world.ok("GET", f"{WWW}/activations")["activations"]["items"]
    assert len({entry["updateDate"] for entry in everything}) == len(everything)
    assert [e["status"] for e in everything if e["propertyVersion"] == 2] == ["INACTIVE", "INACTIVE"]
    assert (world.version(2)["stagingStatus"], world.version(number)["stagingStatus"]) == ("INACTIVE", "ACTIVE")


def test_what_began_first_ends_first_in_whichever_property() -> None:
    world = World.stocked()
    numbers = {}
    for path in ("/papi/v1/properties/prp_200002", WWW):
        world.ok("POST", f"{path}/versions", {"createFromVersion": 2})
        numbers[path] = world.ok("POST", f"{path}/activations", {**ACTIVATE, "propertyVersion": 3})["activationLink"]
        world.pass_time(10)
    world.pass_time(10 * ACTIVATION)
    dates = [world.ok("GET", link)["activations"]["items"][0]["updateDate"] for link in numbers.values()]
    assert dates == sorted(dates)


def test_no_time_at_all_means_done_at_the_next_request() -> None:
    world = World.stocked()
    world.seconds = 0
    activation = world.activate(world.draft())
    assert world.entry(activation)["status"] == "ACTIVE"


def test_a_deactivation_takes_the_activation_out_of_active() -> None:
    world = World.stocked()
    ending = world.activate(2, activationType="DEACTIVATE")
    assert world.version(2)["stagingStatus"] == "PENDING_DEACTIVATION"
    world.pass_time(ACTIVATION)
    assert world.entry(ending)["status"] == "ACTIVE"
    assert world.version(2)["stagingStatus"] == "DEACTIVATED"
    assert world.ok("GET", WWW)["properties"]["items"][0]["stagingVersion"] is None
    entries = world.ok("GET", f"{WWW}/activations")["activations"]["items"]
    active = [e for e in entries if e["network"] == "STAGING" and e["status"] == "ACTIVE"]
    assert [e["activationType"] for e in active] == ["DEACTIVATE"]


def test_fast_fallback_is_for_one_hour_and_for_the_version_before() -> None:
    world = World.stocked()
    world.activate(world.draft())
    world.pass_time(ACTIVATION)
    fallback = {**ACTIVATE, "propertyVersion": 1, "useFastFallback": True}
    assert world.send("POST", f"{WWW}/activations", fallback).status == 400
    world.pass_time(3601)
    assert world.send("POST", f"{WWW}/activations", {**fallback, "propertyVersion": 2}).status == 400
    world.pass_time(-1000)
    assert world.send("POST", f"{WWW}/activations", {**fallback, "propertyVersion": 2}).status == 201


def test_retry_after_counts_down() -> None:
    world = World.stocked()
    activation = world.activate(world.draft())
    path = f"{WWW}/activations/{activation}"
    assert world.send("GET", path).headers["Retry-After"] == "100"
    world.pass_time(98.5)
    assert world.send("GET", path).headers["Retry-After"] == "2"
    world.pass_time(2)
    assert "Retry-After" not in world.send("GET", path).headers


def test_message_ids_are_stable_over_versions() -> None:
    world = World.stocked()
    world.switches["papi_activation_warnings"] = "always"
    asked = [
        world.send(
            "POST",
            f"{WWW}/activations",
            {**ACTIVATE, "propertyVersion": world.draft(), "acknowledgeAllWarnings": False},
        )
        for _ in range(2)
    ]
    first, second = ([warning["messageId"] for warning in reply.body["warnings"]] for reply in asked)
    assert first == second
    wish = {**ACTIVATE, "propertyVersion": 3, "acknowledgeAllWarnings": False, "acknowledgeWarnings": first}
    assert world.send("POST", f"{WWW}/activations", wish).status == 201


# --- what other rooms ask --------------------------------------------------------------------------------------------


def test_live_hostnames_by_enrollment_and_by_name() -> None:
    world = World.stocked()
    enrollment = world.account.document["enrollments"][0]
    assert links.live_hostnames(world.account, enrollment) == ["api.example.com", "www.example.com"]
    for edge in world.account.document["edge_hostnames"]:
        del edge["certEnrollmentId"]
    shops = {"id": 1, "csr": {"cn": "*.example.com", "sans": []}}
    assert len(links.live_hostnames(world.account, shops)) == 4
    assert links.live_hostnames(world.account, {"id": 1, "csr": {"cn": "example.com", "sans": None}}) == []
    for network in NETWORKS:
        world.activate(2, network, activationType="DEACTIVATE")
    world.pass_time(ACTIVATION)
    world.ok("GET", WWW)
    assert links.live_hostnames(world.account, enrollment) == []


def test_ccm_hostnames_attach_and_detach() -> None:
    world = World.stocked()
    world.switches["papi_ccm_ca_set"] = "ignore"
    number = world.draft()
    item = {"cnameFrom": "www.example.com", "cnameTo": "www.example.com.edgekey.net", **CCM}
    world.ok("PATCH", f"{WWW}/versions/{number}/hostnames", {"add": [item]})

    def seen() -> list[tuple[str, str, str]]:
        rows = list(links.ccm_hostnames(world.account))
        assert all(row["propertyId"] == "200001" and row["groupId"] == 15225 for row in rows)
        return [(row["hostName"], row["network"], row["status"]) for row in rows]

    assert seen() == []
    world.activate(number)
    assert seen() == [("www.example.com", "STAGING", "ATTACHING")]
    world.pass_time(ACTIVATION)
    world.ok("GET", WWW)
    assert seen() == [("www.example.com", "STAGING", "ATTACHED")]
    world.activate(2)
    assert seen() == [("www.example.com", "STAGING", "DETACHING")]
    world.pass_time(ACTIVATION)
    world.ok("GET", WWW)
    assert seen() == []


# --- writing ---------------------------------------------------------------------------------------------------------


def test_a_read_tree_goes_back_without_a_change() -> None:
    world = World.stocked()
    number = world.draft()
    path = f"{WWW}/versions/{number}/rules"
    read = world.ok("GET", path)
    written = world.send("PUT", path, read, if_match=f'"{read["etag"]}"')
    assert written.status == 200
    assert written.body["rules"] == read["rules"]
    assert written.body["etag"] != read["etag"]
    assert "errors" not in written.body


def test_versions_share_no_tree_that_a_write_could_change() -> None:
    world = World.stocked()
    before = json.dumps(world.ok("GET", f"{WWW}/versions/2/rules")["rules"])
    number = world.draft()
    patch = [{"op": "replace", "path": "/rules/children/0/name", "value": "Other"}]
    path = f"{WWW}/versions/{number}/rules"
    reply = world.send("PATCH", path, patch, content_type="application/json-patch+json")
    assert reply.body["rules"]["children"][0]["name"] == "Other"
    assert json.dumps(world.ok("GET", f"{WWW}/versions/2/rules")["rules"]) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda children: children.pop(),
        lambda children: children[-1].update(name="Renamed"),
        lambda children: children[-1]["behaviors"][0]["options"].update(xml="<y/>"),
        lambda children: children[-1].pop("uuid"),
    ],
    ids=["removed", "renamed", "changed below", "unlocked"],
)
def test_the_vendor_rule_is_read_only(change: Any) -> None:
    world = World.stocked()
    path = f"{WWW}/versions/{world.draft()}/rules"
    read = copy.deepcopy(world.ok("GET", path))
    change(read["rules"]["children"])
    reply = world.send("PUT", path, read)
    assert (reply.status, reply.body["type"].rsplit("/", 1)[-1]) == (403, "lock-error")
    assert reply.body["errors"][0]["removed"] == ["Status page"]


def test_a_rule_may_stand_on_either_side_of_the_vendor_rule() -> None:
    world = World.stocked()
    path = f"{WWW}/versions/{world.draft()}/rules"
    for at in (3, 5):
        read = copy.deepcopy(world.ok("GET", path))
        read["rules"]["children"].insert(at, {"name": "New"})
        assert world.send("PUT", path, read).status == 200


def test_default_certificates_are_limited_by_contract() -> None:
    world = World.stocked()
    path = f"{WWW}/versions/{world.draft()}/hostnames"
    wish = [
        {"cnameFrom": f"h{n}.example.com", "edgeHostnameId": "ehn_300001", "certProvisioningType": "DEFAULT"}
        for n in range(101)
    ]
    reply = world.send("PUT", path, wish)
    assert (reply.status, reply.body["limitKey"]) == (429, "DEFAULT_CERTS_PER_CONTRACT")
    reply = world.send("PUT", path, wish[:100])
    assert (reply.status, reply.headers["X-Limit-Default-Certs-Per-Contract-Remaining"]) == (200, "0")


HOSTILE: list[tuple[str, str, bytes]] = [
    ("PUT", f"{WWW}/versions/3/rules", b"\xff\xfe"),
    (
        "POST",
        f"{WWW}/activations",
        b'{"propertyVersion": 3, "network": "STAGING", "notifyEmails": ["a@example.com"], "note": "\\ud800"}',
    ),
    ("PUT", f"{WWW}/versions/3/rules", b'{"rules": ' + b"[" * 3000 + b"]" * 3000 + b"}"),
    ("PUT", f"{WWW}/versions/3/rules", b'{"rules": ' + b"[" * 200_000),
    ("PUT", f"{WWW}/versions/3/rules", b'{"rules": 1e999}'),
    ("PUT", f"{WWW}/versions/3/rules", b'{"rules": NaN}'),
    ("PUT", f"{WWW}/versions/3/rules", b"9" * 5000),
    ("PUT", f"{WWW}/versions/{'9' * 500}/rules", b"{}"),
    ("PUT", f"{WWW}/versions/3/hostnames", b'[{"cnameFrom": {"a": 1}}]'),
    ("PUT", f"{WWW}/versions/3/hostnames", b"[[]]"),
    ("PATCH", f"{WWW}/versions/3/hostnames", b'{"remove": [1]}'),
    ("POST", f"{WWW}/versions", b'{"createFromVersion": 1e3}'),
    ("POST", f"{WWW}/versions", b'{"createFromVersion": ' + b"9" * 400 + b"}"),
    ("POST", f"{WWW}/activations", b'{"propertyVersion": true}'),
    ("POST", "/papi/v1/search/find-by-value", b'{"propertyName": []}'),
    ("PUT", "/papi/v1/client-settings", b'{"ruleFormat": {}}'),
]


@pytest.mark.parametrize(("method", "path", "body"), HOSTILE, ids=[str(n) for n in range(len(HOSTILE))])
def test_hostile_bodies_are_refused(method: str, path: str, body: bytes) -> None:
    world = World.stocked()
    assert world.draft() == 3
    before = copy.deepcopy(world.account.document)
    assert 400 <= world.send(method, path, body).status < 500
    assert world.account.document == before


@pytest.mark.parametrize(
    "patch",
    [
        [{"op": "copy", "from": "/rules", "path": "/rules/children/-"}] * 40,
        [
            {"op": "add", "path": "/rules" + "/children/0" * n, "value": {"name": "x", "children": []}}
            for n in range(1, 2000)
        ],
        [{"op": "add", "path": "", "value": 1}],
        [{"op": "remove", "path": ""}],
        [{"op": "remove", "path": "/rules"}],
        [{"op": "add", "path": "/rules/children/x", "value": 1}],
        [{"op": "add", "path": "/rules/name/x/y", "value": 1}],
        [{"op": "test", "path": "/rules/name", "value": "other"}],
        [{"op": "move", "from": "/rules", "path": "/rules/children/0"}],
        [{"op": "copy", "from": 1, "path": "/rules"}],
        [{"op": ["add"], "path": "/rules"}],
        [{"op": "add", "path": "/rules"}],
        ["add"],
        {},
    ],
    ids=lambda patch: str(patch)[:60],
)
def test_hostile_patches_are_refused(patch: Any) -> None:
    world = World.stocked()
    path = f"{WWW}/versions/{world.draft()}/rules"
    before = copy.deepcopy(world.account.document)
    reply = world.send("PATCH", path, patch, content_type="application/json-patch+json")
    assert 400 <= reply.status < 500
    assert world.account.document == before


@pytest.mark.parametrize("path", [WWW, f"{WWW}/versions", f"{WWW}/versions/2/rules", f"{WWW}/activations"])
def test_a_read_is_cheap(path: str) -> None:
    """Well under half a millisecond of Python for each (the best of several rounds, so that a busy machine does not matter)."""
    world = World.stocked()
    rounds = []
    for _ in range(20):
        begin = time.perf_counter()
        for _ in range(20):
            world.send("GET", path)
        rounds.append((time.perf_counter() - begin) / 20)
    assert min(rounds) < 0.0005
