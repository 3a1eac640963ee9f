# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An enrollment as a document: its CA set binding, edited so that nothing else changes (cps-v2.md 4)."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .certificates import moment
from .references import covered, given, id_of_link

Enrollment = dict[str, Any]

#: What the server owns and a PUT leaves out (cps-v2.md 4.3); everything else goes back as it was read.
SERVER_MEMBERS = frozenset(
    {
        "id",
        "location",
        "assignedSlots",
        "productionSlots",
        "stagingSlots",
        "slots",
        "maxAllowedSanNames",
        "maxAllowedWildcardSanNames",
        "pendingChanges",
    }
)
#: Beside these, the server may move this one by itself.
SERVER_MOVES = frozenset({"autoRenewalStartTime"})

#: Days before expiry from which CPS refuses other changes (cps-v2.md 3.2).
RENEWAL_DAYS = {"ev": 90, "ov": 60, "dv": 20}


@dataclass(frozen=True, slots=True)
class Binding:
    """The CA set of an enrollment. `ca_set_id` is opaque text, None where nothing is bound."""

    ca_set_id: str | None = None
    ocsp: bool = False
    send_ca_list_to_client: bool = False

    @property
    def bound(self) -> bool:
        return self.ca_set_id is not None


UNBOUND = Binding()


def binding(enrollment: Mapping[str, Any]) -> Binding:
    """What a document says, null and absent options being false."""
    mutual = (enrollment.get("networkConfiguration") or {}).get("clientMutualAuthentication") or {}
    set_id = given(mutual.get("setId"))
    if set_id is None:
        return UNBOUND
    options = mutual.get("authenticationOptions") or {}
    return Binding(
        ca_set_id=set_id,
        ocsp=(options.get("ocsp") or {}).get("enabled") is True,
        send_ca_list_to_client=options.get("sendCaListToClient") is True,
    )


def wanted_binding(
    current: Binding, ca_set_id: str, ocsp: bool | None = None, send_ca_list_to_client: bool | None = None
) -> Binding:
    """The binding to reach: options that are not given stay as they are, and are false where nothing is bound."""
    return Binding(
        ca_set_id=ca_set_id,
        ocsp=current.ocsp if ocsp is None else ocsp,
        send_ca_list_to_client=(
            current.send_ca_list_to_client if send_ca_list_to_client is None else send_ca_list_to_client
        ),
    )


def with_binding(enrollment: Mapping[str, Any], wish: Binding) -> Enrollment:
    """The body of a PUT that sets this binding, or takes it out with an explicit null, and changes nothing else."""
    body = {key: deepcopy(value) for key, value in enrollment.items() if key not in SERVER_MEMBERS}
    body.setdefault("enableMultiStackedCertificates", False)
    network = body["networkConfiguration"] = body.get("networkConfiguration") or {}
    if not wish.bound:
        network["clientMutualAuthentication"] = None
        return body
    mutual = network.get("clientMutualAuthentication") or {}
    options = mutual.get("authenticationOptions") or {}
    network["clientMutualAuthentication"] = {
        **mutual,
        "setId": wish.ca_set_id,
        "authenticationOptions": {
            **options,
            "sendCaListToClient": wish.send_ca_list_to_client,
            "ocsp": {**(options.get("ocsp") or {}), "enabled": wish.ocsp},
        },
    }
    return body


def lost_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Dotted names of members that did not keep their value, the binding and the server's own aside.

    Null and absent are alike. `before` is the document read before a PUT or its body, `after` the one read after it.
    """
    return list(_lost(_comparable(before), _comparable(after), ""))


def covers(enrollment: Mapping[str, Any], hostname: str) -> bool:
    """Whether the certificate is good for the host name: common name and SANs, wildcards for one label."""
    return covered(names(enrollment), hostname)


def names(enrollment: Mapping[str, Any]) -> list[str]:
    """Common name and SANs, without repetition."""
    csr = enrollment.get("csr") or {}
    found = [given(csr.get("cn")), *(given(name) for name in csr.get("sans") or ())]
    return list(dict.fromkeys(name for name in found if name))


def identifier(enrollment: Mapping[str, Any]) -> str | None:
    """The id as text; up to type v10 only `location` tells it."""
    return given(enrollment.get("id")) or id_of_link(enrollment.get("location"))


def newest_pending(enrollment: Mapping[str, Any]) -> str | None:
    """The id of the newest pending change: the last item, an object or, up to type v9, a link."""
    pending = enrollment.get("pendingChanges") or []
    if not pending:
        return None
    last = pending[-1]
    return id_of_link(last.get("location") if isinstance(last, Mapping) else last)


def renewing(enrollment: Mapping[str, Any]) -> bool:
    """Whether a renewal is pending."""
    pending = (item for item in enrollment.get("pendingChanges") or () if isinstance(item, Mapping))
    return any(item.get("changeType") == "renewal" for item in pending)


def in_renewal_window(enrollment: Mapping[str, Any], now: datetime, expires: datetime | None = None) -> bool | None:
    """Whether CPS is about to renew, so that it refuses other changes; None where the documents do not tell.

    A pending renewal says so, then the expiry of the deployed certificate, by type, then `autoRenewalStartTime`.
    """
    if renewing(enrollment):
        return True
    days = RENEWAL_DAYS.get(str(enrollment.get("validationType")))
    if expires is not None and days is not None:
        return now >= expires - timedelta(days=days)
    start = given(enrollment.get("autoRenewalStartTime"))
    return None if start is None else now >= moment(start)


def _comparable(enrollment: Mapping[str, Any]) -> dict[str, Any]:
    network = enrollment.get("networkConfiguration") or {}
    return {
        **{key: value for key, value in enrollment.items() if key not in SERVER_MEMBERS | SERVER_MOVES},
        # A PUT has to name this one even where GET leaves it out.
        "enableMultiStackedCertificates": enrollment.get("enableMultiStackedCertificates") or False,
        "networkConfiguration": {key: value for key, value in network.items() if key != "clientMutualAuthentication"},
    }


def _lost(before: Any, after: Any, path: str) -> list[str]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return [
            lost
            for key in [*before, *(key for key in after if key not in before)]
            for lost in _lost(before.get(key), after.get(key), f"{path}.{key}" if path else str(key))
        ]
    if isinstance(before, list) and isinstance(after, list) and path == "csr.sans":
        before, after = sorted(before), sorted(after)
    return [] if before == after else [path]
