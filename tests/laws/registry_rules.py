# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules of whole rule trees in the registry."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from akamai_emulator.papi import stock
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain import rule_outline, snippets
from in_process import House
from registry_papi import VersionTwin, ends, number
from starts import DISK
from starts_papi import DENY
from wishes import Twin, Wish

Result = dict[str, Any]

WWW = {"property_name": "www"}
PLAIN: Result = stock.properties(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))[0]["versions"][1]["rules"]
PICTURES = {"name": "Pictures", "behaviors": [{"name": "caching", "options": {"behavior": "MAX_AGE", "ttl": "7d"}}]}
WITH_PICTURES = {**PLAIN, "children": [*PLAIN["children"], PICTURES]}
DEST = DISK / "rules"


class FolderTwin(Twin):
    """Reads the directory itself: there is no module that looks at one."""

    def read(self, house: House, result: Result, moment: str) -> Result:
        found = {str(path.relative_to(DEST)): path for path in DEST.rglob("*") if path.is_file()}
        digests = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items()}
        return {"changed_files": [{"path": name, "sha256": digests[name]} for name in sorted(digests)]}


class TreeTwin(VersionTwin):
    """Exports the version in question and reads its files."""

    def read(self, house: House, result: Result, moment: str) -> Result:
        with TemporaryDirectory() as directory:
            wanted = str(number(result, moment))
            house.ok("papi_rules_export", **WWW, version=wanted, dest=directory)
            tree = snippets.read(Path(directory)).tree
        return {**super().read(house, result, moment), "tree": tree}


def _files(read: Result, result: Result) -> Result:
    names = {step["target"]["name"] for step in result["plan"]}
    return {"changed_files": [file for file in read["changed_files"] if file["path"] in names]}


def _rules(read: Result, result: Result) -> Result:
    rules = [rule for rule in read["mtls_rules"] if rule["rule_name"] == "Callers"]
    shown = (result["diff"][moment]["changed_rules"] for moment in ("before", "after"))
    paths = {entry["path"] for entries in shown for entry in entries}
    return {"mtls_rules": rules, "hostnames": [], "changed_rules": rule_outline.excerpt(read["tree"], paths)}


TREE_TWIN = TreeTwin("papi_rules_export", {}, _rules)
CALLERS = {**{k: v for k, v in DENY.items() if k != "property_name"}, "rule_name": "Callers"}

WISHES = [
    Wish(
        "papi_rules_export",
        None,
        {**WWW, "dest": str(DEST)},
        ends("changes", property_active_nowhere="not_found", property_never_active="not_found"),
        "rules_export.RulesExport",
        FolderTwin("papi_rules_export", {}, _files),
    ),
    Wish(
        "papi_rules",
        "present",
        {**WWW, "rules": WITH_PICTURES},
        ends("changes", property_with_a_locked_rule="frozen"),
        "property_version.Rules",
        TREE_TWIN,
        properties=("www",),
    ),
    Wish(
        "papi_rules",
        "present",
        {**WWW, "rules": {"rules": PLAIN}},
        ends(
            "holds",
            property_with_the_rule="changes",
            property_with_another_rule="changes",
            property_with_a_locked_rule="frozen",
            property_with_the_rule_name_twice="changes",
            property_replaced_by_somebody_else_s_version="changes",
        ),
        "property_version.Rules",
        TREE_TWIN,
        properties=("www",),
        name="papi_rules present, back to how it was",
    ),
    Wish(
        "papi_property_edit",
        None,
        {**WWW, "edits": [{"rules": {"rules": WITH_PICTURES}}, {"mtls_rule": CALLERS}]},
        ends("changes", property_with_a_locked_rule="frozen"),
        "property_version.PropertyEdit",
        TREE_TWIN,
        properties=("www",),
        name="papi_property_edit, all rules and one more",
    ),
]
