# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The home directory: credentials, certificates, `edgerc`, `ready.json` and the state that survives restarts."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

from . import tls


class HomeError(RuntimeError):
    """The home cannot be used; the message says why."""


class Home:
    def __init__(self, path: str) -> None:
        self.path = Path(path).resolve()
        self.path.mkdir(parents=True, exist_ok=True)
        self._lock = self._take_lock()
        self.ready = self.path / "ready.json"
        self.ready.unlink(missing_ok=True)
        self.edgerc = self.path / "edgerc"
        self._edgerc_text = ""
        self.state = self.path / "state.json"
        self._credentials_file = self.path / "credentials.json"
        self.credentials: dict[str, dict[str, str]] = self._read(self._credentials_file) or {}
        self.certificates = tls.ensure(self.path)

    def _take_lock(self) -> TextIO:
        handle = (self.path / "lock").open("w")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HomeError(f"another emulator is running in {self.path}") from error
        return handle

    def _read(self, path: Path) -> Any:
        if not path.exists():
            return None
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise HomeError(f"{path} is no JSON: {error}") from error

    def load_state(self) -> Any:
        return self._read(self.state)

    def write(self, path: Path, text: str) -> None:
        """Whole or not at all, also when killed in between."""
        part = path.with_name(path.name + ".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as handle:
            handle.write(text)
        part.replace(path)

    def tokens(self, sections: Iterable[str]) -> None:
        """Makes credentials for sections that have none yet; those that have keep them for ever."""
        missing = [name for name in sections if name not in self.credentials]
        for name in missing:
            self.credentials[name] = {
                "client_token": f"akab-{secrets.token_hex(8)}-{secrets.token_hex(8)}",
                "client_secret": secrets.token_urlsafe(32) + "=",
                "access_token": f"akab-{secrets.token_hex(8)}-{secrets.token_hex(8)}",
            }
        if missing:
            self.write(self._credentials_file, json.dumps(self.credentials, indent=1))

    def write_edgerc(self, host: str, sections: dict[str, dict[str, str]]) -> None:
        lines = []
        for name, values in sections.items():
            lines += [f"[{name}]", f"host = {host}", *(f"{key} = {value}" for key, value in values.items()), ""]
        text = "\n".join(lines)
        if text != self._edgerc_text:
            self.write(self.edgerc, text)
            self._edgerc_text = text
