# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host names with certificates of Cloud Certificate Manager (CCM): papi-v1.md 8.6 and 11, mets-v2.md 3.6 and 4.3."""

from __future__ import annotations

import json
from typing import Any

import pytest
from in_process import House
from properties import PLAIN, activated, change, held, steps, switched
from starts import ROOTS, enter, pems
from starts_papi import CCM_HOST, DENY, MAIL, property_of, version_of

WITH_CCM = "property with a CCM host name"
NAME = "ccm.example.com"
SETLESS = {key: value for key, value in CCM_HOST.items() if key != "mtls"}
KNOWN = {"property_name": "www", "hostnames": [NAME]}
OFF = {**KNOWN, "mtls": {"state": "absent"}}
GONE = {"allow_outage": ["delete_live_hostname"]}


def foreseen(house: House, module: str, **options: Any) -> dict[str, Any]:
    """The result of a run whose check mode has shown the same."""
    predicted = house.ok(module, check=True, **options)
    real = house.ok(module, **options)
    for member in ("diff", "changed", "hostnames"):
        assert predicted.get(member) == real.get(member), member
    return real


def item(house: House, number: int, name: str = NAME) -> dict[str, Any]:
    found: list[dict[str, Any]] = version_of(house.control.state(), number)["hostnames"]
    return next(h for h in found if h["cnameFrom"] == name)


def live(house: House, result: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The version of an edit is activated."""
    return house.ok("papi_activation", **to_activate(result), **options)


def to_activate(result: dict[str, Any]) -> dict[str, Any]:
    held = result["property"]
    number, base = held["property_version"], held["base_version"]
    return {"property_name": "www", "version": number, "replaces": base, "acknowledge_warnings": True, **MAIL}


def uses(house: House, name: str = "partners") -> list[tuple[str, str]]:
    found = house.ok("mets_association_info", ca_set_name=name)["associations"]["hostnames"]
    return sorted((h["hostname"], h["network"]) for h in found)


def unbound(house: House) -> None:
    """Nothing but host names may use the set partners any more."""
    for common_name in ("www.example.com", "shop.example.com"):
        house.ok("cps_mtls_binding", common_name=common_name, state="absent")


# The wish


def test_a_ccm_host_name_has_its_certificates_and_its_set(house: House) -> None:
    enter(house, PLAIN)
    result = foreseen(house, "papi_property_hostname", **CCM_HOST)
    shown = result["hostnames"][0]
    number = house.ok("mets_ca_set_info", ca_set_name="partners")["ca_sets"][0]["ca_set_id"]
    assert shown["cert_provisioning_type"] == "CCM"
    assert shown["ccm_certificates"] == {"rsa_cert_id": "10001", "ecdsa_cert_id": None}
    assert shown["mtls"] == {
        "ca_set_id": number,
        "ca_set_name": "partners",
        "check_client_ocsp": True,
        "send_ca_set_client": False,
    }
    assert item(house, 3)["mtls"]["caSetId"] == number
    info = house.ok("papi_property_info", property_name="www")["properties"][0]["versions"][-1]["hostnames"]
    assert {**info[1], "state": "present"} == shown
    house.control.forget_requests()
    assert house.ok("papi_property_hostname", **CCM_HOST)["changed"] is False
    for again in (SETLESS, {**CCM_HOST, "mtls": {"ca_set_id": number}}, KNOWN):
        assert house.ok("papi_property_hostname", **again, base_version="3")["changed"] is False
    assert house.writes() == []


def test_what_is_not_given_stays(house: House) -> None:
    enter(house, WITH_CCM)
    tls = {"cipherProfile": "ak-akamai-2020q1", "fipsMode": False}
    change(house, lambda prop: prop["versions"][2]["hostnames"][-1].update(tlsConfiguration=tls))
    options = {"mtls": {"ca_set_name": "others", "send_ca_list_to_client": True}}
    result = foreseen(house, "papi_property_hostname", **KNOWN, **options)
    after = item(house, 4)
    assert after["mtls"]["checkClientOcsp"] is True and after["mtls"]["sendCaSetClient"] is True
    assert after["tlsConfiguration"] == tls and after["ccmCertificates"]["rsaCertId"] == "10001"
    assert after["mtls"]["caSetLink"].endswith(f"/{result['hostnames'][0]['mtls']['ca_set_id']}")
    assert result["diff"]["before"]["hostnames"][0]["mtls"]["ca_set_name"] == "partners"
    more = {"ccm_certificates": {"ecdsa_cert_id": "10002"}, "base_version": "4"}
    foreseen(house, "papi_property_hostname", **KNOWN, **more)
    assert item(house, 4)["ccmCertificates"] == {
        "rsaCertId": "10001",
        "rsaCertLink": "/ccm/v1/certificates/10001",
        "ecdsaCertId": "10002",
        "ecdsaCertLink": "/ccm/v1/certificates/10002",
    }


@pytest.mark.parametrize(
    ("mtls", "changed"),
    [
        ({"state": "absent"}, True),
        ({"state": "absent", "ca_set_name": "partners"}, True),
        ({"state": "absent", "ca_set_name": "others"}, False),
        ({"state": "absent", "ca_set_name": "never-made"}, False),
        ({"state": "absent", "ca_set_id": "4711"}, False),
    ],
    ids=lambda value: json.dumps(value),
)
def test_the_set_is_taken_off_and_the_host_name_stays(house: House, mtls: dict[str, Any], changed: bool) -> None:
    enter(house, WITH_CCM)
    before = item(house, 3)
    result = foreseen(house, "papi_property_hostname", **KNOWN, mtls=mtls)
    assert result["changed"] is changed
    if changed:
        assert result["hostnames"][0]["mtls"] is None and result["hostnames"][0]["state"] == "present"
        assert item(house, 4) == {key: value for key, value in before.items() if key != "mtls"}
        house.control.forget_requests()
        again = house.ok("papi_property_hostname", **KNOWN, mtls=mtls, base_version="4")
        assert again["changed"] is False and house.writes() == []


def test_another_type_of_certificate_takes_all_of_it_off(house: House) -> None:
    enter(house, WITH_CCM)
    result = foreseen(house, "papi_property_hostname", **KNOWN, certificate_type="CPS_MANAGED")
    shown = result["hostnames"][0]
    assert (shown["cert_provisioning_type"], shown["ccm_certificates"], shown["mtls"]) == ("CPS_MANAGED", None, None)
    assert item(house, 4).keys() & {"ccmCertificates", "mtls", "tlsConfiguration"} == set()
    back = foreseen(house, "papi_property_hostname", **CCM_HOST, base_version="4")
    assert back["hostnames"][0]["mtls"]["ca_set_name"] == "partners" and held(back) == (4, 4, False)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"mtls": {}}, "mtls: One of ca_set_name and ca_set_id"),
        ({"mtls": {"ca_set_name": "partners", "ca_set_id": "1"}}, "exclude each other"),
        ({"mtls": {"ca_set_id": "partners"}}, "is not the id of a CA set"),
        ({"certificate_type": "CPS_MANAGED"}, "ccm_certificates of ccm.example.com needs certificate_type CCM"),
        ({"certificate_type": "DEFAULT", "ccm_certificates": None}, "mtls of ccm.example.com needs certificate_type CCM"),
        ({"ccm_certificates": None}, "ccm_certificates is required: ccm.example.com"),
        ({"ccm_certificates": {}}, "at least one of rsa_cert_id and ecdsa_cert_id"),
        ({"ccm_certificates": {"rsa_cert_id": ""}}, "at least one of rsa_cert_id and ecdsa_cert_id"),
    ],
    ids=lambda value: json.dumps(value)[:60],
)  # fmt: skip
def test_what_means_nothing_is_refused(house: House, options: dict[str, Any], says: str) -> None:
    enter(house, PLAIN)
    assert says in house.fails("papi_property_hostname", "invalid_option", **{**CCM_HOST, **options})["msg"]
    assert house.writes() == []


def test_the_set_has_to_exist_and_to_stay(house: House) -> None:
    enter(house, PLAIN)
    unknown = {**CCM_HOST, "mtls": {"ca_set_name": "never-made"}}
    house.fails("papi_property_hostname", "not_found", **unknown)
    house.ok("mets_ca_set", ca_set_name="others", state="absent", deactivate=True, wait=False)
    house.clock.sleep(1000)
    house.ok("mets_ca_set", ca_set_name="others", state="absent", wait=False)
    house.control.forget_requests()
    failed = house.fails("papi_property_hostname", "busy", **{**CCM_HOST, "mtls": {"ca_set_name": "others"}})
    assert failed["failure"]["retryable"] is True and house.writes() == []


def test_rule_21_it_is_an_edit_like_any_other(house: House) -> None:
    enter(house, PLAIN)
    edit = {key: value for key, value in CCM_HOST.items() if key != "property_name"}
    rule = {key: value for key, value in DENY.items() if key != "property_name"} | {"hostnames": [NAME], "ocsp": True}
    result = house.ok("papi_property_edit", property_name="www", edits=[{"hostname": edit}, {"mtls_rule": rule}])
    assert steps(result) == ["create 3", "edit 3", "edit 3"]
    assert result["hostnames"][0]["mtls"]["ca_set_name"] == "partners"
    assert not [w for w in result["api_warnings"] if w.get("hazard")]


@pytest.mark.parametrize(
    "options",
    [
        {"ccm_certificates": {"ecdsa_cert_id": "10002"}},
        {"mtls": {"ca_set_id": "OTHERS", "ocsp": False, "send_ca_list_to_client": True}},
        {"mtls": {"state": "absent"}},
        {"certificate_type": "DEFAULT"},
    ],
    ids=json.dumps,
)
def test_rule_21_the_single_module_is_the_one_edit_form(house: House, options: dict[str, Any]) -> None:
    enter(house, WITH_CCM)
    others = house.ok("mets_ca_set_info", ca_set_name="others")["ca_sets"][0]["ca_set_id"]
    wish = {name: dict(value) if isinstance(value, dict) else value for name, value in options.items()}
    if "ca_set_id" in wish.get("mtls", {}):
        wish["mtls"]["ca_set_id"] = others
    single = house.ok("papi_property_hostname", check=True, **KNOWN, **wish)
    edit = {"hostnames": [NAME], **wish}
    one = house.ok("papi_property_edit", property_name="www", edits=[{"hostname": edit}])
    assert single["changed"] is one["changed"] is True
    assert one["hostnames"] == single["hostnames"]


# 4: a set of the same play


def test_rule_4_a_set_of_the_same_play_goes_by_its_name(house: House) -> None:
    enter(house, PLAIN)
    made = house.ok("mets_ca_set", check=True, ca_set_name="clients")
    wish = {**CCM_HOST, "mtls": {"ca_set_name": "clients"}}
    result = house.ok("papi_property_hostname", check=True, assume=[made], **wish)
    mtls = result["hostnames"][0]["mtls"]
    assert (mtls["ca_set_id"], mtls["ca_set_name"]) == (None, "clients")
    assert "hostnames[0].mtls.ca_set_id" in result["server_made"]
    again = house.ok("papi_property_hostname", check=True, assume=[made, result], **wish, base_version="3")
    assert again["changed"] is False and again["hostnames"] == result["hostnames"]
    off = house.ok("papi_property_hostname", check=True, assume=[made, result], **OFF, base_version="3")
    assert off["changed"] is True and off["hostnames"][0]["mtls"] is None
    assert house.writes() == []


# What a rule makes of it


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"ocsp": True}, None),
        ({"ocsp": True, "ca_set_names": ["partners", "others"]}, None),
        ({"ocsp": False}, "has OCSP on"),
        ({"ocsp": True, "ca_set_names": ["others"]}, "is bound to CA set"),
    ],
)
def test_a_rule_denies_where_the_host_name_has_another_set(
    house: House, rule: dict[str, Any], says: str | None
) -> None:
    enter(house, WITH_CCM)
    edited = house.ok("papi_mtls_rule", **{**DENY, "hostnames": [NAME], **rule})
    warned = [w["detail"] for w in edited["api_warnings"] if w.get("hazard")]
    if says is None:
        assert warned == []
        live(house, edited)
        shown = house.ok("papi_mtls_rule_info", property_name="www")["mtls_rules"]
        assert [r["would_deny"] for r in shown] == [[]]
        return
    assert says in warned[0]
    failed = house.fails("papi_activation", "hazard", **to_activate(edited))
    assert [h["name"] for h in failed["failure"]["hazards"]] == ["deny_unbound_hostname"]
    assert says in failed["msg"]


def test_the_set_of_an_enforced_host_name_is_not_taken_off_unnoticed(house: House) -> None:
    enter(house, WITH_CCM)
    live(house, house.ok("papi_mtls_rule", **{**DENY, "hostnames": [NAME], "ocsp": True}))
    off = house.ok("papi_property_hostname", **OFF)
    failed = house.fails("papi_activation", "hazard", **to_activate(off))
    assert "the host name is not bound to a CA set" in failed["msg"]


def test_an_enrollment_is_nothing_to_a_ccm_host_name(house: House) -> None:
    enter(house, WITH_CCM)
    live(house, house.ok("papi_mtls_rule", **{**DENY, "hostnames": ["www.example.com"]}))
    unbind = {"common_name": "www.example.com", "state": "absent", "check": True}
    house.fails("cps_mtls_binding", "hazard", **unbind)

    def to_ccm(prop: dict[str, Any]) -> None:
        items = {h["cnameFrom"]: h for h in prop["versions"][-1]["hostnames"]}
        items["www.example.com"] |= {
            key: items[NAME][key] for key in ("certProvisioningType", "ccmCertificates", "mtls")
        }

    change(house, to_ccm)
    house.ok("cps_mtls_binding", **unbind)
    # The other host name of its certificate is still served with it.
    failed = house.fails("cps_enrollment", "hazard", **unbind)
    assert "api.example.com (property www)" in failed["msg"] and "www.example.com (property" not in failed["msg"]


# Going live


def test_a_set_that_is_not_active_there_is_warned_about(house: House) -> None:
    enter(house, PLAIN)
    house.ok("mets_activation", ca_set_name="others", state="inactive", networks=["PRODUCTION"])
    edited = house.ok("papi_property_hostname", **{**CCM_HOST, "mtls": {"ca_set_name": "others"}})
    activation = to_activate(edited)
    on_staging = house.ok("papi_activation", check=True, **{**activation, "networks": ["STAGING"]})
    assert not [w for w in on_staging["api_warnings"] if "CA set" in w["detail"]]
    text = 'ccm.example.com would be live with CA set "others", which is not active on PRODUCTION.'
    assert text in [w["detail"] for w in house.ok("papi_activation", check=True, **activation)["api_warnings"]]
    rule = {**DENY, "hostnames": [NAME], "ca_set_names": ["others"], "base_version": "3"}
    edited = house.ok("papi_mtls_rule", **rule)
    failed = house.fails("papi_activation", "hazard", **activation)
    assert [h["name"] for h in failed["failure"]["hazards"]] == ["deny_unbound_hostname"]
    assert "not active on PRODUCTION" in failed["msg"]
    made = house.ok("mets_activation", check=True, ca_set_name="others", version=1)
    house.ok("papi_activation", check=True, assume=[made], **activation)


# Use of the set


def test_the_set_is_in_use_by_host_names(house: House) -> None:
    enter(house, WITH_CCM)
    assert uses(house) == [(NAME, "PRODUCTION"), (NAME, "STAGING")]
    unbound(house)
    house.control.forget_requests()
    for module, options in (
        ("mets_activation", {"state": "inactive"}),
        ("mets_ca_set", {"state": "absent", "deactivate": True}),
    ):
        for check in (True, False):
            failed = house.fails(module, "busy", ca_set_name="partners", check=check, **options)
            assert f"in use by host name {NAME} (property www)" in failed["msg"]
            assert "mtls={state: absent}" in failed["failure"]["cure"]
    assert house.writes() == []


@pytest.mark.parametrize("how", ["set off", "host name off", "property inactive"])
def test_rule_4_the_set_is_free_once_nobody_has_it_live(house: House, how: str) -> None:
    enter(house, WITH_CCM)
    unbound(house)
    inactive = {"ca_set_name": "partners", "state": "inactive"}
    edit = {"set off": OFF, "host name off": {**KNOWN, "state": "absent"}}.get(how)
    house.control.forget_requests()
    if edit is None:
        go: tuple[str, dict[str, Any]] = (
            "papi_activation",
            {"property_name": "www", "state": "inactive", **MAIL, **GONE},
        )
        foreseen_steps = [house.ok(go[0], check=True, **go[1])]
    else:
        edited = house.ok("papi_property_hostname", check=True, **edit)
        # An edit alone frees nothing.
        house.fails("mets_activation", "busy", check=True, assume=[edited], **inactive)
        go = ("papi_activation", {**to_activate(edited), **GONE})
        on_one = house.ok(go[0], check=True, assume=[edited], **{**go[1], "networks": ["STAGING"]})
        house.fails("mets_activation", "busy", check=True, assume=[edited, on_one], **inactive)
        foreseen_steps = [edited, house.ok(go[0], check=True, assume=[edited], **go[1])]
    predicted = house.ok("mets_activation", check=True, assume=foreseen_steps, **inactive)
    house.ok("mets_ca_set", check=True, assume=[*foreseen_steps, predicted], ca_set_name="partners", state="absent")
    assert house.writes() == []
    if edit is not None:
        house.ok("papi_property_hostname", **edit)
    house.ok(go[0], **go[1])
    assert uses(house) == []
    real = house.ok("mets_activation", **inactive)
    assert [s["target"]["network"] for s in real["plan"]] == [s["target"]["network"] for s in predicted["plan"]]


def test_rule_4_a_host_name_that_would_go_live_uses_its_set(house: House) -> None:
    enter(house, PLAIN)
    inactive = {"ca_set_name": "others", "state": "inactive", "check": True}
    house.ok("mets_activation", **inactive)
    edited = house.ok("papi_property_hostname", check=True, **{**CCM_HOST, "mtls": {"ca_set_name": "others"}})
    house.ok("mets_activation", assume=[edited], **inactive)
    activation = house.ok("papi_activation", check=True, assume=[edited], **to_activate(edited))
    failed = house.fails("mets_activation", "busy", assume=[edited, activation], **inactive)
    assert f"host name {NAME} (property www)" in failed["msg"]
    assert house.writes() == []


@pytest.mark.parametrize("module", ["mets_activation", "mets_ca_set"])
def test_rule_2_a_set_on_its_way_off_is_waited_for(house: House, module: str) -> None:
    enter(house, WITH_CCM)
    unbound(house)
    wish: dict[str, Any] = {"ca_set_name": "partners", "state": "inactive"}
    if module == "mets_ca_set":
        wish = {"ca_set_name": "partners", "state": "absent", "deactivate": True}
    edited = house.ok("papi_property_hostname", **OFF)
    live(house, edited, networks=["STAGING"])
    live(house, edited, wait=False, networks=["PRODUCTION"])
    house.control.forget_requests()
    first = house.ok(module, **wish, wait=False)
    assert first["changed"] is False and len(first["deferred"]) == len(first["plan"]) and house.writes() == []
    assert any(f"off host name {NAME} (property www), which will complete" in text for text in first["assumptions"])
    result = house.ok(module, **wish)
    assert all(step["done"] for step in result["plan"]) and result["waited_seconds"] > 100
    writes = house.control.requests(write=True)
    assert [r["status"] for r in writes] == [202] * len(writes)


def test_rule_2_an_activation_that_fails_leaves_the_set_in_use(house: House) -> None:
    enter(house, WITH_CCM)
    unbound(house)
    edited = house.ok("papi_property_hostname", **OFF)
    with switched(house, papi_activation_end="FAILED"):
        live(house, edited, wait=False, networks=["STAGING"])
        house.control.forget_requests()
        failed = house.fails("mets_activation", "busy", ca_set_name="partners", state="inactive")
    assert f"in use by host name {NAME}" in failed["msg"] and house.writes() == []


def test_mets_may_learn_late_that_the_host_names_are_gone(house: House) -> None:
    enter(house, "set active on both")
    refusal = {
        "type": "/mtls-edge-truststore/error-types/ca-set-in-use-by-ccm-hostnames-and-not-cps-enrollments",
        "title": "In use",
        "status": 409,
        "detail": "The CA set is in use.",
    }
    late = {"method": "POST", "path": "/deactivate$", "nth": 1, "times": 2}
    house.control.fault(api="mets", **late, then={"status": 409, "body": refusal})
    wish = {"ca_set_name": "partners", "state": "inactive"}
    assert all(step["done"] for step in house.ok("mets_activation", **wish)["plan"])
    assert [r["status"] for r in house.control.requests(write=True)][:3] == [409, 409, 202]


def test_another_version_of_the_set_counts_its_host_names(house: House) -> None:
    enter(house, WITH_CCM)
    unbound(house)
    house.ok("mets_ca_set_version", ca_set_name="partners", certificates=pems(ROOTS[1]))
    failed = house.fails("mets_activation", "hazard", ca_set_name="partners", version=2)
    assert [h["name"] for h in failed["failure"]["hazards"]] == ["remove_trusted_ca"]


def test_a_start_holds_what_it_says(house: House) -> None:
    enter(house, WITH_CCM)
    prop = property_of(house.control.state())
    assert (prop["stagingVersion"], prop["productionVersion"]) == (3, 3)
    change(house, lambda p: activated(p, 2, "STAGING"))
    assert uses(house) == [(NAME, "PRODUCTION")]
