# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One emulator per pytest worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from . import cps_worlds, mets_worlds  # noqa: F401  (they register the starting states)
from .harness import House


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The emulator's process, rate limits off."""
    house = House(tmp_path_factory.mktemp("emulator"), arguments=["--set", "rate_limits=off"])
    yield house
    house.stop()


@pytest.fixture
def house(running: House, request: pytest.FixtureRequest) -> House:
    """The emulator in the state its module names (`START`, the stock if none), with default switches and no faults."""
    running.enter(getattr(request.module, "START", "stock"))
    return running
