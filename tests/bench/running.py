# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running emulator for a figure, a fast signed client, and the line that is printed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from configparser import RawConfigParser
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

EMULATOR = Path(__file__).resolve().parents[1] / "emulator"
START_LIMIT = 30.0


@dataclass(frozen=True)
class Running:
    """Where the emulator listens and how to sign for it (section `default`)."""

    host: str
    control_url: str
    ca_path: str
    client_token: str
    client_secret: str
    access_token: str

    def authorization(self, method: str, target: str, body: bytes = b"") -> str:
        """Signed by hand: a client library would be a good part of what is measured."""
        stamp = time.strftime("%Y%m%dT%H:%M:%S+0000", time.gmtime())
        unsigned = (
            f"EG1-HMAC-SHA256 client_token={self.client_token};access_token={self.access_token};"
            f"timestamp={stamp};nonce={uuid.uuid4()};"
        )
        digest = base64.b64encode(hashlib.sha256(body[:131072]).digest()).decode() if method == "POST" and body else ""
        data = "\t".join((method, "https", self.host, target, "", digest, unsigned))
        return f"{unsigned}signature={_mac(_mac(self.client_secret, stamp), data)}"


def _mac(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), "sha256")).decode()


@contextmanager
def emulator() -> Iterator[Running]:
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "akamai_emulator", "--home", home, "--set", "rate_limits=off"]
        path = os.pathsep.join(filter(None, [str(EMULATOR), os.environ.get("PYTHONPATH")]))
        process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path})
        try:
            yield _ready(process, Path(home))
        finally:
            process.terminate()
            process.wait(10)


def _ready(process: subprocess.Popen[bytes], home: Path) -> Running:
    limit = time.monotonic() + START_LIMIT
    while not (home / "ready.json").exists():
        if process.poll() is not None or time.monotonic() > limit:
            raise RuntimeError("the emulator does not start")
        time.sleep(0.01)
    ready = json.loads((home / "ready.json").read_text())
    parser = RawConfigParser()
    parser.read(ready["edgerc"])
    section = parser["default"]
    names = ("host", "client_token", "client_secret", "access_token")
    values = {name: section[name] for name in names}
    return Running(control_url=ready["control_url"], ca_path=ready["ca_path"], **values)


def report(figure: str, value: float, unit: str, **more: object) -> None:
    """One line of JSON."""
    print(json.dumps({"figure": figure, "value": round(value, 2), "unit": unit, **more}), flush=True)
