# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""For tests: an emulator as a process of its own, and its control API. Needs nothing but the standard library."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

START_LIMIT = 30.0


class Answer(NamedTuple):
    """An answer of the control API."""

    status: int
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


class Control:
    """The emulator's control API: one keep-alive connection, JSON in and out."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)

    def call(self, method: str, path: str, body: Any = None) -> Answer:
        """One call, whatever it answers. A body of bytes goes out as it is, anything else as JSON."""
        payload = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if payload is not None else {}
        try:
            self._connection.request(method, path, payload, headers)
            answer = self._connection.getresponse()
        except (http.client.HTTPException, ConnectionError):
            # A connection that was idle for long may be gone.
            self._connection.close()
            self._connection.request(method, path, payload, headers)
            answer = self._connection.getresponse()
        return Answer(answer.status, answer.read().decode())

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        """One call that must succeed; its JSON, None for an empty answer. RuntimeError with the answer otherwise."""
        answer = self.call(method, path, body)
        if answer.status >= 400:
            raise RuntimeError(f"control {method} {path}: {answer.status} {answer.text[:500]}")
        return answer.json() if answer.text else None

    def reset(self) -> None:
        self("POST", "/reset")

    def state(self) -> Any:
        return self("GET", "/state")

    def put_state(self, document: Any) -> None:
        self("PUT", "/state", document)

    def advance(self, seconds: float) -> float:
        """Moves the account's clock forward; how far it is ahead of real time then, in seconds."""
        offset: float = self("POST", "/advance", {"seconds": seconds})["offset"]
        return offset

    def fault(self, **rule: Any) -> None:
        self("POST", "/faults", rule)

    def no_faults(self) -> None:
        self("DELETE", "/faults")

    def requests(self, *, write: bool | None = None) -> list[dict[str, Any]]:
        """The requests since the last `forget_requests`, on request only (non-)writes."""
        return [r for r in self("GET", "/requests") if write in (None, r["write"])]

    def forget_requests(self) -> None:
        self("DELETE", "/requests")

    def switch(self, **values: Any) -> None:
        self("PUT", "/switches", values)

    def switches(self) -> dict[str, str]:
        """Name -> value of every switch."""
        found: dict[str, str] = self("GET", "/switches")
        return found


class Running:
    """An emulator process; a context manager, ended by its own handle."""

    def __init__(
        self,
        home: Path,
        *,
        durations: Mapping[str, float] | str = "demo",
        switches: Mapping[str, str] | None = None,
        arguments: Iterable[str] = (),
    ) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        ready = home / "ready.json"
        ready.unlink(missing_ok=True)
        if not isinstance(durations, str):
            file = home / "durations.yml"
            file.write_text("".join(f"{name}: {value}\n" for name, value in durations.items()))
            durations = str(file)
        settings = [f"--set={name}={value}" for name, value in (switches or {}).items()]
        path = os.pathsep.join(filter(None, [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")]))
        command = [sys.executable, "-m", "akamai_emulator", "--port", "0", "--home", str(home)]
        self._log = (home / "emulator.log").open("ab")
        self.process = subprocess.Popen(
            [*command, "--durations", durations, *settings, *arguments],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": path},
        )
        self.ready = self._wait(ready)
        self.control = Control(self.ready["control_url"])
        self.edgerc = home / "edgerc"
        self.ca_path = home / "ca.pem"

    def _wait(self, ready: Path) -> dict[str, Any]:
        limit = time.monotonic() + START_LIMIT
        while time.monotonic() < limit and self.process.poll() is None:
            try:
                found: dict[str, Any] = json.loads(ready.read_text())
            except (FileNotFoundError, json.JSONDecodeError):
                time.sleep(0.02)
                continue
            return found
        self.stop()
        raise RuntimeError("the emulator does not start:\n" + (self.home / "emulator.log").read_text()[-4000:])

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self._log.close()

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
