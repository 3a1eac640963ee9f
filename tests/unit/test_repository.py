# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the repository promises about itself: groups, headers, metadata, documentation that keeps up."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path
from typing import Any

import collection_tree
import pytest
import yaml

ROOT = collection_tree.ROOT
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
GROUPS: dict[str, list[str]] = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["action_groups"]
GPL = (
    "# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)"
)
# Groups whose members are the modules that take over a doc fragment's options.
FRAGMENT_GROUPS = ["waiting", "safety"]
# A place on somebody's own machine, in any file.
MACHINE_PATH = re.compile(r"(?<![\w./-])/(?:work|root|home/\w+|Users/\w+)/")


def tracked() -> list[Path]:
    return [path for path in collection_tree.files() if not path.is_relative_to("LICENSES")]


def text_of(path: Path) -> str:
    return (ROOT / path).read_bytes().decode("utf-8", "ignore")


def documentation(module: str) -> dict[str, Any]:
    tree = ast.parse((ROOT / "plugins" / "modules" / f"{module}.py").read_text())
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION":
            found: dict[str, Any] = yaml.safe_load(ast.literal_eval(node.value))
            return found
    pytest.fail(f"{module} has no DOCUMENTATION")


def fragments(module: str) -> list[str]:
    named = documentation(module).get("extends_documentation_fragment", [])
    return [named] if isinstance(named, str) else list(named)


def test_the_group_all_is_every_module() -> None:
    assert GROUPS["all"] == MODULES


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_groups_are_sorted_and_hold_known_modules(group: str) -> None:
    assert GROUPS[group] == sorted(set(GROUPS[group]))
    assert set(GROUPS[group]) <= set(GROUPS["all"])


@pytest.mark.parametrize("group", FRAGMENT_GROUPS)
def test_a_group_is_what_the_fragment_says(group: str) -> None:
    said = {module for module in MODULES if f"edgetrust.akamai.{group}" in fragments(module)}
    assert said == set(GROUPS[group])


@pytest.mark.parametrize("module", MODULES)
def test_module_documents_its_name_and_the_group(module: str) -> None:
    assert documentation(module)["module"] == module
    assert "edgetrust.akamai.connection" in fragments(module)


def test_plugins_carry_the_gpl_line() -> None:
    plugins = [path for kind in ("modules", "doc_fragments") for path in (ROOT / "plugins" / kind).glob("*.py")]
    assert [path.name for path in plugins if GPL not in path.read_text().splitlines()[:8]] == []


def test_no_file_names_a_place_on_one_machine() -> None:
    assert len(tracked()) > 30
    found = [f"{path}: {match[0]}" for path in tracked() for match in MACHINE_PATH.finditer(text_of(path))]
    assert found == []


def test_no_file_names_a_package_index() -> None:
    """Where packages come from is the reader's own setting. (The host is spelled in parts, or this file would be found.)"""
    host = "pypi" + ".org"
    assert [str(path) for path in tracked() if host in text_of(path)] == []


@pytest.mark.parametrize(
    ("text", "seen"),
    [("see @work/x", True), ('"@root/.edgerc"', True), ("@home/jsmith/x", True), ("https:/@x/work/y", False)],
)
def test_machine_paths_are_seen(text: str, seen: bool) -> None:
    """The rows write @ for the slash, or this file would be found itself."""
    assert bool(MACHINE_PATH.search(text.replace("@", "/"))) is seen


def test_python_files_start_with_their_licence_and_annotations() -> None:
    wrong = []
    for path in tracked():
        if path.suffix == ".py" and (text := text_of(path)):
            head = text.splitlines()[:8]
            if not any("SPDX-License-Identifier" in line for line in head):
                wrong.append(f"{path}: no SPDX header")
            if ast.parse(text).body and path.name != "__init__.py" and "from __future__ import annotations" not in text:
                wrong.append(f"{path}: no future annotations")
    assert wrong == []


def test_files_stay_readable() -> None:
    """Above this size a file is more than one room; split it by subject."""
    assert {str(p): n for p in tracked() if p.suffix == ".py" and (n := text_of(p).count("\n")) > 600} == {}


def test_sleep_is_left_to_the_clock() -> None:
    plugins = [path for path in tracked() if path.parts[0] == "plugins" or path.is_relative_to("tests/unit")]
    calls = re.compile(r"^\s*(?:time\.)?sleep\(", re.MULTILINE)
    assert [str(path) for path in plugins if path.name != "clock.py" and calls.search(text_of(path))] == []


def test_the_lock_names_no_place_on_the_network() -> None:
    lock = (ROOT / "requirements-dev.txt").read_text()
    assert "ansible-core==" in lock
    assert not re.search(r"://|index-url|find-links", lock)


def test_the_execution_environment_installs_the_runtime_libraries() -> None:
    meta = yaml.safe_load((ROOT / "meta" / "execution-environment.yml").read_text())
    names = re.findall(r"^[a-z-]+", (ROOT / meta["dependencies"]["python"]).read_text(), re.MULTILINE)
    assert names == ["cryptography", "edgegrid-python", "requests"]


def test_the_readme_lists_the_modules() -> None:
    rows = re.findall(r"^\| `((?:mets|cps|papi|mtls|akamai)_\w+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert sorted(rows) == GROUPS["all"]


def test_make_has_the_documented_commands() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    commands = set(re.findall(r"^  make ([a-z-]+)", listed, re.MULTILINE))
    assert {"demo", "test", "sanity", "lint-content", "molecule", "docs", "matrix", "build", "bench"} <= commands
    assert {"emulator", "setup", "clean"} <= commands
    assert re.search(r"^make test\b", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)


def test_common_return_values_are_written_into_every_module() -> None:
    import common_returns  # tools/, by `pythonpath` in pyproject.toml

    common = yaml.safe_load((ROOT / "tools" / "common_returns.yml").read_text())
    stale = [
        m.name
        for m in sorted((ROOT / "plugins" / "modules").glob("*.py"))
        if common_returns.wanted(m, common) != m.read_text()
    ]
    assert not stale, f"run tools/common_returns.py: {stale}"
