#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes and removes CA sets."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mets_ca_set
short_description: Make or remove a CA set in mTLS Edge Truststore
version_added: 0.1.0
description:
  - A CA set holds, in numbered versions, the certificate authorities whose clients an edge host name lets in.
  - Makes an empty set, or deletes one for good. The certificates come with M(edgetrust.akamai.mets_ca_set_version).
  - Neither the name nor the description of a set can be changed. Another description than the one it has is an error.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.changes
  - edgetrust.akamai.connection
  - edgetrust.akamai.ca_set_ref
  - edgetrust.akamai.waiting
  - edgetrust.akamai.assume
options:
  state:
    description:
      - V(present), the set exists.
      - V(absent), it does not. Only a set that is not in use and not active anywhere can be deleted; see O(deactivate).
    type: str
    choices: [present, absent]
    default: present
  ca_set_name:
    aliases: [name]
  description:
    description: Description of a new set, 1 to 255 characters.
    type: str
  deactivate:
    description: With O(state=absent), deactivate the set first where it is active.
    type: bool
    default: false
  wait_timeout:
    description: Seconds to wait altogether. A deletion takes up to about 15 minutes, a deactivation before it as long again.
    type: float
    default: 3600
seealso:
  - module: edgetrust.akamai.mets_ca_set_info
  - module: edgetrust.akamai.mets_ca_set_version
  - module: edgetrust.akamai.mets_activation
"""

EXAMPLES = r"""
- name: A CA set for the partners' clients
  edgetrust.akamai.mets_ca_set:
    ca_set_name: partners
    description: CAs of the partners' clients
  register: partners

- name: The same set deactivated and deleted
  edgetrust.akamai.mets_ca_set:
    ca_set_name: partners
    state: absent
    deactivate: true
"""

RETURN = r"""
ca_set:
  description: The set as it is after the run, in check mode as it would be. Null where there is none.
  returned: always
  type: dict
  contains:
    account_id: {description: Account that the set is in., type: str, returned: always, sample: A-CCT1234}
    ca_set_id: {description: Id of the set., type: str, returned: always, sample: "12345"}
    ca_set_name: {description: Name of the set., type: str, returned: always, sample: partners}
    ca_set_status: {description: "V(NOT_DELETED), V(DELETING) or V(DELETED).", type: str, returned: always, sample: NOT_DELETED}
    description: {description: Description of the set., type: str, returned: always, sample: CAs of the partners' clients}
    latest_version: {description: Number of the newest version., type: int, returned: always, sample: 2}
    staging_version: {description: Number of the version that is active on STAGING., type: int, returned: always, sample: 2}
    production_version: {description: Number of the version that is active on PRODUCTION., type: int, returned: always, sample: 1}
    created_by: {description: Who made the set., type: str, returned: always, sample: automation}
    created_date: {description: When it was made., type: str, returned: always, sample: "2026-11-24T09:00:00.123456Z"}
    deleted_by: {description: Who deleted it., type: str, returned: always, sample: null}
    deleted_date: {description: When the deletion was complete., type: str, returned: always, sample: null}
    removal_date: {description: When the record of it will be gone as well., type: str, returned: always, sample: null}
"""

from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.arguments import CA_SET_REF, states, waiting
from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.runner import run
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.ca_set import CaSet


def main() -> None:
    run(
        CaSet,
        states("present", "absent"),
        {**CA_SET_REF, "ca_set_name": {"type": "str", "aliases": ["name"]}},
        waiting(timeout=3600),
        {"description": {"type": "str"}, "deactivate": {"type": "bool", "default": False}},
    )


if __name__ == "__main__":
    main()
