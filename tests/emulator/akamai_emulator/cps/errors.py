# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CPS's own problem documents (cps-v2.md section 9): type, title, detail, instance, and no status member."""

from __future__ import annotations

import math
import uuid
from typing import NamedTuple

from ..core import Call, Document, Refusal, Reply


class Problem(NamedTuple):
    status: int
    title: str
    detail: str
    known: bool  # False: status or slug is made up, because no source shows the document


PROBLEMS: dict[str, Problem] = {
    "not-found": Problem(404, "Not Found", "The requested resource was not found.", True),
    "cannot-cancel-pending-change": Problem(
        409, "Cannot cancel pending change.", "There is a pending change on the enrollment.", True
    ),
    "certificate-live-on-network": Problem(
        409,
        "Cannot deprovision certificate(s). Certificate(s) are still live.",
        "All Domains Inactive failure. Live certificates found on network: []",
        True,
    ),
    "invalid-enrollment-state": Problem(
        409, "Invalid enrollment state.", "The enrollment is not in a state that allows this operation.", True
    ),
    "invalid-network-configuration": Problem(400, "Invalid network configuration", "", False),
    "invalid-request": Problem(400, "Bad Request", "", False),
    "invalid-certificate": Problem(400, "Invalid certificate", "", False),
    "method-not-allowed": Problem(405, "Method Not Allowed", "The resource does not support this method.", False),
    "not-acceptable": Problem(406, "Not Acceptable", "", False),
    "unsupported-media-type": Problem(415, "Unsupported Media Type", "", False),
    "renewal-window": Problem(
        409,
        "Renewal window is open.",
        "The certificate is about to be renewed. Use renewal-date-check-override to change the enrollment anyway.",
        False,
    ),
    "enrollment-creation-limit": Problem(
        409, "Too many enrollments.", "Only one enrollment can be created within five minutes.", False
    ),
    "duplicate-common-name": Problem(409, "Duplicate common name.", "", False),
}


def document(call: Call, slug: str, title: str, detail: str) -> Document:
    kind = f"https://{call.headers.get('host', 'localhost')}/cps/v2/error-types/{slug}"
    return {"type": kind, "title": title, "detail": detail, "instance": f"{kind}?id={uuid.uuid4().hex}"}


def refusal(call: Call, slug: str, detail: str | None = None, *, status: int | None = None) -> Refusal:
    """The refusal named `slug`; `detail` and `status` override the table's."""
    row = PROBLEMS[slug]
    text = row.detail if detail is None else detail
    return Refusal(status or row.status, document(call, slug, row.title, text))


def gateway_500(call: Call) -> Reply:
    """The gateway's document when the service behind it fails; has a status, unlike CPS's own."""
    body = {
        "type": "https://problems.luna.akamaiapis.net/-/resource-impl/forward-origin-error",
        "title": "Server Error",
        "status": 500,
        "instance": f"https://{call.headers.get('host', 'localhost')}{call.path}",
        "method": call.method,
        "serverIp": "192.0.2.164",
        "clientIp": "192.0.2.92",
        "requestId": uuid.uuid4().hex[:7],
        "requestTime": call.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return Reply(500, body, content_type="application/problem+json")


def rate_limited(call: Call, limit: int, remaining: int, seconds: float) -> Reply:
    """429: no instance, a type that is no URL, the wait inside the text; plain text by switch."""
    wait = max(1, math.ceil(seconds))
    headers = {"Retry-After": str(wait)}
    detail = f"You have exhausted your API Request Quota. Retry after: {wait} seconds."
    if call.emulator.switch("cps_rate_limit_body") == "text":
        return Reply(429, detail.encode(), headers, "text/plain")
    body = {"type": "429 Too Many Requests", "title": "Too Many Requests", "detail": detail}
    return Reply(429, body, headers, "application/problem+json")
