# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles through ansible-playbook: law 3b (a role's plan in check mode is its real plan), laws 1, 2 and 9, and refusals."""

from __future__ import annotations

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

CONFIG: dict[str, Any] = {
    "ca_sets": [{"ca_set_name": "partners", "certificates_file": "partners.pem"}],
    "enrollments": [
        {"common_name": "www.example.com", "ca_set_name": "partners"},
        {"common_name": "shop.example.com", "ca_set_name": "partners"},
    ],
    "properties": [
        {
            "property_name": "www",
            "hostnames": ["www.example.com"],
            "ca_set_names": ["partners"],
            "enforcement": "deny",
            "notify_emails": ["ops@example.com"],
        },
        {
            "property_name": "shop",
            "hostnames": ["shop.example.com"],
            "ca_set_names": ["partners"],
            "enforcement": "log",
            "notify_emails": ["ops@example.com"],
        },
    ],
}

#: Warnings that a run may have. A change of ours may end a moment later in CPS than METS shows it; the starts here have no
#: changes of anybody else, which such a warning could be about.
EXPECTED = ("Accepted by allow_outage", "is in force without it, so it is left alone.")


@pytest.fixture(scope="module")
def playbooks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playbooks]:
    directory = tmp_path_factory.mktemp("roles")
    (directory / "partners.pem").write_text(issued("Example Root").pem)
    (directory / "more.pem").write_text(issued("Example Root").pem + issued("Another Root").pem)
    with Running(tmp_path_factory.mktemp("emulator"), durations="demo") as emulator:
        yield Playbooks(emulator, directory)


@pytest.fixture
def stock(playbooks: Playbooks) -> Any:
    """The emulator's stock, and its state document."""
    playbooks.emulator.control.reset()
    return playbooks.emulator.control.state()


@pytest.fixture
def onboarded(playbooks: Playbooks, house: House) -> Any:
    """The state document from before everything in `CONFIG` was set up, by modules in this process."""
    before = house.control.state()
    house.ok("mets_ca_set", ca_set_name="partners")
    file = str(playbooks.directory / "partners.pem")
    house.ok("mets_ca_set_version", ca_set_name="partners", certificates_file=file)
    house.ok("mets_activation", ca_set_name="partners", version=1)
    for entry in CONFIG["enrollments"]:
        house.ok("cps_mtls_binding", **entry)
    for entry in CONFIG["properties"]:
        rule = {name: entry[name] for name in ("property_name", "hostnames", "ca_set_names", "enforcement")}
        made = house.ok("papi_mtls_rule", **rule)["property"]
        house.ok(
            "papi_activation",
            property_name=entry["property_name"],
            version=made["property_version"],
            replaces=made["base_version"],
            notify_emails=entry["notify_emails"],
        )
    playbooks.emulator.control.put_state(house.control.state())
    return before


def played(playbooks: Playbooks, role: str, config: Any, *arguments: str, **variables: Any) -> tuple[Played, list[str]]:
    """A run that must end well, and its write requests."""
    control = playbooks.emulator.control
    control.forget_requests()
    result = playbooks.role(role, config, *arguments, **variables)
    assert result.status == 0, result.text
    warnings = [line for line in result.text.splitlines() if "[WARNING]" in line]
    assert [line for line in warnings if not any(text in line for text in EXPECTED)] == []
    return result, writes(control.requests())


def planned_and_done(playbooks: Playbooks, role: str, config: Any, **variables: Any) -> Played:
    """Check mode, then the run itself: the one writes nothing and foresees the other."""
    foreseen, none = played(playbooks, role, config, "--check", **variables)
    assert none == []
    done, some = played(playbooks, role, config, **variables)
    assert some
    assert plan_differences(foreseen.fact["plan"], done.fact["plan"]) == []
    assert foreseen.fact["changed"] is done.fact["changed"] is True
    assert foreseen.changed > 0
    return done


def silent(playbooks: Playbooks, role: str, config: Any, **variables: Any) -> Played:
    """A run that finds all as it should be."""
    again, none = played(playbooks, role, config, **variables)
    assert (again.changed, none, again.fact["plan"], again.fact["changed"]) == (0, [], [], False)
    return again


def typed_in(playbooks: Playbooks) -> None:
    """The same by the shipped playbook, whose paths start where the command is typed in; it finds all as it should be."""
    playbooks.write("mtls.yml", {"mtls_config": CONFIG, "mtls_onboard_poll_interval": 0.2})
    control = playbooks.emulator.control
    control.forget_requests()
    again = playbooks.run("edgetrust.akamai.onboard", "-e", "@mtls.yml")
    assert (again.status, again.changed, writes(control.requests())) == (0, 0, []), again.text
    assert "There is nothing to do." in again.text


def verbs(result: Played) -> list[str]:
    return [f"{step['verb']} {step['target']['kind']}" for step in result.fact["plan"]]


def test_onboarding_from_nothing_and_another_version(playbooks: Playbooks, stock: Any) -> None:
    done = planned_and_done(playbooks, "mtls_onboard", CONFIG)
    assert [ca_set["production_version"] for ca_set in done.fact["ca_sets"]] == [1]
    assert [binding["ca_set_name"] for binding in done.fact["bindings"]] == ["partners", "partners"]
    active = [(a["network"], a["version"]) for p in done.fact["properties"] for a in p["activations"]]
    assert active == [("STAGING", 3), ("PRODUCTION", 3)] * 2
    members = {name for row in role_rows("mtls_onboard", "## Result") for name in re.findall(r"^`(\w+)`", row[0])}
    assert set(done.fact) == members
    typed_in(playbooks)
    more = {"ca_sets": [{**CONFIG["ca_sets"][0], "certificates_file": "more.pem"}]}
    changed = planned_and_done(playbooks, "mtls_onboard", more)
    assert verbs(changed) == ["create ca_set_version", "activate ca_set_version", "activate ca_set_version"]


def test_teardown_leaves_the_account_as_it_was(playbooks: Playbooks, onboarded: Any) -> None:
    done = planned_and_done(playbooks, "mtls_teardown", CONFIG)
    assert verbs(done)[-3:] == ["deactivate ca_set_version", "deactivate ca_set_version", "delete ca_set"]
    assert account_differences(onboarded, playbooks.emulator.control.state()) == []
    silent(playbooks, "mtls_teardown", CONFIG)


def test_teardown_in_the_order_of_the_guide(playbooks: Playbooks, onboarded: Any) -> None:
    """Host names and rule in one version, then the enrollment; nothing without the hazard accepted."""
    control = playbooks.emulator.control
    control.forget_requests()
    # CPS keeps an enrollment as long as any of its names is live.
    www = {**CONFIG["properties"][0], "hostnames": ["www.example.com", "api.example.com"]}
    config = {"enrollments": CONFIG["enrollments"][:1], "properties": [www]}
    wish = {"remove_hostnames": True, "delete_enrollments": True}
    refused = playbooks.role("mtls_teardown", config, **wish)
    assert refused.status != 0
    assert "delete_live_hostname" in refused.text
    assert writes(control.requests()) == []
    done = planned_and_done(playbooks, "mtls_teardown", config, allow_outage=["delete_live_hostname"], **wish)
    assert list(dict.fromkeys(verbs(done)))[-3:] == [
        "edit property_version",
        "activate property_version",
        "delete enrollment",
    ]
    account = control.state()["accounts"]["A-CCT1234"]
    assert [enrollment["id"] for enrollment in account["enrollments"]] == [10002, 10003, 10004]
    assert account["properties"][0]["versions"][-1]["hostnames"] == []


def test_teardown_and_a_host_name_that_has_the_set_itself(playbooks: Playbooks, onboarded: Any, house: House) -> None:
    """On a certificate of Cloud Certificate Manager: what no entry names is a stop before the first write."""
    control, name = playbooks.emulator.control, "ccm.example.com"
    wish = {"certificate_type": "CCM", "ccm_certificates": {"rsa_cert_id": "1"}, "mtls": {"ca_set_name": "partners"}}
    edge = "www.example.com.edgekey.net"
    house.ok("papi_property_hostname", property_name="www", hostnames=[name], edge_hostname=edge, **wish)
    house.ok("papi_activation", property_name="www", version=4, notify_emails=["ops@example.com"])
    control.put_state(house.control.state())
    control.forget_requests()
    refused = playbooks.role("mtls_teardown", CONFIG)
    assert refused.status != 0 and writes(control.requests()) == []
    assert f"in use by host name {name} (property www)" in refused.text and "mtls={state: absent}" in refused.text
    www, shop = CONFIG["properties"]
    config = {**CONFIG, "properties": [{**www, "hostnames": ["www.example.com", name]}, shop]}
    accepted = {"remove_hostnames": True, "allow_outage": ["delete_live_hostname"]}
    done = planned_and_done(playbooks, "mtls_teardown", config, **accepted)
    assert verbs(done)[-1] == "delete ca_set"
    left = control.state()["accounts"]["A-CCT1234"]["properties"][0]["versions"][-1]["hostnames"]
    assert [h["cnameFrom"] for h in left] == ["api.example.com"]


def test_the_variables_of_a_role_reach_its_modules(playbooks: Playbooks, stock: Any) -> None:
    """Law 10. Nothing of the environment says which account it is."""
    emulator, key = playbooks.emulator, "1-ABC12:1-2RBL"
    bare = Playbooks(emulator, playbooks.directory)
    for name in ("AKAMAI_EDGERC", "AKAMAI_CA_PATH"):
        del bare.environment[name]
    connection = {
        "akamai_edgerc": str(emulator.edgerc),
        "akamai_ca_path": str(emulator.ca_path),
        "akamai_section": "switchable",
        "akamai_account_switch_key": key,
    }
    bare.write("connection.yml", connection)
    config = {name: entries[:1] for name, entries in CONFIG.items()}
    wish = {"networks": ["STAGING"], "version_notes": "made by the role"}
    emulator.control.forget_requests()
    late = bare.role("mtls_onboard", config, "-e", "@connection.yml", **wish, wait_timeout=0.01)
    assert late.status != 0 and "0.01" in late.text
    done = bare.role("mtls_onboard", config, "-e", "@connection.yml", **wish)
    assert done.status == 0, done.text
    assert {(r["client"], r["query"]["accountSwitchKey"]) for r in emulator.control.requests()} == {("switchable", key)}
    www = emulator.control.state()["accounts"]["A-CCT1234"]["properties"][0]
    assert (www["stagingVersion"], www["productionVersion"], www["versions"][-1]["note"]) == (3, 2, "made by the role")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hostname": "www.example.com"}, r"properties[0].hostname: unknown key; did you mean hostnames?"),
        ({"property_name": "nowhere"}, "nowhere"),
        ({"ca_set_names": ["strangers"]}, "strangers"),
    ],
    ids=["key", "property", "set"],
)
def test_refusals_come_before_the_first_write(
    playbooks: Playbooks, stock: Any, change: dict[str, Any], said: str
) -> None:
    config = {"ca_sets": [{"ca_set_name": "partners"}], "properties": [{**CONFIG["properties"][0], **change}]}
    playbooks.emulator.control.forget_requests()
    refused = playbooks.role("mtls_onboard", config)
    assert refused.status != 0
    assert said in refused.text
    assert writes(playbooks.emulator.control.requests()) == []
