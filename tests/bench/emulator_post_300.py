# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Milliseconds for a METS version of 300 distinct real certificates, from request to answer."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import ssl
import statistics
import time
import urllib.request

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from .emulator_get import make_set
from .running import Running, emulator, report

CERTIFICATES = 300
ROUNDS = 5
WANTED = 150


def _certificate(key: ec.EllipticCurvePrivateKey, number: int) -> str:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Example Root {number}"),
        ]
    )
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return built.public_bytes(Encoding.PEM).decode()


def _post(running: Running, connection: http.client.HTTPSConnection, target: str, body: bytes) -> float:
    headers = {"Authorization": running.authorization("POST", target, body), "Content-Type": "application/json"}
    begun = time.perf_counter()
    connection.request("POST", target, body, headers)
    answer = connection.getresponse()
    text = answer.read()
    passed = time.perf_counter() - begun
    if answer.status != 201 or len(json.loads(text)["certificates"]) != CERTIFICATES:
        raise RuntimeError(text[:500].decode())
    return passed * 1000


def main() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    with emulator() as running:
        context = ssl.create_default_context(cafile=running.ca_path)
        times = []
        for round_number in range(ROUNDS):
            first = round_number * CERTIFICATES
            certificates = [
                {"certificatePem": _certificate(key, number)} for number in range(first, first + CERTIFICATES)
            ]
            urllib.request.urlopen(urllib.request.Request(f"{running.control_url}/reset", method="POST"))
            target = f"/mtls-edge-truststore/v2/ca-sets/{make_set(running, context)}/versions"
            connection = http.client.HTTPSConnection(running.host, context=context)
            times.append(_post(running, connection, target, json.dumps({"certificates": certificates}).encode()))
    report(
        "emulator_post_300",
        statistics.median(times),
        "ms",
        wanted=WANTED,
        certificates=CERTIFICATES,
        worst_ms=round(max(times), 2),
    )


if __name__ == "__main__":
    main()
