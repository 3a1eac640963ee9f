# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain import enrollment
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.enrollment import (
    UNBOUND,
    Binding,
    wanted_binding,
)

Document = dict[str, Any]
MUTUAL: Document = {"setId": "12345", "authenticationOptions": {"sendCaListToClient": True, "ocsp": {"enabled": False}}}


@pytest.fixture
def document() -> Document:
    return {
        "id": 10001,
        "location": "/cps/v2/enrollments/10001",
        "ra": "lets-encrypt",
        "validationType": "dv",
        "certificateType": "san",
        "changeManagement": False,
        "autoRenewalStartTime": "2027-01-01T00:00:00Z",
        "maxAllowedSanNames": 100,
        "maxAllowedWildcardSanNames": 100,
        "assignedSlots": [1],
        "productionSlots": [1],
        "stagingSlots": [1],
        "slots": [1],
        "pendingChanges": [],
        "orgId": None,
        "memberOfTomorrow": {"x": [1]},
        "csr": {"cn": "www.example.com", "sans": ["api.example.com", "*.shop.example.com", "www.example.com"]},
        "networkConfiguration": {
            "geography": "core",
            "sniOnly": True,
            "fipsMode": None,
            "dnsNameSettings": {"cloneDnsNames": True, "dnsNames": None},
            "clientMutualAuthentication": None,
        },
    }


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        (None, UNBOUND),
        ({}, UNBOUND),
        ({"clientMutualAuthentication": None}, UNBOUND),
        ({"clientMutualAuthentication": {"setId": None, "authenticationOptions": None}}, UNBOUND),
        ({"clientMutualAuthentication": {"setId": ""}}, UNBOUND),
        ({"clientMutualAuthentication": {"setId": "12345"}}, Binding("12345")),
        ({"clientMutualAuthentication": {"setId": 12345}}, Binding("12345")),
        ({"clientMutualAuthentication": {"setId": "1", "authenticationOptions": {"ocsp": None}}}, Binding("1")),
        ({"clientMutualAuthentication": MUTUAL}, Binding("12345", send_ca_list_to_client=True)),
        (
            {"clientMutualAuthentication": {"setId": "A.xml", "authenticationOptions": {"ocsp": {"enabled": True}}}},
            Binding("A.xml", ocsp=True),
        ),
    ],
)
def test_binding(network: Document | None, expected: Binding) -> None:
    assert enrollment.binding({"networkConfiguration": network}) == expected


@pytest.mark.parametrize(
    ("current", "options", "expected"),
    [
        (UNBOUND, {}, Binding("9")),
        (UNBOUND, {"ocsp": True}, Binding("9", ocsp=True)),
        (Binding("9", True, True), {}, Binding("9", True, True)),
        (Binding("8", True, True), {"ocsp": False}, Binding("9", False, True)),
    ],
)
def test_wanted_binding(current: Binding, options: dict[str, bool], expected: Binding) -> None:
    assert wanted_binding(current, "9", **options) == expected


def test_a_body_changes_nothing_but_the_binding(document: Document) -> None:
    before = deepcopy(document)
    body = enrollment.with_binding(document, Binding("\0partners", ocsp=True))
    assert document == before
    expected = {key: value for key, value in deepcopy(before).items() if key not in enrollment.SERVER_MEMBERS}
    expected["enableMultiStackedCertificates"] = False
    expected["networkConfiguration"]["clientMutualAuthentication"] = {
        "setId": "\0partners",
        "authenticationOptions": {"sendCaListToClient": False, "ocsp": {"enabled": True}},
    }
    assert body == expected
    assert enrollment.binding(body) == Binding("\0partners", ocsp=True)
    assert body["memberOfTomorrow"] == {"x": [1]}
    assert "autoRenewalStartTime" in body
    body["memberOfTomorrow"]["x"].append(2)
    assert document == before


def test_a_body_keeps_what_it_does_not_know_of_a_binding(document: Document) -> None:
    document["enableMultiStackedCertificates"] = True
    document["networkConfiguration"]["clientMutualAuthentication"] = {
        **MUTUAL,
        "new": 1,
        "authenticationOptions": {"x": 2, "ocsp": {"enabled": False, "y": 3}},
    }
    body = enrollment.with_binding(document, Binding("6", ocsp=True, send_ca_list_to_client=True))
    assert body["networkConfiguration"]["clientMutualAuthentication"] == {
        "setId": "6",
        "new": 1,
        "authenticationOptions": {"x": 2, "sendCaListToClient": True, "ocsp": {"enabled": True, "y": 3}},
    }
    assert body["enableMultiStackedCertificates"] is True


def test_unbinding_is_an_explicit_null(document: Document) -> None:
    document["networkConfiguration"]["clientMutualAuthentication"] = MUTUAL
    body = enrollment.with_binding(document, UNBOUND)
    assert body["networkConfiguration"]["clientMutualAuthentication"] is None
    assert enrollment.binding(body) == UNBOUND


@pytest.mark.parametrize(
    ("edit", "lost"),
    [
        pytest.param(lambda after: None, [], id="nothing"),
        pytest.param(lambda after: after["csr"]["sans"].reverse(), [], id="order of SANs"),
        pytest.param(lambda after: after["csr"].update(preferredTrustChain=None), [], id="null"),
        pytest.param(lambda after: after.update(pendingChanges=[{}], stagingSlots=[2], id="10001"), [], id="server's"),
        pytest.param(lambda after: after.update(autoRenewalStartTime=None), [], id="renewal moved"),
        pytest.param(lambda after: after.update(enableMultiStackedCertificates=False), [], id="named by a PUT"),
        pytest.param(
            lambda after: after["networkConfiguration"].update(clientMutualAuthentication=MUTUAL), [], id="the binding"
        ),
        pytest.param(lambda after: after["csr"]["sans"].pop(), ["csr.sans"], id="a SAN"),
        pytest.param(
            lambda after: after["networkConfiguration"]["dnsNameSettings"].update(cloneDnsNames=False),
            ["networkConfiguration.dnsNameSettings.cloneDnsNames"],
            id="network setting",
        ),
        pytest.param(lambda after: after.pop("memberOfTomorrow"), ["memberOfTomorrow"], id="unknown member"),
        pytest.param(lambda after: after.update(techContact={"a": 1}), ["techContact"], id="added"),
    ],
)
def test_lost_fields(edit: Any, lost: list[str], document: Document) -> None:
    after = deepcopy(document)
    edit(after)
    assert enrollment.lost_fields(document, after) == lost
    assert enrollment.lost_fields(enrollment.with_binding(document, Binding("1")), after) == lost


@pytest.mark.parametrize(
    ("hostname", "covered"),
    [
        ("www.example.com", True),
        ("API.example.com", True),
        ("a.shop.example.com", True),
        ("a.b.shop.example.com", False),
        ("shop.example.com", False),
        ("example.com", False),
    ],
)
def test_covers(hostname: str, covered: bool, document: Document) -> None:
    assert enrollment.covers(document, hostname) is covered


def test_names(document: Document) -> None:
    assert enrollment.names(document) == ["www.example.com", "api.example.com", "*.shop.example.com"]
    assert enrollment.names({"csr": {"cn": None, "sans": None}}) == []
    assert enrollment.names({}) == []


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"id": 10001}, "10001"),
        ({"id": None, "location": "/cps/v2/enrollments/10002"}, "10002"),
        ({}, None),
    ],
)
def test_identifier(members: Document, expected: str | None) -> None:
    assert enrollment.identifier(members) == expected


@pytest.mark.parametrize(
    ("pending", "expected"),
    [
        (None, None),
        ([], None),
        ([{"location": "/cps/v2/enrollments/1/changes/2"}, {"location": "/cps/v2/enrollments/1/changes/3"}], "3"),
        (["/cps/v2/enrollments/1/changes/2"], "2"),
    ],
)
def test_newest_pending(pending: Any, expected: str | None) -> None:
    assert enrollment.newest_pending({"pendingChanges": pending}) == expected


NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "days", "start", "pending", "expected"),
    [
        ("ev", 91, None, [], False),
        ("ev", 90, None, [], True),
        ("ov", 61, None, [], False),
        ("ov", 60, None, [], True),
        ("dv", 21, "2026-01-01T00:00:00Z", [], False),
        ("dv", 20, None, [], True),
        ("third-party", 1, None, [], None),
        ("third-party", 1, "2026-11-24T00:00:00Z", [], True),
        ("dv", None, "2026-11-25T00:00:00Z", [], False),
        ("dv", None, "2026-11-23T00:00:00Z", [], True),
        ("dv", None, None, [], None),
        ("dv", 300, None, [{"changeType": "renewal"}], True),
        ("dv", 300, None, [{"changeType": "modify-certificate"}], False),
        ("dv", None, None, ["/cps/v2/enrollments/1/changes/2"], None),
    ],
)
def test_renewal_window(
    kind: str, days: int | None, start: str | None, pending: list[Any], expected: bool | None
) -> None:
    seen = {"validationType": kind, "autoRenewalStartTime": start, "pendingChanges": pending}
    expires = None if days is None else NOW + timedelta(days=days)
    assert enrollment.in_renewal_window(seen, NOW, expires) is expected
