# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of the Certificate Provisioning System v2. Numbers in docstrings are sections of cps-v2.md.

Every body has a media type with a version of its own; `ENROLLMENT` is the same in both directions, because what an
older version cannot show it may clear (2). Every function raises `ApiError` and `ConnectionFailed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from .._wire.session import Session
from .links import Document, last_segment, segment

BASE = "/cps/v2"

ENROLLMENT = "enrollment.v12"
ENROLLMENTS = "enrollments.v12"
ENROLLMENT_STATUS = "enrollment-status.v1"
CHANGE = "change.v2"
CHANGE_ID = "change-id.v1"
SCHEDULE = "deployment-schedule.v1"
DEPLOYMENT = "deployment.v8"
DEPLOYMENTS = "deployments.v8"
CHANGE_HISTORY = "change-history.v5"
CERTIFICATE_HISTORY = "certificate-history.v2"

#: What the links of `allowedInput` lead to, by their last segment (6.3).
INFO = {
    "pre-verification-warnings": "warnings.v1",
    "post-verification-warnings": "warnings.v1",
    "change-management-info": "change-management-info.v6",
    "lets-encrypt-challenges": "dv-challenges.v2",
    "third-party-csr": "csr.v2",
}
UPDATE = {
    "pre-verification-warnings-ack": "acknowledgement.v1",
    "post-verification-warnings-ack": "acknowledgement.v1",
    "change-management-ack": "acknowledgement-with-hash.v1",
    "lets-encrypt-challenges-completed": "acknowledgement.v1",
    "third-party-cert-and-trust-chain": "certificate-and-trust-chain.v2",
}


def list_enrollments(session: Session, contract_id: str | None = None) -> list[Document]:
    """The enrollments, whole, of one contract or of all that the client sees (3.1)."""
    query = {"contractId": contract_id.removeprefix("ctr_") if contract_id else None}
    answer = session.request(
        "GET", f"{BASE}/enrollments", query=query, accept=_media(ENROLLMENTS), write=False, needs="enrollments"
    )
    return answer.object["enrollments"] or []


def get_enrollment(session: Session, enrollment_id: int) -> Document:
    """One enrollment as it was last requested, deployed or not (4)."""
    return _get(session, _enrollment(enrollment_id), ENROLLMENT)


def create_enrollment(
    session: Session, contract_id: str, body: Mapping[str, Any], *, allow_duplicate_cn: bool = False
) -> tuple[int, int | None]:
    """A new enrollment: its id and its first change (3). The body must not bind a CA set (4.2)."""
    answer = session.request(
        "POST",
        f"{BASE}/enrollments",
        query={"contractId": contract_id.removeprefix("ctr_"), "allow-duplicate-cn": allow_duplicate_cn or None},
        body=body,
        accept=_media(ENROLLMENT_STATUS),
        content_type=_media(ENROLLMENT),
        write=True,
        expect=(202,),
        needs="enrollment",
    )
    return int(last_segment(answer.object["enrollment"])), _newest_change(answer.document)


def update_enrollment(
    session: Session,
    enrollment_id: int,
    body: Mapping[str, Any],
    *,
    allow_cancel_pending_changes: bool = False,
    renewal_date_check_override: bool = False,
) -> int | None:
    """Replaces an enrollment with the whole `body` (4.3, 5): the id of the change that carries it out, or None."""
    answer = session.request(
        "PUT",
        f"{BASE}{_enrollment(enrollment_id)}",
        query={
            "allow-cancel-pending-changes": allow_cancel_pending_changes or None,
            "renewal-date-check-override": renewal_date_check_override or None,
        },
        body=body,
        accept=_media(ENROLLMENT_STATUS),
        content_type=_media(ENROLLMENT),
        write=True,
        expect=(200, 202),
        needs="changes",
    )
    return _newest_change(answer.document)


def delete_enrollment(
    session: Session, enrollment_id: int, *, allow_cancel_pending_changes: bool = False
) -> int | None:
    """Removes an enrollment (8): the id of the change that does it, or None if it is gone already."""
    answer = session.request(
        "DELETE",
        f"{BASE}{_enrollment(enrollment_id)}",
        query={"allow-cancel-pending-changes": allow_cancel_pending_changes or None},
        accept=_media(ENROLLMENT_STATUS),
        write=True,
        expect=(200, 202),
        needs=None,
    )
    return _newest_change(answer.document)


def get_change(session: Session, enrollment_id: int, change_id: int) -> Document:
    """Where a change stands: `statusInfo` and `allowedInput` (6.1)."""
    return _get(session, _change(enrollment_id, change_id), CHANGE, needs="statusInfo")


def cancel_change(session: Session, enrollment_id: int, change_id: int) -> None:
    """Cancels a change for good (6.5). The only change of a new enrollment takes the enrollment along."""
    path = f"{BASE}{_change(enrollment_id, change_id)}"
    session.request("DELETE", path, accept=_media(CHANGE_ID), write=True, needs=None)


def get_input(session: Session, link: str) -> Document:
    """What a change wants to know or to be acknowledged, by the `info` link of its `allowedInput` (6.3)."""
    path = _input(link)
    return _get(session, path, INFO.get(last_segment(path), "warnings.v1"))


def give_input(session: Session, link: str, body: Mapping[str, Any]) -> None:
    """Answers a change, by the `update` link of its `allowedInput` (6.3). `body`: {`acknowledgement`: `acknowledge` or
    `deny`, `hash`?} or {`certificatesAndTrustChains`: [...]}."""
    path = _input(link)
    kind = UPDATE.get(last_segment(path), "acknowledgement.v1")
    if kind == "acknowledgement-with-hash.v1" and "hash" not in body:
        kind = "acknowledgement.v1"
    session.request(
        "POST",
        BASE + path,
        body=body,
        accept=_media(CHANGE_ID),
        content_type=_media(kind),
        write=True,
        expect=(200, 202, 204),
        needs=None,
    )


def get_schedule(session: Session, enrollment_id: int, change_id: int) -> Document:
    """When a change may deploy: {`notBefore`, `notAfter`}, times or null (6.5)."""
    return _get(session, f"{_change(enrollment_id, change_id)}/deployment-schedule", SCHEDULE)


def set_schedule(session: Session, enrollment_id: int, change_id: int, body: Mapping[str, Any]) -> None:
    """Sets when a change may deploy; `body` as in `get_schedule` (6.5)."""
    session.request(
        "PUT",
        f"{BASE}{_change(enrollment_id, change_id)}/deployment-schedule",
        body=body,
        accept=_media(CHANGE_ID),
        content_type=_media(SCHEDULE),
        write=True,
        needs=None,
    )


def get_deployments(session: Session, enrollment_id: int) -> Document:
    """What is deployed: {`production`, `staging`}, each may be null (7). CA sets do not show here."""
    return _get(session, f"{_enrollment(enrollment_id)}/deployments", DEPLOYMENTS)


def get_deployment(session: Session, enrollment_id: int, network: Literal["staging", "production"]) -> Document:
    """What is deployed on one network; may be a 404 where nothing is (7)."""
    return _get(session, f"{_enrollment(enrollment_id)}/deployments/{network}", DEPLOYMENT)


def list_change_history(session: Session, enrollment_id: int) -> list[Document]:
    """Past and present changes, newest first, without ids (7)."""
    path = f"{_enrollment(enrollment_id)}/history/changes"
    return _get(session, path, CHANGE_HISTORY, needs="changes")["changes"] or []


def list_certificate_history(session: Session, enrollment_id: int) -> list[Document]:
    """Past and present certificates (7)."""
    path = f"{_enrollment(enrollment_id)}/history/certificates"
    return _get(session, path, CERTIFICATE_HISTORY, needs="certificates")["certificates"] or []


def _media(kind: str) -> str:
    return f"application/vnd.akamai.cps.{kind}+json"


def _enrollment(enrollment_id: int) -> str:
    return f"/enrollments/{segment(enrollment_id)}"


def _change(enrollment_id: int, change_id: int) -> str:
    return f"{_enrollment(enrollment_id)}/changes/{segment(change_id)}"


def _input(link: str) -> str:
    """The path of an input below BASE: links start at various stems, but their tail is always the same (1)."""
    return "/enrollments/" + link.rpartition("/enrollments/")[2].partition("?")[0]


def _newest_change(document: Any) -> int | None:
    """The last of `changes` is the newest (5)."""
    changes = document.get("changes") if isinstance(document, dict) else None
    return int(last_segment(changes[-1])) if changes else None


def _get(session: Session, path: str, kind: str, *, needs: str = "") -> Document:
    return session.request("GET", BASE + path, accept=_media(kind), write=False, needs=needs).object
