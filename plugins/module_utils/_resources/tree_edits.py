# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole rule tree as an edit of a property version, and what it could take away from others: MEANING 21 to 22a."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from pathlib import Path

from .._domain import rule_tree, snippets
from .._domain.errors import Hazard, InvalidOption, NotFound
from .._domain.plan import Document
from .._domain.references import given, prefixed, same_id
from .._domain.snippets import MANIFEST, Source
from .world import World

if t.TYPE_CHECKING:
    from .property_choice import Choice
    from .property_edits import Content, Edit, Made


@dataclass(frozen=True, slots=True)
class TreeEdit:
    """The whole tree shall be this one."""

    source: Source
    present: t.ClassVar = True
    keys: t.ClassVar = ("the whole rule tree",)

    @classmethod
    def of(cls, options: t.Mapping[str, t.Any]) -> TreeEdit:
        src, rules = given(options.get("src")), options.get("rules")
        if src is not None and rules is None:
            source = snippets.read(Path(src).expanduser().absolute())
        elif src is None and rules is not None:
            source = snippets.from_option(rules)
        else:
            raise InvalidOption("Exactly one of src and rules is needed.", cure="Give the tree in files or as it is.")
        if source.manifest is not None and source.manifest.version is None:
            raise InvalidOption(
                f"{source.origin}: an export into this directory has not come to its end.",
                cure="Run the task with papi_rules_export again.",
            )
        return cls(source)

    def require_fit(self, prop: Document, content: Content) -> None:
        """Refuses a tree that is another property's, in another rule format, or without what only the vendor may change."""
        source, noted = self.source, self.source.manifest
        if noted is not None and not same_id(noted.property_id, prop["propertyId"]):
            number = prefixed(prop["propertyId"], "property")
            raise InvalidOption(
                f"{source.origin}: the rules are an export of property {noted.property_id}, not of "
                f"{prop['propertyName']} ({number}).",
                cure=f"Take its {MANIFEST} out if they are meant for both.",
            )
        if noted is not None and t.cast(int, noted.version) > int(prop["latestVersion"]):
            raise NotFound(
                f"{source.origin}: the rules are an export of version {noted.version}, which property "
                f"{prop['propertyName']} does not have.",
                cure=f"Its latest is {prop['latestVersion']}. Export the rules again.",
            )
        if source.rule_format not in (None, content.rule_format):
            raise InvalidOption(
                f"{source.origin}: the rules are in rule format {source.rule_format}, those of the property in "
                f"{content.rule_format}, and the rule format of a property is never changed.",
                cure="Export the rules of this property and edit those.",
            )
        rule_tree.guard_locks(content.rules, source.tree)


def tree_of(edits: t.Iterable[Edit]) -> Source | None:
    """The whole tree that is wished for, if one is."""
    return next((edit.source for edit in edits if isinstance(edit, TreeEdit)), None)


def noted_version(edits: t.Iterable[Edit]) -> int | None:
    """The version that the wished tree was exported from, which is its base unless the task names another one."""
    source = tree_of(edits)
    return None if source is None or source.manifest is None else source.manifest.version


def hazards(world: World, choice: Choice, made: Made, source: Source) -> list[Hazard]:
    """Production serves, or is getting, content that was not there when the tree was exported (MEANING 22a)."""
    settled, noted = choice.life.states["PRODUCTION"].settled, source.manifest
    if noted is None or settled is None or settled == noted.version:
        return []
    read = type(choice.content).read
    live = read(world, choice.prop, settled, hostnames=True)
    exported = read(world, choice.prop, t.cast(int, noted.version), hostnames=True)
    wanted = made.content.full(world, choice.prop, choice.base)
    lost = [
        what
        for what, same in (
            ("rules", live.same_rules(exported) or live.same_rules(wanted)),
            ("host names", live.same_hostnames(exported) or live.same_hostnames(wanted)),
        )
        if not same
    ]
    if not lost:
        return []
    return [
        Hazard(
            "replace_other_version",
            f"PRODUCTION has version {settled}, whose {' and '.join(lost)} are neither those of version {noted.version}, "
            f"which {source.origin} was exported from, nor the wanted ones; they would be lost.",
        )
    ]


def remarks(choice: Choice, source: Source) -> list[str]:
    """What nobody can decide but the user."""
    noted, start = source.manifest, choice.content
    found = []
    if choice.writes and noted is None:
        found.append(
            f"{source.origin} does not say which version its rules come from: whatever else has changed in version "
            f"{choice.base} since then is replaced."
        )
    elif choice.writes and noted is not None and choice.base == noted.version and start.etag != noted.etag:
        found.append(f"Version {choice.base} was edited after its rules were exported; that is replaced.")
    pasted = sorted(_pasted(source.tree) - _pasted(start.rules)) if choice.writes else []
    if pasted:
        shown = ", ".join(text if len(text) <= 60 else f"{text[:60]}..." for text in map(repr, pasted[:5]))
        found.append(f"{source.origin} has values with a non-breaking space (U+00A0), which PAPI may refuse: {shown}.")
    held = choice.held.rules
    if not choice.writes and not rule_tree.dropped(source.tree, held):
        more = rule_tree.difference(source.tree, held)
        if more:
            few = ", ".join(more[:5]) + (f" and {len(more) - 5} more" if len(more) > 5 else "")
            found.append(
                f"{source.origin} leaves out options that version {choice.target} has: {few}. What is left out is not "
                "compared, as PAPI fills it in; give a value to have one."
            )
    return found


def _pasted(tree: t.Any) -> set[str]:
    """The texts with a non-breaking space in them (papi-v1.md 6.4)."""
    if isinstance(tree, str):
        return {tree} if "\u00a0" in tree else set()
    inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return set().union(*map(_pasted, inner))
