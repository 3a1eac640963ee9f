# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides, READMEs and examples name only what exists, and their tables hold all that exists."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from documented import (
    MODULES,
    PLUGINS,
    ROLES,
    constants,
    contradictions,
    option_names,
    options,
    returned,
    returns,
    role_options,
    role_rows,
)
from guides import COLLECTION, GUIDES, READMES, ROOT, Block, examples, literals, ours, table, tasks_of

RST = ROOT / "docs" / "docsite" / "rst"
GROUPS: dict[str, list[str]] = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["action_groups"]
#: Actions of Ansible's own that examples use.
BUILTIN = {f"ansible.builtin.{name}" for name in ("assert", "debug", "include_role", "import_role", "set_fact")}
LABEL = re.compile(r"^\.\. _(ansible_collections\.[\w.]+):$", re.MULTILINE)
#: Words with underscores that are neither options nor return values of ours: Ansible's, the emulator's, of credentials files.
OTHER_WORDS = {"module_defaults", "mtls_config", "other_account", "control_url", "account_key"}


# What exists


@cache
def vocabulary() -> frozenset[str]:
    errors, answers = domain_errors(), importlib.import_module(f"{PLUGINS}.module_utils._wire.answers")
    return frozenset(
        {
            *(name for module in MODULES for name in option_names(options(module))),
            *(choice for module in MODULES for o in options(module).values() for choice in o.get("choices", [])),
            *(name for module in MODULES for name in returned(module)),
            *(name for role in ROLES for name in (*role_options(role), f"{role}_result")),
            *(kind.name for kind in loss_kinds(answers)),
            *(*errors.HAZARDS, *failure_types(), *GROUPS["all"], *OTHER_WORDS),
            *re.findall(r"^\| `(\w+)` \|", (ROOT / "tests/emulator/README.md").read_text(), re.MULTILINE),
        }
    )


def domain_errors() -> Any:
    return importlib.import_module(f"{PLUGINS}.module_utils._domain.errors")


def failure_types() -> set[str]:
    """Those of the domain, and those that the runner adds."""
    runner = (ROOT / "plugins" / "module_utils" / "_ansible" / "runner.py").read_text()
    added = set(re.findall(r'"type": "(\w+)"', runner))
    assert added
    return {*get_args(domain_errors().FailureType), *added}


def loss_kinds(answers: Any) -> list[Any]:
    return [value for value in vars(answers).values() if isinstance(value, answers.LossKind)]


# Examples


def module_examples() -> list[Block]:
    return [
        Block(ROOT / "plugins" / "modules" / f"{module}.py", 1, "yaml", constants(module)["EXAMPLES"])
        for module in MODULES
    ]


ALL = [*examples(*GUIDES, *READMES), *module_examples()]


def misfits(where: str, known: dict[str, Any], given: Any) -> Iterator[str]:
    """What is given and does not fit the documented options."""
    spelled = {alias: name for name, about in known.items() for alias in (name, *about.get("aliases", []))}
    yield from (f"{where} has no option {name}" for name in given if name not in spelled)
    yield from (
        f"{where} lacks {name}"
        for name, about in known.items()
        if about.get("required") and not any(spelled.get(word) == name for word in given)
    )
    for word, value in given.items():
        about = known.get(spelled.get(word, ""), {})
        values = [v for v in (value if isinstance(value, list) else [value]) if "{{" not in str(v)]
        for item in values:
            if "choices" in about and item not in about["choices"]:
                yield f"{where}: {word} cannot be {item}"
            if "suboptions" in about and isinstance(item, dict):
                yield from misfits(f"{where}.{word}", about["suboptions"], item)


@pytest.mark.parametrize("block", [b for b in ALL if b.kind != "data"], ids=str)
def test_examples_use_modules_and_options_that_exist(block: Block) -> None:
    for play in block.document:
        defaults = {name.removeprefix("group/") for name in play.get("module_defaults", {})}
        assert defaults <= {f"{COLLECTION}{group}" for group in GROUPS}
        for role in play.get("roles", []):
            assert role["role"].removeprefix(COLLECTION) in ROLES
            assert set(role.get("vars", {})) <= set(role_options(role["role"].removeprefix(COLLECTION)))
    for task in tasks_of(block.document):
        assert task.get("name"), f"a task without a name at {block}"
        module = ours(task)
        if module is None:
            assert BUILTIN & set(task), f"{block}: {task}"
        else:
            assert module in MODULES
            assert list(misfits(module, options(module), task[COLLECTION + module] or {})) == []


@pytest.mark.parametrize(
    ("module", "given", "said"),
    [
        ("mets_ca_set", {"ca_set_nam": "x"}, "mets_ca_set has no option ca_set_nam"),
        ("mets_activation", {"networks": ["STAGE"]}, "mets_activation: networks cannot be STAGE"),
        ("papi_property_edit", {}, "papi_property_edit lacks edits"),
        (
            "papi_property_edit",
            {"edits": [{"hostname": {"hostname": ["a"], "hostnames": []}}]},
            "papi_property_edit.edits.hostname has no option hostname",
        ),
    ],
)
def test_a_misfit_is_seen(module: str, given: dict[str, Any], said: str) -> None:
    assert list(misfits(module, options(module), given)) == [said]


def test_the_examples_are_many_and_their_pages_are_listed() -> None:
    assert (
        sum(ours(task) is not None for block in ALL if block.kind != "data" for task in tasks_of(block.document)) > 80
    )
    toc = yaml.safe_load((ROOT / "docs" / "docsite" / "extra-docs.yml").read_text())["sections"]
    assert sorted(name for section in toc for name in section["toctree"]) == [page.stem for page in GUIDES]


# Return values


def odd_samples(members: dict[str, Any], where: str) -> Iterator[str]:
    """Leaves without a sample, or with one of another type."""
    for name, about in members.items():
        if "contains" in about:
            yield from odd_samples(about["contains"], f"{where}{name}.")
        elif "sample" not in about:
            yield f"{where}{name} has no sample"
        else:
            yield from contradictions({name: about}, {name: about["sample"]}, set(), where)


@pytest.mark.parametrize("module", MODULES)
def test_each_return_value_has_a_sample_of_its_type(module: str) -> None:
    assert list(odd_samples(returns(module), "")) == []


# Words


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_words_with_underscores_exist(page: Path) -> None:
    found = {
        word
        for literal in literals(page.read_text())
        for word in re.findall(r"(?<![\w.~/-])[a-z]+(?:_[a-z0-9]+)+(?![\w/.])", literal)
    }
    assert found - vocabulary() == set()


# Tables


def test_the_table_of_hazards_is_complete() -> None:
    rows = table(RST / "guide_safety.rst", "guide_safety.hazards")
    assert [literals(row[0])[0] for row in rows] == list(domain_errors().HAZARDS)
    judges = {name for row in rows for name in literals(row[2])}
    assert judges == set(GROUPS["safety"])


@pytest.mark.parametrize("hazard", domain_errors().HAZARDS)
def test_a_hazard_is_judged_where_the_table_says(hazard: str) -> None:
    """The source of a resource names the hazards that it finds; modules stand for their resource."""
    homes = {
        "activation": ["mets_activation"],
        "binding": ["cps_mtls_binding"],
        "enrollment_removal": ["cps_enrollment"],
        "property_activation": ["papi_activation"],
        "tree_edits": ["papi_property_edit", "papi_rules"],
    }
    room = ROOT / "plugins" / "module_utils" / "_resources"
    named = [modules for file, modules in homes.items() if f'"{hazard}"' in (room / f"{file}.py").read_text()]
    found = {module for modules in named for module in modules}
    (row,) = [row for row in table(RST / "guide_safety.rst", "guide_safety.hazards") if hazard in row[0]]
    assert set(literals(row[2])) == found


def test_the_table_of_local_failures_is_complete() -> None:
    rows = table(RST / "guide_errors.rst", "guide_errors.local")
    assert {literals(row[0])[0] for row in rows} == failure_types()


def test_the_table_of_lost_answers_is_that_of_the_code() -> None:
    answers = importlib.import_module(f"{PLUGINS}.module_utils._wire.answers")
    written = [[*literals(row[0]), *row[1:]] for row in table(RST / "guide_errors.rst", "guide_errors.connection")]
    assert written == [
        [
            kind.name,
            f"{_marked(kind.sentence[0].upper() + kind.sentence[1:])}.",
            _marked(kind.cure),
            "yes" if kind.passing else "",
        ]
        for kind in loss_kinds(answers)
    ]


def test_the_table_of_refusals_is_that_of_the_code() -> None:
    cures = importlib.import_module(f"{PLUGINS}.module_utils._wire.cures")
    facts = {"service": "SERVICE", "limit": "LIMIT", "offset": "so many seconds behind Akamai's"}
    met = set()
    for api, status, what, cure, passing in table(RST / "guide_errors.rst", "guide_errors.api"):
        kind = next(iter(literals(what)), "")
        said = what.replace(f"``{kind}``", "")
        question = {"api": api, "status": int(status), "types": [kind], "text": said}
        assert (cure, passing == "yes") == _plain(cures.cure_for(**question, facts=facts)), question
        alone = [row for row in cures.CURES if _answers(cures, row, question)]
        met.add(alone[0])
    assert [row for row in cures.CURES if row not in met] == []


def _answers(cures: Any, row: Any, question: dict[str, Any]) -> bool:
    everything, cures.CURES = cures.CURES, (row,)
    try:
        facts = dict.fromkeys(("service", "limit", "offset"), "")
        return cures.cure_for(**question, facts=facts)[0] is not None
    finally:
        cures.CURES = everything


def _plain(found: tuple[str | None, bool]) -> tuple[str, bool]:
    return _marked(found[0] or ""), found[1]


def _marked(text: str) -> str:
    """As reStructuredText has it."""
    return re.sub(r"`([^`]+)`", r"``\1``", text)


# Roles


@pytest.mark.parametrize("role", ROLES)
def test_the_variables_of_a_role_are_in_its_readme_and_in_use(role: str) -> None:
    known = role_options(role)
    rows = {name: row for row in role_rows(role, "## Variables") for name in re.findall(r"`(\w+)`", row[0])}
    assert set(rows) == set(known)
    used = "".join(f.read_text() for part in ("tasks", "vars") for f in (ROOT / "roles" / role / part).glob("*.yml"))
    defaults = yaml.safe_load((ROOT / "roles" / role / "defaults" / "main.yml").read_text())
    for name, about in known.items():
        assert re.search(rf"\b{name}\b", used), f"{name} is documented and unused"
        assert rows[name][1].startswith("required") is about.get("required", False), name
        assert about.get("default") == defaults.get(name), name
        if "default" in about:
            assert yaml.safe_load(rows[name][2].strip("`")) == about["default"], name


@pytest.mark.parametrize("name", ["ca_sets", "enrollments", "properties"])
def test_the_keys_of_the_structure_are_in_the_readme(name: str) -> None:
    table = importlib.import_module(f"{PLUGINS}.filter.mtls_config").LISTS[name]
    written = [key for row in role_rows("mtls_onboard", f"`{name}`:") for key in re.findall(r"`(\w+)`", row[0])]
    assert sorted(written) == sorted(table.keys)


# Links


def test_links_between_guides_resolve() -> None:
    labels = {label for page in GUIDES for label in LABEL.findall(page.read_text())}
    for page in GUIDES:
        text = page.read_text()
        assert f".. _ansible_collections.edgetrust.akamai.docsite.{page.stem}:" in text
        assert set(re.findall(r"<(ansible_collections\.[\w.]+)>", text)) <= labels
        assert {name.removeprefix(COLLECTION) for name in re.findall(r":ansplugin:`([\w.]+)#module`", text)} <= set(
            MODULES
        )


def anchors(page: Path, level: str = "#+") -> list[str]:
    """As GitHub makes them of the headings."""
    heads = re.findall(rf"^{level} (.*)$", page.read_text(), re.MULTILINE)
    return [re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads]


@pytest.mark.parametrize("page", [*READMES, ROOT / "CONTRIBUTING.md"], ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_readmes_resolve(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([\w-]+))?\)", page.read_text())
    for file, anchor in targets:
        target = (page.parent / file) if file else page
        assert target.exists(), f"{page.name}: {file}"
        assert not anchor or anchor in anchors(target), f"{page.name}: {file}#{anchor}"


def test_the_contents_of_the_readme_are_its_sections() -> None:
    readme = ROOT / "README.md"
    contents = re.search(r"^## Contents\n\n((?:- .*\n)+)", readme.read_text(), re.MULTILINE)
    assert contents
    assert ["contents", *re.findall(r"\(#([\w-]+)\)", contents[1])] == anchors(readme, "##")


def test_the_readme_links_every_role() -> None:
    text = (ROOT / "README.md").read_text()
    assert [role for role in ROLES if f"roles/{role}/README.md" not in text] == []


def test_the_readme_links_every_guide() -> None:
    assert [
        page.stem for page in GUIDES if f"docs/docsite/rst/{page.name}" not in (ROOT / "README.md").read_text()
    ] == []
