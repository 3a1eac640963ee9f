#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at versions of CA sets."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mets_ca_set_version_info
short_description: Look at versions of a CA set
version_added: 0.1.0
description:
  - Returns versions in the shape of M(edgetrust.akamai.mets_ca_set_version), and an empty list when nothing matches.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.looks
  - edgetrust.akamai.connection
  - edgetrust.akamai.ca_set_ref
options:
  version:
    description: Only the version of this number.
    type: str
  active_only:
    description: Only versions that are active on a network.
    type: bool
    default: false
  include_certificates:
    description: Return the certificates as well.
    type: bool
    default: true
  include_pem:
    description: Return the PEM text of the certificates as well.
    type: bool
    default: false
seealso:
  - module: edgetrust.akamai.mets_ca_set_version
"""

EXAMPLES = r"""
- name: What is active, and what it trusts
  edgetrust.akamai.mets_ca_set_version_info:
    ca_set_name: partners
    active_only: true
"""

RETURN = r"""
ca_set_versions:
  description: The versions, ascending by number.
  returned: success
  type: list
  elements: dict
  contains:
    ca_set_id: {description: Id of the set., type: str, returned: always, sample: "12345"}
    ca_set_name: {description: Name of the set., type: str, returned: always, sample: partners}
    version: {description: Number of the version., type: int, returned: always, sample: 2}
    ca_set_version_status: {description: V(NOT_DELETED) or V(DELETED)., type: str, returned: always, sample: NOT_DELETED}
    description: {description: Description of the version., type: str, returned: always, sample: with the new root}
    allow_insecure_sha1: {description: Whether certificates with SHA-1 signatures are accepted., type: bool, returned: always, sample: false}
    staging_status: {description: V(ACTIVE) or V(INACTIVE)., type: str, returned: always, sample: INACTIVE}
    production_status: {description: V(ACTIVE) or V(INACTIVE)., type: str, returned: always, sample: INACTIVE}
    created_by: {description: Who made the version., type: str, returned: always, sample: automation}
    created_date: {description: When it was made., type: str, returned: always, sample: "2026-11-24T09:05:00.000001Z"}
    modified_by: {description: Who changed it last., type: str, returned: always, sample: null}
    modified_date: {description: When it was changed last., type: str, returned: always, sample: null}
    removal_date: {description: When a deleted version will be gone for good., type: str, returned: always, sample: null}
    certificates:
      description: The certificates it holds.
      type: list
      elements: dict
      returned: with O(include_certificates)
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
        description: {description: Its description in the version., type: str, returned: always, sample: Root of partner A}
        created_date: {description: When it was added., type: str, returned: always, sample: "2026-11-24T09:04:59.999999Z"}
        created_by: {description: Who added it., type: str, returned: always, sample: automation}
        certificate_pem: {description: The certificate itself., type: str, returned: with O(include_pem), sample: "-----BEGIN CERTIFICATE-----..."}
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
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.mets_looks import CaSetVersions

OPTIONS = {
    "version": {"type": "str"},
    "active_only": {"type": "bool", "default": False},
    "include_certificates": {"type": "bool", "default": True},
    "include_pem": {"type": "bool", "default": False},
}


def main() -> None:
    show(CaSetVersions, CA_SET_REF, OPTIONS)


if __name__ == "__main__":
    main()
