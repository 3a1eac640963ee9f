# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain import hostnames
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.errors import InvalidOption
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.hostnames import HostnameWish, MtlsWish

Item = dict[str, Any]

WWW: Item = {
    "cnameType": "EDGE_HOSTNAME",
    "edgeHostnameId": "ehn_300001",
    "cnameFrom": "www.example.com",
    "cnameTo": "www.example.com.edgekey.net",
    "certProvisioningType": "CPS_MANAGED",
    "certStatus": {"staging": [{"status": "DEPLOYED"}]},
    "unknownMember": {"kept": True},
}
CCM: Item = {
    "cnameType": "EDGE_HOSTNAME",
    "edgeHostnameId": "ehn_300002",
    "cnameFrom": "ccm.example.com",
    "cnameTo": "ccm.example.com.edgekey.net",
    "certProvisioningType": "CCM",
    "ccmCertificates": {"rsaCertId": "7", "rsaCertLink": "/ccm/v1/certificates/7"},
    "mtls": {
        "caSetId": "12345",
        "caSetLink": "/mtls-edge-truststore/v2/ca-sets/12345",
        "checkClientOcsp": True,
        "sendCaSetClient": False,
    },
}


@pytest.mark.parametrize(
    "wish",
    [
        HostnameWish("www.example.com"),
        HostnameWish("WWW.example.com."),
        HostnameWish("www.example.com", "www.example.com.EDGEKEY.net"),
        HostnameWish("www.example.com", "ehn_300001"),
        HostnameWish("www.example.com", "300001", "CPS_MANAGED"),
        HostnameWish("ccm.example.com", mtls=MtlsWish("12345")),
        HostnameWish("ccm.example.com", mtls=MtlsWish("12345", ocsp=True, send_ca_list_to_client=False)),
    ],
)
def test_what_is_there_stays(wish: HostnameWish) -> None:
    items = [WWW, CCM]
    edit = hostnames.ensure(items, [wish])
    assert (edit.changed, edit.items) == (False, items)
    assert edit.before == edit.after
    assert len(edit.after) == 1


def test_a_new_host_name_stands_at_the_end() -> None:
    before = deepcopy([WWW, CCM])
    wish = HostnameWish("Api.example.com", "api.example.com.edgekey.net")
    edit = hostnames.ensure(before, [wish])
    assert before == [WWW, CCM]
    assert edit.items == [
        WWW,
        CCM,
        {
            "cnameType": "EDGE_HOSTNAME",
            "cnameFrom": "api.example.com",
            "cnameTo": "api.example.com.edgekey.net",
            "certProvisioningType": "CPS_MANAGED",
        },
    ]
    assert edit.before == []
    assert edit.after == [
        {
            "cname_from": "api.example.com",
            "cname_to": "api.example.com.edgekey.net",
            "cname_type": "EDGE_HOSTNAME",
            "edge_hostname_id": None,
            "cert_provisioning_type": "CPS_MANAGED",
            "ccm_certificates": None,
            "mtls": None,
        }
    ]
    assert not hostnames.ensure(edit.items, [wish]).changed
    assert hostnames.remove(edit.items, ["api.EXAMPLE.com"]).items == [WWW, CCM]


@pytest.mark.parametrize(
    ("wish", "changes"),
    [
        (HostnameWish("www.example.com", "o.edgekey.net"), {"cnameTo": "o.edgekey.net", "edgeHostnameId": None}),
        (HostnameWish("www.example.com", "ehn_9"), {"edgeHostnameId": "ehn_9", "cnameTo": None}),
        (HostnameWish("www.example.com", certificate_type="DEFAULT"), {"certProvisioningType": "DEFAULT"}),
        (
            HostnameWish(
                "www.example.com",
                certificate_type="CCM",
                mtls=MtlsWish("\0new", send_ca_list_to_client=True),
                ccm_certificates={"rsa_cert_id": "1"},
            ),
            {
                "certProvisioningType": "CCM",
                "ccmCertificates": {"rsaCertId": "1"},
                "mtls": {"caSetId": "\0new", "checkClientOcsp": False, "sendCaSetClient": True},
            },
        ),
    ],
)
def test_edits_change_only_what_is_asked(wish: HostnameWish, changes: Item) -> None:
    edit = hostnames.ensure([WWW, CCM], [wish])
    expected = {key: value for key, value in {**WWW, **changes}.items() if value is not None}
    assert edit.changed
    assert edit.items == [expected, CCM]
    assert edit.before == [hostnames.project(WWW)]
    assert edit.after == [hostnames.project(expected)]


def test_another_ca_set_keeps_options_but_not_the_link() -> None:
    edit = hostnames.ensure([CCM], [HostnameWish("ccm.example.com", mtls=MtlsWish("6"))])
    assert edit.items[0]["mtls"] == {"caSetId": "6", "checkClientOcsp": True, "sendCaSetClient": False}
    assert edit.after[0]["mtls"] == {
        "ca_set_id": "6",
        "ca_set_name": None,
        "check_client_ocsp": True,
        "send_ca_set_client": False,
    }
    assert edit.items[0]["ccmCertificates"] == CCM["ccmCertificates"]


@pytest.mark.parametrize(
    ("wish", "changes"),
    [
        (HostnameWish("ccm.example.com", mtls=MtlsWish(None, present=False)), {"mtls": None}),
        (HostnameWish("ccm.example.com", mtls=MtlsWish("12345", present=False)), {"mtls": None}),
        (HostnameWish("ccm.example.com", mtls=MtlsWish("6", present=False)), {}),
        (
            HostnameWish("ccm.example.com", ccm_certificates={"ecdsa_cert_id": "8"}),
            {"ccmCertificates": {**CCM["ccmCertificates"], "ecdsaCertId": "8"}},
        ),
        (
            HostnameWish("ccm.example.com", certificate_type="DEFAULT"),
            {"certProvisioningType": "DEFAULT", "ccmCertificates": None, "mtls": None, "tlsConfiguration": None},
        ),
    ],
)
def test_what_belongs_to_a_ccm_host_name(wish: HostnameWish, changes: Item) -> None:
    edit = hostnames.ensure([WWW, CCM], [wish])
    assert edit.items[1] == {key: value for key, value in {**CCM, **changes}.items() if value is not None}
    assert edit.changed is bool(changes)
    assert not hostnames.ensure(edit.items, [wish]).changed


def test_another_certificate_has_another_link() -> None:
    linked = {
        **CCM,
        "ccmCertificates": {"rsaCertId": "1", "rsaCertLink": "/1", "ecdsaCertId": "2", "ecdsaCertLink": "/2"},
    }
    edit = hostnames.ensure([linked], [HostnameWish("ccm.example.com", ccm_certificates={"rsa_cert_id": "3"})])
    assert edit.items[0]["ccmCertificates"] == {"rsaCertId": "3", "ecdsaCertId": "2", "ecdsaCertLink": "/2"}


NAMED = [{"cnameFrom": name} for name in ("www.example.com", "*.example.com", "api.example.net")]


@pytest.mark.parametrize(
    ("patterns", "excepted", "names"),
    [
        ([], [], ["www.example.com", "*.example.com", "api.example.net"]),
        ([], ["*.EXAMPLE.com"], ["api.example.net"]),
        (["WWW.example.com.", "gone.example.org"], [], ["www.example.com", "gone.example.org"]),
        (["a?i.*", "*.org"], [], ["api.example.net", "*.org"]),
    ],
)
def test_the_names_that_a_rule_is_for(patterns: list[str], excepted: list[str], names: list[str]) -> None:
    assert hostnames.named(NAMED, patterns, excepted) == names


@pytest.mark.parametrize(
    ("name", "item"),
    [("WWW.example.com", 0), ("other.example.com", 1), ("a.b.example.com", None), ("api.example.net", 2)],
)
def test_what_serves_a_host_name(name: str, item: int | None) -> None:
    assert hostnames.serving([*reversed(NAMED)], name) is (None if item is None else NAMED[item])


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        (HostnameWish("new.example.com"), "edge_hostname is required: new.example.com"),
        (HostnameWish("www.example.com", mtls=MtlsWish("1")), "needs certificate_type CCM, not CPS_MANAGED"),
        (HostnameWish("new.example.com", "x.edgekey.net", mtls=MtlsWish("1")), "needs certificate_type CCM"),
        (HostnameWish("new.example.com", "x.edgekey.net", "CCM"), "ccm_certificates is required: new.example.com"),
        (HostnameWish("www.example.com", ccm_certificates={"rsa_cert_id": "1"}), "ccm_certificates of www.example.com"),
    ],
)
def test_wishes_without_meaning(wish: HostnameWish, says: str) -> None:
    with pytest.raises(InvalidOption, match=says):
        hostnames.ensure([WWW], [wish])


def test_removing_what_is_not_there_changes_nothing() -> None:
    edit = hostnames.remove([WWW, CCM], ["other.example.com"])
    assert (edit.changed, edit.items, edit.before, edit.after) == (False, [WWW, CCM], [], [])
    gone = hostnames.remove([WWW, CCM], ["ccm.example.com", "other.example.com"])
    assert (gone.changed, gone.items, gone.after) == (True, [WWW], [])
    assert gone.before == [hostnames.project(CCM)]


def test_the_body_leaves_out_what_the_server_writes() -> None:
    body = hostnames.body([{**CCM, "ccmCertStatus": {}, "domainOwnershipVerification": {}}, WWW])
    assert body == [CCM, {key: value for key, value in WWW.items() if key != "certStatus"}]
    body[0]["mtls"]["caSetId"] = "other"
    assert CCM["mtls"]["caSetId"] == "12345"


SHORT = {key: value for key, value in WWW.items() if key != "edgeHostnameId"}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([WWW, CCM], [CCM, WWW]),
        ([WWW], [{**WWW, "certStatus": None, "edgeHostnameId": "300001", "cnameFrom": "WWW.example.com"}]),
        ([WWW], [{**WWW, "mtls": None, "tlsConfiguration": {}}]),
        ([SHORT], [WWW]),
        ([CCM], [{**CCM, "mtls": {"caSetId": "12345", "checkClientOcsp": True}}]),
    ],
)
def test_equal(left: list[Item], right: list[Item]) -> None:
    assert hostnames.equal(left, right)
    assert hostnames.equal(right, left)
    assert hostnames.dropped(left, right) == []


@pytest.mark.parametrize(
    ("wanted", "returned", "names"),
    [
        ([WWW], [], ["www.example.com"]),
        ([], [WWW], ["www.example.com"]),
        ([WWW], [{**WWW, "certProvisioningType": "DEFAULT"}], ["www.example.com: certProvisioningType"]),
        ([SHORT], [{**WWW, "cnameTo": "o.edgekey.net"}], ["www.example.com: cnameTo"]),
        ([CCM], [{**CCM, "mtls": None}], ["ccm.example.com: mtls"]),
        (
            [WWW],
            [{key: value for key, value in WWW.items() if key != "unknownMember"}],
            ["www.example.com: unknownMember"],
        ),
    ],
)
def test_dropped(wanted: list[Item], returned: list[Item], names: list[str]) -> None:
    assert hostnames.dropped(wanted, returned) == names
    assert not hostnames.equal(wanted, returned)


def test_what_the_server_adds_is_not_dropped() -> None:
    assert hostnames.dropped([WWW], [{**WWW, "tlsConfiguration": {"cipherProfile": "x"}}]) == []
