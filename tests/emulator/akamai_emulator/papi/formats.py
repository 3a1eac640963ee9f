# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rule formats, oldest first (papi-v1.md 1.5, 8.1)."""

from __future__ import annotations

LATEST = "latest"
MTLS_SINCE = "v2023-09-20"
MTLS_BREAK = "v2026-02-16"

FORMATS = (
    "v2023-01-05",
    "v2023-05-30",
    MTLS_SINCE,
    "v2023-10-30",
    "v2024-01-09",
    "v2024-02-12",
    "v2024-05-31",
    "v2024-08-13",
    "v2024-10-21",
    "v2025-01-13",
    "v2025-02-18",
    "v2025-04-29",
    "v2025-07-07",
    "v2025-09-09",
    "v2025-10-16",
    "v2026-01-09",
    MTLS_BREAK,
    "v2026-05-05",
    "v2026-06-09",
    LATEST,
)
DEFAULT = "v2025-10-16"
_RANK = {name: rank for rank, name in enumerate(FORMATS)}


def known(name: str) -> bool:
    return name in _RANK


def rank(name: str) -> int:
    """Position in time. A dated format that only a seed knows is placed by its date, which sorts as text; anything else counts as `latest`."""
    found = _RANK.get(name)
    if found is not None:
        return found
    return sum(1 for item in FORMATS[:-1] if item <= name) - 1 if name.startswith("v") else _RANK[LATEST]


def within(name: str, since: str | None, until: str | None) -> bool:
    """Whether `since` <= name < `until`, either end open when None."""
    at = rank(name)
    return (since is None or at >= _RANK[since]) and (until is None or at < _RANK[until])
