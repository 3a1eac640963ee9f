# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demonstration holds against each other: plans, requests, and the account before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Document = dict[str, Any]

# The member that tells the elements of a list apart, by the name of the list.
KEYS = {
    "ca_sets": "caSetId",
    "enrollments": "id",
    "properties": "propertyId",
    "versions": "propertyVersion",
    "edge_hostnames": "edgeHostnameId",
    "cp_codes": "cpcodeId",
}
# What an account keeps of all that ever happened in it, by the name of the list that it stands in; `""` is the account.
HISTORY = {
    "": {"counters"},
    "enrollments": {"history", "certificateHistory"},
    "versions": {"stagingStatus", "productionStatus"},
    "properties": {"activations", "latestVersion", "stagingVersion", "productionVersion"},
}
# States of a change that is history.
FINISHED = {"completed", "cancelled"}
# Of a property version: what it holds, all else is its record.
CONTENT = ("rules", "hostnames", "ruleFormat")


class Wrong(Exception):
    """Something is not as it should be; the message says what, `details` holds the single differences."""

    def __init__(self, message: str, details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.details = list(details)


def steps(plan: Sequence[Document]) -> list[tuple[Any, ...]]:
    """What plans are compared by: all that a step says but `done` and the ids, which only the server gives."""
    return [
        (step["verb"], *(step["target"][name] for name in ("kind", "name", "version", "network")), step["reason"])
        for step in plan
    ]


def plan_differences(planned: Sequence[Document], happened: Sequence[Document]) -> list[str]:
    """Nothing when the steps that happened are the planned ones, in the same order, and all were done."""
    found = []
    for place, (before, after) in enumerate(zip(steps(planned), steps(happened), strict=False), start=1):
        if before != after:
            found.append(f"step {place}: planned {words(before)}, happened {words(after)}")
    if len(planned) != len(happened):
        found.append(f"{len(planned)} steps planned, {len(happened)} happened")
    return found + [f"step {place} was not done" for place, step in enumerate(happened, start=1) if not step["done"]]


def words(step: Sequence[Any]) -> str:
    return " ".join(str(part) for part in step if part is not None)


def methods(requests: Sequence[Document]) -> str:
    """`31 GET, 8 POST`, the most frequent first."""
    counts = Counter(request["method"] for request in requests).most_common()
    return ", ".join(f"{number} {method}" for method, number in counts) or "no requests"


def writes(requests: Sequence[Document]) -> list[str]:
    return [f"{r['method']} {r['path']}" for r in requests if r["write"]]


def account_differences(before: Document, after: Document) -> list[str]:
    """Member by member, what is not as found in the state documents; what `leftovers` counts aside."""
    known = {
        (document["propertyId"], version["propertyVersion"])
        for account in before["accounts"].values()
        for document in account["properties"]
        for version in document["versions"]
    }
    left, right = ({k: _account(v, known) for k, v in state["accounts"].items()} for state in (before, after))
    return list(differences(left, right))


def _account(account: Document, known: set[tuple[str, int]]) -> Document:
    """What holds now: without records of the past and property versions that are not `known`, live ones by their content."""
    shown = _without(account, "")
    shown["ca_sets"] = [ca_set for ca_set in account["ca_sets"] if ca_set["caSetStatus"] != "DELETED"]
    shown["enrollments"] = [_enrollment(document) for document in account["enrollments"]]
    shown["properties"] = [_property(document, known) for document in account["properties"]]
    return shown


def _without(document: Document, kind: str) -> Document:
    return {name: value for name, value in document.items() if name not in HISTORY[kind]}


def _enrollment(document: Document) -> Document:
    running = [change for change in document["changes"] if change["state"] not in FINISHED]
    return _without(document, "enrollments") | {"changes": running}


def _property(document: Document, known: set[tuple[str, int]]) -> Document:
    versions = {version["propertyVersion"]: version for version in document["versions"]}
    live = {
        f"active on {network}": {name: versions[number][name] for name in CONTENT} if number else None
        for network in ("staging", "production")
        for number in [document[f"{network}Version"]]
    }
    kept = [_without(v, "versions") for number, v in versions.items() if (document["propertyId"], number) in known]
    return _without(document, "properties") | {"versions": kept} | live


def leftovers(before: Document, after: Document) -> dict[str, int]:
    """What a teardown leaves behind, as it may: of what how many."""
    return {
        "DELETED CA set": _count(after, _deleted) - _count(before, _deleted),
        "property version": _count(after, _versions) - _count(before, _versions),
    }


def _count(state: Document, what: Any) -> int:
    return sum(what(account) for account in state["accounts"].values())


def _deleted(account: Document) -> int:
    return sum(ca_set["caSetStatus"] == "DELETED" for ca_set in account["ca_sets"])


def _versions(account: Document) -> int:
    return sum(len(document["versions"]) for document in account["properties"])


def differences(before: Any, after: Any, path: str = "", name: str = "") -> Iterator[str]:
    """`path: before -> after` for each member that differs; elements of lists go by their ids where they have any."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys([*before, *after]):
            yield from differences(before.get(key), after.get(key), f"{path}.{key}" if path else str(key), str(key))
    elif isinstance(before, list) and isinstance(after, list):
        left, right = _keyed(before, name), _keyed(after, name)
        for key in dict.fromkeys([*left, *right]):
            yield from differences(left.get(key), right.get(key), f"{path}[{key}]")
    elif before != after:
        yield f"{path}: {_short(before)} -> {_short(after)}"


def _keyed(elements: list[Any], name: str) -> dict[Any, Any]:
    key = KEYS.get(name)
    return {(element[key] if key and isinstance(element, Mapping) and key in element else place): element
            for place, element in enumerate(elements)}  # fmt: skip


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
