#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at what credentials may do."""

from __future__ import annotations

DOCUMENTATION = r"""
module: akamai_grants_info
short_description: Look at what credentials may do before a job starts
version_added: 0.1.0
description:
  - Tells whether credentials, clock and account switch key are right, and which of the three APIs may be read and written.
  - What is missing is a result, not a failure. It fails only without usable options, or where nobody answers.
  - Reading is tried by one harmless request to each API. Writing is not tried; it is told by the scopes of the credential as far
    as they name an API. How they do is not published, so RV(grants.apis.mets.writable) may be null. That counts as met, with a warning.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.looks
  - edgetrust.akamai.connection
options:
  needs:
    description:
      - What the job at hand does with each API. V(write) includes V(read); an API left out is not needed.
      - Onboarding and teardown need V(write) on all three; their dry runs, and reports, only V(read).
    type: dict
    suboptions:
      mets:
        description: What the job does with mTLS Edge Truststore.
        type: str
        choices: [read, write]
      cps:
        description: What the job does with the Certificate Provisioning System.
        type: str
        choices: [read, write]
      papi:
        description: What the job does with Property Manager.
        type: str
        choices: [read, write]
notes:
  - Looks from where the task runs, with the options, environment and files of that place.
seealso:
  - module: edgetrust.akamai.mets_ca_set_info
"""

EXAMPLES = r"""
- name: What these credentials may do
  edgetrust.akamai.akamai_grants_info:

- name: Stop before an onboarding that could not be finished
  edgetrust.akamai.akamai_grants_info:
    needs:
      mets: write
      cps: write
      papi: write
  register: checked
  failed_when: checked is failed or not checked.grants.met

- name: The same for another account of this client
  edgetrust.akamai.akamai_grants_info:
    account_switch_key: 1-ABC12:1-2RBL
    needs: {mets: read, papi: read}
  register: other
"""

RETURN = r"""
grants:
  description: What the credentials may do.
  returned: success
  type: dict
  contains:
    met: {description: "Whether nothing is missing for O(needs).", type: bool, returned: always, sample: true}
    missing:
      description: What is missing.
      type: list
      elements: dict
      returned: always
      contains:
        what:
          description: "V(credential), V(clock), V(account_switch_key), or the API: V(mets), V(cps) or V(papi)."
          type: str
          returned: always
          sample: mets
        level: {description: What is needed of the API., type: str, returned: always, sample: write}
        detail: {description: What Akamai says., type: str, returned: always, sample: The client does not have the grant needed for the request}
        cure: {description: What to do about it., type: str, returned: always, sample: Grant the API client the service mTLS Edge Truststore.}
    apis:
      description: The three APIs.
      type: dict
      returned: always
      contains:
        mets:
          description: mTLS Edge Truststore.
          type: dict
          returned: always
          contains:
            readable: {description: Whether it may be read; null where it was not tried., type: bool, returned: always, sample: true}
            writable: {description: Whether it may be written; null where that is not known., type: bool, returned: always, sample: null}
        cps:
          description: Certificate Provisioning System.
          type: dict
          returned: always
          contains:
            readable: {description: Whether it may be read; null where it was not tried., type: bool, returned: always, sample: true}
            writable: {description: Whether it may be written; null where that is not known., type: bool, returned: always, sample: null}
        papi:
          description: Property Manager.
          type: dict
          returned: always
          contains:
            readable: {description: Whether it may be read; null where it was not tried., type: bool, returned: always, sample: true}
            writable: {description: Whether it may be written; null where that is not known., type: bool, returned: always, sample: null}
    credential:
      description: The credential. Null members are not known.
      type: dict
      returned: always
      contains:
        accepted: {description: Whether Akamai accepts it; null where a wrong clock hides that., type: bool, returned: always, sample: true}
        host: {description: Host that it is for., type: str, returned: always, sample: akab-xxxx.luna.akamaiapis.net}
        source: {description: Where it was found., type: str, returned: always, sample: the environment}
        name: {description: Its name., type: str, returned: always, sample: automation}
        created: {description: When it was made., type: str, returned: always, sample: "2026-11-24T09:05:00Z"}
        created_by: {description: Who made it., type: str, returned: always, sample: automation}
        updated: {description: When it was changed last., type: str, returned: always, sample: "2026-11-24T09:05:00Z"}
        updated_by: {description: Who changed it last., type: str, returned: always, sample: automation}
        activated: {description: When it was activated., type: str, returned: always, sample: "2026-11-24T09:05:00Z"}
        activated_by: {description: Who activated it., type: str, returned: always, sample: automation}
        scope:
          description: What it was granted, in Akamai's own terms.
          type: list
          elements: str
          returned: always
          sample: ["https://luna.akamaiapis.net/-/scope/papi/-/read-write"]
    clock_offset:
      description: Seconds that Akamai's clock is ahead of this machine's, to about a second; 30 either way are allowed. Null where it is not known.
      type: int
      returned: always
      sample: 0
    account_switch_key:
      description: The account switch key in use; null without one.
      type: dict
      returned: always
      contains:
        key: {description: The key., type: str, returned: always, sample: "1-ABC12:1-2RBL"}
        accepted: {description: Whether it may be used; null where nothing told., type: bool, returned: always, sample: true}
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
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.grants import Grants

LEVEL = {"type": "str", "choices": ["read", "write"]}
OPTIONS = {"needs": {"type": "dict", "options": {"mets": LEVEL, "cps": LEVEL, "papi": LEVEL}}}


def main() -> None:
    show(Grants, OPTIONS)


if __name__ == "__main__":
    main()
