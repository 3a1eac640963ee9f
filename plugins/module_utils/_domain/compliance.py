# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record with which Akamai's staff and partners activate for a customer on PRODUCTION (papi-v1.md 12.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .errors import InvalidOption
from .references import given

OPTION: Final = "compliance_record"
#: By `noncompliance_reason` what has to be given with it, and what may.
REASONS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "NONE": (("customer_email", "peer_reviewed_by", "unit_tested"), ("ticket_id",)),
    "OTHER": (("other_noncompliance_reason",), ("ticket_id",)),
    "NO_PRODUCTION_TRAFFIC": ((), ("ticket_id",)),
    "EMERGENCY": ((), ("ticket_id",)),
}
_SENT: Final = {
    "customer_email": "customerEmail",
    "peer_reviewed_by": "peerReviewedBy",
    "unit_tested": "unitTested",
    "other_noncompliance_reason": "otherNoncomplianceReason",
    "ticket_id": "ticketId",
}


def compliance_record(options: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """`complianceRecord` as it is sent; None without the option. Raises `InvalidOption`, which names the member.

    Empty texts count as absent, and so does `unit_tested: false`.
    """
    if options is None:
        return None
    reason = str(options["noncompliance_reason"])
    members = {name: True if name == "unit_tested" else given(options[name]) for name in _SENT if options.get(name)}
    members = {name: value for name, value in members.items() if value is not None}
    required, allowed = REASONS[reason]
    missing = [name for name in required if name not in members]
    if missing:
        needed = ", ".join(f"{name}: true" if name == "unit_tested" else name for name in missing)
        raise InvalidOption(
            f"{OPTION}: noncompliance_reason {reason} needs {needed} as well.",
            cure="Give it, or the reason that is true.",
        )
    foreign = [name for name in members if name not in (*required, *allowed)]
    if foreign:
        raise InvalidOption(
            f"{OPTION}: {', '.join(foreign)} does not go with noncompliance_reason {reason}.",
            cure=f"With that reason go {', '.join((*required, *allowed))}.",
        )
    return {"noncomplianceReason": reason, **{_SENT[name]: value for name, value in members.items()}}
