# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planted faults: each form of DESIGN section 4, whether the work was done, and which request is hit."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
import requests

from .harness import House
from .papi_harness import ok, property_of, send

CREATE = "POST {www}/versions?"
BODY = {"createFromVersion": 2}
LOST = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


def made(house: House) -> int:
    """How many versions the test's POSTs have made."""
    house.control.no_faults()
    return int(property_of(house, "www")["latestVersion"]) - 2


def plant(house: House, then: dict[str, Any], **rule: Any) -> None:
    house.control.fault(**{"api": "papi", "method": "POST", "path": "/versions$", "then": then, **rule})


def last(house: House) -> dict[str, Any]:
    return house.control.requests()[-1]


def statuses(house: House, count: int, request: str = "GET {P}/groups") -> list[int]:
    return [send(house, request).status_code for _ in range(count)]


# ---------------------------------------------------------------------------------------------------- forms


@pytest.mark.parametrize(("work", "versions"), [({}, 0), ({"work": "none"}, 0), ({"work": "done"}, 1)])
def test_status(work: dict[str, str], versions: int, house: House) -> None:
    body = {"type": "https://problems.luna.akamaiapis.net/papi/v1/resource-busy", "title": "Busy", "status": 409}
    body |= {"detail": "Another edit is in progress.", "instance": "/papi/v1/properties/prp_200001#0"}
    plant(house, {"status": 409, "headers": {"Retry-After": "7", "X-Own": "yes"}, "body": body, **work})
    answer = send(house, CREATE, BODY)
    assert answer.status_code == 409
    assert answer.json() == body
    assert answer.headers["Retry-After"] == "7"
    assert answer.headers["X-Own"] == "yes"
    assert answer.headers["Date"]
    assert last(house)["status"] == 409
    assert made(house) == versions


@pytest.mark.parametrize(("work", "versions"), [({}, 0), ({"work": "done"}, 1)])
def test_text(work: dict[str, str], versions: int, house: House) -> None:
    plant(house, {"text": "<html>Bad Gateway</html>", "status": 502, **work})
    answer = send(house, CREATE, BODY)
    assert answer.status_code == 502
    assert answer.text == "<html>Bad Gateway</html>"
    assert "json" not in answer.headers["Content-Type"]
    assert made(house) == versions


@pytest.mark.parametrize(("when", "versions", "logged"), [("before", 0, None), ("after", 1, 201)])
def test_drop(when: str, versions: int, logged: int | None, house: House) -> None:
    plant(house, {"drop": when})
    with pytest.raises(requests.ConnectionError):
        send(house, CREATE, BODY)
    entry = last(house)
    assert entry["status"] == logged
    assert entry["operation"]
    assert entry["write"] is True
    assert made(house) == versions


def test_delay(house: House) -> None:
    plant(house, {"delay": 0.4})
    begun = time.monotonic()
    answer = send(house, CREATE, BODY)
    assert time.monotonic() - begun >= 0.4
    assert answer.status_code == 201
    entry = last(house)
    started, ended = (dt.datetime.fromisoformat(entry[name]) for name in ("started", "ended"))
    assert (ended - started).total_seconds() >= 0.4
    assert made(house) == 1


def test_the_delay_is_before_the_work(house: House) -> None:
    plant(house, {"delay": 30})
    with pytest.raises(requests.exceptions.ReadTimeout):
        house.client().session.post(
            house.ready["url"].rstrip("/") + "/papi/v1/properties/prp_200001/versions",
            json=BODY,
            verify=str(house.home / "ca.pem"),
            timeout=0.5,
        )
    assert made(house) == 0
    assert ok(house, "GET {P}/groups"), "others are served meanwhile"


def test_truncate(house: House) -> None:
    plant(house, {"truncate": 10})
    with pytest.raises(LOST):
        send(house, CREATE, BODY)
    assert last(house)["status"] == 201
    assert made(house) == 1


def test_truncate_to_nothing(house: House) -> None:
    plant(house, {"truncate": 0}, method="GET", path="/groups$")
    with pytest.raises(LOST):
        send(house, "GET {P}/groups")


def test_redirect(house: House) -> None:
    target = "https://other.example.com/papi/v1/groups"
    plant(house, {"redirect": target})
    answer = send(house, CREATE, BODY)
    assert 300 <= answer.status_code < 400
    assert answer.headers["Location"] == target
    assert made(house) == 0


def test_a_status_without_a_body(house: House) -> None:
    plant(house, {"status": 500})
    answer = send(house, CREATE, BODY)
    assert (answer.status_code, answer.content) == (500, b"")


def test_a_success_that_never_happened(house: House) -> None:
    link = "/papi/v0/properties/prp_200001/versions/99"
    plant(house, {"status": 201, "headers": {"Location": link}, "body": {"versionLink": link}})
    assert send(house, CREATE, BODY).status_code == 201
    assert made(house) == 0


# ---------------------------------------------------------------------------------------------------- which request


@pytest.mark.parametrize(
    ("rule", "seen"),
    [
        ({}, [503, 200, 200, 200]),
        ({"nth": 1}, [503, 200, 200, 200]),
        ({"nth": 3}, [200, 200, 503, 200]),
        ({"every": True}, [503, 503, 503, 503]),
        ({"times": 2}, [503, 503, 200, 200]),
        ({"nth": 2, "times": 2}, [200, 503, 503, 200]),
        ({"every": True, "times": 3}, [503, 503, 503, 200]),
    ],
    ids=str,
)
def test_nth_every_times(rule: dict[str, Any], seen: list[int], house: House) -> None:
    ok(house, "GET {P}/groups")  # before the POST: never counted
    plant(house, {"status": 503}, method="GET", path="/groups", **rule)
    assert statuses(house, 4) == seen


@pytest.mark.parametrize(
    ("rule", "hit"),
    [
        ({"api": "papi"}, True),
        ({"api": "*"}, True),
        ({"api": "mets"}, False),
        ({"api": "cps"}, False),
        ({"api": "grants"}, False),
        ({"method": "GET"}, True),
        ({"method": "POST"}, False),
        ({"path": "/papi/v1/groups"}, True),
        ({"path": r"/gr\w+s$"}, True),
        ({"path": "/properties"}, False),
    ],
    ids=str,
)
def test_what_a_rule_matches(rule: dict[str, Any], hit: bool, house: House) -> None:
    house.control.fault(**{"api": "papi", "method": "GET", "path": "/groups", "then": {"status": 503}, **rule})
    assert statuses(house, 1) == [503 if hit else 200]


@pytest.mark.parametrize(
    ("api", "path"),
    [
        ("mets", "/mtls-edge-truststore/v2/ca-sets"),
        ("cps", "/cps/v2/enrollments?contractId=C-0N7RAC7"),
        ("papi", "/papi/v1/groups"),
        ("grants", "/-/client-api/active-grants/implicit"),
    ],
)
def test_each_api_has_its_name(api: str, path: str, house: House) -> None:
    media = {"Accept": "application/vnd.akamai.cps.enrollments.v12+json"} if api == "cps" else {}
    client = house.client()
    assert client.send("GET", path, headers=media).status_code == 200
    house.control.fault(api=api, method="GET", path=".*", every=True, then={"text": "no", "status": 502})
    assert (
        client.session.get(
            house.ready["url"].rstrip("/") + path, verify=str(house.home / "ca.pem"), headers=media, timeout=10
        ).status_code
        == 502
    )
    assert last(house)["api"] == api


def test_rules_are_counted_from_their_own_post(house: House) -> None:
    plant(house, {"status": 503}, method="GET", path="/groups", nth=2)
    assert statuses(house, 1) == [200]
    plant(house, {"status": 500}, method="GET", path="/groups", nth=2)
    assert statuses(house, 3) == [503, 500, 200]


def test_delete_takes_all_back(house: House) -> None:
    for _ in range(2):
        plant(house, {"status": 503}, method="GET", path="/groups", every=True)
    assert statuses(house, 1) == [503]
    house.control.no_faults()
    assert statuses(house, 1) == [200]


def test_an_unsigned_request_is_still_refused(house: House) -> None:
    plant(house, {"status": 503}, method="GET", path="/groups", every=True)
    url = house.ready["url"].rstrip("/") + "/papi/v1/groups"
    assert requests.get(url, verify=str(house.home / "ca.pem"), timeout=10).status_code in (400, 401)


@pytest.mark.parametrize(
    "rule",
    [
        {},
        [],
        {"then": {}},
        {"then": {"status": "many"}},
        {"then": {"status": 99}},
        {"then": {"drop": "sometimes"}},
        {"then": {"delay": -1}},
        {"then": {"truncate": "x"}},
        {"then": {"redirect": 7}},
        {"then": {"status": 500, "work": "half"}},
        {"then": {"status": 500, "drop": "before"}},
        {"then": {"status": 500}, "api": "dns"},
        {"then": {"status": 500}, "path": "("},
        {"then": {"status": 500}, "nth": 0},
        {"then": {"status": 500}, "times": 0},
        {"then": {"status": 500}, "every": "yes"},
        {"then": {"status": 500}, "when": "now"},
    ],
    ids=str,
)
def test_rules_that_make_no_sense(rule: Any, house: House) -> None:
    assert house.control.call("POST", "/faults", rule).status == 400
    assert statuses(house, 1) == [200]
