# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API's state, clock and switches: DESIGN section 4."""

from __future__ import annotations

import copy
import datetime as dt
import email.utils
from typing import Any

import pytest

from .harness import GIVEN, House
from .papi_harness import activation, activations_of, live, ok, send, start

ACCOUNT = "A-CCT1234"
METS = "/mtls-edge-truststore/v2"
EVERY_LIST = ("contracts", "groups", "clients", "ca_sets", "enrollments", "properties")


def busy(house: House) -> None:
    """Something under way in each API."""
    ok(house, "POST {www}/versions?", {"createFromVersion": 2})
    start("shop", 1)(house)
    house.client().ask("POST", METS + "/ca-sets", {"caSetName": "partners"})


def test_the_page_names_every_verb(house: House) -> None:
    text = house.control.call("GET", "/").text
    for verb in ("/reset", "/state", "/advance", "/faults", "/requests", "/switches"):
        assert verb in text


def test_the_stock(house: House) -> None:
    state = house.control.state()
    account = state["accounts"][ACCOUNT]
    assert set(state["accounts"]) == {ACCOUNT, "A-CCT5678"}
    assert set(EVERY_LIST) <= set(account)
    assert all(isinstance(account[name], list) for name in EVERY_LIST)
    assert account["ca_sets"] == []
    assert {e["id"]: e["validationType"] for e in account["enrollments"]} == {
        10001: "dv",
        10002: "third-party",
        10003: "ov",
        10004: "ev",
    }
    assert {p["propertyName"]: len(p["versions"]) for p in account["properties"]} == {"www": 2, "shop": 2}
    names = [enrollment["csr"]["cn"] for enrollment in account["enrollments"]]
    assert len(set(names)) == len(names)


def test_reset(house: House) -> None:
    house.control.reset()
    before = house.control.state()
    busy(house)
    house.control.advance(5000)
    assert house.control.state() != before
    house.control.reset()
    assert house.control.state() == before
    submitted = submit_date(house)
    assert abs((submitted - dt.datetime.now(dt.UTC)).total_seconds()) < 60, "the clock is back too"


@pytest.mark.parametrize("prepare", [lambda house: None, busy], ids=["the stock", "busy"])
def test_the_state_goes_round(prepare: Any, house: House) -> None:
    prepare(house)
    first = house.control.state()
    house.control.put_state(first)
    second = house.control.state()
    assert second == first
    house.control.reset()
    house.control.put_state(first)
    assert house.control.state() == first


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_every_starting_state_goes_round(name: str, house: House) -> None:
    """All that the rows of the three APIs start from: operations under way, deleted things, histories."""
    house.enter(name)
    first = house.control.state()
    house.control.put_state(first)
    second = house.control.state()
    assert second == first
    house.control.put_state(second)
    assert house.control.state() == first


def test_a_state_that_is_put_back_is_the_whole_truth(house: House) -> None:
    start("shop", 1)(house)
    state = house.control.state()
    house.control.reset()
    before = activations_of(house, "shop")
    house.control.put_state(state)
    assert len(activations_of(house, "shop")) == len(before) + 1
    house.control.advance(100_000)
    item = ok(house, "GET {shop}?").json()["properties"]["items"][0]
    assert item["stagingVersion"] == 1


def test_an_earlier_document_is_not_changed_by_later_writes(house: House) -> None:
    state = house.control.state()
    before = copy.deepcopy(state)
    house.control.put_state(state)
    busy(house)
    house.control.put_state(before)
    assert house.control.state() == before


TEN_LINES = {
    "accounts": {
        ACCOUNT: {
            "ca_sets": [{"caSetName": "partners"}],
            "enrollments": [{"csr": {"cn": "tiny.example.com"}}],
            "properties": [{"propertyName": "tiny", "versions": [{"hostnames": [{"cnameFrom": "tiny.example.com"}]}]}],
        }
    }
}


def test_a_seed_of_ten_lines(house: House) -> None:
    house.control.put_state(TEN_LINES)
    client = house.client()
    sets = client.ask("GET", METS + "/ca-sets")["caSets"]
    assert [one["caSetName"] for one in sets] == ["partners"]
    assert client.ask("GET", f"{METS}/ca-sets/{sets[0]['caSetId']}")["caSetName"] == "partners"
    media = {"Accept": "application/vnd.akamai.cps.enrollments.v12+json"}
    enrollments = client.ask("GET", "/cps/v2/enrollments?contractId=C-0N7RAC7", headers=media)["enrollments"]
    assert [one["csr"]["cn"] for one in enrollments] == ["tiny.example.com"]
    found = ok(house, "POST {P}/search/find-by-value", {"propertyName": "tiny"}).json()["versions"]["items"]
    path = f"{{P}}/properties/{found[0]['propertyId']}/versions/1"
    assert ok(house, f"GET {path}/rules").json()["rules"]["name"] == "default"
    assert ok(house, f"GET {path}/hostnames").json()["hostnames"]["items"][0]["cnameFrom"] == "tiny.example.com"
    answer = send(house, f"POST {path.rsplit('/', 2)[0]}/activations", activation(1))
    assert answer.status_code in (201, 400)
    state = house.control.state()
    house.control.put_state(state)
    assert house.control.state() == state


def test_an_empty_account_has_what_it_needs(house: House) -> None:
    house.control.put_state({"accounts": {ACCOUNT: {}}})
    assert ok(house, "GET {P}/contracts").json()["contracts"]["items"]
    assert ok(house, "GET {P}/properties?").json()["properties"]["items"] == []


def test_unknown_members_and_locks_are_kept(house: House) -> None:
    state = house.control.state()
    account = state["accounts"][ACCOUNT]
    account["x_own"] = {"kept": [1, None]}
    found = next(p for p in account["properties"] if p["propertyName"] == "www")
    found["xOwn"] = "kept"
    found["versions"][0]["rules"]["children"].append({"name": "odd", "uuid": "x", "strange": {"deep": [True]}})
    account["enrollments"][0]["xOwn"] = {"kept": 1}
    house.control.put_state(state)
    seen = house.control.state()["accounts"][ACCOUNT]
    assert seen["x_own"] == {"kept": [1, None]}
    again = next(p for p in seen["properties"] if p["propertyName"] == "www")
    assert again["xOwn"] == "kept"
    odd = again["versions"][0]["rules"]["children"][-1]
    assert (odd["uuid"], odd["strange"]) == ("x", {"deep": [True]})
    assert seen["enrollments"][0]["xOwn"] == {"kept": 1}


BAD_STATES: list[tuple[str, Any, str]] = [
    ("a list", [], ""),
    ("no accounts", {}, "/accounts"),
    ("accounts that are a list", {"accounts": []}, "/accounts"),
    ("an account that is a text", {"accounts": {ACCOUNT: "x"}}, f"/accounts/{ACCOUNT}"),
    ("CA sets that are an object", {"accounts": {ACCOUNT: {"ca_sets": {}}}}, f"/accounts/{ACCOUNT}/ca_sets"),
    ("a CA set that is null", {"accounts": {ACCOUNT: {"ca_sets": [None]}}}, f"/accounts/{ACCOUNT}/ca_sets/0"),
    (
        "versions that are a text",
        {"accounts": {ACCOUNT: {"properties": [{"propertyName": "a"}, {"versions": "x"}]}}},
        f"/accounts/{ACCOUNT}/properties/1/versions",
    ),
    (
        "rules that are a list",
        {"accounts": {ACCOUNT: {"properties": [{"versions": [{"rules": []}]}]}}},
        f"/accounts/{ACCOUNT}/properties/0/versions/0/rules",
    ),
    (
        "changes that are a number",
        {"accounts": {ACCOUNT: {"enrollments": [{"changes": 7}]}}},
        f"/accounts/{ACCOUNT}/enrollments/0/changes",
    ),
]


@pytest.mark.parametrize(("document", "pointer"), [b[1:] for b in BAD_STATES], ids=[b[0] for b in BAD_STATES])
def test_a_wrong_shape_is_refused_with_a_pointer(document: Any, pointer: str, house: House) -> None:
    before = house.control.state()
    answer = house.control.call("PUT", "/state", document)
    assert answer.status == 400
    assert answer.json()["pointer"] == pointer
    assert house.control.state() == before


def test_a_state_that_is_no_json(house: House) -> None:
    answer = house.control.call("PUT", "/state", b"{")
    assert answer.status == 400


@pytest.mark.parametrize(
    "account",
    [
        {"properties": [{"versions": [{"hostnames": [{}]}]}]},
        {"enrollments": [{"csr": 7}]},
        {"enrollments": [{"id": "ten"}]},
        {"ca_sets": [{"caSetName": 7}]},
        {"ca_sets": [{"caSetName": "partners", "caSetStatus": []}]},
        {"groups": [{"groupId": "grp_15225", "contractIds": False}]},
        {"ca_sets": [{"versions": [{"version": "one"}]}]},
        {"properties": [{"versions": [{"propertyVersion": "one"}]}]},
        {"properties": [{"propertyId": 7}]},
        {"ca_sets": [{"versions": [{"certificates": [{}]}]}]},
    ],
)
def test_odd_members_are_a_400_or_served(account: Any, house: House) -> None:
    """Whatever a state holds: refused when it is put, or never a 5xx on the reads."""
    answer = house.control.call("PUT", "/state", {"accounts": {ACCOUNT: account}})
    assert answer.status in (204, 200, 400), answer.text
    media = {"Accept": "application/vnd.akamai.cps.enrollments.v12+json"}
    for path in (METS + "/ca-sets", "/papi/v1/groups", "/papi/v1/properties?contractId=C-0N7RAC7&groupId=15225"):
        assert house.client().send("GET", path).status_code < 500
    assert house.client().send("GET", "/cps/v2/enrollments?contractId=C-0N7RAC7", headers=media).status_code < 500


# ---------------------------------------------------------------------------------------------------- clock


def submit_date(house: House) -> dt.datetime:
    """The account's time, as an activation shows it."""
    start("shop", 1)(house)
    entries = activations_of(house, "shop")
    return max(dt.datetime.fromisoformat(entry["submitDate"]) for entry in entries)


def test_advance_moves_the_account_and_not_the_wire(house: House) -> None:
    house.control.advance(10 * 86400)
    answer = ok(house, "GET {P}/groups")
    now = dt.datetime.now(dt.UTC)
    assert abs((email.utils.parsedate_to_datetime(answer.headers["Date"]) - now).total_seconds()) < 30
    assert abs((submit_date(house) - now).total_seconds() - 10 * 86400) < 30


def test_advance_adds_up_and_a_new_state_sets_it_back(house: House) -> None:
    state = house.control.state()
    for _ in range(3):
        house.control.advance(1000)
    now = dt.datetime.now(dt.UTC)
    assert abs((submit_date(house) - now).total_seconds() - 3000) < 30
    house.control.put_state(state)
    assert abs((submit_date(house) - now).total_seconds()) < 60


@pytest.mark.parametrize(
    "body", [{}, {"seconds": -1}, {"seconds": "1"}, {"seconds": True}, [], None, {"seconds": None}]
)
def test_advance_refuses(body: Any, house: House) -> None:
    assert house.control.call("POST", "/advance", body).status == 400


def test_several_transitions_at_once_keep_their_order(house: House) -> None:
    """Two activations that ended long ago: each at its own time."""
    start("shop", 1)(house)
    start("www", 1, "PRODUCTION")(house)
    house.control.advance(1_000_000)
    for name in ("shop", "www"):
        newest = max(activations_of(house, name), key=lambda entry: entry["updateDate"])
        end = dt.datetime.fromisoformat(newest["updateDate"])
        assert (end - dt.datetime.fromisoformat(newest["submitDate"])).total_seconds() < 100_000


# ---------------------------------------------------------------------------------------------------- switches


def test_switches(house: House) -> None:
    switches = house.control.switches()
    assert switches["papi_latest"] == "302"
    assert switches["rate_limits"] == "off"
    house.control.switch(papi_latest="200")
    assert house.control.switches() == {**switches, "papi_latest": "200"}


@pytest.mark.parametrize(
    "body", [{"no_such_switch": "on"}, {"papi_latest": "418"}, [], {"papi_latest": 200}, {"papi_latest": None}]
)
def test_switches_refuse(body: Any, house: House) -> None:
    before = house.control.switches()
    answer = house.control.call("PUT", "/switches", body)
    assert answer.status == 400
    assert answer.json()["detail"]
    assert house.control.switches() == before


def test_switches_change_all_or_nothing(house: House) -> None:
    before = house.control.switches()
    changes = {"papi_latest": "200", "no_such_switch": "on"}
    assert house.control.call("PUT", "/switches", changes).status == 400
    assert house.control.switches() == before


def test_unknown_control_paths(house: House) -> None:
    assert house.control.call("GET", "/nothing").status == 404
    assert house.control.call("PATCH", "/state").status == 405


def test_finished_activations_are_in_the_state(house: House) -> None:
    live("shop", 1)(house)
    found = next(p for p in house.control.state()["accounts"][ACCOUNT]["properties"] if p["propertyName"] == "shop")
    statuses = {(a["propertyVersion"], a["network"], a["status"]) for a in found["activations"]}
    assert (1, "STAGING", "ACTIVE") in statuses
