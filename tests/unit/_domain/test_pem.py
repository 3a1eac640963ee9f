# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain import pem
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

BODY = base64.b64encode(b"\x30\x03\x02\x01\x05").decode()


def framed(label: str, body: str = BODY) -> str:
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(framed("CERTIFICATE"), [("CERTIFICATE", 1, None)], id="plain"),
        pytest.param("\n\ncomment\n" + framed("X509 CERTIFICATE"), [("X509 CERTIFICATE", 4, None)], id="old label"),
        pytest.param(framed("CERTIFICATE").replace("\n", "\r"), [("CERTIFICATE", 1, None)], id="CR only"),
        pytest.param(("x\n" + framed("CERTIFICATE")).replace("\n", "\r\n"), [("CERTIFICATE", 2, None)], id="CRLF"),
        pytest.param(framed("CERTIFICATE").replace("\n", ""), [("CERTIFICATE", 1, None)], id="one line"),
        pytest.param("    " + framed("CERTIFICATE").replace("\n", "\n    "), [("CERTIFICATE", 1, None)], id="indented"),
        pytest.param(framed("CERTIFICATE", "@@"), [("CERTIFICATE", 1, "is not valid base64")], id="no base64"),
        pytest.param(framed("CERTIFICATE", ""), [("CERTIFICATE", 1, "is empty")], id="empty"),
        pytest.param("-----BEGIN CERTIFICATE-----\n" + BODY, [("CERTIFICATE", 1, "has no END line")], id="cut off"),
        pytest.param(BODY + "\n-----END CERTIFICATE-----", [("CERTIFICATE", 2, "has no BEGIN line")], id="beheaded"),
        pytest.param(
            "-----BEGIN CERTIFICATE-----\n" + framed("CERTIFICATE"),
            [("CERTIFICATE", 1, "has no END line"), ("CERTIFICATE", 2, None)],
            id="cut off before another",
        ),
        pytest.param(
            f"-----BEGIN CERTIFICATE-----\n{BODY}\n-----END PRIVATE KEY-----",
            [("CERTIFICATE", 1, "has no END line of its own")],
            id="crossed",
        ),
        pytest.param("only text", [], id="nothing"),
    ],
)
def test_split(text: str, expected: list[tuple[str, int, str | None]]) -> None:
    assert [(block.label, block.line, block.damage) for block in pem.split(text)] == expected


@pytest.mark.parametrize(
    ("label", "says"),
    [
        ("PRIVATE KEY", "private key"),
        ("RSA PRIVATE KEY", "private key"),
        ("ENCRYPTED PRIVATE KEY", "private key"),
        ("CERTIFICATE REQUEST", "signing request"),
        ("NEW CERTIFICATE REQUEST", "signing request"),
        ("PKCS7", "PKCS #7"),
        ("PKCS #7 SIGNED DATA", "PKCS #7"),
        ("CMS", "CMS"),
        ("PUBLIC KEY", "public key"),
        ("X509 CRL", "revocation list"),
        ("EC PARAMETERS", "EC PARAMETERS"),
    ],
)
def test_what_is_no_certificate_is_named(label: str, says: str) -> None:
    (block,) = pem.split(framed(label))
    assert block.refusal is not None
    assert says in block.refusal
    assert block.der is None


def test_trusted_certificates_lose_openssl_s_settings() -> None:
    der = b"\x30\x82\x01\x00" + bytes(256)
    (block,) = pem.split(framed("TRUSTED CERTIFICATE", base64.b64encode(der + b"\x30\x03\x02\x01\x01").decode()))
    assert block.der == der


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("\ufeffäb".encode(), "äb"),
        ("äb".encode("utf-16"), "äb"),
        ("äb".encode("latin-1"), "äb"),
        (b"ab", "ab"),
    ],
)
def test_decode(data: bytes, text: str) -> None:
    assert pem.decode(data) == text


@pytest.mark.parametrize(
    "frame",
    [
        "{key}",
        "text before\n{key}text behind",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n{key}",
        "{cut}",
        "{cut}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        "{four}",
    ],
)
def test_secrets_are_found_whole_and_by_line(frame: str, private_key: str) -> None:
    cut, four = private_key.split("-----END")[0], private_key.replace("-----", "----")
    text = frame.format(key=private_key, cut=cut, four=four)
    found = pem.secrets_in(text)
    lines = private_key.splitlines()[1:-1]
    assert set(lines) <= set(found)
    assert any(all(line in secret for line in lines) for secret in found)
    assert "AAAA" not in "".join(found)


@pytest.mark.parametrize("text", [None, "", "-----BEGIN CERTIFICATE-----", "a PRIVATE KEY is a private thing"])
def test_no_secrets(text: str | None) -> None:
    assert pem.secrets_in(text) == []


SEPARATORS = st.sampled_from(
    ["", "\n", "\n\n", "# comment\n", "subject=CN = x\nissuer=CN = y\n", "   \n", "Name: \u00e4\n"]
)


@settings(
    max_examples=200, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_bundle_reads_the_same_however_it_is_put_together(
    data: Any, mint: Callable[..., Any], pem_of: Callable[..., str], der_of: Callable[..., bytes]
) -> None:
    certificates = [mint(f"Root {number}") for number in range(4)]
    chosen = data.draw(st.permutations(certificates))
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    label = data.draw(st.sampled_from(sorted(pem.CERTIFICATE_LABELS)))
    parts = [data.draw(SEPARATORS)]
    for certificate in chosen:
        text = pem_of(certificate).replace("CERTIFICATE", label)
        if data.draw(st.booleans()):
            text = text.replace("\n", "") + "\n"
        indent = data.draw(st.sampled_from(["", "  ", "\t"]))
        parts += [text.replace("\n", "\n" + indent), data.draw(SEPARATORS)]
    text = data.draw(st.sampled_from(["", "\ufeff"])) + "".join(parts).replace("\n", end)
    blocks = pem.split(text)
    assert [block.refusal for block in blocks] == [None] * 4
    assert [hashlib.sha256(block.der or b"").digest() for block in blocks] == [
        hashlib.sha256(der_of(certificate)).digest() for certificate in chosen
    ]


@settings(max_examples=300, derandomize=True, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----", "-----", "BEGIN ", BODY, "\n", "\0"]
        )
        | st.text(max_size=8)
    ).map("".join)
)
def test_no_text_is_too_odd(text: str) -> None:
    blocks = pem.split(text)
    assert all(block.refusal is not None or block.der for block in blocks)
    assert len(blocks) <= text.count("-----BEGIN") + text.count("-----END")
    pem.secrets_in(text)
