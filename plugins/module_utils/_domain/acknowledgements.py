# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task allows to be acknowledged: cps-v2.md 6.3 and 6.4, papi-v1.md 12.2."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .errors import InvalidOption
from .references import given


@dataclass(frozen=True, slots=True)
class Acknowledgements:
    """`warnings` allows all of them, `matching` those that one of its patterns fits; `management` is of CPS only."""

    warnings: bool = False
    management: bool = False
    matching: tuple[re.Pattern[str], ...] = ()

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Acknowledgements:
        patterns = []
        # An empty pattern, as from an undefined result, would fit everything.
        for text in filter(given, options.get("acknowledge_warnings_matching") or []):
            try:
                patterns.append(re.compile(str(text)))
            except re.error as error:
                raise InvalidOption(
                    f"acknowledge_warnings_matching: {text!r} is not a regular expression: {error}."
                ) from error
        return cls(
            bool(options.get("acknowledge_warnings")),
            bool(options.get("acknowledge_change_management")),
            tuple(patterns),
        )

    def allows(self, *texts: str) -> bool:
        """Whether one warning, which is known by these texts, may be acknowledged."""
        return self.warnings or any(pattern.search(text) for pattern in self.matching for text in texts)

    def strange(self, warnings: str) -> list[str]:
        """The lines of a text of warnings that nothing allows."""
        lines = [line.strip() for line in warnings.splitlines() if line.strip()]
        return [line for line in lines if not self.allows(line)]


NO_ACKNOWLEDGEMENTS: Final = Acknowledgements()
