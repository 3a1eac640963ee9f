# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every switch, with every value: what it decides is seen on the wire, and is another thing for another value."""

from __future__ import annotations

import json

import pytest
from akamai_emulator import services
from akamai_emulator.switches import Switches

from . import probes_cps, probes_papi  # noqa: F401  (they register theirs)
from .harness import House
from .probes import PROBES

KNOWN = Switches(services.ALL).known
CASES = [(name, value) for name, switch in sorted(KNOWN.items()) for value in switch.values]


def test_these_are_the_switches(house: House) -> None:
    assert set(house.control.switches()) == set(KNOWN) == set(PROBES)


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_every_value_shows_something_else(name: str) -> None:
    assert set(PROBES[name].seen) == set(KNOWN[name].values)
    assert len({json.dumps(seen) for seen in PROBES[name].seen.values()}) == len(KNOWN[name].values)


@pytest.mark.parametrize(("name", "value"), CASES, ids=[f"{name}={value}" for name, value in CASES])
def test_values(running: House, name: str, value: str) -> None:
    probe = PROBES[name]
    facts = running.enter(probe.given)
    running.control.switch(**{name: value})
    assert probe.look(running, facts) == probe.seen[value]
