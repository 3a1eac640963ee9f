# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What papi-v1.md leaves open (section 19 and the marks U and I): each named switch, away from its default."""

from __future__ import annotations

import re
from typing import Any

import pytest

from .harness import House, Row, play
from .papi_harness import (
    BASIC,
    CP_CODE,
    ENFORCE,
    MESSAGE_ID,
    ORIGIN,
    activation,
    activations_of,
    call,
    draft,
    etag_of,
    expect,
    host,
    later,
    link_id,
    live,
    ok,
    put_rules,
    rows,
    rule,
    rules_of,
    send,
    start,
    switch,
    tree,
    version_of,
)

START = "papi"
RULES = "PUT {plain}/versions/1/rules?"
ACTIVATE = "POST {plain}/activations?"
SEARCH = "POST {P}/search/find-by-value"
NEW = {"productId": "prd_Fresca", "propertyName": "fresh"}
MISPLACED = tree(behaviors=[ORIGIN, CP_CODE, ENFORCE])
STRANGE = tree(rule("s", behaviors=[{"name": "someNewBehavior", "options": {}}]))
BACKWARD = {"Accept": "application/vnd.akamai.papirules.v2024-02-12+json"}
CCM = host("ccm.example.com", certProvisioningType="CCM", ccmCertificates={"rsaCertId": "10001"})
UNKNOWN_SET = {"caSetId": "999999", "checkClientOcsp": False, "sendCaSetClient": False}


def is_complaint(*tails: str) -> Any:
    return lambda items: any(item["type"].endswith(tails) for item in items)


@rows(
    expect(
        "unknown features are errors",
        RULES,
        200,
        {"rules": STRANGE},
        given=(switch("unknown_features", "error"),),
        has={"errors": is_complaint("unknown_feature")},
    ),
    expect(
        "a misplaced mTLS behavior only warns",
        RULES,
        200,
        {"rules": MISPLACED},
        given=(switch("papi_misplaced_mtls", "warning"),),
        has={"warnings": list, "warnings.0.type": str},
        hasnot=("errors.0",),
    ),
    expect(
        "CA sets are looked up",
        RULES,
        200,
        {
            "rules": tree(
                {
                    **BASIC,
                    "behaviors": [
                        {**ENFORCE, "options": {**ENFORCE["options"], "certificateAuthoritySet": ["999999"]}}
                    ],
                }
            )
        },
        given=(switch("papi_unknown_ca_set", "error"),),
        has={"errors.0.type": str},
    ),
    expect(
        "CA sets that exist pass the look-up",
        RULES,
        200,
        {"rules": tree(BASIC)},
        given=(switch("papi_unknown_ca_set", "error"),),
        hasnot=("errors.0",),
    ),
    expect(
        "the contract lacks the mTLS module",
        RULES,
        200,
        {"rules": tree(BASIC)},
        given=(switch("papi_mtls_module", "missing"),),
        has={"errors": is_complaint("not_granted_by_modules_on_contract")},
    ),
    expect(
        "the mTLS behaviors are not available then",
        "GET {plain}/versions/1/available-behaviors?",
        200,
        given=(switch("papi_mtls_module", "missing"),),
        has={"behaviors.items": lambda items: "enforceMtlsSettings" not in {item["name"] for item in items}},
    ),
    expect("older formats, 406", "GET {plain}/versions/1/rules?", 406, headers=BACKWARD),
    expect(
        "older formats, 400",
        "GET {plain}/versions/1/rules?",
        400,
        headers=BACKWARD,
        given=(switch("papi_bad_format_read", "400"),),
        type="invalid-rule-format",
    ),
    expect(
        "contract and group required",
        "GET {plain}",
        400,
        given=(switch("papi_context", "required"),),
        type="problem-extracting-contract-group",
    ),
    expect("contract and group given", "GET {plain}?", 200, given=(switch("papi_context", "required"),)),
    expect(
        "another etag, http/precondition-failed",
        RULES,
        412,
        {"rules": tree()},
        given=(switch("papi_etag_conflict", "http/precondition-failed"),),
        headers={"If-Match": '"0"'},
        type="papi/v1/http/precondition-failed",
    ),
    expect(
        "contract and group in a redirect",
        "GET {plain}",
        302,
        given=(switch("papi_context", "redirect"),),
        has={"redirectLink": re.compile(r"/papi/v1/properties/prp_900001\?groupId=grp_15225&contractId=ctr_C-0N7RAC7")},
    ),
    expect(
        "an unknown property, 403",
        "GET {P}/properties/prp_1?",
        403,
        given=(switch("papi_unknown_property", "403"),),
        type="http/forbidden",
    ),
    expect("an unknown property, 404", "GET {P}/properties/prp_1?", 404, type="http/not-found"),
    expect(
        "an unknown property, empty",
        "GET {P}/properties/prp_1?",
        200,
        given=(switch("papi_unknown_property", "empty"),),
        has={"properties.items": []},
    ),
    expect(
        "search ignores case",
        SEARCH,
        200,
        {"propertyName": "WWW"},
        given=(switch("papi_search", "ignore_case"),),
        has={"versions.items.0.propertyName": "www"},
    ),
    expect("search is exact", SEARCH, 200, {"propertyName": "WWW"}, has={"versions.items": []}),
    expect(
        "search by prefix",
        SEARCH,
        200,
        {"propertyName": "ww"},
        given=(switch("papi_search", "prefix"),),
        has={"versions.items.0.propertyName": "www"},
    ),
    expect("search no prefix", SEARCH, 200, {"propertyName": "ww"}, has={"versions.items": []}),
    expect(
        "a slow index",
        SEARCH,
        200,
        {"propertyName": "fresh"},
        given=(switch("papi_search_index", "slow"), call("POST {P}/properties?", NEW)),
        has={"versions.items": []},
    ),
    expect(
        "a slow index in the end",
        SEARCH,
        200,
        {"propertyName": "fresh"},
        given=(switch("papi_search_index", "slow"), call("POST {P}/properties?", NEW), later(120)),
        has={"versions.items.0.propertyName": "fresh"},
    ),
    expect(
        "the index is immediate",
        SEARCH,
        200,
        {"propertyName": "fresh"},
        given=(call("POST {P}/properties?", NEW),),
        has={"versions.items.0.propertyName": "fresh"},
    ),
    expect(
        "a stale etag of the base, 409",
        "POST {plain}/versions?",
        409,
        {"createFromVersion": 1, "createFromVersionEtag": "0" * 16},
        given=(switch("papi_etag_mismatch", "409"),),
    ),
    expect(
        "a stale etag of the base, 400",
        "POST {plain}/versions?",
        400,
        {"createFromVersion": 1, "createFromVersionEtag": "0" * 16},
        given=(switch("papi_etag_mismatch", "400"),),
    ),
    expect(
        "a version that is being activated, 409",
        RULES,
        409,
        {"rules": tree()},
        given=(switch("papi_pending_version", "409"), start("plain")),
        type="resource-busy",
    ),
    expect(
        "an absent host name, refused",
        "PATCH {plain}/versions/1/hostnames?",
        400,
        {"remove": ["absent.example.com"]},
        given=(switch("papi_remove_absent_hostname", "refuse"),),
    ),
    expect(
        "an absent host name, ignored", "PATCH {plain}/versions/1/hostnames?", 200, {"remove": ["absent.example.com"]}
    ),
    expect(
        "the CA set of a CCM host name has to exist",
        "PUT {plain}/versions/1/hostnames?",
        400,
        [{**CCM, "mtls": UNKNOWN_SET}],
    ),
    expect(
        "or not",
        "PUT {plain}/versions/1/hostnames?",
        200,
        [{**CCM, "mtls": UNKNOWN_SET}],
        given=(switch("papi_ccm_ca_set", "ignore"),),
    ),
    expect(
        "a CCM certificate that is not deployed yet",
        ACTIVATE,
        400,
        activation(1),
        given=(switch("papi_ccm_certificate", "not_deployed"), call("PUT {plain}/versions/1/hostnames?", [CCM])),
        has={
            "errors.0.type": "https://problems.luna.akamaiapis.net/papi/v0/activation/unauthorized_third_party_cert_for_hostname"
        },
    ),
    expect(
        "already active, 422", ACTIVATE, 422, activation(1), given=(live("plain"),), type="activation/already-activated"
    ),
    expect(
        "already active, 403",
        ACTIVATE,
        403,
        activation(1),
        given=(switch("papi_already_active", "403"), live("plain")),
        type="activation/already-activated",
    ),
    expect(
        "both networks at once",
        ACTIVATE,
        409,
        activation(1, "PRODUCTION"),
        given=(switch("papi_both_networks", "refuse"), start("plain")),
        type="toolkit/validation_failed.error.arlfile.exists",
    ),
    expect(
        "one network after the other",
        ACTIVATE,
        201,
        activation(1, "PRODUCTION"),
        given=(switch("papi_both_networks", "refuse"), live("plain")),
    ),
    expect(
        "always a warning",
        ACTIVATE,
        400,
        activation(1, acknowledgeAllWarnings=False),
        given=(switch("papi_activation_warnings", "always"),),
        type="activation/warnings-not-acknowledged",
        has={"warnings.0.messageId": MESSAGE_ID},
    ),
    expect("no warning", ACTIVATE, 201, activation(1, acknowledgeAllWarnings=False)),
)
def test_switched(row: Row, house: House) -> None:
    play(house, row, {})


@pytest.mark.parametrize(("value", "same"), [("new_etag", False), ("same_etag", True)])
def test_the_etag_after_an_identical_write(value: str, same: bool, house: House) -> None:
    switch("papi_identical_write", value)(house)
    put_rules("plain", tree())(house)
    before = etag_of(house, "plain")
    put_rules("plain", tree())(house)
    assert (etag_of(house, "plain") == before) is same


@pytest.mark.parametrize(("value", "note"), [("copy", "first"), ("empty", "")])
def test_the_note_of_a_new_version(value: str, note: str, house: House) -> None:
    switch("papi_new_version_note", value)(house)
    draft("plain", 1)(house)
    assert version_of(house, "plain", 2)["note"] == note


@pytest.mark.parametrize(("value", "status"), [("editable", 200), ("frozen", 403)])
def test_a_version_after_an_aborted_activation(value: str, status: int, house: House) -> None:
    switch("papi_aborted_version", value)(house)
    activation_id = link_id(ok(house, ACTIVATE, activation(1)).json(), "activationLink")
    ok(house, f"DELETE {{plain}}/activations/{activation_id}?")
    later()(house)
    assert send(house, RULES, {"rules": tree()}).status_code == status


def test_a_failing_activation(house: House) -> None:
    switch("papi_activation_end", "FAILED")(house)
    live("plain")(house)
    entry = activations_of(house, "plain")[0]
    assert entry["status"] == "FAILED"
    item = ok(house, "GET {plain}?").json()["properties"]["items"][0]
    assert item["stagingVersion"] is None
    assert ok(house, RULES, {"rules": tree()})


def test_a_failing_activation_leaves_what_was_active(house: House) -> None:
    live("plain")(house)
    draft("plain", 1)(house)
    switch("papi_activation_end", "FAILED")(house)
    live("plain", 2)(house)
    assert ok(house, "GET {plain}?").json()["properties"]["items"][0]["stagingVersion"] == 1
    assert version_of(house, "plain", 1)["stagingStatus"] == "ACTIVE"


def test_cancelling_takes_its_time(house: House) -> None:
    switch("papi_cancel", "pending")(house)
    activation_id = link_id(ok(house, ACTIVATE, activation(1)).json(), "activationLink")
    answer = ok(house, f"DELETE {{plain}}/activations/{activation_id}?").json()
    assert answer["activations"]["items"][0]["status"] == "PENDING_CANCELLATION"
    later()(house)
    shown = ok(house, f"GET {{plain}}/activations/{activation_id}?").json()
    assert shown["activations"]["items"][0]["status"] == "ABORTED"


def test_the_open_status_of_a_deactivation(house: House) -> None:
    switch("papi_deactivation_pending", "PENDING_DEACTIVATION")(house)
    live("plain")(house)
    start("plain", activationType="DEACTIVATE")(house)
    seen = set()
    for _ in range(40):
        seen |= {e["status"] for e in activations_of(house, "plain") if e["activationType"] == "DEACTIVATE"}
        later(100)(house)
    assert "PENDING_DEACTIVATION" in seen
    assert "PENDING" not in seen


@pytest.mark.parametrize(("value", "shown"), [("canonical", "cpCode"), ("as_sent", "cpcode")])
def test_aliases(value: str, shown: str, house: House) -> None:
    switch("papi_aliases", value)(house)
    put_rules("plain", tree(behaviors=[ORIGIN, {**CP_CODE, "name": "cpcode"}]))(house)
    document = rules_of(house, "plain")
    assert [behavior["name"] for behavior in document["rules"]["behaviors"]] == ["origin", shown]
    assert not document.get("errors")


def test_a_reader_and_the_three_checks(house: House) -> None:
    """DESIGN 4: whether a READ-ONLY client may call them is a switch."""
    checks: list[tuple[str, Any]] = [
        (SEARCH, {"propertyName": "www"}),
        ("PUT {plain}/versions/1/rules?dryRun=true&", {"rules": tree()}),
    ]
    for request, body in checks:
        assert send(house, request, body, section="read_only").status_code == 403
    switch("read_only_checks", "allow")(house)
    for request, body in checks:
        assert send(house, request, body, section="read_only").status_code == 200
    assert send(house, RULES, {"rules": tree()}, section="read_only").status_code == 403
