#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at who uses a CA set."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mets_association_info
short_description: Look at who uses a CA set
version_added: 0.1.0
description:
  - Returns the enrollments that a CA set is bound to, and the host names that use it through Cloud Certificate Manager.
  - The API does not list properties that only name the set in a rule. Those are found in the rule trees of all properties that the
    API client may see, in the versions that are active and in the latest one.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.looks
  - edgetrust.akamai.connection
  - edgetrust.akamai.ca_set_ref
options:
  include_rules:
    description: Look for rules as well. Takes one or two requests for each property that the API client may see.
    type: bool
    default: true
seealso:
  - module: edgetrust.akamai.papi_mtls_rule_info
  - module: edgetrust.akamai.cps_mtls_binding
  - module: edgetrust.akamai.mets_activation
"""

EXAMPLES = r"""
- name: Who uses the set
  edgetrust.akamai.mets_association_info:
    ca_set_name: partners
"""

RETURN = r"""
associations:
  description: Who uses the set.
  returned: success
  type: dict
  contains:
    enrollments:
      description: Enrollments that the set is bound to.
      type: list
      elements: dict
      returned: always
      contains:
        enrollment_id: {description: Id of the enrollment., type: int, returned: always, sample: 10001}
        common_name: {description: Common name of its certificate., type: str, returned: always, sample: www.example.com}
        staging_slots: {description: Slots on STAGING., type: list, elements: int, returned: always, sample: [1234]}
        production_slots: {description: Slots on PRODUCTION., type: list, elements: int, returned: always, sample: [1234]}
    hostnames:
      description: Host names whose certificate in Cloud Certificate Manager uses the set.
      type: list
      elements: dict
      returned: always
      contains:
        hostname: {description: Host name., type: str, returned: always, sample: www.example.com}
        network: {description: Network., type: str, returned: always, sample: PRODUCTION}
        status: {description: "V(ATTACHING), V(ATTACHED) or V(DETACHING).", type: str, returned: always, sample: ATTACHED}
        property_id: {description: Id of its property., type: str, returned: always, sample: "200001"}
        property_name: {description: Name of its property., type: str, returned: always, sample: www}
    rules:
      description: >-
        Rules that enforce client certificates of the set, in active and in latest versions of properties. Null without
        O(include_rules), and where PAPI could not be read, which RV(api_warnings) says then.
      type: list
      elements: dict
      returned: always
      contains:
        property_id: {description: Id of the property., type: str, returned: always, sample: prp_200001}
        property_name: {description: Name of the property., type: str, returned: always, sample: www}
        property_version: {description: Number of the version., type: int, returned: always, sample: 3}
        active_on: {description: The networks where it is active., type: list, elements: str, returned: always, sample: [PRODUCTION]}
        rule_name: {description: Name of the rule., type: str, returned: always, sample: Basic mTLS enforcement settings}
        rule_path:
          description: Names of the rules from below C(default) to this one.
          type: list
          elements: str
          returned: always
          sample: [Basic mTLS enforcement settings]
        hostnames: {description: Host names that it is for., type: list, elements: str, returned: always, sample: [www.example.com]}
        enforcement: {description: V(deny) or V(log)., type: str, returned: always, sample: deny}
        ca_set_ids: {description: Ids of all CA sets that it names., type: list, elements: str, returned: always, sample: ["12345"]}
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
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.mets_looks import Associations

OPTIONS = {"include_rules": {"type": "bool", "default": True}}


def main() -> None:
    show(Associations, CA_SET_REF, OPTIONS)


if __name__ == "__main__":
    main()
