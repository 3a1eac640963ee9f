# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a task names an enrollment."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  enrollment_id:
    description: Id of the enrollment. Give this or O(common_name).
    type: str
  common_name:
    description: Exact common name of the enrollment's certificate. More than one enrollment with it is an error.
    type: str
  contract_id:
    description: Contract to look for the enrollment in, with or without C(ctr_).
    type: str
"""
