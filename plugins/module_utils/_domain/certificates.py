# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CA certificates: read from options and files, judged as METS does (mets-v2.md 5.5), compared by fingerprint."""

from __future__ import annotations

import functools
import hashlib
import threading
import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import pem, x509_reader
from .errors import InvalidOption, WishError, some_of
from .pem import secrets_in
from .references import description_text, given

if TYPE_CHECKING:
    from cryptography import x509

__all__ = [
    "Bundle",
    "Certificate",
    "CertificateError",
    "Problem",
    "check",
    "fingerprints",
    "from_api",
    "held_fingerprint",
    "load",
    "secrets_in",
]

#: Certificates a version can hold (mets-v2.md 1.3).
LIMIT = 300
SUFFIXES = (".pem", ".crt", ".cer")

#: Never acceptable, and acceptable only with `allow_insecure_sha1`.
BROKEN_HASHES = frozenset({"MD2", "MD5"})
INSECURE_HASHES = frozenset({"SHA1", "SHA224"})
#: Smallest keys in bits (mets-v2.md 1.3).
SMALLEST_KEY = {"RSA": 2048, "EC": 256}

#: Members that METS adds to a certificate.
_OWN_MEMBERS = {"description": "description", "created_date": "createdDate", "created_by": "createdBy"}

# catch_warnings is not safe between threads.
_QUIET = threading.Lock()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one object: where it stands (`position` counts the objects of its file from 1) and why."""

    file: str | None
    position: int | None
    subject: str | None
    reason: str
    line: int | None = None

    def document(self) -> dict[str, Any]:
        """The item of `failure.errors` (DESIGN 3.4)."""
        return {"file": self.file, "position": self.position, "subject": self.subject, "reason": self.reason}

    def __str__(self) -> str:
        place = f", certificate {self.position}" if self.position is not None else ""
        line = f" (line {self.line})" if self.line is not None else ""
        subject = f" [{self.subject}]" if self.subject else ""
        return f"{self.file or 'the certificates'}{place}{line}{subject}: {self.reason}"


class CertificateError(WishError):
    """All unacceptable certificates of a call at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        count = f"{len(problems)} problems" if len(problems) != 1 else "A problem"
        super().__init__(
            "invalid_certificate",
            f"{count} with the given certificates: "
            + some_of([str(p).rstrip(".") for p in problems], "; ", "more, all in `failure.errors`")
            + ".",
            cure="Correct or leave out what is named; nothing was written.",
            errors=[problem.document() for problem in problems],
        )
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as METS shows one (mets-v2.md 2.3), wherever it came from.

    `fingerprint` is SHA-256 over DER in lower-case hex, names are most specific first, dates are aware (UTC).
    `file`, `position` and `line` tell where it was read, and are None for one that METS returned; it alone knows
    `created_date` and `created_by`.
    """

    pem: str
    fingerprint: str
    subject: str
    issuer: str
    serial_number: str
    not_before: datetime
    not_after: datetime
    signature_algorithm: str
    hash_algorithm: str | None
    is_ca: bool
    key_type: str | None
    key_bits: int | None
    description: str | None = None
    created_date: str | None = None
    created_by: str | None = None
    file: str | None = None
    position: int | None = None
    line: int | None = None

    def expired(self, now: datetime) -> bool:
        return self.not_after < now

    def valid(self, now: datetime) -> bool:
        return self.not_before <= now <= self.not_after

    def expiring_within(self, days: int, now: datetime) -> bool:
        """Whether it has expired or will have in that many days."""
        # Not by adding days to a date: any number of them may be asked for.
        return (self.not_after - now).total_seconds() < days * 86_400

    def project(self, include_pem: bool = False) -> dict[str, Any]:
        """The result form: the API's members in snake_case, the PEM only on request."""
        document: dict[str, Any] = {
            "subject": self.subject,
            "issuer": self.issuer,
            "serial_number": self.serial_number,
            "start_date": timestamp(self.not_before),
            "end_date": timestamp(self.not_after),
            "signature_algorithm": self.signature_algorithm,
            "fingerprint": self.fingerprint,
            "description": self.description,
            "created_date": self.created_date,
            "created_by": self.created_by,
        }
        if include_pem:
            document["certificate_pem"] = self.pem
        return document

    def brief(self) -> dict[str, Any]:
        """The diff form, for people."""
        return {
            "subject": self.subject,
            "issuer": self.issuer,
            "not_after": timestamp(self.not_after),
            "fingerprint": self.fingerprint,
            "description": self.description,
        }

    def body(self) -> dict[str, Any]:
        """The item of a METS request (mets-v2.md 3.10); an empty description is never sent."""
        document = {"certificatePem": self.pem}
        if self.description is not None:
            document["description"] = self.description
        return document

    def problem(self, reason: str) -> Problem:
        return Problem(self.file, self.position, self.subject, reason, self.line)


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was read: certificates without duplicates, what could not be read, and remarks."""

    certificates: tuple[Certificate, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()


def load(
    certificates: Iterable[Mapping[str, Any]] | None = None,
    certificates_file: Any = None,
    certificates_directory: Any = None,
    *,
    base: Path | None = None,
) -> Bundle:
    """Read all certificates of the three options; what cannot be read is in `problems`.

    Relative paths are relative to `base`, by default the working directory. An entry of `certificates` with both or
    neither of `pem` and `path` is an `invalid_option` error.
    """
    reader = _Reader(base or Path.cwd())
    for index, entry in enumerate(certificates or ()):
        reader.entry(f"certificates[{index}]", entry)
    if (file := given(certificates_file)) is not None:
        reader.file(reader.path(file))
    if (directory := given(certificates_directory)) is not None:
        reader.directory(reader.path(directory))
    return reader.bundle()


def check(
    certificates: Sequence[Certificate],
    *,
    now: datetime,
    allow_insecure_sha1: bool = False,
    expired_ok: Collection[str] = (),
) -> list[Problem]:
    """Everything METS would refuse (mets-v2.md 5.5); fingerprints in `expired_ok` may have expired."""
    problems = [
        certificate.problem(reason)
        for certificate in certificates
        for reason in _refusals(certificate, now, allow_insecure_sha1, certificate.fingerprint in expired_ok)
    ]
    if len(certificates) > LIMIT:
        problems.append(
            Problem(
                None,
                None,
                None,
                f"{len(certificates)} certificates are more than the {LIMIT} that a version can hold: leave out those that "
                "nobody needs",
            )
        )
    return problems


def require(problems: Sequence[Problem]) -> None:
    """Raise `CertificateError` if there is any problem."""
    if problems:
        raise CertificateError(problems)


def fingerprints(certificates: Iterable[Certificate]) -> frozenset[str]:
    """What makes two versions the same (MEANING 9)."""
    return frozenset(certificate.fingerprint for certificate in certificates)


def from_api(document: Mapping[str, Any]) -> Certificate:
    """The same view of a certificate of a METS version.

    Names are derived from the certificate itself, so that a prediction and a later read spell them alike.
    """
    own: dict[str, Any] = {name: given(document.get(key)) for name, key in _OWN_MEMBERS.items()}
    der = _der(str(document.get("certificatePem") or ""))
    if der is not None:
        try:
            return replace(parse(der), **own)
        except ValueError:
            pass  # METS holds what this library refuses to read: its own account of it has to do
    algorithm = str(document["signatureAlgorithm"])
    return Certificate(
        pem=str(document.get("certificatePem") or ""),
        fingerprint=held_fingerprint(document),
        subject=str(document["subject"]),
        issuer=str(document["issuer"]),
        serial_number=str(document["serialNumber"]),
        not_before=moment(str(document["startDate"])),
        not_after=moment(str(document["endDate"])),
        signature_algorithm=algorithm,
        hash_algorithm=next((hashed for name, hashed in x509_reader.SIGNATURES.values() if name == algorithm), None),
        is_ca=True,
        key_type=None,
        key_bits=None,
        **own,
    )


def held_fingerprint(document: Mapping[str, Any]) -> str:
    """The fingerprint of a certificate of a METS version, without reading the rest of it: a set may hold thousands."""
    der = _der(str(document.get("certificatePem") or ""))
    if der is not None:
        return hashlib.sha256(der).hexdigest()
    return str(document["fingerprint"]).replace(":", "").lower()


@functools.cache
def _der(text: str) -> bytes | None:
    """The first certificate of a PEM text; the versions of a set hold mostly the same ones, and are looked at twice."""
    block = next(iter(pem.split(text)), None)
    return block.der if block is not None and block.refusal is None else None


def parse(der: bytes) -> Certificate:
    """One certificate from its DER form; `ValueError` says what is wrong with it."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    # The library's own exceptions are no ValueErrors.
    unusable = (x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, UnsupportedAlgorithm)
    with _QUIET, warnings.catch_warnings():
        # A serial number that is not positive is only warned about, so far; the reader of bundles names it.
        warnings.simplefilter("ignore")
        try:
            return _read(x509.load_der_x509_certificate(der), der)
        except unusable as error:
            raise ValueError(str(error)) from error


def _read(certificate: x509.Certificate, der: bytes) -> Certificate:
    algorithm, hashed = x509_reader.signature(certificate)
    key_type, key_bits = x509_reader.key(certificate)
    return Certificate(
        pem=pem.armour(der),
        fingerprint=hashlib.sha256(der).hexdigest(),
        subject=x509_reader.name_text(certificate.subject),
        issuer=x509_reader.name_text(certificate.issuer),
        serial_number=format(certificate.serial_number, "x"),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        signature_algorithm=algorithm,
        hash_algorithm=hashed,
        is_ca=x509_reader.is_ca(certificate),
        key_type=key_type,
        key_bits=key_bits,
    )


def timestamp(when: datetime) -> str:
    """ISO 8601 in UTC to the second, with `Z`."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """An ISO 8601 time of the API; one without a zone is UTC. Digits beyond microseconds are dropped."""
    head, dot, tail = text.partition(".")
    if dot:
        digits = tail[: len(tail) - len(tail.lstrip("0123456789"))]
        text = f"{head}.{digits[:6].ljust(6, '0')}{tail[len(digits) :]}"
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


class _Reader:
    """Collects from all sources, so that one message can name all that is bad."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.found: dict[str, Certificate] = {}
        self.problems: list[Problem] = []
        self.warnings: list[str] = []

    def bundle(self) -> Bundle:
        return Bundle(tuple(self.found.values()), tuple(self.problems), tuple(self.warnings))

    def path(self, text: str) -> Path:
        return self.base / Path(text).expanduser()

    def entry(self, option: str, entry: Mapping[str, Any]) -> None:
        text, file = given(entry.get("pem")), given(entry.get("path"))
        if (text is None) == (file is None):
            raise InvalidOption(
                f"{option} needs exactly one of pem and path.",
                cure="Give the certificates as text in `pem`, or their file in `path`.",
            )
        description = description_text(entry.get("description"), f"{option}.description")
        if file is not None:
            self.file(self.path(file), description)
        elif text is not None:
            self.text(f"{option}.pem", text, description)

    def directory(self, directory: Path) -> None:
        try:
            files = sorted(path for path in directory.iterdir() if path.is_file() and not path.name.startswith("."))
        except OSError as error:
            self.refuse(directory, error)
            return
        wanted = [path for path in files if path.suffix.lower() in SUFFIXES]
        others = [path.name for path in files if path not in wanted]
        if others:
            self.warnings.append(f"{directory}: not read, as they end in none of {_suffixes()}: {', '.join(others)}")
        if not wanted:
            self.problems.append(Problem(str(directory), None, None, f"holds no file that ends in {_suffixes()}"))
        for path in wanted:
            self.file(path)

    def file(self, path: Path, description: str | None = None) -> None:
        try:
            data = path.read_bytes()
        except OSError as error:
            self.refuse(path, error)
            return
        if data.startswith(b"\x30") and b"-----BEGIN" not in data:
            self.block(str(path), 1, pem.Block("CERTIFICATE", data, 1), description, der_file=True)
        else:
            self.text(str(path), pem.decode(data), description)

    def text(self, file: str, text: str, description: str | None) -> None:
        blocks = pem.split(text)
        if not blocks:
            self.problems.append(Problem(file, None, None, pem.nothing_in(text)))
        for position, block in enumerate(blocks, start=1):
            self.block(file, position, block, description)

    def block(
        self, file: str, position: int, block: pem.Block, description: str | None, der_file: bool = False
    ) -> None:
        line = None if der_file else block.line
        reason = block.refusal
        if reason is None and block.der is not None:
            try:
                self.add(
                    replace(parse(block.der), description=description, file=file, position=position, line=line),
                    block.der,
                )
                return
            except ValueError as error:
                reason = _unreadable(block.der, error)
        self.problems.append(Problem(file, position, None, str(reason), line))

    def add(self, certificate: Certificate, der: bytes) -> None:
        place = str(certificate.problem("")).removesuffix(": ")
        twin = self.found.setdefault(certificate.fingerprint, certificate)
        if twin is not certificate:
            first = str(twin.problem("")).removesuffix(": ")
            self.warnings.append(f"{place}: the same certificate as {first}; counted once")
        elif certificate.serial_number.startswith("-") or certificate.serial_number == "0":
            self.warnings.append(f"{place}: the serial number is not positive; newer libraries will refuse it")

    def refuse(self, path: Path, error: OSError) -> None:
        self.problems.append(
            Problem(str(path.absolute()), None, None, f"cannot be read: {error.strerror or 'unknown error'}")
        )


def _refusals(certificate: Certificate, now: datetime, allow_insecure_sha1: bool, expired_ok: bool) -> Iterable[str]:
    if not certificate.is_ca:
        yield "is not a CA certificate (basicConstraints does not say CA): give the CA that issues it instead"
    if certificate.expired(now) and not expired_ok:
        yield f"expired on {timestamp(certificate.not_after)}"
    if certificate.not_before > now:
        yield f"is not valid before {timestamp(certificate.not_before)}"
    if certificate.key_bits is not None and certificate.key_type is not None:
        smallest = SMALLEST_KEY.get(certificate.key_type, 0)
        if certificate.key_bits < smallest:
            yield f"has an {certificate.key_type} key of {certificate.key_bits} bits; at least {smallest} are needed"
    if certificate.hash_algorithm in BROKEN_HASHES:
        yield f"is signed with {certificate.signature_algorithm}, which is never accepted"
    elif certificate.hash_algorithm in INSECURE_HASHES and not allow_insecure_sha1:
        yield f"is signed with {certificate.signature_algorithm}, which needs allow_insecure_sha1"


def _unreadable(der: bytes, error: ValueError) -> str:
    label = x509_reader.label_of(der)
    if label is not None:
        return str(pem.Block(label, None, 1).refusal)
    if "ExtraData" in str(error):
        return "has more behind the first certificate: DER holds one, several go into PEM"
    return f"cannot be parsed as an X.509 certificate: {str(error).rstrip('.')}"


def _suffixes() -> str:
    return ", ".join(SUFFIXES)
