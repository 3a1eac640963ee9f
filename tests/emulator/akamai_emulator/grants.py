# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`GET /-/client-api/active-grants/implicit`: what the calling client may do (edgegrid.md 4)."""

from __future__ import annotations

from collections.abc import Iterable

from .core import Account, Call, Document, Emulator, Operation, Reply, Service, Switch

SCOPE = "https://luna.akamaiapis.net/-/scope/{name}/-/{level}"

# The scope names of the three APIs are published nowhere: two guesses, by URL prefix and by product code.
NAMES = {
    "url": {"mets": "mtls-edge-truststore", "cps": "cps", "papi": "papi"},
    "code": {"mets": "mets", "cps": "cps", "papi": "papi"},
}


def _active_grants(call: Call) -> Reply:
    client = call.client
    names = NAMES[call.emulator.switch("grant_scope_names")]
    since = client["created"]
    return Reply(
        200,
        {
            "name": client["name"],
            "created": since,
            "createdBy": client["user"],
            "updated": since,
            "updatedBy": client["user"],
            "activated": since,
            "activatedBy": client["user"],
            "scope": " ".join(
                SCOPE.format(name=names[api], level=level.lower())
                for api, level in client["grants"].items()
                if api in names and level
            ),
        },
    )


def _nothing(emulator: Emulator, account: Account) -> None:
    """Grants have no state of their own."""


def _no_route(call: Call, methods: Iterable[str]) -> Reply:
    known = ", ".join(methods)
    status = 405 if known else 404
    title = "Method Not Allowed" if known else "Not Found"
    return Reply(
        status,
        _problem(status, title) | {"instance": call.path},
        {"Allow": known} if known else {},
        "application/problem+json",
    )


def _problem(status: int, title: str) -> Document:
    return {"type": "about:blank", "title": title, "status": status}


def _rate_limited(call: Call, limit: int, remaining: int, wait: float) -> Reply:
    return Reply(429, _problem(429, "Too Many Requests"), content_type="application/problem+json")


def _crash(call: Call) -> Reply:
    return Reply(500, _problem(500, "Internal Server Error"), content_type="application/problem+json")


SERVICE = Service(
    api="grants",
    prefixes=("/-/client-api",),
    operations=(
        Operation("grants", "activeGrants", "GET", "/-/client-api/active-grants/implicit", _active_grants, False),
    ),
    no_route=_no_route,
    settle=_nothing,
    complete=_nothing,
    rate_limited=_rate_limited,
    crash=_crash,
    switches=(
        Switch(
            "grant_scope_names",
            ("url", "code"),
            "Scope names in the answer of active-grants: by URL prefix (mtls-edge-truststore) or by code (mets).",
        ),
    ),
)
