# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What PAPI has stored and must not go live: new errors, and what it has not kept (MEANING 22, papi-v1.md 6.4 and 6.5)."""

from __future__ import annotations

import typing as t
from collections import Counter

from .._domain.errors import WishError
from .._domain.plan import Document


class Rejected(WishError):
    """What PAPI has stored is not what may go live: it has errors, or lacks something that was sent (MEANING 22)."""

    def __init__(self, kind: str, title: str, msg: str, errors: t.Iterable[t.Mapping[str, t.Any]], cure: str) -> None:
        super().__init__("frozen", msg, errors=errors, cure=cure)
        self.kind, self.title = kind, title

    def failure(self) -> Document:
        return {**super().failure(), "api": "papi", "type": self.kind, "title": self.title}


def new_items(found: t.Iterable[Document], before: t.Iterable[Document]) -> list[Document]:
    """The errors or warnings that were not there before, wherever in the tree they stand."""
    known = Counter(map(_meaning, before))
    new = []
    for item in found:
        known[_meaning(item)] -= 1
        if known[_meaning(item)] < 0:
            new.append(item)
    return new


def refuse_new_errors(found: t.Iterable[Document], before: t.Iterable[Document], version: int) -> None:
    new = new_items(found, before)
    if new:
        raise Rejected(
            "rule_errors",
            "The property version has errors",
            f"Version {version} with these edits has errors that its base does not have, so it cannot be activated: "
            + " ".join(error_text(error) for error in new[:3]),
            new,
            f"Correct the options. Version {version} was not activated.",
        )


def refuse_dropped(dropped: t.Sequence[str], version: int) -> None:
    if dropped:
        raise Rejected(
            "dropped_members",
            "PAPI has not kept what was sent",
            f"PAPI drops or changes in version {version}: {', '.join(dropped)}.",
            [{"member": name} for name in dropped],
            f"Check that product and rule format of the property have this. Version {version} was not activated.",
        )


def _meaning(item: Document) -> tuple[str, str, str]:
    return (str(item.get("type")), str(item.get("detail")), str(item.get("behaviorName")))


def error_text(error: Document) -> str:
    """What an error of PAPI says, and where (papi-v1.md 6.5)."""
    where = error.get("errorLocation")
    what = str(error.get("detail") or error.get("title") or error.get("type"))
    return f"{where}: {what}" if where else what
