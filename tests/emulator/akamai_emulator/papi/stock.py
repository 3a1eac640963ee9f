# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stock: two properties as they have grown, on either side of the break of v2026-02-16, active on both networks."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ..core import Document
from .ids import stamp

CONTRACT, GROUP, PRODUCT = "ctr_C-0N7RAC7", "grp_15225", "prd_Fresca"

# Property id, name, rule format, CP code, host names, the enrollment behind their edge host names.
PROPERTIES = (
    ("prp_200001", "www", "v2025-10-16", 400001, ("www.example.com", "api.example.com"), 10001),
    ("prp_200002", "shop", "v2026-02-16", 400002, ("shop.example.com", "pay.example.com"), 10002),
)
# (age in days, version, network)
ACTIVATIONS = ((90, 1, "STAGING"), (89, 1, "PRODUCTION"), (30, 2, "STAGING"), (29, 2, "PRODUCTION"))


def _ago(now: dt.datetime, days: int) -> str:
    return stamp(now - dt.timedelta(days=days))


def cp_codes(now: dt.datetime) -> list[Document]:
    return [
        {
            "cpcodeId": f"cpc_{number}",
            "cpcodeName": name,
            "createdDate": _ago(now, 400),
            "productIds": [PRODUCT],
            "contractId": CONTRACT,
            "groupId": GROUP,
        }
        for _, name, _, number, _, _ in PROPERTIES
    ]


def edge_hostnames(now: dt.datetime) -> list[Document]:
    names = [(name, enrollment) for *_, names, enrollment in PROPERTIES for name in names]
    return [
        {
            "edgeHostnameId": f"ehn_{300001 + number}",
            "edgeHostnameDomain": f"{name}.edgekey.net",
            "productId": PRODUCT,
            "domainPrefix": name,
            "domainSuffix": "edgekey.net",
            "status": "CREATED",
            "secure": True,
            "ipVersionBehavior": "IPV6_COMPLIANCE",
            "useCases": [],
            "certEnrollmentId": enrollment,
            "contractId": CONTRACT,
            "groupId": GROUP,
        }
        for number, (name, enrollment) in enumerate(names)
    ]


def properties(now: dt.datetime) -> list[Document]:
    found: list[Document] = []
    first_edge, first_activation = 300001, 500001
    for number, name, rule_format, cp_code, hostnames, _ in PROPERTIES:
        hosts = [
            {
                "cnameType": "EDGE_HOSTNAME",
                "edgeHostnameId": f"ehn_{first_edge + at}",
                "cnameFrom": host,
                "cnameTo": f"{host}.edgekey.net",
                "certProvisioningType": "CPS_MANAGED",
            }
            for at, host in enumerate(hostnames)
        ]
        versions = [
            {
                "propertyVersion": version,
                "ruleFormat": rule_format,
                "note": note,
                "updatedDate": _ago(now, age),
                "updatedByUser": "automation",
                "hostnames": [dict(host) for host in hosts],
                "rules": _rules(name, cp_code, hostnames, static_ttl=ttl),
            }
            for version, note, age, ttl in (
                (1, "first version", 91, "1d"),
                (2, "longer caching of static files", 31, "7d"),
            )
        ]
        found.append(
            {
                "propertyId": number,
                "propertyName": name,
                "contractId": CONTRACT,
                "groupId": GROUP,
                "productId": PRODUCT,
                "propertyType": "TRADITIONAL",
                "stagingVersion": 2,
                "productionVersion": 2,
                "versions": versions,
                "activations": [
                    {
                        "activationId": f"atv_{first_activation + at}",
                        "propertyVersion": version,
                        "network": network,
                        "activationType": "ACTIVATE",
                        "status": "ACTIVE" if version == 2 else "INACTIVE",
                        "submitDate": _ago(now, age),
                        "updateDate": stamp(now - dt.timedelta(days=age) + dt.timedelta(minutes=5, milliseconds=at)),
                        "note": versions[version - 1]["note"],
                        "notifyEmails": ["ops@example.com"],
                        "fmaActivationState": "steady",
                    }
                    for at, (age, version, network) in enumerate(ACTIVATIONS)
                ],
            }
        )
        first_edge += len(hosts)
        first_activation += len(ACTIVATIONS)
    return found


# --- trees -----------------------------------------------------------------------------------------------------------


def _feature(name: str, **options: Any) -> Document:
    return {"name": name, "options": options}


def _rule(
    name: str, criteria: list[Document], behaviors: list[Document], *children: Document, **members: Any
) -> Document:
    return {
        "name": name,
        "criteria": criteria,
        "criteriaMustSatisfy": "all",
        "behaviors": behaviors,
        "children": list(children),
        **members,
    }


def _rules(name: str, cp_code: int, hostnames: tuple[str, ...], *, static_ttl: str) -> Document:
    main, second = hostnames
    return {
        "name": "default",
        "criteria": [],
        "options": {"is_secure": True},
        "variables": [
            {
                "name": "PMUSER_TIER",
                "value": "standard",
                "description": "Tier of the caller",
                "hidden": False,
                "sensitive": False,
            },
            {"name": "PMUSER_TRACE", "value": "", "description": None, "hidden": True, "sensitive": False},
        ],
        "comments": f"Everything for {main} and {second}",
        "behaviors": [
            _feature(
                "origin",
                originType="CUSTOMER",
                hostname=f"origin-{name}.example.net",
                forwardHostHeader="REQUEST_HOST_HEADER",
                cacheKeyHostname="REQUEST_HOST_HEADER",
                compress=True,
                enableTrueClientIp=True,
                trueClientIpHeader="True-Client-IP",
                trueClientIpClientSetting=False,
                httpPort=80,
                httpsPort=443,
                originSni=True,
                verificationMode="PLATFORM_SETTINGS",
                useUniqueCacheKey=False,
                ipVersion="IPV4",
            ),
            _feature("cpCode", value={"id": cp_code}),
            _feature("caching", behavior="NO_STORE"),
            _feature("allowPost", enabled=True, allowWithoutContentLength=False),
            _feature(
                "report",
                logHost=True,
                logReferer=True,
                logUserAgent=True,
                logAcceptLanguage=False,
                logCookies="OFF",
                logCustomLogField=False,
                logEdgeIP=False,
                logXForwardedFor=False,
            ),
            _feature("tieredDistribution", enabled=True, tieredDistributionMap="CH2"),
        ],
        "children": [_performance(), _offload(static_ttl), _security(second), _vendor()],
    }


def _performance() -> Document:
    html = _feature(
        "contentType", matchOperator="IS_ONE_OF", values=["text/*", "application/json*"], matchWildcard=True
    )
    return _rule(
        "Performance",
        [],
        [
            _feature("http2", enabled=""),
            _feature("http3", enable=True),
            _feature("prefetch", enabled=True),
            _feature("realUserMonitoring", enabled=True),
        ],
        _rule("Compressible objects", [html], [_feature("gzipResponse", behavior="ALWAYS")]),
        comments="Transport and page speed",
    )


def _offload(static_ttl: str) -> Document:
    extensions = ["css", "js", "png", "jpg", "svg", "woff2"]
    static = _feature("fileExtension", matchOperator="IS_ONE_OF", values=extensions, matchCaseSensitive=False)
    redirects = _feature("path", matchOperator="MATCHES_ONE_OF", values=["/old/*"], matchCaseSensitive=False)
    method = _feature("requestMethod", matchOperator="IS", value="GET")
    return _rule(
        "Offload",
        [],
        [_feature("cacheError", enabled=True, ttl="10s", preserveStale=True)],
        _rule(
            "Static files",
            [static],
            [
                _feature("caching", behavior="MAX_AGE", ttl=static_ttl, mustRevalidate=False),
                _feature("prefetchable", enabled=True),
            ],
        ),
        _rule(
            "Moved pages",
            [redirects, method],
            [
                _feature(
                    "redirect",
                    mobileDefaultChoice="DEFAULT",
                    destinationProtocol="SAME_AS_REQUEST",
                    destinationHostname="SAME_AS_REQUEST",
                    destinationPath="OTHER",
                    destinationPathOther="/new/",
                    queryString="APPEND",
                    responseCode=301,
                )
            ],
        ),
    )


def _security(hostname: str) -> Document:
    callers = _feature("hostname", matchOperator="IS_ONE_OF", values=[hostname])
    internal = _feature("path", matchOperator="MATCHES_ONE_OF", values=["/internal/*"], matchCaseSensitive=False)
    return _rule(
        "Security",
        [],
        [],
        _rule(
            "Machine callers",
            [callers],
            [
                _feature(
                    "setVariable",
                    variableName="PMUSER_TIER",
                    valueSource="EXPRESSION",
                    variableValue="partner",
                    transform="NONE",
                ),
                _feature(
                    "modifyOutgoingResponseHeader",
                    action="ADD",
                    standardAddHeaderName="OTHER",
                    customHeaderName="X-Tier",
                    headerValue="{{user.PMUSER_TIER}}",
                ),
            ],
        ),
        _rule("Internal paths", [internal], [_feature("denyAccess", enabled=True, reason="internal")]),
    )


def _vendor() -> Document:
    """A rule that only the vendor may change."""
    uuid = "7d4f1c52-90ab-4e36-8f11-2c5d6a7b8e90"
    match = _feature("path", matchOperator="MATCHES_ONE_OF", values=["/status"], matchCaseSensitive=True)
    advanced = {
        "name": "advanced",
        "options": {"description": "Status page", "xml": "<edgeservices:construct-response/>"},
        "uuid": uuid,
    }
    return _rule("Status page", [match], [advanced], uuid=uuid, comments="Made by the vendor")
