# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting states of the CPS rows, made by calls, and short hands for CPS rows."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any

import requests

from .harness import CPS, Facts, House, Row, given
from .mets_worlds import NETWORKS, move, two_versions

Document = dict[str, Any]
Edit = Callable[[Document], object]

ENROLLMENTS = f"{CPS}/enrollments"
DV, THIRD_PARTY, OV, EV = 10001, 10002, 10003, 10004
KINDS = {DV: "dv", THIRD_PARTY: "third-party", OV: "ov", EV: "ev"}
CHANGE = f"{ENROLLMENTS}/{{e}}/changes/{{c}}"
STEP = 600  # seconds of one step of a change, as the harness sets it
SERVER_OWNED = (
    *("id", "location", "assignedSlots", "productionSlots", "stagingSlots"),
    *("maxAllowedSanNames", "maxAllowedWildcardSanNames", "pendingChanges"),
)
FINAL = {"completed", "cancelled", "error"}


def vnd(kind: str) -> str:
    """`enrollment.v12` as a media type."""
    return f"application/vnd.akamai.cps.{kind}+json"


def heads(accept: str, content: str | None = None) -> dict[str, str | None]:
    found: dict[str, str | None] = {"Accept": vnd(accept)}
    return found | ({"Content-Type": vnd(content)} if content else {})


def problem(slug: str) -> re.Pattern[str]:
    """The full type of one of CPS's own errors."""
    return re.compile(r"https://[^/]+/cps/v2/error-types/" + slug)


ANY_PROBLEM = problem("[a-z0-9-]+")


def row(
    id: str,
    given: str,
    request: str,
    accept: str,
    status: int = 200,
    *,
    body: Any = None,
    content: str | None = None,
    type: re.Pattern[str] | None = None,
    has: Mapping[str, Any] | None = None,
    **others: Any,
) -> Row:
    """A CPS row: `GET /path`, and media types without their frame."""
    method, path = request.split(" ", 1)
    return Row(id, given, method, path, body, status, type, has or {}, headers=heads(accept, content), **others)


def enrollment(house: House, number: int, version: str = "v12") -> Document:
    path = f"{ENROLLMENTS}/{number}"
    shown: Document = house.client().ask("GET", path, headers=heads(f"enrollment.{version}"))
    return shown


def editable(house: House, number: int) -> Document:
    """What a careful client sends back (4.3): the document without what the server owns."""
    body = {name: value for name, value in enrollment(house, number).items() if name not in SERVER_OWNED}
    body.setdefault("enableMultiStackedCertificates", False)
    return copy.deepcopy(body)


def put(house: House, number: int, *edits: Edit, query: str = "", version: str = "v12") -> requests.Response:
    """Read, edit, write. An edit changes the body in place."""
    body = editable(house, number)
    for edit in edits:
        edit(body)
    path = f"{ENROLLMENTS}/{number}{query}"
    return house.client().send("PUT", path, body, heads("enrollment-status.v1", f"enrollment.{version}"))


def accepted(answer: requests.Response) -> int:
    """The id of the change that a 202 announces."""
    assert answer.status_code == 202, answer.text
    changes = answer.json()["changes"]
    assert len(changes) == 1, answer.text
    return int(changes[0].rsplit("/", 1)[-1])


def network(**members: Any) -> Edit:
    """An edit of the network configuration."""
    return lambda body: body["networkConfiguration"].update(members)


def binding(ca_set: str | None, ocsp: bool = False, send_list: bool = False) -> Edit:
    """An edit that binds a CA set, or with None takes the binding out."""
    options = {"sendCaListToClient": send_list, "ocsp": {"enabled": ocsp}}
    block = {"setId": ca_set, "authenticationOptions": options}
    return network(clientMutualAuthentication=block if ca_set else None)


def sans(*names: str) -> Edit:
    def edit(body: Document) -> None:
        body["csr"]["sans"] = [*body["csr"]["sans"], *names]

    return edit


def members(**values: Any) -> Edit:
    return lambda body: body.update(values)


def change(house: House, number: int, change_id: int) -> Document:
    path = f"{ENROLLMENTS}/{number}/changes/{change_id}"
    shown: Document = house.client().ask("GET", path, headers=heads("change.v2"))
    return shown


def walk(house: House, number: int, change_id: int, until: str | None = None) -> list[tuple[str, str]]:
    """Step by step until the change waits for input, ends, or reaches the status `until`: the (state, status) seen."""
    seen: list[tuple[str, str]] = []
    for _ in range(40):
        info = change(house, number, change_id)["statusInfo"]
        now = (info["state"], info["status"])
        if not seen or seen[-1] != now:
            seen.append(now)
        if now[0] in FINAL or now[1] == until or (until is None and now[0] == "awaiting-input"):
            return seen
        house.control.advance(STEP)
    raise AssertionError(f"the change neither waits nor ends: {seen}")


def finish(house: House, number: int, change_id: int) -> Document:
    """Let a change that needs no input complete."""
    assert walk(house, number, change_id)[-1] == ("completed", "complete")
    return enrollment(house, number)


NEW_ENROLLMENT: Document = {
    "ra": "lets-encrypt",
    "validationType": "dv",
    "certificateType": "san",
    "changeManagement": False,
    "enableMultiStackedCertificates": False,
    "csr": {
        "cn": "new.example.com",
        "c": "US",
        "st": "MA",
        "l": "Cambridge",
        "o": "Example",
        "sans": ["new.example.com"],
    },
    "networkConfiguration": {
        "geography": "core",
        "secureNetwork": "enhanced-tls",
        "sniOnly": True,
        "quicEnabled": False,
        "dnsNameSettings": {"cloneDnsNames": False, "dnsNames": ["new.example.com"]},
        "clientMutualAuthentication": None,
    },
    "adminContact": {"firstName": "A", "lastName": "B", "phone": "617-555-0111", "email": "ops@example.com"},
    "techContact": {"firstName": "C", "lastName": "D", "phone": "617-555-0111", "email": "ops@example.com"},
    "org": {"name": "Example", "addressLineOne": "1 Example Street", "city": "Cambridge", "country": "US"},
}


def create(house: House, body: Document, query: str = "?contractId=C-0N7RAC7") -> requests.Response:
    return house.client().send("POST", ENROLLMENTS + query, body, heads("enrollment-status.v1", "enrollment.v12"))


@given("network change pending")
def network_change(house: House) -> Facts:
    return {"e": DV, "c": accepted(put(house, DV, network(ocspStapling="off")))}


@given("change management waits")
def change_management(house: House) -> Facts:
    facts = {"e": OV, "c": accepted(put(house, OV, members(changeManagement=True), network(ocspStapling="off")))}
    assert walk(house, OV, facts["c"])[-1] == ("awaiting-input", "wait-ack-change-management")
    return facts


@given("domains wait")
def domains(house: House) -> Facts:
    facts = {"e": DV, "c": accepted(put(house, DV, sans("more.example.com")))}
    assert walk(house, DV, facts["c"])[-1][1] == "coordinate-domain-validation"
    return facts


@given("upload waits")
def upload(house: House) -> Facts:
    facts = {"e": THIRD_PARTY, "c": accepted(put(house, THIRD_PARTY, sans("more.example.com")))}
    assert walk(house, THIRD_PARTY, facts["c"])[-1] == ("awaiting-input", "wait-upload-third-party")
    return facts


@given("new enrollment")
def new_enrollment(house: House) -> Facts:
    answer = create(house, NEW_ENROLLMENT)
    return {"e": int(answer.json()["enrollment"].rsplit("/", 1)[-1]), "c": accepted(answer)}


@given("removal pending")
def removal(house: House) -> Facts:
    path = f"{ENROLLMENTS}/{OV}"
    return {"e": OV, "c": accepted(house.client().send("DELETE", path, headers=heads("enrollment-status.v1")))}


@given("set active on both")
def set_ready(house: House) -> Facts:
    """A CA set whose version 1 is active on both networks, and enrollment 10001 unbound."""
    facts = two_versions(house)
    for name in NETWORKS:
        move(house, facts["set"], 1, name)
    return facts | {"e": DV}


@given("set active on staging")
def set_half_ready(house: House) -> Facts:
    facts = two_versions(house)
    move(house, facts["set"], 1, "STAGING")
    return facts | {"e": DV}


@given("binding pending")
def binding_pending(house: House) -> Facts:
    facts = set_ready(house)
    return facts | {"c": accepted(put(house, DV, binding(facts["set"])))}


@given("binding deployed")
def binding_deployed(house: House) -> Facts:
    facts = binding_pending(house)
    finish(house, DV, facts["c"])
    return facts
