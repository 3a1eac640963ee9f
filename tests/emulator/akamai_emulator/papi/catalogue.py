# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of behaviors and criteria: one row each, one row for each option (papi-v1.md 7 and 8).

Only features that are `complete` have their unknown options dropped. A feature outside the table is kept as it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from . import formats
from .formats import MTLS_BREAK, MTLS_SINCE

NO_DEFAULT: Any = object()

# Kinds of option values -> (check, suffix of the validation type, text)
Check = Callable[[Any], bool]
KINDS: dict[str, tuple[Check, str, str]] = {
    "any": (lambda value: True, "", ""),
    "boolean": (lambda value: isinstance(value, bool), "boolean", "must be true or false"),
    "text": (lambda value: isinstance(value, str), "string", "must be a text"),
    "texts": (
        lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
        "string_array",
        "must be a list of texts",
    ),
    "ids": (
        lambda value: (
            isinstance(value, list)
            and all(isinstance(item, str) and item.isascii() and item.isdigit() for item in value)
        ),
        "string_array",
        "must be a list of ids, each a text of decimal digits",
    ),
}


@dataclass(frozen=True, slots=True)
class Option:
    """One option. `when` lists alternatives, each a conjunction {option: allowed values}; empty: it always applies."""

    name: str
    kind: str = "any"
    default: Any = NO_DEFAULT
    values: tuple[str, ...] = ()
    when: tuple[Mapping[str, tuple[Any, ...]], ...] = ()
    required: bool = False
    since: str | None = None
    until: str | None = None
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Feature:
    """A behavior or criterion as a rule format has it. `titles` are the display-only options that PAPI adds."""

    name: str
    options: tuple[Option, ...] = ()
    complete: bool = False
    titles: tuple[str, ...] = ()
    titles_since: str | None = None
    since: str | None = None
    once: bool = False
    mtls: bool = False


ATTRIBUTES = ("SUBJECT", "COMMON_NAME", "SHA256_FINGERPRINT", "ISSUER")
MATCH = ("IS_ONE_OF", "IS_NOT_ONE_OF")
MATCHES = ("MATCHES_ONE_OF", "DOES_NOT_MATCH_ONE_OF")
AUTH_SET = {"enableAuthSet": (True,)}


def _match(name: str, operators: tuple[str, ...]) -> Feature:
    return Feature(
        name,
        (
            Option("matchOperator", "text", operators[0], values=operators),
            Option("values", "texts", required=True),
        ),
    )


BEHAVIORS: tuple[Feature, ...] = (
    Feature(
        "origin",
        (
            Option("originType", "text", "CUSTOMER"),
            Option("hostname", "text", required=True, when=({"originType": ("CUSTOMER",)},)),
        ),
        titles=("originLocationTitle", "tlsVersionTitle"),
        once=True,
    ),
    Feature("cpCode", (Option("value", required=True),), once=True),
    Feature("caching", (Option("behavior", "text", required=True),), once=True),
    Feature("setVariable", (Option("variableName", "text", required=True),)),
    Feature("redirect", (Option("destinationHostname", "text", "SAME_AS_REQUEST"),)),
    Feature("sureRoute", titles=("srDownloadLinkTitle",), once=True),
    *(
        Feature(name)
        for name in (
            "allowDelete",
            "allowHTTPSCacheKeySharing",
            "allowHTTPSUpgrade",
            "allowOptions",
            "allowPatch",
            "allowPost",
            "allowPut",
            "allowTransferEncoding",
            "autoDomainValidation",
            "baseDirectory",
            "cacheError",
            "cacheId",
            "cacheKeyQueryParams",
            "cachePost",
            "cacheRedirect",
            "centralAuthorization",
            "chaseRedirects",
            "conditionalOrigin",
            "constructResponse",
            "corsSupport",
            "customBehavior",
            "denyAccess",
            "deviceCharacteristicCacheId",
            "downstreamCache",
            "dynamicThroughtputOptimization",
            "edgeImageConversion",
            "edgeRedirector",
            "edgeWorker",
            "failAction",
            "gzipResponse",
            "healthDetection",
            "http2",
            "http3",
            "httpStrictTransportSecurity",
            "imageManager",
            "instant",
            "largeFileOptimization",
            "mPulse",
            "modifyIncomingRequestHeader",
            "modifyIncomingResponseHeader",
            "modifyOutgoingRequestHeader",
            "modifyOutgoingResponseHeader",
            "mtlsOriginKeystore",
            "originCharacteristics",
            "persistentConnection",
            "prefetch",
            "prefetchable",
            "prefreshCache",
            "readTimeout",
            "realUserMonitoring",
            "removeVary",
            "report",
            "responseCode",
            "rewriteUrl",
            "rmaOptimization",
            "savePostDcaProcessing",
            "setMobileRedirect",
            "siteShield",
            "tcpOptimization",
            "tieredDistribution",
            "timeout",
            "validateEntityTag",
            "verifyTokenAuthorization",
            "webApplicationFirewall",
            "webdav",
        )
    ),
    Feature(
        "enforceMtlsSettings",
        (
            Option("enableAuthSet", "boolean", False),
            Option("certificateAuthoritySet", "ids", required=True, when=(AUTH_SET,)),
            Option("enableOcspStatus", "boolean", False, until=MTLS_BREAK),
            Option("enableOcspStatus", "boolean", False, when=(AUTH_SET,), since=MTLS_BREAK),
            Option(
                "enableDenyRequest",
                "boolean",
                True,
                when=(AUTH_SET, {"enableOcspStatus": (True,)}),
                until=MTLS_BREAK,
            ),
            Option("enableDenyRequest", "boolean", True, when=(AUTH_SET,), since=MTLS_BREAK),
            Option("enableCompleteClientCertificate", "boolean", since=MTLS_BREAK),
            Option("clientCertificateAttributes", "texts", values=ATTRIBUTES, since=MTLS_BREAK),
        ),
        complete=True,
        titles=("edgeChecksTitle", "originChecksTitle"),
        titles_since=MTLS_BREAK,
        since=MTLS_SINCE,
        once=True,
        mtls=True,
    ),
    Feature(
        "clientCertificateAuth",
        (
            Option("enable", "boolean", False),
            Option("enableCompleteClientCertificate", "boolean", True, when=({"enable": (True,)},)),
            Option(
                "clientCertificateAttributes",
                "texts",
                values=ATTRIBUTES,
                when=({"enable": (True,), "enableCompleteClientCertificate": (False,)},),
                required=True,
            ),
            Option("enableClientCertificateValidationStatus", "boolean", True, when=({"enable": (True,)},)),
        ),
        complete=True,
        since=MTLS_SINCE,
        once=True,
        mtls=True,
    ),
    Feature(
        "logCustom",
        (
            Option("logCustomLogField", "boolean", False),
            Option("customLogField", "text", "", when=({"logCustomLogField": (True,)},), max_bytes=1000),
        ),
        complete=True,
        once=True,
    ),
)

CRITERIA: tuple[Feature, ...] = (
    Feature(
        "hostname",
        (
            Option("matchOperator", "text", "IS_ONE_OF", values=MATCH),
            Option("values", "texts", required=True),
        ),
        complete=True,
    ),
    Feature(
        "clientCertificate",
        (
            Option("isCertificatePresent", "boolean", True, until=MTLS_BREAK),
            Option(
                "isCertificateValid",
                "text",
                "IGNORE",
                values=("VALID", "INVALID", "IGNORE"),
                when=({"isCertificatePresent": (True,)},),
                until=MTLS_BREAK,
            ),
            Option(
                "enforceMtls",
                "boolean",
                False,
                when=({"isCertificatePresent": (True,), "isCertificateValid": ("VALID", "INVALID")},),
                since=MTLS_SINCE,
                until=MTLS_BREAK,
            ),
            Option("enforceMtls", "text", "FAIL", values=("FAIL", "PASS", "IGNORE"), since=MTLS_BREAK),
            Option(
                "certificateState",
                "text",
                values=("MISSING", "PRESENT_VALID", "PRESENT_INVALID", "PRESENT"),
                when=({"enforceMtls": ("IGNORE",)},),
                required=True,
                since=MTLS_BREAK,
            ),
        ),
        complete=True,
        mtls=True,
    ),
    _match("path", MATCHES),
    _match("fileExtension", MATCH),
    _match("contentType", MATCH),
    _match("clientIp", MATCH),
    _match("userAgent", MATCHES),
    Feature("requestMethod", (Option("matchOperator", "text", "IS"), Option("value", "text", "GET"))),
    *(
        Feature(name)
        for name in (
            "advancedImMatch",
            "bucket",
            "cacheability",
            "chinaCdnRegion",
            "clientIpVersion",
            "cloudletsOrigin",
            "cookie",
            "deviceCharacteristic",
            "edgeWorkersFailure",
            "filename",
            "matchAdvanced",
            "matchCpCode",
            "matchResponseCode",
            "matchVariable",
            "metadataStage",
            "originTimeout",
            "queryStringParameter",
            "random",
            "recoveryConfig",
            "regularExpression",
            "requestCookie",
            "requestHeader",
            "requestProtocol",
            "requestType",
            "responseHeader",
            "serverLocation",
            "time",
            "tokenAuthorization",
            "userLocation",
            "userNetwork",
            "variableError",
        )
    ),
)
TABLES: dict[str, dict[str, Feature]] = {
    "behaviors": {feature.name: feature for feature in BEHAVIORS},
    "criteria": {feature.name: feature for feature in CRITERIA},
}
# Vendor-made elements that no catalogue lists and that only the vendor may change (papi-v1.md 7.5).
ADVANCED = "advanced"
ALIASES: dict[str, dict[str, str]] = {"behaviors": {"cpcode": "cpCode"}, "criteria": {"hoit": "hostname"}}


def canonical(kind: str, name: str) -> str:
    return ALIASES[kind].get(name, name)


def feature(kind: str, name: str) -> Feature | None:
    """The row of a behavior or criterion whatever the format; `kind` is `behaviors` or `criteria`."""
    return TABLES[kind].get(name)


@lru_cache(maxsize=2048)
def options_of(kind: str, name: str, rule_format: str) -> tuple[Option, ...]:
    row = TABLES[kind].get(name)
    if row is None:
        return ()
    return tuple(option for option in row.options if formats.within(rule_format, option.since, option.until))


@lru_cache(maxsize=2048)
def titles_of(kind: str, name: str, rule_format: str) -> tuple[str, ...]:
    row = TABLES[kind].get(name)
    return row.titles if row is not None and formats.within(rule_format, row.titles_since, None) else ()


def available(kind: str, rule_format: str, *, mtls: bool) -> list[str]:
    """Names that the format has; without the contract's mTLS module the mTLS features are missing."""
    return sorted(
        row.name
        for row in TABLES[kind].values()
        if formats.within(rule_format, row.since, None) and (mtls or not row.mtls)
    )


def applies(option: Option, options: Mapping[str, Any], table: tuple[Option, ...]) -> bool:
    """Whether an option has a meaning beside the others; one that was not sent counts with its default."""
    return not option.when or any(
        all(_effective(name, options, table) in allowed for name, allowed in conjunction.items())
        for conjunction in option.when
    )


def _effective(name: str, options: Mapping[str, Any], table: tuple[Option, ...]) -> Any:
    value = options.get(name)
    if value is not None:
        return value if isinstance(value, bool | str) else None
    for option in table:
        if option.name == name:
            return option.default if option.default is not NO_DEFAULT and applies(option, options, table) else None
    return None
