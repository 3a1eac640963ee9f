# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real key pairs, signing requests and certificates, made by a CA of this process.

Whatever an enrollment's fields hold, these functions do not fail on it: what X.509 cannot carry is left out.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from ..core import Document

HOST_NAME = re.compile(
    r"(\*\.)?([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
SUBJECT = (
    ("c", NameOID.COUNTRY_NAME, re.compile(r"[A-Z]{2}")),
    ("st", NameOID.STATE_OR_PROVINCE_NAME, re.compile(r"[^\x00-\x1f\ud800-\udfff]{1,128}")),
    ("l", NameOID.LOCALITY_NAME, re.compile(r"[^\x00-\x1f\ud800-\udfff]{1,128}")),
    ("o", NameOID.ORGANIZATION_NAME, re.compile(r"[^\x00-\x1f\ud800-\udfff]{1,64}")),
    ("ou", NameOID.ORGANIZATIONAL_UNIT_NAME, re.compile(r"[^\x00-\x1f\ud800-\udfff]{1,64}")),
    ("cn", NameOID.COMMON_NAME, re.compile(r"[^\x00-\x1f\ud800-\udfff]{1,64}")),
)
FIRST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
LAST = dt.datetime(2060, 1, 1, tzinfo=dt.UTC)

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Uploaded(NamedTuple):
    """What is read from a certificate that a user sends."""

    key_algorithm: str
    signature_algorithm: str | None
    expiry: dt.datetime
    public_key: bytes


def is_host_name(text: str) -> bool:
    return len(text) <= 253 and HOST_NAME.fullmatch(text) is not None


def new_key(algorithm: str) -> Key:
    if algorithm == "RSA":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def signing_request(csr: Mapping[str, Any], algorithm: str) -> str:
    """A PEM signing request for an enrollment's `csr`, with a fresh key that nobody keeps."""
    subject = [
        x509.NameAttribute(oid, csr[member])
        for member, oid, pattern in SUBJECT
        if isinstance(csr.get(member), str) and pattern.fullmatch(csr[member])
    ]
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject))
    names = host_names(csr)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(map(x509.DNSName, names)), critical=False)
    return _pem(builder.sign(new_key(algorithm), hashes.SHA256()))


def host_names(csr: Mapping[str, Any]) -> list[str]:
    """Common name and SANs, each once, without what cannot stand in a certificate."""
    wanted: Iterable[Any] = [csr.get("cn"), *(csr.get("sans") or [])]
    return [name for name in dict.fromkeys(wanted) if isinstance(name, str) and is_host_name(name)]


def issue(request: str, start: dt.datetime, end: dt.datetime) -> Document:
    """A certificate for a PEM signing request, as deployments and histories show it (plus its `csr`)."""
    csr = x509.load_pem_x509_csr(request.encode())
    key, issuer = _issuer()
    end = end.replace(microsecond=0)
    builder = (
        x509.CertificateBuilder()
        .subject_name(csr.subject)
        .issuer_name(issuer.subject)
        .public_key(csr.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(start, end - dt.timedelta(days=1)).replace(microsecond=0))
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    for extension in csr.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    algorithm = "RSA" if isinstance(csr.public_key(), rsa.RSAPublicKey) else "ECDSA"
    return {
        "certificate": _pem(builder.sign(key, hashes.SHA256())),
        "trustChain": _pem(issuer),
        "csr": request,
        "keyAlgorithm": algorithm,
        "signatureAlgorithm": "SHA-256",
        "expiry": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def read(pem: str) -> Uploaded:
    """Raises ValueError for a text that is no certificate with an RSA or EC key."""
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        key = certificate.public_key()
        signature = certificate.signature_hash_algorithm
    except Exception as error:  # cryptography raises several unrelated types for odd certificates
        raise ValueError("The certificate cannot be read.") from error
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise ValueError("The certificate's key is neither RSA nor ECDSA.")  # noqa: TRY004 - a bad value, not a bug
    algorithm = {"sha1": "SHA-1", "sha256": "SHA-256"}.get(signature.name if signature else "")
    return Uploaded(
        "RSA" if isinstance(key, rsa.RSAPublicKey) else "ECDSA",
        algorithm,
        certificate.not_valid_after_utc,
        _public(key),
    )


def request_key(request: str) -> bytes:
    """The public key of a signing request that was made here."""
    return _public(x509.load_pem_x509_csr(request.encode()).public_key())


@functools.cache
def _issuer() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Emulated issuing CA")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(FIRST)
        .not_valid_after(LAST)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    )
    return key, builder.sign(key, hashes.SHA256())


def _public(key: Any) -> bytes:
    data: bytes = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return data


def _pem(thing: x509.Certificate | x509.CertificateSigningRequest) -> str:
    return thing.public_bytes(serialization.Encoding.PEM).decode().strip()
