# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What METS says of certificates, told by the certificate that it means (mets-v2.md 3.21 and 4.4)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._api import mets
from .._domain.certificates import Certificate, CertificateError, Problem
from .._domain.plan import Document
from .._wire.errors import ApiError
from .world import World


@dataclass(slots=True)
class Verdict:
    """What METS refuses and warns about; `error` is its answer where it refuses anything."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Document] = field(default_factory=list)
    error: ApiError | None = None


class RefusedByMets(CertificateError):
    """Certificates that METS does not take, at a dry run or at a write."""

    def __init__(self, problems: t.Sequence[Problem], error: ApiError) -> None:
        super().__init__(problems)
        self.error = error
        self.cure = "Correct or leave out what is named."

    def failure(self) -> Document:
        said = self.error.failure()
        return {**super().failure(), **{name: said[name] for name in ("api", "status", "type", "title", "request_id")}}


def validate(world: World, certificates: t.Sequence[Certificate], allow_insecure_sha1: bool) -> Verdict:
    """METS's own validation; nothing is stored. Where a POST is too large to be signed, by halves."""
    body = {"certificates": [c.body() for c in certificates], "allowInsecureSha1": allow_insecure_sha1}
    try:
        answer = mets.validate_certificates(world.session, body)
    except ApiError as error:
        if error.too_large_to_sign and len(certificates) > 1:
            half = len(certificates) // 2
            first, second = (
                validate(world, part, allow_insecure_sha1) for part in (certificates[:half], certificates[half:])
            )
            return Verdict(
                first.problems + second.problems, first.warnings + second.warnings, first.error or second.error
            )
        if not is_refusal(error):
            raise
        return Verdict(reported(certificates, error), error=error)
    return Verdict(warnings=(answer.get("validation") or {}).get("warnings") or [])


def is_refusal(error: ApiError) -> bool:
    """Whether METS refused certificates, in whatever operation."""
    return error.slug.startswith("certificate-validation-failure")


def reported(certificates: t.Sequence[Certificate], error: ApiError) -> list[Problem]:
    """The error items of METS, with the certificates that their pointers name, in the order they were sent."""
    return [_reported(certificates, item) for item in error.errors] or [Problem(None, None, None, error.msg)]


def _reported(certificates: t.Sequence[Certificate], item: Document) -> Problem:
    reason = " ".join(str(item[name]) for name in ("title", "detail") if item.get(name)) or str(item.get("type"))
    index = str(item.get("pointer") or "").rpartition("/")[2]
    if index.isdecimal() and int(index) < len(certificates):
        return certificates[int(index)].problem(reason)
    return Problem(None, None, None, reason)
