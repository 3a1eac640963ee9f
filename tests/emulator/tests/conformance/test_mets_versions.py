# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CA set versions: list, read, replace, delete, clone (mets-v2.md 2.2, 3.11 to 3.15, 5.2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from .certificates import fingerprint, many, pem
from .harness import MICROSECONDS, Facts, House, Row, run
from .mets_worlds import (
    CONTEXT,
    ERRORS,
    FRESH,
    SET,
    SETS,
    V1,
    V2,
    certificates,
    create_version,
    length,
    move,
    refusal,
)

VERSIONS = f"{SET}/versions"
NEW = {"certificates": certificates(*many(6)[4:6])}
A, B = many(2)


def numbers(*wanted: int) -> Callable[[Any], bool]:
    return lambda found: [item["version"] for item in found] == list(wanted)


# --------------------------------------------------------------------------------------------- list, read


def listed(query: str, given: str, *wanted: int, has: dict[str, Any] | None = None, mark: str = "") -> Row:
    return Row(
        f"list: {query or 'no filter'} of {given}",
        given,
        "GET",
        VERSIONS + query,
        has={"versions": numbers(*wanted)} | (has or {}),
        mark=mark,
    )


LIST = [
    Row("list: none", "one set", "GET", VERSIONS, has={"versions": []}),
    listed("", "two versions", 1, 2, has={"versions.0.certificates": [], "versions.0.validation": None}),
    listed("?includeCertificates=false", "two versions", 1, 2, has={"versions.0.certificates": []}),
    listed("?includeCertificates=true", "two versions", 1, 2, has={"versions.0.certificates": length(2)}),
    listed("?activeVersionsOnly=true", "two versions"),
    listed("?activeVersionsOnly=false", "two versions", 1, 2),
    listed("?activeVersionsOnly=true", "v1 active on staging", 1, has={"versions.0.stagingStatus": "ACTIVE"}),
    listed("?activeVersionsOnly=true", "v1 active on production", 1, has={"versions.0.productionStatus": "ACTIVE"}),
    listed("?activeVersionsOnly=true", "v1 activating on staging"),
    listed("?activeVersionsOnly=true", "v2 replaced v1 on staging", 2),
    listed("?activeVersionsOnly=true&includeCertificates=true", "v1 active on both", 1),
    listed("", "three versions, two deleted", 1),
    listed("?caSetVersionStatus=NOT_DELETED", "three versions, two deleted", 1),
    listed("?caSetVersionStatus=DELETED", "three versions, two deleted", 2, 3, has={"versions.0.removalDate": str}),
    listed("?caSetVersionStatus=DELETED%2CNOT_DELETED", "three versions, two deleted", 1, 2, 3),
    listed("", "deleted", 1, 2),
    refusal("list: no such set", "one set", "GET", f"{SETS}/9/versions", 404, "ca-set-not-found"),
    *(
        refusal(
            f"list: {query}",
            "one version",
            "GET",
            f"{VERSIONS}?{query}",
            400,
            "path-variable-query-param-type-mismatch",
            context={"parameterName": query.split("=")[0]},
        )
        for query in ("includeCertificates=maybe", "activeVersionsOnly=2")
    ),
    Row(
        "list: unknown status",
        "one version",
        "GET",
        f"{VERSIONS}?caSetVersionStatus=GONE",
        None,
        400,
        re.compile(re.escape(ERRORS) + "(invalid-field|path-variable-query-param-type-mismatch)"),
        mark="I: invalid-field",
    ),
]
UNKNOWN_VERSION = {"caSetId": "{set}", "caSetName": "partners", "version": 7}
READ = [
    Row(
        "get",
        "one version",
        "GET",
        V1,
        has=FRESH
        | CONTEXT
        | {
            "version": 1,
            "versionLink": V1,
            "description": "roots",
            "certificates": length(2),
            "certificates.0.certificatePem": A,
            "certificates.0.description": "first root",
            "certificates.1.description": None,
            "certificates.1.fingerprint": fingerprint(B),
            "validation": None,
        },
    ),
    Row("get: active", "v1 active on staging", "GET", V1, has={"stagingStatus": "ACTIVE"}),
    Row("get: was active", "v1 was active on staging", "GET", V1, has={"stagingStatus": "INACTIVE"}),
    Row("get: activating", "v1 activating on staging", "GET", V1, has={"stagingStatus": "INACTIVE"}),
    Row("get: deactivating", "v1 deactivating on staging", "GET", V1, has={"stagingStatus": "ACTIVE"}),
    Row("get: replaced", "v2 replaced v1 on staging", "GET", V1, has={"stagingStatus": "INACTIVE"}),
    Row("get: of a set being deleted", "deleting", "GET", V1, has={"version": 1}),
    Row("get: of a deleted set", "deleted", "GET", V1, has={"version": 1, "certificates": length(2)}),
    Row(
        "get: deleted",
        "three versions, two deleted",
        "GET",
        V2,
        has={"caSetVersionStatus": "DELETED", "certificates": length(1), "removalDate": str},
        mark="I",
    ),
    refusal("get: no such set", "one version", "GET", f"{SETS}/9/versions/1", 404, "ca-set-not-found"),
    refusal(
        "get: no such version",
        "one version",
        "GET",
        f"{VERSIONS}/7",
        404,
        "ca-set-version-not-found",
        context=UNKNOWN_VERSION,
    ),
    refusal("get: version zero", "one version", "GET", f"{VERSIONS}/0", 404, "ca-set-version-not-found"),
]

# ------------------------------------------------------------------------------------------------ replace

BUSY = "ca-set-version-is-active"
FROZEN = "ca-set-version-was-previously-active"
OF_V1 = CONTEXT | {"version": 1}
SAME = {"certificates": certificates(A, B)}
REPLACE = [
    Row(
        "replace",
        "one version",
        "PUT",
        V1,
        NEW | {"description": "other", "allowInsecureSha1": True},
        200,
        has=FRESH
        | {
            "description": "other",
            "allowInsecureSha1": True,
            "certificates": length(2),
            "certificates.0.certificatePem": many(6)[4],
            "modifiedDate": MICROSECONDS,
            "modifiedBy": str,
            "validation": {"warnings": []},
        },
    ),
    Row(
        "replace: what is left out is gone",
        "one version",
        "PUT",
        V1,
        {"certificates": certificates(A)},
        200,
        has={
            "description": None,
            "certificates": length(1),
            "certificates.0.description": None,
            "allowInsecureSha1": False,
        },
        mark="I: omitted description is null",
    ),
    Row("replace: its own certificates", "one version", "PUT", V1, SAME, 200, has={"modifiedDate": MICROSECONDS}),
    Row("replace: into a twin", "two versions", "PUT", V2, SAME, 200, mark="I: no duplicate check on PUT"),
    Row(
        "replace: doubles",
        "one version",
        "PUT",
        V1,
        {"certificates": certificates(A, A)},
        200,
        has={"certificates": length(1), "validation.warnings.0.pointer": "/certificates/1"},
    ),
    *(
        refusal(f"replace: {state}", state, "PUT", V1, 422, slug, SAME, context=OF_V1)
        for state, slug in (
            ("v1 active on staging", BUSY),
            ("v1 active on production", BUSY),
            ("v1 active on both", BUSY),
            ("v1 activating on staging", BUSY),
            ("v1 activating on production", BUSY),
            ("v1 deactivating on staging", BUSY),
            ("v1 was active on staging", FROZEN),
            ("v2 replaced v1 on staging", FROZEN),
        )
    ),
    Row("replace: beside an active one", "v1 active on both", "PUT", V2, NEW, 200),
    refusal("replace: no such set", "one version", "PUT", f"{SETS}/9/versions/1", 404, "ca-set-not-found", SAME),
    refusal(
        "replace: no such version",
        "one version",
        "PUT",
        f"{VERSIONS}/7",
        404,
        "ca-set-version-not-found",
        SAME,
        context=UNKNOWN_VERSION,
    ),
    refusal(
        "replace: set is being deleted",
        "deleting",
        "PUT",
        V1,
        409,
        "delete-ca-set-request-in-progress",
        SAME,
        context=CONTEXT,
    ),
    refusal("replace: set is deleted", "deleted", "PUT", V1, 404, "ca-set-not-found", SAME, mark="U: 404"),
]

# ------------------------------------------------------------------------------------------ delete, clone

REMOVE = [
    Row("delete", "two versions", "DELETE", V2, status=204),
    Row("delete: was active", "v1 was active on staging", "DELETE", V1, status=204, mark="U: allowed"),
    refusal("delete: no such set", "one version", "DELETE", f"{SETS}/9/versions/1", 404, "ca-set-not-found"),
    refusal(
        "delete: no such version",
        "one version",
        "DELETE",
        f"{VERSIONS}/7",
        404,
        "ca-set-version-not-found",
        context={"caSetId": "{set}", "version": 7},
        has={"title": re.compile(r".*is not found\.")},
    ),
    refusal(
        "delete: twice",
        "three versions, two deleted",
        "DELETE",
        V2,
        404,
        "ca-set-version-not-found",
        mark="U: 404",
    ),
    refusal("delete: active", "v1 active on staging", "DELETE", V1, 422, BUSY, context=OF_V1, mark="U: 422"),
    refusal(
        "delete: activating",
        "v1 activating on staging",
        "DELETE",
        V1,
        409,
        "another-activation-request-in-progress-in-the-ca-set",
        mark="U: 409",
    ),
    refusal(
        "delete: deactivating",
        "v1 deactivating on staging",
        "DELETE",
        V1,
        409,
        "another-deactivation-request-in-progress-in-the-ca-set",
        mark="U: 409",
    ),
    refusal(
        "delete: set is being deleted",
        "deleting",
        "DELETE",
        V1,
        409,
        "delete-ca-set-request-in-progress",
        mark="U: 409",
    ),
]

COPY = f"{V1}/clone"
CLONE = [
    Row(
        "clone",
        "v1 active on both",
        "POST",
        COPY,
        None,
        201,
        has=FRESH
        | CONTEXT
        | {
            "version": 3,
            "versionLink": f"{VERSIONS}/3",
            "description": "roots",
            "allowInsecureSha1": False,
            "certificates": length(2),
            "certificates.0.certificatePem": A,
            "certificates.0.description": "first root",
            "validation": {"warnings": []},
        },
        heads={"Location": f"{VERSIONS}/3"},
    ),
    Row(
        "clone: expired ones are warnings",
        "an expired certificate",
        "POST",
        COPY,
        None,
        201,
        has={
            "certificates": length(3),
            "validation.warnings": length(1),
            "validation.warnings.0.type": re.compile(r"/mtls-edge-truststore/(v2/)?error-types/expired-certificate"),
        },
        hasnot=("validation.warnings.0.pointer",),
    ),
    refusal("clone: no such set", "one version", "POST", f"{SETS}/9/versions/1/clone", 404, "ca-set-not-found"),
    refusal(
        "clone: no such version",
        "one version",
        "POST",
        f"{VERSIONS}/7/clone",
        404,
        "ca-set-version-not-found",
        context=UNKNOWN_VERSION,
        has={"title": "CA set version cannot be cloned"},
    ),
    refusal(
        "clone: set is being deleted",
        "deleting",
        "POST",
        COPY,
        409,
        "delete-ca-set-request-in-progress",
        context=CONTEXT,
    ),
]


@pytest.mark.parametrize("row", [*LIST, *READ, *REPLACE, *REMOVE, *CLONE], ids=str)
def test_versions(running: House, row: Row) -> None:
    answer = run(running, row)
    if answer.status_code == 204:
        assert answer.content == b""


def version_of(house: House, facts: Facts, number: int) -> Any:
    return house.client().ask("GET", f"{SETS}/{facts['set']}/versions/{number}")


def test_replacing_keeps_the_birth(running: House) -> None:
    """createdDate and createdBy of a version survive PUT (clients.md 2)."""
    facts = running.enter("one version")
    before = version_of(running, facts, 1)
    running.control.advance(5)
    running.client("default").ask("PUT", f"{SETS}/{facts['set']}/versions/1", NEW)
    after = version_of(running, facts, 1)
    assert (after["createdDate"], after["createdBy"]) == (before["createdDate"], before["createdBy"])
    assert after["modifiedDate"] > before["createdDate"]


def test_a_refused_replacement_changes_nothing(running: House) -> None:
    facts = running.enter("one version")
    before = version_of(running, facts, 1)
    path = f"{SETS}/{facts['set']}/versions/1"
    bad = {"certificates": certificates(A, pem("Leaf", ca=False)), "description": "other"}
    assert running.client().send("PUT", path, bad).status_code == 400
    assert version_of(running, facts, 1) == before


def test_deleted_versions(running: House) -> None:
    """Thirty days to removal; the newest version left is the latest; numbers are never used again (U, 3.14)."""
    facts = running.enter("two versions")
    path = f"{SETS}/{facts['set']}"
    running.client().ask("DELETE", f"{path}/versions/2")
    gone = version_of(running, facts, 2)
    assert gone["caSetVersionStatus"] == "DELETED"
    assert running.client().ask("GET", path)["latestVersion"] == 1
    assert create_version(running, facts["set"], *NEW_PEMS) == 3
    for version in (1, 3):
        running.client().ask("DELETE", f"{path}/versions/{version}")
    shown = running.client().ask("GET", path)
    assert (shown["latestVersion"], shown["latestVersionLink"]) == (None, None)
    running.control.advance(30 * 86400 + 60)
    answer = running.client().send("GET", f"{path}/versions/2")
    assert (answer.status_code, answer.json()["type"]) == (404, ERRORS + "ca-set-version-not-found")


NEW_PEMS = many(6)[4:6]


def test_clones_are_exempt_from_the_twin_rule(running: House) -> None:
    facts = running.enter("one version")
    path = f"{SETS}/{facts['set']}/versions"
    assert running.client().ask("POST", f"{path}/1/clone")["version"] == 2
    assert running.client().ask("POST", f"{path}/2/clone")["version"] == 3
    assert running.client().send("POST", path, SAME).status_code == 422


def test_the_set_shows_its_new_version(running: House) -> None:
    facts = running.enter("one set")
    created = create_version(running, facts["set"], A)
    assert running.client().ask("GET", f"{SETS}/{facts['set']}")["latestVersion"] == created == 1


def test_a_terraform_update_of_a_frozen_version(running: House) -> None:
    """clients.md 2: clone, PUT the clone with the unchanged certificates and another text, activate it."""
    facts = running.enter("v1 active on staging")
    path = f"{SETS}/{facts['set']}/versions"
    clone = running.client().ask("POST", f"{path}/1/clone")["version"]
    updated = running.client().ask("PUT", f"{path}/{clone}", SAME | {"description": "new text"})
    assert updated["description"] == "new text"
    move(running, facts["set"], clone, "STAGING")
    assert version_of(running, facts, clone)["stagingStatus"] == "ACTIVE"
