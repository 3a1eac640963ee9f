#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks certificates without storing anything."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mets_certificate_check
short_description: Check certificates before anything is made of them
version_added: 0.1.0
description:
  - Tells whether a version of a CA set could hold the given certificates. Nothing is stored.
  - Makes the checks of this collection first, and has METS validate what passes them.
  - A bad certificate is a result, not a failure.
  - Where the API client may not have METS validate anything, RV(api_warnings) says so, and the checks of this collection have to do.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.looks
  - edgetrust.akamai.connection
options:
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
  allow_insecure_sha1:
    description: Whether certificates with SHA-1 signatures are accepted.
    type: bool
    default: false
seealso:
  - module: edgetrust.akamai.mets_ca_set_version
  - module: edgetrust.akamai.mets_certificate_info
"""

EXAMPLES = r"""
- name: Could a version hold this bundle
  edgetrust.akamai.mets_certificate_check:
    certificates_file: partners.pem
  register: checked

- name: What is wrong with it
  ansible.builtin.debug:
    var: checked.errors
  when: not checked.valid

- name: Go on only with good certificates
  edgetrust.akamai.mets_certificate_check:
    certificates_file: partners.pem
  register: checked
  failed_when: checked is failed or not checked.valid
"""

RETURN = r"""
valid:
  description: Whether a version could hold all of the given certificates, as far as it was checked.
  returned: success
  type: bool
  sample: true
certificates:
  description: The certificates that could be read, each once.
  returned: success
  type: list
  elements: dict
  contains:
    file: {description: The file or option that it was read from., type: str, returned: always, sample: partners.pem}
    position: {description: "Its place there, from 1.", type: int, returned: always, sample: 1}
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
    description: {description: The given description., type: str, returned: always, sample: Root of partner A}
    valid: {description: Whether nothing is wrong with it., type: bool, returned: always, sample: true}
errors:
  description: What is wrong.
  returned: success
  type: list
  elements: dict
  contains:
    file: {description: The file or option; null where it is about all., type: str, returned: always, sample: partners.pem}
    position: {description: "Place of the certificate there, from 1.", type: int, returned: always, sample: 2}
    subject: {description: Subject of the certificate., type: str, returned: always, sample: "CN=Example Root, O=Example, C=US"}
    reason: {description: What is wrong with it., type: str, returned: always, sample: "expired on 2026-01-31T00:00:00Z"}
    found_by: {description: "V(local), this collection, or V(mets), the server.", type: str, returned: always, sample: local}
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

from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.runner import show
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.certificate_looks import Check

OPTIONS = {
    "certificates": {
        "type": "list",
        "elements": "dict",
        "options": {"pem": {"type": "str"}, "path": {"type": "path"}, "description": {"type": "str"}},
    },
    "certificates_file": {"type": "path"},
    "certificates_directory": {"type": "path"},
    "allow_insecure_sha1": {"type": "bool", "default": False},
}


def main() -> None:
    show(Check, OPTIONS)


if __name__ == "__main__":
    main()
