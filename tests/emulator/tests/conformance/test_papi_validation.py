# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What validation says of a tree, rule format by rule format: papi-v1.md 6.5, 8, 9, 14."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from .harness import House
from .papi_harness import (
    AUTH,
    BASIC,
    CP_CODE,
    ENFORCE,
    HOSTNAME,
    LOG,
    NEW_CRITERION,
    OLD_CRITERION,
    ORIGIN,
    Document,
    custom,
    ok,
    options,
    rule,
    tree,
)

START = "papi"


@dataclass(frozen=True)
class Judged:
    """A tree on a property of some format, and the tails of the complaints about it (none: free of errors).

    `said` holds when one complaint's type has one of these as its tail (a suffix after a dot aside) and its
    `errorLocation`, where given, lies below `where`.
    """

    id: str
    on: str
    rules: Document
    said: tuple[str, ...] = ()
    where: str = "#/rules"


def nested(depth: int) -> Document:
    """A default rule with `depth` levels below it."""
    child: Document | None = None
    for level in range(depth, 0, -1):
        child = rule(f"level {level}", children=[child] if child else [])
    return tree(*([child] if child else []))


def in_rule(behavior: Document, *criteria: Document) -> Document:
    return tree(rule("mTLS", criteria=criteria, behaviors=[behavior]))


CHILD, BEHAVIOR = "#/rules/children/0", "#/rules/children/0/behaviors/0"
CRITERION = "#/rules/children/0/children/0/criteria/0"
PATH: Document = {"name": "path", "options": {"matchOperator": "MATCHES_ONE_OF", "values": ["/a"]}}
REQUIRED = ("required_behavior", "required_feature", "required_feature_any")
UNKNOWN = ("unknown_feature", "unknown_condition", "unknown_feature_attribute")
MISPLACED = ("incompatible_condition", "need_feature", "incompatible_features")
MISSING = ("option_required", "option_required_when", "attribute_required", "option_empty")
ILLEGAL = ("illegal_option_value_format", "option_value", "unknown_feature_attribute")
NEW_ENFORCE = options(ENFORCE, enableCompleteClientCertificate=False, clientCertificateAttributes=["SUBJECT"])

TABLE = [
    Judged("origin and cpCode suffice", "plain", tree()),
    Judged("no origin", "plain", tree(behaviors=[CP_CODE]), REQUIRED),
    Judged("no cpCode", "plain", tree(behaviors=[ORIGIN]), REQUIRED),
    Judged("basic, middle formats", "plain", tree(BASIC)),
    Judged("custom, middle formats", "plain", tree(custom(OLD_CRITERION))),
    Judged("basic, from v2026-02-16", "newer", tree(BASIC)),
    Judged("custom, from v2026-02-16", "newer", tree(custom(NEW_CRITERION))),
    Judged("two more options from v2026-02-16", "newer", in_rule(NEW_ENFORCE, HOSTNAME)),
    Judged("enforceMtlsSettings before v2023-09-20", "older", in_rule(ENFORCE, HOSTNAME), UNKNOWN, CHILD),
    Judged("clientCertificateAuth before v2023-09-20", "older", in_rule(AUTH, HOSTNAME), UNKNOWN, CHILD),
    Judged("logCustom before v2023-09-20", "older", in_rule(LOG, HOSTNAME)),
    Judged("hostname before v2023-09-20", "older", tree(rule("h", criteria=[HOSTNAME]))),
    Judged(
        "enforceMtlsSettings twice for different host names",
        "plain",
        tree(BASIC, {**BASIC, "name": "b", "criteria": [options(HOSTNAME, values=["b.example.com"])]}),
    ),
    Judged("enforceMtlsSettings without a match", "plain", in_rule(ENFORCE), MISPLACED, CHILD),
    Judged(
        "enforceMtlsSettings under a match of another rule",
        "plain",
        tree(rule("h", criteria=[HOSTNAME], children=[rule("m", behaviors=[ENFORCE])])),
        MISPLACED,
        "#/rules/children/0/children/0",
    ),
    Judged("enforceMtlsSettings under a path match only", "plain", in_rule(ENFORCE, PATH), MISPLACED, CHILD),
    Judged("enforceMtlsSettings in default", "plain", tree(behaviors=[ORIGIN, CP_CODE, ENFORCE]), MISPLACED),
    Judged(
        "clientCertificate with enforceMtls, no ancestor",
        "plain",
        tree(rule("c", criteria=[OLD_CRITERION])),
        MISPLACED,
        CHILD,
    ),
    Judged(
        "clientCertificate with enforceMtls below a denying rule",
        "plain",
        tree({**custom(OLD_CRITERION), "behaviors": [ENFORCE]}),
        MISPLACED,
        CHILD,
    ),
    Judged(
        "clientCertificate with enforceMtls beside the enforcing rule",
        "plain",
        tree(BASIC, rule("c", criteria=[OLD_CRITERION])),
        MISPLACED,
        "#/rules/children/1",
    ),
    Judged(
        "clientCertificate without enforceMtls stands alone",
        "plain",
        tree(rule("c", criteria=[options(OLD_CRITERION, enforceMtls=False)])),
    ),
    Judged("clientCertificate FAIL, no ancestor", "newer", tree(rule("c", criteria=[NEW_CRITERION])), MISPLACED, CHILD),
    Judged(
        "clientCertificate IGNORE stands alone",
        "newer",
        tree(rule("c", criteria=[options(NEW_CRITERION, enforceMtls="IGNORE", certificateState="PRESENT")])),
    ),
    Judged("clientCertificateAuth needs no match", "plain", in_rule(AUTH)),
    Judged("hostname in default", "plain", tree(criteria=[HOSTNAME]), MISPLACED + ILLEGAL + UNKNOWN),
    Judged("old criterion in a new format", "newer", tree(custom(OLD_CRITERION)), ILLEGAL + MISSING, CRITERION),
    Judged("new criterion in a middle format", "plain", tree(custom(NEW_CRITERION)), ILLEGAL + MISSING, CRITERION),
    Judged(
        "enableAuthSet without sets",
        "plain",
        in_rule(options(ENFORCE, certificateAuthoritySet=None), HOSTNAME),
        MISSING,
        BEHAVIOR,
    ),
    Judged(
        "enableAuthSet with no set in the list",
        "plain",
        in_rule(options(ENFORCE, certificateAuthoritySet=[]), HOSTNAME),
        MISSING,
        BEHAVIOR,
    ),
    Judged(
        "sets as numbers",
        "plain",
        in_rule(options(ENFORCE, certificateAuthoritySet=[12345]), HOSTNAME),
        ILLEGAL,
        BEHAVIOR,
    ),
    Judged(
        "one set as a text",
        "plain",
        in_rule(options(ENFORCE, certificateAuthoritySet="12345"), HOSTNAME),
        ILLEGAL,
        BEHAVIOR,
    ),
    Judged("a truth as a text", "plain", in_rule(options(ENFORCE, enableAuthSet="true"), HOSTNAME), ILLEGAL, BEHAVIOR),
    Judged(
        "an unknown attribute",
        "plain",
        in_rule(options(AUTH, clientCertificateAttributes=["SERIAL"]), HOSTNAME),
        ILLEGAL,
        BEHAVIOR,
    ),
    Judged("1000 bytes to log", "plain", in_rule(options(LOG, customLogField="x" * 1000))),
    Judged(
        "1001 bytes to log",
        "plain",
        in_rule(options(LOG, customLogField="x" * 1001)),
        (*ILLEGAL, "validation_message"),
        BEHAVIOR,
    ),
    Judged(
        "1002 bytes in 501 letters to log",
        "plain",
        in_rule(options(LOG, customLogField="é" * 501)),
        (*ILLEGAL, "validation_message"),
        BEHAVIOR,
    ),
    Judged("five levels below default", "plain", nested(5)),
    Judged("far too many levels", "plain", nested(9), ("limit_key.max_nested_rules",)),
    Judged(
        "far too many elements",
        "plain",
        tree(*[rule(f"r{n}", behaviors=[LOG]) for n in range(3001)]),
        ("limit_key.elements_per_property",),
    ),
]


def complaints(answer: Document) -> list[Document]:
    found: list[Document] = [*answer.get("errors", []), *answer.get("warnings", [])]
    for item in found:
        assert isinstance(item["type"], str)
        assert isinstance(item["detail"], str)
    return found


def tail(kind: str) -> str:
    """`.../validation/option_required_when.x` -> `option_required_when`; `validation.required_behavior` likewise."""
    last = kind.rsplit("/", 1)[-1].removeprefix("validation.")
    return last if last.startswith("limit_key") else last.split(".")[0]


@pytest.mark.parametrize("judged", TABLE, ids=[judged.id for judged in TABLE])
def test_validation(judged: Judged, house: House) -> None:
    answer = ok(house, f"PUT {{{judged.on}}}/versions/1/rules?", {"rules": judged.rules}).json()
    if not judged.said:
        assert not answer.get("errors"), answer["errors"][:3]
        return
    seen = complaints(answer)
    assert any(
        tail(item["type"]) in judged.said and item.get("errorLocation", judged.where).startswith(judged.where)
        for item in seen
    ), seen[:5]
    again = ok(house, f"GET {{{judged.on}}}/versions/1/rules?").json()
    assert complaints(again) == seen


@pytest.mark.parametrize(
    ("behavior", "criterion", "wanted"),
    [
        ("enforceMtlsSettings", {}, {"enableAuthSet": False, "enableOcspStatus": False}),
        ("clientCertificateAuth", {}, {"enable": False}),
        ("logCustom", {}, {"logCustomLogField": False}),
    ],
)
def test_defaults_of_what_was_not_sent(behavior: str, criterion: Any, wanted: Document, house: House) -> None:
    """A GET adds defaults or null, or nothing (7.4): never another value, and never an error."""
    sent = tree(rule("m", criteria=[HOSTNAME], behaviors=[{"name": behavior, "options": {}}]))
    answer = ok(house, "PUT {plain}/versions/1/rules?", {"rules": sent}).json()
    assert not answer.get("errors")
    seen = answer["rules"]["children"][0]["behaviors"][0]["options"]
    assert {name: seen.get(name) for name in wanted} in (wanted, dict.fromkeys(wanted))


def test_errors_point_at_the_place(house: House) -> None:
    sent = in_rule(options(ENFORCE, certificateAuthoritySet=None), HOSTNAME)
    answer = ok(house, "PUT {plain}/versions/1/rules?", {"rules": sent}).json()
    places = [item["errorLocation"] for item in answer["errors"] if "errorLocation" in item]
    assert any(place.startswith(BEHAVIOR) for place in places)


def test_a_format_that_is_upgraded_is_validated_by_the_new_one(house: House) -> None:
    ok(house, "PUT {plain}/versions/1/rules?", {"rules": tree(custom(OLD_CRITERION))})
    newer = {"Content-Type": "application/vnd.akamai.papirules.v2026-02-16+json"}
    answer = ok(house, "PUT {plain}/versions/1/rules?", {"rules": tree(custom(OLD_CRITERION))}, headers=newer).json()
    assert complaints(answer)
    fresh = ok(house, "PUT {plain}/versions/1/rules?", {"rules": tree(custom(NEW_CRITERION))}, headers=newer).json()
    assert not fresh.get("errors")


def test_the_stock_has_no_errors(house: House) -> None:
    for name in ("www", "shop"):
        assert not ok(house, f"GET {{{name}}}/versions/2/rules?").json().get("errors")
