# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports: a world in good order has nothing to tell, and each thing that is wrong with it is one finding."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.edgetrust.akamai.plugins.filter.mtls_report import mtls_report
from ansible_collections.edgetrust.akamai.plugins.filter.mtls_report_properties import mtls_report_properties
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.report import days_left
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.report_findings import KINDS
from documented import role_rows

Document = dict[str, Any]
Change = Callable[[Document], Any]
BOTH = ["STAGING", "PRODUCTION"]
AS_OF = "2026-01-01"


def certificate(subject: str = "CN=Root", **more: Any) -> Document:
    return {
        "ca_set_id": "1",
        "ca_set_name": "partners",
        "subject": subject,
        "issuer": subject,
        "end_date": "2030-01-01T00:00:00Z",
        "fingerprint": subject,
        "versions": [2],
        "networks": BOTH,
        "dependants": {
            "enrollments": [{"enrollment_id": 10, "common_name": "www.example.com", "staging_slots": []}],
            "hostnames": [],
        },
        **more,
    }


def ca_set(name: str = "partners", number: str = "1", version: int | None = 2) -> Document:
    active = {"staging_version": version, "production_version": version, "latest_version": version}
    return {"ca_set_id": number, "ca_set_name": name, "ca_set_status": "NOT_DELETED", "description": None, **active}


def enrollment(number: int, name: str, bound: str | None) -> Document:
    return {
        "enrollment_id": number,
        "common_name": name,
        "sans": [name],
        "pending_changes": [],
        "binding": {"ca_set_id": bound, "ca_set_name": None, "ocsp": False, "send_ca_list_to_client": False},
    }


def rule(version: int, active_on: list[str], **more: Any) -> Document:
    return {
        "property_id": "prp_7",
        "property_name": "www",
        "property_version": version,
        "active_on": active_on,
        "would_deny": [],
        "rule_name": "mTLS",
        "rule_path": ["mTLS"],
        "hostnames": ["www.example.com"],
        "ca_set_ids": ["1"],
        "enforcement": "deny",
        **more,
    }


def version(number: int, active_on: list[str]) -> Document:
    host = {"cname_from": "www.example.com", "cname_to": "e", "cert_provisioning_type": "CPS_MANAGED", "mtls": None}
    return {"property_version": number, "active_on": active_on, "hostnames": [host]}


def world() -> Document:
    """One set, bound to one enrollment and asked for by one rule; one more enrollment that has nothing to do with it."""
    prop = {
        "property_id": "prp_7",
        "property_name": "www",
        "latest_version": 3,
        "staging_version": 3,
        "production_version": 3,
        "versions": [version(3, BOTH)],
    }
    return {
        "mets_ca_set_info": {"ca_sets": [ca_set()], "api_warnings": []},
        "mets_certificate_info": {"certificates": [certificate()], "api_warnings": []},
        "cps_enrollment_info": {
            "enrollments": [enrollment(10, "www.example.com", "1"), enrollment(11, "other.example.com", None)]
        },
        "papi_mtls_rule_info": {"mtls_rules": [rule(3, BOTH)]},
        "papi_property_info": {"results": [{"properties": [prop]}]},
    }


def sets(w: Document) -> Any:
    return w["mets_ca_set_info"]["ca_sets"]


def held(w: Document) -> Any:
    return w["mets_certificate_info"]["certificates"]


def enrollments(w: Document) -> Any:
    return w["cps_enrollment_info"]["enrollments"]


def rules(w: Document) -> Any:
    return w["papi_mtls_rule_info"]["mtls_rules"]


def properties(w: Document) -> Any:
    return w["papi_property_info"]["results"][0]["properties"]


def ends(day: str, **more: Any) -> Change:
    return lambda w: held(w)[0].update(end_date=f"{day}T10:00:00Z", **more)


def unused(day: str) -> Change:
    def change(w: Document) -> None:
        ends(day, dependants={"enrollments": [], "hostnames": []})(w)
        enrollments(w)[0]["binding"]["ca_set_id"] = None

    return change


def on_staging_only(w: Document) -> None:
    sets(w)[0].update(production_version=None)
    held(w)[0].update(networks=["STAGING"])


def another_version_of_the_set(w: Document) -> None:
    sets(w)[0].update(staging_version=3, latest_version=3)
    held(w)[0].update(versions=[2, 3])
    held(w).append(certificate("CN=New", versions=[3], networks=["STAGING"]))


def another_version_of_the_property(**more: Any) -> Change:
    def change(w: Document) -> None:
        properties(w)[0].update(staging_version=4, latest_version=4)
        properties(w)[0]["versions"] = [version(3, ["PRODUCTION"]), version(4, ["STAGING"])]
        w["papi_mtls_rule_info"]["mtls_rules"] = [rule(3, ["PRODUCTION"]), rule(4, ["STAGING"], **more)]

    return change


def draft(w: Document) -> None:
    denied = [{"hostname": "www.example.com", "reason": "it is not bound"}]
    properties(w)[0].update(latest_version=4)
    properties(w)[0]["versions"].append(version(4, []))
    rules(w).append(rule(4, [], would_deny=denied))


def denies(networks: list[str]) -> Change:
    names = [f"{letter}.example.com" for letter in "abcde"]
    denied = [{"hostname": name, "reason": "it is not bound"} for name in names]
    return lambda w: (
        rules(w)[0].update(would_deny=denied, active_on=networks)
        or properties(w)[0]["versions"][0].update(active_on=networks)
    )


def fails(module: str, **failure: Any) -> Change:
    return lambda w: w.update({module: {"failure": {"detail": "No grant (request id 1)", **failure}}})


def warns(**warning: Any) -> Change:
    return lambda w: w["mets_ca_set_info"]["api_warnings"].append(warning)


CASES: list[tuple[Change, list[tuple[str, str, str]]]] = [
    (lambda w: None, []),
    (ends("2025-12-31"), [("critical", "certificate_expired", "expired 1 day ago, on 2025-12-31")]),
    (ends("2026-01-01"), [("critical", "certificate_expiring", "expires today, 2026-01-01.")]),
    (ends("2026-01-08"), [("critical", "certificate_expiring", "expires in 7 days, on 2026-01-08.")]),
    (ends("2026-01-09"), [("warning", "certificate_expiring", "expires in 8 days")]),
    (ends("2026-01-31"), [("warning", "certificate_expiring", "expires in 30 days")]),
    (ends("2026-02-01"), []),
    (ends("2025-12-31", networks=["STAGING"]), [("warning", "certificate_expired", "active on STAGING, expired")]),
    # Who depends on it is not known: somebody may.
    (ends("2025-12-31", dependants=None), [("critical", "certificate_expired", "")]),
    (
        unused("2025-12-31"),
        [("warning", "certificate_expired", "")],
    ),
    (denies(BOTH), [("critical", "hostname_denied", "denies all requests for a.example.com, b.example.com, c.")]),
    (
        denies(["STAGING"]),
        [("warning", "hostname_denied", "active on STAGING, denies all")],
    ),
    (
        draft,
        [
            ("warning", "hostname_denied", "version 4, not active, would deny all requests for www.example.com: it is"),
            ("info", "unreleased", "Version 4 of property www is newer than what is active on STAGING and PRODUCTION."),
        ],
    ),
    (
        on_staging_only,
        [
            ("critical", "set_not_active", 'Enrollment 10 (www.example.com) is bound to CA set "partners", which is'),
            ("warning", "networks_differ", 'CA set "partners" is active on STAGING only, in version 2; only STAGING'),
        ],
    ),
    (
        lambda w: enrollments(w)[0]["binding"].update(ca_set_id="9"),
        [("warning", "set_not_active", "CA set 9, which does not exist, or cannot be seen")],
    ),
    (
        another_version_of_the_set,
        [("warning", "networks_differ", "version 3 on STAGING and version 2 on PRODUCTION; only STAGING trusts CN=New")],
    ),
    (
        another_version_of_the_property(),
        [("info", "networks_differ", "version 4 on STAGING and version 3 on PRODUCTION; their mTLS rules are the same.")],
    ),
    (
        another_version_of_the_property(enforcement="log"),
        [("warning", "networks_differ", "their mTLS rules differ.")],
    ),
    (
        lambda w: enrollments(w)[0]["pending_changes"].append({"change_id": 5, "change_type": "renewal"}),
        [("warning", "change_pending", "Enrollment 10 (www.example.com) has a pending change, renewal")],
    ),
    (
        lambda w: sets(w).append({**ca_set("old", "2", None), "ca_set_status": "DELETING"}),
        [("warning", "change_pending", 'CA set "old" is being deleted.')],
    ),
    (
        lambda w: sets(w).append({**ca_set("new", "2", None), "latest_version": 1}),
        [("info", "unreleased", 'Version 1 of CA set "new" is active nowhere.')],
    ),
    (
        lambda w: (
            sets(w).append(ca_set("spare", "2"))
            or held(w).append(
                certificate("CN=X", ca_set_id="2", dependants={"enrollments": [], "hostnames": []})
            )
        ),
        [("info", "set_unused", 'CA set "spare" is active on STAGING and PRODUCTION, and nobody uses it.')],
    ),
    (
        fails("mets_ca_set_info", cure="Grant it."),
        [("warning", "not_read", "so it is not known which certificates are trusted, and until when: No grant.")],
    ),
    (fails("cps_enrollment_info"), [("warning", "not_read", "Certificate Provisioning System could not be read")]),
    (fails("papi_mtls_rule_info"), [("warning", "not_read", "Property Manager could not be read")]),
    (
        warns(detail="GET /x: it is out of order (request id 2) Wait.", cure="Wait."),
        [("warning", "not_read", "GET /x: it is out of order")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), CASES)
def test_what_is_wrong_is_a_finding(change: Change, expected: list[tuple[str, str, str]]) -> None:
    results = world()
    change(results)
    before = copy.deepcopy(results)
    found = mtls_report(results, as_of=AS_OF)["findings"]
    assert [(f["severity"], f["kind"]) for f in found] == [(severity, kind) for severity, kind, _text in expected]
    for finding, (_severity, _kind, text) in zip(found, expected, strict=True):
        assert text in finding["text"], finding["text"]
        assert finding["text"].endswith(".") and finding["cure"].endswith(".")
        assert "request id" not in finding["text"]
    assert results == before


def test_every_kind_is_found_and_in_the_readme() -> None:
    named = {kind for _change, expected in CASES for _severity, kind, _text in expected}
    assert named | {"not_found"} == set(KINDS)
    rows = role_rows("mtls_report", "## Findings")[2:]
    assert [re.findall(r"`(\w+)`", row[0])[0] for row in rows] == list(KINDS)
    documented = {re.findall(r"`(\w+)`", row[0])[0]: set(re.findall(r"`(\w+)`", row[1])) for row in rows}
    for _change, expected in CASES:
        for severity, kind, _text in expected:
            assert severity in documented[kind] or severity == "warning", kind


def test_the_worst_comes_first_with_what_depends_on_it() -> None:
    results = world()
    another_version_of_the_set(results)
    ends("2026-01-05")(results)
    found = mtls_report(results, as_of=AS_OF)
    assert [f["kind"] for f in found["findings"]] == ["certificate_expiring", "networks_differ"]
    assert found["findings"][0]["depends_on"] == [
        "enrollment 10 (www.example.com)",
        'rule "mTLS" of property www, version 3 (www.example.com)',
    ]
    assert found["summary"] == {
        "critical": 1,
        "warning": 1,
        "info": 0,
        "ca_sets": 1,
        "enrollments": 1,
        "properties": 1,
        "next_to_expire": {
            "ca_set_name": "partners",
            "subject": "CN=Root",
            "fingerprint": "CN=Root",
            "end_date": "2026-01-05T10:00:00Z",
            "days_left": 4,
            "networks": BOTH,
        },
    }


def test_of_one_network_nothing_else_counts() -> None:
    results = world()
    on_staging_only(results)
    ends("2025-01-01")(results)
    assert [f["kind"] for f in mtls_report(results, as_of=AS_OF, networks=["PRODUCTION"])["findings"]] == [
        "set_not_active"
    ]
    staging = mtls_report(results, as_of=AS_OF, networks=["STAGING"])
    assert [(f["severity"], f["kind"]) for f in staging["findings"]] == [("warning", "certificate_expired")]


def test_lists_that_could_not_be_read_are_null() -> None:
    results = world()
    for module in ("mets_ca_set_info", "cps_enrollment_info", "papi_mtls_rule_info"):
        fails(module)(results)
    found = mtls_report(results, as_of=AS_OF)
    assert [found[name] for name in ("ca_sets", "enrollments", "properties")] == [None, None, None]
    assert [f["kind"] for f in found["findings"]] == ["not_read"] * 3
    none = {module: {} for module in results}
    assert mtls_report_properties(none) == [] and mtls_report(none, as_of=AS_OF)["findings"] == []


def test_a_property_that_cannot_be_looked_at_is_known_by_its_rules() -> None:
    results = world()
    fails("papi_property_info")(results)
    (prop,) = mtls_report(results, as_of=AS_OF)["properties"]
    assert (prop["property_name"], prop["production_version"], prop["latest_version"]) == ("www", 3, None)
    assert prop["versions"][0]["hostnames"] is None and prop["versions"][0]["mtls_rules"][0]["rule_name"] == "mTLS"


CCM = {"hostname": "pay.example.com", "network": "PRODUCTION", "property_id": "8", "property_name": "pay"}


def test_which_properties_are_looked_at() -> None:
    results = world()
    held(results)[0]["dependants"]["hostnames"] = [CCM]
    del results["papi_property_info"]
    assert mtls_report_properties(results) == [{"property_id": "prp_7"}, {"property_id": "prp_8"}]
    entries = [{"property_name": "shop", "rule_name": name, "group_id": "grp_1"} for name in "ab"]
    named = {"properties": [{"property_name": "www"}, *entries]}
    wanted = [{"property_id": "prp_7"}, {"property_name": "shop", "group_id": "grp_1"}]
    assert mtls_report_properties(results, config=named) == wanted


@pytest.mark.parametrize(
    ("config", "ca_sets", "bound", "props", "missing"),
    [
        ({"ca_sets": [{"ca_set_name": "partners"}]}, ["partners"], [10], ["www"], []),
        ({"ca_sets": [{"ca_set_id": 2}]}, ["others"], [], [], []),
        ({"enrollments": [{"common_name": "OTHER.example.com", "ca_set_name": "others"}]}, ["others"], [11], [], []),
        ({"properties": [{"property_id": "7"}]}, ["partners"], [10], ["www"], []),
        ({"properties": [{"property_name": "x"}]}, [], [], [], ["x"]),
        ({"ca_sets": [{"ca_set_id": 3}, {"ca_set_name": "y"}]}, [], [], [], ["y", None]),
        ({"enrollments": [{"enrollment_id": 12, "ca_set_id": "2"}]}, ["others"], [], [], [None]),
        ({"ca_sets": None}, ["others", "partners"], [10], ["www"], None),
    ],
)  # fmt: skip
def test_what_the_structure_names(
    config: Document, ca_sets: list[str], bound: list[int], props: list[str], missing: list[str] | None
) -> None:
    results = world()
    sets(results).append(ca_set("others", "2"))
    found = mtls_report(results, as_of=AS_OF, config=config)
    assert [s["ca_set_name"] for s in found["ca_sets"]] == ca_sets
    assert [e["enrollment_id"] for e in found["enrollments"]] == bound
    assert [p["property_name"] for p in found["properties"]] == props
    assert [f["thing"]["name"] for f in found["findings"] if f["kind"] == "not_found"] == (missing or [])
    assert found["scope"] == ("account" if missing is None else "configuration")


def test_days_are_those_of_the_calendar() -> None:
    assert [days_left(f"2026-01-0{day}T23:59:59Z", date(2026, 1, 2)) for day in (1, 2, 3)] == [-1, 0, 1]


def test_a_day_that_is_none() -> None:
    with pytest.raises(AnsibleFilterError, match=r"as_of: 'soon' is not a day\. Write it as 2026-01-31\."):
        mtls_report(world(), as_of="soon")
