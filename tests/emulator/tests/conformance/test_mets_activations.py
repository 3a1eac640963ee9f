# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activation and deactivation of versions (mets-v2.md 2.4, 3.8, 3.17 to 3.20, 5.3, 5.4)."""

from __future__ import annotations

import datetime as dt
import re
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from .harness import MICROSECONDS, RFC1123, Facts, House, Row, run
from .mets_worlds import FINISH, LINK, NETWORKS, SET, SETS, V1, V2, move, refusal

CONTEXT = {"caSetId": "{set}", "caSetName": "partners", "version": 1}
STAGING, PRODUCTION = ({"network": network} for network in NETWORKS)
ON, OFF = f"{V1}/activate", f"{V1}/deactivate"
STARTED = CONTEXT | {
    "activationId": int,
    "activationLink": LINK,
    "activationStatus": "IN_PROGRESS",
    "caSetLink": SET,
    "createdBy": str,
    "createdDate": MICROSECONDS,
    "failureReason": None,
    "modifiedBy": None,
    "modifiedDate": None,
    "percentComplete": 0,
    "versionLink": V1,
}
WITHOUT_STAGING = "/mtls-edge-truststore/error-types/activate-version-on-production-without-activating-on-staging"
RUNNING = {"activationLink": LINK, **CONTEXT}


def busy(kind: str) -> str:
    return f"another-{kind}-request-in-progress-in-the-ca-set"


def started(id: str, given: str, path: str, body: dict[str, str], warnings: list[str], **has: Any) -> Row:
    """A row of an accepted request: the whole record, its warnings by type, and its headers."""
    wanted = STARTED | {"network": body["network"], **has}
    wanted["validation.warnings"] = lambda found: [item["type"] for item in found] == warnings
    return Row(id, given, "POST", path, body, 202, has=wanted, heads={"Location": LINK, "Retry-After": RFC1123})


def in_version_2(**has: Any) -> dict[str, Any]:
    return {"version": 2, "versionLink": V2, **has}


START = [
    started("activate on staging", "one version", ON, STAGING, [], activationType="ACTIVATE"),
    started("activate on production", "one version", ON, PRODUCTION, [WITHOUT_STAGING], activationType="ACTIVATE"),
    started("activate on production, staging first", "v1 active on staging", ON, PRODUCTION, []),
    started("activate on production, was on staging", "v1 was active on staging", ON, PRODUCTION, []),
    started("activate on the other network", "v1 activating on staging", ON, PRODUCTION, [WITHOUT_STAGING]),
    started("activate again", "v1 was active on staging", ON, STAGING, []),
    started("activate over another", "v1 active on both", f"{V2}/activate", STAGING, [], **in_version_2()),
    started(
        "activate over another on production",
        "v1 active on both",
        f"{V2}/activate",
        PRODUCTION,
        [WITHOUT_STAGING],
        **in_version_2(),
    ),
    started("activate what is bound", "bound", f"{V2}/activate", STAGING, [], **in_version_2()),
    started("deactivate", "v1 active on staging", OFF, STAGING, [], activationType="DEACTIVATE"),
    started("deactivate one of two", "v1 active on both", OFF, PRODUCTION, [], activationType="DEACTIVATE"),
]

REFUSED = [
    refusal(
        "activate: already active",
        "v1 active on staging",
        "POST",
        ON,
        409,
        "ca-set-version-already-active-on-network",
        STAGING,
        context=CONTEXT | STAGING,
    ),
    refusal(
        "activate: same is running",
        "v1 activating on staging",
        "POST",
        ON,
        409,
        busy("activation"),
        STAGING,
        context=RUNNING | STAGING | {"activationType": "ACTIVATE"},
    ),
    refusal(
        "activate: other version is running",
        "v1 activating on staging",
        "POST",
        f"{V2}/activate",
        409,
        busy("activation"),
        STAGING,
        context={"activationLink": LINK, "caSetId": "{set}"},
    ),
    refusal(
        "activate: deactivation is running",
        "v1 deactivating on staging",
        "POST",
        ON,
        409,
        busy("deactivation"),
        STAGING,
        context=RUNNING | STAGING | {"activationType": "DEACTIVATE"},
    ),
    refusal(
        "activate: other version while deactivating",
        "v1 deactivating on staging",
        "POST",
        f"{V2}/activate",
        409,
        busy("deactivation"),
        STAGING,
    ),
    refusal(
        "activate: no such set",
        "one version",
        "POST",
        f"{SETS}/9/versions/1/activate",
        404,
        "ca-set-not-found",
        STAGING,
        context={"caSetId": "9"},
    ),
    refusal(
        "activate: no such version",
        "one version",
        "POST",
        f"{SET}/versions/7/activate",
        404,
        "ca-set-version-not-found",
        STAGING,
        context={"caSetId": "{set}", "version": 7},
    ),
    refusal(
        "activate: set is being deleted",
        "deleting",
        "POST",
        ON,
        409,
        "delete-ca-set-request-in-progress",
        STAGING,
        context={
            "caSetId": "{set}",
            "caSetName": "partners",
            "deletionLink": f"{SET}/status/delete",
            "stagingStatus": "IN_PROGRESS",
            "productionStatus": "IN_PROGRESS",
        },
    ),
    refusal("activate: set is deleted", "deleted", "POST", ON, 404, "ca-set-not-found", STAGING, mark="U: 404"),
    refusal(
        "activate: an expired certificate",
        "an expired certificate",
        "POST",
        ON,
        400,
        "certificate-validation-failure-activate",
        STAGING,
        context=CONTEXT,
        has={
            "errors": lambda found: len(found) == 1,
            "errors.0.pointer": "/certificates/0",
            "errors.0.type": re.compile("/mtls-edge-truststore/error-types/expired-certificate"),
        },
    ),
    refusal(
        "deactivate: not active",
        "one version",
        "POST",
        OFF,
        409,
        "ca-set-version-not-active-on-network",
        STAGING,
        context=CONTEXT | STAGING,
    ),
    refusal(
        "deactivate: active elsewhere",
        "v1 active on staging",
        "POST",
        OFF,
        409,
        "ca-set-version-not-active-on-network",
        PRODUCTION,
        context=CONTEXT | PRODUCTION,
    ),
    refusal(
        "deactivate: another version is",
        "v1 active on staging",
        "POST",
        f"{V2}/deactivate",
        409,
        "ca-set-version-not-active-on-network",
        STAGING,
    ),
    refusal(
        "deactivate: activation is running", "v1 activating on staging", "POST", OFF, 409, busy("activation"), STAGING
    ),
    refusal(
        "deactivate: same is running",
        "v1 deactivating on staging",
        "POST",
        OFF,
        409,
        busy("deactivation"),
        STAGING,
        context=RUNNING | STAGING | {"activationType": "DEACTIVATE"},
    ),
    refusal(
        "deactivate: no such set",
        "one version",
        "POST",
        f"{SETS}/9/versions/1/deactivate",
        404,
        "ca-set-not-found",
        STAGING,
    ),
    refusal(
        "deactivate: no such version",
        "one version",
        "POST",
        f"{SET}/versions/7/deactivate",
        404,
        "ca-set-version-not-found",
        STAGING,
    ),
    refusal(
        "deactivate: set is being deleted",
        "deleting",
        "POST",
        OFF,
        409,
        "delete-ca-set-request-in-progress",
        STAGING,
        mark="I",
    ),
    *(
        refusal(
            f"{verb}: {id}",
            "one version",
            "POST",
            f"{V1}/{verb}",
            400,
            "json-schema-validation-error",
            body,
            context={"message": str},
            has=has,
        )
        for verb in ("activate", "deactivate")
        for id, body, has in (
            ("no network", {}, {}),
            ("unknown network", {"network": "TEST"}, {"pointer": "/network"}),
            ("lower case", {"network": "staging"}, {"pointer": "/network"}),
            ("a number", {"network": 1}, {"pointer": "/network"}),
            ("an unknown member", STAGING | {"note": "x"}, {}),
            ("a list", [STAGING], {}),
        )
    ),
]

POLL = f"{V1}/activations/{{activation}}"
RETRY = {"Retry-After": RFC1123}
FINISHED = {"activationStatus": "COMPLETE", "percentComplete": 100, "modifiedDate": MICROSECONDS, "modifiedBy": str}
GONE = {"activationId": 99999, **CONTEXT}
NOT_FOUND = "activation-or-deactivation-request-not-found"
READ = [
    Row(
        "poll: running",
        "v1 activating on staging",
        "GET",
        POLL,
        status=202,
        has={
            "activationStatus": "IN_PROGRESS",
            "percentComplete": 0,
            "activationId": "{activation}",
            "validation": None,
        },
        heads=RETRY,
    ),
    Row(
        "poll: deactivation running",
        "v1 deactivating on staging",
        "GET",
        POLL,
        status=202,
        has={"activationType": "DEACTIVATE"},
        heads=RETRY,
    ),
    Row(
        "poll: complete",
        "v1 active on staging",
        "GET",
        POLL,
        has=FINISHED | {"failureReason": None, "validation": None},
        heads={"Retry-After": None},
    ),
    Row(
        "poll: deactivated",
        "v1 was active on staging",
        "GET",
        POLL,
        has=FINISHED | {"activationType": "DEACTIVATE"},
        heads={"Retry-After": None},
    ),
    refusal(
        "poll: no such set",
        "v1 active on staging",
        "GET",
        f"{SETS}/9/versions/1/activations/1",
        404,
        "ca-set-not-found",
    ),
    refusal(
        "poll: no such version",
        "v1 active on staging",
        "GET",
        f"{SET}/versions/7/activations/{{activation}}",
        404,
        "ca-set-version-not-found",
    ),
    refusal(
        "poll: no such request", "v1 active on staging", "GET", f"{V1}/activations/99999", 404, NOT_FOUND, context=GONE
    ),
    refusal(
        "poll: of another version", "v1 active on staging", "GET", f"{V2}/activations/{{activation}}", 404, NOT_FOUND
    ),
    Row("list of the set: none", "one version", "GET", f"{SET}/activations", has={"activations": []}),
    Row("list of the version: none", "v1 active on staging", "GET", f"{V2}/activations", has={"activations": []}),
    Row(
        "list of the version",
        "v1 was active on staging",
        "GET",
        f"{V1}/activations",
        has={
            "activations": lambda found: [a["activationType"] for a in found] == ["DEACTIVATE", "ACTIVATE"],
            "activations.0.validation": None,
        },
    ),
    Row(
        "list of the set",
        "v2 replaced v1 on staging",
        "GET",
        f"{SET}/activations",
        has={
            "activations": lambda found: (
                [(a["version"], a["activationStatus"]) for a in found] == [(2, "COMPLETE"), (1, "COMPLETE")]
            )
        },
    ),
    Row("list of a deleted set", "deleted", "GET", f"{SET}/activations", has={"activations": []}),
    refusal("list of the set: no such", "one version", "GET", f"{SETS}/9/activations", 404, "ca-set-not-found"),
    refusal(
        "list of the version: no such set",
        "one version",
        "GET",
        f"{SETS}/9/versions/1/activations",
        404,
        "ca-set-not-found",
    ),
    refusal(
        "list of the version: no such version",
        "one version",
        "GET",
        f"{SET}/versions/7/activations",
        404,
        "ca-set-version-not-found",
    ),
]


@pytest.mark.parametrize("row", [*START, *REFUSED, *READ], ids=str)
def test_activations(running: House, row: Row) -> None:
    run(running, row)


def statuses(house: House, facts: Facts, version: int = 1) -> tuple[str, str]:
    shown = house.client().ask("GET", f"{SETS}/{facts['set']}/versions/{version}")
    return shown["stagingStatus"], shown["productionStatus"]


def pointers(house: House, facts: Facts) -> tuple[int | None, int | None]:
    shown = house.client().ask("GET", f"{SETS}/{facts['set']}")
    return shown["stagingVersion"], shown["productionVersion"]


def test_both_networks_run_side_by_side(running: House) -> None:
    facts = running.enter("v1 activating on both")
    assert statuses(running, facts) == ("INACTIVE", "INACTIVE")
    running.control.advance(FINISH)
    assert statuses(running, facts) == ("ACTIVE", "ACTIVE")
    assert pointers(running, facts) == (1, 1)


def test_state_changes_at_completion_only(running: House) -> None:
    """A running activation leaves the version it will replace active until the end (5.3, I)."""
    facts = running.enter("v1 active on staging")
    move(running, facts["set"], 2, "STAGING", finish=False)
    assert (statuses(running, facts, 1)[0], pointers(running, facts)[0]) == ("ACTIVE", 1)
    running.control.advance(FINISH)
    assert (statuses(running, facts, 1)[0], statuses(running, facts, 2)[0]) == ("INACTIVE", "ACTIVE")
    assert pointers(running, facts) == (2, None)
    kinds = [
        a["activationType"] for a in running.client().ask("GET", f"{SETS}/{facts['set']}/activations")["activations"]
    ]
    assert kinds == ["ACTIVATE", "ACTIVATE"], "a replaced version has no deactivation of its own"


def test_deactivation_empties_the_network(running: House) -> None:
    facts = running.enter("v1 active on both")
    move(running, facts["set"], 1, "PRODUCTION", "deactivate")
    assert (statuses(running, facts), pointers(running, facts)) == (("ACTIVE", "INACTIVE"), (1, None))


def test_networks_may_have_different_versions(running: House) -> None:
    facts = running.enter("v1 active on both")
    move(running, facts["set"], 2, "STAGING")
    assert pointers(running, facts) == (2, 1)


def test_retry_after_is_the_request_plus_five_minutes(running: House) -> None:
    """On the wire's clock: once the account's clock has passed it, later polls get a later moment (5.4)."""
    facts = running.enter("one version")
    path = f"{SETS}/{facts['set']}/versions/1"
    started = running.client().send("POST", f"{path}/activate", {"network": "STAGING"})
    link = started.headers["Location"]
    assert link == started.json()["activationLink"]
    first = running.client().send("GET", link)
    asked = parsedate_to_datetime(started.headers["Date"])
    wait = parsedate_to_datetime(first.headers["Retry-After"]) - asked
    assert dt.timedelta(seconds=298) <= wait <= dt.timedelta(seconds=302)
    running.control.advance(400)
    later = running.client().send("GET", link)
    assert later.status_code == 202
    assert parsedate_to_datetime(later.headers["Retry-After"]) > parsedate_to_datetime(later.headers["Date"])


def test_completion_is_dated_when_it_was_due(running: House) -> None:
    """Two requests that end between two looks get their own moments, and the later one wins."""
    facts = running.enter("v1 activating on staging")
    running.control.advance(600)
    move(running, facts["set"], 1, "PRODUCTION", finish=False)
    running.control.advance(2 * FINISH)
    records = running.client().ask("GET", f"{SETS}/{facts['set']}/activations")["activations"]
    gap = dt.datetime.fromisoformat(records[0]["modifiedDate"]) - dt.datetime.fromisoformat(records[1]["modifiedDate"])
    assert records[0]["network"] == "PRODUCTION"
    created = [dt.datetime.fromisoformat(record["createdDate"]) for record in records]
    assert abs(gap - (created[0] - created[1])) < dt.timedelta(seconds=1)
    assert gap > dt.timedelta(seconds=598)


def test_staging_activation_elsewhere_does_not_silence_the_warning(running: House) -> None:
    """The warning speaks of this version, not of the set (3.17)."""
    facts = running.enter("v1 active on staging")
    body = running.client().ask("POST", f"{SETS}/{facts['set']}/versions/2/activate", {"network": "PRODUCTION"})
    assert [item["type"] for item in body["validation"]["warnings"]] == [WITHOUT_STAGING]
