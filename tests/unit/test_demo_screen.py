# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demonstration prints."""

from __future__ import annotations

import io

import demo_screen
import pytest
from demo_screen import Screen, columns, fitted

LONG = "There is no CA set of that name, and a long story follows about why that is so and what it means for all. " * 2


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [("short", 10, "short"), ("two\n lines ", 10, "two lines"), ("a longer text", 8, "a lon..."), ("abc", 3, "abc")],
)
def test_text_is_fitted_into_one_line(text: str, width: int, shown: str) -> None:
    assert fitted(text, width) == shown


@pytest.mark.parametrize("width", [60, 80, 100])
def test_a_table_is_never_wider_than_asked(width: int) -> None:
    table = columns(("step", "what", "why"), [("create", "a " * 70, LONG), (1, "two", "short")], width)
    assert max(map(len, table)) <= width
    assert table[0].split() == ["step", "what", "why"]
    assert table[-1].split() == ["1", "two", "short"]


def test_a_cell_is_folded_once_and_cut_then() -> None:
    assert columns(("a", "b"), [(1, "one two three four five six seven eight")], 18) == [
        "a  b",
        "1  one two three",
        "   four five si...",
    ]


def test_steps_are_told_in_words() -> None:
    target = {"kind": "ca_set_version", "name": "partners", "id": "1", "version": 2, "network": "STAGING"}
    assert demo_screen.step_line({"verb": "activate", "target": target}) == (
        "activate   CA set partners, version 2 on STAGING"
    )
    other = {"kind": "edge_thing", "name": "x", "id": None, "version": None, "network": None}
    assert demo_screen.step_line({"verb": "edit", "target": other}) == "edit       edge thing x"


def test_what_is_piped_is_plain_and_at_most_100_wide() -> None:
    screen = Screen(io.StringIO(), {})
    screen.headline(1, 9, "The account")
    screen.say(LONG, "yellow")
    screen.good(LONG)
    screen.code(LONG)
    screen.table(("a", "b"), [(LONG, LONG)])
    text = screen.stream.getvalue()  # type: ignore[attr-defined]
    assert "\x1b" not in text
    assert "\r" not in text
    assert max(map(len, text.splitlines())) <= demo_screen.WIDEST


@pytest.mark.parametrize(
    ("environ", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)], ids=str
)
def test_colour_is_for_terminals_that_want_it(environ: dict[str, str], coloured: bool) -> None:
    screen = Screen(Terminal(), environ)
    screen.good("done")
    assert ("\x1b[32m" in screen.stream.getvalue()) is coloured  # type: ignore[attr-defined]


def test_on_a_terminal_the_sign_of_life_is_written_over() -> None:
    screen = Screen(Terminal(), {"NO_COLOR": "1"})
    screen.busy("waiting (1 s)")
    screen.busy("waiting (2 s)")
    screen.line("done")
    assert screen.stream.getvalue() == (  # type: ignore[attr-defined]
        "\r\x1b[K  … waiting (1 s)\r\x1b[K  … waiting (2 s)\r\x1b[Kdone\n"
    )


def test_in_a_pipe_it_speaks_only_after_a_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(demo_screen.time, "monotonic", lambda: now[0])
    screen = Screen(io.StringIO(), {})
    for moment in (0.5, 1.9, 2.1, 3.0, 4.2):
        now[0] = moment
        screen.busy(f"waiting ({moment} s)")
    assert screen.stream.getvalue() == "  … waiting (2.1 s)\n  … waiting (4.2 s)\n"  # type: ignore[attr-defined]
