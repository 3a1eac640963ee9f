# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Milliseconds for going back to the stock, and for putting a state document, known or new, over the control API."""

from __future__ import annotations

import http.client
import statistics
import time
from urllib.parse import urlsplit

from .running import emulator, report

ROUNDS = 100
WANTED = {"reset": 1, "put_known_state": 1, "put_new_state": 5}


def _timed(connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None = None) -> float:
    begun = time.perf_counter()
    connection.request(method, path, body)
    answer = connection.getresponse()
    answer.read()
    if answer.status >= 400:
        raise RuntimeError(f"{method} {path}: {answer.status}")
    return (time.perf_counter() - begun) * 1000


def main() -> None:
    with emulator() as running:
        connection = http.client.HTTPConnection(urlsplit(running.control_url).netloc)
        connection.request("GET", "/state")
        state = connection.getresponse().read()
        # The emulator remembers documents by their bytes: a blank more makes a new one.
        calls: dict[str, tuple[str, str, list[bytes | None]]] = {
            "reset": ("POST", "/reset", [None] * ROUNDS),
            "put_known_state": ("PUT", "/state", [state] * ROUNDS),
            "put_new_state": ("PUT", "/state", [state + b" " * n for n in range(1, ROUNDS + 1)]),
        }
        for name, (method, path, bodies) in calls.items():
            times = [_timed(connection, method, path, body) for body in bodies]
            report(f"emulator_{name}", statistics.median(times), "ms", wanted=WANTED[name], state_bytes=len(state))


if __name__ == "__main__":
    main()
