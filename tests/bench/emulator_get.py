# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signed GETs per second over eight keep-alive TLS connections, from a process of their own."""

from __future__ import annotations

import asyncio
import http.client
import json
import ssl
import time

from .running import Running, emulator, report

CONNECTIONS = 8
SECONDS = 5.0
WARM_UP = 0.5
PATH = "/mtls-edge-truststore/v2/ca-sets/{id}"
WANTED = 1000


def make_set(running: Running, context: ssl.SSLContext) -> str:
    """A CA set to be read; its id."""
    connection = http.client.HTTPSConnection(running.host, context=context)
    target, body = "/mtls-edge-truststore/v2/ca-sets", b'{"caSetName": "bench"}'
    connection.request("POST", target, body, {"Authorization": running.authorization("POST", target, body)})
    return str(json.loads(connection.getresponse().read())["caSetId"])


async def _reader(running: Running, context: ssl.SSLContext, target: str, until: float, times: list[float]) -> None:
    name, _, port = running.host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port), ssl=context)
    while time.monotonic() < until:
        begun = time.monotonic()
        authorization = running.authorization("GET", target)
        writer.write(
            f"GET {target} HTTP/1.1\r\nHost: {running.host}\r\nAuthorization: {authorization}\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(head.decode())
        await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]))
        times.append(time.monotonic() - begun)
    writer.close()


async def _all(running: Running, context: ssl.SSLContext, target: str, seconds: float) -> list[float]:
    times: list[float] = []
    until = time.monotonic() + seconds
    await asyncio.gather(*(_reader(running, context, target, until, times) for _ in range(CONNECTIONS)))
    return times


def main() -> None:
    with emulator() as running:
        context = ssl.create_default_context(cafile=running.ca_path)
        target = PATH.format(id=make_set(running, context))
        asyncio.run(_all(running, context, target, WARM_UP))
        times = sorted(asyncio.run(_all(running, context, target, SECONDS)))
    median = times[len(times) // 2] * 1000
    report(
        "emulator_get",
        len(times) / SECONDS,
        "requests/s",
        wanted=WANTED,
        connections=CONNECTIONS,
        median_ms=round(median, 2),
    )


if __name__ == "__main__":
    main()
