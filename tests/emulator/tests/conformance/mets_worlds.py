# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting states of the METS rows, made by calls, and short hands for METS rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .certificates import many, pem
from .harness import GIVEN, METS, MICROSECONDS, Facts, House, Row, given

NETWORKS = ("STAGING", "PRODUCTION")
FINISH = 3601  # seconds: more than any METS duration of the harness
SETS = f"{METS}/ca-sets"
SET = f"{SETS}/{{set}}"
V1 = f"{SET}/versions/1"
V2 = f"{SET}/versions/2"
ERRORS = "/mtls-edge-truststore/error-types/"
LINK = re.compile(r"/mtls-edge-truststore/v2/ca-sets/{set}/versions/\d+/activations/\d+")
CONTEXT = {"caSetId": "{set}", "caSetName": "partners"}
FRESH = {
    "stagingStatus": "INACTIVE",
    "productionStatus": "INACTIVE",
    "createdDate": MICROSECONDS,
    "createdBy": str,
    "modifiedDate": None,
    "modifiedBy": None,
    "caSetVersionStatus": "NOT_DELETED",
    "removalDate": None,
}


def length(count: int) -> Callable[[Any], bool]:
    return lambda found: isinstance(found, list) and len(found) == count


def certificates(*pems: str) -> list[dict[str, str]]:
    return [{"certificatePem": text} for text in pems]


def refusal(
    id: str,
    given: str,
    method: str,
    path: str,
    status: int,
    slug: str,
    body: Any = None,
    *,
    context: Mapping[str, Any] | None = None,
    has: Mapping[str, Any] | None = None,
    **others: Any,
) -> Row:
    """A row that METS refuses: the exact type, and members of `contextInfo`."""
    wanted = {f"contextInfo.{name}": value for name, value in (context or {}).items()} | dict(has or {})
    return Row(id, given, method, path, body, status, ERRORS + slug, wanted, **others)


def create_set(house: House, name: str = "partners", description: str | None = None) -> str:
    body = {"caSetName": name} | ({"description": description} if description else {})
    return str(house.client().ask("POST", SETS, body)["caSetId"])


def create_version(house: House, ca_set: str, *pems: str, **members: Any) -> int:
    body = {"certificates": certificates(*pems), **members}
    return int(house.client().ask("POST", f"{SETS}/{ca_set}/versions", body)["version"])


def move(house: House, ca_set: str, version: int, network: str, verb: str = "activate", finish: bool = True) -> int:
    """Start an activation or deactivation, and let it finish. Returns its id."""
    path = f"{SETS}/{ca_set}/versions/{version}/{verb}"
    started: int = house.client().ask("POST", path, {"network": network})["activationId"]
    if finish:
        house.control.advance(FINISH)
    return started


def bind(house: House, enrollment: int, ca_set: str | None) -> None:
    """Bind (or with None unbind) a CA set to an enrollment of the stock and let the change be deployed."""
    path = f"/cps/v2/enrollments/{enrollment}"
    kind = "application/vnd.akamai.cps.enrollment.v12+json"
    body = house.client().ask("GET", path, headers={"Accept": kind})
    options = {"sendCaListToClient": False, "ocsp": {"enabled": False}}
    body["networkConfiguration"]["clientMutualAuthentication"] = ca_set and {
        "setId": ca_set,
        "authenticationOptions": options,
    }
    body.setdefault("enableMultiStackedCertificates", False)
    answer = {"Accept": "application/vnd.akamai.cps.enrollment-status.v1+json", "Content-Type": kind}
    house.client().ask("PUT", path, body, answer)
    house.control.advance(100 * 600)
    shown = house.client().ask("GET", path, headers={"Accept": kind})
    assert shown["pendingChanges"] == [], shown["pendingChanges"]


@given("one set")
def one_set(house: House) -> Facts:
    return {"set": create_set(house, "partners", "Partner CAs"), "name": "partners"}


@given("one version")
def one_version(house: House) -> Facts:
    facts = one_set(house)
    first, second = many(2)
    certs = [{"certificatePem": first, "description": "first root"}, {"certificatePem": second}]
    body = {"certificates": certs, "description": "roots"}
    house.client().ask("POST", f"{SETS}/{facts['set']}/versions", body)
    return facts


@given("two versions")
def two_versions(house: House) -> Facts:
    facts = one_version(house)
    create_version(house, facts["set"], many(3)[2])
    return facts


@given("three versions, two deleted")
def third_left(house: House) -> Facts:
    facts = two_versions(house)
    create_version(house, facts["set"], many(4)[3])
    for version in (2, 3):
        house.client().ask("DELETE", f"{SETS}/{facts['set']}/versions/{version}")
    return facts


def _moved(version: int, *moves: tuple[str, str], finish: bool) -> Any:
    """A state of two versions after some moves; only the last may be left running."""

    def build(house: House) -> Facts:
        facts = two_versions(house)
        for index, (verb, network) in enumerate(moves):
            done = finish or index < len(moves) - 1
            facts["activation"] = move(house, facts["set"], version, network, verb, done)
        return facts

    return build


ON = {network: ("activate", network) for network in NETWORKS}
OFF = {network: ("deactivate", network) for network in NETWORKS}

for _name, _moves, _finish in (
    ("v1 activating on staging", (ON["STAGING"],), False),
    ("v1 activating on production", (ON["PRODUCTION"],), False),
    ("v1 active on staging", (ON["STAGING"],), True),
    ("v1 active on production", (ON["PRODUCTION"],), True),
    ("v1 active on both", (ON["STAGING"], ON["PRODUCTION"]), True),
    ("v1 deactivating on staging", (ON["STAGING"], OFF["STAGING"]), False),
    ("v1 was active on staging", (ON["STAGING"], OFF["STAGING"]), True),
):
    given(_name)(_moved(1, *_moves, finish=_finish))


def active_on_staging(house: House) -> Facts:
    return GIVEN["v1 active on staging"](house)


@given("v1 activating on both")
def activating_both(house: House) -> Facts:
    facts = two_versions(house)
    for network in NETWORKS:
        move(house, facts["set"], 1, network, finish=False)
    return facts


@given("v2 replaced v1 on staging")
def replaced(house: House) -> Facts:
    facts = two_versions(house)
    for version in (1, 2):
        facts["activation"] = move(house, facts["set"], version, "STAGING")
    return facts


@given("deleting")
def deleting(house: House) -> Facts:
    facts = two_versions(house)
    house.client().ask("DELETE", f"{SETS}/{facts['set']}")
    return facts


@given("deleted")
def deleted(house: House) -> Facts:
    facts = deleting(house)
    house.control.advance(FINISH)
    return facts


@given("sets of every kind")
def every_kind(house: House) -> Facts:
    """none/staging/production/both: by the networks they are active on; gone and going: deleted, being deleted."""
    facts: Facts = {}
    for name in ("going", "gone", "none", "staging", "production", "both"):
        facts[name] = create_set(house, f"set-{name}")
        create_version(house, facts[name], many(1)[0])
    house.client().ask("DELETE", f"{SETS}/{facts['gone']}")
    house.control.advance(FINISH)
    for network, names in (("STAGING", ("staging", "both")), ("PRODUCTION", ("production", "both"))):
        for name in names:
            move(house, facts[name], 1, network, finish=False)
    house.control.advance(FINISH)
    house.client().ask("DELETE", f"{SETS}/{facts['going']}")
    return facts


EXPIRING = {"soon": 10, "later": 45, "long": 3650}


@given("an expired certificate")
def expired(house: House) -> Facts:
    """Version 1 holds one certificate that ended 2 days ago, one 43 days from its end, one for ten years."""
    facts = one_set(house)
    facts |= {f"pem_{name}": pem(f"Ends {name}", ends=days) for name, days in EXPIRING.items()}
    create_version(house, facts["set"], *(facts[f"pem_{name}"] for name in EXPIRING))
    house.control.advance(12 * 86400)
    return facts


@given("bound")
def bound(house: House) -> Facts:
    """Version 1 active on both networks, enrollment 10001 bound to the set and deployed."""
    facts = two_versions(house)
    for network in NETWORKS:
        move(house, facts["set"], 1, network)
    bind(house, 10001, facts["set"])
    return facts


def attach(house: House, ca_set: str) -> None:
    """Tie host names of the active version of `www` to the set by CCM certificates, as a seed would (papi-v1.md 11)."""
    document = house.control.state()
    account = document["accounts"]["A-CCT1234"]
    property_ = next(item for item in account["properties"] if item["propertyId"].removeprefix("prp_") == "200001")
    version = next(item for item in property_["versions"] if item["propertyVersion"] == 2)
    for host in hosts(version):
        host["certProvisioningType"] = "CCM"
        host["ccmCertificates"] = {"rsaCertId": "1234"}
        host["mtls"] = {"caSetId": ca_set, "checkClientOcsp": False, "sendCaSetClient": False}
    house.control.put_state(document)


def hosts(version: dict[str, Any]) -> list[dict[str, Any]]:
    found = version["hostnames"]
    return list(found["items"]) if isinstance(found, dict) else list(found)


@given("on host names")
def on_hostnames(house: House) -> Facts:
    """Version 1 active on both networks, the set named by the CCM host names of property `www`."""
    facts = two_versions(house)
    for network in NETWORKS:
        move(house, facts["set"], 1, network, finish=False)
    house.control.advance(FINISH)
    assert house.client().ask("GET", f"{SETS}/{facts['set']}")["productionVersion"] == 1
    attach(house, facts["set"])
    return facts


@given("bound and on host names")
def on_both(house: House) -> Facts:
    facts = bound(house)
    attach(house, facts["set"])
    return facts
