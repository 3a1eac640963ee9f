#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manages the whole rule tree of a property."""

from __future__ import annotations

DOCUMENTATION = r"""
module: papi_rules
short_description: Have the whole rule tree of a property
version_added: 0.1.0
description:
  - Has a version of a property with exactly these rules. Rules that are not given are taken out.
  - To manage only the rule that enforces mutual TLS, use M(edgetrust.akamai.papi_mtls_rule), which leaves the others alone.
  - Nothing is written if the rules mean the same. Options that are left out are not compared, as PAPI fills them in.
  - The rule format of a property is never changed, and what Akamai has locked has to be in the tree as it is.
  - The run fails if PAPI finds errors in the rules that the version before did not have, or drops something of them.
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
  state:
    description: The property has these rules.
    type: str
    choices: [present]
    default: present
  src:
    description:
      - Directory with C(main.json), or a file. It holds the rule C(default), bare or as the member C(rules). Give this or
        O(rules).
      - In C(children) and C(variables), C(#include:FILE) stands for a file, looked for from the folder of the file that it
        stands in, else from that of C(main.json). All files have to be in that directory.
      - If M(edgetrust.akamai.papi_rules_export) wrote the directory, the version that was exported is the base of the edit
        unless O(base_version) names another one. The run is refused if PRODUCTION serves other rules or host names by now,
        as they would be lost; accept that with V(replace_other_version) in O(allow_outage), or export again and edit that.
        A directory without this knowledge only brings a warning.
    type: path
  rules:
    description:
      - The tree itself, the rule C(default), bare or as the member C(rules). Give this or O(src).
      - Ansible takes what stands in double braces, as C(builtin.AK_HOST) does in many rules, for a template. Mark such
        texts with C(!unsafe), or use O(src), whose files are taken as they are.
    type: dict
seealso:
  - module: edgetrust.akamai.papi_rules_export
  - module: edgetrust.akamai.papi_property_edit
  - module: edgetrust.akamai.papi_mtls_rule
  - module: edgetrust.akamai.papi_activation
"""

EXAMPLES = r"""
- name: The rules as they are live, in files
  edgetrust.akamai.papi_rules_export:
    property_name: www
    dest: my-property-rules

- name: The property has the rules of the files
  edgetrust.akamai.papi_rules:
    property_name: www
    src: my-property-rules
    version_notes: Rules from the repository
  register: rules

- name: They are active on STAGING
  edgetrust.akamai.papi_activation:
    property_name: www
    version: "{{ rules.property.property_version }}"
    replaces: "{{ rules.property.base_version }}"
    networks: [STAGING]
    notify_emails: [ops@example.com]
"""

RETURN = r"""
changed_rules:
  description: The rules whose content this run changes, as they are in the version.
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
  returned: in check mode, where something would change
  type: str
  sample: '{"name": "default"}'
rule_errors:
  description: Errors that PAPI finds in the rules, as it words them. They were there before; a run that brings new ones fails.
  returned: success, and after a failure what was seen last
  type: list
  elements: dict
  sample: []
rule_warnings:
  description: Warnings that PAPI has about the rules, as it words them.
  returned: success, and after a failure what was seen last
  type: list
  elements: dict
  sample: [{type: /papi/v0/unstable_rule_format, title: Unstable rule format}]
property:
  description: The property, and the version that holds the rules.
  returned: success, and after a failure what was seen last
  type: dict
  contains:
    property_id: {description: Id of the property., type: str, returned: always, sample: prp_200001}
    property_name: {description: Name of the property., type: str, returned: always, sample: www}
    property_version: {description: Number of the version that holds the rules., type: int, returned: always, sample: 3}
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

from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.arguments import PROPERTY_REF, SAFETY, states
from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.papi_arguments import (
    PROPERTY_VERSION,
    WHOLE_TREE,
)
from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.runner import run
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.property_version import Rules


def main() -> None:
    run(Rules, PROPERTY_REF, PROPERTY_VERSION, SAFETY, states("present"), WHOLE_TREE)


if __name__ == "__main__":
    main()
