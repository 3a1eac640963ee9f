# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates and rule trees for the tests of the domain."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RSA_OIDS = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01"
WEAK_OIDS = {"MD5": b"\x04", "SHA1": b"\x05"}
Mint = Callable[..., x509.Certificate]


@functools.cache
def _key(kind: str) -> Any:
    family, _, size = kind.partition("-")
    if family == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=int(size))
    return ec.generate_private_key({"256": ec.SECP256R1(), "224": ec.SECP224R1(), "384": ec.SECP384R1()}[size])


@functools.cache
def _mint(
    name: str = "Example Root",
    *,
    key: str = "ec-256",
    hashed: str = "SHA256",
    ca: bool | None = True,
    critical: bool = True,
    start: str = "2024-01-01",
    end: str = "2036-01-01",
    email: str | None = None,
    org: str = "Example",
    serial: int | None = None,
    pss: bool = False,
) -> x509.Certificate:
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, org),
        x509.NameAttribute(NameOID.COMMON_NAME, name),
    ]
    if email:
        parts.append(x509.NameAttribute(NameOID.EMAIL_ADDRESS, email))
    subject = x509.Name(parts)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(_key(key).public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(datetime.fromisoformat(start))
        .not_valid_after(datetime.fromisoformat(end))
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=critical)
    padding = PSS(MGF1(hashes.SHA256()), PSS.DIGEST_LENGTH) if pss else None
    weak = WEAK_OIDS.get(hashed)
    signed = builder.sign(_key(key), hashes.SHA256() if weak else getattr(hashes, hashed)(), rsa_padding=padding)
    if weak:
        # The library signs with such hashes no more; nobody here verifies the signature.
        der = signed.public_bytes(serialization.Encoding.DER)
        return x509.load_der_x509_certificate(der.replace(RSA_OIDS + b"\x0b", RSA_OIDS + weak))
    return signed


@pytest.fixture(scope="session")
def mint() -> Mint:
    """Make a self-signed certificate; the same arguments give the same one."""
    return _mint


@pytest.fixture(scope="session")
def pem_of() -> Callable[[x509.Certificate], str]:
    return lambda certificate: certificate.public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture(scope="session")
def der_of() -> Callable[[x509.Certificate], bytes]:
    return lambda certificate: certificate.public_bytes(serialization.Encoding.DER)


@pytest.fixture(scope="session")
def private_key() -> str:
    return (
        _key("ec-256")
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )


@pytest.fixture(scope="session")
def signing_request() -> x509.CertificateSigningRequest:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "www.example.com")])
    return x509.CertificateSigningRequestBuilder().subject_name(subject).sign(_key("ec-256"), hashes.SHA256())


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture
def tree() -> dict[str, Any]:
    """A grown rule tree: nested rules, variables, an expanded CP code, locked elements in the middle and at the end."""
    return {
        "name": "default",
        "uuid": "default",
        "options": {"is_secure": True},
        "variables": [
            {"name": "PMUSER_A", "value": "1", "description": None, "hidden": False, "sensitive": False},
            {"name": "PMUSER_B", "value": "", "description": "b", "hidden": False, "sensitive": True},
        ],
        "behaviors": [
            {"name": "origin", "options": {"hostname": "origin.example.com", "originLocationTitle": ""}},
            {"name": "cpCode", "options": {"value": {"id": 400001, "name": "www", "products": ["Fresca"]}}},
        ],
        "children": [
            {
                "name": "Performance",
                "criteriaMustSatisfy": "all",
                "criteria": [{"name": "path", "options": {"values": ["/b", "/a"], "matchOperator": "MATCHES_ONE_OF"}}],
                "behaviors": [{"name": "caching", "options": {"behavior": "MAX_AGE", "ttl": "1d"}}],
                "children": [
                    {"name": "Images", "criteria": [], "behaviors": [], "children": [], "templateUuid": "t-1"},
                ],
                "comments": "kept",
            },
            {
                "name": "Vendor",
                "uuid": "11111111-2222-3333-4444-555555555555",
                "criteria": [],
                "behaviors": [{"name": "advanced", "options": {"xml": "<x/>"}}],
                "children": [],
            },
            {"name": "Security", "criteria": [], "behaviors": [{"name": "hsts", "locked": True}], "children": []},
            {
                "name": "Last word",
                "uuid": "66666666-2222-3333-4444-555555555555",
                "criteria": [],
                "behaviors": [],
                "children": [],
            },
        ],
    }
