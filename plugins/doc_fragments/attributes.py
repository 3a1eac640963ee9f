# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module supports."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/edgetrust.akamai.all) in C(module_defaults) to set the options of all modules at once.
    support: full
    membership:
      - edgetrust.akamai.all
  idempotent:
    description: When run twice in a row outside check mode with the same options, the second run changes nothing.
    support: full
"""

    # A module that changes things.
    CHANGES = r"""
options: {}
attributes:
  check_mode:
    description: Shows what a real run would do, and sends no request that writes.
    support: full
  diff_mode:
    description: Returns what is different before and after, in check mode what would be.
    support: full
"""

    # A module that only looks.
    LOOKS = r"""
options: {}
attributes:
  check_mode:
    description: Only reads, in check mode too.
    support: full
  diff_mode:
    description: Changes nothing, so there is no difference to show.
    support: N/A
"""
