# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role that changes authorities, through ansible-playbook: laws 1, 2, 3b and 9 at each of its stages, and refusals."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from akamai_emulator.testing import Running
from authorities import issued
from demo_proof import account_differences, plan_differences, writes  # tools/, by `pythonpath` in pyproject.toml
from documented import role_rows
from in_process import House
from playbook_runs import Playbooks, Played

OLD, NEW = issued("Example Root"), issued("Young Root")
CONFIG: dict[str, Any] = {
    "ca_sets": [
        {"ca_set_name": "partners", "certificates_file": "new-ca.pem"},
        {"ca_set_name": "staff", "certificates_file": "new-ca.pem"},
    ],
    # Of no interest here, and not even looked at.
    "enrollments": [{"common_name": "nowhere.example.com", "ca_set_name": "partners"}],
    "properties": [{"property_name": "nowhere", "ca_set_names": ["partners"]}],
}
PARTNERS: dict[str, Any] = {"ca_sets": CONFIG["ca_sets"][:1]}
ACCEPTED = {"allow_outage": ["remove_trusted_ca"]}
IN = ["create 2", "activate 2 on STAGING", "activate 2 on PRODUCTION"]
OUT = ["create 3", "activate 3 on STAGING", "activate 3 on PRODUCTION"]


@pytest.fixture(scope="module")
def playbooks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playbooks]:
    directory = tmp_path_factory.mktemp("roles")
    (directory / "old-ca.pem").write_text(OLD.pem)
    (directory / "new-ca.pem").write_text(NEW.pem)
    (directory / "both.pem").write_text(NEW.pem + OLD.pem)
    quick = {"mets_activation": 0.4, "retry_after": 0.2, "latency": 0}
    with Running(tmp_path_factory.mktemp("emulator"), durations=quick, switches={"rate_limits": "off"}) as emulator:
        yield Playbooks(emulator, directory)


def version(house: House, name: str, *subjects: str, on: tuple[str, ...] = ("STAGING", "PRODUCTION")) -> None:
    """A version of the set that trusts these, active there."""
    certificates = [{"pem": issued(subject).pem} for subject in subjects]
    made = house.ok("mets_ca_set_version", ca_set_name=name, certificates=certificates)["ca_set_version"]["version"]
    if on:
        house.ok("mets_activation", ca_set_name=name, version=made, networks=list(on), **ACCEPTED)


@pytest.fixture
def trusting(house: House) -> House:
    """Two sets, the first of them in use, that trust the old authority; set up by modules in this process."""
    for name in ("partners", "staff"):
        house.ok("mets_ca_set", ca_set_name=name)
        version(house, name, "Example Root")
    house.ok("cps_mtls_binding", common_name="www.example.com", ca_set_name="partners")
    return house


def rotate(
    playbooks: Playbooks, *arguments: str, now: str = "2026-01-01", config: Any = CONFIG, **variables: Any
) -> tuple[Played, list[str]]:
    """A run at that time, and its write requests. It may warn of what was accepted, and of nothing else."""
    control = playbooks.emulator.control
    control.forget_requests()
    played = playbooks.role("mtls_rotate", config, "-e", f"mtls_rotate_now={now}", *arguments, **variables)
    warnings = [line for line in played.text.splitlines() if "[WARNING]" in line]
    assert [line for line in warnings if "Accepted by allow_outage" not in line] == []
    return played, writes(control.requests())


def foreseen_and_done(playbooks: Playbooks, *arguments: str, **wish: Any) -> tuple[Played, Played]:
    """Check mode, then the run itself: the one writes nothing and foresees the other."""
    foreseen, none = rotate(playbooks, "--check", *arguments, **wish)
    assert (foreseen.status, none) == (0, []), foreseen.text
    done, some = rotate(playbooks, *arguments, **wish)
    assert done.status == 0 and some, done.text
    assert plan_differences(foreseen.fact["plan"], done.fact["plan"]) == []
    assert foreseen.fact["changed"] is done.fact["changed"] is True
    assert foreseen.changed > 0 and done.changed > 0
    assert foreseen.fact["outgoing"] == done.fact["outgoing"]
    return foreseen, done


def silent(playbooks: Playbooks, *arguments: str, **wish: Any) -> Played:
    again, none = rotate(playbooks, *arguments, **wish)
    assert again.status == 0, again.text
    assert (again.changed, none, again.fact["changed"]) == (0, [], False)
    return again


def refused(playbooks: Playbooks, said: str, **wish: Any) -> None:
    """Before the first write."""
    played, none = rotate(playbooks, **wish)
    assert played.status != 0 and none == [], played.text
    assert said in " ".join(played.text.split()), played.text


def steps(played: Played, name: str) -> list[str]:
    """`activate 2 on STAGING`, of the versions of one set."""
    targets = [(s["verb"], s["target"]) for s in played.fact["plan"] if s["target"]["name"] == name]
    return [f"{verb} {t['version']}" + (f" on {t['network']}" if t["network"] else "") for verb, t in targets]


def numbers(played: Played) -> list[Any]:
    return [(s["ca_set_name"], s["staging_version"], s["production_version"]) for s in played.fact["ca_sets"]]


def typed_in(playbooks: Playbooks) -> None:
    """By the shipped playbook, whose paths start where the command is typed in: all is as it should be, nothing is written."""
    emulator = playbooks.emulator
    bare = Playbooks(emulator, playbooks.directory)
    for name in ("AKAMAI_EDGERC", "AKAMAI_CA_PATH"):
        del bare.environment[name]
    connection = {
        "akamai_edgerc": str(emulator.edgerc),
        "akamai_ca_path": str(emulator.ca_path),
        "akamai_section": "switchable",
        "akamai_account_switch_key": "1-ABC12:1-2RBL",
    }
    bare.write("mtls.yml", {"mtls_config": PARTNERS, "mtls_rotate_remove_after": "2026-01-01", **connection})
    emulator.control.forget_requests()
    again = bare.run("edgetrust.akamai.rotate", "-e", "@mtls.yml")
    requests = emulator.control.requests()
    assert (again.status, again.changed, writes(requests)) == (0, 0, []), again.text
    assert "There is nothing to do now." in again.text and "stays trusted" not in again.text
    assert {(r["client"], r["query"]["accountSwitchKey"]) for r in requests} == {("switchable", "1-ABC12:1-2RBL")}


def test_in_at_once_and_out_after_the_date(playbooks: Playbooks, trusting: House) -> None:
    before = trusting.control.state()
    playbooks.emulator.control.put_state(before)
    wish: dict[str, Any] = {"remove_after": "2030-01-31"}
    _foreseen, done = foreseen_and_done(playbooks, **wish)
    assert steps(done, "partners") == steps(done, "staff") == IN
    assert numbers(done) == [("partners", 2, 2), ("staff", 2, 2)]
    for entry, name in zip(done.fact["outgoing"], ["partners", "staff"], strict=True):
        assert (entry["ca_set_name"], entry["after"]) == (name, "2030-01-31T00:00:00Z")
        assert entry["reason"] == "It is not 2030-01-31T00:00:00Z yet."
        assert [c["fingerprint"] for c in entry["removes"]] == [OLD.fingerprint]
    members = {name for row in role_rows("mtls_rotate", "## Result") for name in re.findall(r"^`(\w+)`", row[0])}
    assert set(done.fact) == members
    waiting = silent(playbooks, **wish)
    assert numbers(waiting) == [("partners", 2, 2), ("staff", 2, 2)]
    assert "stays trusted. It is not 2030-01-31T00:00:00Z yet. Run the role again then." in waiting.text
    assert "leaves a set in use only with remove_trusted_ca in mtls_rotate_allow_outage." in waiting.text
    wish |= {"now": "2030-01-31", "config": PARTNERS}
    refused(playbooks, "lacks CAs that clients of enrollment 10001", **wish)
    _foreseen, done = foreseen_and_done(playbooks, **wish, **ACCEPTED)
    assert (steps(done, "partners"), done.fact["outgoing"]) == (OUT, [])
    typed_in(playbooks)
    differences = account_differences(before, playbooks.emulator.control.state())
    assert differences and [d for d in differences if ".ca_sets[" not in d] == []


def test_out_once_a_check_agrees_where_a_run_was_killed(playbooks: Playbooks, trusting: House) -> None:
    """The old one is out on STAGING only."""
    version(trusting, "partners", "Example Root", "Young Root")
    version(trusting, "partners", "Young Root", on=("STAGING",))
    playbooks.emulator.control.put_state(trusting.control.state())
    said = {
        "that": "seen not in mtls_rotate_outgoing[0].removes | map(attribute='subject')",
        "fail_msg": "One came today.",
    }
    playbooks.write("check.yml", [{"name": "Old clients are gone", "ansible.builtin.assert": said}])
    wish: dict[str, Any] = {"config": PARTNERS, "check": "check.yml", **ACCEPTED}
    early = silent(playbooks, "-e", json.dumps({"seen": "CN=Example Root, O=Example, C=US"}), **wish)
    assert [entry["reason"] for entry in early.fact["outgoing"]] == ["Old clients are gone: One came today."]
    foreseen, done = foreseen_and_done(playbooks, "-e", json.dumps({"seen": "CN=Nobody"}), **wish)
    assert (steps(done, "partners"), done.fact["outgoing"]) == (["activate 3 on PRODUCTION"], [])
    assert foreseen.fact["assumptions"] == [f"The tasks of {playbooks.directory / 'check.yml'} end well."]
    assert "Old clients are gone" in done.text and "Old clients are gone" not in foreseen.text
    back, _writes = rotate(
        playbooks, config={"ca_sets": [{"ca_set_name": "partners", "certificates_file": "both.pem"}]}
    )
    assert steps(back, "partners") == IN[1:]


def test_what_cannot_be_rotated_is_refused(playbooks: Playbooks) -> None:
    playbooks.emulator.control.reset()
    refused(
        playbooks, "There is no CA set partners with an active version, so there is nothing to rotate", config=PARTNERS
    )
    refused(playbooks, "mtls_rotate_remove_after: 'soon' is not a time in ISO 8601", remove_after="soon")
    assert playbooks.emulator.control.requests() == []
