# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a path to an operation: a trie over path segments, literal segments first."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from .core import Operation, Service


class Node:
    __slots__ = ("literal", "methods", "variable")

    def __init__(self) -> None:
        self.literal: dict[str, Node] = {}
        self.variable: Node | None = None
        self.methods: dict[str, tuple[Operation, tuple[str, ...]]] = {}


class Router:
    """Finds the service by prefix and the operation by template; `{names}` never match an empty segment."""

    def __init__(self, services: Iterable[Service]) -> None:
        self.root = Node()
        self.prefixes: list[tuple[str, Service]] = []
        for service in services:
            self.prefixes += [(prefix.rstrip("/"), service) for prefix in service.prefixes]
            for operation in service.operations:
                self._add(operation)
        self.prefixes.sort(key=lambda item: -len(item[0]))

    def _add(self, operation: Operation) -> None:
        node = self.root
        names = []
        for segment in operation.template[1:].split("/"):
            if segment.startswith("{"):
                names.append(segment.strip("{}"))
                node.variable = node.variable or Node()
                node = node.variable
            else:
                node = node.literal.setdefault(segment, Node())
        if operation.method in node.methods:
            raise ValueError(f"two operations for {operation.method} {operation.template}")
        node.methods[operation.method] = (operation, tuple(names))

    def service(self, path: str) -> Service | None:
        for prefix, service in self.prefixes:
            if path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/"):
                return service
        return None

    def find(self, method: str, path: str) -> tuple[Operation | None, dict[str, str], list[str]]:
        """The operation and its path parameters; without one, the methods that the path does know."""
        values: list[str] = []
        node = _descend(self.root, path[1:].split("/"), 0, values)
        if node is None:
            return None, {}, []
        row = node.methods.get(method)
        if row is None:
            return None, {}, sorted(node.methods)
        operation, names = row
        return operation, dict(zip(names, values, strict=True)), []


def _descend(node: Node, segments: list[str], at: int, values: list[str]) -> Node | None:
    if at == len(segments):
        return node if node.methods else None
    segment = segments[at]
    child = node.literal.get(segment)
    if child is not None:
        found = _descend(child, segments, at + 1, values)
        if found is not None:
            return found
    if node.variable is not None and segment:
        values.append(unquote(segment, errors="replace"))
        found = _descend(node.variable, segments, at + 1, values)
        if found is not None:
            return found
        values.pop()
    return None
