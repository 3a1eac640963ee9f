# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The structure of the roles: what is handed to which module, and what is refused, with its place."""

from __future__ import annotations

import datetime as dt
import importlib
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.edgetrust.akamai.plugins.filter import mtls_config as room
from ansible_collections.edgetrust.akamai.plugins.filter.mtls_config import FilterModule, mtls_config

ROOT = Path(__file__).resolve().parents[3]
SET = {"ca_set_name": "partners"}
BOUND = {"common_name": "www.example.com", "ca_set_name": "partners"}
WWW = {"property_name": "www", "hostnames": ["www.example.com"], "ca_set_names": ["partners"]}
# The example of DESIGN 3.5.
CONFIG: dict[str, Any] = {
    "ca_sets": [{"ca_set_name": "partners", "certificates_file": "partners.pem"}],
    "enrollments": [{"common_name": "www.example.com", "ca_set_name": "partners", "ocsp": True}],
    "properties": [{**WWW, "enforcement": "deny", "notify_emails": ["ops@example.com"]}],
}


def test_the_example_is_handed_out() -> None:
    assert mtls_config(CONFIG, base="/etc/mtls") == {
        "mets_ca_set": [SET],
        "mets_ca_set_version": [{**SET, "certificates_file": "/etc/mtls/partners.pem"}],
        "mets_activation": [SET],
        "cps_mtls_binding": [{**BOUND, "ocsp": True}],
        "cps_enrollment": [{"common_name": "www.example.com"}],
        "papi_property_edit": [
            {
                "property_name": "www",
                "edits": [
                    {
                        "mtls_rule": {
                            "hostnames": ["www.example.com"],
                            "ca_set_names": ["partners"],
                            "enforcement": "deny",
                            "state": "present",
                        }
                    }
                ],
            }
        ],
        "papi_activation": [{"property_name": "www", "notify_emails": ["ops@example.com"]}],
        "papi_property_info": [{"property_name": "www"}],
        "connection": {},
    }


def test_what_is_about_the_activation_goes_there() -> None:
    record = {"noncompliance_reason": "OTHER", "other_noncompliance_reason": "x", "unit_tested": "no"}
    asked = {"acknowledge_warnings_matching": ["Unstable"], "compliance_record": record, "when_running": "fail"}
    work = mtls_config({"properties": [{**WWW, **asked}]})
    sent = {**asked, "compliance_record": {**record, "unit_tested": False}}
    assert work["papi_activation"] == [{"property_name": "www", **sent}]


def test_it_is_a_filter() -> None:
    assert FilterModule().filters() == {"mtls_config": mtls_config}


def test_descriptions_of_the_set_and_of_its_version_are_two_things() -> None:
    entry = {**SET, "description": "the set", "version_description": "the version"}
    work = mtls_config({"ca_sets": [entry]})
    assert work["mets_ca_set"] == [{**SET, "description": "the set"}]
    assert work["mets_ca_set_version"] == [{**SET, "description": "the version"}]


def test_a_set_without_certificates_gets_no_version_yet_is_torn_down_whole() -> None:
    config = {"ca_sets": [SET]}
    assert mtls_config(config)["mets_ca_set_version"] == mtls_config(config)["mets_activation"] == []
    assert mtls_config(config, state="absent")["mets_activation"] == [SET]


def test_rule_21_entries_of_one_property_are_one_edit_of_it() -> None:
    own = [{"name": "own", "behaviors": [{"name": "hsts", "options": {"enable": True}}]}]
    second = {"property_name": "www", "rule_name": "second", "child_rules": own, "note": "both"}
    work = mtls_config({"properties": [WWW, {"property_name": "shop"}, second]})
    assert [edit["property_name"] for edit in work["papi_property_edit"]] == ["www", "shop"]
    rules = [edit["mtls_rule"] for edit in work["papi_property_edit"][0]["edits"]]
    assert [(rule.get("rule_name"), rule.get("child_rules")) for rule in rules] == [(None, None), ("second", own)]
    assert work["papi_activation"] == [{"property_name": "www", "note": "both"}, {"property_name": "shop"}]


@pytest.mark.parametrize(
    ("remove", "kinds"), [(False, ["mtls_rule", "mtls_rule"]), (True, ["hostname", "mtls_rule", "mtls_rule"])]
)
def test_teardown_takes_host_names_off_before_the_rules(remove: bool, kinds: list[str]) -> None:
    second = {"property_name": "www", "rule_name": "second", "hostnames": ["api.example.com", "www.example.com"]}
    work = mtls_config({"properties": [WWW, second]}, state="absent", remove_hostnames=remove)
    edits = work["papi_property_edit"][0]["edits"]
    assert [kind for edit in edits for kind in edit] == kinds
    assert {part["state"] for edit in edits for part in edit.values()} == {"absent"}
    if remove:
        assert edits[0]["hostname"]["hostnames"] == ["www.example.com", "api.example.com"]


@pytest.mark.parametrize(
    ("given", "base", "wanted"),
    [
        ("partners.pem", "/etc/mtls", "/etc/mtls/partners.pem"),
        ("../partners.pem", "/etc/mtls", "/etc/partners.pem"),
        ("/srv/partners.pem", "/etc/mtls", "/srv/partners.pem"),
        ("~/partners.pem", "/etc/mtls", os.path.expanduser("~/partners.pem")),
        ("partners.pem", ".", os.path.abspath("partners.pem")),
    ],
)
def test_paths_start_from_the_base(given: str, base: str, wanted: str) -> None:
    entries = [
        {**SET, "certificates_file": given},
        {"ca_set_name": "other", "certificates_directory": given, "certificates": [{"path": given}, {"pem": "text"}]},
    ]
    file, other = mtls_config({"ca_sets": entries}, base=base)["mets_ca_set_version"]
    assert file["certificates_file"] == other["certificates_directory"] == wanted
    assert other["certificates"] == [{"path": wanted}, {"pem": "text"}]


def test_connection_leaves_empty_options_out() -> None:
    given = {"edgerc": "keys/edgerc", "section": "", "account_switch_key": None, "ca_path": "/etc/ca.pem"}
    work = mtls_config({"ca_sets": [SET]}, base="/etc/mtls", connection=given)
    assert work["connection"] == {"edgerc": "/etc/mtls/keys/edgerc", "ca_path": "/etc/ca.pem"}


@pytest.mark.parametrize(
    ("key", "given", "wanted"),
    [
        ("ocsp", "yes", True),
        ("ocsp", False, False),
        ("enrollment_id", 10001, "10001"),
        ("pending_changes", None, None),
    ],
)
def test_values_are_read_as_ansible_reads_them(key: str, given: Any, wanted: Any) -> None:
    entry = {"common_name": "www.example.com", **SET, key: given}
    if key == "enrollment_id":
        del entry["common_name"]
    assert mtls_config({"enrollments": [entry]})["cps_mtls_binding"][0].get(key) == wanted


def entry(name: str, **more: Any) -> dict[str, Any]:
    return {name: [{**{"ca_sets": SET, "enrollments": BOUND, "properties": WWW}[name], **more}]}


REFUSED = [
    ([], "expects keys and values, not a list"),
    (None, "expects keys and values, not nothing"),
    ({}, "there is no entry in any of ca_sets, enrollments, properties"),
    ({"ca_sets": [], "properties": None}, "there is no entry in any of"),
    ({"enrolments": []}, "enrolments: unknown key; did you mean enrollments?"),
    ({"ca_sets": SET}, "ca_sets: expects a list, not keys and values"),
    ({"ca_sets": ["partners"]}, "ca_sets[0]: expects keys and values, not text"),
    ({"ca_sets": [SET, {**SET, "ca_set_name": "b", "name": "c"}]}, "ca_sets[1].name: unknown key; did you mean"),
    (entry("properties", hostname="www.example.com"), "properties[0].hostname: unknown key; did you mean hostnames?"),
    (entry("properties", zzz=1), "properties[0].zzz: unknown key (there are property_name, "),
    (entry("properties", hostnames="www.example.com"), "properties[0].hostnames: expects a list, not text"),
    (entry("properties", child_rules={"name": "a"}), "properties[0].child_rules: expects a list, not keys and values"),
    (entry("properties", child_rules=["a"]), "properties[0].child_rules[0]: expects keys and values, not text"),
    (entry("properties", hostnames=[["a"]]), "properties[0].hostnames[0]: expects text, not a list"),
    (entry("properties", enforcement=True), "properties[0].enforcement: expects text, not true or false"),
    (entry("enrollments", ocsp="maybe"), "enrollments[0].ocsp: expects true or false, not 'maybe'"),
    (entry("ca_sets", fail_if_expiring_within_days="soon"), "fail_if_expiring_within_days: expects a number"),
    (entry("ca_sets", fail_if_expiring_within_days=True), "fail_if_expiring_within_days: expects a number, not True"),
    (entry("ca_sets", certificates_file=["a.pem"]), "ca_sets[0].certificates_file: expects a path, not a list"),
    (entry("ca_sets", certificates=[{}]), "ca_sets[0].certificates[0]: exactly one of pem and path is needed"),
    (entry("ca_sets", certificates=[{"file": "a"}]), "ca_sets[0].certificates[0].file: unknown key"),
    (entry("properties", compliance_record={"reason": "NONE"}), "properties[0].compliance_record.reason: unknown key"),
    (entry("properties", compliance_record={"ticket_id": 7}), "compliance_record: exactly one of noncompliance_reason"),
    (entry("ca_sets", ca_set_id="1"), "ca_sets[0]: exactly one of ca_set_name and ca_set_id is needed"),
    ({"enrollments": [SET]}, "enrollments[0]: exactly one of enrollment_id and common_name is needed"),
    (entry("enrollments", ca_set_name=""), "enrollments[0]: exactly one of ca_set_name and ca_set_id is needed"),
    ({"properties": [{"rule_name": "x"}]}, "properties[0]: exactly one of property_name and property_id is needed"),
    (entry("ca_sets", state="absent"), "ca_sets[0].state: unknown key (it follows from the role)"),
    (entry("enrollments", wait=False), "enrollments[0].wait: unknown key (the roles always wait)"),
    (entry("properties", networks=[]), "properties[0].networks: unknown key (it is a variable of the role)"),
    (entry("ca_sets", edgerc="x"), "ca_sets[0].edgerc: unknown key (the connection is set by"),
]


@pytest.mark.parametrize(("config", "said"), REFUSED, ids=[said for _config, said in REFUSED])
def test_what_is_wrong_is_named_with_its_place(config: Any, said: str) -> None:
    with pytest.raises(AnsibleFilterError, match=re.escape(said)):
        mtls_config(config)


def test_everything_that_is_wrong_is_in_one_message() -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        mtls_config({"ca_sets": [{"nmae": "x"}], "properties": [{**WWW, "hostname": "x"}]})
    for place in ("ca_sets[0].nmae", "ca_sets[0]: exactly one", "properties[0].hostname"):
        assert place in str(caught.value)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"ca_sets": [SET, {"ca_set_name": "b"}, SET]}, "ca_sets[2]: ca_sets[0] is about the same CA set"),
        ({"ca_sets": [{"ca_set_id": 7}, {"ca_set_id": "7"}]}, "ca_sets[1]: ca_sets[0] is about the same CA set"),
        (
            {"enrollments": [BOUND, {**BOUND, "common_name": "WWW.example.com.", "ca_set_name": "b"}]},
            "enrollments[1]: enrollments[0] is about the same enrollment",
        ),
        ({"properties": [WWW, WWW]}, "properties[1]: properties[0] is about the same rule of the property"),
        (
            {"properties": [WWW, {**WWW, "rule_name": "Basic mTLS enforcement settings"}]},
            "properties[1]: properties[0] is about the same rule",
        ),
        (
            {"properties": [{"property_id": "prp_1"}, {"property_id": 1}]},
            "properties[1]: properties[0] is about the same rule",
        ),
        (
            {"properties": [{**WWW, "base_version": "staging"}, {**WWW, "rule_name": "b", "base_version": "latest"}]},
            "properties[1].base_version: an earlier entry of the same property says 'staging', not 'latest'",
        ),
    ],
)
def test_rule_27_two_entries_for_one_thing_are_refused(config: Any, said: str) -> None:
    with pytest.raises(AnsibleFilterError, match=re.escape(said)):
        mtls_config(config)


# The tables against the modules and the roles.

#: Of an activation it is the one that was edited.
OURS = {"version"}


def handed_to(target: str) -> set[str]:
    return {key.option or name for table in room.LISTS.values() for name, key in table.keys.items() if target in key.to}


def argument_spec(module: str) -> set[str]:
    """The documented options, those of the doc fragments too."""
    text = (ROOT / "plugins" / "modules" / f"{module}.py").read_text()
    document = yaml.safe_load(text.split('DOCUMENTATION = r"""')[1].split('"""')[0])
    options = set(document.get("options", {}))
    for fragment in document["extends_documentation_fragment"]:
        name, _dot, variant = fragment.removeprefix("edgetrust.akamai.").partition(".")
        shelf = importlib.import_module(f"ansible_collections.edgetrust.akamai.plugins.doc_fragments.{name}")
        held = yaml.safe_load(getattr(shelf.ModuleDocFragment, variant.upper() or "DOCUMENTATION"))
        options |= set(held.get("options", {}))
    return options


@pytest.mark.parametrize(
    "module",
    ["mets_ca_set", "mets_ca_set_version", "cps_mtls_binding", "cps_enrollment", "papi_mtls_rule", "papi_activation"],
)
def test_every_option_is_a_key_or_said_to_be_none(module: str) -> None:
    rule = module == "papi_mtls_rule"
    keys = handed_to("mtls_rule") | handed_to("papi_property_edit") if rule else handed_to(module)
    options = argument_spec(module)
    assert options - keys - set(room.ELSEWHERE) - OURS == set()
    assert keys - options == set()


ROTATION = {"remove_after": "", "check": ""}


def test_what_is_rotated() -> None:
    work = mtls_config(CONFIG, base="/etc/mtls", rotation=ROTATION)
    assert work == {**mtls_config(CONFIG, base="/etc/mtls"), "rotation": {"remove_after": None, "check": None}}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("2026-12-01", "2026-12-01T00:00:00Z"),
        (dt.date(2026, 12, 1), "2026-12-01T00:00:00Z"),
        (dt.datetime(2026, 12, 1, 8, 30), "2026-12-01T08:30:00Z"),
        ("2026-12-01T01:00:00+01:00", "2026-12-01T00:00:00Z"),
    ],
)
def test_when_old_ones_leave_is_a_moment(given: Any, wanted: str) -> None:
    """YAML makes a date of what is not in quotes."""
    assert mtls_config(CONFIG, rotation={"remove_after": given})["rotation"]["remove_after"] == wanted


def test_the_check_is_a_path_from_the_base(tmp_path: Path) -> None:
    (tmp_path / "check.yml").touch()
    rotation = mtls_config(CONFIG, base=str(tmp_path), rotation={"check": "check.yml"})["rotation"]
    assert rotation["check"] == str(tmp_path / "check.yml")


@pytest.mark.parametrize(
    ("config", "rotation", "said"),
    [
        ({"enrollments": [BOUND]}, {}, "ca_sets: there is no entry, and nothing but CA sets is rotated"),
        ({"ca_sets": [SET]}, {}, "ca_sets[0]: what it shall trust in the end is needed, by one of certificates, "),
        (entry("ca_sets", certificates=[]), {}, "ca_sets[0]: what it shall trust in the end is needed"),
        (
            entry("ca_sets", certificates_file="a.pem", certificates_mode="add"),
            {},
            "ca_sets[0].certificates_mode: only exact can be rotated to",
        ),
        (CONFIG, {"remove_after": "soon"}, "mtls_rotate_remove_after: 'soon' is not a time in ISO 8601; write it as"),
        (CONFIG, {"remove_after": True}, "mtls_rotate_remove_after: 'True' is not a time"),
        (CONFIG, {"check": "none.yml"}, "mtls_rotate_check: there is no file /etc/mtls/none.yml"),
    ],
)
def test_what_cannot_be_rotated_is_named(config: Any, rotation: dict[str, Any], said: str) -> None:
    with pytest.raises(AnsibleFilterError, match=re.escape(said)):
        mtls_config(config, base="/etc/mtls", rotation=rotation)


@pytest.mark.parametrize(
    ("role", "part"),
    [
        ("mtls_onboard", "phases"),
        ("mtls_teardown", "phases"),
        ("mtls_rotate", "version"),
    ],
)
def test_the_roles_hand_on_every_option(role: str, part: str) -> None:
    tasks = yaml.safe_load((ROOT / "roles" / role / "tasks" / f"{part}.yml").read_text())
    missing = []
    for task in tasks:
        module = next(name for name in task if name.startswith("edgetrust.")).rpartition(".")[2]
        wanted = handed_to(module)
        if task["edgetrust.akamai." + module].get("state") in ("absent", "inactive"):
            # What only says how a thing shall be has no meaning where it shall not be.
            wanted &= {"ca_set_name", "ca_set_id", "pending_changes", "contract_id"} | set(room.ENROLLMENTS.keys)
            wanted -= {"ocsp", "send_ca_list_to_client", "when_bound_to_other"}
        missing += [f"{module}.{name}" for name in wanted - set(task["edgetrust.akamai." + module])]
    assert missing == []
