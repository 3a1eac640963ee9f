# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which version of a property is edited."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  base_version:
    description:
      - The version that the edits start from. If it holds them already, nothing is written. If not, a newer version with
        exactly this content is used, or an unreleased one that is on the way to it is finished, or a new version is made.
      - V(production), the default, the one that is active on PRODUCTION; with nothing there the one on STAGING; with nothing
        active at all the latest one, which is edited as it stands. An activation that is running counts.
      - V(staging), the same, STAGING first.
      - V(latest), the newest one that is or was active. Newer ones with edits of somebody else are refused, see
        O(include_unreleased_edits).
      - A number, that version. It is edited in place if it may still change.
      - Where a whole rule tree comes from a directory that M(edgetrust.akamai.papi_rules_export) wrote, the default is the
        version that was exported.
    type: str
  include_unreleased_edits:
    description: With O(base_version=latest), start from the newest version, with whatever edits somebody has made there.
    type: bool
    default: false
  version_notes:
    description: Note of the version, written together with the edits. A note that differs is no reason to write.
    type: str
"""
