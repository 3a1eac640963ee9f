# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change of authorities still has to do: which come in, which leave and when (MEANING 9 to 14)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mtls_rotation
short_description: Say which authorities of CA sets come in and which leave
version_added: 0.1.0
description:
  - Takes options for M(edgetrust.akamai.mets_ca_set_version), the versions that are active now, and those that are wanted.
  - The wanted authorities are in when each network trusts all of them. Until then a version is needed that holds them beside
    those that are trusted now on either network. Expired ones are left out, as METS activates no version with them.
  - What is trusted beyond them leaves when the time given for that is reached.
author:
  - edgetrust.akamai contributors (@edgetrust)
positional: _input, found, wanted
options:
  _input:
    description: Options of the versions that are wanted in the end, as P(edgetrust.akamai.mtls_config#filter) returns them.
    type: list
    elements: dict
    required: true
  found:
    description: Results of M(edgetrust.akamai.mets_ca_set_version_info) with the active versions and PEM, one for each. None may be empty.
    type: list
    elements: dict
    required: true
  wanted:
    description: Results of M(edgetrust.akamai.mets_ca_set_version) in check mode, one for each.
    type: list
    elements: dict
    required: true
  now:
    description: The time, in ISO 8601.
    type: str
    required: true
  remove_after:
    description: When the old ones may leave, in ISO 8601.
    type: str
  check:
    description: File with tasks that are asked whether the old ones may leave.
    type: str
  allow_outage:
    description: Hazards that are accepted.
    type: list
    elements: str
    default: []
seealso:
  - plugin: edgetrust.akamai.mtls_config
    plugin_type: filter
"""

EXAMPLES = r"""
- name: What is left to do
  ansible.builtin.debug:
    msg: "{{ (work.mets_ca_set_version | edgetrust.akamai.mtls_rotation(found.results, wanted.results, now=now(utc=true))).notes }}"
"""

RETURN = r"""
_value:
  description: What is to be done.
  type: dict
  contains:
    coming:
      description: Options of versions that have the wanted authorities beside the old ones, where these are needed.
      type: list
      elements: dict
      returned: always
      sample: []
    leaving:
      description: Options of versions without the old ones, where these may leave now.
      type: list
      elements: dict
      returned: always
      sample: []
    outgoing:
      description: The sets that trust others than the wanted, each with these as C(removes).
      type: list
      elements: dict
      returned: always
      sample: []
    reason: {description: Why the old ones may not leave now; empty if they may., type: str, returned: always, sample: ""}
    looked: {description: "The sets as they are, in the shape of registered results.", type: dict, returned: always, sample: {results: []}}
    assumptions: {description: What a plan takes for granted., type: list, elements: str, returned: always, sample: []}
    notes: {description: The same for people., type: list, elements: str, returned: always, sample: []}
"""

import typing as t
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.certificates import moment

Document = dict[str, t.Any]

UNDATED: t.Final = "Neither mtls_rotate_remove_after nor mtls_rotate_check says when it may leave."
HAZARD: t.Final = "remove_trusted_ca"
# Options that speak of the wanted certificates alone: old ones may well expire soon.
FINAL: t.Final = ("version", "fail_if_expiring_within_days")


@dataclass(frozen=True)
class Rotated:
    """A CA set that is rotated: its options, its active versions, and the certificates that are wanted, by fingerprint."""

    options: Document
    versions: Sequence[Document]
    wanted: Mapping[str, Document]

    @property
    def name(self) -> str:
        return str(self.versions[0]["ca_set_name"])

    def on(self, network: str) -> Document | None:
        return next((v for v in self.versions if v[f"{network}_status"] == "ACTIVE"), None)

    def is_in(self) -> bool:
        """Whether each network trusts all the wanted ones."""
        places = [self.on("staging"), self.on("production")]
        return all(place is not None and self.wanted.keys() <= _held(place).keys() for place in places)

    def unwanted(self) -> list[Document]:
        """What either network trusts and is not wanted."""
        trusted = {fingerprint: c for version in self.versions for fingerprint, c in _held(version).items()}
        return [certificate for fingerprint, certificate in trusted.items() if fingerprint not in self.wanted]

    def coming(self, now: datetime) -> Document:
        """Options of the version that has the wanted ones beside all that are trusted now, on either network.

        It starts from what serves traffic and not from the newest version, which may be the one without the old ones.
        """
        base = self.on("production") or self.versions[0]
        others = [c for c in self.unwanted() if c["fingerprint"] not in _held(base) and _valid(c, now)]
        kept = [{"pem": c["certificate_pem"], "description": c["description"]} for c in others]
        options = {name: value for name, value in self.options.items() if name not in FINAL}
        if kept:
            options["certificates"] = [*options.get("certificates", []), *kept]
        # No version that holds an expired one can be activated (mets-v2.md 5.2).
        return {**options, "certificates_mode": "add", "base_version": str(base["version"]), "drop_expired": True}

    def looked(self) -> Document:
        numbers = {f"{n}_version": (self.on(n) or {}).get("version") for n in ("staging", "production")}
        return {"ca_set": {"ca_set_id": self.versions[0]["ca_set_id"], "ca_set_name": self.name, **numbers}}


def mtls_rotation(
    entries: Sequence[Document],
    found: Sequence[Document],
    wanted: Sequence[Document],
    now: t.Any,
    remove_after: str | None = None,
    check: str | None = None,
    allow_outage: Sequence[str] = (),
) -> Document:
    """What is to be done: {coming, leaving, outgoing, reason, looked, assumptions, notes}, see RETURN."""
    time = moment(str(now))
    after = moment(remove_after) if remove_after else None
    reason = UNDATED if not (after or check) else f"It is not {remove_after} yet." if after and after > time else ""
    result: Document = {"coming": [], "leaving": [], "outgoing": [], "reason": reason, "assumptions": [], "notes": []}
    sets = [
        Rotated(entry, look["ca_set_versions"], _held(wish["ca_set_version"]))
        for entry, look, wish in zip(entries, found, wanted, strict=True)
    ]
    for ca_set in sets:
        unwanted = ca_set.unwanted()
        if not ca_set.is_in():
            result["coming"].append(ca_set.coming(time))
            expired = [c for c in unwanted if not _valid(c, time)]
            result["notes"] += _note(
                ca_set, expired, "has expired and leaves with the next version, as METS activates none with it."
            )
            unwanted = [c for c in unwanted if _valid(c, time)]
        if not unwanted:
            continue
        removes = [{name: c[name] for name in ("subject", "fingerprint", "end_date")} for c in unwanted]
        named = {name: ca_set.versions[0][name] for name in ("ca_set_id", "ca_set_name")}
        result["outgoing"].append({**named, "removes": removes, "after": remove_after or None})
        if not reason:
            result["leaving"].append(ca_set.options)
            if check:
                result["notes"] += _note(ca_set, unwanted, f"leaves only if the tasks of {check} end well.")
        else:
            again = " Run the role again then." if after else ""
            result["notes"] += _note(ca_set, unwanted, f"stays trusted. {reason}{again}")
            cut = [c for c in unwanted if _valid(c, max(filter(None, (time, after))))]
            if HAZARD not in allow_outage:
                need = f"leaves a set in use only with {HAZARD} in mtls_rotate_allow_outage."
                result["notes"] += _note(ca_set, cut, need)
    if result["leaving"] and check:
        result["assumptions"] = [f"The tasks of {check} end well."]
    return {**result, "looked": {"results": [ca_set.looked() for ca_set in sets]}}


def _held(version: Mapping[str, t.Any]) -> dict[str, Document]:
    return {certificate["fingerprint"]: certificate for certificate in version["certificates"]}


def _valid(certificate: Mapping[str, t.Any], when: datetime) -> bool:
    return moment(certificate["end_date"]) > when


def _note(ca_set: Rotated, certificates: Sequence[Document], said: str) -> list[str]:
    return [f"CA set {ca_set.name}: {c['subject']} ({c['fingerprint'][:16]}) {said}" for c in certificates]


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        return {"mtls_rotation": mtls_rotation}
