# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the guides and READMEs show: code blocks, tables and links, each with the place it stands at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import collection_tree
import yaml

ROOT = collection_tree.ROOT
GUIDES = sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst"))
READMES = [ROOT / "README.md", *sorted((ROOT / "roles").glob("*/README.md"))]
COLLECTION = "edgetrust.akamai."

_DIRECTIVE = re.compile(r"^(?P<before>[ *-]*)\.\. code-block:: (?P<language>\S+)$")
_FENCE = re.compile(r"^(?P<before> *)```(?P<language>\w*)$")
_ROW, _CELL = re.compile(r"^ {3,}\* - "), re.compile(r"^ {3,}(?:\* | {2})- ?")


@dataclass(frozen=True)
class Block:
    """A code block: `language` as its directive or fence says, `page` and `line` of its first line."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def is_yaml(self) -> bool:
        return self.language.startswith("yaml")

    @cached_property
    def document(self) -> Any:
        return yaml.safe_load(self.text)

    @property
    def kind(self) -> str:
        """`play`, `tasks` or `data`."""
        if not isinstance(self.document, list):
            return "data"
        return "play" if all("hosts" in item for item in self.document) else "tasks"


@cache
def blocks(page: Path) -> tuple[Block, ...]:
    lines = page.read_text().splitlines()
    return tuple(_directives(page, lines) if page.suffix == ".rst" else _fences(page, lines))


def examples(*pages: Path) -> list[Block]:
    """All YAML of the pages, in order."""
    return [block for page in pages for block in blocks(page) if block.is_yaml]


def tasks_of(document: Any) -> Iterator[dict[str, Any]]:
    """Every task of a play or of a list of tasks, those inside blocks as well."""
    for item in document:
        inner = [item[key] for key in ("pre_tasks", "tasks", "post_tasks", "block", "rescue", "always") if key in item]
        if not inner and "hosts" not in item:
            yield item
        for tasks in inner:
            yield from tasks_of(tasks)


def ours(task: dict[str, Any]) -> str | None:
    """The module of this collection that a task is about."""
    return next((key.removeprefix(COLLECTION) for key in task if key.startswith(COLLECTION)), None)


def table(page: Path, label: str) -> list[list[str]]:
    """The body of the list-table below the label, a list of cells for each row."""
    lines = page.read_text().splitlines()
    start = lines.index(f".. _ansible_collections.edgetrust.akamai.docsite.{label}:")
    start = next(n for n in range(start, len(lines)) if lines[n].startswith(".. list-table::"))
    rows: list[list[str]] = []
    for line in lines[start + 1 :]:
        if line and not line.startswith("   "):
            break
        if _ROW.match(line):
            rows.append([])
        if rows and (cell := _CELL.match(line)):
            rows[-1].append(line[cell.end() :].strip())
        elif rows:
            rows[-1][-1] += f" {line.strip()}" if line.strip() else ""
    return rows[1:]


def rows(page: Path) -> list[tuple[str, list[Block]]]:
    """Every row of the page's tables that has code blocks: its text, and its blocks."""
    lines = page.read_text().splitlines()
    ends = {number for number, line in enumerate(lines) if line and not line.startswith(" ")}
    starts = [number for number, line in enumerate(lines) if _ROW.match(line)]
    found = []
    for start in starts:
        end = min(n for n in [*starts, *ends, len(lines)] if n > start)
        inside = [block for block in blocks(page) if start < block.line <= end]
        if inside:
            found.append(("\n".join(lines[start:end]), inside))
    return found


def literals(text: str) -> list[str]:
    return re.findall(r"``([^`]+)``", text)


def _directives(page: Path, lines: list[str]) -> Iterator[Block]:
    for number, line in enumerate(lines):
        if found := _DIRECTIVE.match(line):
            width = len(found["before"])
            body = []
            for inner in lines[number + 1 :]:
                if inner.strip() and len(inner) - len(inner.lstrip()) <= width:
                    break
                body.append(inner)
            yield _block(page, number + 2, found["language"], body)


def _fences(page: Path, lines: list[str]) -> Iterator[Block]:
    start = 0
    while start < len(lines):
        found = _FENCE.match(lines[start])
        if found:
            end = next(n for n in range(start + 1, len(lines)) if lines[n].strip() == "```")
            yield _block(page, start + 1, found["language"], lines[start + 1 : end])
            start = end
        start += 1


def _block(page: Path, number: int, language: str, body: list[str]) -> Block:
    while body and not body[0].strip():
        number, body = number + 1, body[1:]
    width = min((len(line) - len(line.lstrip()) for line in body if line.strip()), default=0)
    return Block(page, number, language, "\n".join(line[width:] for line in body).strip() + "\n")
