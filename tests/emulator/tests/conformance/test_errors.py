# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every error type that the reference pages name: who makes the emulator answer with it, or why it cannot.

Most are made by rows of other modules, which are found by what they expect; the others stand in tables here.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .cps_worlds import DV, ENROLLMENTS, OV, accepted, heads, network, put, walk
from .examples import example, missing
from .harness import GATEWAY_TYPE, House, Row, play, run
from .mets_worlds import refusal
from .openapi import need, shared
from .papi_harness import activation, expect, host, start, switch, tree

HERE = Path(__file__).parent
API = ("mets-v2.md", "cps-v2.md", "papi-v1.md", "edgegrid.md")

# --- what the rows of other modules do not have ----------------------------------------------------------------------

PAPI_ROWS = (
    expect("bad request", "GET {plain}/versions/1/rules?validateRules=maybe&", 400, type="/http/bad-request"),
    expect(
        "no schema", "PUT {plain}/versions/1/rules?", 400, {"rules": {"name": "other"}}, type="/json-schema-invalid"
    ),
    expect("no contract", "GET {P}/products", 400, type="/missing-required-parameter"),
    expect(
        *("no such product", "POST {P}/cpcodes?", {400, 403}, {"productId": "prd_none", "cpcodeName": "x"}),
        type="/product_not_on_contract",
    ),
)
METS_ROWS = (
    refusal(
        *("hosts", "on host names", "POST", "/mtls-edge-truststore/v2/ca-sets/{set}/versions/1/deactivate"),
        *(409, "ca-set-in-use-by-hostnames", {"network": "STAGING"}),
        switches={"mets_hostname_association_type": "ca-set-in-use-by-hostnames"},
    ),
)
ROWS = (*PAPI_ROWS, *METS_ROWS)


@pytest.mark.parametrize("row", PAPI_ROWS, ids=str)
def test_papi(house: House, row: Row) -> None:
    house.enter("papi")
    play(house, row, {})


@pytest.mark.parametrize("row", METS_ROWS, ids=str)
def test_mets(running: House, row: Row) -> None:
    run(running, row)


GATEWAY_MEMBERS = {
    *("type", "title", "status", "instance", "method"),
    *("serverIp", "clientIp", "requestId", "requestTime"),
}


def forward_origin_error(answer: Any) -> None:
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.json()["type"], answer.json()["title"]) == (
        f"{GATEWAY_TYPE}resource-impl/forward-origin-error",
        "Server Error",
    )
    assert set(answer.json()) == GATEWAY_MEMBERS


def test_a_malformed_path_of_cps(house: House) -> None:
    house.control.switch(cps_malformed_path="500")
    answer = house.client().send("GET", f"{ENROLLMENTS}/%22info%22", headers=heads("enrollment.v12"))
    forward_origin_error(answer)


def test_a_change_that_cannot_be_cancelled(house: House) -> None:
    house.control.switch(cps_uncancellable="500")
    change = accepted(put(house, OV, network(ocspStapling="off")))
    walk(house, OV, change, until="deploy-changes-to-staging")
    house.control.advance(1)
    path = f"{ENROLLMENTS}/{OV}/changes/{change}"
    forward_origin_error(house.client().send("DELETE", path, headers=heads("change-id.v1")))


# Type -> the test that shows it where it is no row's `type`.
ELSEWHERE = {
    "account-rate-limit-exceeded": "test_gateway::test_rate_limit_of_mets",
    "activate-version-on-production-without-activating-on-staging": "test_mets_activations",
    "duplicate-certificate": "test_mets_certificates",
    "expired-certificate": "test_mets_certificates",
    "malformed-certificate": "test_mets_certificates",
    "activation-cancellation/unprocessable-status": "test_papi_activations",
    "activation/unauthorized_third_party_cert_for_hostname": "test_clients_papi::test_a_certificate_that_is_not_deployed",
    "property-version/already-activated": "test_papi_versions::test_frozen",
    "property-version/lock-error": "test_papi_trees::test_locked",
    "invalid-enrollment-state": "test_cps_inputs::test_an_early_acknowledgement",
    "429 Too Many Requests": "test_gateway::test_rate_limit_of_cps",
    "/-/resource-impl/forward-origin-error": "test_errors::test_a_malformed_path_of_cps",
    "/-/pep-authn/request-error": "test_gateway::test_a_malformed_header",
    "/-/pep-authn/deny": "test_gateway::test_tokens",
    "/-/pep-authz/deny": "test_gateway::test_no_grant",
    "The signature does not match": "test_gateway",
    "Inactive client token": "test_gateway",
    "Invalid authorization access token": "test_gateway",
    "Invalid timestamp": "test_gateway",
    "Invalid client token": "test_gateway",
    "WAF deny rule IPBLOCK-BURST4-54013": "test_gateway::test_a_burst_fault",
    "The client does not have the grant needed for the request": "test_gateway",
    "unstable_rule_format": "test_papi_rules",
    "not_granted_by_modules_on_contract": "test_papi_switches",
    **dict.fromkeys(
        (
            *("required_behavior", "incompatible_condition", "unknown_feature", "unknown_condition", "option_empty"),
            *("option_required", "option_required_when.*", "illegal_option_value_format.*", "validation_message.*"),
            *("limit_key.elements_per_property", "limit_key.max_nested_rules"),
        ),
        "test_papi_validation",
    ),
    "hostnames.*": "test_papi_hostnames",
}
FAULT = "a failure inside the service: planted with POST /faults"
OLDER = "an older or other name for what the emulator calls by the page's first one"
NOT_OURS = {
    "internal-error": "a crash of the emulator: test_core_house.py makes one; no request may",
    "papi/proxy/internal-server-error": "a crash of the emulator, as above",
    "papi/proxy/forward-request-error": FAULT,
    "global-rate-limit-exceeded": FAULT,
    "cannot-get-ca-set-associations-timeout": FAULT,
    **dict.fromkeys(
        (
            *("fetch-associations-failed", "find-associations-failed"),
            "find-associations-failed-for-ccm-hostnames-but-cps-enrollments-not-linked-to-ca-set",
            *(
                f"find-associations-failed-for-{rest}"
                for rest in (
                    *("enrollments-with-empty-hostnames", "enrollments-with-hostnames-linked"),
                    "hostnames-with-enrollments-linked",
                )
            ),
        ),
        FAULT,
    ),
    "fetch-associations-failed-for-hostnames": FAULT,
    "fetch-associations-failed-for-enrollments": FAULT,
    "another-activation-just-completed-in-the-ca-set": "6, number 3: not by default; a race that one process has not",
    "ca-set-bound-to-hostname": "the Defense Edge network is not emulated",
    "ca-set-name-validation-failure": "6, number 7: invalid-field in its place",
    "unauthorized": "4.1: the gateway answers in its place",
    "forbidden": "4.1: the gateway answers in its place, since grants are all the emulator knows of rights",
    "rate-limit-exceeded": OLDER,
    "http/unauthorized": "the gateway answers in its place",
    "activation/cachewipe-error-possible": "host names do not move between accounts here",
    "activation/property_activation_failed": FAULT,
    "deactivation/property_deactivation_failed": FAULT,
    "activation/still-pending": OLDER,
    "cancellation_failed.error.activation.toofar": "the variant of hostname buckets, which have no activations here",
    "rate-limit-exceeded.activations": "2020: a hundred activations a day; planted with POST /faults",
    "toolkit/validation_failed.error.activation.tower_precondition.failed": FAULT,
    "tower_precondition.failed": FAULT,
    "cancel-error": FAULT,
    **dict.fromkeys(
        ("required_feature", "required_feature_any", "attribute_required", "unknown_feature_attribute"), OLDER
    ),
    **dict.fromkeys(
        ("need_feature", "incompatible_features", "duplicate_feature", "too_many_instances"),
        "rules between features that mutual TLS work does not touch",
    ),
    "cannot_validate": FAULT,
    "advanced_override_metadata_enabled": "overrides are the vendor's own, and not judged here",
}

# --- what the pages name ---------------------------------------------------------------------------------------------


def section(page: str, first: str, last: str) -> str:
    """A part of a page, from one heading to before another."""
    text = (shared() / "api" / page).read_text()
    start_at = text.index(first)
    return text[start_at : text.index(last, start_at + 1)]


def rows_of(text: str) -> list[list[str]]:
    """The cells of every row of the tables in a text."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.split("\n") if line.startswith("| ")]


SLUG = r"`([a-z0-9]+(?:-[a-z0-9]+)+)`"


def mets_types() -> set[str]:
    text = (shared() / "api" / "mets-v2.md").read_text()
    tables = "\n".join(" | ".join(row) for row in rows_of(section("mets-v2.md", "## 4. Errors", "## 5. Behaviour")))
    found = {*re.findall(SLUG, tables), "unauthorized", "forbidden"}
    for names in re.findall(r"(?m)^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \| [45]\d\d", text):
        found |= set(re.findall(SLUG, names))
    for names in re.findall(r"[45]\d\d (`[a-z-]+`(?:, `[a-z-]+`)*)", text):
        found |= set(re.findall(SLUG, names))
    return found


def cps_types() -> set[str]:
    cells = [row[1] for row in rows_of(section("cps-v2.md", "## 9. Errors", "## 10."))]
    return {name for cell in cells for name in re.findall(r"`(/-/[a-z/-]+|[a-z]+(?:-[a-z]+)+|429 [A-Za-z ]+)`", cell)}


def papi_types() -> set[str]:
    table = [row[1] for row in rows_of(section("papi-v1.md", "### 12.7", "## 13."))]
    table += [row[1] for row in rows_of(section("papi-v1.md", "| Status | Tails seen", "## 14."))]
    prose = [
        section("papi-v1.md", "* Errors `400`: `search", "* The index lags"),
        section("papi-v1.md", "* Errors **[D]/[C]**: `400`", "\n---"),
        section("papi-v1.md", "### 12.6", "### 12.7"),
        section("papi-v1.md", "validation shape (`errors`", "  `/-/pep-authn"),
        section("papi-v1.md", "Missing where required: `400` `activation", "A second shape"),
    ]
    found = {name for text in (*table, *prose) for name in re.findall(r"`([a-z_./-]+)`", text)}
    found = {re.sub(r"^(\.\.\.)?/(?!-/)", "", name) for name in found if "/" in name or "-" in name or "_" in name}
    return {name for name in found if not name.startswith("-")} - {"examples/papi/422.json"}


def validation_types() -> set[str]:
    table = rows_of(section("papi-v1.md", "Types worth knowing", "### 6.6"))
    return {name.split(" ")[0] for row in table for name in re.findall(r"`([a-z_.*]+)`", row[0])}


def gateway_details() -> set[str]:
    table = rows_of(section("edgegrid.md", "## 4", "## 5"))
    return {row[4] for row in table if "pep-" in row[2]}


# Page -> the types it names, and what the types of that API have in common.
PAGES: dict[str, tuple[Callable[[], set[str]], str]] = {
    "mets-v2.md": (mets_types, "/mtls-edge-truststore/"),
    "cps-v2.md": (cps_types, "/cps/v2/"),
    "papi-v1.md": (papi_types, ""),
    "papi-v1.md 6.5": (validation_types, ""),
    "edgegrid.md": (gateway_details, GATEWAY_TYPE),
}


def modules() -> Iterator[Any]:
    for path in sorted(HERE.glob("test_*.py")):
        yield importlib.import_module(f".{path.stem}", __package__)


def expected_types() -> set[str]:
    """The error types that rows of any module expect, as text."""
    found = set()
    for module in modules():
        for function in vars(module).values():
            for mark in getattr(function, "pytestmark", ()):
                values = mark.args[1] if mark.name == "parametrize" else ()
                found |= {_text(row.type) for row in values if isinstance(row, Row) and row.type is not None}
    return found


def _text(kind: str | re.Pattern[str]) -> str:
    return kind if isinstance(kind, str) else re.sub(r"\\(.)", r"\1", kind.pattern)


@pytest.fixture(scope="module")
def named() -> dict[str, set[str]]:
    need("the reference pages", all((shared() / "api" / page).is_file() for page in API))
    return {page: types() for page, (types, _) in PAGES.items()}


@pytest.mark.parametrize("page", PAGES)
def test_every_type_is_made_or_explained(page: str, named: dict[str, set[str]]) -> None:
    made = [kind for kind in expected_types() if PAGES[page][1] in kind]
    shown = {name for name in named[page] if any(re.search(rf"(^|[/*]){re.escape(name)}$", k) for k in made)}
    assert len(named[page]) > 5
    assert named[page] - shown - ELSEWHERE.keys() - NOT_OURS.keys() == set()
    assert shown & NOT_OURS.keys() == set()


def test_what_is_listed_is_on_a_page(named: dict[str, set[str]]) -> None:
    assert (ELSEWHERE.keys() | NOT_OURS.keys()) - set().union(*named.values()) == set()


@pytest.mark.parametrize("name", ELSEWHERE)
def test_the_test_is_there(name: str) -> None:
    module, _, test = ELSEWHERE[name].partition("::")
    found = importlib.import_module(f".{module}", __package__)
    assert not test or callable(getattr(found, test))
    text = name.removesuffix(".*").rsplit("/", 1)[-1].removeprefix("limit_key.")
    text = {"deny": "DENY", "request-error": "BAD"}.get(text, text)
    assert text.removeprefix("429 ") in Path(str(found.__file__)).read_text()


# --- the vendor's own error documents --------------------------------------------------------------------------------

# example, request, body, what goes before; its type and title are those of the example
DOCUMENTS: dict[str, Row] = {
    "400": expect("400", "GET {plain}/versions/1/rules?validateRules=maybe&", 400),
    "403": expect("403", "GET {plain}?contractId=ctr_1&groupId=grp_1", 403),
    "404": expect("404", "GET {P}/nothing", 404),
    "405": expect("405", "PATCH {plain}?", 405, {}),
    "406": expect("406", "GET {plain}?", 406, headers={"Accept": "text/html"}),
    "409": expect(
        *("409", "PUT {plain}/versions/1/rules?", 409, {"rules": tree()}),
        given=(switch("papi_pending_version", "409"), start("plain")),
    ),
    "415": expect("415", "PUT {plain}/versions/1/rules?", 415, b"<x/>", headers={"Content-Type": "text/xml"}),
    "422": expect("422", "POST {plain}/activations?", 422, activation(1), given=(start("plain"),)),
    "429": expect("429", "PUT {plain}/versions/1/hostnames?", 429, [host(f"h{n}.example.com") for n in range(1001)]),
}
NO_DOCUMENT = {
    "401": "the gateway answers in its place (edgegrid.md 4)",
    "412": "a temporary state of the network: planted with POST /faults (papi-v1.md 1.7 says so)",
    "413": "its texts say TBD; nothing is too large for the emulator",
    "500": "test_core_house.py makes a crash",
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_of_papi(house: House, name: str) -> None:
    need("the examples of PAPI", (shared() / "openapi" / "examples").is_dir())
    house.enter("papi")
    answer = play(house, DOCUMENTS[name], {}).json()
    wanted = example(f"papi/{name}.json")
    assert missing(wanted, answer) == []
    if name != "429":  # the example is about includes
        assert {key: answer[key] for key in ("type", "title", "status")} == {
            key: wanted[key] for key in ("type", "title", "status")
        }
    else:
        assert (answer["type"], answer["limitKey"]) == (wanted["type"], "HOSTS_PER_PROPERTY")


def test_every_document_of_papi_is_looked_at() -> None:
    need("the examples of PAPI", (shared() / "openapi" / "examples").is_dir())
    numbered = {path.stem for path in (shared() / "openapi" / "examples" / "papi").glob("[0-9]*.json")}
    assert numbered == DOCUMENTS.keys() | NO_DOCUMENT.keys()


def test_the_gateways_error_of_cps() -> None:
    """problem-500.json has the members that `forward_origin_error` looks for."""
    need("the examples of CPS", (shared() / "openapi" / "examples").is_dir())
    assert set(example("cps/problem-500.json")) == GATEWAY_MEMBERS


def test_a_conflict_of_cps(house: House) -> None:
    """problem-409.json, its texts letter by letter; 400, 429 and 500: test_gateway.py and above."""
    need("the examples of CPS", (shared() / "openapi" / "examples").is_dir())
    put(house, DV, network(ocspStapling="off"))
    answer = put(house, DV, network(quicEnabled=True))
    wanted = example("cps/problem-409.json")
    assert answer.status_code == 409
    assert {name: answer.json()[name] for name in ("title", "detail")} == {
        name: wanted[name] for name in ("title", "detail")
    }
    assert answer.json().keys() == wanted.keys()
