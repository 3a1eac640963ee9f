#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at the history of a CA set."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mets_activity_info
short_description: Look at the history of a CA set
version_added: 0.1.0
description:
  - Returns who did what to a CA set, newest first, and an empty list when nothing matches.
  - The history of a set that is deleted can be read by its O(ca_set_id), which M(edgetrust.akamai.mets_ca_set_info) finds.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.looks
  - edgetrust.akamai.connection
  - edgetrust.akamai.ca_set_ref
options:
  start:
    description: Only what happened at this time or later. A date or time in ISO 8601; a date alone is its first moment in UTC.
    type: str
  end:
    description: Only what happened at this time or earlier, in the same form.
    type: str
seealso:
  - module: edgetrust.akamai.mets_activation_info
  - module: edgetrust.akamai.mets_ca_set_info
"""

EXAMPLES = r"""
- name: What happened to the set this year
  edgetrust.akamai.mets_activity_info:
    ca_set_name: partners
    start: "2026-01-01"
"""

RETURN = r"""
activities:
  description: What happened, newest first.
  returned: success
  type: list
  elements: dict
  contains:
    ca_set_id: {description: Id of the set., type: str, returned: always, sample: "12345"}
    ca_set_name: {description: Name of the set., type: str, returned: always, sample: partners}
    type:
      description: >-
        V(CREATE_CA_SET), V(CREATE_CA_SET_VERSION), V(ACTIVATE_CA_SET_VERSION), V(DEACTIVATE_CA_SET_VERSION), V(DELETE_CA_SET) or
        V(DELETE_CA_SET_VERSION); V(REMOVE_CA_SET) or V(REMOVE_CA_SET_VERSION) when it is gone for good.
      type: str
      returned: always
      sample: ACTIVATE_CA_SET_VERSION
    network: {description: Network; null for what is about none., type: str, returned: always, sample: STAGING}
    version: {description: Version; null for what is about the set., type: int, returned: always, sample: 2}
    activity_date: {description: When it happened., type: str, returned: always, sample: "2026-11-24T09:05:00.000001Z"}
    activity_by: {description: Who did it., type: str, returned: always, sample: automation}
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
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.mets_looks import Activities

OPTIONS = {"start": {"type": "str"}, "end": {"type": "str"}}


def main() -> None:
    show(Activities, CA_SET_REF, OPTIONS)


if __name__ == "__main__":
    main()
