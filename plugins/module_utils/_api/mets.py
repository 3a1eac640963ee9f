# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of mTLS Edge Truststore v2, one function each. Numbers in docstrings are sections of mets-v2.md.

Documents go in and out as the API has them (camelCase). Every function raises `ApiError` and `ConnectionFailed`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._wire.session import Session
from .links import Document, Network, Polled, segment

BASE = "/mtls-edge-truststore/v2"


def list_ca_sets(
    session: Session,
    *,
    prefix: str | None = None,
    activated_on: str | None = None,
    statuses: Sequence[str] | None = ("NOT_DELETED",),
) -> list[Document]:
    """The CA sets of the account (3.2). `activated_on` as in the API: `STAGING`, `STAGING+PRODUCTION`, ...

    Old servers ignore `statuses`: look at `caSetStatus`.
    """
    query = {"caSetNamePrefix": prefix, "activatedOn": activated_on, "caSetStatus": statuses}
    return _list(session, "/ca-sets", "caSets", query)


def get_ca_set(session: Session, ca_set_id: str) -> Document:
    """One CA set, deleted or not (3.3)."""
    return _get(session, _set(ca_set_id))


def create_ca_set(session: Session, name: str, description: str | None = None) -> Document:
    """A new CA set without versions (3.1)."""
    return _post(session, "/ca-sets", _named(name, description), expect=201)


def delete_ca_set(session: Session, ca_set_id: str) -> None:
    """Starts the deletion of a set (3.4); `get_delete_status` follows it."""
    session.request("DELETE", BASE + _set(ca_set_id), write=True, expect=(202,), needs=None)


def get_delete_status(session: Session, ca_set_id: str) -> tuple[int, Document, float | None]:
    """HTTP status, document, and the server's pause in seconds of a deletion (3.5): 202 runs, 200 done, 207 failed.

    400 `no-active-cert-deletions` if no deletion was ever asked for.
    """
    answer = session.request("GET", f"{BASE}{_set(ca_set_id)}/status/delete", write=False, expect=(200, 202, 207))
    return answer.status, answer.object, answer.retry_after(session.clock.now())


def list_associations(session: Session, ca_set_id: str) -> Document:
    """Who uses a set (3.6): {`enrollments`: [...], `properties`: [...]}, never null."""
    path = f"{BASE}{_set(ca_set_id)}/associations"
    found = session.request("GET", path, write=False, expect=(200,), needs="associations").object["associations"]
    return {kind: found.get(kind) or [] for kind in ("enrollments", "properties")}


def list_activities(session: Session, ca_set_id: str, *, start: str | None = None, end: str | None = None) -> Document:
    """The history of a set, newest first, in `activities` (3.7). `start` and `end` are ISO 8601 times, inclusive."""
    return _get(session, f"{_set(ca_set_id)}/activities", {"start": start, "end": end})


def list_set_activations(session: Session, ca_set_id: str) -> list[Document]:
    """Activations and deactivations of all versions of a set, newest first (3.8)."""
    return _list(session, f"{_set(ca_set_id)}/activations", "activations")


def clone_ca_set(
    session: Session, ca_set_id: str, name: str, *, description: str | None = None, from_version: int | None = None
) -> Document:
    """A new set whose version 1 holds the certificates of a version of this one, the latest by default (3.9)."""
    path = f"{_set(ca_set_id)}/clone"
    return _post(session, path, _named(name, description), expect=201, query={"cloneFromVersion": from_version})


def create_version(session: Session, ca_set_id: str, body: Mapping[str, Any]) -> Document:
    """A new version (3.10). `body`: `certificates` [{`certificatePem`, `description`?}], `allowInsecureSha1`?,
    `description`?."""
    return _post(session, f"{_set(ca_set_id)}/versions", body, expect=201)


def list_versions(
    session: Session,
    ca_set_id: str,
    *,
    include_certificates: bool = False,
    active_only: bool = False,
    statuses: Sequence[str] | None = None,
) -> list[Document]:
    """The versions of a set (3.11); deleted ones only if `statuses` names `DELETED`."""
    query = {
        "includeCertificates": include_certificates or None,
        "activeVersionsOnly": active_only or None,
        "caSetVersionStatus": statuses,
    }
    return _list(session, f"{_set(ca_set_id)}/versions", "versions", query)


def get_version(session: Session, ca_set_id: str, version: int) -> Document:
    """One version with its certificates (3.12)."""
    return _get(session, _version(ca_set_id, version))


def update_version(session: Session, ca_set_id: str, version: int, body: Mapping[str, Any]) -> Document:
    """Replaces the content of a version that never was active (3.13). `body` as in `create_version`."""
    path = BASE + _version(ca_set_id, version)
    return session.request("PUT", path, body=body, write=True, expect=(200,)).object


def delete_version(session: Session, ca_set_id: str, version: int) -> None:
    """Marks a version for removal (3.14)."""
    session.request("DELETE", BASE + _version(ca_set_id, version), write=True, expect=(204,), needs=None)


def clone_version(session: Session, ca_set_id: str, version: int) -> Document:
    """A new version with the same certificates (3.15)."""
    return _post(session, f"{_version(ca_set_id, version)}/clone", None, expect=201)


def list_version_certificates(
    session: Session,
    ca_set_id: str,
    version: int,
    *,
    status: str | None = None,
    threshold_days: int | None = None,
    threshold_timestamp: str | None = None,
) -> list[Document]:
    """The certificates of a version (3.16), optionally by `status`: `EXPIRING`, `EXPIRED`, `ACTIVE`, or two of them."""
    query = {
        "certificateStatus": status,
        "expiryThresholdInDays": threshold_days,
        "expiryThresholdTimestamp": threshold_timestamp,
    }
    return _list(session, f"{_version(ca_set_id, version)}/certificates", "certificates", query)


def activate(session: Session, ca_set_id: str, version: int, network: Network) -> Polled:
    """Starts an activation (3.17): the activation document, `IN_PROGRESS`, and the server's pause in seconds, if it says one."""
    return _started(session, f"{_version(ca_set_id, version)}/activate", network)


def deactivate(session: Session, ca_set_id: str, version: int, network: Network) -> Polled:
    """Starts a deactivation (3.18), as `activate` does."""
    return _started(session, f"{_version(ca_set_id, version)}/deactivate", network)


def list_version_activations(session: Session, ca_set_id: str, version: int) -> list[Document]:
    """Activations and deactivations of one version, newest first (3.19)."""
    return _list(session, f"{_version(ca_set_id, version)}/activations", "activations")


def get_activation(session: Session, ca_set_id: str, version: int, activation_id: int) -> Polled:
    """One activation or deactivation, and the server's pause in seconds while it runs (3.20)."""
    path = f"{BASE}{_version(ca_set_id, version)}/activations/{activation_id}"
    answer = session.request("GET", path, write=False, expect=(200, 202))
    return answer.object, answer.retry_after(session.clock.now())


def validate_certificates(session: Session, body: Mapping[str, Any]) -> Document:
    """What the server thinks of certificates; stores nothing (3.21). `body`: `certificates`, `allowInsecureSha1`?.

    400 `certificate-validation-failure` with `errors` if any is bad.
    """
    path = f"{BASE}/certificates/validate"
    return session.request("POST", path, body=body, write=False, expect=(200,)).object


def _set(ca_set_id: str) -> str:
    return f"/ca-sets/{segment(ca_set_id)}"


def _version(ca_set_id: str, version: int) -> str:
    return f"{_set(ca_set_id)}/versions/{int(version)}"


def _named(name: str, description: str | None) -> Document:
    """An empty description is never sent: the server's reaction to it is unknown (1.3)."""
    return {"caSetName": name, "description": description} if description else {"caSetName": name}


def _get(session: Session, path: str, query: Mapping[str, object] | None = None) -> Document:
    return session.request("GET", BASE + path, query=query, write=False, expect=(200,)).object


def _list(session: Session, path: str, member: str, query: Mapping[str, object] | None = None) -> list[Document]:
    answer = session.request("GET", BASE + path, query=query, write=False, expect=(200,), needs=member)
    return answer.object[member] or []


def _started(session: Session, path: str, network: Network) -> Polled:
    answer = session.request("POST", BASE + path, body={"network": network}, write=True, expect=(202,))
    return answer.object, answer.retry_after(session.clock.now())


def _post(
    session: Session, path: str, body: object, *, expect: int, query: Mapping[str, object] | None = None
) -> Document:
    return session.request("POST", BASE + path, query=query, body=body, write=True, expect=(expect,)).object
