# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an X.509 certificate says, in the words of METS (mets-v2.md 2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography import x509

#: Keywords of name attributes as METS prints them; an attribute that is not here prints as `OID.<dotted>`.
KEYWORDS = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SURNAME",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "T",
    "2.5.4.42": "GIVENNAME",
    "2.5.4.43": "INITIALS",
    "2.5.4.44": "GENERATION",
    "2.5.4.46": "DNQUALIFIER",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "EMAILADDRESS",
}

#: Signature algorithms by OID: METS's spelling, and the hash where the algorithm fixes one.
SIGNATURES: dict[str, tuple[str, str | None]] = {
    "1.2.840.113549.1.1.2": ("MD2WITHRSA", "MD2"),
    "1.2.840.113549.1.1.4": ("MD5WITHRSA", "MD5"),
    "1.2.840.113549.1.1.5": ("SHA1WITHRSA", "SHA1"),
    "1.3.14.3.2.29": ("SHA1WITHRSA", "SHA1"),
    "1.2.840.113549.1.1.14": ("SHA224WITHRSA", "SHA224"),
    "1.2.840.113549.1.1.11": ("SHA256WITHRSA", "SHA256"),
    "1.2.840.113549.1.1.12": ("SHA384WITHRSA", "SHA384"),
    "1.2.840.113549.1.1.13": ("SHA512WITHRSA", "SHA512"),
    "1.2.840.113549.1.1.10": ("RSASSA-PSS", None),
    "1.2.840.10045.4.1": ("SHA1WITHECDSA", "SHA1"),
    "1.2.840.10045.4.3.1": ("SHA224WITHECDSA", "SHA224"),
    "1.2.840.10045.4.3.2": ("SHA256WITHECDSA", "SHA256"),
    "1.2.840.10045.4.3.3": ("SHA384WITHECDSA", "SHA384"),
    "1.2.840.10045.4.3.4": ("SHA512WITHECDSA", "SHA512"),
    "1.2.840.10040.4.3": ("SHA1WITHDSA", "SHA1"),
    "2.16.840.1.101.3.4.3.2": ("SHA256WITHDSA", "SHA256"),
    "1.3.101.112": ("ED25519", None),
    "1.3.101.113": ("ED448", None),
}


def name_text(name: x509.Name) -> str:
    """A distinguished name as METS prints it: most specific first, `, ` between, quotes where a value needs them."""
    return ", ".join(
        " + ".join(
            f"{KEYWORDS.get(part.oid.dotted_string, 'OID.' + part.oid.dotted_string)}={_quoted(part.value)}"
            for part in rdn
        )
        for rdn in reversed(list(name.rdns))
    )


def signature(certificate: x509.Certificate) -> tuple[str, str | None]:
    """The signature algorithm as METS spells it, and its hash where there is one."""
    oid = certificate.signature_algorithm_oid.dotted_string
    name, hashed = SIGNATURES.get(oid, (f"OID.{oid}", None))
    return name, hashed or _parameter_hash(certificate)


def is_ca(certificate: x509.Certificate) -> bool:
    from cryptography import x509

    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False


def key(certificate: x509.Certificate) -> tuple[str | None, int | None]:
    """Kind and size of the key; (None, None) for a kind the library does not know, which METS then has to judge."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

    try:
        public = certificate.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return None, None
    kinds = {
        "RSA": rsa.RSAPublicKey,
        "EC": ec.EllipticCurvePublicKey,
        "DSA": dsa.DSAPublicKey,
        "ED25519": ed25519.Ed25519PublicKey,
        "ED448": ed448.Ed448PublicKey,
    }
    kind = next((kind for kind, cls in kinds.items() if isinstance(public, cls)), None)
    return kind, getattr(public, "key_size", None)


def label_of(der: bytes) -> str | None:
    """What DER holds that is no certificate, by the label that PEM has for it; None for what is not known."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key, pkcs7

    # A PFX begins with its version, which is 3, and its content.
    if b"\x02\x01\x03\x30" in der[:12]:
        return "PKCS12"
    readers: dict[str, Callable[[bytes], object]] = {
        "PRIVATE KEY": lambda data: load_der_private_key(data, None),
        "PUBLIC KEY": load_der_public_key,
        "CERTIFICATE REQUEST": x509.load_der_x509_csr,
        "X509 CRL": x509.load_der_x509_crl,
        "PKCS7": pkcs7.load_der_pkcs7_certificates,
    }
    return next((label for label, read in readers.items() if _reads(read, der)), None)


def _reads(read: Callable[[bytes], object], der: bytes) -> bool:
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        read(der)
    except TypeError:
        return True  # A private key that is encrypted.
    except (ValueError, UnsupportedAlgorithm):
        return False
    return True


def _parameter_hash(certificate: x509.Certificate) -> str | None:
    """The hash of algorithms that carry it in their parameters (RSASSA-PSS)."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        hashed = certificate.signature_hash_algorithm
    except (UnsupportedAlgorithm, ValueError):
        return None
    return None if hashed is None else hashed.name.upper().replace("-", "")


def _quoted(value: str | bytes) -> str:
    if isinstance(value, bytes):
        return "#" + value.hex()
    if value == value.strip() and not set(value) & set(',+=<>#;"\\\r\n'):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
