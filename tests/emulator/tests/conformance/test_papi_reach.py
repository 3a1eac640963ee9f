# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits, account switching in links, fast fallback, and what METS sees of CCM host names: papi-v1.md 1.2, 1.8, 5.1, 12."""

from __future__ import annotations

import copy
import datetime as dt
import email.utils
from typing import Any

import requests

from .clients import line
from .harness import DURATIONS, METS, PAPI, House, check_problem
from .papi_harness import (
    CG,
    WWW,
    activation,
    draft,
    host,
    hostnames_of,
    later,
    live,
    ok,
    property_of,
    rules_of,
    send,
    start,
    tree,
)

START = "papi"


# ---------------------------------------------------------------------------------------------------- limits


def test_rate_limit_headers(house: House) -> None:
    house.control.switch(rate_limits="documented")
    first, second = (ok(house, "GET {P}/groups").headers for _ in range(2))
    assert int(first["X-RateLimit-Limit"]) > 0
    assert int(second["X-RateLimit-Remaining"]) < int(first["X-RateLimit-Limit"])


@line("1", "Rate headers count only as `X-RateLimit-Next`")
def test_rate_limit(house: House) -> None:
    """A bucket of 1000 that refills at 100 a minute (1.8)."""
    house.control.switch(rate_limits="documented")
    count, answer = 0, ok(house, "GET {P}/groups")
    while answer.status_code == 200 and count < 1500:
        count, answer = count + 1, send(house, "GET {P}/groups")
    assert 900 <= count < 1500
    check_problem(answer)
    document = answer.json()
    assert "limitKey" not in document
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    following = dt.datetime.fromisoformat(answer.headers["X-RateLimit-Next"])
    wait = (following - email.utils.parsedate_to_datetime(answer.headers["Date"])).total_seconds()
    assert 0 < wait < 61
    write = send(house, "POST {www}/versions?", {"createFromVersion": 2})
    assert write.status_code == 429, "writes are counted with the reads"
    other = send(house, "GET {P}/groups", section="other_account")
    assert other.status_code == 200, "the quota is an account's"
    assert house.client().send("GET", METS + "/ca-sets").status_code == 200, "and an API's"
    house.control.switch(rate_limits="off")
    assert property_of(house, "www")["latestVersion"] == 2


def test_the_500_newest_versions_are_listed(house: House) -> None:
    state = house.control.state()
    found = next(p for p in state["accounts"]["A-CCT1234"]["properties"] if p["propertyName"] == "plain")
    first = found["versions"][0]
    found["versions"] = [{**copy.deepcopy(first), "propertyVersion": number} for number in range(1, 511)]
    house.control.put_state(state)
    items = ok(house, "GET {plain}/versions?").json()["versions"]["items"]
    assert {item["propertyVersion"] for item in items} == set(range(11, 511))
    assert property_of(house, "plain")["latestVersion"] == 510
    assert ok(house, "GET {plain}/versions/1?").status_code == 200


def test_the_limits_of_a_tree_count_down(house: House) -> None:
    name = "X-Limit-Elements-Per-Property-Remaining"
    before = int(ok(house, "PUT {plain}/versions/1/rules?", {"rules": tree()}).headers.get(name, "0")) or int(
        ok(house, "GET {plain}/versions/1/rules?").headers[name]
    )
    criterion = {"name": "hostname", "options": {"matchOperator": "IS_ONE_OF", "values": ["a.example.com"]}}
    child = {
        "name": "m",
        "criteria": [criterion],
        "behaviors": [{"name": "caching", "options": {"behavior": "NO_STORE"}}],
    }
    ok(house, "PUT {plain}/versions/1/rules?", {"rules": tree(child)})
    assert int(ok(house, "GET {plain}/versions/1/rules?").headers[name]) == before - 2


# ---------------------------------------------------------------------------------------------------- account switch


def switched(house: House, request: str, body: Any = None) -> requests.Response:
    return send(house, request + "accountSwitchKey=1-ABC12%3A1-2RBL", body, section="switchable")


def test_links_do_not_echo_the_account_switch_key(house: House) -> None:
    answer = switched(house, f"GET {{www}}/versions/latest?{CG}&")
    assert answer.status_code == 302
    assert "accountSwitchKey" not in answer.headers["Location"]
    assert "accountSwitchKey" not in answer.json()["versionLink"]
    answer = switched(house, f"POST {{www}}/versions?{CG}&", {"createFromVersion": 2})
    assert answer.status_code == 201
    assert answer.json()["versionLink"] == f"/papi/v0/properties/{WWW}/versions/3?{CG}"


def test_following_a_redirect_needs_the_key_again(house: House) -> None:
    """What a client that forgets it sees: its own account, where the property does not exist."""
    first = send(house, "GET {www}/versions/latest?accountSwitchKey=1-XYZ98%3A1-2RBL", section="switchable")
    assert first.status_code in (403, 404)


# ---------------------------------------------------------------------------------------------------- fast fallback


def test_fast_fallback_in_time(house: House) -> None:
    for step in (live("plain"), draft("plain", 1), start("plain", 2), later(DURATIONS["papi_activation"] + 60)):
        step(house)
    entries = ok(house, "GET {plain}/activations?").json()["activations"]["items"]
    newest = max(entries, key=lambda entry: entry["updateDate"])
    info = newest["fallbackInfo"]
    assert info["canFastFallback"], info
    assert info["fallbackVersion"] == 1
    assert info["fastFallbackExpirationTime"] - info["steadyStateTime"] == 3600
    ok(house, "POST {plain}/activations?", activation(1, useFastFallback=True))


def test_fast_fallback_to_another_version(house: House) -> None:
    for step in (live("plain"), draft("plain", 1), draft("plain", 1), live("plain", 2)):
        step(house)
    answer = send(house, "POST {plain}/activations?", activation(3, useFastFallback=True))
    assert 400 <= answer.status_code < 500
    check_problem(answer)


def test_fast_fallback_with_nothing_to_fall_back_to(house: House) -> None:
    assert 400 <= send(house, "POST {plain}/activations?", activation(1, useFastFallback=True)).status_code < 500


# ---------------------------------------------------------------------------------------------------- METS and PAPI

CCM = host(
    "ccm.example.com",
    certProvisioningType="CCM",
    ccmCertificates={"rsaCertId": "10001"},
    mtls={"caSetId": "12345", "checkClientOcsp": False, "sendCaSetClient": False},
)


def associated(house: House) -> list[tuple[str, str, str]]:
    """(host name, network, status) of what METS lists for the CA set."""
    document = house.client().ask("GET", f"{METS}/ca-sets/12345/associations")["associations"]
    found = []
    for item in document["properties"] or []:
        assert item["propertyId"] == "900001"
        assert item["propertyLink"] == f"{PAPI}/properties/900001"
        assert item["propertyName"] == "plain"
        found += [(h["hostName"], h["network"], h["status"]) for h in item["hostnames"]]
    return sorted(found)


def test_a_ccm_hostname_is_associated_while_its_version_is_active(house: House) -> None:
    ok(house, "PUT {plain}/versions/1/hostnames?", [CCM, host("plain.example.com")])
    assert associated(house) == [], "a version that is not active binds nothing"
    start("plain")(house)
    assert associated(house) == [("ccm.example.com", "STAGING", "ATTACHING")]
    house.control.advance(100_000)
    assert associated(house) == [("ccm.example.com", "STAGING", "ATTACHED")]
    live("plain", 1, "PRODUCTION")(house)
    assert [entry[1] for entry in associated(house)] == ["PRODUCTION", "STAGING"]
    start("plain", 1, "STAGING", activationType="DEACTIVATE")(house)
    assert ("ccm.example.com", "STAGING", "DETACHING") in associated(house)
    house.control.advance(100_000)
    assert associated(house) == [("ccm.example.com", "PRODUCTION", "ATTACHED")]


def test_a_seed_may_hold_a_ccm_hostname(house: House) -> None:
    document = house.control.state()
    account = next(iter(document["accounts"].values()))
    plain = next(p for p in account["properties"] if p["propertyName"] == "plain")
    seeded = {
        "cnameFrom": "ccm.example.com",
        "certProvisioningType": "CCM",
        "ccmCertificates": {"ecdsaCertId": "10002"},
        "mtls": {"caSetId": "12345"},
    }
    plain["versions"][0]["hostnames"].append(seeded)
    house.control.put_state(document)
    item = hostnames_of(house, "plain")[-1]
    assert item["ccmCertificates"] == {"ecdsaCertId": "10002", "ecdsaCertLink": "/ccm/v1/certificates/10002"}
    assert item["mtls"]["caSetLink"].endswith("/ca-sets/12345")
    assert (item["mtls"]["checkClientOcsp"], item["mtls"]["sendCaSetClient"]) == (False, False)
    live("plain", 1, "STAGING")(house)
    assert associated(house) == [("ccm.example.com", "STAGING", "ATTACHED")]


def test_a_rule_that_names_the_set_is_no_association(house: House) -> None:
    enforce = {"name": "enforceMtlsSettings", "options": {"enableAuthSet": True, "certificateAuthoritySet": ["12345"]}}
    criterion = {"name": "hostname", "options": {"matchOperator": "IS_ONE_OF", "values": ["plain.example.com"]}}
    ok(
        house,
        "PUT {plain}/versions/1/rules?",
        {"rules": tree({"name": "m", "criteria": [criterion], "behaviors": [enforce]})},
    )
    live("plain")(house)
    assert associated(house) == []


def test_queries_of_dynamic_rule_updates_are_taken(house: House) -> None:
    """6.7: `upgradeRules` and `originalInput` are accepted on reads and writes of any format."""
    before = rules_of(house, "plain")["rules"]
    answer = ok(house, "PUT {plain}/versions/1/rules?upgradeRules=true&originalInput=false&", {"rules": before})
    assert answer.json()["ruleFormat"] == "v2025-10-16"
    assert ok(house, "GET {plain}/versions/1/rules?originalInput=false&").json()["rules"]["name"] == "default"
