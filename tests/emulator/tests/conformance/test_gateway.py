# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway in front of all three APIs: signature, clock, tokens, grants, account switch (edgegrid.md 1, 4)."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import re
import uuid
from collections.abc import Callable
from configparser import RawConfigParser
from dataclasses import dataclass, replace
from typing import Any

import pytest
import requests

from .harness import CPS, GATEWAY_TYPE, HTTP_LIMIT, METS, PAPI, RFC1123, House, check_problem

SETS = f"{METS}/ca-sets"
GRANTS = "/-/client-api/active-grants/implicit"
DENY, BAD, NO_GRANT = (
    GATEWAY_TYPE + "pep-authn/deny",
    GATEWAY_TYPE + "pep-authn/request-error",
    GATEWAY_TYPE + "pep-authz/deny",
)
HASHED = 131072  # bytes of a POST body that go into the signature


@dataclass(frozen=True)
class Signed:
    """A request as it was signed; tests change it afterwards or sign it wrongly."""

    method: str
    path: str
    body: bytes
    client_token: str
    client_secret: str
    access_token: str
    host: str
    timestamp: str
    nonce: str

    def header(self) -> str:
        """The Authorization header of edgegrid.md 1, written down independently of any library."""
        start = f"EG1-HMAC-SHA256 client_token={self.client_token};access_token={self.access_token};"
        start += f"timestamp={self.timestamp};nonce={self.nonce};"
        content = b64(hashlib.sha256(self.body[:HASHED]).digest()) if self.method == "POST" and self.body else ""
        data = "\t".join([self.method, "https", self.host, self.path, "", content, start])
        return f"{start}signature={mac(mac(self.client_secret, self.timestamp), data)}"


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def mac(key: str, message: str) -> str:
    return b64(hmac.new(key.encode(), message.encode(), hashlib.sha256).digest())


def stamp(seconds: float = 0) -> str:
    return (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)).strftime("%Y%m%dT%H:%M:%S+0000")


def request(house: House, method: str = "GET", path: str = SETS, body: bytes = b"", section: str = "default") -> Signed:
    parser = RawConfigParser()
    parser.read(house.home / "edgerc")
    keys = {
        name: parser.get(section, name).strip("/") for name in ("client_token", "client_secret", "access_token", "host")
    }
    return Signed(method, path, body, timestamp=stamp(), nonce=str(uuid.uuid4()), **keys)


def send(house: House, sent: Signed, authorization: str | None) -> requests.Response:
    """Send the request with that Authorization header (None: without one)."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if authorization is not None:
        headers["Authorization"] = authorization
    answer = requests.Session().request(
        sent.method,
        f"https://{sent.host}{sent.path}",
        data=sent.body or None,
        headers=headers,
        verify=str(house.home / "ca.pem"),
        timeout=HTTP_LIMIT,
        auth=lambda prepared: prepared,  # keeps a netrc of the user out
    )
    assert RFC1123.fullmatch(answer.headers["Date"])
    return answer


def refused(answer: requests.Response, status: int, kind: str, title: str, detail: str | None = None) -> None:
    problem = answer.json()
    assert (answer.status_code, problem["type"], problem["title"]) == (status, kind, title), answer.text
    assert detail is None or problem["detail"] == detail, answer.text
    check_problem(answer)
    assert problem["instance"].endswith(answer.request.path_url.split("?")[0]) or "?" in answer.request.path_url
    assert problem["method"] == answer.request.method


EXAMPLE = Signed(
    "GET",
    "/mtls-edge-truststore/v2/ca-sets",
    b"",
    "akab-exampleclienttoken-0001",
    "ZXhhbXBsZS1jbGllbnQtc2VjcmV0LTAwMDEtbm90LXJlYWw=",
    "akab-exampleaccesstoken-0001",
    "akab-example-0001.luna.akamaiapis.net",
    "20261124T09:15:30+0000",
    "3f0b6a52-8f0e-4a55-9d1d-2b6a0a9f7c11",
)


@pytest.mark.parametrize(
    ("changes", "signature"),
    [
        ({}, "OpWKDJe2UXxFiDx+SKBVDtARXha3u2e9DTIJtlqv0zQ="),
        (
            {"path": "/mtls-edge-truststore/v2/ca-sets?caSetNamePrefix=ex%20a&accountSwitchKey=1-ABCDE%3A1-2RBL"},
            "kF2W7tNwwGDRVzf4j2mjaYmRztGywLlJx0cbknzRuPo=",
        ),
        (
            {"method": "POST", "body": b'{"caSetName":"example-clients","description":"demo"}'},
            "N0Jfq1pV+geVfnFikyqB+K0H5cQURXhBY3ugAaM5Fxs=",
        ),
        (
            {
                "method": "POST",
                "path": "/mtls-edge-truststore/v2/ca-sets/1001/versions",
                "body": b"x" * HASHED + b"yyyy",
            },
            "NpHCYd8HQ0MJsLcToxuIqfutyBh97uTNFWI2Tl4Ll6k=",
        ),
    ],
)
def test_this_signer_gives_the_published_values(changes: dict[str, Any], signature: str) -> None:
    assert replace(EXAMPLE, **changes).header().endswith(f";signature={signature}")


def test_a_right_signature_is_served(house: House) -> None:
    sent = request(house)
    assert send(house, sent, sent.header()).status_code == 200


@pytest.mark.parametrize("seconds", [-25, 25])
def test_a_clock_within_30_seconds_is_served(house: House, seconds: float) -> None:
    sent = replace(request(house), timestamp=stamp(seconds))
    assert send(house, sent, sent.header()).status_code == 200


@pytest.mark.parametrize("seconds", [-40, 40, -86400])
def test_a_clock_that_is_off(house: House, seconds: float) -> None:
    sent = replace(request(house), timestamp=stamp(seconds))
    refused(send(house, sent, sent.header()), 400, BAD, "Bad request", "Invalid timestamp")


def test_the_accounts_clock_is_not_the_wires(house: House) -> None:
    house.control.advance(365 * 86400)
    sent = request(house)
    answer = send(house, sent, sent.header())
    assert answer.status_code == 200
    assert str(dt.datetime.now(dt.UTC).year) in answer.headers["Date"]


WRONG: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    # name, what is signed, what is sent instead
    ("secret", {"client_secret": "c2VjcmV0LXRoYXQtaXMtbm90LWl0LTAwMDEyMzQ1Njc4OQ=="}, {}),
    ("method", {"method": "DELETE"}, {"method": "GET"}),
    ("path", {}, {"path": f"{SETS}/1"}),
    ("query", {}, {"path": f"{SETS}?caSetNamePrefix=a"}),
    ("query order", {"path": f"{SETS}?a=1&b=2"}, {"path": f"{SETS}?b=2&a=1"}),
    ("body of a POST", {"method": "POST", "body": b'{"caSetName": "aaa"}'}, {"body": b'{"caSetName": "bbb"}'}),
    ("no body signed", {"method": "POST"}, {"body": b'{"caSetName": "bbb"}'}),
    ("host", {"host": "akab-example-0001.luna.akamaiapis.net"}, {"host": None}),
]


@pytest.mark.parametrize(("signed", "sent"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_signature_that_is_wrong(house: House, signed: dict[str, Any], sent: dict[str, Any]) -> None:
    true = request(house)
    first = replace(true, **signed)
    changes = {name: getattr(true, name) if value is None else value for name, value in sent.items()}
    answer = send(house, replace(first, **changes), first.header())
    refused(answer, 401, DENY, "Not authorized", "The signature does not match")


def test_only_post_bodies_are_hashed(house: House) -> None:
    """A PUT whose body changed on the way is served; it ends at METS, not at the gateway."""
    sent = request(house, "PUT", f"{SETS}/9/versions/1", b'{"certificates": []}')
    answer = send(house, replace(sent, body=b'{"certificates": 1}'), sent.header())
    assert answer.json()["type"].startswith("/mtls-edge-truststore/error-types/")


def test_only_the_first_128_kib_are_hashed(house: House) -> None:
    sent = request(house, "POST", SETS, b'{"caSetName": "' + b"a" * HASHED + b'"}')
    assert send(house, replace(sent, body=sent.body[:-3] + b'b"}'), sent.header()).status_code == 400
    again = replace(sent, nonce=str(uuid.uuid4()))
    changed = again.body.replace(b"aaa", b"bbb", 1)
    refused(send(house, replace(again, body=changed), again.header()), 401, DENY, "Not authorized")


def test_large_posts_may_be_refused(house: House) -> None:
    """What the real gateway does with a POST over 128 KiB is unknown: a switch, `accept` by default."""
    house.control.switch(large_signed_post="refuse")
    sent = request(house, "POST", SETS, b'{"caSetName": "' + b"a" * HASHED + b'"}')
    answer = send(house, sent, sent.header())
    assert 400 <= answer.status_code < 500
    assert answer.json()["type"].startswith(GATEWAY_TYPE)
    put = request(house, "PUT", f"{SETS}/9/versions/1", b" " * 2 * HASHED + b"{}")
    assert send(house, put, put.header()).json()["type"].startswith("/mtls-edge-truststore/")


def test_tokens(house: House) -> None:
    unknown = replace(request(house), client_token="akab-nobodysclienttoken-0001")
    refused(send(house, unknown, unknown.header()), 400, BAD, "Bad request", "Invalid client token")
    other = replace(request(house), access_token=request(house, section="read_only").access_token)
    detail = "Invalid authorization access token"
    refused(send(house, other, other.header()), 401, DENY, "Not authorized", detail)


def test_a_disabled_client(house: House) -> None:
    document = house.control.state()
    for client in document["accounts"]["A-CCT1234"]["clients"]:
        client["active"] = client["name"] != "read_only"
    house.control.put_state(document)
    sent = request(house, section="read_only")
    refused(send(house, sent, sent.header()), 401, DENY, "Not authorized", "Inactive client token")
    sent = request(house)
    assert send(house, sent, sent.header()).status_code == 200


def test_the_clock_is_looked_at_first(house: House) -> None:
    sent = replace(request(house), client_token="akab-nobodysclienttoken-0001", timestamp=stamp(-100))
    refused(send(house, sent, sent.header()), 400, BAD, "Bad request", "Invalid timestamp")


MANGLED: dict[str, Callable[[str], str | None]] = {
    "none": lambda header: None,
    "empty": lambda header: "",
    "basic": lambda header: "Basic Zm9vOmJhcg==",
    "moniker": lambda header: header.replace("EG1-HMAC-SHA256", "EG2-HMAC-SHA256"),
    "no signature": lambda header: header.rsplit("signature=", 1)[0],
    "no nonce": lambda header: re.sub("nonce=[^;]*;", "", header),
    "another order": lambda header: re.sub("(client_token=[^;]*;)(access_token=[^;]*;)", r"\2\1", header),
    "semicolon at the end": lambda header: header + ";",
    "timestamp format": lambda header: header.replace("+0000", "Z"),
    "odd bytes": lambda header: "EG1-HMAC-SHA256 \xff\xfe=;",
}


@pytest.mark.parametrize("how", MANGLED)
def test_a_malformed_header(house: House, how: str) -> None:
    """A missing one as CPS documents it (cps-v2.md 9, problem-400.json); no source gives the document for others."""
    sent = request(house)
    header = MANGLED[how](sent.header())
    detail = "Invalid authorization header" if header else "Authorization header missing"
    refused(send(house, sent, header), 400, BAD, "Bad request", detail)


def test_a_malformed_header_may_be_a_401(house: House) -> None:
    house.control.switch(malformed_authorization="401")
    sent = request(house)
    refused(send(house, sent, None), 401, DENY, "Not authorized")


def test_a_replayed_nonce(house: House) -> None:
    """The answer is unknown; refused as a bad request by default (switch `replayed_nonce`)."""
    sent = request(house)
    header = sent.header()
    assert send(house, sent, header).status_code == 200
    assert send(house, sent, header).json()["type"].startswith(GATEWAY_TYPE + "pep-authn/")
    house.control.switch(replayed_nonce="accept")
    assert send(house, sent, header).status_code == 200


# ------------------------------------------------------------------------------------------------- grants

GRANT = "The client does not have the grant needed for the request"
ENROLLMENTS = {"Accept": "application/vnd.akamai.cps.enrollments.v11+json"}


@pytest.mark.parametrize(
    ("section", "method", "path", "body"),
    [
        ("no_mets", "GET", SETS, None),
        ("no_mets", "POST", SETS, {"caSetName": "abc"}),
        ("no_mets", "GET", f"{METS}/nowhere", None),
        ("read_only", "POST", SETS, {"caSetName": "abc"}),
        ("read_only", "DELETE", f"{SETS}/1", None),
        ("read_only", "DELETE", f"{CPS}/enrollments/10001", None),
        ("read_only", "POST", f"{PAPI}/properties", {}),
        ("read_only", "POST", f"{METS}/certificates/validate", {"certificates": []}),
    ],
)
def test_no_grant(house: House, section: str, method: str, path: str, body: Any) -> None:
    refused(house.client(section).send(method, path, body), 403, NO_GRANT, "Forbidden", GRANT)


def test_grants_that_are_there(house: House) -> None:
    assert house.client("read_only").send("GET", SETS).status_code == 200
    for section in ("read_only", "no_mets"):
        assert house.client(section).send("GET", f"{CPS}/enrollments", headers=ENROLLMENTS).status_code == 200
    house.control.switch(read_only_checks="allow")
    answer = house.client("read_only").send("POST", f"{METS}/certificates/validate", {"certificates": []})
    assert answer.json()["type"].startswith("/mtls-edge-truststore/")


def test_active_grants(house: House) -> None:
    scopes = {}
    for section in ("default", "read_only", "no_mets", "switchable", "other_account"):
        answer = house.client(section).send("GET", GRANTS)
        assert answer.status_code == 200
        shown = answer.json()
        assert {"name", "created", "createdBy", "updated", "updatedBy", "activated", "activatedBy"} <= set(shown)
        scopes[section] = shown["scope"].split(" ")
    pattern = re.compile(r"https://luna\.akamaiapis\.net/-/scope/[\w-]+/-/[\w-]+")
    assert all(pattern.fullmatch(scope) for listed in scopes.values() for scope in listed)
    assert len(scopes["default"]) == len(scopes["read_only"]) > len(scopes["no_mets"])
    assert not set(scopes["default"]) & set(scopes["read_only"]), "the level is part of the scope"


def test_unknown_prefix(house: House) -> None:
    answer = house.client().send("GET", "/identity-management/v3/user-profile")
    assert answer.status_code == 404
    assert answer.json()["type"].startswith(GATEWAY_TYPE)


# ----------------------------------------------------------------------------------------- account switch


def key(house: House, account: str) -> str:
    return str(house.ready["account_switch_keys"][account]).replace(":", "%3A")


def test_switching_the_account(house: House) -> None:
    """One client sees both accounts; each account sees only its own; a key may come twice with one value."""
    ours, theirs = key(house, "A-CCT1234"), key(house, "A-CCT5678")
    switchable = house.client("switchable")
    created = switchable.ask("POST", f"{SETS}?accountSwitchKey={theirs}", {"caSetName": "theirs"})
    assert created["accountId"] == "A-CCT5678"
    listed = {
        "default": house.client().ask("GET", SETS),
        "own": switchable.ask("GET", SETS),
        "own key": switchable.ask("GET", f"{SETS}?accountSwitchKey={ours}"),
        "their key": switchable.ask("GET", f"{SETS}?accountSwitchKey={theirs}&accountSwitchKey={theirs}"),
        "other_account": house.client("other_account").ask("GET", SETS),
    }
    names = {who: [item["caSetName"] for item in found["caSets"]] for who, found in listed.items()}
    assert names == {
        "default": [], "own": [], "own key": [], "their key": ["theirs"], "other_account": ["theirs"],
    }  # fmt: skip


@pytest.mark.parametrize("section", ["default", "read_only", "other_account"])
def test_others_may_not_switch(house: House, section: str) -> None:
    answer = house.client(section).send("GET", f"{SETS}?accountSwitchKey={key(house, 'A-CCT5678')}")
    refused(answer, 403, NO_GRANT, "Forbidden")


@pytest.mark.parametrize("query", ["1-NOBODY", "", "1-NOBODY&accountSwitchKey=1-ABC12%3A1-2RBL"])
def test_keys_that_lead_nowhere(house: House, query: str) -> None:
    answer = house.client("switchable").send("GET", f"{SETS}?accountSwitchKey={query}")
    assert 400 <= answer.status_code < 404, answer.text
    assert answer.json()["type"].startswith(GATEWAY_TYPE)


# -------------------------------------------------------------------------------------- limits and faults


def exhaust(house: House, section: str, path: str, headers: dict[str, str | None], most: int) -> requests.Response:
    """Ask until the answer is 429. What is spent stays spent on the wire's clock: METS that of the other account only."""
    house.control.switch(rate_limits="documented")
    for _ in range(most):
        answer = house.client(section).send("GET", path, headers=headers)
        if answer.status_code == 429:
            return answer
        assert answer.status_code == 200, answer.text
    raise AssertionError(f"{most} requests in a row and no 429")


def test_rate_limit_of_mets(house: House) -> None:
    house.control.switch(rate_limits="documented")
    left = [int(house.client("other_account").send("GET", SETS).headers["X-RateLimit-Remaining"]) for _ in range(2)]
    assert left[0] - left[1] in (0, 1)  # 0 when one was refilled in between
    answer = exhaust(house, "other_account", SETS, {}, 2000)
    problem = answer.json()
    assert problem["type"] == "/mtls-edge-truststore/error-types/account-rate-limit-exceeded"
    assert problem["title"] == "Account Rate Limit Exceeded"
    assert (type(problem["rateLimit"]), problem["rateLimitRemaining"]) == (int, 0)
    wait = re.search(r"after (\d+) seconds?", problem["detail"])
    assert wait is not None
    until = dt.datetime.fromisoformat(problem["rateLimitNext"])
    assert 0 <= (until - dt.datetime.now(dt.UTC)).total_seconds() + 1 <= int(wait[1]) + 2
    assert dt.datetime.fromisoformat(answer.headers["X-RateLimit-Next"]) == until
    assert int(answer.headers["X-RateLimit-Limit"]) == problem["rateLimit"]
    assert answer.headers["X-RateLimit-Remaining"] == "0"


def test_rate_limit_of_cps(house: House) -> None:
    """20 requests per 2 seconds: the 21st in a row is refused, with seconds in the text."""
    answer = exhaust(house, "default", f"{CPS}/enrollments", dict(ENROLLMENTS), 40)
    problem = answer.json()
    assert (problem["type"], problem["title"]) == ("429 Too Many Requests", "Too Many Requests")
    assert re.fullmatch(r"You have exhausted your API Request Quota\. Retry after: \d+ seconds\.", problem["detail"])
    assert "instance" not in problem
    house.control.switch(cps_rate_limit_body="text")
    text = house.client().send("GET", f"{CPS}/enrollments", headers=ENROLLMENTS)
    assert (text.status_code, text.headers["Content-Type"].split(";")[0]) == (429, "text/plain")
    assert house.client("other_account").send("GET", f"{CPS}/enrollments", headers=ENROLLMENTS).status_code == 200


BURST = {"type": BAD, "title": "Bad request", "status": 400, "detail": "WAF deny rule IPBLOCK-BURST4-54013"}


def test_a_burst_fault(house: House) -> None:
    """The gateway's burst rule as users have met it: a 400 in front of the service, then served again."""
    house.control.fault(api="mets", method="POST", nth=1, times=1, then={"status": 400, "body": BURST})
    answer = house.client().send("POST", SETS, {"caSetName": "abc"})
    assert (answer.status_code, answer.json()) == (400, BURST)
    assert house.client().ask("GET", SETS)["caSets"] == []
    assert house.client().send("POST", SETS, {"caSetName": "abc"}).status_code == 201
