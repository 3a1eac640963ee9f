# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One emulator per pytest worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from akamai_emulator.testing import Running
from in_process import DURATIONS, House  # tests/support, by `pythonpath` in pyproject.toml
from record import RECORD


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with Running(tmp_path_factory.mktemp("emulator"), durations=DURATIONS, switches={"rate_limits": "off"}) as emulator:
        yield House(emulator, RECORD.hear)


@pytest.fixture
def house(running: House) -> House:
    """The emulator with its stock and without faults."""
    running.reset()
    return running
