# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain import snippets
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.errors import InvalidOption
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

Rule = dict[str, Any]

CACHING = {"name": "caching", "options": {"behavior": "MAX_AGE", "ttl": "1d"}}


def rule(name: str, *children: Any, **members: Any) -> Rule:
    return {"name": name, "children": list(children), "behaviors": [CACHING], **members}


def tree(*children: Any, **members: Any) -> Rule:
    return rule("default", *children, variables=[], **members)


def put(directory: Path, documents: dict[str, Any]) -> Path:
    for name, document in documents.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
    return directory


def written(whole: Rule) -> dict[str, Any]:
    return {name: json.loads(content) for name, content in snippets.files(whole).items()}


# Writing


def test_the_files_are_those_of_the_guide() -> None:
    variable = {"name": "PMUSER_A", "value": "1", "description": None, "hidden": False, "sensitive": False}
    whole = {
        **tree(rule("Speed", rule("Images", rule("Large")), rule("Fonts")), rule("a/b: *?")),
        "variables": [variable],
    }
    assert written(whole) == {
        "main.json": {
            **whole,
            "children": ["#include:Speed.json", "#include:a%2Fb%3A %2A%3F.json"],
            "variables": "#include:pmVariables.json",
        },
        "pmVariables.json": [variable],
        "Speed.json": rule("Speed", "#include:Speed/Images.json", "#include:Speed/Fonts.json"),
        "Speed/Images.json": rule("Images", "#include:Images/Large.json"),
        "Speed/Images/Large.json": rule("Large"),
        "Speed/Fonts.json": rule("Fonts"),
        "a%2Fb%3A %2A%3F.json": rule("a/b: *?"),
    }


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["A", "A", "A"], ["A", "A (2)", "A (3)"]),
        (["A", "a", "A (2)"], ["A", "a (2)", "A (2) (2)"]),
        (["A/", "A%2F", " A%2f "], ["A%2F", "A%2F (2)", "A%2f (3)"]),
        (["\u00e9", "e\u0301"], ["\u00e9", "e\u0301 (2)"]),
        (["main", "PMVariables", ".edgetrust"], ["main (2)", "PMVariables (2)", ".edgetrust (2)"]),
        (["", "  ", ".", "..", "..."], ["unnamed", "unnamed (2)", "%2E", "%2E%2E", "..."]),
        # The folder of one and the file of the other.
        (["P", "P.json"], ["P", "P.json (2)"]),
        (["P.json", "P"], ["P.json", "P (2)"]),
        (["a\nb", "\x00", "\ud800"], ["a%0Ab", "%00", "%ED%A0%80"]),
        (['\\/:*?"<>|%~'], ["%5C%2F%3A%2A%3F%22%3C%3E%7C%~"]),
        (["\u4e2d" * 100], ["\u4e2d" * 76]),
    ],
)
def test_names_of_files(names: list[str], expected: list[str]) -> None:
    found = written(tree(*(rule(name, rule("Inner")) for name in names)))
    assert found["main.json"]["children"] == [f"#include:{name}.json" for name in expected]
    assert [found[f"{name}.json"]["name"] for name in expected] == names
    assert [found[f"{name}/Inner.json"] for name in expected] == [rule("Inner")] * len(names)


def test_a_rule_named_main_below_another_rule_is_named_as_it_is() -> None:
    assert "A/main.json" in snippets.files(tree(rule("A", rule("main"))))


def test_rules_too_deep_for_a_path_stay_in_their_parents_file() -> None:
    deep = rule("x" * 220)
    for dummy in range(20):
        deep = rule("x" * 220, deep)
    found = snippets.files(tree(deep))
    assert 9 < len(found) < 13
    assert max(len(name.encode()) for name in found) < 2600


NAMES = st.text(max_size=12) | st.sampled_from(
    [
        "A",
        "a",
        "A (2)",
        "main",
        "MAIN",
        "pmVariables",
        ".edgetrust",
        "",
        " ",
        ".",
        "..",
        "P",
        "P.json",
        "\ud800",
        "x" * 300,
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
ELEMENTS = st.lists(
    st.fixed_dictionaries(
        {"name": st.text(max_size=5), "options": st.dictionaries(st.text(max_size=4), VALUES, max_size=2)}
    ),
    max_size=2,
)


def rules(children: st.SearchStrategy[list[Rule]]) -> st.SearchStrategy[Rule]:
    return st.fixed_dictionaries(
        {"name": NAMES, "behaviors": ELEMENTS},
        optional={"children": children, "criteria": ELEMENTS, "comments": st.text(max_size=5)},
    )


TREES = st.builds(
    lambda children, behaviors, variables: {
        "name": "default",
        "behaviors": behaviors,
        "children": children,
        "variables": variables,
    },
    st.lists(
        st.recursive(rules(st.just([])), lambda inner: rules(st.lists(inner, max_size=4)), max_leaves=8), max_size=4
    ),
    ELEMENTS,
    ELEMENTS,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(tree(rule("A", rule("A", rule("A")), rule("a")), rule("A"), rule("main"), rule("pmVariables")))
@given(whole=TREES)
def test_what_is_written_reads_as_it_was(tmp_path_factory: pytest.TempPathFactory, whole: Rule) -> None:
    directory = tmp_path_factory.mktemp("tree")
    found = snippets.files(whole)
    folded = {unicodedata.normalize("NFD", name.casefold()) for name in found}
    assert len(folded) == len(found), "some file systems would take two of them for one"
    for name, content in found.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        assert not path.exists()
        path.write_bytes(content)
    assert snippets.read(directory).tree == whole


# Reading


def test_both_forms_read_alike(tmp_path: Path) -> None:
    bare, wrapped, file = tmp_path / "bare", tmp_path / "wrapped", tmp_path / "tree.json"
    whole = tree(rule("A"))
    put(bare, {"main.json": whole})
    put(wrapped, {"main.json": {"rules": whole, "ruleFormat": "v2025-10-16", "etag": "1"}})
    put(tmp_path, {"tree.json": {"rules": whole}})
    assert [snippets.read(path).tree for path in (bare, wrapped, file)] == [whole] * 3
    assert [snippets.read(path).rule_format for path in (bare, wrapped, file)] == [None, "v2025-10-16", None]
    assert [snippets.from_option(document).tree for document in (whole, {"rules": whole})] == [whole] * 2


def test_includes_resolve_from_the_file_and_else_from_main(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "main.json": tree(rule("Inline", "#include:A.json"), "#include:A.json")
            | {"variables": "#include:vars/all.json"},
            "vars/all.json": [{"name": "PMUSER_A"}],
            "A.json": rule("A", "#include:A/B.json"),
            "A/B.json": rule("B", "#include:C.json", "#include:A/D.json"),
            "A/C.json": rule("C beside B"),
            "C.json": rule("C beside main"),
            "A/D.json": rule("D"),
        },
    )
    a = rule("A", rule("B", rule("C beside B"), rule("D")))
    assert snippets.read(tmp_path).tree == {**tree(rule("Inline", a), a), "variables": [{"name": "PMUSER_A"}]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_every_unicode_encoding_reads(tmp_path: Path, encoding: str) -> None:
    put(tmp_path, {"main.json": json.dumps(tree(rule("\u00e4")), ensure_ascii=False).encode(encoding)})
    assert snippets.read(tmp_path).tree == tree(rule("\u00e4"))


def test_a_link_that_stays_inside_is_followed_and_the_directory_may_be_one(tmp_path: Path) -> None:
    home = put(tmp_path / "home", {"main.json": tree("#include:A.json"), "real.json": rule("A")})
    (home / "A.json").symlink_to("real.json")
    (tmp_path / "link").symlink_to(home)
    assert snippets.read(tmp_path / "link").tree == tree(rule("A"))


def nested(levels: int) -> Any:
    value: Any = {}
    for dummy in range(levels):
        value = {"a": value}
    return value


def chain(length: int) -> dict[str, Any]:
    return {f"{n}.json": rule(str(n), f"#include:{n + 1}.json") for n in range(length)} | {
        f"{length}.json": rule("end")
    }


BAD: list[tuple[dict[str, Any], str]] = [
    ({}, "src: {0}/main.json: cannot be read: No such file or directory."),
    ({"main.json": b"{"}, "src: {0}/main.json: is no JSON: Expecting property name"),
    ({"main.json": b""}, "src: {0}/main.json: is no JSON: Expecting value"),
    ({"main.json": b"\xff\xfe\xff"}, "src: {0}/main.json: is no JSON: 'utf-16"),
    ({"main.json": b'{"name": "default", "a": NaN}'}, "src: {0}/main.json: is no JSON: NaN is no number"),
    ({"main.json": b'{"name": "default", "a": 1e999}'}, "src: {0}/main.json: is no JSON: 1e999 is no number"),
    (
        {"main.json": b'{"children": [], "children": []}'},
        "src: {0}/main.json: is no JSON: an object has the member 'children' twice",
    ),
    ({"main.json": b"[" * 100_000}, "src: {0}/main.json: is nested too deep."),
    ({"main.json": []}, "src: {0}/main.json: is JSON, but no object."),
    ({"main.json": rule("Other")}, "src: {0}/main.json: holds no rule tree."),
    ({"main.json": {"rules": []}}, "src: {0}/main.json: holds no rule tree."),
    ({"main.json": tree(rule("A", 7))}, "src: {0}/main.json: /children/0/children/0: is no rule."),
    ({"main.json": tree({"behaviors": []})}, "src: {0}/main.json: /children/0: is no rule."),
    ({"main.json": {"rules": tree(7)}}, "src: {0}/main.json: /rules/children/0: is no rule."),
    ({"main.json": {**tree(), "children": {}}}, "src: {0}/main.json: /children: is not a list."),
    ({"main.json": {**tree(), "behaviors": [7]}}, "src: {0}/main.json: /behaviors/0: is no object with a `name`."),
    ({"main.json": {**tree(), "criteria": [{}]}}, "src: {0}/main.json: /criteria/0: is no object with a `name`."),
    (
        {"main.json": {**tree(), "behaviors": [{"name": "x", "options": 7}]}},
        "src: {0}/main.json: /behaviors/0: its options are no object.",
    ),
    ({"main.json": {**tree(), "variables": [{}]}}, "src: {0}/main.json: /variables/0: is no object with a `name`."),
    ({"main.json": {**tree(), "variables": "#include:v.json"}, "v.json": {}}, "src: {0}/v.json: is not a list."),
    (
        {"main.json": {**tree(), "variables": "#include:v.json"}, "v.json": [7]},
        "src: {0}/v.json: /0: is no object with a `name`.",
    ),
    (
        {"main.json": tree("A.json")},
        "src: {0}/main.json: /children/0: 'A.json' is neither given in full nor #include:FILE.",
    ),
    (
        {"main.json": tree(rule("A", "#include:B.json"))},
        "src: {0}/main.json: /children/0/children/0: there is no file 'B.json' in {0}.",
    ),
    (
        {"main.json": tree("#include:A/B.json"), "A/B.json": rule("B", "#include:C.json")},
        "src: {0}/A/B.json: /children/0: there is no file 'C.json' in {0}/A or {0}.",
    ),
    ({"main.json": tree("#include:\x00")}, "src: {0}/main.json: /children/0: there is no file '\\x00' in {0}."),
    ({"main.json": tree("#include:A.json"), "A.json": b"{,"}, "src: {0}/A.json: is no JSON"),
    ({"main.json": tree("#include:A.json"), "A.json": []}, "src: {0}/A.json: is no rule."),
    (
        {"main.json": tree("#include:A.json"), "A.json": rule("A", "#include:A.json")},
        "src: {0}/A.json: /children/0: 'A.json' includes itself",
    ),
    (
        {
            "main.json": tree("#include:A.json"),
            "A.json": rule("A", "#include:B.json"),
            "B.json": rule("B", "#include:A.json"),
        },
        "src: {0}/B.json: /children/0: 'A.json' includes itself",
    ),
    ({"main.json": tree("#include:main.json")}, "src: {0}/main.json: /children/0: 'main.json' includes itself"),
    (
        {"main.json": tree("#include:../out.json"), "../out.json": rule("A")},
        "src: {0}/main.json: /children/0: '../out.json' leads out of {0}.",
    ),
    ({"main.json": tree("#include:../none.json")}, "src: {0}/main.json: /children/0: '../none.json' leads out of {0}."),
    (
        {"main.json": tree("#include:/etc/hostname")},
        "src: {0}/main.json: /children/0: '/etc/hostname' leads out of {0}.",
    ),
    (
        {"main.json": tree("#includeIf:${env.x}:A.json")},
        "src: {0}/main.json: /children/0: #includeIf: is not supported",
    ),
    ({"main.json": {**tree(), "a": nested(300)}}, "src: {0}/main.json: is nested too deep."),
    ({"main.json": tree("#include:0.json"), **chain(250)}, "is nested too deep."),
]


@pytest.mark.parametrize(("documents", "said"), BAD)
def test_what_is_no_tree_is_refused_by_file_and_place(tmp_path: Path, documents: dict[str, Any], said: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    put(home, documents)
    with pytest.raises(InvalidOption) as refused:
        snippets.read(home)
    assert said.format(home) in refused.value.msg


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    home = put(tmp_path / "home", {"main.json": tree("#include:A.json")})
    put(tmp_path, {"out.json": rule("A")})
    (home / "A.json").symlink_to(tmp_path / "out.json")
    with pytest.raises(InvalidOption, match=r"'A.json' leads out of"):
        snippets.read(home)


def test_a_pasted_space_is_named_for_what_it_is(tmp_path: Path) -> None:
    put(tmp_path, {"main.json": '{"name":\u00a0"default"}'.encode()})
    with pytest.raises(InvalidOption) as refused:
        snippets.read(tmp_path)
    assert refused.value.cure and "U+00A0" in refused.value.cure


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "rules: holds no rule tree."),
        ({"rules": 1}, "rules: holds no rule tree."),
        (tree("#include:A.json"), "rules: /children/0: nothing can be included"),
        (tree(7), "rules: /children/0: is no rule."),
        (tree() | {"a": nested(300)}, "rules: is nested too deep."),
    ],
)
def test_what_is_no_tree_in_the_option_is_refused(document: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidOption) as refused:
        snippets.from_option(document)
    assert said in refused.value.msg


# The manifest


def test_the_manifest_reads_as_it_is_written(tmp_path: Path) -> None:
    noted = snippets.Manifest("prp_1", 3, "ab12", ("A/B.json", "main.json"))
    assert snippets.manifest(tmp_path) is None
    put(tmp_path, {"main.json": tree(), snippets.MANIFEST: noted.content()})
    assert snippets.manifest(tmp_path) == noted
    assert snippets.read(tmp_path).manifest == noted
    assert snippets.read(tmp_path / "main.json").manifest == noted
    bare = {"property_id": "prp_1", "version": 3, "etag": "ab12"}
    put(tmp_path, {snippets.MANIFEST: bare})
    assert snippets.manifest(tmp_path) == snippets.Manifest("prp_1", 3, "ab12")


@pytest.mark.parametrize(
    "members",
    [
        {"property_id": 1},
        {"version": "3"},
        {"version": True},
        {"version": 0},
        {"etag": 1},
        {"files": "main.json"},
        {"files": [1]},
        {"files": ["../main.json"]},
        {"files": ["/etc/hostname"]},
        {"files": ["a/../../b"]},
        {"files": [""]},
        {"files": ["a\x00"]},
        {"files": ["\ud800"]},
    ],
)
def test_a_damaged_manifest_is_refused(tmp_path: Path, members: dict[str, Any]) -> None:
    put(tmp_path, {snippets.MANIFEST: {"property_id": "prp_1", "version": 3, "etag": "a", "files": [], **members}})
    with pytest.raises(InvalidOption, match="is not as papi_rules_export writes it"):
        snippets.manifest(tmp_path)
