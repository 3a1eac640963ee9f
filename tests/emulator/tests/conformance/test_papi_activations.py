# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activations and what refuses them: papi-v1.md 12."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

from .harness import House, Row, play
from .papi_harness import (
    ACCOUNT,
    CG,
    CONTRACT,
    FINISH,
    GROUP,
    MESSAGE_ID,
    PLAIN,
    TIME,
    activation,
    activations_of,
    call,
    draft,
    expect,
    later,
    link_id,
    live,
    ok,
    property_of,
    put_rules,
    rows,
    send,
    start,
    switch,
    tree,
    version_of,
)

START = "papi"
POST = "POST {plain}/activations?"
LINK = re.compile(rf"^/papi/v0/properties/{PLAIN}/activations/atv_\d+\?{re.escape(CG)}$")
OPEN = {"NEW", "PENDING", "ZONE_1", "ZONE_2", "ZONE_3"}
latest_format = call(
    "PUT {plain}/versions/1/rules?",
    {"rules": tree()},
    headers={"Content-Type": "application/vnd.akamai.papirules.latest+json"},
)
deactivate: dict[str, Any] = {"activationType": "DEACTIVATE"}


def without(*members: str) -> dict[str, Any]:
    return {name: value for name, value in activation(1).items() if name not in members}


def nothing_started(answer: requests.Response, house: House) -> None:
    assert activations_of(house, "plain") == []


@rows(
    expect(
        "accepted",
        POST,
        201,
        activation(1),
        has={"activationLink": LINK},
        hasnot=("status",),
        heads={"Location": re.compile(rf".*/properties/{PLAIN}/activations/atv_\d+.*")},
    ),
    expect("production", POST, 201, activation(1, "PRODUCTION")),
    expect("a network each", POST, 201, activation(1, "PRODUCTION"), given=(live("plain"),)),
    expect("the type defaults to ACTIVATE", POST, 201, without("activationType")),
    expect(
        "all members",
        POST,
        201,
        activation(1, note="why", delayValidations=True, fastPush=True, ignoreHttpErrors=True, useFastFallback=False),
    ),
    expect(
        "a compliance record is accepted",
        POST,
        201,
        activation(1, complianceRecord={"noncomplianceReason": "EMERGENCY"}),
    ),
    expect(
        "nobody to notify", POST, 400, without("notifyEmails"), type="activation/bad-notifyemails", then=nothing_started
    ),
    expect("an empty list to notify", POST, 400, activation(1, notifyEmails=[]), type="activation/bad-notifyemails"),
    expect("no address", POST, 400, activation(1, notifyEmails=["nobody"]), type="activation/bad-notifyemails"),
    expect("no network", POST, 400, without("network"), then=nothing_started),
    expect("an unknown network", POST, 400, activation(1, "MOON"), then=nothing_started),
    expect("an unknown type", POST, 400, activation(1, activationType="RESTART"), then=nothing_started),
    expect("no version", POST, 400, without("propertyVersion"), then=nothing_started),
    expect("a version as a text", POST, 400, activation("1"), type="json-mapping-error", then=nothing_started),  # type: ignore[arg-type]
    expect("an unknown version", POST, {400, 404}, activation(99), then=nothing_started),
    expect("not JSON", POST, 400, body=b"{", type="json-parse-error", then=nothing_started),
    expect("a list", POST, 400, [], type="json-mapping-error", then=nothing_started),
    expect("no body", POST, 400, then=nothing_started),
    expect("a reader", POST, 403, activation(1), section="read_only", then=nothing_started),
    expect("an unknown property", "POST {P}/properties/prp_1/activations?", {403, 404}, activation(1)),
    expect(
        "errors in the tree cannot be acknowledged",
        "POST {bare}/activations?",
        400,
        activation(1),
        has={"errors.0.type": str, "errors.0.detail": str},
    ),
    expect(
        "errors block production too",
        "POST {bare}/activations?",
        400,
        activation(1, "PRODUCTION"),
        has={"errors.0.type": str},
    ),
    expect(
        "already active", POST, {403, 422}, activation(1), given=(live("plain"),), type="activation/already-activated"
    ),
    expect(
        "the same one is running",
        POST,
        422,
        activation(1),
        given=(start("plain"),),
        type="property_activation_still_pending",
        has={
            "errors.0.type": str,
            "details": dict,
            "messageId": "property_activation_still_pending",
            "result": "ERROR",
        },
        hasnot=("detail",),
    ),
    expect(
        "another one is running there",
        POST,
        422,
        activation(2),
        given=(draft("plain", 1), start("plain")),
        type="property_activation_still_pending",
        has={"params": list},
    ),
    expect(
        "a deactivation is running there",
        POST,
        422,
        activation(1),
        given=(live("plain"), start("plain", **deactivate)),
        type="property_activation_still_pending",
    ),
    expect(
        "nothing to deactivate, staging",
        POST,
        422,
        activation(1, **deactivate),
        type="deactivation/not-active-in-staging",
    ),
    expect(
        "nothing to deactivate, production",
        POST,
        422,
        activation(1, "PRODUCTION", **deactivate),
        given=(live("plain"),),
        type="deactivation/not-active-in-production",
    ),
    expect(
        "another version is what is active",
        POST,
        422,
        activation(2, **deactivate),
        given=(live("plain"), draft("plain", 1)),
        type="deactivation/not-active-in-staging",
    ),
    expect(
        "deactivation", POST, 201, activation(1, **deactivate), given=(live("plain"),), has={"activationLink": LINK}
    ),
    expect("again after a deactivation", POST, 201, activation(1), given=(live("plain"), live("plain", **deactivate))),
    expect("back to an older version", "POST {www}/activations?", 201, activation(1)),
)
def test_start(row: Row, house: House) -> None:
    play(house, row, {})


# ---------------------------------------------------------------------------------------------------- compliance


RECORD: dict[str, Any] = {
    "noncomplianceReason": "NONE",
    "customerEmail": "c@example.com",
    "peerReviewedBy": "p@example.com",
}
RECORD |= {"unitTested": True}
required = switch("papi_compliance_record", "required")


@rows(
    expect(
        "missing",
        POST,
        400,
        activation(1, "PRODUCTION"),
        given=(required,),
        type="activation/missing-compliance-record",
    ),
    expect("not needed on staging", POST, 201, activation(1), given=(required,)),
    expect("complete", POST, 201, activation(1, "PRODUCTION", complianceRecord=RECORD), given=(required,)),
    expect(
        "incomplete",
        POST,
        400,
        activation(1, "PRODUCTION", complianceRecord={"noncomplianceReason": "NONE"}),
        given=(required,),
        type="activation/missing-compliance-record-info",
    ),
    expect(
        "another reason that is not given",
        POST,
        400,
        activation(1, "PRODUCTION", complianceRecord={"noncomplianceReason": "OTHER"}),
        given=(required,),
        type="activation/missing-compliance-record-info",
    ),
    expect(
        "untested",
        POST,
        400,
        activation(1, "PRODUCTION", complianceRecord={**RECORD, "unitTested": "true"}),
        given=(required,),
        type="activation/missing-compliance-record-info",
    ),
    expect(
        "missing, in the other shape",
        POST,
        400,
        activation(1, "PRODUCTION"),
        given=(switch("papi_compliance_record", "exception"),),
        type="missing_compliance_record",
        has={"title": "Property Manager Exception", "messageId": "missing_compliance_record", "result": "ERROR"},
        hasnot=("detail",),
    ),
    expect(
        "one's own review",
        POST,
        400,
        activation(1, "PRODUCTION", complianceRecord={**RECORD, "peerReviewedBy": "automation"}),
        given=(required,),
        type="activation/self-peer-review",
    ),
    expect(
        "an emergency",
        POST,
        201,
        activation(1, "PRODUCTION", complianceRecord={"noncomplianceReason": "EMERGENCY"}),
        given=(required,),
    ),
)
def test_compliance(row: Row, house: House) -> None:
    play(house, row, {})


# ---------------------------------------------------------------------------------------------------- warnings


def test_warnings_have_to_be_acknowledged(house: House) -> None:
    latest_format(house)
    body = activation(1, acknowledgeAllWarnings=False)
    first = play(
        house,
        expect("warned", POST, 400, body, type="activation/warnings-not-acknowledged", has={"warnings": list}),
        {},
    ).json()
    ids = [warning["messageId"] for warning in first["warnings"]]
    assert ids
    assert all(MESSAGE_ID.match(one) for one in ids)
    assert all(isinstance(warning["detail"], str) for warning in first["warnings"])
    again = send(house, POST, body).json()
    assert [warning["messageId"] for warning in again["warnings"]] == ids, "message ids are stable"
    assert send(house, POST, {**body, "acknowledgeWarnings": ["msg_" + "0" * 40]}).status_code == 400
    assert send(house, POST, {**body, "acknowledgeWarnings": ids[:-1]}).status_code == 400
    assert send(house, POST, {**body, "acknowledgeWarnings": ids}).status_code == 201


def test_all_warnings_may_be_acknowledged_at_once(house: House) -> None:
    latest_format(house)
    ok(house, POST, activation(1, acknowledgeAllWarnings=True))


def test_without_warnings_nothing_needs_acknowledging(house: House) -> None:
    answer = send(house, POST, activation(1, acknowledgeAllWarnings=False))
    assert answer.status_code in (201, 400)
    if answer.status_code == 400:
        assert answer.json()["warnings"]


# ---------------------------------------------------------------------------------------------------- progress


def entry(house: House, activation_id: str, name: str = "plain") -> dict[str, Any]:
    answer = ok(house, f"GET {{{name}}}/activations/{activation_id}?")
    items: list[dict[str, Any]] = answer.json()["activations"]["items"]
    assert len(items) == 1
    return items[0]


def begin(house: House, name: str = "plain", version: int = 1, network: str = "STAGING", **members: Any) -> str:
    body = activation(version, network, **members)
    return link_id(ok(house, f"POST {{{name}}}/activations?", body).json(), "activationLink")


def test_an_entry(house: House) -> None:
    activation_id = begin(house, note="why")
    row = expect(
        "entry",
        f"GET {{plain}}/activations/{activation_id}?",
        200,
        has={
            "accountId": ACCOUNT,
            "contractId": CONTRACT,
            "groupId": GROUP,
            "activations.items.#": 1,
            "activations.items.0.activationId": activation_id,
            "activations.items.0.propertyName": "plain",
            "activations.items.0.propertyId": PLAIN,
            "activations.items.0.propertyVersion": 1,
            "activations.items.0.network": "STAGING",
            "activations.items.0.activationType": "ACTIVATE",
            "activations.items.0.status": OPEN,
            "activations.items.0.submitDate": TIME,
            "activations.items.0.updateDate": TIME,
            "activations.items.0.note": "why",
            "activations.items.0.notifyEmails": ["ops@example.com"],
            "activations.items.0.fmaActivationState": {"steady", "received", "lived", "deployed"},
        },
        hasnot=("activations.items.0.complianceRecord",),
        heads={"Retry-After": re.compile(r"\d+")},
    )
    play(house, row, {})
    under_v0 = ok(house, f"GET /papi/v0/properties/{PLAIN}/activations/{activation_id}?{CG}").json()
    assert under_v0["activations"]["items"][0]["activationId"] == activation_id
    assert activations_of(house, "plain") == [entry(house, activation_id)]


def test_progress(house: House) -> None:
    activation_id = begin(house)
    assert version_of(house, "plain", 1)["stagingStatus"] == "PENDING"
    assert property_of(house, "plain")["stagingVersion"] is None
    order = ["NEW", "PENDING", "ZONE_1", "ZONE_2", "ZONE_3", "ACTIVE"]
    seen = [entry(house, activation_id)["status"]]
    for _ in range(40):
        house.control.advance(100)
        seen.append(entry(house, activation_id)["status"])
    assert [order.index(status) for status in seen] == sorted(order.index(status) for status in seen), seen
    assert set(seen) & {"ZONE_1", "ZONE_2", "ZONE_3"}, seen
    assert seen[-1] == "ACTIVE"
    answer = ok(house, f"GET {{plain}}/activations/{activation_id}?")
    assert "Retry-After" not in answer.headers
    assert version_of(house, "plain", 1)["stagingStatus"] == "ACTIVE"
    assert version_of(house, "plain", 1)["productionStatus"] == "INACTIVE"
    assert property_of(house, "plain")["stagingVersion"] == 1


def test_retry_after_is_seconds_that_get_fewer(house: House) -> None:
    path = f"GET {{plain}}/activations/{begin(house)}?"
    waits = []
    for _ in range(3):
        waits.append(int(ok(house, path).headers["Retry-After"]))
        house.control.advance(600)
    assert all(wait >= 0 for wait in waits)
    assert waits == sorted(waits, reverse=True)


def test_delayed_validations_fail_afterwards(house: House) -> None:
    activation_id = begin(house, "bare", delayValidations=True)
    house.control.advance(FINISH)
    ended = entry(house, activation_id, "bare")
    assert (ended["status"], ended["failureCause"]["status"]) == ("FAILED", 400)
    assert ended["failureCause"]["errors"]
    assert property_of(house, "bare")["stagingVersion"] is None


def test_success_supersedes(house: House) -> None:
    first = begin(house)
    house.control.advance(FINISH)
    draft("plain", 1)(house)
    second = begin(house, version=2)
    assert entry(house, first)["status"] == "ACTIVE"
    assert property_of(house, "plain")["stagingVersion"] == 1
    house.control.advance(FINISH)
    assert entry(house, second)["status"] == "ACTIVE"
    assert entry(house, first)["status"] == "INACTIVE"
    assert version_of(house, "plain", 1)["stagingStatus"] == "INACTIVE"
    assert version_of(house, "plain", 2)["stagingStatus"] == "ACTIVE"
    assert property_of(house, "plain")["stagingVersion"] == 2


@pytest.mark.parametrize(("value", "final"), [("ACTIVE", "ACTIVE"), ("DEACTIVATED", "DEACTIVATED")])
def test_deactivation(value: str, final: str, house: House) -> None:
    switch("papi_deactivation_end", value)(house)
    first = begin(house)
    house.control.advance(FINISH)
    second = begin(house, **deactivate)
    assert version_of(house, "plain", 1)["stagingStatus"] == "PENDING_DEACTIVATION"
    assert entry(house, second)["status"] in OPEN | {"PENDING_DEACTIVATION"}
    assert entry(house, second)["activationType"] == "DEACTIVATE"
    assert property_of(house, "plain")["stagingVersion"] == 1
    house.control.advance(FINISH)
    assert entry(house, second)["status"] == final
    assert entry(house, first)["status"] in ("DEACTIVATED", "INACTIVE")
    assert property_of(house, "plain")["stagingVersion"] is None
    assert version_of(house, "plain", 1)["stagingStatus"] in ("DEACTIVATED", "INACTIVE")


def test_the_default_end_of_a_deactivation_is_active(house: House) -> None:
    live("plain")(house)
    activation_id = begin(house, **deactivate)
    house.control.advance(FINISH)
    assert entry(house, activation_id)["status"] == "ACTIVE"


def test_what_is_active_can_be_told_from_the_list(house: House) -> None:
    """12.5: the newest by `updateDate` of the entries that are ACTIVE; one format, distinct values (clients.md 4)."""
    for step in (live("plain"), draft("plain", 1), live("plain", 2), live("plain", 2, "PRODUCTION"), live("plain")):
        step(house)
    live("plain", 2, "PRODUCTION", **deactivate)(house)
    entries = activations_of(house, "plain")
    dates = [item["updateDate"] for item in entries]
    assert len(set(dates)) == len(dates)
    assert len({len(date) for date in dates}) == 1
    for network, version in (("STAGING", 1), ("PRODUCTION", None)):
        there = [item for item in entries if item["network"] == network and item["status"] == "ACTIVE"]
        newest = max(there, key=lambda item: item["updateDate"])
        assert (newest["propertyVersion"] if newest["activationType"] == "ACTIVATE" else None) == version
        assert property_of(house, "plain")[f"{network.lower()}Version"] == version


def test_the_networks_are_independent(house: House) -> None:
    begin(house)
    begin(house, network="PRODUCTION")
    house.control.advance(FINISH)
    item = property_of(house, "plain")
    assert (item["stagingVersion"], item["productionVersion"]) == (1, 1)


def test_fallback_info_has_whole_numbers(house: House) -> None:
    live("plain")(house)
    info = activations_of(house, "plain")[0].get("fallbackInfo")
    for name, value in (info or {}).items():
        assert value is None or isinstance(value, bool | int), f"{name}: {value!r}"


def test_the_stock_has_its_history(house: House) -> None:
    entries = ok(house, "GET {www}/activations?").json()["activations"]["items"]
    active = {(e["propertyVersion"], e["network"]) for e in entries if e["status"] == "ACTIVE"}
    assert active == {(2, "STAGING"), (2, "PRODUCTION")}
    assert all(TIME.match(e["submitDate"]) for e in entries)


def test_ids_without_prefixes(house: House) -> None:
    activation_id = begin(house).removeprefix("atv_")
    answer = ok(house, f"GET {{plain}}/activations/{activation_id}?", headers={"PAPI-Use-Prefixes": "false"}).json()
    assert answer["activations"]["items"][0]["activationId"] == activation_id
    assert answer["activations"]["items"][0]["propertyId"] == PLAIN.removeprefix("prp_")


# ---------------------------------------------------------------------------------------------------- cancel


def test_cancel(house: House) -> None:
    activation_id = begin(house)
    answer = ok(house, f"DELETE {{plain}}/activations/{activation_id}?").json()
    item = answer["activations"]["items"][0]
    assert item["activationId"] == activation_id
    assert item["status"] in ("ABORTED", "PENDING_CANCELLATION")
    house.control.advance(FINISH)
    assert entry(house, activation_id)["status"] == "ABORTED"
    assert activations_of(house, "plain") == []
    assert property_of(house, "plain")["stagingVersion"] is None
    assert version_of(house, "plain", 1)["stagingStatus"] in ("ABORTED", "INACTIVE")
    begin(house)


@rows(
    expect(
        "unknown",
        "DELETE {plain}/activations/atv_1?",
        404,
        type="activation-cancellation/not-found",
    ),
    expect("read of an unknown one", "GET {plain}/activations/atv_1?", 404),
    expect("list of an unknown property", "GET {P}/properties/prp_1/activations?", {403, 404}),
    expect("nothing yet", "GET {plain}/activations?", 200, has={"activations.items": []}),
)
def test_unknown_activations(row: Row, house: House) -> None:
    play(house, row, {})


def test_cancel_too_late(house: House) -> None:
    activation_id = begin(house)
    later()(house)
    request = f"DELETE {{plain}}/activations/{activation_id}?"
    play(house, expect("late", request, 422, type="activation-cancellation/unprocessable-status"), {})
    assert entry(house, activation_id)["status"] == "ACTIVE"


def test_an_activation_of_another_property_is_not_found(house: House) -> None:
    activation_id = begin(house)
    assert send(house, f"GET {{www}}/activations/{activation_id}?").status_code == 404
    assert send(house, f"DELETE {{www}}/activations/{activation_id}?").status_code == 404


def test_a_mended_tree_can_be_activated(house: House) -> None:
    assert send(house, "POST {bare}/activations?", activation(1)).status_code == 400
    put_rules("bare", tree())(house)
    ok(house, "PUT {bare}/versions/1/hostnames?", [])
    answer = send(house, "POST {bare}/activations?", activation(1))
    assert answer.status_code in (201, 400)
    if answer.status_code == 400:  # a version without host names may be refused, but not for its rules any more
        assert not [e for e in answer.json()["errors"] if "required_" in e["type"]]
