# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting states of enrollments. The CA sets partners and others are active on both networks in all of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from in_process import House
from starts import ROOTS, STARTS, pems, start

SAME = {"common_name": "www.example.com", "ca_set_name": "partners"}
OTHER = {"common_name": "www.example.com", "ca_set_name": "others"}

ENROLLMENTS = (
    "enrollment unbound",
    "enrollment bound to the same",
    "enrollment bound to another",
    "enrollment bound with other options",
    "enrollment with a stranger's change pending",
    "enrollment whose binding is on its way",
    "enrollment whose unbinding is on its way",
    "enrollment awaiting input",
    "enrollment whose set is active on one network only",
    "enrollment in its renewal window",
)


def enrollment_of(state: Any, number: int = 10001) -> dict[str, Any]:
    """The enrollment's part of a state document, to be edited in place."""
    found: list[dict[str, Any]] = state["accounts"]["A-CCT1234"]["enrollments"]
    return next(e for e in found if e["id"] == number)


@start("enrollment unbound")
def _unbound(house: House) -> None:
    for name, root in (("partners", ROOTS[0]), ("others", ROOTS[1])):
        house.ok("mets_ca_set", ca_set_name=name)
        house.ok("mets_ca_set_version", ca_set_name=name, certificates=pems(root))
        house.ok("mets_activation", ca_set_name=name, version=1)


@start("enrollment bound to the same")
def _same(house: House) -> None:
    _unbound(house)
    house.ok("cps_mtls_binding", **SAME)


@start("enrollment bound to another")
def _other(house: House) -> None:
    _unbound(house)
    house.ok("cps_mtls_binding", **OTHER)


@start("enrollment bound with other options")
def _options(house: House) -> None:
    _unbound(house)
    house.ok("cps_mtls_binding", **SAME, ocsp=True, send_ca_list_to_client=True)


@start("enrollment with a stranger's change pending")
def _pending(house: House) -> None:
    _unbound(house)
    state = house.control.state()
    enrollment_of(state)["changes"] = [{"kind": "network", "status": "create-slot-files"}]
    house.reset(state)


@start("enrollment whose binding is on its way")
def _binding(house: House) -> None:
    _unbound(house)
    house.ok("cps_mtls_binding", **SAME, wait=False)


@start("enrollment whose unbinding is on its way")
def _unbinding(house: House) -> None:
    _same(house)
    house.ok("cps_mtls_binding", **SAME, state="absent", wait=False)


@start("enrollment awaiting input")
def _awaiting(house: House) -> None:
    _unbound(house)
    state = house.control.state()
    enrollment_of(state)["changeManagement"] = True
    house.reset(state)
    house.run("cps_mtls_binding", **SAME)


@start("enrollment whose set is active on one network only")
def _half(house: House) -> None:
    _unbound(house)
    house.ok("mets_activation", ca_set_name="partners", state="inactive", networks=["PRODUCTION"])


@start("enrollment in its renewal window")
def _renewal(house: House) -> None:
    _unbound(house)
    state = house.control.state()
    soon = house.clock.now() + dt.timedelta(days=5)
    expiring = {"primaryCertificate": {"expiry": soon.strftime("%Y-%m-%dT%H:%M:%SZ")}}
    enrollment_of(state)["deployed"] = {"production": expiring, "staging": expiring}
    house.reset(state)


assert set(ENROLLMENTS) <= set(STARTS)
