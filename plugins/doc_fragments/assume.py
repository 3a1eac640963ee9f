# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of earlier tasks, for check mode."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  assume:
    description:
      - Registered results of earlier tasks of the play, laid over the world as it was read. Used in check mode only.
      - Loops count whole; skipped and failed results are left out; later ones win.
    type: list
    elements: dict
"""
