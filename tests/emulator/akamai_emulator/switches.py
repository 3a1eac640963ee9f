# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Named switches: the points that no reference settles. The house's own are here, each service lists its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .core import Service, Switch

HOUSE = (
    Switch("rate_limits", ("documented", "off"), "Rate limits per account and API, on the wire's clock."),
    Switch(
        "large_signed_post",
        ("accept", "refuse"),
        "A signed POST whose body is over 131072 bytes: hashed over its first 131072 bytes and served, or refused by the gateway.",
    ),
    Switch(
        "read_only_checks",
        ("refuse", "allow"),
        "Whether a READ-ONLY client may call METS validate, PAPI find-by-value and PAPI rules with dryRun=true.",
    ),
    Switch("malformed_authorization", ("400", "401"), "Status for a missing or malformed Authorization header."),
    Switch("replayed_nonce", ("refuse", "accept"), "A nonce that was used before within the time window."),
)


def markdown(known: Iterable[Switch]) -> str:
    """The table that README.md shows."""
    rows = [
        f"| `{s.name}` | {', '.join(f'`{value}`' for value in s.values)} | {s.text} |"
        for s in sorted(known, key=lambda s: s.name)
    ]
    return "\n".join(["| switch | values, the default first | what it decides |", "|---|---|---|", *rows])


class SwitchError(ValueError):
    """An unknown switch or value; the message lists what there is."""


class Switches:
    def __init__(self, services: Iterable[Service]) -> None:
        self.known = {switch.name: switch for switch in HOUSE}
        for service in services:
            for switch in service.switches:
                if switch.name in self.known:
                    raise ValueError(f"switch {switch.name} is declared twice")
                self.known[switch.name] = switch
        self.values = {name: switch.default for name, switch in self.known.items()}

    def update(self, changes: Mapping[str, object]) -> None:
        """All or nothing. Raises SwitchError."""
        for name, value in changes.items():
            switch = self.known.get(name)
            if switch is None:
                raise SwitchError(f"unknown switch {name!r}; there are: {', '.join(sorted(self.known))}")
            if value not in switch.values:
                raise SwitchError(f"switch {name} takes {' | '.join(switch.values)}, not {value!r}")
        self.values.update({name: str(value) for name, value in changes.items()})
