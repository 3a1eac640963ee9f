# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which authorities come in and which leave, from wherever a set is found, a run that was killed included."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.edgetrust.akamai.plugins.filter.mtls_rotation import UNDATED, FilterModule, mtls_rotation

Document = dict[str, Any]
NOW, LATER, LAST = "2026-06-01T00:00:00Z", "2026-12-31T00:00:00Z", "2036-01-01T00:00:00Z"
#: When each expires: `past` has expired, `soon` does before LATER.
ENDS = {"past": "2026-01-01T00:00:00Z", "soon": "2026-07-01T00:00:00Z"}
ENTRY: Document = {"ca_set_name": "partners", "certificates_file": "/etc/new.pem"}


def certificate(name: str) -> Document:
    end = ENDS.get(name, LAST)
    return {"subject": f"CN={name}", "fingerprint": name, "end_date": end, "certificate_pem": name, "description": None}


def version(number: int, holds: str, on: str) -> Document:
    """`on` is S, P or SP."""
    status = {f"{n}_status": "ACTIVE" if n[0].upper() in on else "INACTIVE" for n in ("staging", "production")}
    held = [certificate(name) for name in holds.split()]
    return {"ca_set_id": "7", "ca_set_name": "partners", "version": number, "certificates": held, **status}


def rotation(wanted: str, *active: tuple[int, str, str], entry: Document = ENTRY, **more: Any) -> Document:
    found, wish = {"ca_set_versions": [version(*v) for v in active]}, {"ca_set_version": version(9, wanted, "")}
    return mtls_rotation([entry], [found], [wish], **{"now": NOW, **more})


def outgoing(result: Document) -> list[str]:
    return [c["subject"].removeprefix("CN=") for entry in result["outgoing"] for c in entry["removes"]]


@pytest.mark.parametrize(
    ("active", "wanted", "base", "leaves"),
    [
        ([(1, "old", "SP")], "new", "1", ["old"]),
        ([(2, "old new", "SP")], "new", None, ["old"]),
        ([(3, "new", "SP")], "new", None, []),
        # Active on one network alone.
        ([(1, "new", "S")], "new", "1", []),
        ([(1, "new old", "P")], "new", "1", ["old"]),
        # Killed while the new ones came in, or while the old ones left.
        ([(1, "old", "P"), (2, "old new", "S")], "new", "1", ["old"]),
        ([(2, "old new", "P"), (3, "new", "S")], "new", None, ["old"]),
        # The same, and the wish is another one by now: from what production trusts.
        ([(2, "old new", "P"), (3, "new", "S")], "new newer", "2", ["old"]),
        # Expired ones leave at once where a version is made; where none is, with the others.
        ([(1, "old past", "SP")], "new", "1", ["old"]),
        ([(1, "past", "SP")], "new", "1", []),
        ([(2, "past new", "SP")], "new", None, ["past"]),
    ],
)
def test_what_comes_and_what_leaves(
    active: list[tuple[int, str, str]], wanted: str, base: str | None, leaves: list[str]
) -> None:
    result = rotation(wanted, *active)
    assert [options["base_version"] for options in result["coming"]] == ([base] if base else [])
    assert outgoing(result) == leaves


def test_the_version_that_has_both() -> None:
    entry = {**ENTRY, "version": "4", "base_version": "3", "fail_if_expiring_within_days": 30, "description": "x"}
    (options,) = rotation("new", (1, "old", "SP"), entry=entry)["coming"]
    both = {"certificates_mode": "add", "base_version": "1", "drop_expired": True}
    assert options == {**ENTRY, "description": "x", **both}


def test_what_staging_alone_trusts_stays_as_well() -> None:
    own = {"ca_set_name": "partners", "certificates": [{"path": "/etc/new.pem"}]}
    result = rotation("new", (1, "old", "P"), (2, "trial past", "S"), entry=own)
    (options,) = result["coming"]
    assert options["certificates"] == [{"path": "/etc/new.pem"}, {"pem": "trial", "description": None}]
    assert own["certificates"] == [{"path": "/etc/new.pem"}]
    assert sorted(outgoing(result)) == ["old", "trial"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, UNDATED),
        ({"remove_after": LATER}, f"It is not {LATER} yet."),
        ({"remove_after": LATER, "check": "/c.yml"}, f"It is not {LATER} yet."),
        ({"remove_after": NOW}, ""),
        ({"check": "/c.yml"}, ""),
        ({"remove_after": NOW, "check": "/c.yml"}, ""),
    ],
)
def test_when_the_old_ones_leave(given: Document, reason: str) -> None:
    result = rotation("new", (2, "old new", "SP"), **given)
    assert (result["reason"], result["leaving"]) == (reason, [] if reason else [ENTRY])
    assert result["assumptions"] == (["The tasks of /c.yml end well."] if "check" in given and not reason else [])
    assert result["outgoing"][0]["after"] == given.get("remove_after")


HAZARD = "leaves a set in use only with remove_trusted_ca in mtls_rotate_allow_outage."


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"remove_after": LATER},
            [f"old (old) stays trusted. It is not {LATER} yet. Run the role again then.", f"old (old) {HAZARD}"],
        ),
        ({}, [f"old (old) stays trusted. {UNDATED}", f"old (old) {HAZARD}"]),
        ({"remove_after": LATER, "allow_outage": ["remove_trusted_ca"]}, [f"stays trusted. It is not {LATER} yet."]),
        ({"check": "/c.yml"}, ["old (old) leaves only if the tasks of /c.yml end well."]),
        ({"remove_after": NOW}, []),
    ],
)
def test_what_people_are_told(given: Document, said: list[str]) -> None:
    notes = rotation("new", (2, "old new", "SP"), **given)["notes"]
    for note, part in zip(notes, said, strict=True):
        assert note.startswith("CA set partners: CN=old") and part in note


@pytest.mark.parametrize(("old", "told"), [("old", True), ("soon", False)])
def test_an_authority_that_will_have_expired_is_no_loss(old: str, told: bool) -> None:
    notes = rotation("new", (2, f"{old} new", "SP"), remove_after=LATER)["notes"]
    assert any(HAZARD in note for note in notes) is told


def test_expired_ones_that_leave_at_once_are_named() -> None:
    (note,) = rotation("new", (1, "past", "SP"))["notes"]
    assert "CN=past (past) has expired and leaves with the next version" in note


def test_the_sets_are_shown_as_they_are() -> None:
    looked = rotation("new", (1, "old", "P"))["looked"]["results"]
    active = {"staging_version": None, "production_version": 1}
    assert looked == [{"ca_set": {"ca_set_id": "7", "ca_set_name": "partners", **active}}]


def test_it_is_a_filter() -> None:
    assert FilterModule().filters() == {"mtls_rotation": mtls_rotation}
