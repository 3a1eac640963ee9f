# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions of a CA set as they are found and as they are shown (mets-v2.md 2.2 and 5.2)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._domain import certificates
from .._domain.certificates import Certificate
from .._domain.plan import Document
from .._domain.shapes import pick, snake
from .mets_world import NetworkState
from .version_writes import is_unfinished

MEMBERS: t.Final = (
    "ca_set_id",
    "ca_set_name",
    "version",
    "ca_set_version_status",
    "description",
    "allow_insecure_sha1",
    "staging_status",
    "production_status",
    "created_by",
    "created_date",
    "modified_by",
    "modified_date",
    "removal_date",
)


def shown(document: t.Mapping[str, t.Any], *, include_pem: bool = False) -> Document:
    """The `ca_set_version` of results, from a CASetVersion."""
    held = document.get("certificates") or []
    plain = pick(snake({k: v for k, v in document.items() if k not in ("certificates", "validation")}), *MEMBERS)
    return {
        **plain,
        "ca_set_version_status": plain["ca_set_version_status"] or "NOT_DELETED",
        "description": plain["description"] or None,
        "certificates": [certificates.from_api(c).project(include_pem) for c in held],
    }


def brief(version: t.Mapping[str, t.Any] | None) -> Document:
    """What a diff shows of a version: its texts, and each certificate in a line or two."""
    if version is None or version["ca_set_version_status"] == "DELETED":
        return {}
    return {
        **pick(version, "ca_set_name", "version", "description", "allow_insecure_sha1"),
        "certificates": sorted(
            (
                {**pick(c, "subject", "issuer", "fingerprint", "description"), "not_after": c["end_date"]}
                for c in version["certificates"]
            ),
            key=lambda c: (c["subject"], c["fingerprint"]),
        ),
    }


@dataclass(slots=True)
class Current:
    """The set, its versions, and what tells whether one may still change (records of activations).

    `wanted` are the certificates to have, once `certificates_mode` and `drop_expired` are applied.
    """

    ca_set: Document
    versions: list[Document] = field(default_factory=list)
    records: list[Document] = field(default_factory=list)
    networks: dict[str, NetworkState] = field(default_factory=dict)
    wanted: tuple[Certificate, ...] = ()
    start: Document | None = None

    @property
    def live(self) -> list[Document]:
        return [v for v in self.versions if v.get("caSetVersionStatus") != "DELETED"]

    def frozen(self, version: Document) -> bool:
        """Whether it is, was or is about to be active; a failed activation leaves it free (mets-v2.md 5.2)."""
        if "ACTIVE" in (version.get("stagingStatus"), version.get("productionStatus")):
            return True
        return any(
            record["version"] == version["version"]
            and not (record["activationType"] == "ACTIVATE" and record["activationStatus"] == "FAILED")
            for record in self.records
        )

    @property
    def newest(self) -> Document | None:
        return self.live[-1] if self.live else None

    def unfinished(self, version: Document) -> bool:
        """Whether a killed run of this collection has left it, with a part of what it was to hold."""
        return is_unfinished(version) and not self.frozen(version)

    @property
    def last_activated(self) -> Document | None:
        """The version that was last brought onto a network."""
        for record in self.records:
            if record["activationType"] == "ACTIVATE" and record["activationStatus"] != "FAILED":
                return next((v for v in self.versions if v["version"] == record["version"]), None)
        return None


def held_fingerprints(version: Document | None) -> frozenset[str]:
    return frozenset(map(certificates.held_fingerprint, (version or {}).get("certificates") or []))
