# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a task names a CA set."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  ca_set_name:
    description: Exact name of the CA set, among those that are not deleted. Give this or O(ca_set_id).
    type: str
  ca_set_id:
    description: Id of the CA set. Give this or O(ca_set_name). An empty value counts as absent.
    type: str
"""
