#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes enrollments."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cps_enrollment
short_description: Remove an enrollment of CPS
version_added: 0.1.0
description:
  - Removes an enrollment, and with it its certificate. Enrollments are made elsewhere.
  - CPS gives no warning that an enrollment is bound to a CA set or serves a property; this module does.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.changes
  - edgetrust.akamai.connection
  - edgetrust.akamai.enrollment_ref
  - edgetrust.akamai.waiting
  - edgetrust.akamai.safety
  - edgetrust.akamai.assume
options:
  state:
    description: V(absent), there is no such enrollment.
    type: str
    choices: [absent]
    required: true
  pending_changes:
    description:
      - What to do when something has to be written while a change is pending on the enrollment.
      - V(cancel) destroys somebody's work in progress, for example a signing request that a CA has answered already.
        A change that is being deployed cannot be cancelled any more; it is waited for.
    type: str
    choices: [fail, wait, cancel]
    default: fail
  acknowledge_warnings:
    description: Acknowledge the warnings that a change of this run stops at. Otherwise the run stops and shows them.
    type: bool
    default: false
  acknowledge_warnings_matching:
    description:
      - Regular expressions. Warnings are acknowledged as well when each of their lines fits one of them.
    type: list
    elements: str
  acknowledge_change_management:
    description:
      - Acknowledge change management, so that the change goes on from staging to production.
    type: bool
    default: false
  wait_timeout:
    description: Seconds to wait altogether. A removal takes up to an hour.
    type: float
    default: 7200
  poll_interval:
    default: 20
seealso:
  - module: edgetrust.akamai.cps_enrollment_info
  - module: edgetrust.akamai.papi_property_hostname
"""

EXAMPLES = r"""
- name: The certificate of a host name that is gone
  edgetrust.akamai.cps_enrollment:
    common_name: ov.example.net
    state: absent
"""

RETURN = r"""
enrollment:
  description: The enrollment, while it is still there. Null where there is none.
  returned: success, and after a failure what was seen last
  type: dict
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
        ca_set_name: {description: "Always null here, as CPS knows the set by its id only.", type: str, returned: always, sample: null}
        ocsp: {description: Whether client certificates are checked by OCSP., type: bool, returned: always, sample: false}
        send_ca_list_to_client: {description: Whether the list of CAs is sent to clients., type: bool, returned: always, sample: false}
# Common return values, from tools/common_returns.yml.
plan:
  description: The steps of this run in order; in check mode what a run would do. After a failure, what had been done.
  returned: always
  type: list
  elements: dict
  contains:
    verb: {description: "What is done, for example V(create), V(update), V(activate), V(bind) or V(delete).", type: str, returned: always, sample: create}
    target:
      description: "What it is done to: kind, name, id, version and network; null where one does not apply."
      type: dict
      returned: always
      sample: {kind: ca_set, name: partners, id: "12345", version: null, network: null}
    reason: {description: Why it is needed., type: str, returned: always, sample: There is no CA set "partners".}
    done: {description: Whether it was done in this run., type: bool, returned: always, sample: true}
deferred:
  description: Positions in RV(plan) of steps that this call leaves to a later one, since they would have to wait.
  returned: always
  type: list
  elements: int
  sample: []
diff:
  description: The state before and after, for people. RV(diff.after) is the end state, even where it is not reached yet.
  returned: success
  type: dict
  contains:
    before: {description: The state before., type: dict, returned: always, sample: {}}
    after: {description: The state after., type: dict, returned: always, sample: {ca_set_name: partners}}
server_made:
  description: Paths below RV(diff.after) whose values only the server can give; null in check mode.
  returned: success
  type: list
  elements: str
  sample: [ca_set_id]
assumptions:
  description: What the plan takes for granted, for example that a running activation will complete.
  returned: always
  type: list
  elements: str
  sample: []
replanned:
  description: Set when something had changed, or the answer to a write was lost, so that the run looked and planned again.
  returned: when it happened
  type: bool
  sample: true
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

from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.arguments import ENROLLMENT_REF, SAFETY, waiting
from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.runner import run
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.enrollment_removal import EnrollmentRemoval

OPTIONS = {
    "state": {"type": "str", "choices": ["absent"], "required": True},
    "pending_changes": {"type": "str", "choices": ["fail", "wait", "cancel"], "default": "fail"},
    "acknowledge_warnings": {"type": "bool", "default": False},
    "acknowledge_warnings_matching": {"type": "list", "elements": "str"},
    "acknowledge_change_management": {"type": "bool", "default": False},
}


def main() -> None:
    run(EnrollmentRemoval, ENROLLMENT_REF, waiting(timeout=7200, poll_interval=20), SAFETY, OPTIONS)


if __name__ == "__main__":
    main()
