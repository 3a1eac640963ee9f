# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demonstration prints: headlines, sentences, tables, and a sign of life while something takes its time."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import textwrap
import time
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

WIDEST = 100
NARROWEST = 60
# The longest silence, in seconds, where a line cannot be written over.
SILENCE = 2.0
STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
VERBS_WIDTH = 10
# What a step of a plan works on, in words, by its kind; others are named by kind and name.
KINDS = {
    "ca_set": "CA set {name}",
    "ca_set_version": "CA set {name}, version {version}",
    "enrollment": "enrollment {name}",
    "property_version": "property {name}, version {version}",
}

Document = Mapping[str, Any]


def fitted(text: object, width: int) -> str:
    """`text` in one line of at most `width` characters."""
    line = " ".join(str(text).split())
    return line if len(line) <= width else line[: max(width - 3, 0)].rstrip() + "..."


def columns(header: Sequence[str], rows: Sequence[Sequence[object]], width: int) -> list[str]:
    """A table whose lines have at most `width` characters: cells of the widest columns are folded where they do not fit."""
    cells = [list(header), *([" ".join(str(cell).split()) for cell in row] for row in rows)]
    sizes = [max(len(row[place]) for row in cells) for place in range(len(header))]
    for dummy in range(sum(sizes) + 2 * (len(sizes) - 1) - width):
        sizes[sizes.index(max(sizes))] -= 1
    lines = []
    for row in cells:
        folded = [_folded(cell, size) for cell, size in zip(row, sizes, strict=True)]
        for parts in itertools.zip_longest(*folded, fillvalue=""):
            lines.append("  ".join(part.ljust(size) for part, size in zip(parts, sizes, strict=True)).rstrip())
    return lines


def _folded(text: str, width: int) -> list[str]:
    """At most two lines of `width` characters."""
    lines = textwrap.wrap(text, width, break_on_hyphens=False)
    return [lines[0], fitted(" ".join(lines[1:]), width)] if len(lines) > 1 else [text]


def target(step: Document) -> str:
    """What a step of a plan works on, in words: `CA set partners, version 1 on STAGING`."""
    thing = step["target"]
    form = KINDS.get(thing["kind"]) or f"{thing['kind']} {{name}}".replace("_", " ")
    return form.format(**thing) + (f" on {thing['network']}" if thing["network"] else "")


def step_line(step: Document) -> str:
    return f"{step['verb']:<{VERBS_WIDTH}} {target(step)}"


def counted(number: int, thing: str) -> str:
    """`1 step`, `2 steps`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


class Screen:
    """Prints to one stream. Colour, and a line that is written over, only on a terminal."""

    def __init__(self, stream: TextIO | None = None, environ: Mapping[str, str] = os.environ) -> None:
        self.stream = stream or sys.stdout
        self.terminal = self.stream.isatty() and environ.get("TERM") != "dumb"
        self.colour = self.terminal and not environ.get("NO_COLOR")
        seen = shutil.get_terminal_size((WIDEST, 24)).columns if self.terminal else WIDEST
        self.width = max(min(seen - 1, WIDEST), NARROWEST)
        self._busy = False
        self._spoke = time.monotonic()

    def style(self, text: str, *names: str) -> str:
        if not self.colour:
            return text
        return f"\x1b[{';'.join(STYLES[name] for name in names)}m{text}\x1b[0m"

    def line(self, text: str = "") -> None:
        self._clear()
        self.stream.write(text + "\n")
        self.stream.flush()
        self._spoke = time.monotonic()

    def headline(self, number: int, of: int, text: str) -> None:
        title = f" {number}/{of}  {text} "
        self.line()
        self.line(self.style("──" + title + "─" * max(self.width - len(title) - 2, 0), "bold", "cyan"))

    def say(self, text: str, *styles: str, indent: int = 2) -> None:
        """A sentence or more, folded to the width."""
        space = " " * indent
        for part in textwrap.wrap(
            text, self.width, initial_indent=space, subsequent_indent=space, break_on_hyphens=False
        ):
            self.line(self.style(part, *styles) if styles else part)

    def good(self, text: str) -> None:
        self._marked("✓", text, "green")

    def bad(self, text: str) -> None:
        self._marked("✗", text, "red", "bold")

    def note(self, text: str) -> None:
        self._marked("·", text, "dim")

    def _marked(self, mark: str, text: str, *styles: str) -> None:
        first, *others = textwrap.wrap(text, self.width - 4, break_on_hyphens=False) or [""]
        self.line(f"  {self.style(mark, *styles)} {first}")
        for part in others:
            self.line(f"    {part}")

    def code(self, text: str) -> None:
        """Text as it is in a file or at a prompt, longer lines cut."""
        for part in text.rstrip().splitlines():
            cut = part if len(part) <= self.width - 4 else part[: self.width - 7] + "..."
            self.line(self.style(f"    {cut}", "dim"))

    def command(self, text: str) -> None:
        """A command at a prompt, folded so that it can be copied."""
        self.code(" \\\n    ".join(textwrap.wrap(f"$ {text}", self.width - 10, break_on_hyphens=False)))

    def table(self, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        head, *body = columns(header, rows, self.width - 4)
        if any(header):
            self.line("    " + self.style(head, "bold"))
        for part in body:
            self.line("    " + part)

    def busy(self, text: str) -> None:
        """What is going on right now: written over on a terminal, else a line when nothing was said for a while."""
        if self.terminal:
            self.stream.write("\r\x1b[K" + self.style("  … " + fitted(text, self.width - 5), "dim"))
            self.stream.flush()
            self._busy = True
        elif time.monotonic() - self._spoke >= SILENCE:
            self.line("  … " + fitted(text, self.width - 5))

    def _clear(self) -> None:
        if self._busy:
            self.stream.write("\r\x1b[K")
            self._busy = False
