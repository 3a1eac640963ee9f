# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What info modules have returned as one report on mutual TLS (DESIGN 3.5)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mtls_report
short_description: Join what info modules have returned into one report on mutual TLS
version_added: 0.1.0
description:
  - Takes registered results of info modules and returns what is active where, what expires when, what depends on it, and what
    of that somebody should see to.
  - Sends nothing and reads no clock. The same results and the same day make the same report.
author:
  - edgetrust.akamai contributors (@edgetrust)
positional: _input
options:
  _input:
    description:
      - The results, by the names of the modules M(edgetrust.akamai.mets_ca_set_info), M(edgetrust.akamai.mets_certificate_info),
        M(edgetrust.akamai.cps_enrollment_info) and M(edgetrust.akamai.papi_mtls_rule_info) (of V(version=all)), each of the whole account.
      - That of M(edgetrust.akamai.papi_property_info) is one of a loop, over what P(edgetrust.akamai.mtls_report_properties#filter) returns.
      - A result that failed says what could not be read.
    type: dict
    required: true
  as_of:
    description: The day that the report is about, as in V(2026-01-31). Days are counted from it.
    type: str
    required: true
  expires_within_days:
    description: Certificates that expire within so many days are findings.
    type: int
    default: 30
  networks:
    description: The networks that the report is about.
    type: list
    elements: str
    default: [STAGING, PRODUCTION]
  config:
    description:
      - The structure of the mTLS roles. The report is about what it names, what that depends on, and what depends on it.
      - Without it, or with an empty one, all that has to do with mutual TLS.
    type: dict
seealso:
  - plugin: edgetrust.akamai.mtls_report_properties
    plugin_type: filter
"""

EXAMPLES = r"""
- name: What somebody should see to
  ansible.builtin.debug:
    msg: "{{ (looks | edgetrust.akamai.mtls_report(as_of='2026-01-31')).findings | map(attribute='text') }}"
"""

RETURN = r"""
_value:
  description: The report. A list is null where it could not be read.
  type: dict
  contains:
    as_of: {description: The day., type: str, returned: always, sample: "2026-01-31"}
    scope: {description: "V(account), or V(configuration) with O(config).", type: str, returned: always, sample: account}
    networks: {description: The networks., type: list, elements: str, returned: always, sample: [STAGING, PRODUCTION]}
    expires_within_days: {description: What counts as soon., type: int, returned: always, sample: 30}
    summary:
      description: How many findings of each severity and how many things there are, and the certificate that is the first to expire.
      type: dict
      returned: always
      sample: {critical: 0, warning: 1, info: 0, ca_sets: 1, enrollments: 2, properties: 2, next_to_expire: null}
    findings:
      description: What somebody should see to, the worst first; each with V(severity), V(kind), V(thing), V(text), V(cure) and V(depends_on).
      type: list
      elements: dict
      returned: always
      sample: []
    ca_sets:
      description: The CA sets, with their active V(certificates) and who they are V(used_by).
      type: list
      elements: dict
      returned: always
      sample: []
    enrollments:
      description: The enrollments, with the set that each is bound to.
      type: list
      elements: dict
      returned: always
      sample: []
    properties:
      description: The properties, with their V(versions), each with V(hostnames) and V(mtls_rules).
      type: list
      elements: dict
      returned: always
      sample: []
"""

import datetime as dt
import typing as t
from collections.abc import Callable, Mapping, Sequence

from ansible.errors import AnsibleFilterError
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.report import NETWORKS, Scope
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.report_findings import report

Document = dict[str, t.Any]


def mtls_report(
    results: Mapping[str, t.Any],
    as_of: str,
    expires_within_days: int = 30,
    networks: Sequence[str] = NETWORKS,
    config: Mapping[str, t.Any] | None = None,
) -> Document:
    """The report; AnsibleFilterError where the day is none."""
    try:
        day = dt.date.fromisoformat(str(as_of))
    except ValueError:
        raise AnsibleFilterError(f"as_of: {as_of!r} is not a day. Write it as 2026-01-31.") from None
    chosen = tuple(network for network in NETWORKS if network in networks)
    return report(results, Scope(day, int(expires_within_days), chosen, config))


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        return {"mtls_report": mtls_report}
