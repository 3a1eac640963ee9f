# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificates and the configuration of the demonstration."""

from __future__ import annotations

import datetime as dt

import demo_input
import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import serialization

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)


def test_public_roots_are_a_few_dozen_modern_ones_and_one_of_sha1() -> None:
    roots, weak = demo_input.public_roots(NOW)
    assert len(roots) == demo_input.ROOTS
    assert {demo_input.digest(root) for root in roots} <= {"sha256", "sha384", "sha512"}
    assert demo_input.digest(weak) == "sha1"
    assert min(c.not_valid_after_utc for c in [*roots, weak]) > NOW + demo_input.LASTING


def test_a_bundle_holds_what_was_put_in_with_the_names_above() -> None:
    roots, weak = demo_input.public_roots(NOW)
    text = demo_input.bundle([roots[0], weak])
    assert demo_input.read(text.encode()) == [roots[0], weak]
    assert f"# {demo_input.name(weak)}, until " in text


@pytest.mark.parametrize(
    "content", [b"", b"not a certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]
)
def test_what_cannot_be_read_is_left_to_the_modules(content: bytes) -> None:
    assert demo_input.read(content) == []


def test_der_is_read_too() -> None:
    root, dummy = demo_input.own_authority(NOW)
    assert demo_input.read(root.public_bytes(serialization.Encoding.DER)) == [root]


def test_the_own_intermediate_is_signed_by_the_own_root() -> None:
    root, issuing = demo_input.own_authority(NOW)
    issuing.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)
    for certificate in (root, issuing):
        assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        assert certificate.not_valid_before_utc < NOW < certificate.not_valid_after_utc
    assert "PRIVATE KEY" not in demo_input.bundle([root, issuing])


@pytest.mark.parametrize("allowed", [True, False])
def test_the_configuration_is_yaml_and_allows_sha1_when_asked(allowed: bool) -> None:
    config = yaml.safe_load(demo_input.configuration("a.pem", "b.pem", allowed))["mtls_config"]
    (ca_set,) = config["ca_sets"]
    assert (ca_set["certificates_file"], ca_set["certificates"][0]["path"]) == ("a.pem", "b.pem")
    assert ca_set.get("allow_insecure_sha1") is (True if allowed else None)
