#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at enrollments."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cps_enrollment_info
short_description: Look at enrollments of CPS and the CA sets they are bound to
version_added: 0.1.0
description:
  - Returns enrollments with their binding, and an empty list when nothing matches.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.looks
  - edgetrust.akamai.connection
  - edgetrust.akamai.enrollment_ref
options:
  ca_set_name:
    description: Only enrollments that are bound to the CA set of this name.
    type: str
  ca_set_id:
    description: Only enrollments that are bound to the CA set of this id.
    type: str
seealso:
  - module: edgetrust.akamai.cps_mtls_binding
"""

EXAMPLES = r"""
- name: All enrollments
  edgetrust.akamai.cps_enrollment_info:

- name: The certificates that use a CA set
  edgetrust.akamai.cps_enrollment_info:
    ca_set_name: partners
"""

RETURN = r"""
enrollments:
  description: The enrollments.
  returned: success
  type: list
  elements: dict
  contains:
    enrollment_id: {description: Id of the enrollment., type: int, returned: always, sample: 10001}
    common_name: {description: Common name of its certificate., type: str, returned: always, sample: www.example.com}
    sans: {description: Its subject alternative names., type: list, elements: str, returned: always, sample: [www.example.com, api.example.com]}
    validation_type: {description: "V(dv), V(ov), V(ev) or V(third-party).", type: str, returned: always, sample: dv}
    certificate_type: {description: Type of the certificate., type: str, returned: always, sample: san}
    ra: {description: Registration authority., type: str, returned: always, sample: lets-encrypt}
    change_management: {description: Whether changes stop after staging for an acknowledgement., type: bool, returned: always, sample: false}
    secure_network: {description: Network that it is deployed to., type: str, returned: always, sample: enhanced-tls}
    sni_only: {description: Whether it serves clients with SNI only., type: bool, returned: always, sample: true}
    staging_slots: {description: Slots on STAGING., type: list, elements: int, returned: always, sample: [12001]}
    production_slots: {description: Slots on PRODUCTION., type: list, elements: int, returned: always, sample: [12001]}
    pending_changes:
      description: Changes that are pending.
      type: list
      elements: dict
      returned: always
      contains:
        change_id: {description: Id of the change., type: int, returned: always, sample: 20001}
        change_type: {description: Type of the change., type: str, returned: always, sample: modify-certificate}
    binding:
      description: The CA set that it is bound to; nulls where there is none.
      type: dict
      returned: always
      contains:
        ca_set_id: {description: Id of the CA set., type: str, returned: always, sample: "12345"}
        ca_set_name: {description: Name of the CA set., type: str, returned: always, sample: partners}
        ocsp: {description: Whether client certificates are checked by OCSP., type: bool, returned: always, sample: false}
        send_ca_list_to_client: {description: Whether the list of CAs is sent to clients., type: bool, returned: always, sample: false}
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

from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.arguments import CA_SET_REF, ENROLLMENT_REF
from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.runner import show
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.cps_looks import Enrollments


def main() -> None:
    show(Enrollments, ENROLLMENT_REF, CA_SET_REF)


if __name__ == "__main__":
    main()
