# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""PEM text: splitting a bundle, however it was put together, and finding what must stay secret."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARKER = re.compile(r"-----\s*(BEGIN|END) ([^\r\n-]+?)\s*-----")
_LINE_END = re.compile(r"\r\n|\r|\n")
# Wider than the marker above: a key with a damaged frame is a key all the same.
_PRIVATE_KEY = re.compile(
    r"-*\s*BEGIN [^\r\n-]*PRIVATE KEY.*?(?:END [^\r\n-]*PRIVATE KEY[^\r\n-]*-*|(?=-----BEGIN )|\Z)", re.DOTALL
)
_BARE = re.compile(r"MI[A-Za-z0-9+/]{60,}={0,2}")
_FILE_NAME = re.compile(r"[^\s<>]{1,255}\.[A-Za-z0-9]{1,4}")
_SECRET_LINE = re.compile(r"[A-Za-z0-9+/=]{16,}")

CERTIFICATE_LABELS = frozenset({"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"})

#: Why an object that is no certificate is refused, by a part of its label; the first that fits counts.
NOT_A_CERTIFICATE: tuple[tuple[str, str], ...] = (
    ("PRIVATE KEY", "is a private key, which has no place in a truststore: take it out of what is handed over"),
    ("CERTIFICATE REQUEST", "is a certificate signing request, not a certificate: give the certificate of the CA"),
    (
        "PKCS7",
        "is a PKCS #7 container: convert it with 'openssl pkcs7 -print_certs', and '-inform DER' where it is not PEM",
    ),
    ("PKCS #7", "is a PKCS #7 container: convert it with 'openssl pkcs7 -print_certs'"),
    ("PKCS12", "is a PKCS #12 container: take the certificates out with 'openssl pkcs12 -nokeys'"),
    ("CMS", "is a CMS container: convert it with 'openssl pkcs7 -print_certs'"),
    ("PUBLIC KEY", "is a public key without a certificate"),
    ("CRL", "is a certificate revocation list, not a certificate"),
)


@dataclass(frozen=True, slots=True)
class Block:
    """One object of a bundle. `der` is None, and `damage` says why, where it cannot be decoded."""

    label: str
    der: bytes | None
    line: int
    damage: str | None = None

    @property
    def refusal(self) -> str | None:
        """Why this cannot be a certificate; None for one that may be."""
        if self.label not in CERTIFICATE_LABELS:
            reasons = (reason for part, reason in NOT_A_CERTIFICATE if part in self.label)
            return next(reasons, f"is labelled {self.label}, which is no certificate")
        return self.damage


def decode(data: bytes) -> str:
    """The text of a file: UTF-8 or UTF-16 with a byte order mark, or bytes whose comments are in any encoding."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def split(text: str) -> list[Block]:
    """All objects of a bundle in their order; text between them, indentation and line ends do not matter."""
    return list(_blocks(text))


def nothing_in(text: str) -> str:
    """Why a text without any object is no certificate."""
    plain = "".join(text.split())
    if not plain:
        return "is empty"
    if _BARE.fullmatch(plain):
        return "is base64 without the lines BEGIN CERTIFICATE and END CERTIFICATE around it"
    if _FILE_NAME.fullmatch(text.strip()):
        return "looks like the name of a file: give it as `path`"
    return "holds no PEM object and is not DER"


def armour(der: bytes) -> str:
    """A certificate as PEM in the plainest form: 64 columns, `\\n`, one at the end."""
    body = base64.b64encode(der).decode("ascii")
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


def secrets_in(text: str | None) -> list[str]:
    """The private keys in a text, whole and line by line, so that no part of them is ever printed."""
    found: list[str] = []
    for match in _PRIVATE_KEY.finditer(text or ""):
        found.append(match.group().strip())
        found.extend(_SECRET_LINE.findall(match.group()))
    return found


def _blocks(text: str) -> Iterator[Block]:
    opened: re.Match[str] | None = None
    for marker in _MARKER.finditer(text):
        kind, label = marker.groups()
        if kind == "BEGIN":
            if opened:
                yield _damaged(text, opened, "has no END line")
            opened = marker
        elif opened and opened.group(2) == label:
            yield _block(label, text[opened.end() : marker.start()], _line(text, opened))
            opened = None
        else:
            yield _damaged(text, opened or marker, "has no END line of its own" if opened else "has no BEGIN line")
            opened = None
    if opened:
        yield _damaged(text, opened, "has no END line")


def _block(label: str, body: str, line: int) -> Block:
    if label not in CERTIFICATE_LABELS:
        return Block(label, None, line)
    try:
        der = base64.b64decode("".join(body.split()), validate=True)
    except ValueError:
        quoted = " (it has \\n written out where lines should end)" if "\\n" in body else ""
        return Block(label, None, line, f"is not valid base64{quoted}")
    if not der:
        return Block(label, None, line, "is empty")
    # OpenSSL's trusted form appends trust settings to the certificate.
    return Block(label, _first_element(der) if label == "TRUSTED CERTIFICATE" else der, line)


def _damaged(text: str, marker: re.Match[str], why: str) -> Block:
    return Block(marker.group(2), None, _line(text, marker), why)


def _line(text: str, marker: re.Match[str]) -> int:
    return 1 + sum(1 for dummy in _LINE_END.finditer(text, 0, marker.start()))


def _first_element(der: bytes) -> bytes:
    """The first ASN.1 element, by its length (short form, or long form with up to four octets)."""
    if len(der) < 2 or der[1] < 0x80:
        return der[: 2 + der[1]] if len(der) > 1 else der
    octets = der[1] & 0x7F
    return der[: 2 + octets + int.from_bytes(der[2 : 2 + octets], "big")]
