# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rule trees in files: what an export writes, removes and leaves alone, and that its way back changes nothing."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.errors import InvalidOption
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.folder import Folder
from in_process import House
from properties import PLAIN, activated, change, copied
from starts import enter
from starts_papi import version_of

WWW = {"property_name": "www"}
STOCK = {
    ".edgetrust.json",
    "main.json",
    "pmVariables.json",
    "Performance.json",
    "Performance/Compressible objects.json",
    "Offload.json",
    "Offload/Static files.json",
    "Offload/Moved pages.json",
    "Security.json",
    "Security/Machine callers.json",
    "Security/Internal paths.json",
    "Status page.json",
}


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    return tmp_path / "rules"


@pytest.fixture
def stock(house: House) -> House:
    enter(house, "stock")
    return house


def files(directory: Path) -> dict[str, bytes]:
    return {str(p.relative_to(directory)): p.read_bytes() for p in directory.rglob("*") if not p.is_dir()}


def export(house: House, dest: Path, **options: Any) -> dict[str, Any]:
    return house.ok("papi_rules_export", **WWW, dest=str(dest), **options)


def verbs(result: dict[str, Any]) -> list[str]:
    return [f"{step['verb']} {step['target']['name']}" for step in result["plan"]]


def test_each_rule_has_its_file_and_the_second_run_is_silent(stock: House, dest: Path) -> None:
    predicted = export(stock, dest, check=True)
    assert predicted["changed"] is True and not dest.exists()
    result = export(stock, dest)
    assert result["changed"] is True and set(files(dest)) == set(result["files"]) == STOCK
    assert predicted["files"] == result["files"] and predicted["diff"] == result["diff"]
    version = version_of(stock.control.state(), 2)
    assert json.loads((dest / ".edgetrust.json").read_text()) == {
        "property_id": "prp_200001",
        "version": 2,
        "etag": version["etag"],
        "files": sorted(STOCK - {".edgetrust.json"}),
    }
    assert json.loads((dest / "Security.json").read_text())["children"] == [
        "#include:Security/Machine callers.json",
        "#include:Security/Internal paths.json",
    ]
    before = files(dest)
    again = export(stock, dest)
    assert again["changed"] is False and again["plan"] == [] and files(dest) == before
    assert again["diff"]["after"] == {"changed_files": []}
    assert stock.writes() == []


def test_the_way_back_changes_nothing(house: House, dest: Path) -> None:
    enter(house, "property with another rule")
    assert export(house, dest)["property"]["property_version"] == 3
    result = house.ok("papi_rules", **WWW, src=str(dest))
    assert result["changed"] is False and result["property"]["base_version"] == 3 and result["api_warnings"] == []
    assert sum(result["requests"].values()) == 4  # search, property, activations, rules


def test_what_differs_is_written_and_what_no_rule_is_left_for_goes(stock: House, dest: Path) -> None:
    export(stock, dest)
    (dest / "Performance.json").write_text("{}")
    (dest / "notes.txt").write_text("mine")
    (dest / "Security" / "mine.json").write_text("{}")

    def edit(prop: dict[str, Any]) -> None:
        children = copied(prop, 2)["rules"]["children"]
        del children[1:3]  # Offload, Security
        activated(prop, 3, "PRODUCTION")

    change(stock, edit)
    predicted = export(stock, dest, check=True)
    assert files(dest)["Performance.json"] == b"{}"
    result = export(stock, dest)
    assert predicted["diff"] == result["diff"] and verbs(predicted) == verbs(result)
    assert verbs(result) == [
        "update .edgetrust.json",
        *(f"delete {name}" for name in sorted(STOCK) if name.startswith(("Offload", "Security"))),
        "update Performance.json",
        "update main.json",
        "update .edgetrust.json",
    ]
    left = {name for name in STOCK if not name.startswith(("Offload", "Security"))}
    assert set(files(dest)) == left | {"notes.txt", "Security/mine.json"}
    assert not (dest / "Offload").exists()
    assert set(result["files"]) == left
    assert export(stock, dest)["changed"] is False


@pytest.mark.parametrize(
    ("version", "number"), [("1", 1), ("2", 2), ("production", 2), ("staging", 1), ("Latest", 3), (None, 2)]
)
def test_versions_by_number_and_by_word(stock: House, dest: Path, version: str | None, number: int) -> None:
    change(stock, lambda prop: (copied(prop, 2)["rules"].update(comments="x"), activated(prop, 1, "STAGING")))
    assert export(stock, dest, version=version)["property"]["property_version"] == number
    assert json.loads((dest / ".edgetrust.json").read_text())["version"] == number


@pytest.mark.parametrize(
    ("options", "kind", "said"),
    [
        ({"version": "9"}, "not_found", "has no version 9"),
        ({"version": "0"}, "not_found", "has no version 0"),
        (
            {"version": "newest"},
            "invalid_option",
            "'newest' is neither a number nor one of production, staging, latest",
        ),
        ({"property_name": "nowhere"}, "not_found", "nowhere"),
        ({"dest": ""}, "invalid_option", "dest: a directory is needed"),
    ],
)
def test_what_does_not_exist_is_refused(
    stock: House, dest: Path, options: dict[str, Any], kind: str, said: str
) -> None:
    for check in (True, False):
        assert (
            said in stock.fails("papi_rules_export", kind, **{**WWW, "dest": str(dest), **options}, check=check)["msg"]
        )
    assert not dest.exists()


def test_a_network_with_nothing_active_is_named(house: House, dest: Path) -> None:
    enter(house, "property never active")
    failed = house.fails("papi_rules_export", "not_found", **WWW, dest=str(dest))
    assert "nothing is active on PRODUCTION" in failed["msg"]


def test_an_export_of_a_predicted_version_is_predicted(house: House, dest: Path) -> None:
    enter(house, PLAIN)
    tree = copy.deepcopy(version_of(house.control.state(), 2)["rules"])
    tree["children"].append({"name": "New"})
    edit = house.ok("papi_rules", check=True, **WWW, rules=tree)
    edit.pop("warned")
    predicted = export(house, dest, version="3", check=True, assume=[edit])
    assert "New.json" in predicted["files"] and predicted["server_made"] == ["changed_files[0]"]


# Nothing outside, nothing by halves


def test_nothing_is_written_by_way_of_a_link(stock: House, dest: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    dest.mkdir()
    (dest / "Offload").symlink_to(outside)
    for check in (True, False):
        failed = stock.fails("papi_rules_export", "invalid_option", **WWW, dest=str(dest), check=check)
        assert f"{dest}/Offload is a link" in failed["msg"]
    assert list(outside.iterdir()) == [] and list(dest.iterdir()) == [dest / "Offload"]


@pytest.mark.parametrize("content", ["precious", "the same", None])
def test_a_link_in_the_place_of_a_file_is_replaced_not_followed(
    stock: House, dest: Path, tmp_path: Path, content: str | None
) -> None:
    outside = tmp_path / "precious"
    export(stock, dest)
    main = dest / "main.json"
    if content is not None:
        outside.write_text(main.read_text() if content == "the same" else content)
    before = outside.read_text() if content is not None else None
    main.unlink()
    main.symlink_to(outside)
    assert "create main.json" in verbs(export(stock, dest))
    assert (outside.read_text() if outside.exists() else None) == before and not main.is_symlink()
    assert export(stock, dest)["changed"] is False


def test_the_directory_itself_may_be_a_link_and_relative(
    stock: House, dest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dest.mkdir()
    (tmp_path / "link").symlink_to(dest)
    monkeypatch.chdir(tmp_path)
    export(stock, Path("link"))
    assert set(files(dest)) == STOCK


@pytest.mark.parametrize("noted", [["../precious"], ["/etc/hostname"], "main.json"])
def test_a_damaged_manifest_removes_nothing(stock: House, dest: Path, tmp_path: Path, noted: Any) -> None:
    (tmp_path / "precious").write_text("precious")
    dest.mkdir()
    (dest / ".edgetrust.json").write_text(json.dumps({"property_id": "prp_1", "version": 1, "files": noted}))
    failed = stock.fails("papi_rules_export", "invalid_option", **WWW, dest=str(dest))
    assert failed["msg"].startswith(f"dest: {dest}/.edgetrust.json: is not as papi_rules_export writes it")
    assert (tmp_path / "precious").exists() and len(files(dest)) == 1


@pytest.mark.parametrize(("place", "kind"), [("", "file"), ("Security", "file"), ("main.json", "directory")])
def test_what_stands_in_the_way_is_named(stock: House, dest: Path, place: str, kind: str) -> None:
    way = dest / place
    way.parent.mkdir(exist_ok=True)
    way.write_text("") if kind == "file" else way.mkdir()
    failed = stock.fails("papi_rules_export", "invalid_option", **WWW, dest=str(dest), check=True)
    assert f"dest: {way} is no {'directory' if kind == 'file' else 'file'}" in failed["msg"]


def test_a_run_that_is_killed_leaves_no_version_to_start_from_and_the_next_one_finishes(
    stock: House, dest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(stock, dest, version="1")
    undisturbed = dest.parent / "undisturbed"
    export(stock, undisturbed)
    write, count = Folder.write, 0

    def dying(self: Folder, name: str, content: bytes) -> None:
        nonlocal count
        count += 1
        if count == 3:
            raise InvalidOption("No space left on device.")
        write(self, name, content)

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "write", dying)
        failed = stock.run("papi_rules_export", **WWW, dest=str(dest))
    assert failed["failed"] and failed["changed"] is True
    assert [step["done"] for step in failed["plan"]] == [True, True, False]
    refused = stock.fails("papi_rules", "invalid_option", **WWW, src=str(dest))
    assert "has not come to its end" in refused["msg"]
    assert export(stock, dest)["changed"] is True
    assert files(dest) == files(undisturbed)


def test_a_file_is_whole_at_any_moment_and_keeps_its_mode(dest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder("dest", dest)
    folder.write("a/b.json", b"old")
    (dest / "a/b.json").chmod(0o640)
    folder.write("a/b.json", b"new")
    assert (dest / "a/b.json").stat().st_mode & 0o777 == 0o640
    monkeypatch.setattr(Path, "replace", lambda self, target: (_ for _ in ()).throw(OSError(5, "Input/output error")))
    with pytest.raises(Exception, match="Input/output error"):
        folder.write("a/b.json", b"newer")
    assert files(dest) == {"a/b.json": b"new"}
