# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the integration targets over TLS against the emulator, each on its stock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from akamai_emulator.testing import Running
from playbook_runs import Playbooks  # tests/support, by `pythonpath` in pyproject.toml

TARGETS = Path(__file__).parent / "targets"
NAMES = sorted(path.parent.name for path in TARGETS.glob("*/aliases") if not path.parent.name.startswith("setup_"))


@pytest.fixture(scope="module")
def playbooks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playbooks]:
    with Running(tmp_path_factory.mktemp("emulator"), durations="demo") as emulator:
        ready = Playbooks(emulator, tmp_path_factory.mktemp("integration"))
        ready.environment["ANSIBLE_ROLES_PATH"] = str(TARGETS)
        yield ready


def test_there_are_targets() -> None:
    assert len(NAMES) >= 4


@pytest.mark.parametrize("name", NAMES)
def test_target(playbooks: Playbooks, name: str) -> None:
    playbooks.emulator.control.reset()
    place = {"certificates": str(playbooks.directory / "certificates")}
    play = {"hosts": "localhost", "gather_facts": False, "vars": place, "roles": [name]}
    played = playbooks.run(str(playbooks.write(f"{name}.yml", [play])))
    assert played.status == 0, played.text
