# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rule tree of a property version as files: papi-v1.md 15.1. What is written is on disk, never in the account."""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass, replace
from pathlib import Path

from .._domain import snippets
from .._domain.errors import InvalidOption, NotFound
from .._domain.plan import SERVER_MADE, Document, Plan, Step, Target
from .._domain.references import given, prefixed
from .._domain.snippets import MANIFEST, Manifest
from .folder import Folder
from .papi_world import PropertyRef, numbered, version_word
from .world import Wait, World


@dataclass(frozen=True, slots=True)
class Current:
    """The version, the files that it makes, and what is in the directory of these and of an earlier export."""

    brief: Document
    wanted: t.Mapping[str, bytes]
    held: t.Mapping[str, bytes]

    @property
    def differing(self) -> list[str]:
        """The files of the tree that are not as wanted, those that go first."""
        names = sorted({*self.wanted, *self.held} - {MANIFEST}, key=lambda name: (name in self.wanted, name))
        return [name for name in names if self.held.get(name) != self.wanted.get(name)]


@dataclass(frozen=True, slots=True)
class Write:
    """What a file shall hold, None for no file at all."""

    current: Current
    content: bytes | None


class RulesExport:
    """The wish for the files of a rule tree, made from the options of `papi_rules_export`."""

    def __init__(self, options: t.Mapping[str, t.Any], **context: t.Any) -> None:
        self.ref = PropertyRef.required(options)
        self.version = version_word(options)
        dest = given(options.get("dest"))
        if dest is None:
            raise InvalidOption("dest: a directory is needed.", cure="It is made if it does not exist.")
        self.folder = Folder("dest", Path(dest).expanduser().absolute())

    # read

    def read(self, world: World) -> Current:
        prop = world.papi.required(self.ref)
        number = numbered(prop, self.version)
        if number is None:
            raise NotFound(
                f"version: the {self.ref} has no version {self.version}."
                if self.version.isdecimal()
                else f"version: nothing is active on {self.version.upper()} of the {self.ref}.",
                cure=f"Its latest is {prop['latestVersion']}.",
            )
        envelope = world.papi.rules(prop, number)
        earlier = snippets.manifest(self.folder.root, "dest")
        wanted = snippets.files(envelope["rules"])
        etag = envelope.get("etag")
        brief = {
            "property_id": prefixed(prop["propertyId"], "property"),
            "property_name": prop["propertyName"],
            "property_version": number,
            "base_version": number,
            "created": False,
            "etag": etag,
            "rule_format": str(envelope["ruleFormat"]),
        }
        noted = Manifest(
            str(brief["property_id"]), number, etag if isinstance(etag, str) else None, tuple(sorted(wanted))
        )
        wanted[MANIFEST] = noted.content()
        names = {*wanted, *(earlier.files if earlier is not None else ())}
        held = {name: content for name in names if (content := self.folder.held(name)) is not None}
        return Current(brief, wanted, held)

    # plan

    def plan(self, current: Current) -> Plan:
        number, names = current.brief["property_version"], current.differing
        steps = [self._step(current, name, current.wanted.get(name)) for name in names]
        last = self._step(current, MANIFEST, current.wanted[MANIFEST])
        if steps:
            # Whoever comes after a killed run sees from it that the files are no version's, and which ones are ours.
            ours = tuple(sorted({*current.wanted, *current.held} - {MANIFEST}))
            begun = Manifest(current.brief["property_id"], None, None, ours).content()
            first = replace(self._step(current, MANIFEST, begun), reason="An export is under way.", part="begun")
            steps = [first, *steps, replace(last, verb="update", reason=f"The files are version {number}'s now.")]
        elif current.held.get(MANIFEST) != current.wanted[MANIFEST]:
            steps = [last]
        changing = sorted({str(step.target.name) for step in steps})
        return Plan(
            before=self._result(current, changing, current.held),
            after=self._result(current, changing, current.wanted),
            steps=steps,
        )

    @staticmethod
    def _step(current: Current, name: str, content: bytes | None) -> Step:
        number = current.brief["property_version"]
        if content is None:
            verb, reason = "delete", f"Version {number} has no rule for it."
        elif name in current.held:
            verb, reason = "update", f"It is not as in version {number}."
        else:
            verb, reason = "create", "There is no such file."
        return Step(verb, Target("file", name), reason, Write(current, content), local=True)

    # results

    @staticmethod
    def _result(current: Current, changing: t.Sequence[str], held: t.Mapping[str, bytes]) -> Document:
        unknown = MANIFEST if held is current.wanted and not isinstance(current.brief["etag"], str) else None
        return {
            "property": current.brief,
            "files": sorted(held),
            "changed_files": [
                {"path": name, "sha256": SERVER_MADE if name == unknown else hashlib.sha256(held[name]).hexdigest()}
                for name in changing
                if name in held
            ],
        }

    def people(self, result: Document) -> Document:
        return self.projection(result)

    @staticmethod
    def projection(result: t.Mapping[str, t.Any] | None) -> Document:
        """What a diff shows: a line for each file that changes."""
        entries = (result or {}).get("changed_files") or []
        return {"changed_files": [_line(entry["path"], entry["sha256"]) for entry in entries]}

    # apply

    def apply(self, world: World, plan: Plan, waiter: Wait) -> None:
        changing = sorted({str(step.target.name) for step in plan.steps})
        held = dict(plan.steps[0].payload.current.held) if plan.steps else {}
        for step in plan.steps:
            name, write = str(step.target.name), step.payload
            if write.content is None:
                self.folder.remove(name)
                del held[name]
            else:
                self.folder.write(name, write.content)
                held[name] = write.content
            step.done = True
            plan.seen = self._result(write.current, changing, held)


def _line(path: str, digest: t.Any) -> t.Any:
    return f"{path} (SHA-256 {digest[:12]})" if isinstance(digest, str) else digest
