# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts for the modules that only look: with more than one CA set, and certificates that expire."""

from __future__ import annotations

from typing import Any

import starts_cps  # noqa: F401 - its starts register themselves
from authorities import issued
from in_process import House
from starts import ROOTS, enter

DAY = 86_400
SOON, GONE = "law root soon", "law root gone"


def make_set(house: House, name: str, *certificates: Any, active: bool = True) -> None:
    house.ok("mets_ca_set", ca_set_name=name)
    house.ok("mets_ca_set_version", ca_set_name=name, certificates=[{"pem": c.pem} for c in certificates])
    if active:
        house.ok("mets_activation", ca_set_name=name, version=1, networks=["STAGING"])


def an_account(house: House) -> None:
    """`partners`, bound, trusts one CA that lasts; `clients` holds one that has expired and one that soon will, on STAGING."""
    enter(house, "enrollment bound to the same")
    make_set(house, "clients", issued(GONE, days=10), issued(SOON, days=40), issued(ROOTS[0]))
    make_set(house, "drafts", issued(ROOTS[1]), active=False)
    house.ok("mets_ca_set", ca_set_name="empties")
    house.clock.sleep(20 * DAY)
    house.control.forget_requests()
