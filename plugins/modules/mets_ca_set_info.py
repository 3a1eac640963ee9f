#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at CA sets."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mets_ca_set_info
short_description: Look at CA sets
version_added: 0.1.0
description:
  - Returns CA sets in the shape of M(edgetrust.akamai.mets_ca_set), and an empty list when nothing matches.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.looks
  - edgetrust.akamai.connection
  - edgetrust.akamai.ca_set_ref
options:
  name_prefix:
    description: Only sets whose name starts with this.
    type: str
  activated_on:
    description: Only sets that have a version active there; V(INACTIVE) means on neither network.
    type: str
    choices: [STAGING, PRODUCTION, BOTH, EITHER, INACTIVE]
  include_deleted:
    description: Sets that are deleted, too.
    type: bool
    default: false
seealso:
  - module: edgetrust.akamai.mets_ca_set
"""

EXAMPLES = r"""
- name: One set
  edgetrust.akamai.mets_ca_set_info:
    ca_set_name: partners

- name: All that is active on PRODUCTION
  edgetrust.akamai.mets_ca_set_info:
    activated_on: PRODUCTION
"""

RETURN = r"""
ca_sets:
  description: The sets.
  returned: success
  type: list
  elements: dict
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
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.mets_looks import CaSets

OPTIONS = {
    "name_prefix": {"type": "str"},
    "activated_on": {"type": "str", "choices": ["STAGING", "PRODUCTION", "BOTH", "EITHER", "INACTIVE"]},
    "include_deleted": {"type": "bool", "default": False},
}


def main() -> None:
    show(CaSets, CA_SET_REF, OPTIONS)


if __name__ == "__main__":
    main()
