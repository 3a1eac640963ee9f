# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""METS v2, the mTLS Edge Truststore: CA sets, their versions, activations and certificates."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from typing import Any

from .. import wire
from ..core import Call, Operation, Reply, Service, Switch
from . import activations, associations, deletion, lifecycle, sets, versions
from .errors import problem
from .model import BASE
from .shapes import describe
from .values import guard

_SET = f"{BASE}/ca-sets/{{caSetId}}"
_VERSION = f"{_SET}/versions/{{version}}"

OPERATIONS = tuple(
    Operation("mets", name, method, template, handler, write)
    for name, method, template, handler, write in (
        ("createCaSet", "POST", f"{BASE}/ca-sets", sets.create, True),
        ("listCaSets", "GET", f"{BASE}/ca-sets", sets.list_all, False),
        ("getCaSet", "GET", _SET, sets.get, False),
        ("deleteCaSet", "DELETE", _SET, deletion.delete, True),
        ("getCaSetDeleteStatus", "GET", f"{_SET}/status/delete", deletion.status, False),
        ("getCaSetAssociations", "GET", f"{_SET}/associations", associations.get, False),
        ("listCaSetActivities", "GET", f"{_SET}/activities", sets.activities, False),
        ("listCaSetActivations", "GET", f"{_SET}/activations", activations.list_of_set, False),
        ("cloneCaSet", "POST", f"{_SET}/clone", sets.clone, True),
        ("createCaSetVersion", "POST", f"{_SET}/versions", versions.create, True),
        ("listCaSetVersions", "GET", f"{_SET}/versions", versions.list_all, False),
        # `versionsLink` ends in a slash, and links in answers can be followed.
        ("listCaSetVersions", "GET", f"{_SET}/versions/", versions.list_all, False),
        ("getCaSetVersion", "GET", _VERSION, versions.get, False),
        ("updateCaSetVersion", "PUT", _VERSION, versions.update, True),
        ("deleteCaSetVersion", "DELETE", _VERSION, versions.delete, True),
        ("cloneCaSetVersion", "POST", f"{_VERSION}/clone", versions.clone, True),
        ("listCaSetVersionCertificates", "GET", f"{_VERSION}/certificates", versions.list_certificates, False),
        ("activateCaSetVersion", "POST", f"{_VERSION}/activate", activations.activate, True),
        ("deactivateCaSetVersion", "POST", f"{_VERSION}/deactivate", activations.deactivate, True),
        ("listCaSetVersionActivations", "GET", f"{_VERSION}/activations", activations.list_of_version, False),
        ("getCaSetVersionActivation", "GET", f"{_VERSION}/activations/{{activationId}}", activations.get, False),
        ("validateCertificates", "POST", f"{BASE}/certificates/validate", versions.validate, False),
    )
)

SWITCHES = (
    Switch(
        "mets_default_ca_set_status",
        ("NOT_DELETED", "ALL"),
        "Which sets a list without caSetStatus shows (ALL: as before May 2026).",
    ),
    Switch(
        "mets_association_scope",
        ("any", "network"),
        "Whether any association blocks a deactivation on both networks, or only one on that network.",
    ),
    Switch(
        "mets_hostname_association_type",
        ("ca-set-in-use-by-ccm-hostnames-and-not-cps-enrollments", "ca-set-in-use-by-hostnames"),
        "Error type when only host names use a set.",
    ),
    Switch(
        "mets_empty_description",
        ("refuse", "accept"),
        'A description of "": refused as invalid-field, or taken as none.',
    ),
    Switch(
        "mets_other_keys",
        ("refuse", "accept"),
        "Certificates whose key is neither RSA nor EC (Ed25519, say).",
    ),
    Switch(
        "mets_modified_by_activation",
        ("no", "yes"),
        "Whether the end of a (de)activation changes modifiedDate and modifiedBy of the versions concerned.",
    ),
    Switch(
        "mets_delete_active_status",
        ("409", "400"),
        "Status of ca-set-cannot-be-deleted-active-versions.",
    ),
    Switch("mets_activation_outcome", ("complete", "fail"), "How (de)activations started from now on will end."),
    Switch(
        "mets_deletion_outcome",
        ("complete", "fail_staging", "fail_production", "fail"),
        "How deletions of sets started from now on will end.",
    ),
)


def _no_route(call: Call, methods: Iterable[str]) -> Reply:
    known = list(methods)
    if not known:
        return problem("not-found", "The resource is not found.").reply()
    context = {"allowedMethods": known, "unsupportedMethod": call.method}
    reply = problem("method-not-allowed", f"The method {call.method} is not allowed.", context).reply()
    reply.headers["Allow"] = ", ".join(known)
    return reply


def _rate_limited(call: Call, limit: int, remaining: int, wait: float) -> Reply:
    again = wire.iso(dt.datetime.fromtimestamp(wire.wall() + wait, dt.UTC))
    text = f"Quota has been exhausted. You can submit the request after {math.ceil(wait)} seconds"
    members: dict[str, Any] = {"rateLimit": limit, "rateLimitRemaining": remaining, "rateLimitNext": again}
    reply = problem("account-rate-limit-exceeded", text, **members).reply()
    reply.headers["X-RateLimit-Next"] = again
    return reply


def _crash(call: Call) -> Reply:
    return problem("internal-error", "The request could not be carried out.").reply()


SERVICE = Service(
    api="mets",
    prefixes=(BASE,),
    operations=OPERATIONS,
    no_route=_no_route,
    settle=lifecycle.settle,
    complete=lifecycle.complete,
    rate_limited=_rate_limited,
    crash=_crash,
    guard=guard,
    switches=SWITCHES,
    describe=describe,
)
