# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of the house: which room may import which, and what a module file may hold."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
ROOTS = "ansible_collections.edgetrust.akamai.plugins"

# Imports go down only: modules -> _ansible -> _resources -> {_api, _domain}, _api -> _wire.
ROOMS: dict[str, set[str]] = {
    "modules": {"_ansible", "_resources", "_api", "_domain"},
    "action": {"_ansible", "_resources", "_api", "_domain"},
    "inventory": {"_ansible", "_resources", "_api", "_domain"},
    "filter": {"_domain"},
    "doc_fragments": set(),
    "_ansible": {"_resources", "_api", "_domain", "_wire"},
    "_resources": {"_api", "_domain", "_wire"},
    "_api": {"_wire"},
    "_wire": set(),
    "_domain": set(),
}
# Libraries that are not Python's own, and the rooms that may know them.
LIBRARIES: dict[str, set[str]] = {
    "ansible": {"modules", "action", "inventory", "filter", "_ansible"},
    "akamai": {"_wire"},
    "cryptography": {"_domain"},
    "requests": {"_wire"},
    "yaml": {"inventory"},
}
# Ours and not Python's own, yet never of use to a plugin: the emulator would make the test bed judge itself.
FORBIDDEN = {"akamai_emulator", "plugins", "tests", "collection_tree"}


def room_of(path: Path) -> str:
    parts = path.relative_to(PLUGINS).parts
    return parts[1] if parts[0] == "module_utils" and len(parts) > 2 else parts[0]


def imports(source: str, path: Path) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of everything that `source`, standing at `path`, imports, at any depth."""
    package = [ROOTS, *path.relative_to(PLUGINS).parent.parts]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = (
                [*package[: len(package) + 1 - node.level], *filter(None, [node.module])]
                if node.level
                else [node.module]
            )
            yield from ((node.lineno, ".".join([*map(str, base), name.name])) for name in node.names)


def trespasses(source: str, path: Path) -> list[str]:
    """What `source` imports at `path` and must not."""
    room = room_of(path)
    found = []
    for line, name in imports(source, path):
        library = name.partition(".")[0]
        if name.startswith(ROOTS):
            inside = name.removeprefix(ROOTS).strip(".").split(".")
            target = inside[1] if inside[0] == "module_utils" and len(inside) > 1 else inside[0]
            wrong = target != room and target not in ROOMS[room]
        else:
            wrong = library in FORBIDDEN or (library in LIBRARIES and room not in LIBRARIES[library])
        if wrong:
            found.append(f"{path.relative_to(ROOT)}:{line}: {room} must not import {name}")
    return found


def sources() -> list[Path]:
    return sorted(PLUGINS.rglob("*.py"))


def test_there_are_plugins() -> None:
    assert len(sources()) > 10


def test_every_room_is_known() -> None:
    folders = {room_of(path) for path in sources() if path.parent != PLUGINS / "module_utils"}
    assert folders <= set(ROOMS), "a new room needs a row in ROOMS"


def test_imports_go_down() -> None:
    assert [wrong for path in sources() for wrong in trespasses(path.read_text(), path)] == []


@pytest.mark.parametrize(
    ("place", "line", "allowed"),
    [
        ("module_utils/_domain/x.py", "from .._api import mets", False),
        ("module_utils/_domain/x.py", "from . import plan", True),
        ("module_utils/_domain/x.py", "def f():\n    from .._wire.errors import ApiError", False),
        ("module_utils/_domain/sub/x.py", "from ..plan import Plan", True),
        ("module_utils/_domain/sub/x.py", "from ..._resources import world", False),
        ("module_utils/_domain/x.py", "from ansible.module_utils.basic import AnsibleModule", False),
        ("module_utils/_api/x.py", "from .._domain import plan", False),
        ("module_utils/_api/x.py", "from .._wire.session import Session", True),
        ("module_utils/_wire/x.py", "import requests.adapters", True),
        ("module_utils/_resources/x.py", "import requests", False),
        ("module_utils/_resources/x.py", "from .._ansible import runner", False),
        ("modules/x.py", f"from {ROOTS}.module_utils._ansible.runner import run", True),
        ("modules/x.py", f"import {ROOTS}.module_utils._wire.session", False),
        ("modules/x.py", "from ..module_utils._wire import session", False),
        ("filter/x.py", f"from {ROOTS}.module_utils._resources import world", False),
        ("module_utils/_wire/x.py", "import akamai_emulator", False),
        ("modules/x.py", "from plugins.module_utils._ansible import runner", False),
    ],
)
def test_the_rule_sees(place: str, line: str, allowed: bool) -> None:
    assert (trespasses(line, PLUGINS / place) == []) is allowed


def module_habits(source: str) -> list[str]:
    """What a module file must leave to the runner and the resources."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Try():
                found.append(f"line {node.lineno}: try")
            case ast.Attribute(attr="check_mode"):
                found.append(f"line {node.lineno}: check_mode")
            case (
                ast.Assign(targets=[ast.Name(id="changed")])
                | ast.keyword(arg="changed")
                | ast.Call(func=ast.Name(id="print"))
            ):
                found.append(f"line {node.lineno}: {ast.unparse(node)}")
            case ast.ClassDef():
                found.append(f"line {node.lineno}: class {node.name}")
    return found


@pytest.mark.parametrize("path", sorted((PLUGINS / "modules").glob("*.py")), ids=lambda path: path.stem)
def test_a_module_is_documentation_and_a_short_main(path: Path) -> None:
    assert module_habits(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    ["if module.check_mode: pass", "changed = True", "module.exit_json(changed=True)", "try: f()\nexcept E: pass"],
)
def test_the_habits_are_seen(source: str) -> None:
    assert len(module_habits(source)) == 1


def refused_by_sanity(source: str) -> list[str]:
    """What ansible-test refuses in plugins and ruff lets pass; seen here, it is seen a minute earlier."""
    return [
        f"line {node.lineno}: {ast.unparse(node)[:60]}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assert)
        or (isinstance(node, ast.Name | ast.arg) and "_" in (getattr(node, "id", None), getattr(node, "arg", None)))
    ]


def test_plugins_hold_nothing_that_sanity_refuses() -> None:
    """No `assert` (raise AssertionError, or better a typed error) and no name `_` (write `dummy`)."""
    found = {str(path.relative_to(ROOT)): refused_by_sanity(path.read_text()) for path in sources()}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("source", ["assert x", "a, _ = b", "f = lambda _: 1", "[1 for _ in x]"])
def test_refused_things_are_seen(source: str) -> None:
    assert len(refused_by_sanity(source)) == 1


def test_test_files_import_the_collection_by_its_own_name() -> None:
    """`plugins.module_utils...` would be a second copy of each module, with classes that no `except` recognises."""
    wrong = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            wrong += [f"{path.relative_to(ROOT)}: {name}" for name in names if name.split(".")[0] == "plugins"]
    assert wrong == []
