# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading and judging certificates, on real public roots and on made ones (mets-v2.md 2.3 and 5.5)."""

from __future__ import annotations

import base64
import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import certifi
import pytest
from akamai_emulator.mets import certificates, names
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
ROOT = [(NameOID.COUNTRY_NAME, "US"), (NameOID.ORGANIZATION_NAME, "Example"), (NameOID.COMMON_NAME, "Example Root")]


Make = Callable[..., str]
Change = Callable[[str], str]


def slugs(pem: str, **how: Any) -> list[str]:
    judged = certificates.judge([{"certificatePem": pem}], NOW, how.pop("allow_sha1", False), **how)
    return [error["type"].rpartition("/")[2] for error in judged.errors]


def test_what_is_shown(make: Make) -> None:
    pem = make([*ROOT, (NameOID.EMAIL_ADDRESS, "ca@example.com")])
    facts = certificates.read(pem)
    assert facts is not None
    der = x509.load_pem_x509_certificate(pem.encode())
    assert facts.shown == {
        "subject": "EMAILADDRESS=ca@example.com, CN=Example Root, O=Example, C=US",
        "issuer": "EMAILADDRESS=ca@example.com, CN=Example Root, O=Example, C=US",
        "startDate": "2020-01-01T00:00:00Z",
        "endDate": "2120-01-01T00:00:00Z",
        "fingerprint": der.fingerprint(hashes.SHA256()).hex(),
        "serialNumber": "1f2e3d",
        "signatureAlgorithm": "SHA256WITHECDSA",
    }


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Example, Inc.", 'O="Example, Inc."'),
        ("a+b", 'O="a+b"'),
        (' "x" ', 'O=" \\"x\\" "'),
        ("a\\b", 'O="a\\\\b"'),
        ("plain text", "O=plain text"),
        ("Größe", "O=Größe"),
    ],
)
def test_values_of_names(value: str, shown: str) -> None:
    assert names.text(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, value)])) == shown


def test_names_of_several_attributes_and_unknown_ones() -> None:
    unknown = x509.NameAttribute(x509.ObjectIdentifier("1.2.3.4"), "x")
    pair = x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COMMON_NAME, "a"), unknown])
    assert re.fullmatch(r"(CN=a \+ OID\.1\.2\.3\.4=x|OID\.1\.2\.3\.4=x \+ CN=a)", names.text(x509.Name([pair])))


REAL = re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", certifi.contents(), re.DOTALL)


def test_public_roots_are_all_read() -> None:
    """Every root that certifi ships parses, old signature algorithms and odd serial numbers among them."""
    facts = [certificates.read(pem) for pem in REAL]
    assert len(facts) > 100
    assert None not in facts
    assert all(f is not None and f.is_ca and re.fullmatch("[0-9a-f]+", f.shown["serialNumber"]) for f in facts)


def test_public_roots_with_sha1_need_the_flag() -> None:
    """What the flag changes is exactly the certificates with a SHA-1 signature."""
    submitted = [{"certificatePem": pem} for pem in REAL]

    def refused(flag: bool) -> set[str]:
        items = certificates.judge(submitted, NOW, flag).errors
        return {i["pointer"] for i in items if i["type"].endswith("/insecure-signature-algorithm")}

    sha1 = {
        f"/certificates/{n}"
        for n, pem in enumerate(REAL)
        if "SHA1" in certificates.read(pem).shown["signatureAlgorithm"]  # type: ignore[union-attr]
    }
    assert sha1
    assert refused(False) - refused(True) == sha1


RSA_SMALL = rsa.generate_private_key(65537, 1024)
RSA = rsa.generate_private_key(65537, 2048)
RULES = [
    ("good", {}, []),
    ("basicConstraints not critical, no keyUsage", {"critical": False}, []),
    ("RSA 2048", {"key": RSA}, []),
    ("ends now", {"ends": NOW}, []),
    ("starts now", {"starts": NOW}, []),
    ("ended a second ago", {"ends": NOW - dt.timedelta(seconds=1)}, ["expired-certificate"]),
    ("starts in a second", {"starts": NOW + dt.timedelta(seconds=1)}, ["not-yet-valid-certificate"]),
    ("leaf", {"ca": False}, ["not-a-ca-certificate"]),
    ("no basicConstraints", {"ca": None}, ["not-a-ca-certificate"]),
    ("RSA 1024", {"key": RSA_SMALL}, ["weak-key-certificate"]),
    ("EC 224", {"key": ec.generate_private_key(ec.SECP224R1())}, ["weak-key-certificate"]),
    ("EC 384", {"key": ec.generate_private_key(ec.SECP384R1()), "digest": hashes.SHA384()}, []),
    ("SHA-224", {"digest": hashes.SHA224()}, ["insecure-signature-algorithm"]),
    ("Ed25519", {"key": ed25519.Ed25519PrivateKey.generate(), "digest": None}, ["weak-key-certificate"]),
    (
        "everything at once",
        {"key": RSA_SMALL, "ca": False, "ends": NOW - DAY, "starts": NOW - 2 * DAY, "digest": hashes.SHA224()},
        ["expired-certificate", "insecure-signature-algorithm", "not-a-ca-certificate", "weak-key-certificate"],
    ),
]


@pytest.mark.parametrize(("how", "wanted"), [r[1:] for r in RULES], ids=[r[0] for r in RULES])
def test_rules(make: Make, how: dict[str, Any], wanted: list[str]) -> None:
    assert slugs(make(**how)) == wanted


def test_ed25519_behind_a_switch(make: Make) -> None:
    assert slugs(make(key=ed25519.Ed25519PrivateKey.generate(), digest=None), other_keys=True) == []


def body(pem: str) -> str:
    return "".join(pem.splitlines()[1:-1])


@pytest.mark.parametrize(
    "change",
    [
        lambda pem: pem.replace("\n", "\r\n"),
        lambda pem: pem.replace("\n", ""),
        lambda pem: f"\n  {pem}\n\n",
        lambda pem: f"-----BEGIN CERTIFICATE-----{body(pem)}-----END CERTIFICATE-----",
    ],
    ids=["CRLF", "none", "around", "none inside"],
)
def test_line_breaks_do_not_matter(make: Make, change: Change) -> None:
    pem = make()
    read, plain = certificates.read(change(pem)), certificates.read(pem)
    assert read is not None
    assert plain is not None
    assert read.shown == plain.shown


MALFORMED: dict[str, Change] = {
    "empty": lambda pem: "",
    "a word": lambda pem: "x",
    "a lone surrogate": lambda pem: "\ud800",
    "no header": body,
    "two": lambda pem: pem + pem,
    "text before": lambda pem: "subject=x\n" + pem,
    "another label": lambda pem: pem.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
    "no base64": lambda pem: pem.replace(body(pem)[:4], "????"),
    "cut": lambda pem: pem.replace(body(pem)[:64], ""),
}


@pytest.mark.parametrize("how", MALFORMED)
def test_malformed(make: Make, how: str) -> None:
    assert slugs(MALFORMED[how](make())) == ["malformed-certificate"]


@pytest.mark.parametrize(("serial", "shown"), [(b"\x00\x00\x00", "0"), (b"\xff\x01\x02", "ff0102")])
def test_serials_that_are_not_positive(make: Make, serial: bytes, shown: str) -> None:
    """Such roots exist: they are read as long as the library does, and never crash or warn."""
    der = base64.b64decode(body(make()))
    text = base64.b64encode(der.replace(b"\x02\x03\x1f\x2e\x3d", b"\x02\x03" + serial, 1)).decode()
    facts = certificates.read(f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----")
    assert facts is None or int(facts.shown["serialNumber"], 16) == int(shown, 16)


def test_doubles(make: Make) -> None:
    good, other = make(), make()
    entries = [{"certificatePem": pem, "description": text} for pem, text in ((good, "a"), (other, None), (good, "b"))]
    judged = certificates.judge(entries, NOW, False)
    assert [warning["pointer"] for warning in judged.warnings] == ["/certificates/2"]
    assert judged.warnings[0]["contextInfo"]["description"] == "b"
    assert [c["description"] for c in certificates.once(judged.good)] == ["a", None]


def test_bad_doubles_are_two_errors_and_no_warning(make: Make) -> None:
    bad = make(ca=False)
    judged = certificates.judge([{"certificatePem": bad}] * 2, NOW, False)
    assert ([e["pointer"] for e in judged.errors], judged.warnings) == (["/certificates/0", "/certificates/1"], [])
