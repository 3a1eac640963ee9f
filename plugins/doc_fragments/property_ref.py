# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a task names a property."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  property_name:
    description: Exact name of the property. Give this or O(property_id).
    type: str
  property_id:
    description: Id of the property, with or without C(prp_). Give this or O(property_name).
    type: str
  contract_id:
    description: Contract of the property, with or without C(ctr_). Only needed where it is in more than one.
    type: str
  group_id:
    description: Group of the property, with or without C(grp_). Only needed where it is in more than one.
    type: str
"""
