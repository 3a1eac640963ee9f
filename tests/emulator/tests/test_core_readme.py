# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README says what is there: switches, durations, calls of the control API, sections and ids of the stock."""

from __future__ import annotations

from pathlib import Path

import pytest
from akamai_emulator import control, durations, services, stock
from akamai_emulator.faults import _FORMS
from akamai_emulator.house import House
from akamai_emulator.switches import Switches, markdown

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


def test_switches() -> None:
    """`python -m akamai_emulator --switches` prints the table that belongs there."""
    assert markdown(Switches(services.ALL).known.values()) in README


@pytest.mark.parametrize("name", durations.REAL)
def test_durations(name: str) -> None:
    assert f"| `{name}` | {durations.REAL[name]:g} | {durations.DEMO[name]:g} |" in README


def test_calls_of_the_control_api(house: House) -> None:
    routes = control.build(house, "").routes
    assert len(routes) >= 12
    for route in routes:
        for method in route.methods - {"HEAD"}:  # type: ignore[attr-defined]
            assert f"`{method} {route.path}`" in README  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", _FORMS)
def test_forms_of_faults(form: str) -> None:
    assert f"{{`{form}" in README


def test_the_stock(house: House) -> None:
    """Every section, account, id and name of the stock is in the document."""
    for section, (account, _) in house.clients.items():
        assert f"| `{section}` | `{account.id}` |" in README
    for key in stock.SWITCH_KEYS.values():
        assert f"`{key}`" in README
    document = house.accounts[stock.MAIN].document
    for enrollment in document["enrollments"]:
        assert f"| {enrollment['id']} |" in README
        assert f"| {enrollment['csr']['cn']} |" in README
    for found in document["properties"]:
        assert f"| `{found['propertyId']}` | {found['propertyName']} | {found['versions'][0]['ruleFormat']} |" in README
    for name in [*document["edge_hostnames"], *document["cp_codes"]]:
        assert f"{name.get('edgeHostnameId') or name.get('cpcodeId')}`" in README
