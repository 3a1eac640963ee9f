# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a request when a real connection breaks: the kinds of loss, told by real sockets and real TLS."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._wire.credentials import MAX_BODY, Credentials
from ansible_collections.edgetrust.akamai.plugins.module_utils._wire.errors import ConnectionFailed
from ansible_collections.edgetrust.akamai.plugins.module_utils._wire.session import Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PATH = "/papi/v1/groups"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Clock:
    def monotonic(self) -> float:
        return 0.0

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def sleep(self, seconds: float) -> None:
        raise AssertionError("the budget of these tests allows for no pause")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key(), serial_number=1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    form = serialization.PrivateFormat.PKCS8
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


class Server:
    """Listens on 127.0.0.1 and does `act` with each connection that is made."""

    def __init__(self, act: Callable[[socket.socket], None]) -> None:
        self._act = act
        self._open: list[socket.socket] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:  # closed: the test is over
                return
            self._open.append(connection)
            threading.Thread(target=self._act, args=(connection,), daemon=True).start()

    def close(self) -> None:
        self._socket.close()
        for connection in self._open:
            connection.close()


@pytest.fixture
def serve(certificate: Path) -> Iterator[Callable[..., Server]]:
    running: list[Server] = []
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    def start(act: Callable[[Any], None], *, tls: bool = True) -> Server:
        def shielded(connection: socket.socket) -> None:
            try:
                with context.wrap_socket(connection, server_side=True) as wrapped:
                    act(wrapped)
            except OSError:  # the client did not like us, which some of the tests want
                connection.close()

        running.append(Server(shielded if tls else act))
        return running[-1]

    yield start
    for server in running:
        server.close()


def session(host: str, ca_path: Path | None, http_timeout: float = 5.0) -> Session:
    credentials = Credentials(host, "token-c", "secret-c", "token-a", None, MAX_BODY, "a test")
    return Session(
        credentials,
        user_agent="test",
        ca_path=str(ca_path) if ca_path else None,
        http_timeout=http_timeout,
        retry_timeout=0.0,
        clock=Clock(),
    )


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def after_request(then: Callable[[Any], None]) -> Callable[[Any], None]:
    def act(connection: Any) -> None:
        connection.recv(65536)
        then(connection)

    return act


def nothing(connection: Any) -> None:
    """Keeps silent until the client gives up."""
    while connection.recv(65536):
        pass


TRUSTED: list[tuple[str, Callable[[Any], None], bool, str, bool]] = [
    # what the server does, over TLS, kind, may have worked
    ("resets in the handshake", reset, False, "not_connected", False),
    ("speaks no TLS", after_request(lambda connection: connection.sendall(b"hello\r\n\r\n")), False, "tls", False),
    ("is silent in the handshake", nothing, False, "connect_timeout", False),
    ("closes after the request", after_request(lambda connection: None), True, "connection_lost", True),
    ("resets after the request", after_request(reset), True, "connection_lost", True),
    (
        "answers garbage",
        after_request(lambda connection: connection.sendall(b"hello\r\n\r\n")),
        True,
        "connection_lost",
        True,
    ),
    (
        "stops in the middle",
        after_request(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")),
        True,
        "connection_lost",
        True,
    ),
    ("is silent after the request", after_request(nothing), True, "read_timeout", True),
]


@pytest.mark.parametrize(
    ("act", "tls", "kind", "unknown"), [row[1:] for row in TRUSTED], ids=[row[0] for row in TRUSTED]
)
def test_a_broken_connection(
    serve: Any, certificate: Path, act: Callable[[Any], None], tls: bool, kind: str, unknown: bool
) -> None:
    server = serve(act, tls=tls)
    with pytest.raises(ConnectionFailed) as caught:
        session(server.host, certificate, http_timeout=0.3).request("POST", PATH, body={}, write=True)
    assert (caught.value.kind, caught.value.outcome_unknown) == (kind, unknown)
    assert caught.value.retryable
    assert caught.value.detail


def test_nobody_listens(certificate: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        host = f"127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(ConnectionFailed, match="refused") as caught:
        session(host, certificate).request("POST", PATH, body={}, write=True)
    assert (caught.value.kind, caught.value.outcome_unknown) == ("not_connected", False)


def test_a_host_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    for errno, kind, passing in ((socket.EAI_NONAME, "unknown_host", False), (socket.EAI_AGAIN, "resolver", True)):

        def fail(*_: object, errno: int = errno, **__: object) -> None:
            raise socket.gaierror(errno, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", fail)
        with pytest.raises(ConnectionFailed) as caught:
            session("nowhere.example.com", None).request("POST", PATH, body={}, write=True)
        assert (caught.value.kind, caught.value.outcome_unknown, caught.value.retryable) == (kind, False, passing)


def test_an_untrusted_certificate_is_told_from_trouble(
    serve: Any, monkeypatch: pytest.MonkeyPatch, certificate: Path
) -> None:
    server = serve(after_request(lambda connection: connection.sendall(OK)))
    with pytest.raises(ConnectionFailed) as caught:
        session(server.host, None).request("GET", PATH, write=False)
    assert (caught.value.kind, caught.value.retryable) == ("certificate", False)
    assert "ca_path" in str(caught.value.cure)


def test_ca_path_counts_more_than_the_environment(
    serve: Any, monkeypatch: pytest.MonkeyPatch, certificate: Path
) -> None:
    import certifi

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certifi.where())
    server = serve(after_request(lambda connection: connection.sendall(OK)))
    assert session(server.host, certificate).request("GET", PATH, write=False).document == {}


def test_a_host_that_makes_no_address() -> None:
    with pytest.raises(ConnectionFailed) as caught:
        session("127.0.0.1:port", None).request("POST", PATH, body={}, write=True)
    assert (caught.value.kind, caught.value.outcome_unknown, caught.value.retryable) == (
        "malformed_request",
        False,
        False,
    )


def test_threads_share_a_session(serve: Any, certificate: Path) -> None:
    def answer(connection: Any) -> None:
        while connection.recv(65536):
            connection.sendall(OK)

    shared = session(serve(answer).host, certificate)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: shared.request("GET", PATH, write=False).status, range(64)))
    assert (found, shared.requests) == ([200] * 64, {"GET": 64})
