#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes and removes CA sets."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mets_ca_set
short_description: Make or remove a CA set in mTLS Edge Truststore
version_added: 0.1.0
description:
  - A CA set holds, in numbered versions, the certificate authorities whose clients an edge host name lets in.
  - Makes an empty set, or deletes one for good. The certificates come with M(edgetrust.akamai.mets_ca_set_version).
  - Neither the name nor the description of a set can be changed. Another description than the one it has is an error.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.changes
  - edgetrust.akamai.connection
  - edgetrust.akamai.ca_set_ref
  - edgetrust.akamai.waiting
  - edgetrust.akamai.assume
options:
  state:
    description:
      - V(present), the set exists.
      - V(absent), it does not. Only a set that is not in use and not active anywhere can be deleted; see O(deactivate).
    type: str
    choices: [present, absent]
    default: present
  ca_set_name:
    aliases: [name]
  description:
    description: Description of a new set, 1 to 255 characters.
    type: str
  clone_from:
    description:
      - Have a new set begin with the certificates of a version of another set, as its version 1. Counts only when the set is made.
      - Expired certificates are carried over.
    type: dict
    suboptions:
      ca_set_name:
        description: Name of the other set. Give this or O(clone_from.ca_set_id).
        type: str
      ca_set_id:
        description: Id of the other set. Give this or O(clone_from.ca_set_name).
        type: str
      version:
        description: Number of its version; the newest unless given.
        type: str
  deactivate:
    description: With O(state=absent), deactivate the set first where it is active.
    type: bool
    default: false
  wait_timeout:
    description: Seconds to wait altogether. A deletion takes up to about 15 minutes, a deactivation before it as long again.
    type: float
    default: 3600
seealso:
  - module: edgetrust.akamai.mets_ca_set_info
  - module: edgetrust.akamai.mets_ca_set_version
  - module: edgetrust.akamai.mets_activation
"""

EXAMPLES = r"""
- name: A CA set for the partners' clients
  edgetrust.akamai.mets_ca_set:
    ca_set_name: partners
    description: CAs of the partners' clients
  register: partners

- name: A second set that begins with what the first one trusts
  edgetrust.akamai.mets_ca_set:
    ca_set_name: partners-test
    clone_from:
      ca_set_name: partners

- name: The same set deactivated and deleted
  edgetrust.akamai.mets_ca_set:
    ca_set_name: partners
    state: absent
    deactivate: true
"""

RETURN = r"""
ca_set:
  description: The set as it is after the run, in check mode as it would be. Null where there is none.
  returned: success, and after a failure what was seen last
  type: dict
  contains:
    account_id: {description: Account that the set is in., type: str, returned: always, sample: A-CCT1234}
    ca_set_id: {description: Id of the set., type: str, returned: always, sample: "12345"}
    ca_set_name: {description: Name of the set., type: str, returned: always, sample: partners}
    ca_set_status: {description: "V(NOT_DELETED), V(DELETING) or V(DELETED).", type: str, returned: always, sample: NOT_DELETED}
    description: {description: Description of the set., type: str, returned: always, sample: CAs of the partners' clients}
    latest_version: {description: Number of the newest version., type: int, returned: always, sample: 2}
    staging_version: {description: Number of the version that is active on STAGING., type: int, returned: always, sample: 2}
    production_version: {description: Number of the version that is active on PRODUCTION., type: int, returned: always, sample: 1}
    created_by: {description: Who made the set., type: str, returned: always, sample: automation}
    created_date: {description: When it was made., type: str, returned: always, sample: "2026-11-24T09:00:00.123456Z"}
    deleted_by: {description: Who deleted it., type: str, returned: always, sample: null}
    deleted_date: {description: When the deletion was complete., type: str, returned: always, sample: null}
    removal_date: {description: When the record of it will be gone as well., type: str, returned: always, sample: null}
cloned_from:
  description: The set and version that a new set began with.
  returned: when it was cloned
  type: dict
  contains:
    ca_set_id: {description: Id of the other set., type: str, returned: always, sample: "12345"}
    ca_set_name: {description: Name of the other set., type: str, returned: always, sample: partners}
    version: {description: Number of its version., type: int, returned: always, sample: 2}
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

from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.arguments import CA_SET_REF, states, waiting
from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.runner import run
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.ca_set import CaSet


def main() -> None:
    run(
        CaSet,
        states("present", "absent"),
        {**CA_SET_REF, "ca_set_name": {"type": "str", "aliases": ["name"]}},
        waiting(timeout=3600),
        {
            "description": {"type": "str"},
            "deactivate": {"type": "bool", "default": False},
            "clone_from": {
                "type": "dict",
                "options": {
                    "ca_set_name": {"type": "str"},
                    "ca_set_id": {"type": "str"},
                    "version": {"type": "str"},
                },
            },
        },
    )


if __name__ == "__main__":
    main()
