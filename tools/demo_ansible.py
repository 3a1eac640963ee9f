# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs playbooks for the demonstration and tells what happens in them while it happens."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
# How long a playbook that was interrupted may take to end.
END_LIMIT = 10.0
BEAT = 0.1

Event = dict[str, Any]


@dataclass
class Outcome:
    """How a playbook ended: its exit status, its events in order, and how many seconds it took."""

    status: int
    events: list[Event] = field(default_factory=list)
    seconds: float = 0.0

    def fact(self, name: str) -> Any:
        """The last value that was given to a fact; None when none was."""
        for event in reversed(self.events):
            facts = event.get("result", {}).get("ansible_facts", {})
            if name in facts:
                return facts[name]
        return None

    def found(self, task: str) -> list[Event]:
        """What was told of the task of that name, one event for each item of a loop."""
        return [event for event in self.events if event["event"] == "result" and event["task"].endswith(task)]

    @property
    def failure(self) -> Event | None:
        """The result that ended the play."""
        failed = [e for e in self.events if e["event"] == "result" and e["status"] == "failed" and not e["ignored"]]
        return failed[-1] if failed else None

    def said(self, log: Path) -> list[str]:
        """Why it failed, in its own words: of the task that failed, item by item, else the end of the log."""
        last = self.failure
        if last is None:
            return [line for line in log.read_text().splitlines() if line.strip()][-4:]
        failed = [e for e in self.found(last["task"]) if e["status"] == "failed"]
        return [f"{e['task']}: {e['result'].get('msg', 'no message')}" for e in failed]

    @property
    def waited(self) -> float:
        """Seconds that modules waited for the service."""
        return sum(event.get("result", {}).get("waited_seconds") or 0.0 for event in self.events)

    @property
    def changed(self) -> int:
        return sum(event["changed"] for event in self.events if event["event"] == "end")


def environment(home: Path, edgerc: Path, ca_path: Path) -> dict[str, str]:
    """The environment of a playbook: nothing that Ansible or this collection would take from the user's own.

    `home` stands in for the home directory and is made; an empty Ansible configuration goes there.
    """
    home.mkdir(parents=True, exist_ok=True)
    config = home / "ansible.cfg"
    config.touch()
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("ANSIBLE_", "AKAMAI_"))}
    path = os.pathsep.join(filter(None, [str(BIN), inherited.get("PATH")]))
    return inherited | {
        "PATH": path,
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "AKAMAI_EDGERC": str(edgerc),
        "AKAMAI_CA_PATH": str(ca_path),
        "ANSIBLE_CONFIG": str(config),
        "ANSIBLE_HOME": str(home / ".ansible"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "collections"),
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tools" / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "story",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_PIPELINING": "1",
    }


class Ansible:
    """Runs playbooks, one at a time, in the clone. All that Ansible itself prints goes to the log."""

    def __init__(self, variables: dict[str, str], log: Path, events: Path) -> None:
        self.variables = variables | {"STORY_EVENTS": str(events)}
        self.log = log
        self.events = events

    def play(
        self,
        playbook: str,
        *arguments: str,
        told: Callable[[Event], None] = lambda event: None,
        beat: Callable[[float], None] = lambda seconds: None,
    ) -> Outcome:
        """Runs a playbook to its end. `told` gets each event; `beat`, several times a second, the seconds since the start."""
        command = [str(BIN / "ansible-playbook"), "-i", "tests/inventory.yml", playbook, *arguments]
        self.events.write_text("")
        outcome = Outcome(status=-1)
        started = time.monotonic()
        with self.log.open("a") as log, self.events.open() as events:
            log.write(f"\n$ {shlex.join(shown(playbook, arguments))}\n")
            log.flush()
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
            try:
                over = False
                while not over:
                    over = process.poll() is not None
                    for event in _lines(events):
                        outcome.events.append(event)
                        told(event)
                    if not over:
                        beat(time.monotonic() - started)
                        # Returns as soon as the playbook ends.
                        _waited(process, BEAT)
            finally:
                _end(process)
        outcome.status = process.returncode
        outcome.seconds = time.monotonic() - started
        return outcome


def shown(playbook: str, arguments: Sequence[str]) -> list[str]:
    """The command as a user would type it."""
    return ["ansible-playbook", playbook, *arguments]


def _waited(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a playbook that still runs as Ctrl-C would, so that Ansible ends its workers too."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(number)
            _waited(process, END_LIMIT)


def _lines(file: Any) -> Iterator[Event]:
    """The complete lines that were added; the rest of a line that is being written waits for the next time."""
    while True:
        place = file.tell()
        line = file.readline()
        if not line.endswith("\n"):
            file.seek(place)
            return
        yield json.loads(line)
