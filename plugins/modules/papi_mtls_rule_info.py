#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at rules that enforce mutual TLS."""

from __future__ import annotations

DOCUMENTATION = r"""
module: papi_mtls_rule_info
short_description: Look at the rules that enforce mutual TLS, and what they would deny
version_added: 0.1.0
description:
  - Returns all rules with C(enforceMtlsSettings), whatever they are called, of one property or of all that the client may see.
  - With a CA set only the rules that name it.
  - Says which host names each of them would deny, since their certificates are not bound to one of the rule's CA sets.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.looks
  - edgetrust.akamai.connection
  - edgetrust.akamai.property_ref
  - edgetrust.akamai.ca_set_ref
options:
  version:
    description:
      - Which version to look at, V(production), V(staging), V(latest) or, with a property, a number.
      - With V(all) the active versions and the latest one, each once, ascending.
    type: str
    default: production
seealso:
  - module: edgetrust.akamai.papi_mtls_rule
  - module: edgetrust.akamai.papi_property_info
"""

EXAMPLES = r"""
- name: Which live rules name the CA set
  edgetrust.akamai.papi_mtls_rule_info:
    ca_set_name: partners

- name: All rules there are, live or drafted
  edgetrust.akamai.papi_mtls_rule_info:
    version: all

- name: What the latest version of the property would deny
  edgetrust.akamai.papi_mtls_rule_info:
    property_name: www
    version: latest
"""

RETURN = r"""
mtls_rules:
  description: The rules; empty when there is none.
  returned: success
  type: list
  elements: dict
  contains:
    property_id: {description: Id of the property., type: str, returned: always, sample: prp_200001}
    property_name: {description: Name of the property., type: str, returned: always, sample: www}
    property_version: {description: Number of the version., type: int, returned: always, sample: 3}
    active_on: {description: The networks where it is active., type: list, elements: str, returned: always, sample: [PRODUCTION]}
    would_deny:
      description: The host names that the rule denies all requests for; null where the enrollments may not be read.
      type: list
      elements: dict
      returned: always
      contains:
        hostname: {description: Host name., type: str, returned: always, sample: www.example.com}
        reason: {description: Why., type: str, returned: always, sample: enrollment 10001 (www.example.com) is not bound to a CA set}
    rule_name: {description: Name of the rule., type: str, returned: always, sample: Basic mTLS enforcement settings}
    rule_path:
      description: Names of the rules from below C(default) to this one.
      type: list
      elements: str
      returned: always
      sample: [Basic mTLS enforcement settings]
    hostnames: {description: Host names that it is for., type: list, elements: str, returned: always, sample: [www.example.com]}
    hostnames_excepted:
      description: Host names that it is not for.
      type: list
      elements: str
      returned: always
      sample: []
    other_criteria:
      description: Names of further criteria that narrow the rule.
      type: list
      elements: str
      returned: always
      sample: []
    ca_set_ids: {description: Ids of the CA sets., type: list, elements: str, returned: always, sample: ["12345"]}
    ca_set_names:
      description: Their names, in the same order; null for a set that is not known.
      type: list
      elements: str
      returned: always
      sample: [partners]
    enforcement: {description: "V(deny), V(log), or null where nothing is enforced.", type: str, returned: always, sample: deny}
    ocsp: {description: Whether OCSP is expected., type: bool, returned: always, sample: false}
    client_certificate_attributes:
      description: What is forwarded of the certificate; null where the whole certificate or nothing is.
      type: list
      elements: str
      returned: always
      sample: [SHA256_FINGERPRINT]
    log_field: {description: Text of the custom log field., type: str, returned: always, sample: invalid_mTLS}
    child_rules:
      description: Its child rules, as they are, without the one that this collection makes.
      type: list
      elements: dict
      returned: always
      sample: []
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

from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.arguments import CA_SET_REF, PROPERTY_REF
from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.runner import show
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.papi_looks import MtlsRules

OPTIONS = {"version": {"type": "str", "default": "production"}}


def main() -> None:
    show(MtlsRules, PROPERTY_REF, CA_SET_REF, OPTIONS)


if __name__ == "__main__":
    main()
