# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The starting states of DESIGN 6, by name. Each is built by ordinary calls, kept for a moment, and put back by `PUT /state`."""

from __future__ import annotations

import copy
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from authorities import issued
from in_process import House

Start = Callable[[House], None]
STARTS: dict[str, Start] = {}
#: Seconds that a snapshot is good for: real time goes on in the account, and what is under way in a start would end.
_FRESH = 20.0
_SNAPSHOTS: dict[tuple[int, str], tuple[float, Any]] = {}

_TEMPORARY = TemporaryDirectory(prefix="edgetrust-laws-")
#: What modules write to disk, empty at every start.
DISK = Path(_TEMPORARY.name) / "disk"

ROOTS = ("law root a", "law root b", "law root c")


def start(name: str) -> Callable[[Start], Start]:
    def register(build: Start) -> Start:
        assert name not in STARTS, name
        STARTS[name] = build
        return build

    return register


def enter(house: House, name: str) -> None:
    """Brings the emulator into the named state, with nothing on disk, and forgets the requests that made it."""
    shutil.rmtree(DISK, ignore_errors=True)
    key = (id(house), name)
    if key not in _SNAPSHOTS or time.monotonic() - _SNAPSHOTS[key][0] > _FRESH:
        house.reset()
        STARTS[name](house)
        _SNAPSHOTS[key] = (time.monotonic(), house.control.state())
    house.reset(copy.deepcopy(_SNAPSHOTS[key][1]))
    house.control.forget_requests()


def pems(*names: str) -> list[dict[str, str]]:
    return [{"pem": issued(name).pem} for name in names]


@start("stock")
def _stock(house: House) -> None:
    """No CA set at all."""


@start("set without version")
def _no_version(house: House) -> None:
    house.ok("mets_ca_set", ca_set_name="partners")


@start("set editable")
def _editable(house: House) -> None:
    _no_version(house)
    house.ok("mets_ca_set_version", ca_set_name="partners", certificates=pems(*ROOTS[:1]))


@start("set active on one")
def _active_on_one(house: House) -> None:
    _editable(house)
    house.ok("mets_activation", ca_set_name="partners", version=1, networks=["STAGING"])


@start("set active on both")
def _active_on_both(house: House) -> None:
    _editable(house)
    house.ok("mets_activation", ca_set_name="partners", version=1)


@start("set active, newer editable")
def _newer_editable(house: House) -> None:
    _active_on_both(house)
    house.ok("mets_ca_set_version", ca_set_name="partners", certificates=pems(*ROOTS[:2]))


@start("set was active")
def _was_active(house: House) -> None:
    _active_on_both(house)
    house.ok("mets_activation", ca_set_name="partners", state="inactive")


@start("set deleting")
def _deleting(house: House) -> None:
    _editable(house)
    house.ok("mets_ca_set", ca_set_name="partners", state="absent", wait=False)


@start("set deleted")
def _deleted(house: House) -> None:
    _editable(house)
    house.ok("mets_ca_set", ca_set_name="partners", state="absent")


@start("set deleted and made again")
def _deleted_same_name(house: House) -> None:
    _deleted(house)
    _no_version(house)


@start("set deletion failed on one network")
def _deletion_failed(house: House) -> None:
    _editable(house)
    house.control.switch(mets_deletion_outcome="fail_staging")
    house.run("mets_ca_set", ca_set_name="partners", state="absent")
    house.control.switch(mets_deletion_outcome="complete")


@start("activation running, same")
def _running_same(house: House) -> None:
    _editable(house)
    house.ok("mets_activation", ca_set_name="partners", version=1, wait=False)


@start("activation running, other")
def _running_other(house: House) -> None:
    _active_on_both(house)
    house.ok("mets_ca_set_version", ca_set_name="partners", certificates=pems(*ROOTS[:2]))
    house.ok("mets_activation", ca_set_name="partners", version=2, wait=False)


@start("activation failed")
def _failed(house: House) -> None:
    _editable(house)
    house.control.switch(mets_activation_outcome="fail")
    house.run("mets_activation", ca_set_name="partners", version=1, networks=["STAGING"])
    house.control.switch(mets_activation_outcome="complete")


@start("deactivation running")
def _deactivating(house: House) -> None:
    _active_on_both(house)
    house.ok("mets_activation", ca_set_name="partners", state="inactive", wait=False)
