# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an API client may do."""

from __future__ import annotations

import datetime as dt

from .._wire.session import Session
from .links import Document


def get_grants(session: Session) -> tuple[Document, dt.datetime | None]:
    """The credential's name and dates, and `scope`: its grants, separated by blanks (edgegrid.md 4); with them the
    server's clock, if the answer tells it.

    Needs no grant by itself, so it tests credentials and clock.
    """
    answer = session.request("GET", "/-/client-api/active-grants/implicit", write=False)
    return answer.object, answer.date()
