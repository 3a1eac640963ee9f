# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rule tree as files (papi-v1.md 15): read in all conventions, written in that of the guide. No I/O but reading files."""

from __future__ import annotations

import itertools
import json
import math
import os.path
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import quote

from .errors import InvalidOption
from .rule_tree import Rule

MAIN: Final = "main.json"
VARIABLES: Final = "pmVariables.json"
#: Says which version the files come from, and which files are an export's.
MANIFEST: Final = ".edgetrust.json"
INCLUDE: Final = "#include:"
INCLUDE_IF: Final = "#includeIf:"

#: Levels of JSON that a tree may have, two for each rule: PAPI allows about six rules, recursion bears this many.
DEEPEST: Final = 200
#: Bytes of a file name before `.json` and a number that tells it apart: file systems take 255 in all.
LONGEST_NAME: Final = 230
#: Bytes of a folder's path within the export: rules that would lie deeper stay in their parent's file.
LONGEST_FOLDER: Final = 2000

_UNSAFE: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f\ud800-\udfff]')
#: What no path can hold; functions of the system raise other errors for it than for a file that is not there.
_NO_PATH: Final = re.compile(r"[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Manifest:
    """`.edgetrust.json`: the version that was exported, None while an export is under way, and the files it wrote."""

    property_id: str
    version: int | None
    etag: str | None
    files: tuple[str, ...] = ()

    def content(self) -> bytes:
        members = {"property_id": self.property_id, "version": self.version, "etag": self.etag}
        return _bytes({**members, "files": list(self.files)})


@dataclass(frozen=True, slots=True)
class Source:
    """A whole tree that somebody wishes for, what messages call it, and the rule format that it says it is in."""

    tree: Rule
    origin: str
    rule_format: str | None = None
    manifest: Manifest | None = None


# Reading


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place in a file, or in the option `rules`; `opened` are the files on the way to it."""

    file: Path | None
    pointer: str = ""
    opened: tuple[str, ...] = ()
    option: str = "src"

    def __str__(self) -> str:
        start = "rules" if self.file is None else f"{self.option}: {self.file}"
        return f"{start}: {self.pointer}" if self.pointer else start

    def below(self, *path: str | int) -> _Spot:
        return replace(self, pointer=self.pointer + "".join(f"/{part}" for part in path))

    def inside(self, file: Path) -> _Spot:
        real = os.path.realpath(file)
        if real in self.opened:
            raise InvalidOption(f"{self}: {_short(file.name)} includes itself, by way of the files below it.")
        return _Spot(file, "", (*self.opened, real))


def read(path: Path) -> Source:
    """The tree in a directory with `main.json`, or in that file; with or without an envelope around it."""
    main = path / MAIN if os.path.isdir(path) else path
    spot = _Spot(None).inside(main)
    document = _object(_parsed(main, spot), spot)
    return _source(document, spot, f"src {path}", manifest(main.parent))


def from_option(document: Mapping[str, Any]) -> Source:
    """The tree of the option `rules`, with or without an envelope. It has no files, so it can include none."""
    return _source(document, _Spot(None), "The option rules", None)


def manifest(directory: Path, option: str = "src") -> Manifest | None:
    """What an export has noted in the directory that an option names; None where there was none."""
    path = directory / MANIFEST
    if not os.path.lexists(path):
        return None
    spot = _Spot(path, option=option)
    found = _object(_parsed(path, spot), spot)
    number, version, etag, files = (found.get(name) for name in ("property_id", "version", "etag", "files"))
    files = [] if files is None else files
    if (
        not isinstance(number, str)
        or not (version is None or (isinstance(version, int) and version is not True and version > 0))
        or not (etag is None or isinstance(etag, str))
        or not (isinstance(files, list) and all(isinstance(name, str) and _stays_inside(name) for name in files))
    ):
        raise InvalidOption(
            f"{spot}: is not as papi_rules_export writes it.", cure="Take the file out, or export the rules again."
        )
    return Manifest(number, version, etag, tuple(files))


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and not _NO_PATH.search(name)


def _source(document: Mapping[str, Any], spot: _Spot, origin: str, noted: Manifest | None) -> Source:
    rule = document.get("rules", document)
    if not isinstance(rule, Mapping) or rule.get("name") != "default":
        raise InvalidOption(
            f"{spot}: holds no rule tree.", cure='It has to be the rule "default", bare or as the member `rules`.'
        )
    wrapped = rule is not document
    rule_format = document.get("ruleFormat") if wrapped else None
    tree = _rule(dict(rule), spot.below("rules") if wrapped else spot, spot.file and spot.file.parent)
    _require_shallow(tree, spot)
    return Source(tree, origin, None if rule_format is None else str(rule_format), noted)


def _rule(rule: Any, spot: _Spot, home: Path | None) -> Rule:
    """A rule with all that it includes. `home` is the directory of `main.json`, None where there is none."""
    if not isinstance(rule, dict) or not isinstance(rule.get("name"), str):
        raise InvalidOption(f"{spot}: is no rule.", cure=f"A rule is an object with a `name`, or {INCLUDE}FILE.")
    if len(spot.opened) > DEEPEST or spot.pointer.count("/") > DEEPEST:
        raise _too_deep(spot)
    whole = dict(rule)
    if "children" in rule:
        children = _list(rule["children"], spot.below("children"))
        whole["children"] = [_child(child, spot.below("children", n), home) for n, child in enumerate(children)]
    for member in ("behaviors", "criteria", "variables"):
        if member not in rule:
            continue
        value, place = rule[member], spot.below(member)
        if member == "variables" and isinstance(value, str):
            file = _included(value, place, home)
            place = place.inside(file)
            whole[member] = value = _parsed(file, place)
        for number, item in enumerate(_list(value, place)):
            _require_named(item, place.below(number))
    return whole


def _child(child: Any, spot: _Spot, home: Path | None) -> Rule:
    if not isinstance(child, str):
        return _rule(child, spot, home)
    file = _included(child, spot, home)
    return _rule(_parsed(file, inner := spot.inside(file)), inner, home)


def _included(text: str, spot: _Spot, home: Path | None) -> Path:
    """The file that a string names: looked for from the including file's folder, else from that of `main.json`."""
    if text.startswith(INCLUDE_IF):
        raise InvalidOption(
            f"{spot}: {INCLUDE_IF} is not supported: the same files would mean different trees.",
            cure=f"Use {INCLUDE}FILE, and have a template choose the file.",
        )
    if not text.startswith(INCLUDE):
        raise InvalidOption(f"{spot}: {_short(text)} is neither given in full nor {INCLUDE}FILE.")
    if spot.file is None or home is None:
        raise InvalidOption(f"{spot}: nothing can be included in this option.", cure="Give the files in `src`.")
    name = text.removeprefix(INCLUDE)
    folders = list(dict.fromkeys([spot.file.parent, home]))
    candidates = [] if _NO_PATH.search(name) else [folder / name for folder in folders]
    file = next((path for path in candidates if os.path.isfile(path)), None)
    root = Path(os.path.realpath(home))
    if not all(Path(os.path.realpath(path)).is_relative_to(root) for path in ([file] if file else candidates)):
        raise InvalidOption(f"{spot}: {_short(name)} leads out of {home}.", cure="Keep all files in that directory.")
    if file is None:
        raise InvalidOption(
            f"{spot}: there is no file {_short(name)} in {' or '.join(map(str, folders))}.",
            cure="Put it there, or take what includes it out.",
        )
    return file


def _require_named(item: Any, spot: _Spot) -> None:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise InvalidOption(f"{spot}: is no object with a `name`.")
    if not isinstance(item.get("options") or {}, dict):
        raise InvalidOption(f"{spot}: its options are no object.")


def _require_shallow(tree: Rule, spot: _Spot) -> None:
    level: list[Any] = [tree]
    for dummy in range(DEEPEST):
        level = [
            inner
            for item in level
            for inner in (item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
        ]
    if level:
        raise _too_deep(spot)


def _too_deep(spot: _Spot) -> InvalidOption:
    return InvalidOption(f"{spot}: is nested too deep.", cure="Property Manager allows about six levels of rules.")


def _list(value: Any, spot: _Spot) -> list[Any]:
    if value is not None and not isinstance(value, list):
        raise InvalidOption(f"{spot}: is not a list.")
    return value or []


def _object(value: Any, spot: _Spot) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidOption(f"{spot}: is JSON, but no object.")
    return value


def _parsed(path: Path, spot: _Spot) -> Any:
    """The JSON of a file, in any encoding of Unicode: Windows writes UTF-16, too."""
    try:
        return json.loads(path.read_bytes(), object_pairs_hook=_members, parse_constant=_no_number, parse_float=_finite)
    except OSError as error:
        raise InvalidOption(
            f"{spot}: cannot be read: {error.strerror or 'unknown error'}.",
            cure=f"Name a directory with {MAIN}, or the file of a tree.",
        ) from None
    except RecursionError:
        raise _too_deep(spot) from None
    except ValueError as error:
        cure = "Correct the file there."
        if isinstance(error, json.JSONDecodeError) and error.doc[error.pos : error.pos + 1] == "\u00a0":
            cure = "A non-breaking space (U+00A0) stands there, as in text from web pages. Make it an ordinary one."
        raise InvalidOption(f"{spot}: is no JSON: {error}.", cure=cure) from None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, dummy in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"an object has the member {_short(twice)} twice, and one of the two would be lost")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number that JSON has")


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)


def _short(text: str) -> str:
    return repr(text if len(text) <= 100 else f"{text[:100]}...")


# Writing


def files(tree: Rule) -> dict[str, bytes]:
    """The files of a tree by their path in the directory, `/` between folders; `read` gives the tree back.

    Every rule has a file of its own, whatever its name is: names that no file can have, or that a file beside it has
    already on some file system, are written a little differently.
    """
    found = {VARIABLES: _bytes(tree.get("variables") or [])}
    main = {**tree, "variables": f"{INCLUDE}{VARIABLES}"}
    _put(found, MAIN, "", main, {_folded(name) for name in (MAIN, VARIABLES, MANIFEST)})
    return found


def _put(found: dict[str, bytes], path: str, folder: str, rule: Rule, taken: set[str]) -> None:
    """The rule's file, and those of the rules below it, which lie in `folder` (ends in `/`, or is empty)."""
    children = rule.get("children")
    if not children or len(folder.encode()) > LONGEST_FOLDER:
        found[path] = _bytes(rule)
        return
    names = [_free(_stem(str(child.get("name"))), taken) for child in children]
    own = folder.removesuffix("/").rpartition("/")[2]
    included = [f"{INCLUDE}{own}/{name}.json" if own else f"{INCLUDE}{name}.json" for name in names]
    found[path] = _bytes({**rule, "children": included})
    for name, child in zip(names, children, strict=True):
        _put(found, f"{folder}{name}.json", f"{folder}{name}/", child, set())


def _stem(name: str) -> str:
    """A rule's name as the name of its file, without `.json`, and of the folder of the rules below it."""
    encoded = _UNSAFE.sub(lambda found: quote(found[0], safe="", errors="surrogatepass"), name).strip()
    stem = encoded.encode()[:LONGEST_NAME].decode(errors="ignore").strip()
    return stem.replace(".", "%2E") if stem in (".", "..") else stem or "unnamed"


def _free(stem: str, taken: set[str]) -> str:
    """The stem, with a number where a file or folder of that name is taken."""
    for number in itertools.count(1):
        name = stem if number == 1 else f"{stem} ({number})"
        both = {_folded(name), _folded(f"{name}.json")}
        if not both & taken:
            taken |= both
            return name
    raise AssertionError("numbers have ended")


def _folded(name: str) -> str:
    """What is the same for a file system that knows neither case nor forms of one character."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _bytes(value: Any) -> bytes:
    # Half a pair of surrogates, which UTF-8 cannot write, becomes `\udXXX`: what JSON itself calls it.
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode(errors="backslashreplace")
