# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long operations take, in seconds."""

from __future__ import annotations

from pathlib import Path

import yaml

REAL: dict[str, float] = {
    "mets_activation": 900,
    "mets_deactivation": 900,
    "mets_deletion": 900,
    "cps_step": 300,
    "papi_activation": 300,
    "retry_after": 300,
    "latency": 0,
}
DEMO: dict[str, float] = {
    "mets_activation": 1.5,
    "mets_deactivation": 1,
    "mets_deletion": 1,
    "cps_step": 0.3,
    "papi_activation": 1,
    "retry_after": 0.5,
    "latency": 0,
}


class DurationError(ValueError):
    """A durations file that cannot be used; the message says why."""


def load(choice: str) -> dict[str, float]:
    """`demo`, `real` or a YAML file; what a file leaves out is as in `real`."""
    if choice in ("demo", "real"):
        return dict(DEMO if choice == "demo" else REAL)
    try:
        document = yaml.safe_load(Path(choice).read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DurationError(f"cannot read durations from {choice}: {error}") from error
    if not isinstance(document, dict):
        raise DurationError(f"{choice}: a mapping of names to seconds is expected")
    for name, seconds in document.items():
        if name not in REAL:
            raise DurationError(f"{choice}: unknown duration {name!r}; there are: {', '.join(REAL)}")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < 1e9:
            raise DurationError(f"{choice}: {name} must be a number of seconds, not {seconds!r}")
    return REAL | {name: float(seconds) for name, seconds in document.items()}
