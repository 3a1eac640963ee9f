# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people hand over in place of a certificate: each is told by what it is, also where it is DER."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.certificates import load
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs7,
    pkcs12,
)

from .conftest import Mint

KEY = ec.generate_private_key(ec.SECP256R1())
LOCKED = BestAvailableEncryption(b"long and odd: pa55-phrase")


def said(path: Path) -> str:
    (problem,) = load(certificates_file=str(path)).problems
    return problem.reason


def other_der(mint: Mint) -> dict[str, bytes]:
    certificate = mint("Example Root")
    name, day = certificate.subject, datetime(2026, 1, 1, tzinfo=UTC)
    crl = x509.CertificateRevocationListBuilder().issuer_name(name).last_update(day).next_update(day.replace(year=2027))
    return {
        "is a private key": KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        "is a private key, which": KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, LOCKED),
        "is a public key": KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "signing request": x509.CertificateSigningRequestBuilder(name)
        .sign(KEY, hashes.SHA256())
        .public_bytes(Encoding.DER),
        "revocation list": crl.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER),
        "PKCS #7 container": pkcs7.serialize_certificates([certificate], Encoding.DER),
        "PKCS #12 container": pkcs12.serialize_key_and_certificates(b"x", KEY, None, [certificate], LOCKED),
        "more behind the first certificate": certificate.public_bytes(Encoding.DER) * 2,
    }


def test_der_that_is_no_certificate_says_what_it_is(mint: Mint, tmp_path: Path) -> None:
    for reason, data in other_der(mint).items():
        (tmp_path / "given.cer").write_bytes(data)
        assert reason in said(tmp_path / "given.cer")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("MI" + "A" * 100, "is base64 without the lines"),
        ("certs/partner.pem", "looks like the name of a file: give it as `path`"),
        ("<html>404</html>", "holds no PEM object"),
        ("ssh-rsa AAAAB3NzaC1yc2E me@host.example", "holds no PEM object"),
        ("-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n", r"it has \n written out"),
    ],
)
def test_text_that_is_no_certificate_says_what_it_is(text: str, reason: str) -> None:
    (problem,) = load([{"pem": text}]).problems
    assert reason in problem.reason


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text(" \n")
    assert said(tmp_path / "a.pem") == "is empty"
