# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two listeners in one asyncio process, the files that announce them, and the saving of state."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from . import control, gateway, wire
from .api import Api
from .house import House

# State is looked at this often, and saving takes at most a twentieth of the time.
SAVE_SECONDS = 0.1
SAVE_SHARE = 20


class Protocol(HttpToolsProtocol):
    """Shows the application what ASGI hides: the request target as it was sent, and the transport."""

    def on_headers_complete(self) -> None:
        self.scope["target"] = self.url  # type: ignore[typeddict-unknown-key]
        self.scope["transport"] = self.transport  # type: ignore[typeddict-unknown-key]
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP at all gets the gateway's document too, with a `Date`, and the connection ends."""
        now = wire.wall()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in self.headers or ()}
        target = getattr(self, "url", b"").decode("latin-1")
        method = self.parser.get_method().decode("latin-1") if headers else ""
        request = wire.Request(method, target, "", "", headers, b"", "127.0.0.1", now)
        refusal = gateway.refusal("malformed-http", request)
        body = wire.encode(refusal.document)
        head = (
            "HTTP/1.1 400 Bad Request\r\n"
            f"date: {wire.date_header(now)}\r\ncontent-type: {refusal.content_type}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()


class Server(uvicorn.Server):
    """Signals are ours, and `up` is set once connections are accepted."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class PortError(RuntimeError):
    """A port cannot be listened on; the message says which and why."""


def _listen(port: int) -> socket.socket:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        sock.close()
        raise PortError(f"cannot listen on 127.0.0.1:{port}: {error}") from error
    return sock


def _config(app: Any, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        access_log=False,
        log_level="critical",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=120,
        timeout_graceful_shutdown=1,
        **more,
    )


async def run(house: House, port: int, control_port: int) -> None:
    """Serves until SIGTERM or SIGINT."""
    api_socket, control_socket = _listen(port), _listen(control_port)
    house.host = f"127.0.0.1:{api_socket.getsockname()[1]}"
    url = f"https://{house.host}"
    files = house.home.certificates
    tls = {"ssl_certfile": str(files.server), "ssl_keyfile": str(files.key)}
    servers = (
        (Server(_config(Api(house), http=Protocol, date_header=False, **tls)), api_socket),
        (Server(_config(control.build(house, url), http="httptools")), control_socket),
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop, [server for server, _ in servers])
    tasks = [asyncio.create_task(server.serve(sockets=[sock])) for server, sock in servers]
    saver = asyncio.create_task(_keep_saving(house))
    for server, _ in servers:
        await server.up.wait()
    _announce(house, url, f"http://127.0.0.1:{control_socket.getsockname()[1]}")
    await asyncio.gather(*tasks)
    saver.cancel()
    _save(house)
    house.home.ready.unlink(missing_ok=True)


def _stop(servers: list[Server]) -> None:
    for server in servers:
        server.should_exit = True


def _announce(house: House, url: str, control_url: str) -> None:
    home = house.home
    house.write_edgerc()
    ready = {
        "url": url,
        "control_url": control_url,
        "pid": os.getpid(),
        "account_switch_keys": {a.id: a.document["accountSwitchKey"] for a in house.accounts.values()},
        "edgerc": str(home.edgerc),
        "ca_path": str(home.certificates.ca),
    }
    home.write(home.ready, json.dumps(ready, indent=1) + "\n")


async def _keep_saving(house: House) -> None:
    pause = SAVE_SECONDS
    while True:
        await asyncio.sleep(pause)
        started = wire.wall()
        _save(house)
        pause = max(SAVE_SECONDS, (wire.wall() - started) * SAVE_SHARE)


def _save(house: House) -> None:
    if house.dirty:
        house.dirty = False
        house.home.write(house.home.state, house.saved())
