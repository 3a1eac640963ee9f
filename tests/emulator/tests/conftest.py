# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A house in the test process: no socket, the wire's clock real, the account's clock moved by its offset."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from akamai_emulator import durations, edgegrid, wire
from akamai_emulator.core import Reply
from akamai_emulator.home import Home
from akamai_emulator.house import House
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1:443"
#: Certificates are valid on any day that these tests are run.
STARTS, ENDS = (dt.datetime(year, 1, 1, tzinfo=dt.UTC) for year in (2020, 2120))
ROOT = [(NameOID.COUNTRY_NAME, "US"), (NameOID.ORGANIZATION_NAME, "Example"), (NameOID.COMMON_NAME, "Example Root")]


@pytest.fixture
def house(tmp_path: Path) -> House:
    """The stock, real durations, default switches but rate limits off."""
    built = House(Home(str(tmp_path / "home")), durations.load("real"), None)
    built.switches.update({"rate_limits": "off"})
    return built


Signed = Callable[..., wire.Request]
Send = Callable[..., Reply]


@pytest.fixture
def signed(house: House) -> Signed:
    """Makes a signed request; `timestamp`, `nonce`, `section` and `spoil` (a function of the header) may be given."""
    numbers = iter(range(1_000_000))

    def make(
        method: str,
        target: str,
        body: Any = None,
        *,
        section: str = "default",
        ahead: float = 0,
        nonce: str | None = None,
        headers: dict[str, str] | None = None,
        spoil: Callable[[str], str] = str,
    ) -> wire.Request:
        now = wire.wall()
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        secrets = house.secrets[section]
        stamp = wire.iso(now + ahead)[:19].replace("-", "") + "+0000"
        unsigned = (
            f"{edgegrid.MONIKER} client_token={secrets['client_token']};access_token={secrets['access_token']};"
            f"timestamp={stamp};nonce={nonce or next(numbers)};"
        )
        data = edgegrid.data_to_sign(method, HOST, target, raw, unsigned)
        header = f"{unsigned}signature={edgegrid.sign(secrets['client_secret'], stamp, data)}"
        path, _, query = target.partition("?")
        known = {"host": HOST, "authorization": spoil(header), **(headers or {})}
        return wire.Request(method, target, path, query, known, raw, "127.0.0.1", now)

    return make


@pytest.fixture
def send(house: House, signed: Signed) -> Send:
    """Signs and carries out one request: everything but the sockets and the faults."""

    def call(method: str, target: str, body: Any = None, **more: Any) -> Reply:
        request = signed(method, target, body, **more)
        service, operation, params, methods = house.route(request)
        entry = house.journal.open(
            request, service and service.api, operation and operation.name, house.is_write(operation, request)
        )
        entry.client = house.authenticate(request)
        return house.work(request, entry, service, operation, params, methods)

    return call


def make_certificate(
    name: Sequence[tuple[x509.ObjectIdentifier, str]] = tuple(ROOT),
    *,
    key: Any = None,
    digest: Any = hashes.SHA256(),  # noqa: B008
    ca: bool | None = True,
    critical: bool = True,
    serial: int = 0x1F2E3D,
    starts: dt.datetime = STARTS,
    ends: dt.datetime = ENDS,
) -> str:
    """A self-signed certificate as PEM; a valid CA unless told otherwise."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(oid, value) for oid, value in name])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(starts)
        .not_valid_after(ends)
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=critical)
    return builder.sign(key, digest).public_bytes(Encoding.PEM).decode()


@pytest.fixture
def make() -> Callable[..., str]:
    return make_certificate
