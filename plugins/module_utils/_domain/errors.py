# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one error of the domain: a wish that cannot be fulfilled as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

FailureType = Literal[
    "invalid_option", "invalid_certificate", "not_found", "ambiguous", "hazard", "frozen", "busy", "timeout"
]

#: Local failure types after which the same run may succeed later.
RETRYABLE: frozenset[FailureType] = frozenset({"busy", "timeout"})

HazardName = Literal[
    "deny_unbound_hostname",
    "unbind_enforced",
    "rebind_enforced",
    "delete_live_enrollment",
    "delete_live_hostname",
    "remove_trusted_ca",
    "remove_last_valid_ca",
    "replace_other_version",
    "unverified",
]

#: The choices of `allow_outage`.
HAZARDS: tuple[HazardName, ...] = get_args(HazardName)

#: What to do instead of accepting one.
INSTEAD: Mapping[HazardName, str] = {
    "deny_unbound_hostname": "Bind the CA set of the rule first, or have the rule log instead of deny.",
    "unbind_enforced": "Take the rule out of the property first, and activate that.",
    "rebind_enforced": "Have the rule name both sets first and activate that; for OCSP, have it log meanwhile.",
    "delete_live_enrollment": "Take all host names of the certificate off the properties first.",
    "delete_live_hostname": "Keep the host names on the property if they are still needed.",
    "remove_trusted_ca": "Keep these authorities until their clients have new certificates.",
    "remove_last_valid_ca": "Bring a valid authority in first.",
    "replace_other_version": "Start from the version that is active, so that nobody's work is lost.",
    "unverified": "Give the API client the access that it lacks for this check.",
}


@dataclass(frozen=True, slots=True)
class Hazard:
    """What a step would break, and the name a user accepts it by."""

    name: HazardName
    breaks: str


#: How many things a message names; the rest is counted.
NAMED = 20


def some_of(texts: Sequence[str], separator: str = ", ", rest: str = "more") -> str:
    """The first few of many, and how many more there are."""
    more = f" and {len(texts) - NAMED} {rest}" if len(texts) > NAMED else ""
    return separator.join(texts[:NAMED]) + more


class WishError(Exception):
    """A refusal made by the collection itself (`failure.api` is `local`).

    `errors` are documents of the kind that fits `type`, `hazards` those the user has not accepted.
    `retryable` follows from `type` unless it is given.
    """

    def __init__(
        self,
        type: FailureType,
        msg: str,
        *,
        cure: str | None = None,
        errors: Iterable[Mapping[str, Any]] = (),
        hazards: Iterable[Hazard] = (),
        retryable: bool | None = None,
    ) -> None:
        super().__init__(msg)
        self.type: FailureType = type
        self.msg = msg
        self.cure = cure
        self.errors = [dict(error) for error in errors]
        self.hazards = list(hazards)
        self.retryable = type in RETRYABLE if retryable is None else retryable

    def failure(self) -> dict[str, Any]:
        """The `failure` document of a result (DESIGN 3.4)."""
        document: dict[str, Any] = {
            "api": "local",
            "status": None,
            "type": self.type,
            "title": None,
            "detail": self.msg,
            "errors": self.errors,
            "request_id": None,
            "cure": self.cure,
            "retryable": self.retryable,
        }
        if self.hazards:
            document["hazards"] = [asdict(hazard) for hazard in self.hazards]
        return document


class NotFound(WishError):
    """Nothing, or nothing that is not deleted, goes by the given name or id."""

    def __init__(self, msg: str, *, cure: str | None = None, errors: Iterable[Mapping[str, Any]] = ()) -> None:
        super().__init__("not_found", msg, cure=cure, errors=errors)


class Ambiguous(WishError):
    """More than one thing goes by the given name."""

    def __init__(self, msg: str, *, cure: str | None = None, errors: Iterable[Mapping[str, Any]] = ()) -> None:
        super().__init__("ambiguous", msg, cure=cure, errors=errors)


class InvalidOption(WishError):
    """An option, or a combination of options, that has no meaning."""

    def __init__(self, msg: str, *, cure: str | None = None, errors: Iterable[Mapping[str, Any]] = ()) -> None:
        super().__init__("invalid_option", msg, cure=cure, errors=errors)


class Frozen(WishError):
    """Something that may not change any more, or that only the vendor may change."""

    def __init__(self, msg: str, *, cure: str | None = None, errors: Iterable[Mapping[str, Any]] = ()) -> None:
        super().__init__("frozen", msg, cure=cure, errors=errors)
