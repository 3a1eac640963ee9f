# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates for the rows, made once per process: one EC key for all, so that making one costs little."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
DAY = dt.timedelta(days=1)


@functools.cache
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@functools.cache
def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)  # 1024 is for the row that wants it refused


@functools.cache
def small_ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP224R1())


Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
KEYS: dict[str, Callable[[], Key]] = {
    "ec": key,
    "ec224": small_ec_key,
    "rsa1024": lambda: rsa_key(1024),
    "rsa2048": lambda: rsa_key(2048),
}
DIGESTS: dict[str, hashes.SHA256 | hashes.SHA384 | hashes.SHA512] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def distinguished(common_name: str) -> str:
    """The text METS shows for `name`: most specific first (mets-v2.md 2.3)."""
    return f"CN={common_name}, O=Example, C=US"


@functools.cache
def pem(
    common_name: str = "Root A",
    *,
    starts: int = -30,
    ends: int = 3650,
    ca: bool | None = True,
    critical: bool = True,
    kind: str = "ec",
    digest: str = "sha256",
    issuer: str | None = None,
    serial: int | None = None,
    subject: x509.Name | None = None,
    key_usage: bool = True,
) -> str:
    """One certificate in PEM. `starts` and `ends` are days from now; `ca` None leaves basicConstraints out."""
    signer = KEYS[kind]()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject or name(common_name))
        .issuer_name(name(issuer) if issuer else subject or name(common_name))
        .public_key(signer.public_key())
        .serial_number(serial or int.from_bytes(hashlib.sha256(f"{common_name}{ends}".encode()).digest()[:10]) | 1)
        .not_valid_before(NOW + starts * DAY)
        .not_valid_after(NOW + ends * DAY)
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=critical)
    if key_usage and ca:
        builder = builder.add_extension(
            x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True
        )
    signed = builder.sign(signer, DIGESTS[digest])
    return signed.public_bytes(serialization.Encoding.PEM).decode()


@functools.cache
def sha1_pem(common_name: str) -> str:
    """An RSA root signed with SHA-1, which cryptography no longer makes: its own certificate, signed again."""
    sha256, sha1 = (bytes.fromhex("2a864886f70d0101" + last) for last in ("0b", "05"))  # 1.2.840.113549.1.1.{11,5}
    made = x509.load_pem_x509_certificate(pem(common_name, kind="rsa2048").encode())
    body = made.tbs_certificate_bytes.replace(sha256, sha1)
    signature = rsa_key(2048).sign(body, padding.PKCS1v15(), hashes.SHA1())
    der = made.public_bytes(serialization.Encoding.DER).replace(sha256, sha1)
    changed = x509.load_der_x509_certificate(der.removesuffix(made.signature) + signature)
    return changed.public_bytes(serialization.Encoding.PEM).decode()


def issue(request: str) -> str:
    """A leaf for a certificate request, signed by the rows' own CA."""
    asked = x509.load_pem_x509_csr(request.encode())
    made = (
        x509.CertificateBuilder()
        .subject_name(asked.subject)
        .issuer_name(name("Root A"))
        .public_key(asked.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + 365 * DAY)
    )
    for extension in asked.extensions:
        made = made.add_extension(extension.value, extension.critical)
    return made.sign(key(), hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def fingerprint(text: str) -> str:
    """SHA-256 over DER, lower-case hex."""
    return x509.load_pem_x509_certificate(text.encode()).fingerprint(hashes.SHA256()).hex()


@functools.cache
def many(count: int) -> tuple[str, ...]:
    """`count` different valid roots."""
    return tuple(pem(f"Root {n}") for n in range(count))
