# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Law 10 for the examples of modules: each is foreseen by check mode, and does what it is an example of."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import starts_papi
from accounts import SOON, an_account, make_set
from authorities import issued
from documented import COLLECTION, MODULES, changes, examples, returns
from guides import ours
from in_process import House
from plays import Stage
from predictions import assert_foreseen
from starts import ROOTS, enter, pems

HOSTNAME = "papi_property_hostname"
PARTNERS = {"ca_set_name": "partners"}
FILES = {
    "partners.pem": "Example Root",
    "partner-a.pem": "Root of A",
    "partner-b.pem": "Root of B",
    "partner-c.pem": "Root of C",
}

# Starts that only examples need; a name is one of the registry's.


def another_account(stage: Stage) -> None:
    """A client that may act for other accounts."""
    enter(stage.house, "stock")
    stage.defaults = {"section": "switchable"}


def looked_at(stage: Stage) -> None:
    an_account(stage.house)
    rule = {"property_name": "www", "hostnames": ["www.example.com"], "enforcement": "deny"}
    stage.house.ok("papi_mtls_rule", **rule, ca_set_names=["partners"])


def a_draft_and_one_that_expires(stage: Stage) -> None:
    enter(stage.house, "set active, newer editable")
    make_set(stage.house, "clients", issued(SOON, days=40))


def three_versions(stage: Stage) -> None:
    """And the result of the task that made the second."""
    enter(stage.house, "set active on both")
    stage.variables["version"] = stage.house.ok("mets_ca_set_version", **PARTNERS, certificates=pems(*ROOTS[:2]))
    stage.house.ok("mets_ca_set_version", **PARTNERS, certificates=pems(*ROOTS), when_editable="new_version")


def seven_versions(stage: Stage) -> None:
    enter(stage.house, "set editable")
    for number in range(2, 8):
        root = {"pem": issued(f"law root {number}").pem}
        stage.house.ok("mets_ca_set_version", **PARTNERS, certificates=[root], when_editable="new_version")


def edited(stage: Stage) -> None:
    """And the result of the task that has edited."""
    enter(stage.house, "property without the rule")
    stage.variables["rule"] = stage.house.ok("papi_mtls_rule", **starts_papi.DENY)


def taken_off(stage: Stage) -> None:
    """A version without api.example.com is live."""
    gone = {"property_name": "www", "hostnames": ["api.example.com"], "state": "absent"}
    version = stage.house.ok("papi_property_hostname", **gone)["property"]["property_version"]
    accepted = {"allow_outage": ["delete_live_hostname"], "acknowledge_warnings": True}
    stage.house.ok("papi_activation", property_name="www", version=version, **accepted, **starts_papi.MAIL)


def live_with_a_ccm_host(stage: Stage) -> None:
    """A version with the host name of the example before is live."""
    enter(stage.house, "property without the rule")
    made = stage.house.ok(HOSTNAME, **examples(HOSTNAME)[2][COLLECTION + HOSTNAME])["property"]["property_version"]
    stage.house.ok("papi_activation", property_name="www", version=made, acknowledge_warnings=True, **starts_papi.MAIL)


def a_file_edited(_stage: Stage) -> None:
    """Where the task before has ended, but for one file."""
    file = Path("my-property-rules") / "main.json"
    document = json.loads(file.read_text())
    tree = document.get("rules", document)
    tree["comments"] = "edited by hand"
    file.write_text(json.dumps(document))


Start = str | Callable[[Stage], None] | None
#: Where each task of a module's examples starts from; None: where the task before it has ended.
STARTS: dict[str, list[Start]] = {
    "akamai_grants_info": [another_account, None, None],
    "cps_enrollment": ["stock"],
    "cps_enrollment_info": ["enrollment bound to the same", None],
    "cps_mtls_binding": ["enrollment unbound", None],
    "mets_activation": [three_versions, None, None],
    "mets_activation_info": ["set active on both"],
    "mets_activity_info": ["set active on both"],
    "mets_association_info": [looked_at],
    "mets_ca_set": ["stock", "set active on both", None],
    "mets_ca_set_info": ["set active on both", None],
    "mets_ca_set_version": ["set without version", None, None, seven_versions],
    "mets_ca_set_version_info": ["set active on both"],
    "mets_certificate_check": ["stock", None, None],
    "mets_certificate_info": [a_draft_and_one_that_expires, None, None],
    "papi_activation": [edited, None, edited, None],
    "papi_mtls_rule": ["property without the rule", None, "property without the rule", "property with the rule"],
    "papi_mtls_rule_info": ["property with the rule", None, None],
    "papi_property_edit": ["property without the rule", None, "property without the rule", None],
    "papi_property_hostname": [
        "property without the rule",
        taken_off,
        "property without the rule",
        live_with_a_ccm_host,
    ],
    "papi_property_info": ["stock", None],
    "papi_rules": ["property without the rule", a_file_edited, None],
    "papi_rules_export": ["property without the rule", None],
}


@pytest.fixture
def stage(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    for name, subject in FILES.items():
        (tmp_path / name).write_text(issued(subject).pem)
    monkeypatch.chdir(tmp_path)
    return Stage(house)


@pytest.mark.parametrize("module", MODULES)
def test_examples_do_what_they_say_and_check_mode_foresees_it(stage: Stage, module: str) -> None:
    tasks, starts = examples(module), STARTS.get(module, [])
    assert len(tasks) == len(starts), f"STARTS has to say where each example of {module} starts from"
    for task, start in zip(tasks, starts, strict=True):
        if isinstance(start, str):
            enter(stage.house, start)
        elif start is not None:
            start(stage)
        stage.house.control.forget_requests()
        stage.results.clear()
        stage.run([task], check=True)
        assert stage.house.writes() == []
        stage.run([task])
        if stage.results:
            name = str(ours(task))
            predicted, real = stage.results
            assert real["changed"] is changes(name), task["name"]
            if changes(name):
                assert_foreseen(predicted, real)
            else:
                assert stage.house.writes() == []
                assert real[next(iter(returns(name)))], f"nothing is found: {task['name']}"


def test_there_is_no_start_for_a_module_that_is_gone() -> None:
    assert sorted(STARTS) == MODULES
