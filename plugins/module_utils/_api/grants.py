# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an API client may do."""

from __future__ import annotations

from .._wire.session import Session
from .links import Document


def get_grants(session: Session) -> Document:
    """The credential's name and dates, and `scope`: its grants, separated by blanks (edgegrid.md 4).

    Needs no grant by itself, so it tests credentials and clock.
    """
    return session.request("GET", "/-/client-api/active-grants/implicit", write=False).object
