# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every line of clients.md has its tests, and no test is of a line that is not there."""

from __future__ import annotations

import pytest

from . import (  # noqa: F401  (they name their lines)
    test_clients_all,
    test_clients_cps,
    test_clients_mets,
    test_clients_papi,
    test_mets_terraform,
    test_papi_lives,
    test_papi_reach,
)
from .clients import NO_TEST, TESTS, page_lines
from .openapi import need


@pytest.fixture(scope="module", autouse=True)
def _there() -> None:
    need("the page clients.md", bool(page_lines()))


def test_every_line_has_a_test() -> None:
    assert [one for one in page_lines() if one not in TESTS and one not in NO_TEST] == []


def test_every_test_is_of_a_line() -> None:
    assert (TESTS.keys() | NO_TEST.keys()) - set(page_lines()) == set()


def test_lines_are_told_apart() -> None:
    assert len(set(page_lines())) == len(page_lines()) >= 43
