# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents for fuzzing: anything at all, and acceptable ones with a few places overwritten. Deterministic."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "prp_", "ctr_", "ehn_x", "latest", "-1", "9" * 40, "#/rules", "default", "\x00", "é" * 600, "\ud800"]
    ),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(10**30), max_value=10**30),
    st.floats(),
    TEXTS,
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)
FUZZ = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, value in items for place in places(value, (*path, key)))]


def put(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[path[0]] = put(copy[path[0]], path[1:], value)
    return copy


class Mutated:
    """A document and what was done to make it; only the latter is shown when a test fails."""

    def __init__(self, document: Any, edits: list[tuple[str, Any]]) -> None:
        self.document = document
        self.edits = edits

    def __repr__(self) -> str:
        return "Mutated: " + "; ".join(f"{where} := {value!r}" for where, value in self.edits)


@st.composite
def mutated(draw: st.DrawFn, body: Any) -> Mutated:
    """An acceptable body with one to three places overwritten by anything, or some member more."""
    made = Mutated(body, [])
    for _ in range(draw(st.integers(1, 3))):
        # The whole body is overwritten by another strategy: VALUES.
        place = draw(st.sampled_from(places(made.document)[1:] or [()]))
        target = made.document
        for key in place:
            target = target[key]
        if isinstance(target, dict) and draw(st.booleans()):
            place = (*place, draw(TEXTS))
            made.document = put(made.document, place[:-1], {**target, place[-1]: (value := draw(VALUES))})
        else:
            made.document = put(made.document, place, value := draw(VALUES))
        made.edits.append(("/" + "/".join(map(str, place)), value))
    return made


def anything(body: Any) -> st.SearchStrategy[Mutated]:
    """Mostly mutations of an acceptable body, else any JSON."""
    return mutated(body) | mutated(body) | mutated(body) | VALUES.map(lambda value: Mutated(value, [("/", value)]))
