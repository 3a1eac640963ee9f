# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CA set versions: create, twins, doubles, and bodies that are no version (mets-v2.md 2.2, 3.10, 5.2)."""

from __future__ import annotations

import re

import pytest

from .certificates import fingerprint, many, pem
from .harness import MICROSECONDS, House, Row, run
from .mets_worlds import CONTEXT, ERRORS, FRESH, SET, SETS, V1, V2, certificates, length, refusal

VERSIONS = f"{SET}/versions"
SCHEMA = "json-schema-validation-error"
EITHER = re.compile(re.escape(ERRORS) + "(invalid-field|json-schema-validation-error)")
NEW = {"certificates": certificates(*many(6)[4:6])}
A, B = many(2)

DUPLICATE = {
    "certificates": length(2),
    "validation.warnings": length(2),
    "validation.warnings.0.type": re.compile(r"/mtls-edge-truststore/(v2/)?error-types/duplicate-certificate"),
    "validation.warnings.0.title": str,
    "validation.warnings.0.detail": str,
    "validation.warnings.0.pointer": "/certificates/1",
    "validation.warnings.0.contextInfo.fingerprint": fingerprint(A),
    "validation.warnings.1.pointer": "/certificates/3",
}
TWIN = CONTEXT | {"versionLink": f"{V1}"}

CREATE = [
    Row(
        "create",
        "one version",
        "POST",
        VERSIONS,
        NEW | {"description": "second", "allowInsecureSha1": True},
        201,
        has=FRESH
        | CONTEXT
        | {
            "version": 2,
            "versionLink": V2,
            "description": "second",
            "allowInsecureSha1": True,
            "certificates": length(2),
            "certificates.0.createdDate": MICROSECONDS,
            "certificates.0.createdBy": str,
            "validation": {"warnings": []},
        },
        heads={"Location": V2},
    ),
    Row("create: first", "one set", "POST", VERSIONS, NEW, 201, has={"version": 1, "allowInsecureSha1": False}),
    Row("create: no description", "one set", "POST", VERSIONS, NEW, 201, has={"description": None}),
    Row(
        "create: null texts",
        "one set",
        "POST",
        VERSIONS,
        {"certificates": [{"certificatePem": A, "description": None}], "description": None},
        201,
        has={"description": None, "certificates.0.description": None},
        mark="I: 1.3 allows null",
    ),
    Row(
        "create: doubles are stored once",
        "one set",
        "POST",
        VERSIONS,
        {"certificates": certificates(A, A, B, A)},
        201,
        has=DUPLICATE,
    ),
    Row(
        "create: same subject twice is fine",
        "one set",
        "POST",
        VERSIONS,
        {"certificates": certificates(pem("Same", ends=100), pem("Same", ends=200))},
        201,
        has={"certificates": length(2), "validation.warnings": []},
    ),
    Row(
        "create: one more is no twin",
        "one version",
        "POST",
        VERSIONS,
        {"certificates": certificates(*many(3))},
        201,
        has={"version": 2},
    ),
    Row(
        "create: twin of a deleted version",
        "three versions, two deleted",
        "POST",
        VERSIONS,
        {"certificates": certificates(many(3)[2])},
        201,
        has={"version": 4},
        mark="U: DELETED ones are ignored",
    ),
    *(
        refusal(
            f"create: twin, {how}",
            "one version",
            "POST",
            VERSIONS,
            422,
            "duplicate-ca-set-version",
            body,
            context=TWIN,
            mark=mark,
        )
        for how, body, mark in (
            ("in the same order", {"certificates": certificates(A, B)}, ""),
            ("in another order", {"certificates": certificates(B, A)}, "I: order"),
            ("with a double", {"certificates": certificates(B, A, B)}, "I: order"),
            ("other texts", {"certificates": certificates(A, B), "description": "other"}, "I"),
            ("other flag", {"certificates": certificates(A, B), "allowInsecureSha1": True}, "I"),
        )
    ),
    refusal(
        "create: no such set",
        "one set",
        "POST",
        f"{SETS}/9/versions",
        404,
        "ca-set-not-found",
        NEW,
        context={"caSetId": "9"},
    ),
    refusal(
        "create: set is being deleted",
        "deleting",
        "POST",
        VERSIONS,
        409,
        "delete-ca-set-request-in-progress",
        NEW,
        context=CONTEXT | {"deletionLink": f"{SET}/status/delete"},
    ),
    refusal("create: set is deleted", "deleted", "POST", VERSIONS, 404, "ca-set-not-found", NEW, mark="U: 404"),
]

BODIES = [
    ("no certificates", {}, {}),
    ("an empty list", {"certificates": []}, {"pointer": "/certificates"}),
    ("null as list", {"certificates": None}, {"pointer": "/certificates"}),
    ("an object as list", {"certificates": {}}, {"pointer": "/certificates"}),
    ("a text as certificate", {"certificates": [A]}, {"pointer": "/certificates/0"}),
    ("no text", {"certificates": [{"description": "x"}]}, {}),
    ("a number as text", {"certificates": [{"certificatePem": 5}]}, {"pointer": "/certificates/0/certificatePem"}),
    ("a word as flag", NEW | {"allowInsecureSha1": "yes"}, {"pointer": "/allowInsecureSha1"}),
    ("a number as description", NEW | {"description": 5}, {"pointer": "/description"}),
    ("an unknown member", NEW | {"comments": "x"}, {}),
    ("an unknown member of a certificate", {"certificates": [{"certificatePem": A, "name": "x"}]}, {}),
    ("a list", certificates(A), {}),
]
WRONG = [
    refusal(f"{verb}: {id}", "one version", method, path, 400, SCHEMA, body, context={"message": str}, has=has)
    for verb, method, path in (("create", "POST", VERSIONS), ("replace", "PUT", V1))
    for id, body, has in BODIES
] + [
    Row(f"{verb}: {id} too long", "one version", method, path, body, 400, EITHER)
    for verb, method, path in (("create", "POST", VERSIONS), ("replace", "PUT", V1))
    for id, body in (
        ("description", NEW | {"description": "d" * 256}),
        ("description of a certificate", {"certificates": [{"certificatePem": A, "description": "d" * 256}]}),
    )
]


@pytest.mark.parametrize("row", [*CREATE, *WRONG], ids=str)
def test_new_versions(running: House, row: Row) -> None:
    run(running, row)
