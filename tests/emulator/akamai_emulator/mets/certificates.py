# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates as METS shows and judges them (mets-v2.md 2.3, 4.4 and 5.5), on their real X.509 content."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import functools
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.utils import CryptographyDeprecationWarning

from . import names, times
from .errors import item

MAX_PER_VERSION = 300
RSA_BITS = 2048
EC_BITS = 256

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----", re.ASCII)

# Signature algorithms by OID: (spelling, hash). Only what is SHA-256 or better is accepted, and SHA-1 on request.
_ALGORITHMS: dict[str, tuple[str, str]] = {
    "1.2.840.113549.1.1.4": ("MD5WITHRSA", "md5"),
    "1.2.840.113549.1.1.5": ("SHA1WITHRSA", "sha1"),
    "1.2.840.113549.1.1.14": ("SHA224WITHRSA", "sha224"),
    "1.2.840.113549.1.1.11": ("SHA256WITHRSA", "sha256"),
    "1.2.840.113549.1.1.12": ("SHA384WITHRSA", "sha384"),
    "1.2.840.113549.1.1.13": ("SHA512WITHRSA", "sha512"),
    "1.2.840.113549.1.1.10": ("RSASSA-PSS", ""),
    "1.2.840.10045.4.1": ("SHA1WITHECDSA", "sha1"),
    "1.2.840.10045.4.3.1": ("SHA224WITHECDSA", "sha224"),
    "1.2.840.10045.4.3.2": ("SHA256WITHECDSA", "sha256"),
    "1.2.840.10045.4.3.3": ("SHA384WITHECDSA", "sha384"),
    "1.2.840.10045.4.3.4": ("SHA512WITHECDSA", "sha512"),
    "1.2.840.10040.4.3": ("SHA1WITHDSA", "sha1"),
    "2.16.840.1.101.3.4.3.2": ("SHA256WITHDSA", "sha256"),
    # EdDSA has its hash built in; both are as good as the others here.
    "1.3.101.112": ("ED25519", "sha512"),
    "1.3.101.113": ("ED448", "sha512"),
}
_STRONG = frozenset({"sha256", "sha384", "sha512"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What a certificate says about itself. `shown` are the members METS derives from it."""

    shown: dict[str, str]
    starts: dt.datetime
    ends: dt.datetime
    is_ca: bool
    hash_name: str
    weak_key: str | None
    other_key: bool


@functools.lru_cache(maxsize=4096)
def read(pem: str) -> Facts | None:
    """None when the text is not exactly one parsable certificate. Line breaks may be missing."""
    match = _PEM.fullmatch(pem.strip())
    if match is None:
        return None
    try:
        der = base64.b64decode("".join(match[1].split()), validate=True)
        with warnings.catch_warnings():
            # A serial number that is not positive is only warned about today.
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            return _facts(x509.load_der_x509_certificate(der))
    except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, binascii.Error):
        return None


def _facts(certificate: x509.Certificate) -> Facts:
    spelling, hash_name = _ALGORITHMS.get(certificate.signature_algorithm_oid.dotted_string, ("UNKNOWN", ""))
    if spelling == "RSASSA-PSS":
        used = certificate.signature_hash_algorithm
        hash_name = used.name if used else ""
    starts, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return Facts(
        shown={
            "subject": names.text(certificate.subject),
            "issuer": names.text(certificate.issuer),
            "startDate": times.seconds(starts),
            "endDate": times.seconds(ends),
            "fingerprint": certificate.fingerprint(SHA256()).hex(),
            "serialNumber": _serial(certificate.serial_number),
            "signatureAlgorithm": spelling,
        },
        starts=starts,
        ends=ends,
        is_ca=_is_ca(certificate),
        hash_name=hash_name,
        weak_key=_weak_key(certificate),
        other_key=not isinstance(certificate.public_key(), rsa.RSAPublicKey | ec.EllipticCurvePublicKey),
    )


def _serial(number: int) -> str:
    """Plain integer to hex; a negative one as its two's complement bytes."""
    if number >= 0:
        return f"{number:x}"
    size = (number.bit_length() + 8) // 8
    return number.to_bytes(size, "big", signed=True).hex()


def _is_ca(certificate: x509.Certificate) -> bool:
    """The CA bit alone decides; criticality and keyUsage do not matter (5.5, rule 2)."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _weak_key(certificate: x509.Certificate) -> str | None:
    """Why the key is too weak; None when it is not."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return None if key.key_size >= RSA_BITS else f"RSA key of {key.key_size} bits, at least {RSA_BITS} are needed"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return None if key.key_size >= EC_BITS else f"EC key of {key.key_size} bits, at least {EC_BITS} are needed"
    return None


# Slug and title of the items; those that no payload has ever shown are names of our own (4.4).
_TITLES = {
    "malformed-certificate": "The certificate is malformed. It cannot be parsed.",
    "expired-certificate": "The certificate has expired.",
    "not-yet-valid-certificate": "The certificate is not yet valid.",
    "insecure-signature-algorithm": "The certificate has an insecure signature algorithm.",
    "not-a-ca-certificate": "The certificate is not a CA certificate.",
    "weak-key-certificate": "The certificate has a weak key.",
    "duplicate-certificate": "Duplicate certificate has been submitted in the certificates.",
}


def expired_item(shown: dict[str, Any], now: dt.datetime, pointer: str | None) -> dict[str, Any]:
    context = {
        "subject": shown["subject"],
        "fingerprint": shown["fingerprint"],
        "expiryDate": shown["endDate"].replace("Z", ".000000Z"),
        "checkDate": times.micros(now),
        "description": shown.get("description"),
        "certificatePem": shown["certificatePem"],
    }
    slug = "expired-certificate"
    return item(slug, _TITLES[slug], f"The certificate expired on {shown['endDate']}.", pointer, context)


@dataclass(slots=True)
class Judgement:
    """`good` are the certificates as METS shows them, without who and when; one error per rule and bad certificate."""

    good: list[dict[str, Any]]
    errors: list[dict[str, Any]]
    warnings: list[dict[str, Any]]


def judge(
    submitted: Iterable[dict[str, Any]], now: dt.datetime, allow_sha1: bool, other_keys: bool = False
) -> Judgement:
    """All problems of all certificates at once. Copies stay in `good`; whoever stores them takes each once.

    `other_keys`: keys that are neither RSA nor EC are accepted.
    """
    result = Judgement([], [], [])
    seen: set[str] = set()
    for index, entry in enumerate(submitted):
        pem, description = entry["certificatePem"], entry.get("description")
        pointer = f"/certificates/{index}"
        facts = read(pem)
        if facts is None:
            slug = "malformed-certificate"
            context = {"certificatePem": pem, "description": description}
            detail = "The text is not one PEM certificate."
            result.errors.append(item(slug, _TITLES[slug], detail, pointer, context))
            continue
        shown = {**facts.shown, "certificatePem": pem, "description": description}
        problems = [
            expired_item(shown, now, pointer)
            if slug == "expired-certificate"
            else item(slug, _TITLES[slug], detail, pointer, _context(shown))
            for slug, detail in _broken_rules(facts, now, allow_sha1, other_keys)
        ]
        result.errors += problems
        fingerprint = facts.shown["fingerprint"]
        if not problems and fingerprint in seen:
            slug = "duplicate-certificate"
            context = {"fingerprint": fingerprint, "description": description}
            detail = f"The certificate with fingerprint {fingerprint} was submitted more than once."
            result.warnings.append(item(slug, _TITLES[slug], detail, pointer, context))
        seen.add(fingerprint)
        result.good.append(shown)
    return result


def _context(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: shown[name] for name in ("subject", "fingerprint", "signatureAlgorithm", "description")}


def _broken_rules(facts: Facts, now: dt.datetime, allow_sha1: bool, other_keys: bool) -> list[tuple[str, str]]:
    """(slug, detail) of every rule that the certificate breaks."""
    broken = []
    if facts.ends < now:
        broken.append(("expired-certificate", ""))
    if facts.starts > now:
        broken.append(("not-yet-valid-certificate", f"The certificate is not valid before {facts.shown['startDate']}."))
    if facts.hash_name not in _STRONG and not (allow_sha1 and facts.hash_name == "sha1"):
        algorithm = facts.shown["signatureAlgorithm"]
        broken.append(("insecure-signature-algorithm", f"The signature algorithm {algorithm} is not accepted."))
    if not facts.is_ca:
        broken.append(("not-a-ca-certificate", "Only root and intermediate CA certificates are accepted."))
    if facts.other_key and not other_keys:
        broken.append(("weak-key-certificate", "The certificate has neither an RSA nor an EC key."))
    if facts.weak_key:
        broken.append(("weak-key-certificate", f"The certificate has a weak key: {facts.weak_key}."))
    return broken


def once(certificates: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first of each fingerprint, in order."""
    kept: dict[str, dict[str, Any]] = {}
    for certificate in certificates:
        kept.setdefault(certificate["fingerprint"], certificate)
    return list(kept.values())
