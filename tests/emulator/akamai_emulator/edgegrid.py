# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""EdgeGrid signatures, verified with code of our own (edgegrid.md 1), so that the client's library is tested and not mirrored."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import re
from dataclasses import dataclass

MONIKER = "EG1-HMAC-SHA256"
MAX_BODY = 131072
WINDOW_SECONDS = 30

_HEADER = re.compile(
    rf"({MONIKER} client_token=([^;]*);access_token=([^;]*);"
    r"timestamp=(\d{8}T\d\d:\d\d:\d\d\+0000);nonce=([^;]+);)signature=([A-Za-z0-9+/]+=*)"
)


@dataclass(frozen=True, slots=True)
class Authorization:
    """A parsed header. `unsigned` is its text up to and including the semicolon after the nonce."""

    unsigned: str
    client_token: str
    access_token: str
    timestamp: str
    nonce: str
    signature: str

    def moment(self) -> dt.datetime:
        """The timestamp as an aware UTC time. Raises ValueError when it is no date (month 13, say)."""
        t = self.timestamp
        return dt.datetime(
            int(t[:4]), int(t[4:6]), int(t[6:8]), int(t[9:11]), int(t[12:14]), int(t[15:17]), tzinfo=dt.UTC
        )


def parse(header: str) -> Authorization | None:
    """The parts of an Authorization header; None when moniker, order of fields or timestamp format are wrong."""
    match = _HEADER.fullmatch(header)
    return Authorization(*match.groups()) if match else None


def content_hash(method: str, body: bytes) -> str:
    if method != "POST" or not body:
        return ""
    return base64.b64encode(hashlib.sha256(body[:MAX_BODY]).digest()).decode()


def data_to_sign(method: str, host: str, target: str, body: bytes, unsigned: str) -> str:
    """`target` is the request target exactly as received. No header is ever signed for the APIs served here."""
    return "\t".join((method, "https", host, target, "", content_hash(method, body), unsigned))


def sign(secret: str, timestamp: str, data: str) -> str:
    key = base64.b64encode(hmac.digest(secret.encode(), timestamp.encode(), "sha256"))
    return base64.b64encode(hmac.digest(key, data.encode("utf-8", "surrogateescape"), "sha256")).decode()


def verify(auth: Authorization, secret: str, method: str, host: str, target: str, body: bytes) -> bool:
    expected = sign(secret, auth.timestamp, data_to_sign(method, host, target, body, auth.unsigned))
    return hmac.compare_digest(expected, auth.signature)
