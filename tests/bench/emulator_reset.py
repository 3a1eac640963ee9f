# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Milliseconds for going back to the stock, and for putting its state document, over the control API."""

from __future__ import annotations

import http.client
import statistics
import time
from urllib.parse import urlsplit

from .running import emulator, report

ROUNDS = 100
WANTED = {"reset": 1, "put_state": 3}


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
        calls = {"reset": ("POST", "/reset", None), "put_state": ("PUT", "/state", state)}
        for name, call in calls.items():
            times = [_timed(connection, *call) for _ in range(ROUNDS)]
            report(f"emulator_{name}", statistics.median(times), "ms", wanted=WANTED[name], state_bytes=len(state))


if __name__ == "__main__":
    main()
