# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Law 6: whatever the options of a module are, it ends well or in the one failure shape; never with a traceback."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from in_process import MODULES, RUNNER, House
from registry import WISHES
from starts import enter

Options = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
CONNECTION = {
    *("edgerc", "section", "host", "client_token", "client_secret", "access_token"),
    *("account_switch_key", "ca_path", "http_timeout", "retry_timeout"),
}
FAILURE = {"api", "status", "type", "title", "detail", "errors", "request_id", "cure", "retryable"}

TEXTS: list[Any] = [
    *("", " ", "~", "-", "0", "00", "-1", "1.5", "latest", "nan", "inf", "null", "None", "{{ x }}", "%s %(a)s {0}"),
    "a=b c",
    *(
        "9" * 30,
        "9" * 400,
        "x" * 5000,
        "a\nb",
        "a\tb",
        "\x00",
        "\x1b[31m",
        "\u202eabc",
        "\u0661\u0662",
        "💥",
        "Ä" * 300,
    ),
    *(
        "../../etc/passwd",
        "/",
        "/dev/null",
        "/nowhere/at/all",
        "*.example.com",
        "prp_1",
        "ctr_",
        "grp_x",
        "https://a b/",
    ),
]
NUMBERS: list[Any] = [-1, 0, 1, 2**31, 10**30, 0.5, -0.5, 1e308, float("nan"), float("inf")]
SHAPES: list[Any] = [
    None,
    True,
    False,
    [],
    [None],
    [""],
    [[]],
    [{}],
    [{"a": None}],
    [1, "a", None],
    {},
    {"a": {"b": []}},
]
FOREIGN: list[Any] = [
    [{"plan": "text"}],
    [{"plan": [None, 1, "a"]}],
    [{"plan": [{"verb": "create"}]}],
    [{"plan": [{"verb": "create", "target": None, "done": True}]}],
    [{"plan": [{"verb": "odd", "target": {"kind": "odd"}, "done": False}], "deferred": 7}],
    [{"plan": [{"verb": "create", "target": {"kind": "ca_set", "name": None}, "done": True}], "ca_set": "text"}],
    [{"results": [None, 1]}],
    [{"results": "text", "plan": None}],
]
#: What an option of some type is tried with: all that is odd for it, and a little of everything else.
STRAY: list[Any] = ["", "x", "\x00", -1, float("nan"), None, True, [], [None], {}]
COUNTS: list[Any] = [*NUMBERS, "nan", "inf", "1.5", "9" * 5000]
BY_TYPE: dict[str, list[Any]] = {
    **dict.fromkeys(("str", "path"), TEXTS),
    **dict.fromkeys(("int", "float"), COUNTS),
    **dict.fromkeys(("list", "dict", "bool", "raw"), SHAPES),
}


class Seen(Exception):
    """Carries the argument specification of a module out of its `main`."""


@cache
def spec(module: str) -> Mapping[str, Any]:
    runner = importlib.import_module(RUNNER)
    kept = runner.Module

    def capture(*specs: Any, **_least: Any) -> None:
        raise Seen(runner.merged(*specs))

    runner.Module = capture
    try:
        importlib.import_module(f"{MODULES}.{module}").main()
    except Seen as seen:
        found: Mapping[str, Any] = seen.args[0]
        return found
    finally:
        runner.Module = kept
    raise AssertionError(f"{module} has not asked for its options")


def base(module: str) -> Options:
    """Options with which the module runs: those of a wish of the registry, or of the info twin of one."""
    for wish in WISHES:
        if wish.module == module:
            return wish.arguments
        if wish.twin.module == module:
            return dict(wish.twin.options)
    names = spec(module)
    usual = {"ca_set_name": "partners", "common_name": "www.example.com", "property_name": "www"}
    return {name: value for name, value in usual.items() if name in names}


def odd_values(option: Mapping[str, Any], name: str) -> list[Any]:
    if name == "assume":
        return [*FOREIGN, *SHAPES]
    inner = option.get("options")
    nested = [
        [{key: value}] for key in inner or {} for value in (None, "", "\x00", 10**30, [None], {"a": 1}, "x" * 5000)
    ]
    if inner and option.get("type") == "dict":
        nested = [item for (item,) in nested]
    kind = option.get("type", "str")
    return [*BY_TYPE[kind], *STRAY, *nested, *([[value] for value in TEXTS] if kind == "list" and not inner else [])]


def check(house: House, module: str, options: Options) -> None:
    house.printed.clear()
    house.control.forget_requests()
    told = f"{module} {json.dumps(options)[:600]}"
    result = house.run(module, check=True, **{"retry_timeout": 0.001, "section": "default", **options})
    text = house.printed[-1]
    json.loads(text, parse_constant=lambda constant: pytest.fail(f"{told}: {constant} is no JSON"))
    assert "Traceback" not in text, told
    if result.get("failed"):
        assert result["msg"].strip(), told
        assert set(result["failure"]) >= FAILURE, told
        assert result["failure"]["type"] != "internal", f"{told}: {result['msg'][:400]}"
        assert result["failure"]["cure"] or result["failure"]["api"] != "local", f"{told}: {result['msg'][:400]}"
        assert result["changed"] is False, told
    assert house.writes() == [], told


@pytest.fixture(scope="module")
def standing(running: House) -> House:
    enter(running, "enrollment bound to the same")
    return running


@pytest.mark.parametrize("module", NAMES)
def test_one_odd_value(standing: House, module: str) -> None:
    for position, (name, option) in enumerate(spec(module).items()):
        # All modules have the connection in common: once is enough. Of the values each option gets every third, another
        # third in each module, so that an option that several modules share meets them all.
        if module == NAMES[0] or name not in CONNECTION:
            for value in odd_values(option, name)[(position + NAMES.index(module)) % 3 :: 3]:
                check(standing, module, {**base(module), name: value})


ODD_PAIRS = 15


@pytest.mark.parametrize("module", NAMES)
def test_several_odd_values(standing: House, module: str) -> None:
    names = sorted(set(spec(module)) - {"edgerc", "ca_path", "host"})
    values = {name: odd_values(spec(module)[name], name) for name in names}

    @settings(
        max_examples=ODD_PAIRS, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(st.data())
    def several(data: st.DataObject) -> None:
        chosen = data.draw(st.lists(st.sampled_from(names), min_size=2, max_size=5, unique=True))
        options = {name: data.draw(st.sampled_from(values[name])) for name in chosen}
        check(standing, module, {**base(module), **options})

    several()


@pytest.mark.parametrize("module", NAMES)
def test_no_option_at_all_and_options_that_do_not_exist(standing: House, module: str) -> None:
    check(standing, module, {})
    check(standing, module, {**base(module), "unknown": "x", "": "y", "Ä": None})


@pytest.mark.parametrize("module", NAMES)
def test_pairs_that_exclude_each_other(standing: House, module: str) -> None:
    together = {
        *("ca_set_name", "ca_set_id", "common_name", "enrollment_id", "property_name", "property_id"),
        *("certificates_file", "certificates_directory", "clone_from", "version", "base_version", "deactivate"),
    } & set(spec(module))
    for first in sorted(together):
        for second in sorted(together - {first}):
            check(standing, module, {**base(module), first: "1", second: "2"})
