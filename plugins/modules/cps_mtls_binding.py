#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Binds CA sets to enrollments."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cps_mtls_binding
short_description: Bind a CA set to an edge certificate, or unbind it
version_added: 0.1.0
description:
  - Has the certificate of a CPS enrollment ask clients for a certificate that a CA set knows.
  - CPS links the enrollment to the set as a whole, so that another version of the set needs no task of this module.
  - Only the binding is changed, on the enrollment as it was read; the run proves that the rest came back as it was.
  - A change of options alone cannot be told from a renewal while a change is pending.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.changes
  - edgetrust.akamai.connection
  - edgetrust.akamai.enrollment_ref
  - edgetrust.akamai.ca_set_ref
  - edgetrust.akamai.waiting
  - edgetrust.akamai.safety
  - edgetrust.akamai.assume
options:
  state:
    description:
      - V(present), the set is bound. It has to be active on both networks.
      - V(absent), it is not. With a CA set given, a binding to another set is left alone, and the binding is taken out once more
        where METS lists the enrollment on PRODUCTION although it shows none, as after a change that failed.
    type: str
    choices: [present, absent]
    default: present
  ocsp:
    description: Check client certificates by OCSP. Kept as it is unless given; V(false) for a new binding.
    type: bool
  send_ca_list_to_client:
    description: Send the list of CAs to clients. Kept as it is unless given; V(false) for a new binding.
    type: bool
  when_bound_to_other:
    description: What to do when another CA set is bound.
    type: str
    choices: [fail, replace]
    default: fail
  pending_changes:
    description:
      - What to do when something has to be written while a change is pending on the enrollment.
      - V(cancel) destroys somebody's work in progress, for example a signing request that a CA has answered already.
        A change that is being deployed cannot be cancelled any more; it is waited for. A change that has failed and is still
        listed is cancelled as well.
    type: str
    choices: [fail, wait, cancel]
    default: fail
  renewal_window:
    description:
      - What to do shortly before the certificate is renewed, when CPS refuses other changes. A renewal that is pending is waited
        for with O(pending_changes=wait).
      - V(override) goes on all the same, which risks that the certificate expires.
    type: str
    choices: [fail, override]
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
      - Only done while the CA set is active on PRODUCTION, as the change would wait in vain otherwise.
    type: bool
    default: false
  wait_timeout:
    description: Seconds to wait altogether. A change takes about ten minutes, and longer when it waits for its turn.
    type: float
    default: 7200
  poll_interval:
    default: 20
seealso:
  - module: edgetrust.akamai.cps_enrollment_info
  - module: edgetrust.akamai.mets_activation
  - module: edgetrust.akamai.papi_mtls_rule
"""

EXAMPLES = r"""
- name: Ask the clients of www.example.com for a certificate of a partner
  edgetrust.akamai.cps_mtls_binding:
    common_name: www.example.com
    ca_set_name: partners
    ocsp: false

- name: Do so no more
  edgetrust.akamai.cps_mtls_binding:
    common_name: www.example.com
    ca_set_name: partners
    state: absent
"""

RETURN = r"""
binding:
  description: The binding as it is after the run, in check mode as it would be. Null where there is no enrollment.
  returned: success, and after a failure what was seen last
  type: dict
  contains:
    enrollment_id: {description: Id of the enrollment., type: int, returned: always, sample: 10001}
    common_name: {description: Common name of its certificate., type: str, returned: always, sample: www.example.com}
    ca_set_id: {description: Id of the CA set., type: str, returned: always, sample: "12345"}
    ca_set_name: {description: Name of the CA set., type: str, returned: always, sample: partners}
    ocsp: {description: Whether client certificates are checked by OCSP., type: bool, returned: always, sample: false}
    send_ca_list_to_client: {description: Whether the list of CAs is sent to clients., type: bool, returned: always, sample: false}
    change_id: {description: Id of the change that carried it out., type: int, returned: always, sample: 20001}
    change_status: {description: State of that change., type: str, returned: always, sample: completed}
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

from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.arguments import (
    CA_SET_REF,
    ENROLLMENT_REF,
    SAFETY,
    states,
    waiting,
)
from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.runner import run
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.binding import CpsBinding

OPTIONS = {
    "ocsp": {"type": "bool"},
    "send_ca_list_to_client": {"type": "bool"},
    "when_bound_to_other": {"type": "str", "choices": ["fail", "replace"], "default": "fail"},
    "pending_changes": {"type": "str", "choices": ["fail", "wait", "cancel"], "default": "fail"},
    "renewal_window": {"type": "str", "choices": ["fail", "override"], "default": "fail"},
    "acknowledge_warnings": {"type": "bool", "default": False},
    "acknowledge_warnings_matching": {"type": "list", "elements": "str"},
    "acknowledge_change_management": {"type": "bool", "default": False},
}


def main() -> None:
    run(
        CpsBinding,
        states("present", "absent"),
        ENROLLMENT_REF,
        CA_SET_REF,
        waiting(timeout=7200, poll_interval=20),
        SAFETY,
        OPTIONS,
    )


if __name__ == "__main__":
    main()
