# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures, against the vectors of edgegrid.md 1, and the order of the gateway's checks (edgegrid.md 4)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from akamai_emulator import edgegrid
from akamai_emulator.core import Refusal
from akamai_emulator.house import House

SECRET = "ZXhhbXBsZS1jbGllbnQtc2VjcmV0LTAwMDEtbm90LXJlYWw="
HOST = "akab-example-0001.luna.akamaiapis.net"
STAMP = "20261124T09:15:30+0000"
UNSIGNED = (
    "EG1-HMAC-SHA256 client_token=akab-exampleclienttoken-0001;access_token=akab-exampleaccesstoken-0001;"
    f"timestamp={STAMP};nonce=3f0b6a52-8f0e-4a55-9d1d-2b6a0a9f7c11;"
)
SETS = "/mtls-edge-truststore/v2/ca-sets"

VECTORS = [
    ("GET", SETS, b"", "", "OpWKDJe2UXxFiDx+SKBVDtARXha3u2e9DTIJtlqv0zQ="),
    (
        "GET",
        f"{SETS}?caSetNamePrefix=ex%20a&accountSwitchKey=1-ABCDE%3A1-2RBL",
        b"",
        "",
        "kF2W7tNwwGDRVzf4j2mjaYmRztGywLlJx0cbknzRuPo=",
    ),
    (
        "POST",
        SETS,
        b'{"caSetName":"example-clients","description":"demo"}',
        "CkE7KGnW1fLlRWrTHYISK5VYbYb+rLOJs1TwFSwIjWE=",
        "N0Jfq1pV+geVfnFikyqB+K0H5cQURXhBY3ugAaM5Fxs=",
    ),
    (
        "POST",
        f"{SETS}/1001/versions/2/activate",
        b'{"network":"STAGING"}',
        "7d7mjEcqBjNk3/S1ARP9otxA6tbvKURxtYc7UGVNQiQ=",
        "P2dqDlsrZTFRsKkgzwibpnpB2yGwyIPdgciYs8MOZws=",
    ),
    ("POST", f"{SETS}/1001/versions/2/clone", b"", "", "9BJNKou0QPRJaXRE3lcnnp8NubPKw5wHS7A9BxUjykM="),
    (
        "PUT",
        f"{SETS}/1001/versions/2",
        b'{"description":"v2","certificates":[]}',
        "",
        "rzPUlB5wyQYYcw/v9tvOT7FYsJkab4OpsfLtNPjCGlE=",
    ),
    (
        "POST",
        f"{SETS}/1001/versions",
        b"x" * 131072 + b"yyyy",
        "FWAVNeyko4t+Ma1klIYRIcufhMz1XUvranB9T3qHgT0=",
        "NpHCYd8HQ0MJsLcToxuIqfutyBh97uTNFWI2Tl4Ll6k=",
    ),
]


@pytest.mark.parametrize(("method", "target", "body", "digest", "signature"), VECTORS)
def test_vectors(method: str, target: str, body: bytes, digest: str, signature: str) -> None:
    assert edgegrid.content_hash(method, body) == digest
    auth = edgegrid.parse(f"{UNSIGNED}signature={signature}")
    assert auth is not None
    assert auth.moment() == dt.datetime(2026, 11, 24, 9, 15, 30, tzinfo=dt.UTC)
    assert edgegrid.verify(auth, SECRET, method, HOST, target, body)
    assert not edgegrid.verify(auth, SECRET, method, HOST, target + "x", body)
    assert not edgegrid.verify(auth, SECRET + "x", method, HOST, target, body)


def test_data_to_sign() -> None:
    """The third row of the page, field by field."""
    body = VECTORS[2][2]
    digest = "CkE7KGnW1fLlRWrTHYISK5VYbYb+rLOJs1TwFSwIjWE="
    wanted = "\t".join(["POST", "https", HOST, SETS, "", digest, UNSIGNED])
    assert edgegrid.data_to_sign("POST", HOST, SETS, body, UNSIGNED) == wanted


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic abc",
        UNSIGNED,
        UNSIGNED.replace("EG1-", "EG2-") + "signature=abc=",
        UNSIGNED.replace("EG1-HMAC-SHA256 ", "EG1-HMAC-SHA256  ") + "signature=abc=",
        UNSIGNED.replace(STAMP, "2026-11-24T09:15:30Z") + "signature=abc=",
        UNSIGNED + "signature=abc=;",
        UNSIGNED + "signature=",
        UNSIGNED.replace(";nonce=", ";salt=") + "signature=abc=",
    ],
)
def test_malformed_headers(header: str) -> None:
    assert edgegrid.parse(header) is None


def tail(refusal: Refusal) -> tuple[int, str, str]:
    return refusal.status, refusal.document["type"].rpartition("/-/")[2], refusal.document["detail"]


@pytest.mark.parametrize(
    ("case", "wanted"),
    [
        ({"ahead": -31}, (400, "pep-authn/request-error", "Invalid timestamp")),
        ({"ahead": 31}, (400, "pep-authn/request-error", "Invalid timestamp")),
        (
            {"spoil": lambda h: h.replace("client_token=", "client_token=x")},
            (400, "pep-authn/request-error", "Invalid client token"),
        ),
        (
            {"spoil": lambda h: h.replace("access_token=", "access_token=x")},
            (401, "pep-authn/deny", "Invalid authorization access token"),
        ),
        (
            {"spoil": lambda h: h.replace("nonce=", "nonce=x")},
            (401, "pep-authn/deny", "The signature does not match"),
        ),
        (
            {"ahead": 40, "spoil": lambda h: h.replace("client_token=", "client_token=x")},
            (400, "pep-authn/request-error", "Invalid timestamp"),
        ),
        ({"spoil": lambda h: ""}, (400, "pep-authn/request-error", "Authorization header missing")),
    ],
    ids=["too old", "too new", "client token", "access token", "nonce", "clock before token", "no header"],
)
def test_refused(house: House, signed: Any, case: dict[str, Any], wanted: tuple[int, str, str]) -> None:
    with pytest.raises(Refusal) as caught:
        house.authenticate(signed("GET", SETS, **case))
    assert tail(caught.value) == wanted


@pytest.mark.parametrize("ahead", [-28, 28])
def test_the_window_is_thirty_seconds(house: House, signed: Any, ahead: float) -> None:
    assert house.authenticate(signed("GET", SETS, ahead=ahead)) == "default"


def test_an_inactive_client(house: House, signed: Any) -> None:
    house.clients["read_only"][1]["active"] = False
    with pytest.raises(Refusal) as caught:
        house.authenticate(signed("GET", SETS, section="read_only"))
    assert tail(caught.value) == (401, "pep-authn/deny", "Inactive client token")


def test_a_nonce_counts_once(house: House, signed: Any) -> None:
    house.authenticate(signed("GET", SETS, nonce="same"))
    with pytest.raises(Refusal) as caught:
        house.authenticate(signed("GET", SETS, nonce="same"))
    assert tail(caught.value)[2] == "Invalid nonce"
    house.switches.update({"replayed_nonce": "accept"})
    assert house.authenticate(signed("GET", SETS, nonce="same")) == "default"


def test_old_nonces_are_forgotten(house: House, signed: Any) -> None:
    request = signed("GET", SETS)
    house.nonces["old"] = request.received - 61
    house.authenticate(request)
    assert "old" not in house.nonces


@pytest.mark.parametrize(("size", "refused"), [(131072, False), (131073, True)])
def test_a_large_signed_post(house: House, signed: Any, size: int, refused: bool) -> None:
    house.switches.update({"large_signed_post": "refuse"})
    request = signed("POST", SETS, b"x" * size)
    if refused:
        with pytest.raises(Refusal):
            house.authenticate(request)
        house.switches.update({"large_signed_post": "accept"})
        request = signed("POST", SETS, b"x" * size)
    assert house.authenticate(request) == "default"
    assert house.authenticate(signed("PUT", SETS, b"x" * size)) == "default"
