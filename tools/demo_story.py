# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demonstration: real certificate authorities go into CA sets, enrollments and properties, and out again.

Everything happens against the emulator, in the directory `demo` of the clone.

    CERTS=bundle.pem    authorities of your own in place of the public roots
"""

from __future__ import annotations

import argparse
import datetime as dt
import http.client
import json
import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import demo_ansible
import demo_input
from akamai_emulator.testing import Running
from demo_ansible import ROOT, Event, Outcome
from demo_proof import Wrong, account_differences, leftovers, methods, plan_differences, steps, writes
from demo_screen import Screen, counted, step_line, target

ONBOARD = "edgetrust.akamai.onboard"
TEARDOWN = "edgetrust.akamai.teardown"
REPORT = "edgetrust.akamai.report"

# All in the directory where commands are typed, so that what the screen shows can be typed as well.
PLACE = Path("demo")
CONFIG, PACE, LOG, PAGE = (PLACE / name for name in ("mtls.yml", "pace.yml", "log.txt", "mtls-report.html"))
ROOTS, OWN = (PLACE / name for name in ("roots.pem", "own.pem"))
VARIABLES = ("-e", f"@{CONFIG}", "-e", f"@{PACE}")

# The emulator's operations take a second or two: look at them as often.
PACE_TEXT = """# How often running operations are looked at, in seconds; leave this out for the real service.
mtls_onboard_poll_interval: 0.3
mtls_teardown_poll_interval: 0.3
"""
STANDS_FOR = "mTLS Edge Truststore, Certificate Provisioning System and Property Manager"
# What the configuration names in the emulator's account, see its README.
ENROLLMENTS = ("www.example.com", "shop.example.com")
PROPERTIES = ("www", "shop")
# A wait that is worth a word, in seconds.
NOTICED = 0.2
MOST_DETAILS = 12

Document = dict[str, Any]


class Demo:
    """The chapters, in order, and what they hand on to each other."""

    def __init__(self, screen: Screen, certs: str | None) -> None:
        self.screen = screen
        self.certs = certs
        self.started = time.monotonic()
        self.figures: list[tuple[str, str]] = []
        self.roots = ROOTS
        self.has_sha1 = True
        self.plan: list[Document] = []

    # The stage

    def chapters(self) -> Sequence[tuple[str, Callable[[], None]]]:
        return (
            ("The account, as an emulator on this machine has it", self.account),
            ("The certificate authorities to trust", self.certificates),
            ("A weak certificate is refused before anything is sent", self.refusal),
            ("The plan: what a run would do", self.planning),
            ("The run", self.onboarding),
            ("The same once more: nothing to do", self.silence),
            ("A report on what is in force", self.report),
            ("Taking it all down again, in the safe order", self.teardown),
        )

    def prepare(self) -> None:
        """An empty directory and a fresh emulator. Raises Wrong when one of an earlier `--keep` still runs here."""
        place = ROOT / PLACE
        _refuse_running(place / "emulator" / "ready.json")
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        (ROOT / LOG).write_text("What Ansible said in the demonstration, command by command.\n")
        (ROOT / PACE).write_text(PACE_TEXT)
        try:
            self.emulator = Running(place / "emulator")
        except RuntimeError as error:
            raise Wrong(str(error)) from error
        self.control = self.emulator.control
        variables = demo_ansible.environment(place / "home", self.emulator.edgerc, self.emulator.ca_path)
        self.ansible = demo_ansible.Ansible(variables, ROOT / LOG, place / "events.jsonl")

    def stop(self) -> None:
        if hasattr(self, "emulator"):
            self.emulator.stop()

    def run(self) -> None:
        self.screen.line(self.screen.style("edgetrust.akamai: client certificates at Akamai's edge", "bold"))
        self.screen.say(
            "Your host names will ask each client for a certificate, and trust those of chosen authorities."
        )
        chapters = self.chapters()
        for number, (title, chapter) in enumerate(chapters, start=1):
            self.screen.headline(number, len(chapters) + 1, title)
            if number == 1:
                self.screen.busy("the emulator starts")
                self.prepare()
            chapter()
        self.screen.headline(len(chapters) + 1, len(chapters) + 1, "Summary")
        self.summary()

    # The chapters

    def account(self) -> None:
        screen, ready = self.screen, self.emulator.ready
        screen.good(
            f"The emulator answers at {ready['url']}, on this machine only. It stands in for Akamai's {STANDS_FOR}, "
            "keeps their rules and checks signatures; what takes them minutes takes it a second."
        )
        self.before = self.control.state()
        account = self.before["accounts"]["A-CCT1234"]
        screen.line()
        screen.table(
            ("enrollment", "type", "edge certificate for", "mTLS"),
            [
                (e["id"], e["validationType"], ", ".join(e["csr"]["sans"]), "off")
                for e in account["enrollments"]
                if e["csr"]["cn"] in ENROLLMENTS
            ],
        )
        screen.line()
        screen.table(
            ("property", "rule format", "live version", "host names"),
            [
                (
                    p["propertyName"],
                    live["ruleFormat"],
                    live["propertyVersion"],
                    ", ".join(h["cnameFrom"] for h in live["hostnames"]),
                )
                for p in account["properties"]
                for live in p["versions"]
                if p["propertyName"] in PROPERTIES and live["propertyVersion"] == p["productionVersion"]
            ],
        )

    def certificates(self) -> None:
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        own = demo_input.own_authority(now)
        (ROOT / OWN).write_text(demo_input.bundle(own))
        if self.certs is None:
            roots, weak = demo_input.public_roots(now)
            (ROOT / ROOTS).write_text(demo_input.bundle([*roots, weak]))
            held, origin = [*roots, weak], "public roots of certifi, one SHA-1 signed"
        else:
            self.roots = _shortest(Path(self.certs))
            held, origin = demo_input.read(_content(self.certs)), "yours"
            self.has_sha1 = any(demo_input.digest(certificate) == "sha1" for certificate in held)
        self.screen.table(
            ("file", "certificates", "what they are"),
            [
                (self.roots, len(held), origin),
                (OWN, len(own), "root and intermediate made now, keys gone"),
            ],
        )
        self.figures.append(("certificates", f"{len(held) + len(own)}, in CA set {demo_input.CA_SET}"))

    def refusal(self) -> None:
        self.configure(allow_sha1=False)
        if not self.has_sha1:
            self.screen.note("Your bundle has no SHA-1 signed certificate. To see one refused, leave CERTS out.")
            return
        outcome = self.play("refusal", ONBOARD)
        failure = _failure(outcome)
        if failure is None:
            raise Wrong("A SHA-1 signed certificate was not refused.", outcome.said(ROOT / LOG))
        strangers = [
            e for e in failure["failure"].get("errors") or [] if "allow_insecure_sha1" not in str(e.get("reason"))
        ]
        if failure["failure"].get("type") != "invalid_certificate" or strangers:
            self.refused(outcome)
        self.nothing_written("The refusal")
        self.screen.good("Refused; no request that writes was sent. The message:")
        self.screen.say(failure["msg"], "yellow", indent=6)
        self.configure(allow_sha1=True)
        self.screen.line()
        self.screen.say("If you need that authority all the same, say so for this one set: allow_insecure_sha1: true.")

    def planning(self) -> None:
        self.screen.say(f"The configuration, {CONFIG}, is all that a user writes:")
        self.screen.code((ROOT / CONFIG).read_text())
        self.screen.line()
        outcome = self.done("plan", ONBOARD, "--check")
        self.plan = self.plan_of(outcome, "mtls_onboard_result")
        self.nothing_written("The plan")
        self.show_plan()
        self.screen.good(f"{counted(len(self.plan), 'step')} planned by reading only: {self.sent()}.")

    def onboarding(self) -> None:
        outcome = self.done("onboarding", ONBOARD, told=self.teller("mtls_onboard_result"))
        self.as_planned(outcome, "mtls_onboard_result")

    def silence(self) -> None:
        outcome = self.done("second run", ONBOARD)
        self.nothing_written("The second run")
        if outcome.changed:
            raise Wrong(f"The second run reports changed={outcome.changed}.", _changed(outcome))
        self.screen.good(f"changed=0, and no request that writes: {self.sent()}.")

    def report(self) -> None:
        outcome = self.done("report", REPORT, "-e", f"mtls_report_dest={PLACE}")
        self.nothing_written("The report")
        screen, found = self.screen, outcome.fact("mtls_report_result")
        held = [(c, s["ca_set_name"]) for s in found["ca_sets"] for c in s["certificates"]]
        bound = [(e["ca_set_name"], e["enrollment_id"], ", ".join(e["hostnames"])) for e in found["bindings"]]
        rules = [
            (prop["property_name"], version["property_version"], *_rule_row(rule))
            for prop in found["properties"]
            for version in prop["versions"]
            if version["active_on"]
            for rule in version["mtls_rules"]
        ]
        if not (held and bound and rules):
            things = f"{len(held)} certificates, {len(bound)} bindings, {len(rules)} rules"
            raise Wrong("The report finds nothing in force.", [things])
        screen.table(("CA set", "is bound to enrollment", "for"), bound)
        screen.line()
        soonest = sorted((c["end_date"][:10], c["days_left"], name, c["subject"]) for c, name in held)
        screen.table(("ends first", "days left", "CA set", "certificate"), soonest[:3])
        screen.line()
        screen.table(("property", "version", "rule", "host names", "CA sets", "enforcement"), rules)
        screen.line()
        findings = [(finding["severity"], finding["text"]) for finding in found["findings"]]
        if findings:
            screen.table(("", "to see to"), findings[:MOST_DETAILS])
        else:
            screen.good("Nothing to see to: nothing expires within 30 days, nobody is denied, both networks are alike.")
        screen.good(f"All of it is in {PAGE}, to be opened in a browser, and as data beside it.")

    def teardown(self) -> None:
        self.plan = []
        outcome = self.done("teardown", TEARDOWN, told=self.teller("mtls_teardown_result"))
        self.as_planned(outcome, "mtls_teardown_result")
        after = self.control.state()
        found = account_differences(self.before, after)
        if found:
            raise Wrong("After the teardown the account is not as it was found.", found)
        left = ", ".join(counted(number, what) for what, number in leftovers(self.before, after).items())
        self.screen.good(
            f"The account is as found, compared member by member. It keeps, as a record, {left} and histories."
        )

    def summary(self) -> None:
        self.figures.append(("all together", f"{time.monotonic() - self.started:.0f} s"))
        self.screen.table(("", ""), self.figures)
        self.screen.line()
        self.screen.table(
            ("to copy from", ""),
            [
                (CONFIG, "the configuration"),
                ("playbooks/", "onboard, rotate, report and teardown: run as edgetrust.akamai.onboard and so on"),
                (PAGE, "the report, from before the teardown"),
                (LOG, "all that Ansible said"),
            ],
        )
        self.screen.line()
        self.screen.say("Next: `make emulator` keeps an emulator running for playbooks of your own; README.md shows a")
        self.screen.say("playbook against a real account. Run it with --check first, as was done here.")

    # What the chapters share

    def configure(self, *, allow_sha1: bool) -> None:
        (ROOT / CONFIG).write_text(demo_input.configuration(str(self.roots), str(OWN), allow_sha1))

    def play(self, what: str, playbook: str, *options: str, told: Callable[[Event], None] | None = None) -> Outcome:
        """Runs a playbook, with a sign of life; its figures go into the summary."""
        arguments = [*VARIABLES, *options]
        self.screen.command(shlex.join(demo_ansible.shown(playbook, arguments)))
        self.control.forget_requests()
        doing = ["Ansible starts"]

        def listen(event: Event) -> None:
            if event["event"] == "task":
                doing[0] = event["task"]
            if told:
                told(event)

        outcome = self.ansible.play(
            playbook,
            *arguments,
            told=listen,
            beat=lambda seconds: self.screen.busy(f"{doing[0]} ({seconds:.0f} s)"),
        )
        requests = self.control.requests()
        cost = f"{outcome.seconds:.1f} s, {counted(len(requests), 'request')}, {len(writes(requests))} that write"
        self.figures.append((what, cost))
        return outcome

    def done(self, what: str, playbook: str, *options: str, told: Callable[[Event], None] | None = None) -> Outcome:
        """Runs a playbook that has to succeed."""
        outcome = self.play(what, playbook, *options, told=told)
        if outcome.status != 0:
            self.refused(outcome)
        return outcome

    def refused(self, outcome: Outcome) -> None:
        failure = _failure(outcome)
        if self.certs is not None and failure and failure["failure"].get("type") == "invalid_certificate":
            raise Wrong(
                f"The certificates of {self.certs} are not accepted. {failure['failure'].get('cure') or ''}",
                [_problem(error) for error in sorted(failure["failure"]["errors"], key=_position)],
            )
        raise Wrong("A playbook failed that should not have.", outcome.said(ROOT / LOG))

    def teller(self, fact: str) -> Callable[[Event], None]:
        """Tells each step when it is done, and each wait. A role plans all before it writes: a plan not known yet is shown."""
        told: set[tuple[Any, ...]] = set()

        def tell(event: Event) -> None:
            result = event.get("result", {})
            if not self.plan:
                self.plan = result.get("ansible_facts", {}).get(fact, {}).get("plan", [])
                if self.plan:
                    self.nothing_written("Planning")
                    self.show_plan()
                    self.screen.good(f"{counted(len(self.plan), 'step')} planned by reading only: {self.sent()}.")
            for step, key in zip(result.get("plan") or [], steps(result.get("plan") or []), strict=True):
                if step["done"] and key not in told:
                    told.add(key)
                    self.screen.good(step_line(step))
            waited = result.get("waited_seconds") or 0
            if waited > NOTICED and event["status"] == "ok":
                self.screen.note(f"waited {waited:.1f} s: {event['task']}")

        return tell

    def plan_of(self, outcome: Outcome, fact: str) -> list[Document]:
        found = (outcome.fact(fact) or {}).get("plan")
        if not found:
            raise Wrong(f"The role has left no plan in {fact}.")
        return list(found)

    def show_plan(self) -> None:
        self.screen.table(
            ("#", "step", "what", "because"),
            [(number, step["verb"], target(step), step["reason"]) for number, step in enumerate(self.plan, start=1)],
        )

    def nothing_written(self, what: str) -> None:
        sent = writes(self.control.requests())
        if sent:
            raise Wrong(f"{what} sent requests that write.", sent)

    def sent(self) -> str:
        """The requests of the last playbook, by method; a POST that only asks is named, as it looks like a write."""
        requests = self.control.requests()
        asks = sum(request["method"] == "POST" and not request["write"] for request in requests)
        return methods(requests) + (f" ({counted(asks, 'POST')} only ask)" if asks else "")

    def as_planned(self, outcome: Outcome, fact: str) -> None:
        happened = self.plan_of(outcome, fact)
        found = plan_differences(self.plan, happened)
        if found:
            raise Wrong("What happened is not what was planned.", found)
        self.screen.good(
            f"All {len(happened)} steps as planned, in {outcome.seconds:.0f} s, of which {outcome.waited:.1f} s waiting "
            f"for the service: {self.sent()}."
        )


def _refuse_running(ready: Path) -> None:
    """Raises Wrong when the emulator that wrote this file still answers."""
    try:
        found = json.loads(ready.read_text())
        address = urlsplit(found["control_url"])
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=2)
        connection.request("GET", "/")
        answer = connection.getresponse().read()
    except (OSError, ValueError, KeyError, http.client.HTTPException):
        return
    if str(ready.parent).encode() in answer:
        raise Wrong(
            f"An emulator that an earlier --keep left running is still there. End it first: kill {found['pid']}"
        )


def _shortest(path: Path) -> Path:
    """The path as seen from the clone, where playbooks run: relative where it lies in it."""
    path = path.absolute()
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def _content(certs: str) -> bytes:
    try:
        return Path(certs).read_bytes()
    except OSError as error:
        raise Wrong(f"CERTS={certs} cannot be read: {error.strerror}.") from error


def _failure(outcome: Outcome) -> Document | None:
    """The result with `msg` and `failure` that ended a playbook."""
    event = outcome.failure
    return event["result"] if event and "failure" in event["result"] else None


def _position(error: Document) -> int:
    return error.get("position") or 0


def _problem(error: Document) -> str:
    place = [f"certificate {error['position']}"] if error.get("position") else [str(error.get("file"))]
    return ", ".join([*place, *filter(None, [error.get("subject")])]) + f": {error.get('reason')}"


def _changed(outcome: Outcome) -> list[str]:
    return [event["task"] for event in outcome.events if event.get("result", {}).get("changed")]


def _rule_row(rule: Document) -> tuple[object, ...]:
    return rule["rule_name"], ", ".join(rule["hostnames"]), ", ".join(rule["ca_set_names"]), rule["enforcement"]


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status: 0, 1 when anything is not as it should be, 130 when interrupted."""
    parser = argparse.ArgumentParser("demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true", help="leave the emulator running and say how to use it")
    options = parser.parse_args(argv)
    screen = Screen()
    demo = Demo(screen, os.environ.get("CERTS") or None)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    keep = False
    try:
        demo.run()
        keep = options.keep
    except Wrong as wrong:
        _tell_wrong(screen, wrong)
        return 1
    except KeyboardInterrupt:
        screen.bad("Interrupted. The emulator is stopped; nothing else runs on.")
        return 130
    finally:
        if not keep:
            demo.stop()
    if keep:
        _tell_kept(screen, demo.emulator)
    return 0


def _tell_wrong(screen: Screen, wrong: Wrong) -> None:
    screen.line()
    screen.bad(str(wrong))
    for detail in wrong.details[:MOST_DETAILS]:
        screen.say(detail, indent=6)
    if len(wrong.details) > MOST_DETAILS:
        screen.say(f"and {len(wrong.details) - MOST_DETAILS} more", indent=6)
    if (ROOT / LOG).exists():
        screen.say(f"All that Ansible said: {ROOT / LOG}", "dim", indent=4)


def _tell_kept(screen: Screen, emulator: Running) -> None:
    screen.line()
    screen.good(f"The emulator runs on (end it with: kill {emulator.process.pid}). To point a playbook at it:")
    for command in _exports(emulator):
        screen.line(f"    {command}")


def _exports(emulator: Running) -> Iterable[str]:
    yield f"export AKAMAI_EDGERC={shlex.quote(str(emulator.edgerc))}"
    yield f"export AKAMAI_CA_PATH={shlex.quote(str(emulator.ca_path))}"
    yield f"export ANSIBLE_COLLECTIONS_PATH={shlex.quote(str(ROOT / '.cache' / 'collections'))}"
    yield f".venv/bin/ansible-playbook -i tests/inventory.yml {REPORT} -e @{CONFIG} -e mtls_report_dest={PLACE}"


if __name__ == "__main__":
    sys.exit(main())
