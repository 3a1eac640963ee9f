#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at properties."""

from __future__ import annotations

DOCUMENTATION = r"""
module: papi_property_info
short_description: Look at properties, their versions and host names
version_added: 0.1.0
description:
  - Returns a property, or all properties that have a host name, with the versions that are active and the latest one.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.looks
  - edgetrust.akamai.connection
  - edgetrust.akamai.property_ref
options:
  hostname:
    description: All properties that have this host name, or the wildcard for it, on an active version or the latest one. Instead of a property.
    type: str
seealso:
  - module: edgetrust.akamai.papi_mtls_rule_info
  - module: edgetrust.akamai.papi_property_hostname
  - module: edgetrust.akamai.papi_activation
"""

EXAMPLES = r"""
- name: What is active of the property
  edgetrust.akamai.papi_property_info:
    property_name: www
  register: found

- name: Which properties serve the host name
  edgetrust.akamai.papi_property_info:
    hostname: www.example.com
"""

RETURN = r"""
properties:
  description: The properties; empty when there is none.
  returned: success
  type: list
  elements: dict
  contains:
    property_id: {description: Id of the property., type: str, returned: always, sample: prp_200001}
    property_name: {description: Name of the property., type: str, returned: always, sample: www}
    contract_id: {description: Its contract., type: str, returned: always, sample: ctr_C-0N7RAC7}
    group_id: {description: Its group., type: str, returned: always, sample: grp_15225}
    latest_version: {description: Number of the latest version., type: int, returned: always, sample: 3}
    staging_version: {description: Number of the version that is active on STAGING., type: int, returned: always, sample: 3}
    production_version: {description: Number of the version that is active on PRODUCTION., type: int, returned: always, sample: 2}
    versions:
      description: The active versions and the latest one, each once, ascending.
      type: list
      elements: dict
      returned: always
      contains:
        property_version: {description: Number of the version., type: int, returned: always, sample: 3}
        active_on: {description: The networks where it is active., type: list, elements: str, returned: always, sample: [STAGING]}
        rule_format: {description: Rule format., type: str, returned: always, sample: v2025-10-16}
        product_id: {description: Product., type: str, returned: always, sample: prd_Fresca}
        note: {description: Note of the version., type: str, returned: always, sample: longer caching of static files}
        updated_by_user: {description: Who changed it last., type: str, returned: always, sample: automation}
        updated_date: {description: When it was changed last., type: str, returned: always, sample: "2026-10-25T10:00:00Z"}
        hostnames:
          description: Its host names.
          type: list
          elements: dict
          returned: always
          contains:
            cname_from: {description: Host name., type: str, returned: always, sample: www.example.com}
            cname_to: {description: Edge host name., type: str, returned: always, sample: www.example.com.edgekey.net}
            cname_type: {description: Type of the entry., type: str, returned: always, sample: EDGE_HOSTNAME}
            edge_hostname_id: {description: Id of the edge host name., type: str, returned: always, sample: ehn_300001}
            cert_provisioning_type: {description: "V(CPS_MANAGED), V(DEFAULT) or V(CCM).", type: str, returned: always, sample: CPS_MANAGED}
            ccm_certificates:
              description: Ids of the certificates of a host name with V(CCM), else null.
              type: dict
              returned: always
              sample: {rsa_cert_id: "10001", ecdsa_cert_id: null}
            mtls:
              description: The CA set of a host name with V(CCM), with its name where it is known; else null.
              type: dict
              returned: always
              sample: {ca_set_id: "12345", ca_set_name: partners, check_client_ocsp: false, send_ca_set_client: false}
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

from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.arguments import PROPERTY_REF
from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.runner import show
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.papi_looks import Properties

OPTIONS = {"hostname": {"type": "str"}}


def main() -> None:
    show(Properties, PROPERTY_REF, OPTIONS)


if __name__ == "__main__":
    main()
