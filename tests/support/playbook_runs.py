# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs playbooks as a user does, in a process of their own, against a running emulator."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from akamai_emulator.testing import Running

#: Longer than any of these plays takes on a slow machine.
LIMIT = 600
_RECAP = re.compile(r"ok=\d+ +changed=(\d+) ")


@dataclass(frozen=True)
class Played:
    """How a run ended: exit status, all that was printed, and the fact that was asked for."""

    status: int
    text: str
    fact: Any = None

    @property
    def changed(self) -> int:
        found = _RECAP.findall(self.text)
        assert found, self.text
        return sum(map(int, found))


class Playbooks:
    """A directory with playbooks, and the environment that points them at the emulator."""

    def __init__(self, emulator: Running, directory: Path) -> None:
        self.emulator = emulator
        self.directory = directory
        self.environment = {
            **os.environ,
            "AKAMAI_EDGERC": str(emulator.edgerc),
            "AKAMAI_CA_PATH": str(emulator.ca_path),
            "ANSIBLE_PIPELINING": "true",
        }

    def write(self, name: str, content: Any) -> Path:
        """A file of the directory; anything but text as YAML."""
        file = self.directory / name
        file.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))
        return file

    def run(self, playbook: str, *arguments: str, cwd: Path | None = None) -> Played:
        """One ansible-playbook, typed in the directory unless `cwd` is another one."""
        done = subprocess.run(
            [str(Path(sys.executable).parent / "ansible-playbook"), playbook, *arguments],
            cwd=cwd or self.directory,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        return Played(done.returncode, done.stdout)

    def role(self, name: str, config: Any, *arguments: str, **variables: Any) -> Played:
        """A play of one role of the collection, with its result as `fact`; `variables` without the role's prefix."""
        fact = self.directory / f"{name}.json"
        fact.unlink(missing_ok=True)
        prefixed = {f"{name}_{key}": value for key, value in {"poll_interval": 0.2, **variables}.items()}
        keep = {"content": f"{{{{ {name}_result | to_json }}}}", "dest": str(fact), "mode": "0600"}
        play = {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {f"{name}_config": config, **prefixed},
            "roles": [f"edgetrust.akamai.{name}"],
            "post_tasks": [{"ansible.builtin.copy": keep, "check_mode": False, "changed_when": False}],
        }
        played = self.run(str(self.write(f"{name}.yml", [play])), *arguments)
        return Played(played.status, played.text, json.loads(fact.read_text()) if fact.exists() else None)
