# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schemathesis on the OpenAPI document that the emulator serves: signed requests with valid and with invalid data.

No 5xx but the documented ones, no traceback in the log, the media types that the document promises. Same requests in every
run; EMULATOR_FUZZ=1000 tries that many of each kind per operation.
"""

from __future__ import annotations

import os
import warnings
from typing import Any

import jsonschema
import pytest
import requests
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from . import papi_harness  # noqa: F401  (it registers a starting state)
from .harness import HTTP_LIMIT, House, check_problem

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.generation import GenerationMode

EXAMPLES = int(os.environ.get("EMULATOR_FUZZ", "3"))
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
OPERATIONS = 70  # at least
# Ids that are there, so that not every request ends at its path.
KNOWN = {
    "caSetId": "1001",
    "version": "1",
    "activationId": "500001",
    "propertyId": "prp_900001",
    "propertyVersion": "1",
    "enrollmentId": "10001",
    "changeId": "20001",
    "edgeHostnameId": "ehn_300001",
    "cpcodeId": "cpc_400001",
    "segment": "change-management-info",
}
PLACE = {"contractId": "ctr_C-0N7RAC7", "groupId": "grp_15225"}
DOCUMENTED = {501: "unsupported-cnametype"}  # papi-v1.md 11.2


@pytest.fixture(scope="module")
def described(running: House) -> dict[str, Any]:
    document: dict[str, Any] = running.control("GET", "/openapi.json")
    return document


def test_the_document(described: dict[str, Any], running: House) -> None:
    """A valid one, of every operation, at the address that is served."""
    dialect = described.get("jsonSchemaDialect", "https://json-schema.org/draft/2020-12/schema")
    for item in described["paths"].values():
        for operation in item.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                jsonschema.validators.validator_for({"$schema": dialect}).check_schema(content["schema"])
    assert sum(map(len, described["paths"].values())) >= OPERATIONS
    assert described["servers"] == [{"url": running.ready["url"]}]
    names = [operation["operationId"] for item in described["paths"].values() for operation in item.values()]
    assert len(set(names)) == len(names)


def operations(document: dict[str, Any]) -> list[Any]:
    """All but the reads below /papi/v0, which are those of /papi/v1."""
    found = [result.ok() for result in schemathesis.openapi.from_dict(document).get_all_operations()]
    return [operation for operation in found if "/papi/v0/" not in operation.path]


def send(house: House, case: Any, known: bool) -> requests.Response:
    """Sign and send a case; with `known`, to things that are there."""
    if known:
        case.path_parameters = {**(case.path_parameters or {}), **_known(case)}
        if "contractId" in {parameter.name for parameter in case.operation.query}:
            case.query = {**(case.query or {}), **PLACE}
    url = f"https://{house.client().host}"
    kwargs = case.as_transport_kwargs(base_url=url)
    return house.client().session.request(
        **kwargs, verify=str(house.ca_path), timeout=HTTP_LIMIT, allow_redirects=False
    )


def _known(case: Any) -> dict[str, str]:
    return {name: KNOWN[name] for name in case.path_parameters or {} if name in KNOWN}


def check(case: Any, answer: requests.Response) -> None:
    seen = f"{case.as_curl_command()[:600]}: {answer.status_code} {answer.text[:600]}"
    assert answer.status_code < 500 or DOCUMENTED.get(answer.status_code, "\0") in answer.text, seen
    media = answer.headers.get("Content-Type", "").partition(";")[0]
    if answer.status_code >= 400 and case.method != "HEAD":
        assert media == "application/problem+json", seen
        check_problem(answer)
    elif answer.content and answer.status_code != 302:
        promised = case.operation.definition.raw["responses"]["2XX"]["content"]
        family = {kind.split("papirules")[0] for kind in promised}
        assert media in promised or media.split("papirules")[0] in family, seen


@pytest.mark.parametrize("mode", MODES, ids=[mode.value for mode in MODES])
def test_no_request_is_too_much(house: House, described: dict[str, Any], mode: GenerationMode) -> None:
    log = house.home / "emulator.log"
    before = log.stat().st_size
    house.enter("papi")
    tried = 0
    for operation in operations(described):

        @seed(7)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode), st.booleans())
        def one(case: Any, known: bool) -> None:
            nonlocal tried
            tried += 1
            check(case, send(house, case, known))

        if mode is GenerationMode.POSITIVE or operation.query or operation.path_parameters or operation.body:
            one()
    assert tried > OPERATIONS
    house.control.put_state(house.control.state())
    assert b"Traceback" not in log.read_bytes()[before:]
