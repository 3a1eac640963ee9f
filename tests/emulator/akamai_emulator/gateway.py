# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway's own refusals (edgegrid.md 4): signature, clock, tokens, grants, unknown paths."""

from __future__ import annotations

from . import wire
from .core import Refusal

PROBLEMS = "https://problems.luna.akamaiapis.net/-/"

# name: (status, tail of type, title, detail)
CASES: dict[str, tuple[int, str, str, str]] = {
    "signature": (401, "pep-authn/deny", "Not authorized", "The signature does not match"),
    "inactive": (401, "pep-authn/deny", "Not authorized", "Inactive client token"),
    "access-token": (401, "pep-authn/deny", "Not authorized", "Invalid authorization access token"),
    "clock": (400, "pep-authn/request-error", "Bad request", "Invalid timestamp"),
    "client-token": (400, "pep-authn/request-error", "Bad request", "Invalid client token"),
    "missing-400": (400, "pep-authn/request-error", "Bad request", "Authorization header missing"),
    "missing-401": (401, "pep-authn/deny", "Not authorized", "Authorization header missing"),
    "malformed-400": (400, "pep-authn/request-error", "Bad request", "Invalid authorization header"),
    "malformed-401": (401, "pep-authn/deny", "Not authorized", "Invalid authorization header"),
    "malformed-http": (400, "pep-authn/request-error", "Bad request", "Invalid HTTP request"),
    "nonce": (400, "pep-authn/request-error", "Bad request", "Invalid nonce"),
    "large-post": (400, "pep-authn/request-error", "Bad request", "Request body exceeds the maximum signed size"),
    "grant": (403, "pep-authz/deny", "Forbidden", "The client does not have the grant needed for the request"),
    "account-switch": (403, "pep-authz/deny", "Forbidden", "The client may not use the account switch key"),
    "burst": (400, "pep-authn/request-error", "Bad request", "WAF deny rule IPBLOCK-BURST4-54013"),
    "not-found": (404, "resource-impl/not-found", "Not Found", "The requested resource is not found"),
}


def refusal(case: str, request: wire.Request) -> Refusal:
    status, tail, title, detail = CASES[case]
    document = {
        "type": PROBLEMS + tail,
        "title": title,
        "status": status,
        "detail": detail,
        "instance": f"https://{request.headers.get('host', '')}{request.target}",
        "method": request.method,
        "serverIp": "127.0.0.1",
        "clientIp": request.client_ip,
        "requestId": wire.new_request_id(),
        "requestTime": wire.iso(request.received),
    }
    if status == 403:
        document["authzRealm"] = request.headers.get("host", "").partition(":")[0]
    return Refusal(status, document)
