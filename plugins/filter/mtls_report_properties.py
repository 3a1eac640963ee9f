# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which properties a report on mutual TLS has to look at."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mtls_report_properties
short_description: Say which properties a report on mutual TLS is about
version_added: 0.1.0
description:
  - Takes what P(edgetrust.akamai.mtls_report#filter) takes, as yet without M(edgetrust.akamai.papi_property_info), and returns options
    for that module, one for each property that the report is about.
  - Those are the properties with a rule that enforces client certificates or a host name that has a CA set itself, and those
    that the structure names.
author:
  - edgetrust.akamai contributors (@edgetrust)
positional: _input
options:
  _input:
    description: Registered results of info modules, by module.
    type: dict
    required: true
  config:
    description: The structure of the mTLS roles; without it the whole account.
    type: dict
seealso:
  - plugin: edgetrust.akamai.mtls_report
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Properties of the report
  ansible.builtin.debug:
    msg: "{{ looks | edgetrust.akamai.mtls_report_properties }}"
"""

RETURN = r"""
_value:
  description: For each property V(property_id), or what the structure names it by.
  type: list
  elements: dict
"""

import datetime as dt
import typing as t
from collections.abc import Callable, Mapping

from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.report import Looks, Scope, properties_to_read

Document = dict[str, t.Any]


def mtls_report_properties(results: Mapping[str, t.Any], config: Mapping[str, t.Any] | None = None) -> list[Document]:
    """Options of `papi_property_info`; which day it is makes no difference."""
    return properties_to_read(Looks.of(results), Scope(dt.date.min, 0, config=config))


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        return {"mtls_report_properties": mtls_report_properties}
