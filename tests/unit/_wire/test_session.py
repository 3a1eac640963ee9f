# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a session sends, repeats, follows and counts."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import certifi
import pytest
import requests
from ansible_collections.edgetrust.akamai.plugins.module_utils._wire.errors import (
    ApiError,
    ConnectionFailed,
    TimeBudgetExceeded,
)

PATH = "/papi/v1/properties/prp_1"
HOST = "https://akab-example-0001.luna.akamaiapis.net"
LOST = requests.ConnectionError("reset")
LATER = (429, {}, {"Retry-After": "7"})


def test_what_is_sent(wire: Any) -> None:
    session = wire.script((201, {"a": 1})).session("1-ABCDE:1-2RBL")
    query = {"b": True, "no": False, "none": None, "list": ["x", "y+z"], "n": 0}
    answer = session.request(
        "POST", PATH, query=query, body={"ä": "€\u00a0"}, headers={"If-Match": '"e"'}, write=True, expect=(201,)
    )
    (sent,) = wire.sent
    assert (answer.status, answer.document) == (201, {"a": 1})
    assert sent.url == f"{HOST}{PATH}?b=true&no=false&list=x%2Cy%2Bz&n=0&accountSwitchKey=1-ABCDE%3A1-2RBL"
    assert json.loads(sent.body) == {"ä": "€\u00a0"}
    assert sent.headers["Content-Type"] == sent.headers["Accept"] == "application/json"
    assert sent.headers["If-Match"] == '"e"'
    assert sent.headers["User-Agent"].startswith("edgetrust.akamai/0.0.0")
    assert re.fullmatch(
        r"EG1-HMAC-SHA256 client_token=akab-exampleclienttoken-0001;access_token=akab-exampleaccesstoken-0001;"
        r"timestamp=\d{8}T\d\d:\d\d:\d\d\+0000;nonce=[0-9a-f-]{36};signature=[A-Za-z0-9+/]{43}=",
        sent.headers["Authorization"],
    )


def test_a_request_without_a_body_has_no_content_type(wire: Any) -> None:
    wire.script((200, {})).session().request("DELETE", PATH, write=True)
    assert wire.sent[0].body is None
    assert "Content-Type" not in wire.sent[0].headers


def test_the_path_may_bring_a_query_and_the_switch_key_stays_one(wire: Any) -> None:
    session = wire.script((200, {})).session("1-ABCDE")
    session.request("GET", f"{PATH}?groupId=grp_1&accountSwitchKey=1-OTHER", query={"contractId": "ctr_1"}, write=False)
    assert wire.targets() == [f"{PATH}?groupId=grp_1&contractId=ctr_1&accountSwitchKey=1-ABCDE"]


def test_time_outs_certificates_and_redirects_are_set_with_each_request(
    wire: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/somebody/elses.pem")
    session = wire.script((200, {}), (200, {})).session(ca_path=certifi.where(), http_timeout=45.0)
    session.request("GET", PATH, write=False)
    session = wire.session(http_timeout=3.0)
    session.request("GET", PATH, write=False)
    assert wire.options[0]["verify"] == certifi.where()
    assert [options["timeout"] for options in wire.options] == [(10.0, 45.0), (3.0, 3.0)]


def test_netrc_does_not_take_the_place_of_the_signature(
    wire: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "netrc").write_text("default login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    wire.script((200, {})).session().request("GET", PATH, write=False)
    assert wire.sent[0].headers["Authorization"].startswith("EG1-HMAC-SHA256 ")


def test_every_attempt_is_signed_anew(wire: Any) -> None:
    wire.script(LATER, LOST, (200, {})).session().request("GET", PATH, write=False)
    assert len({sent.headers["Authorization"] for sent in wire.sent}) == 3
    assert wire.clock.sleeps == [7.0, 2.0]


def test_requests_and_pauses_are_counted(wire: Any) -> None:
    session = wire.script(LATER, (200, {}), (201, {})).session()
    session.request("GET", PATH, write=False)
    session.request("POST", PATH, write=True, expect=(201,))
    assert (session.requests, session.waited) == ({"GET": 2, "POST": 1}, 7.0)


WRITES: list[tuple[str, list[Any], type[Exception] | None, bool, bool, int]] = [
    # name, script, error, outcome unknown, wrote, attempts
    ("done", [(200, {})], None, False, True, 1),
    ("refused", [(409, {})], ApiError, False, False, 1),
    ("rate limit, then done", [LATER, (200, {})], None, False, True, 2),
    ("server error", [(500, {})], ApiError, True, True, 1),
    ("server error after a rate limit", [LATER, (502, "")], ApiError, True, True, 2),
    ("connection lost", [LOST], ConnectionFailed, True, True, 1),
    ("no answer in time", [requests.ReadTimeout("slow")], ConnectionFailed, True, True, 1),
    ("unreadable", [(200, '{"propertyId": "pr')], ConnectionFailed, True, True, 1),
    ("rate limit without end", [(429, {}, {"Retry-After": "121"})], TimeBudgetExceeded, False, False, 1),
]


@pytest.mark.parametrize(
    ("script", "error", "unknown", "wrote", "attempts"), [row[1:] for row in WRITES], ids=[row[0] for row in WRITES]
)
def test_a_write_is_never_blindly_sent_again(
    wire: Any, script: list[Any], error: type[Exception] | None, unknown: bool, wrote: bool, attempts: int
) -> None:
    session = wire.script(*script).session()
    caught: Any = None
    try:
        session.request("PUT", PATH, body={}, write=True)
    except (ApiError, ConnectionFailed) as raised:
        caught = raised
    assert type(caught) is (error or type(None))
    assert getattr(caught, "outcome_unknown", False) is unknown
    assert session.wrote is wrote
    assert len(wire.sent) == attempts


@pytest.mark.parametrize(
    "trouble",
    [LOST, requests.ReadTimeout("slow"), (500, ""), (503, "<html>"), (200, '{"cut'), (200, ""), (200, []), LATER],
    ids=str,
)
def test_a_read_survives_passing_trouble(wire: Any, trouble: Any) -> None:
    session = wire.script(trouble, (200, {"ok": True})).session()
    assert session.request("GET", PATH, write=False).document == {"ok": True}
    assert not session.wrote


def test_a_read_ends_with_the_budget_and_with_the_last_trouble(wire: Any) -> None:
    session = wire.script(*[LOST] * 8).session()
    with pytest.raises(ConnectionFailed, match="Gave up at attempt 8") as caught:
        session.request("GET", PATH, write=False)
    assert wire.clock.sleeps == [1, 2, 4, 8, 16, 30, 30]
    assert caught.value.gave_up
    with pytest.raises(TimeBudgetExceeded, match="retry_timeout") as told:
        wire.script((503, {}, {"Retry-After": "500"})).session().request("GET", PATH, write=False)
    assert (told.value.status, told.value.retryable) == (503, True)


def test_an_answer_lacks_what_is_needed(wire: Any) -> None:
    session = wire.script((200, {"other": []}), (200, {"versions": []})).session()
    assert session.request("GET", PATH, write=False, needs="versions").document == {"versions": []}
    session = wire.script((202, "not read"), (204, "")).session()
    session.request("DELETE", PATH, write=True, expect=(202,), needs=None)
    assert session.request("DELETE", PATH, write=True, expect=(204,), needs=None).document is None


LOCATIONS = [
    ("absolute", (302, "", {"Location": f"{HOST}/papi/v0/a/2?groupId=g"}), "/papi/v0/a/2?groupId=g"),
    ("relative", (302, "", {"Location": "/papi/v0/a/2?groupId=g"}), "/papi/v0/a/2?groupId=g"),
    ("in the body", (302, {"redirectLink": f"{PATH}?groupId=g"}, {}), f"{PATH}?groupId=g"),
    ("with somebody's key", (302, "", {"Location": "/papi/v0/a/2?accountSwitchKey=1-X"}), "/papi/v0/a/2"),
]


@pytest.mark.parametrize(("redirect", "target"), [row[1:] for row in LOCATIONS], ids=[row[0] for row in LOCATIONS])
def test_a_redirect_is_followed_once_signed_anew_with_the_switch_key(wire: Any, redirect: Any, target: str) -> None:
    session = wire.script(redirect, (200, {"ok": True})).session("1-ABCDE")
    assert session.request("GET", PATH, headers={"PAPI-Use-Prefixes": "true"}, write=False).document == {"ok": True}
    first, second = wire.sent
    assert second.path_url == f"{target}{'&' if '?' in target else '?'}accountSwitchKey=1-ABCDE"
    assert second.headers["PAPI-Use-Prefixes"] == "true"
    assert first.headers["Authorization"] != second.headers["Authorization"]
    assert str(second.url).startswith(HOST)


@pytest.mark.parametrize(
    "location",
    ["https://elsewhere.example.com/papi/v0/a", "http://akab-example-0001.luna.akamaiapis.net/papi/v0/a", PATH, ""],
    ids=["other host", "plain http", "itself", "none"],
)
def test_a_redirect_elsewhere_is_not_followed(wire: Any, location: str) -> None:
    with pytest.raises(ApiError) as caught:
        wire.script((302, "", {"Location": location})).session("1-ABCDE").request("GET", PATH, write=False)
    assert caught.value.status == 302


def test_a_second_redirect_and_one_of_a_write_are_not_followed(wire: Any) -> None:
    with pytest.raises(ApiError):
        wire.script(*[(302, "", {"Location": f"/papi/v0/{n}"}) for n in "ab"]).session().request(
            "GET", PATH, write=False
        )
    with pytest.raises(ApiError, match="answered 302"):
        wire.script((302, "", {"Location": "/papi/v0/a"})).session().request("POST", PATH, write=True)
    assert len(wire.sent) == 3


def test_no_secret_is_logged_at_any_level(wire: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    session = wire.script(LATER, LOST, (200, {})).session()
    session.request("POST", PATH, body={"pem": "PRIVATE KEY hush"}, write=False)
    said = "\n".join([*wire.lines, caplog.text, repr(session.credentials)])
    assert f"POST {PATH}" in said
    assert "waiting 7.0 s" in said
    for secret in (*session.credentials.secrets(), "hush", "signature="):
        assert secret not in said


def test_a_fault_names_no_secret(wire: Any) -> None:
    session = wire.script(
        (401, {"type": "https://x/-/pep-authn/deny", "detail": "The signature does not match"})
    ).session()
    with pytest.raises(ApiError) as caught:
        session.request("GET", PATH, write=False)
    told = f"{caught.value} {caught.value.failure()} {vars(caught.value)}"
    assert not [secret for secret in session.credentials.secrets() if secret in told]


def test_the_library_s_own_redirect_hook_is_not_used(wire: Any) -> None:
    wire.script((200, {})).session().request("GET", PATH, write=False)
    assert wire.sent[0].hooks["response"] == []
