#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activates and deactivates CA sets."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mets_activation
short_description: Activate or deactivate a CA set on the networks
version_added: 0.1.0
description:
  - Has a version of a CA set active on STAGING, PRODUCTION or both, or has nothing active there.
  - Both networks are started together where that is safe, and waited for together.
  - A run attaches to an operation of the same wish that is under way, and never starts a second one.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.changes
  - edgetrust.akamai.connection
  - edgetrust.akamai.ca_set_ref
  - edgetrust.akamai.waiting
  - edgetrust.akamai.safety
  - edgetrust.akamai.assume
options:
  state:
    description:
      - V(active), the version is active on each of the networks.
      - V(inactive), with O(version) that version is not active, without it nothing is. A set in use is refused.
    type: str
    choices: [active, inactive]
    default: active
  version:
    description: Number of the version; required for V(active). V(latest) is refused, since what it means may change meanwhile.
    type: str
  networks:
    description: The networks.
    type: list
    elements: str
    choices: [STAGING, PRODUCTION]
    default: [STAGING, PRODUCTION]
  order:
    description:
      - V(auto), both start together while nothing uses the set; a set in use goes to STAGING first, and to PRODUCTION
        once it is active there.
      - V(together), V(staging_first), always so.
    type: str
    choices: [auto, together, staging_first]
    default: auto
  when_running:
    description: What to do when another operation runs on a network. The same one is always attached to.
    type: str
    choices: [wait, fail]
    default: wait
  wait_timeout:
    description: Seconds to wait altogether. Akamai names 12 to 15 minutes for a network.
    type: float
    default: 3600
seealso:
  - module: edgetrust.akamai.mets_activation_info
  - module: edgetrust.akamai.mets_ca_set_version
  - module: edgetrust.akamai.cps_mtls_binding
"""

EXAMPLES = r"""
- name: Activate the version that an earlier task made, on both networks
  edgetrust.akamai.mets_activation:
    ca_set_name: partners
    version: "{{ version.ca_set_version.version }}"

- name: Try version 3 on STAGING only
  edgetrust.akamai.mets_activation:
    ca_set_name: partners
    version: 3
    networks: [STAGING]

- name: Nothing of the set is active any more
  edgetrust.akamai.mets_activation:
    ca_set_name: partners
    state: inactive
"""

RETURN = r"""
activations:
  description: One entry for each requested network, the record that made it what it is.
  returned: success, and after a failure what was seen last
  type: list
  elements: dict
  contains:
    network: {description: Network., type: str, returned: always, sample: STAGING}
    version: {description: Version that the record is about., type: int, returned: always, sample: 2}
    activation_id: {description: Id of the activation or deactivation., type: int, returned: always, sample: 84707}
    activation_status: {description: "V(IN_PROGRESS), V(COMPLETE) or V(FAILED).", type: str, returned: always, sample: COMPLETE}
ca_set:
  description: The set, and what is active on it. Null where there is none.
  returned: success, and after a failure what was seen last
  type: dict
  contains:
    ca_set_id: {description: Id of the set., type: str, returned: always, sample: "12345"}
    ca_set_name: {description: Name of the set., type: str, returned: always, sample: partners}
    staging_version: {description: Number of the version that is active on STAGING., type: int, returned: always, sample: 2}
    production_version: {description: Number of the version that is active on PRODUCTION., type: int, returned: always, sample: 2}
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
    SAFETY,
    states,
    waiting,
)
from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.runner import run
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.activation import Activation

NETWORKS = ["STAGING", "PRODUCTION"]
OPTIONS = {
    "version": {"type": "str"},
    "networks": {"type": "list", "elements": "str", "choices": NETWORKS, "default": NETWORKS},
    "order": {"type": "str", "choices": ["auto", "together", "staging_first"], "default": "auto"},
    "when_running": {"type": "str", "choices": ["wait", "fail"], "default": "wait"},
}


def main() -> None:
    run(Activation, states("active", "inactive"), CA_SET_REF, waiting(timeout=3600), SAFETY, OPTIONS)


if __name__ == "__main__":
    main()
