#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes and updates versions of CA sets."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mets_ca_set_version
short_description: Make or update a version of a CA set
version_added: 0.1.0
description:
  - A version is its certificates, compared by fingerprint as a set. The order, comments and line ends of files never cause a change.
  - Holds when some version of the set that is not deleted has exactly the wanted certificates.
  - Otherwise the newest version is updated if it never was active, else a new one is made.
  - A private key, a signing request, a leaf certificate and the like are refused by name before anything is sent.
  - A version too large for one request (more than about 86 certificates, where the gateway takes no more) is made in two. A run
    that is stopped between them leaves a version whose description says C(Unfinished); the next run finishes it.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.changes
  - edgetrust.akamai.connection
  - edgetrust.akamai.ca_set_ref
  - edgetrust.akamai.assume
options:
  state:
    description:
      - V(present), the set has such a version.
      - V(absent), the version of this number does not exist. Refused while it is active or on its way.
    type: str
    choices: [present, absent]
    default: present
  version:
    description:
      - Number of a version that must hold the certificates, be updated in place, or fail. It never makes another.
    type: str
  certificates:
    description: Certificates one by one. Each entry has either O(certificates[].pem) or O(certificates[].path).
    type: list
    elements: dict
    suboptions:
      pem:
        description: A certificate, or a whole bundle, as text.
        type: str
      path:
        description: File with certificates, PEM or DER.
        type: path
      description:
        description: Description of the certificates of this entry.
        type: str
  certificates_file:
    description: File with certificates, PEM or DER.
    type: path
  certificates_directory:
    description:
      - Directory whose C(*.pem), C(*.crt) and C(*.cer) files are read, PEM or DER.
      - Hidden files are skipped, other files named in a warning; a directory without any such file is an error.
    type: path
  certificates_mode:
    description:
      - V(exact), the version has exactly the given certificates.
      - V(add), V(remove), it has those of O(base_version) with, or without, the given ones. A version that holds just that
        already is used; after a write the run ends well only when the newest version of the set holds it.
    type: str
    choices: [exact, add, remove]
    default: exact
  base_version:
    description:
      - Number of the version that V(add) and V(remove) start from.
      - The newest version if it may still change, else the one that was last activated, unless given.
    type: str
  drop_expired:
    description: Leave certificates out that have expired, also those that the base version holds.
    type: bool
    default: false
  description:
    description: Description of the version. On a version that cannot change any more, another text is only warned about.
    type: str
  allow_insecure_sha1:
    description:
      - Whether certificates with SHA-1 signatures are accepted. A new version does not accept them unless this is V(true), or
        O(certificates_mode) is V(add) or V(remove) and the version it starts from does.
    type: bool
  when_editable:
    description: Whether a newest version that never was active is updated in place or left alone.
    type: str
    choices: [update, new_version]
    default: update
  when_frozen:
    description: What to do when the newest version cannot change any more.
    type: str
    choices: [new_version, fail]
    default: new_version
  include_unreleased_edits:
    description:
      - Update the newest version even where it holds an edit of somebody else that was never activated.
      - Otherwise it is left alone, named in RV(api_warnings), and a new version is made.
    type: bool
    default: false
  fail_if_expiring_within_days:
    description: Refuse certificates that expire within so many days.
    type: int
seealso:
  - module: edgetrust.akamai.mets_ca_set_version_info
  - module: edgetrust.akamai.mets_ca_set
  - module: edgetrust.akamai.mets_activation
"""

EXAMPLES = r"""
- name: Trust the CAs of a bundle
  edgetrust.akamai.mets_ca_set_version:
    ca_set_name: partners
    certificates_file: partners.pem
    description: CAs of the partners' clients
  register: version

- name: Trust two CAs, each with a description
  edgetrust.akamai.mets_ca_set_version:
    ca_set_name: partners
    certificates:
      - path: partner-a.pem
        description: Root of partner A
      - pem: "{{ lookup('ansible.builtin.file', 'partner-b.pem') }}"
        description: Root of partner B
    fail_if_expiring_within_days: 30

- name: Trust one more CA, beside those that are trusted now
  edgetrust.akamai.mets_ca_set_version:
    ca_set_name: partners
    certificates_file: partner-c.pem
    certificates_mode: add
    drop_expired: true

- name: A draft that nobody needs
  edgetrust.akamai.mets_ca_set_version:
    ca_set_name: partners
    version: 7
    state: absent
"""

RETURN = r"""
ca_set_version:
  description: The version that holds the wish, in check mode as it would be.
  returned: success, and after a failure what was seen last
  type: dict
  contains:
    ca_set_id: {description: Id of the set., type: str, returned: always, sample: "12345"}
    ca_set_name: {description: Name of the set., type: str, returned: always, sample: partners}
    version: {description: Number of the version., type: int, returned: always, sample: 2}
    ca_set_version_status: {description: V(NOT_DELETED) or V(DELETED)., type: str, returned: always, sample: NOT_DELETED}
    description: {description: Description of the version., type: str, returned: always, sample: with the new root}
    allow_insecure_sha1: {description: Whether certificates with SHA-1 signatures are accepted., type: bool, returned: always, sample: false}
    staging_status: {description: V(ACTIVE) or V(INACTIVE)., type: str, returned: always, sample: INACTIVE}
    production_status: {description: V(ACTIVE) or V(INACTIVE)., type: str, returned: always, sample: INACTIVE}
    created_by: {description: Who made the version., type: str, returned: always, sample: automation}
    created_date: {description: When it was made., type: str, returned: always, sample: "2026-11-24T09:05:00.000001Z"}
    modified_by: {description: Who changed it last., type: str, returned: always, sample: null}
    modified_date: {description: When it was changed last., type: str, returned: always, sample: null}
    removal_date: {description: When a deleted version will be gone for good., type: str, returned: always, sample: null}
    certificates:
      description: The certificates it holds.
      type: list
      elements: dict
      returned: always
      contains:
        subject: {description: "Subject, most specific name first.", type: str, returned: always, sample: "CN=Example Root, O=Example, C=US"}
        issuer: {description: "Issuer, in the same form.", type: str, returned: always, sample: "CN=Example Root, O=Example, C=US"}
        serial_number: {description: Serial number in hexadecimal., type: str, returned: always, sample: 1f2e3d}
        start_date: {description: Start of its validity., type: str, returned: always, sample: "2026-01-01T00:00:00Z"}
        end_date: {description: End of its validity., type: str, returned: always, sample: "2036-01-01T00:00:00Z"}
        signature_algorithm: {description: Algorithm of its signature., type: str, returned: always, sample: SHA256WITHRSA}
        fingerprint:
          description: SHA-256 over its DER form.
          type: str
          returned: always
          sample: 0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6071
        description: {description: Its description in the version., type: str, returned: always, sample: Root of partner A}
        created_date: {description: When it was added., type: str, returned: always, sample: "2026-11-24T09:04:59.999999Z"}
        created_by: {description: Who added it., type: str, returned: always, sample: automation}
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

from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.arguments import CA_SET_REF, states
from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.runner import run
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.ca_set_version_removal import ca_set_version

OPTIONS = {
    "version": {"type": "str"},
    "certificates": {
        "type": "list",
        "elements": "dict",
        "options": {"pem": {"type": "str"}, "path": {"type": "path"}, "description": {"type": "str"}},
    },
    "certificates_mode": {"type": "str", "choices": ["exact", "add", "remove"], "default": "exact"},
    "base_version": {"type": "str"},
    "drop_expired": {"type": "bool", "default": False},
    "certificates_file": {"type": "path"},
    "certificates_directory": {"type": "path"},
    "description": {"type": "str"},
    "allow_insecure_sha1": {"type": "bool"},
    "when_editable": {"type": "str", "choices": ["update", "new_version"], "default": "update"},
    "when_frozen": {"type": "str", "choices": ["new_version", "fail"], "default": "new_version"},
    "include_unreleased_edits": {"type": "bool", "default": False},
    "fail_if_expiring_within_days": {"type": "int"},
}


def main() -> None:
    run(ca_set_version, states("present", "absent"), CA_SET_REF, OPTIONS)


if __name__ == "__main__":
    main()
