# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role that reports, through ansible-playbook: what it finds, for whom, and that it writes nothing but its two files.
What is a finding, table by table: tests/unit/_domain/test_report.py."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

from akamai_emulator.testing import Running
from authorities import issued
from demo_proof import writes  # tools/, by `pythonpath` in pyproject.toml
from documented import role_rows
from in_process import House
from playbook_runs import Playbooks, Played
from starts_papi import DENY, MAIL

TODAY = dt.datetime.now(dt.UTC).date()
# What an account may hold and nobody must take for markup, or for a template.
TEMPLATE = "{{ 6 * 7 }}"
DESCRIPTION = f"<script>alert(1)</script> {TEMPLATE}"
ROOT = issued(f"Example & {TEMPLATE}", days=40)
CONFIG: dict[str, Any] = {
    "ca_sets": [{"ca_set_name": "partners"}, {"ca_set_name": "strangers"}],
    "properties": [{"property_name": "nowhere"}],
}


def account(house: House) -> Any:
    """`partners` is in force for www.example.com, `spares` active for nobody; shop has a draft that would deny."""
    for name in ("partners", "spares"):
        house.ok("mets_ca_set", ca_set_name=name, description=DESCRIPTION)
        house.ok("mets_ca_set_version", ca_set_name=name, certificates=[{"pem": ROOT.pem}])
        house.ok("mets_activation", ca_set_name=name, version=1)
    house.ok("cps_mtls_binding", common_name="www.example.com", ca_set_name="partners")
    made = house.ok("papi_mtls_rule", **DENY)["property"]
    house.ok("papi_activation", property_name="www", version=made["property_version"], **MAIL)
    house.ok("papi_mtls_rule", **{**DENY, "property_name": "shop", "hostnames": ["shop.example.com"]})
    return house.control.state()


class Desk:
    """A directory that reports are written into, and who writes them."""

    def __init__(self, playbooks: Playbooks) -> None:
        self.playbooks = playbooks
        self.out = playbooks.directory / "out"

    def run(self, *arguments: str, config: Any = None, **variables: Any) -> Played:
        """A run of the role that ends well and sends nothing that writes."""
        control = self.playbooks.emulator.control
        control.forget_requests()
        played = self.playbooks.role("mtls_report", config, *arguments, **{"dest": "out", **variables})
        assert played.status == 0, played.text
        assert writes(control.requests()) == []
        return played

    @property
    def document(self) -> Any:
        return json.loads((self.out / "mtls-report.json").read_text())

    @property
    def html(self) -> str:
        return (self.out / "mtls-report.html").read_text()


def findings(played: Played) -> list[tuple[str, str, str]]:
    return [(f["severity"], f["kind"], f["thing"]["name"]) for f in played.fact["findings"]]


def plan(played: Played) -> list[tuple[str, str, bool]]:
    return [(step["verb"], Path(step["target"]["name"]).name, step["done"]) for step in played.fact["plan"]]


def both(verb: str, done: bool) -> list[tuple[str, str, bool]]:
    return [(verb, f"mtls-report.{kind}", done) for kind in ("html", "json")]


def test_reports_of_one_account(house: House, tmp_path: Path) -> None:
    """One after the other: each run starts from the files of the one before."""
    with Running(tmp_path / "emulator", durations="demo") as emulator:
        emulator.control.put_state(account(house))
        desk = Desk(Playbooks(emulator, tmp_path))
        foresees_the_files(desk)
        tells_what_is_active(desk)
        is_silent_for_a_reader(desk)
        refuses_wrong_credentials(desk)
        emulator.control.reset()
        tells_what_may_not_be_read(desk)


def foresees_the_files(desk: Desk) -> None:
    """In check mode not even the directory is made. Here of what a structure names, on PRODUCTION, on a later day."""
    day = str(TODAY + dt.timedelta(days=35))
    foreseen = desk.run("--check", config=CONFIG, date=day, networks=["PRODUCTION"])
    assert not desk.out.exists()
    assert foreseen.changed > 0 and foreseen.fact["changed"] is True
    assert plan(foreseen) == both("create", False)
    assert findings(foreseen)[:4] == [
        ("critical", "certificate_expiring", "partners"),
        ("warning", "hostname_denied", "shop"),
        ("warning", "not_found", "strangers"),
        ("warning", "not_found", "nowhere"),
    ]
    assert f"CN=Example & {TEMPLATE}" in foreseen.fact["findings"][0]["text"]
    assert foreseen.fact["findings"][0]["depends_on"][0] == "enrollment 10001 (www.example.com)"
    assert [s["ca_set_name"] for s in foreseen.fact["ca_sets"]] == ["partners"]
    members = {name for row in role_rows("mtls_report", "## Result") for name in re.findall(r"^`(\w+)`", row[0])}
    assert set(foreseen.fact) == members


def tells_what_is_active(desk: Desk) -> None:
    """By the shipped playbook, from the directory that the command is typed in."""
    done = desk.playbooks.run("edgetrust.akamai.report", "-e", "mtls_report_dest=out")
    assert done.status == 0 and "info: CA set" in done.text, done.text
    document, html = desk.document, desk.html
    partners, _spares = document["ca_sets"]
    assert [c["fingerprint"] for c in partners["certificates"]] == [ROOT.fingerprint]
    assert partners["description"] == DESCRIPTION
    assert [(e["common_name"], e["ca_set_name"]) for e in document["enrollments"]] == [
        ("shop.example.com", None),
        ("www.example.com", "partners"),
    ]
    assert [(p["property_name"], p["production_version"]) for p in document["properties"]] == [("shop", 2), ("www", 3)]
    assert f"&lt;script&gt;alert(1)&lt;/script&gt; {TEMPLATE}" in html and f"Example &amp; {TEMPLATE}" in html
    assert "<script" not in html and "Nothing is critical; 1 thing to see to" in html
    assert not re.search(r"(?:src|href)=\"(?!#)|url\(|@import", html)


def is_silent_for_a_reader(desk: Desk) -> None:
    """Who may only read sees the same; an empty structure is none."""
    again = desk.run("-e", "akamai_section=read_only", config={"ca_sets": []})
    assert (again.changed, again.fact["changed"], again.fact["plan"]) == (0, False, [])
    assert findings(again) == [
        ("warning", "hostname_denied", "shop"),
        ("info", "set_unused", "spares"),
        ("info", "unreleased", "shop"),
    ]


def refuses_wrong_credentials(desk: Desk) -> None:
    refused = desk.playbooks.role("mtls_report", None, "-e", "akamai_section=nobody", dest="out")
    assert refused.status != 0 and "nobody" in refused.text


def tells_what_may_not_be_read(desk: Desk) -> None:
    """Of an account without mutual TLS: what was read and is empty is told apart from what was not read."""
    done = desk.run("-e", "akamai_section=no_mets")
    assert plan(done) == both("update", True)
    assert [desk.document[name] for name in ("ca_sets", "enrollments", "properties")] == [None, [], []]
    assert findings(done) == [("warning", "not_read", "mTLS Edge Truststore")]
    assert "Grant the API client the service mTLS Edge Truststore" in done.fact["findings"][0]["cure"]
    assert "not all could be read" in desk.html and "None is bound to a CA set." in desk.html
