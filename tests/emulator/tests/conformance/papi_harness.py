# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PAPI rows: what a row is, the properties they start from, the steps before one, and how an answer is compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import requests

from .harness import House, Row, Step, given

Document = dict[str, Any]
Check = Callable[[requests.Response, House], None]

P = "/papi/v1"
CG = "contractId=ctr_C-0N7RAC7&groupId=grp_15225"
CONTRACT, GROUP, ACCOUNT = "ctr_C-0N7RAC7", "grp_15225", "act_A-CCT1234"
WWW, SHOP = "prp_200001", "prp_200002"
PLAIN, NEWER, OLDER, LOCKED, BARE = "prp_900001", "prp_900002", "prp_900003", "prp_900004", "prp_900005"
MIDDLE_FORMAT, NEWER_FORMAT, OLDER_FORMAT = "v2025-10-16", "v2026-02-16", "v2023-01-05"
STEM = "https://problems.luna.akamaiapis.net/papi/"
UUID = "6a9f3c1e-52d8-4f0b-9c6e-1d2b3a4c5e6f"
ETAG = re.compile(r"^(?:[0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{40})$")
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
MESSAGE_ID = re.compile(r"^msg_[0-9a-f]{40}$")
FINISH = 100_000  # seconds of the account's clock that end any operation

# ---------------------------------------------------------------------------------------------------- trees

ORIGIN: Document = {
    "name": "origin",
    "options": {"originType": "CUSTOMER", "hostname": "origin.example.com", "forwardHostHeader": "REQUEST_HOST_HEADER"},
}
CP_CODE: Document = {"name": "cpCode", "options": {"value": {"id": 400001}}}
HOSTNAME: Document = {"name": "hostname", "options": {"matchOperator": "IS_ONE_OF", "values": ["plain.example.com"]}}
ENFORCE: Document = {
    "name": "enforceMtlsSettings",
    "options": {
        "enableAuthSet": True,
        "certificateAuthoritySet": ["12345"],
        "enableOcspStatus": True,
        "enableDenyRequest": True,
    },
}
AUTH: Document = {
    "name": "clientCertificateAuth",
    "options": {
        "enable": True,
        "enableCompleteClientCertificate": False,
        "clientCertificateAttributes": ["SHA256_FINGERPRINT"],
        "enableClientCertificateValidationStatus": True,
    },
}
LOG: Document = {"name": "logCustom", "options": {"logCustomLogField": True, "customLogField": "invalid_mTLS"}}
OLD_CRITERION: Document = {
    "name": "clientCertificate",
    "options": {"isCertificatePresent": True, "isCertificateValid": "VALID", "enforceMtls": True},
}
NEW_CRITERION: Document = {"name": "clientCertificate", "options": {"enforceMtls": "FAIL"}}


def rule(name: str, *, criteria: Any = (), behaviors: Any = (), children: Any = (), **members: Any) -> Document:
    """A child rule."""
    shape = {"name": name, "criteriaMustSatisfy": "all", "criteria": list(criteria), "behaviors": list(behaviors)}
    return {**shape, "children": list(children), **members}


def tree(*children: Document, behaviors: Any = (ORIGIN, CP_CODE), **members: Any) -> Document:
    """A whole tree that validates without errors as long as the children do."""
    shape = {"name": "default", "options": {"is_secure": True}, "variables": [], "behaviors": list(behaviors)}
    return {**shape, "children": list(children), **members}


def options(feature: Document, **changes: Any) -> Document:
    """A feature with other options; None takes one out."""
    merged = {**feature["options"], **changes}
    return {"name": feature["name"], "options": {k: v for k, v in merged.items() if v is not None}}


BASIC = rule("Basic mTLS enforcement settings", criteria=[HOSTNAME], behaviors=[ENFORCE])


def custom(criterion: Document) -> Document:
    """The guide's custom form (9.2): deny off, the child rule below."""
    child = rule("Custom mTLS enforcement settings", criteria=[criterion], behaviors=[AUTH, LOG])
    return {**BASIC, "behaviors": [options(ENFORCE, enableDenyRequest=False)], "children": [child]}


LOCKED_RULE = rule(
    "Advanced",
    criteria=[{"name": "path", "options": {"matchOperator": "MATCHES_ONE_OF", "values": ["/advanced/*"]}}],
    behaviors=[{"name": "advanced", "options": {"xml": "<x/>"}, "uuid": UUID}],
    uuid=UUID,
)
LOCKED_FEATURES = rule(
    "Locked features",
    criteria=[HOSTNAME],
    behaviors=[{"name": "denyAccess", "options": {"enabled": True, "reason": "no"}, "locked": True}],
    criteriaLocked=True,
)


def host(name: str, **members: Any) -> Document:
    """A host name on the stock's first edge host name."""
    shape = {"cnameType": "EDGE_HOSTNAME", "cnameFrom": name, "cnameTo": "www.example.com.edgekey.net"}
    return {**shape, "certProvisioningType": "CPS_MANAGED", **members}


def _property(property_id: str, name: str, rule_format: str, rules: Document, hostnames: list[Document]) -> Document:
    version = {"propertyVersion": 1, "ruleFormat": rule_format, "note": "first", "rules": rules, "hostnames": hostnames}
    ids = {"propertyId": property_id, "propertyName": name, "contractId": CONTRACT, "groupId": GROUP}
    return {**ids, "productId": "prd_Fresca", "versions": [version], "activations": []}


@given("papi")
def world(house: House) -> Document:
    """The stock and five properties nobody has activated: each with one editable version."""
    state = house.control.state()
    ehn = {"edgeHostnameId": "ehn_300001"}
    state["accounts"]["A-CCT1234"]["properties"] += [
        _property(PLAIN, "plain", MIDDLE_FORMAT, tree(rule("Static")), [host("plain.example.com", **ehn)]),
        _property(NEWER, "newer", NEWER_FORMAT, tree(rule("Static")), [host("newer.example.com", **ehn)]),
        _property(OLDER, "older", OLDER_FORMAT, tree(rule("Static")), [host("older.example.com", **ehn)]),
        _property(
            LOCKED, "locked", MIDDLE_FORMAT, tree(LOCKED_RULE, LOCKED_FEATURES), [host("locked.example.com", **ehn)]
        ),
        _property(BARE, "bare", MIDDLE_FORMAT, tree(behaviors=[]), []),
    ]
    state["accounts"]["A-CCT1234"]["ca_sets"].append({"caSetId": "12345", "caSetName": "partners"})
    house.control.put_state(state)
    return {}


# ---------------------------------------------------------------------------------------------------- rows


def expect(
    id: str,
    request: str,
    status: int | set[int],
    body: Any = None,
    *,
    given: tuple[Step, ...] = (),
    type: str | None = None,
    then: Check | None = None,
    **more: Any,
) -> Row:
    """A row of PAPI: `METHOD path` (see `expand`) from the state the test's module names.

    `given` are the steps before it, `type` is the tail of the problem's type, or all of it when it starts with https;
    `then` looks at the house afterwards; `more` is the rest of `Row`.
    """
    method, path = expand(request).split(" ", 1)
    headers = {"PAPI-Use-Prefixes": "true", "Content-Type": "application/json", **more.pop("headers", {})}
    tail = type if type is None or type.startswith("https:") else re.compile(".*" + re.escape(type))
    after = then and (lambda house, facts, answer: then(answer, house))
    return Row(id, "papi", method, path, body, status, tail, headers=headers, steps=given, after=after, **more)


def rows(*table: Row) -> pytest.MarkDecorator:
    """`@rows(expect(...), ...)` over a test that takes `row`."""
    assert len({row.id for row in table}) == len(table), "row ids must be distinct"
    return pytest.mark.parametrize("row", table, ids=[row.id for row in table])


def expand(text: str) -> str:
    """`{www}`, `{plain}` ... in a request are property paths; a `?` or `&` at the very end takes contract and group."""
    names = {"www": WWW, "shop": SHOP, "plain": PLAIN, "newer": NEWER, "older": OLDER, "locked": LOCKED, "bare": BARE}
    paths = {name: f"{P}/properties/{value}" for name, value in names.items()}
    text = text.format(P=P, **paths)
    return text + CG if text[-1] in "?&" else text


def send(
    house: House,
    request: str,
    body: Any = None,
    *,
    headers: Mapping[str, str | None] | None = None,
    section: str = "default",
    redirects: bool = False,
) -> requests.Response:
    """Send `METHOD path`, see `expand`; a body of bytes goes out as it is."""
    method, path = expand(request).split(" ", 1)
    sent = {"PAPI-Use-Prefixes": "true", "Content-Type": "application/json", **(headers or {})}
    return house.client(section).send(method, path, body, sent, redirects)


def ok(house: House, request: str, body: Any = None, **more: Any) -> requests.Response:
    """Send what has to succeed."""
    answer = send(house, request, body, **more)
    assert answer.status_code in (200, 201, 204), f"{request}: {answer.status_code} {answer.text}"
    return answer


# ---------------------------------------------------------------------------------------------------- steps


def call(request: str, body: Any = None, **more: Any) -> Step:
    """A step: a request that has to succeed."""
    return lambda house: ok(house, request, body, **more)


def later(seconds: float = FINISH) -> Step:
    """A step: the account's clock moves on."""
    return lambda house: house.control.advance(seconds)


def switch(name: str, value: str) -> Step:
    return lambda house: house.control.switch(**{name: value})


def draft(name: str, version: int = 2) -> Step:
    return call(f"POST {{{name}}}/versions?", {"createFromVersion": version})


def put_rules(name: str, rules: Document, version: int = 1) -> Step:
    return call(f"PUT {{{name}}}/versions/{version}/rules?", {"rules": rules})


def activation(version: int, network: str = "STAGING", **members: Any) -> Document:
    """The body of an activation that is accepted whatever it warns about."""
    shape = {"propertyVersion": version, "network": network, "notifyEmails": ["ops@example.com"]}
    return {**shape, "acknowledgeAllWarnings": True, **members}


def start(name: str, version: int = 1, network: str = "STAGING", **members: Any) -> Step:
    return call(f"POST {{{name}}}/activations?", activation(version, network, **members))


def live(name: str, version: int = 1, network: str = "STAGING", **members: Any) -> Step:
    """A step: activated (or deactivated) and done."""

    def step(house: House) -> None:
        start(name, version, network, **members)(house)
        house.control.advance(FINISH)

    return step


def etag_of(house: House, name: str, version: int = 1) -> str:
    etag: str = ok(house, f"GET {{{name}}}/versions/{version}?").json()["versions"]["items"][0]["etag"]
    return etag


def rules_of(house: House, name: str, version: int = 1, **more: Any) -> Document:
    document: Document = ok(house, f"GET {{{name}}}/versions/{version}/rules?validateRules=true&", **more).json()
    return document


def hostnames_of(house: House, name: str, version: int = 1) -> list[Document]:
    items: list[Document] = ok(house, f"GET {{{name}}}/versions/{version}/hostnames?").json()["hostnames"]["items"]
    return items


def property_of(house: House, name: str) -> Document:
    item: Document = ok(house, f"GET {{{name}}}?").json()["properties"]["items"][0]
    return item


def version_of(house: House, name: str, version: int) -> Document:
    item: Document = ok(house, f"GET {{{name}}}/versions/{version}?").json()["versions"]["items"][0]
    return item


def activations_of(house: House, name: str) -> list[Document]:
    items: list[Document] = ok(house, f"GET {{{name}}}/activations?").json()["activations"]["items"]
    return items


def link_id(document: Document, member: str) -> str:
    """The id at the end of a link: its last path segment (1.6)."""
    return str(document[member]).split("?")[0].rsplit("/", 1)[-1]


def features(rules: Document) -> Iterator[Document]:
    """Every behavior and criterion of a tree."""
    yield from rules.get("behaviors", [])
    yield from rules.get("criteria", [])
    for child in rules.get("children", []):
        yield from features(child)
