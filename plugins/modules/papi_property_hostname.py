#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manages host names of a property."""

from __future__ import annotations

DOCUMENTATION = r"""
module: papi_property_hostname
short_description: Have host names on a property
version_added: 0.1.0
description:
  - Has host names on a version of a property, or takes them off.
  - Only these host names are edited; the run proves that the others came back as they were.
  - The version is not activated; that is what M(edgetrust.akamai.papi_activation) is for.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.changes
  - edgetrust.akamai.connection
  - edgetrust.akamai.property_ref
  - edgetrust.akamai.property_version
  - edgetrust.akamai.assume
options:
  state:
    description: Whether the host names are on the property. Those that are taken off go offline with the next activation.
    type: str
    choices: [present, absent]
    default: present
  hostnames:
    description: The host names.
    type: list
    elements: str
    required: true
  edge_hostname:
    description: Edge host name that they point to, by name or by id with C(ehn_). It has to exist. Required for a new host name.
    type: str
  certificate_type:
    description:
      - Who provides the certificate. For a new host name V(CPS_MANAGED) unless it is given.
      - V(CCM), one of Cloud Certificate Manager. Such a host name has its CA set itself (O(mtls)), not by an enrollment.
        Another type takes certificates and set off it.
    type: str
    choices: [CPS_MANAGED, DEFAULT, CCM]
  ccm_certificates:
    description:
      - The certificates of a host name with O(certificate_type=CCM), which Cloud Certificate Manager has made. A host
        name that comes to V(CCM) needs at least one.
      - What is not given stays as it is.
    type: dict
    suboptions:
      rsa_cert_id:
        description: Id of the certificate with an RSA key.
        type: str
      ecdsa_cert_id:
        description: Id of the certificate with an ECDSA key.
        type: str
  mtls:
    description:
      - The CA set that clients of a host name with O(certificate_type=CCM) are checked with. Left out, it stays as it is.
      - Clients can be checked on a network once a version of the set is active there, so activate that first.
    type: dict
    suboptions:
      state:
        description:
          - V(present), the host name has the set.
          - V(absent), it has none, so that clients are not asked for a certificate. With a CA set given, another one is left
            alone.
        type: str
        choices: [present, absent]
        default: present
      ca_set_name:
        description: Name of the CA set. This or O(mtls.ca_set_id) is needed for V(present).
        type: str
      ca_set_id:
        description: Id of the CA set.
        type: str
      ocsp:
        description: Check client certificates by OCSP. Kept as it is unless given; V(false) for a host name without a set.
        type: bool
      send_ca_list_to_client:
        description: Send the list of CAs to clients. Kept as it is unless given; V(false) for a host name without a set.
        type: bool
seealso:
  - module: edgetrust.akamai.papi_property_info
  - module: edgetrust.akamai.papi_property_edit
  - module: edgetrust.akamai.papi_activation
"""

EXAMPLES = r"""
- name: Take a host name off
  edgetrust.akamai.papi_property_hostname:
    property_name: www
    hostnames: [api.example.com]
    state: absent

- name: Put it back on
  edgetrust.akamai.papi_property_hostname:
    property_name: www
    hostnames: [api.example.com]
    edge_hostname: api.example.com.edgekey.net

- name: A host name with a certificate of Cloud Certificate Manager, whose clients come with one of a partner
  edgetrust.akamai.papi_property_hostname:
    property_name: www
    hostnames: [pay.example.com]
    edge_hostname: www.example.com.edgekey.net
    certificate_type: CCM
    ccm_certificates:
      rsa_cert_id: "10001"
    mtls:
      ca_set_name: partners
      ocsp: false

- name: They need no certificate any more
  edgetrust.akamai.papi_property_hostname:
    property_name: www
    hostnames: [pay.example.com]
    mtls:
      state: absent
"""

RETURN = r"""
hostnames:
  description: The host names that the task names, as they are in the version.
  returned: success, and after a failure what was seen last
  type: list
  elements: dict
  contains:
    cname_from: {description: Host name., type: str, returned: always, sample: www.example.com}
    state: {description: "V(present) or V(absent); all other members are null for V(absent).", type: str, returned: always, sample: present}
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
property:
  description: The property, and the version that holds the edits. Null where there is no such property.
  returned: success, and after a failure what was seen last
  type: dict
  contains:
    property_id: {description: Id of the property., type: str, returned: always, sample: prp_200001}
    property_name: {description: Name of the property., type: str, returned: always, sample: www}
    property_version: {description: Number of the version that holds the edits., type: int, returned: always, sample: 3}
    base_version: {description: Number of the version that it was made from., type: int, returned: always, sample: 2}
    created: {description: Whether this run has made the version., type: bool, returned: always, sample: true}
    etag: {description: State of the version., type: str, returned: always, sample: 1a2b3c4d5e6f7a8b}
    rule_format: {description: Rule format of the version., type: str, returned: always, sample: v2025-10-16}
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

from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.arguments import PROPERTY_REF
from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.papi_arguments import HOSTNAME, PROPERTY_VERSION
from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.runner import run
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.property_version import PropertyHostname


def main() -> None:
    run(PropertyHostname, PROPERTY_REF, PROPERTY_VERSION, HOSTNAME)


if __name__ == "__main__":
    main()
