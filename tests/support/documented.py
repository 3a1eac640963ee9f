# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation of modules and roles promises: their options, return values and examples."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from itertools import dropwhile, takewhile
from typing import Any

import collection_tree
import yaml

ROOT = collection_tree.ROOT
COLLECTION = "edgetrust.akamai."
PLUGINS = "ansible_collections.edgetrust.akamai.plugins"
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())

#: What Ansible prints for a value, of whatever type, that is also a secret.
MASKED = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
#: Python types of a documented type; a `float` may come as a whole number.
TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "bool": (bool,),
    "float": (float, int),
    "dict": (dict,),
    "list": (list,),
}


@cache
def constants(module: str) -> dict[str, str]:
    """`DOCUMENTATION`, `EXAMPLES` and `RETURN` as they stand in the module."""
    tree = ast.parse((ROOT / "plugins" / "modules" / f"{module}.py").read_text())
    return {
        ast.unparse(node.targets[0]): ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("DOCUMENTATION", "EXAMPLES", "RETURN")
    }


@cache
def fragments(module: str) -> tuple[str, ...]:
    """The documentation fragments that the module takes over, without the collection's name."""
    named = yaml.safe_load(constants(module)["DOCUMENTATION"]).get("extends_documentation_fragment", [])
    return tuple(n.removeprefix(COLLECTION) for n in ([named] if isinstance(named, str) else named))


@cache
def fragment_options(fragment: str) -> dict[str, Any]:
    file, _dot, part = fragment.partition(".")
    text = getattr(
        importlib.import_module(f"{PLUGINS}.doc_fragments.{file}").ModuleDocFragment, part.upper() or "DOCUMENTATION"
    )
    found: dict[str, Any] = yaml.safe_load(text).get("options") or {}
    return found


@cache
def options(module: str) -> dict[str, Any]:
    """The documented options, with those of the fragments; ansible-test holds them to the argument spec."""
    own = yaml.safe_load(constants(module)["DOCUMENTATION"]).get("options", {})
    found: dict[str, Any] = {}
    for part in (*map(fragment_options, fragments(module)), own):
        for option, members in part.items():
            found.setdefault(option, {}).update(members)
    return found


@cache
def returns(module: str) -> dict[str, Any]:
    """The documented return values."""
    found: dict[str, Any] = yaml.safe_load(constants(module)["RETURN"])
    return found


def returned(module: str) -> set[str]:
    """The names of all return values, at any depth."""

    def names(members: dict[str, Any]) -> Iterator[str]:
        for name, about in members.items():
            yield name
            yield from names(about.get("contains") or {})

    return set(names(returns(module)))


def examples(module: str) -> list[dict[str, Any]]:
    """The tasks of the examples."""
    found: list[dict[str, Any]] = yaml.safe_load(constants(module)["EXAMPLES"])
    return found


def changes(module: str) -> bool:
    """Whether the module is one that changes things; the others only look."""
    return "attributes.changes" in fragments(module)


def option_names(found: dict[str, Any]) -> Iterator[str]:
    """The names of options, at any depth, and their aliases."""
    for name, about in found.items():
        yield from (name, *about.get("aliases", []), *option_names(about.get("suboptions") or {}))


def role_options(role: str) -> dict[str, Any]:
    document = yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text())
    found: dict[str, Any] = document["argument_specs"]["main"]["options"]
    return found


def role_rows(role: str, head: str) -> list[tuple[str, ...]]:
    """The first table below the line of the role's README that begins like this, as rows of cells."""
    lines = iter((ROOT / "roles" / role / "README.md").read_text().splitlines())
    next(line for line in lines if line.startswith(head))
    rows = dropwhile(lambda line: not line.startswith("|"), lines)
    return [
        tuple(cell.strip() for cell in row.strip("|").split("|")) for row in takewhile(lambda r: r[:1] == "|", rows)
    ]


def given(known: dict[str, Any], values: dict[str, Any], where: str = "") -> Iterator[str]:
    """The paths of the options that have a value other than the default: `edits.mtls_rule.ocsp`; and of each choice that
    was taken, `ocsp=true`."""
    spelled = {alias: name for name, about in known.items() for alias in (name, *about.get("aliases", []))}
    for word, value in values.items():
        name = spelled.get(word)
        if name is None or value is None or value == known[name].get("default"):
            continue
        yield where + name
        for item in value if isinstance(value, list) else [value]:
            if "suboptions" in known[name] and isinstance(item, dict):
                yield from given(known[name]["suboptions"], item, f"{where}{name}.")
            if item in known[name].get("choices", []):
                yield f"{where}{name}={item}"


def option_paths(known: dict[str, Any], where: str = "") -> Iterator[str]:
    """All that `given` could yield."""
    for name, about in known.items():
        if about.get("choices") == [about.get("default")]:
            continue
        yield where + name
        yield from (f"{where}{name}={choice}" for choice in about.get("choices", []) if choice != about.get("default"))
        yield from option_paths(about.get("suboptions") or {}, f"{where}{name}.")


def shown(known: dict[str, Any], values: dict[str, Any], where: str = "") -> Iterator[str]:
    """The paths of the documented return values that are there with a value: `certificates.subject`."""
    for name, about in known.items():
        value = values.get(name)
        if value is None:
            continue
        items = value if isinstance(value, list) else [value]
        if items:
            yield where + name
        for item in items:
            if isinstance(item, dict):
                yield from shown(about.get("contains") or {}, item, f"{where}{name}.")


def return_paths(known: dict[str, Any], where: str = "") -> Iterator[str]:
    """All that `shown` could yield."""
    for name, about in known.items():
        yield where + name
        yield from return_paths(about.get("contains") or {}, f"{where}{name}.")


def contradictions(known: dict[str, Any], values: dict[str, Any], ends: set[str], where: str = "") -> Iterator[str]:
    """What a result has and RETURN does not, lacks although it is `returned` in one of these ends, or has in another type."""
    yield from (f"{where}{name} is not documented" for name in values if name not in known)
    for name, about in known.items():
        if name not in values:
            # `success, and after a failure ...` promises it for a success.
            if about["returned"].partition(",")[0] in ends:
                yield f"{where}{name} is not there"
            continue
        value, items = values[name], [values[name]]
        if not _may_be(value, about["type"]):
            yield f"{where}{name} is no {about['type']}: {value!r}"
        elif about["type"] == "list" and value is not None:
            items = value
            yield from (f"{where}{name} holds {item!r}" for item in items if not _may_be(item, about["elements"]))
        if "contains" in about:
            for item in items:
                if isinstance(item, dict):
                    yield from contradictions(about["contains"], item, {"always"}, f"{where}{name}.")


def _may_be(value: Any, kind: str) -> bool:
    """Null stands for what is not there, or not known. To Python a truth value is a number."""
    return value in (None, MASKED) or (
        isinstance(value, TYPES[kind]) and (kind == "bool" or not isinstance(value, bool))
    )
