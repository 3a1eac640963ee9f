# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The edits of a property version: what a task wants of its rules and host names (MEANING 21, 23, 27)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from .._domain import child_rules, hostnames, mtls_rule, rule_tree
from .._domain.errors import InvalidOption
from .._domain.hostnames import Item
from .._domain.mtls_rule import RuleWish
from .._domain.plan import Document
from .._domain.references import given
from .._domain.rule_tree import Rule
from .._wire.errors import ApiError
from .hostname_edits import HOSTNAME, HostnameEdit
from .mets_operations import refuse_deleting
from .mets_world import CaSetRef
from .side_reads import unreadable
from .tree_edits import TreeEdit
from .world import World

# Members of a rule in results, besides `state`.
RULE: t.Final = (
    "rule_name",
    "rule_path",
    "hostnames",
    "hostnames_excepted",
    "other_criteria",
    "ca_set_ids",
    "ca_set_names",
    "enforcement",
    "ocsp",
    "client_certificate_attributes",
    "log_field",
    "child_rules",
)
Names = t.Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Content:
    """What a property version holds. `hostnames` is None where they were not needed.

    `declared` are the rules of a wish for the whole tree: PAPI fills in what it leaves out of options.
    """

    rules: Rule
    rule_format: str
    hostnames: list[Item] | None
    etag: t.Any = None
    comments: str | None = None
    errors: list[Document] = field(default_factory=list)
    warnings: list[Document] = field(default_factory=list)
    declared: bool = False

    @classmethod
    def read(cls, world: World, prop: Document, version: int, *, hostnames: bool) -> Content:
        """A version as it is, with its host names where they are needed."""
        content = cls(**from_envelope(world.papi.rules(prop, version)), hostnames=None)
        return content.full(world, prop, version) if hostnames else content

    def full(self, world: World, prop: Document, version: int) -> Content:
        """With the host names."""
        return self if self.hostnames is not None else replace(self, hostnames=world.papi.hostnames(prop, version))

    def same_rules(self, other: Content) -> bool:
        """Whether the rules are the other's, or what PAPI makes of them where the other's are declared."""
        if self.rule_format != other.rule_format:
            return False
        if other.declared:
            return not rule_tree.dropped(other.rules, self.rules)
        return rule_tree.equal(self.rules, other.rules)

    def same_hostnames(self, other: Content) -> bool:
        return hostnames.equal(self.hostnames or [], other.hostnames or [])


def from_envelope(envelope: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The members of a `Content` that the answers about rules have."""
    return {
        "rules": envelope["rules"],
        "rule_format": str(envelope["ruleFormat"]),
        "etag": envelope.get("etag"),
        "comments": envelope.get("comments"),
        "errors": envelope.get("errors") or [],
        "warnings": envelope.get("warnings") or [],
    }


@dataclass(frozen=True, slots=True)
class RuleEdit:
    """One rule that shall be there, or not. `wish` has the ids of the sets once they are resolved."""

    present: bool
    wish: RuleWish
    set_refs: tuple[CaSetRef, ...] = ()

    @classmethod
    def of(cls, options: t.Mapping[str, t.Any]) -> RuleEdit:
        name = given(options.get("rule_name")) or mtls_rule.DEFAULT_NAME
        present = options["state"] == "present"
        children = child_rules.checked(options.get("child_rules"), name, present=present)
        if not present:
            return cls(False, RuleWish(rule_name=name, child_rules=children))
        refs = [CaSetRef.required({"ca_set_name": n}) for n in options.get("ca_set_names") or []]
        refs += [CaSetRef.required({"ca_set_id": n}) for n in options.get("ca_set_ids") or []]
        if not refs and any(options.get(option) is not None for option in ("ca_set_names", "ca_set_ids")):
            raise InvalidOption(
                f"ca_set_names, ca_set_ids: rule {name!r} needs at least one CA set.",
                cure="Leave both options out to keep what is there.",
            )
        wish = RuleWish(
            hostnames=options.get("hostnames"),
            rule_name=name,
            enforcement=options.get("enforcement"),
            ocsp=options.get("ocsp"),
            client_certificate_attributes=options.get("client_certificate_attributes"),
            log_field=options.get("log_field"),
            child_rules=children,
        )
        return cls(True, wish, tuple(refs))

    @property
    def keys(self) -> tuple[str, ...]:
        return (f"rule {self.wish.rule_name!r}",)

    def resolved(self, world: World) -> tuple[RuleEdit, dict[str, str]]:
        """The edit with ids of its sets, and their names by id."""
        found = [world.mets.required(ref) for ref in self.set_refs]
        for ca_set in found:
            refuse_deleting(ca_set)
        names = {str(ca_set["caSetId"]): str(ca_set["caSetName"]) for ca_set in found}
        return replace(self, wish=replace(self.wish, ca_set_ids=list(names) or None)), names

    def make(self, rules: Rule, rule_format: str) -> mtls_rule.Edit:
        if self.present:
            return mtls_rule.ensure(rules, rule_format, self.wish)
        return mtls_rule.remove(rules, rule_format, self.wish.rule_name, self.wish.child_rules or ())


Edit: t.TypeAlias = "RuleEdit | HostnameEdit | TreeEdit"
# By the member that an item of `edits` has.
KINDS: t.Final[t.Mapping[str, t.Callable[[t.Mapping[str, t.Any]], Edit]]] = {
    "mtls_rule": RuleEdit.of,
    "hostname": HostnameEdit.of,
    "rules": TreeEdit.of,
}


def from_options(items: t.Sequence[t.Mapping[str, t.Any]]) -> list[Edit]:
    """The edits of `papi_property_edit`. Two about one rule, one host name or the tree are refused (MEANING 27)."""
    edits: list[Edit] = []
    for number, item in enumerate(items):
        kinds = [kind for kind in KINDS if item.get(kind) is not None]
        if len(kinds) != 1:
            raise InvalidOption(f"edits[{number}]: exactly one of {', '.join(KINDS)} is needed.")
        edits.append(KINDS[kinds[0]](item[kinds[0]]))
    if not edits:
        raise InvalidOption("edits: at least one edit is needed.")
    refuse_twins(edits)
    return edits


def refuse_twins(edits: t.Sequence[Edit]) -> None:
    keys = [key for edit in edits for key in edit.keys]
    twins = sorted({key for key in keys if keys.count(key) > 1})
    if twins:
        raise InvalidOption(f"edits: more than one is about {', '.join(twins)}.", cure="Put them together into one.")


@dataclass(frozen=True, slots=True)
class Made:
    """A content with all edits made, and what is before and after them: the rules and host names concerned."""

    content: Content
    rules_before: list[Document]
    rules_after: list[Document]
    hostnames_before: list[Document]
    hostnames_after: list[Document]
    rules_changed: bool
    hostnames_changed: bool

    @property
    def changed(self) -> bool:
        return self.rules_changed or self.hostnames_changed


def make(edits: t.Sequence[Edit], content: Content) -> Made:
    """Pure: all edits on one content."""
    tree, items, declared = content.rules, content.hostnames, False
    rules: tuple[list[Document], list[Document]] = ([], [])
    names: tuple[list[Document], list[Document]] = ([], [])
    for edit in edits:
        if isinstance(edit, RuleEdit):
            one, name = edit.make(tree, content.rule_format), edit.wish.rule_name
            for shown, rule, moment in zip(rules, (one.before, one.after), (tree, one.tree), strict=True):
                shown.append(_rule_entry(rule, name, moment))
            tree = one.tree
        elif isinstance(edit, TreeEdit):
            tree, declared = edit.source.tree, True
        else:
            many = edit.make(items or [])
            items = many.items
            for shown, found in zip(names, (many.before, many.after), strict=True):
                by_name = {entry["cname_from"]: entry for entry in found}
                shown += [_entry(by_name.get(name), HOSTNAME, cname_from=name) for name in edit.names]
    if declared:
        rules = (_enforcing(edits, content.rules, content), _enforcing(edits, tree, content))
        if not rule_tree.dropped(tree, content.rules):
            tree, declared = content.rules, False
    changed = (tree is not content.rules, items is not None and not hostnames.equal(items, content.hostnames or []))
    return Made(replace(content, rules=tree, hostnames=items, declared=declared), *rules, *names, *changed)


def _enforcing(edits: t.Sequence[Edit], tree: Rule, content: Content) -> list[Document]:
    """The rules that edits name, as they are in a tree: beside an edit of all rules, one edit does not tell."""
    shown = []
    for edit in edits:
        if isinstance(edit, RuleEdit):
            places = [p for p in mtls_rule.find_enforcing(tree) if p.rule.get("name") == edit.wish.rule_name]
            rule = mtls_rule.project(places[0], mtls_rule.family(content.rule_format)) if places else None
            shown.append(_rule_entry(rule, edit.wish.rule_name, tree))
    return shown


def _rule_entry(rule: Document | None, name: str, tree: Rule) -> Document:
    """A rule in results; of one that enforces nothing, what is left below it."""
    left = {"child_rules": mtls_rule.left(tree, name)} if rule is None else {}
    return {**_entry(rule, RULE, rule_name=name), **left}


def _entry(found: Document | None, members: t.Sequence[str], **key: str) -> Document:
    """An entry of results; of what is not there only its key."""
    state = "absent" if found is None else "present"
    return {**dict.fromkeys(members), **key, **(found or {}), "state": state}


def with_names(entry: Document, names: Names) -> Document:
    """A rule or host name with the names of its CA sets, which a prediction knows as well; a rule's in their order."""
    if entry.get("mtls"):
        return {**entry, "mtls": {**entry["mtls"], "ca_set_name": names.get(entry["mtls"]["ca_set_id"])}}
    if entry.get("ca_set_ids") is None:
        return entry
    pairs = sorted(
        ((names.get(number), number) for number in entry["ca_set_ids"]),
        key=lambda pair: (pair[0] is None, pair[0] or "", pair[1]),
    )
    return {**entry, "ca_set_ids": [number for _name, number in pairs], "ca_set_names": [name for name, _n in pairs]}


def set_names(world: World, entries: t.Iterable[Document], known: Names) -> dict[str, str]:
    """The names of all sets in rules and host names, by id; those that METS does not have, or may not show, are left out."""
    names = dict(known)
    wanted: set[str] = set()
    for entry in entries:
        wanted.update(entry.get("ca_set_ids") or [])
        if entry.get("mtls"):
            wanted.add(entry["mtls"]["ca_set_id"])
    if wanted <= names.keys():
        return names
    try:
        listed = world.mets.ca_sets()
    except ApiError as error:
        if not unreadable(error):
            raise
        return names
    return {**{str(s["caSetId"]): str(s["caSetName"]) for s in listed}, **names}
