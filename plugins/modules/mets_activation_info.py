#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at activations of CA sets."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mets_activation_info
short_description: Look at activations and deactivations of a CA set
version_added: 0.1.0
description:
  - Returns the records of activations and deactivations, newest first, and an empty list when nothing matches.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.looks
  - edgetrust.akamai.connection
  - edgetrust.akamai.ca_set_ref
options:
  version:
    description: Only records of the version of this number.
    type: str
  activation_id:
    description: Only the record of this id.
    type: str
  network:
    description: Only records of this network.
    type: str
    choices: [STAGING, PRODUCTION]
seealso:
  - module: edgetrust.akamai.mets_activation
"""

EXAMPLES = r"""
- name: What happened on PRODUCTION
  edgetrust.akamai.mets_activation_info:
    ca_set_name: partners
    network: PRODUCTION
"""

RETURN = r"""
activations:
  description: The records, newest first.
  returned: success
  type: list
  elements: dict
  contains:
    network: {description: Network., type: str, returned: always, sample: STAGING}
    version: {description: Version that the record is about., type: int, returned: always, sample: 2}
    activation_id: {description: Id of the activation or deactivation., type: int, returned: always, sample: 84707}
    activation_status: {description: "V(IN_PROGRESS), V(COMPLETE) or V(FAILED).", type: str, returned: always, sample: COMPLETE}
    ca_set_id: {description: Id of the set., type: str, returned: always, sample: "12345"}
    ca_set_name: {description: Name of the set., type: str, returned: always, sample: partners}
    activation_type: {description: V(ACTIVATE) or V(DEACTIVATE)., type: str, returned: always, sample: ACTIVATE}
    percent_complete: {description: How far it is., type: int, returned: always, sample: 100}
    failure_reason: {description: Why it failed., type: str, returned: always, sample: null}
    created_by: {description: Who asked for it., type: str, returned: always, sample: automation}
    created_date: {description: When it was asked for., type: str, returned: always, sample: "2026-11-24T09:10:00.500000Z"}
    modified_by: {description: Who changed the record last., type: str, returned: always, sample: automation}
    modified_date: {description: When the record was changed last., type: str, returned: always, sample: "2026-11-24T09:22:00.500000Z"}
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
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.mets_looks import Activations

OPTIONS = {
    "version": {"type": "str"},
    "activation_id": {"type": "str"},
    "network": {"type": "str", "choices": ["STAGING", "PRODUCTION"]},
}


def main() -> None:
    show(Activations, CA_SET_REF, OPTIONS)


if __name__ == "__main__":
    main()
