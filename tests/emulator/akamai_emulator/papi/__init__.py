# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""PAPI v1 (Property Manager) as far as mTLS work reaches: papi-v1.md, clients.md 4."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from .. import wire
from ..core import Call, Operation, Reply, Service
from . import activations, assets, hostnames, lookups, progress, properties, rules, seed, versions
from .body import check_media_types
from .ids import stamp
from .problems import document, refuse
from .shapes import describe
from .switches import SWITCHES

_PROPERTY = "properties/{propertyId}"
_VERSION = _PROPERTY + "/versions/{propertyVersion}"
_ACTIVATION = _PROPERTY + "/activations/{activationId}"

# name, method, path below /papi/v1, handler, whether it writes. The reads are served below /papi/v0 as well.
_ROWS = (
    ("get-groups", "GET", "groups", lookups.get_groups, False),
    ("get-contracts", "GET", "contracts", lookups.get_contracts, False),
    ("get-products", "GET", "products", lookups.get_products, False),
    ("get-client-settings", "GET", "client-settings", lookups.get_client_settings, False),
    ("put-client-settings", "PUT", "client-settings", lookups.put_client_settings, True),
    ("get-rule-formats", "GET", "rule-formats", lookups.get_rule_formats, False),
    ("find-by-value", "POST", "search/find-by-value", properties.find_by_value, False),
    ("list-properties", "GET", "properties", properties.list_properties, False),
    ("create-property", "POST", "properties", properties.create_property, True),
    ("get-property", "GET", _PROPERTY, properties.get_property, False),
    ("delete-property", "DELETE", _PROPERTY, properties.delete_property, True),
    ("list-versions", "GET", _PROPERTY + "/versions", versions.list_versions, False),
    ("create-version", "POST", _PROPERTY + "/versions", versions.create_version, True),
    ("get-latest-version", "GET", _PROPERTY + "/versions/latest", versions.get_latest_version, False),
    ("get-version", "GET", _VERSION, versions.get_version, False),
    ("get-rules", "GET", _VERSION + "/rules", rules.get_rules, False),
    ("head-rules", "HEAD", _VERSION + "/rules", rules.head_rules, False),
    ("put-rules", "PUT", _VERSION + "/rules", rules.put_rules, True),
    ("patch-rules", "PATCH", _VERSION + "/rules", rules.patch_rules, True),
    ("get-hostnames", "GET", _VERSION + "/hostnames", hostnames.get_hostnames, False),
    ("put-hostnames", "PUT", _VERSION + "/hostnames", hostnames.put_hostnames, True),
    ("patch-hostnames", "PATCH", _VERSION + "/hostnames", hostnames.patch_hostnames, True),
    ("get-available-behaviors", "GET", _VERSION + "/available-behaviors", lookups.get_available_behaviors, False),
    ("get-available-criteria", "GET", _VERSION + "/available-criteria", lookups.get_available_criteria, False),
    ("create-activation", "POST", _PROPERTY + "/activations", activations.create_activation, True),
    ("list-activations", "GET", _PROPERTY + "/activations", activations.list_activations, False),
    ("get-activation", "GET", _ACTIVATION, activations.get_activation, False),
    ("cancel-activation", "DELETE", _ACTIVATION, activations.cancel_activation, True),
    ("list-edge-hostnames", "GET", "edgehostnames", assets.list_edge_hostnames, False),
    ("create-edge-hostname", "POST", "edgehostnames", assets.create_edge_hostname, True),
    ("get-edge-hostname", "GET", "edgehostnames/{edgeHostnameId}", assets.get_edge_hostname, False),
    ("list-cp-codes", "GET", "cpcodes", assets.list_cp_codes, False),
    ("create-cp-code", "POST", "cpcodes", assets.create_cp_code, True),
    ("get-cp-code", "GET", "cpcodes/{cpcodeId}", assets.get_cp_code, False),
)
OPERATIONS = tuple(
    Operation("papi", name, method, f"/papi/{stem}/{path}", handler, write)
    for name, method, path, handler, write in _ROWS
    for stem in (("v1", "v0") if method in ("GET", "HEAD") else ("v1",))
)


def _no_route(call: Call, methods: Iterable[str]) -> Reply:
    known = ", ".join(sorted(methods))
    if not known:
        return refuse(call, "not-found").reply()
    reply = refuse(call, "method-not-allowed").reply()
    reply.headers["Allow"] = known
    return reply


def _rate_limited(call: Call, limit: int, remaining: int, wait: float) -> Reply:
    """429 by request rate; the time of the next permitted call is on the wire's clock (papi-v1.md 1.8)."""
    reply = refuse(call, "rate-limit-exceeded").reply()
    reply.headers |= {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Next": stamp(dt.datetime.fromtimestamp(wire.wall() + wait, dt.UTC)),
    }
    return reply


def _crash(call: Call) -> Reply:
    return Reply(500, document(call, "internal-server-error"), {}, "application/problem+json")


SERVICE = Service(
    api="papi",
    prefixes=("/papi",),
    operations=OPERATIONS,
    no_route=_no_route,
    settle=progress.settle,
    complete=seed.complete,
    rate_limited=_rate_limited,
    crash=_crash,
    guard=check_media_types,
    switches=SWITCHES,
    describe=describe,
)
