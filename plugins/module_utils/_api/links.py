# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operations of several APIs share: documents, polls, and ids out of links."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import quote, urlsplit

Document = dict[str, Any]
Network = Literal["STAGING", "PRODUCTION"]
#: A polled document, and the seconds after which the server wants to be asked again (None if it does not say).
Polled = tuple[Document, "float | None"]


def segment(value: object) -> str:
    """A value as one segment of a path."""
    return quote(str(value), safe="")


def last_segment(link: str) -> str:
    """The id at the end of a link, whose stem and query tell nothing (papi-v1.md 1.6, cps-v2.md 1)."""
    return urlsplit(link).path.rstrip("/").rsplit("/", 1)[-1]
