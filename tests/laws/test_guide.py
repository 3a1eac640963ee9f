# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Law 10 for the guides: every example is run against the emulator. In this process, and what is
more than a list of tasks by ansible-playbook."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from akamai_emulator.testing import Running
from authorities import issued
from guides import GUIDES, ROOT, Block, blocks, examples, ours, rows, table, tasks_of
from in_process import House
from playbook_runs import Playbooks, Played
from plays import Stage
from predictions import comparable, without

RST = ROOT / "docs" / "docsite" / "rst"
POWERSHELL = RST / "guide_powershell.rst"
FILES = {
    "partners.pem": ["Example Root", "Another Root"],
    "old-ca.pem": ["Example Root"],
    "new-ca.pem": ["Young Root"],
    "my-cert.pem": ["Example Root"],
    "my-certs-directory/a.pem": ["Example Root"],
    "my-certs-directory/b.crt": ["Another Root"],
    "more-certs.pem": ["Young Root"],
}
ONBOARDING = RST / "guide_onboarding.rst"


def prepare(directory: Path) -> None:
    """The files that the examples name."""
    for name, subjects in FILES.items():
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_text("".join(issued(subject).pem for subject in subjects))


def lists_of(page: Path) -> list[Block]:
    return [block for block in examples(page) if block.kind == "tasks"]


@pytest.fixture
def stage(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    house.control.forget_requests()
    return Stage(house)


# Starts of the examples. The stock has everything but CA sets.


def stock(stage: Stage) -> None:
    stage.house.reset()


def onboarded(stage: Stage) -> None:
    stage.house.reset()
    Stage(stage.house).run(lists_of(ONBOARDING)[0].document)


def with_two_versions(stage: Stage) -> None:
    onboarded(stage)
    stage.house.ok("mets_ca_set_version", ca_set_name="partners", certificates_file="new-ca.pem")


def with_a_ccm_host_name(stage: Stage) -> None:
    onboarded(stage)
    Stage(stage.house).run(lists_of(ONBOARDING)[2].document)


Start = Callable[[Stage], None]
#: For each list of tasks of a page where it starts from; None: where the list before it has ended.
STARTS: dict[str, list[Start | None]] = {
    "guide_authentication": [stock],
    "guide_dry_runs": [onboarded],
    "guide_emulator": [],
    "guide_errors": [stock],
    "guide_first_steps": [stock],
    "guide_onboarding": [stock, None, onboarded, None],
    "guide_report": [onboarded],
    "guide_rotation": [onboarded, None, None, None],
    "guide_rule_files": [stock, None, None, None],
    "guide_safety": [with_two_versions],
    "guide_teardown": [onboarded, onboarded, with_a_ccm_host_name],
    "guide_powershell": [stock, *[None] * (len(lists_of(POWERSHELL)) - 1)],
}


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_every_list_of_tasks_runs(stage: Stage, page: Path) -> None:
    lists = lists_of(page)
    for block, start in zip(lists, STARTS[page.stem], strict=True):
        if start is not None:
            start(stage)
        stage.run(block.document)
    assert len(stage.results) >= sum(1 for block in lists for task in tasks_of(block.document) if ours(task))


def test_the_account_is_as_found_after_the_teardowns(stage: Stage) -> None:
    keep, give_up, ccm = lists_of(RST / "guide_teardown.rst")
    onboarded(stage)
    stage.run(keep.document)
    sets = stage.house.ok("mets_ca_set_info")["ca_sets"]
    bound = stage.house.ok("cps_enrollment_info", enrollment_id=10001)["enrollments"]
    rules = stage.house.ok("papi_mtls_rule_info")["mtls_rules"]
    assert (sets, [e["binding"]["ca_set_id"] for e in bound], rules) == ([], [None], [])
    onboarded(stage)
    stage.run(give_up.document)
    assert stage.house.ok("mets_ca_set_info")["ca_sets"] == []
    assert stage.house.ok("cps_enrollment_info", enrollment_id=10001)["enrollments"] == []
    assert stage.house.ok("papi_property_info", hostname="www.example.com")["properties"] == []
    with_a_ccm_host_name(stage)
    used = {"ca_set_name": "partners", "include_rules": False}
    assert stage.house.ok("mets_association_info", **used)["associations"]["hostnames"]
    stage.run(ccm.document)
    assert stage.house.ok("mets_association_info", **used)["associations"]["hostnames"] == []


def test_a_rotation_ends_with_the_new_authority_alone(stage: Stage) -> None:
    *forward, back = lists_of(RST / "guide_rotation.rst")
    onboarded(stage)
    before = trusted(stage)
    for block in forward:
        stage.run(block.document)
    assert trusted(stage) == before - {issued("Example Root").fingerprint} | {issued("Young Root").fingerprint}
    stage.run(back.document)
    assert trusted(stage) == before | {issued("Young Root").fingerprint}


def trusted(stage: Stage) -> set[str]:
    """The fingerprints that are active on both networks."""
    (version,) = stage.house.ok("mets_ca_set_version_info", ca_set_name="partners", active_only=True)["ca_set_versions"]
    assert (version["staging_status"], version["production_status"]) == ("ACTIVE", "ACTIVE")
    return {certificate["fingerprint"] for certificate in version["certificates"]}


# Plays, as a user runs them


@pytest.fixture(scope="module")
def playbooks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playbooks]:
    directory = tmp_path_factory.mktemp("guides")
    prepare(directory)
    (directory / "mtls.yml").write_text(data("mtls_config").text)
    with Running(tmp_path_factory.mktemp("emulator"), durations="demo") as emulator:
        yield Playbooks(emulator, directory)


def play(playbooks: Playbooks, block: Block, *arguments: str) -> Played:
    """The play of a page, by ansible-playbook."""
    playbooks.emulator.control.forget_requests()
    played = playbooks.run(str(playbooks.write("site.yml", block.text)), *arguments)
    assert played.status == 0, f"{block}\n{played.text}"
    assert "[WARNING]" not in played.text, f"{block}\n{played.text}"
    return played


def plays_of(page: Path) -> list[Block]:
    return [block for block in examples(page) if block.kind == "play"]


def data(key: str) -> Block:
    """The block of the guides that is no task, by its first key."""
    return next(b for b in examples(*GUIDES) if b.kind == "data" and next(iter(b.document)) == key)


PLAYS = [
    (RST / "guide_first_steps.rst", ["check", "changes", "holds"]),
    (RST / "guide_dry_runs.rst", ["check", "changes", "holds"]),
    (ROOT / "README.md", ["check", "changes", "holds"]),
]


@pytest.mark.parametrize(("page", "ends"), PLAYS, ids=[page.stem for page, _ends in PLAYS])
def test_every_play_of_modules_runs(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: Path, ends: list[str]
) -> None:
    shutil.copy(stage.house.emulator.edgerc, tmp_path / ".edgerc")
    monkeypatch.setenv("HOME", str(tmp_path))
    (block,) = plays_of(page)
    results = {}
    for end in ends:
        stage.results.clear()
        stage.house.control.forget_requests()
        stage.play(block.document, check=end == "check")
        changed = any(result["changed"] for result in stage.results)
        assert (changed, bool(stage.house.writes())) == {
            "check": (True, False),
            "changes": (True, True),
            "holds": (False, False),
        }[end]
        results[end] = list(stage.results)
    for predicted, real in zip(results["check"], results["changes"], strict=True):
        assert comparable(predicted["plan"]) == comparable(real["plan"])
        assert predicted["diff"]["after"] == without(real["diff"]["after"], predicted["server_made"])
        # Of what a task before would make, a later one cannot know the id either.
        assert set(predicted["server_made"]) - set(real["server_made"]) <= {"ca_set_id", "ca_set_ids[0]"}


def test_the_plays_of_roles_plan_what_they_are_for(playbooks: Playbooks, stage: Stage) -> None:
    """Only planned, that being the whole play for a role in check mode; laws of the roles are tested elsewhere."""
    (onboard,), (teardown,) = plays_of(ONBOARDING), plays_of(RST / "guide_teardown.rst")
    (rotate,) = plays_of(RST / "guide_rotation.rst")
    control = playbooks.emulator.control
    control.reset()
    assert play(playbooks, onboard, "--check").changed > 0
    onboarded(stage)
    control.put_state(stage.house.control.state())
    assert play(playbooks, rotate, "--check", "-e", "mtls_rotate_now=2027-06-29").changed > 0
    assert play(playbooks, teardown, "--check").changed > 0
    assert control.requests(write=True) == []


def test_the_play_of_the_report_fails_on_what_is_critical(playbooks: Playbooks, stage: Stage) -> None:
    """After it has written the files, and sent nothing but reads, as who may only read."""
    (block,) = plays_of(RST / "guide_report.rst")
    control = playbooks.emulator.control
    onboarded(stage)
    state = stage.house.control.state()
    for enrollment in state["accounts"]["A-CCT1234"]["enrollments"]:
        enrollment["networkConfiguration"].pop("clientMutualAuthentication", None)
    control.put_state(state)
    control.forget_requests()
    refused = playbooks.run(str(playbooks.write("site.yml", block.text)))
    assert refused.status != 0 and "denies all requests for www.example.com" in refused.text
    assert (playbooks.directory / "reports" / "mtls-report.html").exists()
    assert {(r["client"], r["method"]) for r in control.requests()} == {("read_only", "GET")}


def test_the_credentials_of_a_play_and_of_each_host(playbooks: Playbooks) -> None:
    section, accounts = plays_of(RST / "guide_authentication.rst")
    playbooks.emulator.control.reset()
    play(playbooks, section)
    assert {r["client"] for r in playbooks.emulator.control.requests()} == {"read_only"}
    inventory = playbooks.write("inventory.yml", data("all").text)
    play(playbooks, accounts, "-i", str(inventory))
    keys = [r["query"].get("accountSwitchKey") for r in playbooks.emulator.control.requests()]
    assert sorted(keys) == ["1-ABC12:1-2RBL", "1-ABC12:1-2RBL", "1-XYZ98:1-2RBL"]


def test_the_lines_for_ci_run(playbooks: Playbooks) -> None:
    (script,) = (b for b in blocks(RST / "guide_emulator.rst") if b.language == "bash")
    (first,) = plays_of(RST / "guide_emulator.rst")
    playbooks.write("site.yml", first.text)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-c", script.text],
        cwd=playbooks.directory,
        env={**playbooks.environment, "PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


# What is neither tasks nor play


def test_every_other_block_is_tried_by_a_test_below() -> None:
    found = {next(iter(b.document)) for b in examples(*GUIDES) if b.kind == "data"}
    assert found == {"mtls_config", "all", "fields", "env", "accounts", "mtls_teardown_remove_hostnames"}


def test_the_seed_is_a_state_of_the_emulator(stage: Stage) -> None:
    stage.house.reset(data("accounts").document)
    (found,) = stage.house.ok("mets_ca_set_info", ca_set_name="partners")["ca_sets"]
    assert found["description"] == "made by hand, long ago"
    bound = stage.house.ok("cps_mtls_binding", common_name="www.example.com", state="absent")
    assert bound["binding"]["enrollment_id"] == 10001


def test_the_calls_of_the_control_api_are_taken(stage: Stage) -> None:
    calls = re.findall(
        r"-X (\w+) \$CONTROL(/\w+)(?: --data '(.*)')?$", (RST / "guide_emulator.rst").read_text(), re.MULTILINE
    )
    tried = [(method, path) for method, path, body in calls if not stage.house.control(method, path, _json(body))]
    stage.house.control.switch(mets_activation_outcome="complete")
    assert len(calls) == 6, tried


def _json(text: str) -> Any:
    return yaml.safe_load(text) if text else None


def test_the_variables_of_the_other_teardown_are_those_of_the_role() -> None:
    known = yaml.safe_load((ROOT / "roles" / "mtls_teardown" / "meta" / "argument_specs.yml").read_text())
    assert set(data("mtls_teardown_remove_hostnames").document) <= set(known["argument_specs"]["main"]["options"])


def test_the_awx_credential_is_one_that_the_resolver_takes() -> None:
    from ansible_collections.edgetrust.akamai.plugins.module_utils._wire.credentials import REQUIRED, resolve

    fields, injected = data("fields").document, data("env").document["env"]
    assert fields["required"] == list(REQUIRED)
    assert {f["id"] for f in fields["fields"] if f.get("secret")} == set(REQUIRED) - {"host"}
    values = {f["id"]: f"value-of-{f['id']}" for f in fields["fields"]}
    environment = {name: values[re.findall(r"\{\{ (\w+)", text)[0]] for name, text in injected.items()}
    found = resolve({}, environment, Path("nowhere"))
    taken = {"account_key": found.account_switch_key, **{name: getattr(found, name) for name in REQUIRED}}
    assert taken == values


# The PowerShell guide

#: What each command sends; the tasks beside it have to send as much.
SENDS = {
    "New-METSCASet": r"POST .*/ca-sets",
    "New-METSCASetVersion": r"POST .*/versions",
    "New-METSCASetActivation": r"POST .*/activate",
    "Deploy-METSCASet": r"POST .*/activate",
    "Get-METSCASetActivation": r"GET .*/activations(/\d+)?",
    "Get-CPSEnrollment": r"GET /cps/v2/enrollments",
    "Set-CPSEnrollment": r"PUT /cps/v2/enrollments/10001",
    "Get-PropertyRules": r"GET .*/rules",
    "Set-PropertyRules": r"PUT .*/rules",
    "Deploy-Property": r"POST .*/activations",
    "New-PropertyActivation": r"POST .*/activations",
    "Get-METSCASetVersion": r"GET .*/versions(/1)?",
    "Get-METSCASetVersionCertificate": r"GET .*/versions(/1)?",
    "Copy-METSCASetVersion": r"POST .*/versions",
    "Set-METSCASetVersion": r"PUT .*/versions/2",
    "Disable-METSCASet": r"POST .*/deactivate",
    "New-METSCASetDeactivation": r"POST .*/deactivate",
    "Remove-METSCASet": r"DELETE .*/ca-sets/\d+",
}
COMMAND = re.compile(r"\b(?:Copy|Deploy|Disable|Get|New|Remove|Set)-[A-Z]\w+")
SHARED = Path(os.environ.get("EDGETRUST_SHARED") or ROOT.parent / "shared")


def test_each_task_does_what_the_command_beside_it_does(stage: Stage) -> None:
    sent: dict[str, set[str]] = {command: set() for command in SENDS}
    stock(stage)
    for text, inside in rows(POWERSHELL):
        stage.house.control.forget_requests()
        for block in inside:
            if block.is_yaml:
                stage.run(block.document)
        for command in COMMAND.findall(text):
            sent[command] |= {f"{r['method']} {r['path']}" for r in stage.house.control.requests()}
    missing = {c for c, wanted in SENDS.items() if not any(re.fullmatch(wanted, request) for request in sent[c])}
    assert missing == set()


def guide() -> str:
    """The guide itself. It lies in a directory beside the repository (`../shared`, or $EDGETRUST_SHARED)."""
    path = SHARED / "guide" / "manage-certificate-authority-sets.txt"
    if not path.exists() and os.environ.get("CI") != "true":
        pytest.skip("the PowerShell guide does not lie beside the repository, so nothing can be compared with it")
    return path.read_text()


def test_every_command_of_the_guide_stands_in_the_table() -> None:
    page, original = POWERSHELL.read_text(), guide()
    assert set(COMMAND.findall(original)) == set(SENDS)
    assert set(COMMAND.findall(page)) >= set(SENDS)
    options = set(re.findall(r" (-[A-Z]\w+)", original))
    assert {option for option in options if option not in page} == set()


def test_every_field_that_the_guide_shows_stands_in_the_table() -> None:
    shown = set(re.findall(r"^ +(\w+) +: ?", guide(), re.MULTILINE)) | set(
        re.findall(r"^(\w+) +: ", guide(), re.MULTILINE)
    )
    shown |= set(re.findall(r"[{; ](\w+)=", guide())) | {
        "enrollment",
        "changes",
        "enrollmentId",
        "changeIds",
        "deletions",
    }
    named = {name for row in table(POWERSHELL, "guide_powershell.fields") for name in re.findall(r"``(\w+)``", row[0])}
    names_in_subjects = {"EMAILADDRESS", "CN", "OU", "O", "L", "ST", "C"}
    assert {f for f in shown - names_in_subjects if f[0].islower()} - named == set()
