#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the rule tree of a property into files."""

from __future__ import annotations

DOCUMENTATION = r"""
module: papi_rules_export
short_description: Have the rule tree of a property in files
version_added: 0.1.0
description:
  - Writes the rules of a property version into a directory, each rule into a file of its own, as
    M(edgetrust.akamai.papi_rules) reads them.
  - C(main.json) holds the rule C(default), with C(#include:FILE) for each rule below it, whose own rules lie in a folder of its
    name. C(pmVariables.json) holds the variables.
  - A file is called like its rule. What no file name can hold is written in percent encoding, and a number tells rules of
    the same name apart.
  - C(.edgetrust.json) says which version it is, so that M(edgetrust.akamai.papi_rules) can tell whether somebody else has
    changed the property since. Keep it with the files.
  - Files of these names are replaced, files of an earlier export that no rule is left for are removed, and all others are
    left alone. Nothing is written by way of a link inside the directory.
  - Nothing is changed in the account, and nothing is written in check mode.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.changes
  - edgetrust.akamai.connection
  - edgetrust.akamai.property_ref
  - edgetrust.akamai.assume
options:
  version:
    description:
      - A number, or V(production) or V(staging) for the version that is active there, or V(latest) for the newest one,
        which may hold edits that are not finished.
    type: str
    default: production
  dest:
    description: The directory. It is made if it does not exist. Give each property one of its own.
    type: path
    required: true
seealso:
  - module: edgetrust.akamai.papi_rules
"""

EXAMPLES = r"""
- name: The rules as they are live, in files
  edgetrust.akamai.papi_rules_export:
    property_name: www
    dest: my-property-rules

- name: Those of version 1, beside them
  edgetrust.akamai.papi_rules_export:
    property_name: www
    version: 1
    dest: my-property-rules-1
"""

RETURN = r"""
files:
  description: All files of the export, relative to O(dest).
  returned: success, and after a failure what was seen last
  type: list
  elements: str
  sample: [.edgetrust.json, Performance.json, main.json, pmVariables.json]
changed_files:
  description: The files that this run changes, as they are in the end. One that is removed is not among them.
  returned: success, and after a failure what was seen last
  type: list
  elements: dict
  contains:
    path: {description: "Name of the file, relative to O(dest).", type: str, returned: always, sample: Performance.json}
    sha256:
      description: Digest of its content.
      type: str
      returned: always
      sample: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
property:
  description: The property, and the version that is in the files.
  returned: success, and after a failure what was seen last
  type: dict
  contains:
    property_id: {description: Id of the property., type: str, returned: always, sample: prp_200001}
    property_name: {description: Name of the property., type: str, returned: always, sample: www}
    property_version: {description: Number of the version., type: int, returned: always, sample: 2}
    base_version: {description: The same number., type: int, returned: always, sample: 2}
    created: {description: Always V(false)., type: bool, returned: always, sample: false}
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
from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.runner import run
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.rules_export import RulesExport

OPTIONS = {"version": {"type": "str", "default": "production"}, "dest": {"type": "path", "required": True}}


def main() -> None:
    run(RulesExport, PROPERTY_REF, OPTIONS)


if __name__ == "__main__":
    main()
