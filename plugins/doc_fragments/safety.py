# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hazards a task accepts."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  allow_outage:
    description:
      - Hazards that this task accepts. Any other is refused before the first write, with what it would break.
      - V(deny_unbound_hostname), a rule would deny a host name whose certificate is not bound to the CA set.
      - V(unbind_enforced), a binding that an active rule enforces would go.
      - V(rebind_enforced), a binding that an active rule enforces would get another CA set.
      - V(delete_live_enrollment), an enrollment whose host names are live would go.
      - V(delete_live_hostname), a host name that is live would go.
      - V(remove_trusted_ca), a set in use would lose a valid CA that it trusts now.
      - V(remove_last_valid_ca), a set in use would have no valid CA left.
      - V(replace_other_version), a network would lose content that nobody named.
      - V(unverified), a guard could not be evaluated, for want of a grant for example.
    type: list
    elements: str
    choices:
      - deny_unbound_hostname
      - unbind_enforced
      - rebind_enforced
      - delete_live_enrollment
      - delete_live_hostname
      - remove_trusted_ca
      - remove_last_valid_ca
      - replace_other_version
      - unverified
    default: []
"""
