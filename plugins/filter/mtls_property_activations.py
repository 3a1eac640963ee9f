# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which version of which property goes to which networks (MEANING 24 to 26)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mtls_property_activations
short_description: Say which property version goes to which networks
version_added: 0.1.0
description:
  - Takes options for M(edgetrust.akamai.papi_activation) and the results of M(edgetrust.akamai.papi_property_edit) for the
    same properties, and adds V(version), V(replaces) and V(networks) to the options.
  - Properties that do not exist, and with O(found) those that are not active anywhere, are left out.
author:
  - edgetrust.akamai contributors (@edgetrust)
positional: _input, edits
options:
  _input:
    description: Options of the activations, as P(edgetrust.akamai.mtls_config#filter) returns them.
    type: list
    elements: dict
    required: true
  edits:
    description: Results of M(edgetrust.akamai.papi_property_edit), one for each of the properties, in the same order.
    type: list
    elements: dict
    required: true
  networks:
    description: The networks, in their order.
    type: list
    elements: str
    required: true
  found:
    description: Results of M(edgetrust.akamai.papi_property_info), one for each. With them only networks are taken where a property is active.
    type: list
    elements: dict
seealso:
  - plugin: edgetrust.akamai.mtls_config
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Where the properties go
  ansible.builtin.debug:
    msg: "{{ work.papi_activation | edgetrust.akamai.mtls_property_activations(edits.results, networks=['STAGING']) }}"
"""

RETURN = r"""
_value:
  description: The options of the activations.
  type: list
  elements: dict
"""

import typing as t
from collections.abc import Callable, Mapping, Sequence

Document = dict[str, t.Any]


def mtls_property_activations(
    entries: Sequence[Mapping[str, t.Any]],
    edits: Sequence[Mapping[str, t.Any]],
    networks: Sequence[str],
    found: Sequence[Mapping[str, t.Any]] | None = None,
) -> list[Document]:
    """The entries with `version`, `replaces` and `networks`; without those that have nowhere to go."""
    wanted = []
    for index, (entry, edit) in enumerate(zip(entries, edits, strict=True)):
        version = edit.get("property")
        places = networks if found is None else _active(found[index], networks)
        if version and places:
            numbers = {"version": version["property_version"], "replaces": version["base_version"]}
            wanted.append({**entry, **numbers, "networks": list(places)})
    return wanted


def _active(found: Mapping[str, t.Any], networks: Sequence[str]) -> list[str]:
    versions = {f"{network.lower()}_version": network for network in networks}
    return [network for name, network in versions.items() if any(p.get(name) for p in found.get("properties") or [])]


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        return {"mtls_property_activations": mtls_property_activations}
