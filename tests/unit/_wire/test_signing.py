# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The signing vectors of edgegrid.md 1, through the session's own path."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import requests
from akamai.edgegrid import edgegrid
from ansible_collections.edgetrust.akamai.plugins.module_utils._wire.credentials import MAX_BODY, Credentials
from ansible_collections.edgetrust.akamai.plugins.module_utils._wire.session import Session

CREDENTIALS = {
    "host": "akab-example-0001.luna.akamaiapis.net",
    "client_token": "akab-exampleclienttoken-0001",
    "client_secret": "ZXhhbXBsZS1jbGllbnQtc2VjcmV0LTAwMDEtbm90LXJlYWw=",
    "access_token": "akab-exampleaccesstoken-0001",
}
SETS = "/mtls-edge-truststore/v2/ca-sets"
VECTORS: list[tuple[str, str, dict[str, Any], str]] = [
    ("GET", SETS, {}, "OpWKDJe2UXxFiDx+SKBVDtARXha3u2e9DTIJtlqv0zQ="),
    (
        "GET",
        SETS,
        {"query": {"caSetNamePrefix": "ex a"}, "account": "1-ABCDE:1-2RBL"},
        "kF2W7tNwwGDRVzf4j2mjaYmRztGywLlJx0cbknzRuPo=",
    ),
    (
        "POST",
        SETS,
        {"body": {"caSetName": "example-clients", "description": "demo"}},
        "N0Jfq1pV+geVfnFikyqB+K0H5cQURXhBY3ugAaM5Fxs=",
    ),
    (
        "POST",
        f"{SETS}/1001/versions/2/activate",
        {"body": {"network": "STAGING"}},
        "P2dqDlsrZTFRsKkgzwibpnpB2yGwyIPdgciYs8MOZws=",
    ),
    ("POST", f"{SETS}/1001/versions/2/clone", {}, "9BJNKou0QPRJaXRE3lcnnp8NubPKw5wHS7A9BxUjykM="),
    (
        "PUT",
        f"{SETS}/1001/versions/2",
        {"body": {"description": "v2", "certificates": []}},
        "rzPUlB5wyQYYcw/v9tvOT7FYsJkab4OpsfLtNPjCGlE=",
    ),
]


class Clock:
    def monotonic(self) -> float:
        return 0.0

    def now(self) -> dt.datetime:
        return dt.datetime(2026, 11, 24, 9, 15, 30, tzinfo=dt.UTC)

    def sleep(self, seconds: float) -> None:
        raise AssertionError(f"no pause was due, but {seconds} s were asked for")


@pytest.fixture
def signatures(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The Authorization headers that were sent; every request is answered with {}."""
    sent: list[str] = []

    def send(adapter: object, prepared: requests.PreparedRequest, **_: object) -> requests.Response:
        sent.append(str(prepared.headers["Authorization"]))
        answer = requests.Response()
        answer.status_code, answer._content, answer.request = 200, b"{}", prepared
        return answer

    monkeypatch.setattr(edgegrid, "eg_timestamp", lambda: "20261124T09:15:30+0000")
    monkeypatch.setattr(edgegrid, "new_nonce", lambda: "3f0b6a52-8f0e-4a55-9d1d-2b6a0a9f7c11")
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    return sent


@pytest.mark.parametrize(("method", "path", "what", "signature"), VECTORS)
def test_vector(signatures: list[str], method: str, path: str, what: dict[str, Any], signature: str) -> None:
    credentials = Credentials(**CREDENTIALS, account_switch_key=what.get("account"), max_body=MAX_BODY, source="a test")
    session = Session(credentials, user_agent="test", clock=Clock())
    session.request(method, path, query=what.get("query"), body=what.get("body"), write=method != "GET")
    assert [header.rsplit("signature=", 1)[1] for header in signatures] == [signature]


def test_only_the_first_128_kib_of_a_post_are_hashed(signatures: list[str]) -> None:
    """The seventh vector is over a body that is no JSON, so it goes by the signer that the session holds."""
    session = Session(
        Credentials(**CREDENTIALS, account_switch_key=None, max_body=MAX_BODY, source="a test"),
        user_agent="test",
        clock=Clock(),
    )
    url = f"https://{CREDENTIALS['host']}{SETS}/1001/versions"
    requests.Session().send(requests.Request("POST", url, data=b"x" * 131072 + b"yyyy", auth=session._sign).prepare())
    assert signatures[0].endswith("signature=NpHCYd8HQ0MJsLcToxuIqfutyBh97uTNFWI2Tl4Ll6k=")
