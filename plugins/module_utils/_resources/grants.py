# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether credentials, clock and grants are right for a job (edgegrid.md 4)."""

from __future__ import annotations

import datetime as dt
import typing as t
from dataclasses import dataclass

from .._api import cps, grants, mets, papi
from .._domain.plan import Document
from .._domain.shapes import pick, snake
from .._wire.answers import parse_time
from .._wire.errors import ApiError
from .world import World

if t.TYPE_CHECKING:
    from .._wire.session import Session

#: Seconds that a signature's time may differ from Akamai's clock.
TOLERANCE: t.Final = 30

CREDENTIAL: t.Final = (
    "name",
    "created",
    "created_by",
    "updated",
    "updated_by",
    "activated",
    "activated_by",
)


@dataclass(frozen=True, slots=True)
class Service:
    """One of the APIs: what users call it, the read that tells whether there is a grant, and how scopes may name it.

    The names in scopes are published nowhere: those of URLs and product codes are taken for it, any other tells nothing.
    """

    name: str
    probe: t.Callable[[Session], t.Any]
    scopes: tuple[str, ...]


SERVICES: t.Final[t.Mapping[str, Service]] = {
    "mets": Service(
        "mTLS Edge Truststore",
        # A prefix that few sets have keeps the answer short.
        lambda session: mets.list_ca_sets(session, prefix="edgetrust-grants-info"),
        ("mtls-edge-truststore", "mtls-edge-truststore-api", "mets"),
    ),
    "cps": Service("Certificate Provisioning System (CPS)", cps.list_enrollments, ("cps",)),
    "papi": Service("Property Manager (PAPI)", papi.list_groups, ("papi",)),
}


class Grants:
    """`akamai_grants_info`. What is missing is a result, not a failure: it fails only where nobody answers."""

    def __init__(self, options: t.Mapping[str, t.Any], **context: t.Any) -> None:
        self.needs: dict[str, str] = {api: level for api, level in (options.get("needs") or {}).items() if level}

    def look(self, world: World) -> Document:
        held, when, refusal = _credential(world)
        # `Date` has whole seconds: on average, half a one is gone.
        offset = None if when is None else round((when - world.now()).total_seconds() + 0.5)
        scopes = str(held.get("scope") or "").split()
        missing: dict[str, Document] = {}
        if refusal is None:
            apis = {api: self._api(world, api, scopes, missing) for api in SERVICES}
        else:
            apis = {api: {"readable": None, "writable": None} for api in SERVICES}
            _miss(missing, str(_what(refusal)), None, refusal.msg, refusal.cure)
        key = world.session.credentials.account_switch_key
        accepted: bool | None = None
        if "account_switch_key" in missing:
            accepted = False
        elif any(api["readable"] for api in apis.values()):
            accepted = True
        if offset is not None and abs(offset) > TOLERANCE // 2 and refusal is None:
            world.warn(f"This machine's clock is {abs(offset)} s off; Akamai refuses requests from {TOLERANCE} s on.")
        return {
            "grants": {
                "met": not missing,
                "missing": list(missing.values()),
                "apis": apis,
                "credential": {
                    **pick(snake(held), *CREDENTIAL),
                    "accepted": None if "clock" in missing else "credential" not in missing,
                    "host": world.session.credentials.host,
                    "source": world.session.credentials.source,
                    "scope": scopes,
                },
                "clock_offset": offset,
                "account_switch_key": None if key is None else {"key": key, "accepted": accepted},
            }
        }

    def _api(self, world: World, api: str, scopes: t.Sequence[str], missing: dict[str, Document]) -> Document:
        """Whether the API may be read, which a read tells, and written, which only the scopes can tell."""
        level, service = self.needs.get(api), SERVICES[api]
        try:
            service.probe(world.session)
        except ApiError as error:
            if error.status not in (401, 403):
                raise
            if _what(error) == "account_switch_key":
                _miss(missing, "account_switch_key", None, error.msg, error.cure)
                return {"readable": None, "writable": None}
            if level is not None:
                _miss(missing, api, level, error.msg, error.cure)
            return {"readable": False, "writable": False}
        writable = _writable(service, scopes)
        if level == "write" and writable is False:
            said = f"The credential's scope is for reading {service.name} only."
            cure = (
                f"Grant the API client the service {service.name} with READ-WRITE in Control Center, Identity & Access."
            )
            _miss(missing, api, level, said, cure)
        elif level == "write" and writable is None:
            world.warn(f"Whether {service.name} may be written cannot be told: no scope of the credential names it.")
        return {"readable": True, "writable": writable}


def _credential(world: World) -> tuple[Document, dt.datetime | None, ApiError | None]:
    """The credential, Akamai's clock, and the refusal that makes all other questions pointless."""
    try:
        return *grants.get_grants(world.session), None
    except ApiError as error:
        when = parse_time(error.headers.get("date", ""))
        if _what(error) is not None:
            return {}, when, error
        if error.status not in (403, 404):
            raise
        # No reference page promises this operation: the APIs themselves can still be asked.
        world.warn(f"What the credential is called and has been granted is not known: {error.msg}", status=error.status)
        return {}, when, None


def _what(error: ApiError) -> str | None:
    """What the gateway's refusal is about: `credential`, `clock` or `account_switch_key`; None for a grant or the like."""
    if "pep-authn/" in error.type and not error.retryable:
        return "clock" if "timestamp" in error.detail.lower() else "credential"
    if "pep-authz/" in error.type and "switch" in error.detail.lower():
        return "account_switch_key"
    return None


def _writable(service: Service, scopes: t.Sequence[str]) -> bool | None:
    """By scopes of the form `.../scope/<api>/-/<level>`; None where none names the API."""
    levels = [
        level.lower()
        for scope in scopes
        for name, dummy, level in [scope.rpartition("/scope/")[2].partition("/-/")]
        if name.lower() in service.scopes
    ]
    return any("write" in level for level in levels) if levels else None


def _miss(missing: dict[str, Document], what: str, level: str | None, detail: str, cure: str | None) -> None:
    """An entry of `missing`; each thing is missing once."""
    missing[what] = {"what": what, "level": level, "detail": detail, "cure": cure}
