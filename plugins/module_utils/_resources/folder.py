# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory that a module writes files into: whole files at once, and nothing by way of a link out of it."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import typing as t
from dataclasses import dataclass
from pathlib import Path

from .._domain.errors import InvalidOption


@dataclass(frozen=True, slots=True)
class Folder:
    """The directory that an option names; `root` itself may be a link. Names are relative, with `/` between folders."""

    option: str
    root: Path

    def held(self, name: str) -> bytes | None:
        """The content of a file; None where there is none, or a link, which a write replaces."""
        with self._telling(name):
            mode = self._mode(name)
            if mode is None or stat.S_ISLNK(mode):
                return None
            return (self.root / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        """Replaces a file, or makes it: a reader sees the old one or the new one, never a part."""
        with self._telling(name):
            mode, path = self._mode(name), self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".edgetrust-{secrets.token_hex(8)}.tmp")
            try:
                with open(draft, "xb") as file:
                    file.write(content)
                if mode is not None and stat.S_ISREG(mode):
                    draft.chmod(stat.S_IMODE(mode))
                draft.replace(path)
            finally:
                draft.unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Removes a file, and the folders that it was the last one in."""
        with self._telling(name):
            if self._mode(name) is None:
                return
            path = self.root / name
            path.unlink()
            for folder in path.parents:
                if folder == self.root or any(folder.iterdir()):
                    return
                folder.rmdir()

    def _mode(self, name: str) -> int | None:
        """What is there, None for nothing. Refuses a way that leads over a link, and what is no file."""
        way = self.root
        for part in ("", *Path(name).parts[:-1]):
            way = way / part
            found = _lstat(way)
            if found is not None and stat.S_ISLNK(found) and part:
                raise InvalidOption(
                    f"{self.option}: {way} is a link, and nothing is written or removed by way of one.",
                    cure="Take the link out, or name the directory that it leads to.",
                )
            if found is not None and not os.path.isdir(way):
                raise InvalidOption(f"{self.option}: {way} is no directory.", cure="Move it away, or name another one.")
        found = _lstat(self.root / name)
        if found is not None and not (stat.S_ISREG(found) or stat.S_ISLNK(found)):
            raise InvalidOption(f"{self.option}: {self.root / name} is no file.", cure="Move it away.")
        return found

    @contextlib.contextmanager
    def _telling(self, name: str) -> t.Iterator[None]:
        try:
            yield
        except OSError as error:
            raise InvalidOption(
                f"{self.option}: {self.root / name}: {error.strerror or 'unknown error'}.",
                cure="Name a directory that this user may read and write.",
            ) from None


def _lstat(path: Path) -> int | None:
    try:
        return path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
