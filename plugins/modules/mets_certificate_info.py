#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at certificates of CA sets, over a whole account."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mets_certificate_info
short_description: Look at certificates, when they expire and what depends on them
version_added: 0.1.0
description:
  - Returns the certificates of one CA set or of all sets of the account, the first to expire first, and an empty list when nothing matches.
  - A certificate is returned once for each set, with the versions that hold it, the networks where one of them is active, and
    who uses the set there.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.looks
  - edgetrust.akamai.connection
options:
  ca_set_name:
    description: Only the set of this exact name. Without it and O(ca_set_id), all sets that are not deleted.
    type: str
  ca_set_id:
    description: Only the set of this id.
    type: str
  version:
    description: Only the version of this number, active or not. Goes with a set only.
    type: str
  active_only:
    description: Only versions that are active on a network. Plays no role where O(version) is given.
    type: bool
    default: true
  expires_within_days:
    description: Only certificates that expire within so many days, and those that have expired.
    type: int
  expires_before:
    description:
      - Only certificates that expire at this time at the latest, and those that have expired. Excludes O(expires_within_days).
      - A date or time in ISO 8601; a date alone is its first moment in UTC.
    type: str
  include_expired:
    description: Whether certificates that have expired are returned, too. In an active version they block its next activation.
    type: bool
    default: true
  include_pem:
    description: Return the PEM text of the certificates as well.
    type: bool
    default: false
seealso:
  - module: edgetrust.akamai.mets_ca_set_version_info
  - module: edgetrust.akamai.mets_association_info
  - module: edgetrust.akamai.mets_certificate_check
"""

EXAMPLES = r"""
- name: What expires within 90 days anywhere in the account, and what depends on it
  edgetrust.akamai.mets_certificate_info:
    expires_within_days: 90
  register: expiring

- name: Stop when an active version trusts a CA that has expired
  ansible.builtin.assert:
    that: expiring.certificates | selectattr('expired') | length == 0

- name: All certificates of a draft, as PEM
  edgetrust.akamai.mets_certificate_info:
    ca_set_name: partners
    version: 2
    include_pem: true
"""

RETURN = r"""
certificates:
  description: The certificates, the first to expire first.
  returned: success
  type: list
  elements: dict
  contains:
    subject: {description: "Subject, most specific name first.", type: str, returned: always, sample: "CN=Example Root, O=Example, C=US"}
    issuer: {description: "Issuer, in the same form.", type: str, returned: always, sample: "CN=Example Root, O=Example, C=US"}
    serial_number: {description: Serial number in hexadecimal., type: str, returned: always, sample: 1f2e3d}
    start_date: {description: Start of its validity., type: str, returned: always, sample: "2026-01-01T00:00:00Z"}
    end_date: {description: End of its validity., type: str, returned: always, sample: "2036-01-01T00:00:00Z"}
    signature_algorithm: {description: Algorithm of its signature., type: str, returned: always, sample: SHA256WITHRSA}
    fingerprint:
      description: SHA-256 over its DER form.
      type: str
      returned: always
      sample: 0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6071
    description: {description: "Its description in the newest of RV(certificates[].versions).", type: str, returned: always, sample: Root of partner A}
    created_date: {description: When it was added., type: str, returned: always, sample: "2026-11-24T09:04:59.999999Z"}
    created_by: {description: Who added it., type: str, returned: always, sample: automation}
    certificate_pem:
      description: The certificate.
      type: str
      returned: with O(include_pem)
      sample: "-----BEGIN CERTIFICATE-----\n..."
    expired: {description: Whether it has expired., type: bool, returned: always, sample: false}
    days_left: {description: Whole days until it expires; negative once it has., type: int, returned: always, sample: 42}
    ca_set_id: {description: Id of the set., type: str, returned: always, sample: "12345"}
    ca_set_name: {description: Name of the set., type: str, returned: always, sample: partners}
    versions: {description: The versions looked at that hold it., type: list, elements: int, returned: always, sample: [2]}
    networks:
      description: The networks where one of RV(certificates[].versions) is active.
      type: list
      elements: str
      returned: always
      sample: [STAGING, PRODUCTION]
    dependants:
      description: >-
        Who uses the set; nobody where none of RV(certificates[].versions) is active. Null where that could not be read, which
        RV(api_warnings) says then.
      type: dict
      returned: always
      contains:
        enrollments:
          description: Enrollments that the set is bound to.
          type: list
          elements: dict
          returned: always
          contains:
            enrollment_id: {description: Id of the enrollment., type: int, returned: always, sample: 10001}
            common_name: {description: Common name of its certificate., type: str, returned: always, sample: www.example.com}
            staging_slots: {description: Slots on STAGING., type: list, elements: int, returned: always, sample: [1234]}
            production_slots: {description: Slots on PRODUCTION., type: list, elements: int, returned: always, sample: [1234]}
        hostnames:
          description: Host names whose certificate in Cloud Certificate Manager uses the set.
          type: list
          elements: dict
          returned: always
          contains:
            hostname: {description: Host name., type: str, returned: always, sample: www.example.com}
            network: {description: Network., type: str, returned: always, sample: PRODUCTION}
            status: {description: "V(ATTACHING), V(ATTACHED) or V(DETACHING).", type: str, returned: always, sample: ATTACHED}
            property_id: {description: Id of its property., type: str, returned: always, sample: "200001"}
            property_name: {description: Name of its property., type: str, returned: always, sample: www}
# Common return values, from tools/common_returns.yml.
api_warnings:
  description: Warnings of the API and of this collection, each with at least a C(detail).
  returned: always
  type: list
  elements: dict
  sample: []
requests:
  description: How many requests were sent, by method.
  returned: always
  type: dict
  sample: {GET: 2, POST: 1}
waited_seconds:
  description: How long the run has waited for Akamai.
  returned: always
  type: float
  sample: 0.0
failure:
  description: What went wrong.
  returned: failure
  type: dict
  contains:
    api:
      description: "Who refused: V(mets), V(cps), V(papi), V(gateway), or V(local) for this collection itself."
      type: str
      returned: always
      sample: local
    status: {description: HTTP status., type: int, returned: always, sample: 409}
    type: {description: Type of the problem., type: str, returned: always, sample: not_found}
    title: {description: Title of the problem., type: str, returned: always, sample: CA set not found.}
    detail: {description: What was refused., type: str, returned: always, sample: There is no CA set "partners".}
    errors: {description: The single errors., type: list, elements: dict, returned: always, sample: []}
    hazards:
      description: Hazards that were not accepted.
      type: list
      elements: dict
      returned: when there are any
      sample: [{name: remove_trusted_ca, breaks: Version 2 lacks a CA that clients rely on.}]
    request_id: {description: What Akamai support asks for., type: str, returned: always, sample: 1a2b3c4d}
    cure: {description: What to do about it., type: str, returned: always, sample: Check the name.}
    retryable: {description: Whether the same run may succeed later., type: bool, returned: always, sample: false}
"""

from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.arguments import CA_SET_REF
from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.runner import show
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.certificate_looks import Certificates

OPTIONS = {
    "version": {"type": "str"},
    "active_only": {"type": "bool", "default": True},
    "expires_within_days": {"type": "int"},
    "expires_before": {"type": "str"},
    "include_expired": {"type": "bool", "default": True},
    "include_pem": {"type": "bool", "default": False},
}


def main() -> None:
    show(Certificates, CA_SET_REF, OPTIONS)


if __name__ == "__main__":
    main()
