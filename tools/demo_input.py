# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demonstration works on: real public roots, a small authority made on the spot, and the configuration."""

from __future__ import annotations

import datetime as dt
import re
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

import certifi
import yaml
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from demo_proof import Wrong

ROOTS = 36
CA_SET = "partners"
# A root that ends within this time is left out: the demonstration is about trust that lasts.
LASTING = dt.timedelta(days=2 * 365)
BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
MODERN = {"sha256", "sha384", "sha512"}

Certificate = x509.Certificate


def read(content: bytes) -> list[Certificate]:
    """The certificates of a PEM or DER file that can be read and have a proper serial number; the modules judge the rest."""
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for load, block in [(x509.load_pem_x509_certificate, b) for b in BLOCK.findall(content)] or [
            (x509.load_der_x509_certificate, content)
        ]:
            try:
                certificate = load(block)
                sound = certificate.serial_number > 0 and certificate.signature_hash_algorithm is not None
            except (ValueError, UnsupportedAlgorithm):
                continue
            if sound:
                found.append(certificate)
    return found


def digest(certificate: Certificate) -> str:
    """`sha256` and the like; empty where the signature names none."""
    algorithm = certificate.signature_hash_algorithm
    return algorithm.name if algorithm else ""


def public_roots(now: dt.datetime) -> tuple[list[Certificate], Certificate]:
    """A few dozen of the roots that ship with certifi, and the SHA-1 signed one that lasts longest."""
    lasting = [c for c in read(Path(certifi.where()).read_bytes()) if c.not_valid_after_utc > now + LASTING]
    old = [c for c in lasting if digest(c) == "sha1"]
    if not old:
        raise Wrong("certifi has no SHA-1 signed root any more, which the demonstration needs.")
    modern = [c for c in lasting if digest(c) in MODERN]
    return modern[:ROOTS], max(old, key=lambda c: c.not_valid_after_utc)


def name(certificate: Certificate) -> str:
    """The common name, else the most telling part of the subject there is."""
    subject = certificate.subject
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.ORGANIZATION_NAME):
        values = subject.get_attributes_for_oid(kind)
        if values:
            return str(values[0].value)
    return subject.rfc4514_string()


def bundle(certificates: Iterable[Certificate]) -> str:
    """PEM with a line of text above each certificate, as bundles mostly have."""
    return "\n".join(
        f"# {name(c)}, until {c.not_valid_after_utc:%Y-%m-%d}\n{c.public_bytes(serialization.Encoding.PEM).decode()}"
        for c in certificates
    )


def own_authority(now: dt.datetime) -> list[Certificate]:
    """A root and an intermediate signed by it. Their keys are forgotten when this returns."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for dummy in range(2))
    root_name, own_name = (_named(text) for text in ("Example Devices Root CA", "Example Devices Issuing CA"))
    root = _signed(root_name, root_name, root_key, root_key, now, years=10)
    return [root, _signed(own_name, root_name, key, root_key, now, years=5)]


def _named(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _signed(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    now: dt.datetime,
    years: int,
) -> Certificate:
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    return builder.sign(issuer_key, hashes.SHA256())


def configuration(roots: str, own: str, allow_sha1: bool) -> str:
    """The one file that all playbooks read, as YAML text. `roots` and `own` are the paths of the two bundles."""
    ca_set: dict[str, object] = {
        "ca_set_name": CA_SET,
        "certificates_file": roots,
        "certificates": [{"path": own, "description": "Example Devices"}],
    }
    if allow_sha1:
        ca_set["allow_insecure_sha1"] = True
    document = {
        "mtls_config": {
            "ca_sets": [ca_set],
            "enrollments": [
                {"common_name": "www.example.com", "ca_set_name": CA_SET, "send_ca_list_to_client": True},
                {"common_name": "shop.example.com", "ca_set_name": CA_SET},
            ],
            "properties": [
                _enforced("www", "www.example.com", "deny"),
                _enforced("shop", "shop.example.com", "log"),
            ],
        }
    }
    return _yaml(document)


def _enforced(property_name: str, hostname: str, enforcement: str) -> dict[str, object]:
    return {
        "property_name": property_name,
        "hostnames": [hostname],
        "ca_set_names": [CA_SET],
        "enforcement": enforcement,
        "notify_emails": ["ops@example.com"],
    }


class _Dumper(yaml.SafeDumper):
    """Lists of plain values in one line, and list items indented: as people write it."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def plain_list(self, value: Sequence[object]) -> yaml.Node:
        flat = all(isinstance(item, str) for item in value)
        return self.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=flat)


_Dumper.add_representer(list, _Dumper.plain_list)


def _yaml(document: object) -> str:
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=200)
