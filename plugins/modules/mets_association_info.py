#!/usr/bin/python
# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at who uses a CA set."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mets_association_info
short_description: Look at who uses a CA set
version_added: 0.1.0
description:
  - Returns the enrollments that a CA set is bound to, and the host names that use it through Cloud Certificate Manager.
  - A property that only names the set in a rule is not listed by the API.
author:
  - edgetrust.akamai contributors (@edgetrust)
extends_documentation_fragment:
  - edgetrust.akamai.attributes
  - edgetrust.akamai.attributes.looks
  - edgetrust.akamai.connection
  - edgetrust.akamai.ca_set_ref
seealso:
  - module: edgetrust.akamai.cps_mtls_binding
  - module: edgetrust.akamai.mets_activation
"""

EXAMPLES = r"""
- name: Who uses the set
  edgetrust.akamai.mets_association_info:
    ca_set_name: partners
"""

RETURN = r"""
associations:
  description: Who uses the set.
  returned: always
  type: dict
  contains:
    enrollments:
      description: Enrollments that the set is bound to.
      type: list
      elements: dict
      returned: always
      contains:
        enrollment_id: {description: Id of the enrollment., type: int, returned: always, sample: 10001}
        common_name: {description: Common name of its certificate., type: str, returned: always, sample: www.example.com}
        staging_slots: {description: Slots on STAGING., type: list, elements: int, returned: always, sample: [1234]}
        production_slots: {description: Slots on PRODUCTION., type: list, elements: int, returned: always, sample: [1234]}
    hostnames:
      description: Host names whose certificate in Cloud Certificate Manager uses the set.
      type: list
      elements: dict
      returned: always
      contains:
        hostname: {description: Host name., type: str, returned: always, sample: www.example.com}
        network: {description: Network., type: str, returned: always, sample: PRODUCTION}
        status: {description: "V(ATTACHING), V(ATTACHED) or V(DETACHING).", type: str, returned: always, sample: ATTACHED}
        property_id: {description: Id of its property., type: str, returned: always, sample: "200001"}
        property_name: {description: Name of its property., type: str, returned: always, sample: www}
"""

from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.arguments import CA_SET_REF
from ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.runner import show
from ansible_collections.edgetrust.akamai.plugins.module_utils._resources.mets_looks import Associations


def main() -> None:
    show(Associations, CA_SET_REF)


if __name__ == "__main__":
    main()
