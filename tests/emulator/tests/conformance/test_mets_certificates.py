# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What METS reads from a certificate, which ones it takes, and the dry run (mets-v2.md 2.3, 3.21, 4.4, 5.5)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from .certificates import distinguished, fingerprint, many, pem, sha1_pem
from .harness import METS, MICROSECONDS, SECONDS, House, Row, run
from .mets_worlds import SETS, V1, certificates, length, refusal

VALIDATE = f"{METS}/certificates/validate"
VERSIONS = f"{SETS}/{{set}}/versions"
FAILED = "certificate-validation-failure"
A, B = many(2)

LONG_NAME = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
        x509.NameAttribute(NameOID.STATE_OR_PROVINCE_NAME, "MA"),
        x509.NameAttribute(NameOID.LOCALITY_NAME, "Cambridge"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Unit"),
        x509.NameAttribute(NameOID.COMMON_NAME, "ca.example.com"),
        x509.NameAttribute(NameOID.EMAIL_ADDRESS, "ca@example.com"),
    ]
)
LONG_TEXT = "EMAILADDRESS=ca@example.com, CN=ca.example.com, OU=Unit, O=Example, L=Cambridge, ST=MA, C=US"


def body(*pems: str, **members: Any) -> dict[str, Any]:
    return {"certificates": certificates(*pems), **members}


def one_line(text: str) -> str:
    return "".join(text.splitlines())


# name of the case, its PEM, and members of the certificate that comes back
ACCEPTED: list[tuple[str, str, dict[str, Any]]] = [
    ("root", A, {"subject": distinguished("Root 0"), "issuer": distinguished("Root 0"), "certificatePem": A}),
    ("intermediate alone", pem("Sub", issuer="Root 0"), {"issuer": distinguished("Root 0")}),
    ("long name", pem("Long", subject=LONG_NAME), {"subject": LONG_TEXT, "issuer": LONG_TEXT}),
    ("serial in hex", pem("Serial", serial=0x1F2E3D), {"serialNumber": "1f2e3d"}),
    ("EC and SHA-256", pem("Elliptic"), {"signatureAlgorithm": "SHA256WITHECDSA"}),
    ("EC and SHA-384", pem("Elliptic 384", digest="sha384"), {"signatureAlgorithm": "SHA384WITHECDSA"}),
    ("RSA and SHA-256", pem("Rivest", kind="rsa2048"), {"signatureAlgorithm": "SHA256WITHRSA"}),
    ("RSA and SHA-384", pem("Rivest 384", kind="rsa2048", digest="sha384"), {"signatureAlgorithm": "SHA384WITHRSA"}),
    ("RSA and SHA-512", pem("Rivest 512", kind="rsa2048", digest="sha512"), {"signatureAlgorithm": "SHA512WITHRSA"}),
    ("valid from now on", pem("Born", starts=0), {}),
    ("basicConstraints not critical, no keyUsage", pem("Lax", critical=False, key_usage=False), {}),
    ("PEM in one line", one_line(B), {"certificatePem": one_line(B), "fingerprint": fingerprint(B)}),
    ("CRLF line ends", B.replace("\n", "\r\n"), {"fingerprint": fingerprint(B)}),
]
SHA1 = sha1_pem("Old hash")
MALFORMED = [
    ("no PEM at all", "hello"),
    ("no header", "\n".join(B.splitlines()[1:])),
    ("bad base64", B.replace("MII", "M!I", 1)),
    ("cut in the middle", "-----BEGIN CERTIFICATE-----\n" + B.splitlines()[1] + "\n-----END CERTIFICATE-----\n"),
    ("not DER", "-----BEGIN CERTIFICATE-----\naGVsbG8gd29ybGQ=\n-----END CERTIFICATE-----\n"),
    ("a key", B.replace("CERTIFICATE", "PUBLIC KEY")),
    ("two in one text", A + B),
]
# name, PEM, the item's slug where the page knows one (the others are placeholders of 4.4)
REFUSED: list[tuple[str, str, str | None]] = [
    ("expired", pem("Expired", ends=-1), "expired-certificate"),
    ("not yet valid", pem("Unborn", starts=2), None),
    ("leaf", pem("Leaf", ca=False), None),
    ("no basicConstraints", pem("Bare", ca=None), None),
    ("SHA-1", SHA1, None),
    ("RSA of 1024 bits", pem("Short", kind="rsa1024"), None),
    ("EC of 224 bits", pem("Short EC", kind="ec224"), None),
    *((f"malformed: {id}", text, "malformed-certificate") for id, text in MALFORMED),
]


def items(*pointers: str) -> Any:
    return lambda found: [item["pointer"] for item in found] == list(pointers)


def kind(slug: str | None) -> re.Pattern[str]:
    return re.compile(f"/mtls-edge-truststore/(v2/)?error-types/{slug or '[a-z0-9-]+'}")


def dry_run(id: str, given: dict[str, Any], **has: Any) -> Row:
    return Row(f"validate: {id}", "stock", "POST", VALIDATE, given, 200, has={"validation.warnings": [], **has})


GOOD = [
    *(
        dry_run(id, body(text), **{f"certificates.0.{name}": value for name, value in members.items()})
        for id, text, members in ACCEPTED
    ),
    *(
        Row(
            f"create: {id}",
            "one set",
            "POST",
            VERSIONS,
            body(text),
            201,
            has={f"certificates.0.{name}": value for name, value in members.items()},
        )
        for id, text, members in ACCEPTED
    ),
    dry_run(
        "whole answer",
        {"certificates": [{"certificatePem": A, "description": "root"}, {"certificatePem": B}]},
        allowInsecureSha1=False,
        **{
            "certificates": length(2),
            "certificates.0.description": "root",
            "certificates.0.startDate": SECONDS,
            "certificates.0.endDate": SECONDS,
            "certificates.1.fingerprint": fingerprint(B),
        },
    ),
    dry_run("SHA-1, allowed", body(SHA1, allowInsecureSha1=True), allowInsecureSha1=True),
    Row(
        "validate: doubles stay listed",
        "stock",
        "POST",
        VALIDATE,
        body(A, B, A),
        200,
        has={
            "certificates": length(3),
            "validation.warnings": length(1),
            "validation.warnings.0.type": kind("duplicate-certificate"),
            "validation.warnings.0.title": "Duplicate certificate has been submitted in the certificates.",
            "validation.warnings.0.pointer": "/certificates/2",
        },
    ),
    Row(
        "create: SHA-1, allowed",
        "one set",
        "POST",
        VERSIONS,
        body(SHA1, allowInsecureSha1=True),
        201,
        has={"allowInsecureSha1": True, "certificates.0.signatureAlgorithm": "SHA1WITHRSA"},
    ),
    Row(
        "get: a certificate's dates",
        "one version",
        "GET",
        V1,
        has={
            "certificates.0.startDate": SECONDS,
            "certificates.0.endDate": SECONDS,
            "certificates.0.createdDate": MICROSECONDS,
            "certificates.0.fingerprint": fingerprint(A),
        },
    ),
]


def failing(id: str, method: str, path: str, slug: str, text: str, item: str | None) -> Row:
    """One bad certificate at position 1, beside a good one."""
    has = {"errors": items("/certificates/1"), "errors.0.type": kind(item), "errors.0.title": str}
    has["errors.0.detail"] = str
    context = None if slug == FAILED else {"caSetId": "{set}", "caSetName": "partners"}
    mark = "" if item else "U: invented slug"
    return refusal(id, "one version", method, path, 400, slug, body(A, text), context=context, has=has, mark=mark)


EXPIRED = pem("Expired", ends=-1)
LEAF = pem("Leaf", ca=False)
BAD = [
    *(failing(f"validate: {id}", "POST", VALIDATE, FAILED, text, item) for id, text, item in REFUSED),
    *(failing(f"create: {id}", "POST", VERSIONS, f"{FAILED}-create", text, item) for id, text, item in REFUSED),
    *(failing(f"replace: {id}", "PUT", V1, f"{FAILED}-update", text, item) for id, text, item in REFUSED),
    refusal(
        "replace: names the version",
        "one version",
        "PUT",
        V1,
        400,
        f"{FAILED}-update",
        body(LEAF),
        context={"version": 1},
    ),
    refusal(
        "validate: what is said of an expired one",
        "stock",
        "POST",
        VALIDATE,
        400,
        FAILED,
        {"certificates": [{"certificatePem": EXPIRED, "description": "old root"}]},
        has={
            "title": "Certificates have failed validation.",
            "errors.0.title": "The certificate has expired.",
            "errors.0.contextInfo.subject": distinguished("Expired"),
            "errors.0.contextInfo.fingerprint": fingerprint(EXPIRED),
            "errors.0.contextInfo.expiryDate": str,
            "errors.0.contextInfo.checkDate": str,
            "errors.0.contextInfo.description": "old root",
        },
    ),
    refusal(
        "validate: what is said of a malformed one",
        "stock",
        "POST",
        VALIDATE,
        400,
        FAILED,
        {"certificates": [{"certificatePem": "hello", "description": "junk"}]},
        has={
            "errors.0.title": "The certificate is malformed. It cannot be parsed.",
            "errors.0.contextInfo.certificatePem": "hello",
            "errors.0.contextInfo.description": "junk",
        },
    ),
    refusal(
        "validate: all bad ones at once",
        "stock",
        "POST",
        VALIDATE,
        400,
        FAILED,
        body(EXPIRED, A, "hello", LEAF),
        has={"errors": items("/certificates/0", "/certificates/2", "/certificates/3")},
    ),
    refusal(
        "validate: two alike are two items",
        "stock",
        "POST",
        VALIDATE,
        400,
        FAILED,
        body("hello", "hello"),
        has={"errors": items("/certificates/0", "/certificates/1")},
    ),
    refusal(
        "validate: several faults of one",
        "stock",
        "POST",
        VALIDATE,
        400,
        FAILED,
        body(pem("Wreck", ca=False, ends=-1, kind="rsa1024")),
        has={"errors": lambda found: len(found) >= 2 and {item["pointer"] for item in found} == {"/certificates/0"}},
    ),
    *(
        refusal(
            f"validate: {id}",
            "stock",
            "POST",
            VALIDATE,
            400,
            "json-schema-validation-error",
            given,
            context={"message": str},
        )
        for id, given in (
            ("no list", {}),
            ("an empty list", {"certificates": []}),
            ("a text in the list", {"certificates": [A]}),
            ("no text", {"certificates": [{}]}),
            ("an unknown member", body(A, description="x")),
        )
    ),
]


@pytest.mark.parametrize("row", [*GOOD, *BAD], ids=str)
def test_certificates(running: House, row: Row) -> None:
    run(running, row)


def test_a_dry_run_stores_nothing_and_names_nobody(house: House) -> None:
    before = house.control.state()
    answer = house.client().ask("POST", VALIDATE, body(A))
    assert set(answer["certificates"][0]) & {"createdBy", "createdDate", "description"} == set()
    assert house.control.state() == before


@pytest.mark.parametrize(
    "text",
    [B, B.rstrip("\n"), B.replace("\n", "\r\n"), one_line(B), "Bag Attributes\n  name: x\n" + B],
    ids=["plain", "no end of line", "CRLF", "one line", "text before"],
)
def test_text_comes_back_as_sent(running: House, text: str) -> None:
    """Byte for byte, trailing white space apart (clients.md 2); text around the block may also be refused."""
    facts = running.enter("one set")
    answer = running.client().send("POST", f"{SETS}/{facts['set']}/versions", body(text))
    if text.startswith("Bag") and answer.status_code == 400:
        assert answer.json()["errors"][0]["type"].endswith("/malformed-certificate")
        return
    assert answer.status_code == 201, answer.text
    assert answer.json()["certificates"][0]["certificatePem"].rstrip() == text.rstrip()


def test_titles_of_the_containers(running: House) -> None:
    facts = running.enter("one version")
    path = f"{SETS}/{facts['set']}/versions"
    for method, url, verb in (("POST", path, "create"), ("PUT", f"{path}/1", "update")):
        title = running.client().send(method, url, body(LEAF)).json()["title"]
        assert title == f"Cannot {verb} the ca set version as the certificate(s) has failed validation."


def test_flag_of_the_version_counts_at_activation(running: House) -> None:
    """A version that admits SHA-1 can be activated and cloned under its own flag (5.5, I)."""
    facts = running.enter("one set")
    path = f"{SETS}/{facts['set']}/versions"
    running.client().ask("POST", path, body(SHA1, allowInsecureSha1=True))
    assert running.client().ask("POST", f"{path}/1/clone")["allowInsecureSha1"] is True
    assert running.client().send("POST", f"{path}/1/activate", {"network": "STAGING"}).status_code == 202
