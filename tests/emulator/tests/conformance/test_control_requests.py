# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of requests: DESIGN section 4."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import requests

from .harness import House
from .papi_harness import ok, send, tree

FIELDS = {
    "n",
    "api",
    "operation",
    "method",
    "path",
    "query",
    "headers",
    "body",
    "status",
    "client",
    "signed",
    "write",
    "started",
    "ended",
}


def logged(house: House) -> dict[str, Any]:
    entry: dict[str, Any] = house.control.requests()[-1]
    assert set(entry) == FIELDS
    return entry


def test_an_entry(house: House) -> None:
    answer = send(house, "POST {www}/versions?", {"createFromVersion": 2}, headers={"X-Own-Header": "seen"})
    entry = logged(house)
    assert entry["api"] == "papi"
    assert isinstance(entry["operation"], str)
    assert entry["operation"]
    assert entry["method"] == "POST"
    assert entry["path"] == "/papi/v1/properties/prp_200001/versions"
    assert entry["query"] == {"contractId": "ctr_C-0N7RAC7", "groupId": "grp_15225"}
    assert entry["body"] == {"createFromVersion": 2}
    assert entry["status"] == answer.status_code == 201
    assert entry["client"] == "default"
    assert entry["signed"] is True
    assert entry["write"] is True
    started, ended = (dt.datetime.fromisoformat(entry[name]) for name in ("started", "ended"))
    assert started <= ended
    assert started.utcoffset() == dt.timedelta(0)
    assert abs((dt.datetime.now(dt.UTC) - started).total_seconds()) < 30
    assert all(name == name.lower() for name in entry["headers"])
    assert entry["headers"]["x-own-header"] == "seen"


def test_no_secret_is_shown(house: House) -> None:
    ok(house, "GET {P}/groups")
    assert "authorization" not in logged(house)["headers"]
    shown = json.dumps(house.control.requests())
    edgerc = (house.home / "edgerc").read_text()
    secrets = {line.split("=", 1)[1].strip() for line in edgerc.splitlines() if "secret" in line or "token" in line}
    assert len(secrets) >= 15
    assert not [secret for secret in secrets if secret in shown]
    assert "signature=" not in shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (None, None),
        (b"", None),
        (b'{"a": [1, null]}', {"a": [1, None]}),
        (b"[]", []),
        (b"plain text", "plain text"),
        (b'{"broken"', '{"broken"'),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_bodies(raw: bytes | None, shown: Any, house: House) -> None:
    send(house, "POST {www}/versions?", raw)
    assert logged(house)["body"] == shown


def test_the_times_are_the_wires(house: House) -> None:
    house.control.advance(1_000_000)
    ok(house, "GET {P}/groups")
    started = dt.datetime.fromisoformat(logged(house)["started"])
    assert abs((dt.datetime.now(dt.UTC) - started).total_seconds()) < 30


def test_numbers_go_on(house: House) -> None:
    ok(house, "GET {P}/groups")
    ok(house, "GET {P}/contracts")
    first, second = (entry["n"] for entry in house.control.requests()[-2:])
    assert second == first + 1
    house.control.forget_requests()
    assert house.control.requests() == []
    ok(house, "GET {P}/groups")
    entries = house.control.requests()
    assert [entry["n"] for entry in entries] == [second + 1]


def test_control_calls_are_not_logged(house: House) -> None:
    house.control.forget_requests()
    house.control.state()
    house.control.advance(1)
    assert house.control.requests() == []


WRITES: list[tuple[str, Any, bool]] = [
    ("GET {P}/groups", None, False),
    ("HEAD {www}/versions/2/rules?", None, False),
    ("GET {P}/no-such-path", None, False),
    ("POST {P}/search/find-by-value", {"propertyName": "www"}, False),
    ("POST /mtls-edge-truststore/v2/certificates/validate", {"certificates": []}, False),
    ("PUT {www}/versions/2/rules?dryRun=true&", {"rules": tree()}, False),
    ("PATCH {www}/versions/2/rules?dryRun=true&", [], False),
    ("PUT {www}/versions/2/rules?", {"rules": tree()}, True),
    ("PUT {www}/versions/2/rules?dryRun=false&", {"rules": tree()}, True),
    ("PUT {www}/versions/2/hostnames?dryRun=true&", [], True),
    ("POST {www}/versions?", {"createFromVersion": 99}, True),
    ("POST {www}/activations?", {}, True),
    ("DELETE {P}/properties/prp_1?", None, True),
    ("PUT {P}/client-settings", {}, True),
    ("POST /mtls-edge-truststore/v2/ca-sets", {}, True),
    ("DELETE /mtls-edge-truststore/v2/ca-sets/1", None, True),
    ("PUT /cps/v2/enrollments/1", {}, True),
    ("DELETE /cps/v2/enrollments/1", None, True),
]


@pytest.mark.parametrize(("request_", "body", "write"), WRITES, ids=[row[0] for row in WRITES])
def test_writes_also_when_they_are_refused(request_: str, body: Any, write: bool, house: House) -> None:
    send(house, request_, body)
    assert logged(house)["write"] is write


def test_a_write_without_a_grant_is_a_write(house: House) -> None:
    assert send(house, "POST {www}/versions?", {"createFromVersion": 2}, section="read_only").status_code == 403
    entry = logged(house)
    assert (entry["client"], entry["write"], entry["signed"], entry["status"]) == ("read_only", True, True, 403)


def test_an_unsigned_request(house: House) -> None:
    url = house.ready["url"].rstrip("/") + "/papi/v1/groups?a=1"
    answer = requests.get(url, verify=str(house.home / "ca.pem"), timeout=10)
    entry = logged(house)
    assert (entry["signed"], entry["client"], entry["status"]) == (False, None, answer.status_code)
    assert entry["query"] == {"a": "1"}


def test_unknown_paths_have_no_operation(house: House) -> None:
    house.client().send("GET", "/dns/v2/zones")
    entry = logged(house)
    assert (entry["api"], entry["operation"], entry["status"]) == (None, None, 404)


def test_operations_tell_calls_apart(house: House) -> None:
    names = []
    for request in ("GET {www}?", "GET {www}/versions?", "GET {www}/versions/2/rules?", "PUT {www}/versions/2/rules?"):
        send(house, request)
        names.append(logged(house)["operation"])
    assert len(set(names)) == 4
