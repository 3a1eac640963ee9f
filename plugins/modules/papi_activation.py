#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activates and deactivates property versions."""

from __future__ import annotations

DOCUMENTATION = r"""
module: papi_activation
short_description: Activate or deactivate a property version on the networks
version_added: 0.1.0
description:
  - Has a version of a property active on STAGING, PRODUCTION or both, or has nothing active there.
  - The networks are taken one after the other, in the order given.
  - A run attaches to an activation of the same wish that is under way, and never starts a second one.
  - Rules and host names of a version go live together. What that would break is looked at before the first write, see O(allow_outage).
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.changes
  - edgetrust.akamai.connection
  - edgetrust.akamai.property_ref
  - edgetrust.akamai.waiting
  - edgetrust.akamai.safety
  - edgetrust.akamai.assume
options:
  state:
    description:
      - V(active), the version is active on each of the networks.
      - V(inactive), with O(version) that version is not active, without it nothing is. The host names of the property are
        not served any more then, which is the hazard V(delete_live_hostname).
    type: str
    choices: [active, inactive]
    default: active
  version:
    description: Number of the version; required for V(active). V(latest) is refused, since what it means may change meanwhile.
    type: str
  replaces:
    description:
      - Number of the version that the new one was made from. A network that has, or is getting, any other content is
        refused as the hazard V(replace_other_version); one that has the wanted content is left alone.
      - Without it, nobody asks what is active now.
    type: str
  networks:
    description: The networks, in the order in which they are taken.
    type: list
    elements: str
    choices: [STAGING, PRODUCTION]
    default: [STAGING, PRODUCTION]
  notify_emails:
    description: Where PAPI sends a message when it is done. At least one address is needed as soon as there is something to do.
    type: list
    elements: str
  note:
    description: Note of the activation.
    type: str
  acknowledge_warnings:
    description: Acknowledge all warnings that PAPI has about the activation. Otherwise they are listed in the failure.
    type: bool
    default: false
  acknowledge_warnings_matching:
    description:
      - Regular expressions. The warnings are acknowledged as well when each fits one of them, by its detail or title.
      - What was acknowledged is in RV(api_warnings), and a step of RV(plan).
    type: list
    elements: str
  compliance_record:
    description:
      - What Akamai asks of its own staff and of partners who activate for a customer. Other clients leave it out.
      - It is sent for PRODUCTION only.
    type: dict
    suboptions:
      noncompliance_reason:
        description:
          - Why the change was not reviewed and tested; V(NONE) says that it was.
        type: str
        choices: [NONE, OTHER, NO_PRODUCTION_TRAFFIC, EMERGENCY]
        required: true
      customer_email:
        description: Address of the customer. Required for V(NONE), and only for it.
        type: str
      peer_reviewed_by:
        description: Address of the reviewer, who has to be somebody else. Required for V(NONE), and only for it.
        type: str
      unit_tested:
        description: Whether the change was tested. Has to be V(true) for V(NONE), and only for it.
        type: bool
      other_noncompliance_reason:
        description: The reason. Required for V(OTHER), and only for it.
        type: str
      ticket_id:
        description: A ticket about the change.
        type: str
  when_running:
    description: What to do when another operation runs on a network. The same one is always attached to.
    type: str
    choices: [wait, fail]
    default: wait
  wait_timeout:
    description: Seconds to wait altogether. Akamai names some minutes for a network; an hour happens.
    type: float
    default: 5400
seealso:
  - module: edgetrust.akamai.papi_property_info
  - module: edgetrust.akamai.papi_property_edit
  - module: edgetrust.akamai.cps_mtls_binding
"""

EXAMPLES = r"""
- name: Activate the version that an earlier task has edited, STAGING first
  edgetrust.akamai.papi_activation:
    property_name: www
    version: "{{ rule.property.property_version }}"
    replaces: "{{ rule.property.base_version }}"
    notify_emails: [ops@example.com]
    acknowledge_warnings: true

- name: Try version 2 on STAGING only
  edgetrust.akamai.papi_activation:
    property_name: www
    version: 2
    networks: [STAGING]
    notify_emails: [ops@example.com]

- name: For a customer, with the one warning that is known
  edgetrust.akamai.papi_activation:
    property_name: www
    version: 3
    notify_emails: [ops@example.com]
    acknowledge_warnings_matching: ["latest rule format, which is not stable"]
    compliance_record:
      noncompliance_reason: NONE
      customer_email: owner@example.com
      peer_reviewed_by: reviewer@example.com
      unit_tested: true

- name: Take the property off STAGING
  edgetrust.akamai.papi_activation:
    property_name: shop
    state: inactive
    networks: [STAGING]
    notify_emails: [ops@example.com]
    allow_outage: [delete_live_hostname]
"""

RETURN = r"""
activations:
  description: One entry for each requested network, the record that made it what it is.
  returned: success, and after a failure what was seen last
  type: list
  elements: dict
  contains:
    network: {description: Network., type: str, returned: always, sample: STAGING}
    version: {description: Version that the record is about., type: int, returned: always, sample: 3}
    activation_id: {description: Id of the activation or deactivation., type: str, returned: always, sample: atv_500009}
    activation_status: {description: "For example V(PENDING), V(ACTIVE) or V(FAILED).", type: str, returned: always, sample: ACTIVE}
property:
  description: The property, and what is active of it. Null where there is none.
  returned: success, and after a failure what was seen last
  type: dict
  contains:
    property_id: {description: Id of the property., type: str, returned: always, sample: prp_200001}
    property_name: {description: Name of the property., type: str, returned: always, sample: www}
    staging_version: {description: Number of the version that is active on STAGING., type: int, returned: always, sample: 3}
    production_version: {description: Number of the version that is active on PRODUCTION., type: int, returned: always, sample: 3}
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
    PROPERTY_REF,
    SAFETY,
    states,
    waiting,
)
from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.runner import run
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.compliance import REASONS
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.property_activation import (
    PropertyActivation,
)

NETWORKS = ["STAGING", "PRODUCTION"]
OPTIONS = {
    "version": {"type": "str"},
    "replaces": {"type": "str"},
    "networks": {"type": "list", "elements": "str", "choices": NETWORKS, "default": NETWORKS},
    "notify_emails": {"type": "list", "elements": "str"},
    "note": {"type": "str"},
    "acknowledge_warnings": {"type": "bool", "default": False},
    "acknowledge_warnings_matching": {"type": "list", "elements": "str"},
    "compliance_record": {
        "type": "dict",
        "options": {
            "noncompliance_reason": {"type": "str", "choices": list(REASONS), "required": True},
            "customer_email": {"type": "str"},
            "peer_reviewed_by": {"type": "str"},
            "unit_tested": {"type": "bool"},
            "other_noncompliance_reason": {"type": "str"},
            "ticket_id": {"type": "str"},
        },
    },
    "when_running": {"type": "str", "choices": ["wait", "fail"], "default": "wait"},
}


def main() -> None:
    run(PropertyActivation, states("active", "inactive"), PROPERTY_REF, waiting(timeout=5400), SAFETY, OPTIONS)


if __name__ == "__main__":
    main()
