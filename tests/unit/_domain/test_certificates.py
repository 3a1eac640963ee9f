# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain import certificates, pem
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.certificates import (
    Bundle,
    Certificate,
    CertificateError,
    Problem,
    check,
    fingerprints,
    from_api,
    load,
    moment,
    parse,
    require,
    timestamp,
)
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.errors import InvalidOption
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7
from hypothesis import given, settings
from hypothesis import strategies as st

Mint = Callable[..., Any]
PemOf = Callable[[Any], str]
DerOf = Callable[[Any], bytes]


@pytest.fixture(scope="session")
def parsed(mint: Mint, der_of: DerOf) -> Callable[..., Certificate]:
    return lambda *args, **options: parse(der_of(mint(*args, **options)))


def reasons(bundle: Bundle) -> list[tuple[int | None, str]]:
    return [(problem.position, problem.reason) for problem in bundle.problems]


def test_a_certificate_in_the_words_of_mets(mint: Mint, der_of: DerOf) -> None:
    minted = mint("ca.example.com", email="a@example.com", serial=0xAB12)
    seen = parse(der_of(minted))
    name = "EMAILADDRESS=a@example.com, CN=ca.example.com, O=Example, C=US"
    assert seen.project(include_pem=True) == {
        "subject": name,
        "issuer": name,
        "serial_number": "ab12",
        "start_date": "2024-01-01T00:00:00Z",
        "end_date": "2036-01-01T00:00:00Z",
        "signature_algorithm": "SHA256WITHECDSA",
        "fingerprint": hashlib.sha256(der_of(minted)).hexdigest(),
        "description": None,
        "created_date": None,
        "created_by": None,
        "certificate_pem": minted.public_bytes(serialization.Encoding.PEM).decode(),
    }
    assert "certificate_pem" not in seen.project()
    assert (seen.is_ca, seen.key_type, seen.key_bits) == (True, "EC", 256)
    assert seen.body() == {"certificatePem": seen.pem}
    assert seen.brief().keys() == {"subject", "issuer", "not_after", "fingerprint", "description"}


@pytest.mark.parametrize(
    ("org", "shown"),
    [
        ("Example", "O=Example"),
        ("Example, Inc.", 'O="Example, Inc."'),
        (' a "b" ', 'O=" a \\"b\\" "'),
        ("Größe", "O=Größe"),
    ],
)
def test_names_are_quoted_where_they_must_be(org: str, shown: str, parsed: Callable[..., Certificate]) -> None:
    assert parsed(org=org).subject == f"CN=Example Root, {shown}, C=US"


@pytest.mark.parametrize(
    ("options", "sha1_ok", "says"),
    [
        pytest.param({}, False, [], id="good"),
        pytest.param({"critical": False}, False, [], id="basicConstraints not critical, no keyUsage"),
        pytest.param({"ca": False}, False, ["is not a CA"], id="leaf"),
        pytest.param({"ca": None}, False, ["is not a CA"], id="no basicConstraints"),
        pytest.param({"end": "2026-11-24T11:59:59"}, False, ["expired on 2026-11-24T11:59:59Z"], id="expired"),
        pytest.param({"end": "2026-11-24T12:00:00"}, False, [], id="expires now"),
        pytest.param({"start": "2026-11-24T12:00:00"}, False, [], id="valid from now"),
        pytest.param({"start": "2026-11-24T12:00:01"}, False, ["is not valid before"], id="not yet valid"),
        pytest.param({"key": "rsa-2048"}, False, [], id="RSA 2048"),
        pytest.param({"key": "rsa-1024"}, False, ["RSA key of 1024 bits"], id="RSA 1024"),
        pytest.param({"key": "ec-384", "hashed": "SHA384"}, False, [], id="P-384"),
        pytest.param({"key": "ec-224"}, False, ["EC key of 224 bits"], id="P-224"),
        pytest.param({"key": "rsa-2048", "hashed": "SHA1"}, False, ["needs allow_insecure_sha1"], id="SHA-1"),
        pytest.param({"key": "rsa-2048", "hashed": "SHA1"}, True, [], id="SHA-1 allowed"),
        pytest.param({"hashed": "SHA224"}, False, ["needs allow_insecure_sha1"], id="SHA-224"),
        pytest.param({"key": "rsa-2048", "hashed": "MD5"}, True, ["never accepted"], id="MD5"),
        pytest.param(
            {"ca": False, "key": "rsa-1024", "hashed": "SHA1", "end": "2025-01-01"},
            False,
            ["is not a CA", "expired on", "RSA key of 1024 bits", "needs allow_insecure_sha1"],
            id="all at once",
        ),
    ],
)
def test_judged_as_mets_judges(
    options: dict[str, Any], sha1_ok: bool, says: list[str], mint: Mint, der_of: DerOf, now: datetime
) -> None:
    minted = mint("Judged", **options)
    found = [problem.reason for problem in check([parse(der_of(minted))], now=now, allow_insecure_sha1=sha1_ok)]
    assert len(found) == len(says)
    assert all(part in reason for part, reason in zip(says, found, strict=True))


def test_held_certificates_may_have_expired(parsed: Callable[..., Certificate], now: datetime) -> None:
    old = parsed("Old", end="2025-01-01")
    assert check([old], now=now, expired_ok={old.fingerprint}) == []
    assert len(check([old], now=now, expired_ok={"0" * 64})) == 1


def test_many_problems_are_counted_in_the_message_and_told_in_the_errors(
    parsed: Callable[..., Certificate], now: datetime
) -> None:
    with pytest.raises(CertificateError) as raised:
        certificates.require([parsed(f"Old {n}", end="2025-01-01").problem("has expired") for n in range(25)])
    assert (
        raised.value.msg.startswith("25 problems") and "Old 19" in raised.value.msg and "Old 20" not in raised.value.msg
    )
    assert "and 5 more, all in `failure.errors`" in raised.value.msg and len(raised.value.errors) == 25


def test_no_more_than_a_version_can_hold(parsed: Callable[..., Certificate], now: datetime) -> None:
    one = parsed()
    assert check([one] * 300, now=now) == []
    (problem,) = check([one] * 301, now=now)
    assert "301 certificates are more than the 300" in problem.reason


@pytest.mark.parametrize(("days", "expected"), [(29, False), (30, False), (31, True)])
def test_expiry(days: int, expected: bool, parsed: Callable[..., Certificate]) -> None:
    certificate = parsed("Expiry", end="2026-12-24T12:00:00")
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert certificate.expiring_within(days, now) is expected
    assert certificate.valid(now)
    assert not certificate.expired(now)
    assert certificate.expired(now + timedelta(days=31))


def test_all_sources_together(tmp_path: Path, mint: Mint, pem_of: PemOf, der_of: DerOf) -> None:
    one, two, three, four, five = (mint(f"Source {number}") for number in range(5))
    (tmp_path / "bundle.pem").write_text("text\n" + pem_of(one) + pem_of(two))
    folder = tmp_path / "cas"
    (folder / "deeper").mkdir(parents=True)
    (folder / "b.cer").write_bytes(der_of(three))
    (folder / "a.CRT").write_text(pem_of(four))
    (folder / ".hidden.pem").write_text("nothing good")
    (folder / "readme.txt").write_text("text")
    (folder / "deeper" / "c.pem").write_text("nothing good")
    bundle = load(
        [{"pem": pem_of(five), "path": "", "description": "fifth"}, {"path": "bundle.pem", "pem": None}],
        None,
        "cas",
        base=tmp_path,
    )
    assert bundle.problems == ()
    assert [certificate.subject[3:11] for certificate in bundle.certificates] == [
        "Source 4",
        "Source 0",
        "Source 1",
        "Source 3",
        "Source 2",
    ]
    first, second, third, *_ = bundle.certificates
    assert (first.file, first.position, first.description) == ("certificates[0].pem", 1, "fifth")
    assert first.body()["description"] == "fifth"
    assert (second.file, second.position, second.line) == (str(tmp_path / "bundle.pem"), 1, 2)
    assert third.position == 2
    (warning,) = bundle.warnings
    assert "readme.txt" in warning
    assert "hidden" not in warning


def test_the_file_option_reads_one_file(tmp_path: Path, mint: Mint, pem_of: PemOf) -> None:
    (tmp_path / "one.txt").write_text(pem_of(mint()))
    assert len(load(certificates_file=str(tmp_path / "one.txt")).certificates) == 1
    assert load() == Bundle()
    assert load([], "", None) == Bundle()


def test_twins_count_once_and_are_named(mint: Mint, pem_of: PemOf) -> None:
    text = pem_of(mint())
    bundle = load([{"pem": text + text, "description": "a"}, {"pem": text}])
    assert len(bundle.certificates) == 1
    assert bundle.certificates[0].description == "a"
    assert len(bundle.warnings) == 2
    assert "certificates[1].pem, certificate 1 (line 1)" in bundle.warnings[1]
    assert "the same certificate as certificates[0].pem, certificate 1" in bundle.warnings[1]


def test_everything_bad_is_named_at_once(
    mint: Mint, pem_of: PemOf, private_key: str, signing_request: Any, tmp_path: Path
) -> None:
    request = signing_request.public_bytes(serialization.Encoding.PEM).decode()
    (tmp_path / "csr.pem").write_bytes(signing_request.public_bytes(serialization.Encoding.DER))
    (tmp_path / "empty.pem").write_text(" \n")
    (tmp_path / "garbage.pem").write_bytes(b"\x30\x82not der at all")
    (tmp_path / "p7.pem").write_bytes(pkcs7.serialize_certificates([mint()], serialization.Encoding.PEM))
    (tmp_path / "text.pem").write_text("a certificate is wanted here")
    (tmp_path / "zz-good.pem").write_text(pem_of(mint()))
    bundle = load([{"pem": private_key + request + pem_of(mint())}], "gone.pem", str(tmp_path), base=tmp_path)
    assert [(Path(str(problem.file)).name, problem.position) for problem in bundle.problems] == [
        ("certificates[0].pem", 1),
        ("certificates[0].pem", 2),
        ("gone.pem", None),
        ("csr.pem", 1),
        ("empty.pem", None),
        ("garbage.pem", 1),
        ("p7.pem", 1),
        ("text.pem", None),
    ]
    for problem, part in zip(
        bundle.problems,
        [
            "private key",
            "signing request",
            "No such file",
            "signing request",
            "is empty",
            "cannot be parsed",
            "PKCS #7",
            "no PEM object",
        ],
        strict=True,
    ):
        assert part in problem.reason
    assert bundle.problems[1].line == len(private_key.splitlines()) + 1
    assert str(tmp_path / "gone.pem") == bundle.problems[2].file
    with pytest.raises(CertificateError) as caught:
        require(bundle.problems)
    error = caught.value
    assert error.type == "invalid_certificate"
    assert not error.retryable
    assert error.errors == [problem.document() for problem in bundle.problems]
    assert set(error.errors[0]) == {"file", "position", "subject", "reason"}
    assert all(str(problem) in error.msg for problem in bundle.problems)
    body = private_key.splitlines()[1]
    assert body not in error.msg + str(error.failure())
    assert len(bundle.certificates) == 1


def test_relative_paths_are_shown_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bundle = load([{"path": "a.pem"}], "b.pem", "c")
    assert [problem.file for problem in bundle.problems] == [str(tmp_path / name) for name in ("a.pem", "b.pem", "c")]


@pytest.mark.parametrize("content", [{}, {"notes.txt": "x"}, {".a.pem": "x"}])
def test_a_directory_without_certificates_is_a_problem(content: dict[str, str], tmp_path: Path) -> None:
    for name, text in content.items():
        (tmp_path / name).write_text(text)
    (problem,) = load(certificates_directory=tmp_path).problems
    assert problem.file == str(tmp_path)
    assert ".pem, .crt, .cer" in problem.reason


def test_a_directory_in_place_of_a_file(tmp_path: Path) -> None:
    (problem,) = load(certificates_file=tmp_path).problems
    assert problem.reason == "cannot be read: Is a directory"


@pytest.mark.parametrize("entry", [{}, {"pem": "", "path": None}, {"pem": "x", "path": "y"}])
def test_an_entry_has_one_source(entry: dict[str, Any]) -> None:
    with pytest.raises(InvalidOption, match=r"certificates\[1\] needs exactly one of pem and path"):
        load([{"path": os.devnull}, entry])


def test_descriptions_fit(mint: Mint, pem_of: PemOf) -> None:
    text = pem_of(mint())
    assert load([{"pem": text, "description": ""}]).certificates[0].description is None
    assert load([{"pem": text, "description": "d" * 255}]).problems == ()
    with pytest.raises(InvalidOption, match=r"certificates\[0\]\.description has 256"):
        load([{"pem": text, "description": "d" * 256}])


def test_a_serial_number_that_is_not_positive_is_named(mint: Mint, der_of: DerOf, tmp_path: Path) -> None:
    der = der_of(mint("Serial", serial=5)).replace(b"\x02\x01\x05", b"\x02\x01\x00", 1)
    (tmp_path / "a.cer").write_bytes(der)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        bundle = load(certificates_file=tmp_path / "a.cer")
    if bundle.certificates:
        assert "serial number is not positive" in bundle.warnings[0]
    else:
        assert "cannot be parsed" in bundle.problems[0].reason
    assert bundle.certificates or bundle.problems


def test_the_api_s_view_is_ours(mint: Mint, pem_of: PemOf, der_of: DerOf) -> None:
    minted = mint(email="a@example.com")
    own = parse(der_of(minted))
    document = {
        "subject": "in other words",
        "issuer": "in other words",
        "startDate": "2024-01-01T00:00:00Z",
        "endDate": "2036-01-01T00:00:00Z",
        "fingerprint": own.fingerprint,
        "serialNumber": "0" + own.serial_number,
        "signatureAlgorithm": "SHA256WITHECDSA",
        "certificatePem": "# comment\n" + pem_of(minted).replace("\n", ""),
        "createdDate": "2025-04-01T15:33:48.464941Z",
        "createdBy": "automation",
        "description": "",
    }
    seen = from_api(document)
    assert seen.project() == {
        **own.project(),
        "created_date": "2025-04-01T15:33:48.464941Z",
        "created_by": "automation",
    }
    assert fingerprints([seen]) == fingerprints([own])
    unreadable = from_api(
        {**document, "certificatePem": "?", "fingerprint": "AB:CD", "signatureAlgorithm": "SHA1WITHRSA"}
    )
    assert unreadable.subject == "in other words"
    assert (unreadable.fingerprint, unreadable.hash_algorithm) == ("abcd", "SHA1")
    assert timestamp(unreadable.not_after) == "2036-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02T03:04:05Z", (2026, 1, 2, 3, 4, 5, 0)),
        ("2026-01-02T03:04:05", (2026, 1, 2, 3, 4, 5, 0)),
        ("2026-01-02T03:04:05.123456Z", (2026, 1, 2, 3, 4, 5, 123456)),
        ("2025-09-16T13:18:51.594288387Z", (2025, 9, 16, 13, 18, 51, 594288)),
        ("2026-01-02T03:04:05.5Z", (2026, 1, 2, 3, 4, 5, 500000)),
        ("2026-01-02T05:04:05.5+02:00", (2026, 1, 2, 3, 4, 5, 500000)),
    ],
)
def test_moments(text: str, expected: tuple[int, ...]) -> None:
    year, month, day, hour, minute, second, micro = expected
    assert moment(text) == datetime(year, month, day, hour, minute, second, micro, tzinfo=UTC)


def test_public_names_exist() -> None:
    assert all(hasattr(certificates, name) for name in certificates.__all__)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("a.pem", 2, "CN=x", "is bad", 7), "a.pem, certificate 2 (line 7) [CN=x]: is bad"),
        (Problem("a.pem", None, None, "is bad"), "a.pem: is bad"),
        (Problem(None, None, None, "are too many"), "the certificates: are too many"),
    ],
)
def test_problems_as_text(problem: Problem, text: str) -> None:
    assert str(problem) == text


EC_KEY, ODD_KEY = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01", b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x7f"
VERSION_3, VERSION_2 = b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x01"
BASIC, KEY_USAGE = b"\x06\x03\x55\x1d\x13", b"\x06\x03\x55\x1d\x0f"


def test_a_key_of_an_unknown_kind_is_left_to_mets(mint: Mint, der_of: DerOf, now: datetime) -> None:
    seen = parse(der_of(mint()).replace(EC_KEY, ODD_KEY))
    assert (seen.key_type, seen.key_bits) == (None, None)
    assert check([seen], now=now) == []


def test_pss_signatures_have_the_hash_of_their_parameters(mint: Mint, der_of: DerOf, now: datetime) -> None:
    seen = parse(der_of(mint("PSS", key="rsa-2048", pss=True)))
    assert (seen.signature_algorithm, seen.hash_algorithm) == ("RSASSA-PSS", "SHA256")
    assert check([seen], now=now) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(VERSION_3, VERSION_2, id="version 2"),
        pytest.param(BASIC, KEY_USAGE, id="extension of another form"),
        pytest.param(b"\x17\x0d24", b"\x17\x0dxx", id="no date"),
    ],
)
def test_what_the_library_refuses_is_a_problem(
    old: bytes, new: bytes, mint: Mint, der_of: DerOf, tmp_path: Path
) -> None:
    der = der_of(mint())
    assert old in der
    (tmp_path / "a.cer").write_bytes(der.replace(old, new))
    bundle = load(certificates_file=tmp_path / "a.cer")
    assert bundle.certificates == ()
    assert reasons(bundle)[0][1].startswith("cannot be parsed as an X.509 certificate: ")


def test_the_fingerprint_alone_is_that_of_the_whole(mint: Mint, pem_of: PemOf) -> None:
    document = {"certificatePem": pem_of(mint("Example Root")), "fingerprint": "not looked at"}
    assert certificates.held_fingerprint(document) == from_api(document).fingerprint
    assert certificates.held_fingerprint({"certificatePem": "", "fingerprint": "AB:CD"}) == "abcd"


def test_what_the_library_refuses_but_mets_holds_is_shown_as_mets_has_it(mint: Mint, der_of: DerOf) -> None:
    own = parse(der_of(mint()))
    text = pem.armour(der_of(mint()).replace(VERSION_3, VERSION_2))
    seen = from_api(
        {
            "subject": "CN=odd",
            "issuer": "CN=odd",
            "startDate": "2024-01-01T00:00:00Z",
            "endDate": "2036-01-01T00:00:00Z",
            "fingerprint": own.fingerprint,
            "serialNumber": "1",
            "signatureAlgorithm": "SHA256WITHECDSA",
            "certificatePem": text,
        }
    )
    assert (seen.subject, seen.pem, seen.hash_algorithm) == ("CN=odd", text, "SHA256")


@settings(max_examples=300, derandomize=True, deadline=None)
@given(changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=4))
def test_no_damage_is_too_odd(changes: list[tuple[int, int]], mint: Mint, der_of: DerOf, now: datetime) -> None:
    data = bytearray(der_of(mint(email="a@example.com")))
    for place, value in changes:
        data[place % len(data)] = value
    bundle = load([{"pem": pem.armour(bytes(data))}])
    assert len(bundle.certificates) + len(bundle.problems) == 1
    for certificate in bundle.certificates:
        check([certificate], now=now)
        certificate.project()
