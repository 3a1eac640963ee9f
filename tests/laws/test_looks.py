# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules that only look at certificates, activities, associations and grants."""

from __future__ import annotations

import re
from typing import Any

import certifi
import pytest
from accounts import an_account, make_set
from authorities import issued
from in_process import House
from starts import ROOTS, enter, pems

SET = {"ca_set_name": "partners"}


def warned(result: dict[str, Any]) -> list[str]:
    """The texts of `api_warnings`, each of which Ansible has shown."""
    assert len(result["warned"]) == len(result["api_warnings"])
    return [str(w["detail"]) for w in result["api_warnings"]]


def named(found: dict[str, Any]) -> list[str]:
    """Set and subject of each, in short: `clients soon`."""
    short = [re.search(r"CN=(?:law root )?(\S+?),", c["subject"]) for c in found["certificates"]]
    return [f"{c['ca_set_name']} {m[1] if m else '?'}" for c, m in zip(found["certificates"], short, strict=True)]


# mets_certificate_info


def test_certificates_of_the_account_with_what_depends_on_them(house: House) -> None:
    an_account(house)
    found = house.ok("mets_certificate_info")
    assert named(found)[:2] == ["clients gone", "clients soon"]
    assert sorted(named(found)[2:]) == ["clients a", "others b", "partners a"]
    gone, soon, *lasting = found["certificates"]
    assert gone["expired"] is True and gone["days_left"] == -11
    assert soon["expired"] is False and soon["days_left"] == 19
    assert soon["networks"] == ["STAGING"] and soon["versions"] == [1]
    assert soon["dependants"] == {"enrollments": [], "hostnames": []}
    bound = next(c for c in lasting if c["ca_set_name"] == "partners")
    assert bound["networks"] == ["STAGING", "PRODUCTION"]
    assert [e["enrollment_id"] for e in bound["dependants"]["enrollments"]] == [10001]
    assert bound["fingerprint"] == issued(ROOTS[0]).fingerprint
    assert "certificate_pem" not in bound and house.writes() == []
    # The list, and for each of the three active sets its versions and who uses it.
    assert found["requests"] == {"GET": 7}


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"expires_within_days": 30}, ["clients gone", "clients soon"]),
        ({"expires_within_days": 0}, ["clients gone"]),
        ({"expires_within_days": 30, "include_expired": False}, ["clients soon"]),
        ({"expires_before": "2001-01-01", "include_expired": False}, []),
        ({"ca_set_name": "partners"}, ["partners a"]),
        ({"ca_set_name": "drafts"}, []),
        ({"ca_set_name": "drafts", "active_only": False}, ["drafts b"]),
        ({"ca_set_name": "drafts", "version": 1}, ["drafts b"]),
        ({"ca_set_name": "drafts", "version": 7}, []),
        ({"ca_set_name": "empties", "active_only": False}, []),
        ({"ca_set_name": "nobodys"}, []),
        ({"ca_set_id": "999999"}, []),
    ],
    ids=str,
)
def test_which_certificates(house: House, options: dict[str, Any], names: list[str]) -> None:
    an_account(house)
    assert named(house.ok("mets_certificate_info", **options)) == names


def test_a_certificate_in_several_versions_is_one_entry(house: House) -> None:
    enter(house, "set active, newer editable")
    found = house.ok("mets_certificate_info", **SET, active_only=False, include_pem=True)["certificates"]
    first, second = sorted(found, key=lambda c: c["subject"])
    assert (first["versions"], first["networks"]) == ([1, 2], ["STAGING", "PRODUCTION"])
    assert (second["versions"], second["networks"]) == ([2], [])
    assert second["certificate_pem"].startswith("-----BEGIN CERTIFICATE-----")
    house.ok("mets_ca_set_version", **SET, version=2, state="absent")
    assert len(house.ok("mets_certificate_info", **SET, active_only=False)["certificates"]) == 1
    assert house.ok("mets_certificate_info", **SET, version=2)["certificates"] == []


def test_the_time_of_expires_before_counts(house: House) -> None:
    an_account(house)
    end = house.ok("mets_certificate_info", ca_set_name="clients", expires_within_days=30)["certificates"][1][
        "end_date"
    ]
    for when, names in ((end, ["clients gone", "clients soon"]), (end.replace("Z", "+00:01"), ["clients gone"])):
        assert named(house.ok("mets_certificate_info", expires_before=when)) == names


def test_dependants_that_cannot_be_read_are_null_and_warned_about(house: House) -> None:
    an_account(house)
    house.control.fault(api="mets", path="/associations$", every=True, then={"status": 403, "body": {"title": "No."}})
    found = house.ok("mets_certificate_info", **SET)
    assert found["certificates"][0]["dependants"] is None
    assert len(warned(found)) == 1 and "partners" in warned(found)[0]


def test_nobody_depends_on_a_draft_of_a_set_in_use(house: House) -> None:
    enter(house, "enrollment bound to the same")
    house.ok("mets_ca_set_version", **SET, certificates=pems(ROOTS[2]))
    found = house.ok("mets_certificate_info", **SET, active_only=False)["certificates"]
    users = {tuple(c["networks"]): len(c["dependants"]["enrollments"]) for c in found}
    assert users == {("STAGING", "PRODUCTION"): 1, (): 0}


def test_reads_side_by_side_wait_for_the_quota(house: House) -> None:
    an_account(house)
    undisturbed = house.ok("mets_certificate_info")
    later = {"title": "Account Rate Limit Exceeded", "status": 429, "detail": "Try again in 7 seconds"}
    house.control.fault(
        api="mets", path="/(versions|associations)$", nth=1, times=4, then={"status": 429, "body": later}
    )
    found = house.ok("mets_certificate_info")
    assert found["certificates"] == undisturbed["certificates"]
    assert found["requests"] == {"GET": undisturbed["requests"]["GET"] + 4}


def test_one_set_that_cannot_be_read_fails_the_whole(house: House) -> None:
    an_account(house)
    house.control.fault(api="mets", path="/versions$", nth=2, then={"status": 404, "body": {"title": "Gone."}})
    assert house.run("mets_certificate_info")["failure"]["status"] == 404


# mets_certificate_check


def test_good_certificates_are_validated_and_nothing_is_stored(house: House) -> None:
    enter(house, "stock")
    before = house.control.state()
    given = [*pems(*ROOTS[:2]), {"pem": issued(ROOTS[0]).pem, "description": "again"}]
    checked = house.ok("mets_certificate_check", certificates=given)
    assert checked["valid"] is True and checked["errors"] == []
    assert [c["fingerprint"] for c in checked["certificates"]] == [issued(name).fingerprint for name in ROOTS[:2]]
    assert all(c["valid"] and "created_by" not in c for c in checked["certificates"])
    assert "counted once" in warned(checked)[0]
    assert checked["requests"] == {"POST": 1}
    assert house.writes() == [] and house.control.state() == before


def bad(name: str) -> list[dict[str, str]]:
    house_of_bad = {
        "leaf": issued("law leaf", issuer=ROOTS[0], ca=False).pem,
        "expired": issued("law root long gone", days=-1, age=30).pem,
        "not yet valid": issued("law root to come", age=-5).pem,
        "garbage": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "no pem": "hello",
        "key": issued(ROOTS[0]).key_pem,
    }
    return [{"pem": house_of_bad[name]}]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("leaf", "is not a CA certificate"),
        ("expired", "expired on"),
        ("not yet valid", "is not valid before"),
        ("garbage", "cannot be parsed"),
        ("no pem", "no PEM object"),
        ("key", "private key"),
    ],
)
def test_a_bad_certificate_is_a_result(house: House, name: str, reason: str) -> None:
    enter(house, "stock")
    checked = house.ok("mets_certificate_check", certificates=[*pems(ROOTS[1]), *bad(name)])
    assert checked["valid"] is False
    (error,) = checked["errors"]
    assert reason.lower() in error["reason"].lower() and error["found_by"] == "local"
    assert error["file"] == "certificates[1].pem"
    assert checked["certificates"][0]["valid"] is True
    assert checked["requests"] == {"POST": 1}, "the good one is for METS to judge"
    assert issued(ROOTS[0]).key_pem.splitlines()[1] not in house.printed[-1]


def test_nothing_good_is_nothing_to_ask(house: House) -> None:
    enter(house, "stock")
    checked = house.ok("mets_certificate_check", certificates=bad("leaf"))
    assert checked["valid"] is False and checked["requests"] == {}


def test_what_only_the_server_knows_names_the_certificate(house: House) -> None:
    enter(house, "stock")
    problem = {
        "type": "/mtls-edge-truststore/error-types/certificate-validation-failure",
        "title": "Certificates have failed validation.",
        "status": 400,
        "errors": [
            {"title": "Not wanted.", "detail": "For some reason.", "pointer": "/certificates/1"},
            {"type": "odd"},
        ],
    }
    house.control.fault(api="mets", path="/validate$", nth=1, then={"status": 400, "body": problem})
    checked = house.ok("mets_certificate_check", certificates=[*bad("leaf"), *pems(*ROOTS)])
    assert checked["valid"] is False
    local, told, unplaced = checked["errors"]
    assert local["found_by"] == "local" and local["file"] == "certificates[0].pem"
    # Position 1 of what was sent: the third that was given.
    assert told["file"] == "certificates[2].pem" and told["reason"] == "Not wanted. For some reason."
    assert told["found_by"] == "mets" and unplaced["file"] is None and unplaced["reason"] == "odd"
    assert [c["valid"] for c in checked["certificates"]] == [False, True, False, True]


def test_a_client_that_may_not_validate_is_told_so(house: House) -> None:
    enter(house, "stock")
    house.control.switch(read_only_checks="refuse")
    checked = house.ok("mets_certificate_check", certificates=pems(ROOTS[0]), section="read_only")
    assert checked["valid"] is True and "Server-side check skipped" in warned(checked)[0]
    house.control.switch(read_only_checks="allow")
    checked = house.ok("mets_certificate_check", certificates=pems(ROOTS[0]), section="read_only")
    house.control.switch(read_only_checks="refuse")
    assert checked["valid"] is True and warned(checked) == []


@pytest.mark.parametrize("gateway", ["accept", "refuse"])
def test_public_roots_are_good_but_for_those_signed_with_sha1(house: House, gateway: str) -> None:
    enter(house, "stock")
    house.control.switch(large_signed_post=gateway)
    try:
        checked = house.ok("mets_certificate_check", certificates_file=certifi.where())
        lax = house.ok("mets_certificate_check", certificates_file=certifi.where(), allow_insecure_sha1=True)
    finally:
        house.control.switch(large_signed_post="accept")
    assert checked["errors"] and all("allow_insecure_sha1" in e["reason"] for e in checked["errors"])
    weak = {c["signature_algorithm"] for c in checked["certificates"] if not c["valid"]}
    assert weak == {"SHA1WITHRSA"}
    assert lax["valid"] is True and len(lax["certificates"]) > 100
    # The bundle is larger than a gateway may sign at once: by halves then.
    assert lax["requests"] == {"POST": 1 if gateway == "accept" else 3}


def test_more_than_a_version_holds(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.edgetrust.akamai.plugins.module_utils._domain import certificates

    enter(house, "stock")
    monkeypatch.setattr(certificates, "LIMIT", 2)
    checked = house.ok("mets_certificate_check", certificates=pems(*ROOTS))
    assert checked["valid"] is False and "more than the 2" in checked["errors"][0]["reason"]
    assert checked["requests"] == {"POST": 2}


# mets_activity_info


def test_activities_newest_first_and_between_two_times(house: House) -> None:
    enter(house, "set was active")
    found = house.ok("mets_activity_info", **SET)["activities"]
    dates = [a["activity_date"] for a in found]
    assert dates == sorted(dates, reverse=True)
    assert found[-1]["type"] == "CREATE_CA_SET" and found[-1]["ca_set_name"] == "partners"
    assert {a["network"] for a in found if a["type"] == "DEACTIVATE_CA_SET_VERSION"} == {"STAGING", "PRODUCTION"}
    later = house.ok("mets_activity_info", **SET, start=dates[1])["activities"]
    assert later == found[:2]
    assert house.ok("mets_activity_info", **SET, start=dates[3], end=dates[1])["activities"] == found[1:4]
    assert house.ok("mets_activity_info", **SET, end="2001-01-01")["activities"] == []


def test_the_history_of_a_deleted_set_goes_by_its_id(house: House) -> None:
    enter(house, "set deleted")
    ca_set = house.ok("mets_ca_set_info", **SET, include_deleted=True)["ca_sets"][0]
    assert house.ok("mets_activity_info", **SET)["activities"] == []
    found = house.ok("mets_activity_info", ca_set_id=ca_set["ca_set_id"])
    assert "DELETE_CA_SET" in {a["type"] for a in found["activities"]} and found["requests"] == {"GET": 1}
    assert house.ok("mets_activity_info", ca_set_id="999999")["activities"] == []


@pytest.mark.parametrize(
    ("module", "options", "said"),
    [
        ("mets_activity_info", {}, "ca_set_name"),
        ("mets_activity_info", {**SET, "start": "yesterday"}, "start"),
        ("mets_activity_info", {**SET, "start": "2026-02-01", "end": "2026-01-01"}, "start"),
        ("mets_certificate_info", {"version": 1}, "version"),
        ("mets_certificate_info", {**SET, "version": "latest"}, "version"),
        ("mets_certificate_info", {"expires_within_days": -1}, "expires_within_days"),
        ("mets_certificate_info", {"expires_within_days": 10**9}, "expires_within_days"),
        ("mets_certificate_info", {"expires_before": "soon"}, "expires_before"),
        ("mets_certificate_info", {"expires_before": "2026-01-01", "expires_within_days": 1}, "expires_before"),
        ("mets_certificate_check", {}, "certificates_file"),
        ("mets_certificate_check", {"certificates": [{}]}, "certificates[0]"),
        ("akamai_grants_info", {"needs": {"mets": "some"}}, "mets"),
        ("akamai_grants_info", {"needs": {"dns": "read"}}, "dns"),
    ],
    ids=str,
)
def test_options_without_a_meaning(house: House, module: str, options: dict[str, Any], said: str) -> None:
    with house.counted():
        failed = house.fails(module, "invalid_option", **options)
    assert said in failed["msg"] and failed["failure"]["cure"]
    assert house.control.requests() == []


# mets_association_info


def test_rules_that_name_the_set_are_found_live_and_in_drafts(house: House) -> None:
    enter(house, "enrollment bound to the same")
    make_set(house, "clients", issued(ROOTS[1]))
    rule = {"property_name": "www", "hostnames": ["www.example.com"], "enforcement": "deny"}
    edited = house.ok("papi_mtls_rule", **rule, ca_set_names=["partners"])
    house.ok("papi_mtls_rule", property_name="shop", hostnames=["shop.example.com"], ca_set_names=["clients"])
    found = house.ok("mets_association_info", **SET)["associations"]
    assert [e["enrollment_id"] for e in found["enrollments"]] == [10001]
    (draft,) = found["rules"]
    assert (draft["property_name"], draft["property_version"]) == ("www", edited["property"]["property_version"])
    assert draft["active_on"] == [] and draft["enforcement"] == "deny" and draft["hostnames"] == ["www.example.com"]
    state = house.control.state()
    prop = next(p for p in state["accounts"]["A-CCT1234"]["properties"] if p["propertyName"] == "www")
    active = next(v for v in prop["versions"] if v["propertyVersion"] == 2)
    active["rules"] = next(v for v in prop["versions"] if v["propertyVersion"] == 3)["rules"]
    house.reset(state)
    live, draft = house.ok("mets_association_info", **SET)["associations"]["rules"]
    assert live["active_on"] == ["STAGING", "PRODUCTION"] and live["property_version"] == 2
    assert draft["active_on"] == [] and draft["property_version"] == 3


def test_all_versions_of_interest_are_looked_at_each_once(house: House) -> None:
    enter(house, "enrollment bound to the same")
    wish = {"property_name": "www", "hostnames": ["www.example.com"], "ca_set_names": ["partners"]}
    made = house.ok("papi_mtls_rule", **wish, enforcement="deny")["property"]
    live = {"property_name": "www", "version": made["property_version"], "notify_emails": ["ops@example.com"]}
    house.ok("papi_activation", **live, networks=["STAGING"])
    house.ok("papi_mtls_rule", **wish, enforcement="log", base_version="staging")
    with house.counted():
        found = house.ok("papi_mtls_rule_info", version="all")["mtls_rules"]
    trees = [r["path"] for r in house.control.requests() if r["path"].endswith("/rules")]
    assert len(trees) == len(set(trees))
    singly = {
        (rule["property_name"], rule["property_version"], rule["rule_name"]): rule
        for word in ("production", "staging", "latest")
        for rule in house.ok("papi_mtls_rule_info", version=word)["mtls_rules"]
    }
    assert [singly[key] for key in sorted(singly)] == found
    assert [(rule["property_version"], rule["active_on"]) for rule in found] == [(3, ["STAGING"]), (4, [])]


def test_without_papi_the_rules_are_null_and_warned_about(house: House) -> None:
    enter(house, "enrollment bound to the same")
    house.control.fault(api="papi", path=".", every=True, then={"status": 403, "body": {"title": "Forbidden"}})
    found = house.ok("mets_association_info", **SET)
    assert found["associations"]["rules"] is None and found["associations"]["enrollments"]
    assert "rules of properties" in warned(found)[0]
    with house.counted():
        quiet = house.ok("mets_association_info", **SET, include_rules=False)
    assert quiet["associations"]["rules"] is None and warned(quiet) == []
    assert {r["api"] for r in house.control.requests()} == {"mets"}


def test_nobody_uses_a_set_that_does_not_exist(house: House) -> None:
    enter(house, "stock")
    none = {"enrollments": [], "hostnames": [], "rules": []}
    assert house.ok("mets_association_info", **SET)["associations"] == none


# akamai_grants_info

ALL = {"mets": "write", "cps": "write", "papi": "write"}
CLOCK_OFF = {
    "type": "https://problems.luna.akamaiapis.net/-/pep-authn/request-error",
    "title": "Bad request",
    "status": 400,
    "detail": "Invalid timestamp",
}


def grants(house: House, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = house.ok("akamai_grants_info", **options)["grants"]
    return found


def missing(found: dict[str, Any]) -> list[tuple[str, str | None]]:
    assert found["met"] is (not found["missing"])
    assert all(m["detail"] and m["cure"] for m in found["missing"])
    return [(m["what"], m["level"]) for m in found["missing"]]


@pytest.mark.parametrize("names", ["url", "code"])
@pytest.mark.parametrize(
    ("section", "needs", "lacks"),
    [
        ("default", ALL, []),
        ("default", None, []),
        ("read_only", ALL, [("mets", "write"), ("cps", "write"), ("papi", "write")]),
        ("read_only", dict.fromkeys(ALL, "read"), []),
        ("read_only", {"cps": "write", "papi": "read"}, [("cps", "write")]),
        ("no_mets", ALL, [("mets", "write")]),
        ("no_mets", {"mets": "read"}, [("mets", "read")]),
        ("no_mets", {"cps": "write"}, []),
        ("other_account", {"papi": "read"}, []),
    ],
)
def test_what_is_missing_for_the_job(
    house: House, section: str, needs: Any, lacks: list[tuple[str, str]], names: str
) -> None:
    enter(house, "stock")
    house.control.switch(grant_scope_names=names)
    found = grants(house, section=section, needs=needs)
    house.control.switch(grant_scope_names="url")
    assert missing(found) == lacks
    assert found["credential"]["accepted"] is True and found["credential"]["name"] == section
    assert found["apis"]["mets"]["readable"] is (section != "no_mets")
    assert found["apis"]["papi"]["writable"] is (section != "read_only")
    assert abs(found["clock_offset"]) <= 1 and found["account_switch_key"] is None
    assert house.writes() == []


def test_scopes_of_unknown_names_leave_writing_open(house: House) -> None:
    enter(house, "stock")
    body = {"name": "automation", "scope": "https://luna.akamaiapis.net/-/scope/wholly-else/-/read-write nonsense"}
    house.control.fault(api="grants", path=".", nth=1, then={"status": 200, "body": body})
    result = house.ok("akamai_grants_info", needs={"cps": "write", "papi": "read"})
    assert result["grants"]["met"] is True and result["grants"]["apis"]["cps"] == {"readable": True, "writable": None}
    assert len(warned(result)) == 1 and "Certificate Provisioning" in warned(result)[0]


def test_a_gateway_without_that_operation_is_asked_through_the_apis(house: House) -> None:
    enter(house, "stock")
    house.control.fault(api="grants", path=".", every=True, then={"status": 404, "body": {"title": "Not Found"}})
    result = house.ok("akamai_grants_info", needs={"mets": "read"}, section="no_mets")
    assert missing(result["grants"]) == [("mets", "read")]
    assert result["grants"]["credential"]["name"] is None and result["grants"]["apis"]["cps"]["readable"] is True
    assert "is not known" in warned(result)[0]


def test_wrong_credentials_are_a_result(house: House) -> None:
    enter(house, "stock")
    text = house.emulator.edgerc.read_text()
    values = dict(
        re.findall(r"^(host|client_token|access_token)\s*=\s*(\S+)", text.split("[read_only]")[0], re.MULTILINE)
    )
    found = grants(house, **values, client_secret="nobodysSecretOfOldTimes0123456789abcdefghij=")
    assert missing(found) == [("credential", None)] and found["credential"]["accepted"] is False
    assert found["apis"]["papi"] == {"readable": None, "writable": None}
    assert "client_secret" in found["missing"][0]["cure"]


def test_a_wrong_clock_is_named_with_its_offset(house: House) -> None:
    enter(house, "stock")
    house.control.fault(api="grants", path=".", nth=1, then={"status": 400, "body": CLOCK_OFF})
    house.clock.offset = 90.0
    found = grants(house, needs=ALL)
    assert missing(found) == [("clock", None)] and found["credential"]["accepted"] is None
    assert -92 <= found["clock_offset"] <= -88 and "NTP" in found["missing"][0]["cure"]
    house.clock.offset = -20.0
    late = house.ok("akamai_grants_info")
    assert late["grants"]["met"] is True and "clock is" in warned(late)[0]
    house.clock.offset = 0.0


def test_an_account_switch_key(house: House) -> None:
    enter(house, "stock")
    key = house.emulator.ready["account_switch_keys"]["A-CCT5678"]
    works = grants(house, section="switchable", account_switch_key=key, needs=ALL)
    assert missing(works) == [] and works["account_switch_key"] == {"key": key, "accepted": True}
    refused = grants(house, account_switch_key=key, needs=ALL)
    assert missing(refused) == [("account_switch_key", None)]
    assert refused["account_switch_key"] == {"key": key, "accepted": False}
    assert refused["credential"]["accepted"] is True
    # A gateway that only looks at the key when an API is asked.
    house.control.fault(
        api="grants", path=".", nth=1, then={"status": 200, "body": {"name": "automation", "scope": ""}}
    )
    late = grants(house, account_switch_key=key, needs=ALL)
    assert missing(late) == [("account_switch_key", None)] and late["account_switch_key"]["accepted"] is False


def test_trouble_that_says_nothing_of_grants_fails(house: House) -> None:
    enter(house, "stock")
    burst = {**CLOCK_OFF, "detail": "WAF deny rule IPBLOCK-BURST4-54013"}
    house.control.fault(api="grants", path=".", every=True, then={"status": 400, "body": burst})
    failed = house.run("akamai_grants_info", retry_timeout=1)
    assert failed["failure"]["retryable"] is True
    house.control.no_faults()
    house.control.fault(api="cps", path=".", every=True, then={"status": 500, "body": {}})
    assert house.run("akamai_grants_info", retry_timeout=0)["failure"]["api"] == "cps"
