# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What official clients insist on with all three APIs (clients.md 1)."""

from __future__ import annotations

import datetime as dt
import email.utils
from typing import Any
from urllib.parse import urlsplit

import pytest

from .certificates import many
from .clients import RFC3339, Go, last, line
from .cps_worlds import DV, ENROLLMENTS, NEW_ENROLLMENT, OV, vnd
from .harness import METS, PAPI, RFC1123, House
from .mets_worlds import SETS, certificates, create_set, one_version
from .papi_harness import CG, activation

WWW = f"{PAPI}/properties/prp_200001"
KEY = "1-XYZ98:1-2RBL"
# A read of each kind: path, Accept.
READS: list[tuple[str, str | None]] = [
    (SETS, None),
    (f"{SETS}/{{set}}", None),
    (f"{SETS}/{{set}}/associations", None),
    (f"{SETS}/{{set}}/versions?includeCertificates=true", None),
    (f"{ENROLLMENTS}?contractId=C-0N7RAC7", vnd("enrollments.v11")),
    (f"{ENROLLMENTS}/{DV}", vnd("enrollment.v11")),
    (f"{ENROLLMENTS}/{DV}/deployments", vnd("deployments.v7")),
    (f"{PAPI}/groups", None),
    (f"{WWW}?{CG}", None),
    (f"{WWW}/versions/latest?{CG}", None),
    (f"{WWW}/versions/2/rules?{CG}&validateMode=full&validateRules=true", None),
    (f"{WWW}/activations?{CG}", None),
]


@line("1", "The Go library always uses https")
@pytest.mark.parametrize(("path", "accept"), READS, ids=[path for path, _ in READS])
def test_media_types_on_reads(house: House, path: str, accept: str | None) -> None:
    facts = one_version(house)
    assert Go(house).call("GET", path.format(**facts), 200, accept=accept)


@line("1", "The Go library always uses https")
def test_media_types_on_deletions(house: House) -> None:
    go = Go(house)
    ca_set = create_set(house)
    go.call("DELETE", f"{SETS}/{ca_set}", 202, result=False)
    go.call("DELETE", f"{ENROLLMENTS}/{OV}", 202, accept=vnd("enrollment-status.v1"))
    link = go.call("POST", f"{WWW}/activations?{CG}", 201, activation(1))["activationLink"]
    go.call("DELETE", f"{WWW}/activations/{last(link)}?{CG}", 200)


@line("1", "The Go library always uses https")
def test_sorted_queries(house: House) -> None:
    ca_set = create_set(house, "sorted-one")
    path = f"{SETS}?caSetStatus=NOT_DELETED,DELETING&caSetNamePrefix=sorted&activatedOn=INACTIVE"
    assert [item["caSetId"] for item in Go(house).call("GET", path, 200)["caSets"]] == [ca_set]


@line("1", "The Go library always uses https")
@pytest.mark.parametrize("path", [f"{PAPI}/groups", f"{SETS}?caSetNamePrefix=p"])
def test_an_account_switch_key_twice(house: House, path: str) -> None:
    go = Go(house, "switchable")
    sign = "&" if "?" in path else "?"
    once = go.call("GET", f"{path}{sign}accountSwitchKey={KEY}", 200)
    assert go.call("GET", f"{path}{sign}accountSwitchKey={KEY}&accountSwitchKey={KEY}", 200) == once
    if path.startswith(PAPI):
        assert once["accountId"] == "act_A-CCT5678"


@line("1", "A 2xx answer except 204 and")
def test_json_wherever_a_result_is_expected(house: House) -> None:
    """Writes; `test_media_types_on_reads` has the reads."""
    go = Go(house)
    ca_set = go.call("POST", SETS, 201, {"caSetName": "partners"})["caSetId"]
    body = {"certificates": certificates(*many(2))}
    go.call("POST", f"{METS}/certificates/validate", 200, body)
    go.call("POST", f"{SETS}/{ca_set}/versions", 201, body)
    go.call("PUT", f"{SETS}/{ca_set}/versions/1", 200, body)
    go.call("POST", f"{SETS}/{ca_set}/versions/1/clone", 201)
    assert go.send("DELETE", f"{SETS}/{ca_set}/versions/2").content == b""
    go.call("POST", f"{SETS}/{ca_set}/versions/1/activate", 202, {"network": "STAGING"})
    other = create_set(house, "others")
    assert go.send("DELETE", f"{SETS}/{other}").content == b""
    media = {"accept": vnd("enrollment-status.v1"), "content": vnd("enrollment.v12")}
    assert go.call("POST", f"{ENROLLMENTS}?contractId=C-0N7RAC7", 202, NEW_ENROLLMENT, **media)["changes"]
    assert go.call("POST", f"{WWW}/versions?{CG}", 201, {"createFromVersion": 2})["versionLink"]
    assert go.call("POST", f"{WWW}/activations?{CG}", 201, activation(1))["activationLink"]


@line("1", "GETs are repeated on 409, 429")
@pytest.mark.parametrize("status", [409, 429, 500, 502, 503, 504])
def test_a_repeated_read_is_served(house: House, status: int) -> None:
    go = Go(house)
    house.control.fault(api="papi", method="GET", path="groups", every=True, times=9, then={"status": status})
    answers = [go.send("GET", f"{PAPI}/groups").status_code for _ in range(10)]
    assert answers == [status] * 9 + [200]


@line("1", "Rate headers count only as `X-RateLimit-Next`")
def test_rate_headers(house: House) -> None:
    """What is spent stays spent on the wire's clock: of the other account only. PAPI: test_papi_reach.py."""
    house.control.switch(rate_limits="documented")
    go = Go(house, "other_account")
    answer = next(answer for answer in (go.send("GET", SETS) for _ in range(2000)) if answer.status_code == 429)
    assert RFC3339.fullmatch(answer.headers["X-RateLimit-Next"])
    assert RFC1123.fullmatch(answer.headers["Date"])
    following = dt.datetime.fromisoformat(answer.headers["X-RateLimit-Next"])
    assert following > email.utils.parsedate_to_datetime(answer.headers["Date"])


@line("1", "A relative `Location` of a redirect")
@pytest.mark.parametrize("query", ["", "&activatedOn=STAGING", "&activatedOn=PRODUCTION"])
def test_redirects_are_absolute_and_end_in_200(house: House, query: str) -> None:
    path = f"{WWW}/versions/latest?{CG}{query}"
    answer = house.client().send("GET", path, headers={"PAPI-Use-Prefixes": "true"})
    assert answer.status_code == 302
    parts = urlsplit(answer.headers["Location"])
    assert (parts.scheme, parts.netloc) == ("https", house.client().host)
    assert parts.path == "/papi/v0/properties/prp_200001/versions/2"
    followed = Go(house).call("GET", path, 200)
    assert followed["versions"]["items"][0]["propertyVersion"] == 2


@line("1", "A relative `Location` of a redirect")
def test_redirects_for_contract_and_group(house: House) -> None:
    house.control.switch(papi_context="redirect")
    answer = house.client().send("GET", WWW, headers={"PAPI-Use-Prefixes": "true"})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"https://{house.client().host}/papi/")
    assert Go(house).call("GET", WWW, 200)["properties"]["items"][0]["propertyId"] == "prp_200001"


V0 = [path for path, _ in READS if path.startswith(PAPI)]


@line("1", "A relative `Location` of a redirect")
@pytest.mark.parametrize("path", V0)
def test_v0_serves_the_same_reads(house: House, path: str) -> None:
    go = Go(house)
    assert go.call("GET", path.replace("/v1/", "/v0/"), 200) == go.call("GET", path, 200)


@line("1", "No official client reads `Location` for")
def test_links_in_bodies_lead_there(house: House) -> None:
    """What a creation names in its body can be read; so can what is named there."""
    go = Go(house)
    shown = go.call("POST", SETS, 201, {"caSetName": "linked"})
    assert go.call("GET", shown["caSetLink"], 200)["caSetId"] == shown["caSetId"]
    version = go.call("POST", f"{SETS}/{shown['caSetId']}/versions", 201, {"certificates": certificates(*many(2))})
    assert go.call("GET", version["versionLink"], 200)["version"] == 1
    started = go.call("POST", f"{version['versionLink']}/activate", 202, {"network": "STAGING"})
    go.call("GET", started["activationLink"], 202)
    media: dict[str, Any] = {"accept": vnd("enrollment-status.v1"), "content": vnd("enrollment.v12")}
    created = go.call("POST", f"{ENROLLMENTS}?contractId=C-0N7RAC7", 202, NEW_ENROLLMENT, **media)
    go.call("GET", created["enrollment"], 200, accept=vnd("enrollment.v12"))
    go.call("GET", created["changes"][0], 200, accept=vnd("change.v2"))
    for path, body, member in (
        ("versions", {"createFromVersion": 2}, "versionLink"),
        ("activations", activation(1), "activationLink"),
    ):
        go.call("GET", go.call("POST", f"{WWW}/{path}?{CG}", 201, body)[member], 200)
