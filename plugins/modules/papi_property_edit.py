#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes several edits in one version of a property."""

from __future__ import annotations

DOCUMENTATION = r"""
module: papi_property_edit
short_description: Make several edits of a property in one version
version_added: 0.1.0
description:
  - Makes edits of rules and host names together, in one version of the property.
  - What an edit does, M(edgetrust.akamai.papi_mtls_rule) and M(edgetrust.akamai.papi_property_hostname) say.
  - If the version that the edits start from holds all of them, nothing is written.
  - The version is not activated; that is what M(edgetrust.akamai.papi_activation) is for.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.changes
  - edgetrust.akamai.connection
  - edgetrust.akamai.property_ref
  - edgetrust.akamai.property_version
  - edgetrust.akamai.safety
  - edgetrust.akamai.assume
options:
  edits:
    description: The edits, made in this order. Two about the same rule or host name, or about all rules, are refused.
    type: list
    elements: dict
    required: true
    suboptions:
      mtls_rule:
        description: A rule that enforces mutual TLS. Give this, O(edits[].hostname) or O(edits[].rules).
        type: dict
        suboptions:
          state:
            description:
              - V(present), the property has the rule, with the options that are given; what is not given stays as it is.
              - V(absent), the rule enforces nothing any more. Child rules that only make sense with it go as well, if they are of
                the shape that this collection makes, or named in O(edits[].mtls_rule.child_rules); others are refused by name. No CA
                set needs to exist.
            type: str
            choices: [present, absent]
            default: present
          rule_name:
            description: Name of the rule. It has to be the only one of this name in the tree.
            type: str
            default: Basic mTLS enforcement settings
          hostnames:
            description: Host names that the rule is for. Required for a new rule.
            type: list
            elements: str
          ca_set_names:
            description: Names of the CA sets, one of which the certificate has to be bound to. A new rule needs at least one set.
            type: list
            elements: str
          ca_set_ids:
            description: The same by id; together with O(edits[].mtls_rule.ca_set_names) if both are given.
            type: list
            elements: str
          enforcement:
            description:
              - V(deny), requests are refused that do not match; the default for a new rule.
              - V(log), they are let through, and a child rule forwards attributes of the certificate and writes a log field.
            type: str
            choices: [deny, log]
          ocsp:
            description: Whether the certificate has to be bound with OCSP. A new rule expects it off.
            type: bool
          client_certificate_attributes:
            description: What is forwarded to the origin of the client certificate. An empty list takes the behavior out.
            type: list
            elements: str
            choices: [SUBJECT, COMMON_NAME, SHA256_FINGERPRINT, ISSUER]
          log_field:
            description: Text for the custom log field, with O(edits[].mtls_rule.enforcement=log). An empty one takes the behavior out.
            type: str
          child_rules:
            description:
              - Rules of your own below this one, as PAPI has them in its rule trees, in the shape of the property's rule format. Each
                needs a C(name) that no other child has, and is found by it.
              - One that is there and differs is replaced, one that is not there is added behind the others. Options that only PAPI's
                copy has are no difference.
              - Children that are not named stay as they are. So one that is taken off the list stays, too.
              - With O(edits[].mtls_rule.enforcement=log) they take the place of the child that this collection makes, and exclude
                O(edits[].mtls_rule.client_certificate_attributes) and O(edits[].mtls_rule.log_field), whose behaviors then belong into them. An empty list
                means that there is no such child.
              - With O(edits[].mtls_rule.state=absent) the children of these names go along, whatever they do. Only the names count then.
            type: list
            elements: dict
      hostname:
        description: Host names of the property. Give this, O(edits[].mtls_rule) or O(edits[].rules).
        type: dict
        suboptions:
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
              - V(CCM), one of Cloud Certificate Manager. Such a host name has its CA set itself (O(edits[].hostname.mtls)), not by an enrollment.
                Another type takes certificates and set off it.
            type: str
            choices: [CPS_MANAGED, DEFAULT, CCM]
          ccm_certificates:
            description:
              - The certificates of a host name with O(edits[].hostname.certificate_type=CCM), which Cloud Certificate Manager has made. A host
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
              - The CA set that clients of a host name with O(edits[].hostname.certificate_type=CCM) are checked with. Left out, it stays as it is.
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
                description: Name of the CA set. This or O(edits[].hostname.mtls.ca_set_id) is needed for V(present).
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
      rules:
        description:
          - The whole rule tree, as M(edgetrust.akamai.papi_rules) takes it. Give this, O(edits[].mtls_rule) or
            O(edits[].hostname).
          - Rules of edits that stand before it are replaced with all the others, so let it be the first.
        type: dict
        suboptions:
          src:
            description: Directory with C(main.json), or a file, that holds the tree. Give this or O(edits[].rules.rules).
            type: path
          rules:
            description: The tree itself, the rule C(default). Give this or O(edits[].rules.src).
            type: dict
seealso:
  - module: edgetrust.akamai.papi_mtls_rule
  - module: edgetrust.akamai.papi_rules
  - module: edgetrust.akamai.papi_property_hostname
  - module: edgetrust.akamai.papi_activation
"""

EXAMPLES = r"""
- name: Two rules in one version
  edgetrust.akamai.papi_property_edit:
    property_name: www
    edits:
      - mtls_rule:
          hostnames: [www.example.com]
          ca_set_names: [partners]
          enforcement: deny
      - mtls_rule:
          rule_name: Callers of the API
          hostnames: [api.example.com]
          ca_set_names: [partners]
          enforcement: log
  register: edit

- name: A host name leaves, and its rule with it
  edgetrust.akamai.papi_property_edit:
    property_name: www
    edits:
      - hostname:
          hostnames: [api.example.com]
          state: absent
      - mtls_rule:
          rule_name: Callers of the API
          state: absent

- name: All rules in files
  edgetrust.akamai.papi_rules_export:
    property_name: www
    dest: my-property-rules

- name: All rules from files, and the rule of mutual TLS on top of them
  edgetrust.akamai.papi_property_edit:
    property_name: www
    edits:
      - rules:
          src: my-property-rules
      - mtls_rule:
          hostnames: [www.example.com]
          ca_set_names: [partners]
"""

RETURN = r"""
mtls_rules:
  description: The rules that the task names, as they are in the version, in the order of the edits.
  returned: success, and after a failure what was seen last
  type: list
  elements: dict
  contains:
    rule_name: {description: Name of the rule., type: str, returned: always, sample: Basic mTLS enforcement settings}
    state:
      description: V(present) or V(absent); for V(absent) all other members are null, but for child rules that keep the rule there.
      type: str
      returned: always
      sample: present
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
hostnames:
  description: The host names that the task names, as they are in the version, in the order of the edits.
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
changed_rules:
  description: With O(edits[].rules), the rules whose content this run changes, as they are in the version; else empty.
  returned: success, and after a failure what was seen last
  type: list
  elements: dict
  contains:
    path: {description: Names of the rules from C(default) to this one., type: str, returned: always, sample: default > Static}
    rule:
      description: A line for each thing that counts in it.
      type: list
      elements: str
      returned: always
      sample: ["behavior caching: behavior='MAX_AGE', ttl='1d'"]
predicted_rules:
  description: The tree that the version would have, as JSON, for O(assume) of later tasks.
  returned: in check mode, where O(edits[].rules) would change something
  type: str
  sample: '{"name": "default"}'
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

from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.arguments import PROPERTY_REF, SAFETY
from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.papi_arguments import (
    HOSTNAME,
    MTLS_RULE,
    PROPERTY_VERSION,
    WHOLE_TREE,
    edit,
)
from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.runner import run
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.property_version import PropertyEdit

EDIT = {"mtls_rule": edit(MTLS_RULE), "hostname": edit(HOSTNAME), "rules": edit(WHOLE_TREE)}
OPTIONS = {"edits": {"type": "list", "elements": "dict", "required": True, "options": EDIT}}


def main() -> None:
    run(PropertyEdit, PROPERTY_REF, PROPERTY_VERSION, SAFETY, OPTIONS)


if __name__ == "__main__":
    main()
